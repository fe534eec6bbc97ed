/* optimizer/describe_scans.c: each scan is described by its provider, once: projection, filters, limit. */
#include "optimizer/rule.h"

static void describe(PlanColumns *columns, PlanScan *scan)
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
                     .dynamic_count = scan->dynamics.count,
                     .dynamic_columns = dynamics,
                     .parallelism = 1};
    for (size_t i = 0; i < scan->filters.count; i++) {
        const PlanScanFilter *filter = &scan->filters.items[i];
        if (filter->answer != FILTER_UNSUPPORTED)
            filters[args.filter_count++] = plan_scan_expr(columns->arena, scan, filter->filter);
    }
    scan->scan = scan->table->ops->scan(scan->table, &args);
}

Plan *rule_describe_scans(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_describe_scans(columns, plan->inputs[i]);
    if (plan->kind == PLAN_SCAN)
        describe(columns, (PlanScan *)plan);
    return plan;
}
