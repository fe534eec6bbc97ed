/* engine/statement_index.c: CREATE INDEX, DROP INDEX, REINDEX. */
#include "engine/definition.h"
#include "engine/transaction.h"
#include "sql/printer.h"

static TableProvider *index_table(Statement *statement, SchemaProvider *schema, StringView name)
{
    TableProvider *table =
        schema && schema->ops->index_table ? schema->ops->index_table(schema, name, &statement->context) : NULL;
    if (table)
        provider_own(statement->arena, table);
    return table;
}

/* ---- CREATE INDEX ---- */

/* PostgreSQL's name: t_a_b_idx, "expr" for what is no column, and a number when that is taken. */
static const char *index_name(Statement *statement, const NamedTable *named, const AstCreateIndex *create)
{
    if (create->name.name.data)
        return arena_view(statement->arena, create->name.name).data;
    Text text = text_in(statement->arena);
    text_add_view(&text, named->name);
    for (size_t i = 0; i < create->keys.count; i++) {
        text_add_char(&text, '_');
        text_add(&text, bind_output_name(statement->arena, create->keys.items[i].expr));
    }
    text_add(&text, "_idx");
    const char *name = text_string(&text);
    for (size_t i = 1; index_table(statement, named->schema, view_of(name)); i++)
        name = arena_format(statement->arena, "%s%zu", text_string(&text), i);
    return name;
}

