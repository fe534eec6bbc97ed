/* expr/aggregate/statistic.c: variances, covariances and correlation, by running means: Welford's step and Chan, Golub
 * and LeVeque's merge (1983), so that large values with a small spread keep their digits. */
#include <math.h>

#include "expr/aggregate/family.h"

/* ---- one variable ---- */

typedef struct SpreadState {
    int64_t count;
    double mean;
    double squares; /* sum of squared distances from the mean */
} SpreadState;

static void spread_add(SpreadState *state, double value)
{
    double distance = value - state->mean;
    state->count++;
    state->mean += distance / (double)state->count;
    state->squares += distance * (value - state->mean);
}

static void spread_merge(SpreadState *state, const SpreadState *other)
{
    if (other->count == 0)
        return;
    if (state->count == 0) {
        *state = *other;
        return;
    }
    double distance = other->mean - state->mean, count = (double)(state->count + other->count);
    state->squares += other->squares + distance * distance * (double)state->count * (double)other->count / count;
    state->mean += distance * (double)other->count / count;
    state->count += other->count;
}

AGGREGATE_STATE_SIZE(spread, SpreadState)
AGGREGATE_UPDATE(spread, SpreadState, double, spread_add(state, value))
AGGREGATE_COMBINE(spread, SpreadState, spread_merge(state, other))
AGGREGATE_FINALIZE(var_pop, SpreadState, double, state->count == 0, state->squares / (double)state->count)
AGGREGATE_FINALIZE(var_samp, SpreadState, double, state->count < 2, state->squares / (double)(state->count - 1))
AGGREGATE_FINALIZE(stddev_pop, SpreadState, double, state->count == 0, sqrt(state->squares / (double)state->count))
AGGREGATE_FINALIZE(stddev_samp, SpreadState, double, state->count < 2,
                   sqrt(state->squares / (double)(state->count - 1)))

/* ---- two variables: (y, x) as SQL has them ---- */

typedef struct PairState {
    int64_t count;
    double y_mean, x_mean;
    double y_squares, x_squares;
    double products; /* sum of the distances' products */
} PairState;

static void pair_add(PairState *state, double y, double x)
{
    double y_distance = y - state->y_mean, x_distance = x - state->x_mean;
    state->count++;
    state->y_mean += y_distance / (double)state->count;
    state->x_mean += x_distance / (double)state->count;
    state->y_squares += y_distance * (y - state->y_mean);
    state->x_squares += x_distance * (x - state->x_mean);
    state->products += y_distance * (x - state->x_mean);
}

static void pair_merge(PairState *state, const PairState *other)
{
    if (other->count == 0)
        return;
    if (state->count == 0) {
        *state = *other;
        return;
    }
    double count = (double)(state->count + other->count);
    double weight = (double)state->count * (double)other->count / count;
    double y_distance = other->y_mean - state->y_mean, x_distance = other->x_mean - state->x_mean;
    state->y_squares += other->y_squares + y_distance * y_distance * weight;
    state->x_squares += other->x_squares + x_distance * x_distance * weight;
    state->products += other->products + y_distance * x_distance * weight;
    state->y_mean += y_distance * (double)other->count / count;
    state->x_mean += x_distance * (double)other->count / count;
    state->count += other->count;
}

static void pair_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                        uint8_t *const *states)
{
    const Vector *y = arguments[0], *x = arguments[1];
    (void)self;
    for (size_t i = 0; i < count; i++) {
        size_t row = selected_row(selection, i);
        if (argument_is_valid(y, row) && argument_is_valid(x, row))
            pair_add((PairState *)states[i], VECTOR_DATA(y, double)[argument_index(y, row)],
                     VECTOR_DATA(x, double)[argument_index(x, row)]);
    }
}

AGGREGATE_STATE_SIZE(pair, PairState)
AGGREGATE_COMBINE(pair, PairState, pair_merge(state, other))
AGGREGATE_FINALIZE(covar_pop, PairState, double, state->count == 0, state->products / (double)state->count)
AGGREGATE_FINALIZE(covar_samp, PairState, double, state->count < 2, state->products / (double)(state->count - 1))
AGGREGATE_FINALIZE(corr, PairState, double, state->count == 0 || state->y_squares == 0 || state->x_squares == 0,
                   state->products / sqrt(state->y_squares * state->x_squares))

