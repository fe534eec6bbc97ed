/* provider/csv/csv_block.c: pieces of a file, the rows in them, and what to do with rows that are none. */
#include "provider/csv/csv_block.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "provider/csv/csv_error.h"
#include "provider/csv/csv_field.h"
#include "provider/csv/kernel/csv_kernel.h"
#include "provider/csv/kernel/csv_values.h"

/* A buffer, aligned to 64 bytes:
 *
 *   | FRONT | file offset modulo 64 | text, `capacity` bytes | PADDING |
 *
 * The system copies a file's bytes four times slower to addresses that lie a little behind theirs within a page, so
 * text stands where it stands in the file, modulo a cache line. */
enum {
    LINE = 64,
    FRONT = LINE,                                   /* bytes before the text that may be read */
    PADDING = CSV_KERNEL_GROUP + CSV_FIELD_PADDING, /* and behind it */
    AROUND = FRONT + LINE + PADDING,
    PIECE_REST = 4 << 10, /* read with a piece, since its last record most often ends there */
    PROBLEM_WINDOW = 4 << 10,
};

static void block_release(void *object)
{
    CsvBlock *block = object;
    buffer_unref(block->buffer);
    for (size_t i = 0; i < CSV_SPARE_BUFFERS; i++)
        buffer_unref(block->spares[i]);
}

void csv_block_init(CsvBlock *block, Arena *arena, const Context *context, CsvSource *source, const CsvDialect *dialect,
                    CpuLevel level, uint64_t offset, size_t read_size)
{
    *block = (CsvBlock){
        .source = source,
        .dialect = dialect,
        .context = context,
        .arena = arena,
        .level = level,
        .read_size = read_size ? read_size : CSV_READ_SIZE,
        .record_limit = CSV_RECORD_LIMIT,
        .offset = offset,
        .stop = UINT64_MAX,
    };
    if (block->read_size > source->size) /* a small file takes little */
        block->read_size = (size_t)source->size + 1;
    block->window = block->read_size < CSV_WINDOW_SIZE ? block->read_size : CSV_WINDOW_SIZE;
    csv_index_init(&block->index, arena, block->window + CSV_KERNEL_GROUP);
    arena_own(arena, block, block_release);
}

/* ---- filling ---- */

_Static_assert((int)FRONT >= (int)CSV_VALUES_FRONT, "kernels read words that end where a field does");

/* A bit more than is needed, where that is much: the rest that moves to the front is never of one size. */
static size_t capacity_round(size_t capacity)
{
    enum { UNIT = 64 << 10, BESIDE = AROUND + BUFFER_HEADER_SIZE };
    return capacity < UNIT ? capacity : (capacity + BESIDE + UNIT - 1) / UNIT * UNIT - BESIDE;
}

/* A buffer with room for `capacity` bytes that nobody else looks at. Those that have become too small are given back.
 */
static Buffer *block_buffer(CsvBlock *block, size_t capacity)
{
    for (size_t i = 0; i < CSV_SPARE_BUFFERS; i++) {
        Buffer *spare = block->spares[i];
        if (spare == NULL || (spare->size >= capacity + AROUND && buffer_is_shared(spare)))
            continue;
        block->spares[i] = NULL;
        if (spare->size >= capacity + AROUND)
            return spare;
        buffer_unref(spare);
    }
    capacity = capacity_round(capacity);
    Buffer *buffer = buffer_new(capacity + AROUND, block->context->memory);
    memset(buffer->data, 0, FRONT + LINE);
    memset((char *)buffer->data + FRONT + capacity, 0, LINE + PADDING);
    return buffer;
}

/* Keeps a buffer for later where there is a place for it. */
static void block_put_aside(CsvBlock *block, Buffer *buffer)
{
    for (size_t i = 0; buffer && i < CSV_SPARE_BUFFERS; i++) {
        if (block->spares[i] == NULL) {
            block->spares[i] = buffer;
            return;
        }
    }
    buffer_unref(buffer);
}

/* Makes room for `more` bytes behind the text that is not indexed yet, which moves to the front. */
static void block_make_room(CsvBlock *block, size_t more)
{
    size_t rest = block->size - block->start;
    size_t needed = rest + more + 1; /* a line end of our own, at the end */
    Buffer *buffer = block->buffer;
    bool is_small = block->capacity < needed, is_new = buffer == NULL || is_small || buffer_is_shared(buffer);
    if (is_new)
        buffer = block_buffer(block, is_small ? needed : block->capacity);
    uint64_t offset = block->offset + block->start;
    char *data = (char *)buffer->data + FRONT + offset % LINE;
    if (rest && is_new)
        memory_copy(data, block->data + block->start, rest);
    else if (rest)
        memmove(data, block->data + block->start, rest);
    if (is_new) {
        if (is_small)
            buffer_unref(block->buffer);
        else
            block_put_aside(block, block->buffer);
        block->buffer = buffer;
        block->capacity = buffer->size - AROUND;
    }
    block->data = data;
    block->offset = offset;
    block->size = rest;
    block->last_end -= block->last_end ? block->start : 0;
    block->start = 0;
}

