/* column/power.c: computes the powers of five by exact long arithmetic, once a process. */
#include "column/power.h"

#include <pthread.h>
#include <string.h>

/* 2^1023 / 5^342 still has 229 bits, and 5^324 has 753. */
enum { LIMB_COUNT = 32 };

/* A natural number below 2^1024, its least significant limb first. */
typedef struct LongNumber {
    uint32_t limbs[LIMB_COUNT];
} LongNumber;

static UInt128 powers[POWER_MAX - POWER_MIN + 1];

static void long_multiply_by_five(LongNumber *number)
{
    uint64_t carry = 0;
    for (size_t i = 0; i < LIMB_COUNT; i++) {
        carry += (uint64_t)number->limbs[i] * 5;
        number->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

static void long_divide_by_five(LongNumber *number)
{
    uint64_t rest = 0;
    for (size_t i = LIMB_COUNT; i-- > 0;) {
        rest = rest << 32 | number->limbs[i];
        number->limbs[i] = (uint32_t)(rest / 5);
        rest %= 5;
    }
}

/* Its 128 highest bits, beginning with the highest that is set. Zeros are appended when it has fewer. */
static UInt128 long_top_bits(const LongNumber *number)
{
    size_t top = LIMB_COUNT - 1;
    while (number->limbs[top] == 0)
        top--;
    UInt128 bits = 0;
    for (size_t i = 0; i < 4; i++)
        bits = bits << 32 | (top >= i ? number->limbs[top - i] : 0);
    int shift = __builtin_clz(number->limbs[top]);
    if (shift == 0)
        return bits;
    uint32_t next = top >= 4 ? number->limbs[top - 4] : 0;
    return bits << shift | next >> (32 - shift);
}

static void powers_compute(void)
{
    LongNumber number = {{1}};
    for (int exponent = 0; exponent <= POWER_MAX; exponent++) {
        powers[exponent - POWER_MIN] = long_top_bits(&number);
        long_multiply_by_five(&number);
    }
    /* floor(floor(2^n / 5) / 5) is floor(2^n / 25): cutting at each step is cutting once. */
    number = (LongNumber){{0}};
    number.limbs[LIMB_COUNT - 1] = 1u << 31;
    for (int exponent = -1; exponent >= POWER_MIN; exponent--) {
        long_divide_by_five(&number);
        powers[exponent - POWER_MIN] = long_top_bits(&number);
    }
}

const UInt128 *power_table(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, powers_compute);
    return powers;
}
