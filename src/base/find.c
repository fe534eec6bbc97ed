/* base/find.c: a word in a text, sixteen places at a time: those where its first and its last byte stand are looked at
 * (Mula, SIMD-friendly algorithms for substring searching, 2016).
 *
 *   text    . . w o o d . w o r d . . . . . | . . .        the word is compared at the marked places
 *   first       ^         ^
 *   last                        ^                          moved on by the word's size - 1
 *
 * At worst each place is compared: long words, where that would be much, go to memmem, which is linear but prepares a
 * table for every text. What prepares for words of megabytes must look at the cancel flag: those are found by two-way
 * matching (Crochemore and Perrin, Two-way string-matching, 1991), which is linear, too, and needs no memory. */
#include "base/find.h"

#include <stdint.h>

#include "base/context.h"
#include "base/memory.h"

enum { BLOCK = 16, LONGEST_WORD = 32 };
enum { HUGE_WORD = 1 << 20 }; /* bytes: memmem prepares for milliseconds */
enum { PIECE = 4 << 20 };     /* bytes that are gone through before somebody looks at the cancel flag */

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

/* Where the largest suffix of the word begins, in the order of bytes or the opposite one, and its period. */
static size_t word_suffix(StringView word, bool is_reversed, size_t *ret_period)
{
    size_t suffix = 0, at = 1, same = 0, period = 1, done = 0; /* so many bytes at `at` are as those at `suffix` */
    while (at + same < word.size) {
        context_pace_by(&done, 1);
        uint8_t a = (uint8_t)word.data[at + same], b = (uint8_t)word.data[suffix + same];
        if (a == b) {
            if (++same == period) {
                at += period;
                same = 0;
            }
        } else if ((a < b) != is_reversed) {
            at += same + 1;
            same = 0;
            period = at - suffix;
        } else {
            suffix = at++;
            same = 0;
            period = 1;
        }
    }
    *ret_period = period;
    return suffix;
}

/* The word is compared from its critical place on to the right, and what is before that then. Where the word repeats
 * itself, what a step of its period has left known is not compared again. */
static const char *two_way_find(StringView text, StringView word)
{
    size_t period, other_period, critical = word_suffix(word, false, &period);
    size_t other = word_suffix(word, true, &other_period);
    if (other > critical) {
        critical = other;
        period = other_period;
    }
    bool is_periodic = critical + period <= word.size && memory_compare(word.data, word.data + period, critical) == 0;
    if (!is_periodic)
        period = (critical > word.size - critical ? critical : word.size - critical) + 1;
    for (size_t place = 0, known = 0, done = 0; place + word.size <= text.size;) {
        const char *at = text.data + place;
        size_t right = critical > known ? critical : known, left = critical;
        for (; right < word.size && at[right] == word.data[right]; right++)
            context_pace_by(&done, 1);
        context_pace_by(&done, 1);
        if (right < word.size) {
            place += right - critical + 1;
            known = 0;
            continue;
        }
        for (; left > known && at[left - 1] == word.data[left - 1]; left--)
            context_pace_by(&done, 1);
        if (left <= known)
            return at;
        place += period;
        known = is_periodic ? word.size - period : 0;
    }
    return NULL;
}

const char *view_find(StringView text, StringView word)
{
    if (word.size == 0)
        return text.data;
    if (word.size > HUGE_WORD)
        return two_way_find(text, word);
    for (; text.size > 2 * PIECE; text = (StringView){text.data + PIECE, text.size - PIECE}) {
        context_check(context_entered());
        const char *found = piece_find((StringView){text.data, PIECE + word.size - 1}, word); /* begins in the piece */
        if (found)
            return found;
    }
    return piece_find(text, word);
}
