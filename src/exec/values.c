/* exec/values.c: rows of expressions without columns: VALUES, and SELECT without FROM. */
#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct ValuesOperator {
    Operator base;
    const PlanColumns *columns;
    Batch *batch;
    size_t next_row;
    Arena *scratch; /* of one batch's cells */
} ValuesOperator;

static void values_open(Operator *op)
{
    ValuesOperator *self = (ValuesOperator *)op;
    const Plan *plan = op->plan;
    self->scratch = arena_new_child(op->arena);
    self->batch = batch_new_empty(op->arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(op->arena, plan_column(self->columns, plan->outputs[c])->type);
}

static void values_write_cell(ValuesOperator *self, Vector *vector, size_t row, const Expr *cell)
{
    if (expr_is_fixed(cell)) {
        vector_set_value(vector, row, expr_fixed_value(cell));
        return;
    }
    Value value = expr_evaluate_constant(self->scratch, self->base.context, cell);
    vector_set_value(vector, row, &value);
}

static Batch *values_next(Operator *op)
{
    ValuesOperator *self = (ValuesOperator *)op;
    const PlanValues *plan = (const PlanValues *)op->plan;
    size_t count = plan->row_count - self->next_row;
    if (count == 0)
        return NULL;
    if (count > op->batch_size)
        count = op->batch_size;
    arena_reset(self->scratch);
    for (size_t c = 0; c < plan->base.output_count; c++) { /* which may be a hundred thousand */
        context_check(op->context);
        vector_prepare(self->batch->columns[c], count);
    }
    Expr *const *cell = plan->cells + self->next_row * plan->base.output_count;
    for (size_t row = 0; row < count; row++) {
        context_check(op->context);
        for (size_t c = 0; c < plan->base.output_count; c++)
            values_write_cell(self, self->batch->columns[c], row, *cell++);
    }
    self->next_row += count;
    self->batch->row_count = self->batch->vector_size = count;
    self->batch->selection = NULL;
    return self->batch;
}

static const OperatorOps values_ops = {"Values", values_open, values_next, NULL};

Operator *values_new(const Build *build, const Plan *plan, Operator **inputs)
{
    ValuesOperator *self = operator_new(build, ValuesOperator, &values_ops, plan, inputs);
    self->columns = build->columns;
    return &self->base;
}
