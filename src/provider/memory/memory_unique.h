/* provider/memory/memory_unique.h: keys over a version's rows: finding a row by its key, adding rows, refusing doubles.
 */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_UNIQUE_H
#define QUERN_PROVIDER_MEMORY_MEMORY_UNIQUE_H

#include "provider/memory/memory_table.h"

/* The row with this key, values[i] of the i-th key column; false when there is none, as of NULL. `arena` is for
 * scratch. */
bool memory_unique_find(const MemoryTable *table, const MemoryVersion *version, size_t key_index, Arena *arena,
                        const Value *values, MemoryRow *ret_row);
/* Adds the draft's rows from `first` on to `key_count` of its keys, row by row. One whose key another row has raises
 * UNIQUE_VIOLATION; REPLACE makes the earlier row go, IGNORE the new one, which then is in no later one's way. Returns
 * how many new ones IGNORE has left out. Keys with a NULL in them collide with nothing, nor do rows that are not of the
 * key's predicate. */
uint64_t memory_unique_add(const MemoryTable *table, const Context *context, MemoryVersion *draft, size_t key_index,
                           size_t key_count, MemoryRow first, InsertOp op);

#endif
