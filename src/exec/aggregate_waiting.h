/* exec/aggregate_waiting.h: rows of a GROUP BY that wait, in memory or on disk, for their groups to be made.
 *
 *   row   +---------------------+-------------------+-----+   groups: expressions that are more than a column, so that
 *         | the input's columns | groups that are   | set |           none is computed twice
 *         |                     | no column of it   |     |   set:    the number of the one of GROUPING SETS that it
 *         +---------------------+-------------------+-----+           waits for, where there are any */
#ifndef QUERN_EXEC_AGGREGATE_WAITING_H
#define QUERN_EXEC_AGGREGATE_WAITING_H

#include "exec/operator.h"
#include "exec/row_scatter.h"
#include "exec/spill.h"

typedef struct AggregateWaiting {
    const PlanAggregate *plan;
    Type *types; /* of its columns */
    size_t column_count;
    size_t *positions; /* of each group among them */
    Vector **columns;  /* of the rows at hand */
} AggregateWaiting;

/* `groups`: those of the plan, over the columns of its input. */
AggregateWaiting aggregate_waiting_new(const Build *build, const PlanAggregate *plan, Expr *const *groups);
/* Where such rows can wait: on disk, */
Spill *aggregate_waiting_spill(const AggregateWaiting *waiting, Arena *arena, const Context *context,
                               MemoryShare share);
/* and in memory. */
RowScatter *aggregate_waiting_scatter(const AggregateWaiting *waiting, Arena *arena, const Context *context);
/* Sets `columns` to those of a batch of the input, values of the groups, and the set, which is NULL where there are
 * none. */
void aggregate_waiting_begin(AggregateWaiting *waiting, const Batch *batch, Vector *const *values, Vector *set);
/* Of a batch of rows that have waited: the values of the groups, */
void aggregate_waiting_values(const AggregateWaiting *waiting, const Batch *batch, Vector **values);
/* and those rows that wait for the set: how many there are. */
size_t aggregate_waiting_of_set(const AggregateWaiting *waiting, const Batch *batch, size_t set, uint16_t *selection);

#endif
