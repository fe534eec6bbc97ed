/* exec/sort_keys.c: the normalized keys of a batch's rows. */
#include "exec/sort_keys.h"

#include <string.h>

#include "base/memory.h"

SortKeys *sort_keys_new(Arena *arena, const Context *context, const Type *types, const SortOrder *orders,
                        size_t column_count)
{
    SortKeys *keys = arena_new(arena, SortKeys);
    keys->column_count = column_count;
    keys->orders = orders;
    keys->memory = block_new(arena, context, "a sort");
    for (size_t c = 0; c < column_count; c++) {
        size_t size = sort_key_fixed_size(types[c]);
        if (size == 0) {
            keys->fixed_size = 0;
            break;
        }
        keys->fixed_size += size;
    }
    return keys;
}

static size_t sort_keys_measure(SortKeys *keys, Vector *const *columns, const uint16_t *selection, size_t count)
{
    if (keys->fixed_size) {
        for (size_t i = 0; i < count; i++)
            keys->sizes[i] = keys->fixed_size;
        return count * keys->fixed_size;
    }
    memset(keys->sizes, 0, count * sizeof *keys->sizes);
    for (size_t c = 0; c < keys->column_count; c++)
        sort_key_sizes(columns[c], selection, count, keys->sizes);
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total = memory_size_add(total, keys->sizes[i]);
    return total;
}

void sort_keys_encode(SortKeys *keys, Vector *const *columns, const uint16_t *selection, size_t count)
{
    block_grow(keys->memory, 0, sort_keys_measure(keys, columns, selection, count) + 1); /* never NULL */
    uint8_t *key = keys->memory->data;
    for (size_t i = 0; i < count; i++) {
        keys->keys[i] = keys->ends[i] = key;
        key += keys->sizes[i];
    }
    for (size_t c = 0; c < keys->column_count; c++)
        sort_key_encode(columns[c], keys->orders[c], selection, count, keys->ends);
}
