/* optimizer/split_distinct.c: DISTINCT in forms whose work copies can share: as groups, which are merged by partitions.
 *
 *     Distinct a, b                      Aggregate by a, b
 *
 *     Aggregate by g:                    Aggregate by g: max(s) of set (g), count(x) of set (g, x), avg(y) of (g, y)
 *       sum(z), count(DISTINCT x),         Aggregate sets (g), (g, x), (g, y): sum(z) AS s, of the first set alone
 *       avg(DISTINCT y)
 *
 * The level above takes each combination once, as no two groups of a set are alike; max() is but a way to hand on the
 * one value that a group of the first set has. Where all calls want one set it is a GROUP BY without sets. A FILTER of
 * a call with DISTINCT is one more column of its set. */
#include "expr/function.h"
#include "optimizer/rule.h"

enum { MOST_KEYS = 63 }; /* a set is a word of bits */

typedef struct Split {
    PlanColumns *columns;
    const PlanAggregate *plan;
    ARRAY(Expr *) keys; /* the groups, then what calls with DISTINCT add to them */
    ARRAY(uint64_t) sets;
    size_t plain_count; /* calls without DISTINCT, whose set is the first */
    PlanAggregate *below;
} Split;

static bool call_is_plain(const AggregateCall *call)
{
    return !call->is_distinct || (call->aggregate->flags & AGGREGATE_DISTINCT_IDLE);
}

static bool call_can_split(const AggregateCall *call)
{
    if (call_is_plain(call))
        return true;
    bool can_fail = false; /* over rows that a filter keeps out */
    for (size_t i = 0; i < call->argument_count; i++)
        can_fail |= call->filter && expr_can_fail(call->arguments[i]);
    return call->argument_count > 0 && !can_fail;
}

static bool aggregate_can_split(PlanAggregate *aggregate)
{
    bool is_wanted = false;
    for (size_t i = 0; i < aggregate->aggregate_count; i++) {
        is_wanted |= !call_is_plain(&aggregate->aggregates[i]);
        if (!call_can_split(&aggregate->aggregates[i]))
            return false;
    }
    return is_wanted && !plan_node_is_volatile(&aggregate->base) && aggregate->set_count == 0 &&
           !plan_aggregate_heeds_order(aggregate);
}

/* ---- sets ---- */

/* Its place among the keys. */
static size_t split_key(Split *split, Expr *expr)
{
    for (size_t k = split->plan->group_count; k < split->keys.count; k++)
        if (expr_equal(split->keys.items[k], expr))
            return k;
    array_add(split->columns->arena, &split->keys, expr);
    return split->keys.count - 1;
}

/* The set of a call, as bits; those of keys there is no room for are lost. */
static uint64_t split_call_set(Split *split, const AggregateCall *call)
{
    uint64_t set = ((uint64_t)1 << split->plan->group_count) - 1;
    if (call_is_plain(call))
        return set;
    for (size_t i = 0; i < call->argument_count; i++)
        set |= (uint64_t)1 << split_key(split, call->arguments[i]) % MOST_KEYS;
    if (call->filter)
        set |= (uint64_t)1 << split_key(split, call->filter) % MOST_KEYS;
    return set;
}

static void split_add_set(Split *split, uint64_t set)
{
    for (size_t s = 0; s < split->sets.count; s++)
        if (split->sets.items[s] == set)
            return;
    array_add(split->columns->arena, &split->sets, set);
}

/* False: there are too many keys. */
static bool split_find_sets(Split *split)
{
    const PlanAggregate *plan = split->plan;
    if (plan->group_count > MOST_KEYS)
        return false;
    for (size_t g = 0; g < plan->group_count; g++)
        array_add(split->columns->arena, &split->keys, plan->groups[g]);
    for (int is_plain = 1; is_plain >= 0; is_plain--)
        for (size_t i = 0; i < plan->aggregate_count; i++)
            if (call_is_plain(&plan->aggregates[i]) == is_plain) {
                split_add_set(split, split_call_set(split, &plan->aggregates[i]));
                split->plain_count += (size_t)is_plain;
            }
    return split->keys.count <= MOST_KEYS;
}

/* ---- the two levels ---- */

static ColumnId split_new_column(const Split *split, const Expr *expr, const char *name)
{
    PlanColumn like = {.name = name};
    if (expr->kind == EXPR_COLUMN)
        like = *plan_column(split->columns, expr->column);
    return plan_column_new(split->columns, like.name, like.table, expr->type, /* is_nullable= */ true);
}

