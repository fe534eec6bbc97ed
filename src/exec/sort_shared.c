/* exec/sort_shared.c: a sort by several copies. */
#include "exec/sort_shared.h"

struct SortShared {
    Arena *arena;
    size_t copy_count;
    Sorter **sorters; /* of each copy, sorted */
    Meeting sorted;
    SortParts *parts;
    _Atomic size_t next_part;
    _Atomic size_t closed_count;
};

void *sort_shared_new(const Build *build, const Plan *plan)
{
    (void)plan;
    if (build->copy_count < 2)
        return NULL;
    SortShared *shared = arena_new(build->arena, SortShared);
    shared->arena = build->arena;
    shared->copy_count = build->copy_count;
    shared->sorters = arena_array(build->arena, Sorter *, shared->copy_count);
    return shared;
}

static void sort_shared_make_parts(void *argument)
{
    SortShared *shared = argument;
    shared->parts = sort_parts_new(shared->arena, shared->sorters, shared->copy_count);
}

void sort_copy_finish(SortCopy *copy, Sorter *sorter)
{
    SortShared *shared = copy->shared;
    copy->sorter = sorter;
    if (shared == NULL) {
        sorter_finish(sorter);
        copy->take_left = copy->limit;
        return;
    }
    sorter_settle(sorter);
    shared->sorters[worker_index(copy->worker)] = sorter;
    worker_meet(copy->worker, &shared->sorted, sort_shared_make_parts, shared);
    copy->phase = worker_begin_phase(copy->worker);
}

/* The next part that no copy has taken. False: there is none, or none within the limit. */
static bool sort_copy_begin_part(SortCopy *copy)
{
    SortShared *shared = copy->shared;
    uint64_t before;
    if (shared == NULL)
        return false;
    copy->part = atomic_fetch_add(&shared->next_part, 1);
    if (!sorter_begin_part(copy->sorter, shared->parts, copy->part, &before) || before >= copy->limit)
        return false;
    copy->take_left = copy->limit - before;
    return true;
}

size_t sort_copy_next(SortCopy *copy, size_t count, uint8_t **ret_rows, uint64_t *ret_position)
{
    size_t given;
    do {
        size_t wanted = copy->take_left < count ? copy->take_left : count;
        given = wanted > 0 ? sorter_next(copy->sorter, wanted, ret_rows) : 0;
    } while (given == 0 && sort_copy_begin_part(copy));
    copy->take_left -= given;
    *ret_position = given > 0 ? worker_enter(copy->worker, copy->phase, copy->part) : 0;
    return given;
}

void sort_copy_close(const SortCopy *copy, Sorter *sorter)
{
    SortShared *shared = copy->shared;
    if (shared == NULL)
        sorter_clear(sorter);
    else if (atomic_fetch_add(&shared->closed_count, 1) + 1 == shared->copy_count)
        for (size_t i = 0; i < shared->copy_count; i++)
            if (shared->sorters[i])
                sorter_clear(shared->sorters[i]);
}
