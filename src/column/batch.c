/* column/batch.c: making, keeping, compacting and narrowing batches. */
#include "column/batch.h"

#include <assert.h>
#include <string.h>

#include "column/row_numbers.h"

static const uint16_t all_rows[] = {ROW_NUMBERS};
_Static_assert(sizeof all_rows / sizeof *all_rows == BATCH_SIZE, "one for each row");
const uint16_t *const selection_all = all_rows;

Batch *batch_new_empty(Arena *arena, size_t column_count)
{
    Batch *batch = arena_new(arena, Batch);
    batch->column_count = column_count;
    batch->columns = arena_array(arena, Vector *, column_count);
    return batch;
}

Batch *batch_new(Arena *arena, const Schema *schema)
{
    Batch *batch = batch_new_empty(arena, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        batch->columns[c] = vector_new(arena, schema->columns[c].type);
    return batch;
}

size_t batch_rows_that_fit(const Context *context, size_t row_size)
{
    enum { FEWEST = 16 }; /* so that what is done once a batch and column stays below what is done for each value */
    size_t rows = context->settings ? context->settings->batch_size : 0;
    size_t most = row_size > 0 ? context_batch_memory(context) / row_size : BATCH_SIZE;
    if (rows == 0 || rows > BATCH_SIZE)
        rows = BATCH_SIZE;
    if (most < FEWEST)
        most = FEWEST;
    return rows < most ? rows : most;
}

Batch *batch_ref(Arena *arena, const Batch *batch)
{
    Batch *copy = batch_new_empty(arena, batch->column_count);
    copy->row_count = batch->row_count;
    copy->vector_size = batch->vector_size;
    copy->morsel = batch->morsel;
    copy->is_text = batch->is_text;
    if (batch->origin)
        copy->origin = arena_copy(arena, batch->origin, batch->origin->size);
    if (batch->selection)
        copy->selection = arena_copy(arena, batch->selection, batch->row_count * sizeof *batch->selection);
    for (size_t c = 0; c < batch->column_count; c++) {
        copy->columns[c] = vector_new(arena, batch->columns[c]->type);
        vector_reference(copy->columns[c], batch->columns[c]);
    }
    return copy;
}

void batch_unref(Batch *batch)
{
    if (batch == NULL)
        return;
    for (size_t c = 0; c < batch->column_count; c++)
        if (batch->columns[c])
            vector_unref(batch->columns[c]);
    batch->row_count = batch->vector_size = 0;
    batch->selection = NULL;
}

void batch_compact(Batch *target, const Batch *source)
{
    assert(target != source && target->column_count == source->column_count);
    for (size_t c = 0; c < source->column_count; c++) {
        if (source->selection)
            vector_gather(target->columns[c], source->columns[c], source->selection, source->row_count);
        else
            vector_reference(target->columns[c], source->columns[c]);
    }
    target->row_count = target->vector_size = source->row_count;
    target->selection = NULL;
    target->origin = NULL;
}

void batch_slice(Batch *batch, size_t first, size_t count, uint16_t *selection)
{
    assert(first <= batch->row_count && count <= batch->row_count - first);
    if (batch->selection) {
        batch->selection += first;
    } else if (first > 0) {
        memcpy(selection, selection_all + first, count * sizeof *selection);
        batch->selection = selection;
    } else {
        batch->vector_size = count;
    }
    batch->row_count = count;
}

void batch_check(const Batch *batch)
{
    assert(batch->row_count <= BATCH_SIZE && batch->vector_size <= BATCH_SIZE);
    assert(batch->row_count <= batch->vector_size);
    if (batch->selection) {
        for (size_t i = 0; i < batch->row_count; i++) {
            assert(batch->selection[i] < batch->vector_size);
            assert(i == 0 || batch->selection[i - 1] < batch->selection[i]);
        }
    } else {
        assert(batch->row_count == batch->vector_size);
    }
    for (size_t c = 0; c < batch->column_count; c++)
        vector_check(batch->columns[c], batch->vector_size);
}
