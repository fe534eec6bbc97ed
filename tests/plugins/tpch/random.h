/* plugins/tpch/random.h: the generator's random streams: x' = 16807 x mod 2^31 - 1 (Park and Miller, 1988). Each column
 * has a stream of its own, of which each row takes a fixed share, used or not: so a row can be made without those
 * before.
 */
#ifndef TPCH_RANDOM_H
#define TPCH_RANDOM_H

#include <stdint.h>

#define RANDOM_MODULUS    ((uint64_t)2147483647)
#define RANDOM_MULTIPLIER ((uint64_t)16807)
#define RANDOM_MAX        INT32_MAX /* with 0 below it: as wide as the original's arithmetic makes it, see below */

static inline uint64_t random_times(uint64_t a, uint64_t b)
{
    uint64_t product = a * b, folded = (product & RANDOM_MODULUS) + (product >> 31);
    return folded >= RANDOM_MODULUS ? folded - RANDOM_MODULUS : folded;
}

static inline double random_step(uint64_t *seed)
{
    *seed = random_times(*seed, RANDOM_MULTIPLIER);
    return (double)*seed / (double)RANDOM_MODULUS;
}

/* From low to high, both included. */
static inline int64_t random_draw(uint64_t *seed, int64_t low, int64_t high)
{
    return low + (int64_t)(random_step(seed) * (double)(high - low + 1));
}

/* From 0 to RANDOM_MAX, negated: the original adds 1 in 32 bits. */
static inline int64_t random_draw_bits(uint64_t *seed)
{
    return (int64_t)(random_step(seed) * -2147483648.0);
}

/* What `count` steps multiply by. */
static inline uint64_t random_power(uint64_t count)
{
    uint64_t result = 1, base = RANDOM_MULTIPLIER;
    for (; count; count >>= 1) {
        if (count & 1)
            result = random_times(result, base);
        base = random_times(base, base);
    }
    return result;
}

#endif
