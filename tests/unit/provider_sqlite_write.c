/* tests/unit/provider_sqlite_write.c: writing to SQLite databases: all or nothing, exact values, locks, full disks. */
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/memory.h"
#include "provider/sqlite/sqlite_database.h"
#include "provider_sqlite.h"

/* Rows 1 .. count of (k INTEGER, s TEXT): (i, "row i"); fails behind them when `fails`. */
typedef struct Rows {
    BatchStream base;
    Batch *batch;
    int64_t next, end;
    bool fails;
} Rows;

static Batch *rows_next(BatchStream *stream)
{
    Rows *rows = (Rows *)stream;
    if (rows->next > rows->end && rows->fails)
        error_raise(ERROR_DIVISION_BY_ZERO, NO_POSITION, "the input fails");
    if (rows->next > rows->end)
        return NULL;
    vector_prepare(rows->batch->columns[0], BATCH_SIZE);
    vector_prepare(rows->batch->columns[1], BATCH_SIZE);
    size_t count = 0;
    for (; count < 300 && rows->next <= rows->end; count++, rows->next++) {
        char text[32];
        snprintf(text, sizeof text, "row %lld", (long long)rows->next);
        VECTOR_DATA(rows->batch->columns[0], int64_t)[count] = rows->next;
        VECTOR_DATA(rows->batch->columns[1], String)[count] = vector_add_string(rows->batch->columns[1], view_of(text));
    }
    rows->batch->row_count = rows->batch->vector_size = count;
    return rows->batch;
}

typedef struct Insert {
    TableProvider *table;
    InsertOp op;
    int64_t first, count;
    bool fails;
    uint64_t inserted;
    Arena *arena; /* of the statement */
} Insert;

static void insert_body(void *argument)
{
    Insert *insert = argument;
    Context *context = context_new();
    context->arena = insert->arena;
    Rows *rows = arena_new(test_arena, Rows);
    const Schema *schema = insert->table->ops->schema(insert->table, context_new());
    *rows = (Rows){.base = {.schema = schema, .next = rows_next},
                   .next = insert->first,
                   .end = insert->first + insert->count - 1,
                   .fails = insert->fails};
    rows->batch = batch_new(test_arena, schema);
    insert->inserted = insert->table->ops->insert_into(insert->table, context, insert->op, &rows->base);
}

/* A statement has an arena, which goes when it fails: that is what undoes. */
static uint64_t insert(TableProvider *table, InsertOp op, int64_t first, int64_t count)
{
    Insert request = {.table = table, .op = op, .first = first, .count = count, .arena = arena_new_child(test_arena)};
    insert_body(&request);
    arena_free(request.arena);
    return request.inserted;
}

static Error insert_error(ErrorCode code, TableProvider *table, InsertOp op, int64_t first, int64_t count, bool fails)
{
    Insert request = {.table = table, .op = op, .first = first, .count = count, .fails = fails};
    request.arena = arena_new_child(test_arena);
    Error error = expect_error(code, insert_body, &request);
    arena_free(request.arena);
    return error;
}

static const char two_columns[] = "CREATE TABLE t (k INTEGER PRIMARY KEY, s TEXT NOT NULL CHECK (s <> 'row 1000'));";

START_TEST(rows_are_appended_overwritten_and_replaced)
{
    database_make("CREATE TABLE t (k INTEGER PRIMARY KEY, s TEXT); INSERT INTO t VALUES (5, 'old')");
    TableProvider *table = table_open("t");
    insert_error(ERROR_UNIQUE_VIOLATION, table, INSERT_APPEND, 1, 2000, false);
    ck_assert_str_eq(sqlite_ask("SELECT group_concat(k || s) FROM t"), "5old");
    ck_assert_uint_eq(insert(table, INSERT_REPLACE, 1, 2000), 2000);
    ck_assert_str_eq(sqlite_ask("SELECT count(*) || ' ' || sum(k) || ' ' || max(s) FROM t WHERE s = 'row ' || k"),
                     "2000 2001000 row 999");
    ck_assert_uint_eq(insert(table, INSERT_APPEND, 2001, 500), 500);
    ck_assert_str_eq(sqlite_ask("SELECT count(*) FROM t"), "2500");
    ck_assert_uint_eq(insert(table, INSERT_OVERWRITE, 7, 3), 3);
    ck_assert_str_eq(sqlite_ask("SELECT group_concat(k) FROM t"), "7,8,9");
}
END_TEST

