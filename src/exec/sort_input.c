/* exec/sort_input.c: what Sort and Top-N do alike. */
#include "exec/sort_input.h"

#include "exec/row_output.h"

void *sort_shared_new(const Build *build, const Plan *plan)
{
    (void)plan;
    if (build->copy_count < 2)
        return NULL;
    SortShared *shared = arena_new(build->arena, SortShared);
    shared->copy_count = build->copy_count;
    shared->sorters = arena_array(build->arena, Sorter *, shared->copy_count);
    return shared;
}

SortInput *sort_input_new(const Build *build, const Plan *plan, Operator *op)
{
    Arena *arena = build->arena;
    const PlanSort *sort = (const PlanSort *)plan;
    SortInput *input = arena_new(arena, SortInput);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **keys = column_map_exprs(&map, sort->keys, sort->key_count);
    input->plan = sort;
    input->op = op;
    input->shared = op->shared;
    size_t key_count = sort->key_count + (input->shared != NULL);
    Type *key_types = arena_array(arena, Type, key_count);
    SortOrder *orders = arena_array(arena, SortOrder, key_count);
    for (size_t k = 0; k < sort->key_count; k++) {
        key_types[k] = keys[k]->type;
        orders[k] = sort->orders[k];
    }
    input->position = vector_new(arena, type_of(TYPE_UBIGINT));
    if (input->shared)
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
    if (input->shared) {
        Value position = value_ubigint(batch->morsel);
        vector_set_constant(input->position, &position);
        input->key_vectors[input->plan->key_count] = input->position;
    }
    sort_keys_encode(input->keys, input->key_vectors, batch->selection, batch->row_count);
}

bool sort_shared_finish(SortShared *shared, Worker *worker, Sorter *sorter, uint64_t *ret_phase)
{
    if (shared == NULL) {
        sorter_finish(sorter);
        return true;
    }
    size_t index = worker_index(worker);
    sorter_settle(sorter);
    shared->sorters[index] = sorter;
    worker_meet(worker, &shared->sorted, NULL, NULL);
    *ret_phase = worker_begin_phase(worker);
    if (index == 0)
        sorter_finish_all(shared->sorters, shared->copy_count);
    return index == 0;
}

void sort_shared_close(SortShared *shared, Sorter *sorter)
{
    if (shared == NULL)
        sorter_clear(sorter);
    else if (atomic_fetch_add(&shared->closed_count, 1) + 1 == shared->copy_count)
        for (size_t i = 0; i < shared->copy_count; i++)
            if (shared->sorters[i])
                sorter_clear(shared->sorters[i]);
}

void sort_input_finish(SortInput *input, Sorter *sorter)
{
    if (!sort_shared_finish(input->shared, input->op->worker, sorter, &input->phase))
        input->take_left = 0;
}

void sort_input_close(SortInput *input, Sorter *sorter)
{
    sort_shared_close(input->shared, sorter);
}

Batch *sort_input_output(SortInput *input, Sorter *sorter, size_t batch_size)
{
    size_t wanted = input->take_left < batch_size ? input->take_left : batch_size;
    size_t count = wanted > 0 ? sorter_next(sorter, wanted, input->rows) : 0;
    if (count == 0)
        return NULL;
    input->take_left -= count;
    Batch *batch = input->batch;
    rows_output(sorter_layout(sorter), input->rows, count, batch);
    if (input->shared)
        batch->morsel = worker_enter(input->op->worker, input->phase, 0);
    return batch;
}
