/* column/batch.h: what operators hand each other: columns of equal length, and which of their rows count.
 *
 *   selection == NULL: rows 0 .. row_count-1
 *   else             : rows selection[0] .. selection[row_count-1], ascending; the vectors hold vector_size values
 *
 * A filter selects and does not copy. A batch that `next` returns is lent until the same producer's following `next` or
 * close; batch_ref keeps it longer. */
#ifndef QUERN_COLUMN_BATCH_H
#define QUERN_COLUMN_BATCH_H

#include "base/context.h"
#include "base/text.h"
#include "column/schema.h"
#include "column/vector.h"

/* Where the rows of a batch stand in its source, for messages. A source's own struct begins with this, and means the
 * same when it is copied, as batch_ref does: whatever it points to lives as long as the query. */
typedef struct BatchOrigin {
    size_t size; /* of the whole struct */
    /* Adds "file.csv:12" for a slot of the vectors. Any thread; may do I/O, and raise. */
    void (*describe)(const struct BatchOrigin *origin, size_t slot, Text *text);
} BatchOrigin;

typedef struct Batch {
    size_t row_count;          /* rows that count: up to BATCH_SIZE */
    size_t vector_size;        /* values in each flat vector; == row_count without a selection */
    const uint16_t *selection; /* or NULL */
    size_t column_count;       /* may be 0: rows without columns (count(*)) */
    Vector **columns;
    /* Which part of its source the rows are of, for who puts the output of several cursors into the source's order:
     * smaller numbers come first there, and no cursor gives a smaller one after a larger. */
    uint64_t morsel;
    bool is_text;              /* the one column is constant: the text of all rows, as a WriterPart makes it */
    const BatchOrigin *origin; /* NULL: nobody knows. Goes with the slots: who makes new ones leaves it out */
} Batch;

/* An empty batch with a vector for each column. */
Batch *batch_new(Arena *arena, const Schema *schema);
/* An empty batch with room for `column_count` vectors, all NULL: the caller sets them. */
Batch *batch_new_empty(Arena *arena, size_t column_count);
/* Rows of the batches that somebody makes: SET batch_size, but fewer where each takes so much in vectors (bytes,
 * without long strings) that the batches of all threads would be more than memory_limit has for them. */
size_t batch_rows_that_fit(const Context *context, size_t row_size);
/* Where the i-th row that counts stands in the vectors. */
static inline size_t batch_row(const Batch *batch, size_t i)
{
    return batch->selection ? batch->selection[i] : i;
}
/* A batch of its own over the same, shared values: stays as it is whatever the producer does. Lives in `arena`. */
Batch *batch_ref(Arena *arena, const Batch *batch);
/* Drops the shares of a batch made by batch_ref before its arena does. */
void batch_unref(Batch *batch);
/* `target` (of as many columns) becomes the rows of `source` that count, without a selection. */
void batch_compact(Batch *target, const Batch *source);
/* Narrow `batch` to its rows first .. first+count-1; a selection, if one is needed, is written to `selection`, which
 * has room for BATCH_SIZE and lives as long as the batch is used. */
void batch_slice(Batch *batch, size_t first, size_t count, uint16_t *selection);
/* Asserts what must hold. */
void batch_check(const Batch *batch);

/* A selection of 0, 1, 2 … BATCH_SIZE-1. */
extern const uint16_t *const selection_all;

#endif
