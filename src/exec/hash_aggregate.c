/* exec/hash_aggregate.c: GROUP BY: rows to groups by a hash table, groups' states in the table's rows.
 *
 *   row   +-----------+--------+-----+--------+   set: which of GROUPING SETS it is of, where there are any: each input
 *         | NULL bits | groups | set | states |   row then goes to one group of every set, keyed by NULL for the group
 *         +-----------+--------+-----+--------+   columns that are not in it
 *
 * Without groups there is one block of states, and no table. */
#include <string.h>

#include "exec/aggregate_calls.h"
#include "exec/hash_table.h"
#include "exec/operator.h"
#include "exec/row_output.h"
#include "expr/evaluator.h"

typedef struct HashAggregateOperator {
    Operator base;
    AggregateCalls *calls;
    Evaluator *groups;
    size_t key_count; /* the groups, and the set */
    Vector **values;  /* of the group expressions */
    Vector **keys;    /* what goes to the table */
    Vector **nulls;   /* for groups that are not in a set */
    Vector *set;
    RowStore *rows;
    const RowLayout *layout;
    HashTable *table;
    HashProbe *probe;
    uint8_t *one; /* the states of the one group; NULL when there are groups */
    Batch *batch;
    bool is_built;
    size_t next_row; /* of those to return */
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
} HashAggregateOperator;

static const PlanAggregate *aggregate_plan(const HashAggregateOperator *self)
{
    return (const PlanAggregate *)self->base.plan;
}

static void aggregate_note_memory(HashAggregateOperator *self)
{
    size_t size = aggregate_calls_size(self->calls);
    if (self->table)
        size += row_store_size(self->rows) + hash_table_size(self->table);
    operator_note_memory(&self->base, size);
}

/* ---- input ---- */

static void aggregate_add_to_groups(HashAggregateOperator *self, const Batch *batch)
{
    hash_table_add(self->table, self->probe, self->keys, batch->selection, batch->row_count, self->found, self->is_new);
    for (size_t i = 0; i < batch->row_count; i++)
        self->found[i] += self->layout->extra_offset;
    aggregate_calls_update(self->calls, batch, self->found);
}

/* The key of a set: groups that are in it, NULL for the others, its number. */
static void aggregate_choose_set(HashAggregateOperator *self, size_t set_index)
{
    const PlanAggregate *plan = aggregate_plan(self);
    for (size_t g = 0; g < plan->group_count; g++)
        self->keys[g] = plan->sets[set_index] >> g & 1 ? self->values[g] : self->nulls[g];
    Value number = value_ubigint(set_index);
    vector_set_constant(self->set, &number);
    self->keys[plan->group_count] = self->set;
}

static void aggregate_add(HashAggregateOperator *self, const Batch *batch)
{
    const PlanAggregate *plan = aggregate_plan(self);
    if (self->one) {
        aggregate_calls_update_one(self->calls, batch, self->one);
        return;
    }
    for (size_t g = 0; g < plan->group_count; g++)
        self->keys[g] = self->values[g] = evaluator_value(self->groups, g, batch);
    if (plan->set_count == 0)
        aggregate_add_to_groups(self, batch);
    for (size_t s = 0; s < plan->set_count; s++) {
        aggregate_choose_set(self, s);
        aggregate_add_to_groups(self, batch);
    }
}

/* A set without groups has a row even when nothing comes. */
static void aggregate_add_empty_sets(HashAggregateOperator *self)
{
    const PlanAggregate *plan = aggregate_plan(self);
    for (size_t s = 0; s < plan->set_count; s++) {
        if (plan->sets[s] != 0)
            continue;
        aggregate_choose_set(self, s);
        hash_table_add(self->table, self->probe, self->keys, NULL, 1, self->found, self->is_new);
    }
}

static void aggregate_build(HashAggregateOperator *self)
{
    aggregate_add_empty_sets(self);
    for (const Batch *batch; (batch = operator_next(self->base.inputs[0])) != NULL;) {
        aggregate_add(self, batch);
        aggregate_note_memory(self);
    }
    aggregate_calls_finish(self->calls);
}

/* ---- output ---- */

/* The rows to return next; found[i], or the one block of states. */
static size_t aggregate_next_groups(HashAggregateOperator *self)
{
    size_t count;
    if (self->one) {
        count = self->next_row == 0;
        self->found[0] = self->one;
    } else {
        count = row_store_rows(self->rows, self->next_row, self->base.batch_size, self->found);
    }
    self->next_row += count;
    return count;
}

