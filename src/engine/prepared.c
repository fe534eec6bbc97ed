/* engine/prepared.c: finding out what a statement's parameters are, giving them values, and running it. */
#include "engine/prepared.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "column/decimal.h"
#include "expr/cast.h"
#include "sql/parser.h"

/* ---- what its parameters are ---- */

/* $1, $2, … whether they are used or not, then those with names, as they come. */
static BindParameters *parameters_new(Arena *arena, const AstStatement *ast)
{
    BindParameters *parameters = arena_new(arena, BindParameters);
    size_t use_count = ast->parameters.count, most = ast->parameter_count + use_count;
    parameters->items = arena_array(arena, BindParameter, most);
    for (size_t i = 0; i < ast->parameter_count; i++)
        parameters->items[i].name = view_of(arena_format(arena, "%zu", i + 1));
    parameters->count = ast->parameter_count;
    for (size_t u = 0; u < use_count; u++) {
        StringView name = ast->parameters.items[u]->text;
        size_t i = 0;
        while (i < parameters->count && !view_equal(parameters->items[i].name, name))
            i++;
        if (i == parameters->count)
            parameters->items[parameters->count++].name = name;
    }
    /* a plan may bind one place more than once (an alias that is used again): then the first tells */
    for (size_t i = 0; i < parameters->count; i++) {
        parameters->items[i].type = type_of(TYPE_NULL);
        parameters->items[i].uses = arena_array(arena, const Expr *, use_count);
        parameters->items[i].use_limit = use_count;
    }
    return parameters;
}

/* In the tree it becomes a value: what it is then, *parameter tells. */
static void parameter_place(const AstExprs *uses, const Parameter *parameter)
{
    for (size_t u = 0; u < uses->count; u++) {
        AstExpr *expr = uses->items[u];
        if (expr->kind != AST_PARAMETER || !view_equal(expr->text, parameter->name))
            continue;
        expr->kind = AST_VALUE;
        expr->value.name = parameter->name;
        expr->value.parameter = parameter;
        expr->value.is_untyped = false;
    }
}

/* Declared types are known while the statement is bound, the others come out of it. */
static void parameters_declare(Arena *arena, const AstTypes *types, BindParameters *parameters, const AstExprs *uses)
{
    for (size_t i = 0; i < types->count && i < parameters->count; i++) {
        BindParameter *bound = &parameters->items[i];
        bound->type = bind_type(&types->items[i]);
        Parameter *parameter = arena_new(arena, Parameter);
        *parameter = (Parameter){bound->name, value_null(bound->type)};
        parameter_place(uses, parameter);
    }
}

/* Binds it for the types of its parameters, and of its result. */
static const Schema *statement_survey(Statement *statement, const AstStatement *ast, BindParameters *parameters)
{
    statement->environment.prepared = parameters;
    const BoundQuery *query = statement_bind(statement, ast);
    statement->environment.prepared = NULL;
    return statement_schema(statement, query, query->plan);
}

/* ---- making, freeing ---- */

static void prepared_release(void *object)
{
    QuernStatement *prepared = object;
    for (size_t i = 0; i < prepared->parameter_count; i++)
        memory_free(prepared->parameters[i].bytes);
    if (prepared->previous)
        prepared->previous->next = prepared->next;
    else if (prepared->connection->statements == prepared)
        prepared->connection->statements = prepared->next;
    if (prepared->next)
        prepared->next->previous = prepared->previous;
}

static void prepared_link(QuernStatement *prepared)
{
    QuernConnection *connection = prepared->connection;
    prepared->next = connection->statements;
    if (prepared->next)
        prepared->next->previous = prepared;
    connection->statements = prepared;
}

static const char *type_text(Arena *arena, Type type)
{
    char name[TYPE_NAME_SIZE];
    return arena_string(arena, type_name(type, name));
}

