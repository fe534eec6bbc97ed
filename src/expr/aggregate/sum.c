/* expr/aggregate/sum.c: sum and avg. Integers and decimals add up exactly in 128 bits; only the result must fit. */
#include "expr/aggregate/family.h"

#include "column/datetime.h"
#include "column/decimal.h"

typedef struct ExactState {
    StateInt128 sum;
    int64_t count;
    bool overflows; /* of 128 bits: for good */
} ExactState;

typedef struct DoubleState {
    double sum;
    int64_t count;
} DoubleState;

typedef struct IntervalState {
    Interval sum;
    int64_t count;
    bool overflows;
} IntervalState;

/* ---- exact ---- */

static void exact_add(ExactState *state, Int128 value)
{
    Int128 sum;
    state->overflows |= __builtin_add_overflow((Int128)state->sum, value, &sum);
    state->sum = sum;
}

AGGREGATE_STATE_SIZE(exact, ExactState)
AGGREGATE_COMBINE(exact, ExactState,
                  (exact_add(state, other->sum), state->count += other->count, state->overflows |= other->overflows))
AGGREGATE_SUBTRACT(exact, ExactState, (state->sum -= other->sum, state->count -= other->count))
AGGREGATE_UPDATE(i32, ExactState, int32_t, (exact_add(state, value), state->count++))
AGGREGATE_UPDATE(i64, ExactState, int64_t, (exact_add(state, value), state->count++))
AGGREGATE_UPDATE(u64, ExactState, uint64_t, (exact_add(state, value), state->count++))
AGGREGATE_UPDATE(i128, ExactState, Int128, (exact_add(state, value), state->count++))

/* Some rows of a flat vector without NULLs: 2048 of them cannot overflow, so that one check is enough. */
#define SUM_SELECTED(name, ctype)                                                                                      \
    static Int128 name##_sum_selected(const ctype *values, const uint16_t *selection, size_t count)                    \
    {                                                                                                                  \
        Int128 sum = 0;                                                                                                \
        for (size_t i = 0; i < count; i++)                                                                             \
            sum += values[selection[i]];                                                                               \
        return sum;                                                                                                    \
    }
SUM_SELECTED(i32, int32_t)
SUM_SELECTED(i64, int64_t)

static bool argument_is_flat(const Vector *argument)
{
    return argument->form == VECTOR_FLAT && argument->validity == NULL;
}

static void i32_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                           uint8_t *one)
{
    if (!argument_is_flat(arguments[0])) {
        i32_update_rows(self, arguments, selection, count, one);
        return;
    }
    exact_add((ExactState *)one, selection ? i32_sum_selected(arguments[0]->data, selection, count)
                                           : kernels_get()->fold->sum_i32(arguments[0]->data, count));
    ((ExactState *)one)->count += (int64_t)count;
}

static void i64_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                           uint8_t *one)
{
    if (!argument_is_flat(arguments[0])) {
        i64_update_rows(self, arguments, selection, count, one);
        return;
    }
    exact_add((ExactState *)one, selection ? i64_sum_selected(arguments[0]->data, selection, count)
                                           : kernels_get()->fold->sum_i64(arguments[0]->data, count));
    ((ExactState *)one)->count += (int64_t)count;
}

static void decimal_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                           uint8_t *const *states)
{
    if (arguments[0]->physical == PHYSICAL_I64)
        i64_update(self, arguments, selection, count, states);
    else
        i128_update(self, arguments, selection, count, states);
}

static void decimal_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                               uint8_t *one)
{
    if (arguments[0]->physical == PHYSICAL_I64)
        i64_update_all(self, arguments, selection, count, one);
    else
        i128_update_rows(self, arguments, selection, count, one);
}

_Noreturn static void fail_sum(const AggregateState *self, Type type)
{
    char name[TYPE_NAME_SIZE];
    error_raise_hint(ERROR_OUT_OF_RANGE, self->call->position, "cast the argument to DECIMAL or DOUBLE",
                     "%s does not fit into %s", self->call->aggregate->name, type_name(type, name));
}

