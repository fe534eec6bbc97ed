/* column/writer_json.c: rows as JSON objects (RFC 8259), in one array or one a line.
 *
 * Numbers keep all their digits; NaN and the infinities, which JSON has no numbers for, are strings; so are dates,
 * times and blobs (\x0a1b, as text). Columns of the same name stand twice. */
#include "column/json_text.h"
#include "column/writer_format.h"

typedef struct JsonWriter {
    StringView *keys; /* "name": */
} JsonWriter;

static void json_put_string(Writer *writer, StringView text)
{
    writer_put_char(writer, '"');
    writer_put_escaped(writer, text, json_escapes);
    writer_put_char(writer, '"');
}

static StringView json_key(Arena *arena, const char *name)
{
    Text key = text_in(arena);
    text_add_json(&key, view_of(name));
    text_add_char(&key, ':');
    return text_view(&key);
}

static void json_begin(Writer *writer)
{
    JsonWriter *json = arena_new(writer->arena, JsonWriter);
    writer->state = json;
    json->keys = arena_array(writer->arena, StringView, writer->schema->column_count);
    for (size_t i = 0; i < writer->schema->column_count; i++)
        json->keys[i] = json_key(writer->arena, writer->schema->columns[i].name);
}

/* Whether a value stands without quotes: numbers and booleans, but not NaN and Infinity. */
static bool json_is_bare(Type type, StringView text)
{
    if (type.id == TYPE_DOUBLE)
        return !ascii_is_alpha(text.data[text.size - 1]);
    return type_is_numeric(type) || type.id == TYPE_BOOLEAN;
}

static void json_put_row(Writer *writer, const Batch *batch, size_t row)
{
    const JsonWriter *json = writer->state;
    writer_put_char(writer, '{');
    for (size_t c = 0; c < batch->column_count; c++) {
        StringView text;
        if (c)
            writer_put_char(writer, ',');
        writer_put(writer, json->keys[c]);
        if (!writer_shown(writer, c, row, &text))
            writer_put_text(writer, "null");
        else if (json_is_bare(batch->columns[c]->type, text))
            writer_put(writer, text);
        else
            json_put_string(writer, text);
    }
    writer_put_char(writer, '}');
}

static void json_batch(Writer *writer, const Batch *batch)
{
    writer_show_batch(writer, batch);
    for (size_t i = 0; i < batch->row_count; i++) {
        writer_put_text(writer, writer->row_count + i ? writer_json_ops.mark : writer_json_ops.first);
        json_put_row(writer, batch, batch_row(batch, i));
    }
}

static void json_end(Writer *writer)
{
    writer_put_text(writer, writer->row_count ? "]\n" : "[]\n");
}

const WriterOps writer_json_ops = {
    .begin = json_begin, .batch = json_batch, .end = json_end, .has_parts = true, .first = "[", .mark = ",\n"};

static void ndjson_batch(Writer *writer, const Batch *batch)
{
    writer_show_batch(writer, batch);
    for (size_t i = 0; i < batch->row_count; i++) {
        json_put_row(writer, batch, batch_row(batch, i));
        writer_put_char(writer, '\n');
    }
}

const WriterOps writer_ndjson_ops = {.begin = json_begin, .batch = ndjson_batch, .has_parts = true};
