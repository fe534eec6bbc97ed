/* engine/statement_create.c: CREATE TABLE, VIEW and EXTERNAL TABLE, DROP, COMMENT ON, ATTACH, DETACH, USE. */
#include "engine/foreign_key.h"
#include "engine/formats.h"
#include "engine/identity.h"
#include "engine/transaction.h"
#include "sql/printer.h"

/* A table that others refer to cannot go. */
static void require_unused(Statement *statement, const AstObjectName *name, const char *verb)
{
    NamedTable named = statement_named_table(statement, name);
    if (named.table)
        foreign_keys_require_unused(statement, named.table, NULL, ERROR_DEPENDENT_OBJECTS, verb);
}

void statement_register(Statement *statement, const AstObjectName *name, TableProvider *table, bool replace)
{
    if (replace)
        require_unused(statement, name, "replace");
    statement_begin_catalog(statement);
    catalog_register(statement->connection->catalog, name->schema.data ? name->schema : view_of(""), name->name,
                     provider_ref(table), replace, name->position);
}

/* Whether the name is taken already; the new table's own place, not any schema's: in the current one, or main where
 * that is a database. */
static bool table_is_there(Statement *statement, const AstObjectName *name)
{
    const Catalog *catalog = statement->connection->catalog;
    StringView schema = name->schema.data ? name->schema : view_of(catalog_current_schema(catalog));
    const SchemaProvider *provider = catalog_require_schema(catalog, schema, name->position);
    StringView parts[2] = {schema_is_memory(provider) ? schema : view_of("main"), name->name};
    TableProvider *table = catalog_table(statement->connection->catalog, parts, 2, &statement->context, name->position);
    if (table)
        statement_keep_table(statement, table);
    return table != NULL;
}

bool statement_create_is_done(Statement *statement, const AstObjectName *name, bool is_replace, bool is_if_not_exists)
{
    if (is_replace || !table_is_there(statement, name))
        return false;
    if (is_if_not_exists)
        return true;
    error_raise_hint(ERROR_DUPLICATE_TABLE, name->position, "CREATE OR REPLACE takes its place, IF NOT EXISTS keeps it",
                     "table \"%.*s\" is there already", VIEW_ARGUMENTS(name->name));
}

AstObjectName statement_created_name(Statement *statement, const AstObjectName *written, bool is_temporary)
{
    AstObjectName name = *written;
    Catalog *catalog = statement->connection->catalog;
    StringView temp = view_of("temp");
    bool is_temp_schema =
        view_equal_ignoring_case(name.schema, temp) || view_equal_ignoring_case(name.schema, view_of("pg_temp"));
    if (!is_temporary && !is_temp_schema)
        return name;
    if (name.schema.data && !is_temp_schema)
        error_raise(ERROR_INVALID_TABLE_DEFINITION, name.position, "a temporary table stands in no schema but temp");
    if (catalog_schema(catalog, temp) == NULL) {
        statement_begin_catalog(statement);
        catalog_create_schema(catalog, temp, name.position);
    }
    name.schema = temp;
    return name;
}

static TableType table_type_of(const AstObjectName *name)
{
    return view_equal(name->schema, view_of("temp")) ? TABLE_TEMPORARY : TABLE_BASE;
}

/* ---- CREATE TABLE ---- */

/* The columns of CREATE TABLE … AS query: the query's, under the names that are given. */
static BoundTable *query_table_definition(Statement *statement, const AstCreateTable *create, const BoundQuery *query)
{
    BoundTable *table = arena_new(statement->arena, BoundTable);
    size_t count = query->column_count, named = create->columns.count;
    if (named > count)
        error_raise(ERROR_SYNTAX, create->columns.items[count].name.position,
                    "%zu columns are named, but the query has %zu", named, count);
    table->schema = schema_new(statement->arena, count);
    table->defaults = arena_array(statement->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        const PlanColumn *column = plan_column(&statement->columns, query->plan->outputs[i]);
        const char *name =
            i < named ? arena_view(statement->arena, create->columns.items[i].name.text).data : query->names[i];
        Type type = column->type.id == TYPE_NULL ? type_of(TYPE_VARCHAR) : column->type;
        for (size_t j = 0; j < i; j++)
            if (text_equal_ignoring_case(table->schema->columns[j].name, name))
                error_raise_hint(ERROR_DUPLICATE_COLUMN, create->query->position, "give it another name with AS",
                                 "column \"%s\" is there twice", name);
        table->schema->columns[i] = (Column){.name = name, .type = type, .is_nullable = true};
    }
    return table;
}

