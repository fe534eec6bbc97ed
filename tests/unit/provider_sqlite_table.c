/* tests/unit/provider_sqlite_table.c: what tables of SQLite databases are, and reading them. */
#include "provider/sqlite/sqlite_database.h"
#include "provider_sqlite.h"

/* ---- types ---- */

static const struct {
    const char *declared, *type;
} declared_types[] = {
    {"INTEGER", "BIGINT"},
    {"INT", "BIGINT"},
    {"TINYINT(1)", "BIGINT"},
    {"UNSIGNED BIG INT", "BIGINT"},
    {"UBIGINT", "UBIGINT"},
    {"VARCHAR(20)", "VARCHAR"},
    {"NCHAR(55)", "VARCHAR"},
    {"text", "VARCHAR"},
    {"CLOB", "VARCHAR"},
    {"BLOB", "BLOB"},
    {"REAL", "DOUBLE"},
    {"DOUBLE PRECISION", "DOUBLE"},
    {"FLOAT", "DOUBLE"},
    {"NUMERIC", "DOUBLE"},
    {"DECIMAL(10,5)", "DECIMAL(10,5)"},
    {"NUMERIC(7)", "DECIMAL(7,0)"},
    {"BOOLEAN", "BOOLEAN"},
    {"DATE", "DATE"},
    {"DATETIME", "TIMESTAMP"},
    {"TIMESTAMP(3)", "TIMESTAMP"},
    {"TIME", "TIME"},
    {"INTERVAL", "INTERVAL"},
    {"", "VARCHAR"},
};

START_TEST(declared_types_are_ours)
{
    for (size_t i = 0; i < sizeof declared_types / sizeof *declared_types; i++) {
        database_make(arena_format(test_arena, "CREATE TABLE t (c %s)", declared_types[i].declared));
        ck_assert_str_eq(schema_text(table_open("t")), arena_format(test_arena, "c %s", declared_types[i].type));
    }
}
END_TEST

START_TEST(columns_without_a_type_are_what_their_values_are)
{
    database_make("CREATE TABLE t (i, r, s, m, b, n);"
                  "INSERT INTO t VALUES (1, 1, 'x', 1, x'00ff', NULL), (NULL, 2.5, 'y', 'z', x'', NULL)");
    TableProvider *table = table_open("t");
    ck_assert_str_eq(schema_text(table), "i BIGINT, r DOUBLE, s VARCHAR, m VARCHAR, b BLOB, n VARCHAR");
    ck_assert_str_eq(scan_text(scan_of(table, NULL, 0, NO_LIMIT)), "1|1|x|1|\\x00ff|NULL\nNULL|2.5|y|z|\\x|NULL\n");
}
END_TEST

START_TEST(values_of_every_type_are_read)
{
    database_make(
        "CREATE TABLE t (i INTEGER, u UBIGINT, d REAL, n DECIMAL(10,2), l DECIMAL(30,3), b BOOLEAN, s TEXT,"
        " x BLOB, dt DATE, ts TIMESTAMP, tm TIME, iv INTERVAL);"
        "INSERT INTO t VALUES (-9223372036854775808, 9223372036854775807, 1e300, 0.1, 123456789012345, 1,"
        " 'ä', x'01', '2024-02-29', '2024-02-29 10:20:30.5', '23:59:59', '1 day');"
        "INSERT INTO t VALUES (3.0, 0, 7, 12, -0.125, 0, '', x'', '0001-01-01', '2024-02-29T00:00:00',"
        " '00:00:00.000001', '02:00:00');"
        "INSERT INTO t VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-02-29', NULL, NULL)");
    ck_assert_str_eq(table_text("t"), "-9223372036854775808|9223372036854775807|1e+300|0.10|123456789012345.000|true|ä|"
                                      "\\x01|2024-02-29|2024-02-29 10:20:30.5|23:59:59|1 day\n"
                                      "3|0|7|12.00|-0.125|false||\\x|0001-01-01|2024-02-29 00:00:00|00:00:00.000001|"
                                      "02:00:00\n"
                                      "NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|2024-02-29 00:00:00|NULL|NULL\n");
}
END_TEST

static const struct {
    const char *declared, *value;
} mismatches[] = {
    {"INTEGER", "'x'"},
    {"INTEGER", "1.5"},
    {"INTEGER", "1e300"},
    {"INTEGER", "x'01'"},
    {"UBIGINT", "-1"},
    {"REAL", "'x'"},
    {"NUMERIC", "9007199254740993"},
    {"DECIMAL(4,2)", "1.005"},
    {"DECIMAL(4,2)", "100"},
    {"DECIMAL(4,2)", "'x'"},
    {"BOOLEAN", "2"},
    {"BOOLEAN", "'true'"},
    {"TEXT", "x'41'"},
    {"BLOB", "'x'"},
    {"BLOB", "1"},
    {"DATE", "'2024-2-3'"},
    {"DATE", "'2023-02-29'"},
    {"DATE", "20240101"},
    {"TIMESTAMP", "'noon'"},
    {"TIMESTAMP", "'2024-01-01 24:00:00'"},
    {"TIMESTAMP", "1700000000"},
    {"TIME", "'1:2:3'"},
    {"INTERVAL", "'soon'"},
};

