/* provider/csv/csv_union.c: many files as one table: columns are united by name, and paths give columns of their own.
 *
 *   sales/year=2025/a.csv   id,price        ┐
 *   sales/year=2026/b.csv   id,price,note   ┴─▶  id, price, note, year
 *
 * A column has the narrowest type that keeps the values of every file; a file that lacks it has NULL there. Where all
 * paths have a part "key=value", key is a column, and a file whose values no pushed filter lets through is not opened.
 * Which files there are is looked at anew for each statement. */
#include <inttypes.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "column/convert.h"
#include "expr/evaluator.h"
#include "provider/csv/csv.h"
#include "provider/csv/csv_files.h"
#include "provider/csv/csv_hidden.h"
#include "provider/csv/csv_table.h"

enum { PATH_COLUMN_LIMIT = 32 };
#define NOT_IN_FILE SIZE_MAX

/* One of the files. */
typedef struct UnionPart {
    CsvTable *table;
    CsvShape *own_shape;    /* its table's, that `shape` was made from */
    CsvShape *shape;        /* with the types of the union */
    size_t *file_columns;   /* of each column of the union: its place in the file, or NOT_IN_FILE */
    const Value *constants; /* of each column of the union: what it is where the file has none */
} UnionPart;

/* What the files are and have in common. Read-only; plans refer to it. */
typedef struct UnionShape {
    size_t part_count;
    UnionPart *parts; /* by path */
    Schema *schema;
    Statistics *statistics;
} UnionShape;

typedef struct CsvUnion {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    const char *location;
    const CsvOptions *options; /* for the files: without the columns that paths give */
    const Schema *declared;    /* all declared columns, or NULL */
    UnionShape *shape;         /* as it was seen last; NULL: not yet */
} CsvUnion;

/* ---- the columns ---- */

typedef struct UnionColumn {
    const char *name;
    CsvEvidence evidence;
    bool is_declared;
    Type declared_type;
} UnionColumn;

typedef struct UnionMaker {
    CsvUnion *table;
    const Context *context;
    Arena *arena;
    UnionShape *shape;
    ARRAY(UnionColumn) columns;
    size_t path_column_count;
    CsvPathPart *path_parts; /* path_column_count of each file */
} UnionMaker;

static size_t column_find(const UnionMaker *maker, const char *name)
{
    for (size_t c = 0; c < maker->columns.count; c++)
        if (strcmp(maker->columns.items[c].name, name) == 0)
            return c;
    return NOT_IN_FILE;
}

static size_t column_add(UnionMaker *maker, const char *name)
{
    UnionColumn column = {.name = arena_string(maker->arena, name)};
    csv_evidence_init(&column.evidence);
    array_add(maker->arena, &maker->columns, column);
    return maker->columns.count - 1;
}

/* The keys that every path has, in the same order. */
static void path_columns_find(UnionMaker *maker, const CsvFiles *files)
{
    CsvPathPart *parts = arena_array(maker->arena, CsvPathPart, PATH_COLUMN_LIMIT);
    size_t count = csv_path_parts(maker->arena, files->paths[0], parts, PATH_COLUMN_LIMIT);
    maker->path_parts = arena_array(maker->arena, CsvPathPart, count * files->count);
    for (size_t f = 0; f < files->count; f++) {
        CsvPathPart others[PATH_COLUMN_LIMIT];
        size_t other_count = csv_path_parts(maker->arena, files->paths[f], others, PATH_COLUMN_LIMIT);
        for (size_t i = 0; i < count; i++)
            if (other_count != count || !view_equal(others[i].key, parts[i].key))
                return;
        for (size_t i = 0; i < count; i++)
            maker->path_parts[f * count + i] = others[i];
    }
    maker->path_column_count = count;
}

