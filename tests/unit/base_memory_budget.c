/* Unit tests of base/memory_budget.h. */
#include "base/memory_budget.h"

#include <pthread.h>

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

TEST_PROGRAM(no_size_wraps_round, who_is_refused_takes_nothing_from_others, the_budget_is_asked_before_the_system,
             keepers_give_what_a_lowered_limit_forbids)
