/* Text of whole vectors: the same as of their values one by one, whatever the form. */
#include "test.h"

#include "column/convert.h"

static const struct {
    const char *type;
    const char *texts[4]; /* as they are shown, so that they come back as they went */
} columns[] = {
    {"boolean", {"true", "false", "true", "false"}},
    {"smallint", {"-32768", "0", "7", "32767"}},
    {"integer", {"-2147483648", "0", "7", "2147483647"}},
    {"bigint", {"-9223372036854775808", "0", "7", "9223372036854775807"}},
    {"ubigint", {"0", "1", "7", "18446744073709551615"}},
    {"decimal(10,2)", {"-12345678.90", "0.00", "0.05", "1.00"}},
    {"decimal(38,10)", {"-1234567890123456789012345678.1234567890", "0.0000000000", "0.0000000001", "1.0000000000"}},
    {"double", {"-1e+300", "0.1", "NaN", "Infinity"}},
    {"varchar", {"", "short", "longer than twelve bytes", "\xc3\xa4"}},
    {"blob", {"\\x", "\\x00", "\\x0a1b", "\\x00112233445566778899aabbccddeeff"}},
    {"date", {"2024-01-31", "0044-03-15 BC", "1970-01-01", "12024-01-01"}},
    {"time", {"00:00:00", "24:00:00", "01:02:03.5", "23:59:59.999999"}},
    {"timestamp", {"2024-01-31 10:20:30", "1969-12-31 23:59:59.5", "0001-01-01 00:00:00 BC", "1970-01-01 00:00:00"}},
    {"timestamptz",
     {"2024-01-31 10:20:30+00", "1969-12-31 23:59:59.5+00", "0001-01-01 00:00:00+00 BC", "1970-01-01 00:00:00+00"}},
    {"interval", {"1 year 2 mons -3 days +04:05:06.7", "-00:00:01", "00:00:00", "1 day"}},
};

enum { ROW_COUNT = 5 }; /* the four, and a NULL */

static Vector *column_new(size_t index)
{
    Type type;
    ck_assert(type_parse_text(view_of(columns[index].type), &type));
    Vector *vector = vector_new(test_arena, type);
    vector_prepare(vector, ROW_COUNT);
    for (size_t row = 0; row < 4; row++) {
        Value value;
        Error error;
        ck_assert_msg(value_parse(test_arena, view_of(columns[index].texts[row]), type, &value, &error), "%s",
                      error.message);
        vector_set_value(vector, row, &value);
    }
    vector_set_null(vector, 4);
    return vector;
}

static void expect_text(const Vector *vector, size_t row, const char *text)
{
    ck_assert_int_eq(vector->type.id, TYPE_VARCHAR);
    ck_assert_int_eq(vector->form, VECTOR_FLAT);
    ck_assert(vector_is_null(vector, row) == (text == NULL));
    if (text == NULL)
        return;
    StringView view = vector_value(vector, row).text;
    ck_assert_msg(view_equal(view, view_of(text)), "%.*s, not %s", VIEW_ARGUMENTS(view), text);
}

static const char *column_text(size_t index, size_t row)
{
    return row < 4 ? columns[index].texts[row] : NULL;
}

START_TEST(a_flat_vector_shows_each_value)
{
    Vector *target = vector_new(test_arena, type_of(TYPE_VARCHAR));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        vector_to_text(target, column_new(i), NULL, ROW_COUNT, ROW_COUNT);
        for (size_t row = 0; row < ROW_COUNT; row++)
            expect_text(target, row, column_text(i, row));
    }
}
END_TEST

START_TEST(only_selected_rows_are_shown_and_the_others_stay_harmless)
{
    static const uint16_t selection[] = {1, 4};
    Vector *target = vector_new(test_arena, type_of(TYPE_VARCHAR));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        vector_to_text(target, column_new(i), selection, 2, ROW_COUNT);
        expect_text(target, 1, column_text(i, 1));
        expect_text(target, 4, NULL);
        vector_check(target, ROW_COUNT);
    }
}
END_TEST

START_TEST(constants_and_dictionaries_show_what_they_stand_for)
{
    Vector *target = vector_new(test_arena, type_of(TYPE_VARCHAR));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        Vector *flat = column_new(i);
        Vector *constant = vector_new(test_arena, flat->type), *dictionary = vector_new(test_arena, flat->type);
        Value value = vector_value(flat, 2);
        vector_set_constant(constant, &value);
        vector_to_text(target, constant, NULL, 3, 3);
        for (size_t row = 0; row < 3; row++)
            expect_text(target, row, columns[i].texts[2]);

        vector_prepare_dictionary(dictionary, flat, ROW_COUNT, 10);
        for (uint32_t row = 0; row < 10; row++)
            VECTOR_DATA(dictionary, uint32_t)[row] = row * 7 % ROW_COUNT;
        vector_to_text(target, dictionary, NULL, 10, 10);
        for (size_t row = 0; row < 10; row++)
            expect_text(target, row, column_text(i, row * 7 % ROW_COUNT));
    }
    Vector *nulls = vector_new(test_arena, type_of(TYPE_NULL));
    Value null = value_null(type_of(TYPE_NULL));
    vector_set_constant(nulls, &null);
    vector_to_text(target, nulls, NULL, 2, 2);
    expect_text(target, 1, NULL);
}
END_TEST

