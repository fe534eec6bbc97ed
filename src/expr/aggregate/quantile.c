/* expr/aggregate/quantile.c: median. Values are kept; at the end the middle one is found among them. */
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
                 kept_text_add(self->arena, &state->values, (StringView){(const char *)&value, sizeof value}))
AGGREGATE_COMBINE(values, ValuesState, kept_text_add(self->arena, &state->values, kept_text_view(&other->values)))

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

static double values_median(const ValuesState *state)
{
    double *values = (double *)(void *)state->values.data;
    size_t count = values_count(state);
    double low = values_select(values, count, (count - 1) / 2), high = low;
    if (count % 2 == 0)
        high = values_select(values + count / 2, count / 2, 0);
    return middle(low, high);
}

static void median_finalize_ordered(AggregateState *self, const OrderedValues *values, size_t row, Vector *result)
{
    (void)self;
    if (values->count == 0)
        vector_set_null(result, row);
    else
        VECTOR_DATA(result, double)
    [row] = middle(values->at(values, (values->count - 1) / 2), values->at(values, values->count / 2));
}

AGGREGATE_FINALIZE(median, ValuesState, double, values_count(state) == 0, values_median(state))

#define MEDIAN(title)                                                                                                  \
    {                                                                                                                  \
        .name = title, .signature = "(DOUBLE) DOUBLE",                                                                 \
        .description = "The middle value, or the mean of the two in the middle.", .argument_count = 1,                 \
        .arguments = {TYPE_DOUBLE}, .result = TYPE_DOUBLE, .state_size = values_state_size, .update = values_update,   \
        .update_all = values_update_rows, .combine = values_combine, .finalize = median_finalize,                      \
        .finalize_ordered = median_finalize_ordered                                                                    \
    }

AggregateFamily aggregate_family_quantile = {MEDIAN("median"), MEDIAN("approx_median"), {0}};
