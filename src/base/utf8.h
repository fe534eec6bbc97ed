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
    uint64_t words[2], bits = 0;
    uint32_t first, last;
    if (view.size >= sizeof words) {
        for (size_t i = 0; i + sizeof words < view.size && !(bits & 0x8080808080808080u); i += sizeof words) {
            memcpy(words, view.data + i, sizeof words);
            bits |= words[0] | words[1];
        }
        memcpy(words, view.data + view.size - sizeof words, sizeof words); /* may overlap those before */
        bits |= words[0] | words[1];
    } else if (view.size >= sizeof *words) {
        memcpy(&words[0], view.data, sizeof *words);
        memcpy(&words[1], view.data + view.size - sizeof *words, sizeof *words);
        bits = words[0] | words[1];
    } else if (view.size >= sizeof first) {
        memcpy(&first, view.data, sizeof first);
        memcpy(&last, view.data + view.size - sizeof last, sizeof last);
        bits = first | last;
    } else {
        for (size_t i = 0; i < view.size; i++)
            bits |= (unsigned char)view.data[i];
    }
    return (bits & 0x8080808080808080u) == 0;
}

/* From the space to the tilde. */
bool view_is_printable_ascii(StringView view);
/* ASCII text with its letters in upper or lower case, in as many bytes. */
void ascii_change_case(StringView text, bool to_upper, char *ret_text);

#endif
