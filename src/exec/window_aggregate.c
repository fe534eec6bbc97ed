/* exec/window_aggregate.c: an aggregate function over the frame of each row.
 *
 *   whole    the frame is the partition: a state for each partition, which takes its rows once
 *   running  frames start with the partition and their ends only grow: a state that takes the rows as they come;
 *            what it was at each row is a copy of it
 *   prefix   any frame, for functions whose states can be subtracted (sums of integers): a state for the rows up to
 *            each; what those up to a frame's last row have, less what those before its first one have
 *   tree     any frame: a segment tree over all rows (Leis et al., Efficient Processing of Window Functions, 2015).
 *            A node is the merged state of FANOUT nodes below it, and a frame is a few nodes of each level
 *   ordered  any frame, for functions of the values in order (median): window_order.h looks them up
 *   rows     any frame, each row anew: for functions whose states do not say how to be merged
 *
 *     level 1   [           0..15           ] [           16..31          ] ...
 *     level 0   0 1 2 3 4 5 6 7 8 9 ...  15   16 17 18 ...                     a state for each row
 *
 * Merging leaves what is merged as it was, and `into` shares nothing with it: so a copy is a merge into an empty
 * state. Pieces are merged from left to right, for functions to which order matters. */
#include "exec/window_aggregate.h"

#include <string.h>

#include "exec/window_order.h"

enum { FANOUT = 16, MAX_LEVELS = 16, MERGES = 4 * TEMP_LOOKS /* at once: some stand side by side */ };

typedef enum WindowAggregateMode {
    WINDOW_AGGREGATE_WHOLE,
    WINDOW_AGGREGATE_RUNNING,
    WINDOW_AGGREGATE_PREFIX,
    WINDOW_AGGREGATE_TREE,
    WINDOW_AGGREGATE_ORDERED,
    WINDOW_AGGREGATE_ROWS,
} WindowAggregateMode;

/* What is of no use once a batch is computed: that of all calls, of which there may be thousands. */
typedef struct WindowSpace {
    uint16_t selection[BATCH_SIZE]; /* of a chunk */
    /* which of the different frames is whose, and their states */
    uint16_t state_of[BATCH_SIZE];
    uint8_t *states[BATCH_SIZE];
    uint8_t *from[BATCH_SIZE], *into[BATCH_SIZE]; /* merges to be done */
    WindowLookup *lookups;                        /* ordered: for each row: */
    uint8_t lookup_counts[BATCH_SIZE];            /* 0: no values; 2: the lower one, then the higher one */
} WindowSpace;

/* The arguments of some consecutive rows, for update. */
typedef struct ArgumentChunk {
    size_t first, count;
    Vector *arguments[AGGREGATE_MAX_ARGUMENTS];
    Vector *filter;
} ArgumentChunk;

struct WindowAggregate {
    const WindowRows *rows;
    WindowSpace *space;
    const AggregateCall *call;
    const Aggregate *aggregate;
    WindowAggregateMode mode;
    size_t state_size;
    size_t slots[AGGREGATE_MAX_ARGUMENTS];
    size_t filter_slot;
    AggregateState kept;    /* of states that stay */
    AggregateState scratch; /* of states of one batch */
    ArgumentChunk chunk;
    /* whole: a state for each partition. prefix: for each row. tree: the levels, from the rows up */
    Block *levels[MAX_LEVELS];
    size_t level_counts[MAX_LEVELS];
    size_t level_count;
    /* whole: the value of the partition that was shown last */
    size_t shown_partition;
    bool has_shown;
    /* running: the state of the rows up to `running_end`, of the partition `running_partition` */
    uint8_t *running;
    AggregateState running_kept[2]; /* two arenas by turns, so that what is left behind can be dropped */
    size_t running_turn;
    size_t running_end, running_partition;
    bool has_running;
    /* ordered */
    WindowOrder *order; /* of the values that are not NULL and that FILTER lets through */
    Block *before;      /* how many of them stand before each row, and one more */
    /* of the batch: the states of its different frames */
    Block *batch_states;
    size_t state_count;
    Vector *values; /* of the different frames */
    size_t merge_count;
};

/* ---- making ---- */

