/* engine/statement_show.c: SHOW, DESCRIBE, SET and RESET. */
#include "base/array.h"
#include "engine/definition.h"
#include "engine/settings.h"
#include "expr/function.h"
#include "expr/like.h"
#include "expr/set_function.h"
#include "expr/window.h"
#include "sql/printer.h"

/* ---- DESCRIBE ---- */

static void describe_schema(Statement *statement, Rows *rows, const Schema *schema, TableProvider *table)
{
    for (size_t i = 0; i < schema->column_count; i++) {
        char type[TYPE_NAME_SIZE];
        const Column *column = &schema->columns[i];
        const char *default_sql = table ? provider_column_default(table, i) : NULL;
        rows_add_texts(rows, column->name, type_name(column->type, type), column->is_nullable ? "YES" : "NO",
                       default_sql);
    }
    (void)statement;
}

static Rows *describe_rows(Statement *statement)
{
    return rows_new(statement->arena, 4, "column_name", TYPE_VARCHAR, "column_type", TYPE_VARCHAR, "null", TYPE_VARCHAR,
                    "default", TYPE_VARCHAR);
}

static BatchStream *describe_table(Statement *statement, TableProvider *table)
{
    Rows *rows = describe_rows(statement);
    describe_schema(statement, rows, table->ops->schema(table, &statement->context), table);
    return rows_stream(rows);
}

static BatchStream *show_tables(Statement *statement, const SchemaProvider *only_schema, bool only_views);

BatchStream *statement_describe(Statement *statement, const AstStatement *ast)
{
    const AstDescribe *describe = ast->describe;
    if (describe->query) {
        BoundQuery *query = bind_query(&statement->environment, describe->query);
        Schema *schema = schema_new(statement->arena, query->column_count);
        for (size_t i = 0; i < query->column_count; i++) {
            const PlanColumn *column = plan_column(&statement->columns, query->plan->outputs[i]);
            schema->columns[i] = (Column){query->names[i], column->type, column->is_nullable};
        }
        Rows *rows = describe_rows(statement);
        describe_schema(statement, rows, schema, NULL);
        return rows_stream(rows);
    }
    if (describe->table == NULL)
        return show_tables(statement, NULL, false);
    if (describe->table->kind == AST_FROM_TABLE)
        return describe_table(statement, statement_require_table(statement, &describe->table->table));
    TableProvider *table = bind_file_table(&statement->environment, describe->table->file, describe->table->position);
    provider_own(statement->arena, table);
    return describe_table(statement, table);
}

/* ---- SHOW ---- */

typedef struct TableList {
    Statement *statement;
    Rows *rows;
    bool only_views;
    const char *schema_name;
    SchemaProvider *schema;
} TableList;

static void table_list_visit(void *user, const char *name)
{
    static const char *const types[] = {"table", "view", "temporary"};
    TableList *list = user;
    TableProvider *table = list->schema->ops->table(list->schema, view_of(name), &list->statement->context);
    if (table == NULL)
        return;
    provider_own(list->statement->arena, table);
    TableType type = provider_table_type(table);
    if (type == TABLE_SEQUENCE || (list->only_views && type != TABLE_VIEW))
        return;
    rows_add_texts(list->rows, list->schema_name, name, types[type], table->ops->format);
}

static BatchStream *show_tables(Statement *statement, const SchemaProvider *only_schema, bool only_views)
{
    const Catalog *catalog = statement->connection->catalog;
    TableList list = {.statement = statement,
                      .only_views = only_views,
                      .rows = rows_new(statement->arena, 4, "schema", TYPE_VARCHAR, "name", TYPE_VARCHAR, "type",
                                       TYPE_VARCHAR, "format", TYPE_VARCHAR)};
    for (size_t i = 0; (list.schema_name = catalog_schema_at(catalog, i)) != NULL; i++) {
        list.schema = catalog_schema(catalog, view_of(list.schema_name));
        if (only_schema ? list.schema != only_schema : list.schema->ops->is_hidden)
            continue;
        list.schema->ops->each(list.schema, &statement->context, table_list_visit, &list);
    }
    return rows_stream(list.rows);
}

