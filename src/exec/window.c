/* exec/window.c: calls over the rows of a partition. All rows are read and sorted; then they are handed on a batch at a
 * time, each with the calls' values: of functions of its place (window_function.c) and of aggregates over its frame
 * (window_aggregate.c). */
#include "exec/row_output.h"
#include "exec/window_aggregate.h"
#include "exec/window_function.h"

typedef struct CallOperator {
    WindowFunctionCall *function; /* one of these two */
    WindowAggregate *aggregate;
    WindowFrames *frames; /* or NULL; calls with the same share them */
} CallOperator;

typedef struct WindowOperator {
    Operator base;
    Build build;
    bool is_made;
    /* From the first batch to the last: what it takes for a thousand columns a hundred windows, each over the other,
     * need not have at once. */
    Arena *arena;
    WindowRows *rows;
    size_t input_count; /* columns of the input, the first of the output */
    size_t *input_slots;
    size_t call_count;
    CallOperator *calls;
    ARRAY(WindowFrames *) frames;
    WindowBatch *place; /* the rows at work */
    Batch *batch;       /* what is returned */
} WindowOperator;

static void window_note_memory(WindowOperator *self)
{
    size_t size = window_rows_size(self->rows);
    for (size_t i = 0; i < self->call_count; i++)
        if (self->calls[i].aggregate)
            size += window_aggregate_size(self->calls[i].aggregate);
    operator_note_memory(&self->base, size);
}

static void window_make(WindowOperator *self);

static void window_build(WindowOperator *self)
{
    const Batch *batch = operator_next(self->base.inputs[0]);
    window_make(self);
    for (; batch; batch = operator_next(self->base.inputs[0])) {
        window_rows_add(self->rows, batch);
        operator_note_memory(&self->base, window_rows_size(self->rows));
    }
    window_rows_settle(self->rows);
}

static void window_clear_calls(WindowOperator *self)
{
    for (size_t i = 0; i < self->frames.count; i++)
        window_frames_clear(self->frames.items[i]);
    for (size_t i = 0; i < self->call_count; i++)
        if (self->calls[i].function)
            window_function_call_clear(self->calls[i].function);
        else
            window_aggregate_clear(self->calls[i].aggregate);
}

/* The next rows that belong together. False: there are none. */
static bool window_begin_part(WindowOperator *self)
{
    window_clear_calls(self);
    window_rows_leave_part(self->rows);
    if (!window_rows_next_part(self->rows))
        return false;
    self->place->first = self->place->count = 0;
    for (size_t i = 0; i < self->frames.count; i++)
        window_frames_begin(self->frames.items[i]);
    for (size_t i = 0; i < self->call_count; i++)
        if (self->calls[i].function)
            window_function_call_begin(self->calls[i].function);
        else
            window_aggregate_begin(self->calls[i].aggregate);
    window_note_memory(self);
    return true;
}

static Batch *window_compute(WindowOperator *self)
{
    const WindowBatch *place = self->place;
    Batch *batch = self->batch;
    for (size_t i = 0; i < self->frames.count; i++)
        window_frames_compute(self->frames.items[i], place);
    for (size_t c = 0; c < self->input_count; c++)
        row_output(self->rows->layout, self->input_slots[c], self->rows->rows + place->first, place->count,
                   batch->columns[c]);
    for (size_t i = 0; i < self->call_count; i++) {
        const CallOperator *call = &self->calls[i];
        Vector *result = batch->columns[self->input_count + i];
        if (call->function)
            window_function_call_compute(call->function, place, call->frames, result);
        else
            window_aggregate_compute(call->aggregate, place, call->frames, result);
    }
    batch->row_count = batch->vector_size = place->count;
    batch->selection = NULL;
    if (self->base.worker)
        batch->morsel = worker_enter(self->base.worker, self->rows->phase, self->rows->part);
    return batch;
}

/* Each row of a batch may have a copy of the same large text, in each of the columns. */
static size_t window_batch_size(const WindowOperator *self)
{
    size_t largest = window_rows_largest_string(self->rows), text_count = 0;
    for (size_t c = 0; c < self->batch->column_count && largest > 0; c++)
        text_count += self->batch->columns[c]->physical == PHYSICAL_STRING;
    return large_rows_at_once(self->base.context, largest * text_count, self->base.batch_size);
}

static Batch *window_next(Operator *op)
{
    WindowOperator *self = (WindowOperator *)op;
    if (!self->is_made)
        window_build(self);
    while (self->rows->count == 0 || !window_rows_next(self->rows, window_batch_size(self), self->place))
        if (!window_begin_part(self))
            return NULL;
    return window_compute(self);
}

static void window_close(Operator *op)
{
    WindowOperator *self = (WindowOperator *)op;
    WindowShared *shared = op->shared;
    if (self->is_made) {
        window_clear_calls(self);
        window_rows_clear(self->rows);
    }
    window_shared_leave(shared);
    if (shared->copy_count > 1) /* others may be reading its sorters */
        return;
    arena_free(self->arena);
    self->arena = NULL;
}

static const OperatorOps window_ops = {"Window", NULL, window_next, window_close};

/* ---- making ---- */

/* A frame with offsets is computed even for a function that takes none: they may be wrong. */
static WindowFrames *window_frames_for(WindowOperator *self, const WindowCall *call)
{
    bool has_offset = call->frame.start.offset || call->frame.end.offset;
    if (call->function && !(call->function->flags & WINDOW_TAKES_FRAME) && !has_offset)
        return NULL;
    for (size_t i = 0; i < self->frames.count; i++)
        if (window_frames_serve(self->frames.items[i], &call->frame))
            return self->frames.items[i];
    WindowFrames *frames = window_frames_new(self->rows, &call->frame);
    array_add(self->arena, &self->frames, frames);
    return frames;
}

/* In this copy's own memory, as others run side by side. */
static Expr *window_column_expr(const WindowOperator *self, ColumnId column)
{
    return expr_column(self->arena, column, plan_column(self->build.columns, column)->type, NO_POSITION);
}

/* When its first batch is there, or the end of its input. */
static void window_make(WindowOperator *self)
{
    Build *build = &self->build;
    const Plan *plan = self->base.plan, *input = plan->inputs[0];
    const PlanWindow *window = (const PlanWindow *)plan;
    Arena *arena = self->arena = build->arena = arena_new_child(self->base.arena);
    self->rows = window_rows_new(build, window);
    self->call_count = window->call_count;
    self->calls = arena_array(arena, CallOperator, self->call_count);
    for (size_t i = 0; i < self->call_count; i++) {
        const WindowCall *call = &window->calls[i];
        self->calls[i].frames = window_frames_for(self, call);
        if (call->function)
            self->calls[i].function = window_function_call_new(self->rows, call);
        else
            self->calls[i].aggregate = window_aggregate_new(self->rows, call);
    }
    self->input_count = input->output_count;
    self->input_slots = arena_array(arena, size_t, self->input_count);
    for (size_t c = 0; c < self->input_count; c++)
        self->input_slots[c] = window_rows_add_slot(self->rows, window_column_expr(self, input->outputs[c]));
    window_rows_begin(self->rows, build);
    self->place = arena_new(arena, WindowBatch);
    self->batch = batch_new_empty(arena, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        self->batch->columns[c] = vector_new(arena, plan_column(build->columns, plan->outputs[c])->type);
    self->is_made = true;
}

Operator *window_new(const Build *build, const Plan *plan, Operator **inputs)
{
    WindowOperator *self = operator_new(build, WindowOperator, &window_ops, plan, inputs);
    self->build = *build;
    return &self->base;
}
