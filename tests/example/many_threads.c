/* Connections in several threads at once, each of one; the first thread watches another's query, and stops it. */
#include <pthread.h>
#include <quern/quern.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>
#include <time.h>

enum { THREADS = 4 };

static QuernStatus run(QuernConnection *connection, const char *sql, QuernResult **ret_result)
{
    return quern_query(connection, sql, strlen(sql), NULL, ret_result);
}

/* The one number that a query gives; -1 when it fails. */
static long long ask(QuernConnection *connection, const char *sql)
{
    QuernResult *result;
    bool has_row;
    int64_t value = -1;
    if (run(connection, sql, &result) != QUERN_OK)
        return -1;
    if (quern_result_next(result, &has_row) != QUERN_OK || !has_row || !quern_value_int64(result, 0, &value))
        value = -1;
    quern_result_free(result);
    return value;
}

static void *count(void *argument)
{
    long long *answer = argument;
    QuernConnection *connection;
    if (quern_open(&connection) != QUERN_OK)
        return NULL;
    (void)ask(connection, "CREATE TABLE t AS SELECT n, 'text ' || n AS s FROM generate_series(1, 50000) g (n)");
    *answer = ask(connection, "SELECT sum(n) FROM t WHERE s LIKE '%7'");
    quern_close(connection);
    return NULL;
}

/* ---- a query that would take for ever ---- */

typedef struct Watched {
    QuernConnection *connection;
    _Atomic bool is_running;
    QuernStatus status;
} Watched;

static void *run_for_ever(void *argument)
{
    Watched *watched = argument;
    QuernResult *result;
    bool has_row;
    watched->is_running = true;
    watched->status = run(watched->connection,
                          "SELECT count(*) FROM generate_series(1, 1000000) a (x), generate_series(1, 1000000) b (y) "
                          "WHERE x + y < 0",
                          &result);
    if (watched->status == QUERN_OK)
        watched->status = quern_result_next(result, &has_row);
    watched->is_running = false;
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS], watched_thread;
    long long answers[THREADS] = {0};
    Watched watched = {0};
    uint64_t done, total;
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, count, &answers[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        printf("%lld\n", answers[i]);
    }
    if (quern_open(&watched.connection) != QUERN_OK)
        return 1;
    pthread_create(&watched_thread, NULL, run_for_ever, &watched);
    while (!watched.is_running)
        thrd_sleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    do { /* a statement that has not begun yet does not know that it was stopped */
        quern_progress(watched.connection, &done, &total);
        quern_interrupt(watched.connection);
        thrd_sleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    } while (watched.is_running);
    pthread_join(watched_thread, NULL);
    printf("%s: %s\n", watched.status == QUERN_ERROR_INTERRUPTED ? "stopped" : "not stopped",
           quern_error_message(watched.connection));
    printf("%lld\n", ask(watched.connection, "SELECT 1 + 1"));
    quern_close(watched.connection);
    return 0;
}
