/* provider/csv/csv_header.h: the first record of a file: is it a header, and what do its fields name? */
#ifndef QUERN_PROVIDER_CSV_CSV_HEADER_H
#define QUERN_PROVIDER_CSV_CSV_HEADER_H

#include "column/schema.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_evidence.h"

typedef struct CsvHeaderField {
    StringView text;  /* readable for CSV_FIELD_PADDING bytes more */
    StringView plain; /* the same without the file's style: see csv_style.h */
    bool is_null;
    bool comes_again;    /* the same text stands below it */
    bool shares_pattern; /* all below look like it: "Dec 8, 2022" and "Sep 26, 2022" */
} CsvHeaderField;

typedef struct CsvHeader {
    size_t count;
    CsvHeaderField *fields;
    size_t compared_count; /* rows that it was compared with */
} CsvHeader;

/* From the fields that end at ends[0 .. count-1], the first behind ends[-1]. */
void csv_header_read(CsvHeader *header, Arena *arena, const CsvDialect *dialect, const char *data, const uint32_t *ends,
                     size_t count);
/* Looks at the column's values below it; once, with the first rows. */
void csv_header_compare(CsvHeader *header, const CsvRows *rows, size_t column);
/* `evidence` is of the rows below; `declared` may be NULL. */
bool csv_header_is_likely(const CsvHeader *header, Arena *scratch, const CsvEvidence *evidence, size_t column_count,
                          const Schema *declared);
/* The table's columns, named, without types: unique names, "column3" where there is none. Raises INVALID_ENCODING. */
Schema *csv_header_schema(const CsvHeader *header, Arena *arena, const CsvDialect *dialect, const Schema *declared,
                          const char *path);

#endif
