/* exec/aggregate_calls.h: the aggregate functions of a node: the rows that go to each, and their states.
 *
 *   input rows --FILTER--> --DISTINCT--> --ORDER BY: gathered, sorted at the end--> update of the group's state
 *
 * The states of a group stand side by side in one block of zeroed bytes, aligned to 8, which the caller keeps. */
#ifndef QUERN_EXEC_AGGREGATE_CALLS_H
#define QUERN_EXEC_AGGREGATE_CALLS_H

#include "exec/build.h"
#include "exec/group_runs.h"

typedef struct AggregateCalls AggregateCalls;

/* `map` has the columns of the input. DISTINCT and ORDER BY spill when `share` is full. */
AggregateCalls *aggregate_calls_new(const Build *build, const PlanAggregate *plan, const ColumnMap *map,
                                    MemoryShare share);
/* Whether any of them keeps rows of its own, for DISTINCT or ORDER BY. */
bool aggregate_calls_keep_rows(const PlanAggregate *plan);
/* Bytes of a group's states. */
size_t aggregate_calls_state_size(const AggregateCalls *calls);
/* Bytes that the states point to. */
size_t aggregate_calls_states_size(const AggregateCalls *calls);
/* Bytes held besides the states: those, and rows that are kept. */
size_t aggregate_calls_size(const AggregateCalls *calls);
/* Whether runs are all that it needs to know of the groups. */
bool aggregate_calls_take_runs(const AggregateCalls *calls);
/* Row i of the batch (of those that count) goes to the group whose states are groups[i]; where there are `runs`, they
 * say the same. */
void aggregate_calls_update(AggregateCalls *calls, const Batch *batch, uint8_t *const *groups, const GroupRuns *runs);
/* All rows go to one group. */
void aggregate_calls_update_one(AggregateCalls *calls, const Batch *batch, uint8_t *group);
/* The states at from[i] are merged into those at into[i], which then have the rows of both; another copy may have made
 * them. Not where rows are kept. */
void aggregate_calls_combine(AggregateCalls *calls, uint8_t *const *from, uint8_t *const *into, size_t count);
/* All rows have come: before finalize. */
void aggregate_calls_finish(AggregateCalls *calls);
/* `result` becomes the values of one call for `count` groups. */
void aggregate_calls_finalize(AggregateCalls *calls, size_t call_index, uint8_t *const *groups, size_t count,
                              Vector *result);
/* All states are forgotten: others may follow. Gives memory back. */
void aggregate_calls_clear(AggregateCalls *calls);

#endif
