/* How far a statement is, as quern_progress tells it while rows are fetched one by one. */
#include <quern/quern.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/progress.h"
#include "column/batch.h"
#include "test.h"

enum { ROWS = 200000 };

static QuernConnection *connection;
static char folder[] = "/tmp/quern-progress-XXXXXX";

/* What was seen while a statement ran. */
typedef struct Seen {
    uint64_t first_done, first_total; /* at the first row */
    uint64_t done, total;             /* behind the last */
    size_t steps;                     /* from row to row in which something was done */
    bool has_fallen;
} Seen;

static Seen run(const char *sql)
{
    QuernResult *result = NULL;
    Seen seen = {0};
    bool has_row = false, is_first = true;
    ck_assert_msg(quern_query(connection, sql, strlen(sql), NULL, &result) == QUERN_OK, "%s: %s", sql,
                  quern_error_message(connection));
    do {
        uint64_t before = seen.done;
        ck_assert_int_eq(quern_result_next(result, &has_row), QUERN_OK);
        quern_progress(connection, &seen.done, &seen.total);
        seen.has_fallen |= seen.done < before;
        seen.steps += seen.done > before;
        if (is_first) {
            seen.first_done = seen.done;
            seen.first_total = seen.total;
        }
        is_first = false;
    } while (has_row);
    quern_result_free(result);
    return seen;
}

static void must(const char *sql)
{
    QuernResult *result = NULL;
    ck_assert_msg(quern_query(connection, sql, strlen(sql), NULL, &result) == QUERN_OK, "%s: %s", sql,
                  quern_error_message(connection));
    quern_result_free(result);
}

static void open_with_table(void)
{
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    must("SET threads = 1");
    must("CREATE TABLE t AS SELECT i, i * 7919 % 1000003 AS k FROM range(200000) AS r(i)");
}

START_TEST(a_scan_moves_as_its_rows_come)
{
    open_with_table();
    Seen seen = run("SELECT i FROM t");
    ck_assert(!seen.has_fallen);
    ck_assert_uint_eq(seen.first_total, seen.total);
    ck_assert_uint_lt(seen.first_done, seen.total / 2);
    ck_assert_uint_ge(seen.steps, 4);
    ck_assert_uint_eq(seen.done, seen.total);
    quern_close(connection);
}
END_TEST

START_TEST(a_scan_whose_filter_lets_nothing_pass_is_done)
{
    open_with_table();
    Seen seen = run("SELECT i FROM t WHERE i % 2 = 3");
    ck_assert_uint_gt(seen.total, 0);
    ck_assert_uint_eq(seen.done, seen.total);
    quern_close(connection);
}
END_TEST

START_TEST(a_sort_moves_while_it_gives_its_rows)
{
    open_with_table();
    Seen seen = run("SELECT i, k FROM t ORDER BY k");
    ck_assert(!seen.has_fallen);
    ck_assert_uint_eq(seen.first_total, seen.total);
    ck_assert_uint_lt(seen.first_done, seen.total);
    ck_assert_uint_ge(seen.steps, ROWS / BATCH_SIZE);
    ck_assert_uint_eq(seen.done, seen.total);
    quern_close(connection);
}
END_TEST

START_TEST(rows_on_disk_are_more_to_do)
{
    open_with_table();
    uint64_t total = run("SELECT i, k FROM t ORDER BY k").total;
    must("SET spill_after = 1000");
    Seen seen = run("SELECT i, k FROM t ORDER BY k");
    ck_assert_uint_ge(seen.first_total, total + ROWS * sizeof(int64_t));
    ck_assert_uint_lt(seen.first_done, seen.first_total);
    ck_assert_uint_ge(seen.done, seen.total / 10 * 9);
    quern_close(connection);
}
END_TEST

START_TEST(all_files_of_a_pattern_are_counted_before_the_first_is_read)
{
    char sql[256];
    open_with_table();
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(sql, sizeof sql, "COPY t TO '%s/a.csv'", folder);
    must(sql);
    snprintf(sql, sizeof sql, "COPY t TO '%s/b.csv'", folder);
    must(sql);
    snprintf(sql, sizeof sql, "SELECT k FROM '%s/*.csv'", folder);
    Seen seen = run(sql);
    ck_assert_uint_eq(seen.first_total, seen.total);
    ck_assert_uint_lt(seen.first_done, seen.total / 2);
    ck_assert_uint_eq(seen.done, seen.total);
    snprintf(sql, sizeof sql, "%s/a.csv", folder);
    ck_assert_int_eq(unlink(sql), 0);
    snprintf(sql, sizeof sql, "%s/b.csv", folder);
    ck_assert_int_eq(unlink(sql), 0);
    ck_assert_int_eq(rmdir(folder), 0);
    quern_close(connection);
}
END_TEST

START_TEST(nothing_is_known_when_nothing_runs)
{
    uint64_t done = 1, total = 1;
    open_with_table();
    run("SELECT i FROM t");
    quern_progress(connection, &done, &total);
    ck_assert_uint_eq(done, 0);
    ck_assert_uint_eq(total, 0);
    quern_close(connection);
}
END_TEST

START_TEST(a_part_counts_no_more_than_it_expects_and_all_of_it_once_everybody_has_left)
{
    Progress progress = {0};
    ProgressPart guessed = {0}, other = {0};
    progress_part_begin(&guessed, &progress, 100, 0);
    progress_part_begin(&other, &progress, 50, 0);
    progress_part_enter(&guessed);
    progress_part_enter(&guessed);
    progress_part_enter(&other);
    progress_part_add(&guessed, 30);
    ck_assert_uint_eq(progress.done, 30);
    progress_part_add(&other, 49);
    progress_part_add(&other, 49);
    ck_assert_uint_eq(progress.done, 80);
    progress_part_leave(&guessed);
    ck_assert_uint_eq(progress.done, 80);
    progress_part_leave(&guessed);
    progress_part_leave(&other);
    ck_assert_uint_eq(progress.done, 150);
    ck_assert_uint_eq(progress.total, 150);
}
END_TEST

TEST_PROGRAM(a_scan_moves_as_its_rows_come, a_scan_whose_filter_lets_nothing_pass_is_done,
             a_sort_moves_while_it_gives_its_rows, rows_on_disk_are_more_to_do,
             all_files_of_a_pattern_are_counted_before_the_first_is_read, nothing_is_known_when_nothing_runs,
             a_part_counts_no_more_than_it_expects_and_all_of_it_once_everybody_has_left)
