/* provider/csv/csv_source.h: the text of a file, by offset: regular files by pread, all others through a spool.
 *
 * A compressed file, or one in another encoding than UTF-8, is decoded on the way (csv_decode.h): offsets are those of
 * the text. Reading on is cheap there; going back means decoding again from the start.
 *
 * What is no regular file (a pipe, a terminal, standard input) can be read only once. Its bytes go into an unlinked
 * temporary file as they come, so that a second scan, and the scan behind detection, read them again. */
#ifndef QUERN_PROVIDER_CSV_CSV_SOURCE_H
#define QUERN_PROVIDER_CSV_CSV_SOURCE_H

#include "base/context.h"
#include "provider/csv/csv_decode.h"

/* Which state of which file; all zero for what is no regular file. */
typedef struct CsvIdentity {
    uint64_t device, inode;
    uint64_t size; /* bytes that count: without what an unfinished INSERT has left */
    int64_t modified_ns;
} CsvIdentity;

bool csv_identity_equal(const CsvIdentity *a, const CsvIdentity *b);

typedef struct CsvSpool CsvSpool;

typedef struct CsvSource {
    const char *path;      /* for messages */
    uint64_t lines_before; /* for messages: a line's number is more by that */
    int descriptor;
    uint64_t size;   /* of the text; UINT64_MAX while it is not known: a stream that has not ended, what is decoded */
    CsvSpool *spool; /* NULL: a regular file */
    const Context *context;
    Compression compression;
    const char *encoding; /* that is converted; NULL: UTF-8 */
    uint64_t stored_size; /* bytes of the file itself; UINT64_MAX: a stream */
    uint64_t stored_read; /* how many of them were read, again and again ones counted again */
    /* of what is decoded: */
    CsvDecoder *decoder; /* NULL: the file is text as it is */
    Arena *decoder_arena;
    uint64_t decoder_offset; /* where the decoder goes on in the file */
    uint64_t text_offset;    /* and in the text */
    /* text at hand, which is read first: */
    const char *window;
    uint64_t window_offset;
    size_t window_size;
} CsvSource;

/* "-" is standard input; where that is a regular file at its start, it is read as one, under the name this gives,
 * unless `input` stands for it. */
const char *csv_source_path(const char *location, const ContextInput *input);

/* A stream's spool; lives in `arena` (the table's), which closes it. NULL when the path is a regular file. Raises where
 * there is nothing to be read: UNDEFINED_FILE, IO, BAD_DATA for a directory. `input`: what "-" is; NULL: standard
 * input. */
CsvSpool *csv_spool_open(Arena *arena, const char *path, const ContextInput *input);

/* Opens a regular file, or reads `spool` (a share of it; not NULL for streams). Looks no further than `size` bytes of a
 * regular file; UINT64_MAX: all that count now. Compression shows in its first bytes; `encoding` is what the text is
 * converted from, NULL: UTF-8, or what a byte order mark says. Lives in `arena`. */
CsvSource *csv_source_open(Arena *arena, const Context *context, const char *path, CsvSpool *spool, uint64_t size,
                           const char *encoding);

/* Up to `size` bytes at `offset`: fewer at the end, or where a stream has no more yet (where more than a megabyte
 * is wanted it waits some milliseconds for it); 0 only at the end. Raises IO, BAD_DATA when the file has become shorter
 * or cannot be decoded, INTERRUPTED. */
size_t csv_source_read(CsvSource *source, uint64_t offset, char *target, size_t size);

/* The same of the file's own bytes. */
size_t csv_source_read_stored(CsvSource *source, uint64_t offset, char *target, size_t size);

/* `size` bytes at `offset` are at hand, and the text ends behind them as far as a CsvBlock is to know. */
void csv_source_set_window(CsvSource *source, uint64_t offset, const char *text, size_t size);

/* Whether there is a byte at `offset`: also where that was read already, without decoding it again. */
bool csv_source_reaches(CsvSource *source, uint64_t offset);

/* The state of a regular file now. Raises as csv_spool_open. False, and all zero: a stream. */
bool csv_identity_read(Arena *scratch, const char *path, CsvIdentity *ret_identity);
/* The same of an open one; `path` finds the journal. */
void csv_identity_read_open(Arena *scratch, int descriptor, const char *path, CsvIdentity *ret_identity);

#endif
