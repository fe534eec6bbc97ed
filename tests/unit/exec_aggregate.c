/* GROUP BY and aggregates, against sums over arrays in this file. */
#include "plans.h"

static const size_t sizes[] = {1, 3, 2048};

/* ---- plans ---- */

static AggregateCall aggregate(const char *name, Expr *argument)
{
    AggregateCall call = {.position = NO_POSITION};
    Type types[AGGREGATE_MAX_ARGUMENTS];
    bool is_unknown[AGGREGATE_MAX_ARGUMENTS] = {false}, is_ambiguous;
    if (argument) {
        call.argument_count = 1;
        call.arguments = arena_copy(test_arena, &argument, sizeof argument);
        types[0] = argument->type;
    }
    call.aggregate =
        aggregate_resolve(view_of(name), types, is_unknown, call.argument_count, &call.type, &is_ambiguous);
    ck_assert_msg(call.aggregate != NULL, "%s", name);
    if (argument)
        call.arguments[0] = expr_cast(test_arena, argument, types[0], NO_POSITION);
    return call;
}

static Plan *aggregate_plan(Plan *input, Expr *const *groups, size_t group_count, const AggregateCall *calls,
                            size_t call_count)
{
    PlanAggregate *plan = plan_aggregate_new(&test_columns, input, group_count, call_count);
    for (size_t i = 0; i < group_count; i++) {
        plan->groups[i] = groups[i];
        plan->base.outputs[i] = plan_column_new(&test_columns, "g", NULL, groups[i]->type, true);
    }
    for (size_t i = 0; i < call_count; i++) {
        plan->aggregates[i] = calls[i];
        plan->base.outputs[group_count + i] = plan_column_new(&test_columns, "a", NULL, calls[i].type, true);
    }
    return &plan->base;
}

/* Adds the column of grouping sets. */
static void aggregate_set_sets(Plan *plan, const uint64_t *sets, size_t count)
{
    PlanAggregate *aggregate_node = (PlanAggregate *)plan;
    ColumnId *outputs = arena_array(test_arena, ColumnId, plan->output_count + 1);
    memcpy(outputs, plan->outputs, plan->output_count * sizeof *outputs);
    outputs[plan->output_count] = plan_column_new(&test_columns, "grouping", NULL, type_of(TYPE_BIGINT), false);
    plan->outputs = outputs;
    plan->output_count++;
    aggregate_node->sets = arena_copy(test_arena, sets, count * sizeof *sets);
    aggregate_node->set_count = count;
}

/* ---- by hand ---- */

START_TEST(without_groups_there_is_one_row_even_of_nothing)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        Plan *t = table("INTEGER", "1 5 NULL 3"), *empty = table("INTEGER", "");
        AggregateCall calls[] = {aggregate("count", NULL), aggregate("count", column(t, 0)),
                                 aggregate("sum", column(t, 0)), aggregate("max", column(t, 0))};
        ck_assert_str_eq(rows_text(aggregate_plan(t, NULL, 0, calls, 4)), "4,3,9,5");
        AggregateCall of_empty[] = {aggregate("count", NULL), aggregate("sum", column(empty, 0))};
        ck_assert_str_eq(rows_text(aggregate_plan(empty, NULL, 0, of_empty, 2)), "0,NULL");
        ck_assert_str_eq(rows_text(aggregate_plan(t, NULL, 0, NULL, 0)), "-");
    }
}
END_TEST

START_TEST(groups_of_nothing_are_none)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    Plan *t = table("INTEGER", "");
    Expr *group = column(t, 0);
    AggregateCall count = aggregate("count", NULL);
    ck_assert_str_eq(rows_text(aggregate_plan(t, &group, 1, &count, 1)), "");
}
END_TEST

