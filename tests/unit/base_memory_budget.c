/* Unit tests of base/memory_budget.h. */
#include "base/memory_budget.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "test.h"

START_TEST(no_size_wraps_round)
{
    MemoryBudget budget = {.limit = 1000};
    ck_assert(memory_budget_take(&budget, 10));
    ck_assert(!memory_budget_take(&budget, SIZE_MAX));
    ck_assert(!memory_budget_take(&budget, 991));
    ck_assert(memory_budget_take(&budget, 990));
    ck_assert_uint_eq(budget.used, 1000);
    ck_assert_uint_eq(budget.peak, 1000);
}
END_TEST

/* Asks for more than there can be, again and again. */
static void *refused_always(void *argument)
{
    MemoryBudget *budget = argument;
    for (size_t i = 0; i < 200000; i++)
        ck_assert(!memory_budget_take(budget, 1001));
    return NULL;
}

START_TEST(who_is_refused_takes_nothing_from_others)
{
    MemoryBudget budget = {.limit = 1000};
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, refused_always, &budget), 0);
    for (size_t i = 0; i < 200000; i++) {
        ck_assert(memory_budget_take(&budget, 1000));
        memory_budget_give(&budget, 1000);
    }
    pthread_join(thread, NULL);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

typedef struct Wish {
    size_t size;
    MemoryBudget *budget;
} Wish;

static void buffer_wish(void *argument)
{
    const Wish *wish = argument;
    buffer_unref(buffer_new(wish->size, wish->budget));
}

START_TEST(the_budget_is_asked_before_the_system)
{
    MemoryBudget budget = {.limit = 1000};
    Error error;
    memory_fail_at(1);
    ck_assert(!error_protect(buffer_wish, &(Wish){2000, &budget}, &error));
    ck_assert_int_eq(error.code, ERROR_MEMORY_LIMIT);
    ck_assert(!memory_has_failed());
    ck_assert(!error_protect(buffer_wish, &(Wish){500, &budget}, &error));
    ck_assert_int_eq(error.code, ERROR_OUT_OF_MEMORY);
    ck_assert(memory_has_failed());
    memory_fail_at(0);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

static void keeper_give(void *user, size_t size)
{
    MemoryBudget *budget = user;
    size_t given = size < budget->spare ? size : budget->spare;
    budget->spare -= given;
    memory_budget_give(budget, given);
}

START_TEST(keepers_give_what_a_lowered_limit_forbids)
{
    MemoryBudget budget = {.limit = 1000};
    MemoryKeeper keeper = {.give = keeper_give, .user = &budget};
    memory_budget_join(&budget, &keeper);
    ck_assert(memory_budget_take_free(&budget, 900));
    budget.spare = 900;
    budget.limit = 500;
    ck_assert(memory_budget_take(&budget, 100));
    ck_assert_uint_eq(budget.used, 500);
    ck_assert_uint_eq(budget.spare, 400);
    ck_assert(!memory_budget_take(&budget, 501));
    ck_assert_uint_eq(budget.spare, 400);
    memory_budget_leave(&keeper);
}
END_TEST

static size_t resident_size(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%*s %zu", &pages), 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

START_TEST(what_malloc_keeps_is_let_go_of_where_the_limit_is_near)
{
    enum { COUNT = 4000, SIZE = 10000, STAYS = 40 }; /* what stays is between what is freed */
    static CountedMemory memories[COUNT];
    MemoryBudget budget = {.limit = 64 << 20};
    for (size_t i = 0; i < COUNT; i++) {
        memories[i] = counted_memory_take(SIZE, &budget, "a test");
        memset(memories[i].data, 1, SIZE);
    }
    for (size_t i = 0; i < COUNT; i++)
        if (i % STAYS > 0)
            counted_memory_give(memories[i]);
    size_t before = resident_size();
    ck_assert(memory_budget_take(&budget, budget.limit / 4));
    ck_assert_uint_gt(resident_size(), before - COUNT * SIZE / 10); /* much is left */
    ck_assert(memory_budget_take(&budget, budget.limit / 4));
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* with malloc of its own */
    ck_assert_uint_lt(resident_size(), before - COUNT * SIZE / 2);
#endif
    for (size_t i = 0; i < COUNT; i += STAYS)
        counted_memory_give(memories[i]);
}
END_TEST

TEST_PROGRAM(no_size_wraps_round, who_is_refused_takes_nothing_from_others, the_budget_is_asked_before_the_system,
             keepers_give_what_a_lowered_limit_forbids, what_malloc_keeps_is_let_go_of_where_the_limit_is_near)
