/* Detection: delimiter, quotes, header, types, from what stands in the file. Expected values follow from the rules that
 * DESIGN and csv_field.h state, and from the files' evident meaning. */
#include "provider_csv_tables.h"

typedef struct DetectCase {
    const char *content;
    const char *schema;
    const char *rows;
} DetectCase;

static void check_case(const DetectCase *expected, const char *options)
{
    TableProvider *table = csv_table(csv_file(expected->content), options);
    ck_assert_msg(strcmp(csv_schema_text(table), expected->schema) == 0, "%s\n  found    %s\n  expected %s",
                  expected->content, csv_schema_text(table), expected->schema);
    const char *rows = csv_rows_text(table);
    ck_assert_msg(strcmp(rows, expected->rows) == 0, "%s\n  found    %s\n  expected %s", expected->content, rows,
                  expected->rows);
}

static void check_cases(const DetectCase *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_case(&cases[i], "");
}
#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof *(cases))

START_TEST(delimiters_and_quotes_are_found)
{
    static const DetectCase cases[] = {
        {"a,b\n1,x\n", "a BIGINT, b VARCHAR", "1|x\n"},
        {"a;b\n1;x\n", "a BIGINT, b VARCHAR", "1|x\n"},
        {"a\tb\n1\tx\n", "a BIGINT, b VARCHAR", "1|x\n"},
        {"a|b\n1|x\n", "a BIGINT, b VARCHAR", "1|x\n"},
        {"a;b\n1,5;2,5\n", "a VARCHAR, b VARCHAR", "1,5|2,5\n"},    /* decimal commas */
        {"a,b\n1,\"x;y;z\"\n", "a BIGINT, b VARCHAR", "1|x;y;z\n"}, /* only between quotes */
        {"text\nno\nstructure at all\n", "text VARCHAR", "no\nstructure at all\n"},
        {"1\t'a\tb'\n2\tc\n3\td\n", "column0 BIGINT, column1 VARCHAR", "1|a\tb\n2|c\n3|d\n"},
        {"a|b\n1|'x'\n2|'y'\n", "a BIGINT, b VARCHAR", "1|'x'\n2|'y'\n"}, /* not needed: they are text */
        {"a,b\n1,\"x\\\"y\"\n", "a BIGINT, b VARCHAR", "1|x\"y\n"},       /* backslash before the quote */
        {"part,size,by\nbolt,5.2\",3'4\"\n", "part VARCHAR, size VARCHAR, by VARCHAR", "bolt|5.2\"|3'4\"\n"},
        {"\xEF\xBB\xBFid,n\r\n1,M\r\n", "id BIGINT, n VARCHAR", "1|M\n"},
        {"a,b\r1,x\r2,y\r", "a BIGINT, b VARCHAR", "1|x\n2|y\n"},
        {"a,b\n1,x\r\n2,y", "a BIGINT, b VARCHAR", "1|x\n2|y\n"}, /* mixed line ends, none at the end */
        {"\n\na,b\n\n1,x\n\n\n", "a BIGINT, b VARCHAR", "1|x\n"},
    };
    CHECK_CASES(cases);
}
END_TEST

