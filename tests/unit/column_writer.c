/* Writers: each format's quoting and NULLs, pieces of output, and what fits a terminal. */
#include "test.h"

#include <csv.h>

#include "base/text.h"
#include "base/utf8.h"
#include "column/arrow/arrow_write.h"
#include "column/convert.h"
#include "column/writer.h"

/* ---- a result, and what is written of it ---- */

enum { MAX_COLUMNS = 40 };

static Schema *schema_of(const char *const *names_and_types)
{
    size_t count = 0;
    while (names_and_types[2 * count])
        count++;
    Schema *schema = schema_new(test_arena, count);
    for (size_t i = 0; i < count; i++) {
        schema->columns[i].name = names_and_types[2 * i];
        ck_assert(type_parse_text(view_of(names_and_types[2 * i + 1]), &schema->columns[i].type));
    }
    return schema;
}

/* Rows of texts, NULL for NULL. */
static Batch *batch_of(const Schema *schema, const char *const *texts, size_t row_count)
{
    Batch *batch = batch_new(test_arena, schema);
    for (size_t c = 0; c < schema->column_count; c++) {
        vector_prepare(batch->columns[c], row_count);
        for (size_t row = 0; row < row_count; row++) {
            const char *text = texts[row * schema->column_count + c];
            Value value;
            Error error;
            if (text == NULL) {
                vector_set_null(batch->columns[c], row);
                continue;
            }
            ck_assert_msg(value_parse(test_arena, view_of(text), schema->columns[c].type, &value, &error), "%s",
                          error.message);
            vector_set_value(batch->columns[c], row, &value);
        }
    }
    batch->row_count = batch->vector_size = row_count;
    return batch;
}

typedef struct Sink {
    Text text;
    size_t piece_count, largest_piece;
    size_t takes; /* pieces before it refuses; 0: all */
} Sink;

static bool sink_take(void *user, const char *data, size_t size)
{
    Sink *sink = user;
    sink->piece_count++;
    sink->largest_piece = size > sink->largest_piece ? size : sink->largest_piece;
    text_add_view(&sink->text, (StringView){data, size});
    return sink->takes == 0 || sink->piece_count < sink->takes;
}

static const char *written_batches(const Schema *schema, Batch *const *batches, size_t batch_count,
                                   WriterOptions options)
{
    static Context context;
    Sink sink = {.text = text_in(test_arena)};
    Writer *writer = writer_new(test_arena, &context, schema, &options, sink_take, &sink);
    ck_assert(writer_begin(writer));
    for (size_t i = 0; i < batch_count; i++)
        ck_assert(writer_batch(writer, batches[i]));
    ck_assert(writer_end(writer));
    return text_string(&sink.text);
}

/* The same, but the rows become text elsewhere. Counts the batches that did not. */
static const char *written_parts(const Schema *schema, Batch *const *batches, size_t batch_count, WriterOptions options,
                                 size_t *ret_long_count)
{
    static Context context;
    Sink sink = {.text = text_in(test_arena)};
    Writer *writer = writer_new(test_arena, &context, schema, &options, sink_take, &sink);
    ck_assert(writer_has_parts(writer));
    WriterPart *part = writer_part_new(test_arena, &context, writer);
    *ret_long_count = 0;
    writer_begin(writer);
    for (size_t i = 0; i < batch_count; i++) {
        writer_part_begin(part, batches[i]);
        for (const Batch *text; (text = writer_part_next(part)) != NULL;) {
            batch_check(text);
            *ret_long_count += !text->is_text;
            ck_assert(writer_batch(writer, text));
        }
    }
    ck_assert(writer_end(writer));
    return text_string(&sink.text);
}

static const char *written(const Schema *schema, const char *const *texts, size_t row_count, WriterOptions options)
{
    Batch *batch = batch_of(schema, texts, row_count);
    return written_batches(schema, &batch, row_count ? 1 : 0, options);
}

static const char *const all_types[] = {"b", "boolean", "i",  "integer",   "u",  "ubigint",     "m", "decimal(10,2)",
                                        "x", "double",  "t",  "varchar",   "bl", "blob",        "d", "date",
                                        "c", "time",    "ts", "timestamp", "tz", "timestamptz", "v", "interval",
                                        NULL};
