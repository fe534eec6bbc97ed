/* optimizer/filter_kept_queries.c: the query of a WITH that several read gives no row that none of them wants.
 *
 *   With t: query               With t: Filter (x = 1 AND y > 2) OR x = 5
 *     Filter x = 1 AND y > 2              query
 *       With Scan t          ─▶    Filter x = 1 AND y > 2
 *     Filter x = 5                   With Scan t
 *       With Scan t                …
 *
 * What the readers want stays above them; the filter of the query goes down as any other (push_filters). */
#include "base/array.h"
#include "optimizer/rule.h"

typedef struct Readers {
    PlanColumns *columns;
    const PlanCte *cte;
    ARRAY(Expr *) wanted; /* by each: over the query's columns */
    bool want_all;        /* one of them does */
} Readers;

/* What the reader's conditions say, over the query's columns; NULL: nothing. */
static Expr *reader_wants(Readers *self, const PlanFilter *filter, const PlanCteScan *scan)
{
    Arena *arena = self->columns->arena;
    const Plan *query = self->cte->base.inputs[0];
    ARRAY(Expr *) conditions = {0};
    Expr **exprs = arena_array(arena, Expr *, scan->base.output_count);
    for (size_t i = 0; i < scan->base.output_count; i++)
        exprs[i] = plan_column_expr(self->columns, query->outputs[scan->column_indexes[i]], NO_POSITION);
    for (size_t i = 0; i < filter->condition_count; i++) {
        Expr *condition = filter->conditions[i];
        if (!expr_can_fail(condition) && !expr_is_volatile(condition) && expr_is_within(condition, &scan->base))
            array_add(arena, &conditions,
                      expr_substitute(arena, condition, scan->base.outputs, exprs, scan->base.output_count));
    }
    return conditions.count ? expr_junction(arena, EXPR_AND, conditions.items, conditions.count, NO_POSITION) : NULL;
}

static void readers_add(Readers *self, const Plan *plan, const Plan *above)
{
    const PlanCteScan *scan = (const PlanCteScan *)plan;
    if (plan->kind == PLAN_CTE_SCAN && scan->cte == self->cte->cte) {
        bool is_filtered = above->kind == PLAN_FILTER;
        Expr *wanted = is_filtered ? reader_wants(self, (const PlanFilter *)above, scan) : NULL;
        if (wanted)
            array_add(self->columns->arena, &self->wanted, wanted);
        self->want_all |= wanted == NULL;
    }
    if (plan->kind == PLAN_CTE && ((const PlanCte *)plan)->cte == self->cte->cte)
        self->want_all = true; /* a copy: whose readers are whose is of no matter */
    for (size_t i = 0; i < plan->input_count && !self->want_all; i++)
        readers_add(self, plan->inputs[i], plan);
}

static Plan *filter_query(PlanColumns *columns, PlanCte *cte)
{
    Readers readers = {.columns = columns, .cte = cte};
    Plan *query = cte->base.inputs[0];
    readers_add(&readers, cte->base.inputs[1], &cte->base);
    if (readers.want_all || readers.wanted.count == 0 || cte->writes)
        return query;
    Expr *any = expr_junction(columns->arena, EXPR_OR, readers.wanted.items, readers.wanted.count, NO_POSITION);
    any = expr_simplify_condition(columns, any);
    return rule_push_filters(columns, plan_filter_new(columns, query, &any, 1));
}

/* From the root down: a filter may reach readers of a query that is kept within this one. */
static void filter_below(PlanColumns *columns, Plan *plan)
{
    if (plan->kind == PLAN_CTE)
        plan->inputs[0] = filter_query(columns, (PlanCte *)plan);
    for (size_t i = 0; i < plan->input_count; i++)
        filter_below(columns, plan->inputs[i]);
}

Plan *rule_filter_kept_queries(PlanColumns *columns, Plan *plan)
{
    filter_below(columns, plan);
    return plan;
}
