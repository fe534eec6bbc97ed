/* column/arrow/arrow_read.c: a stream of Arrow arrays as batches. */
#include "column/arrow/arrow_read.h"

#include <errno.h>

#include "base/error.h"
#include "base/memory.h"
#include "column/arrow/arrow_array.h"

typedef struct ArrowReader {
    BatchStream base;
    const Context *context;
    struct ArrowArrayStream stream; /* release NULL: given back */
    Schema *schema;
    const ArrowType **types;
    const char *source;
    Batch *batch;
    /* the array that is being cut into batches */
    Arena *array_arena; /* its columns' dictionaries */
    Buffer *owner;      /* NULL: none */
    ArrowColumn *columns;
    size_t next, row_count;
    bool is_done;
} ArrowReader;

/* ---- the stream ---- */

static void reader_drop_array(ArrowReader *reader)
{
    if (reader->array_arena)
        arena_reset(reader->array_arena);
    buffer_unref(reader->owner);
    reader->owner = NULL;
    reader->next = reader->row_count = 0;
}

static void reader_release(void *object)
{
    ArrowReader *reader = object;
    buffer_unref(reader->owner);
    reader->owner = NULL;
    reader->is_done = true;
    if (reader->stream.release)
        reader->stream.release(&reader->stream);
    reader->stream.release = NULL;
}

static ErrorCode code_of_errno(int code)
{
    switch (code) {
    case EIO:
        return ERROR_IO;
    case ENOENT:
        return ERROR_UNDEFINED_FILE;
    case ENOMEM:
        return ERROR_OUT_OF_MEMORY;
    case ECANCELED:
    case EINTR:
        return ERROR_INTERRUPTED;
    case ENOSYS:
        return ERROR_NOT_SUPPORTED;
    default:
        return ERROR_BAD_DATA;
    }
}

static _Noreturn void reader_raise(ArrowReader *reader, int code)
{
    reader->is_done = true;
    const char *message = reader->stream.get_last_error ? reader->stream.get_last_error(&reader->stream) : NULL;
    error_raise(code_of_errno(code), NO_POSITION, "%s: %s", reader->source, message ? message : strerror(code));
}

/* ---- arrays ---- */

static void array_release(void *object)
{
    struct ArrowArray *array = object;
    if (array->release)
        array->release(array);
    memory_free(array);
}

/* The array, in a counted buffer that releases it with its last share. */
static const struct ArrowArray *reader_take_array(ArrowReader *reader)
{
    struct ArrowArray *array = memory_allocate_zero(sizeof *array);
    Arena *guard = arena_new_child(reader->array_arena);
    arena_own(guard, array, array_release);
    int code = reader->stream.get_next(&reader->stream, array);
    if (code != 0) {
        array->release = NULL; /* what was written there is not to be believed */
        reader_raise(reader, code);
    }
    if (array->release == NULL)
        return NULL;
    reader->owner = buffer_new_foreign(array, 0, array_release, array);
    arena_disown(guard, array);
    return array;
}

static bool reader_pull(ArrowReader *reader)
{
    reader_drop_array(reader);
    context_check(reader->context);
    const struct ArrowArray *array = reader_take_array(reader);
    if (array == NULL)
        return false;
    if (array->length < 0 || array->length > (int64_t)1 << 40 || array->offset < 0 || array->offset > (int64_t)1 << 40)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: an array has length %lld and offset %lld", reader->source,
                    (long long)array->length, (long long)array->offset);
    if (array->n_children != (int64_t)reader->schema->column_count || (array->n_children && !array->children))
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: an array has %lld columns, its schema %zu", reader->source,
                    (long long)array->n_children, reader->schema->column_count);
    if (array->null_count > 0)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: rows cannot be NULL", reader->source);
    for (size_t i = 0; i < reader->schema->column_count; i++)
        arrow_column_init(&reader->columns[i], reader->array_arena, reader->types[i], array->children[i],
                          (size_t)array->offset, (size_t)array->length, reader->owner, reader->source);
    reader->row_count = (size_t)array->length;
    return true;
}

static Batch *reader_next(BatchStream *stream)
{
    ArrowReader *reader = (ArrowReader *)stream;
    while (!reader->is_done && reader->next == reader->row_count)
        reader->is_done = !reader_pull(reader);
    if (reader->is_done)
        return NULL;
    size_t limit = batch_rows_that_fit(reader->context, schema_row_size(reader->base.schema));
    size_t count = reader->row_count - reader->next;
    if (count > limit)
        count = limit;
    for (size_t i = 0; i < reader->batch->column_count; i++)
        arrow_column_read(&reader->columns[i], reader->next, count, reader->batch->columns[i]);
    reader->batch->row_count = reader->batch->vector_size = count;
    reader->next += count;
    return reader->batch;
}

static void reader_close(BatchStream *stream)
{
    reader_release(stream);
}

/* ---- opening ---- */

static void schema_release(void *object)
{
    struct ArrowSchema *schema = object;
    if (schema->release)
        schema->release(schema);
}

static void reader_read_schema(ArrowReader *reader, Arena *arena, const Schema *expected)
{
    struct ArrowSchema *given = arena_new(arena, struct ArrowSchema);
    int code = reader->stream.get_schema(&reader->stream, given);
    if (code != 0)
        reader_raise(reader, code);
    arena_own(arena, given, schema_release);
    reader->schema = arrow_schema_import(arena, given, reader->source, &reader->types);
    if (reader->schema->column_count != expected->column_count)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: a stream has %zu columns where %zu were asked for",
                    reader->source, reader->schema->column_count, expected->column_count);
    for (size_t i = 0; i < expected->column_count; i++) {
        const Column *want = &expected->columns[i], *have = &reader->schema->columns[i];
        char want_name[TYPE_NAME_SIZE], have_name[TYPE_NAME_SIZE];
        if (!type_equal(want->type, have->type))
            error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: column \"%s\" comes as %s, but the table says %s",
                        reader->source, want->name, type_name(have->type, have_name), type_name(want->type, want_name));
        ArrowType *type = arena_copy(arena, reader->types[i], sizeof *type);
        type->column = want->name; /* a stream need not repeat names and promises */
        type->is_nullable = want->is_nullable;
        reader->types[i] = type;
        *(Column *)have = *want;
    }
}

BatchStream *arrow_read(Arena *arena, const Context *context, struct ArrowArrayStream *stream, const Schema *schema,
                        const char *source)
{
    ArrowReader *reader = arena_new(arena, ArrowReader);
    reader->base = (BatchStream){.schema = schema, .next = reader_next, .close = reader_close};
    reader->context = context;
    reader->stream = *stream;
    reader->source = source;
    stream->release = NULL;
    arena_own(arena, reader, reader_release);
    if (reader->stream.release == NULL || reader->stream.get_schema == NULL || reader->stream.get_next == NULL)
        error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: a stream lacks get_schema, get_next or release", source);
    reader_read_schema(reader, arena, schema);
    reader->array_arena = arena_new_child(arena);
    reader->columns = arena_array(arena, ArrowColumn, schema->column_count);
    reader->batch = batch_new(arena, schema);
    return &reader->base;
}
