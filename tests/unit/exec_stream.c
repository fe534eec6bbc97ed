/* Operators that pass rows on as they come: scan, values, filter, project, limit, union. */
#include "plans.h"

static const size_t sizes[] = {1, 3, 2048};
#define EACH_SIZE(batch_size, batch_rows)                                                                              \
    for (size_t _s = 0; _s < 9; _s++)                                                                                  \
        for (size_t batch_size = sizes[_s / 3], batch_rows = sizes[_s % 3], _once = 1; _once; _once = 0)

START_TEST(a_scan_gives_its_rows_in_every_form)
{
    EACH_SIZE(batch_size, batch_rows)
    {
        plans_begin(batch_size, batch_rows);
        Plan *scan = table("INTEGER;VARCHAR;DECIMAL(10,2)",
                           "1,a,1.50 2,NULL,NULL NULL,a_text_of_more_than_twelve_bytes,-3.00 4,d,0.01");
        ck_assert_str_eq(rows_text(scan), "1,a,1.50 2,NULL,NULL NULL,a_text_of_more_than_twelve_bytes,-3.00 4,d,0.01");
        ck_assert_str_eq(rows_text(table("INTEGER", "")), "");
    }
}
END_TEST

START_TEST(values_gives_rows_without_columns_too)
{
    EACH_SIZE(batch_size, batch_rows)
    {
        plans_begin(batch_size, batch_rows);
        ck_assert_str_eq(rows_text(&plan_values_new(&test_columns, 1, 0, NULL)->base), "-");
        ck_assert_str_eq(rows_text(&plan_values_new(&test_columns, 4, 0, NULL)->base), "- - - -");
        ck_assert_str_eq(rows_text(&plan_values_new(&test_columns, 0, 0, NULL)->base), "");
    }
}
END_TEST

START_TEST(values_computes_its_cells)
{
    EACH_SIZE(batch_size, batch_rows)
    {
        plans_begin(batch_size, batch_rows);
        ColumnId outputs[] = {
            plan_column_new(&test_columns, "a", NULL, type_of(TYPE_INTEGER), true),
            plan_column_new(&test_columns, "b", NULL, type_of(TYPE_VARCHAR), true),
        };
        PlanValues *values = plan_values_new(&test_columns, 3, 2, outputs);
        Expr *cells[] = {
            integer(1),
            constant("VARCHAR", "x"),
            call("+", integer(1), integer(1)),
            constant("VARCHAR", "NULL"),
            constant("INTEGER", "NULL"),
            constant("VARCHAR", "a_text_of_more_than_twelve_bytes"),
        };
        memcpy(values->cells, cells, sizeof cells);
        ck_assert_str_eq(rows_text(&values->base), "1,x 2,NULL NULL,a_text_of_more_than_twelve_bytes");
    }
}
END_TEST

static const struct {
    size_t offset, limit;
    const char *rows;
    size_t pulls; /* of batches of 2 rows */
} limits[] = {
    {0, 0, "", 0},    /* LIMIT 0 reads nothing */
    {3, 2, "4 5", 3}, /* starts and ends inside batches */
    {0, 2, "1 2", 1}, /* ends with a batch: the next is not pulled */
    {2, 2, "3 4", 2}, /* starts with a batch */
    {0, NO_LIMIT, "1 2 3 4 5 6", 3},
    {5, NO_LIMIT, "6", 3},
    {6, NO_LIMIT, "", 3},
    {SIZE_MAX, SIZE_MAX, "", 3},
    {1, 100, "2 3 4 5 6", 3},
};

START_TEST(limit_returns_its_window_and_pulls_no_more)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
        ck_assert_str_eq(rows_text(limit(table("INTEGER", "1 2 3 4 5 6"), limits[i].offset, limits[i].limit)),
                         limits[i].rows);
        ck_assert_uint_eq(test_pulls, limits[i].pulls);
    }
}
END_TEST

