/* provider/sqlite/sqlite_cursor.h: the rows of one prepared SELECT as batches. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_CURSOR_H
#define QUERN_PROVIDER_SQLITE_SQLITE_CURSOR_H

#include "provider/sqlite/sqlite_filter.h"

/* What is read: columns of the shape in this order; then the rowid, for messages and changes. */
typedef struct SqliteQuery {
    SqliteTable *table;
    const SqliteShape *shape;
    size_t column_count;
    const size_t *columns;
    bool has_rowid; /* selected behind the columns */
    SqliteSql sql;  /* SELECT … */
} SqliteQuery;

/* What SQLite did; adds up over cursors. */
typedef struct SqliteCounts {
    _Atomic uint64_t row_count, full_scan_steps, machine_steps;
} SqliteCounts;

/* Writes the SELECT. Filters that SQLite does not take are left out: the caller sees to them. limit may be NO_LIMIT. */
void sqlite_query_init(SqliteQuery *query, Arena *arena, SqliteTable *table, const SqliteShape *shape,
                       const size_t *columns, size_t column_count, Expr *const *filters, size_t filter_count,
                       size_t limit);

/* Runs at the first next; its stream's batches are flat. `counts` may be NULL. */
typedef struct SqliteCursor SqliteCursor;
SqliteCursor *sqlite_cursor_new(Arena *arena, const Context *context, const SqliteQuery *query, const Schema *schema,
                                SqliteCounts *counts);
BatchStream *sqlite_cursor_stream(SqliteCursor *cursor);
/* The rowids of the last batch's rows; the query must have them. */
const int64_t *sqlite_cursor_rowids(const SqliteCursor *cursor);

#endif
