/* provider/csv/csv_source.c: reading by offset, whatever the file is. */
#include "provider/csv/csv_source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/discard.h"
#include "base/error.h"
#include "base/temp_file.h"
#include "provider/csv/csv_journal.h"

enum {
    POLL_MS = 50, /* how long a read of a pipe waits between two looks at the cancel flag */
    SKIP_SIZE = 64 << 10,
    READ_PIECE = 4 << 20, /* bytes read between two looks at the cancel flag */
};

struct CsvSpool {
    const char *path; /* for messages */
    uint64_t lines_before;
    int input;   /* the stream */
    int storage; /* unlinked temporary file; -1 before the first byte came */
    pthread_mutex_t mutex;
    uint64_t size; /* bytes in storage */
    bool has_ended;
};

bool csv_identity_equal(const CsvIdentity *a, const CsvIdentity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size && a->modified_ns == b->modified_ns;
}

static _Noreturn void raise_open(const char *path)
{
    if (errno == ENOENT || errno == ENOTDIR)
        error_raise(ERROR_UNDEFINED_FILE, NO_POSITION, "%s: no such file", path);
    error_raise(ERROR_IO, NO_POSITION, "%s: %s", path, strerror(errno));
}

static void check_kind(const char *path, const struct stat *status)
{
    if (S_ISDIR(status->st_mode))
        error_raise(ERROR_IO, NO_POSITION, "%s: is a directory", path);
    if (S_ISSOCK(status->st_mode))
        error_raise(ERROR_IO, NO_POSITION, "%s: is a socket", path);
}

static void descriptor_close(void *object)
{
    close((int)(intptr_t)object - 1);
}

/* The arena closes it. One is added, since an object is never NULL. */
static void descriptor_own(Arena *arena, int descriptor)
{
    arena_own(arena, (void *)(intptr_t)(descriptor + 1), descriptor_close);
}

/* ---- which file ---- */

const char *csv_source_path(const char *location, const ContextInput *input)
{
    struct stat status;
    if (input || strcmp(location, "-") != 0 || fstat(STDIN_FILENO, &status) != 0 || !S_ISREG(status.st_mode) ||
        lseek(STDIN_FILENO, 0, SEEK_CUR) != 0)
        return location;
    return "/dev/stdin";
}

void csv_identity_read_open(Arena *scratch, int descriptor, const char *path, CsvIdentity *ret_identity)
{
    struct stat before, after;
    CsvJournal journal;
    bool has_journal;
    do { /* an INSERT that ends between the two looks makes their sizes differ */
        if (fstat(descriptor, &before) != 0)
            raise_open(path);
        has_journal = csv_journal_read(scratch, path, &journal);
        if (fstat(descriptor, &after) != 0)
            raise_open(path);
    } while (!has_journal && before.st_size != after.st_size);
    *ret_identity = (CsvIdentity){
        .device = after.st_dev,
        .inode = after.st_ino,
        .size = (uint64_t)after.st_size,
        .modified_ns = (int64_t)after.st_mtim.tv_sec * 1000000000 + after.st_mtim.tv_nsec,
    };
    if (!has_journal)
        return;
    if (ret_identity->size > journal.new_size)
        error_raise_hint(ERROR_BAD_DATA, NO_POSITION,
                         "someone else wrote to it: look at its end, then remove the journal",
                         "%s: is longer than its unfinished INSERT (journal %s) can have made it", path,
                         csv_journal_path(scratch, path));
    if (ret_identity->size > journal.old_size)
        ret_identity->size = journal.old_size;
}

bool csv_identity_read(Arena *scratch, const char *path, CsvIdentity *ret_identity)
{
    struct stat status;
    *ret_identity = (CsvIdentity){0};
    bool is_input = strcmp(path, "-") == 0;
    if ((is_input ? fstat(STDIN_FILENO, &status) : stat(path, &status)) != 0)
        raise_open(path);
    check_kind(path, &status);
    if (is_input || !S_ISREG(status.st_mode))
        return false;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        raise_open(path);
    descriptor_own(scratch, descriptor);
    csv_identity_read_open(scratch, descriptor, path, ret_identity);
    arena_release(scratch, (void *)(intptr_t)(descriptor + 1));
    return true;
}

/* ---- streams ---- */

static void spool_release(void *object)
{
    CsvSpool *spool = object;
    close(spool->input);
    if (spool->storage >= 0)
        file_discard(spool->storage);
    pthread_mutex_destroy(&spool->mutex);
}

