/* column/compressor.h: a sink that hands what it takes, compressed, to another.
 *
 *   writer ─▶ compressor: gzip | zstd | bzip2 | xz ─▶ sink */
#ifndef QUERN_COLUMN_COMPRESSOR_H
#define QUERN_COLUMN_COMPRESSOR_H

#include "column/compression.h"
#include "column/writer.h"

typedef struct Compressor Compressor;

/* Lives in `arena`. The compression is not NONE. Its memory is counted while it lives: raises MEMORY_LIMIT. */
Compressor *compressor_new(Arena *arena, const Context *context, Compression compression, WriterSink sink, void *user);

/* A WriterSink, of a Compressor. */
bool compressor_write(void *compressor, const char *data, size_t size);
/* Hands over what is left, once: without it the text is cut. False: the sink takes no more. */
bool compressor_end(Compressor *compressor);

#endif
