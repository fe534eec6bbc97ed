/* exec/hash_aggregate.c: GROUP BY: rows to groups by a hash table, groups' states in the table's rows.
 *
 *   row   +-----------+--------+-----+--------+   set: which of GROUPING SETS it is of, where there are any: each input
 *         | NULL bits | groups | set | states |   row then goes to one group of every set, keyed by NULL for the group
 *         +-----------+--------+-----+--------+   columns that are not in it
 *
 * Without groups there is one block of states, and no table.
 *
 * When memory is full no new groups are made. Rows of groups that are there still go to them; all others wait on disk,
 * as they came, with their keys, split by the hash of these. Once the groups in memory are handed on each partition is
 * taken up like an input of its own. So all rows of a group meet in one place, in their order.
 *
 * Copies make groups of their parts of the input and then merge them by partitions (aggregate_shared.h): a copy takes a
 * partition, adopts the groups of all copies where they stand, merges states of equal keys, adds the rows that wait,
 * and hands on what came of it.
 *
 * A copy makes groups in rounds as long as hardly any two rows share one: each has a table of its own, small enough to
 * be near, and a group of several rounds is several until the merge. Where copies would make most groups each for
 * itself, rows are put off until the merge after the first round. */
#include <string.h>

#include "exec/aggregate_calls.h"
#include "exec/aggregate_shared.h"
#include "exec/aggregate_waiting.h"
#include "exec/group_index.h"
#include "exec/hash_table.h"
#include "exec/operator.h"
#include "exec/row_output.h"
#include "expr/evaluator.h"

enum {
    ROUND_GROUPS = 1 << 15,
    ROUND_SAMPLE = 512, /* groups of earlier rounds that are looked for in a round */
};

