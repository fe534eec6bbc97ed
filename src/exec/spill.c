/* exec/spill.c: partitions of rows on disk. */
#include "exec/spill.h"

#include <string.h>

#include "exec/row_run.h"

enum {
    PARTITIONS = 1 << SPILL_BITS,
    DEEPEST = 64 / SPILL_BITS - 4, /* hash tables use the low bits: those are left to them */
    LARGEST_BLOCK = 256 << 10,
    SMALLEST_BLOCK = 512,
    LARGEST_STORE = 1 << 20, /* that is kept from one batch to the next */
};

typedef struct SpillSide {
    size_t column_count;
    const RowLayout *layout;
    RowStore *store;            /* where rows are made */
    Batch *batch;               /* what is lent */
    size_t next_row, row_count; /* of the block that is being read */
} SpillSide;

/* Runs of one partition; its own arena goes with it. */
typedef struct SpillPartition {
    Arena *arena;
    RowRun *runs[SPILL_SIDES];        /* NULL: no rows */
    uint64_t split_rows[SPILL_SIDES]; /* of all partitions that were written together; set when they wait */
} SpillPartition;

typedef struct WaitingPartition {
    SpillPartition partition;
    unsigned depth; /* how often its rows have been split */
} WaitingPartition;

struct Spill {
    Arena *arena;
    const Context *context;
    TempFile *file;
    bool shares_file; /* with others */
    size_t block_size;
    size_t side_count;
    SpillSide sides[SPILL_SIDES];
    unsigned depth;                    /* of the rows in hand */
    SpillPartition current;            /* being read */
    SpillPartition filled[PARTITIONS]; /* being written */
    uint64_t split_rows[SPILL_SIDES];  /* of them all */
    ARRAY(WaitingPartition) waiting;   /* the last comes first */
};

Spill *spill_new_in(Arena *arena, const Context *context, MemoryShare share, TempFile *file)
{
    Spill *spill = arena_new(arena, Spill);
    size_t block_size = share.size / (8 * PARTITIONS * SPILL_SIDES);
    spill->arena = arena;
    spill->context = context;
    spill->file = file;
    spill->shares_file = true;
    spill->block_size = block_size < SMALLEST_BLOCK  ? SMALLEST_BLOCK
                        : block_size > LARGEST_BLOCK ? LARGEST_BLOCK
                                                     : block_size;
    return spill;
}

Spill *spill_new(Arena *arena, const Context *context, MemoryShare share)
{
    Spill *spill = spill_new_in(arena, context, share, temp_file_new(arena, context));
    spill->shares_file = false;
    return spill;
}

void spill_add_side(Spill *spill, const Type *types, size_t column_count)
{
    SpillSide *side = &spill->sides[spill->side_count++];
    side->column_count = column_count;
    side->layout = row_layout_new(spill->arena, types, column_count, 0);
    side->store = row_store_new(spill->arena, spill->context, side->layout);
    side->batch = batch_new_empty(spill->arena, column_count);
    for (size_t c = 0; c < column_count; c++)
        side->batch->columns[c] = vector_new(spill->arena, types[c]);
}

size_t spill_size(const Spill *spill)
{
    size_t size = 0;
    for (size_t s = 0; s < spill->side_count; s++) {
        size += row_store_size(spill->sides[s].store);
        if (spill->current.runs[s])
            size += row_run_size(spill->current.runs[s]);
        for (size_t p = 0; p < PARTITIONS; p++)
            if (spill->filled[p].runs[s])
                size += row_run_size(spill->filled[p].runs[s]);
    }
    return size;
}

/* ---- writing ---- */

bool spill_can_add(const Spill *spill)
{
    return spill->depth < DEEPEST;
}

size_t spill_partition(const Spill *spill, uint64_t hash)
{
    return hash >> (64 - SPILL_BITS * (spill->depth + 1)) & (PARTITIONS - 1);
}

static RowRun *spill_run(Spill *spill, size_t partition_index, size_t side)
{
    SpillPartition *partition = &spill->filled[partition_index];
    if (partition->arena == NULL)
        partition->arena = arena_new_child(spill->arena);
    if (partition->runs[side] == NULL)
        partition->runs[side] = row_run_new(partition->arena, spill->context, spill->file, spill->sides[side].layout,
                                            /* has_tags= */ false, spill->block_size);
    return partition->runs[side];
}

/* How many of the rows from `first` on are written at once, as their long strings stand in memory meanwhile. */
static size_t rows_at_once(const SpillSide *side, Vector *const *columns, const uint16_t *selection, size_t first,
                           size_t count)
{
    size_t size = 0, row = first;
    if (!side->layout->has_strings)
        return count - first;
    for (; row < count && size < LARGEST_BLOCK; row++)
        size += vectors_text_size(columns, side->column_count, selection ? selection[row] : row);
    return row - first;
}

