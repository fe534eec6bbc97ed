/* exec/key_filter.c: a hash table for each key; row by row, for what one key lets through another may stop. What is
 * beyond the operator's memory stands in a file that is mapped. */
#include "exec/key_filter.h"

#include "exec/hash_table.h"
#include "expr/evaluator.h"

typedef struct FilterKey {
    size_t column_count;
    size_t *positions;    /* in the batches */
    Vector **columns;     /* of the batch at hand */
    Evaluator *predicate; /* NULL: the key is about all rows */
    const Vector *is_covered;
    RowStore *seen; /* one row for each key */
    HashTable *table;
} FilterKey;

struct KeyFilter {
    size_t key_count;
    FilterKey *keys;
    TempFile *file;
    HashProbe *probe;
    Batch shown;
    uint16_t selection[BATCH_SIZE];
};

static ColumnId column_at_place(void *user, ColumnId column)
{
    return column + (ColumnId) * (const size_t *)user;
}

/* In `memory_size` bytes: as many for its rows as for their places. */
static void filter_key_init(FilterKey *key, const Build *build, const Schema *schema, const Constraint *constraint,
                            size_t first_column, TempFile *file, size_t memory_size)
{
    Arena *arena = build->arena;
    size_t count = key->column_count = constraint->column_count;
    Type *types = arena_array(arena, Type, count);
    key->positions = arena_array(arena, size_t, count);
    key->columns = arena_array(arena, Vector *, count);
    for (size_t i = 0; i < count; i++) {
        key->positions[i] = first_column + constraint->columns[i];
        types[i] = schema->columns[constraint->columns[i]].type;
    }
    if (constraint->predicate) {
        Expr *predicate = expr_map_columns(arena, constraint->predicate, column_at_place, &first_column);
        key->predicate = evaluator_new(arena, build->context, &predicate, 1);
    }
    key->seen = row_store_new(arena, build->context, row_layout_new(arena, types, count, 0));
    row_store_overflow_to(key->seen, file, memory_size / 2);
    key->table = hash_table_new(arena, build->context, key->seen, count, "the keys of ON CONFLICT");
    hash_table_overflow_to(key->table, file, memory_size / 2);
}

KeyFilter *key_filter_new(const Build *build, const Schema *schema, const Constraint *const *keys, size_t key_count,
                          size_t first_column)
{
    KeyFilter *filter = arena_new(build->arena, KeyFilter);
    filter->key_count = key_count;
    filter->keys = arena_array(build->arena, FilterKey, key_count);
    filter->file = temp_file_new(build->arena, build->context);
    size_t memory_size = memory_share_kept(memory_share_part(build->memory_share, key_count));
    for (size_t k = 0; k < key_count; k++)
        filter_key_init(&filter->keys[k], build, schema, keys[k], first_column, filter->file, memory_size);
    filter->probe = hash_probe_new(build->arena);
    return filter;
}

/* As those that have a NULL, rows that the predicate is not TRUE for collide with nothing. */
static bool key_is_free(const FilterKey *key, uint16_t row)
{
    if (key->predicate && (vector_is_null(key->is_covered, row) ||
                           !VECTOR_DATA(key->is_covered, bool)[vector_index(key->is_covered, row)]))
        return true;
    for (size_t i = 0; i < key->column_count; i++)
        if (vector_is_null(key->columns[i], row))
            return true;
    return false;
}

/* Whether no row before had a key of this one; then its keys are noted. */
static bool row_passes(KeyFilter *filter, uint16_t row)
{
    uint8_t *found;
    bool is_new;
    for (size_t k = 0; k < filter->key_count; k++) {
        const FilterKey *key = &filter->keys[k];
        if (key_is_free(key, row))
            continue;
        hash_table_find(key->table, filter->probe, key->columns, &row, 1, &found);
        if (found)
            return false;
    }
    for (size_t k = 0; k < filter->key_count; k++) {
        const FilterKey *key = &filter->keys[k];
        if (!key_is_free(key, row))
            hash_table_add(key->table, filter->probe, key->columns, &row, 1, &found, &is_new);
    }
    return true;
}

Batch *key_filter_run(KeyFilter *filter, const Batch *batch)
{
    for (size_t k = 0; k < filter->key_count; k++) {
        FilterKey *key = &filter->keys[k];
        for (size_t i = 0; i < key->column_count; i++)
            key->columns[i] = batch->columns[key->positions[i]];
        if (key->predicate)
            key->is_covered = evaluator_value(key->predicate, 0, batch);
    }
    size_t count = 0;
    for (size_t i = 0; i < batch->row_count; i++) {
        uint16_t row = (uint16_t)batch_row(batch, i);
        if (i % TEMP_LOOKS == 0)
            temp_file_look(filter->file);
        filter->selection[count] = row;
        count += row_passes(filter, row);
    }
    filter->shown = *batch;
    filter->shown.selection = filter->selection;
    filter->shown.row_count = count;
    return &filter->shown;
}

void key_filter_close(KeyFilter *filter)
{
    for (size_t k = 0; filter && k < filter->key_count; k++) {
        hash_table_clear(filter->keys[k].table);
        row_store_release(filter->keys[k].seen);
    }
}