static void split_make_below(Split *split)
{
    PlanColumns *columns = split->columns;
    const PlanAggregate *plan = split->plan;
    size_t key_count = split->keys.count, output_count = key_count;
    PlanAggregate *below = plan_aggregate_new(columns, plan->base.inputs[0], key_count, split->plain_count);
    ColumnId *outputs = arena_array(columns->arena, ColumnId, key_count + split->plain_count + 1);
    for (size_t k = 0; k < key_count; k++) {
        below->groups[k] = split->keys.items[k];
        outputs[k] = split_new_column(split, split->keys.items[k], "distinct");
    }
    for (size_t i = 0; i < plan->aggregate_count; i++) {
        const AggregateCall *call = &plan->aggregates[i];
        if (!call_is_plain(call))
            continue;
        below->aggregates[output_count - key_count] = *call;
        outputs[output_count++] = plan_column_new(columns, call->aggregate->name, NULL, call->type, true);
    }
    if (split->sets.count > 1) {
        below->set_count = split->sets.count;
        below->sets = split->sets.items;
        below->calls_first_set = true;
        outputs[output_count++] = plan_column_new(columns, "grouping", NULL, type_of(TYPE_BIGINT), false);
    }
    below->base.outputs = outputs;
    below->base.output_count = output_count;
    split->below = below;
}

static Expr *split_column(const Split *split, size_t output_index)
{
    return plan_column_expr(split->columns, split->below->base.outputs[output_index], NO_POSITION);
}

/* Whether a row of the level below is of this set, and passes the FILTER; NULL: all are. */
static Expr *split_filter(Split *split, const AggregateCall *call)
{
    Arena *arena = split->columns->arena;
    Expr *conditions[2];
    size_t count = 0;
    if (split->sets.count > 1) {
        uint64_t missing = (((uint64_t)1 << split->keys.count) - 1) & ~split_call_set(split, call);
        Expr *number = expr_constant(arena, value_integer(type_of(TYPE_BIGINT), (int64_t)missing), NO_POSITION);
        Expr *sides[] = {split_column(split, split->below->base.output_count - 1), number};
        conditions[count++] = function_call(arena, "=", sides, 2, NO_POSITION);
    }
    if (call->filter && !call_is_plain(call))
        conditions[count++] = split_column(split, split_key(split, call->filter));
    return count > 0 ? expr_junction(arena, EXPR_AND, conditions, count, NO_POSITION) : NULL;
}

/* False: max() does not take the type. */
static bool split_make_call(Split *split, const AggregateCall *call, size_t plain_index, AggregateCall *ret_call)
{
    Arena *arena = split->columns->arena;
    size_t argument_count = call_is_plain(call) ? 1 : call->argument_count;
    Expr **arguments = arena_array(arena, Expr *, argument_count);
    *ret_call = *call;
    ret_call->is_distinct = false;
    ret_call->filter = split_filter(split, call);
    ret_call->arguments = arguments;
    ret_call->argument_count = argument_count;
    ret_call->order_count = 0;
    if (!call_is_plain(call)) {
        for (size_t i = 0; i < argument_count; i++)
            arguments[i] = split_column(split, split_key(split, call->arguments[i]));
        return true;
    }
    arguments[0] = split_column(split, split->keys.count + plain_index);
    Type type = call->type;
    bool is_unknown = false, is_ambiguous;
    ret_call->aggregate = aggregate_resolve(view_of("max"), &type, &is_unknown, 1, &ret_call->type, &is_ambiguous);
    return ret_call->aggregate && type_equal(type, call->type) && type_equal(ret_call->type, call->type);
}

static Plan *split_make_above(Split *split)
{
    const PlanAggregate *plan = split->plan;
    PlanAggregate *above =
        plan_aggregate_new(split->columns, &split->below->base, plan->group_count, plan->aggregate_count);
    size_t plain_index = 0;
    for (size_t g = 0; g < plan->group_count; g++)
        above->groups[g] = split_column(split, g);
    for (size_t i = 0; i < plan->aggregate_count; i++) {
        if (!split_make_call(split, &plan->aggregates[i], plain_index, &above->aggregates[i]))
            return NULL;
        plain_index += call_is_plain(&plan->aggregates[i]);
    }
    above->base.outputs = plan->base.outputs;
    above->base.row_estimate = plan->base.row_estimate;
    return &above->base;
}

/* ---- the forms ---- */

PlanAggregate *aggregate_of_distinct(PlanColumns *columns, const PlanDistinct *distinct)
{
    if (distinct->key_count != distinct->base.output_count || distinct->key_count == 0)
        return NULL;
    PlanAggregate *aggregate = plan_aggregate_new(columns, distinct->base.inputs[0], distinct->key_count, 0);
    for (size_t i = 0; i < distinct->key_count; i++) {
        aggregate->groups[i] = plan_column_expr(columns, distinct->base.outputs[i], NO_POSITION);
        aggregate->base.outputs[i] = distinct->base.outputs[i];
    }
    aggregate->base.row_estimate = distinct->base.row_estimate;
    return aggregate;
}

Plan *aggregate_split_distinct(PlanColumns *columns, PlanAggregate *aggregate)
{
    Split split = {.columns = columns, .plan = aggregate};
    if (!aggregate_can_split(aggregate) || !split_find_sets(&split))
        return NULL;
    split_make_below(&split);
    return split_make_above(&split);
}
