/* optimizer/split_distinct.c: Aggregates as two levels of groups. DISTINCT so, because that is work that copies can
 * share: groups are merged by partitions.
 *
 *     Distinct a, b                      Aggregate by a, b
 *
 *     Aggregate by g:                    Aggregate by g: sum(s), count(x)
 *       sum(z), count(DISTINCT x)          Aggregate by g, x: sum(z) AS s
 *
 *     Aggregate by g:                    Aggregate by g: max(s) of set (g), count(x) of set (g, x), avg(y) of (g, y)
 *       stddev(z), count(DISTINCT x),      Aggregate sets (g), (g, x), (g, y): stddev(z) AS s, of the first set alone
 *       avg(DISTINCT y)
 *
 * GROUPING SETS so, because the groups of all keys are fewer than the rows:
 *
 *     Aggregate sets (g, h), (g), ():    Aggregate sets (g, h), (g), (): sum(s), sum(c)
 *       sum(z), count(*)                   Aggregate by g, h: sum(z) AS s, count(*) AS c
 *
 * The level above takes each combination once, as no two groups of a set are alike. Sets are for several arguments, and
 * for calls whose values do not add up; max() is but a way to hand on the one value that a group of the first set has.
 * A FILTER of a call with DISTINCT is one more column of its set. */
#include <string.h>

#include "expr/function.h"
#include "optimizer/rule.h"

enum {
    MOST_KEYS = 63,   /* a set is a word of bits */
    MOST_DIGITS = 28, /* of what adds up in 38 for sure */
    BIGINT_DIGITS = 19,
};
static const double LEAST_GAIN = 0.2; /* part of the work that two levels are to save */

typedef struct Split {
    PlanColumns *columns;
    const PlanAggregate *plan;
    ARRAY(Expr *) keys; /* the groups, then what calls with DISTINCT add to them */
    ARRAY(uint64_t) sets;
    size_t plain_count; /* calls without DISTINCT, whose set is the first, unless: */
    bool adds_up;       /* their values for the groups below make those for the groups above */
    PlanAggregate *below;
} Split;

static bool call_is_plain(const AggregateCall *call)
{
    return !call->is_distinct || (call->aggregate->flags & AGGREGATE_DISTINCT_IDLE);
}

/* A sum over a part of the rows may overflow where that over all of them does not: so those of BIGINTs stay decimals
 * up to the end. */
static bool call_widens(const AggregateCall *call)
{
    return strcmp(call->aggregate->name, "sum") == 0 && call->arguments[0]->type.id == TYPE_BIGINT;
}

/* The aggregate of a type, if it gives the same type. */
static const Aggregate *aggregate_within(const char *name, Type type)
{
    Type argument = type, result;
    bool is_unknown = false, is_ambiguous;
    const Aggregate *aggregate = aggregate_resolve(view_of(name), &argument, &is_unknown, 1, &result, &is_ambiguous);
    return aggregate && type_equal(argument, type) && type_equal(result, type) ? aggregate : NULL;
}

/* The aggregate whose value over those of parts of the rows is the call's over all rows; NULL: there is none. */
static const Aggregate *call_adder(const AggregateCall *call)
{
    static const char *const adders[][2] = {{"count", "sum"}, {"sum", "sum"}, {"min", "min"}, {"max", "max"}};
    const char *name = call->aggregate->name;
    if (strcmp(name, "sum") == 0 && call->arguments[0]->type.precision > MOST_DIGITS)
        return NULL;
    for (size_t i = 0; i < sizeof adders / sizeof *adders; i++)
        if (strcmp(name, adders[i][0]) == 0)
            return aggregate_within(adders[i][1],
                                    call_widens(call) ? type_decimal(DECIMAL_MAX_PRECISION, 0) : call->type);
    return NULL;
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

/* One set is enough where the plain calls add up over its groups. */
static void split_drop_first_set(Split *split)
{
    const PlanAggregate *plan = split->plan;
    split->adds_up = split->sets.count == 2 && split->plain_count > 0;
    for (size_t i = 0; i < plan->aggregate_count; i++)
        split->adds_up &= !call_is_plain(&plan->aggregates[i]) || call_adder(&plan->aggregates[i]);
    if (split->adds_up)
        split->sets.items[0] = split->sets.items[--split->sets.count];
}

/* False: there are too many keys; or more threads are needed for a gain. Measured on two, a second set, or states in
 * every group of the level below, take twice the time in all. */
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
    split_drop_first_set(split);
    size_t weight = split->sets.count + split->adds_up, thread_count = context_thread_count(split->columns->context);
    return (weight == 1 || weight < thread_count) && split->keys.count <= MOST_KEYS;
}

/* ---- the two levels ---- */

static ColumnId split_new_column(const Split *split, const Expr *expr, const char *name)
{
    PlanColumn like = {.name = name};
    if (expr->kind == EXPR_COLUMN)
        like = *plan_column(split->columns, expr->column);
    return plan_column_new(split->columns, like.name, like.table, expr->type, /* is_nullable= */ true);
}

