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
 *   Limit          the rows of each d are numbered by a window, and those within the limit stay
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
#include "base/array.h"
#include "expr/function.h"
#include "optimizer/rule.h"

typedef ARRAY(ColumnId) ColumnList;

/* A query whose kept rows have d behind their own columns: each of its scans has so too. */
typedef struct Carrier {
    size_t cte;
    size_t width; /* of the rows without d */
} Carrier;

typedef struct Unnesting {
    PlanColumns *columns;
    Plan *left;      /* L: copied where D is needed */
    Plan *kept;      /* what L was, if `left` reads its rows from a With; or NULL */
    size_t kept_cte; /* the number of that With */
    ColumnList parameters;
    ARRAY(Carrier) carriers;              /* what the plan that is being unnested may read */
    const PlanAggregate *null_when_empty; /* an aggregate that need not give a row for an empty input, or NULL */
} Unnesting;

/* A plan without parameters, and its own column for each of them. */
typedef struct Unnested {
    Plan *plan;
    ColumnId *domain; /* one for each parameter */
    bool is_strict;   /* a NULL parameter has no rows here: d = f does */
} Unnested;

static Unnested unnest(Unnesting *self, Plan *plan);

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

static ColumnList parameters_of(PlanColumns *columns, Plan *right, const Plan *left)
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

/* The innermost carrier of that number, or NULL. */
static const Carrier *carrier_of(const Unnesting *self, const Plan *plan)
{
    for (size_t i = self->carriers.count; plan->kind == PLAN_CTE_SCAN && i-- > 0;)
        if (self->carriers.items[i].cte == ((const PlanCteScan *)plan)->cte)
            return &self->carriers.items[i];
    return NULL;
}

static bool reads_carrier(const Unnesting *self, const Plan *plan)
{
    bool reads = carrier_of(self, plan) != NULL;
    for (size_t i = 0; i < plan->input_count && !reads; i++)
        reads = reads_carrier(self, plan->inputs[i]);
    return reads;
}

/* Its rows depend on the parameters: it has to have a d. */
static bool refers_to_parameters(Unnesting *self, Plan *plan)
{
    if (self->carriers.count > 0 && reads_carrier(self, plan))
        return true;
    ColumnSet candidates = column_set_in(self->columns->arena), found = column_set_in(self->columns->arena);
    for (size_t i = 0; i < self->parameters.count; i++)
        column_set_add(&candidates, self->parameters.items[i]);
    parameters_search(plan, &(ParameterSearch){&candidates, &found});
    for (size_t i = 0; i < found.word_count; i++)
        if (found.words[i])
            return true;
    return false;
}

static bool expr_has_parameters(Unnesting *self, const Expr *expr)
{
    ColumnSet candidates = column_set_in(self->columns->arena), found = column_set_in(self->columns->arena);
    for (size_t i = 0; i < self->parameters.count; i++)
        column_set_add(&candidates, self->parameters.items[i]);
    expr_walk(expr, parameter_visit, &(ParameterSearch){&candidates, &found});
    for (size_t i = 0; i < found.word_count; i++)
        if (found.words[i])
            return true;
    return false;
}

/* ---- pieces ---- */

static Expr *column_expr(Unnesting *self, ColumnId column)
{
    return plan_column_expr(self->columns, column, NO_POSITION);
}

/* The parameters replaced by their columns in `unnested`. */
static Expr *bound(Unnesting *self, Expr *expr, const Unnested *unnested)
{
    Expr **to = arena_array(self->columns->arena, Expr *, self->parameters.count);
    for (size_t i = 0; i < self->parameters.count; i++)
        to[i] = column_expr(self, unnested->domain[i]);
    return expr_substitute(self->columns->arena, expr, self->parameters.items, to, self->parameters.count);
}

typedef struct Binding {
    Unnesting *unnesting;
    const Unnested *unnested;
} Binding;

