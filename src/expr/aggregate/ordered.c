/* expr/aggregate/ordered.c: what is told from all values in order: quantiles, mode, entropy. Values are kept, and put
 * in order at the end: many of them in pieces that are merged, so that those in a file are in memory a piece at a time.
 */
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

/* Before the item at `index` is looked at, which comes behind the one before: its text may stand anywhere. */
static void items_look(const AggregateState *self, size_t index)
{
    if (index % TEMP_LOOKS == 0)
        kept_look(self);
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
        kept_text_add(self, &state->items, (StringView){(const char *)&item, sizeof item});
    }
}

AGGREGATE_STATE_SIZE(items, ItemsState)
static void items_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    bool is_text = type_physical(self->argument_types[0]) == PHYSICAL_STRING;
    for (size_t i = 0; i < count; i++) {
        const ItemsState *other = (const ItemsState *)from[i];
        ItemsState *state = (ItemsState *)into[i];
        size_t item_count;
        const Item *items = items_of(other, &item_count);
        if (item_count)
            state->fraction = other->fraction;
        if (!is_text)
            kept_text_add(self, &state->items, kept_text_view(&other->items));
        for (size_t j = 0; j < item_count && is_text; j++) {
            items_look(self, j);
            Item item = {.text = arena_view(self->arena, items[j].text)};
            kept_text_add(self, &state->items, (StringView){(const char *)&item, sizeof item});
        }
    }
}

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

/* ---- a walk over items in order ---- */

/* A piece of the items, sorted. */
typedef struct ItemRun {
    const Item *next, *end;
} ItemRun;

typedef struct ItemWalk {
    const AggregateState *self;
    ItemOrder *order;
    ItemRun only;  /* of few items */
    KeptText runs; /* ItemRun[]: a heap by their next items */
    size_t item_count;
    size_t index; /* of the next item */
} ItemWalk;

/* Of equal items that comes first which was added first. */
static bool run_is_before(const ItemWalk *walk, const ItemRun *a, const ItemRun *b)
{
    int order = walk->order(a->next, b->next);
    return order < 0 || (order == 0 && a->next < b->next);
}

static void runs_sift_down(ItemWalk *walk, size_t place)
{
    ItemRun *runs = (ItemRun *)(void *)walk->runs.data;
    size_t count = walk->runs.size / sizeof *runs;
    for (size_t child; (child = 2 * place + 1) < count; place = child) {
        if (child + 1 < count && run_is_before(walk, &runs[child + 1], &runs[child]))
            child++;
        if (!run_is_before(walk, &runs[child], &runs[place]))
            return;
        ItemRun run = runs[place];
        runs[place] = runs[child];
        runs[child] = run;
    }
}

/* Where the piece that begins at `start` ends. */
static size_t piece_end(const Item *items, size_t count, size_t start, bool is_text)
{
    size_t end = start;
    for (size_t size = 0; end < count && size < KEPT_PIECE; end++)
        size += sizeof *items + (is_text ? items[end].text.size : 0);
    return end;
}

/* Texts may stand anywhere in a file, each in 64 KB that come to memory with it: where they are looked at often, or in
 * another order, they are put side by side. */
static void texts_gather(AggregateState *self, Item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        items_look(self, i);
        items[i].text = arena_view(self->arena, items[i].text);
    }
}

static void walk_begin(ItemWalk *walk, AggregateState *self, uint8_t *state)
{
    Type type = self->argument_types[0];
    bool is_text = type_physical(type) == PHYSICAL_STRING;
    *walk = (ItemWalk){.self = self, .order = item_order(type)};
    walk->runs = (KeptText){.data = (char *)&walk->only, .capacity = sizeof walk->only};
    Item *items = items_of((const ItemsState *)state, &walk->item_count);
    for (size_t start = 0, end; start < walk->item_count; start = end) {
        end = piece_end(items, walk->item_count, start, is_text);
        bool is_mapped = is_text && temp_memory_is_mapped();
        if (is_mapped)
            texts_gather(self, &items[start], end - start);
        qsort(&items[start], end - start, sizeof *items, walk->order);
        if (is_mapped && end - start < walk->item_count) /* as they are going to be merged */
            texts_gather(self, &items[start], end - start);
        ItemRun run = {&items[start], &items[end]};
        kept_text_add(self, &walk->runs, (StringView){(const char *)&run, sizeof run});
        if (end < walk->item_count)
            kept_look(self);
    }
    for (size_t place = walk->runs.size / sizeof(ItemRun) / 2; place-- > 0;)
        runs_sift_down(walk, place);
}

