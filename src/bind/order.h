/* bind/order.h: ORDER BY and DISTINCT ON of a SELECT: which of its items they mean. */
#ifndef QUERN_BIND_ORDER_H
#define QUERN_BIND_ORDER_H

#include "bind/select.h"

typedef struct ItemKey {
    size_t item; /* index into the SELECT's items */
    SortOrder order;
} ItemKey;
typedef ARRAY(ItemKey) ItemKeys;

/* Both may add items that are not shown. */
ItemKeys select_bind_order(Select *select);
ItemKeys select_bind_distinct_on(Select *select);
/* Raises unless ORDER BY begins with what DISTINCT ON has, in any order. */
void select_require_distinct_order(Select *select, const ItemKeys *distinct_on, const ItemKeys *order);

#endif
