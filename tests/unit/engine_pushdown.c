/* unit/engine_pushdown.c: what a provider is asked, query by query; and that a provider which takes nothing gives the
 * same answers.
 *
 * The table has a: 1 to 6, b: 10 to 60, c: 'x' and 'y' in turn. Comparisons of `a` are taken as EXACT, of `b` as
 * INEXACT (and not applied at all), everything else is UNSUPPORTED. */
#include <quern/provider.h>
#include <quern/quern.h>

#include "base/text.h"
#include "column/arrow/arrow_type.h"
#include "column/arrow/arrow_write.h"
#include "test.h"

enum { ROWS = 6, COLUMNS = 3, MAX_FILTERS = 4, MAX_SCANS = 4 };
static const char *const names[COLUMNS] = {"a", "b", "c"};

static char asked[1024]; /* "columns|filters|limit" of each scan, " / " between */

/* ---- the provider ---- */

typedef struct CountingScan {
    QuernScan base;
    const size_t *projection;
    size_t projection_count;
    const QuernExpr *const *filters;
    size_t filter_count;
    Arena *arena;
    Schema *schema;
    Batch *batch;
    ArrowWriter writer;
} CountingScan;

static void ask(const char *format, ...)
{
    size_t size = strlen(asked);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(asked + size, sizeof asked - size, format, arguments);
    va_end(arguments);
}

static Schema *table_schema(Arena *arena, const size_t *projection, size_t count)
{
    Schema *schema = schema_new(arena, count);
    for (size_t i = 0; i < count; i++) {
        size_t column = projection ? projection[i] : i;
        schema->columns[i] = (Column){names[column], type_of(column == 2 ? TYPE_VARCHAR : TYPE_BIGINT), false};
    }
    return schema;
}

static int32_t counting_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *schema,
                               QuernProviderError *error)
{
    (void)provider, (void)context, (void)error;
    arrow_schema_export(table_schema(test_arena, NULL, COLUMNS), schema);
    return QUERN_PROVIDER_OK;
}

static int32_t counting_answers(QuernProvider *provider, const QuernExpr *const *filters, size_t count,
                                int32_t *ret_answers, QuernProviderError *error)
{
    (void)provider, (void)error;
    for (size_t i = 0; i < count; i++) {
        size_t column;
        const char *operator;
        QuernValue value;
        QUERN_INIT(&value);
        if (!quern_provider_host()->expr_comparison(filters[i], &column, &operator, & value) || column == 2)
            ret_answers[i] = QUERN_PUSHDOWN_UNSUPPORTED;
        else
            ret_answers[i] = column == 0 ? QUERN_PUSHDOWN_EXACT : QUERN_PUSHDOWN_INEXACT;
    }
    return QUERN_PROVIDER_OK;
}

static bool row_passes(const CountingScan *scan, int64_t a)
{
    for (size_t i = 0; i < scan->filter_count; i++) {
        size_t column;
        const char *operator;
        QuernValue value;
        QUERN_INIT(&value);
        ck_assert(quern_provider_host()->expr_comparison(scan->filters[i], &column, &operator, & value));
        int order = (a > value.as.int64) - (a < value.as.int64);
        bool passes = strcmp(operator, "=") == 0    ? order == 0
                      : strcmp(operator, "<>") == 0 ? order != 0
                      :
                      operator[0] == '<' ? order < 0 || (operator[1] && order == 0)
                                         : order> 0 ||(operator[1] && order == 0);
        if (column == 0 && !passes)
            return false;
    }
    return true;
}

static Batch *counting_next(void *user)
{
    CountingScan *scan = user;
    if (scan->batch)
        return NULL;
    scan->batch = batch_new(scan->arena, scan->schema);
    for (size_t i = 0; i < scan->projection_count; i++)
        vector_prepare(scan->batch->columns[i], ROWS);
    size_t count = 0;
    for (int64_t row = 1; row <= ROWS; row++) {
        if (!row_passes(scan, row))
            continue;
        for (size_t i = 0; i < scan->projection_count; i++) {
            Vector *vector = scan->batch->columns[i];
            if (scan->projection[i] == 2)
                VECTOR_DATA(vector, String)[count] = string_make(row % 2 ? "x" : "y", 1);
            else
                VECTOR_DATA(vector, int64_t)[count] = scan->projection[i] == 0 ? row : row * 10;
        }
        count++;
    }
    scan->batch->row_count = scan->batch->vector_size = count;
    return scan->batch;
}

