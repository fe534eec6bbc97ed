/* provider/memory/memory_columns.c: filters over a table become filters over what is read of it. */
#include "provider/memory/memory_columns.h"

Schema *memory_columns_init(MemoryColumns *columns, const Schema *table, const ScanArgs *args)
{
    Schema *schema = schema_new(args->arena, args->projection_count);
    columns->items = arena_array(args->arena, size_t, args->projection_count + table->column_count + 1);
    columns->places = arena_array(args->arena, size_t, table->column_count + 1);
    for (size_t i = 0; i < args->projection_count; i++) {
        size_t column = args->projection[i];
        schema->columns[i] = column < table->column_count
                                 ? table->columns[column]
                                 : (Column){.name = "row number", .type = type_of(TYPE_BIGINT)};
        columns->items[i] = column;
        columns->places[column] = i + 1;
    }
    columns->count = args->projection_count;
    return schema;
}

static bool add_column(void *user, const Expr *expr)
{
    MemoryColumns *self = user;
    if (expr->kind == EXPR_COLUMN && self->places[expr->column] == 0) {
        self->items[self->count] = expr->column;
        self->places[expr->column] = ++self->count;
    }
    return true;
}

static ColumnId map_column(void *user, ColumnId column)
{
    return (ColumnId)(((MemoryColumns *)user)->places[column] - 1);
}

Expr *memory_columns_take(MemoryColumns *columns, Arena *arena, Expr *filter)
{
    expr_walk(filter, add_column, columns);
    return expr_map_columns(arena, filter, map_column, columns);
}
