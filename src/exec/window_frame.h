/* exec/window_frame.h: the frame of each row: which rows of its partition a call looks at. */
#ifndef QUERN_EXEC_WINDOW_FRAME_H
#define QUERN_EXEC_WINDOW_FRAME_H

#include "exec/window_rows.h"

typedef struct WindowFrames WindowFrames;

/* Rows start .. end-1. */
typedef struct WindowRange {
    size_t start, end;
} WindowRange;

/* An EXCLUDE leaves up to so many pieces of a frame. */
enum { WINDOW_MAX_RANGES = 3 };

/* Adds the slots that it needs. */
WindowFrames *window_frames_new(WindowRows *rows, const WindowFrame *frame);
/* Whether the calls' frames are the same. */
bool window_frames_serve(const WindowFrames *frames, const WindowFrame *frame);
/* The rows are sorted. */
void window_frames_begin(WindowFrames *frames);
/* The frames of a batch's rows. Raises for offsets that are NULL or negative. */
void window_frames_compute(WindowFrames *frames, const WindowBatch *batch);
/* Gives memory back. */
void window_frames_clear(WindowFrames *frames);

/* The frame of the batch's row `index` without regard to EXCLUDE; it may be empty. */
WindowRange window_frames_whole(const WindowFrames *frames, size_t index);
/* Its pieces that are not empty, in order; returns how many. */
size_t window_frames_ranges(const WindowFrames *frames, const WindowBatch *batch, size_t index,
                            WindowRange ranges[WINDOW_MAX_RANGES]);

#endif
