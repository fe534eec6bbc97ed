/* tests/bench/series.h: what the rounds of one contender took, and how two of them compare. */
#ifndef QUERN_BENCH_SERIES_H
#define QUERN_BENCH_SERIES_H

#include "contender.h"

enum { ROUND_LIMIT = 101 };

typedef struct Series {
    size_t count;
    Timing rounds[ROUND_LIMIT];
} Series;

typedef struct Summary {
    double wall_ms, cpu_ms, least_ms, most_ms; /* the first two are medians */
    double peak_mb;                            /* the most of any round */
} Summary;

typedef enum Measure { MEASURE_WALL, MEASURE_CPU } Measure;

void series_add(Series *series, Timing timing);
Summary series_summary(const Series *series);
/* How many times faster `series` was than `peer`: the median over rounds, each compared with its own neighbour; and the
 * middle half of the rounds' ratios. */
double series_ratio(const Series *series, const Series *peer, Measure measure, double *ret_low, double *ret_high);

#endif
