/* provider/sqlite/sqlite_database.c: opening, waiting, stopping, statements, and SQLite's errors as ours. */
#include "provider/sqlite/sqlite_database.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Instructions of SQLite's machine between two looks at the cancel flag: of some ten rows, which may be large. */
enum { STEPS_BETWEEN_LOOKS = 200 };

/* ---- callbacks from SQLite: they answer, and never raise ---- */

static bool database_is_cancelled(const SqliteDatabase *database)
{
    return database->cancel && atomic_load_explicit(database->cancel, memory_order_relaxed);
}

static int progress_callback(void *user)
{
    return database_is_cancelled(user);
}

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether to try again for a lock: waits a little, longer each time. */
static int busy_callback(void *user, int count)
{
    SqliteDatabase *database = user;
    if (count == 0)
        database->wait_began_ms = clock_ms();
    if (database_is_cancelled(database) || clock_ms() - database->wait_began_ms >= SQLITE_DATABASE_WAIT_MS)
        return 0;
    usleep(count < 10 ? 1000 : 20000);
    return 1;
}

/* ---- errors ---- */

static void database_check(const SqliteDatabase *database)
{
    if (database_is_cancelled(database))
        error_raise(ERROR_INTERRUPTED, NO_POSITION, "interrupted");
}

static ErrorCode constraint_code(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_NOTNULL:
        return ERROR_NOT_NULL_VIOLATION;
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return ERROR_UNIQUE_VIOLATION;
    default: /* CHECK, foreign keys, triggers, types of STRICT tables */
        return ERROR_CHECK_VIOLATION;
    }
}

static ErrorCode result_code_meaning(int code)
{
    switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
        return constraint_code(code);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERROR_LOCKED;
    case SQLITE_FULL:
        return ERROR_DISK_FULL;
    case SQLITE_READONLY:
        return ERROR_READ_ONLY;
    case SQLITE_NOMEM:
        return ERROR_OUT_OF_MEMORY;
    case SQLITE_TOOBIG:
        return ERROR_STRING_TOO_LONG;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        return ERROR_IO;
    case SQLITE_INTERRUPT:
        return ERROR_INTERRUPTED;
    default: /* NOTADB, CORRUPT, and statements that the database's own schema breaks */
        return ERROR_BAD_DATA;
    }
}

void sqlite_raise(SqliteDatabase *database, int code)
{
    int extended = database->connection ? sqlite3_extended_errcode(database->connection) : code;
    if ((extended & 0xFF) != (code & 0xFF))
        extended = code;
    ErrorCode meaning = result_code_meaning(extended);
    const char *message = database->connection ? sqlite3_errmsg(database->connection) : sqlite3_errstr(code);
    if (meaning == ERROR_LOCKED || meaning == ERROR_INTERRUPTED)
        database_check(database);
    const char *hint = meaning == ERROR_LOCKED ? "another program is using it; try again when it is done" : NULL;
    error_raise_hint(meaning, NO_POSITION, hint, "%s: %s", database->path, message);
}

static void sqlite_check(SqliteDatabase *database, int code)
{
    if (code != SQLITE_OK)
        sqlite_raise(database, code);
}

/* ---- the connection ---- */

static void connection_close(void *object)
{
    SqliteDatabase *database = object;
    sqlite3_close_v2(database->connection);
    database->connection = NULL;
}

static void database_release(void *object)
{
    sqlite_database_unref(object);
}

