/* optimizer/prune_columns.c: no node computes or reads a column that nobody above asks for. Works from the root down
 * with the set of columns that are asked for. */
#include "optimizer/rule.h"

static Plan *prune(PlanColumns *columns, Plan *plan, const ColumnSet *wanted);

static void add_expr(void *user, Expr **slot)
{
    column_set_add_expr(user, *slot);
}

/* What the node's inputs are asked for: what it was asked for itself, and what its expressions use. */
static ColumnSet wanted_below(PlanColumns *columns, Plan *plan, const ColumnSet *wanted)
{
    ColumnSet below = column_set_in(columns->arena);
    for (size_t i = 0; i < plan->output_count; i++)
        if (column_set_has(wanted, plan->outputs[i]))
            column_set_add(&below, plan->outputs[i]);
    plan_each_expr(plan, add_expr, &below);
    return below;
}

static void prune_inputs(PlanColumns *columns, Plan *plan, const ColumnSet *below)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = prune(columns, plan->inputs[i], below);
    plan_refresh_outputs(columns, plan);
}

/* Inputs that are taken by position keep all their outputs. */
static void prune_inputs_whole(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++) {
        ColumnSet all = column_set_in(columns->arena);
        column_set_add_outputs(&all, plan->inputs[i]);
        plan->inputs[i] = prune(columns, plan->inputs[i], &all);
    }
}

/* A promise that is to be checked needs its columns here. */
static Plan *prune_scan(PlanColumns *columns, PlanScan *scan, const ColumnSet *wanted)
{
    ColumnSet promised = column_set_in(columns->arena);
    size_t kept = 0;
    for (size_t i = 0; i < scan->promise_count; i++)
        column_set_add_expr(&promised, scan->promises[i]);
    for (size_t i = 0; i < scan->base.output_count; i++)
        if (column_set_has(wanted, scan->base.outputs[i]) || column_set_has(&promised, scan->base.outputs[i])) {
            scan->base.outputs[kept] = scan->base.outputs[i];
            scan->column_indexes[kept++] = scan->column_indexes[i];
        }
    scan->base.output_count = kept;
    return &scan->base;
}

static Plan *prune_cte_scan(PlanCteScan *scan, const ColumnSet *wanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < scan->base.output_count; i++)
        if (column_set_has(wanted, scan->base.outputs[i])) {
            scan->base.outputs[kept] = scan->base.outputs[i];
            scan->column_indexes[kept++] = scan->column_indexes[i];
        }
    scan->base.output_count = kept;
    return &scan->base;
}

static bool is_same_row(const PlanProject *project)
{
    const Plan *input = project->base.inputs[0];
    if (input->output_count != project->base.output_count)
        return false;
    for (size_t i = 0; i < input->output_count; i++)
        if (project->base.outputs[i] != input->outputs[i] || project->exprs[i]->kind != EXPR_COLUMN ||
            project->exprs[i]->column != input->outputs[i])
            return false;
    return true;
}

static Plan *prune_project(PlanColumns *columns, PlanProject *project, const ColumnSet *wanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < project->base.output_count; i++)
        if (column_set_has(wanted, project->base.outputs[i])) {
            project->base.outputs[kept] = project->base.outputs[i];
            project->exprs[kept++] = project->exprs[i];
        }
    project->base.output_count = kept;
    ColumnSet below = column_set_in(columns->arena);
    plan_each_expr(&project->base, add_expr, &below);
    project->base.inputs[0] = prune(columns, project->base.inputs[0], &below);
    return is_same_row(project) ? project->base.inputs[0] : &project->base;
}

static Plan *prune_values(PlanValues *values, const ColumnSet *wanted)
{
    size_t width = values->base.output_count, kept = 0;
    for (size_t i = 0; i < width; i++) {
        if (!column_set_has(wanted, values->base.outputs[i]))
            continue;
        values->base.outputs[kept] = values->base.outputs[i];
        for (size_t row = 0; row < values->row_count; row++)
            values->cells[row * width + kept] = values->cells[row * width + i];
        kept++;
    }
    for (size_t row = 1; row < values->row_count && kept < width; row++)
        memmove(values->cells + row * kept, values->cells + row * width, kept * sizeof *values->cells);
    values->base.output_count = kept;
    return &values->base;
}

