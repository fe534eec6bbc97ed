/* Scalars: order, identity, hashing, casts, and how they look. Casts and messages were asked of PostgreSQL 15, whose
 * names of types are "double precision" for double, "numeric" for decimal and "bytea" for blob. */
#include "test.h"

#include <math.h>

#include "column/convert.h"

static Type type_of_text(const char *name)
{
    Type type;
    ck_assert_msg(type_parse_text(view_of(name), &type), "%s", name);
    return type;
}

static Value parsed(const char *type, const char *text)
{
    Value value;
    Error error;
    ck_assert_msg(value_parse(test_arena, view_of(text), type_of_text(type), &value, &error), "%s", error.message);
    return value;
}

static const struct {
    const char *from, *text, *to;
    const char *result; /* or the SQLSTATE and the message */
} casts[] = {
    {"double", "1.5", "integer", "2"},
    {"double", "2.5", "integer", "2"},
    {"double", "-2.5", "integer", "-2"},
    {"decimal(10,2)", "2.5", "integer", "3"},
    {"decimal(10,2)", "-2.5", "integer", "-3"},
    {"double", "NaN", "integer", "22003 integer out of range"},
    {"double", "Infinity", "bigint", "22003 bigint out of range"},
    {"double", "1e10", "integer", "22003 integer out of range"},
    {"double", "9.3e18", "bigint", "22003 bigint out of range"},
    {"double", "9223372036854775807", "bigint", "22003 bigint out of range"},
    {"double", "-9223372036854775808", "bigint", "-9223372036854775808"},
    {"double", "-0.4", "ubigint", "0"},
    {"double", "18446744073709551615", "ubigint", "22003 ubigint out of range"},
    {"bigint", "3000000000", "integer", "22003 integer out of range"},
    {"bigint", "-1", "ubigint", "22003 ubigint out of range"},
    {"ubigint", "18446744073709551615", "bigint", "22003 bigint out of range"},
    {"ubigint", "18446744073709551615", "decimal(20,0)", "18446744073709551615"},
    {"ubigint", "18446744073709551615", "double", "1.8446744073709552e+19"},
    {"integer", "40000", "smallint", "22003 smallint out of range"},
    {"decimal(10,0)", "40000", "smallint", "22003 smallint out of range"},
    {"decimal(38,0)", "100000000000000000000", "bigint", "22003 bigint out of range"},
    {"bigint", "9223372036854775807", "double", "9.223372036854776e+18"},
    {"integer", "123", "decimal(5,2)", "123.00"},
    {"integer", "1234", "decimal(5,2)", "22003 numeric field overflow: 1234 does not fit into decimal(5,2)"},
    {"decimal(10,3)", "123.456", "decimal(5,2)", "123.46"},
    {"decimal(10,3)", "999.995", "decimal(5,2)",
     "22003 numeric field overflow: 999.995 does not fit into decimal(5,2)"},
    {"double", "1e10", "decimal(5,2)", "22003 numeric field overflow: 10000000000 does not fit into decimal(5,2)"},
    {"double", "NaN", "decimal(5,2)", "22003 numeric field overflow: NaN does not fit into decimal(5,2)"},
    {"double", "1.005", "decimal(10,2)", "1.01"},
    {"decimal(38,20)", "0.1", "double", "0.1"},
    {"boolean", "true", "integer", "1"},
    {"integer", "2", "boolean", "true"},
    {"integer", "0", "boolean", "false"},
    {"double", "1", "boolean", "42846 cannot cast type double to boolean"},
    {"boolean", "true", "double", "42846 cannot cast type boolean to double"},
    {"boolean", "true", "varchar", "true"},
    {"double", "1.5", "varchar", "1.5"},
    {"date", "2024-01-31", "timestamp", "2024-01-31 00:00:00"},
    {"date", "5874897-12-31", "timestamp", "22008 date out of range for timestamp"},
    {"timestamp", "2024-01-31 10:00", "date", "2024-01-31"},
    {"timestamp", "1969-12-31 23:59:59.999999", "date", "1969-12-31"},
    {"timestamp", "1969-12-31 23:59:59.5", "time", "23:59:59.5"},
    {"timestamp", "2024-01-31 10:00", "timestamptz", "2024-01-31 10:00:00+00"},
    {"timestamptz", "2024-01-31 10:00+02", "timestamp", "2024-01-31 08:00:00"},
    {"time", "10:00", "interval", "10:00:00"},
    {"interval", "1 day 10:00", "time", "10:00:00"},
    {"interval", "-1 hour", "time", "23:00:00"},
    {"interval", "1 month 30:00", "time", "06:00:00"},
    {"date", "2024-01-31", "time", "42846 cannot cast type date to time"},
    {"integer", "1", "date", "42846 cannot cast type integer to date"},
    {"date", "2024-01-31", "integer", "42846 cannot cast type date to integer"},
    {"timestamp", "2024-01-31", "interval", "42846 cannot cast type timestamp to interval"},
    {"integer", "1", "blob", "42846 cannot cast type integer to blob"},
    {"blob", "A", "varchar", "\\x41"},
    {"varchar", "\\x0a1B", "blob", "\\x0a1b"},
    {"varchar", "\\x 0a 1b", "blob", "\\x0a1b"},
    {"varchar", "a\\101\\\\b", "blob", "\\x61415c62"},
    {"varchar", "\\xzz", "blob", "22P02 invalid input syntax for type blob: \"\\xzz\""},
    {"varchar", "\\x0", "blob", "22P02 invalid input syntax for type blob: \"\\x0\""},
    {"varchar", "\\8", "blob", "22P02 invalid input syntax for type blob: \"\\8\""},
    {"varchar", "\\400", "blob", "22P02 invalid input syntax for type blob: \"\\400\""},
    {"varchar", " 12 ", "integer", "12"},
    {"varchar", "abc", "integer", "22P02 invalid input syntax for type integer: \"abc\""},
    {"varchar", "1.5", "integer", "22P02 invalid input syntax for type integer: \"1.5\""},
    {"varchar", "99999999999", "integer", "22003 value \"99999999999\" is out of range for type integer"},
    {"varchar", "99999", "smallint", "22003 value \"99999\" is out of range for type smallint"},
    {"varchar", "-1", "ubigint", "22003 value \"-1\" is out of range for type ubigint"},
    {"varchar", "1e400", "double", "22003 value \"1e400\" is out of range for type double"},
    {"varchar", "x", "double", "22P02 invalid input syntax for type double: \"x\""},
    {"varchar", "1234.5", "decimal(5,2)", "22003 value \"1234.5\" is out of range for type decimal(5,2)"},
    {"varchar", "x", "boolean", "22P02 invalid input syntax for type boolean: \"x\""},
    {"varchar", "2024-02-30", "date", "22008 date/time field value out of range: \"2024-02-30\""},
    {"varchar", "x", "date", "22007 invalid input syntax for type date: \"x\""},
    {"varchar", "25:00", "time", "22008 date/time field value out of range: \"25:00\""},
    {"varchar", "x", "interval", "22007 invalid input syntax for type interval: \"x\""},
    {"varchar", "1-13", "interval", "22008 interval field value out of range: \"1-13\""},
    {"varchar", "it's", "varchar", "it's"},
};

