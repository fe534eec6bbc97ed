/* Strict readers of fields against independent ones: libc's, and column/'s calendar. */
#include "test.h"

#include <inttypes.h>

#include "column/datetime.h"
#include "column/decimal.h"
#include "provider/csv/csv_field.h"

static uint64_t random_state = 1;
static uint64_t random_next(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state ^ random_state >> 29;
}

/* Text with the padding that the readers may look at, filled with digits that must not be taken for its own. */
static const char *padded(const char *text)
{
    char *copy = arena_allocate(test_arena, strlen(text) + CSV_FIELD_PADDING);
    memset(copy, '7', strlen(text) + CSV_FIELD_PADDING);
    memcpy(copy, text, strlen(text));
    return copy;
}

static bool read_integer(const char *text, int64_t *value)
{
    return csv_integer_read(padded(text), strlen(text), value);
}

START_TEST(integers_of_every_length_are_read)
{
    for (int i = 0; i < 20000; i++) {
        int64_t expected = (int64_t)(random_next() >> (random_next() % 64)), value = 0;
        expected = random_next() % 2 ? expected : -expected;
        const char *text = arena_format(test_arena, "%" PRId64, expected);
        ck_assert_msg(read_integer(text, &value), "%s", text);
        ck_assert_int_eq(value, expected);
    }
    static const char *const wrong[] = {"",
                                        "-",
                                        "+1",
                                        "01",
                                        "-0",
                                        "00",
                                        "1 ",
                                        " 1",
                                        "1a",
                                        "a1",
                                        "1.",
                                        "9223372036854775808",
                                        "1-2",
                                        "--1",
                                        "1_0",
                                        "0x1",
                                        "1e1",
                                        "1,2",
                                        "12/",
                                        "12:",
                                        "-9223372036854775809",
                                        "18446744073709551616",
                                        "99999999999999999999",
                                        "1234567a",
                                        "a2345678",
                                        "123456789a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value;
        ck_assert_msg(!read_integer(wrong[i], &value), "'%s' was taken", wrong[i]);
    }
}
END_TEST

START_TEST(decimals_have_their_scale)
{
    static const struct {
        const char *text;
        int scale;
        int64_t value; /* 0 with scale -1: not taken */
    } cases[] = {
        {"1.5", 2, 150},
        {"1.50", 2, 150},
        {"-1.5", 1, -15},
        {"0.07", 2, 7},
        {"-0.07", 2, -7},
        {"12", 3, 12000},
        {"0", 2, 0},
        {"0.00", 2, 0},
        {"999999999999999.999", 3, 999999999999999999},
        {"0.123456789012345678", 18, 123456789012345678},
        {"-999999999999999999", 0, -999999999999999999},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = -1;
        Int128 wide = -1;
        ck_assert(csv_decimal_read(padded(cases[i].text), strlen(cases[i].text), cases[i].scale, &value));
        ck_assert_int_eq(value, cases[i].value);
        ck_assert(csv_decimal_read_wide(padded(cases[i].text), strlen(cases[i].text), cases[i].scale, &wide));
        ck_assert(wide == cases[i].value);
    }
    static const char *const wrong[] = {"",     ".5",   "5.",   "-0.0", "-0",  "1.234", "01.5",
                                        "+1.5", "1.5 ", "1..5", "1.-5", "1e2", "1.5.2", "10000000000000000.00",
                                        "1.a",  "a.1",  "-.5",  "."};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value;
        ck_assert_msg(!csv_decimal_read(padded(wrong[i]), strlen(wrong[i]), 2, &value), "'%s' was taken", wrong[i]);
    }
}
END_TEST

START_TEST(wide_decimals_are_exact)
{
    const char *text = "-12345678901234567890123456789012345.678";
    Int128 value, expected = 0;
    for (const char *p = text + 1; *p; p++)
        if (*p != '.')
            expected = expected * 10 + (*p - '0');
    ck_assert(csv_decimal_read_wide(padded(text), strlen(text), 3, &value));
    ck_assert(value == -expected);
    ck_assert(!csv_decimal_read_wide(padded(text), strlen(text), 4, &value)); /* 39 digits */
}
END_TEST

