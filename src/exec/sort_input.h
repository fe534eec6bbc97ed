/* exec/sort_input.h: what Sort and Top-N do alike: keys of the input's rows, and batches of sorted rows. */
#ifndef QUERN_EXEC_SORT_INPUT_H
#define QUERN_EXEC_SORT_INPUT_H

#include "exec/operator.h"
#include "exec/sorter.h"
#include "expr/evaluator.h"

/* What copies share: each sorts its part of the rows, and the first of them hands on what their merge gives. */
typedef struct SortShared {
    size_t copy_count;
    Sorter **sorters; /* of each copy, sorted */
    Meeting sorted;
    _Atomic size_t closed_count;
} SortShared;

/* The copy's rows are all in `sorter`: from here on the first copy's gives those of all, in a phase of its own. Returns
 * whether it is this one. `shared`: NULL, where there is but one. */
bool sort_shared_finish(SortShared *shared, Worker *worker, Sorter *sorter, uint64_t *ret_phase);
/* No more rows are wanted; sorters of other copies stay until nobody reads them. */
void sort_shared_close(SortShared *shared, Sorter *sorter);

typedef struct SortInput {
    const PlanSort *plan;
    Operator *op;
    SortShared *shared; /* NULL: there is but one copy */
    uint64_t phase;
    Vector *position; /* copies: the last key, so that equal rows come in the order of the source */
    Type *types;      /* of the columns */
    Evaluator *evaluator;
    Vector **key_vectors;
    SortKeys *keys;
    Batch *batch;     /* what is returned */
    size_t take_left; /* rows still to return */
    uint8_t *rows[BATCH_SIZE];
} SortInput;

SortInput *sort_input_new(const Build *build, const Plan *plan, Operator *op);
/* One that takes its rows. */
Sorter *sort_input_sorter(const SortInput *input, const Build *build, MemoryShare share);
/* The keys of the batch's rows, into input->keys. */
void sort_input_encode(SortInput *input, const Batch *batch);
/* The copy's rows are all in `sorter`: from here on it gives those of all copies, or, but for the first copy, none. */
void sort_input_finish(SortInput *input, Sorter *sorter);
/* No more rows are wanted; sorters of other copies stay until nobody reads them. */
void sort_input_close(SortInput *input, Sorter *sorter);
/* The next rows of a finished sorter, up to the plan's limit; NULL at the end. */
Batch *sort_input_output(SortInput *input, Sorter *sorter, size_t batch_size);

#endif
