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
#include "provider/csv/csv_difference.h"
#include "provider/csv/csv_journal.h"

enum { COPY_SIZE = 1 << 20 };

static void descriptor_close(void *object)
{
    close((int)(intptr_t)object - 1);
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
    bool is_dry = write->context->settings && write->context->settings->dry_run;
    for (;;) {
        int descriptor = open(path, (is_dry ? O_RDONLY : O_RDWR) | O_CLOEXEC);
        if (descriptor < 0)
            error_raise(errno == EACCES || errno == EROFS ? ERROR_READ_ONLY : ERROR_IO, NO_POSITION, "%s: %s", path,
                        strerror(errno));
        void *handle = (void *)(intptr_t)(descriptor + 1);
        arena_own(write->arena, handle, descriptor_close);
        if (!is_dry && !lock_take(descriptor)) {
            bool is_held = errno == EAGAIN || errno == EACCES || errno == EWOULDBLOCK;
            error_raise(is_held ? ERROR_LOCKED : ERROR_IO, NO_POSITION, "%s: %s", path,
                        is_held ? "is being written to by someone else" : strerror(errno));
        }
        struct stat now;
        if (fstat(descriptor, &write->status) == 0 && stat(path, &now) == 0 && now.st_ino == write->status.st_ino &&
            now.st_dev == write->status.st_dev) {
            write->descriptor = descriptor;
            if (is_dry)
                write->difference = csv_difference_new(write);
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
    if (write->difference)
        return;
    if (now.size < (uint64_t)write->status.st_size) {
        if (ftruncate(write->descriptor, (off_t)now.size) != 0 || fsync(write->descriptor) != 0)
            file_raise(path, errno, NO_POSITION);
        if (fstat(write->descriptor, &write->status) != 0)
            file_raise(path, errno, NO_POSITION);
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
    if (shape->dialect.has_backslashes || !shape->dialect.has_quote || shape->dialect.escape != shape->dialect.quote)
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

const char *csv_null_text(const CsvDialect *dialect)
{
    for (size_t i = 0; i < dialect->null_word_count; i++)
        if (dialect->null_words[i].size == 0)
            return "";
    return dialect->null_word_count > 0 ? dialect->null_words[0].data : "";
}

const char *csv_missing_line_end(CsvWrite *write)
{
    char last = '\n';
    off_t size = write->status.st_size;
    if (size > 0 && pread(write->descriptor, &last, 1, size - 1) != 1)
        file_raise(write->table->path, errno, NO_POSITION);
    return last == '\n' || last == '\r' ? "" : csv_line_end_text(write->shape->dialect.line_end);
}

/* ---- a new file ---- */

/* As it was when the lock was taken: who does not look at locks may have changed it while rows were computed. */
void csv_write_require_same(CsvWrite *write)
{
    struct stat now;
    const struct stat *before = &write->status;
    if (stat(write->table->path, &now) != 0)
        file_raise(write->table->path, errno, NO_POSITION);
    if (now.st_dev != before->st_dev || now.st_ino != before->st_ino || now.st_size != before->st_size ||
        now.st_mtim.tv_sec != before->st_mtim.tv_sec || now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)
        error_raise_hint(ERROR_BAD_DATA, NO_POSITION, "run the statement again",
                         "%s: has been changed by someone else meanwhile", write->table->path);
}

NewFile *csv_new_file_open(CsvWrite *write)
{
    return new_file_open(write->arena, write->table->path, &write->status, NO_POSITION);
}

void csv_new_file_commit(CsvWrite *write, NewFile *file)
{
    csv_write_require_same(write);
    new_file_commit(file, write->arena, NO_POSITION);
}

StringView csv_write_read(CsvWrite *write, uint64_t start, uint64_t end)
{
    size_t size = (size_t)(end - start);
    char *data = arena_allocate(write->arena, size + 1);
    if (!file_read_all(write->descriptor, data, size, start))
        file_raise(write->table->path, errno, NO_POSITION);
    return (StringView){data, size};
}

bool csv_write_copy(CsvWrite *write, int target, uint64_t start, uint64_t end, uint64_t target_offset)
{
    if (write->copy_buffer == NULL)
        write->copy_buffer = arena_allocate(write->arena, COPY_SIZE);
    while (start < end) {
        context_check(write->context);
        size_t size = end - start < COPY_SIZE ? (size_t)(end - start) : COPY_SIZE;
        if (!file_read_all(write->descriptor, write->copy_buffer, size, start) ||
            !file_write_all(target, write->copy_buffer, size, target_offset))
            return false;
        start += size, target_offset += size;
    }
    return true;
}
