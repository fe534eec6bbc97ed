/* optimizer/push_filters.c: conditions as far down as they may go, and joins made as strict as the conditions above
 * them allow.
 *
 *   through     Project (columns replaced by their expressions), Sort without a limit, UNION, INTERSECT, EXCEPT, With;
 *               Distinct, Aggregate and Window (conditions on keys, groups, partitions alone; below an Aggregate also
 *               what the arms of an OR say of the groups); Unpivot (on what its input has; of names alone: those that
 *               none lets pass go)
 *   into        the side of a join that has the columns; both sides: a condition of an inner join
 *   never past  Limit, top-N, a recursion; to the null-extended side of an outer join; what may fail: below a join
 *
 * A condition above an outer join that no null-extended row passes makes the join an inner one. A filter on the mark of
 * a Mark join makes it a Semi or an Anti join. */
#include "base/array.h"
#include "expr/function.h"
#include "optimizer/rule.h"

typedef ARRAY(Expr *) Conditions;

static Plan *push(PlanColumns *columns, Plan *plan, Conditions conditions);

/* As it is, an AND too. */
static void conditions_add_one(PlanColumns *columns, Conditions *conditions, Expr *condition)
{
    array_add(columns->arena, conditions, condition);
}

static void conditions_add(PlanColumns *columns, Conditions *conditions, Expr *condition)
{
    if (condition->kind != EXPR_AND) {
        conditions_add_one(columns, conditions, condition);
        return;
    }
    for (size_t i = 0; i < condition->argument_count; i++)
        conditions_add(columns, conditions, condition->arguments[i]);
}

static void conditions_add_all(PlanColumns *columns, Conditions *conditions, Expr *const *more, size_t count)
{
    for (size_t i = 0; i < count; i++)
        conditions_add(columns, conditions, more[i]);
}

/* What follows from a condition that stays above comes down whenever conditions are pushed: it is here already. */
static void conditions_add_new(PlanColumns *columns, Conditions *conditions, Expr *condition)
{
    enum { MOST_COMPARED = 100 };
    context_check(columns->context); /* thousands of joins have each to be told of thousands */
    bool is_new = expr_is_volatile(condition) || conditions->count > MOST_COMPARED;
    for (size_t i = 0; i < conditions->count && !is_new; i++)
        if (expr_equal(conditions->items[i], condition))
            return;
    conditions_add(columns, conditions, condition);
}

static Plan *filter_above(PlanColumns *columns, Plan *plan, const Conditions *conditions)
{
    for (size_t i = 0; i < conditions->count; i++)
        if (expr_is_false_or_null(conditions->items[i]))
            return plan_empty(columns, plan->outputs, plan->output_count);
    return plan_filter_new(columns, plan, conditions->items, conditions->count);
}

/* The inputs get no condition from here. */
static Plan *push_nothing(PlanColumns *columns, Plan *plan, const Conditions *conditions)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = push(columns, plan->inputs[i], (Conditions){0});
    plan_refresh_outputs(columns, plan);
    return filter_above(columns, plan, conditions);
}

/* ---- nodes with one input ---- */

static bool any_is_volatile(Expr *const *exprs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (expr_is_volatile(exprs[i]))
            return true;
    return false;
}

static Plan *push_through_project(PlanColumns *columns, PlanProject *project, const Conditions *conditions)
{
    Conditions below = {0}, above = {0};
    bool is_movable = !any_is_volatile(project->exprs, project->base.output_count);
    for (size_t i = 0; i < conditions->count; i++) {
        Expr *condition = conditions->items[i];
        if (is_movable && !expr_is_volatile(condition))
            conditions_add(
                columns, &below,
                expr_simplify_condition(columns, expr_substitute(columns->arena, condition, project->base.outputs,
                                                                 project->exprs, project->base.output_count)));
        else
            array_add(columns->arena, &above, condition);
    }
    project->base.inputs[0] = push(columns, project->base.inputs[0], below);
    return filter_above(columns, &project->base, &above);
}

