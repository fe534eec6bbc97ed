/* exec/window_frame.c: the frame of each row.
 *
 * ROWS counts rows, GROUPS groups; RANGE looks up the row's key less or plus the offset among the keys of the
 * partition, all as normalized keys. A row whose key is NULL has its peers for such a bound: NULL is in nobody's reach.
 */
#include "exec/window_frame.h"

#include <math.h>
#include <string.h>

typedef struct FrameBound {
    const WindowBound *bound;
    size_t offset_slot, limit_slot;
    Vector *offsets, *limits;
    size_t rows[BATCH_SIZE]; /* of each row of the batch: where its frame starts, or the row behind its end */
} FrameBound;

struct WindowFrames {
    const WindowRows *rows;
    const WindowFrame *frame;
    FrameBound start, end;
    /* RANGE with an offset */
    size_t key_slot;
    SortOrder order;
    size_t key_size;
    Block *keys;      /* of all rows */
    SortKeys *limits; /* of a batch */
    Vector *key_vector;
};

/* ---- making ---- */

static void frame_bound_init(FrameBound *self, WindowRows *rows, const WindowBound *bound)
{
    self->bound = bound;
    self->offset_slot = window_rows_add_slot(rows, bound->offset);
    self->limit_slot = window_rows_add_slot(rows, bound->limit);
    if (bound->offset)
        self->offsets = window_rows_vector(rows, self->offset_slot);
    if (bound->limit)
        self->limits = window_rows_vector(rows, self->limit_slot);
}

WindowFrames *window_frames_new(WindowRows *rows, const WindowFrame *frame)
{
    WindowFrames *self = arena_new(rows->arena, WindowFrames);
    self->rows = rows;
    self->frame = frame;
    frame_bound_init(&self->start, rows, &frame->start);
    frame_bound_init(&self->end, rows, &frame->end);
    self->key_slot = window_rows_add_slot(rows, frame->range_key);
    if (frame->range_key == NULL)
        return self;
    self->order = rows->plan->orders[0];
    self->key_size = sort_key_fixed_size(frame->range_key->type);
    self->keys = window_block_new(rows, "the keys of a window");
    self->limits = sort_keys_new(rows->arena, rows->context, &frame->range_key->type, &self->order, 1);
    self->key_vector = window_rows_vector(rows, self->key_slot);
    return self;
}

static bool bounds_agree(const WindowBound *a, const WindowBound *b)
{
    return a->kind == b->kind &&
           (a->offset == NULL || (expr_equal(a->offset, b->offset) && !expr_is_volatile(a->offset)));
}

bool window_frames_serve(const WindowFrames *frames, const WindowFrame *frame)
{
    return frames->frame->mode == frame->mode && frames->frame->exclude == frame->exclude &&
           bounds_agree(&frames->frame->start, &frame->start) && bounds_agree(&frames->frame->end, &frame->end);
}

void window_frames_begin(WindowFrames *frames)
{
    const WindowRows *rows = frames->rows;
    if (frames->key_slot == WINDOW_NO_SLOT)
        return;
    block_renew(frames->keys, memory_size_multiply(rows->count, frames->key_size));
    uint8_t *key = frames->keys->data, *keys[BATCH_SIZE];
    for (size_t first = 0; first < rows->count; first += BATCH_SIZE) {
        size_t count = rows->count - first < BATCH_SIZE ? rows->count - first : BATCH_SIZE;
        context_check(rows->context);
        window_rows_read(rows, frames->key_slot, first, count, frames->key_vector);
        for (size_t i = 0; i < count; i++, key += frames->key_size)
            keys[i] = key;
        sort_key_encode(frames->key_vector, frames->order, NULL, count, keys);
    }
}

void window_frames_clear(WindowFrames *frames)
{
    if (frames->keys)
        block_clear(frames->keys);
}

/* ---- offsets ---- */

static bool value_is_negative(const Value *value)
{
    switch (value->type.id) {
    case TYPE_DECIMAL:
        return value->i128 < 0;
    case TYPE_DOUBLE:
        return value->f64 < 0 || value->f64 != value->f64;
    case TYPE_INTERVAL:
        return interval_order(value->interval) < 0;
    case TYPE_UBIGINT:
        return false;
    default:
        return value->i64 < 0;
    }
}

