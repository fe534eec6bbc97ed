/* optimizer/unnest.c: the nodes of a plan with parameters, each as it is for all values of them at once. */
#include "optimizer/unnest.h"

#include "expr/function.h"

static Unnested cross_with_domain(Unnesting *self, Plan *plan)
{
    Unnested d = unnesting_domain(self);
    d.plan = &plan_join_new(self->columns, PLAN_JOIN_INNER, d.plan, plan, NULL, 0)->base;
    return d;
}

/* ---- Filter ---- */

/* The expression that a condition f = e gives the parameter, or NULL. */
static Expr *binding_of(Unnesting *self, const Expr *condition, ColumnId parameter)
{
    if (condition->kind != EXPR_CALL || condition->argument_count != 2 || strcmp(condition->function->name, "=") != 0)
        return NULL;
    for (size_t i = 0; i < 2; i++) {
        const Expr *side = condition->arguments[i];
        Expr *other = condition->arguments[1 - i];
        if (side->kind == EXPR_COLUMN && side->column == parameter && !expr_has_parameters(self, other) &&
            !expr_can_fail(other) && !expr_is_volatile(other))
            return other;
    }
    return NULL;
}

/* When every parameter is bound by f = e and nothing below refers to one: d = e, and no domain is needed. */
static bool filter_binds_all(Unnesting *self, const PlanFilter *filter, Expr **ret_bindings)
{
    if (plan_has_parameters(self, filter->base.inputs[0]))
        return false;
    for (size_t p = 0; p < self->parameters.count; p++) {
        ret_bindings[p] = NULL;
        for (size_t i = 0; i < filter->condition_count && ret_bindings[p] == NULL; i++)
            ret_bindings[p] = binding_of(self, filter->conditions[i], self->parameters.items[p]);
        if (ret_bindings[p] == NULL)
            return false;
    }
    return true;
}

static Unnested unnest_bound_filter(Unnesting *self, PlanFilter *filter, Expr *const *bindings)
{
    PlanColumns *columns = self->columns;
    Plan *input = filter->base.inputs[0];
    size_t count = self->parameters.count;
    PlanProject *project = plan_project_new(columns, input, input->output_count + count);
    Unnested result = {NULL, arena_array(columns->arena, ColumnId, count), true};
    ARRAY(Expr *) conditions = {0};
    plan_project_columns(self->columns, project, 0, input->outputs, input->output_count);
    for (size_t p = 0; p < count; p++) {
        result.domain[p] = unnesting_new_column(self, p, true);
        project->base.outputs[input->output_count + p] = result.domain[p];
        project->exprs[input->output_count + p] = bindings[p];
        Expr *argument = unnesting_column(self, result.domain[p]);
        array_add(columns->arena, &conditions, function_call(columns->arena, "is not null", &argument, 1, NO_POSITION));
    }
    for (size_t i = 0; i < filter->condition_count; i++) {
        bool is_binding = false;
        for (size_t p = 0; p < count; p++)
            is_binding |= binding_of(self, filter->conditions[i], self->parameters.items[p]) == bindings[p];
        if (!is_binding)
            array_add(columns->arena, &conditions, unnesting_bind(self, filter->conditions[i], &result));
    }
    result.plan = plan_filter_new(columns, &project->base, conditions.items, conditions.count);
    return result;
}

static Unnested unnest_filter(Unnesting *self, PlanFilter *filter)
{
    Expr **bindings = arena_array(self->columns->arena, Expr *, self->parameters.count);
    if (filter_binds_all(self, filter, bindings))
        return unnest_bound_filter(self, filter, bindings);
    Unnested result = unnest(self, filter->base.inputs[0]);
    unnesting_bind_node(self, &filter->base, &result);
    result.plan = plan_filter_new(self->columns, result.plan, filter->conditions, filter->condition_count);
    return result;
}

/* ---- Project, Values ---- */

static Unnested unnest_project(Unnesting *self, PlanProject *project)
{
    Unnested result = unnest(self, project->base.inputs[0]);
    size_t width = project->base.output_count, count = self->parameters.count;
    PlanProject *wider = plan_project_new(self->columns, result.plan, width + count);
    for (size_t i = 0; i < width; i++) {
        wider->base.outputs[i] = project->base.outputs[i];
        wider->exprs[i] = unnesting_bind(self, project->exprs[i], &result);
    }
    plan_project_columns(self->columns, wider, width, result.domain, count);
    result.plan = &wider->base;
    return result;
}

