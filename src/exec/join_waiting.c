/* exec/join_waiting.c: the first split of both sides, which copies make together. */
#include "exec/join_waiting.h"

#include "exec/join_hash.h"
#include "exec/sort_input.h"

enum { PARTITIONS = 1 << SPILL_BITS };

struct JoinWaiting {
    Arena *arena; /* of the spill */
    const Context *context;
    size_t copy_count;
    MemoryShare share;
    const RowLayout *right;
    size_t left_count;
    Type *left_types;
    bool keeps_order;
    SortShared *sorted;
    Turn turn;
    Spill *spill; /* whoever has the turn may use it; NULL: no row has come */
    _Atomic bool has_rows;
    bool is_here[PARTITIONS];
    Meeting split;
    _Atomic size_t next_here, next_waiting;
};

JoinWaiting *join_waiting_new(const Build *build, const Plan *plan, const RowLayout *right)
{
    JoinWaiting *waiting = arena_new(build->arena, JoinWaiting);
    const Plan *left = plan->inputs[0];
    waiting->arena = arena_new_child(build->arena);
    waiting->context = build->context;
    waiting->copy_count = build->copy_count;
    waiting->keeps_order = build->order_matters && !plan_join_marks_right(((const PlanJoin *)plan)->type);
    /* the table that all look in, that of a partition, and what puts rows in order stand side by side */
    waiting->share = memory_share_part(build->memory_share, waiting->keeps_order ? 3 : 2);
    waiting->right = right;
    waiting->left_types = arena_array(build->arena, Type, left->output_count + JOIN_PLACE_COLUMNS);
    for (size_t c = 0; c < left->output_count; c++)
        waiting->left_types[waiting->left_count++] = plan_column(build->columns, left->outputs[c])->type;
    for (size_t c = 0; c < JOIN_PLACE_COLUMNS && waiting->keeps_order; c++)
        waiting->left_types[waiting->left_count++] = type_of(TYPE_UBIGINT);
    if (waiting->keeps_order)
        waiting->sorted = sort_shared_new(build, plan);
    return waiting;
}

bool join_waiting_keeps_order(const JoinWaiting *waiting)
{
    return waiting->keeps_order;
}

SortShared *join_waiting_sort_shared(const JoinWaiting *waiting)
{
    return waiting->sorted;
}

MemoryShare join_waiting_share(const JoinWaiting *waiting)
{
    return waiting->share;
}

static size_t waiting_size(const JoinWaiting *waiting, SpillVolume volume)
{
    return volume.row_count * (waiting->right->row_size + JOIN_HASH_ROW_SIZE) + volume.string_size;
}

bool join_waiting_is_much(const JoinWaiting *waiting, SpillVolume volume)
{
    return memory_share_exceeds(waiting->share, volume.row_count, waiting_size(waiting, volume));
}

Spill *join_waiting_spill_new(const JoinWaiting *waiting, Arena *arena, const Context *context)
{
    Spill *spill = spill_new(arena, context, waiting->share);
    spill_add_side(spill, waiting->left_types, waiting->left_count);
    spill_add_side(spill, waiting->right->types, waiting->right->column_count);
    return spill;
}

void join_waiting_add(JoinWaiting *waiting, Worker *worker, size_t side, Vector *const *columns,
                      const uint16_t *selection, size_t count, const uint64_t *hashes)
{
    if (count == 0)
        return;
    worker_take_turn(worker, &waiting->turn);
    if (waiting->spill == NULL)
        waiting->spill = join_waiting_spill_new(waiting, waiting->arena, waiting->context);
    waiting->has_rows = true;
    spill_add(waiting->spill, side, columns, selection, count, hashes);
    worker_end_turn(worker, &waiting->turn);
}

bool join_waiting_has_rows(const JoinWaiting *waiting)
{
    return waiting->has_rows;
}

void join_waiting_choose(JoinWaiting *waiting)
{
    MemoryShare share = waiting->share;
    size_t row_count = 0, size = 0;
    share.size *= waiting->copy_count;
    for (size_t p = 0; p < PARTITIONS; p++) {
        SpillVolume volume = spill_added_volume(waiting->spill, JOIN_RIGHT, p);
        size_t own_size = waiting_size(waiting, volume);
        waiting->is_here[p] = !memory_share_exceeds(share, row_count + volume.row_count, size + own_size);
        if (waiting->is_here[p]) {
            row_count += volume.row_count;
            size += own_size;
        }
    }
}

bool join_waiting_is_here(const JoinWaiting *waiting, uint64_t hash)
{
    return waiting->is_here[spill_partition(waiting->spill, hash)];
}

static bool waiting_move(JoinWaiting *waiting, Worker *worker, Spill *own, size_t partition)
{
    worker_take_turn(worker, &waiting->turn);
    bool is_taken = spill_take(own, waiting->spill, partition);
    worker_end_turn(worker, &waiting->turn);
    return is_taken;
}

bool join_waiting_take_here(JoinWaiting *waiting, Worker *worker, Spill *own)
{
    for (size_t p; (p = atomic_fetch_add(&waiting->next_here, 1)) < PARTITIONS;)
        if (waiting->is_here[p] && waiting_move(waiting, worker, own, p))
            return true;
    return false;
}

uint64_t join_waiting_begin_parts(JoinWaiting *waiting, Worker *worker)
{
    worker_meet(worker, &waiting->split, NULL, NULL);
    return worker_begin_phase(worker);
}

bool join_waiting_take(JoinWaiting *waiting, Worker *worker, Spill *own, size_t *ret_partition)
{
    while ((*ret_partition = atomic_fetch_add(&waiting->next_waiting, 1)) < PARTITIONS)
        if (waiting_move(waiting, worker, own, *ret_partition))
            return true;
    return false;
}

void join_waiting_close(JoinWaiting *waiting)
{
    spill_clear(waiting->spill);
}
