/* column/schema.c: making, copying and searching schemas. */
#include "column/schema.h"

Schema *schema_new(Arena *arena, size_t column_count)
{
    Schema *schema = arena_new(arena, Schema);
    schema->column_count = column_count;
    schema->columns = arena_array(arena, Column, column_count);
    return schema;
}

Schema *schema_copy(Arena *arena, const Schema *schema)
{
    Schema *copy = schema_new(arena, schema_width(schema));
    copy->column_count = schema->column_count;
    copy->hidden_count = schema->hidden_count;
    for (size_t c = 0; c < schema_width(schema); c++) {
        copy->columns[c] = schema->columns[c];
        copy->columns[c].name = arena_string(arena, schema->columns[c].name);
    }
    return copy;
}

void schema_add_hidden(Schema *schema, Arena *arena, const Column *columns, size_t count)
{
    size_t width = schema_width(schema);
    Column *wider = arena_array(arena, Column, width + count);
    for (size_t c = 0; c < width + count; c++)
        wider[c] = c < width ? schema->columns[c] : columns[c - width];
    schema->columns = wider;
    schema->hidden_count += count;
}

size_t schema_row_size(const Schema *schema)
{
    size_t size = 0;
    for (size_t c = 0; c < schema->column_count; c++)
        size += physical_size(type_physical(schema->columns[c].type));
    return size;
}

ptrdiff_t schema_find(const Schema *schema, StringView name)
{
    ptrdiff_t found = -1;
    bool is_unique = true;
    for (size_t c = 0; c < schema->column_count; c++) {
        StringView candidate = view_of(schema->columns[c].name);
        if (view_equal(candidate, name))
            return (ptrdiff_t)c;
        if (view_equal_ignoring_case(candidate, name)) {
            is_unique = found < 0;
            found = (ptrdiff_t)c;
        }
    }
    return is_unique ? found : -1;
}
