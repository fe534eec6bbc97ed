/* Decimals: exact, rounded half away from zero, and an error rather than a wrap. Expected values: Python's decimal. */
#include "test.h"

#include <math.h>

#include "column/decimal.h"

static Int128 int128_of(const char *text)
{
    Int128 value;
    bool overflow;
    ck_assert_msg(decimal_parse(view_of(text), type_decimal(38, 0), &value, &overflow), "%s", text);
    return value;
}

static const char *int128_text(Int128 value)
{
    static char text[DECIMAL_TEXT_SIZE + 1];
    text[int128_format(value, text)] = '\0';
    return text;
}

static const char *decimal_text(Int128 value, int scale)
{
    static char text[DECIMAL_TEXT_SIZE + 1];
    text[decimal_format(value, scale, text)] = '\0';
    return text;
}

static const Int128 int128_max = (Int128)(~(UInt128)0 >> 1);

START_TEST(powers_are_powers_of_ten)
{
    Int128 power = 1;
    for (int i = 0; i <= 38; i++) {
        ck_assert(decimal_power(i) == power);
        if (i < 38)
            power *= 10;
    }
    ck_assert(decimal_fits(power - 1, 38) && !decimal_fits(power, 38) && !decimal_fits(-power, 38));
    ck_assert(decimal_fits(-99, 2) && !decimal_fits(-100, 2));
}
END_TEST

START_TEST(text_has_always_its_scale)
{
    ck_assert_str_eq(decimal_text(-1250, 2), "-12.50");
    ck_assert_str_eq(decimal_text(5, 2), "0.05");
    ck_assert_str_eq(decimal_text(-5, 3), "-0.005");
    ck_assert_str_eq(decimal_text(0, 2), "0.00");
    ck_assert_str_eq(decimal_text(42, 0), "42");
    ck_assert_str_eq(decimal_text(decimal_power(38) - 1, 38), "0.99999999999999999999999999999999999999");
    ck_assert_str_eq(int128_text(int128_max), "170141183460469231731687303715884105727");
    ck_assert_str_eq(int128_text(-int128_max - 1), "-170141183460469231731687303715884105728");
    ck_assert_str_eq(int128_text((Int128)UINT64_MAX + 1), "18446744073709551616");
    ck_assert_str_eq(int128_text(decimal_power(19)), "10000000000000000000");
    ck_assert_str_eq(decimal_text(-int128_max - 1, 38), "-1.70141183460469231731687303715884105728");
}
END_TEST

static const struct {
    const char *text;
    int precision, scale;
    const char *result; /* "overflow", "none", or what it prints as */
} parses[] = {
    {"12.5", 10, 2, "12.50"},
    {" -12.505 ", 10, 2, "-12.51"},
    {"12.504999999999999999999999999999999999999999", 10, 2, "12.50"},
    {"+.5", 10, 2, "0.50"},
    {"5.", 10, 2, "5.00"},
    {"0.5", 10, 0, "1"},
    {"0.49", 10, 0, "0"},
    {"-0.004", 10, 2, "0.00"},
    {"1e3", 10, 2, "1000.00"},
    {"1.5e-3", 10, 4, "0.0015"},
    {"125e-3", 10, 2, "0.13"},
    {"5e-3", 10, 2, "0.01"},
    {"5e-4", 10, 2, "0.00"},
    {"9e-99999999999999999999", 10, 2, "0.00"},
    {"0e99999999999999999999", 10, 2, "0.00"},
    {"1e99999999999999999999", 10, 2, "overflow"},
    {"99999999.99", 10, 2, "99999999.99"},
    {"99999999.994", 10, 2, "99999999.99"},
    {"99999999.995", 10, 2, "overflow"},
    {"100000000", 10, 2, "overflow"},
    {"9.5", 1, 0, "overflow"},
    {"99999999999999999999999999999999999999", 38, 0, "99999999999999999999999999999999999999"},
    {"-99999999999999999999999999999999999999", 38, 0, "-99999999999999999999999999999999999999"},
    {"100000000000000000000000000000000000000", 38, 0, "overflow"},
    {"999999999999999999999999999999999999999999", 38, 0, "overflow"},
    {"0000000000000000000000000000000000000000000000000001.5", 38, 1, "1.5"},
    {"1234567890.1234567890123456789012345678", 38, 28, "1234567890.1234567890123456789012345678"},
    {"", 10, 2, "none"},
    {".", 10, 2, "none"},
    {"-", 10, 2, "none"},
    {"1e", 10, 2, "none"},
    {"1.2.3", 10, 2, "none"},
    {"NaN", 10, 2, "none"},
    {"1 2", 10, 2, "none"},
};

