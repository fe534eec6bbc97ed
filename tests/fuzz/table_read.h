/* tests/fuzz/table_read.h: a file as a table, all columns of it and many rows: all bytes are looked at. */
#ifndef QUERN_TESTS_FUZZ_TABLE_READ_H
#define QUERN_TESTS_FUZZ_TABLE_READ_H

#include "base/error.h"
#include "base/hash.h"
#include "column/batch.h"
#include "provider/catalog.h"

enum { MOST_ROWS_READ = 100000 }; /* a few bytes may promise any number */

typedef struct TableRead {
    const Format *format;
    Context *context;
    const char *path;
} TableRead;

/* Of every text, so that a sanitizer sees where it stands. */
static inline void texts_look(const Vector *vector, size_t count)
{
    for (size_t row = 0; row < count; row++) {
        Value value = vector_value(vector, row);
        if (!value.is_null && type_physical(value.type) == PHYSICAL_STRING)
            (void)hash_bytes(value.text.data, value.text.size);
    }
}

static inline void table_body(void *argument)
{
    TableRead *read = argument;
    Arena *arena = read->context->arena;
    FormatArgs args = {.location = read->path, .position = NO_POSITION, .context = read->context};
    TableProvider *table = read->format->table(&args);
    arena_own(arena, table, (void (*)(void *))provider_unref);
    const Schema *schema = table->ops->schema(table, read->context);
    size_t *projection = arena_array(arena, size_t, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        projection[c] = c;
    ScanArgs scan_args = {.context = read->context,
                          .arena = arena,
                          .projection = projection,
                          .projection_count = schema->column_count,
                          .limit = NO_LIMIT,
                          .parallelism = 1};
    BatchStream *stream = scan_read(table->ops->scan(table, &scan_args), arena, read->context);
    size_t row_count = 0;
    for (const Batch *batch; row_count < MOST_ROWS_READ && (batch = stream_next(stream)) != NULL;) {
        batch_check(batch);
        for (size_t c = 0; c < batch->column_count; c++)
            texts_look(batch->columns[c], batch->row_count);
        row_count += batch->row_count;
    }
}

/* False: it was refused, and *ret_error says why. */
static inline bool table_try(const Format *format, const char *path, Error *ret_error)
{
    static Settings settings = {.batch_size = BATCH_SIZE};
    static MemoryBudget budget = {.limit = (size_t)1 << 28};
    Arena *arena = arena_new_child(NULL);
    Context *context = arena_new(arena, Context);
    context->memory = &budget;
    context->settings = &settings;
    context->arena = arena;
    TableRead read = {format, context, path};
    bool is_read = error_protect(table_body, &read, ret_error);
    arena_free(arena);
    return is_read;
}

#endif