static BatchStream *show_schemas(Statement *statement)
{
    const Catalog *catalog = statement->connection->catalog;
    Rows *rows =
        rows_new(statement->arena, 3, "schema", TYPE_VARCHAR, "format", TYPE_VARCHAR, "is_current", TYPE_BOOLEAN);
    const char *name;
    for (size_t i = 0; (name = catalog_schema_at(catalog, i)) != NULL; i++) {
        Value values[] = {value_text(view_of(name)),
                          value_text(view_of(catalog_schema(catalog, view_of(name))->ops->format)),
                          value_boolean(text_equal_ignoring_case(name, catalog_current_schema(catalog)))};
        rows_add(rows, values);
    }
    return rows_stream(rows);
}

static BatchStream *show_functions(Statement *statement)
{
    Rows *rows = rows_new(statement->arena, 4, "name", TYPE_VARCHAR, "kind", TYPE_VARCHAR, "signature", TYPE_VARCHAR,
                          "description", TYPE_VARCHAR);
    const Function *function;
    const Aggregate *aggregate;
    const WindowFunction *window;
    const SetFunction *set;
    for (size_t i = 0; (function = function_at(i)) != NULL; i++)
        rows_add_texts(rows, function->name, "scalar", function->signature, function->description);
    for (size_t i = 0; (aggregate = aggregate_at(i)) != NULL; i++)
        rows_add_texts(rows, aggregate->name, "aggregate", aggregate->signature, aggregate->description);
    for (size_t i = 0; (window = window_function_at(i)) != NULL; i++)
        rows_add_texts(rows, window->name, "window", window->signature, window->description);
    for (size_t i = 0; (set = set_function_at(i)) != NULL; i++)
        rows_add_texts(rows, set->name, "set", set->signature, set->description);
    return rows_stream(rows);
}

static BatchStream *show_settings(Statement *statement)
{
    Rows *rows =
        rows_new(statement->arena, 3, "name", TYPE_VARCHAR, "value", TYPE_VARCHAR, "description", TYPE_VARCHAR);
    const char *name;
    for (size_t i = 0; (name = settings_name(i)) != NULL; i++)
        rows_add_texts(rows, name,
                       settings_get(&statement->connection->settings, statement->arena, view_of(name), NO_POSITION),
                       settings_description(i));
    return rows_stream(rows);
}

/* search_path, or PostgreSQL's SET SCHEMA: a list of names, which lives in the catalog. */
static bool name_is_path(const AstName *name)
{
    return view_equal_ignoring_case(name->text, view_of("search_path")) ||
           view_equal_ignoring_case(name->text, view_of("schema"));
}

static const char *path_text(const Statement *statement)
{
    Text text = text_in(statement->arena);
    SearchPath path = catalog_path(statement->connection->catalog);
    for (size_t i = 0; i < path.count; i++)
        text_add_format(&text, "%s%s", i ? ", " : "", path.names[i]);
    return text.size ? text_string(&text) : "main";
}

const char *statement_setting(const Statement *statement, StringView name, Position position)
{
    if (name_is_path(&(AstName){name, position}))
        return path_text(statement);
    return settings_get(&statement->connection->settings, statement->arena, name, position);
}

static BatchStream *show_setting(Statement *statement, const AstObjectName *name)
{
    const char *value = statement_setting(statement, name->name, name->position);
    Rows *rows = rows_new(statement->arena, 1, arena_view(statement->arena, name->name).data, TYPE_VARCHAR);
    rows_add_texts(rows, value);
    return rows_stream(rows);
}

