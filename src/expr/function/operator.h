/* expr/function/operator.h: the kernels behind the table of operators, by the file that defines them. */
#ifndef QUERN_EXPR_FUNCTION_OPERATOR_H
#define QUERN_EXPR_FUNCTION_OPERATOR_H

#include "expr/function/family.h"
#include "expr/kernels.h"

// clang-format off

/* How a kernel of two arguments hands them to a loop. */
static inline KernelShape kernel_shape(const KernelCall *call)
{
    if (call->count == 1)
        return SHAPE_FLAT_FLAT;
    if (call->arguments[1]->form == VECTOR_CONSTANT)
        return SHAPE_FLAT_CONSTANT;
    return call->arguments[0]->form == VECTOR_CONSTANT ? SHAPE_CONSTANT_FLAT : SHAPE_FLAT_FLAT;
}

/* arithmetic.c. X(operation, TYPE): kernel_<operation>_<TYPE> */
#define INTEGER_OPERATIONS(X, TYPE) X(add, TYPE) X(subtract, TYPE) X(multiply, TYPE) X(divide, TYPE) X(modulo, TYPE)
#define ARITHMETIC_KERNELS(X)                                                                                          \
    INTEGER_OPERATIONS(X, SMALLINT)                                                                                    \
    INTEGER_OPERATIONS(X, INTEGER)                                                                                     \
    INTEGER_OPERATIONS(X, BIGINT)                                                                                      \
    INTEGER_OPERATIONS(X, UBIGINT)                                                                                     \
    INTEGER_OPERATIONS(X, DOUBLE)                                                                                      \
    INTEGER_OPERATIONS(X, DECIMAL) /* decimal.c */                                                                     \
    X(negate, SMALLINT)                                                                                                \
    X(negate, INTEGER)                                                                                                 \
    X(negate, BIGINT)                                                                                                  \
    X(negate, DOUBLE)                                                                                                  \
    X(negate, DECIMAL)                                                                                                 \
    X(power, DOUBLE)                                                                                                   \
    X(identity, ANY)                                                                                                   \
    X(bit_and, SMALLINT)                                                                                               \
    X(bit_and, BIGINT)                                                                                                 \
    X(bit_or, SMALLINT)                                                                                                \
    X(bit_or, BIGINT)                                                                                                  \
    X(bit_xor, SMALLINT)                                                                                               \
    X(bit_xor, BIGINT)                                                                                                 \
    X(bit_not, SMALLINT)                                                                                               \
    X(bit_not, BIGINT)                                                                                                 \
    X(shift_left, SMALLINT)                                                                                            \
    X(shift_left, INTEGER)                                                                                             \
    X(shift_left, BIGINT)                                                                                              \
    X(shift_right, SMALLINT)                                                                                           \
    X(shift_right, INTEGER)                                                                                            \
    X(shift_right, BIGINT)                                                                                             \
    X(shift_right, UBIGINT)

/* comparison.c */
#define COMPARISON_KERNELS(X)                                                                                          \
    X(is, distinct_from)                                                                                               \
    X(is, not_distinct_from)                                                                                           \
    X(is, null) X(is, not_null) X(is, true) X(is, not_true) X(is, false) X(is, not_false) X(logic, not )

/* temporal.c. DATE and TIME arithmetic; the name says the operands. */
#define TEMPORAL_KERNELS(X)                                                                                            \
    X(date, plus_days)                                                                                                 \
    X(days, plus_date)                                                                                                 \
    X(date, minus_days)                                                                                                \
    X(date, minus_date)                                                                                                \
    X(date, plus_time)                                                                                                 \
    X(time, plus_date)                                                                                                 \
    X(date, plus_interval)                                                                                             \
    X(interval, plus_date)                                                                                             \
    X(date, minus_interval)                                                                                            \
    X(timestamp, plus_interval)                                                                                        \
    X(interval, plus_timestamp)                                                                                        \
    X(timestamp, minus_interval)                                                                                       \
    X(timestamp, minus_timestamp)                                                                                      \
    X(time, plus_interval)                                                                                             \
    X(interval, plus_time)                                                                                             \
    X(time, minus_interval)                                                                                            \
    X(time, minus_time)                                                                                                \
    X(interval, plus_interval)                                                                                         \
    X(interval, minus_interval)                                                                                        \
    X(interval, negate)                                                                                                \
    X(interval, multiply)                                                                                              \
    X(number, multiply_interval)                                                                                       \
    X(interval, divide)

/* pattern.c */
#define PATTERN_KERNELS(X)                                                                                             \
    X(text, concat)                                                                                                    \
    X(text, like) X(text, not_like) X(text, ilike) X(text, not_ilike) X(text, regex) X(text, not_regex)

/* json.c */
#define JSON_KERNELS(X) X(json, part) X(json, part_text)

#define OPERATOR_KERNEL(a, b) void kernel_##a##_##b(KernelCall *call);
ARITHMETIC_KERNELS(OPERATOR_KERNEL)
COMPARISON_KERNELS(OPERATOR_KERNEL)
TEMPORAL_KERNELS(OPERATOR_KERNEL)
PATTERN_KERNELS(OPERATOR_KERNEL)
JSON_KERNELS(OPERATOR_KERNEL)
#undef OPERATOR_KERNEL

/* comparison.c: by the operator's sign and the types. */
Kernel comparison_choose(const Function *function, const Type *argument_types, Type result);
/* pattern.c: what is made of a constant pattern. */
void *like_prepare(Arena *arena, const Expr *call);
void *ilike_prepare(Arena *arena, const Expr *call);
void *similar_prepare(Arena *arena, const Expr *call);
void *glob_prepare(Arena *arena, const Expr *call);
void *regex_prepare(Arena *arena, const Expr *call);
void *regex_prepare_no_case(Arena *arena, const Expr *call);
/* json.c: room for a path. */
void *json_prepare(Arena *arena, const Expr *call);

/* decimal.c */
bool resolve_decimal_sum(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
bool resolve_decimal_product(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
bool resolve_decimal_quotient(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
bool resolve_decimal_remainder(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
bool resolve_decimal_same(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);

// clang-format on

#endif