START_TEST(null_is_a_group_of_its_own)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        Plan *t = table("INTEGER;VARCHAR", "1,a NULL,b 1,c NULL,NULL 2,d");
        AggregateCall calls[] = {aggregate("count", NULL), aggregate("max", column(t, 1))};
        Expr *group = column(t, 0);
        ck_assert_str_eq(text_sorted(rows_text(aggregate_plan(t, &group, 1, calls, 2))), "1,2,c 2,1,d NULL,2,b");
        Expr *text = column(t, 1);
        ck_assert_str_eq(text_sorted(rows_text(aggregate_plan(t, &text, 1, calls, 1))), "NULL,1 a,1 b,1 c,1 d,1");
    }
}
END_TEST

START_TEST(a_filter_decides_which_rows_a_call_sees)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        Plan *t = table("INTEGER;INTEGER", "1,10 1,0 2,20 2,5 3,0");
        Expr *group = column(t, 0);
        AggregateCall calls[] = {aggregate("count", NULL), aggregate("sum", column(t, 1)),
                                 aggregate("sum", call("/", integer(100), column(t, 1))), aggregate("count", NULL)};
        /* where the filter is not TRUE the division by zero is not computed */
        calls[1].filter = call(">", column(t, 1), integer(4));
        calls[2].filter = call("<>", column(t, 1), integer(0));
        ck_assert_str_eq(rows_text(aggregate_plan(t, &group, 1, calls, 4)), "1,2,10,10,2 2,2,25,25,2 3,1,NULL,NULL,1");
        ck_assert_str_eq(rows_text(aggregate_plan(t, NULL, 0, calls, 3)), "5,35,35");
    }
}
END_TEST

START_TEST(distinct_calls_see_each_value_of_a_group_once)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        Plan *t = table("INTEGER;INTEGER;VARCHAR", "1,5,a 1,5,b 2,5,a 1,NULL,a 1,7,a 2,5,NULL 1,NULL,a 2,8,c");
        Expr *group = column(t, 0);
        AggregateCall calls[] = {aggregate("count", column(t, 1)), aggregate("sum", column(t, 1)),
                                 aggregate("count", column(t, 2)), aggregate("count", column(t, 1))};
        calls[0].is_distinct = calls[1].is_distinct = calls[2].is_distinct = true;
        ck_assert_str_eq(rows_text(aggregate_plan(t, &group, 1, calls, 4)), "1,2,12,2,3 2,2,13,2,3");
        calls[1].filter = call("<", column(t, 1), integer(7));
        ck_assert_str_eq(rows_text(aggregate_plan(t, &group, 1, calls, 2)), "1,2,5 2,2,5");
        ck_assert_str_eq(rows_text(aggregate_plan(t, NULL, 0, calls, 3)), "3,5,3");
    }
}
END_TEST

static AggregateCall string_agg(Expr *value, Expr *key, SortOrder *order)
{
    AggregateCall call = {.position = NO_POSITION};
    Expr *arguments[] = {value, constant("VARCHAR", "+")};
    Type types[AGGREGATE_MAX_ARGUMENTS] = {value->type, arguments[1]->type};
    bool is_unknown[AGGREGATE_MAX_ARGUMENTS] = {false}, is_ambiguous;
    call.argument_count = 2;
    call.arguments = arena_copy(test_arena, arguments, sizeof arguments);
    call.aggregate = aggregate_resolve(view_of("string_agg"), types, is_unknown, 2, &call.type, &is_ambiguous);
    ck_assert_ptr_nonnull(call.aggregate);
    call.order_count = 1;
    call.order_keys = arena_copy(test_arena, &key, sizeof key);
    call.orders = order;
    return call;
}