static bool bound_is_steady(const WindowBound *bound)
{
    return bound->offset == NULL || expr_is_constant(bound->offset);
}

/* string_agg(x, y): the separator that stood before a part is not known from its state. */
static bool call_merges(const AggregateCall *call)
{
    return !(call->aggregate->flags & AGGREGATE_ORDER_MATTERS) || call->argument_count < 2 ||
           expr_is_constant(call->arguments[1]);
}

/* Sums of wide decimals may not fit over all rows where they do over each frame. */
static bool call_subtracts(const AggregateCall *call)
{
    const Type *type = call->argument_count > 0 ? &call->arguments[0]->type : NULL;
    bool is_wide = type && type->id == TYPE_DECIMAL && type->precision > DECIMAL_I64_PRECISION;
    return call->aggregate->subtract && !is_wide;
}

static WindowAggregateMode window_call_mode(const WindowCall *call)
{
    const WindowFrame *frame = &call->frame;
    bool is_from_start = frame->start.kind == WINDOW_UNBOUNDED_PRECEDING && frame->exclude == WINDOW_EXCLUDE_NO_OTHERS;
    if (is_from_start && frame->end.kind == WINDOW_UNBOUNDED_FOLLOWING)
        return WINDOW_AGGREGATE_WHOLE;
    if (call->call.aggregate->places)
        return WINDOW_AGGREGATE_ORDERED;
    if (is_from_start && bound_is_steady(&frame->end))
        return WINDOW_AGGREGATE_RUNNING;
    if (call_subtracts(&call->call))
        return WINDOW_AGGREGATE_PREFIX;
    return call_merges(&call->call) ? WINDOW_AGGREGATE_TREE : WINDOW_AGGREGATE_ROWS;
}

/* What may fail is computed only for rows that FILTER lets through. */
static Expr *filtered_argument(Arena *arena, const AggregateCall *call, Expr *argument)
{
    if (call->filter == NULL || !expr_can_fail(argument))
        return argument;
    Expr *parts[] = {call->filter, argument, expr_constant(arena, value_null(argument->type), argument->position)};
    return expr_new(arena, EXPR_CASE, argument->type, parts, 3, argument->position);
}

WindowAggregate *window_aggregate_new(WindowRows *rows, const WindowCall *window_call)
{
    Arena *arena = rows->arena;
    const AggregateCall *call = &window_call->call;
    WindowAggregate *self = arena_new(arena, WindowAggregate);
    self->rows = rows;
    self->call = call;
    self->aggregate = call->aggregate;
    self->mode = window_call_mode(window_call);
    self->kept = (AggregateState){.call = call, .context = rows->context};
    for (size_t a = 0; a < call->argument_count; a++) {
        self->slots[a] = window_rows_add_slot(rows, filtered_argument(arena, call, call->arguments[a]));
        self->chunk.arguments[a] = window_rows_vector(rows, self->slots[a]);
        self->kept.argument_types[a] = call->arguments[a]->type;
    }
    self->filter_slot = window_rows_add_slot(rows, call->filter);
    if (call->filter)
        self->chunk.filter = window_rows_vector(rows, self->filter_slot);
    self->scratch = self->running_kept[0] = self->running_kept[1] = self->kept;
    self->kept.arena = window_arena_new(rows, "the frames of a window");
    self->scratch.arena = arena_new_child(arena);
    self->running_kept[0].arena = arena_new_child(arena);
    self->running_kept[1].arena = arena_new_child(arena);
    self->state_size = self->aggregate->state_size(&self->kept);
    self->running = arena_allocate_zero(arena, self->state_size);
    self->batch_states = window_block_new(rows, "the frames of a window");
    self->values = vector_new(arena, call->type);
    self->order = window_order_new(rows);
    if (rows->space == NULL)
        rows->space = arena_allocate_zero(arena, sizeof *rows->space);
    self->space = rows->space;
    if (self->mode == WINDOW_AGGREGATE_ORDERED && self->space->lookups == NULL)
        self->space->lookups = arena_array(arena, WindowLookup, 2 * BATCH_SIZE + 1);
    self->before = window_block_new(rows, "the order of a window");
    return self;
}

/* ---- rows to states ---- */

