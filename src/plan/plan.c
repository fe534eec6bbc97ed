/* plan/plan.c: making the nodes of a plan, and keeping their outputs right. */
#include "plan/plan.h"

#include <assert.h>

/* ---- columns ---- */

ColumnId plan_column_new(PlanColumns *columns, const char *name, const char *table, Type type, bool is_nullable)
{
    if (columns->list.count >= PLAN_COLUMN_LIMIT)
        error_raise(ERROR_TOO_COMPLEX, NO_POSITION, "the statement has more than %d columns in all its parts",
                    PLAN_COLUMN_LIMIT);
    PlanColumn column = {.name = name, .table = table, .type = type, .is_nullable = is_nullable};
    array_add(columns->arena, &columns->list, column);
    return (ColumnId)(columns->list.count - 1);
}

Expr *plan_column_expr(const PlanColumns *columns, ColumnId id, Position position)
{
    return expr_column(columns->arena, id, plan_column(columns, id)->type, position);
}

/* ---- nodes ---- */

static const size_t plan_sizes[PLAN_KIND_COUNT] = {
#define PLAN_SIZE(kind, name, type) [PLAN_##kind] = sizeof(type),
    PLAN_KINDS(PLAN_SIZE)
#undef PLAN_SIZE
};

size_t plan_node_size(PlanKind kind)
{
    return plan_sizes[kind];
}

Plan *plan_new(PlanColumns *columns, PlanKind kind, size_t input_count)
{
    Plan *plan = arena_allocate_zero(columns->arena, plan_sizes[kind]);
    plan->kind = kind;
    plan->input_count = input_count;
    plan->inputs = arena_array(columns->arena, Plan *, input_count);
    plan->row_estimate = -1;
    if (kind == PLAN_SCAN) {
        ((PlanScan *)plan)->limit = NO_LIMIT;
        ((PlanScan *)plan)->sampled = -1;
    } else if (kind == PLAN_JOIN)
        ((PlanJoin *)plan)->ordered_rows = -1;
    else if (kind == PLAN_SORT)
        ((PlanSort *)plan)->limit = NO_LIMIT;
    else if (kind == PLAN_LIMIT)
        ((PlanLimit *)plan)->limit = NO_LIMIT;
    return plan;
}

static Plan *plan_new_over(PlanColumns *columns, PlanKind kind, Plan *input)
{
    Plan *plan = plan_new(columns, kind, 1);
    plan->inputs[0] = input;
    return plan;
}

static void *plan_copy_array(PlanColumns *columns, const void *items, size_t item_size, size_t count)
{
    void *copy = arena_allocate_array(columns->arena, item_size, count);
    if (count > 0)
        memcpy(copy, items, item_size * count);
    return copy;
}

static void plan_set_outputs(PlanColumns *columns, Plan *plan, const ColumnId *outputs, size_t count)
{
    plan->outputs = plan_copy_array(columns, outputs, sizeof *outputs, count);
    plan->output_count = count;
}

PlanScan *plan_scan_new(PlanColumns *columns, TableProvider *table, const Schema *schema, const char *name)
{
    PlanScan *scan = (PlanScan *)plan_new(columns, PLAN_SCAN, 0);
    provider_own(columns->arena, provider_ref(table));
    scan->table = table;
    scan->name = arena_string(columns->arena, name);
    scan->first_column = (ColumnId)columns->list.count;
    scan->base.output_count = scan->column_count = schema_width(schema);
    scan->base.outputs = arena_array(columns->arena, ColumnId, schema_width(schema) + 1); /* and a row number */
    scan->column_indexes = arena_array(columns->arena, size_t, schema_width(schema) + 1);
    for (size_t i = 0; i < schema_width(schema); i++) {
        const Column *column = &schema->columns[i];
        scan->base.outputs[i] = plan_column_new(columns, arena_string(columns->arena, column->name), scan->name,
                                                column->type, column->is_nullable);
        columns->list.items[scan->base.outputs[i]].scan = scan;
        scan->column_indexes[i] = i;
    }
    return scan;
}

