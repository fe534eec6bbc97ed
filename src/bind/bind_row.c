/* bind/bind_row.c: rows of values, (a, b): they exist only where they are compared, and become comparisons of their
 * elements. */
#include "bind/binder.h"

/* ---- operators on rows ---- */

typedef struct RowPairs {
    Binder *binder;
    const RowValue *left, *right;
    Position position;
} RowPairs;

static Expr *pair_compare(const RowPairs *pairs, AstOperator operator, size_t i)
{
    return bind_binary_call(pairs->binder, operator, pairs->left->exprs[i], pairs->left->is_untyped[i],
                            pairs->right->exprs[i], pairs->right->is_untyped[i], pairs->position);
}

static Expr *pairs_junction(const RowPairs *pairs, ExprKind kind, AstOperator operator)
{
    Expr **each = arena_array(pairs->binder->arena, Expr *, pairs->left->count);
    for (size_t i = 0; i < pairs->left->count; i++)
        each[i] = pair_compare(pairs, operator, i);
    return expr_junction(pairs->binder->arena, kind, each, pairs->left->count,
                         binder_at(pairs->binder, pairs->position));
}

/* The first pair that is not equal decides: a < c OR (a = c AND b < d). */
static Expr *pairs_order(const RowPairs *pairs, AstOperator strict, AstOperator last)
{
    Binder *binder = pairs->binder;
    Position position = binder_at(binder, pairs->position);
    size_t count = pairs->left->count;
    Expr *decision = pair_compare(pairs, last, count - 1);
    for (size_t i = count - 1; i-- > 0;) {
        binder_count_shared(binder, pairs->left->exprs[i]);
        binder_count_shared(binder, pairs->right->exprs[i]);
        Expr *both[] = {pair_compare(pairs, AST_OPERATOR_EQUAL, i), decision};
        Expr *either[] = {pair_compare(pairs, strict, i), expr_junction(binder->arena, EXPR_AND, both, 2, position)};
        decision = expr_junction(binder->arena, EXPR_OR, either, 2, position);
    }
    return decision;
}

Expr *bind_row_call(Binder *binder, AstOperator operator, const RowValue * left, const RowValue *right,
                    Position position)
{
    RowPairs pairs = {binder, left, right, position};
    if (left->count != right->count)
        bind_error(binder, ERROR_SYNTAX, position, NULL, "rows of %zu and of %zu values cannot be compared",
                   left->count, right->count);
    if (left->count == 0)
        bind_error(binder, ERROR_NOT_SUPPORTED, position, NULL, "rows of no values cannot be compared");
    if (left->count == 1)
        return pair_compare(&pairs, operator, 0);
    switch (operator) {
    case AST_OPERATOR_EQUAL:
        return pairs_junction(&pairs, EXPR_AND, AST_OPERATOR_EQUAL);
    case AST_OPERATOR_NOT_EQUAL:
        return pairs_junction(&pairs, EXPR_OR, AST_OPERATOR_NOT_EQUAL);
    case AST_OPERATOR_IS_DISTINCT_FROM:
        return pairs_junction(&pairs, EXPR_OR, operator);
    case AST_OPERATOR_IS_NOT_DISTINCT_FROM:
        return pairs_junction(&pairs, EXPR_AND, operator);
    case AST_OPERATOR_LESS:
    case AST_OPERATOR_LESS_EQUAL:
        return pairs_order(&pairs, AST_OPERATOR_LESS, operator);
    case AST_OPERATOR_GREATER:
    case AST_OPERATOR_GREATER_EQUAL:
        return pairs_order(&pairs, AST_OPERATOR_GREATER, operator);
    default:
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, position, "rows are compared with =, <>, <, <=, >, >= and IN",
                   "operator does not exist: record %s record", ast_operator_symbol(operator));
    }
}

/* ---- rows as written ---- */

static size_t row_count(const AstExpr *ast)
{
    size_t count = 0;
    if (ast->kind != AST_ROW)
        return 1;
    for (size_t i = 0; i < ast->list.count; i++)
        count += row_count(ast->list.items[i]);
    return count;
}

/* Rows within rows are compared element by element too. */
static void row_add(const Place *place, const AstExpr *ast, RowValue *row)
{
    if (ast->kind != AST_ROW) {
        row->exprs[row->count] = bind_expr(place, ast);
        row->is_untyped[row->count++] = ast_is_untyped(ast);
        return;
    }
    for (size_t i = 0; i < ast->list.count; i++)
        row_add(place, ast->list.items[i], row);
}

RowValue bind_row(const Place *place, const AstExpr *ast)
{
    Arena *arena = place->binder->arena;
    size_t count = row_count(ast);
    RowValue row = {arena_array(arena, Expr *, count), arena_allocate_zero(arena, count * sizeof(bool)), 0};
    row_add(place, ast, &row);
    return row;
}

/* What stands beside a row of `count` values. */
static RowValue bind_row_beside(const Place *place, const AstExpr *ast, size_t count, Position position)
{
    Arena *arena = place->binder->arena;
    if (ast->kind == AST_ROW)
        return bind_row(place, ast);
    if (ast->kind != AST_SUBQUERY)
        bind_error(place->binder, ERROR_UNDEFINED_FUNCTION, position, NULL,
                   "a row can be compared with a row or a query only");
    return (RowValue){bind_row_subquery(place, ast, count), arena_allocate_zero(arena, count * sizeof(bool)), count};
}

Expr *bind_row_comparison(const Place *place, AstOperator operator, const AstExpr * left, const AstExpr *right,
                          Position position)
{
    RowValue left_row, right_row;
    if (left->kind == AST_ROW) {
        left_row = bind_row(place, left);
        right_row = bind_row_beside(place, right, left_row.count, position);
    } else {
        right_row = bind_row(place, right);
        left_row = bind_row_beside(place, left, right_row.count, position);
    }
    return bind_row_call(place->binder, operator, & left_row, &right_row, position);
}

/* (a, b) IS NULL: all are; IS NOT NULL: none is. */
Expr *bind_row_is_null(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    RowValue row = bind_row(place, ast->is.operand);
    const char *name = ast->is.is_negated ? "is not null" : "is null";
    for (size_t i = 0; i < row.count; i++)
        row.exprs[i] = bind_call(binder, name, &row.exprs[i], &row.is_untyped[i], 1, ast->position, "IS");
    return expr_junction(binder->arena, EXPR_AND, row.exprs, row.count, binder_at(binder, ast->position));
}

static Expr *bind_row_range(const Place *place, const AstExpr *ast, const AstExpr *low, const AstExpr *high)
{
    Binder *binder = place->binder;
    Expr *sides[] = {bind_row_comparison(place, AST_OPERATOR_GREATER_EQUAL, ast->between.operand, low, ast->position),
                     bind_row_comparison(place, AST_OPERATOR_LESS_EQUAL, ast->between.operand, high, ast->position)};
    return expr_junction(binder->arena, EXPR_AND, sides, 2, binder_at(binder, ast->position));
}

Expr *bind_row_between(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    Expr *range = bind_row_range(place, ast, ast->between.low, ast->between.high);
    if (ast->between.is_symmetric) {
        Expr *either[] = {range, bind_row_range(place, ast, ast->between.high, ast->between.low)};
        range = expr_junction(binder->arena, EXPR_OR, either, 2, binder_at(binder, ast->position));
    }
    return ast->between.is_negated ? bind_not(binder, range, ast->position) : range;
}
