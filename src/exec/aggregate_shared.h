/* exec/aggregate_shared.h: what copies of a HashAggregate share: the groups that each has made of its part of the
 * input, which are merged by partitions of their keys, a partition by one copy.
 *
 *   copy 0   groups --.                       .--> partition 0: groups of all copies, and rows that waited
 *   copy 1   groups --+-- by key, at the -----+--> partition 1
 *            rows that wait --'     meeting   '--> ...
 *
 * Where few rows of a copy share a group it makes groups of the first ones only: the others wait in memory, split by
 * the hashes of their keys (row_scatter.h), so that a group is not made by each copy and then merged. Rows for which
 * there is no memory wait on disk.
 *
 * A partition is a range of the first key where that is an integer of many values: input that is clustered by it has
 * made groups in about that order, so that their memory is read from end to end. Else it is a part of the hashes. Where
 * there is no other key, and the values of a range lie close together, groups are merged by arithmetic on them instead
 * of a hash. */
#ifndef QUERN_EXEC_AGGREGATE_SHARED_H
#define QUERN_EXEC_AGGREGATE_SHARED_H

#include "base/sketch.h"
#include "exec/operator.h"
#include "exec/row_scatter.h"
#include "exec/spill.h"

enum { AGGREGATE_MOST_PARTITIONS = SCATTER_PARTITIONS };

/* One copy's groups. */
typedef struct AggregatePart {
    RowStore *rows;
    uint8_t *one;     /* without GROUP BY: the states of the one group */
    Block *addresses; /* of the rows, by partition */
    size_t starts[AGGREGATE_MOST_PARTITIONS + 1];
    Block *keys;   /* of the rows at these addresses, where there is one and partitions are ranges of it; 0 for NULL */
    bool has_null; /* among them */
    RowScatter *put_off; /* rows that wait in memory; NULL: none do */
    Sketch put_off_keys;
    size_t last_look; /* so many they were when it was last seen whether they share groups */
} AggregatePart;

typedef struct AggregateShared {
    Arena *arena; /* of the spill */
    const Context *context;
    size_t copy_count;
    AggregatePart *parts; /* of each copy */
    Turn spill_turn;
    Spill *spill; /* rows that wait; whoever has the turn may use it */
    bool has_waiting;
    Meeting built, split;
    /* set when all are built: */
    size_t partition_bits;
    size_t put_off_groups;                             /* of rows that wait in memory, about */
    bool has_ranges, has_keys;                         /* partitions are ranges; parts have their keys */
    bool is_narrow;                                    /* the first key has 32 bits */
    int64_t range_ends[AGGREGATE_MOST_PARTITIONS - 1]; /* the last key of each range but the last */
    _Atomic size_t next_partition;
    _Atomic size_t closed_count;
} AggregateShared;

/* Copies put their parts into it when they are made, and the first of them the spill. */
AggregateShared *aggregate_shared_new(const Build *build);
/* Whether so few of a copy's rows will share a group that copies make most groups each for itself. Its first
 * `row_count` rows have made `group_count` groups. */
bool aggregate_shared_should_put_off(const AggregateShared *shared, const PlanAggregate *plan, size_t row_count,
                                     size_t group_count);
/* Rows selection[i] (NULL: i) of `columns` wait in the part's `put_off`; hashes[i] is of their keys. False: it has
 * turned out that many share groups, so no more are to be put off. */
bool aggregate_part_put_off(AggregatePart *part, Vector *const *columns, const uint16_t *selection, size_t count,
                            const uint64_t *hashes);
/* All groups are there: chooses how many partitions there are. The argument of a meeting. */
void aggregate_shared_choose_partitions(void *shared);
/* Puts the addresses of a copy's groups in order of partitions. The first `key_count` columns are the key, which is
 * read to `keys`. */
void aggregate_part_split(const AggregateShared *shared, AggregatePart *part, const Context *context, Vector **keys,
                          size_t key_count);
/* How many values there are from the least to the greatest key of a partition, where they are not many more than its
 * groups; else 0. */
size_t aggregate_shared_span(const AggregateShared *shared, size_t partition, int64_t *ret_least);
/* A copy is done with all of it: the last one gives the memory back. */
void aggregate_shared_close(AggregateShared *shared);

#endif