/* Adds up to `more` bytes of the file, and a line end where the file ends without one. */
static void block_read(CsvBlock *block, size_t more)
{
    block_make_room(block, more);
    size_t got = csv_source_read(block->source, block->offset + block->size, block->data + block->size, more);
    block->size += got;
    block->is_end = got == 0 || block->offset + block->size >= block->source->size;
    if (block->is_end && block->size > 0) {
        char last = block->data[block->size - 1];
        if (last != '\n' && last != '\r')
            block->data[block->size++] = '\n';
    }
    block->data[block->size] = '\0'; /* who looks behind a CR finds no LF */
}

static void block_fill(CsvBlock *block)
{
    size_t rest = block->size - block->start;
    if (rest > block->record_limit && block->ends_at_limit) {
        block->is_end = true;
        return;
    }
    if (rest > block->record_limit)
        csv_error_raise(block->source, block->offset + block->start, 0, ERROR_LIMIT_EXCEEDED,
                        "a quote that is not closed may have swallowed the lines that follow",
                        "the record that begins here is longer than %zu bytes", block->record_limit);
    bool is_behind = block->offset + block->size >= block->stop; /* only the piece's last record is wanted */
    size_t step = is_behind ? PIECE_REST : block->read_size;
    block_read(block, rest > step ? rest : step); /* doubling: a long record is copied few times */
}

/* ---- pieces ---- */

/* Bytes of the buffer that are of the piece. */
static size_t block_piece_size(const CsvBlock *block)
{
    return block->stop - block->offset < block->size ? (size_t)(block->stop - block->offset) : block->size;
}

static void block_restart(CsvBlock *block)
{
    block->start = 0;
    block->last_end = 0;
    block->record_next = block->index.record_count = 0;
    block->index.problem.kind = CSV_PROBLEM_NONE;
}

void csv_block_move(CsvBlock *block, uint64_t offset, uint64_t stop)
{
    block_restart(block);
    block->size = 0; /* what is there is forgotten */
    block->offset = offset;
    block->stop = stop;
    block->is_end = false;
}

void csv_block_seek(CsvBlock *block, uint64_t offset, uint64_t stop)
{
    csv_block_move(block, offset, stop);
    uint64_t whole = stop == UINT64_MAX ? block->source->size - offset : stop - offset + PIECE_REST;
    do
        block_read(block, (size_t)(whole - block->size));
    while (!block->is_end && block->size < whole);
}

bool csv_block_rewind(CsvBlock *block, uint64_t offset)
{
    if (block->offset != offset || block->size == 0 || block->size > block->record_limit)
        return false;
    block_restart(block);
    return true;
}

bool csv_block_is_odd(const CsvBlock *block)
{
    return csv_index_is_odd(block->level, block->data, block_piece_size(block), block->dialect->quote);
}

size_t csv_block_line_count(const CsvBlock *block)
{
    return csv_index_line_count(block->level, block->data, block_piece_size(block));
}

void csv_block_skip_record(CsvBlock *block, bool is_inside)
{
    size_t size = block_piece_size(block);
    size_t end = csv_record_end(block->dialect, block->data, 0, size, is_inside);
    block->start = end ? end : size + 1; /* behind the piece */
}

void csv_block_know_end(CsvBlock *block, bool is_inside)
{
    size_t size = block_piece_size(block);
    if (block->start <= size && size < block->size)
        block->last_end = csv_record_end(block->dialect, block->data, size, block->size - 1, is_inside);
}

/* ---- indexing ---- */

/* The record that the piece's end cuts is indexed alone, since the next one is of the next piece. False: there is none.
 */
static bool block_advance_last(CsvBlock *block, bool wants_ends)
{
    size_t end;
    while ((end = csv_record_end(block->dialect, block->data, block->start,
                                 block->is_end ? block->size : block->size - 1, /* is_inside= */ false)) == 0 &&
           !block->is_end)
        block_fill(block);
    if (block->start == block->size)
        return false;
    for (;; csv_index_grow(&block->index, block->arena)) {
        csv_index_run(&block->index, block->dialect, block->level, block->data, block->start, end ? end : block->size,
                      /* is_end= */ true, wants_ends);
        if (!block->index.is_full || block->index.record_count > 0 || block->index.problem.kind != CSV_PROBLEM_NONE)
            return true;
    }
}

