/* provider/csv/csv_cursor.c: one pass over a file, and the cursors that share it.
 *
 *   rows of the block ─▶ filter columns ─▶ pushed filters, dynamic ones ─▶ the other columns, of the rows that passed
 *   rows that are kept ─▶ all filters in one order
 *
 * The cursors of a reading share a regular file piece by piece (csv_morsels.h), and so they do a stream and what is
 * decoded (csv_feed.h). Dialects that are read byte by byte have one cursor, which takes all. */
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "expr/evaluator.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_error.h"
#include "provider/csv/csv_feed.h"
#include "provider/csv/csv_hidden.h"
#include "provider/csv/csv_morsels.h"
#include "provider/csv/csv_parse.h"
#include "provider/csv/csv_reject.h"
#include "provider/csv/csv_scan.h"
#include "provider/scan_filter.h"

/* One pass over the file. */
typedef struct CsvReading {
    const DynamicFilter *const *dynamics; /* those of the scan, or NULL */
    CsvMorsels *morsels;                  /* NULL: not in pieces */
    CsvFeed *feed;                        /* NULL: not fed */
    uint64_t cache_reading;               /* its number in the table's cache; 0: nothing is kept */
    atomic_bool fills_cache;              /* what is parsed is kept */
    atomic_bool is_begun;                 /* some cursor has begun; where there are no pieces, it takes all */
} CsvReading;

/* Of a batch: its first row. The others are read again when one of them is asked for. */
typedef struct CsvOrigin {
    BatchOrigin base; /* first, so that a BatchOrigin * can be cast back */
    const CsvScan *scan;
    const Context *context;
    uint64_t offset;
} CsvOrigin;

typedef struct CsvCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    CsvOrigin origin; /* of the batch that was lent last */
    CsvScan *scan;
    CsvReading *reading;
    const Context *context;
    Arena *arena;
    CsvBlock block;
    CsvRows *rows;
    CsvLines *lines;         /* NULL: nobody asks for _line */
    CsvKept *kept;           /* NULL: nothing is kept */
    CsvFeedPiece *fed;       /* NULL: not fed */
    CsvRejects *rejects;     /* NULL: bad rows are not left out */
    Evaluator *evaluator;    /* NULL: no filters */
    ScanFilter *kept_filter; /* the same and the dynamic ones, over what is kept; made when first needed */
    Batch *input;            /* vectors of all inputs */
    bool *is_parsed;         /* of each input: in this batch */
    Batch *output;           /* those of the projection */
    uint16_t selection[BATCH_SIZE];
    uint64_t rejected[VALIDITY_WORDS];
    size_t batch_size;
    size_t limit_left;
    BatchStream *outer;   /* that hands our batches on, as a part of its own; or ourselves */
    uint64_t morsel_base; /* our first morsel among its */
    bool is_open, has_ended;
    bool is_kept;     /* the piece comes from the cache: the block knows nothing of it */
    bool fills;       /* the piece is kept for it */
    uint64_t offset;  /* of the batch's first row, where there are inputs */
    size_t row_count; /* of the batch */
    bool has_piece;   /* the block has more rows, maybe; where there are no pieces: of the file */
} CsvCursor;

/* ---- reading ---- */