static void bind_slot(void *user, Expr **slot)
{
    const Binding *binding = user;
    *slot = bound(binding->unnesting, *slot, binding->unnested);
}

static void bind_node(Unnesting *self, Plan *node, const Unnested *unnested)
{
    plan_each_expr(node, bind_slot, &(Binding){self, unnested});
}

static ColumnId new_domain_column(Unnesting *self, size_t parameter, bool is_nullable)
{
    PlanColumn like = *plan_column(self->columns, self->parameters.items[parameter]);
    return plan_column_new(self->columns, like.name, like.table, like.type, is_nullable);
}

/* Another run gives the same rows: nothing in the plan depends on chance, on order, or on how doubles were added. */
static bool is_repeatable(Plan *plan)
{
    if (plan->kind == PLAN_LIMIT || plan->kind == PLAN_DISTINCT || plan->kind == PLAN_AGGREGATE ||
        plan->kind == PLAN_WINDOW || plan_node_is_volatile(plan))
        return false;
    for (size_t i = 0; i < plan->input_count; i++)
        if (!is_repeatable(plan->inputs[i]))
            return false;
    return true;
}

static void keep_left(Unnesting *self)
{
    PlanColumns *columns = self->columns;
    Plan *left = self->left;
    PlanColumnMap map = {0};
    self->kept = plan_copy(columns, left, &map);
    self->kept_cte = ++columns->cte_count;
    PlanCteScan *scan = plan_cte_scan_new(columns, self->kept_cte, "kept", left->outputs, left->output_count,
                                          /* keeps_columns= */ true);
    scan->base.row_estimate = left->row_estimate;
    self->left = &scan->base;
}

/* D: the different values of the parameters in a copy of L. */
static Unnested domain(Unnesting *self)
{
    if (self->kept == NULL && !is_repeatable(self->left))
        keep_left(self);
    PlanColumnMap map = {0};
    Plan *left = plan_copy(self->columns, self->left, &map);
    size_t count = self->parameters.count;
    PlanProject *project = plan_project_new(self->columns, left, count);
    for (size_t i = 0; i < count; i++) {
        ColumnId copy = plan_column_map(&map, self->parameters.items[i]);
        project->exprs[i] = column_expr(self, copy);
        project->base.outputs[i] = copy;
    }
    PlanDistinct *distinct = plan_distinct_new(self->columns, &project->base, project->base.outputs, count);
    return (Unnested){&distinct->base, project->base.outputs, false};
}

/* a IS NOT DISTINCT FROM b, or a = b where NULLs cannot match. */
static Expr *equality(Unnesting *self, ColumnId a, ColumnId b, bool is_strict)
{
    bool may_be_null = plan_column(self->columns, a)->is_nullable || plan_column(self->columns, b)->is_nullable;
    Expr *sides[] = {column_expr(self, a), column_expr(self, b)};
    return function_call(self->columns->arena, is_strict || !may_be_null ? "=" : "is not distinct from", sides, 2,
                         NO_POSITION);
}

