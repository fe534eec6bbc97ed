/* exec/window_rows.c: the rows of a Window, sorted and cut into partitions and groups. */
#include "exec/window_rows.h"

#include <math.h>
#include <string.h>

#include "exec/row_output.h"

/* ---- parts ---- */

enum {
    PARTS_PER_COPY = 4, /* more than one, for they are not alike */
    MOST_PARTS = 64,
    PART_ROWS = 1 << 17,   /* about so few are sorted within the cache */
    PART_MEMORY = 1 << 20, /* bytes of a copy's share for each, or even the first rows of all do not fit */
};

static size_t window_part_count(const Build *build, const Plan *plan)
{
    if (((const PlanWindow *)plan)->partition_count == 0)
        return 1;
    double least = build->copy_count > 1 ? PARTS_PER_COPY * (double)build->copy_count : 1;
    double most = fmin(MOST_PARTS, (double)build->memory_share.size / PART_MEMORY);
    return (size_t)fmax(fmin(plan->inputs[0]->row_estimate / PART_ROWS, most), least);
}

void *window_shared_new(const Build *build, const Plan *plan)
{
    WindowShared *shared = arena_new(build->arena, WindowShared);
    shared->copy_count = build->copy_count;
    shared->part_count = window_part_count(build, plan);
    shared->sorters = arena_array(build->arena, Sorter *, shared->part_count * shared->copy_count);
    return shared;
}

static Sorter **shared_sorter(const WindowRows *rows, size_t part)
{
    size_t index = rows->worker ? worker_index(rows->worker) : 0;
    return &rows->shared->sorters[part * rows->shared->copy_count + index];
}

/* The rows of a batch that go to each part. */
typedef struct PartRows {
    uint64_t hashes[BATCH_SIZE];
    Sorter **sorters; /* this copy's of each part */
    size_t *ends;     /* of each part's rows here: */
    uint16_t selection[BATCH_SIZE];
    uint8_t *keys[BATCH_SIZE];
    size_t sizes[BATCH_SIZE];
} PartRows;

static void part_rows_split(PartRows *split, const WindowRows *rows, const Batch *batch)
{
    size_t part_count = rows->shared->part_count, *next = split->ends;
    vectors_hash(rows->columns, rows->partition_slots, batch->selection, batch->row_count, split->hashes);
    memset(next, 0, (part_count + 1) * sizeof *next);
    for (size_t i = 0; i < batch->row_count; i++) {
        split->hashes[i] = (split->hashes[i] >> 32) * part_count >> 32;
        next[split->hashes[i] + 1]++;
    }
    for (size_t p = 0; p < part_count; p++)
        next[p + 1] += next[p];
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t at = next[split->hashes[i]]++;
        split->selection[at] = (uint16_t)batch_row(batch, i);
        split->keys[at] = rows->keys->keys[i];
        split->sizes[at] = rows->keys->sizes[i];
    }
}

/* ---- slots ---- */

WindowRows *window_rows_new(const Build *build, const PlanWindow *plan)
{
    WindowRows *rows = arena_new(build->arena, WindowRows);
    rows->arena = build->arena;
    rows->context = build->context;
    rows->plan = plan;
    rows->share = memory_share_part(build->memory_share, plan->first_count == NO_LIMIT ? 1 : 2);
    rows->worker = build->worker;
    rows->shared = build->shared;
    rows->file = temp_file_new(rows->arena, rows->context);
    rows->sort_slots = arena_array(rows->arena, size_t, plan->partition_count + plan->key_count);
    for (size_t i = 0; i < plan->partition_count; i++)
        rows->sort_slots[i] = window_rows_add_slot(rows, plan->partition[i]);
    rows->partition_slots = rows->exprs.count;
    for (size_t i = 0; i < plan->key_count; i++)
        rows->sort_slots[plan->partition_count + i] = window_rows_add_slot(rows, plan->keys[i]);
    rows->key_slots = rows->exprs.count;
    rows->row_block = window_block_new(rows, "the rows of a window");
    rows->partition_block = window_block_new(rows, "the partitions of a window");
    rows->partition_group_block = window_block_new(rows, "the partitions of a window");
    rows->group_block = window_block_new(rows, "the groups of a window");
    return rows;
}

