/* base/utf8.c: validating, counting, decoding. */
#include "base/utf8.h"

#include <utf8proc.h>

#include "base/context.h"

/* Bytes of the valid character at text, or 0. */
static size_t utf8_character_size(const unsigned char *text, size_t size)
{
    unsigned char lead = text[0];
    if (lead < 0x80)
        return 1;
    size_t needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || size < needed)
        return 0;
    for (size_t i = 1; i < needed; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F) || (lead == 0xF0 && text[1] < 0x90) ||
        (lead == 0xF4 && text[1] > 0x8F))
        return 0; /* overlong, surrogate, beyond U+10FFFF */
    return needed;
}

size_t utf8_valid_size(StringView view)
{
    size_t at = 0;
    while (at < view.size) {
        while (at + 8 <= view.size) { /* ASCII, eight bytes a step */
            context_pace(at);
            uint64_t word;
            memcpy(&word, view.data + at, 8);
            if (word & 0x8080808080808080u)
                break;
            at += 8;
        }
        if (at == view.size)
            break;
        size_t size = utf8_character_size((const unsigned char *)view.data + at, view.size - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

size_t utf8_length(StringView view)
{
    enum { PIECE = 1 << 20 };
    size_t count = 0;
    for (size_t start = 0; start < view.size; start += PIECE) {
        context_pace(start);
        size_t end = view.size - start < PIECE ? view.size : start + PIECE;
        for (size_t i = start; i < end; i++)
            count += ((unsigned char)view.data[i] & 0xC0) != 0x80;
    }
    return count;
}

size_t utf8_offset(StringView view, size_t character_index)
{
    size_t at = 0;
    while (at < view.size) {
        context_pace(at);
        if (((unsigned char)view.data[at] & 0xC0) != 0x80 && character_index-- == 0)
            return at;
        at++;
    }
    return view.size;
}

uint32_t utf8_decode(const char *text, size_t size, size_t *ret_size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = utf8_character_size(bytes, size);
    *ret_size = length ? length : 1;
    switch (length) {
    case 1:
        return bytes[0];
    case 2:
        return (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
    case 3:
        return (bytes[0] & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
    case 4:
        return (bytes[0] & 0x07u) << 18 | (bytes[1] & 0x3Fu) << 12 | (bytes[2] & 0x3Fu) << 6 | (bytes[3] & 0x3Fu);
    default:
        return 0xFFFD;
    }
}

size_t utf8_encode(uint32_t character, char *ret_text)
{
    unsigned char *bytes = (unsigned char *)ret_text;
    if (character < 0x80) {
        bytes[0] = (unsigned char)character;
        return 1;
    }
    if (character < 0x800) {
        bytes[0] = (unsigned char)(0xC0 | character >> 6);
        bytes[1] = (unsigned char)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character > 0x10FFFF || (character >= 0xD800 && character < 0xE000))
        return 0;
    size_t size = character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, character >>= 6)
        bytes[i] = (unsigned char)(0x80 | (character & 0x3F));
    bytes[0] = (unsigned char)((size == 3 ? 0xE0 : 0xF0) | character);
    return size;
}

int utf8_character_width(uint32_t character)
{
    if (character < 0x7F)
        return character >= 0x20;
    return utf8proc_charwidth((utf8proc_int32_t)character);
}

size_t utf8_width(StringView view)
{
    size_t width = 0;
    for (size_t at = 0, size; at < view.size; at += size) {
        context_pace(at);
        width += (size_t)utf8_character_width(utf8_decode(view.data + at, view.size - at, &size));
    }
    return width;
}

bool view_is_printable_ascii(StringView view)
{
    enum { PIECE = 1 << 18 };
    bool is_printable = true;
    for (size_t start = 0; start < view.size && is_printable; start += PIECE) {
        context_pace(start);
        size_t end = view.size - start < PIECE ? view.size : start + PIECE;
        unsigned char outside = 0;
        for (size_t i = start; i < end; i++)
            outside |= (unsigned char)(view.data[i] - ' ') > '~' - ' ';
        is_printable = !outside;
    }
    return is_printable;
}

/* ---- case ---- */

/* Of eight ASCII bytes at once: those from `first` to 25 behind it get their top bit set in one of two sums, and it
 * turns bit 5 of the byte. */
static uint64_t word_turn_case(uint64_t word, uint64_t first)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t at_least_first = word + ones * (0x80 - first), beyond = word + ones * (0x80 - first - 26);
    return word ^ ((at_least_first & ~beyond & ones * 0x80) >> 2);
}

void ascii_change_case(StringView text, bool to_upper, char *ret_text)
{
    uint64_t first = to_upper ? 'a' : 'A', word;
    size_t i = 0;
    for (; i + 8 <= text.size; i += 8) {
        context_pace(i);
        memcpy(&word, text.data + i, 8);
        word = word_turn_case(word, first);
        memcpy(ret_text + i, &word, 8);
    }
    if (i == text.size)
        return;
    word = 0;
    memcpy(&word, text.data + i, text.size - i);
    word = word_turn_case(word, first);
    memcpy(ret_text + i, &word, text.size - i);
}
