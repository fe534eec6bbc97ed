/* optimizer/sample_filters.c: what the filters of a table that is joined leave of it, tried on some of its rows.
 *
 * Statistics know nothing of LIKE, little of values that are more frequent than others, and nothing of columns that
 * depend on each other: all of that a thousand rows show. Where none of them passes, or only some that stand side by
 * side, as in a table that is sorted by what the filter is about, the guess from the statistics counts, up to that. */
#include <math.h>

#include "optimizer/rule.h"
#include "optimizer/table_sample.h"

enum {
    SAMPLE_ROWS = 1024,
    FEWEST_ROWS = 4 * SAMPLE_ROWS, /* of a table for which it is worth the time */
    FEW_PLACES = 16,               /* one in so many: rows that pass stand side by side */
};

typedef struct Sample {
    size_t row_count, passed_count;
    size_t place_count, passed_place_count; /* batches */
} Sample;

static void sample_visit(void *user, const SampledRows *rows)
{
    Sample *self = user;
    self->row_count += rows->batch->row_count;
    self->passed_count += rows->passed_count;
    self->place_count++;
    self->passed_place_count += rows->passed_count > 0;
}

static void sample_filter(PlanColumns *columns, PlanFilter *filter)
{
    PlanScan *scan = (PlanScan *)filter->base.inputs[0];
    plan_estimate(columns, &filter->base);
    if (scan->base.row_estimate < FEWEST_ROWS || !scan_has_sample(scan, filter->conditions, filter->condition_count))
        return;
    Sample sample = {0};
    scan_sample(columns, scan, filter->conditions, filter->condition_count, NULL, 0, SAMPLE_ROWS, sample_visit,
                &sample);
    if (sample.row_count == 0)
        return;
    double guess = filter->base.row_estimate / scan->base.row_estimate;
    double seen = fmax((double)sample.passed_count, 1) / (double)sample.row_count;
    scan->sampled = sample.passed_place_count * FEW_PLACES <= sample.place_count ? fmin(guess, seen) : seen;
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