/* Declared columns that paths give are not looked for in the files. */
static void declared_columns_split(UnionMaker *maker)
{
    CsvUnion *table = maker->table;
    if (table->declared == NULL || table->options->columns != table->declared)
        return;
    Schema *schema = schema_new(table->base.arena, table->declared->column_count);
    schema->column_count = 0;
    for (size_t c = 0; c < table->declared->column_count; c++) {
        bool is_of_path = false;
        for (size_t i = 0; i < maker->path_column_count; i++)
            is_of_path |= view_equal_ignoring_case(maker->path_parts[i].key, view_of(table->declared->columns[c].name));
        if (!is_of_path)
            schema->columns[schema->column_count++] = table->declared->columns[c];
    }
    CsvOptions *options = arena_copy(table->base.arena, table->options, sizeof *table->options);
    options->columns = schema;
    table->options = options;
}

/* ---- the files ---- */

static CsvTable *part_table(UnionMaker *maker, const char *path)
{
    CsvUnion *table = maker->table;
    size_t low = 0, high = table->shape ? table->shape->part_count : 0;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(table->shape->parts[middle].table->path, path);
        if (order == 0)
            return table->shape->parts[middle].table;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return csv_table_make(maker->arena, path, table->options, /* input= */ NULL);
}

/* The file's columns among those of the union. */
static void part_unite(UnionMaker *maker, UnionPart *part, size_t *places)
{
    const CsvShape *shape = part->own_shape;
    for (size_t c = 0; c < shape->schema->column_count; c++) {
        size_t place = column_find(maker, shape->schema->columns[c].name);
        if (place == NOT_IN_FILE)
            place = column_add(maker, shape->schema->columns[c].name);
        UnionColumn *column = &maker->columns.items[place];
        csv_evidence_merge(&column->evidence, &shape->evidence[c]);
        if (shape->is_declared[c]) {
            column->is_declared = true;
            column->declared_type = shape->schema->columns[c].type;
        }
        places[c] = place;
    }
}

static void part_finish(UnionMaker *maker, UnionPart *part, const size_t *places, const CsvPathPart *path_parts,
                        size_t first_path_column)
{
    const Schema *schema = maker->shape->schema, *own = part->own_shape->schema;
    Type *types = arena_array(maker->arena, Type, own->column_count);
    bool *is_declared = arena_array(maker->arena, bool, own->column_count);
    size_t width = schema_width(schema);
    Value *constants = arena_array(maker->arena, Value, width);
    part->file_columns = arena_array(maker->arena, size_t, width);
    for (size_t hidden = 0; hidden < CSV_HIDDEN_COUNT; hidden++)
        part->file_columns[schema->column_count + hidden] =
            hidden == CSV_HIDDEN_FILE ? NOT_IN_FILE : own->column_count + hidden;
    constants[schema->column_count + CSV_HIDDEN_FILE] = value_text(view_of(part->table->path));
    for (size_t c = 0; c < schema->column_count; c++) {
        part->file_columns[c] = NOT_IN_FILE;
        constants[c] = value_null(schema->columns[c].type);
        if (c < first_path_column || path_parts[c - first_path_column].value.data == NULL)
            continue;
        Error error;
        StringView text = path_parts[c - first_path_column].value;
        if (!value_parse(maker->arena, text, schema->columns[c].type, &constants[c], &error))
            error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: '%.*s' in its path is no value of column %s: %s",
                        part->table->path, VIEW_ARGUMENTS(text), schema->columns[c].name, error.message);
    }
    for (size_t c = 0; c < own->column_count; c++) {
        part->file_columns[places[c]] = c;
        types[c] = schema->columns[places[c]].type;
        is_declared[c] = maker->columns.items[places[c]].is_declared;
    }
    part->constants = constants;
    part->shape = csv_shape_retype(maker->arena, part->own_shape, types, is_declared);
}

/* ---- the whole ---- */

static bool union_is_same(const UnionShape *shape, const UnionPart *parts, size_t part_count)
{
    if (shape == NULL || shape->part_count != part_count)
        return false;
    for (size_t i = 0; i < part_count; i++)
        if (shape->parts[i].table != parts[i].table || shape->parts[i].own_shape != parts[i].own_shape)
            return false;
    return true;
}

