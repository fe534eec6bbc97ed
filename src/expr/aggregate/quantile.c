/* expr/aggregate/quantile.c: median. Values are kept; at the end the middle one is found among them. */
#include <string.h>

#include "expr/aggregate/family.h"
#include "expr/aggregate/kept.h"

typedef struct ValuesState {
    KeptText values; /* doubles */
} ValuesState;

static size_t values_count(const ValuesState *state)
{
    return state->values.size / sizeof(double);
}

AGGREGATE_STATE_SIZE(values, ValuesState)
AGGREGATE_UPDATE(values, ValuesState, double,
                 kept_text_add(self, &state->values, (StringView){(const char *)&value, sizeof value}))
AGGREGATE_COMBINE(values, ValuesState, kept_text_add(self, &state->values, kept_text_view(&other->values)))

/* The value that a sort would put at `index`; those before it are not greater then, and those behind it not less
 * (Hoare's FIND, 1961). */
static double values_select(double *values, size_t count, size_t index)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        double pivot = values[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (double_compare(values[i], pivot) < 0)
                i++;
            while (double_compare(pivot, values[j]) < 0)
                j--;
            if (i >= j)
                break;
            double value = values[i];
            values[i++] = values[j];
            values[j--] = value;
        }
        if (index <= j)
            high = j;
        else
            low = j + 1;
    }
    return values[index];
}

/* The middle value, or halfway between the two in the middle. */
static double middle(double low, double high)
{
    return low == high ? low : low + (high - low) / 2;
}

/* ---- of many values: in passes over them, so that those in a file are in memory a piece at a time ---- */

enum { MANY_VALUES = KEPT_PIECE / (int)sizeof(double), DIGIT_BITS = 16 };

/* Before the value at `index` is looked at, which comes behind the one before. */
static void values_look(const AggregateState *self, size_t index)
{
    if (index % (KEPT_PIECE / sizeof(double)) == 0)
        kept_look(self);
}

/* How many have each digit at `shift`, of those that agree with `prefix` above it. */
static void values_count_digits(const AggregateState *self, const double *values, size_t count, uint64_t prefix,
                                unsigned shift, size_t *counts)
{
    uint64_t above = shift + DIGIT_BITS < 64 ? UINT64_MAX << (shift + DIGIT_BITS) : 0;
    memset(counts, 0, sizeof *counts << DIGIT_BITS);
    for (size_t i = 0; i < count; i++) {
        values_look(self, i);
        uint64_t bits = sort_key_of_double(values[i]);
        if ((bits & above) == prefix)
            counts[bits >> shift & ((1 << DIGIT_BITS) - 1)]++;
    }
}

/* The value that a sort would put at `index`, digit by digit; *ret_end: one more than the last index where it stands.
 */
static double values_select_many(const AggregateState *self, const double *values, size_t count, size_t index,
                                 size_t *ret_end)
{
    size_t *counts = arena_array(self->arena, size_t, (size_t)1 << DIGIT_BITS), before = 0, digit = 0;
    uint64_t prefix = 0;
    for (unsigned shift = 64; shift > 0;) {
        shift -= DIGIT_BITS;
        values_count_digits(self, values, count, prefix, shift, counts);
        for (digit = 0; before + counts[digit] <= index; digit++)
            before += counts[digit];
        prefix |= (uint64_t)digit << shift;
    }
    *ret_end = before + counts[digit];
    return sort_key_to_double(prefix);
}

static double values_least_above(const AggregateState *self, const double *values, size_t count, double value)
{
    uint64_t least = UINT64_MAX, bound = sort_key_of_double(value);
    for (size_t i = 0; i < count; i++) {
        values_look(self, i);
        uint64_t bits = sort_key_of_double(values[i]);
        if (bits > bound && bits < least)
            least = bits;
    }
    return sort_key_to_double(least);
}

static double values_median_many(const AggregateState *self, const double *values, size_t count)
{
    size_t end;
    double low = values_select_many(self, values, count, (count - 1) / 2, &end), high = low;
    if (count / 2 >= end)
        high = values_least_above(self, values, count, low);
    return middle(low, high);
}

static double values_median(const AggregateState *self, const ValuesState *state)
{
    double *values = (double *)(void *)state->values.data;
    size_t count = values_count(state);
    if (count > MANY_VALUES)
        return values_median_many(self, values, count);
    double low = values_select(values, count, (count - 1) / 2), high = low;
    if (count % 2 == 0)
        high = values_select(values + count / 2, count / 2, 0);
    return middle(low, high);
}

static void median_places(size_t count, size_t *ret_low, size_t *ret_high)
{
    *ret_low = (count - 1) / 2;
    *ret_high = count / 2;
}

AGGREGATE_FINALIZE(median, ValuesState, double, values_count(state) == 0, values_median(self, state))

#define MEDIAN(title)                                                                                                  \
    {                                                                                                                  \
        .name = title, .signature = "(DOUBLE) DOUBLE",                                                                 \
        .description = "The middle value, or the mean of the two in the middle.", .argument_count = 1,                 \
        .arguments = {TYPE_DOUBLE}, .result = TYPE_DOUBLE, .state_size = values_state_size, .update = values_update,   \
        .update_all = values_update_rows, .combine = values_combine, .finalize = median_finalize,                      \
        .places = median_places, .between = middle                                                                     \
    }

AggregateFamily aggregate_family_quantile = {MEDIAN("median"), MEDIAN("approx_median"), {0}};
