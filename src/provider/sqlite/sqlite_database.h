/* provider/sqlite/sqlite_database.h: one connection to a database file, shared by its tables; statements on it.
 *
 * One thread at a time. SQLite calls back for two things, to ask whether to go on and whether to wait for a lock; both
 * only look at the statement's cancel flag and answer, and what went wrong is raised behind SQLite. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_DATABASE_H
#define QUERN_PROVIDER_SQLITE_SQLITE_DATABASE_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "base/array.h"
#include "base/context.h"
#include "base/error.h"
#include "base/text.h"

enum { SQLITE_DATABASE_WAIT_MS = 5000 }; /* for a lock that somebody else holds */

typedef struct SqliteReader {
    struct SqliteDatabase *connection;
    bool is_taken;
} SqliteReader;

typedef struct SqliteDatabase {
    _Atomic size_t share_count;
    Arena *arena;
    const char *path;
    sqlite3 *connection;
    bool is_utf8;               /* text is stored as UTF-8: its order is ours */
    const _Atomic bool *cancel; /* of the statement that uses the connection now */
    int64_t wait_began_ms;
    size_t transaction_depth; /* begins that are open; the first is BEGIN, the others are savepoints */
    size_t scan_count;        /* scans that are described: what they read is one transaction's */
    size_t reader_count;      /* readers that they will take */
    /* sqlite_readers.c: others on the same file, for reading; opened when they are first needed, and kept */
    struct SqliteDatabase *monitor;
    ARRAY(SqliteReader) readers;
    int64_t read_version; /* the monitor's data_version when this connection began to read beside readers */
} SqliteDatabase;

/* Opens what is there (or, with `is_create`, makes an empty file), for reading alone where writing is not allowed, and
 * looks whether it is a database. One share, which `owner` releases. */
SqliteDatabase *sqlite_database_open(Arena *owner, const Context *context, const char *path, bool is_create,
                                     Position position);
/* Another connection to the same file, for reading alone; it lives as long as the database. */
SqliteDatabase *sqlite_database_open_beside(SqliteDatabase *database);
SqliteDatabase *sqlite_database_ref(SqliteDatabase *database);
/* NULL is fine. */
void sqlite_database_unref(SqliteDatabase *database);

/* The statement that uses the connection from now on; before each use. */
static inline void sqlite_database_enter(SqliteDatabase *database, const Context *context)
{
    database->cancel = context->cancel;
}
/* Changes whenever the schema does. */
int64_t sqlite_database_schema_version(SqliteDatabase *database, const Context *context);

/* Prepared; `owner` finalizes it. */
sqlite3_stmt *sqlite_prepare(SqliteDatabase *database, Arena *owner, const char *sql);
/* True: there is a row. False: it has come to its end. */
bool sqlite_step(SqliteDatabase *database, sqlite3_stmt *statement);
/* One or more statements without parameters and rows. */
void sqlite_execute(SqliteDatabase *database, const char *sql);
/* Binds text, which stays where it is while the statement runs. */
void sqlite_bind_view(SqliteDatabase *database, sqlite3_stmt *statement, int parameter, StringView text);
/* A text column, or NULL; the arena's copy. */
const char *sqlite_column_string(Arena *arena, sqlite3_stmt *statement, int column);
/* What a result code of the connection means to us. */
_Noreturn void sqlite_raise(SqliteDatabase *database, int code);

/* "name", quotes in it doubled. */
void text_add_sqlite_name(Text *text, const char *name);

/* A scan is described, lives as long as `owner`; a reading of it takes so many readers. When the last one goes, what
 * they read ends. */
void sqlite_database_add_scan(SqliteDatabase *database, Arena *owner, size_t reader_count);
/* Before the first row is read: all scans of a statement see one state. */
void sqlite_database_begin_read(SqliteDatabase *database);
/* Ends the transaction that the connection is in, if any. Never raises. */
void sqlite_database_end_read(SqliteDatabase *database);
/* The same for all readers that nobody has taken. */
void sqlite_database_end_free_readers(SqliteDatabase *database);

#endif
