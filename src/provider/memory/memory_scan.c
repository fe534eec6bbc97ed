/* provider/memory/memory_scan.c: describing a read of a table, and the cursors that do it.
 *
 *   row groups that may match ─▶ chunks ─▶ filters, pushed and dynamic ones, narrow the selection ─▶ batch
 *   a whole key in the filters ─▶ the one row that the index knows
 *
 * An execution reads the version that is the newest when it begins. The cursors of a reading share the row groups: each
 * takes the next part of one, a morsel, that no other has taken. */
#include <inttypes.h>

#include "base/error.h"
#include "base/text.h"
#include "provider/memory/memory_bounds.h"
#include "provider/memory/memory_columns.h"
#include "provider/memory/memory_order.h"
#include "provider/memory/memory_reader.h"
#include "provider/memory/memory_unique.h"
#include "provider/scan_filter.h"

/* A part of a row group: what a cursor takes at once. */
enum { MORSEL_ROWS = 20 * BATCH_SIZE, GROUP_MORSELS = MEMORY_GROUP_ROWS / MORSEL_ROWS };
_Static_assert(GROUP_MORSELS *MORSEL_ROWS == MEMORY_GROUP_ROWS, "morsels fill a group");

typedef struct MemoryScan {
    Scan base; /* first, so that a Scan * can be cast back */
    const MemoryTable *table;
    MemoryVersion *version; /* that an execution reads: its arena has a share */
    size_t slice_count;     /* when it was described */
    MemoryColumns columns;
    size_t filter_count;
    Expr **filters;        /* over `columns`; without those that name the key */
    Expr **table_filters;  /* the same over the schema */
    Expr **settled;        /* the same with parameters as constants, while an execution lasts */
    const Constraint *key; /* the filters name one value for each of its columns; or NULL */
    size_t key_index;
    const Expr **key_values;
    size_t limit;
    size_t dynamic_count;
    const size_t *dynamic_columns; /* over the schema */
    size_t *dynamic_places;        /* the same over `columns` */
    _Atomic uint64_t skipped_count, row_count, dropped_count;
} MemoryScan;

typedef struct MemoryReading {
    _Atomic size_t next_morsel;
    const DynamicFilter *const *dynamics; /* NULL: nothing will be known of them */
} MemoryReading;

typedef struct MemoryCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    MemoryScan *scan;
    MemoryReading *reading;
    const Context *context;
    Arena *arena;
    MemoryReader *reader;
    ScanFilter *filter; /* NULL: neither filters nor dynamic ones */
    Batch *output;
    size_t slice_index;
    size_t row, end; /* of the slice: what is left of the morsel */
    size_t batch_size;
    size_t limit_left;
    uint64_t row_count, dropped_count; /* of the morsel: threads share the scan's, so they seldom add to them */
    bool is_open;
} MemoryCursor;

/* ---- reading ---- */

static void cursor_open(MemoryCursor *cursor)
{
    MemoryScan *scan = cursor->scan;
    cursor->is_open = true;
    cursor->reader =
        memory_reader_new(cursor->arena, scan->table->schema, scan->version, scan->columns.items, scan->columns.count);
    cursor->output = batch_new_empty(cursor->arena, scan->base.schema->column_count);
    for (size_t c = 0; c < cursor->output->column_count; c++)
        cursor->output->columns[c] = cursor->reader->batch->columns[c];
    if (scan->filter_count || (scan->dynamic_count && cursor->reading->dynamics))
        cursor->filter = scan_filter_new(cursor->arena, cursor->context, scan->filters, scan->filter_count,
                                         cursor->reading->dynamics, scan->dynamic_places, scan->dynamic_count);
    cursor->batch_size = batch_rows_that_fit(cursor->context, 0); /* views take nothing */
}

static const DynamicSnapshot *reading_newest(const MemoryReading *reading, size_t dynamic)
{
    return reading->dynamics ? dynamic_filter_newest(reading->dynamics[dynamic]) : NULL;
}

static bool slice_may_match(const MemoryCursor *cursor, const MemorySlice *slice)
{
    const MemoryScan *scan = cursor->scan;
    for (size_t i = 0; i < scan->filter_count; i++)
        if (!memory_group_may_match(slice->group, scan->settled[i]))
            return false;
    for (size_t i = 0; i < scan->dynamic_count; i++) {
        const DynamicSnapshot *snapshot = reading_newest(cursor->reading, i);
        if (snapshot && !memory_group_may_be_wanted(slice->group, scan->dynamic_columns[i], snapshot))
            return false;
    }
    return true;
}

