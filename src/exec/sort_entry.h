/* exec/sort_entry.h: what is sorted in place of a row: the first 16 bytes of its key, and where it stands. */
#ifndef QUERN_EXEC_SORT_ENTRY_H
#define QUERN_EXEC_SORT_ENTRY_H

#include <string.h>

#include "column/row.h"
#include "exec/sort_keys.h"

enum { SORT_PREFIX_SIZE = 16 };

typedef struct SortEntry {
    uint64_t high, low; /* the first 16 bytes of the key as numbers; behind the key's end zero */
    uint8_t *row;
} SortEntry;

/* Where a row has what of its key an entry does not hold; keys that it holds wholly are nowhere else. */
typedef struct SortKeyPlace {
    bool is_in_row;
    size_t fixed_size; /* of keys; 0: they vary, and the place holds a String, the whole key */
    size_t offset;
    bool has_position; /* equal keys are in the order of a UBIGINT of their rows: */
    size_t position_offset;
} SortKeyPlace;

/* Up to 8 bytes as a number in their order: of fewer, pieces that overlap, as a number that is written byte by byte is
 * waited for when it is read. */
static inline uint64_t sort_key_word(const uint8_t *key, size_t size)
{
    uint64_t word;
    uint32_t first, last;
    if (size >= sizeof word) {
        memcpy(&word, key, sizeof word);
        return __builtin_bswap64(word);
    }
    if (size >= sizeof first) {
        memcpy(&first, key, sizeof first);
        memcpy(&last, key + size - sizeof last, sizeof last);
        return (uint64_t)__builtin_bswap32(first) << 32 | (uint64_t)__builtin_bswap32(last) << (64 - 8 * size);
    }
    if (size == 0)
        return 0;
    return (uint64_t)key[0] << 56 | (uint64_t)key[size / 2] << (56 - 8 * (size / 2)) |
           (uint64_t)key[size - 1] << (64 - 8 * size);
}

static inline SortEntry sort_entry_make(const uint8_t *key, size_t size, uint8_t *row)
{
    return (SortEntry){sort_key_word(key, size), size > 8 ? sort_key_word(key + 8, size - 8) : 0, row};
}

/* What follows the first bytes of the key, which is in the entry's row. */
static inline StringView sort_entry_rest(SortKeyPlace place, const SortEntry *entry)
{
    const uint8_t *at = entry->row + place.offset;
    if (place.fixed_size)
        return (StringView){(const char *)at, place.fixed_size - SORT_PREFIX_SIZE};
    StringView key = string_view((const String *)(const void *)at);
    size_t held = key.size < SORT_PREFIX_SIZE ? key.size : SORT_PREFIX_SIZE;
    return (StringView){key.data + held, key.size - held};
}

/* What follows the first bytes of two keys that are equal so far. */
static inline int sort_entry_compare_rest(SortKeyPlace place, const SortEntry *a, const SortEntry *b)
{
    StringView a_rest = sort_entry_rest(place, a), b_rest = sort_entry_rest(place, b);
    if (a_rest.size == 0 || b_rest.size == 0)
        return 0; /* none is the beginning of another: both are all there */
    return sort_key_compare((const uint8_t *)a_rest.data, a_rest.size, (const uint8_t *)b_rest.data, b_rest.size);
}

static inline int sort_entry_compare_position(SortKeyPlace place, const SortEntry *a, const SortEntry *b)
{
    uint64_t a_position, b_position;
    memcpy(&a_position, a->row + place.position_offset, sizeof a_position);
    memcpy(&b_position, b->row + place.position_offset, sizeof b_position);
    return (a_position > b_position) - (a_position < b_position);
}

static inline int sort_entry_compare(SortKeyPlace place, const SortEntry *a, const SortEntry *b)
{
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    int order = place.is_in_row ? sort_entry_compare_rest(place, a, b) : 0;
    return order == 0 && place.has_position ? sort_entry_compare_position(place, a, b) : order;
}

/* Sorts them; equal ones stay in order. `spare` has room for as many. `file`: both may be mapped there; or NULL. */
void sort_entries(const Context *context, TempFile *file, SortKeyPlace place, SortEntry *entries, SortEntry *spare,
                  size_t count);

#endif