typedef struct HashAggregateOperator {
    Operator base;
    AggregateCalls *calls;
    Evaluator *groups;
    size_t key_count; /* the groups, and the set */
    Vector **values;  /* of the group expressions */
    Vector **keys;    /* what goes to the table: the same where there are no sets */
    Vector **nulls;   /* for groups that are not in a set */
    Vector *set;
    bool calls_set; /* the set at hand has aggregates */
    RowStore *rows;
    const RowLayout *layout;
    HashTable *table;
    HashProbe *probe;
    GroupIndex *index; /* in front of the table; or NULL */
    bool takes_runs;   /* runs are enough, where there are any */
    GroupRuns runs;    /* of the batch at hand */
    uint8_t *one;      /* the states of the one group; NULL when there are groups */
    /* of copies: */
    AggregateShared *shared; /* NULL: there is but one */
    bool has_rounds;
    size_t round_start, round_rows; /* groups before the round; rows that came in it */
    bool may_put_off, puts_off;
    Batch *put_off; /* rows that are read again */
    uint64_t phase, partition;
    Block *adopted; /* addresses of groups that others have made, before those of `rows` */
    size_t adopted_count;
    Block *by_key;   /* the partition's groups, by key from `least_key` on: */
    size_t key_span; /* so many; 0: they are in the table */
    int64_t least_key;
    Batch *batch;
    bool is_built;
    size_t next_row; /* of those to return */
    AggregateWaiting waiting;
    MemoryShare share; /* of the table */
    bool is_full;      /* no new groups are made */
    Spill *spill;      /* or NULL: no row has waited on disk yet */
    Vector **own_keys; /* of rows that are read back */
    uint8_t *found[BATCH_SIZE];
    uint8_t *merged[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
    uint16_t present[BATCH_SIZE], absent[BATCH_SIZE]; /* rows whose group is there, and others */
    uint16_t of_set[BATCH_SIZE];
    uint64_t hashes[BATCH_SIZE];
} HashAggregateOperator;

static const PlanAggregate *aggregate_plan(const HashAggregateOperator *self)
{
    return (const PlanAggregate *)self->base.plan;
}

static AggregatePart *aggregate_part(const HashAggregateOperator *self)
{
    return &self->shared->parts[worker_index(self->base.worker)];
}

/* Until copies merge, when all of them read it. */
static const RowScatter *aggregate_own_put_off(const HashAggregateOperator *self)
{
    return self->shared && !self->is_built ? aggregate_part(self)->put_off : NULL;
}

static void aggregate_note_memory(HashAggregateOperator *self)
{
    size_t size = aggregate_calls_size(self->calls);
    if (self->table)
        size += row_store_size(self->rows) + hash_table_size(self->table) + group_index_size(self->index);
    if (self->spill)
        size += spill_size(self->spill);
    size += row_scatter_size(aggregate_own_put_off(self));
    operator_note_memory(&self->base, size);
}

/* ---- input ---- */

static void aggregate_update_groups(HashAggregateOperator *self, const Batch *batch)
{
    if (!self->calls_set)
        return;
    size_t offset = self->layout->extra_offset;
    bool has_runs = self->runs.count > 0;
    if (!has_runs)
        group_runs_of_rows(&self->runs, self->found, batch->selection, batch->row_count);
    for (size_t r = 0; r < self->runs.count; r++)
        self->runs.groups[r] += offset;
    for (size_t i = 0; i < batch->row_count && !has_runs; i++)
        self->found[i] += offset;
    aggregate_calls_update(self->calls, batch, self->found, &self->runs);
    self->runs.count = 0;
}

static Spill *aggregate_new_spill(const HashAggregateOperator *self)
{
    return aggregate_waiting_spill(&self->waiting, self->base.arena, self->base.context, self->share);
}

static void aggregate_spill(HashAggregateOperator *self, size_t count)
{
    AggregateShared *shared = self->shared;
    if (shared == NULL || self->is_built) { /* what a copy has taken is its own */
        spill_add(self->spill, 0, self->waiting.columns, self->absent, count, self->hashes);
        return;
    }
    worker_take_turn(self->base.worker, &shared->spill_turn);
    shared->has_waiting = true;
    spill_add(shared->spill, 0, self->waiting.columns, self->absent, count, self->hashes);
    worker_end_turn(self->base.worker, &shared->spill_turn);
}

/* These rows, of the set at hand, are to wait. */
static void aggregate_begin_waiting(HashAggregateOperator *self, const Batch *batch, const uint16_t *selection,
                                    size_t count)
{
    aggregate_waiting_begin(&self->waiting, batch, self->values, self->set);
    vectors_hash(self->keys, self->key_count, selection, count, self->hashes);
}

static void aggregate_add_to_present(HashAggregateOperator *self, const Batch *batch)
{
    hash_table_find(self->table, self->probe, self->keys, batch->selection, batch->row_count, self->found);
    size_t present_count = 0, absent_count = 0;
    for (size_t i = 0; i < batch->row_count; i++) {
        uint16_t row = (uint16_t)batch_row(batch, i);
        uint8_t *group = self->found[i];
        self->absent[absent_count] = row;
        absent_count += group == NULL;
        self->present[present_count] = row;
        self->found[present_count] = group;
        present_count += group != NULL;
    }
    if (absent_count > 0) {
        aggregate_begin_waiting(self, batch, self->absent, absent_count);
        aggregate_spill(self, absent_count);
    }
    Batch present = *batch;
    present.selection = self->present;
    present.row_count = present_count;
    if (present_count > 0)
        aggregate_update_groups(self, &present);
}

/* Whether most rows of the round had a group before: in the round, or in one before it, as far as a sample tells
 * (capture and recapture). */
static bool aggregate_round_repeats(HashAggregateOperator *self)
{
    size_t made = row_store_count(self->rows) - self->round_start, met = 0, count = 0;
    size_t step = self->round_start / ROUND_SAMPLE + 1;
    for (size_t at = 0; at < self->round_start; at += step)
        count += row_store_rows(self->rows, at, 1, &self->merged[count]);
    for (size_t k = 0; k < self->key_count && count > 0; k++)
        rows_read(self->layout, k, self->merged, count, self->own_keys[k]);
    hash_table_find(self->table, self->probe, self->own_keys, NULL, count, self->found);
    for (size_t i = 0; i < count; i++)
        met += self->found[i] != NULL;
    return self->round_rows - made + met * step > self->round_rows / 2;
}

/* Begins another where one is full, until one repeats: from then on groups are to be found. Or puts rows off. */
static void aggregate_look_at_round(HashAggregateOperator *self, size_t row_count)
{
    self->round_rows += row_count;
    if (!self->has_rounds || row_store_count(self->rows) - self->round_start < ROUND_GROUPS)
        return;
    self->puts_off =
        self->may_put_off && aggregate_shared_should_put_off(self->shared, aggregate_plan(self), self->round_rows,
                                                             row_store_count(self->rows));
    self->may_put_off = false;
    self->has_rounds = !self->puts_off && !aggregate_round_repeats(self);
    if (!self->has_rounds)
        return;
    hash_table_restart(self->table);
    self->round_start = row_store_count(self->rows);
    self->round_rows = 0;
}

/* The batch's rows wait in memory, until it is seen that many of them share groups. */
static void aggregate_put_off(HashAggregateOperator *self, const Batch *batch)
{
    AggregatePart *part = aggregate_part(self);
    if (part->put_off == NULL)
        part->put_off = aggregate_waiting_scatter(&self->waiting, self->base.arena, self->base.context);
    aggregate_begin_waiting(self, batch, batch->selection, batch->row_count);
    self->puts_off =
        aggregate_part_put_off(part, self->waiting.columns, batch->selection, batch->row_count, self->hashes);
}

/* There are groups, or rows that wait in memory, for all that there is room for. */
static bool aggregate_has_filled_memory(const HashAggregateOperator *self)
{
    const RowScatter *put_off = aggregate_own_put_off(self);
    size_t size = row_store_size(self->rows) + hash_table_size_to_add(self->table, BATCH_SIZE) +
                  group_index_size(self->index) + aggregate_calls_states_size(self->calls) + row_scatter_size(put_off);
    size_t row_count = row_store_count(self->rows) + (put_off ? row_scatter_count(put_off) : 0);
    return memory_share_is_full(self->share, row_count, size);
}

static void aggregate_add_to_groups(HashAggregateOperator *self, const Batch *batch)
{
    if (self->is_full) {
        aggregate_add_to_present(self, batch);
        return;
    }
    if (self->puts_off) {
        aggregate_put_off(self, batch);
    } else {
        if (!group_index_add(self->index, self->table, self->probe, self->keys, batch->selection, batch->row_count,
                             self->found, self->takes_runs ? &self->runs : NULL))
            hash_table_add(self->table, self->probe, self->keys, batch->selection, batch->row_count, self->found,
                           self->is_new);
        aggregate_update_groups(self, batch);
        aggregate_look_at_round(self, batch->row_count);
    }
    if (!aggregate_has_filled_memory(self))
        return;
    bool shares_spill = self->shared && !self->is_built;
    if (self->spill == NULL && !shares_spill)
        self->spill = aggregate_new_spill(self);
    self->is_full = shares_spill || spill_can_add(self->spill);
}

/* The key of a set: groups that are in it, NULL for the others, its number. */
static void aggregate_choose_set(HashAggregateOperator *self, size_t set_index)
{
    const PlanAggregate *plan = aggregate_plan(self);
    context_check(self->base.context); /* of one batch there may be thousands */
    for (size_t g = 0; g < plan->group_count; g++)
        self->keys[g] = plan->sets[set_index] >> g & 1 ? self->values[g] : self->nulls[g];
    Value number = value_ubigint(set_index);
    vector_set_constant(self->set, &number);
    self->calls_set = set_index == 0 || !plan->calls_first_set;
    self->keys[plan->group_count] = self->set;
}

/* Rows whose groups are in `values`. */
static void aggregate_add_rows(HashAggregateOperator *self, const Batch *batch)
{
    const PlanAggregate *plan = aggregate_plan(self);
    if (plan->set_count == 0)
        aggregate_add_to_groups(self, batch);
    for (size_t s = 0; s < plan->set_count; s++) {
        aggregate_choose_set(self, s);
        aggregate_add_to_groups(self, batch);
    }
}

static void aggregate_add(HashAggregateOperator *self, const Batch *batch)
{
    if (self->one) {
        aggregate_calls_update_one(self->calls, batch, self->one);
        return;
    }
    evaluator_begin(self->groups, batch);
    for (const Batch *slice; (slice = evaluator_next_slice(self->groups)) != NULL;) {
        for (size_t g = 0; g < aggregate_plan(self)->group_count; g++)
            self->values[g] = evaluator_value(self->groups, g, slice);
        if (!evaluator_lacks_room(self->groups))
            aggregate_add_rows(self, slice);
    }
}

/* Rows that have waited: of each set those that are of it. */
static void aggregate_add_again(HashAggregateOperator *self, const Batch *batch)
{
    const PlanAggregate *plan = aggregate_plan(self);
    aggregate_waiting_values(&self->waiting, batch, self->values);
    if (plan->set_count == 0)
        aggregate_add_to_groups(self, batch);
    for (size_t s = 0; s < plan->set_count; s++) {
        Batch rows = *batch;
        rows.selection = self->of_set;
        rows.row_count = aggregate_waiting_of_set(&self->waiting, batch, s, self->of_set);
        if (rows.row_count == 0)
            continue;
        aggregate_choose_set(self, s);
        aggregate_add_to_groups(self, &rows);
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

static void aggregate_forget(HashAggregateOperator *self)
{
    if (self->shared == NULL) /* else states of other copies may point to what it keeps */
        aggregate_calls_clear(self->calls);
    if (self->table == NULL)
        return;
    hash_table_clear(self->table);
    if (self->index)
        group_index_forget(self->index);
    row_store_release(self->rows);
    self->is_full = false;
    self->next_row = self->adopted_count = 0;
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

static void aggregate_add_waiting(HashAggregateOperator *self)
{
    for (const Batch *batch; (batch = spill_next(self->spill, 0, BATCH_SIZE)) != NULL;) {
        aggregate_add_again(self, batch);
        aggregate_note_memory(self);
    }
    aggregate_calls_finish(self->calls);
}

/* ---- merging what copies have made ---- */

/* The copies' states of the one group go to the first copy. */
static void aggregate_merge_one(HashAggregateOperator *self)
{
    const AggregateShared *shared = self->shared;
    size_t index = worker_index(self->base.worker);
    self->next_row = index > 0;
    for (size_t i = 1; i < shared->copy_count && index == 0; i++)
        aggregate_calls_combine(self->calls, &shared->parts[i].one, &self->one, 1);
}

/* All copies have built; from here on the table is that of a partition. */
static void aggregate_begin_merge(HashAggregateOperator *self)
{
    Operator *op = &self->base;
    AggregateShared *shared = self->shared;
    worker_meet(op->worker, &shared->built, self->one ? NULL : aggregate_shared_choose_partitions, shared);
    self->phase = worker_begin_phase(op->worker);
    if (self->one) {
        aggregate_merge_one(self);
        return;
    }
    hash_table_clear(self->table);
    if (self->index)
        group_index_forget(self->index);
    aggregate_part_split(shared, aggregate_part(self), op->context, self->own_keys, self->key_count);
    self->rows = row_store_new(op->arena, op->context, self->layout);
    self->table = hash_table_new(op->arena, op->context, self->rows, self->key_count, "the hash table of GROUP BY");
    self->adopted = block_new(op->arena, op->context, "the groups of GROUP BY");
    self->by_key = block_new(op->arena, op->context, "the groups of GROUP BY");
    self->is_full = self->has_rounds = self->puts_off = false;
    self->next_row = 0;
    if (shared->has_waiting)
        self->spill = aggregate_new_spill(self);
    worker_meet(op->worker, &shared->split, NULL, NULL);
}

static void aggregate_adopt_by_key(HashAggregateOperator *self, uint8_t *const *rows, const int64_t *keys, size_t count)
{
    uint8_t **groups = self->by_key->data;
    for (size_t i = 0; i < count; i++) {
        uint8_t **group = &groups[(uint64_t)keys[i] - (uint64_t)self->least_key];
        self->is_new[i] = *group == NULL;
        self->found[i] = *group = *group ? *group : rows[i];
    }
}

/* Groups that stand in memory of any copy: those at `first` of a part. */
static void aggregate_adopt(HashAggregateOperator *self, const AggregatePart *part, size_t first, size_t count)
{
    uint8_t *const *rows = (uint8_t **)part->addresses->data + first;
    if (self->key_span > 0) {
        aggregate_adopt_by_key(self, rows, (int64_t *)part->keys->data + first, count);
    } else {
        for (size_t k = 0; k < self->key_count; k++)
            rows_read(self->layout, k, rows, count, self->own_keys[k]);
        hash_table_adopt(self->table, self->probe, self->own_keys, count, rows, self->found, self->is_new);
    }
    uint8_t **adopted = (uint8_t **)self->adopted->data + self->adopted_count;
    size_t new_count = 0, merged_count = 0;
    for (size_t i = 0; i < count; i++) {
        adopted[new_count] = rows[i];
        new_count += self->is_new[i];
        self->merged[merged_count] = rows[i] + self->layout->extra_offset;
        self->found[merged_count] = self->found[i] + self->layout->extra_offset;
        merged_count += !self->is_new[i];
    }
    self->adopted_count += new_count;
    aggregate_calls_combine(self->calls, self->merged, self->found, merged_count);
}

static void aggregate_merge_partition(HashAggregateOperator *self, size_t partition)
{
    AggregateShared *shared = self->shared;
    size_t group_count = 0;
    for (size_t c = 0; c < shared->copy_count; c++)
        group_count += shared->parts[c].starts[partition + 1] - shared->parts[c].starts[partition];
    block_renew(self->adopted, group_count * sizeof(uint8_t *));
    self->key_span = aggregate_shared_span(shared, partition, &self->least_key);
    if (self->key_span > 0)
        block_renew_zero(self->by_key, self->key_span * sizeof(uint8_t *));
    else
        hash_table_reserve(self->table, group_count + (shared->put_off_groups >> shared->partition_bits));
    for (size_t c = 0; c < shared->copy_count; c++) {
        const AggregatePart *part = &shared->parts[c];
        size_t end = part->starts[partition + 1];
        for (size_t first = part->starts[partition], count; first < end; first += count) {
            context_check(self->base.context);
            count = end - first < BATCH_SIZE ? end - first : BATCH_SIZE;
            aggregate_adopt(self, part, first, count);
        }
    }
}

/* The rows of the partition that wait move to this copy. */
static bool aggregate_take_waiting(HashAggregateOperator *self, size_t partition)
{
    AggregateShared *shared = self->shared;
    if (!shared->has_waiting)
        return false;
    worker_take_turn(self->base.worker, &shared->spill_turn);
    bool is_taken = spill_take(self->spill, shared->spill, partition);
    worker_end_turn(self->base.worker, &shared->spill_turn);
    return is_taken && spill_begin_partition(self->spill);
}

/* Rows of the partition that wait in memory, of all copies. */
static void aggregate_add_put_off(HashAggregateOperator *self, size_t partition)
{
    const AggregateShared *shared = self->shared;
    size_t more_bits = SCATTER_BITS - shared->partition_bits;
    for (size_t c = 0; c < shared->copy_count; c++) {
        RowScatter *put_off = shared->parts[c].put_off;
        if (put_off && self->put_off == NULL)
            self->put_off = row_scatter_new_batch(put_off, self->base.arena);
        for (size_t p = partition << more_bits; p < (partition + 1) << more_bits && put_off; p++) {
            for (size_t first = 0; row_scatter_read(put_off, p, first, self->put_off);
                 first += self->put_off->row_count) {
                context_check(self->base.context);
                aggregate_add_again(self, self->put_off);
                aggregate_note_memory(self);
            }
            row_scatter_forget(put_off, p);
        }
    }
}

/* The next partition that no copy has taken. False: there is none. */
static bool aggregate_merge_next(HashAggregateOperator *self)
{
    AggregateShared *shared = self->shared;
    if (shared == NULL || self->one)
        return false;
    size_t partition = atomic_fetch_add(&shared->next_partition, 1);
    if (partition >> shared->partition_bits > 0)
        return false;
    self->partition = partition;
    aggregate_forget(self);
    aggregate_merge_partition(self, partition);
    bool has_waiting = aggregate_take_waiting(self, partition); /* while nothing else is in the spill */
    aggregate_add_put_off(self, partition);
    if (has_waiting)
        aggregate_add_waiting(self);
    else
        aggregate_calls_finish(self->calls);
    return true;
}

/* More groups: of a partition of the rows that wait, or of one that copies share. False: there are none. */
static bool aggregate_build_again(HashAggregateOperator *self)
{
    if (self->spill == NULL || !spill_begin_partition(self->spill))
        return aggregate_merge_next(self);
    aggregate_forget(self);
    aggregate_add_waiting(self);
    return true;
}

/* ---- output ---- */

/* How many groups make a batch: fewer where they have long texts, which stand in it. */
static size_t aggregate_batch_size(const HashAggregateOperator *self)
{
    enum { OUTPUT_SIZE = 4 << 20 };
    size_t group_count = row_store_count(self->rows) + self->adopted_count;
    size_t state_size = aggregate_calls_states_size(self->calls) / (group_count + 1) + 1;
    size_t count = OUTPUT_SIZE / state_size + 1;
    return count < self->base.batch_size ? count : self->base.batch_size;
}

/* Of the keys of the groups to return (row_store_largest_string). */
static size_t aggregate_largest_key(const HashAggregateOperator *self)
{
    size_t largest = row_store_largest_string(self->rows);
    for (size_t i = 0; self->shared && i < self->shared->copy_count; i++)
        if (row_store_largest_string(self->shared->parts[i].rows) > largest)
            largest = row_store_largest_string(self->shared->parts[i].rows);
    return largest;
}

/* The rows to return next; found[i], or the one block of states. */
static size_t aggregate_next_groups(HashAggregateOperator *self)
{
    size_t count;
    if (self->one) {
        count = self->next_row == 0;
        self->found[0] = self->one;
    } else if (self->next_row < self->adopted_count) {
        size_t left = self->adopted_count - self->next_row, most = aggregate_batch_size(self);
        count = left < most ? left : most;
        memcpy(self->found, (uint8_t **)self->adopted->data + self->next_row, count * sizeof *self->found);
    } else {
        count =
            row_store_rows(self->rows, self->next_row - self->adopted_count, aggregate_batch_size(self), self->found);
    }
    if (!self->one)
        count = rows_output_count(self->layout, aggregate_largest_key(self), self->found, count);
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
    if (!self->is_built) {
        aggregate_build(self);
        self->is_built = true;
        if (self->shared)
            aggregate_begin_merge(self);
    }
    size_t count;
    while ((count = aggregate_next_groups(self)) == 0)
        if (!aggregate_build_again(self))
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
    if (self->shared)
        self->batch->morsel = worker_enter(op->worker, self->phase, self->partition);
    return self->batch;
}

static void hash_aggregate_close(Operator *op)
{
    HashAggregateOperator *self = (HashAggregateOperator *)op;
    aggregate_forget(self);
    spill_clear(self->spill);
    if (self->adopted)
        block_clear(self->adopted);
    if (self->by_key)
        block_clear(self->by_key);
    if (self->shared)
        aggregate_shared_close(self->shared);
}

static const OperatorOps hash_aggregate_ops = {"HashAggregate", NULL, hash_aggregate_next, hash_aggregate_close};

/* ---- making ---- */

static void aggregate_make_table(HashAggregateOperator *self, const Build *build, const ColumnMap *map)
{
    Arena *arena = build->arena;
    const PlanAggregate *plan = aggregate_plan(self);
    bool has_sets = plan->set_count > 0;
    self->calls_set = true;
    self->key_count = plan->group_count + has_sets;
    self->values = arena_array(arena, Vector *, plan->group_count);
    self->nulls = arena_array(arena, Vector *, plan->group_count);
    self->keys = has_sets ? arena_array(arena, Vector *, self->key_count) : self->values;
    self->own_keys = arena_array(arena, Vector *, self->key_count);
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
    for (size_t k = 0; k < self->key_count; k++)
        self->own_keys[k] = vector_new(arena, types[k]);
    Expr **groups = column_map_exprs(map, plan->groups, plan->group_count);
    self->groups = evaluator_new(arena, build->context, groups, plan->group_count);
    self->layout = row_layout_new(arena, types, self->key_count, aggregate_calls_state_size(self->calls));
    self->rows = row_store_new(arena, build->context, self->layout);
    self->table = hash_table_new(arena, build->context, self->rows, self->key_count, "the hash table of GROUP BY");
    self->probe = hash_probe_new(arena);
    if (!has_sets)
        self->index = group_index_new(arena, build->context, types, self->key_count, self->share.size / 16);
    self->takes_runs = aggregate_calls_take_runs(self->calls);
    self->waiting = aggregate_waiting_new(build, plan, groups);
}

void *hash_aggregate_shared_new(const Build *build, const Plan *plan)
{
    (void)plan;
    return build->copy_count > 1 ? aggregate_shared_new(build) : NULL;
}

/* This copy's part, for the others. */
static void aggregate_join_shared(HashAggregateOperator *self)
{
    AggregateShared *shared = self->shared = self->base.shared;
    if (shared == NULL)
        return;
    AggregatePart *part = aggregate_part(self);
    part->rows = self->rows;
    part->one = self->one;
    if (self->table == NULL)
        return;
    self->has_rounds = true;
    self->may_put_off = aggregate_plan(self)->set_count == 0; /* some sets have few groups, and others many */
    part->addresses = block_new(self->base.arena, self->base.context, "the groups of GROUP BY");
    part->keys = block_new(self->base.arena, self->base.context, "the groups of GROUP BY");
    if (shared->spill == NULL)
        shared->spill = aggregate_waiting_spill(&self->waiting, shared->arena, shared->context, self->share);
}

Operator *hash_aggregate_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const PlanAggregate *aggregate = (const PlanAggregate *)plan;
    HashAggregateOperator *self = operator_new(build, HashAggregateOperator, &hash_aggregate_ops, plan, inputs);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    self->share = memory_share_part(build->memory_share, aggregate_calls_keep_rows(aggregate) ? 2 : 1);
    self->calls = aggregate_calls_new(build, aggregate, &map, self->share);
    if (aggregate->group_count + aggregate->set_count > 0)
        aggregate_make_table(self, build, &map);
    else
        self->one = arena_allocate_zero(build->arena, aggregate_calls_state_size(self->calls));
    aggregate_join_shared(self);
    self->batch = batch_new_empty(build->arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(build->arena, plan_column(build->columns, plan->outputs[c])->type);
    return &self->base;
}
