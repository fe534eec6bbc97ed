/* base/buffer.c: counted memory. */
#include "base/buffer.h"

#include "base/memory.h"

/* data stands on the next cache line */
_Static_assert(sizeof(Buffer) <= BUFFER_HEADER_SIZE, "the header must fit before the data");

Buffer *buffer_new(size_t size, MemoryBudget *budget)
{
    CountedMemory memory = counted_memory_take(memory_size_add(size, BUFFER_HEADER_SIZE), budget, "a buffer");
    Buffer *buffer = memory.data;
    *buffer = (Buffer){.share_count = 1,
                       .size = size,
                       .budget = budget,
                       .chunk = memory.chunk,
                       .data = (char *)buffer + BUFFER_HEADER_SIZE};
    return buffer;
}

Buffer *buffer_new_foreign(void *data, size_t size, void (*release)(void *foreign), void *foreign)
{
    Buffer *buffer = memory_allocate_aligned(BUFFER_HEADER_SIZE);
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
    counted_memory_give((CountedMemory){buffer, buffer->size + BUFFER_HEADER_SIZE, buffer->budget, buffer->chunk});
}
