/* provider/memory/memory_index_scan.c: rows through an ordered index: those whose keys lie between two bounds, in the
 * order of the keys.
 *
 *   a = 1 AND b > 5 over (a, b)     low  1 5     the first entry that is not before it
 *                                   high 1       the last entry that begins with it
 *
 * The bounds may let more through than the filters do: each row is looked at by all of them. Rows are fetched one by
 * one, which costs some forty times what a row costs that is merely passed: so an index is taken for few rows only.
 * Where the bounds come from parameters, each execution decides that anew, and may read without the index. */
#include <inttypes.h>

#include "base/text.h"
#include "expr/evaluator.h"
#include "expr/function.h"
#include "provider/memory/memory_columns.h"
#include "provider/memory/memory_index.h"
#include "provider/memory/memory_order.h"
#include "provider/memory/memory_reader.h"

enum { ROW_COST = 40 };

typedef struct IndexRange {
    const Index *index;
    size_t number;      /* of the index in the table */
    size_t equal_count; /* keys that are given one value */
    uint8_t *low, *high;
    size_t low_size, high_size;
    size_t filter_count; /* that the bounds come from */
    const Expr **filters;
    uint64_t row_count; /* entries within */
} IndexRange;

typedef struct IndexScan {
    Scan base; /* first, so that a Scan * can be cast back */
    const MemoryTable *table;
    IndexRange described;
    /* while an execution lasts: */
    MemoryVersion *version; /* its arena has a share */
    IndexRange range;
    bool uses_full;       /* instead of the index */
    Scan *full;           /* the same without it, for executions whose range is large; or NULL */
    Expr **table_filters; /* over the schema */
    bool is_backward;
    MemoryColumns columns; /* fetched */
    size_t filter_count;
    Expr **filters; /* over `columns` */
    size_t limit;
    _Atomic uint64_t read_count;
} IndexScan;

/* ---- what the filters say of an index's keys ---- */

/* The sign of key `sign` value, the sign as if the key stood left; NULL: the filter is something else. Nothing is less
 * than NULL, or equal: what bounds it gives does not matter. */
static const char *filter_sign(const Expr *filter, const IndexKey *key, const Value **ret_value)
{
    static const char *const signs[] = {"=", "<", "<=", ">", ">="};
    if (filter->kind != EXPR_CALL || filter->argument_count != 2 || !expr_is_fixed(filter->arguments[1]) ||
        !expr_equal(filter->arguments[0], key->expr) || !type_equal(filter->arguments[1]->type, key->expr->type) ||
        !type_equal(expr_fixed_value(filter->arguments[1])->type, key->expr->type))
        return NULL;
    *ret_value = expr_fixed_value(filter->arguments[1]);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(filter->function->name, signs[i]) == 0)
            return signs[i];
    return NULL;
}

static void bytes_add(Arena *arena, uint8_t **bytes, size_t *size, const uint8_t *more, size_t more_size)
{
    uint8_t *grown = arena_allocate(arena, *size + more_size);
    memcpy(grown, *bytes, *size);
    memcpy(grown + *size, more, more_size);
    *bytes = grown;
    *size += more_size;
}

/* key = value */
static bool range_add_equality(IndexRange *range, const IndexKey *key, Expr *const *filters, size_t filter_count,
                               Arena *arena)
{
    for (size_t i = 0; i < filter_count; i++) {
        const Value *value;
        uint8_t *encoded;
        const char *sign = filter_sign(filters[i], key, &value);
        if (sign == NULL || strcmp(sign, "=") != 0)
            continue;
        size_t size = sort_key_encode_value(value, key->order, arena, &encoded);
        bytes_add(arena, &range->low, &range->low_size, encoded, size);
        bytes_add(arena, &range->high, &range->high_size, encoded, size);
        range->filters[range->filter_count++] = filters[i];
        range->equal_count++;
        return true;
    }
    return false;
}

/* Bounds of the key behind those that are given one value. A byte in front of each value says that it is no NULL: where
 * one side is open, that byte alone leaves NULLs out. */
