/* provider/memory/memory_version.h: a memory table at one moment. What a version holds never changes while anyone else
 * has a share of it: readers keep theirs, a writer drafts the next one and puts it in its place.
 *
 *   version ─▶ slices: group 0, its first n rows, those of them that are gone
 *                      group 1, …
 *           ─▶ keys:   a hash index for each PRIMARY KEY and UNIQUE, shared with the versions before
 *           ─▶ indexes: those of CREATE INDEX, and an order of each key once one is wanted; shared too
 *
 * A row is told by its slice and its place there; both stay the same from version to version, as rows are only added
 * and marked as gone. Only OVERWRITE, TRUNCATE and a table that is mostly gone begin anew, with keys of their own. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_VERSION_H
#define QUERN_PROVIDER_MEMORY_MEMORY_VERSION_H

#include "provider/memory/memory_group.h"
#include "provider/statistics.h"

typedef struct MemoryKey MemoryKey;
typedef struct MemoryIndex MemoryIndex;

typedef struct MemorySlice {
    MemoryGroup *group; /* one share */
    uint32_t row_count; /* the group may hold more, for later versions */
    uint32_t gone_count;
    Buffer *gone; /* a bit for each of MEMORY_GROUP_ROWS rows: set when the row is gone; NULL: none is */
} MemorySlice;

typedef struct MemoryVersion {
    _Atomic size_t share_count;
    size_t key_count;
    MemoryKey **keys; /* a share each */
    size_t index_count;
    MemoryIndex **indexes; /* a share each; NULL: not made yet */
    size_t slice_count, slice_capacity;
    MemorySlice *slices;
    Arena *statistics_arena;
    const Statistics *statistics; /* NULL: nobody has asked, or they may still change */
} MemoryVersion;

/* slice * MEMORY_GROUP_ROWS + place */
typedef uint64_t MemoryRow;

/* Empty, with empty keys and indexes and one share, which `owner` releases. Behind the `index_count` indexes there is
 * room for one of each key. */
MemoryVersion *memory_version_new(Arena *owner, MemoryBudget *budget, size_t key_count, size_t index_count);
/* The same slices, keys and indexes, shared. */
MemoryVersion *memory_version_copy(Arena *owner, const MemoryVersion *version);
MemoryVersion *memory_version_ref(MemoryVersion *version);
void memory_version_unref(MemoryVersion *version);

/* Takes a share of the group, of which `row_count` rows are seen. */
void memory_version_add(MemoryVersion *version, MemoryGroup *group, size_t row_count);
/* Puts another index in the place of one; takes a share. memory_version_set_index: NULL is none. */
void memory_version_set_key(MemoryVersion *version, size_t key_index, MemoryKey *key);
void memory_version_set_index(MemoryVersion *version, size_t index_number, MemoryIndex *index);
/* The same slices, shared; keys and indexes are empty. */
MemoryVersion *memory_version_copy_rows(Arena *owner, MemoryBudget *budget, const MemoryVersion *version,
                                        size_t key_count, size_t index_count);
/* Marks a row as gone; false when it was already. */
bool memory_version_delete(MemoryVersion *version, MemoryBudget *budget, MemoryRow row);

/* Rows that are not gone; rows that are. */
uint64_t memory_version_row_count(const MemoryVersion *version);
uint64_t memory_version_gone_count(const MemoryVersion *version);
/* Of all rows, also those that are gone; without keys and indexes. */
uint64_t memory_version_byte_size(const MemoryVersion *version);

static inline bool memory_slice_has(const MemorySlice *slice, size_t row)
{
    const uint64_t *gone = slice->gone ? slice->gone->data : NULL;
    return row < slice->row_count && !(gone && (gone[row / 64] >> (row % 64) & 1));
}

static inline bool memory_version_has(const MemoryVersion *version, MemoryRow row)
{
    return row / MEMORY_GROUP_ROWS < version->slice_count &&
           memory_slice_has(&version->slices[row / MEMORY_GROUP_ROWS], row % MEMORY_GROUP_ROWS);
}

#endif