/* Columns of paths come last. A file's own column of the same name keeps its values. */
static size_t path_columns_add(UnionMaker *maker)
{
    size_t first = maker->columns.count, kept = 0, count = maker->path_column_count;
    for (size_t i = 0; i < count; i++) {
        const char *name = arena_string_n(maker->arena, maker->path_parts[i].key.data, maker->path_parts[i].key.size);
        if (column_find(maker, name) != NOT_IN_FILE)
            continue;
        UnionColumn *column = &maker->columns.items[column_add(maker, name)];
        ptrdiff_t declared = maker->table->declared ? schema_find(maker->table->declared, view_of(name)) : -1;
        column->is_declared = declared >= 0;
        if (declared >= 0)
            column->declared_type = maker->table->declared->columns[declared].type;
        for (size_t p = 0; p < maker->shape->part_count; p++) {
            StringView value = maker->path_parts[p * count + i].value;
            char *padded = arena_allocate_zero(maker->arena, value.size + 16);
            if (value.data == NULL)
                csv_evidence_add_null(&column->evidence);
            else
                csv_evidence_add(&column->evidence, memcpy(padded, value.data, value.size), value.size);
            maker->path_parts[p * count + kept] = maker->path_parts[p * count + i];
        }
        kept++;
    }
    return first;
}

static void union_describe(UnionMaker *maker)
{
    UnionShape *shape = maker->shape;
    size_t column_count = maker->columns.count;
    Statistics *statistics = arena_new(maker->arena, Statistics);
    statistics->row_count.precision = statistics->byte_size.precision = PRECISION_EXACT;
    for (size_t p = 0; p < shape->part_count; p++) {
        const Statistics *part = shape->parts[p].own_shape->statistics;
        statistics->row_count.count += part->row_count.count;
        if (part->row_count.precision < statistics->row_count.precision)
            statistics->row_count.precision = part->row_count.precision;
        statistics->byte_size.count += shape->parts[p].own_shape->identity.size;
    }
    statistics->column_count = column_count;
    statistics->columns = arena_array(maker->arena, ColumnStatistics, column_count);
    shape->schema = schema_new(maker->arena, column_count);
    for (size_t c = 0; c < column_count; c++) {
        UnionColumn *column = &maker->columns.items[c];
        Type type = column->is_declared ? column->declared_type : csv_evidence_type(&column->evidence);
        shape->schema->columns[c] = (Column){.name = column->name, .type = type, .is_nullable = true};
        statistics->columns[c] =
            csv_evidence_statistics(&column->evidence, type, statistics->row_count.count, /* is_total= */ false);
    }
    schema_add_hidden(shape->schema, maker->arena, csv_hidden_columns, CSV_HIDDEN_COUNT);
    shape->statistics = statistics;
}

static UnionShape *union_look(CsvUnion *table, const Context *context)
{
    Arena *arena = arena_new_child(context->arena); /* the table's once it is whole */
    UnionMaker maker = {.table = table, .context = context, .arena = arena};
    CsvFiles files = csv_files_find(arena, context, table->location, csv_format.extensions);
    path_columns_find(&maker, &files);
    declared_columns_split(&maker);
    UnionShape *shape = maker.shape = arena_new(arena, UnionShape);
    shape->part_count = files.count;
    shape->parts = arena_array(arena, UnionPart, files.count);
    for (size_t i = 0; i < files.count; i++) {
        context_check(context);
        shape->parts[i].table = part_table(&maker, files.paths[i]);
        shape->parts[i].own_shape = csv_table_shape(shape->parts[i].table, context);
    }
    if (union_is_same(table->shape, shape->parts, files.count)) {
        arena_free(arena);
        return table->shape;
    }
    size_t **places = arena_array(arena, size_t *, files.count);
    for (size_t i = 0; i < files.count; i++) {
        places[i] = arena_array(arena, size_t, shape->parts[i].own_shape->schema->column_count);
        part_unite(&maker, &shape->parts[i], places[i]);
    }
    size_t path_column_count = maker.path_column_count, first_path_column = path_columns_add(&maker);
    union_describe(&maker);
    for (size_t i = 0; i < files.count; i++)
        part_finish(&maker, &shape->parts[i], places[i], maker.path_parts + i * path_column_count, first_path_column);
    arena_set_parent(arena, table->base.arena);
    table->shape = shape;
    return shape;
}

/* ---- scanning ---- */

