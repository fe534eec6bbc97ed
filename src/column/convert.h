/* column/convert.h: text to values and back, for every type: one place that casts, readers and writers share. */
#ifndef QUERN_COLUMN_CONVERT_H
#define QUERN_COLUMN_CONVERT_H

#include "base/error.h"
#include "column/vector.h"

/* Reads text as `type`, as CAST('…' AS type) does. Text results point to `text` (or to the arena, for BLOB escapes).
 * False fills *ret_error: INVALID_TEXT, INVALID_DATETIME, OUT_OF_RANGE or DATETIME_OVERFLOW, with the text quoted. BLOB
 * is written as PostgreSQL's bytea: \x0a1b, or text in which \\ and \ooo (octal) are bytes. */
bool value_parse(Arena *arena, StringView text, Type type, Value *ret_value, Error *ret_error);

enum { VALUE_TEXT_SIZE = 96 };
/* Writes a value that is no NULL as results show it: into `buffer` (VALUE_TEXT_SIZE bytes), or, for VARCHAR, without
 * copying; BLOB needs the arena (bytes as \x0a1b). The view is valid as long as value, buffer and arena are. */
StringView value_text_view(const Value *value, char *buffer, Arena *arena);

/* What a whole vector of values is as VARCHAR: `target` becomes flat VARCHAR; NULLs stay NULL. Rows that are not
 * selected (selection NULL: all) are left undefined. */
void vector_to_text(Vector *target, const Vector *source, const uint16_t *selection, size_t count, size_t vector_size);

#endif