static void index_definition_print(Text *text, const Index *index, const AstObjectName *table)
{
    text_add(text, index->is_unique ? ";\nCREATE UNIQUE INDEX " : ";\nCREATE INDEX ");
    printer_print_name(text, view_of(index->name));
    text_add(text, " ON ");
    printer_print_object_name(text, table);
    for (size_t k = 0; k < index->key_count; k++) {
        const IndexKey *key = &index->keys[k];
        bool is_column = key->expr->kind == EXPR_COLUMN;
        text_add_format(text, is_column ? "%s%s" : "%s(%s)", k ? ", " : " (", key->sql);
        if (key->order.is_descending)
            text_add(text, " DESC");
        if (key->order.nulls_first != key->order.is_descending)
            text_add(text, key->order.nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
    text_add_char(text, ')');
    if (index->predicate_sql)
        text_add_format(text, " WHERE %s", index->predicate_sql);
}

/* The statements that would make the table, and its indexes. */
static BatchStream *show_definition(Statement *statement, const AstObjectName *name)
{
    Rows *rows = rows_new(statement->arena, 1, "definition", TYPE_VARCHAR);
    TableProvider *table = statement_require_table(statement, name);
    const Indexes *indexes = provider_indexes(table);
    Text text = text_in(statement->arena);
    text_add(&text, statement_table_definition(statement, table, name));
    for (size_t i = 0; indexes && i < indexes->count; i++)
        index_definition_print(&text, &indexes->items[i], name);
    rows_add_texts(rows, text_string(&text));
    return rows_stream(rows);
}

/* LIKE: the rows whose name fits. */
static BatchStream *rows_like(Statement *statement, BatchStream *stream, const AstExpr *like)
{
    ptrdiff_t column = schema_find(stream->schema, view_of("name"));
    Type text = type_of(TYPE_VARCHAR);
    Value pattern = bind_constant(&statement->environment, like, &text);
    if (pattern.is_null)
        error_raise(ERROR_INVALID_PARAMETER, like->position, "LIKE wants a pattern");
    const LikePattern *compiled = like_compile(statement->arena, pattern.text, view_of("\\"));
    Rows *rows = rows_new_of(statement->arena, stream->schema);
    Value *values = arena_array(statement->arena, Value, stream->schema->column_count);
    for (const Batch *batch; (batch = stream_next(stream)) != NULL;)
        for (size_t row = 0; row < batch->row_count; row++) {
            for (size_t c = 0; c < batch->column_count; c++)
                values[c] = vector_value(batch->columns[c], batch_row(batch, row));
            if (like_matches(compiled, values[column < 0 ? 0 : column].text))
                rows_add(rows, values);
        }
    return rows_stream(rows);
}

static BatchStream *show_kind(Statement *statement, const AstShow *show, Position position)
{
    switch (show->kind) {
    case AST_SHOW_TABLES:
        return show_tables(statement,
                           show->name.schema.data ? catalog_require_schema(statement->connection->catalog,
                                                                           show->name.schema, show->name.position)
                                                  : NULL,
                           false);
    case AST_SHOW_ALL_TABLES:
        return show_tables(statement, NULL, false);
    case AST_SHOW_VIEWS:
        return show_tables(statement, NULL, true);
    case AST_SHOW_COLUMNS:
        return describe_table(statement, statement_require_table(statement, &show->name));
    case AST_SHOW_CREATE_TABLE:
    case AST_SHOW_CREATE_VIEW:
        return show_definition(statement, &show->name);
    case AST_SHOW_FUNCTIONS:
        return show_functions(statement);
    case AST_SHOW_SCHEMAS:
    case AST_SHOW_DATABASES:
        return show_schemas(statement);
    case AST_SHOW_ALL:
        return show_settings(statement);
    case AST_SHOW_SETTING:
        return show_setting(statement, &show->name);
    }
    error_raise(ERROR_NOT_SUPPORTED, position, "this SHOW is not supported");
}

BatchStream *statement_show(Statement *statement, const AstStatement *ast)
{
    BatchStream *rows = show_kind(statement, ast->show, ast->position);
    return ast->show->like ? rows_like(statement, rows, ast->show->like) : rows;
}

/* ---- SET ---- */

/* Where files are written is for who started safe mode to say. */
static void require_safe_change(const Settings *before, const Settings *after, Position position)
{
    if (!before->safe)
        return;
    if (!after->safe)
        error_raise(ERROR_READ_ONLY, position, "safe mode cannot be turned off");
    if (strcmp(before->temp_directory, after->temp_directory) != 0)
        error_raise(ERROR_READ_ONLY, position, "safe mode forbids another temp_directory");
}

/* The budgets follow the settings; safe mode cannot be left again. */
void statement_change_setting(Statement *statement, StringView name, const char *text, Position position)
{
    QuernConnection *connection = statement->connection;
    Settings changed = connection->settings;
    settings_set(&changed, connection->arena, name, text, position);
    require_safe_change(&connection->settings, &changed, position);
    connection->settings = changed;
    connection->setting_count++;
    connection->memory.limit =
        connection->settings.memory_limit ? connection->settings.memory_limit : connection->memory_default;
    connection->temp.limit = connection->settings.temp_limit ? connection->settings.temp_limit : SIZE_MAX;
}

typedef ARRAY(StringView) PathNames;

/* 'a, b' is two. */
static void path_add(Statement *statement, PathNames *names, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, ",");
        StringView name = view_trim((StringView){text, size});
        if (name.size > 0)
            array_add(statement->arena, names, name);
        text += size + (text[size] == ',');
    }
}

