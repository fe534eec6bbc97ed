/* exec/sorter.c: rows in the order of their keys: sorted runs, and their merge.
 *
 * A run is sorted by the first 16 bytes of the key by radix, least significant byte first (Knuth 5.2.5), leaving out
 * bytes that are equal in all entries; what is equal in them all is then sorted by comparing the rest. Both keep equal
 * keys in order, and so does the merge, by the number of the run. */
#include "exec/sorter.h"

#include <string.h>

#include "base/array.h"

enum {
    RUN_ENTRIES = 1 << 20, /* a run and its copy while it is sorted take 48 MiB */
    RADIX_ENTRIES = 512,   /* fewer are sorted by comparing */
    INSERTION_ENTRIES = 16,
    PREFIX_SIZE = 16,
};

typedef struct SortEntry {
    uint64_t high, low; /* the first 16 bytes of the key as numbers; behind the key's end zero */
    uint8_t *row;
} SortEntry;

/* A key of more than 16 bytes that does not have a fixed size: what stands behind the row's columns. */
typedef struct SortLongKey {
    const uint8_t *bytes;
    size_t size;
} SortLongKey;

typedef struct SortRun {
    Block *entries;
    size_t count;
    size_t next; /* of the merge */
} SortRun;

struct Sorter {
    Arena *arena;
    const Context *context;
    size_t fixed_size;  /* of keys; 0: they vary */
    bool has_long_keys; /* rows hold what of their keys does not go into entries */
    const RowLayout *layout;
    RowStore *rows;
    ARRAY(SortRun) runs; /* all that were ever made; their memory is used again */
    size_t run_count;    /* those in use; the last is being filled */
    Block *spare;        /* what entries are copied to while a run is sorted */
    size_t count;
    ARRAY(size_t) heap; /* runs that have entries left; the one with the least entry first */
    uint8_t *added[BATCH_SIZE];
    SortEntry given[BATCH_SIZE]; /* the entries handed out last */
    Vector **moved;              /* columns on their way to another sorter */
};

Sorter *sorter_new(Arena *arena, const Context *context, const SortKeys *keys, const Type *types, size_t column_count)
{
    Sorter *sorter = arena_new(arena, Sorter);
    size_t key_size = keys->fixed_size == 0 ? sizeof(SortLongKey) : keys->fixed_size;
    bool is_short = keys->column_count == 0 || (keys->fixed_size != 0 && keys->fixed_size <= PREFIX_SIZE);
    sorter->has_long_keys = !is_short;
    sorter->arena = arena;
    sorter->context = context;
    sorter->fixed_size = keys->fixed_size;
    sorter->layout = row_layout_new(arena, types, column_count, is_short ? 0 : key_size);
    sorter->rows = row_store_new(arena, context, sorter->layout);
    sorter->spare = block_new(arena, context, "a sort");
    return sorter;
}

const RowLayout *sorter_layout(const Sorter *sorter)
{
    return sorter->layout;
}

size_t sorter_count(const Sorter *sorter)
{
    return sorter->count;
}

size_t sorter_size(const Sorter *sorter)
{
    size_t size = row_store_size(sorter->rows) + sorter->spare->size;
    for (size_t r = 0; r < sorter->run_count; r++)
        size += sorter->runs.items[r].entries->size;
    return size;
}

void sorter_clear(Sorter *sorter)
{
    for (size_t r = 0; r < sorter->run_count; r++)
        block_clear(sorter->runs.items[r].entries);
    sorter->run_count = sorter->count = sorter->heap.count = 0;
    block_clear(sorter->spare);
    row_store_release(sorter->rows);
}

/* ---- keys ---- */

/* Up to 8 bytes as a number in their order. */
static inline uint64_t key_word(const uint8_t *key, size_t size)
{
    uint64_t word = 0;
    if (size > 0)
        memcpy(&word, key, size < 8 ? size : 8);
    return __builtin_bswap64(word);
}

static inline SortEntry entry_make(const uint8_t *key, size_t size, uint8_t *row)
{
    return (SortEntry){key_word(key, size), size > 8 ? key_word(key + 8, size - 8) : 0, row};
}

