/* column/vector_rows.c: the index of a vector's rows. */
#include "column/vector_rows.h"

#include <assert.h>

#include "column/row_numbers.h"

static const uint32_t identity[] = {ROW_NUMBERS};
_Static_assert(sizeof identity / sizeof *identity == BATCH_SIZE, "one for each row");
static const uint32_t zeros[BATCH_SIZE];

void vector_rows_init(VectorRows *rows, const Vector *vector, const uint16_t *selection, size_t count)
{
    assert(count <= BATCH_SIZE);
    const Vector *values = vector->form == VECTOR_DICTIONARY ? vector->dictionary : vector;
    rows->values = values->data;
    rows->validity = values->validity;
    if (vector->form == VECTOR_CONSTANT) {
        rows->index = zeros;
    } else if (selection == NULL) {
        rows->index = vector->form == VECTOR_FLAT ? identity : vector->data;
    } else {
        for (size_t i = 0; i < count; i++)
            rows->memory[i] = selection[i];
        if (vector->form == VECTOR_DICTIONARY)
            for (size_t i = 0; i < count; i++)
                rows->memory[i] = VECTOR_DATA(vector, uint32_t)[rows->memory[i]];
        rows->index = rows->memory;
    }
}

void vector_rows_init_at(VectorRows *rows, const Vector *vector, const uint16_t *selection, const uint16_t *candidates,
                         size_t count)
{
    assert(count <= BATCH_SIZE);
    if (selection == NULL || vector->form == VECTOR_CONSTANT) {
        vector_rows_init(rows, vector, candidates, count);
        return;
    }
    uint16_t selected[BATCH_SIZE];
    for (size_t k = 0; k < count; k++)
        selected[k] = selection[candidates[k]];
    vector_rows_init(rows, vector, selected, count);
}