ColumnId plan_scan_add_row_number(PlanColumns *columns, PlanScan *scan)
{
    size_t index = scan->base.output_count++;
    ColumnId column = plan_column_new(columns, "row number", scan->name, type_of(TYPE_BIGINT), false);
    assert(column == scan->first_column + index);
    scan->base.outputs[index] = column;
    scan->column_indexes[index] = index;
    scan->has_row_number = true;
    return column;
}

static ColumnId index_of_column(void *user, ColumnId column)
{
    return column - ((const PlanScan *)user)->first_column;
}

Expr *plan_scan_expr(Arena *arena, const PlanScan *scan, Expr *expr)
{
    return expr_map_columns(arena, expr, index_of_column, (void *)scan);
}

PlanValues *plan_values_new(PlanColumns *columns, size_t row_count, size_t column_count, const ColumnId *outputs)
{
    PlanValues *values = (PlanValues *)plan_new(columns, PLAN_VALUES, 0);
    values->row_count = row_count;
    values->cells = arena_array(columns->arena, Expr *, memory_size_multiply(row_count, column_count));
    plan_set_outputs(columns, &values->base, outputs, column_count);
    return values;
}

typedef ARRAY(Expr *) ExprList;

/* Conjuncts are never nested ANDs: expr_junction keeps them flat, so one level is all. */
static void condition_add(PlanColumns *columns, ExprList *list, Expr *condition)
{
    if (condition->kind != EXPR_AND) {
        array_add(columns->arena, list, condition);
        return;
    }
    for (size_t i = 0; i < condition->argument_count; i++)
        array_add(columns->arena, list, condition->arguments[i]);
}

Plan *plan_gather_new(PlanColumns *columns, Plan *input, bool keeps_order)
{
    PlanGather *gather = (PlanGather *)plan_new_over(columns, PLAN_GATHER, input);
    gather->keeps_order = keeps_order;
    gather->base.row_estimate = input->row_estimate;
    plan_refresh_outputs(columns, &gather->base);
    return &gather->base;
}

Plan *plan_spread_new(PlanColumns *columns, Plan *input)
{
    Plan *spread = plan_new_over(columns, PLAN_SPREAD, input);
    spread->row_estimate = input->row_estimate;
    plan_refresh_outputs(columns, spread);
    return spread;
}

Plan *plan_filter_new(PlanColumns *columns, Plan *input, Expr *const *conditions, size_t condition_count)
{
    if (condition_count == 0)
        return input;
    ExprList list = {0};
    if (input->kind == PLAN_FILTER) {
        const PlanFilter *below = (const PlanFilter *)input;
        for (size_t i = 0; i < below->condition_count; i++)
            array_add(columns->arena, &list, below->conditions[i]);
        input = input->inputs[0];
    }
    for (size_t i = 0; i < condition_count; i++)
        condition_add(columns, &list, conditions[i]);
    PlanFilter *filter = (PlanFilter *)plan_new_over(columns, PLAN_FILTER, input);
    filter->conditions = list.items;
    filter->condition_count = list.count;
    plan_refresh_outputs(columns, &filter->base);
    return &filter->base;
}

PlanProject *plan_project_new(PlanColumns *columns, Plan *input, size_t column_count)
{
    PlanProject *project = (PlanProject *)plan_new_over(columns, PLAN_PROJECT, input);
    project->exprs = arena_array(columns->arena, Expr *, column_count);
    project->base.outputs = arena_array(columns->arena, ColumnId, column_count);
    project->base.output_count = column_count;
    return project;
}

void plan_project_columns(PlanColumns *columns, PlanProject *project, size_t first, const ColumnId *outputs,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        project->base.outputs[first + i] = outputs[i];
        project->exprs[first + i] = plan_column_expr(columns, outputs[i], NO_POSITION);
    }
}

PlanJoin *plan_join_new(PlanColumns *columns, PlanJoinType type, Plan *left, Plan *right, Expr *const *conditions,
                        size_t condition_count)
{
    PlanJoin *join = (PlanJoin *)plan_new(columns, PLAN_JOIN, 2);
    ExprList list = {0};
    for (size_t i = 0; i < condition_count; i++)
        condition_add(columns, &list, conditions[i]);
    join->type = type;
    join->conditions = list.items;
    join->condition_count = list.count;
    join->base.inputs[0] = left;
    join->base.inputs[1] = right;
    if (type == PLAN_JOIN_MARK)
        join->mark = plan_column_new(columns, "mark", NULL, type_of(TYPE_BOOLEAN), true);
    plan_refresh_outputs(columns, &join->base);
    return join;
}

