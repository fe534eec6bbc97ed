/* column/writer_text.c: the formats that write each row as it comes: lines, Markdown, HTML, INSERT statements. */
#include "base/text.h"
#include "base/utf8.h"
#include "column/writer_format.h"

/* ---- line: as sqlite3's .mode line ---- */

enum { LINE_NAME_WIDTH = 5 }; /* at least */

static void line_batch(Writer *writer, const Batch *batch)
{
    StringView null_text = writer_null_text(writer, "NULL");
    size_t width = LINE_NAME_WIDTH;
    for (size_t c = 0; c < batch->column_count; c++) {
        size_t name_width = utf8_width(view_of(writer->schema->columns[c].name));
        width = name_width > width ? name_width : width;
    }
    writer_show_batch(writer, batch);
    for (size_t i = 0; i < batch->row_count; i++) {
        if (writer->row_count + i)
            writer_put_char(writer, '\n');
        for (size_t c = 0; c < batch->column_count; c++) {
            StringView name = view_of(writer->schema->columns[c].name), text;
            writer_put_repeated(writer, " ", width - utf8_width(name));
            writer_put(writer, name);
            writer_put_text(writer, " = ");
            writer_put(writer, writer_shown(writer, c, batch_row(batch, i), &text) ? text : null_text);
            writer_put_char(writer, '\n');
        }
    }
}

const WriterOps writer_line_ops = {.batch = line_batch};

/* ---- Markdown: a GitHub table ---- */

static const char *const markdown_escapes[256] = {['|'] = "\\|", ['\\'] = "\\\\", ['\n'] = "<br>", ['\r'] = ""};

static void markdown_begin(Writer *writer)
{
    const Schema *schema = writer->schema;
    if (writer->options.no_header || schema->column_count == 0)
        return;
    for (size_t c = 0; c < schema->column_count; c++) {
        writer_put_text(writer, "| ");
        writer_put_escaped(writer, view_of(schema->columns[c].name), markdown_escapes);
        writer_put_char(writer, ' ');
    }
    writer_put_text(writer, "|\n");
    for (size_t c = 0; c < schema->column_count; c++)
        writer_put_text(writer, type_is_numeric(schema->columns[c].type) ? "|---:" : "|---");
    writer_put_text(writer, "|\n");
}

static void markdown_batch(Writer *writer, const Batch *batch)
{
    if (batch->column_count == 0)
        return;
    StringView null_text = writer_null_text(writer, "NULL");
    writer_show_batch(writer, batch);
    for (size_t i = 0; i < batch->row_count; i++) {
        for (size_t c = 0; c < batch->column_count; c++) {
            StringView text;
            bool is_shown = writer_shown(writer, c, batch_row(batch, i), &text);
            writer_put_text(writer, "| ");
            writer_put_escaped(writer, is_shown ? text : null_text, markdown_escapes);
            writer_put_char(writer, ' ');
        }
        writer_put_text(writer, "|\n");
    }
}

const WriterOps writer_markdown_ops = {.begin = markdown_begin, .batch = markdown_batch};

/* ---- HTML ---- */

static const char *const html_escapes[256] = {['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"};

static void html_begin(Writer *writer)
{
    writer_put_text(writer, "<table>\n<tr>");
    for (size_t c = 0; c < writer->schema->column_count; c++) {
        writer_put_text(writer, "<th>");
        writer_put_escaped(writer, view_of(writer->schema->columns[c].name), html_escapes);
        writer_put_text(writer, "</th>");
    }
    writer_put_text(writer, "</tr>\n");
}

static void html_batch(Writer *writer, const Batch *batch)
{
    StringView null_text = writer_null_text(writer, "");
    writer_show_batch(writer, batch);
    for (size_t i = 0; i < batch->row_count; i++) {
        writer_put_text(writer, "<tr>");
        for (size_t c = 0; c < batch->column_count; c++) {
            StringView text;
            bool is_shown = writer_shown(writer, c, batch_row(batch, i), &text);
            writer_put_text(writer, "<td>");
            writer_put_escaped(writer, is_shown ? text : null_text, html_escapes);
            writer_put_text(writer, "</td>");
        }
        writer_put_text(writer, "</tr>\n");
    }
}

static void html_end(Writer *writer)
{
    writer_put_text(writer, "</table>\n");
}

const WriterOps writer_html_ops = {.begin = html_begin, .batch = html_batch, .end = html_end};

/* ---- INSERT ---- */

static bool name_is_plain(const char *name)
{
    if (!(*name >= 'a' && *name <= 'z') && *name != '_')
        return false;
    for (; *name; name++)
        if (!(*name >= 'a' && *name <= 'z') && !ascii_is_digit(*name) && *name != '_')
            return false;
    return true;
}

static void insert_begin(Writer *writer)
{
    const char *name = writer->options.table_name ? writer->options.table_name : "result";
    Text head = text_in(writer->arena);
    text_add(&head, "INSERT INTO ");
    if (name_is_plain(name)) {
        text_add(&head, name);
    } else {
        text_add_char(&head, '"');
        for (; *name; name++)
            text_add(&head, *name == '"' ? "\"\"" : (char[]){*name, '\0'});
        text_add_char(&head, '"');
    }
    text_add(&head, " VALUES (");
    writer->state = arena_string(writer->arena, text_string(&head));
}

static void insert_batch(Writer *writer, const Batch *batch)
{
    for (size_t i = 0; i < batch->row_count; i++) {
        arena_reset(writer->scratch);
        writer_put_text(writer, writer->state);
        for (size_t c = 0; c < batch->column_count; c++) {
            Value value = vector_value(batch->columns[c], batch_row(batch, i));
            if (c)
                writer_put_text(writer, ", ");
            writer_put_text(writer, value_sql(writer->scratch, &value));
        }
        writer_put_text(writer, ");\n");
    }
}

const WriterOps writer_insert_ops = {.begin = insert_begin, .batch = insert_batch};
