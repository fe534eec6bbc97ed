/* bind/bind_limit.c: LIMIT, OFFSET and FETCH. Where a number is not known before the query runs, or ties are kept, rows
 * are numbered by a window and a filter says which stay. */
#include "bind/binder.h"
#include "expr/requirement.h"
#include "sql/ast_map.h"

/* ---- numbers of rows ---- */

static Expr *row_count_expr(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    Expr *expr = bind_expr(place, ast);
    if (!type_is_numeric(expr->type) && expr->type.id != TYPE_NULL && !ast_is_untyped(ast))
        bind_error(binder, ERROR_DATATYPE_MISMATCH, ast->position, NULL,
                   "argument of %s must be type bigint, not type %s", place->clause,
                   bind_type_text(binder, expr->type));
    return bind_convert(binder, expr, ast_is_untyped(ast), type_of(TYPE_BIGINT));
}

/* The number of rows; `absent` for NULL. */
static size_t bind_row_count(Binder *binder, const AstExpr *ast, const char *clause, size_t absent)
{
    if (ast == NULL)
        return absent;
    Place place = {.binder = binder, .clause = clause};
    Value value = bind_evaluate(binder, row_count_expr(&place, ast));
    if (value.is_null)
        return absent;
    if (value.i64 < 0)
        bind_error(binder, absent == NO_LIMIT ? ERROR_INVALID_LIMIT : ERROR_INVALID_OFFSET, ast->position, NULL,
                   "%s must not be negative", clause);
    return (size_t)value.i64;
}

/* The number; `absent` for NULL; raises when it is negative. */
static Expr *checked_row_count(Binder *binder, Expr *count, int64_t absent, ErrorCode code, const char *message,
                               Position position)
{
    Arena *arena = binder->arena;
    Expr *zero = expr_constant(arena, value_integer(count->type, 0), NO_POSITION);
    Expr *otherwise = expr_constant(arena, value_integer(count->type, absent), NO_POSITION);
    Expr *known = expr_new(arena, EXPR_COALESCE, count->type, (Expr *[]){count, otherwise}, 2, NO_POSITION);
    Expr *is_valid = bind_call(binder, ">=", (Expr *[]){known, zero}, (bool[]){false, false}, 2, position, ">=");
    Expr *required = expr_requirement(arena, is_valid, code, message, binder_at(binder, position));
    return expr_new(arena, EXPR_CASE, count->type, (Expr *[]){required, known, otherwise}, 3, NO_POSITION);
}

/* ---- numbered rows ---- */

/* A window function without arguments, or count(*), over all rows. */
static WindowCall all_rows_call(const char *function)
{
    bool is_ambiguous;
    WindowCall call = {
        .function = window_function_find(view_of(function)),
        .call = {.type = type_of(TYPE_BIGINT), .position = NO_POSITION},
        .frame = {.mode = WINDOW_ROWS,
                  .start = {.kind = WINDOW_UNBOUNDED_PRECEDING},
                  .end = {.kind = WINDOW_UNBOUNDED_FOLLOWING}},
    };
    if (call.function == NULL)
        call.call.aggregate = aggregate_resolve(view_of(function), NULL, NULL, 0, &call.call.type, &is_ambiguous);
    return call;
}

Plan *bind_numbered(Binder *binder, Plan *plan, const char *function, const PlanSort *sort, ColumnId *ret_number)
{
    size_t key_count = sort ? sort->key_count : 0;
    PlanWindow *window = plan_window_new(binder->columns, plan, 0, key_count, 1);
    for (size_t i = 0; i < key_count; i++) {
        window->keys[i] = sort->keys[i];
        window->orders[i] = sort->orders[i];
    }
    window->calls[0] = all_rows_call(function);
    *ret_number = window->columns[0] = plan_column_new(binder->columns, function, NULL, type_of(TYPE_BIGINT), false);
    plan_refresh_outputs(binder->columns, &window->base);
    return &window->base;
}

static Expr *number_compare(Binder *binder, ColumnId number, const char *operator, Expr * limit)
{
    Expr *sides[] = {plan_column_expr(binder->columns, number, NO_POSITION), limit};
    return bind_call(binder, operator, sides, (bool[]){false, false}, 2, limit->position, operator);
}

/* FETCH FIRST n ROWS WITH TIES: those whose rank is within, less the first `offset`. Below the sort, whose keys they
 * share. */
