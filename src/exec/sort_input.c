/* exec/sort_input.c: what Sort and Top-N do alike. */
#include "exec/sort_input.h"

#include "exec/row_output.h"

SortInput *sort_input_new(const Build *build, const Plan *plan)
{
    Arena *arena = build->arena;
    const PlanSort *sort = (const PlanSort *)plan;
    SortInput *input = arena_new(arena, SortInput);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **keys = column_map_exprs(&map, sort->keys, sort->key_count);
    Type *key_types = arena_array(arena, Type, sort->key_count);
    for (size_t k = 0; k < sort->key_count; k++)
        key_types[k] = keys[k]->type;
    input->plan = sort;
    input->evaluator = evaluator_new(arena, build->context, keys, sort->key_count);
    input->key_vectors = arena_array(arena, Vector *, sort->key_count);
    input->keys = sort_keys_new(arena, build->context, key_types, sort->orders, sort->key_count);
    input->types = arena_array(arena, Type, plan->output_count);
    input->batch = batch_new_empty(arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++) {
        input->types[c] = plan_column(build->columns, plan->outputs[c])->type;
        input->batch->columns[c] = vector_new(arena, input->types[c]);
    }
    input->take_left = sort->limit;
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
    sort_keys_encode(input->keys, input->key_vectors, batch->selection, batch->row_count);
}

Batch *sort_input_output(SortInput *input, Sorter *sorter, size_t batch_size)
{
    size_t wanted = input->take_left < batch_size ? input->take_left : batch_size;
    size_t count = sorter_next(sorter, wanted, input->rows);
    if (count == 0)
        return NULL;
    input->take_left -= count;
    Batch *batch = input->batch;
    for (size_t c = 0; c < batch->column_count; c++)
        row_output(sorter_layout(sorter), c, input->rows, count, batch->columns[c]);
    batch->row_count = batch->vector_size = count;
    batch->selection = NULL;
    return batch;
}
