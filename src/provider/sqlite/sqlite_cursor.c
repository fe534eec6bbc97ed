/* provider/sqlite/sqlite_cursor.c: stepping through a statement, a vector a column. */
#include "provider/sqlite/sqlite_cursor.h"

#include <inttypes.h>

#include "base/utf8.h"
#include "provider/sqlite/sqlite_value.h"

struct SqliteCursor {
    BatchStream base; /* first, so that a BatchStream * can be cast back */
    const SqliteQuery *query;
    SqliteDatabase *database;
    const Context *context;
    Arena *arena;
    SqliteCounts *counts;
    SqliteRead *readers;
    sqlite3_stmt *statement; /* NULL: not begun, or at its end */
    Arena *statement_arena;
    Batch *batch;
    size_t batch_size;
    bool is_open;
    int64_t rowids[BATCH_SIZE];
};

/* ---- the SELECT ---- */

void sqlite_query_init(SqliteQuery *query, Arena *arena, SqliteTable *table, const SqliteShape *shape,
                       const size_t *columns, size_t column_count, Expr *const *filters, size_t filter_count,
                       size_t limit)
{
    *query = (SqliteQuery){.table = table,
                           .shape = shape,
                           .column_count = column_count,
                           .columns = columns,
                           .has_rowid = column_count > 0 && shape->rowid_name &&
                                        column_count < (size_t)sqlite3_limit(table->database->connection,
                                                                             SQLITE_LIMIT_COLUMN, /* only ask */ -1),
                           .sql = sqlite_sql_in(arena)};
    Text *text = &query->sql.text;
    text_add(text, "SELECT ");
    for (size_t i = 0; i < column_count; i++) {
        text_add(text, i ? ", " : "");
        if (columns[i] < schema_width(shape->schema))
            text_add_sqlite_name(text, shape->columns[columns[i]].name);
        else
            text_add(text, shape->rowid_name);
    }
    if (column_count == 0)
        text_add(text, "1");
    if (query->has_rowid)
        text_add_format(text, ", %s", shape->rowid_name);
    text_add(text, " FROM main.");
    text_add_sqlite_name(text, table->name);
    for (size_t i = 0; i < filter_count; i++) {
        size_t before = text->size;
        text_add(text, i ? " AND " : " WHERE ");
        if (sqlite_filter_add(&query->sql, table, shape, filters[i]) != FILTER_UNSUPPORTED)
            continue;
        text->size = before; /* one that was never answered so: the caller filters */
        text->data[before] = '\0';
    }
    if (limit != NO_LIMIT)
        text_add_format(text, " LIMIT %" PRId64, limit > INT64_MAX ? INT64_MAX : (int64_t)limit);
}

/* ---- reading ---- */

static const SqliteColumn *query_column(const SqliteQuery *query, size_t i)
{
    static const SqliteColumn rowid = {.name = "rowid", .type = {.id = TYPE_BIGINT}};
    size_t index = query->columns[i];
    return index < schema_width(query->shape->schema) ? &query->shape->columns[index] : &rowid;
}

static void cursor_open(SqliteCursor *cursor)
{
    const SqliteQuery *query = cursor->query;
    cursor->is_open = true;
    sqlite_database_begin_read(cursor->database);
    cursor->statement_arena = arena_new_child(cursor->arena);
    cursor->statement = sqlite_prepare(cursor->database, cursor->statement_arena, text_string(&query->sql.text));
    for (size_t i = 0; i < query->sql.parameters.count; i++)
        sqlite_value_bind(cursor->database, cursor->statement, (int)i + 1, &query->sql.parameters.items[i]);
    cursor->readers = arena_array(cursor->arena, SqliteRead, query->column_count);
    for (size_t i = 0; i < query->column_count; i++)
        cursor->readers[i] = sqlite_value_reader(query_column(query, i));
    size_t batch_size = cursor->context->settings ? cursor->context->settings->batch_size : BATCH_SIZE;
    cursor->batch_size = batch_size >= 1 && batch_size <= BATCH_SIZE ? batch_size : BATCH_SIZE;
}

