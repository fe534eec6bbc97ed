/* column/writer_format.h: what the formats of writer_*.c share; nobody else includes it.
 *
 *   values ──writer_put──▶ output, 64 KiB ──▶ sink
 *
 * A format writes on when the sink has refused: its output is then dropped, and the caller stops after the batch. */
#ifndef QUERN_COLUMN_WRITER_FORMAT_H
#define QUERN_COLUMN_WRITER_FORMAT_H

#include "column/writer.h"

enum { WRITER_OUTPUT_SIZE = 64 << 10 };

/* The verbs of a format; each may be NULL. */
typedef struct WriterOps {
    void (*begin)(Writer *writer);
    void (*batch)(Writer *writer, const Batch *batch);
    void (*end)(Writer *writer);
    bool has_parts;           /* texts of rows may be put one behind the other, */
    const char *first, *mark; /* but for what stands before the first one, and before each other; or NULL */
} WriterOps;

struct Writer {
    Arena *arena;
    Arena *scratch; /* emptied before each batch */
    const Context *context;
    const Schema *schema;
    WriterOptions options;
    const WriterOps *ops;
    void *state;        /* the format's own, made by its begin */
    Vector **texts;     /* of each column, by writer_show_batch */
    uint64_t row_count; /* of the batches before this one */
    WriterSink sink;
    void *user;
    char *output; /* WRITER_OUTPUT_SIZE bytes */
    size_t output_size;
    bool is_refused; /* the sink takes no more */
};

extern const WriterOps writer_csv_ops, writer_tsv_ops, writer_json_ops, writer_ndjson_ops, writer_markdown_ops,
    writer_table_ops, writer_line_ops, writer_html_ops, writer_insert_ops, writer_arrow_ops;

/* Room for `size` bytes (up to WRITER_OUTPUT_SIZE); the caller adds what it wrote to output_size. */
static inline char *writer_reserve(Writer *writer, size_t size)
{
    if (WRITER_OUTPUT_SIZE - writer->output_size < size)
        writer_flush(writer);
    return writer->output + writer->output_size;
}

static inline void writer_put_char(Writer *writer, char c)
{
    *writer_reserve(writer, 1) = c;
    writer->output_size++;
}

/* Of any size. */
void writer_put(Writer *writer, StringView text);
static inline void writer_put_text(Writer *writer, const char *text)
{
    writer_put(writer, view_of(text));
}
void writer_put_repeated(Writer *writer, const char *text, size_t count);
/* The text with some bytes replaced: escapes[byte] is what stands for it, NULL: itself. */
void writer_put_escaped(Writer *writer, StringView text, const char *const escapes[256]);

/* Makes writer->texts those of the batch's rows that count. */
void writer_show_batch(Writer *writer, const Batch *batch);
/* One of them, by its place in the vectors; false: NULL. */
static inline bool writer_shown(const Writer *writer, size_t column_index, size_t row, StringView *ret_text)
{
    const Vector *texts = writer->texts[column_index];
    if (!validity_get(texts->validity, row))
        return false;
    *ret_text = string_view(&VECTOR_DATA(texts, String)[row]);
    return true;
}

/* options.null_text, or the format's own. */
static inline StringView writer_null_text(const Writer *writer, const char *own)
{
    return view_of(writer->options.null_text ? writer->options.null_text : own);
}

#endif
