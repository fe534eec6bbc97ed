/* exec/scan_verifier.c: each promise a check, each check a struct of its own. */
#include "exec/scan_verifier.h"

#include <inttypes.h>
#include <string.h>

#include "exec/hash_table.h"
#include "exec/sort_keys.h"
#include "expr/evaluator.h"

/* The values of a key that have come by. */
typedef struct KeyCheck {
    const Constraint *constraint;
    size_t *positions; /* of its columns in batches */
    RowStore *rows;
    HashTable *table;
    Vector **vectors;
} KeyCheck;

typedef struct OrderCheck {
    size_t count; /* of the columns; 0: nothing is to be checked */
    size_t *positions;
    Vector **vectors;
    SortKeys *keys;
    Block *last; /* the key of the row that came last */
    size_t last_size;
    bool has_last;
} OrderCheck;

typedef struct ColumnCount {
    uint64_t null_count;
    Value minimum, maximum; /* NULL: no value yet */
} ColumnCount;

/* What the statistics have to be compared with. */
typedef struct StatisticsCheck {
    const Statistics *table; /* NULL: not all rows are going to come */
    const Statistics *scan;  /* or NULL */
    uint64_t row_count;
    ColumnCount *columns; /* of the batches */
} StatisticsCheck;

/* The rows that came, to be found again by a scan without filters. */
typedef struct FullCheck {
    RowStore *rows; /* the columns; behind them, how many such rows are still to be found */
    HashTable *table;
    uint64_t row_count;
} FullCheck;

struct ScanVerifier {
    Arena *arena, *scratch;
    const Context *context;
    const Build *build;
    const PlanScan *scan;
    Type *types;
    Evaluator *filters;
    size_t key_count;
    KeyCheck *keys;
    OrderCheck order;
    StatisticsCheck statistics;
    FullCheck full;
    HashProbe *probe;
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
    uint16_t selection[BATCH_SIZE];
};

/* ---- the error ---- */

/* "a = 1, b = 'x'" */
static const char *row_text(const ScanVerifier *self, const Batch *batch, size_t row)
{
    Text text = text_in(self->arena);
    const Schema *schema = self->scan->scan->schema;
    for (size_t c = 0; c < schema->column_count; c++) {
        Value value = vector_value(batch->columns[c], row);
        text_add_format(&text, "%s%s = %s", c ? ", " : "", schema->columns[c].name, value_sql(self->arena, &value));
    }
    return text_string(&text);
}

static _Noreturn void promise_is_broken(const ScanVerifier *self, const char *promise, const char *fact)
{
    error_raise(ERROR_INTERNAL, NO_POSITION, "provider %s of table \"%s\" breaks its promise: %s, yet %s",
                self->scan->table->ops->format, self->scan->name, promise, fact);
}

static _Noreturn void row_breaks(const ScanVerifier *self, const Batch *batch, size_t row, const char *promise)
{
    promise_is_broken(self, promise, arena_format(self->arena, "it gives the row %s", row_text(self, batch, row)));
}

/* ---- NULLs and filters ---- */

static void nulls_check(const ScanVerifier *self, const Batch *batch)
{
    const Schema *schema = self->scan->scan->schema;
    for (size_t c = 0; c < batch->column_count; c++)
        for (size_t i = 0; !schema->columns[c].is_nullable && i < batch->row_count; i++)
            if (vector_is_null(batch->columns[c], batch_row(batch, i)))
                row_breaks(self, batch, batch_row(batch, i), "a column is never NULL");
}

static void filter_check(const ScanVerifier *self, const Batch *batch, const Vector *value)
{
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t row = batch_row(batch, i);
        if (!validity_get(value->validity, row) || !VECTOR_DATA(value, bool)[row])
            row_breaks(self, batch, row, "a filter that it took as EXACT lets only TRUE rows through");
    }
}

static void filters_check(const ScanVerifier *self, const Batch *batch)
{
    evaluator_begin(self->filters, batch);
    for (const Batch *slice; (slice = evaluator_next_slice(self->filters)) != NULL;)
        for (size_t p = 0; p < self->scan->promise_count && !evaluator_lacks_room(self->filters); p++) {
            const Vector *value = evaluator_value_flat(self->filters, p, slice);
            if (!evaluator_lacks_room(self->filters))
                filter_check(self, slice, value);
        }
}

/* ---- keys ---- */

