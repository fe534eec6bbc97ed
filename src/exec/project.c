/* exec/project.c: new columns from expressions over the input's. The rows that count stay the same. */
#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct ProjectOperator {
    Operator base;
    Evaluator *evaluator;
    size_t *order; /* of the columns, in which they are computed */
    Batch *batch;
} ProjectOperator;

/* What gives other values when it is asked again, as it is where there is not room for all, comes last. */
static void project_compute(ProjectOperator *self, const Batch *input)
{
    for (size_t i = 0; i < self->batch->column_count && !evaluator_lacks_room(self->evaluator); i++) {
        size_t column = self->order[i];
        self->batch->columns[column] = evaluator_value(self->evaluator, column, input);
    }
}

static Batch *project_next(Operator *op)
{
    ProjectOperator *self = (ProjectOperator *)op;
    Batch *batch = self->batch;
    const Batch *input;
    do {
        input = operator_next_slice(op->inputs[0], self->evaluator);
        if (input == NULL)
            return NULL;
        project_compute(self, input);
    } while (evaluator_lacks_room(self->evaluator));
    batch->row_count = input->row_count;
    batch->vector_size = input->vector_size;
    batch->selection = input->selection;
    batch->morsel = input->morsel;
    batch->origin = input->origin;
    return batch;
}

static const OperatorOps project_ops = {"Project", NULL, project_next, NULL};

Operator *project_new(const Build *build, const Plan *plan, Operator **inputs)
{
    ProjectOperator *self = operator_new(build, ProjectOperator, &project_ops, plan, inputs);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **exprs = column_map_exprs(&map, ((const PlanProject *)plan)->exprs, plan->output_count);
    self->evaluator = evaluator_new(build->arena, build->context, exprs, plan->output_count);
    self->order = arena_array(build->arena, size_t, plan->output_count);
    size_t next = 0;
    for (int is_volatile = 0; is_volatile <= 1; is_volatile++)
        for (size_t c = 0; c < plan->output_count; c++)
            if (expr_is_volatile(exprs[c]) == is_volatile)
                self->order[next++] = c;
    self->batch = batch_new_empty(build->arena, plan->output_count);
    return &self->base;
}
