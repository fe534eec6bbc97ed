/* exec/join_waiting.h: rows of a join's two sides that wait on disk, as the right side does not fit into memory.
 *
 *   right rows --hash of the keys--> 16 partitions: as many as fit go back into the table that all copies look in,
 *                                         |         the others stay
 *   left rows ---hash of the keys--> those of partitions that are here go on, the others wait beside their right rows
 *
 * When the left side is at its end, copies take the partitions that wait one after the other (join_parts.h). */
#ifndef QUERN_EXEC_JOIN_WAITING_H
#define QUERN_EXEC_JOIN_WAITING_H

#include "exec/build.h"
#include "exec/spill.h"

/* The sides of the spill. A right row has the columns of the table's layout; a left one those of the left input, and
 * where the order of the left rows is kept, its place in that. */
enum { JOIN_LEFT, JOIN_RIGHT };

/* Of a left row: the morsel, and a number that counts the copy's rows. */
enum { JOIN_PLACE_COLUMNS = 2 };

typedef struct JoinWaiting JoinWaiting; /* what copies share */

/* `right`: the layout of the table's rows. */
JoinWaiting *join_waiting_new(const Build *build, const Plan *plan, const RowLayout *right);
/* Whether the order of the left rows is to be kept. */
bool join_waiting_keeps_order(const JoinWaiting *waiting);
/* What each copy may hold of a partition. */
MemoryShare join_waiting_share(const JoinWaiting *waiting);
/* Whether right rows of a partition, with their places in the hash table, are more than that. */
bool join_waiting_is_much(const JoinWaiting *waiting, SpillVolume volume);
/* A spill for partitions that a copy takes. */
Spill *join_waiting_spill_new(const JoinWaiting *waiting, Arena *arena, const Context *context);

/* Rows selection[i] of `columns` wait; hashes[i] is of their keys. */
void join_waiting_add(JoinWaiting *waiting, Worker *worker, size_t side, Vector *const *columns,
                      const uint16_t *selection, size_t count, const uint64_t *hashes);
/* Whether right rows wait. */
bool join_waiting_has_rows(const JoinWaiting *waiting);
/* All right rows have come: chooses which partitions of them go back into the table. */
void join_waiting_choose(JoinWaiting *waiting);
/* Moves the next of those to `own`; false: no other is left. */
bool join_waiting_take_here(JoinWaiting *waiting, Worker *worker, Spill *own);
/* Whether the rows with this hash are in the table. */
bool join_waiting_is_here(const JoinWaiting *waiting, uint64_t hash);
/* A copy has read its left rows: waits for the others. The phase of what is given from then on. */
uint64_t join_waiting_begin_parts(JoinWaiting *waiting, Worker *worker);
/* Moves the next partition that waits to `own`; false: no other is left. */
bool join_waiting_take(JoinWaiting *waiting, Worker *worker, Spill *own, size_t *ret_partition);
/* For join_order.h; NULL: there is but one copy. */
struct SortShared *join_waiting_sort_shared(const JoinWaiting *waiting);
/* Gives everything back; no copy looks at it any more. */
void join_waiting_close(JoinWaiting *waiting);

#endif