/* Whether the condition refers to nothing but these columns, and to at least one. */
static bool refers_only_to(PlanColumns *columns, const Expr *condition, const ColumnId *keys, size_t key_count)
{
    ColumnSet used = column_set_in(columns->arena);
    column_set_add_expr(&used, condition);
    size_t used_count = 0, key_uses = 0;
    for (size_t i = 0; i < used.word_count; i++)
        used_count += (size_t)__builtin_popcountll(used.words[i]);
    for (size_t i = 0; i < key_count; i++)
        key_uses += column_set_has(&used, keys[i]);
    return used_count > 0 && used_count == key_uses;
}

static void split_by_keys(PlanColumns *columns, const Conditions *conditions, const ColumnId *keys, size_t key_count,
                          Conditions *ret_below, Conditions *ret_above)
{
    for (size_t i = 0; i < conditions->count; i++) {
        Expr *condition = conditions->items[i];
        bool is_movable = !expr_is_volatile(condition) && refers_only_to(columns, condition, keys, key_count);
        conditions_add_one(columns, is_movable ? ret_below : ret_above, condition);
    }
}

/* Some keys of an Aggregate's outputs, for who asks of a part of a condition. */
typedef struct Keys {
    PlanColumns *columns;
    const ColumnId *items;
    size_t count;
} Keys;

static bool part_is_of_keys(const void *user, const Expr *part)
{
    const Keys *keys = user;
    return refers_only_to(keys->columns, part, keys->items, keys->count);
}

static Plan *push_through_aggregate(PlanColumns *columns, PlanAggregate *aggregate, const Conditions *conditions)
{
    Conditions below = {0}, above = {0}, substituted = {0};
    if (aggregate->set_count > 0 || any_is_volatile(aggregate->groups, aggregate->group_count))
        return push_nothing(columns, &aggregate->base, conditions);
    Keys keys = {columns, aggregate->base.outputs, aggregate->group_count};
    split_by_keys(columns, conditions, keys.items, keys.count, &below, &above);
    for (size_t i = 0; i < above.count; i++) {
        Expr *part = expr_arms_part(columns, above.items[i], part_is_of_keys, &keys);
        if (part)
            array_add(columns->arena, &below, part);
    }
    for (size_t i = 0; i < below.count; i++)
        conditions_add(
            columns, &substituted,
            expr_simplify_condition(columns, expr_substitute(columns->arena, below.items[i], aggregate->base.outputs,
                                                             aggregate->groups, aggregate->group_count)));
    aggregate->base.inputs[0] = push(columns, aggregate->base.inputs[0], substituted);
    return filter_above(columns, &aggregate->base, &above);
}

static Plan *push_through_distinct(PlanColumns *columns, PlanDistinct *distinct, const Conditions *conditions)
{
    Conditions below = {0}, above = {0};
    split_by_keys(columns, conditions, distinct->keys, distinct->key_count, &below, &above);
    distinct->base.inputs[0] = push(columns, distinct->base.inputs[0], below);
    plan_refresh_outputs(columns, &distinct->base);
    return filter_above(columns, &distinct->base, &above);
}

/* Whole partitions are kept or left out: conditions on what tells them apart. */
static Plan *push_through_window(PlanColumns *columns, PlanWindow *window, const Conditions *conditions)
{
    Conditions below = {0}, above = {0};
    ColumnId *keys = arena_array(columns->arena, ColumnId, window->partition_count);
    size_t key_count = 0;
    for (size_t i = 0; i < window->partition_count; i++) {
        bool is_known = window->partition[i]->kind != EXPR_COLUMN;
        for (size_t j = 0; j < key_count && !is_known; j++)
            is_known = keys[j] == window->partition[i]->column;
        if (!is_known)
            keys[key_count++] = window->partition[i]->column;
    }
    split_by_keys(columns, conditions, keys, key_count, &below, &above);
    window->base.inputs[0] = push(columns, window->base.inputs[0], below);
    plan_refresh_outputs(columns, &window->base);
    return filter_above(columns, &window->base, &above);
}

