/* exec/build.c: a plan to its operators, by a table over the kinds of nodes; and the execution that holds them.
 *
 * It goes as deep as the plan does, and no deeper than EXECUTION_MAX_DEPTH: so neither does operator_next, whose calls
 * follow the same tree. */
#include "exec/build.h"

#include <math.h>
#include <stdlib.h>

#include "column/writer.h"
#include "exec/cte.h"
#include "exec/keepers.h"
#include "exec/operator.h"

struct Execution {
    Operator *root;
    OperatorMetrics *metrics;
    Arena *arena;
    const PlanColumns *columns;
    bool is_closed;
};

/* ---- ColumnIds to positions ---- */

typedef struct ColumnPlace {
    ColumnId column;
    uint32_t position;
} ColumnPlace;

static int column_place_compare(const void *a, const void *b)
{
    ColumnId first = ((const ColumnPlace *)a)->column, second = ((const ColumnPlace *)b)->column;
    return first < second ? -1 : first > second;
}

ColumnMap column_map_new(const Build *build, const Plan *first, const Plan *second)
{
    size_t count = memory_size_add(first->output_count, second ? second->output_count : 0);
    ColumnPlace *places = arena_array(build->arena, ColumnPlace, count);
    for (size_t i = 0; i < first->output_count; i++)
        places[i] = (ColumnPlace){first->outputs[i], (uint32_t)i};
    for (size_t i = first->output_count; second && i < count; i++)
        places[i] = (ColumnPlace){second->outputs[i - first->output_count], (uint32_t)i};
    bool is_sorted = true;
    for (size_t i = 1; i < count; i++)
        is_sorted &= places[i - 1].column < places[i].column;
    if (!is_sorted)
        qsort(places, count, sizeof *places, column_place_compare);
    return (ColumnMap){.arena = build->arena, .places = places, .count = count};
}

size_t column_map_position(const ColumnMap *map, ColumnId column)
{
    size_t low = 0, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->places[middle].column < column)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == map->count || map->places[low].column != column)
        error_raise(ERROR_INTERNAL, NO_POSITION, "column #%u is not among the inputs of an operator", (unsigned)column);
    return map->places[low].position;
}

static ColumnId column_map_visit(void *user, ColumnId column)
{
    return (ColumnId)column_map_position(user, column);
}

Expr *column_map_expr(const ColumnMap *map, Expr *expr)
{
    return expr_map_columns(map->arena, expr, column_map_visit, (void *)map);
}

Expr **column_map_exprs(const ColumnMap *map, Expr *const *exprs, size_t count)
{
    Expr **mapped = arena_array(map->arena, Expr *, count);
    for (size_t i = 0; i < count; i++)
        mapped[i] = column_map_expr(map, exprs[i]);
    return mapped;
}

/* ---- operators ---- */

enum { TOP_N_LIMIT = 1 << 16 }; /* up to so many rows are worth keeping apart; a longer list is sorted like any other */

static Operator *sort_or_top_n_new(const Build *build, const Plan *plan, Operator **inputs)
{
    bool is_short = ((const PlanSort *)plan)->limit <= TOP_N_LIMIT;
    return (is_short ? top_n_new : sort_new)(build, plan, inputs);
}

static const struct {
    OperatorConstructor *make;
    SharedConstructor *make_shared; /* NULL: copies of it share nothing */
} kinds[PLAN_KIND_COUNT] = {
    [PLAN_CHANGE] = {change_new, NULL},
    [PLAN_SCAN] = {scan_new, scan_shared_new},
    [PLAN_VALUES] = {values_new, NULL},
    [PLAN_FILTER] = {filter_new, NULL},
    [PLAN_PROJECT] = {project_new, NULL},
    [PLAN_JOIN] = {join_new, join_shared_new},
    [PLAN_AGGREGATE] = {hash_aggregate_new, hash_aggregate_shared_new},
    [PLAN_DISTINCT] = {distinct_new, NULL},
    [PLAN_SORT] = {sort_or_top_n_new, sort_shared_new},
    [PLAN_LIMIT] = {limit_new, NULL},
    [PLAN_SET] = {set_operation_new, NULL},
    [PLAN_INSERT] = {insert_new, NULL},
    [PLAN_WINDOW] = {window_new, window_shared_new},
    [PLAN_UNFOLD] = {unfold_new, NULL},
    [PLAN_UNPIVOT] = {unpivot_new, NULL},
    [PLAN_CTE] = {cte_new, NULL},
    [PLAN_CTE_SCAN] = {cte_scan_new, NULL},
    [PLAN_RECURSIVE] = {recursive_new, NULL},
    [PLAN_GATHER] = {gather_new, NULL},
    [PLAN_SPREAD] = {spread_new, spread_shared_new},
};

