/* exec/filter.c: the rows for which every condition is TRUE. They are selected, not copied, until so few are left that
 * the operators above would pass over mostly empty slots: then they are packed together, and where nobody waits for
 * the first row (Build.is_drained), those of several batches into one. */
#include "exec/operator.h"
#include "expr/evaluator.h"

enum { SPARSE = 8 }; /* packed when fewer than one slot in so many counts */

typedef struct FilterOperator {
    Operator base;
    Evaluator *conditions;
    bool may_hold_back;
    Batch *batch; /* the input's vectors, narrowed */
    uint16_t selection[BATCH_SIZE];
    Batch *packed; /* vectors of our own */
    /* holding rows back */
    Batch *held;     /* packed rows of several batches */
    bool is_lent;    /* what is held has been returned */
    Batch *deferred; /* came behind what was held, and is next */
} FilterOperator;

static bool batch_is_sparse(const Batch *batch)
{
    return batch->row_count * SPARSE < batch->vector_size;
}

/* The next batch of the input with the rows that pass; may be empty; NULL at the end. */
static Batch *filter_pull(FilterOperator *self)
{
    const Batch *input = operator_next(self->base.inputs[0]);
    if (input == NULL)
        return NULL;
    Batch *batch = batch_view(self->batch, input);
    evaluator_filter(self->conditions, batch, self->selection);
    return batch;
}

/* ---- holding back ---- */

static bool vector_takes(const Vector *target, const Vector *source)
{
    return target->physical == source->physical || target->physical == PHYSICAL_I128;
}

/* Whether the rows may be put behind those that are held: there is room, and a DECIMAL that comes as I128 does not meet
 * one that is held as I64. */
static bool held_takes(const FilterOperator *self, const Batch *batch)
{
    const Batch *held = self->held;
    if (held->row_count == 0)
        return true;
    if (held->row_count + batch->row_count > self->base.batch_size)
        return false;
    for (size_t c = 0; c < held->column_count; c++)
        if (!vector_takes(held->columns[c], batch->columns[c]))
            return false;
    return true;
}

static void held_add(FilterOperator *self, const Batch *batch)
{
    Batch *held = self->held;
    for (size_t c = 0; c < held->column_count; c++) {
        const Vector *source = batch->columns[c];
        if (held->row_count == 0)
            vector_prepare_as(held->columns[c], source->type, (Physical)source->physical, self->base.batch_size);
        vector_copy(held->columns[c], held->row_count, source, 0, batch->row_count);
    }
    held->row_count += batch->row_count;
    held->vector_size = held->row_count;
}

/* Whether the long strings of the batches that the rows came from, which all stay with them, are much together. */
static bool held_is_much(const FilterOperator *self)
{
    const Context *context = self->base.context;
    size_t size = 0;
    for (size_t c = 0; c < self->held->column_count; c++)
        size += vector_uncounted_strings_size(self->held->columns[c]);
    return size > context_batch_memory(context) || memory_budget_is_short(context->memory);
}

static Batch *held_lend(FilterOperator *self)
{
    self->is_lent = true;
    return self->held;
}

static void held_empty(FilterOperator *self)
{
    self->is_lent = false;
    self->held->row_count = self->held->vector_size = 0;
    self->held->selection = NULL;
}

/* The next rows that pass, packed where they are sparse. */
static Batch *filter_pull_packed(FilterOperator *self)
{
    Batch *batch = filter_pull(self);
    if (batch == NULL || batch->row_count == 0 || !batch_is_sparse(batch))
        return batch;
    batch_compact(self->packed, batch);
    self->packed->morsel = batch->morsel;
    return self->packed;
}

static Batch *filter_next_held(FilterOperator *self)
{
    Batch *batch = self->deferred;
    self->deferred = NULL;
    if (self->is_lent)
        held_empty(self);
    for (; batch || (batch = filter_pull_packed(self)); batch = NULL) {
        if (batch->row_count == 0)
            continue;
        bool is_small = batch->selection == NULL && batch->row_count * SPARSE < self->base.batch_size;
        if (self->held->row_count == 0 && !is_small)
            return batch;
        if (!is_small || !held_takes(self, batch)) {
            self->deferred = batch;
            return held_lend(self);
        }
        held_add(self, batch);
        if (held_is_much(self))
            return held_lend(self);
    }
    return self->held->row_count ? held_lend(self) : NULL;
}

static Batch *filter_next(Operator *op)
{
    FilterOperator *self = (FilterOperator *)op;
    if (self->may_hold_back)
        return filter_next_held(self);
    return filter_pull_packed(self);
}

static const OperatorOps filter_ops = {"Filter", NULL, filter_next, NULL};

static Batch *filter_batch_new(const Build *build, const Plan *plan)
{
    Batch *batch = batch_new_empty(build->arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        batch->columns[c] = vector_new(build->arena, plan_column(build->columns, plan->outputs[c])->type);
    return batch;
}

Operator *filter_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanFilter *filter = (const PlanFilter *)plan;
    FilterOperator *self = operator_new(build, FilterOperator, &filter_ops, plan, inputs);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **conditions = column_map_exprs(&map, filter->conditions, filter->condition_count);
    self->conditions = evaluator_new(build->arena, build->context, conditions, filter->condition_count);
    self->may_hold_back = build->is_drained;
    self->batch = batch_new_empty(build->arena, plan->output_count);
    self->packed = filter_batch_new(build, plan);
    self->held = filter_batch_new(build, plan);
    return &self->base;
}
