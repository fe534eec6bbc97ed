/* expr/function/math.c: functions of numbers. */
#include "expr/function/operator.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"
#include "column/decimal.h"

#define PI 3.14159265358979323846

/* ---- of doubles ---- */

KERNEL_UNARY(abs_double, double, double, fabs(x))
KERNEL_UNARY(ceil_double, double, double, ceil(x))
KERNEL_UNARY(floor_double, double, double, floor(x))
KERNEL_UNARY(round_double, double, double, rint(x))
KERNEL_UNARY(trunc_double, double, double, trunc(x))
KERNEL_UNARY(sign_double, double, double, x > 0 ? 1 : x < 0 ? -1 : x)
KERNEL_UNARY(exp_double, double, double, exp(x))
KERNEL_UNARY(cbrt_double, double, double, cbrt(x))
KERNEL_UNARY(atan_double, double, double, atan(x))
KERNEL_UNARY(sinh_double, double, double, sinh(x))
KERNEL_UNARY(cosh_double, double, double, cosh(x))
KERNEL_UNARY(tanh_double, double, double, tanh(x))
KERNEL_UNARY(degrees_double, double, double, x *(180 / PI))
KERNEL_UNARY(radians_double, double, double, x *(PI / 180))
KERNEL_BINARY(atan2_double, double, double, double, atan2(x, y))

static const char *logarithm_problem(double x)
{
    return x == 0 ? "cannot take logarithm of zero" : x < 0 ? "cannot take logarithm of a negative number" : NULL;
}

KERNEL_PARTIAL(sqrt_double, ERROR_INVALID_POWER, x < 0 ? "cannot take square root of a negative number" : NULL, sqrt(x))
KERNEL_PARTIAL(ln_double, ERROR_INVALID_LOGARITHM, logarithm_problem(x), log(x))
KERNEL_PARTIAL(log10_double, ERROR_INVALID_LOGARITHM, logarithm_problem(x), log10(x))
KERNEL_PARTIAL(log2_double, ERROR_INVALID_LOGARITHM, logarithm_problem(x), log2(x))

KERNEL_DOMAIN(sin_double, isfinite(x), sin(x))
KERNEL_DOMAIN(cos_double, isfinite(x), cos(x))
KERNEL_DOMAIN(tan_double, isfinite(x), tan(x))
KERNEL_DOMAIN(cot_double, isfinite(x), 1 / tan(x))
KERNEL_DOMAIN(asin_double, fabs(x) <= 1, asin(x))
KERNEL_DOMAIN(acos_double, fabs(x) <= 1, acos(x))

/* log(base, x) */
static void log_base(KernelCall *call)
{
    double *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        double base = ARGUMENT(call, 0, double, i), x = ARGUMENT(call, 1, double, i);
        const char *problem = logarithm_problem(base) ? logarithm_problem(base) : logarithm_problem(x);
        if (problem)
            kernel_fail(call, i, ERROR_INVALID_LOGARITHM, "%s", problem);
        else if (base == 1)
            kernel_fail(call, i, ERROR_DIVISION_BY_ZERO, "division by zero");
        results[i] = problem ? 0 : log(x) / log(base);
    }
}

static void pi_value(KernelCall *call)
{
    double *results = call->result->data;
    for (size_t i = 0; i < call->count; i++)
        results[i] = PI;
}

/* ---- rounding to digits ---- */

typedef double (*RoundDouble)(double);

/* Scales up, rounds, scales down; where scaling leaves the doubles, x has no such digits. */
static double round_digits(double x, int32_t digits, RoundDouble round_double_to)
{
    double factor = pow(10, digits < 0 ? -(double)digits : digits);
    double scaled = digits < 0 ? x / factor : x * factor;
    if (!isfinite(factor))
        return digits < 0 ? 0 : x;
    if (!isfinite(scaled))
        return x;
    double rounded = round_double_to(scaled);
    return digits < 0 ? rounded * factor : rounded / factor;
}
KERNEL_BINARY(round_double_digits, double, int32_t, double, round_digits(x, y, round))
KERNEL_BINARY(trunc_double_digits, double, int32_t, double, round_digits(x, y, trunc))

/* ---- of integers ---- */

