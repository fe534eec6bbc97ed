/* expr/kernel/boolean.c: booleans as bytes and as bits, and rows chosen by them. */
#include <string.h>

#include "expr/kernels.h"

/* Eight bytes of 0 or 1, little-endian, to eight bits: the product's top byte gathers bit 0 of every byte. */
static inline uint64_t byte_bits(uint64_t bytes)
{
    return bytes * 0x0102040810204080u >> 56;
}

static void pack(const bool *values, size_t count, uint64_t *words)
{
    for (size_t base = 0; base < count; base += 64) {
        uint64_t word = 0;
        if (count - base >= 64) {
            for (size_t k = 0; k < 8; k++) {
                uint64_t bytes = 0;
                for (size_t j = 0; j < 8; j++)
                    bytes |= (uint64_t)values[base + k * 8 + j] << (j * 8);
                word |= byte_bits(bytes) << (k * 8);
            }
        } else {
            for (size_t i = base; i < count; i++)
                word |= (uint64_t)values[i] << (i - base);
        }
        words[base / 64] = word;
    }
}

static void unpack(const uint64_t *words, size_t count, bool *values)
{
    for (size_t i = 0; i < count; i++)
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

const BooleanLoops LEVEL_NAME(boolean_loops) = {pack, unpack, select_rows};
