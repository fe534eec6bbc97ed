/* engine/identity.c: columns and the sequences that number them. */
#include "engine/identity.h"

#include "base/array.h"
#include "engine/transaction.h"
#include "provider/sequence.h"
#include "sql/parser.h"
#include "sql/printer.h"

/* ---- CREATE TABLE ---- */

static const char *serial_type(const AstType *type)
{
    static const struct {
        const char *name, *type;
    } serials[] = {{"serial", "integer"}, {"serial4", "integer"},      {"bigserial", "bigint"},
                   {"serial8", "bigint"}, {"smallserial", "smallint"}, {"serial2", "smallint"}};
    for (size_t i = 0; i < sizeof serials / sizeof *serials; i++)
        if (type->name.data && view_equal_ignoring_case(type->name, view_of(serials[i].name)))
            return serials[i].type;
    return NULL;
}

/* table_column_seq, with a number behind it where that is taken. */
static AstObjectName new_sequence_name(Statement *statement, const AstObjectName *table, const AstName *column)
{
    AstObjectName name = {.schema = table->schema, .position = column->position};
    Text plain = text_in(statement->arena);
    text_add_view(&plain, table->name);
    text_add_char(&plain, '_');
    text_add_view(&plain, column->text);
    text_add(&plain, "_seq");
    name.name = text_view(&plain);
    for (unsigned i = 1; statement_named_table(statement, &name).table; i++)
        name.name = view_of(arena_format(statement->arena, "%s%u", text_string(&plain), i));
    return name;
}

static AstExpr *next_number(Statement *statement, const AstObjectName *sequence)
{
    Text name = text_in(statement->arena), sql = text_in(statement->arena);
    printer_print_object_name(&name, sequence);
    text_add(&sql, "nextval(");
    printer_print_string(&sql, text_view(&name));
    text_add(&sql, ")");
    return parser_parse_expression(statement->arena, text_view(&sql));
}

static bool sequence_has_type(const AstSequence *sequence)
{
    for (size_t i = 0; i < sequence->options.count; i++)
        if (sequence->options.items[i].kind == AST_SEQUENCE_AS)
            return true;
    return false;
}

/* The sequence of a new column; returns the column's next number. */
static AstExpr *column_sequence(Statement *statement, const AstObjectName *table, const AstColumnDefinition *column,
                                const AstSequence *given)
{
    AstSequence sequence = *given;
    AstSequenceOption type = {.kind = AST_SEQUENCE_AS, .type = column->type, .position = column->type.position};
    AstObjectName owned = *table;
    if (owned.schema.data == NULL)
        owned.schema = view_of(catalog_current_schema(statement->connection->catalog));
    sequence.options.capacity = sequence.options.count; /* what is added makes a copy */
    if (!sequence_has_type(given))
        array_add(statement->arena, &sequence.options, type);
    if (sequence.name.name.data == NULL)
        sequence.name = new_sequence_name(statement, &owned, &column->name);
    else if (sequence.name.schema.data == NULL)
        sequence.name.schema = owned.schema;
    sequence.name.position = column->name.position;
    sequence.owner = (AstObjectName){.schema = owned.name, .name = column->name.text};
    statement_make_sequence(statement, &sequence);
    return next_number(statement, &sequence.name);
}

void statement_expand_identity(Statement *statement, const AstObjectName *table, AstColumnDefinition *column)
{
    const char *type = serial_type(&column->type);
    AstConstraint *identity = ast_column_constraint(column, AST_CONSTRAINT_IDENTITY);
    if (type && identity)
        error_raise(ERROR_SYNTAX, identity->position, "column \"%.*s\" has both a default and an identity",
                    VIEW_ARGUMENTS(column->name.text));
    if (type) {
        column->type.name = view_of(type);
        AstExpr *number = column_sequence(statement, table, column, &(AstSequence){0});
        AstConstraint parts[] = {{.kind = AST_CONSTRAINT_NOT_NULL, .position = column->name.position},
                                 {.kind = AST_CONSTRAINT_DEFAULT, .expr = number, .position = column->name.position}};
        for (size_t i = 0; i < 2; i++)
            array_add(statement->arena, &column->constraints, parts[i]);
    } else if (identity) {
        AstSequence sequence = *identity->sequence;
        sequence.is_identity = true;
        identity->expr = column_sequence(statement, table, column, &sequence);
    }
}