static void require_offset(const FrameBound *self, size_t row, bool is_start)
{
    Value value = vector_value(self->offsets, row);
    if (value.is_null)
        error_raise(ERROR_NULL_NOT_ALLOWED, self->bound->offset->position, "frame %s offset must not be null",
                    is_start ? "starting" : "ending");
    if (value_is_negative(&value))
        error_raise(ERROR_INVALID_FRAME, self->bound->offset->position, "frame %s offset must not be negative",
                    is_start ? "starting" : "ending");
}

static void frame_bound_read_offsets(FrameBound *self, const WindowRows *rows, const WindowBatch *batch, bool is_start)
{
    size_t checked = expr_is_constant(self->bound->offset) ? 1 : batch->count;
    window_rows_read(rows, self->offset_slot, batch->first, batch->count, self->offsets);
    for (size_t i = 0; i < checked; i++)
        require_offset(self, i, is_start);
}

/* ---- bounds by counting ---- */

/* base - distance or base + distance, kept within low .. high. */
static inline size_t step(size_t base, uint64_t distance, bool is_forward, size_t low, size_t high)
{
    if (is_forward)
        return distance < high - base ? base + (size_t)distance : high;
    return distance < base - low ? base - (size_t)distance : low;
}

/* `is_end`: the row behind the frame's last one is wanted, not its first one. */
static void bound_by_rows(FrameBound *self, const WindowRows *rows, const WindowBatch *batch, bool is_end)
{
    bool is_forward = self->bound->kind == WINDOW_FOLLOWING;
    const int64_t *offsets = VECTOR_DATA(self->offsets, int64_t);
    for (size_t i = 0; i < batch->count; i++) {
        const size_t *bounds = &rows->partition_starts[batch->partitions[i]];
        self->rows[i] = step(batch->first + i + is_end, (uint64_t)offsets[i], is_forward, bounds[0], bounds[1]);
    }
}

static void bound_by_groups(FrameBound *self, const WindowRows *rows, const WindowBatch *batch, bool is_end)
{
    bool is_forward = self->bound->kind == WINDOW_FOLLOWING;
    const int64_t *offsets = VECTOR_DATA(self->offsets, int64_t);
    for (size_t i = 0; i < batch->count; i++) {
        const size_t *groups = &rows->partition_groups[batch->partitions[i]];
        size_t group = step(batch->groups[i] + is_end, (uint64_t)offsets[i], is_forward, groups[0], groups[1]);
        self->rows[i] = rows->group_starts[group];
    }
}

/* ---- bounds by value ---- */

static inline bool key_is_before(const WindowFrames *frames, size_t row, const uint8_t *limit, bool is_end)
{
    int order = memcmp((uint8_t *)frames->keys->data + row * frames->key_size, limit, frames->key_size);
    return is_end ? order <= 0 : order < 0;
}

/* The first row of low .. high-1 that is not before the limit, or high. The search starts at `hint`, where the row
 * before had its bound: limits mostly grow from row to row, and then it takes a step or two. */
