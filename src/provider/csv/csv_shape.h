/* provider/csv/csv_shape.h: all that is known of one state of one file: dialect, columns, types, statistics.
 *
 * Made by looking at the file: whole up to CSV_TOTAL_SIZE bytes, at pieces of it from start to end beyond. Read-only
 * afterwards, but for the evidence, which a value that contradicts its column's type is added to. */
#ifndef QUERN_PROVIDER_CSV_CSV_SHAPE_H
#define QUERN_PROVIDER_CSV_CSV_SHAPE_H

#include "column/schema.h"
#include "provider/csv/csv_evidence.h"
#include "provider/csv/csv_options.h"
#include "provider/csv/csv_source.h"

#define CSV_TOTAL_SIZE ((uint64_t)64 << 20)
enum { CSV_HEAD_SIZE = 64 << 10, CSV_PIECE_SIZE = 128 << 10, CSV_PIECE_COUNT = 12, CSV_PIECE_RECORD_LIMIT = 4 << 20 };

typedef struct CsvShape {
    CsvIdentity identity; /* zero for streams */
    Compression compression;
    const char *encoding; /* that the text is converted from; NULL: UTF-8 */
    CsvDialect dialect;
    Schema *schema;
    bool *is_declared; /* a column's type was given, not found out */
    bool is_total;     /* every row was looked at */
    uint64_t row_count;
    Statistics *statistics;
    CsvEvidence *evidence; /* one for each column */
} CsvShape;

/* Raises BAD_DATA when there is nothing to tell columns by, INVALID_PARAMETER for options that do not fit. */
CsvShape *csv_shape_detect(Arena *arena, const Context *context, CsvSource *source, const CsvOptions *options,
                           const CsvIdentity *identity);
/* The same file's shape after its evidence has grown: columns may have wider types. */
CsvShape *csv_shape_widen(Arena *arena, const CsvShape *shape);
/* The same file read with these types, one for each column; `is_declared` says which of them a user chose. Shares its
 * evidence. */
CsvShape *csv_shape_retype(Arena *arena, const CsvShape *shape, const Type *types, const bool *is_declared);
/* After rows of the shape's own types were added to the file: it stays the same but for counts and bounds. */
void csv_shape_add_rows(CsvShape *shape, const CsvIdentity *identity, uint64_t row_count);

#endif