/* The one row that the index names, as a morsel of its own. */
static bool cursor_take_key(MemoryCursor *cursor)
{
    const MemoryScan *scan = cursor->scan;
    MemoryRow row;
    if (atomic_fetch_add(&cursor->reading->next_morsel, 1) > 0)
        return false;
    Value *values = arena_array(cursor->arena, Value, scan->key->column_count);
    for (size_t i = 0; i < scan->key->column_count; i++)
        values[i] = *expr_fixed_value(scan->key_values[i]);
    if (!memory_unique_find(scan->table, scan->version, scan->key_index, cursor->arena, values, &row))
        return false;
    cursor->slice_index = row / MEMORY_GROUP_ROWS;
    cursor->row = row % MEMORY_GROUP_ROWS;
    cursor->end = cursor->row + 1;
    return true;
}

static void cursor_count(MemoryCursor *cursor)
{
    atomic_fetch_add_explicit(&cursor->scan->row_count, cursor->row_count, memory_order_relaxed);
    atomic_fetch_add_explicit(&cursor->scan->dropped_count, cursor->dropped_count, memory_order_relaxed);
    cursor->row_count = cursor->dropped_count = 0;
}

/* What a row counts for in Scan.work: the bytes of its columns, roughly. */
static uint64_t cursor_row_work(const MemoryScan *scan)
{
    return 8 * (scan->columns.count + 1);
}

/* The next morsel that may hold rows; false when all are taken. */
static bool cursor_take_morsel(MemoryCursor *cursor)
{
    MemoryScan *scan = cursor->scan;
    const MemoryVersion *version = scan->version;
    cursor_count(cursor);
    if (scan->key)
        return cursor_take_key(cursor);
    while (true) {
        size_t morsel = atomic_fetch_add(&cursor->reading->next_morsel, 1);
        if (morsel / GROUP_MORSELS >= version->slice_count)
            return false;
        const MemorySlice *slice = &version->slices[morsel / GROUP_MORSELS];
        size_t first = morsel % GROUP_MORSELS * MORSEL_ROWS;
        if (first >= slice->row_count)
            continue;
        cursor->row = first;
        cursor->end = slice->row_count - first < MORSEL_ROWS ? slice->row_count : first + MORSEL_ROWS;
        progress_part_add(scan->base.progress, (cursor->end - first) * cursor_row_work(scan));
        if (!slice_may_match(cursor, slice)) {
            atomic_fetch_add(&scan->skipped_count, first == 0);
            continue;
        }
        cursor->base.morsel = morsel;
        cursor->slice_index = morsel / GROUP_MORSELS;
        return true;
    }
}

/* What is read at once: within a chunk, and without filters no more than the limit asks for. */
static size_t cursor_part_end(const MemoryCursor *cursor)
{
    size_t size = cursor->batch_size, end = memory_chunk_end(cursor->row);
    if (cursor->filter == NULL && cursor->limit_left < size)
        size = cursor->limit_left;
    if (end > cursor->end)
        end = cursor->end;
    return end - cursor->row < size ? end : cursor->row + size;
}

static Batch *cursor_read(MemoryCursor *cursor)
{
    size_t end = cursor_part_end(cursor);
    Batch *input = memory_reader_read(cursor->reader, cursor->slice_index, cursor->row, end);
    cursor->row = end;
    size_t row_count = input->row_count;
    cursor->row_count += row_count;
    if (cursor->filter)
        scan_filter_narrow(cursor->filter, input);
    cursor->dropped_count += row_count - input->row_count;
    cursor->output->row_count = input->row_count;
    cursor->output->vector_size = input->vector_size;
    cursor->output->selection = input->selection;
    cursor->output->morsel = cursor->base.morsel;
    return cursor->output;
}

static Batch *cursor_next(BatchStream *stream)
{
    MemoryCursor *cursor = (MemoryCursor *)stream;
    if (!cursor->is_open)
        cursor_open(cursor);
    while (cursor->limit_left > 0) {
        context_check(cursor->context);
        if (cursor->row >= cursor->end && !cursor_take_morsel(cursor))
            break;
        if (cursor->row >= cursor->end)
            continue;
        Batch *batch = cursor_read(cursor);
        if (batch->row_count == 0)
            continue;
        if (cursor->limit_left != NO_LIMIT)
            cursor->limit_left -= batch->row_count < cursor->limit_left ? batch->row_count : cursor->limit_left;
        return batch;
    }
    cursor->limit_left = 0;
    cursor_count(cursor);
    return NULL;
}

