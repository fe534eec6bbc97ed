/* exec/scan.c: the rows of a table, as its provider's cursor gives them. With SET verify_pushdown = on what the
 * provider has promised is checked: EXACT filters, and columns without NULLs. */
#include <string.h>

#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct ScanOperator {
    Operator base;
    BatchStream *cursor; /* NULL before the first next */
    uint64_t phase;
    Batch *batch;
    Evaluator *promises; /* NULL: nothing is checked */
} ScanOperator;

/* ---- promises ---- */

/* "a = 1, b = 'x'" */
static const char *row_text(const ScanOperator *self, const Batch *batch, size_t row)
{
    Text text = text_in(self->base.arena);
    const Schema *schema = ((const PlanScan *)self->base.plan)->scan->schema;
    for (size_t c = 0; c < batch->column_count; c++) {
        Value value = vector_value(batch->columns[c], row);
        text_add_format(&text, "%s%s = %s", c ? ", " : "", schema->columns[c].name,
                        value_sql(self->base.arena, &value));
    }
    return text_string(&text);
}

static _Noreturn void promise_is_broken(const ScanOperator *self, const Batch *batch, size_t row, const char *promise)
{
    const PlanScan *scan = (const PlanScan *)self->base.plan;
    error_raise(ERROR_INTERNAL, NO_POSITION,
                "provider %s of table \"%s\" breaks its promise: %s, yet it gives the row %s", scan->table->ops->format,
                scan->name, promise, row_text(self, batch, row));
}

static void nulls_check(const ScanOperator *self, const Batch *batch)
{
    const Schema *schema = ((const PlanScan *)self->base.plan)->scan->schema;
    for (size_t c = 0; c < batch->column_count; c++)
        for (size_t i = 0; !schema->columns[c].is_nullable && i < batch->row_count; i++)
            if (vector_is_null(batch->columns[c], batch_row(batch, i)))
                promise_is_broken(self, batch, batch_row(batch, i), "a column is never NULL");
}

static void filters_check(const ScanOperator *self, const Batch *batch)
{
    const PlanScan *scan = (const PlanScan *)self->base.plan;
    for (size_t p = 0; p < scan->promise_count; p++) {
        const Vector *value = evaluator_value_flat(self->promises, p, batch);
        for (size_t i = 0; i < batch->row_count; i++) {
            size_t row = batch_row(batch, i);
            if (!validity_get(value->validity, row) || !VECTOR_DATA(value, bool)[row])
                promise_is_broken(self, batch, row, "a filter that it took as EXACT lets only TRUE rows through");
        }
    }
}

/* ---- the operator ---- */

static void scan_open(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    self->batch = batch_new_empty(op->arena, op->plan->output_count);
}

/* Copies share a reading; where it has fewer cursors than there are copies, the last ones have nothing to read. */
static bool scan_begin(ScanOperator *self)
{
    Operator *op = &self->base;
    Scan *scan = ((const PlanScan *)op->plan)->scan;
    self->phase = worker_begin_phase(op->worker);
    if (worker_index(op->worker) >= (scan->cursor_limit ? scan->cursor_limit : 1))
        return false;
    self->cursor = scan->open(scan, op->shared, op->arena, op->context);
    worker_watch(op->worker, self->phase, self->cursor);
    return true;
}

static Batch *scan_next(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    if (self->cursor == NULL && !scan_begin(self))
        return NULL;
    const Batch *input = stream_next(self->cursor);
    if (input == NULL)
        return NULL;
    uint64_t position = worker_enter(op->worker, self->phase, input->morsel);
    if (self->promises) {
        nulls_check(self, input);
        filters_check(self, input);
    }
    Batch *batch = batch_view(self->batch, input);
    batch->morsel = position;
    return batch;
}

static void scan_close(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    worker_watch(op->worker, 0, NULL);
    stream_close(self->cursor);
    self->cursor = NULL;
}

static const OperatorOps scan_ops = {"Scan", scan_open, scan_next, scan_close};

/* A reading, which is told of what others learn. */
void *scan_shared_new(const Build *build, const Plan *plan)
{
    const PlanScan *scan = (const PlanScan *)plan;
    if (scan->scan == NULL)
        error_raise(ERROR_INTERNAL, NO_POSITION, "the scan of \"%s\" was not described by its provider", scan->name);
    const DynamicFilter **dynamics = arena_array(build->arena, const DynamicFilter *, scan->dynamics.count);
    for (size_t i = 0; i < scan->dynamics.count; i++)
        if (scan->dynamics.items[i].number != NO_DYNAMIC)
            dynamics[i] = &build->dynamics[scan->dynamics.items[i].number];
    return scan_start(scan->scan, build->arena, build->context, dynamics);
}

Operator *scan_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanScan *scan = (const PlanScan *)plan;
    ScanOperator *self = operator_new(build, ScanOperator, &scan_ops, plan, inputs);
    if (build->context->settings && build->context->settings->verify_pushdown) {
        ColumnMap map = column_map_new(build, plan, NULL);
        self->promises =
            evaluator_new(build->arena, build->context, column_map_exprs(&map, scan->promises, scan->promise_count),
                          scan->promise_count);
    }
    return &self->base;
}