static const char *const all_values[] = {"true",
                                         "-1",
                                         "18446744073709551615",
                                         "1.50",
                                         "0.1",
                                         "it's",
                                         "\\x0a1b",
                                         "2024-01-31",
                                         "10:20:30.5",
                                         "2024-01-31 00:00:00",
                                         "2024-01-31 00:00:00+00",
                                         "1 day -01:00:00",
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL};

static const char *const name_number[] = {"name", "varchar", "n", "integer", NULL};

/* ---- CSV and TSV ---- */

START_TEST(csv_writes_every_type_and_nothing_for_null)
{
    ck_assert_str_eq(written(schema_of(all_types), all_values, 2, (WriterOptions){.format = WRITER_CSV}),
                     "b,i,u,m,x,t,bl,d,c,ts,tz,v\n"
                     "true,-1,18446744073709551615,1.50,0.1,it's,\\x0a1b,2024-01-31,10:20:30.5,"
                     "2024-01-31 00:00:00,2024-01-31 00:00:00+00,1 day -01:00:00\n"
                     ",,,,,,,,,,,\n");
}
END_TEST

static const char *const one_text[] = {"t", "varchar", NULL};

START_TEST(csv_quotes_what_would_read_back_as_something_else)
{
    static const char *const texts[] = {"",       "plain",    "a,b",     "say \"hi\"", "two\nlines", "return\r",
                                        " ahead", "behind\t", "in side", "\xc3\xa4;",  "\"",         NULL};
    ck_assert_str_eq(written(schema_of(one_text), texts, 12, (WriterOptions){.format = WRITER_CSV, .no_header = true}),
                     "\"\"\nplain\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n\"return\r\"\n"
                     "\" ahead\"\n\"behind\t\"\nin side\n\xc3\xa4;\n\"\"\"\"\n\n");
}
END_TEST

START_TEST(csv_options_choose_delimiter_quote_and_null)
{
    static const char *const rows[] = {"a;b", "1", "NA", "2", "it's", NULL, NULL, "0"};
    Schema *schema = schema_of(name_number);
    ck_assert_str_eq(written(schema, rows, 4,
                             (WriterOptions){.format = WRITER_CSV, .delimiter = ';', .quote = '\'', .null_text = "NA"}),
                     "name;n\n'a;b';1\n'NA';2\n'it''s';NA\nNA;0\n");
    ck_assert_str_eq(
        written(schema, rows, 4, (WriterOptions){.format = WRITER_CSV, .null_text = "0", .no_header = true}),
        "a;b,1\nNA,2\nit's,0\n0,\"0\"\n");
    ck_assert_str_eq(written(schema, rows, 4, (WriterOptions){.format = WRITER_CSV, .quote_all = true}),
                     "\"name\",\"n\"\n\"a;b\",\"1\"\n\"NA\",\"2\"\n\"it's\",\n,\"0\"\n");
    ck_assert_str_eq(written(schema, rows, 1, (WriterOptions){.format = WRITER_CSV, .delimiter = '1'}),
                     "name1n\na;b1\"1\"\n");
}
END_TEST

typedef struct Fields {
    Text text;
} Fields;

static void field_read(void *data, size_t size, void *user)
{
    Fields *fields = user;
    text_add_view(&fields->text, (StringView){data, size});
    text_add_char(&fields->text, '|');
}

static void row_read(int end, void *user)
{
    (void)end;
    text_add_char(&((Fields *)user)->text, '/');
}

START_TEST(libcsv_reads_back_a_field_larger_than_the_buffer)
{
    size_t size = 300000;
    char *large = arena_allocate(test_arena, size + 1);
    for (size_t i = 0; i < size; i++)
        large[i] = "ab\",\n\r"[i * 7 % 6];
    large[size] = '\0';
    const char *texts[] = {large, "small"};
    const char *csv = written(schema_of(one_text), texts, 2, (WriterOptions){.format = WRITER_CSV, .no_header = true});
    struct csv_parser parser;
    Fields fields = {text_in(test_arena)};
    ck_assert_int_eq(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI), 0);
    ck_assert_uint_eq(csv_parse(&parser, csv, strlen(csv), field_read, row_read, &fields), strlen(csv));
    csv_fini(&parser, field_read, row_read, &fields);
    csv_free(&parser);
    ck_assert_str_eq(text_string(&fields.text), arena_format(test_arena, "%s|/small|/", large));
}
END_TEST

