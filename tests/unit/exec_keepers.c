/* Among how many operators memory is divided: counted by hand, phase by phase. */
#include "exec/keepers.h"

#include "plans.h"

static Plan *sorted(Plan *input)
{
    return sort(input, (const int[]){1}, 1, SIZE_MAX);
}

static Plan *distinct(Plan *input)
{
    return &plan_distinct_new(&test_columns, input, input->outputs, 1)->base;
}

static Plan *join(Plan *left, Plan *right)
{
    Expr *condition = call("=", column(left, 0), column(right, 0));
    return &plan_join_new(&test_columns, PLAN_JOIN_INNER, left, right, &condition, 1)->base;
}

static Plan *set_of(PlanSetOperator operator, Plan * left, Plan *right)
{
    Plan *inputs[] = {left, right};
    return &plan_set_new(&test_columns, operator, /* is_all= */ true, inputs, 2)->base;
}

static Plan *integers(void)
{
    return table("INTEGER", "1 2 3");
}

/* In the order of Plan.id: from the root down, left before right. */
static const char *counts_text(Plan *plan)
{
    Text text = {.arena = test_arena};
    size_t count = plan_number(plan), *among = keepers_count(test_arena, plan, count);
    for (size_t i = 0; i < count; i++)
        text_add_format(&text, i ? " %zu" : "%zu", among[i]);
    return text_string(&text);
}

START_TEST(those_that_run_one_after_the_other_do_not_divide_memory)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    ck_assert_str_eq(counts_text(sorted(integers())), "1 1");
    /* each is filled from the one below it, and then alone */
    ck_assert_str_eq(counts_text(sorted(sorted(sorted(integers())))), "2 2 2 1");
    /* the second sort starts when the first one has given its last row */
    ck_assert_str_eq(counts_text(set_of(PLAN_UNION, sorted(integers()), sorted(integers()))), "1 1 1 1 1");
}
END_TEST

START_TEST(tables_that_stand_side_by_side_do)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    /* join, join, t, sort, t, sort, t: both tables stay while the leftmost side is read; what they are made from has
     * gone by then. The sort of the lower one runs beside the upper table and fills its own. */
    ck_assert_str_eq(counts_text(join(join(integers(), sorted(integers())), sorted(integers()))), "3 3 1 3 1 2 1");
    /* sort over it: the tables have gone when it gives rows */
    ck_assert_str_eq(counts_text(sorted(join(integers(), integers()))), "2 2 1 1");
    ck_assert_str_eq(counts_text(set_of(PLAN_EXCEPT, distinct(integers()), sorted(integers()))), "2 2 1 2 1");
}
END_TEST

START_TEST(whoever_gives_rows_as_they_come_keeps_them_beside_those_below)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    ck_assert_str_eq(counts_text(distinct(distinct(integers()))), "2 2 1");
    ck_assert_str_eq(counts_text(distinct(filter(sorted(integers()), constant("BOOLEAN", "true")))), "2 1 2 1");
    PlanCte *cte = plan_cte_new(&test_columns, 0, "w", sorted(integers()), sorted(integers()));
    ck_assert_str_eq(counts_text(&cte->base), "3 3 1 3 1");
}
END_TEST

START_TEST(what_is_below_a_limit_gives_its_memory_back_when_that_is_met)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    Execution *execution = execute(limit(distinct(integers()), 0, 1));
    ck_assert_ptr_nonnull(execution_next(execution));
    ck_assert_uint_gt(test_budget.used, 0);
    ck_assert_ptr_null(execution_next(execution));
    ck_assert_uint_eq(test_budget.used, 0);
}
END_TEST

TEST_PROGRAM(those_that_run_one_after_the_other_do_not_divide_memory, tables_that_stand_side_by_side_do,
             whoever_gives_rows_as_they_come_keeps_them_beside_those_below,
             what_is_below_a_limit_gives_its_memory_back_when_that_is_met)
