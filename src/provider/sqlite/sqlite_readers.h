/* provider/sqlite/sqlite_readers.h: connections for reading beside a database's own, one a thread, that see its state.
 *
 *     monitor   data_version      ·  ·  ·  ·  ·  ·      data_version      changes when anyone else commits
 *     own                    BEGIN, a look
 *     readers                      BEGIN, a look each
 *
 * When the monitor tells the same twice, nobody has committed between, and all that began see one state; else they
 * begin again. All that the scans which are described will want begin at once. Taken and given back by the statement's
 * own thread; each is used by one thread at a time. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_READERS_H
#define QUERN_PROVIDER_SQLITE_SQLITE_READERS_H

#include "provider/sqlite/sqlite_database.h"

typedef struct SqliteReaders {
    size_t count;
    SqliteDatabase **items;
} SqliteReaders;

/* Whether others can see what the database's own connection sees: it has begun nothing, and its file is still there. */
bool sqlite_readers_are_possible(const SqliteDatabase *database);
/* `count` connections within a transaction, which `arena` gives back. The database's own begins to read, too, unless it
 * has. */
SqliteReaders *sqlite_readers_take(SqliteDatabase *database, const Context *context, Arena *arena, size_t count);
/* Before the first row is read on the database's own: readers that will be taken see what it sees. */
void sqlite_readers_begin(SqliteDatabase *database, const Context *context, Arena *arena);

#endif