/* GROUPING SETS: bit i is set when group i is not in the row's set. */
static void aggregate_write_grouping(HashAggregateOperator *self, size_t count, Vector *target)
{
    const PlanAggregate *plan = aggregate_plan(self);
    rows_read(self->layout, plan->group_count, self->found, count, self->set);
    const uint64_t *sets = VECTOR_DATA(self->set, uint64_t);
    uint64_t all = plan->group_count < 64 ? ((uint64_t)1 << plan->group_count) - 1 : UINT64_MAX;
    vector_prepare(target, count);
    uint64_t *values = VECTOR_DATA(target, uint64_t);
    for (size_t i = 0; i < count; i++)
        values[i] = all & ~plan->sets[sets[i]];
}

static Batch *hash_aggregate_next(Operator *op)
{
    HashAggregateOperator *self = (HashAggregateOperator *)op;
    const PlanAggregate *plan = aggregate_plan(self);
    if (!self->is_built)
        aggregate_build(self);
    self->is_built = true;
    size_t count = aggregate_next_groups(self);
    if (count == 0)
        return NULL;
    Vector **columns = self->batch->columns;
    for (size_t g = 0; g < plan->group_count; g++)
        row_output(self->layout, g, self->found, count, *columns++);
    if (plan->set_count)
        aggregate_write_grouping(self, count, columns[plan->aggregate_count]);
    for (size_t i = 0; i < count && !self->one; i++)
        self->found[i] += self->layout->extra_offset;
    for (size_t a = 0; a < plan->aggregate_count; a++)
        aggregate_calls_finalize(self->calls, a, self->found, count, *columns++);
    self->batch->row_count = self->batch->vector_size = count;
    self->batch->selection = NULL;
    return self->batch;
}

static void hash_aggregate_close(Operator *op)
{
    HashAggregateOperator *self = (HashAggregateOperator *)op;
    aggregate_calls_clear(self->calls);
    if (self->table == NULL)
        return;
    hash_table_clear(self->table);
    row_store_release(self->rows);
}

static const OperatorOps hash_aggregate_ops = {"HashAggregate", NULL, hash_aggregate_next, hash_aggregate_close};

/* ---- making ---- */

static void aggregate_make_table(HashAggregateOperator *self, const Build *build, const ColumnMap *map)
{
    Arena *arena = build->arena;
    const PlanAggregate *plan = aggregate_plan(self);
    bool has_sets = plan->set_count > 0;
    self->key_count = plan->group_count + has_sets;
    self->values = arena_array(arena, Vector *, plan->group_count);
    self->nulls = arena_array(arena, Vector *, plan->group_count);
    self->keys = arena_array(arena, Vector *, self->key_count);
    Type *types = arena_array(arena, Type, self->key_count);
    for (size_t g = 0; g < plan->group_count; g++) {
        types[g] = plan->groups[g]->type;
        Value null = value_null(types[g]);
        self->nulls[g] = vector_new(arena, types[g]);
        vector_set_constant(self->nulls[g], &null);
    }
    self->set = vector_new(arena, type_of(TYPE_UBIGINT));
    if (has_sets)
        types[plan->group_count] = self->set->type;
    Expr **groups = column_map_exprs(map, plan->groups, plan->group_count);
    self->groups = evaluator_new(arena, build->context, groups, plan->group_count);
    self->layout = row_layout_new(arena, types, self->key_count, aggregate_calls_state_size(self->calls));
    self->rows = row_store_new(arena, build->context, self->layout);
    self->table = hash_table_new(arena, build->context, self->rows, self->key_count, "the hash table of GROUP BY");
    self->probe = hash_probe_new(arena);
}

Operator *hash_aggregate_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanAggregate *aggregate = (const PlanAggregate *)plan;
    HashAggregateOperator *self = operator_new(build, HashAggregateOperator, &hash_aggregate_ops, plan, inputs);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    self->calls = aggregate_calls_new(build, aggregate, &map);
    if (aggregate->group_count + aggregate->set_count > 0)
        aggregate_make_table(self, build, &map);
    else
        self->one = arena_allocate_zero(build->arena, aggregate_calls_state_size(self->calls));
    self->batch = batch_new_empty(build->arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(build->arena, plan_column(build->columns, plan->outputs[c])->type);
    return &self->base;
}
