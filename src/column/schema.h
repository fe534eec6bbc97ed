/* column/schema.h: names and types of a table's or result's columns. */
#ifndef QUERN_COLUMN_SCHEMA_H
#define QUERN_COLUMN_SCHEMA_H

#include "column/types.h"

typedef struct Column {
    const char *name;
    Type type;
    bool is_nullable; /* false: a promise that no NULL comes */
} Column;

/* Hidden columns stand behind the others: a query may name them, but * does not mean them, and nothing is ever written
 * to them. Whoever goes through column_count columns passes them by. */
typedef struct Schema {
    size_t column_count;
    Column *columns;
    size_t hidden_count; /* columns[column_count ..]; only tables have any */
} Schema;

/* `column_count` zeroed columns. */
Schema *schema_new(Arena *arena, size_t column_count);
/* Copied, names and hidden columns too. */
Schema *schema_copy(Arena *arena, const Schema *schema);
/* Appends hidden columns: the array is replaced by one in the arena. */
void schema_add_hidden(Schema *schema, Arena *arena, const Column *columns, size_t count);
static inline size_t schema_width(const Schema *schema)
{
    return schema->column_count + schema->hidden_count;
}
/* Bytes of a row in vectors, without long strings. */
size_t schema_row_size(const Schema *schema);
/* Index of the column with exactly this name, else the only one that differs in ASCII case alone, else -1. */
ptrdiff_t schema_find(const Schema *schema, StringView name);

#endif
