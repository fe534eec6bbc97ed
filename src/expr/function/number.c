/* expr/function/number.c: rarer functions of numbers: bases, buckets, what a double is, angles in degrees. */
#include "expr/function/operator.h"

#include <string.h>

#include "column/decimal.h"
#include "expr/function/date.h"
#include "expr/function/text_result.h"

#define PI 3.14159265358979323846

/* ---- of doubles ---- */

KERNEL_UNARY(asinh_double, double, double, asinh(x))
KERNEL_UNARY(erf_double, double, double, erf(x))
KERNEL_UNARY(erfc_double, double, double, erfc(x))
KERNEL_UNARY(square_double, double, double, x *x)
KERNEL_UNARY(is_nan, double, bool, isnan(x))
KERNEL_UNARY(is_finite, double, bool, isfinite(x))
KERNEL_UNARY(is_infinite, double, bool, isinf(x))
KERNEL_UNARY(is_zero, double, bool, x == 0)
KERNEL_UNARY(sign_bit, double, bool, signbit(x) != 0)
KERNEL_BINARY(next_after, double, double, double, nextafter(x, y))
KERNEL_BINARY(not_nan, double, double, double, isnan(x) ? y : x)

KERNEL_BINARY(floor_quotient, double, double, double, floor(x / y))
KERNEL_BINARY(floor_rest, double, double, double, x - y * floor(x / y))

/* Away from zero, to the next even whole number. */
KERNEL_UNARY(even_double, double, double, copysign(2 * ceil(fabs(x) / 2), x))

KERNEL_DOMAIN(acosh_double, x >= 1, acosh(x))
KERNEL_DOMAIN(atanh_double, x >= -1 && x <= 1, atanh(x))
KERNEL_DOMAIN(gamma_double, !(x == 0 || (x < 0 && x == floor(x))), tgamma(x))
KERNEL_DOMAIN(lgamma_double, !(x == 0 || (x < 0 && x == floor(x))), lgamma_r(x, &(int){0}))

/* ---- angles in degrees: exact where the answer is ---- */

/* Into [0, 360), with the sine's and cosine's values at multiples of 30 and 45 degrees as they are. */
static double degrees_sine(double x)
{
    double angle = fmod(x, 360);
    if (angle < 0)
        angle += 360;
    double sign = angle >= 180 ? -1 : 1;
    angle = angle >= 180 ? angle - 180 : angle;
    angle = angle > 90 ? 180 - angle : angle;
    if (angle == 0 || angle == 30 || angle == 90)
        return sign * (angle == 0 ? 0 : angle == 30 ? 0.5 : 1) + 0.0;
    return sign * sin(angle * (PI / 180));
}

static double degrees_tangent(double x)
{
    double sine = degrees_sine(x), cosine = degrees_sine(x + 90);
    return fabs(sine) == fabs(cosine) || fabs(fmod(x, 90)) == 45 ? copysign(1, sine * cosine) : sine / cosine;
}

static double degrees_cotangent(double x)
{
    double sine = degrees_sine(x), cosine = degrees_sine(x + 90);
    return fabs(fmod(x, 90)) == 45 ? copysign(1, sine * cosine) : cosine / sine;
}

static double in_degrees(double radians)
{
    double degrees = radians * (180 / PI), whole = rint(degrees);
    return fabs(degrees - whole) < 1e-13 * fabs(whole) ? whole : degrees;
}

KERNEL_DOMAIN(sind_double, isfinite(x), degrees_sine(x))
KERNEL_DOMAIN(cosd_double, isfinite(x), degrees_sine(fmod(x, 360) + 90))
KERNEL_DOMAIN(tand_double, isfinite(x), degrees_tangent(fmod(x, 360)))
KERNEL_DOMAIN(cotd_double, isfinite(x), degrees_cotangent(fmod(x, 360)))
KERNEL_DOMAIN(asind_double, x >= -1 && x <= 1, in_degrees(asin(x)))
KERNEL_DOMAIN(acosd_double, x >= -1 && x <= 1, in_degrees(acos(x)))
KERNEL_UNARY(atand_double, double, double, in_degrees(atan(x)))
KERNEL_BINARY(atan2d_double, double, double, double, in_degrees(atan2(x, y)))

