/* base/hash_index.c: lists of items by the last bits of their hashes, each in the order of adding. */
#include "base/hash_index.h"

enum { FIRST_CAPACITY = 16 };

static void hash_index_link(HashIndex *index, size_t item)
{
    uint32_t *link = &index->lists[index->items[item].hash & (index->capacity - 1)];
    while (*link)
        link = &index->items[*link - 1].next;
    *link = (uint32_t)(item + 1);
}

static void hash_index_grow(Arena *arena, HashIndex *index)
{
    size_t capacity = index->capacity ? index->capacity * 2 : FIRST_CAPACITY;
    HashIndexItem *items = arena_array(arena, HashIndexItem, capacity);
    index->lists = arena_array(arena, uint32_t, capacity);
    index->capacity = capacity;
    for (size_t i = 0; i < index->count; i++)
        items[i].hash = index->items[i].hash;
    index->items = items;
    for (size_t i = 0; i < index->count; i++)
        hash_index_link(index, i);
}

void hash_index_add(Arena *arena, HashIndex *index, uint64_t hash)
{
    if (index->count == index->capacity)
        hash_index_grow(arena, index);
    index->items[index->count].hash = hash;
    hash_index_link(index, index->count++);
}

/* Of the list from `item` + 1 on. */
static size_t hash_index_skip(const HashIndex *index, uint32_t item, uint64_t hash)
{
    while (item && index->items[item - 1].hash != hash)
        item = index->items[item - 1].next;
    return item ? item - 1 : index->count;
}

size_t hash_index_first(const HashIndex *index, uint64_t hash)
{
    return index->count ? hash_index_skip(index, index->lists[hash & (index->capacity - 1)], hash) : 0;
}

size_t hash_index_next(const HashIndex *index, size_t item)
{
    return hash_index_skip(index, index->items[item].next, index->items[item].hash);
}
