/* engine/table_like.c: CREATE TABLE t (LIKE other INCLUDING …): the other table's definition, as far as it is wanted.
 */
#include "base/array.h"
#include "engine/definition.h"
#include "sql/parser.h"
#include "sql/printer.h"

/* The other table as CREATE TABLE would make it; of what is no table in memory, names and types. */
static const AstCreateTable *like_source(Statement *statement, const NamedTable *named)
{
    if (table_is_memory(named->table)) {
        const char *sql = statement_table_definition(statement, named->table, &(AstObjectName){.name = named->name});
        return parser_parse(statement->arena, view_of(sql), NULL)->create_table;
    }
    const Schema *schema = named->table->ops->schema(named->table, &statement->context);
    Text text = text_in(statement->arena);
    text_add(&text, "CREATE TABLE t (");
    for (size_t i = 0; i < schema->column_count; i++) {
        char type[TYPE_NAME_SIZE];
        text_add(&text, i ? ", " : "");
        printer_print_name(&text, view_of(schema->columns[i].name));
        text_add_format(&text, " %s", type_name(schema->columns[i].type, type));
    }
    text_add_char(&text, ')');
    return parser_parse(statement->arena, view_of(text_string(&text)), NULL)->create_table;
}

/* The part that a constraint belongs to; 0: it always comes along. FOREIGN KEY never does: its bit is none of ALL. */
static unsigned constraint_part(AstConstraintKind kind)
{
    switch (kind) {
    case AST_CONSTRAINT_DEFAULT:
        return AST_LIKE_DEFAULTS;
    case AST_CONSTRAINT_GENERATED:
        return AST_LIKE_GENERATED;
    case AST_CONSTRAINT_IDENTITY:
        return AST_LIKE_IDENTITY;
    case AST_CONSTRAINT_CHECK:
        return AST_LIKE_CONSTRAINTS;
    case AST_CONSTRAINT_PRIMARY_KEY:
    case AST_CONSTRAINT_UNIQUE:
        return AST_LIKE_INDEXES;
    case AST_CONSTRAINT_FOREIGN_KEY:
        return AST_LIKE_ALL + 1;
    default:
        return 0;
    }
}

static AstConstraints like_constraints(Statement *statement, const AstConstraints *constraints, unsigned parts)
{
    AstConstraints taken = {0};
    for (size_t i = 0; i < constraints->count; i++) {
        AstConstraint constraint = constraints->items[i];
        unsigned part = constraint_part(constraint.kind);
        if (part & ~parts)
            continue;
        if (part == AST_LIKE_INDEXES)
            constraint.name = (AstName){0}; /* which another index has */
        array_add(statement->arena, &taken, constraint);
    }
    return taken;
}

static void like_expand(Statement *statement, const AstLike *like, AstCreateTable *create)
{
    NamedTable named = statement_require_named_table(statement, &like->table);
    const AstCreateTable *source = like_source(statement, &named);
    const Indexes *indexes = provider_indexes(named.table);
    if (like->parts & AST_LIKE_INDEXES && indexes && indexes->count > 0)
        error_raise_hint(ERROR_NOT_SUPPORTED, like->table.position, "use CREATE INDEX",
                         "LIKE takes over no index that CREATE INDEX has made");
    for (size_t i = 0; i < source->columns.count; i++) {
        AstColumnDefinition column = source->columns.items[i];
        column.name.position = like->table.position;
        column.constraints = like_constraints(statement, &column.constraints, like->parts);
        array_add(statement->arena, &create->columns, column);
    }
    AstConstraints constraints = like_constraints(statement, &source->constraints, like->parts);
    for (size_t i = 0; i < constraints.count; i++)
        array_add(statement->arena, &create->constraints, constraints.items[i]);
}

const AstCreateTable *statement_expand_likes(Statement *statement, const AstCreateTable *create)
{
    if (create->likes.count == 0)
        return create;
    AstCreateTable *expanded = arena_copy(statement->arena, create, sizeof *create);
    expanded->columns = (AstColumnDefinitions){0};
    expanded->constraints = (AstConstraints){0};
    size_t like = 0;
    for (size_t i = 0; i <= create->columns.count; i++) {
        for (; like < create->likes.count && create->likes.items[like].column_index == i; like++)
            like_expand(statement, &create->likes.items[like], expanded);
        if (i < create->columns.count)
            array_add(statement->arena, &expanded->columns, create->columns.items[i]);
    }
    for (size_t i = 0; i < create->constraints.count; i++)
        array_add(statement->arena, &expanded->constraints, create->constraints.items[i]);
    return expanded;
}
