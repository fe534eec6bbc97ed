/* optimizer/simplify.c: expressions to their simplest equal form. */
#include "base/array.h"
#include "expr/evaluator.h"
#include "expr/function.h"
#include "optimizer/rule.h"

typedef struct Simplifier {
    PlanColumns *columns;
    Arena *arena;
    bool is_condition;
} Simplifier;

static bool all_arguments_constant(const Expr *expr)
{
    for (size_t i = 0; i < expr->argument_count; i++)
        if (!expr_is_constant(expr->arguments[i]))
            return false;
    return true;
}

static bool all_arguments_fixed(const Expr *expr)
{
    for (size_t i = 0; i < expr->argument_count; i++)
        if (!expr_is_fixed(expr->arguments[i]))
            return false;
    return true;
}

/* now(), or what is made of parameters and constants alone. */
static bool is_fixed_when_run(const Expr *expr)
{
    if (expr->kind == EXPR_CALL && (expr->function->flags & FUNCTION_STABLE))
        return true;
    return expr->argument_count > 0 && all_arguments_fixed(expr) && !expr_is_volatile(expr);
}

static Expr *boolean_constant(Arena *arena, bool boolean, Position position)
{
    return expr_constant(arena, value_boolean(boolean), position);
}

/* ---- AND, OR ---- */

typedef ARRAY(Expr *) ExprList;

static bool list_has(const ExprList *list, const Expr *expr)
{
    for (size_t i = 0; i < list->count; i++)
        if (expr_equal(list->items[i], expr))
            return true;
    return false;
}

enum { DUPLICATE_SEARCH_LIMIT = 32 }; /* conjuncts: looking for equal ones costs their square */

/* Drops the neutral constant and repeated arguments; the dominating constant decides alone. */
static Expr *simplify_junction(Simplifier *self, Expr *expr)
{
    bool dominating = expr->kind == EXPR_OR; /* TRUE decides an OR, FALSE an AND */
    ExprList kept = {0};
    for (size_t i = 0; i < expr->argument_count; i++) {
        Expr *argument = expr->arguments[i];
        if (expr_is_constant(argument) && !argument->constant.is_null) {
            if (argument->constant.boolean == dominating)
                return argument;
            continue;
        }
        if (expr->argument_count <= DUPLICATE_SEARCH_LIMIT && !expr_is_volatile(argument) && list_has(&kept, argument))
            continue;
        array_add(self->arena, &kept, argument);
    }
    if (kept.count == expr->argument_count)
        return expr;
    return expr_junction(self->arena, expr->kind, kept.items, kept.count, expr->position);
}

/* The column that an arm compares with constants for equality, and nothing else; NULL: it is no such arm. */
static const Expr *arm_column(const Expr *arm)
{
    bool is_equality = arm->kind == EXPR_CALL && arm->argument_count == 2 && strcmp(arm->function->name, "=") == 0;
    if ((!is_equality && (arm->kind != EXPR_IN || arm->is_negated)) || arm->arguments[0]->kind != EXPR_COLUMN)
        return NULL;
    for (size_t i = 1; i < arm->argument_count; i++)
        if (!expr_is_constant(arm->arguments[i]) || !type_equal(arm->arguments[i]->type, arm->arguments[0]->type))
            return NULL;
    return arm->arguments[0];
}

/* x = 1 OR x = 2 is x IN (1, 2). */
static Expr *simplify_equal_arms(Simplifier *self, Expr *expr)
{
    ExprList arms = {0};
    if (expr->argument_count > DUPLICATE_SEARCH_LIMIT)
        return expr;
    for (size_t i = 0; i < expr->argument_count; i++) {
        const Expr *column = arm_column(expr->arguments[i]);
        ExprList list = {0};
        size_t place = 0;
        while (column && place < arms.count) {
            const Expr *earlier = arm_column(arms.items[place]);
            if (earlier && expr_equal(earlier, column))
                break;
            place++;
        }
        if (column == NULL || place == arms.count) {
            array_add(self->arena, &arms, expr->arguments[i]);
            continue;
        }
        array_add(self->arena, &list, (Expr *)column);
        for (size_t a = 1; a < arms.items[place]->argument_count; a++)
            array_add(self->arena, &list, arms.items[place]->arguments[a]);
        for (size_t a = 1; a < expr->arguments[i]->argument_count; a++)
            if (!list_has(&list, expr->arguments[i]->arguments[a]))
                array_add(self->arena, &list, expr->arguments[i]->arguments[a]);
        arms.items[place] =
            expr_new(self->arena, EXPR_IN, expr->type, list.items, list.count, arms.items[place]->position);
    }
    return arms.count == expr->argument_count
               ? expr
               : expr_junction(self->arena, EXPR_OR, arms.items, arms.count, expr->position);
}

