/* tests/bench/bench_cancel.c: how long statements go on after they were interrupted.
 *   bench_cancel FOLDER THREADS MEMORY_LIMIT ROUNDS [WORD…]
 * Most would run for seconds. Each round interrupts one after a random time; told are elapsed and CPU time (of all
 * threads) from then until it returned. With words only the statements that have one of them. Exit status 1 when one
 * failed, or always came to its end; never because of a time, or of a MEMORY_LIMIT that is too small for it. FOLDER is
 * written to. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contender.h"

/* In statements $/ is the folder, # what hash_text gives, and what stands between two @ is there 100,000 times, with
 * its number for #. */
static const char *const setup[] = {
    "CREATE TABLE t AS SELECT i, i * 7919 % 100003 AS k, 'the text of row number ' || i * 31 % 300007 AS s "
    "FROM range(1000000) AS r(i)",
    "CREATE TABLE keyed (i BIGINT PRIMARY KEY, k BIGINT, s VARCHAR UNIQUE)",
    "INSERT INTO keyed SELECT i, i % 1000, 'value ' || i FROM range(1000000) AS r(i)",
    "CREATE TABLE child (i BIGINT REFERENCES keyed, n BIGINT)",
    "CREATE TABLE plain AS SELECT i, i % 1000 AS k FROM range(5000000) AS r(i)",
    "COPY (SELECT * FROM t) TO '$/t.csv'",
    "COPY (SELECT * FROM t) TO '$/t.csv.gz'",
    "COPY (SELECT * FROM t) TO '$/t.arrow' (FORMAT arrow)",
    "COPY (SELECT * FROM t LIMIT 100) TO '$/changed.csv'",
    "CREATE EXTERNAL TABLE changed STORED AS csv LOCATION '$/changed.csv'",
    "COPY (SELECT * FROM t) TO '$/rows.csv'",
    "CREATE EXTERNAL TABLE rows STORED AS csv LOCATION '$/rows.csv'",
    /* a row a batch: of 2,048 long texts at once memory would not hold many */
    "CREATE VIEW turns AS WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 1000) SELECT n "
    "FROM r",
    "COPY (SELECT n, CASE n WHEN 0 THEN '\"' ELSE repeat('x\"\"', 10) || n END FROM range(3000000) AS r(n)) "
    "TO '$/unclosed.csv' (HEADER false, QUOTE '~')",
    "COPY (SELECT '1,\"x\"y' FROM range(4000000)) TO '$/bad.csv' (HEADER false, QUOTE '~')",
    "ATTACH '$/t.db' AS d",
    "DROP TABLE IF EXISTS d.t",
    "DROP TABLE IF EXISTS d.into",
    "CREATE TABLE d.t (i BIGINT, k BIGINT, s VARCHAR)",
    "CREATE TABLE d.into (i BIGINT, k BIGINT, s VARCHAR)",
    "INSERT INTO d.t SELECT * FROM t",
};

