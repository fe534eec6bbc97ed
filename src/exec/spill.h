/* exec/spill.h: rows that do not fit into memory wait on disk, split by the hashes of their keys, and are taken up
 * again partition by partition: what belongs together is together.
 *
 *   rows --hash--> 16 partitions -.        rows of the partition that is taken up may be put down once more: they go to
 *                    ^            |        16 partitions of their own, by further bits of the hash, and these come next
 *                    '-- again ---'
 *
 * Two sides (of a set operation or a join) are split alike, and the partitions of both are taken up together. */
#ifndef QUERN_EXEC_SPILL_H
#define QUERN_EXEC_SPILL_H

#include "column/row.h"
#include "exec/block.h"

typedef struct Spill Spill;

/* No more than so many sides. */
enum { SPILL_SIDES = 2 };

/* Rows are split by so many bits of the hash, the highest first. */
enum { SPILL_BITS = 4 };

/* Without a side. `share`: of the operator that spills. */
Spill *spill_new(Arena *arena, const Context *context, MemoryShare share);
/* The same in a file that others of the same thread may use, too: of hundreds, each with its own, the system may not
 * let as many be open. */
Spill *spill_new_in(Arena *arena, const Context *context, MemoryShare share, TempFile *file);
/* The rows of the next side have these columns. */
void spill_add_side(Spill *spill, const Type *types, size_t column_count);
/* False: the hashes are used up, so what is in hand has to stay in memory. */
bool spill_can_add(const Spill *spill);
/* Rows selection[i] (NULL: i) of `columns` wait; hashes[i] is of their keys. */
void spill_add(Spill *spill, size_t side, Vector *const *columns, const uint16_t *selection, size_t count,
               const uint64_t *hashes);
/* Which of the 16 partitions takes the row with this hash. */
size_t spill_partition(const Spill *spill, uint64_t hash);
/* What a side of a partition comes to. */
typedef struct SpillVolume {
    uint64_t row_count;
    uint64_t string_size; /* of long strings */
} SpillVolume;
/* Of one of the 16. */
SpillVolume spill_added_volume(const Spill *spill, size_t side, size_t partition_index);
/* Of the one that is taken up; before any of it is read. */
SpillVolume spill_volume(const Spill *spill, size_t side);
/* Whether it has most of the side's rows that were split together with it: many have one key, and splitting it once
 * more would hardly make it smaller. */
bool spill_is_lump(const Spill *spill, size_t side);
/* Takes up a partition that is not empty: spill_next gives its rows, and what is added from here on belongs to it.
 * False: nothing waits any more. */
bool spill_begin_partition(Spill *spill);
/* The next rows of a side of the partition, in the order in which they were added, up to `count`; lent until the next
 * call. NULL: there are no more. Long strings stand in the batch until then. */
Batch *spill_next(Spill *spill, size_t side, size_t count);
/* Where copies of an operator share a spill that all of them have added to: moves one of its 16 partitions to `spill`,
 * which has nothing else, to be taken up there. False: no rows are in it. */
bool spill_take(Spill *spill, Spill *shared, size_t partition_index);
/* Bytes of memory that it holds. */
size_t spill_size(const Spill *spill);
/* Forgets everything and gives the place back. */
void spill_clear(Spill *spill);

#endif
