/* expr/function/family.h: what the families share: shorthands for their tables, and the loops most kernels are. */
#ifndef QUERN_EXPR_FUNCTION_FAMILY_H
#define QUERN_EXPR_FUNCTION_FAMILY_H

#include <math.h>

#include "expr/function.h"

/* In a family's table: any type. */
#define ANY TYPE_COUNT

/* Entries of tables are lines of these. */
#define FAIL  FUNCTION_CAN_FAIL
#define T(id) TYPE_##id
#define UNARY(title, x, r, flag, k, text)                                                                              \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ") " #r, .description = text, .flags = flag, .argument_count = 1,           \
        .arguments = {T(x)}, .result = T(r), .kernel = k                                                               \
    }
#define BINARY(title, x, y, r, flag, k, text)                                                                          \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ", " #y ") " #r, .description = text, .flags = flag, .argument_count = 2,   \
        .arguments = {T(x), T(y)}, .result = T(r), .kernel = k                                                         \
    }

/* In an entry of a table: the types of its arguments, counted. */
#define ARGUMENTS(...) .argument_count = sizeof((uint8_t[]){__VA_ARGS__}), .arguments = {__VA_ARGS__}

/* Row i of a flat or constant argument. */
#define ARGUMENT(call, index, ctype, i)                                                                                \
    (VECTOR_DATA((call)->arguments[index], ctype)[(call)->arguments[index]->form == VECTOR_CONSTANT ? 0 : (i)])

static inline StringView argument_text(const KernelCall *call, size_t index, size_t i)
{
    return string_view(&ARGUMENT(call, index, String, i));
}

static inline bool argument_is_null(const KernelCall *call, size_t index, size_t i)
{
    return vector_is_null(call->arguments[index], i);
}

/* Kernels over one and two arguments: `expression` computes from x (and y). */
#define KERNEL_UNARY(name, xtype, rtype, expression)                                                                   \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        const xtype *xs = call->arguments[0]->data;                                                                    \
        rtype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            xtype x = xs[i];                                                                                           \
            results[i] = (expression);                                                                                 \
        }                                                                                                              \
    }

#define KERNEL_BINARY(name, xtype, ytype, rtype, expression)                                                           \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        rtype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            xtype x = ARGUMENT(call, 0, xtype, i);                                                                     \
            ytype y = ARGUMENT(call, 1, ytype, i);                                                                     \
            results[i] = (expression);                                                                                 \
        }                                                                                                              \
    }

/* What has no value for some x: `complaint` is NULL where it has. */
#define KERNEL_PARTIAL(name, code, complaint, expression)                                                              \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        const double *xs = call->arguments[0]->data;                                                                   \
        double *results = call->result->data;                                                                          \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            double x = xs[i];                                                                                          \
            const char *problem = (complaint);                                                                         \
            if (problem)                                                                                               \
                kernel_fail(call, i, code, "%s", problem);                                                             \
            results[i] = problem ? 0 : (expression);                                                                   \
        }                                                                                                              \
    }

/* What has no value outside of its domain. */
#define KERNEL_DOMAIN(name, is_inside, expression)                                                                     \
    KERNEL_PARTIAL(name, ERROR_OUT_OF_RANGE, isnan(x) || (is_inside) ? NULL : "input is out of range", expression)

/* Any types, each its own; what has none yet becomes text. For `resolve`. */
bool resolve_values(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
/* The same; the result is JSON. */
bool resolve_json(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
/* The type of all arguments is the common one, and the result's. */
bool resolve_common(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
/* All arguments become their common type; the result is what the table says. */
bool resolve_comparison(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);

#endif
