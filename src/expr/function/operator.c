/* expr/function/operator.c: the table of operators, under their own signs. Entries of a sign follow each other; NOT
 * LIKE is !~~, IS NULL is "is null". */
#include "expr/function/operator.h"

#include "expr/function/text_result.h"

#define NULLS FUNCTION_NOT_STRICT

#define DECIMALS(sign, k, resolver, text)                                                                              \
    {                                                                                                                  \
        .name = sign, .signature = "(DECIMAL, DECIMAL) DECIMAL", .description = text, .flags = FAIL,                   \
        .argument_count = 2, .arguments = {T(DECIMAL), T(DECIMAL)}, .result = T(DECIMAL), .kernel = k,                 \
        .resolve = resolver                                                                                            \
    }
/* One sign over all numbers. */
#define NUMBERS(sign, operation, resolver, text)                                                                       \
    BINARY(sign, SMALLINT, SMALLINT, SMALLINT, FAIL, kernel_##operation##_SMALLINT, text),                             \
        BINARY(sign, INTEGER, INTEGER, INTEGER, FAIL, kernel_##operation##_INTEGER, text),                             \
        BINARY(sign, BIGINT, BIGINT, BIGINT, FAIL, kernel_##operation##_BIGINT, text),                                 \
        BINARY(sign, UBIGINT, UBIGINT, UBIGINT, FAIL, kernel_##operation##_UBIGINT, text),                             \
        DECIMALS(sign, kernel_##operation##_DECIMAL, resolver, text),                                                  \
        BINARY(sign, DOUBLE, DOUBLE, DOUBLE, 0, kernel_##operation##_DOUBLE, text)
#define BITS(sign, operation, text)                                                                                    \
    BINARY(sign, SMALLINT, SMALLINT, SMALLINT, 0, kernel_##operation##_SMALLINT, text),                                \
        BINARY(sign, INTEGER, INTEGER, INTEGER, 0, kernel_##operation##_SMALLINT, text),                               \
        BINARY(sign, BIGINT, BIGINT, BIGINT, 0, kernel_##operation##_BIGINT, text),                                    \
        BINARY(sign, UBIGINT, UBIGINT, UBIGINT, 0, kernel_##operation##_BIGINT, text)
#define COMPARISON(sign, text)                                                                                         \
    {                                                                                                                  \
        .name = sign, .signature = "(any, any) BOOLEAN", .description = text, .argument_count = 2,                     \
        .arguments = {ANY, ANY}, .result = T(BOOLEAN), .resolve = resolve_comparison, .choose = comparison_choose      \
    }
#define DISTINCTION(sign, k, text)                                                                                     \
    {                                                                                                                  \
        .name = sign, .signature = "(any, any) BOOLEAN", .description = text, .flags = NULLS, .argument_count = 2,     \
        .arguments = {ANY, ANY}, .result = T(BOOLEAN), .kernel = k, .resolve = resolve_comparison                      \
    }
#define NULL_TEST(sign, k, text)                                                                                       \
    {                                                                                                                  \
        .name = sign, .signature = "(any) BOOLEAN", .description = text, .flags = NULLS, .argument_count = 1,          \
        .arguments = {ANY}, .result = T(BOOLEAN), .kernel = k                                                          \
    }
#define TRUTH_TEST(sign, k, text) UNARY(sign, BOOLEAN, BOOLEAN, NULLS, kernel_is_##k, text)
#define PATTERN(sign, k, preparer, flag, text)                                                                         \
    {                                                                                                                  \
        .name = sign, .signature = "(VARCHAR, pattern VARCHAR [, escape VARCHAR]) BOOLEAN", .description = text,       \
        .flags = flag, .argument_count = 3, .optional_count = 1, .arguments = {T(VARCHAR), T(VARCHAR), T(VARCHAR)},    \
        .result = T(BOOLEAN), .kernel = k, .prepare = preparer                                                         \
    }
#define ESCAPED(sign, k, preparer, text)                                                                               \
    {                                                                                                                  \
        .name = sign, .signature = "(VARCHAR, pattern VARCHAR, escape VARCHAR) BOOLEAN", .description = text,          \
        .argument_count = 3, .arguments = {T(VARCHAR), T(VARCHAR), T(VARCHAR)}, .result = T(BOOLEAN), .kernel = k,     \
        .prepare = preparer                                                                                            \
    }
#define REGEX(sign, k, preparer, text)                                                                                 \
    {                                                                                                                  \
        .name = sign, .signature = "(VARCHAR, pattern VARCHAR) BOOLEAN", .description = text, .flags = FAIL,           \
        .argument_count = 2, .arguments = {T(VARCHAR), T(VARCHAR)}, .result = T(BOOLEAN), .kernel = k,                 \
        .prepare = preparer                                                                                            \
    }

/* +x is x: for numbers, intervals, and text, which PostgreSQL refuses and SQLite lets through. */
static bool resolve_plus(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count;
    Type type = argument_types[0];
    *ret_result = type.id == TYPE_NULL ? type_of(TYPE_VARCHAR) : type;
    argument_types[0] = *ret_result;
    return type_is_numeric(type) || type_is_text(type) || type.id == TYPE_INTERVAL || type.id == TYPE_NULL;
}

/* a || b: BLOBs as they are, all else as text. */
static bool resolve_concat(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function;
    if (argument_types[0].id == TYPE_BLOB && argument_types[1].id == TYPE_BLOB) {
        *ret_result = type_of(TYPE_BLOB);
        return true;
    }
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = type_of(TYPE_VARCHAR);
    return true;
}

/* clang-format off */
FunctionFamily function_family_operator = {
    {.name = "+", .signature = "(any) any", .description = "The number itself.", .argument_count = 1,
     .arguments = {ANY}, .result = ANY, .kernel = kernel_identity_ANY, .resolve = resolve_plus},
    NUMBERS("+", add, resolve_decimal_sum, "Addition."),
    BINARY("+", DATE, BIGINT, DATE, FAIL, kernel_date_plus_days, "So many days later."),
    BINARY("+", BIGINT, DATE, DATE, FAIL, kernel_days_plus_date, "So many days later."),
    BINARY("+", DATE, TIME, TIMESTAMP, FAIL, kernel_date_plus_time, "That time of the day."),
    BINARY("+", TIME, DATE, TIMESTAMP, FAIL, kernel_time_plus_date, "That time of the day."),
    BINARY("+", DATE, INTERVAL, TIMESTAMP, FAIL, kernel_date_plus_interval, "Later by an interval."),
    BINARY("+", INTERVAL, DATE, TIMESTAMP, FAIL, kernel_interval_plus_date, "Later by an interval."),
    BINARY("+", TIMESTAMP, INTERVAL, TIMESTAMP, FAIL, kernel_timestamp_plus_interval, "Later by an interval."),
    BINARY("+", INTERVAL, TIMESTAMP, TIMESTAMP, FAIL, kernel_interval_plus_timestamp, "Later by an interval."),
    BINARY("+", TIMESTAMPTZ, INTERVAL, TIMESTAMPTZ, FAIL, kernel_timestamp_plus_interval, "Later by an interval."),
    BINARY("+", INTERVAL, TIMESTAMPTZ, TIMESTAMPTZ, FAIL, kernel_interval_plus_timestamp, "Later by an interval."),
    BINARY("+", TIME, INTERVAL, TIME, 0, kernel_time_plus_interval, "Later on the clock, past midnight too."),
    BINARY("+", INTERVAL, TIME, TIME, 0, kernel_interval_plus_time, "Later on the clock, past midnight too."),
    BINARY("+", INTERVAL, INTERVAL, INTERVAL, FAIL, kernel_interval_plus_interval, "Field by field."),

    UNARY("-", SMALLINT, SMALLINT, FAIL, kernel_negate_SMALLINT, "The negative."),
    UNARY("-", INTEGER, INTEGER, FAIL, kernel_negate_INTEGER, "The negative."),
    UNARY("-", BIGINT, BIGINT, FAIL, kernel_negate_BIGINT, "The negative."),
    {.name = "-", .signature = "(DECIMAL) DECIMAL", .description = "The negative.", .argument_count = 1,
     .arguments = {T(DECIMAL)}, .result = T(DECIMAL), .kernel = kernel_negate_DECIMAL, .resolve = resolve_decimal_same},
    UNARY("-", DOUBLE, DOUBLE, 0, kernel_negate_DOUBLE, "The negative."),
    UNARY("-", INTERVAL, INTERVAL, FAIL, kernel_interval_negate, "The negative, field by field."),
    NUMBERS("-", subtract, resolve_decimal_sum, "Subtraction."),
    BINARY("-", DATE, BIGINT, DATE, FAIL, kernel_date_minus_days, "So many days earlier."),
    BINARY("-", DATE, DATE, BIGINT, 0, kernel_date_minus_date, "Days between."),
    BINARY("-", DATE, INTERVAL, TIMESTAMP, FAIL, kernel_date_minus_interval, "Earlier by an interval."),
    BINARY("-", TIMESTAMP, INTERVAL, TIMESTAMP, FAIL, kernel_timestamp_minus_interval, "Earlier by an interval."),
    BINARY("-", TIMESTAMPTZ, INTERVAL, TIMESTAMPTZ, FAIL, kernel_timestamp_minus_interval, "Earlier by an interval."),
    BINARY("-", TIMESTAMP, TIMESTAMP, INTERVAL, FAIL, kernel_timestamp_minus_timestamp, "Days and time between."),
    BINARY("-", TIMESTAMPTZ, TIMESTAMPTZ, INTERVAL, FAIL, kernel_timestamp_minus_timestamp, "Days and time between."),
    BINARY("-", TIME, TIME, INTERVAL, 0, kernel_time_minus_time, "Time between."),
    BINARY("-", TIME, INTERVAL, TIME, 0, kernel_time_minus_interval, "Earlier on the clock, past midnight too."),
    BINARY("-", INTERVAL, INTERVAL, INTERVAL, FAIL, kernel_interval_minus_interval, "Field by field."),

    NUMBERS("*", multiply, resolve_decimal_product, "Multiplication."),
    BINARY("*", INTERVAL, DOUBLE, INTERVAL, FAIL, kernel_interval_multiply, "So many times as long."),
    BINARY("*", DOUBLE, INTERVAL, INTERVAL, FAIL, kernel_number_multiply_interval, "So many times as long."),

    NUMBERS("/", divide, resolve_decimal_quotient, "Division; of integers: cut to an integer."),
    BINARY("/", INTERVAL, DOUBLE, INTERVAL, FAIL, kernel_interval_divide, "The part of an interval."),

    BINARY("//", SMALLINT, SMALLINT, SMALLINT, FAIL, kernel_divide_SMALLINT, "Division of integers."),
    BINARY("//", INTEGER, INTEGER, INTEGER, FAIL, kernel_divide_INTEGER, "Division of integers."),
    BINARY("//", BIGINT, BIGINT, BIGINT, FAIL, kernel_divide_BIGINT, "Division of integers."),
    BINARY("//", UBIGINT, UBIGINT, UBIGINT, FAIL, kernel_divide_UBIGINT, "Division of integers."),

    NUMBERS("%", modulo, resolve_decimal_remainder, "The rest of a division, with the dividend's sign."),

    BINARY("^", DOUBLE, DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, kernel_power_DOUBLE, "Power."),

    BITS("&", bit_and, "Bits that are set in both."),
    BITS("|", bit_or, "Bits that are set in one or both."),
    BITS("#", bit_xor, "Bits that are set in one alone."),
    BINARY("<<", SMALLINT, INTEGER, SMALLINT, 0, kernel_shift_left_SMALLINT, "Bits moved up."),
    BINARY("<<", INTEGER, INTEGER, INTEGER, 0, kernel_shift_left_INTEGER, "Bits moved up."),
    BINARY("<<", BIGINT, INTEGER, BIGINT, 0, kernel_shift_left_BIGINT, "Bits moved up."),
    BINARY("<<", UBIGINT, INTEGER, UBIGINT, 0, kernel_shift_left_BIGINT, "Bits moved up."),
    BINARY(">>", SMALLINT, INTEGER, SMALLINT, 0, kernel_shift_right_SMALLINT, "Bits moved down, with the sign."),
    BINARY(">>", INTEGER, INTEGER, INTEGER, 0, kernel_shift_right_INTEGER, "Bits moved down, with the sign."),
    BINARY(">>", BIGINT, INTEGER, BIGINT, 0, kernel_shift_right_BIGINT, "Bits moved down, with the sign."),
    BINARY(">>", UBIGINT, INTEGER, UBIGINT, 0, kernel_shift_right_UBIGINT, "Bits moved down."),

    COMPARISON("=", "Equal."),
    COMPARISON("<>", "Not equal."),
    COMPARISON("<", "Less."),
    COMPARISON("<=", "Less or equal."),
    COMPARISON(">", "Greater."),
    COMPARISON(">=", "Greater or equal."),
    DISTINCTION("is distinct from", kernel_is_distinct_from, "Not equal, where NULL is a value like any other."),
    DISTINCTION("is not distinct from", kernel_is_not_distinct_from, "Equal, where NULL is a value like any other."),
    NULL_TEST("is null", kernel_is_null, "Whether it is NULL."),
    NULL_TEST("is not null", kernel_is_not_null, "Whether it is not NULL."),
    TRUTH_TEST("is true", true, "TRUE; FALSE for FALSE and NULL."),
    TRUTH_TEST("is not true", not_true, "FALSE or NULL."),
    TRUTH_TEST("is false", false, "FALSE."),
    TRUTH_TEST("is not false", not_false, "TRUE or NULL."),
    TRUTH_TEST("is unknown", null, "NULL."),
    TRUTH_TEST("is not unknown", not_null, "TRUE or FALSE."),
    UNARY("not", BOOLEAN, BOOLEAN, 0, kernel_logic_not, "TRUE for FALSE, FALSE for TRUE."),

    BINARY("||", BLOB, BLOB, BLOB, 0, kernel_text_concat, "One behind the other."),
    {.name = "||", .signature = "(any, any) VARCHAR", .description = "One text behind the other.",
     .argument_count = 2, .arguments = {ANY, ANY}, .result = T(VARCHAR), .kernel = kernel_text_concat,
     .resolve = resolve_concat},

    PATTERN("~~", kernel_text_like, like_prepare, 0, "LIKE: % is any text, _ any character."),
    PATTERN("!~~", kernel_text_not_like, like_prepare, 0, "NOT LIKE."),
    PATTERN("~~*", kernel_text_ilike, ilike_prepare, 0, "ILIKE: LIKE without regard to case."),
    PATTERN("!~~*", kernel_text_not_ilike, ilike_prepare, 0, "NOT ILIKE."),
    ESCAPED("like_escape", kernel_text_like, like_prepare, "LIKE with an escape character."),
    ESCAPED("not_like_escape", kernel_text_not_like, like_prepare, "NOT LIKE with an escape character."),
    ESCAPED("ilike_escape", kernel_text_ilike, ilike_prepare, "ILIKE with an escape character."),
    ESCAPED("not_ilike_escape", kernel_text_not_ilike, ilike_prepare, "NOT ILIKE with an escape character."),

    PATTERN("similar to", kernel_text_regex, similar_prepare, FAIL, "SIMILAR TO: LIKE with | * + ? {} () []."),
    PATTERN("not similar to", kernel_text_not_regex, similar_prepare, FAIL, "NOT SIMILAR TO."),
    REGEX("~~~", kernel_text_regex, glob_prepare, "GLOB: * is any text, ? any character, [a-z] one of these."),
    REGEX("!~~~", kernel_text_not_regex, glob_prepare, "NOT GLOB."),

    UNARY("~", SMALLINT, SMALLINT, 0, kernel_bit_not_SMALLINT, "All bits turned."),
    UNARY("~", INTEGER, INTEGER, 0, kernel_bit_not_SMALLINT, "All bits turned."),
    UNARY("~", BIGINT, BIGINT, 0, kernel_bit_not_BIGINT, "All bits turned."),
    UNARY("~", UBIGINT, UBIGINT, 0, kernel_bit_not_BIGINT, "All bits turned."),
    REGEX("~", kernel_text_regex, regex_prepare, "Whether a regular expression (PCRE2) matches a part of the text."),
    REGEX("~*", kernel_text_regex, regex_prepare_no_case, "The same without regard to case."),
    REGEX("!~", kernel_text_not_regex, regex_prepare, "Whether a regular expression matches nowhere."),
    REGEX("!~*", kernel_text_not_regex, regex_prepare_no_case, "The same without regard to case."),

    {.name = "->", .signature = "(json VARCHAR, name VARCHAR) JSON", .description = "A member of a JSON object, as JSON.", .resolve = resolve_json,
     .flags = FAIL, ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(VARCHAR), .kernel = kernel_json_part, .prepare = json_prepare},
    {.name = "->", .signature = "(json VARCHAR, index BIGINT) JSON", .description = "An element of a JSON array, as JSON.", .resolve = resolve_json,
     .flags = FAIL, ARGUMENTS(T(VARCHAR), T(BIGINT)), .result = T(VARCHAR), .kernel = kernel_json_part, .prepare = json_prepare},
    {.name = "->>", .signature = "(json VARCHAR, name VARCHAR) VARCHAR", .description = "A member of a JSON object, as text.",
     .flags = FAIL, ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(VARCHAR), .kernel = kernel_json_part_text, .prepare = json_prepare},
    {.name = "->>", .signature = "(json VARCHAR, index BIGINT) VARCHAR", .description = "An element of a JSON array, as text.",
     .flags = FAIL, ARGUMENTS(T(VARCHAR), T(BIGINT)), .result = T(VARCHAR), .kernel = kernel_json_part_text, .prepare = json_prepare},
    {0},
};
/* clang-format on */
