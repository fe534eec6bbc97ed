/* provider/csv/csv_scan.c: describing a read of a file: its columns and filters, how many cursors, what will come. */
#include "provider/csv/csv_scan.h"

#include <inttypes.h>

#include "provider/csv/csv_hidden.h"
#include "provider/csv/csv_morsels.h"

enum { ONE_CURSOR_LIMIT = 1 << 16 }; /* so many rows are quicker read by one than shared out */

/* ---- filters ---- */

void csv_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                   FilterPushdown *ret_answers)
{
    (void)
        table; /* filters are run by the engine's own evaluator, over its own values: they mean what they mean above */
    for (size_t i = 0; i < filter_count; i++)
        ret_answers[i] = expr_is_volatile(filters[i]) || expr_can_fail(filters[i]) ? FILTER_UNSUPPORTED : FILTER_EXACT;
}

typedef struct InputMap {
    const CsvScan *scan;
    size_t *places; /* of each column of the file among the inputs + 1; 0: none yet */
    size_t *count;
} InputMap;

static ColumnId filter_map_column(void *user, ColumnId column)
{
    return (ColumnId)(((InputMap *)user)->places[column] - 1);
}

static bool filter_collect_column(void *user, const Expr *expr)
{
    InputMap *map = user;
    if (expr->kind != EXPR_COLUMN)
        return true;
    size_t *place = &map->places[expr->column];
    if (*place == 0)
        *place = ++*map->count;
    map->scan->inputs[*place - 1].column = expr->column;
    map->scan->inputs[*place - 1].is_for_filter = true;
    return true;
}

static const char *column_name_of(void *user, ColumnId column)
{
    return ((const Schema *)user)->columns[column].name;
}

static void scan_take_filters(CsvScan *scan, const ScanArgs *args, size_t *places)
{
    Schema *schema = scan->shape->schema;
    InputMap map = {.scan = scan, .places = places, .count = &scan->input_count};
    scan->filter_count = args->filter_count;
    scan->filters = arena_array(args->arena, Expr *, args->filter_count);
    scan->filter_texts = arena_array(args->arena, const char *, args->filter_count);
    for (size_t i = 0; i < args->filter_count; i++) {
        expr_walk(args->filters[i], filter_collect_column, &map);
        scan->filters[i] = expr_map_columns(args->arena, args->filters[i], filter_map_column, &map);
        Text text = text_in(args->arena);
        expr_print(args->filters[i], &text, column_name_of, schema);
        scan->filter_texts[i] = text_string(&text);
    }
}

static void scan_take_dynamics(CsvScan *scan, const ScanArgs *args, size_t *places)
{
    scan->dynamic_count = args->dynamic_count;
    scan->dynamic_inputs = arena_array(args->arena, size_t, args->dynamic_count);
    for (size_t i = 0; i < args->dynamic_count; i++) {
        size_t *place = &places[args->dynamic_columns[i]];
        if (*place == 0)
            *place = ++scan->input_count;
        scan->inputs[*place - 1].column = args->dynamic_columns[i];
        scan->dynamic_inputs[i] = *place - 1;
    }
}

/* ---- describing ---- */

static void text_add_byte(Text *text, char byte)
{
    if (byte == '\t')
        text_add(text, "tab");
    else
        text_add_format(text, "'%c'", byte);
}

static void scan_explain(Scan *base, Text *text)
{
    const CsvScan *scan = (CsvScan *)base;
    const CsvShape *shape = scan->shape;
    const CsvDialect *dialect = &shape->dialect;
    text_add_format(text, "file: %s", scan->table->path);
    if (scan->table->spool == NULL)
        text_add_format(text, " (%" PRIu64 " bytes)", shape->identity.size);
    if (shape->compression)
        text_add_format(text, "\ncompression: %s", compression_name(shape->compression));
    if (shape->encoding)
        text_add_format(text, "\nencoding: %s", shape->encoding);
    text_add(text, "\ndialect: delimiter ");
    text_add_byte(text, dialect->delimiter);
    text_add(text, dialect->has_quote ? ", quote " : ", no quotes");
    if (dialect->has_quote)
        text_add_byte(text, dialect->quote);
    if (dialect->has_quote && dialect->escape != dialect->quote) {
        text_add(text, ", escape ");
        text_add_byte(text, dialect->escape);
    }
    text_add(text, dialect->has_header ? ", header" : ", no header");
    if (dialect->preamble_lines)
        text_add_format(text, ", %zu lines above it", dialect->preamble_lines);
    text_add_format(text, "\ncolumns parsed: %zu of %zu", scan->input_count, shape->schema->column_count);
    text_add(text, "\n");
}

