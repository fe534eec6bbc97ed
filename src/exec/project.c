/* exec/project.c: new columns from expressions over the input's. The rows that count stay the same. */
#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct ProjectOperator {
    Operator base;
    Evaluator *evaluator;
    Batch *batch;
} ProjectOperator;

static Batch *project_next(Operator *op)
{
    ProjectOperator *self = (ProjectOperator *)op;
    const Batch *input = operator_next(op->inputs[0]);
    if (input == NULL)
        return NULL;
    Batch *batch = self->batch;
    batch->row_count = input->row_count;
    batch->vector_size = input->vector_size;
    batch->selection = input->selection;
    batch->morsel = input->morsel;
    batch->origin = input->origin;
    for (size_t c = 0; c < batch->column_count; c++)
        batch->columns[c] = evaluator_value(self->evaluator, c, input);
    return batch;
}

static const OperatorOps project_ops = {"Project", NULL, project_next, NULL};

Operator *project_new(const Build *build, const Plan *plan, Operator **inputs)
{
    ProjectOperator *self = operator_new(build, ProjectOperator, &project_ops, plan, inputs);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **exprs = column_map_exprs(&map, ((const PlanProject *)plan)->exprs, plan->output_count);
    self->evaluator = evaluator_new(build->arena, build->context, exprs, plan->output_count);
    self->batch = batch_new_empty(build->arena, plan->output_count);
    return &self->base;
}