CsvSpool *csv_spool_open(Arena *arena, const char *path, const ContextInput *input)
{
    struct stat status;
    bool is_input = strcmp(path, "-") == 0;
    CsvSpool *spool = arena_new(arena, CsvSpool);
    spool->path = arena_string(arena, !is_input ? path : input ? input->name : "stdin");
    spool->lines_before = is_input && input ? input->lines_before : 0;
    spool->storage = -1;
    if (!is_input) {
        if (stat(path, &status) != 0)
            raise_open(path);
        check_kind(path, &status);
        if (S_ISREG(status.st_mode))
            return NULL;
    }
    spool->input = is_input ? fcntl(input ? input->descriptor : STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                            : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (spool->input < 0)
        raise_open(path);
    pthread_mutex_init(&spool->mutex, NULL);
    arena_own(arena, spool, spool_release);
    return spool;
}

static bool storage_write(int descriptor, const char *data, size_t size, uint64_t offset)
{
    while (size > 0) {
        ssize_t written = pwrite(descriptor, data, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        data += written, size -= (size_t)written, offset += (uint64_t)written;
    }
    return true;
}

typedef enum SpoolStatus { SPOOL_OK, SPOOL_CANCELLED, SPOOL_INPUT_FAILED, SPOOL_STORAGE_FAILED } SpoolStatus;

/* Under the mutex: takes more of the stream into `target`, which stands for the bytes behind the spool's end. */
static SpoolStatus spool_pull(CsvSpool *spool, const Context *context, char *target, size_t size, size_t *ret_size)
{
    *ret_size = 0;
    for (;;) {
        if (context->cancel && atomic_load_explicit(context->cancel, memory_order_relaxed))
            return SPOOL_CANCELLED;
        struct pollfd poll_for = {.fd = spool->input, .events = POLLIN};
        int ready = poll(&poll_for, 1, POLL_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t got = read(spool->input, target, size);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got < 0)
            return SPOOL_INPUT_FAILED;
        if (got == 0) {
            spool->has_ended = true;
            return SPOOL_OK;
        }
        if (spool->storage < 0)
            spool->storage = temp_open(context);
        if (spool->storage < 0 || !storage_write(spool->storage, target, (size_t)got, spool->size))
            return SPOOL_STORAGE_FAILED;
        spool->size += (uint64_t)got;
        *ret_size = (size_t)got;
        return SPOOL_OK;
    }
}

/* Whether more of the stream comes at once, or soon. Who asks for MUCH has the beginning of a long record, and goes
 * over all of it again with what comes: at each 64 KB, which a pipe holds, that would take a time quadratic in its
 * size. */
static bool spool_comes_soon(const CsvSpool *spool, size_t wanted)
{
    enum { MUCH = 1 << 20 };
    size_t patience = wanted / MUCH;
    struct pollfd poll_for = {.fd = spool->input, .events = POLLIN};
    return wanted > MUCH && poll(&poll_for, 1, patience < POLL_MS ? (int)patience : POLL_MS) > 0;
}

/* As much as `target` has room for where that is MUCH, else what is there. */
static SpoolStatus spool_pull_much(CsvSpool *spool, const Context *context, char *target, size_t size, size_t *ret_size)
{
    SpoolStatus status = spool_pull(spool, context, target, size, ret_size);
    while (status == SPOOL_OK && !spool->has_ended && *ret_size < size && spool_comes_soon(spool, size)) {
        size_t got;
        status = spool_pull(spool, context, target + *ret_size, size - *ret_size, &got);
        *ret_size += got;
    }
    return status;
}

static SpoolStatus spool_read(CsvSpool *spool, const Context *context, uint64_t offset, char *target, size_t size,
                              size_t *ret_size)
{
    if (offset < spool->size) {
        uint64_t left = spool->size - offset;
        ssize_t got = pread(spool->storage, target, size < left ? size : (size_t)left, (off_t)offset);
        *ret_size = got > 0 ? (size_t)got : 0;
        return got > 0 ? SPOOL_OK : SPOOL_STORAGE_FAILED;
    }
    *ret_size = 0;
    while (!spool->has_ended) {
        bool is_next = offset == spool->size; /* else bytes before the wanted ones come first */
        char skipped[4096];
        size_t wanted = spool->size + sizeof skipped > offset ? (size_t)(offset - spool->size) : sizeof skipped;
        SpoolStatus status = is_next ? spool_pull_much(spool, context, target, size, ret_size)
                                     : spool_pull(spool, context, skipped, wanted, ret_size);
        if (is_next || status != SPOOL_OK)
            return status;
    }
    *ret_size = 0;
    return SPOOL_OK;
}

/* ---- sources ---- */

static _Noreturn void source_raise_truncated(const CsvSource *source)
{
    error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: has become shorter while it was being read", source->path);
}

size_t csv_source_read_stored(CsvSource *source, uint64_t offset, char *target, size_t size)
{
    context_check(source->context);
    if (source->spool) {
        size_t got;
        pthread_mutex_lock(&source->spool->mutex);
        SpoolStatus status = spool_read(source->spool, source->context, offset, target, size, &got);
        int error = errno;
        pthread_mutex_unlock(&source->spool->mutex);
        if (status == SPOOL_CANCELLED)
            context_check(source->context);
        if (status == SPOOL_INPUT_FAILED)
            error_raise(ERROR_IO, NO_POSITION, "%s: %s", source->path, strerror(error));
        if (status == SPOOL_STORAGE_FAILED)
            error_raise_hint(error == ENOSPC ? ERROR_DISK_FULL : ERROR_IO, NO_POSITION,
                             "SET temp_directory names another folder", "%s: keeping its text for another read: %s",
                             source->path, strerror(error));
        source->stored_read += got;
        return got;
    }
    if (offset >= source->stored_size)
        return 0;
    if (size > source->stored_size - offset)
        size = (size_t)(source->stored_size - offset);
    for (size_t done = 0;;) {
        size_t part = size - done < READ_PIECE ? size - done : READ_PIECE;
        ssize_t got = pread(source->descriptor, target + done, part, (off_t)(offset + done));
        if (got == 0 && done == 0)
            source_raise_truncated(source);
        if (got < 0 && errno != EINTR)
            error_raise(ERROR_IO, NO_POSITION, "%s: %s", source->path, strerror(errno));
        if (got >= 0) {
            source->stored_read += (uint64_t)got;
            done += (size_t)got;
            if (done == size || (size_t)got < part)
                return done;
        }
        context_check(source->context);
    }
}

/* ---- decoding ---- */

static size_t decoder_pull(void *user, char *target, size_t size)
{
    CsvSource *source = user;
    size_t got = csv_source_read_stored(source, source->decoder_offset, target, size);
    source->decoder_offset += got;
    return got;
}

static void decoder_restart(CsvSource *source)
{
    arena_reset(source->decoder_arena);
    source->decoder_offset = source->text_offset = 0;
    source->decoder = csv_decoder_open(source->decoder_arena, source->path, source->compression, source->encoding,
                                       decoder_pull, source);
}

/* As much as there is room for, unless more would have to be waited for. */
static size_t decoded_read(CsvSource *source, char *target, size_t size)
{
    size_t filled = 0, got = 1;
    while (filled < size && got > 0 &&
           (filled == 0 || source->spool == NULL || spool_comes_soon(source->spool, size))) {
        got = csv_decoder_read(source->decoder, target + filled, size - filled);
        filled += got;
    }
    source->text_offset += filled;
    return filled;
}

static size_t window_read(const CsvSource *source, uint64_t offset, char *target, size_t size)
{
    size_t start = (size_t)(offset - source->window_offset), left = source->window_size - start;
    size = size < left ? size : left;
    memcpy(target, source->window + start, size);
    return size;
}

size_t csv_source_read(CsvSource *source, uint64_t offset, char *target, size_t size)
{
    if (offset - source->window_offset < source->window_size)
        return window_read(source, offset, target, size);
    if (source->decoder == NULL)
        return csv_source_read_stored(source, offset, target, size);
    if (offset < source->text_offset)
        decoder_restart(source);
    while (source->text_offset < offset) {
        char skipped[SKIP_SIZE];
        uint64_t left = offset - source->text_offset;
        if (decoded_read(source, skipped, left < sizeof skipped ? (size_t)left : sizeof skipped) == 0)
            return 0;
    }
    return decoded_read(source, target, size);
}

void csv_source_set_window(CsvSource *source, uint64_t offset, const char *text, size_t size)
{
    source->window = text;
    source->window_offset = offset;
    source->window_size = size;
    source->size = offset + size;
}

bool csv_source_reaches(CsvSource *source, uint64_t offset)
{
    char probe;
    return source->text_offset > offset || csv_source_read(source, offset, &probe, 1) > 0;
}

/* ---- opening ---- */

static void source_open_file(Arena *arena, CsvSource *source, uint64_t size)
{
    const char *path = source->path;
    source->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (source->descriptor < 0)
        raise_open(path);
    descriptor_own(arena, source->descriptor);
    struct stat status;
    if (fstat(source->descriptor, &status) != 0)
        raise_open(path);
    check_kind(path, &status);
    CsvIdentity identity;
    csv_identity_read_open(arena, source->descriptor, path, &identity);
    source->size = source->stored_size = identity.size < size ? identity.size : size;
}

static size_t head_read(CsvSource *source, char *target, size_t size)
{
    size_t filled = 0, got = 1;
    while (filled < size && got > 0) {
        got = csv_source_read(source, filled, target + filled, size - filled);
        filled += got;
    }
    return filled;
}

CsvSource *csv_source_open(Arena *arena, const Context *context, const char *path, CsvSpool *spool, uint64_t size,
                           const char *encoding)
{
    CsvSource *source = arena_new(arena, CsvSource);
    *source = (CsvSource){.path = path,
                          .descriptor = -1,
                          .size = UINT64_MAX,
                          .stored_size = UINT64_MAX,
                          .spool = spool,
                          .context = context};
    if (spool) {
        source->path = spool->path;
        source->lines_before = spool->lines_before;
    } else {
        source_open_file(arena, source, size);
    }
    char head[CSV_MAGIC_SIZE];
    source->compression = csv_compression_detect(head, head_read(source, head, sizeof head));
    source->encoding = encoding;
    if (source->compression || encoding) {
        source->size = UINT64_MAX;
        source->decoder_arena = arena_new_child(arena);
        decoder_restart(source);
    }
    if (encoding == NULL)
        source->encoding = csv_encoding_detect(head, head_read(source, head, sizeof head));
    if (encoding == NULL && source->encoding) {
        source->size = UINT64_MAX;
        if (source->decoder_arena == NULL)
            source->decoder_arena = arena_new_child(arena);
        decoder_restart(source);
    }
    source->stored_read = 0;
    return source;
}
