/* engine/statement_trace.c: which rows it was that a statement failed over, where nobody knew.
 *
 * An expression over a row of a file says where the row stands. Above a join, a sort or what else makes rows of its
 * own, it cannot: the statement's query is then run once more, in order, with _file and _line of each row carried up to
 * it (optimizer/carry_places.c). Only a failure costs that. Nothing is written: of INSERT, UPDATE and DELETE it is the
 * rows that they would write. What has random() or nextval() in it is not run again. */
#include "engine/engine.h"
#include "optimizer/optimizer.h"

/* The rows that the statement asks for, or would write; NULL: it has none, or they are not asked for again. */
static Plan *statement_rows_plan(Statement *statement, const AstStatement *ast)
{
    const AstQuery *query = NULL;
    if (statement_with_writes(ast))
        return NULL;
    if (ast->kind == AST_STATEMENT_QUERY && ast->query->kind != AST_QUERY_STATEMENT)
        query = ast->query;
    if (ast->kind == AST_STATEMENT_COPY && !ast->copy->is_from)
        query = ast->copy->query;
    if (ast->kind == AST_STATEMENT_CREATE_TABLE)
        query = ast->create_table->query;
    if (query)
        return bind_query(&statement->environment, query)->plan;
    if (!statement_writes(ast))
        return NULL;
    Plan *plan = statement_bind(statement, ast)->plan;
    while (plan->kind != PLAN_INSERT && plan->kind != PLAN_CHANGE) /* RETURNING */
        plan = plan->inputs[0];
    return plan->inputs[0];
}

void statement_trace(Statement *statement, const AstStatement *ast)
{
    Settings settings = *statement->context.settings;
    settings.threads = 1; /* so that it is the first such row */
    settings.verify_pushdown = VERIFICATION_OFF;
    statement->context.settings = &settings;
    statement->context.warn = NULL;
    statement->context.reject = NULL;
    statement->columns.wants_places = true;
    Plan *plan = statement_rows_plan(statement, ast);
    if (plan == NULL || plan_is_volatile(plan)) /* it would be another run */
        return;
    plan = optimizer_run(&statement->columns, plan, NULL, NULL);
    Execution *execution =
        execution_new(statement->arena, &statement->context, &statement->columns, plan, /* is_timed= */ false);
    while (execution_next(execution))
        ;
    execution_close(execution);
}
