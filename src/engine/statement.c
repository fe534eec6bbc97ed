/* engine/statement.c: each kind of statement and what runs it. */
#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

#include "column/value.h"
#include "engine/identity.h"
#include "engine/rows_table.h"
#include "engine/transaction.h"
#include "expr/evaluator.h"
#include "provider/sequence.h"
#include "sql/printer.h"

static const StatementRun runs[AST_STATEMENT_KIND_COUNT] = {
    [AST_STATEMENT_QUERY] = statement_query,
    [AST_STATEMENT_INSERT] = statement_write,
    [AST_STATEMENT_DELETE] = statement_write,
    [AST_STATEMENT_UPDATE] = statement_write,
    [AST_STATEMENT_MERGE] = statement_write,
    [AST_STATEMENT_TRUNCATE] = statement_truncate,
    [AST_STATEMENT_ANALYZE] = statement_analyze,
    [AST_STATEMENT_TRANSACTION] = statement_transaction,
    [AST_STATEMENT_EXPLAIN] = statement_explain,
    [AST_STATEMENT_CREATE_TABLE] = statement_create_table,
    [AST_STATEMENT_CREATE_VIEW] = statement_create_view,
    [AST_STATEMENT_CREATE_EXTERNAL_TABLE] = statement_create_external_table,
    [AST_STATEMENT_COMMENT] = statement_comment,
    [AST_STATEMENT_DROP] = statement_drop,
    [AST_STATEMENT_ALTER] = statement_alter,
    [AST_STATEMENT_CREATE_INDEX] = statement_create_index,
    [AST_STATEMENT_REINDEX] = statement_reindex,
    [AST_STATEMENT_CREATE_SEQUENCE] = statement_create_sequence,
    [AST_STATEMENT_ALTER_SEQUENCE] = statement_alter_sequence,
    [AST_STATEMENT_CREATE_SCHEMA] = statement_create_schema,
    [AST_STATEMENT_COPY] = statement_copy,
    [AST_STATEMENT_ATTACH] = statement_attach,
    [AST_STATEMENT_DETACH] = statement_detach,
    [AST_STATEMENT_USE] = statement_use,
    [AST_STATEMENT_DESCRIBE] = statement_describe,
    [AST_STATEMENT_SUMMARIZE] = statement_summarize,
    [AST_STATEMENT_SHOW] = statement_show,
    [AST_STATEMENT_SET] = statement_set,
    [AST_STATEMENT_RESET] = statement_reset,
    [AST_STATEMENT_PRAGMA] = statement_pragma,
    [AST_STATEMENT_LOAD] = statement_load,
    [AST_STATEMENT_PREPARE] = statement_prepare,
    [AST_STATEMENT_EXECUTE] = statement_execute,
    [AST_STATEMENT_DEALLOCATE] = statement_deallocate,
};

static BatchStream *statement_run_kind(Statement *statement, const AstStatement *ast)
{
    if (runs[ast->kind] == NULL)
        error_raise(ERROR_NOT_SUPPORTED, ast->position, "%s is not supported", ast_statement_name(ast->kind));
    return runs[ast->kind](statement, ast);
}

BatchStream *statement_run(Statement *statement, const AstStatement *ast)
{
    BatchStream *rows = statement_run_kind(statement, ast);
    statement_commit_write(statement);
    return rows;
}

static int64_t microseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static const char *session_setting(void *user, StringView name, Position position)
{
    const Statement *statement = user;
    return statement_setting(statement, name, position);
}

TableProvider *statement_rows_table(void *user, const AstStatement *ast)
{
    Statement *statement = user;
    const Position *outer_position = statement->environment.outer_position;
    statement->columns.is_momentary = true;
    BatchStream *rows = statement_run_kind(statement, ast);
    statement->environment.outer_position = outer_position;
    return rows_table_new(&statement->context, rows);
}

