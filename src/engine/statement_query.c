/* engine/statement_query.c: SELECT, what writes, and EXPLAIN: bind, optimize, execute. */
#include "base/array.h"
#include "engine/engine.h"
#include "engine/foreign_key.h"
#include "engine/identity.h"
#include "engine/transaction.h"
#include "optimizer/optimizer.h"
#include "sql/printer.h"

const Schema *statement_schema(const Statement *statement, const BoundQuery *query, const Plan *plan)
{
    Schema *schema = schema_new(statement->arena, query->column_count);
    for (size_t i = 0; i < query->column_count; i++) {
        const PlanColumn *column = plan_column(&statement->columns, plan->outputs[i]);
        schema->columns[i] =
            (Column){.name = query->names[i], .type = column->type, .is_nullable = column->is_nullable};
    }
    return schema;
}

StatementPlan statement_plan(Statement *statement, const BoundQuery *query)
{
    const Plan *plan = optimizer_run(&statement->columns, query->plan, NULL, NULL);
    return (StatementPlan){&statement->columns, plan, statement_schema(statement, query, plan)};
}

static Execution *plan_execution(const Statement *statement, const StatementPlan *plan)
{
    return execution_new(statement->arena, &statement->context, plan->columns, plan->plan, false);
}

Execution *statement_start_query(Statement *statement, const BoundQuery *query, const Schema **ret_schema)
{
    StatementPlan plan = statement_plan(statement, query);
    if (ret_schema)
        *ret_schema = plan.schema;
    return plan_execution(statement, &plan);
}

/* An execution's stream whose columns have the names of the result: a query's outputs may hold more than its result. */
typedef struct QueryStream {
    BatchStream base;
    Execution *execution;
    Batch shown;
} QueryStream;

static Batch *query_stream_next(BatchStream *stream)
{
    QueryStream *self = (QueryStream *)stream;
    Batch *batch = execution_next(self->execution);
    if (batch == NULL)
        return NULL;
    self->shown = *batch;
    self->shown.column_count = stream->schema->column_count;
    return &self->shown;
}

static void query_stream_write(BatchStream *stream, const Writer *writer)
{
    execution_write(((QueryStream *)stream)->execution, writer);
}

static void query_stream_close(BatchStream *stream)
{
    execution_close(((QueryStream *)stream)->execution);
}

BatchStream *statement_start(Statement *statement, const StatementPlan *plan)
{
    QueryStream *stream = arena_new(statement->arena, QueryStream);
    stream->base = (BatchStream){
        .schema = plan->schema, .next = query_stream_next, .close = query_stream_close, .write = query_stream_write};
    stream->execution = plan_execution(statement, plan);
    return &stream->base;
}

BatchStream *statement_run_to_end(Statement *statement, const StatementPlan *plan)
{
    Rows *rows = rows_new_of(statement->arena, plan->schema);
    BatchStream *stream = statement_start(statement, plan);
    rows_add_stream(rows, stream);
    stream_close(stream);
    return rows_stream(rows);
}

const Value *statement_read_column(void *user, const BoundQuery *query, size_t limit, size_t *ret_count)
{
    Statement *statement = user;
    ARRAY(Value) values = {0};
    statement->columns.is_momentary = true;
    Execution *execution = statement_start_query(statement, query, NULL);
    Batch *batch;
    while ((batch = execution_next(execution)) != NULL)
        for (size_t i = 0; i < batch->row_count; i++) {
            Value value = vector_value(batch->columns[0], batch->selection ? batch->selection[i] : i);
            if (values.count == limit)
                error_raise(ERROR_TOO_COMPLEX, NO_POSITION, "there are more than %zu values to pivot", limit);
            array_add(statement->arena, &values, value_copy(statement->arena, &value));
        }
    execution_close(execution);
    *ret_count = values.count;
    return values.items;
}

/* ---- what writes ---- */

bool statement_writes(const AstStatement *ast)
{
    return ast->kind == AST_STATEMENT_INSERT || ast->kind == AST_STATEMENT_UPDATE ||
           ast->kind == AST_STATEMENT_DELETE || ast->kind == AST_STATEMENT_MERGE;
}

