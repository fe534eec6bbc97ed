/* bind/bind_table_function.c: functions in FROM: a table made from constant arguments, when the query is bound. */
#include "bind/binder.h"

static Value *constant_arguments(const From *from, const AstTableRef *ref, Scope *before, const TableFunction *function)
{
    Binder *binder = from->binder;
    const AstFunction *call = ref->function->function;
    size_t count = call->arguments.count;
    if (count > function->argument_count || count + function->optional_count < function->argument_count)
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, ref->position, NULL,
                   "table function %s takes %s%zu argument%s, not %zu", function->name,
                   function->optional_count ? "up to " : "", function->argument_count,
                   function->argument_count == 1 ? "" : "s", count);
    Value *values = arena_array(binder->arena, Value, count);
    Place place = {.binder = binder, .scope = before, .clause = "the arguments of a function in FROM"};
    for (size_t i = 0; i < count; i++) {
        const AstExpr *ast = call->arguments.items[i];
        Expr *expr = bind_expr(&place, ast);
        values[i] = bind_evaluate(binder, bind_convert(binder, expr, ast_is_untyped(ast), function->arguments[i]));
    }
    return values;
}

Relation bind_table_function(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    const AstFunction *call = ref->function->function;
    const TableFunction *function = catalog_table_function(binder->environment->catalog, call->name.name);
    TableProvider *table = function ? NULL : bind_read_table(from, ref, before);
    if (function) {
        Value *values = constant_arguments(from, ref, before, function);
        table = function->table(function, binder->context, values, call->arguments.count);
        provider_own(binder->arena, table);
    } else if (table == NULL) {
        return bind_set_function_table(from, ref, before);
    }
    const char *name = binder_string(binder, ast_name_is_given(&ref->alias) ? ref->alias.text : call->name.name);
    Rows rows = scan_rows(binder, table, name);
    const PlanScan *scan = (const PlanScan *)rows.plan;
    if (ref->is_with_ordinality) {
        const char **names = arena_array(binder->arena, const char *, rows.column_count + 1);
        bool *is_untyped = arena_array(binder->arena, bool, rows.column_count + 1);
        memcpy(names, rows.names, rows.column_count * sizeof *names);
        names[rows.column_count] = "ordinality";
        ColumnId number;
        rows.plan = bind_numbered(binder, rows.plan, "row_number", NULL, &number);
        rows.names = names;
        rows.is_untyped = is_untyped;
        rows.column_count++;
    }
    Relation relation = relation_of_rows(binder, &rows, name, &ref->column_aliases);
    if (!ref->is_with_ordinality)
        relation_add_hidden(binder, &relation, scan);
    return relation;
}