/* ---- of integers ---- */

/* 33! is the last that has 38 digits or fewer. */
static void factorial_bigint(KernelCall *call)
{
    Int128 *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int64_t x = ARGUMENT(call, 0, int64_t, i);
        if (x < 0)
            kernel_fail(call, i, ERROR_OUT_OF_RANGE, "factorial of a negative number is undefined");
        else if (x > 33)
            kernel_fail(call, i, ERROR_OUT_OF_RANGE, "value overflows numeric format");
        Int128 product = 1;
        for (int64_t factor = 2; factor <= x && x <= 33; factor++)
            product *= factor;
        results[i] = product;
    }
}

static bool resolve_factorial(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_types, (void)argument_count;
    *ret_result = type_decimal(DECIMAL_MAX_PRECISION, 0);
    return true;
}

KERNEL_UNARY(bit_count_bigint, int64_t, int64_t, __builtin_popcountll((unsigned long long)x))

static void bit_count_blob(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView x = argument_text(call, 0, i);
        results[i] = 0;
        for (size_t at = 0; at < x.size; at++) {
            context_pace(at);
            results[i] += __builtin_popcount((unsigned char)x.data[at]);
        }
    }
}

/* The rest that has the divisor's sign. */
static void positive_modulo(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int64_t x = ARGUMENT(call, 0, int64_t, i), y = ARGUMENT(call, 1, int64_t, i);
        if (y == 0)
            kernel_fail(call, i, ERROR_DIVISION_BY_ZERO, "division by zero");
        int64_t rest = y == 0 || y == -1 ? 0 : x % y;
        results[i] = rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
    }
}

/* The quotient of decimals cut to a whole number. */
static Int128 decimal_at(const Vector *vector, size_t row)
{
    size_t i = vector->form == VECTOR_CONSTANT ? 0 : row;
    return vector->physical == PHYSICAL_I64 ? VECTOR_DATA(vector, int64_t)[i] : VECTOR_DATA(vector, Int128)[i];
}

/* a / b, cut, both brought to one scale; false where that takes more than 128 bits. */
static bool decimal_cut_quotient(Int128 a, int a_scale, Int128 b, int b_scale, Int128 *ret_value)
{
    if (a_scale < b_scale && !decimal_rescale(a, a_scale, b_scale, &a))
        return false;
    bool is_tiny = b_scale < a_scale && !decimal_rescale(b, b_scale, a_scale, &b); /* b outweighs any a */
    *ret_value = is_tiny ? 0 : a / b;
    return true;
}

static void div_decimal(KernelCall *call)
{
    const Vector *x = call->arguments[0], *y = call->arguments[1];
    for (size_t i = 0; i < call->count; i++) {
        Int128 divisor = decimal_at(y, i), value = 0;
        if (divisor == 0)
            kernel_fail(call, i, ERROR_DIVISION_BY_ZERO, "division by zero");
        else if (!decimal_cut_quotient(decimal_at(x, i), x->type.scale, divisor, y->type.scale, &value) ||
                 !decimal_fits(value, DECIMAL_MAX_PRECISION))
            kernel_fail(call, i, ERROR_OUT_OF_RANGE, "decimal out of range");
        VECTOR_DATA(call->result, Int128)[i] = value;
    }
}

static Type decimal_or_default(Type type)
{
    return type.id == TYPE_NULL ? type_decimal(DECIMAL_MAX_PRECISION, 10) : type;
}

static bool resolve_div(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function;
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = decimal_or_default(argument_types[i]);
    *ret_result = type_decimal(DECIMAL_MAX_PRECISION, 0);
    return true;
}

