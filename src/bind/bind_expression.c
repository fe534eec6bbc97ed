/* bind/bind_expression.c: one expression of the AST to a bound one, by its kind; literals, calls, aggregates and
 * queries have files of their own. */
#include "base/context.h"
#include "bind/binder.h"
#include "expr/function.h"

/* ---- calls of operators ---- */

static const char *operator_function(Binder *binder, AstOperator operator)
{
    switch (operator) {
    case AST_OPERATOR_STARTS_WITH:
        return "starts_with";
    case AST_OPERATOR_IS_DISTINCT_FROM:
        return "is distinct from";
    case AST_OPERATOR_IS_NOT_DISTINCT_FROM:
        return "is not distinct from";
    default:
        return arena_string(binder->arena, ast_operator_symbol(operator));
    }
}

Expr *bind_binary_call(Binder *binder, AstOperator operator, Expr * left, bool left_is_untyped, Expr *right,
                       bool right_is_untyped, Position position)
{
    Expr *arguments[] = {left, right};
    bool is_untyped[] = {left_is_untyped, right_is_untyped};
    return bind_call(binder, operator_function(binder, operator), arguments, is_untyped, 2, position,
                     ast_operator_symbol(operator));
}

Expr *bind_not(Binder *binder, Expr *expr, Position position)
{
    bool is_untyped = false;
    return bind_call(binder, "not", &expr, &is_untyped, 1, position, "NOT");
}

Expr *bind_comparison(const Place *place, AstOperator operator, const AstExpr * left, const AstExpr *right,
                      Position position)
{
    if (left->kind == AST_ROW || right->kind == AST_ROW)
        return bind_row_comparison(place, operator, left, right, position);
    Expr *left_expr = bind_expr(place, left);
    Expr *right_expr = bind_expr(place, right);
    return bind_binary_call(place->binder, operator, left_expr, ast_is_untyped(left), right_expr, ast_is_untyped(right),
                            position);
}

/* x AT TIME ZONE z is timezone(z, x). */
static Expr *bind_at_time_zone(const Place *place, const AstExpr *ast)
{
    Expr *arguments[] = {bind_expr(place, ast->binary.right), bind_expr(place, ast->binary.left)};
    bool is_untyped[] = {ast_is_untyped(ast->binary.right), ast_is_untyped(ast->binary.left)};
    return bind_call(place->binder, "timezone", arguments, is_untyped, 2, ast->position, "AT TIME ZONE");
}

static Expr *bind_binary(const Place *place, const AstExpr *ast)
{
    if (ast->binary.operator== AST_OPERATOR_AT_TIME_ZONE)
        return bind_at_time_zone(place, ast);
    return bind_comparison(place, ast->binary.operator, ast->binary.left, ast->binary.right, ast->position);
}

static bool ast_is_number(const AstExpr *ast)
{
    return ast->kind == AST_INTEGER || ast->kind == AST_DECIMAL || ast->kind == AST_FLOAT;
}

static Expr *bind_unary(const Place *place, const AstExpr *ast)
{
    const AstExpr *operand = ast->unary.operand;
    if (ast->unary.operator== AST_OPERATOR_NOT)
        return bind_not(place->binder, bind_condition(place, operand, "NOT"), ast->position);
    if (ast->unary.operator== AST_OPERATOR_MINUS && ast_is_number(operand))
        return bind_negative_literal(place, operand, ast->position);
    Expr *expr = bind_expr(place, operand);
    bool is_untyped = ast_is_untyped(operand);
    const char *symbol = ast_operator_symbol(ast->unary.operator);
    return bind_call(place->binder, symbol, &expr, &is_untyped, 1, ast->position, symbol);
}

/* ---- conditions ---- */

static Expr *bind_junction(const Place *place, const AstExpr *ast)
{
    bool is_and = ast->kind == AST_AND;
    Expr **conditions = arena_array(place->binder->arena, Expr *, ast->list.count);
    for (size_t i = 0; i < ast->list.count; i++)
        conditions[i] = bind_condition(place, ast->list.items[i], is_and ? "AND" : "OR");
    return expr_junction(place->binder->arena, is_and ? EXPR_AND : EXPR_OR, conditions, ast->list.count,
                         binder_at(place->binder, ast->position));
}

