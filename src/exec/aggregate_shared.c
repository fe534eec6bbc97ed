/* exec/aggregate_shared.c: groups of several copies by partitions. */
#include "exec/aggregate_shared.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expr/kernels.h"

enum {
    FEW_GROUPS = 1 << 13, /* one copy merges them all */
    MOST_SHARING = 3,     /* rows of a copy for each of its groups, if they are to be put off */
    LOOK_ROWS = 1 << 15,  /* between two looks at whether they are still to be */
    MANY_BITS = SCATTER_BITS,
    SAMPLE_SIZE = 16 << MANY_BITS,
};
_Static_assert((int)SPILL_BITS <= (int)MANY_BITS, "there is room");

AggregateShared *aggregate_shared_new(const Build *build)
{
    AggregateShared *shared = arena_new(build->arena, AggregateShared);
    shared->arena = arena_new_child(build->arena);
    shared->context = build->context;
    shared->copy_count = build->copy_count;
    shared->parts = arena_array(build->arena, AggregatePart, shared->copy_count);
    return shared;
}

/* ---- rows that are put off ---- */

/* Of how many groups `row_count` rows are, where each is of any of `group_count`. */
static double groups_of_rows(double row_count, double group_count)
{
    return -expm1(-row_count / group_count) * group_count;
}

/* How many groups there are is known, or what the first rows have made tells it, as if any row could be of any group;
 * it is the less of both: rows that follow each other may share groups that no others do. */
bool aggregate_shared_should_put_off(const AggregateShared *shared, const PlanAggregate *plan, size_t row_count,
                                     size_t group_count)
{
    enum { STEPS = 50 };
    double rows = (double)row_count, made = (double)group_count;
    double all_rows = fmax(plan->base.inputs[0]->row_estimate / (double)shared->copy_count, rows);
    double least = made, most = plan->has_known_groups ? fmax(plan->base.row_estimate, made) : 1e18;
    for (int i = 0; i < STEPS; i++) {
        double middle = sqrt(least * most);
        *(groups_of_rows(rows, middle) < made ? &least : &most) = middle;
    }
    return groups_of_rows(all_rows, least) * MOST_SHARING > all_rows;
}

bool aggregate_part_put_off(AggregatePart *part, Vector *const *columns, const uint16_t *selection, size_t count,
                            const uint64_t *hashes)
{
    row_scatter_add(part->put_off, columns, selection, count, hashes);
    for (size_t i = 0; i < count; i++)
        sketch_add(&part->put_off_keys, hashes[i]);
    size_t row_count = row_scatter_count(part->put_off);
    if (row_count - part->last_look < LOOK_ROWS)
        return true;
    part->last_look = row_count;
    return (double)row_count < MOST_SHARING * sketch_estimate(&part->put_off_keys);
}

/* ---- partitions ---- */

static int key_order(const void *a, const void *b)
{
    int64_t a_key = *(const int64_t *)a, b_key = *(const int64_t *)b;
    return (a_key > b_key) - (a_key < b_key);
}

/* The first key: any order will do, so that of UBIGINT is as good. */
static inline int64_t row_first_key(const AggregateShared *shared, const RowLayout *layout, const uint8_t *row)
{
    int64_t key;
    int32_t narrow;
    if (shared->is_narrow) {
        memcpy(&narrow, row + layout->offsets[0], sizeof narrow);
        return narrow;
    }
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
            sample[count++] = row_first_key(shared, row_store_layout(rows), row);
    }
    return count;
}

/* Ranges of about as many groups each, by a sample. False: too few values to tell. */
static bool choose_ranges(AggregateShared *shared, size_t group_count)
{
    int64_t sample[SAMPLE_SIZE];
    size_t partition_count = (size_t)1 << shared->partition_bits;
    Physical physical = type_physical(row_store_layout(shared->parts[0].rows)->types[0]);
    shared->is_narrow = physical == PHYSICAL_I32;
    if (!shared->is_narrow && physical != PHYSICAL_I64 && physical != PHYSICAL_U64)
        return false;
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
    Sketch put_off = {0};
    size_t group_count = 0;
    bool has_put_off = false;
    for (size_t i = 0; i < shared->copy_count; i++) {
        const AggregatePart *part = &shared->parts[i];
        group_count += row_store_count(part->rows);
        has_put_off |= part->put_off != NULL;
        sketch_merge(&put_off, &part->put_off_keys);
    }
    shared->put_off_groups = has_put_off ? (size_t)sketch_estimate(&put_off) : 0;
    bool is_one = group_count < FEW_GROUPS && !has_put_off;
    shared->partition_bits = shared->has_waiting ? SPILL_BITS : is_one ? 0 : MANY_BITS;
    shared->has_ranges = shared->partition_bits == MANY_BITS && !shared->has_waiting && !has_put_off &&
                         choose_ranges(shared, group_count);
    shared->has_keys = shared->has_ranges && row_store_layout(shared->parts[0].rows)->column_count == 1;
}

/* How many ranges end before the key. Without a jump, which could not be foreseen. */
static inline size_t range_of_key(const AggregateShared *shared, int64_t key)
{
    const int64_t *ends = shared->range_ends;
    size_t range = 0;
    for (int bit = MANY_BITS - 1; bit >= 0; bit--)
        range += (size_t)(ends[range + ((size_t)1 << bit) - 1] < key) << bit;
    return range;
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
            split->partitions[i] = range_of_key(shared, row_first_key(shared, layout, split->rows[i]));
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
    if (shared->has_keys)
        block_renew(part->keys, row_count * sizeof(int64_t));
    int64_t *first_keys = part->keys->data;
    for (size_t first = 0, count; (count = row_store_rows(part->rows, first, BATCH_SIZE, split->rows)) > 0;
         first += count)
        for (size_t i = 0; i < count; i++) {
            uint8_t *row = addresses[next[partitions[first + i]]] = split->rows[i];
            if (shared->has_keys) {
                first_keys[next[partitions[first + i]]] = row_first_key(shared, row_store_layout(part->rows), row);
                part->has_null |= row_is_null(row, 0);
            }
            next[partitions[first + i]]++;
        }
    arena_free(scratch);
}

size_t aggregate_shared_span(const AggregateShared *shared, size_t partition, int64_t *ret_least)
{
    enum { VALUES = 8 }; /* for each group: no more memory than a hash table */
    int64_t least = INT64_MAX, greatest = INT64_MIN;
    size_t group_count = 0;
    for (size_t i = 0; i < shared->copy_count && shared->has_keys; i++) {
        const AggregatePart *part = &shared->parts[i];
        size_t first = part->starts[partition], count = part->starts[partition + 1] - first;
        if (part->has_null && partition == range_of_key(shared, 0))
            return 0;
        if (count == 0)
            continue;
        int64_t part_least, part_greatest;
        kernels_get()->fold->bounds_i64((const int64_t *)part->keys->data + first, count, &part_least, &part_greatest);
        least = part_least < least ? part_least : least;
        greatest = part_greatest > greatest ? part_greatest : greatest;
        group_count += count;
    }
    uint64_t width = (uint64_t)greatest - (uint64_t)least;
    *ret_least = least;
    return width < VALUES * group_count ? (size_t)width + 1 : 0;
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
        block_clear(shared->parts[i].keys);
        row_scatter_clear(shared->parts[i].put_off);
    }
    spill_clear(shared->spill);
}
