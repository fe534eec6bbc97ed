/* optimizer/place_dynamic_filters.c: who learns something while the query runs is joined with the scans that it helps.
 *
 *   a hash join    once its right side is read: a left key that equals none of the right ones is of no use
 *   a top-N        with each row that it drops: a first key beyond the bound is of no use
 *
 * From there a filter goes down as any condition on that column would: to every scan that gives the column unchanged,
 * past nodes whose other rows do not depend on those that are left out. */
#include "expr/function.h"
#include "optimizer/rule.h"

static bool reach(PlanColumns *columns, Plan *plan, ColumnId column, size_t number);

static bool reach_through_project(PlanColumns *columns, const PlanProject *project, ColumnId column, size_t number)
{
    for (size_t i = 0; i < project->base.output_count; i++)
        if (expr_is_volatile(project->exprs[i]))
            return false;
    const Expr *expr = project->exprs[plan_output_index(&project->base, column)];
    return expr->kind == EXPR_COLUMN && reach(columns, project->base.inputs[0], expr->column, number);
}

static bool reach_through_aggregate(PlanColumns *columns, const PlanAggregate *aggregate, ColumnId column,
                                    size_t number)
{
    size_t group = plan_output_index(&aggregate->base, column);
    return group < aggregate->group_count && aggregate->set_count == 0 &&
           aggregate->groups[group]->kind == EXPR_COLUMN &&
           reach(columns, aggregate->base.inputs[0], aggregate->groups[group]->column, number);
}

static bool reach_through_window(PlanColumns *columns, const PlanWindow *window, ColumnId column, size_t number)
{
    for (size_t i = 0; i < window->partition_count; i++)
        if (window->partition[i]->kind == EXPR_COLUMN && window->partition[i]->column == column)
            return reach(columns, window->base.inputs[0], column, number);
    return false;
}

static bool reach_through_distinct(PlanColumns *columns, const PlanDistinct *distinct, ColumnId column, size_t number)
{
    for (size_t i = 0; i < distinct->key_count; i++)
        if (distinct->keys[i] == column)
            return reach(columns, distinct->base.inputs[0], column, number);
    return false;
}

static bool reach_into_set(PlanColumns *columns, const PlanSet *set, ColumnId column, size_t number)
{
    bool is_reached = false;
    size_t output = plan_output_index(&set->base, column);
    if (set->operator!= PLAN_UNION)
        return false;
    for (size_t i = 0; i < set->base.input_count; i++)
        is_reached |= reach(columns, set->base.inputs[i], set->base.inputs[i]->outputs[output], number);
    return is_reached;
}

/* The side that has the column, if its rows may be left out: not those for which a padded row would stand in. */
static bool reach_into_join(PlanColumns *columns, const PlanJoin *join, ColumnId column, size_t number)
{
    size_t side = plan_has_output(join->base.inputs[0], column) ? 0 : 1;
    if (!plan_has_output(join->base.inputs[side], column))
        return false; /* the mark */
    bool is_open =
        side == 0 ? join->type != PLAN_JOIN_RIGHT && join->type != PLAN_JOIN_FULL
                  : join->type == PLAN_JOIN_INNER || join->type == PLAN_JOIN_RIGHT || plan_join_marks_right(join->type);
    /* fewer rows must not hide that a subquery gives more than one */
    return is_open && join->type != PLAN_JOIN_SINGLE && reach(columns, join->base.inputs[side], column, number);
}

/* Whether some scan below has taken the filter. */
static bool reach(PlanColumns *columns, Plan *plan, ColumnId column, size_t number)
{
    switch (plan->kind) {
    case PLAN_SCAN: {
        PlanScan *scan = (PlanScan *)plan;
        array_add(columns->arena, &scan->dynamics, ((PlanDynamic){number, column}));
        return true;
    }
    case PLAN_FILTER:
        return reach(columns, plan->inputs[0], column, number);
    case PLAN_SORT:
        return ((PlanSort *)plan)->limit == NO_LIMIT && reach(columns, plan->inputs[0], column, number);
    case PLAN_PROJECT:
        return reach_through_project(columns, (PlanProject *)plan, column, number);
    case PLAN_AGGREGATE:
        return reach_through_aggregate(columns, (PlanAggregate *)plan, column, number);
    case PLAN_WINDOW:
        return reach_through_window(columns, (PlanWindow *)plan, column, number);
    case PLAN_DISTINCT:
        return reach_through_distinct(columns, (PlanDistinct *)plan, column, number);
    case PLAN_SET:
        return reach_into_set(columns, (PlanSet *)plan, column, number);
    case PLAN_JOIN:
        return reach_into_join(columns, (PlanJoin *)plan, column, number);
    case PLAN_CTE:
        return reach(columns, plan->inputs[1], column, number);
    default:
        return false;
    }
}

/* The left side's column of an equality of the sides, and whatever the right one is; false when it is none. */
static bool key_column(const PlanJoin *join, const Expr *condition, ColumnId *ret_column)
{
    const Plan *left = join->base.inputs[0], *right = join->base.inputs[1];
    if (condition->kind != EXPR_CALL || condition->argument_count != 2 || strcmp(condition->function->name, "=") != 0 ||
        expr_is_volatile(condition))
        return false;
    for (size_t i = 0; i < 2; i++) {
        const Expr *first = condition->arguments[i], *second = condition->arguments[1 - i];
        if (first->kind == EXPR_COLUMN && plan_has_output(left, first->column) && expr_is_within(second, right)) {
            *ret_column = first->column;
            return true;
        }
    }
    return false;
}

/* Only joins that give nothing for a left row without a match. */
static void place_join(PlanColumns *columns, PlanJoin *join)
{
    if (join->type != PLAN_JOIN_INNER && join->type != PLAN_JOIN_SEMI && join->type != PLAN_JOIN_RIGHT &&
        !plan_join_marks_right(join->type))
        return;
    for (size_t i = 0; i < join->condition_count; i++) {
        ColumnId column;
        if (key_column(join, join->conditions[i], &column) &&
            reach(columns, join->base.inputs[0], column, columns->dynamic_count))
            array_add(columns->arena, &join->dynamics, ((PlanDynamic){columns->dynamic_count++, column}));
    }
}

static void place_top_n(PlanColumns *columns, PlanSort *sort)
{
    if (sort->limit == NO_LIMIT || sort->key_count == 0 || sort->keys[0]->kind != EXPR_COLUMN)
        return;
    ColumnId column = sort->keys[0]->column;
    if (reach(columns, sort->base.inputs[0], column, columns->dynamic_count))
        array_add(columns->arena, &sort->dynamics, ((PlanDynamic){columns->dynamic_count++, column}));
}

Plan *rule_place_dynamic_filters(PlanColumns *columns, Plan *plan)
{
    if (columns->context->settings->verify_pushdown == VERIFICATION_FULL) /* all rows are to be seen */
        return plan;
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_place_dynamic_filters(columns, plan->inputs[i]);
    if (plan->kind == PLAN_JOIN)
        place_join(columns, (PlanJoin *)plan);
    else if (plan->kind == PLAN_SORT)
        place_top_n(columns, (PlanSort *)plan);
    return plan;
}
