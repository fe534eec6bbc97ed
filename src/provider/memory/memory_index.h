/* provider/memory/memory_index.h: an ordered index: runs of entries, each sorted by normalized keys, as in an LSM tree
 * (O'Neil et al. 1996).
 *
 *   run 0    ···················· | the rows that one change has added are a run of their own; of two runs that follow
 *   run 1    ········             | each other the earlier has more than twice the entries, or they become one
 *   run 2    ··                   |
 *
 * Nothing of it ever changes, so versions share it; the next version's has other runs. As with keys, an entry is a hint
 * that its row once was there: rows that are gone leave when runs become one. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_INDEX_H
#define QUERN_PROVIDER_MEMORY_MEMORY_INDEX_H

#include "provider/memory/memory_table.h"

typedef struct MemoryRun MemoryRun;

struct MemoryIndex {
    _Atomic size_t share_count;
    size_t run_count;
    MemoryRun **runs; /* a share each */
};

/* Without entries, with one share, which `owner` releases. */
MemoryIndex *memory_index_new(Arena *owner);
MemoryIndex *memory_index_ref(MemoryIndex *index);
void memory_index_unref(MemoryIndex *index);

/* Puts the rows from `first` on into the draft's index, which is made when there was none. */
void memory_index_add(const MemoryTable *table, const Context *context, MemoryVersion *draft, size_t index_number,
                      MemoryRow first);

/* ---- looking ---- */

size_t memory_run_count(const MemoryRun *run);
/* The first entry whose key is not before `key`; is_behind: that is neither before it nor begins with it. */
size_t memory_run_find(const MemoryRun *run, const uint8_t *key, size_t size, bool is_behind);
MemoryRow memory_run_row(const MemoryRun *run, size_t entry);
/* As memcmp over their keys, then by row. */
int memory_run_compare(const MemoryRun *a, size_t entry_a, const MemoryRun *b, size_t entry_b);

#endif
