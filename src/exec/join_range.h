/* exec/join_range.h: the right rows of a join without keys that one or two of its inequalities leave for a left row,
 * found without looking at the others: `x BETWEEN low AND high`, or periods that overlap.
 *
 *   rows     in the order of one inequality's right side: those that pass it stand before a place that a search finds
 *   maxima   of the other's right side, over 1, 2, 4, 8, ... neighbours: they lead from one row that passes to the next
 *
 * (A priority search tree; McCreight 1985.) Numbers stand for values: a right row passes where its number is at least
 * the left row's. */
#ifndef QUERN_EXEC_JOIN_RANGE_H
#define QUERN_EXEC_JOIN_RANGE_H

#include "exec/join_table.h"

typedef struct JoinRange JoinRange;
typedef struct JoinRangeProbe JoinRangeProbe;

/* NULL: no condition of the join is such an inequality. Copies share it. */
JoinRange *join_range_new(const Build *build, const Plan *plan, const JoinTable *table);
/* The table's rows are there. It stays without them where they are few, or memory is short. */
void join_range_build(JoinRange *range, const JoinTable *table);
bool join_range_is_built(const JoinRange *range);
/* What it leaves has passed all conditions of the join. */
bool join_range_is_exact(const JoinRange *range);
size_t join_range_size(const JoinRange *range);
void join_range_clear(JoinRange *range);

/* One copy's. */
JoinRangeProbe *join_range_probe_new(const Build *build, const Plan *plan, const JoinRange *range);
void join_range_begin(JoinRangeProbe *probe, const Batch *left);
/* The first right row at or behind *place that may pass for row `left_index` of the batch; *place becomes the one
 * behind it. NULL: there is none. */
uint8_t *join_range_next(const JoinRangeProbe *probe, size_t left_index, size_t *place);

#endif