/* Indexes what comes next: at least one record, or a problem. False at the end. */
static bool block_advance(CsvBlock *block, bool wants_ends)
{
    block->record_next = 0;
    block->index.record_count = 0;
    block->index.problem.kind = CSV_PROBLEM_NONE;
    for (;;) {
        size_t limit = block->last_end ? block->last_end : block_piece_size(block);
        if (block->start > limit || (block->last_end && block->start == block->last_end))
            return false; /* what comes begins behind the piece */
        size_t size = block->window < limit - block->start ? block->start + block->window : limit;
        bool is_end = block->is_end && size == block->size;
        if (block->start < size) {
            csv_index_run(&block->index, block->dialect, block->level, block->data, block->start, size, is_end,
                          wants_ends);
            if (block->index.record_count > 0 || block->index.problem.kind != CSV_PROBLEM_NONE)
                break;
            if (block->index.is_full) {
                csv_index_grow(&block->index, block->arena);
                continue;
            }
            if (size < limit) {
                block->window *= 2;
                continue;
            }
        }
        if (block->offset + limit >= block->stop)
            return block_advance_last(block, wants_ends);
        if (block->is_end)
            return false;
        block_fill(block);
    }
    /* A window that gives too few rows for a batch makes batches small. */
    if (block->index.record_count < BATCH_SIZE && block->window < block->read_size)
        block->window *= 2;
    return true;
}

/* ---- rows that are none ---- */

/* `start` and `end` are the record's. */
static void block_reject(CsvBlock *block, size_t start, size_t end, size_t field, const char *reason)
{
    atomic_fetch_add_explicit(&context_counts(block->context)->rejects, 1, memory_order_relaxed);
    if (block->on_reject)
        block->on_reject(block->reject_user, block->offset + start, field, reason,
                         (StringView){block->data + start, end - start});
}

static const char QUOTE_HINT[] = "OPTIONS (quotes 'lenient') takes such quotes as text, (quote '') takes all, and "
                                 "(on_error 'reject') leaves such rows out";
static const char *const problem_texts[] = {
    [CSV_PROBLEM_STRAY_QUOTE] = "a quote within an unquoted field",
    [CSV_PROBLEM_TEXT_AFTER_QUOTE] = "text behind a closing quote",
    [CSV_PROBLEM_UNCLOSED_QUOTE] = "a quote that is opened here is never closed",
    [CSV_PROBLEM_TEXT_AFTER_END] = "lines behind \\., which is the end",
};

static void block_meet_problem(CsvBlock *block)
{
    const CsvProblem *problem = &block->index.problem;
    if (block->dialect->on_error != CSV_ERROR_REJECT)
        csv_error_raise(block->source, block->offset + problem->field_start, problem->field_number, ERROR_BAD_DATA,
                        problem->kind == CSV_PROBLEM_TEXT_AFTER_END ? NULL : QUOTE_HINT, "%s",
                        problem_texts[problem->kind]);
    block_reject(block, problem->record_start, problem->resume, problem->field_number, problem_texts[problem->kind]);
    block->start = problem->resume;
    block->index.problem.kind = CSV_PROBLEM_NONE;
    block->window = PROBLEM_WINDOW; /* the next is near, perhaps: what is indexed behind it is indexed in vain */
    context_check(block->context);
}

/* Whether a record of so many fields is no row at all: a blank line, a comment. */
static bool record_is_skipped(const CsvBlock *block, size_t first, size_t field_count)
{
    const uint32_t *ends = block->index.ends + first;
    uint32_t start = ends[-1] + 1;
    if (block->dialect->has_comment && block->data[start] == block->dialect->comment && ends[0] > start)
        return true;
    return block->dialect->column_count > 1 &&
           csv_record_is_blank(block->dialect, block->data, start, ends[0], field_count);
}

enum { RAGGED_TEXT_SIZE = 96 };

static const char *ragged_text(const CsvBlock *block, size_t field_count, char *buffer)
{
    size_t expected = block->dialect->column_count;
    snprintf(buffer, RAGGED_TEXT_SIZE, "%zu field%s where %zu %s expected", field_count, field_count == 1 ? "" : "s",
             expected, expected == 1 ? "is" : "are");
    return buffer;
}

static _Noreturn void block_raise_ragged(const CsvBlock *block, size_t first, size_t field_count)
{
    char text[RAGGED_TEXT_SIZE];
    uint32_t start = block->index.ends[(ptrdiff_t)first - 1] + 1; /* wraps before the first record */
    uint64_t offset = block->offset + start;
    size_t expected = block->dialect->column_count;
    csv_error_raise(
        block->source, offset, 0, ERROR_BAD_DATA,
        field_count < expected
            ? "OPTIONS (ragged 'null') fills short rows with NULL, (on_error 'reject') leaves them out, (skip "
              "'N') skips the file's first lines"
            : "OPTIONS (on_error 'reject') leaves such rows out, (delimiter '…') and (quote '…') name the "
              "file's own",
        "%s", ragged_text(block, field_count, text));
}