START_TEST(values_that_do_not_fit_raise_or_are_null_by_option)
{
    for (size_t i = 0; i < sizeof mismatches / sizeof *mismatches; i++) {
        database_make(arena_format(test_arena,
                                   "CREATE TABLE \"a t\" (k INTEGER PRIMARY KEY, \"the c\" %s);"
                                   "INSERT INTO \"a t\" VALUES (1, NULL), (42, %s)",
                                   mismatches[i].declared, mismatches[i].value));
        Error error = scan_error(ERROR_BAD_DATA, scan_of(table_open("a t"), NULL, 0, NO_LIMIT));
        ck_assert_msg(strstr(error.message, "table \"a t\", rowid 42, column \"the c\": the "), "%s", error.message);
        TableProvider *lenient = table_open_with("a t", "on_mismatch", "null", NULL);
        ck_assert_str_eq(scan_text(scan_of(lenient, NULL, 0, NO_LIMIT)), "1|NULL\n42|NULL\n");
    }
}
END_TEST

START_TEST(text_that_is_not_utf8_raises_with_its_place)
{
    database_make("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('fine'), (CAST(x'61ff' AS TEXT))");
    Error error = scan_error(ERROR_INVALID_ENCODING, scan_of(table_open("t"), NULL, 0, NO_LIMIT));
    ck_assert_ptr_nonnull(strstr(error.message, "table \"t\", rowid 2, column \"a\""));
}
END_TEST

START_TEST(declared_columns_choose_names_and_types)
{
    database_make("CREATE TABLE t (a INTEGER, b TEXT, c REAL); INSERT INTO t VALUES (7, '12', 0.5)");
    Column columns[] = {{"b", type_of(TYPE_VARCHAR), true}, {"A", type_of(TYPE_VARCHAR), true}};
    TableProvider *table = table_open_with("t", NULL, NULL, &(Schema){.column_count = 2, .columns = columns});
    ck_assert_str_eq(schema_text(table), "b VARCHAR, a VARCHAR");
    ck_assert_str_eq(scan_text(scan_of(table, NULL, 0, NO_LIMIT)), "12|7\n");
}
END_TEST

/* ---- kinds of tables ---- */

START_TEST(strange_names_views_and_tables_without_rowid_are_read)
{
    database_make("CREATE TABLE \"a \"\"b\"\" 'c'\" (\"x \"\"y\"\"\" INTEGER, \"rowid\" TEXT);"
                  "INSERT INTO \"a \"\"b\"\" 'c'\" VALUES (1, 'r');"
                  "CREATE TABLE w (a TEXT PRIMARY KEY, b INTEGER) WITHOUT ROWID; INSERT INTO w VALUES ('k', 'bad');"
                  "CREATE VIEW v AS SELECT count(*) AS n, max(b) AS m FROM w;"
                  "CREATE TABLE g (a INTEGER, b INTEGER AS (a * 2), c INTEGER AS (a * 3) STORED);"
                  "INSERT INTO g VALUES (5);"
                  "CREATE TABLE e (a INTEGER);"
                  "CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f VALUES ('some words')");
    ck_assert_str_eq(table_text("a \"b\" 'c'"), "1|r\n");
    ck_assert_str_eq(table_text("v"), "1|bad\n");
    ck_assert_str_eq(table_text("g"), "5|10|15\n");
    ck_assert_str_eq(table_text("e"), "");
    ck_assert_str_eq(table_text("f"), "some words\n");
    Error error = scan_error(ERROR_BAD_DATA, scan_of(table_open("w"), NULL, 0, NO_LIMIT));
    ck_assert_ptr_nonnull(strstr(error.message, "table \"w\", row 1 of those that were read, column \"b\""));
    ck_assert_int_eq(table_open("v")->ops->table_type(table_open("v")), TABLE_VIEW);
}
END_TEST

