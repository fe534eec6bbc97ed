/* provider/sqlite/sqlite_write.c: INSERT, DELETE, UPDATE and TRUNCATE, each as one transaction. */
#include <stdio.h>

#include "base/temp_file.h"
#include "column/row.h"
#include "expr/evaluator.h"
#include "provider/sqlite/sqlite_cursor.h"
#include "provider/sqlite/sqlite_value.h"

/* ---- the transaction ---- */

/* Rolled back by its arena, unless it has come to its end: also when the rows that are to be written fail to come. */
typedef struct SqliteTransaction {
    SqliteDatabase *database; /* one share */
    bool is_done;
} SqliteTransaction;

static void transaction_release(void *object)
{
    SqliteTransaction *transaction = object;
    SqliteDatabase *database = transaction->database;
    if (!transaction->is_done && database->transaction_depth == 0 && !sqlite3_get_autocommit(database->connection)) {
        database->cancel = NULL; /* to undo must not be stopped */
        sqlite3_exec(database->connection, "ROLLBACK", NULL, NULL, NULL);
    }
    sqlite_database_unref(database);
}

/* When the statement has begun to read, its reading goes on in the same transaction. */
static SqliteTransaction *transaction_begin(SqliteDatabase *database, const Context *context, Arena *arena)
{
    sqlite_database_enter(database, context);
    if (sqlite3_get_autocommit(database->connection))
        sqlite_execute(database, "BEGIN IMMEDIATE");
    SqliteTransaction *transaction = arena_new(arena, SqliteTransaction);
    transaction->database = sqlite_database_ref(database);
    arena_own(arena, transaction, transaction_release);
    return transaction;
}

static void transaction_commit(SqliteTransaction *transaction, const Context *context)
{
    sqlite_database_enter(transaction->database, context);
    if (transaction->database->transaction_depth == 0)
        sqlite_execute(transaction->database, "COMMIT");
    transaction->is_done = true;
}

static void table_check_writable(const SqliteTable *table)
{
    if (table->is_view)
        error_raise(ERROR_WRONG_OBJECT_TYPE, NO_POSITION, "%s: \"%s\" is a view", table->database->path, table->name);
    if (sqlite3_db_readonly(table->database->connection, "main") == 1)
        error_raise(ERROR_READ_ONLY, NO_POSITION, "%s: the database may only be read", table->database->path);
}

/* ---- the user's transaction: of the connection, for all tables of the database ---- */

const void *sqlite_transaction_group(TableProvider *base)
{
    return ((SqliteTable *)base)->database;
}

void sqlite_begin(TableProvider *base)
{
    SqliteTable *table = (SqliteTable *)base;
    SqliteDatabase *database = table->database;
    table_check_writable(table);
    char sql[64] = "BEGIN IMMEDIATE";
    if (database->transaction_depth > 0)
        snprintf(sql, sizeof sql, "SAVEPOINT quern_%zu", database->transaction_depth);
    if (database->transaction_depth > 0 || sqlite3_get_autocommit(database->connection))
        sqlite_execute(database, sql);
    database->transaction_depth++;
}

void sqlite_commit(TableProvider *base)
{
    SqliteDatabase *database = ((SqliteTable *)base)->database;
    char sql[64] = "COMMIT";
    size_t depth = database->transaction_depth - 1;
    if (depth > 0)
        snprintf(sql, sizeof sql, "RELEASE quern_%zu", depth);
    sqlite_execute(database, sql);
    database->transaction_depth = depth;
}

void sqlite_rollback(TableProvider *base)
{
    SqliteDatabase *database = ((SqliteTable *)base)->database;
    database->transaction_depth--;
    database->cancel = NULL;                          /* to undo must not be stopped */
    if (sqlite3_get_autocommit(database->connection)) /* SQLite has undone it all by itself */
        return;
    char sql[128] = "ROLLBACK";
    size_t depth = database->transaction_depth;
    if (depth > 0)
        snprintf(sql, sizeof sql, "ROLLBACK TO quern_%zu; RELEASE quern_%zu", depth, depth);
    sqlite3_exec(database->connection, sql, NULL, NULL, NULL);
}

/* ---- rows into a statement ---- */

