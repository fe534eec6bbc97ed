/* column/arrow/arrow_write.c: batches as a stream of Arrow arrays. */
#include "column/arrow/arrow_write.h"

#include <errno.h>

#include "base/context.h"
#include "column/arrow/arrow_type.h"

/* ---- one array: it stands in an arena of its own, for a consumer may move a child out of its parent ---- */

static void array_release(struct ArrowArray *array)
{
    Arena *arena = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
    array->release = NULL;
    arena_free(arena);
}

static Arena *array_init(struct ArrowArray *array, size_t length)
{
    *array = (struct ArrowArray){.length = (int64_t)length};
    Arena *arena = arena_new_child(NULL);
    array->private_data = arena;
    array->release = array_release;
    return arena;
}

static bool buffer_may_leave(const Buffer *buffer)
{
    return buffer && buffer->budget == NULL; /* a budget ends with its connection */
}

static const void *write_validity(Arena *arena, const Vector *vector, size_t count, int64_t *ret_null_count)
{
    *ret_null_count = 0;
    if (vector->validity == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        *ret_null_count += !validity_get(vector->validity, i);
    if (*ret_null_count == 0)
        return NULL;
    if (buffer_may_leave(vector->validity_buffer))
        return vector->validity;
    return arena_copy(arena, vector->validity, (count + 63) / 64 * sizeof(uint64_t));
}

/* ---- values ---- */

static const void *write_booleans(Arena *arena, const Vector *vector, size_t count)
{
    uint8_t *bits = arena_allocate_zero(arena, (count + 63) / 64 * 8);
    for (size_t i = 0; i < count; i++)
        if (validity_get(vector->validity, i) && VECTOR_DATA(vector, bool)[i])
            bits[i / 8] |= (uint8_t)(1u << (i % 8));
    return bits;
}

static const void *write_smallints(Arena *arena, const Vector *vector, size_t count)
{
    int16_t *values = arena_array(arena, int16_t, count);
    for (size_t i = 0; i < count; i++)
        values[i] = (int16_t)VECTOR_DATA(vector, int32_t)[i];
    return values;
}

static const void *write_decimals(Arena *arena, const Vector *vector, size_t count)
{
    Int128 *values = arena_array(arena, Int128, count);
    for (size_t i = 0; i < count; i++)
        values[i] = VECTOR_DATA(vector, int64_t)[i];
    return values;
}

typedef struct MonthDayNano {
    int32_t months, days;
    int64_t nanoseconds;
} MonthDayNano;

static const void *write_intervals(Arena *arena, const Vector *vector, size_t count)
{
    MonthDayNano *values = arena_array(arena, MonthDayNano, count);
    for (size_t i = 0; i < count; i++) {
        if (!validity_get(vector->validity, i))
            continue;
        Interval interval = VECTOR_DATA(vector, Interval)[i];
        values[i] = (MonthDayNano){interval.months, interval.days, 0};
        if (__builtin_mul_overflow(interval.microseconds, 1000, &values[i].nanoseconds))
            error_raise(ERROR_OUT_OF_RANGE, NO_POSITION, "an interval of %lld microseconds has too many nanoseconds",
                        (long long)interval.microseconds);
    }
    return values;
}

static void write_text(Arena *arena, const Vector *vector, size_t count, const void **ret_buffers)
{
    const String *strings = vector->data;
    int32_t *offsets = arena_array(arena, int32_t, count + 1);
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += validity_get(vector->validity, i) ? strings[i].size : 0;
        if (size > INT32_MAX)
            error_raise(ERROR_LIMIT_EXCEEDED, NO_POSITION, "the texts of a batch have over 2147483647 bytes");
        offsets[i + 1] = (int32_t)size;
    }
    char *bytes = arena_allocate(arena, size + 1);
    for (size_t i = 0, looked_at = 0; i < count; i++) { /* a batch may have hundreds of megabytes */
        if ((size_t)offsets[i] - looked_at > MEMORY_PIECE) {
            context_check(context_entered());
            looked_at = (size_t)offsets[i];
        }
        memory_copy(bytes + offsets[i], string_data(&strings[i]), (size_t)(offsets[i + 1] - offsets[i]));
    }
    ret_buffers[1] = offsets;
    ret_buffers[2] = bytes;
}

static const void *write_as_is(Arena *arena, const Vector *vector, size_t count)
{
    if (buffer_may_leave(vector->data_buffer))
        return vector->data;
    return arena_copy(arena, vector->data, count * physical_size(vector->physical));
}