static void conjuncts_of(Expr *expr, Expr ***ret_items, size_t *ret_count, Expr **single)
{
    *single = expr;
    *ret_items = expr->kind == EXPR_AND ? expr->arguments : single;
    *ret_count = expr->kind == EXPR_AND ? expr->argument_count : 1;
}

static bool conjunct_is_in(Expr *arm, const Expr *conjunct)
{
    Expr **items, *single;
    size_t count;
    conjuncts_of(arm, &items, &count, &single);
    for (size_t i = 0; i < count; i++)
        if (expr_equal(items[i], conjunct))
            return true;
    return false;
}

static Expr *arm_without(Simplifier *self, Expr *arm, const ExprList *common)
{
    Expr **items, *single;
    size_t count;
    conjuncts_of(arm, &items, &count, &single);
    ExprList kept = {0};
    for (size_t i = 0; i < count; i++)
        if (!list_has(common, items[i]))
            array_add(self->arena, &kept, items[i]);
    return expr_junction(self->arena, EXPR_AND, kept.items, kept.count, arm->position);
}

/* (a AND b) OR (a AND c) is a AND (b OR c): what is common may become a join's key (TPC-H Q19). */
static Expr *simplify_common_conjuncts(Simplifier *self, Expr *expr)
{
    if (expr->argument_count > DUPLICATE_SEARCH_LIMIT)
        return expr;
    Expr **items, *single;
    size_t count;
    conjuncts_of(expr->arguments[0], &items, &count, &single);
    ExprList common = {0};
    for (size_t i = 0; i < count && i < DUPLICATE_SEARCH_LIMIT; i++) {
        bool everywhere = !expr_is_volatile(items[i]) && !list_has(&common, items[i]);
        for (size_t arm = 1; arm < expr->argument_count && everywhere; arm++)
            everywhere = conjunct_is_in(expr->arguments[arm], items[i]);
        if (everywhere)
            array_add(self->arena, &common, items[i]);
    }
    if (common.count == 0)
        return expr;
    ExprList arms = {0};
    for (size_t arm = 0; arm < expr->argument_count; arm++)
        array_add(self->arena, &arms, arm_without(self, expr->arguments[arm], &common));
    Expr *rest = expr_junction(self->arena, EXPR_OR, arms.items, arms.count, expr->position);
    if (rest->kind == EXPR_OR)
        rest = simplify_junction(self, rest);
    if (rest->kind == EXPR_OR)
        rest = simplify_equal_arms(self, rest);
    array_add(self->arena, &common, rest);
    Expr *all = expr_junction(self->arena, EXPR_AND, common.items, common.count, expr->position);
    return all->kind == EXPR_AND ? simplify_junction(self, all) : all;
}

/* ---- comparisons ---- */

static const struct {
    const char *name, *mirrored;
} comparisons[] = {{"=", "="}, {"<>", "<>"}, {"<", ">"}, {"<=", ">="}, {">", "<"}, {">=", "<="}};

static ptrdiff_t comparison_of(const Expr *expr)
{
    if (expr->kind != EXPR_CALL || expr->argument_count != 2)
        return -1;
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (strcmp(expr->function->name, comparisons[i].name) == 0)
            return (ptrdiff_t)i;
    return -1;
}

/* Whether every value of `from` is another value of `to`, and in the same order. */
static bool cast_is_faithful(Type from, Type to)
{
    if (type_limits_values(to))
        return false;
    if (from.id == TYPE_DECIMAL && to.id == TYPE_DECIMAL)
        return to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
    if (type_is_integer(from) && to.id == TYPE_DECIMAL)
        return to.precision - to.scale >= type_integer_as_decimal(from).precision;
    if (type_is_integer(from) && type_is_integer(to))
        return from.id < to.id && to.id != TYPE_UBIGINT;
    if ((from.id == TYPE_SMALLINT || from.id == TYPE_INTEGER) && to.id == TYPE_DOUBLE)
        return true;
    return from.id == TYPE_DATE && to.id == TYPE_TIMESTAMP;
}

/* The constant as a value of the narrower type, when it is exactly one: CAST(int_column AS BIGINT) = 5 is
 * int_column = 5. What does not convert back is left alone. */
static Expr *narrow_constant(Simplifier *self, const Expr *constant, Type type)
{
    Value narrow, back;
    Error error;
    if (constant->constant.is_null)
        return expr_constant(self->arena, value_null(type), constant->position);
    if (!value_cast(self->arena, &constant->constant, type, &narrow, &error) ||
        !value_cast(self->arena, &narrow, constant->type, &back, &error) ||
        value_compare(&back, &constant->constant) != 0)
        return NULL;
    return expr_constant(self->arena, narrow, constant->position);
}

