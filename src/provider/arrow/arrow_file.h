/* provider/arrow/arrow_file.h: an Arrow IPC file or stream, looked through once: its columns, and where its batches
 * are. A file is a stream with a magic in front and a footer behind: both are read as streams. */
#ifndef QUERN_PROVIDER_ARROW_ARROW_FILE_H
#define QUERN_PROVIDER_ARROW_ARROW_FILE_H

#include <sys/stat.h>

#include "base/array.h"
#include "base/context.h"
#include "column/arrow/ipc_schema.h"

typedef struct ArrowBlock {
    uint64_t metadata_at, body_at, body_size;
    uint32_t metadata_size;
    uint64_t row_count;
    int64_t dictionary_id; /* of a dictionary */
} ArrowBlock;

typedef struct ArrowFile {
    const char *path;
    int descriptor;
    struct stat status; /* as it was opened */
    IpcColumns columns;
    ARRAY(ArrowBlock) records;
    ARRAY(ArrowBlock) dictionaries;
    uint64_t row_count;
} ArrowFile;

/* Stays open as long as the arena. */
ArrowFile *arrow_file_open(Arena *arena, const Context *context, const char *path);
/* `size` bytes at the offset; raises when there are not so many. */
void arrow_file_read(const ArrowFile *file, void *target, uint64_t offset, size_t size);
/* The message's metadata, in the arena, and the table of its header. */
FlatTable arrow_file_header(const ArrowFile *file, Arena *arena, const ArrowBlock *block);

#endif