static void chunk_load(WindowAggregate *self, size_t first, size_t count)
{
    ArgumentChunk *chunk = &self->chunk;
    chunk->first = first;
    chunk->count = count;
    for (size_t a = 0; a < self->call->argument_count; a++)
        window_rows_read(self->rows, self->slots[a], first, count, chunk->arguments[a]);
    if (chunk->filter)
        window_rows_read(self->rows, self->filter_slot, first, count, chunk->filter);
}

/* Rows of the chunk that FILTER lets through, of `count` from the chunk's row `offset` on. */
static const uint16_t *chunk_select(const WindowAggregate *self, size_t offset, size_t count, size_t *ret_count)
{
    const ArgumentChunk *chunk = &self->chunk;
    *ret_count = count;
    if (chunk->filter == NULL)
        return selection_all + offset;
    size_t kept = 0;
    uint16_t *selection = self->space->selection;
    const bool *passes = VECTOR_DATA(chunk->filter, bool);
    for (size_t i = offset; i < offset + count; i++) {
        selection[kept] = (uint16_t)i;
        kept += validity_get(chunk->filter->validity, i) && passes[i];
    }
    *ret_count = kept;
    return selection;
}

/* The rows start .. end-1 go to one state. */
static void state_take_rows(WindowAggregate *self, AggregateState *at, size_t start, size_t end, uint8_t *state)
{
    ArgumentChunk *chunk = &self->chunk;
    while (start < end) {
        if (start < chunk->first || start >= chunk->first + chunk->count) {
            size_t left = self->rows->count - start;
            chunk_load(self, start, left < BATCH_SIZE ? left : BATCH_SIZE);
        }
        size_t offset = start - chunk->first, left = chunk->count - offset, count;
        size_t taken = end - start < left ? end - start : left;
        const uint16_t *selection = chunk_select(self, offset, taken, &count);
        if (self->aggregate->update_all) {
            self->aggregate->update_all(at, chunk->arguments, selection, count, state);
        } else {
            uint8_t *states[BATCH_SIZE];
            for (size_t i = 0; i < count; i++)
                states[i] = state;
            self->aggregate->update(at, chunk->arguments, selection, count, states);
        }
        start += taken;
    }
}

/* ---- merging ---- */

static void merges_run(WindowAggregate *self, AggregateState *at)
{
    for (size_t first = 0, count; first < self->merge_count; first += count) {
        count = self->merge_count - first < MERGES ? self->merge_count - first : MERGES;
        window_rows_look(self->rows);
        self->aggregate->combine(at, self->space->from + first, self->space->into + first, count);
    }
    self->merge_count = 0;
}

static inline void merges_add(WindowAggregate *self, AggregateState *at, uint8_t *from, uint8_t *into)
{
    if (self->merge_count == BATCH_SIZE)
        merges_run(self, at);
    self->space->from[self->merge_count] = from;
    self->space->into[self->merge_count++] = into;
}

/* ---- whole ---- */

static uint8_t *level_state(const WindowAggregate *self, size_t level, size_t index)
{
    return (uint8_t *)self->levels[level]->data + index * self->state_size;
}

static void level_make(WindowAggregate *self, size_t level, size_t count)
{
    if (self->levels[level] == NULL)
        self->levels[level] = window_block_new(self->rows, "the frames of a window");
    block_renew_zero(self->levels[level], memory_size_multiply(count, self->state_size));
    self->level_counts[level] = count;
    self->level_count = level + 1;
}

/* Hands each row to a state of level 0: that of its partition, or its own. */
static void level_take_rows(WindowAggregate *self, bool by_partition)
{
    const WindowRows *rows = self->rows;
    size_t partition = 0, count;
    for (size_t first = 0; first < rows->count; first += BATCH_SIZE) {
        size_t left = rows->count - first;
        context_check(rows->context);
        chunk_load(self, first, left < BATCH_SIZE ? left : BATCH_SIZE);
        const uint16_t *selection = chunk_select(self, 0, self->chunk.count, &count);
        for (size_t i = 0; i < count; i++) {
            size_t row = first + selection[i];
            while (by_partition && rows->partition_starts[partition + 1] <= row)
                partition++;
            self->space->states[i] = level_state(self, 0, by_partition ? partition : row);
        }
        self->aggregate->update(&self->kept, self->chunk.arguments, selection, count, self->space->states);
    }
}

