/* provider/csv/csv_write.c: what all writing to a file has in common: the lock, and the new file that takes its place.
 */
#include "provider/csv/csv_write.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "provider/csv/csv_journal.h"

enum { COPY_SIZE = 1 << 20 };

_Noreturn void csv_raise_system(const char *path, int error)
{
    error_raise(error == ENOSPC || error == EDQUOT ? ERROR_DISK_FULL : ERROR_IO, NO_POSITION, "%s: %s", path,
                strerror(error));
}

static void descriptor_close(void *object)
{
    close((int)(intptr_t)object - 1);
}

bool csv_write_all(int descriptor, const char *data, size_t size, uint64_t offset)
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
static void write_lock(CsvWrite *write)
{
    const char *path = write->table->path;
    for (;;) {
        int descriptor = open(path, O_RDWR | O_CLOEXEC);
        if (descriptor < 0)
            error_raise(errno == EACCES || errno == EROFS ? ERROR_READ_ONLY : ERROR_IO, NO_POSITION, "%s: %s", path,
                        strerror(errno));
        void *handle = (void *)(intptr_t)(descriptor + 1);
        arena_own(write->arena, handle, descriptor_close);
        if (!lock_take(descriptor)) {
            bool is_held = errno == EAGAIN || errno == EACCES || errno == EWOULDBLOCK;
            error_raise(is_held ? ERROR_LOCKED : ERROR_IO, NO_POSITION, "%s: %s", path,
                        is_held ? "is being written to by someone else" : strerror(errno));
        }
        struct stat now;
        if (fstat(descriptor, &write->status) == 0 && stat(path, &now) == 0 && now.st_ino == write->status.st_ino &&
            now.st_dev == write->status.st_dev) {
            write->descriptor = descriptor;
            return;
        }
        arena_release(write->arena, handle);
    }
}

/* Nobody has changed the file since its shape was found out; what an INSERT that was killed has left is cut off. */
static void write_recover(CsvWrite *write)
{
    const char *path = write->table->path;
    CsvIdentity now;
    csv_identity_read_open(write->arena, write->descriptor, path, &now);
    if (!csv_identity_equal(&now, &write->shape->identity))
        error_raise_hint(ERROR_BAD_DATA, NO_POSITION, "run the statement again",
                         "%s: has changed since it was looked at", path);
    if (now.size < (uint64_t)write->status.st_size) {
        if (ftruncate(write->descriptor, (off_t)now.size) != 0 || fsync(write->descriptor) != 0)
            csv_raise_system(path, errno);
        write->status.st_size = (off_t)now.size;
    }
    csv_journal_remove(write->arena, path);
}

static void write_check(const CsvTable *table, const CsvShape *shape)
{
    if (table->spool)
        error_raise(ERROR_READ_ONLY, NO_POSITION, "%s: is a stream, and can only be read", table->path);
    if (shape->compression || shape->encoding)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION, "%s: is %s, and can only be read", table->path,
                    shape->compression ? "compressed" : "not in UTF-8");
    if (!shape->dialect.has_quote || shape->dialect.escape != shape->dialect.quote)
        error_raise(ERROR_NOT_SUPPORTED, NO_POSITION,
                    "%s: rows are only written where quotes are doubled within quotes", table->path);
}

void csv_write_begin(CsvWrite *write, Arena *arena, CsvTable *table, const Context *context)
{
    CsvShape *shape = table->shape ? table->shape : csv_table_shape(table, context);
    write_check(table, shape);
    write->table = table;
    write->shape = shape;
    write->context = context;
    write->arena = arena;
    write_lock(write);
    write_recover(write);
}

const char *csv_line_end_text(CsvLineEnd line_end)
{
    return line_end == CSV_LINE_CRLF ? "\r\n" : line_end == CSV_LINE_CR ? "\r" : "\n";
}

const char *csv_missing_line_end(CsvWrite *write)
{
    char last = '\n';
    off_t size = write->status.st_size;
    if (size > 0 && pread(write->descriptor, &last, 1, size - 1) != 1)
        csv_raise_system(write->table->path, errno);
    return last == '\n' || last == '\r' ? "" : csv_line_end_text(write->shape->dialect.line_end);
}

/* ---- a new file ---- */

static void new_file_release(void *object)
{
    CsvNewFile *file = object;
    if (file->descriptor >= 0)
        close(file->descriptor);
    if (file->name)
        unlink(file->name);
}

CsvNewFile *csv_new_file_open(CsvWrite *write)
{
    char *real = realpath(write->table->path, NULL);
    if (real == NULL)
        csv_raise_system(write->table->path, errno);
    CsvNewFile *file = arena_new(write->arena, CsvNewFile);
    file->target = arena_string(write->arena, real);
    free(real);
    char *name = arena_format(write->arena, "%s.quern-XXXXXX", file->target);
    file->descriptor = mkostemp(name, O_CLOEXEC);
    if (file->descriptor < 0)
        csv_raise_system(file->target, errno);
    file->name = name;
    arena_own(write->arena, file, new_file_release);
    if (fchown(file->descriptor, write->status.st_uid, write->status.st_gid) != 0 && errno != EPERM)
        csv_raise_system(file->target, errno);
    if (fchmod(file->descriptor, write->status.st_mode & 07777) != 0)
        csv_raise_system(file->target, errno);
    return file;
}

void csv_new_file_commit(CsvWrite *write, CsvNewFile *file)
{
    if (fsync(file->descriptor) != 0 || rename(file->name, file->target) != 0)
        csv_raise_system(file->target, errno);
    file->name = NULL;
    if (!csv_folder_sync(write->arena, file->target))
        csv_raise_system(file->target, errno);
}

bool csv_write_copy(CsvWrite *write, int target, uint64_t start, uint64_t end, uint64_t target_offset)
{
    if (write->copy_buffer == NULL)
        write->copy_buffer = arena_allocate(write->arena, COPY_SIZE);
    while (start < end) {
        context_check(write->context);
        size_t wanted = end - start < COPY_SIZE ? (size_t)(end - start) : COPY_SIZE;
        ssize_t got = pread(write->descriptor, write->copy_buffer, wanted, (off_t)start);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0 || !csv_write_all(target, write->copy_buffer, (size_t)got, target_offset))
            return false;
        start += (uint64_t)got, target_offset += (uint64_t)got;
    }
    return true;
}
