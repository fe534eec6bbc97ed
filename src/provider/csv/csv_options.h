/* provider/csv/csv_options.h: what a user said about a file, before the file is looked at. */
#ifndef QUERN_PROVIDER_CSV_CSV_OPTIONS_H
#define QUERN_PROVIDER_CSV_CSV_OPTIONS_H

#include "provider/catalog.h"
#include "provider/csv/csv_dialect.h"

typedef enum CsvChoice { CSV_CHOICE_AUTO, CSV_CHOICE_NO, CSV_CHOICE_YES } CsvChoice;

/* The type of one column, by name or, with an empty name, by place. */
typedef struct CsvTypeOption {
    StringView name;
    Type type;
} CsvTypeOption;

typedef struct CsvOptions {
    CsvChoice has_header;
    bool has_delimiter;
    char delimiter;
    CsvChoice has_quote; /* NO: quote '' */
    char quote;
    bool has_escape;
    char escape;
    bool has_comment;
    char comment;
    bool is_lenient, is_strict; /* neither: strict, unless quotes are plainly marks of inches and seconds */
    bool has_backslashes;
    bool is_all_text;
    bool pads_rows;
    bool has_skip;
    size_t skip;          /* lines before the header */
    const char *encoding; /* what iconv calls it; NULL: UTF-8, or what a byte order mark says */
    CsvErrorPolicy on_error;
    CsvStyle style;
    size_t null_word_count;
    StringView *null_words;
    size_t type_count;
    CsvTypeOption *types;
    const Schema *columns; /* declared, or NULL */
    const char *others;    /* ", name 'value'" of every option that the table's dialect and columns do not tell */
} CsvOptions;

/* Read from args; what it points to is the arena's. Raises INVALID_PARAMETER, naming the option. */
CsvOptions *csv_options_read(Arena *arena, const FormatArgs *args);

#endif
