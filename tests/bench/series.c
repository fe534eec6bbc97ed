/* tests/bench/series.c: medians, and ratios of rounds that ran next to each other. */
#include "series.h"

#include <stdlib.h>

static int number_compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of sorted numbers; `share` 0.5 is the median. */
static double quantile(const double *numbers, size_t count, double share)
{
    double place = share * (double)(count - 1);
    size_t below = (size_t)place, above = below + 1 < count ? below + 1 : below;
    return numbers[below] + (numbers[above] - numbers[below]) * (place - (double)below);
}

void series_add(Series *series, Timing timing)
{
    if (series->count == ROUND_LIMIT)
        fail("rounds are 1 to %d", ROUND_LIMIT);
    series->rounds[series->count++] = timing;
}

Summary series_summary(const Series *series)
{
    double wall[ROUND_LIMIT], cpu[ROUND_LIMIT], peak = 0;
    for (size_t i = 0; i < series->count; i++) {
        wall[i] = series->rounds[i].wall_ms;
        cpu[i] = series->rounds[i].cpu_ms;
        peak = series->rounds[i].peak_mb > peak ? series->rounds[i].peak_mb : peak;
    }
    qsort(wall, series->count, sizeof *wall, number_compare);
    qsort(cpu, series->count, sizeof *cpu, number_compare);
    return (Summary){
        .wall_ms = quantile(wall, series->count, 0.5),
        .cpu_ms = quantile(cpu, series->count, 0.5),
        .least_ms = wall[0],
        .most_ms = wall[series->count - 1],
        .peak_mb = peak,
    };
}

double series_ratio(const Series *series, const Series *peer, Measure measure, double *ret_low, double *ret_high)
{
    double ratios[ROUND_LIMIT];
    for (size_t i = 0; i < series->count; i++)
        ratios[i] = measure == MEASURE_CPU ? peer->rounds[i].cpu_ms / series->rounds[i].cpu_ms
                                           : peer->rounds[i].wall_ms / series->rounds[i].wall_ms;
    qsort(ratios, series->count, sizeof *ratios, number_compare);
    if (ret_low)
        *ret_low = quantile(ratios, series->count, 0.25);
    if (ret_high)
        *ret_high = quantile(ratios, series->count, 0.75);
    return quantile(ratios, series->count, 0.5);
}
