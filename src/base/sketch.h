/* base/sketch.h: how many different values there are, within some 5 %, in half a kilobyte: HyperLogLog (Flajolet et al.
 * 2007). Each value, by its hash, raises one slot to the number of zeros that its hash begins with, and one. */
#ifndef QUERN_BASE_SKETCH_H
#define QUERN_BASE_SKETCH_H

#include <stdint.h>

#include "base/hash.h"

enum { SKETCH_SIZE = 512 };

/* All zero: no values. */
typedef struct Sketch {
    uint8_t slots[SKETCH_SIZE];
} Sketch;

static inline void sketch_add(Sketch *sketch, uint64_t hash)
{
    hash = hash_u64(hash); /* hashes of numbers that follow each other are spread too evenly */
    uint8_t rank = (uint8_t)(__builtin_clzll(hash | 1) + 1);
    uint8_t *slot = &sketch->slots[hash % SKETCH_SIZE];
    *slot = *slot < rank ? rank : *slot;
}

/* As if all values of `other` had been added. */
void sketch_merge(Sketch *sketch, const Sketch *other);
double sketch_estimate(const Sketch *sketch);

#endif