/* CREATE TABLE t(a INT, …) AS query: every column has a type. */
static bool columns_are_typed(const AstColumnDefinitions *columns)
{
    for (size_t i = 0; i < columns->count; i++)
        if (!ast_name_is_given(&(AstName){columns->items[i].type.name, NO_POSITION}))
            return false;
    return columns->count > 0;
}

static BatchStream *create_table_from_query(Statement *statement, const AstCreateTable *create,
                                            const AstObjectName *name)
{
    BoundQuery *query = bind_query(&statement->environment, create->query);
    BoundTable *definition =
        columns_are_typed(&create->columns)
            ? bind_table_definition(&statement->environment, &create->columns, &create->constraints)
            : query_table_definition(statement, create, query);
    constraints_require_plain(&definition->constraints, name->position);
    TableProvider *table = memory_table_new(&statement->context, definition->schema, &definition->constraints,
                                            definition->defaults, table_type_of(name));
    statement_keep_table(statement, table);
    uint64_t count = 0;
    if (!create->is_with_no_data) {
        size_t *columns = arena_array(statement->arena, size_t, definition->schema->column_count);
        for (size_t i = 0; i < definition->schema->column_count; i++)
            columns[i] = i;
        Plan *plan =
            bind_insert_query(&statement->environment, table, arena_view(statement->arena, create->name.name).data,
                              INSERT_APPEND, query, columns, definition->schema->column_count, create->query->position);
        const char *count_name = "count";
        const BoundQuery insert = {.plan = plan, .column_count = 1, .names = &count_name};
        Batch *batch = stream_next(statement_run_write(statement, &insert));
        count = vector_value(batch->columns[0], 0).u64;
    }
    statement_register(statement, name, table, create->is_or_replace);
    return statement_count_row(statement, count);
}

/* An attached database makes its tables itself. */
static bool is_foreign_schema(Statement *statement, const AstObjectName *name, SchemaProvider **ret_schema)
{
    const char *current = catalog_current_schema(statement->connection->catalog);
    StringView schema = name->schema.data ? name->schema : view_of(current);
    *ret_schema = catalog_schema(statement->connection->catalog, schema);
    return *ret_schema && (*ret_schema)->ops->create;
}

static TableProvider *created_table(Statement *statement, const AstCreateTable *create, const AstObjectName *name)
{
    const BoundTable *bound = bind_table_definition(&statement->environment, &create->columns, &create->constraints);
    TableDefinition definition = {
        .schema = bound->schema, .constraints = bound->constraints, .defaults = bound->defaults};
    const char *schema = name->schema.data ? arena_view(statement->arena, name->schema).data
                                           : catalog_current_schema(statement->connection->catalog);
    foreign_keys_resolve(statement, schema, name->name, &definition, name->position);
    TableProvider *table = memory_table_of(&statement->context, &definition, table_type_of(name));
    statement_keep_table(statement, table);
    return table;
}

/* Those of the table whose place another one takes. */
static void drop_replaced_sequences(Statement *statement, const AstObjectName *name)
{
    NamedTable named = statement_named_table(statement, name);
    if (named.table)
        owned_sequences_drop(statement, named.table);
}