static void cursor_open(CsvCursor *cursor)
{
    CsvScan *scan = cursor->scan;
    CsvTable *table = scan->table;
    const CsvShape *shape = scan->shape;
    cursor->is_open = true;
    bool is_first = !atomic_exchange(&cursor->reading->is_begun, true);
    bool is_taken = scan->is_in_pieces ? csv_morsels_are_taken(cursor->reading->morsels) : !is_first && !scan->is_fed;
    if (is_taken || scan->limit == 0) {
        cursor->has_ended = true;
        return;
    }
    if (scan->has_guesses)
        atomic_store(&context_counts(cursor->context)->has_guesses, true);
    CsvSource *source = csv_table_source(table, shape, cursor->arena, cursor->context);
    if (table->spool == NULL) {
        CsvIdentity now;
        csv_identity_read_open(cursor->arena, source->descriptor, table->path, &now);
        bool is_same_file = now.device == shape->identity.device && now.inode == shape->identity.inode;
        if (!is_same_file || now.size < shape->identity.size)
            error_raise_hint(ERROR_BAD_DATA, NO_POSITION, "run the statement again",
                             "%s: has changed since it was looked at", table->path);
    }
    csv_block_init(&cursor->block, cursor->arena, cursor->context, source, &shape->dialect, cpu_level(),
                   shape->dialect.data_offset, scan->piece_size);
    if (shape->dialect.on_error == CSV_ERROR_REJECT) {
        cursor->rejects = csv_rejects_new(cursor->arena, cursor->context, table, shape);
        cursor->block.on_reject = csv_rejects_add;
        cursor->block.reject_user = cursor->rejects;
    }
    cursor->rows = arena_new(cursor->arena, CsvRows);
    cursor->input = batch_new_empty(cursor->arena, scan->input_count);
    for (size_t i = 0; i < scan->input_count; i++)
        cursor->input->columns[i] = vector_new(cursor->arena, scan->inputs[i].type);
    if (scan->counts_lines) /* what is decoded in one go has a reader of its own for lines: it cannot go back */
        cursor->lines =
            csv_lines_new(cursor->arena, scan->is_in_pieces || scan->is_fed
                                             ? source
                                             : csv_table_source(table, shape, cursor->arena, cursor->context));
    cursor->is_parsed = arena_array(cursor->arena, bool, scan->input_count);
    cursor->output = batch_new_empty(cursor->arena, scan->base.schema->column_count);
    if (scan->filter_count)
        cursor->evaluator = evaluator_new(cursor->arena, cursor->context, scan->filters, scan->filter_count);
    cursor->batch_size = batch_rows_that_fit(cursor->context, schema_row_size(scan->base.schema));
    cursor->limit_left = scan->limit;
    if (cursor->reading->cache_reading && cursor->batch_size == BATCH_SIZE)
        cursor->kept = csv_kept_new(cursor->arena, cursor->context, table->cache, cursor->reading->cache_reading,
                                    scan->kept_columns, scan->input_count);
    if (scan->is_fed)
        cursor->fed = csv_feed_piece_new(cursor->arena);
    cursor->has_piece = !scan->is_in_pieces && !scan->is_fed;
}

static _Noreturn void cursor_raise_value(CsvCursor *cursor, const CsvInput *input, const CsvParse *parse)
{
    const CsvRows *rows = cursor->rows;
    const CsvShape *shape = cursor->scan->shape;
    const char *name = shape->schema->columns[input->column].name;
    char type[TYPE_NAME_SIZE], quoted[CSV_QUOTE_SIZE];
    StringView text = {"", 0};
    csv_field_text(cursor->arena, &shape->dialect, csv_rows_field(rows, parse->bad_row, input->column), &text);
    type_name(input->type, type);
    csv_value_quote(text, quoted);
    uint64_t offset = csv_rows_offset(rows, parse->bad_row);
    if (input->is_declared)
        csv_error_raise(
            cursor->block.source, offset, input->column + 1, ERROR_BAD_DATA,
            "OPTIONS (on_error 'null') takes such values as NULL, (on_error 'reject') leaves their rows out",
            "'%s' is no %s (column %s)", quoted, type, name);
    csv_table_contradict(cursor->scan->table, cursor->scan->shape, input->column,
                         csv_style_plain(&shape->dialect.style, cursor->arena, text));
    csv_error_raise(cursor->block.source, offset, input->column + 1, ERROR_BAD_DATA,
                    "the type was found out from a part of the file; OPTIONS (types '…') declares it, and the same "
                    "statement run again takes this value into account",
                    "'%s' is no %s (column %s)", quoted, type, name);
}

static void cursor_number_rows(CsvCursor *cursor, Vector *target)
{
    vector_prepare(target, cursor->rows->count);
    int64_t *numbers = target->data;
    for (size_t row = 0; row < cursor->rows->count; row++)
        numbers[row] = (int64_t)csv_rows_offset(cursor->rows, row);
}

