/* optimizer/join_partitions.c: aggregates over whole partitions are those of groups, which are joined to the rows:
 * nothing is sorted.
 *
 *     Window partition by a: sum(b)        With
 *       A                                    A
 *                                            Join a IS NOT DISTINCT FROM a'
 *                                              With Scan
 *                                              Aggregate by a: sum(b)
 *                                                With Scan
 *
 * What tells partitions apart is computed once, below. OVER () is one group, and a join without conditions. Functions
 * to which the order of rows matters stay, and so do those over rows so wide that sorting is little beside copying
 * them: both ways take the same time then, and joins have three times the columns in the plan. */
#include "optimizer/rule.h"

enum { MOST_COLUMNS = 256 };

static bool window_is_of_whole_partitions(const PlanWindow *window)
{
    for (size_t i = 0; i < window->call_count; i++) {
        const WindowCall *call = &window->calls[i];
        if (call->function || call->call.aggregate->flags & AGGREGATE_ORDER_MATTERS ||
            call->frame.start.kind != WINDOW_UNBOUNDED_PRECEDING ||
            call->frame.end.kind != WINDOW_UNBOUNDED_FOLLOWING || call->frame.exclude != WINDOW_EXCLUDE_NO_OTHERS)
            return false;
    }
    return window->key_count == 0 && window->base.output_count <= MOST_COLUMNS;
}

/* The input with a column for each of the partition's expressions, which become these. */
static Plan *with_partition_columns(PlanColumns *columns, PlanWindow *window)
{
    Plan *input = window->base.inputs[0];
    PlanProject *project = plan_project_new(columns, input, input->output_count + window->partition_count);
    size_t count = input->output_count;
    plan_project_columns(columns, project, 0, input->outputs, count);
    for (size_t p = 0; p < window->partition_count; p++) {
        Expr *expr = window->partition[p];
        if (expr->kind == EXPR_COLUMN)
            continue;
        project->exprs[count] = expr;
        project->base.outputs[count] = plan_column_new(columns, "partition", NULL, expr->type, true);
        window->partition[p] = plan_column_expr(columns, project->base.outputs[count++], expr->position);
    }
    project->base.output_count = count;
    return count > input->output_count ? &project->base : input;
}

/* The columns of one reader of the rows in place of those of another. */
typedef struct Readers {
    Arena *arena;
    const ColumnId *from;
    Expr **to;
    size_t count;
} Readers;

static void readers_replace(void *user, Expr **slot)
{
    const Readers *readers = user;
    *slot = expr_substitute(readers->arena, *slot, readers->from, readers->to, readers->count);
}

static PlanAggregate *aggregate_of_window(PlanColumns *columns, PlanWindow *window, Plan *input, const Readers *readers)
{
    PlanAggregate *aggregate = plan_aggregate_new(columns, input, window->partition_count, window->call_count);
    for (size_t p = 0; p < window->partition_count; p++) {
        const PlanColumn *like = plan_column(columns, window->partition[p]->column);
        aggregate->base.outputs[p] = plan_column_new(columns, like->name, NULL, like->type, like->is_nullable);
        aggregate->groups[p] = window->partition[p];
        readers_replace((void *)readers, &aggregate->groups[p]);
    }
    for (size_t i = 0; i < window->call_count; i++) {
        window_call_each_expr(&window->calls[i], readers_replace, (void *)readers);
        aggregate->aggregates[i] = window->calls[i].call;
        aggregate->base.outputs[window->partition_count + i] = window->columns[i];
    }
    return aggregate;
}

static Plan *window_to_join(PlanColumns *columns, PlanWindow *window)
{
    static const char name[] = "partitions";
    Plan *rows = with_partition_columns(columns, window);
    size_t cte = ++columns->cte_count;
    Plan *all = &plan_cte_scan_new(columns, cte, name, rows->outputs, rows->output_count, true)->base;
    Plan *again = &plan_cte_scan_new(columns, cte, name, rows->outputs, rows->output_count, false)->base;
    Readers readers = {columns->arena, all->outputs, NULL, all->output_count};
    readers.to = arena_array(columns->arena, Expr *, readers.count);
    for (size_t i = 0; i < readers.count; i++)
        readers.to[i] = plan_column_expr(columns, again->outputs[i], NO_POSITION);
    PlanAggregate *groups = aggregate_of_window(columns, window, again, &readers);
    Expr **conditions = arena_array(columns->arena, Expr *, window->partition_count);
    for (size_t p = 0; p < window->partition_count; p++)
        conditions[p] = columns_equal(columns, window->partition[p]->column, groups->base.outputs[p],
                                      plan_column(columns, window->partition[p]->column)->is_nullable);
    Plan *join =
        &plan_join_new(columns, PLAN_JOIN_INNER, all, &groups->base, conditions, window->partition_count)->base;
    Plan *plan = &plan_cte_new(columns, cte, name, rows, join)->base;
    plan = plan_restore_outputs(columns, plan, window->base.outputs, window->base.output_count);
    plan_estimate(columns, plan);
    return plan;
}

static Plan *join_partitions(PlanColumns *columns, Plan *plan, size_t *join_count)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = join_partitions(columns, plan->inputs[i], join_count);
    if (plan->kind != PLAN_WINDOW || !window_is_of_whole_partitions((PlanWindow *)plan))
        return plan;
    ++*join_count;
    return window_to_join(columns, (PlanWindow *)plan);
}

/* Windows of which nobody asks for a column have gone before; each of the two readers asks for other columns. */
Plan *rule_join_partitions(PlanColumns *columns, Plan *plan)
{
    size_t join_count = 0;
    plan = join_partitions(columns, plan, &join_count);
    return join_count > 0 ? rule_prune_columns(columns, plan) : plan;
}
