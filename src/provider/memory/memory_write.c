/* provider/memory/memory_write.c: INSERT, DELETE, UPDATE, MERGE and TRUNCATE, each as one change. */
#include "base/error.h"
#include "provider/memory/memory_change.h"

uint64_t memory_insert_into(TableProvider *base, const Context *context, InsertOp op, BatchStream *input)
{
    MemoryChange change;
    memory_change_begin(&change, (MemoryTable *)base, context, op == INSERT_OVERWRITE);
    Batch *batch;
    while ((batch = stream_next(input)) != NULL) {
        context_check(context);
        memory_change_add(&change, batch->columns, batch->selection, batch->row_count);
    }
    return memory_change_commit(&change, op);
}

uint64_t memory_truncate(TableProvider *base, const Context *context)
{
    MemoryTable *table = (MemoryTable *)base;
    uint64_t count = memory_version_row_count(table->version);
    MemoryChange change;
    memory_change_begin(&change, table, context, /* from_nothing= */ true);
    memory_change_commit(&change, INSERT_APPEND);
    return count;
}

/* ---- rows by their numbers: versions make it safe to read the table meanwhile ---- */

/* Those of the batch's rows that are there still, and new ones (NULL), are selected; the old ones are gone then. */
static size_t rows_take(MemoryChange *change, const Batch *batch, uint16_t *selection)
{
    const Vector *numbers = batch->columns[0];
    size_t count = 0;
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t row = batch_row(batch, i);
        if (vector_is_null(numbers, row) ||
            memory_change_delete(change, (MemoryRow)VECTOR_DATA(numbers, int64_t)[vector_index(numbers, row)]))
            selection[count++] = (uint16_t)row;
    }
    return count;
}

uint64_t memory_delete_rows(TableProvider *base, const Context *context, BatchStream *rows)
{
    MemoryChange change;
    memory_change_begin(&change, (MemoryTable *)base, context, /* from_nothing= */ false);
    uint16_t selection[BATCH_SIZE];
    uint64_t count = 0;
    Batch *batch;
    while ((batch = stream_next(rows)) != NULL)
        count += rows_take(&change, batch, selection);
    memory_change_commit(&change, INSERT_APPEND);
    return count;
}

uint64_t memory_update_rows(TableProvider *base, const Context *context, const size_t *columns, size_t column_count,
                            BatchStream *rows)
{
    (void)columns, (void)column_count; /* every changed row is written anew */
    MemoryChange change;
    memory_change_begin(&change, (MemoryTable *)base, context, /* from_nothing= */ false);
    uint16_t selection[BATCH_SIZE];
    Batch *batch;
    while ((batch = stream_next(rows)) != NULL) {
        size_t count = rows_take(&change, batch, selection);
        if (count > 0)
            memory_change_add(&change, batch->columns + 1, selection, count);
    }
    return memory_change_commit(&change, INSERT_APPEND);
}

uint64_t memory_merge_rows(TableProvider *base, const Context *context, const size_t *columns, size_t column_count,
                           BatchStream *rows)
{
    (void)columns, (void)column_count;
    MemoryChange change;
    memory_change_begin(&change, (MemoryTable *)base, context, /* from_nothing= */ false);
    uint16_t selection[BATCH_SIZE];
    uint64_t gone_count = 0;
    Batch *batch;
    while ((batch = stream_next(rows)) != NULL) {
        const Vector *is_gone = batch->columns[batch->column_count - 1];
        size_t count = rows_take(&change, batch, selection), kept = 0;
        for (size_t i = 0; i < count; i++)
            if (!VECTOR_DATA(is_gone, bool)[vector_index(is_gone, selection[i])])
                selection[kept++] = selection[i];
        gone_count += count - kept;
        if (kept > 0)
            memory_change_add(&change, batch->columns + 1, selection, kept);
    }
    return gone_count + memory_change_commit(&change, INSERT_APPEND);
}