static void value_store(const SqliteTable *table, Arena *scratch, size_t column, const Value *value, Value *ret_stored)
{
    if (sqlite_value_store(scratch, value, ret_stored))
        return;
    char type[TYPE_NAME_SIZE];
    error_raise(ERROR_OUT_OF_RANGE, NO_POSITION, "column \"%s\": SQLite cannot hold the %s %s exactly",
                table->shape->columns[column].name, type_name_lower(value->type, type), value_display(scratch, value));
}

/* Binds row `row` of the vectors, which are of the table's columns[0 .. count-1], from ?1 on, and runs the statement.
 */
static void row_write(const SqliteTable *table, sqlite3_stmt *statement, Arena *scratch, Vector *const *vectors,
                      const size_t *columns, size_t count, size_t row)
{
    for (size_t i = 0; i < count; i++) {
        Value value = vector_value(vectors[i], row), stored;
        value_store(table, scratch, columns[i], &value, &stored);
        sqlite_value_bind(table->database, statement, (int)i + 1, &stored);
    }
    while (sqlite_step(table->database, statement))
        ;
    sqlite3_reset(statement);
}

/* ---- INSERT ---- */

typedef struct Insertion {
    SqliteTable *table;
    const Context *context;
    Arena *arena, *scratch;
    size_t column_count;
    size_t *columns; /* those that are not generated */
    Vector **vectors;
} Insertion;

static void insertion_init(Insertion *insertion, SqliteTable *table, const Context *context)
{
    size_t count = table->shape->schema->column_count;
    *insertion = (Insertion){.table = table, .context = context, .arena = arena_new_child(context->arena)};
    insertion->scratch = arena_new_child(insertion->arena);
    insertion->columns = arena_array(insertion->arena, size_t, count);
    insertion->vectors = arena_array(insertion->arena, Vector *, count);
    for (size_t c = 0; c < count; c++)
        if (!table->shape->columns[c].is_generated)
            insertion->columns[insertion->column_count++] = c;
}

/* "INSERT INTO main.t (columns) " */
static void insertion_write_head(const Insertion *insertion, Text *sql, bool is_replace)
{
    text_add(sql, is_replace ? "INSERT OR REPLACE INTO main." : "INSERT INTO main.");
    text_add_sqlite_name(sql, insertion->table->name);
    text_add(sql, " (");
    for (size_t i = 0; i < insertion->column_count; i++) {
        text_add(sql, i ? ", " : "");
        text_add_sqlite_name(sql, insertion->table->shape->columns[insertion->columns[i]].name);
    }
    text_add(sql, ") ");
}

/* Behind what is inserted. Keys alone are looked at: OR IGNORE would pass over NOT NULL too. */
static const char *insertion_tail(InsertOp op)
{
    return op == INSERT_IGNORE ? " ON CONFLICT DO NOTHING" : "";
}

static void text_add_parameters(Text *sql, size_t count)
{
    text_add(sql, "VALUES (");
    for (size_t i = 0; i < count; i++)
        text_add_format(sql, "%s?%zu", i ? ", " : "", i + 1);
    text_add(sql, ")");
}

static uint64_t insertion_run(Insertion *insertion, const char *sql, BatchStream *input)
{
    SqliteDatabase *database = insertion->table->database;
    sqlite3_stmt *statement = sqlite_prepare(database, insertion->arena, sql);
    uint64_t count = 0;
    Batch *batch;
    while ((batch = stream_next(input)) != NULL) {
        context_check(insertion->context);
        sqlite_database_enter(database, insertion->context);
        arena_reset(insertion->scratch);
        if (batch->column_count != insertion->table->shape->schema->column_count)
            error_raise_hint(ERROR_BAD_DATA, NO_POSITION, "run the statement again",
                             "%s: table \"%s\" has changed since the statement was planned", database->path,
                             insertion->table->name);
        for (size_t i = 0; i < insertion->column_count; i++)
            insertion->vectors[i] = batch->columns[insertion->columns[i]];
        for (size_t i = 0; i < batch->row_count; i++) {
            row_write(insertion->table, statement, insertion->scratch, insertion->vectors, insertion->columns,
                      insertion->column_count, batch_row(batch, i));
            count += (uint64_t)sqlite3_changes64(database->connection);
        }
    }
    return count;
}

/* Rows that are read from this database while it is written must be the old ones: so all of them go into a temporary
 * table first, which SQLite keeps on disk where it is large, and from there into the table. */