static int32_t counting_open(QuernScan *scan, size_t partition, QuernContext *context, struct ArrowArrayStream *stream,
                             QuernProviderError *error)
{
    CountingScan *self = (CountingScan *)scan;
    (void)partition, (void)context, (void)error;
    self->writer = (ArrowWriter){.schema = self->schema, .next = counting_next, .user = self};
    arrow_write_stream(&self->writer, stream);
    return QUERN_PROVIDER_OK;
}

static void scan_release(QuernScan *scan)
{
    arena_free(((CountingScan *)scan)->arena);
}

static int32_t counting_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                             QuernProviderError *error)
{
    const QuernHost *host = quern_provider_host();
    Arena *arena = arena_new_child(NULL);
    CountingScan *scan = arena_new(arena, CountingScan);
    (void)provider;
    QUERN_INIT(&scan->base);
    scan->base.partition_count = 1;
    scan->base.open = counting_open;
    scan->base.release = scan_release;
    scan->arena = arena;
    scan->schema = table_schema(arena, args->projection, args->projection_count);
    scan->projection = args->projection;
    scan->projection_count = args->projection_count;
    scan->filters = args->filters;
    scan->filter_count = args->filter_count;
    ask("%s", asked[0] ? " / " : "");
    for (size_t i = 0; i < args->projection_count; i++)
        ask("%s%s", i ? "," : "", names[args->projection[i]]);
    ask("|");
    for (size_t i = 0; i < args->filter_count; i++) {
        QuernSql *sql;
        ck_assert_int_eq(host->expr_sql(args->filters[i], QUERN_DIALECT_POSTGRES, names, COLUMNS, &sql, error), 0);
        ck_assert_uint_eq(sql->parameter_count, 1);
        ask("%s%s:%lld", i ? " " : "", sql->text, (long long)sql->parameters[0]->as.int64);
        host->sql_release(sql);
    }
    ask("|");
    if (args->limit != QUERN_NO_LIMIT)
        ask("%llu", (unsigned long long)args->limit);
    *ret_scan = &scan->base;
    return QUERN_PROVIDER_OK;
}

static void no_shares(QuernProvider *provider)
{
    (void)provider;
}

static void provider_init(QuernProvider *provider, bool takes_filters)
{
    QUERN_INIT(provider);
    provider->retain = provider->release = no_shares;
    provider->schema = counting_schema;
    provider->scan = counting_scan;
    if (takes_filters)
        provider->supports_filters_pushdown = counting_answers;
}

/* ---- queries: what is asked follows from the rules in src/provider/provider.h, the rows from arithmetic ---- */

static const struct {
    const char *sql, *asked, *rows;
} queries[] = {
    /* only the columns that are needed, in no filter that was taken as EXACT; none at all for count(*) */
    {"SELECT * FROM t", "a,b,c||", "1 10 x 2 20 y 3 30 x 4 40 y 5 50 x 6 60 y"},
    {"SELECT b FROM t", "b||", "10 20 30 40 50 60"},
    {"SELECT count(*) FROM t", "||", "6"},
    {"SELECT sum(a) FROM t", "a||", "21"},
    {"SELECT b FROM t WHERE a > 3", "b|(\"a\" > $1):3|", "40 50 60"},
    {"SELECT a, b FROM t WHERE a > 4", "a,b|(\"a\" > $1):4|", "5 50 6 60"},
    {"SELECT count(*) FROM t WHERE a <= 2", "|(\"a\" <= $1):2|", "2"},
    {"SELECT a FROM t WHERE b > 40", "a,b|(\"b\" > $1):40|", "5 6"},
    {"SELECT a FROM t WHERE c = 'x'", "a,c||", "1 3 5"},
    {"SELECT b FROM t WHERE a > 1 AND b > 20 AND c = 'x'", "b,c|(\"a\" > $1):1 (\"b\" > $1):20|", "30 50"},
    /* one normal form */
    {"SELECT b FROM t WHERE 5 = a", "b|(\"a\" = $1):5|", "50"},
    {"SELECT b FROM t WHERE a = 2 + 3", "b|(\"a\" = $1):5|", "50"},
    {"SELECT b FROM t WHERE NOT a < 6", "b|(\"a\" >= $1):6|", "60"},
    {"SELECT b FROM t WHERE a BETWEEN 2 AND 3", "b|(\"a\" >= $1):2 (\"a\" <= $1):3|", "20 30"},
    /* not offered: volatile, or able to fail */
    {"SELECT b FROM t WHERE random() >= 0 AND a = 1", "b|(\"a\" = $1):1|", "10"},
    {"SELECT b FROM t WHERE 6 / a > 2", "a,b||", "10 20"},
    /* LIMIT: offset and limit, only where no filter stayed */
    {"SELECT a FROM t LIMIT 2", "a||2", "1 2"},
    {"SELECT a FROM t LIMIT 2 OFFSET 1", "a||3", "2 3"},
    {"SELECT b FROM t WHERE a > 3 LIMIT 2", "b|(\"a\" > $1):3|2", "40 50"},
    {"SELECT a FROM t WHERE b > 30 LIMIT 2", "a,b|(\"b\" > $1):30|", "4 5"},
    {"SELECT a FROM t WHERE c = 'y' LIMIT 1", "a,c||", "2"},
    {"SELECT count(*) FROM t LIMIT 1", "||", "6"},
    {"SELECT DISTINCT a FROM t WHERE a < 2 LIMIT 3", "a|(\"a\" < $1):2|", "1"},
    {"SELECT a FROM t UNION ALL SELECT a FROM t LIMIT 2", "a||2 / a||2", "1 2"},
    /* through what filters may pass, and not through what they may not */
    {"SELECT x FROM (SELECT a AS x, b FROM t) s WHERE x > 4", "a|(\"a\" > $1):4|", "5 6"},
    {"SELECT a, count(*) FROM t GROUP BY a HAVING a > 5", "a|(\"a\" > $1):5|", "6 1"},
    {"SELECT a FROM (SELECT a FROM t LIMIT 3) s WHERE a > 2", "a||3", "3"},
    {"SELECT a FROM (SELECT a, count(*) OVER () AS n FROM t) s WHERE a > 5", "a||", "6"},
};