START_TEST(tsv_escapes_instead_of_quoting)
{
    static const char *const rows[] = {"a\tb", "1", "two\r\nlines\\", NULL, NULL, "0", "\"q\"", "5"};
    ck_assert_str_eq(written(schema_of(name_number), rows, 4, (WriterOptions){.format = WRITER_TSV}),
                     "name\tn\na\\tb\t1\ntwo\\r\\nlines\\\\\t\n\t0\n\"q\"\t5\n");
    ck_assert_str_eq(
        written(schema_of(name_number), rows + 2, 1, (WriterOptions){.format = WRITER_TSV, .null_text = "\\N"}),
        "name\tn\ntwo\\r\\nlines\\\\\t\\N\n");
}
END_TEST

START_TEST(a_header_stands_also_over_an_empty_result)
{
    Schema *schema = schema_of(name_number);
    ck_assert_str_eq(written(schema, NULL, 0, (WriterOptions){.format = WRITER_CSV}), "name,n\n");
    ck_assert_str_eq(written(schema, NULL, 0, (WriterOptions){.format = WRITER_TSV}), "name\tn\n");
    ck_assert_str_eq(written(schema, NULL, 0, (WriterOptions){.format = WRITER_MARKDOWN}),
                     "| name | n |\n|---|---:|\n");
    ck_assert_str_eq(written(schema, NULL, 0, (WriterOptions){.format = WRITER_JSON}), "[]\n");
    ck_assert_str_eq(written(schema, NULL, 0, (WriterOptions){.format = WRITER_NDJSON}), "");
    ck_assert_str_eq(written(schema, NULL, 0, (WriterOptions){.format = WRITER_LINE}), "");
    ck_assert_str_eq(written(schema, NULL, 0, (WriterOptions){.format = WRITER_TABLE}),
                     "┌──────┬───┐\n│ name │ n │\n├──────┼───┤\n└──────┴───┘\n(0 rows)\n");
}
END_TEST

/* ---- JSON ---- */

START_TEST(json_keeps_numbers_and_quotes_the_rest)
{
    Schema *schema = schema_of(all_types);
    const char *row = "{\"b\":true,\"i\":-1,\"u\":18446744073709551615,\"m\":1.50,\"x\":0.1,\"t\":\"it's\","
                      "\"bl\":\"\\\\x0a1b\",\"d\":\"2024-01-31\",\"c\":\"10:20:30.5\",\"ts\":\"2024-01-31 00:00:00\","
                      "\"tz\":\"2024-01-31 00:00:00+00\",\"v\":\"1 day -01:00:00\"}";
    const char *nulls = "{\"b\":null,\"i\":null,\"u\":null,\"m\":null,\"x\":null,\"t\":null,\"bl\":null,\"d\":null,"
                        "\"c\":null,\"ts\":null,\"tz\":null,\"v\":null}";
    ck_assert_str_eq(written(schema, all_values, 2, (WriterOptions){.format = WRITER_JSON}),
                     arena_format(test_arena, "[%s,\n%s]\n", row, nulls));
    ck_assert_str_eq(written(schema, all_values, 2, (WriterOptions){.format = WRITER_NDJSON, .null_text = "ignored"}),
                     arena_format(test_arena, "%s\n%s\n", row, nulls));
}
END_TEST

START_TEST(json_escapes_as_rfc_8259_and_has_no_bare_nan)
{
    static const char *const columns[] = {"a\"\n", "varchar", "a\"\n", "double", NULL};
    static const char *const rows[] = {"\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa4", "NaN", "", "-Infinity", NULL, "-1e-300"};
    ck_assert_str_eq(written(schema_of(columns), rows, 3, (WriterOptions){.format = WRITER_NDJSON}),
                     "{\"a\\\"\\n\":\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa4\",\"a\\\"\\n\":\"NaN\"}\n"
                     "{\"a\\\"\\n\":\"\",\"a\\\"\\n\":\"-Infinity\"}\n"
                     "{\"a\\\"\\n\":null,\"a\\\"\\n\":-1e-300}\n");
}
END_TEST

/* ---- the others ---- */

START_TEST(line_is_as_in_sqlite3)
{
    static const char *const columns[] = {"a", "integer", "longer name", "varchar", NULL};
    static const char *const rows[] = {"1", "x", NULL, "y"};
    /* printf ".mode line\nselect 1 a, 'x' \"longer name\" union all select 'NULL','y';" | sqlite3 */
    ck_assert_str_eq(written(schema_of(columns), rows, 2, (WriterOptions){.format = WRITER_LINE}),
                     "          a = 1\nlonger name = x\n\n          a = NULL\nlonger name = y\n");
    ck_assert_str_eq(written(schema_of(name_number), rows + 1, 0, (WriterOptions){.format = WRITER_LINE}), "");
    static const char *const short_row[] = {"x", "1"};
    ck_assert_str_eq(written(schema_of(name_number), short_row, 1, (WriterOptions){.format = WRITER_LINE}),
                     " name = x\n    n = 1\n");
}
END_TEST

