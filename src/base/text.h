/* base/text.h: text that grows at its end. Its memory is the arena's; a Text may be emptied and reused. */
#ifndef QUERN_BASE_TEXT_H
#define QUERN_BASE_TEXT_H

#include "base/arena.h"

typedef struct Text {
    Arena *arena;
    char *data; /* always NUL-terminated once anything was added; NULL before */
    size_t size;
    size_t capacity;
} Text;

static inline Text text_in(Arena *arena)
{
    return (Text){.arena = arena};
}

void text_grow(Text *text, size_t size);
/* Room for `size` more bytes behind the end (and the NUL); returns where they go. The caller adds to `size` itself. */
static inline char *text_reserve(Text *text, size_t size)
{
    if (text->capacity - text->size <= size)
        text_grow(text, size);
    return text->data + text->size;
}
void text_add(Text *text, const char *string);
void text_add_view(Text *text, StringView view);
static inline void text_add_char(Text *text, char c)
{
    char *end = text_reserve(text, 1);
    end[0] = c;
    end[1] = '\0';
    text->size++;
}
void text_add_repeated(Text *text, char c, size_t count);
void text_add_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The text so far, never NULL; valid until the next addition. */
const char *text_string(const Text *text);
StringView text_view(const Text *text);
static inline void text_clear(Text *text)
{
    text->size = 0;
    if (text->data)
        text->data[0] = '\0';
}

#endif
