/* column/stream.h: something that batches are pulled from: a cursor on a scan, the input of an INSERT. */
#ifndef QUERN_COLUMN_STREAM_H
#define QUERN_COLUMN_STREAM_H

#include "column/batch.h"

typedef struct BatchStream BatchStream;
typedef struct Writer Writer;
struct BatchStream {
    const Schema *schema;
    /* The next batch, lent until the following call of next or close; NULL at the end, and again after that. Raises. */
    Batch *(*next)(BatchStream *stream);
    /* Ends it early or late; called once at most. Never raises. May be NULL. */
    void (*close)(BatchStream *stream);
    /* From now on batches may come as text (Batch.is_text), for this writer alone. May be NULL: they never do. */
    void (*write)(BatchStream *stream, const Writer *writer);
    /* A cursor that shares its reading with others: the morsel (Batch.morsel) that it is reading, or was when it
     * raised. So of several errors the first in the source's order is told. Any thread may look. */
    _Atomic uint64_t morsel;
};

static inline Batch *stream_next(BatchStream *stream)
{
    return stream->next(stream);
}

static inline void stream_close(BatchStream *stream)
{
    if (stream && stream->close)
        stream->close(stream);
}

/* What comes next is for this writer, which outlives the stream. */
static inline void stream_write(BatchStream *stream, const Writer *writer)
{
    if (stream->write)
        stream->write(stream, writer);
}

/* A stream over batches that are already there. */
BatchStream *stream_of_batches(Arena *arena, const Schema *schema, Batch *const *batches, size_t count);

#endif
