/* expr/expr.c: expression trees: making, walking, rewriting and comparing them, and what can be told from their form.
 */
#include "expr/expr.h"

#include <assert.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "expr/cast.h"
#include "expr/function.h"

/* ---- making ---- */

Expr *expr_new(Arena *arena, ExprKind kind, Type type, Expr **arguments, size_t argument_count, Position position)
{
    Expr *expr = arena_new(arena, Expr);
    expr->kind = kind;
    expr->type = type;
    expr->position = position;
    expr->argument_count = argument_count;
    if (argument_count) {
        expr->arguments = arena_array(arena, Expr *, argument_count);
        memcpy(expr->arguments, arguments, argument_count * sizeof *arguments);
    }
    return expr;
}

Expr *expr_column(Arena *arena, ColumnId column, Type type, Position position)
{
    Expr *expr = expr_new(arena, EXPR_COLUMN, type, NULL, 0, position);
    expr->column = column;
    return expr;
}

Expr *expr_constant(Arena *arena, Value value, Position position)
{
    Expr *expr = expr_new(arena, EXPR_CONSTANT, value.type, NULL, 0, position);
    expr->constant = value;
    return expr;
}

Expr *expr_parameter(Arena *arena, const Parameter *parameter, Position position)
{
    Expr *expr = expr_new(arena, EXPR_PARAMETER, parameter->value.type, NULL, 0, position);
    expr->parameter = parameter;
    return expr;
}

Expr *expr_call(Arena *arena, const struct Function *function, Type type, Expr **arguments, size_t argument_count,
                Position position)
{
    Expr *expr = expr_new(arena, EXPR_CALL, type, arguments, argument_count, position);
    expr->function = function;
    if (function->refine)
        function->refine(expr);
    return expr;
}

Expr *expr_cast(Arena *arena, Expr *expr, Type type, Position position)
{
    if (type_equal(expr->type, type) && (type.limit == LIMIT_NONE || type_limits_equal(expr->type, type)))
        return expr;
    if (expr->kind == EXPR_CONSTANT && expr->constant.is_null)
        return expr_constant(arena, value_null(type), position);
    return expr_new(arena, EXPR_CAST, type, &expr, 1, position);
}

Expr *expr_junction(Arena *arena, ExprKind kind, Expr *const *conditions, size_t count, Position position)
{
    assert(kind == EXPR_AND || kind == EXPR_OR);
    ARRAY(Expr *) flat = {0};
    for (size_t i = 0; i < count; i++) {
        if (conditions[i]->kind != kind) {
            array_add(arena, &flat, conditions[i]);
            continue;
        }
        for (size_t j = 0; j < conditions[i]->argument_count; j++)
            array_add(arena, &flat, conditions[i]->arguments[j]);
    }
    if (flat.count == 0)
        return expr_constant(arena, value_boolean(kind == EXPR_AND), position);
    if (flat.count == 1)
        return flat.items[0];
    return expr_new(arena, kind, type_of(TYPE_BOOLEAN), flat.items, flat.count, position);
}

Expr *expr_with_arguments(Arena *arena, const Expr *like, Expr **arguments)
{
    Expr *expr = arena_copy(arena, like, sizeof *like);
    if (like->argument_count)
        expr->arguments = arena_copy(arena, arguments, like->argument_count * sizeof *arguments);
    return expr;
}

/* ---- walking and rewriting ---- */

static void depth_check(const Expr *expr, size_t depth)
{
    if (depth >= EXPR_MAX_DEPTH)
        error_raise(ERROR_TOO_COMPLEX, expr->position, "expression is nested more than %d levels deep", EXPR_MAX_DEPTH);
}

static void expr_walk_below(const Expr *expr, bool (*visit)(void *user, const Expr *expr), void *user, size_t depth)
{
    depth_check(expr, depth);
    if (!visit(user, expr))
        return;
    for (size_t i = 0; i < expr->argument_count; i++) {
        context_pace_item(i);
        expr_walk_below(expr->arguments[i], visit, user, depth + 1);
    }
}

void expr_walk(const Expr *expr, bool (*visit)(void *user, const Expr *expr), void *user)
{
    expr_walk_below(expr, visit, user, 0);
}

typedef struct Rewriting {
    Arena *arena;
    Expr *(*rewrite)(void *user, Expr *expr);
    void *user;
} Rewriting;

static Expr *expr_rewrite_below(const Rewriting *rewriting, Expr *expr, size_t depth)
{
    depth_check(expr, depth);
    Expr **arguments = NULL; /* made at the first argument that changes */
    for (size_t i = 0; i < expr->argument_count; i++) {
        context_pace_item(i);
        Expr *argument = expr_rewrite_below(rewriting, expr->arguments[i], depth + 1);
        if (argument != expr->arguments[i] && arguments == NULL)
            arguments = arena_copy(rewriting->arena, expr->arguments, expr->argument_count * sizeof *arguments);
        if (arguments)
            arguments[i] = argument;
    }
    if (arguments) {
        expr = arena_copy(rewriting->arena, expr, sizeof *expr);
        expr->arguments = arguments;
    }
    return rewriting->rewrite(rewriting->user, expr);
}

