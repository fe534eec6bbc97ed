/* column/vector_rows.h: some rows of a vector as one loop sees them, whatever the vector's form.
 *
 *     VectorRows rows;
 *     vector_rows_init(&rows, vector, selection, count);
 *     const int64_t *values = rows.values;
 *     for (size_t i = 0; i < count; i++)
 *         use(values[rows.index[i]], validity_get(rows.validity, rows.index[i]));
 *
 * So a kernel that chases pointers anyway is written once and not once a form. */
#ifndef QUERN_COLUMN_VECTOR_ROWS_H
#define QUERN_COLUMN_VECTOR_ROWS_H

#include "column/vector.h"

typedef struct VectorRows {
    const void *values;          /* of the dictionary, for a dictionary vector */
    const uint64_t *validity;    /* of the values; NULL: no NULLs */
    const uint32_t *index;       /* row i is values[index[i]] */
    uint32_t memory[BATCH_SIZE]; /* where `index` stands when it had to be made */
} VectorRows;

/* Rows selection[0 .. count-1] of `vector`, or 0 .. count-1 without a selection; count is at most BATCH_SIZE. Valid as
 * long as the vector is, and where it is (it may point into itself: not to be copied). */
void vector_rows_init(VectorRows *rows, const Vector *vector, const uint16_t *selection, size_t count);
/* The same of rows selection[candidates[k]] (NULL: candidates[k]), k < count. */
void vector_rows_init_at(VectorRows *rows, const Vector *vector, const uint16_t *selection, const uint16_t *candidates,
                         size_t count);

#endif
