/* optimizer/answer_from_statistics.c: count, min and max of a whole table whose provider knows them exactly need no
 * scan: the row is there already. */
#include <string.h>

#include "optimizer/rule.h"

static bool count_is_exact(const StatisticsCount *count)
{
    return count->precision == PRECISION_EXACT && count->count <= INT64_MAX;
}

/* False when the statistics do not tell. */
static bool answer(const PlanScan *scan, const Statistics *statistics, const AggregateCall *call, Value *ret_value)
{
    const char *name = call->aggregate->name;
    bool is_count = strcmp(name, "count") == 0, is_min = strcmp(name, "min") == 0;
    if (call->filter || (!is_count && !is_min && strcmp(name, "max") != 0) || call->argument_count > 1)
        return false;
    if (call->argument_count == 0) {
        *ret_value = value_integer(call->type, (int64_t)statistics->row_count.count);
        return count_is_exact(&statistics->row_count);
    }
    const Expr *argument = call->arguments[0];
    if (argument->kind != EXPR_COLUMN || argument->column - scan->first_column >= statistics->column_count)
        return false;
    const ColumnStatistics *column = &statistics->columns[argument->column - scan->first_column];
    if (is_count && call->is_distinct) {
        *ret_value = value_integer(call->type, (int64_t)column->distinct_count.count);
        return count_is_exact(&column->distinct_count);
    }
    if (is_count) {
        *ret_value = value_integer(call->type, (int64_t)(statistics->row_count.count - column->null_count.count));
        return count_is_exact(&statistics->row_count) && count_is_exact(&column->null_count) &&
               column->null_count.count <= statistics->row_count.count;
    }
    const StatisticsBound *bound = is_min ? &column->minimum : &column->maximum;
    *ret_value = bound->value;
    return bound->precision == PRECISION_EXACT && type_equal(bound->value.type, call->type);
}

static Plan *answered(PlanColumns *columns, PlanAggregate *aggregate)
{
    Plan *plan = &aggregate->base;
    PlanScan *scan = (PlanScan *)plan->inputs[0];
    const Statistics *statistics = scan_statistics(columns, scan);
    if (statistics == NULL)
        return plan;
    PlanValues *values = plan_values_new(columns, 1, plan->output_count, plan->outputs);
    for (size_t i = 0; i < aggregate->aggregate_count; i++) {
        Value value;
        if (!answer(scan, statistics, &aggregate->aggregates[i], &value))
            return plan;
        values->cells[i] = expr_constant(columns->arena, value_copy(columns->arena, &value), NO_POSITION);
    }
    values->base.row_estimate = 1;
    columns->is_momentary = true;
    return &values->base;
}

Plan *rule_answer_from_statistics(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_answer_from_statistics(columns, plan->inputs[i]);
    if (plan->kind != PLAN_AGGREGATE || plan->inputs[0]->kind != PLAN_SCAN)
        return plan;
    PlanAggregate *aggregate = (PlanAggregate *)plan;
    const PlanScan *scan = (const PlanScan *)plan->inputs[0];
    bool is_whole = aggregate->group_count == 0 && aggregate->set_count == 0 && aggregate->aggregate_count > 0 &&
                    scan->filters.count == 0 && scan->limit == NO_LIMIT;
    /* what is promised is checked by reading */
    return is_whole && !columns->context->settings->verify_pushdown ? answered(columns, aggregate) : plan;
}
