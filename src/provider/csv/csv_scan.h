/* provider/csv/csv_scan.h: what was described of a read of a file, for its cursors. */
#ifndef QUERN_PROVIDER_CSV_CSV_SCAN_H
#define QUERN_PROVIDER_CSV_CSV_SCAN_H

#include "provider/csv/csv_table.h"

/* One column of the file that is read. */
typedef struct CsvInput {
    size_t column; /* of the file; behind them its hidden ones; schema_width: the row's number, which is its offset */
    Type type;
    bool is_declared;
    bool is_for_filter; /* parsed first, of all rows */
} CsvInput;

typedef struct CsvScan {
    Scan base; /* first, so that a Scan * can be cast back */
    CsvTable *table;
    CsvShape *shape;
    size_t input_count;
    CsvInput *inputs; /* those of the projection first, in its order; a column may come twice */
    size_t filter_count;
    Expr **filters; /* over inputs */
    const char **filter_texts;
    size_t dynamic_count;
    size_t *dynamic_inputs; /* of each dynamic filter: what it is about */
    size_t limit;
    size_t piece_size;            /* bytes read at once: CSV_READ_SIZE, or less where few rows are wanted */
    bool has_guesses;             /* a column's type was found out from a part of the file */
    bool counts_lines;            /* someone asks for _line */
    bool is_in_pieces;            /* of csv_morsels.h */
    bool is_fed;                  /* in those of csv_feed.h */
    CsvCacheColumn *kept_columns; /* the inputs, as a cache knows them; NULL: nothing is kept of such a scan */
    /* counted by the cursors: */
    _Atomic uint64_t bytes_read, row_count, dropped_count, parsed_count, kept_count;
} CsvScan;

/* csv_cursor.c: `start` and `open` of a CsvScan. */
void *csv_reading_new(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics);
BatchStream *csv_cursor_new(Scan *scan, void *reading, Arena *arena, const Context *context);

#endif
