/* provider/memory/memory_key.h: a hash index over the columns of a PRIMARY KEY or UNIQUE constraint.
 *
 *   slots   hash of the key | row      open addressing, linear probing, at most half full
 *
 * An entry is a hint: it says that the row had such a key when it was added. Whether a version has the row, and whether
 * the row's values are those that are looked for, is seen from the version. So entries are only ever added: versions
 * share one index, and what a failed statement has added does no harm. An index that is full is not grown but made
 * anew from the version that needs it; older versions keep the old one. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_KEY_H
#define QUERN_PROVIDER_MEMORY_MEMORY_KEY_H

#include "provider/memory/memory_version.h"

/* Empty, with one share, which `owner` releases. */
MemoryKey *memory_key_new(Arena *owner, MemoryBudget *budget);
/* With room for `wished_count` entries where there is memory for them, else for `row_count`. */
MemoryKey *memory_key_new_for(Arena *owner, MemoryBudget *budget, size_t row_count, size_t wished_count);
MemoryKey *memory_key_ref(MemoryKey *key);
void memory_key_unref(MemoryKey *key);

/* Whether so many entries may be added. */
bool memory_key_has_room(const MemoryKey *key, size_t count);
/* Adds an entry, unless the very same is there. Needs room. */
void memory_key_add(MemoryKey *key, uint64_t hash, MemoryRow row);

/* The slots of these hashes are wanted soon. */
void memory_key_prefetch(const MemoryKey *key, const uint64_t *hashes, size_t count);

/* The rows that were added with a hash, one after the other:
 *
 *     MemoryKeyProbe probe = memory_key_probe(key, hash);
 *     while (memory_key_next(key, &probe, &row)) … */
typedef struct MemoryKeyProbe {
    uint64_t hash;
    size_t slot;
} MemoryKeyProbe;

MemoryKeyProbe memory_key_probe(const MemoryKey *key, uint64_t hash);
bool memory_key_next(const MemoryKey *key, MemoryKeyProbe *probe, MemoryRow *ret_row);

#endif
