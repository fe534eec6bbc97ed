/* provider/arrow/arrow_provider.c: an Arrow file as a table: its scans, whose cursors share the record batches. */
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "column/arrow/arrow_array.h"
#include "provider/arrow/arrow.h"
#include "provider/arrow/arrow_batch.h"

typedef struct ArrowTable {
    TableProvider base; /* first, so that a TableProvider * can be cast back */
    const char *path;
    const ArrowFile *file; /* as it was last; NULL before the first `schema`. Scans use older ones too */
} ArrowTable;

typedef struct ArrowScan {
    Scan base; /* first, so that a Scan * can be cast back */
    const ArrowFile *file;
    size_t column_count;
    const size_t *columns;
    size_t limit;
    _Atomic uint64_t row_count, byte_count;
} ArrowScan;

typedef struct ArrowReading {
    _Atomic size_t next_block;
} ArrowReading;

typedef struct ArrowCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    ArrowScan *scan;
    ArrowReading *reading;
    const Context *context;
    Arena *arena, *block_arena; /* what is read of a record batch */
    ArrowLoaded *dictionaries;  /* of its columns; NULL before the first batch */
    ArrowColumn *columns;
    Batch *batch;
    size_t next, row_count; /* of the record batch */
    size_t batch_size, limit_left;
} ArrowCursor;

/* ---- reading ---- */

static bool cursor_take_block(ArrowCursor *cursor)
{
    ArrowScan *scan = cursor->scan;
    size_t number = atomic_fetch_add(&cursor->reading->next_block, 1);
    if (number >= scan->file->records.count)
        return false;
    const ArrowBlock *block = &scan->file->records.items[number];
    if (cursor->dictionaries == NULL)
        cursor->dictionaries =
            arrow_dictionaries_load(scan->file, cursor->context, cursor->arena, scan->columns, scan->column_count);
    arena_reset(cursor->block_arena);
    batch_unref(cursor->batch); /* texts of the batch before, which would stand beside those that come */
    ArrowLoaded *loaded = arena_array(cursor->block_arena, ArrowLoaded, scan->column_count);
    if (scan->column_count > 0)
        arrow_batch_load(scan->file, cursor->context, cursor->block_arena, block, scan->columns, scan->column_count,
                         cursor->dictionaries, loaded);
    for (size_t i = 0; i < scan->column_count; i++) {
        arrow_column_init(&cursor->columns[i], cursor->block_arena, scan->file->columns.types[scan->columns[i]],
                          loaded[i].array, 0, block->row_count, loaded[i].owner, scan->file->path);
        atomic_fetch_add(&scan->byte_count, loaded[i].byte_count);
    }
    cursor->base.morsel = number;
    cursor->next = 0;
    cursor->row_count = block->row_count;
    return true;
}

static Batch *cursor_next(BatchStream *stream)
{
    ArrowCursor *cursor = (ArrowCursor *)stream;
    context_check(cursor->context);
    if (cursor->limit_left == 0)
        return NULL;
    while (cursor->next == cursor->row_count)
        if (!cursor_take_block(cursor))
            return NULL;
    size_t count = cursor->row_count - cursor->next;
    if (count > cursor->batch_size)
        count = cursor->batch_size;
    if (count > cursor->limit_left)
        count = cursor->limit_left;
    for (size_t i = 0; i < cursor->scan->column_count; i++)
        arrow_column_read(&cursor->columns[i], cursor->next, count, cursor->batch->columns[i]);
    cursor->next += count;
    if (cursor->limit_left != NO_LIMIT)
        cursor->limit_left -= count;
    atomic_fetch_add_explicit(&cursor->scan->row_count, count, memory_order_relaxed);
    cursor->batch->row_count = cursor->batch->vector_size = count;
    cursor->batch->morsel = cursor->base.morsel;
    return cursor->batch;
}

static void *reading_new(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    (void)scan, (void)context, (void)dynamics;
    return arena_new(arena, ArrowReading);
}

static BatchStream *scan_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    ArrowCursor *cursor = arena_new(arena, ArrowCursor);
    cursor->base = (BatchStream){.schema = base->schema, .next = cursor_next};
    cursor->scan = (ArrowScan *)base;
    cursor->reading = reading;
    cursor->context = context;
    cursor->arena = arena;
    cursor->block_arena = arena_new_child(arena);
    cursor->columns = arena_array(arena, ArrowColumn, cursor->scan->column_count);
    cursor->batch = batch_new(arena, base->schema);
    cursor->limit_left = cursor->scan->limit;
    cursor->batch_size = batch_rows_that_fit(context, schema_row_size(base->schema));
    return &cursor->base;
}

/* ---- describing ---- */