static Plan *prune_aggregate(PlanColumns *columns, PlanAggregate *aggregate, const ColumnSet *wanted)
{
    Plan *plan = &aggregate->base;
    size_t kept = 0, groups = aggregate->group_count;
    size_t extra = plan->output_count - groups - aggregate->aggregate_count;
    for (size_t i = 0; i < aggregate->aggregate_count; i++)
        if (column_set_has(wanted, plan->outputs[groups + i])) {
            plan->outputs[groups + kept] = plan->outputs[groups + i];
            aggregate->aggregates[kept++] = aggregate->aggregates[i];
        }
    memmove(plan->outputs + groups + kept, plan->outputs + groups + aggregate->aggregate_count,
            extra * sizeof *plan->outputs);
    aggregate->aggregate_count = kept;
    plan->output_count = groups + kept + extra;
    ColumnSet below = column_set_in(columns->arena);
    plan_each_expr(plan, add_expr, &below);
    plan->inputs[0] = prune(columns, plan->inputs[0], &below);
    return plan;
}

static Plan *prune_distinct(PlanColumns *columns, PlanDistinct *distinct, const ColumnSet *wanted)
{
    ColumnSet below = wanted_below(columns, &distinct->base, wanted);
    for (size_t i = 0; i < distinct->key_count; i++)
        column_set_add(&below, distinct->keys[i]);
    prune_inputs(columns, &distinct->base, &below);
    return &distinct->base;
}

/* What nobody asks for is not computed; a Window without calls is none. */
static Plan *prune_window(PlanColumns *columns, PlanWindow *window, const ColumnSet *wanted)
{
    size_t kept = 0;
    for (size_t i = 0; i < window->call_count; i++)
        if (column_set_has(wanted, window->columns[i])) {
            window->columns[kept] = window->columns[i];
            window->calls[kept++] = window->calls[i];
        }
    window->call_count = kept;
    if (kept == 0)
        return prune(columns, window->base.inputs[0], wanted);
    ColumnSet below = wanted_below(columns, &window->base, wanted);
    prune_inputs(columns, &window->base, &below);
    return &window->base;
}

static Plan *prune_unpivot(PlanColumns *columns, PlanUnpivot *unpivot, const ColumnSet *wanted)
{
    ColumnSet below = wanted_below(columns, &unpivot->base, wanted);
    Plan *input = unpivot->base.inputs[0] = prune(columns, unpivot->base.inputs[0], &below);
    unpivot->left_out = arena_array(columns->arena, ColumnId, input->output_count);
    unpivot->left_out_count = 0;
    for (size_t i = 0; i < input->output_count; i++)
        if (!column_set_has(wanted, input->outputs[i]))
            unpivot->left_out[unpivot->left_out_count++] = input->outputs[i];
    plan_refresh_outputs(columns, &unpivot->base);
    return &unpivot->base;
}

/* UNION ALL gives no more columns than are wanted; the others compare whole rows. */
static Plan *prune_set(PlanColumns *columns, PlanSet *set, const ColumnSet *wanted)
{
    Plan *plan = &set->base;
    size_t kept = 0;
    for (size_t i = 0; i < plan->output_count; i++)
        kept += column_set_has(wanted, plan->outputs[i]);
    if (set->operator!= PLAN_UNION || kept == plan->output_count) {
        prune_inputs_whole(columns, plan);
        return plan;
    }
    for (size_t input = 0; input < plan->input_count; input++) {
        PlanProject *project = plan_project_new(columns, plan->inputs[input], kept);
        ColumnSet below = column_set_in(columns->arena);
        for (size_t i = 0, to = 0; i < plan->output_count; i++) {
            if (!column_set_has(wanted, plan->outputs[i]))
                continue;
            ColumnId column = plan->inputs[input]->outputs[i];
            const PlanColumn *like = plan_column(columns, column);
            project->exprs[to] = plan_column_expr(columns, column, NO_POSITION);
            project->base.outputs[to++] =
                plan_column_new(columns, like->name, like->table, like->type, like->is_nullable);
            column_set_add(&below, column);
        }
        project->base.inputs[0] = prune(columns, plan->inputs[input], &below);
        plan->inputs[input] = &project->base;
    }
    for (size_t i = 0, to = 0; i < plan->output_count; i++)
        if (column_set_has(wanted, plan->outputs[i]))
            plan->outputs[to++] = plan->outputs[i];
    plan->output_count = kept;
    return plan;
}

/* Marks the columns of the kept query that scans of it read. */
static void cte_mark_read(Plan *plan, size_t cte, ColumnSet *query_indexes)
{
    const PlanCteScan *scan = (PlanCteScan *)plan;
    for (size_t i = 0; plan->kind == PLAN_CTE_SCAN && scan->cte == cte && i < plan->output_count; i++)
        column_set_add(query_indexes, (ColumnId)scan->column_indexes[i]);
    for (size_t i = 0; i < plan->input_count; i++)
        cte_mark_read(plan->inputs[i], cte, query_indexes);
}

static void cte_renumber(Plan *plan, size_t cte, const size_t *new_indexes)
{
    PlanCteScan *scan = (PlanCteScan *)plan;
    for (size_t i = 0; plan->kind == PLAN_CTE_SCAN && scan->cte == cte && i < plan->output_count; i++)
        scan->column_indexes[i] = new_indexes[scan->column_indexes[i]];
    for (size_t i = 0; i < plan->input_count; i++)
        cte_renumber(plan->inputs[i], cte, new_indexes);
}