/* How many inputs the operator is made over; it makes the others itself: a recursion its step, for each round; Gather
 * copies, Spread what the copies share. */
static size_t plan_operator_input_count(const Plan *plan)
{
    switch (plan->kind) {
    case PLAN_RECURSIVE:
        return 1;
    case PLAN_GATHER:
    case PLAN_SPREAD:
        return 0;
    default:
        return plan->input_count;
    }
}

static MemoryShare build_memory_share(const Build *build, const Plan *plan)
{
    return memory_share_part(build->memory_for_keepers, build->keeper_counts[plan->id] * build->copy_count);
}

static void *build_shared(const Build *build, const Plan *plan)
{
    SharedConstructor *make = kinds[plan->kind].make_shared;
    Build own = *build;
    own.memory_share = build_memory_share(build, plan);
    return make ? make(&own, plan) : NULL;
}

static void build_shares_below(const Build *build, const Plan *plan, void **shares)
{
    shares[plan->id] = build_shared(build, plan);
    for (size_t i = 0; i < plan_operator_input_count(plan); i++) {
        Build below = *build;
        below.order_matters = plan_input_order_matters(plan, i, build->order_matters);
        build_shares_below(&below, plan->inputs[i], shares);
    }
}

void **build_shares(const Build *build, const Plan *plan)
{
    void **shares = arena_array(build->arena, void *, build->node_count);
    build_shares_below(build, plan, shares);
    return shares;
}

/* Whether the node reads this input to its end before it hands on what came of it. */
static bool plan_drains_input(const Build *build, const Plan *plan, size_t input_index)
{
    switch (plan->kind) {
    case PLAN_AGGREGATE:
    case PLAN_SORT:
    case PLAN_WINDOW:
    case PLAN_INSERT:
    case PLAN_CHANGE:
        return true;
    case PLAN_JOIN: /* the right side is what the table is built from */
        return input_index == 1 || build->is_drained || plan_join_marks_right(((const PlanJoin *)plan)->type);
    case PLAN_SET:
        return (((const PlanSet *)plan)->operator!= PLAN_UNION && input_index == 1) || build->is_drained;
    case PLAN_CTE:
        return input_index == 0 || build->is_drained;
    case PLAN_LIMIT:
        return false;
    case PLAN_GATHER: /* rows that are held back would be late for the order */
        return build->is_drained && !((const PlanGather *)plan)->keeps_order;
    default:
        return build->is_drained;
    }
}

Operator *build_operator(const Build *build, const Plan *plan)
{
    Build own = *build;
    if (++own.depth > EXECUTION_MAX_DEPTH)
        error_raise(ERROR_TOO_COMPLEX, NO_POSITION, "the query's plan is nested more than %d levels deep",
                    EXECUTION_MAX_DEPTH);
    own.memory_share = build_memory_share(build, plan);
    if (plan->kind == PLAN_CTE || plan->kind == PLAN_RECURSIVE)
        own.ctes = cte_rows_new(&own, plan);
    size_t input_count = plan_operator_input_count(plan);
    Operator **inputs = arena_array(build->arena, Operator *, input_count);
    for (size_t i = 0; i < input_count; i++) {
        Build below = own;
        below.is_drained = plan_drains_input(build, plan, i);
        below.order_matters = plan_input_order_matters(plan, i, build->order_matters);
        inputs[i] = build_operator(&below, plan->inputs[i]);
    }
    own.shared = own.worker ? own.shares[plan->id] : build_shared(&own, plan);
    return kinds[plan->kind].make(&own, plan, inputs);
}

/* ---- execution ---- */

size_t plan_last_id(const Plan *plan)
{
    while (plan->input_count > 0)
        plan = plan->inputs[plan->input_count - 1];
    return plan->id;
}

/* Of what is left three quarters, after each thread has its cursors, batches and blocks of files: the rest is for what
 * nobody can put down, such as the last rows before a decision. */
static MemoryShare memory_for_keepers(const Context *context)
{
    enum { CURSOR_MEMORY = 3 << 20 };
    size_t left = memory_budget_left(context->memory), threads = context_thread_count(context) * CURSOR_MEMORY;
    size_t row_count = context->settings->spill_after;
    return (MemoryShare){
        .size = (left - (threads < left / 2 ? threads : left / 2)) / 4 * 3,
        .row_count = row_count ? row_count : SIZE_MAX,
        .budget = context->memory,
    };
}

#define MOST_EXPECTED_ROWS 1e12 /* estimates of what multiplies know no bounds */

/* What is known before the first row: how much there is to go through. */
static void progress_begin(const Build *build, const Plan *plan, Scan *scan)
{
    ProgressPart *part = &build->progress[plan->id];
    Progress *whole = build->context->progress;
    double row_count = plan->row_estimate < 0 ? 0 : fmin(plan->row_estimate, MOST_EXPECTED_ROWS);
    if (scan)
        scan->progress = part;
    if (scan && scan->work > 0)
        progress_part_begin(part, whole, scan->work, 0);
    else if (scan || plan_keeps_all(plan))
        progress_part_begin(part, whole, (uint64_t)(row_count * PROGRESS_ROW), PROGRESS_ROW);
}