/* A hidden column, or the row's number. */
static void cursor_look(CsvCursor *cursor, size_t i, size_t hidden, const uint16_t *selection, size_t count)
{
    Vector *target = cursor->input->columns[i];
    Value path;
    switch (hidden) {
    case CSV_HIDDEN_FILE:
        path = value_text(view_of(cursor->scan->table->path));
        vector_set_constant(target, &path);
        return;
    case CSV_HIDDEN_LINE:
        vector_prepare(target, cursor->rows->count);
        memcpy(target->data, cursor->lines->of_rows, cursor->rows->count * sizeof(int64_t));
        return;
    case CSV_HIDDEN_RAW:
        csv_raw_take(cursor->rows, selection, count, target);
        return;
    default:
        cursor_number_rows(cursor, target);
    }
}

static CsvParse cursor_parse_of(const CsvCursor *cursor, size_t i, const uint16_t *selection, size_t count)
{
    const CsvInput *input = &cursor->scan->inputs[i];
    return (CsvParse){
        .rows = cursor->rows,
        .column = input->column,
        .type = input->type,
        .is_declared = input->is_declared,
        .selection = selection,
        .count = count,
        .target = cursor->input->columns[i],
    };
}

static void cursor_parse(CsvCursor *cursor, size_t i, const uint16_t *selection, size_t count)
{
    const CsvInput *input = &cursor->scan->inputs[i];
    size_t column_count = cursor->scan->shape->schema->column_count;
    cursor->is_parsed[i] = true;
    if (input->column >= column_count) {
        cursor_look(cursor, i, input->column - column_count, selection, count);
        return;
    }
    uint64_t rejected_before[VALIDITY_WORDS];
    if (cursor->rejects)
        memcpy(rejected_before, cursor->rejected, sizeof rejected_before);
    CsvErrorPolicy policy = cursor->scan->shape->dialect.on_error;
    CsvParse parse = cursor_parse_of(cursor, i, selection, count);
    parse.nulls_bad = policy == CSV_ERROR_NULL;
    parse.rejected = policy == CSV_ERROR_REJECT ? cursor->rejected : NULL;
    csv_parse_column(&parse);
    if (parse.bad_row != SIZE_MAX)
        cursor_raise_value(cursor, input, &parse);
    if (cursor->rejects && memcmp(rejected_before, cursor->rejected, sizeof rejected_before) != 0)
        csv_rejects_add_values(cursor->rejects, &parse, rejected_before);
    atomic_fetch_add_explicit(&cursor->scan->parsed_count, count, memory_order_relaxed);
}

/* Parses every column of all rows, and keeps them. A value that is none of its column's type is left to whoever wants
 * it: nothing of the piece is kept then. */
static void cursor_parse_whole(CsvCursor *cursor)
{
    for (size_t i = 0; i < cursor->scan->input_count; i++) {
        uint64_t bad[VALIDITY_WORDS] = {0}, any = 0;
        CsvParse parse = cursor_parse_of(cursor, i, NULL, cursor->row_count);
        parse.rejected = bad;
        csv_parse_column(&parse);
        atomic_fetch_add_explicit(&cursor->scan->parsed_count, cursor->row_count, memory_order_relaxed);
        for (size_t w = 0; w < VALIDITY_WORDS; w++)
            any |= bad[w];
        cursor->is_parsed[i] = any == 0;
        if (any) {
            csv_kept_forget(cursor->kept);
            return;
        }
    }
    csv_kept_add(cursor->kept, cursor->input->columns, cursor->row_count, cursor->offset);
}

/* Leaves out rows in which a value was bad; each counts once. */
static void cursor_drop_rejected(CsvCursor *cursor, Batch *batch)
{
    size_t kept = 0;
    for (size_t i = 0; i < batch->row_count; i++) {
        size_t row = batch_row(batch, i);
        if (validity_get(cursor->rejected, row))
            atomic_fetch_add_explicit(&context_counts(cursor->context)->rejects, 1, memory_order_relaxed);
        else
            cursor->selection[kept++] = (uint16_t)row;
    }
    if (kept < batch->row_count)
        batch->selection = cursor->selection;
    batch->row_count = kept;
}

