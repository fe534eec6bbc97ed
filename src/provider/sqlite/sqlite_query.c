/* provider/sqlite/sqlite_query.c: writing the SELECT, and which orders and aggregates mean the same to SQLite.
 *
 * SQLite's sum() fails when a partial sum leaves 64 bits, and takes text for 0. So the sum of integers is asked for as
 *   sum(x >> 32), sum(x & 4294967295), count(x), total(typeof(x) NOT IN ('integer', 'null'))
 * whose parts cannot overflow, and of which the last tells whether all values are what they should be. */
#include "provider/sqlite/sqlite_query.h"

#include <inttypes.h>
#include <string.h>

#include "provider/sqlite/sqlite_value.h"

enum { SUM_PARTS = 4 };

/* Of a SELECT, a table, an ORDER BY. */
static size_t most_columns(const SqliteTable *table)
{
    return (size_t)sqlite3_limit(table->database->connection, SQLITE_LIMIT_COLUMN, /* only ask */ -1);
}

/* ---- what means the same ---- */

/* Whether SQLite finds the same values of the column equal, and orders them as we do. Values that do not fit would be
 * NULL by option, which SQLite does not know. */
static bool column_compares_alike(const SqliteTable *table, const SqliteShape *shape, size_t index)
{
    if (table->is_mismatch_null || shape->is_virtual)
        return false;
    if (index >= schema_width(shape->schema))
        return true; /* the rowid */
    const SqliteColumn *column = &shape->columns[index];
    switch ((TypeId)column->type.id) {
    case TYPE_BOOLEAN:
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_UBIGINT:
    case TYPE_DOUBLE:
    case TYPE_BLOB:
    case TYPE_DATE:
        return !column->is_rendered;
    case TYPE_DECIMAL:
        return !column->is_rendered && column->type.precision <= SQLITE_EXACT_DIGITS;
    case TYPE_VARCHAR:
        return !column->is_rendered && table->database->is_utf8;
    default: /* one time has several texts */
        return false;
    }
}

bool sqlite_orders_agree(const SqliteTable *table, const SqliteShape *shape, const ScanOrder *orders, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!column_compares_alike(table, shape, orders[i].column))
            return false;
    return true;
}

/* A column that an INTEGER affinity stands before: whatever is a whole number is stored as one. */
static bool column_adds_up_alike(const SqliteTable *table, const SqliteShape *shape, size_t index)
{
    Type declared;
    return !table->is_view && !table->is_mismatch_null && !shape->is_virtual && index < schema_width(shape->schema) &&
           !shape->columns[index].is_rendered && shape->columns[index].type.id == TYPE_BIGINT &&
           sqlite_type_of_declared(shape->columns[index].declared, &declared) && declared.id == TYPE_BIGINT;
}

static bool call_output(const SqliteTable *table, const SqliteShape *shape, const AggregateCall *call,
                        SqliteOutputKind *ret_kind)
{
    const char *name = call->aggregate->name;
    if (call->filter || call->order_count > 0 || call->argument_count > 1)
        return false;
    if (call->argument_count == 0) {
        *ret_kind = SQLITE_OUTPUT_COUNT;
        return strcmp(name, "count") == 0 && !call->is_distinct;
    }
    if (call->arguments[0]->kind != EXPR_COLUMN)
        return false;
    size_t column = call->arguments[0]->column;
    if (strcmp(name, "count") == 0) {
        *ret_kind = SQLITE_OUTPUT_COUNT;
        return call->is_distinct ? column_compares_alike(table, shape, column) : !table->is_mismatch_null;
    }
    if (strcmp(name, "min") == 0 || strcmp(name, "max") == 0) {
        *ret_kind = SQLITE_OUTPUT_VALUE;
        return column < schema_width(shape->schema) && column_compares_alike(table, shape, column) &&
               type_equal(call->type, shape->columns[column].type);
    }
    *ret_kind = strcmp(name, "sum") == 0 ? SQLITE_OUTPUT_SUM : SQLITE_OUTPUT_AVG;
    return (strcmp(name, "sum") == 0 || strcmp(name, "avg") == 0) && !call->is_distinct &&
           column_adds_up_alike(table, shape, column);
}

