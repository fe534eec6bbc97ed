/* tests/bench/bench_tpch.c: TPC-H over tables in memory, quern and DuckDB in turn, and loading those tables from CSV.
 *   bench_tpch FOLDER ROUNDS THREADS QUERN DUCKDB_RUN LIBDUCKDB [WORD…]
 * `plan` plans two of the larger joins a hundred times. With words (load, q07, plan) only those. Exit status 1 when two
 * answers differ; never because of a time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duckdb.h"
#include "series.h"
#include "tpch.h"

enum { SQL_SIZE = 8192, PLAN_COUNT = 100 };

typedef struct Run {
    const char *folder;
    const char *quern, *duckdb_run, *library, *thread_count;
    size_t round_count;
    TpchLoad load;
    Answer quern_answer, duckdb_answer;
} Run;

static void print_line(const char *name, const Series *quern, const Series *duckdb)
{
    Summary ours = series_summary(quern), theirs = series_summary(duckdb);
    double low, high, ratio = 1 / series_ratio(quern, duckdb, MEASURE_WALL, &low, &high);
    char quern_ms[40], duckdb_ms[40], spread[40];
    snprintf(quern_ms, sizeof quern_ms, "%.1f (%.1f..%.1f)", ours.wall_ms, ours.least_ms, ours.most_ms);
    snprintf(duckdb_ms, sizeof duckdb_ms, "%.1f (%.1f..%.1f)", theirs.wall_ms, theirs.least_ms, theirs.most_ms);
    snprintf(spread, sizeof spread, "%.2f..%.2f", 1 / high, 1 / low);
    printf("%-6s %25s %25s %8.2f %14s %10.0f %10.0f\n", name, duckdb_ms, quern_ms, ratio, spread, theirs.peak_mb,
           ours.peak_mb);
    fflush(stdout);
}

static void bench_load(Run *run)
{
    char threads[32];
    snprintf(threads, sizeof threads, "threads=%s", run->thread_count);
    const char *quern[] = {run->quern, "--tsv", "--no-header", "--set", threads, "-c", run->load.quern, NULL};
    const char *duckdb[] = {run->duckdb_run, run->library, run->folder, run->thread_count, run->load.duckdb, NULL};
    Series series[2] = {0};
    for (size_t round = 0; round <= run->round_count; round++) {
        Timing ours = process_run(quern, &run->quern_answer), theirs = process_run(duckdb, &run->duckdb_answer);
        if (round == 0) /* not counted: brings files and code into memory */
            continue;
        series_add(&series[0], ours);
        series_add(&series[1], theirs);
    }
    print_line("load", &series[0], &series[1]);
}

static double bench_query(Run *run, QuernConnection *quern, DuckDb *duckdb, const char *name)
{
    char sql[SQL_SIZE];
    Series series[2] = {0};
    sql_read(name, sql, sizeof sql);
    for (size_t round = 0; round <= run->round_count; round++) {
        Timing ours = quern_run(quern, sql, &run->quern_answer), theirs = duckdb_run(duckdb, sql, &run->duckdb_answer);
        if (!answer_equal(&run->quern_answer, &run->duckdb_answer))
            fail("answers differ: %s\nquern:\n%sduckdb:\n%s", name, run->quern_answer.text, run->duckdb_answer.text);
        if (round == 0)
            continue;
        series_add(&series[0], ours);
        series_add(&series[1], theirs);
    }
    print_line(name, &series[0], &series[1]);
    return 1 / series_ratio(&series[0], &series[1], MEASURE_WALL, NULL, NULL);
}

/* PLAN_COUNT times each; what an EXPLAIN answers is no peer's concern. */
static void bench_plan(Run *run, QuernConnection *quern, DuckDb *duckdb)
{
    static const char *const names[] = {"q08", "q09"};
    Series series[2] = {0};
    for (size_t round = 0; round <= run->round_count; round++) {
        Timing ours = {0}, theirs = {0};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            char explain[SQL_SIZE] = "EXPLAIN ";
            sql_read(names[i], explain + strlen(explain), sizeof explain - strlen(explain));
            for (size_t j = 0; j < PLAN_COUNT; j++) {
                ours.wall_ms += quern_run(quern, explain, &run->quern_answer).wall_ms;
                theirs.wall_ms += duckdb_run(duckdb, explain, &run->duckdb_answer).wall_ms;
            }
        }
        if (round == 0)
            continue;
        series_add(&series[0], ours);
        series_add(&series[1], theirs);
    }
    print_line("plan", &series[0], &series[1]);
}

static void bench_queries(Run *run, char **words, size_t word_count)
{
    QuernConnection *quern = tpch_open_quern(&run->load, run->thread_count);
    DuckDb *duckdb = tpch_open_duckdb(&run->load, run->library, run->thread_count);
    double log_sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < TPCH_QUERY_COUNT; i++) {
        if (!name_is_wanted(tpch_queries[i], words, word_count))
            continue;
        log_sum += log(bench_query(run, quern, duckdb, tpch_queries[i]));
        count++;
    }
    if (name_is_wanted("plan", words, word_count))
        bench_plan(run, quern, duckdb);
    if (count > 0)
        printf("geometric mean of quern's time by DuckDB's: %.2f\n", exp(log_sum / (double)count));
    quern_close(quern);
    duckdb_stop(duckdb);
}

int main(int argument_count, char **arguments)
{
    static Run run;
    if (argument_count < 7) {
        fprintf(stderr, "usage: bench_tpch FOLDER ROUNDS THREADS QUERN DUCKDB_RUN LIBDUCKDB [WORD...]\n");
        return 2;
    }
    run.folder = arguments[1];
    run.round_count = strtoull(arguments[2], NULL, 10);
    run.thread_count = arguments[3];
    run.quern = arguments[4];
    run.duckdb_run = arguments[5];
    run.library = arguments[6];
    if (run.round_count == 0 || run.round_count > ROUND_LIMIT)
        fail("rounds are 1 to %d", ROUND_LIMIT);
    char **words = arguments + 7;
    size_t word_count = (size_t)argument_count - 7;
    tpch_load_write(run.folder, &run.load);
    printf("%-6s %25s %25s %8s %14s %10s %10s\n", "", "DuckDB ms", "quern ms", "by", "middle half", "DuckDB MB",
           "quern MB");
    if (name_is_wanted("load", words, word_count))
        bench_load(&run);
    bench_queries(&run, words, word_count);
    free(run.quern_answer.text);
    free(run.duckdb_answer.text);
    return 0;
}
