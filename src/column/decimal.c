/* column/decimal.c: exact arithmetic on 128-bit integers with a scale; products and quotients pass through wider ones.
 */
#include "column/decimal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/context.h"
#include "column/number.h"
#include "column/power.h"

const int64_t decimal_power_i64[19] = {POWERS_OF_TEN};

#define TEN_TO_19 ((Int128)10000000000000000000u)

Int128 decimal_power(int exponent)
{
    assert(exponent >= 0 && exponent <= 38);
    if (exponent < 19)
        return decimal_power_i64[exponent];
    if (exponent == 38)
        return TEN_TO_19 * TEN_TO_19;
    return TEN_TO_19 * decimal_power_i64[exponent - 19];
}

/* ---- wide natural numbers ---- */

static int u128_bit_count(UInt128 value)
{
    uint64_t high = (uint64_t)(value >> 64);
    return high ? 128 - __builtin_clzll(high) : value ? 64 - __builtin_clzll((uint64_t)value) : 0;
}

enum { WIDE_LIMBS = 6 };

/* Below 2^384, the least significant limb first: a 128-bit number times 10^76. */
typedef struct Wide {
    uint64_t limbs[WIDE_LIMBS];
} Wide;

static UInt128 int128_magnitude(Int128 value)
{
    return value < 0 ? -(UInt128)value : (UInt128)value;
}

/* False when the magnitude does not fit. */
static bool int128_from_magnitude(UInt128 magnitude, bool is_negative, Int128 *ret_value)
{
    UInt128 limit = ((UInt128)1 << 127) - !is_negative;
    if (magnitude > limit)
        return false;
    *ret_value = (Int128)(is_negative ? -magnitude : magnitude);
    return true;
}

static Wide wide_of(UInt128 value)
{
    return (Wide){{(uint64_t)value, (uint64_t)(value >> 64)}};
}

/* The product must fit. */
static Wide wide_multiply(const Wide *a, UInt128 b)
{
    const uint64_t factors[2] = {(uint64_t)b, (uint64_t)(b >> 64)};
    Wide product = {{0}};
    for (size_t i = 0; i < 2; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; i + j < WIDE_LIMBS; j++) {
            UInt128 sum = (UInt128)a->limbs[j] * factors[i] + product.limbs[i + j] + carry;
            product.limbs[i + j] = (uint64_t)sum;
            carry = (uint64_t)(sum >> 64);
        }
    }
    return product;
}

/* 0 <= shift < 64, and no bit is lost. */
static Wide wide_shift_left(const Wide *a, int shift)
{
    Wide result = *a;
    if (shift == 0)
        return result;
    for (size_t i = WIDE_LIMBS - 1; i > 0; i--)
        result.limbs[i] = a->limbs[i] << shift | a->limbs[i - 1] >> (64 - shift);
    result.limbs[0] = a->limbs[0] << shift;
    return result;
}

static Wide wide_divide_by_limb(const Wide *a, uint64_t divisor, UInt128 *ret_rest)
{
    Wide quotient;
    UInt128 rest = 0;
    for (size_t i = WIDE_LIMBS; i-- > 0;) {
        rest = rest << 64 | a->limbs[i];
        quotient.limbs[i] = (uint64_t)(rest / divisor);
        rest %= divisor;
    }
    *ret_rest = rest;
    return quotient;
}

/* One digit of Knuth's algorithm D (TAOCP 2, 4.3.1) by a two-limb divisor whose top bit is set: divides the three limbs
 * at `top` in place by it, which leaves the rest, and returns the quotient. */
static uint64_t wide_divide_digit(uint64_t *top, UInt128 divisor)
{
    uint64_t divisor_high = (uint64_t)(divisor >> 64), divisor_low = (uint64_t)divisor;
    UInt128 head = (UInt128)top[2] << 64 | top[1];
    UInt128 guess = head / divisor_high, rest = head % divisor_high;
    while (guess >> 64 || guess * divisor_low > (rest << 64 | top[0])) {
        guess--;
        rest += divisor_high;
        if (rest >> 64)
            break;
    }
    /* three limbs minus guess * divisor; the result is below the divisor, so two limbs hold it */
    UInt128 low = (UInt128)top[1] << 64 | top[0];
    low -= guess * divisor; /* modulo 2^128, where the true difference lies */
    top[0] = (uint64_t)low;
    top[1] = (uint64_t)(low >> 64);
    top[2] = 0;
    return (uint64_t)guess;
}