static Expr *bind_is(const Place *place, const AstExpr *ast)
{
    static const char *const names[][2] = {
        [AST_TRUTH_NULL] = {"is null", "is not null"},
        [AST_TRUTH_TRUE] = {"is true", "is not true"},
        [AST_TRUTH_FALSE] = {"is false", "is not false"},
        [AST_TRUTH_UNKNOWN] = {"is unknown", "is not unknown"},
    };
    const char *name = names[ast->is.truth][ast->is.is_negated];
    bool is_untyped = ast_is_untyped(ast->is.operand);
    if (ast->is.truth == AST_TRUTH_NULL && ast->is.operand->kind == AST_ROW)
        return bind_row_is_null(place, ast);
    Expr *operand = ast->is.truth == AST_TRUTH_NULL ? bind_expr(place, ast->is.operand)
                                                    : bind_condition(place, ast->is.operand, "IS");
    if (ast->is.truth != AST_TRUTH_NULL)
        is_untyped = false;
    return bind_call(place->binder, name, &operand, &is_untyped, 1, ast->position, "IS");
}

/* One side of BETWEEN: low <= x AND x <= high. */
static Expr *bind_range(const Place *place, const AstExpr *ast, Expr *operand, Expr *low, Expr *high)
{
    Binder *binder = place->binder;
    bool is_untyped = ast_is_untyped(ast->between.operand);
    Expr *sides[] = {bind_binary_call(binder, AST_OPERATOR_GREATER_EQUAL, operand, is_untyped, low,
                                      ast_is_untyped(ast->between.low), ast->position),
                     bind_binary_call(binder, AST_OPERATOR_LESS_EQUAL, operand, is_untyped, high,
                                      ast_is_untyped(ast->between.high), ast->position)};
    return expr_junction(binder->arena, EXPR_AND, sides, 2, binder_at(binder, ast->position));
}

static Expr *bind_between(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    if (ast->between.operand->kind == AST_ROW)
        return bind_row_between(place, ast);
    Expr *operand = bind_expr(place, ast->between.operand);
    Expr *low = bind_expr(place, ast->between.low), *high = bind_expr(place, ast->between.high);
    binder_count_shared(binder, operand);
    Expr *range = bind_range(place, ast, operand, low, high);
    if (ast->between.is_symmetric) {
        binder_count_shared(binder, range);
        AstExpr turned = *ast;
        turned.between.low = ast->between.high;
        turned.between.high = ast->between.low;
        Expr *either[] = {range, bind_range(place, &turned, operand, high, low)};
        range = expr_junction(binder->arena, EXPR_OR, either, 2, binder_at(binder, ast->position));
    }
    return ast->between.is_negated ? bind_not(binder, range, ast->position) : range;
}

/* (a, b) IN ((1, 2), (3, 4)): any of them equal. */
static Expr *bind_row_in_list(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    Expr **rows = arena_array(binder->arena, Expr *, ast->in.list.count);
    for (size_t i = 0; i < ast->in.list.count; i++)
        rows[i] = bind_comparison(place, AST_OPERATOR_EQUAL, ast->in.operand, ast->in.list.items[i], ast->position);
    Expr *any = expr_junction(binder->arena, EXPR_OR, rows, ast->in.list.count, binder_at(binder, ast->position));
    return ast->in.is_negated ? bind_not(binder, any, ast->position) : any;
}

static Expr *bind_in_list(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    size_t count = ast->in.list.count + 1;
    if (ast->in.operand->kind == AST_ROW)
        return bind_row_in_list(place, ast);
    Expr **values = arena_array(binder->arena, Expr *, count);
    bool *is_untyped = arena_array(binder->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        context_pace_item(i);
        const AstExpr *item = i == 0 ? ast->in.operand : ast->in.list.items[i - 1];
        values[i] = bind_expr(place, item);
        is_untyped[i] = ast_is_untyped(item);
    }
    Position position = binder_at(binder, ast->position);
    if (count == 1) /* nothing is in an empty list, not even NULL */
        return expr_constant(binder->arena, value_boolean(ast->in.is_negated), position);
    bind_convert_all(binder, values, is_untyped, count, "IN");
    Expr *in = expr_new(binder->arena, EXPR_IN, type_of(TYPE_BOOLEAN), values, count, position);
    in->is_negated = ast->in.is_negated;
    return in;
}

