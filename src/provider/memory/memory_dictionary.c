/* provider/memory/memory_dictionary.c: finding a text column's different values and coding its rows by them; columns of
 * one value. */
#include "provider/memory/memory_dictionary.h"

#include <string.h>

#include "base/error.h"
#include "column/string_hash.h"

enum {
    LEAST_ROWS = 1024,         /* fewer are not worth it */
    MOST_VALUES = 1000,        /* a dictionary is smaller than a batch: what is computed of it is computed once */
    SLOT_COUNT = 4096,         /* a power of two, a few times MOST_VALUES */
    MOST_BYTES = 1 << 20,      /* of all values: the dictionary is not counted */
    LEAST_ROWS_PER_VALUE = 16, /* else codes save little */
};

typedef struct Coding {
    const String *values;       /* of the column */
    size_t value_count;         /* different ones found so far */
    size_t byte_count;          /* of those */
    uint32_t rows[MOST_VALUES]; /* where each was first seen */
    uint16_t slots[SLOT_COUNT]; /* value index + 1; 0: free */
} Coding;

/* The index of a row's value among the different ones; MOST_VALUES when there are too many. */
static size_t coding_find(Coding *coding, size_t row)
{
    const String *string = &coding->values[row];
    size_t slot = string_hash(*string) % SLOT_COUNT;
    for (; coding->slots[slot]; slot = (slot + 1) % SLOT_COUNT) {
        size_t index = coding->slots[slot] - 1u;
        if (string_equal(&coding->values[coding->rows[index]], string))
            return index;
    }
    if (coding->value_count == MOST_VALUES || coding->byte_count + string->size > MOST_BYTES)
        return MOST_VALUES;
    coding->byte_count += string->size;
    coding->rows[coding->value_count] = (uint32_t)row;
    coding->slots[slot] = (uint16_t)(coding->value_count + 1);
    return coding->value_count++;
}

/* The values by their index, and a NULL behind them; texts are copied, so that the column's can go. */
static Vector *coding_dictionary(const Coding *coding, Arena *arena, Type type, bool has_null)
{
    Vector *dictionary = vector_new(arena, type);
    vector_prepare(dictionary, coding->value_count + 1);
    for (size_t i = 0; i < coding->value_count; i++)
        VECTOR_DATA(dictionary, String)
    [i] = vector_add_string(dictionary, string_view(&coding->values[coding->rows[i]]));
    if (has_null)
        vector_set_null(dictionary, coding->value_count);
    return dictionary;
}

/* The column becomes codes of the dictionary's values. */
static void column_take_codes(MemoryColumn *column, const Vector *dictionary, size_t dictionary_size, Buffer *codes)
{
    Vector *encoded = vector_new(column->values->arena, column->values->type);
    vector_prepare_dictionary(encoded, dictionary, dictionary_size, 0);
    buffer_unref(encoded->data_buffer);
    encoded->data_buffer = buffer_ref(codes);
    encoded->data = codes->data;
    vector_unref(column->values);
    column->values = encoded;
    column->text = NULL;
}

void memory_column_repeat(MemoryColumn *column, MemoryBudget *budget, size_t row_count)
{
    Arena *scratch = arena_new_child(column->values->arena);
    Buffer *codes = buffer_new(row_count * sizeof(uint32_t), budget);
    arena_own(scratch, codes, (void (*)(void *))buffer_unref);
    memset(codes->data, 0, codes->size);
    column_take_codes(column, column->values, /* dictionary_size= */ 1, codes);
    arena_free(scratch);
}

void memory_column_encode(MemoryColumn *column, const Context *context, MemoryBudget *budget, size_t row_count)
{
    Vector *values = column->values;
    if (row_count < LEAST_ROWS)
        return;
    Arena *scratch = arena_new_child(context->arena);
    Coding *coding = arena_new(scratch, Coding);
    coding->values = values->data;
    Buffer *codes = buffer_new(row_count * sizeof(uint32_t), budget);
    arena_own(scratch, codes, (void (*)(void *))buffer_unref);
    uint32_t *code = codes->data;
    bool has_null = false, is_worth_it = true;
    for (size_t row = 0; row < row_count && is_worth_it; row++) {
        if (validity_get(values->validity, row)) {
            code[row] = (uint32_t)coding_find(coding, row);
            is_worth_it = code[row] < MOST_VALUES;
        } else {
            code[row] = UINT32_MAX;
            has_null = true;
        }
    }
    if (is_worth_it && coding->value_count * LEAST_ROWS_PER_VALUE <= row_count) {
        for (size_t row = 0; has_null && row < row_count; row++)
            if (code[row] == UINT32_MAX)
                code[row] = (uint32_t)coding->value_count;
        Vector *dictionary = coding_dictionary(coding, scratch, values->type, has_null);
        column_take_codes(column, dictionary, coding->value_count + has_null, codes);
    }
    arena_free(scratch);
}
