/* exec/row_run.h: rows on disk, written once and then read once, in the same order: blocks of a temporary file.
 *
 *   block   +-----+-----+-----+-----+-- ... --+--------------+   the pointer of a long string is its place among the
 *           | tag | row | tag | row |         | long strings |   strings while the row is on disk
 *           +-----+-----+-----+-----+-- ... --+--------------+
 *
 * A tag is whatever goes with a row and is not a column: the beginning of its sort key. */
#ifndef QUERN_EXEC_ROW_RUN_H
#define QUERN_EXEC_ROW_RUN_H

#include "base/array.h"
#include "base/temp_file.h"
#include "column/row.h"
#include "exec/block.h"

typedef struct RowTag {
    uint64_t high, low;
} RowTag;

typedef struct RowBlock {
    uint64_t offset;
    size_t row_count, string_size;
} RowBlock;

typedef struct RowRun {
    Arena *arena;
    TempFile *file;
    const RowLayout *layout;
    size_t stride; /* of rows on disk: with the tag */
    size_t block_rows;
    uint64_t row_count;
    uint64_t string_size;   /* of all long strings */
    size_t largest_strings; /* of those of one block */
    ARRAY(RowBlock) blocks;
    size_t next_block; /* to be read */
    bool keeps_place;  /* what has been read is not discarded */
    /* the block being written, or the one being read */
    Block *rows, *strings;
    size_t used_rows, used_strings;
} RowRun;

/* Blocks have about `block_size` bytes; the memory of one is held while the run is written or read. */
RowRun *row_run_new(Arena *arena, const Context *context, TempFile *file, const RowLayout *layout, bool has_tags,
                    size_t block_size);
/* Appends a row; the tag counts only where there are tags. Raises as temp_file_write does. */
void row_run_add(RowRun *run, uint8_t *row, RowTag tag);
/* All rows are there: writes the last of them and gives the memory back. */
void row_run_finish(RowRun *run);
/* Reads the next block in place of the one before; returns how many rows it has, 0 at the end. */
size_t row_run_read(RowRun *run);
/* Bytes of memory that it holds. */
size_t row_run_size(const RowRun *run);
/* Drops what has not been read. */
void row_run_clear(RowRun *run);

/* Row `index` of the block that was read last. */
static inline uint8_t *row_run_row(const RowRun *run, size_t index)
{
    return (uint8_t *)run->rows->data + index * run->stride + (run->stride - run->layout->row_size);
}

static inline RowTag row_run_tag(const RowRun *run, size_t index)
{
    return *(const RowTag *)(const void *)((const uint8_t *)run->rows->data + index * run->stride);
}

#endif
