/* optimizer/place_gathers.c: what reads much runs in copies side by side, below a Gather.
 *
 *     Aggregate                 Aggregate
 *       Join                      Gather                 what can run in copies does, from the topmost such node on
 *         Scan lineitem             Join
 *         Limit                       Scan lineitem      copies share the scan, each takes other morsels
 *           Scan part                 Spread             below it things run once
 *                                       Limit
 *                                         Scan part
 *
 * A part that reads few rows stays as it is: threads would cost more than they bring. */
#include "optimizer/rule.h"

enum { MOST_NODES = 10000 }; /* below a Gather: its phases have numbers of 16 bits */

typedef struct Placing {
    PlanColumns *columns;
    double fewest_rows;
} Placing;

/* ---- what can run in copies ---- */

/* Copies merge states, not the rows that DISTINCT keeps: split_distinct.c has other forms for those. */
static bool aggregate_keeps_rows(const PlanAggregate *aggregate)
{
    for (size_t i = 0; i < aggregate->aggregate_count; i++)
        if (aggregate->aggregates[i].is_distinct)
            return true;
    return false;
}

static bool can_copy(Plan *plan)
{
    switch (plan->kind) {
    case PLAN_SCAN:
        return ((const PlanScan *)plan)->scan->cursor_limit > 1;
    case PLAN_SET:
        return ((const PlanSet *)plan)->operator== PLAN_UNION;
    case PLAN_AGGREGATE:
        if (plan_aggregate_heeds_order((const PlanAggregate *)plan) ||
            aggregate_keeps_rows((const PlanAggregate *)plan))
            return false;
        return !plan_node_is_volatile(plan);
    case PLAN_FILTER:
    case PLAN_PROJECT:
    case PLAN_JOIN:
    case PLAN_UNFOLD:
    case PLAN_UNPIVOT:
    case PLAN_SORT:
    case PLAN_WINDOW:
        return !plan_node_is_volatile(plan);
    default:
        return false;
    }
}

/* Whether what runs once below it may do so on any thread, and while the statement's own thread does something else.
 * Rows of WITH are fetched by whoever reads them first; a scan that knows nothing of readings may use what others of
 * its provider use too. */
static bool can_move(const Placing *self, const Plan *plan)
{
    if (plan->kind == PLAN_CTE_SCAN || plan->kind == PLAN_RECURSIVE)
        return false;
    if (plan->kind == PLAN_SCAN) {
        const PlanScan *scan = (const PlanScan *)plan;
        const TableProvider *written = self->columns->written;
        bool is_shared = scan->scan->cursor_limit > 1;
        return scan->scan->start && !scan->scan->is_confined &&
               (is_shared || written == NULL || written->ops != scan->table->ops);
    }
    for (size_t i = 0; i < plan->input_count; i++)
        if (!can_move(self, plan->inputs[i]))
            return false;
    return true;
}

/* ---- what it is worth ---- */

static double scan_rows(const PlanScan *scan)
{
    const Statistics *statistics = scan->scan->statistics;
    double rows = statistics && statistics->row_count.precision != PRECISION_ABSENT
                      ? (double)statistics->row_count.count
                      : scan->base.row_estimate;
    return scan->limit != NO_LIMIT && rows > (double)scan->limit ? (double)scan->limit : rows;
}

/* Rows that all scans read together. */
static double read_rows(const Plan *plan)
{
    double rows = plan->kind == PLAN_SCAN ? scan_rows((const PlanScan *)plan) : 0;
    for (size_t i = 0; i < plan->input_count; i++)
        rows += read_rows(plan->inputs[i]);
    return rows;
}

/* Rows that the copies read together. */
static double shared_rows(Plan *plan, size_t *node_count)
{
    double rows = 0;
    ++*node_count;
    if (!can_copy(plan))
        return 0;
    if (plan->kind == PLAN_SCAN)
        return scan_rows((const PlanScan *)plan);
    for (size_t i = 0; i < plan->input_count; i++)
        rows += shared_rows(plan->inputs[i], node_count);
    return rows;
}

