/* column/writer_part.c: text of rows, for a writer on another thread to put.
 *
 *   batch ──▶ pieces of some hundred rows ──▶ a writer of the same format ──▶ buffer ──▶ batch of one constant text
 *
 * Buffers are used again once nobody shares them any more. */
#include "base/buffer.h"
#include "column/writer_format.h"

enum {
    PIECE_SIZE = 128 << 10, /* bytes of text, about */
    FIELD_SIZE = 8,         /* bytes of a field, but for its text */
    BUFFER_COUNT = 8,       /* as many as a worker of a Gather usually has on their way */
};

struct WriterPart {
    Writer *writer;
    Batch source; /* what is being written */
    size_t next;  /* of its rows */
    Batch piece;
    uint16_t selection[BATCH_SIZE]; /* the piece's */
    size_t row_size;                /* bytes that a row took last */
    Buffer *buffers[BUFFER_COUNT];  /* NULL: not needed yet */
    Buffer **buffer;                /* the one of them that is being filled */
    size_t size;                    /* bytes in it */
    size_t replaced;                /* which buffer went last, as all were shared */
    Batch *text;
};

bool writer_has_parts(const Writer *writer)
{
    return writer->ops->has_parts && writer->schema->column_count > 0;
}

static void part_release(void *object)
{
    WriterPart *part = object;
    for (size_t i = 0; i < BUFFER_COUNT; i++)
        buffer_unref(part->buffers[i]);
}

/* ---- buffers ---- */

/* One that nobody shares, or the place of one. */
static Buffer **part_find_buffer(WriterPart *part)
{
    for (size_t i = 0; i < BUFFER_COUNT; i++)
        if (part->buffers[i] == NULL || !buffer_is_shared(part->buffers[i]))
            return &part->buffers[i];
    Buffer **oldest = &part->buffers[part->replaced++ % BUFFER_COUNT];
    buffer_unref(*oldest);
    *oldest = NULL;
    return oldest;
}

static void part_begin_buffer(WriterPart *part)
{
    part->size = 0;
    part->buffer = part_find_buffer(part);
    if (*part->buffer == NULL)
        *part->buffer = buffer_new(PIECE_SIZE * 2 - BUFFER_HEADER_SIZE, NULL);
}

static void part_grow_buffer(WriterPart *part, size_t size)
{
    Buffer *grown = buffer_new(2 * size, NULL);
    memcpy(grown->data, (*part->buffer)->data, part->size);
    buffer_unref(*part->buffer);
    *part->buffer = grown;
}

static bool part_take(void *user, const char *data, size_t size)
{
    WriterPart *part = user;
    if ((*part->buffer)->size - part->size < size)
        part_grow_buffer(part, part->size + size);
    memcpy((char *)(*part->buffer)->data + part->size, data, size);
    part->size += size;
    return true;
}

/* ---- rows to text ---- */

WriterPart *writer_part_new(Arena *arena, const Context *context, const Writer *whole)
{
    WriterPart *part = arena_new(arena, WriterPart);
    WriterOptions options = whole->options;
    options.no_header = true;
    part->writer = writer_new(arena, context, whole->schema, &options, part_take, part);
    part->row_size = whole->schema->column_count * FIELD_SIZE;
    part->text = batch_new_empty(arena, 1);
    part->text->columns[0] = vector_new(arena, type_of(TYPE_VARCHAR));
    part->text->is_text = true;
    arena_own(arena, part, part_release);
    writer_begin(part->writer);
    part->writer->row_count = 1; /* no row is the first one */
    return part;
}

void writer_part_begin(WriterPart *part, const Batch *batch)
{
    part->source = *batch;
    part->source.column_count = part->writer->schema->column_count;
    part->next = 0;
}

/* Bytes, about, that the piece will take. */
static size_t piece_size(const Batch *piece)
{
    size_t size = piece->row_count * piece->column_count * FIELD_SIZE;
    for (size_t i = 0; i < piece->row_count; i++)
        size += vectors_text_size(piece->columns, piece->column_count, batch_row(piece, i));
    return size;
}

/* The next rows, as many as fill a piece. False: one that is longer than that alone. */
static bool part_cut(WriterPart *part)
{
    size_t left = part->source.row_count - part->next, count = PIECE_SIZE / part->row_size + 1, size;
    for (count = count + count / 2 < left ? count : left;; count /= 2) {
        part->piece = part->source;
        batch_slice(&part->piece, part->next, count, part->selection);
        size = piece_size(&part->piece);
        if (count == 1 || size <= 2 * PIECE_SIZE)
            break;
        part->row_size = size / count; /* more than was expected */
    }
    part->next += count;
    return size <= 2 * PIECE_SIZE;
}

static void part_show_text(WriterPart *part)
{
    Vector *column = part->text->columns[0];
    vector_prepare(column, 1);
    VECTOR_DATA(column, String)[0] = string_make((*part->buffer)->data, part->size);
    vector_keep_buffer(column, *part->buffer);
    column->form = VECTOR_CONSTANT;
    part->text->row_count = part->text->vector_size = part->piece.row_count;
    part->text->morsel = part->piece.morsel;
}

const Batch *writer_part_next(WriterPart *part)
{
    if (part->next == part->source.row_count)
        return NULL;
    if (!part_cut(part))
        return &part->piece;
    vector_unref(part->text->columns[0]); /* its buffer may be used again */
    part_begin_buffer(part);
    writer_batch(part->writer, &part->piece);
    writer_flush(part->writer);
    part->row_size = part->size / part->piece.row_count + 1;
    part_show_text(part);
    return part->text;
}