#define KERNEL_ABS(name, ctype, utype, minimum, title)                                                                 \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        const ctype *xs = call->arguments[0]->data;                                                                    \
        ctype *results = call->result->data;                                                                           \
        bool overflows = false;                                                                                        \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            overflows |= xs[i] == (minimum);                                                                           \
            results[i] = xs[i] < 0 ? (ctype)(0 - (utype)xs[i]) : xs[i];                                                \
        }                                                                                                              \
        if (overflows)                                                                                                 \
            kernel_fail(call, SIZE_MAX, ERROR_OUT_OF_RANGE, title " out of range");                                    \
    }
KERNEL_ABS(abs_smallint, int32_t, uint32_t, INT16_MIN, "smallint")
KERNEL_ABS(abs_integer, int32_t, uint32_t, INT32_MIN, "integer")
KERNEL_ABS(abs_bigint, int64_t, uint64_t, INT64_MIN, "bigint")
KERNEL_UNARY(sign_integer, int32_t, int32_t, (x > 0) - (x < 0))
KERNEL_UNARY(sign_bigint, int64_t, int32_t, (x > 0) - (x < 0))

static uint64_t magnitude(int64_t x)
{
    return x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void integer_result(KernelCall *call, size_t row, bool fits, uint64_t value)
{
    if (!fits || value > INT64_MAX)
        kernel_fail(call, row, ERROR_OUT_OF_RANGE, "bigint out of range");
    VECTOR_DATA(call->result, int64_t)[row] = (int64_t)value;
}

static void gcd_bigint(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        integer_result(
            call, i, true,
            greatest_divisor(magnitude(ARGUMENT(call, 0, int64_t, i)), magnitude(ARGUMENT(call, 1, int64_t, i))));
}

static void lcm_bigint(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        uint64_t a = magnitude(ARGUMENT(call, 0, int64_t, i)), b = magnitude(ARGUMENT(call, 1, int64_t, i));
        uint64_t divisor = greatest_divisor(a, b), multiple = 0;
        bool fits = divisor == 0 || !__builtin_mul_overflow(a / divisor, b, &multiple);
        integer_result(call, i, fits, multiple);
    }
}

/* ---- of decimals ---- */

static Int128 decimal_argument(const KernelCall *call, size_t row)
{
    const Vector *vector = call->arguments[0];
    size_t i = vector->form == VECTOR_CONSTANT ? 0 : row;
    return vector->physical == PHYSICAL_I64 ? VECTOR_DATA(vector, int64_t)[i] : VECTOR_DATA(vector, Int128)[i];
}

static void decimal_result(KernelCall *call, size_t row, Int128 value)
{
    if (!decimal_fits(value, call->result->type.precision)) {
        kernel_fail(call, row, ERROR_OUT_OF_RANGE, "decimal out of range");
        value = 0;
    }
    if (call->result->physical == PHYSICAL_I64)
        VECTOR_DATA(call->result, int64_t)[row] = (int64_t)value;
    else
        VECTOR_DATA(call->result, Int128)[row] = value;
}

typedef enum Rounding { ROUND_NEAREST, ROUND_ZERO, ROUND_UP, ROUND_DOWN } Rounding;

/* The multiple of 10^drop, divided by it: half away from zero, or in one direction. */
static Int128 decimal_drop(Int128 value, int drop, Rounding rounding)
{
    if (drop <= 0)
        return value;
    if (drop > DECIMAL_MAX_PRECISION)
        return rounding == ROUND_UP && value > 0 ? 1 : rounding == ROUND_DOWN && value < 0 ? -1 : 0;
    Int128 unit = decimal_power(drop), quotient = value / unit, rest = value % unit;
    Int128 rest_size = rest < 0 ? -rest : rest;
    if (rounding == ROUND_NEAREST && rest_size >= unit - rest_size)
        quotient += value < 0 ? -1 : 1;
    if (rounding == ROUND_UP && rest > 0)
        quotient++;
    if (rounding == ROUND_DOWN && rest < 0)
        quotient--;
    return quotient;
}

/* To `digits` behind the point, kept at the result's scale. */
static void decimal_round_row(KernelCall *call, size_t row, int digits, Rounding rounding)
{
    int scale = call->arguments[0]->type.scale, result_scale = call->result->type.scale;
    int kept = digits > result_scale ? result_scale : digits;
    if (kept < scale - 2 * DECIMAL_MAX_PRECISION)
        kept = scale - 2 * DECIMAL_MAX_PRECISION;
    Int128 value = decimal_drop(decimal_argument(call, row), scale - kept, rounding);
    bool fits = value == 0 ||
                (result_scale - kept <= DECIMAL_MAX_PRECISION && decimal_rescale(value, kept, result_scale, &value));
    decimal_result(call, row, fits ? value : decimal_power(DECIMAL_MAX_PRECISION));
}

