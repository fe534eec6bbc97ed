/* tests/bench/bench_cancel.c: how long statements go on after they were interrupted.
 *   bench_cancel FOLDER THREADS ROUNDS [WORD…]
 * Every statement would run for seconds. Each round interrupts it after a random time; told are elapsed and CPU time
 * (of all threads) from then until it returned. With words only the statements that have one of them. Exit status 1
 * when one came to its end or failed; never because of a time. FOLDER is written to. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contender.h"

static const char *const setup[] = {
    "CREATE TABLE t AS SELECT i, i * 7919 % 100003 AS k, 'the text of row number ' || i * 31 % 300007 AS s "
    "FROM range(1000000) AS r(i)",
    "COPY (SELECT * FROM t) TO '$/t.csv'",
    "COPY (SELECT * FROM t) TO '$/t.csv.gz'",
    "ATTACH '$/t.db' AS d",
    "DROP TABLE IF EXISTS d.t",
    "CREATE TABLE d.t (i BIGINT, k BIGINT, s VARCHAR)",
    "INSERT INTO d.t SELECT * FROM t",
};

/* $ stands for the folder. */
static const char *const statements[] = {
    "SELECT count(*) FROM '$/t*.csv' a, range(100) b(n) WHERE a.s LIKE '%x' || b.n || '%'",
    "SELECT sum(length(upper(a.s))) FROM range(200) b(n) CROSS JOIN LATERAL (SELECT * FROM '$/t.csv.gz' LIMIT 500000) "
    "a",
    "SELECT count(DISTINCT a.s || b.n) FROM d.t a, range(50) b(n)",
    "SELECT count(*) FROM t a, t b WHERE a.i <> b.k",
    "SELECT count(*) FROM t a JOIN t b ON a.k = b.k JOIN t c ON b.k = c.k JOIN t d ON c.k = d.k",
    "SELECT count(*) FROM t a LEFT JOIN t b ON a.i < b.i AND a.k > b.k",
    "SELECT count(*) FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.i <> a.i AND b.s > a.s || 'z')",
    "SELECT * FROM (SELECT a.i + b.n AS x, a.s FROM t a, range(20) b(n)) ORDER BY s, x",
    "SELECT * FROM (SELECT a.i * 7919 % 1000003 + b.n AS x, a.s FROM t a, range(200) b(n)) ORDER BY x LIMIT 100",
    "SELECT x, count(*), sum(x) FROM (SELECT a.i * b.n AS x FROM t a, range(50) b(n)) GROUP BY x",
    "SELECT k, count(DISTINCT s || n), string_agg(s, ',' ORDER BY n, i) FROM t, range(20) b(n) GROUP BY k",
    "SELECT DISTINCT s || n FROM t, range(50) b(n)",
    "SELECT i * n FROM t, range(50) b(n) EXCEPT SELECT i FROM t",
    "SELECT i * n FROM t, range(50) b(n) INTERSECT ALL SELECT i FROM t",
    "SELECT sum(i) OVER (PARTITION BY k % 10 ORDER BY s, i ROWS 1000 PRECEDING) FROM t, range(10) b(n)",
    "SELECT median(i) OVER (ORDER BY s ROWS BETWEEN 100000 PRECEDING AND 50000 FOLLOWING), rank() OVER (ORDER BY k) "
    "FROM t, range(5) b(n)",
    "SELECT string_agg(s, '') OVER (ORDER BY i ROWS 1000 PRECEDING) FROM t",
    "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    "WITH RECURSIVE r (n) AS (SELECT i FROM t UNION SELECT n * 7 % 100000007 FROM r) SELECT count(*) FROM r",
    "WITH w AS MATERIALIZED (SELECT a.i * b.n AS x FROM t a, range(100) b(n)) SELECT count(*) FROM w",
    "SELECT sum(g % 7) FROM generate_series(1, 100000000000) AS g(g)",
    "SELECT sum(i::DECIMAL(38, 10) * n / 7 + sqrt(i) ^ 1.01) FROM t, range(100) b(n)",
    "CREATE TABLE c AS SELECT a.i, a.s || b.n AS s FROM t a, range(100) b(n)",
    "INSERT INTO d.t SELECT i * n, k, s FROM t, range(100) b(n)",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.csv'",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.csv.gz'",
};
enum {
    SETUPS = sizeof setup / sizeof *setup,
    STATEMENTS = sizeof statements / sizeof *statements,
    MOST_ROUNDS = 1000,
    LONGEST_WAIT_MS = 400
};

