/* column/arrow/arrow_read.h: a stream of Arrow arrays as batches. Values are used where they stand when their layout
 * is ours (32-bit and 64-bit integers, doubles, dates, timestamps, texts longer than 12 bytes), else converted.
 *
 * Nothing that a stream says is believed: lengths, offsets, counts of NULLs, UTF-8 and ranges of values are looked at
 * before they are used. What cannot be looked at is whether a buffer has the size that its array's length asks for. */
#ifndef QUERN_COLUMN_ARROW_ARROW_READ_H
#define QUERN_COLUMN_ARROW_ARROW_READ_H

#include "base/context.h"
#include "column/arrow/arrow_type.h"
#include "column/stream.h"

/* Takes the stream, whose release is called when the batches are closed or the arena goes. Its columns must have the
 * types of `schema`. `source` names the table in messages. */
BatchStream *arrow_read(Arena *arena, const Context *context, struct ArrowArrayStream *stream, const Schema *schema,
                        const char *source);

#endif