enum { BLOCKS_IN_MEMORY = 32, NEAR_ROWS = 1 << 14 };

/* Bytes that a part of it may hold in memory. */
static size_t window_rows_part(const WindowRows *rows, size_t count)
{
    return rows->share.row_count < SIZE_MAX ? 0 : rows->share.size / count;
}

Block *window_block_new(const WindowRows *rows, const char *what)
{
    return block_new_overflowing(rows->arena, rows->context, what, rows->file,
                                 window_rows_part(rows, BLOCKS_IN_MEMORY));
}

Arena *window_arena_new(const WindowRows *rows, const char *what)
{
    Arena *arena = arena_new_child(rows->arena);
    if (rows->context->memory)
        arena_count(arena, rows->context->memory, what);
    arena_overflow_to(arena, rows->file, window_rows_part(rows, BLOCKS_IN_MEMORY));
    return arena;
}

size_t window_rows_add_slot(WindowRows *rows, Expr *expr)
{
    if (expr == NULL)
        return WINDOW_NO_SLOT;
    HashIndex *index = &rows->index;
    uint64_t hash = expr_hash(expr);
    if (!expr_is_volatile(expr))
        for (size_t i = hash_index_first(index, hash); i < index->count; i = hash_index_next(index, i))
            if (expr_equal(rows->exprs.items[i], expr))
                return i;
    hash_index_add(rows->arena, index, hash);
    array_add(rows->arena, &rows->exprs, expr);
    return rows->exprs.count - 1;
}

static void window_rows_make_sorters(WindowRows *rows, const Build *build, const Type *types)
{
    size_t part_count = rows->shared->part_count;
    size_t slot_count = rows->exprs.count;
    bool has_copies = rows->shared->copy_count > 1;
    Sorter **sorters = arena_array(build->arena, Sorter *, part_count);
    sorters[0] = sorter_new(build->arena, build->context, rows->share, rows->keys, types, slot_count + has_copies);
    if (has_copies)
        sorter_heed_position(sorters[0], slot_count);
    for (size_t p = 1; p < part_count; p++)
        sorters[p] = sorter_new_beside(sorters[0]);
    for (size_t p = 0; p < part_count; p++)
        *shared_sorter(rows, p) = sorters[p];
    rows->sorters = arena_array(build->arena, Sorter *, rows->shared->copy_count);
    if (part_count == 1)
        return;
    rows->part_rows = arena_new(build->arena, PartRows);
    rows->part_rows->sorters = sorters;
    rows->part_rows->ends = arena_array(build->arena, size_t, part_count + 1);
}

void window_rows_begin(WindowRows *rows, const Build *build)
{
    Arena *arena = rows->arena;
    const PlanWindow *plan = rows->plan;
    size_t slot_count = rows->exprs.count, sort_count = plan->partition_count + plan->key_count;
    ColumnMap map = column_map_new(build, plan->base.inputs[0], NULL);
    Expr **exprs = column_map_exprs(&map, rows->exprs.items, slot_count);
    Type *types = arena_array(arena, Type, slot_count + 1), *sort_types = arena_array(arena, Type, sort_count);
    SortOrder *orders = arena_array(arena, SortOrder, sort_count);
    rows->evaluator = evaluator_new(arena, build->context, exprs, slot_count);
    rows->columns = arena_array(arena, Vector *, slot_count + 1);
    rows->own = arena_array(arena, Vector *, slot_count);
    rows->key_vectors = arena_array(arena, Vector *, sort_count);
    for (size_t i = 0; i < slot_count; i++) {
        types[i] = exprs[i]->type;
        if (i < rows->key_slots)
            rows->own[i] = vector_new(arena, types[i]);
    }
    for (size_t i = 0; i < sort_count; i++) {
        sort_types[i] = types[rows->sort_slots[i]];
        if (i >= plan->partition_count)
            orders[i] = plan->orders[i - plan->partition_count];
    }
    rows->position = vector_new(arena, type_of(TYPE_UBIGINT));
    rows->columns[slot_count] = rows->position;
    types[slot_count] = rows->position->type;
    rows->keys = sort_keys_new(arena, build->context, sort_types, orders, sort_count);
    if (plan->first_count != NO_LIMIT)
        rows->first = window_first_new(build, plan, sort_types, plan->partition_count, rows->share);
    window_rows_make_sorters(rows, build, types);
    rows->layout = sorter_layout(*shared_sorter(rows, 0));
    rows->store = row_store_new(arena, build->context, rows->layout);
    row_store_overflow_to(rows->store, rows->file, window_rows_part(rows, 4));
}