static void prepared_take_schema(QuernStatement *prepared, const Schema *schema)
{
    if (schema == NULL)
        return;
    prepared->schema = schema_copy(prepared->arena, schema);
    prepared->column_types = arena_array(prepared->arena, const char *, schema->column_count);
    for (size_t i = 0; i < schema->column_count; i++)
        prepared->column_types[i] = type_text(prepared->arena, schema->columns[i].type);
}

/* The tree once more, in memory of its own. */
QuernStatement *prepared_new(Statement *statement, const AstStatement *ast, StringView text, const AstTypes *declared)
{
    BindParameters *parameters = parameters_new(statement->arena, ast);
    if (declared)
        parameters_declare(statement->arena, declared, parameters, &ast->parameters);
    const Schema *schema = statement_has_plan(ast) ? statement_survey(statement, ast, parameters) : NULL;
    Arena *arena = arena_new_child(statement->arena);
    QuernStatement *prepared = arena_new(arena, QuernStatement);
    prepared->connection = statement->connection;
    prepared->arena = arena;
    prepared->ast = parser_parse(arena, arena_view(arena, text), NULL);
    prepared->uses = prepared->ast->parameters;
    prepared_take_schema(prepared, schema);
    prepared->parameters = arena_array(arena, PreparedParameter, parameters->count);
    for (size_t i = 0; i < parameters->count; i++) {
        PreparedParameter *parameter = &prepared->parameters[i];
        parameter->type = parameters->items[i].type;
        parameter->type_name = parameter->type.id == TYPE_NULL ? "" : type_text(arena, parameter->type);
        parameter->is_declared = declared && i < declared->count;
        parameter->parameter = (Parameter){arena_view(arena, parameters->items[i].name), value_null(parameter->type)};
        parameter_place(&prepared->uses, &parameter->parameter);
    }
    prepared->parameter_count = parameters->count;
    arena_own(arena, prepared, prepared_release);
    prepared_link(prepared);
    arena_set_parent(arena, statement->connection->arena);
    return prepared;
}

void prepared_free(QuernStatement *prepared)
{
    if (prepared)
        arena_free(prepared->arena);
}

/* ---- values ---- */

static void prepared_drop_plan(QuernStatement *prepared)
{
    kept_plan_free(prepared->plan);
    prepared->plan = NULL;
    prepared->has_no_plan = false;
}

/* Of the same type, and so for a plan that is kept. */
static bool types_are_same(Type a, Type b)
{
    return type_equal(a, b) && type_limits_equal(a, b);
}

static Value value_converted(Arena *arena, const Value *value, Type type, Position position)
{
    Value converted;
    Error error;
    if (!value_cast(arena, value, type, &converted, &error)) {
        error.position = position;
        error_raise_again(&error);
    }
    converted.type = type;
    return converted;
}

/* A number for a place that wants DECIMAL keeps all its digits, as PostgreSQL's numeric does: it is of that place's
 * type where it fits into it, else of one of its own. */
static Value decimal_of(Arena *arena, const Value *value, Type type, Position position)
{
    Value exact = {0}, narrow;
    Error error;
    const char *text = value_display(arena, value);
    if (!decimal_parse_exact(view_trim(view_of(text)), &exact.type, &exact.i128))
        return value_converted(arena, value, type, position);
    if (value_cast(arena, &exact, type, &narrow, &error) && value_compare(&narrow, &exact) == 0)
        return narrow;
    return exact;
}

/* What an assignment would make of the value; text may be the arena's. */
static Value parameter_convert(const PreparedParameter *parameter, Arena *arena, const Value *value, Position position)
{
    Type type = parameter->type;
    if (type.id == TYPE_NULL || types_are_same(type, value->type))
        return *value;
    if (value->is_null)
        return value_null(type);
    if (value->type.id != TYPE_VARCHAR && !cast_exists(value->type, type)) {
        char is[TYPE_NAME_SIZE], wanted[TYPE_NAME_SIZE];
        error_raise(ERROR_DATATYPE_MISMATCH, position,
                    "parameter $%.*s of type %s cannot be coerced to the expected type %s",
                    VIEW_ARGUMENTS(parameter->parameter.name), type_name(value->type, is), type_name(type, wanted));
    }
    if (type.id == TYPE_DECIMAL && !parameter->is_declared)
        return decimal_of(arena, value, type, position);
    return value_converted(arena, value, type, position);
}