static Wide wide_divide(const Wide *a, UInt128 divisor, UInt128 *ret_rest)
{
    if (divisor >> 64 == 0)
        return wide_divide_by_limb(a, (uint64_t)divisor, ret_rest);
    int shift = __builtin_clzll((uint64_t)(divisor >> 64));
    uint64_t limbs[WIDE_LIMBS + 1];
    Wide shifted = wide_shift_left(a, shift);
    memcpy(limbs, shifted.limbs, sizeof shifted.limbs);
    limbs[WIDE_LIMBS] = shift ? a->limbs[WIDE_LIMBS - 1] >> (64 - shift) : 0;
    Wide quotient = {{0}};
    for (size_t i = WIDE_LIMBS - 1; i-- > 0;)
        quotient.limbs[i] = wide_divide_digit(limbs + i, divisor << shift);
    *ret_rest = ((UInt128)limbs[1] << 64 | limbs[0]) >> shift;
    return quotient;
}

static bool wide_to_u128(const Wide *a, UInt128 *ret_value)
{
    for (size_t i = 2; i < WIDE_LIMBS; i++)
        if (a->limbs[i])
            return false;
    *ret_value = (UInt128)a->limbs[1] << 64 | a->limbs[0];
    return true;
}

/* ---- arithmetic ---- */

static bool magnitude_multiply(UInt128 a, UInt128 b, UInt128 *ret_product)
{
    if ((a | b) >> 64 == 0) {
        *ret_product = a * b;
        return true;
    }
    Wide wide = wide_of(a);
    Wide product = wide_multiply(&wide, b);
    return wide_to_u128(&product, ret_product);
}

/* Half away from zero. */
static UInt128 magnitude_divide_rounding(UInt128 a, UInt128 b)
{
    UInt128 quotient = a / b, rest = a % b;
    return quotient + (rest >= b - rest);
}

bool decimal_multiply(Int128 a, Int128 b, Int128 *ret_value)
{
    UInt128 product;
    return magnitude_multiply(int128_magnitude(a), int128_magnitude(b), &product) &&
           int128_from_magnitude(product, (a < 0) != (b < 0), ret_value);
}

bool decimal_rescale(Int128 value, int from_scale, int to_scale, Int128 *ret_value)
{
    if (to_scale >= from_scale)
        return decimal_multiply(value, decimal_power(to_scale - from_scale), ret_value);
    UInt128 magnitude =
        magnitude_divide_rounding(int128_magnitude(value), (UInt128)decimal_power(from_scale - to_scale));
    return int128_from_magnitude(magnitude, value < 0, ret_value);
}

/* a * 10^shift by the divisor; false when it does not fit. */
static bool wide_quotient(UInt128 a, int shift, UInt128 divisor, UInt128 *ret_quotient, UInt128 *ret_rest)
{
    int first = shift < 38 ? shift : 38;
    Wide wide = wide_of(a);
    wide = wide_multiply(&wide, (UInt128)decimal_power(first));
    if (shift > first)
        wide = wide_multiply(&wide, (UInt128)decimal_power(shift - first));
    Wide quotient = wide_divide(&wide, divisor, ret_rest);
    return wide_to_u128(&quotient, ret_quotient);
}

bool decimal_divide(Int128 a, int shift, Int128 b, Int128 *ret_value)
{
    assert(shift >= 0 && shift <= 76);
    if (b == 0)
        return false;
    UInt128 dividend = int128_magnitude(a), divisor = int128_magnitude(b), quotient, rest;
    if (shift <= 38 && u128_bit_count(dividend) + u128_bit_count((UInt128)decimal_power(shift)) <= 128) {
        dividend *= (UInt128)decimal_power(shift); /* as most are: it is faster than wide numbers */
        quotient = dividend / divisor;
        rest = dividend - quotient * divisor;
    } else if (!wide_quotient(dividend, shift, divisor, &quotient, &rest)) {
        return false;
    }
    bool rounds_up = rest >= divisor - rest;
    if (rounds_up && quotient == ~(UInt128)0)
        return false;
    return int128_from_magnitude(quotient + rounds_up, (a < 0) != (b < 0), ret_value);
}

