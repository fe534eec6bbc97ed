/* exec/sort_entry.c: entries in order: by the first 16 bytes of the key by radix, least significant byte first (Knuth
 * 5.2.5), leaving out bytes that are equal in all; what is equal in them all then by comparing the rest. Both keep
 * equal keys in order. */
#include "exec/sort_entry.h"

enum {
    RADIX_ENTRIES = 512, /* fewer are sorted by comparing */
    INSERTION_ENTRIES = 16,
    CHECK_ENTRIES = 1 << 14, /* how often the cancel flag is looked at */
};

static void entries_insertion_sort(SortKeyPlace place, SortEntry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        SortEntry entry = entries[i];
        size_t to = i;
        for (; to > 0 && sort_entry_compare(place, &entry, &entries[to - 1]) < 0; to--)
            entries[to] = entries[to - 1];
        entries[to] = entry;
    }
}

static void entries_merge(const Context *context, SortKeyPlace place, const SortEntry *entries, size_t middle,
                          size_t count, SortEntry *target)
{
    size_t left = 0, right = middle, to = 0;
    while (left < middle && right < count) {
        if (to % CHECK_ENTRIES == 0)
            context_check(context);
        bool takes_right = sort_entry_compare(place, &entries[right], &entries[left]) < 0;
        target[to++] = entries[takes_right ? right++ : left++];
    }
    memcpy(target + to, entries + left, (middle - left) * sizeof *entries);
    to += middle - left;
    memcpy(target + to, entries + right, (count - right) * sizeof *entries);
}

static void entries_merge_sort(const Context *context, SortKeyPlace place, SortEntry *entries, SortEntry *spare,
                               size_t count)
{
    for (size_t first = 0; first < count; first += INSERTION_ENTRIES)
        entries_insertion_sort(place, entries + first,
                               count - first < INSERTION_ENTRIES ? count - first : INSERTION_ENTRIES);
    SortEntry *from = entries, *to = spare;
    for (size_t width = INSERTION_ENTRIES; width < count; width *= 2) {
        for (size_t first = 0; first < count; first += 2 * width) {
            size_t size = count - first < 2 * width ? count - first : 2 * width;
            entries_merge(context, place, from + first, size < width ? size : width, size, to + first);
        }
        SortEntry *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != entries && count > 0)
        memcpy(entries, from, count * sizeof *entries);
}

static inline unsigned entry_byte(const SortEntry *entry, size_t byte) /* 0: the least significant */
{
    uint64_t word = byte < 8 ? entry->low : entry->high;
    return (unsigned)(word >> (byte % 8 * 8)) & 0xFF;
}

/* Before the next CHECK_ENTRIES. */
static void entries_look(const Context *context, TempFile *file)
{
    context_check(context);
    if (file)
        temp_file_look(file);
}

static void entries_copy(const Context *context, TempFile *file, SortEntry *to, const SortEntry *from, size_t count)
{
    for (size_t first = 0; first < count; first += CHECK_ENTRIES) {
        entries_look(context, file);
        memcpy(to + first, from + first, (count - first < CHECK_ENTRIES ? count - first : CHECK_ENTRIES) * sizeof *to);
    }
}

static void entries_radix_pass(const Context *context, TempFile *file, const SortEntry *from, SortEntry *to,
                               size_t count, size_t byte, uint32_t *counts)
{
    uint32_t position = 0;
    for (size_t value = 0; value < 256; value++) {
        uint32_t value_count = counts[value];
        counts[value] = position;
        position += value_count;
    }
    for (size_t i = 0; i < count;) {
        size_t end = count - i < CHECK_ENTRIES ? count : i + CHECK_ENTRIES;
        entries_look(context, file);
        for (; i < end; i++)
            to[counts[entry_byte(&from[i], byte)]++] = from[i];
    }
}

static void entries_radix_sort(const Context *context, TempFile *file, SortEntry *entries, SortEntry *spare,
                               size_t count)
{
    uint32_t counts[SORT_PREFIX_SIZE][256] = {0};
    for (size_t i = 0; i < count; i++) {
        if (i % CHECK_ENTRIES == 0)
            entries_look(context, file);
        for (size_t byte = 0; byte < SORT_PREFIX_SIZE; byte++)
            counts[byte][entry_byte(&entries[i], byte)]++;
    }
    SortEntry *from = entries, *to = spare;
    for (size_t byte = 0; byte < SORT_PREFIX_SIZE; byte++) {
        if (counts[byte][entry_byte(&entries[0], byte)] == count)
            continue; /* the same in all */
        entries_radix_pass(context, file, from, to, count, byte, counts[byte]);
        SortEntry *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != entries)
        entries_copy(context, file, entries, from, count);
}

/* Sorts those whose first 16 bytes are equal by the rest. */
static void entries_sort_ties(const Context *context, SortKeyPlace place, SortEntry *entries, SortEntry *spare,
                              size_t count)
{
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count; end++)
            if (entries[end].high != entries[first].high || entries[end].low != entries[first].low)
                break;
        if (end - first > 1)
            entries_merge_sort(context, place, entries + first, spare, end - first);
    }
}

void sort_entries(const Context *context, TempFile *file, SortKeyPlace place, SortEntry *entries, SortEntry *spare,
                  size_t count)
{
    if (count < RADIX_ENTRIES) {
        entries_merge_sort(context, place, entries, spare, count);
        return;
    }
    entries_radix_sort(context, file, entries, spare, count);
    if (place.is_in_row || place.has_position)
        entries_sort_ties(context, place, entries, spare, count);
}