void spill_add(Spill *spill, size_t side, Vector *const *columns, const uint16_t *selection, size_t count,
               const uint64_t *hashes)
{
    SpillSide *own = &spill->sides[side];
    uint8_t *added[BATCH_SIZE];
    spill->split_rows[side] += count;
    for (size_t first = 0, piece; first < count; first += piece) {
        piece = rows_at_once(own, columns, selection, first, count);
        const uint16_t *rows = first == 0 ? selection : (selection ? selection : selection_all) + first;
        row_store_clear(own->store);
        row_store_append(own->store, piece, added);
        for (size_t c = 0; c < own->column_count; c++)
            rows_write(own->store, c, columns[c], rows, piece, added);
        for (size_t i = 0; i < piece; i++)
            row_run_add(spill_run(spill, spill_partition(spill, hashes[first + i]), side), added[i], (RowTag){0, 0});
        bool is_one_of_many = spill->block_size == SMALLEST_BLOCK; /* whose blocks are hardly more than the store */
        if (is_one_of_many || row_store_size(own->store) > LARGEST_STORE)
            row_store_release(own->store);
    }
}

/* ---- reading ---- */

static void partition_clear(SpillPartition *partition)
{
    for (size_t s = 0; s < SPILL_SIDES; s++)
        if (partition->runs[s])
            row_run_clear(partition->runs[s]);
    arena_free(partition->arena);
    *partition = (SpillPartition){.arena = NULL};
}

/* A partition that is written whole waits. */
static void spill_wait(Spill *spill, const Spill *of, SpillPartition *partition)
{
    for (size_t s = 0; s < of->side_count; s++) {
        partition->split_rows[s] = of->split_rows[s];
        if (partition->runs[s])
            row_run_finish(partition->runs[s]);
    }
    WaitingPartition waiting = {.partition = *partition, .depth = of->depth + 1};
    array_add(spill->arena, &spill->waiting, waiting);
    *partition = (SpillPartition){.arena = NULL};
}

/* What was written becomes what waits, the first partition before the others. */
static void spill_turn(Spill *spill)
{
    for (size_t p = PARTITIONS; p-- > 0;) {
        SpillPartition *partition = &spill->filled[p];
        if (partition->arena == NULL)
            continue;
        spill_wait(spill, spill, partition);
    }
    memset(spill->split_rows, 0, sizeof spill->split_rows);
}

bool spill_begin_partition(Spill *spill)
{
    partition_clear(&spill->current);
    spill_turn(spill);
    if (spill->waiting.count == 0)
        return false;
    WaitingPartition *next = &spill->waiting.items[--spill->waiting.count];
    spill->current = next->partition;
    spill->depth = next->depth;
    for (size_t s = 0; s < spill->side_count; s++)
        spill->sides[s].next_row = spill->sides[s].row_count = 0;
    return true;
}

bool spill_take(Spill *spill, Spill *shared, size_t partition_index)
{
    SpillPartition *partition = &shared->filled[partition_index];
    if (partition->arena == NULL)
        return false;
    for (size_t s = 0; s < shared->side_count; s++)
        if (partition->runs[s])
            partition->runs[s]->keeps_place = true; /* others read from the file, too */
    arena_set_parent(partition->arena, spill->arena);
    spill_wait(spill, shared, partition);
    return true;
}

static SpillVolume partition_volume(const SpillPartition *partition, size_t side)
{
    const RowRun *run = partition->runs[side];
    return run ? (SpillVolume){run->row_count, run->string_size} : (SpillVolume){0, 0};
}

SpillVolume spill_added_volume(const Spill *spill, size_t side, size_t partition_index)
{
    return partition_volume(&spill->filled[partition_index], side);
}

SpillVolume spill_volume(const Spill *spill, size_t side)
{
    return partition_volume(&spill->current, side);
}

bool spill_is_lump(const Spill *spill, size_t side)
{
    return partition_volume(&spill->current, side).row_count * 4 > spill->current.split_rows[side] * 3;
}

Batch *spill_next(Spill *spill, size_t side, size_t count)
{
    SpillSide *own = &spill->sides[side];
    RowRun *run = spill->current.runs[side];
    if (run == NULL)
        return NULL;
    if (own->next_row == own->row_count) {
        own->next_row = 0;
        own->row_count = row_run_read(run);
    }
    if (own->row_count == 0)
        return NULL;
    uint8_t *rows[BATCH_SIZE];
    size_t left = own->row_count - own->next_row;
    count = left < count ? left : count;
    for (size_t i = 0; i < count; i++)
        rows[i] = row_run_row(run, own->next_row + i);
    for (size_t c = 0; c < own->column_count; c++)
        rows_read(own->layout, c, rows, count, own->batch->columns[c]);
    own->next_row += count;
    own->batch->row_count = own->batch->vector_size = count;
    own->batch->selection = NULL;
    return own->batch;
}

void spill_clear(Spill *spill)
{
    if (spill == NULL)
        return;
    partition_clear(&spill->current);
    for (size_t p = 0; p < PARTITIONS; p++)
        partition_clear(&spill->filled[p]);
    while (spill->waiting.count > 0)
        partition_clear(&spill->waiting.items[--spill->waiting.count].partition);
    for (size_t s = 0; s < spill->side_count; s++)
        row_store_release(spill->sides[s].store);
    spill->depth = 0;
    memset(spill->split_rows, 0, sizeof spill->split_rows);
    if (!spill->shares_file)
        temp_file_clear(spill->file);
}
