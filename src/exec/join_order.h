/* exec/join_order.h: what a join gives where left rows have waited on disk, put back into the order of the left rows.
 * Each of these has a place: its morsel, and its number among the rows that the copy has read. */
#ifndef QUERN_EXEC_JOIN_ORDER_H
#define QUERN_EXEC_JOIN_ORDER_H

#include "exec/join_waiting.h"
#include "exec/operator.h"

typedef struct JoinOrder JoinOrder;

/* One copy's. `types`: of the join's outputs. */
JoinOrder *join_order_new(Operator *op, const JoinWaiting *waiting, const Type *types);
/* The next batch of the left side: its rows get their places. */
void join_order_number(JoinOrder *order, const Batch *left);
/* Left rows that have theirs already: the columns of them. */
void join_order_set_places(JoinOrder *order, Vector *const *places);
/* The places of the left rows at hand: JOIN_PLACE_COLUMNS columns beside theirs. */
Vector *const *join_order_places(const JoinOrder *order);
/* What came of left rows: row i of the left row that stands at left_slots[i]; NULL: of none, which comes at the end. */
void join_order_add(JoinOrder *order, const Batch *output, const uint16_t *left_slots);
/* All of it has been added by this copy: waits for the others. */
void join_order_finish(JoinOrder *order);
/* The next rows, of all copies in their order; NULL at the end. */
Batch *join_order_next(JoinOrder *order);
void join_order_close(JoinOrder *order);

#endif
