/* provider/arrow/arrow_batch.c: nodes and buffers of a record batch, in the order of the columns.
 *
 *   nodes     length, NULLs                a column has one, and one for each child
 *   buffers   offset, size in the body     and as many of these as its layout says
 *
 * A buffer in a compressed body begins with its size when it is not, or -1: it is not. */
#include "provider/arrow/arrow_batch.h"

#include <string.h>
#include <zstd.h>

#include "base/error.h"
#include "base/memory.h"
#include "column/arrow/ipc.h"

enum { ALIGNMENT = 16, COMPRESSED_HEAD = 8, PLAIN = -1, MOST_STORED_NOWHERE = 1 << 16 };
#define MOST_VALUES ((int64_t)1 << 40)
enum { MOST_EXPANSION = 1 << 16 }; /* of ZSTD: a block of 3 bytes or more becomes 128 KiB at the most */

typedef struct Loading {
    const ArrowFile *file;
    Arena *arena;
    uint64_t body_at, body_size;
    FlatVector nodes, buffers, variadic;
    size_t node, buffer, view; /* that come next */
    int64_t codec;             /* of the body; PLAIN: none */
    Buffer *owner;
    size_t used;
    uint64_t byte_count;
} Loading;

static _Noreturn void batch_is_damaged(const ArrowFile *file, const char *what)
{
    error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: %s", file->path, what);
}

static Loading loading_new(const ArrowFile *file, Arena *arena, const ArrowBlock *block, const FlatTable *records)
{
    Loading loading = {.file = file,
                       .arena = arena,
                       .body_at = block->body_at,
                       .body_size = block->body_size,
                       .nodes = flat_vector(records, RECORDS_NODES, NODE_SIZE),
                       .buffers = flat_vector(records, RECORDS_BUFFERS, BUFFER_SIZE),
                       .variadic = flat_vector(records, RECORDS_VARIADIC, sizeof(int64_t)),
                       .codec = PLAIN};
    FlatTable compression;
    if (flat_table(records, RECORDS_COMPRESSION, &compression))
        loading.codec = flat_integer(&compression, 0, 1, CODEC_LZ4);
    if (loading.codec != PLAIN && loading.codec != CODEC_ZSTD)
        error_raise_hint(ERROR_NOT_SUPPORTED, NO_POSITION, "write it again with ZSTD, or without compression",
                         "%s: its batches are compressed with LZ4", file->path);
    return loading;
}

/* ---- how many buffers ---- */

static size_t layout_buffers(const ArrowType *type)
{
    switch (type->layout) {
    case ARROW_NULLS:
    case ARROW_RUNS:
        return 0;
    case ARROW_TEXT:
        return 3;
    default: /* of views more follow */
        return 2;
    }
}

static size_t variadic_count(const Loading *loading, size_t view)
{
    if (view >= loading->variadic.count)
        batch_is_damaged(loading->file, "a batch does not say how many buffers a column of views has");
    int64_t count = flat_item_i64(&loading->variadic, view * sizeof(int64_t));
    if (count < 0 || (uint64_t)count > loading->buffers.count)
        batch_is_damaged(loading->file, "a column of views has more buffers than its batch");
    return (size_t)count;
}

/* Passes over the column; returns how many buffers it has. */
static size_t column_skip(Loading *loading, const ArrowType *type)
{
    size_t count = layout_buffers(type);
    loading->node++;
    if (type->layout == ARROW_VIEWS)
        count += variadic_count(loading, loading->view++);
    loading->buffer += count;
    if (type->layout == ARROW_RUNS)
        count = column_skip(loading, type->codes) + column_skip(loading, type->values);
    return count;
}

/* ---- a buffer ---- */

typedef struct Piece {
    uint64_t at, stored_size;
    int64_t size; /* in memory */
    bool is_compressed;
} Piece;

static Piece piece_of(const Loading *loading, size_t buffer)
{
    if (buffer >= loading->buffers.count)
        batch_is_damaged(loading->file, "a batch has too few buffers");
    uint64_t offset = (uint64_t)flat_item_i64(&loading->buffers, buffer * BUFFER_SIZE);
    uint64_t size = (uint64_t)flat_item_i64(&loading->buffers, buffer * BUFFER_SIZE + 8);
    if (offset > loading->body_size || size > loading->body_size - offset)
        batch_is_damaged(loading->file, "a buffer stands outside its batch");
    Piece piece = {loading->body_at + offset, size, (int64_t)size, false};
    if (loading->codec == PLAIN || size == 0)
        return piece;
    if (size < COMPRESSED_HEAD)
        batch_is_damaged(loading->file, "a compressed buffer is too short");
    arrow_file_read(loading->file, &piece.size, piece.at, COMPRESSED_HEAD);
    piece.at += COMPRESSED_HEAD;
    piece.stored_size -= COMPRESSED_HEAD;
    piece.is_compressed = piece.size != -1;
    if (!piece.is_compressed)
        piece.size = (int64_t)piece.stored_size;
    if (piece.size < 0 || (uint64_t)piece.size / MOST_EXPANSION > piece.stored_size)
        batch_is_damaged(loading->file, "a compressed buffer says a size that it cannot have");
    return piece;
}