START_TEST(a_failing_row_leaves_the_database_as_it_was)
{
    database_make(two_columns);
    sqlite_ask("INSERT INTO t VALUES (0, 'there')");
    TableProvider *table = table_open("t");
    Error error = insert_error(ERROR_CHECK_VIOLATION, table, INSERT_APPEND, 1, 2000, false);
    ck_assert_ptr_nonnull(strstr(error.message, "CHECK constraint failed"));
    insert_error(ERROR_CHECK_VIOLATION, table, INSERT_OVERWRITE, 1, 2000, false);
    insert_error(ERROR_DIVISION_BY_ZERO, table, INSERT_APPEND, 1, 900, true); /* the input, in the middle of it */
    ck_assert_str_eq(sqlite_ask("SELECT group_concat(k || s) FROM t"), "0there");
    ck_assert_uint_eq(insert(table, INSERT_APPEND, 1, 900), 900); /* and the table is good for more */
}
END_TEST

static uint64_t insert_from(TableProvider *table, Scan *scan, InsertOp op)
{
    Context *context = context_new();
    context->arena = arena_new_child(test_arena);
    uint64_t count = table->ops->insert_into(table, context, op, scan_read(scan, context->arena, context));
    arena_free(context->arena);
    return count;
}

START_TEST(an_insert_from_the_table_itself_sees_the_old_rows_alone)
{
    database_make("CREATE TABLE t (k INTEGER, s TEXT); CREATE TABLE u (k INTEGER, s TEXT)");
    TableProvider *table = table_open("t");
    insert(table, INSERT_APPEND, 1, 5000);
    ck_assert_uint_eq(insert_from(table, scan_of(table, NULL, 0, NO_LIMIT), INSERT_APPEND), 5000);
    ck_assert_uint_eq(insert_from(table, scan_of(table, NULL, 0, NO_LIMIT), INSERT_APPEND), 10000);
    ck_assert_str_eq(sqlite_ask("SELECT count(*) || ' ' || sum(k) FROM t"), "20000 50010000");
    ck_assert_uint_eq(insert_from(table, scan_of(table, NULL, 0, 100), INSERT_OVERWRITE), 100);
    ck_assert_str_eq(sqlite_ask("SELECT count(*) || ' ' || sum(k) FROM t"), "100 5050");
    ck_assert_str_eq(sqlite_ask("SELECT count(*) FROM sqlite_schema"), "2"); /* the spool was not put here */
}
END_TEST

/* One row of values, each cast from text to its column's type; NULL for NULL. */
static Batch *row_of(TableProvider *table, const char *const *texts)
{
    const Schema *schema = table->ops->schema(table, context_new());
    Batch *batch = batch_new(test_arena, schema);
    for (size_t c = 0; c < schema->column_count; c++) {
        Value value = value_null(schema->columns[c].type), text = value_text(view_of(texts[c] ? texts[c] : ""));
        Error error;
        if (texts[c])
            ck_assert_msg(value_cast(test_arena, &text, schema->columns[c].type, &value, &error), "%s", error.message);
        vector_prepare(batch->columns[c], 1);
        vector_set_value(batch->columns[c], 0, &value);
    }
    batch->row_count = batch->vector_size = 1;
    return batch;
}

typedef struct RowInsert {
    TableProvider *table;
    const char *const *texts;
} RowInsert;

static void row_insert(void *argument)
{
    const RowInsert *request = argument;
    Batch *batches[] = {row_of(request->table, request->texts)};
    const Schema *schema = request->table->ops->schema(request->table, context_new());
    request->table->ops->insert_into(request->table, context_new(), INSERT_APPEND,
                                     stream_of_batches(test_arena, schema, batches, 1));
}

