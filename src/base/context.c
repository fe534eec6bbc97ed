/* base/context.c: cancelling, warning, counting memory. */
#include "base/context.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cpu.h"
#include "base/error.h"

void context_check(const Context *context)
{
    bool is_over = (context->cancel && atomic_load_explicit(context->cancel, memory_order_relaxed)) ||
                   (context->stop && atomic_load_explicit(context->stop, memory_order_relaxed));
    if (is_over)
        error_raise(ERROR_INTERRUPTED, NO_POSITION, "interrupted");
}

size_t context_thread_count(const Context *context)
{
    size_t count = context->settings ? context->settings->threads : 1;
    return count > 0 ? count : cpu_count();
}

void context_warn(const Context *context, const char *format, ...)
{
    if (context->warn == NULL)
        return;
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    context->warn(context->warn_user, message);
}

bool memory_budget_take_free(MemoryBudget *budget, size_t size)
{
    size_t used = atomic_fetch_add_explicit(&budget->used, size, memory_order_relaxed) + size;
    if (used > budget->limit) {
        atomic_fetch_sub_explicit(&budget->used, size, memory_order_relaxed);
        return false;
    }
    size_t peak = atomic_load_explicit(&budget->peak, memory_order_relaxed);
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
    if (atomic_load_explicit(&budget->spare, memory_order_relaxed) == 0)
        return false;
    bool is_taken = false;
    pthread_mutex_lock(&keepers_mutex); /* a keeper waits for nobody, so this may span its call */
    for (MemoryKeeper *keeper = budget->keepers; keeper && !is_taken; keeper = keeper->next) {
        size_t used = atomic_load_explicit(&budget->used, memory_order_relaxed);
        size_t left = budget->limit > used ? budget->limit - used : 0;
        keeper->give(keeper->user, size > left ? size - left : 0);
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
    error_raise_hint(ERROR_LIMIT_EXCEEDED, NO_POSITION, "raise it with SET memory_limit = '…'",
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