START_TEST(headers_are_told_from_data)
{
    static const DetectCase cases[] = {
        {"name,age\nAnn,31\n", "name VARCHAR, age BIGINT", "Ann|31\n"},
        {"Ann,31\nBob,47\n", "column0 VARCHAR, column1 BIGINT", "Ann|31\nBob|47\n"},
        {"first,last\nAnn,Lee\n", "first VARCHAR, last VARCHAR", "Ann|Lee\n"},
        {"Ann,Lee\nBob,Lee\n", "column0 VARCHAR, column1 VARCHAR", "Ann|Lee\nBob|Lee\n"}, /* Lee comes again */
        {"a,b\n", "a VARCHAR, b VARCHAR", ""},
        {"a,b", "a VARCHAR, b VARCHAR", ""},
        {"1,x\n", "column0 BIGINT, column1 VARCHAR", "1|x\n"},
        {"7\n", "column0 BIGINT", "7\n"},
        {"1/1/2020\n5/7/1995\n", "column0 VARCHAR", "1/1/2020\n5/7/1995\n"}, /* looks as those below do */
        {",,\n1,x,y\n", "column0 BIGINT, column1 VARCHAR, column2 VARCHAR", "1|x|y\n"},
        {"a,,c\n1,x,y\n", "a BIGINT, column1 VARCHAR, c VARCHAR", "1|x|y\n"},
        {"a,b,a\n1,x,y\n", "a BIGINT, b VARCHAR, a_1 VARCHAR", "1|x|y\n"},
        {"a,b,a,a_1\n1,x,y,z\n", "a BIGINT, b VARCHAR, a_2 VARCHAR, a_1 VARCHAR", "1|x|y|z\n"},
        {"\"x\"\"y\",\"a,b\"\n1,2\n", "x\"y BIGINT, a,b BIGINT", "1|2\n"},
        {" a ,b\n1,2\n", " a  BIGINT, b BIGINT", "1|2\n"},
    };
    CHECK_CASES(cases);
}
END_TEST

/* It is looked for in 2 KiB first, then in more. */
START_TEST(a_first_record_of_any_size_is_found)
{
    for (size_t i = 0; i < 2; i++) {
        for (size_t size = 2040; size < 2056; size++) {
            Text content = text_in(test_arena);
            if (i == 0)
                text_add_repeated(&content, '\n', size - 3); /* blank lines are no records */
            text_add(&content, "a,b");
            if (i > 0)
                text_add_repeated(&content, 'x', size - 3);
            text_add(&content, "\r\n1,\"y\"\r\n2,z\r\n");
            TableProvider *table = csv_table(csv_file(text_string(&content)), "");
            const Schema *schema = table->ops->schema(table, &csv_context);
            ck_assert_uint_eq(schema->column_count, 2);
            ck_assert_uint_eq(strlen(schema->columns[1].name), i == 0 ? 1 : size - 2);
            ck_assert_str_eq(csv_rows_text(table), "1|y\n2|z\n");
        }
    }
}
END_TEST

