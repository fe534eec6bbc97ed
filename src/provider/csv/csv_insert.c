/* provider/csv/csv_insert.c: INSERT INTO a file, all or nothing: whoever fails or is killed, whenever.
 *
 *   append     lock ─▶ spool the rows ─▶ journal ─▶ write the tail, fsync ─▶ remove the journal: committed
 *   overwrite  lock ─▶ spool the rows ─▶ write a new file beside, fsync ─▶ rename it: committed
 *
 * Rows are spooled before the file is touched: a row that fails leaves nothing to undo, and a statement may read the
 * file that it writes to. The lock is advisory, and goes with the arena. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "column/writer.h"
#include "provider/csv/csv_journal.h"
#include "provider/csv/csv_table.h"

enum { SPOOL_MEMORY = 1 << 20, COPY_SIZE = 1 << 20 };

/* The rows as text, not yet in the file: in memory, and from SPOOL_MEMORY bytes on in an unlinked temporary file. */
typedef struct RowSpool {
    char *memory;
    size_t memory_used;
    int descriptor; /* -1: all is in memory */
    uint64_t file_size;
    int error; /* errno of what failed; 0: nothing did */
    /* line ends are changed on the way: */
    CsvLineEnd line_end;
    char quote;
    bool is_inside;
} RowSpool;

typedef struct Insertion {
    CsvTable *table;
    CsvShape *shape;
    const Context *context;
    Arena *arena;
    int descriptor; /* of the file, locked */
    struct stat status;
    RowSpool spool;
    uint64_t row_count;
} Insertion;

static _Noreturn void raise_system(const char *path, int error)
{
    error_raise(error == ENOSPC || error == EDQUOT ? ERROR_DISK_FULL : ERROR_IO, NO_POSITION, "%s: %s", path,
                strerror(error));
}

static void descriptor_close(void *object)
{
    close((int)(intptr_t)object - 1);
}

static bool write_all(int descriptor, const char *data, size_t size, uint64_t offset)
{
    while (size > 0) {
        ssize_t written = pwrite(descriptor, data, size, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written == 0)
            errno = ENOSPC;
        if (written <= 0)
            return false;
        data += written, size -= (size_t)written, offset += (uint64_t)written;
    }
    return true;
}

/* ---- the spool ---- */

static int temporary_open(const Context *context)
{
    const char *folder = context->settings ? context->settings->temp_directory : NULL;
    if (folder == NULL || *folder == '\0')
        folder = getenv("TMPDIR");
    if (folder == NULL || *folder == '\0')
        folder = "/tmp";
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return descriptor;
    char name[4096];
    snprintf(name, sizeof name, "%s/quern-XXXXXX", folder);
    descriptor = mkostemp(name, O_CLOEXEC);
    if (descriptor >= 0)
        unlink(name);
    return descriptor;
}

static bool spool_flush(RowSpool *spool)
{
    if (!write_all(spool->descriptor, spool->memory, spool->memory_used, spool->file_size)) {
        spool->error = errno;
        return false;
    }
    spool->file_size += spool->memory_used;
    spool->memory_used = 0;
    return true;
}

static bool spool_add(Insertion *insertion, const char *data, size_t size)
{
    RowSpool *spool = &insertion->spool;
    while (size > 0) {
        if (spool->memory_used == SPOOL_MEMORY) {
            if (spool->descriptor < 0)
                spool->descriptor = temporary_open(insertion->context);
            if (spool->descriptor < 0) {
                spool->error = errno;
                return false;
            }
            if (!spool_flush(spool))
                return false;
        }
        size_t room = SPOOL_MEMORY - spool->memory_used, part = size < room ? size : room;
        memcpy(spool->memory + spool->memory_used, data, part);
        spool->memory_used += part;
        data += part, size -= part;
    }
    return true;
}

