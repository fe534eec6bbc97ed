/* expr/aggregate/family.h: what the families share: the loops over rows and states. */
#ifndef QUERN_EXPR_AGGREGATE_FAMILY_H
#define QUERN_EXPR_AGGREGATE_FAMILY_H

#include "expr/aggregate.h"
#include "expr/kernels.h"

/* In a family's table: any type. */
#define ANY TYPE_COUNT

/* States stand at multiples of 8 only. */
typedef Int128 StateInt128 __attribute__((aligned(8)));

/* The row of the i-th value, and where a flat or constant argument holds it. */
static inline size_t selected_row(const uint16_t *selection, size_t i)
{
    return selection ? selection[i] : i;
}

static inline size_t argument_index(const Vector *argument, size_t row)
{
    return argument->form == VECTOR_CONSTANT ? 0 : row;
}

static inline bool argument_is_valid(const Vector *argument, size_t row)
{
    return validity_get(argument->validity, argument_index(argument, row));
}

/* DECIMAL of either layout, or any integer. */
static inline Int128 argument_i128(const Vector *argument, size_t row)
{
    size_t index = argument_index(argument, row);
    switch (argument->physical) {
    case PHYSICAL_I32:
        return VECTOR_DATA(argument, int32_t)[index];
    case PHYSICAL_I64:
        return VECTOR_DATA(argument, int64_t)[index];
    case PHYSICAL_U64:
        return VECTOR_DATA(argument, uint64_t)[index];
    default:
        return VECTOR_DATA(argument, Int128)[index];
    }
}

/* All rows are rows 0 .. count-1 of a flat vector without NULLs: a plain loop over its array serves. */
static inline bool argument_is_plain(const Vector *argument, const uint16_t *selection)
{
    return argument->form == VECTOR_FLAT && argument->validity == NULL && selection == NULL;
}

/* An `update` and an `update_all` that do `body` with `state` and `value`, for each value that is not NULL. */
#define AGGREGATE_UPDATE(name, State, ctype, body)                                                                     \
    static void name##_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count, \
                              uint8_t *const *states)                                                                  \
    {                                                                                                                  \
        const Vector *argument = arguments[0];                                                                         \
        (void)self;                                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selected_row(selection, i);                                                                   \
            if (!argument_is_valid(argument, row))                                                                     \
                continue;                                                                                              \
            ctype value = VECTOR_DATA(argument, ctype)[argument_index(argument, row)];                                 \
            State *state = (State *)states[i];                                                                         \
            body;                                                                                                      \
        }                                                                                                              \
    }                                                                                                                  \
    static void name##_update_rows(AggregateState *self, Vector *const *arguments, const uint16_t *selection,          \
                                   size_t count, uint8_t *one)                                                         \
    {                                                                                                                  \
        const Vector *argument = arguments[0];                                                                         \
        State *state = (State *)one;                                                                                   \
        (void)self;                                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selected_row(selection, i);                                                                   \
            if (!argument_is_valid(argument, row))                                                                     \
                continue;                                                                                              \
            ctype value = VECTOR_DATA(argument, ctype)[argument_index(argument, row)];                                 \
            body;                                                                                                      \
        }                                                                                                              \
    }

#define AGGREGATE_COMBINE(name, State, body)  AGGREGATE_PAIRS(name##_combine, State, body)
#define AGGREGATE_SUBTRACT(name, State, body) AGGREGATE_PAIRS(name##_subtract, State, body)
#define AGGREGATE_PAIRS(function, State, body)                                                                         \
    static void function(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)               \
    {                                                                                                                  \
        (void)self;                                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            const State *other = (const State *)from[i];                                                               \
            State *state = (State *)into[i];                                                                           \
            body;                                                                                                      \
        }                                                                                                              \
    }

#define AGGREGATE_STATE_SIZE(name, State)                                                                              \
    static size_t name##_state_size(const AggregateState *self)                                                        \
    {                                                                                                                  \
        (void)self;                                                                                                    \
        return (sizeof(State) + 7) / 8 * 8;                                                                            \
    }

/* `is_null` or `rtype` value `expression` of each state. */
#define AGGREGATE_FINALIZE(name, State, rtype, is_null, expression)                                                    \
    static void name##_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)            \
    {                                                                                                                  \
        (void)self;                                                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            const State *state = (const State *)states[i];                                                             \
            if (is_null)                                                                                               \
                vector_set_null(result, i);                                                                            \
            else                                                                                                       \
                VECTOR_DATA(result, rtype)[i] = (expression);                                                          \
        }                                                                                                              \
    }

#endif