static void set_path(Statement *statement, const AstExprs *values)
{
    PathNames names = {0};
    for (size_t i = 0; i < values->count; i++) {
        Value value = bind_constant(&statement->environment, values->items[i], NULL);
        path_add(statement, &names, value.is_null ? "" : value_display(statement->arena, &value));
    }
    catalog_set_path(statement->connection->catalog, names.items, names.count);
}

void statement_set_config(void *user, StringView name, const char *text, Position position)
{
    Statement *statement = user;
    if (name_is_path(&(AstName){name, position})) {
        PathNames names = {0};
        path_add(statement, &names, text ? text : "");
        catalog_set_path(statement->connection->catalog, names.items, names.count);
    } else {
        statement_change_setting(statement, name, text, position);
    }
}

BatchStream *statement_set(Statement *statement, const AstStatement *ast)
{
    const AstSet *set = ast->set;
    if (name_is_path(&set->name)) {
        set_path(statement, &set->value);
        return NULL;
    }
    const char *text = NULL;
    if (set->value.count > 1)
        error_raise(ERROR_INVALID_PARAMETER, set->value.items[1]->position, "a setting takes one value");
    if (set->value.count == 1) {
        Value value = bind_constant(&statement->environment, set->value.items[0], NULL);
        text = value_display(statement->arena, &value);
    }
    statement_change_setting(statement, set->name.text, text, set->name.position);
    return NULL;
}

BatchStream *statement_reset(Statement *statement, const AstStatement *ast)
{
    const char *name;
    bool is_safe = statement->connection->settings.safe;
    if (!ast_name_is_given(ast->reset) || name_is_path(ast->reset))
        catalog_set_path(statement->connection->catalog, NULL, 0);
    if (ast_name_is_given(ast->reset) && name_is_path(ast->reset))
        return NULL;
    if (ast_name_is_given(ast->reset))
        statement_change_setting(statement, ast->reset->text, NULL, ast->reset->position);
    else
        for (size_t i = 0; (name = settings_name(i)) != NULL; i++)
            if (strcmp(name, "safe") != 0 && !(strcmp(name, "temp_directory") == 0 && is_safe))
                statement_change_setting(statement, view_of(name), NULL, ast->position);
    return NULL;
}
