/* column/writer.h: batches to text: CSV, TSV, JSON, boxed tables and the rest. One file a family: writer_*.c.
 *
 *   writer_new, then writer_begin once, writer_batch for each batch, writer_end once.
 *
 * NULL is nothing in CSV, TSV and HTML, null in JSON, NULL elsewhere, unless null_text says otherwise (not for JSON and
 * INSERT, whose NULL is fixed).
 *
 * CSV: an unquoted empty field is NULL and "" the empty string; fields with the delimiter, quotes, line ends or blanks
 * at an end, and text that equals the NULL text, are quoted (libcsv's writer does the quoting). Lines end in \n. */
#ifndef QUERN_COLUMN_WRITER_H
#define QUERN_COLUMN_WRITER_H

#include "base/context.h"
#include "column/batch.h"

/* X(NAME, "name") in the order of QuernFormat */
#define WRITER_FORMATS(X)                                                                                              \
    X(CSV, "csv")                                                                                                      \
    X(TSV, "tsv")                                                                                                      \
    X(JSON, "json")                                                                                                    \
    X(NDJSON, "ndjson")                                                                                                \
    X(MARKDOWN, "markdown")                                                                                            \
    X(TABLE, "table")                                                                                                  \
    X(LINE, "line")                                                                                                    \
    X(HTML, "html")                                                                                                    \
    X(INSERT, "insert")                                                                                                \
    X(ARROW, "arrow")                                                                                                  \
    X(ARROW_STREAM, "arrows")

typedef enum WriterFormat {
#define WRITER_ENUM(name, text) WRITER_##name,
    WRITER_FORMATS(WRITER_ENUM)
#undef WRITER_ENUM
        WRITER_FORMAT_COUNT
} WriterFormat;

typedef struct WriterOptions {
    WriterFormat format;
    const char *null_text;  /* NULL: the format's own */
    const char *table_name; /* INSERT; quoted unless it is all lower case letters, digits and _; NULL: result */
    bool no_header;
    char delimiter;  /* CSV, TSV; 0: comma, tab */
    char quote;      /* CSV; 0: " */
    bool quote_all;  /* CSV: every field that is not NULL */
    size_t width;    /* TABLE: columns of the terminal; 0: as wide as it takes */
    size_t max_rows; /* TABLE: of a longer result the first and last; 0: all */
} WriterOptions;

/* Takes a piece of output; false: it can take no more, and writing ends quietly. */
typedef bool (*WriterSink)(void *user, const char *data, size_t size);

typedef struct Writer Writer;
Writer *writer_new(Arena *arena, const Context *context, const Schema *schema, const WriterOptions *options,
                   WriterSink sink, void *user);
/* The header, where there is one. Each returns false once the sink has refused. */
bool writer_begin(Writer *writer);
bool writer_batch(Writer *writer, const Batch *batch);
/* Hands over what is buffered: call it when more rows may take a while. */
bool writer_flush(Writer *writer);
bool writer_end(Writer *writer);
uint64_t writer_row_count(const Writer *writer);

/* Text of rows that is made on another thread. In some formats a row's text does not depend on other rows, or on
 * whether there are any by one mark alone: writer_batch takes it there in place of the rows (Batch.is_text). */
bool writer_has_parts(const Writer *writer);
typedef struct WriterPart WriterPart;
/* Makes text for `whole`, which has parts; of it only what does not change is looked at. */
WriterPart *writer_part_new(Arena *arena, const Context *context, const Writer *whole);
/* Goes on with these rows: for each call of writer_part_next some of them come as text, or, where it would be long, as
 * they are; NULL when all have come. A batch is lent until the next call, as those of an operator are. */
void writer_part_begin(WriterPart *part, const Batch *batch);
const Batch *writer_part_next(WriterPart *part);

bool writer_format_parse(StringView name, WriterFormat *ret_format);

#endif
