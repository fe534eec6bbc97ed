/* provider/memory/memory.h: tables in memory: what CREATE TABLE and CREATE TABLE AS make. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_H
#define QUERN_PROVIDER_MEMORY_MEMORY_H

#include "provider/provider.h"

/* An empty table with one share. Everything is copied. `constraints` may be NULL; `defaults` is one SQL text or NULL a
 * column, or NULL. NOT NULL (columns that are not nullable) and CHECK are the insert operator's to see to; PRIMARY KEY
 * and UNIQUE are the table's own. Rows are counted against context->memory, which must live as long as the table. */
TableProvider *memory_table_new(const Context *context, const Schema *schema, const Constraints *constraints,
                                const char *const *defaults, TableType type);

/* What a table is, but for its rows. */
typedef struct TableDefinition {
    const Schema *schema;
    Constraints constraints;
    const char *const *defaults; /* or NULL */
    Indexes indexes;
} TableDefinition;

/* An empty table, as memory_table_new. */
TableProvider *memory_table_of(const Context *context, const TableDefinition *definition, TableType type);
/* What the rows of a table have in a column that is made from another table. */
typedef struct MemorySource {
    size_t column;      /* its column of the same type, or */
    const Value *value; /* (unless NULL) this in all rows */
} MemorySource;

/* Another table with the same rows, for ALTER TABLE and CREATE INDEX: `sources` has one for each of its columns; NULL:
 * all are as they are. Columns that became NOT NULL, and keys, are checked: raises NOT_NULL_VIOLATION and
 * UNIQUE_VIOLATION. CHECK is not. */
TableProvider *memory_table_like(const Context *context, TableProvider *table, const TableDefinition *definition,
                                 const MemorySource *sources);
bool table_is_memory(const TableProvider *table);

#endif
