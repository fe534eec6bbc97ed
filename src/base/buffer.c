/* base/buffer.c: counted memory. */
#include "base/buffer.h"

#include "base/memory.h"

enum { HEADER_SIZE = 64 }; /* data stands on the next cache line */
_Static_assert(sizeof(Buffer) <= HEADER_SIZE, "the header must fit before the data");

Buffer *buffer_new(size_t size, MemoryBudget *budget)
{
    Buffer *buffer = memory_allocate_aligned(memory_size_add(size, HEADER_SIZE));
    if (budget && !memory_budget_take(budget, size)) {
        memory_free(buffer);
        memory_budget_refuse(budget, size, "a buffer");
    }
    *buffer = (Buffer){.share_count = 1, .size = size, .budget = budget, .data = (char *)buffer + HEADER_SIZE};
    return buffer;
}

Buffer *buffer_new_foreign(void *data, size_t size, void (*release)(void *foreign), void *foreign)
{
    Buffer *buffer = memory_allocate_aligned(HEADER_SIZE);
    *buffer = (Buffer){.share_count = 1, .size = size, .data = data, .release = release, .foreign = foreign};
    return buffer;
}

Buffer *buffer_ref(Buffer *buffer)
{
    atomic_fetch_add_explicit(&buffer->share_count, 1, memory_order_relaxed);
    return buffer;
}

void buffer_unref(Buffer *buffer)
{
    if (buffer == NULL || atomic_fetch_sub_explicit(&buffer->share_count, 1, memory_order_acq_rel) > 1)
        return;
    if (buffer->release)
        buffer->release(buffer->foreign);
    if (buffer->budget)
        memory_budget_give(buffer->budget, buffer->size);
    memory_free(buffer);
}