START_TEST(constraints_and_defaults_are_told)
{
    database_make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'x''y', b INT, c INT, UNIQUE (b, c));"
        "CREATE UNIQUE INDEX i ON t (c); CREATE UNIQUE INDEX p ON t (b) WHERE c > 0;"
        "CREATE UNIQUE INDEX e ON t (abs(b)); CREATE INDEX o ON t (a)");
    TableProvider *table = table_open("t");
    ck_assert_str_eq(schema_text(table), "id BIGINT, a VARCHAR NOT NULL, b BIGINT, c BIGINT");
    const Constraints *constraints = table->ops->constraints(table);
    Text text = text_in(test_arena);
    for (size_t i = 0; i < constraints->count; i++) {
        text_add_format(&text, " %d:", constraints->items[i].kind);
        for (size_t k = 0; k < constraints->items[i].column_count; k++)
            text_add_format(&text, "%zu", constraints->items[i].columns[k]);
    }
    ck_assert_str_eq(text_string(&text), arena_format(test_arena, " %d:1 %d:0 %d:3 %d:23", CONSTRAINT_NOT_NULL,
                                                      CONSTRAINT_PRIMARY_KEY, CONSTRAINT_UNIQUE, CONSTRAINT_UNIQUE));
    ck_assert_str_eq(table->ops->column_default(table, 1), "'x''y'");
    ck_assert_ptr_null(table->ops->column_default(table, 2));
    ck_assert_ptr_nonnull(strstr(table->ops->table_definition(table, "t", test_arena), "CREATE TABLE t (id INTEGER"));
}
END_TEST

/* ---- the database ---- */

static void attach(void *argument)
{
    (void)argument;
    database_attach();
}

START_TEST(what_is_no_database_is_an_error_and_nothing_is_made)
{
    path = "/tmp/quern-test-no-such-file.db";
    expect_error(ERROR_UNDEFINED_FILE, attach, NULL);
    ck_assert_int_ne(access(path, F_OK), 0);
    path = "/tmp";
    expect_error(ERROR_IO, attach, NULL);
    database_make("CREATE TABLE t (a)");
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 1000; i++)
        fputs("this is no database, but it is long enough to be one\n", file);
    fclose(file);
    Error error = expect_error(ERROR_BAD_DATA, attach, NULL);
    ck_assert_str_eq(error.message, arena_format(test_arena, "%s: file is not a database", path));
}
END_TEST

static int visited;
static void visit_count(void *user, const char *name)
{
    text_add_format(user, "%s ", name);
    visited++;
}

typedef struct SchemaRequest {
    TableProvider *table;
    Context *context; /* its arena goes when the statement fails, and with it what SQLite has begun */
} SchemaRequest;

static void table_schema(void *argument)
{
    const SchemaRequest *request = argument;
    (void)request->table->ops->schema(request->table, request->context);
}

START_TEST(an_attached_database_follows_its_schema)
{
    database_make("CREATE TABLE one (a INT); CREATE VIEW two AS SELECT * FROM one; CREATE TABLE three (b TEXT);"
                  "CREATE VIRTUAL TABLE f USING fts5(body)");
    SchemaProvider *schema = database_attach();
    Text names = text_in(test_arena);
    schema->ops->each(schema, context_new(), visit_count, &names);
    ck_assert_str_eq(text_string(&names), "one two three f ");
    sqlite_ask("CREATE VIEW broken AS SELECT * FROM absent");
    TableProvider *broken = schema->ops->table(schema, view_of("broken"), context_new());
    ck_assert_int_eq(broken->ops->table_type(broken), TABLE_VIEW); /* it can be listed and dropped, not read */
    SchemaRequest request = {broken, context_new()};
    request.context->arena = arena_new_child(test_arena);
    expect_error(ERROR_BAD_DATA, table_schema, &request);
    arena_free(request.context->arena);
    provider_unref(broken);
    ck_assert(schema->ops->drop(schema, view_of("broken"), context_new()));
    TableProvider *one = schema->ops->table(schema, view_of("ONE"), context_new());
    TableProvider *again = schema->ops->table(schema, view_of("one"), context_new());
    ck_assert_ptr_eq(one, again);
    provider_unref(again);
    ck_assert_ptr_null(schema->ops->table(schema, view_of("four"), context_new()));
    sqlite_ask("ALTER TABLE one ADD COLUMN c REAL; CREATE TABLE four (x)");
    ck_assert_str_eq(schema_text(one), "a BIGINT, c DOUBLE");
    TableProvider *four = schema->ops->table(schema, view_of("four"), context_new());
    ck_assert_ptr_nonnull(four);
    provider_unref(four);
    provider_unref(one);
    Column columns[] = {{"id", type_of(TYPE_INTEGER), false}, {"price", type_decimal(10, 2), true}};
    static const size_t key_columns[] = {0};
    Constraint items[] = {{.kind = CONSTRAINT_PRIMARY_KEY, .column_count = 1, .columns = key_columns},
                          {.kind = CONSTRAINT_CHECK, .name = "cheap", .check = "price < 100"}};
    const char *const defaults[] = {NULL, "1.5"};
    schema->ops->create(schema, "five", &(Schema){.column_count = 2, .columns = columns}, &(Constraints){2, items},
                        defaults, context_new());
    ck_assert_str_eq(sqlite_ask("INSERT INTO five (id) VALUES (3); SELECT price FROM five"), "1.5");
    ck_assert(schema->ops->drop(schema, view_of("five"), context_new()));
    ck_assert(!schema->ops->drop(schema, view_of("five"), context_new()));
    ck_assert(schema->ops->drop(schema, view_of("two"), context_new()));
}
END_TEST

