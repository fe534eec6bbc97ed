/* provider/sqlite/sqlite_query.h: what is wanted of a table as one SELECT. README.md says what is taken how, and why.
 */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_QUERY_H
#define QUERN_PROVIDER_SQLITE_SQLITE_QUERY_H

#include "provider/sqlite/sqlite_filter.h"

typedef struct SqliteRequest {
    size_t column_count;
    const size_t *columns; /* indexes into the shape's; their count: the rowid */
    size_t filter_count;
    Expr *const *filters;  /* those that SQLite does not take are left out: the caller sees to them */
    const bool *are_hints; /* filters for which no index is to be used: many rows may pass; NULL: none is one */
    size_t order_count;
    const ScanOrder *orders;            /* written as they are: sqlite_orders_agree */
    size_t limit;                       /* or NO_LIMIT */
    bool has_range;                     /* of rowids: the last two parameters, which are bound later */
    const ScanAggregation *aggregation; /* in place of the columns: sqlite_aggregation_agrees; or NULL */
} SqliteRequest;

typedef enum SqliteOutputKind {
    SQLITE_OUTPUT_VALUE, /* one value of a column: of a row, a group, min or max */
    SQLITE_OUTPUT_COUNT, /* one integer */
    SQLITE_OUTPUT_SUM,   /* four: see sqlite_query.c */
    SQLITE_OUTPUT_AVG,
} SqliteOutputKind;

typedef struct SqliteOutput {
    SqliteOutputKind kind;
    const SqliteColumn *column; /* NULL: COUNT */
    const AggregateCall *call;  /* NULL: the column as it is */
    int place;                  /* of its first value in SQLite's row */
} SqliteOutput;

typedef struct SqliteQuery {
    SqliteTable *table;
    const SqliteShape *shape;
    SqliteRequest request;
    size_t output_count;
    SqliteOutput *outputs;
    int rowid_place; /* selected behind all else, for messages; -1: not */
    SqliteSql sql;   /* SELECT … */
} SqliteQuery;

void sqlite_query_init(SqliteQuery *query, Arena *arena, SqliteTable *table, const SqliteShape *shape,
                       const SqliteRequest *request);

/* Whether SQLite sorts these columns as we do. */
bool sqlite_orders_agree(const SqliteTable *table, const SqliteShape *shape, const ScanOrder *orders, size_t count);
/* Whether SQLite's groups and aggregates are ours. */
bool sqlite_aggregation_agrees(const SqliteTable *table, const SqliteShape *shape, const ScanAggregation *aggregation);

/* How SQLite would go about it, from EXPLAIN QUERY PLAN. */
typedef struct SqliteWay {
    bool sorts;       /* in a temporary tree, for GROUP BY, ORDER BY or DISTINCT */
    bool jumps_about; /* all rows by an index that has not all columns */
    bool scans_table; /* all rows of the table, in the order of their rowids */
} SqliteWay;
SqliteWay sqlite_query_way(const SqliteQuery *query, SqliteDatabase *database, Arena *arena);

#endif
