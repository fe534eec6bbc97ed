/* expr/aggregate/moment.c: skewness and kurtosis, products, careful sums, and about how many distinct.
 */
#include <math.h>

#include "column/row.h"
#include "expr/aggregate/family.h"

/* ---- sums of powers of distances from the mean: Pebay's steps and merges (2008) ---- */

typedef struct MomentState {
    int64_t count;
    double mean, second, third, fourth;
} MomentState;

static void moment_merge(MomentState *state, const MomentState *other)
{
    double a = (double)state->count, b = (double)other->count, n = a + b;
    if (b == 0)
        return;
    double distance = other->mean - state->mean, step = distance / n, step2 = step * step;
    double fourth = state->fourth + other->fourth + distance * step * step2 * a * b * (a * a - a * b + b * b) +
                    6 * step2 * (a * a * other->second + b * b * state->second) +
                    4 * step * (a * other->third - b * state->third);
    double third = state->third + other->third + distance * step2 * a * b * (a - b) +
                   3 * step * (a * other->second - b * state->second);
    state->second += other->second + distance * step * a * b;
    state->third = third;
    state->fourth = fourth;
    state->mean += step * b;
    state->count += other->count;
}

static void moment_add(MomentState *state, double value)
{
    moment_merge(state, &(MomentState){.count = 1, .mean = value});
}

/* Of a sample: the third moment over the variance's power, with Fisher and Pearson's correction. */
static double moment_skewness(const MomentState *state)
{
    double n = (double)state->count;
    return sqrt(n * (n - 1)) / (n - 2) * (sqrt(n) * state->third / pow(state->second, 1.5));
}

static double moment_kurtosis_population(const MomentState *state)
{
    return (double)state->count * state->fourth / (state->second * state->second) - 3;
}

static double moment_kurtosis(const MomentState *state)
{
    double n = (double)state->count;
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * moment_kurtosis_population(state) + 6);
}

AGGREGATE_STATE_SIZE(moment, MomentState)
AGGREGATE_UPDATE(moment, MomentState, double, moment_add(state, value))
AGGREGATE_COMBINE(moment, MomentState, moment_merge(state, other))
AGGREGATE_FINALIZE(skewness, MomentState, double, state->count < 3 || state->second == 0, moment_skewness(state))
AGGREGATE_FINALIZE(kurtosis, MomentState, double, state->count < 4 || state->second == 0, moment_kurtosis(state))
AGGREGATE_FINALIZE(kurtosis_pop, MomentState, double, state->count < 2 || state->second == 0,
                   moment_kurtosis_population(state))

/* ---- products ---- */

typedef struct ProductState {
    double product; /* once count is not 0 */
    double logarithms;
    int64_t count;
} ProductState;

AGGREGATE_STATE_SIZE(product, ProductState)
AGGREGATE_UPDATE(product, ProductState, double,
                 (state->product = (state->count ? state->product : 1) * value, state->logarithms += log(value),
                  state->count++))
AGGREGATE_COMBINE(
    product, ProductState, if (other->count) {
        state->product = (state->count ? state->product : 1) * other->product;
        state->logarithms += other->logarithms;
        state->count += other->count;
    })
AGGREGATE_FINALIZE(product, ProductState, double, state->count == 0, state->product)
AGGREGATE_FINALIZE(geometric_mean, ProductState, double, state->count == 0,
                   exp(state->logarithms / (double)state->count))

/* ---- sums that carry what rounding loses: Kahan (1965), as Neumaier improved it (1974) ---- */

typedef struct CarefulState {
    double sum, lost;
    int64_t count;
} CarefulState;

static void careful_add(CarefulState *state, double value)
{
    double sum = state->sum + value;
    if (isfinite(sum))
        state->lost += fabs(state->sum) >= fabs(value) ? (state->sum - sum) + value : (value - sum) + state->sum;
    state->sum = sum;
}

AGGREGATE_STATE_SIZE(careful, CarefulState)
AGGREGATE_UPDATE(careful, CarefulState, double, (careful_add(state, value), state->count++))
AGGREGATE_COMBINE(careful, CarefulState,
                  (careful_add(state, other->sum), careful_add(state, other->lost), state->count += other->count))
AGGREGATE_FINALIZE(careful_sum, CarefulState, double, state->count == 0, state->sum + state->lost)
AGGREGATE_FINALIZE(careful_mean, CarefulState, double, state->count == 0,
                   (state->sum + state->lost) / (double)state->count)

/* ---- about how many distinct values: HyperLogLog (Flajolet et al., 2007) ---- */

/* Registers; the error is about 1.04 / sqrt(2048): 2.3 %. */
enum { SKETCH_BITS = 11, SKETCH_SIZE = 1 << SKETCH_BITS, MOST_RANK = 64 - SKETCH_BITS + 1 };