static inline SortLongKey *row_long_key(const Sorter *sorter, uint8_t *row)
{
    return (SortLongKey *)(row + sorter->layout->extra_offset);
}

/* The whole key, where there are long keys; its bytes are NULL when it is no longer than an entry's. */
static inline SortLongKey entry_long_key(const Sorter *sorter, const SortEntry *entry)
{
    if (sorter->fixed_size == 0)
        return *row_long_key(sorter, entry->row);
    return (SortLongKey){entry->row + sorter->layout->extra_offset, sorter->fixed_size};
}

static inline int entry_compare(const Sorter *sorter, const SortEntry *a, const SortEntry *b)
{
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    if (!sorter->has_long_keys)
        return 0;
    SortLongKey a_key = entry_long_key(sorter, a), b_key = entry_long_key(sorter, b);
    if (a_key.size <= PREFIX_SIZE || b_key.size <= PREFIX_SIZE)
        return 0; /* none is the beginning of another: both are all there */
    return sort_key_compare(a_key.bytes + PREFIX_SIZE, a_key.size - PREFIX_SIZE, b_key.bytes + PREFIX_SIZE,
                            b_key.size - PREFIX_SIZE);
}

/* Keeps what of the keys does not go into entries. */
static void rows_keep_keys(Sorter *sorter, uint8_t *const *rows, size_t count, uint8_t *const *keys,
                           const size_t *sizes)
{
    if (!sorter->has_long_keys)
        return;
    if (sorter->fixed_size) {
        for (size_t i = 0; i < count; i++)
            memcpy(rows[i] + sorter->layout->extra_offset, keys[i], sorter->fixed_size);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        char *bytes = NULL;
        if (sizes[i] > PREFIX_SIZE) {
            bytes = row_store_string_memory(sorter->rows, sizes[i]);
            memcpy(bytes, keys[i], sizes[i]);
        }
        *row_long_key(sorter, rows[i]) = (SortLongKey){(const uint8_t *)bytes, sizes[i]};
    }
}

/* ---- sorting a run; results stand in `entries`, `spare` has room for as many ---- */

static void entries_insertion_sort(const Sorter *sorter, SortEntry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        SortEntry entry = entries[i];
        size_t to = i;
        for (; to > 0 && entry_compare(sorter, &entry, &entries[to - 1]) < 0; to--)
            entries[to] = entries[to - 1];
        entries[to] = entry;
    }
}

static void entries_merge(const Sorter *sorter, const SortEntry *entries, size_t middle, size_t count,
                          SortEntry *target)
{
    size_t left = 0, right = middle, to = 0;
    while (left < middle && right < count) {
        bool takes_right = entry_compare(sorter, &entries[right], &entries[left]) < 0;
        target[to++] = entries[takes_right ? right++ : left++];
    }
    memcpy(target + to, entries + left, (middle - left) * sizeof *entries);
    to += middle - left;
    memcpy(target + to, entries + right, (count - right) * sizeof *entries);
}

static void entries_merge_sort(const Sorter *sorter, SortEntry *entries, SortEntry *spare, size_t count)
{
    for (size_t first = 0; first < count; first += INSERTION_ENTRIES)
        entries_insertion_sort(sorter, entries + first,
                               count - first < INSERTION_ENTRIES ? count - first : INSERTION_ENTRIES);
    SortEntry *from = entries, *to = spare;
    for (size_t width = INSERTION_ENTRIES; width < count; width *= 2) {
        context_check(sorter->context);
        for (size_t first = 0; first < count; first += 2 * width) {
            size_t size = count - first < 2 * width ? count - first : 2 * width;
            entries_merge(sorter, from + first, size < width ? size : width, size, to + first);
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

static void entries_radix_pass(const SortEntry *from, SortEntry *to, size_t count, size_t byte, uint32_t *counts)
{
    uint32_t position = 0;
    for (size_t value = 0; value < 256; value++) {
        uint32_t value_count = counts[value];
        counts[value] = position;
        position += value_count;
    }
    for (size_t i = 0; i < count; i++)
        to[counts[entry_byte(&from[i], byte)]++] = from[i];
}

static void entries_radix_sort(const Sorter *sorter, SortEntry *entries, SortEntry *spare, size_t count)
{
    uint32_t counts[PREFIX_SIZE][256] = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t byte = 0; byte < PREFIX_SIZE; byte++)
            counts[byte][entry_byte(&entries[i], byte)]++;
    SortEntry *from = entries, *to = spare;
    for (size_t byte = 0; byte < PREFIX_SIZE; byte++) {
        if (counts[byte][entry_byte(&entries[0], byte)] == count)
            continue; /* the same in all */
        context_check(sorter->context);
        entries_radix_pass(from, to, count, byte, counts[byte]);
        SortEntry *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != entries)
        memcpy(entries, from, count * sizeof *entries);
}

/* Sorts those whose first 16 bytes are equal by the rest. */
static void entries_sort_ties(const Sorter *sorter, SortEntry *entries, SortEntry *spare, size_t count)
{
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count; end++)
            if (entries[end].high != entries[first].high || entries[end].low != entries[first].low)
                break;
        if (end - first > 1)
            entries_merge_sort(sorter, entries + first, spare, end - first);
    }
}