static const struct {
    const char *declared, *value, *stored; /* typeof and value, as SQLite has it; NULL: refused */
} stored_values[] = {
    {"INTEGER", "-9223372036854775808", "integer -9223372036854775808"},
    {"UBIGINT", "9223372036854775807", "integer 9223372036854775807"},
    {"UBIGINT", "9223372036854775808", NULL},
    {"REAL", "0.1", "real 0.1"},
    {"REAL", "NaN", NULL},
    {"DECIMAL(10,2)", "0.10", "real 0.1"},
    {"DECIMAL(10,2)", "12.00", "integer 12"},
    {"DECIMAL(17,2)", "999999999999999.00", "integer 999999999999999"},
    {"DECIMAL(17,2)", "9999999999999.25", "real 9999999999999.25"},
    {"DECIMAL(17,2)", "999999999999999.25", NULL}, /* SQLite keeps no more than 15 digits of it */
    {"DECIMAL(38,0)", "9223372036854775808", NULL},
    {"BOOLEAN", "true", "integer 1"},
    {"BOOLEAN", "false", "integer 0"},
    {"TEXT", "007", "text 007"},
    {"DATE", "2024-02-29", "text 2024-02-29"},
    {"DATE", "10000-01-01", NULL},
    {"TIMESTAMP", "2024-02-29 10:00:00.25", "text 2024-02-29 10:00:00.25"},
    {"TIMESTAMPTZ", "2024-02-29 10:00:00+02", "text 2024-02-29 08:00:00+00"},
    {"TIME", "10:00:00", "text 10:00:00"},
    {"INTERVAL", "1 year 2 days", "text 1 year 2 days"},
    {"", "x", "text x"},
};

START_TEST(values_are_stored_exactly_or_refused)
{
    for (size_t i = 0; i < sizeof stored_values / sizeof *stored_values; i++) {
        database_make(arena_format(test_arena, "CREATE TABLE t (c %s)", stored_values[i].declared));
        TableProvider *table = table_open("t");
        RowInsert request = {table, &stored_values[i].value};
        if (stored_values[i].stored == NULL) {
            expect_error(ERROR_OUT_OF_RANGE, row_insert, &request);
            continue;
        }
        row_insert(&request);
        ck_assert_str_eq(sqlite_ask("SELECT typeof(c) || ' ' || c FROM t"), stored_values[i].stored);
        Batch *batch = row_of(table, &stored_values[i].value);
        Value value = vector_value(batch->columns[0], 0);
        ck_assert_str_eq(table_text("t"), arena_format(test_arena, "%s\n", value_display(test_arena, &value)));
    }
}
END_TEST

START_TEST(null_asks_for_the_next_rowid)
{
    database_make(
        "CREATE TABLE t (k INTEGER PRIMARY KEY, s TEXT, g INTEGER AS (k * 2)); INSERT INTO t VALUES (41, 'x')");
    static const char *const texts[] = {NULL, "y", NULL};
    row_insert(&(RowInsert){table_open("t"), texts});
    ck_assert_str_eq(sqlite_ask("SELECT k || s || g FROM t WHERE k > 41"), "42y84");
}
END_TEST

START_TEST(not_null_is_told_as_such)
{
    database_make("CREATE TABLE t (k INTEGER PRIMARY KEY, s TEXT NOT NULL)");
    static const char *const texts[] = {"1", NULL};
    RowInsert request = {table_open("t"), texts};
    Error error = expect_error(ERROR_NOT_NULL_VIOLATION, row_insert, &request);
    ck_assert_ptr_nonnull(strstr(error.message, "NOT NULL constraint failed: t.s"));
}
END_TEST

/* ---- DELETE, UPDATE, TRUNCATE ---- */

static Expr *k_is(const char *sign, int64_t value)
{
    Expr *arguments[] = {expr_column(test_arena, 0, type_of(TYPE_BIGINT), NO_POSITION),
                         expr_constant(test_arena, value_integer(type_of(TYPE_BIGINT), value), NO_POSITION)};
    return function_call(test_arena, sign, arguments, 2, NO_POSITION);
}

