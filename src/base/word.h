/* base/word.h: eight bytes as one word, for loops that look at them at once. */
#ifndef QUERN_BASE_WORD_H
#define QUERN_BASE_WORD_H

#include <stdint.h>
#include <string.h>

/* The word's bytes on this machine, from or to those with the first in the lowest. */
static inline uint64_t word_little_endian(uint64_t word)
{
    return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? __builtin_bswap64(word) : word;
}

/* Eight bytes, the first in the lowest. */
static inline uint64_t word_load(const void *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word_little_endian(word);
}

static inline void word_store(void *bytes, uint64_t word)
{
    word = word_little_endian(word);
    memcpy(bytes, &word, sizeof word);
}

#endif