void statement_init(Statement *statement, QuernConnection *connection, Arena *arena)
{
    statement->connection = connection;
    statement->arena = arena;
    Context *context = &statement->context;
    context->cancel = &connection->is_cancelled;
    context->memory = &connection->memory;
    context->temp = &connection->temp;
    context->progress = &connection->progress;
    context->settings = &connection->settings;
    context->warn = connection->warn;
    context->warn_user = connection->warn_user;
    context->difference = connection->difference;
    context->difference_user = connection->difference_user;
    context->input = connection->has_input ? &connection->input : NULL;
    context->reject = rejects_add;
    context->reject_user = connection->rejects;
    atomic_store(&context->rejects, 0); /* a statement may be run again */
    atomic_store(&context->has_guesses, false);
    atomic_store(&context->lacks_place, false);
    context->arena = arena;
    context->now = microseconds_now();
    statement->columns = (PlanColumns){.arena = arena, .context = context};
    statement->environment = (BindEnvironment){.columns = &statement->columns,
                                               .catalog = connection->catalog,
                                               .parameters = &connection->parameters,
                                               .user = statement,
                                               .read_column = statement_read_column,
                                               .setting = session_setting,
                                               .statement_rows = statement_rows_table};
}

BatchStream *statement_count_row(Statement *statement, uint64_t count)
{
    Rows *rows = rows_new(statement->arena, 1, "count", TYPE_UBIGINT);
    Value value = value_ubigint(count);
    rows_add(rows, &value);
    return rows_stream(rows);
}

void statement_require_unsafe(const Statement *statement, const char *what, Position position)
{
    if (statement->connection->settings.safe)
        error_raise_hint(ERROR_READ_ONLY, position, "run quern without --safe to allow it", "safe mode forbids %s",
                         what);
}

static StringView option_text(Statement *statement, const AstExpr *value)
{
    if (value == NULL)
        return view_of("true");
    if (value->kind == AST_STRING)
        return value->text;
    Value constant = bind_constant(&statement->environment, value, NULL);
    const char *text = value_display(statement->arena, &constant);
    return view_of(text ? text : "");
}

const FormatOption *statement_format_options(Statement *statement, const AstOptions *options, size_t *ret_count)
{
    FormatOption *list = arena_array(statement->arena, FormatOption, options->count + 1);
    for (size_t i = 0; i < options->count; i++)
        list[i] = (FormatOption){.name = options->items[i].name.text,
                                 .value = option_text(statement, options->items[i].value),
                                 .position = options->items[i].name.position};
    *ret_count = options->count;
    return list;
}

const char *file_table_name(Arena *arena, StringView path)
{
    size_t start = path.size;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    StringView base = {path.data + start, path.size - start};
    const char *dot = base.size > 1 ? memchr(base.data + 1, '.', base.size - 1) : NULL;
    if (dot)
        base.size = (size_t)(dot - base.data);
    if (base.size == 0 || view_equal(path, view_of("-")))
        return "stdin";
    char *name = arena_string_n(arena, base.data, base.size);
    for (char *c = name; *c; c++)
        *c = ascii_lower(*c);
    return name;
}

/* ---- the definition of a table as SQL ---- */

static void identity_print(Statement *statement, Text *text, TableProvider *table, size_t column, bool is_always)
{
    TableProvider *sequence = column_sequence_of(statement, table, column).table;
    const char *options =
        sequence ? sequence_options_text(statement->arena, &table_sequence(sequence)->definition) : "";
    text_add_format(text, " GENERATED %s AS IDENTITY", is_always ? "ALWAYS" : "BY DEFAULT");
    if (*options)
        text_add_format(text, " (%s)", options + 1);
}

static void sequence_print(Statement *statement, Text *text, const SequenceDefinition *definition, const char *name)
{
    char type[TYPE_NAME_SIZE];
    text_add_format(text, "CREATE SEQUENCE %s", name);
    if (definition->type.id != TYPE_BIGINT)
        text_add_format(text, " AS %s", type_name(definition->type, type));
    text_add(text, sequence_options_text(statement->arena, definition));
}

static void column_definition_print(Statement *statement, Text *text, TableProvider *table, size_t index,
                                    const Column *column)
{
    const char *default_sql = provider_column_default(table, index);
    const char *generated_sql = provider_column_generated(table, index);
    const Constraint *identity = provider_column_identity(table, index);
    char type[TYPE_NAME_SIZE];
    text_add(text, "\n    ");
    printer_print_name(text, view_of(column->name));
    text_add_format(text, " %s", type_name(column->type, type));
    if (identity)
        identity_print(statement, text, table, index, identity->is_always);
    else if (default_sql)
        text_add_format(text, " DEFAULT %s", default_sql);
    if (generated_sql)
        text_add_format(text, " GENERATED ALWAYS AS (%s) STORED", generated_sql);
    if (!column->is_nullable)
        text_add(text, " NOT NULL");
}

