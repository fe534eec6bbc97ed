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
    Schema *copy = schema_new(arena, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++) {
        copy->columns[c] = schema->columns[c];
        copy->columns[c].name = arena_string(arena, schema->columns[c].name);
    }
    return copy;
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
