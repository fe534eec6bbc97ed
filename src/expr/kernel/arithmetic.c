/* expr/kernel/arithmetic.c: + - * / % over arrays. Overflow is gathered, not tested for, so that the loops vectorize;
 * integers wrap meanwhile. */
#include <math.h>

#include "expr/kernels.h"

/* `body` computes r from x and y, both of type ctype, and ORs into `gathered` (of type gtype); `failed` turns what was
 * gathered into KERNEL_OVERFLOW and KERNEL_ZERO_DIVISOR. */
#define ARITHMETIC_LOOP(name, ctype, gtype, body, failed)                                                              \
    static unsigned name(const void *restrict left, const void *restrict right, void *restrict result, size_t count,   \
                         KernelShape shape)                                                                            \
    {                                                                                                                  \
        const ctype *a = left, *b = right;                                                                             \
        ctype *restrict results = result;                                                                              \
        gtype gathered = 0;                                                                                            \
        if (shape == SHAPE_FLAT_FLAT)                                                                                  \
            for (size_t i = 0; i < count; i++) {                                                                       \
                ctype x = a[i], y = b[i], r;                                                                           \
                body;                                                                                                  \
                results[i] = r;                                                                                        \
            }                                                                                                          \
        else if (shape == SHAPE_FLAT_CONSTANT)                                                                         \
            for (size_t i = 0; i < count; i++) {                                                                       \
                ctype x = a[i], y = b[0], r;                                                                           \
                body;                                                                                                  \
                results[i] = r;                                                                                        \
            }                                                                                                          \
        else                                                                                                           \
            for (size_t i = 0; i < count; i++) {                                                                       \
                ctype x = a[0], y = b[i], r;                                                                           \
                body;                                                                                                  \
                results[i] = r;                                                                                        \
            }                                                                                                          \
        return failed;                                                                                                 \
    }

/* A sum overflows when both operands' signs differ from the result's; a difference when the operands' signs differ and
 * the result's is not the first one's: in the sign bit of these. */
#define SIGN_OVERFLOW(bits) (gathered >> ((bits)-1) ? KERNEL_OVERFLOW : 0)
#define ANY_OVERFLOW        (gathered ? KERNEL_OVERFLOW : 0)

ARITHMETIC_LOOP(add_I32, int32_t, uint32_t,
                (r = (int32_t)((uint32_t)x + (uint32_t)y), gathered |= (uint32_t)((x ^ r) & (y ^ r))),
                SIGN_OVERFLOW(32))
ARITHMETIC_LOOP(subtract_I32, int32_t, uint32_t,
                (r = (int32_t)((uint32_t)x - (uint32_t)y), gathered |= (uint32_t)((x ^ y) & (x ^ r))),
                SIGN_OVERFLOW(32))
ARITHMETIC_LOOP(add_I64, int64_t, uint64_t,
                (r = (int64_t)((uint64_t)x + (uint64_t)y), gathered |= (uint64_t)((x ^ r) & (y ^ r))),
                SIGN_OVERFLOW(64))
ARITHMETIC_LOOP(subtract_I64, int64_t, uint64_t,
                (r = (int64_t)((uint64_t)x - (uint64_t)y), gathered |= (uint64_t)((x ^ y) & (x ^ r))),
                SIGN_OVERFLOW(64))

/* SMALLINT: 32 bits hold sums and products; what is outside of 16 shows above them once 2^15 is added. */
#define BEYOND_I16(r) (((uint32_t)(r) + 0x8000u) >> 16)
ARITHMETIC_LOOP(add_I16, int32_t, uint32_t, (r = (int32_t)((uint32_t)x + (uint32_t)y), gathered |= BEYOND_I16(r)),
                ANY_OVERFLOW)
ARITHMETIC_LOOP(subtract_I16, int32_t, uint32_t, (r = (int32_t)((uint32_t)x - (uint32_t)y), gathered |= BEYOND_I16(r)),
                ANY_OVERFLOW)
