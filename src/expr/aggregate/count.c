/* expr/aggregate/count.c: count(*), count(x), count_if(condition). */
#include "expr/aggregate/family.h"

typedef struct CountState {
    int64_t count;
} CountState;

AGGREGATE_STATE_SIZE(count, CountState)
AGGREGATE_COMBINE(count, CountState, state->count += other->count)
AGGREGATE_SUBTRACT(count, CountState, state->count -= other->count)
AGGREGATE_FINALIZE(count, CountState, int64_t, false, state->count)

static void rows_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                        uint8_t *const *states)
{
    (void)self, (void)arguments, (void)selection;
    for (size_t i = 0; i < count; i++)
        ((CountState *)states[i])->count++;
}

static void rows_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                            uint8_t *one)
{
    (void)self, (void)arguments, (void)selection;
    ((CountState *)one)->count += (int64_t)count;
}

static void values_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                          uint8_t *const *states)
{
    if (arguments[0]->validity == NULL) {
        rows_update(self, arguments, selection, count, states);
        return;
    }
    for (size_t i = 0; i < count; i++)
        ((CountState *)states[i])->count += argument_is_valid(arguments[0], selected_row(selection, i));
}

static void values_update_all(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                              uint8_t *one)
{
    if (arguments[0]->validity == NULL) {
        rows_update_all(self, arguments, selection, count, one);
        return;
    }
    int64_t valid = 0;
    for (size_t i = 0; i < count; i++)
        valid += argument_is_valid(arguments[0], selected_row(selection, i));
    ((CountState *)one)->count += valid;
}

/* Rows in which none is NULL. */
static void tuples_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                          uint8_t *const *states)
{
    for (size_t i = 0; i < count; i++) {
        bool is_valid = true;
        for (size_t a = 0; a < self->call->argument_count; a++)
            is_valid &= argument_is_valid(arguments[a], selected_row(selection, i));
        ((CountState *)states[i])->count += is_valid;
    }
}

AGGREGATE_UPDATE(true, CountState, bool, state->count += value)

#define COUNT                                                                                                          \
    .state_size = count_state_size, .combine = count_combine, .subtract = count_subtract, .finalize = count_finalize,  \
    .result = TYPE_BIGINT

#define COUNT_IF(title)                                                                                                \
    {                                                                                                                  \
        .name = title, .signature = "(BOOLEAN) BIGINT", .description = "Rows for which it is TRUE.",                   \
        .argument_count = 1, .arguments = {TYPE_BOOLEAN}, .update = true_update, .update_all = true_update_rows, COUNT \
    }

AggregateFamily aggregate_family_count = {
    {.name = "count",
     .signature = "() BIGINT",
     .description = "Rows.",
     .flags = AGGREGATE_KEEPS_NULLS,
     .update = rows_update,
     .update_all = rows_update_all,
     COUNT},
    {.name = "count",
     .signature = "(any) BIGINT",
     .description = "Values that are not NULL.",
     .argument_count = 1,
     .arguments = {ANY},
     .update = values_update,
     .update_all = values_update_all,
     COUNT},
    {.name = "count",
     .signature = "(any, any [, any [, any]]) BIGINT",
     .description = "Rows in which none of the values is NULL.",
     .argument_count = 4,
     .optional_count = 2,
     .arguments = {ANY, ANY, ANY, ANY},
     .update = tuples_update,
     COUNT},
    {.name = "count row",
     .signature = "(any, any [, any [, any]]) BIGINT",
     .description = "Rows, whatever is NULL: count((a, b)).",
     .flags = AGGREGATE_KEEPS_NULLS,
     .argument_count = 4,
     .optional_count = 2,
     .arguments = {ANY, ANY, ANY, ANY},
     .update = rows_update,
     .update_all = rows_update_all,
     COUNT},
    COUNT_IF("count_if"),
    COUNT_IF("countif"),
    {0},
};