START_TEST(casts_convert_or_say_why_not)
{
    for (size_t i = 0; i < sizeof casts / sizeof *casts; i++) {
        Value from = parsed(casts[i].from, casts[i].text), to;
        Error error;
        char buffer[1100];
        bool is_cast = value_cast(test_arena, &from, type_of_text(casts[i].to), &to, &error);
        if (is_cast) {
            ck_assert(type_equal(to.type, type_of_text(casts[i].to)));
            snprintf(buffer, sizeof buffer, "%s", value_display(test_arena, &to));
        } else {
            snprintf(buffer, sizeof buffer, "%s %s", error_sqlstate(error.code), error.message);
        }
        ck_assert_msg(strcmp(buffer, casts[i].result) == 0, "%s '%s' to %s: %s", casts[i].from, casts[i].text,
                      casts[i].to, buffer);
    }
}
END_TEST

START_TEST(null_casts_to_null_of_any_type)
{
    for (int from = 0; from < TYPE_COUNT; from++)
        for (int to = TYPE_BOOLEAN; to < TYPE_COUNT; to++) {
            Value null = value_null(type_of((TypeId)from)), result;
            Error error;
            ck_assert(value_cast(test_arena, &null, type_of((TypeId)to), &result, &error));
            ck_assert(result.is_null && result.type.id == to);
            ck_assert_ptr_null(value_display(test_arena, &result));
        }
}
END_TEST

