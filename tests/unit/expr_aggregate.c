/* Aggregates: each over columns with NULLs, all rows at once, in groups, and merged from parts. */
#include "expr_test.h"

#include "expr/aggregate.h"

typedef struct Aggregation {
    AggregateCall call;
    AggregateState state;
    size_t state_size;
} Aggregation;

static Aggregation aggregation_of(const char *name, TestBatch *test, size_t argument_count)
{
    Aggregation aggregation = {0};
    Type types[AGGREGATE_MAX_ARGUMENTS] = {{0}};
    bool is_ambiguous;
    AggregateCall *call = &aggregation.call;
    Expr *columns[AGGREGATE_MAX_ARGUMENTS];
    for (size_t i = 0; i < argument_count; i++) {
        types[i] = test->schema->columns[i].type;
        columns[i] = expr_column(test_arena, (ColumnId)i, types[i], NO_POSITION);
    }
    if (strcmp(name, "string_agg") == 0) {
        columns[argument_count] = expr_constant(test_arena, value_text(view_of(" - ")), NO_POSITION);
        types[argument_count++] = type_of(TYPE_VARCHAR);
    }
    call->aggregate = aggregate_resolve(view_of(name), types, NULL, argument_count, &call->type, &is_ambiguous);
    ck_assert_msg(call->aggregate != NULL, "%s", name);
    call->position = NO_POSITION;
    call->argument_count = argument_count;
    call->arguments = arena_array(test_arena, Expr *, argument_count + 1);
    for (size_t i = 0; i < argument_count; i++)
        call->arguments[i] = expr_cast(test_arena, columns[i], types[i], NO_POSITION);
    memcpy(aggregation.state.argument_types, types, sizeof types);
    aggregation.state.context = test_context();
    aggregation.state.arena = test_arena;
    return aggregation;
}

typedef struct Aggregating {
    const char *name;
    TestBatch *test;
    size_t argument_count;
    const char *result;
} Aggregating;

static const char *states_text(Aggregation *aggregation, uint8_t *const *states, size_t count)
{
    Vector *result = vector_new(test_arena, aggregation->call.type);
    Batch rows = {.row_count = count, .vector_size = count};
    vector_prepare(result, count);
    aggregation->call.aggregate->finalize(&aggregation->state, states, count, result);
    return rows_text(result, &rows);
}

static void aggregate_body(void *argument)
{
    Aggregating *aggregating = argument;
    Aggregation aggregation = aggregation_of(aggregating->name, aggregating->test, aggregating->argument_count);
    const Aggregate *aggregate = aggregation.call.aggregate;
    const Batch *batch = aggregating->test->batch;
    aggregation.state.call = &aggregation.call;
    size_t size = aggregate->state_size(&aggregation.state), count = batch->row_count;
    ck_assert_uint_eq(size % 8, 0);
    Vector *arguments[AGGREGATE_MAX_ARGUMENTS] = {0};
    Evaluator *evaluator =
        evaluator_new(test_arena, test_context(), aggregation.call.arguments, aggregation.call.argument_count);
    for (size_t i = 0; i < aggregation.call.argument_count; i++)
        arguments[i] = evaluator_value(evaluator, i, batch);

    /* row by row into one state, at an address that is a multiple of 8 and of no more */
    uint8_t *one = (uint8_t *)arena_allocate_zero(test_arena, size + 8) + 8;
    uint8_t **states = arena_array(test_arena, uint8_t *, count + 1);
    for (size_t i = 0; i < count; i++)
        states[i] = one;
    aggregate->update(&aggregation.state, arguments, batch->selection, count, states);
    aggregating->result = states_text(&aggregation, &one, 1);

    /* all at once */
    if (aggregate->update_all) {
        uint8_t *all = arena_allocate_zero(test_arena, size);
        aggregate->update_all(&aggregation.state, arguments, batch->selection, count, all);
        ck_assert_str_eq(states_text(&aggregation, &all, 1), aggregating->result);
    }

    /* in two parts, merged; and an empty one merged on either side */
    uint8_t *parts[4];
    for (size_t i = 0; i < 4; i++)
        parts[i] = arena_allocate_zero(test_arena, size);
    for (size_t i = 0; i < count; i++)
        states[i] = parts[i < count / 2 ? 1 : 2];
    aggregate->update(&aggregation.state, arguments, batch->selection, count, states);
    for (size_t i = 1; i < 4; i++)
        aggregate->combine(&aggregation.state, &parts[i], &parts[0], 1);
    ck_assert_str_eq(states_text(&aggregation, &parts[0], 1), aggregating->result);
}