static uint64_t delete_where(TableProvider *table, Expr *const *filters, size_t filter_count)
{
    static const size_t row_number[] = {2};
    Context *context = context_new();
    ScanArgs args = {.context = context,
                     .arena = test_arena,
                     .projection_count = 1,
                     .projection = row_number,
                     .filter_count = filter_count,
                     .filters = filters,
                     .limit = NO_LIMIT};
    return table->ops->delete_rows(table, context, scan_read(table->ops->scan(table, &args), test_arena, context));
}

START_TEST(rows_are_deleted_and_truncated)
{
    database_make("CREATE TABLE t (k INTEGER, s TEXT)");
    TableProvider *table = table_open("t");
    insert(table, INSERT_APPEND, 1, 5000);
    Expr *filters[] = {k_is(">", 2500), k_is("<>", 3000)};
    ck_assert_uint_eq(delete_where(table, filters, 2), 2499);
    ck_assert_str_eq(sqlite_ask("SELECT count(*) || ' ' || max(k) FROM t"), "2501 3000");
    ck_assert_uint_eq(table->ops->truncate(table, context_new()), 2501);
    ck_assert_str_eq(sqlite_ask("SELECT count(*) FROM t"), "0");
}
END_TEST

/* ---- locks, permissions, space ---- */

static void *cancel_soon(void *argument)
{
    (void)argument;
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    is_cancelled = true;
    return NULL;
}

START_TEST(a_locked_database_is_waited_for_until_stopped)
{
    database_make("CREATE TABLE t (k INTEGER, s TEXT)");
    TableProvider *table = table_open("t");
    sqlite3 *other;
    ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_soon, NULL);
    insert_error(ERROR_INTERRUPTED, table, INSERT_APPEND, 1, 10, false);
    pthread_join(thread, NULL);
    is_cancelled = false;
    time_t began = time(NULL);
    Insert request = {.table = table, .first = 1, .count = 1, .arena = arena_new_child(test_arena)};
    Error error = {0};
    ck_assert(!error_protect(insert_body, &request, &error)); /* to look at the schema waits too */
    ck_assert_int_eq(error.code, ERROR_LOCKED);
    ck_assert_int_ge(time(NULL) - began, 4);
    ck_assert_str_eq(error.message, arena_format(test_arena, "%s: database is locked", path));
    arena_free(request.arena);
    sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL);
    sqlite3_close(other);
    ck_assert_uint_eq(insert(table, INSERT_APPEND, 1, 10), 10);
}
END_TEST

static void insert_one(void *database)
{
    sqlite3_stmt *statement = sqlite_prepare(database, test_arena, "INSERT INTO t VALUES (1, 'x')");
    ck_assert(!sqlite_step(database, statement));
}

/* However few instructions of SQLite's machine it takes: it may be of megabytes. */
START_TEST(each_row_that_is_written_can_be_interrupted)
{
    database_make("CREATE TABLE t (k INTEGER, s TEXT)");
    SqliteDatabase *database =
        sqlite_database_open(test_arena, context_new(), path, /* is_create= */ false, NO_POSITION);
    insert_one(database);
    is_cancelled = true;
    expect_error(ERROR_INTERRUPTED, insert_one, database);
    is_cancelled = false;
    ck_assert_str_eq(table_text("t"), "1|x\n");
}
END_TEST