static const struct {
    const char *type, *text, *sql;
} looks[] = {
    {"varchar", "it's", "'it''s'"},
    {"varchar", "", "''"},
    {"varchar", "''", "''''''"},
    {"integer", "-5", "-5"},
    {"ubigint", "18446744073709551615", "18446744073709551615"},
    {"decimal(5,2)", "1.5", "1.50"},
    {"double", "0.1", "0.1e0"},
    {"double", "1e300", "1e+300"},
    {"double", "-0", "-0e0"},
    {"double", "NaN", "'NaN'::DOUBLE"},
    {"double", "-inf", "'-Infinity'::DOUBLE"},
    {"boolean", "t", "TRUE"},
    {"boolean", "f", "FALSE"},
    {"date", "2024-01-31", "DATE '2024-01-31'"},
    {"time", "1:02", "TIME '01:02:00'"},
    {"timestamp", "2024-01-31", "TIMESTAMP '2024-01-31 00:00:00'"},
    {"timestamptz", "2024-01-31 02:00+02", "TIMESTAMPTZ '2024-01-31 00:00:00+00'"},
    {"interval", "-1 day", "INTERVAL '-1 days'"},
    {"blob", "\\x0a1b", "X'0a1b'"},
    {"blob", "", "X''"},
};

START_TEST(values_look_in_sql_as_what_reads_back)
{
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        Value value = parsed(looks[i].type, looks[i].text);
        ck_assert_str_eq(value_sql(test_arena, &value), looks[i].sql);
    }
    Value null = value_null(type_of(TYPE_DATE));
    ck_assert_str_eq(value_sql(test_arena, &null), "NULL");
}
END_TEST

/* In ascending order; those with an = before them equal the one before. */
static const char *const ordered[][8] = {
    {"double", "-Infinity", "-1", "-0", "=0", "1e-300", "Infinity", "NaN"},
    {"integer", "-2147483648", "-1", "0", "7", "2147483647"},
    {"ubigint", "0", "1", "9223372036854775808", "18446744073709551615"},
    {"decimal(38,2)", "-999999999999999999999999", "-0.01", "0", "0.01"},
    {"varchar", "", "A", "Z", "a", "aa", "\xc3\xa4"},
    {"boolean", "f", "t"},
    {"date", "4713-01-01 BC", "1969-12-31", "1970-01-01", "5874897-12-31"},
    {"interval", "-1 month", "0", "24:00:00", "=1 day", "30 days", "=1 month", "1 year"},
};

START_TEST(order_is_total_and_equal_values_hash_equally)
{
    for (size_t i = 0; i < sizeof ordered / sizeof *ordered; i++) {
        Value before = {0};
        for (size_t j = 1; j < 8 && ordered[i][j]; j++) {
            bool is_equal = ordered[i][j][0] == '=';
            Value value = parsed(ordered[i][0], ordered[i][j] + is_equal);
            ck_assert_int_eq(value_compare(&value, &value), 0);
            ck_assert(value_identical(&value, &value));
            if (j > 1) {
                int order = value_compare(&before, &value);
                ck_assert_msg(is_equal ? order == 0 : order < 0, "%s %s", ordered[i][0], ordered[i][j]);
                ck_assert(is_equal ? value_compare(&value, &before) == 0 : value_compare(&value, &before) > 0);
                ck_assert_int_eq(value_hash(&before) == value_hash(&value), is_equal);
                ck_assert(!value_identical(&before, &value)); /* 0 is not -0, a month not 30 days */
            }
            before = value;
        }
    }
    Value nan = value_double(NAN), other_nan = value_double(-NAN);
    ck_assert(value_identical(&nan, &other_nan) && value_hash(&nan) == value_hash(&other_nan));
    Value a = parsed("decimal(10,2)", "1.50"), b = parsed("decimal(5,1)", "1.5");
    ck_assert(value_compare(&a, &b) == 0 && value_hash(&a) == value_hash(&b) && !value_identical(&a, &b));
}
END_TEST

START_TEST(a_copy_outlives_the_text_it_was_made_from)
{
    char text[] = "a text of some length";
    Value value = value_text(view_of(text)), copy = value_copy(test_arena, &value);
    memset(text, 'x', sizeof text - 1);
    ck_assert_str_eq(value_display(test_arena, &copy), "a text of some length");
}
END_TEST

TEST_PROGRAM(casts_convert_or_say_why_not, null_casts_to_null_of_any_type, values_look_in_sql_as_what_reads_back,
             order_is_total_and_equal_values_hash_equally, a_copy_outlives_the_text_it_was_made_from)
