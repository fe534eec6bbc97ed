/* provider/sqlite/sqlite_ranges.c: cutting rowids into parts; cursors that agree. */
#include "provider/sqlite/sqlite_ranges.h"

enum {
    PART_ROWIDS = 1 << 16,
    MOST_PARTS = 1024, /* rowids may lie far apart */
};

SqliteParts sqlite_parts_of(int64_t first, int64_t last)
{
    uint64_t span = (uint64_t)last - (uint64_t)first;
    uint64_t size = span / MOST_PARTS < PART_ROWIDS ? PART_ROWIDS : span / MOST_PARTS + 1;
    return (SqliteParts){.count = (size_t)(span / size) + 1, .first = first, .last = last, .size = size};
}

void sqlite_part_bounds(const SqliteParts *parts, size_t part, int64_t *ret_first, int64_t *ret_last)
{
    *ret_first = (int64_t)((uint64_t)parts->first + part * parts->size);
    *ret_last = part + 1 == parts->count ? parts->last : (int64_t)((uint64_t)*ret_first + (parts->size - 1));
}

static void mutex_release(void *mutex)
{
    pthread_mutex_destroy(mutex);
}

void sqlite_ranges_init(SqliteRanges *ranges, Arena *arena)
{
    pthread_mutex_init(&ranges->mutex, NULL);
    arena_own(arena, &ranges->mutex, mutex_release);
}

SqliteParts sqlite_ranges_agree(SqliteRanges *ranges, SqliteParts own)
{
    pthread_mutex_lock(&ranges->mutex);
    if (!ranges->is_agreed)
        ranges->parts = own;
    ranges->is_agreed = true;
    SqliteParts agreed = ranges->parts;
    pthread_mutex_unlock(&ranges->mutex);
    return agreed;
}
