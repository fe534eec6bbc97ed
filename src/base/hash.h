/* base/hash.h: hashing for tables in memory: never stored, never across machines. */
#ifndef QUERN_BASE_HASH_H
#define QUERN_BASE_HASH_H

#include <stdint.h>
#include <string.h>

#include "base/string_view.h"
#include "base/word.h"

/* Multiply to 128 bits and fold: the mixing step of wyhash (Wang Yi, 2019). */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_u64(uint64_t value)
{
    return hash_fold(value ^ 0x9E3779B97F4A7C15u, 0xBF58476D1CE4E5B9u);
}

static inline uint64_t hash_combine(uint64_t hash, uint64_t other)
{
    return hash_fold(hash ^ 0xA0761D6478BD642Fu, other ^ 0xE7037ED1A0B428DBu);
}

/* Of the bytes up to the last fifteen, which are what is left then. */
static inline uint64_t hash_whole_words(const char **bytes, size_t *size)
{
    uint64_t hash = hash_u64(*size);
    for (; *size >= 16; *bytes += 16, *size -= 16) {
        uint64_t a, b;
        memcpy(&a, *bytes, 8);
        memcpy(&b, *bytes + 8, 8);
        hash = hash_fold(hash ^ a ^ 0xA0761D6478BD642Fu, b ^ 0xE7037ED1A0B428DBu);
    }
    return hash;
}

static inline uint64_t hash_tail(uint64_t hash, uint64_t a, uint64_t b)
{
    return hash_fold(hash ^ a ^ 0x8EBC6AF09C88C6E3u, b ^ 0x589965CC75374CC3u);
}

static inline uint64_t hash_bytes(const void *data, size_t size)
{
    const char *bytes = data;
    uint64_t hash = hash_whole_words(&bytes, &size), tail[2] = {0, 0};
    if (size)
        memcpy(tail, bytes, size);
    return hash_tail(hash, tail[0], tail[1]);
}

/* The same of bytes behind which 16 more may be read. */
static inline uint64_t hash_padded_bytes(const void *data, size_t size)
{
    const char *bytes = data;
    uint64_t hash = hash_whole_words(&bytes, &size), a = word_load(bytes), b = word_load(bytes + 8);
    a = size < 8 ? a & (((uint64_t)1 << 8 * size) - 1) : a;
    b = size > 8 ? b & (((uint64_t)1 << 8 * (size - 8)) - 1) : 0;
    return hash_tail(hash, word_little_endian(a), word_little_endian(b));
}

static inline uint64_t hash_view_ignoring_case(StringView view)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a: names are short */
    for (size_t i = 0; i < view.size; i++)
        hash = (hash ^ (unsigned char)ascii_lower(view.data[i])) * 1099511628211u;
    return hash;
}

#endif
