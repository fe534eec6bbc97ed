/* Copies of a subtree below a Gather: order, errors, and ends of every kind. */
#include <sched.h>
#include <unistd.h>

#include "column/writer.h"
#include "plans.h"

enum { ROW_COUNT = 5000, BATCH_ROWS = 7 };

static Plan *gather(Plan *input, bool keeps_order)
{
    return plan_gather_new(&test_columns, input, keeps_order);
}

/* Numbers from `first` on. */
static Plan *numbers(size_t count, int64_t first)
{
    Type type = type_of(TYPE_INTEGER);
    Value *cells = arena_array(test_arena, Value, count);
    for (size_t i = 0; i < count; i++)
        cells[i] = value_integer(type, first + (int64_t)i);
    return table_of(&type, 1, cells, count);
}

static const char *numbers_text(int64_t first, int64_t end, int64_t step)
{
    Text text = {.arena = test_arena};
    for (int64_t i = first; i < end; i += step)
        text_add_format(&text, "%s%lld", text.size ? " " : "", (long long)i);
    return text_string(&text);
}

static void yield_often(size_t batch_number)
{
    if (batch_number % 3 == 0)
        sched_yield();
}

/* Every third of the numbers, by a filter and a projection. */
static Plan *thirds(Plan *input)
{
    Plan *kept = filter(input, call("=", call("%", column(input, 0), integer(3)), integer(0)));
    Expr *same = column(kept, 0);
    return project(kept, &same, 1);
}

START_TEST(a_gather_keeps_the_order_of_its_source)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    test_at_batch = yield_often;
    ck_assert_str_eq(rows_text(gather(thirds(numbers(ROW_COUNT, 0)), true)), numbers_text(0, ROW_COUNT, 3));
}
END_TEST

static bool text_take(void *user, const char *data, size_t size)
{
    text_add_view(user, (StringView){data, size});
    return true;
}

/* Rows that left before come as they are. */
START_TEST(for_a_writer_the_workers_make_text_of_their_rows)
{
    for (size_t rows_before = 0; rows_before < 2; rows_before++) {
        arena_reset(test_arena);
        plans_begin(BATCH_SIZE, BATCH_ROWS);
        test_at_batch = yield_often;
        Execution *execution = execute(gather(thirds(numbers(ROW_COUNT, 0)), true));
        Text text = {.arena = test_arena};
        Schema *schema = schema_new(test_arena, 1);
        schema->columns[0] = (Column){.name = "n", .type = type_of(TYPE_INTEGER)};
        WriterOptions options = {.format = WRITER_JSON};
        Writer *writer = writer_new(test_arena, &test_context, schema, &options, text_take, &text);
        writer_begin(writer);
        if (rows_before)
            writer_batch(writer, execution_next(execution));
        execution_write(execution, writer);
        size_t text_count = 0;
        for (const Batch *batch; (batch = execution_next(execution)) != NULL;) {
            text_count += batch->is_text;
            writer_batch(writer, batch);
        }
        writer_end(writer);
        ck_assert_uint_gt(text_count, 0);
        ck_assert_uint_eq(writer_row_count(writer), (ROW_COUNT + 2) / 3);
        Text expected = {.arena = test_arena};
        for (int i = 0; i < ROW_COUNT; i += 3)
            text_add_format(&expected, "%s{\"n\":%d}", i ? ",\n" : "[", i);
        text_add(&expected, "]\n");
        ck_assert_str_eq(text_string(&text), text_string(&expected));
    }
}
END_TEST

START_TEST(a_gather_without_order_gives_every_row_once)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    test_at_batch = yield_often;
    const char *rows = rows_text(gather(thirds(numbers(ROW_COUNT, 0)), false));
    ck_assert_str_eq(text_sorted(rows), text_sorted(numbers_text(0, ROW_COUNT, 3)));
}
END_TEST

START_TEST(arms_of_a_union_come_in_order)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    Plan *arms[] = {numbers(1000, 0), thirds(numbers(2000, 1000)), numbers(500, 3000)};
    Plan *all = &plan_set_new(&test_columns, PLAN_UNION, true, arms, 3)->base;
    const char *expected = arena_format(test_arena, "%s %s %s", numbers_text(0, 1000, 1), numbers_text(1002, 3000, 3),
                                        numbers_text(3000, 3500, 1));
    ck_assert_str_eq(rows_text(gather(all, true)), expected);
}
END_TEST

