/* Statements that are interrupted at any moment, on one thread and on several, while they spill or write: nothing is
 * left of them. */
#include <dirent.h>
#include <pthread.h>
#include <quern/provider.h>
#include <quern/quern.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/engine.h"
#include "test.h"

enum { ROUNDS = 500, LATEST_NS = 6000000 };

/* What all work on; $ is the folder. */
static const char *const setup[] = {
    "CREATE TABLE t AS SELECT i, i * 7919 % 5000 AS k, 'the text of row number ' || i * 31 % 30000 AS s "
    "FROM range(30000) AS r(i)",
    "CREATE TABLE keyed (i BIGINT PRIMARY KEY, s VARCHAR UNIQUE)",
    "INSERT INTO keyed SELECT i, 'value ' || i FROM t WHERE i < 20000",
    "COPY t TO '$/rows.csv'",
    "COPY t TO '$/rows.arrow' (FORMAT arrow)",
    "ATTACH '$/t.db' AS d",
    "CREATE TABLE d.t (i BIGINT, k BIGINT, s VARCHAR)",
    "INSERT INTO d.t SELECT * FROM t",
    "SET spill_after = 3000",
    "SET parallel_rows = 0",
};

/* Each in a transaction that is rolled back. */
static const char *const queries[] = {
    "SELECT * FROM t ORDER BY s, k",
    "SELECT k, count(*), sum(i), max(s) FROM t GROUP BY k",
    "SELECT k, count(DISTINCT s), string_agg(s, '' ORDER BY i) FROM t GROUP BY k",
    "SELECT DISTINCT s FROM t",
    "SELECT i, s FROM t EXCEPT SELECT i + 1, s FROM t",
    "SELECT i, s FROM t INTERSECT ALL SELECT i, s FROM t WHERE k > 9",
    "SELECT i, s FROM t UNION SELECT i + 1, s FROM t",
    "SELECT sum(i) OVER (PARTITION BY k % 10 ORDER BY s ROWS 100 PRECEDING), median(i) OVER (PARTITION BY k % 7) FROM "
    "t",
    "SELECT a.s FROM t a JOIN t b ON a.k = b.k ORDER BY a.s",
    "SELECT count(*) FROM t a FULL JOIN t b ON a.i = b.i AND a.k > b.k",
    "WITH w AS MATERIALIZED (SELECT * FROM t) SELECT count(*) FROM w a JOIN w b ON a.i = b.i",
    "WITH RECURSIVE r (n) AS (SELECT 1 UNION SELECT n + 1 FROM r WHERE n < 20000) SELECT max(n) FROM r",
    "WITH RECURSIVE r (n) AS (SELECT i FROM t UNION ALL SELECT n + 30000 FROM r WHERE n < 300000) SELECT sum(n) FROM r",
    "SELECT s, count(*) FROM d.t GROUP BY s ORDER BY s",
    "SELECT k, max(s) FROM '$/rows.csv' GROUP BY k ORDER BY k",
    "SELECT k, max(s) FROM '$/rows.arrow' GROUP BY k ORDER BY k",
    "SELECT max(md5(repeat(s, 100000))), max(initcap(repeat(s, 100000))) FROM t WHERE i < 5",
    "COPY (SELECT a.* FROM t a, range(3)) TO '$/out.csv'",
    "COPY (SELECT a.* FROM t a, range(3)) TO '$/out.csv.gz'",
    "COPY (SELECT * FROM t WHERE i < 5000) TO '$/out.csv.xz'",
    "COPY (SELECT a.* FROM t a, range(3)) TO '$/out.arrow' (FORMAT arrow)",
    "CREATE TABLE made AS SELECT i, s || k AS s FROM t ORDER BY k",
    "INSERT INTO keyed SELECT i + 40000, 'other ' || s || i FROM t",
    "INSERT INTO d.t SELECT i, k, s FROM t",
    "UPDATE keyed SET s = s || '!', i = i + 1",
    "DELETE FROM keyed WHERE i % 3 > 0",
    "MERGE INTO keyed USING t ON keyed.i = t.i WHEN MATCHED AND t.k < 2500 THEN DELETE "
    "WHEN MATCHED THEN UPDATE SET s = t.s || t.i WHEN NOT MATCHED THEN INSERT VALUES (t.i, t.s || t.i)",
    "ALTER TABLE keyed ADD COLUMN more VARCHAR DEFAULT 'x'",
    "CREATE INDEX made ON t (k, s)",
};
enum { SETUPS = sizeof setup / sizeof *setup, QUERIES = sizeof queries / sizeof *queries };

