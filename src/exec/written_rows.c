/* exec/written_rows.c: copies of batches, for whoever asks with RETURNING. */
#include "exec/written_rows.h"

WrittenRows written_rows_new(const Build *build, bool returns_rows)
{
    WrittenRows rows = {.arena = build->arena, .returns_rows = returns_rows, .count = batch_new_empty(build->arena, 1)};
    rows.count->columns[0] = vector_new(build->arena, type_of(TYPE_UBIGINT));
    vector_prepare(rows.count->columns[0], 1);
    return rows;
}

void written_rows_add(WrittenRows *rows, const Batch *batch)
{
    if (!rows->returns_rows)
        return;
    Batch *kept = batch_new_empty(rows->arena, batch->column_count);
    for (size_t i = 0; i < batch->column_count; i++)
        kept->columns[i] = vector_new(rows->arena, batch->columns[i]->type);
    batch_compact(kept, batch);
    array_add(rows->arena, &rows->batches, kept);
}

void written_rows_set_count(WrittenRows *rows, uint64_t count)
{
    VECTOR_DATA(rows->count->columns[0], uint64_t)[0] = count;
    rows->count->row_count = rows->count->vector_size = 1;
}

Batch *written_rows_next(WrittenRows *rows)
{
    if (rows->returns_rows)
        return rows->next < rows->batches.count ? rows->batches.items[rows->next++] : NULL;
    return rows->next++ == 0 ? rows->count : NULL;
}