/* Where a column of the table stands in batches; false: it is not read. */
static bool column_position(const PlanScan *scan, size_t column, size_t *ret_position)
{
    for (size_t i = 0; i < scan->base.output_count; i++)
        if (scan->column_indexes[i] == column) {
            *ret_position = i;
            return true;
        }
    return false;
}

static void keys_init(ScanVerifier *self)
{
    const Constraints *constraints = provider_constraints(self->scan->table);
    self->keys = arena_array(self->arena, KeyCheck, constraints ? constraints->count : 0);
    for (size_t i = 0; constraints && i < constraints->count; i++) {
        const Constraint *constraint = &constraints->items[i];
        size_t count = constraint->column_count, known = 0;
        KeyCheck *key = &self->keys[self->key_count];
        if (constraint->kind != CONSTRAINT_PRIMARY_KEY && constraint->kind != CONSTRAINT_UNIQUE)
            continue;
        key->positions = arena_array(self->arena, size_t, count);
        while (known < count && column_position(self->scan, constraint->columns[known], &key->positions[known]))
            known++;
        if (known < count)
            continue;
        Type *types = arena_array(self->arena, Type, count);
        for (size_t c = 0; c < count; c++)
            types[c] = self->types[key->positions[c]];
        key->constraint = constraint;
        key->rows = row_store_new(self->arena, self->context, row_layout_new(self->arena, types, count, 0));
        key->table = hash_table_new(self->arena, self->context, key->rows, count, "the check of a key");
        key->vectors = arena_array(self->arena, Vector *, count);
        self->key_count++;
    }
}

static void key_check(ScanVerifier *self, KeyCheck *key, const Batch *batch)
{
    size_t count = 0, key_columns = key->constraint->column_count;
    for (size_t c = 0; c < key_columns; c++)
        key->vectors[c] = batch->columns[key->positions[c]];
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t row = batch_row(batch, i);
        bool has_null = false;
        for (size_t c = 0; c < key_columns; c++)
            has_null |= vector_is_null(key->vectors[c], row);
        if (has_null && key->constraint->kind == CONSTRAINT_PRIMARY_KEY)
            row_breaks(self, batch, row, "a primary key is never NULL");
        self->selection[count] = (uint16_t)row;
        count += !has_null;
    }
    (void)hash_table_add(key->table, self->probe, key->vectors, self->selection, count, self->found, self->is_new);
    for (size_t i = 0; i < count; i++)
        if (!self->is_new[i])
            row_breaks(self, batch, self->selection[i], "no two rows have the same key");
}

/* ---- order ---- */

static void order_init(ScanVerifier *self)
{
    OrderCheck *order = &self->order;
    const PlanScan *scan = self->scan;
    if (!scan->scan->is_ordered)
        return;
    Type *types = arena_array(self->arena, Type, scan->order_count);
    SortOrder *orders = arena_array(self->arena, SortOrder, scan->order_count);
    order->positions = arena_array(self->arena, size_t, scan->order_count);
    order->vectors = arena_array(self->arena, Vector *, scan->order_count);
    while (order->count < scan->order_count &&
           column_position(scan, scan->orders[order->count].column, &order->positions[order->count])) {
        types[order->count] = self->types[order->positions[order->count]];
        orders[order->count] = scan->orders[order->count].order;
        order->count++;
    }
    order->keys = sort_keys_new(self->arena, self->context, types, orders, order->count);
    order->last = block_new(self->arena, self->context, "the check of an order");
}

static void order_check(ScanVerifier *self, const Batch *batch)
{
    OrderCheck *order = &self->order;
    const SortKeys *keys = order->keys;
    for (size_t c = 0; c < order->count; c++)
        order->vectors[c] = batch->columns[order->positions[c]];
    sort_keys_encode(order->keys, order->vectors, batch->selection, batch->row_count);
    for (size_t i = 0; i < batch->row_count; i++) {
        const uint8_t *before = i ? keys->keys[i - 1] : order->last->data;
        size_t before_size = i ? keys->sizes[i - 1] : order->last_size;
        if ((i > 0 || order->has_last) && sort_key_compare(before, before_size, keys->keys[i], keys->sizes[i]) > 0)
            row_breaks(self, batch, batch_row(batch, i), "rows come in the order that was wanted");
    }
    order->last_size = keys->sizes[batch->row_count - 1];
    block_grow(order->last, 0, order->last_size);
    if (order->last_size)
        memcpy(order->last->data, keys->keys[batch->row_count - 1], order->last_size);
    order->has_last = true;
}

/* ---- statistics ---- */