int decimal_compare(Int128 a, int a_scale, Int128 b, int b_scale)
{
    if (a_scale == b_scale)
        return (a > b) - (a < b);
    /* Whole parts first; then what is behind the point, brought to 38 digits, which always fit. */
    Int128 a_power = decimal_power(a_scale), b_power = decimal_power(b_scale);
    Int128 a_whole = a / a_power, b_whole = b / b_power;
    if (a_whole != b_whole)
        return a_whole < b_whole ? -1 : 1;
    Int128 a_rest = a % a_power * decimal_power(38 - a_scale), b_rest = b % b_power * decimal_power(38 - b_scale);
    return (a_rest > b_rest) - (a_rest < b_rest);
}

/* ---- doubles ---- */

double decimal_to_double(Int128 value, int scale)
{
    UInt128 magnitude = int128_magnitude(value);
    if (magnitude >> 53 == 0 && scale <= 18) /* both exact: one rounding */
        return (double)(int64_t)value / (double)decimal_power_i64[scale];
    /* A quotient of 66 bits or more, its lowest bit set when a rest was cut off, rounds as the whole number would. */
    UInt128 divisor = (UInt128)decimal_power(scale);
    int shift = 67 + u128_bit_count(divisor) - u128_bit_count(magnitude);
    if (shift < 0)
        shift = 0;
    Wide wide = wide_of(magnitude);
    for (int left = shift; left > 0; left -= 63)
        wide = wide_shift_left(&wide, left < 63 ? left : 63);
    UInt128 rest, quotient = 0;
    Wide wide_quotient = wide_divide(&wide, divisor, &rest);
    bool fits = wide_to_u128(&wide_quotient, &quotient);
    assert(fits);
    (void)fits;
    double result = ldexp((double)(quotient | (rest != 0)), -shift);
    return value < 0 ? -result : result;
}

/* The nearest whole number to number * 10^scale, if that is plain: less than 2^-51 of it lie between it and what the
 * number's shortest text says, so it is, unless the text might stand on the other side of a half. */
static bool decimal_from_double_plain(double number, int scale, int64_t *ret_value)
{
    if (scale > DECIMAL_I64_PRECISION)
        return false;
    double scaled = number * (double)decimal_power_i64[scale], nearest = rint(scaled);
    double to_half = fabs(fabs(scaled - nearest) - 0.5);
    if (!(fabs(scaled) < 1e15 && to_half > fabs(scaled) * 0x1p-51))
        return false;
    *ret_value = (int64_t)nearest;
    return true;
}

bool decimal_from_double(double number, Type type, Int128 *ret_value)
{
    int64_t plain;
    if (decimal_from_double_plain(number, type.scale, &plain)) {
        *ret_value = plain;
        return decimal_fits(plain, type.precision);
    }
    if (!isfinite(number))
        return false;
    int exponent;
    Int128 value = (Int128)double_digits(number, &exponent);
    exponent += type.scale;
    if (exponent < -20) { /* 17 digits: nothing is left */
        value = 0;
    } else if (exponent < 0) {
        value = (Int128)magnitude_divide_rounding((UInt128)value, (UInt128)decimal_power(-exponent));
    } else if (value && (exponent > 38 || !decimal_multiply(value, decimal_power(exponent), &value))) {
        return false;
    }
    if (!decimal_fits(value, type.precision))
        return false;
    *ret_value = signbit(number) ? -value : value;
    return true;
}

/* ---- text ---- */

