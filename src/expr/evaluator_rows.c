/* expr/evaluator_rows.c: inputs of fewer rows, and moving rows between vectors. */
#include <assert.h>
#include <string.h>

#include "expr/evaluator_node.h"

Input *input_new(Evaluator *evaluator)
{
    return arena_new(evaluator->arena, Input);
}

void input_narrow(Evaluator *evaluator, Input *input, const Input *parent, const uint16_t *rows, size_t count)
{
    if (input->gathered == NULL) { /* not before: a thousand CASEs may stand over a thousand columns */
        input->gathered = arena_array(evaluator->arena, Vector *, evaluator->column_count);
        input->is_gathered = arena_array(evaluator->arena, bool, evaluator->column_count);
    }
    input->size = count;
    input->parent = parent;
    input->rows = rows;
    if (evaluator->column_count)
        memset(input->is_gathered, 0, evaluator->column_count * sizeof *input->is_gathered);
}

Vector *input_column(Evaluator *evaluator, const Input *input, size_t column)
{
    if (input->parent == NULL)
        return input->columns[column];
    if (!input->is_gathered[column]) {
        Vector *source = input_column(evaluator, input->parent, column);
        if (input->gathered[column] == NULL)
            input->gathered[column] = vector_new(evaluator->arena, source->type);
        vector_gather(input->gathered[column], source, input->rows, input->size);
        input->is_gathered[column] = true;
    }
    return input->gathered[column];
}

void vector_clear(Vector *target, Type type, size_t size)
{
    vector_prepare_as(target, type, type_physical(type), size);
    vector_set_all_null(target, size);
}

/* Where row i of a source stands in its plain values, and those. */
typedef struct Rows {
    const Vector *plain;
    const uint32_t *codes; /* dictionary */
    size_t step;           /* 0: constant */
} Rows;

static Rows rows_of(const Vector *source)
{
    if (source->form == VECTOR_DICTIONARY)
        return (Rows){source->dictionary, source->data, 1};
    return (Rows){source, NULL, source->form == VECTOR_CONSTANT ? 0 : 1};
}

static size_t rows_index(const Rows *rows, size_t i)
{
    return rows->codes ? rows->codes[i] : i * rows->step;
}

#define SCATTER(ttype, stype)                                                                                          \
    for (size_t i = 0; i < count; i++) {                                                                               \
        size_t index = rows_index(&from, i), row = rows ? rows[i] : i;                                                 \
        if (!validity_get(from.plain->validity, index))                                                                \
            continue;                                                                                                  \
        VECTOR_DATA(target, ttype)[row] = (ttype)VECTOR_DATA(from.plain, stype)[index];                                \
        validity_set(target->validity, row);                                                                           \
    }

/* A value of `size` bytes each, by a constant size where the caller gives one. */
static inline void scatter_bytes(Vector *target, Rows from, const uint16_t *rows, size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        size_t index = rows_index(&from, i), row = rows ? rows[i] : i;
        if (!validity_get(from.plain->validity, index))
            continue;
        memcpy((char *)target->data + row * size, (const char *)from.plain->data + index * size, size);
        validity_set(target->validity, row);
    }
}

void vector_scatter(Vector *target, const Vector *source, const uint16_t *rows, size_t count)
{
    Rows from = rows_of(source);
    if (count == 0)
        return;
    if (target->physical == PHYSICAL_I128 && from.plain->physical == PHYSICAL_I64) {
        SCATTER(Int128, int64_t)
    } else if (target->physical == PHYSICAL_I64 && from.plain->physical == PHYSICAL_I128) {
        SCATTER(int64_t, Int128) /* a DECIMAL of few digits that came in the wide layout */
    } else {
        assert(target->physical == from.plain->physical);
        switch (physical_size((Physical)target->physical)) {
        case 1:
            scatter_bytes(target, from, rows, count, 1);
            break;
        case 4:
            scatter_bytes(target, from, rows, count, 4);
            break;
        case 8:
            scatter_bytes(target, from, rows, count, 8);
            break;
        default:
            scatter_bytes(target, from, rows, count, 16);
        }
    }
    if (target->physical == PHYSICAL_STRING)
        vector_keep_strings_of(target, from.plain);
}

static void words_fill(uint64_t *words, size_t size, bool value)
{
    size_t count = (size + 63) / 64;
    memset(words, value ? 0xFF : 0, count * sizeof *words);
    if (value && size % 64)
        words[count - 1] = ((uint64_t)1 << (size % 64)) - 1;
}

static void dictionary_truth(const Vector *vector, size_t size, uint64_t *ret_true, uint64_t *ret_null)
{
    const Vector *values = vector->dictionary;
    const uint32_t *codes = vector->data;
    const bool *truth = values->data;
    bool bytes[BATCH_SIZE];
    for (size_t i = 0; i < size; i++)
        bytes[i] = truth[codes[i]];
    kernels_get()->boolean->pack(bytes, size, ret_true);
    words_fill(ret_null, size, false);
    if (values->validity == NULL)
        return;
    for (size_t i = 0; i < size; i++)
        bytes[i] = !validity_get(values->validity, codes[i]);
    kernels_get()->boolean->pack(bytes, size, ret_null);
    for (size_t w = 0; w < (size + 63) / 64; w++)
        ret_true[w] &= ~ret_null[w];
}

void vector_truth(const Vector *vector, size_t size, uint64_t *ret_true, uint64_t *ret_null)
{
    if (vector->form == VECTOR_CONSTANT) {
        bool is_valid = validity_get(vector->validity, 0);
        words_fill(ret_true, size, is_valid && *VECTOR_DATA(vector, bool));
        words_fill(ret_null, size, !is_valid);
        return;
    }
    if (vector->form == VECTOR_DICTIONARY) {
        dictionary_truth(vector, size, ret_true, ret_null);
        return;
    }
    kernels_get()->boolean->pack(vector->data, size, ret_true);
    words_fill(ret_null, size, false);
    if (vector->validity == NULL)
        return;
    size_t words = (size + 63) / 64;
    for (size_t w = 0; w < words; w++) {
        ret_true[w] &= vector->validity[w];
        ret_null[w] = ~vector->validity[w];
    }
    if (size % 64)
        ret_null[words - 1] &= ((uint64_t)1 << (size % 64)) - 1;
}
