/* unit/optimizer_narrow_joins.c: which columns joins hand on. */
#include "test.h"

#include "expr/function.h"
#include "optimizer/rule.h"

static Context context;
static PlanColumns columns;

/* A row of two columns: a key and a value. */
static Plan *keyed(const char *key, const char *value)
{
    ColumnId outputs[] = {plan_column_new(&columns, key, NULL, type_of(TYPE_INTEGER), /* is_nullable= */ false),
                          plan_column_new(&columns, value, NULL, type_of(TYPE_INTEGER), /* is_nullable= */ false)};
    PlanValues *values = plan_values_new(&columns, 1, 2, outputs);
    for (size_t i = 0; i < 2; i++)
        values->cells[i] = expr_constant(test_arena, value_integer(type_of(TYPE_INTEGER), 7), NO_POSITION);
    return &values->base;
}

/* By the first column of each side. */
static Plan *join(PlanJoinType type, Plan *left, Plan *right)
{
    Expr *equal = columns_equal(&columns, left->outputs[0], right->outputs[0], /* nulls_equal= */ false);
    return &plan_join_new(&columns, type, left, right, &equal, 1)->base;
}

static Plan *project(Plan *input, ColumnId column)
{
    PlanProject *project = plan_project_new(&columns, input, 1);
    plan_project_columns(&columns, project, 0, &column, 1);
    return &project->base;
}

static void begin(void)
{
    context.arena = test_arena;
    columns = (PlanColumns){.arena = test_arena, .context = &context};
}

START_TEST(keys_that_only_conditions_want_end_at_the_join)
{
    begin();
    Plan *a = keyed("k", "x"), *b = keyed("k", "y"), *c = keyed("k", "z");
    Plan *lower = join(PLAN_JOIN_INNER, a, b), *upper = join(PLAN_JOIN_LEFT, lower, c);
    Plan *plan = rule_narrow_joins(&columns, project(upper, c->outputs[1]));
    ck_assert_uint_eq(lower->output_count, 1); /* what the upper condition wants */
    ck_assert_uint_eq(lower->outputs[0], a->outputs[0]);
    ck_assert_uint_eq(upper->output_count, 1);
    ck_assert_uint_eq(upper->outputs[0], c->outputs[1]);
    ck_assert_uint_eq(plan->output_count, 1);
    ck_assert_uint_eq(a->output_count, 2); /* only joins are narrowed */
}
END_TEST

START_TEST(nodes_above_hand_on_what_the_join_does)
{
    begin();
    Plan *a = keyed("k", "x"), *b = keyed("k", "y");
    Plan *joined = join(PLAN_JOIN_SEMI, a, b);
    Expr *positive =
        function_call(test_arena, ">",
                      (Expr *[]){plan_column_expr(&columns, a->outputs[0], NO_POSITION),
                                 expr_constant(test_arena, value_integer(type_of(TYPE_INTEGER), 0), NO_POSITION)},
                      2, NO_POSITION);
    Plan *filter = plan_filter_new(&columns, joined, &positive, 1);
    rule_narrow_joins(&columns, project(filter, a->outputs[1]));
    ck_assert_uint_eq(joined->output_count, 2); /* the filter wants the key */
    joined = join(PLAN_JOIN_SEMI, a, b);
    Plan *distinct = &plan_distinct_new(&columns, joined, &a->outputs[1], 1)->base;
    rule_narrow_joins(&columns, project(distinct, a->outputs[1]));
    ck_assert_uint_eq(joined->output_count, 1);
    ck_assert_uint_eq(distinct->output_count, 1);
    ck_assert_uint_eq(distinct->outputs[0], a->outputs[1]);
}
END_TEST

START_TEST(what_is_taken_by_position_stays)
{
    begin();
    Plan *joined = join(PLAN_JOIN_INNER, keyed("k", "x"), keyed("k", "y"));
    rule_narrow_joins(&columns, joined); /* the root */
    ck_assert_uint_eq(joined->output_count, 4);
}
END_TEST

START_TEST(a_join_may_hand_on_nothing_but_rows)
{
    begin();
    Plan *joined = join(PLAN_JOIN_INNER, keyed("k", "x"), keyed("k", "y"));
    PlanAggregate *count = plan_aggregate_new(&columns, joined, 0, 0);
    rule_narrow_joins(&columns, &count->base);
    ck_assert_uint_eq(joined->output_count, 0);
}
END_TEST

TEST_PROGRAM(keys_that_only_conditions_want_end_at_the_join, nodes_above_hand_on_what_the_join_does,
             what_is_taken_by_position_stays, a_join_may_hand_on_nothing_but_rows)