/* strtod rounds correctly; what the reader takes must be the same double, and written back the same number. */
START_TEST(doubles_are_read_as_libc_reads_them)
{
    for (int i = 0; i < 20000; i++) {
        double number = (double)(int64_t)random_next() / (double)(1 + random_next() % 1000000);
        const char *text = arena_format(test_arena, random_next() % 2 ? "%.6f" : "%.12e", number / 1e9);
        double value;
        if (csv_double_read(padded(text), strlen(text), &value))
            ck_assert_msg(value == strtod(text, NULL), "%s is %.17g", text, value);
        else
            ck_assert_msg(text[0] == '-' && strtod(text, NULL) == 0, "%s was refused", text);
    }
    static const char *const wrong[] = {"",
                                        "-",
                                        "e5",
                                        "1e",
                                        "1e+",
                                        "NaN",
                                        "inf",
                                        "0x1p3",
                                        "1e400",
                                        "1e-400",
                                        "4.94065645841247e-324", /* denormal: 15 digits, and not its own */
                                        " 1",
                                        "1 ",
                                        "01",
                                        "+1",
                                        "0.1000000000000000055511151231257827021181583404541015625",
                                        "9007199254740993"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        double value;
        ck_assert_msg(!csv_double_read(padded(wrong[i]), strlen(wrong[i]), &value), "'%s' was taken", wrong[i]);
    }
}
END_TEST

START_TEST(every_day_of_ten_thousand_years_is_read)
{
    int32_t first, last, days;
    ck_assert(date_from_calendar((CalendarDate){1, 1, 1}, &first));
    ck_assert(date_from_calendar((CalendarDate){9999, 12, 31}, &last));
    char text[DATETIME_TEXT_SIZE];
    for (int32_t day = first; day <= last; day++) {
        size_t size = date_format(day, text);
        ck_assert_uint_eq(size, 10);
        ck_assert_msg(csv_date_read(text, size, &days) && days == day, "%.10s is %d", text, days);
    }
}
END_TEST

START_TEST(days_that_there_are_not_are_refused)
{
    int32_t days, expected;
    for (int month = 0; month <= 13; month++) {
        for (int day = 0; day <= 32; day++) {
            for (int year = 1896; year <= 2004; year++) {
                const char *text = arena_format(test_arena, "%04d-%02d-%02d", year, month, day);
                bool there_is = date_from_calendar((CalendarDate){year, month, day}, &expected);
                ck_assert_msg(csv_date_read(padded(text), 10, &days) == there_is, "%s", text);
            }
        }
        arena_reset(test_arena);
    }
    ck_assert(!csv_date_read("0000-01-01", 10, &days));
    ck_assert(!csv_date_read("2024/01/01", 10, &days));
    ck_assert(!csv_date_read("2024-0a-01", 10, &days));
    ck_assert(!csv_date_read("-024-01-01", 10, &days));
}
END_TEST

START_TEST(times_are_read_as_they_are_written)
{
    char text[DATETIME_TEXT_SIZE + CSV_FIELD_PADDING];
    for (int i = 0; i < 20000; i++) {
        int64_t expected = (int64_t)(random_next() % (uint64_t)MICROSECONDS_PER_DAY), value;
        expected -= i % 3 ? expected % (i % 3 == 1 ? 1000000 : 1000) : 0;
        size_t size = time_format(expected, text);
        ck_assert_msg(csv_time_read(text, size, &value) && value == expected, "%.*s", (int)size, text);
        int64_t moment = expected + ((int64_t)(random_next() % 40000) - 20000) * MICROSECONDS_PER_DAY;
        size = timestamp_format(moment, text);
        ck_assert_msg(csv_timestamp_read(text, size, &value) && value == moment, "%.*s", (int)size, text);
    }
    static const char *const wrong[] = {"24:00:00",    "23:60:00",  "23:59:60",         "1:02:03",
                                        "01:02",       "01:02:03.", "01:02:03.1234567", "01:02:03,5",
                                        "01:02:03.5a", "01-02-03",  "aa:02:03"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value;
        ck_assert_msg(!csv_time_read(padded(wrong[i]), strlen(wrong[i]), &value), "'%s' was taken", wrong[i]);
    }
}
END_TEST

TEST_PROGRAM(integers_of_every_length_are_read, decimals_have_their_scale, wide_decimals_are_exact,
             doubles_are_read_as_libc_reads_them, every_day_of_ten_thousand_years_is_read,
             days_that_there_are_not_are_refused, times_are_read_as_they_are_written)