START_TEST(filter_keeps_rows_that_are_true)
{
    EACH_SIZE(batch_size, batch_rows)
    {
        plans_begin(batch_size, batch_rows);
        Plan *t = table("INTEGER;VARCHAR", "1,a 2,b NULL,c 3,a 0,b 5,NULL");
        ck_assert_str_eq(rows_text(filter(t, call(">", column(t, 0), integer(1)))), "2,b 3,a 5,NULL");
        ck_assert_str_eq(rows_text(filter(t, call("=", column(t, 1), constant("VARCHAR", "a")))), "1,a 3,a");
        ck_assert_str_eq(rows_text(filter(t, call(">", column(t, 0), integer(9)))), "");
        ck_assert_str_eq(rows_text(limit(filter(t, call(">", column(t, 0), integer(0))), 1, 2)), "2,b 3,a");
    }
}
END_TEST

/* 3000 rows 0, 1, 2, ... with a text and a decimal; every 50th has NULLs. */
static Plan *table_of_many(size_t row_count)
{
    Type types[] = {type_of(TYPE_INTEGER), type_of(TYPE_VARCHAR), type_decimal(12, 1)};
    Value *cells = arena_array(test_arena, Value, row_count * 3);
    for (size_t i = 0; i < row_count; i++) {
        const char *text = arena_format(test_arena, "text_number_%zu", i);
        cells[i * 3] = value_integer(types[0], (int64_t)i);
        cells[i * 3 + 1] = i % 50 == 7 ? value_null(types[1]) : value_text(view_of(text));
        cells[i * 3 + 2] = value_decimal(types[2], (Int128)i * 10);
    }
    return table_of(types, 3, cells, row_count);
}

/* What table_of_many has at rows where i % step == rest. */
static const char *many_text(size_t row_count, size_t step, size_t rest)
{
    Text text = {.arena = test_arena};
    for (size_t i = rest; i < row_count; i += step) {
        text_add_format(&text, "%s%zu,", text.size ? " " : "", i);
        if (i % 50 == 7)
            text_add_format(&text, "NULL,%zu.0", i);
        else
            text_add_format(&text, "text_number_%zu,%zu.0", i, i);
    }
    return text_string(&text);
}

static Plan *filter_modulo(Plan *t, int64_t step, int64_t rest)
{
    return filter(t, call("=", call("%", column(t, 0), integer(step)), integer(rest)));
}

/* Sparse batches are packed, and held back below an operator that reads all: the rows stay the same. */
START_TEST(filter_packs_sparse_batches_without_losing_rows)
{
    static const size_t steps[] = {1, 2, 9, 50, 1000, 2999};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        EACH_SIZE(batch_size, batch_rows)
        {
            plans_begin(batch_size, batch_rows == 1 ? 700 : batch_rows);
            Plan *t = table_of_many(3000);
            const char *expected = many_text(3000, steps[i], 0);
            ck_assert_str_eq(rows_text(filter_modulo(t, (int64_t)steps[i], 0)), expected);
            int key[] = {1};
            ck_assert_str_eq(rows_text(sort(filter_modulo(t, (int64_t)steps[i], 0), key, 1, NO_LIMIT)), expected);
        }
    }
}
END_TEST

START_TEST(a_filter_under_a_limit_holds_no_row_back)
{
    plans_begin(BATCH_SIZE, /* batch_rows= */ 100);
    Plan *t = table_of_many(3000);
    int key[] = {1};
    /* the sort reads all of its input, but its input is the limit: one match is in the first batch */
    Plan *plan = sort(limit(filter_modulo(t, 1000, 5), 0, 1), key, 1, NO_LIMIT);
    ck_assert_str_eq(rows_text(plan), "5,text_number_5,5.0");
    ck_assert_uint_eq(test_pulls, 1);
}
END_TEST