static void cursor_close(BatchStream *stream)
{
    cursor_count((MemoryCursor *)stream);
}

static void version_release(void *version)
{
    memory_version_unref(version);
}

static void execution_begin(Scan *base, Arena *arena)
{
    MemoryScan *scan = (MemoryScan *)base;
    scan->version = memory_version_ref(scan->table->version);
    arena_own(arena, scan->version, version_release);
    base->work = scan->key ? 0 : memory_version_row_count(scan->version) * cursor_row_work(scan);
    scan->settled = arena_array(arena, Expr *, scan->filter_count);
    for (size_t i = 0; i < scan->filter_count; i++)
        scan->settled[i] = expr_settle(arena, scan->table_filters[i]);
}

static void *scan_reading_new(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    (void)scan, (void)context;
    MemoryReading *reading = arena_new(arena, MemoryReading);
    reading->dynamics = dynamics;
    return reading;
}

static BatchStream *scan_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    MemoryCursor *cursor = arena_new(arena, MemoryCursor);
    cursor->base = (BatchStream){.schema = base->schema, .next = cursor_next, .close = cursor_close};
    cursor->scan = (MemoryScan *)base;
    cursor->reading = reading;
    cursor->context = context;
    cursor->arena = arena;
    cursor->limit_left = cursor->scan->limit;
    return &cursor->base;
}

/* ---- describing ---- */

void memory_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                      FilterPushdown *ret_answers)
{
    (void)
        table; /* filters are run by the engine's own evaluator, over its own values: they mean what they mean above */
    for (size_t i = 0; i < filter_count; i++)
        ret_answers[i] = expr_is_volatile(filters[i]) || expr_can_fail(filters[i]) ? FILTER_UNSUPPORTED : FILTER_EXACT;
}

/* The constant or parameter that a filter wants of a column, or NULL. */
static const Expr *filters_value(const ScanArgs *args, size_t wanted)
{
    for (size_t i = 0; i < args->filter_count; i++) {
        ColumnId column;
        const Expr *value;
        if (memory_filter_is_equality(args->filters[i], &column, &value) && column == wanted)
            return value;
    }
    return NULL;
}

static void scan_take_key(MemoryScan *scan, const ScanArgs *args)
{
    for (size_t k = 0; k < scan->table->key_count && scan->key == NULL; k++) {
        const Constraint *key = scan->table->keys[k];
        if (key->predicate)
            continue;
        scan->key_values = arena_array(args->arena, const Expr *, key->column_count);
        size_t found = 0;
        for (; found < key->column_count; found++) {
            scan->key_values[found] = filters_value(args, key->columns[found]);
            if (scan->key_values[found] == NULL)
                break;
        }
        if (found < key->column_count)
            continue;
        scan->key = key;
        scan->key_index = k;
    }
}

/* Whether the filter is one of those that the lookup stands for. */
static bool key_is_named_by(const MemoryScan *scan, const Expr *filter)
{
    ColumnId column;
    const Expr *value;
    if (scan->key == NULL || !memory_filter_is_equality(filter, &column, &value))
        return false;
    for (size_t i = 0; i < scan->key->column_count; i++)
        if (scan->key->columns[i] == column && scan->key_values[i] == value)
            return true;
    return false;
}

static void scan_take_filters(MemoryScan *scan, const ScanArgs *args)
{
    scan->filters = arena_array(args->arena, Expr *, args->filter_count);
    scan->table_filters = arena_array(args->arena, Expr *, args->filter_count);
    for (size_t i = 0; i < args->filter_count; i++) {
        if (key_is_named_by(scan, args->filters[i]))
            continue;
        scan->table_filters[scan->filter_count] = args->filters[i];
        scan->filters[scan->filter_count++] = memory_columns_take(&scan->columns, args->arena, args->filters[i]);
    }
}

static void scan_take_dynamics(MemoryScan *scan, const ScanArgs *args)
{
    scan->dynamic_count = args->dynamic_count;
    scan->dynamic_columns = args->dynamic_columns;
    scan->dynamic_places = arena_array(args->arena, size_t, args->dynamic_count);
    for (size_t i = 0; i < args->dynamic_count; i++) {
        size_t *place = &scan->dynamic_places[i];
        while (*place < args->projection_count && scan->columns.items[*place] != args->dynamic_columns[i])
            ++*place;
        if (*place == args->projection_count) /* who wants a condition on a column reads it too */
            error_raise(ERROR_INTERNAL, NO_POSITION, "a dynamic filter on a column that is not read");
    }
}

