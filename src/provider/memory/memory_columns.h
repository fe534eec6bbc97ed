/* provider/memory/memory_columns.h: what a scan reads of each row: the projection, and behind it what only filters look
 * at. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_COLUMNS_H
#define QUERN_PROVIDER_MEMORY_MEMORY_COLUMNS_H

#include "provider/provider.h"

typedef struct MemoryColumns {
    size_t count;
    size_t *items;  /* of the table; one behind its last: the row's number */
    size_t *places; /* of each of the table's columns among these, + 1; 0: none yet */
} MemoryColumns;

/* Returns the schema of the projection. */
Schema *memory_columns_init(MemoryColumns *columns, const Schema *table, const ScanArgs *args);
/* The filter over these columns, to which those that it looks at are added. */
Expr *memory_columns_take(MemoryColumns *columns, Arena *arena, Expr *filter);

#endif