static const Expr *uncast(const Expr *expr)
{
    return expr->kind == EXPR_CAST && cast_is_faithful(expr->arguments[0]->type, expr->type) ? expr->arguments[0]
                                                                                             : NULL;
}

static Expr *simplify_comparison(Simplifier *self, Expr *expr, ptrdiff_t comparison)
{
    Expr *left = expr->arguments[0], *right = expr->arguments[1];
    if (expr_is_fixed(left) && !expr_is_fixed(right)) {
        Expr *turned[] = {right, left};
        return simplify_comparison(
            self, function_call(self->arena, comparisons[comparison].mirrored, turned, 2, expr->position), comparison);
    }
    const Expr *inner = uncast(left);
    if (inner && right->kind == EXPR_PARAMETER)
        self->columns->is_momentary = true; /* its value might go to the other type, where an index can find it */
    if (inner == NULL || !expr_is_constant(right))
        return expr;
    Expr *narrow = narrow_constant(self, right, inner->type);
    if (narrow == NULL)
        return expr;
    Expr *arguments[] = {(Expr *)inner, narrow};
    return simplify_comparison(self, function_call(self->arena, expr->function->name, arguments, 2, expr->position),
                               comparison);
}

/* CAST(c AS wider) IN (constants of wider). */
static Expr *simplify_in(Simplifier *self, Expr *expr)
{
    if (expr->argument_count == 2) {
        Expr *equal = function_call(self->arena, expr->is_negated ? "<>" : "=", expr->arguments, 2, expr->position);
        ptrdiff_t comparison = comparison_of(equal);
        return comparison < 0 ? equal : simplify_comparison(self, equal, comparison);
    }
    const Expr *inner = uncast(expr->arguments[0]);
    if (inner == NULL)
        return expr;
    Expr **arguments = arena_array(self->arena, Expr *, expr->argument_count);
    arguments[0] = (Expr *)inner;
    for (size_t i = 1; i < expr->argument_count; i++) {
        if (!expr_is_constant(expr->arguments[i]))
            return expr;
        arguments[i] = narrow_constant(self, expr->arguments[i], inner->type);
        if (arguments[i] == NULL)
            return expr;
    }
    return expr_with_arguments(self->arena, expr, arguments);
}

/* ---- CASE, COALESCE ---- */

static Expr *simplify_case(Simplifier *self, Expr *expr)
{
    ExprList kept = {0};
    size_t last = expr->argument_count - 1;
    for (size_t i = 0; i < last; i += 2) {
        Expr *condition = expr->arguments[i];
        if (expr_is_false_or_null(condition))
            continue;
        if (expr_is_true(condition)) {
            last = i + 1; /* what follows is never reached */
            break;
        }
        array_add(self->arena, &kept, condition);
        array_add(self->arena, &kept, expr->arguments[i + 1]);
    }
    if (kept.count == 0)
        return expr->arguments[last];
    array_add(self->arena, &kept, expr->arguments[last]);
    if (kept.count == expr->argument_count)
        return expr;
    Expr *shorter = arena_copy(self->arena, expr, sizeof *expr);
    shorter->arguments = kept.items;
    shorter->argument_count = kept.count;
    return shorter;
}

static Expr *simplify_coalesce(Expr *expr)
{
    Expr *first = expr->arguments[0];
    if (expr->argument_count == 1 || (expr_is_constant(first) && !first->constant.is_null))
        return first;
    return expr;
}

static Expr *simplify_node(void *user, Expr *expr);

/* NOT (a OR b) is NOT a AND NOT b: of NULLs too (De Morgan). */
static Expr *simplify_not_junction(Simplifier *self, const Expr *inner)
{
    Expr **arguments = arena_array(self->arena, Expr *, inner->argument_count);
    for (size_t i = 0; i < inner->argument_count; i++)
        arguments[i] = simplify_node(self, function_call(self->arena, "not", &inner->arguments[i], 1, inner->position));
    ExprKind kind = inner->kind == EXPR_OR ? EXPR_AND : EXPR_OR;
    return simplify_node(self, expr_junction(self->arena, kind, arguments, inner->argument_count, inner->position));
}

