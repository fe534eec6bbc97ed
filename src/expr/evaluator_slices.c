/* expr/evaluator_slices.c: a batch taken some rows at once, so that their texts are not too much. */
#include "expr/evaluator_node.h"

enum { LONG_BEFORE = 8 }; /* batches until it is tried again whether slices may have twice the rows */

void slices_init(Slices *slices)
{
    slices->row_limit = BATCH_SIZE;
    slices->room.left = SIZE_MAX;
}

bool slice_is_narrow(const Slices *slices, const Batch *batch)
{
    return batch->selection && (slices->count < slices->row_count || slices->count == 1);
}

void evaluator_begin(Evaluator *evaluator, const Batch *batch)
{
    Slices *slices = &evaluator->slices;
    slices->batch = batch;
    slices->row_count = batch->row_count;
    slices->first = slices->count = 0;
    slices->room.is_exceeded = false;
    if (slices->row_limit < BATCH_SIZE && ++slices->batch_count % LONG_BEFORE == 0)
        slices->row_limit *= 2;
}

/* Rows of the batch, which is not changed. */
static const Batch *slices_cut(Slices *slices, Arena *arena)
{
    if (slices->selection == NULL)
        slices->selection = arena_array(arena, uint16_t, BATCH_SIZE);
    slices->slice = *slices->batch;
    batch_slice(&slices->slice, slices->first, slices->count, slices->selection);
    return &slices->slice;
}

const Batch *evaluator_next_slice(Evaluator *evaluator)
{
    Slices *slices = &evaluator->slices;
    if (slices->room.is_exceeded)
        slices->row_limit = slices->count / 2;
    else
        slices->first += slices->count;
    size_t left = slices->row_count - slices->first;
    slices->count = left < slices->row_limit ? left : slices->row_limit;
    if (slices->room_size == 0)
        slices->room_size = context_batch_memory(evaluator->context);
    slices->room = (TextRoom){.left = slices->count > 1 ? slices->room_size : SIZE_MAX};
    if (slices->count == 0)
        return NULL;
    return slices->count == slices->row_count ? slices->batch : slices_cut(slices, evaluator->arena);
}

bool evaluator_lacks_room(const Evaluator *evaluator)
{
    return evaluator->slices.room.is_exceeded;
}

size_t evaluator_slice_start(const Evaluator *evaluator)
{
    return evaluator->slices.first;
}