static void require_method(const AstCreateIndex *create)
{
    static const char *const methods[] = {"btree", "hash", "art"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (create->method.data == NULL || view_equal_ignoring_case(create->method, view_of(methods[i])))
            return;
    error_raise(ERROR_UNDEFINED_OBJECT, create->table.position, "index method \"%.*s\" does not exist",
                VIEW_ARGUMENTS(create->method));
}

static void require_columns(const Index *index, const AstCreateIndex *create)
{
    for (size_t k = 0; k < index->key_count; k++)
        if (index->keys[k].expr->kind != EXPR_COLUMN)
            error_raise(ERROR_NOT_SUPPORTED, create->keys.items[k].expr->position,
                        "a unique index stands on columns, not on expressions");
}

static void create_memory_index(Statement *statement, const NamedTable *named, const AstCreateIndex *create,
                                const char *name)
{
    TableDefinition definition = table_definition(statement, named->table);
    const Index *index =
        statement_bind_index(statement, definition.schema, name, create->is_unique, &create->keys, create->where);
    if (create->is_unique)
        require_columns(index, create);
    Index *items = arena_array(statement->arena, Index, definition.indexes.count + 1);
    for (size_t i = 0; i < definition.indexes.count; i++)
        items[i] = definition.indexes.items[i];
    items[definition.indexes.count] = *index;
    Indexes indexes = {definition.indexes.count + 1, items};
    definition = definition_with_indexes(statement, &definition, &indexes);
    statement_redefine_table(statement, named, &definition, /* sources= */ NULL);
}

/* The statement as the database wants it: the index has the schema's name in front, not the table. */
static const char *foreign_index_sql(Statement *statement, const AstCreateIndex *create, const char *name)
{
    AstCreateIndex own = *create;
    own.name = (AstObjectName){.schema = view_of("main"), .name = view_of(name)};
    own.table.catalog = own.table.schema = own.method = (StringView){0};
    Text text = text_in(statement->arena);
    printer_print_statement(&text, &(AstStatement){.kind = AST_STATEMENT_CREATE_INDEX, .create_index = &own},
                            PRINTER_PLAIN);
    return text_string(&text);
}

BatchStream *statement_create_index(Statement *statement, const AstStatement *ast)
{
    const AstCreateIndex *create = ast->create_index;
    NamedTable named = statement_require_named_table(statement, &create->table);
    require_method(create);
    const char *name = index_name(statement, &named, create);
    if (index_table(statement, named.schema, view_of(name))) {
        if (create->is_if_not_exists)
            return NULL;
        error_raise_hint(ERROR_DUPLICATE_TABLE, create->name.position, "IF NOT EXISTS keeps it",
                         "index \"%s\" is there already", name);
    }
    if (table_is_memory(named.table))
        create_memory_index(statement, &named, create, name);
    else if (named.schema->ops->execute)
        statement_pass_on(statement, &named, ast, foreign_index_sql(statement, create, name));
    else
        error_raise(ERROR_NOT_SUPPORTED, create->table.position,
                    "CREATE INDEX is not supported for table \"%.*s\" (%s)", VIEW_ARGUMENTS(create->table.name),
                    named.table->ops->format);
    return NULL;
}

/* ---- DROP INDEX ---- */

/* Whose index it is: of the schema that is named, else of the first that has it, those of the search path before the
 * others. table NULL: nobody's. */
static NamedTable index_owner(Statement *statement, const AstObjectName *name)
{
    const Catalog *catalog = statement->connection->catalog;
    NamedTable named = {.position = name->position};
    const char *path[] = {catalog_current_schema(catalog), "main"};
    for (size_t i = 0; named.table == NULL; i++) {
        const char *other = i < 2 ? path[i] : catalog_schema_at(catalog, i - 2);
        if (other == NULL)
            break;
        named.schema_name = name->schema.data ? arena_view(statement->arena, name->schema).data : other;
        named.schema = catalog_schema(catalog, view_of(named.schema_name));
        named.table = index_table(statement, named.schema, name->name);
    }
    return named;
}

typedef struct NameSearch {
    const NamedTable *named;
    Statement *statement;
    const char *found;
} NameSearch;

static void name_visit(void *user, const char *name)
{
    NameSearch *search = user;
    SchemaProvider *schema = search->named->schema;
    TableProvider *table = schema->ops->table(schema, view_of(name), &search->statement->context);
    if (table == search->named->table)
        search->found = arena_string(search->statement->arena, name);
    provider_unref(table);
}

static void drop_memory_index(Statement *statement, NamedTable *named, StringView name)
{
    NameSearch search = {.named = named, .statement = statement};
    named->schema->ops->each(named->schema, &statement->context, name_visit, &search);
    named->name = view_of(search.found);
    TableDefinition definition = table_definition(statement, named->table);
    Index *items = arena_array(statement->arena, Index, definition.indexes.count);
    Indexes indexes = {0, items};
    for (size_t i = 0; i < definition.indexes.count; i++)
        if (!view_equal_ignoring_case(view_of(definition.indexes.items[i].name), name))
            items[indexes.count++] = definition.indexes.items[i];
    definition = definition_with_indexes(statement, &definition, &indexes);
    statement_redefine_table(statement, named, &definition, /* sources= */ NULL);
}

void statement_drop_index(Statement *statement, const AstStatement *ast, const AstObjectName *name)
{
    NamedTable named = index_owner(statement, name);
    if (named.table == NULL && ast->drop->is_if_exists)
        return;
    if (named.table == NULL)
        error_raise(ERROR_UNDEFINED_OBJECT, name->position, "index \"%.*s\" does not exist",
                    VIEW_ARGUMENTS(name->name));
    if (table_is_memory(named.table)) {
        drop_memory_index(statement, &named, name->name);
        return;
    }
    Text text = text_in(statement->arena);
    text_add(&text, "DROP INDEX ");
    printer_print_object_name(&text, &(AstObjectName){.schema = view_of("main"), .name = name->name});
    statement_pass_on(statement, &named, ast, text_string(&text));
}

/* ---- REINDEX: those of tables in memory are always in order ---- */

BatchStream *statement_reindex(Statement *statement, const AstStatement *ast)
{
    const AstObjectName *name = ast->reindex;
    if (name->name.data == NULL)
        return NULL;
    NamedTable named = index_owner(statement, name);
    if (named.table == NULL)
        named = statement_require_named_table(statement, name);
    if (named.schema->ops->execute == NULL)
        return NULL;
    Text text = text_in(statement->arena);
    text_add(&text, "REINDEX ");
    printer_print_object_name(&text, &(AstObjectName){.schema = view_of("main"), .name = name->name});
    statement_pass_on(statement, &named, ast, text_string(&text));
    return NULL;
}
