/* expr/aggregate/kept.h: text that a state keeps: in the operator's arena, in memory that is used again. */
#ifndef QUERN_EXPR_AGGREGATE_KEPT_H
#define QUERN_EXPR_AGGREGATE_KEPT_H

#include <string.h>

#include "base/arena.h"
#include "base/context.h"
#include "base/memory.h"
#include "base/temp_file.h"
#include "expr/aggregate.h"

typedef struct KeptText {
    char *data;
    size_t size;
    size_t capacity;
} KeptText;

enum { KEPT_PIECE = 4 << 20 }; /* bytes of long texts that are in memory at once, where the arena's stand in a file */

static inline StringView kept_text_view(const KeptText *text)
{
    return (StringView){text->data, text->size};
}

/* Between two pieces of what is kept, of KEPT_PIECE bytes or less, or TEMP_LOOKS places: lets go of the memory of what
 * stands in a file, where that is much. */
static inline void kept_look(const AggregateState *self)
{
    context_check(self->context);
    temp_memory_look();
}

static inline void kept_text_copy(const AggregateState *self, char *target, StringView text)
{
    for (size_t done = 0; done < text.size; done += KEPT_PIECE) {
        size_t left = text.size - done;
        if (done > 0)
            kept_look(self);
        memcpy(target + done, text.data + done, left < KEPT_PIECE ? left : KEPT_PIECE);
    }
}

/* Room for `size` bytes in all; what is there stays. Growing doubles, so that the arena holds twice what is kept. */
static inline void kept_text_reserve(const AggregateState *self, KeptText *text, size_t size)
{
    if (size <= text->capacity)
        return;
    size_t capacity = text->capacity ? text->capacity : 16;
    while (capacity < size)
        capacity = memory_size_multiply(capacity, 2);
    char *data = arena_allocate(self->arena, capacity);
    kept_text_copy(self, data, kept_text_view(text));
    text->data = data;
    text->capacity = capacity;
}

static inline void kept_text_add(const AggregateState *self, KeptText *text, StringView view)
{
    if (view.size == 0)
        return; /* `data` may be NULL still */
    kept_text_reserve(self, text, memory_size_add(text->size, view.size));
    kept_text_copy(self, text->data + text->size, view);
    text->size += view.size;
}

static inline void kept_text_set(const AggregateState *self, KeptText *text, StringView view)
{
    text->size = 0;
    kept_text_add(self, text, view);
}

#endif
