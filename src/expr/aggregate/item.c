/* expr/aggregate/item.c: values of any type, and a walk over many of them in order. */
#include "expr/aggregate/item.h"

#include <stdlib.h>

#include "column/decimal.h"
#include "expr/aggregate/select.h"

void item_own(const AggregateState *self, Item *item)
{
    StringView text = string_view(&item->text);
    if (text.size > STRING_INLINE_SIZE)
        item->text = string_make(arena_view(self->arena, text).data, text.size);
}

void items_add(const AggregateState *self, KeptText *items, Item item)
{
    if (type_physical(self->argument_types[0]) == PHYSICAL_STRING)
        item_own(self, &item);
    kept_text_add(self, items, (StringView){(const char *)&item, sizeof item});
}

void items_merge(const AggregateState *self, KeptText *items, const KeptText *others)
{
    size_t count;
    const Item *other = items_of(others, &count);
    if (type_physical(self->argument_types[0]) != PHYSICAL_STRING) {
        kept_text_add(self, items, kept_text_view(others));
        return;
    }
    for (size_t i = 0; i < count; i++) {
        items_look(self, i);
        items_add(self, items, other[i]);
    }
}

bool item_resolve(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)argument_count;
    if (argument_types[0].id == TYPE_NULL)
        argument_types[0] = type_of(TYPE_VARCHAR);
    if (aggregate->result == ANY)
        *ret_result = argument_types[0];
    return true;
}

void item_set_result(Vector *result, size_t row, Item item)
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
        value.text = string_view(&item.text);
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
        if (result->type.id == TYPE_DECIMAL) /* of few digits: its value is as wide as all */
            value.i128 = item.i128;
        else
            value.i64 = (int64_t)item.i128;
    }
    vector_set_value(result, row, &value);
}

/* ---- order ---- */

static int compare_integers(const void *a, const void *b)
{
    Int128 left = ((const Item *)a)->i128, right = ((const Item *)b)->i128;
    return (left > right) - (left < right);
}

static int compare_doubles(const void *a, const void *b)
{
    return double_compare(((const Item *)a)->f64, ((const Item *)b)->f64);
}

static int compare_texts(const void *a, const void *b)
{
    return string_compare(&((const Item *)a)->text, &((const Item *)b)->text);
}

static int compare_intervals(const void *a, const void *b)
{
    Int128 left = interval_order(((const Item *)a)->interval), right = interval_order(((const Item *)b)->interval);
    return (left > right) - (left < right);
}

ItemCompare *item_compare_of(Type type)
{
    switch (type_physical(type)) {
    case PHYSICAL_F64:
        return compare_doubles;
    case PHYSICAL_STRING:
        return compare_texts;
    case PHYSICAL_INTERVAL:
        return compare_intervals;
    default:
        return compare_integers;
    }
}

/* ---- a walk over items in order ---- */

/* Of equal items that comes first which was added first. */
static bool run_is_before(const ItemWalk *walk, const ItemRun *a, const ItemRun *b)
{
    int order = walk->compare(a->next, b->next);
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
static void texts_gather(const AggregateState *self, Item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        items_look(self, i);
        item_own(self, &items[i]);
    }
}

void item_walk_begin(ItemWalk *walk, const AggregateState *self, const KeptText *kept)
{
    Type type = self->argument_types[0];
    bool is_text = type_physical(type) == PHYSICAL_STRING;
    *walk = (ItemWalk){.self = self, .compare = item_compare_of(type)};
    walk->runs = (KeptText){.data = (char *)&walk->only, .capacity = sizeof walk->only};
    Item *items = items_of(kept, &walk->item_count);
    for (size_t start = 0, end; start < walk->item_count; start = end) {
        end = piece_end(items, walk->item_count, start, is_text);
        bool is_mapped = is_text && temp_memory_is_mapped();
        if (is_mapped)
            texts_gather(self, &items[start], end - start);
        qsort(&items[start], end - start, sizeof *items, walk->compare);
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

Item item_walk_next(ItemWalk *walk)
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

/* ---- one of them ---- */

enum { FEW_ITEMS = 1 << 22 }; /* that are gone through before somebody looks at the cancel flag */

#define ITEM_IS_BEFORE(a, b) (order(&(a), &(b)) < 0)
SELECT_FUNCTION(items_select, Item, ItemCompare, ITEM_IS_BEFORE)

Item item_at(const AggregateState *self, const KeptText *kept, size_t index)
{
    size_t count;
    Item *items = items_of(kept, &count);
    if (count <= FEW_ITEMS && !temp_memory_is_mapped())
        return items_select(items, count, index, item_compare_of(self->argument_types[0]));
    ItemWalk walk;
    item_walk_begin(&walk, self, kept);
    while (walk.index < index)
        (void)item_walk_next(&walk);
    return item_walk_next(&walk);
}
