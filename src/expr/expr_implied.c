/* expr/expr_implied.c: whether conditions that are TRUE make another one so: the same one, bounds of the same value,
 * and what is not NULL. */
#include <string.h>

#include "expr/expr.h"
#include "expr/function.h"

/* Where a value may lie beside a constant. */
enum { LESS = 1, EQUAL = 2, GREATER = 4 };

/* `value sign constant`, a set of places; 0: it is something else. */
static unsigned comparison_places(const Expr *expr)
{
    static const struct {
        const char *sign;
        unsigned places;
    } signs[] = {{"<", LESS},    {"<=", LESS | EQUAL},  {"=", EQUAL}, {">=", EQUAL | GREATER},
                 {">", GREATER}, {"<>", LESS | GREATER}};
    if (expr->kind != EXPR_CALL || expr->argument_count != 2 || !expr_is_constant(expr->arguments[1]) ||
        expr->arguments[1]->constant.is_null)
        return 0;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(expr->function->name, signs[i].sign) == 0)
            return signs[i].places;
    return 0;
}

static bool comparison_is_implied(const Expr *wanted, const Expr *given)
{
    unsigned allowed = comparison_places(wanted), places = comparison_places(given);
    if (allowed == 0 || places == 0 || !expr_equal(wanted->arguments[0], given->arguments[0]) ||
        !type_equal(wanted->arguments[1]->type, given->arguments[1]->type))
        return false;
    int order = value_compare(&given->arguments[1]->constant, &wanted->arguments[1]->constant);
    unsigned behind = order < 0 ? GREATER : LESS; /* what is there may lie anywhere beside the other constant */
    if (order != 0)
        places = places & behind ? LESS | EQUAL | GREATER : (LESS | GREATER) & ~behind;
    return (places & ~allowed) == 0;
}

static bool is_same_column(void *user, ColumnId column)
{
    return *(const ColumnId *)user == column;
}

static bool is_implied_by(const Expr *wanted, const Expr *given)
{
    if (expr_equal(wanted, given) || comparison_is_implied(wanted, given))
        return true;
    bool is_not_null = wanted->kind == EXPR_CALL && strcmp(wanted->function->name, "is not null") == 0 &&
                       wanted->arguments[0]->kind == EXPR_COLUMN;
    return is_not_null && expr_rejects_null(given, is_same_column, &wanted->arguments[0]->column);
}

/* Conjuncts stand side by side, so that this goes no deeper than conditions nest. */
bool expr_is_implied(const Expr *wanted, Expr *const *given, size_t given_count)
{
    for (size_t i = 0; i < given_count; i++)
        if (is_implied_by(wanted, given[i]))
            return true;
    if (wanted->kind != EXPR_AND && wanted->kind != EXPR_OR)
        return expr_is_true(wanted);
    bool is_and = wanted->kind == EXPR_AND;
    for (size_t i = 0; i < wanted->argument_count; i++)
        if (expr_is_implied(wanted->arguments[i], given, given_count) != is_and)
            return !is_and;
    return is_and;
}
