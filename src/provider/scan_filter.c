/* provider/scan_filter.c: pushed and dynamic filters as conditions in one order. A dynamic filter that drops next to
 * nothing rests until it is tried again. */
#include "provider/scan_filter.h"

#include "expr/condition_order.h"
#include "expr/evaluator.h"

struct ScanFilter {
    size_t filter_count, dynamic_count;
    Evaluator *evaluator; /* of the filters; NULL: none */
    const DynamicFilter *const *dynamics;
    const size_t *dynamic_places;
    const DynamicSnapshot **snapshots; /* of each dynamic filter; NULL: nothing is known yet */
    ConditionOrder *order;             /* of the filters and, behind them, the dynamic ones */
    uint16_t selection[BATCH_SIZE];
};

ScanFilter *scan_filter_new(Arena *arena, const Context *context, Expr *const *filters, size_t filter_count,
                            const DynamicFilter *const *dynamics, const size_t *dynamic_places, size_t dynamic_count)
{
    ScanFilter *self = arena_new(arena, ScanFilter);
    self->filter_count = filter_count;
    self->dynamic_count = dynamics ? dynamic_count : 0;
    if (filter_count)
        self->evaluator = evaluator_new(arena, context, filters, filter_count);
    self->dynamics = dynamics;
    self->dynamic_places = dynamic_places;
    self->snapshots = arena_array(arena, const DynamicSnapshot *, self->dynamic_count);
    self->order = condition_order_new(arena, filter_count + self->dynamic_count);
    return self;
}

static void filter_look_at_snapshots(ScanFilter *self)
{
    for (size_t i = 0; i < self->dynamic_count; i++) {
        const DynamicSnapshot *newest = dynamic_filter_newest(self->dynamics[i]);
        if (newest == self->snapshots[i])
            continue;
        self->snapshots[i] = newest;
        condition_order_forget(self->order, self->filter_count + i);
    }
}

static void filter_narrow_dynamically(ScanFilter *self, size_t dynamic, Batch *batch)
{
    const Vector *column = batch->columns[self->dynamic_places[dynamic]];
    size_t kept =
        dynamic_snapshot_select(self->snapshots[dynamic], column, batch->selection, batch->row_count, self->selection);
    if (kept == batch->row_count)
        return;
    batch->row_count = kept;
    batch->selection = self->selection;
}

void scan_filter_narrow(ScanFilter *self, Batch *batch)
{
    filter_look_at_snapshots(self);
    const uint32_t *order = condition_order_next(self->order);
    for (size_t i = 0; i < self->filter_count + self->dynamic_count && batch->row_count > 0; i++) {
        size_t condition = order[i], row_count = batch->row_count;
        if (condition < self->filter_count)
            evaluator_filter_by(self->evaluator, condition, batch, self->selection);
        else if (self->snapshots[condition - self->filter_count] && condition_order_is_worth(self->order, condition))
            filter_narrow_dynamically(self, condition - self->filter_count, batch);
        if (i == 0)
            condition_order_note(self->order, row_count, batch->row_count);
    }
}
