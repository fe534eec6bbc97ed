/* Integers and doubles to text and back. Expected texts are PostgreSQL 15's; doubles are checked against the C library.
 */
#include "test.h"

#include <inttypes.h>
#include <math.h>

#include "column/number.h"

static uint64_t random_state = 88172645463325252u;

static uint64_t random_next(void) /* xorshift64 (Marsaglia, 2003) */
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static double double_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

static const char *double_text(double value)
{
    static char text[DOUBLE_TEXT_SIZE + 1];
    size_t size = double_format(value, text);
    ck_assert_uint_le(size, DOUBLE_TEXT_SIZE);
    text[size] = '\0';
    return text;
}

START_TEST(integers_print_all_their_digits)
{
    char text[INTEGER_TEXT_SIZE + 1], expected[32];
    for (int shift = 0; shift < 64; shift++)
        for (int add = -1; add <= 1; add++) {
            uint64_t value = ((uint64_t)1 << shift) + (uint64_t)add;
            text[uint64_format(value, text)] = '\0';
            snprintf(expected, sizeof expected, "%" PRIu64, value);
            ck_assert_str_eq(text, expected);
            text[int64_format((int64_t)value, text)] = '\0';
            snprintf(expected, sizeof expected, "%" PRId64, (int64_t)value);
            ck_assert_str_eq(text, expected);
        }
    uint64_t power = 1;
    for (int i = 0; i < 20; i++, power *= 10)
        for (int add = -1; add <= 0; add++) {
            text[uint64_format(power + (uint64_t)add, text)] = '\0';
            snprintf(expected, sizeof expected, "%" PRIu64, power + (uint64_t)add);
            ck_assert_str_eq(text, expected);
        }
}
END_TEST

static const struct {
    const char *text;
    double value;
} shown[] = {
    {"0", 0.0},
    {"-0", -0.0},
    {"0.1", 0.1},
    {"100", 100},
    {"-2.5", -2.5},
    {"0.30000000000000004", 0.1 + 0.2},
    {"0.0001", 1e-4},
    {"1e-05", 1e-5},
    {"0.00012345", 0.00012345},
    {"100000000000000", 1e14},
    {"1e+15", 1e15},
    {"123456789012345", 123456789012345},
    {"1.234567890123456e+15", 1234567890123456},
    {"9.007199254740992e+15", 9007199254740992},
    {"1e+300", 1e300},
    {"5e-324", 5e-324},
    {"2.2250738585072014e-308", 2.2250738585072014e-308},
    {"1.7976931348623157e+308", 1.7976931348623157e308},
    {"9.5367431640625e-07", 9.5367431640625e-7},
    {"NaN", NAN},
    {"Infinity", INFINITY},
    {"-Infinity", -INFINITY},
};

START_TEST(doubles_print_as_in_postgresql)
{
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        ck_assert_str_eq(double_text(shown[i].value), shown[i].text);
}
END_TEST

/* Whether printf's text of so many digits reads back as the same double. */
static bool digits_suffice(double value, int digit_count)
{
    char text[64];
    snprintf(text, sizeof text, "%.*e", digit_count - 1, value);
    return strtod(text, NULL) == value;
}

START_TEST(double_text_is_the_shortest_that_reads_back)
{
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = random_next();
        if (i % 4 == 1)
            bits &= (uint64_t)0xFFF << 52; /* powers of two: the gap below is half of that above */
        if (i % 4 == 2)
            bits = (bits & ~((uint64_t)0x7FF << 52)) | (1023 + (bits >> 53) % 60) << 52; /* 1 to 2^60 */
        double value = double_from_bits(bits);
        if (!isfinite(value) || value == 0)
            continue;
        const char *text = double_text(value);
        ck_assert_msg(strtod(text, NULL) == value, "%a prints as %s", value, text);
        int exponent;
        char digits[32];
        int digit_count = snprintf(digits, sizeof digits, "%" PRIu64, double_digits(value, &exponent));
        ck_assert_msg(digit_count == 1 || !digits_suffice(value, digit_count - 1), "%a: %s is not shortest", value,
                      text);
    }
}
END_TEST