START_TEST(markdown_keeps_cells_apart)
{
    static const char *const rows[] = {"a|b", "1", "two\r\nlines", NULL, "back\\slash", "3"};
    ck_assert_str_eq(written(schema_of(name_number), rows, 3, (WriterOptions){.format = WRITER_MARKDOWN}),
                     "| name | n |\n|---|---:|\n| a\\|b | 1 |\n| two<br>lines | NULL |\n| back\\\\slash | 3 |\n");
}
END_TEST

START_TEST(html_is_escaped)
{
    static const char *const rows[] = {"<b>&\"", "1", NULL, "2"};
    ck_assert_str_eq(written(schema_of(name_number), rows, 2, (WriterOptions){.format = WRITER_HTML}),
                     "<table>\n<tr><th>name</th><th>n</th></tr>\n<tr><td>&lt;b&gt;&amp;&quot;</td><td>1</td></tr>\n"
                     "<tr><td></td><td>2</td></tr>\n</table>\n");
}
END_TEST

START_TEST(insert_writes_sql_literals)
{
    ck_assert_str_eq(
        written(schema_of(all_types), all_values, 2, (WriterOptions){.format = WRITER_INSERT}),
        "INSERT INTO result VALUES (TRUE, -1, 18446744073709551615, 1.50, 0.1e0, 'it''s', X'0a1b', DATE '2024-01-31', "
        "TIME '10:20:30.5', TIMESTAMP '2024-01-31 00:00:00', TIMESTAMPTZ '2024-01-31 00:00:00+00', "
        "INTERVAL '1 day -01:00:00');\n"
        "INSERT INTO result VALUES (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);\n");
    static const char *const row[] = {"x", "1"};
    ck_assert_str_eq(
        written(schema_of(name_number), row, 1, (WriterOptions){.format = WRITER_INSERT, .table_name = "My \"t\""}),
        "INSERT INTO \"My \"\"t\"\"\" VALUES ('x', 1);\n");
}
END_TEST

/* ---- tables ---- */

START_TEST(table_aligns_by_what_a_terminal_shows)
{
    static const char *const rows[] = {"Zürich", "1", "日本", "20", "a\nb\t\x1b", NULL, "", "-5"};
    ck_assert_str_eq(written(schema_of(name_number), rows, 4, (WriterOptions){.format = WRITER_TABLE}),
                     "┌───────────┬──────┐\n"
                     "│ name      │    n │\n"
                     "├───────────┼──────┤\n"
                     "│ Zürich    │    1 │\n"
                     "│ 日本      │   20 │\n"
                     "│ a↵b\\t\\x1b │ NULL │\n"
                     "│           │   -5 │\n"
                     "└───────────┴──────┘\n"
                     "(4 rows)\n");
    ck_assert_str_eq(
        written(schema_of(name_number), rows, 1, (WriterOptions){.format = WRITER_TABLE, .no_header = true}),
        "┌────────┬───┐\n│ Zürich │ 1 │\n└────────┴───┘\n(1 row)\n");
}
END_TEST

START_TEST(table_cuts_the_widest_columns_only_at_a_terminal_and_says_so)
{
    static const char *const rows[] = {"0123456789012345678901234567890123456789", "123456"};
    const Schema *schema = schema_of(name_number);
    ck_assert_str_eq(written(schema, rows, 1, (WriterOptions){.format = WRITER_TABLE, .width = 30}),
                     "┌───────────────────┬────────┐\n"
                     "│ name              │      n │\n"
                     "├───────────────────┼────────┤\n"
                     "│ 0123456789012345… │ 123456 │\n"
                     "└───────────────────┴────────┘\n"
                     "(1 row; long values cut)\n");
}
END_TEST

