/* engine/rows.h: small results that no plan makes: SHOW, DESCRIBE, EXPLAIN, counts. */
#ifndef QUERN_ENGINE_ROWS_H
#define QUERN_ENGINE_ROWS_H

#include "column/stream.h"

typedef struct Rows Rows;

/* Columns by name and type in turn: rows_new(arena, 2, "name", TYPE_VARCHAR, "count", TYPE_UBIGINT). */
Rows *rows_new(Arena *arena, size_t column_count, ...);
/* Of any schema. */
Rows *rows_new_of(Arena *arena, const Schema *schema);
/* A row of values, one a column, each of its column's type or NULL; texts are copied. */
void rows_add(Rows *rows, const Value *values);
/* The same for columns that are all VARCHAR; NULL is NULL. */
void rows_add_texts(Rows *rows, ...);
/* All rows that are left in a stream. */
void rows_add_stream(Rows *rows, BatchStream *stream);
/* Each line of a text as a row of one VARCHAR column. */
void rows_add_lines(Rows *rows, const char *text);
/* The rows so far, to be pulled once. */
BatchStream *rows_stream(Rows *rows);

#endif