/* A column of these values under a header. */
START_TEST(types_keep_the_text_of_every_value)
{
    static const DetectCase cases[] = {
        {"1\n-2\n0\n", "BIGINT", "1\n-2\n0\n"},
        {"9223372036854775807\n-9223372036854775808\n", "BIGINT", "9223372036854775807\n-9223372036854775808\n"},
        {"1\n9223372036854775808\n", "DECIMAL(38,0)", "1\n9223372036854775808\n"},
        {"12345678901234567890123456789012345678\n", "DECIMAL(38,0)", "12345678901234567890123456789012345678\n"},
        {"123456789012345678901234567890123456789\n", "VARCHAR", "123456789012345678901234567890123456789\n"},
        {"00123\n", "VARCHAR", "00123\n"},
        {"+1\n", "VARCHAR", "+1\n"},
        {"1_000\n", "VARCHAR", "1_000\n"},
        {"0x10\n", "VARCHAR", "0x10\n"},
        {"1\n 1\n", "VARCHAR", "1\n 1\n"},
        {"1\n1 \n", "VARCHAR", "1\n1 \n"},
        {"1.50\n2.25\n", "DECIMAL(18,2)", "1.50\n2.25\n"},
        {"1\n2.7\n", "DECIMAL(18,1)", "1.0\n2.7\n"},
        {"1.10\n-0.07\n", "DECIMAL(18,2)", "1.10\n-0.07\n"},
        {"0.123456789012345678\n", "DECIMAL(18,18)", "0.123456789012345678\n"},
        {"3.14159265358979323846\n", "DECIMAL(38,20)", "3.14159265358979323846\n"},
        {"1e3\n2.5\n", "DOUBLE", "1000\n2.5\n"},
        {"1e-7\n", "DOUBLE", "1e-07\n"},
        {".5\n1\n", "DOUBLE", "0.5\n1\n"},
        {"5.\n", "DOUBLE", "5\n"},
        {"-0\n1\n", "DOUBLE", "-0\n1\n"},
        {"1e400\n", "VARCHAR", "1e400\n"},
        {"1.00000000000000000001e3\n", "VARCHAR", "1.00000000000000000001e3\n"}, /* a double would round it */
        {"NaN\n1\n", "VARCHAR", "NaN\n1\n"},
        {"inf\n", "VARCHAR", "inf\n"},
        {"1.2.3\n", "VARCHAR", "1.2.3\n"},
        {"-\n", "VARCHAR", "-\n"},
        {"true\nfalse\n", "BOOLEAN", "true\nfalse\n"},
        {"TRUE\nfalse\n", "VARCHAR", "TRUE\nfalse\n"},
        {"t\nf\n", "VARCHAR", "t\nf\n"},
        {"yes\nno\n", "VARCHAR", "yes\nno\n"},
        {"2024-02-29\n0001-01-01\n9999-12-31\n", "DATE", "2024-02-29\n0001-01-01\n9999-12-31\n"},
        {"2024-02-30\n", "VARCHAR", "2024-02-30\n"},
        {"2023-02-29\n", "VARCHAR", "2023-02-29\n"},
        {"2024-1-5\n", "VARCHAR", "2024-1-5\n"},
        {"01/02/2024\n", "VARCHAR", "01/02/2024\n"},
        {"10:20:30\n23:59:59.999999\n", "TIME", "10:20:30\n23:59:59.999999\n"},
        {"24:00:00\n", "VARCHAR", "24:00:00\n"},
        {"10:20\n", "VARCHAR", "10:20\n"},
        {"2024-01-31 10:20:30\n1969-12-31 23:59:59.5\n", "TIMESTAMP", "2024-01-31 10:20:30\n1969-12-31 23:59:59.5\n"},
        {"2024-01-31T10:20:30\n", "TIMESTAMP", "2024-01-31 10:20:30\n"},
        {"2024-01-31 10:20:30+01\n", "VARCHAR", "2024-01-31 10:20:30+01\n"},
        {"2024-01-31 10:20:30.1234567\n", "VARCHAR", "2024-01-31 10:20:30.1234567\n"},
        {"2024-01-31\n2024-01-31 10:20:30\n", "VARCHAR", "2024-01-31\n2024-01-31 10:20:30\n"},
        {"1\n2024-01-31\n", "VARCHAR", "1\n2024-01-31\n"},
        {"\"1\"\n2\n", "BIGINT", "1\n2\n"},  /* quotes say nothing of a type */
        {"\"\"\n1\n", "VARCHAR", "\n1\n"},   /* but an empty text is no number */
        {"1\n\n2\n", "BIGINT", "1\n~\n2\n"}, /* one column: a blank line is a NULL */
        {"\n\n", "VARCHAR", "~\n~\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        DetectCase whole = {.content = arena_format(test_arena, "h\n%s", cases[i].content),
                            .schema = arena_format(test_arena, "h %s", cases[i].schema),
                            .rows = cases[i].rows};
        check_case(&whole, "header=true");
    }
}
END_TEST

START_TEST(empty_is_null_and_quoted_empty_is_not)
{
    static const DetectCase cases[] = {
        {"a,b,c\n1,,\"\"\n2,x,\"y\"\n", "a BIGINT, b VARCHAR, c VARCHAR", "1|~|\n2|x|y\n"},
        {"a,b\n,\n,1\n", "a VARCHAR, b BIGINT", "~|~\n~|1\n"},
    };
    CHECK_CASES(cases);
}
END_TEST

