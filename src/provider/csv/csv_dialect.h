/* provider/csv/csv_dialect.h: how one file is written: its special bytes, its header, and what to do where it breaks
 * its own rules. Made by csv_detect.c from options and the file's head; read-only afterwards. */
#ifndef QUERN_PROVIDER_CSV_CSV_DIALECT_H
#define QUERN_PROVIDER_CSV_CSV_DIALECT_H

#include <stdint.h>

#include "base/string_view.h"
#include "provider/csv/csv_style.h"

typedef enum CsvLineEnd { CSV_LINE_LF, CSV_LINE_CRLF, CSV_LINE_CR } CsvLineEnd;

/* What becomes of a value that its column's type does not take, and of a record that breaks the file's structure. */
typedef enum CsvErrorPolicy {
    CSV_ERROR_FAIL,
    CSV_ERROR_NULL,   /* the value is NULL; a broken record still fails */
    CSV_ERROR_REJECT, /* the row is left out and counted in context->rejects */
} CsvErrorPolicy;

typedef struct CsvDialect {
    char delimiter;
    char quote;
    bool has_quote; /* false: no byte quotes */
    char escape;    /* within quotes, before a quote; == quote: quotes are doubled (RFC 4180) */
    char comment;   /* a line that begins with it is skipped */
    bool has_comment;
    bool is_lenient;      /* a quote in an unquoted field, or behind a closing quote, is text */
    bool has_backslashes; /* in unquoted fields, as csv_backslash.h has them */
    bool takes_marks;     /* a quote behind a digit of an unquoted field is text: 5.2" */
    bool has_header;
    bool pads_rows; /* short records are filled with NULL */
    CsvErrorPolicy on_error;
    size_t preamble_lines; /* lines before the table that were found to be none of its rows */
    CsvLineEnd line_end;   /* of the file's first line: what INSERT writes. Readers take any */
    uint64_t data_offset;  /* of the first record that is data */
    size_t column_count;
    const StringView *null_words; /* unquoted fields that are NULL; none: the empty one */
    size_t null_word_count;
    CsvStyle style;
} CsvDialect;

/* Whether the kernels know it; others take the careful path throughout. */
static inline bool csv_dialect_is_plain(const CsvDialect *dialect)
{
    return !dialect->is_lenient && !dialect->takes_marks && !dialect->has_comment && !dialect->has_backslashes &&
           (!dialect->has_quote || dialect->escape == dialect->quote);
}

/* Strips the line end from a field that ends at `end`, which is the position of its delimiter or line end. */
static inline uint32_t csv_field_end(const char *data, uint32_t start, uint32_t end)
{
    return end > start && data[end] == '\n' && data[end - 1] == '\r' ? end - 1 : end;
}

/* Whether a record of so many fields, the first from start to end, is a blank line, which is no row of several columns.
 * With backslashes it is one that is too short. */
static inline bool csv_record_is_blank(const CsvDialect *dialect, const char *data, uint32_t start, uint32_t end,
                                       size_t field_count)
{
    return !dialect->has_backslashes && field_count == 1 && csv_field_end(data, start, end) == start;
}

/* Behind the next line end, or size. */
static inline size_t csv_line_skip(const char *data, size_t position, size_t size)
{
    while (position < size && data[position] != '\n' && data[position] != '\r')
        position++;
    if (position + 1 < size && data[position] == '\r' && data[position + 1] == '\n')
        position++;
    return position < size ? position + 1 : size;
}

#endif
