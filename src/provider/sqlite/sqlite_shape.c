/* provider/sqlite/sqlite_shape.c: asking a database what a table is: columns, keys, defaults, its CREATE statement. */
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"
#include "provider/sqlite/sqlite_table.h"

enum { SAMPLE_ROWS = 1000 }; /* looked at for columns without a type of their own */

bool sqlite_table_is_there(SqliteDatabase *database, const Context *context, const char *name, bool *ret_is_view)
{
    Arena *scratch = arena_new_child(context->arena);
    sqlite3_stmt *statement = sqlite_prepare(database, scratch,
                                             "SELECT type = 'view' FROM pragma_table_list "
                                             "WHERE schema = 'main' AND name = ?1 COLLATE NOCASE");
    sqlite_bind_view(database, statement, 1, view_of(name));
    bool is_there = sqlite_step(database, statement);
    *ret_is_view = is_there && sqlite3_column_int(statement, 0) != 0;
    arena_free(scratch);
    return is_there;
}

typedef struct ShapeReader {
    SqliteTable *table;
    SqliteDatabase *database;
    const Context *context;
    Arena *arena;     /* the table's: of what stays */
    Arena *scratch;   /* of statements */
    const char *name; /* as the database spells it */
    SqliteShape *shape;
    ARRAY(SqliteColumn) columns;
    ARRAY(Constraint) constraints;
} ShapeReader;

static sqlite3_stmt *reader_prepare(ShapeReader *reader, const char *sql, const char *parameter)
{
    sqlite3_stmt *statement = sqlite_prepare(reader->database, reader->scratch, sql);
    sqlite_bind_view(reader->database, statement, 1, view_of(parameter));
    return statement;
}

static bool column_text_is(sqlite3_stmt *statement, int column, const char *text)
{
    const char *value = (const char *)sqlite3_column_text(statement, column);
    return value && strcmp(value, text) == 0;
}

/* ---- the table ---- */

static bool reader_find(ShapeReader *reader)
{
    sqlite3_stmt *statement = reader_prepare(reader,
                                             "SELECT l.name, l.type, l.wr, s.sql FROM pragma_table_list AS l "
                                             "LEFT JOIN main.sqlite_schema AS s ON s.name = l.name "
                                             "AND s.type IN ('table', 'view') "
                                             "WHERE l.schema = 'main' AND l.name = ?1 COLLATE NOCASE",
                                             reader->table->name);
    if (!sqlite_step(reader->database, statement))
        return false;
    reader->name = sqlite_column_string(reader->arena, statement, 0);
    reader->table->is_view = column_text_is(statement, 1, "view");
    reader->shape->is_virtual = column_text_is(statement, 1, "virtual") || column_text_is(statement, 1, "shadow");
    if (!reader->table->is_view && sqlite3_column_int(statement, 2) == 0)
        reader->shape->rowid_name = "rowid";
    reader->shape->sql = sqlite_column_string(reader->arena, statement, 3);
    return true;
}

/* ---- columns ---- */

static bool column_collates_binary(const ShapeReader *reader, const char *column)
{
    const char *collation = NULL;
    int code = sqlite3_table_column_metadata(reader->database->connection, "main", reader->name, column, NULL,
                                             &collation, NULL, NULL, NULL);
    return code == SQLITE_OK && collation && sqlite3_stricmp(collation, "BINARY") == 0;
}

static void reader_read_columns(ShapeReader *reader)
{
    enum { NAME, TYPE, NOT_NULL, DEFAULT, KEY, HIDDEN };
    enum { IS_HIDDEN = 1 }; /* of a virtual table: an argument of its module; 2 and 3 are generated columns */
    sqlite3_stmt *statement = reader_prepare(
        reader,
        "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid",
        reader->name);
    while (sqlite_step(reader->database, statement)) {
        int hidden = sqlite3_column_int(statement, HIDDEN);
        if (hidden == IS_HIDDEN)
            continue;
        const char *declared = sqlite_column_string(reader->arena, statement, TYPE);
        SqliteColumn column = {.name = sqlite_column_string(reader->arena, statement, NAME),
                               .declared = declared ? declared : "",
                               .default_sql = sqlite_column_string(reader->arena, statement, DEFAULT),
                               .is_not_null = sqlite3_column_int(statement, NOT_NULL) != 0 && hidden == 0,
                               .is_generated = hidden != 0,
                               .key_place = (size_t)sqlite3_column_int(statement, KEY)};
        if (column.name == NULL || utf8_valid_size(view_of(column.name)) < strlen(column.name))
            error_raise(ERROR_INVALID_ENCODING, NO_POSITION,
                        "%s: table \"%s\": the name of column %zu is not valid UTF-8", reader->database->path,
                        reader->name, reader->columns.count + 1);
        column.is_binary_collation = !reader->table->is_view && column_collates_binary(reader, column.name);
        array_add(reader->arena, &reader->columns, column);
    }
}

