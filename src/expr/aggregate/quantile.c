/* expr/aggregate/quantile.c: median and quantiles. Values are kept; at the end the wanted one is found among them.
 *
 * Those of up to 64 bits are kept as words whose order is theirs, all others as items. */
#include <math.h>
#include <string.h>

#include "column/decimal.h"
#include "expr/aggregate/family.h"
#include "expr/aggregate/item.h"
#include "expr/aggregate/kept.h"
#include "expr/aggregate/select.h"

enum { TAIL = 8 };

/* Words come in pieces to the list that they are kept in: of thousands of groups each has the end of its list on a page
 * of its own, which may not be in memory. Few words need no list. */
typedef struct QuantileState {
    KeptText values; /* uint64_t[] or Item[] */
    double fraction; /* NaN: it was NULL */
    size_t tail_count;
    uint64_t tail[TAIL]; /* the last words, which are not in `values` yet */
} QuantileState;

static size_t words_count(const KeptText *words)
{
    return words->size / sizeof(uint64_t);
}

/* ---- words ---- */

static bool type_is_word(Type type)
{
    return physical_size(type_physical(type)) <= sizeof(uint64_t);
}

static const uint64_t SIGN = UINT64_C(1) << 63;

static uint64_t word_of(const Vector *argument, size_t row)
{
    size_t index = argument_index(argument, row);
    switch (argument->physical) {
    case PHYSICAL_F64:
        return sort_key_of_double(VECTOR_DATA(argument, double)[index]);
    case PHYSICAL_U64:
        return VECTOR_DATA(argument, uint64_t)[index];
    case PHYSICAL_BOOL:
        return VECTOR_DATA(argument, bool)[index] ^ SIGN;
    default:
        return (uint64_t)argument_i128(argument, row) ^ SIGN;
    }
}

static void word_set_result(Vector *result, size_t row, uint64_t word)
{
    Item item = {.i128 = (int64_t)(word ^ SIGN)};
    if (result->physical == PHYSICAL_F64)
        item.f64 = sort_key_to_double(word);
    else if (result->physical == PHYSICAL_U64)
        item.i128 = word;
    item_set_result(result, row, item);
}

/* ---- keeping ---- */

AGGREGATE_STATE_SIZE(quantile, QuantileState)

static void words_add(const AggregateState *self, KeptText *words, const uint64_t *added, size_t count)
{
    kept_text_add(self, words, (StringView){(const char *)added, count * sizeof *added});
}

static void word_add(const AggregateState *self, QuantileState *state, uint64_t word)
{
    if (state->tail_count == TAIL) {
        words_add(self, &state->values, state->tail, TAIL);
        state->tail_count = 0;
    }
    state->tail[state->tail_count++] = word;
}

/* All of them in one list. */
static KeptText state_words(const AggregateState *self, QuantileState *state)
{
    if (state->values.size == 0)
        return (KeptText){.data = (char *)state->tail, .size = state->tail_count * sizeof *state->tail};
    words_add(self, &state->values, state->tail, state->tail_count);
    state->tail_count = 0;
    return state->values;
}

static bool state_is_empty(const QuantileState *state)
{
    return state->values.size == 0 && state->tail_count == 0;
}

static void value_add(const AggregateState *self, QuantileState *state, const Vector *argument, size_t row,
                      bool is_word)
{
    if (is_word)
        word_add(self, state, word_of(argument, row));
    else
        items_add(self, &state->values, item_of(argument, row));
}

static void median_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                          uint8_t *const *states)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = selected_row(selection, i);
        if (argument_is_valid(arguments[0], row))
            value_add(self, (QuantileState *)states[i], arguments[0], row, /* is_word= */ true);
    }
}

static double fraction_of(const AggregateState *self, const Vector *argument, size_t row)
{
    if (!argument_is_valid(argument, row))
        return NAN;
    double fraction = VECTOR_DATA(argument, double)[argument_index(argument, row)];
    if (!(fraction >= 0 && fraction <= 1))
        error_raise(ERROR_OUT_OF_RANGE, self->call->position, "percentile value %g is not between 0 and 1", fraction);
    return fraction;
}

static void quantile_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                            uint8_t *const *states)
{
    bool is_word = type_is_word(self->argument_types[0]);
    for (size_t i = 0; i < count; i++) {
        size_t row = selected_row(selection, i);
        QuantileState *state = (QuantileState *)states[i];
        state->fraction = fraction_of(self, arguments[1], row);
        if (argument_is_valid(arguments[0], row))
            value_add(self, state, arguments[0], row, is_word);
    }
}

