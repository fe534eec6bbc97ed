/* base/text.c: a string builder over an arena. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/context.h"
#include "base/memory.h"

void text_grow(Text *text, size_t size)
{
    size_t needed = memory_size_add(memory_size_add(text->size, size), 1);
    size_t capacity = text->capacity ? text->capacity * 2 : 64;
    if (capacity < needed)
        capacity = needed;
    char *data = arena_allocate(text->arena, capacity);
    memory_copy(data, text->data, text->size);
    text->data = data;
    text->capacity = capacity;
}

void text_add_view(Text *text, StringView view)
{
    char *end = text_reserve(text, view.size);
    memory_copy(end, view.data, view.size);
    end[view.size] = '\0';
    text->size += view.size;
}

void text_add(Text *text, const char *string)
{
    text_add_view(text, view_of(string));
}

void text_add_repeated(Text *text, char c, size_t count)
{
    char *end = text_reserve(text, count);
    memset(end, c, count);
    end[count] = '\0';
    text->size += count;
}

void text_add_format(Text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    char *end = text_reserve(text, 0); /* mostly there is room enough: then it is written at once */
    int length = vsnprintf(end, text->capacity - text->size, format, again);
    va_end(again);
    if (length > 0 && (size_t)length >= text->capacity - text->size) {
        end = text_reserve(text, (size_t)length);
        vsnprintf(end, (size_t)length + 1, format, arguments);
    }
    text->size += length > 0 ? (size_t)length : 0;
    va_end(arguments);
}

const char *text_string(const Text *text)
{
    return text->data ? text->data : "";
}

StringView text_view(const Text *text)
{
    return (StringView){text_string(text), text->size};
}