bool statement_has_plan(const AstStatement *ast)
{
    return statement_writes(ast) || (ast->kind == AST_STATEMENT_QUERY && ast->query->kind != AST_QUERY_STATEMENT);
}

static const AstCtes *statement_with(const AstStatement *ast)
{
    switch (ast->kind) {
    case AST_STATEMENT_QUERY:
        return &ast->query->with;
    case AST_STATEMENT_INSERT:
        return &ast->insert->with;
    case AST_STATEMENT_UPDATE:
        return &ast->update->with;
    case AST_STATEMENT_DELETE:
        return &ast->delete->with;
    case AST_STATEMENT_MERGE:
        return &ast->merge->with;
    default:
        return NULL;
    }
}

bool statement_with_writes(const AstStatement *ast)
{
    const AstCtes *with = statement_with(ast);
    for (size_t i = 0; with && i < with->count; i++)
        if (with->items[i].statement)
            return true;
    return false;
}

const Plan *statement_written_plan(const Plan *plan)
{
    while (plan->kind != PLAN_INSERT && plan->kind != PLAN_CHANGE) /* RETURNING */
        plan = plan->inputs[0];
    return plan;
}

static TableProvider *node_table(const Plan *plan)
{
    return plan->kind == PLAN_INSERT ? ((const PlanInsert *)plan)->table : ((const PlanChange *)plan)->table;
}

TableProvider *statement_written_table(const Plan *plan)
{
    return node_table(statement_written_plan(plan));
}

BatchStream *statement_write_rows(Statement *statement, const BoundQuery *query)
{
    statement_begin_write(statement, statement_written_table(query->plan));
    StatementPlan plan = statement_plan(statement, query);
    return statement_run_to_end(statement, &plan);
}

BatchStream *statement_run_write(Statement *statement, const BoundQuery *query)
{
    TableWrite write = table_write_of(statement, query->plan);
    BatchStream *rows = statement_write_rows(statement, query);
    foreign_keys_follow(statement, &write);
    return rows;
}

void statement_require_unsafe_write(const Statement *statement, const TableProvider *table, const AstStatement *ast)
{
    if (strcmp(table->ops->format, "memory") == 0)
        return;
    statement_require_unsafe(statement, ast_statement_name(ast->kind), ast->position);
    if (statement->connection->settings.dry_run && !table->ops->has_dry_run)
        error_raise_hint(ERROR_NOT_SUPPORTED, ast->position, "SET dry_run = off lets it write",
                         "a table of format %s cannot tell what %s would change", table->ops->format,
                         ast_statement_name(ast->kind));
}

/* ---- several tables, with WITH ---- */

typedef ARRAY(const Plan *) WriteNodes;

static void write_nodes_add(Arena *arena, const Plan *plan, WriteNodes *nodes)
{
    if (plan->kind == PLAN_INSERT || plan->kind == PLAN_CHANGE)
        array_add(arena, nodes, plan);
    for (size_t i = 0; i < plan->input_count; i++)
        write_nodes_add(arena, plan->inputs[i], nodes);
}

/* Whether rows that are there go or change; else some are only added. */
static bool node_changes_rows(const Plan *plan)
{
    InsertOp op = plan->kind == PLAN_INSERT ? ((const PlanInsert *)plan)->op : INSERT_REPLACE;
    return op != INSERT_APPEND && op != INSERT_IGNORE;
}

/* All parts see the tables as they were: so only what keeps versions can take part, and no two may change the rows of
 * one table, whose numbers hold for one change. */
static void require_apart(const WriteNodes *nodes, size_t index, Position position)
{
    const TableProvider *table = node_table(nodes->items[index]);
    if (!table_is_memory(table))
        error_raise(ERROR_NOT_SUPPORTED, position,
                    "a WITH clause changes tables in memory alone, not those of format %s", table->ops->format);
    for (size_t i = 0; i < index; i++)
        if (node_table(nodes->items[i]) == table && node_changes_rows(nodes->items[i]) &&
            node_changes_rows(nodes->items[index]))
            error_raise(ERROR_NOT_SUPPORTED, position,
                        "one statement cannot change the rows of a table in two of its parts");
}

