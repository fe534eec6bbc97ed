/* base/temp_file.c: files without a name. */
#include "base/temp_file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/discard.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"

enum {
    MAP_ALIGNMENT = 64 << 10, /* a multiple of every page size in use */
    MOST_FREE = 256,
    /* of all that is mapped, before it is let go of: as much as memory_limit, within these */
    LEAST_IN_MEMORY = 16 << 20,
    MOST_IN_MEMORY = 32 << 20,
    FEW_IN_MEMORY = 1 << 20, /* where others hold that much */
};

typedef struct FreePlace {
    uint64_t offset, size;
} FreePlace;

struct TempFile {
    const Context *context;
    int descriptor; /* -1: not there yet */
    uint64_t end;   /* all of it counts against the limit */
    size_t free_count;
    FreePlace free[MOST_FREE]; /* what was discarded: it may be taken again. What finds no room here is lost */
    _Atomic size_t map_count;
};

/* ---- the folder ---- */

const char *temp_folder(const Context *context)
{
    const char *folder = context->settings ? context->settings->temp_directory : NULL;
    if (folder == NULL || *folder == '\0')
        folder = getenv("TMPDIR");
    return folder == NULL || *folder == '\0' ? "/tmp" : folder;
}

int temp_open(const Context *context)
{
    const char *folder = temp_folder(context);
    int descriptor = nameless_file_open(folder, 0600);
    if (descriptor >= 0 || errno != EOPNOTSUPP)
        return descriptor;
    char name[4096];
    if (snprintf(name, sizeof name, "%s/quern-XXXXXX", folder) >= (int)sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    descriptor = mkostemp(name, O_CLOEXEC);
    if (descriptor >= 0)
        unlink(name);
    return descriptor;
}

_Noreturn void temp_raise(const Context *context, const char *doing, int error)
{
    bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    error_raise_hint(is_full ? ERROR_DISK_FULL : ERROR_IO, NO_POSITION,
                     error == EMFILE ? "fewer threads open fewer files (SET threads)"
                                     : "SET temp_directory names another folder",
                     "%s: %s: %s", temp_folder(context), doing, strerror(error));
}

/* ---- the file ---- */

/* The limit holds for the files of all statements of a connection. */
static void temp_file_grow(TempFile *file, uint64_t size)
{
    MemoryBudget *budget = file->context->temp;
    if (budget && !memory_budget_take(budget, size))
        error_raise_hint(ERROR_TEMP_LIMIT, NO_POSITION, "raise it with SET temp_limit = '…'",
                         "temporary files need %llu bytes more than temp_limit (%zu bytes) leaves",
                         (unsigned long long)size, budget->limit);
    file->end += size;
}

static void temp_file_close(TempFile *file)
{
    if (file->descriptor >= 0)
        file_discard(file->descriptor);
    if (file->context->temp)
        memory_budget_give(file->context->temp, file->end);
    file->descriptor = -1;
    file->end = file->free_count = 0;
}

static void temp_file_release(void *object)
{
    temp_file_close(object);
}

TempFile *temp_file_new(Arena *arena, const Context *context)
{
    TempFile *file = arena_new(arena, TempFile);
    file->context = context;
    file->descriptor = -1;
    arena_own(arena, file, temp_file_release);
    return file;
}

void temp_file_clear(TempFile *file)
{
    temp_file_close(file);
}

uint64_t temp_file_size(const TempFile *file)
{
    return file->end;
}

static void temp_file_require(TempFile *file)
{
    if (file->descriptor < 0)
        file->descriptor = temp_open(file->context);
    if (file->descriptor < 0)
        temp_raise(file->context, "making a temporary file", errno);
}

/* Discarding a hole would make the system write out first what has not been, so place is used again instead. */
static bool temp_file_take_free(TempFile *file, size_t size, uint64_t *ret_offset)
{
    for (size_t i = 0; i < file->free_count; i++) {
        FreePlace *place = &file->free[i];
        if (place->size < size)
            continue;
        *ret_offset = place->offset;
        place->offset += size;
        place->size -= size;
        if (place->size == 0)
            *place = file->free[--file->free_count];
        return true;
    }
    return false;
}

uint64_t temp_file_take(TempFile *file, size_t size)
{
    uint64_t offset = file->end;
    if (!temp_file_take_free(file, size, &offset))
        temp_file_grow(file, size);
    return offset;
}

void temp_file_discard(TempFile *file, uint64_t offset, size_t size)
{
    for (size_t i = 0; i < file->free_count; i++) { /* neighbours are one place */
        FreePlace *place = &file->free[i];
        bool is_behind = place->offset + place->size == offset;
        if (!is_behind && offset + size != place->offset)
            continue;
        if (!is_behind)
            place->offset = offset;
        place->size += size;
        return;
    }
    if (file->free_count < MOST_FREE && size > 0)
        file->free[file->free_count++] = (FreePlace){offset, size};
}

void temp_file_write(TempFile *file, uint64_t offset, const void *data, size_t size)
{
    context_check(file->context);
    progress_expect(file->context->progress, size); /* it is going to be read */
    temp_file_require(file);
    for (size_t done = 0; done < size;) {
        ssize_t written = pwrite(file->descriptor, (const char *)data + done, size - done, (off_t)(offset + done));
        if (written < 0 && errno == EINTR)
            context_check(file->context);
        else if (written <= 0)
            temp_raise(file->context, "writing a temporary file", written < 0 ? errno : EIO);
        else
            done += (size_t)written;
    }
}

static void temp_file_fetch(const TempFile *file, uint64_t offset, void *target, size_t size)
{
    context_check(file->context);
    for (size_t done = 0; done < size;) {
        ssize_t got = pread(file->descriptor, (char *)target + done, size - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR)
            context_check(file->context);
        else if (got <= 0)
            temp_raise(file->context, "reading a temporary file", got < 0 ? errno : EIO);
        else
            done += (size_t)got;
    }
}

void temp_file_read(const TempFile *file, uint64_t offset, void *target, size_t size)
{
    progress_add(file->context->progress, size);
    temp_file_fetch(file, offset, target, size);
}

/* ---- how much of all that is mapped is in memory ---- */

/* It is read so often that opening it each time would cost as much as all else: it stays open. -1: there is none. */
static int statm_open(void)
{
    static _Atomic int kept = -1;
    int descriptor = atomic_load(&kept);
    if (descriptor >= 0)
        return descriptor;
    int opened = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (opened < 0 || atomic_compare_exchange_strong(&kept, &descriptor, opened))
        return opened;
    close(opened);
    return descriptor;
}

/* Of files, in this process: the third number of proc(5)'s statm. SIZE_MAX: the system does not say. */
static size_t file_memory_size(void)
{
    char text[128], *at = text;
    size_t pages = 0;
    ssize_t size = pread(statm_open(), text, sizeof text - 1, 0);
    if (size <= 0)
        return SIZE_MAX;
    text[size] = '\0';
    for (size_t i = 0; i < 3; i++)
        pages = strtoull(at, &at, 10);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* What may be in memory of all that is mapped, for whom a file was mapped last. */
static _Atomic size_t most_in_memory = MOST_IN_MEMORY;

static void most_in_memory_set(const MemoryBudget *budget)
{
    size_t limit = budget ? budget->limit : SIZE_MAX;
    most_in_memory = limit < LEAST_IN_MEMORY ? LEAST_IN_MEMORY : limit < MOST_IN_MEMORY ? limit : MOST_IN_MEMORY;
}

/* Whether some MB of what all files have mapped are in memory, or some have come since this thread was told so.
 * Everything else that is of files, such as the program itself, is about the least there ever was. Takes some
 * microseconds. */
static bool temp_memory_is_much(void)
{
    static _Atomic size_t least = SIZE_MAX;
    static _Thread_local size_t before = SIZE_MAX; /* since this thread let go */
    size_t now = file_memory_size(), all = atomic_load(&least);
    if (now == SIZE_MAX)
        return true;
    while (now < all && !atomic_compare_exchange_weak(&least, &all, now))
        ;
    if (now < before)
        before = now;
    size_t most = most_in_memory;
    bool is_much = now - before > (now > all && now - all > most ? FEW_IN_MEMORY : most);
    if (is_much)
        before = SIZE_MAX;
    return is_much;
}

/* ---- memory that is a part of the file ---- */

/* Stands where a buffer's own data would. */
typedef struct TempMap {
    TempFile *file;
    void *memory;
    uint64_t offset;
    size_t size;
    struct TempMap *previous, *next;
} TempMap;

/* Of the whole process: who finds that much is in memory lets go of all, whosever it is. */
static pthread_mutex_t maps_lock = PTHREAD_MUTEX_INITIALIZER;
static TempMap *_Atomic first_map; /* in any order; written while locked */

static void temp_map_link(TempMap *map)
{
    pthread_mutex_lock(&maps_lock);
    map->next = first_map;
    if (map->next)
        map->next->previous = map;
    first_map = map;
    pthread_mutex_unlock(&maps_lock);
    map->file->map_count++;
}

static void temp_map_unlink(TempMap *map)
{
    pthread_mutex_lock(&maps_lock);
    if (map->next)
        map->next->previous = map->previous;
    if (map->previous)
        map->previous->next = map->next;
    else
        first_map = map->next;
    pthread_mutex_unlock(&maps_lock);
    map->file->map_count--;
}

static void temp_map_release(void *object)
{
    TempMap *map = object;
    temp_map_unlink(map);
    munmap(map->memory, map->size);
    temp_file_discard(map->file, map->offset, map->size);
}

/* 0, or an errno. */
static int temp_map_open(TempMap *map)
{
    int descriptor = map->file->descriptor;
    /* its place is taken now: a full disk is an error here, and later it would be a signal */
    int error = posix_fallocate(descriptor, (off_t)map->offset, (off_t)map->size);
    if (error != 0)
        return error;
    map->memory = mmap(NULL, map->size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, (off_t)map->offset);
    if (map->memory == MAP_FAILED)
        return errno;
    /* reading ahead would make large folios of the file, which are mapped as a whole: some MB for a byte */
    (void)madvise(map->memory, map->size, MADV_RANDOM);
    return 0;
}

static size_t temp_map_align(uint64_t size)
{
    return (size + MAP_ALIGNMENT - 1) / MAP_ALIGNMENT * MAP_ALIGNMENT;
}

static void temp_map_rest(const TempMap *map)
{
    (void)madvise(map->memory, map->size, MADV_DONTNEED); /* of a shared file: what was written stays there */
}

bool temp_memory_is_mapped(void)
{
    return first_map != NULL;
}

void temp_memory_look(void)
{
    if (!temp_memory_is_mapped() || !temp_memory_is_much())
        return;
    pthread_mutex_lock(&maps_lock);
    for (const TempMap *map = first_map; map; map = map->next)
        temp_map_rest(map);
    pthread_mutex_unlock(&maps_lock);
}

Buffer *temp_file_map(TempFile *file, size_t size)
{
    context_check(file->context);
    most_in_memory_set(file->context->memory);
    temp_memory_look();
    temp_file_require(file);
    (void)memory_size_add(size, MAP_ALIGNMENT);
    TempMap map = {.file = file, .offset = temp_map_align(file->end), .size = temp_map_align(size)};
    temp_file_grow(file, map.offset + map.size - file->end);
    Buffer *buffer = buffer_new(sizeof map, NULL);
    int error = temp_map_open(&map);
    if (error != 0) {
        buffer_unref(buffer);
        temp_raise(file->context, "writing a temporary file", error);
    }
    memcpy(buffer->data, &map, sizeof map);
    temp_map_link(buffer->data);
    buffer->foreign = buffer->data;
    buffer->release = temp_map_release;
    buffer->data = map.memory;
    buffer->size = map.size;
    return buffer;
}

void temp_buffer_rest(const Buffer *buffer)
{
    if (buffer->release == temp_map_release)
        temp_map_rest(buffer->foreign);
}

void temp_buffer_read(const Buffer *buffer, size_t offset, void *target, size_t size)
{
    const TempMap *map = buffer->foreign;
    if (buffer->release == temp_map_release)
        temp_file_fetch(map->file, map->offset + offset, target, size);
    else
        memcpy(target, (const char *)buffer->data + offset, size);
}

bool temp_file_is_mapped(const TempFile *file)
{
    return file->map_count > 0;
}

void temp_file_look(TempFile *file)
{
    if (temp_file_is_mapped(file))
        temp_memory_look();
}