PlanAggregate *plan_aggregate_new(PlanColumns *columns, Plan *input, size_t group_count, size_t aggregate_count)
{
    PlanAggregate *aggregate = (PlanAggregate *)plan_new_over(columns, PLAN_AGGREGATE, input);
    aggregate->group_count = group_count;
    aggregate->groups = arena_array(columns->arena, Expr *, group_count);
    aggregate->aggregate_count = aggregate_count;
    aggregate->aggregates = arena_array(columns->arena, AggregateCall, aggregate_count);
    aggregate->base.output_count = group_count + aggregate_count;
    aggregate->base.outputs = arena_array(columns->arena, ColumnId, aggregate->base.output_count);
    return aggregate;
}

PlanDistinct *plan_distinct_new(PlanColumns *columns, Plan *input, const ColumnId *keys, size_t key_count)
{
    PlanDistinct *distinct = (PlanDistinct *)plan_new_over(columns, PLAN_DISTINCT, input);
    distinct->keys = plan_copy_array(columns, keys, sizeof *keys, key_count);
    distinct->key_count = key_count;
    plan_refresh_outputs(columns, &distinct->base);
    return distinct;
}

PlanWindow *plan_window_new(PlanColumns *columns, Plan *input, size_t partition_count, size_t key_count,
                            size_t call_count)
{
    PlanWindow *window = (PlanWindow *)plan_new_over(columns, PLAN_WINDOW, input);
    window->partition_count = partition_count;
    window->partition = arena_array(columns->arena, Expr *, partition_count);
    window->key_count = key_count;
    window->keys = arena_array(columns->arena, Expr *, key_count);
    window->orders = arena_array(columns->arena, SortOrder, key_count);
    window->call_count = call_count;
    window->calls = arena_array(columns->arena, WindowCall, call_count);
    window->columns = arena_array(columns->arena, ColumnId, call_count);
    window->first_count = NO_LIMIT;
    return window;
}

PlanUnfold *plan_unfold_new(PlanColumns *columns, Plan *input, size_t call_count)
{
    PlanUnfold *unfold = (PlanUnfold *)plan_new_over(columns, PLAN_UNFOLD, input);
    unfold->call_count = call_count;
    unfold->calls = arena_array(columns->arena, SetCall, call_count);
    unfold->columns = arena_array(columns->arena, ColumnId, call_count);
    return unfold;
}

PlanUnpivot *plan_unpivot_new(PlanColumns *columns, Plan *input, size_t name_count, size_t value_count)
{
    PlanUnpivot *unpivot = (PlanUnpivot *)plan_new_over(columns, PLAN_UNPIVOT, input);
    unpivot->left_out = arena_array(columns->arena, ColumnId, input->output_count);
    unpivot->name_count = name_count;
    unpivot->value_count = value_count;
    unpivot->names = arena_array(columns->arena, const char *, name_count);
    unpivot->values = arena_array(columns->arena, Expr *, memory_size_multiply(name_count, value_count));
    unpivot->columns = arena_array(columns->arena, ColumnId, value_count);
    return unpivot;
}

PlanSort *plan_sort_new(PlanColumns *columns, Plan *input, size_t key_count)
{
    PlanSort *sort = (PlanSort *)plan_new_over(columns, PLAN_SORT, input);
    sort->key_count = key_count;
    sort->keys = arena_array(columns->arena, Expr *, key_count);
    sort->orders = arena_array(columns->arena, SortOrder, key_count);
    plan_refresh_outputs(columns, &sort->base);
    return sort;
}

PlanLimit *plan_limit_new(PlanColumns *columns, Plan *input, size_t offset, size_t limit)
{
    PlanLimit *node = (PlanLimit *)plan_new_over(columns, PLAN_LIMIT, input);
    node->offset = offset;
    node->limit = limit;
    plan_refresh_outputs(columns, &node->base);
    return node;
}

