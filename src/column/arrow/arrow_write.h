/* column/arrow/arrow_write.h: batches as a stream of Arrow arrays.
 *
 * Each array has its own memory: it may outlive the stream and the query. Vectors are shared instead of copied where
 * their layout is Arrow's and their memory is counted by itself. */
#ifndef QUERN_COLUMN_ARROW_ARROW_WRITE_H
#define QUERN_COLUMN_ARROW_ARROW_WRITE_H

#include <quern/provider.h>

#include "base/error.h"
#include "column/stream.h"

/* Where the batches come from; lives as long as the stream. */
typedef struct ArrowWriter {
    const Schema *schema;
    Batch *(*next)(void *user); /* may raise; NULL at the end */
    void (*done)(void *user);   /* called when the stream is released; may be NULL */
    void *user;
    Error error; /* what next raised: the reader is told, and the caller may raise it again */
    bool has_failed, is_at_end;
} ArrowWriter;

void arrow_write_stream(ArrowWriter *writer, struct ArrowArrayStream *ret_stream);
/* One batch as an array of format "+s". Raises. */
void arrow_write_batch(const Schema *schema, const Batch *batch, struct ArrowArray *ret_array);

#endif
