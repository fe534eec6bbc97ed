/* exec/set_operation.c: UNION ALL, INTERSECT and EXCEPT.
 *
 * A union hands on its inputs, one after the other. The others count the right side's rows in a hash table, and then
 * each left row is dropped or handed on, as it comes, by what is counted there:
 *
 *   EXCEPT         a row that neither the right side nor an earlier left row had
 *   EXCEPT ALL     counts down while there is something to count; handed on after that
 *   INTERSECT      handed on once, while there is a count
 *   INTERSECT ALL  handed on and counted down while there is something to count
 *
 * When memory is full no new rows are counted: those of either side that are not in the table wait on disk, split by
 * their hash, and each partition is then a set operation of its own. */
#include "exec/hash_table.h"
#include "exec/operator.h"
#include "exec/row_output.h"
#include "exec/spill.h"

enum { LEFT, RIGHT };

typedef struct SetOperator {
    Operator base;
    size_t input_index; /* of a union: the one being read */
    bool is_built;
    RowStore *rows; /* extra: uint64_t, how many right rows are like it */
    HashTable *table;
    HashProbe *probe;
    Batch *batch;
    MemoryShare share;
    bool is_full;  /* no new rows are counted */
    Spill *spill;  /* or NULL: none has waited yet */
    bool is_again; /* rows are those that have waited */
    uint16_t absent[BATCH_SIZE];
    uint64_t hashes[BATCH_SIZE];
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

static void set_forget(SetOperator *self)
{
    hash_table_clear(self->table);
    row_store_release(self->rows);
    self->is_full = self->is_built = false;
}

static const Batch *set_pull(SetOperator *self, int side)
{
    if (self->is_again)
        return spill_next(self->spill, (size_t)side, self->base.batch_size);
    return operator_next(self->base.inputs[side]);
}

static void set_look_at_memory(SetOperator *self)
{
    size_t rows_size = row_store_size(self->rows), waiting_size = self->spill ? spill_size(self->spill) : 0;
    operator_note_memory(&self->base, rows_size + hash_table_size(self->table) + waiting_size);
    if (!memory_share_is_full(self->share, row_store_count(self->rows),
                              rows_size + hash_table_size_to_add(self->table, BATCH_SIZE)))
        return;
    if (self->spill == NULL) {
        const RowLayout *layout = row_store_layout(self->rows);
        self->spill = spill_new(self->base.arena, self->base.context, self->share);
        spill_add_side(self->spill, layout->types, layout->column_count);
        spill_add_side(self->spill, layout->types, layout->column_count);
    }
    self->is_full = spill_can_add(self->spill);
}

/* The table's rows, NULL where there is none. When memory is full, those wait. */
static void set_find(SetOperator *self, const Batch *batch, int side)
{
    size_t count = 0;
    memset(self->is_new, 0, batch->row_count * sizeof *self->is_new);
    hash_table_find(self->table, self->probe, batch->columns, batch->selection, batch->row_count, self->found);
    if (!self->is_full)
        return;
    for (size_t i = 0; i < batch->row_count; i++) {
        self->absent[count] = (uint16_t)batch_row(batch, i);
        count += self->found[i] == NULL;
    }
    vectors_hash(batch->columns, batch->column_count, self->absent, count, self->hashes);
    spill_add(self->spill, (size_t)side, batch->columns, self->absent, count, self->hashes);
}

/* The same, and while there is memory each row gets into the table. */
static void set_add(SetOperator *self, const Batch *batch, int side)
{
    if (self->is_full) {
        set_find(self, batch, side);
        return;
    }
    hash_table_add(self->table, self->probe, batch->columns, batch->selection, batch->row_count, self->found,
                   self->is_new);
    set_look_at_memory(self);
}

static void set_build(SetOperator *self)
{
    for (const Batch *batch; (batch = set_pull(self, RIGHT)) != NULL;) {
        set_add(self, batch, RIGHT);
        for (size_t i = 0; i < batch->row_count; i++)
            if (self->found[i])
                ++*row_count_of(self, self->found[i]);
    }
}

/* Writes the selection of the left rows that are handed on; returns how many. */
static size_t except_select(SetOperator *self, const Batch *batch, bool is_all)
{
    size_t count = 0;
    set_add(self, batch, LEFT);
    for (size_t i = 0; i < batch->row_count; i++) {
        if (self->found[i] == NULL)
            continue;
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
    set_find(self, batch, LEFT);
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

/* The next left rows, with the table of their right side ready; NULL at the end. */
static const Batch *set_next_left(SetOperator *self)
{
    bool is_except = ((const PlanSet *)self->base.plan)->operator== PLAN_EXCEPT;
    for (;;) {
        if (!self->is_built)
            set_build(self);
        self->is_built = true;
        bool is_idle = !is_except && row_store_count(self->rows) == 0;
        const Batch *batch = is_idle ? NULL : set_pull(self, LEFT);
        if (batch)
            return batch;
        if (self->spill == NULL || !spill_begin_partition(self->spill))
            return NULL;
        self->is_again = true;
        set_forget(self);
    }
}

static Batch *set_next(Operator *op)
{
    SetOperator *self = (SetOperator *)op;
    const PlanSet *plan = (const PlanSet *)op->plan;
    const Batch *input = set_next_left(self);
    if (input == NULL)
        return NULL;
    for (size_t c = 0; c < input->column_count && self->is_again; c++)
        vector_own_strings(input->columns[c], input->vector_size);
    Batch *batch = batch_view(self->batch, input);
    batch->row_count = (plan->operator== PLAN_EXCEPT ? except_select : intersect_select)(self, input, plan->is_all);
    batch->selection = self->selection;
    return batch;
}

static void set_close(Operator *op)
{
    SetOperator *self = (SetOperator *)op;
    set_forget(self);
    spill_clear(self->spill);
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
    self->share = build->memory_share;
    return &self->base;
}
