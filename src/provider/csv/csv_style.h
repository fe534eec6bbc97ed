/* provider/csv/csv_style.h: numbers and dates that a file writes otherwise than csv_field.h has them: 1.234,50,
 * 31/1/2024.
 *
 * A field is rewritten before it is looked at: "1.234,50" becomes "1234.50". What is no number in the file's own way is
 * none at all, even if it were one elsewhere. */
#ifndef QUERN_PROVIDER_CSV_CSV_STYLE_H
#define QUERN_PROVIDER_CSV_CSV_STYLE_H

#include "base/error.h"
#include "column/value.h"
#include "expr/date_pattern.h"
#include "provider/csv/csv_evidence.h"

typedef struct CsvStyle {
    bool is_plain;                  /* nothing but what csv_field.h has: the rest does not matter */
    char decimal;                   /* before a fraction */
    char thousands;                 /* between groups of three digits, which may be left out; '\0': none */
    const DatePattern *date_format; /* NULL: 2024-01-31, which is always understood */
    const DatePattern *timestamp_format;
} CsvStyle;

/* Adds a field's text (readable for CSV_FIELD_PADDING bytes more), as what it means in this style. */
void csv_style_add(const CsvStyle *style, Arena *scratch, CsvEvidence *evidence, StringView text);
/* The text as csv_field.h would have it, readable for CSV_FIELD_PADDING bytes more: the arena's, or `text` itself. */
StringView csv_style_plain(const CsvStyle *style, Arena *arena, StringView text);

/* Whether values of the type are written in a way of the file's own. */
bool csv_style_has(const CsvStyle *style, Type type);
/* A field as a value of such a type; strictly: only what csv_field.h takes of the rewritten text, else what a cast
 * takes. False when it is none; then *ret_error says why, where it was not read strictly. */
bool csv_style_read(const CsvStyle *style, Arena *arena, StringView text, Type type, bool is_strict, Value *ret_value,
                    Error *ret_error);
/* A value of such a type as the file writes it. */
StringView csv_style_write(const CsvStyle *style, Arena *arena, const Value *value);

#endif