BatchStream *statement_create_table(Statement *statement, const AstStatement *ast)
{
    const AstCreateTable *create = ast->create_table;
    AstObjectName name = statement_created_name(statement, &create->name, create->is_temporary);
    SchemaProvider *schema;
    if (is_foreign_schema(statement, &name, &schema)) {
        statement_require_unsafe(statement, "CREATE TABLE in a database", ast->position);
        statement_refuse_transaction(statement, "CREATE TABLE in a database", ast->position);
        if (create->query || create->is_or_replace)
            error_raise_hint(ERROR_NOT_SUPPORTED, ast->position, "make the table first, then INSERT INTO it",
                             "an attached database takes a plain CREATE TABLE with columns");
        TableProvider *there = schema->ops->table(schema, create->name.name, &statement->context);
        if (there)
            statement_keep_table(statement, there);
        if (there && create->is_if_not_exists)
            return NULL;
        create = statement_expand_likes(statement, create);
        BoundTable *definition = bind_table_definition(&statement->environment, &create->columns, &create->constraints);
        constraints_require_plain(&definition->constraints, ast->position);
        schema->ops->create(schema, arena_view(statement->arena, create->name.name).data, definition->schema,
                            &definition->constraints, definition->defaults, &statement->context);
        return NULL;
    }
    if (statement_create_is_done(statement, &name, create->is_or_replace, create->is_if_not_exists))
        return NULL;
    if (create->query)
        return create_table_from_query(statement, create, &name);
    if (create->is_or_replace)
        drop_replaced_sequences(statement, &name);
    create = statement_expand_identities(statement, statement_expand_likes(statement, create), &name);
    statement_register(statement, &name, created_table(statement, create, &name), create->is_or_replace);
    return NULL;
}

/* ---- CREATE VIEW ---- */

BatchStream *statement_create_view(Statement *statement, const AstStatement *ast)
{
    const AstCreateView *create = ast->create_view;
    AstObjectName name = statement_created_name(statement, &create->name, create->is_temporary);
    if (statement_create_is_done(statement, &name, create->is_or_replace, create->is_if_not_exists))
        return NULL;
    BoundQuery *query = bind_query(&statement->environment, create->query);
    if (create->columns.count > query->column_count)
        error_raise(ERROR_SYNTAX, create->columns.items[query->column_count].position,
                    "%zu columns are named, but the query has %zu", create->columns.count, query->column_count);
    Schema *schema = schema_new(statement->arena, query->column_count);
    for (size_t i = 0; i < query->column_count; i++) {
        const PlanColumn *column = plan_column(&statement->columns, query->plan->outputs[i]);
        const char *column_name = i < create->columns.count
                                      ? arena_view(statement->arena, create->columns.items[i].text).data
                                      : query->names[i];
        for (size_t j = 0; j < i; j++)
            if (text_equal_ignoring_case(schema->columns[j].name, column_name))
                error_raise_hint(ERROR_DUPLICATE_COLUMN, create->query->position, "give it another name with AS",
                                 "column \"%s\" is there twice", column_name);
        schema->columns[i] = (Column){.name = column_name, .type = column->type, .is_nullable = column->is_nullable};
    }
    const char *sql = arena_view(statement->arena, create->query_text).data;
    SearchPath path = catalog_path(statement->connection->catalog);
    TableProvider *view = view_new(&statement->context, sql, schema, &path);
    statement_keep_table(statement, view);
    statement_register(statement, &name, view, create->is_or_replace);
    return NULL;
}

/* ---- CREATE EXTERNAL TABLE ---- */

static const Format *external_format(Statement *statement, const AstCreateExternalTable *create)
{
    const Catalog *catalog = statement->connection->catalog;
    if (!ast_name_is_given(&create->format)) {
        const Format *format = catalog_format_of_file(catalog, create->location);
        return format ? format : engine_formats[0];
    }
    const Format *format = catalog_format(catalog, create->format.text);
    if (format == NULL || format->table == NULL) {
        Text known = text_in(statement->arena);
        for (size_t i = 0; (format = catalog_format_at(catalog, i)) != NULL; i++)
            text_add_format(&known, "%s%s", i ? ", " : "known formats: ", format->name);
        error_raise_hint(ERROR_UNDEFINED_OBJECT, create->format.position, text_string(&known),
                         "there is no format \"%.*s\"", VIEW_ARGUMENTS(create->format.text));
    }
    return format;
}

