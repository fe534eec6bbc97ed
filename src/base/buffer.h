/* base/buffer.h: counted memory: vector data, file blocks, versions of a table. Shared across threads, freed with the
 * last share. Who wants to write takes care to be the only one that holds it (buffer_is_shared). */
#ifndef QUERN_BASE_BUFFER_H
#define QUERN_BASE_BUFFER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/context.h"

typedef struct Buffer {
    _Atomic size_t share_count;
    size_t size;                    /* usable bytes at data */
    MemoryBudget *budget;           /* what it is counted against, or NULL */
    struct MemoryChunk *chunk;      /* base/memory_budget.h */
    void *data;                     /* aligned to 64 bytes */
    void (*release)(void *foreign); /* for memory that is not ours; NULL: ours */
    void *foreign;
} Buffer;

/* What a buffer takes besides its data: for who wants a size that leaves no gap. */
enum { BUFFER_HEADER_SIZE = 64 };

/* The caller holds the one share. Raises OUT_OF_MEMORY, or MEMORY_LIMIT when a budget is given and refuses. */
Buffer *buffer_new(size_t size, MemoryBudget *budget);
/* Wraps memory of someone else, given back by release(foreign) with the last share. */
Buffer *buffer_new_foreign(void *data, size_t size, void (*release)(void *foreign), void *foreign);
Buffer *buffer_ref(Buffer *buffer);
/* NULL is fine. */
void buffer_unref(Buffer *buffer);
static inline bool buffer_is_shared(const Buffer *buffer)
{
    return atomic_load_explicit(&buffer->share_count, memory_order_acquire) > 1;
}

#endif
