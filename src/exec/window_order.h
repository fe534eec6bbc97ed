/* exec/window_order.h: the k-th smallest value of any stretch of rows, for median and its kin over frames: a wavelet
 * matrix (Claude and Navarro, The Wavelet Matrix, 2012).
 *
 * Values are numbered by their order, and the rows' numbers are written bit by bit, the highest first. At each level
 * the rows whose bit is 0 go to the left of those whose bit is 1, both in their order; so a stretch of rows becomes one
 * stretch on either side, and how many of its rows went left says on which side the k-th is.
 *
 *     numbers   3 0 2 1        high bit  1 0 1 0      then  0 1 | 3 2   low bit  0 1 1 0 */
#ifndef QUERN_EXEC_WINDOW_ORDER_H
#define QUERN_EXEC_WINDOW_ORDER_H

#include "exec/window_frame.h"

typedef struct WindowOrder WindowOrder;

WindowOrder *window_order_new(const WindowRows *rows);
/* Takes the values of rows 0 .. count-1. Raises LIMIT_EXCEEDED. */
void window_order_build(WindowOrder *order, const double *values, size_t count);
/* The value at `index`, from 0, of these rows' values in ascending order; they have more than that many. */
typedef struct WindowLookup {
    WindowRange ranges[WINDOW_MAX_RANGES];
    size_t range_count;
    size_t index;
    uint32_t number; /* the first bits of its number; 0 */
    double value;
} WindowLookup;

/* Finds the values of all, level by level, so that what they look at together stands together. All else of them is
 * lost.
 */
void window_order_find(const WindowOrder *order, WindowLookup *lookups, size_t count);
/* Bytes that it holds. */
size_t window_order_size(const WindowOrder *order);
/* Gives memory back. */
void window_order_clear(WindowOrder *order);

#endif
