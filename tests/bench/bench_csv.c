/* tests/bench/bench_csv.c: queries over CSV files as they lie there, quern and DuckDB in turn, each a whole process.
 *   bench_csv TPCH_FOLDER SHAPES_FOLDER ROUNDS THREADS QUERN DUCKDB_RUN LIBDUCKDB [WORD…]
 * With words only the queries that have one of them in their name. Exit status 1 when two answers differ; never because
 * of a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "series.h"

typedef enum Contender { QUERN, DUCKDB, CONTENDER_COUNT } Contender;

/* A query of sql/tpch, where `sql` is NULL. `wanted` is how many times faster than DuckDB quern has to be on a machine
 * with AVX-512; half of it without. */
typedef struct Query {
    const char *name;
    const char *tables; /* that quern is given as files, between blanks */
    const char *sql;
    double wanted;
    bool is_of_shapes; /* the tables are of the other folder */
    bool is_file;      /* the answer is what it writes to {out} */
} Query;

static const Query queries[] = {
    {"count", "lineitem", "SELECT count(*) FROM lineitem", 12, false, false},
    {"q06", "lineitem", NULL, 7, false, false},
    {"q01", "lineitem", NULL, 4, false, false},
    {"groups", "lineitem",
     "SELECT l_orderkey, sum(l_quantity) AS quantity FROM lineitem GROUP BY l_orderkey ORDER BY quantity DESC, "
     "l_orderkey LIMIT 10",
     3, false, false},
    {"like", "lineitem", "SELECT count(*) FROM lineitem WHERE l_comment LIKE '%special%requests%'", 5, false, false},
    {"limit", "lineitem", "SELECT * FROM lineitem LIMIT 10", 25, false, false},
    {"top 100", "lineitem", "SELECT * FROM lineitem ORDER BY l_extendedprice DESC, l_orderkey, l_linenumber LIMIT 100",
     5, false, false},
    {"q03", "customer orders lineitem", NULL, 3.2, false, false},
    {"q09", "part supplier lineitem partsupp orders nation", NULL, 3.5, false, false},
    {"q13", "customer orders", NULL, 2.5, false, false},
    {"q18", "customer orders lineitem", NULL, 4.4, false, false},
    {"sort to file", "lineitem",
     "COPY (SELECT * FROM lineitem ORDER BY l_extendedprice, l_orderkey, l_linenumber) TO '{out}'", 2, false, true},
    {"quotes count", "quotes", "SELECT count(*) FROM quotes", 6.5, true, false},
    {"quotes groups", "quotes",
     "SELECT category, count(*), sum(amount) FROM quotes GROUP BY category ORDER BY category", 3.7, true, false},
    {"wide sum", "wide", "SELECT sum(c57) FROM wide", 12, true, false},
};
enum { QUERY_COUNT = sizeof queries / sizeof *queries, TABLE_LIMIT = 8, PATH_SIZE = 4096, SQL_SIZE = 8192 };

typedef struct Run {
    const char *tpch_folder, *shapes_folder;
    const char *thread_count;
    const char *quern, *duckdb_run, *library; /* programs; DuckDB itself */
    size_t round_count;
    Answer answers[CONTENDER_COUNT];
} Run;

static const char *query_folder(const Run *run, const Query *query)
{
    return query->is_of_shapes ? run->shapes_folder : run->tpch_folder;
}

static void out_path(const Run *run, Contender contender, char *path)
{
    snprintf(path, PATH_SIZE, "%s/%s.out", run->shapes_folder, contender == QUERN ? "quern" : "duckdb");
}

/* The statement, with {out} filled in, and without the semicolon that ends a file. */
static void query_sql(const Run *run, const Query *query, Contender contender, char *sql)
{
    if (query->sql == NULL) {
        sql_read(query->name, sql, SQL_SIZE);
        return;
    }
    const char *mark = strstr(query->sql, "{out}");
    char path[PATH_SIZE];
    out_path(run, contender, path);
    if (mark)
        snprintf(sql, SQL_SIZE, "%.*s%s%s", (int)(mark - query->sql), query->sql, path, mark + strlen("{out}"));
    else
        snprintf(sql, SQL_SIZE, "%s", query->sql);
}

static Timing run_quern(Run *run, const Query *query)
{
    char sql[SQL_SIZE], paths[TABLE_LIMIT][PATH_SIZE], names[256], threads[32];
    const char *arguments[8 + TABLE_LIMIT] = {run->quern, "--tsv", "--no-header", "--set", threads};
    size_t count = 5, table_count = 0;
    snprintf(threads, sizeof threads, "threads=%s", run->thread_count);
    snprintf(names, sizeof names, "%s", query->tables);
    for (char *rest = names, *name; (name = strsep(&rest, " ")) != NULL;) {
        snprintf(paths[table_count], PATH_SIZE, "%s/%s.csv", query_folder(run, query), name);
        arguments[count++] = paths[table_count++];
    }
    query_sql(run, query, QUERN, sql);
    arguments[count++] = "-c";
    arguments[count++] = sql;
    return process_run(arguments, &run->answers[QUERN]);
}