static void call_widen(Arena *arena, AggregateCall *call)
{
    Expr *value = expr_cast(arena, call->arguments[0], type_decimal(BIGINT_DIGITS, 0), NO_POSITION);
    call->arguments = arena_copy(arena, &value, sizeof(Expr *));
    call->type = type_decimal(DECIMAL_MAX_PRECISION, 0);
    call->aggregate = aggregate_within("sum", call->type);
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
        AggregateCall *made = &below->aggregates[output_count - key_count];
        *made = *call;
        if (split->adds_up && call_widens(call))
            call_widen(columns->arena, made);
        outputs[output_count++] = plan_column_new(columns, made->aggregate->name, NULL, made->type, true);
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

/* False: there is no such call. */
static bool split_make_call(Split *split, const AggregateCall *call, size_t plain_index, AggregateCall *ret_call)
{
    Arena *arena = split->columns->arena;
    bool is_plain = call_is_plain(call);
    *ret_call = *call;
    ret_call->is_distinct = false;
    ret_call->filter = split_filter(split, call);
    ret_call->argument_count = is_plain ? 1 : call->argument_count;
    ret_call->arguments = arena_array(arena, Expr *, ret_call->argument_count);
    ret_call->order_count = 0;
    for (size_t i = 0; i < ret_call->argument_count; i++)
        ret_call->arguments[i] =
            split_column(split, is_plain ? split->keys.count + plain_index : split_key(split, call->arguments[i]));
    if (is_plain) {
        ret_call->type = ret_call->arguments[0]->type;
        ret_call->aggregate = split->adds_up ? call_adder(call) : aggregate_within("max", call->type);
    }
    return ret_call->aggregate != NULL;
}

/* Whether there is a group even where there are no rows. */
static bool split_may_be_empty(const Split *split)
{
    return split->plan->group_count == 0 || split->plan->set_count > 0;
}

/* A sum of decimals that is to be a BIGINT; a count of no rows, which has no groups to add up. */
static Expr *split_final_value(const Split *split, const AggregateCall *call, Expr *value)
{
    Arena *arena = split->columns->arena;
    bool is_count = strcmp(call->aggregate->name, "count") == 0 && call_is_plain(call);
    if (!is_count || !split_may_be_empty(split))
        return expr_cast(arena, value, call->type, call->position);
    Expr *parts[] = {value, expr_constant(arena, value_integer(call->type, 0), NO_POSITION)};
    return expr_new(arena, EXPR_COALESCE, call->type, parts, 2, NO_POSITION);
}

/* Where values were added up; the outputs become those of the plan. */
static Plan *split_finish(const Split *split, PlanAggregate *above)
{
    PlanColumns *columns = split->columns;
    const PlanAggregate *plan = split->plan;
    size_t group_count = plan->group_count;
    PlanProject *project = plan_project_new(columns, &above->base, plan->base.output_count);
    for (size_t i = 0; i < plan->base.output_count; i++) {
        bool is_call = i >= group_count && i < group_count + plan->aggregate_count;
        const AggregateCall *made = is_call ? &above->aggregates[i - group_count] : NULL;
        const char *name = plan_column(columns, plan->base.outputs[i])->name;
        Type type = made ? made->type : plan_column(columns, plan->base.outputs[i])->type;
        Expr *value = expr_column(columns->arena, plan_column_new(columns, name, NULL, type, true), type, NO_POSITION);
        above->base.outputs[i] = value->column;
        project->base.outputs[i] = plan->base.outputs[i];
        project->exprs[i] = made ? split_final_value(split, &plan->aggregates[i - group_count], value) : value;
    }
    project->base.row_estimate = plan->base.row_estimate;
    return &project->base;
}

static Plan *split_make_above(Split *split)
{
    const PlanAggregate *plan = split->plan;
    size_t plain_index = 0;
    bool needs_finish = split->adds_up && split_may_be_empty(split);
    PlanAggregate *above =
        plan_aggregate_new(split->columns, &split->below->base, plan->group_count, plan->aggregate_count);
    above->set_count = plan->set_count;
    above->sets = plan->sets;
    above->base.output_count = plan->base.output_count;
    above->base.outputs =
        arena_copy(split->columns->arena, plan->base.outputs, plan->base.output_count * sizeof(ColumnId));
    above->base.row_estimate = plan->base.row_estimate;
    for (size_t g = 0; g < plan->group_count; g++)
        above->groups[g] = split_column(split, g);
    for (size_t i = 0; i < plan->aggregate_count; i++) {
        const AggregateCall *call = &plan->aggregates[i];
        if (!split_make_call(split, call, plain_index, &above->aggregates[i]))
            return NULL;
        plain_index += call_is_plain(call);
        needs_finish |= split->adds_up && call_is_plain(call) && call_widens(call);
    }
    return needs_finish ? split_finish(split, above) : &above->base;
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

static bool aggregate_adds_up(PlanAggregate *aggregate)
{
    for (size_t i = 0; i < aggregate->aggregate_count; i++)
        if (!call_is_plain(&aggregate->aggregates[i]) || call_adder(&aggregate->aggregates[i]) == NULL)
            return false;
    return !plan_node_is_volatile(&aggregate->base) && !plan_aggregate_heeds_order(aggregate);
}

/* Each row goes to one group of the level below, and each of those to one of every set. */
static bool split_gains(const Split *split)
{
    plan_estimate(split->columns, &split->below->base);
    double rows = split->below->base.inputs[0]->row_estimate, groups = split->below->base.row_estimate;
    double set_count = (double)split->plan->set_count;
    return rows + groups * set_count < (1 - LEAST_GAIN) * rows * set_count;
}

Plan *rule_split_sets(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_split_sets(columns, plan->inputs[i]);
    PlanAggregate *aggregate = (PlanAggregate *)plan;
    if (plan->kind != PLAN_AGGREGATE || aggregate->set_count < 2 || !aggregate_adds_up(aggregate))
        return plan;
    Split split = {.columns = columns, .plan = aggregate, .plain_count = aggregate->aggregate_count, .adds_up = true};
    for (size_t g = 0; g < aggregate->group_count; g++)
        array_add(columns->arena, &split.keys, aggregate->groups[g]);
    split_make_below(&split);
    return split_gains(&split) ? split_make_above(&split) : plan;
}
