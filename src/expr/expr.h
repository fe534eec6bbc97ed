/* expr/expr.h: bound expressions: names resolved, types known, casts explicit.
 *
 * EXPR_COLUMN's `column` means, by where the expression stands:
 *   in a plan            a ColumnId, unique in the statement (plan/plan.h)
 *   handed to a provider the index of the column in the table's schema
 *   in an operator       the index of the column in the input batch
 * expr_map_columns goes from one to the other. Expressions are read-only once made: rewriting makes new nodes and may
 * share the untouched ones. */
#ifndef QUERN_EXPR_EXPR_H
#define QUERN_EXPR_EXPR_H

#include "base/error.h"
#include "base/text.h"
#include "column/value.h"

typedef uint32_t ColumnId;
struct Function;

/* X(NAME): what `arguments` hold */
#define EXPR_KINDS(X)                                                                                                  \
    X(COLUMN)    /* none */                                                                                            \
    X(CONSTANT)  /* none */                                                                                            \
    X(CALL)      /* what `function` takes */                                                                           \
    X(CAST)      /* the value; to `type` */                                                                            \
    X(TRY_CAST)  /* the same; NULL where CAST would raise */                                                           \
    X(AND)       /* two or more conditions */                                                                          \
    X(OR)        /* two or more conditions */                                                                          \
    X(CASE)      /* condition, result, condition, result, ..., result otherwise (always there) */                      \
    X(COALESCE)  /* one or more; the first that is not NULL */                                                         \
    X(IN)        /* a value, then the list, which is not empty, all of one type; `is_negated` for NOT IN */            \
    X(PARAMETER) /* none; a constant of one execution: plans that are kept have them */

typedef enum ExprKind {
#define EXPR_ENUM(name) EXPR_##name,
    EXPR_KINDS(EXPR_ENUM)
#undef EXPR_ENUM
} ExprKind;

/* A value that a plan which is kept takes anew for each of its executions. Its type never changes. */
typedef struct Parameter {
    StringView name; /* "1", "name" */
    Value value;
} Parameter;

typedef struct Expr Expr;
struct Expr {
    ExprKind kind;
    Type type;
    Position position; /* in the statement, for run-time errors; NO_POSITION for what the optimizer made */
    bool is_negated;   /* IN */
    size_t argument_count;
    Expr **arguments;
    union {
        ColumnId column;                 /* COLUMN */
        Value constant;                  /* CONSTANT */
        const Parameter *parameter;      /* PARAMETER: lives longer than the plan */
        const struct Function *function; /* CALL */
    };
};

/* Any kind: CASE, COALESCE, IN (is_negated false) and the rest; the array of arguments is copied. */
Expr *expr_new(Arena *arena, ExprKind kind, Type type, Expr **arguments, size_t argument_count, Position position);
Expr *expr_column(Arena *arena, ColumnId column, Type type, Position position);
Expr *expr_constant(Arena *arena, Value value, Position position);
Expr *expr_parameter(Arena *arena, const Parameter *parameter, Position position);
/* The call's type may come out narrower than `type`: see Function's refine. */
Expr *expr_call(Arena *arena, const struct Function *function, Type type, Expr **arguments, size_t argument_count,
                Position position);
/* `expr` itself when it has that type already; a constant NULL becomes one of the type. */
Expr *expr_cast(Arena *arena, Expr *expr, Type type, Position position);
/* AND or OR of `count` conditions, flattened; the one itself when there is one; TRUE or FALSE when there are none. */
Expr *expr_junction(Arena *arena, ExprKind kind, Expr *const *conditions, size_t count, Position position);
/* Any kind, with these arguments; other members are copied from `like`. */
Expr *expr_with_arguments(Arena *arena, const Expr *like, Expr **arguments);

/* All of it in the arena's memory. */
Expr *expr_copy(Arena *arena, const Expr *expr);

bool expr_equal(const Expr *a, const Expr *b);
/* Looks at no more than the first 64 of the expressions that it is made of: so that hashing each of them takes no
 * longer than there are. */
uint64_t expr_hash(const Expr *expr);
/* Of several in that order. */
uint64_t exprs_hash(Expr *const *exprs, size_t count);
static inline bool expr_is_constant(const Expr *expr)
{
    return expr->kind == EXPR_CONSTANT;
}
/* It has one value for all of an execution. */
static inline bool expr_is_fixed(const Expr *expr)
{
    return expr->kind == EXPR_CONSTANT || expr->kind == EXPR_PARAMETER;
}
/* Its value now. */
static inline const Value *expr_fixed_value(const Expr *expr)
{
    return expr->kind == EXPR_PARAMETER ? &expr->parameter->value : &expr->constant;
}
/* TRUE, FALSE or NULL as constant. */
bool expr_is_true(const Expr *expr);
bool expr_is_false_or_null(const Expr *expr);
/* Whether two evaluations may differ (random()). */
bool expr_is_volatile(const Expr *expr);
/* Whether it may be another value in the next execution: it has parameters, or now(). */
bool expr_is_momentary(const Expr *expr);
/* With the values that parameters have now as constants; itself when there are none. */
Expr *expr_settle(Arena *arena, Expr *expr);
/* Whether it can raise on some value. */
bool expr_can_fail(const Expr *expr);
/* Whether what can fail of it are sums, differences and products, where their results are out of range. */
bool expr_can_only_overflow(const Expr *expr);
/* Whether it is NULL or FALSE for sure when column `column` is NULL, given as a condition. */
bool expr_rejects_null(const Expr *expr, bool (*is_null)(void *user, ColumnId column), void *user);

/* Whether `wanted` is TRUE for sure where all of `given` are, conditions over the same columns. */
bool expr_is_implied(const Expr *wanted, Expr *const *given, size_t given_count);

/* Calls visit for the expression and all below it, parents first; visit returns false to leave a subtree out. */
void expr_walk(const Expr *expr, bool (*visit)(void *user, const Expr *expr), void *user);
/* Bottom-up rewriting: `rewrite` gets each node, whose arguments are rewritten already, and returns it or another. */
Expr *expr_rewrite(Arena *arena, Expr *expr, Expr *(*rewrite)(void *user, Expr *expr), void *user);
/* Every column replaced by `map(user, column)`; the types stay. */
Expr *expr_map_columns(Arena *arena, Expr *expr, ColumnId (*map)(void *user, ColumnId column), void *user);

/* SQL text with the fewest parentheses that keep its meaning. `name` gives the text of a column; NULL: #0, #1. */
void expr_print(const Expr *expr, Text *text, const char *(*name)(void *user, ColumnId column), void *user);

/* Expressions may nest this deep; the parser's limit keeps them below it, rewriting must. */
enum { EXPR_MAX_DEPTH = 2000 };

#endif
