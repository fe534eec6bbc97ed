/* optimizer/unnest_parts.c: what refers to parameters; the domain of their values, and columns for it. */
#include "optimizer/unnest.h"

/* ---- what a plan refers to ---- */

typedef struct ParameterSearch {
    const ColumnSet *candidates;
    ColumnSet *found;
} ParameterSearch;

static bool parameter_visit(void *user, const Expr *expr)
{
    ParameterSearch *search = user;
    if (expr->kind == EXPR_COLUMN && column_set_has(search->candidates, expr->column))
        column_set_add(search->found, expr->column);
    return true;
}

static void parameter_slot(void *user, Expr **slot)
{
    expr_walk(*slot, parameter_visit, user);
}

static void parameters_search(Plan *plan, ParameterSearch *search)
{
    plan_each_expr(plan, parameter_slot, search);
    for (size_t i = 0; i < plan->input_count; i++)
        parameters_search(plan->inputs[i], search);
}

ColumnList plan_parameters(PlanColumns *columns, Plan *right, const Plan *left)
{
    ColumnSet candidates = column_set_in(columns->arena), found = column_set_in(columns->arena);
    ColumnList list = {0};
    column_set_add_outputs(&candidates, left);
    parameters_search(right, &(ParameterSearch){&candidates, &found});
    for (size_t i = 0; i < left->output_count; i++)
        if (column_set_has(&found, left->outputs[i]))
            array_add(columns->arena, &list, left->outputs[i]);
    return list;
}

const Carrier *unnesting_carrier(const Unnesting *self, const Plan *plan)
{
    for (size_t i = self->carriers.count; plan->kind == PLAN_CTE_SCAN && i-- > 0;)
        if (self->carriers.items[i].cte == ((const PlanCteScan *)plan)->cte)
            return &self->carriers.items[i];
    return NULL;
}

static bool reads_carrier(const Unnesting *self, const Plan *plan)
{
    bool reads = unnesting_carrier(self, plan) != NULL;
    for (size_t i = 0; i < plan->input_count && !reads; i++)
        reads = reads_carrier(self, plan->inputs[i]);
    return reads;
}

/* Whether the plan or, NULL, the expression refers to one of them. */
static bool has_parameters(const Unnesting *self, Plan *plan, const Expr *expr)
{
    ColumnSet candidates = column_set_in(self->columns->arena), found = column_set_in(self->columns->arena);
    ParameterSearch search = {&candidates, &found};
    for (size_t i = 0; i < self->parameters.count; i++)
        column_set_add(&candidates, self->parameters.items[i]);
    if (plan)
        parameters_search(plan, &search);
    else
        expr_walk(expr, parameter_visit, &search);
    for (size_t i = 0; i < found.word_count; i++)
        if (found.words[i])
            return true;
    return false;
}

bool plan_has_parameters(Unnesting *self, Plan *plan)
{
    return (self->carriers.count > 0 && reads_carrier(self, plan)) || has_parameters(self, plan, NULL);
}

bool expr_has_parameters(Unnesting *self, const Expr *expr)
{
    return has_parameters(self, NULL, expr);
}

/* ---- pieces ---- */

Expr *unnesting_column(Unnesting *self, ColumnId column)
{
    return plan_column_expr(self->columns, column, NO_POSITION);
}

Expr *unnesting_bind(Unnesting *self, Expr *expr, const Unnested *unnested)
{
    Expr **to = arena_array(self->columns->arena, Expr *, self->parameters.count);
    for (size_t i = 0; i < self->parameters.count; i++)
        to[i] = unnesting_column(self, unnested->domain[i]);
    return expr_substitute(self->columns->arena, expr, self->parameters.items, to, self->parameters.count);
}

typedef struct Binding {
    Unnesting *unnesting;
    const Unnested *unnested;
} Binding;

static void bind_slot(void *user, Expr **slot)
{
    const Binding *binding = user;
    *slot = unnesting_bind(binding->unnesting, *slot, binding->unnested);
}

void unnesting_bind_node(Unnesting *self, Plan *node, const Unnested *unnested)
{
    plan_each_expr(node, bind_slot, &(Binding){self, unnested});
}

ColumnId unnesting_new_column(Unnesting *self, size_t parameter, bool is_nullable)
{
    PlanColumn like = *plan_column(self->columns, self->parameters.items[parameter]);
    return plan_column_new(self->columns, like.name, like.table, like.type, is_nullable);
}

bool plan_is_repeatable(Plan *plan)
{
    if (plan->kind == PLAN_LIMIT || plan->kind == PLAN_DISTINCT || plan->kind == PLAN_AGGREGATE ||
        plan->kind == PLAN_WINDOW || plan_node_is_volatile(plan))
        return false;
    for (size_t i = 0; i < plan->input_count; i++)
        if (!plan_is_repeatable(plan->inputs[i]))
            return false;
    return true;
}

static void keep_left(Unnesting *self)
{
    PlanColumns *columns = self->columns;
    Plan *left = self->left;
    self->kept = plan_copy(columns, left);
    self->kept_cte = ++columns->cte_count;
    PlanCteScan *scan = plan_cte_scan_new(columns, self->kept_cte, "kept", left->outputs, left->output_count,
                                          /* keeps_columns= */ true);
    scan->base.row_estimate = left->row_estimate;
    self->left = &scan->base;
}

Unnested unnesting_domain(Unnesting *self)
{
    if (self->kept == NULL && !plan_is_repeatable(self->left))
        keep_left(self);
    Plan *left = plan_copy(self->columns, self->left);
    size_t count = self->parameters.count;
    PlanProject *project = plan_project_new(self->columns, left, count);
    for (size_t i = 0; i < count; i++) {
        ColumnId copy = plan_column_copy(self->columns, self->parameters.items[i]);
        project->exprs[i] = unnesting_column(self, copy);
        project->base.outputs[i] = copy;
    }
    PlanDistinct *distinct = plan_distinct_new(self->columns, &project->base, project->base.outputs, count);
    return (Unnested){&distinct->base, project->base.outputs, false};
}

Expr *unnesting_equality(Unnesting *self, ColumnId a, ColumnId b, bool is_strict)
{
    bool may_be_null = plan_column(self->columns, a)->is_nullable || plan_column(self->columns, b)->is_nullable;
    return columns_equal(self->columns, a, b, may_be_null && !is_strict);
}
