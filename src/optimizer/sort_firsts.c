/* optimizer/sort_firsts.c: DISTINCT ON asks for the first row of each kind. Where kinds have many rows, a Window
 * without calls keeps most of the others from the Sort.
 *
 *   Distinct on a
 *     Sort a, b
 *       Window partition by a order by b first 1      lets the first rows through, and some more
 *
 * A Sort that is still there is one that no source has met (describe_scans). */
#include "optimizer/rule.h"

enum { LEAST_ROWS = 10 }; /* of a kind: of fewer most would pass */

static bool keys_have(const PlanDistinct *distinct, const Expr *expr)
{
    for (size_t i = 0; i < distinct->key_count; i++)
        if (expr->kind == EXPR_COLUMN && expr->column == distinct->keys[i])
            return true;
    return false;
}

/* As far as the source knows. */
static bool kinds_are_large(PlanColumns *columns, const PlanDistinct *distinct, const Plan *input)
{
    double count = 1;
    for (size_t i = 0; i < distinct->key_count; i++)
        count *= column_distinct_estimate(columns, input, distinct->keys[i]);
    return count > 0 && count * LEAST_ROWS <= input->row_estimate;
}

static void sort_take_firsts(PlanColumns *columns, const PlanDistinct *distinct, PlanSort *sort)
{
    Plan *input = sort->base.inputs[0];
    if (sort->limit != NO_LIMIT || !kinds_are_large(columns, distinct, input))
        return;
    PlanWindow *window = plan_window_new(columns, input, distinct->key_count, sort->key_count, /* call_count= */ 0);
    for (size_t i = 0; i < distinct->key_count; i++)
        window->partition[i] = plan_column_expr(columns, distinct->keys[i], NO_POSITION);
    window->key_count = 0;
    for (size_t i = 0; i < sort->key_count; i++)
        if (!keys_have(distinct, sort->keys[i])) {
            window->keys[window->key_count] = sort->keys[i];
            window->orders[window->key_count++] = sort->orders[i];
        }
    window->first_count = 1;
    window->base.row_estimate = input->row_estimate;
    plan_refresh_outputs(columns, &window->base);
    sort->base.inputs[0] = &window->base;
}

Plan *rule_sort_firsts(PlanColumns *columns, Plan *plan)
{
    if (plan->kind == PLAN_DISTINCT && plan->inputs[0]->kind == PLAN_SORT)
        sort_take_firsts(columns, (PlanDistinct *)plan, (PlanSort *)plan->inputs[0]);
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_sort_firsts(columns, plan->inputs[i]);
    return plan;
}