/* WITH ORDER (a, b DESC): columns alone, in one list. */
static void external_orders(Statement *statement, const AstCreateExternalTable *create, FormatArgs *args)
{
    if (create->orders.count == 0)
        return;
    const AstOrders *list = &create->orders.items[0];
    ScanOrder *orders = arena_array(statement->arena, ScanOrder, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const AstOrder *order = &list->items[i];
        const char *name = order->expr->kind == AST_COLUMN ? bind_output_name(statement->arena, order->expr) : NULL;
        ptrdiff_t column = name && args->columns ? schema_find(args->columns, view_of(name)) : -1;
        if (column < 0)
            error_raise_hint(ERROR_UNDEFINED_COLUMN, order->expr->position, "WITH ORDER names columns of its statement",
                             "%s is no column of the table", name ? name : "an expression");
        orders[i] = (ScanOrder){.column = (size_t)column, .order = bind_sort_order(order, NULL_ORDER_LARGEST)};
    }
    args->orders = orders;
    args->order_count = list->count;
}

static void external_columns(Statement *statement, const AstCreateExternalTable *create, FormatArgs *args)
{
    if (create->columns.count) {
        const BoundTable *table =
            bind_table_definition(&statement->environment, &create->columns, &create->constraints);
        for (size_t i = 0; i < table->schema->column_count; i++) /* what a file holds nobody has cast */
            table->schema->columns[i].type = type_without_limit(table->schema->columns[i].type);
        constraints_require_plain(&table->constraints, create->name.position);
        args->columns = table->schema;
        args->constraints = &table->constraints;
        args->defaults = table->defaults;
    }
    external_orders(statement, create, args);
}

BatchStream *statement_create_external_table(Statement *statement, const AstStatement *ast)
{
    const AstCreateExternalTable *create = ast->create_external_table;
    statement_require_unsafe(statement, "CREATE EXTERNAL TABLE", ast->position);
    if (statement_create_is_done(statement, &create->name, create->is_or_replace, create->is_if_not_exists))
        return NULL;
    const Format *format = external_format(statement, create);
    if (create->partitioned_by.count)
        error_raise(ERROR_NOT_SUPPORTED, ast->position, "PARTITIONED BY is not supported");
    size_t option_count;
    if (create->location.data == NULL && !format->needs_no_location)
        error_raise(ERROR_SYNTAX, ast->position, "a table of format %s needs a LOCATION", format->name);
    StringView location = create->location.data ? create->location : view_of("");
    FormatArgs args = {.format = format,
                       .table_name = arena_view(statement->arena, create->name.name).data,
                       .location = arena_view(statement->arena, location).data,
                       .position = create->location_position,
                       .options = statement_format_options(statement, &create->options, &option_count),
                       .context = &statement->context};
    args.option_count = option_count;
    external_columns(statement, create, &args);
    if (create->is_with_header_row) {
        FormatOption *options = arena_array(statement->arena, FormatOption, option_count + 1);
        memcpy(options, args.options, option_count * sizeof *options);
        options[args.option_count++] =
            (FormatOption){.name = view_of("header"), .value = view_of("true"), .position = ast->position};
        args.options = options;
    }
    TableProvider *table = format->table(&args);
    statement_keep_table(statement, table);
    (void)table->ops->schema(table, &statement->context); /* what cannot be read is told now */
    statement_register(statement, &create->name, table, create->is_or_replace);
    return NULL;
}

/* ---- schemas ---- */

/* "quern" in front of a schema's name is this catalog. */
static void require_own_catalog(const AstObjectName *name)
{
    if (name->schema.data && !view_equal_ignoring_case(name->schema, view_of("quern")))
        error_raise(ERROR_UNDEFINED_OBJECT, name->position, "there is no catalog \"%.*s\"",
                    VIEW_ARGUMENTS(name->schema));
}

