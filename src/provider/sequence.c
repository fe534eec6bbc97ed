/* provider/sequence.c: a sequence as a table of one row, as PostgreSQL shows it: last_value and is_called. */
#include "provider/sequence.h"

typedef struct SequenceTable {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    Schema *schema;
    Sequence sequence;
} SequenceTable;

typedef struct SequenceScan {
    Scan base;
    SequenceTable *table;
    const size_t *columns;
} SequenceScan;

typedef struct SequenceCursor {
    BatchStream base;
    const SequenceScan *scan;
    Batch *batch;
    bool is_done;
} SequenceCursor;

static const Schema *sequence_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return ((SequenceTable *)table)->schema;
}

static TableType sequence_type(TableProvider *table)
{
    (void)table;
    return TABLE_SEQUENCE;
}

static Batch *sequence_next_batch(BatchStream *stream)
{
    SequenceCursor *cursor = (SequenceCursor *)stream;
    Sequence *sequence = &cursor->scan->table->sequence;
    if (cursor->is_done)
        return NULL;
    cursor->is_done = true;
    pthread_mutex_lock(&sequence->mutex);
    const Value values[] = {value_integer(type_of(TYPE_BIGINT), sequence->value), value_boolean(sequence->is_taken)};
    pthread_mutex_unlock(&sequence->mutex);
    for (size_t c = 0; c < cursor->batch->column_count; c++)
        vector_set_constant(cursor->batch->columns[c], &values[cursor->scan->columns[c]]);
    cursor->batch->row_count = cursor->batch->vector_size = 1;
    return cursor->batch;
}

static BatchStream *sequence_open(Scan *scan, void *reading, Arena *arena, const Context *context)
{
    (void)reading, (void)context;
    SequenceCursor *cursor = arena_new(arena, SequenceCursor);
    cursor->base = (BatchStream){.schema = scan->schema, .next = sequence_next_batch};
    cursor->scan = (SequenceScan *)scan;
    cursor->batch = batch_new(arena, scan->schema);
    return &cursor->base;
}

static Scan *sequence_scan(TableProvider *table, const ScanArgs *args)
{
    SequenceTable *self = (SequenceTable *)table;
    SequenceScan *scan = arena_new(args->arena, SequenceScan);
    scan->table = self;
    scan->columns = arena_copy(args->arena, args->projection, args->projection_count * sizeof *args->projection);
    Schema *schema = schema_new(args->arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = self->schema->columns[args->projection[i]];
    scan->base = (Scan){.schema = schema, .open = sequence_open};
    return &scan->base;
}

static void sequence_release(TableProvider *table)
{
    pthread_mutex_destroy(&((SequenceTable *)table)->sequence.mutex);
    arena_free(table->arena);
}

static const TableProviderOps sequence_ops = {
    .format = "sequence",
    .schema = sequence_schema,
    .table_type = sequence_type,
    .scan = sequence_scan,
    .release = sequence_release,
};

TableProvider *sequence_table_new(const Context *context, const char *name, const SequenceDefinition *definition,
                                  LastValue *last)
{
    Arena *arena = arena_new_child(context->arena);
    SequenceTable *table = arena_new(arena, SequenceTable);
    table->base = (TableProvider){.ops = &sequence_ops, .share_count = 1, .arena = arena};
    table->schema = schema_new(arena, 2);
    table->schema->columns[0] = (Column){"last_value", type_of(TYPE_BIGINT), /* is_nullable= */ false};
    table->schema->columns[1] = (Column){"is_called", type_of(TYPE_BOOLEAN), /* is_nullable= */ false};
    sequence_init(&table->sequence, arena_string(arena, name), definition, last);
    arena_set_parent(arena, NULL);
    return &table->base;
}

Sequence *table_sequence(TableProvider *table)
{
    return table->ops == &sequence_ops ? &((SequenceTable *)table)->sequence : NULL;
}