START_TEST(project_computes_over_every_form)
{
    EACH_SIZE(batch_size, batch_rows)
    {
        plans_begin(batch_size, batch_rows);
        Plan *t = table("INTEGER;DECIMAL(10,2)", "1,1.50 2,NULL NULL,3.00 4,-1.00");
        Expr *exprs[] = {call("+", column(t, 0), integer(10)), column(t, 1), integer(7), column(t, 0)};
        ck_assert_str_eq(rows_text(project(t, exprs, 4)), "11,1.50,7,1 12,NULL,7,2 NULL,3.00,7,NULL 14,-1.00,7,4");
        Plan *even = filter(t, call(">", column(t, 0), integer(1)));
        ck_assert_str_eq(rows_text(project(even, exprs, 2)), "12,NULL 14,-1.00");
        ck_assert_str_eq(rows_text(project(t, NULL, 0)), "- - - -");
    }
}
END_TEST

START_TEST(union_gives_its_inputs_in_order)
{
    EACH_SIZE(batch_size, batch_rows)
    {
        plans_begin(batch_size, batch_rows);
        Plan *inputs[] = {table("INTEGER", "1 2"), table("INTEGER", ""), table("INTEGER", "2 NULL"),
                          table("INTEGER", "9")};
        Plan *all = &plan_set_new(&test_columns, PLAN_UNION, true, inputs, 4)->base;
        ck_assert_str_eq(rows_text(all), "1 2 2 NULL 9");
        ck_assert_str_eq(rows_text(limit(all, 3, 1)), "NULL");
    }
}
END_TEST

START_TEST(metrics_count_rows_of_each_node)
{
    plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
    Plan *t = table("INTEGER", "1 2 3 4 5");
    Plan *f = filter(t, call(">", column(t, 0), integer(2)));
    Execution *execution = execute(f);
    while (execution_next(execution))
        ;
    ck_assert_uint_eq(execution_metrics(execution, f->id)->row_count, 3);
    ck_assert_uint_eq(execution_metrics(execution, t->id)->row_count, 5);
    ck_assert_uint_eq(execution_metrics(execution, t->id)->batch_count, 3);
    ck_assert_uint_ge(execution_metrics(execution, f->id)->elapsed_ns, execution_metrics(execution, t->id)->elapsed_ns);
}
END_TEST

START_TEST(a_stream_has_the_names_and_types_of_the_outputs)
{
    plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
    BatchStream *stream = execution_stream(execute(table("INTEGER;DECIMAL(7,3)", "1,2 3,4 5,6")));
    ck_assert_uint_eq(stream->schema->column_count, 2);
    ck_assert_str_eq(stream->schema->columns[1].name, "c1");
    ck_assert(type_equal(stream->schema->columns[1].type, type_decimal(7, 3)));
    Text text = {.arena = test_arena};
    batch_print(stream_next(stream), &text);
    ck_assert_str_eq(text_string(&text), "1,2.000 3,4.000");
    stream_close(stream);
    ck_assert_ptr_null(stream_next(stream));
}
END_TEST

static void execute_deep(void *argument)
{
    execute(argument);
}

START_TEST(a_plan_that_is_too_deep_is_refused)
{
    plans_begin(BATCH_SIZE, 1);
    Plan *plan = table("INTEGER", "1");
    for (size_t i = 1; i < EXECUTION_MAX_DEPTH; i++)
        plan = limit(plan, 0, 5);
    ck_assert_str_eq(rows_text(plan), "1"); /* as deep as may be */
    expect_error(ERROR_TOO_COMPLEX, execute_deep, limit(plan, 0, 5));
}
END_TEST

TEST_PROGRAM(a_scan_gives_its_rows_in_every_form, values_gives_rows_without_columns_too, values_computes_its_cells,
             limit_returns_its_window_and_pulls_no_more, filter_keeps_rows_that_are_true,
             filter_packs_sparse_batches_without_losing_rows, a_filter_under_a_limit_holds_no_row_back,
             project_computes_over_every_form, union_gives_its_inputs_in_order, metrics_count_rows_of_each_node,
             a_stream_has_the_names_and_types_of_the_outputs, a_plan_that_is_too_deep_is_refused)
