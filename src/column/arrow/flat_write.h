/* column/arrow/flat_write.h: FlatBuffers, written from front to back: a table first, what it points to behind it. */
#ifndef QUERN_COLUMN_ARROW_FLAT_WRITE_H
#define QUERN_COLUMN_ARROW_FLAT_WRITE_H

#include <stdint.h>

#include "base/text.h"

typedef struct FlatField {
    uint8_t width; /* bytes; 0: not there */
    int64_t value;
    size_t place; /* set when the table is added: where the value stands */
} FlatField;

/* A field that flat_point sets. */
#define FLAT_OFFSET      ((FlatField){.width = 4})
#define FLAT_VALUE(w, v) ((FlatField){.width = (w), .value = (v)})
#define FLAT_NONE        ((FlatField){.width = 0})

/* Starts with room for the root's offset, at place 0. */
Text flat_new(Arena *arena);
/* Returns where the table stands. */
size_t flat_add_table(Text *bytes, FlatField *fields, size_t count);
size_t flat_add_string(Text *bytes, const char *string);
/* Items are all zero; *ret_items is where the first stands. */
size_t flat_add_vector(Text *bytes, size_t count, size_t item_size, size_t *ret_items);
void flat_set(Text *bytes, size_t place, size_t width, int64_t value);
/* The offset at `place` leads to `target`, which stands behind it. */
void flat_point(Text *bytes, size_t place, size_t target);

#endif
