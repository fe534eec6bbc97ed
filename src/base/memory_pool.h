/* base/memory_pool.h: where a session's large blocks of memory come from; they are kept for who comes next.
 *
 *   up to 1 MiB   cut from chunks of 2 MiB by halving, and joined again (a buddy system: Knowlton 1965)
 *   above         mapped, in sizes a quarter of a power of two apart, and advised to be huge pages from 4 MiB on
 *
 * What is in use counts against the budget, a chunk as a whole. What is kept does not, and is given up when the budget
 * runs short; what is more than is to be kept, by a thread of its own. Safe to use from any thread. */
#ifndef QUERN_BASE_MEMORY_POOL_H
#define QUERN_BASE_MEMORY_POOL_H

#include "base/arena.h"
#include "base/memory_budget.h"

enum { MEMORY_POOL_LEAST = 48 << 10 }; /* bytes: what is smaller is malloc's */

typedef struct MemoryPool MemoryPool;

/* Lives in `arena`, as long as the budget and all that is taken. Keeps up to `kept_limit` bytes, or a quarter of the
 * budget's limit, and for a moment more. */
MemoryPool *memory_pool_new(Arena *arena, MemoryBudget *budget, size_t kept_limit);
/* False: it is too small for the pool, or the budget or the system does not have that much. */
bool memory_pool_take(MemoryPool *pool, size_t size, CountedMemory *ret_memory);
/* Makes it larger without copying what is in it, which may then stand elsewhere. False: that cannot be done, and
 * nothing has changed. */
bool memory_pool_grow(CountedMemory *memory, size_t size);
/* False: it is not the pool's. */
bool memory_pool_give(MemoryPool *pool, CountedMemory memory);
/* Bytes that nobody uses. */
size_t memory_pool_kept_size(const MemoryPool *pool);
/* Gives them back to the system. */
void memory_pool_trim(MemoryPool *pool);

#endif
