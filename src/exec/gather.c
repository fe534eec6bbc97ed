/* exec/gather.c: runs copies of what is below it, each on a thread of its own, and hands on what they give: Graefe's
 * exchange operator, and the only one that knows of threads. team.[ch] has the machinery. */
#include "exec/operator.h"

typedef struct GatherOperator {
    Operator base;
    Team *team;
    OperatorMetrics *metrics; /* of all nodes, by Plan.id */
    void **shares;            /* of what is below, by Plan.id */
    bool is_running;
    Batch *batch;
} GatherOperator;

static Batch *gather_next(Operator *op)
{
    GatherOperator *self = (GatherOperator *)op;
    if (!self->is_running)
        team_start(self->team);
    self->is_running = true;
    const Batch *batch = team_next(self->team);
    return batch ? batch_view(self->batch, batch) : NULL;
}

void gather_write(Operator *op, const Writer *writer)
{
    team_write(((GatherOperator *)op)->team, writer);
}

/* What ran once below it ends with the copies, which may not have come to its end. */
static void gather_close_spreads(const GatherOperator *self, const Plan *plan)
{
    if (plan->kind == PLAN_SPREAD)
        spread_close_shared(self->shares[plan->id]);
    else if (plan->kind != PLAN_GATHER)
        for (size_t i = 0; i < plan->input_count; i++)
            gather_close_spreads(self, plan->inputs[i]);
}

static void gather_close(Operator *op)
{
    GatherOperator *self = (GatherOperator *)op;
    team_end(self->team, self->metrics, op->plan->id + 1, plan_last_id(op->plan));
    gather_close_spreads(self, op->plan->inputs[0]);
}

static const OperatorOps gather_ops = {"Gather", NULL, gather_next, gather_close};

/* Columns of all batches that one copy makes. */
static size_t plan_column_count(const Plan *plan)
{
    size_t count = plan->output_count;
    for (size_t i = 0; i < plan->input_count; i++)
        count += plan_column_count(plan->inputs[i]);
    return count;
}

/* Of a thousand columns the vectors themselves, those of the batches in a queue too, are much. */
static size_t gather_thread_count(const Context *context, const Plan *plan)
{
    enum { COLUMN_MEMORY = 8 << 10 };
    return context_thread_count_of(context, plan_column_count(plan->inputs[0]) * COLUMN_MEMORY);
}

Operator *gather_new(const Build *build, const Plan *plan, Operator **inputs)
{
    GatherOperator *self = operator_new(build, GatherOperator, &gather_ops, plan, inputs);
    self->base.input_count = 0; /* the copies are the workers' */
    self->metrics = build->metrics;
    self->batch = batch_new_empty(build->arena, plan->output_count);
    Build copy = *build;
    copy.copy_count = gather_thread_count(build->context, plan);
    self->team = team_new(build->arena, build->context, copy.copy_count, ((const PlanGather *)plan)->keeps_order,
                          build->node_count);
    copy.context = team_context(self->team);
    copy.worker = NULL;
    copy.order_matters = ((const PlanGather *)plan)->keeps_order;
    copy.shares = self->shares = build_shares(&copy, plan->inputs[0]);
    copy.is_drained = build->is_drained && !((const PlanGather *)plan)->keeps_order;
    for (size_t i = 0; i < copy.copy_count; i++) {
        copy.worker = team_worker(self->team, i);
        copy.arena = worker_arena(copy.worker);
        copy.context = worker_context(copy.worker);
        copy.metrics = worker_metrics(copy.worker);
        worker_set_root(copy.worker, build_operator(&copy, plan->inputs[0]));
    }
    return &self->base;
}
