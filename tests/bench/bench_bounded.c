/* tests/bench/bench_bounded.c: work on CSV files that is larger than the memory it gets.
 *   bench_bounded FOLDER LARGER OUTPUT ROUNDS THREADS QUERN LIBDUCKDB
 * Two parts: lineitem of FOLDER sorted to files in OUTPUT, with little memory and with as much as there is, in turn;
 * and the queries of TPC-H over the files of LARGER ("": not), all in one session of the program, with answers like
 * DuckDB's over tables in memory. Exit status 1 when two answers differ; never because of a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"
#include "tpch.h"

#define QUERIES_LIMIT "256MB"
#define SORT_LIMIT    "128MB"
#define SORT          "COPY (FROM '%s/lineitem.csv' ORDER BY l_comment, l_orderkey, l_linenumber) TO '%s'"

enum { SQL_SIZE = 8192 };

/* ---- queries ---- */

/* DuckDB's rows, those of each query behind its name. */
static void expect_answers(const TpchLoad *load, const char *library, const char *thread_count, Answer *expected)
{
    char sql[SQL_SIZE];
    Answer answer = {0};
    DuckDb *duckdb = tpch_open_duckdb(load, library, thread_count);
    answer_reset(expected);
    for (size_t i = 0; i < TPCH_QUERY_COUNT; i++) {
        sql_read(tpch_queries[i], sql, sizeof sql);
        duckdb_run(duckdb, sql, &answer);
        answer_append(expected, tpch_queries[i], strlen(tpch_queries[i]));
        answer_append(expected, "\t\n", 2);
        answer_append(expected, answer.text, answer.size);
    }
    duckdb_stop(duckdb);
    free(answer.text);
}

/* The views of the files, and each query behind its name. */
static void write_script(const TpchLoad *load, Answer *script)
{
    char sql[SQL_SIZE], title[32];
    answer_append(script, load->views, strlen(load->views));
    for (size_t i = 0; i < TPCH_QUERY_COUNT; i++) {
        int size = snprintf(title, sizeof title, "SELECT '%s';", tpch_queries[i]);
        answer_append(script, title, (size_t)size);
        sql_read(tpch_queries[i], sql, sizeof sql);
        answer_append(script, sql, strlen(sql));
        answer_append(script, ";", 1);
    }
}

static void bench_queries(const char *folder, const char *library, const char *thread_count, const char *quern)
{
    static TpchLoad load;
    Answer script = {0}, answer = {0}, expected = {0};
    char threads[32];
    tpch_load_write(folder, &load);
    write_script(&load, &script);
    snprintf(threads, sizeof threads, "threads=%s", thread_count);
    const char *arguments[] = {
        quern, "--tsv",     "--no-header", "--set", threads, "--set", "memory_limit=" QUERIES_LIMIT,
        "-c",  script.text, NULL};
    Timing timing = process_run(arguments, &answer);
    expect_answers(&load, library, thread_count, &expected);
    if (!answer_equal(&answer, &expected))
        fail("answers differ\nquern:\n%sduckdb:\n%s", answer.text, expected.text);
    printf("22 queries with " QUERIES_LIMIT ": %.1f s, %.1f s of CPU, %.0f MB resident; answers as DuckDB's\n",
           timing.wall_ms / 1e3, timing.cpu_ms / 1e3, timing.peak_mb);
    fflush(stdout);
    free(script.text);
    free(answer.text);
    free(expected.text);
}

/* ---- sorting ---- */

static Timing sort_run(const char *folder, const char *thread_count, const char *quern, const char *limit,
                       const char *target)
{
    Answer answer = {0};
    char sql[SQL_SIZE], threads[32];
    snprintf(sql, sizeof sql, SORT, folder, target);
    snprintf(threads, sizeof threads, "threads=%s", thread_count);
    const char *arguments[] = {quern, "--set", threads, "-c", sql, "--set", limit, NULL};
    if (limit == NULL)
        arguments[5] = NULL;
    Timing timing = process_run(arguments, &answer);
    free(answer.text);
    return timing;
}

static void bench_sort(const char *folder, const char *output, size_t round_count, const char *thread_count,
                       const char *quern)
{
    Series series[2] = {0};
    char targets[2][512];
    snprintf(targets[0], sizeof targets[0], "%s/sorted-bounded.csv", output);
    snprintf(targets[1], sizeof targets[1], "%s/sorted.csv", output);
    for (size_t round = 0; round <= round_count; round++) {
        Timing bounded = sort_run(folder, thread_count, quern, "memory_limit=" SORT_LIMIT, targets[0]);
        Timing unbounded = sort_run(folder, thread_count, quern, NULL, targets[1]);
        if (round == 0) /* not counted: brings the file into memory */
            continue;
        series_add(&series[0], bounded);
        series_add(&series[1], unbounded);
    }
    files_check_equal(targets[0], targets[1], ',');
    for (size_t i = 0; i < 2; i++)
        remove(targets[i]);
    Summary bounded = series_summary(&series[0]), unbounded = series_summary(&series[1]);
    double low, high, ratio = 1 / series_ratio(&series[0], &series[1], MEASURE_WALL, &low, &high);
    printf(
        "sort with " SORT_LIMIT ": %.1f s, %.0f MB resident; without a limit %.1f s, %.0f MB: by %.2f (%.2f..%.2f)\n",
        bounded.wall_ms / 1e3, bounded.peak_mb, unbounded.wall_ms / 1e3, unbounded.peak_mb, ratio, 1 / high, 1 / low);
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 8) {
        fprintf(stderr, "usage: bench_bounded FOLDER LARGER OUTPUT ROUNDS THREADS QUERN LIBDUCKDB\n");
        return 2;
    }
    const char *folder = arguments[1], *larger = arguments[2], *output = arguments[3], *thread_count = arguments[5],
               *quern = arguments[6], *library = arguments[7];
    size_t round_count = strtoull(arguments[4], NULL, 10);
    if (round_count == 0 || round_count > ROUND_LIMIT)
        fail("rounds are 1 to %d", ROUND_LIMIT);
    bench_sort(folder, output, round_count, thread_count, quern);
    if (*larger != '\0') /* last: a child counts as its own what was resident here when it was made */
        bench_queries(larger, library, thread_count, quern);
    return 0;
}
