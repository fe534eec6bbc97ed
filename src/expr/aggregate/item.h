/* expr/aggregate/item.h: a value of any type that a state keeps, and a walk over many of them in order: in pieces that
 * are sorted and merged, so that those in a file are in memory a piece at a time. */
#ifndef QUERN_EXPR_AGGREGATE_ITEM_H
#define QUERN_EXPR_AGGREGATE_ITEM_H

#include "expr/aggregate/family.h"
#include "expr/aggregate/kept.h"

typedef union Item {
    StateInt128 i128; /* BOOLEAN, integers, DECIMAL, dates and times */
    double f64;
    String text;
    Interval interval;
} Item;

typedef int ItemCompare(const void *left, const void *right); /* Items; for qsort */

ItemCompare *item_compare_of(Type type);
/* Its text is the vector's. */
static inline Item item_of(const Vector *argument, size_t row)
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
        item.text = VECTOR_DATA(argument, String)[index];
        break;
    case PHYSICAL_INTERVAL:
        item.interval = VECTOR_DATA(argument, Interval)[index];
        break;
    default:
        item.i128 = argument_i128(argument, row);
    }
    return item;
}

/* Its text, of a type that has one, becomes the arena's. */
void item_own(const AggregateState *self, Item *item);
/* With texts of the arena's. */
void items_add(const AggregateState *self, KeptText *items, Item item);
void items_merge(const AggregateState *self, KeptText *items, const KeptText *others);
/* Type resolution where the result is a value of the argument's type, or of the type that the entry names. */
bool item_resolve(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result);
void item_set_result(Vector *result, size_t row, Item item);
/* Before the item at `index` is looked at, which comes behind the one before: its text may stand anywhere. */
static inline void items_look(const AggregateState *self, size_t index)
{
    if (index % TEMP_LOOKS == 0)
        kept_look(self);
}

static inline Item *items_of(const KeptText *kept, size_t *ret_count)
{
    *ret_count = kept->size / sizeof(Item);
    return (Item *)(void *)kept->data;
}

/* A piece of the items, sorted. */
typedef struct ItemRun {
    const Item *next, *end;
} ItemRun;

typedef struct ItemWalk {
    const AggregateState *self;
    ItemCompare *compare;
    ItemRun only;  /* of few items */
    KeptText runs; /* ItemRun[]: a heap by their next items */
    size_t item_count;
    size_t index; /* of the next item */
} ItemWalk;

/* Sorts the items where they are. */
void item_walk_begin(ItemWalk *walk, const AggregateState *self, const KeptText *items);
/* One of those that are left. */
Item item_walk_next(ItemWalk *walk);
/* The one that a sort would put at `index`. Moves items. */
Item item_at(const AggregateState *self, const KeptText *items, size_t index);

#endif