static void window_rows_evaluate(WindowRows *rows, const Batch *batch)
{
    size_t sort_count = rows->plan->partition_count + rows->plan->key_count;
    for (size_t i = 0; i < rows->exprs.count; i++)
        rows->columns[i] = evaluator_value(rows->evaluator, i, batch);
    for (size_t i = 0; i < sort_count; i++)
        rows->key_vectors[i] = rows->columns[rows->sort_slots[i]];
}

static void window_rows_encode(WindowRows *rows, const Batch *batch)
{
    Value position = value_ubigint(batch->morsel);
    vector_set_constant(rows->position, &position);
    sort_keys_encode(rows->keys, rows->key_vectors, batch->selection, batch->row_count);
}

/* Rows of a batch whose columns have been evaluated. */
static void window_rows_sort(WindowRows *rows, const Batch *batch)
{
    PartRows *split = rows->part_rows;
    window_rows_encode(rows, batch);
    if (split == NULL) {
        sorter_add(*shared_sorter(rows, 0), rows->columns, batch->selection, batch->row_count, rows->keys->keys,
                   rows->keys->sizes);
        return;
    }
    part_rows_split(split, rows, batch);
    for (size_t p = 0, start = 0; p < rows->shared->part_count; start = split->ends[p++])
        sorter_add(split->sorters[p], rows->columns, split->selection + start, split->ends[p] - start,
                   split->keys + start, split->sizes + start);
    sorters_keep_share(split->sorters, rows->shared->part_count);
}

/* The same, of any number. */
static void window_rows_add_evaluated(WindowRows *rows, const Batch *batch)
{
    if (rows->first)
        batch =
            window_first_run(rows->first, rows->key_vectors, rows->key_vectors + rows->plan->partition_count, batch);
    Batch part = *batch;
    for (size_t done = 0; done < batch->row_count; done += part.row_count) {
        part.selection = batch->selection ? batch->selection + done : done ? selection_all + done : NULL;
        part.row_count =
            sorter_rows_at_once(*shared_sorter(rows, 0), rows->columns, part.selection, batch->row_count - done);
        window_rows_sort(rows, &part);
    }
}

void window_rows_add(WindowRows *rows, const Batch *batch)
{
    evaluator_begin(rows->evaluator, batch);
    for (const Batch *slice; (slice = evaluator_next_slice(rows->evaluator)) != NULL;) {
        window_rows_evaluate(rows, slice);
        if (!evaluator_lacks_room(rows->evaluator))
            window_rows_add_evaluated(rows, slice);
    }
}

/* ---- partitions and groups ---- */

typedef struct Boundaries {
    uint16_t candidates[BATCH_SIZE];
    uint8_t *previous[BATCH_SIZE]; /* the row before each */
    bool is_same_partition[BATCH_SIZE];
    bool is_same_group[BATCH_SIZE];
} Boundaries;

