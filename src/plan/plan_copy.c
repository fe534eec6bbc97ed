/* plan/plan_copy.c: a second instance of a subtree, with columns of its own. */
#include "plan/plan.h"

ColumnId plan_column_copy(const PlanColumns *columns, ColumnId column)
{
    const PlanColumn *known = plan_column(columns, column);
    return known->copy_number == columns->copy_count ? known->copy : column;
}

static ColumnId copy_column(PlanColumns *columns, ColumnId column)
{
    PlanColumn like = *plan_column(columns, column);
    if (like.copy_number == columns->copy_count)
        return like.copy;
    ColumnId copy = plan_column_new(columns, like.name, like.table, like.type, like.is_nullable);
    columns->list.items[column].copy = copy;
    columns->list.items[column].copy_number = columns->copy_count;
    return copy;
}

static ColumnId map_column(void *user, ColumnId column)
{
    return plan_column_copy(user, column);
}

static void copy_expr(void *user, Expr **slot)
{
    PlanColumns *columns = user;
    *slot = expr_map_columns(columns->arena, *slot, map_column, columns);
}

static void *copy_array(PlanColumns *columns, const void *items, size_t item_size, size_t count)
{
    return arena_copy(columns->arena, items, memory_size_multiply(item_size, count));
}

/* The parts of a node that copying the struct alone would share and that rules change. */
static void copy_parts(PlanColumns *columns, Plan *plan)
{
    switch (plan->kind) {
    case PLAN_SCAN: {
        PlanScan *scan = (PlanScan *)plan;
        scan->column_indexes =
            copy_array(columns, scan->column_indexes, sizeof *scan->column_indexes, plan->output_count);
        break;
    }
    case PLAN_VALUES: {
        PlanValues *values = (PlanValues *)plan;
        values->cells =
            copy_array(columns, values->cells, sizeof *values->cells, values->row_count * plan->output_count);
        break;
    }
    case PLAN_FILTER: {
        PlanFilter *filter = (PlanFilter *)plan;
        filter->conditions =
            copy_array(columns, filter->conditions, sizeof *filter->conditions, filter->condition_count);
        break;
    }
    case PLAN_PROJECT: {
        PlanProject *project = (PlanProject *)plan;
        project->exprs = copy_array(columns, project->exprs, sizeof *project->exprs, plan->output_count);
        break;
    }
    case PLAN_JOIN: {
        PlanJoin *join = (PlanJoin *)plan;
        join->conditions = copy_array(columns, join->conditions, sizeof *join->conditions, join->condition_count);
        if (join->type == PLAN_JOIN_MARK)
            join->mark = copy_column(columns, join->mark);
        break;
    }
    case PLAN_AGGREGATE: {
        PlanAggregate *aggregate = (PlanAggregate *)plan;
        aggregate->groups = copy_array(columns, aggregate->groups, sizeof *aggregate->groups, aggregate->group_count);
        aggregate->aggregates =
            copy_array(columns, aggregate->aggregates, sizeof *aggregate->aggregates, aggregate->aggregate_count);
        for (size_t i = 0; i < aggregate->aggregate_count; i++) {
            AggregateCall *call = &aggregate->aggregates[i];
            call->arguments = copy_array(columns, call->arguments, sizeof *call->arguments, call->argument_count);
            call->order_keys = copy_array(columns, call->order_keys, sizeof *call->order_keys, call->order_count);
        }
        break;
    }
    case PLAN_DISTINCT: {
        PlanDistinct *distinct = (PlanDistinct *)plan;
        distinct->keys = copy_array(columns, distinct->keys, sizeof *distinct->keys, distinct->key_count);
        for (size_t i = 0; i < distinct->key_count; i++)
            distinct->keys[i] = plan_column_copy(columns, distinct->keys[i]);
        break;
    }
    case PLAN_WINDOW: {
        PlanWindow *window = (PlanWindow *)plan;
        window->partition = copy_array(columns, window->partition, sizeof *window->partition, window->partition_count);
        window->keys = copy_array(columns, window->keys, sizeof *window->keys, window->key_count);
        window->calls = copy_array(columns, window->calls, sizeof *window->calls, window->call_count);
        window->columns = copy_array(columns, window->columns, sizeof *window->columns, window->call_count);
        for (size_t i = 0; i < window->call_count; i++) {
            AggregateCall *call = &window->calls[i].call;
            call->arguments = copy_array(columns, call->arguments, sizeof *call->arguments, call->argument_count);
            window->columns[i] = copy_column(columns, window->columns[i]);
        }
        break;
    }
    case PLAN_UNFOLD: {
        PlanUnfold *unfold = (PlanUnfold *)plan;
        unfold->calls = copy_array(columns, unfold->calls, sizeof *unfold->calls, unfold->call_count);
        unfold->columns = copy_array(columns, unfold->columns, sizeof *unfold->columns, unfold->call_count);
        for (size_t i = 0; i < unfold->call_count; i++) {
            SetCall *call = &unfold->calls[i];
            call->arguments = copy_array(columns, call->arguments, sizeof *call->arguments, call->argument_count);
            unfold->columns[i] = copy_column(columns, unfold->columns[i]);
        }
        if (unfold->has_ordinality)
            unfold->ordinality = copy_column(columns, unfold->ordinality);
        break;
    }
    case PLAN_UNPIVOT: {
        PlanUnpivot *unpivot = (PlanUnpivot *)plan;
        size_t value_count = unpivot->name_count * unpivot->value_count;
        unpivot->left_out = copy_array(columns, unpivot->left_out, sizeof *unpivot->left_out, unpivot->left_out_count);
        unpivot->names = copy_array(columns, unpivot->names, sizeof *unpivot->names, unpivot->name_count);
        unpivot->values = copy_array(columns, unpivot->values, sizeof *unpivot->values, value_count);
        unpivot->columns = copy_array(columns, unpivot->columns, sizeof *unpivot->columns, unpivot->value_count);
        for (size_t i = 0; i < unpivot->left_out_count; i++)
            unpivot->left_out[i] = plan_column_copy(columns, unpivot->left_out[i]);
        unpivot->name = copy_column(columns, unpivot->name);
        for (size_t i = 0; i < unpivot->value_count; i++)
            unpivot->columns[i] = copy_column(columns, unpivot->columns[i]);
        break;
    }
    case PLAN_SORT: {
        PlanSort *sort = (PlanSort *)plan;
        sort->keys = copy_array(columns, sort->keys, sizeof *sort->keys, sort->key_count);
        break;
    }
    case PLAN_CTE_SCAN: {
        PlanCteScan *scan = (PlanCteScan *)plan;
        scan->column_indexes =
            copy_array(columns, scan->column_indexes, sizeof *scan->column_indexes, plan->output_count);
        break;
    }
    case PLAN_LIMIT:
    case PLAN_SET:
    case PLAN_CTE:
    case PLAN_RECURSIVE:
    case PLAN_INSERT:
    case PLAN_CHANGE:
    case PLAN_GATHER:
    case PLAN_SPREAD:
    case PLAN_KIND_COUNT:
        break;
    }
}

