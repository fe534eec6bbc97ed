/* expr/kernel/boolean.c: booleans as bytes and as bits, and rows chosen by them. */
#include "base/word.h"
#include "expr/kernels.h"

/* Eight bytes of 0 or 1, the first in the lowest byte, to eight bits: the product's top byte gathers bit 0 of each. */
static inline uint64_t bytes_to_bits(uint64_t bytes)
{
    return bytes * 0x0102040810204080u >> 56;
}

/* And back: seven bits are spread by shifts of 7, which do not overlap; the eighth goes its own way. */
static inline uint64_t bits_to_bytes(uint64_t bits)
{
    return ((bits & 0x7F) * 0x0002040810204081u & 0x0101010101010101u) | (bits & 0x80) << 49;
}

static void pack(const bool *values, size_t count, uint64_t *words)
{
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        uint64_t word = 0;
        for (size_t k = 0; k < 64; k += 8)
            word |= bytes_to_bits(word_load(values + i + k)) << k;
        words[i / 64] = word;
    }
    if (i == count)
        return;
    words[i / 64] = 0;
    for (; i < count; i++)
        words[i / 64] |= (uint64_t)values[i] << (i % 64);
}

static void unpack(const uint64_t *words, size_t count, bool *values)
{
    size_t whole = count / 8 * 8;
    for (size_t i = 0; i < whole; i += 8)
        word_store(values + i, bits_to_bytes(words[i / 64] >> (i % 64) & 0xFF));
    for (size_t i = whole; i < count; i++)
        values[i] = words[i / 64] >> (i % 64) & 1;
}

static size_t select_rows(const uint64_t *words, const uint16_t *rows, size_t count, uint16_t *ret_rows)
{
    size_t found = 0;
    for (size_t base = 0; base < count; base += 64) {
        uint64_t word = words[base / 64];
        size_t size = count - base < 64 ? count - base : 64;
        if (word == 0)
            continue;
        if (__builtin_popcountll(word) > 16) { /* many: write each, and step on when it counts */
            for (size_t i = 0; i < size; i++) {
                ret_rows[found] = rows ? rows[base + i] : (uint16_t)(base + i);
                found += word >> i & 1;
            }
            continue;
        }
        for (; word; word &= word - 1) {
            size_t i = base + (size_t)__builtin_ctzll(word);
            ret_rows[found++] = rows ? rows[i] : (uint16_t)i;
        }
    }
    return found;
}

/* By masks: whether a bit is set is hard to foretell, and blocks of one size are vectorized. */
static inline void mark_block(uint64_t word, size_t size, uint16_t value, uint16_t *restrict values)
{
    bool chunk[64];
    unpack(&word, 64, chunk);
    for (size_t i = 0; i < size; i++) {
        uint16_t mask = (uint16_t)-chunk[i];
        values[i] = (uint16_t)((values[i] & ~mask) | (value & mask));
    }
}

static void mark(const uint64_t *words, size_t count, uint16_t value, uint16_t *values)
{
    size_t base = 0;
    for (; base + 64 <= count; base += 64)
        mark_block(words[base / 64], 64, value, values + base);
    if (base < count)
        mark_block(words[base / 64], count - base, value, values + base);
}

const BooleanLoops LEVEL_NAME(boolean_loops) = {pack, unpack, select_rows, mark};
