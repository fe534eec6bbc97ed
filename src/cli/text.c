/* cli/text.c: text that grows at its end. */
#include "cli/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void memory_fail(void)
{
    static const char message[] = "quern: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(1);
}

void *memory_allocate(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (memory == NULL)
        memory_fail();
    return memory;
}

char *string_copy(const char *string)
{
    size_t size = strlen(string) + 1;
    return memcpy(memory_allocate(size), string, size);
}

void text_done(Text *text)
{
    free(text->data);
    *text = (Text){0};
}

void text_clear(Text *text)
{
    text->size = 0;
    if (text->data)
        text->data[0] = '\0';
}

char *text_reserve(Text *text, size_t size)
{
    if (size >= SIZE_MAX / 4 - text->size)
        memory_fail();
    if (text->size + size + 1 > text->capacity) {
        size_t capacity = text->capacity ? text->capacity * 2 : 256;
        while (capacity < text->size + size + 1)
            capacity *= 2;
        char *data = realloc(text->data, capacity);
        if (data == NULL)
            memory_fail();
        text->data = data;
        text->capacity = capacity;
    }
    return text->data + text->size;
}

void text_add_bytes(Text *text, const char *data, size_t size)
{
    char *end = text_reserve(text, size);
    if (size)
        memcpy(end, data, size);
    text->size += size;
    text->data[text->size] = '\0';
}

void text_add(Text *text, const char *string)
{
    text_add_bytes(text, string, strlen(string));
}

void text_add_format(Text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    if (size > 0) {
        vsnprintf(text_reserve(text, (size_t)size), (size_t)size + 1, format, again);
        text->size += (size_t)size;
    }
    va_end(again);
    va_end(arguments);
}

void text_drop_front(Text *text, size_t size)
{
    if (size == 0)
        return;
    text->size -= size;
    memmove(text->data, text->data + size, text->size + 1);
}

const char *text_string(const Text *text)
{
    return text->data ? text->data : "";
}