/* ---- filters ---- */

static Expr *column_of(TableProvider *table, const char *name)
{
    const Schema *schema = table->ops->schema(table, context_new());
    ptrdiff_t column = schema_find(schema, view_of(name));
    ck_assert_int_ge(column, 0);
    return expr_column(test_arena, (ColumnId)column, schema->columns[column].type, NO_POSITION);
}

/* "column sign text": the text is cast to the column's type. NULL text: a test of the column alone. */
static Expr *condition(TableProvider *table, const char *name, const char *sign, const char *text)
{
    Expr *arguments[2] = {column_of(table, name)};
    Value value = value_text(view_of(text ? text : "")), cast = value;
    Error error;
    if (text)
        ck_assert(value_cast(test_arena, &value, arguments[0]->type, &cast, &error));
    arguments[1] = expr_constant(test_arena, cast, NO_POSITION);
    if (strcmp(sign, "in") == 0)
        return expr_new(test_arena, EXPR_IN, type_of(TYPE_BOOLEAN), arguments, 2, NO_POSITION);
    if (strcmp(sign, "column") == 0)
        return arguments[0];
    return function_call(test_arena, sign, arguments, text ? 2 : 1, NO_POSITION);
}

static const char filter_data[] =
    "CREATE TABLE t (id INTEGER PRIMARY KEY, i INTEGER, d REAL, n DECIMAL(10,2), l DECIMAL(20,2), b BOOLEAN, s TEXT,"
    " c TEXT COLLATE NOCASE, x BLOB, dt DATE, ts TIMESTAMP, tz TIMESTAMPTZ, tm TIME, iv INTERVAL, u);"
    "CREATE INDEX t_c ON t (c); CREATE INDEX t_n ON t (n);"
    "INSERT INTO t (id) VALUES (1);"
    "INSERT INTO t VALUES (2, 5, 0.1, 0.1, 0.1, 1, 'abc', 'abc', x'00', '2024-01-05', '2024-01-05',"
    " '2024-01-05 23:00:00-05', '10:00:00.0', '24:00:00', 5);"
    "INSERT INTO t VALUES (3, -5, 5, 5, 5, 0, 'ABC', 'ABC', x'ff00', '2024-01-06', '2024-01-05T12:00:00',"
    " '2024-01-06 04:00:00', '10:00:00', '1 day', '5');"
    "INSERT INTO t VALUES (4, 9007199254740993, 1e18, 99999999.99, 99999999.99, 1, 'abd', 'abD', x'', '9999-12-31',"
    " '2024-01-06 00:00:00.000001', '2024-01-04 00:00:00+05:30', '00:00:00', '30 days', 'abc');"
    "INSERT INTO t VALUES (5, 0, -0.0, 0.29, 12345678901.25, 0, 'ab\xC3\xA4', 'AB\xC3\xA4', x'61', '0001-01-01',"
    " '2023-12-31 23:59', '2024-01-05 00:00:00', '23:59:59.999999', '1 mon', 0.5);"
    "INSERT INTO t VALUES (6, 1, 1e300, -1, -1, 1, '', '', x'6162', '2024-01-05', '2024-01-05 00:00:00',"
    " '2024-01-05 00:00:00.5+00', '12:30:00', '-1 day', x'61');"
    "INSERT INTO t VALUES (7, 2, 2, 2, 2, 1, CAST(x'61620063' AS TEXT), 'abc ', x'62', '2024-02-01', '2024-02-01',"
    " '2024-02-01', '01:00:00', '1 day', NULL);";

