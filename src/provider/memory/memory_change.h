/* provider/memory/memory_change.h: one statement's change to a table: drafted, checked, then put in place at once.
 *
 *   memory_change_begin ─▶ _delete, _add … ─▶ memory_change_commit
 *
 * Until the commit has come to its end nobody sees anything of it; if anything raises before, the draft goes with the
 * statement's arena. New rows are staged in row groups of their own. Few of them are then copied behind the table's
 * last rows; many become row groups of the table as they are. So a row that is inserted alone costs what it holds. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_CHANGE_H
#define QUERN_PROVIDER_MEMORY_MEMORY_CHANGE_H

#include "base/array.h"
#include "provider/memory/memory_sealer.h"
#include "provider/memory/memory_table.h"

typedef struct MemoryChange {
    MemoryTable *table;
    const Context *context;
    Arena *arena;           /* a scratch one below the statement's, freed by the commit */
    MemoryVersion *version; /* the draft */
    ARRAY(MemoryGroup *) staged;
    size_t staged_rows;   /* of the last staged group */
    MemorySealer *sealer; /* of the others */
    uint64_t added_count;
} MemoryChange;

/* From the table as it is, or (OVERWRITE) from nothing. */
void memory_change_begin(MemoryChange *change, MemoryTable *table, const Context *context, bool from_nothing);
/* Stages rows selection[0 .. count-1] (NULL: 0 .. count-1) of all the table's columns. */
void memory_change_add(MemoryChange *change, Vector *const *columns, const uint16_t *selection, size_t count);
/* False when the row was gone already. */
bool memory_change_delete(MemoryChange *change, MemoryRow row);
/* Checks the keys of added rows, all deletions done. `op` says what becomes of those that collide: REPLACE deletes the
 * earlier one, IGNORE the new one, the others raise UNIQUE_VIOLATION. Returns how many rows were added. */
uint64_t memory_change_commit(MemoryChange *change, InsertOp op);

#endif
