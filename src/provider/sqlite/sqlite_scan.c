/* provider/sqlite/sqlite_scan.c: describing a read as one SELECT: which wishes it grants, and how it is explained. */
#include <inttypes.h>

#include "provider/sqlite/sqlite_cursor.h"

/* Rows of a table up to which SQLite groups and sorts: of more, we read faster than it does that. */
enum { SORTED_ROWS = 100 * 1000 };

typedef struct SqliteScan {
    Scan base; /* first, so that a Scan * can be cast back */
    SqliteQuery query;
    size_t dynamic_count;
    const size_t *dynamic_columns;
    size_t reader_count; /* connections of a reading; 0: it has one cursor, on the database's own */
    SqliteCounts counts; /* added up over readings and their cursors */
} SqliteScan;

static void *reading_new(Scan *base, Arena *arena, const Context *context, const DynamicFilter *const *dynamics)
{
    const SqliteScan *scan = (SqliteScan *)base;
    SqliteReading *reading = arena_new(arena, SqliteReading);
    reading->dynamic_count = scan->dynamic_count;
    reading->dynamic_columns = scan->dynamic_columns;
    reading->dynamics = dynamics;
    if (scan->reader_count == 0)
        return reading;
    sqlite_ranges_init(&reading->ranges, arena);
    reading->readers = sqlite_readers_take(scan->query.table->database, context, arena, scan->reader_count);
    return reading;
}

static BatchStream *scan_open(Scan *base, void *reading, Arena *arena, const Context *context)
{
    SqliteScan *scan = (SqliteScan *)base;
    return sqlite_cursor_stream(sqlite_cursor_new(arena, context, &scan->query, base->schema, reading, &scan->counts));
}

static void scan_explain(Scan *base, Text *text)
{
    const SqliteScan *scan = (SqliteScan *)base;
    text_add_format(text, "database: %s\nsql: %s\n", scan->query.table->database->path,
                    text_string(&scan->query.sql.text));
    if (scan->reader_count)
        text_add(text, "rowid ranges: each thread by a connection of its own\n");
    if (scan->query.sql.parameters.count == 0)
        return;
    text_add(text, "bound:");
    for (size_t i = 0; i < scan->query.sql.parameters.count; i++)
        text_add_format(text, "%s ?%zu = %s", i ? "," : "", i + 1,
                        value_sql(text->arena, &scan->query.sql.parameters.items[i]));
    text_add(text, "\n");
}

enum { SHOWN_SQL = 400 }; /* of what may hold a long list */

static void scan_explain_analyze(Scan *base, Text *text)
{
    SqliteScan *scan = (SqliteScan *)base;
    const char *narrowed = atomic_load(&scan->counts.narrowed);
    if (narrowed)
        text_add_format(text, "sql sent: %.*s\n", SHOWN_SQL, narrowed);
    text_add_format(text, "rows read: %" PRIu64 "\n", atomic_load(&scan->counts.row_count));
    text_add_format(text, "sqlite: %" PRIu64 " full scan steps, %" PRIu64 " machine steps\n",
                    atomic_load(&scan->counts.full_scan_steps), atomic_load(&scan->counts.machine_steps));
}

/* ---- describing ---- */

/* SIZE_MAX: unknown. */
static uint64_t table_rows(TableProvider *table, const Context *context)
{
    const Statistics *statistics = provider_statistics(table, context);
    bool is_known = statistics && statistics->row_count.precision != PRECISION_ABSENT;
    return is_known ? statistics->row_count.count : UINT64_MAX;
}

static SqliteWay scan_way(const SqliteScan *scan, const ScanArgs *args)
{
    SqliteDatabase *database = scan->query.table->database;
    sqlite_database_enter(database, args->context);
    return sqlite_query_way(&scan->query, database, args->arena);
}

/* Groups that an index has in order, or few rows; without groups, always: one pass, and one row comes of it. */
static bool scan_take_aggregation(SqliteScan *scan, const ScanArgs *args, SqliteRequest *request)
{
    SqliteTable *table = scan->query.table;
    if (args->aggregation == NULL || !sqlite_aggregation_agrees(table, scan->query.shape, args->aggregation))
        return false;
    SqliteRequest aggregated = *request;
    aggregated.aggregation = args->aggregation;
    aggregated.limit = NO_LIMIT;
    sqlite_query_init(&scan->query, args->arena, table, scan->query.shape, &aggregated);
    SqliteWay way = scan_way(scan, args);
    if ((way.sorts || (way.jumps_about && args->aggregation->group_count)) &&
        table_rows(&table->base, args->context) > SORTED_ROWS)
        return false;
    *request = aggregated;
    return true;
}

