/* exec/block.h: one large piece of an operator's memory, counted against the budget: slots of a hash table, entries of
 * a sort. It belongs to an arena and may be given back earlier. */
#ifndef QUERN_EXEC_BLOCK_H
#define QUERN_EXEC_BLOCK_H

#include <string.h>

#include "base/temp_file.h"

/* What an operator may hold before it spills: its part of what memory_limit leaves. */
typedef struct MemoryShare {
    size_t size;      /* bytes */
    size_t row_count; /* SET spill_after */
    const MemoryBudget *budget;
} MemoryShare;

/* Whether so many rows, which take so many bytes, are more than that. */
static inline bool memory_share_exceeds(MemoryShare share, size_t row_count, size_t size)
{
    return size > share.size || row_count >= share.row_count;
}

/* Whether who holds them should spill now: that is so, or it holds a good part of it while others hold more than was
 * foreseen. */
static inline bool memory_share_is_full(MemoryShare share, size_t row_count, size_t size)
{
    return memory_share_exceeds(share, row_count, size) ||
           (size > share.size / 4 && memory_budget_is_short(share.budget));
}

/* Bytes that stay in memory where more go to a file that is mapped. */
static inline size_t memory_share_kept(MemoryShare share)
{
    return share.row_count < SIZE_MAX ? 0 : share.size;
}

/* An equal part of it for each of `count`. */
static inline MemoryShare memory_share_part(MemoryShare share, size_t count)
{
    return (MemoryShare){share.size / count, share.row_count, share.budget};
}

typedef struct Block {
    void *data; /* aligned to 64 bytes; NULL while it is empty */
    size_t size;
    CountedMemory memory; /* where the data stands, unless in the file */
    MemoryBudget *budget;
    TempFile *file; /* or NULL */
    size_t memory_size;
    Buffer *mapped;   /* where the data stands in the file */
    const char *what; /* for the message when it is refused: "a join's hash table" */
} Block;

Block *block_new(Arena *arena, const Context *context, const char *what);
/* When it has more than `memory_size` bytes they stand in the file. */
Block *block_new_overflowing(Arena *arena, const Context *context, const char *what, TempFile *file,
                             size_t memory_size);
/* The same for one that is there, and empty. */
void block_overflow_to(Block *block, TempFile *file, size_t memory_size);
/* A copy of item `index`, of `size` bytes each: for who looks at one here and one there. */
static inline void block_read(const Block *block, size_t index, void *target, size_t size)
{
    if (block->mapped)
        temp_buffer_read(block->mapped, index * size, target, size);
    else
        memcpy(target, (const char *)block->data + index * size, size);
}
/* Room for `size` bytes; what was in it is lost. Raises MEMORY_LIMIT or OUT_OF_MEMORY, and then it is empty. */
void block_renew(Block *block, size_t size);
/* The same; all of it is zero. */
void block_renew_zero(Block *block, size_t size);
/* Room for at least `size` bytes, doubling; the first `used_size` bytes are kept. Raises, and then nothing changed. */
void block_grow(Block *block, size_t used_size, size_t size);
/* Gives the memory back: empty. */
void block_clear(Block *block);

#endif
