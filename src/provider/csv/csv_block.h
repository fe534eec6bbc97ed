/* provider/csv/csv_block.h: reads a file in large pieces and hands out their rows.
 *
 *   file    ....|==============================|....       offset, read_size
 *   buffer      | records ... | window | rest  |           positions are bytes from data[0]
 *                             ^start
 *
 * A window is indexed (csv_index.h), its records are taken as rows, then the next window is. What stands behind the
 * last whole record moves to the front of the buffer when more is read. A window, and with it the buffer, grows until
 * it holds a whole record. Strings may point into the buffer: one that is shared is not written again but replaced. */
#ifndef QUERN_PROVIDER_CSV_CSV_BLOCK_H
#define QUERN_PROVIDER_CSV_CSV_BLOCK_H

#include "base/buffer.h"
#include "column/vector.h"
#include "provider/csv/csv_index.h"
#include "provider/csv/csv_source.h"

enum {
    CSV_READ_SIZE = 960 << 10,   /* bytes read at once; with what stands around them they take 1 MiB */
    CSV_WINDOW_SIZE = 512 << 10, /* bytes indexed at once, to begin with */
    CSV_SPARE_BUFFERS = 4,
};
#define CSV_RECORD_LIMIT ((size_t)1 << 30) /* bytes of one record: more is an error */

/* Told of each record that is left out (on_error reject): where it begins, the field that is wrong (from 1; 0: the
 * record as a whole), why, and its text, lent for the call. May not raise. */
typedef void (*CsvRejectFunction)(void *user, uint64_t offset, size_t field, const char *reason, StringView text);

typedef struct CsvBlock {
    CsvSource *source;
    const CsvDialect *dialect;
    const Context *context;
    Arena *arena;
    CpuLevel level;
    size_t read_size;
    size_t record_limit; /* bytes of one record: CSV_RECORD_LIMIT, unless set lower after csv_block_init */
    bool ends_at_limit;  /* a longer one is not an error, but read as if the file ended there */
    Buffer *buffer;
    Buffer *spares[CSV_SPARE_BUFFERS]; /* that were shared when they were to be filled again */
    char *data;
    size_t capacity;             /* bytes of text that the buffer has room for */
    size_t size;                 /* bytes of text in it */
    size_t start;                /* of what is not indexed yet: a record's first byte */
    size_t window;               /* how much to index at once */
    uint64_t offset;             /* of data[0] in the file */
    uint64_t stop;               /* only records behind line ends before it; UINT64_MAX: all */
    size_t last_end;             /* where the last of these ends; 0: not known */
    bool is_end;                 /* the file ends with data[size - 1], a line end that may be our own */
    CsvIndex index;              /* of the records before `start` */
    size_t record_next;          /* the first record of the index that was not taken */
    CsvRejectFunction on_reject; /* set after csv_block_init; NULL: nobody wants to know */
    void *reject_user;
} CsvBlock;

/* Rows of the block's index: good until the next csv_block_take. */
typedef struct CsvRows {
    const CsvBlock *block;
    size_t count;
    bool is_padded;             /* some have fewer fields than columns: field_counts says how many */
    uint32_t first[BATCH_SIZE]; /* index of the first field in block->index.ends */
    uint32_t field_counts[BATCH_SIZE];
} CsvRows;

/* Begins at `offset`, where a record begins. read_size 0: CSV_READ_SIZE. Of a smaller file the whole is read at once.
 * The buffer is the arena's. */
void csv_block_init(CsvBlock *block, Arena *arena, const Context *context, CsvSource *source, const CsvDialect *dialect,
                    CpuLevel level, uint64_t offset, size_t read_size);

/* Goes on elsewhere: at `offset`, where a record begins, with that and the records behind line ends before `stop`
 * (UINT64_MAX: all; others of plain dialects only). */
void csv_block_move(CsvBlock *block, uint64_t offset, uint64_t stop);
/* The same, and reads that piece. Where no record begins at `offset`, csv_block_skip_record comes before
 * csv_block_take.
 */
void csv_block_seek(CsvBlock *block, uint64_t offset, uint64_t stop);
/* Goes back to `offset`, where the piece was sought, without reading it again; false where it is no longer at hand. */
bool csv_block_rewind(CsvBlock *block, uint64_t offset);
/* Whether the piece has an odd number of quotes. */
bool csv_block_is_odd(const CsvBlock *block);
/* Its line ends, within quotes or not. */
size_t csv_block_line_count(const CsvBlock *block);
/* Leaves out what belongs to a record before the piece, which begins within quotes or not. */
void csv_block_skip_record(CsvBlock *block, bool is_inside);
/* Tells that the piece ends within quotes or not: so its last record is found together with those before. */
void csv_block_know_end(CsvBlock *block, bool is_inside);

/* The next rows, up to `limit` (at most BATCH_SIZE), in order; false at the end. Raises BAD_DATA for records that break
 * the structure, or leaves them out, as the dialect says. Blank lines and comments are left out (in a file of one
 * column a blank line is a NULL). Without `wants_fields` only rows->count is filled. */
bool csv_block_take(CsvBlock *block, CsvRows *rows, size_t limit, bool wants_fields);

/* Field `column` of a row, without its line end; the row has so many fields. */
static inline StringView csv_rows_field(const CsvRows *rows, size_t row, size_t column)
{
    const uint32_t *ends = rows->block->index.ends + rows->first[row] + column;
    uint32_t start = ends[-1] + 1;
    uint32_t end = csv_field_end(rows->block->data, start, ends[0]);
    return (StringView){rows->block->data + start, end - start};
}

/* The file offset of a row's first byte, and that behind its line end (which, at the file's end, may be our own). */
uint64_t csv_rows_offset(const CsvRows *rows, size_t row);
uint64_t csv_rows_end(const CsvRows *rows, size_t row);
/* A row's text without its line end. */
StringView csv_rows_record(const CsvRows *rows, size_t row);

#endif
