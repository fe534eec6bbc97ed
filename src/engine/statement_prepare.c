/* engine/statement_prepare.c: PREPARE, EXECUTE, DEALLOCATE. */
#include "engine/prepared.h"

BatchStream *statement_prepare(Statement *statement, const AstStatement *ast)
{
    const AstPrepare *prepare = ast->prepare;
    Map *all = &statement->connection->prepared;
    if (map_get(all, prepare->name.text))
        error_raise_hint(ERROR_DUPLICATE_PREPARED, prepare->name.position, "DEALLOCATE it first",
                         "prepared statement \"%.*s\" already exists", VIEW_ARGUMENTS(prepare->name.text));
    Position start = prepare->statement->position;
    StringView text = {statement->text.data + start, statement->text.size - start};
    AstStatement inner = *prepare->statement;
    inner.parameters = ast->parameters;
    inner.parameter_count = ast->parameter_count;
    if (!statement_has_plan(&inner))
        error_raise_hint(ERROR_NOT_SUPPORTED, inner.position, "queries, INSERT, UPDATE and DELETE can be",
                         "%s cannot be prepared", ast_statement_name(inner.kind));
    QuernStatement *prepared = prepared_new(statement, &inner, text, &prepare->types);
    map_set(all, prepare->name.text, prepared);
    return NULL;
}

/* ---- EXECUTE ---- */

static QuernStatement *require_prepared(const Statement *statement, const AstName *name)
{
    QuernStatement *prepared = map_get(&statement->connection->prepared, name->text);
    if (prepared == NULL)
        error_raise(ERROR_UNDEFINED_PREPARED, name->position, "prepared statement \"%.*s\" does not exist",
                    VIEW_ARGUMENTS(name->text));
    return prepared;
}

/* The argument that a parameter gets: by its name, or by its place. */
static const AstExpr *parameter_argument(const AstExecute *execute, StringView name, size_t index)
{
    for (size_t i = 0; execute->argument_names && i < execute->arguments.count; i++)
        if (view_equal_ignoring_case(execute->argument_names[i].text, name))
            return execute->arguments.items[i];
    bool is_by_place = execute->argument_names == NULL || !ast_name_is_given(&execute->argument_names[index]);
    if (is_by_place)
        return execute->arguments.items[index];
    error_raise(ERROR_UNDEFINED_PARAMETER, execute->name.position, "parameter $%.*s of \"%.*s\" has no value",
                VIEW_ARGUMENTS(name), VIEW_ARGUMENTS(execute->name.text));
}

/* A string without a type stays one: what stands around it tells. */
static void parameter_fill(Statement *statement, QuernStatement *prepared, size_t index, const AstExpr *argument)
{
    bool is_string = argument->kind == AST_STRING || argument->kind == AST_PARAMETER;
    Value value = bind_constant(&statement->environment, argument, NULL);
    prepared_set(prepared, index, &value,
                 is_string && prepared->parameters[index].type.id == TYPE_NULL && !value.is_null, argument->position);
}

/* The values are put into it. */
static QuernStatement *execute_fill(Statement *statement, const AstExecute *execute)
{
    QuernStatement *prepared = require_prepared(statement, &execute->name);
    size_t count = prepared->parameter_count;
    if (execute->arguments.count != count)
        error_raise(ERROR_SYNTAX, execute->name.position, "prepared statement \"%.*s\" takes %zu value%s, not %zu",
                    VIEW_ARGUMENTS(execute->name.text), count, count == 1 ? "" : "s", execute->arguments.count);
    for (size_t i = 0; i < count; i++)
        parameter_fill(statement, prepared, i, parameter_argument(execute, prepared->parameters[i].parameter.name, i));
    return prepared;
}

const AstStatement *statement_prepared(Statement *statement, const AstStatement *ast)
{
    QuernStatement *prepared = execute_fill(statement, ast->execute);
    return prepared_ast(statement, prepared, ast->execute->name.position);
}

BatchStream *statement_execute(Statement *statement, const AstStatement *ast)
{
    return prepared_run(statement, execute_fill(statement, ast->execute), ast->execute->name.position);
}

/* ---- DEALLOCATE ---- */

BatchStream *statement_deallocate(Statement *statement, const AstStatement *ast)
{
    Map *all = &statement->connection->prepared;
    if (ast_name_is_given(ast->deallocate)) {
        QuernStatement *prepared = require_prepared(statement, ast->deallocate);
        map_remove(all, ast->deallocate->text);
        prepared_free(prepared);
        return NULL;
    }
    for (size_t i = 0; i < all->entry_count; i++)
        if (all->entries[i].name.data)
            prepared_free(all->entries[i].value);
    *all = map_in(statement->connection->arena);
    return NULL;
}
