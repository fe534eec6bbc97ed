/* engine/statement_query.c: SELECT, what writes, and EXPLAIN: bind, optimize, execute. */
#include "engine/engine.h"
#include "engine/transaction.h"
#include "optimizer/optimizer.h"
#include "sql/printer.h"

static const Schema *query_schema(Statement *statement, const BoundQuery *query, const Plan *plan)
{
    Schema *schema = schema_new(statement->arena, query->column_count);
    for (size_t i = 0; i < query->column_count; i++) {
        const PlanColumn *column = plan_column(&statement->columns, plan->outputs[i]);
        schema->columns[i] =
            (Column){.name = query->names[i], .type = column->type, .is_nullable = column->is_nullable};
    }
    return schema;
}

Execution *statement_start_query(Statement *statement, const BoundQuery *query, const Schema **ret_schema)
{
    Plan *plan = optimizer_run(&statement->columns, query->plan, NULL, NULL);
    if (ret_schema)
        *ret_schema = query_schema(statement, query, plan);
    return execution_new(statement->arena, &statement->context, &statement->columns, plan, false);
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

static void query_stream_close(BatchStream *stream)
{
    execution_close(((QueryStream *)stream)->execution);
}

static BatchStream *query_stream(Statement *statement, Execution *execution, const Schema *schema)
{
    QueryStream *stream = arena_new(statement->arena, QueryStream);
    stream->base = (BatchStream){.schema = schema, .next = query_stream_next, .close = query_stream_close};
    stream->execution = execution;
    return &stream->base;
}

const Value *statement_read_column(void *user, const BoundQuery *query, size_t limit, size_t *ret_count)
{
    Statement *statement = user;
    ARRAY(Value) values = {0};
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

BatchStream *statement_query(Statement *statement, const AstStatement *ast)
{
    const Schema *schema;
    if (ast->query->kind == AST_QUERY_STATEMENT && ast->query->with.count == 0)
        return statement_run(statement, ast->query->statement);
    BoundQuery *query = bind_query(&statement->environment, ast->query);
    Execution *execution = statement_start_query(statement, query, &schema);
    return query_stream(statement, execution, schema);
}

static void table_release(void *table)
{
    provider_unref(table);
}

static TableProvider *written_table(const Plan *plan)
{
    while (plan->kind != PLAN_INSERT && plan->kind != PLAN_CHANGE) /* RETURNING */
        plan = plan->inputs[0];
    return plan->kind == PLAN_INSERT ? ((const PlanInsert *)plan)->table : ((const PlanChange *)plan)->table;
}

BatchStream *statement_run_write(Statement *statement, const BoundQuery *query)
{
    const Schema *schema;
    statement_begin_write(statement, written_table(query->plan));
    Execution *execution = statement_start_query(statement, query, &schema);
    Rows *rows = rows_new_of(statement->arena, schema);
    rows_add_stream(rows, query_stream(statement, execution, schema));
    execution_close(execution);
    return rows_stream(rows);
}

/* ---- what writes ---- */

static bool statement_writes(const AstStatement *ast)
{
    return ast->kind == AST_STATEMENT_INSERT || ast->kind == AST_STATEMENT_UPDATE || ast->kind == AST_STATEMENT_DELETE;
}

static BoundQuery *write_bind(Statement *statement, const AstStatement *ast)
{
    if (ast->kind == AST_STATEMENT_UPDATE)
        return bind_update(&statement->environment, ast->update);
    if (ast->kind == AST_STATEMENT_DELETE)
        return bind_delete(&statement->environment, ast->delete);
    return bind_insert(&statement->environment, ast->insert);
}

/* Tables in memory are nobody else's. */
static void write_require_unsafe(const Statement *statement, const TableProvider *table, const AstStatement *ast)
{
    if (strcmp(table->ops->format, "memory") != 0)
        statement_require_unsafe(statement, ast_statement_name(ast->kind), ast->position);
    if (statement->connection->settings.dry_run && !table->ops->has_dry_run &&
        strcmp(table->ops->format, "memory") != 0)
        error_raise_hint(ERROR_NOT_SUPPORTED, ast->position, "SET dry_run = off lets it write",
                         "a table of format %s cannot tell what %s would change", table->ops->format,
                         ast_statement_name(ast->kind));
}

static BatchStream *statement_write(Statement *statement, const AstStatement *ast)
{
    BoundQuery *query = write_bind(statement, ast);
    write_require_unsafe(statement, written_table(query->plan), ast);
    return statement_run_write(statement, query);
}

BatchStream *statement_insert(Statement *statement, const AstStatement *ast)
{
    return statement_write(statement, ast);
}

BatchStream *statement_delete(Statement *statement, const AstStatement *ast)
{
    return statement_write(statement, ast);
}

BatchStream *statement_update(Statement *statement, const AstStatement *ast)
{
    return statement_write(statement, ast);
}

BatchStream *statement_truncate(Statement *statement, const AstStatement *ast)
{
    StringView parts[3];
    size_t part_count = object_name_parts(ast->truncate, parts);
    TableProvider *table = catalog_require_table(statement->connection->catalog, parts, part_count, &statement->context,
                                                 ast->truncate->position);
    arena_own(statement->arena, table, table_release);
    write_require_unsafe(statement, table, ast);
    if (provider_logical_plan(table))
        error_raise(ERROR_WRONG_OBJECT_TYPE, ast->truncate->position, "\"%.*s\" is a view",
                    VIEW_ARGUMENTS(ast->truncate->name));
    if (table->ops->truncate == NULL)
        error_raise(ERROR_NOT_SUPPORTED, ast->truncate->position, "TRUNCATE is not supported for table \"%.*s\" (%s)",
                    VIEW_ARGUMENTS(ast->truncate->name), table->ops->format);
    (void)table->ops->schema(table, &statement->context);
    statement_begin_write(statement, table);
    return statement_count_row(statement, table->ops->truncate(table, &statement->context));
}

/* ---- ANALYZE, VACUUM, CHECKPOINT: sources know their statistics and keep themselves in order ---- */

BatchStream *statement_analyze(Statement *statement, const AstStatement *ast)
{
    if (ast->analyze->name.data) {
        StringView parts[3];
        size_t part_count = object_name_parts(ast->analyze, parts);
        TableProvider *table = catalog_require_table(statement->connection->catalog, parts, part_count,
                                                     &statement->context, ast->analyze->position);
        arena_own(statement->arena, table, table_release);
    }
    return NULL;
}

/* ---- EXPLAIN ---- */

typedef struct Explanation {
    Statement *statement;
    Text text;
    const Execution *execution; /* of ANALYZE */
} Explanation;

static void explain_rule(void *user, const char *rule, const Plan *plan)
{
    Explanation *self = user;
    text_add_format(&self->text, "-- %s\n", rule);
    plan_print(&self->statement->columns, plan, &(PlanPrintOptions){.is_verbose = true}, &self->text);
}

static void explain_annotate(void *user, const Plan *plan, Text *text)
{
    const Explanation *self = user;
    const OperatorMetrics *metrics = execution_metrics(self->execution, plan->id);
    if (metrics == NULL)
        return;
    text_add_format(text, " (rows=%llu", (unsigned long long)metrics->row_count);
    if (plan->row_estimate >= 0)
        text_add_format(text, " estimated=%.0f", plan->row_estimate);
    text_add_format(text, " batches=%llu time=%.3fms", (unsigned long long)metrics->batch_count,
                    (double)metrics->elapsed_ns / 1e6);
    if (metrics->memory_peak)
        text_add_format(text, " memory=%zuKiB", (metrics->memory_peak + 1023) / 1024);
    text_add_char(text, ')');
}

BoundQuery *statement_bind(Statement *statement, const AstStatement *ast)
{
    if (ast->kind == AST_STATEMENT_QUERY)
        return bind_query(&statement->environment, ast->query);
    if (statement_writes(ast))
        return write_bind(statement, ast);
    error_raise_hint(ERROR_NOT_SUPPORTED, ast->position, "queries, INSERT, UPDATE and DELETE have a plan",
                     "%s has no plan", ast_statement_name(ast->kind));
}

typedef struct ExplainOptions {
    bool is_analyze, is_verbose, is_ast, is_bound_plan;
} ExplainOptions;

static ExplainOptions explain_options(Statement *statement, const AstExplain *explain)
{
    ExplainOptions options = {.is_analyze = explain->is_analyze, .is_verbose = explain->is_verbose};
    size_t count;
    const FormatOption *list = statement_format_options(statement, &explain->options, &count);
    for (size_t i = 0; i < count; i++) {
        if (view_equal(list[i].name, view_of("ast")))
            options.is_ast = true;
        else if (view_equal(list[i].name, view_of("plan")))
            options.is_bound_plan = true;
        else if (!view_equal(list[i].name, view_of("costs")))
            error_raise_hint(ERROR_INVALID_PARAMETER, list[i].position, "there are ANALYZE, VERBOSE, AST and PLAN",
                             "there is no EXPLAIN option \"%.*s\"", VIEW_ARGUMENTS(list[i].name));
    }
    return options;
}

BatchStream *statement_explain(Statement *statement, const AstStatement *ast)
{
    const AstStatement *explained = ast->explain->statement;
    if (explained->kind == AST_STATEMENT_EXECUTE)
        explained = statement_prepared(statement, explained);
    ExplainOptions options = explain_options(statement, ast->explain);
    Explanation self = {.statement = statement, .text = text_in(statement->arena)};
    Rows *rows = rows_new(statement->arena, 1, "plan", TYPE_VARCHAR);
    if (options.is_ast) {
        printer_print_statement(&self.text, explained, PRINTER_PARENTHESES);
        rows_add_lines(rows, text_string(&self.text));
        return rows_stream(rows);
    }
    BoundQuery *query = statement_bind(statement, explained);
    if (options.is_analyze && statement_writes(explained)) {
        write_require_unsafe(statement, written_table(query->plan), explained);
        statement_begin_write(statement, written_table(query->plan));
    }
    Plan *plan = query->plan;
    PlanPrintOptions print = {.is_verbose = options.is_verbose};
    if (options.is_verbose)
        explain_rule(&self, "bound", plan);
    if (!options.is_bound_plan)
        plan = optimizer_run(&statement->columns, plan, options.is_verbose ? explain_rule : NULL, &self);
    if (options.is_analyze && !options.is_bound_plan) {
        Execution *execution = execution_new(statement->arena, &statement->context, &statement->columns, plan, true);
        while (execution_next(execution) != NULL)
            ;
        self.execution = execution;
        print.has_run = true;
        print.annotate = explain_annotate;
        print.user = &self;
    }
    if (!options.is_verbose || options.is_analyze)
        plan_print(&statement->columns, plan, &print, &self.text);
    rows_add_lines(rows, text_string(&self.text));
    return rows_stream(rows);
}