static void expect_double(const char *text)
{
    double value = 0, expected = strtod(text, NULL);
    bool overflow;
    bool is_number = double_parse(view_of(text), &value, &overflow);
    ck_assert_int_eq(is_number, isfinite(expected));
    ck_assert_int_eq(overflow, !isfinite(expected));
    if (is_number)
        ck_assert_msg(memcmp(&value, &expected, 8) == 0, "%s reads as %a, not %a", text, value, expected);
}

START_TEST(doubles_read_correctly_rounded)
{
    const char *hard[] = {
        "9007199254740993",
        "9007199254740992.99999999999999999999999",
        "9007199254740993.00000000000000000000001",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e400",
        "1e-400",
        "0e999999999999999",
        "1e23",
        "8.5e22",
        "123456789012345678901234567890e-10",
        "0000000000000000000000000000000000001.5",
        ".5",
        "5.",
        "-0.0",
        "7.2057594037927933e16",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "6.631236846766476e-316",
        "3.2378839133029012895883524125015321748630094e-319",
        "9355950000000000000.00000000000000000000000000000000001844674407",
    };
    for (size_t i = 0; i < sizeof hard / sizeof *hard; i++)
        expect_double(hard[i]);
    char text[1100];
    for (int i = 0; i < 20000; i++) {
        double value = double_from_bits(random_next() & ~((uint64_t)1 << 63));
        double next = nextafter(value, INFINITY);
        if (!isfinite(value) || !isfinite(next))
            continue;
        /* the point halfway, exactly, and a little beside it */
        snprintf(text, sizeof text, "%.*Le", i % 4 ? 30 : 780, ((long double)value + next) / 2);
        expect_double(text);
        size_t mantissa_size = strcspn(text, "e");
        text[mantissa_size - 1] = text[mantissa_size - 1] == '9' ? '8' : (char)(text[mantissa_size - 1] + 1);
        expect_double(text);
        snprintf(text, sizeof text, "%.*e", (int)(random_next() % 25), value);
        expect_double(text);
    }
}
END_TEST

/* Up to 40 digits, a third of them zeros. */
static size_t random_digits(char *text)
{
    size_t count = random_next() % 41;
    for (size_t i = 0; i < count; i++)
        text[i] = (char)('0' + (random_next() % 3 ? random_next() % 10 : 0));
    return count;
}

START_TEST(digits_are_read_wherever_the_point_is)
{
    for (int i = 0; i < 50000; i++) {
        char text[128] = "-";
        size_t size = 1 + random_digits(text + 1);
        text[size++] = '.';
        size += random_digits(text + size);
        snprintf(text + size, sizeof text - size, "%de%d", i % 10, (int)(random_next() % 700) - 350);
        expect_double(text + i % 2);
    }
}
END_TEST

START_TEST(digits_beyond_all_that_matter_still_tip_a_tie)
{
    char text[2000] = "9007199254740993."; /* halfway between two doubles; the even one is below */
    memset(text + 17, '0', 1500);
    text[1517] = '\0';
    double value;
    bool overflow;
    ck_assert(double_parse(view_of(text), &value, &overflow));
    ck_assert(value == 9007199254740992);
    text[1516] = '1';
    ck_assert(double_parse(view_of(text), &value, &overflow));
    ck_assert(value == 9007199254740994);
}
END_TEST

START_TEST(words_for_doubles_are_read_in_any_case)
{
    double value;
    bool overflow;
    ck_assert(double_parse(view_of(" nan "), &value, &overflow) && isnan(value));
    ck_assert(double_parse(view_of("INF"), &value, &overflow) && value == INFINITY);
    ck_assert(double_parse(view_of("-infinity"), &value, &overflow) && value == -INFINITY);
    ck_assert(double_parse(view_of("+Infinity"), &value, &overflow) && value == INFINITY);
}
END_TEST