/* The statement goes, and with it its lock. */
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
    const SqliteColumn *column = query_column(query, i);
    char type[TYPE_NAME_SIZE];
    Text place = text_in(cursor->arena), value = text_in(cursor->arena);
    text_add_format(&place, "%s: table \"%s\", ", cursor->database->path, query->table->name);
    if (query->has_rowid)
        text_add_format(&place, "%s %" PRId64, query->shape->rowid_name,
                        (int64_t)sqlite3_column_int64(cursor->statement, (int)query->column_count));
    else
        text_add_format(&place, "row %zu of those that were read", row + 1);
    text_add_format(&place, ", column \"%s\"", column->name);
    if (result == SQLITE_READ_ENCODING)
        error_raise(ERROR_INVALID_ENCODING, NO_POSITION, "%s: the text is not valid UTF-8", text_string(&place));
    text_add_stored(&value, cursor->statement, (int)i);
    error_raise_hint(
        ERROR_BAD_DATA, NO_POSITION,
        "OPTIONS (on_mismatch 'null') takes such values as NULL; CREATE EXTERNAL TABLE may declare another "
        "type for the column",
        "%s: %s is no %s", text_string(&place), text_string(&value), type_name(column->type, type));
}

static void cursor_read_value(SqliteCursor *cursor, size_t i, size_t row)
{
    const SqliteQuery *query = cursor->query;
    Vector *target = cursor->batch->columns[i];
    if (sqlite3_column_type(cursor->statement, (int)i) == SQLITE_NULL) {
        if (!cursor->base.schema->columns[i].is_nullable)
            cursor_raise(cursor, i, row, SQLITE_READ_MISMATCH);
        vector_set_null(target, row);
        return;
    }
    SqliteReadResult result = cursor->readers[i](cursor->statement, (int)i, target, row);
    if (result == SQLITE_READ_OK)
        return;
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

static Batch *cursor_next(BatchStream *stream)
{
    SqliteCursor *cursor = (SqliteCursor *)stream;
    const SqliteQuery *query = cursor->query;
    context_check(cursor->context);
    sqlite_database_enter(cursor->database, cursor->context);
    if (!cursor->is_open)
        cursor_open(cursor);
    if (cursor->statement == NULL)
        return NULL;
    for (size_t i = 0; i < query->column_count; i++)
        vector_prepare(cursor->batch->columns[i], cursor->batch_size);
    size_t row = 0;
    bool is_at_end = false;
    while (row < cursor->batch_size && !is_at_end) {
        is_at_end = !sqlite_step(cursor->database, cursor->statement);
        if (is_at_end)
            break;
        for (size_t i = 0; i < query->column_count; i++)
            cursor_read_value(cursor, i, row);
        if (query->has_rowid)
            cursor->rowids[row] = sqlite3_column_int64(cursor->statement, (int)query->column_count);
        row++;
    }
    cursor_count(cursor, row);
    if (is_at_end)
        cursor_finish(cursor);
    cursor->batch->row_count = cursor->batch->vector_size = row;
    return row > 0 ? cursor->batch : NULL;
}

static void cursor_close(BatchStream *stream)
{
    SqliteCursor *cursor = (SqliteCursor *)stream;
    cursor->is_open = true; /* and at its end */
    cursor_finish(cursor);
}

SqliteCursor *sqlite_cursor_new(Arena *arena, const Context *context, const SqliteQuery *query, const Schema *schema,
                                SqliteCounts *counts)
{
    SqliteCursor *cursor = arena_new(arena, SqliteCursor);
    cursor->base = (BatchStream){.schema = schema, .next = cursor_next, .close = cursor_close};
    cursor->query = query;
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

const int64_t *sqlite_cursor_rowids(const SqliteCursor *cursor)
{
    return cursor->rowids;
}