/* Rows of expressions over parameters: D times each row, one under the other. */
static Unnested unnest_values(Unnesting *self, PlanValues *values)
{
    PlanColumns *columns = self->columns;
    size_t width = values->base.output_count, count = self->parameters.count;
    Plan **arms = arena_array(columns->arena, Plan *, values->row_count);
    for (size_t row = 0; row < values->row_count; row++) {
        Unnested d = unnesting_domain(self);
        PlanProject *project = plan_project_new(columns, d.plan, width + count);
        for (size_t i = 0; i < width; i++) {
            PlanColumn like = *plan_column(columns, values->base.outputs[i]);
            project->base.outputs[i] = plan_column_new(columns, like.name, like.table, like.type, like.is_nullable);
            project->exprs[i] = unnesting_bind(self, values->cells[row * width + i], &d);
        }
        plan_project_columns(self->columns, project, width, d.domain, count);
        arms[row] = &project->base;
    }
    PlanSet *all = plan_set_new(columns, PLAN_UNION, true, arms, values->row_count);
    memcpy(all->base.outputs, values->base.outputs, width * sizeof(ColumnId));
    return (Unnested){&all->base, all->base.outputs + width, false};
}

/* ---- Distinct, Sort, Limit ---- */

static Unnested unnest_distinct(Unnesting *self, PlanDistinct *distinct)
{
    Unnested result = unnest(self, distinct->base.inputs[0]);
    size_t count = distinct->key_count, parameters = self->parameters.count;
    ColumnId *keys = arena_array(self->columns->arena, ColumnId, count + parameters);
    memcpy(keys, distinct->keys, count * sizeof *keys);
    memcpy(keys + count, result.domain, parameters * sizeof *keys);
    result.plan = &plan_distinct_new(self->columns, result.plan, keys, count + parameters)->base;
    return result;
}

/* A node whose outputs are its input's and its own: there is nothing else to do. */
static Unnested unnest_in_place(Unnesting *self, Plan *node)
{
    Unnested result = unnest(self, node->inputs[0]);
    unnesting_bind_node(self, node, &result);
    node->inputs[0] = result.plan;
    plan_refresh_outputs(self->columns, node);
    result.plan = node;
    return result;
}

/* The rows of each d are partitions of their own. */
static Unnested unnest_window(Unnesting *self, PlanWindow *window)
{
    Unnested result = unnest_in_place(self, &window->base);
    size_t count = window->partition_count, parameters = self->parameters.count;
    Expr **partition = arena_array(self->columns->arena, Expr *, count + parameters);
    if (count)
        memcpy(partition, window->partition, count * sizeof *partition);
    for (size_t p = 0; p < parameters; p++)
        partition[count + p] = unnesting_column(self, result.domain[p]);
    window->partition = partition;
    window->partition_count = count + parameters;
    return result;
}

static Expr *row_number_condition(Unnesting *self, ColumnId row_number, const char *comparison, size_t bound_row)
{
    Type type = type_of(TYPE_BIGINT);
    int64_t clamped = bound_row > INT64_MAX ? INT64_MAX : (int64_t)bound_row;
    Expr *sides[] = {unnesting_column(self, row_number),
                     expr_constant(self->columns->arena, value_integer(type, clamped), NO_POSITION)};
    return function_call(self->columns->arena, comparison, sides, 2, NO_POSITION);
}

PlanWindow *unnesting_number_rows(Unnesting *self, Plan *rows, const ColumnId *partition, size_t partition_count,
                                  const PlanSort *sort)
{
    size_t key_count = sort ? sort->key_count : 0;
    PlanWindow *window = plan_window_new(self->columns, rows, partition_count, key_count, /* call_count= */ 1);
    for (size_t p = 0; p < partition_count; p++)
        window->partition[p] = unnesting_column(self, partition[p]);
    for (size_t i = 0; i < key_count; i++) {
        window->keys[i] = sort->keys[i];
        window->orders[i] = sort->orders[i];
    }
    Type type = type_of(TYPE_BIGINT);
    window->calls[0] = (WindowCall){.function = window_function_find(view_of("row_number")),
                                    .call = {.type = type, .position = NO_POSITION}};
    window->columns[0] = plan_column_new(self->columns, "row_number", NULL, type, false);
    plan_refresh_outputs(self->columns, &window->base);
    return window;
}