/* Text gets room of its own. */
static void parameter_keep(PreparedParameter *parameter, const Value *value)
{
    Physical physical = type_physical(value->type);
    if (value->type.id == TYPE_NULL || value->is_null || physical != PHYSICAL_STRING) {
        parameter->parameter.value = *value;
        return;
    }
    if (value->text.size > parameter->capacity || parameter->bytes == NULL) {
        parameter->bytes = memory_resize(parameter->bytes, value->text.size + 1);
        parameter->capacity = value->text.size;
    }
    if (value->text.size)
        memcpy(parameter->bytes, value->text.data, value->text.size);
    parameter->parameter.value = *value;
    parameter->parameter.value.text.data = parameter->bytes;
}

void prepared_set(QuernStatement *prepared, size_t index, const Value *value, bool is_untyped, Position position)
{
    PreparedParameter *parameter = &prepared->parameters[index];
    Arena *scratch = NULL;
    Value converted = *value;
    if (!types_are_same(parameter->type, value->type)) {
        scratch = arena_new_child(prepared->arena);
        converted = parameter_convert(parameter, scratch, value, position);
    }
    if (!types_are_same(converted.type, parameter->parameter.value.type) || is_untyped != parameter->is_untyped)
        prepared_drop_plan(prepared);
    parameter_keep(parameter, &converted);
    parameter->has_value = true;
    arena_free(scratch);
    if (is_untyped == parameter->is_untyped)
        return;
    parameter->is_untyped = is_untyped;
    for (size_t u = 0; u < prepared->uses.count; u++)
        if (prepared->uses.items[u]->value.parameter == &parameter->parameter)
            prepared->uses.items[u]->value.is_untyped = is_untyped;
}

/* ---- running ---- */

const AstStatement *prepared_ast(Statement *statement, QuernStatement *prepared, Position position)
{
    if (position == NO_POSITION)
        return prepared->ast;
    prepared->ast->position = position;
    statement->environment.outer_position = &prepared->ast->position;
    return prepared->ast;
}

/* Its errors are about the start of the statement that runs it, wherever its own text was. */
static KeptPlan *prepared_plan(Statement *statement, QuernStatement *prepared, Position position)
{
    static const Position start = 0;
    uint64_t generation = connection_generation(statement->connection);
    if (prepared->plan && !kept_plan_is_good(prepared->plan, statement->connection))
        prepared_drop_plan(prepared);
    if (prepared->plan || (prepared->has_no_plan && prepared->no_plan_generation == generation))
        return prepared->plan;
    prepared->plan = kept_plan_new(statement, prepared->arena, prepared->ast, position == NO_POSITION ? NULL : &start);
    prepared->has_no_plan = prepared->plan == NULL;
    prepared->no_plan_generation = generation;
    return prepared->plan;
}

BatchStream *prepared_run(Statement *statement, QuernStatement *prepared, Position position)
{
    for (size_t i = 0; i < prepared->parameter_count; i++)
        if (!prepared->parameters[i].has_value)
            error_raise(ERROR_UNDEFINED_PARAMETER, position, "parameter $%.*s has no value",
                        VIEW_ARGUMENTS(prepared->parameters[i].parameter.name));
    const KeptPlan *plan = prepared_plan(statement, prepared, position);
    if (plan)
        return kept_plan_run(statement, plan, prepared->ast);
    return statement_run(statement, prepared_ast(statement, prepared, position));
}

void connection_drop_plans(QuernConnection *connection)
{
    uint64_t generation = connection_generation(connection);
    if (generation == connection->planned_generation)
        return;
    connection->planned_generation = generation;
    for (QuernStatement *prepared = connection->statements; prepared; prepared = prepared->next)
        prepared_drop_plan(prepared);
}