/* The writer ends lines with LF; the file may do otherwise. Those within quotes are the value's own. */
static bool spool_sink(void *user, const char *data, size_t size)
{
    Insertion *insertion = user;
    RowSpool *spool = &insertion->spool;
    if (spool->line_end == CSV_LINE_LF)
        return spool_add(insertion, data, size);
    const char *line_end = spool->line_end == CSV_LINE_CRLF ? "\r\n" : "\r";
    size_t start = 0;
    for (size_t i = 0; i < size; i++) {
        if (data[i] == spool->quote)
            spool->is_inside = !spool->is_inside;
        if (data[i] != '\n' || spool->is_inside)
            continue;
        if (!spool_add(insertion, data + start, i - start) || !spool_add(insertion, line_end, strlen(line_end)))
            return false;
        start = i + 1;
    }
    return spool_add(insertion, data + start, size - start);
}

static void spool_done(void *object)
{
    RowSpool *spool = object;
    memory_free(spool->memory);
    if (spool->descriptor >= 0)
        close(spool->descriptor);
}

/* What the sink refused. */
static _Noreturn void spool_raise(Insertion *insertion)
{
    int error = insertion->spool.error;
    error_raise_hint(error == ENOSPC || error == EDQUOT ? ERROR_DISK_FULL : ERROR_IO, NO_POSITION,
                     "SET temp_directory names another folder", "%s: keeping the rows before they are written: %s",
                     insertion->table->path, strerror(error));
}

static uint64_t spool_size(const RowSpool *spool)
{
    return spool->file_size + spool->memory_used;
}

/* Writes all of it behind `offset`. False: errno says why. */
static bool spool_copy(Insertion *insertion, int target, uint64_t offset)
{
    RowSpool *spool = &insertion->spool;
    char *data = arena_allocate(insertion->arena, COPY_SIZE);
    for (uint64_t position = 0; position < spool->file_size;) {
        ssize_t got = pread(spool->descriptor, data, COPY_SIZE, (off_t)position);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || !write_all(target, data, (size_t)got, offset + position))
            return false;
        position += (uint64_t)got;
    }
    return write_all(target, spool->memory, spool->memory_used, offset + spool->file_size);
}

/* ---- the lock ---- */

/* Both kinds of advisory lock, since others may use either: of fcntl (of this open file, not of the process) and of
 * flock, which NFS turns into one of fcntl. */
static bool lock_take(int descriptor)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct statfs system;
    if (fcntl(descriptor, F_OFD_SETLK, &lock) != 0 && errno != EINVAL && errno != ENOLCK)
        return false;
    if (fstatfs(descriptor, &system) == 0 && system.f_type == NFS_SUPER_MAGIC)
        return true;
    return flock(descriptor, LOCK_EX | LOCK_NB) == 0;
}

/* Opens and locks the file that the path means, also when an overwriting INSERT has put a new one there meanwhile. */
static void insertion_lock(Insertion *insertion)
{
    const char *path = insertion->table->path;
    for (;;) {
        int descriptor = open(path, O_RDWR | O_CLOEXEC);
        if (descriptor < 0)
            error_raise(errno == EACCES || errno == EROFS ? ERROR_READ_ONLY : ERROR_IO, NO_POSITION, "%s: %s", path,
                        strerror(errno));
        void *handle = (void *)(intptr_t)(descriptor + 1);
        arena_own(insertion->arena, handle, descriptor_close);
        if (!lock_take(descriptor)) {
            bool is_held = errno == EAGAIN || errno == EACCES || errno == EWOULDBLOCK;
            error_raise(is_held ? ERROR_LOCKED : ERROR_IO, NO_POSITION, "%s: %s", path,
                        is_held ? "is being written to by someone else" : strerror(errno));
        }
        struct stat now;
        if (fstat(descriptor, &insertion->status) == 0 && stat(path, &now) == 0 &&
            now.st_ino == insertion->status.st_ino && now.st_dev == insertion->status.st_dev) {
            insertion->descriptor = descriptor;
            return;
        }
        arena_release(insertion->arena, handle);
    }
}

