/* exec/sorter.c: rows in the order of their keys: sorted runs, and their merge.
 *
 * Runs are merged by a heap, equal keys by their positions, then by the age of the run. When memory is full all rows in
 * it are merged to one run on disk; FAN_IN of those that stand side by side become one of the next level (Knuth 5.4.9,
 * balanced merging): a row goes through the disk as often as its run has levels, and merging takes FAN_IN blocks of
 * memory. */
#include "exec/sorter.h"

#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/memory.h"
#include "exec/row_output.h"
#include "exec/row_run.h"
#include "exec/sort_entry.h"

enum {
    MOST_ENTRIES = 1 << 20,      /* of a run: it and its copy while it is sorted take 48 MiB */
    MOST_LONG_ENTRIES = 1 << 22, /* the same where merging compares keys that stand in rows all over memory */
    FEWEST_ENTRIES = 1 << 8,
    FAN_IN = 16,
    LARGEST_BLOCK = 256 << 10, /* on disk */
    SMALLEST_BLOCK = 4 << 10,
    PART_ENTRIES = 1 << 13, /* about: so few that who is ahead with a part need not wait long for those before it */
    PART_SAMPLES = 4,       /* of as many entries */
    PREFETCH_ENTRIES = 8,   /* ahead of the one that is merged */
    SHARE_STEPS = 32,       /* in so many at least the share is filled */
};

typedef struct SortRun {
    Block *entries;
    size_t count;
} SortRun;

typedef struct StoredRun {
    RowRun *rows;
    unsigned level; /* how often they have been merged on disk */
} StoredRun;

/* A run that is being merged. */
typedef struct SortSource {
    SortEntry head;
    const SortEntry *entries; /* in memory; NULL: */
    RowRun *stored;           /* a block of a run on disk */
    size_t next, count;       /* of the entries or the block; `head` is next - 1 */
} SortSource;

typedef struct SorterScratch {
    uint8_t *added[BATCH_SIZE];
    SortEntry given[BATCH_SIZE]; /* the entries handed out last */
} SorterScratch;

struct Sorter {
    Arena *arena;
    const Context *context;
    MemoryShare share;
    SortKeyPlace place;
    size_t column_count; /* those of the layout but for the key */
    const RowLayout *layout;
    RowStore *rows;
    size_t run_entries;
    ARRAY(SortRun) runs; /* all that were ever made; their memory is used again */
    size_t run_count;    /* those in use; the last is being filled */
    Block *spare;        /* what entries are copied to while a run is sorted */
    uint64_t count;
    TempFile *file;
    bool shares_file; /* with those beside it, whose runs other threads may read: none gives back its place there */
    size_t block_size;
    ARRAY(StoredRun) stored; /* in order of age */
    ARRAY(RowRun *) unused;
    ARRAY(SortSource) sources; /* in order of age */
    ARRAY(size_t) heap;        /* those that have entries left; the one with the least entry first */
    bool needs_block;          /* the first of the heap goes on with its next block */
    size_t largest_string;     /* of rows that are gone from memory */
    size_t gives_largest;      /* of those that it gives, which may be of others */
    SorterScratch *scratch;
    Vector **moved; /* columns on their way to another sorter */
};

/* Long keys stand in their rows: what entries do not hold of them behind the columns, or, where their sizes vary, the
 * whole as one more column. */
static void sorter_make_layout(Sorter *sorter, const SortKeys *keys, const Type *types)
{
    size_t count = sorter->column_count, key_size = keys->fixed_size;
    bool varies = keys->column_count > 0 && key_size == 0;
    Type *with_key = arena_array(sorter->arena, Type, count + 1);
    if (count > 0)
        memcpy(with_key, types, count * sizeof *types);
    with_key[count] = type_of(TYPE_BLOB);
    sorter->place = (SortKeyPlace){.is_in_row = varies || key_size > SORT_PREFIX_SIZE, .fixed_size = key_size};
    size_t extra_size = key_size > SORT_PREFIX_SIZE ? key_size - SORT_PREFIX_SIZE : 0;
    const RowLayout *layout = row_layout_new(sorter->arena, with_key, count + varies, extra_size);
    sorter->place.offset = varies ? layout->offsets[count] : layout->extra_offset;
    sorter->layout = layout;
}

