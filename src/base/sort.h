/* base/sort.h: sorting many items so that it can be interrupted: pieces by qsort_r, which are merged. */
#ifndef QUERN_BASE_SORT_H
#define QUERN_BASE_SORT_H

#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/memory.h"

enum { SORT_PIECE = 1 << 13 }; /* items sorted, or merged, between two looks at whether to go on */

typedef int ItemOrder(const void *left, const void *right, void *user);

static inline size_t sort_smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Items first .. middle-1 and middle .. end-1, both in order, to where they belong. */
static inline void sort_merge(char *to, const char *from, size_t item_size, size_t first, size_t middle, size_t end,
                              ItemOrder *order, void *user)
{
    if (middle == end || order(from + (middle - 1) * item_size, from + middle * item_size, user) <= 0) {
        memory_copy(to + first * item_size, from + first * item_size, (end - first) * item_size);
        return;
    }
    for (size_t i = first, j = middle, next = first; next < end; next++) {
        if (next % SORT_PIECE == 0)
            context_check(context_entered());
        bool is_left = j == end || (i < middle && order(from + i * item_size, from + j * item_size, user) <= 0);
        memcpy(to + next * item_size, from + (is_left ? i++ : j++) * item_size, item_size);
    }
}

/* `spare` has as much room as the items, where they are more than a piece. The sorted items are in the result, which is
 * one of the two. `order` raises nothing. */
static inline void *sort_items(void *items, void *spare, size_t count, size_t item_size, ItemOrder *order, void *user)
{
    for (size_t first = 0; first < count; first += SORT_PIECE) {
        context_check(context_entered());
        qsort_r((char *)items + first * item_size, sort_smaller(count - first, SORT_PIECE), item_size, order, user);
    }
    for (size_t size = SORT_PIECE; size < count; size *= 2) {
        for (size_t first = 0; first < count; first += 2 * size) {
            context_check(context_entered());
            sort_merge(spare, items, item_size, first, sort_smaller(first + size, count),
                       sort_smaller(first + 2 * size, count), order, user);
        }
        void *sorted = spare;
        spare = items;
        items = sorted;
    }
    return items;
}

#endif
