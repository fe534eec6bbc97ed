/* Statements that are interrupted at any moment, on one thread and on several, while they spill: nothing is left of
 * them. */
#include <dirent.h>
#include <pthread.h>
#include <quern/quern.h>
#include <time.h>

#include "engine/engine.h"
#include "test.h"

enum { ROUNDS = 1000 };

static const char *const queries[] = {
    "SELECT * FROM t ORDER BY s, k",
    "SELECT k, count(*), sum(i), max(s) FROM t GROUP BY k",
    "SELECT k, count(DISTINCT s), string_agg(s, '' ORDER BY i) FROM t GROUP BY k",
    "SELECT DISTINCT s FROM t",
    "SELECT i, s FROM t EXCEPT SELECT i + 1, s FROM t",
    "SELECT sum(i) OVER (PARTITION BY k % 10 ORDER BY s ROWS 100 PRECEDING), median(i) OVER (PARTITION BY k % 7) FROM "
    "t",
    "SELECT a.s FROM t a JOIN t b ON a.k = b.k ORDER BY a.s",
    "WITH w AS MATERIALIZED (SELECT * FROM t) SELECT count(*) FROM w a JOIN w b ON a.i = b.i",
    "WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 20000) SELECT max(n) FROM r",
};
enum { QUERIES = sizeof queries / sizeof *queries };

static QuernStatus run(QuernConnection *connection, const char *sql)
{
    QuernResult *result = NULL;
    QuernStatus status = quern_query(connection, sql, strlen(sql), NULL, &result);
    bool has_row = true;
    while (status == QUERN_OK && result && has_row)
        status = quern_result_next(result, &has_row);
    quern_result_free(result);
    return status;
}

static void must(QuernConnection *connection, const char *sql)
{
    ck_assert_msg(run(connection, sql) == QUERN_OK, "%s: %s", sql, quern_error_message(connection));
}

static size_t open_file_count(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

typedef struct Interruption {
    QuernConnection *connection;
    long after_ns;
} Interruption;

static void *interrupt(void *argument)
{
    const Interruption *interruption = argument;
    nanosleep(&(struct timespec){.tv_nsec = interruption->after_ns}, NULL);
    quern_interrupt(interruption->connection);
    return NULL;
}

START_TEST(nothing_is_left_of_interrupted_statements)
{
    QuernConnection *connection;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    must(connection,
         "CREATE TABLE t AS SELECT i, i * 7919 % 5000 AS k, 'the text of row number ' || i * 31 % 30000 AS s "
         "FROM range(30000) AS r(i)");
    must(connection, "SET spill_after = 3000");
    must(connection, "SET parallel_rows = 0");
    must(connection, "SET threads = 1");
    size_t memory_used = connection->memory.used, file_count = open_file_count(), interrupted_count = 0;
    uint64_t random = 1;
    for (size_t i = 0; i < ROUNDS; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        Interruption interruption = {connection, (long)(random >> 33) % 8000000};
        if (i == ROUNDS / 2)
            must(connection, "SET threads = 3");
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, interrupt, &interruption), 0);
        QuernStatus status = run(connection, queries[i % QUERIES]);
        pthread_join(thread, NULL);
        ck_assert_msg(status == QUERN_OK || status == QUERN_ERROR_INTERRUPTED, "%s: %s", queries[i % QUERIES],
                      quern_error_message(connection));
        interrupted_count += status == QUERN_ERROR_INTERRUPTED;
        ck_assert_msg(connection->memory.used == memory_used, "%zu: %s: %zu bytes more", i, queries[i % QUERIES],
                      connection->memory.used - memory_used);
        ck_assert_uint_eq(connection->temp.used, 0);
        ck_assert_uint_eq(open_file_count(), file_count);
    }
    ck_assert_uint_gt(interrupted_count, ROUNDS / 10);
    quern_close(connection);
}
END_TEST

TEST_PROGRAM(nothing_is_left_of_interrupted_statements)