CsvScanCounts csv_scan_counts(Scan *base)
{
    CsvScan *scan = (CsvScan *)base;
    return (CsvScanCounts){
        .bytes_read = atomic_load(&scan->bytes_read),
        .row_count = atomic_load(&scan->row_count),
        .dropped_count = atomic_load(&scan->dropped_count),
        .parsed_count = atomic_load(&scan->parsed_count),
        .kept_count = atomic_load(&scan->kept_count),
    };
}

void csv_scan_counts_explain(const CsvScanCounts *counts, bool has_filters, Text *text)
{
    text_add_format(text, "bytes read: %" PRIu64 "\nrows read: %" PRIu64 "\n", counts->bytes_read, counts->row_count);
    if (has_filters)
        text_add_format(text, "rows dropped by filters: %" PRIu64 "\n", counts->dropped_count);
    text_add_format(text, "fields parsed: %" PRIu64 "\n", counts->parsed_count);
    if (counts->kept_count > 0)
        text_add_format(text, "pieces served from the session's cache: %" PRIu64 "\n", counts->kept_count);
}

static void scan_explain_analyze(Scan *base, Text *text)
{
    CsvScanCounts counts = csv_scan_counts(base);
    csv_scan_counts_explain(&counts, ((CsvScan *)base)->filter_count > 0, text);
}

