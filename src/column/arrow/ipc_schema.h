/* column/arrow/ipc_schema.h: the Schema of IPC metadata as columns, and the other way. */
#ifndef QUERN_COLUMN_ARROW_IPC_SCHEMA_H
#define QUERN_COLUMN_ARROW_IPC_SCHEMA_H

#include "column/arrow/arrow_type.h"
#include "column/arrow/flat_read.h"
#include "column/arrow/flat_write.h"

enum { IPC_NO_DICTIONARY = -1 };

typedef struct IpcColumns {
    Schema *schema;
    const ArrowType **types;
    int64_t *dictionary_ids; /* one a column; IPC_NO_DICTIONARY: it has none */
} IpcColumns;

/* Raises NOT_SUPPORTED by column name for a type that has no counterpart. */
IpcColumns ipc_schema_read(Arena *arena, const FlatTable *schema);
/* Returns where the table stands. */
size_t ipc_schema_write(Text *bytes, const Schema *schema);

#endif