/* A scan's columns follow each other, those that are no outputs too: the copy's must as well. */
static void copy_scan_columns(PlanColumns *columns, PlanScan *scan)
{
    const Schema *schema = scan->table->ops->schema(scan->table, columns->context);
    ColumnId first = (ColumnId)columns->list.count;
    for (size_t i = 0; i < schema_width(schema) + scan->has_row_number; i++) {
        ColumnId column = copy_column(columns, scan->first_column + (ColumnId)i);
        columns->list.items[column].scan = i < scan->column_count ? scan : NULL;
    }
    scan->first_column = first;
}

static Plan *copy(PlanColumns *columns, const Plan *plan)
{
    Plan *node = plan_new(columns, plan->kind, plan->input_count);
    Plan **inputs = node->inputs;
    memcpy(node, plan, plan_node_size(plan->kind));
    node->inputs = inputs;
    for (size_t i = 0; i < plan->input_count; i++)
        inputs[i] = copy(columns, plan->inputs[i]);
    if (plan->kind == PLAN_SCAN)
        copy_scan_columns(columns, (PlanScan *)node);
    copy_parts(columns, node);
    plan_each_expr(node, copy_expr, columns);
    node->outputs = arena_array(columns->arena, ColumnId, plan->output_count);
    for (size_t i = 0; i < plan->output_count; i++)
        node->outputs[i] = copy_column(columns, plan->outputs[i]);
    return node;
}

Plan *plan_copy(PlanColumns *columns, const Plan *plan)
{
    columns->copy_count++;
    return copy(columns, plan);
}