PlanSet *plan_set_new(PlanColumns *columns, PlanSetOperator operator, bool is_all, Plan *const *inputs, size_t count)
{
    PlanSet *set = (PlanSet *)plan_new(columns, PLAN_SET, count);
    set->operator= operator;
    set->is_all = is_all;
    memcpy(set->base.inputs, inputs, count * sizeof *inputs);
    size_t output_count = inputs[0]->output_count;
    set->base.output_count = output_count;
    set->base.outputs = arena_array(columns->arena, ColumnId, output_count);
    for (size_t i = 0; i < output_count; i++) {
        PlanColumn first = *plan_column(columns, inputs[0]->outputs[i]); /* copied: the list may move */
        bool is_nullable = first.is_nullable;
        for (size_t j = 1; j < count; j++)
            is_nullable |= plan_column(columns, inputs[j]->outputs[i])->is_nullable;
        set->base.outputs[i] = plan_column_new(columns, first.name, NULL, first.type, is_nullable);
    }
    return set;
}

PlanCte *plan_cte_new(PlanColumns *columns, size_t cte, const char *name, Plan *query, Plan *input)
{
    PlanCte *node = (PlanCte *)plan_new(columns, PLAN_CTE, 2);
    node->cte = cte;
    node->name = name;
    node->base.inputs[0] = query;
    node->base.inputs[1] = input;
    plan_refresh_outputs(columns, &node->base);
    return node;
}

PlanRecursive *plan_recursive_new(PlanColumns *columns, size_t cte, const char *name, bool is_all, Plan *base,
                                  Plan *step)
{
    PlanRecursive *node = (PlanRecursive *)plan_new(columns, PLAN_RECURSIVE, 2);
    node->cte = cte;
    node->name = name;
    node->is_all = is_all;
    node->base.inputs[0] = base;
    node->base.inputs[1] = step;
    node->base.output_count = base->output_count;
    node->base.outputs = arena_array(columns->arena, ColumnId, base->output_count);
    for (size_t i = 0; i < base->output_count; i++) {
        PlanColumn like = *plan_column(columns, base->outputs[i]);
        node->base.outputs[i] = plan_column_new(columns, like.name, NULL, like.type, true);
    }
    return node;
}

static size_t first_index_of(const ColumnId *columns, ColumnId column)
{
    size_t index = 0;
    while (columns[index] != column)
        index++;
    return index;
}

PlanCteScan *plan_cte_scan_new(PlanColumns *columns, size_t cte, const char *name, const ColumnId *like, size_t count,
                               bool keeps_columns)
{
    PlanCteScan *scan = (PlanCteScan *)plan_new(columns, PLAN_CTE_SCAN, 0);
    scan->cte = cte;
    scan->name = name;
    scan->column_indexes = arena_array(columns->arena, size_t, count);
    plan_set_outputs(columns, &scan->base, like, count);
    for (size_t i = 0; i < count; i++) {
        PlanColumn column = *plan_column(columns, like[i]);
        size_t first = scan->column_indexes[i] = first_index_of(like, like[i]);
        if (!keeps_columns)
            scan->base.outputs[i] = first < i
                                        ? scan->base.outputs[first]
                                        : plan_column_new(columns, column.name, name, column.type, column.is_nullable);
    }
    return scan;
}

/* The sides of an outer join give NULLs, whatever the table says of its column. */
static void plan_outer_join_set_nullable(PlanColumns *columns, const PlanJoin *join)
{
    bool is_padded[2] = {join->type == PLAN_JOIN_RIGHT || join->type == PLAN_JOIN_FULL,
                         join->type == PLAN_JOIN_LEFT || join->type == PLAN_JOIN_FULL ||
                             join->type == PLAN_JOIN_SINGLE};
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; is_padded[side] && i < join->base.inputs[side]->output_count; i++)
            columns->list.items[join->base.inputs[side]->outputs[i]].is_nullable = true;
}