static void range_add_bounds(IndexRange *range, const IndexKey *key, Expr *const *filters, size_t filter_count,
                             Arena *arena)
{
    uint8_t *bounds[2] = {NULL, NULL}, *encoded = NULL; /* low, high */
    size_t sizes[2] = {0, 0};
    for (size_t i = 0; i < filter_count; i++) {
        const Value *value;
        const char *sign = filter_sign(filters[i], key, &value);
        if (sign == NULL || *sign == '=')
            continue;
        size_t side = (*sign == '<') != key->order.is_descending;
        if (bounds[side])
            continue;
        sizes[side] = sort_key_encode_value(value, key->order, arena, &encoded);
        bounds[side] = encoded;
        range->filters[range->filter_count++] = filters[i];
    }
    if (encoded == NULL)
        return;
    bytes_add(arena, &range->low, &range->low_size, bounds[0] ? bounds[0] : encoded, bounds[0] ? sizes[0] : 1);
    bytes_add(arena, &range->high, &range->high_size, bounds[1] ? bounds[1] : encoded, bounds[1] ? sizes[1] : 1);
}

static void run_bounds(const IndexRange *range, const MemoryRun *run, size_t *ret_first, size_t *ret_end)
{
    *ret_first = memory_run_find(run, range->low, range->low_size, /* is_behind= */ false);
    *ret_end = memory_run_find(run, range->high, range->high_size, /* is_behind= */ true);
    if (*ret_end < *ret_first)
        *ret_end = *ret_first;
}

static IndexRange range_new(const MemoryTable *table, Expr *const *filters, size_t filter_count, size_t number,
                            Arena *arena)
{
    IndexRange range = {.index = memory_table_index(table, number), .number = number};
    range.filters = arena_array(arena, const Expr *, filter_count);
    range.low = range.high = arena_allocate(arena, 1);
    size_t k = 0;
    while (k < range.index->key_count &&
           range_add_equality(&range, &range.index->keys[k], filters, filter_count, arena))
        k++;
    if (k < range.index->key_count)
        range_add_bounds(&range, &range.index->keys[k], filters, filter_count, arena);
    const MemoryIndex *index = table->version->indexes[number];
    for (size_t r = 0; r < index->run_count; r++) {
        size_t first, end;
        run_bounds(&range, index->runs[r], &first, &end);
        range.row_count += end - first;
    }
    return range;
}

/* ---- whether the entries have the wanted order ---- */

static bool key_is_column(const IndexKey *key, size_t column)
{
    return key->expr->kind == EXPR_COLUMN && key->expr->column == column;
}

static bool column_is_fixed(const IndexRange *range, size_t column)
{
    for (size_t k = 0; k < range->equal_count; k++)
        if (key_is_column(&range->index->keys[k], column))
            return true;
    return false;
}

/* Forwards, or, when every key has the opposite order, backwards. */
static bool range_has_order(const MemoryTable *table, const IndexRange *range, const ScanArgs *args, bool *ret_backward)
{
    size_t k = range->equal_count;
    bool is_first = true;
    *ret_backward = false;
    for (size_t i = 0; i < args->order_count; i++) {
        const ScanOrder *wanted = &args->orders[i];
        if (column_is_fixed(range, wanted->column))
            continue;
        if (k == range->index->key_count || !key_is_column(&range->index->keys[k], wanted->column))
            return false;
        SortOrder order = range->index->keys[k++].order;
        bool is_opposite = order.is_descending != wanted->order.is_descending;
        bool has_nulls = table->schema->columns[wanted->column].is_nullable;
        if (has_nulls && (order.nulls_first != wanted->order.nulls_first) != is_opposite)
            return false;
        if (!is_first && is_opposite != *ret_backward)
            return false;
        *ret_backward = is_opposite;
        is_first = false;
    }
    return args->order_count > 0;
}

/* ---- reading: the runs' entries, merged ---- */

typedef struct RunPlace {
    const MemoryRun *run;
    size_t next, end; /* backwards: next is behind the one that comes */
} RunPlace;

typedef struct IndexCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    IndexScan *scan;
    const Context *context;
    Arena *arena;
    bool is_open;
    size_t run_count;
    RunPlace *runs;
    Batch *fetched, *output;
    Evaluator *evaluator;
    size_t batch_size, limit_left;
    uint16_t selection[BATCH_SIZE];
} IndexCursor;

/* DECIMAL: as wide as the widest group has it. */
static Physical column_physical(const IndexCursor *cursor, size_t column)
{
    const MemoryVersion *version = cursor->scan->version;
    Physical physical = type_physical(cursor->scan->table->schema->columns[column].type);
    for (size_t s = 0; s < version->slice_count; s++) {
        const Vector *values = version->slices[s].group->columns[column].values;
        if (s == 0 || values->physical == PHYSICAL_I128)
            physical = values->physical;
    }
    return physical;
}