/* The rows of each d are numbered, in the order of the Sort below if there is one, and those within the window stay. */
static Unnested unnest_limit(Unnesting *self, PlanLimit *limit)
{
    Plan *input = limit->base.inputs[0];
    if (limit->limit == 0)
        return cross_with_domain(self, plan_empty(self->columns, limit->base.outputs, limit->base.output_count));
    if (limit->limit == NO_LIMIT && limit->offset == 0)
        return unnest(self, input);
    Unnested result = unnest_nearest(self, limit);
    if (result.plan)
        return result;
    PlanSort *sort = input->kind == PLAN_SORT ? (PlanSort *)input : NULL;
    result = unnest(self, sort ? input->inputs[0] : input);
    if (sort)
        unnesting_bind_node(self, input, &result);
    PlanWindow *window = unnesting_number_rows(self, result.plan, result.domain, self->parameters.count, sort);
    Expr *conditions[2];
    size_t condition_count = 0, last;
    if (limit->offset > 0)
        conditions[condition_count++] = row_number_condition(self, window->columns[0], ">", limit->offset);
    if (limit->limit != NO_LIMIT && !__builtin_add_overflow(limit->offset, limit->limit, &last))
        conditions[condition_count++] = row_number_condition(self, window->columns[0], "<=", last);
    result.plan = plan_filter_new(self->columns, &window->base, conditions, condition_count);
    return result;
}

/* ---- Set ---- */

/* An input that is taken by position: its columns, then d. */
static void unnest_rows(Unnesting *self, Plan **input, size_t width)
{
    size_t count = self->parameters.count;
    ColumnId *outputs = arena_array(self->columns->arena, ColumnId, width + count);
    memcpy(outputs, (*input)->outputs, width * sizeof *outputs);
    Unnested arm = unnest(self, *input);
    memcpy(outputs + width, arm.domain, count * sizeof *outputs);
    *input = plan_restore_outputs(self->columns, arm.plan, outputs, width + count);
}

/* What a node that names its outputs itself gives: those, then d. */
static ColumnId *outputs_with_domain(Unnesting *self, Plan *plan)
{
    size_t width = plan->output_count, count = self->parameters.count;
    ColumnId *outputs = arena_array(self->columns->arena, ColumnId, width + count);
    memcpy(outputs, plan->outputs, width * sizeof *outputs);
    for (size_t p = 0; p < count; p++)
        outputs[width + p] = unnesting_new_column(self, p, true);
    plan->outputs = outputs;
    plan->output_count = width + count;
    return outputs + width;
}

static Unnested unnest_set(Unnesting *self, PlanSet *set)
{
    Plan *plan = &set->base;
    for (size_t input = 0; input < plan->input_count; input++)
        unnest_rows(self, &plan->inputs[input], plan->output_count);
    return (Unnested){plan, outputs_with_domain(self, plan), false};
}

/* ---- Join ---- */

/* Which sides must carry the domain so that the join's type still means the same: the side that is preserved always. */
static void join_sides(PlanJoinType type, bool *left, bool *right)
{
    switch (type) {
    case PLAN_JOIN_INNER:
        *left = *left || !*right;
        break;
    case PLAN_JOIN_RIGHT:
        *right = true;
        break;
    case PLAN_JOIN_FULL:
        *left = *right = true;
        break;
    default:
        *left = true;
        break;
    }
}

/* A row of a full join is of either side: its d is the one that is there. */
static Unnested with_either_domain(Unnesting *self, Plan *join, const Unnested *left, const Unnested *right)
{
    size_t width = join->output_count, count = self->parameters.count;
    PlanProject *project = plan_project_new(self->columns, join, width + count);
    ColumnId *domain = project->base.outputs + width;
    plan_project_columns(self->columns, project, 0, join->outputs, width);
    for (size_t p = 0; p < count; p++) {
        Expr *choices[] = {unnesting_column(self, left->domain[p]), unnesting_column(self, right->domain[p])};
        domain[p] = unnesting_new_column(self, p, true);
        project->exprs[width + p] =
            expr_new(self->columns->arena, EXPR_COALESCE, choices[0]->type, choices, 2, NO_POSITION);
    }
    return (Unnested){&project->base, domain, false};
}

static Unnested unnest_join(Unnesting *self, PlanJoin *join)
{
    PlanColumns *columns = self->columns;
    bool left = plan_has_parameters(self, join->base.inputs[0]);
    bool right = plan_has_parameters(self, join->base.inputs[1]);
    join_sides(join->type, &left, &right);
    Unnested l = {0}, r = {0};
    if (left) {
        l = unnest(self, join->base.inputs[0]);
        join->base.inputs[0] = l.plan;
    }
    if (right) {
        r = unnest(self, join->base.inputs[1]);
        join->base.inputs[1] = r.plan;
    }
    Unnested result = join->type == PLAN_JOIN_RIGHT || !left ? r : l;
    unnesting_bind_node(self, &join->base, &result);
    ARRAY(Expr *) conditions = {0};
    for (size_t i = 0; i < join->condition_count; i++)
        array_add(columns->arena, &conditions, join->conditions[i]);
    for (size_t p = 0; left && right && p < self->parameters.count; p++)
        array_add(columns->arena, &conditions,
                  unnesting_equality(self, l.domain[p], r.domain[p], l.is_strict || r.is_strict));
    join->conditions = conditions.items;
    join->condition_count = conditions.count;
    plan_refresh_outputs(columns, &join->base);
    result.plan = &join->base;
    return join->type == PLAN_JOIN_FULL ? with_either_domain(self, &join->base, &l, &r) : result;
}

