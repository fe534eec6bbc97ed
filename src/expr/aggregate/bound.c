/* expr/aggregate/bound.c: min and max of every type. */
#include "expr/aggregate/family.h"

#include <string.h>

#include "expr/aggregate/kept.h"

/* The least or greatest value so far. */
typedef struct BoundState {
    bool has_value;
    uint32_t prefix; /* of a text (string_prefix) */
    union {
        bool boolean;
        int32_t i32;
        int64_t i64;
        uint64_t u64;
        StateInt128 i128;
        double f64;
        Interval interval;
        KeptText text;
    };
} BoundState;

AGGREGATE_STATE_SIZE(bound, BoundState)

#define LESS_PLAIN(a, b)    ((a) < (b))
#define LESS_DOUBLE(a, b)   (double_compare(a, b) < 0)
#define LESS_INTERVAL(a, b) (interval_order(a) < interval_order(b))

/* For each physical type an update, a combine and a finalize, for min and for max. `better(a, b)`: a replaces b. */
#define BOUND(name, ctype, rtype, member, better)                                                                      \
    static inline void name##_offer(BoundState *state, ctype value)                                                    \
    {                                                                                                                  \
        if (!state->has_value || better) {                                                                             \
            state->has_value = true;                                                                                   \
            state->member = value;                                                                                     \
        }                                                                                                              \
    }                                                                                                                  \
    AGGREGATE_UPDATE(name, BoundState, ctype, name##_offer(state, value))                                              \
    AGGREGATE_COMBINE(name, BoundState, if (other->has_value) name##_offer(state, other->member))                      \
    AGGREGATE_FINALIZE(name, BoundState, rtype, !state->has_value, state->member)

#define BOUNDS(name, ctype, member, LESS)                                                                              \
    BOUND(min_##name, ctype, ctype, member, LESS(value, state->member))                                                \
    BOUND(max_##name, ctype, ctype, member, LESS(state->member, value))

BOUNDS(bool, bool, boolean, LESS_PLAIN)
BOUNDS(i32, int32_t, i32, LESS_PLAIN)
BOUNDS(i64, int64_t, i64, LESS_PLAIN)
BOUNDS(u64, uint64_t, u64, LESS_PLAIN)
BOUNDS(f64, double, f64, LESS_DOUBLE)
BOUNDS(interval, Interval, interval, LESS_INTERVAL)

/* Whole arrays at once. */
#define BOUND_ALL(name, ctype, loops, index)                                                                           \
    static void name##_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection,           \
                                  size_t count, uint8_t *one)                                                          \
    {                                                                                                                  \
        ctype bounds[2];                                                                                               \
        if (count == 0 || !argument_is_plain(arguments[0], selection)) {                                               \
            name##_update_rows(self, arguments, selection, count, one);                                                \
            return;                                                                                                    \
        }                                                                                                              \
        kernels_get()->fold->loops(arguments[0]->data, count, &bounds[0], &bounds[1]);                                 \
        name##_offer((BoundState *)one, bounds[index]);                                                                \
    }
BOUND_ALL(min_i32, int32_t, bounds_i32, 0)
BOUND_ALL(max_i32, int32_t, bounds_i32, 1)
BOUND_ALL(min_i64, int64_t, bounds_i64, 0)
BOUND_ALL(max_i64, int64_t, bounds_i64, 1)
BOUND_ALL(min_f64, double, bounds_f64, 0)
BOUND_ALL(max_f64, double, bounds_f64, 1)

/* DECIMAL: rows come in either layout, the state is wide. */
#define BOUND_DECIMAL(name, better)                                                                                    \
    static inline void name##_offer(BoundState *state, Int128 value)                                                   \
    {                                                                                                                  \
        if (!state->has_value || better) {                                                                             \
            state->has_value = true;                                                                                   \
            state->i128 = value;                                                                                       \
        }                                                                                                              \
    }                                                                                                                  \
    static void name##_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count, \
                              uint8_t *const *states)                                                                  \
    {                                                                                                                  \
        (void)self;                                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selected_row(selection, i);                                                                   \
            if (argument_is_valid(arguments[0], row))                                                                  \
                name##_offer((BoundState *)states[i], argument_i128(arguments[0], row));                               \
        }                                                                                                              \
    }                                                                                                                  \
    static void name##_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection,           \
                                  size_t count, uint8_t *one)                                                          \
    {                                                                                                                  \
        (void)self;                                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selected_row(selection, i);                                                                   \
            if (argument_is_valid(arguments[0], row))                                                                  \
                name##_offer((BoundState *)one, argument_i128(arguments[0], row));                                     \
        }                                                                                                              \
    }                                                                                                                  \
    AGGREGATE_COMBINE(name, BoundState, if (other->has_value) name##_offer(state, other->i128))
BOUND_DECIMAL(min_decimal, value < state->i128)
BOUND_DECIMAL(max_decimal, value > state->i128)

static void decimal_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    (void)self;
    for (size_t i = 0; i < count; i++) {
        const BoundState *state = (const BoundState *)states[i];
        if (!state->has_value)
            vector_set_null(result, i);
        else if (result->physical == PHYSICAL_I64)
            VECTOR_DATA(result, int64_t)[i] = (int64_t)state->i128;
        else
            VECTOR_DATA(result, Int128)[i] = state->i128;
    }
}

