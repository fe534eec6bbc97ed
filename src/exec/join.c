/* exec/join.c: splits a join's conditions into keys and the rest, and so chooses between hash and nested loop. */
#include "exec/join.h"

#include <string.h>

#include "exec/join_exchange.h"
#include "exec/join_table.h"
#include "expr/function.h"

/* ---- equalities ---- */

/* Types that a hash table tells apart as `=` does: the same; or decimals of one scale, and then the wider. */
static bool key_type(Type left, Type right, Type *ret_type)
{
    bool is_decimal = left.id == TYPE_DECIMAL && right.id == TYPE_DECIMAL && left.scale == right.scale;
    if (!type_equal(left, right) && !is_decimal)
        return false;
    *ret_type = left.precision >= right.precision ? left : right;
    return true;
}

/* Whether the condition is an equality between the sides. */
static bool condition_key(const Plan *plan, const Expr *condition, JoinKey *ret_key)
{
    if (condition->kind != EXPR_CALL || condition->argument_count != 2)
        return false;
    bool nulls_equal = strcmp(condition->function->name, "is not distinct from") == 0;
    if (!nulls_equal && strcmp(condition->function->name, "=") != 0)
        return false;
    Expr *first = condition->arguments[0], *second = condition->arguments[1];
    const Plan *left = plan->inputs[0], *right = plan->inputs[1];
    if (expr_touches(first, right)) { /* written the other way round */
        Expr *other = first;
        first = second;
        second = other;
    }
    bool is_split = expr_is_within(first, left) && expr_is_within(second, right) && expr_touches(first, left) &&
                    expr_touches(second, right);
    if (!is_split || expr_is_volatile(condition) || !key_type(first->type, second->type, &ret_key->type))
        return false;
    ret_key->left = first;
    ret_key->right = second;
    ret_key->nulls_equal = nulls_equal;
    return true;
}

/* ---- the split ---- */

/* Keys are computed for every row of a side, also for one that no pair would have looked at: so a condition that can
 * fail, by more than arithmetic, is a key only where no other is found. */
static void conditions_split(Arena *arena, const Plan *plan, Expr *const *conditions, size_t count, bool may_fail,
                             JoinConditions *split)
{
    split->keys = arena_array(arena, JoinKey, count);
    split->residuals = arena_array(arena, Expr *, count);
    split->key_count = split->residual_count = 0;
    for (size_t i = 0; i < count; i++) {
        JoinKey *key = &split->keys[split->key_count];
        if ((may_fail || expr_can_only_overflow(conditions[i])) && condition_key(plan, conditions[i], key))
            split->key_count++;
        else
            split->residuals[split->residual_count++] = conditions[i];
    }
}

static JoinConditions join_conditions(Arena *arena, const Plan *plan)
{
    const PlanJoin *join = (const PlanJoin *)plan;
    JoinConditions split = {0};
    bool is_mark = join->type == PLAN_JOIN_MARK && join->mark_condition;
    if (is_mark && join->condition_count == 0) {
        Expr *condition = join->mark_condition;
        conditions_split(arena, plan, &condition, 1, /* may_fail= */ true, &split);
        split.is_in = split.key_count == 1;
        if (split.is_in)
            return split;
    }
    for (int may_fail = 0; may_fail < 2 && split.key_count == 0; may_fail++)
        conditions_split(arena, plan, join->conditions, join->condition_count, may_fail, &split);
    split.mark_condition = is_mark ? join->mark_condition : NULL;
    return split;
}

JoinConditions *join_conditions_new(Arena *arena, const Plan *plan)
{
    JoinConditions *conditions = arena_new(arena, JoinConditions);
    *conditions = join_conditions(arena, plan);
    return conditions;
}

void *join_shared_new(const Build *build, const Plan *plan)
{
    JoinTable *table = join_table_new(build, plan, join_conditions_new(build->arena, plan));
    table->exchange = join_exchange_new(build, plan, table);
    return table;
}

Operator *join_new(const Build *build, const Plan *plan, Operator **inputs)
{
    const JoinTable *table = build->shared;
    return (table->key_count ? hash_join_new : nested_loop_join_new)(build, plan, inputs);
}
