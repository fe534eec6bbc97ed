/* tests/fuzz/fuzz_sql.c: any bytes as SQL, all the way: bound, optimized and run over a few small tables. It may fail,
 * but neither crash nor hang; safe mode keeps it from files. Built by tests/fuzz/Makefile for libFuzzer. */
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "quern/quern.h"

static QuernConnection *connection;

static const char *const setup[] = {
    "CREATE TABLE t (a INTEGER, b VARCHAR, c DECIMAL(8,2), d DATE, e DOUBLE, f BOOLEAN)",
    ("INSERT INTO t VALUES (1, 'a', 1.5, '2020-01-01', 0.5, true), (2, NULL, NULL, NULL, NULL, NULL), "
     "(NULL, 'xyz', -3, '1999-12-31', 'nan', false), (1, 'a', 0, '2020-02-29', -1e300, true)"),
    "CREATE TABLE u (k BIGINT, v TIMESTAMP, w INTERVAL)",
    "INSERT INTO u VALUES (1, '2020-01-01 10:00', '1 day'), (3, NULL, '-1 month'), (NULL, '1970-01-01', NULL)",
    "CREATE TABLE none (x INTEGER)",
    "SET memory_limit = '64MB'",
    "SET threads = 1",
    "SET safe = on",
};

/* A query that runs for long is stopped, as Ctrl-C does. */
static void on_alarm(int number)
{
    (void)number;
    quern_interrupt(connection);
}

static void set_alarm(long milliseconds)
{
    struct itimerval timer = {.it_value = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static QuernStatus run(const char *sql, size_t size, size_t *ret_taken)
{
    enum { ROW_LIMIT = 200 };
    QuernResult *result = NULL;
    QuernStatus status = quern_query(connection, sql, size, ret_taken, &result);
    bool is_row = status == QUERN_OK && result != NULL;
    for (int rows = 0; is_row && rows < ROW_LIMIT; rows++) {
        status = quern_result_next(result, &is_row);
        is_row &= status == QUERN_OK;
        for (size_t i = 0; is_row && i < quern_result_column_count(result); i++)
            if (!quern_value_is_null(result, i))
                (void)quern_value_text(result, i, &(size_t){0});
    }
    quern_result_free(result);
    return status;
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments);
int LLVMFuzzerInitialize(int *argument_count, char ***arguments)
{
    (void)argument_count, (void)arguments;
    if (quern_open(&connection) != QUERN_OK)
        abort();
    for (size_t i = 0; i < sizeof setup / sizeof *setup; i++)
        if (run(setup[i], strlen(setup[i]), NULL) != QUERN_OK)
            abort();
    signal(SIGALRM, on_alarm);
    return 0;
}

/* Statement after statement, within a transaction that is undone: the next input finds the same tables. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    (void)run("BEGIN", 5, NULL);
    set_alarm(500);
    while (at < end) {
        size_t taken = 0;
        (void)run(at, (size_t)(end - at), &taken);
        if (taken == 0)
            break;
        at += taken;
    }
    set_alarm(0);
    (void)run("ROLLBACK", 8, NULL);
    return 0;
}
