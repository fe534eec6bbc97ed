/* tests/bench/bench.c: the queries, run in turn by each contender for several rounds, and the table of what they took.
 *   bench FOLDER ROWS ROUNDS QUERN SQLITE3
 * Exit status 1 when two answers differ; never because of a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "series.h"

typedef enum Contender { CSV, MEMORY, SQLITE, CONTENDER_COUNT } Contender;
static const char *const contender_names[] = {"quern csv", "quern memory", "sqlite memory"};

enum { START_ROUNDS = 41 };

static const struct {
    const char *name;
    const char *sql;
    bool has_join; /* reads customers too */
} queries[] = {
    {"count", "SELECT count(*) FROM sales", false},
    {"filtered sum", "SELECT sum(amount), count(*) FROM sales WHERE key < 20000 AND amount >= 500", false},
    {"filtered text", "SELECT count(*), max(id) FROM sales WHERE category = 'toys' AND day >= '2001-07-01'", false},
    {"sum of all", "SELECT sum(amount), avg(weight), min(day), max(key) FROM sales", false},
    {"20 groups", "SELECT category, count(*), sum(amount), avg(weight) FROM sales GROUP BY category ORDER BY category",
     false},
    {"many groups",
     "SELECT count(*), max(n), sum(total) FROM (SELECT key, count(*) AS n, sum(amount) AS total FROM sales"
     " GROUP BY key) AS g",
     false},
    {"join",
     "SELECT region, count(*), sum(amount) FROM sales JOIN customers ON sales.key = customers.key"
     " WHERE credit < 5000 GROUP BY region ORDER BY region",
     true},
    {"top 10", "SELECT id, category, amount FROM sales ORDER BY amount DESC, id LIMIT 10", false},
};
enum { QUERY_COUNT = sizeof queries / sizeof *queries };

typedef struct Run {
    const char *folder;
    const char *quern, *sqlite3; /* programs */
    size_t row_count, round_count;
    char sales_path[4096], customers_path[4096];
    double megabytes; /* of sales.csv; 1 MB is 10^6 bytes */
    Session session;
    Answer answers[CONTENDER_COUNT];
} Run;

static Timing run_query(Run *run, size_t query, Contender contender)
{
    Answer *answer = &run->answers[contender];
    const char *arguments[] = {run->quern,         "--tsv", "--no-header", run->sales_path, "-c",
                               queries[query].sql, NULL,    NULL};
    switch (contender) {
    case CSV:
        if (queries[query].has_join)
            arguments[6] = run->customers_path;
        return process_run(arguments, answer);
    case MEMORY:
        return quern_run(run->session.quern, queries[query].sql, answer);
    default:
        return session_run_sqlite(&run->session, queries[query].sql, answer);
    }
}

static void check_answers(const Run *run, size_t query)
{
    for (size_t c = 0; c < SQLITE; c++)
        if (!answer_equal(&run->answers[c], &run->answers[SQLITE]))
            fail("answers differ\n%s\n%s:\n%s%s:\n%s", queries[query].sql, contender_names[c], run->answers[c].text,
                 contender_names[SQLITE], run->answers[SQLITE].text);
}

static void print_head(void)
{
    printf("%-14s %-14s %10s %19s %10s %8s %9s %9s %9s %9s\n", "query", "contender", "median ms", "least..most ms",
           "cpu ms", "MB/s", "MB/s core", "Mrows/s", "x sqlite", "x cpu");
}

static void print_query(const Run *run, size_t query, const Series *series)
{
    for (size_t c = 0; c < CONTENDER_COUNT; c++) {
        Summary summary = series_summary(&series[c]);
        char spread[40];
        snprintf(spread, sizeof spread, "%.2f..%.2f", summary.least_ms, summary.most_ms);
        printf("%-14s %-14s %10.2f %19s %10.2f", c == 0 ? queries[query].name : "", contender_names[c], summary.wall_ms,
               spread, summary.cpu_ms);
        if (c == CSV)
            printf(" %8.0f %9.0f", run->megabytes / summary.wall_ms * 1e3, run->megabytes / summary.cpu_ms * 1e3);
        else
            printf(" %8s %9s", "", "");
        printf(" %9.1f", (double)run->row_count / 1e3 / summary.wall_ms);
        if (c != SQLITE)
            printf(" %9.2f %9.2f", series_ratio(&series[c], &series[SQLITE], MEASURE_WALL, NULL, NULL),
                   series_ratio(&series[c], &series[SQLITE], MEASURE_CPU, NULL, NULL));
        putchar('\n');
    }
    fflush(stdout);
}

