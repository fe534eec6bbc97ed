/* exec/scan.c: the rows of a table, as its provider's cursor gives them. */
#include <string.h>

#include "exec/operator.h"

typedef struct ScanOperator {
    Operator base;
    BatchStream *cursor; /* NULL before the first next */
    Batch *batch;
} ScanOperator;

static void scan_open(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    self->batch = batch_new_empty(op->arena, op->plan->output_count);
}

static Batch *scan_next(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    if (self->cursor == NULL) {
        Scan *scan = ((const PlanScan *)op->plan)->scan;
        self->cursor = scan->open(scan, op->arena, op->context);
    }
    Batch *batch = stream_next(self->cursor);
    return batch ? batch_view(self->batch, batch) : NULL;
}

static void scan_close(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    stream_close(self->cursor);
    self->cursor = NULL;
}

static const OperatorOps scan_ops = {"Scan", scan_open, scan_next, scan_close};

Operator *scan_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanScan *scan = (const PlanScan *)plan;
    if (scan->scan == NULL)
        error_raise(ERROR_INTERNAL, NO_POSITION, "the scan of \"%s\" was not described by its provider", scan->name);
    return &operator_new(build, ScanOperator, &scan_ops, plan, inputs)->base;
}