/* With a limit, always: few rows come. Else where SQLite has them in that order, and need not sort. */
static bool scan_take_order(SqliteScan *scan, const ScanArgs *args, SqliteRequest *request)
{
    SqliteTable *table = scan->query.table;
    if (args->order_count == 0 || !sqlite_orders_agree(table, scan->query.shape, args->orders, args->order_count))
        return false;
    SqliteRequest ordered = *request;
    ordered.order_count = args->order_count;
    ordered.orders = args->orders;
    ordered.limit = args->limit;
    if (args->limit == NO_LIMIT) {
        sqlite_query_init(&scan->query, args->arena, table, scan->query.shape, &ordered);
        SqliteWay way = scan_way(scan, args);
        if (way.sorts || way.jumps_about)
            return false;
    }
    *request = ordered;
    return true;
}

/* All rows of a large table are read by ranges of their rowids, on connections that are for that alone. */
static bool scan_is_shared(const SqliteScan *scan, const ScanArgs *args)
{
    SqliteTable *table = scan->query.table;
    const SqliteRequest *request = &scan->query.request;
    return args->parallelism > 1 && table->shape->rowid_name && !table->shape->is_virtual &&
           request->aggregation == NULL && request->order_count == 0 && request->limit == NO_LIMIT &&
           sqlite_readers_are_possible(table->database) && scan_way(scan, args).scans_table &&
           table_rows(&table->base, args->context) >= args->context->settings->parallel_rows;
}

/* Of the projection: columns of the table, or the rowid. */
static Schema *projected_schema(const SqliteTable *table, const ScanArgs *args)
{
    const Schema *all = table->shape->schema;
    Schema *schema = schema_new(args->arena, args->projection_count);
    for (size_t i = 0; i < args->projection_count; i++)
        schema->columns[i] =
            args->projection[i] < schema_width(all) ? all->columns[args->projection[i]] : sqlite_row_number(table);
    return schema;
}

static Schema *aggregated_schema(const SqliteTable *table, const ScanArgs *args)
{
    const ScanAggregation *aggregation = args->aggregation;
    Schema *schema = schema_new(args->arena, aggregation->group_count + aggregation->aggregate_count);
    for (size_t i = 0; i < aggregation->group_count; i++)
        schema->columns[i] = table->shape->schema->columns[aggregation->groups[i]];
    for (size_t i = 0; i < aggregation->aggregate_count; i++) {
        const AggregateCall *call = &aggregation->aggregates[i];
        schema->columns[aggregation->group_count + i] =
            (Column){.name = call->aggregate->name, .type = call->type, .is_nullable = true};
    }
    return schema;
}

Scan *sqlite_scan(TableProvider *base, const ScanArgs *args)
{
    SqliteTable *table = (SqliteTable *)base;
    Arena *arena = args->arena;
    SqliteScan *scan = arena_new(arena, SqliteScan);
    provider_own(arena, provider_ref(base));
    SqliteRequest request = {
        .column_count = args->projection_count,
        .columns = arena_copy(arena, args->projection, args->projection_count * sizeof *args->projection),
        .filter_count = args->filter_count,
        .filters = args->filters,
        .limit = args->order_count == 0 ? args->limit : NO_LIMIT,
    };
    scan->query.table = table;
    scan->query.shape = table->shape;
    scan->dynamic_count = args->dynamic_count;
    scan->dynamic_columns = args->dynamic_columns;
    bool is_aggregated = scan_take_aggregation(scan, args, &request);
    bool is_ordered = !is_aggregated && scan_take_order(scan, args, &request);
    const Schema *schema = is_aggregated ? aggregated_schema(table, args) : projected_schema(table, args);
    sqlite_query_init(&scan->query, arena, table, table->shape, &request);
    scan->reader_count = scan_is_shared(scan, args) ? args->parallelism : 0;
    sqlite_database_add_scan(table->database, arena, scan->reader_count);
    scan->base = (Scan){
        .schema = schema,
        .is_ordered = is_ordered,
        .is_aggregated = is_aggregated,
        .is_confined = scan->reader_count == 0, /* to its database's one connection */
        .cursor_limit = scan->reader_count,
        .start = reading_new,
        .open = scan_open,
        .explain = scan_explain,
        .explain_analyze = scan_explain_analyze,
    };
    return &scan->base;
}
