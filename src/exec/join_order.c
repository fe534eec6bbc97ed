/* exec/join_order.c: a sort by the places of left rows. */
#include "exec/join_order.h"

#include "exec/row_output.h"
#include "exec/sort_shared.h"

struct JoinOrder {
    Operator *op;
    SortCopy copy;
    SortKeys *keys;
    Sorter *sorter;
    uint64_t number;                    /* of the next left row */
    Vector *own[JOIN_PLACE_COLUMNS];    /* places of rows as they come */
    Vector *behind[JOIN_PLACE_COLUMNS]; /* a place behind all */
    Vector *const *places;              /* of the left rows at hand */
    Batch *batch;
    uint8_t *rows[BATCH_SIZE];
};

JoinOrder *join_order_new(Operator *op, const JoinWaiting *waiting, const Type *types)
{
    Arena *arena = op->arena;
    JoinOrder *order = arena_new(arena, JoinOrder);
    size_t column_count = op->plan->output_count;
    Type *key_types = arena_array(arena, Type, JOIN_PLACE_COLUMNS);
    Value last = value_ubigint(UINT64_MAX);
    for (size_t c = 0; c < JOIN_PLACE_COLUMNS; c++) {
        key_types[c] = type_of(TYPE_UBIGINT);
        order->own[c] = vector_new(arena, key_types[c]);
        order->behind[c] = vector_new(arena, key_types[c]);
        vector_set_constant(order->behind[c], &last);
    }
    order->op = op;
    order->copy = (SortCopy){.shared = join_waiting_sort_shared(waiting), .worker = op->worker, .limit = NO_LIMIT};
    order->keys = sort_keys_new(arena, op->context, key_types, arena_array(arena, SortOrder, JOIN_PLACE_COLUMNS),
                                JOIN_PLACE_COLUMNS);
    order->sorter = sorter_new(arena, op->context, join_waiting_share(waiting), order->keys, types, column_count);
    order->batch = batch_new_empty(arena, column_count);
    for (size_t c = 0; c < column_count; c++)
        order->batch->columns[c] = vector_new(arena, types[c]);
    return order;
}

void join_order_number(JoinOrder *order, const Batch *left)
{
    Value morsel = value_ubigint(order->copy.shared ? left->morsel : 0);
    vector_set_constant(order->own[0], &morsel);
    vector_prepare(order->own[1], left->vector_size);
    uint64_t *numbers = VECTOR_DATA(order->own[1], uint64_t);
    for (size_t i = 0; i < left->vector_size; i++)
        numbers[i] = order->number++;
    order->places = order->own;
}

void join_order_set_places(JoinOrder *order, Vector *const *places)
{
    order->places = places;
}

Vector *const *join_order_places(const JoinOrder *order)
{
    return order->places;
}

void join_order_add(JoinOrder *order, const Batch *output, const uint16_t *left_slots)
{
    sort_keys_encode(order->keys, left_slots ? order->places : order->behind, left_slots, output->row_count);
    sorter_add(order->sorter, output->columns, output->selection, output->row_count, order->keys->keys,
               order->keys->sizes);
}

void join_order_finish(JoinOrder *order)
{
    sort_copy_finish(&order->copy, order->sorter);
}

Batch *join_order_next(JoinOrder *order)
{
    Batch *batch = order->batch;
    size_t count = sort_copy_next(&order->copy, order->op->batch_size, order->rows, &batch->morsel);
    if (count == 0)
        return NULL;
    rows_output(sorter_layout(order->sorter), order->rows, count, batch);
    return batch;
}

void join_order_close(JoinOrder *order)
{
    sort_copy_close(&order->copy, order->sorter);
}