static void scan_explain(Scan *base, Text *text)
{
    const MemoryScan *scan = (MemoryScan *)base;
    if (scan->key == NULL) {
        text_add_format(text, "row groups: %zu\n", scan->slice_count);
        return;
    }
    text_add(text, "key lookup: (");
    for (size_t i = 0; i < scan->key->column_count; i++)
        text_add_format(text, "%s%s", i ? ", " : "", scan->table->schema->columns[scan->key->columns[i]].name);
    text_add(text, ") = (");
    for (size_t i = 0; i < scan->key->column_count; i++) {
        text_add(text, i ? ", " : "");
        expr_print(scan->key_values[i], text, NULL, NULL);
    }
    text_add(text, ")\n");
}

static void scan_explain_analyze(Scan *base, Text *text)
{
    MemoryScan *scan = (MemoryScan *)base;
    if (scan->key == NULL)
        text_add_format(text, "row groups skipped: %" PRIu64 " of %zu\n", atomic_load(&scan->skipped_count),
                        scan->slice_count);
    text_add_format(text, "rows read: %" PRIu64 "\n", atomic_load(&scan->row_count));
    if (scan->filter_count || scan->dynamic_count)
        text_add_format(text, "rows dropped by filters: %" PRIu64 "\n", atomic_load(&scan->dropped_count));
}

/* What will come; nobody knows how many rows the filters leave, but of a key there is one. */
static Statistics *scan_statistics(const MemoryScan *scan, const ScanArgs *args)
{
    Statistics *statistics = memory_version_statistics(scan->table, scan->table->version, args->arena);
    ColumnStatistics *columns = arena_array(args->arena, ColumnStatistics, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        if (args->projection[i] < statistics->column_count) /* of row numbers nothing is known */
            columns[i] = statistics->columns[args->projection[i]];
    statistics->column_count = args->projection_count;
    statistics->columns = columns;
    if (args->filter_count == 0 && scan->limit == NO_LIMIT && !args->is_kept)
        return statistics;
    uint64_t most = scan->key ? 1 : scan->limit;
    if (statistics->row_count.count > most)
        statistics->row_count.count = most;
    statistics->row_count.precision = statistics->byte_size.precision = PRECISION_ESTIMATE;
    for (size_t i = 0; i < args->projection_count; i++) {
        Precision *precisions[] = {&columns[i].null_count.precision, &columns[i].minimum.precision,
                                   &columns[i].maximum.precision};
        for (size_t p = 0; p < 3; p++)
            if (*precisions[p] == PRECISION_EXACT)
                *precisions[p] = PRECISION_ESTIMATE;
    }
    return statistics;
}

/* Whether the wanted order is the one that the rows are in, and stay in. */
static bool rows_are_ordered(const MemoryTable *table, const ScanArgs *args)
{
    return !args->is_kept && args->order_count == 1 && !args->orders[0].order.is_descending &&
           args->orders[0].column < table->schema->column_count &&
           memory_version_is_ascending(table->version, args->orders[0].column);
}

static Scan *memory_full_scan(TableProvider *base, const ScanArgs *args)
{
    MemoryTable *table = (MemoryTable *)base;
    Arena *arena = args->arena;
    MemoryScan *scan = arena_new(arena, MemoryScan);
    scan->table = table;
    provider_own(arena, provider_ref(base));
    scan->slice_count = table->version->slice_count;
    bool is_ordered = rows_are_ordered(table, args);
    scan->limit = args->order_count == 0 || is_ordered ? args->limit : NO_LIMIT;
    Schema *schema = memory_columns_init(&scan->columns, table->schema, args);
    scan_take_key(scan, args);
    scan_take_filters(scan, args);
    scan_take_dynamics(scan, args);
    scan->base = (Scan){
        .schema = schema,
        .is_ordered = is_ordered,
        .statistics = scan_statistics(scan, args),
        .cursor_limit = scan->key || scan->slice_count == 0 ? 1 : scan->slice_count * GROUP_MORSELS,
        .begin = execution_begin,
        .start = scan_reading_new,
        .open = scan_open,
        .explain = scan_explain,
        .explain_analyze = scan_explain_analyze,
    };
    return &scan->base;
}

Scan *memory_scan(TableProvider *base, const ScanArgs *args)
{
    Scan *full = memory_full_scan(base, args);
    if (((MemoryScan *)full)->key || (full->is_ordered && args->filter_count == 0))
        return full;
    Scan *scan = memory_index_scan((MemoryTable *)base, args, full);
    return scan ? scan : full;
}