/* One of those that are left. */
static Item walk_next(ItemWalk *walk)
{
    items_look(walk->self, walk->index++);
    ItemRun *runs = (ItemRun *)(void *)walk->runs.data;
    Item item = *runs[0].next++;
    if (runs[0].next == runs[0].end) {
        walk->runs.size -= sizeof *runs;
        runs[0] = runs[walk->runs.size / sizeof *runs];
    }
    runs_sift_down(walk, 0);
    return item;
}

static Item walk_to(ItemWalk *walk, size_t index)
{
    while (walk->index < index)
        (void)walk_next(walk);
    return walk_next(walk);
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
        ItemWalk walk;
        walk_begin(&walk, self, states[i]);
        if (walk.item_count == 0 || isnan(fraction)) {
            vector_set_null(result, i);
            continue;
        }
        double wanted = ceil(fraction * (double)walk.item_count);
        size_t index = wanted < 1 ? 0 : (size_t)wanted - 1;
        result_set_item(result, i, walk_to(&walk, is_descending(self) ? walk.item_count - 1 - index : index));
    }
}

/* Between the two values around that place, in proportion. */
static void continuous_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        double fraction = ((const ItemsState *)states[i])->fraction;
        ItemWalk walk;
        walk_begin(&walk, self, states[i]);
        if (walk.item_count == 0 || isnan(fraction)) {
            vector_set_null(result, i);
            continue;
        }
        double place = (is_descending(self) ? 1 - fraction : fraction) * (double)(walk.item_count - 1);
        size_t low = (size_t)floor(place), high = (size_t)ceil(place);
        double a = walk_to(&walk, low).f64, b = high > low && high < walk.item_count ? walk_to(&walk, high).f64 : a;
        VECTOR_DATA(result, double)[i] = a == b ? a : a + (place - (double)low) * (b - a);
    }
}

/* ---- runs of equal values ---- */

/* The size of the run that begins with `item`, the walk's last; *ret_next: what comes behind it, unless it is the end.
 */
static size_t walk_run(ItemWalk *walk, Item item, Item *ret_next)
{
    size_t start = walk->index - 1;
    while (walk->index < walk->item_count) {
        *ret_next = walk_next(walk);
        if (walk->order(ret_next, &item) != 0)
            return walk->index - 1 - start;
    }
    return walk->item_count - start;
}

/* The first of the values that come most often. */
static void mode_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        ItemWalk walk;
        walk_begin(&walk, self, states[i]);
        if (walk.item_count == 0) {
            vector_set_null(result, i);
            continue;
        }
        Item first = walk_next(&walk), best = first, next;
        size_t best_size = 0;
        for (size_t seen = 0, size; seen < walk.item_count; seen += size) {
            size = walk_run(&walk, first, &next);
            if (size > best_size) {
                best = first;
                best_size = size;
            }
            first = next;
        }
        result_set_item(result, i, best);
    }
}

/* Shannon's, in bits. */
static void entropy_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        ItemWalk walk;
        walk_begin(&walk, self, states[i]);
        double entropy = 0;
        Item first = {0}, next = {0};
        if (walk.item_count)
            first = walk_next(&walk);
        for (size_t seen = 0, size; seen < walk.item_count; seen += size) {
            size = walk_run(&walk, first, &next);
            double part = (double)size / (double)walk.item_count;
            entropy -= part * log2(part);
            first = next;
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
