/* provider/memory/memory.h: tables in memory: what CREATE TABLE and CREATE TABLE AS make. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_H
#define QUERN_PROVIDER_MEMORY_MEMORY_H

#include "provider/provider.h"

/* An empty table with one share. Everything is copied. `constraints` may be NULL; `defaults` is one SQL text or NULL a
 * column, or NULL. NOT NULL (columns that are not nullable) and CHECK are the insert operator's to see to; PRIMARY KEY
 * and UNIQUE are the table's own. Rows are counted against context->memory, which must live as long as the table. */
TableProvider *memory_table_new(const Context *context, const Schema *schema, const Constraints *constraints,
                                const char *const *defaults, TableType type);

#endif
