/* optimizer/drop_groups.c: where every row is a group of its own nothing is to be grouped: DISTINCT and GROUP BY over
 * columns that tell the rows apart. A key that follows from others is computed for each group. */
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

/* The keys that are columns, and what they are called behind the aggregate. */
typedef struct ColumnKeys {
    ColumnSet set;
    ColumnId *inside;
    Expr **outside;
    size_t count;
} ColumnKeys;

/* Equal values of a DOUBLE or an INTERVAL may look different: nothing follows from them. */
static ColumnKeys column_keys(PlanColumns *columns, const PlanAggregate *aggregate)
{
    ColumnKeys keys = {.set = column_set_in(columns->arena)};
    keys.inside = arena_array(columns->arena, ColumnId, aggregate->group_count);
    keys.outside = arena_array(columns->arena, Expr *, aggregate->group_count);
    for (size_t i = 0; i < aggregate->group_count; i++) {
        const Expr *key = aggregate->groups[i];
        if (key->kind != EXPR_COLUMN || key->type.id == TYPE_DOUBLE || key->type.id == TYPE_INTERVAL)
            continue;
        column_set_add(&keys.set, key->column);
        keys.inside[keys.count] = key->column;
        keys.outside[keys.count++] = plan_column_expr(columns, aggregate->base.outputs[i], NO_POSITION);
    }
    return keys;
}

static bool group_follows(PlanColumns *columns, const ColumnKeys *keys, const Expr *group)
{
    ColumnSet used = column_set_in(columns->arena);
    column_set_add_expr(&used, group);
    for (size_t word = 0; word < used.word_count; word++)
        if (used.words[word] & ~(word < keys->set.word_count ? keys->set.words[word] : 0))
            return false;
    return group->kind != EXPR_COLUMN && !expr_is_volatile(group);
}

static Plan *without_following_groups(PlanColumns *columns, PlanAggregate *aggregate)
{
    Plan *plan = &aggregate->base;
    size_t kept_count = 0, output_count = 0;
    ColumnKeys keys = column_keys(columns, aggregate);
    if (aggregate->set_count > 0 || keys.count == 0)
        return plan;
    Expr **kept = arena_array(columns->arena, Expr *, aggregate->group_count);
    ColumnId *outputs = arena_array(columns->arena, ColumnId, plan->output_count);
    PlanProject *project = plan_project_new(columns, plan, plan->output_count);
    for (size_t i = 0; i < plan->output_count; i++) {
        Expr *group = i < aggregate->group_count ? aggregate->groups[i] : NULL;
        project->base.outputs[i] = plan->outputs[i];
        if (group && group_follows(columns, &keys, group)) {
            project->exprs[i] = expr_substitute(columns->arena, group, keys.inside, keys.outside, keys.count);
            continue;
        }
        project->exprs[i] = plan_column_expr(columns, plan->outputs[i], NO_POSITION);
        outputs[output_count++] = plan->outputs[i];
        if (group)
            kept[kept_count++] = group;
    }
    if (output_count == plan->output_count)
        return plan;
    aggregate->groups = kept;
    aggregate->group_count = kept_count;
    plan->outputs = outputs;
    plan->output_count = output_count;
    return &project->base;
}

Plan *rule_drop_groups(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_drop_groups(columns, plan->inputs[i]);
    if (plan->kind == PLAN_AGGREGATE) {
        Plan *ungrouped = without_groups(columns, (PlanAggregate *)plan);
        return ungrouped == plan ? without_following_groups(columns, (PlanAggregate *)plan) : ungrouped;
    }
    const PlanDistinct *distinct = (const PlanDistinct *)plan;
    if (plan->kind == PLAN_DISTINCT && plan_is_unique(columns, plan->inputs[0], distinct->keys, distinct->key_count))
        return plan->inputs[0];
    return plan;
}