static void path_check(const char *path, Position position)
{
    struct stat status;
    if (stat(path, &status) != 0)
        error_raise(errno == ENOENT ? ERROR_UNDEFINED_FILE : ERROR_IO, position, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        error_raise(ERROR_IO, position, "%s: %s", path,
                    S_ISDIR(status.st_mode) ? "is a directory" : "is no regular file");
}

/* Of a database in its arena, which closes it. */
static void connection_open(SqliteDatabase *database, const char *file, int flags)
{
    int code = sqlite3_open_v2(file, &database->connection, flags | SQLITE_OPEN_NOMUTEX, NULL);
    arena_own(database->arena, database, connection_close);
    if (code != SQLITE_OK)
        sqlite_raise(database, code);
    sqlite3_extended_result_codes(database->connection, 1);
    sqlite3_busy_handler(database->connection, busy_callback, database);
    sqlite3_progress_handler(database->connection, STEPS_BETWEEN_LOOKS, progress_callback, database);
    /* the file may come from anyone: what its schema says must not call functions with side effects */
    sqlite3_db_config(database->connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(database->connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
}

/* SQLite opens a file only when it is first used: so it is used. */
static void database_look(SqliteDatabase *database, const Context *context)
{
    (void)sqlite_database_schema_version(database, context);
    Arena *scratch = arena_new_child(database->arena);
    sqlite3_stmt *statement = sqlite_prepare(database, scratch, "PRAGMA encoding");
    database->is_utf8 =
        sqlite_step(database, statement) && strcmp(sqlite_column_string(scratch, statement, 0), "UTF-8") == 0;
    arena_free(scratch);
}

SqliteDatabase *sqlite_database_open(Arena *owner, const Context *context, const char *path, bool is_create,
                                     Position position)
{
    if (!is_create)
        path_check(path, position);
    Arena *arena = arena_new_child(owner);
    SqliteDatabase *database = arena_new(arena, SqliteDatabase);
    *database = (SqliteDatabase){.share_count = 1, .arena = arena, .path = arena_string(arena, path)};
    /* names such as :memory: mean something to SQLite unless they are paths */
    const char *file = path[0] == '/' ? path : arena_format(arena, "./%s", path);
    connection_open(database, file, SQLITE_OPEN_READWRITE | (is_create ? SQLITE_OPEN_CREATE : 0));
    database_look(database, context);
    arena_set_parent(arena, NULL);
    arena_own(owner, database, database_release);
    return database;
}

SqliteDatabase *sqlite_database_open_beside(SqliteDatabase *database)
{
    Arena *arena = arena_new_child(database->arena);
    SqliteDatabase *other = arena_new(arena, SqliteDatabase);
    *other = (SqliteDatabase){.share_count = 1, .arena = arena, .path = database->path, .is_utf8 = database->is_utf8};
    connection_open(other, sqlite3_db_filename(database->connection, "main"), SQLITE_OPEN_READONLY);
    return other;
}

SqliteDatabase *sqlite_database_ref(SqliteDatabase *database)
{
    atomic_fetch_add_explicit(&database->share_count, 1, memory_order_relaxed);
    return database;
}

void sqlite_database_unref(SqliteDatabase *database)
{
    if (database && atomic_fetch_sub_explicit(&database->share_count, 1, memory_order_acq_rel) == 1)
        arena_free(database->arena);
}

int64_t sqlite_database_schema_version(SqliteDatabase *database, const Context *context)
{
    sqlite_database_enter(database, context);
    Arena *scratch = arena_new_child(context->arena);
    sqlite3_stmt *statement = sqlite_prepare(database, scratch, "PRAGMA schema_version");
    int64_t version = sqlite_step(database, statement) ? sqlite3_column_int64(statement, 0) : -1;
    arena_free(scratch);
    return version;
}

/* ---- statements ---- */

static void statement_release(void *object)
{
    sqlite3_finalize(object);
}

sqlite3_stmt *sqlite_prepare(SqliteDatabase *database, Arena *owner, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite_check(database, sqlite3_prepare_v2(database->connection, sql, -1, &statement, NULL));
    arena_own(owner, statement, statement_release);
    return statement;
}

bool sqlite_step(SqliteDatabase *database, sqlite3_stmt *statement)
{
    database_check(database); /* a row may be of megabytes, and takes few of SQLite's instructions */
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        sqlite_raise(database, code);
    return code == SQLITE_ROW;
}

void sqlite_execute(SqliteDatabase *database, const char *sql)
{
    sqlite_check(database, sqlite3_exec(database->connection, sql, NULL, NULL, NULL));
}

void sqlite_bind_view(SqliteDatabase *database, sqlite3_stmt *statement, int parameter, StringView text)
{
    sqlite_check(database, sqlite3_bind_text64(statement, parameter, text.size ? text.data : "", text.size,
                                               SQLITE_STATIC, SQLITE_UTF8));
}

const char *sqlite_column_string(Arena *arena, sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return text ? arena_string_n(arena, text, (size_t)sqlite3_column_bytes(statement, column)) : NULL;
}

void text_add_sqlite_name(Text *text, const char *name)
{
    text_add_char(text, '"');
    for (; *name; name++) {
        if (*name == '"')
            text_add_char(text, '"');
        text_add_char(text, *name);
    }
    text_add_char(text, '"');
}

/* ---- reading as one transaction ---- */

void sqlite_database_end_read(SqliteDatabase *database)
{
    if (sqlite3_get_autocommit(database->connection))
        return;
    database->cancel = NULL; /* to end it takes no time */
    sqlite3_exec(database->connection, "ROLLBACK", NULL, NULL, NULL);
}

void sqlite_database_end_free_readers(SqliteDatabase *database)
{
    for (size_t i = 0; i < database->readers.count; i++)
        if (!database->readers.items[i].is_taken)
            sqlite_database_end_read(database->readers.items[i].connection);
}

typedef struct DescribedScan {
    SqliteDatabase *database;
    size_t reader_count;
} DescribedScan;

static void scan_release(void *object)
{
    const DescribedScan *scan = object;
    SqliteDatabase *database = scan->database;
    database->reader_count -= scan->reader_count;
    if (--database->scan_count == 0 && database->transaction_depth == 0) {
        sqlite_database_end_read(database);
        sqlite_database_end_free_readers(database);
    }
    sqlite_database_unref(database);
}

void sqlite_database_add_scan(SqliteDatabase *database, Arena *owner, size_t reader_count)
{
    DescribedScan *scan = arena_new(owner, DescribedScan);
    *scan = (DescribedScan){sqlite_database_ref(database), reader_count};
    database->scan_count++;
    database->reader_count += reader_count;
    arena_own(owner, scan, scan_release);
}

void sqlite_database_begin_read(SqliteDatabase *database)
{
    if (!sqlite3_get_autocommit(database->connection))
        return;
    sqlite_database_end_free_readers(database); /* what they have seen is another state */
    sqlite_execute(database, "BEGIN");
}