static uint64_t insertion_run_spooled(Insertion *insertion, const char *head, InsertOp op, BatchStream *input)
{
    SqliteDatabase *database = insertion->table->database;
    const char *spool = arena_format(insertion->arena, "temp.quern_spool_%zu", insertion->column_count);
    Text sql = text_in(insertion->arena);
    text_add_format(&sql, "CREATE TEMP TABLE IF NOT EXISTS quern_spool_%zu (", insertion->column_count);
    for (size_t i = 0; i < insertion->column_count; i++)
        text_add_format(&sql, "%sc%zu", i ? ", " : "", i); /* no type: values stay as they are bound */
    text_add(&sql, ")");
    sqlite_execute(database, text_string(&sql));
    const char *empty = arena_format(insertion->arena, "DELETE FROM %s", spool);
    sqlite_execute(database, empty);
    text_clear(&sql);
    text_add_format(&sql, "INSERT INTO %s ", spool);
    text_add_parameters(&sql, insertion->column_count);
    (void)insertion_run(insertion, arena_string(insertion->arena, text_string(&sql)), input);
    /* WHERE, so that SQLite does not read ON CONFLICT as a join's */
    sqlite_execute(database, arena_format(insertion->arena, "%sSELECT * FROM %s WHERE true ORDER BY rowid%s", head,
                                          spool, insertion_tail(op)));
    uint64_t count = (uint64_t)sqlite3_changes64(database->connection);
    sqlite_execute(database, empty);
    return count;
}

uint64_t sqlite_insert_into(TableProvider *base, const Context *context, InsertOp op, BatchStream *input)
{
    SqliteTable *table = (SqliteTable *)base;
    table_check_writable(table);
    Insertion insertion;
    insertion_init(&insertion, table, context);
    SqliteTransaction *transaction = transaction_begin(table->database, context, insertion.arena);
    Text sql = text_in(insertion.arena);
    bool reads_itself = table->database->scan_count > 0;
    if (op == INSERT_OVERWRITE && !reads_itself) {
        text_add(&sql, "DELETE FROM main.");
        text_add_sqlite_name(&sql, table->name);
        sqlite_execute(table->database, text_string(&sql));
        text_clear(&sql);
    }
    insertion_write_head(&insertion, &sql, op == INSERT_REPLACE);
    uint64_t count;
    if (reads_itself) {
        const char *head = arena_string(insertion.arena, text_string(&sql));
        if (op == INSERT_OVERWRITE) {
            text_clear(&sql);
            text_add(&sql, "DELETE FROM main.");
            text_add_sqlite_name(&sql, table->name);
            head = arena_format(insertion.arena, "%s; %s", text_string(&sql), head);
        }
        count = insertion_run_spooled(&insertion, head, op, input);
    } else {
        text_add_parameters(&sql, insertion.column_count);
        text_add(&sql, insertion_tail(op));
        count = insertion_run(&insertion, arena_string(insertion.arena, text_string(&sql)), input);
    }
    transaction_commit(transaction, context);
    arena_free(insertion.arena);
    return count;
}

Column sqlite_row_number(const SqliteTable *table)
{
    if (table->shape->rowid_name == NULL)
        error_raise_hint(ERROR_NOT_SUPPORTED, NO_POSITION, "change it with the sqlite3 program",
                         "%s: table \"%s\" has no rowid by which rows could be changed", table->database->path,
                         table->name);
    return (Column){.name = table->shape->rowid_name, .type = type_of(TYPE_BIGINT)};
}

/* ---- DELETE, UPDATE, TRUNCATE ---- */

static const char *delete_sql(const SqliteTable *table, Arena *arena)
{
    Text sql = text_in(arena);
    text_add(&sql, "DELETE FROM main.");
    text_add_sqlite_name(&sql, table->name);
    text_add_format(&sql, " WHERE %s = ?1", table->shape->rowid_name);
    return text_string(&sql);
}

uint64_t sqlite_truncate(TableProvider *base, const Context *context)
{
    SqliteTable *table = (SqliteTable *)base;
    table_check_writable(table);
    Arena *arena = arena_new_child(context->arena);
    SqliteTransaction *transaction = transaction_begin(table->database, context, arena);
    Text sql = text_in(arena);
    text_add(&sql, "DELETE FROM main.");
    text_add_sqlite_name(&sql, table->name);
    sqlite_execute(table->database, text_string(&sql));
    uint64_t count = (uint64_t)sqlite3_changes64(table->database->connection);
    transaction_commit(transaction, context);
    arena_free(arena);
    return count;
}