static const char *aggregate_columns(const char *name, const char *const *columns, size_t count)
{
    TestBatch test = batch_of(columns, count);
    Aggregating aggregating = {name, &test, count, NULL};
    Error error = {0};
    if (!error_protect(aggregate_body, &aggregating, &error))
        return arena_format(test_arena, "!%s", error_sqlstate(error.code));
    return aggregating.result;
}

/* Values are PostgreSQL 15's but for avg of integers (DOUBLE) and of decimals (six digits more). */
static const struct {
    const char *name, *column, *result;
} cases[] = {
    {"count", "integer: 1, NULL, 3", "2"},
    {"count", "varchar: NULL, NULL", "0"},
    {"count_if", "boolean: t, f, NULL, t", "2"},
    {"sum", "smallint: 32767, 32767, NULL", "65534"},
    {"sum", "integer: 2147483647, 2147483647, -1", "4294967293"},
    {"sum", "bigint: 9223372036854775807, 1, -5", "9223372036854775803"}, /* in between it leaves 64 bits */
    {"sum", "bigint: 9223372036854775807, 1", "!22003"},
    {"sum", "bigint: -9223372036854775808, -1", "!22003"},
    {"sum", "ubigint: 18446744073709551615, 1", "18446744073709551616"},
    {"sum", "integer: NULL, NULL", "NULL"},
    {"sum", "decimal(15,2): 0.10, 0.20, NULL, -0.05", "0.25"},
    {"sum", "decimal(38,0): 99999999999999999999999999999999999999, -1, 1", "99999999999999999999999999999999999999"},
    {"sum", "decimal(38,0): 99999999999999999999999999999999999999, 1", "!22003"},
    {"sum", "decimal(38,0): 99999999999999999999999999999999999999, 99999999999999999999999999999999999999", "!22003"},
    {"sum", "double: 1.5, 2.25, NULL", "3.75"},
    {"sum", "interval: 1 day, 2 hours, NULL, 1 mon", "1 mon 1 day 02:00:00"},
    {"avg", "integer: 1, 2, NULL, 4", "2.3333333333333335"},
    {"avg", "bigint: 9223372036854775807, 9223372036854775807", "9.223372036854776e+18"},
    {"avg", "decimal(15,2): 1.00, 2.00, 2.00", "1.66666667"},
    {"avg", "decimal(38,10): 1, 2", "1.5000000000"},
    {"avg", "double: 1, 2, NULL", "1.5"},
    {"avg", "double: NULL", "NULL"},
    {"avg", "interval: 1 day, 2 days", "1 day 12:00:00"},
    {"min", "integer: 3, NULL, -1, 7", "-1"},
    {"max", "integer: 3, NULL, -1, 7", "7"},
    {"max", "integer: 3, -1, 7", "7"},
    {"min", "bigint: 9223372036854775807, -9223372036854775808", "-9223372036854775808"},
    {"max", "ubigint: 1, 18446744073709551615", "18446744073709551615"},
    {"min", "boolean: t, f", "false"},
    {"min", "decimal(20,2): 12345678901234567.89, 1.5, NULL", "1.50"},
    {"max", "decimal(5,2): -2.5, -1.5, NULL", "-1.50"},
    {"max", "double: 1, NaN, Infinity", "NaN"},
    {"min", "double: 1, NaN, -Infinity", "-Infinity"},
    {"min", "varchar: b, a longer text than twelve, abc, NULL", "a longer text than twelve"},
    {"max", "varchar: b, a longer text than twelve, z longer text than twelve", "z longer text than twelve"},
    {"max", "date: 2024-01-31, 1999-12-31", "2024-01-31"},
    {"min", "timestamp: 2024-01-31 10:00, 1999-12-31 00:00", "1999-12-31 00:00:00"},
    {"max", "interval: 29 days, 1 mon", "1 mon"},
    {"bool_and", "boolean: t, f, NULL", "false"},
    {"bool_or", "boolean: t, f, NULL", "true"},
    {"every", "boolean: NULL", "NULL"},
    {"bit_and", "integer: 6, 3, NULL", "2"},
    {"bit_or", "smallint: 6, -8", "-2"},
    {"bit_xor", "bigint: 6, 3", "5"},
    {"first", "varchar: NULL, b", "NULL"},
    {"first", "varchar: the first of all the texts, b", "the first of all the texts"},
    {"last", "decimal(20,2): 1, 2.5", "2.50"},
    {"any_value", "integer: NULL, 5, NULL", "5"},
    {"string_agg", "varchar: a, NULL, b", "a - b"},
    {"group_concat", "integer: 1, NULL, 20", "1,20"},
    {"variance", "integer: 2, 4, 4, 4, 5, 5, 7, 9", "4.571428571428571"},
    {"var_pop", "integer: 2, 4, 4, 4, 5, 5, 7, 9, NULL", "4"},
    {"stddev_pop", "double: 2, 4, 4, 4, 5, 5, 7, 9", "2"},
    {"stddev", "double: 1000000000000001, 1000000000000002, 1000000000000003", "1"},
    {"stddev", "double: 5", "NULL"},
    {"var_pop", "double: 5", "0"},
    {"median", "integer: 5, 1, NULL, 3", "3"},
    {"median", "integer: 5, 1, 3, 4", "3.5"},
    {"median", "double: NULL", "NULL"},
};