/* Whether a condition on the name alone is known for each: names that it does not let pass go, with their values. */
static bool unpivot_takes(PlanColumns *columns, PlanUnpivot *unpivot, Expr *condition)
{
    if (expr_is_volatile(condition) || !refers_only_to(columns, condition, &unpivot->name, 1))
        return false;
    size_t kept = 0, width = unpivot->value_count;
    bool *passes = arena_array(columns->arena, bool, unpivot->name_count);
    for (size_t i = 0; i < unpivot->name_count; i++) {
        Expr *name = expr_constant(columns->arena, value_text(view_of(unpivot->names[i])), condition->position);
        Expr *known = expr_simplify_condition(
            columns, expr_substitute(columns->arena, condition, &unpivot->name, &name, /* count= */ 1));
        if (known->kind != EXPR_CONSTANT)
            return false;
        passes[i] = !expr_is_false_or_null(known);
    }
    for (size_t i = 0; i < unpivot->name_count; i++) {
        if (!passes[i])
            continue;
        unpivot->names[kept] = unpivot->names[i];
        memmove(unpivot->values + kept++ * width, unpivot->values + i * width, width * sizeof *unpivot->values);
    }
    unpivot->name_count = kept;
    return true;
}

static Plan *push_through_unpivot(PlanColumns *columns, PlanUnpivot *unpivot, const Conditions *conditions)
{
    Plan *input = unpivot->base.inputs[0];
    Conditions below = {0}, above = {0};
    for (size_t i = 0; i < conditions->count; i++) {
        Expr *condition = conditions->items[i];
        bool is_below = !expr_is_volatile(condition) && expr_is_within(condition, input);
        if (is_below || !unpivot_takes(columns, unpivot, condition))
            conditions_add_one(columns, is_below ? &below : &above, condition);
    }
    if (unpivot->name_count == 0)
        return plan_empty(columns, unpivot->base.outputs, unpivot->base.output_count);
    unpivot->base.inputs[0] = push(columns, input, below);
    plan_refresh_outputs(columns, &unpivot->base);
    return filter_above(columns, &unpivot->base, &above);
}

static Plan *push_through_sort(PlanColumns *columns, PlanSort *sort, const Conditions *conditions)
{
    if (sort->limit != NO_LIMIT)
        return push_nothing(columns, &sort->base, conditions);
    sort->base.inputs[0] = push(columns, sort->base.inputs[0], *conditions);
    plan_refresh_outputs(columns, &sort->base);
    return &sort->base;
}

static Plan *push_through_filter(PlanColumns *columns, PlanFilter *filter, const Conditions *conditions)
{
    Conditions all = {0};
    conditions_add_all(columns, &all, filter->conditions, filter->condition_count);
    for (size_t i = 0; i < conditions->count; i++)
        conditions_add_new(columns, &all, conditions->items[i]);
    return push(columns, filter->base.inputs[0], all);
}

static Plan *push_through_set(PlanColumns *columns, PlanSet *set, const Conditions *conditions)
{
    Plan *plan = &set->base;
    Conditions below = {0}, above = {0};
    for (size_t i = 0; i < conditions->count; i++)
        conditions_add_one(columns, expr_is_volatile(conditions->items[i]) ? &above : &below, conditions->items[i]);
    for (size_t input = 0; input < plan->input_count; input++) {
        Expr **exprs = arena_array(columns->arena, Expr *, plan->output_count);
        for (size_t i = 0; i < plan->output_count; i++)
            exprs[i] = plan_column_expr(columns, plan->inputs[input]->outputs[i], NO_POSITION);
        Conditions mapped = {0};
        for (size_t i = 0; i < below.count; i++)
            array_add(columns->arena, &mapped,
                      expr_substitute(columns->arena, below.items[i], plan->outputs, exprs, plan->output_count));
        plan->inputs[input] = push(columns, plan->inputs[input], mapped);
    }
    return filter_above(columns, plan, &above);
}

/* The query that is kept is read by others too: it gets none. */
static Plan *push_through_cte(PlanColumns *columns, PlanCte *cte, Conditions conditions)
{
    cte->base.inputs[0] = push(columns, cte->base.inputs[0], (Conditions){0});
    cte->base.inputs[1] = push(columns, cte->base.inputs[1], conditions);
    plan_refresh_outputs(columns, &cte->base);
    return &cte->base;
}

/* ---- joins ---- */

typedef struct NullSide {
    const Plan *plan;
} NullSide;

static bool is_output_of(void *user, ColumnId column)
{
    return plan_has_output(((NullSide *)user)->plan, column);
}