static void quantile_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    bool is_word = type_is_word(self->argument_types[0]);
    for (size_t i = 0; i < count; i++) {
        const QuantileState *other = (const QuantileState *)from[i];
        QuantileState *state = (QuantileState *)into[i];
        if (!state_is_empty(other))
            state->fraction = other->fraction;
        if (is_word)
            kept_text_add(self, &state->values, kept_text_view(&other->values));
        else
            items_merge(self, &state->values, &other->values);
        for (size_t t = 0; t < other->tail_count; t++)
            word_add(self, state, other->tail[t]);
    }
}

/* ---- finding ---- */

#define WORD_IS_BEFORE(a, b) ((a) < (b))
SELECT_FUNCTION(words_select, uint64_t, void, WORD_IS_BEFORE)

/* The middle value, or halfway between the two in the middle. */
static double middle(double low, double high)
{
    return low == high ? low : low + (high - low) / 2;
}

/* ---- of many words: in passes over them, so that those in a file are in memory a piece at a time ---- */

enum { MANY_WORDS = KEPT_PIECE / (int)sizeof(uint64_t), DIGIT_BITS = 16 };

/* Before the word at `index` is looked at, which comes behind the one before. */
static void words_look(const AggregateState *self, size_t index)
{
    if (index % (KEPT_PIECE / sizeof(uint64_t)) == 0)
        kept_look(self);
}

/* How many have each digit at `shift`, of those that agree with `prefix` above it. */
static void words_count_digits(const AggregateState *self, const uint64_t *words, size_t count, uint64_t prefix,
                               unsigned shift, size_t *counts)
{
    uint64_t above = shift + DIGIT_BITS < 64 ? UINT64_MAX << (shift + DIGIT_BITS) : 0;
    memset(counts, 0, sizeof *counts << DIGIT_BITS);
    for (size_t i = 0; i < count; i++) {
        words_look(self, i);
        uint64_t bits = words[i];
        if ((bits & above) == prefix)
            counts[bits >> shift & ((1 << DIGIT_BITS) - 1)]++;
    }
}

/* The word that a sort would put at `index`, digit by digit; *ret_end: one more than the last index where it stands.
 */
static uint64_t words_select_many(const AggregateState *self, const uint64_t *words, size_t count, size_t index,
                                  size_t *ret_end)
{
    size_t *counts = arena_array(self->arena, size_t, (size_t)1 << DIGIT_BITS), before = 0, digit = 0;
    uint64_t prefix = 0;
    for (unsigned shift = 64; shift > 0;) {
        shift -= DIGIT_BITS;
        words_count_digits(self, words, count, prefix, shift, counts);
        for (digit = 0; before + counts[digit] <= index; digit++)
            before += counts[digit];
        prefix |= (uint64_t)digit << shift;
    }
    *ret_end = before + counts[digit];
    return prefix;
}

static uint64_t words_least_above(const AggregateState *self, const uint64_t *words, size_t count, uint64_t word)
{
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        words_look(self, i);
        uint64_t bits = words[i];
        if (bits > word && bits < least)
            least = bits;
    }
    return least;
}

/* The word that a sort would put at `index`, and (ret_next) the one behind it, or the same one at the end. */
static uint64_t words_at(const AggregateState *self, const KeptText *kept, size_t index, uint64_t *ret_next)
{
    uint64_t *words = (uint64_t *)(void *)kept->data;
    size_t count = words_count(kept), end = index + 1;
    bool is_many = count > MANY_WORDS;
    uint64_t word =
        is_many ? words_select_many(self, words, count, index, &end) : words_select(words, count, index, NULL);
    if (ret_next == NULL || index + 1 == count)
        return word;
    if (end > index + 1)
        *ret_next = word;
    else if (is_many)
        *ret_next = words_least_above(self, words, count, word);
    else
        *ret_next = words_select(words + end, count - end, 0, NULL);
    return word;
}

static double words_middle(const AggregateState *self, QuantileState *state)
{
    KeptText words = state_words(self, state);
    size_t count = words_count(&words);
    uint64_t next, word = words_at(self, &words, (count - 1) / 2, &next);
    double low = sort_key_to_double(word);
    return count % 2 ? low : middle(low, sort_key_to_double(next));
}

