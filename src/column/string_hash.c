/* column/string_hash.c: the hash of a large text. */
#include "column/string_hash.h"

#include "base/context.h"

uint64_t string_hash_large(const char *text, size_t size)
{
    const char *end = text + size;
    uint64_t hash = size;
    for (;; text += MEMORY_PIECE) {
        context_check(context_entered());
        if (end - text <= MEMORY_PIECE)
            return string_hash_steps(hash, text, end);
        for (size_t at = 0; at < MEMORY_PIECE; at += 16)
            hash = hash_combine(hash ^ word_load(text + at), word_load(text + at + 8));
    }
}