typedef struct SketchState {
    uint8_t *registers; /* NULL: nothing yet */
} SketchState;

static void registers_add(uint8_t *registers, uint64_t hash)
{
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    uint8_t rank = (uint8_t)(__builtin_clzll(hash << SKETCH_BITS | (uint64_t)1 << (SKETCH_BITS - 1)) + 1);
    uint8_t *slot = &registers[hash >> (64 - SKETCH_BITS)];
    *slot = *slot > rank ? *slot : rank;
}

static void sketch_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                          uint8_t *const *states)
{
    uint64_t hashes[BATCH_SIZE];
    vectors_hash(arguments, 1, selection, count, hashes);
    for (size_t i = 0; i < count; i++) {
        SketchState *state = (SketchState *)states[i];
        if (!argument_is_valid(arguments[0], selected_row(selection, i)))
            continue;
        if (state->registers == NULL)
            state->registers = arena_allocate_zero(self->arena, SKETCH_SIZE);
        registers_add(state->registers, hashes[i]);
    }
}

static void sketch_merge(AggregateState *self, SketchState *state, const SketchState *other)
{
    if (other->registers == NULL)
        return;
    if (state->registers == NULL)
        state->registers = arena_allocate_zero(self->arena, SKETCH_SIZE);
    for (size_t i = 0; i < SKETCH_SIZE; i++)
        if (other->registers[i] > state->registers[i])
            state->registers[i] = other->registers[i];
}

/* Few values are told from the empty registers. */
static int64_t sketch_estimate(const SketchState *state)
{
    if (state->registers == NULL)
        return 0;
    double sum = 0, size = SKETCH_SIZE;
    int counts[MOST_RANK + 1] = {0}; /* of registers by what they hold */
    for (size_t i = 0; i < SKETCH_SIZE; i++)
        counts[state->registers[i]]++;
    for (int rank = 0; rank <= MOST_RANK; rank++)
        sum += ldexp(counts[rank], -rank);
    double estimate = 0.7213 / (1 + 1.079 / size) * size * size / sum;
    if (estimate <= 2.5 * size && counts[0] > 0)
        estimate = size * log(size / counts[0]);
    return (int64_t)rint(estimate);
}

AGGREGATE_STATE_SIZE(sketch, SketchState)
AGGREGATE_COMBINE(sketch, SketchState, sketch_merge(self, state, other))
AGGREGATE_FINALIZE(sketch, SketchState, int64_t, false, sketch_estimate(state))

static bool resolve_any(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)aggregate, (void)argument_count, (void)ret_result;
    if (argument_types[0].id == TYPE_NULL)
        argument_types[0] = type_of(TYPE_VARCHAR);
    return true;
}

#define ENTRY(aggregate, type, returned, text, state, all, finalizer, flag, resolver)                                  \
    {                                                                                                                  \
        .name = aggregate, .signature = "(" #type ") " #returned, .description = text, .flags = flag,                  \
        .argument_count = 1, .arguments = {type##_TYPE}, .result = TYPE_##returned, .state_size = state##_state_size,  \
        .update = state##_update, .update_all = all, .combine = state##_combine, .finalize = finalizer##_finalize,     \
        .resolve = resolver                                                                                            \
    }
#define DOUBLE_TYPE TYPE_DOUBLE
#define any_TYPE    ANY
#define DOUBLES(aggregate, text, state, finalizer)                                                                     \
    ENTRY(aggregate, DOUBLE, DOUBLE, text, state, state##_update_rows, finalizer, 0, NULL)

AggregateFamily aggregate_family_moment = {
    DOUBLES("skewness", "Skewness of a sample.", moment, skewness),
    DOUBLES("kurtosis", "Excess kurtosis of a sample.", moment, kurtosis),
    DOUBLES("kurtosis_pop", "Excess kurtosis of all there is.", moment, kurtosis_pop),
    DOUBLES("product", "The product of the values.", product, product),
    DOUBLES("geometric_mean", "The root of the values' product.", product, geometric_mean),
    DOUBLES("geomean", "The root of the values' product.", product, geometric_mean),
    DOUBLES("fsum", "A sum that carries what rounding loses.", careful, careful_sum),
    DOUBLES("kahan_sum", "A sum that carries what rounding loses.", careful, careful_sum),
    DOUBLES("sumkahan", "A sum that carries what rounding loses.", careful, careful_sum),
    DOUBLES("favg", "A mean that carries what rounding loses.", careful, careful_mean),
    ENTRY("approx_count_distinct", any, BIGINT, "About how many distinct values, within some 2 %.", sketch, NULL,
          sketch, AGGREGATE_DISTINCT_IDLE, resolve_any),
    ENTRY("approx_distinct", any, BIGINT, "About how many distinct values, within some 2 %.", sketch, NULL, sketch,
          AGGREGATE_DISTINCT_IDLE, resolve_any),
    {0},
};
