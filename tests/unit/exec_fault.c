/* What goes wrong in the middle of a query: the user stops it, memory runs out, a limit is met, the disk is full.
 * Nothing may leak. All of it also with operators that spill after five rows. */
#include <signal.h>
#include <sys/resource.h>

#include "base/memory.h"
#include "base/temp_file.h"
#include "plans.h"

/* ---- a plan with every operator that keeps something; made anew for each run ---- */

enum { PLAN_KINDS_TRIED = 12, RUNS = 2 * PLAN_KINDS_TRIED }; /* each kind as it is, and spilling */

static Plan *some_table(void)
{
    enum { ROWS = 40 };
    static const Type types[] = {{.id = TYPE_INTEGER}, {.id = TYPE_VARCHAR}};
    Value *cells = arena_array(test_arena, Value, ROWS * 2);
    for (size_t i = 0; i < ROWS; i++) {
        const char *text = arena_format(test_arena, "a_text_of_more_than_twelve_bytes_%zu", i % 13);
        cells[i * 2] = i % 9 ? value_integer(types[0], (int64_t)(i % 7)) : value_null(types[0]);
        cells[i * 2 + 1] = value_text(view_of(text));
    }
    return table_of(types, 2, cells, ROWS);
}

static Plan *some_join(PlanJoinType type, bool has_key)
{
    Plan *l = some_table(), *r = some_table();
    Expr *conditions[] = {call(has_key ? "=" : "<", column(l, 0), column(r, 0)),
                          call("<=", column(l, 1), column(r, 1))};
    return &plan_join_new(&test_columns, type, l, r, conditions, 2)->base;
}

static Plan *some_aggregate(void)
{
    Plan *t = some_table();
    PlanAggregate *plan = plan_aggregate_new(&test_columns, t, 1, 2);
    plan->groups[0] = column(t, 0);
    plan->base.outputs[0] = plan_column_new(&test_columns, "g", NULL, plan->groups[0]->type, true);
    for (int i = 0; i < 2; i++) {
        AggregateCall *call = &plan->aggregates[i];
        Expr *arguments[] = {column(t, 1), constant("VARCHAR", "+")};
        Type types[] = {arguments[0]->type, arguments[1]->type};
        bool is_unknown[2] = {false}, is_ambiguous;
        static SortOrder order;
        call->argument_count = i ? 2 : 1;
        call->arguments = arena_copy(test_arena, arguments, sizeof arguments);
        call->aggregate = aggregate_resolve(view_of(i ? "string_agg" : "max"), types, is_unknown, call->argument_count,
                                            &call->type, &is_ambiguous);
        call->is_distinct = i == 1;
        call->order_count = (size_t)i;
        call->order_keys = call->arguments;
        call->orders = &order;
        plan->base.outputs[1 + i] = plan_column_new(&test_columns, "a", NULL, call->type, true);
    }
    return &plan->base;
}

/* Every way of computing a call: place, value, whole, running, tree, ordered. */
static Plan *some_window(void)
{
    static const WindowFrame frames[] = {
        {.mode = WINDOW_RANGE, .end.kind = WINDOW_UNBOUNDED_FOLLOWING},
        {.mode = WINDOW_ROWS, .end.kind = WINDOW_CURRENT_ROW},
        {.mode = WINDOW_GROUPS, .end.kind = WINDOW_CURRENT_ROW, .exclude = WINDOW_EXCLUDE_TIES},
    };
    Plan *t = some_table();
    PlanWindow *plan = plan_window_new(&test_columns, t, 1, 1, 6);
    plan->partition[0] = column(t, 0);
    plan->keys[0] = column(t, 1);
    for (size_t i = 0; i < 6; i++) {
        WindowCall *window = &plan->calls[i];
        Expr *argument = i == 5 ? expr_cast(test_arena, column(t, 0), type_of(TYPE_DOUBLE), NO_POSITION) : column(t, 1);
        Type type = argument->type;
        bool is_unknown = false, is_ambiguous;
        window->frame = frames[i < 3 ? 0 : i < 5 ? i - 2 : 2];
        window->call.arguments = arena_copy(test_arena, &argument, sizeof argument);
        window->call.argument_count = i == 0 ? 0 : 1;
        window->ignores_nulls = i == 1;
        if (i < 2)
            window->function = window_function_resolve(view_of(i == 0 ? "rank" : "lag"), &type, &is_unknown,
                                                       window->call.argument_count, &window->call.type);
        else
            window->call.aggregate = aggregate_resolve(view_of(i == 5 ? "median" : "max"), &type, &is_unknown, 1,
                                                       &window->call.type, &is_ambiguous);
        plan->columns[i] = plan_column_new(&test_columns, "w", NULL, window->call.type, true);
    }
    plan_refresh_outputs(&test_columns, &plan->base);
    return &plan->base;
}

