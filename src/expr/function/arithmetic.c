/* expr/function/arithmetic.c: arithmetic on integers and doubles: calls the loops and words what they report. */
#include "expr/function/operator.h"

#include <stdlib.h>

static const char *const type_titles[TYPE_COUNT] = {
    [TYPE_SMALLINT] = "smallint", [TYPE_INTEGER] = "integer", [TYPE_BIGINT] = "bigint", [TYPE_UBIGINT] = "ubigint"};

static void arithmetic_report(KernelCall *call, unsigned failures)
{
    if (failures & KERNEL_ZERO_DIVISOR)
        kernel_fail(call, SIZE_MAX, ERROR_DIVISION_BY_ZERO, "division by zero");
    else if (failures)
        kernel_fail(call, SIZE_MAX, ERROR_OUT_OF_RANGE, "%s out of range", type_titles[call->result->type.id]);
}

static void arithmetic_run(KernelCall *call, Arithmetic operation, ArithmeticType type)
{
    ArithmeticLoop loop = (*kernels_get()->arithmetic)[operation][type];
    arithmetic_report(call, loop(call->arguments[0]->data, call->arguments[1]->data, call->result->data, call->count,
                                 kernel_shape(call)));
}

#define ARITHMETIC_KERNEL(operation, TYPE, OPERATION, LOOP)                                                            \
    void kernel_##operation##_##TYPE(KernelCall *call)                                                                 \
    {                                                                                                                  \
        arithmetic_run(call, ARITHMETIC_##OPERATION, ARITHMETIC_##LOOP);                                               \
    }
#define ARITHMETIC_KERNELS_OF(TYPE, LOOP)                                                                              \
    ARITHMETIC_KERNEL(add, TYPE, ADD, LOOP)                                                                            \
    ARITHMETIC_KERNEL(subtract, TYPE, SUBTRACT, LOOP)                                                                  \
    ARITHMETIC_KERNEL(multiply, TYPE, MULTIPLY, LOOP)                                                                  \
    ARITHMETIC_KERNEL(divide, TYPE, DIVIDE, LOOP)                                                                      \
    ARITHMETIC_KERNEL(modulo, TYPE, MODULO, LOOP)

ARITHMETIC_KERNELS_OF(SMALLINT, I16)
ARITHMETIC_KERNELS_OF(INTEGER, I32)
ARITHMETIC_KERNELS_OF(BIGINT, I64)
ARITHMETIC_KERNELS_OF(UBIGINT, U64)
ARITHMETIC_KERNELS_OF(DOUBLE, F64)

/* -x is 0 - x. */
#define NEGATE_KERNEL(TYPE, ctype, LOOP)                                                                               \
    void kernel_negate_##TYPE(KernelCall *call)                                                                        \
    {                                                                                                                  \
        static const ctype zero = 0;                                                                                   \
        ArithmeticLoop loop = (*kernels_get()->arithmetic)[ARITHMETIC_SUBTRACT][ARITHMETIC_##LOOP];                    \
        arithmetic_report(                                                                                             \
            call, loop(&zero, call->arguments[0]->data, call->result->data, call->count, SHAPE_CONSTANT_FLAT));        \
    }
NEGATE_KERNEL(SMALLINT, int32_t, I16)
NEGATE_KERNEL(INTEGER, int32_t, I32)
NEGATE_KERNEL(BIGINT, int64_t, I64)

#define PUBLIC_KERNEL(name) void name(KernelCall *call)
#define DEFINE_UNARY(name, ctype, expression)                                                                          \
    KERNEL_UNARY(run_##name, ctype, ctype, expression)                                                                 \
    PUBLIC_KERNEL(kernel_##name)                                                                                       \
    {                                                                                                                  \
        run_##name(call);                                                                                              \
    }
#define DEFINE_BINARY(name, xtype, ytype, expression)                                                                  \
    KERNEL_BINARY(run_##name, xtype, ytype, xtype, expression)                                                         \
    PUBLIC_KERNEL(kernel_##name)                                                                                       \
    {                                                                                                                  \
        run_##name(call);                                                                                              \
    }

DEFINE_UNARY(negate_DOUBLE, double, -x)

void kernel_identity_ANY(KernelCall *call)
{
    vector_reference(call->result, call->arguments[0]);
}

/* Bits. SMALLINT and INTEGER share their 32 bits; the sign fills what a SMALLINT leaves free. */
DEFINE_BINARY(bit_and_SMALLINT, int32_t, int32_t, x &y)
DEFINE_BINARY(bit_or_SMALLINT, int32_t, int32_t, x | y)
DEFINE_BINARY(bit_xor_SMALLINT, int32_t, int32_t, x ^ y)
DEFINE_BINARY(bit_and_BIGINT, int64_t, int64_t, x &y)
DEFINE_BINARY(bit_or_BIGINT, int64_t, int64_t, x | y)
DEFINE_BINARY(bit_xor_BIGINT, int64_t, int64_t, x ^ y)
DEFINE_UNARY(bit_not_SMALLINT, int32_t, ~x)
DEFINE_UNARY(bit_not_BIGINT, int64_t, ~x)

/* A shift's distance counts modulo the type's bits, as PostgreSQL has it on every machine in use. */
DEFINE_BINARY(shift_left_SMALLINT, int32_t, int32_t, (int16_t)((uint32_t)x << (y & 31)))
DEFINE_BINARY(shift_left_INTEGER, int32_t, int32_t, (int32_t)((uint32_t)x << (y & 31)))
DEFINE_BINARY(shift_left_BIGINT, int64_t, int32_t, (int64_t)((uint64_t)x << (y & 63)))
DEFINE_BINARY(shift_right_SMALLINT, int32_t, int32_t, x >> (y & 31))
DEFINE_BINARY(shift_right_INTEGER, int32_t, int32_t, x >> (y & 31))
DEFINE_BINARY(shift_right_BIGINT, int64_t, int32_t, x >> (y & 63))
DEFINE_BINARY(shift_right_UBIGINT, uint64_t, int32_t, x >> (y & 63))

/* ---- powers ---- */

static const char *power_problem(double x, double y)
{
    if (x == 0 && y < 0)
        return "zero raised to a negative power is undefined";
    return x < 0 && isfinite(y) && floor(y) != y
               ? "a negative number raised to a non-integer power yields a complex result"
               : NULL;
}

void kernel_power_DOUBLE(KernelCall *call)
{
    double *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        double x = ARGUMENT(call, 0, double, i), y = ARGUMENT(call, 1, double, i);
        const char *problem = power_problem(x, y);
        if (problem)
            kernel_fail(call, i, ERROR_INVALID_POWER, "%s", problem);
        results[i] = problem ? 0 : pow(x, y);
    }
}