START_TEST(table_cuts_texts_and_names_before_numbers_and_dates)
{
    static const char *const columns[] = {"when", "DATE", "kilograms", "BIGINT", "note", "VARCHAR", NULL};
    static const char *const rows[] = {"2026-11-21", "12", "a long note"};
    const Schema *schema = schema_of(columns);
    ck_assert_str_eq(written(schema, rows, 1, (WriterOptions){.format = WRITER_TABLE, .width = 36}),
                     "┌────────────┬──────────┬──────────┐\n"
                     "│ when       │ kilogra… │ note     │\n"
                     "├────────────┼──────────┼──────────┤\n"
                     "│ 2026-11-21 │       12 │ a long … │\n"
                     "└────────────┴──────────┴──────────┘\n"
                     "(1 row; long values cut)\n");
    ck_assert_str_eq(written(schema, rows, 1, (WriterOptions){.format = WRITER_TABLE, .width = 12}), /* one is left */
                     "┌──────┬───┐\n"
                     "│ when │ … │\n"
                     "├──────┼───┤\n"
                     "│ 202… │ … │\n"
                     "└──────┴───┘\n"
                     "(1 row; 1 of 3 columns shown; long values cut)\n");
}
END_TEST

/* Lines of a table, each as wide as the terminal at most. */
static void expect_fits(const char *table, size_t width)
{
    while (*table != '(') {
        size_t size = strcspn(table, "\n");
        ck_assert_msg(utf8_width((StringView){table, size}) <= width, "%.*s", (int)size, table);
        table += size + 1;
    }
}

START_TEST(table_hides_middle_columns_before_they_get_too_narrow)
{
    const char *columns[2 * MAX_COLUMNS + 1] = {NULL}, *row[MAX_COLUMNS];
    for (size_t i = 0; i < MAX_COLUMNS; i++) {
        columns[2 * i] = arena_format(test_arena, "column_%zu", i);
        columns[2 * i + 1] = "varchar";
        row[i] = "some value";
    }
    for (size_t width = 1; width < 500; width++) {
        const char *table =
            written(schema_of(columns), row, 1, (WriterOptions){.format = WRITER_TABLE, .width = width});
        if (width >= 16) /* one column of 8, its borders, and … */
            expect_fits(table, width);
        ck_assert_ptr_nonnull(strstr(table, width < 441 ? " of 40 columns shown" : "(1 row; long values cut)\n"));
    }
    const char *table = written(schema_of(columns), row, 1, (WriterOptions){.format = WRITER_TABLE, .width = 50});
    ck_assert_str_eq(table, /* 1 + 12 + 11 + 4 + 11 + 11 columns */
                     "┌───────────┬──────────┬───┬──────────┬──────────┐\n"
                     "│ column_0  │ column_1 │ … │ column_… │ column_… │\n"
                     "├───────────┼──────────┼───┼──────────┼──────────┤\n"
                     "│ some val… │ some va… │ … │ some va… │ some va… │\n"
                     "└───────────┴──────────┴───┴──────────┴──────────┘\n"
                     "(1 row; 4 of 40 columns shown; long values cut)\n");
}
END_TEST

static const char *const one_number[] = {"n", "bigint", NULL};

/* Batches of `batch_rows` numbers from 1 to `count`. */
static const char *written_numbers(size_t count, size_t batch_rows, WriterOptions options)
{
    Schema *schema = schema_of(one_number);
    size_t batch_count = (count + batch_rows - 1) / batch_rows, next = 1;
    Batch **batches = arena_array(test_arena, Batch *, batch_count);
    for (size_t i = 0; i < batch_count; i++) {
        Batch *batch = batches[i] = batch_new(test_arena, schema);
        batch->row_count = batch->vector_size = count + 1 - next < batch_rows ? count + 1 - next : batch_rows;
        vector_prepare(batch->columns[0], batch->vector_size);
        for (size_t row = 0; row < batch->row_count; row++)
            VECTOR_DATA(batch->columns[0], int64_t)[row] = (int64_t)next++;
    }
    return written_batches(schema, batches, batch_count, options);
}

