/* column/arrow/arrow_array.h: one Arrow column to vectors. */
#ifndef QUERN_COLUMN_ARROW_ARROW_ARRAY_H
#define QUERN_COLUMN_ARROW_ARROW_ARRAY_H

#include "column/arrow/arrow_type.h"
#include "column/vector.h"

/* A column of one array, looked at. Its memory is `owner`'s. */
typedef struct ArrowColumn {
    const ArrowType *type;
    const struct ArrowArray *array;
    size_t first;  /* the array's offset and the parent's */
    Buffer *owner; /* shared by vectors that use the array's memory */
    const char *source;
    Vector *values; /* CODES, RUNS: the dictionary, flat, one NULL behind its end */
    size_t value_count;
    size_t run; /* RUNS: where the last row was found; rows are asked for in ascending order */
} ArrowColumn;

/* Checks what an array of this type must be, for rows first .. first+count-1 of it, and decodes its dictionary.
 * Raises BAD_DATA by column name. */
void arrow_column_init(ArrowColumn *column, Arena *arena, const ArrowType *type, const struct ArrowArray *array,
                       size_t first, size_t count, Buffer *owner, const char *source);
/* `target` becomes rows start .. start+count-1 of the column. */
void arrow_column_read(ArrowColumn *column, size_t start, size_t count, Vector *target);

#endif
