/* optimizer/rule.c: what several rules need. */
#include "optimizer/rule.h"

#include "expr/function.h"

typedef struct Substitution {
    Arena *arena;
    const ColumnId *from;
    Expr *const *to;
    size_t count;
} Substitution;

static Expr *substitute_node(void *user, Expr *expr)
{
    const Substitution *self = user;
    if (expr->kind == EXPR_COLUMN)
        for (size_t i = 0; i < self->count; i++)
            if (self->from[i] == expr->column)
                return self->to[i];
    return expr;
}

Expr *columns_equal(PlanColumns *columns, ColumnId a, ColumnId b, bool nulls_equal)
{
    Expr *sides[] = {plan_column_expr(columns, a, NO_POSITION), plan_column_expr(columns, b, NO_POSITION)};
    return function_call(columns->arena, nulls_equal ? "is not distinct from" : "=", sides, 2, NO_POSITION);
}

Expr *expr_substitute(Arena *arena, Expr *expr, const ColumnId *from, Expr *const *to, size_t count)
{
    Substitution substitution = {arena, from, to, count};
    return expr_rewrite(arena, expr, substitute_node, &substitution);
}

Plan *plan_empty(PlanColumns *columns, const ColumnId *outputs, size_t output_count)
{
    return &plan_values_new(columns, 0, output_count, outputs)->base;
}

Plan *plan_restore_outputs(PlanColumns *columns, Plan *plan, const ColumnId *outputs, size_t count)
{
    if (plan->output_count == count && (count == 0 || memcmp(plan->outputs, outputs, count * sizeof *outputs) == 0))
        return plan;
    PlanProject *project = plan_project_new(columns, plan, count);
    plan_project_columns(columns, project, 0, outputs, count);
    return &project->base;
}

static bool is_taken_by_position(const Plan *parent)
{
    return parent == NULL || parent->kind == PLAN_SET || parent->kind == PLAN_INSERT || parent->kind == PLAN_CHANGE ||
           parent->kind == PLAN_CTE || parent->kind == PLAN_RECURSIVE;
}

Plan *plan_rewrite(PlanColumns *columns, const Plan *parent, Plan *plan,
                   Plan *(*rewrite)(PlanColumns *columns, Plan *plan))
{
    size_t count = plan->output_count;
    ColumnId *outputs =
        is_taken_by_position(parent) ? arena_copy(columns->arena, plan->outputs, count * sizeof *outputs) : NULL;
    plan = rewrite(columns, plan);
    return outputs ? plan_restore_outputs(columns, plan, outputs, count) : plan;
}
