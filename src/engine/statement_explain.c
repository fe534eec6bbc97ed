/* engine/statement_explain.c: EXPLAIN: the statement's plan as text or JSON, before or after it has run. */
#include "engine/engine.h"
#include "engine/foreign_key.h"
#include "engine/transaction.h"
#include "optimizer/optimizer.h"
#include "sql/printer.h"

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
    text_add(text, metrics->is_exchanged ? ", sides exchanged)" : ")");
}

typedef struct ExplainOptions {
    bool is_analyze, is_verbose, is_ast, is_bound_plan, is_json;
} ExplainOptions;

/* What PostgreSQL's users write, and what is shown or not shown all the same. */
static bool option_is_passed_over(StringView name)
{
    static const char *const names[] = {"costs", "buffers", "timing", "summary", "settings", "wal"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (view_equal(name, view_of(names[i])))
            return true;
    return false;
}

static bool format_is_json(const FormatOption *option)
{
    if (view_equal_ignoring_case(option->value, view_of("json")))
        return true;
    if (view_equal_ignoring_case(option->value, view_of("text")) ||
        view_equal_ignoring_case(option->value, view_of("tree")) ||
        view_equal_ignoring_case(option->value, view_of("indent")))
        return false;
    error_raise_hint(ERROR_INVALID_PARAMETER, option->position, "there are text, tree and json",
                     "there is no EXPLAIN format \"%.*s\"", VIEW_ARGUMENTS(option->value));
}

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
        else if (view_equal(list[i].name, view_of("format")))
            options.is_json = format_is_json(&list[i]);
        else if (!option_is_passed_over(list[i].name))
            error_raise_hint(ERROR_INVALID_PARAMETER, list[i].position,
                             "there are ANALYZE, VERBOSE, FORMAT, AST and PLAN", "there is no EXPLAIN option \"%.*s\"",
                             VIEW_ARGUMENTS(list[i].name));
    }
    return options;
}

/* ---- JSON ---- */

static void explain_members(void *user, const Plan *plan, Text *text)
{
    const Explanation *self = user;
    const OperatorMetrics *metrics = self->execution ? execution_metrics(self->execution, plan->id) : NULL;
    if (metrics == NULL)
        return;
    text_add_format(text, ", \"Actual Rows\": %llu, \"Actual Batches\": %llu, \"Actual Total Time\": %.3f",
                    (unsigned long long)metrics->row_count, (unsigned long long)metrics->batch_count,
                    (double)metrics->elapsed_ns / 1e6);
    if (metrics->memory_peak)
        text_add_format(text, ", \"Memory Used\": %zu", (metrics->memory_peak + 1023) / 1024);
    if (metrics->is_exchanged)
        text_add(text, ", \"Sides Exchanged\": true");
}

/* One row: an array of plans, one after each rule where they are asked for. */
static void explain_json(Explanation *self, const char *rule, const Plan *plan, const PlanPrintOptions *print)
{
    text_add(&self->text, self->text.size == 0 ? "[" : ", ");
    plan_print_json(&self->statement->columns, plan, print, rule, explain_members, self, &self->text);
}

static void explain_rule_json(void *user, const char *rule, const Plan *plan)
{
    explain_json(user, rule, plan, &(PlanPrintOptions){.is_verbose = true});
}

/* ---- the statement ---- */

/* What makes a table or a file of a query is explained by the query. */
static const AstQuery *statement_inner_query(const AstStatement *ast)
{
    switch (ast->kind) {
    case AST_STATEMENT_CREATE_TABLE:
        return ast->create_table->query;
    case AST_STATEMENT_CREATE_VIEW:
        return ast->create_view->query;
    case AST_STATEMENT_COPY:
        return ast->copy->query;
    case AST_STATEMENT_DESCRIBE:
    case AST_STATEMENT_SUMMARIZE:
        return ast->describe->query;
    default:
        return NULL;
    }
}

static BoundQuery *explain_bind(Statement *statement, const AstStatement *ast, const ExplainOptions *options)
{
    const AstQuery *query = statement_inner_query(ast);
    if (query == NULL && !(options->is_analyze && statement_with_writes(ast)))
        return statement_bind(statement, ast);
    if (options->is_analyze)
        error_raise_hint(ERROR_NOT_SUPPORTED, ast->position, "explain the query alone",
                         "EXPLAIN ANALYZE of %s is not supported", ast_statement_name(ast->kind));
    return bind_query(&statement->environment, query);
}

static const Plan *explain_plan(Explanation *self, const AstStatement *ast, const ExplainOptions *options)
{
    Statement *statement = self->statement;
    BoundQuery *query = explain_bind(statement, ast, options);
    TableWrite write = {0};
    if (options->is_analyze && statement_writes(ast)) {
        write = table_write_of(statement, query->plan);
        statement_require_unsafe_write(statement, write.table, ast);
        statement_begin_write(statement, write.table);
    }
    void (*rule)(void *user, const char *rule, const Plan *plan) = !options->is_verbose ? NULL
                                                                   : options->is_json   ? explain_rule_json
                                                                                        : explain_rule;
    if (rule)
        rule(self, "bound", query->plan);
    if (options->is_bound_plan)
        return query->plan;
    Plan *plan = optimizer_run(&statement->columns, query->plan, rule, self);
    if (options->is_analyze) {
        Execution *execution = execution_new(statement->arena, &statement->context, &statement->columns, plan, true);
        while (execution_next(execution) != NULL)
            ;
        self->execution = execution;
        if (statement_writes(ast))
            foreign_keys_follow(statement, &write);
    }
    return plan;
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
    const Plan *plan = explain_plan(&self, explained, &options);
    PlanPrintOptions print = {.is_verbose = options.is_verbose, .has_run = self.execution != NULL, .is_final = true};
    bool is_shown = !options.is_verbose || options.is_analyze; /* else it stands behind the last rule */
    if (options.is_json) {
        if (is_shown)
            explain_json(&self, NULL, plan, &print);
        text_add_char(&self.text, ']');
        rows_add_texts(rows, text_string(&self.text));
        return rows_stream(rows);
    }
    if (self.execution) {
        print.annotate = explain_annotate;
        print.user = &self;
    }
    if (is_shown)
        plan_print(&statement->columns, plan, &print, &self.text);
    rows_add_lines(rows, text_string(&self.text));
    return rows_stream(rows);
}
