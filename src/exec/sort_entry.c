/* exec/sort_entry.c: entries in order: by radix, the most significant bits first (Knuth 5.2.5), so that all passes but
 * the first stay within the cache; few entries by comparing. What is equal in the first 16 bytes of the key is sorted
 * by the next 16, which are fetched from the rows, and so on. All of it keeps equal keys in order. */
#include "exec/sort_entry.h"

enum {
    RADIX_ENTRIES = 256, /* fewer are sorted by comparing */
    FEWEST_DIGIT_BITS = 8,
    MOST_DIGIT_BITS = 10,
    BUCKET_BITS = 7, /* about 2^7 entries have the same digit, if it can be so large */
    INSERTION_ENTRIES = 16,
    CHECK_ENTRIES = 1 << 14,             /* how often the cancel flag is looked at */
    FETCHED_SIZE = 3 * SORT_PREFIX_SIZE, /* of a key's rest; those equal so far are compared where they stand */
    PREFETCH_ENTRIES = 8,
};

typedef struct EntrySort {
    const Context *context;
    TempFile *file;
    SortKeyPlace place;
} EntrySort;

/* Before the next CHECK_ENTRIES. */
static void sort_look(const EntrySort *sort)
{
    context_check(sort->context);
    if (sort->file)
        temp_file_look(sort->file);
}

static void entries_copy(const EntrySort *sort, SortEntry *to, const SortEntry *from, size_t count)
{
    for (size_t first = 0; first < count; first += CHECK_ENTRIES) {
        sort_look(sort);
        memcpy(to + first, from + first, (count - first < CHECK_ENTRIES ? count - first : CHECK_ENTRIES) * sizeof *to);
    }
}

/* Memory that is new is cleared by the system when it is touched first, most of it 2 MB at a time: the first scatter
 * into it would have all of it cleared between two looks. */
static void entries_touch(const EntrySort *sort, SortEntry *entries, size_t count)
{
    enum { STEP = 4096 / sizeof(SortEntry), STEPS = 64 };
    volatile SortEntry *touched = entries;
    for (size_t i = 0; i < count; i += STEP) {
        if (i / STEP % STEPS == 0)
            sort_look(sort);
        touched[i].high = 0;
    }
}

/* ---- by comparing ---- */

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

static void entries_merge(const EntrySort *sort, SortKeyPlace place, const SortEntry *entries, size_t middle,
                          size_t count, SortEntry *target)
{
    size_t left = 0, right = middle, to = 0;
    while (left < middle && right < count) {
        if (to % CHECK_ENTRIES == 0)
            sort_look(sort);
        bool takes_right = sort_entry_compare(place, &entries[right], &entries[left]) < 0;
        target[to++] = entries[takes_right ? right++ : left++];
    }
    entries_copy(sort, target + to, entries + left, middle - left);
    to += middle - left;
    entries_copy(sort, target + to, entries + right, count - right);
}

static void entries_merge_sort(const EntrySort *sort, SortKeyPlace place, SortEntry *entries, SortEntry *spare,
                               size_t count)
{
    for (size_t first = 0; first < count; first += INSERTION_ENTRIES) {
        if (first > 0 && first % CHECK_ENTRIES == 0)
            sort_look(sort);
        entries_insertion_sort(place, entries + first,
                               count - first < INSERTION_ENTRIES ? count - first : INSERTION_ENTRIES);
    }
    SortEntry *from = entries, *to = spare;
    for (size_t width = INSERTION_ENTRIES; width < count; width *= 2) {
        for (size_t first = 0; first < count; first += 2 * width) {
            size_t size = count - first < 2 * width ? count - first : 2 * width;
            entries_merge(sort, place, from + first, size < width ? size : width, size, to + first);
        }
        SortEntry *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != entries)
        entries_copy(sort, entries, from, count);
}

/* ---- by radix ---- */

/* Some bits of `high` or of `low`. */
typedef struct Digit {
    bool is_high;
    unsigned shift, bits;
} Digit;

static inline size_t digit_of(Digit digit, const SortEntry *entry)
{
    return ((digit.is_high ? entry->high : entry->low) >> digit.shift) & (((size_t)1 << digit.bits) - 1);
}

static unsigned bits_of(uint64_t number)
{
    return number == 0 ? 0 : 64 - (unsigned)__builtin_clzll(number);
}

/* The first bits in which not all are equal. False: there are none. */
static bool digit_choose(const EntrySort *sort, const SortEntry *entries, size_t count, Digit *ret_digit)
{
    uint64_t high = 0, low = 0;
    for (size_t i = 0; i < count;) {
        size_t end = count - i < CHECK_ENTRIES ? count : i + CHECK_ENTRIES;
        sort_look(sort);
        for (; i < end; i++) {
            high |= entries[i].high ^ entries[0].high;
            low |= entries[i].low ^ entries[0].low;
        }
    }
    unsigned most = bits_of(count >> BUCKET_BITS), varying = bits_of(high ? high : low);
    most = most < FEWEST_DIGIT_BITS ? FEWEST_DIGIT_BITS : most > MOST_DIGIT_BITS ? MOST_DIGIT_BITS : most;
    unsigned bits = varying < most ? varying : most;
    *ret_digit = (Digit){.is_high = high != 0, .shift = varying - bits, .bits = bits};
    return varying > 0;
}

