/* SET verify_pushdown: what a provider promised is checked, and the first row that breaks it is named. */
#include "plans.h"

static const TableProviderOps test_ops = {.format = "liar"};

/* A scan of rows, which promises that its first column is 1. */
static PlanScan *promising_scan(const char *rows)
{
    static TableProvider provider = {.ops = &test_ops};
    PlanScan *scan = (PlanScan *)table("INTEGER;VARCHAR", rows);
    scan->table = &provider;
    scan->name = "t";
    scan->promise_count = 1;
    scan->promises = arena_new(test_arena, Expr *);
    scan->promises[0] = call("=", column(&scan->base, 0), integer(1));
    return scan;
}

static void run(void *plan)
{
    (void)rows_text(plan);
}

START_TEST(a_row_that_an_exact_filter_should_have_stopped_is_an_error_that_names_it)
{
    plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
    test_settings.verify_pushdown = true;
    PlanScan *scan = promising_scan("1,a 1,b 2,c 1,d");
    Error error = expect_error(ERROR_INTERNAL, run, scan);
    ck_assert_ptr_nonnull(strstr(error.message, "liar"));
    ck_assert_ptr_nonnull(strstr(error.message, "\"t\""));
    ck_assert_ptr_nonnull(strstr(error.message, "= 2"));
    ck_assert_ptr_nonnull(strstr(error.message, "'c'"));
}
END_TEST

START_TEST(a_null_does_not_make_a_filter_true)
{
    plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
    test_settings.verify_pushdown = true;
    expect_error(ERROR_INTERNAL, run, promising_scan("1,a NULL,b"));
}
END_TEST

START_TEST(a_null_in_a_column_that_has_none_is_an_error)
{
    plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
    test_settings.verify_pushdown = true;
    PlanScan *scan = promising_scan("1,a 1,NULL");
    ((Column *)scan->scan->schema->columns)[1].is_nullable = false;
    expect_error(ERROR_INTERNAL, run, scan);
}
END_TEST

START_TEST(kept_promises_are_fine_and_broken_ones_unseen_without_the_setting)
{
    plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
    test_settings.verify_pushdown = true;
    ck_assert_str_eq(rows_text(&promising_scan("1,a 1,b")->base), "1,a 1,b");
    test_settings.verify_pushdown = false;
    ck_assert_str_eq(rows_text(&promising_scan("1,a 2,b")->base), "1,a 2,b");
}
END_TEST

/* ---- a provider that lies, promise by promise ---- */

static const size_t first_column[] = {0};
static Constraint key = {.kind = CONSTRAINT_PRIMARY_KEY, .column_count = 1, .columns = first_column};
static const Constraints keys = {1, &key};
static Statistics statistics;
static ColumnStatistics columns[2];

static const Constraints *liar_constraints(TableProvider *provider)
{
    (void)provider;
    return &keys;
}

static const Statistics *liar_statistics(TableProvider *provider, const Context *context)
{
    (void)provider, (void)context;
    return &statistics;
}

static PlanScan *liar_scan(const char *rows, bool has_key, bool has_statistics)
{
    static TableProviderOps ops;
    static TableProvider provider = {.ops = &ops};
    static size_t indexes[] = {0, 1};
    plans_begin(BATCH_SIZE, /* batch_rows= */ 2);
    test_settings.verify_pushdown = VERIFICATION_ON;
    PlanScan *scan = (PlanScan *)table("INTEGER;INTEGER", rows);
    ops = (TableProviderOps){.format = "liar",
                             .constraints = has_key ? liar_constraints : NULL,
                             .statistics = has_statistics ? liar_statistics : NULL};
    scan->table = &provider;
    scan->name = "t";
    scan->column_indexes = indexes;
    scan->limit = NO_LIMIT;
    return scan;
}

static void expect_broken(PlanScan *scan, const char *promise)
{
    Error error = expect_error(ERROR_INTERNAL, run, scan);
    ck_assert_msg(strstr(error.message, promise), "%s", error.message);
    ck_assert_ptr_nonnull(strstr(error.message, "provider liar of table \"t\""));
}

START_TEST(a_key_that_comes_twice_is_an_error)
{
    key.kind = CONSTRAINT_PRIMARY_KEY;
    ck_assert_str_eq(rows_text(&liar_scan("1,1 2,1 3,1", true, false)->base), "1,1 2,1 3,1");
    expect_broken(liar_scan("1,1 2,1 3,2 1,3", true, false), "same key, yet it gives the row c0 = 1, c1 = 3");
    expect_broken(liar_scan("1,1 NULL,1", true, false), "a primary key is never NULL");
    key.kind = CONSTRAINT_UNIQUE;
    ck_assert_str_eq(rows_text(&liar_scan("NULL,1 2,1 NULL,1", true, false)->base), "NULL,1 2,1 NULL,1");
    expect_broken(liar_scan("2,1 2,1", true, false), "same key");
}
END_TEST

static PlanScan *ordered_scan(const char *rows, bool is_descending)
{
    PlanScan *scan = liar_scan(rows, false, false);
    scan->order_count = 2;
    scan->orders = arena_array(test_arena, ScanOrder, 2);
    scan->orders[0] = (ScanOrder){0, {is_descending, is_descending}};
    scan->orders[1] = (ScanOrder){1, {false, false}};
    scan->scan->is_ordered = true;
    return scan;
}