ARITHMETIC_LOOP(multiply_I16, int32_t, uint32_t, (r = (int32_t)((uint32_t)x * (uint32_t)y), gathered |= BEYOND_I16(r)),
                ANY_OVERFLOW)
ARITHMETIC_LOOP(multiply_I32, int32_t, uint64_t, int64_t product = (int64_t)x * y;
                (r = (int32_t)product, gathered |= ((uint64_t)product + 0x80000000u) >> 32), ANY_OVERFLOW)
ARITHMETIC_LOOP(multiply_I64, int64_t, unsigned, gathered |= __builtin_mul_overflow(x, y, &r), ANY_OVERFLOW)

ARITHMETIC_LOOP(add_U64, uint64_t, uint64_t, (r = x + y, gathered |= r < x), ANY_OVERFLOW)
ARITHMETIC_LOOP(subtract_U64, uint64_t, uint64_t, (r = x - y, gathered |= x < y), ANY_OVERFLOW)
ARITHMETIC_LOOP(multiply_U64, uint64_t, unsigned, gathered |= __builtin_mul_overflow(x, y, &r), ANY_OVERFLOW)

/* Signed division: by zero gives 0, by -1 is done as a subtraction that may wrap. */
#define DIVIDE_SIGNED(utype, minimum)                                                                                  \
    (r = y == 0    ? 0                                                                                                 \
         : y == -1 ? (__typeof__(r))(0 - (utype)x)                                                                     \
                   : x / y,                                                                                            \
     gathered |= (y == 0 ? KERNEL_ZERO_DIVISOR : 0) | (y == -1 && x == (minimum) ? KERNEL_OVERFLOW : 0))
#define MODULO_SIGNED (r = y == 0 || y == -1 ? 0 : x % y, gathered |= (y == 0 ? KERNEL_ZERO_DIVISOR : 0))

ARITHMETIC_LOOP(divide_I16, int32_t, unsigned, DIVIDE_SIGNED(uint32_t, INT16_MIN), gathered)
ARITHMETIC_LOOP(divide_I32, int32_t, unsigned, DIVIDE_SIGNED(uint32_t, INT32_MIN), gathered)
ARITHMETIC_LOOP(divide_I64, int64_t, unsigned, DIVIDE_SIGNED(uint64_t, INT64_MIN), gathered)
ARITHMETIC_LOOP(divide_U64, uint64_t, unsigned, (r = y ? x / y : 0, gathered |= y ? 0 : KERNEL_ZERO_DIVISOR), gathered)
ARITHMETIC_LOOP(modulo_I32, int32_t, unsigned, MODULO_SIGNED, gathered)
ARITHMETIC_LOOP(modulo_I64, int64_t, unsigned, MODULO_SIGNED, gathered)
ARITHMETIC_LOOP(modulo_U64, uint64_t, unsigned, (r = y ? x % y : 0, gathered |= y ? 0 : KERNEL_ZERO_DIVISOR), gathered)

/* Doubles do as IEEE 754 says: infinities and NaN are values. */
ARITHMETIC_LOOP(add_F64, double, unsigned, r = x + y, gathered)
ARITHMETIC_LOOP(subtract_F64, double, unsigned, r = x - y, gathered)
ARITHMETIC_LOOP(multiply_F64, double, unsigned, r = x * y, gathered)
ARITHMETIC_LOOP(divide_F64, double, unsigned, r = x / y, gathered)
ARITHMETIC_LOOP(modulo_F64, double, unsigned, r = fmod(x, y), gathered)

#define ROW(name)                                                                                                      \
    {                                                                                                                  \
        name##_I16, name##_I32, name##_I64, name##_U64, name##_F64                                                     \
    }
#define modulo_I16 modulo_I32
const ArithmeticLoops LEVEL_NAME(arithmetic_loops) = {
    [ARITHMETIC_ADD] = ROW(add),       [ARITHMETIC_SUBTRACT] = ROW(subtract), [ARITHMETIC_MULTIPLY] = ROW(multiply),
    [ARITHMETIC_DIVIDE] = ROW(divide), [ARITHMETIC_MODULO] = ROW(modulo),
};
