/* optimizer/factor_sums.c: many sums of one column and constants, sum(x + 1), sum(x + 2), ..., are that column's sum
 * and count: sum(x) + 1 * count(x), ... The column's bounds and the rows of its table tell that none of it can
 * overflow. */
#include <string.h>

#include "base/hash_index.h"
#include "expr/function.h"
#include "optimizer/rule.h"

enum { FEWEST_SUMS = 3 /* of a column: what takes their place costs two */ };

/* sum(column + added) */
typedef struct ShiftedSum {
    const Expr *column; /* or a wider integer made of it; NULL: the call is something else */
    int64_t added;
} ShiftedSum;

/* The column that an integer is, or is made of by a cast to a wider type; NULL: it is something else. */
static const Expr *widened_column(const Expr *expr)
{
    const Expr *column = expr->kind == EXPR_CAST ? expr->arguments[0] : expr;
    bool is_narrower = column->type.id == TYPE_SMALLINT || column->type.id == TYPE_INTEGER;
    return column->kind == EXPR_COLUMN && (column == expr || is_narrower) ? column : NULL;
}

static ShiftedSum shifted_sum_of(const AggregateCall *call)
{
    ShiftedSum none = {0};
    if (strcmp(call->aggregate->name, "sum") != 0 || call->argument_count != 1 || call->is_distinct || call->filter)
        return none;
    const Expr *sum = call->arguments[0];
    if (sum->kind != EXPR_CALL || sum->argument_count != 2 || !type_is_integer(sum->type) ||
        sum->type.id == TYPE_UBIGINT || call->type.id != TYPE_BIGINT)
        return none;
    bool is_difference = strcmp(sum->function->name, "-") == 0;
    if (!is_difference && strcmp(sum->function->name, "+") != 0)
        return none;
    bool is_turned = !is_difference && sum->arguments[0]->kind == EXPR_CONSTANT;
    const Expr *column = sum->arguments[is_turned], *constant = sum->arguments[!is_turned];
    if (widened_column(column) == NULL || constant->kind != EXPR_CONSTANT || constant->constant.is_null ||
        !type_equal(column->type, sum->type) || !type_equal(constant->type, sum->type) ||
        constant->constant.i64 == INT64_MIN)
        return none;
    return (ShiftedSum){column, is_difference ? -constant->constant.i64 : constant->constant.i64};
}

static bool bound_is_exact(const StatisticsBound *bound, Type type)
{
    return bound->precision == PRECISION_EXACT && !bound->value.is_null && type_equal(bound->value.type, type);
}

/* Whether x + added has the column's type for all x, and neither sum can leave 64 bits. */
static bool shifted_sum_fits(const PlanScan *scan, const Statistics *statistics, ShiftedSum sum)
{
    const Expr *column = widened_column(sum.column);
    size_t index = column->column - scan->first_column;
    if (statistics == NULL || index >= statistics->column_count || statistics->row_count.precision != PRECISION_EXACT ||
        statistics->row_count.count >= INT64_MAX)
        return false;
    const StatisticsBound *least = &statistics->columns[index].minimum, *most = &statistics->columns[index].maximum;
    if (!bound_is_exact(least, column->type) || !bound_is_exact(most, column->type))
        return false;
    TypeId id = (TypeId)sum.column->type.id;
    Int128 limit = id == TYPE_SMALLINT ? INT16_MAX : id == TYPE_INTEGER ? INT32_MAX : INT64_MAX;
    Int128 low = least->value.i64, high = most->value.i64, size = low < -high ? -low : high < 0 ? -high : high;
    Int128 greatest = size + (sum.added < 0 ? -(Int128)sum.added : sum.added);
    return greatest <= limit && greatest * (Int128)(statistics->row_count.count + 1) <= INT64_MAX;
}

/* The scan that the rows come from as they are, or some of them; NULL: there is more between. */
static PlanScan *filtered_scan(Plan *plan)
{
    while (plan->kind == PLAN_FILTER)
        plan = plan->inputs[0];
    return plan->kind == PLAN_SCAN ? (PlanScan *)plan : NULL;
}

typedef struct Factoring {
    PlanColumns *columns;
    PlanAggregate *aggregate;
    ShiftedSum *sums;     /* of each call */
    AggregateCall *calls; /* of the new aggregate, and their columns */
    ColumnId *outputs;
    size_t call_count;
    HashIndex index; /* of the calls */
} Factoring;

static ColumnId factoring_add(Factoring *self, AggregateCall call, ColumnId output)
{
    hash_index_add(self->columns->arena, &self->index, aggregate_call_hash(&call));
    self->calls[self->call_count] = call;
    self->outputs[self->call_count++] = output;
    return output;
}