START_TEST(order_by_within_a_call_orders_what_it_sees)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        Plan *t = table("INTEGER;INTEGER;VARCHAR", "1,3,c 2,1,x 1,1,a 1,2,b 2,NULL,y 1,1,d");
        Expr *group = column(t, 0);
        SortOrder up = {false, false}, down = {true, true};
        AggregateCall calls[] = {string_agg(column(t, 2), column(t, 1), &up),
                                 string_agg(column(t, 2), column(t, 2), &down), aggregate("count", NULL)};
        ck_assert_str_eq(rows_text(aggregate_plan(t, &group, 1, calls, 3)), "1,a+d+b+c,d+c+b+a,4 2,x+y,y+x,2");
        ck_assert_str_eq(rows_text(aggregate_plan(t, NULL, 0, calls + 1, 1)), "y+x+d+c+b+a");
        calls[0].filter = call("<", column(t, 1), integer(3));
        ck_assert_str_eq(rows_text(aggregate_plan(t, &group, 1, calls, 1)), "1,a+d+b 2,x");
        Plan *twice = table("VARCHAR", "b a b c a");
        AggregateCall distinct = string_agg(column(twice, 0), column(twice, 0), &up);
        distinct.is_distinct = true;
        ck_assert_str_eq(rows_text(aggregate_plan(twice, NULL, 0, &distinct, 1)), "a+b+c");
    }
}
END_TEST

START_TEST(grouping_sets_put_each_row_into_a_group_of_every_set)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        Plan *t = table("VARCHAR;INTEGER;INTEGER", "a,1,10 a,2,20 b,1,30 NULL,1,40");
        Expr *groups[] = {column(t, 0), column(t, 1)};
        AggregateCall sum = aggregate("sum", column(t, 2));
        Plan *plan = aggregate_plan(t, groups, 2, &sum, 1);
        aggregate_set_sets(plan, (uint64_t[]){3, 1, 0}, 3); /* ROLLUP(a, b) */
        /* the third column: bit 0 for the first group that the set lacks, bit 1 for the second */
        ck_assert_str_eq(text_sorted(rows_text(plan)), "NULL,1,40,0 NULL,NULL,100,3 NULL,NULL,40,2 a,1,10,0 a,2,20,0 "
                                                       "a,NULL,30,2 b,1,30,0 b,NULL,30,2");
        plan = aggregate_plan(t, groups, 2, &sum, 1);
        aggregate_set_sets(plan, (uint64_t[]){2, 2}, 2); /* a set that is named twice counts twice */
        ck_assert_str_eq(text_sorted(rows_text(plan)), "NULL,1,80,1 NULL,1,80,1 NULL,2,20,1 NULL,2,20,1");
        Plan *empty = table("VARCHAR;INTEGER;INTEGER", "");
        Expr *empty_groups[] = {column(empty, 0), column(empty, 1)};
        AggregateCall count = aggregate("count", NULL);
        plan = aggregate_plan(empty, empty_groups, 2, &count, 1);
        aggregate_set_sets(plan, (uint64_t[]){3, 0}, 2); /* () has a row even of nothing */
        ck_assert_str_eq(rows_text(plan), "NULL,NULL,0,3");
    }
}
END_TEST

/* ---- at random ---- */

enum { MOST_GROUPS = 5000, ROWS = 20000 };

typedef struct Sums {
    int64_t count, values, sum, least;
} Sums;

static uint64_t random_state = 99;

static uint64_t random_below(uint64_t bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % bound;
}

/* A group's number as a key of some type; number 0 is NULL. Some texts share their first 12 bytes. */
static Value group_value(Type type, uint64_t number)
{
    if (number == 0)
        return value_null(type);
    switch (type.id) {
    case TYPE_VARCHAR:
        return value_text(view_of(
            arena_format(test_arena, number % 2 ? "%llu" : "a_common_prefix_%llu", (unsigned long long)number)));
    case TYPE_DOUBLE:
        return value_double((double)number / 8);
    case TYPE_DECIMAL:
        return value_decimal(type, (Int128)number * (type.precision > 18 ? ((Int128)1 << 70) : 1));
    case TYPE_INTERVAL:
        return value_interval((Interval){.microseconds = (int64_t)number});
    default:
        return value_integer(type, (int64_t)number - 100);
    }
}