static const struct {
    const char *column, *sign, *text;
    FilterPushdown answer;
} filters_answered[] = {
    {"i", "=", "5", FILTER_EXACT},
    {"i", "<>", "5", FILTER_EXACT},
    {"i", "<", "9007199254740993", FILTER_EXACT},
    {"i", ">=", "9007199254740993", FILTER_EXACT},
    {"i", "in", "-5", FILTER_EXACT},
    {"i", "is null", NULL, FILTER_EXACT},
    {"i", "is not null", NULL, FILTER_EXACT},
    {"d", "=", "0.1", FILTER_EXACT},
    {"d", "=", "0", FILTER_EXACT},
    {"d", "=", "1e18", FILTER_EXACT},
    {"d", ">", "-1", FILTER_EXACT},
    {"d", "<", "NaN", FILTER_UNSUPPORTED}, /* every number; SQLite would bind NULL */
    {"d", "<", "Infinity", FILTER_EXACT},
    {"n", "=", "0.1", FILTER_EXACT},
    {"n", "=", "0.29", FILTER_EXACT},
    {"n", "<=", "0.29", FILTER_EXACT},
    {"n", ">", "99999999.98", FILTER_EXACT},
    {"n", "in", "5", FILTER_EXACT},
    {"l", "=", "12345678901.25", FILTER_UNSUPPORTED}, /* more digits than a double tells apart */
    {"b", "=", "true", FILTER_EXACT},
    {"b", "column", NULL, FILTER_EXACT},
    {"b", "not", NULL, FILTER_EXACT},
    {"b", "is true", NULL, FILTER_EXACT},
    {"b", "is false", NULL, FILTER_EXACT},
    {"b", "is not true", NULL, FILTER_UNSUPPORTED},
    {"s", "=", "abc", FILTER_EXACT},
    {"s", "<>", "abc", FILTER_EXACT},
    {"s", "<", "abc", FILTER_EXACT},
    {"s", ">=", "abd", FILTER_EXACT},
    {"s", "~~", "ab%", FILTER_EXACT},
    {"s", "~~", "abc", FILTER_EXACT},
    {"s", "~~", "a_c", FILTER_INEXACT},
    {"s", "~~", "ab%c", FILTER_INEXACT}, /* SQLite's LIKE would end at the zero byte */
    {"s", "~~", "%c", FILTER_UNSUPPORTED},
    {"s", "!~~", "ab%", FILTER_UNSUPPORTED},
    {"s", "~~*", "AB%", FILTER_UNSUPPORTED},
    {"c", "=", "abc", FILTER_EXACT}, /* NOCASE takes ABC for it: not so when told to compare bytes */
    {"c", "<>", "abc", FILTER_EXACT},
    {"c", "<", "abc", FILTER_EXACT},
    {"c", "in", "abc", FILTER_EXACT},
    {"c", "~~", "ab%", FILTER_EXACT},
    {"x", "=", "a", FILTER_EXACT},
    {"x", "<", "\\x62", FILTER_EXACT},
    {"dt", "=", "2024-01-05", FILTER_EXACT},
    {"dt", ">", "2024-01-05", FILTER_EXACT},
    {"dt", "<=", "0001-01-01", FILTER_EXACT},
    {"dt", "<", "10000-01-01", FILTER_UNSUPPORTED}, /* as text it is less than 2024 */
    {"ts", "=", "2024-01-05 00:00:00", FILTER_INEXACT},
    {"ts", "<", "2024-01-05 12:00:00", FILTER_INEXACT},
    {"ts", "<=", "2024-01-05 12:00:00", FILTER_INEXACT},
    {"ts", ">", "2024-01-05 12:00:00", FILTER_INEXACT},
    {"ts", ">=", "2024-01-06 00:00:00", FILTER_INEXACT},
    {"ts", "<>", "2024-01-05 00:00:00", FILTER_UNSUPPORTED},
    {"tz", "=", "2024-01-06 04:00:00+00", FILTER_INEXACT},
    {"tz", "<", "2024-01-04 00:00:00+00", FILTER_INEXACT},
    {"tz", ">", "2024-01-06 00:00:00+00", FILTER_INEXACT},
    {"tm", "=", "10:00:00", FILTER_UNSUPPORTED},
    {"iv", "=", "1 day", FILTER_UNSUPPORTED},
    {"u", "=", "5", FILTER_UNSUPPORTED}, /* 5 and '5' read the same, and are not equal to SQLite */
    {"u", "is null", NULL, FILTER_EXACT},
};

/* Pushed, with what is INEXACT filtered again above, and not pushed at all: the same rows. */
START_TEST(a_pushed_filter_keeps_the_rows_that_it_would_above)
{
    database_make(filter_data);
    TableProvider *table = table_open("t");
    TableProvider *lenient = table_open_with("t", "on_mismatch", "null", NULL);
    for (size_t i = 0; i < sizeof filters_answered / sizeof *filters_answered; i++) {
        const char *what = arena_format(test_arena, "%s %s %s", filters_answered[i].column, filters_answered[i].sign,
                                        filters_answered[i].text ? filters_answered[i].text : "");
        Expr *filter = condition(table, filters_answered[i].column, filters_answered[i].sign, filters_answered[i].text);
        FilterPushdown answer, lenient_answer;
        provider_supports_filters_pushdown(table, &filter, 1, &answer);
        ck_assert_msg(answer == filters_answered[i].answer, "%s: answered %d", what, answer);
        provider_supports_filters_pushdown(lenient, &filter, 1, &lenient_answer);
        ck_assert_msg(lenient_answer != FILTER_EXACT, "%s: nothing is certain where values become NULL", what);
        const char *above = text_sorted(scan_text_keeping(scan_of(table, NULL, 0, NO_LIMIT), &filter, 1));
        if (answer == FILTER_UNSUPPORTED)
            continue;
        const char *pushed =
            text_sorted(scan_text_keeping(scan_of(table, &filter, 1, NO_LIMIT), &filter, answer == FILTER_INEXACT));
        ck_assert_msg(strcmp(pushed, above) == 0, "%s: pushed\n%sabove\n%s", what, pushed, above);
        if (lenient_answer != FILTER_UNSUPPORTED)
            ck_assert_str_eq(text_sorted(scan_text_keeping(scan_of(lenient, &filter, 1, NO_LIMIT), &filter, 1)), above);
    }
}
END_TEST

