/* exec/group_runs.c: a counting sort of a batch's rows by their groups. */
#include "exec/group_runs.h"

#include <string.h>

#include "column/batch.h"

void group_runs_of_numbers(GroupRuns *runs, const uint32_t *numbers, uint8_t *const *groups, size_t group_count,
                           const uint16_t *selection, size_t count)
{
    uint16_t next[MOST_RUN_NUMBERS] = {0}; /* how many rows a group has; then where its next one goes */
    for (size_t i = 0; i < count; i++)
        next[numbers[i]]++;
    size_t run_count = 0, start = 0, most = count / FEWEST_RUN_ROWS;
    runs->count = 0;
    for (size_t g = 0; g < group_count; g++) {
        size_t row_count = next[g];
        if (row_count == 0)
            continue;
        if (run_count == most)
            return;
        runs->groups[run_count] = groups[g];
        runs->starts[run_count++] = start;
        next[g] = (uint16_t)start;
        start += row_count;
    }
    runs->starts[run_count] = count;
    runs->count = run_count;
    if (selection == NULL)
        selection = selection_all;
    for (size_t i = 0; i < count; i++)
        runs->rows[next[numbers[i]]++] = selection[i];
}

enum { SEEN_GROUPS = 256 };

void group_runs_of_rows(GroupRuns *runs, uint8_t *const *groups, const uint16_t *selection, size_t count)
{
    struct {
        const uint8_t *group;
        uint32_t number;
    } seen[SEEN_GROUPS] = {{0}}; /* by bits of the address */
    uint32_t numbers[BATCH_SIZE];
    uint8_t *known[MOST_RUNS];
    size_t known_count = 0, most = count / FEWEST_RUN_ROWS;
    runs->count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t place = (uintptr_t)groups[i] / 16 % SEEN_GROUPS;
        if (seen[place].group == NULL) {
            if (known_count == most)
                return;
            seen[place].group = groups[i];
            seen[place].number = (uint32_t)known_count;
            known[known_count++] = groups[i];
        } else if (seen[place].group != groups[i]) {
            return;
        }
        numbers[i] = seen[place].number;
    }
    group_runs_of_numbers(runs, numbers, known, known_count, selection, count);
}
