/* optimizer/pull_conditions.c: parameters that stand in filters alone: their conditions become the join's own. */
#include "optimizer/unnest.h"

/* Conditions with parameters go to `pulled`; returns how many are left. */
static size_t split_conditions(Unnesting *self, Expr **conditions, size_t count, ConditionList *pulled)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (expr_has_parameters(self, conditions[i]))
            array_add(self->columns->arena, pulled, conditions[i]);
        else
            conditions[kept++] = conditions[i];
    }
    return kept;
}

static Plan *pull_from_filter(Unnesting *self, PlanFilter *filter, bool only_existence, ConditionList *pulled)
{
    Plan *input = pull_conditions(self, filter->base.inputs[0], only_existence, pulled);
    if (input == NULL)
        return NULL;
    Expr **conditions =
        arena_copy(self->columns->arena, filter->conditions, filter->condition_count * sizeof *conditions);
    size_t kept = split_conditions(self, conditions, filter->condition_count, pulled);
    return plan_filter_new(self->columns, input, conditions, kept);
}

/* The project must let the columns through that the pulled conditions use. */
static Plan *pull_from_project(Unnesting *self, PlanProject *project, bool only_existence, ConditionList *pulled)
{
    PlanColumns *columns = self->columns;
    for (size_t i = 0; i < project->base.output_count; i++)
        if (expr_has_parameters(self, project->exprs[i]))
            return NULL;
    Plan *input = pull_conditions(self, project->base.inputs[0], only_existence, pulled);
    if (input == NULL)
        return NULL;
    ColumnSet used = column_set_in(columns->arena);
    for (size_t i = 0; i < pulled->count; i++)
        column_set_add_expr(&used, pulled->items[i]);
    size_t width = project->base.output_count;
    PlanProject *wider = plan_project_new(columns, input, width + input->output_count);
    memcpy(wider->base.outputs, project->base.outputs, width * sizeof(ColumnId));
    memcpy(wider->exprs, project->exprs, width * sizeof(Expr *));
    for (size_t i = 0; i < input->output_count; i++) {
        ColumnId column = input->outputs[i];
        if (!column_set_has(&used, column) || plan_has_output(&project->base, column))
            continue;
        wider->base.outputs[width] = column;
        wider->exprs[width++] = unnesting_column(self, column);
    }
    wider->base.output_count = width;
    return &wider->base;
}

/* An inner join's conditions may be taken out of it, and those of both its inputs. */
static Plan *pull_from_join(Unnesting *self, PlanJoin *join, bool only_existence, ConditionList *pulled)
{
    if (join->type != PLAN_JOIN_INNER)
        return NULL;
    Plan *left = pull_conditions(self, join->base.inputs[0], only_existence, pulled);
    Plan *right = left ? pull_conditions(self, join->base.inputs[1], only_existence, pulled) : NULL;
    if (right == NULL)
        return NULL;
    Expr **conditions = arena_copy(self->columns->arena, join->conditions, join->condition_count * sizeof *conditions);
    size_t kept = split_conditions(self, conditions, join->condition_count, pulled);
    return &plan_join_new(self->columns, PLAN_JOIN_INNER, left, right, conditions, kept)->base;
}

Plan *pull_conditions(Unnesting *self, Plan *plan, bool only_existence, ConditionList *pulled)
{
    if (!plan_has_parameters(self, plan))
        return plan;
    switch (plan->kind) {
    case PLAN_FILTER:
        return pull_from_filter(self, (PlanFilter *)plan, only_existence, pulled);
    case PLAN_PROJECT:
        return pull_from_project(self, (PlanProject *)plan, only_existence, pulled);
    case PLAN_JOIN:
        return pull_from_join(self, (PlanJoin *)plan, only_existence, pulled);
    case PLAN_DISTINCT: /* whether there is a row does not depend on how often */
        return only_existence ? pull_conditions(self, plan->inputs[0], only_existence, pulled) : NULL;
    default:
        return NULL;
    }
}