/* An arm that waits for all copies may not wait for those that wait for room in their queues. */
START_TEST(copies_at_a_meeting_and_at_full_queues_do_not_wait_for_each_other)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    test_at_batch = yield_often;
    Plan *left = numbers(3000, 2000), *right = numbers(1000, 3000);
    Expr *condition = call("=", column(left, 0), column(right, 0));
    Plan *join = &plan_join_new(&test_columns, PLAN_JOIN_SEMI, left, right, &condition, 1)->base;
    Plan *arms[] = {numbers(2000, 0), join};
    Plan *all = &plan_set_new(&test_columns, PLAN_UNION, true, arms, 2)->base;
    const char *expected = arena_format(test_arena, "%s %s", numbers_text(0, 2000, 1), numbers_text(3000, 4000, 1));
    ck_assert_str_eq(rows_text(gather(all, true)), expected);
}
END_TEST

START_TEST(a_spread_runs_once_and_keeps_the_order)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    Plan *once = plan_spread_new(&test_columns, limit(numbers(ROW_COUNT, 0), 100, 3000));
    ck_assert_str_eq(rows_text(gather(thirds(once), true)), numbers_text(102, 3100, 3));
}
END_TEST

START_TEST(a_gather_may_stand_below_a_spread)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    Plan *once = plan_spread_new(&test_columns, limit(gather(numbers(ROW_COUNT, 0), true), 0, 600));
    ck_assert_str_eq(rows_text(gather(thirds(once), true)), numbers_text(0, 600, 3));
}
END_TEST

/* ---- errors ---- */

static void drain(void *plan)
{
    (void)rows_text(plan);
}

static _Atomic bool later_batch_was_taken;

/* The batch with the earlier error is slower than the one with the later. */
static void hold_batch_two(size_t batch_number)
{
    if (batch_number == 5)
        later_batch_was_taken = true;
    while (batch_number == 2 && !later_batch_was_taken)
        sched_yield();
    if (batch_number == 2)
        usleep(20000);
}

/* 100 / (n - 20) in batch 2, and n + INT_MAX - 36 in batch 5, fail. */
static Plan *two_errors(void)
{
    Plan *input = numbers(ROW_COUNT, 0);
    Expr *exprs[] = {
        call("/", integer(100), call("-", column(input, 0), integer(20))),
        call("+", call("-", column(input, 0), integer(36)), integer(INT32_MAX)),
    };
    return project(input, exprs, 2);
}

START_TEST(the_earliest_of_several_errors_is_told)
{
    for (int keeps_order = 0; keeps_order < 2; keeps_order++) {
        arena_reset(test_arena);
        plans_begin(BATCH_SIZE, BATCH_ROWS);
        later_batch_was_taken = false;
        test_at_batch = hold_batch_two;
        expect_error(ERROR_DIVISION_BY_ZERO, drain, gather(two_errors(), keeps_order));
    }
}
END_TEST

START_TEST(rows_before_an_error_come_first_where_order_is_kept)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    Plan *input = numbers(ROW_COUNT, 0);
    Expr *quotient = call("/", integer(0), call("-", column(input, 0), integer(20)));
    ck_assert_str_eq(rows_text(limit(gather(project(input, &quotient, 1), true), 0, 14)),
                     "0 0 0 0 0 0 0 0 0 0 0 0 0 0");
}
END_TEST

static Plan *join_that_fails(PlanJoinType type)
{
    Plan *left = numbers(ROW_COUNT, 0), *input = numbers(ROW_COUNT, 0);
    Expr *quotient = call("/", integer(100), call("-", column(input, 0), integer(ROW_COUNT / 2)));
    Plan *right = project(input, &quotient, 1);
    Expr *condition = call("=", column(left, 0), column(right, 0));
    return &plan_join_new(&test_columns, type, left, right, &condition, 1)->base;
}

START_TEST(who_waits_at_a_meeting_goes_when_another_fails)
{
    for (int type = PLAN_JOIN_INNER; type <= PLAN_JOIN_ANTI; type++) {
        arena_reset(test_arena);
        plans_begin(BATCH_SIZE, BATCH_ROWS);
        expect_error(ERROR_DIVISION_BY_ZERO, drain, gather(join_that_fails((PlanJoinType)type), type % 2));
        arena_reset(test_arena);
        ck_assert_uint_eq(test_budget.used, 0);
    }
}
END_TEST

/* As cursors of a file do, whose pieces tell of each other. */
static void wait_for_batch_two(size_t batch_number)
{
    if (batch_number == 2)
        error_raise(ERROR_IO, NO_POSITION, "batch 2 cannot be read");
    while (batch_number > 2) {
        context_check(context_entered());
        sched_yield();
    }
}

START_TEST(a_cursor_that_waits_for_one_that_has_failed_ends)
{
    for (int keeps_order = 0; keeps_order < 2; keeps_order++) {
        arena_reset(test_arena);
        plans_begin(BATCH_SIZE, BATCH_ROWS);
        test_at_batch = wait_for_batch_two;
        expect_error(ERROR_IO, drain, gather(numbers(ROW_COUNT, 0), keeps_order));
    }
}
END_TEST

