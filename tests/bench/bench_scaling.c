/* tests/bench/bench_scaling.c: what a second thread brings, and what more data costs: TPC-H in memory, quern and
 * DuckDB. bench_scaling FOLDER LARGER ROUNDS THREADS LIBDUCKDB [WORD…] The five queries that DuckDB's threads help
 * differently run with one thread and with two; with a LARGER folder ("": none) all queries run over both folders with
 * THREADS. With words (q07) only those. Exit status 1 when two answers differ; never because of a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "series.h"
#include "tpch.h"

enum { SQL_SIZE = 8192, SIDE_COUNT = 2 };

/* One of the two that are set against each other; the sides share their databases where only the threads differ. */
typedef struct Side {
    const char *thread_count;
    QuernConnection *quern;
    DuckDb *duckdb;
    Series quern_series, duckdb_series;
} Side;

/* Threads of the other start, end and tidy up behind its statements: on a second core, which a run with two threads
 * would miss. */
static void pause_briefly(void)
{
    usleep(50000);
}

static void side_run(Side *self, const char *sql, bool is_counted, Answer answers[2])
{
    char set[64];
    snprintf(set, sizeof set, "SET threads = %s", self->thread_count);
    quern_run(self->quern, set, &answers[0]);
    duckdb_run(self->duckdb, set, NULL);
    pause_briefly();
    Timing ours = quern_run(self->quern, sql, &answers[0]);
    pause_briefly();
    Timing theirs = duckdb_run(self->duckdb, sql, &answers[1]);
    if (!answer_equal(&answers[0], &answers[1]))
        fail("answers differ: %s\nquern:\n%sduckdb:\n%s", sql, answers[0].text, answers[1].text);
    if (is_counted) {
        series_add(&self->quern_series, ours);
        series_add(&self->duckdb_series, theirs);
    }
}

/* `scale` is what the ratio of the times is divided by. */
static void factor_print(const Series *left, const Series *right, Measure measure, double scale)
{
    double low, high, factor = series_ratio(left, right, measure, &low, &high);
    printf(" %9.2f (%.2f..%.2f)", factor / scale, low / scale, high / scale);
}

/* `sides` run in turn; those after the first round are counted, which brings tables and code into the caches. */
static void bench_query(Side sides[SIDE_COUNT], const char *name, size_t round_count, Measure measure, double scale)
{
    char sql[SQL_SIZE];
    Answer answers[2] = {0};
    sql_read(name, sql, sizeof sql);
    for (size_t i = 0; i < SIDE_COUNT; i++)
        sides[i].quern_series.count = sides[i].duckdb_series.count = 0;
    for (size_t round = 0; round <= round_count; round++)
        for (size_t i = 0; i < SIDE_COUNT; i++)
            side_run(&sides[i], sql, round > 0, answers);
    printf("%-5s", name);
    factor_print(&sides[0].duckdb_series, &sides[1].duckdb_series, measure, scale);
    factor_print(&sides[0].quern_series, &sides[1].quern_series, measure, scale);
    putchar('\n');
    fflush(stdout);
    free(answers[0].text);
    free(answers[1].text);
}

static double line_count(QuernConnection *quern)
{
    Answer answer = {0};
    quern_run(quern, "SELECT count(*) FROM lineitem", &answer);
    double count = strtod(answer.text, NULL);
    free(answer.text);
    return count;
}

int main(int argument_count, char **arguments)
{
    static const char *const threaded[] = {"q01", "q09", "q13", "q18", "q21"};
    static TpchLoad load;
    static Side sides[SIDE_COUNT], larger[SIDE_COUNT];
    if (argument_count < 6) {
        fprintf(stderr, "usage: bench_scaling FOLDER LARGER ROUNDS THREADS LIBDUCKDB [WORD...]\n");
        return 2;
    }
    const char *larger_folder = arguments[2], *thread_count = arguments[4], *library = arguments[5];
    size_t round_count = strtoull(arguments[3], NULL, 10), word_count = (size_t)argument_count - 6;
    char **words = arguments + 6;

    tpch_load_write(arguments[1], &load);
    sides[0] = (Side){
        .thread_count = "2", .quern = tpch_open_quern(&load, "2"), .duckdb = tpch_open_duckdb(&load, library, "2")};
    sides[1] = (Side){.thread_count = "1", .quern = sides[0].quern, .duckdb = sides[0].duckdb};
    printf("two threads: how many times faster than one\n%-5s %24s %24s\n", "", "DuckDB", "quern");
    for (size_t i = 0; i < sizeof threaded / sizeof *threaded; i++)
        if (name_is_wanted(threaded[i], words, word_count))
            bench_query(sides, threaded[i], round_count, MEASURE_WALL, 1);

    if (*larger_folder != '\0') {
        tpch_load_write(larger_folder, &load);
        larger[0] = (Side){.thread_count = thread_count, .quern = sides[0].quern, .duckdb = sides[0].duckdb};
        larger[1] = (Side){.thread_count = thread_count,
                           .quern = tpch_open_quern(&load, thread_count),
                           .duckdb = tpch_open_duckdb(&load, library, thread_count)};
        double scale = line_count(larger[1].quern) / line_count(larger[0].quern);
        printf("%.2f times the data: time by time over data by data\n%-5s %24s %24s\n", scale, "", "DuckDB", "quern");
        for (size_t i = 0; i < TPCH_QUERY_COUNT; i++)
            if (name_is_wanted(tpch_queries[i], words, word_count))
                bench_query(larger, tpch_queries[i], round_count, MEASURE_CPU, scale);
        quern_close(larger[1].quern);
        duckdb_stop(larger[1].duckdb);
    }
    quern_close(sides[0].quern);
    duckdb_stop(sides[0].duckdb);
    return 0;
}
