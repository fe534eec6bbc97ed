/* provider/csv/csv_cache.c: entries by piece and column, and which of them go when memory is short. */
#include "provider/csv/csv_cache.h"

#include <pthread.h>
#include <string.h>

#include "base/array.h"
#include "base/memory.h"

enum {
    SLOT_LIMIT = 1 << 22, /* entries at most: of larger files nothing is kept */
    MEMORY_SHARE = 4,     /* one part of so many of the session's memory */
    SPARE_SHARE = 2,      /* the same, of all files together */
};

typedef struct CachedBatch {
    Vector *values; /* NULL: of rows */
    size_t row_count;
    uint64_t offset; /* of its first row in the file */
} CachedBatch;

/* One column of one piece, or its rows. */
typedef struct CsvCacheEntry {
    _Atomic size_t share_count;
    Arena *arena; /* its own */
    CsvCacheColumn column;
    bool is_odd;
    ARRAY(CachedBatch) batches;
    size_t size;          /* bytes, once it is whole */
    MemoryBudget *budget; /* that they are counted against; NULL: not kept yet */
} CsvCacheEntry;

struct CsvCache {
    pthread_mutex_t mutex;  /* guards all that follows */
    CsvIdentity identity;   /* of the file that the entries are of */
    uint64_t reading;       /* number of the newest; 0: none yet */
    uint64_t first_reading; /* of this state of the file */
    int64_t statement;      /* when the one began that reads now */
    uint64_t statement_count;
    size_t piece_count, column_count;
    CsvCacheEntry **slots; /* of each piece: its columns, then its rows */
    uint64_t *last_asked;  /* of each column: the newest statement that asked for it; in the memory of `slots` */
    size_t size;           /* bytes of all entries */
    uint64_t last_pressed; /* the newest reading when somebody else was short of memory: it keeps nothing more */
    MemoryKeeper keeper;
};

/* ---- entries ---- */

static CsvCacheEntry *entry_new(const CsvCacheColumn *column)
{
    Arena *arena = arena_new_child(NULL);
    CsvCacheEntry *entry = arena_new(arena, CsvCacheEntry);
    atomic_store_explicit(&entry->share_count, 1, memory_order_relaxed);
    entry->arena = arena;
    if (column)
        entry->column = *column;
    return entry;
}

static void entry_unref(CsvCacheEntry *entry)
{
    if (entry == NULL || atomic_fetch_sub_explicit(&entry->share_count, 1, memory_order_acq_rel) > 1)
        return;
    MemoryBudget *budget = entry->budget;
    size_t size = entry->size;
    arena_free(entry->arena);
    if (budget)
        memory_budget_give_freed(budget, size);
}

/* Texts of its own: those of the block would keep the whole text of the rows. */
static Vector *strings_copy(CsvCacheEntry *entry, const Vector *values, size_t row_count)
{
    Vector *copy = vector_new(entry->arena, entry->column.type);
    const String *source = values->data;
    vector_prepare(copy, row_count);
    String *target = copy->data;
    for (size_t row = 0; row < row_count; row++) {
        if (vector_is_null(values, row)) {
            vector_set_null(copy, row);
            continue;
        }
        StringView text = string_view(&source[row]);
        target[row] = vector_add_string(copy, text);
    }
    return copy;
}

static void entry_add(CsvCacheEntry *entry, const Vector *values, size_t row_count)
{
    Vector *kept;
    if (values->physical == PHYSICAL_STRING) {
        kept = strings_copy(entry, values, row_count);
    } else {
        kept = vector_new(entry->arena, entry->column.type);
        vector_reference(kept, values);
    }
    array_add(entry->arena, &entry->batches, ((CachedBatch){.values = kept, .row_count = row_count}));
}

static void entry_add_rows(CsvCacheEntry *entry, size_t row_count, uint64_t offset)
{
    array_add(entry->arena, &entry->batches, ((CachedBatch){.row_count = row_count, .offset = offset}));
}

/* It is whole: what it takes. */
static void entry_measure(CsvCacheEntry *entry)
{
    entry->size = arena_size(entry->arena);
    for (size_t i = 0; i < entry->batches.count; i++)
        entry->size += entry->batches.items[i].values ? vector_memory(entry->batches.items[i].values) : 0;
}