/* Whether some condition lets no row pass in which all of the side's columns are NULL. */
static bool rejects_nulls_of(const Conditions *conditions, const Plan *side)
{
    NullSide null_side = {side};
    for (size_t i = 0; i < conditions->count; i++)
        if (expr_rejects_null(conditions->items[i], is_output_of, &null_side))
            return true;
    return false;
}

static void make_stricter(PlanColumns *columns, PlanJoin *join, const Conditions *above)
{
    if (join->type == PLAN_JOIN_SINGLE && !join->is_dependent && join_side_is_unique(columns, join, 1))
        join->type = PLAN_JOIN_LEFT; /* there is nothing to check */
    bool keeps_left_only = join->type == PLAN_JOIN_LEFT || join->type == PLAN_JOIN_FULL;
    bool keeps_right_only = join->type == PLAN_JOIN_RIGHT || join->type == PLAN_JOIN_FULL;
    if (!keeps_left_only && !keeps_right_only)
        return;
    if (keeps_left_only && rejects_nulls_of(above, join->base.inputs[1]))
        keeps_left_only = false;
    if (keeps_right_only && rejects_nulls_of(above, join->base.inputs[0]))
        keeps_right_only = false;
    join->type = keeps_left_only ? (keeps_right_only ? PLAN_JOIN_FULL : PLAN_JOIN_LEFT)
                                 : (keeps_right_only ? PLAN_JOIN_RIGHT : PLAN_JOIN_INNER);
}

/* Whether equal conditions of two never-NULL values: then IN has no third answer. */
static bool mark_is_never_null(const PlanColumns *columns, const Expr *expr)
{
    if (expr == NULL)
        return true;
    if (expr->kind == EXPR_COLUMN)
        return !plan_column(columns, expr->column)->is_nullable;
    if (expr->kind == EXPR_CONSTANT)
        return !expr->constant.is_null;
    if (expr->kind != EXPR_CALL || (expr->function->flags & FUNCTION_NOT_STRICT))
        return false;
    for (size_t i = 0; i < expr->argument_count; i++)
        if (!mark_is_never_null(columns, expr->arguments[i]))
            return false;
    return true;
}

/* +1: the condition is the mark; -1: it is NOT the mark; 0: neither. */
static int mark_sign(const PlanJoin *join, const Expr *condition)
{
    if (condition->kind == EXPR_COLUMN)
        return condition->column == join->mark;
    return condition->kind == EXPR_CALL && condition->argument_count == 1 &&
                   strcmp(condition->function->name, "not") == 0 && condition->arguments[0]->kind == EXPR_COLUMN &&
                   condition->arguments[0]->column == join->mark
               ? -1
               : 0;
}

/* WHERE mark: a semi join; WHERE NOT mark, when it is never NULL: an anti join. The mark itself is then a constant. */
static Plan *mark_to_semi(PlanColumns *columns, PlanJoin *join, Conditions *conditions)
{
    for (size_t i = 0; i < conditions->count; i++) {
        int sign = mark_sign(join, conditions->items[i]);
        if (sign == 0 || (sign < 0 && !mark_is_never_null(columns, join->mark_condition)))
            continue;
        Conditions joined = {0};
        conditions_add_all(columns, &joined, join->conditions, join->condition_count);
        if (join->mark_condition)
            conditions_add(columns, &joined, join->mark_condition);
        PlanJoin *semi = plan_join_new(columns, sign > 0 ? PLAN_JOIN_SEMI : PLAN_JOIN_ANTI, join->base.inputs[0],
                                       join->base.inputs[1], joined.items, joined.count);
        semi->is_dependent = join->is_dependent;
        PlanProject *project = plan_project_new(columns, &semi->base, semi->base.output_count + 1);
        plan_project_columns(columns, project, 0, semi->base.outputs, semi->base.output_count);
        project->base.outputs[semi->base.output_count] = join->mark;
        project->exprs[semi->base.output_count] = expr_constant(columns->arena, value_boolean(sign > 0), NO_POSITION);
        conditions->items[i] = conditions->items[--conditions->count];
        return &project->base;
    }
    return NULL;
}

/* Where a condition above the join may go. */
typedef enum Side { SIDE_ABOVE, SIDE_LEFT, SIDE_RIGHT, SIDE_JOIN } Side;