static void reference_print(Text *text, const Reference *reference)
{
    static const char *const actions[] = {[REFERENCE_RESTRICT] = "RESTRICT",
                                          [REFERENCE_CASCADE] = "CASCADE",
                                          [REFERENCE_SET_NULL] = "SET NULL",
                                          [REFERENCE_SET_DEFAULT] = "SET DEFAULT"};
    AstObjectName name = {.schema = view_of(reference->schema), .name = view_of(reference->table)};
    if (view_equal(name.schema, view_of("main")))
        name.schema = (StringView){0};
    text_add(text, " REFERENCES ");
    printer_print_object_name(text, &name);
    for (size_t i = 0; i < reference->column_count; i++) {
        text_add(text, i ? ", " : " (");
        printer_print_name(text, view_of(reference->columns[i]));
    }
    text_add(text, reference->is_match_full ? ") MATCH FULL" : ")");
    if (reference->on_delete != REFERENCE_NO_ACTION)
        text_add_format(text, " ON DELETE %s", actions[reference->on_delete]);
    if (reference->on_update != REFERENCE_NO_ACTION)
        text_add_format(text, " ON UPDATE %s", actions[reference->on_update]);
}

static void constraint_print(Text *text, const Schema *schema, const Constraint *constraint)
{
    text_add(text, ",\n    ");
    if (constraint->name) {
        text_add(text, "CONSTRAINT ");
        printer_print_name(text, view_of(constraint->name));
        text_add_char(text, ' ');
    }
    if (constraint->kind == CONSTRAINT_CHECK) {
        text_add_format(text, "CHECK (%s)", constraint->check);
        return;
    }
    static const char *const words[] = {[CONSTRAINT_PRIMARY_KEY] = "PRIMARY KEY (",
                                        [CONSTRAINT_UNIQUE] = "UNIQUE (",
                                        [CONSTRAINT_FOREIGN_KEY] = "FOREIGN KEY ("};
    text_add(text, words[constraint->kind]);
    for (size_t i = 0; i < constraint->column_count; i++) {
        text_add(text, i ? ", " : "");
        printer_print_name(text, view_of(schema->columns[constraint->columns[i]].name));
    }
    text_add_char(text, ')');
    if (constraint->kind == CONSTRAINT_FOREIGN_KEY)
        reference_print(text, constraint->reference);
}

const char *statement_table_definition(Statement *statement, TableProvider *table, const AstObjectName *object)
{
    Text text = text_in(statement->arena);
    printer_print_object_name(&text, object);
    const char *name = text_string(&text);
    if (table->ops->table_definition) {
        table->ops->schema(table, &statement->context); /* so that what it is over has been looked at */
        const char *own = table->ops->table_definition(table, name, statement->arena);
        if (own)
            return own;
    }
    text = text_in(statement->arena);
    const char *query = provider_logical_plan(table);
    const Sequence *sequence = table_sequence(table);
    if (sequence) {
        sequence_print(statement, &text, &sequence->definition, name);
        return text_string(&text);
    }
    text_add_format(&text, "CREATE %s %s", query ? "VIEW" : "TABLE", name);
    if (query) {
        text_add_format(&text, " AS\n%s", query);
        return text_string(&text);
    }
    const Schema *schema = table->ops->schema(table, &statement->context);
    const Constraints *constraints = provider_constraints(table);
    text_add(&text, " (");
    for (size_t i = 0; i < schema->column_count; i++) {
        if (i)
            text_add_char(&text, ',');
        column_definition_print(statement, &text, table, i, &schema->columns[i]);
    }
    for (size_t i = 0; constraints && i < constraints->count; i++)
        if (constraint_is_table_s(&constraints->items[i]))
            constraint_print(&text, schema, &constraints->items[i]);
    text_add(&text, "\n)");
    return text_string(&text);
}