Expr *expr_rewrite(Arena *arena, Expr *expr, Expr *(*rewrite)(void *user, Expr *expr), void *user)
{
    Rewriting rewriting = {arena, rewrite, user};
    return expr_rewrite_below(&rewriting, expr, 0);
}

typedef struct ColumnMapping {
    Arena *arena;
    ColumnId (*map)(void *user, ColumnId column);
    void *user;
} ColumnMapping;

static Expr *column_mapped(void *user, Expr *expr)
{
    const ColumnMapping *mapping = user;
    if (expr->kind != EXPR_COLUMN)
        return expr;
    ColumnId column = mapping->map(mapping->user, expr->column);
    return column == expr->column ? expr : expr_column(mapping->arena, column, expr->type, expr->position);
}

Expr *expr_map_columns(Arena *arena, Expr *expr, ColumnId (*map)(void *user, ColumnId column), void *user)
{
    ColumnMapping mapping = {arena, map, user};
    return expr_rewrite(arena, expr, column_mapped, &mapping);
}

static Expr *parameter_settled(void *user, Expr *expr)
{
    Arena *arena = user;
    return expr->kind == EXPR_PARAMETER ? expr_constant(arena, expr->parameter->value, expr->position) : expr;
}

Expr *expr_settle(Arena *arena, Expr *expr)
{
    return expr_rewrite(arena, expr, parameter_settled, arena);
}

/* ---- comparing ---- */

static bool expr_equal_below(const Expr *a, const Expr *b, size_t depth)
{
    if (a == b)
        return true;
    depth_check(a, depth);
    if (a->kind != b->kind || !type_equal(a->type, b->type) || !type_limits_equal(a->type, b->type) ||
        a->argument_count != b->argument_count || a->is_negated != b->is_negated)
        return false;
    if (a->kind == EXPR_COLUMN && a->column != b->column)
        return false;
    if (a->kind == EXPR_CONSTANT && !value_identical(&a->constant, &b->constant))
        return false;
    if (a->kind == EXPR_PARAMETER && a->parameter != b->parameter)
        return false;
    if (a->kind == EXPR_CALL && a->function != b->function)
        return false;
    for (size_t i = 0; i < a->argument_count; i++)
        if (!expr_equal_below(a->arguments[i], b->arguments[i], depth + 1))
            return false;
    return true;
}

Expr *expr_copy(Arena *arena, const Expr *expr)
{
    Expr *copy = arena_copy(arena, expr, sizeof *expr);
    if (expr->kind == EXPR_CONSTANT)
        copy->constant = value_copy(arena, &expr->constant);
    copy->arguments = arena_array(arena, Expr *, expr->argument_count);
    for (size_t i = 0; i < expr->argument_count; i++)
        copy->arguments[i] = expr_copy(arena, expr->arguments[i]);
    return copy;
}

bool expr_equal(const Expr *a, const Expr *b)
{
    return expr_equal_below(a, b, 0);
}

/* The hash with that of an expression and of those below it, of which *left more are looked at. */
static uint64_t expr_hash_below(const Expr *expr, uint64_t hash, size_t *left)
{
    uint64_t own = (uint64_t)expr->kind | (uint64_t)expr->type.id << 8 | (uint64_t)expr->argument_count << 16;
    if (expr->kind == EXPR_COLUMN)
        own = hash_combine(own, expr->column);
    else if (expr->kind == EXPR_CONSTANT)
        own = hash_combine(own, value_hash(&expr->constant));
    else if (expr->kind == EXPR_PARAMETER)
        own = hash_combine(own, (uint64_t)(uintptr_t)expr->parameter);
    else if (expr->kind == EXPR_CALL)
        own = hash_combine(own, (uint64_t)(uintptr_t)expr->function);
    hash = hash_combine(hash, own + expr->is_negated);
    (*left)--;
    for (size_t i = 0; *left > 0 && i < expr->argument_count; i++)
        hash = expr_hash_below(expr->arguments[i], hash, left);
    return hash;
}

uint64_t expr_hash(const Expr *expr)
{
    enum { HASHED_PARTS = 64 };
    size_t left = HASHED_PARTS;
    return expr_hash_below(expr, 0, &left);
}

uint64_t exprs_hash(Expr *const *exprs, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++)
        hash = hash_combine(hash, expr_hash(exprs[i]));
    return hash;
}

/* ---- properties ---- */

bool expr_is_true(const Expr *expr)
{
    return expr->kind == EXPR_CONSTANT && expr->type.id == TYPE_BOOLEAN && !expr->constant.is_null &&
           expr->constant.boolean;
}

bool expr_is_false_or_null(const Expr *expr)
{
    return expr->kind == EXPR_CONSTANT &&
           (expr->constant.is_null || (expr->type.id == TYPE_BOOLEAN && !expr->constant.boolean));
}

static bool expr_volatile_visit(void *user, const Expr *expr)
{
    bool *is_volatile = user;
    if (expr->kind == EXPR_CALL && (expr->function->flags & FUNCTION_VOLATILE))
        *is_volatile = true;
    return !*is_volatile;
}