static const char *run(QuernConnection *connection, const char *sql)
{
    QuernResult *result = NULL;
    bool has_row = false;
    Text text = text_in(test_arena);
    QuernStatus status = quern_query(connection, sql, strlen(sql), NULL, &result);
    ck_assert_msg(status == QUERN_OK, "%s: %s", sql, quern_error_message(connection));
    while (quern_result_next(result, &has_row) == QUERN_OK && has_row)
        for (size_t i = 0; i < quern_result_column_count(result); i++)
            text_add_format(&text, "%s%s", text.size ? " " : "", quern_value_text(result, i, NULL));
    quern_result_free(result);
    return text_string(&text);
}

static QuernConnection *connection_with(QuernProvider *provider)
{
    QuernConnection *connection;
    ck_assert_int_eq(quern_open(&connection), QUERN_OK);
    ck_assert_int_eq(quern_register_provider(connection, "t", provider), QUERN_OK);
    return connection;
}

START_TEST(a_provider_is_asked_for_what_it_takes_and_no_more)
{
    QuernProvider provider;
    provider_init(&provider, true);
    QuernConnection *connection = connection_with(&provider);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        asked[0] = '\0';
        const char *rows = run(connection, queries[i].sql);
        ck_assert_msg(strcmp(asked, queries[i].asked) == 0, "%s\nasked    %s\nexpected %s", queries[i].sql, asked,
                      queries[i].asked);
        ck_assert_msg(strcmp(rows, queries[i].rows) == 0, "%s: %s", queries[i].sql, rows);
    }
    quern_close(connection);
}
END_TEST

START_TEST(a_provider_that_takes_nothing_gives_the_same_answers)
{
    QuernProvider provider;
    provider_init(&provider, false);
    QuernConnection *connection = connection_with(&provider);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        asked[0] = '\0';
        const char *rows = run(connection, queries[i].sql);
        ck_assert_msg(strchr(asked, '(') == NULL, "%s: %s", queries[i].sql, asked);
        ck_assert_msg(strcmp(rows, queries[i].rows) == 0, "%s: %s", queries[i].sql, rows);
    }
    quern_close(connection);
}
END_TEST

START_TEST(a_result_leaves_as_an_arrow_stream_that_outlives_it)
{
    QuernProvider provider;
    provider_init(&provider, true);
    QuernConnection *connection = connection_with(&provider);
    QuernResult *result;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array, late;
    static const char sql[] = "SELECT b, c FROM t WHERE a > 4";
    ck_assert_int_eq(quern_query(connection, sql, strlen(sql), NULL, &result), QUERN_OK);
    ck_assert_int_eq(quern_result_export(result, &stream), QUERN_OK);
    ck_assert_int_eq(quern_result_export(result, &stream), QUERN_ERROR_MISUSE);
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    ck_assert_str_eq(schema.children[0]->format, "l");
    ck_assert_str_eq(schema.children[1]->name, "c");
    schema.release(&schema);
    ck_assert_int_eq(stream.get_next(&stream, &array), 0);
    quern_result_free(result);
    ck_assert_int_ne(stream.get_next(&stream, &late), 0);
    ck_assert_str_eq(stream.get_last_error(&stream), "the result of this stream was freed");
    stream.release(&stream);
    quern_close(connection);
    ck_assert_int_eq(array.length, 2);
    ck_assert_int_eq(((const int64_t *)array.children[0]->buffers[1])[1], 60);
    array.release(&array);
}
END_TEST