typedef struct UnionScan {
    Scan base; /* first, so that a Scan * can be cast back */
    CsvUnion *table;
    size_t file_count; /* before pruning */
    size_t part_count; /* that are read */
    const UnionPart **parts;
    Scan **scans;           /* of each part */
    size_t **projections;   /* of each part and column of the scan: its place in the part's scan, or NOT_IN_FILE */
    const size_t *columns;  /* of the union, in the order wanted */
    size_t *dynamic_counts; /* of each part: those that are about columns which it has */
    size_t **dynamics;      /* and which they are of the union's */
    size_t limit;
    size_t filter_count;
} UnionScan;

/* One pass: each cursor goes through the parts in order, and takes pieces of those that have some left. */
typedef struct UnionReading {
    void **readings; /* of each part */
} UnionReading;

enum { MORSEL_PART_SHIFT = 40 }; /* a batch's morsel: the part, then that of the part */

typedef struct UnionCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    UnionScan *scan;
    UnionReading *reading;
    const Context *context;
    Arena *arena;
    Arena *part_arena;
    size_t part;         /* that is being read, or comes next */
    BatchStream *stream; /* of it; NULL: the next one has to be opened */
    Batch *output;
    size_t limit_left;
} UnionCursor;

static void cursor_open_part(UnionCursor *cursor)
{
    const UnionScan *scan = cursor->scan;
    size_t index = cursor->part;
    Scan *part = scan->scans[index];
    arena_reset(cursor->part_arena);
    cursor->stream = part->open(part, cursor->reading->readings[index], cursor->part_arena, cursor->context);
    csv_stream_set_outer(cursor->stream, &cursor->base, (uint64_t)index << MORSEL_PART_SHIFT);
    for (size_t c = 0; c < scan->base.schema->column_count; c++) {
        if (scan->projections[index][c] != NOT_IN_FILE)
            continue;
        cursor->output->columns[c] = vector_new(cursor->part_arena, scan->base.schema->columns[c].type);
        vector_set_constant(cursor->output->columns[c], &scan->parts[index]->constants[scan->columns[c]]);
    }
}

static Batch *cursor_next(BatchStream *base)
{
    UnionCursor *cursor = (UnionCursor *)base;
    UnionScan *scan = cursor->scan;
    while (cursor->limit_left > 0 && cursor->part < scan->part_count) {
        if (cursor->stream == NULL) {
            if (csv_reading_is_taken(scan->scans[cursor->part], cursor->reading->readings[cursor->part])) {
                cursor->part++;
                continue;
            }
            cursor_open_part(cursor);
        }
        Batch *batch = stream_next(cursor->stream);
        if (batch == NULL) {
            stream_close(cursor->stream);
            cursor->stream = NULL;
            cursor->part++;
            continue;
        }
        Batch *output = cursor->output;
        output->row_count = batch->row_count;
        output->vector_size = batch->vector_size;
        output->selection = batch->selection;
        output->origin = batch->origin;
        output->morsel = batch->morsel;
        for (size_t c = 0; c < output->column_count; c++)
            if (scan->projections[cursor->part][c] != NOT_IN_FILE)
                output->columns[c] = batch->columns[scan->projections[cursor->part][c]];
        if (cursor->limit_left != NO_LIMIT)
            cursor->limit_left -= batch->row_count < cursor->limit_left ? batch->row_count : cursor->limit_left;
        return output;
    }
    cursor->limit_left = 0;
    return NULL;
}

static void *reading_new(Scan *base, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    const UnionScan *scan = (UnionScan *)base;
    UnionReading *reading = arena_new(arena, UnionReading);
    reading->readings = arena_array(arena, void *, scan->part_count);
    for (size_t p = 0; p < scan->part_count; p++) {
        size_t count = scan->dynamic_counts[p];
        const DynamicFilter **own = dynamics ? arena_array(arena, const DynamicFilter *, count) : NULL;
        for (size_t d = 0; dynamics && d < count; d++)
            own[d] = dynamics[scan->dynamics[p][d]];
        scan->scans[p]->progress = base->progress;
        reading->readings[p] = scan_start(scan->scans[p], arena, context, own);
    }
    return reading;
}