static bool resolve_digits(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count, (void)ret_result;
    argument_types[0] = decimal_or_default(argument_types[0]);
    return true;
}

static void scale_decimal(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, int32_t)[i] = call->arguments[0]->type.scale;
}

static void min_scale_decimal(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Int128 value = decimal_at(call->arguments[0], i);
        int32_t scale = value ? call->arguments[0]->type.scale : 0;
        for (; scale > 0 && value % 10 == 0; scale--)
            value /= 10;
        VECTOR_DATA(call->result, int32_t)[i] = scale;
    }
}

/* width_bucket(x, low, high, count): 1 to count between low and high, 0 below, count + 1 from high on; high may be
 * below low. */
static int64_t bucket_of(double x, double low, double high, int64_t count)
{
    bool is_descending = high < low;
    if (is_descending ? x > low : x < low)
        return 0;
    if (is_descending ? x <= high : x >= high)
        return count + 1;
    double width = high / 2 - low / 2, distance = x / 2 - low / 2; /* halves: their difference cannot overflow */
    int64_t bucket = (int64_t)(distance / width * (double)count) + 1;
    return bucket > count ? count : bucket;
}

static void width_bucket(KernelCall *call)
{
    int32_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        double x = ARGUMENT(call, 0, double, i), low = ARGUMENT(call, 1, double, i),
               high = ARGUMENT(call, 2, double, i);
        int32_t count = ARGUMENT(call, 3, int32_t, i);
        const char *problem = count <= 0                              ? "count must be greater than zero"
                              : isnan(x) || isnan(low) || isnan(high) ? "operand and bounds cannot be NaN"
                              : !isfinite(low) || !isfinite(high)     ? "lower and upper bounds must be finite"
                              : low == high                           ? "lower bound cannot equal upper bound"
                              : count == INT32_MAX                    ? "count is too large"
                                                                      : NULL;
        if (problem)
            kernel_fail(call, i, ERROR_INVALID_WIDTH_BUCKET, "%s", problem);
        results[i] = problem ? 0 : (int32_t)bucket_of(x, low, high, count);
    }
}

/* ---- digits to other bases ---- */

enum { BASE_MAX_DIGITS = 64 };

/* To the end of `text`; returns where they start. */
static size_t write_base(uint64_t value, unsigned base, char text[BASE_MAX_DIGITS])
{
    size_t start = BASE_MAX_DIGITS;
    do
        text[--start] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value % base];
    while (value /= base);
    return start;
}

#define KERNEL_BASE(name, base)                                                                                        \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            char text[BASE_MAX_DIGITS];                                                                                \
            size_t start = write_base((uint64_t)ARGUMENT(call, 0, int64_t, i), base, text);                            \
            result_copy(call, i, (StringView){text + start, BASE_MAX_DIGITS - start});                                 \
        }                                                                                                              \
    }
KERNEL_BASE(binary_bigint, 2)
KERNEL_BASE(octal_bigint, 8)

/* to_base(x, base [, least digits]) */
static void to_base(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t value = ARGUMENT(call, 0, int64_t, i), base = ARGUMENT(call, 1, int64_t, i);
        int64_t least = call->argument_count > 2 ? ARGUMENT(call, 2, int64_t, i) : 0;
        char text[BASE_MAX_DIGITS];
        if (value < 0 || base < 2 || base > 36 || least < 0 || least > BASE_MAX_DIGITS) {
            kernel_fail(call, i, ERROR_INVALID_PARAMETER,
                        "to_base takes a number from 0 on, a base of 2 to 36 and up to %d digits", BASE_MAX_DIGITS);
            result_empty(call, i);
            continue;
        }
        size_t start = write_base((uint64_t)value, (unsigned)base, text);
        while (BASE_MAX_DIGITS - start < (size_t)least)
            text[--start] = '0';
        result_copy(call, i, (StringView){text + start, BASE_MAX_DIGITS - start});
    }
}

