/* plan/plan_copy.c: a second instance of a subtree, with columns of its own. */
#include "plan/plan.h"

typedef struct Copier {
    PlanColumns *columns;
    PlanColumnMap *map;
} Copier;

ColumnId plan_column_map(const PlanColumnMap *map, ColumnId column)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->items[i].from == column)
            return map->items[i].to;
    return column;
}

static ColumnId copy_column(Copier *self, ColumnId column)
{
    ColumnId known = plan_column_map(self->map, column);
    if (known != column)
        return known;
    PlanColumn like = *plan_column(self->columns, column);
    ColumnId copy = plan_column_new(self->columns, like.name, like.table, like.type, like.is_nullable);
    array_add(self->columns->arena, self->map, ((PlanColumnPair){column, copy}));
    return copy;
}

static ColumnId map_column(void *user, ColumnId column)
{
    return plan_column_map(((Copier *)user)->map, column);
}

static void copy_expr(void *user, Expr **slot)
{
    Copier *self = user;
    *slot = expr_map_columns(self->columns->arena, *slot, map_column, self);
}

static void *copy_array(Copier *self, const void *items, size_t item_size, size_t count)
{
    return arena_copy(self->columns->arena, items, memory_size_multiply(item_size, count));
}

/* The parts of a node that copying the struct alone would share and that rules change. */
static void copy_parts(Copier *self, Plan *plan)
{
    switch (plan->kind) {
    case PLAN_SCAN: {
        PlanScan *scan = (PlanScan *)plan;
        scan->column_indexes = copy_array(self, scan->column_indexes, sizeof *scan->column_indexes, plan->output_count);
        break;
    }
    case PLAN_VALUES: {
        PlanValues *values = (PlanValues *)plan;
        values->cells = copy_array(self, values->cells, sizeof *values->cells, values->row_count * plan->output_count);
        break;
    }
    case PLAN_FILTER: {
        PlanFilter *filter = (PlanFilter *)plan;
        filter->conditions = copy_array(self, filter->conditions, sizeof *filter->conditions, filter->condition_count);
        break;
    }
    case PLAN_PROJECT: {
        PlanProject *project = (PlanProject *)plan;
        project->exprs = copy_array(self, project->exprs, sizeof *project->exprs, plan->output_count);
        break;
    }
    case PLAN_JOIN: {
        PlanJoin *join = (PlanJoin *)plan;
        join->conditions = copy_array(self, join->conditions, sizeof *join->conditions, join->condition_count);
        if (join->type == PLAN_JOIN_MARK)
            join->mark = copy_column(self, join->mark);
        break;
    }
    case PLAN_AGGREGATE: {
        PlanAggregate *aggregate = (PlanAggregate *)plan;
        aggregate->groups = copy_array(self, aggregate->groups, sizeof *aggregate->groups, aggregate->group_count);
        aggregate->aggregates =
            copy_array(self, aggregate->aggregates, sizeof *aggregate->aggregates, aggregate->aggregate_count);
        for (size_t i = 0; i < aggregate->aggregate_count; i++) {
            AggregateCall *call = &aggregate->aggregates[i];
            call->arguments = copy_array(self, call->arguments, sizeof *call->arguments, call->argument_count);
            call->order_keys = copy_array(self, call->order_keys, sizeof *call->order_keys, call->order_count);
        }
        break;
    }
    case PLAN_DISTINCT: {
        PlanDistinct *distinct = (PlanDistinct *)plan;
        distinct->keys = copy_array(self, distinct->keys, sizeof *distinct->keys, distinct->key_count);
        for (size_t i = 0; i < distinct->key_count; i++)
            distinct->keys[i] = plan_column_map(self->map, distinct->keys[i]);
        break;
    }
    case PLAN_WINDOW: {
        PlanWindow *window = (PlanWindow *)plan;
        window->partition = copy_array(self, window->partition, sizeof *window->partition, window->partition_count);
        window->keys = copy_array(self, window->keys, sizeof *window->keys, window->key_count);
        window->calls = copy_array(self, window->calls, sizeof *window->calls, window->call_count);
        window->columns = copy_array(self, window->columns, sizeof *window->columns, window->call_count);
        for (size_t i = 0; i < window->call_count; i++) {
            AggregateCall *call = &window->calls[i].call;
            call->arguments = copy_array(self, call->arguments, sizeof *call->arguments, call->argument_count);
            window->columns[i] = copy_column(self, window->columns[i]);
        }
        break;
    }
    case PLAN_UNFOLD: {
        PlanUnfold *unfold = (PlanUnfold *)plan;
        unfold->calls = copy_array(self, unfold->calls, sizeof *unfold->calls, unfold->call_count);
        unfold->columns = copy_array(self, unfold->columns, sizeof *unfold->columns, unfold->call_count);
        for (size_t i = 0; i < unfold->call_count; i++) {
            SetCall *call = &unfold->calls[i];
            call->arguments = copy_array(self, call->arguments, sizeof *call->arguments, call->argument_count);
            unfold->columns[i] = copy_column(self, unfold->columns[i]);
        }
        if (unfold->has_ordinality)
            unfold->ordinality = copy_column(self, unfold->ordinality);
        break;
    }
    case PLAN_SORT: {
        PlanSort *sort = (PlanSort *)plan;
        sort->keys = copy_array(self, sort->keys, sizeof *sort->keys, sort->key_count);
        break;
    }
    case PLAN_CTE_SCAN: {
        PlanCteScan *scan = (PlanCteScan *)plan;
        scan->column_indexes = copy_array(self, scan->column_indexes, sizeof *scan->column_indexes, plan->output_count);
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
static void copy_scan_columns(Copier *self, PlanScan *scan)
{
    const Schema *schema = scan->table->ops->schema(scan->table, self->columns->context);
    ColumnId first = (ColumnId)self->columns->list.count;
    for (size_t i = 0; i < schema_width(schema) + scan->has_row_number; i++) {
        ColumnId column = copy_column(self, scan->first_column + (ColumnId)i);
        self->columns->list.items[column].scan = i < scan->column_count ? scan : NULL;
    }
    scan->first_column = first;
}

static Plan *copy(Copier *self, const Plan *plan)
{
    Plan *node = plan_new(self->columns, plan->kind, plan->input_count);
    Plan **inputs = node->inputs;
    memcpy(node, plan, plan_node_size(plan->kind));
    node->inputs = inputs;
    for (size_t i = 0; i < plan->input_count; i++)
        inputs[i] = copy(self, plan->inputs[i]);
    if (plan->kind == PLAN_SCAN)
        copy_scan_columns(self, (PlanScan *)node);
    copy_parts(self, node);
    plan_each_expr(node, copy_expr, self);
    node->outputs = arena_array(self->columns->arena, ColumnId, plan->output_count);
    for (size_t i = 0; i < plan->output_count; i++)
        node->outputs[i] = copy_column(self, plan->outputs[i]);
    return node;
}

Plan *plan_copy(PlanColumns *columns, const Plan *plan, PlanColumnMap *ret_map)
{
    Copier copier = {columns, ret_map};
    return copy(&copier, plan);
}
