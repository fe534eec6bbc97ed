/* base/utf8.h: UTF-8 as RFC 3629 has it: no surrogates, no overlong forms, nothing above U+10FFFF. */
#ifndef QUERN_BASE_UTF8_H
#define QUERN_BASE_UTF8_H

#include <stdint.h>

#include "base/string_view.h"

/* How many bytes of the text are valid from its start: view.size when all of it is. */
size_t utf8_valid_size(StringView view);
/* Characters (code points) in valid text. */
size_t utf8_length(StringView view);
/* The byte offset of the character with this index in valid text; view.size when there are not so many. */
size_t utf8_offset(StringView view, size_t character_index);
/* Decodes one character of valid text (size > 0); *ret_size is its bytes. Invalid input gives U+FFFD and size 1. */
uint32_t utf8_decode(const char *text, size_t size, size_t *ret_size);
/* Writes up to 4 bytes; returns how many. 0 for what is not a Unicode scalar value. */
size_t utf8_encode(uint32_t character, char *ret_text);
/* Columns that valid text takes at a terminal: wide East Asian characters take 2, combining ones 0, control ones 0. */
size_t utf8_width(StringView view);
/* The width of one character. */
int utf8_character_width(uint32_t character);

static inline bool view_is_ascii(StringView view)
{
    size_t i = 0;
    for (; i + 8 <= view.size; i += 8) {
        uint64_t word;
        memcpy(&word, view.data + i, 8);
        if (word & 0x8080808080808080u)
            return false;
    }
    for (; i < view.size; i++)
        if (view.data[i] & 0x80)
            return false;
    return true;
}

/* ASCII text with its letters in upper or lower case, in as many bytes. */
void ascii_change_case(StringView text, bool to_upper, char *ret_text);

#endif