START_TEST(junctions_are_pushed_as_far_as_they_are_known)
{
    database_make(filter_data);
    TableProvider *table = table_open("t");
    Expr *known[] = {condition(table, "i", "=", "5"), condition(table, "s", "=", "ABC")};
    Expr *mixed[] = {condition(table, "id", "<", "5"), condition(table, "tm", "=", "10:00:00")};
    Expr *filters[] = {expr_junction(test_arena, EXPR_OR, known, 2, NO_POSITION),
                       expr_junction(test_arena, EXPR_AND, known, 2, NO_POSITION),
                       expr_junction(test_arena, EXPR_OR, mixed, 2, NO_POSITION),
                       expr_junction(test_arena, EXPR_AND, mixed, 2, NO_POSITION)};
    static const FilterPushdown expected[] = {FILTER_EXACT, FILTER_EXACT, FILTER_UNSUPPORTED, FILTER_INEXACT};
    FilterPushdown answers[4];
    provider_supports_filters_pushdown(table, filters, 4, answers);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_int_eq(answers[i], expected[i]);
        if (answers[i] != FILTER_UNSUPPORTED)
            ck_assert_str_eq(
                scan_text_keeping(scan_of(table, &filters[i], 1, NO_LIMIT), &filters[i], answers[i] == FILTER_INEXACT),
                scan_text_keeping(scan_of(table, NULL, 0, NO_LIMIT), &filters[i], 1));
    }
}
END_TEST

static uint64_t explained_number(Scan *scan, const char *label)
{
    Text text = text_in(test_arena);
    scan->explain_analyze(scan, &text);
    const char *found = strstr(text_string(&text), label);
    ck_assert_msg(found != NULL, "%s", text_string(&text));
    return strtoull(found + strlen(label), NULL, 10);
}

START_TEST(a_key_lookup_uses_the_index)
{
    database_make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT, n DECIMAL(10,2), d DATE);"
        "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200000)"
        " INSERT INTO t SELECT i, 'key ' || i, i / 100.0, date('2000-01-01', '+' || (i / 100) || ' days') FROM c;"
        "CREATE INDEX t_s ON t (s); CREATE INDEX t_n ON t (n); CREATE INDEX t_d ON t (d)");
    static const struct {
        const char *column, *value;
    } keys[] = {{"id", "4711"}, {"s", "key 4711"}, {"n", "47.11"}};
    TableProvider *table = table_open("t");
    for (size_t i = 0; i < 3; i++) {
        Expr *filter = condition(table, keys[i].column, "=", keys[i].value);
        Scan *scan = scan_of(table, &filter, 1, NO_LIMIT);
        ck_assert_ptr_nonnull(strstr(scan_text(scan), "4711|key 4711|47.11|"));
        ck_assert_uint_eq(explained_number(scan, "rows read: "), 1);
        ck_assert_uint_eq(explained_number(scan, "sqlite: "), 0); /* full scan steps */
        Text text = text_in(test_arena);
        scan->explain(scan, &text);
        ck_assert_msg(
            strstr(text_string(&text), arena_format(test_arena, " WHERE \"%s\" = ?1\nbound: ?1 = ", keys[i].column)),
            "%s", text_string(&text));
    }
    Expr *prefix = condition(table, "s", "~~", "key 4711%");
    Scan *scan = scan_of(table, &prefix, 1, NO_LIMIT);
    scan_text(scan);
    ck_assert_uint_eq(explained_number(scan, "rows read: "), 11);
    ck_assert_uint_eq(explained_number(scan, "sqlite: "), 0);
    Scan *limited = scan_of(table, NULL, 0, 10);
    scan_text(limited);
    ck_assert_uint_eq(explained_number(limited, "rows read: "), 10);
    const Statistics *statistics = table->ops->statistics(table, context_new());
    ck_assert_uint_eq(statistics->row_count.count, 200000);
    ck_assert_int_eq(statistics->row_count.precision, PRECISION_ESTIMATE);
    ck_assert_uint_eq(statistics->columns[0].distinct_count.count, 200000);
}
END_TEST

