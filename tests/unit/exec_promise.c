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

TEST_PROGRAM(a_row_that_an_exact_filter_should_have_stopped_is_an_error_that_names_it,
             a_null_does_not_make_a_filter_true, a_null_in_a_column_that_has_none_is_an_error,
             kept_promises_are_fine_and_broken_ones_unseen_without_the_setting)