/* ---- who waits for whom ---- */

static _Atomic bool batch_one_is_handed_on;

/* The worker of batch 1 hands it on and takes batch 2 while that of batch 0 is still there. Then only batches without
   rows pass, and nothing else until the rows of batch 1 are out. */
static void hold_all_but_batch_one(size_t batch_number)
{
    if (batch_number == 0) {
        while (!later_batch_was_taken)
            sched_yield();
    } else if (batch_number == 2 || batch_number > 3) {
        later_batch_was_taken = true;
        while (!batch_one_is_handed_on)
            sched_yield();
    }
}

START_TEST(rows_come_as_soon_as_no_worker_is_before_them)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    test_settings.threads = 2;
    later_batch_was_taken = batch_one_is_handed_on = false;
    test_at_batch = hold_all_but_batch_one;
    Plan *source = numbers(ROW_COUNT, 0);
    Expr *is_in_batch_one = call("=", call("%", column(source, 0), integer(ROW_COUNT)), integer(BATCH_ROWS));
    Execution *execution = execute(gather(filter(source, is_in_batch_one), true));
    const Batch *batch = execution_next(execution);
    ck_assert_ptr_nonnull(batch);
    ck_assert_uint_eq(batch->row_count, 1);
    batch_one_is_handed_on = true;
    ck_assert_ptr_null(execution_next(execution));
}
END_TEST

/* ---- ends ---- */

static void cancel_at_ten(size_t batch_number)
{
    if (batch_number == 10)
        test_cancel = true;
}

START_TEST(a_cancelled_query_ends_its_workers)
{
    for (int keeps_order = 0; keeps_order < 2; keeps_order++) {
        arena_reset(test_arena);
        plans_begin(BATCH_SIZE, BATCH_ROWS);
        test_at_batch = cancel_at_ten;
        expect_error(ERROR_INTERRUPTED, drain, gather(thirds(numbers(ROW_COUNT, 0)), keeps_order));
        ck_assert_uint_lt(test_pulls, 20);
    }
}
END_TEST

START_TEST(a_limit_stops_the_workers_below_it)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    ck_assert_str_eq(rows_text(limit(gather(numbers(20 * ROW_COUNT, 0), true), 0, 10)), numbers_text(0, 10, 1));
    ck_assert_uint_lt(test_pulls, 200); /* of more than 14,000 */
}
END_TEST

START_TEST(a_gather_may_be_closed_at_any_time)
{
    for (size_t pulls = 0; pulls < 30; pulls++) {
        arena_reset(test_arena);
        plans_begin(BATCH_SIZE, BATCH_ROWS);
        Plan *left = numbers(ROW_COUNT, 0), *right = numbers(ROW_COUNT, 0);
        Expr *condition = call("=", column(left, 0), column(right, 0));
        Plan *join = &plan_join_new(&test_columns, PLAN_JOIN_FULL, left, right, &condition, 1)->base;
        Execution *execution = execute(gather(join, pulls % 2));
        for (size_t i = 0; i < pulls; i++)
            ck_assert_ptr_nonnull(execution_next(execution));
        execution_close(execution);
        arena_reset(test_arena);
        ck_assert_uint_eq(test_budget.used, 0);
    }
}
END_TEST

START_TEST(counts_of_copies_are_added_up)
{
    plans_begin(BATCH_SIZE, BATCH_ROWS);
    Plan *source = numbers(ROW_COUNT, 0);
    Plan *root = gather(thirds(source), false);
    Execution *execution = execute(root);
    while (execution_next(execution))
        ;
    ck_assert_uint_eq(execution_metrics(execution, source->id)->row_count, ROW_COUNT);
    ck_assert_uint_eq(execution_metrics(execution, root->id)->row_count, (ROW_COUNT + 2) / 3);
}
END_TEST

TEST_PROGRAM(a_gather_keeps_the_order_of_its_source, for_a_writer_the_workers_make_text_of_their_rows,
             a_gather_without_order_gives_every_row_once, arms_of_a_union_come_in_order,
             copies_at_a_meeting_and_at_full_queues_do_not_wait_for_each_other, a_spread_runs_once_and_keeps_the_order,
             a_gather_may_stand_below_a_spread, the_earliest_of_several_errors_is_told,
             rows_before_an_error_come_first_where_order_is_kept, who_waits_at_a_meeting_goes_when_another_fails,
             a_cursor_that_waits_for_one_that_has_failed_ends, rows_come_as_soon_as_no_worker_is_before_them,
             a_cancelled_query_ends_its_workers, a_limit_stops_the_workers_below_it, a_gather_may_be_closed_at_any_time,
             counts_of_copies_are_added_up)