AGGREGATE_FINALIZE(regr_avgx, PairState, double, state->count == 0, state->x_mean)
AGGREGATE_FINALIZE(regr_avgy, PairState, double, state->count == 0, state->y_mean)
AGGREGATE_FINALIZE(regr_sxx, PairState, double, state->count == 0, state->x_squares)
AGGREGATE_FINALIZE(regr_syy, PairState, double, state->count == 0, state->y_squares)
AGGREGATE_FINALIZE(regr_sxy, PairState, double, state->count == 0, state->products)
AGGREGATE_FINALIZE(regr_slope, PairState, double, state->count == 0 || state->x_squares == 0,
                   state->products / state->x_squares)
AGGREGATE_FINALIZE(regr_intercept, PairState, double, state->count == 0 || state->x_squares == 0,
                   state->y_mean - state->x_mean * (state->products / state->x_squares))
AGGREGATE_FINALIZE(regr_r2, PairState, double, state->count == 0 || state->x_squares == 0,
                   state->y_squares == 0 ? 1
                                         : state->products * state->products / (state->x_squares * state->y_squares))
AGGREGATE_FINALIZE(regr_count, PairState, int64_t, false, state->count)

#define SPREAD(aggregate, text, finalizer)                                                                             \
    {                                                                                                                  \
        .name = aggregate, .signature = "(DOUBLE) DOUBLE", .description = text, .argument_count = 1,                   \
        .arguments = {TYPE_DOUBLE}, .result = TYPE_DOUBLE, .state_size = spread_state_size, .update = spread_update,   \
        .update_all = spread_update_rows, .combine = spread_combine, .finalize = finalizer##_finalize                  \
    }
#define PAIR(aggregate, text, finalizer)                                                                               \
    {                                                                                                                  \
        .name = aggregate, .signature = "(y DOUBLE, x DOUBLE) DOUBLE", .description = text, .argument_count = 2,       \
        .arguments = {TYPE_DOUBLE, TYPE_DOUBLE}, .result = TYPE_DOUBLE, .state_size = pair_state_size,                 \
        .update = pair_update, .combine = pair_combine, .finalize = finalizer##_finalize                               \
    }

AggregateFamily aggregate_family_statistic = {
    SPREAD("stddev", "Standard deviation of a sample.", stddev_samp),
    SPREAD("stddev_samp", "Standard deviation of a sample.", stddev_samp),
    SPREAD("stddev_pop", "Standard deviation of all there is.", stddev_pop),
    SPREAD("variance", "Variance of a sample.", var_samp),
    SPREAD("var_samp", "Variance of a sample.", var_samp),
    SPREAD("var_sample", "Variance of a sample.", var_samp),
    SPREAD("var_pop", "Variance of all there is.", var_pop),
    SPREAD("var_population", "Variance of all there is.", var_pop),
    PAIR("corr", "Correlation.", corr),
    PAIR("covar_samp", "Covariance of a sample.", covar_samp),
    PAIR("covar_pop", "Covariance of all there is.", covar_pop),
    SPREAD("std", "Standard deviation of a sample.", stddev_samp),
    SPREAD("var", "Variance of a sample.", var_samp),
    PAIR("covar", "Covariance of a sample.", covar_samp),
    PAIR("regr_avgx", "The mean of x where neither is NULL.", regr_avgx),
    PAIR("regr_avgy", "The mean of y where neither is NULL.", regr_avgy),
    PAIR("regr_sxx", "The sum of x's squared distances from its mean.", regr_sxx),
    PAIR("regr_syy", "The sum of y's squared distances from its mean.", regr_syy),
    PAIR("regr_sxy", "The sum of the products of both distances.", regr_sxy),
    PAIR("regr_slope", "The slope of the line nearest to the points.", regr_slope),
    PAIR("regr_intercept", "Where that line meets x = 0.", regr_intercept),
    PAIR("regr_r2", "How well that line fits: the squared correlation.", regr_r2),
    {.name = "regr_count",
     .signature = "(y DOUBLE, x DOUBLE) BIGINT",
     .description = "How many rows have neither NULL.",
     .argument_count = 2,
     .arguments = {TYPE_DOUBLE, TYPE_DOUBLE},
     .result = TYPE_BIGINT,
     .state_size = pair_state_size,
     .update = pair_update,
     .combine = pair_combine,
     .finalize = regr_count_finalize},
    {0},
};