/* A column may be named rowid, and then it is no rowid. */
static void reader_choose_rowid(ShapeReader *reader)
{
    static const char *const names[] = {"rowid", "_rowid_", "oid"};
    if (reader->shape->rowid_name == NULL)
        return;
    for (size_t n = 0; n < 3; n++) {
        bool is_free = true;
        for (size_t i = 0; i < reader->columns.count; i++)
            is_free &= !text_equal_ignoring_case(reader->columns.items[i].name, names[n]);
        if (is_free) {
            reader->shape->rowid_name = names[n];
            return;
        }
    }
    reader->shape->rowid_name = NULL;
}

/* ---- columns without a type: their first values tell ---- */

/* Kinds of values that a column has, as bits 1 << SQLITE_INTEGER .. SQLITE_BLOB. */
static Type type_of_kinds(unsigned kinds, bool *ret_rendered)
{
    *ret_rendered = false;
    if (kinds == 1u << SQLITE_INTEGER)
        return type_of(TYPE_BIGINT);
    if (kinds == 1u << SQLITE_FLOAT || kinds == (1u << SQLITE_FLOAT | 1u << SQLITE_INTEGER))
        return type_of(TYPE_DOUBLE);
    if (kinds == 1u << SQLITE_BLOB)
        return type_of(TYPE_BLOB);
    *ret_rendered = true;
    return type_of(TYPE_VARCHAR);
}

static void reader_sample(ShapeReader *reader, const size_t *untyped, size_t count)
{
    Text sql = text_in(reader->scratch);
    text_add(&sql, "SELECT ");
    for (size_t i = 0; i < count; i++) {
        text_add(&sql, i ? ", " : "");
        text_add_sqlite_name(&sql, reader->columns.items[untyped[i]].name);
    }
    text_add(&sql, " FROM main.");
    text_add_sqlite_name(&sql, reader->name);
    text_add_format(&sql, " LIMIT %d", SAMPLE_ROWS);
    unsigned *kinds = arena_array(reader->scratch, unsigned, count);
    sqlite3_stmt *statement = sqlite_prepare(reader->database, reader->scratch, text_string(&sql));
    while (sqlite_step(reader->database, statement))
        for (size_t i = 0; i < count; i++)
            if (sqlite3_column_type(statement, (int)i) != SQLITE_NULL)
                kinds[i] |= 1u << sqlite3_column_type(statement, (int)i);
    for (size_t i = 0; i < count; i++) {
        SqliteColumn *column = &reader->columns.items[untyped[i]];
        column->type = type_of_kinds(kinds[i], &column->is_rendered);
    }
}

static void reader_type_columns(ShapeReader *reader)
{
    size_t *untyped = arena_array(reader->scratch, size_t, reader->columns.count), count = 0;
    for (size_t i = 0; i < reader->columns.count; i++) {
        SqliteColumn *column = &reader->columns.items[i];
        if (!sqlite_type_of_declared(column->declared, &column->type))
            untyped[count++] = i;
    }
    if (count > 0)
        reader_sample(reader, untyped, count);
}

/* ---- columns that CREATE EXTERNAL TABLE names ---- */

static void reader_take_declared(ShapeReader *reader)
{
    const Schema *declared = reader->table->declared;
    if (declared == NULL)
        return;
    SqliteColumn *chosen = arena_array(reader->arena, SqliteColumn, declared->column_count);
    for (size_t d = 0; d < declared->column_count; d++) {
        size_t i = 0;
        while (i < reader->columns.count &&
               !text_equal_ignoring_case(reader->columns.items[i].name, declared->columns[d].name))
            i++;
        if (i == reader->columns.count)
            error_raise(ERROR_UNDEFINED_COLUMN, NO_POSITION, "%s: table \"%s\" has no column \"%s\"",
                        reader->database->path, reader->name, declared->columns[d].name);
        chosen[d] = reader->columns.items[i];
        /* what SQLite makes of values it would not have been told to hold is its own: text is text of anything */
        bool is_same = type_equal(chosen[d].type, declared->columns[d].type) && !chosen[d].is_rendered;
        chosen[d].type = declared->columns[d].type;
        chosen[d].is_rendered = !is_same;
    }
    reader->columns.items = chosen;
    reader->columns.count = reader->columns.capacity = declared->column_count;
}

/* ---- constraints ---- */

static ptrdiff_t reader_column(const ShapeReader *reader, const char *name)
{
    for (size_t i = 0; i < reader->columns.count; i++)
        if (text_equal_ignoring_case(reader->columns.items[i].name, name))
            return (ptrdiff_t)i;
    return -1;
}

static void reader_add_constraint(ShapeReader *reader, ConstraintKind kind, const size_t *columns, size_t count)
{
    Constraint constraint = {.kind = kind, .column_count = count};
    constraint.columns = arena_copy(reader->arena, columns, count * sizeof *columns);
    array_add(reader->arena, &reader->constraints, constraint);
}

/* INTEGER PRIMARY KEY is another name of the rowid. There is never a NULL in it, and to write one asks for the next
 * free number: so it is not said to be NOT NULL. */
