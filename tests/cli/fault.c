/* tests/cli/fault.c: preloaded into a program, it makes the nth call that changes files go wrong.
 *
 *   FAULT=kill:N   the process is killed (SIGKILL) before the Nth call
 *   FAULT=half:N   the same, but a write has written half by then
 *   FAULT=fail:N   the Nth call fails with EIO
 *   FAULT=full:N   from the Nth call on whatever needs room fails with ENOSPC, the first write after half of it
 *
 * Calls: open that makes a file, write and pwrite (not to the standard streams), fsync, ftruncate, linkat, rename,
 * unlink, fchmod, fchown. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef enum Fault { FAULT_NONE, FAULT_KILL, FAULT_HALF, FAULT_FAIL, FAULT_FULL } Fault;

static Fault kind;
static long number;
static _Atomic long call_count;

__attribute__((constructor)) static void fault_read(void)
{
    static const char *const names[] = {"", "kill:", "half:", "fail:", "full:"};
    const char *text = getenv("FAULT");
    for (int i = FAULT_KILL; text && i <= FAULT_FULL; i++)
        if (strncmp(text, names[i], 5) == 0)
            kind = (Fault)i, number = atol(text + 5);
}

/* What this call has to suffer. */
static Fault fault_next(int needs_room)
{
    long call = atomic_fetch_add(&call_count, 1) + 1;
    if (kind == FAULT_FULL)
        return call >= number && needs_room ? FAULT_FULL : FAULT_NONE;
    if (call != number)
        return FAULT_NONE;
    if (kind == FAULT_KILL)
        raise(SIGKILL);
    errno = EIO;
    return kind;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITE(name, parameters, whole, half, size)                                                                     \
    ssize_t name parameters                                                                                            \
    {                                                                                                                  \
        Fault fault = descriptor <= 2 ? FAULT_NONE : fault_next(1);                                                    \
        if (fault == FAULT_NONE)                                                                                       \
            return REAL(name) whole;                                                                                   \
        if (fault == FAULT_HALF || (fault == FAULT_FULL && call_count == number && size > 1)) {                        \
            ssize_t written = REAL(name) half;                                                                         \
            if (fault == FAULT_HALF)                                                                                   \
                raise(SIGKILL);                                                                                        \
            return written;                                                                                            \
        }                                                                                                              \
        errno = fault == FAULT_FULL ? ENOSPC : EIO;                                                                    \
        return -1;                                                                                                     \
    }
WRITE(write, (int descriptor, const void *data, size_t size), (descriptor, data, size), (descriptor, data, size / 2),
      size)
WRITE(pwrite, (int descriptor, const void *data, size_t size, off_t offset), (descriptor, data, size, offset),
      (descriptor, data, size / 2, offset), size)
WRITE(pwrite64, (int descriptor, const void *data, size_t size, off64_t offset), (descriptor, data, size, offset),
      (descriptor, data, size / 2, offset), size)

#define CALL(name, needs_room, parameters, arguments)                                                                  \
    int name parameters                                                                                                \
    {                                                                                                                  \
        Fault fault = fault_next(needs_room);                                                                          \
        if (fault == FAULT_HALF)                                                                                       \
            raise(SIGKILL);                                                                                            \
        if (fault == FAULT_FULL)                                                                                       \
            errno = ENOSPC;                                                                                            \
        return fault == FAULT_NONE ? REAL(name) arguments : -1;                                                        \
    }
CALL(fsync, 0, (int descriptor), (descriptor))
CALL(ftruncate, 0, (int descriptor, off_t size), (descriptor, size))
CALL(ftruncate64, 0, (int descriptor, off64_t size), (descriptor, size))
CALL(linkat, 1, (int from_folder, const char *from, int to_folder, const char *to, int flags),
     (from_folder, from, to_folder, to, flags))
CALL(rename, 0, (const char *from, const char *to), (from, to))
CALL(unlink, 0, (const char *path), (path))
CALL(fchmod, 0, (int descriptor, mode_t mode), (descriptor, mode))
CALL(fchown, 0, (int descriptor, uid_t user, gid_t group), (descriptor, user, group))

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        int makes = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;                                             \
        mode_t mode = makes ? va_arg(rest, mode_t) : 0;                                                                \
        va_end(rest);                                                                                                  \
        Fault fault = makes ? fault_next(1) : FAULT_NONE;                                                              \
        if (fault == FAULT_HALF)                                                                                       \
            raise(SIGKILL);                                                                                            \
        if (fault == FAULT_FULL)                                                                                       \
            errno = ENOSPC;                                                                                            \
        return fault == FAULT_NONE ? REAL(name)(path, flags, mode) : -1;                                               \
    }
OPEN(open)
OPEN(open64)