/* Text: kept in the arena; its memory is used again when a better value comes. Most values are no better by their
 * prefix, and need not be fetched. */
static void text_offer(AggregateState *self, BoundState *state, uint32_t prefix, StringView value, int sign)
{
    if (state->has_value) {
        int order = prefix != state->prefix ? (prefix < state->prefix ? -1 : 1)
                                            : view_compare(value, kept_text_view(&state->text));
        if (order * sign >= 0)
            return;
    }
    state->has_value = true;
    state->prefix = prefix;
    kept_text_set(self, &state->text, value);
}

#define BOUND_TEXT(name, sign)                                                                                         \
    AGGREGATE_UPDATE(name, BoundState, String,                                                                         \
                     text_offer(self, state, string_prefix(&value), string_view(&value), sign))                        \
    AGGREGATE_COMBINE(name, BoundState,                                                                                \
                      if (other->has_value)                                                                            \
                          text_offer(self, state, other->prefix, kept_text_view(&other->text), sign))
BOUND_TEXT(min_text, 1)
BOUND_TEXT(max_text, -1)
AGGREGATE_FINALIZE(bound_text, BoundState, String, !state->has_value,
                   vector_add_string(result, kept_text_view(&state->text)))

/* A DECIMAL keeps its digits. */
static bool resolve_same(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)aggregate, (void)argument_count;
    if (argument_types[0].id == TYPE_NULL)
        argument_types[0] = type_decimal(DECIMAL_MAX_PRECISION, 10);
    *ret_result = argument_types[0];
    return true;
}

#define ENTRY(aggregate, text, type, updates, all, finalizer)                                                          \
    {                                                                                                                  \
        .name = aggregate, .signature = "(any) any", .description = text, .flags = AGGREGATE_DISTINCT_IDLE,            \
        .argument_count = 1, .arguments = {TYPE_##type}, .result = TYPE_##type, .state_size = bound_state_size,        \
        .update = updates##_update, .update_all = all, .combine = updates##_combine, .finalize = finalizer##_finalize, \
        .resolve = resolve_same                                                                                        \
    }
#define ENTRIES(side, text)                                                                                            \
    ENTRY(#side, text, BOOLEAN, side##_bool, side##_bool_update_rows, side##_bool),                                    \
        ENTRY(#side, text, SMALLINT, side##_i32, side##_i32_update_all, side##_i32),                                   \
        ENTRY(#side, text, INTEGER, side##_i32, side##_i32_update_all, side##_i32),                                    \
        ENTRY(#side, text, BIGINT, side##_i64, side##_i64_update_all, side##_i64),                                     \
        ENTRY(#side, text, UBIGINT, side##_u64, side##_u64_update_rows, side##_u64),                                   \
        ENTRY(#side, text, DECIMAL, side##_decimal, side##_decimal_update_all, decimal),                               \
        ENTRY(#side, text, DOUBLE, side##_f64, side##_f64_update_all, side##_f64),                                     \
        ENTRY(#side, text, VARCHAR, side##_text, side##_text_update_rows, bound_text),                                 \
        ENTRY(#side, text, BLOB, side##_text, side##_text_update_rows, bound_text),                                    \
        ENTRY(#side, text, DATE, side##_i32, side##_i32_update_all, side##_i32),                                       \
        ENTRY(#side, text, TIME, side##_i64, side##_i64_update_all, side##_i64),                                       \
        ENTRY(#side, text, TIMESTAMP, side##_i64, side##_i64_update_all, side##_i64),                                  \
        ENTRY(#side, text, TIMESTAMPTZ, side##_i64, side##_i64_update_all, side##_i64),                                \
        ENTRY(#side, text, INTERVAL, side##_interval, side##_interval_update_rows, side##_interval)

AggregateFamily aggregate_family_bound = {
    ENTRIES(min, "The least value."),
    ENTRIES(max, "The greatest value."),
    {0},
};