static bool column_is_rowid(const ShapeReader *reader, size_t column)
{
    size_t key_count = 0;
    for (size_t i = 0; i < reader->columns.count; i++)
        key_count += reader->columns.items[i].key_place > 0;
    return key_count == 1 && reader->columns.items[column].key_place == 1 && reader->shape->rowid_name &&
           text_equal_ignoring_case(reader->columns.items[column].declared, "integer");
}

/* The primary key. SQLite lets NULLs into one that is not said to be NOT NULL: then it is no more than unique. */
static void reader_read_key(ShapeReader *reader)
{
    size_t *columns = arena_array(reader->scratch, size_t, reader->columns.count), count = 0;
    bool has_nulls = false;
    for (size_t place = 1; place <= reader->columns.count; place++)
        for (size_t i = 0; i < reader->columns.count; i++)
            if (reader->columns.items[i].key_place == place) {
                columns[count++] = i;
                has_nulls |= !reader->columns.items[i].is_not_null;
            }
    if (count == 1 && column_is_rowid(reader, columns[0]))
        has_nulls = false;
    bool is_whole = true; /* no column of it was left out by CREATE EXTERNAL TABLE */
    for (size_t i = 0; i < count; i++)
        is_whole &= reader->columns.items[columns[i]].key_place == i + 1;
    if (count > 0 && is_whole && reader->table->declared == NULL)
        reader_add_constraint(reader, has_nulls ? CONSTRAINT_UNIQUE : CONSTRAINT_PRIMARY_KEY, columns, count);
}

static void reader_read_index(ShapeReader *reader, const char *index)
{
    sqlite3_stmt *statement =
        reader_prepare(reader, "SELECT name FROM pragma_index_info(?1, 'main') ORDER BY seqno", index);
    size_t *columns = arena_array(reader->scratch, size_t, reader->columns.count + 1), count = 0;
    while (sqlite_step(reader->database, statement)) {
        const char *name = (const char *)sqlite3_column_text(statement, 0); /* NULL: an expression */
        ptrdiff_t column = name ? reader_column(reader, name) : -1;
        if (column < 0 || count > reader->columns.count)
            return;
        columns[count++] = (size_t)column;
    }
    if (count > 0)
        reader_add_constraint(reader, CONSTRAINT_UNIQUE, columns, count);
}

static void reader_read_constraints(ShapeReader *reader)
{
    for (size_t i = 0; i < reader->columns.count; i++) {
        reader->columns.items[i].is_rowid = column_is_rowid(reader, i);
        reader->columns.items[i].is_not_null &= !reader->columns.items[i].is_rowid;
        if (reader->columns.items[i].is_not_null)
            reader_add_constraint(reader, CONSTRAINT_NOT_NULL, &i, 1);
    }
    reader_read_key(reader);
    if (reader->table->is_view || reader->shape->is_virtual)
        return;
    sqlite3_stmt *statement = reader_prepare(reader,
                                             "SELECT name FROM pragma_index_list(?1, 'main') WHERE \"unique\" AND NOT "
                                             "partial AND origin <> 'pk' ORDER BY seq",
                                             reader->name);
    while (sqlite_step(reader->database, statement))
        reader_read_index(reader, sqlite_column_string(reader->scratch, statement, 0));
}

/* ---- all of it ---- */

static void reader_make_schema(ShapeReader *reader)
{
    Schema *schema = schema_new(reader->arena, reader->columns.count);
    for (size_t i = 0; i < reader->columns.count; i++) {
        const SqliteColumn *column = &reader->columns.items[i];
        schema->columns[i] = (Column){.name = column->name,
                                      .type = column->type,
                                      .is_nullable = !column->is_not_null || reader->table->is_mismatch_null};
    }
    if (reader->shape->rowid_name) {
        SqliteColumn rowid = {.name = reader->shape->rowid_name,
                              .type = type_of(TYPE_BIGINT),
                              .declared = "INTEGER",
                              .is_not_null = true,
                              .is_rowid = true};
        schema_add_hidden(schema, reader->arena, &(Column){.name = rowid.name, .type = rowid.type}, 1);
        array_add(reader->arena, &reader->columns, rowid);
    }
    reader->shape->schema = schema;
    reader->shape->columns = reader->columns.items;
    reader->shape->constraints = (Constraints){reader->constraints.count, reader->constraints.items};
}

SqliteShape *sqlite_shape_read(SqliteTable *table, const Context *context)
{
    ShapeReader reader = {.table = table,
                          .database = table->database,
                          .context = context,
                          .arena = table->base.arena,
                          .scratch = arena_new_child(context->arena)};
    reader.shape = arena_new(reader.arena, SqliteShape);
    reader.shape->schema_version = sqlite_database_schema_version(table->database, context);
    bool is_found = reader_find(&reader);
    if (is_found) {
        reader_read_columns(&reader);
        reader_choose_rowid(&reader);
        reader_type_columns(&reader);
        reader_take_declared(&reader);
        reader_read_constraints(&reader);
        reader_make_schema(&reader);
    }
    arena_free(reader.scratch);
    return is_found ? reader.shape : NULL;
}
