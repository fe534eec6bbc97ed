/* column/arrow/flat_read.h: FlatBuffers, read: tables whose fields are looked up by number, vectors, strings. Nothing
 * is believed: every offset is looked at before it is followed, and what leads out of the bytes raises BAD_DATA. So
 * does what leads to the same bytes over and over, which would make much of a few.
 *
 *   root ─▶ table   i32 back to the vtable, then the fields     vtable   u16 its size, table's size, u16 a field: where
 *                                                                        in the table, or 0: the default
 *   a field that is a table, vector or string: u32 forward to it */
#ifndef QUERN_COLUMN_ARROW_FLAT_READ_H
#define QUERN_COLUMN_ARROW_FLAT_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

typedef struct FlatBytes {
    const uint8_t *data;
    size_t size;
    const char *source; /* for messages */
    size_t taken;       /* of tables and strings so far */
} FlatBytes;

typedef struct FlatTable {
    FlatBytes *bytes;
    size_t at, size; /* of the table */
    size_t fields_at, field_count;
} FlatTable;

typedef struct FlatVector {
    FlatBytes *bytes;
    size_t at, count; /* of the first item; 0 items: there is none */
} FlatVector;

FlatTable flat_root(FlatBytes *bytes);
/* Of `width` bytes; `otherwise`: the field is not there. */
int64_t flat_integer(const FlatTable *table, size_t field, size_t width, int64_t otherwise);
/* False: the field is not there. */
bool flat_table(const FlatTable *table, size_t field, FlatTable *ret_table);
FlatVector flat_vector(const FlatTable *table, size_t field, size_t item_size);
/* Of a vector of tables. */
FlatTable flat_item(const FlatVector *vector, size_t index);
/* Of a vector of numbers or of structs: 8 bytes at `offset` of the vector. */
int64_t flat_item_i64(const FlatVector *vector, size_t offset);
/* The arena's copy, or NULL. */
const char *flat_string(Arena *arena, const FlatTable *table, size_t field);

#endif
