/* exec/nested_loop_join.c: joins without keys: every right row is a candidate of every left row, but for those that an
 * inequality rules out (join_range.h). */
#include <string.h>

#include "exec/block.h"
#include "exec/join_build.h"
#include "exec/join_probe.h"
#include "exec/join_range.h"

typedef struct NestedLoopJoinOperator {
    Operator base;
    JoinSource source; /* candidates: all, or those that `range` finds */
    JoinTable *table;
    JoinProbe *probe;
    JoinRangeProbe *range; /* NULL: no condition is an inequality */
    bool is_built;
    size_t next_right;  /* the next candidate of row source.next_left */
    uint8_t *candidate; /* with a range: that candidate; next_right is behind it */
} NestedLoopJoinOperator;

static NestedLoopJoinOperator *nested_loop_of(JoinSource *source)
{
    return (NestedLoopJoinOperator *)((char *)source - offsetof(NestedLoopJoinOperator, source));
}

static const Batch *nested_loop_pull(JoinSource *source)
{
    return operator_next(nested_loop_of(source)->base.inputs[0]);
}

static void nested_loop_begin(JoinSource *source, const Batch *left)
{
    NestedLoopJoinOperator *self = nested_loop_of(source);
    self->next_right = 0;
    if (self->range == NULL || !join_range_is_built(self->table->range))
        return;
    join_range_begin(self->range, left);
    self->candidate = join_range_next(self->range, 0, &self->next_right);
}

/* Left rows without candidates: all of them, as there is no right row. */
static void nested_loop_fill_padded(JoinSource *source, JoinPairs *pairs, bool pads)
{
    size_t row_count = source->left->row_count;
    while (source->next_left < row_count && pads && pairs->count < pairs->capacity) {
        pairs->left[pairs->count] = (uint16_t)source->next_left++;
        pairs->right[pairs->count++] = NULL;
    }
    if (!pads)
        source->next_left = row_count;
}

static void nested_loop_fill_in_range(NestedLoopJoinOperator *self, JoinPairs *pairs, bool pads, const bool *is_decided)
{
    JoinSource *source = &self->source;
    size_t i = source->next_left, row_count = source->left->row_count, count = 0;
    while (i < row_count && count < pairs->capacity) {
        uint8_t *row = is_decided && is_decided[i] ? NULL : self->candidate;
        pairs->left[count] = (uint16_t)i;
        pairs->right[count] = row;
        count += row != NULL || pads;
        self->candidate = row ? join_range_next(self->range, i, &self->next_right) : NULL;
        if (self->candidate == NULL && ++i < row_count) {
            self->next_right = 0;
            self->candidate = join_range_next(self->range, i, &self->next_right);
        }
    }
    source->next_left = i;
    pairs->count = count;
}

static void nested_loop_fill(JoinSource *source, JoinPairs *pairs, bool pads, const bool *is_decided)
{
    NestedLoopJoinOperator *self = nested_loop_of(source);
    uint8_t *const *rows = self->table->list->data;
    pairs->count = 0;
    if (self->table->row_count == 0) {
        nested_loop_fill_padded(source, pairs, pads);
        return;
    }
    if (self->range && join_range_is_built(self->table->range)) {
        nested_loop_fill_in_range(self, pairs, pads, is_decided);
        return;
    }
    while (source->next_left < source->left->row_count && pairs->count < pairs->capacity) {
        size_t room = pairs->capacity - pairs->count, count = self->table->row_count - self->next_right;
        if (is_decided && is_decided[source->next_left]) {
            self->next_right = self->table->row_count;
            count = 0;
        }
        if (count > room)
            count = room;
        if (count > 0)
            memcpy(pairs->right + pairs->count, rows + self->next_right, count * sizeof *rows);
        for (size_t k = 0; k < count; k++)
            pairs->left[pairs->count + k] = (uint16_t)source->next_left;
        pairs->count += count;
        self->next_right += count;
        if (self->next_right == self->table->row_count) {
            self->next_right = 0;
            source->next_left++;
        }
    }
}

static void nested_loop_find_matched(JoinSource *source, bool *ret_is_matched)
{
    memset(ret_is_matched, nested_loop_of(source)->table->row_count > 0, source->left->row_count);
}

static Batch *nested_loop_next(Operator *op)
{
    NestedLoopJoinOperator *self = (NestedLoopJoinOperator *)op;
    if (!self->is_built) {
        join_table_build(self->table, op, op->inputs[1]);
        self->source.is_exact = self->range && join_range_is_exact(self->table->range);
    }
    self->is_built = true;
    return join_probe_next(self->probe, op);
}

static void nested_loop_close(Operator *op)
{
    join_table_close(((NestedLoopJoinOperator *)op)->table);
}

static const OperatorOps nested_loop_ops = {"NestedLoopJoin", NULL, nested_loop_next, nested_loop_close};

Operator *nested_loop_join_new(const Build *build, const Plan *plan, Operator **inputs)
{
    NestedLoopJoinOperator *self = operator_new(build, NestedLoopJoinOperator, &nested_loop_ops, plan, inputs);
    self->source = (JoinSource){
        .pull = nested_loop_pull,
        .begin = nested_loop_begin,
        .fill = nested_loop_fill,
        .find_matched = nested_loop_find_matched,
    };
    self->table = build->shared;
    if (self->table->range)
        self->range = join_range_probe_new(build, plan, self->table->range);
    self->probe = join_probe_new(build, plan, self->table, &self->source);
    return &self->base;
}