static void scan_explain(Scan *base, Text *text)
{
    const ArrowScan *scan = (ArrowScan *)base;
    text_add_format(text, "file: %s\nrecord batches: %zu\n", scan->file->path, scan->file->records.count);
}

static void scan_explain_analyze(Scan *base, Text *text)
{
    ArrowScan *scan = (ArrowScan *)base;
    text_add_format(text, "bytes read: %" PRIu64 "\nrows read: %" PRIu64 "\n", atomic_load(&scan->byte_count),
                    atomic_load(&scan->row_count));
}

static Statistics *file_statistics(Arena *arena, const ArrowFile *file)
{
    Statistics *statistics = arena_new(arena, Statistics);
    statistics->row_count = (StatisticsCount){PRECISION_EXACT, file->row_count};
    statistics->byte_size = (StatisticsCount){PRECISION_EXACT, (uint64_t)file->status.st_size};
    return statistics;
}

/* Bytes that a cursor holds: the record batch that it reads, those before of which batches are on their way, and what
 * is made of them. */
static size_t file_cursor_size(const ArrowFile *file)
{
    enum { HELD_BLOCKS = 4 };
    size_t most = 0;
    for (size_t i = 0; i < file->records.count; i++)
        most = file->records.items[i].body_size > most ? file->records.items[i].body_size : most;
    return memory_size_multiply(most, HELD_BLOCKS);
}

static Scan *arrow_scan(TableProvider *base, const ScanArgs *args)
{
    const ArrowFile *file = ((ArrowTable *)base)->file;
    ArrowScan *scan = arena_new(args->arena, ArrowScan);
    provider_own(args->arena, provider_ref(base));
    Schema *schema = schema_new(args->arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = file->columns.schema->columns[args->projection[i]];
    scan->file = file;
    scan->column_count = args->projection_count;
    scan->columns = arena_copy(args->arena, args->projection, args->projection_count * sizeof *args->projection);
    scan->limit = args->order_count == 0 ? args->limit : NO_LIMIT;
    scan->base =
        (Scan){.schema = schema,
               .statistics = file_statistics(args->arena, file),
               .cursor_limit = scan_cursors_that_fit(args->context, file->records.count, file_cursor_size(file)),
               .start = reading_new,
               .open = scan_open,
               .explain = scan_explain,
               .explain_analyze = scan_explain_analyze};
    if (scan->limit < file->row_count)
        scan->base.statistics->row_count = (StatisticsCount){PRECISION_ESTIMATE, scan->limit};
    return &scan->base;
}

/* ---- the table ---- */

static bool file_is_the_same(const ArrowFile *file)
{
    struct stat now;
    return stat(file->path, &now) == 0 && now.st_dev == file->status.st_dev && now.st_ino == file->status.st_ino &&
           now.st_size == file->status.st_size && now.st_mtim.tv_sec == file->status.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == file->status.st_mtim.tv_nsec;
}

static const Schema *arrow_schema(TableProvider *base, const Context *context)
{
    ArrowTable *table = (ArrowTable *)base;
    if (table->file && file_is_the_same(table->file))
        return table->file->columns.schema;
    Arena *arena = arena_new_child(context->arena); /* the table's own once nothing can raise any more */
    const ArrowFile *file = arrow_file_open(arena, context, table->path);
    arena_set_parent(arena, base->arena);
    table->file = file;
    return file->columns.schema;
}

static const Statistics *arrow_statistics(TableProvider *base, const Context *context)
{
    const ArrowFile *file = ((ArrowTable *)base)->file;
    return file ? file_statistics(context->arena, file) : NULL;
}

static void arrow_release(TableProvider *base)
{
    arena_free(base->arena);
}

static const TableProviderOps arrow_ops = {
    .format = "arrow",
    .schema = arrow_schema,
    .scan = arrow_scan,
    .statistics = arrow_statistics,
    .release = arrow_release,
};

static TableProvider *arrow_table_new(const FormatArgs *args)
{
    if (args->option_count > 0)
        error_raise(ERROR_INVALID_PARAMETER, args->options[0].position, "Arrow files have no option %.*s",
                    VIEW_ARGUMENTS(args->options[0].name));
    if (args->columns)
        error_raise_hint(ERROR_NOT_SUPPORTED, args->position, "leave the columns out",
                         "an Arrow file says itself which columns it has");
    Arena *arena = arena_new_child(args->context->arena);
    ArrowTable *table = arena_new(arena, ArrowTable);
    table->base = (TableProvider){.ops = &arrow_ops, .share_count = 1, .arena = arena};
    table->path = arena_string(arena, args->location);
    arena_set_parent(arena, NULL);
    return &table->base;
}

const Format arrow_format = {
    .name = "arrow",
    .extensions = ".arrow .arrows .feather .ipc",
    .description = "an Arrow IPC file, or a stream in a file",
    .table = arrow_table_new,
};
