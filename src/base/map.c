/* base/map.c: open addressing over an insertion-ordered array. */
#include "base/map.h"

#include "base/hash.h"
#include "base/memory.h"

static size_t map_find_slot(const Map *map, StringView name)
{
    size_t mask = map->slot_count - 1;
    for (size_t slot = hash_view_ignoring_case(name) & mask;; slot = (slot + 1) & mask) {
        uint32_t index = map->slots[slot];
        if (index == 0)
            return slot;
        const MapEntry *entry = &map->entries[index - 1];
        if (entry->name.data && view_equal_ignoring_case(entry->name, name))
            return slot;
    }
}

static void map_rebuild(Map *map, size_t slot_count)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->entry_count; i++)
        if (map->entries[i].name.data)
            map->entries[kept++] = map->entries[i];
    map->entry_count = kept;
    if (slot_count > map->slot_count)
        map->slots = arena_allocate(map->arena, memory_size_multiply(slot_count, sizeof *map->slots));
    map->slot_count = slot_count;
    memset(map->slots, 0, slot_count * sizeof *map->slots);
    for (size_t i = 0; i < kept; i++)
        map->slots[map_find_slot(map, map->entries[i].name)] = (uint32_t)(i + 1);
}

void *map_get(const Map *map, StringView name)
{
    if (map->slot_count == 0)
        return NULL;
    uint32_t index = map->slots[map_find_slot(map, name)];
    return index ? map->entries[index - 1].value : NULL;
}

void map_set(Map *map, StringView name, void *value)
{
    if (map->entry_count * 2 >= map->slot_count)
        map_rebuild(map, map->live_count * 4 >= map->slot_count ? (map->slot_count ? map->slot_count * 2 : 16)
                                                                : map->slot_count);
    size_t slot = map_find_slot(map, name);
    if (map->slots[slot]) {
        map->entries[map->slots[slot] - 1].value = value;
        return;
    }
    StringView copy = arena_view(map->arena, name);
    if (map->entry_count == map->entry_capacity) {
        size_t capacity = map->entry_capacity ? map->entry_capacity * 2 : 16;
        MapEntry *entries = arena_array(map->arena, MapEntry, capacity);
        if (map->entry_count)
            memcpy(entries, map->entries, map->entry_count * sizeof *entries);
        map->entries = entries;
        map->entry_capacity = capacity;
    }
    map->entries[map->entry_count++] = (MapEntry){copy, value};
    map->slots[slot] = (uint32_t)map->entry_count;
    map->live_count++;
}

bool map_remove(Map *map, StringView name)
{
    if (map->slot_count == 0)
        return false;
    uint32_t index = map->slots[map_find_slot(map, name)];
    if (index == 0)
        return false;
    map->entries[index - 1] = (MapEntry){{NULL, 0}, NULL}; /* the slot stays taken until the next rebuild */
    map->live_count--;
    return true;
}

enum { LONGEST_NAME = 63 };

size_t name_distance(StringView a, StringView b, size_t limit)
{
    if (a.size > LONGEST_NAME || b.size > LONGEST_NAME)
        return limit + 1;
    unsigned char rows[3][LONGEST_NAME + 1]; /* the last three rows of the matrix, in turn */
    for (size_t j = 0; j <= b.size; j++)
        rows[0][j] = (unsigned char)j;
    for (size_t i = 1; i <= a.size; i++) {
        unsigned char *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (unsigned char)i;
        for (size_t j = 1; j <= b.size; j++) {
            char x = ascii_lower(a.data[i - 1]), y = ascii_lower(b.data[j - 1]);
            unsigned best = above[j - 1] + (x != y);
            if (above[j] + 1u < best)
                best = above[j] + 1u;
            if (row[j - 1] + 1u < best)
                best = row[j - 1] + 1u;
            if (i > 1 && j > 1 && x == ascii_lower(b.data[j - 2]) && y == ascii_lower(a.data[i - 2]) &&
                above2[j - 2] + 1u < best)
                best = above2[j - 2] + 1u;
            row[j] = (unsigned char)best;
        }
    }
    size_t distance = rows[a.size % 3][b.size];
    return distance > limit ? limit + 1 : distance;
}

size_t name_distance_limit(size_t size)
{
    return size <= 2 ? 0 : size <= 5 ? 1 : size <= 9 ? 2 : 3;
}

StringView map_nearest(const Map *map, StringView name)
{
    StringView nearest = {NULL, 0};
    size_t limit = name_distance_limit(name.size);
    for (size_t i = 0; i < map->entry_count && limit > 0; i++) {
        if (map->entries[i].name.data == NULL)
            continue;
        size_t distance = name_distance(map->entries[i].name, name, limit);
        if (distance <= limit) {
            nearest = map->entries[i].name;
            limit = distance - (distance > 0);
        }
    }
    return nearest;
}
