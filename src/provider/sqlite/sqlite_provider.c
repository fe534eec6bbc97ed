/* provider/sqlite/sqlite_provider.c: a table of a database as the contract sees it, and the format that makes one. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "column/number.h"
#include "provider/sqlite/sqlite.h"
#include "provider/sqlite/sqlite_schema.h"

/* ---- the contract ---- */

static const Schema *sqlite_schema(TableProvider *base, const Context *context)
{
    SqliteTable *table = (SqliteTable *)base;
    int64_t version = sqlite_database_schema_version(table->database, context);
    if (table->shape && table->shape->schema_version == version)
        return table->shape->schema;
    SqliteShape *shape = sqlite_shape_read(table, context);
    if (shape == NULL)
        error_raise(ERROR_UNDEFINED_TABLE, NO_POSITION, "%s: table \"%s\" is not there any more", table->database->path,
                    table->name);
    table->shape = shape;
    return shape->schema;
}

static TableType sqlite_table_type(TableProvider *base)
{
    return ((SqliteTable *)base)->is_view ? TABLE_VIEW : TABLE_BASE;
}

static const Constraints *sqlite_constraints(TableProvider *base)
{
    const SqliteShape *shape = ((SqliteTable *)base)->shape;
    return shape ? &shape->constraints : NULL;
}

static const char *sqlite_column_default(TableProvider *base, size_t column)
{
    const SqliteShape *shape = ((SqliteTable *)base)->shape;
    return shape ? shape->columns[column].default_sql : NULL;
}

static const char *sqlite_table_definition(TableProvider *base, const char *name, Arena *arena)
{
    (void)name, (void)arena;
    const SqliteShape *shape = ((SqliteTable *)base)->shape;
    return shape ? shape->sql : NULL;
}

/* ---- statistics ---- */

static void distinct_note(const SqliteTable *table, Statistics *statistics, const char *column, uint64_t count)
{
    for (size_t c = 0; column && c < statistics->column_count; c++)
        if (strcasecmp(table->shape->columns[c].name, column) == 0)
            statistics->columns[c].distinct_count = (StatisticsCount){PRECISION_ESTIMATE, count};
}

/* What ANALYZE has written: of each index the rows, and how many have the same value in its first column. A partial
 * index knows of some rows only. */
static bool analyzed_read(const SqliteTable *table, Arena *scratch, Statistics *statistics)
{
    static const char sql[] =
        "SELECT s.stat, (SELECT name FROM pragma_index_info(s.idx) WHERE seqno = 0) FROM main.sqlite_stat1 s "
        "WHERE s.tbl = ?1 COLLATE NOCASE AND (s.idx IS NULL OR EXISTS (SELECT 1 FROM pragma_index_list(s.tbl) l "
        "WHERE l.name = s.idx AND l.partial = 0))";
    SqliteDatabase *database = table->database;
    sqlite3_stmt *statement = sqlite_prepare(
        database, scratch, "SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1' AND type = 'table'");
    if (!sqlite_step(database, statement))
        return false;
    statement = sqlite_prepare(database, scratch, sql);
    sqlite_bind_view(database, statement, 1, view_of(table->name));
    bool is_known = false;
    while (sqlite_step(database, statement)) {
        const char *text = sqlite_column_string(scratch, statement, 0);
        unsigned long long rows, same;
        int read = text ? sscanf(text, "%llu %llu", &rows, &same) : 0;
        if (read < 1)
            continue;
        is_known = true;
        if (rows > statistics->row_count.count)
            statistics->row_count.count = rows;
        if (read == 2 && same > 0 && rows > 0)
            distinct_note(table, statistics, sqlite_column_string(scratch, statement, 1), (rows + same - 1) / same);
    }
    return is_known;
}

uint64_t sqlite_largest_rowid(const SqliteTable *table, Arena *scratch)
{
    Text sql = text_in(scratch);
    text_add_format(&sql, "SELECT max(%s) FROM main.", table->shape->rowid_name);
    text_add_sqlite_name(&sql, table->name);
    sqlite3_stmt *statement = sqlite_prepare(table->database, scratch, text_string(&sql));
    int64_t largest = sqlite_step(table->database, statement) ? sqlite3_column_int64(statement, 0) : 0;
    return largest > 0 ? (uint64_t)largest : 0;
}

static const Statistics *sqlite_statistics(TableProvider *base, const Context *context)
{
    SqliteTable *table = (SqliteTable *)base;
    const SqliteShape *shape = table->shape;
    sqlite_database_enter(table->database, context);
    if (shape == NULL || table->is_view || shape->is_virtual)
        return NULL;
    Statistics *statistics = arena_new(context->arena, Statistics);
    statistics->row_count.precision = PRECISION_ESTIMATE;
    statistics->column_count = shape->schema->column_count;
    statistics->columns = arena_array(context->arena, ColumnStatistics, statistics->column_count);
    Arena *scratch = arena_new_child(context->arena);
    bool is_known = analyzed_read(table, scratch, statistics);
    if (!is_known && shape->rowid_name)
        statistics->row_count.count = sqlite_largest_rowid(table, scratch);
    arena_free(scratch);
    if (!is_known && !shape->rowid_name)
        return NULL;
    for (size_t i = 0; i < shape->constraints.count; i++) {
        const Constraint *constraint = &shape->constraints.items[i];
        if (constraint->kind == CONSTRAINT_NOT_NULL)
            statistics->columns[constraint->columns[0]].null_count.precision = PRECISION_ESTIMATE;
        else if (constraint->column_count == 1)
            statistics->columns[constraint->columns[0]].distinct_count =
                (StatisticsCount){PRECISION_ESTIMATE, statistics->row_count.count};
    }
    return statistics;
}

