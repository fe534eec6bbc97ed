/* Whatever stands in a CSV file comes back: byte for byte in columns of text, integers, booleans and dates and of
 * decimals of one scale, as an equal number in other columns of numbers, and a NULL as a NULL. */
#include "provider_csv_tables.h"

static uint32_t random_state = 1;
static uint32_t random_next(uint32_t bound)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * bound >> 32);
}

static const char *const values[] = {
    "1",
    "-2",
    "0",
    "17",
    "42",
    "007",
    "+1",
    "-0",
    "1e3",
    "1e400",
    "1e-400",
    "1.50",
    "2.25",
    "-0.07",
    ".5",
    "5.",
    "-0.00",
    "1.10",
    "3.14159",
    "9223372036854775807",
    "0x10",
    "1_000",
    " 1",
    "1 ",
    "9223372036854775808",
    "NaN",
    "inf",
    "Infinity",
    "1.2.3",
    "-9223372036854775808",
    "true",
    "false",
    "TRUE",
    "t",
    "123456789012345678901234567890123456789",
    "2024-02-29",
    "2024-02-30",
    "2024-1-5",
    "1999-12-31",
    "0.1234567890123456789",
    "10:20:30",
    "24:00:00",
    "10:20",
    "23:59:59.5",
    "0.3333333333333333333333",
    "1e5",
    "1E5",
    "1.5e-3",
    "12345.678",
    "0.000000000000000000000000001",
    "",
    "a",
    "a,b",
    "say \"hi\"",
    "100000000000000000000000",
    "l\nm",
    "l\r\nm",
    "\xC3\xA9t\xC3\xA9",
    "-",
    "2024-01-31 10:20:30",
    "2024-01-31T10:20:30",
    "2024-01-31 10:20:30.123456",
    "2024-01-31 10:20:30+01",
    "e5",
    "1e",
    "--1",
    "1-2",
};
enum { VALUE_COUNT = sizeof values / sizeof *values, COLUMNS = 4, ROWS = 12 };

/* A number as digits without zeros at the ends, and the place of the last one. */
static const char *number_canonical(const char *text)
{
    Text digits = text_in(test_arena);
    long exponent = 0;
    bool behind_point = false;
    const char *p = text + (*text == '-');
    for (; *p && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') {
            behind_point = true;
            continue;
        }
        exponent -= behind_point;
        if (digits.size || *p != '0')
            text_add_char(&digits, *p);
    }
    exponent += *p ? atol(p + 1) : 0;
    for (; digits.size && digits.data[digits.size - 1] == '0'; exponent++)
        digits.data[--digits.size] = '\0';
    if (digits.size == 0)
        return "0";
    return arena_format(test_arena, "%s%se%ld", *text == '-' ? "-" : "", text_string(&digits), exponent);
}

static size_t number_scale(const char *text)
{
    const char *point = strchr(text, '.');
    return point ? strlen(point + 1) : 0;
}

static void check_value(Type type, bool has_one_scale, const char *given, const Value *value)
{
    if (given == NULL) {
        ck_assert(value->is_null);
        return;
    }
    ck_assert_msg(!value->is_null, "%s became NULL", given);
    const char *back = value_display(test_arena, value);
    char name[TYPE_NAME_SIZE];
    type_name(type, name);
    if (type.id == TYPE_DOUBLE || (type.id == TYPE_DECIMAL && !has_one_scale)) {
        ck_assert_msg(strcmp(number_canonical(given), number_canonical(back)) == 0, "%s as %s is %s", given, name,
                      back);
    } else if (type.id == TYPE_TIMESTAMP) {
        char *expected = arena_string(test_arena, given);
        expected[10] = ' ';
        ck_assert_str_eq(back, expected);
    } else {
        ck_assert_msg(strcmp(given, back) == 0, "%s as %s is %s", given, name, back);
    }
}

static void add_field(Text *text, const char *value)
{
    if (value == NULL)
        return;
    bool is_quoted = *value == '\0' || strpbrk(value, ",\"\r\n") || random_next(8) == 0;
    text_add(text, is_quoted ? "\"" : "");
    for (const char *p = value; *p; p++) {
        if (*p == '"')
            text_add_char(text, '"');
        text_add_char(text, *p);
    }
    text_add(text, is_quoted ? "\"" : "");
}

static void check_file(size_t row_count)
{
    const char *cells[ROWS][COLUMNS];
    Text text = text_in(test_arena);
    text_add(&text, "a,b,c,d\n");
    for (size_t c = 0; c < COLUMNS; c++) {
        size_t pool = 1 + random_next(4), first = random_next(VALUE_COUNT);
        for (size_t r = 0; r < row_count; r++)
            cells[r][c] = random_next(10) == 0 ? NULL : values[(first + random_next((uint32_t)pool)) % VALUE_COUNT];
    }
    for (size_t r = 0; r < row_count; r++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            text_add(&text, c ? "," : "");
            add_field(&text, cells[r][c]);
        }
        text_add(&text, "\n");
    }
    /* the dialect is given: this is about values */
    TableProvider *table = csv_table(csv_file(text_string(&text)), "header=true\ndelimiter=,\nquote=\"\nescape=\"");
    const Schema *schema = table->ops->schema(table, &csv_context);
    Scan *scan = csv_scan_all(table, NULL, 0, NO_LIMIT);
    BatchStream *stream = scan_read(scan, test_arena, &csv_context);
    Batch *batch = stream_next(stream);
    ck_assert_uint_eq(batch->row_count, row_count);
    for (size_t c = 0; c < COLUMNS; c++) {
        bool has_one_scale = true;
        for (size_t r = 0; r < row_count; r++)
            has_one_scale &= cells[r][c] == NULL || number_scale(cells[r][c]) == schema->columns[c].type.scale;
        for (size_t r = 0; r < row_count; r++) {
            Value value = vector_value(batch->columns[c], r);
            check_value(schema->columns[c].type, has_one_scale, cells[r][c], &value);
        }
    }
}

START_TEST(every_value_comes_back)
{
    for (int i = 0; i < 3000; i++) {
        check_file(1 + random_next(ROWS));
        arena_reset(test_arena);
    }
}
END_TEST

/* Each value alone decides its column's type. */
START_TEST(every_value_alone_comes_back)
{
    for (size_t i = 0; i < VALUE_COUNT; i++) {
        Text text = text_in(test_arena);
        text_add(&text, "a\n");
        add_field(&text, values[i]);
        TableProvider *table = csv_table(csv_file(text_string(&text)), "header=true\ndelimiter=,\nquote=\"\nescape=\"");
        Type type = table->ops->schema(table, &csv_context)->columns[0].type;
        Scan *scan = csv_scan_all(table, NULL, 0, NO_LIMIT);
        BatchStream *stream = scan_read(scan, test_arena, &csv_context);
        Value value = vector_value(stream_next(stream)->columns[0], 0);
        check_value(type, number_scale(values[i]) == type.scale, values[i], &value);
    }
}
END_TEST

TEST_PROGRAM(every_value_comes_back, every_value_alone_comes_back)
