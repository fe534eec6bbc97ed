/* engine/foreign_key.h: FOREIGN KEY over tables in memory: what is referred to is there when a statement is done.
 *
 * It is checked by queries. Behind a statement that has written, rows that a DELETE or UPDATE has left without what
 * they refer to go the way that their key's action names, by statements of their own, which may leave others; rows that
 * still refer to nothing are an error, and all is undone. */
#ifndef QUERN_ENGINE_FOREIGN_KEY_H
#define QUERN_ENGINE_FOREIGN_KEY_H

#include "base/array.h"
#include "engine/definition.h"

/* What a statement did to a table's rows; WRITE_REPLACE took some away and added others. */
typedef enum WriteEvent { WRITE_INSERT, WRITE_UPDATE, WRITE_DELETE, WRITE_REPLACE } WriteEvent;

/* CREATE TABLE and ALTER TABLE: what the references of the definition mean, in full. Raises INVALID_FOREIGN_KEY unless
 * that is a key of a table in memory, DATATYPE_MISMATCH unless its columns can be compared. */
void foreign_keys_resolve(Statement *statement, const char *schema, StringView table, TableDefinition *definition,
                          Position position);
/* A write, before it is done: what a bound plan is going to do. */
typedef struct TableWrite {
    TableProvider *table;
    WriteEvent event;
    uint64_t old_count;      /* WRITE_INSERT: rows that were there before; new ones stand behind them */
    const PlanChange *merge; /* WRITE_REPLACE: that deletes rows, and may give others another key; or NULL */
} TableWrite;

TableWrite table_write_of(Statement *statement, const Plan *plan);
/* Behind it, before its statement is done. Raises FOREIGN_KEY_VIOLATION. */
void foreign_keys_follow(Statement *statement, const TableWrite *write);
typedef ARRAY(TableProvider *) Tables;

/* Before TRUNCATE and DROP: raises `code` when another table, not among `gone`, refers to the table. */
void foreign_keys_require_unused(Statement *statement, const TableProvider *table, const Tables *gone, ErrorCode code,
                                 const char *verb);
/* DROP … CASCADE: the keys of others that refer to the table go. */
void foreign_keys_drop(Statement *statement, const TableProvider *table);
/* TRUNCATE … CASCADE: all that refer to one of the tables are added to them. */
void foreign_keys_add_referring(Statement *statement, Tables *tables);
/* The table's column, or (data NULL) the table itself gets another name: keys that refer to it follow. */
void foreign_keys_rename(Statement *statement, const NamedTable *named, StringView column, StringView new_name);
/* Behind ALTER TABLE: raises DEPENDENT_OBJECTS when a key that others refer to has gone, and checks the table's rows.
 */
void foreign_keys_check_altered(Statement *statement, const NamedTable *named);

#endif
