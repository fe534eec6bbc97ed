/* provider/sqlite/sqlite_cursor.h: the rows of one SELECT as batches. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_CURSOR_H
#define QUERN_PROVIDER_SQLITE_SQLITE_CURSOR_H

#include "provider/sqlite/sqlite_query.h"

/* What SQLite did; adds up over cursors. */
typedef struct SqliteCounts {
    _Atomic uint64_t row_count, full_scan_steps, machine_steps;
    _Atomic(const char *) narrowed; /* the SELECT of the last cursor with dynamic filters; NULL: none had any */
} SqliteCounts;

/* Conditions that become known while the query runs: what is known when the cursor opens goes into its SELECT. */
typedef struct SqliteDynamics {
    size_t count;
    const size_t *columns; /* indexes into the shape's */
    const DynamicFilter *const *filters;
} SqliteDynamics;

/* Runs at the first next; its stream's batches are flat. `dynamics` and `counts` may be NULL. */
typedef struct SqliteCursor SqliteCursor;
SqliteCursor *sqlite_cursor_new(Arena *arena, const Context *context, const SqliteQuery *query, const Schema *schema,
                                const SqliteDynamics *dynamics, SqliteCounts *counts);
BatchStream *sqlite_cursor_stream(SqliteCursor *cursor);

#endif