/* Narrows the rows to those that the plan above still wants, as far as it has told by now. */
static void cursor_filter_dynamically(CsvCursor *cursor, Batch *batch)
{
    const CsvScan *scan = cursor->scan;
    size_t before = batch->row_count;
    for (size_t d = 0; d < scan->dynamic_count && batch->row_count > 0; d++) {
        const DynamicSnapshot *snapshot = dynamic_filter_newest(cursor->reading->dynamics[d]);
        size_t input = scan->dynamic_inputs[d];
        if (snapshot == NULL)
            continue;
        if (!cursor->is_parsed[input])
            cursor_parse(cursor, input, batch->selection, batch->row_count);
        size_t kept = dynamic_snapshot_select(snapshot, batch->columns[input], batch->selection, batch->row_count,
                                              cursor->selection);
        if (kept < batch->row_count)
            batch->selection = cursor->selection;
        batch->row_count = kept;
    }
    atomic_fetch_add_explicit(&cursor->scan->dropped_count, before - batch->row_count, memory_order_relaxed);
}

/* Filters by what is parsed for it. */
static void cursor_filter_parsing(CsvCursor *cursor, Batch *batch, bool rejects)
{
    const CsvScan *scan = cursor->scan;
    if (cursor->evaluator) {
        for (size_t i = 0; i < scan->input_count; i++)
            if (scan->inputs[i].is_for_filter && !cursor->is_parsed[i])
                cursor_parse(cursor, i, NULL, batch->row_count);
        if (rejects) {
            cursor_drop_rejected(cursor, batch);
            memset(cursor->rejected, 0, sizeof cursor->rejected);
        }
        size_t before = batch->row_count;
        evaluator_filter(cursor->evaluator, batch, cursor->selection);
        atomic_fetch_add_explicit(&cursor->scan->dropped_count, before - batch->row_count, memory_order_relaxed);
    }
    if (cursor->reading->dynamics && !rejects) /* which rows are rejected is no matter of time */
        cursor_filter_dynamically(cursor, batch);
}

/* Where all is parsed conditions go in any order. */
static void cursor_filter_kept(CsvCursor *cursor, Batch *batch)
{
    const CsvScan *scan = cursor->scan;
    size_t before = batch->row_count;
    if (cursor->kept_filter == NULL)
        cursor->kept_filter = scan_filter_new(cursor->arena, cursor->context, scan->filters, scan->filter_count,
                                              cursor->reading->dynamics, scan->dynamic_inputs, scan->dynamic_count);
    scan_filter_narrow(cursor->kept_filter, batch);
    atomic_fetch_add_explicit(&cursor->scan->dropped_count, before - batch->row_count, memory_order_relaxed);
}

static void origin_describe(const BatchOrigin *base, size_t slot, Text *text)
{
    const CsvOrigin *origin = (const CsvOrigin *)base;
    const CsvShape *shape = origin->scan->shape;
    Arena *arena = arena_new_child(text->arena);
    Context quiet = {.cancel = origin->context->cancel, .memory = origin->context->memory}; /* rejects count once */
    CsvSource *source = csv_table_source(origin->scan->table, shape, arena, origin->context);
    CsvBlock *block = arena_new(arena, CsvBlock);
    CsvRows *rows = arena_new(arena, CsvRows);
    csv_block_init(block, arena, &quiet, source, &shape->dialect, cpu_level(), origin->offset, 0);
    while (csv_block_take(block, rows, BATCH_SIZE, true) && slot >= rows->count)
        slot -= rows->count;
    uint64_t offset = slot < rows->count ? csv_rows_offset(rows, slot) : origin->offset;
    text_add_format(text, "%s:%" PRIu64, source->path, csv_line_number(source, offset));
    arena_free(arena);
}

