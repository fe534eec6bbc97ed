/* exec/operator.c: what is the same for every operator: opening, pulling, counting, closing. */
#include "exec/operator.h"

#include "base/clock.h"
#include "exec/place_origin.h"
#include "expr/evaluator.h"

static size_t output_row_size(const PlanColumns *columns, const Plan *plan)
{
    size_t size = 0;
    for (size_t i = 0; i < plan->output_count; i++)
        size += physical_size(type_physical(plan_column(columns, plan->outputs[i])->type));
    return size;
}

Operator *operator_allocate(const Build *build, size_t size, const OperatorOps *ops, const Plan *plan,
                            Operator **inputs)
{
    Operator *op = arena_allocate_zero(build->arena, size);
    *op = (Operator){
        .ops = ops,
        .arena = build->arena,
        .context = build->context,
        .plan = plan,
        .input_count = plan->input_count,
        .inputs = inputs,
        .metrics = &build->metrics[plan->id],
        .worker = build->worker,
        .shared = build->shared,
        .memory_share = build->memory_share,
        .batch_size = batch_rows_that_fit(build->context, output_row_size(build->columns, plan)),
        .is_timed = build->is_timed,
        .places = place_origin_new(build->arena, plan),
    };
    if (build->progress[plan->id].whole)
        op->progress = &build->progress[plan->id];
    progress_part_enter(op->progress);
    return op;
}

void operator_open(Operator *op)
{
    for (size_t i = 0; i < op->input_count; i++)
        operator_open(op->inputs[i]);
    if (!op->is_open && op->ops->open)
        op->ops->open(op);
    op->is_open = true;
}

static Batch *operator_pull(Operator *op)
{
    Batch *batch;
    do {
        context_check(op->context);
        batch = op->ops->next(op);
    } while (batch && batch->row_count == 0);
    return batch;
}

static void operator_release(Operator *op)
{
    if (op->is_open && op->ops->close)
        op->ops->close(op);
    op->is_open = false;
    if (!op->is_at_end)
        progress_part_leave(op->progress);
    op->is_at_end = true;
}

Batch *operator_next(Operator *op)
{
    if (op->is_at_end)
        return NULL;
    uint64_t start_ns = op->is_timed ? clock_ns() : 0;
    Batch *batch = operator_pull(op);
    if (op->is_timed)
        op->metrics->elapsed_ns += clock_ns() - start_ns;
    if (batch == NULL) {
        operator_close(op); /* what it held, and inputs that were not read to their end, is room for those above */
        return NULL;
    }
    place_origin_set(op->places, batch);
    op->metrics->row_count += batch->row_count;
    op->metrics->batch_count++;
    if (op->progress)
        progress_part_add(op->progress, batch->row_count * op->progress->row_size);
#ifndef NDEBUG
    batch_check(batch);
#endif
    return batch;
}

const Batch *operator_next_slice(Operator *op, Evaluator *evaluator)
{
    const Batch *slice = evaluator_next_slice(evaluator);
    while (slice == NULL) {
        const Batch *batch = operator_next(op);
        if (batch == NULL)
            return NULL;
        evaluator_begin(evaluator, batch);
        slice = evaluator_next_slice(evaluator);
    }
    return slice;
}

void operator_close(Operator *op)
{
    operator_release(op);
    for (size_t i = 0; i < op->input_count; i++)
        operator_close(op->inputs[i]);
}

void operator_note_memory(Operator *op, size_t size)
{
    if (size > op->metrics->memory_peak)
        op->metrics->memory_peak = size;
}

void operator_metrics_add(OperatorMetrics *metrics, const OperatorMetrics *copy)
{
    metrics->row_count += copy->row_count;
    metrics->batch_count += copy->batch_count;
    metrics->memory_peak += copy->memory_peak;
    metrics->is_exchanged |= copy->is_exchanged;
    if (copy->elapsed_ns > metrics->elapsed_ns)
        metrics->elapsed_ns = copy->elapsed_ns;
}