static void plan_join_refresh_outputs(PlanColumns *columns, PlanJoin *join)
{
    const Plan *left = join->base.inputs[0], *right = join->base.inputs[1];
    if (join->type == PLAN_JOIN_SEMI || join->type == PLAN_JOIN_ANTI) {
        plan_set_outputs(columns, &join->base, left->outputs, left->output_count);
        return;
    }
    if (plan_join_marks_right(join->type)) {
        plan_set_outputs(columns, &join->base, right->outputs, right->output_count);
        return;
    }
    bool is_mark = join->type == PLAN_JOIN_MARK;
    size_t added = is_mark ? 1 : right->output_count;
    ColumnId *outputs = arena_array(columns->arena, ColumnId, memory_size_add(left->output_count, added));
    if (left->output_count > 0)
        memcpy(outputs, left->outputs, left->output_count * sizeof *outputs);
    if (added > 0)
        memcpy(outputs + left->output_count, is_mark ? &join->mark : right->outputs, added * sizeof *outputs);
    join->base.outputs = outputs;
    join->base.output_count = left->output_count + added;
    plan_outer_join_set_nullable(columns, join);
}

static void plan_window_refresh_outputs(PlanColumns *columns, PlanWindow *window)
{
    const Plan *input = window->base.inputs[0];
    size_t count = memory_size_add(input->output_count, window->call_count);
    ColumnId *outputs = arena_array(columns->arena, ColumnId, count);
    if (input->output_count > 0)
        memcpy(outputs, input->outputs, input->output_count * sizeof *outputs);
    if (window->call_count > 0)
        memcpy(outputs + input->output_count, window->columns, window->call_count * sizeof *outputs);
    window->base.outputs = outputs;
    window->base.output_count = count;
}

static void plan_unfold_refresh_outputs(PlanColumns *columns, PlanUnfold *unfold)
{
    const Plan *input = unfold->base.inputs[0];
    ARRAY(ColumnId) outputs = {0};
    for (size_t i = 0; i < input->output_count; i++)
        array_add(columns->arena, &outputs, input->outputs[i]);
    for (size_t i = 0; i < unfold->call_count; i++)
        array_add(columns->arena, &outputs, unfold->columns[i]);
    if (unfold->has_ordinality)
        array_add(columns->arena, &outputs, unfold->ordinality);
    unfold->base.outputs = outputs.items;
    unfold->base.output_count = outputs.count;
}

static void plan_unpivot_refresh_outputs(PlanColumns *columns, PlanUnpivot *unpivot)
{
    const Plan *input = unpivot->base.inputs[0];
    size_t most = memory_size_add(input->output_count, 1 + unpivot->value_count), count = 0;
    ColumnId *outputs = arena_array(columns->arena, ColumnId, most);
    ColumnSet left_out = column_set_in(columns->arena);
    for (size_t i = 0; i < unpivot->left_out_count; i++)
        column_set_add(&left_out, unpivot->left_out[i]);
    for (size_t i = 0; i < input->output_count; i++)
        if (!column_set_has(&left_out, input->outputs[i]))
            outputs[count++] = input->outputs[i];
    outputs[count++] = unpivot->name;
    memcpy(outputs + count, unpivot->columns, unpivot->value_count * sizeof *outputs);
    unpivot->base.outputs = outputs;
    unpivot->base.output_count = count + unpivot->value_count;
}

void plan_refresh_outputs(PlanColumns *columns, Plan *plan)
{
    switch (plan->kind) {
    case PLAN_FILTER:
    case PLAN_DISTINCT:
    case PLAN_SORT:
    case PLAN_LIMIT:
    case PLAN_GATHER:
    case PLAN_SPREAD:
        plan_set_outputs(columns, plan, plan->inputs[0]->outputs, plan->inputs[0]->output_count);
        break;
    case PLAN_CTE:
        plan_set_outputs(columns, plan, plan->inputs[1]->outputs, plan->inputs[1]->output_count);
        break;
    case PLAN_JOIN:
        plan_join_refresh_outputs(columns, (PlanJoin *)plan);
        break;
    case PLAN_WINDOW:
        plan_window_refresh_outputs(columns, (PlanWindow *)plan);
        break;
    case PLAN_UNFOLD:
        plan_unfold_refresh_outputs(columns, (PlanUnfold *)plan);
        break;
    case PLAN_UNPIVOT:
        plan_unpivot_refresh_outputs(columns, (PlanUnpivot *)plan);
        break;
    default: /* theirs do not follow from their inputs */
        break;
    }
}
