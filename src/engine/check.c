/* engine/check.c: what is wrong with files: the formats read them whole and list it. */
#include "engine/engine.h"
#include "engine/formats.h"

/* The findings of one location after the other. */
typedef struct CheckStream {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    QuernConnection *connection;
    const Context *context;
    const char *const *paths;
    size_t path_count, path_next;
    size_t option_count;
    const FormatOption *options;
    BatchStream *current; /* NULL: the next location has to be opened */
} CheckStream;

static BatchStream *check_open(const CheckStream *stream, const char *path)
{
    const Format *format = catalog_format_of_file(stream->connection->catalog, view_of(path));
    if (format == NULL)
        format = engine_formats[0];
    if (format->check == NULL)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: files of format %s are not checked", path, format->name);
    FormatArgs args = {.format = format,
                       .location = path,
                       .position = NO_POSITION,
                       .option_count = stream->option_count,
                       .options = stream->options,
                       .context = stream->context};
    return format->check(&args);
}

static Batch *check_next(BatchStream *base)
{
    CheckStream *stream = (CheckStream *)base;
    for (;;) {
        if (stream->current == NULL && stream->path_next == stream->path_count)
            return NULL;
        if (stream->current == NULL)
            stream->current = check_open(stream, stream->paths[stream->path_next++]);
        Batch *batch = stream_next(stream->current);
        if (batch)
            return batch;
        stream_close(stream->current);
        stream->current = NULL;
    }
}

typedef struct CheckRequest {
    QuernConnection *connection;
    const char *const *paths;
    size_t path_count;
    const char *const *options;
    Arena *arena;
    QuernResult *result;
} CheckRequest;

static void check_start(void *argument)
{
    CheckRequest *request = argument;
    Arena *arena = request->arena = arena_new_child(request->connection->arena);
    QuernResult *result = arena_new(arena, QuernResult);
    statement_init(&result->statement, request->connection, arena);
    context_enter(&result->statement.context);
    CheckStream *stream = arena_new(arena, CheckStream);
    const char **paths = arena_array(arena, const char *, request->path_count);
    for (size_t i = 0; i < request->path_count; i++)
        paths[i] = arena_string(arena, request->paths[i]);
    while (request->options && request->options[2 * stream->option_count])
        stream->option_count++;
    FormatOption *options = arena_array(arena, FormatOption, stream->option_count);
    for (size_t i = 0; i < stream->option_count; i++)
        options[i] = (FormatOption){.name = view_of(arena_string(arena, request->options[2 * i])),
                                    .value = view_of(arena_string(arena, request->options[2 * i + 1])),
                                    .position = NO_POSITION};
    stream->base = (BatchStream){.schema = format_check_schema(arena), .next = check_next};
    stream->connection = request->connection;
    stream->context = &result->statement.context;
    stream->paths = paths;
    stream->path_count = request->path_count;
    stream->options = options;
    result->stream = &stream->base;
    result->schema = stream->base.schema;
    result->batch = stream_next(&stream->base);
    result->is_at_end = result->batch == NULL;
    result->is_begun = true; /* it is never run again: there is no statement */
    request->result = result;
}

QuernStatus quern_check(QuernConnection *connection, const char *const *paths, size_t path_count,
                        const char *const *options, QuernResult **ret_result)
{
    CheckRequest request = {.connection = connection, .paths = paths, .path_count = path_count, .options = options};
    quern_result_free(connection->result);
    atomic_store(&connection->is_cancelled, false);
    connection->error = (Error){0};
    QuernStatus status = connection_protect(connection, check_start, &request);
    if (status == QUERN_OK) {
        connection->result = request.result;
        *ret_result = request.result;
        return QUERN_OK;
    }
    progress_reset(&connection->progress);
    arena_free(request.arena);
    return status;
}