/* Parses what the rows are filtered by, filters, and parses the rest. */
static Batch *cursor_read_rows(CsvCursor *cursor)
{
    const CsvScan *scan = cursor->scan;
    Batch *batch = cursor->input;
    bool rejects = scan->shape->dialect.on_error == CSV_ERROR_REJECT;
    batch->row_count = batch->vector_size = cursor->row_count;
    batch->selection = NULL;
    memset(cursor->is_parsed, cursor->is_kept, scan->input_count * sizeof *cursor->is_parsed);
    if (cursor->kept && !cursor->is_kept && cursor->fills)
        cursor_parse_whole(cursor);
    if (rejects)
        memset(cursor->rejected, 0, sizeof cursor->rejected);
    if (cursor->lines)
        csv_lines_count(cursor->lines, cursor->rows);
    if (cursor->is_kept && !rejects)
        cursor_filter_kept(cursor, batch);
    else
        cursor_filter_parsing(cursor, batch, rejects);
    if (batch->row_count > 0)
        for (size_t i = 0; i < scan->input_count; i++)
            if (!cursor->is_parsed[i])
                cursor_parse(cursor, i, batch->selection, batch->row_count);
    if (rejects)
        cursor_drop_rejected(cursor, batch);
    Batch *output = cursor->output;
    output->row_count = batch->row_count;
    output->vector_size = batch->vector_size;
    output->selection = batch->selection;
    output->origin = NULL;
    if (scan->input_count > 0) { /* else nobody has looked where rows begin */
        cursor->origin.offset = cursor->offset;
        output->origin = &cursor->origin.base;
    }
    for (size_t i = 0; i < output->column_count; i++)
        output->columns[i] = batch->columns[i];
    return output;
}

/* Our vectors let go of the block, so that it can be filled again where nobody else holds it. */
static void cursor_forget_rows(CsvCursor *cursor)
{
    for (size_t i = 0; i < cursor->scan->input_count; i++)
        if (cursor->scan->inputs[i].type.id == TYPE_VARCHAR)
            vector_prepare(cursor->input->columns[i], 0);
}

/* The next piece that no cursor has taken; false: there is none. */
static bool cursor_take_piece(CsvCursor *cursor)
{
    CsvReading *reading = cursor->reading;
    uint64_t piece;
    bool is_odd;
    CsvPlace place;
    if (!csv_morsels_take(reading->morsels, &piece))
        return false;
    cursor->outer->morsel = cursor->morsel_base + piece;
    cursor->is_kept = cursor->kept && csv_kept_find(cursor->kept, piece, &is_odd);
    cursor->fills = false;
    if (cursor->is_kept) {
        csv_morsels_tell(reading->morsels, piece, is_odd);
        atomic_fetch_add_explicit(&cursor->scan->kept_count, 1, memory_order_relaxed);
        progress_part_add(cursor->scan->base.progress, cursor->scan->piece_size);
        return true;
    }
    is_odd = csv_morsels_read(reading->morsels, &cursor->block, piece, &place);
    if (cursor->lines)
        csv_lines_begin(cursor->lines, place);
    if (cursor->kept && atomic_load_explicit(&reading->fills_cache, memory_order_relaxed)) {
        cursor->fills = true;
        csv_kept_begin(cursor->kept, piece, is_odd);
    }
    return true;
}

/* The same of a text that is fed. */
static bool cursor_take_fed(CsvCursor *cursor)
{
    CsvFeed *feed = cursor->reading->feed;
    CsvFeedPiece *piece = cursor->fed;
    do {
        if (!csv_feed_take(feed, piece))
            return false;
        cursor->outer->morsel = cursor->morsel_base + piece->number;
        if (!csv_feed_read(feed, cursor->context, piece))
            return false;
        cursor->block.source->stored_read += piece->stored_size;
    } while (piece->size == 0);
    CsvSource *source = cursor->block.source;
    csv_source_set_window(source, piece->place.offset, piece->text.buffer->data, piece->size);
    csv_block_seek(&cursor->block, piece->place.offset, UINT64_MAX);
    if (cursor->lines)
        csv_lines_begin(cursor->lines, piece->place);
    return true;
}

static bool cursor_take_next(CsvCursor *cursor)
{
    if (cursor->scan->is_fed)
        return cursor_take_fed(cursor);
    return cursor->scan->is_in_pieces && cursor_take_piece(cursor);
}

/* Rows of the piece that is being read; false at its end. */
static bool cursor_take_batch(CsvCursor *cursor, size_t limit)
{
    if (cursor->is_kept)
        return csv_kept_next(cursor->kept, cursor->input->columns, &cursor->row_count, &cursor->offset);
    if (!csv_block_take(&cursor->block, cursor->rows, limit, cursor->scan->input_count > 0)) {
        if (cursor->fills && !csv_kept_end(cursor->kept))
            atomic_store_explicit(&cursor->reading->fills_cache, false, memory_order_relaxed);
        return false;
    }
    cursor->row_count = cursor->rows->count;
    if (cursor->scan->input_count > 0)
        cursor->offset = csv_rows_offset(cursor->rows, 0);
    return true;
}

