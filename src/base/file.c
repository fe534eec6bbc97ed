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

/* The folder that the path's last name is in. */
static const char *path_folder(Arena *arena, const char *path)
{
    char *folder = arena_string(arena, path), *slash = strrchr(folder, '/');
    if (slash == NULL)
        return ".";
    if (slash == folder)
        return "/";
    *slash = '\0';
    return folder;
}

bool folder_sync(Arena *scratch, const char *path)
{
    char *real = realpath(path, NULL);
    const char *name = path_folder(scratch, real ? real : path);
    free(real);
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

int nameless_file_open(const char *folder, mode_t mode)
{
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    if (descriptor < 0 && (errno == EISDIR || errno == EINVAL)) /* as some systems say it */
        errno = EOPNOTSUPP;
    return descriptor;
}

/* ---- new files ---- */

static void new_file_release(void *object)
{
    NewFile *file = object;
    if (file->name)
        unlink(file->name);
    if (file->descriptor >= 0)
        file_discard(file->descriptor);
}

/* Gives the file a name beside the target, one that is free: `make` makes it, or says EEXIST. False: errno. */
static bool new_file_name(NewFile *file, int (*make)(const NewFile *file, const char *name))
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    unsigned long number = (unsigned long)now.tv_nsec ^ (unsigned long)getpid() << 8;
    errno = EEXIST;
    for (int i = 0; i < NAME_TRIES && errno == EEXIST; i++) {
        char *name = arena_format(file->arena, "%s.quern-%06lx", file->target, (number + (unsigned long)i) & 0xFFFFFF);
        int result = make(file, name);
        if (result < 0)
            continue;
        file->name = name;
        file->descriptor = result;
        return true;
    }
    return false;
}

static int name_create(const NewFile *file, const char *name)
{
    (void)file;
    return open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

#define DESCRIPTORS "/proc/self/fd"

/* Of a file that has none. */
static int name_link(const NewFile *file, const char *name)
{
    char path[sizeof DESCRIPTORS + 16];
    snprintf(path, sizeof path, DESCRIPTORS "/%d", file->descriptor);
    return linkat(AT_FDCWD, path, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 ? file->descriptor : -1;
}

/* Without a name where that can be had. */
static bool new_file_create(NewFile *file)
{
    if (access(DESCRIPTORS, X_OK) == 0)
        file->descriptor = nameless_file_open(path_folder(file->arena, file->target), 0666);
    else
        errno = EOPNOTSUPP;
    return file->descriptor >= 0 || (errno == EOPNOTSUPP && new_file_name(file, name_create));
}

NewFile *new_file_open(Arena *arena, const char *path, const struct stat *like, Position position)
{
    NewFile *file = arena_new(arena, NewFile);
    char *real = realpath(path, NULL);
    file->arena = arena;
    file->target = arena_string(arena, real ? real : path);
    free(real);
    file->descriptor = -1;
    arena_own(arena, file, new_file_release);
    if (!new_file_create(file))
        file_raise(file->target, errno, position);
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
    if (!file_sync(file->descriptor) || (file->name == NULL && !new_file_name(file, name_link)))
        file_raise(file->target, errno, position);
    int descriptor = file->descriptor;
    file->descriptor = -1;
    if (close(descriptor) != 0 || rename(file->name, file->target) != 0)
        file_raise(file->target, errno, position);
    file->name = NULL;
    if (!folder_sync(scratch, file->target))
        file_raise(file->target, errno, position);
}
