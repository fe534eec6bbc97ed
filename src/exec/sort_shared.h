/* exec/sort_shared.h: a sort by several copies: each sorts its rows; then they merge those of all in parts, side by
 * side.
 *
 *   copy 0   sorted rows --.                   .--> part 0   part 3 ...    a part: rows that follow each other in the
 *   copy 1   sorted rows --+-- the meeting ----+--> part 1   part 2 ...    order of the keys; its number is the morsel
 */
#ifndef QUERN_EXEC_SORT_SHARED_H
#define QUERN_EXEC_SORT_SHARED_H

#include "exec/operator.h"
#include "exec/sorter.h"

typedef struct SortShared SortShared;

/* One copy's view of it. */
typedef struct SortCopy {
    SortShared *shared; /* NULL: there is but one copy */
    Worker *worker;
    size_t limit; /* of the rows of all copies, or NO_LIMIT */
    Sorter *sorter;
    size_t take_left; /* rows that it may still give of the part at hand */
    uint64_t phase, part;
} SortCopy;

/* The copy's rows are all in `sorter`: waits for the others, then gives its share of the rows of all. */
void sort_copy_finish(SortCopy *copy, Sorter *sorter);
/* The next rows, up to `count` (at most BATCH_SIZE), and the position of their batch; 0 at the end. */
size_t sort_copy_next(SortCopy *copy, size_t count, uint8_t **ret_rows, uint64_t *ret_position);
/* No more rows are wanted of the sort that gathered its rows in `sorter`; those of other copies stay until nobody reads
 * them. */
void sort_copy_close(const SortCopy *copy, Sorter *sorter);

#endif
