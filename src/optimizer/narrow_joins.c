/* optimizer/narrow_joins.c: a join hands on no column that only conditions at or below it ask for. Keys are many of its
 * inputs' columns; what it does not hand on need not be gathered, nor kept by the joins above that are built from it.
 *
 * Last of all: rules take a join's outputs to be those of its inputs. */
#include "optimizer/rule.h"

/* Inputs that are taken by position keep all their outputs. */
static bool input_stays_whole(const Plan *plan, size_t input)
{
    switch (plan->kind) {
    case PLAN_SET:
    case PLAN_RECURSIVE:
    case PLAN_INSERT:
    case PLAN_CHANGE:
        return true;
    case PLAN_CTE:
        return input == 0;
    default:
        return false;
    }
}

static void join_narrow(PlanColumns *columns, Plan *join, const ColumnSet *wanted)
{
    ColumnId *outputs = arena_array(columns->arena, ColumnId, join->output_count);
    size_t kept = 0;
    for (size_t i = 0; i < join->output_count; i++)
        if (column_set_has(wanted, join->outputs[i]))
            outputs[kept++] = join->outputs[i];
    join->outputs = outputs;
    join->output_count = kept;
}

static void add_expr(void *wanted, Expr **slot)
{
    column_set_add_expr(wanted, *slot);
}

/* `wanted` is what nodes above ask for, and those beside, whose columns are others. */
static void narrow(PlanColumns *columns, Plan *plan, ColumnSet *wanted)
{
    if (plan->kind == PLAN_JOIN)
        join_narrow(columns, plan, wanted);
    plan_each_expr(plan, add_expr, wanted);
    if (plan->kind == PLAN_DISTINCT)
        for (size_t i = 0; i < ((PlanDistinct *)plan)->key_count; i++)
            column_set_add(wanted, ((PlanDistinct *)plan)->keys[i]);
    for (size_t i = 0; i < plan->input_count; i++) {
        if (input_stays_whole(plan, i))
            column_set_add_outputs(wanted, plan->inputs[i]);
        narrow(columns, plan->inputs[i], wanted);
    }
    if (plan->kind != PLAN_JOIN)
        plan_refresh_outputs(columns, plan);
}

Plan *rule_narrow_joins(PlanColumns *columns, Plan *plan)
{
    ColumnSet wanted = column_set_in(columns->arena);
    column_set_add_outputs(&wanted, plan);
    if (!columns->wants_places) /* joins hand those on, too */
        narrow(columns, plan, &wanted);
    return plan;
}
