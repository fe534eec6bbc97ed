/* provider/sqlite/sqlite_schema.c: an attached database: its tables, one provider each, made when first asked for and
 * kept while the schema stays as it is. */
#include "provider/sqlite/sqlite_schema.h"

typedef struct SqliteSchema {
    SchemaProvider base; /* first, so that a SchemaProvider * can be cast back */
    SqliteDatabase *database;
    bool is_mismatch_null;
    Map tables; /* TableProvider *, a share each */
    int64_t schema_version;
} SqliteSchema;

static void schema_forget_tables(SqliteSchema *schema)
{
    for (size_t i = 0; i < schema->tables.entry_count; i++)
        if (schema->tables.entries[i].name.data)
            provider_unref(schema->tables.entries[i].value);
    schema->tables = map_in(schema->base.arena);
}

static void schema_refresh(SqliteSchema *schema, const Context *context)
{
    int64_t version = sqlite_database_schema_version(schema->database, context);
    if (version != schema->schema_version)
        schema_forget_tables(schema);
    schema->schema_version = version;
}

static TableProvider *schema_table(SchemaProvider *base, StringView name, const Context *context)
{
    SqliteSchema *schema = (SqliteSchema *)base;
    bool is_view;
    schema_refresh(schema, context);
    TableProvider *table = map_get(&schema->tables, name);
    if (table)
        return provider_ref(table);
    const char *text = arena_view(context->arena, name).data;
    if (!sqlite_table_is_there(schema->database, context, text, &is_view))
        return NULL;
    Arena *keeper = arena_new_child(context->arena);
    table = sqlite_table_new(schema->database, context, text, NULL, schema->is_mismatch_null, NO_POSITION);
    provider_own(keeper, table);
    map_set(&schema->tables, name, table);
    arena_disown(keeper, table);
    arena_free(keeper);
    return provider_ref(table);
}

static void schema_each(SchemaProvider *base, const Context *context, void (*visit)(void *user, const char *name),
                        void *user)
{
    SqliteSchema *schema = (SqliteSchema *)base;
    sqlite_database_enter(schema->database, context);
    Arena *scratch = arena_new_child(context->arena);
    sqlite3_stmt *statement = sqlite_prepare(schema->database, scratch, SQLITE_TABLE_NAMES);
    while (sqlite_step(schema->database, statement))
        visit(user, sqlite_column_string(scratch, statement, 0));
    arena_free(scratch);
}

/* ---- CREATE and DROP ---- */

static void text_add_columns(Text *text, const Schema *columns, const Constraint *constraint)
{
    for (size_t i = 0; i < constraint->column_count; i++) {
        text_add(text, i ? ", " : "");
        text_add_sqlite_name(text, columns->columns[constraint->columns[i]].name);
    }
}

static void text_add_constraint(Text *text, const Schema *columns, const Constraint *constraint)
{
    if (constraint->kind == CONSTRAINT_NOT_NULL)
        return; /* stands with its column */
    text_add(text, ", ");
    if (constraint->name) {
        text_add(text, "CONSTRAINT ");
        text_add_sqlite_name(text, constraint->name);
        text_add_char(text, ' ');
    }
    if (constraint->kind == CONSTRAINT_CHECK) {
        text_add_format(text, "CHECK (%s)", constraint->check);
        return;
    }
    text_add(text, constraint->kind == CONSTRAINT_PRIMARY_KEY ? "PRIMARY KEY (" : "UNIQUE (");
    text_add_columns(text, columns, constraint);
    text_add_char(text, ')');
}

static void schema_create(SchemaProvider *base, const char *name, const Schema *columns, const Constraints *constraints,
                          const char *const *defaults, const Context *context)
{
    SqliteSchema *schema = (SqliteSchema *)base;
    sqlite_database_enter(schema->database, context);
    Text sql = text_in(context->arena);
    text_add(&sql, "CREATE TABLE main.");
    text_add_sqlite_name(&sql, name);
    text_add(&sql, " (");
    for (size_t c = 0; c < columns->column_count; c++) {
        text_add(&sql, c ? ", " : "");
        text_add_sqlite_name(&sql, columns->columns[c].name);
        text_add_char(&sql, ' ');
        text_add_sqlite_type(&sql, columns->columns[c].type);
        if (!columns->columns[c].is_nullable)
            text_add(&sql, " NOT NULL");
        if (defaults && defaults[c])
            text_add_format(&sql, " DEFAULT (%s)", defaults[c]);
    }
    for (size_t i = 0; constraints && i < constraints->count; i++)
        text_add_constraint(&sql, columns, &constraints->items[i]);
    text_add_char(&sql, ')');
    sqlite_execute(schema->database, text_string(&sql));
}

static bool schema_drop(SchemaProvider *base, StringView name, const Context *context)
{
    SqliteSchema *schema = (SqliteSchema *)base;
    bool is_view;
    sqlite_database_enter(schema->database, context);
    const char *text = arena_view(context->arena, name).data;
    if (!sqlite_table_is_there(schema->database, context, text, &is_view))
        return false;
    Text sql = text_in(context->arena);
    text_add(&sql, is_view ? "DROP VIEW main." : "DROP TABLE main.");
    text_add_sqlite_name(&sql, text);
    sqlite_execute(schema->database, text_string(&sql));
    return true;
}

static void schema_execute(SchemaProvider *base, const char *sql, const Context *context)
{
    SqliteSchema *schema = (SqliteSchema *)base;
    sqlite_database_enter(schema->database, context);
    sqlite_execute(schema->database, sql);
}

static TableProvider *schema_index_table(SchemaProvider *base, StringView name, const Context *context)
{
    SqliteSchema *schema = (SqliteSchema *)base;
    sqlite_database_enter(schema->database, context);
    Arena *scratch = arena_new_child(context->arena);
    sqlite3_stmt *statement =
        sqlite_prepare(schema->database, scratch,
                       "SELECT tbl_name FROM main.sqlite_master WHERE type = 'index' AND name = ?1 COLLATE NOCASE");
    sqlite_bind_view(schema->database, statement, 1, name);
    const char *found =
        sqlite_step(schema->database, statement) ? sqlite_column_string(context->arena, statement, 0) : NULL;
    arena_free(scratch);
    return found ? schema_table(base, view_of(found), context) : NULL;
}

static void schema_release(SchemaProvider *base)
{
    SqliteSchema *schema = (SqliteSchema *)base;
    schema_forget_tables(schema);
    arena_free(base->arena);
}

static const SchemaProviderOps schema_ops = {
    .format = "sqlite",
    .table = schema_table,
    .each = schema_each,
    .create = schema_create,
    .drop = schema_drop,
    .execute = schema_execute,
    .index_table = schema_index_table,
    .release = schema_release,
};

SchemaProvider *sqlite_schema_new(const Context *context, const char *path, bool is_create, bool is_mismatch_null,
                                  Position position)
{
    Arena *arena = arena_new_child(context->arena);
    SqliteSchema *schema = arena_new(arena, SqliteSchema);
    schema->base = (SchemaProvider){.ops = &schema_ops, .arena = arena};
    schema->tables = map_in(arena);
    schema->is_mismatch_null = is_mismatch_null;
    schema->database = sqlite_database_open(arena, context, path, is_create, position);
    schema->schema_version = sqlite_database_schema_version(schema->database, context);
    arena_set_parent(arena, NULL);
    return &schema->base;
}
