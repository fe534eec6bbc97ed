/* optimizer/unique.c: whether columns tell the rows of a plan apart: from the keys that providers have, and from what
 * nodes do. */
#include <string.h>

#include "expr/function.h"
#include "optimizer/rule.h"

static bool is_unique(PlanColumns *columns, const Plan *plan, const ColumnSet *key, bool nulls_equal);

static bool set_has_all(const ColumnSet *set, const ColumnId *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!column_set_has(set, ids[i]))
            return false;
    return true;
}

/* The outputs of the plan that are in the set, and those that its conditions hold equal to a constant. */
static ColumnSet key_below(PlanColumns *columns, const Plan *plan, const ColumnSet *key)
{
    ColumnSet below = column_set_in(columns->arena);
    for (size_t i = 0; i < plan->output_count; i++)
        if (column_set_has(key, plan->outputs[i]))
            column_set_add(&below, plan->outputs[i]);
    return below;
}

static void key_add_constant(ColumnSet *key, const Expr *condition)
{
    if (condition->kind == EXPR_CALL && condition->argument_count == 2 && strcmp(condition->function->name, "=") == 0 &&
        condition->arguments[0]->kind == EXPR_COLUMN && expr_is_fixed(condition->arguments[1]))
        column_set_add(key, condition->arguments[0]->column);
}

static bool scan_is_unique(PlanColumns *columns, const PlanScan *scan, const ColumnSet *given, bool nulls_equal)
{
    const Constraints *constraints = provider_constraints(scan->table);
    ColumnSet key = key_below(columns, &scan->base, given);
    for (size_t i = 0; i < scan->filters.count; i++)
        if (scan->filters.items[i].answer == FILTER_EXACT)
            key_add_constant(&key, scan->filters.items[i].filter);
    for (size_t i = 0; constraints && i < constraints->count; i++) {
        const Constraint *constraint = &constraints->items[i];
        bool is_key = constraint->kind == CONSTRAINT_PRIMARY_KEY || constraint->kind == CONSTRAINT_UNIQUE;
        for (size_t c = 0; c < constraint->column_count && is_key; c++) {
            ColumnId column = scan->first_column + (ColumnId)constraint->columns[c];
            bool may_repeat = nulls_equal && constraint->kind == CONSTRAINT_UNIQUE &&
                              plan_column(columns, column)->is_nullable; /* NULLs collide with nothing */
            is_key = column_set_has(&key, column) && !may_repeat;
        }
        if (is_key)
            return true;
    }
    return false;
}

static bool project_is_unique(PlanColumns *columns, const PlanProject *project, const ColumnSet *key, bool nulls_equal)
{
    ColumnSet below = column_set_in(columns->arena);
    for (size_t i = 0; i < project->base.output_count; i++)
        if (column_set_has(key, project->base.outputs[i]) && project->exprs[i]->kind == EXPR_COLUMN)
            column_set_add(&below, project->exprs[i]->column);
    return is_unique(columns, project->base.inputs[0], &below, nulls_equal);
}

bool join_side_is_unique(PlanColumns *columns, const PlanJoin *join, size_t side)
{
    const Plan *plan = join->base.inputs[side], *other = join->base.inputs[1 - side];
    ColumnSet key = column_set_in(columns->arena);
    for (size_t i = 0; i < join->condition_count; i++) {
        const Expr *condition = join->conditions[i];
        if (condition->kind != EXPR_CALL || condition->argument_count != 2 ||
            strcmp(condition->function->name, "=") != 0)
            continue;
        for (size_t a = 0; a < 2; a++)
            if (condition->arguments[a]->kind == EXPR_COLUMN &&
                plan_has_output(plan, condition->arguments[a]->column) &&
                expr_is_within(condition->arguments[1 - a], other))
                column_set_add(&key, condition->arguments[a]->column);
    }
    return is_unique(columns, plan, &key, /* nulls_equal= */ false);
}

/* A row of one side that meets at most one of the other side is still there once at the most. */
static bool join_is_unique(PlanColumns *columns, const PlanJoin *join, const ColumnSet *key, bool nulls_equal)
{
    bool keeps_left_alone = join->type == PLAN_JOIN_SEMI || join->type == PLAN_JOIN_ANTI ||
                            join->type == PLAN_JOIN_MARK || join->type == PLAN_JOIN_SINGLE;
    bool is_left_unique = is_unique(columns, join->base.inputs[0], key, nulls_equal);
    if (keeps_left_alone)
        return is_left_unique;
    bool is_right_unique = is_unique(columns, join->base.inputs[1], key, nulls_equal);
    if (is_left_unique && is_right_unique)
        return join->type != PLAN_JOIN_FULL; /* there, NULLs may stand for rows of either side */
    if (join->type == PLAN_JOIN_INNER || join->type == PLAN_JOIN_LEFT)
        if (is_left_unique && join_side_is_unique(columns, join, 1))
            return true;
    return (join->type == PLAN_JOIN_INNER || join->type == PLAN_JOIN_RIGHT) && is_right_unique &&
           join_side_is_unique(columns, join, 0);
}

static bool is_unique(PlanColumns *columns, const Plan *plan, const ColumnSet *key, bool nulls_equal)
{
    switch (plan->kind) {
    case PLAN_SCAN:
        return scan_is_unique(columns, (const PlanScan *)plan, key, nulls_equal);
    case PLAN_FILTER: {
        const PlanFilter *filter = (const PlanFilter *)plan;
        ColumnSet below = key_below(columns, plan, key);
        for (size_t i = 0; i < filter->condition_count; i++)
            key_add_constant(&below, filter->conditions[i]);
        return is_unique(columns, plan->inputs[0], &below, nulls_equal);
    }
    case PLAN_SORT:
    case PLAN_LIMIT:
    case PLAN_WINDOW:
        return is_unique(columns, plan->inputs[0], key, nulls_equal);
    case PLAN_CTE:
        return is_unique(columns, plan->inputs[1], key, nulls_equal);
    case PLAN_PROJECT:
        return project_is_unique(columns, (const PlanProject *)plan, key, nulls_equal);
    case PLAN_DISTINCT:
        return set_has_all(key, ((const PlanDistinct *)plan)->keys, ((const PlanDistinct *)plan)->key_count) ||
               is_unique(columns, plan->inputs[0], key, nulls_equal);
    case PLAN_AGGREGATE:
        return ((const PlanAggregate *)plan)->set_count == 0 &&
               set_has_all(key, plan->outputs, ((const PlanAggregate *)plan)->group_count);
    case PLAN_JOIN:
        return join_is_unique(columns, (const PlanJoin *)plan, key, nulls_equal);
    case PLAN_VALUES:
        return ((const PlanValues *)plan)->row_count <= 1;
    default:
        return false;
    }
}

bool plan_is_unique(PlanColumns *columns, const Plan *plan, const ColumnId *key, size_t key_count)
{
    ColumnSet set = column_set_in(columns->arena);
    for (size_t i = 0; i < key_count; i++)
        column_set_add(&set, key[i]);
    return is_unique(columns, plan, &set, /* nulls_equal= */ true);
}
