/* engine/statement_sequence.c: CREATE and ALTER SEQUENCE. */
#include "provider/sequence.h"

#include "column/number.h"
#include "engine/identity.h"
#include "engine/transaction.h"

/* ---- what the options say ---- */

static int64_t option_number(const AstSequenceOption *option)
{
    int64_t number;
    bool is_overflow;
    if (!int64_parse(option->number, &number, &is_overflow))
        error_raise(ERROR_OUT_OF_RANGE, option->position, "%.*s is out of range for type bigint",
                    VIEW_ARGUMENTS(option->number));
    return number;
}

static const AstSequenceOption *find_option(const AstSequence *ast, AstSequenceOptionKind kind)
{
    const AstSequenceOption *found = NULL;
    for (size_t i = 0; i < ast->options.count; i++) {
        const AstSequenceOption *option = &ast->options.items[i];
        if (option->kind != kind)
            continue;
        if (found)
            error_raise(ERROR_SYNTAX, option->position, "conflicting or redundant options");
        found = option;
    }
    return found;
}

static Type sequence_type(const AstSequence *ast, Type otherwise)
{
    const AstSequenceOption *option = find_option(ast, AST_SEQUENCE_AS);
    Type type = option ? bind_type(&option->type) : otherwise;
    if (type.id != TYPE_SMALLINT && type.id != TYPE_INTEGER && type.id != TYPE_BIGINT)
        error_raise(ERROR_INVALID_PARAMETER, option->position, "sequence type must be smallint, integer, or bigint");
    return type_of((TypeId)type.id);
}

static int64_t greatest_number(Type type)
{
    static const int64_t most[] = {[TYPE_SMALLINT] = INT16_MAX, [TYPE_INTEGER] = INT32_MAX, [TYPE_BIGINT] = INT64_MAX};
    return most[type.id];
}

/* The bounds where none are said: upwards from 1, downwards to -1. */
static int64_t minimum_unsaid(const SequenceDefinition *definition)
{
    return definition->increment > 0 ? 1 : -greatest_number(definition->type) - 1;
}

static int64_t maximum_unsaid(const SequenceDefinition *definition)
{
    return definition->increment > 0 ? greatest_number(definition->type) : -1;
}

static int64_t start_unsaid(const SequenceDefinition *definition)
{
    return definition->increment > 0 ? definition->minimum : definition->maximum;
}

static void sequence_bounds(const AstSequence *ast, SequenceDefinition *definition, bool is_new)
{
    int64_t greatest = greatest_number(definition->type);
    const AstSequenceOption *minimum = find_option(ast, AST_SEQUENCE_MINVALUE);
    const AstSequenceOption *maximum = find_option(ast, AST_SEQUENCE_MAXVALUE);
    if (minimum && minimum->number.size)
        definition->minimum = option_number(minimum);
    else if (minimum || is_new)
        definition->minimum = minimum_unsaid(definition);
    if (maximum && maximum->number.size)
        definition->maximum = option_number(maximum);
    else if (maximum || is_new)
        definition->maximum = maximum_unsaid(definition);
    if (definition->minimum < -greatest - 1 || definition->maximum > greatest)
        error_raise(ERROR_INVALID_PARAMETER, ast->name.position,
                    "a bound is out of range for the sequence's data type");
    if (definition->minimum >= definition->maximum)
        error_raise(ERROR_INVALID_PARAMETER, ast->name.position, "MINVALUE (%lld) must be less than MAXVALUE (%lld)",
                    (long long)definition->minimum, (long long)definition->maximum);
}

static void require_within(const SequenceDefinition *definition, int64_t value, const char *what, Position position)
{
    if (value < definition->minimum)
        error_raise(ERROR_INVALID_PARAMETER, position, "%s value (%lld) cannot be less than MINVALUE (%lld)", what,
                    (long long)value, (long long)definition->minimum);
    if (value > definition->maximum)
        error_raise(ERROR_INVALID_PARAMETER, position, "%s value (%lld) cannot be greater than MAXVALUE (%lld)", what,
                    (long long)value, (long long)definition->maximum);
}

/* `before`: what ALTER finds; NULL: it is made. */
static SequenceDefinition sequence_definition(const AstSequence *ast, const SequenceDefinition *before)
{
    SequenceDefinition definition = {.type = type_of(TYPE_BIGINT), .increment = 1};
    if (before)
        definition = *before;
    const AstSequenceOption *increment = find_option(ast, AST_SEQUENCE_INCREMENT);
    const AstSequenceOption *start = find_option(ast, AST_SEQUENCE_START),
                            *cycle = find_option(ast, AST_SEQUENCE_CYCLE);
    definition.type = sequence_type(ast, definition.type);
    if (increment)
        definition.increment = option_number(increment);
    if (definition.increment == 0)
        error_raise(ERROR_INVALID_PARAMETER, increment->position, "INCREMENT must not be zero");
    sequence_bounds(ast, &definition, before == NULL);
    if (start)
        definition.start = option_number(start);
    else if (before == NULL)
        definition.start = start_unsaid(&definition);
    require_within(&definition, definition.start, "START", start ? start->position : ast->name.position);
    if (cycle)
        definition.is_cycling = !cycle->is_no;
    return definition;
}