START_TEST(table_shows_the_first_and_last_rows_of_a_long_result)
{
    for (size_t batch_rows = 1; batch_rows <= 8; batch_rows++) {
        WriterOptions options = {.format = WRITER_TABLE, .max_rows = 5};
        ck_assert_str_eq(written_numbers(5, batch_rows, options),
                         "┌───┐\n│ n │\n├───┤\n│ 1 │\n│ 2 │\n│ 3 │\n│ 4 │\n│ 5 │\n└───┘\n(5 rows)\n");
        for (size_t count = 6; count < 30; count++)
            ck_assert_str_eq(written_numbers(count, batch_rows, options),
                             count < 10 ? arena_format(test_arena,
                                                       "┌───┐\n│ n │\n├───┤\n│ 1 │\n│ 2 │\n│ 3 │\n│ ⋮ │\n│ %zu │\n│ "
                                                       "%zu │\n└───┘\n(%zu rows, 5 shown)\n",
                                                       count - 1, count, count)
                                        : arena_format(test_arena,
                                                       "┌────┐\n│  n │\n├────┤\n│  1 │\n│  2 │\n│  3 │\n│  ⋮ │\n│ %2zu "
                                                       "│\n│ %2zu │\n└────┘\n(%zu rows, 5 shown)\n",
                                                       count - 1, count, count));
    }
    ck_assert_str_eq(written_numbers(3, 2, (WriterOptions){.format = WRITER_TABLE, .max_rows = 1}),
                     "┌───┐\n│ n │\n├───┤\n│ 1 │\n│ ⋮ │\n└───┘\n(3 rows, 1 shown)\n");
}
END_TEST

START_TEST(a_wide_value_behind_the_sample_overflows_its_box_whole)
{
    const char *table = written_numbers(100000, 2048, (WriterOptions){.format = WRITER_TABLE});
    ck_assert_ptr_nonnull(strstr(table, "│ 10000 │\n│ 10001 │\n"));
    ck_assert_ptr_nonnull(strstr(table, "│ 99999 │\n│ 100000 │\n└───────┘\n(100000 rows)\n"));
    table = written_numbers(100000, 2048, (WriterOptions){.format = WRITER_TABLE, .width = 9});
    ck_assert_ptr_nonnull(strstr(table, "│ 99999 │\n│ 1000… │\n└───────┘\n(100000 rows; long values cut)\n"));
}
END_TEST

/* ---- batches and pieces ---- */

START_TEST(selections_constants_and_dictionaries_are_written_alike)
{
    static const char *const rows[] = {"a", "1", "b", "2", NULL, NULL, "d", "4"};
    static const uint16_t selection[] = {1, 2, 3};
    const Schema *schema = schema_of(name_number);
    for (int format = 0; format < WRITER_FORMAT_COUNT; format++) {
        WriterOptions options = {.format = (WriterFormat)format};
        Batch *flat = batch_of(schema, rows + 2, 3), *selected = batch_of(schema, rows, 4);
        Batch *coded = batch_new(test_arena, schema);
        selected->selection = selection;
        selected->row_count = 3;
        for (size_t c = 0; c < 2; c++) {
            vector_prepare_dictionary(coded->columns[c], selected->columns[c], 4, 3);
            for (uint32_t row = 0; row < 3; row++)
                VECTOR_DATA(coded->columns[c], uint32_t)[row] = row + 1;
        }
        coded->row_count = coded->vector_size = 3;
        const char *expected = written_batches(schema, &flat, 1, options);
        ck_assert_str_eq(written_batches(schema, &selected, 1, options), expected);
        ck_assert_str_eq(written_batches(schema, &coded, 1, options), expected);

        static const char *const same[] = {"x", "7", "x", "7"};
        Batch *repeated = batch_of(schema, same, 2), *constant = batch_new(test_arena, schema);
        for (size_t c = 0; c < 2; c++) {
            Value value = vector_value(repeated->columns[c], 0);
            vector_set_constant(constant->columns[c], &value);
        }
        constant->row_count = constant->vector_size = 2;
        ck_assert_str_eq(written_batches(schema, &constant, 1, options),
                         written_batches(schema, &repeated, 1, options));
    }
}
END_TEST

START_TEST(output_leaves_in_pieces_and_a_sink_that_refuses_ends_it)
{
    static Context context;
    const Schema *schema = schema_of(one_number);
    static const char *const row[] = {"1234567890"};
    Batch *batch = batch_of(schema, row, 1);
    WriterOptions options = {.format = WRITER_CSV};
    for (size_t takes = 0; takes < 3; takes++) {
        Sink sink = {.text = text_in(test_arena), .takes = takes};
        Writer *writer = writer_new(test_arena, &context, schema, &options, sink_take, &sink);
        writer_begin(writer);
        bool goes_on = true;
        size_t row_count = 0;
        for (; goes_on && row_count < 20000; row_count++)
            goes_on = writer_batch(writer, batch);
        ck_assert_int_eq(goes_on, takes == 0);
        ck_assert_int_eq(writer_end(writer), takes == 0);
        ck_assert_uint_eq(writer_row_count(writer), row_count);
        ck_assert_uint_le(sink.largest_piece, 65536);
        ck_assert_uint_eq(sink.piece_count, takes ? takes : 4); /* 220,002 bytes */
    }
    Sink sink = {.text = text_in(test_arena)};
    Writer *writer = writer_new(test_arena, &context, schema, &options, sink_take, &sink);
    ck_assert(writer_begin(writer) && writer_batch(writer, batch) && sink.piece_count == 0);
    ck_assert(writer_flush(writer));
    ck_assert_str_eq(text_string(&sink.text), "n\n1234567890\n");
}
END_TEST

