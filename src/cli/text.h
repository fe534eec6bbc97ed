/* cli/text.h: text that grows at its end. */
#ifndef QUERN_CLI_TEXT_H
#define QUERN_CLI_TEXT_H

#include <stddef.h>

/* Zeroed, it is empty and ready. Without memory the program ends: there is nothing it could still do. */
typedef struct Text {
    char *data; /* NUL-terminated once anything was added; NULL before */
    size_t size;
    size_t capacity;
} Text;

void text_done(Text *text);
void text_clear(Text *text);
/* Room for `size` more bytes (and the NUL) behind the end; returns where they go. The caller adds to `size` itself. */
char *text_reserve(Text *text, size_t size);
void text_add_bytes(Text *text, const char *data, size_t size);
void text_add(Text *text, const char *string);
void text_add_format(Text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Removes bytes at the front. */
void text_drop_front(Text *text, size_t size);
/* Never NULL; valid until the next addition. */
const char *text_string(const Text *text);

/* malloc's results or the end of the program. */
void *memory_allocate(size_t size);
char *string_copy(const char *string);

#endif