static Plan *some_plan(size_t kind)
{
    static const int keys[] = {2, -1};
    Plan *t = some_table();
    Plan *pair[] = {t, some_table()};
    switch (kind) {
    case 0:
        return some_join(PLAN_JOIN_FULL, /* has_key= */ true);
    case 1:
        return some_join(PLAN_JOIN_LEFT, /* has_key= */ false);
    case 2:
        return some_aggregate();
    case 3:
        return sort(t, keys, 2, NO_LIMIT);
    case 4:
        return sort(t, keys, 2, 3);
    case 5:
        return &plan_distinct_new(&test_columns, t, t->outputs, 2)->base;
    case 6:
        return &plan_set_new(&test_columns, PLAN_INTERSECT, true, pair, 2)->base;
    case 7:
        return sort(filter(t, call("=", column(t, 0), integer(3))), keys, 1, NO_LIMIT);
    case 8:
        return some_window();
    case 9:
        return &plan_distinct_new(&test_columns, sort(t, keys, 2, NO_LIMIT), t->outputs, 1)->base;
    case 10:
        pair[1] = filter(pair[1], call("=", column(pair[1], 0), integer(3)));
        return &plan_set_new(&test_columns, PLAN_EXCEPT, false, pair, 2)->base;
    default: {
        Expr *exprs[] = {call("||", column(t, 1), column(t, 1)), call("+", column(t, 0), integer(1))};
        return project(t, exprs, 2);
    }
    }
}

/* ---- runs ---- */

typedef struct Run {
    size_t kind;
    Arena *arena; /* of the execution alone */
    Plan *plan;
    size_t cancel_after; /* batches that tables give; 0: never */
    size_t row_count;
} Run;

/* Its memory, and its place on disk. */
static void run_end(Run *run)
{
    arena_free(run->arena);
    ck_assert_uint_eq(test_budget.used, 0);
    ck_assert_uint_eq(test_temp.used, 0);
}

static void run_plan(void *argument)
{
    Run *run = argument;
    Execution *execution = execution_new(run->arena, &test_context, &test_columns, run->plan, false);
    for (const Batch *batch; (batch = execution_next(execution)) != NULL;)
        run->row_count += batch->row_count;
    execution_close(execution);
}

static Run run_new_spilling(size_t kind, size_t spill_after)
{
    arena_reset(test_arena);
    plans_begin(/* batch_size= */ 16, /* batch_rows= */ 7);
    test_settings.spill_after = spill_after;
    Run run = {.kind = kind, .plan = some_plan(kind)};
    plan_number(run.plan);
    run.arena = arena_new_child(test_arena);
    return run;
}

static Run run_new(size_t number)
{
    bool spills = number >= PLAN_KINDS_TRIED;
    return run_new_spilling(number % PLAN_KINDS_TRIED, spills ? 5 : 0);
}

START_TEST(every_allocation_may_fail)
{
    for (size_t number = 0; number < RUNS; number++) {
        Run run = run_new(number);
        run_plan(&run);
        size_t row_count = run.row_count, nth = 1;
        ck_assert_uint_gt(row_count, 0);
        for (bool has_failed = true; has_failed; nth++) {
            run = run_new(number);
            memory_fail_at(nth);
            Error error;
            bool is_done = error_protect(run_plan, &run, &error);
            has_failed = memory_has_failed();
            memory_fail_at(0);
            ck_assert_int_eq(is_done, !has_failed);
            if (has_failed)
                ck_assert_msg(error.code == ERROR_OUT_OF_MEMORY, "%s", error.message);
            else
                ck_assert_uint_eq(run.row_count, row_count);
            run_end(&run);
        }
        ck_assert_uint_gt(nth, 10);
    }
}
END_TEST

START_TEST(a_memory_limit_is_an_error_that_names_it)
{
    for (size_t number = 0; number < 7; number++) {
        for (size_t limit_size = 0; limit_size < 1 << 20; limit_size += 5000) {
            Run run = run_new(number);
            test_budget.limit = limit_size;
            Error error;
            bool is_done = error_protect(run_plan, &run, &error);
            if (!is_done) {
                ck_assert_msg(error.code == ERROR_MEMORY_LIMIT, "%s", error.message);
                ck_assert_ptr_nonnull(strstr(error.message, "memory_limit"));
            }
            ck_assert_uint_le(test_budget.peak, limit_size);
            run_end(&run);
            if (limit_size == 0)
                ck_assert(is_done == (number == 1)); /* a join without keys can do with a file */
            if (is_done)
                break;
            ck_assert_uint_lt(limit_size, (1 << 20) - 5000);
        }
    }
}
END_TEST

/* Gives rows without end, and the third batch raises the flag. */
static Batch *endless_next(BatchStream *stream)
{
    TestCursor *cursor = (TestCursor *)stream;
    cursor->reading->next_row = 0;
    if (++test_pulls == 3)
        test_cancel = true;
    ck_assert_uint_lt(test_pulls, 10);
    return test_cursor_next(stream);
}

static BatchStream *endless_open(Scan *scan, void *reading, Arena *arena, const Context *context)
{
    BatchStream *stream = test_scan_open(scan, reading, arena, context);
    stream->next = endless_next;
    return stream;
}

