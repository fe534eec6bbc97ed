/* provider/memory/memory_index.c: making runs, and one of two. */
#include "provider/memory/memory_index.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "base/sort.h"
#include "expr/evaluator.h"
#include "provider/memory/memory_reader.h"

typedef struct Entry {
    uint64_t offset; /* of the key in the run's bytes */
    uint64_t size;
    MemoryRow row;
} Entry;

enum { CHECKED_ENTRIES = 1 << 13 }; /* merged between two looks at whether to go on */

struct MemoryRun {
    _Atomic size_t share_count;
    size_t count, byte_count;
    Buffer *entries, *bytes;
    Buffer *spare; /* entries while it is sorted; what has become too small while it is copied */
};

/* ---- shares ---- */

static void run_unref(MemoryRun *run)
{
    if (run == NULL || atomic_fetch_sub_explicit(&run->share_count, 1, memory_order_acq_rel) > 1)
        return;
    buffer_unref(run->entries);
    buffer_unref(run->bytes);
    buffer_unref(run->spare);
    memory_free(run);
}

static MemoryRun *run_ref(MemoryRun *run)
{
    atomic_fetch_add_explicit(&run->share_count, 1, memory_order_relaxed);
    return run;
}

static void run_release(void *run)
{
    run_unref(run);
}

static void index_release(void *index)
{
    memory_index_unref(index);
}

static MemoryIndex *index_allocate(Arena *owner, size_t run_capacity)
{
    MemoryIndex *index = memory_allocate_zero(sizeof *index);
    index->share_count = 1;
    arena_own(owner, index, index_release);
    index->runs = memory_allocate(memory_size_multiply(run_capacity, sizeof(MemoryRun *)));
    return index;
}

MemoryIndex *memory_index_new(Arena *owner)
{
    return index_allocate(owner, 1);
}

MemoryIndex *memory_index_ref(MemoryIndex *index)
{
    atomic_fetch_add_explicit(&index->share_count, 1, memory_order_relaxed);
    return index;
}

