/* exec/window_function.c: functions of a row's place in its partition, and functions that fetch another row's value.
 *
 * The latter find the row, whose value is fetched then; no row reads as NULL. IGNORE NULLS counts on a list of the
 * rows whose value is not NULL. */
#include "exec/window_function.h"

/* The rows whose value is not NULL, and how many of them stand before each row. */
typedef struct ValidRows {
    Block *rows_block, *before_block;
    size_t *rows;
    size_t *before; /* one more than there are rows */
} ValidRows;

struct WindowFunctionCall {
    WindowRows *rows;
    const WindowCall *call;
    size_t slots[WINDOW_MAX_ARGUMENTS];      /* of the arguments */
    Vector *arguments[WINDOW_MAX_ARGUMENTS]; /* where they are read */
    ValidRows valid;                         /* IGNORE NULLS */
    size_t fetched[BATCH_SIZE];              /* the row whose value is wanted, or WINDOW_NO_ROW */
    bool takes_default[BATCH_SIZE];
};

WindowFunctionCall *window_function_call_new(WindowRows *rows, const WindowCall *call)
{
    WindowFunctionCall *self = arena_new(rows->arena, WindowFunctionCall);
    self->rows = rows;
    self->call = call;
    for (size_t i = 0; i < call->call.argument_count; i++) {
        self->slots[i] = window_rows_add_slot(rows, call->call.arguments[i]);
        self->arguments[i] = window_rows_vector(rows, self->slots[i]);
    }
    self->valid.rows_block = window_block_new(rows, "IGNORE NULLS");
    self->valid.before_block = window_block_new(rows, "IGNORE NULLS");
    return self;
}

void window_function_call_begin(WindowFunctionCall *self)
{
    const WindowRows *rows = self->rows;
    ValidRows *valid = &self->valid;
    if (!self->call->ignores_nulls)
        return;
    block_renew(valid->rows_block, memory_size_multiply(rows->count, sizeof *valid->rows));
    block_renew(valid->before_block, memory_size_multiply(rows->count + 1, sizeof *valid->before));
    valid->rows = valid->rows_block->data;
    valid->before = valid->before_block->data;
    size_t valid_count = 0;
    for (size_t first = 0; first < rows->count; first += BATCH_SIZE) {
        size_t count = rows->count - first < BATCH_SIZE ? rows->count - first : BATCH_SIZE;
        context_check(rows->context);
        window_rows_read(rows, self->slots[0], first, count, self->arguments[0]);
        for (size_t i = 0; i < count; i++) {
            valid->before[first + i] = valid_count;
            if (!vector_is_null(self->arguments[0], i))
                valid->rows[valid_count++] = first + i;
        }
    }
    valid->before[rows->count] = valid_count;
}

void window_function_call_clear(WindowFunctionCall *self)
{
    block_clear(self->valid.rows_block);
    block_clear(self->valid.before_block);
}

/* ---- a row's place ---- */

static void numbers_compute(const WindowRows *rows, WindowFunctionId id, const WindowBatch *batch, int64_t *numbers)
{
    for (size_t i = 0; i < batch->count; i++) {
        size_t partition = batch->partitions[i], group = batch->groups[i];
        size_t start = rows->partition_starts[partition];
        if (id == WINDOW_ROW_NUMBER)
            numbers[i] = (int64_t)(batch->first + i - start + 1);
        else if (id == WINDOW_RANK)
            numbers[i] = (int64_t)(rows->group_starts[group] - start + 1);
        else
            numbers[i] = (int64_t)(group - rows->partition_groups[partition] + 1);
    }
}

static void shares_compute(const WindowRows *rows, WindowFunctionId id, const WindowBatch *batch, double *shares)
{
    for (size_t i = 0; i < batch->count; i++) {
        const size_t *partition = &rows->partition_starts[batch->partitions[i]];
        const size_t *group = &rows->group_starts[batch->groups[i]];
        size_t count = partition[1] - partition[0];
        if (id == WINDOW_CUME_DIST)
            shares[i] = (double)(group[1] - partition[0]) / (double)count;
        else
            shares[i] = count > 1 ? (double)(group[0] - partition[0]) / (double)(count - 1) : 0;
    }
}

