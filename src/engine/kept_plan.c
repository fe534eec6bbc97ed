/* engine/kept_plan.c: planning for many executions, and telling when that is over. */
#include "engine/kept_plan.h"

#include "engine/transaction.h"

typedef struct TableEpoch {
    TableProvider *table; /* the plan has a share */
    uint64_t epoch;
} TableEpoch;

struct KeptPlan {
    Statement statement; /* that it was planned as: its arena is the plan's */
    StatementPlan plan;
    uint64_t generation;
    ARRAY(TableEpoch) tables;
};

/* False when the table must be planned for each execution. */
static bool plan_add_table(KeptPlan *plan, TableProvider *table)
{
    if (table->ops->plan_epoch == NULL)
        return false;
    array_add(plan->statement.arena, &plan->tables, ((TableEpoch){table, table->ops->plan_epoch(table)}));
    return true;
}

static bool plan_add_tables(KeptPlan *plan, const Plan *node)
{
    if (node->kind == PLAN_SCAN && !plan_add_table(plan, ((const PlanScan *)node)->table))
        return false;
    for (size_t i = 0; i < node->input_count; i++)
        if (!plan_add_tables(plan, node->inputs[i]))
            return false;
    return true;
}

static bool plan_make(KeptPlan *plan, const AstStatement *ast)
{
    if (statement_writes(ast) && plan->statement.connection->has_foreign_keys) /* that follow from each write */
        return false;
    BoundQuery *query = statement_bind(&plan->statement, ast);
    if (plan->statement.columns.is_momentary || !plan_add_tables(plan, query->plan) ||
        (statement_writes(ast) && !plan_add_table(plan, statement_written_table(query->plan))))
        return false;
    plan->plan = statement_plan(&plan->statement, query);
    return !plan->statement.columns.is_momentary;
}

KeptPlan *kept_plan_new(Statement *statement, Arena *owner, const AstStatement *ast, const Position *outer_position)
{
    if (!statement_has_plan(ast) || statement_with_writes(ast))
        return NULL;
    Arena *arena = arena_new_child(statement->arena);
    KeptPlan *plan = arena_new(arena, KeptPlan);
    statement_init(&plan->statement, statement->connection, arena);
    plan->statement.columns.is_kept = true;
    plan->statement.environment.outer_position = outer_position;
    plan->generation = connection_generation(statement->connection);
    if (!plan_make(plan, ast)) {
        arena_free(arena);
        return NULL;
    }
    arena_set_parent(arena, owner);
    return plan;
}

bool kept_plan_is_good(const KeptPlan *plan, const QuernConnection *connection)
{
    bool is_good = plan->generation == connection_generation(connection);
    for (size_t i = 0; is_good && i < plan->tables.count; i++)
        is_good =
            plan->tables.items[i].table->ops->plan_epoch(plan->tables.items[i].table) == plan->tables.items[i].epoch;
    return is_good;
}

BatchStream *kept_plan_run(Statement *statement, const KeptPlan *plan, const AstStatement *ast)
{
    if (!statement_writes(ast))
        return statement_start(statement, &plan->plan);
    TableProvider *table = statement_written_table(plan->plan.plan);
    statement_require_unsafe_write(statement, table, ast);
    statement_begin_write(statement, table);
    BatchStream *rows = statement_run_to_end(statement, &plan->plan);
    statement_commit_write(statement);
    return rows;
}

void kept_plan_free(KeptPlan *plan)
{
    if (plan)
        arena_free(plan->statement.arena);
}
