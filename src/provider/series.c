/* provider/series.c: a table whose rows are counted, not stored. */
#include "provider/series.h"

#include "column/datetime.h"

typedef struct SeriesTable {
    TableProvider base;
    Schema *schema;
    int64_t start, stop;
    int64_t step;      /* of numbers */
    Interval interval; /* of timestamps */
    bool is_temporal;
    bool is_descending;
    bool is_stop_included;
    Statistics statistics;
} SeriesTable;

typedef struct SeriesScan {
    Scan base;
    SeriesTable *table;
    size_t column_count;   /* 0 or 1, or the column more than once */
    _Atomic bool is_taken; /* by the first cursor: there is one order, and counting is cheap */
} SeriesScan;

typedef struct SeriesCursor {
    BatchStream base;
    const SeriesTable *table;
    const Context *context;
    Batch *batch;
    Vector *values;
    int64_t next;
    bool is_done;
} SeriesCursor;

static const Schema *series_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return ((SeriesTable *)table)->schema;
}

/* ---- counting ---- */

static bool series_is_past(const SeriesTable *table, int64_t value)
{
    if (value == table->stop)
        return !table->is_stop_included;
    return table->is_descending ? value < table->stop : value > table->stop;
}

/* False when there is none: it would leave the type's range. */
static bool series_advance(const SeriesTable *table, int64_t value, int64_t *ret_next)
{
    if (table->is_temporal)
        return timestamp_add_interval(value, table->interval, ret_next);
    return !__builtin_add_overflow(value, table->step, ret_next);
}

static Batch *series_next(BatchStream *stream)
{
    SeriesCursor *cursor = (SeriesCursor *)stream;
    size_t count = 0;
    context_check(cursor->context);
    vector_prepare(cursor->values, BATCH_SIZE);
    int64_t *values = cursor->values->data;
    while (count < BATCH_SIZE && !cursor->is_done && !series_is_past(cursor->table, cursor->next)) {
        values[count++] = cursor->next;
        cursor->is_done = !series_advance(cursor->table, cursor->next, &cursor->next);
    }
    for (size_t i = 0; i < cursor->batch->column_count; i++)
        vector_reference(cursor->batch->columns[i], cursor->values);
    cursor->batch->row_count = cursor->batch->vector_size = count;
    return count > 0 ? cursor->batch : NULL;
}

static BatchStream *series_open(Scan *scan, void *reading, Arena *arena, const Context *context)
{
    (void)reading;
    SeriesScan *self = (SeriesScan *)scan;
    SeriesCursor *cursor = arena_new(arena, SeriesCursor);
    cursor->base.schema = scan->schema;
    cursor->base.next = series_next;
    cursor->table = self->table;
    cursor->context = context;
    cursor->batch = batch_new(arena, scan->schema);
    cursor->values = vector_new(arena, self->table->schema->columns[0].type);
    cursor->next = self->table->start;
    cursor->is_done = atomic_exchange(&self->is_taken, true);
    return &cursor->base;
}

static void series_explain(Scan *scan, Text *text)
{
    const SeriesTable *table = ((SeriesScan *)scan)->table;
    if (table->is_temporal)
        return;
    text_add_format(text, "series: %lld to %lld by %lld\n", (long long)table->start, (long long)table->stop,
                    (long long)table->step);
}

static Scan *series_scan(TableProvider *table, const ScanArgs *args)
{
    SeriesTable *self = (SeriesTable *)table;
    SeriesScan *scan = arena_new(args->arena, SeriesScan);
    Schema *schema = schema_new(args->arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = self->schema->columns[0];
    scan->base =
        (Scan){.schema = schema, .statistics = &self->statistics, .open = series_open, .explain = series_explain};
    scan->table = self;
    return &scan->base;
}

static const Statistics *series_statistics(TableProvider *table, const Context *context)
{
    (void)context;
    return &((SeriesTable *)table)->statistics;
}

static void series_release(TableProvider *table)
{
    arena_free(table->arena);
}

static const TableProviderOps series_ops = {
    .format = "series",
    .schema = series_schema,
    .scan = series_scan,
    .statistics = series_statistics,
    .release = series_release,
};

/* ---- making ---- */

static SeriesTable *series_new(const char *column_name, Type type, int64_t start, int64_t stop, bool is_stop_included)
{
    Arena *arena = arena_new_child(NULL);
    SeriesTable *table = arena_new(arena, SeriesTable);
    table->base.ops = &series_ops;
    table->base.arena = arena;
    atomic_init(&table->base.share_count, 1);
    table->schema = schema_new(arena, 1);
    table->schema->columns[0] = (Column){arena_string(arena, column_name), type, /* is_nullable= */ false};
    table->start = start;
    table->stop = stop;
    table->is_stop_included = is_stop_included;
    return table;
}

/* How many numbers there are: exact, so that count(*) needs no scan. */
static uint64_t series_count(const SeriesTable *table)
{
    if (series_is_past(table, table->start))
        return 0;
    uint64_t distance = table->is_descending ? (uint64_t)table->start - (uint64_t)table->stop
                                             : (uint64_t)table->stop - (uint64_t)table->start;
    uint64_t step = table->is_descending ? 0 - (uint64_t)table->step : (uint64_t)table->step;
    if (!table->is_stop_included)
        return (distance - 1) / step + 1;
    return distance / step == UINT64_MAX ? UINT64_MAX : distance / step + 1;
}

TableProvider *series_table_new(const char *column_name, int64_t start, int64_t stop, int64_t step,
                                bool is_stop_included)
{
    SeriesTable *table = series_new(column_name, type_of(TYPE_BIGINT), start, stop, is_stop_included);
    table->step = step;
    table->is_descending = step < 0;
    table->statistics.row_count = (StatisticsCount){PRECISION_EXACT, series_count(table)};
    return &table->base;
}

TableProvider *series_timestamp_table_new(const char *column_name, Type type, int64_t start, int64_t stop,
                                          Interval step, bool is_stop_included)
{
    SeriesTable *table = series_new(column_name, type, start, stop, is_stop_included);
    table->interval = step;
    table->is_temporal = true;
    table->is_descending = step.months < 0 || step.days < 0 || step.microseconds < 0;
    return &table->base;
}
