/* engine/rows_table.c: rows that are there already as a table. */
#include "engine/rows_table.h"

#include "base/array.h"

typedef struct RowsTable {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    const Schema *schema;
    ARRAY(Batch *) batches;
} RowsTable;

static const Schema *rows_table_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return ((RowsTable *)table)->schema;
}

typedef struct RowsScan {
    Scan base;
    const RowsTable *table;
    size_t column_count;
    const size_t *columns;
} RowsScan;

typedef struct RowsCursor {
    BatchStream base;
    const RowsScan *scan;
    size_t next;
    Batch *shown;
} RowsCursor;

static Batch *rows_cursor_next(BatchStream *stream)
{
    RowsCursor *cursor = (RowsCursor *)stream;
    const RowsTable *table = cursor->scan->table;
    if (cursor->next == table->batches.count)
        return NULL;
    const Batch *batch = table->batches.items[cursor->next++];
    cursor->shown->row_count = batch->row_count;
    cursor->shown->vector_size = batch->vector_size;
    cursor->shown->selection = batch->selection;
    for (size_t c = 0; c < cursor->scan->column_count; c++)
        cursor->shown->columns[c] = batch->columns[cursor->scan->columns[c]];
    return cursor->shown;
}

static BatchStream *rows_scan_open(Scan *scan, void *reading, Arena *arena, const Context *context)
{
    (void)reading, (void)context;
    RowsCursor *cursor = arena_new(arena, RowsCursor);
    cursor->base = (BatchStream){.schema = scan->schema, .next = rows_cursor_next};
    cursor->scan = (RowsScan *)scan;
    cursor->shown = batch_new_empty(arena, cursor->scan->column_count);
    return &cursor->base;
}

static Scan *rows_table_scan(TableProvider *base, const ScanArgs *args)
{
    RowsScan *scan = arena_new(args->arena, RowsScan);
    scan->table = (RowsTable *)base;
    scan->column_count = args->projection_count;
    scan->columns = arena_copy(args->arena, args->projection, args->projection_count * sizeof *args->projection);
    Schema *schema = schema_new(args->arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = scan->table->schema->columns[args->projection[i]];
    scan->base = (Scan){.schema = schema, .open = rows_scan_open};
    return &scan->base;
}

static void rows_table_release(TableProvider *table)
{
    arena_free(table->arena);
}

static const TableProviderOps rows_table_ops = {
    .format = "session",
    .schema = rows_table_schema,
    .scan = rows_table_scan,
    .release = rows_table_release,
};

TableProvider *rows_table_new(const Context *context, BatchStream *rows)
{
    Arena *arena = arena_new_child(context->arena);
    RowsTable *table = arena_new(arena, RowsTable);
    table->base = (TableProvider){.ops = &rows_table_ops, .share_count = 1, .arena = arena};
    table->schema = rows->schema;
    for (Batch *batch; (batch = stream_next(rows)) != NULL;)
        array_add(arena, &table->batches, batch_ref(arena, batch));
    arena_set_parent(arena, NULL);
    return &table->base;
}