/* The first `count % parts` parts have a row more than the others. */
static int64_t ntile(size_t index, size_t count, uint64_t parts)
{
    if (parts >= count)
        return (int64_t)index + 1;
    size_t size = count / parts, larger_count = count % parts;
    size_t rows_in_larger = larger_count * (size + 1);
    if (index < rows_in_larger)
        return (int64_t)(index / (size + 1)) + 1;
    return (int64_t)(larger_count + (index - rows_in_larger) / size) + 1;
}

/* The number of parts is that of the partition's first row. */
static void ntile_compute(WindowFunctionCall *self, const WindowBatch *batch, Vector *result)
{
    const WindowRows *rows = self->rows;
    const int64_t *parts = NULL;
    for (size_t i = 0; i < batch->count; i++) {
        const size_t *partition = &rows->partition_starts[batch->partitions[i]];
        if (i == 0 || batch->partitions[i] != batch->partitions[i - 1]) {
            window_rows_read(rows, self->slots[0], partition[0], 1, self->arguments[0]);
            parts = vector_is_null(self->arguments[0], 0) ? NULL : VECTOR_DATA(self->arguments[0], int64_t);
        }
        if (parts == NULL) {
            vector_set_null(result, i);
            continue;
        }
        if (*parts <= 0)
            error_raise(ERROR_INVALID_NTILE, self->call->call.position, "argument of ntile must be greater than zero");
        VECTOR_DATA(result, int64_t)
        [i] = ntile(batch->first + i - partition[0], partition[1] - partition[0], (uint64_t)*parts);
    }
}

/* ---- another row's value ---- */

/* The row `offset` rows from this one, backwards when it is negative. */
static size_t row_at_offset(const WindowRows *rows, const WindowBatch *batch, size_t index, int64_t offset)
{
    const size_t *partition = &rows->partition_starts[batch->partitions[index]];
    size_t row = batch->first + index;
    if (offset < 0)
        return 0 - (uint64_t)offset <= row - partition[0] ? row - (size_t)(0 - (uint64_t)offset) : WINDOW_NO_ROW;
    return (uint64_t)offset < partition[1] - row ? row + (size_t)offset : WINDOW_NO_ROW;
}

/* The same, counting only rows with a value; 0: this one. */
static size_t valid_row_at_offset(const WindowFunctionCall *self, const WindowBatch *batch, size_t index,
                                  int64_t offset)
{
    const size_t *partition = &self->rows->partition_starts[batch->partitions[index]];
    const size_t *before = self->valid.before;
    size_t row = batch->first + index;
    if (offset == 0)
        return row;
    if (offset < 0) {
        uint64_t distance = 0 - (uint64_t)offset;
        return distance <= before[row] - before[partition[0]] ? self->valid.rows[before[row] - distance]
                                                              : WINDOW_NO_ROW;
    }
    uint64_t distance = (uint64_t)offset - 1;
    return distance < before[partition[1]] - before[row + 1] ? self->valid.rows[before[row + 1] + distance]
                                                             : WINDOW_NO_ROW;
}

/* lag, lead: rows that are not there take the default, computed for this row. */
static void fetch_at_offset(WindowFunctionCall *self, const WindowBatch *batch)
{
    const WindowRows *rows = self->rows;
    bool is_lag = self->call->function->id == WINDOW_LAG, has_offset = self->call->call.argument_count > 1;
    if (has_offset)
        window_rows_read(rows, self->slots[1], batch->first, batch->count, self->arguments[1]);
    for (size_t i = 0; i < batch->count; i++) {
        int64_t offset = has_offset ? VECTOR_DATA(self->arguments[1], int64_t)[i] : 1;
        if (self->call->ignores_nulls && i % TEMP_LOOKS == 0)
            window_rows_look(rows);
        self->fetched[i] = WINDOW_NO_ROW;
        self->takes_default[i] = false;
        if (has_offset && vector_is_null(self->arguments[1], i))
            continue;
        if (is_lag)
            offset = offset == INT64_MIN ? INT64_MAX : -offset; /* both are behind every row */
        size_t row = self->call->ignores_nulls ? valid_row_at_offset(self, batch, i, offset)
                                               : row_at_offset(rows, batch, i, offset);
        self->fetched[i] = row;
        self->takes_default[i] = row == WINDOW_NO_ROW;
    }
}

