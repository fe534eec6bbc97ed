/* Statements that write, while memory runs out at every single allocation: nothing leaks, nothing is half done. */
#include <quern/quern.h>

#include "base/memory.h"
#include "test.h"

static const char *const setup[] = {
    "CREATE TABLE t (a INTEGER PRIMARY KEY, b VARCHAR, c INTEGER CHECK (c < 1000))",
    "INSERT INTO t SELECT i, 'text number ' || i, i * 2 FROM generate_series(1, 20) AS g(i)",
    "CREATE TABLE u (k INTEGER, v VARCHAR)",
    "INSERT INTO u VALUES (3, 'three'), (4, 'four'), (4, 'four again')",
};

static QuernStatus run(QuernConnection *connection, const char *sql)
{
    QuernResult *result = NULL;
    QuernStatus status = quern_query(connection, sql, strlen(sql), NULL, &result);
    memory_fail_at(0); /* to look at the result of what was done is another matter */
    bool has_row = true;
    while (status == QUERN_OK && result && has_row)
        status = quern_result_next(result, &has_row);
    quern_result_free(result);
    return status;
}

/* Everything in t as one text, of which a number is enough. */
static uint64_t contents(QuernConnection *connection)
{
    const char *sql = "SELECT a, b, c FROM t ORDER BY a";
    QuernResult *result = NULL;
    ck_assert_int_eq(quern_query(connection, sql, strlen(sql), NULL, &result), QUERN_OK);
    uint64_t sum = 14695981039346656037u;
    bool has_row;
    while (quern_result_next(result, &has_row) == QUERN_OK && has_row)
        for (size_t c = 0; c < quern_result_column_count(result); c++) {
            const char *text = quern_value_text(result, c, NULL);
            for (text = text ? text : "null"; *text; text++)
                sum = (sum ^ (unsigned char)*text) * 1099511628211u;
            sum = (sum ^ '|') * 1099511628211u;
        }
    quern_result_free(result);
    return sum;
}

static const char *const statements[] = {
    "DELETE FROM t WHERE a % 2 = 0",
    "UPDATE t SET a = a + 1, b = b || ' and more text' WHERE c > 10",
    "UPDATE t SET b = v FROM u WHERE k = a",
    "UPDATE t SET c = (SELECT count(*) FROM u WHERE k <= a)",
    "UPDATE t SET b = 'a text that is returned ' || a WHERE c > 10 RETURNING a, b",
    "INSERT INTO t SELECT a + 12, 'new', c FROM t ON CONFLICT DO NOTHING",
    "TRUNCATE t",
};

static void statement_check(const char *statement)
{
    enum { TRIES = 20000 };
    QuernConnection *connection;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    for (size_t i = 0; i < sizeof setup / sizeof *setup; i++)
        ck_assert_int_eq(run(connection, setup[i]), QUERN_OK);
    uint64_t before = contents(connection);
    size_t nth = 1;
    for (; nth < TRIES; nth++) {
        memory_fail_at(nth);
        QuernStatus status = run(connection, statement);
        memory_fail_at(0);
        if (status == QUERN_OK)
            break;
        ck_assert_int_eq(status, QUERN_ERROR_RESOURCE);
        ck_assert_uint_eq(contents(connection), before);
    }
    ck_assert_uint_gt(nth, 10);
    ck_assert_uint_lt(nth, TRIES);
    ck_assert_uint_ne(contents(connection), before);
    quern_close(connection);
}

START_TEST(a_statement_that_runs_out_of_memory_changes_nothing)
{
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        statement_check(statements[i]);
}
END_TEST

TEST_PROGRAM(a_statement_that_runs_out_of_memory_changes_nothing)
