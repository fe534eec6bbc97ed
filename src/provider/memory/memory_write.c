/* provider/memory/memory_write.c: INSERT, DELETE, UPDATE and TRUNCATE, each as one change. */
#include "base/error.h"
#include "expr/evaluator.h"
#include "provider/memory/memory_change.h"
#include "provider/memory/memory_reader.h"

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

/* ---- DELETE and UPDATE: rows of the table as it was, one chunk after the other ---- */

typedef struct RowChange {
    MemoryChange change;
    MemoryReader *reader;
    Evaluator *filter;
    uint16_t selection[BATCH_SIZE];
    uint64_t count;
    /* UPDATE */
    Evaluator *values;
    const size_t *columns; /* that are assigned */
    size_t column_count;
    Vector **row; /* the new rows: of all columns */
} RowChange;

static RowChange *row_change_begin(TableProvider *base, const Context *context, Expr *const *filters,
                                   size_t filter_count)
{
    MemoryTable *table = (MemoryTable *)base;
    RowChange *self = arena_new(context->arena, RowChange);
    memory_change_begin(&self->change, table, context, /* from_nothing= */ false);
    Arena *arena = self->change.arena;
    size_t *columns = arena_array(arena, size_t, table->schema->column_count);
    for (size_t c = 0; c < table->schema->column_count; c++)
        columns[c] = c;
    self->reader = memory_reader_new(arena, table->schema, table->version, columns, table->schema->column_count);
    self->filter = evaluator_new(arena, context, filters, filter_count);
    return self;
}

static void delete_visit(void *user, Batch *batch)
{
    RowChange *self = user;
    evaluator_filter(self->filter, batch, self->selection);
    for (size_t i = 0; i < batch->row_count; i++)
        memory_change_delete(&self->change, self->reader->first_row + batch_row(batch, i));
    self->count += batch->row_count;
}

uint64_t memory_delete_from(TableProvider *base, const Context *context, Expr *const *filters, size_t filter_count)
{
    RowChange *self = row_change_begin(base, context, filters, filter_count);
    memory_reader_each(self->reader, context, delete_visit, self);
    memory_change_commit(&self->change, INSERT_APPEND);
    return self->count;
}

static void assigned_check_nulls(const RowChange *self, const Batch *batch)
{
    for (size_t i = 0; i < self->column_count; i++) {
        const Column *column = &self->change.table->schema->columns[self->columns[i]];
        const Vector *value = self->row[self->columns[i]];
        if (column->is_nullable || !vector_may_have_nulls(value))
            continue;
        for (size_t r = 0; r < batch->row_count; r++)
            if (vector_is_null(value, batch_row(batch, r)))
                error_raise(ERROR_NOT_NULL_VIOLATION, NO_POSITION,
                            "null value in column \"%s\" violates not-null constraint", column->name);
    }
}

static void update_visit(void *user, Batch *batch)
{
    RowChange *self = user;
    if (evaluator_filter(self->filter, batch, self->selection) == 0)
        return;
    for (size_t c = 0; c < batch->column_count; c++)
        self->row[c] = batch->columns[c];
    for (size_t i = 0; i < self->column_count; i++)
        self->row[self->columns[i]] = evaluator_value(self->values, i, batch);
    assigned_check_nulls(self, batch);
    for (size_t i = 0; i < batch->row_count; i++)
        memory_change_delete(&self->change, self->reader->first_row + batch_row(batch, i));
    memory_change_add(&self->change, self->row, batch->selection, batch->row_count);
    self->count += batch->row_count;
}

uint64_t memory_update(TableProvider *base, const Context *context, const size_t *columns, Expr *const *values,
                       size_t column_count, Expr *const *filters, size_t filter_count)
{
    RowChange *self = row_change_begin(base, context, filters, filter_count);
    self->columns = columns;
    self->column_count = column_count;
    self->values = evaluator_new(self->change.arena, context, values, column_count);
    self->row = arena_array(self->change.arena, Vector *, self->change.table->schema->column_count);
    memory_reader_each(self->reader, context, update_visit, self);
    memory_change_commit(&self->change, INSERT_APPEND);
    return self->count;
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