static size_t sorter_run_entries(const Sorter *sorter)
{
    size_t count = sorter->share.size / (8 * sizeof(SortEntry));
    size_t most = sorter->place.is_in_row ? MOST_LONG_ENTRIES : MOST_ENTRIES;
    return count < FEWEST_ENTRIES ? FEWEST_ENTRIES : count > most ? most : count;
}

/* Where its rows are kept. */
static void sorter_make_places(Sorter *sorter)
{
    sorter->rows = row_store_new(sorter->arena, sorter->context, sorter->layout);
    sorter->spare = block_new(sorter->arena, sorter->context, "a sort");
}

Sorter *sorter_new(Arena *arena, const Context *context, MemoryShare share, const SortKeys *keys, const Type *types,
                   size_t column_count)
{
    Sorter *sorter = arena_new(arena, Sorter);
    size_t block_size = share.size / (4 * FAN_IN);
    sorter->arena = arena;
    sorter->context = context;
    sorter->share = share;
    sorter->column_count = column_count;
    sorter->block_size = block_size < SMALLEST_BLOCK  ? SMALLEST_BLOCK
                         : block_size > LARGEST_BLOCK ? LARGEST_BLOCK
                                                      : block_size;
    sorter_make_layout(sorter, keys, types);
    sorter->run_entries = sorter_run_entries(sorter);
    sorter->scratch = arena_allocate(arena, sizeof *sorter->scratch);
    sorter->file = temp_file_new(arena, context);
    sorter_make_places(sorter);
    return sorter;
}

Sorter *sorter_new_beside(Sorter *other)
{
    Sorter *sorter = arena_new(other->arena, Sorter);
    *sorter = (Sorter){
        .arena = other->arena,
        .context = other->context,
        .share = other->share,
        .column_count = other->column_count,
        .block_size = other->block_size,
        .place = other->place,
        .layout = other->layout,
        .run_entries = other->run_entries,
        .scratch = other->scratch,
        .file = other->file,
        .shares_file = true,
    };
    other->shares_file = true;
    sorter_make_places(sorter);
    return sorter;
}

void sorter_heed_position(Sorter *sorter, size_t column)
{
    sorter->place.has_position = true;
    sorter->place.position_offset = sorter->layout->offsets[column];
}

const RowLayout *sorter_layout(const Sorter *sorter)
{
    return sorter->layout;
}

uint64_t sorter_count(const Sorter *sorter)
{
    return sorter->count;
}

bool sorter_is_in_memory(const Sorter *sorter)
{
    return sorter->stored.count == 0;
}

size_t sorter_size(const Sorter *sorter)
{
    size_t size = row_store_size(sorter->rows) + sorter->spare->size;
    for (size_t r = 0; r < sorter->run_count; r++)
        size += sorter->runs.items[r].entries->size;
    for (size_t r = 0; r < sorter->stored.count; r++)
        size += row_run_size(sorter->stored.items[r].rows);
    return size;
}

static size_t sorter_largest_string(const Sorter *sorter)
{
    size_t in_memory = row_store_largest_string(sorter->rows);
    return in_memory > sorter->largest_string ? in_memory : sorter->largest_string;
}

size_t sorter_gives_largest_string(const Sorter *sorter)
{
    return sorter->gives_largest;
}

/* It is going to give rows of `of`. */
static void sorter_expect_strings(Sorter *sorter, const Sorter *of)
{
    size_t largest = sorter_largest_string(of);
    if (largest > sorter->gives_largest)
        sorter->gives_largest = largest;
}

/* Forgets the rows in memory. */
static void sorter_clear_memory(Sorter *sorter)
{
    sorter->largest_string = sorter_largest_string(sorter);
    for (size_t r = 0; r < sorter->run_count; r++)
        block_clear(sorter->runs.items[r].entries);
    sorter->run_count = sorter->sources.count = sorter->heap.count = 0;
    sorter->needs_block = false;
    block_clear(sorter->spare);
    row_store_release(sorter->rows);
}