/* In 64 bits, to as many digits in all rows. False: that does not do. */
static bool decimal_round_i64(KernelCall *call, int digits, Rounding rounding)
{
    const Vector *source = call->arguments[0];
    int result_scale = call->result->type.scale, kept = digits > result_scale ? result_scale : digits;
    int drop = source->type.scale - kept;
    if (source->physical != PHYSICAL_I64 || source->form == VECTOR_CONSTANT || call->result->physical != PHYSICAL_I64 ||
        result_scale > source->type.scale || drop < 0 || drop > DECIMAL_I64_PRECISION)
        return false;
    const int64_t *xs = source->data;
    int64_t *results = call->result->data, unit = decimal_power_i64[drop],
            factor = decimal_power_i64[result_scale - kept];
    int64_t bound = decimal_power_i64[call->result->type.precision], most = 0;
    for (size_t i = 0; i < call->count; i++) {
        int64_t quotient = xs[i] / unit, rest = xs[i] % unit, size = rest < 0 ? -rest : rest;
        if (rounding == ROUND_NEAREST && drop > 0 && size >= unit - size)
            quotient += xs[i] < 0 ? -1 : 1;
        quotient += (rounding == ROUND_UP && rest > 0) - (rounding == ROUND_DOWN && rest < 0);
        results[i] = quotient * factor;
        most |= results[i] >= bound || results[i] <= -bound;
    }
    return most == 0;
}

static void decimal_round_all(KernelCall *call, Rounding rounding)
{
    bool has_digits = call->argument_count > 1, is_one = !has_digits || call->arguments[1]->form == VECTOR_CONSTANT;
    if (is_one && call->count > 0 && decimal_round_i64(call, has_digits ? ARGUMENT(call, 1, int32_t, 0) : 0, rounding))
        return;
    for (size_t i = 0; i < call->count; i++)
        decimal_round_row(call, i, call->argument_count > 1 ? ARGUMENT(call, 1, int32_t, i) : 0, rounding);
}

static void round_decimal(KernelCall *call)
{
    decimal_round_all(call, ROUND_NEAREST);
}

static void trunc_decimal(KernelCall *call)
{
    decimal_round_all(call, ROUND_ZERO);
}

static void ceil_decimal(KernelCall *call)
{
    decimal_round_all(call, ROUND_UP);
}

static void floor_decimal(KernelCall *call)
{
    decimal_round_all(call, ROUND_DOWN);
}

static void abs_decimal(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Int128 value = decimal_argument(call, i);
        decimal_result(call, i, value < 0 ? -value : value);
    }
}

static void sign_decimal(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Int128 value = decimal_argument(call, i);
        VECTOR_DATA(call->result, int32_t)[i] = (value > 0) - (value < 0);
    }
}

static Type decimal_or_default(Type type)
{
    return type.id == TYPE_NULL ? type_decimal(DECIMAL_MAX_PRECISION, 10) : type;
}

static Type decimal_rounded(Type type, int digits)
{
    int scale = digits < 0 ? 0 : digits > type.scale ? type.scale : digits;
    int precision = type.precision - type.scale + scale + (scale < type.scale);
    return type_decimal(precision > DECIMAL_MAX_PRECISION ? DECIMAL_MAX_PRECISION : precision ? precision : 1, scale);
}

/* With a number of digits that is not known yet the scale stays. */
static bool resolve_round(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function;
    argument_types[0] = decimal_or_default(argument_types[0]);
    Type type = argument_types[0];
    *ret_result = argument_count > 1 ? decimal_rounded(type, type.scale) : decimal_rounded(type, 0);
    if (argument_count > 1 && ret_result->precision < DECIMAL_MAX_PRECISION)
        ret_result->precision++; /* 9.9 to no digits is 10.0 */
    return true;
}

static void refine_round(Expr *call)
{
    if (call->argument_count < 2 || !expr_is_constant(call->arguments[1]) || call->arguments[1]->constant.is_null)
        return;
    int64_t digits = call->arguments[1]->constant.i64;
    if (digits >= 0 && digits < call->arguments[0]->type.scale)
        call->type = decimal_rounded(call->arguments[0]->type, (int)digits);
}

