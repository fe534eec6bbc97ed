/* engine/rows.c: rows collected into batches. */
#include "engine/rows.h"

#include <stdarg.h>

#include "base/array.h"

struct Rows {
    Arena *arena;
    const Schema *schema;
    ARRAY(Batch *) batches; /* the last one is being filled */
};

Rows *rows_new_of(Arena *arena, const Schema *schema)
{
    Rows *rows = arena_new(arena, Rows);
    rows->arena = arena;
    rows->schema = schema;
    return rows;
}

Rows *rows_new(Arena *arena, size_t column_count, ...)
{
    Schema *schema = schema_new(arena, column_count);
    va_list arguments;
    va_start(arguments, column_count);
    for (size_t i = 0; i < column_count; i++) {
        const char *name = va_arg(arguments, const char *);
        TypeId type = (TypeId)va_arg(arguments, int);
        schema->columns[i] = (Column){.name = name, .type = type_of(type), .is_nullable = true};
    }
    va_end(arguments);
    return rows_new_of(arena, schema);
}

void rows_add(Rows *rows, const Value *values)
{
    Batch *batch = rows->batches.count ? rows->batches.items[rows->batches.count - 1] : NULL;
    if (batch == NULL || batch->row_count == BATCH_SIZE) {
        batch = batch_new(rows->arena, rows->schema);
        for (size_t i = 0; i < rows->schema->column_count; i++)
            vector_prepare(batch->columns[i], BATCH_SIZE);
        array_add(rows->arena, &rows->batches, batch);
    }
    for (size_t i = 0; i < rows->schema->column_count; i++)
        vector_set_value(batch->columns[i], batch->row_count, &values[i]);
    batch->vector_size = ++batch->row_count;
}

void rows_add_texts(Rows *rows, ...)
{
    Value *values = arena_array(rows->arena, Value, rows->schema->column_count);
    va_list arguments;
    va_start(arguments, rows);
    for (size_t i = 0; i < rows->schema->column_count; i++) {
        const char *text = va_arg(arguments, const char *);
        values[i] = text ? value_text(view_of(text)) : value_null(type_of(TYPE_VARCHAR));
    }
    va_end(arguments);
    rows_add(rows, values);
}

void rows_add_lines(Rows *rows, const char *text)
{
    while (*text) {
        size_t size = strcspn(text, "\n");
        rows_add(rows, &(Value[1]){value_text((StringView){text, size})}[0]);
        text += size + (text[size] == '\n');
    }
}

void rows_add_stream(Rows *rows, BatchStream *stream)
{
    for (Batch *batch; (batch = stream_next(stream)) != NULL;)
        array_add(rows->arena, &rows->batches, batch_ref(rows->arena, batch));
}

BatchStream *rows_stream(Rows *rows)
{
    return stream_of_batches(rows->arena, rows->schema, rows->batches.items, rows->batches.count);
}