static void values_finalize(WindowAggregate *self, AggregateState *at, size_t count, Vector *values)
{
    vector_prepare(values, count);
    self->aggregate->finalize(at, self->space->states, count, values);
}

static void whole_compute(WindowAggregate *self, const WindowBatch *batch, Vector *result)
{
    size_t first = batch->partitions[0], last = batch->partitions[batch->count - 1];
    for (size_t i = 0; i < batch->count; i++)
        self->space->state_of[i] = (uint16_t)(batch->partitions[i] - first);
    if (first != last || !self->has_shown || self->shown_partition != first) {
        for (size_t partition = first; partition <= last; partition++)
            self->space->states[partition - first] = level_state(self, 0, partition);
        values_finalize(self, &self->kept, last - first + 1, self->values);
    }
    self->has_shown = first == last;
    self->shown_partition = first;
    vector_gather(result, self->values, self->space->state_of, batch->count);
}

/* ---- states of a batch ---- */

static void batch_states_begin(WindowAggregate *self, const WindowBatch *batch)
{
    arena_reset(self->scratch.arena);
    block_grow(self->batch_states, 0, memory_size_multiply(batch->count, self->state_size));
    memset(self->batch_states->data, 0, batch->count * self->state_size);
    self->state_count = 0;
}

static uint8_t *batch_states_add(WindowAggregate *self)
{
    uint8_t *state = (uint8_t *)self->batch_states->data + self->state_count * self->state_size;
    self->space->states[self->state_count++] = state;
    return state;
}

static void batch_states_finish(WindowAggregate *self, const WindowBatch *batch, Vector *result)
{
    if (self->state_count == batch->count) {
        values_finalize(self, &self->scratch, batch->count, result);
        return;
    }
    values_finalize(self, &self->scratch, self->state_count, self->values);
    vector_gather(result, self->values, self->space->state_of, batch->count);
}

/* ---- running ---- */

static void running_keep(WindowAggregate *self, const uint8_t *last)
{
    uint8_t *from = (uint8_t *)last;
    self->running_turn ^= 1;
    AggregateState *kept = &self->running_kept[self->running_turn];
    arena_reset(kept->arena);
    memset(self->running, 0, self->state_size);
    self->aggregate->combine(kept, &from, &self->running, 1);
}

static void running_compute(WindowAggregate *self, const WindowBatch *batch, const WindowFrames *frames, Vector *result)
{
    uint8_t *last = self->running;
    batch_states_begin(self, batch);
    for (size_t i = 0; i < batch->count; i++) {
        WindowRange frame = window_frames_whole(frames, i);
        bool is_new = !self->has_running || self->running_partition != batch->partitions[i];
        if (is_new || self->state_count == 0 || frame.end != self->running_end) {
            uint8_t *state = batch_states_add(self);
            if (!is_new)
                self->aggregate->combine(&self->scratch, &last, &state, 1);
            state_take_rows(self, &self->scratch, is_new ? frame.start : self->running_end, frame.end, state);
            last = state;
        }
        self->has_running = true;
        self->running_partition = batch->partitions[i];
        self->running_end = frame.end;
        self->space->state_of[i] = (uint16_t)(self->state_count - 1);
    }
    running_keep(self, last);
    batch_states_finish(self, batch, result);
}

/* ---- prefix ---- */

static void prefix_make(WindowAggregate *self)
{
    level_make(self, 0, self->rows->count);
    level_take_rows(self, /* by_partition= */ false);
    for (size_t i = 1; i < self->rows->count; i++) {
        if (i % BATCH_SIZE == 0)
            context_check(self->rows->context);
        merges_add(self, &self->kept, level_state(self, 0, i - 1), level_state(self, 0, i));
    }
    merges_run(self, &self->kept);
}

