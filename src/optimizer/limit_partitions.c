/* optimizer/limit_partitions.c: a condition on row_number() or rank() tells the Window below it how many rows of a
 * partition are enough.
 *
 *   Filter n <= 2
 *     Window partition by a order by b: row_number() AS n      a row that two of its partition come before may go
 *
 * The Filter stays: what is told is a wish. All calls of the Window must be such that later rows do not matter. */
#include <string.h>

#include "expr/function.h"
#include "optimizer/rule.h"

enum { MOST_ROWS = 32 }; /* their keys are kept in order, for each partition */

/* `column` < constant and its like: the greatest value that passes. */
static bool condition_bound(const Expr *condition, ColumnId *ret_column, int64_t *ret_most)
{
    if (condition->kind != EXPR_CALL || condition->argument_count != 2)
        return false;
    const char *name = condition->function->name;
    const Expr *left = condition->arguments[0], *right = condition->arguments[1];
    bool is_below = strcmp(name, "<") == 0;
    if ((!is_below && strcmp(name, "<=") != 0 && strcmp(name, "=") != 0) || left->kind != EXPR_COLUMN ||
        left->type.id != TYPE_BIGINT || right->kind != EXPR_CONSTANT || right->type.id != TYPE_BIGINT ||
        right->constant.is_null)
        return false;
    *ret_column = left->column;
    *ret_most =
        right->constant.i64 > MOST_ROWS ? INT64_MAX : right->constant.i64 - is_below * (right->constant.i64 > 0);
    return true;
}

static bool window_looks_back(const PlanWindow *window)
{
    for (size_t i = 0; i < window->call_count; i++)
        if (window->calls[i].function == NULL || !(window->calls[i].function->flags & WINDOW_LOOKS_BACK))
            return false;
    return true;
}

static void window_limit(PlanWindow *window, ColumnId column, int64_t most)
{
    for (size_t i = 0; i < window->call_count; i++) {
        WindowFunctionId id = window->calls[i].function->id;
        if (window->columns[i] != column || id == WINDOW_DENSE_RANK)
            continue;
        size_t count = most < 1 ? 1 : (size_t)most;
        if (count > MOST_ROWS || count >= window->first_count)
            continue;
        window->first_count = count;
        window->keeps_ties = id == WINDOW_RANK;
    }
}

Plan *rule_limit_partitions(PlanColumns *columns, Plan *plan)
{
    if (plan->kind == PLAN_FILTER && plan->inputs[0]->kind == PLAN_WINDOW &&
        window_looks_back((PlanWindow *)plan->inputs[0])) {
        const PlanFilter *filter = (PlanFilter *)plan;
        ColumnId column;
        int64_t most;
        for (size_t i = 0; i < filter->condition_count; i++)
            if (condition_bound(filter->conditions[i], &column, &most))
                window_limit((PlanWindow *)plan->inputs[0], column, most);
    }
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_limit_partitions(columns, plan->inputs[i]);
    return plan;
}