static Expr *bind_like(const Place *place, const AstExpr *ast)
{
    static const struct {
        const char *function, *negated, *shown;
    } names[] = {
        [AST_PATTERN_LIKE] = {"~~", "!~~", "LIKE"},
        [AST_PATTERN_ILIKE] = {"~~*", "!~~*", "ILIKE"},
        [AST_PATTERN_SIMILAR] = {"similar to", "not similar to", "SIMILAR TO"},
        [AST_PATTERN_GLOB] = {"~~~", "!~~~", "GLOB"},
    };
    const AstExpr *operands[] = {ast->like.operand, ast->like.text, ast->like.escape};
    size_t count = ast->like.escape ? 3 : 2;
    Expr *arguments[3];
    bool is_untyped[3];
    for (size_t i = 0; i < count; i++) {
        arguments[i] = bind_expr(place, operands[i]);
        is_untyped[i] = ast_is_untyped(operands[i]);
    }
    const char *name = ast->like.is_negated ? names[ast->like.pattern].negated : names[ast->like.pattern].function;
    return bind_call(place->binder, name, arguments, is_untyped, count, ast->position, names[ast->like.pattern].shown);
}

static _Noreturn void raise_unsupported(const Place *place, const AstExpr *ast, const char *what)
{
    bind_error(place->binder, ERROR_NOT_SUPPORTED, ast->position, NULL, "%s not supported", what);
}

/* A bound of a slice, or what stands for one that is left out. */
static Expr *bind_bound(const Place *place, const AstExpr *ast, int64_t otherwise)
{
    if (ast == NULL)
        return expr_constant(place->binder->arena, value_integer(type_of(TYPE_BIGINT), otherwise), NO_POSITION);
    return bind_expr(place, ast);
}

/* x[i] and x[low:high] of a text; there are no arrays. */
static Expr *bind_subscript(const Place *place, const AstExpr *ast)
{
    const AstExpr *operand = ast->subscript.operand, *low = ast->subscript.low, *high = ast->subscript.high;
    bool is_slice = ast->subscript.is_slice;
    Expr *arguments[] = {bind_expr(place, operand), bind_bound(place, low, 1), NULL};
    bool is_untyped[] = {ast_is_untyped(operand), low && ast_is_untyped(low), high && ast_is_untyped(high)};
    if (arguments[0]->type.id != TYPE_VARCHAR)
        raise_unsupported(place, ast, "arrays are");
    if (is_slice)
        arguments[2] = bind_bound(place, high, INT64_MAX);
    return bind_call(place->binder, is_slice ? "array_slice" : "array_extract", arguments, is_untyped, 2 + is_slice,
                     ast->position, NULL);
}

/* ---- CASE and casts ---- */

/* CASE x WHEN y: each y becomes x = y. */
static Expr *bind_when(const Place *place, const AstExpr *ast, const AstWhen *when, Expr *operand)
{
    if (operand == NULL)
        return bind_condition(place, when->condition, "CASE/WHEN");
    Expr *value = bind_expr(place, when->condition);
    binder_count_shared(place->binder, operand);
    return bind_binary_call(place->binder, AST_OPERATOR_EQUAL, operand, ast_is_untyped(ast->cases.operand), value,
                            ast_is_untyped(when->condition), when->condition->position);
}

static Expr *bind_case(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    size_t when_count = ast->cases.whens.count;
    Position position = binder_at(binder, ast->position);
    Expr *operand = ast->cases.operand ? bind_expr(place, ast->cases.operand) : NULL;
    Expr **results = arena_array(binder->arena, Expr *, when_count + 1);
    bool *is_untyped = arena_array(binder->arena, bool, when_count + 1);
    Expr **arguments = arena_array(binder->arena, Expr *, 2 * when_count + 1);
    for (size_t i = 0; i < when_count; i++) {
        const AstWhen *when = &ast->cases.whens.items[i];
        arguments[2 * i] = bind_when(place, ast, when, operand);
        results[i] = bind_expr(place, when->result);
        is_untyped[i] = ast_is_untyped(when->result);
    }
    const AstExpr *otherwise = ast->cases.otherwise;
    results[when_count] = otherwise ? bind_expr(place, otherwise)
                                    : expr_constant(binder->arena, value_null(type_of(TYPE_NULL)), position);
    is_untyped[when_count] = ast_is_untyped(otherwise);
    Type type = bind_convert_all(binder, results, is_untyped, when_count + 1, "CASE");
    for (size_t i = 0; i < when_count; i++)
        arguments[2 * i + 1] = results[i];
    arguments[2 * when_count] = results[when_count];
    return expr_new(binder->arena, EXPR_CASE, type, arguments, 2 * when_count + 1, position);
}