/* ---- the cache ---- */

static CsvCacheEntry **slot_of(const CsvCache *cache, uint64_t piece, size_t column)
{
    return &cache->slots[piece * (cache->column_count + 1) + column];
}

static void slot_clear(CsvCache *cache, CsvCacheEntry **slot)
{
    if (*slot == NULL)
        return;
    cache->size -= (*slot)->size;
    atomic_fetch_sub_explicit(&(*slot)->budget->spare, (*slot)->size, memory_order_relaxed);
    entry_unref(*slot);
    *slot = NULL;
}

static void cache_clear(CsvCache *cache)
{
    for (size_t i = 0; i < cache->piece_count * (cache->column_count + 1); i++)
        slot_clear(cache, &cache->slots[i]);
}

static void cache_release(void *object)
{
    CsvCache *cache = object;
    memory_budget_leave(&cache->keeper);
    cache_clear(cache);
    memory_free(cache->slots);
    pthread_mutex_destroy(&cache->mutex);
}

/* The column that was asked for the longest ago goes, if that was before statement `limit`. False: there is none. */
static bool cache_forget_column(CsvCache *cache, uint64_t limit)
{
    size_t oldest = cache->column_count;
    for (size_t c = 0; c < cache->column_count; c++)
        if (cache->last_asked[c] != 0 && cache->last_asked[c] < limit &&
            (oldest == cache->column_count || cache->last_asked[c] < cache->last_asked[oldest]))
            oldest = c;
    if (oldest == cache->column_count)
        return false;
    cache->last_asked[oldest] = 0;
    for (uint64_t piece = 0; piece < cache->piece_count; piece++)
        slot_clear(cache, slot_of(cache, piece, oldest));
    return true;
}

/* Somebody is short of memory: columns go, the statement's own last. */
static void cache_give(void *user, size_t size)
{
    CsvCache *cache = user;
    if (pthread_mutex_trylock(&cache->mutex) != 0)
        return;
    cache->last_pressed = cache->reading;
    size_t target = cache->size > size ? cache->size - size : 0;
    while (cache->size > target && cache_forget_column(cache, UINT64_MAX))
        ;
    pthread_mutex_unlock(&cache->mutex);
}

CsvCache *csv_cache_new(Arena *arena)
{
    CsvCache *cache = arena_new(arena, CsvCache);
    cache->keeper = (MemoryKeeper){.give = cache_give, .user = cache};
    pthread_mutex_init(&cache->mutex, NULL);
    arena_own(arena, cache, cache_release);
    return cache;
}

/* Under the mutex: another state of the file, or the first. `memory` is zero, and has room for all slots and columns.
 * Returns the memory of the state before. */
static void *cache_restart(CsvCache *cache, const CsvShape *shape, size_t piece_count, void *memory)
{
    void *before = cache->slots;
    cache_clear(cache);
    cache->piece_count = piece_count;
    cache->column_count = shape->schema->column_count;
    cache->slots = memory;
    cache->last_asked = (uint64_t *)(void *)(cache->slots + piece_count * (cache->column_count + 1));
    cache->identity = shape->identity;
    cache->statement_count = 0;
    cache->first_reading = cache->reading + 1;
    return before;
}

/* Readings begin in the session's own thread; cursors of others, in any, may be looking meanwhile. */
uint64_t csv_cache_begin(CsvCache *cache, const Context *context, const CsvShape *shape, size_t piece_count,
                         const CsvCacheColumn *columns, size_t column_count, bool *ret_fills)
{
    size_t slot_count = piece_count * (shape->schema->column_count + 1);
    *ret_fills = false;
    if (context->memory == NULL || piece_count == 0 || piece_count > SLOT_LIMIT / (shape->schema->column_count + 1))
        return 0;
    memory_budget_join(context->memory, &cache->keeper);
    bool is_same = cache->piece_count == piece_count && csv_identity_equal(&cache->identity, &shape->identity);
    void *memory = NULL, *before = NULL;
    if (!is_same)
        memory =
            memory_allocate_zero(slot_count * sizeof(CsvCacheEntry *) + shape->schema->column_count * sizeof(uint64_t));
    pthread_mutex_lock(&cache->mutex);
    if (!is_same)
        before = cache_restart(cache, shape, piece_count, memory);
    uint64_t reading = ++cache->reading;
    if (cache->statement_count == 0 || cache->statement != context->now) {
        cache->statement = context->now;
        cache->statement_count++;
    }
    for (size_t i = 0; i < column_count; i++)
        cache->last_asked[columns[i].column] = cache->statement_count;
    *ret_fills = cache->statement_count > 1 && column_count > 0;
    pthread_mutex_unlock(&cache->mutex);
    memory_free(before);
    return reading;
}