static void prefix_merge(WindowAggregate *self, WindowRange range, uint8_t *into)
{
    if (self->state_count % TEMP_LOOKS == 1) /* the frames of neighbours are neighbours */
        window_rows_look(self->rows);
    uint8_t *last = level_state(self, 0, range.end - 1);
    self->aggregate->combine(&self->scratch, &last, &into, 1);
    if (range.start == 0)
        return;
    uint8_t *before = level_state(self, 0, range.start - 1);
    self->aggregate->subtract(&self->scratch, &before, &into, 1);
}

/* ---- tree ---- */

static void tree_make(WindowAggregate *self)
{
    level_make(self, 0, self->rows->count);
    level_take_rows(self, /* by_partition= */ false);
    while (self->level_counts[self->level_count - 1] > FANOUT) {
        size_t level = self->level_count, below_count = self->level_counts[level - 1];
        level_make(self, level, (below_count + FANOUT - 1) / FANOUT);
        for (size_t i = 0; i < below_count; i++) {
            if (i % BATCH_SIZE == 0)
                context_check(self->rows->context);
            merges_add(self, &self->kept, level_state(self, level - 1, i), level_state(self, level, i / FANOUT));
        }
        merges_run(self, &self->kept);
    }
}

/* The nodes that make up rows start .. end-1, from left to right. */
static void tree_merge(WindowAggregate *self, size_t start, size_t end, uint8_t *into)
{
    uint8_t *right[MAX_LEVELS * FANOUT];
    size_t right_count = 0;
    for (size_t level = 0; start < end; level++, start /= FANOUT, end /= FANOUT) {
        bool is_top = level + 1 == self->level_count;
        for (; start < end && (is_top || start % FANOUT != 0); start++)
            merges_add(self, &self->scratch, level_state(self, level, start), into);
        for (; start < end && end % FANOUT != 0; end--)
            right[right_count++] = level_state(self, level, end - 1);
    }
    while (right_count > 0)
        merges_add(self, &self->scratch, right[--right_count], into);
}

static bool ranges_equal(const WindowRange *a, size_t a_count, const WindowRange *b, size_t b_count)
{
    return a_count == b_count && memcmp(a, b, a_count * sizeof *a) == 0;
}

/* Any frame; neighbours with the same one share a state. */
static void frames_compute(WindowAggregate *self, const WindowBatch *batch, const WindowFrames *frames, Vector *result)
{
    WindowRange ranges[2][WINDOW_MAX_RANGES];
    size_t counts[2] = {0, 0};
    batch_states_begin(self, batch);
    for (size_t i = 0; i < batch->count; i++) {
        WindowRange *now = ranges[i % 2];
        size_t count = counts[i % 2] = window_frames_ranges(frames, batch, i, now);
        if (i == 0 || !ranges_equal(now, count, ranges[(i + 1) % 2], counts[(i + 1) % 2])) {
            uint8_t *state = batch_states_add(self);
            for (size_t r = 0; r < count; r++)
                if (self->mode == WINDOW_AGGREGATE_PREFIX)
                    prefix_merge(self, now[r], state);
                else if (self->mode == WINDOW_AGGREGATE_TREE)
                    tree_merge(self, now[r].start, now[r].end, state);
                else
                    state_take_rows(self, &self->scratch, now[r].start, now[r].end, state);
        }
        self->space->state_of[i] = (uint16_t)(self->state_count - 1);
    }
    merges_run(self, &self->scratch);
    batch_states_finish(self, batch, result);
}

/* ---- ordered ---- */

static void ordered_make(WindowAggregate *self)
{
    const WindowRows *rows = self->rows;
    Block *values = window_block_new(rows, "the order of a window");
    size_t value_count = 0, count;
    block_renew(self->before, memory_size_multiply(rows->count + 1, sizeof(size_t)));
    block_renew(values, memory_size_multiply(rows->count, sizeof(double)));
    size_t *before = self->before->data;
    for (size_t first = 0; first < rows->count; first += BATCH_SIZE) {
        size_t left = rows->count - first;
        context_check(rows->context);
        chunk_load(self, first, left < BATCH_SIZE ? left : BATCH_SIZE);
        const Vector *argument = self->chunk.arguments[0];
        const uint16_t *selection = chunk_select(self, 0, self->chunk.count, &count);
        for (size_t i = 0, selected = 0; i < self->chunk.count; i++) {
            before[first + i] = value_count;
            if (selected == count || selection[selected] != i)
                continue;
            selected++;
            if (validity_get(argument->validity, i))
                ((double *)values->data)[value_count++] = VECTOR_DATA(argument, double)[i];
        }
    }
    before[rows->count] = value_count;
    window_order_build(self->order, values->data, value_count);
    block_clear(values);
}