/* Which of the rows agree with the one before in their first columns, of those that `is_same` has so far. */
static void boundaries_match(const WindowRows *rows, Boundaries *boundaries, size_t column_count, size_t count,
                             bool *is_same)
{
    if (column_count == 0)
        return;
    size_t candidate_count = 0;
    for (size_t i = 0; i < count; i++) {
        boundaries->candidates[candidate_count] = (uint16_t)i;
        candidate_count += is_same[i];
        is_same[i] = false;
    }
    size_t match_count = rows_match(rows->layout, rows->own, column_count, NULL, boundaries->previous,
                                    /* nulls_equal= */ true, boundaries->candidates, candidate_count,
                                    boundaries->candidates, NULL, NULL);
    for (size_t i = 0; i < match_count; i++)
        is_same[boundaries->candidates[i]] = true;
}

static void boundaries_find(const WindowRows *rows, Boundaries *boundaries, size_t first, size_t count)
{
    for (size_t slot = 0; slot < rows->key_slots; slot++)
        window_rows_read(rows, slot, first, count, rows->own[slot]);
    for (size_t i = 0; i < count; i++) {
        boundaries->is_same_partition[i] = first + i > 0;
        boundaries->previous[i] = first + i > 0 ? rows->rows[first + i - 1] : NULL;
    }
    boundaries_match(rows, boundaries, rows->partition_slots, count, boundaries->is_same_partition);
    memcpy(boundaries->is_same_group, boundaries->is_same_partition, count * sizeof(bool));
    if (rows->key_slots > rows->partition_slots)
        boundaries_match(rows, boundaries, rows->key_slots, count, boundaries->is_same_group);
}

static void list_add(Block *block, size_t count, size_t value, size_t **ret_items)
{
    block_grow(block, count * sizeof value, (count + 1) * sizeof value);
    *ret_items = block->data;
    (*ret_items)[count] = value;
}

static void rows_add_boundaries(WindowRows *rows, const Boundaries *boundaries, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!boundaries->is_same_partition[i]) {
            list_add(rows->partition_block, rows->partition_count, first + i, &rows->partition_starts);
            list_add(rows->partition_group_block, rows->partition_count, rows->group_count, &rows->partition_groups);
            rows->partition_count++;
        }
        if (!boundaries->is_same_group[i])
            list_add(rows->group_block, rows->group_count++, first + i, &rows->group_starts);
    }
}

/* ---- sorting a part ---- */

static bool part_is_in_memory(const WindowRows *rows)
{
    bool is_in_memory = true;
    for (size_t c = 0; c < rows->shared->copy_count; c++)
        is_in_memory &= sorter_is_in_memory(rows->sorters[c]);
    return is_in_memory;
}

static void part_clear_sorters(const WindowRows *rows)
{
    for (size_t c = 0; c < rows->shared->copy_count; c++)
        sorter_clear(rows->sorters[c]);
}

/* The next rows of the sorters, behind those that are there. Those that stay only until the next are copied. */
static size_t part_fetch(WindowRows *rows, size_t first, bool is_in_memory)
{
    if (is_in_memory)
        return sorter_next(rows->sorters[0], BATCH_SIZE, rows->rows + first);
    uint8_t *lent[BATCH_SIZE];
    size_t count = sorter_next(rows->sorters[0], BATCH_SIZE, lent);
    row_store_copy(rows->store, lent, count, rows->rows + first);
    return count;
}

void window_rows_settle(WindowRows *rows)
{
    WindowShared *shared = rows->shared;
    if (rows->first)
        window_first_clear(rows->first);
    for (size_t p = 0; p < shared->part_count; p++)
        sorter_settle(*shared_sorter(rows, p));
    worker_meet(rows->worker, &shared->sorted, NULL, NULL);
    rows->phase = worker_begin_phase(rows->worker);
}

