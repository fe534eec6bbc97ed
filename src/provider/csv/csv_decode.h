/* provider/csv/csv_decode.h: what a file holds as UTF-8 text: decompressed, and converted, in order.
 *
 *   bytes of the file ─▶ gzip | zstd | bzip2 | xz ─▶ iconv ─▶ UTF-8
 *
 * Either step may be missing. A decoder only goes forward; who wants to go back opens another. */
#ifndef QUERN_PROVIDER_CSV_CSV_DECODE_H
#define QUERN_PROVIDER_CSV_CSV_DECODE_H

#include "base/arena.h"
#include "column/compression.h"

enum { CSV_MAGIC_SIZE = 10 }; /* bytes of a file's start that csv_compression_detect wants to see */

/* By the first bytes of a file. */
Compression csv_compression_detect(const char *head, size_t size);

/* The encoding that a byte order mark names, for csv_decoder_open: "UTF-16", "UTF-32"; NULL: none, or UTF-8's. */
const char *csv_encoding_detect(const char *head, size_t size);
/* Whether text can be converted from it. */
bool csv_encoding_is_known(const char *name);

typedef struct CsvDecoder CsvDecoder;

/* Gives the next bytes of the file: at most `size`; 0 only at the end. */
typedef size_t (*CsvPull)(void *user, char *target, size_t size);

/* Lives in `arena`. `encoding` NULL: the text is UTF-8 already. `path` is for messages. */
CsvDecoder *csv_decoder_open(Arena *arena, const char *path, Compression compression, const char *encoding,
                             CsvPull pull, void *user);

/* The next bytes of text, at most `size`; 0 only at the end. Raises BAD_DATA for damaged compression or what ends too
 * early, INVALID_ENCODING for text that is not in the encoding. */
size_t csv_decoder_read(CsvDecoder *decoder, char *target, size_t size);

#endif
