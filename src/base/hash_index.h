/* base/hash_index.h: the items of an array, found by their hashes.
 *
 *     for (size_t i = hash_index_first(&index, hash); i < index.count; i = hash_index_next(&index, i))
 *         if (name_equal(names.items[i], name))
 *             return i;
 *
 * Whoever has the array adds the hash of each item, in their order, and compares the items. */
#ifndef QUERN_BASE_HASH_INDEX_H
#define QUERN_BASE_HASH_INDEX_H

#include <stdint.h>

#include "base/arena.h"

typedef struct HashIndexItem {
    uint64_t hash;
    uint32_t next; /* item + 1 of its list, 0: none */
} HashIndexItem;

/* Zeroed, it is empty and ready. */
typedef struct HashIndex {
    size_t count; /* of items */
    size_t capacity;
    HashIndexItem *items;
    uint32_t *lists; /* `capacity` of them: item + 1 of the first, 0: none */
} HashIndex;

/* The next item: number `count`. The arena is the same each time. */
void hash_index_add(Arena *arena, HashIndex *index, uint64_t hash);
/* The first item of that hash, and the next one of the same; `count` behind the last. */
size_t hash_index_first(const HashIndex *index, uint64_t hash);
size_t hash_index_next(const HashIndex *index, size_t item);

#endif