static void run_sort(Sorter *sorter, SortRun *run)
{
    SortEntry *entries = run->entries->data;
    if (run->count < 2)
        return;
    block_grow(sorter->spare, 0, run->count * sizeof *entries);
    if (run->count < RADIX_ENTRIES) {
        entries_merge_sort(sorter, entries, sorter->spare->data, run->count);
        return;
    }
    entries_radix_sort(sorter, entries, sorter->spare->data, run->count);
    if (sorter->has_long_keys)
        entries_sort_ties(sorter, entries, sorter->spare->data, run->count);
}

/* ---- filling ---- */

static SortRun *sorter_current_run(Sorter *sorter)
{
    if (sorter->run_count > 0) {
        SortRun *last = &sorter->runs.items[sorter->run_count - 1];
        if (last->count < RUN_ENTRIES)
            return last;
        run_sort(sorter, last);
    }
    if (sorter->run_count == sorter->runs.count) {
        SortRun made = {.entries = block_new(sorter->arena, sorter->context, "a sort")};
        array_add(sorter->arena, &sorter->runs, made);
    }
    SortRun *run = &sorter->runs.items[sorter->run_count++];
    run->count = run->next = 0;
    return run;
}

void sorter_add(Sorter *sorter, Vector *const *columns, const uint16_t *selection, size_t count, uint8_t *const *keys,
                const size_t *sizes)
{
    row_store_append(sorter->rows, count, sorter->added);
    for (size_t c = 0; c < sorter->layout->column_count; c++)
        rows_write(sorter->rows, c, columns[c], selection, count, sorter->added);
    rows_keep_keys(sorter, sorter->added, count, keys, sizes);
    for (size_t first = 0; first < count;) {
        SortRun *run = sorter_current_run(sorter);
        size_t taken = count - first < RUN_ENTRIES - run->count ? count - first : RUN_ENTRIES - run->count;
        block_grow(run->entries, run->count * sizeof(SortEntry), (run->count + taken) * sizeof(SortEntry));
        SortEntry *entries = (SortEntry *)run->entries->data + run->count;
        for (size_t i = 0; i < taken; i++)
            entries[i] = entry_make(keys[first + i], sizes[first + i], sorter->added[first + i]);
        run->count += taken;
        first += taken;
    }
    sorter->count += count;
}

/* ---- merging ---- */

static inline const SortEntry *run_head(const Sorter *sorter, size_t run_index)
{
    const SortRun *run = &sorter->runs.items[run_index];
    return (const SortEntry *)run->entries->data + run->next;
}

/* Whether run a's head comes before run b's. */
static bool run_is_before(const Sorter *sorter, size_t a, size_t b)
{
    int order = entry_compare(sorter, run_head(sorter, a), run_head(sorter, b));
    return order < 0 || (order == 0 && a < b);
}