static Unnested cross_with_domain(Unnesting *self, Plan *plan)
{
    Unnested d = domain(self);
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
    if (refers_to_parameters(self, filter->base.inputs[0]))
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
    for (size_t i = 0; i < input->output_count; i++) {
        project->base.outputs[i] = input->outputs[i];
        project->exprs[i] = column_expr(self, input->outputs[i]);
    }
    for (size_t p = 0; p < count; p++) {
        result.domain[p] = new_domain_column(self, p, true);
        project->base.outputs[input->output_count + p] = result.domain[p];
        project->exprs[input->output_count + p] = bindings[p];
        Expr *argument = column_expr(self, result.domain[p]);
        array_add(columns->arena, &conditions, function_call(columns->arena, "is not null", &argument, 1, NO_POSITION));
    }
    for (size_t i = 0; i < filter->condition_count; i++) {
        bool is_binding = false;
        for (size_t p = 0; p < count; p++)
            is_binding |= binding_of(self, filter->conditions[i], self->parameters.items[p]) == bindings[p];
        if (!is_binding)
            array_add(columns->arena, &conditions, bound(self, filter->conditions[i], &result));
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
    bind_node(self, &filter->base, &result);
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
        wider->exprs[i] = bound(self, project->exprs[i], &result);
    }
    for (size_t p = 0; p < count; p++) {
        wider->base.outputs[width + p] = result.domain[p];
        wider->exprs[width + p] = column_expr(self, result.domain[p]);
    }
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
        Unnested d = domain(self);
        PlanProject *project = plan_project_new(columns, d.plan, width + count);
        for (size_t i = 0; i < width; i++) {
            PlanColumn like = *plan_column(columns, values->base.outputs[i]);
            project->base.outputs[i] = plan_column_new(columns, like.name, like.table, like.type, like.is_nullable);
            project->exprs[i] = bound(self, values->cells[row * width + i], &d);
        }
        for (size_t p = 0; p < count; p++) {
            project->base.outputs[width + p] = d.domain[p];
            project->exprs[width + p] = column_expr(self, d.domain[p]);
        }
        arms[row] = &project->base;
    }
    PlanSet *all = plan_set_new(columns, PLAN_UNION, true, arms, values->row_count);
    memcpy(all->base.outputs, values->base.outputs, width * sizeof(ColumnId));
    return (Unnested){&all->base, all->base.outputs + width, false};
}

/* ---- Aggregate ---- */

/* An aggregate whose groups have d among them, under its own columns: `ids` are its outputs behind d. */
typedef struct GroupedColumns {
    const PlanAggregate *aggregate;
    size_t parameter_count, group_count; /* of groups without d */
    size_t count;
    ColumnId *ids;
} GroupedColumns;

static Expr *integer_constant(Unnesting *self, Type type, int64_t value)
{
    return expr_constant(self->columns->arena, value_integer(type, value), NO_POSITION);
}

/* What the output `i` behind d is for the query around it: counts of no rows are 0; grouping() has no bits for d. */
static Expr *grouped_value(Unnesting *self, const GroupedColumns *grouped, size_t i, ColumnId inner)
{
    Arena *arena = self->columns->arena;
    Expr *value = column_expr(self, inner), *missing = NULL;
    size_t aggregate = i - grouped->group_count;
    if (i < grouped->group_count)
        return value;
    if (aggregate < grouped->aggregate->aggregate_count) {
        Value nothing = aggregate_of_nothing(arena, self->columns->context, &grouped->aggregate->aggregates[aggregate]);
        if (nothing.is_null)
            return value;
        missing = expr_cast(arena, expr_constant(arena, nothing, NO_POSITION), value->type, NO_POSITION);
    } else {
        Expr *shift[] = {value, integer_constant(self, type_of(TYPE_INTEGER), (int64_t)grouped->parameter_count)};
        value = function_call(arena, ">>", shift, 2, NO_POSITION);
        missing = integer_constant(self, value->type, (int64_t)(((uint64_t)1 << grouped->group_count) - 1));
    }
    return expr_new(arena, EXPR_COALESCE, value->type, (Expr *[]){value, missing}, 2, NO_POSITION);
}

/* A group of no columns gives a row where there is no row: then every d of the domain has one again, by an outer
 * join. */
static Unnested with_own_columns(Unnesting *self, GroupedColumns *grouped, const Unnested *inner, bool has_empty_group)
{
    PlanColumns *columns = self->columns;
    size_t parameters = grouped->parameter_count;
    Unnested result = *inner;
    if (has_empty_group) {
        Unnested d = domain(self);
        ARRAY(Expr *) conditions = {0};
        for (size_t p = 0; p < parameters; p++)
            array_add(columns->arena, &conditions, equality(self, d.domain[p], inner->domain[p], inner->is_strict));
        d.plan = &plan_join_new(columns, PLAN_JOIN_LEFT, d.plan, inner->plan, conditions.items, conditions.count)->base;
        result = d;
    }
    PlanProject *project = plan_project_new(columns, result.plan, grouped->count + parameters);
    for (size_t i = 0; i < grouped->count; i++) {
        project->exprs[i] = grouped_value(self, grouped, i, grouped->aggregate->base.outputs[parameters + i]);
        project->base.outputs[i] = grouped->ids[i];
    }
    for (size_t p = 0; p < parameters; p++) {
        project->base.outputs[grouped->count + p] = result.domain[p];
        project->exprs[grouped->count + p] = column_expr(self, result.domain[p]);
    }
    result.plan = &project->base;
    return result;
}