static void cursor_open(IndexCursor *cursor)
{
    const IndexScan *scan = cursor->scan;
    const MemoryIndex *index = scan->version->indexes[scan->range.number];
    cursor->is_open = true;
    cursor->runs = arena_array(cursor->arena, RunPlace, index->run_count);
    cursor->run_count = index->run_count;
    for (size_t r = 0; r < index->run_count; r++) {
        RunPlace *place = &cursor->runs[r];
        place->run = index->runs[r];
        run_bounds(&scan->range, place->run, &place->next, &place->end);
        if (scan->is_backward) {
            size_t first = place->next;
            place->next = place->end;
            place->end = first;
        }
    }
    cursor->fetched = batch_new_empty(cursor->arena, scan->columns.count);
    for (size_t c = 0; c < scan->columns.count; c++) {
        bool is_number = scan->columns.items[c] == scan->table->schema->column_count;
        cursor->fetched->columns[c] =
            vector_new(cursor->arena,
                       is_number ? type_of(TYPE_BIGINT) : scan->table->schema->columns[scan->columns.items[c]].type);
    }
    cursor->output = batch_new_empty(cursor->arena, scan->base.schema->column_count);
    for (size_t c = 0; c < cursor->output->column_count; c++)
        cursor->output->columns[c] = cursor->fetched->columns[c];
    if (scan->filter_count)
        cursor->evaluator = evaluator_new(cursor->arena, cursor->context, scan->filters, scan->filter_count);
}

/* The next entry of all runs; false at the end. */
static bool cursor_next_row(IndexCursor *cursor, MemoryRow *ret_row)
{
    bool is_backward = cursor->scan->is_backward;
    RunPlace *best = NULL;
    for (size_t r = 0; r < cursor->run_count; r++) {
        RunPlace *place = &cursor->runs[r];
        if (place->next == place->end)
            continue;
        if (best) {
            int order = memory_run_compare(place->run, place->next - is_backward, best->run, best->next - is_backward);
            if (is_backward ? order < 0 : order > 0)
                continue;
        }
        best = place;
    }
    if (best == NULL)
        return false;
    *ret_row = memory_run_row(best->run, best->next - is_backward);
    best->next += is_backward ? (size_t)-1 : 1;
    return true;
}

static void cursor_fetch(IndexCursor *cursor, size_t place, MemoryRow row)
{
    const IndexScan *scan = cursor->scan;
    const MemoryGroup *group = scan->version->slices[row / MEMORY_GROUP_ROWS].group;
    for (size_t c = 0; c < scan->columns.count; c++) {
        Vector *target = cursor->fetched->columns[c];
        if (scan->columns.items[c] == scan->table->schema->column_count)
            VECTOR_DATA(target, int64_t)[place] = (int64_t)row;
        else
            vector_copy(target, place, group->columns[scan->columns.items[c]].values, row % MEMORY_GROUP_ROWS, 1);
    }
}

/* Up to `most` rows. */
static Batch *cursor_read(IndexCursor *cursor, size_t most)
{
    IndexScan *scan = cursor->scan;
    for (size_t c = 0; c < scan->columns.count; c++) {
        if (scan->columns.items[c] == scan->table->schema->column_count)
            vector_prepare(cursor->fetched->columns[c], most);
        else
            vector_prepare_as(cursor->fetched->columns[c], cursor->fetched->columns[c]->type,
                              column_physical(cursor, scan->columns.items[c]), most);
    }
    size_t count = 0;
    MemoryRow row;
    while (count < most && cursor_next_row(cursor, &row))
        if (memory_version_has(scan->version, row))
            cursor_fetch(cursor, count++, row);
    atomic_fetch_add_explicit(&scan->read_count, count, memory_order_relaxed);
    Batch *fetched = cursor->fetched;
    fetched->row_count = fetched->vector_size = count;
    fetched->selection = NULL;
    if (cursor->evaluator && count > 0)
        evaluator_filter(cursor->evaluator, fetched, cursor->selection);
    cursor->output->row_count = fetched->row_count;
    cursor->output->vector_size = fetched->vector_size;
    cursor->output->selection = fetched->selection;
    return count > 0 ? cursor->output : NULL;
}