START_TEST(a_result_without_columns_has_rows_all_the_same)
{
    const char *none[] = {NULL};
    const Schema *schema = schema_of(none);
    ck_assert_str_eq(written(schema, NULL, 2, (WriterOptions){.format = WRITER_CSV}), "");
    ck_assert_str_eq(written(schema, NULL, 2, (WriterOptions){.format = WRITER_JSON}), "[{},\n{}]\n");
    ck_assert_str_eq(written(schema, NULL, 2, (WriterOptions){.format = WRITER_TABLE}), "(2 rows)\n");
}
END_TEST

/* Of the i-th row: short, of many pieces together, or (`long_row`) longer than a piece may be. */
static const char *part_text(size_t i, size_t long_row)
{
    size_t size = i == long_row ? 600000 : i % 40 == 0 ? 30000 : i % 7;
    char *text = arena_allocate(test_arena, size + 1);
    memset(text, i % 11 == 0 ? '"' : 'x', size);
    text[size] = '\0';
    return text;
}

START_TEST(text_made_elsewhere_is_what_the_writer_itself_makes_of_the_rows)
{
    enum { ROWS = 1500, NONE = ROWS };
    static const WriterOptions formats[] = {{.format = WRITER_CSV},
                                            {.format = WRITER_TSV, .no_header = true},
                                            {.format = WRITER_JSON},
                                            {.format = WRITER_NDJSON}};
    static const size_t long_rows[] = {NONE, 0, 700};
    const Schema *schema = schema_of(name_number);
    size_t long_count;
    for (size_t f = 0, l = 0; f < sizeof formats / sizeof *formats; l == 2 ? f++, l = 0 : l++) {
        const WriterOptions options = formats[f];
        const char *texts[2 * ROWS];
        for (size_t i = 0; i < ROWS; i++) {
            texts[2 * i] = part_text(i, long_rows[l]);
            texts[2 * i + 1] = i % 5 ? arena_format(test_arena, "%zu", i) : NULL;
        }
        Batch *all = batch_of(schema, texts, ROWS), some = *all, *batches[] = {all, &some};
        some.selection = selection_all + 3;
        some.row_count = 1000;
        const char *parts = written_parts(schema, batches, 2, options, &long_count);
        ck_assert_uint_eq(long_count, long_rows[l] == NONE ? 0 : long_rows[l] == 0 ? 1 : 2); /* `some` lacks row 0 */
        ck_assert_str_eq(parts, written_batches(schema, batches, 2, options));
        ck_assert_str_eq(written_parts(schema, NULL, 0, options, &long_count),
                         written_batches(schema, NULL, 0, options));
    }
}
END_TEST

START_TEST(a_text_stays_while_somebody_shares_it)
{
    enum { KEPT = 40 };
    static Context context;
    const Schema *schema = schema_of(name_number);
    WriterOptions options = {.format = WRITER_CSV};
    Sink sink = {.text = text_in(test_arena)};
    Writer *writer = writer_new(test_arena, &context, schema, &options, sink_take, &sink);
    WriterPart *part = writer_part_new(test_arena, &context, writer);
    const Batch *kept[KEPT];
    for (size_t i = 0; i < KEPT; i++) {
        const char *texts[] = {"some name that is long", arena_format(test_arena, "%zu", i)};
        writer_part_begin(part, batch_of(schema, texts, 1));
        kept[i] = batch_ref(test_arena, writer_part_next(part));
        ck_assert_ptr_null(writer_part_next(part));
    }
    for (size_t i = 0; i < KEPT; i++) {
        Value text = vector_value(kept[i]->columns[0], 0);
        ck_assert_str_eq(value_display(test_arena, &text), arena_format(test_arena, "some name that is long,%zu\n", i));
    }
}
END_TEST