static bool is_read_whole(const PlanScan *scan)
{
    bool has_dynamics = false;
    for (size_t i = 0; i < scan->dynamics.count; i++)
        has_dynamics |= scan->dynamics.items[i].number != NO_DYNAMIC;
    return scan->limit == NO_LIMIT && !has_dynamics;
}

static void statistics_init(ScanVerifier *self)
{
    StatisticsCheck *check = &self->statistics;
    bool has_filters = false;
    for (size_t i = 0; i < self->scan->filters.count; i++)
        has_filters |= self->scan->filters.items[i].answer != FILTER_UNSUPPORTED;
    check->columns = arena_array(self->arena, ColumnCount, self->scan->base.output_count);
    for (size_t c = 0; c < self->scan->base.output_count; c++)
        check->columns[c].minimum = check->columns[c].maximum = value_null(self->types[c]);
    if (!is_read_whole(self->scan))
        return;
    check->scan = self->scan->scan->statistics;
    if (!has_filters)
        check->table = provider_statistics(self->scan->table, self->context);
}

static void statistics_count(ScanVerifier *self, const Batch *batch)
{
    StatisticsCheck *check = &self->statistics;
    check->row_count += batch->row_count;
    for (size_t c = 0; check->table && c < batch->column_count; c++) {
        ColumnCount *column = &check->columns[c];
        for (size_t i = 0; i < batch->row_count; i++) {
            Value value = vector_value(batch->columns[c], batch_row(batch, i));
            column->null_count += value.is_null;
            if (value.is_null)
                continue;
            if (column->minimum.is_null || value_compare(&value, &column->minimum) < 0)
                column->minimum = value_copy(self->arena, &value);
            if (column->maximum.is_null || value_compare(&value, &column->maximum) > 0)
                column->maximum = value_copy(self->arena, &value);
        }
    }
}

static void count_check(const ScanVerifier *self, const StatisticsCount *promised, uint64_t count, const char *what)
{
    if (promised->precision == PRECISION_EXACT && promised->count != count)
        promise_is_broken(self,
                          arena_format(self->arena, "its statistics say exactly %" PRIu64 " %s", promised->count, what),
                          arena_format(self->arena, "there are %" PRIu64, count));
}

static void bound_check(const ScanVerifier *self, const StatisticsBound *promised, const Value *value, const char *what)
{
    if (promised->precision != PRECISION_EXACT || promised->value.type.id != value->type.id)
        return;
    bool is_same =
        promised->value.is_null == value->is_null && (value->is_null || value_compare(&promised->value, value) == 0);
    if (!is_same)
        promise_is_broken(self,
                          arena_format(self->arena, "its statistics say that %s is %s", what,
                                       value_sql(self->arena, &promised->value)),
                          arena_format(self->arena, "it is %s", value_sql(self->arena, value)));
}

static void statistics_check(const ScanVerifier *self)
{
    const StatisticsCheck *check = &self->statistics;
    const PlanScan *scan = self->scan;
    if (check->scan)
        count_check(self, &check->scan->row_count, check->row_count, "rows");
    if (check->table == NULL)
        return;
    count_check(self, &check->table->row_count, check->row_count, "rows");
    for (size_t c = 0; c < scan->base.output_count; c++) {
        if (scan->column_indexes[c] >= check->table->column_count)
            continue;
        const ColumnStatistics *promised = &check->table->columns[scan->column_indexes[c]];
        const char *name = scan->scan->schema->columns[c].name;
        count_check(self, &promised->null_count, check->columns[c].null_count,
                    arena_format(self->arena, "NULLs of %s", name));
        bound_check(self, &promised->minimum, &check->columns[c].minimum,
                    arena_format(self->arena, "the least %s", name));
        bound_check(self, &promised->maximum, &check->columns[c].maximum,
                    arena_format(self->arena, "the greatest %s", name));
    }
}

/* ---- a scan without filters ---- */

static uint64_t *full_count(const FullCheck *full, uint8_t *row)
{
    return (uint64_t *)(row + row_store_layout(full->rows)->extra_offset);
}

static void full_init(ScanVerifier *self)
{
    size_t count = self->scan->base.output_count;
    if (self->scan->full == NULL || !is_read_whole(self->scan))
        return;
    RowLayout *layout = row_layout_new(self->arena, self->types, count, sizeof(uint64_t));
    self->full.rows = row_store_new(self->arena, self->context, layout);
    self->full.table = hash_table_new(self->arena, self->context, self->full.rows, count, "the check of all filters");
}

