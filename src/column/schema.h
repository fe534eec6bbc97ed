/* column/schema.h: names and types of a table's or result's columns. */
#ifndef QUERN_COLUMN_SCHEMA_H
#define QUERN_COLUMN_SCHEMA_H

#include "column/types.h"

typedef struct Column {
    const char *name;
    Type type;
    bool is_nullable; /* false: a promise that no NULL comes */
} Column;

typedef struct Schema {
    size_t column_count;
    Column *columns;
} Schema;

/* `column_count` zeroed columns. */
Schema *schema_new(Arena *arena, size_t column_count);
/* Copied, names too. */
Schema *schema_copy(Arena *arena, const Schema *schema);
/* Index of the column with exactly this name, else the only one that differs in ASCII case alone, else -1. */
ptrdiff_t schema_find(const Schema *schema, StringView name);

#endif