static void sum_bigint_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        const ExactState *state = (const ExactState *)states[i];
        if (state->count == 0)
            vector_set_null(result, i);
        else if (state->overflows || state->sum < INT64_MIN || state->sum > INT64_MAX)
            fail_sum(self, result->type);
        else
            VECTOR_DATA(result, int64_t)[i] = (int64_t)state->sum;
    }
}

static void sum_decimal_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        const ExactState *state = (const ExactState *)states[i];
        if (state->count == 0)
            vector_set_null(result, i);
        else if (state->overflows || !decimal_fits(state->sum, result->type.precision))
            fail_sum(self, result->type);
        else
            VECTOR_DATA(result, Int128)[i] = state->sum;
    }
}

/* The nearest double of the sum, and one division. */
AGGREGATE_FINALIZE(avg_integer, ExactState, double, state->count == 0,
                   decimal_to_double(state->sum, 0) / (double)state->count)

static void avg_decimal_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    int shift = result->type.scale - self->argument_types[0].scale;
    for (size_t i = 0; i < count; i++) {
        const ExactState *state = (const ExactState *)states[i];
        Int128 average = 0;
        if (state->count == 0) {
            vector_set_null(result, i);
            continue;
        }
        if (state->overflows || !decimal_divide(state->sum, shift, state->count, &average) ||
            !decimal_fits(average, result->type.precision))
            fail_sum(self, result->type);
        if (result->physical == PHYSICAL_I64)
            VECTOR_DATA(result, int64_t)[i] = (int64_t)average;
        else
            VECTOR_DATA(result, Int128)[i] = average;
    }
}

static Type argument_decimal(Type *argument_types)
{
    if (argument_types[0].id == TYPE_NULL)
        argument_types[0] = type_decimal(DECIMAL_MAX_PRECISION, 10);
    return argument_types[0];
}

static bool resolve_sum(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)aggregate, (void)argument_count;
    *ret_result = type_decimal(DECIMAL_MAX_PRECISION, argument_decimal(argument_types).scale);
    return true;
}

/* Six digits more than the argument has, as long as 38 are enough for its whole ones. */
static bool resolve_avg(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)aggregate, (void)argument_count;
    Type type = argument_decimal(argument_types);
    int whole = type.precision - type.scale, scale = type.scale + 6;
    if (whole + scale > DECIMAL_MAX_PRECISION)
        scale = DECIMAL_MAX_PRECISION - whole;
    *ret_result = type_decimal(whole + scale, scale);
    return true;
}

/* ---- doubles ---- */

AGGREGATE_STATE_SIZE(double, DoubleState)
AGGREGATE_COMBINE(double, DoubleState, (state->sum += other->sum, state->count += other->count))
AGGREGATE_UPDATE(double, DoubleState, double, (state->sum += value, state->count++))
AGGREGATE_FINALIZE(sum_double, DoubleState, double, state->count == 0, state->sum)
AGGREGATE_FINALIZE(avg_double, DoubleState, double, state->count == 0, state->sum / (double)state->count)

static void double_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                              uint8_t *one)
{
    DoubleState *state = (DoubleState *)one;
    if (!argument_is_plain(arguments[0], selection)) {
        double_update_rows(self, arguments, selection, count, one);
        return;
    }
    state->sum += kernels_get()->fold->sum_f64(arguments[0]->data, count);
    state->count += (int64_t)count;
}

/* ---- intervals ---- */

static void interval_state_add(IntervalState *state, Interval value)
{
    state->overflows |= !interval_add(state->sum, value, &state->sum);
}

AGGREGATE_STATE_SIZE(interval, IntervalState)
AGGREGATE_COMBINE(interval, IntervalState,
                  (interval_state_add(state, other->sum), state->count += other->count,
                   state->overflows |= other->overflows))
AGGREGATE_UPDATE(interval, IntervalState, Interval, (interval_state_add(state, value), state->count++))