/* ---- the table ---- */

#define DOUBLE_TO(title, r, flag, k, text)                                                                             \
    {                                                                                                                  \
        .name = title, .signature = "(DOUBLE) " #r, .description = text, .flags = flag, ARGUMENTS(T(DOUBLE)),          \
        .result = T(r), .kernel = k                                                                                    \
    }
#define DOUBLES(title, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(DOUBLE, DOUBLE) DOUBLE", .description = text, ARGUMENTS(T(DOUBLE), T(DOUBLE)),   \
        .result = T(DOUBLE), .kernel = k                                                                               \
    }
#define BIGINTS(title, flag, k, text)                                                                                  \
    {                                                                                                                  \
        .name = title, .signature = "(BIGINT, BIGINT) BIGINT", .description = text, .flags = flag,                     \
        ARGUMENTS(T(BIGINT), T(BIGINT)), .result = T(BIGINT), .kernel = k                                              \
    }
#define BASE(title, k, text)                                                                                           \
    {                                                                                                                  \
        .name = title, .signature = "(BIGINT) VARCHAR", .description = text, ARGUMENTS(T(BIGINT)),                     \
        .result = T(VARCHAR), .kernel = k                                                                              \
    }
#define TIME_IS_FINITE(x)                                                                                              \
    {                                                                                                                  \
        .name = "isfinite", .signature = "(" #x ") BOOLEAN", .description = "TRUE: there are no infinite ones.",       \
        ARGUMENTS(T(x)), .result = T(BOOLEAN), .kernel = kernel_is_finite_time                                         \
    }
#define DIGITS(title, k, text)                                                                                         \
    {                                                                                                                  \
        .name = title, .signature = "(DECIMAL) INTEGER", .description = text, ARGUMENTS(T(DECIMAL)),                   \
        .result = T(INTEGER), .kernel = k, .resolve = resolve_digits                                                   \
    }