void memory_index_unref(MemoryIndex *index)
{
    if (index == NULL || atomic_fetch_sub_explicit(&index->share_count, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < index->run_count; i++)
        run_unref(index->runs[i]);
    memory_free(index->runs);
    memory_free(index);
}

/* ---- looking ---- */

static const Entry *run_entry(const MemoryRun *run, size_t entry)
{
    return (const Entry *)run->entries->data + entry;
}

static const uint8_t *entry_key(const MemoryRun *run, const Entry *entry)
{
    return (const uint8_t *)run->bytes->data + entry->offset;
}

static int keys_compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

size_t memory_run_count(const MemoryRun *run)
{
    return run->count;
}

MemoryRow memory_run_row(const MemoryRun *run, size_t entry)
{
    return run_entry(run, entry)->row;
}

size_t memory_run_find(const MemoryRun *run, const uint8_t *key, size_t size, bool is_behind)
{
    size_t low = 0, high = run->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const Entry *entry = run_entry(run, middle);
        size_t compared = is_behind && entry->size > size ? size : entry->size;
        int order = keys_compare(entry_key(run, entry), compared, key, size);
        if (order < 0 || (is_behind && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int memory_run_compare(const MemoryRun *a, size_t entry_a, const MemoryRun *b, size_t entry_b)
{
    const Entry *left = run_entry(a, entry_a), *right = run_entry(b, entry_b);
    int order = keys_compare(entry_key(a, left), left->size, entry_key(b, right), right->size);
    return order ? order : (left->row > right->row) - (left->row < right->row);
}

/* ---- making a run ---- */

typedef struct Making {
    const MemoryTable *table;
    const Context *context;
    const Index *definition;
    const Vector **vectors; /* of the batch at hand, one a key */
    MemoryReader *reader;
    Evaluator *evaluator; /* of the keys */
    Evaluator *predicate; /* or NULL */
    uint16_t selection[BATCH_SIZE];
    MemoryRun *run;
} Making;

/* Makes room for `wanted` bytes in one of the run's buffers, which holds `used`. It is the run's all the while. */
static void making_reserve(const Making *self, Buffer **buffer, size_t used, size_t wanted)
{
    if (wanted <= (*buffer)->size)
        return;
    MemoryBudget *budget = self->table->budget;
    size_t doubled = (*buffer)->size * 2, size = wanted > doubled ? wanted : doubled;
    Buffer *larger = buffer_new(size <= memory_budget_left(budget) ? size : wanted, budget);
    self->run->spare = *buffer;
    *buffer = larger;
    memory_copy(larger->data, self->run->spare->data, used);
    buffer_unref(self->run->spare);
    self->run->spare = NULL;
}

/* The run first: nothing can fail between taking a buffer and holding it. */
static MemoryRun *run_new(Arena *owner, MemoryBudget *budget, size_t entry_count, size_t byte_count)
{
    MemoryRun *run = memory_allocate_zero(sizeof *run);
    run->share_count = 1;
    arena_own(owner, run, run_release);
    run->entries = buffer_new(memory_size_multiply(entry_count + 1, sizeof(Entry)), budget);
    run->bytes = buffer_new(byte_count + 1, budget);
    return run;
}

/* Rows whose keys have been computed. */
static void making_add(Making *self, const Batch *batch)
{
    MemoryRun *run = self->run;
    const Index *definition = self->definition;
    size_t sizes[BATCH_SIZE] = {0}, total = run->byte_count;
    uint8_t *keys[BATCH_SIZE];
    const Vector **vectors = self->vectors;
    for (size_t k = 0; k < definition->key_count; k++)
        sort_key_sizes(vectors[k], batch->selection, batch->row_count, sizes);
    for (size_t i = 0; i < batch->row_count; i++)
        total += sizes[i];
    making_reserve(self, &run->bytes, run->byte_count, total);
    making_reserve(self, &run->entries, run->count * sizeof(Entry), (run->count + batch->row_count) * sizeof(Entry));
    Entry *entries = (Entry *)run->entries->data + run->count;
    for (size_t i = 0; i < batch->row_count; i++) {
        keys[i] = (uint8_t *)run->bytes->data + run->byte_count;
        entries[i] = (Entry){run->byte_count, sizes[i], self->reader->first_row + batch_row(batch, i)};
        run->byte_count += sizes[i];
    }
    for (size_t k = 0; k < definition->key_count; k++)
        sort_key_encode(vectors[k], definition->keys[k].order, batch->selection, batch->row_count, keys);
    run->count += batch->row_count;
}

static void making_visit(void *user, Batch *batch)
{
    Making *self = user;
    if (self->predicate && evaluator_filter(self->predicate, batch, self->selection) == 0)
        return;
    evaluator_begin(self->evaluator, batch);
    for (const Batch *slice; (slice = evaluator_next_slice(self->evaluator)) != NULL;) {
        for (size_t k = 0; k < self->definition->key_count; k++)
            self->vectors[k] = evaluator_value(self->evaluator, k, slice);
        if (!evaluator_lacks_room(self->evaluator))
            making_add(self, slice);
    }
}

static int entry_compare(const void *left, const void *right, void *user)
{
    const MemoryRun *run = user;
    const Entry *a = left, *b = right;
    int order = keys_compare(entry_key(run, a), a->size, entry_key(run, b), b->size);
    return order ? order : (a->row > b->row) - (a->row < b->row);
}

static void run_sort(MemoryRun *run, MemoryBudget *budget)
{
    if (run->count > SORT_PIECE)
        run->spare = buffer_new(memory_size_multiply(run->count, sizeof(Entry)), budget);
    Buffer *spare = run->spare;
    const void *sorted =
        sort_items(run->entries->data, spare ? spare->data : NULL, run->count, sizeof(Entry), entry_compare, run);
    if (sorted != run->entries->data) {
        run->spare = run->entries;
        run->entries = spare;
    }
    buffer_unref(run->spare);
    run->spare = NULL;
}

static MemoryRun *run_make(const MemoryTable *table, const Context *context, const Index *definition, Arena *arena,
                           const MemoryVersion *draft, MemoryRow first)
{
    Expr **exprs = arena_array(arena, Expr *, definition->key_count);
    for (size_t k = 0; k < definition->key_count; k++)
        exprs[k] = definition->keys[k].expr;
    Making *making = arena_new(arena, Making);
    making->table = table;
    making->context = context;
    making->definition = definition;
    making->vectors = arena_array(arena, const Vector *, definition->key_count);
    making->reader = memory_reader_new_all(arena, table->schema, draft);
    making->evaluator = evaluator_new(arena, context, exprs, definition->key_count);
    bool is_of_all = first == 0 && definition->predicate == NULL; /* so many that growing by doubling would cost */
    making->run = run_new(arena, table->budget, is_of_all ? memory_version_row_count(draft) : 0, 0);
    if (definition->predicate)
        making->predicate = evaluator_new(arena, context, (Expr *[]){definition->predicate}, 1);
    memory_reader_each_from(making->reader, context, first, making_visit, making);
    run_sort(making->run, table->budget);
    return making->run;
}

/* ---- two runs become one ---- */

static void run_take(MemoryRun *run, const MemoryRun *from, const Entry *entry)
{
    memcpy((uint8_t *)run->bytes->data + run->byte_count, entry_key(from, entry), entry->size);
    ((Entry *)run->entries->data)[run->count++] = (Entry){run->byte_count, entry->size, entry->row};
    run->byte_count += entry->size;
}

/* Rows that the version does not have any more are left out. */
static MemoryRun *run_merge(Arena *arena, const MemoryTable *table, const Context *context,
                            const MemoryVersion *version, const MemoryRun *a, const MemoryRun *b)
{
    MemoryRun *run = run_new(arena, table->budget, a->count + b->count, a->byte_count + b->byte_count);
    size_t i = 0, j = 0;
    while (i < a->count || j < b->count) {
        if ((i + j) % CHECKED_ENTRIES == 0)
            context_check(context);
        bool is_left = j == b->count || (i < a->count && memory_run_compare(a, i, b, j) < 0);
        const MemoryRun *from = is_left ? a : b;
        const Entry *entry = run_entry(from, is_left ? i++ : j++);
        if (memory_version_has(version, entry->row))
            run_take(run, from, entry);
    }
    return run;
}

void memory_index_add(const MemoryTable *table, const Context *context, MemoryVersion *draft, size_t index_number,
                      MemoryRow first)
{
    Arena *scratch = arena_new_child(context->arena);
    const MemoryIndex *old = draft->indexes[index_number];
    MemoryRun *newest = run_make(table, context, memory_table_index(table, index_number), scratch, draft, first);
    if (old && memory_run_count(newest) == 0) { /* the predicate lets none of the rows in */
        arena_free(scratch);
        return;
    }
    size_t kept = old ? old->run_count : 0;
    for (; kept > 0 && old->runs[kept - 1]->count <= 2 * newest->count; kept--)
        newest = run_merge(scratch, table, context, draft, old->runs[kept - 1], newest);
    MemoryIndex *index = index_allocate(scratch, kept + 1);
    for (; index->run_count < kept; index->run_count++)
        index->runs[index->run_count] = run_ref(old->runs[index->run_count]);
    index->runs[index->run_count++] = run_ref(newest);
    memory_version_set_index(draft, index_number, index);
    arena_free(scratch);
}
