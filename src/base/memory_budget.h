/* base/memory_budget.h: large memory (hash tables, sorts, materialized columns, caches), counted against a limit. */
#ifndef QUERN_BASE_MEMORY_BUDGET_H
#define QUERN_BASE_MEMORY_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MemoryPool;
struct MemoryChunk;

/* Safe to use from any thread. */
typedef struct MemoryBudget {
    _Atomic size_t used;
    _Atomic size_t peak;
    _Atomic size_t spare; /* of what is used: what keepers can do without */
    _Atomic size_t freed; /* given to malloc, which may keep it, since that was last asked to let go of it */
    size_t limit;         /* bytes; SIZE_MAX: none */
    struct MemoryKeeper *keepers;
    struct MemoryPool *pool; /* where large blocks come from; NULL: each from the system */
} MemoryBudget;

/* Who keeps memory that it can do without, such as a cache: asked when somebody would be refused. */
typedef struct MemoryKeeper {
    /* Gives back `size` bytes or more where it has them. Any thread: raises nothing, and waits for nobody. */
    void (*give)(void *user, size_t size);
    void *user;
    MemoryBudget *budget; /* NULL: none yet */
    struct MemoryKeeper *next;
} MemoryKeeper;

/* Take from the budget, if need be what keepers give back: false when it is refused (spill, or raise). */
bool memory_budget_take(MemoryBudget *budget, size_t size);
/* The same without asking keepers: for themselves. */
bool memory_budget_take_free(MemoryBudget *budget, size_t size);
/* Take, or raise MEMORY_LIMIT naming what wanted it. */
void memory_budget_require(MemoryBudget *budget, size_t size, const char *what);
/* Raises that MEMORY_LIMIT: for who has something to give back first. */
_Noreturn void memory_budget_refuse(const MemoryBudget *budget, size_t size, const char *what);
void memory_budget_give(MemoryBudget *budget, size_t size);
/* The same, of memory that has been freed by memory_free, or nearly all of it. */
void memory_budget_give_freed(MemoryBudget *budget, size_t size);
/* Whether little is left: a sign to give memory back before anybody is refused. `budget` may be NULL: there is none. */
static inline bool memory_budget_is_short(const MemoryBudget *budget)
{
    return budget && atomic_load_explicit(&budget->used, memory_order_relaxed) -
                             atomic_load_explicit(&budget->spare, memory_order_relaxed) >
                         budget->limit / 16 * 13;
}
/* Bytes that are left when keepers do without theirs. `budget` may be NULL: there is none. */
static inline size_t memory_budget_left(const MemoryBudget *budget)
{
    size_t used = budget ? budget->used - budget->spare : 0, limit = budget ? budget->limit : SIZE_MAX;
    return limit > used ? limit - used : 0;
}
/* From now on, until it leaves or joins another, the keeper is asked; it is of no budget, or joins again. */
void memory_budget_join(MemoryBudget *budget, MemoryKeeper *keeper);
void memory_budget_leave(MemoryKeeper *keeper);

/* A block of memory with what it takes to give it back. */
typedef struct CountedMemory {
    void *data; /* aligned to 64 bytes, uninitialized */
    size_t size;
    MemoryBudget *budget;      /* or NULL */
    struct MemoryChunk *chunk; /* for the pool; NULL: it is not from there */
} CountedMemory;

/* The caller owns it (counted_memory_give). `budget` NULL: it is not counted. Raises OUT_OF_MEMORY or MEMORY_LIMIT,
 * naming what wanted it. */
CountedMemory counted_memory_take(size_t size, MemoryBudget *budget, const char *what);
/* Makes it larger, in place of taking more and copying what is in it, which may then stand elsewhere. False: that
 * cannot be done, and nothing has changed. */
bool counted_memory_grow(CountedMemory *memory, size_t size);
void counted_memory_give(CountedMemory memory);

#endif