static BatchStream *scan_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    UnionCursor *cursor = arena_new(arena, UnionCursor);
    cursor->base = (BatchStream){.schema = base->schema, .next = cursor_next};
    cursor->scan = (UnionScan *)base;
    cursor->reading = reading;
    cursor->context = context;
    cursor->arena = arena;
    cursor->part_arena = arena_new_child(arena);
    cursor->output = batch_new_empty(arena, base->schema->column_count);
    cursor->limit_left = cursor->scan->limit;
    return &cursor->base;
}

static void scan_explain(Scan *base, Text *text)
{
    const UnionScan *scan = (UnionScan *)base;
    text_add_format(text, "files: %zu of %zu in %s\n", scan->part_count, scan->file_count, scan->table->location);
}

static void scan_explain_analyze(Scan *base, Text *text)
{
    const UnionScan *scan = (UnionScan *)base;
    CsvScanCounts total = {0};
    for (size_t p = 0; p < scan->part_count; p++) {
        CsvScanCounts counts = csv_scan_counts(scan->scans[p]);
        total.bytes_read += counts.bytes_read;
        total.row_count += counts.row_count;
        total.dropped_count += counts.dropped_count;
        total.parsed_count += counts.parsed_count;
        total.kept_count += counts.kept_count;
    }
    csv_scan_counts_explain(&total, scan->filter_count > 0, text);
}

/* ---- filters of one file ---- */

typedef struct FilterMap {
    Arena *arena;
    const UnionPart *part;
    bool has_columns; /* of the file */
} FilterMap;

/* Columns become those of the file, or what they always are there. */
static Expr *filter_rewrite(void *user, Expr *expr)
{
    FilterMap *map = user;
    if (expr->kind != EXPR_COLUMN)
        return expr;
    size_t column = map->part->file_columns[expr->column];
    if (column == NOT_IN_FILE)
        return expr_constant(map->arena, map->part->constants[expr->column], expr->position);
    map->has_columns = true;
    return expr_column(map->arena, (ColumnId)column, expr->type, expr->position);
}

/* The filters that are left for the file's own scan; false when no row of it can pass. */
static bool part_filters(const UnionPart *part, const ScanArgs *args, Expr **ret_filters, size_t *ret_count)
{
    *ret_count = 0;
    for (size_t i = 0; i < args->filter_count; i++) {
        FilterMap map = {.arena = args->arena, .part = part};
        Expr *filter = expr_rewrite(args->arena, args->filters[i], filter_rewrite, &map);
        if (map.has_columns) {
            ret_filters[(*ret_count)++] = filter;
            continue;
        }
        Value value = expr_evaluate_constant(args->arena, args->context, filter);
        if (value.is_null || !value.boolean)
            return false;
    }
    return true;
}

static void scan_add_part(UnionScan *scan, const UnionPart *part, const ScanArgs *args)
{
    Arena *arena = args->arena;
    ScanArgs own = *args;
    Expr **filters = arena_array(arena, Expr *, args->filter_count);
    if (!part_filters(part, args, filters, &own.filter_count))
        return;
    size_t *columns = arena_array(arena, size_t, args->projection_count), count = 0;
    size_t *places = arena_array(arena, size_t, args->projection_count);
    for (size_t c = 0; c < args->projection_count; c++) {
        size_t column = part->file_columns[args->projection[c]];
        places[c] = column == NOT_IN_FILE ? NOT_IN_FILE : count;
        if (column != NOT_IN_FILE)
            columns[count++] = column;
    }
    size_t *dynamic_columns = arena_array(arena, size_t, args->dynamic_count);
    size_t *dynamics = arena_array(arena, size_t, args->dynamic_count);
    own.dynamic_count = 0;
    for (size_t d = 0; d < args->dynamic_count; d++) {
        size_t column = part->file_columns[args->dynamic_columns[d]];
        if (column == NOT_IN_FILE)
            continue;
        dynamics[own.dynamic_count] = d;
        dynamic_columns[own.dynamic_count++] = column;
    }
    own.dynamic_columns = dynamic_columns;
    own.filters = filters;
    own.projection = columns;
    own.projection_count = count;
    own.order_count = 0;
    own.limit = scan->limit;
    scan->parts[scan->part_count] = part;
    scan->projections[scan->part_count] = places;
    scan->dynamic_counts[scan->part_count] = own.dynamic_count;
    scan->dynamics[scan->part_count] = dynamics;
    Scan *file_scan = csv_scan_shape(part->table, part->shape, &own);
    scan->base.cursor_limit += file_scan->cursor_limit;
    scan->base.work += file_scan->work;
    scan->scans[scan->part_count++] = file_scan;
}