const AstCreateTable *statement_expand_identities(Statement *statement, const AstCreateTable *create,
                                                  const AstObjectName *name)
{
    AstCreateTable *expanded = arena_copy(statement->arena, create, sizeof *create);
    expanded->columns = (AstColumnDefinitions){0};
    for (size_t i = 0; i < create->columns.count; i++) {
        AstColumnDefinition column = create->columns.items[i];
        AstConstraints constraints = {0};
        for (size_t c = 0; c < column.constraints.count; c++)
            array_add(statement->arena, &constraints, column.constraints.items[c]);
        column.constraints = constraints;
        statement_expand_identity(statement, name, &column);
        array_add(statement->arena, &expanded->columns, column);
    }
    return expanded;
}

/* ---- the sequence of a column ---- */

NamedTable column_sequence_of(Statement *statement, TableProvider *table, size_t column)
{
    const char *sql = provider_column_default(table, column);
    AstObjectName name;
    if (sql == NULL ||
        !bind_nextval_name(statement->arena, parser_parse_expression(statement->arena, view_of(sql)), &name))
        return (NamedTable){0};
    name.position = NO_POSITION;
    NamedTable named = statement_named_table(statement, &name);
    return named.table && table_sequence(named.table) ? named : (NamedTable){0};
}

void owned_sequence_drop(Statement *statement, TableProvider *table, size_t column)
{
    NamedTable named = column_sequence_of(statement, table, column);
    if (named.table == NULL || !table_sequence(named.table)->definition.is_owned)
        return;
    statement_begin_catalog(statement);
    (void)catalog_drop(statement->connection->catalog, (StringView[]){view_of(named.schema_name), named.name}, 2,
                       &statement->context, NO_POSITION);
}

void owned_sequences_drop(Statement *statement, TableProvider *table)
{
    size_t count = table_is_memory(table) ? table->ops->schema(table, &statement->context)->column_count : 0;
    for (size_t i = 0; i < count; i++)
        owned_sequence_drop(statement, table, i);
}

void owned_sequences_restart(Statement *statement, TableProvider *table)
{
    size_t count = table_is_memory(table) ? table->ops->schema(table, &statement->context)->column_count : 0;
    for (size_t i = 0; i < count; i++) {
        NamedTable named = column_sequence_of(statement, table, i);
        Sequence *sequence = named.table ? table_sequence(named.table) : NULL;
        if (sequence && sequence->definition.is_owned)
            sequence_restart(sequence, sequence->definition.start);
    }
}

/* ---- the columns of a sequence ---- */

typedef struct ColumnSearch {
    Statement *statement;
    const TableProvider *sequence;
    Position position;
    bool is_cascade;      /* defaults go */
    const char *next_sql; /* or become this; NULL otherwise */
} ColumnSearch;

static void column_search_change(const ColumnSearch *search, const NamedTable *named, size_t column)
{
    TableDefinition definition = table_definition(search->statement, named->table);
    const char **defaults =
        arena_copy(search->statement->arena, definition.defaults, definition.schema->column_count * sizeof *defaults);
    defaults[column] = search->next_sql;
    definition.defaults = defaults;
    statement_redefine_table(search->statement, named, &definition, /* sources= */ NULL);
}

static void column_search_visit(void *user, const NamedTable *given)
{
    const ColumnSearch *search = user;
    Statement *statement = search->statement;
    NamedTable named = *given;
    const Schema *schema = named.table->ops->schema(named.table, &statement->context);
    for (size_t i = 0; i < schema->column_count; i++) {
        if (column_sequence_of(statement, named.table, i).table != search->sequence)
            continue;
        bool must_stay = provider_column_identity(named.table, i) != NULL;
        if (search->next_sql == NULL && (must_stay || !search->is_cascade))
            error_raise_hint(ERROR_DEPENDENT_OBJECTS, search->position,
                             must_stay ? "drop the column, or ALTER TABLE … ALTER COLUMN … DROP IDENTITY"
                                       : "DROP … CASCADE drops the default too",
                             "column \"%s\" of table \"%.*s\" takes its numbers from the sequence",
                             schema->columns[i].name, VIEW_ARGUMENTS(named.name));
        column_search_change(search, &named, i);
        AstObjectName name = {.schema = view_of(named.schema_name), .name = named.name, .position = NO_POSITION};
        named.table = statement_named_table(statement, &name).table;
    }
}

void sequence_release_columns(Statement *statement, TableProvider *sequence, bool is_cascade, Position position)
{
    ColumnSearch search = {
        .statement = statement, .sequence = sequence, .is_cascade = is_cascade, .position = position};
    statement_each_table(statement, column_search_visit, &search);
}

void sequence_rename_in_columns(Statement *statement, TableProvider *sequence, const AstObjectName *new_name)
{
    Text sql = text_in(statement->arena);
    printer_print_expr(&sql, next_number(statement, new_name), PRINTER_PLAIN);
    ColumnSearch search = {.statement = statement, .sequence = sequence, .next_sql = text_string(&sql)};
    statement_each_table(statement, column_search_visit, &search);
}