/* ---- taking rows ---- */

/* Adds record `r` unless it is no row; false when it must be raised, and rows before it are to go out first. */
static bool rows_add_irregular(CsvRows *rows, CsvBlock *block, size_t first, size_t field_count)
{
    const CsvDialect *dialect = block->dialect;
    if (record_is_skipped(block, first, field_count))
        return true;
    if (field_count == dialect->column_count || (field_count < dialect->column_count && dialect->pads_rows)) {
        if (field_count != dialect->column_count && !rows->is_padded) {
            for (size_t i = 0; i < rows->count; i++)
                rows->field_counts[i] = (uint32_t)dialect->column_count;
            rows->is_padded = true;
        }
        rows->field_counts[rows->count] = (uint32_t)field_count;
        rows->first[rows->count++] = (uint32_t)first;
        return true;
    }
    if (dialect->on_error == CSV_ERROR_REJECT) {
        char text[RAGGED_TEXT_SIZE];
        const uint32_t *ends = block->index.ends + first;
        block_reject(block, ends[-1] + 1, ends[field_count - 1], 0, ragged_text(block, field_count, text));
        return true;
    }
    if (rows->count > 0)
        return false;
    block_raise_ragged(block, first, field_count);
}

static void rows_take(CsvRows *rows, CsvBlock *block, size_t limit)
{
    const uint32_t *records = block->index.records;
    size_t column_count = block->dialect->column_count;
    bool has_comment = block->dialect->has_comment;
    for (size_t r = block->record_next; r < block->index.record_count && rows->count < limit; r++) {
        size_t first = records[(ptrdiff_t)r - 1], field_count = records[r] - first;
        if (field_count == column_count && !has_comment && !rows->is_padded)
            rows->first[rows->count++] = (uint32_t)first;
        else if (!rows_add_irregular(rows, block, first, field_count))
            return;
        block->record_next = r + 1;
    }
}

/* The same where only the number of rows is wanted, and ends are not known. False when they are needed. */
static bool rows_count(CsvRows *rows, CsvBlock *block, size_t limit)
{
    const uint32_t *records = block->index.records;
    size_t column_count = block->dialect->column_count, r = block->record_next;
    for (; r < block->index.record_count && rows->count < limit; r++, rows->count++)
        if (records[r] - records[(ptrdiff_t)r - 1] != column_count)
            return false;
    block->record_next = r;
    return true;
}

/* Shares out what is indexed evenly: no small batch at the end. */
static size_t block_even_limit(const CsvBlock *block, size_t limit)
{
    size_t left = block->index.record_count - block->record_next;
    return left > limit ? (left - 1) / ((left - 1) / limit + 1) + 1 : limit;
}

bool csv_block_take(CsvBlock *block, CsvRows *rows, size_t limit, bool wants_fields)
{
    rows->block = block;
    rows->count = 0;
    rows->is_padded = false;
    while (rows->count == 0) {
        if (block->record_next == block->index.record_count) {
            if (block->index.problem.kind != CSV_PROBLEM_NONE)
                block_meet_problem(block);
            if (!block_advance(block, wants_fields))
                return false;
        }
        size_t even_limit = block_even_limit(block, limit);
        if (!block->index.has_ends && !rows_count(rows, block, even_limit)) {
            /* Not rectangular: index the same records again, with the places of their fields. */
            rows->count = 0;
            csv_index_run(&block->index, block->dialect, block->level, block->data, block->start, block->index.end,
                          true, true);
        }
        if (block->index.has_ends)
            rows_take(rows, block, even_limit);
        if (block->record_next == block->index.record_count)
            block->start = block->index.end;
    }
    return true;
}

static uint32_t rows_start(const CsvRows *rows, size_t row)
{
    return rows->block->index.ends[(ptrdiff_t)rows->first[row] - 1] + 1; /* wraps before the first record */
}

/* The position of the line end. */
static uint32_t rows_line_end(const CsvRows *rows, size_t row)
{
    size_t field_count = rows->is_padded ? rows->field_counts[row] : rows->block->dialect->column_count;
    return rows->block->index.ends[rows->first[row] + field_count - 1];
}

uint64_t csv_rows_offset(const CsvRows *rows, size_t row)
{
    return rows->block->offset + rows_start(rows, row);
}

uint64_t csv_rows_end(const CsvRows *rows, size_t row)
{
    return rows->block->offset + rows_line_end(rows, row) + 1;
}

StringView csv_rows_record(const CsvRows *rows, size_t row)
{
    uint32_t start = rows_start(rows, row), end = csv_field_end(rows->block->data, start, rows_line_end(rows, row));
    return (StringView){rows->block->data + start, end - start};
}
