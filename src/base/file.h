/* base/file.h: writing files such that they are whole or not there at all, whoever fails or is killed.
 *
 *   no name   written, fsync ─▶ link to path.quern-1f3a09 ─▶ rename to path ─▶ fsync of the folder: committed
 *
 * So nothing is left of a file that is not finished, however the process ends. Where the file system knows no files
 * without a name it has the second one from the start, and a process that is killed leaves it.
 * Symbolic links are followed: the link stays, and the file that it means is replaced. */
#ifndef QUERN_BASE_FILE_H
#define QUERN_BASE_FILE_H

#include <stdint.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/error.h"

/* DISK_FULL or IO, by what `error` (an errno) is; INTERRUPTED when it is EINTR and the statement has been cancelled. */
_Noreturn void file_raise(const char *path, int error, Position position);

/* All of it at the offset. False: errno says why; EIO where the file ends before. */
bool file_read_all(int descriptor, char *data, size_t size, uint64_t offset);
bool file_write_all(int descriptor, const char *data, size_t size, uint64_t offset);

/* All that was written to it is on disk. False: errno says why; EINTR: the statement has been cancelled meanwhile. */
bool file_sync(int descriptor);

/* A file without a name in the folder, gone when it is closed unless somebody links it. -1: errno; EOPNOTSUPP: there
 * are none on that file system. */
int nameless_file_open(const char *folder, mode_t mode);

/* The names in the path's folder as they are now are on disk. False: errno says why. */
bool folder_sync(Arena *scratch, const char *path);

/* A file beside another, which it is going to replace; removed with the arena unless it is committed. */
typedef struct NewFile {
    Arena *arena;
    const char *target; /* what the path means, symbolic links followed */
    char *name;         /* NULL: it has none, or has taken the target's place */
    int descriptor;     /* -1: closed */
} NewFile;

/* `like`: whose owner and mode it gets; NULL: those of any new file. Raises. */
NewFile *new_file_open(Arena *arena, const char *path, const struct stat *like, Position position);
/* Raises, and then the target is as it was unless only the folder could not be synced. */
void new_file_commit(NewFile *file, Arena *scratch, Position position);

#endif
