/* optimizer/describe_scans.c: each scan is described by its provider, once: projection, filters, limit; the order that
 * the Sort above it wants, and the Aggregate or Distinct directly above it. What a scan grants of those two goes. */
#include "optimizer/rule.h"

/* What the statement writes takes part in one transaction with what is read: so one thread does both. */
static bool is_written_beside(const PlanColumns *columns, const PlanScan *scan)
{
    TableProvider *written = columns->written, *read = scan->table;
    return written && written->ops == read->ops && read->ops->transaction_group &&
           read->ops->transaction_group(read) == read->ops->transaction_group(written);
}

static void describe(PlanColumns *columns, PlanScan *scan, const ScanAggregation *aggregation)
{
    size_t *dynamics = arena_array(columns->arena, size_t, scan->dynamics.count);
    for (size_t i = 0; i < scan->dynamics.count; i++)
        dynamics[i] = scan->dynamics.items[i].column - scan->first_column;
    Expr **filters = arena_array(columns->arena, Expr *, scan->filters.count);
    ScanArgs args = {.context = columns->context,
                     .arena = columns->arena,
                     .projection_count = scan->base.output_count,
                     .projection = scan->column_indexes,
                     .filters = filters,
                     .limit = scan->limit,
                     .order_count = scan->order_count,
                     .orders = scan->orders,
                     .aggregation = aggregation,
                     .dynamic_count = scan->dynamics.count,
                     .dynamic_columns = dynamics,
                     .parallelism = is_written_beside(columns, scan) ? 1 : context_thread_count(columns->context),
                     .is_kept = columns->is_kept};
    for (size_t i = 0; i < scan->filters.count; i++) {
        const PlanScanFilter *filter = &scan->filters.items[i];
        if (filter->answer != FILTER_UNSUPPORTED)
            filters[args.filter_count++] = plan_scan_expr(columns->arena, scan, filter->filter);
    }
    scan->scan = scan->table->ops->scan(scan->table, &args);
}

/* ---- SET verify_pushdown = full ---- */

static void add_column(PlanScan *scan, ColumnId column)
{
    if (plan_has_output(&scan->base, column))
        return;
    scan->column_indexes[scan->base.output_count] = column - scan->first_column;
    scan->base.outputs[scan->base.output_count++] = column;
}

/* What the filters have left out is seen by a scan that has none. */
static void describe_full(PlanColumns *columns, PlanScan *scan)
{
    size_t width = schema_width(scan->table->ops->schema(scan->table, columns->context)) + 1, handed = 0;
    PlanScan *full = arena_copy(columns->arena, scan, sizeof *scan);
    full->base.outputs = arena_array(columns->arena, ColumnId, width + scan->base.output_count);
    full->column_indexes = arena_array(columns->arena, size_t, width + scan->base.output_count);
    for (size_t i = 0; i < scan->base.output_count; i++) {
        full->base.outputs[i] = scan->base.outputs[i];
        full->column_indexes[i] = scan->column_indexes[i];
    }
    for (size_t i = 0; i < scan->filters.count; i++) {
        if (scan->filters.items[i].answer == FILTER_UNSUPPORTED)
            continue;
        handed++;
        ColumnSet used = column_set_in(columns->arena);
        column_set_add_expr(&used, scan->filters.items[i].filter);
        for (size_t c = 0; c < width; c++)
            if (column_set_has(&used, scan->first_column + (ColumnId)c))
                add_column(full, scan->first_column + (ColumnId)c);
    }
    if (handed == 0 || scan->limit != NO_LIMIT)
        return;
    full->filters.count = 0;
    full->order_count = 0;
    full->dynamics.count = 0;
    describe(columns, full, NULL);
    scan->full = full;
}

/* ---- aggregation ---- */

static bool exprs_are_columns(Expr *const *exprs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (exprs[i]->kind != EXPR_COLUMN)
            return false;
    return true;
}

/* Whether it is of a kind that may be handed over: every part is a bare column. */
static bool aggregate_may_go(const PlanAggregate *aggregate)
{
    if (aggregate->set_count > 0 || !exprs_are_columns(aggregate->groups, aggregate->group_count))
        return false;
    for (size_t i = 0; i < aggregate->aggregate_count; i++) {
        const AggregateCall *call = &aggregate->aggregates[i];
        if (call->filter || call->order_count > 0 || !exprs_are_columns(call->arguments, call->argument_count))
            return false;
    }
    return true;
}