const char *sequence_options_text(Arena *arena, const SequenceDefinition *definition)
{
    Text text = text_in(arena);
    if (definition->increment != 1)
        text_add_format(&text, " INCREMENT BY %lld", (long long)definition->increment);
    if (definition->minimum != minimum_unsaid(definition))
        text_add_format(&text, " MINVALUE %lld", (long long)definition->minimum);
    if (definition->maximum != maximum_unsaid(definition))
        text_add_format(&text, " MAXVALUE %lld", (long long)definition->maximum);
    if (definition->start != start_unsaid(definition))
        text_add_format(&text, " START WITH %lld", (long long)definition->start);
    if (definition->is_cycling)
        text_add(&text, " CYCLE");
    return text_string(&text);
}

/* ---- statements ---- */

/* NONE stands alone. */
static bool sequence_is_owned(const AstSequence *ast)
{
    return ast->owner.schema.data != NULL;
}

void statement_make_sequence(Statement *statement, const AstSequence *create)
{
    SequenceDefinition definition = sequence_definition(create, NULL);
    definition.is_owned = sequence_is_owned(create);
    definition.is_identity = create->is_identity;
    TableProvider *table = sequence_table_new(&statement->context, arena_view(statement->arena, create->name.name).data,
                                              &definition, catalog_last_value(statement->connection->catalog));
    statement_keep_table(statement, table);
    statement_register(statement, &create->name, table, create->is_or_replace);
}

BatchStream *statement_create_sequence(Statement *statement, const AstStatement *ast)
{
    AstSequence create = *ast->create_sequence;
    create.name = statement_created_name(statement, &create.name, create.is_temporary);
    if (!statement_create_is_done(statement, &create.name, create.is_or_replace, create.is_if_not_exists))
        statement_make_sequence(statement, &create);
    return NULL;
}

/* ---- ALTER SEQUENCE ---- */

/* The same numbers under another name or definition. */
static TableProvider *sequence_remake(Statement *statement, const Sequence *sequence, const char *name,
                                      const SequenceDefinition *definition)
{
    TableProvider *table = sequence_table_new(&statement->context, name, definition, sequence->last);
    statement_keep_table(statement, table);
    Sequence *remade = table_sequence(table);
    remade->value = sequence->value;
    remade->is_taken = sequence->is_taken;
    remade->is_current = sequence->is_current;
    remade->current = sequence->current;
    return table;
}

static void rename_sequence(Statement *statement, const NamedTable *named, const AstName *new_name)
{
    const Sequence *sequence = table_sequence(named->table);
    AstObjectName name = {
        .schema = view_of(named->schema_name), .name = new_name->text, .position = new_name->position};
    if (statement_create_is_done(statement, &name, /* is_replace= */ false, /* is_if_not_exists= */ false))
        return;
    TableProvider *table =
        sequence_remake(statement, sequence, arena_view(statement->arena, name.name).data, &sequence->definition);
    statement_register(statement, &name, table, /* replace= */ false);
    sequence_rename_in_columns(statement, named->table, &name);
    (void)catalog_drop(statement->connection->catalog, (StringView[]){name.schema, named->name}, 2, &statement->context,
                       named->position);
}

/* As in PostgreSQL this is not undone by ROLLBACK where it only sets the next number; other changes would be, so they
 * make a sequence anew. */
BatchStream *statement_alter_sequence(Statement *statement, const AstStatement *ast)
{
    const AstSequence *alter = ast->alter_sequence;
    NamedTable named = alter->is_if_exists ? statement_named_table(statement, &alter->name)
                                           : statement_require_named_table(statement, &alter->name);
    if (named.table == NULL)
        return NULL;
    const Sequence *sequence = table_sequence(named.table);
    if (sequence == NULL)
        error_raise(ERROR_WRONG_OBJECT_TYPE, alter->name.position, "\"%.*s\" is not a sequence",
                    VIEW_ARGUMENTS(alter->name.name));
    if (ast_name_is_given(&alter->new_name)) {
        rename_sequence(statement, &named, &alter->new_name);
        return NULL;
    }
    SequenceDefinition definition = sequence_definition(alter, &sequence->definition);
    if (alter->owner.name.data)
        definition.is_owned = sequence_is_owned(alter);
    const AstSequenceOption *restart = find_option(alter, AST_SEQUENCE_RESTART);
    int64_t value = !restart ? sequence->value : restart->number.size ? option_number(restart) : definition.start;
    require_within(&definition, value, "RESTART", restart ? restart->position : alter->name.position);
    TableProvider *table = sequence_remake(statement, sequence, sequence->name, &definition);
    Sequence *changed = table_sequence(table);
    changed->value = value;
    changed->is_taken &= restart == NULL;
    statement_replace_table(statement, &named, table);
    return NULL;
}
