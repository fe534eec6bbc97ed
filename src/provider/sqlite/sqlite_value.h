/* provider/sqlite/sqlite_value.h: SQLite's five kinds of values to ours, and back.
 *
 *   ours            stored as                                          read from
 *   integers        INTEGER                                            INTEGER, REAL without a fraction
 *   DOUBLE          REAL                                               REAL, INTEGER that a double holds exactly
 *   DECIMAL         INTEGER when integral, REAL to 15 digits           INTEGER, REAL and TEXT that fit exactly
 *   BOOLEAN         INTEGER 0, 1                                       the same
 *   VARCHAR         TEXT                                               TEXT (without a declared type: anything)
 *   BLOB            BLOB                                               BLOB
 *   DATE            TEXT YYYY-MM-DD                                    the same
 *   TIMESTAMP[TZ]   TEXT YYYY-MM-DD HH:MM:SS[.ffffff] (TZ: +00)        and with T, without seconds, a date alone
 *   TIME            TEXT HH:MM:SS[.ffffff]                             the same
 *   INTERVAL        TEXT                                               TEXT of any form that casts take */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_VALUE_H
#define QUERN_PROVIDER_SQLITE_SQLITE_VALUE_H

#include "column/vector.h"
#include "provider/sqlite/sqlite_table.h"

typedef enum SqliteReadResult { SQLITE_READ_OK, SQLITE_READ_MISMATCH, SQLITE_READ_ENCODING } SqliteReadResult;

/* Reads a value that is not NULL into a row of a prepared vector. Raises only what memory and size raise. */
typedef SqliteReadResult (*SqliteRead)(sqlite3_stmt *statement, int column, Vector *target, size_t row);

SqliteRead sqlite_value_reader(const SqliteColumn *column);

/* The value as SQLite is to have it: BIGINT, DOUBLE, VARCHAR or BLOB, or a NULL; text is the arena's or the value's
 * own. False: SQLite cannot hold it exactly in a column of its type. */
bool sqlite_value_store(Arena *arena, const Value *value, Value *ret_stored);
/* Binds what sqlite_value_store gave; its text stays where it is while the statement runs. */
void sqlite_value_bind(SqliteDatabase *database, sqlite3_stmt *statement, int parameter, const Value *stored);

enum { SQLITE_EXACT_DIGITS = 15 }; /* a decimal of so many digits survives as a double */

#endif
