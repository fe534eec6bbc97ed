/* base/sketch.c: many sketches as one, and what one says. */
#include "base/sketch.h"

#include <math.h>

enum { MOST_ZEROS = 63 }; /* sketch_add sees to it that a bit is set */

void sketch_merge(Sketch *sketch, const Sketch *other)
{
    for (int i = 0; i < SKETCH_SIZE; i++)
        sketch->slots[i] = sketch->slots[i] < other->slots[i] ? other->slots[i] : sketch->slots[i];
}

double sketch_estimate(const Sketch *sketch)
{
    int counts[UINT8_MAX + 1] = {0}; /* of slots by what they hold */
    for (int i = 0; i < SKETCH_SIZE; i++)
        counts[sketch->slots[i]]++;
    double sum = 0, size = SKETCH_SIZE;
    for (int rank = 0; rank <= MOST_ZEROS + 1; rank++)
        sum += ldexp(counts[rank], -rank);
    double estimate = 0.7213 / (1 + 1.079 / size) * size * size / sum;
    if (estimate < 2.5 * size && counts[0] > 0)
        estimate = size * log(size / counts[0]); /* linear counting is better for few */
    return estimate;
}