/* Only what is read is kept. */
static Plan *prune_cte(PlanColumns *columns, PlanCte *cte, const ColumnSet *wanted)
{
    Plan *query = cte->base.inputs[0];
    ColumnSet read = column_set_in(columns->arena), below = column_set_in(columns->arena);
    cte->base.inputs[1] = prune(columns, cte->base.inputs[1], wanted);
    cte_mark_read(cte->base.inputs[1], cte->cte, &read);
    PlanProject *project = plan_project_new(columns, query, query->output_count);
    size_t *new_indexes = arena_array(columns->arena, size_t, query->output_count);
    size_t kept = 0;
    for (size_t i = 0; i < query->output_count; i++) {
        if (!column_set_has(&read, (ColumnId)i))
            continue;
        column_set_add(&below, query->outputs[i]);
        project->base.outputs[kept] = query->outputs[i];
        project->exprs[kept] = plan_column_expr(columns, query->outputs[i], NO_POSITION);
        new_indexes[i] = kept++;
    }
    project->base.output_count = kept;
    project->base.inputs[0] = prune(columns, query, &below);
    cte->base.inputs[0] = is_same_row(project) ? project->base.inputs[0] : &project->base;
    cte_renumber(cte->base.inputs[1], cte->cte, new_indexes);
    plan_refresh_outputs(columns, &cte->base);
    return &cte->base;
}

/* An outer join with a side of which nobody asks for a column, and which gives at most one row for each of the other:
 * the other is all there is. NULL: it is no such join. */
static Plan *prune_join(PlanColumns *columns, PlanJoin *join, const ColumnSet *wanted)
{
    size_t padded = join->type == PLAN_JOIN_LEFT ? 1 : 0;
    if (join->type != PLAN_JOIN_LEFT && join->type != PLAN_JOIN_RIGHT)
        return NULL;
    const Plan *side = join->base.inputs[padded];
    for (size_t i = 0; i < side->output_count; i++)
        if (column_set_has(wanted, side->outputs[i]))
            return NULL;
    for (size_t i = 0; i < join->condition_count; i++)
        if (expr_can_fail(join->conditions[i]) || expr_is_volatile(join->conditions[i]))
            return NULL;
    return join_side_is_unique(columns, join, padded) ? prune(columns, join->base.inputs[1 - padded], wanted) : NULL;
}

static Plan *prune(PlanColumns *columns, Plan *plan, const ColumnSet *wanted)
{
    switch (plan->kind) {
    case PLAN_SCAN:
        return prune_scan(columns, (PlanScan *)plan, wanted);
    case PLAN_VALUES:
        return prune_values((PlanValues *)plan, wanted);
    case PLAN_PROJECT:
        return prune_project(columns, (PlanProject *)plan, wanted);
    case PLAN_AGGREGATE:
        return prune_aggregate(columns, (PlanAggregate *)plan, wanted);
    case PLAN_DISTINCT:
        return prune_distinct(columns, (PlanDistinct *)plan, wanted);
    case PLAN_WINDOW:
        return prune_window(columns, (PlanWindow *)plan, wanted);
    case PLAN_UNPIVOT:
        return prune_unpivot(columns, (PlanUnpivot *)plan, wanted);
    case PLAN_SET:
        return prune_set(columns, (PlanSet *)plan, wanted);
    case PLAN_CTE:
        return prune_cte(columns, (PlanCte *)plan, wanted);
    case PLAN_CTE_SCAN:
        return prune_cte_scan((PlanCteScan *)plan, wanted);
    case PLAN_RECURSIVE:
    case PLAN_INSERT:
    case PLAN_CHANGE:
        prune_inputs_whole(columns, plan);
        return plan;
    case PLAN_JOIN: {
        Plan *left = prune_join(columns, (PlanJoin *)plan, wanted);
        if (left)
            return left;
        ColumnSet below = wanted_below(columns, plan, wanted);
        prune_inputs(columns, plan, &below);
        return plan;
    }
    default: { /* nodes that hand their input's columns on */
        ColumnSet below = wanted_below(columns, plan, wanted);
        prune_inputs(columns, plan, &below);
        return plan;
    }
    }
}

Plan *rule_prune_columns(PlanColumns *columns, Plan *plan)
{
    ColumnSet all = column_set_in(columns->arena);
    size_t count = plan->output_count;
    ColumnId *outputs = arena_copy(columns->arena, plan->outputs, count * sizeof *outputs);
    column_set_add_outputs(&all, plan);
    return plan_restore_outputs(columns, prune(columns, plan, &all), outputs, count);
}
