/* exec/row_scatter.c: rows by partitions, in memory. */
#include "exec/row_scatter.h"

struct RowScatter {
    const RowLayout *layout;
    RowStore *partitions[SCATTER_PARTITIONS];
    RowStore *strings; /* has the long strings of all, and no rows */
    size_t row_count;
    size_t batch_size;
    uint8_t numbers[BATCH_SIZE]; /* of the partitions that a batch's rows are of */
    uint8_t *by_partition[BATCH_SIZE];
    uint8_t *rows[BATCH_SIZE];
};

RowScatter *row_scatter_new(Arena *arena, const Context *context, const Type *types, size_t column_count)
{
    RowScatter *scatter = arena_new(arena, RowScatter);
    scatter->layout = row_layout_new(arena, types, column_count, /* extra_size= */ 0);
    scatter->batch_size = batch_rows_that_fit(context, scatter->layout->row_size);
    scatter->strings = row_store_new(arena, context, scatter->layout);
    for (size_t p = 0; p < SCATTER_PARTITIONS; p++)
        scatter->partitions[p] = row_store_new(arena, context, scatter->layout);
    return scatter;
}

void row_scatter_add(RowScatter *scatter, Vector *const *columns, const uint16_t *selection, size_t count,
                     const uint64_t *hashes)
{
    size_t counts[SCATTER_PARTITIONS] = {0}, next[SCATTER_PARTITIONS], start = 0;
    for (size_t i = 0; i < count; i++) {
        scatter->numbers[i] = (uint8_t)(hashes[i] >> (64 - SCATTER_BITS));
        counts[scatter->numbers[i]]++;
    }
    for (size_t p = 0; p < SCATTER_PARTITIONS; p++) {
        next[p] = start;
        row_store_append(scatter->partitions[p], counts[p], scatter->by_partition + start);
        start += counts[p];
    }
    for (size_t i = 0; i < count; i++)
        scatter->rows[i] = scatter->by_partition[next[scatter->numbers[i]]++];
    for (size_t c = 0; c < scatter->layout->column_count; c++)
        rows_write(scatter->strings, c, columns[c], selection, count, scatter->rows);
    scatter->row_count += count;
}

size_t row_scatter_count(const RowScatter *scatter)
{
    return scatter->row_count;
}

size_t row_scatter_size(const RowScatter *scatter)
{
    size_t size = scatter ? row_store_size(scatter->strings) : 0;
    for (size_t p = 0; p < SCATTER_PARTITIONS && scatter; p++)
        size += row_store_size(scatter->partitions[p]);
    return size;
}

Batch *row_scatter_new_batch(const RowScatter *scatter, Arena *arena)
{
    Batch *batch = batch_new_empty(arena, scatter->layout->column_count);
    for (size_t c = 0; c < batch->column_count; c++)
        batch->columns[c] = vector_new(arena, scatter->layout->types[c]);
    return batch;
}

bool row_scatter_read(const RowScatter *scatter, size_t partition, size_t first, Batch *batch)
{
    uint8_t *rows[BATCH_SIZE];
    size_t count = row_store_rows(scatter->partitions[partition], first, scatter->batch_size, rows);
    for (size_t c = 0; c < scatter->layout->column_count; c++)
        rows_read(scatter->layout, c, rows, count, batch->columns[c]);
    batch->row_count = batch->vector_size = count;
    batch->selection = NULL;
    return count > 0;
}

void row_scatter_forget(RowScatter *scatter, size_t partition)
{
    row_store_release(scatter->partitions[partition]);
}

void row_scatter_clear(RowScatter *scatter)
{
    for (size_t p = 0; p < SCATTER_PARTITIONS && scatter; p++)
        row_store_release(scatter->partitions[p]);
    if (scatter)
        row_store_release(scatter->strings);
}
