/* provider/sqlite/sqlite_readers.c: a pool of connections, and beginning all at one state. */
#include "provider/sqlite/sqlite_readers.h"

enum { MOST_TRIES = 100 }; /* to find a moment at which nobody commits */

bool sqlite_readers_are_possible(const SqliteDatabase *database)
{
    int has_moved = 0;
    return sqlite3_get_autocommit(database->connection) &&
           sqlite3_file_control(database->connection, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved) == SQLITE_OK &&
           !has_moved;
}

/* ---- the pool ---- */

static SqliteDatabase *pool_take(SqliteDatabase *database)
{
    for (size_t i = 0; i < database->readers.count; i++) {
        SqliteReader *reader = &database->readers.items[i];
        if (reader->is_taken)
            continue;
        reader->is_taken = true;
        return reader->connection;
    }
    SqliteReader fresh = {sqlite_database_open_beside(database), true};
    array_add(database->arena, &database->readers, fresh);
    return fresh.connection;
}

static void pool_give(SqliteDatabase *database, const SqliteDatabase *connection)
{
    for (size_t i = 0; i < database->readers.count; i++)
        if (database->readers.items[i].connection == connection)
            database->readers.items[i].is_taken = false;
}

typedef struct Taking {
    SqliteReaders base; /* first, so that a SqliteReaders * can be cast back */
    SqliteDatabase *database;
} Taking;

/* Those from `count` on go back. They read on as long as the database's own connection does: who takes them later sees
 * the same state. */
static void taking_give(Taking *taking, size_t count)
{
    SqliteDatabase *database = taking->database;
    while (taking->base.count > count) {
        SqliteDatabase *connection = taking->base.items[--taking->base.count];
        if (sqlite3_get_autocommit(database->connection) || database->transaction_depth > 0)
            sqlite_database_end_read(connection);
        pool_give(database, connection);
    }
}

static void taking_release(void *object)
{
    Taking *taking = object;
    taking_give(taking, 0);
    sqlite_database_unref(taking->database);
}

/* ---- one state ---- */

static int64_t data_version(SqliteDatabase *monitor, const Context *context)
{
    Arena *scratch = arena_new_child(context->arena);
    sqlite3_stmt *statement = sqlite_prepare(monitor, scratch, "PRAGMA data_version");
    int64_t version = sqlite_step(monitor, statement) ? sqlite3_column_int64(statement, 0) : -1;
    arena_free(scratch);
    return version;
}

static void connection_begin(SqliteDatabase *connection, const Context *context)
{
    sqlite_database_enter(connection, context);
    sqlite_execute(connection, "BEGIN; SELECT 1 FROM main.sqlite_schema LIMIT 1");
}

/* False: somebody has committed meanwhile. */
static bool taking_begin(const Taking *taking, const Context *context, bool with_own)
{
    SqliteDatabase *database = taking->database;
    int64_t version = data_version(database->monitor, context);
    bool is_one_state = true;
    if (with_own) {
        connection_begin(database, context);
        database->read_version = version;
    }
    for (size_t i = 0; i < taking->base.count; i++) {
        SqliteDatabase *connection = taking->base.items[i];
        if (!sqlite3_get_autocommit(connection->connection))
            continue; /* it has begun with the database's own */
        connection_begin(connection, context);
        is_one_state = false;
    }
    return is_one_state || (version == database->read_version && data_version(database->monitor, context) == version);
}

SqliteReaders *sqlite_readers_take(SqliteDatabase *database, const Context *context, Arena *arena, size_t count)
{
    if (database->monitor == NULL)
        database->monitor = sqlite_database_open_beside(database);
    sqlite_database_enter(database->monitor, context);
    bool with_own = sqlite3_get_autocommit(database->connection);
    size_t begun_count = with_own && database->reader_count > count ? database->reader_count : count;
    Taking *taking = arena_new(arena, Taking);
    taking->database = sqlite_database_ref(database);
    taking->base.items = arena_array(arena, SqliteDatabase *, begun_count);
    arena_own(arena, taking, taking_release);
    if (with_own)
        sqlite_database_end_free_readers(database);
    while (taking->base.count < begun_count)
        taking->base.items[taking->base.count++] = pool_take(database);
    for (size_t try = 0; !taking_begin(taking, context, with_own); try++) {
        if (!with_own || try == MOST_TRIES)
            error_raise_hint(ERROR_LOCKED, NO_POSITION, "try again when it is done",
                             "%s: another program goes on writing to it", database->path);
        for (size_t i = 0; i < begun_count; i++)
            sqlite_database_end_read(taking->base.items[i]);
        sqlite_database_end_read(database);
    }
    taking_give(taking, count);
    return &taking->base;
}

void sqlite_readers_begin(SqliteDatabase *database, const Context *context, Arena *arena)
{
    if (database->reader_count > 0 && sqlite3_get_autocommit(database->connection))
        (void)sqlite_readers_take(database, context, arena, 0);
    else
        sqlite_database_begin_read(database);
}
