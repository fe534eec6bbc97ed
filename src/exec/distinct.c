/* exec/distinct.c: the first row of each combination of keys, as soon as it comes. */
#include "exec/hash_table.h"
#include "exec/operator.h"

typedef struct DistinctOperator {
    Operator base;
    size_t key_count;
    size_t *key_positions;
    RowStore *seen; /* one row for each combination */
    HashTable *table;
    HashProbe *probe;
    Vector **keys;
    Batch *batch;
    uint8_t *rows[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
    uint16_t selection[BATCH_SIZE];
} DistinctOperator;

static Batch *distinct_next(Operator *op)
{
    DistinctOperator *self = (DistinctOperator *)op;
    const Batch *input = operator_next(op->inputs[0]);
    if (input == NULL)
        return NULL;
    for (size_t k = 0; k < self->key_count; k++)
        self->keys[k] = input->columns[self->key_positions[k]];
    hash_table_add(self->table, self->probe, self->keys, input->selection, input->row_count, self->rows, self->is_new);
    operator_note_memory(op, row_store_size(self->seen) + hash_table_size(self->table));
    size_t count = 0;
    for (size_t i = 0; i < input->row_count; i++) {
        self->selection[count] = (uint16_t)batch_row(input, i);
        count += self->is_new[i];
    }
    Batch *batch = batch_view(self->batch, input);
    batch->selection = self->selection;
    batch->row_count = count;
    return batch;
}

static void distinct_close(Operator *op)
{
    DistinctOperator *self = (DistinctOperator *)op;
    hash_table_clear(self->table);
    row_store_release(self->seen);
}

static const OperatorOps distinct_ops = {"Distinct", NULL, distinct_next, distinct_close};

Operator *distinct_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanDistinct *distinct = (const PlanDistinct *)plan;
    DistinctOperator *self = operator_new(build, DistinctOperator, &distinct_ops, plan, inputs);
    Arena *arena = build->arena;
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Type *types = arena_array(arena, Type, distinct->key_count);
    self->key_count = distinct->key_count;
    self->key_positions = arena_array(arena, size_t, self->key_count);
    self->keys = arena_array(arena, Vector *, self->key_count);
    for (size_t k = 0; k < self->key_count; k++) {
        self->key_positions[k] = column_map_position(&map, distinct->keys[k]);
        types[k] = plan_column(build->columns, distinct->keys[k])->type;
    }
    self->seen = row_store_new(arena, build->context, row_layout_new(arena, types, self->key_count, 0));
    self->table = hash_table_new(arena, build->context, self->seen, self->key_count, "the hash table of DISTINCT");
    self->probe = hash_probe_new(arena);
    self->batch = batch_new_empty(arena, plan->output_count);
    return &self->base;
}
