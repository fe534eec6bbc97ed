/* optimizer/compute_early.c: what is made of texts of one side of an inner join is computed below the join, where that
 * has few rows and each meets many:
 *
 *   Aggregate sum(length(p_name))        Aggregate sum(#9)
 *     Join                          =>     Join
 *       Scan lineitem                        Scan lineitem
 *       Scan part                            Project p_partkey, #9 = length(p_name)
 *                                              Scan part */
#include "base/hash_index.h"
#include "optimizer/rule.h"

enum { LEAST_ROWS_PER_ROW = 4 }; /* of the join, for each of the side */

typedef struct Early {
    PlanColumns *columns;
    const Plan *join;
    bool is_few[2]; /* rows of either side */
    ARRAY(Expr *) exprs;
    HashIndex index;      /* of them */
    ARRAY(ColumnId) made; /* of each */
    size_t side_counts[2];
} Early;

static bool note_text(void *user, const Expr *expr)
{
    bool *reads_text = user;
    *reads_text |= expr->kind == EXPR_COLUMN && expr->type.id == TYPE_VARCHAR;
    return !*reads_text;
}

/* The side of few rows whose texts it is made of; or 2. */
static size_t early_side(const Early *early, const Expr *expr)
{
    bool reads_text = false;
    if (expr->kind == EXPR_COLUMN)
        return 2;
    expr_walk(expr, note_text, &reads_text);
    if (!reads_text || expr_is_volatile(expr) || expr_can_fail(expr))
        return 2;
    size_t side = 0;
    while (side < 2 && !(early->is_few[side] && expr_is_within(expr, early->join->inputs[side])))
        side++;
    return side;
}

static size_t early_find(const Early *early, const Expr *expr)
{
    const HashIndex *index = &early->index;
    size_t i = hash_index_first(index, expr_hash(expr));
    while (i < index->count && !expr_equal(early->exprs.items[i], expr))
        i = hash_index_next(index, i);
    return i;
}

/* Notes the largest parts. */
static bool note_part(void *user, const Expr *expr)
{
    Early *early = user;
    size_t side = early_side(early, expr);
    if (side == 2)
        return true;
    if (early_find(early, expr) == early->exprs.count) {
        Arena *arena = early->columns->arena;
        ColumnId column = plan_column_new(early->columns, "computed", NULL, expr->type, /* is_nullable= */ true);
        hash_index_add(arena, &early->index, expr_hash(expr));
        array_add(arena, &early->exprs, (Expr *)expr);
        array_add(arena, &early->made, column);
        early->side_counts[side]++;
    }
    return false;
}

static void note_parts(void *user, Expr **slot)
{
    expr_walk(*slot, note_part, user);
}

static Expr *replace_part(void *user, Expr *expr)
{
    const Early *early = user;
    size_t i = early_find(early, expr);
    return i < early->exprs.count ? plan_column_expr(early->columns, early->made.items[i], expr->position) : expr;
}

static void replace_parts(void *user, Expr **slot)
{
    Early *early = user;
    *slot = expr_rewrite(early->columns->arena, *slot, replace_part, early);
}

/* The side with what is made of it behind its outputs. */
static Plan *side_compute(const Early *early, size_t side)
{
    Plan *input = early->join->inputs[side];
    if (early->side_counts[side] == 0)
        return input;
    size_t count = input->output_count;
    PlanProject *project = plan_project_new(early->columns, input, count + early->side_counts[side]);
    plan_project_columns(early->columns, project, 0, input->outputs, count);
    for (size_t i = 0; i < early->exprs.count; i++) {
        if (early_side(early, early->exprs.items[i]) != side)
            continue;
        project->exprs[count] = early->exprs.items[i];
        project->base.outputs[count++] = early->made.items[i];
    }
    project->base.row_estimate = input->row_estimate;
    return &project->base;
}

static void compute_below(PlanColumns *columns, Plan *plan, Plan *join)
{
    Early early = {.columns = columns, .join = join};
    for (size_t side = 0; side < 2; side++)
        early.is_few[side] = join->inputs[side]->row_estimate * LEAST_ROWS_PER_ROW <= join->row_estimate;
    plan_each_expr(plan, note_parts, &early);
    if (early.exprs.count == 0)
        return;
    plan_each_expr(plan, replace_parts, &early);
    Plan *left = side_compute(&early, 0), *right = side_compute(&early, 1);
    join->inputs[0] = left;
    join->inputs[1] = right;
    plan_refresh_outputs(columns, join);
}

static void compute(PlanColumns *columns, Plan *plan)
{
    bool is_candidate = plan->kind == PLAN_PROJECT || plan->kind == PLAN_AGGREGATE;
    if (is_candidate && plan->inputs[0]->kind == PLAN_JOIN &&
        ((const PlanJoin *)plan->inputs[0])->type == PLAN_JOIN_INNER)
        compute_below(columns, plan, plan->inputs[0]);
    for (size_t i = 0; i < plan->input_count; i++)
        compute(columns, plan->inputs[i]);
}

Plan *rule_compute_early(PlanColumns *columns, Plan *plan)
{
    plan_estimate(columns, plan);
    compute(columns, plan);
    return plan;
}
