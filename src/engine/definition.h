/* engine/definition.h: tables in memory under another definition: what ALTER TABLE and CREATE INDEX share. */
#ifndef QUERN_ENGINE_DEFINITION_H
#define QUERN_ENGINE_DEFINITION_H

#include "engine/engine.h"
#include "provider/memory/memory.h"

/* A table that a statement names, and where it stands. */
typedef struct NamedTable {
    TableProvider *table; /* NULL: there is none. The statement has a share */
    const char *schema_name;
    SchemaProvider *schema;
    StringView name;
    Position position;
} NamedTable;

NamedTable statement_named_table(Statement *statement, const AstObjectName *name);
/* The same; raises UNDEFINED_TABLE. */
NamedTable statement_require_named_table(Statement *statement, const AstObjectName *name);
TableProvider *statement_require_table(Statement *statement, const AstObjectName *name);
/* Each table in memory of the catalog, which `visit` may change. */
void statement_each_table(Statement *statement, void (*visit)(void *user, const NamedTable *table), void *user);
/* What the table is now. */
TableDefinition table_definition(Statement *statement, TableProvider *table);
/* An index over the columns of a schema; `where` may be NULL. */
const Index *statement_bind_index(Statement *statement, const Schema *schema, const char *name, bool is_unique,
                                  const AstOrders *keys, const AstExpr *where);
/* The definition with these indexes; those that are unique stand among the constraints. */
TableDefinition definition_with_indexes(Statement *statement, const TableDefinition *definition,
                                        const Indexes *indexes);
/* For a table that is kept elsewhere: raises NOT_SUPPORTED when one of them is for tables in memory. */
void constraints_require_plain(const Constraints *constraints, Position position);
/* The statement takes the caller's share. */
void statement_keep_table(Statement *statement, TableProvider *table);
/* The same rows under another definition take the table's place; `sources` as in memory_table_like. */
void statement_redefine_table(Statement *statement, const NamedTable *named, const TableDefinition *definition,
                              const MemorySource *sources);
/* Puts another table, which the statement keeps, in its place. */
void statement_replace_table(Statement *statement, const NamedTable *named, TableProvider *table);
/* Hands a statement on to the database that the schema is: in its text that is called main. */
void statement_pass_on(Statement *statement, const NamedTable *named, const AstStatement *ast, const char *sql);

/* CREATE TABLE with the columns and constraints of the tables that LIKE names in its place. */
const AstCreateTable *statement_expand_likes(Statement *statement, const AstCreateTable *create);

#endif
