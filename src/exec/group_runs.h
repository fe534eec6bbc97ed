/* exec/group_runs.h: the rows of a batch that go to few groups, group by group: so that an aggregate takes the rows of
 * each at once. */
#ifndef QUERN_EXEC_GROUP_RUNS_H
#define QUERN_EXEC_GROUP_RUNS_H

#include "column/vector.h"

/* What a run costs is worth it for so many rows. */
enum { FEWEST_RUN_ROWS = 16, MOST_RUNS = BATCH_SIZE / FEWEST_RUN_ROWS, MOST_RUN_NUMBERS = 2 * MOST_RUNS };

typedef struct GroupRuns {
    size_t count; /* 0: they are too many, or the rows too few */
    uint8_t *groups[MOST_RUNS];
    size_t starts[MOST_RUNS + 1];
    uint16_t rows[BATCH_SIZE]; /* of the batch, in order within each group */
} GroupRuns;

/* Row selection[i] (NULL: i) of the batch goes to group numbers[i] of `groups`, for i < count; there are up to
 * MOST_RUN_NUMBERS, some of which may have no rows. */
void group_runs_of_numbers(GroupRuns *runs, const uint32_t *numbers, uint8_t *const *groups, size_t group_count,
                           const uint16_t *selection, size_t count);
/* The same for row i's going to groups[i]. */
void group_runs_of_rows(GroupRuns *runs, uint8_t *const *groups, const uint16_t *selection, size_t count);

#endif
