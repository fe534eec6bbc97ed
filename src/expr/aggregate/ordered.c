/* expr/aggregate/ordered.c: what is told from all values in order: quantiles, mode, entropy. Values are kept, and put
 * in order at the end. */
#include <math.h>
#include <stdlib.h>

#include "column/decimal.h"
#include "expr/aggregate/family.h"
#include "expr/aggregate/kept.h"

/* A value of any type. */
typedef union Item {
    StateInt128 i128; /* BOOLEAN, integers, DECIMAL, dates and times */
    double f64;
    StringView text; /* the arena's */
    Interval interval;
} Item;

typedef struct ItemsState {
    KeptText items;
    double fraction; /* of a quantile */
} ItemsState;

static Item *items_of(const ItemsState *state, size_t *ret_count)
{
    *ret_count = state->items.size / sizeof(Item);
    return (Item *)(void *)state->items.data;
}

static Item item_make(AggregateState *self, const Vector *argument, size_t row)
{
    size_t index = argument_index(argument, row);
    Item item = {.i128 = 0};
    switch (argument->physical) {
    case PHYSICAL_BOOL:
        item.i128 = VECTOR_DATA(argument, bool)[index];
        break;
    case PHYSICAL_F64:
        item.f64 = VECTOR_DATA(argument, double)[index];
        break;
    case PHYSICAL_STRING:
        item.text = arena_view(self->arena, string_view(&VECTOR_DATA(argument, String)[index]));
        break;
    case PHYSICAL_INTERVAL:
        item.interval = VECTOR_DATA(argument, Interval)[index];
        break;
    default:
        item.i128 = argument_i128(argument, row);
    }
    return item;
}

static void items_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                         uint8_t *const *states)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = selected_row(selection, i);
        ItemsState *state = (ItemsState *)states[i];
        if (self->call->argument_count > 1) {
            const Vector *fraction = arguments[1];
            bool is_valid = argument_is_valid(fraction, row);
            state->fraction = is_valid ? VECTOR_DATA(fraction, double)[argument_index(fraction, row)] : NAN;
            if (is_valid && !(state->fraction >= 0 && state->fraction <= 1))
                error_raise(ERROR_OUT_OF_RANGE, self->call->position, "percentile value %g is not between 0 and 1",
                            state->fraction);
        }
        if (!argument_is_valid(arguments[0], row))
            continue;
        Item item = item_make(self, arguments[0], row);
        kept_text_add(self->arena, &state->items, (StringView){(const char *)&item, sizeof item});
    }
}

AGGREGATE_STATE_SIZE(items, ItemsState)
AGGREGATE_COMBINE(items, ItemsState,
                  (kept_text_add(self->arena, &state->items, kept_text_view(&other->items)),
                   state->fraction = other->items.size ? other->fraction : state->fraction))

/* ---- order ---- */

static int integer_order(const void *a, const void *b)
{
    Int128 left = ((const Item *)a)->i128, right = ((const Item *)b)->i128;
    return (left > right) - (left < right);
}

static int double_order(const void *a, const void *b)
{
    return double_compare(((const Item *)a)->f64, ((const Item *)b)->f64);
}

static int text_order(const void *a, const void *b)
{
    return view_compare(((const Item *)a)->text, ((const Item *)b)->text);
}

static int interval_item_order(const void *a, const void *b)
{
    Int128 left = interval_order(((const Item *)a)->interval), right = interval_order(((const Item *)b)->interval);
    return (left > right) - (left < right);
}

typedef int ItemOrder(const void *a, const void *b);

static ItemOrder *item_order(Type type)
{
    switch (type_physical(type)) {
    case PHYSICAL_F64:
        return double_order;
    case PHYSICAL_STRING:
        return text_order;
    case PHYSICAL_INTERVAL:
        return interval_item_order;
    default:
        return integer_order;
    }
}

static Item *items_sorted(AggregateState *self, uint8_t *state, size_t *ret_count)
{
    Item *items = items_of((const ItemsState *)state, ret_count);
    if (*ret_count > 1)
        qsort(items, *ret_count, sizeof *items, item_order(self->argument_types[0]));
    return items;
}

static void result_set_item(Vector *result, size_t row, Item item)
{
    Value value = {.type = result->type};
    switch (type_physical(result->type)) {
    case PHYSICAL_BOOL:
        value.boolean = item.i128 != 0;
        break;
    case PHYSICAL_F64:
        value.f64 = item.f64;
        break;
    case PHYSICAL_STRING:
        value.text = item.text;
        break;
    case PHYSICAL_INTERVAL:
        value.interval = item.interval;
        break;
    case PHYSICAL_U64:
        value.u64 = (uint64_t)item.i128;
        break;
    case PHYSICAL_I128:
        value.i128 = item.i128;
        break;
    default:
        value.i64 = (int64_t)item.i128;
    }
    vector_set_value(result, row, &value);
}