static void bench_query(Run *run, size_t query)
{
    Series series[CONTENDER_COUNT] = {0};
    for (size_t c = 0; c < CONTENDER_COUNT; c++) /* not counted: brings files and code into memory */
        run_query(run, query, (Contender)c);
    check_answers(run, query);
    for (size_t round = 0; round < run->round_count; round++) {
        for (size_t c = 0; c < CONTENDER_COUNT; c++)
            series_add(&series[c], run_query(run, query, (Contender)c));
        check_answers(run, query);
    }
    print_query(run, query, series);
}

/* What it costs to start, answer one row and end. */
static void bench_start(Run *run)
{
    Series quern = {0}, sqlite = {0};
    const char *quern_arguments[] = {run->quern, "--tsv", "--no-header", "-c", "select 1", NULL};
    const char *sqlite_arguments[] = {run->sqlite3, ":memory:", "select 1", NULL};
    for (size_t round = 0; round < START_ROUNDS; round++) {
        series_add(&quern, process_run(quern_arguments, &run->answers[CSV]));
        series_add(&sqlite, process_run(sqlite_arguments, &run->answers[SQLITE]));
    }
    const Series *series[] = {&quern, &sqlite};
    const char *const names[] = {"quern", "sqlite3"};
    for (size_t i = 0; i < 2; i++) {
        Summary summary = series_summary(series[i]);
        char spread[40];
        snprintf(spread, sizeof spread, "%.2f..%.2f", summary.least_ms, summary.most_ms);
        printf("%-14s %-14s %10.2f %19s %10.2f", i == 0 ? "select 1" : "", names[i], summary.wall_ms, spread,
               summary.cpu_ms);
        if (i == 0)
            printf(" %8s %9s %9s %9.2f %9.2f", "", "", "", series_ratio(&quern, &sqlite, MEASURE_WALL, NULL, NULL),
                   series_ratio(&quern, &sqlite, MEASURE_CPU, NULL, NULL));
        putchar('\n');
    }
}

int main(int argument_count, char **arguments)
{
    static Run run;
    struct stat status;
    if (argument_count != 6) {
        fprintf(stderr, "usage: bench FOLDER ROWS ROUNDS QUERN SQLITE3\n");
        return 2;
    }
    run.folder = arguments[1];
    run.row_count = strtoull(arguments[2], NULL, 10);
    run.round_count = strtoull(arguments[3], NULL, 10);
    run.quern = arguments[4];
    run.sqlite3 = arguments[5];
    if (run.round_count == 0 || run.round_count > ROUND_LIMIT)
        fail("rounds are 1 to %d", ROUND_LIMIT);
    snprintf(run.sales_path, sizeof run.sales_path, "%s/sales.csv", run.folder);
    snprintf(run.customers_path, sizeof run.customers_path, "%s/customers.csv", run.folder);
    if (stat(run.sales_path, &status) != 0)
        fail("no %s", run.sales_path);
    run.megabytes = (double)status.st_size / 1e6;
    printf("%zu rows, %.0f MB of CSV, %zu rounds\n", run.row_count, run.megabytes, run.round_count);
    print_head();
    bench_start(&run);
    session_open(&run.session, run.folder);
    for (size_t query = 0; query < QUERY_COUNT; query++)
        bench_query(&run, query);
    session_close(&run.session);
    for (size_t c = 0; c < CONTENDER_COUNT; c++)
        free(run.answers[c].text);
    return 0;
}
