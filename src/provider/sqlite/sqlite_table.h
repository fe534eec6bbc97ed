/* provider/sqlite/sqlite_table.h: a table or view of a database: what is known of it, and its place in the contract.
 *
 *   declared type (SQLite keeps any text)      ─▶ affinity: what SQLite makes of values
 *                                              ─▶ SqliteColumn.type: what they are to us
 * A value of another kind is a mismatch: it raises with table, rowid and column, or is NULL by option. */
#ifndef QUERN_PROVIDER_SQLITE_SQLITE_TABLE_H
#define QUERN_PROVIDER_SQLITE_SQLITE_TABLE_H

#include "provider/provider.h"
#include "provider/sqlite/sqlite_database.h"

typedef struct SqliteColumn {
    const char *name;
    Type type;
    const char *declared;     /* its type's text; "" when there is none */
    const char *default_sql;  /* or NULL */
    bool is_not_null;         /* SQLite sees to it */
    bool is_generated;        /* not to be written */
    bool is_rowid;            /* another name of the rowid: never NULL */
    bool is_rendered;         /* VARCHAR of values of any kind, as text: SQLite compares them otherwise */
    bool is_binary_collation; /* text compares byte by byte without being told */
    size_t key_place;         /* in the primary key, from 1; 0: none */
} SqliteColumn;

/* What a table was when the schema had this version. Shapes live as long as the table: plans refer to them. */
typedef struct SqliteShape {
    int64_t schema_version;
    const Schema *schema;
    const SqliteColumn *columns; /* schema_width(schema) of them: the rowid is hidden */
    Constraints constraints;
    const char *sql;        /* its CREATE statement, or NULL */
    const char *rowid_name; /* rowid, oid or _rowid_, whichever no column is named; NULL: views, WITHOUT ROWID */
    bool is_virtual;        /* its values are a module's: nothing is certain of them */
} SqliteShape;

typedef struct SqliteTable {
    TableProvider base;       /* first, so that a TableProvider * can be cast back */
    SqliteDatabase *database; /* one share */
    const char *name;
    const Schema *declared; /* columns of CREATE EXTERNAL TABLE: these alone, with these types; or NULL */
    bool is_mismatch_null;
    bool is_view;
    SqliteShape *shape; /* NULL before the first `schema`: a view that is broken can still be listed and dropped */
} SqliteTable;

/* Raises UNDEFINED_TABLE when the database has none of that name. One share. */
TableProvider *sqlite_table_new(SqliteDatabase *database, const Context *context, const char *name,
                                const Schema *declared, bool is_mismatch_null, Position position);

/* sqlite_shape.c. Whether the database has a table or view of that name. */
bool sqlite_table_is_there(SqliteDatabase *database, const Context *context, const char *name, bool *ret_is_view);
/* NULL when there is no such table; names are looked up as SQLite does, without regard to case. */
SqliteShape *sqlite_shape_read(SqliteTable *table, const Context *context);
/* sqlite_type.c: what a column declared so is to us; false: its values must tell. */
bool sqlite_type_of_declared(const char *declared, Type *ret_type);
/* As CREATE TABLE in SQLite says it, such that sqlite_type_of_declared gives the type back. */
void text_add_sqlite_type(Text *text, Type type);

/* The rowid as a column of a scan; raises NOT_SUPPORTED where there is none. */
Column sqlite_row_number(const SqliteTable *table);

/* sqlite_scan.c */
Scan *sqlite_scan(TableProvider *table, const ScanArgs *args);
/* sqlite_sample.c */
bool sqlite_sample(TableProvider *table, const Context *context, Arena *arena, const size_t *columns,
                   size_t column_count, size_t row_count, void (*visit)(void *user, Batch *batch), void *user);
/* sqlite_provider.c. At the price of one look into an index; of a table that has rowids. */
uint64_t sqlite_largest_rowid(const SqliteTable *table, Arena *scratch);
/* sqlite_filter.c */
void sqlite_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                      FilterPushdown *ret_answers);
/* sqlite_write.c */
uint64_t sqlite_insert_into(TableProvider *table, const Context *context, InsertOp op, BatchStream *input);
uint64_t sqlite_delete_rows(TableProvider *table, const Context *context, BatchStream *rows);
uint64_t sqlite_update_rows(TableProvider *table, const Context *context, const size_t *columns, size_t column_count,
                            BatchStream *rows);
uint64_t sqlite_merge_rows(TableProvider *table, const Context *context, const size_t *columns, size_t column_count,
                           BatchStream *rows);
void sqlite_begin(TableProvider *table);
void sqlite_commit(TableProvider *table);
void sqlite_rollback(TableProvider *table);
const void *sqlite_transaction_group(TableProvider *table);
uint64_t sqlite_truncate(TableProvider *table, const Context *context);

#endif