/* ---- Recursive, With ---- */

/* The rows of all d go from round to round together, each with its d. */
static Unnested unnest_recursive(Unnesting *self, PlanRecursive *recursive)
{
    Plan *plan = &recursive->base;
    size_t width = plan->output_count;
    unnest_rows(self, &plan->inputs[0], width);
    array_add(self->columns->arena, &self->carriers, ((Carrier){recursive->cte, width}));
    unnest_rows(self, &plan->inputs[1], width);
    self->carriers.count--;
    return (Unnested){plan, outputs_with_domain(self, plan), false};
}

static Unnested unnest_carried_scan(Unnesting *self, PlanCteScan *scan, const Carrier *carrier)
{
    Arena *arena = self->columns->arena;
    size_t width = scan->base.output_count, count = self->parameters.count;
    ColumnId *outputs = arena_array(arena, ColumnId, width + count);
    size_t *indexes = arena_array(arena, size_t, width + count);
    memcpy(outputs, scan->base.outputs, width * sizeof *outputs);
    memcpy(indexes, scan->column_indexes, width * sizeof *indexes);
    for (size_t p = 0; p < count; p++) {
        outputs[width + p] = unnesting_new_column(self, p, true);
        indexes[width + p] = carrier->width + p;
    }
    scan->base.outputs = outputs;
    scan->base.output_count = width + count;
    scan->column_indexes = indexes;
    return (Unnested){&scan->base, outputs + width, false};
}

/* The binder keeps no query that has parameters; but one within a recursive query may read the rows of a round. */
static Unnested unnest_cte(Unnesting *self, PlanCte *cte)
{
    bool is_carrier = plan_has_parameters(self, cte->base.inputs[0]);
    size_t width = cte->base.inputs[0]->output_count;
    if (is_carrier) {
        unnest_rows(self, &cte->base.inputs[0], width);
        array_add(self->columns->arena, &self->carriers, ((Carrier){cte->cte, width}));
    }
    Unnested result = unnest(self, cte->base.inputs[1]);
    self->carriers.count -= is_carrier;
    cte->base.inputs[1] = result.plan;
    plan_refresh_outputs(self->columns, &cte->base);
    result.plan = &cte->base;
    return result;
}

Unnested unnest(Unnesting *self, Plan *plan)
{
    if (!plan_has_parameters(self, plan))
        return cross_with_domain(self, plan);
    switch (plan->kind) {
    case PLAN_FILTER:
        return unnest_filter(self, (PlanFilter *)plan);
    case PLAN_PROJECT:
        return unnest_project(self, (PlanProject *)plan);
    case PLAN_VALUES:
        return unnest_values(self, (PlanValues *)plan);
    case PLAN_AGGREGATE:
        return unnest_aggregate(self, (PlanAggregate *)plan);
    case PLAN_DISTINCT:
        return unnest_distinct(self, (PlanDistinct *)plan);
    case PLAN_WINDOW:
        return unnest_window(self, (PlanWindow *)plan);
    case PLAN_UNFOLD:
    case PLAN_UNPIVOT:
    case PLAN_SORT:
        return unnest_in_place(self, plan);
    case PLAN_LIMIT:
        return unnest_limit(self, (PlanLimit *)plan);
    case PLAN_SET:
        return unnest_set(self, (PlanSet *)plan);
    case PLAN_JOIN:
        return unnest_join(self, (PlanJoin *)plan);
    case PLAN_CTE:
        return unnest_cte(self, (PlanCte *)plan);
    case PLAN_RECURSIVE:
        return unnest_recursive(self, (PlanRecursive *)plan);
    case PLAN_CTE_SCAN:
        return unnest_carried_scan(self, (PlanCteScan *)plan, unnesting_carrier(self, plan));
    case PLAN_SCAN:
    case PLAN_INSERT:
    case PLAN_CHANGE:
    case PLAN_GATHER:
    case PLAN_SPREAD:
    case PLAN_KIND_COUNT:
        break;
    }
    error_raise(ERROR_INTERNAL, NO_POSITION, "%s refers to columns of another query", plan_kind_name(plan->kind));
}