static void heap_sift_down(Sorter *sorter, size_t at)
{
    size_t *heap = sorter->heap.items, moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < sorter->heap.count; at = child) {
        if (child + 1 < sorter->heap.count && run_is_before(sorter, heap[child + 1], heap[child]))
            child++;
        if (!run_is_before(sorter, heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

void sorter_finish(Sorter *sorter)
{
    if (sorter->run_count > 0)
        run_sort(sorter, &sorter->runs.items[sorter->run_count - 1]);
    block_clear(sorter->spare);
    sorter->heap.count = 0;
    for (size_t r = 0; r < sorter->run_count; r++)
        if (sorter->runs.items[r].count > 0)
            array_add(sorter->arena, &sorter->heap, r);
    for (size_t i = sorter->heap.count; i-- > 0;)
        heap_sift_down(sorter, i);
}

/* The next entries in order, into `given`; one run alone needs no merge. */
static size_t sorter_next_entries(Sorter *sorter, size_t count)
{
    size_t given = 0;
    while (given < count && sorter->heap.count > 0) {
        SortRun *run = &sorter->runs.items[sorter->heap.items[0]];
        size_t step = sorter->heap.count > 1 ? 1 : count - given;
        if (step > run->count - run->next)
            step = run->count - run->next;
        memcpy(sorter->given + given, run_head(sorter, sorter->heap.items[0]), step * sizeof(SortEntry));
        given += step;
        run->next += step;
        if (run->next == run->count)
            sorter->heap.items[0] = sorter->heap.items[--sorter->heap.count];
        if (sorter->heap.count > 1)
            heap_sift_down(sorter, 0);
    }
    return given;
}

size_t sorter_next(Sorter *sorter, size_t count, uint8_t **ret_rows)
{
    count = sorter_next_entries(sorter, count);
    for (size_t i = 0; i < count; i++)
        ret_rows[i] = sorter->given[i].row;
    return count;
}

/* ---- moving ---- */

/* The key of an entry, in its row or in `buffer` (PREFIX_SIZE bytes). Returns its size. */
static size_t entry_key(const Sorter *sorter, const SortEntry *entry, uint8_t *buffer, uint8_t **ret_key)
{
    size_t size = sorter->fixed_size;
    if (sorter->has_long_keys) {
        SortLongKey key = entry_long_key(sorter, entry);
        size = key.size;
        *ret_key = (uint8_t *)key.bytes;
        if (size > PREFIX_SIZE)
            return size;
    }
    uint64_t words[] = {__builtin_bswap64(entry->high), __builtin_bswap64(entry->low)};
    memcpy(buffer, words, sizeof words);
    *ret_key = buffer;
    return size;
}

/* What a move works with. */
typedef struct SorterMove {
    uint8_t *rows[BATCH_SIZE];
    uint8_t *keys[BATCH_SIZE];
    size_t sizes[BATCH_SIZE];
    uint8_t buffers[BATCH_SIZE][PREFIX_SIZE];
} SorterMove;

static size_t sorter_move_batch(Sorter *target, Sorter *source, size_t count, SorterMove *move)
{
    const RowLayout *layout = source->layout;
    count = sorter_next_entries(source, count < BATCH_SIZE ? count : BATCH_SIZE);
    for (size_t i = 0; i < count; i++) {
        move->rows[i] = source->given[i].row;
        move->sizes[i] = entry_key(source, &source->given[i], move->buffers[i], &move->keys[i]);
    }
    for (size_t c = 0; c < layout->column_count; c++)
        rows_read(layout, c, move->rows, count, source->moved[c]);
    sorter_add(target, source->moved, NULL, count, move->keys, move->sizes);
    return count;
}

size_t sorter_move(Sorter *target, Sorter *source, size_t count, Block *ret_key)
{
    const RowLayout *layout = source->layout;
    if (source->moved == NULL) {
        source->moved = arena_array(source->arena, Vector *, layout->column_count);
        for (size_t c = 0; c < layout->column_count; c++)
            source->moved[c] = vector_new(source->arena, layout->types[c]);
    }
    Arena *scratch = arena_new_child(source->arena);
    SorterMove *move = arena_allocate(scratch, sizeof *move);
    size_t key_size = 0;
    for (size_t moved; count > 0 && (moved = sorter_move_batch(target, source, count, move)) > 0; count -= moved) {
        key_size = move->sizes[moved - 1];
        block_grow(ret_key, 0, key_size);
        if (key_size > 0)
            memcpy(ret_key->data, move->keys[moved - 1], key_size);
    }
    arena_free(scratch);
    sorter_clear(source);
    return key_size;
}
