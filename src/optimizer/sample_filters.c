/* optimizer/sample_filters.c: what the filters of a table that is joined leave of it, tried on some of its rows.
 *
 * Statistics know nothing of LIKE, little of values that are more frequent than others, and nothing of columns that
 * depend on each other: all of that a thousand rows show. Where none of them passes, or only some that stand side by
 * side, as in a table that is sorted by what the filter is about, the guess from the statistics counts, up to that. */
#include <math.h>

#include "expr/evaluator.h"
#include "optimizer/rule.h"

enum {
    SAMPLE_ROWS = 1024,
    FEWEST_ROWS = 4 * SAMPLE_ROWS, /* of a table for which it is worth the time */
    FEW_PLACES = 16,               /* one in so many: rows that pass stand side by side */
};

typedef struct Sample {
    Evaluator *evaluator;
    size_t row_count, passed_count;
    size_t place_count, passed_place_count; /* batches */
    uint16_t selection[BATCH_SIZE];
} Sample;

static void sample_visit(void *user, Batch *batch)
{
    Sample *self = user;
    self->row_count += batch->row_count;
    size_t passed_count = evaluator_filter(self->evaluator, batch, self->selection);
    self->passed_count += passed_count;
    self->place_count++;
    self->passed_place_count += passed_count > 0;
}

/* The columns that conditions are about: their indexes in the table, and where each stands among those. */
typedef struct SampleColumns {
    const PlanScan *scan;
    size_t *indexes;
    size_t count;
} SampleColumns;

static ColumnId column_place(void *user, ColumnId column)
{
    SampleColumns *self = user;
    size_t index = column - self->scan->first_column, place = 0;
    while (place < self->count && self->indexes[place] != index)
        place++;
    if (place == self->count)
        self->indexes[self->count++] = index;
    return (ColumnId)place;
}

static bool is_parameter(void *user, const Expr *expr)
{
    *(bool *)user |= expr->kind == EXPR_PARAMETER;
    return true;
}

static bool can_be_tried(const Expr *condition, const PlanScan *scan)
{
    bool has_parameter = false;
    expr_walk(condition, is_parameter, &has_parameter);
    return !has_parameter && expr_is_within(condition, &scan->base) && !expr_can_fail(condition) &&
           !expr_is_volatile(condition);
}

static void sample_filter(PlanColumns *columns, PlanFilter *filter)
{
    PlanScan *scan = (PlanScan *)filter->base.inputs[0];
    plan_estimate(columns, &filter->base);
    if (scan->table->ops->sample == NULL || scan->has_row_number || scan->base.row_estimate < FEWEST_ROWS)
        return;
    for (size_t i = 0; i < filter->condition_count; i++)
        if (!can_be_tried(filter->conditions[i], scan))
            return;
    Arena *scratch = arena_new_child(columns->arena);
    SampleColumns used = {.scan = scan, .indexes = arena_array(scratch, size_t, scan->column_count)};
    Expr **conditions = arena_array(scratch, Expr *, filter->condition_count);
    for (size_t i = 0; i < filter->condition_count; i++)
        conditions[i] = expr_map_columns(scratch, filter->conditions[i], column_place, &used);
    Sample *sample = arena_new(scratch, Sample);
    sample->evaluator = evaluator_new(scratch, columns->context, conditions, filter->condition_count);
    scan->table->ops->sample(scan->table, scratch, used.indexes, used.count, SAMPLE_ROWS, sample_visit, sample);
    double guess = filter->base.row_estimate / scan->base.row_estimate;
    double seen = fmax((double)sample->passed_count, 1) / fmax((double)sample->row_count, 1);
    scan->sampled = sample->passed_place_count * FEW_PLACES <= sample->place_count ? fmin(guess, seen) : seen;
    arena_free(scratch);
}

static void sample_below(PlanColumns *columns, Plan *plan, bool is_joined)
{
    if (is_joined && plan->kind == PLAN_FILTER && plan->inputs[0]->kind == PLAN_SCAN)
        sample_filter(columns, (PlanFilter *)plan);
    for (size_t i = 0; i < plan->input_count; i++)
        sample_below(columns, plan->inputs[i], is_joined || plan->kind == PLAN_JOIN);
}

Plan *rule_sample_filters(PlanColumns *columns, Plan *plan)
{
    sample_below(columns, plan, /* is_joined= */ false);
    return plan;
}