/* The type does not depend on where the odd value stands. */
START_TEST(detection_does_not_depend_on_the_order_of_rows)
{
    for (size_t place = 0; place < 3; place++) {
        Text text = text_in(test_arena);
        text_add(&text, "n\n");
        for (size_t i = 0; i < 5000; i++)
            text_add(&text, i == (place == 0 ? 0 : place == 1 ? 2500 : 4999) ? "2.75\n" : "12\n");
        TableProvider *table = csv_table(csv_file(text_string(&text)), "");
        ck_assert_str_eq(csv_schema_text(table), "n DECIMAL(18,2)");
    }
}
END_TEST

START_TEST(options_overrule_what_would_be_found)
{
    static const struct {
        const char *options;
        DetectCase expected;
    } cases[] = {
        {"header=false", {"a,b\n1,2\n", "column0 VARCHAR, column1 VARCHAR", "a|b\n1|2\n"}},
        {"format.has_header=true", {"1,2\n3,4\n", "1 BIGINT, 2 BIGINT", "3|4\n"}},
        {"delimiter=;", {"a,b;c\n1,2;3\n", "a,b VARCHAR, c BIGINT", "1,2|3\n"}},
        {"format.delimiter=\\t", {"a\tb\n1\t2\n", "a BIGINT, b BIGINT", "1|2\n"}},
        {"quote='", {"a,b\n1,'x,y'\n", "a BIGINT, b VARCHAR", "1|x,y\n"}},
        {"quote=", {"a,b\n1,\"x\n", "a BIGINT, b VARCHAR", "1|\"x\n"}},
        {"quotes=lenient", {"a,b\n1,x\"y\n2,\"p\"q\"\n", "a BIGINT, b VARCHAR", "1|x\"y\n2|p\"q\n"}},
        {"escape=\\", {"a,b\n1,\"x\\\"y\\n\"\n", "a BIGINT, b VARCHAR", "1|x\"y\\n\n"}},
        {"comment=#", {"#one, two\na,b\n#\n1,\"#\"\n# \"\n2,#\n", "a BIGINT, b VARCHAR", "1|#\n2|#\n"}},
        {"skip=2", {"some notes\nmore, notes\na,b\n1,2\n", "a BIGINT, b BIGINT", "1|2\n"}},
        {"null=NULL,n/a", {"a,b\n1,NULL\nn/a,\"NULL\"\n", "a BIGINT, b VARCHAR", "1|~\n~|NULL\n"}},
        {"all_text=true", {"a,b\n1,2024-01-01\n", "a VARCHAR, b VARCHAR", "1|2024-01-01\n"}},
        {"types=b DECIMAL(10,2), a=VARCHAR", {"a,b\n1,2\n", "a VARCHAR, b DECIMAL(10,2)", "1|2.00\n"}},
        {"types=INTEGER", {"a,b\n 1,2\n", "a INTEGER, b BIGINT", "1|2\n"}}, /* declared: blanks as a cast takes them */
        {"ragged=null", {"a,b,c\n1,2,3\n4,5\n6\n", "a BIGINT, b BIGINT, c BIGINT", "1|2|3\n4|5|~\n6|~|~\n"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&cases[i].expected, cases[i].options);
}
END_TEST

START_TEST(declared_columns_name_the_fields_by_place)
{
    Column columns[] = {{"x", {.id = TYPE_INTEGER}, true}, {"y", {.id = TYPE_VARCHAR}, true}};
    Schema schema = {.column_count = 2, .columns = columns};
    TableProvider *table = csv_table_declared(csv_file("1,007\n2,b\n"), "", &schema);
    ck_assert_str_eq(csv_schema_text(table), "x INTEGER, y VARCHAR");
    ck_assert_str_eq(csv_rows_text(table), "1|007\n2|b\n");
    table = csv_table_declared(csv_file("X,Y\n1,007\n"), "", &schema); /* a header that says the same names */
    ck_assert_str_eq(csv_rows_text(table), "1|007\n");
    table = csv_table_declared(csv_file(""), "", &schema);
    ck_assert_str_eq(csv_rows_text(table), "");
}
END_TEST

static void open_with(void *options)
{
    csv_table("/nowhere.csv", options);
}

START_TEST(unknown_options_and_values_are_named)
{
    Error error = expect_error(ERROR_INVALID_PARAMETER, open_with, "delimeter=;");
    ck_assert_str_eq(error.message, "a CSV table has no option delimeter");
    ck_assert_str_eq(error.hint, "did you mean delimiter?");
    expect_error(ERROR_INVALID_PARAMETER, open_with, "delimiter=ab");
    expect_error(ERROR_INVALID_PARAMETER, open_with, "header=perhaps");
    expect_error(ERROR_INVALID_PARAMETER, open_with, "skip=-1");
    expect_error(ERROR_INVALID_PARAMETER, open_with, "types=a BIGNUM");
    expect_error(ERROR_INVALID_PARAMETER, open_with, "delimiter=;\nquote=;");
    expect_error(ERROR_UNDEFINED_FILE, open_with, "");
}
END_TEST

START_TEST(statistics_of_a_file_read_whole_are_exact)
{
    TableProvider *table = csv_table(csv_file("a,b,c\n3,x,1.5\n,x,0.25\n-7,y,\n"), "");
    table->ops->schema(table, &csv_context);
    const Statistics *statistics = table->ops->statistics(table, &csv_context);
    ck_assert_int_eq(statistics->row_count.precision, PRECISION_EXACT);
    ck_assert_uint_eq(statistics->row_count.count, 3);
    ck_assert_int_eq(statistics->columns[0].null_count.precision, PRECISION_EXACT);
    ck_assert_uint_eq(statistics->columns[0].null_count.count, 1);
    ck_assert_int_eq(statistics->columns[0].minimum.precision, PRECISION_EXACT);
    ck_assert_int_eq(statistics->columns[0].minimum.value.i64, -7);
    ck_assert_int_eq(statistics->columns[0].maximum.value.i64, 3);
    ck_assert_uint_eq(statistics->columns[1].distinct_count.count, 2);
    ck_assert_str_eq(value_display(test_arena, &statistics->columns[2].minimum.value), "0.25");
    ck_assert_str_eq(value_display(test_arena, &statistics->columns[2].maximum.value), "1.50");
}
END_TEST

/* count(*) must not be answered from statistics when reading would find an error. */
START_TEST(statistics_of_a_broken_file_are_not_exact)
{
    TableProvider *table = csv_table(csv_file("a,b\n1,x\n2\n3,y\n4,z\n"), "");
    table->ops->schema(table, &csv_context);
    ck_assert_int_ne(table->ops->statistics(table, &csv_context)->row_count.precision, PRECISION_EXACT);
}
END_TEST

START_TEST(a_changed_file_has_a_new_schema)
{
    const char *path = csv_file("a\n1\n");
    TableProvider *table = csv_table(path, "");
    ck_assert_str_eq(csv_schema_text(table), "a BIGINT");
    const Schema *before = table->ops->schema(table, &csv_context);
    ck_assert_ptr_eq(table->ops->schema(table, &csv_context), before);
    csv_file_write(path, "a,b\n1,2.5\n", 10);
    ck_assert_str_eq(csv_schema_text(table), "a BIGINT, b DECIMAL(18,1)");
    ck_assert_str_eq(csv_rows_text(table), "1|2.5\n");
    ck_assert_uint_eq(before->column_count, 1); /* plans may still look at it */
}
END_TEST

TEST_PROGRAM(delimiters_and_quotes_are_found, headers_are_told_from_data, a_first_record_of_any_size_is_found,
             types_keep_the_text_of_every_value, empty_is_null_and_quoted_empty_is_not,
             detection_does_not_depend_on_the_order_of_rows, options_overrule_what_would_be_found,
             declared_columns_name_the_fields_by_place, unknown_options_and_values_are_named,
             statistics_of_a_file_read_whole_are_exact, statistics_of_a_broken_file_are_not_exact,
             a_changed_file_has_a_new_schema)
