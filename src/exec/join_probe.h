/* exec/join_probe.h: the left side of a join: batches of pairs (a left row, a right row), the conditions over them, and
 * what each type of join makes of those that pass.
 *
 *   left batch --JoinSource--> candidate pairs --residual conditions--> pairs --type--> output
 *
 * A source gives the candidates of each left row: rows of equal key (hash_join.c), or all (nested_loop_join.c). Pairs
 * come in the order of the left rows, and so does the output, but for the right rows that RIGHT and FULL give at the
 * end. */
#ifndef QUERN_EXEC_JOIN_PROBE_H
#define QUERN_EXEC_JOIN_PROBE_H

#include "exec/join_table.h"

typedef struct JoinPairs {
    size_t capacity; /* of a batch */
    size_t count;
    uint16_t left[BATCH_SIZE];  /* numbers of the left batch's rows that count; ascending */
    uint8_t *right[BATCH_SIZE]; /* NULL: the left row has no candidate */
} JoinPairs;

/* Where candidates come from; a source's own struct begins with this. */
typedef struct JoinSource JoinSource;
struct JoinSource {
    /* The next batch of the left side; NULL at the end. */
    const Batch *(*pull)(JoinSource *source);
    /* A new left batch: from its first row on. */
    void (*begin)(JoinSource *source, const Batch *left);
    /* The next pairs, as many as there is room for; none are left when next_left is the batch's row_count. `pads`: a
     * left row without candidates gives one pair with NULL. `is_decided[i]`: left row i needs no more pairs; or NULL.
     */
    void (*fill)(JoinSource *source, JoinPairs *pairs, bool pads, const bool *is_decided);
    /* Marks every candidate of the batch; NULL: no faster than fill is. */
    void (*mark_candidates)(JoinSource *source);
    /* Which left rows of the batch have a candidate at all. */
    void (*find_matched)(JoinSource *source, bool *ret_is_matched);
    /* Which left rows have NULL for a key; only for `x IN (query)`. */
    void (*find_null_keys)(JoinSource *source, bool *ret_is_null);
    bool is_exact; /* candidates have passed the residual conditions; set before the first batch is filled */
    const Batch *left;
    size_t next_left; /* the left row that the next pair belongs to */
};

typedef struct JoinProbe JoinProbe;

JoinProbe *join_probe_new(const Build *build, const Plan *plan, JoinTable *table, JoinSource *source);
/* The join's next batch; the table is built. */
Batch *join_probe_next(JoinProbe *probe, Operator *op);
/* Where in the left batch's vectors the left row of each row of that batch stands; NULL: it has none. */
const uint16_t *join_probe_left_slots(const JoinProbe *probe);
/* At the end: the source begins anew, with another table. */
void join_probe_begin_again(JoinProbe *probe, JoinTable *table);

#endif
