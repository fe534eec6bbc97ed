/* expr/aggregate/select.h: the k-th of values without sorting them (Hoare's FIND, 1961). */
#ifndef QUERN_EXPR_AGGREGATE_SELECT_H
#define QUERN_EXPR_AGGREGATE_SELECT_H

#include "base/context.h"
#include "base/hash.h"

/* Type name(Type *values, size_t count, size_t index, Order *order): the value that a sort would put at `index`; those
 * before it are not greater then, and those behind it not less. IS_BEFORE(a, b) may use `order`. Pivots are taken from
 * anywhere, so that no order of the values makes it slow. */
#define SELECT_FUNCTION(name, Type, Order, IS_BEFORE)                                                                  \
    static Type name(Type *values, size_t count, size_t index, Order *order)                                           \
    {                                                                                                                  \
        (void)order;                                                                                                   \
        for (size_t low = 0, high = count - 1; low < high;) {                                                          \
            context_check(context_entered());                                                                          \
            Type pivot = values[low + hash_combine(low, high) % (high - low)];                                         \
            size_t i = low, j = high;                                                                                  \
            for (;;) {                                                                                                 \
                while (IS_BEFORE(values[i], pivot))                                                                    \
                    i++;                                                                                               \
                while (IS_BEFORE(pivot, values[j]))                                                                    \
                    j--;                                                                                               \
                if (i >= j)                                                                                            \
                    break;                                                                                             \
                Type value = values[i];                                                                                \
                values[i++] = values[j];                                                                               \
                values[j--] = value;                                                                                   \
            }                                                                                                          \
            if (index <= j)                                                                                            \
                high = j;                                                                                              \
            else                                                                                                       \
                low = j + 1;                                                                                           \
        }                                                                                                              \
        return values[index];                                                                                          \
    }

#endif