/* Without sign. */
static size_t magnitude_format(UInt128 value, char *ret_text)
{
    if (value >> 64 == 0)
        return uint64_format((uint64_t)value, ret_text);
    /* Up to 39 digits: a head, and 19 at a time with their leading zeros. */
    size_t size = magnitude_format(value / (UInt128)TEN_TO_19, ret_text);
    char tail[INTEGER_TEXT_SIZE];
    size_t tail_size = uint64_format((uint64_t)(value % (UInt128)TEN_TO_19), tail);
    memset(ret_text + size, '0', 19 - tail_size);
    memcpy(ret_text + size + 19 - tail_size, tail, tail_size);
    return size + 19;
}

size_t int128_format(Int128 value, char *ret_text)
{
    if (value >= 0)
        return magnitude_format((UInt128)value, ret_text);
    *ret_text = '-';
    return 1 + magnitude_format(int128_magnitude(value), ret_text + 1);
}

size_t decimal_format(Int128 value, int scale, char *ret_text)
{
    char *at = ret_text;
    if (value < 0)
        *at++ = '-';
    size_t size = magnitude_format(int128_magnitude(value), at);
    size_t behind = (size_t)scale;
    if (behind == 0)
        return (size_t)(at - ret_text) + size;
    if (size <= behind) { /* 5 at scale 2 is 0.05 */
        size_t zeros = behind + 1 - size;
        memmove(at + zeros, at, size);
        memset(at, '0', zeros);
        size += zeros;
    }
    memmove(at + size - behind + 1, at + size - behind, behind);
    at[size - behind] = '.';
    return (size_t)(at - ret_text) + size + 1;
}

/* Digit i of the whole and the fraction in one row. */
static unsigned number_text_digit(const NumberText *number, size_t i)
{
    char digit = i < number->whole.size ? number->whole.data[i] : number->fraction.data[i - number->whole.size];
    return (unsigned)(digit - '0');
}

/* The first `kept` digits of the row, zeros behind its end, as a number. False when they are more than `precision`. */
static bool number_text_take(const NumberText *number, int64_t kept, int precision, Int128 *ret_value)
{
    size_t count = number->whole.size + number->fraction.size, i = 0;
    uint64_t head = 0;
    for (; i < count && (int64_t)i < kept && i < 18; i++) /* these fit into 64 bits */
        head = head * 10 + number_text_digit(number, i);
    Int128 value = head, bound = decimal_power(precision);
    for (; (int64_t)i < kept && (value != 0 || i < count); i++) {
        context_pace(i);
        if (value >= bound / 10)
            return false;
        value = value * 10 + (i < count ? number_text_digit(number, i) : 0);
    }
    *ret_value = value;
    return value < bound;
}

bool decimal_parse(StringView text, Type type, Int128 *ret_value, bool *ret_overflow)
{
    *ret_overflow = false;
    NumberText number;
    if (!number_text_scan(view_trim(text), &number))
        return false;
    int64_t kept = (int64_t)number.whole.size + number.exponent + type.scale;
    Int128 value;
    *ret_overflow = !number_text_take(&number, kept, type.precision, &value);
    if (*ret_overflow)
        return false;
    if (kept >= 0 && kept < (int64_t)(number.whole.size + number.fraction.size))
        value += number_text_digit(&number, (size_t)kept) >= 5;
    *ret_overflow = !decimal_fits(value, type.precision);
    *ret_value = number.is_negative ? -value : value;
    return !*ret_overflow;
}

bool decimal_parse_exact(StringView text, Type *ret_type, Int128 *ret_value)
{
    NumberText number;
    if (!number_text_scan(text, &number) || memchr(text.data, 'e', text.size) || memchr(text.data, 'E', text.size))
        return false;
    StringView whole = number.whole;
    for (; whole.size && whole.data[0] == '0'; whole.data++, whole.size--)
        context_pace(whole.size);
    size_t scale = number.fraction.size, precision = whole.size + scale;
    if (precision > DECIMAL_MAX_PRECISION)
        return false;
    Type type = type_decimal(precision ? (int)precision : 1, (int)scale);
    bool overflow;
    if (!decimal_parse(text, type, ret_value, &overflow))
        return false;
    *ret_type = type;
    return true;
}