static Side side_of(const PlanJoin *join, const Expr *condition, bool is_from_join)
{
    PlanJoinType type = join->type;
    /* which sides a condition may be taken to: one that stood above, and one of the join's own */
    bool left_may = is_from_join ? type == PLAN_JOIN_INNER || type == PLAN_JOIN_RIGHT || type == PLAN_JOIN_SEMI
                                 : type != PLAN_JOIN_RIGHT && type != PLAN_JOIN_FULL;
    bool right_may = is_from_join ? type != PLAN_JOIN_RIGHT && type != PLAN_JOIN_FULL
                                  : type == PLAN_JOIN_INNER || type == PLAN_JOIN_RIGHT;
    Side stay = is_from_join ? SIDE_JOIN : SIDE_ABOVE;
    unsigned sides = expr_sides(condition, join->base.inputs[0], join->base.inputs[1]);
    bool is_of_left = sides == REFERS_LEFT && left_may, is_of_right = sides == REFERS_RIGHT && right_may;
    bool is_of_both = sides == (REFERS_LEFT | REFERS_RIGHT) && type == PLAN_JOIN_INNER;
    if (!(is_of_left || is_of_right || is_of_both) || expr_is_volatile(condition) || expr_can_fail(condition))
        return stay;
    return is_of_left ? SIDE_LEFT : is_of_right ? SIDE_RIGHT : SIDE_JOIN;
}

static Plan *push_into_join(PlanColumns *columns, PlanJoin *join, Conditions conditions)
{
    if (join->type == PLAN_JOIN_MARK) {
        Plan *semi = mark_to_semi(columns, join, &conditions);
        if (semi)
            return push(columns, semi, conditions);
    }
    make_stricter(columns, join, &conditions);
    Conditions to[4] = {0}; /* by Side */
    for (size_t i = 0; i < join->condition_count; i++)
        conditions_add_one(columns, &to[side_of(join, join->conditions[i], true)], join->conditions[i]);
    for (size_t i = 0; i < conditions.count; i++)
        conditions_add_new(columns, &to[side_of(join, conditions.items[i], false)], conditions.items[i]);
    join->conditions = to[SIDE_JOIN].items;
    join->condition_count = to[SIDE_JOIN].count;
    join->base.inputs[0] = push(columns, join->base.inputs[0], to[SIDE_LEFT]);
    join->base.inputs[1] = push(columns, join->base.inputs[1], to[SIDE_RIGHT]);
    plan_refresh_outputs(columns, &join->base);
    return filter_above(columns, &join->base, &to[SIDE_ABOVE]);
}

static Plan *push(PlanColumns *columns, Plan *plan, Conditions conditions)
{
    switch (plan->kind) {
    case PLAN_FILTER:
        return push_through_filter(columns, (PlanFilter *)plan, &conditions);
    case PLAN_PROJECT:
        return push_through_project(columns, (PlanProject *)plan, &conditions);
    case PLAN_AGGREGATE:
        return push_through_aggregate(columns, (PlanAggregate *)plan, &conditions);
    case PLAN_DISTINCT:
        return push_through_distinct(columns, (PlanDistinct *)plan, &conditions);
    case PLAN_WINDOW:
        return push_through_window(columns, (PlanWindow *)plan, &conditions);
    case PLAN_UNPIVOT:
        return push_through_unpivot(columns, (PlanUnpivot *)plan, &conditions);
    case PLAN_SORT:
        return push_through_sort(columns, (PlanSort *)plan, &conditions);
    case PLAN_SET:
        return push_through_set(columns, (PlanSet *)plan, &conditions);
    case PLAN_CTE:
        return push_through_cte(columns, (PlanCte *)plan, conditions);
    case PLAN_JOIN:
        return push_into_join(columns, (PlanJoin *)plan, conditions);
    default:
        return push_nothing(columns, plan, &conditions);
    }
}

Plan *rule_push_filters(PlanColumns *columns, Plan *plan)
{
    return push(columns, plan, (Conditions){0});
}

Plan *rule_push_freed_filters(PlanColumns *columns, Plan *plan)
{
    return columns->was_dependent ? rule_push_filters(columns, plan) : plan;
}