static const char *const statements[] = {
    /* scans */
    "SELECT count(*) FROM '$/t*.csv' a, range(100) b(n) WHERE a.s LIKE '%x' || b.n || '%'",
    "SELECT sum(length(upper(a.s))) FROM range(200) b(n) CROSS JOIN LATERAL (SELECT * FROM '$/t.csv.gz' LIMIT 500000) "
    "a",
    "SELECT k, count(*), max(s) FROM (SELECT * FROM '$/t.csv' UNION ALL SELECT * FROM '$/t.csv.gz') x GROUP BY k",
    "SELECT i, count(*), max(s) FROM '$/t.csv' GROUP BY i",
    "SELECT count(DISTINCT a.s || b.n) FROM d.t a, range(50) b(n)",
    "SELECT s, count(*) FROM d.t GROUP BY s ORDER BY s",
    "SELECT * FROM d.t WHERE s LIKE '%9%8%7%6%5%4%3%2%1%0%' ORDER BY s",
    "SELECT sum(g % 7) FROM generate_series(1, 100000000000) AS g(g)",
    "SELECT count(*) FROM '$/unclosed.csv'",
    "SELECT count(*) FROM '$/bad.csv'",
    /* joins */
    "SELECT count(*) FROM t a, t b WHERE a.i <> b.k",
    "SELECT count(*) FROM t a JOIN t b ON a.k = b.k JOIN t c ON b.k = c.k JOIN t d ON c.k = d.k",
    "SELECT count(*) FROM plain a JOIN plain b ON a.i = b.i",
    "SELECT count(*) FROM plain a JOIN plain b ON a.i * 1000003 = b.i * 1000003",
    "SELECT count(*) FROM plain a JOIN plain b ON a.i || 'a string key' = b.i || 'a string key'",
    "SELECT count(*) FROM t a LEFT JOIN t b ON a.i < b.i AND a.k > b.k",
    "SELECT count(*) FROM t a FULL JOIN t b ON a.i = b.i AND a.k > b.k JOIN t c ON c.k = a.k",
    "SELECT count(*) FROM t a FULL JOIN (SELECT * FROM t LIMIT 50000) b ON a.i < b.i AND a.s > b.s",
    "SELECT count(*) FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.i <> a.i AND b.s > a.s || 'z')",
    "SELECT count(*) FROM plain a WHERE a.i * 3 NOT IN (SELECT b.i * 3 + 1 FROM plain b)",
    /* sorts */
    "SELECT * FROM (SELECT a.i + b.n AS x, a.s FROM t a, range(20) b(n)) ORDER BY s, x",
    "SELECT * FROM plain ORDER BY k, i DESC",
    "SELECT * FROM (SELECT a.i * 7919 % 1000003 + b.n AS x, a.s FROM t a, range(200) b(n)) ORDER BY x LIMIT 100",
    "SELECT * FROM (SELECT a.i * 7919 % 1000003 + b.n AS x, a.s FROM t a, range(20) b(n)) ORDER BY x LIMIT 60000",
    /* groups */
    "SELECT x, count(*), sum(x) FROM (SELECT a.i * b.n AS x FROM t a, range(50) b(n)) GROUP BY x",
    "SELECT i, k, count(*) FROM plain GROUP BY ROLLUP (i, k)",
    "SELECT count(*) FROM plain GROUP BY CUBE (k, i % 2, i % 3, i % 5, i % 7, i % 11, i % 13, i % 17, i % 19, i % 23)",
    "SELECT k, count(DISTINCT s || n), string_agg(s, ',' ORDER BY n, i) FROM t, range(20) b(n) GROUP BY k",
    "SELECT length(string_agg(s, ',')), length(string_agg(s, ',' ORDER BY s)) FROM t, range(10) b(n)",
    "SELECT median(i * n), quantile_cont(i * n, 0.9), mode(i * n) FROM t, range(20) b(n)",
    "SELECT k % 3, quantile_disc(s, 0.3), mode(s), count(DISTINCT i * n) FROM t, range(10) b(n) GROUP BY k % 3",
    "SELECT mode(i / 7.0::DOUBLE) FROM plain",
    "SELECT DISTINCT s || n FROM t, range(50) b(n)",
    "SELECT i * n FROM t, range(50) b(n) EXCEPT SELECT i FROM t",
    "SELECT i FROM plain EXCEPT ALL SELECT i + 1 FROM plain",
    "SELECT i * n FROM t, range(50) b(n) INTERSECT ALL SELECT i FROM t",
    "SELECT i FROM plain INTERSECT SELECT i + 1 FROM plain",
    /* windows */
    "SELECT sum(i) OVER (PARTITION BY k % 10 ORDER BY s, i ROWS 1000 PRECEDING) FROM t, range(10) b(n)",
    "SELECT rank() OVER w, lag(i) OVER w, nth_value(i, 3) OVER w, ntile(7) OVER w FROM t, range(10) b(n) "
    "WINDOW w AS (ORDER BY k)",
    "SELECT max(s) OVER (ORDER BY i RANGE BETWEEN 1000 PRECEDING AND 5 FOLLOWING EXCLUDE CURRENT ROW) "
    "FROM t, range(5) b(n)",
    "SELECT mode(k) OVER (ORDER BY i ROWS 10000 PRECEDING) FROM t, range(5) b(n)",
    "SELECT median(i) OVER (ORDER BY s ROWS BETWEEN 100000 PRECEDING AND 50000 FOLLOWING), rank() OVER (ORDER BY k) "
    "FROM t, range(5) b(n)",
    "SELECT string_agg(s, '') OVER (ORDER BY i ROWS 1000 PRECEDING) FROM t",
    /* the same text of megabytes in all rows */
    "SELECT x, count(*) FROM (SELECT string_agg(s, '') OVER (ORDER BY i % 3) AS x FROM t) q GROUP BY x",
    "SELECT max(x) FROM (SELECT string_agg(s, '') OVER (ORDER BY i % 3) AS x FROM t) q",
    "SELECT i, k % 7, count(DISTINCT s), approx_count_distinct(s), arg_max(s, k) FROM t, range(5) b(n) "
    "GROUP BY GROUPING SETS ((i, k % 7), (i), ())",
    "SELECT group_concat(s), min(s || n), entropy(s) FROM t, range(5) b(n) GROUP BY k % 5",
    "SELECT count(*) FROM t a, LATERAL (SELECT max(b.s) FROM t b WHERE b.k < a.k AND b.i <> a.i) x",
    "SELECT first_value(s) OVER w, percent_rank() OVER w, cume_dist() OVER w, lead(s, k % 100) OVER w "
    "FROM t, range(5) b(n) WINDOW w AS (PARTITION BY i % 3 ORDER BY s)",
    "SELECT sum(k) OVER (ORDER BY i GROUPS BETWEEN 500 PRECEDING AND 500 FOLLOWING EXCLUDE TIES) FROM t, range(3) b(n)",
    /* WITH */
    "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    "WITH RECURSIVE r (n) AS (SELECT i FROM t UNION SELECT n * 7 % 100000007 FROM r) SELECT count(*) FROM r",
    "WITH w AS MATERIALIZED (SELECT a.i * b.n AS x FROM t a, range(100) b(n)) SELECT count(*) FROM w",
    /* values, and texts of many megabytes */
    "SELECT sum(i::DECIMAL(38, 10) * n / 7 + sqrt(i) ^ 1.01) FROM t, range(100) b(n)",
    "SELECT count(*) FROM t WHERE i IN (#)",
    "SELECT count(*) FROM (VALUES (#)) v",
    "SELECT count(*) FROM plain WHERE @i + k = # OR @FALSE",
    "SELECT count(*) FROM plain WHERE @i + k <> # AND @TRUE",
    "SELECT sum(CASE @WHEN i + k = # THEN k + # @END) FROM plain",
    "SELECT count(*) FROM plain WHERE i IN (@k + #, @0)",
    "SELECT @sum(i + #), @0 FROM t",
    "SELECT k FROM t GROUP BY @k + #, @k",
    "SELECT count(*) FROM @1000:t t#, @range(9) r (i) WHERE @999:t#.i = t#.k AND @TRUE",
    "WITH @c# AS (SELECT i FROM t WHERE k = #), @z AS (SELECT 1) SELECT * FROM c7, z",
    "BEGIN; CREATE TABLE wide (@c# BIGINT DEFAULT # CHECK (c# > #), @z BIGINT); ROLLBACK",
    "SELECT sum(length(repeat('abc', 30000000 + n))) FROM turns",
    "SELECT sum(length(lpad('x', 100000000 + n, 'abc'))) FROM turns",
    "SELECT sum(length(replace(repeat('ab', 30000000 + n), 'a', 'xyz'))) FROM turns",
    "SELECT count(*) FROM turns WHERE repeat('ab', 30000000 + n) LIKE '%a_a%b%ba%c'",
    "SELECT count(*) FROM turns WHERE repeat('ab', 30000000 + n) ILIKE '%A_A%B%BA%C'",
    "SELECT sum(length(regexp_replace(repeat('ab', 30000000 + n), 'a(b)', '\\1', 'g'))) FROM turns",
    "SELECT count(*) FROM t WHERE repeat('ab', 2000 + i % 1000) ~ '(a|b)*c'",
    "SELECT count(*) FROM range(10000) b(n) WHERE repeat('a', 18) || n ~ '^(a+)+$'",
    "SELECT count(*) FROM range(10000) b(n) WHERE repeat('ab', 12) || n SIMILAR TO '(a|b|ab)*[cd]'",
    "SELECT sum(length(upper(repeat('\u00e4b', 30000000 + n)) || reverse(repeat('ab', 30000000)))) FROM turns",
    "SELECT max(md5(repeat('ab', 60000000 + n))), max(sha256(repeat('ab', 60000000 + n))) FROM turns",
    "SELECT max(split_part(repeat('ab,', 30000000 + n), ',', 29000000)) FROM turns",
    "SELECT max(levenshtein(repeat('ab', 20000 + n), repeat('ba', 20000))) FROM turns",
    "SELECT max(levenshtein(repeat('ab', 10000000 + n), repeat('ba', 10000000))) FROM turns",
    "SELECT max(json_extract('[' || repeat('{\"a\": 1},', 10000000 + n) || '{\"b\": 2}]', '$[10000000].b')) "
    "FROM turns",
    "SELECT max(encode(repeat('ab', 60000000 + n)::BYTEA, 'base64')) FROM turns",
    "SELECT count(*) FROM (SELECT string_to_table(repeat('ab,', 30000000 + n), ',') FROM turns)",
    "SELECT max(translate(repeat('ab', 30000000 + n), 'ab', 'xy')), max(trim(repeat(' ', 60000000 + n))) FROM "
    "turns",
    "SELECT max(position('bb' IN repeat('ab', 60000000 + n))) FROM turns",
    "SELECT count(*) FROM turns WHERE repeat('ab', 10000000 + n) ~ 'a.*c'",
    "SELECT count(TRY_CAST(repeat(' ', 60000000 + n) AS BIGINT)), count(TRY_CAST(repeat('1', 60000000 + n) AS DOUBLE)) "
    "FROM turns",
    "SELECT count(TRY_CAST(repeat(' ', 30000000 + n) || '2024-01-31' AS TIMESTAMP)), "
    "count(TRY_CAST(repeat('0', 30000000 + n) || '1' AS DECIMAL(38, 3))) FROM turns",
    "SELECT count(TRY_CAST(repeat('1 day ', 10000000 + n) AS INTERVAL)) FROM turns",
    "SELECT max(to_char(now(), repeat('abc YYYY', 5000000 + n))) FROM turns",
    "SELECT max(normalize(repeat('e\u0301', 10000000 + n))), max(initcap(repeat('ab ', 20000000 + n))) "
    "FROM turns",
    "SELECT max(json_quote(repeat('a\"', 30000000 + n))), max(hex(repeat('ab', 20000000 + n))) FROM turns",
    "SELECT max(format('%s|%I', repeat('ab', 20000000 + n), repeat('a b', 20000000))) FROM turns",
    "SELECT jaccard(repeat('abc', 20000000 + n), repeat('bcd', 20000000)) FROM turns",
    /* statements that ask about others */
    "EXPLAIN ANALYZE SELECT s, count(*) FROM t, range(50) b(n) GROUP BY s",
    "SUMMARIZE plain",
    /* statements that write */
    "CREATE TABLE c AS SELECT a.i, a.s || b.n AS s FROM t a, range(100) b(n)",
    "BEGIN; INSERT INTO keyed SELECT i + 1000000, k, 'other ' || i FROM t; ROLLBACK",
    "BEGIN; UPDATE keyed SET i = i + 1, k = k + 1; ROLLBACK",
    "BEGIN; UPDATE keyed SET s = s || '!' WHERE i % 2 = 0; ROLLBACK",
    "BEGIN; DELETE FROM keyed WHERE i % 3 > 0; ROLLBACK",
    "BEGIN; UPDATE plain SET k = k + 1; ROLLBACK",
    "BEGIN; DELETE FROM plain WHERE k < 900; ROLLBACK",
    "BEGIN; INSERT INTO child SELECT i, k FROM t; ROLLBACK",
    "BEGIN; INSERT INTO keyed SELECT i, k, s || 'x' FROM t ON CONFLICT (i) DO UPDATE SET k = excluded.k; ROLLBACK",
    "BEGIN; ALTER TABLE plain ADD COLUMN more VARCHAR DEFAULT 'x'; ROLLBACK",
    "BEGIN; ALTER TABLE plain ALTER COLUMN k TYPE VARCHAR; ROLLBACK",
    "BEGIN; CREATE UNIQUE INDEX u ON plain (i); ROLLBACK",
    "BEGIN; CREATE INDEX u ON plain (k, i); ROLLBACK",
    "BEGIN; ALTER TABLE plain ADD PRIMARY KEY (i); ROLLBACK",
    "BEGIN; ALTER TABLE plain ADD CHECK (k < i + 1000); ROLLBACK",
    "BEGIN; ALTER TABLE keyed ADD FOREIGN KEY (k) REFERENCES keyed; ROLLBACK",
    "BEGIN; DELETE FROM keyed WHERE NOT EXISTS (SELECT 1 FROM child WHERE child.i = keyed.i); ROLLBACK",
    "BEGIN; MERGE INTO keyed USING t ON keyed.i = t.i WHEN MATCHED AND t.k % 2 = 0 THEN DELETE WHEN MATCHED THEN "
    "UPDATE "
    "SET k = t.k WHEN NOT MATCHED THEN INSERT VALUES (t.i, t.k, t.s); ROLLBACK",
    "BEGIN; CREATE TABLE made (i BIGINT, twice BIGINT GENERATED ALWAYS AS (i * 2) STORED, CHECK (twice >= i)); "
    "INSERT INTO made (i) SELECT i FROM plain; ROLLBACK",
    "BEGIN; CREATE TABLE copied (i BIGINT PRIMARY KEY, k BIGINT, s VARCHAR); COPY copied FROM '$/t.csv'; ROLLBACK",
    "BEGIN; CREATE TABLE copied (i BIGINT, k BIGINT, s VARCHAR); COPY copied FROM '$/t.csv.gz'; ROLLBACK",
    "BEGIN; CREATE TABLE copied (i BIGINT, k BIGINT, s VARCHAR); COPY copied FROM '$/t.arrow' (FORMAT arrow); ROLLBACK",
    "INSERT INTO d.into SELECT i * n, k, s FROM t, range(100) b(n)",
    "UPDATE d.t SET s = s || 'x', k = k + 1",
    "DELETE FROM d.t WHERE s LIKE '%9%8%7%6%5%4%3%2%1%0%'",
    "INSERT INTO changed SELECT i * n, k, s FROM t, range(100) b(n)",
    "UPDATE rows SET k = k + 1",
    "DELETE FROM rows WHERE s LIKE '%9%8%7%6%5%4%3%2%1%0%'",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.csv'",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.csv.gz'",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.csv.zst'",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.csv.xz'",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.arrow' (FORMAT arrow)",
    "COPY (SELECT * FROM t, range(100) b(n)) TO '$/out.json' (FORMAT json)",
    "COPY (SELECT * FROM t, range(2) b(n)) TO '$/out.csv'", /* of which half is fsync */
    "COPY (SELECT n, repeat('ab', 10000000 + n) FROM turns LIMIT 30) TO '$/out.arrow' (FORMAT arrow)",
    "COPY (SELECT n, repeat('ab', 10000000 + n) FROM turns LIMIT 3) TO '$/out.txt' (FORMAT table)",
};
enum {
    SETUPS = sizeof setup / sizeof *setup,
    STATEMENTS = sizeof statements / sizeof *statements,
    MOST_ROUNDS = 1000,
    LONGEST_WAIT_MS = 400,
    HASH_COUNT = 200000,
    REPEAT_COUNT = 100000,
    LONGEST_STATEMENT = 16 << 20
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

/* "0, 7, 14, …", many. */
static const char *hash_text(void)
{
    static char text[HASH_COUNT * 9];
    if (text[0] == '\0') {
        char *end = text;
        for (int i = 0; i < HASH_COUNT; i++)
            end += sprintf(end, i ? ", %d" : "%d", i * 7);
    }
    return text;
}

/* The text up to the next @ many times; where that stands. */
static const char *repeat(const char *text, char **end)
{
    int count = REPEAT_COUNT, size = 0;
    if (sscanf(text, "%d:%n", &count, &size) == 1)
        text += size;
    for (int i = 0; i < count; i++)
        for (const char *c = text; *c != '@'; c++) {
            if (*c == '#')
                *end += sprintf(*end, "%d", i);
            else
                *(*end)++ = *c;
        }
    return strchr(text, '@');
}

/* What stands for something is replaced. */
static const char *statement_text(const char *statement, const char *folder)
{
    static char result[LONGEST_STATEMENT];
    char *end = result;
    for (; *statement; statement++) {
        if (*statement == '$' && statement[1] == '/')
            end += sprintf(end, "%s", folder);
        else if (*statement == '@')
            statement = repeat(statement + 1, &end);
        else if (*statement == '#')
            end += sprintf(end, "%s", hash_text());
        else
            *end++ = *statement;
    }
    *end = '\0';
    return result;
}

/* Statements one after the other, up to the first that fails. */
static QuernStatus run(QuernConnection *connection, const char *sql)
{
    QuernStatus status = QUERN_OK;
    for (size_t used = 0; status == QUERN_OK && *sql; sql += used) {
        QuernResult *result = NULL;
        bool has_row = true;
        status = quern_query(connection, sql, strlen(sql), &used, &result);
        while (status == QUERN_OK && result && has_row)
            status = quern_result_next(result, &has_row);
        quern_result_free(result);
    }
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

typedef struct Round {
    QuernStatus status;
    Timing after; /* from the interrupt on */
} Round;

static Round round_run(QuernConnection *connection, const char *sql, int longest_wait_ms)
{
    Interruption interruption = {.connection = connection, .after_ns = random() % longest_wait_ms * 1000000};
    pthread_t thread;
    if (pthread_create(&thread, NULL, interrupt, &interruption) != 0)
        fail("no thread");
    QuernStatus status = run(connection, sql);
    Timing end = timing_start();
    pthread_join(thread, NULL);
    Timing after = {.wall_ms = end.wall_ms - interruption.at.wall_ms, .cpu_ms = end.cpu_ms - interruption.at.cpu_ms};
    return (Round){status, after};
}

/* False: it failed, or was never interrupted, although there was memory enough for it. */
static bool bench_statement(QuernConnection *connection, const char *sql, size_t round_count)
{
    static double wall[MOST_ROUNDS], cpu[MOST_ROUNDS];
    size_t count = 0;
    bool has_failed = false, has_memory = true;
    int longest_wait_ms = LONGEST_WAIT_MS;
    for (size_t i = 0; i < round_count && !has_failed; i++) {
        Round round = round_run(connection, sql, longest_wait_ms);
        has_failed = round.status != QUERN_OK && round.status != QUERN_ERROR_INTERRUPTED;
        has_memory = round.status != QUERN_ERROR_RESOURCE;
        if (has_failed)
            printf("%s: ", quern_error_message(connection));
        run(connection, "ROLLBACK");
        if (round.status == QUERN_ERROR_INTERRUPTED) {
            wall[count] = round.after.wall_ms;
            cpu[count++] = round.after.cpu_ms;
        } else if (longest_wait_ms > 10) {
            longest_wait_ms = longest_wait_ms * 2 / 3; /* it came to its end before that */
        }
    }
    if (count > 0) {
        print_times("ms", wall, count);
        print_times("cpu", cpu, count);
    }
    printf("  %4zu  %.100s\n", count, sql);
    fflush(stdout);
    return !has_memory || (count > 0 && !has_failed);
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 5) {
        fprintf(stderr, "usage: bench_cancel FOLDER THREADS MEMORY_LIMIT ROUNDS [WORD...]\n");
        return 2;
    }
    const char *folder = arguments[1];
    size_t round_count = strtoull(arguments[4], NULL, 10);
    if (round_count < 1 || round_count > MOST_ROUNDS)
        fail("rounds are 1 to %d", MOST_ROUNDS);
    FILE *database = fopen(statement_text("$/t.db", folder), "w");
    if (database == NULL || fclose(database) != 0)
        fail("%s cannot be written to", folder);
    QuernConnection *connection;
    if (quern_open(&connection) != QUERN_OK || quern_set(connection, "threads", arguments[2]) != QUERN_OK)
        fail("quern could not be started");
    for (size_t i = 0; i < SETUPS; i++)
        if (run(connection, statement_text(setup[i], folder)) != QUERN_OK)
            fail("%s: %s", setup[i], quern_error_message(connection));
    if (quern_set(connection, "memory_limit", arguments[3]) != QUERN_OK)
        fail("%s", quern_error_message(connection));
    printf("median, ninth of ten, and most, elapsed and CPU; how often interrupted\n");
    bool all_interrupted = true;
    for (size_t i = 0; i < STATEMENTS; i++)
        if (name_is_wanted(statements[i], arguments + 5, (size_t)argument_count - 5))
            all_interrupted &= bench_statement(connection, statement_text(statements[i], folder), round_count);
    quern_close(connection);
    return !all_interrupted;
}
