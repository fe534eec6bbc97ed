/* optimizer/drop_groups.c: where every row is a group of its own nothing is to be grouped: DISTINCT and GROUP BY over
 * columns that tell the rows apart. */
#include <string.h>

#include "optimizer/rule.h"

/* What the aggregate gives for the one row of its group; NULL: not said here. */
static Expr *value_of_one_row(PlanColumns *columns, const AggregateCall *call)
{
    const char *name = call->aggregate->name;
    if (call->filter)
        return NULL;
    if (strcmp(name, "count") == 0 && call->argument_count == 0)
        return expr_constant(columns->arena, value_integer(call->type, 1), NO_POSITION);
    bool is_the_value = strcmp(name, "min") == 0 || strcmp(name, "max") == 0;
    return is_the_value && call->argument_count == 1 && type_equal(call->arguments[0]->type, call->type)
               ? call->arguments[0]
               : NULL;
}

static Plan *without_groups(PlanColumns *columns, PlanAggregate *aggregate)
{
    Plan *plan = &aggregate->base;
    ColumnId *key = arena_array(columns->arena, ColumnId, aggregate->group_count);
    size_t key_count = 0;
    if (aggregate->set_count > 0 || aggregate->group_count == 0)
        return plan;
    for (size_t i = 0; i < aggregate->group_count; i++)
        if (aggregate->groups[i]->kind == EXPR_COLUMN)
            key[key_count++] = aggregate->groups[i]->column;
    PlanProject *project = plan_project_new(columns, plan->inputs[0], plan->output_count);
    for (size_t i = 0; i < plan->output_count; i++) {
        project->base.outputs[i] = plan->outputs[i];
        project->exprs[i] = i < aggregate->group_count
                                ? aggregate->groups[i]
                                : value_of_one_row(columns, &aggregate->aggregates[i - aggregate->group_count]);
        if (project->exprs[i] == NULL)
            return plan;
    }
    return plan_is_unique(columns, plan->inputs[0], key, key_count) ? &project->base : plan;
}

Plan *rule_drop_groups(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_drop_groups(columns, plan->inputs[i]);
    if (plan->kind == PLAN_AGGREGATE)
        return without_groups(columns, (PlanAggregate *)plan);
    const PlanDistinct *distinct = (const PlanDistinct *)plan;
    if (plan->kind == PLAN_DISTINCT && plan_is_unique(columns, plan->inputs[0], distinct->keys, distinct->key_count))
        return plan->inputs[0];
    return plan;
}