static void check_random_groups(Type type, size_t group_count, bool has_second_key)
{
    Type types[] = {type, type_of(TYPE_BIGINT), type_of(TYPE_INTEGER)};
    Value *cells = arena_array(test_arena, Value, ROWS * 3);
    Sums *sums = arena_array(test_arena, Sums, group_count);
    for (size_t i = 0; i < ROWS; i++) {
        size_t group = random_below(group_count);
        bool is_null = random_below(5) == 0;
        int64_t value = (int64_t)random_below(1000) - 500;
        cells[i * 3] = group_value(type, group);
        cells[i * 3 + 1] = is_null ? value_null(types[1]) : value_integer(types[1], value);
        cells[i * 3 + 2] = value_integer(types[2], (int64_t)(group % 7));
        Sums *sum = &sums[group];
        sum->count++;
        if (is_null)
            continue;
        sum->least = sum->values == 0 || value < sum->least ? value : sum->least;
        sum->values++;
        sum->sum += value;
    }
    Text expected = {.arena = test_arena};
    for (size_t g = 0; g < group_count; g++) {
        if (sums[g].count == 0)
            continue;
        Value group = group_value(type, g);
        const char *name = value_display(test_arena, &group);
        text_add_format(&expected, "%s,", name ? name : "NULL");
        if (has_second_key)
            text_add_format(&expected, "%zu,", g % 7);
        text_add_format(&expected, "%lld,", (long long)sums[g].count);
        if (sums[g].values)
            text_add_format(&expected, "%lld,%lld ", (long long)sums[g].sum, (long long)sums[g].least);
        else
            text_add(&expected, "NULL,NULL ");
    }
    Plan *t = table_of(types, 3, cells, ROWS);
    Expr *groups[] = {column(t, 0), column(t, 2)};
    AggregateCall calls[] = {aggregate("count", NULL), aggregate("sum", column(t, 1)), aggregate("min", column(t, 1))};
    const char *rows = rows_text(aggregate_plan(t, groups, 1 + has_second_key, calls, 3));
    ck_assert_str_eq(text_sorted(rows), text_sorted(text_string(&expected)));
}

START_TEST(groups_of_every_type_add_up)
{
    static const Type types[] = {
        {.id = TYPE_INTEGER},
        {.id = TYPE_BIGINT},
        {.id = TYPE_DATE},
        {.id = TYPE_VARCHAR},
        {.id = TYPE_DOUBLE},
        {.id = TYPE_DECIMAL, .precision = 10, .scale = 2},
        {.id = TYPE_DECIMAL, .precision = 38, .scale = 4},
        {.id = TYPE_INTERVAL},
    };
    static const size_t group_counts[] = {2, 300, MOST_GROUPS};
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        for (size_t g = 0; g < 3; g++) {
            arena_reset(test_arena);
            plans_begin(g == 1 ? 100 : 2048, g == 0 ? 333 : 2048);
            check_random_groups(types[t], group_counts[g], /* has_second_key= */ t % 2 == 0);
        }
    }
}
END_TEST

START_TEST(a_group_may_have_no_aggregates)
{
    plans_begin(BATCH_SIZE, 2);
    Plan *t = table("BOOLEAN;VARCHAR", "true,a false,a true,a NULL,b");
    Expr *groups[] = {column(t, 0), column(t, 1)};
    ck_assert_str_eq(rows_text(aggregate_plan(t, groups, 2, NULL, 0)), "true,a false,a NULL,b");
}
END_TEST

TEST_PROGRAM(without_groups_there_is_one_row_even_of_nothing, groups_of_nothing_are_none, null_is_a_group_of_its_own,
             a_filter_decides_which_rows_a_call_sees, distinct_calls_see_each_value_of_a_group_once,
             order_by_within_a_call_orders_what_it_sees, grouping_sets_put_each_row_into_a_group_of_every_set,
             groups_of_every_type_add_up, a_group_may_have_no_aggregates)
