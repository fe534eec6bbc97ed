/* provider/csv/csv_feed.h: text that is read in order alone (a stream, what is decoded), in pieces for several cursors.
 *
 *   text      |--------|--------|--------|        as it is decoded, about a mebibyte at a time
 *   pieces    [=======][======][=========]        whole records: what is cut moves to the next piece
 *
 * Pieces are made one after the other: a cursor whose turn it is decodes, cuts behind the last record, passes the turn
 * on and parses; so the next piece is decoded meanwhile. Where a file has parts that can be decoded alone
 * (csv_parts.h), cursors decode theirs before it is their turn. Pieces do not depend on how many cursors there are. */
#ifndef QUERN_PROVIDER_CSV_CSV_FEED_H
#define QUERN_PROVIDER_CSV_CSV_FEED_H

#include "base/buffer.h"
#include "provider/csv/csv_error.h"
#include "provider/csv/csv_table.h"

typedef struct CsvFeed CsvFeed;

/* Text in memory of its own. */
typedef struct CsvFeedText {
    Buffer *buffer;
    size_t size;
} CsvFeedText;

/* One cursor's piece. */
typedef struct CsvFeedPiece {
    uint64_t number;
    CsvPlace place; /* where it begins; its line only where the feed counts lines */
    size_t size;
    CsvFeedText text;     /* of which the first `size` bytes are the piece */
    uint64_t stored_size; /* bytes of the file that were read for it */
    Arena *arena;         /* of what decodes a part */
} CsvFeedPiece;

/* From the table's first row on; of a plain dialect. Opens nothing yet. Lives in `arena`. */
CsvFeed *csv_feed_new(Arena *arena, CsvTable *table, const CsvShape *shape, bool counts_lines);

/* The memory of a cursor's pieces is its arena's. */
CsvFeedPiece *csv_feed_piece_new(Arena *arena);

/* The number of the next piece; false: there is none, as far as is known. Whoever takes one must go on to read it:
 * others wait for that. */
bool csv_feed_take(CsvFeed *feed, CsvFeedPiece *piece);
/* The piece that was taken, which may have no records; good until the next call. False: the text has ended before it.
 * Any thread. Raises as csv_source_read. */
bool csv_feed_read(CsvFeed *feed, const Context *context, CsvFeedPiece *piece);

#endif