/* What grows in the sorter that gives the rows is this copy's: so its own comes first. */
static void part_take(WindowRows *rows, size_t part)
{
    size_t copy_count = rows->shared->copy_count, own = rows->worker ? worker_index(rows->worker) : 0;
    rows->part = part;
    rows->count = 0;
    for (size_t c = 0; c < copy_count; c++) {
        rows->sorters[c] = rows->shared->sorters[part * copy_count + (own + c) % copy_count];
        rows->count += (size_t)sorter_count(rows->sorters[c]);
    }
}

static void part_find_boundaries(WindowRows *rows)
{
    Arena *scratch = arena_new_child(rows->arena);
    Boundaries *boundaries = arena_new(scratch, Boundaries);
    bool is_in_memory = part_is_in_memory(rows);
    sorter_finish_all(rows->sorters, rows->shared->copy_count);
    block_renew(rows->row_block, memory_size_multiply(rows->count, sizeof *rows->rows));
    rows->rows = rows->row_block->data;
    rows->partition_count = rows->group_count = 0;
    for (size_t first = 0, count; (count = part_fetch(rows, first, is_in_memory)) > 0; first += count) {
        context_check(rows->context);
        window_rows_look(rows);
        boundaries_find(rows, boundaries, first, count);
        rows_add_boundaries(rows, boundaries, first, count);
    }
    if (!is_in_memory)
        part_clear_sorters(rows);
    list_add(rows->partition_block, rows->partition_count, rows->count, &rows->partition_starts);
    list_add(rows->partition_group_block, rows->partition_count, rows->group_count, &rows->partition_groups);
    list_add(rows->group_block, rows->group_count, rows->count, &rows->group_starts);
    arena_free(scratch);
}

bool window_rows_next_part(WindowRows *rows)
{
    WindowShared *shared = rows->shared;
    for (size_t part; (part = atomic_fetch_add(&shared->next_part, 1)) < shared->part_count;) {
        part_take(rows, part);
        if (rows->count == 0)
            continue;
        part_find_boundaries(rows);
        return true;
    }
    return false;
}

/* Of its own sorters while it fills them, and of the part that it has taken after that. */
size_t window_rows_size(const WindowRows *rows)
{
    const WindowShared *shared = rows->shared;
    bool has_part = rows->sorters[0] != NULL;
    size_t size = row_store_size(rows->store) + rows->row_block->size + rows->partition_block->size +
                  rows->partition_group_block->size + rows->group_block->size;
    if (rows->first)
        size += window_first_size(rows->first);
    for (size_t i = 0; i < (has_part ? shared->copy_count : shared->part_count); i++)
        size += sorter_size(has_part ? rows->sorters[i] : *shared_sorter(rows, i));
    return size;
}

size_t window_rows_largest_string(const WindowRows *rows)
{
    size_t stored = row_store_largest_string(rows->store), sorted = sorter_gives_largest_string(rows->sorters[0]);
    return stored > sorted ? stored : sorted;
}

void window_rows_clear(WindowRows *rows)
{
    rows->count = 0;
    block_clear(rows->row_block);
    block_clear(rows->partition_block);
    block_clear(rows->partition_group_block);
    block_clear(rows->group_block);
    row_store_release(rows->store);
}

void window_rows_leave_part(WindowRows *rows)
{
    if (rows->sorters[0] == NULL)
        return;
    window_rows_clear(rows);
    part_clear_sorters(rows);
}

void window_shared_leave(WindowShared *shared)
{
    if (atomic_fetch_add(&shared->closed_count, 1) + 1 < shared->copy_count)
        return;
    size_t count = shared->part_count * shared->copy_count;
    for (size_t i = 0; i < count; i++)
        if (shared->sorters[i])
            sorter_clear(shared->sorters[i]);
    for (size_t i = 0; i < count; i++)
        if (shared->sorters[i])
            sorter_close_file(shared->sorters[i]);
}

/* ---- reading ---- */

void window_rows_look(const WindowRows *rows)
{
    temp_file_look(rows->file);
}