BatchStream *statement_create_schema(Statement *statement, const AstStatement *ast)
{
    const AstCreateSchema *create = ast->create_schema;
    Catalog *catalog = statement->connection->catalog;
    require_own_catalog(&create->name);
    if (create->is_if_not_exists && catalog_schema(catalog, create->name.name))
        return NULL;
    statement_begin_catalog(statement);
    if (create->is_or_replace && catalog_schema(catalog, create->name.name))
        catalog_drop_schema(catalog, create->name.name, /* is_cascade= */ true, create->name.position);
    catalog_create_schema(catalog, create->name.name, create->name.position);
    return NULL;
}

static void drop_schema(Statement *statement, const AstDrop *drop, const AstObjectName *name)
{
    Catalog *catalog = statement->connection->catalog;
    require_own_catalog(name);
    if (drop->is_if_exists && catalog_schema(catalog, name->name) == NULL)
        return;
    statement_begin_catalog(statement);
    catalog_drop_schema(catalog, name->name, drop->is_cascade, name->position);
}

/* ---- DROP ---- */

/* Raises when a table is to be dropped as a view, and so on. */
static void require_dropped_kind(TableProvider *table, const AstDrop *drop, const AstObjectName *name)
{
    static const struct {
        AstObjectKind kind;
        const char *name, *hint;
    } kinds[] = {[TABLE_BASE] = {AST_OBJECT_TABLE, "table", "use DROP TABLE"},
                 [TABLE_VIEW] = {AST_OBJECT_VIEW, "view", "use DROP VIEW"},
                 [TABLE_TEMPORARY] = {AST_OBJECT_TABLE, "table", "use DROP TABLE"},
                 [TABLE_SEQUENCE] = {AST_OBJECT_SEQUENCE, "sequence", "use DROP SEQUENCE"}};
    TableType type = provider_table_type(table);
    if (kinds[type].kind != drop->kind)
        error_raise_hint(ERROR_WRONG_OBJECT_TYPE, name->position, kinds[type].hint, "\"%.*s\" is a %s",
                         VIEW_ARGUMENTS(name->name), kinds[type].name);
}

/* `gone`: all that the statement drops. */
static bool drop_one(Statement *statement, const AstDrop *drop, const AstObjectName *name, const Tables *gone)
{
    StringView parts[3];
    size_t count = ast_object_name_parts(name, parts);
    Catalog *catalog = statement->connection->catalog;
    const char *schema;
    TableProvider *table = catalog_find(catalog, parts, count, &statement->context, name->position, &schema);
    if (table == NULL)
        return false;
    statement_keep_table(statement, table);
    require_dropped_kind(table, drop, name);
    if (!schema_is_memory(catalog_schema(catalog, view_of(schema)))) {
        statement_require_unsafe(statement, "DROP in a database", name->position);
        statement_refuse_transaction(statement, "DROP in a database", name->position);
    }
    statement_begin_catalog(statement);
    if (drop->is_cascade)
        foreign_keys_drop(statement, table);
    else
        foreign_keys_require_unused(statement, table, gone, ERROR_DEPENDENT_OBJECTS, "drop");
    if (drop->kind == AST_OBJECT_SEQUENCE)
        sequence_release_columns(statement, table, drop->is_cascade, name->position);
    else
        owned_sequences_drop(statement, table);
    return catalog_drop(catalog, parts, count, &statement->context, name->position);
}

/* All that a DROP TABLE names and that is there: they may refer to each other. */
static Tables dropped_tables(Statement *statement, const AstDrop *drop)
{
    Tables tables = {0};
    for (size_t i = 0; drop->kind == AST_OBJECT_TABLE && i < drop->names.count; i++) {
        TableProvider *table = statement_named_table(statement, &drop->names.items[i]).table;
        if (table)
            array_add(statement->arena, &tables, table);
    }
    return tables;
}

