/* tests/unit/provider_csv_tables.h: CSV tables over texts, and what is read from them as one text. */
#ifndef QUERN_TESTS_UNIT_PROVIDER_CSV_TABLES_H
#define QUERN_TESTS_UNIT_PROVIDER_CSV_TABLES_H

#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "expr/function.h"
#include "provider/csv/csv.h"
#include "test.h"

static Settings csv_settings = {.batch_size = 2048};
static MemoryBudget csv_budget = {.limit = SIZE_MAX};
static Context csv_context = {.memory = &csv_budget, .settings = &csv_settings};

static inline void csv_path_release(void *path)
{
    unlink(path);
}

static inline void csv_table_release(void *table)
{
    provider_unref(table);
}

static inline void csv_file_write(const char *path, const char *text, size_t size)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

/* A file with this content; gone with test_arena. */
static inline const char *csv_file_n(const char *text, size_t size)
{
    const char *folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* in memory, fsync is no wait */
    char *path = arena_format(test_arena, "%s/quern-test-XXXXXX", folder);
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    arena_own(test_arena, path, csv_path_release);
    csv_file_write(path, text, size);
    csv_context.arena = test_arena;
    return path;
}

static inline const char *csv_file(const char *text)
{
    return csv_file_n(text, strlen(text));
}

static inline char *csv_file_content(const char *path, size_t *ret_size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    Text text = text_in(test_arena);
    size_t got;
    do {
        got = fread(text_reserve(&text, 4096), 1, 4096, file);
        text.size += got;
    } while (got > 0);
    fclose(file);
    text_add(&text, "");
    if (ret_size)
        *ret_size = text.size;
    return (char *)text_string(&text);
}

/* Options as "name=value\nname=value"; columns may be NULL. */
static inline TableProvider *csv_table_declared(const char *path, const char *options, const Schema *columns)
{
    FormatOption items[16];
    size_t count = 0;
    for (const char *p = options; *p;) {
        const char *equal = strchr(p, '='), *end = strchr(p, '\n');
        if (end == NULL)
            end = p + strlen(p);
        items[count++] = (FormatOption){
            .name = {p, (size_t)(equal - p)}, .value = {equal + 1, (size_t)(end - equal - 1)}, .position = NO_POSITION};
        p = *end ? end + 1 : end;
    }
    FormatArgs args = {.location = path,
                       .position = NO_POSITION,
                       .columns = columns,
                       .options = items,
                       .option_count = count,
                       .context = &csv_context};
    csv_context.arena = test_arena;
    TableProvider *table = csv_format.table(&args);
    arena_own(test_arena, table, csv_table_release);
    return table;
}

static inline TableProvider *csv_table(const char *path, const char *options)
{
    return csv_table_declared(path, options, NULL);
}

/* "a BIGINT, b VARCHAR" */
static inline const char *csv_schema_text(TableProvider *table)
{
    const Schema *schema = table->ops->schema(table, &csv_context);
    Text text = text_in(test_arena);
    for (size_t c = 0; c < schema->column_count; c++) {
        char type[TYPE_NAME_SIZE];
        text_add_format(&text, "%s%s %s", c ? ", " : "", schema->columns[c].name,
                        type_name(schema->columns[c].type, type));
    }
    return text_string(&text);
}

static inline Expr *csv_compare(const char *sign, ColumnId column, Type type, Value value)
{
    Expr *arguments[] = {expr_column(test_arena, column, type, NO_POSITION),
                         expr_constant(test_arena, value, NO_POSITION)};
    return function_call(test_arena, sign, arguments, 2, NO_POSITION);
}

static inline Scan *csv_scan_all(TableProvider *table, Expr *const *filters, size_t filter_count, size_t limit)
{
    const Schema *schema = table->ops->schema(table, &csv_context);
    size_t *projection = arena_array(test_arena, size_t, schema->column_count);
    for (size_t c = 0; c < schema->column_count; c++)
        projection[c] = c;
    ScanArgs args = {.context = &csv_context,
                     .arena = test_arena,
                     .projection = projection,
                     .projection_count = schema->column_count,
                     .filters = filters,
                     .filter_count = filter_count,
                     .limit = limit,
                     .parallelism = 1};
    return table->ops->scan(table, &args);
}

/* Rows as "1|x\n2|~\n"; ~ is NULL. */
static inline const char *csv_scan_text(Scan *scan)
{
    Arena *arena = arena_new_child(test_arena);
    BatchStream *stream = scan_read(scan, arena, &csv_context);
    Text text = text_in(test_arena);
    for (Batch *batch; (batch = stream_next(stream)) != NULL;) {
        batch_check(batch);
        for (size_t i = 0; i < batch->row_count; i++) {
            for (size_t c = 0; c < batch->column_count; c++) {
                Value value = vector_value(batch->columns[c], batch_row(batch, i));
                text_add_format(&text, "%s%s", c ? "|" : "", value.is_null ? "~" : value_display(test_arena, &value));
            }
            text_add_char(&text, '\n');
        }
    }
    stream_close(stream);
    arena_free(arena);
    return text_string(&text);
}

static inline const char *csv_rows_text(TableProvider *table)
{
    return csv_scan_text(csv_scan_all(table, NULL, 0, NO_LIMIT));
}

/* How many rows a scan without columns counts. */
static inline size_t csv_count(TableProvider *table)
{
    table->ops->schema(table, &csv_context);
    ScanArgs args = {.context = &csv_context, .arena = test_arena, .limit = NO_LIMIT, .parallelism = 1};
    Scan *scan = table->ops->scan(table, &args);
    Arena *arena = arena_new_child(test_arena);
    BatchStream *stream = scan_read(scan, arena, &csv_context);
    size_t count = 0;
    for (Batch *batch; (batch = stream_next(stream)) != NULL;)
        count += batch->row_count;
    arena_free(arena);
    return count;
}

static inline void csv_read_body(void *table)
{
    csv_rows_text(table);
}

static inline void csv_count_body(void *table)
{
    csv_count(table);
}

#endif