/* NOT over a comparison is the opposite comparison: for NULLs both are NULL. */
static Expr *simplify_not(Simplifier *self, Expr *expr)
{
    static const char *const opposites[] = {"<>", "=", ">=", ">", "<=", "<"};
    Expr *inner = expr->arguments[0];
    ptrdiff_t comparison = comparison_of(inner);
    if (comparison >= 0)
        return function_call(self->arena, opposites[comparison], inner->arguments, 2, inner->position);
    if (inner->kind == EXPR_IN) {
        Expr *negated = arena_copy(self->arena, inner, sizeof *inner);
        negated->is_negated = !inner->is_negated;
        return negated;
    }
    if (inner->kind == EXPR_CALL && inner->argument_count == 1 && strcmp(inner->function->name, "not") == 0)
        return inner->arguments[0];
    if (inner->kind == EXPR_AND || inner->kind == EXPR_OR)
        return simplify_not_junction(self, inner);
    return expr;
}

/* A function of a NULL is NULL, but for the few that look at NULLs themselves. */
static bool is_strict_over_null(const Expr *expr)
{
    if (expr->kind == EXPR_CAST || expr->kind == EXPR_TRY_CAST)
        return expr_is_constant(expr->arguments[0]) && expr->arguments[0]->constant.is_null;
    if (expr->kind != EXPR_CALL || (expr->function->flags & (FUNCTION_NOT_STRICT | FUNCTION_VOLATILE)))
        return false;
    for (size_t i = 0; i < expr->argument_count; i++)
        if (expr_is_constant(expr->arguments[i]) && expr->arguments[i]->constant.is_null)
            return true;
    return false;
}

static Expr *simplify_node(void *user, Expr *expr)
{
    Simplifier *self = user;
    if (is_strict_over_null(expr))
        return expr_constant(self->arena, value_null(expr->type), expr->position);
    if (self->columns->is_kept && is_fixed_when_run(expr) && expr_is_momentary(expr)) {
        /* in a condition the value itself may be handed to a provider, or find an index */
        self->columns->is_momentary |= self->is_condition;
        return expr;
    }
    if (expr->argument_count > 0 && all_arguments_constant(expr) && !expr_is_volatile(expr)) {
        Value value;
        if (expr_try_constant(self->arena, self->columns->context, expr, &value))
            return expr_constant(self->arena, value, expr->position);
    }
    switch (expr->kind) {
    case EXPR_AND:
        return simplify_junction(self, expr);
    case EXPR_OR: {
        Expr *simple = simplify_junction(self, expr);
        if (simple->kind == EXPR_OR)
            simple = simplify_equal_arms(self, simple);
        return simple->kind == EXPR_OR ? simplify_common_conjuncts(self, simple) : simple;
    }
    case EXPR_CASE:
        return simplify_case(self, expr);
    case EXPR_COALESCE:
        return simplify_coalesce(expr);
    case EXPR_IN:
        return simplify_in(self, expr);
    case EXPR_CALL: {
        ptrdiff_t comparison = comparison_of(expr);
        if (comparison >= 0)
            return simplify_comparison(self, expr, comparison);
        return strcmp(expr->function->name, "not") == 0 ? simplify_not(self, expr) : expr;
    }
    default:
        return expr;
    }
}

Expr *expr_simplify(PlanColumns *columns, Expr *expr)
{
    Simplifier self = {.columns = columns, .arena = columns->arena};
    return expr_rewrite(columns->arena, expr, simplify_node, &self);
}

Expr *expr_simplify_condition(PlanColumns *columns, Expr *expr)
{
    Simplifier self = {.columns = columns, .arena = columns->arena, .is_condition = true};
    Expr *simple = expr_rewrite(columns->arena, expr, simplify_node, &self);
    return expr_is_false_or_null(simple) ? boolean_constant(columns->arena, false, expr->position) : simple;
}

/* ---- the rule ---- */

static void simplify_slot(void *user, Expr **slot)
{
    *slot = expr_simplify(user, *slot);
}

/* A filter that is always true goes; one that never is leaves no rows. */
static Plan *simplify_filter(PlanColumns *columns, PlanFilter *filter)
{
    ExprList kept = {0};
    for (size_t i = 0; i < filter->condition_count; i++) {
        Expr *condition = expr_simplify_condition(columns, filter->conditions[i]);
        if (expr_is_false_or_null(condition))
            return plan_empty(columns, filter->base.outputs, filter->base.output_count);
        if (!expr_is_true(condition))
            array_add(columns->arena, &kept, condition);
    }
    return plan_filter_new(columns, filter->base.inputs[0], kept.items, kept.count);
}

Plan *rule_simplify(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_simplify(columns, plan->inputs[i]);
    if (plan->kind == PLAN_FILTER)
        return simplify_filter(columns, (PlanFilter *)plan);
    plan_each_expr(plan, simplify_slot, columns);
    return plan;
}