/* Rows of the piece that the cursor is at, or of the next one; false at the end. */
static bool cursor_take_rows(CsvCursor *cursor, size_t limit)
{
    CsvScan *scan = cursor->scan;
    CsvSource *source = cursor->block.source;
    uint64_t bytes_before = source->stored_read;
    bool has_rows = false;
    while (!has_rows) {
        if (!cursor->has_piece && !cursor_take_next(cursor))
            break;
        cursor->has_piece = has_rows = cursor_take_batch(cursor, limit);
    }
    uint64_t bytes = source->stored_read - bytes_before;
    atomic_fetch_add_explicit(&scan->bytes_read, bytes, memory_order_relaxed);
    progress_part_add(scan->base.progress, bytes);
    if (has_rows)
        atomic_fetch_add_explicit(&scan->row_count, cursor->row_count, memory_order_relaxed);
    return has_rows;
}

static Batch *cursor_next(BatchStream *stream)
{
    CsvCursor *cursor = (CsvCursor *)stream;
    if (!cursor->is_open)
        cursor_open(cursor);
    while (!cursor->has_ended && cursor->limit_left > 0) {
        context_check(cursor->context);
        cursor_forget_rows(cursor);
        size_t limit = cursor->batch_size;
        if (cursor->evaluator == NULL && cursor->limit_left < limit)
            limit = cursor->limit_left;
        bool has_rows = cursor_take_rows(cursor, limit);
        if (!has_rows) {
            csv_rejects_report(cursor->rejects);
            break;
        }
        Batch *batch = cursor_read_rows(cursor);
        csv_rejects_report(cursor->rejects);
        if (batch->row_count == 0)
            continue;
        batch->morsel = cursor->outer->morsel;
        if (cursor->limit_left != NO_LIMIT)
            cursor->limit_left -= batch->row_count < cursor->limit_left ? batch->row_count : cursor->limit_left;
        return batch;
    }
    cursor->has_ended = true;
    return NULL;
}

void *csv_reading_new(Scan *base, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    const CsvScan *scan = (CsvScan *)base;
    const CsvShape *shape = scan->shape;
    CsvReading *reading = arena_new(arena, CsvReading);
    reading->dynamics = dynamics;
    if (scan->is_fed)
        reading->feed = csv_feed_new(arena, scan->table, shape, scan->counts_lines);
    if (!scan->is_in_pieces)
        return reading;
    uint64_t start = shape->dialect.data_offset, end = shape->identity.size;
    reading->morsels = csv_morsels_new(arena, &shape->dialect, start, end, scan->piece_size, scan->counts_lines);
    if (scan->kept_columns) {
        bool fills;
        reading->cache_reading =
            csv_cache_begin(scan->table->cache, context, shape, csv_morsels_count(start, end, scan->piece_size),
                            scan->kept_columns, scan->input_count, &fills);
        atomic_init(&reading->fills_cache, fills);
    }
    return reading;
}

bool csv_reading_is_taken(Scan *scan, void *reading)
{
    CsvReading *self = reading;
    return ((CsvScan *)scan)->is_in_pieces ? csv_morsels_are_taken(self->morsels) : atomic_load(&self->is_begun);
}

BatchStream *csv_cursor_new(Scan *base, void *reading, Arena *arena, const Context *context)
{
    CsvCursor *cursor = arena_new(arena, CsvCursor);
    cursor->origin = (CsvOrigin){
        .base = {.size = sizeof(CsvOrigin), .describe = origin_describe}, .scan = (CsvScan *)base, .context = context};
    cursor->base = (BatchStream){.schema = base->schema, .next = cursor_next};
    cursor->scan = (CsvScan *)base;
    cursor->reading = reading;
    cursor->outer = &cursor->base;
    cursor->context = context;
    cursor->arena = arena;
    return &cursor->base;
}

void csv_stream_set_outer(BatchStream *stream, BatchStream *outer, uint64_t morsel_base)
{
    CsvCursor *cursor = (CsvCursor *)stream;
    cursor->outer = outer;
    cursor->morsel_base = morsel_base;
    outer->morsel = morsel_base;
}