START_TEST(rows_that_come_in_another_order_are_an_error)
{
    ck_assert_str_eq(rows_text(&ordered_scan("1,1 1,2 3,0 NULL,1", false)->base), "1,1 1,2 3,0 NULL,1");
    ck_assert_str_eq(rows_text(&ordered_scan("NULL,5 4,1 4,1 3,0", true)->base), "NULL,5 4,1 4,1 3,0");
    expect_broken(ordered_scan("1,1 2,1 1,9 3,1", false), "order that was wanted, yet it gives the row c0 = 1, c1 = 9");
    expect_broken(ordered_scan("1,2 1,1", false), "order");
    expect_broken(ordered_scan("NULL,1 1,1", false), "order");
    expect_broken(ordered_scan("1,1 2,1", true), "order");
}
END_TEST

static Value an_integer(int64_t value)
{
    return value_integer(type_of(TYPE_INTEGER), value);
}

/* Of the rows 3,NULL 1,7 2,8: what is true. */
static void statistics_begin(void)
{
    columns[0] = (ColumnStatistics){
        .null_count = {PRECISION_EXACT, 0},
        .minimum = {PRECISION_EXACT, an_integer(1)},
        .maximum = {PRECISION_EXACT, an_integer(3)},
    };
    columns[1] = (ColumnStatistics){
        .null_count = {PRECISION_EXACT, 1},
        .minimum = {PRECISION_EXACT, an_integer(7)},
        .maximum = {PRECISION_EXACT, an_integer(8)},
    };
    statistics = (Statistics){.row_count = {PRECISION_EXACT, 3}, .column_count = 2, .columns = columns};
}

static PlanScan *counted_scan(void)
{
    return liar_scan("3,NULL 1,7 2,8", false, true);
}

START_TEST(exact_statistics_that_are_wrong_are_an_error)
{
    statistics_begin();
    ck_assert_str_eq(rows_text(&counted_scan()->base), "3,NULL 1,7 2,8");
    statistics.row_count.count = 4;
    expect_broken(counted_scan(), "exactly 4 rows, yet there are 3");
    statistics.row_count.precision = PRECISION_ESTIMATE;
    ck_assert_str_eq(rows_text(&counted_scan()->base), "3,NULL 1,7 2,8");
    columns[1].null_count.count = 0;
    expect_broken(counted_scan(), "exactly 0 NULLs of c1, yet there are 1");
    statistics_begin();
    columns[0].minimum.value = an_integer(0);
    expect_broken(counted_scan(), "the least c0 is 0, yet it is 1");
    statistics_begin();
    columns[1].maximum.value = value_null(type_of(TYPE_INTEGER));
    expect_broken(counted_scan(), "the greatest c1 is NULL, yet it is 8");
    statistics_begin();
    PlanScan *scan = counted_scan(); /* a limit: not all rows need come */
    scan->limit = 1;
    statistics.row_count.count = 4;
    ck_assert_str_eq(rows_text(&scan->base), "3,NULL 1,7 2,8");
}
END_TEST

/* A scan that was handed the condition that c1 is 1; and one without it, which gives `all`. */
static PlanScan *filtered_scan(const char *rows, const char *all, FilterPushdown answer)
{
    PlanScan *scan = liar_scan(rows, false, false);
    PlanScan *full = (PlanScan *)table("INTEGER;INTEGER", all);
    full->table = scan->table;
    full->base.outputs = scan->base.outputs;
    full->name = "t";
    array_add(test_arena, &scan->filters,
              ((PlanScanFilter){.filter = call("=", column(&scan->base, 1), integer(1)), .answer = answer}));
    scan->full = full;
    test_settings.verify_pushdown = VERIFICATION_FULL;
    return scan;
}

START_TEST(full_finds_rows_that_were_left_out_or_made_up)
{
    static const char all[] = "1,1 2,2 3,1 3,1 4,NULL";
    ck_assert_str_eq(rows_text(&filtered_scan("3,1 1,1 3,1", all, FILTER_EXACT)->base), "3,1 1,1 3,1");
    ck_assert_str_eq(rows_text(&filtered_scan("1,1 2,2 3,1 3,1", all, FILTER_INEXACT)->base), "1,1 2,2 3,1 3,1");
    expect_broken(filtered_scan("1,1 3,1", all, FILTER_EXACT), "left out, yet there is the row c0 = 3, c1 = 1");
    expect_broken(filtered_scan("1,1 3,1", all, FILTER_INEXACT), "left out");
    expect_broken(filtered_scan("1,1 3,1 3,1 5,1", all, FILTER_EXACT), "1 rows come that are not there without them");
}
END_TEST

TEST_PROGRAM(a_key_that_comes_twice_is_an_error, rows_that_come_in_another_order_are_an_error,
             exact_statistics_that_are_wrong_are_an_error, full_finds_rows_that_were_left_out_or_made_up,
             a_row_that_an_exact_filter_should_have_stopped_is_an_error_that_names_it,
             a_null_does_not_make_a_filter_true, a_null_in_a_column_that_has_none_is_an_error,
             kept_promises_are_fine_and_broken_ones_unseen_without_the_setting)
