/* tests/bench/bench_small.c: small things that programs do often: a prepared lookup by key, and planning many joins.
 * quern and SQLite in turn, both in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

enum { ROW_COUNT = 10000, PLAN_COUNT = 100, CHAIN_LENGTH = 20 };

typedef struct Peers {
    QuernConnection *quern;
    QuernStatement *quern_lookup;
    sqlite3 *sqlite;
    sqlite3_stmt *sqlite_lookup;
    char chain[4096]; /* EXPLAIN of a join of CHAIN_LENGTH tables, each with the next */
} Peers;

static void run_both(Peers *peers, const char *quern_sql, const char *sqlite_sql)
{
    QuernResult *result;
    if (quern_query(peers->quern, quern_sql, strlen(quern_sql), NULL, &result) != QUERN_OK)
        fail("quern: %s", quern_error_message(peers->quern));
    quern_result_free(result);
    if (sqlite3_exec(peers->sqlite, sqlite_sql, NULL, NULL, NULL) != SQLITE_OK)
        fail("sqlite: %s", sqlite3_errmsg(peers->sqlite));
}

static void peers_open(Peers *peers)
{
    static const char lookup[] = "SELECT v FROM t WHERE k = $1";
    if (quern_open(&peers->quern) != QUERN_OK || sqlite3_open(":memory:", &peers->sqlite) != SQLITE_OK)
        fail("no memory");
    run_both(peers, "CREATE TABLE t (k BIGINT PRIMARY KEY, v VARCHAR)",
             "CREATE TABLE t (k INTEGER PRIMARY KEY, v VARCHAR)");
    run_both(peers, "INSERT INTO t SELECT i, 'value ' || i FROM generate_series(0, 9999) AS s (i)",
             "WITH RECURSIVE s (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < 9999)"
             "INSERT INTO t SELECT i, 'value ' || i FROM s");
    size_t size = (size_t)snprintf(peers->chain, sizeof peers->chain, "SELECT count(*) FROM c0");
    for (int i = 0; i < CHAIN_LENGTH; i++) {
        char sql[100];
        snprintf(sql, sizeof sql, "CREATE TABLE c%d (a INTEGER PRIMARY KEY, b INTEGER)", i);
        run_both(peers, sql, sql);
        if (i > 0)
            size += (size_t)snprintf(peers->chain + size, sizeof peers->chain - size, " JOIN c%d ON c%d.b = c%d.a", i,
                                     i - 1, i);
    }
    if (quern_prepare(peers->quern, lookup, strlen(lookup), NULL, &peers->quern_lookup) != QUERN_OK ||
        sqlite3_prepare_v2(peers->sqlite, lookup, -1, &peers->sqlite_lookup, NULL) != SQLITE_OK)
        fail("the lookup cannot be prepared");
}

static void peers_close(Peers *peers)
{
    quern_statement_free(peers->quern_lookup);
    quern_close(peers->quern);
    sqlite3_finalize(peers->sqlite_lookup);
    sqlite3_close(peers->sqlite);
}

/* Every key once, in no order. */
static int64_t key_at(int64_t i)
{
    return i * 7919 % ROW_COUNT;
}

/* ---- prepared lookups: the sizes of all texts are added up ---- */

static size_t quern_look_up(Peers *peers)
{
    size_t sum = 0, size;
    for (int64_t i = 0; i < ROW_COUNT; i++) {
        QuernResult *result;
        bool has_row;
        if (quern_bind_int64(peers->quern_lookup, 0, key_at(i)) != QUERN_OK ||
            quern_execute(peers->quern_lookup, &result) != QUERN_OK)
            fail("quern: %s", quern_error_message(peers->quern));
        while (quern_result_next(result, &has_row) == QUERN_OK && has_row)
            if (quern_value_text(result, 0, &size))
                sum += size;
        quern_result_free(result);
    }
    return sum;
}

static size_t sqlite_look_up(Peers *peers)
{
    size_t sum = 0;
    for (int64_t i = 0; i < ROW_COUNT; i++) {
        sqlite3_bind_int64(peers->sqlite_lookup, 1, key_at(i));
        while (sqlite3_step(peers->sqlite_lookup) == SQLITE_ROW)
            if (sqlite3_column_text(peers->sqlite_lookup, 0))
                sum += (size_t)sqlite3_column_bytes(peers->sqlite_lookup, 0);
        sqlite3_reset(peers->sqlite_lookup);
    }
    return sum;
}

/* ---- planning: EXPLAIN, whose answers are no peer's concern ---- */

static size_t quern_plan(Peers *peers)
{
    char sql[sizeof peers->chain + 8];
    snprintf(sql, sizeof sql, "EXPLAIN %s", peers->chain);
    for (int i = 0; i < PLAN_COUNT; i++) {
        QuernResult *result;
        bool has_row;
        if (quern_query(peers->quern, sql, strlen(sql), NULL, &result) != QUERN_OK)
            fail("quern: %s", quern_error_message(peers->quern));
        while (quern_result_next(result, &has_row) == QUERN_OK && has_row)
            ;
        quern_result_free(result);
    }
    return 0;
}

static size_t sqlite_plan(Peers *peers)
{
    char sql[sizeof peers->chain + 8];
    snprintf(sql, sizeof sql, "EXPLAIN %s", peers->chain);
    for (int i = 0; i < PLAN_COUNT; i++)
        if (sqlite3_exec(peers->sqlite, sql, NULL, NULL, NULL) != SQLITE_OK)
            fail("sqlite: %s", sqlite3_errmsg(peers->sqlite));
    return 0;
}

static const struct {
    const char *name;
    size_t (*quern)(Peers *peers);
    size_t (*sqlite)(Peers *peers);
    double count;
} contests[] = {{"prepared lookup", quern_look_up, sqlite_look_up, ROW_COUNT},
                {"planning 20 joins", quern_plan, sqlite_plan, PLAN_COUNT}};

static void contest_run(Peers *peers, size_t index, size_t round_count)
{
    Series quern = {0}, sqlite = {0};
    double low, high;
    if (contests[index].quern(peers) != contests[index].sqlite(peers)) /* and once to warm up */
        fail("%s: the answers differ", contests[index].name);
    for (size_t round = 0; round < round_count; round++) {
        Timing start = timing_start();
        (void)contests[index].quern(peers);
        series_add(&quern, timing_since(start));
        start = timing_start();
        (void)contests[index].sqlite(peers);
        series_add(&sqlite, timing_since(start));
    }
    double times = series_ratio(&sqlite, &quern, MEASURE_CPU, &low, &high);
    printf("%-18s quern %8.2f us, sqlite %8.2f us, by %.2f (%.2f..%.2f)\n", contests[index].name,
           series_summary(&quern).cpu_ms * 1000 / contests[index].count,
           series_summary(&sqlite).cpu_ms * 1000 / contests[index].count, times, low, high);
}

int main(int argument_count, char **arguments)
{
    size_t round_count = argument_count > 1 ? strtoul(arguments[1], NULL, 10) : 21;
    Peers peers = {0};
    if (round_count == 0 || round_count > ROUND_LIMIT)
        fail("1 to %d rounds", ROUND_LIMIT);
    peers_open(&peers);
    for (size_t i = 0; i < sizeof contests / sizeof *contests; i++)
        contest_run(&peers, i, round_count);
    peers_close(&peers);
    return 0;
}
