/* provider/csv/csv_detect.h: guesses how a file is written (delimiter, quote, escape, line end) from its head. */
#ifndef QUERN_PROVIDER_CSV_CSV_DETECT_H
#define QUERN_PROVIDER_CSV_CSV_DETECT_H

#include "provider/csv/csv_options.h"
#include "provider/csv/csv_source.h"

/* The start of a file, without byte order mark and skipped lines; with a line end at the end when it is whole. */
typedef struct CsvHead {
    const char *data; /* readable for 80 bytes more */
    size_t size;
    uint64_t offset; /* of data[0] in the file */
    bool is_whole;   /* the file has no more */
} CsvHead;

/* Reads at least one line where there is one. Raises INVALID_ENCODING for what is no text, BAD_DATA for what is
 * of another format (csv_foreign.h). */
void csv_head_read(Arena *arena, CsvSource *source, const CsvOptions *options, size_t size, CsvHead *ret_head);

/* All but has_header and data_offset. What the options say is taken as said. column_count is what most records have; 0
 * when there is none. */
void csv_dialect_detect(Arena *arena, const char *path, const CsvOptions *options, const CsvHead *head,
                        CsvDialect *ret_dialect);

/* Titles and notes above the table: lines of text with fewer fields than the dialect says, which can be no header that
 * is too short, where all records behind them have as many. The head moves behind them. Returns how many lines that
 * are; 0: it begins with the table, or nobody knows. */
size_t csv_preamble_skip(Arena *arena, const CsvDialect *dialect, CsvHead *head);

#endif
