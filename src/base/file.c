/* base/file.c: new files that take the place of old ones. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/context.h"
#include "base/discard.h"

enum { NAME_TRIES = 100 };

_Noreturn void file_raise(const char *path, int error, Position position)
{
    if (error == EINTR)
        context_check(context_entered());
    error_raise(error == ENOSPC || error == EDQUOT ? ERROR_DISK_FULL : ERROR_IO, position, "%s: %s", path,
                strerror(error));
}

bool file_read_all(int descriptor, char *data, size_t size, uint64_t offset)
{
    while (size > 0) {
        ssize_t got = pread(descriptor, data, size, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = EIO;
        if (got <= 0)
            return false;
        data += got, size -= (size_t)got, offset += (uint64_t)got;
    }
    return true;
}

bool file_write_all(int descriptor, const char *data, size_t size, uint64_t offset)
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

#ifdef SYNC_FILE_RANGE_WRITE
static bool range_sync(int descriptor, off_t at, off_t size, unsigned flags)
{
    /* not every file system, and no pipe, can do it in pieces */
    return sync_file_range(descriptor, at, size, flags) == 0 || errno == EINVAL || errno == ENOSYS || errno == ESPIPE;
}

/* What fsync would, piece by piece, with some of them on their way at a time: the cancel flag is looked at between. */
static bool file_sync_pieces(int descriptor)
{
    enum { PIECE = 1 << 20, AHEAD = 8 * PIECE };
    struct stat status;
    if (fstat(descriptor, &status) != 0)
        return false;
    for (off_t at = 0; at < status.st_size + AHEAD; at += PIECE) {
        if (context_is_over(context_entered())) {
            errno = EINTR;
            return false;
        }
        if (at < status.st_size && !range_sync(descriptor, at, PIECE, SYNC_FILE_RANGE_WRITE))
            return false;
        if (at >= AHEAD && !range_sync(descriptor, at - AHEAD, PIECE, SYNC_FILE_RANGE_WAIT_BEFORE))
            return false;
    }
    return true;
}
#else
static bool file_sync_pieces(int descriptor)
{
    (void)descriptor;
    return true;
}
#endif

bool file_sync(int descriptor)
{
    return file_sync_pieces(descriptor) && fsync(descriptor) == 0;
}

bool folder_sync(Arena *scratch, const char *path)
{
    char *real = realpath(path, NULL);
    char *folder = arena_string(scratch, real ? real : path);
    free(real);
    char *slash = strrchr(folder, '/');
    const char *name = slash == NULL ? "." : slash == folder ? "/" : folder;
    if (slash && slash != folder)
        *slash = '\0';
    int descriptor = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    /* Some file systems cannot sync a folder, and say EINVAL: nothing is left to do there. */
    bool is_done = fsync(descriptor) == 0 || errno == EINVAL;
    int error = errno;
    close(descriptor);
    errno = error;
    return is_done;
}

static void new_file_release(void *object)
{
    NewFile *file = object;
    if (file->name)
        unlink(file->name);
    if (file->descriptor >= 0)
        file_discard(file->descriptor);
}

/* Tries names until one is free. */
static int new_file_create(Arena *arena, const char *target, char **ret_name)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    unsigned long number = (unsigned long)now.tv_nsec ^ (unsigned long)getpid() << 8;
    int descriptor = -1;
    errno = EEXIST;
    for (int i = 0; i < NAME_TRIES && descriptor < 0 && errno == EEXIST; i++) {
        *ret_name = arena_format(arena, "%s.quern-%06lx", target, (number + (unsigned long)i) & 0xFFFFFF);
        descriptor = open(*ret_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    return descriptor;
}

NewFile *new_file_open(Arena *arena, const char *path, const struct stat *like, Position position)
{
    NewFile *file = arena_new(arena, NewFile);
    char *real = realpath(path, NULL), *name = NULL;
    file->target = arena_string(arena, real ? real : path);
    free(real);
    file->descriptor = new_file_create(arena, file->target, &name);
    if (file->descriptor < 0)
        file_raise(file->target, errno, position);
    file->name = name;
    arena_own(arena, file, new_file_release);
    if (like == NULL)
        return file;
    if (fchown(file->descriptor, like->st_uid, like->st_gid) != 0 && errno != EPERM)
        file_raise(file->target, errno, position);
    if (fchmod(file->descriptor, like->st_mode & 07777) != 0)
        file_raise(file->target, errno, position);
    return file;
}

void new_file_commit(NewFile *file, Arena *scratch, Position position)
{
    if (!file_sync(file->descriptor))
        file_raise(file->target, errno, position);
    int descriptor = file->descriptor;
    file->descriptor = -1;
    if (close(descriptor) != 0 || rename(file->name, file->target) != 0)
        file_raise(file->target, errno, position);
    file->name = NULL;
    if (!folder_sync(scratch, file->target))
        file_raise(file->target, errno, position);
}
