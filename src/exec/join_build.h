/* exec/join_build.h: a join's table is filled: rows first, one batch after the other; the hash table when they are all
 * there and their number is known: so it never grows.
 *
 * When a copy's share is full its rows wait on disk, and from then on those of all copies do, until all have come. */
#ifndef QUERN_EXEC_JOIN_BUILD_H
#define QUERN_EXEC_JOIN_BUILD_H

#include "exec/join_table.h"

typedef struct JoinBuilder JoinBuilder; /* one copy's */

/* `op`: the join, whose plan's right side the table is of. */
JoinBuilder *join_builder_new(JoinTable *table, Operator *op);
void join_builder_free(JoinBuilder *builder);
/* Reads this copy's part of the right side. Some of it: until copies have read `row_limit` rows, which they count
 * together, or its own take half of the memory for them; returns whether that was the end. */
bool join_builder_read_some(JoinBuilder *builder, Operator *right, size_t row_limit, _Atomic size_t *read_count);
void join_builder_read(JoinBuilder *builder, Operator *right);
/* All of it has been read: waits until the others have too. Then the table is whole. */
void join_builder_finish(JoinBuilder *builder);

/* All of that. */
void join_table_build(JoinTable *table, Operator *op, Operator *right);
/* The table, which is empty, becomes that of the right rows of the partition that `spill` has taken up. */
void join_table_build_partition(JoinTable *table, Operator *op, Spill *spill);

#endif
