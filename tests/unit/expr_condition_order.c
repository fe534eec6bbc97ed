/* unit/expr_condition_order.c: which of some conditions goes first. Times are what they are: the tests tell conditions
 * apart by the rows that they keep, where those that keep all can never pay. */
#include "expr/condition_order.h"

#include "test.h"

enum { ROWS = 2048 };

/* Runs a batch: condition i keeps kept[i] rows. Returns the first. */
static uint32_t run_batch(ConditionOrder *order, const size_t *kept)
{
    uint32_t first = condition_order_next(order)[0];
    condition_order_note(order, ROWS, kept[first]);
    return first;
}

START_TEST(each_is_tried_once_as_they_are_numbered)
{
    ConditionOrder *order = condition_order_new(test_arena, 3);
    const size_t kept[] = {ROWS, ROWS, ROWS};
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_uint_eq(run_batch(order, kept), i);
}
END_TEST

START_TEST(every_condition_is_in_every_order)
{
    ConditionOrder *order = condition_order_new(test_arena, 4);
    for (size_t b = 0; b < 1000; b++) {
        const uint32_t *conditions = condition_order_next(order);
        unsigned seen = 0;
        for (size_t i = 0; i < 4; i++)
            seen |= 1u << conditions[i];
        ck_assert_uint_eq(seen, 15);
        condition_order_note(order, ROWS, b * conditions[0] % ROWS);
    }
}
END_TEST

START_TEST(what_drops_rows_goes_before_what_drops_none)
{
    ConditionOrder *order = condition_order_new(test_arena, 3);
    const size_t kept[] = {ROWS, ROWS, 1};
    size_t first = 0;
    for (size_t b = 0; b < 3; b++)
        run_batch(order, kept);
    for (size_t b = 0; b < 100; b++)
        first += run_batch(order, kept) == 2;
    ck_assert_uint_ge(first, 90); /* but for a trial now and then */
    ck_assert(condition_order_is_worth(order, 2));
    ck_assert(!condition_order_is_worth(order, 1));
}
END_TEST

START_TEST(what_has_changed_is_tried_again)
{
    ConditionOrder *order = condition_order_new(test_arena, 2);
    const size_t before[] = {ROWS / 2, ROWS}, now[] = {ROWS / 2, 0};
    for (size_t b = 0; b < 5; b++)
        run_batch(order, before);
    ck_assert(!condition_order_is_worth(order, 1));
    condition_order_forget(order, 1);
    ck_assert_uint_eq(condition_order_next(order)[0], 1);
    ck_assert(condition_order_is_worth(order, 1)); /* while it is tried */
    condition_order_note(order, ROWS, now[1]);
    ck_assert(condition_order_is_worth(order, 1));
}
END_TEST

START_TEST(what_changes_unseen_is_found_by_a_trial)
{
    ConditionOrder *order = condition_order_new(test_arena, 2);
    const size_t before[] = {1, ROWS}, now[] = {ROWS, 1};
    for (size_t b = 0; b < 10; b++)
        run_batch(order, before);
    size_t first = 0;
    for (size_t b = 0; b < 1000; b++)
        first += run_batch(order, now) == 1;
    ck_assert_uint_ge(first, 500);
}
END_TEST

START_TEST(no_conditions_are_no_trouble)
{
    ConditionOrder *order = condition_order_new(test_arena, 0);
    condition_order_next(order);
    condition_order_next(order);
}
END_TEST

TEST_PROGRAM(each_is_tried_once_as_they_are_numbered, every_condition_is_in_every_order,
             what_drops_rows_goes_before_what_drops_none, what_has_changed_is_tried_again,
             what_changes_unseen_is_found_by_a_trial, no_conditions_are_no_trouble)
