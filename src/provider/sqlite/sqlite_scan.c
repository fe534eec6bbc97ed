/* provider/sqlite/sqlite_scan.c: describing a read as one SELECT. The first cursor runs it; others find nothing left.
 */
#include <inttypes.h>

#include "provider/sqlite/sqlite_cursor.h"

typedef struct SqliteScan {
    Scan base; /* first, so that a Scan * can be cast back */
    SqliteQuery query;
    /* shared by the cursors: */
    atomic_bool is_taken;
    SqliteCounts counts;
} SqliteScan;

static Batch *empty_next(BatchStream *stream)
{
    (void)stream;
    return NULL;
}

static BatchStream *scan_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    (void)reading;
    SqliteScan *scan = (SqliteScan *)base;
    if (!atomic_exchange(&scan->is_taken, true))
        return sqlite_cursor_stream(sqlite_cursor_new(arena, context, &scan->query, base->schema, &scan->counts));
    BatchStream *empty = arena_new(arena, BatchStream);
    *empty = (BatchStream){.schema = base->schema, .next = empty_next};
    return empty;
}

static void scan_explain(Scan *base, Text *text)
{
    const SqliteScan *scan = (SqliteScan *)base;
    text_add_format(text, "database: %s\nsql: %s\n", scan->query.table->database->path,
                    text_string(&scan->query.sql.text));
    if (scan->query.sql.parameters.count == 0)
        return;
    text_add(text, "bound:");
    for (size_t i = 0; i < scan->query.sql.parameters.count; i++)
        text_add_format(text, "%s ?%zu = %s", i ? "," : "", i + 1,
                        value_sql(text->arena, &scan->query.sql.parameters.items[i]));
    text_add(text, "\n");
}

static void scan_explain_analyze(Scan *base, Text *text)
{
    SqliteScan *scan = (SqliteScan *)base;
    text_add_format(text, "rows read: %" PRIu64 "\n", atomic_load(&scan->counts.row_count));
    text_add_format(text, "sqlite: %" PRIu64 " full scan steps, %" PRIu64 " machine steps\n",
                    atomic_load(&scan->counts.full_scan_steps), atomic_load(&scan->counts.machine_steps));
}

static void table_release(void *table)
{
    provider_unref(table);
}

Scan *sqlite_scan(TableProvider *base, const ScanArgs *args)
{
    SqliteTable *table = (SqliteTable *)base;
    SqliteShape *shape = table->shape;
    Arena *arena = args->arena;
    SqliteScan *scan = arena_new(arena, SqliteScan);
    Schema *schema = schema_new(arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] = args->projection[i] < schema_width(shape->schema)
                                 ? shape->schema->columns[args->projection[i]]
                                 : sqlite_row_number(table);
    size_t *columns = arena_copy(arena, args->projection, args->projection_count * sizeof *columns);
    arena_own(arena, provider_ref(base), table_release);
    sqlite_database_add_scan(table->database, arena);
    sqlite_query_init(&scan->query, arena, table, shape, columns, args->projection_count, args->filters,
                      args->filter_count, args->order_count == 0 ? args->limit : NO_LIMIT);
    scan->base = (Scan){
        .schema = schema,
        .open = scan_open,
        .explain = scan_explain,
        .explain_analyze = scan_explain_analyze,
    };
    return &scan->base;
}
