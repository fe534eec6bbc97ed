/* base/map.h: names to pointers, in the order of insertion. Names compare without regard to ASCII case. */
#ifndef QUERN_BASE_MAP_H
#define QUERN_BASE_MAP_H

#include <stdint.h>

#include "base/arena.h"

typedef struct MapEntry {
    StringView name; /* as first given; NULL data: removed */
    void *value;
} MapEntry;

/* Zeroed with .arena set, it is empty and ready. Copies names into the arena. */
typedef struct Map {
    Arena *arena;
    MapEntry *entries; /* iterate 0..entry_count, skipping those whose name.data is NULL */
    size_t entry_count;
    size_t entry_capacity;
    size_t live_count;
    uint32_t *slots; /* entry index + 1; 0: free */
    size_t slot_count;
} Map;

static inline Map map_in(Arena *arena)
{
    return (Map){.arena = arena};
}

/* The value, or NULL. */
void *map_get(const Map *map, StringView name);
/* Sets or replaces; the value is not NULL. */
void map_set(Map *map, StringView name, void *value);
/* True if it was there. */
bool map_remove(Map *map, StringView name);

/* The closest of the map's names to a misspelt one, for "did you mean"; empty when none is close. */
StringView map_nearest(const Map *map, StringView name);
/* How far two names are apart (Damerau-Levenshtein: insert, delete, change, swap neighbours; ASCII case ignored); more
 * than `limit` is reported as limit + 1. */
size_t name_distance(StringView a, StringView b, size_t limit);
/* The largest distance at which a name of this length still counts as a misspelling. */
size_t name_distance_limit(size_t size);

#endif
