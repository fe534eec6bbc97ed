/* exec/window_aggregate.h: an aggregate function over the frame of each row, without going over each frame. */
#ifndef QUERN_EXEC_WINDOW_AGGREGATE_H
#define QUERN_EXEC_WINDOW_AGGREGATE_H

#include "exec/window_frame.h"

typedef struct WindowAggregate WindowAggregate;

/* Adds the slots of its arguments. */
WindowAggregate *window_aggregate_new(WindowRows *rows, const WindowCall *call);
/* The rows are sorted. */
void window_aggregate_begin(WindowAggregate *aggregate);
/* Values for the batch's rows, whose frames these are. Batches come in order. */
void window_aggregate_compute(WindowAggregate *aggregate, const WindowBatch *batch, const WindowFrames *frames,
                              Vector *result);
/* Bytes that it holds. */
size_t window_aggregate_size(const WindowAggregate *aggregate);
/* Gives memory back. */
void window_aggregate_clear(WindowAggregate *aggregate);

#endif
