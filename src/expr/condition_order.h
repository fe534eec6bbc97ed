/* expr/condition_order.h: conditions that all must hold: which goes first, from how they have fared so far.
 *
 * Now and then one is tried in the first place, over all rows, and its time and the share of rows that it keeps are
 * noted. What drops most rows for its time goes first (Hanani 1977; Hellerstein, predicate migration, 1993). */
#ifndef QUERN_EXPR_CONDITION_ORDER_H
#define QUERN_EXPR_CONDITION_ORDER_H

#include <stdint.h>

#include "base/arena.h"

typedef struct ConditionOrder ConditionOrder;

/* At first they go as they are numbered. */
ConditionOrder *condition_order_new(Arena *arena, size_t count);
/* The conditions as they are to run over the next batch; lent until the next call. */
const uint32_t *condition_order_next(ConditionOrder *order);
/* After the first of them has run: of so many rows it has kept so many. */
void condition_order_note(ConditionOrder *order, size_t row_count, size_t kept_count);
/* It has changed: what was noted of it counts no more. */
void condition_order_forget(ConditionOrder *order, size_t condition);
/* Whether a condition that may as well be left out drops enough rows; also while it is tried. */
bool condition_order_is_worth(const ConditionOrder *order, size_t condition);

#endif