/* Nobody has changed the file since its shape was found out; what an INSERT that was killed has left is cut off. */
static void insertion_recover(Insertion *insertion)
{
    const char *path = insertion->table->path;
    CsvIdentity now;
    csv_identity_read_open(insertion->arena, insertion->descriptor, path, &now);
    if (!csv_identity_equal(&now, &insertion->shape->identity))
        error_raise_hint(ERROR_BAD_DATA, NO_POSITION, "run the statement again",
                         "%s: has changed since it was looked at", path);
    if (now.size < (uint64_t)insertion->status.st_size) {
        if (ftruncate(insertion->descriptor, (off_t)now.size) != 0 || fsync(insertion->descriptor) != 0)
            raise_system(path, errno);
        insertion->status.st_size = (off_t)now.size;
    }
    csv_journal_remove(insertion->arena, path);
}

/* ---- the rows ---- */

static void insertion_spool_rows(Insertion *insertion, BatchStream *input, bool wants_header)
{
    const CsvDialect *dialect = &insertion->shape->dialect;
    RowSpool *spool = &insertion->spool;
    *spool = (RowSpool){.descriptor = -1, .line_end = dialect->line_end, .quote = dialect->quote};
    arena_own(insertion->arena, spool, spool_done);
    spool->memory = memory_allocate(SPOOL_MEMORY);
    WriterOptions options = {
        .format = WRITER_CSV,
        .no_header = !wants_header,
        .delimiter = dialect->delimiter,
        .quote = dialect->quote,
        .quote_all = dialect->null_word_count > 0 || dialect->has_comment, /* text that would mean something else */
    };
    Writer *writer =
        writer_new(insertion->arena, insertion->context, insertion->shape->schema, &options, spool_sink, insertion);
    bool is_open = writer_begin(writer);
    for (Batch *batch; is_open && (batch = stream_next(input)) != NULL;) {
        context_check(insertion->context);
        is_open = writer_batch(writer, batch);
        insertion->row_count += batch->row_count;
    }
    if (!is_open || !writer_end(writer))
        spool_raise(insertion);
}

/* ---- appending ---- */

/* The line end that a file without a final one lacks. */
static const char *missing_line_end(Insertion *insertion)
{
    char last = '\n';
    off_t size = insertion->status.st_size;
    if (size > 0 && pread(insertion->descriptor, &last, 1, size - 1) != 1)
        raise_system(insertion->table->path, errno);
    if (last == '\n' || last == '\r')
        return "";
    return insertion->spool.line_end == CSV_LINE_CRLF ? "\r\n" : insertion->spool.line_end == CSV_LINE_CR ? "\r" : "\n";
}

static void insertion_append(Insertion *insertion)
{
    const char *path = insertion->table->path;
    const char *line_end = missing_line_end(insertion);
    uint64_t old_size = (uint64_t)insertion->status.st_size, start = old_size + strlen(line_end);
    CsvJournal journal = {.old_size = old_size, .new_size = start + spool_size(&insertion->spool)};
    csv_journal_write(insertion->arena, path, &journal);
    bool is_done = write_all(insertion->descriptor, line_end, strlen(line_end), old_size) &&
                   spool_copy(insertion, insertion->descriptor, start) && fsync(insertion->descriptor) == 0;
    if (!is_done) {
        int error = errno;
        /* If not even cutting it works, the journal stays, and keeps readers from the tail. */
        if (ftruncate(insertion->descriptor, (off_t)old_size) == 0 && fsync(insertion->descriptor) == 0)
            csv_journal_remove(insertion->arena, path);
        raise_system(path, error);
    }
    csv_journal_remove(insertion->arena, path);
}

static void insertion_note_rows(Insertion *insertion)
{
    CsvIdentity identity;
    csv_identity_read_open(insertion->arena, insertion->descriptor, insertion->table->path, &identity);
    pthread_mutex_lock(&insertion->table->mutex);
    csv_shape_add_rows(insertion->shape, &identity, insertion->row_count);
    pthread_mutex_unlock(&insertion->table->mutex);
}

/* ---- overwriting ---- */

