/* column/digits.h: eight digits as one word: checked, and made a number, without a loop. After Lemire,
 * "Number parsing at a gigabyte per second" (2021). */
#ifndef QUERN_COLUMN_DIGITS_H
#define QUERN_COLUMN_DIGITS_H

#include <stdbool.h>

#include "base/word.h"

#define WORD_OF_ZEROS 0x3030303030303030u /* "00000000" */

/* Zero where it is eight digits. */
static inline uint64_t word_faults(uint64_t word)
{
    uint64_t too_high = (word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u;
    return ((word & 0xF0F0F0F0F0F0F0F0u) | too_high >> 4) ^ 0x3333333333333333u;
}

static inline bool word_is_digits(uint64_t word)
{
    return word_faults(word) == 0;
}

/* Eight digits, the first in the lowest byte. Below 10^8, in 64 bits: loops over words have no other size. */
static inline uint64_t word_number(uint64_t word)
{
    word = (word & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8;
    word = (word & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
    return (word & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32;
}

#endif