static BatchStream *run_writes(Statement *statement, const BoundQuery *query, Position position)
{
    WriteNodes nodes = {0};
    write_nodes_add(statement->arena, query->plan, &nodes);
    TableWrite *writes = arena_array(statement->arena, TableWrite, nodes.count);
    for (size_t i = 0; i < nodes.count; i++) {
        require_apart(&nodes, i, position);
        writes[i] = table_write_of(statement, nodes.items[i]);
        statement_begin_write(statement, writes[i].table);
    }
    StatementPlan plan = statement_plan(statement, query);
    BatchStream *rows = statement_run_to_end(statement, &plan);
    for (size_t i = 0; i < nodes.count; i++)
        foreign_keys_follow(statement, &writes[i]);
    return rows;
}

/* ---- the statements ---- */

BatchStream *statement_query(Statement *statement, const AstStatement *ast)
{
    if (ast->query->kind == AST_QUERY_STATEMENT && ast->query->with.count == 0)
        return statement_run(statement, ast->query->statement);
    statement->environment.set_setting = statement_set_config;
    BoundQuery *query = bind_query(&statement->environment, ast->query);
    if (statement_with_writes(ast))
        return run_writes(statement, query, ast->position);
    StatementPlan plan = statement_plan(statement, query);
    return statement_start(statement, &plan);
}

BatchStream *statement_write(Statement *statement, const AstStatement *ast)
{
    BoundQuery *query = bind_write(&statement->environment, ast);
    if (statement_with_writes(ast))
        return run_writes(statement, query, ast->position);
    statement_require_unsafe_write(statement, statement_written_table(query->plan), ast);
    return statement_run_write(statement, query);
}

/* A table that can be emptied; raises. */
static TableProvider *truncated_table(Statement *statement, const AstStatement *ast, const AstObjectName *name)
{
    TableProvider *table = statement_require_table(statement, name);
    statement_require_unsafe_write(statement, table, ast);
    if (provider_logical_plan(table))
        error_raise(ERROR_WRONG_OBJECT_TYPE, name->position, "\"%.*s\" is a view", VIEW_ARGUMENTS(name->name));
    if (table->ops->truncate == NULL)
        error_raise(ERROR_NOT_SUPPORTED, name->position, "TRUNCATE is not supported for table \"%.*s\" (%s)",
                    VIEW_ARGUMENTS(name->name), table->ops->format);
    (void)table->ops->schema(table, &statement->context);
    return table;
}

BatchStream *statement_truncate(Statement *statement, const AstStatement *ast)
{
    const AstTruncate *truncate = ast->truncate;
    Tables tables = {0};
    uint64_t count = 0;
    for (size_t i = 0; i < truncate->names.count; i++)
        array_add(statement->arena, &tables, truncated_table(statement, ast, &truncate->names.items[i]));
    if (truncate->is_cascade)
        foreign_keys_add_referring(statement, &tables);
    for (size_t i = 0; i < tables.count; i++)
        foreign_keys_require_unused(statement, tables.items[i], &tables, ERROR_NOT_SUPPORTED, "truncate");
    for (size_t i = 0; i < tables.count; i++) {
        statement_begin_write(statement, tables.items[i]);
        count += tables.items[i]->ops->truncate(tables.items[i], &statement->context);
        if (truncate->restarts_identity)
            owned_sequences_restart(statement, tables.items[i]);
    }
    return statement_count_row(statement, count);
}

/* ---- ANALYZE, VACUUM, CHECKPOINT: sources know their statistics and keep themselves in order ---- */

BatchStream *statement_analyze(Statement *statement, const AstStatement *ast)
{
    if (ast->analyze->name.data)
        (void)statement_require_table(statement, ast->analyze);
    return NULL;
}

/* ---- a statement as a plan ---- */

BoundQuery *statement_bind(Statement *statement, const AstStatement *ast)
{
    if (ast->kind == AST_STATEMENT_QUERY)
        return bind_query(&statement->environment, ast->query);
    if (statement_writes(ast))
        return bind_write(&statement->environment, ast);
    error_raise_hint(ERROR_NOT_SUPPORTED, ast->position, "queries, INSERT, UPDATE, DELETE and MERGE have a plan",
                     "%s has no plan", ast_statement_name(ast->kind));
}