static size_t size_aligned(int64_t size)
{
    return ((size_t)size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The next buffer, in memory; NULL when it is empty. */
static const void *buffer_take(Loading *loading, size_t *ret_size)
{
    Piece piece = piece_of(loading, loading->buffer++);
    *ret_size = (size_t)piece.size;
    if (piece.size == 0)
        return NULL;
    char *target = (char *)loading->owner->data + loading->used;
    if (size_aligned(piece.size) > loading->owner->size - loading->used)
        batch_is_damaged(loading->file, "it is changed while it is read");
    loading->used += size_aligned(piece.size);
    loading->byte_count += piece.stored_size;
    if (!piece.is_compressed) {
        arrow_file_read(loading->file, target, piece.at, *ret_size);
        return target;
    }
    Arena *scratch = arena_new_child(loading->arena);
    void *stored = arena_allocate(scratch, piece.stored_size);
    arrow_file_read(loading->file, stored, piece.at, piece.stored_size);
    size_t got = ZSTD_decompress(target, *ret_size, stored, piece.stored_size);
    arena_free(scratch);
    if (ZSTD_isError(got) || got != *ret_size)
        batch_is_damaged(loading->file, "a compressed buffer is damaged");
    return target;
}

/* ---- a column ---- */

static void array_release_nothing(struct ArrowArray *array)
{
    array->release = NULL; /* all is the arena's and the owner's */
}

static struct ArrowArray *array_new(Loading *loading, size_t buffer_count)
{
    if (loading->node >= loading->nodes.count)
        batch_is_damaged(loading->file, "a batch has too few columns");
    struct ArrowArray *array = arena_new(loading->arena, struct ArrowArray);
    *array = (struct ArrowArray){.length = flat_item_i64(&loading->nodes, loading->node * NODE_SIZE),
                                 .null_count = flat_item_i64(&loading->nodes, loading->node * NODE_SIZE + 8),
                                 .n_buffers = (int64_t)buffer_count,
                                 .buffers = arena_array(loading->arena, const void *, buffer_count + 1),
                                 .release = array_release_nothing};
    loading->node++;
    if (array->length < 0 || array->length > MOST_VALUES || array->null_count < -1)
        batch_is_damaged(loading->file, "a column has a length that it cannot have");
    return array;
}

static void need(const Loading *loading, bool is_enough)
{
    if (!is_enough)
        batch_is_damaged(loading->file, "a buffer is shorter than its column");
}

/* No offset leads out of the text: which are in order is looked at when they are read. */
static void offsets_check(const Loading *loading, const struct ArrowArray *array, size_t width, size_t text_size)
{
    size_t count = (size_t)array->length + 1;
    bool is_inside = true;
    if (width == sizeof(int32_t))
        for (size_t i = 0; i < count; i++)
            is_inside &= ((const uint32_t *)array->buffers[1])[i] <= text_size;
    else
        for (size_t i = 0; i < count; i++)
            is_inside &= ((const uint64_t *)array->buffers[1])[i] <= text_size;
    need(loading, is_inside);
}

static void text_take(Loading *loading, struct ArrowArray *array, const ArrowType *type, size_t offsets_size)
{
    static const char nothing[1];
    size_t text_size;
    array->buffers[2] = buffer_take(loading, &text_size);
    if (array->buffers[2] == NULL)
        array->buffers[2] = nothing;
    if (array->length == 0)
        return;
    need(loading, offsets_size / type->width > (size_t)array->length);
    offsets_check(loading, array, type->width, text_size);
}

/* Behind the views, and behind those buffers their sizes, as Arrow's C structs have them. */
static void views_take(Loading *loading, struct ArrowArray *array)
{
    size_t count = variadic_count(loading, loading->view++);
    const void **buffers = arena_array(loading->arena, const void *, count + 3);
    int64_t *sizes = arena_array(loading->arena, int64_t, count + 1);
    buffers[0] = array->buffers[0];
    buffers[1] = array->buffers[1];
    for (size_t i = 0; i < count; i++) {
        size_t size;
        buffers[2 + i] = buffer_take(loading, &size);
        sizes[i] = (int64_t)size;
    }
    buffers[2 + count] = sizes;
    array->buffers = buffers;
    array->n_buffers = (int64_t)count + 3;
}

static struct ArrowArray *column_take(Loading *loading, const ArrowType *type);

static void runs_take(Loading *loading, struct ArrowArray *array, const ArrowType *type)
{
    array->n_children = 2;
    array->children = arena_array(loading->arena, struct ArrowArray *, 2);
    array->children[0] = column_take(loading, type->codes);
    array->children[1] = column_take(loading, type->values);
}

static struct ArrowArray *column_take(Loading *loading, const ArrowType *type)
{
    size_t buffer_count = layout_buffers(type), size;
    struct ArrowArray *array = array_new(loading, buffer_count);
    size_t count = (size_t)array->length;
    if (type->layout == ARROW_RUNS)
        runs_take(loading, array, type);
    if (buffer_count == 0)
        return array;
    array->buffers[0] = buffer_take(loading, &size);
    need(loading, array->buffers[0] == NULL || size >= (count + 7) / 8);
    array->buffers[1] = buffer_take(loading, &size);
    if (type->layout == ARROW_TEXT)
        text_take(loading, array, type, size);
    else if (type->layout == ARROW_BITS)
        need(loading, size >= (count + 7) / 8);
    else
        need(loading, size >= count * (type->layout == ARROW_CODES ? type->codes->width : type->width));
    if (type->layout == ARROW_VIEWS)
        views_take(loading, array);
    return array;
}

static void buffer_release(void *buffer)
{
    buffer_unref(buffer);
}

/* Takes the next column into memory of its own. */
static ArrowLoaded column_load(Loading *loading, const Context *context, const ArrowType *type)
{
    Loading ahead = *loading;
    size_t total = 0, buffer_count = column_skip(&ahead, type);
    for (size_t i = 0; i < buffer_count; i++) {
        Piece piece = piece_of(loading, loading->buffer + i);
        total = memory_size_add(total, size_aligned(piece.size));
    }
    loading->owner = buffer_new(total, context->memory);
    arena_own(loading->arena, loading->owner, buffer_release);
    loading->used = 0;
    loading->byte_count = 0;
    struct ArrowArray *array = column_take(loading, type);
    return (ArrowLoaded){array, loading->owner, loading->byte_count};
}

void arrow_batch_load(const ArrowFile *file, const Context *context, Arena *arena, const ArrowBlock *block,
                      const size_t *columns, size_t column_count, const ArrowLoaded *dictionaries,
                      ArrowLoaded *ret_columns)
{
    FlatTable records = arrow_file_header(file, arena, block);
    Loading start = loading_new(file, arena, block, &records), at = start;
    size_t next = 0; /* the column that `at` is before */
    for (size_t i = 0; i < column_count; i++) {
        if (columns[i] < next) {
            at = start;
            next = 0;
        }
        for (; next < columns[i]; next++)
            column_skip(&at, file->columns.types[next]);
        Loading loading = at;
        ret_columns[i] = column_load(&loading, context, file->columns.types[columns[i]]);
        if (dictionaries[i].array) {
            ret_columns[i].array->dictionary = dictionaries[i].array;
            ret_columns[i].owner = dictionaries[i].owner; /* codes are copied, texts are not */
        }
    }
}

/* ---- dictionaries ---- */

static const ArrowBlock *dictionary_find(const ArrowFile *file, size_t column)
{
    if (file->columns.types[column]->layout != ARROW_CODES)
        return NULL;
    for (size_t i = 0; i < file->dictionaries.count; i++)
        if (file->dictionaries.items[i].dictionary_id == file->columns.dictionary_ids[column])
            return &file->dictionaries.items[i];
    return NULL;
}

ArrowLoaded *arrow_dictionaries_load(const ArrowFile *file, const Context *context, Arena *arena, const size_t *columns,
                                     size_t column_count)
{
    ArrowLoaded *loaded = arena_array(arena, ArrowLoaded, column_count);
    for (size_t i = 0; i < column_count; i++) {
        const ArrowBlock *block = dictionary_find(file, columns[i]);
        if (block == NULL)
            continue;
        FlatTable batch = arrow_file_header(file, arena, block), records;
        if (!flat_table(&batch, DICTIONARY_BATCH_DATA, &records))
            continue;
        Loading loading = loading_new(file, arena, block, &records);
        loaded[i] = column_load(&loading, context, file->columns.types[columns[i]]->values);
        if (loaded[i].array->length > MOST_STORED_NOWHERE && loaded[i].byte_count == 0)
            batch_is_damaged(file, "a dictionary has more values than bytes");
    }
    return loaded;
}
