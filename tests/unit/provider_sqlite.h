/* tests/unit/provider_sqlite.h: SQLite databases made with the sqlite3 library itself, opened as tables, read as text.
 */
#ifndef QUERN_TESTS_UNIT_PROVIDER_SQLITE_H
#define QUERN_TESTS_UNIT_PROVIDER_SQLITE_H

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "column/convert.h"
#include "expr/evaluator.h"
#include "expr/function.h"
#include "provider/catalog.h"
#include "provider/sqlite/sqlite.h"
#include "test.h"

static MemoryBudget budget = {.limit = SIZE_MAX};
static Settings settings = {.batch_size = BATCH_SIZE};
static atomic_bool is_cancelled;
static const char *path; /* of the test's database */

static inline Context *context_new(void)
{
    Context *context = arena_new(test_arena, Context);
    *context = (Context){.memory = &budget, .settings = &settings, .arena = test_arena, .cancel = &is_cancelled};
    return context;
}

/* Runs SQL with the library; gives the first column of the last row, or "". */
static inline const char *sqlite_ask(const char *sql)
{
    sqlite3 *connection;
    sqlite3_stmt *statement;
    const char *answer = "", *rest = sql;
    ck_assert_int_eq(sqlite3_open(path, &connection), SQLITE_OK);
    while (*rest) {
        ck_assert_msg(sqlite3_prepare_v2(connection, rest, -1, &statement, &rest) == SQLITE_OK, "%s",
                      sqlite3_errmsg(connection));
        int code = SQLITE_DONE;
        while (statement && (code = sqlite3_step(statement)) == SQLITE_ROW) {
            const char *text = (const char *)sqlite3_column_text(statement, 0);
            answer = arena_string(test_arena, text ? text : "NULL");
        }
        ck_assert_msg(code == SQLITE_DONE, "%s", sqlite3_errmsg(connection));
        sqlite3_finalize(statement);
    }
    sqlite3_close(connection);
    return answer;
}

static inline void path_release(void *object)
{
    unlink(object);
}

static inline void database_make(const char *sql)
{
    static int number;
    path = arena_format(test_arena, "/tmp/quern-test-%d-%d.db", (int)getpid(), number++);
    unlink(path);
    arena_own(test_arena, (void *)path, path_release);
    sqlite_ask(sql);
}

static inline void table_unref(void *table)
{
    provider_unref(table);
}

static inline TableProvider *table_open_with(const char *name, const char *option, const char *value,
                                             const Schema *columns)
{
    FormatOption *options = arena_array(test_arena, FormatOption, 2);
    options[0] = (FormatOption){view_of("table"), view_of(name), NO_POSITION};
    if (option)
        options[1] = (FormatOption){view_of(option), view_of(value), NO_POSITION};
    FormatArgs args = {.location = path,
                       .position = NO_POSITION,
                       .option_count = option ? 2 : 1,
                       .options = options,
                       .columns = columns,
                       .context = context_new()};
    TableProvider *table = sqlite_format.table(&args);
    arena_own(test_arena, table, table_unref);
    (void)table->ops->schema(table, context_new());
    return table;
}

static inline TableProvider *table_open(const char *name)
{
    return table_open_with(name, NULL, NULL, NULL);
}

static inline void schema_release(void *object)
{
    SchemaProvider *schema = object;
    schema->ops->release(schema);
}

static inline SchemaProvider *database_attach(void)
{
    FormatArgs args = {.location = path, .position = NO_POSITION, .context = context_new()};
    SchemaProvider *schema = sqlite_format.attach(&args);
    arena_own(test_arena, schema, schema_release);
    return schema;
}

/* ---- reading ---- */

static inline Scan *scan_of(TableProvider *table, Expr *const *filters, size_t filter_count, size_t limit)
{
    const Schema *schema = table->ops->schema(table, context_new());
    size_t *projection = arena_array(test_arena, size_t, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        projection[c] = c;
    ScanArgs args = {.context = context_new(),
                     .arena = arena_new_child(test_arena),
                     .projection_count = schema->column_count,
                     .projection = projection,
                     .filter_count = filter_count,
                     .filters = filters,
                     .limit = limit};
    return table->ops->scan(table, &args);
}

static inline int line_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines in order: indexes give rows in theirs. */
static inline const char *text_sorted(const char *text)
{
    const char *lines[64], *end;
    size_t count = 0;
    Text sorted = text_in(test_arena);
    for (; (end = strchr(text, '\n')) != NULL; text = end + 1)
        lines[count++] = arena_string_n(test_arena, text, (size_t)(end - text));
    qsort(lines, count, sizeof *lines, line_compare);
    for (size_t i = 0; i < count; i++)
        text_add_format(&sorted, "%s\n", lines[i]);
    return text_string(&sorted);
}

/* Rows as "a|b|c\n", NULL for NULLs; `keep` are evaluated above the scan. */
static inline const char *scan_text_keeping(Scan *scan, Expr *const *keep, size_t keep_count)
{
    Context *context = context_new();
    Text text = text_in(test_arena);
    BatchStream *cursor = scan_read(scan, arena_new_child(test_arena), context);
    Evaluator *evaluator = evaluator_new(test_arena, context, keep, keep_count);
    uint16_t *selection = arena_array(test_arena, uint16_t, BATCH_SIZE);
    Batch *batch;
    while ((batch = stream_next(cursor)) != NULL) {
        batch_check(batch);
        Batch view = *batch;
        evaluator_filter(evaluator, &view, selection);
        for (size_t i = 0; i < view.row_count; i++) {
            for (size_t c = 0; c < view.column_count; c++) {
                Value value = vector_value(view.columns[c], batch_row(&view, i));
                const char *shown = value_display(test_arena, &value);
                text_add_format(&text, "%s%s", c ? "|" : "", shown ? shown : "NULL");
            }
            text_add_char(&text, '\n');
        }
    }
    stream_close(cursor);
    return text_string(&text);
}

static inline const char *scan_text(Scan *scan)
{
    return scan_text_keeping(scan, NULL, 0);
}

static inline const char *table_text(const char *name)
{
    return scan_text(scan_of(table_open(name), NULL, 0, NO_LIMIT));
}

static inline const char *schema_text(TableProvider *table)
{
    const Schema *schema = table->ops->schema(table, context_new());
    Text text = text_in(test_arena);
    for (size_t c = 0; c < schema->column_count; c++) {
        char type[TYPE_NAME_SIZE];
        text_add_format(&text, "%s%s %s%s", c ? ", " : "", schema->columns[c].name,
                        type_name(schema->columns[c].type, type), schema->columns[c].is_nullable ? "" : " NOT NULL");
    }
    return text_string(&text);
}

static inline Error scan_error(ErrorCode code, Scan *scan)
{
    return expect_error(code, (void (*)(void *))(void *)scan_text, scan);
}

#endif
