/* base/find.c: a word in a text, sixteen places at a time: those where its first and its last byte stand are looked at
 * (Mula, SIMD-friendly algorithms for substring searching, 2016).
 *
 *   text    . . w o o d . w o r d . . . . . | . . .        the word is compared at the marked places
 *   first       ^         ^
 *   last                        ^                          moved on by the word's size - 1
 *
 * At worst each place is compared: long words, where that would be much, go to memmem, which is linear but prepares a
 * table for every text. */
#include "base/find.h"

#include <stdint.h>

#include "base/context.h"

enum { BLOCK = 16, LONGEST_WORD = 32 };
enum { PIECE = 4 << 20 }; /* bytes that are gone through before somebody looks at the cancel flag */

typedef uint8_t Bytes __attribute__((vector_size(BLOCK)));

static inline Bytes bytes_load(const char *from)
{
    Bytes bytes;
    memcpy(&bytes, from, sizeof bytes);
    return bytes;
}

/* All bits of a byte are set where the text has these two bytes so far apart. */
static inline void block_mark(const char *at, size_t distance, Bytes first, Bytes last, uint64_t *ret_marks)
{
    Bytes marks = (Bytes)((bytes_load(at) == first) & (bytes_load(at + distance) == last));
    memcpy(ret_marks, &marks, sizeof marks);
}

static inline unsigned marks_first(uint64_t marks)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    marks = __builtin_bswap64(marks);
#endif
    return (unsigned)__builtin_ctzll(marks) / 8;
}

static const char *block_find(const char *at, StringView word, Bytes first, Bytes last)
{
    uint64_t marks[BLOCK / 8];
    block_mark(at, word.size - 1, first, last, marks);
    for (size_t half = 0; half < BLOCK / 8; half++)
        for (const char *from = at + half * 8; marks[half] != 0;) {
            unsigned place = marks_first(marks[half]);
            if (memcmp(from + place, word.data, word.size) == 0)
                return from + place;
            ((uint8_t *)&marks[half])[place] = 0;
        }
    return NULL;
}

static const char *short_find(const char *at, size_t count, StringView word)
{
    for (const char *end = at + count; at < end; at++)
        if (*at == word.data[0] && memcmp(at, word.data, word.size) == 0)
            return at;
    return NULL;
}

static const char *piece_find(StringView text, StringView word)
{
    if (word.size > text.size)
        return NULL;
    if (word.size == 1)
        return memchr(text.data, word.data[0], text.size);
    if (word.size > LONGEST_WORD)
        return memmem(text.data, text.size, word.data, word.size);
    size_t count = text.size - word.size + 1; /* places */
    if (count < BLOCK)
        return short_find(text.data, count, word);
    Bytes first = (Bytes){0} + (uint8_t)word.data[0], last = (Bytes){0} + (uint8_t)word.data[word.size - 1];
    const char *at = text.data, *end = at + count, *found = NULL;
    for (; found == NULL && (size_t)(end - at) > BLOCK; at += BLOCK)
        found = block_find(at, word, first, last);
    return found ? found
                 : block_find(end - BLOCK, word, first, last); /* some places once more: the word is not there */
}

const char *view_find(StringView text, StringView word)
{
    if (word.size == 0)
        return text.data;
    for (; text.size > 2 * PIECE && word.size <= PIECE; text = (StringView){text.data + PIECE, text.size - PIECE}) {
        context_check(context_entered());
        const char *found = piece_find((StringView){text.data, PIECE + word.size - 1}, word); /* begins in the piece */
        if (found)
            return found;
    }
    return piece_find(text, word);
}