bool sqlite_aggregation_agrees(const SqliteTable *table, const SqliteShape *shape, const ScanAggregation *aggregation)
{
    for (size_t i = 0; i < aggregation->group_count; i++)
        if (aggregation->groups[i] >= schema_width(shape->schema) ||
            !column_compares_alike(table, shape, aggregation->groups[i]))
            return false;
    size_t column_count = aggregation->group_count;
    for (size_t i = 0; i < aggregation->aggregate_count; i++) {
        SqliteOutputKind kind;
        if (!call_output(table, shape, &aggregation->aggregates[i], &kind))
            return false;
        column_count += kind == SQLITE_OUTPUT_SUM || kind == SQLITE_OUTPUT_AVG ? SUM_PARTS : 1;
    }
    return column_count > 0 && column_count <= most_columns(table);
}

/* ---- writing ---- */

static const SqliteColumn *query_column(const SqliteQuery *query, size_t index)
{
    static const SqliteColumn rowid = {.name = "rowid", .type = {.id = TYPE_BIGINT}};
    return index < schema_width(query->shape->schema) ? &query->shape->columns[index] : &rowid;
}

static void write_name(SqliteQuery *query, size_t index)
{
    if (index < schema_width(query->shape->schema))
        text_add_sqlite_name(&query->sql.text, query->shape->columns[index].name);
    else
        text_add(&query->sql.text, query->shape->rowid_name);
}

/* The column as it is to be compared: text by its bytes. */
static void write_compared(SqliteQuery *query, size_t index)
{
    const SqliteColumn *column = query_column(query, index);
    write_name(query, index);
    if (column->type.id == TYPE_VARCHAR && !column->is_binary_collation)
        text_add(&query->sql.text, " COLLATE BINARY");
}

static void write_from(SqliteQuery *query)
{
    text_add(&query->sql.text, " FROM main.");
    text_add_sqlite_name(&query->sql.text, query->table->name);
}

/* Returns how many values of SQLite's row it takes. */
static int write_call(SqliteQuery *query, const SqliteOutput *output)
{
    Text *text = &query->sql.text;
    const AggregateCall *call = output->call;
    size_t column = call->argument_count ? call->arguments[0]->column : 0;
    switch (output->kind) {
    case SQLITE_OUTPUT_COUNT:
        text_add(text, call->is_distinct ? "count(DISTINCT " : "count(");
        if (call->argument_count == 0)
            text_add_char(text, '*');
        else if (call->is_distinct)
            write_compared(query, column);
        else
            write_name(query, column);
        text_add_char(text, ')');
        return 1;
    case SQLITE_OUTPUT_VALUE:
        text_add_format(text, "%s(", call->aggregate->name);
        write_compared(query, column);
        text_add_char(text, ')');
        return 1;
    default: { /* the parts of a sum */
        static const char *const parts[] = {"sum(", " >> 32), sum(", " & 4294967295), count(", "), total(typeof("};
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            text_add(text, parts[i]);
            write_name(query, column);
        }
        text_add(text, ") NOT IN ('integer', 'null'))");
        return SUM_PARTS;
    }
    }
}

/* min and max of indexed columns are found at once, but only by a query that asks for nothing else. */
static bool is_of_bounds_alone(const SqliteRequest *request)
{
    const ScanAggregation *aggregation = request->aggregation;
    for (size_t i = 0; i < aggregation->aggregate_count; i++)
        if (strcmp(aggregation->aggregates[i].aggregate->name, "min") != 0 &&
            strcmp(aggregation->aggregates[i].aggregate->name, "max") != 0)
            return false;
    return aggregation->group_count == 0 && aggregation->aggregate_count > 1 && request->filter_count == 0;
}

static void write_aggregation(SqliteQuery *query, bool is_of_bounds)
{
    Text *text = &query->sql.text;
    const ScanAggregation *aggregation = query->request.aggregation;
    int place = 0;
    for (size_t i = 0; i < query->output_count; i++) {
        SqliteOutput *output = &query->outputs[i];
        output->place = place;
        text_add(text, i ? ", " : "");
        if (i < aggregation->group_count) {
            output->column = query_column(query, aggregation->groups[i]);
            write_name(query, aggregation->groups[i]);
            place++;
            continue;
        }
        output->call = &aggregation->aggregates[i - aggregation->group_count];
        if (output->call->argument_count)
            output->column = query_column(query, output->call->arguments[0]->column);
        (void)call_output(query->table, query->shape, output->call, &output->kind);
        text_add(text, is_of_bounds ? "(SELECT " : "");
        place += write_call(query, output);
        if (is_of_bounds) {
            write_from(query);
            text_add_char(text, ')');
        }
    }
}

