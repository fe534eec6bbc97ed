/* exec/sort_input.c: what Sort and Top-N do alike. */
#include "exec/sort_input.h"

#include <string.h>

#include "exec/row_output.h"

SortInput *sort_input_new(const Build *build, const Plan *plan, Operator *op)
{
    Arena *arena = build->arena;
    const PlanSort *sort = (const PlanSort *)plan;
    SortInput *input = arena_new(arena, SortInput);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **keys = column_map_exprs(&map, sort->keys, sort->key_count);
    input->plan = sort;
    input->op = op;
    input->copy = (SortCopy){.shared = op->shared, .worker = op->worker, .limit = sort->limit};
    Type *key_types = arena_array(arena, Type, sort->key_count);
    for (size_t k = 0; k < sort->key_count; k++)
        key_types[k] = keys[k]->type;
    input->evaluator = evaluator_new(arena, build->context, keys, sort->key_count);
    input->key_vectors = arena_array(arena, Vector *, sort->key_count);
    input->keys = sort_keys_new(arena, build->context, key_types, sort->orders, sort->key_count);
    input->position = vector_new(arena, type_of(TYPE_UBIGINT));
    input->columns = arena_array(arena, Vector *, plan->output_count + 1);
    input->types = arena_array(arena, Type, plan->output_count + 1);
    input->types[plan->output_count] = input->position->type;
    input->batch = batch_new_empty(arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++) {
        input->types[c] = plan_column(build->columns, plan->outputs[c])->type;
        input->batch->columns[c] = vector_new(arena, input->types[c]);
    }
    return input;
}

Sorter *sort_input_sorter(const SortInput *input, const Build *build, MemoryShare share)
{
    size_t column_count = input->batch->column_count;
    bool has_copies = input->copy.shared != NULL;
    Sorter *sorter =
        sorter_new(build->arena, build->context, share, input->keys, input->types, column_count + has_copies);
    if (has_copies)
        sorter_heed_position(sorter, column_count);
    return sorter;
}

void sort_input_encode(SortInput *input, const Batch *batch)
{
    for (size_t k = 0; k < input->plan->key_count; k++)
        input->key_vectors[k] = evaluator_value(input->evaluator, k, batch);
    Value position = value_ubigint(batch->morsel);
    vector_set_constant(input->position, &position);
    if (batch->column_count > 0)
        memcpy(input->columns, batch->columns, batch->column_count * sizeof *input->columns);
    input->columns[batch->column_count] = input->position;
    sort_keys_encode(input->keys, input->key_vectors, batch->selection, batch->row_count);
}

Batch *sort_input_output(SortInput *input, size_t batch_size)
{
    Batch *batch = input->batch;
    size_t count = sort_copy_next(&input->copy, batch_size, input->rows, &batch->morsel);
    if (count == 0)
        return NULL;
    rows_output(sorter_layout(input->copy.sorter), input->rows, count, batch);
    return batch;
}
