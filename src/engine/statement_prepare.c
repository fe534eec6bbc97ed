/* engine/statement_prepare.c: PREPARE, EXECUTE, DEALLOCATE: a statement's tree is kept, and values are put into it. */
#include "engine/engine.h"
#include "sql/parser.h"

typedef struct PreparedParameter {
    StringView name;
    Type type; /* NULL: that of the value */
} PreparedParameter;

typedef struct PreparedStatement {
    Arena *arena; /* its own, below the connection's */
    AstStatement *ast;
    AstExprs parameters; /* those of the tree, which become values */
    size_t parameter_count;
    PreparedParameter *items;
} PreparedStatement;

/* ---- PREPARE ---- */

/* $1, $2, … whether they are used or not, then those with names, as they come. */
static BindParameters *parameters_new(Statement *statement, const AstStatement *ast)
{
    BindParameters *parameters = arena_new(statement->arena, BindParameters);
    size_t use_count = ast->parameters.count, most = ast->parameter_count + use_count;
    parameters->items = arena_array(statement->arena, BindParameter, most);
    for (size_t i = 0; i < ast->parameter_count; i++)
        parameters->items[i].name = view_of(arena_format(statement->arena, "%zu", i + 1));
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
        parameters->items[i].uses = arena_array(statement->arena, const Expr *, use_count);
        parameters->items[i].use_limit = use_count;
    }
    return parameters;
}

static void parameter_set(AstExpr *expr, StringView name, const Value *value)
{
    expr->kind = AST_VALUE;
    expr->value.name = name;
    expr->value.constant = value;
}

/* Declared types are known while the statement is bound, the others come out of it. */
static void parameters_declare(Statement *statement, const AstPrepare *prepare, BindParameters *parameters,
                               const AstExprs *uses)
{
    for (size_t i = 0; i < prepare->types.count && i < parameters->count; i++) {
        BindParameter *parameter = &parameters->items[i];
        parameter->type = bind_type(&prepare->types.items[i]);
        Value *null = arena_new(statement->arena, Value);
        *null = value_null(parameter->type);
        for (size_t u = 0; u < uses->count; u++)
            if (uses->items[u]->kind == AST_PARAMETER && view_equal(uses->items[u]->text, parameter->name))
                parameter_set(uses->items[u], parameter->name, null);
    }
}

/* The tree once more, in memory of its own, from the text of the statement within. */
static PreparedStatement *prepared_new(Statement *statement, const AstStatement *ast, const BindParameters *parameters)
{
    Position start = ast->prepare->statement->position;
    StringView text = {statement->text.data + start, statement->text.size - start};
    Arena *arena = arena_new_child(statement->arena);
    PreparedStatement *prepared = arena_new(arena, PreparedStatement);
    prepared->arena = arena;
    prepared->ast = parser_parse(arena, text, NULL);
    prepared->parameters = prepared->ast->parameters;
    prepared->parameter_count = parameters->count;
    prepared->items = arena_array(arena, PreparedParameter, parameters->count);
    for (size_t i = 0; i < parameters->count; i++)
        prepared->items[i] =
            (PreparedParameter){arena_view(arena, parameters->items[i].name), parameters->items[i].type};
    return prepared;
}

BatchStream *statement_prepare(Statement *statement, const AstStatement *ast)
{
    const AstPrepare *prepare = ast->prepare;
    QuernConnection *connection = statement->connection;
    if (map_get(&connection->prepared, prepare->name.text))
        error_raise_hint(ERROR_DUPLICATE_PREPARED, prepare->name.position, "DEALLOCATE it first",
                         "prepared statement \"%.*s\" already exists", VIEW_ARGUMENTS(prepare->name.text));
    BindParameters *parameters = parameters_new(statement, ast);
    parameters_declare(statement, prepare, parameters, &ast->parameters);
    statement->environment.prepared = parameters;
    (void)statement_bind(statement, prepare->statement);
    statement->environment.prepared = NULL;
    PreparedStatement *prepared = prepared_new(statement, ast, parameters);
    map_set(&connection->prepared, prepare->name.text, prepared);
    arena_set_parent(prepared->arena, connection->arena);
    return NULL;
}

