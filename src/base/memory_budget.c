/* base/memory_budget.c: counting large memory; blocks that are counted. */
#include "base/memory_budget.h"

#include <pthread.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/memory_pool.h"

enum { TRIM_LEAST = 8 << 20 };

/* What the pool and malloc keep for later is given up for what is used now. */
static void budget_make_room(MemoryBudget *budget, size_t used)
{
    size_t kept = budget->pool ? memory_pool_kept_size(budget->pool) : 0, left = budget->limit - used;
    if (kept > 0 && left < kept)
        memory_pool_trim(budget->pool);
    size_t freed = atomic_load_explicit(&budget->freed, memory_order_relaxed);
    if (freed > TRIM_LEAST && left < freed && atomic_exchange_explicit(&budget->freed, 0, memory_order_relaxed) > 0)
        memory_trim();
}

bool memory_budget_take_free(MemoryBudget *budget, size_t size)
{
    size_t before = atomic_load_explicit(&budget->used, memory_order_relaxed);
    do {
        if (size > budget->limit || before > budget->limit - size)
            return false;
    } while (!atomic_compare_exchange_weak_explicit(&budget->used, &before, before + size, memory_order_relaxed,
                                                    memory_order_relaxed));
    size_t used = before + size, peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
    budget_make_room(budget, used);
    while (used > peak && !atomic_compare_exchange_weak_explicit(&budget->peak, &peak, used, memory_order_relaxed,
                                                                 memory_order_relaxed))
        ;
    return true;
}

static pthread_mutex_t keepers_mutex = PTHREAD_MUTEX_INITIALIZER; /* guards the lists of all budgets */

bool memory_budget_take(MemoryBudget *budget, size_t size)
{
    if (memory_budget_take_free(budget, size))
        return true;
    if (atomic_load_explicit(&budget->spare, memory_order_relaxed) == 0 || size > budget->limit)
        return false;
    bool is_taken = false;
    pthread_mutex_lock(&keepers_mutex); /* a keeper waits for nobody, so this may span its call */
    for (MemoryKeeper *keeper = budget->keepers; keeper && !is_taken; keeper = keeper->next) {
        size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
        if (used > budget->limit - size) /* by much, where the limit was lowered */
            keeper->give(keeper->user, used - (budget->limit - size));
        is_taken = memory_budget_take_free(budget, size);
    }
    pthread_mutex_unlock(&keepers_mutex);
    return is_taken;
}

void memory_budget_join(MemoryBudget *budget, MemoryKeeper *keeper)
{
    if (keeper->budget == budget)
        return;
    memory_budget_leave(keeper);
    pthread_mutex_lock(&keepers_mutex);
    keeper->budget = budget;
    keeper->next = budget->keepers;
    budget->keepers = keeper;
    pthread_mutex_unlock(&keepers_mutex);
}

void memory_budget_leave(MemoryKeeper *keeper)
{
    if (keeper->budget == NULL)
        return;
    pthread_mutex_lock(&keepers_mutex);
    MemoryKeeper **link = &keeper->budget->keepers;
    while (*link != keeper)
        link = &(*link)->next;
    *link = keeper->next;
    pthread_mutex_unlock(&keepers_mutex);
    keeper->budget = NULL;
}

_Noreturn void memory_budget_refuse(const MemoryBudget *budget, size_t size, const char *what)
{
    error_raise_hint(ERROR_MEMORY_LIMIT, NO_POSITION, "raise it with SET memory_limit = '…'",
                     "%s needs %zu bytes more than memory_limit (%zu bytes) leaves", what, size, budget->limit);
}

void memory_budget_require(MemoryBudget *budget, size_t size, const char *what)
{
    if (!memory_budget_take(budget, size))
        memory_budget_refuse(budget, size, what);
}

void memory_budget_give(MemoryBudget *budget, size_t size)
{
    atomic_fetch_sub_explicit(&budget->used, size, memory_order_relaxed);
}

void memory_budget_give_freed(MemoryBudget *budget, size_t size)
{
    atomic_fetch_add_explicit(&budget->freed, size, memory_order_relaxed);
    memory_budget_give(budget, size);
}

CountedMemory counted_memory_take(size_t size, MemoryBudget *budget, const char *what)
{
    CountedMemory memory;
    if (budget && budget->pool && memory_pool_take(budget->pool, size, &memory))
        return memory;
    if (budget)
        memory_budget_require(budget, size, what);
    memory = (CountedMemory){.data = memory_try_aligned(size), .size = size, .budget = budget};
    if (memory.data)
        return memory;
    if (budget)
        memory_budget_give(budget, size);
    memory_refuse(size);
}

bool counted_memory_grow(CountedMemory *memory, size_t size)
{
    return memory->chunk && memory_pool_grow(memory, size);
}

void counted_memory_give(CountedMemory memory)
{
    if (memory.budget && memory.budget->pool && memory_pool_give(memory.budget->pool, memory))
        return;
    memory_free(memory.data);
    if (memory.budget)
        memory_budget_give_freed(memory.budget, memory.size);
}