/* ---- rows that come in ---- */

static int64_t inserted_sum, inserted_nulls;

/* Adds up column a, counts NULLs of c; refuses to append to what has the key 13. */
static int32_t sink_insert(QuernProvider *provider, QuernContext *context, QuernInsertOp op,
                           struct ArrowArrayStream *input, uint64_t *ret_count, QuernProviderError *error)
{
    struct ArrowArray array;
    int64_t sum = 0, nulls = 0;
    uint64_t count = 0;
    int code;
    (void)provider, (void)context;
    ck_assert_int_eq(op, QUERN_INSERT_APPEND);
    while ((code = input->get_next(input, &array)) == 0 && array.release) {
        const int64_t *a = array.children[0]->buffers[1];
        bool has_13 = false;
        for (int64_t i = 0; i < array.length; i++) {
            sum += a[i];
            has_13 |= a[i] == 13;
        }
        nulls += array.children[2]->null_count;
        count += (uint64_t)array.length;
        array.release(&array);
        if (has_13)
            return quern_provider_fail(error, QUERN_PROVIDER_DUPLICATE_KEY, "the key 13 is there already");
    }
    if (code)
        return quern_provider_fail(error, QUERN_PROVIDER_DATA, "%s", input->get_last_error(input));
    inserted_sum = sum;
    inserted_nulls = nulls;
    *ret_count = count;
    return QUERN_PROVIDER_OK;
}

static int32_t sink_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *schema,
                           QuernProviderError *error)
{
    Schema *columns = table_schema(test_arena, NULL, COLUMNS);
    (void)provider, (void)context, (void)error;
    columns->columns[2].is_nullable = true;
    arrow_schema_export(columns, schema);
    return QUERN_PROVIDER_OK;
}

START_TEST(what_is_inserted_arrives_as_arrow_arrays)
{
    QuernProvider provider;
    provider_init(&provider, true);
    provider.schema = sink_schema;
    provider.insert_into = sink_insert;
    QuernConnection *connection = connection_with(&provider);
    ck_assert_str_eq(run(connection, "INSERT INTO t VALUES (1, 2, 'a longer text than twelve'), (5, 3, NULL)"), "2");
    ck_assert_int_eq(inserted_sum, 6);
    ck_assert_int_eq(inserted_nulls, 1);
    ck_assert_str_eq(run(connection, "INSERT INTO t (a, b) SELECT g, 0 FROM generate_series(100, 9999) AS s(g)"),
                     "9900");
    ck_assert_int_eq(inserted_sum, 9900 * (100 + 9999) / 2);
    ck_assert_int_eq(inserted_nulls, 9900);
    quern_close(connection);
}
END_TEST

START_TEST(an_insert_that_fails_says_who_failed)
{
    QuernProvider provider;
    QuernResult *result;
    provider_init(&provider, true);
    provider.schema = sink_schema;
    provider.insert_into = sink_insert;
    QuernConnection *connection = connection_with(&provider);
    static const char key[] = "INSERT INTO t VALUES (13, 0, '')";
    ck_assert_int_eq(quern_query(connection, key, strlen(key), NULL, &result), QUERN_ERROR_SQL);
    ck_assert_str_eq(quern_error_sqlstate(connection), "23505");
    ck_assert_str_eq(quern_error_message(connection), "t: the key 13 is there already");
    /* the input's own error is told, not what the provider made of it */
    static const char zero[] = "INSERT INTO t SELECT 6 / (g - 3), 0, '' FROM generate_series(1, 5) AS s(g)";
    ck_assert_int_eq(quern_query(connection, zero, strlen(zero), NULL, &result), QUERN_ERROR_SQL);
    ck_assert_str_eq(quern_error_sqlstate(connection), "22012");
    quern_close(connection);
}
END_TEST

TEST_PROGRAM(what_is_inserted_arrives_as_arrow_arrays, an_insert_that_fails_says_who_failed,
             a_provider_is_asked_for_what_it_takes_and_no_more, a_provider_that_takes_nothing_gives_the_same_answers,
             a_result_leaves_as_an_arrow_stream_that_outlives_it)
