/* exec/block.h: one large piece of an operator's memory, counted against the budget: slots of a hash table, entries of
 * a sort. It belongs to an arena and may be given back earlier. */
#ifndef QUERN_EXEC_BLOCK_H
#define QUERN_EXEC_BLOCK_H

#include "base/context.h"

typedef struct Block {
    void *data; /* aligned to 64 bytes; NULL while it is empty */
    size_t size;
    MemoryBudget *budget;
    const char *what; /* for the message when it is refused: "a join's hash table" */
} Block;

Block *block_new(Arena *arena, const Context *context, const char *what);
/* Room for `size` bytes; what was in it is lost. Raises LIMIT_EXCEEDED or OUT_OF_MEMORY, and then it is empty. */
void block_renew(Block *block, size_t size);
/* Room for at least `size` bytes, doubling; the first `used_size` bytes are kept. Raises, and then nothing changed. */
void block_grow(Block *block, size_t used_size, size_t size);
/* Gives the memory back: empty. */
void block_clear(Block *block);

#endif