static void sqlite_release(TableProvider *base)
{
    arena_free(base->arena);
}

static const TableProviderOps sqlite_ops = {
    .format = "sqlite",
    .schema = sqlite_schema,
    .table_type = sqlite_table_type,
    .supports_filters_pushdown = sqlite_supports_filters_pushdown,
    .scan = sqlite_scan,
    .statistics = sqlite_statistics,
    .sample = sqlite_sample,
    .constraints = sqlite_constraints,
    .column_default = sqlite_column_default,
    .table_definition = sqlite_table_definition,
    .insert_into = sqlite_insert_into,
    .delete_rows = sqlite_delete_rows,
    .update_rows = sqlite_update_rows,
    .merge_rows = sqlite_merge_rows,
    .truncate = sqlite_truncate,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .transaction_group = sqlite_transaction_group,
    .release = sqlite_release,
};

static void database_release(void *object)
{
    sqlite_database_unref(object);
}

TableProvider *sqlite_table_new(SqliteDatabase *database, const Context *context, const char *name,
                                const Schema *declared, bool is_mismatch_null, Position position)
{
    Arena *arena = arena_new_child(context->arena);
    SqliteTable *table = arena_new(arena, SqliteTable);
    table->base = (TableProvider){.ops = &sqlite_ops, .share_count = 1, .arena = arena};
    table->database = sqlite_database_ref(database);
    arena_own(arena, database, database_release);
    table->name = arena_string(arena, name);
    table->declared = declared ? schema_copy(arena, declared) : NULL;
    table->is_mismatch_null = is_mismatch_null;
    if (!sqlite_table_is_there(database, context, name, &table->is_view))
        error_raise(ERROR_UNDEFINED_TABLE, position, "%s: there is no table \"%s\"", database->path, name);
    arena_set_parent(arena, NULL);
    return &table->base;
}

/* ---- options ---- */

typedef struct SqliteOptions {
    const char *table; /* or NULL */
    bool is_create, is_mismatch_null;
} SqliteOptions;

static bool option_boolean(const FormatOption *option)
{
    bool value;
    if (!boolean_parse(option->value, &value))
        error_raise(ERROR_INVALID_PARAMETER, option->position, "option %.*s is true or false, not \"%.*s\"",
                    VIEW_ARGUMENTS(option->name), VIEW_ARGUMENTS(option->value));
    return value;
}

static bool option_is(const FormatOption *option, const char *name)
{
    static const char prefix[] = "format.";
    StringView given = option->name;
    size_t size = sizeof prefix - 1;
    if (given.size > size && view_equal_ignoring_case((StringView){given.data, size}, view_of(prefix)))
        given = (StringView){given.data + size, given.size - size};
    return view_equal_ignoring_case(given, view_of(name));
}

static SqliteOptions options_read(const FormatArgs *args, bool is_attach)
{
    SqliteOptions options = {0};
    for (size_t i = 0; i < args->option_count; i++) {
        const FormatOption *option = &args->options[i];
        if (!is_attach && option_is(option, "table")) {
            options.table = arena_view(args->context->arena, option->value).data;
        } else if (option_is(option, "create")) {
            options.is_create = option_boolean(option);
        } else if (option_is(option, "on_mismatch")) {
            options.is_mismatch_null = view_equal_ignoring_case(option->value, view_of("null"));
            if (!options.is_mismatch_null && !view_equal_ignoring_case(option->value, view_of("error")))
                error_raise(ERROR_INVALID_PARAMETER, option->position, "option on_mismatch is null or error");
        } else {
            error_raise_hint(ERROR_INVALID_PARAMETER, option->position,
                             is_attach ? "there are create and on_mismatch" : "there are table, create and on_mismatch",
                             "SQLite has no option %.*s", VIEW_ARGUMENTS(option->name));
        }
    }
    return options;
}

/* ---- the format ---- */

/* The only table of a database that was named without one. */
static const char *only_table(SqliteDatabase *database, const FormatArgs *args)
{
    Arena *scratch = arena_new_child(args->context->arena);
    sqlite3_stmt *statement = sqlite_prepare(database, scratch, SQLITE_TABLE_NAMES);
    const char *name = NULL;
    size_t count = 0;
    while (sqlite_step(database, statement)) {
        name = sqlite_column_string(args->context->arena, statement, 0);
        count++;
    }
    arena_free(scratch);
    if (count == 0)
        error_raise(ERROR_UNDEFINED_TABLE, args->position, "%s: the database has no tables", args->location);
    if (count > 1)
        error_raise_hint(ERROR_INVALID_PARAMETER, args->position, "OPTIONS (table 'name'), or ATTACH the database",
                         "%s: the database has %zu tables: say which", args->location, count);
    return name;
}

static TableProvider *format_table(const FormatArgs *args)
{
    SqliteOptions options = options_read(args, /* is_attach= */ false);
    Arena *scratch = arena_new_child(args->context->arena);
    SqliteDatabase *database =
        sqlite_database_open(scratch, args->context, args->location, options.is_create, args->position);
    const char *name = options.table ? options.table : only_table(database, args);
    TableProvider *table =
        sqlite_table_new(database, args->context, name, args->columns, options.is_mismatch_null, args->position);
    arena_free(scratch);
    return table;
}

static SchemaProvider *format_attach(const FormatArgs *args)
{
    SqliteOptions options = options_read(args, /* is_attach= */ true);
    return sqlite_schema_new(args->context, args->location, options.is_create, options.is_mismatch_null,
                             args->position);
}

const Format sqlite_format = {
    .name = "sqlite",
    .extensions = ".db .sqlite .sqlite3 .db3",
    .description = "a SQLite database, or one table of it",
    .table = format_table,
    .attach = format_attach,
};