static bool resolve_sign(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)argument_count, (void)ret_result;
    argument_types[0] = decimal_or_default(argument_types[0]);
    return true;
}

/* ---- random ---- */

/* Seeded from the system for each evaluator; SplitMix64 (Steele, Lea and Flood, 2014). */
#define RANDOM_STEP 0x9E3779B97F4A7C15u

static void *random_prepare(Arena *arena, const Expr *call)
{
    uint64_t *state = arena_new(arena, uint64_t);
    if (getrandom(state, sizeof *state, GRND_NONBLOCK) != sizeof *state)
        *state = hash_u64((uint64_t)(uintptr_t)state ^ (uint64_t)(uintptr_t)call);
    return state;
}

/* Steele et al., "Fast splittable pseudorandom number generators" (2014): the number that follows `state`. */
static double random_of(uint64_t state)
{
    uint64_t bits = state;
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9u;
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EBu;
    return (double)((bits ^ bits >> 31) >> 11) * 0x1p-53;
}

static void random_double(KernelCall *call)
{
    uint64_t *state = call->state;
    double *results = call->result->data;
    for (size_t i = 0; i < call->count; i++)
        results[i] = random_of(*state += RANDOM_STEP);
}

/* The random number of a row's place under a seed. */
static void sample_key(KernelCall *call)
{
    double *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        double seed = ARGUMENT(call, 1, double, i);
        uint64_t bits;
        memcpy(&bits, &seed, sizeof bits);
        results[i] = random_of(hash_u64(bits) + RANDOM_STEP * (uint64_t)ARGUMENT(call, 0, int64_t, i));
    }
}

/* ---- greatest, least ---- */

static void choose_extreme(KernelCall *call, int sign)
{
    for (size_t i = 0; i < call->count; i++) {
        Value best = value_null(call->result->type);
        for (size_t a = 0; a < call->argument_count; a++) {
            Value value = vector_value(call->arguments[a], i);
            if (!value.is_null && (best.is_null || value_compare(&value, &best) * sign > 0))
                best = value;
        }
        vector_set_value(call->result, i, &best);
    }
}

/* The same for values that are plain numbers. */
#define EXTREME_NUMBERS(name, ctype, is_above)                                                                         \
    static void name(KernelCall *call, bool wants_greatest)                                                            \
    {                                                                                                                  \
        ctype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            bool is_found = false;                                                                                     \
            ctype best = 0;                                                                                            \
            for (size_t a = 0; a < call->argument_count; a++) {                                                        \
                ctype value = ARGUMENT(call, a, ctype, i), x = wants_greatest ? value : best,                          \
                      y = wants_greatest ? best : value;                                                               \
                if (!argument_is_null(call, a, i) && (!is_found || (is_above))) {                                      \
                    best = value;                                                                                      \
                    is_found = true;                                                                                   \
                }                                                                                                      \
            }                                                                                                          \
            results[i] = best;                                                                                         \
            if (!is_found)                                                                                             \
                vector_set_null(call->result, i);                                                                      \
        }                                                                                                              \
    }
EXTREME_NUMBERS(choose_extreme_i32, int32_t, x > y)
EXTREME_NUMBERS(choose_extreme_i64, int64_t, x > y)
EXTREME_NUMBERS(choose_extreme_f64, double, x > y || (isnan(x) && !isnan(y)))

static void choose(KernelCall *call, bool wants_greatest)
{
    Physical physical = call->result->physical;
    bool is_alike = physical == PHYSICAL_I32 || physical == PHYSICAL_I64 || physical == PHYSICAL_F64;
    for (size_t a = 0; a < call->argument_count; a++)
        is_alike &= call->arguments[a]->physical == physical;
    if (!is_alike)
        choose_extreme(call, wants_greatest ? 1 : -1);
    else
        (physical == PHYSICAL_I32   ? choose_extreme_i32
         : physical == PHYSICAL_I64 ? choose_extreme_i64
                                    : choose_extreme_f64)(call, wants_greatest);
}

static void greatest_any(KernelCall *call)
{
    choose(call, true);
}

static void least_any(KernelCall *call)
{
    choose(call, false);
}

