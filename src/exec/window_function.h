/* exec/window_function.h: what row_number, lag, first_value and their kin say of each row. */
#ifndef QUERN_EXEC_WINDOW_FUNCTION_H
#define QUERN_EXEC_WINDOW_FUNCTION_H

#include "exec/window_frame.h"

typedef struct WindowFunctionCall WindowFunctionCall;

/* Adds the slots of its arguments. */
WindowFunctionCall *window_function_call_new(WindowRows *rows, const WindowCall *call);
/* The rows are sorted. */
void window_function_call_begin(WindowFunctionCall *call);
/* Values for the batch's rows; `frames` are those of the same rows, NULL for a function that takes none. */
void window_function_call_compute(WindowFunctionCall *call, const WindowBatch *batch, const WindowFrames *frames,
                                  Vector *result);
/* Gives memory back. */
void window_function_call_clear(WindowFunctionCall *call);

#endif