bool expr_is_volatile(const Expr *expr)
{
    bool is_volatile = false;
    expr_walk(expr, expr_volatile_visit, &is_volatile);
    return is_volatile;
}

static bool expr_momentary_visit(void *user, const Expr *expr)
{
    bool *is_momentary = user;
    if (expr->kind == EXPR_PARAMETER ||
        (expr->kind == EXPR_CALL && (expr->function->flags & (FUNCTION_STABLE | FUNCTION_VOLATILE))))
        *is_momentary = true;
    return !*is_momentary;
}

bool expr_is_momentary(const Expr *expr)
{
    bool is_momentary = false;
    expr_walk(expr, expr_momentary_visit, &is_momentary);
    return is_momentary;
}

static bool expr_fail_visit(void *user, const Expr *expr)
{
    bool *can_fail = user;
    if (expr->kind == EXPR_CALL)
        *can_fail |= function_call_can_fail(expr);
    else if (expr->kind == EXPR_CAST)
        *can_fail |= cast_can_fail(expr->arguments[0]->type, expr->type);
    return !*can_fail;
}

bool expr_can_fail(const Expr *expr)
{
    bool can_fail = false;
    expr_walk(expr, expr_fail_visit, &can_fail);
    return can_fail;
}

static bool expr_overflow_visit(void *user, const Expr *expr)
{
    bool *can_fail = user;
    bool is_sum = expr->kind == EXPR_CALL && expr->function->name[1] == '\0' && strchr("+-*", expr->function->name[0]);
    return is_sum || expr_fail_visit(can_fail, expr);
}

bool expr_can_only_overflow(const Expr *expr)
{
    bool can_fail = false;
    expr_walk(expr, expr_overflow_visit, &can_fail);
    return !can_fail;
}

/* Which columns are taken to be NULL. */
typedef struct NullColumns {
    bool (*is_null)(void *user, ColumnId column);
    void *user;
} NullColumns;

static bool any_argument(const Expr *expr, bool (*test)(const Expr *, const NullColumns *, size_t),
                         const NullColumns *columns, size_t depth)
{
    for (size_t i = 0; i < expr->argument_count; i++)
        if (test(expr->arguments[i], columns, depth + 1))
            return true;
    return false;
}

static bool all_arguments(const Expr *expr, bool (*test)(const Expr *, const NullColumns *, size_t),
                          const NullColumns *columns, size_t depth)
{
    for (size_t i = 0; i < expr->argument_count; i++)
        if (!test(expr->arguments[i], columns, depth + 1))
            return false;
    return true;
}

static bool expr_is_surely_null(const Expr *expr, const NullColumns *columns, size_t depth)
{
    depth_check(expr, depth);
    switch (expr->kind) {
    case EXPR_COLUMN:
        return columns->is_null(columns->user, expr->column);
    case EXPR_CONSTANT:
        return expr->constant.is_null;
    case EXPR_CALL:
        return !(expr->function->flags & FUNCTION_NOT_STRICT) &&
               any_argument(expr, expr_is_surely_null, columns, depth);
    case EXPR_CAST:
    case EXPR_TRY_CAST:
    case EXPR_IN:
        return expr_is_surely_null(expr->arguments[0], columns, depth + 1);
    case EXPR_AND:
    case EXPR_OR:
    case EXPR_COALESCE:
        return all_arguments(expr, expr_is_surely_null, columns, depth);
    case EXPR_PARAMETER:
    case EXPR_CASE:
        return false;
    }
    return false;
}

static bool call_rejects(const Expr *expr, const NullColumns *columns, size_t depth);

static bool expr_rejects(const Expr *expr, const NullColumns *columns, size_t depth)
{
    depth_check(expr, depth);
    if (expr_is_false_or_null(expr))
        return true;
    if (expr->kind == EXPR_AND)
        return any_argument(expr, expr_rejects, columns, depth);
    if (expr->kind == EXPR_OR || expr->kind == EXPR_COALESCE)
        return all_arguments(expr, expr_rejects, columns, depth);
    if (expr->kind == EXPR_CALL && call_rejects(expr, columns, depth))
        return true;
    return expr_is_surely_null(expr, columns, depth);
}

/* Tests that are FALSE of NULL, where a strict function would be NULL. */
static bool call_rejects(const Expr *expr, const NullColumns *columns, size_t depth)
{
    const char *name = expr->function->name;
    if (strcmp(name, "is true") == 0)
        return expr_rejects(expr->arguments[0], columns, depth + 1);
    if (strcmp(name, "is not null") == 0 || strcmp(name, "is false") == 0 || strcmp(name, "is not unknown") == 0)
        return expr_is_surely_null(expr->arguments[0], columns, depth + 1);
    return false;
}

bool expr_rejects_null(const Expr *expr, bool (*is_null)(void *user, ColumnId column), void *user)
{
    NullColumns columns = {is_null, user};
    return expr_rejects(expr, &columns, 0);
}
