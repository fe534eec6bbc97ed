/* provider/sqlite/sqlite_cursor.c: stepping through a statement, a vector a column. */
#include "provider/sqlite/sqlite_cursor.h"

#include <inttypes.h>

#include "base/utf8.h"
#include "column/decimal.h"
#include "expr/function.h"
#include "provider/sqlite/sqlite_value.h"

struct SqliteCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    const SqliteQuery *query;
    SqliteReading *reading; /* NULL: none */
    SqliteDatabase *database;
    const Context *context;
    Arena *arena;
    SqliteCounts *counts;
    SqliteRead *readers;
    sqlite3_stmt *statement; /* NULL: not begun, or at its end */
    SqliteParts parts;       /* of the table; one that is whole, where the reading has no readers */
    bool is_part_done;
    Arena *statement_arena;
    Batch *batch;
    size_t batch_size;
    size_t text_limit, text_size; /* bytes of the batch's texts that are enough for it; of those that it has */
    bool is_open;
};

/* ---- reading ---- */

enum { INDEXED_KEYS = 1000 }; /* looked up one by one; of more, many rows of the table may be wanted */

/* What dynamic filters add to a query. */
typedef struct Narrowing {
    Arena *arena;
    const SqliteQuery *query;
    size_t count;
    Expr **filters;
    bool *are_hints;
} Narrowing;

static void narrowing_add(Narrowing *narrowing, Expr *filter, bool is_hint)
{
    narrowing->filters[narrowing->count] = filter;
    narrowing->are_hints[narrowing->count++] = is_hint;
}

/* Adds what is known of a column by now; false when nothing at all is wanted. What SQLite would not take any more is
 * left out: a join of many keys knows the rows by the others. */
static bool narrowing_add_snapshot(Narrowing *narrowing, size_t column, const DynamicSnapshot *snapshot)
{
    const SqliteShape *shape = narrowing->query->shape;
    Arena *arena = narrowing->arena;
    if (snapshot == NULL || snapshot->keeps_nulls)
        return true;
    if (snapshot->has_keys && snapshot->key_count == 0)
        return false;
    Expr *name = expr_column(arena, (ColumnId)column, shape->schema->columns[column].type, NO_POSITION);
    bool is_rowid = shape->columns[column].is_rowid;
    if (narrowing->count + 2 > SQLITE_MOST_PARTS) /* both bounds */
        return true;
    if (snapshot->has_keys) {
        Expr **list = arena_array(arena, Expr *, snapshot->key_count + 1);
        list[0] = name;
        for (size_t i = 0; i < snapshot->key_count; i++)
            list[i + 1] = expr_constant(arena, snapshot->keys[i], NO_POSITION);
        narrowing_add(narrowing,
                      expr_new(arena, EXPR_IN, type_of(TYPE_BOOLEAN), list, snapshot->key_count + 1, NO_POSITION),
                      snapshot->key_count > INDEXED_KEYS && !is_rowid);
        return true;
    }
    const Value *bounds[] = {&snapshot->minimum, &snapshot->maximum};
    static const char *const signs[] = {">=", "<="};
    for (size_t i = 0; i < 2; i++) {
        if (bounds[i]->is_null)
            continue;
        Expr *pair[] = {name, expr_constant(arena, *bounds[i], NO_POSITION)};
        narrowing_add(narrowing, function_call(arena, signs[i], pair, 2, NO_POSITION), !is_rowid);
    }
    return true;
}

/* The query with what the dynamic filters know when it begins; NULL when no row is wanted. */
static const SqliteQuery *cursor_narrow(const SqliteCursor *cursor)
{
    const SqliteQuery *query = cursor->query;
    const SqliteReading *reading = cursor->reading;
    if (reading == NULL || reading->dynamics == NULL)
        return query;
    SqliteRequest request = query->request;
    size_t most = request.filter_count + 2 * reading->dynamic_count;
    Narrowing narrowing = {.arena = cursor->arena,
                           .query = query,
                           .filters = arena_array(cursor->arena, Expr *, most),
                           .are_hints = arena_array(cursor->arena, bool, most)};
    for (size_t i = 0; i < request.filter_count; i++)
        narrowing_add(&narrowing, request.filters[i], false);
    for (size_t i = 0; i < reading->dynamic_count; i++)
        if (!narrowing_add_snapshot(&narrowing, reading->dynamic_columns[i],
                                    dynamic_filter_newest(reading->dynamics[i])))
            return NULL;
    if (narrowing.count == request.filter_count)
        return query;
    request.filter_count = narrowing.count;
    request.filters = narrowing.filters;
    request.are_hints = narrowing.are_hints;
    SqliteQuery *narrow = arena_new(cursor->arena, SqliteQuery);
    sqlite_query_init(narrow, cursor->arena, query->table, query->shape, &request);
    if (cursor->counts)
        atomic_store(&cursor->counts->narrowed, text_string(&narrow->sql.text));
    return narrow;
}

