/* column/sort_key.h: rows to byte strings whose memcmp order is the wanted order (normalized keys; Graefe 2006).
 *
 * A key begins with one byte for NULL or not, then the value big-endian with its sign flipped (inverted for DESC).
 * Strings are escaped (00 becomes 00 01) and ended by 00 00, so that a prefix sorts first. */
#ifndef QUERN_COLUMN_SORT_KEY_H
#define QUERN_COLUMN_SORT_KEY_H

#include "column/batch.h"

typedef struct SortOrder {
    bool is_descending;
    bool nulls_first;
} SortOrder;

/* Bytes of a key column of fixed size, NULL byte included; 0 when it varies (VARCHAR, BLOB). */
size_t sort_key_fixed_size(Type type);
/* Appends the encoding of vectors' rows selection[i] (NULL: i), i < count, to keys: key i is written at keys[i], which
 * has room for sort_key_size of it; ret_sizes[i] is advanced. */
void sort_key_sizes(const Vector *vector, const uint16_t *selection, size_t count, size_t *sizes_to_add_to);
void sort_key_encode(const Vector *vector, SortOrder order, const uint16_t *selection, size_t count, uint8_t **keys_to_advance);
/* One value, for bounds. Returns bytes written. */
size_t sort_key_encode_value(const Value *value, SortOrder order, Arena *arena, uint8_t **ret_key);

#endif
