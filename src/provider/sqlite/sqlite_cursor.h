/* provider/sqlite/sqlite_cursor.h: the rows of one SELECT as batches. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_CURSOR_H
#define QUERN_PROVIDER_SQLITE_SQLITE_CURSOR_H

#include "provider/sqlite/sqlite_query.h"
#include "provider/sqlite/sqlite_ranges.h"
#include "provider/sqlite/sqlite_readers.h"

/* What SQLite did; adds up over cursors. */
typedef struct SqliteCounts {
    _Atomic uint64_t row_count, full_scan_steps, machine_steps;
    _Atomic(const char *) narrowed; /* the SELECT of the last cursor with dynamic filters; NULL: none had any */
} SqliteCounts;

/* What the cursors of a scan's reading share. */
typedef struct SqliteReading {
    /* Conditions that become known while the query runs: what is known when a cursor opens goes into its SELECT. */
    size_t dynamic_count;
    const size_t *dynamic_columns; /* indexes into the shape's */
    const DynamicFilter *const *dynamics;
    /* A connection for each cursor; NULL: there is one, on the database's own. */
    const SqliteReaders *readers;
    _Atomic size_t next_reader;
    SqliteRanges ranges;
} SqliteReading;

/* Runs at the first next; its stream's batches are flat. `reading` and `counts` may be NULL. */
typedef struct SqliteCursor SqliteCursor;
SqliteCursor *sqlite_cursor_new(Arena *arena, const Context *context, const SqliteQuery *query, const Schema *schema,
                                SqliteReading *reading, SqliteCounts *counts);
BatchStream *sqlite_cursor_stream(SqliteCursor *cursor);

#endif