void sorter_clear(Sorter *sorter)
{
    sorter_clear_memory(sorter);
    for (size_t r = 0; r < sorter->stored.count; r++)
        row_run_clear(sorter->stored.items[r].rows);
    sorter->stored.count = 0;
    sorter->count = 0;
    sorter->largest_string = sorter->gives_largest = 0;
    if (!sorter->shares_file)
        temp_file_clear(sorter->file);
}

void sorter_close_file(Sorter *sorter)
{
    temp_file_clear(sorter->file);
}

/* ---- merging ---- */

/* Whether source a's head comes before source b's. */
static bool source_is_before(const Sorter *sorter, size_t a, size_t b)
{
    const SortSource *sources = sorter->sources.items;
    int order = sort_entry_compare(sorter->place, &sources[a].head, &sources[b].head);
    return order < 0 || (order == 0 && a < b);
}

static void heap_sift_down(Sorter *sorter, size_t at)
{
    size_t *heap = sorter->heap.items, moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < sorter->heap.count; at = child) {
        if (child + 1 < sorter->heap.count && source_is_before(sorter, heap[child + 1], heap[child]))
            child++;
        if (!source_is_before(sorter, heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* The source's head becomes its next entry, of those that are at hand. False: there is none. The rows of entries are
 * all over memory: what may be compared soon is asked for early. */
static bool source_advance(SortSource *source)
{
    if (source->next == source->count)
        return false;
    size_t index = source->next++;
    if (source->entries) {
        source->head = source->entries[index];
        if (source->count - index > PREFETCH_ENTRIES)
            __builtin_prefetch(source->entries[index + PREFETCH_ENTRIES].row);
    } else {
        RowTag tag = row_run_tag(source->stored, index);
        source->head = (SortEntry){tag.high, tag.low, row_run_row(source->stored, index)};
    }
    return true;
}

static bool source_load(SortSource *source)
{
    if (source->stored == NULL)
        return false;
    source->count = row_run_read(source->stored);
    source->next = 0;
    return source_advance(source);
}

static void sorter_add_source(Sorter *sorter, SortSource source)
{
    if (source.stored ? source_load(&source) : source_advance(&source)) {
        array_add(sorter->arena, &sorter->heap, sorter->sources.count);
        array_add(sorter->arena, &sorter->sources, source);
    }
}

static void sorter_add_stored_sources(Sorter *sorter, const Sorter *of, size_t first)
{
    for (size_t r = first; r < of->stored.count; r++)
        sorter_add_source(sorter, (SortSource){.stored = of->stored.items[r].rows});
}

static void sorter_add_memory_sources(Sorter *sorter, const Sorter *of)
{
    for (size_t r = 0; r < of->run_count; r++)
        sorter_add_source(sorter,
                          (SortSource){.entries = of->runs.items[r].entries->data, .count = of->runs.items[r].count});
}

static void sorter_begin_merge(Sorter *sorter)
{
    for (size_t i = sorter->heap.count; i-- > 0;)
        heap_sift_down(sorter, i);
}

static void sorter_end_merge(Sorter *sorter)
{
    sorter->sources.count = sorter->heap.count = 0;
}

/* The first source goes on, or is at its end. */
static void sorter_load_first(Sorter *sorter)
{
    size_t *heap = sorter->heap.items;
    if (!source_load(&sorter->sources.items[heap[0]]))
        heap[0] = heap[--sorter->heap.count];
    if (sorter->heap.count > 0)
        heap_sift_down(sorter, 0);
    sorter->needs_block = false;
}

/* The next entries in order, into `given`: at most up to the end of a block, whose rows are at hand until the next
 * call. One run in memory alone needs no merge. */
static size_t sorter_next_entries(Sorter *sorter, size_t count)
{
    size_t given = 0;
    if (sorter->needs_block)
        sorter_load_first(sorter);
    while (given < count && sorter->heap.count > 0) {
        SortSource *source = &sorter->sources.items[sorter->heap.items[0]];
        sorter->scratch->given[given++] = source->head;
        if (sorter->heap.count == 1 && source->entries) {
            size_t left = source->count - source->next, step = count - given < left ? count - given : left;
            memcpy(sorter->scratch->given + given, source->entries + source->next, step * sizeof(SortEntry));
            given += step;
            source->next += step;
        }
        if (source_advance(source)) {
            heap_sift_down(sorter, 0);
        } else if (source->stored) {
            sorter->needs_block = true;
            return given;
        } else {
            sorter_load_first(sorter);
        }
    }
    return given;
}

size_t sorter_next(Sorter *sorter, size_t count, uint8_t **ret_rows)
{
    count = sorter_next_entries(sorter, large_rows_at_once(sorter->context, sorter->gives_largest, count));
    for (size_t i = 0; i < count; i++)
        ret_rows[i] = sorter->scratch->given[i].row;
    return count;
}

/* ---- runs on disk ---- */

static RowRun *sorter_new_run(Sorter *sorter)
{
    if (sorter->unused.count > 0)
        return sorter->unused.items[--sorter->unused.count];
    return row_run_new(sorter->arena, sorter->context, sorter->file, sorter->layout, /* has_tags= */ true,
                       sorter->block_size);
}

/* Writes what is being merged to a new run. */
static RowRun *sorter_store_merged(Sorter *sorter)
{
    RowRun *run = sorter_new_run(sorter);
    sorter_begin_merge(sorter);
    for (size_t count; (count = sorter_next_entries(sorter, BATCH_SIZE)) > 0;) {
        context_check(sorter->context);
        for (size_t i = 0; i < count; i++) {
            const SortEntry *entry = &sorter->scratch->given[i];
            row_run_add(run, entry->row, (RowTag){entry->high, entry->low});
        }
    }
    sorter_end_merge(sorter);
    row_run_finish(run);
    return run;
}

/* The runs from `first` on become one. */
static void sorter_merge_stored(Sorter *sorter, size_t first)
{
    sorter_add_stored_sources(sorter, sorter, first);
    unsigned level = sorter->stored.items[first].level + 1;
    RowRun *merged = sorter_store_merged(sorter);
    for (size_t r = first; r < sorter->stored.count; r++)
        array_add(sorter->arena, &sorter->unused, sorter->stored.items[r].rows);
    sorter->stored.items[first] = (StoredRun){merged, level};
    sorter->stored.count = first + 1;
}

/* Its rows came in the order of their positions: equal ones need but stay in it. */
static void run_sort(Sorter *sorter, SortRun *run)
{
    SortKeyPlace place = sorter->place;
    if (run->count < 2)
        return;
    block_grow(sorter->spare, 0, run->count * sizeof(SortEntry));
    place.has_position = false;
    sort_entries(sorter->context, /* file= */ NULL, place, run->entries->data, sorter->spare->data, run->count);
}

/* How many runs are merged at once: fewer where a block of each, with values of many megabytes, is much. */
static size_t sorter_fan_in(const Sorter *sorter)
{
    size_t largest = 1;
    for (size_t r = 0; r < sorter->stored.count; r++)
        if (sorter->stored.items[r].rows->largest_strings > largest)
            largest = sorter->stored.items[r].rows->largest_strings;
    size_t most = sorter->share.size / 2 / largest;
    return most < 2 ? 2 : most < FAN_IN ? most : FAN_IN;
}

/* All rows in memory go to disk. */
static void sorter_spill(Sorter *sorter)
{
    run_sort(sorter, &sorter->runs.items[sorter->run_count - 1]);
    block_clear(sorter->spare);
    sorter_add_memory_sources(sorter, sorter);
    StoredRun made = {.rows = sorter_store_merged(sorter)};
    sorter_clear_memory(sorter);
    array_add(sorter->arena, &sorter->stored, made);
    for (;;) {
        const StoredRun *stored = sorter->stored.items;
        size_t count = sorter->stored.count, fan_in = sorter_fan_in(sorter);
        if (count < fan_in || stored[count - fan_in].level != stored[count - 1].level)
            return;
        sorter_merge_stored(sorter, count - fan_in);
    }
}

/* With what sorting its last run will take, and another row with a text and a key as long as any. */
static size_t sorter_size_to_spill(const Sorter *sorter)
{
    size_t size = sorter_size(sorter) + 2 * row_store_largest_string(sorter->rows);
    return sorter->run_count > 0 ? size + sorter->runs.items[sorter->run_count - 1].entries->size : size;
}

/* Whether rows in memory leave no room for what is read of those on disk, as values of many megabytes may. */
static bool sorter_lacks_room_to_merge(const Sorter *sorter)
{
    size_t size = 0;
    for (size_t r = 0; r < sorter->stored.count; r++) {
        size_t largest = sorter->stored.items[r].rows->largest_strings;
        size += largest > 2 * sorter->block_size ? largest : 0;
    }
    return size > 0 && sorter_size_to_spill(sorter) + size > sorter->share.size;
}

void sorter_settle(Sorter *sorter)
{
    if (sorter->run_count > 0 && sorter_lacks_room_to_merge(sorter))
        sorter_spill(sorter);
    if (sorter->run_count > 0)
        run_sort(sorter, &sorter->runs.items[sorter->run_count - 1]);
    block_clear(sorter->spare);
    /* the youngest runs are the shortest */
    for (size_t fan_in; sorter->stored.count > (fan_in = sorter_fan_in(sorter));) {
        size_t surplus = sorter->stored.count - fan_in + 1;
        sorter_merge_stored(sorter, sorter->stored.count - (surplus < fan_in ? surplus : fan_in));
    }
    for (size_t r = 0; r < sorter->stored.count; r++)
        sorter->stored.items[r].rows->keeps_place = sorter->shares_file;
}

void sorter_finish_all(Sorter *const *sorters, size_t count)
{
    Sorter *first = sorters[0];
    for (size_t i = 0; i < count; i++) {
        sorter_expect_strings(first, sorters[i]);
        sorter_add_stored_sources(first, sorters[i], 0);
        sorter_add_memory_sources(first, sorters[i]);
    }
    sorter_begin_merge(first);
}

void sorter_finish(Sorter *sorter)
{
    sorter_settle(sorter);
    sorter_finish_all(&sorter, 1);
}

/* ---- parts ---- */

struct SortParts {
    Sorter *const *sorters;
    size_t sorter_count;
    SortEntry *bounds; /* of part p: bounds[p - 1] up to, but without, bounds[p] */
    size_t count;
};

static bool sorters_are_in_memory(Sorter *const *sorters, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!sorter_is_in_memory(sorters[i]))
            return false;
    return true;
}

SortParts *sort_parts_new(Arena *arena, Sorter *const *sorters, size_t count)
{
    enum { STEP = PART_ENTRIES / PART_SAMPLES };
    SortParts *parts = arena_new(arena, SortParts);
    *parts = (SortParts){.sorters = sorters, .sorter_count = count, .count = 1};
    if (!sorters_are_in_memory(sorters, count))
        return parts;
    ARRAY(SortEntry) samples = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t r = 0; r < sorters[i]->run_count; r++) {
            const SortRun *run = &sorters[i]->runs.items[r];
            for (size_t at = STEP / 2; at < run->count; at += STEP)
                array_add(arena, &samples, ((const SortEntry *)run->entries->data)[at]);
        }
    SortEntry *spare = arena_array(arena, SortEntry, samples.count);
    sort_entries(sorters[0]->context, /* file= */ NULL, sorters[0]->place, samples.items, spare, samples.count);
    for (size_t at = PART_SAMPLES; at < samples.count; at += PART_SAMPLES)
        samples.items[parts->count++ - 1] = samples.items[at];
    parts->bounds = samples.items;
    return parts;
}

/* How many of a run's entries are below the bound. */
static size_t run_count_below(const SortRun *run, SortKeyPlace place, const SortEntry *bound)
{
    const SortEntry *entries = run->entries->data;
    size_t low = 0, high = run->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sort_entry_compare(place, &entries[middle], bound) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool sorter_begin_part(Sorter *sorter, const SortParts *parts, size_t part, uint64_t *ret_before)
{
    *ret_before = 0;
    if (part >= parts->count)
        return false;
    sorter_end_merge(sorter);
    for (size_t i = 0; i < parts->sorter_count; i++) {
        const Sorter *of = parts->sorters[i];
        sorter_expect_strings(sorter, of);
        sorter_add_stored_sources(sorter, of, 0);
        for (size_t r = 0; r < of->run_count; r++) {
            const SortRun *run = &of->runs.items[r];
            bool is_first = part == 0, is_last = part + 1 == parts->count;
            size_t first = is_first ? 0 : run_count_below(run, sorter->place, &parts->bounds[part - 1]);
            size_t end = is_last ? run->count : run_count_below(run, sorter->place, &parts->bounds[part]);
            const SortEntry *entries = run->entries->data;
            sorter_add_source(sorter, (SortSource){.entries = entries + first, .count = end - first});
            *ret_before += first;
        }
    }
    sorter_begin_merge(sorter);
    return true;
}

/* ---- filling ---- */

static SortRun *sorter_current_run(Sorter *sorter)
{
    if (sorter->run_count > 0) {
        SortRun *last = &sorter->runs.items[sorter->run_count - 1];
        if (last->count < sorter->run_entries)
            return last;
        run_sort(sorter, last);
    }
    if (sorter->run_count == sorter->runs.count) {
        SortRun made = {.entries = block_new(sorter->arena, sorter->context, "a sort")};
        array_add(sorter->arena, &sorter->runs, made);
    }
    SortRun *run = &sorter->runs.items[sorter->run_count++];
    run->count = 0;
    return run;
}

static void sorter_keep_keys(Sorter *sorter, size_t count, uint8_t *const *keys, const size_t *sizes)
{
    size_t offset = sorter->place.offset;
    if (!sorter->place.is_in_row)
        return;
    if (sorter->place.fixed_size) {
        for (size_t i = 0; i < count; i++)
            memcpy(sorter->scratch->added[i] + offset, keys[i] + SORT_PREFIX_SIZE,
                   sorter->place.fixed_size - SORT_PREFIX_SIZE);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *bytes = (const char *)keys[i];
        if (sizes[i] > UINT32_MAX)
            error_raise(ERROR_STRING_TOO_LONG, NO_POSITION, "a sort key of %zu bytes is too long", sizes[i]);
        if (sizes[i] > STRING_INLINE_SIZE) {
            char *copy = row_store_string_memory(sorter->rows, sizes[i]);
            memory_copy(copy, bytes, sizes[i]);
            bytes = copy;
        }
        String key = string_make(bytes, sizes[i]);
        memcpy(sorter->scratch->added[i] + offset, &key, sizeof key);
    }
}

size_t sorter_rows_at_once(const Sorter *sorter, Vector *const *columns, const uint16_t *selection, size_t count)
{
    size_t most = sorter->share.size / SHARE_STEPS, size = 0, row = 0;
    if (!sorter->layout->has_strings)
        return count;
    for (; row < count && size <= most; row++)
        size += vectors_text_size(columns, sorter->column_count, selection ? selection[row] : row);
    return row;
}

void sorter_add(Sorter *sorter, Vector *const *columns, const uint16_t *selection, size_t count, uint8_t *const *keys,
                const size_t *sizes)
{
    if (count == 0)
        return;
    row_store_append(sorter->rows, count, sorter->scratch->added);
    for (size_t c = 0; c < sorter->column_count; c++)
        rows_write(sorter->rows, c, columns[c], selection, count, sorter->scratch->added);
    sorter_keep_keys(sorter, count, keys, sizes);
    for (size_t first = 0; first < count;) {
        SortRun *run = sorter_current_run(sorter);
        size_t room = sorter->run_entries - run->count, taken = count - first < room ? count - first : room;
        block_grow(run->entries, run->count * sizeof(SortEntry), (run->count + taken) * sizeof(SortEntry));
        SortEntry *entries = (SortEntry *)run->entries->data + run->count;
        for (size_t i = 0; i < taken; i++)
            entries[i] = sort_entry_make(keys[first + i], sizes[first + i], sorter->scratch->added[first + i]);
        run->count += taken;
        first += taken;
    }
    sorter->count += count;
    sorters_keep_share(&sorter, 1);
}

/* One that holds most of what they hold together; NULL: that may stay, or nobody has anything. */
static Sorter *sorters_to_spill(Sorter *const *sorters, size_t count)
{
    Sorter *largest = NULL;
    size_t row_count = 0, size = 0, largest_size = 0;
    for (size_t i = 0; i < count; i++) {
        size_t held = sorter_size_to_spill(sorters[i]);
        row_count += row_store_count(sorters[i]->rows);
        size += held;
        if (sorters[i]->run_count > 0 && held > largest_size) {
            largest = sorters[i];
            largest_size = held;
        }
    }
    return largest && memory_share_is_full(largest->share, row_count, size) ? largest : NULL;
}

void sorters_keep_share(Sorter *const *sorters, size_t count)
{
    for (Sorter *largest; (largest = sorters_to_spill(sorters, count)) != NULL;)
        sorter_spill(largest);
}

/* ---- moving ---- */

/* Of the buffer that entry_key needs. */
static size_t sorter_key_size(const Sorter *sorter)
{
    return sorter->place.fixed_size > SORT_PREFIX_SIZE ? sorter->place.fixed_size : SORT_PREFIX_SIZE;
}

/* The key of an entry, in its row or put together in `buffer`. Returns its size. */
static size_t entry_key(const Sorter *sorter, const SortEntry *entry, uint8_t *buffer, uint8_t **ret_key)
{
    SortKeyPlace place = sorter->place;
    if (place.is_in_row && place.fixed_size == 0) {
        StringView key = string_view((const String *)(const void *)(entry->row + place.offset));
        *ret_key = (uint8_t *)key.data;
        return key.size;
    }
    uint64_t words[] = {__builtin_bswap64(entry->high), __builtin_bswap64(entry->low)};
    memcpy(buffer, words, sizeof words);
    if (place.is_in_row)
        memcpy(buffer + sizeof words, entry->row + place.offset, place.fixed_size - sizeof words);
    *ret_key = buffer;
    return place.fixed_size;
}

/* What a move works with. */
typedef struct SorterMove {
    uint8_t *rows[BATCH_SIZE];
    uint8_t *keys[BATCH_SIZE];
    size_t sizes[BATCH_SIZE];
    uint8_t *buffers; /* for a key of each row */
} SorterMove;

static size_t sorter_move_batch(Sorter *target, Sorter *source, size_t count, SorterMove *move)
{
    const RowLayout *layout = source->layout;
    count = sorter_next_entries(source, count < BATCH_SIZE ? count : BATCH_SIZE);
    for (size_t i = 0; i < count; i++) {
        move->rows[i] = source->scratch->given[i].row;
        move->sizes[i] =
            entry_key(source, &source->scratch->given[i], move->buffers + i * sorter_key_size(source), &move->keys[i]);
    }
    for (size_t c = 0; c < source->column_count; c++)
        rows_read(layout, c, move->rows, count, source->moved[c]);
    sorter_add(target, source->moved, NULL, count, move->keys, move->sizes);
    return count;
}

size_t sorter_move(Sorter *target, Sorter *source, size_t count, Block *ret_key)
{
    if (source->moved == NULL) {
        source->moved = arena_array(source->arena, Vector *, source->column_count);
        for (size_t c = 0; c < source->column_count; c++)
            source->moved[c] = vector_new(source->arena, source->layout->types[c]);
    }
    Arena *scratch = arena_new_child(source->arena);
    SorterMove *move = arena_allocate(scratch, sizeof *move);
    move->buffers = arena_allocate(scratch, BATCH_SIZE * sorter_key_size(source));
    size_t key_size = 0;
    for (size_t moved; count > 0 && (moved = sorter_move_batch(target, source, count, move)) > 0; count -= moved) {
        key_size = move->sizes[moved - 1];
        block_grow(ret_key, 0, key_size);
        memory_copy(ret_key->data, move->keys[moved - 1], key_size);
    }
    arena_free(scratch);
    sorter_clear(source);
    return key_size;
}