bool window_rows_next(const WindowRows *rows, size_t count, WindowBatch *batch)
{
    size_t partition = 0, group = 0;
    if (batch->count > 0) {
        partition = batch->partitions[batch->count - 1];
        group = batch->groups[batch->count - 1];
    }
    batch->first += batch->count;
    batch->count = rows->count - batch->first < count ? rows->count - batch->first : count;
    window_rows_look(rows);
    for (size_t i = 0; i < batch->count; i++) {
        partition += rows->partition_starts[partition + 1] == batch->first + i;
        group += rows->group_starts[group + 1] == batch->first + i;
        batch->partitions[i] = partition;
        batch->groups[i] = group;
    }
    return batch->count > 0;
}

void window_rows_read(const WindowRows *rows, size_t slot, size_t first, size_t count, Vector *target)
{
    window_rows_look(rows);
    rows_read(rows->layout, slot, rows->rows + first, count, target);
}

/* Whether rows stand so close together that looking at one brings most of the others to memory. */
static bool numbers_are_near(const size_t *numbers, size_t count)
{
    size_t least = SIZE_MAX, greatest = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_row = numbers[i] != WINDOW_NO_ROW;
        least = is_row && numbers[i] < least ? numbers[i] : least;
        greatest = is_row && numbers[i] > greatest ? numbers[i] : greatest;
    }
    return least > greatest || greatest - least < NEAR_ROWS;
}

/* Up to BATCH_SIZE rows at once. */
static void rows_fetch_near(const WindowRows *rows, size_t slot, const size_t *numbers, size_t count, Vector *target)
{
    uint8_t *places[BATCH_SIZE];
    for (size_t i = 0; i < count; i++)
        places[i] = numbers[i] == WINDOW_NO_ROW ? NULL : rows->rows[numbers[i]];
    row_output(rows->layout, slot, places, count, target);
}

/* What few windows need is made when it is: of a row of thousands of columns it is some MB. */
static uint8_t *window_far_rows(WindowRows *rows)
{
    if (rows->far_rows == NULL)
        rows->far_rows = arena_allocate(rows->arena, (size_t)TEMP_LOOKS * rows->layout->row_size);
    return rows->far_rows;
}

static Vector *window_rows_own(WindowRows *rows, size_t slot)
{
    if (rows->own[slot] == NULL)
        rows->own[slot] = window_rows_vector(rows, slot);
    return rows->own[slot];
}

/* Up to TEMP_LOOKS rows at once. Those that the store has are numbered there as here. */
static void rows_fetch_far(WindowRows *rows, size_t slot, const size_t *numbers, size_t count, Vector *target)
{
    uint8_t *places[TEMP_LOOKS], *copy = window_far_rows(rows);
    bool is_stored = row_store_is_mapped(rows->store);
    for (size_t i = 0; i < count; i++, copy += rows->layout->row_size) {
        places[i] = numbers[i] == WINDOW_NO_ROW ? NULL : copy;
        if (places[i] && is_stored)
            row_store_read(rows->store, numbers[i], copy);
        else if (places[i])
            block_read(rows->row_block, numbers[i], &places[i], sizeof places[i]);
    }
    row_output(rows->layout, slot, places, count, target);
}

void window_rows_fetch(WindowRows *rows, size_t slot, const size_t *numbers, size_t count, Vector *target)
{
    window_rows_look(rows);
    if (!temp_file_is_mapped(rows->file) || numbers_are_near(numbers, count)) {
        rows_fetch_near(rows, slot, numbers, count, target);
        return;
    }
    Vector *piece = window_rows_own(rows, slot);
    vector_prepare(target, count);
    for (size_t first = 0; first < count; first += TEMP_LOOKS) {
        size_t taken = count - first < TEMP_LOOKS ? count - first : TEMP_LOOKS;
        window_rows_look(rows);
        rows_fetch_far(rows, slot, numbers + first, taken, piece);
        vector_copy(target, first, piece, 0, taken);
    }
}

Vector *window_rows_vector(const WindowRows *rows, size_t slot)
{
    return vector_new(rows->arena, rows->exprs.items[slot]->type);
}