/* ---- the table ---- */

#define DECIMAL_ENTRY(title, sign, count, flag, k, resolver, refiner, text)                                            \
    {                                                                                                                  \
        .name = title, .signature = sign, .description = text, .flags = flag, .argument_count = count,                 \
        .arguments = {T(DECIMAL), T(INTEGER)}, .result = T(DECIMAL), .kernel = k, .resolve = resolver,                 \
        .refine = refiner                                                                                              \
    }
#define INTEGERS_AS_THEY_ARE(title, text)                                                                              \
    UNARY(title, SMALLINT, SMALLINT, 0, kernel_identity_ANY, text),                                                    \
        UNARY(title, INTEGER, INTEGER, 0, kernel_identity_ANY, text),                                                  \
        UNARY(title, BIGINT, BIGINT, 0, kernel_identity_ANY, text),                                                    \
        UNARY(title, UBIGINT, UBIGINT, 0, kernel_identity_ANY, text)
#define ROUNDING(title, k, text)                                                                                       \
    INTEGERS_AS_THEY_ARE(title, text),                                                                                 \
        DECIMAL_ENTRY(title, "(DECIMAL) DECIMAL", 1, 0, k##_decimal, resolve_round, NULL, text),                       \
        UNARY(title, DOUBLE, DOUBLE, 0, k##_double, text)
#define MODULO(title, type, resolver)                                                                                  \
    {                                                                                                                  \
        .name = title, .signature = "(" #type ", " #type ") " #type,                                                   \
        .description = "The rest of a division, with the dividend's sign.", .flags = FAIL, .argument_count = 2,        \
        .arguments = {T(type), T(type)}, .result = T(type), .kernel = kernel_modulo_##type, .resolve = resolver        \
    }
#define EXTREME(title, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(any, ...) any", .description = text,                                             \
        .flags = FUNCTION_NOT_STRICT | FUNCTION_VARIADIC, .argument_count = 1, .arguments = {ANY}, .result = ANY,      \
        .kernel = k, .resolve = resolve_common                                                                         \
    }

/* clang-format off */
FunctionFamily function_family_math = {
    UNARY("abs", SMALLINT, SMALLINT, FAIL, abs_smallint, "Without its sign."),
    UNARY("abs", INTEGER, INTEGER, FAIL, abs_integer, "Without its sign."),
    UNARY("abs", BIGINT, BIGINT, FAIL, abs_bigint, "Without its sign."),
    UNARY("abs", UBIGINT, UBIGINT, 0, kernel_identity_ANY, "Without its sign."),
    DECIMAL_ENTRY("abs", "(DECIMAL) DECIMAL", 1, 0, abs_decimal, resolve_decimal_same, NULL, "Without its sign."),
    UNARY("abs", DOUBLE, DOUBLE, 0, abs_double, "Without its sign."),
    ROUNDING("ceil", ceil, "The next whole number upwards."),
    ROUNDING("ceiling", ceil, "The next whole number upwards."),
    ROUNDING("floor", floor, "The next whole number downwards."),
    ROUNDING("round", round, "The nearest whole number; a decimal's half goes away from zero, a double's to even."),
    DECIMAL_ENTRY("round", "(DECIMAL, digits INTEGER) DECIMAL", 2, FAIL, round_decimal, resolve_round, refine_round,
                  "Rounded to so many digits behind the point, half away from zero."),
    BINARY("round", DOUBLE, INTEGER, DOUBLE, 0, round_double_digits, "Rounded to so many digits behind the point."),
    ROUNDING("trunc", trunc, "Cut to a whole number."),
    DECIMAL_ENTRY("trunc", "(DECIMAL, digits INTEGER) DECIMAL", 2, FAIL, trunc_decimal, resolve_round, refine_round,
                  "Cut to so many digits behind the point."),
    BINARY("trunc", DOUBLE, INTEGER, DOUBLE, 0, trunc_double_digits, "Cut to so many digits behind the point."),
    UNARY("sign", INTEGER, INTEGER, 0, sign_integer, "-1, 0 or 1."),
    UNARY("sign", BIGINT, INTEGER, 0, sign_bigint, "-1, 0 or 1."),
    {.name = "sign", .signature = "(DECIMAL) INTEGER", .description = "-1, 0 or 1.", .argument_count = 1,
     .arguments = {T(DECIMAL)}, .result = T(INTEGER), .kernel = sign_decimal, .resolve = resolve_sign},
    UNARY("sign", DOUBLE, DOUBLE, 0, sign_double, "-1, 0 or 1."),
    UNARY("signum", DOUBLE, DOUBLE, 0, sign_double, "-1, 0 or 1."),
    MODULO("mod", SMALLINT, NULL),
    MODULO("mod", INTEGER, NULL),
    MODULO("mod", BIGINT, NULL),
    MODULO("mod", UBIGINT, NULL),
    MODULO("mod", DECIMAL, resolve_decimal_remainder),
    MODULO("mod", DOUBLE, NULL),
    BINARY("gcd", BIGINT, BIGINT, BIGINT, FAIL, gcd_bigint, "The greatest common divisor."),
    BINARY("greatest_common_divisor", BIGINT, BIGINT, BIGINT, FAIL, gcd_bigint, "The greatest common divisor."),
    BINARY("least_common_multiple", BIGINT, BIGINT, BIGINT, FAIL, lcm_bigint, "The least common multiple."),
    BINARY("lcm", BIGINT, BIGINT, BIGINT, FAIL, lcm_bigint, "The least common multiple."),
    BINARY("power", DOUBLE, DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, kernel_power_DOUBLE, "Power."),
    BINARY("pow", DOUBLE, DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, kernel_power_DOUBLE, "Power."),
    UNARY("sqrt", DOUBLE, DOUBLE, FAIL, sqrt_double, "Square root."),
    UNARY("cbrt", DOUBLE, DOUBLE, 0, cbrt_double, "Cube root."),
    UNARY("exp", DOUBLE, DOUBLE, 0, exp_double, "e to the power."),
    UNARY("ln", DOUBLE, DOUBLE, FAIL, ln_double, "Natural logarithm."),
    UNARY("log", DOUBLE, DOUBLE, FAIL, log10_double, "Logarithm to base 10."),
    BINARY("log", DOUBLE, DOUBLE, DOUBLE, FAIL, log_base, "Logarithm to the base that is named first."),
    UNARY("log10", DOUBLE, DOUBLE, FAIL, log10_double, "Logarithm to base 10."),
    UNARY("log2", DOUBLE, DOUBLE, FAIL, log2_double, "Logarithm to base 2."),
    UNARY("sin", DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, sin_double, "Sine of radians."),
    UNARY("cos", DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, cos_double, "Cosine of radians."),
    UNARY("tan", DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, tan_double, "Tangent of radians."),
    UNARY("cot", DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, cot_double, "Cotangent of radians."),
    UNARY("asin", DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, asin_double, "Inverse sine, in radians."),
    UNARY("acos", DOUBLE, DOUBLE, FUNCTION_CAN_FAIL, acos_double, "Inverse cosine, in radians."),
    UNARY("atan", DOUBLE, DOUBLE, 0, atan_double, "Inverse tangent, in radians."),
    BINARY("atan2", DOUBLE, DOUBLE, DOUBLE, 0, atan2_double, "Inverse tangent of y/x, in radians."),
    UNARY("sinh", DOUBLE, DOUBLE, 0, sinh_double, "Hyperbolic sine."),
    UNARY("cosh", DOUBLE, DOUBLE, 0, cosh_double, "Hyperbolic cosine."),
    UNARY("tanh", DOUBLE, DOUBLE, 0, tanh_double, "Hyperbolic tangent."),
    UNARY("degrees", DOUBLE, DOUBLE, 0, degrees_double, "Radians as degrees."),
    UNARY("radians", DOUBLE, DOUBLE, 0, radians_double, "Degrees as radians."),
    {.name = "pi", .signature = "() DOUBLE", .description = "3.14159...", .result = T(DOUBLE), .kernel = pi_value},
    {.name = "random", .signature = "() DOUBLE", .description = "A random number from 0 up to below 1.",
     .flags = FUNCTION_VOLATILE, .result = T(DOUBLE), .kernel = random_double, .prepare = random_prepare},
    BINARY("sample key", BIGINT, DOUBLE, DOUBLE, 0, sample_key, "TABLESAMPLE: the number of a row under a seed."),
    EXTREME("greatest", greatest_any, "The greatest that is not NULL."),
    EXTREME("least", least_any, "The least that is not NULL."),
    {0},
};
/* clang-format on */
