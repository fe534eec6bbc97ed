/* expr/kernel/fold.c: sums and bounds of whole arrays, and whether doubles are whole numbers. */
#include <string.h>

#include "expr/kernels.h"

static int64_t sum_i32(const int32_t *values, size_t count)
{
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return sum;
}

/* Low and high halves are summed apart: 2^31 of them cannot overflow, and no step needs a carry. */
static Int128 sum_i64(const int64_t *values, size_t count)
{
    Int128 total = 0;
    for (size_t first = 0; first < count; first += (size_t)1 << 30) {
        size_t end = count - first > (size_t)1 << 30 ? first + ((size_t)1 << 30) : count;
        uint64_t low = 0;
        int64_t high = 0;
        for (size_t i = first; i < end; i++) {
            low += (uint32_t)values[i];
            high += values[i] >> 32;
        }
        total += (Int128)high * ((int64_t)1 << 32) + low;
    }
    return total;
}

enum { STRANDS = 8 };

static double sum_f64(const double *values, size_t count)
{
    double sums[STRANDS] = {0};
    size_t i = 0;
    for (; i + STRANDS <= count; i += STRANDS)
        for (size_t k = 0; k < STRANDS; k++)
            sums[k] += values[i + k];
    for (size_t k = 0; i + k < count; k++)
        sums[k] += values[i + k];
    return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

#define BOUNDS(name, ctype)                                                                                            \
    static void name(const ctype *values, size_t count, ctype *ret_min, ctype *ret_max)                                \
    {                                                                                                                  \
        ctype least = values[0], most = values[0];                                                                     \
        for (size_t i = 1; i < count; i++) {                                                                           \
            least = values[i] < least ? values[i] : least;                                                             \
            most = values[i] > most ? values[i] : most;                                                                \
        }                                                                                                              \
        *ret_min = least;                                                                                              \
        *ret_max = most;                                                                                               \
    }
BOUNDS(bounds_i32, int32_t)
BOUNDS(bounds_i64, int64_t)

static void bounds_f64(const double *values, size_t count, double *ret_min, double *ret_max)
{
    double least = values[0], most = values[0];
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        least = value < least || least != least ? value : least;
        most = value > most || value != value ? value : most;
    }
    *ret_min = least;
    *ret_max = most;
}

/* The sum with 1.5 * 2^52 has the whole number nearest to a value within 32 bits as its last bits, as two's complement;
 * of other values these bits are a number that is not the value. So no conversion can fail, and the loop vectorizes. */
static bool wholes_f64(const double *restrict values, size_t count, int32_t *restrict ret_wholes)
{
    int64_t different_count = 0;
    for (size_t i = 0; i < count; i++) {
        double sum = values[i] + 6755399441055744.0;
        int64_t bits;
        memcpy(&bits, &sum, sizeof bits);
        ret_wholes[i] = (int32_t)bits;
        different_count += (double)(int32_t)bits != values[i];
    }
    return different_count == 0;
}

const FoldLoops LEVEL_NAME(fold_loops) = {sum_i32, sum_i64, sum_f64, bounds_i32, bounds_i64, bounds_f64, wholes_f64};