AGGREGATE_FINALIZE(median, QuantileState, double, state_is_empty(state), words_middle(self, (QuantileState *)states[i]))

static bool is_descending(const AggregateState *self)
{
    return self->call->order_count > 0 && self->call->orders[0].is_descending;
}

/* The first value, in order, with at least that part of all values up to it. */
static void discrete_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    bool is_word = type_is_word(self->argument_types[0]);
    for (size_t i = 0; i < count; i++) {
        QuantileState *state = (QuantileState *)states[i];
        KeptText values = is_word ? state_words(self, state) : state->values;
        size_t value_count = values.size / (is_word ? sizeof(uint64_t) : sizeof(Item));
        if (value_count == 0 || isnan(state->fraction)) {
            vector_set_null(result, i);
            continue;
        }
        double wanted = ceil(state->fraction * (double)value_count);
        size_t index = wanted < 1 ? 0 : (size_t)wanted - 1;
        if (is_descending(self))
            index = value_count - 1 - index;
        if (is_word)
            word_set_result(result, i, words_at(self, &values, index, NULL));
        else
            item_set_result(result, i, item_at(self, &values, index));
    }
}

/* Between the two values around that place, in proportion. */
static double words_between(const AggregateState *self, QuantileState *state)
{
    KeptText words = state_words(self, state);
    size_t last = words_count(&words) - 1;
    double place = (is_descending(self) ? 1 - state->fraction : state->fraction) * (double)last;
    size_t low = (size_t)floor(place);
    uint64_t next, word = words_at(self, &words, low, &next);
    double a = sort_key_to_double(word), b = place > (double)low && low < last ? sort_key_to_double(next) : a;
    return a == b ? a : a + (place - (double)low) * (b - a);
}

AGGREGATE_FINALIZE(continuous, QuantileState, double, state_is_empty(state) || isnan(state->fraction),
                   words_between(self, (QuantileState *)states[i]))

/* ---- windows ---- */

static void median_places(size_t count, size_t *ret_low, size_t *ret_high)
{
    *ret_low = (count - 1) / 2;
    *ret_high = count / 2;
}

/* ---- the table ---- */

#define MEDIAN(title)                                                                                                  \
    {                                                                                                                  \
        .name = title, .signature = "(DOUBLE) DOUBLE",                                                                 \
        .description = "The middle value, or the mean of the two in the middle.", .argument_count = 1,                 \
        .arguments = {TYPE_DOUBLE}, .result = TYPE_DOUBLE, .state_size = quantile_state_size, .update = median_update, \
        .combine = quantile_combine, .finalize = median_finalize, .places = median_places, .between = middle           \
    }

#define QUANTILE(title, x, finalizer, text)                                                                            \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ", fraction DOUBLE) " #x, .description = text,                              \
        .flags = AGGREGATE_ORDER_MATTERS | AGGREGATE_SORTS_ITSELF | AGGREGATE_KEEPS_NULLS, .argument_count = 2,        \
        .arguments = {x##_TYPE, TYPE_DOUBLE}, .result = x##_TYPE, .state_size = quantile_state_size,                   \
        .update = quantile_update, .combine = quantile_combine, .finalize = finalizer, .resolve = x##_RESOLVE          \
    }
#define any_TYPE       ANY
#define DOUBLE_TYPE    TYPE_DOUBLE
#define any_RESOLVE    item_resolve
#define DOUBLE_RESOLVE NULL

AggregateFamily aggregate_family_quantile = {
    MEDIAN("median"),
    MEDIAN("approx_median"),
    QUANTILE("quantile_cont", DOUBLE, continuous_finalize,
             "The value at that part of the way, between two if need be."),
    QUANTILE("percentile_cont", DOUBLE, continuous_finalize,
             "The same, called as percentile_cont(fraction) WITHIN GROUP (ORDER BY x)."),
    QUANTILE("approx_percentile_cont", DOUBLE, continuous_finalize, "The same as quantile_cont: it is exact."),
    QUANTILE("approx_quantile", DOUBLE, continuous_finalize, "The same as quantile_cont: it is exact."),
    QUANTILE("quantile_disc", any, discrete_finalize, "The first value with at least that part of all up to it."),
    QUANTILE("quantile", any, discrete_finalize, "The first value with at least that part of all up to it."),
    QUANTILE("percentile_disc", any, discrete_finalize,
             "The same, called as percentile_disc(fraction) WITHIN GROUP (ORDER BY x)."),
    {0},
};