/* Puts them in the order of their digits; ends[d] becomes where those with digit d end. */
static void entries_scatter(const EntrySort *sort, Digit digit, const SortEntry *from, SortEntry *to, size_t count,
                            uint32_t *ends)
{
    uint32_t position = 0;
    memset(ends, 0, sizeof *ends << digit.bits);
    for (size_t i = 0; i < count; i++) {
        if (i % CHECK_ENTRIES == 0)
            sort_look(sort);
        ends[digit_of(digit, &from[i])]++;
    }
    for (size_t d = 0; d < (size_t)1 << digit.bits; d++) {
        uint32_t digit_count = ends[d];
        ends[d] = position;
        position += digit_count;
    }
    for (size_t i = 0; i < count;) {
        size_t end = count - i < CHECK_ENTRIES ? count : i + CHECK_ENTRIES;
        sort_look(sort);
        for (; i < end; i++)
            to[ends[digit_of(digit, &from[i])]++] = from[i];
    }
}

/* Each round takes bits off the two words: it does not go deep. */
static void entries_sort_words(const EntrySort *sort, SortEntry *entries, SortEntry *spare, size_t count)
{
    Digit digit;
    uint32_t ends[1 << MOST_DIGIT_BITS];
    if (count < RADIX_ENTRIES) {
        entries_merge_sort(sort, (SortKeyPlace){0}, entries, spare, count);
        return;
    }
    if (!digit_choose(sort, entries, count, &digit))
        return;
    entries_scatter(sort, digit, entries, spare, count, ends);
    for (size_t d = 0, first = 0; d < (size_t)1 << digit.bits; first = ends[d++]) {
        size_t bucket_count = ends[d] - first;
        entries_copy(sort, entries + first, spare + first, bucket_count);
        if (bucket_count > 1)
            entries_sort_words(sort, entries + first, spare + first, bucket_count);
    }
}

/* ---- what is equal in the words ---- */

/* The words become those of the rest of the key from `offset` on. */
static void entries_fetch(const EntrySort *sort, SortEntry *entries, size_t count, size_t offset)
{
    SortKeyPlace place = sort->place;
    for (size_t i = 0; i < count; i++) {
        if (i % CHECK_ENTRIES == 0)
            sort_look(sort);
        if (i + PREFETCH_ENTRIES < count)
            __builtin_prefetch(entries[i + PREFETCH_ENTRIES].row + place.offset);
        StringView rest = sort_entry_rest(place, &entries[i]);
        const uint8_t *bytes = (const uint8_t *)rest.data;
        uint8_t *row = entries[i].row;
        entries[i] =
            rest.size > offset ? sort_entry_make(bytes + offset, rest.size - offset, row) : (SortEntry){.row = row};
    }
}

static void entries_sort(const EntrySort *sort, SortEntry *entries, SortEntry *spare, size_t count, size_t offset);

/* All are equal before `offset` of the rest of their keys: so either all keys end there, or none. */
static void entries_sort_tied(const EntrySort *sort, SortEntry *entries, SortEntry *spare, size_t count, size_t offset)
{
    SortKeyPlace place = sort->place;
    uint64_t high = entries->high, low = entries->low;
    place.is_in_row = place.is_in_row && sort_entry_rest(place, entries).size > offset;
    if (!place.is_in_row || offset >= FETCHED_SIZE) {
        if (place.is_in_row || place.has_position)
            entries_merge_sort(sort, place, entries, spare, count);
        return;
    }
    entries_fetch(sort, entries, count, offset);
    entries_sort(sort, entries, spare, count, offset + SORT_PREFIX_SIZE);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && i % CHECK_ENTRIES == 0)
            sort_look(sort);
        entries[i].high = high;
        entries[i].low = low;
    }
}

/* Keys that are equal in all that is before the words, which `offset` of their rest follows. */
static void entries_sort(const EntrySort *sort, SortEntry *entries, SortEntry *spare, size_t count, size_t offset)
{
    entries_sort_words(sort, entries, spare, count);
    if (!sort->place.is_in_row && !sort->place.has_position)
        return;
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count; end++) { /* each of them is the end once */
            if (end % CHECK_ENTRIES == 0)
                sort_look(sort);
            if (entries[end].high != entries[first].high || entries[end].low != entries[first].low)
                break;
        }
        if (end - first > 1)
            entries_sort_tied(sort, entries + first, spare + first, end - first, offset);
    }
}

void sort_entries(const Context *context, TempFile *file, SortKeyPlace place, SortEntry *entries, SortEntry *spare,
                  size_t count)
{
    EntrySort sort = {.context = context, .file = file, .place = place};
    if (count > CHECK_ENTRIES)
        entries_touch(&sort, spare, count);
    if (count > 1)
        entries_sort(&sort, entries, spare, count, 0);
}
