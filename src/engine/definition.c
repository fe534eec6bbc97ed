/* engine/definition.c: tables by name with their schemas, and their definitions. */
#include "engine/definition.h"

#include "base/array.h"
#include "engine/transaction.h"
#include "optimizer/rule.h"

TableProvider *statement_require_table(Statement *statement, const AstObjectName *name)
{
    StringView parts[3];
    size_t count = ast_object_name_parts(name, parts);
    Catalog *catalog = statement->connection->catalog;
    return provider_own(statement->arena,
                        catalog_require_table(catalog, parts, count, &statement->context, name->position));
}

NamedTable statement_named_table(Statement *statement, const AstObjectName *name)
{
    StringView parts[3];
    size_t count = ast_object_name_parts(name, parts);
    Catalog *catalog = statement->connection->catalog;
    NamedTable named = {.name = name->name, .position = name->position};
    named.table = catalog_find(catalog, parts, count, &statement->context, name->position, &named.schema_name);
    if (named.table) {
        provider_own(statement->arena, named.table);
        named.schema = catalog_schema(catalog, view_of(named.schema_name));
    }
    return named;
}

NamedTable statement_require_named_table(Statement *statement, const AstObjectName *name)
{
    NamedTable named = statement_named_table(statement, name);
    if (named.table == NULL)
        named.table = statement_require_table(statement, name);
    return named;
}

typedef struct TableList {
    Statement *statement;
    NamedTable at; /* the schema */
    ARRAY(NamedTable) tables;
} TableList;

static void table_list_visit(void *user, const char *name)
{
    TableList *list = user;
    NamedTable named = list->at;
    named.name = view_of(arena_string(list->statement->arena, name));
    named.table = named.schema->ops->table(named.schema, named.name, &list->statement->context);
    if (named.table == NULL)
        return;
    statement_keep_table(list->statement, named.table);
    if (table_is_memory(named.table))
        array_add(list->statement->arena, &list->tables, named);
}

void statement_each_table(Statement *statement, void (*visit)(void *user, const NamedTable *table), void *user)
{
    const Catalog *catalog = statement->connection->catalog;
    TableList list = {.statement = statement, .at = {.position = NO_POSITION}};
    for (size_t i = 0; (list.at.schema_name = catalog_schema_at(catalog, i)) != NULL; i++) {
        list.at.schema = catalog_schema(catalog, view_of(list.at.schema_name));
        if (schema_is_memory(list.at.schema))
            list.at.schema->ops->each(list.at.schema, &statement->context, table_list_visit, &list);
    }
    for (size_t i = 0; i < list.tables.count; i++)
        visit(user, &list.tables.items[i]);
}

TableDefinition table_definition(Statement *statement, TableProvider *table)
{
    const Schema *schema = table->ops->schema(table, &statement->context);
    const Constraints *constraints = provider_constraints(table);
    const Indexes *indexes = provider_indexes(table);
    const char **defaults = arena_array(statement->arena, const char *, schema->column_count);
    for (size_t i = 0; i < schema->column_count; i++)
        defaults[i] = provider_column_default(table, i);
    TableDefinition definition = {.schema = schema, .defaults = defaults};
    if (constraints)
        definition.constraints = *constraints;
    if (indexes)
        definition.indexes = *indexes;
    return definition;
}

/* Filters are simplified, so the predicate is: one is looked for in the other. */
const Index *statement_bind_index(Statement *statement, const Schema *schema, const char *name, bool is_unique,
                                  const AstOrders *keys, const AstExpr *where)
{
    Index *index = bind_index(&statement->environment, schema, name, is_unique, keys, where);
    PlanColumns columns = {.arena = statement->arena, .context = &statement->context};
    if (where)
        index->predicate = expr_simplify_condition(&columns, index->predicate);
    return index;
}

static Constraint index_constraint(Statement *statement, const Index *index)
{
    size_t *columns = arena_array(statement->arena, size_t, index->key_count);
    for (size_t k = 0; k < index->key_count; k++)
        columns[k] = index->keys[k].expr->column;
    return (Constraint){.kind = index->predicate ? CONSTRAINT_PARTIAL_UNIQUE : CONSTRAINT_UNIQUE,
                        .is_index = true,
                        .name = index->name,
                        .column_count = index->key_count,
                        .columns = columns,
                        .check = index->predicate_sql,
                        .predicate = index->predicate};
}

TableDefinition definition_with_indexes(Statement *statement, const TableDefinition *definition, const Indexes *indexes)
{
    TableDefinition other = *definition;
    const Constraints *old = &definition->constraints;
    Constraint *items = arena_array(statement->arena, Constraint, old->count + indexes->count);
    size_t count = 0;
    for (size_t i = 0; i < old->count; i++)
        if (!old->items[i].is_index)
            items[count++] = old->items[i];
    for (size_t i = 0; i < indexes->count; i++)
        if (indexes->items[i].is_unique)
            items[count++] = index_constraint(statement, &indexes->items[i]);
    other.constraints = (Constraints){count, items};
    other.indexes = *indexes;
    return other;
}

void constraints_require_plain(const Constraints *constraints, Position position)
{
    for (size_t i = 0; i < constraints->count; i++) {
        ConstraintKind kind = constraints->items[i].kind;
        if (kind == CONSTRAINT_FOREIGN_KEY || kind == CONSTRAINT_GENERATED)
            error_raise(ERROR_NOT_SUPPORTED, position, "%s are for tables in memory",
                        kind == CONSTRAINT_FOREIGN_KEY ? "foreign keys" : "generated columns");
    }
}

void statement_keep_table(Statement *statement, TableProvider *table)
{
    provider_own(statement->arena, table);
}

void statement_replace_table(Statement *statement, const NamedTable *named, TableProvider *table)
{
    statement_begin_catalog(statement);
    catalog_register(statement->connection->catalog, view_of(named->schema_name), named->name, provider_ref(table),
                     /* replace= */ true, named->position);
}

void statement_redefine_table(Statement *statement, const NamedTable *named, const TableDefinition *definition,
                              const MemorySource *sources)
{
    TableProvider *table = memory_table_like(&statement->context, named->table, definition, sources);
    statement_keep_table(statement, table);
    statement_replace_table(statement, named, table);
}

void statement_pass_on(Statement *statement, const NamedTable *named, const AstStatement *ast, const char *sql)
{
    const char *what = ast_statement_name(ast->kind);
    if (named->schema->ops->execute == NULL)
        error_raise(ERROR_NOT_SUPPORTED, named->position, "%s is not supported in schema \"%s\" (%s)", what,
                    named->schema_name, named->schema->ops->format);
    statement_require_unsafe(statement, what, ast->position);
    statement_refuse_transaction(statement, arena_format(statement->arena, "%s in a database", what), ast->position);
    named->schema->ops->execute(named->schema, sql, &statement->context);
}
