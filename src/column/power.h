/* column/power.h: powers of ten to 128 bits, for turning doubles into digits and digits into doubles.
 *
 * 10^e = 5^e * 2^e, so only the bits of 5^e matter: power_of_five(e) is 5^e * 2^s cut (not rounded) to 128 bits, with
 * the s that sets the top bit. It is exact for 0 <= e <= 55. */
#ifndef QUERN_COLUMN_POWER_H
#define QUERN_COLUMN_POWER_H

#include "column/types.h"

/* 10^0 .. 10^18, for tables of integers. */
#define POWERS_OF_TEN                                                                                                  \
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,              \
        1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,       \
        1000000000000000000

enum { POWER_MIN = -342, POWER_MAX = 324, POWER_EXACT_MAX = 55 };

/* The table, indexed by exponent - POWER_MIN; computed at the first call of the process. */
const UInt128 *power_table(void);

static inline UInt128 power_of_five(const UInt128 *table, int exponent)
{
    return table[exponent - POWER_MIN];
}

/* floor(log2(10^exponent)) and floor(log10(2^exponent)), floor(log10(3/4 * 2^exponent)), for |exponent| <= 1233
 * (Giulietti, "The Schubfach way to render doubles", 2020, section 9). */
static inline int power_floor_log2(int exponent)
{
    return (exponent * 1741647) >> 19;
}

static inline int power_floor_log10(int exponent)
{
    return (exponent * 1262611) >> 22;
}

static inline int power_floor_log10_three_quarters(int exponent)
{
    return (exponent * 1262611 - 524031) >> 22;
}

#endif