START_TEST(aggregates_give_one_value_however_rows_are_dealt_out)
{
    Text wrong = text_in(test_arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *column = cases[i].column;
        const char *result = aggregate_columns(cases[i].name, &column, 1);
        if (strcmp(result, cases[i].result) != 0)
            text_add_format(&wrong, "\n%s(%s) is %s and not %s", cases[i].name, column, result, cases[i].result);
    }
    ck_assert_msg(wrong.size == 0, "%s", text_string(&wrong));
}
END_TEST

START_TEST(pairs_correlate)
{
    const char *pairs[] = {"double: 1, 2, 3, 4, NULL", "double: 2, 4, 6, 9, 1"};
    /* PostgreSQL: corr 0.9943767126843689, covar_pop 2.875, covar_samp 3.8333333333333335 */
    ck_assert_str_eq(aggregate_columns("covar_pop", pairs, 2), "2.875");
    ck_assert_double_eq_tol(strtod(aggregate_columns("corr", pairs, 2), NULL), 0.9943767126843689, 1e-15);
    ck_assert_double_eq_tol(strtod(aggregate_columns("covar_samp", pairs, 2), NULL), 3.8333333333333335, 1e-15);
    ck_assert_str_eq(aggregate_columns("count", NULL, 0), "0");
}
END_TEST

START_TEST(large_columns_take_the_vectorized_sums)
{
    TestBatch test = batch_of((const char *const[]){"integer: 0"}, 1);
    int32_t *values = (vector_prepare(test.batch->columns[0], BATCH_SIZE), test.batch->columns[0]->data);
    for (int i = 0; i < BATCH_SIZE; i++)
        values[i] = i * 1000000;
    test.batch->row_count = test.batch->vector_size = BATCH_SIZE;
    Aggregating aggregating = {"sum", &test, 1, NULL};
    aggregate_body(&aggregating);
    ck_assert_str_eq(aggregating.result, "2096128000000"); /* 2047 * 2048 / 2 millions */
    aggregating.name = "max";
    aggregate_body(&aggregating);
    ck_assert_str_eq(aggregating.result, "2047000000");
}
END_TEST

START_TEST(the_registry_knows_its_names)
{
    ck_assert(aggregate_exists(view_of("SUM")));
    ck_assert(!aggregate_exists(view_of("abs")));
    Type type = type_of(TYPE_VARCHAR), result;
    bool is_ambiguous;
    ck_assert_ptr_null(aggregate_resolve(view_of("sum"), &type, NULL, 1, &result, &is_ambiguous));
    type = type_decimal(15, 2);
    ck_assert_ptr_nonnull(aggregate_resolve(view_of("sum"), &type, NULL, 1, &result, &is_ambiguous));
    ck_assert(type_equal(result, type_decimal(38, 2)));
    ck_assert_ptr_nonnull(aggregate_resolve(view_of("avg"), &type, NULL, 1, &result, &is_ambiguous));
    ck_assert_int_eq(result.scale, 8);
    for (size_t i = 0; aggregate_at(i); i++) {
        const Aggregate *aggregate = aggregate_at(i);
        ck_assert_msg(aggregate->update && aggregate->combine && aggregate->finalize && aggregate->state_size &&
                          aggregate->signature && aggregate->description,
                      "%s", aggregate->name);
    }
}
END_TEST

TEST_PROGRAM(aggregates_give_one_value_however_rows_are_dealt_out, pairs_correlate,
             large_columns_take_the_vectorized_sums, the_registry_knows_its_names)