START_TEST(megabytes_of_bad_text_make_a_message_of_bounded_size)
{
    size_t size = 10 << 20;
    char *text = arena_allocate(test_arena, size);
    memset(text, 'x', size);
    Value value;
    Error error;
    ck_assert(!value_parse(test_arena, (StringView){text, size}, type_of(TYPE_INTEGER), &value, &error));
    ck_assert_uint_lt(strlen(error.message), sizeof error.message);
    memset(text, '9', size);
    for (int id = TYPE_BOOLEAN; id < TYPE_COUNT; id++)
        if (id != TYPE_VARCHAR && id != TYPE_BLOB) {
            Type type = id == TYPE_DECIMAL ? type_decimal(38, 10) : type_of((TypeId)id);
            ck_assert(!value_parse(test_arena, (StringView){text, size}, type, &value, &error));
        }
}
END_TEST

/* The filler stands a million times between the other two. */
static const struct {
    const char *type, *before;
    char filler;
    const char *after;
} long_texts[] = {
    {"boolean", "", ' ', "true"},
    {"bigint", "7", ' ', ""},
    {"integer", "-", '0', "7"},
    {"ubigint", "", '9', ""},
    {"double", "", '1', ""},
    {"double", "0.", '0', "1"},
    {"double", "1e", '0', "1"},
    {"double", "9007199254740993.", '0', "1"},
    {"decimal(38,10)", "", '0', "1.5"},
    {"decimal(38,10)", "", '9', ""},
    {"date", "2024-01-31", ' ', "BC"},
    {"date", "", '1', ""},
    {"time", "10:20:30.", '5', ""},
    {"timestamp", "2024-01-31", ' ', "10:20:30"},
    {"timestamp", "31 Jan", ',', "2024"},
    {"timestamptz", "2024-01-31 10:20:30", 'z', ""},
    {"interval", "1", ' ', "day"},
    {"interval", "-", ' ', "1 day"},
    {"interval", "", '1', " day"},
    {"interval", "1 ", 'd', ""},
    {"interval", "P", '0', "1D"},
    {"interval", "P0.", '0', "D"},
    {"blob", "\\x", '0', ""},
    {"blob", "\\134", 'a', ""},
};

static _Atomic bool is_cancelled;

typedef struct LongRead {
    StringView text;
    Type type;
} LongRead;

static void long_read_run(void *argument)
{
    static const Context context = {.cancel = &is_cancelled};
    LongRead *read = argument;
    Value value;
    Error error;
    context_enter(&context);
    (void)value_parse(test_arena, read->text, read->type, &value, &error);
}

static StringView long_text(const char *before, char filler, const char *after)
{
    enum { FILLERS = 1000000 };
    size_t size = strlen(before), behind = strlen(after);
    char *text = arena_allocate(test_arena, size + FILLERS + behind);
    memcpy(text, before, size);
    memset(text + size, filler, FILLERS);
    memcpy(text + size + FILLERS, after, behind);
    return (StringView){text, size + FILLERS + behind};
}

START_TEST(reading_a_text_of_a_million_bytes_can_be_interrupted)
{
    for (size_t i = 0; i < sizeof long_texts / sizeof *long_texts; i++) {
        LongRead read = {.text = long_text(long_texts[i].before, long_texts[i].filler, long_texts[i].after)};
        ck_assert(type_parse_text(view_of(long_texts[i].type), &read.type));
        Error error;
        atomic_store(&is_cancelled, false);
        ck_assert(error_protect(long_read_run, &read, &error));
        atomic_store(&is_cancelled, true);
        ck_assert_msg(!error_protect(long_read_run, &read, &error) && error.code == ERROR_INTERRUPTED,
                      "%s from %s%c...%s", long_texts[i].type, long_texts[i].before, long_texts[i].filler,
                      long_texts[i].after);
    }
}
END_TEST

TEST_PROGRAM(a_flat_vector_shows_each_value, only_selected_rows_are_shown_and_the_others_stay_harmless,
             constants_and_dictionaries_show_what_they_stand_for, megabytes_of_bad_text_make_a_message_of_bounded_size,
             reading_a_text_of_a_million_bytes_can_be_interrupted)
