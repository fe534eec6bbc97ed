/* provider/memory/memory_group.h: a row group: up to MEMORY_GROUP_ROWS rows as columns.
 *
 *   rows    0 ........ row_count ........ written so far ........ MEMORY_GROUP_ROWS
 *           accepted: never change       nobody's yet: may be written again
 *
 * Rows are written behind the accepted ones (memory_group_write) and count from memory_group_accept on, which cannot
 * fail: so a statement that fails leaves nothing behind. Accepted rows never change; buffers that grow are replaced,
 * and who refers to the old ones keeps them. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_GROUP_H
#define QUERN_PROVIDER_MEMORY_MEMORY_GROUP_H

#include "base/context.h"
#include "base/sketch.h"
#include "column/batch.h"

enum { MEMORY_GROUP_ROWS = 60 * BATCH_SIZE };

typedef struct MemoryColumn {
    Vector *values;      /* flat, or a dictionary once the group is sealed: then groups of other tables
                            may share its buffers, which are counted */
    Buffer *text;        /* VARCHAR and BLOB: where bytes are written; a share of it is with `values` */
    size_t text_used;    /* bytes of it */
    size_t text_size;    /* of all that there were */
    uint32_t null_count; /* of accepted rows, as is what follows */
    bool has_bounds;     /* some row is not NULL */
    bool is_unordered;   /* some value is less than the one before it */
    uint32_t minimum_row, maximum_row;
    Sketch *sketch; /* of their different values; BOOLEAN: NULL */
} MemoryColumn;

typedef struct MemoryGroup {
    _Atomic size_t share_count;
    Arena *arena;
    MemoryBudget *budget;
    size_t first_rows;  /* that there is room for at first */
    uint32_t row_count; /* accepted rows */
    bool is_sealed;     /* takes no more rows */
    size_t column_count;
    MemoryColumn *columns;
} MemoryGroup;

/* Empty, with one share, which `owner` releases. `will_be_full`: it gets room for all of its rows at once. */
MemoryGroup *memory_group_new(Arena *owner, MemoryBudget *budget, const Schema *schema, bool will_be_full);
MemoryGroup *memory_group_ref(MemoryGroup *group);
void memory_group_unref(MemoryGroup *group);

/* Writes rows selection[0 .. count-1] (NULL: 0 .. count-1) of the vectors at rows row .. row+count-1, which are not
 * accepted and fit into the group; count is at most BATCH_SIZE. */
void memory_group_write(MemoryGroup *group, size_t row, Vector *const *columns, const uint16_t *selection,
                        size_t count);
/* The rows before `row_count` are now accepted. Never raises. */
void memory_group_accept(MemoryGroup *group, size_t row_count);
/* No more rows will come behind `row_count`: text columns of few values become dictionaries. */
void memory_group_seal(MemoryGroup *group, const Context *context, size_t row_count);

/* `target` becomes the values from `first_row` (a multiple of 64) on, shared, not copied. When it referred to this
 * column before, only pointers move. */
void memory_column_view(const MemoryColumn *column, size_t first_row, size_t row_count, Vector *target);

#endif