static void plan_make_endless(Plan *plan)
{
    if (plan->kind == PLAN_SCAN)
        ((PlanScan *)plan)->scan->open = endless_open;
    for (size_t i = 0; i < plan->input_count; i++)
        plan_make_endless(plan->inputs[i]);
}

START_TEST(every_operator_stops_when_it_is_asked_to)
{
    for (size_t number = 0; number < RUNS; number++) {
        Run run = run_new(number);
        plan_make_endless(run.plan);
        expect_error(ERROR_INTERRUPTED, run_plan, &run);
        run_end(&run);
    }
}
END_TEST

START_TEST(closing_early_gives_the_memory_back)
{
    for (size_t number = 0; number < RUNS; number++) {
        Run run = run_new(number);
        Execution *execution = execution_new(run.arena, &test_context, &test_columns, run.plan, false);
        ck_assert_ptr_nonnull(execution_next(execution));
        execution_close(execution);
        ck_assert_ptr_null(execution_next(execution));
        ck_assert_uint_lt(test_budget.used, 10000); /* the keys of a batch at most */
        run_end(&run);
    }
}
END_TEST

START_TEST(what_has_come_to_its_end_holds_no_memory)
{
    for (size_t number = 0; number < RUNS; number++) {
        Run run = run_new(number);
        Execution *execution = execution_new(run.arena, &test_context, &test_columns, run.plan, false);
        while (execution_next(execution))
            ;
        ck_assert_uint_lt(test_budget.used, 10000);
        run_end(&run);
    }
}
END_TEST

/* How many bytes a run writes to disk. */
static uint64_t run_temp_peak(size_t kind)
{
    Run run = run_new_spilling(kind, 5);
    run_plan(&run);
    uint64_t peak = test_temp.peak;
    run_end(&run);
    return peak;
}

START_TEST(a_full_disk_is_an_error_that_names_the_folder)
{
    struct rlimit before;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    size_t failed_count = 0;
    for (size_t kind = 2; kind < PLAN_KINDS_TRIED; kind++) {
        if (run_temp_peak(kind) == 0)
            continue;
        for (rlim_t size = 0; size < 40000; size += 1500) {
            Run run = run_new_spilling(kind, 5);
            setrlimit(RLIMIT_FSIZE, &(struct rlimit){size, before.rlim_max});
            Error error;
            bool is_done = error_protect(run_plan, &run, &error);
            setrlimit(RLIMIT_FSIZE, &before);
            if (!is_done) {
                failed_count++;
                ck_assert_msg(error.code == ERROR_DISK_FULL, "%s", error.message);
                ck_assert_ptr_nonnull(strstr(error.message, temp_folder(&test_context)));
            }
            run_end(&run);
        }
    }
    ck_assert_uint_ge(failed_count, 8); /* at least all that spill, when nothing may be written */
}
END_TEST

START_TEST(a_folder_that_takes_no_files_is_an_error)
{
    for (size_t kind = 2; kind < PLAN_KINDS_TRIED; kind++) {
        if (run_temp_peak(kind) == 0)
            continue;
        Run run = run_new_spilling(kind, 5);
        test_settings.temp_directory = "/proc/self";
        expect_error(ERROR_IO, run_plan, &run);
        run_end(&run);
    }
}
END_TEST

START_TEST(temp_limit_is_kept)
{
    for (size_t kind = 2; kind < PLAN_KINDS_TRIED; kind++) {
        uint64_t peak = run_temp_peak(kind);
        for (uint64_t part = 0; part < 4 && peak > 0; part++) {
            Run run = run_new_spilling(kind, 5);
            test_temp.limit = peak * part / 4;
            expect_error(ERROR_TEMP_LIMIT, run_plan, &run);
            ck_assert_uint_le(test_temp.peak, test_temp.limit);
            run_end(&run);
        }
    }
}
END_TEST

/* The rows; in a fixed order where the plan leaves it free. */
static const char *run_rows(size_t kind, size_t spill_after)
{
    const char *text = rows_text(run_new_spilling(kind, spill_after).plan);
    return kind == 3 || kind == 4 || kind == 9 ? text : text_sorted(text);
}

START_TEST(what_spills_gives_the_same_rows)
{
    for (size_t kind = 0; kind < PLAN_KINDS_TRIED; kind++) {
        char *expected = strdup(run_rows(kind, 0));
        ck_assert_uint_gt(strlen(expected), 0);
        for (size_t spill_after = 1; spill_after < 50; spill_after += 4)
            ck_assert_str_eq(run_rows(kind, spill_after), expected);
        free(expected);
    }
}
END_TEST

TEST_PROGRAM(every_allocation_may_fail, a_memory_limit_is_an_error_that_names_it,
             every_operator_stops_when_it_is_asked_to, closing_early_gives_the_memory_back,
             what_has_come_to_its_end_holds_no_memory, a_full_disk_is_an_error_that_names_the_folder,
             a_folder_that_takes_no_files_is_an_error, temp_limit_is_kept, what_spills_gives_the_same_rows)