static Expr *bind_cast(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    AstType written = ast->cast.type;
    written.position = binder_at(binder, written.position);
    Type type = bind_type(&written);
    Expr *operand = bind_expr(place, ast->cast.operand);
    Position position = binder_at(binder, ast->position);
    if (!ast->cast.is_try) {
        if (type_equal(operand->type, type) && type.limit == LIMIT_NONE && operand->type.limit != LIMIT_NONE)
            return expr_new(binder->arena, EXPR_CAST, type, &operand, 1, position); /* no limit any more */
        operand = bind_convert(binder, operand, ast->cast.operand->kind == AST_PARAMETER, type);
        if (operand->kind == EXPR_CAST)
            operand->position = position;
        return operand;
    }
    if (type_equal(operand->type, type) && (type.limit == LIMIT_NONE || type_limits_equal(operand->type, type)))
        return operand;
    return expr_new(binder->arena, EXPR_TRY_CAST, type, &operand, 1, position);
}

static Expr *bind_collate(const Place *place, const AstExpr *ast)
{
    static const char *const binary[] = {"c", "posix", "binary", "ucs_basic", "default"};
    StringView name = ast->collate.collation.name;
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
        if (view_equal_ignoring_case(name, view_of(binary[i])))
            return bind_expr(place, ast->collate.operand);
    bind_error(place->binder, ERROR_UNDEFINED_OBJECT, ast->position, "text is compared byte by byte: COLLATE \"C\"",
               "collation \"%.*s\" does not exist", VIEW_ARGUMENTS(name));
}

static Expr *bind_expr_by_kind(const Place *place, const AstExpr *ast)
{
    switch (ast->kind) {
    case AST_NULL:
    case AST_BOOLEAN:
    case AST_INTEGER:
    case AST_DECIMAL:
    case AST_FLOAT:
    case AST_STRING:
    case AST_BLOB:
    case AST_TYPED_LITERAL:
    case AST_VALUE:
        return bind_literal(place, ast);
    case AST_INTERVAL:
        return bind_interval(place, ast);
    case AST_PARAMETER:
        return bind_parameter(place, ast);
    case AST_COLUMN:
        return scope_column(place, ast);
    case AST_UNARY:
        return bind_unary(place, ast);
    case AST_BINARY:
        return bind_binary(place, ast);
    case AST_AND:
    case AST_OR:
        return bind_junction(place, ast);
    case AST_IS:
        return bind_is(place, ast);
    case AST_BETWEEN:
        return bind_between(place, ast);
    case AST_IN_LIST:
        return bind_in_list(place, ast);
    case AST_LIKE:
        return bind_like(place, ast);
    case AST_CASE:
        return bind_case(place, ast);
    case AST_CAST:
        return bind_cast(place, ast);
    case AST_COLLATE:
        return bind_collate(place, ast);
    case AST_FUNCTION:
        return bind_function(place, ast);
    case AST_SUBQUERY:
        return bind_scalar_subquery(place, ast);
    case AST_EXISTS:
        return bind_exists(place, ast);
    case AST_IN_QUERY:
        return bind_in_query(place, ast);
    case AST_QUANTIFIED:
        return bind_quantified(place, ast);
    case AST_STAR:
        bind_error(place->binder, ERROR_SYNTAX, ast->position, "* stands for columns in a SELECT list and in count(*)",
                   "* is not allowed here");
    case AST_BOUND:
        return ast->bound.expr;
    case AST_COLUMNS:
        raise_unsupported(place, ast, "COLUMNS() here is");
    case AST_DEFAULT:
        bind_error(place->binder, ERROR_SYNTAX, ast->position, "DEFAULT stands for a value in INSERT",
                   "DEFAULT is not allowed here");
    case AST_ROW:
        raise_unsupported(place, ast, "a row as a value is");
    case AST_SUBSCRIPT:
        return bind_subscript(place, ast);
    case AST_ARRAY:
        raise_unsupported(place, ast, "arrays are");
    case AST_FIELD:
    case AST_STRUCT:
        raise_unsupported(place, ast, "structs are");
    }
    raise_unsupported(place, ast, "this expression is");
}

Expr *bind_expr(const Place *place, const AstExpr *ast)
{
    binder_enter(place->binder, ast->position);
    Expr *expr = bind_expr_by_kind(place, ast);
    binder_leave(place->binder);
    return expr;
}
