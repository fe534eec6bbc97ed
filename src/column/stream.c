/* column/stream.c: a stream over batches that are already there. */
#include "column/stream.h"

typedef struct BatchListStream {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    Batch *const *batches;
    size_t count;
    size_t position; /* of the batch that comes next */
} BatchListStream;

static Batch *batch_list_next(BatchStream *stream)
{
    BatchListStream *self = (BatchListStream *)stream;
    return self->position < self->count ? self->batches[self->position++] : NULL;
}

BatchStream *stream_of_batches(Arena *arena, const Schema *schema, Batch *const *batches, size_t count)
{
    BatchListStream *stream = arena_new(arena, BatchListStream);
    *stream = (BatchListStream){
        .base = {.schema = schema, .next = batch_list_next},
        .batches = batches,
        .count = count,
    };
    return &stream->base;
}
