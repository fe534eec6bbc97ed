/* provider/memory/memory_reader.h: rows of a version as batches, without copying.
 *
 * A slice is read by chunks of BATCH_SIZE rows: vectors begin at a chunk's first row, so that validity words align, and
 * a selection leaves out what was not asked for and what is gone. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_READER_H
#define QUERN_PROVIDER_MEMORY_MEMORY_READER_H

#include "provider/memory/memory_version.h"

typedef struct MemoryReader {
    Arena *arena;
    const MemoryVersion *version;
    const size_t *columns; /* indexes into the schema; a column may come twice; schema->column_count: the row number */
    size_t table_column_count;
    Batch *batch;
    MemoryRow first_row; /* the row at the batch's slot 0 */
    size_t selection_size;
    uint16_t *selection;
} MemoryReader;

MemoryReader *memory_reader_new(Arena *arena, const Schema *schema, const MemoryVersion *version, const size_t *columns,
                                size_t column_count);
/* Of all columns, in the schema's order. */
MemoryReader *memory_reader_new_all(Arena *arena, const Schema *schema, const MemoryVersion *version);
/* The rows from .. end-1 of a slice, all of one chunk, that are not gone; lent until the next call. */
Batch *memory_reader_read(MemoryReader *reader, size_t slice_index, size_t from, size_t end);
static inline size_t memory_chunk_end(size_t row)
{
    return row / BATCH_SIZE * BATCH_SIZE + BATCH_SIZE;
}

/* Calls visit with every chunk of the version that has rows. */
void memory_reader_each(MemoryReader *reader, const Context *context, void (*visit)(void *user, Batch *batch),
                        void *user);
/* The same from row `first` on. */
void memory_reader_each_from(MemoryReader *reader, const Context *context, MemoryRow first,
                             void (*visit)(void *user, Batch *batch), void *user);
/* About `row_count` rows, from chunks all over the version. */
void memory_reader_sample(MemoryReader *reader, size_t row_count, void (*visit)(void *user, Batch *batch), void *user);

#endif