/* Scans see what there is now, however late they start. */
static void plan_begin(const Build *build, const Plan *plan)
{
    const PlanScan *scan = plan->kind == PLAN_SCAN ? (const PlanScan *)plan : NULL;
    if (scan) {
        scan_begin(scan->scan, build->arena);
        if (scan->full)
            scan_begin(scan->full->scan, build->arena);
    }
    progress_begin(build, plan, scan ? scan->scan : NULL);
    for (size_t i = 0; i < plan->input_count; i++)
        plan_begin(build, plan->inputs[i]);
}

static void keys_add_columns(Expr *const *keys, size_t count, ColumnSet *ret_columns)
{
    for (size_t k = 0; k < count; k++)
        if (keys[k]->kind == EXPR_COLUMN)
            column_set_add(ret_columns, keys[k]->column);
}

/* Columns that group_index.h is handed as keys. */
static void plan_add_group_keys(const Plan *plan, ColumnSet *ret_columns)
{
    const PlanAggregate *aggregate = plan->kind == PLAN_AGGREGATE ? (const PlanAggregate *)plan : NULL;
    const PlanWindow *window = plan->kind == PLAN_WINDOW ? (const PlanWindow *)plan : NULL;
    if (aggregate && aggregate->set_count == 0)
        keys_add_columns(aggregate->groups, aggregate->group_count, ret_columns);
    if (window && window->first_count != NO_LIMIT)
        keys_add_columns(window->partition, window->partition_count, ret_columns);
    for (size_t i = 0; i < plan->input_count; i++)
        plan_add_group_keys(plan->inputs[i], ret_columns);
}

Execution *execution_new(Arena *arena, const Context *context, const PlanColumns *columns, const Plan *plan,
                         bool is_timed)
{
    Execution *execution = arena_new(arena, Execution);
    size_t node_count = plan_last_id(plan) + 1;
    ColumnSet *group_keys = arena_new(arena, ColumnSet);
    *group_keys = column_set_in(arena);
    plan_add_group_keys(plan, group_keys);
    execution->metrics = arena_array(arena, OperatorMetrics, node_count);
    execution->arena = arena;
    execution->columns = columns;
    Build build = {
        .arena = arena,
        .context = context,
        .columns = columns,
        .metrics = execution->metrics,
        .progress = arena_array(arena, ProgressPart, node_count),
        .dynamics = arena_array(arena, DynamicFilter, columns->dynamic_count),
        .node_count = node_count,
        .copy_count = 1,
        .is_timed = is_timed,
        .order_matters = true,
        .memory_for_keepers = memory_for_keepers(context),
        .keeper_counts = keepers_count(arena, plan, node_count),
        .group_keys = group_keys,
    };
    plan_begin(&build, plan);
    execution->root = build_operator(&build, plan);
    operator_open(execution->root);
    return execution;
}

Batch *execution_next(Execution *execution)
{
    return operator_next(execution->root);
}

void execution_write(Execution *execution, const Writer *writer)
{
    if (execution->root->plan->kind == PLAN_GATHER && writer_has_parts(writer))
        gather_write(execution->root, writer);
}

void execution_close(Execution *execution)
{
    if (execution == NULL || execution->is_closed)
        return;
    execution->is_closed = true;
    operator_close(execution->root);
}

const OperatorMetrics *execution_metrics(const Execution *execution, size_t plan_id)
{
    return &execution->metrics[plan_id];
}

/* ---- as a stream ---- */

typedef struct ExecutionStream {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    Execution *execution;
} ExecutionStream;

static Batch *execution_stream_next(BatchStream *stream)
{
    return execution_next(((ExecutionStream *)stream)->execution);
}

static void execution_stream_close(BatchStream *stream)
{
    execution_close(((ExecutionStream *)stream)->execution);
}

BatchStream *execution_stream(Execution *execution)
{
    const Plan *plan = execution->root->plan;
    Schema *schema = schema_new(execution->arena, plan->output_count);
    for (size_t i = 0; i < plan->output_count; i++) {
        const PlanColumn *column = plan_column(execution->columns, plan->outputs[i]);
        schema->columns[i] = (Column){.name = column->name, .type = column->type, .is_nullable = column->is_nullable};
    }
    ExecutionStream *stream = arena_new(execution->arena, ExecutionStream);
    *stream = (ExecutionStream){
        .base = {.schema = schema, .next = execution_stream_next, .close = execution_stream_close},
        .execution = execution,
    };
    return &stream->base;
}