static Batch *cursor_next(BatchStream *stream)
{
    IndexCursor *cursor = (IndexCursor *)stream;
    enum { MOST_GROWTH = 8 };
    if (!cursor->is_open)
        cursor_open(cursor);
    while (cursor->limit_left > 0) {
        context_check(cursor->context);
        size_t most = cursor->limit_left < cursor->batch_size ? cursor->limit_left : cursor->batch_size;
        Batch *batch = cursor_read(cursor, most);
        if (batch == NULL)
            return NULL;
        cursor->batch_size =
            cursor->batch_size * MOST_GROWTH < BATCH_SIZE ? cursor->batch_size * MOST_GROWTH : BATCH_SIZE;
        if (batch->row_count == 0)
            continue;
        if (cursor->limit_left != NO_LIMIT)
            cursor->limit_left -= batch->row_count;
        return batch;
    }
    return NULL;
}

static bool range_has_parameters(const IndexRange *range)
{
    for (size_t i = 0; i < range->filter_count; i++)
        if (range->filters[i]->arguments[1]->kind == EXPR_PARAMETER)
            return true;
    return false;
}

static bool range_is_worth_it(const MemoryVersion *version, uint64_t row_count)
{
    return row_count <= memory_version_row_count(version) / ROW_COST + 1;
}

static void version_release(void *version)
{
    memory_version_unref(version);
}

static void execution_begin(Scan *base, Arena *arena)
{
    IndexScan *scan = (IndexScan *)base;
    scan->version = memory_version_ref(scan->table->version);
    arena_own(arena, scan->version, version_release);
    size_t number = scan->described.number;
    bool has_index = scan->version->indexes[number] != NULL;
    scan->range = scan->described;
    if (has_index && range_has_parameters(&scan->described))
        scan->range = range_new(scan->table, scan->table_filters, scan->filter_count, number, arena);
    scan->uses_full = scan->full && (!has_index || !range_is_worth_it(scan->version, scan->range.row_count));
    if (scan->uses_full)
        scan_begin(scan->full, arena);
}

static void *scan_reading_new(Scan *base, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    const IndexScan *scan = (const IndexScan *)base;
    return scan->uses_full ? scan_start(scan->full, arena, context, dynamics) : NULL;
}

static BatchStream *scan_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    const IndexScan *scan = (const IndexScan *)base;
    if (scan->uses_full)
        return scan->full->open(scan->full, reading, arena, context);
    IndexCursor *cursor = arena_new(arena, IndexCursor);
    cursor->base = (BatchStream){.schema = base->schema, .next = cursor_next};
    cursor->scan = (IndexScan *)base;
    cursor->context = context;
    cursor->arena = arena;
    cursor->limit_left = cursor->scan->limit;
    cursor->batch_size = context->settings && context->settings->batch_size < 32 ? context->settings->batch_size : 32;
    return &cursor->base;
}

/* ---- describing ---- */

static const char *column_name(void *user, ColumnId column)
{
    return ((const Schema *)user)->columns[column].name;
}

static void scan_explain(Scan *base, Text *text)
{
    const IndexScan *scan = (IndexScan *)base;
    text_add_format(text, "index: %s%s", scan->described.index->name, scan->is_backward ? ", backwards" : "");
    for (size_t i = 0; i < scan->described.filter_count; i++) {
        text_add(text, i ? " AND " : ": ");
        expr_print(scan->described.filters[i], text, column_name, (void *)scan->table->schema);
    }
    text_add_char(text, '\n');
}

static void scan_explain_analyze(Scan *base, Text *text)
{
    text_add_format(text, "rows read: %" PRIu64 "\n", atomic_load(&((IndexScan *)base)->read_count));
}

static Schema *scan_take_columns(IndexScan *scan, const ScanArgs *args)
{
    Schema *schema = memory_columns_init(&scan->columns, scan->table->schema, args);
    scan->filter_count = args->filter_count;
    scan->filters = arena_array(args->arena, Expr *, args->filter_count);
    scan->table_filters = arena_copy(args->arena, args->filters, args->filter_count * sizeof *args->filters);
    for (size_t i = 0; i < args->filter_count; i++)
        scan->filters[i] = memory_columns_take(&scan->columns, args->arena, args->filters[i]);
    return schema;
}

static Statistics *scan_statistics(const IndexScan *scan, const ScanArgs *args)
{
    Statistics *statistics = arena_new(args->arena, Statistics);
    uint64_t most = scan->described.row_count < scan->limit ? scan->described.row_count : scan->limit;
    statistics->row_count = (StatisticsCount){PRECISION_ESTIMATE, most};
    statistics->column_count = args->projection_count;
    statistics->columns = arena_array(args->arena, ColumnStatistics, args->projection_count);
    return statistics;
}