static Statistics *scan_statistics(const UnionScan *scan, const UnionShape *shape, const ScanArgs *args)
{
    Statistics *statistics = arena_copy(args->arena, shape->statistics, sizeof *shape->statistics);
    bool is_whole = args->filter_count == 0 && args->limit == NO_LIMIT;
    statistics->column_count = args->projection_count;
    statistics->columns = arena_array(args->arena, ColumnStatistics, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        if (args->projection[i] < shape->schema->column_count)
            statistics->columns[i] = shape->statistics->columns[args->projection[i]];
    if (is_whole)
        return statistics;
    statistics->row_count = (StatisticsCount){.precision = PRECISION_ESTIMATE};
    for (size_t p = 0; p < scan->part_count; p++)
        statistics->row_count.count += scan->parts[p]->own_shape->statistics->row_count.count;
    if (statistics->row_count.count > args->limit)
        statistics->row_count.count = args->limit;
    return statistics;
}

static Scan *union_scan(TableProvider *base, const ScanArgs *args)
{
    CsvUnion *table = (CsvUnion *)base;
    Arena *arena = args->arena;
    UnionShape *shape = table->shape ? table->shape : union_look(table, args->context);
    UnionScan *scan = arena_new(arena, UnionScan);
    Schema *schema = schema_new(arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = shape->schema->columns[args->projection[i]];
    scan->table = table;
    scan->file_count = shape->part_count;
    scan->parts = arena_array(arena, const UnionPart *, shape->part_count);
    scan->scans = arena_array(arena, Scan *, shape->part_count);
    scan->projections = arena_array(arena, size_t *, shape->part_count);
    scan->dynamic_counts = arena_array(arena, size_t, shape->part_count);
    scan->dynamics = arena_array(arena, size_t *, shape->part_count);
    scan->columns = arena_copy(arena, args->projection, args->projection_count * sizeof *args->projection);
    scan->limit = args->order_count == 0 ? args->limit : NO_LIMIT;
    scan->filter_count = args->filter_count;
    for (size_t p = 0; p < shape->part_count; p++)
        scan_add_part(scan, &shape->parts[p], args);
    scan->base = (Scan){
        .schema = schema,
        .statistics = scan_statistics(scan, shape, args),
        .cursor_limit = scan->base.cursor_limit,
        .work = scan->base.work,
        .start = reading_new,
        .open = scan_open,
        .explain = scan_explain,
        .explain_analyze = scan_explain_analyze,
    };
    return &scan->base;
}

/* ---- the contract ---- */

static const Schema *union_schema(TableProvider *base, const Context *context)
{
    return union_look((CsvUnion *)base, context)->schema;
}

static const Statistics *union_statistics(TableProvider *base, const Context *context)
{
    CsvUnion *table = (CsvUnion *)base;
    return (table->shape ? table->shape : union_look(table, context))->statistics;
}

static void union_release(TableProvider *base)
{
    arena_free(base->arena);
}

static const TableProviderOps union_ops = {
    .format = "csv",
    .schema = union_schema,
    .supports_filters_pushdown = csv_supports_filters_pushdown,
    .scan = union_scan,
    .statistics = union_statistics,
    .release = union_release,
};

TableProvider *csv_union_new(const FormatArgs *args)
{
    Arena *arena = arena_new_child(args->context->arena); /* its own master once nothing can raise any more */
    CsvUnion *table = arena_new(arena, CsvUnion);
    table->base = (TableProvider){.ops = &union_ops, .share_count = 1, .arena = arena};
    table->location = arena_string(arena, args->location);
    table->options = csv_options_read(arena, args);
    table->declared = table->options->columns;
    arena_set_parent(arena, NULL);
    return &table->base;
}
