/* optimizer/wish_orders.c: a scan is told in which order its rows are wanted: that of the Sort above it. Whether it
 * grants that is seen when it is described (describe_scans): then the Sort goes.
 *
 *   through   Project (a key is a plain column below it), Filter; With
 *
 * With the order goes a top-N's limit, where nothing drops rows between: it binds only an ordered scan. */
#include "expr/function.h"
#include "optimizer/rule.h"

typedef struct Wish {
    const PlanSort *sort;
    ColumnId *columns; /* of each key, at the node that is looked at */
    size_t limit;      /* NO_LIMIT: rows are dropped on the way, or all are wanted */
} Wish;

static bool wish_map(const PlanProject *project, Wish *wish)
{
    for (size_t k = 0; k < wish->sort->key_count; k++) {
        const Expr *expr = project->exprs[plan_output_index(&project->base, wish->columns[k])];
        if (expr->kind != EXPR_COLUMN)
            return false;
        wish->columns[k] = expr->column;
    }
    return true;
}

static void wish_tell(PlanColumns *columns, PlanScan *scan, const Wish *wish)
{
    if (scan->limit != NO_LIMIT) /* of all rows, in any order: a LIMIT stands between */
        return;
    scan->order_count = wish->sort->key_count;
    scan->orders = arena_array(columns->arena, ScanOrder, scan->order_count);
    for (size_t k = 0; k < scan->order_count; k++)
        scan->orders[k] = (ScanOrder){wish->columns[k] - scan->first_column, wish->sort->orders[k]};
    scan->limit = wish->limit;
    scan->sort = wish->sort;
}

static void wish_down(PlanColumns *columns, Plan *plan, Wish *wish)
{
    switch (plan->kind) {
    case PLAN_SCAN:
        wish_tell(columns, (PlanScan *)plan, wish);
        break;
    case PLAN_PROJECT:
        if (wish_map((PlanProject *)plan, wish))
            wish_down(columns, plan->inputs[0], wish);
        break;
    case PLAN_FILTER:
        wish->limit = NO_LIMIT;
        wish_down(columns, plan->inputs[0], wish);
        break;
    case PLAN_CTE:
        wish_down(columns, plan->inputs[1], wish);
        break;
    default:
        break;
    }
}

Plan *rule_wish_orders(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_wish_orders(columns, plan->inputs[i]);
    if (plan->kind != PLAN_SORT)
        return plan;
    const PlanSort *sort = (PlanSort *)plan;
    Wish wish = {sort, arena_array(columns->arena, ColumnId, sort->key_count), sort->limit};
    for (size_t k = 0; k < sort->key_count; k++) {
        if (sort->keys[k]->kind != EXPR_COLUMN)
            return plan;
        wish.columns[k] = sort->keys[k]->column;
    }
    wish_down(columns, plan->inputs[0], &wish);
    return plan;
}
