/* provider/arrow/arrow_batch.h: columns of a record batch, read into memory as arrays. */
#ifndef QUERN_PROVIDER_ARROW_ARROW_BATCH_H
#define QUERN_PROVIDER_ARROW_ARROW_BATCH_H

#include "base/buffer.h"
#include "provider/arrow/arrow_file.h"

typedef struct ArrowLoaded {
    struct ArrowArray *array;
    Buffer *owner; /* of the array's buffers; one share */
    uint64_t byte_count;
} ArrowLoaded;

/* Reads the wanted columns of a record batch. Arrays and shares are the arena's; `dictionaries` are those of the
 * columns. What the file says of buffers is checked against their sizes, as far as reading them needs. */
void arrow_batch_load(const ArrowFile *file, const Context *context, Arena *arena, const ArrowBlock *block,
                      const size_t *columns, size_t column_count, const ArrowLoaded *dictionaries,
                      ArrowLoaded *ret_columns);
/* Each wanted column's own, read as its type, or without an array: columns that share one need not agree on it. */
ArrowLoaded *arrow_dictionaries_load(const ArrowFile *file, const Context *context, Arena *arena, const size_t *columns,
                                     size_t column_count);

#endif
