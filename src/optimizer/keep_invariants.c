/* optimizer/keep_invariants.c: what the rounds of a recursion all read alike is computed once: each of the largest
 * subtrees of the step that do not depend on the round, and read a table, becomes a query that is kept.
 *
 *   Recursive t                 With t
 *     base               =>       Scan edge
 *     Join                        Recursive t
 *       With Scan t                 base
 *       Scan edge                   Join
 *                                     With Scan t
 *                                     With Scan t
 *
 * Execution cannot do without: a scan gives its rows once. */
#include "optimizer/rule.h"

/* Numbers of rows that change from round to round. */
typedef struct Changing {
    size_t cte;
    const struct Changing *outer;
} Changing;

typedef struct Kept {
    PlanColumns *columns;
    const char *name;
    Plan *top; /* the recursion, with what is kept on top of it */
} Kept;

static bool is_changing(const Changing *changing, size_t cte)
{
    for (; changing; changing = changing->outer)
        if (changing->cte == cte)
            return true;
    return false;
}

static bool is_invariant(Plan *plan, const Changing *changing)
{
    if (plan_node_is_volatile(plan) ||
        (plan->kind == PLAN_CTE_SCAN && is_changing(changing, ((PlanCteScan *)plan)->cte)))
        return false;
    for (size_t i = 0; i < plan->input_count; i++)
        if (!is_invariant(plan->inputs[i], changing))
            return false;
    return true;
}

static bool reads_table(const Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        if (reads_table(plan->inputs[i]))
            return true;
    return plan->kind == PLAN_SCAN;
}

/* The reader has the subtree's own columns, so that what stands above it need not be touched. */
static Plan *keep(Kept *self, Plan *plan)
{
    size_t cte = ++self->columns->cte_count;
    PlanCteScan *scan = plan_cte_scan_new(self->columns, cte, self->name, plan->outputs, plan->output_count, true);
    scan->base.row_estimate = plan->row_estimate;
    double row_estimate = self->top->row_estimate;
    self->top = &plan_cte_new(self->columns, cte, self->name, plan, self->top)->base;
    self->top->row_estimate = row_estimate;
    return &scan->base;
}

static Plan *keep_below(Kept *self, Plan *plan, const Changing *changing)
{
    if (!reads_table(plan))
        return plan;
    if (is_invariant(plan, changing))
        return keep(self, plan);
    Changing inner = {0, changing};
    if (plan->kind == PLAN_CTE)
        inner.cte = ((PlanCte *)plan)->cte;
    else if (plan->kind == PLAN_RECURSIVE)
        inner.cte = ((PlanRecursive *)plan)->cte;
    bool is_source = plan->kind == PLAN_CTE || plan->kind == PLAN_RECURSIVE;
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = keep_below(self, plan->inputs[i], is_source && i == 1 ? &inner : changing);
    return plan;
}

Plan *rule_keep_invariants(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_keep_invariants(columns, plan->inputs[i]); /* inner recursions first */
    if (plan->kind != PLAN_RECURSIVE)
        return plan;
    const PlanRecursive *recursive = (PlanRecursive *)plan;
    Kept kept = {columns, recursive->name, plan};
    plan->inputs[1] = keep_below(&kept, plan->inputs[1], &(Changing){recursive->cte, NULL});
    return kept.top;
}
