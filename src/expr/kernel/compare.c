/* expr/kernel/compare.c: comparisons over arrays of every physical type. The order of each type is the one that sorting
 * has: NaN above all numbers and equal to itself, intervals by their days of 30 to a month, strings by bytes. */
#include "column/value.h"
#include "expr/kernels.h"

#define COMPARE_LOOP(name, ctype, condition)                                                                           \
    static void name(const void *restrict left, const void *restrict right, bool *restrict result, size_t count,       \
                     KernelShape shape)                                                                                \
    {                                                                                                                  \
        const ctype *a = left, *b = right;                                                                             \
        if (shape == SHAPE_FLAT_FLAT)                                                                                  \
            for (size_t i = 0; i < count; i++) {                                                                       \
                ctype x = a[i], y = b[i];                                                                              \
                result[i] = (condition);                                                                               \
            }                                                                                                          \
        else if (shape == SHAPE_FLAT_CONSTANT)                                                                         \
            for (size_t i = 0; i < count; i++) {                                                                       \
                ctype x = a[i], y = b[0];                                                                              \
                result[i] = (condition);                                                                               \
            }                                                                                                          \
        else                                                                                                           \
            for (size_t i = 0; i < count; i++) {                                                                       \
                ctype x = a[0], y = b[i];                                                                              \
                result[i] = (condition);                                                                               \
            }                                                                                                          \
    }

/* EQUAL(x, y) and LESS(x, y) of a type give all six: the others are negations and swaps. */
#define COMPARE_LOOPS(name, ctype, EQUAL, LESS)                                                                        \
    COMPARE_LOOP(equal_##name, ctype, EQUAL(x, y))                                                                     \
    COMPARE_LOOP(not_equal_##name, ctype, !(EQUAL(x, y)))                                                              \
    COMPARE_LOOP(less_##name, ctype, LESS(x, y))                                                                       \
    COMPARE_LOOP(less_equal_##name, ctype, !(LESS(y, x)))                                                              \
    COMPARE_LOOP(greater_##name, ctype, LESS(y, x))                                                                    \
    COMPARE_LOOP(greater_equal_##name, ctype, !(LESS(x, y)))

#define PLAIN_EQUAL(x, y)    ((x) == (y))
#define PLAIN_LESS(x, y)     ((x) < (y))
#define F64_EQUAL(x, y)      ((x) == (y) || ((x) != (x) && (y) != (y)))
#define F64_LESS(x, y)       (!((x) >= (y)) && (x) == (x))
#define STRING_EQUAL(x, y)   string_equal(&(x), &(y))
#define STRING_LESS(x, y)    (string_compare(&(x), &(y)) < 0)
#define INTERVAL_EQUAL(x, y) (interval_order(x) == interval_order(y))
#define INTERVAL_LESS(x, y)  (interval_order(x) < interval_order(y))

COMPARE_LOOPS(BOOL, uint8_t, PLAIN_EQUAL, PLAIN_LESS)
COMPARE_LOOPS(I32, int32_t, PLAIN_EQUAL, PLAIN_LESS)
COMPARE_LOOPS(I64, int64_t, PLAIN_EQUAL, PLAIN_LESS)
COMPARE_LOOPS(U64, uint64_t, PLAIN_EQUAL, PLAIN_LESS)
COMPARE_LOOPS(I128, Int128, PLAIN_EQUAL, PLAIN_LESS)
COMPARE_LOOPS(F64, double, F64_EQUAL, F64_LESS)
COMPARE_LOOPS(STRING, String, STRING_EQUAL, STRING_LESS)
COMPARE_LOOPS(INTERVAL, Interval, INTERVAL_EQUAL, INTERVAL_LESS)

#define ROW(prefix)                                                                                                    \
    {                                                                                                                  \
        [PHYSICAL_BOOL] = prefix##_BOOL, [PHYSICAL_I32] = prefix##_I32, [PHYSICAL_I64] = prefix##_I64,                 \
        [PHYSICAL_U64] = prefix##_U64, [PHYSICAL_I128] = prefix##_I128, [PHYSICAL_F64] = prefix##_F64,                 \
        [PHYSICAL_STRING] = prefix##_STRING, [PHYSICAL_INTERVAL] = prefix##_INTERVAL,                                  \
    }
const CompareLoops LEVEL_NAME(compare_loops) = {
    [COMPARE_EQUAL] = ROW(equal),     [COMPARE_NOT_EQUAL] = ROW(not_equal),
    [COMPARE_LESS] = ROW(less),       [COMPARE_LESS_EQUAL] = ROW(less_equal),
    [COMPARE_GREATER] = ROW(greater), [COMPARE_GREATER_EQUAL] = ROW(greater_equal),
};