/* ---- EXECUTE ---- */

static PreparedStatement *require_prepared(const Statement *statement, const AstName *name)
{
    PreparedStatement *prepared = map_get(&statement->connection->prepared, name->text);
    if (prepared == NULL)
        error_raise(ERROR_UNDEFINED_PREPARED, name->position, "prepared statement \"%.*s\" does not exist",
                    VIEW_ARGUMENTS(name->text));
    return prepared;
}

/* The argument that a parameter gets: by its name, or by its place. */
static const AstExpr *parameter_argument(const AstExecute *execute, const PreparedStatement *prepared, size_t index)
{
    for (size_t i = 0; execute->argument_names && i < execute->arguments.count; i++)
        if (view_equal_ignoring_case(execute->argument_names[i].text, prepared->items[index].name))
            return execute->arguments.items[i];
    bool is_by_place = execute->argument_names == NULL || !ast_name_is_given(&execute->argument_names[index]);
    if (is_by_place)
        return execute->arguments.items[index];
    error_raise(ERROR_UNDEFINED_PARAMETER, execute->name.position, "parameter $%.*s of \"%.*s\" has no value",
                VIEW_ARGUMENTS(prepared->items[index].name), VIEW_ARGUMENTS(execute->name.text));
}

/* A string without a type stays one: what stands around it tells. */
static void parameter_fill(const PreparedStatement *prepared, size_t index, const AstExpr *argument, const Value *value)
{
    const PreparedParameter *parameter = &prepared->items[index];
    bool is_open = parameter->type.id == TYPE_NULL && !value->is_null &&
                   (argument->kind == AST_STRING || argument->kind == AST_PARAMETER);
    for (size_t u = 0; u < prepared->parameters.count; u++) {
        AstExpr *expr = prepared->parameters.items[u];
        StringView name = expr->kind == AST_VALUE ? expr->value.name : expr->text;
        if (!view_equal(name, parameter->name))
            continue;
        parameter_set(expr, parameter->name, value);
        expr->value.is_untyped = is_open;
    }
}

const AstStatement *statement_prepared(Statement *statement, const AstStatement *ast)
{
    const AstExecute *execute = ast->execute;
    PreparedStatement *prepared = require_prepared(statement, &execute->name);
    size_t count = prepared->parameter_count;
    if (execute->arguments.count != count)
        error_raise(ERROR_SYNTAX, execute->name.position, "prepared statement \"%.*s\" takes %zu value%s, not %zu",
                    VIEW_ARGUMENTS(execute->name.text), count, count == 1 ? "" : "s", execute->arguments.count);
    for (size_t i = 0; i < count; i++) {
        const AstExpr *argument = parameter_argument(execute, prepared, i);
        const Type *type = prepared->items[i].type.id == TYPE_NULL ? NULL : &prepared->items[i].type;
        Value *value = arena_new(statement->arena, Value);
        *value = bind_constant(&statement->environment, argument, type);
        parameter_fill(prepared, i, argument, value);
    }
    prepared->ast->position = execute->name.position;
    statement->environment.outer_position = &prepared->ast->position;
    return prepared->ast;
}

BatchStream *statement_execute(Statement *statement, const AstStatement *ast)
{
    return statement_run(statement, statement_prepared(statement, ast));
}

/* ---- DEALLOCATE ---- */

BatchStream *statement_deallocate(Statement *statement, const AstStatement *ast)
{
    Map *all = &statement->connection->prepared;
    if (ast_name_is_given(ast->deallocate)) {
        PreparedStatement *prepared = require_prepared(statement, ast->deallocate);
        map_remove(all, ast->deallocate->text);
        arena_free(prepared->arena);
        return NULL;
    }
    for (size_t i = 0; i < all->entry_count; i++)
        if (all->entries[i].name.data)
            arena_free(((PreparedStatement *)all->entries[i].value)->arena);
    *all = map_in(statement->connection->arena);
    return NULL;
}
