/* bind/bind.c: the entries, and what every part of binding needs: places in the text, errors, limits. */
#include "bind/bind.h"

#include <stdarg.h>

#include "bind/binder.h"
#include "expr/evaluator.h"

const char bind_null_parameter[] = "";

enum {
    DEPTH_LIMIT = 3000,     /* AST_HEIGHT_LIMIT, and views within views; a level takes about 1 KiB of the stack */
    TABLE_LIMIT = 50000,    /* tables and queries in a statement, each as often as it is referred to */
    SHARED_LIMIT = 1000000, /* expression nodes that stand in several places */
};

Binder *binder_new(BindEnvironment *environment)
{
    Binder *binder = arena_new(environment->columns->arena, Binder);
    binder->environment = environment;
    binder->columns = environment->columns;
    binder->arena = environment->columns->arena;
    binder->context = environment->columns->context;
    binder->outer_position = environment->outer_position ? *environment->outer_position : NO_POSITION;
    return binder;
}

void bind_error(const Binder *binder, ErrorCode code, Position position, const char *hint, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = arena_format_list(binder->arena, format, arguments);
    va_end(arguments);
    if (binder->views) /* whose text the user may never have seen */
        message = arena_format(binder->arena, "view \"%s\": %s", binder->views->name, message);
    error_raise_hint(code, binder_at(binder, position), hint ? hint : "", "%s", message);
}

void binder_enter(Binder *binder, Position position)
{
    context_check(binder->context); /* what is done at each part of a statement may look at all others of its kind */
    if (++binder->depth > DEPTH_LIMIT)
        bind_error(binder, ERROR_TOO_COMPLEX, position, NULL, "the statement is nested more than %d levels deep",
                   DEPTH_LIMIT);
}

void binder_count_table(Binder *binder, Position position)
{
    context_check(binder->context);
    if (++binder->table_count > TABLE_LIMIT)
        bind_error(binder, ERROR_TOO_COMPLEX, position,
                   "a name of WITH and a view count as often as they are referred to",
                   "the statement reads more than %d tables and queries", TABLE_LIMIT);
}

static bool count_visit(void *user, const Expr *expr)
{
    size_t *count = user;
    (void)expr;
    return ++*count <= SHARED_LIMIT;
}

void binder_count_shared(Binder *binder, const Expr *expr)
{
    expr_walk(expr, count_visit, &binder->shared_count);
    if (binder->shared_count > SHARED_LIMIT)
        bind_error(binder, ERROR_TOO_COMPLEX, expr->position, NULL,
                   "the statement's expressions repeat more than %d terms", SHARED_LIMIT);
}

const char *binder_string(Binder *binder, StringView view)
{
    return arena_string_n(binder->arena, view.data, view.size);
}

Nearest nearest_to(StringView name)
{
    return (Nearest){.name = name, .limit = name_distance_limit(name.size)};
}

void nearest_look(Nearest *nearest, StringView candidate)
{
    if (nearest->limit == 0 && nearest->found.data)
        return;
    size_t distance = name_distance(candidate, nearest->name, nearest->limit);
    if (distance > nearest->limit)
        return;
    nearest->found = candidate;
    nearest->limit = distance > 0 ? distance - 1 : 0;
}

const char *binder_did_you_mean(Binder *binder, StringView nearest)
{
    if (nearest.data == NULL)
        return NULL;
    return arena_format(binder->arena, "did you mean \"%.*s\"?", VIEW_ARGUMENTS(nearest));
}

BoundQuery *bind_query(BindEnvironment *environment, const AstQuery *query)
{
    Binder *binder = binder_new(environment);
    Rows rows = bind_rows(binder, query, NULL, NULL);
    rows.plan = bind_written_ctes(binder, rows.plan);
    plan_check_depth(binder->arena, rows.plan);
    BoundQuery *bound = arena_new(binder->arena, BoundQuery);
    *bound = (BoundQuery){rows.plan, rows.column_count, rows.names, rows.is_untyped};
    return bound;
}

static bool column_visit(void *user, const Expr *expr)
{
    *(bool *)user |= expr->kind == EXPR_COLUMN;
    return true;
}

Value bind_evaluate(Binder *binder, const Expr *expr)
{
    bool has_column = false;
    expr_walk(expr, column_visit, &has_column);
    if (has_column)
        bind_error(binder, ERROR_NOT_SUPPORTED, expr->position, NULL, "only constants are allowed here, no columns");
    if (expr->kind == EXPR_CONSTANT)
        return expr->constant;
    binder->columns->is_momentary |= expr_is_momentary(expr);
    Value value;
    Error error = {0};
    if (expr->kind == EXPR_CAST && expr->arguments[0]->kind == EXPR_CONSTANT) {
        if (value_cast(binder->arena, &expr->arguments[0]->constant, expr->type, &value, &error))
            return value;
        error.position = expr->position;
        error_raise_again(&error);
    }
    return expr_evaluate_constant(binder->arena, binder->context, expr);
}

Value bind_constant(BindEnvironment *environment, const AstExpr *ast, const Type *type)
{
    Binder *binder = binder_new(environment);
    Place place = {.binder = binder, .clause = "a constant"};
    Expr *expr = bind_expr(&place, ast);
    if (type)
        expr = bind_convert(binder, expr, ast_is_untyped(ast), *type);
    return bind_evaluate(binder, expr);
}
