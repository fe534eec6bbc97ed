/* exec/aggregate_shared.c: groups of several copies by partitions. */
#include "exec/aggregate_shared.h"

#include <stdlib.h>
#include <string.h>

enum {
    FEW_GROUPS = 1 << 13, /* one copy merges them all */
    MANY_BITS = 6,
    SAMPLE_SIZE = 16 << MANY_BITS,
};
_Static_assert(1 << MANY_BITS == (int)AGGREGATE_MOST_PARTITIONS && (int)SPILL_BITS <= MANY_BITS, "there is room");

AggregateShared *aggregate_shared_new(const Build *build)
{
    AggregateShared *shared = arena_new(build->arena, AggregateShared);
    shared->arena = arena_new_child(build->arena);
    shared->context = build->context;
    shared->copy_count = build->copy_count;
    shared->parts = arena_array(build->arena, AggregatePart, shared->copy_count);
    return shared;
}

/* ---- partitions ---- */

static int key_order(const void *a, const void *b)
{
    int64_t a_key = *(const int64_t *)a, b_key = *(const int64_t *)b;
    return (a_key > b_key) - (a_key < b_key);
}

/* The first key: any order will do, so that of UBIGINT is as good. */
static int64_t row_first_key(const RowLayout *layout, const uint8_t *row)
{
    int64_t key;
    memcpy(&key, row + layout->offsets[0], sizeof key);
    return key;
}

static size_t sample_keys(const AggregateShared *shared, size_t group_count, int64_t *sample)
{
    size_t count = 0, step = group_count / SAMPLE_SIZE;
    for (size_t i = 0; i < shared->copy_count; i++) {
        const RowStore *rows = shared->parts[i].rows;
        uint8_t *row;
        for (size_t at = step / 2; count < SAMPLE_SIZE && row_store_rows(rows, at, 1, &row) > 0; at += step)
            sample[count++] = row_first_key(row_store_layout(rows), row);
    }
    return count;
}

/* Ranges of about as many groups each, by a sample. False: too few values to tell. */
static bool choose_ranges(AggregateShared *shared, size_t group_count)
{
    int64_t sample[SAMPLE_SIZE];
    size_t partition_count = (size_t)1 << shared->partition_bits;
    switch (type_physical(row_store_layout(shared->parts[0].rows)->types[0])) {
    case PHYSICAL_I64:
    case PHYSICAL_U64:
        break;
    default:
        return false;
    }
    size_t count = sample_keys(shared, group_count, sample);
    if (count < partition_count)
        return false;
    qsort(sample, count, sizeof *sample, key_order);
    for (size_t p = 0; p + 1 < partition_count; p++) {
        shared->range_ends[p] = sample[(p + 1) * count / partition_count];
        if (p > 0 && shared->range_ends[p] == shared->range_ends[p - 1])
            return false;
    }
    return true;
}

void aggregate_shared_choose_partitions(void *argument)
{
    AggregateShared *shared = argument;
    size_t group_count = 0;
    for (size_t i = 0; i < shared->copy_count; i++)
        group_count += row_store_count(shared->parts[i].rows);
    shared->partition_bits = shared->has_waiting ? SPILL_BITS : group_count < FEW_GROUPS ? 0 : MANY_BITS;
    shared->has_ranges =
        shared->partition_bits == MANY_BITS && !shared->has_waiting && choose_ranges(shared, group_count);
}

/* How many ranges end before the key. */
static inline size_t range_of_key(const AggregateShared *shared, int64_t key)
{
    const int64_t *ends = shared->range_ends;
    for (size_t step = (size_t)1 << (MANY_BITS - 1); step > 0; step /= 2)
        ends += ends[step - 1] < key ? step : 0;
    return (size_t)(ends - shared->range_ends);
}

/* ---- splitting ---- */

typedef struct SplitRows {
    uint8_t *rows[BATCH_SIZE];
    uint64_t partitions[BATCH_SIZE];
} SplitRows;

/* Some rows from `first` on, with the partition of each. */
static size_t split_read(const AggregateShared *shared, const AggregatePart *part, SplitRows *split, Vector **keys,
                         size_t key_count, size_t first)
{
    size_t most = batch_rows_that_fit(shared->context, row_store_layout(part->rows)->row_size);
    size_t count = row_store_rows(part->rows, first, most, split->rows);
    if (shared->partition_bits == 0) {
        memset(split->partitions, 0, count * sizeof *split->partitions);
        return count;
    }
    const RowLayout *layout = row_store_layout(part->rows);
    if (shared->has_ranges) {
        for (size_t i = 0; i < count; i++)
            split->partitions[i] = range_of_key(shared, row_first_key(layout, split->rows[i]));
        return count;
    }
    for (size_t k = 0; k < key_count; k++)
        rows_read(layout, k, split->rows, count, keys[k]);
    vectors_hash(keys, key_count, NULL, count, split->partitions);
    for (size_t i = 0; i < count; i++)
        split->partitions[i] >>= 64 - shared->partition_bits;
    return count;
}

void aggregate_part_split(const AggregateShared *shared, AggregatePart *part, const Context *context, Vector **keys,
                          size_t key_count)
{
    Arena *scratch = arena_new_child(context->arena);
    SplitRows *split = arena_new(scratch, SplitRows);
    size_t row_count = row_store_count(part->rows), partition_count = (size_t)1 << shared->partition_bits;
    uint8_t *partitions = arena_allocate(scratch, row_count);
    size_t next[AGGREGATE_MOST_PARTITIONS] = {0};
    for (size_t first = 0, count; (count = split_read(shared, part, split, keys, key_count, first)) > 0;
         first += count) {
        context_check(context);
        for (size_t i = 0; i < count; i++) {
            partitions[first + i] = (uint8_t)split->partitions[i];
            next[split->partitions[i]]++;
        }
    }
    size_t start = 0;
    for (size_t p = 0; p < partition_count; p++) {
        size_t count = next[p];
        part->starts[p] = next[p] = start;
        start += count;
    }
    part->starts[partition_count] = start;
    block_renew(part->addresses, row_count * sizeof(uint8_t *));
    uint8_t **addresses = part->addresses->data;
    for (size_t first = 0, count; (count = row_store_rows(part->rows, first, BATCH_SIZE, split->rows)) > 0;
         first += count)
        for (size_t i = 0; i < count; i++)
            addresses[next[partitions[first + i]]++] = split->rows[i];
    arena_free(scratch);
}

void aggregate_shared_close(AggregateShared *shared)
{
    if (atomic_fetch_add(&shared->closed_count, 1) + 1 < shared->copy_count)
        return;
    for (size_t i = 0; i < shared->copy_count; i++) {
        if (shared->parts[i].rows == NULL)
            continue;
        row_store_release(shared->parts[i].rows);
        block_clear(shared->parts[i].addresses);
    }
    spill_clear(shared->spill);
}