START_TEST(what_is_no_double_is_refused)
{
    const char *texts[] = {"",    " ",   "abc",  "1e",    "1e+",     ".",    "-",  "+",     "1.2.3",
                           "1 2", "--1", "0x10", "1_000", "infinit", "nan1", "e5", "1e5.0", "1,5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value;
        bool overflow;
        ck_assert_msg(!double_parse(view_of(texts[i]), &value, &overflow), "'%s' is read as a double", texts[i]);
        ck_assert(!overflow);
    }
    double value;
    bool overflow;
    ck_assert(!double_parse((StringView){NULL, 0}, &value, &overflow));
}
END_TEST

static const struct {
    const char *text;
    bool is_number, overflow;
    int64_t value;
} integers[] = {
    {"0", true, false, 0},
    {"  -17 ", true, false, -17},
    {"+5", true, false, 5},
    {"1_000_000", true, false, 1000000},
    {"9223372036854775807", true, false, INT64_MAX},
    {"-9223372036854775808", true, false, INT64_MIN},
    {"000000000000000000000000000000012", true, false, 12},
    {"9223372036854775808", false, true, 0},
    {"-9223372036854775809", false, true, 0},
    {"18446744073709551615", false, true, 0},
    {"18446744073709551616", false, true, 0},
    {"99999999999999999999999999999999", false, true, 0},
    {"99999999999999999999999999999999x", false, false, 0},
    {"", false, false, 0},
    {"-", false, false, 0},
    {"1__0", false, false, 0},
    {"_1", false, false, 0},
    {"1_", false, false, 0},
    {"- 1", false, false, 0},
    {"1.0", false, false, 0},
    {"1e3", false, false, 0},
    {"12a", false, false, 0},
};

START_TEST(integers_are_read_whole_or_not_at_all)
{
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        int64_t value = -1;
        bool overflow = true;
        bool is_number = int64_parse(view_of(integers[i].text), &value, &overflow);
        ck_assert_msg(is_number == integers[i].is_number, "'%s'", integers[i].text);
        ck_assert_msg(overflow == integers[i].overflow, "'%s'", integers[i].text);
        if (is_number)
            ck_assert_int_eq(value, integers[i].value);
    }
    uint64_t value;
    bool overflow;
    ck_assert(uint64_parse(view_of("18446744073709551615"), &value, &overflow) && value == UINT64_MAX);
    ck_assert(!uint64_parse(view_of("18446744073709551616"), &value, &overflow) && overflow);
    ck_assert(!uint64_parse(view_of("-1"), &value, &overflow) && overflow);
    ck_assert(uint64_parse(view_of("-0"), &value, &overflow) && value == 0);
}
END_TEST

START_TEST(booleans_are_read_as_postgresql_does)
{
    const char *yes[] = {"t", "TRUE", "tru", "y", "Yes", "on", "1", " true "};
    const char *no[] = {"f", "false", "n", "no", "of", "OFF", "0"};
    const char *neither[] = {"", "o", "2", "truex", "nope", "10", "yess"};
    bool value;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        ck_assert_msg(boolean_parse(view_of(yes[i]), &value) && value, "%s", yes[i]);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        ck_assert_msg(boolean_parse(view_of(no[i]), &value) && !value, "%s", no[i]);
    for (size_t i = 0; i < sizeof neither / sizeof *neither; i++)
        ck_assert_msg(!boolean_parse(view_of(neither[i]), &value), "%s", neither[i]);
}
END_TEST

TEST_PROGRAM(integers_print_all_their_digits, doubles_print_as_in_postgresql,
             double_text_is_the_shortest_that_reads_back, doubles_read_correctly_rounded,
             digits_are_read_wherever_the_point_is, digits_beyond_all_that_matter_still_tip_a_tie,
             words_for_doubles_are_read_in_any_case, what_is_no_double_is_refused,
             integers_are_read_whole_or_not_at_all, booleans_are_read_as_postgresql_does)
