/* exec/unfold.c: functions that give rows: each row of the input as often as the longest list of values for it. */
#include "exec/operator.h"
#include "expr/evaluator.h"

typedef struct UnfoldOperator {
    Operator base;
    Evaluator *evaluator; /* the arguments of all calls, one after the other */
    SetCursor **cursors;  /* one a call, at the row at work */
    Value *arguments;
    size_t *counts;     /* of each call's values, while they are got */
    Vector **values;    /* of the evaluator's expressions, over `input` */
    const Batch *input; /* the batch at work, or NULL */
    size_t row;         /* of it */
    bool is_row_begun;
    int64_t ordinal;             /* of the row's next value */
    uint16_t origin[BATCH_SIZE]; /* the input's slot that each row of the output comes from */
    Batch *batch;
} UnfoldOperator;

static const PlanUnfold *unfold_plan(const UnfoldOperator *self)
{
    return (const PlanUnfold *)self->base.plan;
}

static bool unfold_pull(UnfoldOperator *self)
{
    const PlanUnfold *plan = unfold_plan(self);
    self->row = 0;
    self->is_row_begun = false;
    do {
        self->input = operator_next_slice(self->base.inputs[0], self->evaluator);
        if (self->input == NULL)
            return false;
        size_t expr = 0;
        for (size_t c = 0; c < plan->call_count; c++)
            for (size_t a = 0; a < plan->calls[c].argument_count; a++, expr++)
                self->values[expr] = evaluator_value(self->evaluator, expr, self->input);
    } while (evaluator_lacks_room(self->evaluator));
    return true;
}

static void unfold_begin_row(UnfoldOperator *self)
{
    const PlanUnfold *plan = unfold_plan(self);
    size_t slot = batch_row(self->input, self->row), expr = 0;
    for (size_t c = 0; c < plan->call_count; c++) {
        for (size_t a = 0; a < plan->calls[c].argument_count; a++)
            self->arguments[a] = vector_value(self->values[expr++], slot);
        set_cursor_begin(self->cursors[c], self->arguments);
    }
    self->ordinal = 1;
    self->is_row_begun = true;
}

/* The next values of all calls for the row at work; as many as the longest list has, others are padded. */
static size_t unfold_fill(UnfoldOperator *self, size_t at, size_t room)
{
    size_t call_count = unfold_plan(self)->call_count, longest = 0, *counts = self->counts;
    Vector **results = self->batch->columns + self->base.plan->inputs[0]->output_count;
    for (size_t c = 0; c < call_count; c++) {
        counts[c] = set_cursor_fill(self->cursors[c], results[c], at, room);
        longest = counts[c] > longest ? counts[c] : longest;
    }
    for (size_t c = 0; c < call_count; c++)
        for (size_t i = counts[c]; i < longest; i++)
            vector_set_null(results[c], at + i);
    return longest;
}

/* Values of rows of the batch at work: up to `room`, fewer when the batch is at its end. */
static size_t unfold_rows(UnfoldOperator *self, size_t room)
{
    const PlanUnfold *plan = unfold_plan(self);
    Vector *ordinality = plan->has_ordinality ? self->batch->columns[plan->base.output_count - 1] : NULL;
    size_t count = 0;
    while (count < room && self->row < self->input->row_count) {
        if (!self->is_row_begun)
            unfold_begin_row(self);
        size_t taken = unfold_fill(self, count, room - count);
        for (size_t i = 0; i < taken; i++) {
            self->origin[count + i] = (uint16_t)batch_row(self->input, self->row);
            if (ordinality)
                VECTOR_DATA(ordinality, int64_t)[count + i] = self->ordinal++;
        }
        if (taken < room - count) {
            self->row++;
            self->is_row_begun = false;
        }
        count += taken;
    }
    return count;
}

static Batch *unfold_next(Operator *op)
{
    UnfoldOperator *self = (UnfoldOperator *)op;
    Batch *batch = self->batch;
    size_t width = op->plan->inputs[0]->output_count, count = 0;
    while (count == 0) {
        context_check(op->context);
        if ((self->input == NULL || self->row == self->input->row_count) && !unfold_pull(self))
            return NULL;
        for (size_t c = width; c < batch->column_count; c++)
            vector_prepare(batch->columns[c], op->batch_size);
        count = unfold_rows(self, op->batch_size);
    }
    for (size_t c = 0; c < width; c++)
        vector_gather(batch->columns[c], self->input->columns[c], self->origin, count);
    batch->row_count = batch->vector_size = count;
    batch->selection = NULL;
    batch->morsel = self->input->morsel;
    return batch;
}

static const OperatorOps unfold_ops = {"Unfold", NULL, unfold_next, NULL};

Operator *unfold_new(const Build *build, const Plan *plan, Operator **inputs)
{
    Arena *arena = build->arena;
    const PlanUnfold *unfold = (const PlanUnfold *)plan;
    UnfoldOperator *self = operator_new(build, UnfoldOperator, &unfold_ops, plan, inputs);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    ARRAY(Expr *) exprs = {0};
    self->cursors = arena_array(arena, SetCursor *, unfold->call_count);
    for (size_t c = 0; c < unfold->call_count; c++) {
        const SetCall *call = &unfold->calls[c];
        self->cursors[c] = set_cursor_new(arena, build->context, call);
        for (size_t a = 0; a < call->argument_count; a++)
            array_add(arena, &exprs, column_map_expr(&map, call->arguments[a]));
    }
    self->evaluator = evaluator_new(arena, build->context, exprs.items, exprs.count);
    self->values = arena_array(arena, Vector *, exprs.count);
    self->arguments = arena_array(arena, Value, SET_FUNCTION_MAX_ARGUMENTS);
    self->counts = arena_array(arena, size_t, unfold->call_count);
    self->batch = batch_new_empty(arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(arena, plan_column(build->columns, plan->outputs[c])->type);
    return &self->base;
}
