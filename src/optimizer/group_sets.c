/* optimizer/group_sets.c: INTERSECT ALL and EXCEPT ALL as groups, whose work copies can share.
 *
 *     Set except all     Unfold generate_series(1, left_rows - right_rows)           INTERSECT: the lesser of the two
 *       A                  Aggregate by x: count(*) FILTER (is_left) AS left_rows,
 *       B                                  count(*) FILTER (NOT is_left) AS right_rows
 *                            Set union all
 *                              Project x, TRUE AS is_left
 *                                A
 *                              Project x, FALSE AS is_left
 *                                B */
#include "expr/function.h"
#include "optimizer/rule.h"

static Plan *with_side(PlanColumns *columns, Plan *rows, bool is_left)
{
    size_t count = rows->output_count;
    PlanProject *project = plan_project_new(columns, rows, count + 1);
    plan_project_columns(columns, project, 0, rows->outputs, count);
    project->exprs[count] = expr_constant(columns->arena, value_boolean(is_left), NO_POSITION);
    project->base.outputs[count] = plan_column_new(columns, "is_left", NULL, type_of(TYPE_BOOLEAN), false);
    return &project->base;
}

/* Returns the column of the count. */
static Expr *count_rows(PlanColumns *columns, PlanAggregate *aggregate, size_t index, const char *name, Expr *filter)
{
    AggregateCall *call = &aggregate->aggregates[index];
    bool is_ambiguous;
    *call = (AggregateCall){.filter = filter};
    call->aggregate = aggregate_resolve(view_of("count"), NULL, NULL, 0, &call->type, &is_ambiguous);
    ColumnId column = plan_column_new(columns, name, NULL, call->type, false);
    aggregate->base.outputs[aggregate->group_count + index] = column;
    return plan_column_expr(columns, column, NO_POSITION);
}

/* Each row of `input` so many times. */
static Plan *repeat_rows(PlanColumns *columns, Plan *input, Expr *times)
{
    static const bool is_untyped[2] = {false, false};
    const Type bigint = type_of(TYPE_BIGINT);
    Expr *bounds[] = {expr_constant(columns->arena, value_integer(bigint, 1), NO_POSITION), times};
    PlanUnfold *unfold = plan_unfold_new(columns, input, 1);
    unfold->calls[0] = (SetCall){
        .function = set_function_resolve(view_of("generate_series"), (Type[]){bigint, times->type}, is_untyped, 2),
        .arguments = arena_copy(columns->arena, bounds, sizeof bounds),
        .argument_count = 2,
        .position = NO_POSITION,
    };
    unfold->columns[0] = plan_column_new(columns, "time", NULL, bigint, false);
    plan_refresh_outputs(columns, &unfold->base);
    return &unfold->base;
}

Plan *groups_of_set(PlanColumns *columns, PlanSet *set)
{
    size_t count = set->base.output_count;
    if (set->operator== PLAN_UNION || !set->is_all || count == 0)
        return NULL;
    Plan *sides[] = {with_side(columns, set->base.inputs[0], true), with_side(columns, set->base.inputs[1], false)};
    Plan *both = &plan_set_new(columns, PLAN_UNION, /* is_all= */ true, sides, 2)->base;
    PlanAggregate *aggregate = plan_aggregate_new(columns, both, count, 2);
    for (size_t i = 0; i < count; i++) {
        aggregate->groups[i] = plan_column_expr(columns, both->outputs[i], NO_POSITION);
        aggregate->base.outputs[i] = set->base.outputs[i];
    }
    Expr *is_left = plan_column_expr(columns, both->outputs[count], NO_POSITION);
    Expr *counts[] = {
        count_rows(columns, aggregate, 0, "left_rows", is_left),
        count_rows(columns, aggregate, 1, "right_rows", function_call(columns->arena, "not", &is_left, 1, NO_POSITION)),
    };
    const char *function = set->operator== PLAN_EXCEPT ? "-" : "least";
    Plan *rows =
        repeat_rows(columns, &aggregate->base, function_call(columns->arena, function, counts, 2, NO_POSITION));
    double row_estimate = set->base.row_estimate;
    rows = plan_restore_outputs(columns, rows, set->base.outputs, count);
    plan_estimate(columns, rows);
    rows->row_estimate = row_estimate;
    return rows;
}