static void write_column(struct ArrowArray *array, const Vector *source, size_t count)
{
    Arena *arena = array_init(array, count);
    if (source->type.id == TYPE_NULL) {
        array->null_count = (int64_t)count;
        return;
    }
    Vector *vector = vector_new(arena, source->type); /* holds the shares of what is not copied */
    vector_flatten(vector, source, count);
    array->buffers = arena_array(arena, const void *, 3);
    array->n_buffers = 2;
    array->buffers[0] = write_validity(arena, vector, count, &array->null_count);
    switch (vector->type.id) {
    case TYPE_BOOLEAN:
        array->buffers[1] = write_booleans(arena, vector, count);
        return;
    case TYPE_SMALLINT:
        array->buffers[1] = write_smallints(arena, vector, count);
        return;
    case TYPE_DECIMAL:
        array->buffers[1] = vector->physical == PHYSICAL_I128 ? write_as_is(arena, vector, count)
                                                              : write_decimals(arena, vector, count);
        return;
    case TYPE_INTERVAL:
        array->buffers[1] = write_intervals(arena, vector, count);
        return;
    case TYPE_VARCHAR:
    case TYPE_BLOB:
        array->n_buffers = 3;
        write_text(arena, vector, count, array->buffers);
        return;
    default:
        array->buffers[1] = write_as_is(arena, vector, count);
        return;
    }
}

/* ---- a batch ---- */

typedef struct BatchRequest {
    const Schema *schema;
    const Batch *batch;
    struct ArrowArray *array;
} BatchRequest;

static void batch_write(void *argument)
{
    const BatchRequest *request = argument;
    const Batch *batch = request->batch;
    struct ArrowArray *array = request->array;
    Arena *arena = array_init(array, batch->row_count);
    array->n_buffers = 1;
    array->buffers = arena_array(arena, const void *, 1);
    if (batch->selection) {
        Batch *compact = batch_new(arena, request->schema);
        batch_compact(compact, batch);
        batch = compact;
    }
    struct ArrowArray *children = arena_array(arena, struct ArrowArray, batch->column_count);
    array->children = arena_array(arena, struct ArrowArray *, batch->column_count);
    for (size_t i = 0; i < batch->column_count; i++) {
        array->children[i] = &children[i];
        array->n_children = (int64_t)i + 1;
        write_column(&children[i], batch->columns[i], batch->row_count);
    }
}

void arrow_write_batch(const Schema *schema, const Batch *batch, struct ArrowArray *ret_array)
{
    BatchRequest request = {schema, batch, ret_array};
    Error error;
    *ret_array = (struct ArrowArray){0};
    if (error_protect(batch_write, &request, &error))
        return;
    if (ret_array->release)
        ret_array->release(ret_array);
    error_raise_again(&error);
}

/* ---- a stream: its functions are called by others, so nothing unwinds through them ---- */

typedef struct StreamRequest {
    ArrowWriter *writer;
    struct ArrowSchema *schema;
    struct ArrowArray *array;
} StreamRequest;

static int errno_of(ErrorCode code)
{
    switch (error_class(code)) {
    case ERROR_CLASS_INTERRUPTED:
        return ECANCELED;
    case ERROR_CLASS_RESOURCE:
        return ENOMEM;
    case ERROR_CLASS_IO:
        return EIO;
    default:
        return EINVAL;
    }
}

static int writer_run(ArrowWriter *writer, void (*body)(void *argument), StreamRequest *request)
{
    if (writer->has_failed)
        return errno_of(writer->error.code);
    if (error_protect(body, request, &writer->error))
        return 0;
    writer->has_failed = true;
    return errno_of(writer->error.code);
}

static void stream_write_schema(void *argument)
{
    const StreamRequest *request = argument;
    arrow_schema_export(request->writer->schema, request->schema);
}

static void stream_write_array(void *argument)
{
    const StreamRequest *request = argument;
    ArrowWriter *writer = request->writer;
    Batch *batch;
    do {
        batch = writer->is_at_end ? NULL : writer->next(writer->user);
        writer->is_at_end = batch == NULL;
    } while (batch && batch->row_count == 0);
    if (batch)
        arrow_write_batch(writer->schema, batch, request->array);
}

static int stream_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    StreamRequest request = {.writer = stream->private_data, .schema = ret_schema};
    return writer_run(request.writer, stream_write_schema, &request);
}

static int stream_get_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    StreamRequest request = {.writer = stream->private_data, .array = ret_array};
    *ret_array = (struct ArrowArray){0};
    return writer_run(request.writer, stream_write_array, &request);
}

static const char *stream_get_last_error(struct ArrowArrayStream *stream)
{
    const ArrowWriter *writer = stream->private_data;
    return writer->has_failed ? writer->error.message : NULL;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    ArrowWriter *writer = stream->private_data;
    stream->release = NULL;
    if (writer->done)
        writer->done(writer->user);
}

void arrow_write_stream(ArrowWriter *writer, struct ArrowArrayStream *ret_stream)
{
    *ret_stream = (struct ArrowArrayStream){.get_schema = stream_get_schema,
                                            .get_next = stream_get_next,
                                            .get_last_error = stream_get_last_error,
                                            .release = stream_release,
                                            .private_data = writer};
}