typedef struct NewFile {
    char *name; /* removed with the arena; NULL once it has been renamed */
    int descriptor;
} NewFile;

static void new_file_release(void *object)
{
    NewFile *file = object;
    if (file->descriptor >= 0)
        close(file->descriptor);
    if (file->name)
        unlink(file->name);
}

/* The bytes before the first row stay as they are: byte order mark, skipped lines, header. */
static bool head_copy(Insertion *insertion, int target, uint64_t size)
{
    char *data = arena_allocate(insertion->arena, COPY_SIZE);
    for (uint64_t position = 0; position < size;) {
        size_t wanted = size - position < COPY_SIZE ? (size_t)(size - position) : COPY_SIZE;
        ssize_t got = pread(insertion->descriptor, data, wanted, (off_t)position);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || !write_all(target, data, (size_t)got, position))
            return false;
        position += (uint64_t)got;
    }
    return true;
}

static void insertion_overwrite(Insertion *insertion)
{
    char *real = realpath(insertion->table->path, NULL);
    if (real == NULL)
        raise_system(insertion->table->path, errno);
    const char *target = arena_string(insertion->arena, real);
    free(real);
    NewFile *file = arena_new(insertion->arena, NewFile);
    char *name = arena_format(insertion->arena, "%s.quern-XXXXXX", target);
    file->descriptor = mkostemp(name, O_CLOEXEC);
    if (file->descriptor < 0)
        raise_system(target, errno);
    file->name = name;
    arena_own(insertion->arena, file, new_file_release);
    uint64_t head_size = insertion->shape->dialect.data_offset;
    if (fchown(file->descriptor, insertion->status.st_uid, insertion->status.st_gid) != 0 && errno != EPERM)
        raise_system(target, errno);
    bool is_done = fchmod(file->descriptor, insertion->status.st_mode & 07777) == 0 &&
                   head_copy(insertion, file->descriptor, head_size) &&
                   spool_copy(insertion, file->descriptor, head_size) && fsync(file->descriptor) == 0 &&
                   rename(name, target) == 0;
    if (!is_done)
        raise_system(target, errno);
    file->name = NULL;
    if (!csv_folder_sync(insertion->arena, target))
        raise_system(target, errno);
}

/* ---- ---- */

static void insertion_check(const CsvTable *table, const CsvShape *shape, InsertOp op)
{
    if (table->spool)
        error_raise(ERROR_READ_ONLY, NO_POSITION, "%s: is a stream, and can only be read", table->path);
    if (shape->compression || shape->encoding)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: is %s, and can only be read", table->path,
                    shape->compression ? "compressed" : "not in UTF-8");
    if (op == INSERT_REPLACE)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: a CSV file has no keys that rows could replace",
                    table->path);
    if (!shape->dialect.has_quote || shape->dialect.escape != shape->dialect.quote)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION,
                    "%s: rows are only written where quotes are doubled within quotes", table->path);
}

uint64_t csv_insert_into(TableProvider *base, const Context *context, InsertOp op, BatchStream *input)
{
    CsvTable *table = (CsvTable *)base;
    CsvShape *shape = table->shape ? table->shape : csv_table_shape(table, context);
    insertion_check(table, shape, op);
    Arena *arena = arena_new_child(context->arena);
    Insertion *insertion = arena_new(arena, Insertion); /* not on the stack: its spool is the arena's to release */
    *insertion = (Insertion){.table = table, .shape = shape, .context = context, .arena = arena};
    insertion_lock(insertion);
    insertion_recover(insertion);
    bool is_new = insertion->status.st_size == 0 && table->options->has_header != CSV_CHOICE_NO;
    insertion_spool_rows(insertion, input, is_new);
    if (op == INSERT_OVERWRITE) {
        insertion_overwrite(insertion);
    } else if (insertion->row_count > 0) {
        insertion_append(insertion);
        if (!is_new)
            insertion_note_rows(insertion);
    }
    uint64_t row_count = insertion->row_count;
    arena_free(arena);
    return row_count;
}