typedef struct Interruption {
    QuernConnection *connection;
    long after_ns;
    Timing at;
} Interruption;

static void *interrupt(void *argument)
{
    Interruption *interruption = argument;
    nanosleep(&(struct timespec){.tv_nsec = interruption->after_ns}, NULL);
    interruption->at = timing_start();
    quern_interrupt(interruption->connection);
    return NULL;
}

/* The text with the folder in place of $. */
static const char *text_with_folder(const char *text, const char *folder)
{
    static char result[4096];
    char *end = result;
    for (; *text; text++) {
        if (*text != '$' || text[1] != '/')
            *end++ = *text;
        else
            end += sprintf(end, "%s", folder);
    }
    *end = '\0';
    return result;
}

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

static int double_order(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void print_times(const char *label, double *times, size_t count)
{
    qsort(times, count, sizeof *times, double_order);
    printf("  %s %7.1f %7.1f %7.1f", label, times[count / 2], times[count * 9 / 10], times[count - 1]);
}

/* False: it was not interrupted. */
static bool bench_statement(QuernConnection *connection, const char *sql, size_t round_count)
{
    static double wall[MOST_ROUNDS], cpu[MOST_ROUNDS];
    bool is_interrupted = true;
    for (size_t round = 0; round < round_count; round++) {
        Interruption interruption = {.connection = connection, .after_ns = random() % LONGEST_WAIT_MS * 1000000};
        pthread_t thread;
        if (pthread_create(&thread, NULL, interrupt, &interruption) != 0)
            fail("no thread");
        QuernStatus status = run(connection, sql);
        pthread_join(thread, NULL);
        Timing after = timing_since(interruption.at);
        wall[round] = after.wall_ms;
        cpu[round] = after.cpu_ms;
        if (status != QUERN_ERROR_INTERRUPTED && is_interrupted) {
            printf("not interrupted: %s\n", quern_error_message(connection));
            is_interrupted = false;
        }
    }
    print_times("ms", wall, round_count);
    print_times("cpu", cpu, round_count);
    printf("  %.90s\n", sql);
    fflush(stdout);
    return is_interrupted;
}

static bool is_wanted(const char *sql, char **words, int word_count)
{
    bool has_word = word_count == 0;
    for (int i = 0; i < word_count; i++)
        has_word |= strstr(sql, words[i]) != NULL;
    return has_word;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 4) {
        fprintf(stderr, "usage: bench_cancel FOLDER THREADS ROUNDS [WORD...]\n");
        return 2;
    }
    const char *folder = arguments[1];
    size_t round_count = strtoull(arguments[3], NULL, 10);
    if (round_count < 1 || round_count > MOST_ROUNDS)
        fail("rounds are 1 to %d", MOST_ROUNDS);
    FILE *database = fopen(text_with_folder("$/t.db", folder), "w");
    if (database == NULL || fclose(database) != 0)
        fail("%s cannot be written to", folder);
    QuernConnection *connection;
    if (quern_open(&connection) != QUERN_OK || quern_set(connection, "threads", arguments[2]) != QUERN_OK)
        fail("quern could not be started");
    for (size_t i = 0; i < SETUPS; i++)
        if (run(connection, text_with_folder(setup[i], folder)) != QUERN_OK)
            fail("%s: %s", setup[i], quern_error_message(connection));
    printf("median, ninth of ten, and most, elapsed and CPU\n");
    bool all_interrupted = true;
    for (size_t i = 0; i < STATEMENTS; i++)
        if (is_wanted(statements[i], arguments + 4, argument_count - 4))
            all_interrupted &= bench_statement(connection, text_with_folder(statements[i], folder), round_count);
    quern_close(connection);
    return !all_interrupted;
}
