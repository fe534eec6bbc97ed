/* exec/row_output.c: rows in memory to batches that may leave the operator. */
#include "exec/row_output.h"

void row_output(const RowLayout *layout, size_t column_index, uint8_t *const *rows, size_t count, Vector *target)
{
    rows_read(layout, column_index, rows, count, target);
    vector_own_strings(target, count);
}

size_t rows_output_count(const RowLayout *layout, size_t largest_string, uint8_t *const *rows, size_t count)
{
    enum { MOST_SIZE = 1 << 20 };
    size_t size = 0, row = 0;
    if (largest_string == 0)
        return count;
    for (; row < count && size < MOST_SIZE; row++)
        size += rows[row] ? row_long_strings_size(layout, rows[row]) : 0;
    return row;
}

void rows_output(const RowLayout *layout, uint8_t *const *rows, size_t count, Batch *batch)
{
    for (size_t c = 0; c < batch->column_count; c++)
        row_output(layout, c, rows, count, batch->columns[c]);
    batch->row_count = batch->vector_size = count;
    batch->selection = NULL;
}

void vector_own_strings(Vector *vector, size_t count)
{
    if (vector->physical != PHYSICAL_STRING)
        return;
    String *strings = vector->data;
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        if (strings[i].size > STRING_INLINE_SIZE && strings[i].size < VECTOR_LARGE_STRING)
            size += strings[i].size;
    vector_expect_strings(vector, size);
    for (size_t i = 0; i < count; i++)
        if (strings[i].size > STRING_INLINE_SIZE)
            strings[i] = vector_add_string(vector, string_view(&strings[i]));
}
