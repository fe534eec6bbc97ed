/* provider/csv/csv_error.h: errors that say where in a file: "data.csv:12:3: …" is the third field of line 12. */
#ifndef QUERN_PROVIDER_CSV_CSV_ERROR_H
#define QUERN_PROVIDER_CSV_CSV_ERROR_H

#include "base/error.h"
#include "base/string_view.h"
#include "provider/csv/csv_source.h"

/* Lines are not counted while reading: the file is read again up to `offset`. `field` counts from 1; 0: the whole line.
 */
_Noreturn void csv_error_raise(CsvSource *source, uint64_t offset, size_t field, ErrorCode code, const char *hint,
                               const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The line that the byte at `offset` stands in, from 1. */
uint64_t csv_line_number(CsvSource *source, uint64_t offset);

/* A place whose line is known: the start of a record. */
typedef struct CsvPlace {
    uint64_t offset, line;
} CsvPlace;
/* Where the text begins. */
CsvPlace csv_place_first(const CsvSource *source);
/* Moves the place forward. */
void csv_place_advance(CsvPlace *place, CsvSource *source, uint64_t offset);

enum { CSV_QUOTE_SIZE = 96 };
/* The start of a value for a message: what is no printable text as \xHH, "..." behind a long one. */
const char *csv_value_quote(StringView value, char *buffer);

#endif