static size_t range_search(const WindowFrames *frames, const uint8_t *limit, bool is_end, size_t low, size_t high,
                           size_t hint)
{
    if (hint > low && !key_is_before(frames, hint - 1, limit, is_end)) {
        high = hint - 1;
    } else {
        low = hint;
        for (size_t stride = 1; stride < high - low; stride *= 2) {
            if (!key_is_before(frames, low + stride - 1, limit, is_end)) {
                high = low + stride - 1;
                break;
            }
            low += stride;
        }
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key_is_before(frames, middle, limit, is_end))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Infinity less or plus an infinite offset is no number where the key is one. As in PostgreSQL all numbers are then on
 * this side of the bound: an infinity is also infinitely far from itself. */
static void widen_undefined_limits(const WindowFrames *frames, FrameBound *self, size_t first, size_t count,
                                   bool is_end)
{
    const double all = is_end == frames->order.is_descending ? -INFINITY : INFINITY;
    double *limits = VECTOR_DATA(self->limits, double);
    window_rows_read(frames->rows, frames->key_slot, first, count, frames->key_vector);
    const double *keys = VECTOR_DATA(frames->key_vector, double);
    for (size_t i = 0; i < count; i++)
        if (isnan(limits[i]) && !isnan(keys[i]))
            limits[i] = all;
}

static void bound_by_value(WindowFrames *frames, FrameBound *self, const WindowBatch *batch, bool is_end)
{
    const WindowRows *rows = frames->rows;
    window_rows_read(rows, self->limit_slot, batch->first, batch->count, self->limits);
    if (frames->frame->range_key->type.id == TYPE_DOUBLE)
        widen_undefined_limits(frames, self, batch->first, batch->count, is_end);
    sort_keys_encode(frames->limits, &self->limits, NULL, batch->count);
    for (size_t i = 0; i < batch->count; i++) {
        const size_t *bounds = &rows->partition_starts[batch->partitions[i]];
        if (vector_is_null(self->limits, i)) {
            self->rows[i] = rows->group_starts[batch->groups[i] + is_end];
            continue;
        }
        bool has_hint = i > 0 && batch->partitions[i - 1] == batch->partitions[i];
        self->rows[i] = range_search(frames, frames->limits->keys[i], is_end, bounds[0], bounds[1],
                                     has_hint ? self->rows[i - 1] : bounds[0]);
    }
}

/* ---- all ---- */

static void bound_by_offset(WindowFrames *frames, FrameBound *self, const WindowBatch *batch, bool is_end)
{
    frame_bound_read_offsets(self, frames->rows, batch, !is_end);
    switch (frames->frame->mode) {
    case WINDOW_ROWS:
        bound_by_rows(self, frames->rows, batch, is_end);
        break;
    case WINDOW_GROUPS:
        bound_by_groups(self, frames->rows, batch, is_end);
        break;
    case WINDOW_RANGE:
        bound_by_value(frames, self, batch, is_end);
        break;
    }
}

static void bound_compute(WindowFrames *frames, FrameBound *self, const WindowBatch *batch, bool is_end)
{
    const WindowRows *rows = frames->rows;
    WindowBoundKind kind = self->bound->kind;
    bool is_rows = frames->frame->mode == WINDOW_ROWS;
    if (kind == WINDOW_PRECEDING || kind == WINDOW_FOLLOWING) {
        bound_by_offset(frames, self, batch, is_end);
        return;
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (kind == WINDOW_CURRENT_ROW)
            self->rows[i] = is_rows ? batch->first + i + is_end : rows->group_starts[batch->groups[i] + is_end];
        else
            self->rows[i] = rows->partition_starts[batch->partitions[i] + (kind == WINDOW_UNBOUNDED_FOLLOWING)];
    }
}

void window_frames_compute(WindowFrames *frames, const WindowBatch *batch)
{
    bound_compute(frames, &frames->start, batch, /* is_end= */ false);
    bound_compute(frames, &frames->end, batch, /* is_end= */ true);
}

WindowRange window_frames_whole(const WindowFrames *frames, size_t index)
{
    WindowRange range = {frames->start.rows[index], frames->end.rows[index]};
    if (range.end < range.start)
        range.end = range.start;
    return range;
}

/* What of `whole` lies in start .. end-1, when that is anything. */
static size_t add_piece(WindowRange *ranges, size_t count, WindowRange whole, size_t start, size_t end)
{
    WindowRange piece = {start > whole.start ? start : whole.start, end < whole.end ? end : whole.end};
    if (piece.start >= piece.end)
        return count;
    ranges[count] = piece;
    return count + 1;
}

size_t window_frames_ranges(const WindowFrames *frames, const WindowBatch *batch, size_t index,
                            WindowRange ranges[WINDOW_MAX_RANGES])
{
    const size_t *group = &frames->rows->group_starts[batch->groups[index]];
    WindowRange whole = window_frames_whole(frames, index);
    size_t row = batch->first + index, count = 0;
    WindowRange hole = {0, 0};
    switch (frames->frame->exclude) {
    case WINDOW_EXCLUDE_NO_OTHERS:
        return add_piece(ranges, 0, whole, whole.start, whole.end);
    case WINDOW_EXCLUDE_CURRENT_ROW:
        hole = (WindowRange){row, row + 1};
        break;
    case WINDOW_EXCLUDE_GROUP:
    case WINDOW_EXCLUDE_TIES:
        hole = (WindowRange){group[0], group[1]};
        break;
    }
    count = add_piece(ranges, count, whole, whole.start, hole.start);
    if (frames->frame->exclude == WINDOW_EXCLUDE_TIES)
        count = add_piece(ranges, count, whole, row, row + 1);
    return add_piece(ranges, count, whole, hole.end, whole.end);
}
