/* column/writer.c: what all formats share: buffered output, text of batches, and which format is which. */
#include "column/writer.h"

#include "column/convert.h"
#include "column/writer_format.h"

static const WriterOps *const writer_formats[WRITER_FORMAT_COUNT] = {
    [WRITER_CSV] = &writer_csv_ops,
    [WRITER_TSV] = &writer_tsv_ops,
    [WRITER_JSON] = &writer_json_ops,
    [WRITER_NDJSON] = &writer_ndjson_ops,
    [WRITER_LINE] = &writer_line_ops,
    [WRITER_HTML] = &writer_html_ops,
    [WRITER_MARKDOWN] = &writer_markdown_ops,
    [WRITER_TABLE] = &writer_table_ops,
    [WRITER_INSERT] = &writer_insert_ops,
    [WRITER_ARROW] = &writer_arrow_ops,
    [WRITER_ARROW_STREAM] = &writer_arrow_ops,
};

static const char *const writer_names[WRITER_FORMAT_COUNT] = {
#define WRITER_NAME(name, text) [WRITER_##name] = text,
    WRITER_FORMATS(WRITER_NAME)
#undef WRITER_NAME
};

bool writer_format_parse(StringView name, WriterFormat *ret_format)
{
    for (size_t i = 0; i < WRITER_FORMAT_COUNT; i++)
        if (view_equal_ignoring_case(name, view_of(writer_names[i]))) {
            *ret_format = (WriterFormat)i;
            return true;
        }
    return false;
}

Writer *writer_new(Arena *arena, const Context *context, const Schema *schema, const WriterOptions *options,
                   WriterSink sink, void *user)
{
    Writer *writer = arena_new(arena, Writer);
    writer->arena = arena;
    writer->scratch = arena_new_child(arena);
    writer->context = context;
    writer->schema = schema;
    writer->options = *options;
    writer->ops = writer_formats[options->format];
    writer->sink = sink;
    writer->user = user;
    writer->output = arena_allocate(arena, WRITER_OUTPUT_SIZE);
    writer->texts = arena_array(arena, Vector *, schema->column_count);
    for (size_t i = 0; i < schema->column_count; i++)
        writer->texts[i] = vector_new(arena, type_of(TYPE_VARCHAR));
    return writer;
}

bool writer_begin(Writer *writer)
{
    if (writer->ops->begin)
        writer->ops->begin(writer);
    return !writer->is_refused;
}

/* Text of rows, none of which was taken for the first one. */
static void writer_put_part(Writer *writer, StringView text)
{
    if (writer->ops->mark && writer->row_count == 0) {
        size_t mark_size = strlen(writer->ops->mark);
        writer_put_text(writer, writer->ops->first);
        text = (StringView){text.data + mark_size, text.size - mark_size};
    }
    if (text.size <= WRITER_OUTPUT_SIZE)
        writer_put(writer, text);
    else if (writer_flush(writer))
        writer->is_refused = !writer->sink(writer->user, text.data, text.size);
}

bool writer_batch(Writer *writer, const Batch *batch)
{
    context_check(writer->context);
    if (writer->is_refused)
        return false;
    arena_reset(writer->scratch);
    if (batch->is_text)
        writer_put_part(writer, string_view(VECTOR_DATA(batch->columns[0], String)));
    else
        writer->ops->batch(writer, batch);
    writer->row_count += batch->row_count;
    return !writer->is_refused;
}

bool writer_flush(Writer *writer)
{
    size_t size = writer->output_size;
    writer->output_size = 0;
    if (size && !writer->is_refused)
        writer->is_refused = !writer->sink(writer->user, writer->output, size);
    return !writer->is_refused;
}

bool writer_end(Writer *writer)
{
    if (writer->ops->end && !writer->is_refused)
        writer->ops->end(writer);
    return writer_flush(writer);
}

uint64_t writer_row_count(const Writer *writer)
{
    return writer->row_count;
}

/* ---- output ---- */

void writer_put(Writer *writer, StringView text)
{
    while (text.size) {
        if (text.size > WRITER_OUTPUT_SIZE) /* else rows leave whole */
            context_check(writer->context);
        if (writer->output_size == WRITER_OUTPUT_SIZE)
            writer_flush(writer);
        size_t room = WRITER_OUTPUT_SIZE - writer->output_size, size = text.size < room ? text.size : room;
        memcpy(writer->output + writer->output_size, text.data, size);
        writer->output_size += size;
        text.data += size;
        text.size -= size;
    }
}

void writer_put_repeated(Writer *writer, const char *text, size_t count)
{
    StringView view = view_of(text);
    while (count-- > 0) {
        context_pace(count);
        writer_put(writer, view);
    }
}

void writer_put_escaped(Writer *writer, StringView text, const char *const escapes[256])
{
    size_t start = 0;
    for (size_t i = 0; i < text.size; i++) {
        context_pace(i);
        const char *escape = escapes[(unsigned char)text.data[i]];
        if (escape == NULL)
            continue;
        writer_put(writer, (StringView){text.data + start, i - start});
        writer_put_text(writer, escape);
        start = i + 1;
    }
    if (text.size)
        writer_put(writer, (StringView){text.data + start, text.size - start});
}

void writer_show_batch(Writer *writer, const Batch *batch)
{
    for (size_t i = 0; i < batch->column_count; i++)
        vector_to_text(writer->texts[i], batch->columns[i], batch->selection, batch->row_count, batch->vector_size);
}