static const ScanAggregation *aggregation_of(PlanColumns *columns, PlanScan *scan, const PlanAggregate *aggregate)
{
    ScanAggregation *aggregation = arena_new(columns->arena, ScanAggregation);
    size_t *groups = arena_array(columns->arena, size_t, aggregate->group_count);
    AggregateCall *calls =
        arena_copy(columns->arena, aggregate->aggregates, aggregate->aggregate_count * sizeof *calls);
    for (size_t i = 0; i < aggregate->group_count; i++)
        groups[i] = aggregate->groups[i]->column - scan->first_column;
    for (size_t i = 0; i < aggregate->aggregate_count; i++) {
        Expr **arguments = arena_array(columns->arena, Expr *, calls[i].argument_count);
        for (size_t a = 0; a < calls[i].argument_count; a++)
            arguments[a] = plan_scan_expr(columns->arena, scan, calls[i].arguments[a]);
        calls[i].arguments = arguments;
    }
    *aggregation = (ScanAggregation){.group_count = aggregate->group_count,
                                     .groups = groups,
                                     .aggregate_count = aggregate->aggregate_count,
                                     .aggregates = calls};
    return aggregation;
}

/* Returns the scan alone when it has taken the aggregation over, else `plan`, whose input is described now. */
static Plan *describe_aggregated(PlanColumns *columns, Plan *plan, const PlanAggregate *aggregate)
{
    PlanScan *scan = (PlanScan *)plan->inputs[0];
    describe(columns, scan, aggregation_of(columns, scan, aggregate));
    if (!scan->scan->is_aggregated)
        return plan;
    scan->aggregated = plan;
    scan->base.outputs = plan->outputs;
    scan->base.output_count = plan->output_count;
    scan->base.row_estimate = plan->row_estimate;
    return &scan->base;
}

static bool may_be_aggregated(const PlanColumns *columns, const Plan *plan)
{
    if (plan->kind != PLAN_SCAN || columns->context->settings->verify_pushdown) /* rows are what can be checked */
        return false;
    const PlanScan *scan = (const PlanScan *)plan;
    return scan->limit == NO_LIMIT && scan->order_count == 0;
}

/* ---- order ---- */

/* The scan below that was told of the Sort's order. */
static const PlanScan *sorted_scan(const PlanSort *sort)
{
    const Plan *plan = sort->base.inputs[0];
    while (plan->kind == PLAN_PROJECT || plan->kind == PLAN_FILTER || plan->kind == PLAN_CTE)
        plan = plan->inputs[plan->kind == PLAN_CTE ? 1 : 0];
    return plan->kind == PLAN_SCAN && ((const PlanScan *)plan)->sort == sort ? (const PlanScan *)plan : NULL;
}

/* Nobody will tell the scans below of the Sort's bound. */
static void forget_bound(Plan *plan, size_t number)
{
    for (size_t i = 0; i < plan->input_count; i++)
        forget_bound(plan->inputs[i], number);
    for (size_t i = 0; plan->kind == PLAN_SCAN && i < ((PlanScan *)plan)->dynamics.count; i++)
        if (((PlanScan *)plan)->dynamics.items[i].number == number)
            ((PlanScan *)plan)->dynamics.items[i].number = NO_DYNAMIC;
}

static Plan *describe_sorted(const PlanSort *sort)
{
    const PlanScan *scan = sorted_scan(sort);
    if (scan == NULL || !scan->scan->is_ordered)
        return (Plan *)sort;
    for (size_t i = 0; i < sort->dynamics.count; i++)
        forget_bound(sort->base.inputs[0], sort->dynamics.items[i].number);
    return sort->base.inputs[0]; /* a limit stays above: a top-N comes of a Limit */
}

Plan *rule_describe_scans(PlanColumns *columns, Plan *plan)
{
    if (plan->kind == PLAN_SCAN) {
        describe(columns, (PlanScan *)plan, NULL);
        if (columns->context->settings->verify_pushdown == VERIFICATION_FULL)
            describe_full(columns, (PlanScan *)plan);
        return plan;
    }
    bool is_aggregate = plan->kind == PLAN_AGGREGATE || plan->kind == PLAN_DISTINCT;
    if (is_aggregate && may_be_aggregated(columns, plan->inputs[0])) {
        const PlanAggregate *aggregate =
            plan->kind == PLAN_AGGREGATE ? (PlanAggregate *)plan : aggregate_of_distinct(columns, (PlanDistinct *)plan);
        if (aggregate && aggregate_may_go(aggregate))
            return describe_aggregated(columns, plan, aggregate);
    }
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_describe_scans(columns, plan->inputs[i]);
    return plan->kind == PLAN_SORT ? describe_sorted((PlanSort *)plan) : plan;
}
