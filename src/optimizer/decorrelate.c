/* optimizer/decorrelate.c: a join whose right side refers to columns of its left side becomes a plain join (Neumann and
 * Kemper, Unnesting Arbitrary Queries, 2015). Nothing is ever run once a row.
 *
 *   L join[dependent] R(f)          f: the columns of L that R refers to, its parameters
 *
 *   =>  L join[d = f] unnest(R)     unnest(R): R for all values d of its parameters at once, with d among its columns
 *
 * unnest goes down through R. Where nothing below refers to parameters any more it ends in a cross join with the
 * domain, D = SELECT DISTINCT f FROM L. Most subqueries get by without D: where a filter says f = e for every
 * parameter, d is just e. What the nodes on the way have to do differently, because their rows now are those of all d
 * together:
 *
 *   Aggregate      groups by d too; one without groups gives a row for an empty input as well: those d that have no row
 *                  get it back by an outer join from D, unless the row would be all NULL and a NULL is what a missing
 *                  row gives anyway
 *   Distinct       d is a key too
 *   Window         d is a part of the partition
 *   Limit          the rows of each d are numbered by a window, and those within the limit stay; the one that is
 *                  nearest to d in their order is found by its number among all rows (unnest_nearest.c)
 *   Join           both sides may have a d: they must be equal
 *   Unfold         as Sort, there is nothing to do
 *   Recursive      d is a column of the rows that go from round to round
 *
 * D is made of a second run of L; where that could give other rows (random(), a LIMIT, sums of doubles), L's rows are
 * kept by a With above the join, and read twice.
 *
 * Before all that, the simple case: where parameters stand in filters alone and nothing between them and the join
 * counts rows, these conditions are the join's own (pull_conditions).
 *
 * NULL is a parameter's value like any other: d and f are compared by IS NOT DISTINCT FROM, unless f = e made d, when a
 * NULL can never match. */
#include "expr/function.h"
#include "optimizer/unnest.h"

static bool asks_only_for_existence(const PlanJoin *join)
{
    return join->type == PLAN_JOIN_SEMI || join->type == PLAN_JOIN_ANTI || join->type == PLAN_JOIN_MARK;
}

/* Whether there is a row does not depend on order or a limit: EXISTS (SELECT … LIMIT 1). IN looks at the rows. */
static Plan *without_idle_limits(const PlanJoin *join, Plan *right)
{
    bool is_exists = asks_only_for_existence(join) && join->mark_condition == NULL && join->condition_count == 0;
    while (is_exists &&
           ((right->kind == PLAN_LIMIT && ((PlanLimit *)right)->offset == 0 && ((PlanLimit *)right)->limit > 0) ||
            right->kind == PLAN_SORT))
        right = right->inputs[0];
    return right;
}

/* Whether the expression is NULL when the columns are. */
static bool is_null_with(PlanColumns *columns, Expr *expr, const ColumnId *nulls, size_t count)
{
    Expr **to = arena_array(columns->arena, Expr *, count);
    for (size_t i = 0; i < count; i++)
        to[i] = expr_constant(columns->arena, value_null(plan_column(columns, nulls[i])->type), NO_POSITION);
    Expr *simple = expr_simplify(columns, expr_substitute(columns->arena, expr, nulls, to, count));
    return expr_is_constant(simple) && simple->constant.is_null;
}

/* A scalar subquery that comes down to one aggregate, which is NULL over nothing: SELECT 0.2 * avg(x). */
static const PlanAggregate *null_when_empty(PlanColumns *columns, const PlanJoin *join, const Plan *right)
{
    if (join->type != PLAN_JOIN_SINGLE && join->type != PLAN_JOIN_LEFT)
        return NULL;
    const PlanProject *project = NULL;
    if (right->kind == PLAN_PROJECT) {
        project = (const PlanProject *)right;
        right = right->inputs[0];
    }
    const PlanAggregate *aggregate = (const PlanAggregate *)right;
    if (right->kind != PLAN_AGGREGATE || aggregate->group_count > 0)
        return NULL;
    for (size_t i = 0; i < aggregate->aggregate_count; i++)
        if (!aggregate_of_nothing(columns->arena, columns->context, &aggregate->aggregates[i]).is_null)
            return NULL;
    for (size_t i = 0; project && i < project->base.output_count; i++)
        if (!is_null_with(columns, project->exprs[i], right->outputs, right->output_count))
            return NULL;
    return aggregate;
}

static void join_add_conditions(PlanColumns *columns, PlanJoin *join, Expr *const *more, size_t count)
{
    ConditionList conditions = {0};
    for (size_t i = 0; i < join->condition_count; i++)
        array_add(columns->arena, &conditions, join->conditions[i]);
    for (size_t i = 0; i < count; i++)
        array_add(columns->arena, &conditions, more[i]);
    join->conditions = conditions.items;
    join->condition_count = conditions.count;
}

static Plan *decorrelate_join(PlanColumns *columns, PlanJoin *join)
{
    Plan *left = join->base.inputs[0];
    Plan *right = without_idle_limits(join, join->base.inputs[1]);
    Unnesting self = {.columns = columns,
                      .left = left,
                      .parameters = plan_parameters(columns, right, left),
                      .null_when_empty = null_when_empty(columns, join, right)};
    ConditionList conditions = {0};
    join->is_dependent = false;
    columns->was_dependent = true;
    join->base.inputs[1] = right;
    if (self.parameters.count == 0)
        return &join->base;
    Plan *pulled = pull_conditions(&self, right, asks_only_for_existence(join), &conditions);
    if (pulled) {
        join->base.inputs[1] = pulled;
        join_add_conditions(columns, join, conditions.items, conditions.count);
        return &join->base;
    }
    Unnested result = unnest(&self, right);
    conditions = (ConditionList){0};
    for (size_t p = 0; p < self.parameters.count; p++)
        array_add(columns->arena, &conditions,
                  unnesting_equality(&self, self.parameters.items[p], result.domain[p], result.is_strict));
    join->base.inputs[1] = result.plan;
    join_add_conditions(columns, join, conditions.items, conditions.count);
    if (self.kept == NULL)
        return &join->base;
    join->base.inputs[0] = self.left;
    plan_refresh_outputs(columns, &join->base);
    return &plan_cte_new(columns, self.kept_cte, "kept", self.kept, &join->base)->base;
}

/* L, generate_series(1, L.n): each row of L with its own values, and no join; NULL: it is something else. */
static Plan *unfold_left(PlanColumns *columns, PlanJoin *join)
{
    Plan *right = join->base.inputs[1];
    if (join->type != PLAN_JOIN_INNER || right->kind != PLAN_UNFOLD)
        return NULL;
    const Plan *below = right->inputs[0];
    if (below->kind != PLAN_VALUES || below->output_count > 0 || ((const PlanValues *)below)->row_count != 1)
        return NULL;
    right->inputs[0] = join->base.inputs[0];
    plan_refresh_outputs(columns, right);
    return plan_filter_new(columns, right, join->conditions, join->condition_count);
}

Plan *rule_decorrelate(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_decorrelate(columns, plan->inputs[i]); /* inner subqueries first */
    if (plan->kind == PLAN_JOIN && ((PlanJoin *)plan)->is_dependent) {
        Plan *unfolded = unfold_left(columns, (PlanJoin *)plan);
        if (unfolded)
            return unfolded;
        plan = decorrelate_join(columns, (PlanJoin *)plan);
    }
    plan_refresh_outputs(columns, plan);
    return plan;
}
