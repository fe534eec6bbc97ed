/* exec/sort_keys.h: the normalized keys (column/sort_key.h) of a batch's rows, over all key columns. */
#ifndef QUERN_EXEC_SORT_KEYS_H
#define QUERN_EXEC_SORT_KEYS_H

#include "column/sort_key.h"
#include "exec/block.h"

typedef struct SortKeys {
    size_t column_count;
    const SortOrder *orders;
    size_t fixed_size; /* of each key; 0: they vary */
    Block *memory;
    /* of the batch encoded last: row i's key */
    uint8_t *keys[BATCH_SIZE];
    size_t sizes[BATCH_SIZE];
    uint8_t *ends[BATCH_SIZE];
} SortKeys;

/* `orders` lives as long. */
SortKeys *sort_keys_new(Arena *arena, const Context *context, const Type *types, const SortOrder *orders,
                        size_t column_count);
/* Rows selection[i] (NULL: i) of `columns`, for i < count. Valid until the next call. */
void sort_keys_encode(SortKeys *keys, Vector *const *columns, const uint16_t *selection, size_t count);
/* Keys are in order as memcmp says; none is the beginning of another. */
static inline int sort_key_compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    return memory_compare(a, b, a_size < b_size ? a_size : b_size);
}

#endif
