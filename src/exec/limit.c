/* exec/limit.c: LIMIT and OFFSET: drop the first rows, pass the next, then pull no more: input may be endless. */
#include "exec/operator.h"

typedef struct LimitOperator {
    Operator base;
    size_t skip_left; /* rows still to drop */
    size_t take_left; /* rows still to return */
    Batch *batch;
    uint16_t selection[BATCH_SIZE];
} LimitOperator;

/* What of the batch is inside the window: its first row that counts is. */
static Batch *limit_cut(LimitOperator *self, const Batch *input)
{
    Batch *batch = batch_view(self->batch, input);
    size_t count = batch->row_count - self->skip_left;
    if (count > self->take_left)
        count = self->take_left;
    batch_slice(batch, self->skip_left, count, self->selection);
    self->skip_left = 0;
    self->take_left -= count;
    return batch;
}

static Batch *limit_next(Operator *op)
{
    LimitOperator *self = (LimitOperator *)op;
    while (self->take_left > 0) {
        const Batch *batch = operator_next(op->inputs[0]);
        if (batch == NULL)
            break;
        if (batch->row_count > self->skip_left)
            return limit_cut(self, batch);
        self->skip_left -= batch->row_count; /* wholly inside the offset */
    }
    return NULL;
}

static const OperatorOps limit_ops = {"Limit", NULL, limit_next, NULL};

Operator *limit_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanLimit *limit = (const PlanLimit *)plan;
    LimitOperator *self = operator_new(build, LimitOperator, &limit_ops, plan, inputs);
    self->skip_left = limit->offset;
    self->take_left = limit->limit;
    self->batch = batch_new_empty(build->arena, plan->output_count);
    return &self->base;
}