static Timing run_duckdb(Run *run, const Query *query)
{
    char sql[SQL_SIZE];
    query_sql(run, query, DUCKDB, sql);
    const char *arguments[] = {run->duckdb_run, run->library, query_folder(run, query), run->thread_count, sql, NULL};
    return process_run(arguments, &run->answers[DUCKDB]);
}

static void check_answers(const Run *run, const Query *query)
{
    if (!query->is_file) {
        if (!answer_equal(&run->answers[QUERN], &run->answers[DUCKDB]))
            fail("answers differ: %s\nquern:\n%sduckdb:\n%s", query->name, run->answers[QUERN].text,
                 run->answers[DUCKDB].text);
        return;
    }
    char quern_path[PATH_SIZE], duckdb_path[PATH_SIZE];
    out_path(run, QUERN, quern_path);
    out_path(run, DUCKDB, duckdb_path);
    files_check_equal(quern_path, duckdb_path, ',');
    unlink(quern_path);
    unlink(duckdb_path);
}

static double wanted_ratio(const Query *query)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512vbmi2"))
        return query->wanted;
#endif
    return query->wanted / 2;
}

static void print_head(void)
{
    printf("%-14s %21s %21s %7s %14s %7s %7s %10s %10s\n", "", "DuckDB ms", "quern ms", "x", "middle half", "x cpu",
           "wanted", "DuckDB MB", "quern MB");
}

static void print_query(const Query *query, const Series *series)
{
    Summary quern = series_summary(&series[QUERN]), duckdb = series_summary(&series[DUCKDB]);
    double low, high, ratio = series_ratio(&series[QUERN], &series[DUCKDB], MEASURE_WALL, &low, &high);
    char duckdb_ms[40], quern_ms[40], spread[40];
    snprintf(duckdb_ms, sizeof duckdb_ms, "%.0f (%.0f..%.0f)", duckdb.wall_ms, duckdb.least_ms, duckdb.most_ms);
    snprintf(quern_ms, sizeof quern_ms, "%.0f (%.0f..%.0f)", quern.wall_ms, quern.least_ms, quern.most_ms);
    snprintf(spread, sizeof spread, "%.2f..%.2f", low, high);
    printf("%-14s %21s %21s %7.2f %14s %7.2f %7.2f %10.0f %10.0f%s\n", query->name, duckdb_ms, quern_ms, ratio, spread,
           series_ratio(&series[QUERN], &series[DUCKDB], MEASURE_CPU, NULL, NULL), wanted_ratio(query), duckdb.peak_mb,
           quern.peak_mb, ratio < wanted_ratio(query) ? "  missed" : "");
    fflush(stdout);
}

static void bench_query(Run *run, const Query *query)
{
    Series series[CONTENDER_COUNT] = {0};
    run_quern(run, query); /* not counted: brings files and code into memory */
    run_duckdb(run, query);
    check_answers(run, query);
    for (size_t round = 0; round < run->round_count; round++) {
        series_add(&series[QUERN], run_quern(run, query));
        series_add(&series[DUCKDB], run_duckdb(run, query));
        if (!query->is_file)
            check_answers(run, query);
    }
    print_query(query, series);
}

int main(int argument_count, char **arguments)
{
    Run run = {0};
    if (argument_count < 8) {
        fprintf(stderr,
                "usage: bench_csv TPCH_FOLDER SHAPES_FOLDER ROUNDS THREADS QUERN DUCKDB_RUN LIBDUCKDB [WORD...]\n");
        return 2;
    }
    run.tpch_folder = arguments[1];
    run.shapes_folder = arguments[2];
    run.round_count = strtoull(arguments[3], NULL, 10);
    run.thread_count = arguments[4];
    run.quern = arguments[5];
    run.duckdb_run = arguments[6];
    run.library = arguments[7];
    if (run.round_count == 0 || run.round_count > ROUND_LIMIT)
        fail("rounds are 1 to %d", ROUND_LIMIT);
    print_head();
    for (size_t query = 0; query < QUERY_COUNT; query++)
        if (name_is_wanted(queries[query].name, arguments + 8, (size_t)argument_count - 8))
            bench_query(&run, &queries[query]);
    for (size_t c = 0; c < CONTENDER_COUNT; c++) {
        char path[PATH_SIZE];
        out_path(&run, (Contender)c, path);
        unlink(path);
        free(run.answers[c].text);
    }
    return 0;
}