static IndexScan *index_scan_new(MemoryTable *table, const ScanArgs *args, const IndexRange *range, bool is_ordered,
                                 bool is_backward)
{
    IndexScan *scan = arena_new(args->arena, IndexScan);
    scan->table = table;
    provider_own(args->arena, provider_ref(&table->base));
    scan->described = *range;
    scan->is_backward = is_backward;
    scan->limit = args->order_count == 0 || is_ordered ? args->limit : NO_LIMIT;
    scan->base = (Scan){.schema = scan_take_columns(scan, args),
                        .is_ordered = is_ordered,
                        .begin = execution_begin,
                        .start = scan_reading_new,
                        .open = scan_open,
                        .explain = scan_explain,
                        .explain_analyze = scan_explain_analyze};
    scan->base.statistics = scan_statistics(scan, args);
    return scan;
}

/* ---- which index ---- */

/* Whether a limit ends the scan soon. Who made an index for other filters' sake knows why; the order of a key is there
 * unasked. */
static bool may_stop(const MemoryTable *table, const IndexRange *range, const ScanArgs *args)
{
    return range->number < table->indexes.count || range->filter_count == args->filter_count;
}

/* Whether a filter bounds the first column of a key, or the wanted order begins with it and few rows are enough. */
static bool key_order_is_wished(const MemoryTable *table, const ScanArgs *args, const Index *order, uint64_t row_count)
{
    size_t column = order->keys[0].expr->column;
    if (args->order_count > 0 && args->orders[0].column == column && args->filter_count == 0)
        return args->limit < row_count / ROW_COST;
    if (memory_version_is_ascending(table->version, column)) /* row groups are skipped by their bounds */
        return false;
    const Value *value;
    for (size_t i = 0; i < args->filter_count; i++)
        if (filter_sign(args->filters[i], &order->keys[0], &value))
            return true;
    return false;
}

/* The order of a key is made when it is wanted for the first time, that of a larger table when scans have read so many
 * rows for want of it as making it costs. */
static bool index_is_ready(MemoryTable *table, const ScanArgs *args, size_t number)
{
    enum { BYTES_PER_ENTRY = 64 };
    if (table->version->indexes[number])
        return true;
    uint64_t row_count = memory_version_row_count(table->version);
    uint64_t *wished = &table->wished_rows[number - table->indexes.count];
    if (!key_order_is_wished(table, args, memory_table_index(table, number), row_count))
        return false;
    *wished += row_count;
    if (row_count > MEMORY_GROUP_ROWS && *wished < row_count * ROW_COST)
        return false;
    if (!memory_budget_take(table->budget, row_count * BYTES_PER_ENTRY)) /* queries go without */
        return false;
    memory_budget_give(table->budget, row_count * BYTES_PER_ENTRY);
    memory_index_add(table, args->context, table->version, number, /* first= */ 0);
    *wished = 0;
    return true;
}

Scan *memory_index_scan(MemoryTable *table, const ScanArgs *args, Scan *full)
{
    uint64_t all = memory_version_row_count(table->version), least = all + 1;
    IndexRange best = {0};
    bool is_ordered = false, is_backward = false;
    for (size_t i = 0; i < table->version->index_count; i++) {
        const Expr *predicate = memory_table_index(table, i)->predicate;
        if (predicate && !expr_is_implied(predicate, args->filters, args->filter_count))
            continue;
        if (!index_is_ready(table, args, i))
            continue;
        IndexRange range = range_new(table, args->filters, args->filter_count, i, args->arena);
        bool backward, ordered = range_has_order(table, &range, args, &backward);
        if (args->is_kept && i >= table->indexes.count) /* the order of a key may be gone by then */
            ordered = false;
        uint64_t cost = range.row_count;
        if (ordered && args->limit < cost && may_stop(table, &range, args))
            cost = args->limit;
        if (!ordered && range_has_parameters(&range))
            cost = 1; /* there may be few rows */
        if ((range.filter_count == 0 && !ordered && predicate == NULL) || cost >= least)
            continue;
        best = range;
        least = cost;
        is_ordered = ordered;
        is_backward = ordered && backward;
    }
    if (best.index == NULL || !range_is_worth_it(table->version, least))
        return NULL;
    IndexScan *scan = index_scan_new(table, args, &best, is_ordered, is_backward);
    if (args->is_kept && !is_ordered)
        scan->full = full;
    return &scan->base;
}
