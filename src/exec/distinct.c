/* exec/distinct.c: the first row of each combination of keys, as soon as it comes.
 *
 * When memory is full, rows of combinations that are not there yet wait on disk, split by the hash of their keys, and
 * are looked at partition by partition behind the others. Where the input is sorted (DISTINCT ON) those that are kept
 * are put in order again by their numbers. */
#include "exec/hash_table.h"
#include "exec/operator.h"
#include "exec/row_output.h"
#include "exec/sorter.h"
#include "exec/spill.h"

typedef struct DistinctOperator {
    Operator base;
    size_t key_count, column_count;
    size_t *key_positions;
    RowStore *seen; /* one row for each combination */
    HashTable *table;
    HashProbe *probe;
    Vector **keys;
    Batch *batch;
    bool is_at_end;  /* of the input */
    uint64_t number; /* rows of the input so far */
    /* rows that wait: the input's columns, the row's number */
    MemoryShare share;
    Type *types;
    Vector **waiting;
    Vector *numbers;
    bool is_full;  /* no new combinations are taken */
    Spill *spill;  /* or NULL: none has waited yet */
    bool is_again; /* rows are those that have waited */
    /* where order is kept, those of them that are handed on */
    bool keeps_order;
    SortKeys *number_keys;
    Sorter *sorter; /* or NULL: not there yet */
    Batch *sorted;
    uint8_t *rows[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
    uint16_t selection[BATCH_SIZE];
    uint64_t hashes[BATCH_SIZE];
} DistinctOperator;

static void distinct_forget(DistinctOperator *self)
{
    hash_table_clear(self->table);
    row_store_release(self->seen);
    self->is_full = false;
}

static void distinct_look_at_memory(DistinctOperator *self)
{
    size_t rows_size = row_store_size(self->seen), waiting_size = self->spill ? spill_size(self->spill) : 0;
    operator_note_memory(&self->base, rows_size + hash_table_size(self->table) + waiting_size);
    if (!memory_share_is_full(self->share, row_store_count(self->seen),
                              rows_size + hash_table_size_to_add(self->table, BATCH_SIZE)))
        return;
    if (self->spill == NULL) {
        self->spill = spill_new(self->base.arena, self->base.context, self->share);
        spill_add_side(self->spill, self->types, self->column_count + 1);
    }
    self->is_full = spill_can_add(self->spill);
}

/* ---- choosing rows ---- */

static Vector *distinct_number_rows(DistinctOperator *self, const Batch *input)
{
    vector_prepare(self->numbers, input->vector_size);
    for (size_t i = 0; i < input->row_count; i++)
        VECTOR_DATA(self->numbers, uint64_t)[batch_row(input, i)] = self->number + i;
    return self->numbers;
}

/* The rows whose combination is not there wait. */
static void distinct_put_off(DistinctOperator *self, const Batch *input)
{
    size_t count = 0;
    hash_table_find(self->table, self->probe, self->keys, input->selection, input->row_count, self->rows);
    for (size_t i = 0; i < input->row_count; i++) {
        self->selection[count] = (uint16_t)batch_row(input, i);
        count += self->rows[i] == NULL;
    }
    for (size_t c = 0; c < self->column_count; c++)
        self->waiting[c] = input->columns[c];
    self->waiting[self->column_count] =
        self->is_again ? input->columns[self->column_count] : distinct_number_rows(self, input);
    vectors_hash(self->keys, self->key_count, self->selection, count, self->hashes);
    spill_add(self->spill, 0, self->waiting, self->selection, count, self->hashes);
}

/* Writes the selection of the rows that are the first of their combination; returns how many. */
static size_t distinct_select(DistinctOperator *self, const Batch *input)
{
    for (size_t k = 0; k < self->key_count; k++)
        self->keys[k] = input->columns[self->key_positions[k]];
    if (self->is_full) {
        distinct_put_off(self, input);
        return 0;
    }
    hash_table_add(self->table, self->probe, self->keys, input->selection, input->row_count, self->rows, self->is_new);
    size_t count = 0;
    for (size_t i = 0; i < input->row_count; i++) {
        self->selection[count] = (uint16_t)batch_row(input, i);
        count += self->is_new[i];
    }
    distinct_look_at_memory(self);
    return count;
}

/* ---- rows that have waited ---- */

/* The next of them, of any partition. */
static Batch *distinct_next_waiting(DistinctOperator *self)
{
    while (self->spill) {
        Batch *batch = self->is_again ? spill_next(self->spill, 0, self->base.batch_size) : NULL;
        if (batch)
            return batch;
        if (!spill_begin_partition(self->spill))
            break;
        self->is_again = true;
        distinct_forget(self);
    }
    return NULL;
}

/* Those of the next that are the first of their combination, with their numbers behind their columns; NULL at the end.
 */
static Batch *distinct_next_again(DistinctOperator *self)
{
    Batch *batch = distinct_next_waiting(self);
    if (batch == NULL)
        return NULL;
    batch->row_count = distinct_select(self, batch);
    batch->selection = self->selection;
    return batch;
}

static void distinct_sort(DistinctOperator *self)
{
    Operator *op = &self->base;
    SortKeys *keys = self->number_keys;
    self->sorter = sorter_new(op->arena, op->context, self->share, keys, self->types, self->column_count);
    for (Batch *batch; (batch = distinct_next_again(self)) != NULL;) {
        context_check(op->context);
        sort_keys_encode(keys, &batch->columns[self->column_count], batch->selection, batch->row_count);
        sorter_add(self->sorter, batch->columns, batch->selection, batch->row_count, keys->keys, keys->sizes);
    }
    distinct_forget(self);
    sorter_finish(self->sorter);
}

static Batch *distinct_next_sorted(DistinctOperator *self)
{
    if (self->sorter == NULL)
        distinct_sort(self);
    size_t count = sorter_next(self->sorter, self->base.batch_size, self->rows);
    if (count == 0)
        return NULL;
    rows_output(sorter_layout(self->sorter), self->rows, count, self->sorted);
    return self->sorted;
}

static Batch *distinct_next_unsorted(DistinctOperator *self)
{
    const Batch *waiting = distinct_next_again(self);
    if (waiting == NULL)
        return NULL;
    for (size_t c = 0; c < self->column_count; c++)
        vector_own_strings(waiting->columns[c], waiting->vector_size);
    Batch *batch = batch_view(self->batch, waiting);
    batch->column_count = self->column_count;
    return batch;
}

/* ---- the operator ---- */

static Batch *distinct_next(Operator *op)
{
    DistinctOperator *self = (DistinctOperator *)op;
    const Batch *input = self->is_at_end ? NULL : operator_next(op->inputs[0]);
    if (input == NULL) {
        self->is_at_end = true;
        return self->spill && self->keeps_order ? distinct_next_sorted(self) : distinct_next_unsorted(self);
    }
    Batch *batch = batch_view(self->batch, input);
    batch->row_count = distinct_select(self, input);
    batch->selection = self->selection;
    self->number += input->row_count;
    return batch;
}

static void distinct_close(Operator *op)
{
    DistinctOperator *self = (DistinctOperator *)op;
    distinct_forget(self);
    spill_clear(self->spill);
    if (self->sorter)
        sorter_clear(self->sorter);
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
    self->column_count = plan->output_count;
    self->key_positions = arena_array(arena, size_t, self->key_count);
    self->keys = arena_array(arena, Vector *, self->key_count);
    for (size_t k = 0; k < self->key_count; k++) {
        self->key_positions[k] = column_map_position(&map, distinct->keys[k]);
        types[k] = plan_column(build->columns, distinct->keys[k])->type;
    }
    self->seen = row_store_new(arena, build->context, row_layout_new(arena, types, self->key_count, 0));
    self->table = hash_table_new(arena, build->context, self->seen, self->key_count, "the hash table of DISTINCT");
    self->probe = hash_probe_new(arena);
    self->batch = batch_new_empty(arena, self->column_count + 1);
    const Plan *input = plan->inputs[0];
    self->keeps_order =
        input->kind == PLAN_SORT || (input->kind == PLAN_GATHER && ((const PlanGather *)input)->keeps_order);
    /* its sorter comes when the table is full, and has as much again */
    self->share = memory_share_part(build->memory_share, self->keeps_order ? 2 : 1);
    self->types = arena_array(arena, Type, self->column_count + 1);
    self->waiting = arena_array(arena, Vector *, self->column_count + 1);
    self->numbers = vector_new(arena, type_of(TYPE_UBIGINT));
    self->sorted = batch_new_empty(arena, self->column_count);
    for (size_t c = 0; c < self->column_count; c++) {
        self->types[c] = plan_column(build->columns, plan->outputs[c])->type;
        self->sorted->columns[c] = vector_new(arena, self->types[c]);
    }
    self->types[self->column_count] = self->numbers->type;
    if (self->keeps_order)
        self->number_keys = sort_keys_new(arena, build->context, &self->numbers->type, arena_new(arena, SortOrder),
                                          /* column_count= */ 1);
    return &self->base;
}
