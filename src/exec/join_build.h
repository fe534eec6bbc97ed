/* exec/join_build.h: a join's table is filled: rows first, one batch after the other; the hash table when they are all
 * there and their number is known: so it never grows.
 *
 * When a copy's share is full its rows wait on disk, and from then on those of all copies do, until all have come. */
#ifndef QUERN_EXEC_JOIN_BUILD_H
#define QUERN_EXEC_JOIN_BUILD_H

#include "exec/join_table.h"

/* Reads this copy's part of the right side to its end, and waits until the others have too: the table is whole. */
void join_table_build(JoinTable *table, Operator *op, Operator *right);
/* The table, which is empty, becomes that of the right rows of the partition that `spill` has taken up. */
void join_table_build_partition(JoinTable *table, Operator *op, Spill *spill);

#endif
