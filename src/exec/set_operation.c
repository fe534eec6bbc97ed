/* exec/set_operation.c: UNION ALL, INTERSECT and EXCEPT.
 *
 * A union hands on its inputs, one after the other. The others count the right side's rows in a hash table, and then
 * each left row is dropped or handed on, as it comes, by what is counted there:
 *
 *   EXCEPT         a row that neither the right side nor an earlier left row had
 *   EXCEPT ALL     counts down while there is something to count; handed on after that
 *   INTERSECT      handed on once, while there is a count
 *   INTERSECT ALL  handed on and counted down while there is something to count */
#include "exec/hash_table.h"
#include "exec/operator.h"

typedef struct SetOperator {
    Operator base;
    size_t input_index; /* of a union: the one being read */
    bool is_built;
    RowStore *rows; /* extra: uint64_t, how many right rows are like it */
    HashTable *table;
    HashProbe *probe;
    Batch *batch;
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
    uint16_t selection[BATCH_SIZE];
} SetOperator;

static Batch *union_next(Operator *op)
{
    SetOperator *self = (SetOperator *)op;
    for (; self->input_index < op->input_count; self->input_index++) {
        const Batch *batch = operator_next(op->inputs[self->input_index]);
        if (batch)
            return batch_view(self->batch, batch);
    }
    return NULL;
}

static uint64_t *row_count_of(const SetOperator *self, uint8_t *row)
{
    return (uint64_t *)(row + row_store_layout(self->rows)->extra_offset);
}

static size_t set_add(SetOperator *self, const Batch *batch)
{
    size_t new_count = hash_table_add(self->table, self->probe, batch->columns, batch->selection, batch->row_count,
                                      self->found, self->is_new);
    operator_note_memory(&self->base, row_store_size(self->rows) + hash_table_size(self->table));
    return new_count;
}

static void set_build(SetOperator *self)
{
    for (const Batch *batch; (batch = operator_next(self->base.inputs[1])) != NULL;) {
        set_add(self, batch);
        for (size_t i = 0; i < batch->row_count; i++)
            ++*row_count_of(self, self->found[i]);
    }
}

/* Writes the selection of the left rows that are handed on; returns how many. */
static size_t except_select(SetOperator *self, const Batch *batch, bool is_all)
{
    size_t count = 0;
    set_add(self, batch);
    for (size_t i = 0; i < batch->row_count; i++) {
        uint64_t *left = row_count_of(self, self->found[i]);
        self->selection[count] = (uint16_t)batch_row(batch, i);
        count += is_all ? *left == 0 : self->is_new[i];
        *left -= *left > 0;
    }
    return count;
}

static size_t intersect_select(SetOperator *self, const Batch *batch, bool is_all)
{
    size_t count = 0;
    hash_table_find(self->table, self->probe, batch->columns, batch->selection, batch->row_count, self->found);
    for (size_t i = 0; i < batch->row_count; i++) {
        if (self->found[i] == NULL)
            continue;
        uint64_t *left = row_count_of(self, self->found[i]);
        self->selection[count] = (uint16_t)batch_row(batch, i);
        count += *left > 0;
        *left = is_all && *left > 0 ? *left - 1 : 0;
    }
    return count;
}

static Batch *set_next(Operator *op)
{
    SetOperator *self = (SetOperator *)op;
    const PlanSet *plan = (const PlanSet *)op->plan;
    bool is_except = plan->operator== PLAN_EXCEPT;
    if (!self->is_built)
        set_build(self);
    self->is_built = true;
    if (!is_except && row_store_count(self->rows) == 0)
        return NULL;
    const Batch *input = operator_next(op->inputs[0]);
    if (input == NULL)
        return NULL;
    Batch *batch = batch_view(self->batch, input);
    batch->row_count = (is_except ? except_select : intersect_select)(self, input, plan->is_all);
    batch->selection = self->selection;
    return batch;
}

static void set_close(Operator *op)
{
    SetOperator *self = (SetOperator *)op;
    hash_table_clear(self->table);
    row_store_release(self->rows);
}

static const OperatorOps union_ops = {"Union", NULL, union_next, NULL};
static const OperatorOps set_ops = {"Set", NULL, set_next, set_close};

Operator *set_operation_new(const Build *build, const Plan *plan, Operator **inputs)
{
    bool is_union = ((const PlanSet *)plan)->operator== PLAN_UNION;
    SetOperator *self = operator_new(build, SetOperator, is_union ? &union_ops : &set_ops, plan, inputs);
    Arena *arena = build->arena;
    self->batch = batch_new_empty(arena, plan->output_count);
    if (is_union)
        return &self->base;
    Type *types = arena_array(arena, Type, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        types[c] = plan_column(build->columns, plan->outputs[c])->type;
    RowLayout *layout = row_layout_new(arena, types, plan->output_count, sizeof(uint64_t));
    self->rows = row_store_new(arena, build->context, layout);
    self->table =
        hash_table_new(arena, build->context, self->rows, plan->output_count, "the hash table of a set operation");
    self->probe = hash_probe_new(arena);
    return &self->base;
}