static void interval_result(AggregateState *self, uint8_t *const *states, size_t count, Vector *result, bool is_average)
{
    for (size_t i = 0; i < count; i++) {
        const IntervalState *state = (const IntervalState *)states[i];
        Interval value = state->sum;
        if (state->count == 0) {
            vector_set_null(result, i);
            continue;
        }
        if (state->overflows || (is_average && !interval_multiply(state->sum, 1 / (double)state->count, &value)))
            fail_sum(self, result->type);
        VECTOR_DATA(result, Interval)[i] = value;
    }
}

static void sum_interval_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    interval_result(self, states, count, result, false);
}

static void avg_interval_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    interval_result(self, states, count, result, true);
}

#define SUM(aggregate, text, type, rtype, states, less, updates, all, finalizer, resolver)                             \
    {                                                                                                                  \
        .name = aggregate, .signature = "(" #type ") " #rtype, .description = text, .argument_count = 1,               \
        .arguments = {TYPE_##type}, .result = TYPE_##rtype, .state_size = states##_state_size,                         \
        .update = updates##_update, .update_all = all, .combine = states##_combine, .subtract = less,                  \
        .finalize = finalizer##_finalize, .resolve = resolver                                                          \
    }
#define THE_SUM "Sum of the values that are not NULL; NULL when there is none."
#define THE_AVG "Average of the values that are not NULL; NULL when there is none."

AggregateFamily aggregate_family_sum = {
    SUM("sum", THE_SUM, INTEGER, BIGINT, exact, exact_subtract, i32, i32_update_all, sum_bigint, NULL),
    SUM("sum", THE_SUM, BIGINT, BIGINT, exact, exact_subtract, i64, i64_update_all, sum_bigint, NULL),
    SUM("sum", THE_SUM, UBIGINT, DECIMAL, exact, exact_subtract, u64, u64_update_rows, sum_decimal, resolve_sum),
    SUM("sum", THE_SUM, DECIMAL, DECIMAL, exact, exact_subtract, decimal, decimal_update_all, sum_decimal, resolve_sum),
    SUM("sum", THE_SUM, DOUBLE, DOUBLE, double, NULL, double, double_update_all, sum_double, NULL),
    SUM("sum", THE_SUM, INTERVAL, INTERVAL, interval, NULL, interval, interval_update_rows, sum_interval, NULL),
    SUM("avg", THE_AVG, INTEGER, DOUBLE, exact, exact_subtract, i32, i32_update_all, avg_integer, NULL),
    SUM("avg", THE_AVG, BIGINT, DOUBLE, exact, exact_subtract, i64, i64_update_all, avg_integer, NULL),
    SUM("avg", THE_AVG, UBIGINT, DOUBLE, exact, exact_subtract, u64, u64_update_rows, avg_integer, NULL),
    SUM("avg", THE_AVG, DECIMAL, DECIMAL, exact, exact_subtract, decimal, decimal_update_all, avg_decimal, resolve_avg),
    SUM("avg", THE_AVG, DOUBLE, DOUBLE, double, NULL, double, double_update_all, avg_double, NULL),
    SUM("avg", THE_AVG, INTERVAL, INTERVAL, interval, NULL, interval, interval_update_rows, avg_interval, NULL),
    SUM("mean", THE_AVG, INTEGER, DOUBLE, exact, exact_subtract, i32, i32_update_all, avg_integer, NULL),
    SUM("mean", THE_AVG, BIGINT, DOUBLE, exact, exact_subtract, i64, i64_update_all, avg_integer, NULL),
    SUM("mean", THE_AVG, UBIGINT, DOUBLE, exact, exact_subtract, u64, u64_update_rows, avg_integer, NULL),
    SUM("mean", THE_AVG, DECIMAL, DECIMAL, exact, exact_subtract, decimal, decimal_update_all, avg_decimal,
        resolve_avg),
    SUM("mean", THE_AVG, DOUBLE, DOUBLE, double, NULL, double, double_update_all, avg_double, NULL),
    SUM("mean", THE_AVG, INTERVAL, INTERVAL, interval, NULL, interval, interval_update_rows, avg_interval, NULL),
    {0},
};
