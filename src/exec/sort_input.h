/* exec/sort_input.h: what Sort and Top-N do alike: keys of the input's rows, and batches of sorted rows. */
#ifndef QUERN_EXEC_SORT_INPUT_H
#define QUERN_EXEC_SORT_INPUT_H

#include "exec/sort_shared.h"
#include "expr/evaluator.h"

typedef struct SortInput {
    const PlanSort *plan;
    Operator *op;
    SortCopy copy;
    Vector *position; /* copies: of a batch in the source, whose order equal rows keep */
    Vector **columns; /* of the batch at work, and the position */
    Type *types;      /* of these */
    Evaluator *evaluator;
    Vector **key_vectors;
    SortKeys *keys;
    Batch *batch; /* what is returned */
    uint8_t *rows[BATCH_SIZE];
} SortInput;

SortInput *sort_input_new(const Build *build, const Plan *plan, Operator *op);
/* One that takes its rows. */
Sorter *sort_input_sorter(const SortInput *input, const Build *build, MemoryShare share);
/* The keys of the batch's rows, into input->keys; its columns, for sorter_add, into input->columns. */
void sort_input_encode(SortInput *input, const Batch *batch);
/* The next rows of input->copy, which is finished; NULL at the end. */
Batch *sort_input_output(SortInput *input, size_t batch_size);

#endif
