/* engine/statement_pragma.c: PRAGMA, as far as SQLite's and DuckDB's mean something here. */
#include "engine/engine.h"

/* DuckDB's switches of its own checks: nothing here depends on them. */
static bool pragma_is_idle(StringView name)
{
    static const char *const names[] = {
        "enable_verification", "disable_verification",     "verify_parallelism",  "disable_verify_parallelism",
        "verify_external",     "disable_verify_external",  "verify_serializer",   "disable_verify_serializer",
        "verify_fetch_row",    "disable_verify_fetch_row", "enable_object_cache", "disable_object_cache",
        "enable_progress_bar", "disable_progress_bar",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (view_equal_ignoring_case(name, view_of(names[i])))
            return true;
    return false;
}

static bool column_is_in_key(const Constraints *constraints, size_t column)
{
    for (size_t i = 0; constraints && i < constraints->count; i++) {
        const Constraint *constraint = &constraints->items[i];
        for (size_t c = 0; constraint->kind == CONSTRAINT_PRIMARY_KEY && c < constraint->column_count; c++)
            if (constraint->columns[c] == column)
                return true;
    }
    return false;
}

/* table_info('t') or table_info(t): a row for each column, as both engines have it. */
static BatchStream *pragma_table_info(Statement *statement, const AstExpr *argument)
{
    Arena *arena = statement->arena;
    Value name = bind_constant(&statement->environment, argument, NULL);
    StringView part = view_of(name.is_null ? "" : value_display(arena, &name));
    TableProvider *table =
        catalog_require_table(statement->connection->catalog, &part, 1, &statement->context, argument->position);
    provider_own(arena, table);
    const Schema *schema = table->ops->schema(table, &statement->context);
    Rows *rows = rows_new(arena, 6, "cid", TYPE_INTEGER, "name", TYPE_VARCHAR, "type", TYPE_VARCHAR, "notnull",
                          TYPE_BOOLEAN, "dflt_value", TYPE_VARCHAR, "pk", TYPE_BOOLEAN);
    for (size_t i = 0; i < schema->column_count; i++) {
        const Column *column = &schema->columns[i];
        const char *by_default = provider_column_default(table, i);
        char type[TYPE_NAME_SIZE];
        Value values[] = {
            value_integer(type_of(TYPE_INTEGER), (int64_t)i),
            value_text(view_of(column->name)),
            value_text(view_of(type_name(column->type, type))),
            value_boolean(!column->is_nullable),
            by_default ? value_text(view_of(by_default)) : value_null(type_of(TYPE_VARCHAR)),
            value_boolean(column_is_in_key(provider_constraints(table), i)),
        };
        rows_add(rows, values);
    }
    return rows_stream(rows);
}

BatchStream *statement_pragma(Statement *statement, const AstStatement *ast)
{
    const AstPragma *pragma = ast->pragma;
    StringView name = pragma->name.name;
    Position position = pragma->name.position;
    if (pragma->arguments.count == 1 && view_equal_ignoring_case(name, view_of("table_info")))
        return pragma_table_info(statement, pragma->arguments.items[0]);
    if (pragma->arguments.count == 1) { /* name = value is SET */
        AstSet set = {.name = {name, position}, .value = pragma->arguments};
        return statement_set(statement, &(AstStatement){.position = ast->position, .set = &set});
    }
    if (pragma->arguments.count == 0 && pragma_is_idle(name))
        return NULL;
    bool is_optimizer_off = view_equal_ignoring_case(name, view_of("disable_optimizer"));
    if (!is_optimizer_off && !view_equal_ignoring_case(name, view_of("enable_optimizer")))
        error_raise(ERROR_NOT_SUPPORTED, position, "PRAGMA %.*s is not supported", VIEW_ARGUMENTS(name));
    statement_change_setting(statement, view_of("optimizer"), is_optimizer_off ? "off" : "on", position);
    return NULL;
}
