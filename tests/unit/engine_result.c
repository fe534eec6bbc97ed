/* Results that are read as values, written as text, or one after the other, by one thread and by several. */
#include <quern/quern.h>

#include "test.h"

enum { ROWS = 100000 };

typedef struct Sink {
    size_t line_count, most_lines; /* it refuses what comes behind so many */
} Sink;

static bool take(void *user, const char *data, size_t size)
{
    Sink *sink = user;
    for (size_t i = 0; i < size; i++)
        sink->line_count += data[i] == '\n';
    return sink->line_count < sink->most_lines;
}

static QuernConnection *connection;

static void connection_begin(const char *threads)
{
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    ck_assert_int_eq(quern_set(connection, "threads", threads), QUERN_OK);
    ck_assert_int_eq(quern_set(connection, "parallel_rows", "0"), QUERN_OK);
}

static QuernResult *query(const char *sql)
{
    QuernResult *result;
    ck_assert_int_eq(quern_query(connection, sql, strlen(sql), NULL, &result), QUERN_OK);
    return result;
}

static bool result_has_row(QuernResult *result)
{
    bool has_row = true;
    ck_assert_int_eq(quern_result_next(result, &has_row), QUERN_OK);
    return has_row;
}

static QuernStatus result_write(QuernResult *result, Sink *sink, uint64_t *ret_row_count)
{
    QuernWriteOptions options = {.struct_size = sizeof options, .format = QUERN_FORMAT_CSV, .no_header = true};
    return quern_result_write(result, &options, take, sink, ret_row_count);
}

static const char *const thread_counts[] = {"1", "3"};

START_TEST(what_is_left_behind_rows_that_were_read_is_written)
{
    for (size_t t = 0; t < 2; t++) {
        connection_begin(thread_counts[t]);
        quern_result_free(query("CREATE TABLE t AS SELECT i, 'text ' || i AS s FROM range(100000) r (i)"));
        QuernResult *result = query("SELECT i, s FROM t WHERE i % 2 = 0");
        for (int i = 0; i < 3; i++)
            ck_assert(result_has_row(result));
        ck_assert_str_eq(quern_value_text(result, 1, NULL), "text 4");
        Sink sink = {.most_lines = SIZE_MAX};
        uint64_t row_count = 0;
        ck_assert_int_eq(result_write(result, &sink, &row_count), QUERN_OK);
        ck_assert_uint_eq(row_count, ROWS / 2 - 3);
        ck_assert_uint_eq(sink.line_count, ROWS / 2 - 3);
        ck_assert(!result_has_row(result));
        quern_result_free(result);
        quern_close(connection);
    }
}
END_TEST

START_TEST(a_result_that_was_not_written_to_its_end_has_no_more_rows)
{
    for (size_t t = 0; t < 2; t++) {
        connection_begin(thread_counts[t]);
        quern_result_free(query("CREATE TABLE t AS SELECT i, 'text ' || i AS s FROM range(100000) r (i)"));
        QuernResult *result = query("SELECT s, i, 1 / (i - 99999) FROM t");
        Sink sink = {.most_lines = SIZE_MAX};
        ck_assert_int_eq(result_write(result, &sink, NULL), QUERN_ERROR_SQL);
        ck_assert(!result_has_row(result));
        quern_result_free(result);
        result = query("SELECT s, i, i + 1 FROM t");
        sink = (Sink){.most_lines = 10};
        ck_assert_int_eq(result_write(result, &sink, NULL), QUERN_OK);
        ck_assert_uint_lt(sink.line_count, ROWS);
        ck_assert(!result_has_row(result));
        quern_result_free(result);
        quern_close(connection);
    }
}
END_TEST

TEST_PROGRAM(what_is_left_behind_rows_that_were_read_is_written,
             a_result_that_was_not_written_to_its_end_has_no_more_rows)