/* What will come; nobody knows how many rows the filters leave. */
static Statistics *scan_statistics(const CsvScan *scan, const ScanArgs *args)
{
    const Statistics *table = scan->shape->statistics;
    Statistics *statistics = arena_copy(args->arena, table, sizeof *table);
    statistics->column_count = args->projection_count;
    statistics->columns = arena_array(args->arena, ColumnStatistics, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        if (args->projection[i] < table->column_count)
            statistics->columns[i] = table->columns[args->projection[i]];
    if (args->filter_count > 0 || args->limit != NO_LIMIT) {
        statistics->row_count.precision = PRECISION_ESTIMATE;
        if (statistics->row_count.count > args->limit)
            statistics->row_count.count = args->limit;
        for (size_t i = 0; i < args->projection_count; i++) {
            ColumnStatistics *column = &statistics->columns[i];
            column->null_count.precision = column->null_count.precision ? PRECISION_ESTIMATE : PRECISION_ABSENT;
            column->minimum.precision = column->minimum.precision ? PRECISION_ESTIMATE : PRECISION_ABSENT;
            column->maximum.precision = column->maximum.precision ? PRECISION_ESTIMATE : PRECISION_ABSENT;
        }
    }
    return statistics;
}

static void scan_describe_input(CsvScan *scan, CsvInput *input)
{
    const Schema *schema = scan->shape->schema;
    input->type = input->column < schema_width(schema) ? schema->columns[input->column].type : type_of(TYPE_BIGINT);
    input->is_declared = input->column < schema->column_count && scan->shape->is_declared[input->column];
    scan->has_guesses |= !scan->shape->is_total && !input->is_declared && input->column < schema->column_count &&
                         input->type.id != TYPE_VARCHAR;
    scan->counts_lines |= input->column == schema->column_count + CSV_HIDDEN_LINE;
}

/* A scan of columns of the file, whole, may be served from the table's cache. */
static void scan_describe_kept(CsvScan *scan, Arena *arena)
{
    if (!scan->is_in_pieces || scan->limit != NO_LIMIT)
        return;
    CsvCacheColumn *columns = arena_array(arena, CsvCacheColumn, scan->input_count);
    for (size_t i = 0; i < scan->input_count; i++) {
        const CsvInput *input = &scan->inputs[i];
        if (input->column >= scan->shape->schema->column_count)
            return;
        columns[i] = (CsvCacheColumn){.column = input->column, .type = input->type, .is_declared = input->is_declared};
    }
    scan->kept_columns = columns;
}

/* The first piece most often has as many rows as are wanted. */
static size_t scan_piece_size(const CsvScan *scan)
{
    enum { LEAST = 60 << 10 }; /* with what stands around them they take 64 KiB */
    const CsvShape *shape = scan->shape;
    if (scan->limit > ONE_CURSOR_LIMIT || scan->filter_count > 0)
        return CSV_READ_SIZE;
    uint64_t row_size = shape->identity.size / (shape->row_count + 1) + 1, size = 2 * (scan->limit + 1) * row_size;
    return size < LEAST ? LEAST : size < CSV_READ_SIZE ? (size_t)size : CSV_READ_SIZE;
}

/* Of long records many are on their way at a time, and samples may take them to be much shorter. */
static size_t scan_cursor_limit(const CsvScan *scan, const Context *context)
{
    enum {
        HELD_RECORDS = 128,
        DECODED_SIZE = 12 << 20, /* of text that is decoded: it grows by doubling, and is copied to a block */
    };
    const CsvShape *shape = scan->shape;
    uint64_t start = scan->is_fed ? 0 : shape->dialect.data_offset, size = shape->identity.size;
    size_t held_size = size / (shape->row_count + 1) * HELD_RECORDS;
    if (scan->is_fed && held_size < DECODED_SIZE)
        held_size = DECODED_SIZE;
    return scan_cursors_that_fit(context, csv_morsels_count(start, size, scan->piece_size), held_size);
}

Scan *csv_scan_shape(CsvTable *table, CsvShape *shape, const ScanArgs *args)
{
    Arena *arena = args->arena;
    CsvScan *scan = arena_new(arena, CsvScan);
    size_t width = schema_width(shape->schema);
    scan->table = table;
    scan->shape = shape;
    scan->limit = args->order_count == 0 ? args->limit : NO_LIMIT;
    scan->inputs = arena_array(arena, CsvInput, args->projection_count + width);
    size_t *places = arena_array(arena, size_t, width);
    Schema *schema = schema_new(arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++) {
        size_t column = args->projection[i];
        scan->inputs[i].column = column;
        if (column == width) {
            schema->columns[i] = (Column){.name = "row number", .type = type_of(TYPE_BIGINT)};
            continue;
        }
        schema->columns[i] = shape->schema->columns[column];
        places[column] = i + 1;
    }
    scan->input_count = args->projection_count;
    scan_take_filters(scan, args, places);
    scan_take_dynamics(scan, args, places);
    for (size_t i = 0; i < scan->input_count; i++)
        scan_describe_input(scan, &scan->inputs[i]);
    scan->piece_size = scan_piece_size(scan);
    bool is_plain = csv_morsels_suit(&shape->dialect), is_shared = is_plain && scan->limit > ONE_CURSOR_LIMIT;
    scan->is_in_pieces =
        is_plain && table->spool == NULL && shape->compression == COMPRESSION_NONE && shape->encoding == NULL;
    scan->is_fed = is_shared && !scan->is_in_pieces;
    scan_describe_kept(scan, args->arena);
    scan->base = (Scan){
        .schema = schema,
        .statistics = scan_statistics(scan, args),
        .cursor_limit = is_shared ? scan_cursor_limit(scan, args->context) : 1,
        .work = table->spool ? 0 : shape->identity.size,
        .start = csv_reading_new,
        .open = csv_cursor_new,
        .explain = scan_explain,
        .explain_analyze = scan_explain_analyze,
    };
    return &scan->base;
}

Scan *csv_scan(TableProvider *base, const ScanArgs *args)
{
    CsvTable *table = (CsvTable *)base;
    return csv_scan_shape(table, table->shape ? table->shape : csv_table_shape(table, args->context), args);
}