static void full_note(ScanVerifier *self, const Batch *batch)
{
    FullCheck *full = &self->full;
    full->row_count += batch->row_count;
    if (batch->column_count == 0)
        return;
    (void)hash_table_add(full->table, self->probe, batch->columns, batch->selection, batch->row_count, self->found,
                         self->is_new);
    for (size_t i = 0; i < batch->row_count; i++)
        ++*full_count(full, self->found[i]);
}

/* Takes the rows of a batch, which all pass the filters, off those that came. */
static void full_find(ScanVerifier *self, const Batch *batch)
{
    FullCheck *full = &self->full;
    size_t row = batch_row(batch, 0);
    bool is_missing = full->row_count < batch->row_count;
    if (self->scan->base.output_count > 0) {
        hash_table_find(full->table, self->probe, batch->columns, batch->selection, batch->row_count, self->found);
        for (size_t i = 0; i < batch->row_count && !is_missing; i++) {
            row = batch_row(batch, i);
            is_missing = self->found[i] == NULL || *full_count(full, self->found[i]) == 0;
            if (!is_missing)
                --*full_count(full, self->found[i]);
        }
    }
    if (is_missing)
        promise_is_broken(self, "no row that passes its filters is left out",
                          arena_format(self->arena, "there is the row %s", row_text(self, batch, row)));
    full->row_count -= batch->row_count;
}

static void full_check(ScanVerifier *self)
{
    const PlanScan *scan = self->scan;
    const Plan *plan = &scan->full->base;
    ColumnMap map = column_map_new(self->build, plan, NULL);
    Expr **filters = arena_array(self->arena, Expr *, scan->filters.count);
    size_t count = 0;
    bool are_exact = true;
    for (size_t i = 0; i < scan->filters.count; i++) {
        if (scan->filters.items[i].answer == FILTER_UNSUPPORTED)
            continue;
        filters[count++] = column_map_expr(&map, scan->filters.items[i].filter);
        are_exact &= scan->filters.items[i].answer == FILTER_EXACT;
    }
    Evaluator *evaluator = evaluator_new(self->arena, self->context, filters, count);
    Scan *all = scan->full->scan;
    BatchStream *stream = all->open(all, scan_start(all, self->arena, self->context, NULL), self->arena, self->context);
    Batch *view = batch_new_empty(self->arena, plan->output_count);
    uint16_t *selection = arena_array(self->arena, uint16_t, BATCH_SIZE);
    for (const Batch *batch; (batch = stream_next(stream)) != NULL;) {
        Vector **columns = view->columns;
        *view = *batch;
        view->columns = columns;
        memcpy(columns, batch->columns, plan->output_count * sizeof *columns);
        if (evaluator_filter(evaluator, view, selection) > 0)
            full_find(self, view);
    }
    stream_close(stream);
    if (are_exact && self->full.row_count > 0)
        promise_is_broken(
            self, "filters only leave rows out",
            arena_format(self->arena, "%" PRIu64 " rows come that are not there without them", self->full.row_count));
}

/* ---- all of it ---- */

ScanVerifier *scan_verifier_new(const Build *build, const PlanScan *scan)
{
    ScanVerifier *self = arena_new(build->arena, ScanVerifier);
    *self = (ScanVerifier){.arena = build->arena, .context = build->context, .scan = scan};
    self->build = arena_copy(build->arena, build, sizeof *build);
    self->types = arena_array(build->arena, Type, scan->base.output_count);
    for (size_t c = 0; c < scan->base.output_count; c++)
        self->types[c] = plan_column(build->columns, scan->base.outputs[c])->type;
    ColumnMap map = column_map_new(build, &scan->base, NULL);
    self->filters = evaluator_new(build->arena, build->context,
                                  column_map_exprs(&map, scan->promises, scan->promise_count), scan->promise_count);
    self->probe = hash_probe_new(build->arena);
    keys_init(self);
    order_init(self);
    statistics_init(self);
    full_init(self);
    return self;
}

void scan_verifier_look(ScanVerifier *self, const Batch *batch)
{
    nulls_check(self, batch);
    filters_check(self, batch);
    if (batch->row_count == 0)
        return;
    for (size_t k = 0; k < self->key_count; k++)
        key_check(self, &self->keys[k], batch);
    if (self->order.count)
        order_check(self, batch);
    statistics_count(self, batch);
    if (self->full.rows)
        full_note(self, batch);
}

void scan_verifier_end(ScanVerifier *self)
{
    statistics_check(self);
    if (self->full.rows)
        full_check(self);
}
