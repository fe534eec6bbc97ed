/* column/sort_key.h: rows to byte strings whose memcmp order is the wanted order (normalized keys; Graefe 2006).
 *
 *   +------+-----------------------+------+------- - -
 *   | NULL | value of the first key| NULL | value of the second key ...
 *   +------+-----------------------+------+------- - -
 *
 * The first byte says whether the value is NULL, and sorts NULLs first or last whatever the direction. Then the value,
 * all bits inverted for DESC:
 *   BOOLEAN 1 byte; numbers, dates and times big-endian with the sign flipped; DECIMAL of up to 18 digits in 8 bytes,
 *   else in 16, whatever the vector's layout; DOUBLE with NaN above all and -0 as 0; INTERVAL as interval_order in 16;
 *   VARCHAR and BLOB escaped (00 becomes 00 01) and ended by 00 00, so that a prefix sorts first.
 * A NULL of a type of fixed size takes that size, its value all zero; of VARCHAR and BLOB, only the first byte.
 *
 *     size_t sizes[BATCH_SIZE] = {0};
 *     for each key column: sort_key_sizes(vector, selection, count, sizes);
 *     point keys[i] to sizes[i] bytes of memory
 *     for each key column: sort_key_encode(vector, order, selection, count, keys); */
#ifndef QUERN_COLUMN_SORT_KEY_H
#define QUERN_COLUMN_SORT_KEY_H

#include "column/batch.h"

typedef struct SortOrder {
    bool is_descending;
    bool nulls_first;
} SortOrder;

/* Bytes that each key of this type takes, its NULL byte included; 0 when they vary (VARCHAR, BLOB). */
size_t sort_key_fixed_size(Type type);
/* Adds to sizes[i] what row selection[i] (NULL: i) of `vector` takes, for i < count (at most BATCH_SIZE). */
void sort_key_sizes(const Vector *vector, const uint16_t *selection, size_t count, size_t *sizes);
/* Writes row selection[i] (NULL: i) of `vector` at keys[i] and moves keys[i] behind it, for i < count (at most
 * BATCH_SIZE). */
void sort_key_encode(const Vector *vector, SortOrder order, const uint16_t *selection, size_t count, uint8_t **keys);
/* A number in the order of doubles: NaN above all, -0 as 0. */
uint64_t sort_key_of_double(double value);
double sort_key_to_double(uint64_t number);
/* One value's key, in the arena's memory: a bound to compare keys with. Returns its size. */
size_t sort_key_encode_value(const Value *value, SortOrder order, Arena *arena, uint8_t **ret_key);
/* The value of a column whose key stands at `key`, as far as keys tell values apart (-0.0 is 0.0); text is the arena's.
 * False for an INTERVAL: a month and 30 days have one key. */
bool sort_key_decode_value(const uint8_t *key, Type type, SortOrder order, Arena *arena, Value *ret_value);

#endif
