/* exec/join_parts.c: partitions of a join, one after the other. */
#include "exec/join_parts.h"

#include "exec/join_build.h"
#include "exec/row_output.h"

struct JoinParts {
    Operator *op;
    JoinWaiting *waiting;
    JoinTable *table; /* of the partition at hand */
    Evaluator *keys;
    size_t key_count;
    Vector **key_vectors;
    JoinOrder *order; /* or NULL */
    size_t left_count;
    Vector **columns; /* of left rows that wait */
    Spill *spill;     /* partitions that are this copy's */
    bool has_begun;
    uint64_t phase, morsel;
    uint64_t hashes[BATCH_SIZE];
    uint16_t here[BATCH_SIZE], absent[BATCH_SIZE];
};

JoinParts *join_parts_new(Operator *op, JoinTable *table, Evaluator *keys, JoinOrder *order)
{
    JoinParts *parts = arena_new(op->arena, JoinParts);
    parts->op = op;
    parts->waiting = table->waiting;
    parts->table = join_table_new_partition(op->arena, op->context, table);
    parts->keys = keys;
    parts->key_count = table->key_count;
    parts->key_vectors = arena_array(op->arena, Vector *, parts->key_count);
    parts->order = order;
    parts->left_count = op->plan->inputs[0]->output_count;
    parts->columns = arena_array(op->arena, Vector *, parts->left_count + JOIN_PLACE_COLUMNS);
    parts->spill = join_waiting_spill_new(parts->waiting, op->arena, op->context);
    return parts;
}

void join_parts_put_off(JoinParts *parts, Batch *left, Vector *const *keys)
{
    size_t here_count = 0, absent_count = 0;
    vectors_hash(keys, parts->key_count, left->selection, left->row_count, parts->hashes);
    for (size_t i = 0; i < left->row_count; i++) {
        uint64_t hash = parts->hashes[i];
        bool is_here = join_waiting_is_here(parts->waiting, hash);
        parts->here[here_count] = parts->absent[absent_count] = (uint16_t)batch_row(left, i);
        parts->hashes[absent_count] = hash;
        here_count += is_here;
        absent_count += !is_here;
    }
    for (size_t c = 0; c < parts->left_count; c++)
        parts->columns[c] = left->columns[c];
    for (size_t c = 0; c < JOIN_PLACE_COLUMNS && parts->order; c++)
        parts->columns[parts->left_count + c] = join_order_places(parts->order)[c];
    join_waiting_add(parts->waiting, parts->op->worker, JOIN_LEFT, parts->columns, parts->absent, absent_count,
                     parts->hashes);
    left->selection = parts->here;
    left->row_count = here_count;
}

/* ---- partitions ---- */

static void parts_split_left(JoinParts *parts, const Batch *left)
{
    evaluator_begin(parts->keys, left);
    for (const Batch *slice; (slice = evaluator_next_slice(parts->keys)) != NULL;) {
        for (size_t k = 0; k < parts->key_count; k++)
            parts->key_vectors[k] = evaluator_value(parts->keys, k, slice);
        if (evaluator_lacks_room(parts->keys))
            continue;
        vectors_hash(parts->key_vectors, parts->key_count, slice->selection, slice->row_count, parts->hashes);
        spill_add(parts->spill, JOIN_LEFT, slice->columns, slice->selection, slice->row_count, parts->hashes);
    }
}

/* Splits the partition at hand: its parts come next. */
static void parts_split(JoinParts *parts)
{
    for (const Batch *right; (right = spill_next(parts->spill, JOIN_RIGHT, BATCH_SIZE)) != NULL;) {
        context_check(parts->op->context);
        vectors_hash(right->columns, parts->key_count, NULL, right->row_count, parts->hashes);
        spill_add(parts->spill, JOIN_RIGHT, right->columns, NULL, right->row_count, parts->hashes);
    }
    for (const Batch *left; (left = spill_next(parts->spill, JOIN_LEFT, BATCH_SIZE)) != NULL;) {
        context_check(parts->op->context);
        parts_split_left(parts, left);
    }
}

/* The next partition, whatever its size. */
static bool parts_take_up(JoinParts *parts)
{
    Worker *worker = parts->op->worker;
    if (!parts->has_begun)
        parts->phase = join_waiting_begin_parts(parts->waiting, worker);
    parts->has_begun = true;
    if (spill_begin_partition(parts->spill))
        return true;
    size_t partition;
    if (!join_waiting_take(parts->waiting, worker, parts->spill, &partition))
        return false;
    parts->morsel = worker_enter(worker, parts->phase, partition);
    return spill_begin_partition(parts->spill);
}

JoinTable *join_parts_next(JoinParts *parts)
{
    Spill *spill = parts->spill;
    while (parts_take_up(parts)) {
        SpillVolume right = spill_volume(spill, JOIN_RIGHT);
        bool keeps_right = parts->table->keeps_keyless; /* as is kept what no left row has met */
        if (!keeps_right && spill_volume(spill, JOIN_LEFT).row_count == 0)
            continue;
        bool is_much = join_waiting_is_much(parts->waiting, right);
        if (is_much && spill_can_add(spill) && !spill_is_lump(spill, JOIN_RIGHT)) {
            parts_split(parts);
            continue;
        }
        MemoryShare share = join_waiting_share(parts->waiting);
        join_table_forget(parts->table);
        join_table_keep(parts->table, is_much ? memory_share_kept(share) : share.size);
        join_table_build_partition(parts->table, parts->op, spill);
        return parts->table;
    }
    return NULL;
}

Batch *join_parts_next_left(JoinParts *parts)
{
    Batch *left = spill_next(parts->spill, JOIN_LEFT, parts->op->batch_size);
    if (left == NULL)
        return NULL;
    for (size_t c = 0; c < parts->left_count; c++)
        vector_own_strings(left->columns[c], left->row_count);
    if (parts->order)
        join_order_set_places(parts->order, left->columns + parts->left_count);
    return left;
}

uint64_t join_parts_morsel(const JoinParts *parts)
{
    return parts->morsel;
}

void join_parts_close(JoinParts *parts)
{
    join_table_forget(parts->table);
    spill_clear(parts->spill);
}
