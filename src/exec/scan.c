/* exec/scan.c: the rows of a table, as its provider's cursor gives them. */
#include "exec/operator.h"
#include "exec/scan_verifier.h"

typedef struct ScanOperator {
    Operator base;
    BatchStream *cursor; /* NULL before the first next */
    Arena *arena;        /* the cursor's, which goes with it: a query may read one table after another */
    uint64_t phase;
    Batch *batch;
    ScanVerifier *verifier; /* NULL: nothing is checked */
} ScanOperator;

static void scan_open(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    self->batch = batch_new_empty(op->arena, op->plan->output_count);
}

/* Copies share a reading; where it has fewer cursors than there are copies, the last ones have nothing to read. */
static bool scan_take_cursor(ScanOperator *self)
{
    Operator *op = &self->base;
    Scan *scan = ((const PlanScan *)op->plan)->scan;
    self->phase = worker_begin_phase(op->worker);
    if (worker_index(op->worker) >= (scan->cursor_limit ? scan->cursor_limit : 1))
        return false;
    self->arena = arena_new_child(op->arena);
    self->cursor = scan->open(scan, op->shared, self->arena, op->context);
    worker_watch(op->worker, self->phase, self->cursor);
    return true;
}

static Batch *scan_next(Operator *op)
{
    ScanOperator *self = (ScanOperator *)op;
    if (self->cursor == NULL && !scan_take_cursor(self))
        return NULL;
    const Batch *input = stream_next(self->cursor);
    if (input == NULL) {
        if (self->verifier)
            scan_verifier_end(self->verifier);
        return NULL;
    }
    uint64_t position = worker_enter(op->worker, self->phase, input->morsel);
    if (self->verifier)
        scan_verifier_look(self->verifier, input);
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
    arena_free(self->arena);
    self->arena = NULL;
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
    ScanOperator *self = operator_new(build, ScanOperator, &scan_ops, plan, inputs);
    if (build->context->settings && build->context->settings->verify_pushdown)
        self->verifier = scan_verifier_new(build, (const PlanScan *)plan);
    return &self->base;
}
