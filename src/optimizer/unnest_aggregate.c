/* optimizer/unnest_aggregate.c: an Aggregate with parameters: groups by d too, and gives d without rows one. */
#include "optimizer/unnest.h"

#include "expr/function.h"

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
    Expr *value = unnesting_column(self, inner), *missing = NULL;
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
        Unnested d = unnesting_domain(self);
        ARRAY(Expr *) conditions = {0};
        for (size_t p = 0; p < parameters; p++)
            array_add(columns->arena, &conditions,
                      unnesting_equality(self, d.domain[p], inner->domain[p], inner->is_strict));
        d.plan = &plan_join_new(columns, PLAN_JOIN_LEFT, d.plan, inner->plan, conditions.items, conditions.count)->base;
        result = d;
    }
    PlanProject *project = plan_project_new(columns, result.plan, grouped->count + parameters);
    for (size_t i = 0; i < grouped->count; i++) {
        project->exprs[i] = grouped_value(self, grouped, i, grouped->aggregate->base.outputs[parameters + i]);
        project->base.outputs[i] = grouped->ids[i];
    }
    plan_project_columns(self->columns, project, grouped->count, result.domain, parameters);
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

Unnested unnest_aggregate(Unnesting *self, PlanAggregate *aggregate)
{
    PlanColumns *columns = self->columns;
    size_t count = self->parameters.count, groups = aggregate->group_count, total = aggregate->base.output_count;
    bool has_sets = aggregate->set_count > 0;
    bool has_empty_group =
        has_sets ? sets_add_domain(self, aggregate, groups) > 0 : groups == 0 && aggregate != self->null_when_empty;
    Unnested result = unnest(self, aggregate->base.inputs[0]);
    unnesting_bind_node(self, &aggregate->base, &result);
    Expr **keys = arena_array(columns->arena, Expr *, groups + count);
    ColumnId *outputs = arena_array(columns->arena, ColumnId, total + count);
    ColumnId *keys_out = arena_array(columns->arena, ColumnId, count);
    for (size_t p = 0; p < count; p++) {
        keys[p] = unnesting_column(self, result.domain[p]);
        keys_out[p] = outputs[p] = unnesting_new_column(self, p, plan_column(columns, result.domain[p])->is_nullable);
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
