/* column/decimal.h: exact decimals: a 128-bit integer and a scale. */
#ifndef QUERN_COLUMN_DECIMAL_H
#define QUERN_COLUMN_DECIMAL_H

#include "column/types.h"

/* 10^exponent, for 0 <= exponent <= 38. */
Int128 decimal_power(int exponent);
extern const int64_t decimal_power_i64[19]; /* 10^0 .. 10^18 */
/* Whether it has at most `precision` digits. */
static inline bool decimal_fits(Int128 value, int precision)
{
    Int128 bound = decimal_power(precision);
    return value < bound && value > -bound;
}
/* From one scale to another; to fewer digits it rounds half away from zero. False on overflow of 128 bits. */
bool decimal_rescale(Int128 value, int from_scale, int to_scale, Int128 *ret_value);
/* a * b; a / b rounded half away from zero: false on overflow, or b == 0. */
bool decimal_multiply(Int128 a, Int128 b, Int128 *ret_value);
/* (a * 10^shift) / b rounded half away from zero, exact even where a * 10^shift takes 256 bits. */
bool decimal_divide(Int128 a, int shift, Int128 b, Int128 *ret_value);
/* Order of a*10^-a_scale and b*10^-b_scale, whatever the scales. */
int decimal_compare(Int128 a, int a_scale, Int128 b, int b_scale);
/* Nearest double; exact value in, correctly rounded out. */
double decimal_to_double(Int128 value, int scale);
/* Rounds half away from zero at the scale; false when it is NaN, infinite or has too many digits. */
bool decimal_from_double(double number, Type type, Int128 *ret_value);

enum { DECIMAL_TEXT_SIZE = 48 };
/* "-12.50", always with `scale` digits behind the point. Not NUL-terminated; returns the length. */
size_t decimal_format(Int128 value, int scale, char *ret_text);
size_t int128_format(Int128 value, char *ret_text);
/* Reads [+-]digits[.digits][e[+-]digits], blanks around allowed, and gives it the scale of `type`, rounding half away
 * from zero. False when it is no number (then *ret_overflow is false) or has too many digits (true). */
bool decimal_parse(StringView text, Type type, Int128 *ret_value, bool *ret_overflow);
/* The smallest DECIMAL type that holds the text exactly, plain notation only; false when there is none. */
bool decimal_parse_exact(StringView text, Type *ret_type, Int128 *ret_value);

#endif