static Plan *limit_with_ties(Binder *binder, Plan *plan, size_t limit, size_t offset, Position position)
{
    size_t last;
    ColumnId rank, number;
    if (plan->kind != PLAN_SORT)
        bind_error(binder, ERROR_SYNTAX, position, NULL, "WITH TIES cannot be specified without ORDER BY");
    if (limit == NO_LIMIT || __builtin_add_overflow(limit, offset, &last) || last > INT64_MAX)
        return offset == 0 ? plan : &plan_limit_new(binder->columns, plan, offset, NO_LIMIT)->base;
    PlanSort *sort = (PlanSort *)plan;
    Type bigint = type_of(TYPE_BIGINT);
    Plan *ranked = bind_numbered(binder, plan->inputs[0], "rank", sort, &rank);
    Expr *within = number_compare(
        binder, rank, "<=", expr_constant(binder->arena, value_integer(bigint, (int64_t)last), NO_POSITION));
    plan->inputs[0] = plan_filter_new(binder->columns, ranked, &within, 1);
    plan_refresh_outputs(binder->columns, plan);
    if (offset == 0)
        return plan;
    plan = bind_numbered(binder, plan, "row_number", NULL, &number);
    Expr *behind = number_compare(binder, number, ">",
                                  expr_constant(binder->arena, value_integer(bigint, (int64_t)offset), NO_POSITION));
    return plan_filter_new(binder->columns, plan, &behind, 1);
}

/* ---- numbers that queries give ---- */

static bool has_query(const AstExpr *ast)
{
    return ast && ast_expr_find(ast, AST_SUBQUERY);
}

/* LIMIT n PERCENT: so many of `count`, rounded down. */
static Expr *percent_limit(const Place *place, const AstExpr *ast, ColumnId count)
{
    Binder *binder = place->binder;
    Type real = type_of(TYPE_DOUBLE);
    Expr *percent = bind_convert(binder, bind_expr(place, ast), ast_is_untyped(ast), real);
    if (!has_query(ast)) {
        Value value = bind_evaluate(binder, percent);
        if (!value.is_null && !(value.f64 >= 0 && value.f64 <= 100))
            bind_error(binder, ERROR_INVALID_LIMIT, ast->position, NULL, "LIMIT must be between 0 and 100 percent");
    }
    bool typed[] = {false, false};
    Expr *rows = expr_cast(binder->arena, plan_column_expr(binder->columns, count, NO_POSITION), real, NO_POSITION);
    Expr *all = bind_call(binder, "*", (Expr *[]){rows, percent}, typed, 2, ast->position, "*");
    Expr *hundred = expr_constant(binder->arena, value_double(100), NO_POSITION);
    Expr *part = bind_call(binder, "/", (Expr *[]){all, hundred}, typed, 2, ast->position, "/");
    Expr *whole = bind_call(binder, "floor", &part, typed, 1, ast->position, NULL);
    return expr_cast(binder->arena, whole, type_of(TYPE_BIGINT), binder_at(binder, ast->position));
}

/* LIMIT (SELECT …) and LIMIT n PERCENT: NULL is no limit, and no offset. */
static Plan *limit_by_query(Binder *binder, Plan *plan, const AstQuery *query, Cte *ctes)
{
    Subqueries subqueries = {0};
    Scope scope = {.ctes = ctes};
    Place place = {.binder = binder, .scope = &scope, .clause = "LIMIT", .subqueries = &subqueries};
    ColumnId number, row_count;
    Expr *offset = expr_constant(binder->arena, value_integer(type_of(TYPE_BIGINT), 0), NO_POSITION);
    if (query->offset)
        offset = checked_row_count(binder, row_count_expr(&place, query->offset), 0, ERROR_INVALID_OFFSET,
                                   "OFFSET must not be negative", query->offset->position);
    plan = bind_numbered(binder, plan, "row_number", NULL, &number);
    if (query->is_limit_percent)
        plan = bind_numbered(binder, plan, "count", NULL, &row_count);
    Expr *conditions[2] = {number_compare(binder, number, ">", offset)};
    size_t count = 1;
    if (query->limit) {
        Expr *limit = query->is_limit_percent ? percent_limit(&place, query->limit, row_count)
                                              : row_count_expr(&place, query->limit);
        limit = checked_row_count(binder, limit, INT64_MAX, ERROR_INVALID_LIMIT, "LIMIT must not be negative",
                                  query->limit->position);
        Expr *left = bind_call(binder, "-", (Expr *[]){plan_column_expr(binder->columns, number, NO_POSITION), offset},
                               (bool[]){false, false}, 2, NO_POSITION, "-");
        conditions[count++] =
            bind_call(binder, "<=", (Expr *[]){left, limit}, (bool[]){false, false}, 2, NO_POSITION, "<=");
    }
    plan = subqueries_attach(binder, plan, &subqueries);
    return plan_filter_new(binder->columns, plan, conditions, count);
}

Plan *bind_limit(Binder *binder, Plan *plan, const AstQuery *query, Cte *ctes)
{
    bool is_percent = query->limit && query->is_limit_percent;
    if (!query->is_limit_with_ties && (is_percent || has_query(query->limit) || has_query(query->offset)))
        return limit_by_query(binder, plan, query, ctes);
    size_t limit = bind_row_count(binder, query->limit, "LIMIT", NO_LIMIT);
    size_t offset = bind_row_count(binder, query->offset, "OFFSET", 0);
    if (query->limit && query->is_limit_with_ties)
        return limit_with_ties(binder, plan, limit, offset, query->limit->position);
    if (limit == NO_LIMIT && offset == 0)
        return plan;
    return &plan_limit_new(binder->columns, plan, offset, limit)->base;
}
