/* exec/window_first.c: the least keys of each partition, and the rows that come behind them. */
#include "exec/window_first.h"

#include "exec/group_index.h"
#include "exec/hash_table.h"
#include "exec/sort_entry.h"

/* After so many rows of which most have passed it is not worth its while. */
enum { TRIAL_ROWS = 1 << 20 };

/* As a SortEntry has it. */
typedef struct FirstKey {
    uint64_t high, low;
} FirstKey;

/* Of a partition, behind its values in the table's row. */
typedef struct FirstKeys {
    size_t count;
    FirstKey keys[]; /* ascending, up to `limit` */
} FirstKeys;

struct WindowFirst {
    size_t limit;
    bool drops_equal; /* rows that are equal in order to the last of the first: the earlier ones come first */
    MemoryShare share;
    size_t partition_count;
    RowStore *rows; /* one for each partition */
    HashTable *table;
    HashProbe *probe;
    GroupIndex *index; /* in front of the table */
    uint8_t *one;      /* the FirstKeys of all rows; NULL when there are partitions */
    SortKeys *keys;
    size_t seen_count, passed_count; /* of a trial */
    bool is_full;                    /* no new partitions are taken */
    bool has_ended;
    Batch shown;
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
    uint16_t selection[BATCH_SIZE];
};

WindowFirst *window_first_new(const Build *build, const PlanWindow *plan, const Type *types, size_t partition_count,
                              MemoryShare share)
{
    Arena *arena = build->arena;
    WindowFirst *self = arena_new(arena, WindowFirst);
    size_t size = sizeof(FirstKeys) + plan->first_count * sizeof(FirstKey);
    self->limit = plan->first_count;
    self->share = share;
    self->partition_count = partition_count;
    self->keys = sort_keys_new(arena, build->context, types + partition_count, plan->orders, plan->key_count);
    bool is_exact = plan->key_count == 0 || (self->keys->fixed_size > 0 && self->keys->fixed_size <= SORT_PREFIX_SIZE);
    self->drops_equal = is_exact && !plan->keeps_ties;
    if (partition_count == 0) {
        self->one = arena_allocate_zero(arena, size);
        return self;
    }
    self->rows = row_store_new(arena, build->context, row_layout_new(arena, types, partition_count, size));
    self->table = hash_table_new(arena, build->context, self->rows, partition_count, "the partitions of a window");
    self->probe = hash_probe_new(arena);
    self->index = group_index_new(arena, build->context, types, partition_count, share.size / 16);
    return self;
}

size_t window_first_size(const WindowFirst *self)
{
    return self->one ? 0 : row_store_size(self->rows) + hash_table_size(self->table) + group_index_size(self->index);
}

void window_first_clear(WindowFirst *self)
{
    self->has_ended = true;
    if (self->one)
        return;
    hash_table_clear(self->table);
    if (self->index)
        group_index_forget(self->index);
    row_store_release(self->rows);
}

/* found[i]: the FirstKeys of the partition, or NULL. */
static void first_find(WindowFirst *self, Vector *const *partition, const Batch *batch)
{
    size_t count = batch->row_count;
    if (self->one) {
        for (size_t i = 0; i < count; i++)
            self->found[i] = self->one;
        return;
    }
    size_t size =
        row_store_size(self->rows) + hash_table_size_to_add(self->table, count) + group_index_size(self->index);
    self->is_full = self->is_full || memory_share_is_full(self->share, row_store_count(self->rows), size);
    if (self->is_full)
        hash_table_find(self->table, self->probe, partition, batch->selection, count, self->found);
    else if (!group_index_add(self->index, self->table, self->probe, partition, batch->selection, count, self->found,
                              /* runs= */ NULL))
        hash_table_add(self->table, self->probe, partition, batch->selection, count, self->found, self->is_new);
    size_t offset = row_store_layout(self->rows)->extra_offset;
    for (size_t i = 0; i < count; i++)
        self->found[i] = self->found[i] ? self->found[i] + offset : NULL;
}

static inline bool first_key_is_below(FirstKey a, FirstKey b)
{
    return a.high != b.high ? a.high < b.high : a.low < b.low;
}

/* Whether a row with the key may be among the first; its key is then one of theirs. */
static inline bool first_admits(const WindowFirst *self, FirstKeys *first, FirstKey key)
{
    if (first->count == self->limit) {
        FirstKey last = first->keys[first->count - 1];
        if (self->drops_equal ? !first_key_is_below(key, last) : first_key_is_below(last, key))
            return false;
    } else {
        first->count++;
    }
    size_t at = first->count - 1;
    for (; at > 0 && first_key_is_below(key, first->keys[at - 1]); at--)
        first->keys[at] = first->keys[at - 1];
    first->keys[at] = key;
    return true;
}

static void first_try(WindowFirst *self, size_t seen_count, size_t passed_count)
{
    self->seen_count += seen_count;
    self->passed_count += passed_count;
    if (self->seen_count < TRIAL_ROWS)
        return;
    if (self->passed_count > self->seen_count / 8 * 7)
        window_first_clear(self);
    self->seen_count = self->passed_count = 0;
}

const Batch *window_first_run(WindowFirst *self, Vector *const *partition, Vector *const *keys, const Batch *batch)
{
    if (self->has_ended)
        return batch;
    size_t count = 0;
    first_find(self, partition, batch);
    sort_keys_encode(self->keys, keys, batch->selection, batch->row_count);
    for (size_t i = 0; i < batch->row_count; i++) {
        SortEntry entry = sort_entry_make(self->keys->keys[i], self->keys->sizes[i], self->found[i]);
        FirstKeys *first = (FirstKeys *)(void *)self->found[i];
        self->selection[count] = (uint16_t)batch_row(batch, i);
        count += first == NULL || first_admits(self, first, (FirstKey){entry.high, entry.low});
    }
    first_try(self, batch->row_count, count);
    self->shown = *batch;
    self->shown.selection = self->selection;
    self->shown.row_count = count;
    return &self->shown;
}
