/* provider/csv/csv_parse.h: one column of rows to a vector: what the reader's second step does. */
#ifndef QUERN_PROVIDER_CSV_CSV_PARSE_H
#define QUERN_PROVIDER_CSV_CSV_PARSE_H

#include "base/error.h"
#include "provider/csv/csv_block.h"

typedef struct CsvParse {
    const CsvRows *rows;
    size_t column; /* of the file */
    Type type;
    /* A declared column takes what a cast takes; a detected one only what csv_field.h does, so that what the sample did
     * not show is noticed. */
    bool is_declared;
    const uint16_t *selection; /* rows to parse, `count` of them; NULL: 0 .. count-1 */
    size_t count;
    Vector *target; /* prepared here, rows->count slots; those of rows not parsed are zero */
    /* Out: the first row whose field is no value of the type, or SIZE_MAX. With `rejected` set the rows are marked
     * there instead, and have NULL; with `nulls_bad` they have NULL. */
    size_t bad_row;
    Error error; /* why, for a declared column */
    bool nulls_bad;
    uint64_t *rejected;            /* bit a row; or NULL */
    Int128 decimal_bound;          /* of the type's precision; set here */
    uint64_t left[VALIDITY_WORDS]; /* bit a row: the kernels leave it to the careful loops; set here */
} CsvParse;

void csv_parse_column(CsvParse *parse);

/* What text that is no UTF-8 may be: a guess from its bytes. */
const char *csv_encoding_hint(const char *data, size_t size);
/* Raises INVALID_ENCODING unless a text of the row is UTF-8 without NUL bytes. `field` as csv_error_raise has it. */
void csv_text_require(const CsvRows *rows, size_t row, size_t field, StringView text);

/* Reads what the kernels can of a BIGINT, DECIMAL(…, scale) in 64 bits, or DATE column: `values` are int64_t, of dates
 * int32_t. ret_left, VALIDITY_WORDS words: bit a row of the selection that it leaves. */
void csv_values_read(const CsvRows *rows, size_t column, TypeId type, int scale, const uint16_t *selection,
                     size_t count, void *values, uint64_t *ret_left);

/* The text of a field as the file means it: without quotes, escapes undone (into the arena). False: NULL. */
bool csv_field_text(Arena *arena, const CsvDialect *dialect, StringView field, StringView *ret_text);
/* The same of a column's fields in the rows whose bit is set (NULL: all); where one is NULL or missing the text's data
 * is. */
void csv_column_texts(const CsvRows *rows, size_t column, const uint64_t *wanted, Arena *arena, StringView *ret_texts);
/* How many of them are NULL or missing. */
size_t csv_column_null_count(const CsvRows *rows, size_t column);

#endif
