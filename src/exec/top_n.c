/* exec/top_n.c: the first rows in the order of the keys, for a limit that is small: rows that cannot be among them are
 * dropped as they come.
 *
 * Rows are gathered until there are twice as many as are wanted; then they are sorted and cut, and the last one left is
 * the bound that later rows must stay below. So a row costs a comparison, and few rows cost more. */
#include "exec/sort_input.h"

typedef struct TopNOperator {
    Operator base;
    SortInput *input;
    size_t limit;
    Sorter *gathered, *spare; /* rows in hand; where they move to when they are cut */
    Block *bound;             /* the key that later rows must stay below, once there is one */
    size_t bound_size;
    bool has_bound;
    DynamicFilter *dynamic; /* told of the bound, or NULL */
    bool is_sorted;
    uint16_t selection[BATCH_SIZE];
} TopNOperator;

/* The rows of the batch that are below the bound: where they stand, and their keys moved to the front. */
static size_t top_n_select(TopNOperator *self, const Batch *batch)
{
    SortKeys *keys = self->input->keys;
    size_t count = 0;
    for (size_t i = 0; i < batch->row_count; i++) {
        bool is_below = !self->has_bound ||
                        sort_key_compare(keys->keys[i], keys->sizes[i], self->bound->data, self->bound_size) < 0;
        self->selection[count] = (uint16_t)batch_row(batch, i);
        keys->keys[count] = keys->keys[i];
        keys->sizes[count] = keys->sizes[i];
        count += is_below;
    }
    return count;
}

/* Tells the scans below how far the first key may go: what is beyond the last row in hand is of no use. */
static void top_n_publish(TopNOperator *self)
{
    Arena *arena = self->base.arena;
    SortOrder order = self->input->plan->orders[0];
    Type type = self->input->plan->keys[0]->type;
    Value last;
    if (self->dynamic == NULL || self->bound_size > DYNAMIC_LONGEST_TEXT ||
        !sort_key_decode_value(self->bound->data, type, order, arena, &last))
        return;
    if (last.is_null && !order.nulls_first)
        return; /* all values are before it */
    DynamicSnapshot *snapshot = arena_new(arena, DynamicSnapshot);
    *snapshot = (DynamicSnapshot){
        .type = type,
        .keeps_nulls = order.nulls_first,
        .minimum = order.is_descending ? last : value_null(type),
        .maximum = order.is_descending ? value_null(type) : last,
        .has_keys = last.is_null, /* no value at all: there are enough NULLs */
    };
    dynamic_filter_publish(self->dynamic, snapshot);
}

static void top_n_cut(TopNOperator *self)
{
    sorter_finish(self->gathered);
    self->bound_size = sorter_move(self->spare, self->gathered, self->limit, self->bound);
    self->has_bound = true;
    top_n_publish(self);
    Sorter *emptied = self->gathered;
    self->gathered = self->spare;
    self->spare = emptied;
}

static void top_n_add(TopNOperator *self, const Batch *batch)
{
    const SortKeys *keys = self->input->keys;
    sort_input_encode(self->input, batch);
    size_t count = top_n_select(self, batch);
    if (count == 0)
        return;
    sorter_add(self->gathered, self->input->columns, self->selection, count, keys->keys, keys->sizes);
    operator_note_memory(&self->base, sorter_size(self->gathered));
    uint64_t gathered = sorter_count(self->gathered);
    size_t most = self->limit < BATCH_SIZE ? 2 * BATCH_SIZE : 2 * self->limit;
    if (gathered >= most || (!self->has_bound && gathered > self->limit))
        top_n_cut(self);
}

static void top_n_build(TopNOperator *self)
{
    for (const Batch *batch; (batch = operator_next(self->base.inputs[0])) != NULL;)
        top_n_add(self, batch);
    sort_copy_finish(&self->input->copy, self->gathered);
}

static Batch *top_n_next(Operator *op)
{
    TopNOperator *self = (TopNOperator *)op;
    if (self->limit == 0)
        return NULL; /* LIMIT 0 reads nothing */
    if (!self->is_sorted)
        top_n_build(self);
    self->is_sorted = true;
    return sort_input_output(self->input, op->batch_size);
}

static void top_n_close(Operator *op)
{
    TopNOperator *self = (TopNOperator *)op;
    sort_copy_close(&self->input->copy, self->gathered);
    sorter_clear(self->spare);
}

static const OperatorOps top_n_ops = {"TopN", NULL, top_n_next, top_n_close};

Operator *top_n_new(const Build *build, const Plan *plan, Operator **inputs)
{
    TopNOperator *self = operator_new(build, TopNOperator, &top_n_ops, plan, inputs);
    self->input = sort_input_new(build, plan, &self->base);
    self->limit = ((const PlanSort *)plan)->limit;
    MemoryShare share = memory_share_part(build->memory_share, 2);
    if (((const PlanSort *)plan)->dynamics.count > 0)
        self->dynamic = &build->dynamics[((const PlanSort *)plan)->dynamics.items[0].number];
    self->gathered = sort_input_sorter(self->input, build, share);
    self->spare = sort_input_sorter(self->input, build, share);
    self->bound = block_new(build->arena, build->context, "the bound of a top-N sort");
    return &self->base;
}
