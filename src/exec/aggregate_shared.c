/* exec/aggregate_shared.c: groups of several copies by partitions. */
#include "exec/aggregate_shared.h"

#include <string.h>

enum { FEW_GROUPS = 1 << 13, MANY_BITS = 6 }; /* few: one copy merges them all */
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

void aggregate_shared_choose_partitions(void *argument)
{
    AggregateShared *shared = argument;
    size_t group_count = 0;
    for (size_t i = 0; i < shared->copy_count; i++)
        group_count += row_store_count(shared->parts[i].rows);
    shared->partition_bits = shared->has_waiting ? SPILL_BITS : group_count < FEW_GROUPS ? 0 : MANY_BITS;
}

/* ---- splitting ---- */

typedef struct SplitRows {
    uint8_t *rows[BATCH_SIZE];
    uint64_t hashes[BATCH_SIZE];
} SplitRows;

/* The rows from `first` on, with the partition of each in place of its hash. */
static size_t split_read(const AggregateShared *shared, const AggregatePart *part, SplitRows *split, Vector **keys,
                         size_t key_count, size_t first)
{
    size_t count = row_store_rows(part->rows, first, BATCH_SIZE, split->rows);
    if (shared->partition_bits == 0) {
        memset(split->hashes, 0, count * sizeof *split->hashes);
        return count;
    }
    for (size_t k = 0; k < key_count; k++)
        rows_read(row_store_layout(part->rows), k, split->rows, count, keys[k]);
    vectors_hash(keys, key_count, NULL, count, split->hashes);
    for (size_t i = 0; i < count; i++)
        split->hashes[i] = aggregate_shared_partition(shared, split->hashes[i]);
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
            partitions[first + i] = (uint8_t)split->hashes[i];
            next[split->hashes[i]]++;
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