/* sum(x) or count(x), of the first call that needs it; `like` is that call. */
static ColumnId factoring_part(Factoring *self, const AggregateCall *like, const Expr *column, const char *name)
{
    Expr *argument = (Expr *)column;
    uint64_t hash = exprs_hash(&argument, 1);
    for (size_t i = hash_index_first(&self->index, hash); i < self->call_count; i = hash_index_next(&self->index, i)) {
        const AggregateCall *call = &self->calls[i];
        if (strcmp(call->aggregate->name, name) == 0 && call->argument_count == 1 && call->filter == NULL &&
            !call->is_distinct && expr_equal(call->arguments[0], column))
            return self->outputs[i];
    }
    AggregateCall call = *like;
    bool is_sum = strcmp(name, "sum") == 0, is_unknown = false, is_ambiguous;
    Type type = column->type;
    if (!is_sum)
        call.aggregate = aggregate_resolve(view_of(name), &type, &is_unknown, 1, &call.type, &is_ambiguous);
    call.arguments = arena_new(self->columns->arena, Expr *);
    call.arguments[0] = argument;
    return factoring_add(self, call, plan_column_new(self->columns, name, NULL, call.type, is_sum));
}

/* sum(x) + added * count(x) */
static Expr *factoring_value(Factoring *self, size_t index)
{
    Arena *arena = self->columns->arena;
    const AggregateCall *call = &self->aggregate->aggregates[index];
    ShiftedSum sum = self->sums[index];
    Position position = call->position;
    Expr *factors[] = {
        expr_constant(arena, value_integer(call->type, sum.added), position),
        plan_column_expr(self->columns, factoring_part(self, call, sum.column, "count"), position),
    };
    Expr *terms[] = {
        plan_column_expr(self->columns, factoring_part(self, call, sum.column, "sum"), position),
        function_call(arena, "*", factors, 2, position),
    };
    return function_call(arena, "+", terms, 2, position);
}

/* Finds the sums that are worth it. False: there are none. */
static bool factoring_begin(Factoring *self, PlanScan *scan)
{
    const PlanAggregate *aggregate = self->aggregate;
    const Statistics *statistics = NULL;
    size_t found = 0;
    for (size_t i = 0; i < aggregate->aggregate_count; i++) {
        self->sums[i] = shifted_sum_of(&aggregate->aggregates[i]);
        found += self->sums[i].column != NULL;
    }
    if (found < FEWEST_SUMS)
        return false;
    statistics = scan_statistics(self->columns, scan);
    for (size_t i = 0; i < aggregate->aggregate_count; i++)
        if (self->sums[i].column && !shifted_sum_fits(scan, statistics, self->sums[i])) {
            self->sums[i].column = NULL;
            found--;
        }
    return found >= FEWEST_SUMS;
}

static Plan *aggregate_factor(PlanColumns *columns, PlanAggregate *aggregate, PlanScan *scan)
{
    Plan *plan = &aggregate->base;
    size_t count = aggregate->aggregate_count, group_count = aggregate->group_count;
    Factoring self = {.columns = columns, .aggregate = aggregate};
    self.sums = arena_array(columns->arena, ShiftedSum, count);
    if (!factoring_begin(&self, scan))
        return plan;
    self.calls = arena_array(columns->arena, AggregateCall, 3 * count);
    self.outputs = arena_array(columns->arena, ColumnId, 3 * count);
    PlanProject *project = plan_project_new(columns, plan, plan->output_count);
    plan_project_columns(columns, project, 0, plan->outputs, plan->output_count);
    for (size_t i = 0; i < count; i++)
        if (self.sums[i].column)
            project->exprs[group_count + i] = factoring_value(&self, i);
        else
            factoring_add(&self, aggregate->aggregates[i], plan->outputs[group_count + i]);
    PlanAggregate *factored = plan_aggregate_new(columns, plan->inputs[0], group_count, self.call_count);
    if (group_count > 0)
        memcpy(factored->groups, aggregate->groups, group_count * sizeof(Expr *));
    memcpy(factored->aggregates, self.calls, self.call_count * sizeof *self.calls);
    if (group_count > 0)
        memcpy(factored->base.outputs, plan->outputs, group_count * sizeof(ColumnId));
    memcpy(factored->base.outputs + group_count, self.outputs, self.call_count * sizeof(ColumnId));
    project->base.inputs[0] = &factored->base;
    columns->is_momentary = true;
    return &project->base;
}

Plan *rule_factor_sums(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_factor_sums(columns, plan->inputs[i]);
    PlanAggregate *aggregate = (PlanAggregate *)plan;
    /* what is promised is checked by reading */
    if (plan->kind != PLAN_AGGREGATE || aggregate->set_count > 0 || columns->context->settings->verify_pushdown)
        return plan;
    PlanScan *scan = filtered_scan(plan->inputs[0]);
    return scan ? aggregate_factor(columns, aggregate, scan) : plan;
}
