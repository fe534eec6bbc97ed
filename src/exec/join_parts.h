/* exec/join_parts.h: one copy's way through a join whose sides wait on disk: which left rows go on and which wait; and
 * then the partitions that wait, each a join of its own. One whose right rows are still too many is split once more,
 * unless many of them have one key: then what does not fit stands in files that are mapped. */
#ifndef QUERN_EXEC_JOIN_PARTS_H
#define QUERN_EXEC_JOIN_PARTS_H

#include "exec/join_order.h"
#include "exec/join_table.h"

typedef struct JoinParts JoinParts;

/* `table`: the one that all copies have built; `keys`: those of left rows; `order`: or NULL. */
JoinParts *join_parts_new(Operator *op, JoinTable *table, Evaluator *keys, JoinOrder *order);
/* Left rows whose right rows are not in the table wait; the batch is narrowed to the others. `keys`: of
 * its rows. */
void join_parts_put_off(JoinParts *parts, Batch *left, Vector *const *keys);
/* The table of the next partition; NULL: there is none. */
JoinTable *join_parts_next(JoinParts *parts);
/* The next left rows of it; NULL at the end. */
Batch *join_parts_next_left(JoinParts *parts);
/* What Batch.morsel is for what comes of it. */
uint64_t join_parts_morsel(const JoinParts *parts);
void join_parts_close(JoinParts *parts);

#endif
