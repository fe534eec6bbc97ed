/* base/array.h: arrays that grow, in an arena.
 *
 *     ARRAY(Token) tokens = {0};
 *     array_add(arena, &tokens, token);
 *     for (size_t i = 0; i < tokens.count; i++) use(tokens.items[i]); */
#ifndef QUERN_BASE_ARRAY_H
#define QUERN_BASE_ARRAY_H

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"

#define ARRAY(type)                                                                                                    \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count;                                                                                                  \
        size_t capacity;                                                                                               \
    }

static inline void *array_grow(Arena *arena, void *items, size_t item_size, size_t count, size_t *capacity)
{
    if (count < *capacity)
        return items;
    size_t grown = *capacity ? *capacity * 2 : 8;
    void *copy = arena_allocate(arena, memory_size_multiply(item_size, grown));
    memory_copy(copy, items, item_size * count);
    *capacity = grown;
    return copy;
}

/* `array` stands in it more than once: a variable, no call. */
#define array_add(arena, array, item)                                                                                  \
    ((array)->items = array_grow((arena), (array)->items, sizeof *(array)->items, (array)->count, &(array)->capacity), \
     (array)->items[(array)->count++] = (item))

#endif