BatchStream *statement_drop(Statement *statement, const AstStatement *ast)
{
    const AstDrop *drop = ast->drop;
    const Tables gone = dropped_tables(statement, drop);
    for (size_t i = 0; i < drop->names.count; i++) {
        const AstObjectName *name = &drop->names.items[i];
        if (drop->kind == AST_OBJECT_INDEX) {
            statement_drop_index(statement, ast, name);
            continue;
        }
        if (drop->kind == AST_OBJECT_SCHEMA) {
            drop_schema(statement, drop, name);
            continue;
        }
        if (drop_one(statement, drop, name, &gone) || drop->is_if_exists)
            continue;
        (void)statement_require_table(statement, name);
        error_raise(ERROR_UNDEFINED_TABLE, name->position, "table \"%.*s\" is not in the current schema",
                    VIEW_ARGUMENTS(name->name));
    }
    return NULL;
}

/* ---- COMMENT ON: what it is about must be there; the text is for those who read the script ---- */

BatchStream *statement_comment(Statement *statement, const AstStatement *ast)
{
    const AstComment *comment = ast->comment;
    const AstObjectName *name = &comment->name;
    if (comment->is_column) {
        AstObjectName table = {.schema = name->catalog, .name = name->schema, .position = name->position};
        NamedTable named = statement_require_named_table(statement, &table);
        if (schema_find(named.table->ops->schema(named.table, &statement->context), name->name) < 0)
            error_raise(ERROR_UNDEFINED_COLUMN, name->position, "column \"%.*s\" of table \"%.*s\" does not exist",
                        VIEW_ARGUMENTS(name->name), VIEW_ARGUMENTS(table.name));
    } else if (comment->kind == AST_OBJECT_SCHEMA) {
        (void)catalog_require_schema(statement->connection->catalog, name->name, name->position);
    } else if (comment->kind != AST_OBJECT_INDEX) {
        (void)statement_require_table(statement, name);
    }
    return NULL;
}

/* ---- databases ---- */

/* By its extension, else by asking each format that can attach; the last such one decides with its own error. */
static const Format *attach_format(Statement *statement, StringView path)
{
    const Catalog *catalog = statement->connection->catalog;
    const Format *format = catalog_format_of_file(catalog, path);
    if (format && format->attach)
        return format;
    for (size_t i = 0; (format = catalog_format_at(catalog, i)) != NULL; i++)
        if (format->attach)
            return format;
    error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "no format can attach a database");
}

BatchStream *statement_attach(Statement *statement, const AstStatement *ast)
{
    const AstAttach *attach = ast->attach;
    Catalog *catalog = statement->connection->catalog;
    statement_require_unsafe(statement, "ATTACH", ast->position);
    statement_refuse_transaction(statement, "ATTACH", ast->position);
    StringView name =
        ast_name_is_given(&attach->name) ? attach->name.text : view_of(file_table_name(statement->arena, attach->path));
    if (attach->is_if_not_exists && catalog_schema(catalog, name))
        return NULL;
    size_t option_count;
    FormatArgs args = {.location = arena_view(statement->arena, attach->path).data,
                       .position = attach->path_position,
                       .options = statement_format_options(statement, &attach->options, &option_count),
                       .context = &statement->context};
    args.option_count = option_count;
    SchemaProvider *schema = attach_format(statement, attach->path)->attach(&args);
    catalog_attach(catalog, name, schema, ast->position);
    return NULL;
}

BatchStream *statement_detach(Statement *statement, const AstStatement *ast)
{
    const AstDetach *detach = ast->detach;
    statement_refuse_transaction(statement, "DETACH", ast->position);
    Catalog *catalog = statement->connection->catalog;
    if (!(detach->is_if_exists && catalog_schema(catalog, detach->name.text) == NULL))
        catalog_detach(catalog, detach->name.text, detach->name.position);
    return NULL;
}

BatchStream *statement_use(Statement *statement, const AstStatement *ast)
{
    require_own_catalog(ast->use);
    catalog_use(statement->connection->catalog, ast->use->name, ast->use->position);
    return NULL;
}