START_TEST(more_than_sqlite_takes_is_not_sent)
{
    Text sql = text_in(test_arena);
    text_add(&sql, "CREATE TABLE t (c0 INTEGER");
    for (int c = 1; c < 2000; c++) /* as many as it takes: no room for the rowid */
        text_add_format(&sql, ", c%d INTEGER", c);
    text_add(&sql, "); INSERT INTO t (c0, c1999) VALUES (1, 2)");
    database_make(text_string(&sql));
    TableProvider *table = table_open("t");
    Expr *filters[2000];
    FilterPushdown answers[2000];
    for (int i = 0; i < 2000; i++)
        filters[i] = condition(table, "c0", "<>", arena_format(test_arena, "%d", i + 2));
    Expr *any = expr_junction(test_arena, EXPR_OR, filters, 2000, NO_POSITION);
    provider_supports_filters_pushdown(table, &any, 1, answers);
    ck_assert_int_eq(answers[0], FILTER_UNSUPPORTED);
    provider_supports_filters_pushdown(table, filters, 2000, answers);
    size_t taken = 0;
    while (taken < 2000 && answers[taken] == FILTER_EXACT)
        taken++;
    ck_assert_uint_gt(taken, 100);
    const char *row = scan_text(scan_of(table, filters, taken, NO_LIMIT));
    ck_assert_msg(strncmp(row, "1|NULL|", 7) == 0 && strcmp(row + strlen(row) - 3, "|2\n") == 0, "%s", row);
}
END_TEST

START_TEST(rows_without_columns_are_counted)
{
    database_make(filter_data);
    TableProvider *table = table_open("t");
    ScanArgs args = {.context = context_new(), .arena = test_arena, .limit = NO_LIMIT};
    Scan *scan = table->ops->scan(table, &args);
    Batch *batch = stream_next(scan_read(scan, test_arena, context_new()));
    ck_assert_uint_eq(batch->row_count, 7);
    ck_assert_uint_eq(batch->column_count, 0);
}
END_TEST

START_TEST(a_read_that_takes_long_can_be_stopped)
{
    database_make("CREATE VIEW v AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) "
                  "SELECT count(*) AS n FROM c LIMIT 1; CREATE TABLE t (a); CREATE VIEW w AS "
                  "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i AS i FROM c");
    Scan *scan = scan_of(table_open("w"), NULL, 0, NO_LIMIT); /* endless, but the sample was not */
    BatchStream *cursor = scan_read(scan, test_arena, context_new());
    ck_assert_uint_eq(stream_next(cursor)->row_count, BATCH_SIZE);
    is_cancelled = true;
    expect_error(ERROR_INTERRUPTED, (void (*)(void *))(void *)stream_next, cursor);
    is_cancelled = false;
}
END_TEST

/* SQLite's: a connection begins a statement. */
static int cancel_at_once(unsigned kind, void *user, void *statement, void *sql)
{
    (void)kind, (void)user, (void)statement, (void)sql;
    is_cancelled = true;
    return 0;
}

static void count_hundred(void *database)
{
    sqlite3_stmt *statement = sqlite_prepare(
        database, test_arena,
        "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 100) SELECT max(i) FROM c");
    ck_assert(sqlite_step(database, statement));
}

START_TEST(a_statement_over_a_hundred_rows_can_be_stopped)
{
    database_make("CREATE TABLE t (a)");
    SqliteDatabase *database =
        sqlite_database_open(test_arena, context_new(), path, /* is_create= */ false, NO_POSITION);
    count_hundred(database);
    sqlite3_trace_v2(database->connection, SQLITE_TRACE_STMT, cancel_at_once, NULL);
    expect_error(ERROR_INTERRUPTED, count_hundred, database);
    is_cancelled = false;
}
END_TEST

static uint64_t distinct_count(const Statistics *statistics, size_t column)
{
    ck_assert_int_eq(statistics->columns[column].distinct_count.precision, PRECISION_ESTIMATE);
    return statistics->columns[column].distinct_count.count;
}