static void set_defaults(WindowFunctionCall *self, const WindowBatch *batch, Vector *result)
{
    if (self->call->call.argument_count < 3)
        return;
    window_rows_read(self->rows, self->slots[2], batch->first, batch->count, self->arguments[2]);
    for (size_t i = 0; i < batch->count; i++) {
        if (!self->takes_default[i] || vector_is_null(self->arguments[2], i))
            continue;
        Value value = vector_value(self->arguments[2], i);
        if (result->validity)
            validity_set(result->validity, i);
        vector_set_value(result, i, &value);
    }
}

/* The number-th row of the pieces, from 0; WINDOW_NO_ROW when they have fewer. */
static size_t row_of_ranges(const WindowFunctionCall *self, const WindowRange *ranges, size_t count, uint64_t number)
{
    const size_t *before = self->valid.before;
    for (size_t i = 0; i < count; i++) {
        size_t start = self->call->ignores_nulls ? before[ranges[i].start] : ranges[i].start;
        size_t end = self->call->ignores_nulls ? before[ranges[i].end] : ranges[i].end;
        if (number < end - start)
            return self->call->ignores_nulls ? self->valid.rows[start + number] : start + (size_t)number;
        number -= end - start;
    }
    return WINDOW_NO_ROW;
}

static size_t last_row_of_ranges(const WindowFunctionCall *self, const WindowRange *ranges, size_t count)
{
    const size_t *before = self->valid.before;
    while (count-- > 0) {
        if (!self->call->ignores_nulls)
            return ranges[count].end - 1;
        if (before[ranges[count].end] > before[ranges[count].start])
            return self->valid.rows[before[ranges[count].end] - 1];
    }
    return WINDOW_NO_ROW;
}

static void require_positive(const WindowFunctionCall *self, int64_t number)
{
    if (number <= 0)
        error_raise(ERROR_INVALID_NTH_VALUE, self->call->call.position,
                    "argument of nth_value must be greater than zero");
}

static void fetch_from_frame(WindowFunctionCall *self, const WindowBatch *batch, const WindowFrames *frames)
{
    WindowFunctionId id = self->call->function->id;
    WindowRange ranges[WINDOW_MAX_RANGES];
    if (id == WINDOW_NTH_VALUE)
        window_rows_read(self->rows, self->slots[1], batch->first, batch->count, self->arguments[1]);
    for (size_t i = 0; i < batch->count; i++) {
        size_t count = window_frames_ranges(frames, batch, i, ranges), row = WINDOW_NO_ROW;
        if (self->call->ignores_nulls && i % TEMP_LOOKS == 0)
            window_rows_look(self->rows);
        if (id == WINDOW_FIRST_VALUE) {
            row = row_of_ranges(self, ranges, count, 0);
        } else if (id == WINDOW_LAST_VALUE) {
            row = last_row_of_ranges(self, ranges, count);
        } else if (!vector_is_null(self->arguments[1], i)) {
            int64_t number = VECTOR_DATA(self->arguments[1], int64_t)[i];
            require_positive(self, number);
            row = row_of_ranges(self, ranges, count, (uint64_t)number - 1);
        }
        self->fetched[i] = row;
    }
}

/* ---- all ---- */

void window_function_call_compute(WindowFunctionCall *self, const WindowBatch *batch, const WindowFrames *frames,
                                  Vector *result)
{
    WindowFunctionId id = self->call->function->id;
    switch (id) {
    case WINDOW_ROW_NUMBER:
    case WINDOW_RANK:
    case WINDOW_DENSE_RANK:
        vector_prepare(result, batch->count);
        numbers_compute(self->rows, id, batch, VECTOR_DATA(result, int64_t));
        break;
    case WINDOW_PERCENT_RANK:
    case WINDOW_CUME_DIST:
        vector_prepare(result, batch->count);
        shares_compute(self->rows, id, batch, VECTOR_DATA(result, double));
        break;
    case WINDOW_NTILE:
        vector_prepare(result, batch->count);
        ntile_compute(self, batch, result);
        break;
    case WINDOW_LAG:
    case WINDOW_LEAD:
        fetch_at_offset(self, batch);
        window_rows_fetch(self->rows, self->slots[0], self->fetched, batch->count, result);
        set_defaults(self, batch, result);
        break;
    case WINDOW_FIRST_VALUE:
    case WINDOW_LAST_VALUE:
    case WINDOW_NTH_VALUE:
        fetch_from_frame(self, batch, frames);
        window_rows_fetch(self->rows, self->slots[0], self->fetched, batch->count, result);
        break;
    }
}
