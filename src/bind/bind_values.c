/* bind/bind_values.c: VALUES: rows of expressions. Rows with queries in them become a query each. */
#include "base/context.h"
#include "bind/binder.h"

static void require_row_size(Binder *binder, const AstQuery *query, size_t row, size_t column_count)
{
    const AstExprs *list = &query->rows.items[row];
    if (list->count != column_count)
        bind_error(binder, ERROR_SYNTAX, list->count > 0 ? list->items[0]->position : query->position, NULL,
                   "VALUES lists must all be the same length: the first has %zu values, this one %zu", column_count,
                   list->count);
}

ValueRows value_rows_bind(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes,
                          Expr *(*default_value)(void *user, size_t column, Position position), void *user)
{
    ValueRows values = {.row_count = query->rows.count, .column_count = query->rows.items[0].count};
    size_t cell_count = memory_size_multiply(values.row_count, values.column_count);
    values.cells = arena_array(binder->arena, Expr *, cell_count);
    values.is_untyped = arena_array(binder->arena, bool, cell_count);
    values.subqueries = arena_allocate_zero(binder->arena, memory_size_multiply(values.row_count, sizeof(Subqueries)));
    Scope scope = {.parent = parent, .ctes = ctes};
    for (size_t row = 0, cell = 0; row < values.row_count; row++) {
        context_pace_item(row);
        Place place = {.binder = binder, .scope = &scope, .clause = "VALUES", .subqueries = &values.subqueries[row]};
        require_row_size(binder, query, row, values.column_count);
        for (size_t column = 0; column < values.column_count; column++, cell++) {
            const AstExpr *ast = query->rows.items[row].items[column];
            bool is_default = ast->kind == AST_DEFAULT && default_value;
            values.cells[cell] = is_default ? default_value(user, column, ast->position) : bind_expr(&place, ast);
            values.is_untyped[cell] = ast_is_untyped(ast);
        }
    }
    return values;
}

static bool column_may_be_null(Binder *binder, const ValueRows *values, size_t column)
{
    for (size_t row = 0; row < values->row_count; row++) {
        context_pace_item(row);
        if (expr_may_be_null(binder->columns, values->cells[row * values->column_count + column]))
            return true;
    }
    return false;
}

/* One row as SELECT without FROM: queries within it can be joined to that. */
static Plan *value_row_plan(Binder *binder, const ValueRows *values, size_t row, const char *const *names)
{
    Plan *plan = &plan_values_new(binder->columns, /* row_count= */ 1, /* column_count= */ 0, NULL)->base;
    plan = subqueries_attach(binder, plan, &values->subqueries[row]);
    return bind_project(binder, plan, values->cells + row * values->column_count, names, values->column_count);
}

Plan *value_rows_plan(Binder *binder, const ValueRows *values, const char *const *names)
{
    bool has_queries = false;
    for (size_t row = 0; row < values->row_count; row++)
        has_queries |= values->subqueries[row].count > 0;
    if (!has_queries) {
        ColumnId *outputs = arena_array(binder->arena, ColumnId, values->column_count);
        for (size_t i = 0; i < values->column_count; i++)
            outputs[i] = plan_column_new(binder->columns, names[i], NULL, values->cells[i]->type,
                                         column_may_be_null(binder, values, i));
        PlanValues *plan = plan_values_new(binder->columns, values->row_count, values->column_count, outputs);
        plan->cells = values->cells;
        return &plan->base;
    }
    Plan **rows = arena_array(binder->arena, Plan *, values->row_count);
    for (size_t row = 0; row < values->row_count; row++)
        rows[row] = value_row_plan(binder, values, row, names);
    if (values->row_count == 1)
        return rows[0];
    return &plan_set_new(binder->columns, PLAN_UNION, /* is_all= */ true, rows, values->row_count)->base;
}

/* Makes a column's cells one type; whether all of them are string literals. */
static bool column_unify(Binder *binder, const ValueRows *values, size_t column, Expr **scratch, bool *is_untyped)
{
    bool all_untyped = true;
    for (size_t row = 0; row < values->row_count; row++) {
        context_pace_item(row);
        size_t cell = row * values->column_count + column;
        scratch[row] = values->cells[cell];
        is_untyped[row] = values->is_untyped[cell];
        all_untyped &= is_untyped[row];
    }
    bind_convert_all(binder, scratch, is_untyped, values->row_count, "VALUES");
    for (size_t row = 0; row < values->row_count; row++)
        values->cells[row * values->column_count + column] = scratch[row];
    return all_untyped;
}

Rows bind_values(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes)
{
    ValueRows values = value_rows_bind(binder, query, parent, ctes, NULL, NULL);
    Rows rows = {.column_count = values.column_count,
                 .names = arena_array(binder->arena, const char *, values.column_count),
                 .is_untyped = arena_array(binder->arena, bool, values.column_count)};
    Expr **scratch = arena_array(binder->arena, Expr *, values.row_count);
    bool *is_untyped = arena_array(binder->arena, bool, values.row_count);
    for (size_t column = 0; column < values.column_count; column++) {
        rows.names[column] = arena_format(binder->arena, "column%zu", column + 1);
        rows.is_untyped[column] = column_unify(binder, &values, column, scratch, is_untyped);
    }
    rows.plan = value_rows_plan(binder, &values, rows.names);
    return rows;
}
