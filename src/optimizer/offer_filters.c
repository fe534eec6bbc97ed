/* optimizer/offer_filters.c: each condition that stands directly above a scan is offered to its provider.
 *
 * What is taken as EXACT leaves the plan, as INEXACT is handed over and stays, UNSUPPORTED just stays. Volatile
 * conditions and those that can fail are not offered. */
#include "base/array.h"
#include "optimizer/rule.h"

/* The conditions that may be offered come first. */
static size_t conditions_partition(Expr **conditions, size_t count, Arena *arena)
{
    Expr **sorted = arena_array(arena, Expr *, count);
    size_t offered = 0, kept = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++)
            if ((expr_is_volatile(conditions[i]) || expr_can_fail(conditions[i])) == (pass == 1))
                sorted[kept++] = conditions[i], offered += pass == 0;
    if (count)
        memcpy(conditions, sorted, count * sizeof *sorted);
    return offered;
}

static Plan *offer(PlanColumns *columns, PlanFilter *filter, PlanScan *scan)
{
    size_t count = filter->condition_count;
    Expr **conditions = arena_copy(columns->arena, filter->conditions, count * sizeof *conditions);
    size_t offered = conditions_partition(conditions, count, columns->arena);
    Expr **mapped = arena_array(columns->arena, Expr *, offered);
    FilterPushdown *answers = arena_array(columns->arena, FilterPushdown, count);
    for (size_t i = 0; i < offered; i++)
        mapped[i] = plan_scan_expr(columns->arena, scan, conditions[i]);
    provider_supports_filters_pushdown(scan->table, mapped, offered, answers);
    ARRAY(Expr *) kept = {0};
    bool is_verified = columns->context->settings->verify_pushdown;
    scan->promises = is_verified ? arena_array(columns->arena, Expr *, count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (is_verified && answers[i] == FILTER_EXACT)
            scan->promises[scan->promise_count++] = conditions[i];
        array_add(columns->arena, &scan->filters, ((PlanScanFilter){conditions[i], answers[i]}));
        if (answers[i] != FILTER_EXACT)
            array_add(columns->arena, &kept, conditions[i]);
    }
    return plan_filter_new(columns, &scan->base, kept.items, kept.count);
}

Plan *rule_offer_filters(PlanColumns *columns, Plan *plan)
{
    if (plan->kind == PLAN_FILTER && plan->inputs[0]->kind == PLAN_SCAN)
        return offer(columns, (PlanFilter *)plan, (PlanScan *)plan->inputs[0]);
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_offer_filters(columns, plan->inputs[i]);
    return plan;
}
