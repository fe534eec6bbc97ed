/* provider/csv/csv_hidden.h: columns that every file has without their standing in it: _file, _line, _raw. */
#ifndef QUERN_PROVIDER_CSV_CSV_HIDDEN_H
#define QUERN_PROVIDER_CSV_CSV_HIDDEN_H

#include "column/schema.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_error.h"

/* In this order behind the columns of the file. */
typedef enum CsvHidden {
    CSV_HIDDEN_FILE, /* its path, as it was given or found */
    CSV_HIDDEN_LINE, /* of the file, where the row begins; from 1 */
    CSV_HIDDEN_RAW,  /* the row's own bytes, without its line end */
    CSV_HIDDEN_COUNT
} CsvHidden;

extern const Column csv_hidden_columns[CSV_HIDDEN_COUNT];

/* Counts lines as rows come, in the order of the file. Bytes between rows that never were rows (blank lines, records
 * that were left out) may be gone from the block by then: those are read again. */
typedef struct CsvLines {
    CsvSource *source; /* the counter's own: one that is decoded goes forward only */
    CsvPlace place;
    int64_t of_rows[BATCH_SIZE];
} CsvLines;

CsvLines *csv_lines_new(Arena *arena, CsvSource *source);
/* Goes on at another place. */
void csv_lines_begin(CsvLines *lines, CsvPlace place);
/* Finds the line of each row: once for all that csv_block_take gives, before any is dropped. */
void csv_lines_count(CsvLines *lines, const CsvRows *rows);

/* The text of rows (those of the selection; NULL: 0 .. count-1). Raises INVALID_ENCODING where one is no text. */
void csv_raw_take(const CsvRows *rows, const uint16_t *selection, size_t count, Vector *target);

#endif