START_TEST(text_is_rounded_half_away_from_zero_or_refused)
{
    for (size_t i = 0; i < sizeof parses / sizeof *parses; i++) {
        Int128 value;
        bool overflow;
        Type type = type_decimal(parses[i].precision, parses[i].scale);
        bool is_number = decimal_parse(view_of(parses[i].text), type, &value, &overflow);
        const char *result = is_number ? decimal_text(value, parses[i].scale) : overflow ? "overflow" : "none";
        ck_assert_msg(strcmp(result, parses[i].result) == 0, "'%s': %s", parses[i].text, result);
    }
}
END_TEST

START_TEST(exact_parse_finds_the_smallest_type)
{
    static const struct {
        const char *text;
        int precision, scale; /* precision 0: none */
    } cases[] = {{"12.50", 4, 2}, {"0.05", 2, 2},   {"-7", 1, 0},
                 {"0", 1, 0},     {"0.0", 1, 1},    {"1e5", 0, 0},
                 {"1E5", 0, 0},   {"007.10", 3, 2}, {"123456789012345678901234567890123456789", 0, 0},
                 {"", 0, 0},      {"5.", 1, 0},     {".5", 1, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Type type;
        Int128 value;
        bool fits = decimal_parse_exact(view_of(cases[i].text), &type, &value);
        ck_assert_msg(fits == (cases[i].precision != 0), "%s", cases[i].text);
        if (fits)
            ck_assert_msg(type_equal(type, type_decimal(cases[i].precision, cases[i].scale)), "%s: %d,%d",
                          cases[i].text, type.precision, type.scale);
    }
}
END_TEST

START_TEST(rescaling_rounds_and_checks)
{
    Int128 value;
    ck_assert(decimal_rescale(1250, 2, 4, &value) && value == 125000);
    ck_assert(decimal_rescale(1250, 2, 1, &value) && value == 125);
    ck_assert(decimal_rescale(1250, 2, 0, &value) && value == 13);
    ck_assert(decimal_rescale(-1250, 2, 0, &value) && value == -13);
    ck_assert(decimal_rescale(-1249, 2, 0, &value) && value == -12);
    ck_assert(!decimal_rescale(decimal_power(38), 0, 1, &value));
    ck_assert(decimal_rescale(int128_max, 38, 0, &value) && value == 2);
}
END_TEST

START_TEST(products_are_exact_to_128_bits_and_no_further)
{
    Int128 value;
    ck_assert(decimal_multiply(int128_of("12345678901234567890"), -9876543210, &value));
    ck_assert_str_eq(int128_text(value), "-121932631124828532111263526900");
    ck_assert(decimal_multiply(int128_max, -1, &value) && value == -int128_max);
    ck_assert(decimal_multiply((Int128)1 << 64, -((Int128)1 << 63), &value) && value == -int128_max - 1);
    ck_assert(!decimal_multiply((Int128)1 << 64, (Int128)1 << 63, &value));
    ck_assert(!decimal_multiply((Int128)1 << 100, (Int128)1 << 100, &value));
    ck_assert(!decimal_multiply(-int128_max - 1, -1, &value));
    ck_assert(decimal_multiply(0, -int128_max - 1, &value) && value == 0);
}
END_TEST

static const struct {
    const char *a;
    int shift;
    const char *b, *result; /* result NULL: overflow */
} quotients[] = {
    {"1", 6, "3", "333333"},
    {"2", 6, "3", "666667"},
    {"-2", 6, "3", "-666667"},
    {"1", 0, "2", "1"},
    {"-1", 0, "2", "-1"},
    {"7", 0, "-2", "-4"},
    {"0", 76, "7", "0"},
    {"99999999999999999999999999999999999999", 38, "99999999999999999999999999999999999999",
     "100000000000000000000000000000000000000"},
    {"12345678901234567890123456789012345678", 30, "98765432109876543210987654321098765432",
     "124999998860937500014238281250"},
    {"12345678901234567890123456789012345678", 38, "-34567890123456789012345678901234567890",
     "-35714296872452567261284733567649977242"},
    {"1", 76, "99999999999999999999999999999999999999", "100000000000000000000000000000000000001"},
    {"12345678901234567890123456789012345678", 38, "3", NULL},
    {"1", 38, "18446744073709551616", "5421010862427522170"},
    {"99999999999999999999999999999999999998", 1, "18446744073709551617", "54210108624275221697"},
    {"5", 0, "0", NULL},
};

START_TEST(quotients_pass_through_256_bits_and_round_once)
{
    for (size_t i = 0; i < sizeof quotients / sizeof *quotients; i++) {
        Int128 value;
        bool fits = decimal_divide(int128_of(quotients[i].a), quotients[i].shift, int128_of(quotients[i].b), &value);
        ck_assert_msg(fits == (quotients[i].result != NULL), "case %zu", i);
        if (fits)
            ck_assert_str_eq(int128_text(value), quotients[i].result);
    }
}
END_TEST

static uint64_t random_next(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

START_TEST(a_product_divides_back_to_its_factors)
{
    for (int i = 0; i < 20000; i++) {
        Int128 a = (Int128)(((UInt128)random_next() << 64 | random_next()) >> (3 + random_next() % 120));
        Int128 b = (Int128)(((UInt128)random_next() << 64 | random_next()) >> (2 + random_next() % 120)) + 1;
        int shift = (int)(random_next() % 39);
        Int128 quotient, back;
        if (!decimal_divide(a, shift, b, &quotient))
            continue;
        /* |a*10^shift - q*b| <= b/2, computed modulo 2^128, where b/2 is small enough to tell */
        UInt128 rest = (UInt128)a * (UInt128)decimal_power(shift) - (UInt128)quotient * (UInt128)b;
        Int128 difference = (Int128)rest;
        ck_assert(difference <= b / 2 && difference >= -(b / 2 + 1));
        if (decimal_multiply(a, b, &back))
            ck_assert(decimal_divide(back, 0, b, &quotient) && quotient == a);
    }
}
END_TEST

START_TEST(comparison_ignores_the_scale)
{
    ck_assert_int_eq(decimal_compare(150, 2, 15, 1), 0);
    ck_assert_int_eq(decimal_compare(151, 2, 15, 1), 1);
    ck_assert_int_eq(decimal_compare(-151, 2, -15, 1), -1);
    ck_assert_int_eq(decimal_compare(decimal_power(38) - 1, 0, decimal_power(38) - 1, 38), 1);
    ck_assert_int_eq(decimal_compare(1, 38, 0, 0), 1);
    ck_assert_int_eq(decimal_compare(-1, 38, 0, 0), -1);
}
END_TEST

START_TEST(doubles_from_decimals_are_the_nearest)
{
    for (int i = 0; i < 20000; i++) {
        Int128 value = (Int128)(((UInt128)random_next() << 64 | random_next()) >> (1 + random_next() % 126));
        int scale = (int)(random_next() % 39);
        value = i % 2 ? value : -value;
        double expected = strtod(decimal_text(value, scale), NULL);
        ck_assert_msg(decimal_to_double(value, scale) == expected, "%s", decimal_text(value, scale));
    }
    ck_assert(decimal_to_double(0, 38) == 0);
    ck_assert(decimal_to_double(-int128_max - 1, 0) == -0x1p127);
}
END_TEST

START_TEST(doubles_become_the_decimals_they_show_as)
{
    static const struct {
        double number;
        int precision, scale;
        const char *text; /* NULL: does not fit */
    } cases[] = {
        {1.005, 10, 2, "1.01"},
        {-2.5, 10, 0, "-3"},
        {0.1, 38, 20, "0.10000000000000000000"},
        {1e37, 38, 0, "10000000000000000000000000000000000000"},
        {1e38, 38, 0, NULL},
        {99.995, 4, 2, NULL},
        {99.994, 4, 2, "99.99"},
        {NAN, 10, 2, NULL},
        {INFINITY, 10, 2, NULL},
        {1e-320, 38, 38, "0.00000000000000000000000000000000000000"},
        {0.5, 10, 0, "1"},
        {0.49999999999999994, 10, 0, "0"},
        {1e308, 38, 0, NULL},
        {0.0, 10, 2, "0.00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Int128 value;
        bool fits = decimal_from_double(cases[i].number, type_decimal(cases[i].precision, cases[i].scale), &value);
        ck_assert_msg(fits == (cases[i].text != NULL), "case %zu", i);
        if (fits)
            ck_assert_str_eq(decimal_text(value, cases[i].scale), cases[i].text);
    }
}
END_TEST

TEST_PROGRAM(powers_are_powers_of_ten, text_has_always_its_scale, text_is_rounded_half_away_from_zero_or_refused,
             exact_parse_finds_the_smallest_type, rescaling_rounds_and_checks,
             products_are_exact_to_128_bits_and_no_further, quotients_pass_through_256_bits_and_round_once,
             a_product_divides_back_to_its_factors, comparison_ignores_the_scale, doubles_from_decimals_are_the_nearest,
             doubles_become_the_decimals_they_show_as)
