/* provider/arrow/arrow_file.c: walking from message to message. */
#include "provider/arrow/arrow_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "column/arrow/ipc.h"

enum { MOST_METADATA = 256 << 20 };
#define MOST_ROWS ((uint64_t)1 << 40)
static const char NO_ARROW[] = "it is no Arrow IPC file or stream";

static void file_release(void *object)
{
    close(((ArrowFile *)object)->descriptor);
}

static _Noreturn void file_is_damaged(const ArrowFile *file, const char *what)
{
    error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: %s", file->path, what);
}

void arrow_file_read(const ArrowFile *file, void *target, uint64_t offset, size_t size)
{
    char *to = target;
    while (size > 0) {
        ssize_t got = pread(file->descriptor, to, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            file_raise(file->path, errno, NO_POSITION);
        if (got == 0)
            file_is_damaged(file, "it ends before its batches do");
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
}

static FlatTable message_read(const ArrowFile *file, Arena *arena, uint64_t at, uint32_t size)
{
    uint8_t *data = arena_allocate(arena, size);
    arrow_file_read(file, data, at, size);
    FlatBytes *bytes = arena_new(arena, FlatBytes);
    *bytes = (FlatBytes){.data = data, .size = size, .source = file->path};
    return flat_root(bytes);
}

static FlatTable message_header(const ArrowFile *file, const FlatTable *message)
{
    FlatTable header;
    if (!flat_table(message, MESSAGE_HEADER, &header))
        file_is_damaged(file, "a message has no header");
    return header;
}

FlatTable arrow_file_header(const ArrowFile *file, Arena *arena, const ArrowBlock *block)
{
    FlatTable message = message_read(file, arena, block->metadata_at, block->metadata_size);
    return message_header(file, &message);
}

/* ---- the walk ---- */

/* What stands in front of a message: its size, since version 0.15 behind FFFFFFFF. False: the stream is at its end. */
static bool walk_head(const ArrowFile *file, uint64_t *at, uint32_t *ret_size)
{
    uint64_t size = (uint64_t)file->status.st_size;
    if (size - *at < sizeof(uint32_t))
        return false; /* a stream may end without saying so */
    arrow_file_read(file, ret_size, *at, sizeof *ret_size);
    *at += sizeof *ret_size;
    if (*ret_size == UINT32_MAX) {
        arrow_file_read(file, ret_size, *at, sizeof *ret_size);
        *at += sizeof *ret_size;
    }
    if (*ret_size > MOST_METADATA || *ret_size > size - *at)
        file_is_damaged(file, file->columns.schema ? "a message is longer than the file" : NO_ARROW);
    return *ret_size > 0;
}

static void dictionary_add(ArrowFile *file, Arena *arena, const FlatTable *header, ArrowBlock *block)
{
    block->dictionary_id = flat_integer(header, DICTIONARY_BATCH_ID, 8, 0);
    bool is_known = flat_integer(header, DICTIONARY_BATCH_IS_DELTA, 1, 0);
    for (size_t i = 0; i < file->dictionaries.count; i++)
        is_known |= file->dictionaries.items[i].dictionary_id == block->dictionary_id;
    if (is_known)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: a dictionary changes on the way", file->path);
    array_add(arena, &file->dictionaries, *block);
}

static void records_add(ArrowFile *file, Arena *arena, const FlatTable *header, ArrowBlock *block)
{
    block->row_count = (uint64_t)flat_integer(header, RECORDS_LENGTH, 8, 0);
    if (block->row_count > MOST_ROWS || file->row_count > MOST_ROWS)
        file_is_damaged(file, "a batch has more rows than any file");
    file->row_count += block->row_count;
    array_add(arena, &file->records, *block);
}

/* Takes a message; returns where the next one begins. */
static uint64_t message_take(ArrowFile *file, Arena *arena, Arena *scratch, uint64_t at, uint32_t size)
{
    FlatTable message = message_read(file, scratch, at, size), header = message_header(file, &message);
    ArrowBlock block = {.metadata_at = at, .metadata_size = size, .body_at = at + size};
    block.body_size = (uint64_t)flat_integer(&message, MESSAGE_BODY_SIZE, 8, 0);
    if (block.body_size > (uint64_t)file->status.st_size - block.body_at)
        file_is_damaged(file, "a message's body is longer than the file");
    switch (flat_integer(&message, MESSAGE_HEADER_TYPE, 1, 0)) {
    case IPC_SCHEMA:
        if (file->columns.schema)
            file_is_damaged(file, "it has two schemas");
        file->columns = ipc_schema_read(arena, &header);
        break;
    case IPC_DICTIONARY:
        dictionary_add(file, arena, &header, &block);
        break;
    case IPC_RECORDS:
        records_add(file, arena, &header, &block);
        break;
    default:
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: it has messages that are no batches", file->path);
    }
    return block.body_at + block.body_size;
}

/* Whether it is a file; then it must have come to its end. */
static bool file_has_magic(const ArrowFile *file)
{
    char first[IPC_MAGIC_SIZE], last[IPC_MAGIC_SIZE];
    uint64_t size = (uint64_t)file->status.st_size;
    if (size < IPC_HEAD_SIZE)
        return false;
    arrow_file_read(file, first, 0, sizeof first);
    if (memcmp(first, IPC_MAGIC, sizeof first) != 0)
        return false;
    arrow_file_read(file, last, size - sizeof last, sizeof last);
    if (memcmp(last, IPC_MAGIC, sizeof last) != 0)
        file_is_damaged(file, "the Arrow file is cut short");
    return true;
}

static void file_walk(ArrowFile *file, Arena *arena, const Context *context)
{
    uint64_t at = file_has_magic(file) ? IPC_HEAD_SIZE : 0;
    Arena *scratch = arena_new_child(arena);
    for (uint32_t size; walk_head(file, &at, &size);) {
        context_check(context);
        at = message_take(file, arena, scratch, at, size);
        if (file->columns.schema == NULL)
            file_is_damaged(file, "it does not begin with a schema");
        arena_reset(scratch);
    }
    arena_free(scratch);
    if (file->columns.schema == NULL)
        file_is_damaged(file, NO_ARROW);
}

ArrowFile *arrow_file_open(Arena *arena, const Context *context, const char *path)
{
    ArrowFile *file = arena_new(arena, ArrowFile);
    file->path = path;
    file->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (file->descriptor < 0)
        error_raise(errno == ENOENT ? ERROR_UNDEFINED_FILE : ERROR_IO, NO_POSITION, "%s: %s", path, strerror(errno));
    arena_own(arena, file, file_release);
    if (fstat(file->descriptor, &file->status) != 0)
        file_raise(path, errno, NO_POSITION);
    if (!S_ISREG(file->status.st_mode))
        error_raise(ERROR_IO, NO_POSITION, "%s: is no regular file", path);
    file_walk(file, arena, context);
    return file;
}
