/* exec/spread.c: below a Gather, what runs once: the copies above take its batches in turn, each as it needs one.
 *
 *        copy   copy   copy
 *           \     |     /
 *            one at a time ── input, which no copy owns: it runs on the thread of the one that pulls
 *
 * Batches are numbered as they come, so the Gather knows their order. */
#include "exec/operator.h"

typedef struct SharedInput {
    Turn turn; /* who has it may use the rest */
    Operator *input;
    bool is_open;
    uint64_t batch_count;
} SharedInput;

typedef struct SpreadOperator {
    Operator base;
    bool has_begun;
    uint64_t phase;
    Arena *kept; /* of the batch that was lent, whose producer is another's by now */
} SpreadOperator;

/* The input is made here; its arena goes from thread to thread with the turn. */
void *spread_shared_new(const Build *build, const Plan *plan)
{
    SharedInput *shared = arena_new(build->arena, SharedInput);
    Build once = *build;
    once.arena = arena_new_child(build->arena);
    once.copy_count = 1;
    once.shares = NULL;
    shared->input = build_operator(&once, plan->inputs[0]);
    return shared;
}

/* A batch of one's own; NULL at the end. */
static Batch *shared_input_take(SharedInput *shared, Worker *worker, Arena *arena)
{
    worker_take_turn(worker, &shared->turn);
    if (!shared->is_open)
        operator_open(shared->input);
    shared->is_open = true;
    const Batch *lent = operator_next(shared->input);
    Batch *batch = lent ? batch_ref(arena, lent) : NULL;
    if (batch)
        batch->morsel = shared->batch_count++;
    worker_end_turn(worker, &shared->turn);
    return batch;
}

void spread_close_shared(void *shared)
{
    SharedInput *self = shared;
    if (self->is_open)
        operator_close(self->input);
}

static void spread_open(Operator *op)
{
    ((SpreadOperator *)op)->kept = arena_new_child(op->arena);
}

static Batch *spread_next(Operator *op)
{
    SpreadOperator *self = (SpreadOperator *)op;
    if (!self->has_begun)
        self->phase = worker_begin_phase(op->worker);
    self->has_begun = true;
    arena_reset(self->kept);
    Batch *batch = shared_input_take(op->shared, op->worker, self->kept);
    if (batch)
        batch->morsel = worker_enter(op->worker, self->phase, batch->morsel);
    return batch;
}

static const OperatorOps spread_ops = {"Spread", spread_open, spread_next, NULL};

Operator *spread_new(const Build *build, const Plan *plan, Operator **inputs)
{
    SpreadOperator *self = operator_new(build, SpreadOperator, &spread_ops, plan, inputs);
    self->base.input_count = 0; /* it is shared */
    return &self->base;
}
