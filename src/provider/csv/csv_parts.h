/* provider/csv/csv_parts.h: parts of a compressed file that can be decoded each alone. */
#ifndef QUERN_PROVIDER_CSV_CSV_PARTS_H
#define QUERN_PROVIDER_CSV_CSV_PARTS_H

#include <stdint.h>

#include "provider/csv/csv_decode.h"

typedef struct CsvPart {
    uint64_t start, end; /* bytes of the file */
} CsvPart;

/* Reads up to `size` bytes at `offset`: fewer only at the file's end. */
typedef size_t (*CsvStoredRead)(void *user, uint64_t offset, char *target, size_t size);

/* The parts, in order, in `arena`; none where the file has fewer than two, or some may hold more than
 * `text_limit` bytes of text.
 * The file is looked at where its frames and their blocks begin; that they are whole is not looked at. */
size_t csv_parts_find(Arena *arena, Compression compression, uint64_t file_size, uint64_t text_limit,
                      CsvStoredRead read, void *user, CsvPart **ret_parts);

#endif