/* ---- quantiles ---- */

static bool is_descending(const AggregateState *self)
{
    return self->call->order_count > 0 && self->call->orders[0].is_descending;
}

/* The first value, in order, with at least that part of all values up to it. */
static void discrete_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        double fraction = ((const ItemsState *)states[i])->fraction;
        size_t item_count;
        const Item *items = items_sorted(self, states[i], &item_count);
        if (item_count == 0 || isnan(fraction)) {
            vector_set_null(result, i);
            continue;
        }
        double wanted = ceil(fraction * (double)item_count);
        size_t index = wanted < 1 ? 0 : (size_t)wanted - 1;
        result_set_item(result, i, items[is_descending(self) ? item_count - 1 - index : index]);
    }
}

/* Between the two values around that place, in proportion. */
static void continuous_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        double fraction = ((const ItemsState *)states[i])->fraction;
        size_t item_count;
        const Item *items = items_sorted(self, states[i], &item_count);
        if (item_count == 0 || isnan(fraction)) {
            vector_set_null(result, i);
            continue;
        }
        double place = (is_descending(self) ? 1 - fraction : fraction) * (double)(item_count - 1);
        size_t low = (size_t)floor(place), high = (size_t)ceil(place);
        double a = items[low].f64, b = items[high < item_count ? high : low].f64;
        VECTOR_DATA(result, double)[i] = a == b ? a : a + (place - (double)low) * (b - a);
    }
}

/* ---- runs of equal values ---- */

/* The first of the values that come most often. */
static void mode_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    ItemOrder *order = item_order(self->argument_types[0]);
    for (size_t i = 0; i < count; i++) {
        size_t item_count, best = 0, best_size = 0, start = 0;
        const Item *items = items_sorted(self, states[i], &item_count);
        for (size_t j = 1; j <= item_count; j++) {
            if (j < item_count && order(&items[j], &items[start]) == 0)
                continue;
            if (j - start > best_size) {
                best = start;
                best_size = j - start;
            }
            start = j;
        }
        if (item_count == 0)
            vector_set_null(result, i);
        else
            result_set_item(result, i, items[best]);
    }
}

/* Shannon's, in bits. */
static void entropy_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    ItemOrder *order = item_order(self->argument_types[0]);
    for (size_t i = 0; i < count; i++) {
        size_t item_count, start = 0;
        double entropy = 0;
        const Item *items = items_sorted(self, states[i], &item_count);
        for (size_t j = 1; j <= item_count; j++) {
            if (j < item_count && order(&items[j], &items[start]) == 0)
                continue;
            double part = (double)(j - start) / (double)item_count;
            entropy -= part * log2(part);
            start = j;
        }
        VECTOR_DATA(result, double)[i] = entropy + 0.0;
    }
}

/* ---- the table ---- */

/* The value keeps its type; the result has it where the table says so. */
static bool resolve_value(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)argument_count;
    if (argument_types[0].id == TYPE_NULL)
        argument_types[0] = type_of(TYPE_VARCHAR);
    if (aggregate->result == ANY)
        *ret_result = argument_types[0];
    return true;
}

#define QUANTILE(title, x, finalizer, text)                                                                            \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ", fraction DOUBLE) " #x, .description = text,                              \
        .flags = AGGREGATE_ORDER_MATTERS | AGGREGATE_KEEPS_NULLS, .argument_count = 2,                                 \
        .arguments = {x##_TYPE, TYPE_DOUBLE}, .result = x##_TYPE, .state_size = items_state_size,                      \
        .update = items_update, .combine = items_combine, .finalize = finalizer, .resolve = x##_RESOLVE                \
    }
#define any_TYPE       ANY
#define DOUBLE_TYPE    TYPE_DOUBLE
#define any_RESOLVE    resolve_value
#define DOUBLE_RESOLVE NULL

AggregateFamily aggregate_family_ordered = {
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
    {.name = "mode",
     .signature = "(any) any",
     .description = "The value that comes most often; the least of several.",
     .argument_count = 1,
     .arguments = {ANY},
     .result = ANY,
     .state_size = items_state_size,
     .update = items_update,
     .combine = items_combine,
     .finalize = mode_finalize,
     .resolve = resolve_value},
    {.name = "entropy",
     .signature = "(any) DOUBLE",
     .description = "Shannon's entropy of the values, in bits.",
     .argument_count = 1,
     .arguments = {ANY},
     .result = TYPE_DOUBLE,
     .state_size = items_state_size,
     .update = items_update,
     .combine = items_combine,
     .finalize = entropy_finalize,
     .resolve = resolve_value},
    {0},
};