/* All rowids of the table in parts; one part where the rows are looked up. */
static SqliteParts cursor_parts(const SqliteCursor *cursor)
{
    const SqliteQuery *query = cursor->query;
    if (!sqlite_query_way(query, cursor->database, cursor->arena).scans_table)
        return (SqliteParts){.is_whole = true, .count = 1};
    SqliteParts parts = {0};
    Arena *scratch = arena_new_child(cursor->arena);
    Text name = text_in(scratch);
    text_add_sqlite_name(&name, query->table->name);
    const char *rowid = query->shape->rowid_name;
    const char *sql = arena_format(scratch, "SELECT (SELECT min(%s) FROM main.%s), (SELECT max(%s) FROM main.%s)",
                                   rowid, text_string(&name), rowid, text_string(&name));
    sqlite3_stmt *statement = sqlite_prepare(cursor->database, scratch, sql);
    if (sqlite_step(cursor->database, statement) && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        parts = sqlite_parts_of(sqlite3_column_int64(statement, 0), sqlite3_column_int64(statement, 1));
    arena_free(scratch);
    return parts;
}

/* The cursor reads the parts that it takes, through a connection of its own; false: others have taken all. */
static bool cursor_share(SqliteCursor *cursor)
{
    SqliteReading *reading = cursor->reading;
    size_t number = atomic_fetch_add(&reading->next_reader, 1);
    if (number >= reading->readers->count)
        return false;
    cursor->database = reading->readers->items[number];
    sqlite_database_enter(cursor->database, cursor->context);
    cursor->parts = sqlite_ranges_agree(&reading->ranges, cursor_parts(cursor));
    cursor->is_part_done = true; /* so that the first is taken */
    if (cursor->parts.is_whole)
        return true;
    SqliteRequest request = cursor->query->request;
    request.has_range = true;
    SqliteQuery *query = arena_new(cursor->arena, SqliteQuery);
    sqlite_query_init(query, cursor->arena, cursor->query->table, cursor->query->shape, &request);
    cursor->query = query;
    return true;
}

/* The next part that no other cursor has taken; false: there is none. */
static bool cursor_take_part(SqliteCursor *cursor)
{
    if (cursor->reading == NULL || cursor->reading->readers == NULL)
        return false;
    size_t part = atomic_fetch_add(&cursor->reading->ranges.next, 1);
    if (part >= cursor->parts.count)
        return false;
    cursor->base.morsel = part;
    cursor->is_part_done = false;
    if (cursor->parts.is_whole)
        return true;
    int64_t bounds[2];
    sqlite_part_bounds(&cursor->parts, part, &bounds[0], &bounds[1]);
    sqlite3_reset(cursor->statement);
    for (size_t i = 0; i < 2; i++) {
        Value bound = value_integer(type_of(TYPE_BIGINT), bounds[i]);
        int parameter = (int)(cursor->query->sql.parameters.count + 1 + i);
        sqlite_value_bind(cursor->database, cursor->statement, parameter, &bound);
    }
    return true;
}

static void cursor_open(SqliteCursor *cursor)
{
    const SqliteQuery *query = cursor_narrow(cursor);
    cursor->is_open = true;
    if (query == NULL)
        return;
    cursor->query = query;
    if (cursor->reading == NULL || cursor->reading->readers == NULL) {
        sqlite_database_enter(cursor->database, cursor->context);
        sqlite_readers_begin(cursor->database, cursor->context, cursor->arena);
    } else if (!cursor_share(cursor)) {
        return;
    }
    query = cursor->query;
    cursor->statement_arena = arena_new_child(cursor->arena);
    cursor->statement = sqlite_prepare(cursor->database, cursor->statement_arena, text_string(&query->sql.text));
    for (size_t i = 0; i < query->sql.parameters.count; i++)
        sqlite_value_bind(cursor->database, cursor->statement, (int)i + 1, &query->sql.parameters.items[i]);
    cursor->readers = arena_array(cursor->arena, SqliteRead, query->output_count);
    for (size_t i = 0; i < query->output_count; i++)
        if (query->outputs[i].kind == SQLITE_OUTPUT_VALUE)
            cursor->readers[i] = sqlite_value_reader(query->outputs[i].column);
    cursor->batch_size = batch_rows_that_fit(cursor->context, schema_row_size(cursor->base.schema));
    cursor->text_limit = context_batch_memory(cursor->context);
}

static void cursor_finish(SqliteCursor *cursor)
{
    arena_free(cursor->statement_arena);
    cursor->statement_arena = NULL;
    cursor->statement = NULL;
}

static void text_add_stored(Text *text, sqlite3_stmt *statement, int column)
{
    static const char *const kinds[] = {[SQLITE_INTEGER] = "integer",
                                        [SQLITE_FLOAT] = "real",
                                        [SQLITE_TEXT] = "text",
                                        [SQLITE_BLOB] = "blob",
                                        [SQLITE_NULL] = "null"};
    int kind = sqlite3_column_type(statement, column);
    text_add_format(text, "the %s", kinds[kind]);
    if (kind == SQLITE_INTEGER || kind == SQLITE_FLOAT)
        text_add_format(text, " %s", (const char *)sqlite3_column_text(statement, column));
    if (kind != SQLITE_TEXT)
        return;
    enum { SHOWN_SIZE = 80 };
    StringView shown = view_of((const char *)sqlite3_column_text(statement, column));
    bool is_cut = shown.size > SHOWN_SIZE;
    if (is_cut)
        shown.size = SHOWN_SIZE;
    shown.size = utf8_valid_size(shown); /* not in the middle of a character */
    text_add_format(text, " '%.*s%s'", VIEW_ARGUMENTS(shown), is_cut ? "..." : "");
}

static _Noreturn void cursor_raise(SqliteCursor *cursor, size_t i, size_t row, SqliteReadResult result)
{
    const SqliteQuery *query = cursor->query;
    const SqliteOutput *output = &query->outputs[i];
    char type[TYPE_NAME_SIZE];
    Text place = text_in(cursor->arena), value = text_in(cursor->arena);
    text_add_format(&place, "%s: table \"%s\", ", cursor->database->path, query->table->name);
    if (query->rowid_place >= 0)
        text_add_format(&place, "%s %" PRId64, query->shape->rowid_name,
                        (int64_t)sqlite3_column_int64(cursor->statement, query->rowid_place));
    else
        text_add_format(&place, "row %zu of those that were read", row + 1);
    text_add_format(&place, ", column \"%s\"", output->column->name);
    if (result == SQLITE_READ_ENCODING)
        error_raise(ERROR_INVALID_ENCODING, NO_POSITION, "%s: the text is not valid UTF-8", text_string(&place));
    text_add_stored(&value, cursor->statement, output->place);
    error_raise_hint(
        ERROR_BAD_DATA, NO_POSITION,
        "OPTIONS (on_mismatch 'null') takes such values as NULL; CREATE EXTERNAL TABLE may declare another "
        "type for the column",
        "%s: %s is no %s", text_string(&place), text_string(&value), type_name(output->column->type, type));
}

/* Some value of a sum is none that adds up: reading them one by one tells which. */
static _Noreturn void cursor_raise_misfit(SqliteCursor *cursor, const SqliteOutput *output)
{
    const SqliteShape *shape = cursor->query->shape;
    size_t column = (size_t)(output->column - shape->columns);
    SqliteRequest request = cursor->query->request;
    request.columns = &column;
    request.column_count = 1;
    request.aggregation = NULL;
    SqliteQuery query;
    sqlite_query_init(&query, cursor->arena, cursor->query->table, shape, &request);
    Schema *schema = schema_new(cursor->arena, 1);
    schema->columns[0] = shape->schema->columns[column];
    SqliteCursor *rows = sqlite_cursor_new(cursor->arena, cursor->context, &query, schema, NULL, NULL);
    while (stream_next(&rows->base))
        ;
    error_raise(ERROR_BAD_DATA, NO_POSITION, "%s: table \"%s\", column \"%s\": a value is no BIGINT",
                cursor->database->path, query.table->name, output->column->name);
}

/* sum and avg, from the four parts that sqlite_query.c asks for. */
static void cursor_read_sum(SqliteCursor *cursor, const SqliteOutput *output, Vector *target, size_t row)
{
    enum { HIGH, LOW, COUNT, MISFITS };
    sqlite3_stmt *statement = cursor->statement;
    if (sqlite3_column_double(statement, output->place + MISFITS) > 0)
        cursor_raise_misfit(cursor, output);
    int64_t count = sqlite3_column_int64(statement, output->place + COUNT);
    Int128 sum = (Int128)sqlite3_column_int64(statement, output->place + HIGH) * ((Int128)1 << 32) +
                 sqlite3_column_int64(statement, output->place + LOW);
    char type[TYPE_NAME_SIZE];
    if (count == 0)
        vector_set_null(target, row);
    else if (output->kind == SQLITE_OUTPUT_AVG)
        VECTOR_DATA(target, double)[row] = decimal_to_double(sum, 0) / (double)count;
    else if (sum < INT64_MIN || sum > INT64_MAX)
        error_raise_hint(ERROR_OUT_OF_RANGE, output->call->position, "cast the argument to DECIMAL or DOUBLE",
                         "sum does not fit into %s", type_name(target->type, type));
    else
        VECTOR_DATA(target, int64_t)[row] = (int64_t)sum;
}

static void cursor_read_value(SqliteCursor *cursor, size_t i, size_t row)
{
    const SqliteQuery *query = cursor->query;
    const SqliteOutput *output = &query->outputs[i];
    Vector *target = cursor->batch->columns[i];
    if (output->kind == SQLITE_OUTPUT_COUNT) {
        VECTOR_DATA(target, int64_t)[row] = sqlite3_column_int64(cursor->statement, output->place);
        return;
    }
    if (output->kind != SQLITE_OUTPUT_VALUE) {
        cursor_read_sum(cursor, output, target, row);
        return;
    }
    if (sqlite3_column_type(cursor->statement, output->place) == SQLITE_NULL) {
        if (!cursor->base.schema->columns[i].is_nullable)
            cursor_raise(cursor, i, row, SQLITE_READ_MISMATCH);
        vector_set_null(target, row);
        return;
    }
    SqliteReadResult result = cursor->readers[i](cursor->statement, output->place, target, row);
    if (result == SQLITE_READ_OK) {
        if (target->physical == PHYSICAL_STRING)
            cursor->text_size += VECTOR_DATA(target, String)[row].size;
        return;
    }
    if (!query->table->is_mismatch_null)
        cursor_raise(cursor, i, row, result);
    vector_set_null(target, row);
}

static void cursor_count(SqliteCursor *cursor, size_t row_count)
{
    SqliteCounts *counts = cursor->counts;
    if (counts == NULL)
        return;
    const int reset = 1;
    atomic_fetch_add(&counts->row_count, row_count);
    atomic_fetch_add(&counts->full_scan_steps,
                     (uint64_t)sqlite3_stmt_status(cursor->statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, reset));
    atomic_fetch_add(&counts->machine_steps,
                     (uint64_t)sqlite3_stmt_status(cursor->statement, SQLITE_STMTSTATUS_VM_STEP, reset));
}

/* Up to a batch of the part at hand. */
static Batch *cursor_read(SqliteCursor *cursor)
{
    const SqliteQuery *query = cursor->query;
    for (size_t i = 0; i < query->output_count; i++)
        vector_prepare(cursor->batch->columns[i], cursor->batch_size);
    size_t row = 0;
    cursor->text_size = 0;
    while (row < cursor->batch_size && cursor->text_size < cursor->text_limit) {
        cursor->is_part_done = !sqlite_step(cursor->database, cursor->statement);
        if (cursor->is_part_done)
            break;
        for (size_t i = 0; i < query->output_count; i++)
            cursor_read_value(cursor, i, row);
        row++;
    }
    cursor_count(cursor, row);
    cursor->batch->row_count = cursor->batch->vector_size = row;
    cursor->batch->morsel = cursor->base.morsel;
    return row > 0 ? cursor->batch : NULL;
}

static Batch *cursor_next(BatchStream *stream)
{
    SqliteCursor *cursor = (SqliteCursor *)stream;
    context_check(cursor->context);
    if (!cursor->is_open)
        cursor_open(cursor);
    else if (cursor->statement) /* without one, the connection is not this thread's */
        sqlite_database_enter(cursor->database, cursor->context);
    while (cursor->statement) {
        if (cursor->is_part_done && !cursor_take_part(cursor)) {
            cursor_finish(cursor);
            break;
        }
        Batch *batch = cursor_read(cursor);
        if (batch)
            return batch;
    }
    return NULL;
}

static void cursor_close(BatchStream *stream)
{
    SqliteCursor *cursor = (SqliteCursor *)stream;
    cursor->is_open = true; /* and at its end */
    cursor_finish(cursor);
}

SqliteCursor *sqlite_cursor_new(Arena *arena, const Context *context, const SqliteQuery *query, const Schema *schema,
                                SqliteReading *reading, SqliteCounts *counts)
{
    SqliteCursor *cursor = arena_new(arena, SqliteCursor);
    cursor->base = (BatchStream){.schema = schema, .next = cursor_next, .close = cursor_close};
    cursor->query = query;
    cursor->reading = reading;
    cursor->database = query->table->database;
    cursor->context = context;
    cursor->arena = arena;
    cursor->counts = counts;
    cursor->batch = batch_new(arena, schema);
    return cursor;
}

BatchStream *sqlite_cursor_stream(SqliteCursor *cursor)
{
    return &cursor->base;
}
