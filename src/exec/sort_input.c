/* exec/sort_input.c: what Sort and Top-N do alike. */
#include "exec/sort_input.h"

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
    size_t key_count = sort->key_count + (input->copy.shared != NULL);
    Type *key_types = arena_array(arena, Type, key_count);
    SortOrder *orders = arena_array(arena, SortOrder, key_count);
    for (size_t k = 0; k < sort->key_count; k++) {
        key_types[k] = keys[k]->type;
        orders[k] = sort->orders[k];
    }
    input->position = vector_new(arena, type_of(TYPE_UBIGINT));
    if (input->copy.shared)
        key_types[sort->key_count] = input->position->type;
    input->evaluator = evaluator_new(arena, build->context, keys, sort->key_count);
    input->key_vectors = arena_array(arena, Vector *, key_count);
    input->keys = sort_keys_new(arena, build->context, key_types, orders, key_count);
    input->types = arena_array(arena, Type, plan->output_count);
    input->batch = batch_new_empty(arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++) {
        input->types[c] = plan_column(build->columns, plan->outputs[c])->type;
        input->batch->columns[c] = vector_new(arena, input->types[c]);
    }
    return input;
}

Sorter *sort_input_sorter(const SortInput *input, const Build *build, MemoryShare share)
{
    return sorter_new(build->arena, build->context, share, input->keys, input->types, input->batch->column_count);
}

void sort_input_encode(SortInput *input, const Batch *batch)
{
    for (size_t k = 0; k < input->plan->key_count; k++)
        input->key_vectors[k] = evaluator_value(input->evaluator, k, batch);
    if (input->copy.shared) {
        Value position = value_ubigint(batch->morsel);
        vector_set_constant(input->position, &position);
        input->key_vectors[input->plan->key_count] = input->position;
    }
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