/* The frame's values: those of the rows that count, each found by how many of these stand before it. */
static WindowLookup frame_lookup(const WindowAggregate *self, const WindowBatch *batch, const WindowFrames *frames,
                                 size_t index, size_t *ret_count)
{
    const size_t *before = self->before->data;
    WindowLookup lookup = {.number = 0};
    *ret_count = 0;
    lookup.range_count = window_frames_ranges(frames, batch, index, lookup.ranges);
    for (size_t r = 0; r < lookup.range_count; r++) {
        WindowRange *range = &lookup.ranges[r];
        *range = (WindowRange){before[range->start], before[range->end]};
        *ret_count += range->end - range->start;
    }
    return lookup;
}

static void ordered_compute(WindowAggregate *self, const WindowBatch *batch, const WindowFrames *frames, Vector *result)
{
    WindowLookup *lookup = self->space->lookups;
    for (size_t i = 0, count; i < batch->count; i++) {
        lookup[0] = lookup[1] = frame_lookup(self, batch, frames, i, &count);
        self->space->lookup_counts[i] = 0;
        if (count == 0)
            continue;
        self->aggregate->places(count, &lookup[0].index, &lookup[1].index);
        self->space->lookup_counts[i] = lookup[0].index == lookup[1].index ? 1 : 2;
        lookup += self->space->lookup_counts[i];
    }
    window_order_find(self->order, self->space->lookups, (size_t)(lookup - self->space->lookups));
    lookup = self->space->lookups;
    vector_prepare(result, batch->count);
    double *values = result->data;
    for (size_t i = 0; i < batch->count; lookup += self->space->lookup_counts[i++])
        if (self->space->lookup_counts[i] == 0)
            vector_set_null(result, i);
        else
            values[i] = self->aggregate->between(lookup[0].value, lookup[self->space->lookup_counts[i] - 1].value);
}

/* ---- all ---- */

void window_aggregate_begin(WindowAggregate *self)
{
    if (self->mode == WINDOW_AGGREGATE_PREFIX) {
        prefix_make(self);
    } else if (self->mode == WINDOW_AGGREGATE_TREE) {
        tree_make(self);
    } else if (self->mode == WINDOW_AGGREGATE_ORDERED) {
        ordered_make(self);
    } else if (self->mode == WINDOW_AGGREGATE_WHOLE) {
        level_make(self, 0, self->rows->partition_count);
        level_take_rows(self, /* by_partition= */ true);
    }
}

void window_aggregate_compute(WindowAggregate *self, const WindowBatch *batch, const WindowFrames *frames,
                              Vector *result)
{
    switch (self->mode) {
    case WINDOW_AGGREGATE_WHOLE:
        whole_compute(self, batch, result);
        break;
    case WINDOW_AGGREGATE_RUNNING:
        running_compute(self, batch, frames, result);
        break;
    case WINDOW_AGGREGATE_ORDERED:
        ordered_compute(self, batch, frames, result);
        break;
    case WINDOW_AGGREGATE_PREFIX:
    case WINDOW_AGGREGATE_TREE:
    case WINDOW_AGGREGATE_ROWS:
        frames_compute(self, batch, frames, result);
        break;
    }
}

size_t window_aggregate_size(const WindowAggregate *self)
{
    size_t size = self->batch_states->size + arena_size(self->kept.arena) + self->before->size;
    size += window_order_size(self->order);
    for (size_t i = 0; i < self->level_count; i++)
        size += self->levels[i]->size;
    return size;
}

void window_aggregate_clear(WindowAggregate *self)
{
    for (size_t i = 0; i < self->level_count; i++)
        block_clear(self->levels[i]);
    block_clear(self->batch_states);
    block_clear(self->before);
    window_order_clear(self->order);
    arena_reset(self->kept.arena);
    self->level_count = self->chunk.count = 0;
    self->has_shown = self->has_running = false;
}