/* "UPDATE main.t SET a = ?1, b = ?2 WHERE rowid = ?3" */
static const char *update_sql(const SqliteTable *table, Arena *arena, const size_t *columns, size_t count)
{
    Text sql = text_in(arena);
    text_add(&sql, "UPDATE main.");
    text_add_sqlite_name(&sql, table->name);
    text_add(&sql, " SET ");
    for (size_t i = 0; i < count; i++) {
        text_add(&sql, i ? ", " : "");
        text_add_sqlite_name(&sql, table->shape->columns[columns[i]].name);
        text_add_format(&sql, " = ?%zu", i + 1);
    }
    text_add_format(&sql, " WHERE %s = ?%zu", table->shape->rowid_name, count + 1);
    return text_string(&sql);
}

/* ---- rows by their rowids: all are read before the first is changed, for one connection does both ---- */

typedef struct RowList {
    SqliteTable *table;
    const Context *context;
    Arena *arena, *scratch;
    SqliteTransaction *transaction;
    RowStore *rows; /* what is much of them stands in a file that is mapped */
    size_t next;    /* of them */
    uint8_t **places;
    Batch *batch;
} RowList;

enum { ROWS_PARTS = 16 }; /* of memory: one of them may be rows */

static RowStore *row_list_store_new(const RowList *list, const Schema *schema)
{
    Type *types = arena_array(list->arena, Type, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        types[c] = schema->columns[c].type;
    const RowLayout *layout = row_layout_new(list->arena, types, schema->column_count, 0);
    RowStore *rows = row_store_new(list->arena, list->context, layout);
    row_store_overflow_to(rows, temp_file_new(list->arena, list->context), list->context->memory->limit / ROWS_PARTS);
    return rows;
}

static RowList row_list_read(TableProvider *base, const Context *context, BatchStream *rows)
{
    RowList list = {.table = (SqliteTable *)base, .context = context};
    table_check_writable(list.table);
    list.arena = arena_new_child(context->arena);
    list.scratch = arena_new_child(list.arena);
    list.transaction = transaction_begin(list.table->database, context, list.arena);
    list.rows = row_list_store_new(&list, rows->schema);
    list.places = arena_array(list.arena, uint8_t *, BATCH_SIZE);
    list.batch = batch_new(list.arena, rows->schema);
    for (const Batch *batch; (batch = stream_next(rows)) != NULL;) {
        row_store_append(list.rows, batch->row_count, list.places);
        for (size_t c = 0; c < rows->schema->column_count; c++)
            rows_write(list.rows, c, batch->columns[c], batch->selection, batch->row_count, list.places);
    }
    sqlite_database_enter(list.table->database, context);
    return list;
}

/* Lent until the next call; NULL when all have been given. */
static const Batch *row_list_next(RowList *list)
{
    Batch *batch = list->batch;
    context_check(list->context);
    row_store_look(list->rows);
    size_t most = large_rows_at_once(list->context, row_store_largest_string(list->rows), BATCH_SIZE);
    size_t count = row_store_rows(list->rows, list->next, most, list->places);
    if (count == 0)
        return NULL;
    for (size_t c = 0; c < batch->column_count; c++)
        rows_read(row_store_layout(list->rows), c, list->places, count, batch->columns[c]);
    batch->row_count = batch->vector_size = count;
    list->next += count;
    return batch;
}

static void row_list_done(RowList *list)
{
    transaction_commit(list->transaction, list->context);
    arena_free(list->arena);
}

static int64_t row_number(const Batch *batch, size_t row)
{
    return VECTOR_DATA(batch->columns[0], int64_t)[vector_index(batch->columns[0], row)];
}

uint64_t sqlite_delete_rows(TableProvider *base, const Context *context, BatchStream *rows)
{
    RowList list = row_list_read(base, context, rows);
    SqliteDatabase *database = list.table->database;
    sqlite3_stmt *statement = sqlite_prepare(database, list.arena, delete_sql(list.table, list.arena));
    uint64_t count = 0;
    for (const Batch *batch; (batch = row_list_next(&list)) != NULL;) {
        for (size_t row = 0; row < batch->row_count; row++) {
            sqlite3_bind_int64(statement, 1, row_number(batch, row));
            (void)sqlite_step(database, statement);
            sqlite3_reset(statement);
            count += (uint64_t)sqlite3_changes64(database->connection);
        }
    }
    row_list_done(&list);
    return count;
}

/* What UPDATE writes: the assigned columns of rows that are there, and all columns of new ones. */
typedef struct RowUpdate {
    RowList *list;
    const size_t *columns;
    size_t column_count;
    Vector **vectors;              /* of them, in the batch at hand */
    sqlite3_stmt *update, *insert; /* NULL: nothing is assigned; there is no new row yet */
    sqlite3_stmt *delete;          /* NULL: no row goes */
    Insertion insertion;           /* of new rows, once there is one */
} RowUpdate;

static void row_update_existing(RowUpdate *self, const Batch *batch, size_t row)
{
    const RowList *list = self->list;
    for (size_t i = 0; i < self->column_count; i++)
        self->vectors[i] = batch->columns[self->columns[i] + 1];
    sqlite3_bind_int64(self->update, (int)self->column_count + 1, row_number(batch, row));
    row_write(list->table, self->update, list->scratch, self->vectors, self->columns, self->column_count, row);
}

static void row_update_new(RowUpdate *self, const Batch *batch, size_t row)
{
    const RowList *list = self->list;
    Insertion *insertion = &self->insertion;
    if (self->insert == NULL) {
        insertion_init(insertion, list->table, list->context);
        arena_set_parent(insertion->arena, list->arena);
        Text sql = text_in(list->arena);
        insertion_write_head(insertion, &sql, /* is_replace= */ false);
        text_add_parameters(&sql, insertion->column_count);
        self->insert = sqlite_prepare(list->table->database, list->arena, text_string(&sql));
    }
    for (size_t i = 0; i < insertion->column_count; i++)
        insertion->vectors[i] = batch->columns[insertion->columns[i] + 1];
    row_write(list->table, self->insert, list->scratch, insertion->vectors, insertion->columns, insertion->column_count,
              row);
}

static void row_delete(const RowUpdate *self, const Batch *batch, size_t row)
{
    SqliteDatabase *database = self->list->table->database;
    sqlite3_bind_int64(self->delete, 1, row_number(batch, row));
    (void)sqlite_step(database, self->delete);
    sqlite3_reset(self->delete);
}

static void row_change(RowUpdate *self, const Batch *batch, size_t row)
{
    const Vector *is_gone = self->delete ? batch->columns[batch->column_count - 1] : NULL;
    if (is_gone && VECTOR_DATA(is_gone, bool)[vector_index(is_gone, row)])
        row_delete(self, batch, row);
    else if (vector_is_null(batch->columns[0], row))
        row_update_new(self, batch, row);
    else
        row_update_existing(self, batch, row);
}

static uint64_t change_rows(TableProvider *base, const Context *context, const size_t *columns, size_t column_count,
                            BatchStream *rows, bool deletes_too)
{
    RowList list = row_list_read(base, context, rows);
    RowUpdate self = {.list = &list,
                      .columns = columns,
                      .column_count = column_count,
                      .vectors = arena_array(list.arena, Vector *, column_count)};
    if (column_count > 0)
        self.update =
            sqlite_prepare(list.table->database, list.arena, update_sql(list.table, list.arena, columns, column_count));
    if (deletes_too)
        self.delete = sqlite_prepare(list.table->database, list.arena, delete_sql(list.table, list.arena));
    uint64_t count = 0;
    for (const Batch *batch; (batch = row_list_next(&list)) != NULL;) {
        arena_reset(list.scratch);
        for (size_t row = 0; row < batch->row_count; row++)
            row_change(&self, batch, row);
        count += batch->row_count;
    }
    row_list_done(&list);
    return count;
}

uint64_t sqlite_update_rows(TableProvider *base, const Context *context, const size_t *columns, size_t column_count,
                            BatchStream *rows)
{
    return change_rows(base, context, columns, column_count, rows, /* deletes_too= */ false);
}

uint64_t sqlite_merge_rows(TableProvider *base, const Context *context, const size_t *columns, size_t column_count,
                           BatchStream *rows)
{
    return change_rows(base, context, columns, column_count, rows, /* deletes_too= */ true);
}