static bool entry_is_of(const CsvCacheEntry *entry, const CsvCacheColumn *column)
{
    return entry && type_equal(entry->column.type, column->type) && entry->column.is_declared == column->is_declared;
}

static CsvCacheEntry *entry_ref(CsvCacheEntry *entry)
{
    atomic_fetch_add_explicit(&entry->share_count, 1, memory_order_relaxed);
    return entry;
}

static bool cache_find(CsvCache *cache, uint64_t reading, uint64_t piece, const CsvCacheColumn *columns,
                       size_t column_count, CsvCacheEntry **ret_entries, CsvCacheEntry **ret_rows)
{
    pthread_mutex_lock(&cache->mutex);
    CsvCacheEntry *rows = NULL;
    if (reading >= cache->first_reading)
        rows = *slot_of(cache, piece, cache->column_count);
    bool is_there = rows != NULL;
    for (size_t i = 0; i < column_count && is_there; i++)
        is_there = entry_is_of(*slot_of(cache, piece, columns[i].column), &columns[i]);
    if (is_there) {
        *ret_rows = entry_ref(rows);
        for (size_t i = 0; i < column_count; i++)
            ret_entries[i] = entry_ref(*slot_of(cache, piece, columns[i].column));
    }
    pthread_mutex_unlock(&cache->mutex);
    return is_there;
}

static bool cache_take_memory(CsvCache *cache, MemoryBudget *budget, size_t size)
{
    do {
        size_t spare = atomic_load_explicit(&budget->spare, memory_order_relaxed);
        if (cache->size + size <= budget->limit / MEMORY_SHARE && spare + size <= budget->limit / SPARE_SHARE &&
            memory_budget_take_free(budget, size))
            return true;
    } while (cache_forget_column(cache, cache->statement_count));
    return false;
}

static bool cache_keep_entry(CsvCache *cache, MemoryBudget *budget, CsvCacheEntry **slot, CsvCacheEntry *entry)
{
    if (*slot && entry_is_of(*slot, &entry->column)) {
        entry_unref(entry);
        return true;
    }
    if (!cache_take_memory(cache, budget, entry->size)) {
        entry_unref(entry);
        return false;
    }
    slot_clear(cache, slot);
    entry->budget = budget;
    cache->size += entry->size;
    atomic_fetch_add_explicit(&budget->spare, entry->size, memory_order_relaxed);
    *slot = entry;
    return true;
}

/* Whether a piece was cut into the same batches. */
static bool rows_equal(const CsvCacheEntry *left, const CsvCacheEntry *right)
{
    if (left->batches.count != right->batches.count)
        return false;
    for (size_t i = 0; i < left->batches.count; i++)
        if (left->batches.items[i].row_count != right->batches.items[i].row_count ||
            left->batches.items[i].offset != right->batches.items[i].offset)
            return false;
    return true;
}

/* The window of a cursor's index grows with what it has read: columns that were cut otherwise than these rows go. */
static bool cache_keep_rows(CsvCache *cache, MemoryBudget *budget, uint64_t piece, CsvCacheEntry *rows)
{
    CsvCacheEntry **slot = slot_of(cache, piece, cache->column_count);
    if (*slot && !rows_equal(*slot, rows))
        for (size_t c = 0; c <= cache->column_count; c++)
            slot_clear(cache, slot_of(cache, piece, c));
    return cache_keep_entry(cache, budget, slot, rows);
}

/* Takes entries that are whole; those that are there already, or for which there is no memory, are dropped. False:
 * there is no memory for more. */