static void write_columns(SqliteQuery *query)
{
    Text *text = &query->sql.text;
    size_t count = query->output_count;
    for (size_t i = 0; i < count; i++) {
        text_add(text, i ? ", " : "");
        query->outputs[i] = (SqliteOutput){.column = query_column(query, query->request.columns[i]), .place = (int)i};
        write_name(query, query->request.columns[i]);
    }
    if (count == 0)
        text_add(text, "1");
    if (count > 0 && query->shape->rowid_name && count < most_columns(query->table)) {
        text_add_format(text, ", %s", query->shape->rowid_name);
        query->rowid_place = (int)count;
    }
}

static void write_filters(SqliteQuery *query)
{
    Text *text = &query->sql.text;
    bool has_any = false;
    for (size_t i = 0; i < query->request.filter_count; i++) {
        size_t before = text->size;
        text_add(text, has_any ? " AND " : " WHERE ");
        query->sql.avoids_indexes = query->request.are_hints && query->request.are_hints[i];
        if (sqlite_filter_add(&query->sql, query->table, query->shape, query->request.filters[i]) !=
            FILTER_UNSUPPORTED) {
            has_any = true;
            continue;
        }
        text->size = before; /* one that was never answered so: the caller filters */
        text->data[before] = '\0';
    }
    size_t bound = query->sql.parameters.count;
    if (query->request.has_range)
        text_add_format(text, "%s%s BETWEEN ?%zu AND ?%zu", has_any ? " AND " : " WHERE ", query->shape->rowid_name,
                        bound + 1, bound + 2);
}

/* NULLs come first in SQLite's order, and last when it is turned. */
static void write_orders(SqliteQuery *query)
{
    Text *text = &query->sql.text;
    for (size_t i = 0; i < query->request.order_count; i++) {
        const ScanOrder *order = &query->request.orders[i];
        bool is_rowid = order->column >= schema_width(query->shape->schema);
        bool may_be_null = !is_rowid && query->shape->schema->columns[order->column].is_nullable &&
                           !query->shape->columns[order->column].is_rowid;
        text_add(text, i ? ", " : " ORDER BY ");
        write_compared(query, order->column);
        text_add(text, order->order.is_descending ? " DESC" : "");
        if (may_be_null && order->order.nulls_first == order->order.is_descending)
            text_add(text, order->order.nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

void sqlite_query_init(SqliteQuery *query, Arena *arena, SqliteTable *table, const SqliteShape *shape,
                       const SqliteRequest *request)
{
    const ScanAggregation *aggregation = request->aggregation;
    *query = (SqliteQuery){.table = table,
                           .shape = shape,
                           .request = *request,
                           .output_count = aggregation ? aggregation->group_count + aggregation->aggregate_count
                                                       : request->column_count,
                           .rowid_place = -1,
                           .sql = sqlite_sql_in(arena)};
    query->outputs = arena_array(arena, SqliteOutput, query->output_count);
    Text *text = &query->sql.text;
    text_add(text, "SELECT ");
    bool is_of_bounds = aggregation && is_of_bounds_alone(request);
    if (aggregation)
        write_aggregation(query, is_of_bounds);
    else
        write_columns(query);
    if (is_of_bounds)
        return;
    write_from(query);
    write_filters(query);
    for (size_t i = 0; aggregation && i < aggregation->group_count; i++) {
        text_add(text, i ? ", " : " GROUP BY ");
        write_compared(query, aggregation->groups[i]);
    }
    write_orders(query);
    if (request->limit != NO_LIMIT)
        text_add_format(text, " LIMIT %" PRId64, request->limit > INT64_MAX ? INT64_MAX : (int64_t)request->limit);
}

/* ---- SQLite's plan ---- */

SqliteWay sqlite_query_way(const SqliteQuery *query, SqliteDatabase *database, Arena *arena)
{
    enum { DETAIL = 3 };
    SqliteWay way = {0};
    Arena *scratch = arena_new_child(arena);
    const char *sql = arena_format(scratch, "EXPLAIN QUERY PLAN %s", text_string(&query->sql.text));
    sqlite3_stmt *statement = sqlite_prepare(database, scratch, sql);
    while (sqlite_step(database, statement)) {
        const char *detail = sqlite_column_string(scratch, statement, DETAIL);
        way.sorts |= detail && strstr(detail, "USE TEMP B-TREE");
        bool is_scan = detail && strncmp(detail, "SCAN ", 5) == 0;
        way.jumps_about |= is_scan && strstr(detail, " USING INDEX ");
        way.scans_table |= is_scan && strstr(detail, " USING ") == NULL;
    }
    arena_free(scratch);
    return way;
}