/* clang-format off */
FunctionFamily function_family_number = {
    DOUBLE_TO("asinh", DOUBLE, 0, asinh_double, "Inverse hyperbolic sine."),
    DOUBLE_TO("acosh", DOUBLE, FAIL, acosh_double, "Inverse hyperbolic cosine."),
    DOUBLE_TO("atanh", DOUBLE, FAIL, atanh_double, "Inverse hyperbolic tangent."),
    DOUBLE_TO("sind", DOUBLE, FAIL, sind_double, "Sine of degrees."),
    DOUBLE_TO("cosd", DOUBLE, FAIL, cosd_double, "Cosine of degrees."),
    DOUBLE_TO("tand", DOUBLE, FAIL, tand_double, "Tangent of degrees."),
    DOUBLE_TO("cotd", DOUBLE, FAIL, cotd_double, "Cotangent of degrees."),
    DOUBLE_TO("asind", DOUBLE, FAIL, asind_double, "Inverse sine, in degrees."),
    DOUBLE_TO("acosd", DOUBLE, FAIL, acosd_double, "Inverse cosine, in degrees."),
    DOUBLE_TO("atand", DOUBLE, 0, atand_double, "Inverse tangent, in degrees."),
    DOUBLES("atan2d", atan2d_double, "Inverse tangent of y/x, in degrees."),
    DOUBLE_TO("erf", DOUBLE, 0, erf_double, "The error function."),
    DOUBLE_TO("erfc", DOUBLE, 0, erfc_double, "1 less the error function."),
    DOUBLE_TO("gamma", DOUBLE, FAIL, gamma_double, "The gamma function: factorials between the whole numbers."),
    DOUBLE_TO("lgamma", DOUBLE, FAIL, lgamma_double, "Natural logarithm of the gamma function's size."),
    DOUBLE_TO("square", DOUBLE, 0, square_double, "The number times itself."),
    DOUBLE_TO("even", DOUBLE, 0, even_double, "The next even whole number, away from zero."),
    DOUBLE_TO("isnan", BOOLEAN, 0, is_nan, "Whether it is not a number."),
    DOUBLE_TO("isinf", BOOLEAN, 0, is_infinite, "Whether it is infinite."),
    DOUBLE_TO("iszero", BOOLEAN, 0, is_zero, "Whether it is 0 or -0."),
    DOUBLE_TO("signbit", BOOLEAN, 0, sign_bit, "Whether its sign is minus; -0's is."),
    DOUBLE_TO("isfinite", BOOLEAN, 0, is_finite, "Whether it is a number and not infinite."),
    TIME_IS_FINITE(DATE),
    TIME_IS_FINITE(TIMESTAMP),
    TIME_IS_FINITE(TIMESTAMPTZ),
    TIME_IS_FINITE(INTERVAL),
    DOUBLES("nextafter", next_after, "The next double on the way from the first to the second."),
    DOUBLES("nanvl", not_nan, "The first; the second where the first is not a number."),
    DOUBLES("fdiv", floor_quotient, "The quotient, the next whole number downwards."),
    DOUBLES("fmod", floor_rest, "The rest of that division, with the divisor's sign."),
    BIGINTS("pmod", FAIL, positive_modulo, "The rest of a division, with the divisor's sign."),
    BIGINTS("xor", 0, kernel_bit_xor_BIGINT, "Bits that are set in one alone."),
    BIGINTS("div", FAIL, kernel_divide_BIGINT, "The quotient, cut to a whole number."),
    {.name = "div", .signature = "(DECIMAL, DECIMAL) DECIMAL", .description = "The quotient, cut to a whole number.",
     .flags = FAIL, ARGUMENTS(T(DECIMAL), T(DECIMAL)), .result = T(DECIMAL), .kernel = div_decimal,
     .resolve = resolve_div},
    {.name = "factorial", .signature = "(BIGINT) DECIMAL", .description = "The product of 1 to that number.",
     .flags = FAIL, ARGUMENTS(T(BIGINT)), .result = T(DECIMAL), .kernel = factorial_bigint,
     .resolve = resolve_factorial},
    DIGITS("scale", scale_decimal, "Digits behind the point."),
    DIGITS("min_scale", min_scale_decimal, "Digits behind the point that are needed."),
    {.name = "bit_count", .signature = "(BIGINT) BIGINT", .description = "How many bits are set.",
     ARGUMENTS(T(BIGINT)), .result = T(BIGINT), .kernel = bit_count_bigint},
    {.name = "bit_count", .signature = "(BLOB) BIGINT", .description = "How many bits are set.", ARGUMENTS(T(BLOB)),
     .result = T(BIGINT), .kernel = bit_count_blob},
    {.name = "width_bucket", .signature = "(x DOUBLE, low DOUBLE, high DOUBLE, count INTEGER) INTEGER",
     .description = "Which of so many equal parts of a range x is in, from 1; 0 below, count + 1 above.",
     .flags = FAIL, ARGUMENTS(T(DOUBLE), T(DOUBLE), T(DOUBLE), T(INTEGER)), .result = T(INTEGER),
     .kernel = width_bucket},
    BASE("bin", binary_bigint, "Binary digits."),
    BASE("to_bin", binary_bigint, "Binary digits."),
    BASE("to_binary", binary_bigint, "Binary digits."),
    BASE("to_oct", octal_bigint, "Octal digits."),
    {.name = "to_base", .signature = "(BIGINT, base BIGINT [, digits BIGINT]) VARCHAR",
     .description = "Digits to that base, 2 to 36, at least so many.", .flags = FAIL, .optional_count = 1,
     ARGUMENTS(T(BIGINT), T(BIGINT), T(BIGINT)), .result = T(VARCHAR), .kernel = to_base},
    {0},
};
/* clang-format on */
