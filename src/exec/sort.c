/* exec/sort.c: all rows in the order of the keys; rows of equal keys in the order in which they came. */
#include "exec/sort_input.h"

typedef struct SortOperator {
    Operator base;
    SortInput *input;
    Sorter *sorter;
    bool is_sorted;
} SortOperator;

static void sort_build(SortOperator *self)
{
    Operator *op = &self->base;
    const SortKeys *keys = self->input->keys;
    for (const Batch *batch; (batch = operator_next(op->inputs[0])) != NULL;) {
        sort_input_encode(self->input, batch);
        sorter_add(self->sorter, self->input->columns, batch->selection, batch->row_count, keys->keys, keys->sizes);
        operator_note_memory(op, sorter_size(self->sorter));
    }
    sort_copy_finish(&self->input->copy, self->sorter);
}

static Batch *sort_next(Operator *op)
{
    SortOperator *self = (SortOperator *)op;
    if (!self->is_sorted)
        sort_build(self);
    self->is_sorted = true;
    return sort_input_output(self->input, op->batch_size);
}

static void sort_close(Operator *op)
{
    SortOperator *self = (SortOperator *)op;
    sort_copy_close(&self->input->copy, self->sorter);
}

static const OperatorOps sort_ops = {"Sort", NULL, sort_next, sort_close};

Operator *sort_new(const Build *build, const Plan *plan, Operator **inputs)
{
    SortOperator *self = operator_new(build, SortOperator, &sort_ops, plan, inputs);
    self->input = sort_input_new(build, plan, &self->base);
    self->sorter = sort_input_sorter(self->input, build, build->memory_share);
    return &self->base;
}