START_TEST(a_database_that_may_only_be_read_is_read)
{
    database_make("CREATE TABLE t (k INTEGER, s TEXT); INSERT INTO t VALUES (1, 'x')");
    ck_assert_int_eq(chmod(path, 0444), 0);
    pid_t child = getuid() == 0 ? fork() : 0; /* root may write anything: so let somebody else try */
    if (child == 0) {
        if (getuid() == 0)
            ck_assert_int_eq(setuid(65534), 0);
        TableProvider *table = table_open("t");
        ck_assert_str_eq(table_text("t"), "1|x\n");
        insert_error(ERROR_READ_ONLY, table, INSERT_APPEND, 1, 1, false);
        if (getuid() == 65534)
            _exit(0);
        return;
    }
    int status;
    waitpid(child, &status, 0);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
END_TEST

START_TEST(a_full_disk_is_told_and_nothing_is_lost)
{
    database_make("PRAGMA page_size = 512; CREATE TABLE t (k INTEGER, s TEXT)");
    TableProvider *table = table_open("t");
    insert(table, INSERT_APPEND, 1, 10);
    struct rlimit limit = {.rlim_cur = 8192, .rlim_max = RLIM_INFINITY}, before;
    getrlimit(RLIMIT_FSIZE, &before);
    limit.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit); /* files may not grow beyond */
    Insert request = {.table = table, .first = 100, .count = 50000, .arena = arena_new_child(test_arena)};
    Error error = {0};
    bool succeeded = error_protect(insert_body, &request, &error);
    arena_free(request.arena);
    setrlimit(RLIMIT_FSIZE, &before);
    ck_assert(!succeeded);
    ck_assert_msg(error_class(error.code) == ERROR_CLASS_IO, "%s", error.message);
    ck_assert_str_eq(sqlite_ask("SELECT count(*) FROM t"), "10");
    ck_assert_str_eq(sqlite_ask("PRAGMA integrity_check"), "ok");
}
END_TEST

typedef struct SelfInsert {
    TableProvider *table;
    Context *context;
} SelfInsert;

/* REPLACE INTO t SELECT * FROM t, all of it in the statement's arena. */
static void self_insert_body(void *argument)
{
    const SelfInsert *request = argument;
    static const size_t projection[] = {0, 1};
    ScanArgs args = {.context = request->context,
                     .arena = request->context->arena,
                     .projection_count = 2,
                     .projection = projection,
                     .limit = NO_LIMIT};
    (void)request->table->ops->schema(request->table, request->context);
    Scan *scan = request->table->ops->scan(request->table, &args);
    request->table->ops->insert_into(request->table, request->context, INSERT_REPLACE,
                                     scan_read(scan, request->context->arena, request->context));
}

START_TEST(running_out_of_memory_loses_nothing)
{
    database_make("CREATE TABLE t (k INTEGER PRIMARY KEY, s TEXT)");
    TableProvider *table = table_open("t");
    insert(table, INSERT_APPEND, 1, 400);
    bool is_through = false;
    for (size_t nth = 1; !is_through; nth++) {
        Context *context = context_new();
        context->arena = arena_new_child(test_arena);
        SelfInsert request = {table, context};
        Error error;
        memory_fail_at(nth);
        bool succeeded = error_protect(self_insert_body, &request, &error);
        is_through = !memory_has_failed();
        memory_fail_at(0);
        arena_free(context->arena);
        ck_assert(succeeded == is_through);
        if (nth % 8 == 0 || is_through)
            ck_assert_str_eq(sqlite_ask("SELECT count(*) FROM t"), "400");
    }
}
END_TEST

START_TEST(scans_of_a_statement_see_one_state)
{
    database_make("CREATE TABLE t (k INTEGER, s TEXT); PRAGMA journal_mode = wal");
    TableProvider *table = table_open("t");
    insert(table, INSERT_APPEND, 1, 10);
    Scan *first = scan_of(table, NULL, 0, NO_LIMIT), *second = scan_of(table, NULL, 0, NO_LIMIT);
    const char *before = scan_text(first);
    sqlite_ask("INSERT INTO t VALUES (99, 'in between')");
    ck_assert_str_eq(scan_text(second), before);
}
END_TEST

TEST_PROGRAM(rows_are_appended_overwritten_and_replaced, a_failing_row_leaves_the_database_as_it_was,
             an_insert_from_the_table_itself_sees_the_old_rows_alone, values_are_stored_exactly_or_refused,
             null_asks_for_the_next_rowid, not_null_is_told_as_such, rows_are_deleted_and_truncated,
             a_locked_database_is_waited_for_until_stopped, each_row_that_is_written_can_be_interrupted,
             a_database_that_may_only_be_read_is_read, a_full_disk_is_told_and_nothing_is_lost,
             running_out_of_memory_loses_nothing, scans_of_a_statement_see_one_state)