static char folder[] = "/tmp/quern-cancel-XXXXXX";

/* $ becomes the folder. */
static const char *in_folder(const char *sql)
{
    Text text = text_in(test_arena);
    for (; *sql; sql++)
        *sql == '$' ? text_add(&text, folder) : text_add_char(&text, *sql);
    return text_string(&text);
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

static void must(QuernConnection *connection, const char *sql)
{
    ck_assert_msg(run(connection, sql) == QUERN_OK, "%s: %s", sql, quern_error_message(connection));
}

static size_t entry_count(const char *path)
{
    size_t count = 0;
    DIR *entries = opendir(path);
    ck_assert_ptr_nonnull(entries);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count;
}

/* What a statement could leave behind. */
typedef struct Remains {
    size_t memory, temp, open_files, threads, files;
} Remains;

static Remains remains_now(const QuernConnection *connection)
{
    return (Remains){.memory = connection->memory.used,
                     .temp = connection->temp.used,
                     .open_files = entry_count("/proc/self/fd"),
                     .threads = entry_count("/proc/self/task"),
                     .files = entry_count(folder)};
}

static void remains_check(Remains now, Remains before, const char *sql)
{
    ck_assert_msg(now.memory == before.memory, "%s: %zu bytes more", sql, now.memory - before.memory);
    ck_assert_msg(now.temp == before.temp, "%s: %zu bytes of temporary files", sql, now.temp);
    ck_assert_msg(now.open_files == before.open_files, "%s: %zu open files, not %zu", sql, now.open_files,
                  before.open_files);
    for (int i = 0; now.threads > before.threads && i < 1000; i++) { /* one that was joined is listed a little longer */
        usleep(1000);
        now.threads = entry_count("/proc/self/task");
    }
    ck_assert_msg(now.threads == before.threads, "%s: %zu threads, not %zu", sql, now.threads, before.threads);
    ck_assert_msg(now.files == before.files, "%s: %zu files, not %zu", sql, now.files, before.files);
}

typedef struct Interruption {
    QuernConnection *connection;
    long after_ns;
} Interruption;

static void *interrupt(void *argument)
{
    const Interruption *interruption = argument;
    nanosleep(&(struct timespec){.tv_nsec = interruption->after_ns}, NULL);
    quern_interrupt(interruption->connection);
    return NULL;
}

static QuernStatus run_interrupted(QuernConnection *connection, const char *sql, long after_ns)
{
    Interruption interruption = {connection, after_ns};
    pthread_t thread;
    must(connection, "BEGIN");
    ck_assert_int_eq(pthread_create(&thread, NULL, interrupt, &interruption), 0);
    QuernStatus status = run(connection, sql);
    pthread_join(thread, NULL);
    ck_assert_msg(status == QUERN_OK || status == QUERN_ERROR_INTERRUPTED, "%s: %s", sql,
                  quern_error_message(connection));
    must(connection, "ROLLBACK");
    return status;
}

/* Some keep things for the next time: caches, connections, the files that COPY makes. */
static void run_all(QuernConnection *connection, const char *const *statements)
{
    for (size_t i = 0; i < QUERIES; i++) {
        must(connection, "BEGIN");
        must(connection, statements[i]);
        must(connection, "ROLLBACK");
    }
}

static QuernConnection *connection_begin(void)
{
    QuernConnection *connection;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    FILE *database = fopen(in_folder("$/t.db"), "w");
    ck_assert(database && fclose(database) == 0);
    for (size_t i = 0; i < SETUPS; i++)
        must(connection, in_folder(setup[i]));
    return connection;
}

static void connection_end(QuernConnection *connection)
{
    quern_close(connection);
    ck_assert_int_eq(system(in_folder("rm -r $")), 0);
}

static void interrupt_all(const char *set_threads)
{
    QuernConnection *connection = connection_begin();
    const char *statements[QUERIES];
    for (size_t i = 0; i < QUERIES; i++)
        statements[i] = in_folder(queries[i]);
    must(connection, set_threads);
    run_all(connection, statements);
    run_all(connection, statements);
    Remains before = remains_now(connection);
    size_t interrupted_count = 0;
    uint64_t random = 1;
    for (size_t i = 0; i < ROUNDS; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        const char *sql = statements[i % QUERIES];
        interrupted_count +=
            run_interrupted(connection, sql, (long)(random >> 33) % LATEST_NS) == QUERN_ERROR_INTERRUPTED;
        remains_check(remains_now(connection), before, sql);
    }
    ck_assert_uint_gt(interrupted_count, ROUNDS / 10);
    connection_end(connection);
}

START_TEST(nothing_is_left_of_interrupted_statements)
{
    interrupt_all("SET threads = 1");
}
END_TEST

START_TEST(nothing_is_left_of_interrupted_statements_on_three_threads)
{
    interrupt_all("SET threads = 3");
}
END_TEST

/* Each would take many minutes for a part of its text, or a character or word of it. */
static const char *const long_steps[] = {
    "SELECT regexp_matches(repeat('a', 100000000), 'a.*a.*b')",
    "SELECT length(translate(repeat('x', 10000000), repeat('\u00f6', 20000000), ''))",
    "SELECT length(trim(repeat('x', 10000000), repeat('\u00f6', 20000000) || 'x'))",
    "SELECT length(substring_index(repeat('a', 20000000), repeat('a', 10000000) || 'b', -1))",
};

START_TEST(long_steps_can_be_interrupted)
{
    QuernConnection *connection;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    for (size_t i = 0; i < sizeof long_steps / sizeof *long_steps; i++)
        ck_assert_int_eq(run_interrupted(connection, long_steps[i], /* after_ns= */ 300000000),
                         QUERN_ERROR_INTERRUPTED);
    quern_close(connection);
}
END_TEST

/* Whether all code that ran for a statement, and is handed no context, could have looked at the statement's. */
static bool has_always_entered;
static size_t look_count;

static void look(void)
{
    has_always_entered &= context_entered()->cancel != NULL;
    look_count++;
}

static void zeros_release(struct ArrowArray *array)
{
    array->release = NULL;
}

static int32_t look_and_give_zeros(const QuernScalarFunction *function, QuernContext *context,
                                   const struct ArrowArray *arguments, struct ArrowArray *ret_result,
                                   QuernProviderError *error)
{
    static const int64_t zeros[3];
    static const void *buffers[] = {NULL, zeros};
    (void)function, (void)context, (void)error;
    look();
    *ret_result =
        (struct ArrowArray){.length = arguments->length, .n_buffers = 2, .buffers = buffers, .release = zeros_release};
    return QUERN_PROVIDER_OK;
}

static bool look_and_take(void *user, const char *data, size_t size)
{
    (void)user, (void)data, (void)size;
    look();
    return true;
}

static const char *const argument_types[] = {"l"};
static const QuernScalarFunction zero = {.struct_size = sizeof zero,
                                         .version = QUERN_PROVIDER_VERSION,
                                         .name = "zero",
                                         .argument_count = 1,
                                         .arguments = argument_types,
                                         .result = "l",
                                         .call = look_and_give_zeros};
static const QuernScalarFunction *const scalar_functions[] = {&zero};
static const QuernPlugin plugin = {.struct_size = sizeof plugin,
                                   .version = QUERN_PROVIDER_VERSION,
                                   .name = "looks",
                                   .scalar_function_count = 1,
                                   .scalar_functions = scalar_functions};

/* It runs once more, to find the row. */
START_TEST(a_statement_that_has_failed_can_be_interrupted)
{
    QuernConnection *connection;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    ck_assert_int_eq(quern_register_plugin(connection, &plugin), QUERN_OK);
    has_always_entered = true;
    look_count = 0;
    ck_assert_int_eq(run(connection, "SELECT 1 / zero(i) FROM range(3) AS r(i)"), QUERN_ERROR_SQL);
    ck_assert_uint_gt(look_count, 1);
    ck_assert(has_always_entered);
    quern_close(connection);
}
END_TEST

START_TEST(writing_the_first_rows_can_be_interrupted)
{
    static const char sql[] = "SELECT 1";
    QuernConnection *connection;
    QuernResult *result;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    ck_assert_int_eq(quern_query(connection, sql, strlen(sql), NULL, &result), QUERN_OK);
    has_always_entered = true;
    look_count = 0;
    QuernWriteOptions options = {.struct_size = sizeof options, .format = QUERN_FORMAT_CSV};
    ck_assert_int_eq(quern_result_write(result, &options, look_and_take, NULL, NULL), QUERN_OK);
    ck_assert_uint_gt(look_count, 0);
    ck_assert(has_always_entered);
    quern_result_free(result);
    quern_close(connection);
}
END_TEST

TEST_PROGRAM(nothing_is_left_of_interrupted_statements, nothing_is_left_of_interrupted_statements_on_three_threads,
             long_steps_can_be_interrupted, a_statement_that_has_failed_can_be_interrupted,
             writing_the_first_rows_can_be_interrupted)