static bool cache_keep(CsvCache *cache, MemoryBudget *budget, uint64_t reading, uint64_t piece, CsvCacheEntry **entries,
                       size_t column_count, CsvCacheEntry *rows)
{
    pthread_mutex_lock(&cache->mutex);
    bool is_current = reading >= cache->first_reading, has_memory = reading > cache->last_pressed;
    if (is_current && has_memory)
        has_memory = cache_keep_rows(cache, budget, piece, rows);
    else
        entry_unref(rows);
    for (size_t i = 0; i < column_count; i++) {
        if (is_current && has_memory)
            has_memory = cache_keep_entry(cache, budget, slot_of(cache, piece, entries[i]->column.column), entries[i]);
        else
            entry_unref(entries[i]);
    }
    pthread_mutex_unlock(&cache->mutex);
    return has_memory;
}

/* ---- a cursor's piece ---- */

struct CsvKept {
    CsvCache *cache;
    const Context *context;
    uint64_t reading;
    size_t column_count;
    const CsvCacheColumn *columns;
    CsvCacheEntry **entries; /* of the columns; NULL: none now */
    CsvCacheEntry *rows;
    uint64_t piece;
    size_t batch_next; /* that csv_kept_next gives */
};

void csv_kept_forget(CsvKept *kept)
{
    for (size_t i = 0; i < kept->column_count; i++) {
        entry_unref(kept->entries[i]);
        kept->entries[i] = NULL;
    }
    entry_unref(kept->rows);
    kept->rows = NULL;
}

static void kept_release(void *object)
{
    csv_kept_forget(object);
}

CsvKept *csv_kept_new(Arena *arena, const Context *context, CsvCache *cache, uint64_t reading,
                      const CsvCacheColumn *columns, size_t column_count)
{
    CsvKept *kept = arena_new(arena, CsvKept);
    *kept = (CsvKept){.cache = cache,
                      .context = context,
                      .reading = reading,
                      .columns = columns,
                      .column_count = column_count,
                      .entries = arena_array(arena, CsvCacheEntry *, column_count)};
    arena_own(arena, kept, kept_release);
    return kept;
}

bool csv_kept_find(CsvKept *kept, uint64_t piece, bool *ret_is_odd)
{
    csv_kept_forget(kept);
    if (!cache_find(kept->cache, kept->reading, piece, kept->columns, kept->column_count, kept->entries, &kept->rows))
        return false;
    kept->batch_next = 0;
    *ret_is_odd = kept->rows->is_odd;
    return true;
}

bool csv_kept_next(CsvKept *kept, Vector **targets, size_t *ret_row_count, uint64_t *ret_offset)
{
    size_t batch = kept->batch_next;
    if (batch == kept->rows->batches.count) {
        csv_kept_forget(kept);
        return false;
    }
    for (size_t i = 0; i < kept->column_count; i++)
        vector_reference(targets[i], kept->entries[i]->batches.items[batch].values);
    *ret_row_count = kept->rows->batches.items[batch].row_count;
    *ret_offset = kept->rows->batches.items[batch].offset;
    kept->batch_next++;
    return true;
}

void csv_kept_begin(CsvKept *kept, uint64_t piece, bool is_odd)
{
    csv_kept_forget(kept);
    kept->piece = piece;
    for (size_t i = 0; i < kept->column_count; i++)
        kept->entries[i] = entry_new(&kept->columns[i]);
    kept->rows = entry_new(NULL);
    kept->rows->is_odd = is_odd;
}

void csv_kept_add(CsvKept *kept, Vector *const *columns, size_t row_count, uint64_t offset)
{
    if (kept->rows == NULL)
        return;
    for (size_t i = 0; i < kept->column_count; i++)
        entry_add(kept->entries[i], columns[i], row_count);
    entry_add_rows(kept->rows, row_count, offset);
}

bool csv_kept_end(CsvKept *kept)
{
    if (kept->rows == NULL)
        return true;
    for (size_t i = 0; i < kept->column_count; i++)
        entry_measure(kept->entries[i]);
    entry_measure(kept->rows);
    bool has_memory = cache_keep(kept->cache, kept->context->memory, kept->reading, kept->piece, kept->entries,
                                 kept->column_count, kept->rows);
    memset(kept->entries, 0, kept->column_count * sizeof(CsvCacheEntry *));
    kept->rows = NULL;
    return has_memory;
}