START_TEST(what_analyze_has_counted_is_known)
{
    database_make(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, k INTEGER, s TEXT, v REAL, w REAL);"
        "WITH RECURSIVE g (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < 6000) "
        "INSERT INTO t SELECT i * 10, i % 60, 'text ' || (i % 500), i, i FROM g;"
        "CREATE INDEX tk ON t (k, v); CREATE INDEX ts ON t (s); CREATE INDEX tw ON t (w) WHERE k = 3; ANALYZE");
    TableProvider *table = table_open("T");
    table->ops->schema(table, context_new());
    const Statistics *statistics = table->ops->statistics(table, context_new());
    ck_assert_uint_eq(statistics->row_count.count, 6000);
    ck_assert_uint_eq(distinct_count(statistics, 0), 6000);
    ck_assert_uint_eq(distinct_count(statistics, 1), 60);
    ck_assert_uint_eq(distinct_count(statistics, 2), 500);
    /* second in an index, and first in one of some rows */
    ck_assert_int_eq(statistics->columns[3].distinct_count.precision, PRECISION_ABSENT);
    ck_assert_int_eq(statistics->columns[4].distinct_count.precision, PRECISION_ABSENT);
}
END_TEST

START_TEST(counts_that_make_no_sense_do_no_harm)
{
    static const char *const stats[] = {"", "x", "0 0", "10 0", "5 -3", "-10 -20 30", "99999999999999999999999 2"};
    for (size_t i = 0; i < sizeof stats / sizeof *stats; i++) {
        database_make(
            arena_format(test_arena,
                         "CREATE TABLE t (k INTEGER); INSERT INTO t VALUES (1), (2); CREATE INDEX tk ON t (k);"
                         "ANALYZE; UPDATE sqlite_stat1 SET stat = '%s', idx = CASE WHEN %zu > 3 THEN idx END",
                         stats[i], i));
        TableProvider *table = table_open("t");
        table->ops->schema(table, context_new());
        ck_assert_ptr_nonnull(table->ops->statistics(table, context_new()));
        ck_assert_str_eq(table_text("t"), "1\n2\n");
    }
}
END_TEST

/* ---- samples ---- */

typedef struct Seen {
    size_t row_count;
    size_t tenths[10]; /* rows of each tenth of the table */
} Seen;

static void see(void *user, Batch *batch)
{
    Seen *seen = user;
    for (size_t i = 0; i < batch->row_count; i++) {
        Value half = vector_value(batch->columns[0], batch_row(batch, i));
        Value number = vector_value(batch->columns[1], batch_row(batch, i));
        ck_assert(half.is_null || half.i64 == number.i64 / 2);
        seen->tenths[(number.i64 - 1) / 2000]++;
        seen->row_count++;
    }
}

static bool sample(TableProvider *table, size_t row_count, Seen *seen)
{
    static const size_t columns[] = {1, 0};
    Arena *arena = arena_new_child(test_arena);
    table->ops->schema(table, context_new());
    *seen = (Seen){0};
    bool is_whole = table->ops->sample(table, context_new(), arena, columns, 2, row_count, see, seen);
    arena_free(arena);
    return is_whole;
}

/* Of 20000 rows with every third rowid; one in seven has a value that is none of its column's type. */
START_TEST(samples_come_from_all_over_the_table_and_never_raise)
{
    Seen seen;
    database_make("CREATE TABLE t (n INTEGER, half INTEGER);"
                  "WITH RECURSIVE g (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < 20000) "
                  "INSERT INTO t (rowid, n, half) SELECT i * 3, i, iif(i % 7, i / 2, 'x') FROM g;"
                  "CREATE INDEX tn ON t (n); ANALYZE");
    TableProvider *table = table_open("t");
    ck_assert(!sample(table, 1024, &seen));
    ck_assert_uint_ge(seen.row_count, 900);
    ck_assert_uint_le(seen.row_count, 1024);
    for (size_t i = 0; i < 10; i++)
        ck_assert_uint_ge(seen.tenths[i], 60);
    ck_assert(sample(table, SIZE_MAX, &seen));
    ck_assert_uint_eq(seen.row_count, 20000);
    sqlite_ask("INSERT INTO t VALUES (1, 0)"); /* nobody reads it any more */
}
END_TEST

TEST_PROGRAM(declared_types_are_ours, columns_without_a_type_are_what_their_values_are, values_of_every_type_are_read,
             values_that_do_not_fit_raise_or_are_null_by_option, text_that_is_not_utf8_raises_with_its_place,
             declared_columns_choose_names_and_types, strange_names_views_and_tables_without_rowid_are_read,
             constraints_and_defaults_are_told, what_is_no_database_is_an_error_and_nothing_is_made,
             an_attached_database_follows_its_schema, a_pushed_filter_keeps_the_rows_that_it_would_above,
             junctions_are_pushed_as_far_as_they_are_known, a_key_lookup_uses_the_index,
             more_than_sqlite_takes_is_not_sent, rows_without_columns_are_counted,
             a_read_that_takes_long_can_be_stopped, a_statement_over_a_hundred_rows_can_be_stopped,
             what_analyze_has_counted_is_known, counts_that_make_no_sense_do_no_harm,
             samples_come_from_all_over_the_table_and_never_raise)
