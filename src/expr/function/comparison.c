/* expr/function/comparison.c: comparisons of every type, IS [NOT] DISTINCT FROM, tests for NULL and truth, NOT. */
#include "expr/function/operator.h"

#include <string.h>

#include "column/decimal.h"

static bool comparison_holds(Comparison comparison, int order)
{
    switch (comparison) {
    case COMPARE_EQUAL:
        return order == 0;
    case COMPARE_NOT_EQUAL:
        return order != 0;
    case COMPARE_LESS:
        return order < 0;
    case COMPARE_LESS_EQUAL:
        return order <= 0;
    case COMPARE_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

static Int128 decimal_at(const Vector *vector, size_t row)
{
    size_t index = vector->form == VECTOR_CONSTANT ? 0 : row;
    return vector->physical == PHYSICAL_I64 ? VECTOR_DATA(vector, int64_t)[index] : VECTOR_DATA(vector, Int128)[index];
}

/* Decimals of unequal scale or layout. */
static void compare_decimals(KernelCall *call, Comparison comparison)
{
    const Vector *left = call->arguments[0], *right = call->arguments[1];
    bool *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int order = decimal_compare(decimal_at(left, i), left->type.scale, decimal_at(right, i), right->type.scale);
        results[i] = comparison_holds(comparison, order);
    }
}

static void compare_run(KernelCall *call, Comparison comparison)
{
    const Vector *left = call->arguments[0], *right = call->arguments[1];
    if (left->physical != right->physical || left->type.scale != right->type.scale) {
        compare_decimals(call, comparison);
        return;
    }
    CompareLoop loop = (*kernels_get()->compare)[comparison][left->physical];
    loop(left->data, right->data, call->result->data, call->count, kernel_shape(call));
}

#define COMPARE_KERNEL(name, COMPARISON)                                                                               \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        compare_run(call, COMPARISON);                                                                                 \
    }
COMPARE_KERNEL(compare_equal, COMPARE_EQUAL)
COMPARE_KERNEL(compare_not_equal, COMPARE_NOT_EQUAL)
COMPARE_KERNEL(compare_less, COMPARE_LESS)
COMPARE_KERNEL(compare_less_equal, COMPARE_LESS_EQUAL)
COMPARE_KERNEL(compare_greater, COMPARE_GREATER)
COMPARE_KERNEL(compare_greater_equal, COMPARE_GREATER_EQUAL)

static const struct {
    const char *sign;
    Kernel kernel;
} compare_kernels[] = {
    {"=", compare_equal},       {"<>", compare_not_equal}, {"<", compare_less},
    {"<=", compare_less_equal}, {">", compare_greater},    {">=", compare_greater_equal},
};

Kernel comparison_choose(const Function *function, const Type *argument_types, Type result)
{
    (void)argument_types, (void)result;
    for (size_t i = 0; i < sizeof compare_kernels / sizeof *compare_kernels; i++)
        if (strcmp(function->name, compare_kernels[i].sign) == 0)
            return compare_kernels[i].kernel;
    return NULL;
}

/* ---- NULL as a value ---- */

static bool vector_row_null(const Vector *vector, size_t row)
{
    return !validity_get(vector->validity, vector->form == VECTOR_CONSTANT ? 0 : row);
}

/* Compares, then corrects the rows where a NULL stands. */
static void distinct_run(KernelCall *call, Comparison comparison)
{
    const Vector *left = call->arguments[0], *right = call->arguments[1];
    bool *results = call->result->data;
    compare_run(call, comparison);
    if (left->validity == NULL && right->validity == NULL)
        return;
    for (size_t i = 0; i < call->count; i++) {
        bool left_null = vector_row_null(left, i), right_null = vector_row_null(right, i);
        if (left_null || right_null)
            results[i] = (left_null == right_null) == (comparison == COMPARE_EQUAL);
    }
}

void kernel_is_distinct_from(KernelCall *call)
{
    distinct_run(call, COMPARE_NOT_EQUAL);
}

void kernel_is_not_distinct_from(KernelCall *call)
{
    distinct_run(call, COMPARE_EQUAL);
}

static void valid_rows(KernelCall *call, bool when_valid)
{
    const Vector *argument = call->arguments[0];
    bool *results = call->result->data;
    if (argument->validity == NULL)
        memset(results, when_valid, call->count);
    else
        for (size_t i = 0; i < call->count; i++)
            results[i] = vector_row_null(argument, i) != when_valid;
}

void kernel_is_null(KernelCall *call)
{
    valid_rows(call, false);
}

void kernel_is_not_null(KernelCall *call)
{
    valid_rows(call, true);
}

/* results[i] is whether the row is `truth`; of a NULL it is false. Then all is turned around if so wanted. */
static void truth_rows(KernelCall *call, bool truth, bool is_negated)
{
    const Vector *argument = call->arguments[0];
    const bool *values = argument->data;
    bool *results = call->result->data;
    size_t step = argument->form != VECTOR_CONSTANT;
    for (size_t i = 0; i < call->count; i++)
        results[i] = ((values[i * step] == truth) & !vector_row_null(argument, i)) != is_negated;
}

void kernel_is_true(KernelCall *call)
{
    truth_rows(call, true, false);
}

void kernel_is_not_true(KernelCall *call)
{
    truth_rows(call, true, true);
}

void kernel_is_false(KernelCall *call)
{
    truth_rows(call, false, false);
}

void kernel_is_not_false(KernelCall *call)
{
    truth_rows(call, false, true);
}

void kernel_logic_not(KernelCall *call)
{
    const bool *values = call->arguments[0]->data;
    bool *results = call->result->data;
    for (size_t i = 0; i < call->count; i++)
        results[i] = !values[i];
}