START_TEST(formats_that_look_at_other_rows_have_no_parts)
{
    static const WriterFormat formats[] = {WRITER_MARKDOWN, WRITER_TABLE, WRITER_LINE, WRITER_ARROW_STREAM};
    static Context context;
    Sink sink = {.text = text_in(test_arena)};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        WriterOptions options = {.format = formats[i]};
        ck_assert(
            !writer_has_parts(writer_new(test_arena, &context, schema_of(name_number), &options, sink_take, &sink)));
    }
}
END_TEST

START_TEST(formats_have_names)
{
    WriterFormat format;
    ck_assert(writer_format_parse(view_of("NDJSON"), &format) && format == WRITER_NDJSON);
    ck_assert(!writer_format_parse(view_of("xml"), &format));
}
END_TEST

static _Atomic bool is_cancelled;
static Context cancelled_context = {.cancel = &is_cancelled};

static char *text_of(size_t size)
{
    char *text = memset(arena_allocate(test_arena, size + 1), 'x', size);
    text[size] = '\0';
    return text;
}

static bool count_and_cancel(void *user, const char *data, size_t size)
{
    (void)data, (void)size;
    is_cancelled = true;
    ++*(size_t *)user;
    return true;
}

static void write_table(void *argument)
{
    const char *names_and_types[] = {"a", "varchar", NULL}, *text = text_of(3 << 20);
    const Schema *schema = schema_of(names_and_types);
    WriterOptions options = {.format = WRITER_TABLE};
    Writer *writer = writer_new(test_arena, &cancelled_context, schema, &options, count_and_cancel, argument);
    context_enter(&cancelled_context);
    writer_begin(writer);
    writer_batch(writer, batch_of(schema, &text, 1));
    writer_end(writer);
}

START_TEST(the_border_of_a_wide_table_can_be_interrupted)
{
    size_t piece_count = 0;
    is_cancelled = false;
    expect_error(ERROR_INTERRUPTED, write_table, &piece_count);
    ck_assert_uint_lt(piece_count, 20); /* of some 150 */
}
END_TEST

static void write_arrow(void *argument)
{
    (void)argument;
    enum { ROWS = 20 };
    const char *names_and_types[] = {"a", "varchar", NULL}, *texts[ROWS];
    for (size_t i = 0; i < ROWS; i++)
        texts[i] = text_of(500000);
    const Schema *schema = schema_of(names_and_types);
    const Batch *batch = batch_of(schema, texts, ROWS);
    struct ArrowArray array;
    is_cancelled = true;
    context_enter(&cancelled_context);
    arrow_write_batch(schema, batch, &array);
    array.release(&array);
}

START_TEST(making_arrow_arrays_of_much_text_can_be_interrupted)
{
    expect_error(ERROR_INTERRUPTED, write_arrow, NULL);
}
END_TEST

TEST_PROGRAM(csv_writes_every_type_and_nothing_for_null, csv_quotes_what_would_read_back_as_something_else,
             csv_options_choose_delimiter_quote_and_null, libcsv_reads_back_a_field_larger_than_the_buffer,
             tsv_escapes_instead_of_quoting, a_header_stands_also_over_an_empty_result,
             json_keeps_numbers_and_quotes_the_rest, json_escapes_as_rfc_8259_and_has_no_bare_nan,
             line_is_as_in_sqlite3, markdown_keeps_cells_apart, html_is_escaped, insert_writes_sql_literals,
             table_aligns_by_what_a_terminal_shows, table_cuts_the_widest_columns_only_at_a_terminal_and_says_so,
             table_cuts_texts_and_names_before_numbers_and_dates, table_hides_middle_columns_before_they_get_too_narrow,
             table_shows_the_first_and_last_rows_of_a_long_result,
             a_wide_value_behind_the_sample_overflows_its_box_whole,
             selections_constants_and_dictionaries_are_written_alike,
             output_leaves_in_pieces_and_a_sink_that_refuses_ends_it, a_result_without_columns_has_rows_all_the_same,
             text_made_elsewhere_is_what_the_writer_itself_makes_of_the_rows, a_text_stays_while_somebody_shares_it,
             formats_that_look_at_other_rows_have_no_parts, formats_have_names,
             the_border_of_a_wide_table_can_be_interrupted, making_arrow_arrays_of_much_text_can_be_interrupted)
