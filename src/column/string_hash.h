/* column/string_hash.h: the hash of a String: one that is stored within its 16 bytes is hashed as these, without a
 * loop. */
#ifndef QUERN_COLUMN_STRING_HASH_H
#define QUERN_COLUMN_STRING_HASH_H

#include <string.h>

#include "base/hash.h"
#include "base/word.h"
#include "column/types.h"

/* In steps of 16 bytes, the last of them overlapping the one before, so that no step is a short one. */
static inline uint64_t string_hash_steps(uint64_t hash, const char *text, const char *end)
{
    for (; end - text > 16; text += 16)
        hash = hash_combine(hash ^ word_load(text), word_load(text + 8));
    return hash_combine(hash ^ word_load(end - 16), word_load(end - 8));
}

/* The same of a large text: can be interrupted. */
uint64_t string_hash_large(const char *text, size_t size) __attribute__((cold));

/* Of more than 8 bytes. */
static inline uint64_t string_hash_long(const char *text, size_t size)
{
    if (size < 16)
        return hash_combine(size ^ word_load(text), word_load(text + size - 8));
    return size > MEMORY_COMPARED ? string_hash_large(text, size) : string_hash_steps(size, text, text + size);
}

static inline uint64_t string_hash(String value)
{
    if (value.size > STRING_INLINE_SIZE)
        return string_hash_long(value.pointer, value.size);
    uint64_t words[2];
    memcpy(words, &value, sizeof words);
    return hash_combine(words[0], words[1]);
}

#endif