/* d is in every set. Returns how many sets had no group. */
static size_t sets_add_domain(Unnesting *self, PlanAggregate *aggregate, size_t group_count)
{
    size_t count = self->parameters.count, empty_count = 0;
    if (group_count + count > 63)
        error_raise(ERROR_TOO_COMPLEX, NO_POSITION, "grouping sets of a correlated subquery have too many columns");
    uint64_t *sets = arena_array(self->columns->arena, uint64_t, aggregate->set_count);
    for (size_t i = 0; i < aggregate->set_count; i++) {
        empty_count += aggregate->sets[i] == 0;
        sets[i] = aggregate->sets[i] << count | (((uint64_t)1 << count) - 1);
    }
    aggregate->sets = sets;
    if (empty_count > 1)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION,
                    "a correlated subquery with more than one grouping set without columns is not supported");
    return empty_count;
}

static Unnested unnest_aggregate(Unnesting *self, PlanAggregate *aggregate)
{
    PlanColumns *columns = self->columns;
    size_t count = self->parameters.count, groups = aggregate->group_count, total = aggregate->base.output_count;
    bool has_sets = aggregate->set_count > 0;
    bool has_empty_group =
        has_sets ? sets_add_domain(self, aggregate, groups) > 0 : groups == 0 && aggregate != self->null_when_empty;
    Unnested result = unnest(self, aggregate->base.inputs[0]);
    bind_node(self, &aggregate->base, &result);
    Expr **keys = arena_array(columns->arena, Expr *, groups + count);
    ColumnId *outputs = arena_array(columns->arena, ColumnId, total + count);
    ColumnId *keys_out = arena_array(columns->arena, ColumnId, count);
    for (size_t p = 0; p < count; p++) {
        keys[p] = column_expr(self, result.domain[p]);
        keys_out[p] = outputs[p] = new_domain_column(self, p, plan_column(columns, result.domain[p])->is_nullable);
    }
    if (groups)
        memcpy(keys + count, aggregate->groups, groups * sizeof *keys);
    GroupedColumns grouped = {aggregate, count, groups, total, aggregate->base.outputs};
    bool is_renamed = has_sets || has_empty_group;
    for (size_t i = 0; i < total; i++) {
        PlanColumn like = *plan_column(columns, grouped.ids[i]);
        outputs[count + i] =
            is_renamed ? plan_column_new(columns, like.name, like.table, like.type, true) : grouped.ids[i];
    }
    aggregate->groups = keys;
    aggregate->group_count = groups + count;
    aggregate->base.outputs = outputs;
    aggregate->base.output_count = total + count;
    aggregate->base.inputs[0] = result.plan;
    Unnested inner = {&aggregate->base, keys_out, result.is_strict};
    return is_renamed ? with_own_columns(self, &grouped, &inner, has_empty_group) : inner;
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

/* The rows of each d are partitions of their own. */
static Unnested unnest_window(Unnesting *self, PlanWindow *window)
{
    Unnested result = unnest(self, window->base.inputs[0]);
    size_t count = window->partition_count, parameters = self->parameters.count;
    bind_node(self, &window->base, &result);
    Expr **partition = arena_array(self->columns->arena, Expr *, count + parameters);
    if (count)
        memcpy(partition, window->partition, count * sizeof *partition);
    for (size_t p = 0; p < parameters; p++)
        partition[count + p] = column_expr(self, result.domain[p]);
    window->partition = partition;
    window->partition_count = count + parameters;
    window->base.inputs[0] = result.plan;
    plan_refresh_outputs(self->columns, &window->base);
    result.plan = &window->base;
    return result;
}

static Unnested unnest_sort(Unnesting *self, PlanSort *sort)
{
    Unnested result = unnest(self, sort->base.inputs[0]);
    bind_node(self, &sort->base, &result);
    sort->base.inputs[0] = result.plan;
    plan_refresh_outputs(self->columns, &sort->base);
    result.plan = &sort->base;
    return result;
}

static Unnested unnest_unfold(Unnesting *self, PlanUnfold *unfold)
{
    Unnested result = unnest(self, unfold->base.inputs[0]);
    bind_node(self, &unfold->base, &result);
    unfold->base.inputs[0] = result.plan;
    plan_refresh_outputs(self->columns, &unfold->base);
    result.plan = &unfold->base;
    return result;
}

static Expr *row_number_condition(Unnesting *self, ColumnId row_number, const char *comparison, size_t bound_row)
{
    Type type = type_of(TYPE_BIGINT);
    int64_t clamped = bound_row > INT64_MAX ? INT64_MAX : (int64_t)bound_row;
    Expr *sides[] = {column_expr(self, row_number),
                     expr_constant(self->columns->arena, value_integer(type, clamped), NO_POSITION)};
    return function_call(self->columns->arena, comparison, sides, 2, NO_POSITION);
}

/* The rows of each d are numbered, in the order of the Sort below if there is one, and those within the window stay. */
static Unnested unnest_limit(Unnesting *self, PlanLimit *limit)
{
    Plan *input = limit->base.inputs[0];
    if (limit->limit == 0)
        return cross_with_domain(self, plan_empty(self->columns, limit->base.outputs, limit->base.output_count));
    if (limit->limit == NO_LIMIT && limit->offset == 0)
        return unnest(self, input);
    PlanSort *sort = input->kind == PLAN_SORT ? (PlanSort *)input : NULL;
    size_t key_count = sort ? sort->key_count : 0, count = self->parameters.count;
    Unnested result = unnest(self, sort ? input->inputs[0] : input);
    PlanWindow *window = plan_window_new(self->columns, result.plan, count, key_count, /* call_count= */ 1);
    for (size_t p = 0; p < count; p++)
        window->partition[p] = column_expr(self, result.domain[p]);
    for (size_t i = 0; i < key_count; i++) {
        window->keys[i] = bound(self, sort->keys[i], &result);
        window->orders[i] = sort->orders[i];
    }
    Type type = type_of(TYPE_BIGINT);
    window->calls[0] = (WindowCall){.function = window_function_find(view_of("row_number")),
                                    .call = {.type = type, .position = NO_POSITION}};
    window->columns[0] = plan_column_new(self->columns, "row_number", NULL, type, false);
    plan_refresh_outputs(self->columns, &window->base);
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

static Unnested unnest_set(Unnesting *self, PlanSet *set)
{
    PlanColumns *columns = self->columns;
    Plan *plan = &set->base;
    size_t width = plan->output_count, count = self->parameters.count;
    for (size_t input = 0; input < plan->input_count; input++) {
        ColumnId *own = arena_copy(columns->arena, plan->inputs[input]->outputs, width * sizeof *own);
        Unnested arm = unnest(self, plan->inputs[input]);
        ColumnId *outputs = arena_array(columns->arena, ColumnId, width + count);
        memcpy(outputs, own, width * sizeof *outputs);
        memcpy(outputs + width, arm.domain, count * sizeof *outputs);
        plan->inputs[input] = plan_restore_outputs(columns, arm.plan, outputs, width + count);
    }
    ColumnId *outputs = arena_array(columns->arena, ColumnId, width + count);
    memcpy(outputs, plan->outputs, width * sizeof *outputs);
    for (size_t p = 0; p < count; p++)
        outputs[width + p] = new_domain_column(self, p, true);
    plan->outputs = outputs;
    plan->output_count = width + count;
    return (Unnested){plan, outputs + width, false};
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

static Unnested unnest_join(Unnesting *self, PlanJoin *join)
{
    PlanColumns *columns = self->columns;
    bool left = refers_to_parameters(self, join->base.inputs[0]);
    bool right = refers_to_parameters(self, join->base.inputs[1]);
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
    bind_node(self, &join->base, &result);
    ARRAY(Expr *) conditions = {0};
    for (size_t i = 0; i < join->condition_count; i++)
        array_add(columns->arena, &conditions, join->conditions[i]);
    for (size_t p = 0; left && right && p < self->parameters.count; p++)
        array_add(columns->arena, &conditions, equality(self, l.domain[p], r.domain[p], l.is_strict || r.is_strict));
    join->conditions = conditions.items;
    join->condition_count = conditions.count;
    plan_refresh_outputs(columns, &join->base);
    result.plan = &join->base;
    if (join->type != PLAN_JOIN_FULL)
        return result;
    /* a row of either side: its d is the one that is there */
    size_t width = join->base.output_count;
    PlanProject *project = plan_project_new(columns, &join->base, width + self->parameters.count);
    result.domain = project->base.outputs + width;
    result.is_strict = false;
    for (size_t i = 0; i < width; i++) {
        project->base.outputs[i] = join->base.outputs[i];
        project->exprs[i] = column_expr(self, join->base.outputs[i]);
    }
    for (size_t p = 0; p < self->parameters.count; p++) {
        Expr *choices[] = {column_expr(self, l.domain[p]), column_expr(self, r.domain[p])};
        project->base.outputs[width + p] = new_domain_column(self, p, true);
        project->exprs[width + p] = expr_new(columns->arena, EXPR_COALESCE, choices[0]->type, choices, 2, NO_POSITION);
    }
    result.plan = &project->base;
    return result;
}

/* ---- Recursive, With ---- */

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

/* The rows of all d go from round to round together, each with its d. */
static Unnested unnest_recursive(Unnesting *self, PlanRecursive *recursive)
{
    Plan *plan = &recursive->base;
    size_t width = plan->output_count, count = self->parameters.count;
    unnest_rows(self, &plan->inputs[0], width);
    array_add(self->columns->arena, &self->carriers, ((Carrier){recursive->cte, width}));
    unnest_rows(self, &plan->inputs[1], width);
    self->carriers.count--;
    ColumnId *outputs = arena_array(self->columns->arena, ColumnId, width + count);
    memcpy(outputs, plan->outputs, width * sizeof *outputs);
    for (size_t p = 0; p < count; p++)
        outputs[width + p] = new_domain_column(self, p, true);
    plan->outputs = outputs;
    plan->output_count = width + count;
    return (Unnested){plan, outputs + width, false};
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
        outputs[width + p] = new_domain_column(self, p, true);
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
    bool is_carrier = refers_to_parameters(self, cte->base.inputs[0]);
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

static Unnested unnest(Unnesting *self, Plan *plan)
{
    if (!refers_to_parameters(self, plan))
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
        return unnest_unfold(self, (PlanUnfold *)plan);
    case PLAN_SORT:
        return unnest_sort(self, (PlanSort *)plan);
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
        return unnest_carried_scan(self, (PlanCteScan *)plan, carrier_of(self, plan));
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

/* ---- conditions that become the join's own ---- */

typedef ARRAY(Expr *) ConditionList;

static Plan *pull_conditions(Unnesting *self, Plan *plan, bool only_existence, ConditionList *pulled);

/* Conditions with parameters go to `pulled`; returns how many are left. */
static size_t split_conditions(Unnesting *self, Expr **conditions, size_t count, ConditionList *pulled)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (expr_has_parameters(self, conditions[i]))
            array_add(self->columns->arena, pulled, conditions[i]);
        else
            conditions[kept++] = conditions[i];
    }
    return kept;
}

static Plan *pull_from_filter(Unnesting *self, PlanFilter *filter, bool only_existence, ConditionList *pulled)
{
    Plan *input = pull_conditions(self, filter->base.inputs[0], only_existence, pulled);
    if (input == NULL)
        return NULL;
    Expr **conditions =
        arena_copy(self->columns->arena, filter->conditions, filter->condition_count * sizeof *conditions);
    size_t kept = split_conditions(self, conditions, filter->condition_count, pulled);
    return plan_filter_new(self->columns, input, conditions, kept);
}

/* The project must let the columns through that the pulled conditions use. */
static Plan *pull_from_project(Unnesting *self, PlanProject *project, bool only_existence, ConditionList *pulled)
{
    PlanColumns *columns = self->columns;
    for (size_t i = 0; i < project->base.output_count; i++)
        if (expr_has_parameters(self, project->exprs[i]))
            return NULL;
    Plan *input = pull_conditions(self, project->base.inputs[0], only_existence, pulled);
    if (input == NULL)
        return NULL;
    ColumnSet used = column_set_in(columns->arena);
    for (size_t i = 0; i < pulled->count; i++)
        column_set_add_expr(&used, pulled->items[i]);
    size_t width = project->base.output_count;
    PlanProject *wider = plan_project_new(columns, input, width + input->output_count);
    memcpy(wider->base.outputs, project->base.outputs, width * sizeof(ColumnId));
    memcpy(wider->exprs, project->exprs, width * sizeof(Expr *));
    for (size_t i = 0; i < input->output_count; i++) {
        ColumnId column = input->outputs[i];
        if (!column_set_has(&used, column) || plan_has_output(&project->base, column))
            continue;
        wider->base.outputs[width] = column;
        wider->exprs[width++] = column_expr(self, column);
    }
    wider->base.output_count = width;
    return &wider->base;
}

/* An inner join's conditions may be taken out of it, and those of both its inputs. */
static Plan *pull_from_join(Unnesting *self, PlanJoin *join, bool only_existence, ConditionList *pulled)
{
    if (join->type != PLAN_JOIN_INNER)
        return NULL;
    Plan *left = pull_conditions(self, join->base.inputs[0], only_existence, pulled);
    Plan *right = left ? pull_conditions(self, join->base.inputs[1], only_existence, pulled) : NULL;
    if (right == NULL)
        return NULL;
    Expr **conditions = arena_copy(self->columns->arena, join->conditions, join->condition_count * sizeof *conditions);
    size_t kept = split_conditions(self, conditions, join->condition_count, pulled);
    return &plan_join_new(self->columns, PLAN_JOIN_INNER, left, right, conditions, kept)->base;
}

/* The plan without its conditions on parameters, which go to `pulled`; NULL when it has parameters elsewhere, or when
 * the rows that a condition sees are counted before they come out. Changes nothing of the plan itself. */
static Plan *pull_conditions(Unnesting *self, Plan *plan, bool only_existence, ConditionList *pulled)
{
    if (!refers_to_parameters(self, plan))
        return plan;
    switch (plan->kind) {
    case PLAN_FILTER:
        return pull_from_filter(self, (PlanFilter *)plan, only_existence, pulled);
    case PLAN_PROJECT:
        return pull_from_project(self, (PlanProject *)plan, only_existence, pulled);
    case PLAN_JOIN:
        return pull_from_join(self, (PlanJoin *)plan, only_existence, pulled);
    case PLAN_DISTINCT: /* whether there is a row does not depend on how often */
        return only_existence ? pull_conditions(self, plan->inputs[0], only_existence, pulled) : NULL;
    default:
        return NULL;
    }
}

/* ---- the rule ---- */

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
                      .parameters = parameters_of(columns, right, left),
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
                  equality(&self, self.parameters.items[p], result.domain[p], result.is_strict));
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