static bool pays(const Placing *self, Plan *plan)
{
    size_t node_count = 0;
    if (!can_copy(plan) || self->columns->context->settings->verify_pushdown) /* which looks at all rows as they come */
        return false;
    double rows = shared_rows(plan, &node_count);
    return rows > 0 && rows >= self->fewest_rows && node_count < MOST_NODES && can_move(self, plan);
}

/* ---- DISTINCT and set operations, in forms that can run in copies ---- */

static Plan *form_for_copies(const Placing *self, Plan *plan, bool streams)
{
    switch (plan->kind) {
    case PLAN_DISTINCT: /* it gives its first rows at once, and groups come at the end */
        return streams ? NULL : (Plan *)aggregate_of_distinct(self->columns, (PlanDistinct *)plan);
    case PLAN_AGGREGATE:
        return can_copy(plan) ? NULL : aggregate_split_distinct(self->columns, (PlanAggregate *)plan);
    case PLAN_SET:
        if (streams)
            return NULL;
        return ((PlanSet *)plan)->is_all ? groups_of_set(self->columns, (PlanSet *)plan)
                                         : join_of_set(self->columns, (PlanSet *)plan);
    default:
        return NULL;
    }
}

/* Whether somebody above who takes but the first rows stands above this input too, and nothing reads it to its end. */
static bool input_streams(const Plan *plan, size_t input_index, bool streams)
{
    switch (plan->kind) {
    case PLAN_LIMIT:
        return true;
    case PLAN_FILTER:
    case PLAN_PROJECT:
    case PLAN_UNFOLD:
    case PLAN_UNPIVOT:
    case PLAN_DISTINCT:
    case PLAN_SET:
        return streams;
    case PLAN_JOIN:
        return streams && input_index == 0;
    case PLAN_CTE:
        return streams && input_index == 1;
    default:
        return false;
    }
}

/* Where it pays. `streams`: who takes but the first rows is above. */
static Plan *choose_forms(const Placing *self, Plan *plan, bool streams)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = choose_forms(self, plan->inputs[i], input_streams(plan, i, streams));
    Plan *form = form_for_copies(self, plan, streams);
    return form && pays(self, form) ? form : plan;
}

/* ---- the rule ---- */

static Plan *place(const Placing *self, Plan *plan, bool order_matters);

static void place_below(const Placing *self, Plan *plan, bool order_matters)
{
    for (size_t i = 0; i < plan->input_count; i++)
        if (plan->kind != PLAN_RECURSIVE || i == 0) /* a step is short, and made anew each round */
            plan->inputs[i] = place(self, plan->inputs[i], plan_input_order_matters(plan, i, order_matters));
}

/* Below a Gather: what cannot run in copies goes below a Spread. */
static Plan *spread(const Placing *self, Plan *plan, bool order_matters)
{
    if (!can_copy(plan))
        return plan_spread_new(self->columns, place(self, plan, order_matters));
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = spread(self, plan->inputs[i], plan_input_order_matters(plan, i, order_matters));
    return plan;
}

static Plan *place(const Placing *self, Plan *plan, bool order_matters)
{
    if (pays(self, plan))
        return plan_gather_new(self->columns, spread(self, plan, order_matters), order_matters);
    place_below(self, plan, order_matters);
    return plan;
}

Plan *rule_place_gathers(PlanColumns *columns, Plan *plan)
{
    const Context *context = columns->context;
    if (context_thread_count(context) < 2)
        return plan;
    Placing self = {columns, (double)context->settings->parallel_rows};
    if (read_rows(plan) < self.fewest_rows)
        return plan;
    plan = choose_forms(&self, plan, /* streams= */ false);
    return place(&self, plan, /* order_matters= */ true);
}
