/* optimizer/join_sets.c: INTERSECT and EXCEPT as joins, whose work copies can share; the smaller side is built.
 *
 *     Set intersect      Aggregate by a            Set except      Aggregate by a
 *       A                  Join Semi on a = b        A               Join Right Anti on b = a
 *       B                    A                       B                 B
 *                            B                                         A */
#include "optimizer/rule.h"

static Expr *rows_equal(PlanColumns *columns, const Plan *a, const Plan *b, size_t index)
{
    ColumnId first = a->outputs[index], second = b->outputs[index];
    bool has_nulls = plan_column(columns, first)->is_nullable && plan_column(columns, second)->is_nullable;
    return columns_equal(columns, first, second, has_nulls);
}

Plan *join_of_set(PlanColumns *columns, PlanSet *set)
{
    Plan *kept = set->base.inputs[0], *other = set->base.inputs[1];
    size_t count = set->base.output_count;
    if (set->operator== PLAN_UNION || set->is_all || count == 0)
        return NULL;
    plan_estimate(columns, &set->base);
    bool is_except = set->operator== PLAN_EXCEPT, builds_kept = kept->row_estimate < other->row_estimate;
    Plan *left = builds_kept ? other : kept, *right = builds_kept ? kept : other;
    PlanJoinType type = builds_kept ? (is_except ? PLAN_JOIN_RIGHT_ANTI : PLAN_JOIN_RIGHT_SEMI)
                                    : (is_except ? PLAN_JOIN_ANTI : PLAN_JOIN_SEMI);
    Expr **conditions = arena_array(columns->arena, Expr *, count);
    for (size_t i = 0; i < count; i++)
        conditions[i] = rows_equal(columns, left, right, i);
    PlanJoin *join = plan_join_new(columns, type, left, right, conditions, count);
    PlanAggregate *aggregate = plan_aggregate_new(columns, &join->base, count, 0);
    for (size_t i = 0; i < count; i++) {
        aggregate->groups[i] = plan_column_expr(columns, kept->outputs[i], NO_POSITION);
        aggregate->base.outputs[i] = set->base.outputs[i];
    }
    join->base.row_estimate = aggregate->base.row_estimate = set->base.row_estimate;
    return &aggregate->base;
}
