/* column/number.c: integers and doubles from and to text.
 *
 * Doubles to text: Giulietti, "The Schubfach way to render doubles" (2020). Text to doubles: Clinger's exact case, then
 * Lemire, "Number parsing at a gigabyte per second" (2021), and the C library for the few that it leaves open. */
#include "column/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "column/digits.h"
#include "column/power.h"

/* ---- integers to text ---- */

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

static inline int uint64_digit_count(uint64_t value)
{
    static const uint64_t powers[] = {POWERS_OF_TEN, 10000000000000000000u};
    value |= 1; /* 0 has a digit, too; no other number gets one more */
    int bits = 64 - __builtin_clzll(value);
    int guess = bits * 1233 >> 12; /* log10(2) is 1233/4096, nearly */
    return guess + (value >= powers[guess]);
}

/* Writes all of its digits before `end`. */
static inline void digits_write(uint64_t value, char *end)
{
    while (value >= 100) {
        end -= 2;
        memcpy(end, digit_pairs + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10)
        memcpy(end - 2, digit_pairs + 2 * value, 2);
    else
        end[-1] = (char)('0' + value);
}

size_t uint64_format(uint64_t value, char *ret_text)
{
    size_t count = value ? (size_t)uint64_digit_count(value) : 1;
    digits_write(value, ret_text + count);
    return count;
}

size_t int64_format(int64_t value, char *ret_text)
{
    if (value >= 0)
        return uint64_format((uint64_t)value, ret_text);
    *ret_text = '-';
    return 1 + uint64_format(-(uint64_t)value, ret_text + 1);
}

/* ---- doubles to text ---- */

enum { DOUBLE_FRACTION_BITS = 52, DOUBLE_BIAS = 1023, DOUBLE_EXPONENT_MASK = 0x7FF };
enum { REAL_FRACTION_BITS = 23, REAL_BIAS = 127, REAL_EXPONENT_MASK = 0xFF };
/* Numbers from here on are shown with an exponent. */
enum { DOUBLE_PLAIN_DIGITS = 15, REAL_PLAIN_DIGITS = 6 };

/* The upper 64 bits of (power * factor) >> 64, its lowest bit set when anything was cut off ("round to odd"). */
static uint64_t multiply_to_odd(UInt128 power, uint64_t factor)
{
    UInt128 low = (UInt128)(uint64_t)power * factor;
    UInt128 sum = (UInt128)(uint64_t)(power >> 64) * factor + (uint64_t)(low >> 64);
    return (uint64_t)(sum >> 64) | ((uint64_t)sum > 1);
}

/* Trailing zeros go to the exponent, so that there is one form of each number. */
static uint64_t digits_strip_zeros(uint64_t digits, int *exponent)
{
    while (digits % 10 == 0) {
        digits /= 10;
        ++*exponent;
    }
    return digits;
}

/* The shortest digits of c * 2^q, `lower_is_closer`: the number below is only half as far as the one above. All
 * decimals from `lower` to `upper` read back as this number; the bounds themselves do when c is even. Everything is in
 * units of 10^k / 4. */
static uint64_t shortest_digits(uint64_t c, int q, bool lower_is_closer, int *ret_exponent)
{
    bool is_odd = c & 1;
    int k = lower_is_closer ? power_floor_log10_three_quarters(q) : power_floor_log10(q);
    int shift = q + power_floor_log2(-k) + 1;
    UInt128 power = power_of_five(power_table(), -k);
    if (-k < 0 || -k > POWER_EXACT_MAX)
        power++;
    uint64_t lower = multiply_to_odd(power, (4 * c - 2 + lower_is_closer) << shift) + is_odd;
    uint64_t middle = multiply_to_odd(power, (4 * c) << shift);
    uint64_t upper = multiply_to_odd(power, (4 * c + 2) << shift) - is_odd;
    uint64_t whole = middle / 4;
    if (whole >= 10) { /* one digit less, if exactly one such number lies inside */
        uint64_t tens = whole / 10;
        bool down_is_inside = lower <= 40 * tens, up_is_inside = 40 * tens + 40 <= upper;
        if (down_is_inside != up_is_inside) {
            *ret_exponent = k + 1;
            return digits_strip_zeros(tens + up_is_inside, ret_exponent);
        }
    }
    bool down_is_inside = lower <= 4 * whole, up_is_inside = 4 * whole + 4 <= upper;
    bool rounds_up = up_is_inside;
    if (down_is_inside == up_is_inside) /* both, or neither: the nearer, and of equals the even */
        rounds_up = middle > 4 * whole + 2 || (middle == 4 * whole + 2 && (whole & 1));
    *ret_exponent = k;
    return digits_strip_zeros(whole + rounds_up, ret_exponent);
}

uint64_t double_digits(double value, int *ret_exponent)
{
    uint64_t bits;
    memcpy(&bits, &value, 8);
    uint64_t fraction = bits & (((uint64_t)1 << DOUBLE_FRACTION_BITS) - 1);
    int biased = (int)(bits >> DOUBLE_FRACTION_BITS) & DOUBLE_EXPONENT_MASK;
    *ret_exponent = 0;
    if (biased == 0 && fraction == 0)
        return 0;
    /* |value| = c * 2^q */
    uint64_t c = biased ? fraction | (uint64_t)1 << DOUBLE_FRACTION_BITS : fraction;
    int q = (biased ? biased : 1) - DOUBLE_BIAS - DOUBLE_FRACTION_BITS;
    if (q <= 0 && q > -53 && (c & (((uint64_t)1 << -q) - 1)) == 0) /* an integer below 2^53 */
        return digits_strip_zeros(c >> -q, ret_exponent);
    return shortest_digits(c, q, fraction == 0 && biased > 1, ret_exponent);
}

static uint64_t real_digits(float value, int *ret_exponent)
{
    uint32_t bits;
    memcpy(&bits, &value, 4);
    uint32_t fraction = bits & (((uint32_t)1 << REAL_FRACTION_BITS) - 1);
    int biased = (int)(bits >> REAL_FRACTION_BITS) & REAL_EXPONENT_MASK;
    *ret_exponent = 0;
    if (biased == 0 && fraction == 0)
        return 0;
    uint64_t c = biased ? fraction | (uint32_t)1 << REAL_FRACTION_BITS : fraction;
    int q = (biased ? biased : 1) - REAL_BIAS - REAL_FRACTION_BITS;
    if (q <= 0 && q > -24 && (c & (((uint64_t)1 << -q) - 1)) == 0) /* an integer below 2^24 */
        return digits_strip_zeros(c >> -q, ret_exponent);
    return shortest_digits(c, q, fraction == 0 && biased > 1, ret_exponent);
}

static size_t text_put(char *target, const char *text)
{
    size_t size = strlen(text);
    memcpy(target, text, size);
    return size;
}

/* d.ddde+xx */
static char *scientific_write(uint64_t digits, int digit_count, int exponent, char *at)
{
    digits_write(digits, at + 1 + digit_count);
    at[0] = at[1];
    at[1] = '.';
    at += digit_count > 1 ? digit_count + 1 : 1;
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);
    if (size >= 100)
        *at++ = (char)('0' + size / 100);
    memcpy(at, digit_pairs + (size_t)2 * (size % 100), 2);
    return at + 2;
}

/* 1200, 12.5, 0.00125: `point` digits stand before the point. */
static char *plain_write(uint64_t digits, int digit_count, int point, char *at)
{
    if (point <= 0) {
        memcpy(at, "0.0000", 6);
        at += 2 - point;
        digits_write(digits, at + digit_count);
        return at + digit_count;
    }
    digits_write(digits, at + digit_count);
    if (point >= digit_count) {
        memset(at + digit_count, '0', (size_t)(point - digit_count));
        return at + point;
    }
    memmove(at + point + 1, at + point, (size_t)(digit_count - point));
    at[point] = '.';
    return at + digit_count + 1;
}

/* NaN, infinities and the sign; *ret_done: that was all of it. */
static char *special_write(double value, char *at, bool *ret_done)
{
    *ret_done = true;
    if (isnan(value))
        return at + text_put(at, "NaN");
    if (signbit(value))
        *at++ = '-';
    if (isinf(value))
        return at + text_put(at, "Infinity");
    *ret_done = false;
    return at;
}

static char *digits_format(uint64_t digits, int exponent, int plain_digits, char *at)
{
    int digit_count = digits ? uint64_digit_count(digits) : 1;
    int scientific = exponent + digit_count - 1;
    return scientific < -4 || scientific >= plain_digits ? scientific_write(digits, digit_count, scientific, at)
                                                         : plain_write(digits, digit_count, scientific + 1, at);
}

size_t double_format(double value, char *ret_text)
{
    bool is_done;
    int exponent;
    char *at = special_write(value, ret_text, &is_done);
    if (!is_done) {
        uint64_t digits = double_digits(value, &exponent);
        at = digits_format(digits, exponent, DOUBLE_PLAIN_DIGITS, at);
    }
    return (size_t)(at - ret_text);
}

size_t real_format(double value, char *ret_text)
{
    bool is_done;
    int exponent;
    char *at = special_write(value, ret_text, &is_done);
    if (!is_done) {
        uint64_t digits = real_digits((float)value, &exponent);
        at = digits_format(digits, exponent, REAL_PLAIN_DIGITS, at);
    }
    return (size_t)(at - ret_text);
}

/* ---- text to integers ---- */

/* The digits of an integer, underscores between them, as a magnitude. False when it is none; `*ret_overflow` when it is
 * beyond 64 bits. Advances over a sign. */
static bool integer_parse(StringView text, bool *ret_negative, uint64_t *ret_magnitude, bool *ret_overflow)
{
    *ret_overflow = false;
    text = view_trim(text);
    if (text.size == 0)
        return false;
    const char *at = text.data, *end = text.data + text.size;
    *ret_negative = *at == '-';
    if (*at == '-' || *at == '+')
        at++;
    uint64_t magnitude = 0;
    bool overflow = false, after_digit = false;
    for (; at < end; at++) {
        context_pace((size_t)at);
        unsigned digit = (unsigned char)*at - (unsigned)'0';
        if (digit > 9) {
            if (*at != '_' || !after_digit)
                return false;
            after_digit = false;
            continue;
        }
        after_digit = true;
        if (magnitude >= UINT64_MAX / 10)
            overflow |= magnitude > UINT64_MAX / 10 || digit > UINT64_MAX % 10;
        magnitude = magnitude * 10 + digit;
    }
    *ret_magnitude = magnitude;
    *ret_overflow = overflow && after_digit;
    return after_digit && !overflow;
}

bool int64_parse(StringView text, int64_t *ret_value, bool *ret_overflow)
{
    bool is_negative;
    uint64_t magnitude;
    if (!integer_parse(text, &is_negative, &magnitude, ret_overflow))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + is_negative) {
        *ret_overflow = true;
        return false;
    }
    *ret_value = (int64_t)(is_negative ? -magnitude : magnitude);
    return true;
}

bool uint64_parse(StringView text, uint64_t *ret_value, bool *ret_overflow)
{
    bool is_negative;
    uint64_t magnitude;
    if (!integer_parse(text, &is_negative, &magnitude, ret_overflow))
        return false;
    if (is_negative && magnitude) {
        *ret_overflow = true;
        return false;
    }
    *ret_value = magnitude;
    return true;
}

bool boolean_parse(StringView text, bool *ret_value)
{
    static const struct {
        const char *text;
        size_t minimum; /* shorter is ambiguous: "o" is neither on nor off */
        bool value;
    } words[] = {
        {"true", 1, true}, {"false", 1, false}, {"yes", 1, true}, {"no", 1, false},
        {"on", 2, true},   {"off", 2, false},   {"1", 1, true},   {"0", 1, false},
    };
    text = view_trim(text);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        StringView word = view_of(words[i].text);
        if (text.size < words[i].minimum || text.size > word.size)
            continue;
        word.size = text.size;
        if (view_equal_ignoring_case(text, word)) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

/* ---- text to doubles ---- */

static inline StringView digits_scan(const char **at, const char *end, bool is_long)
{
    const char *start = *at;
    while (!is_long && end - *at >= 8 && word_is_digits(word_load(*at)))
        *at += 8;
    for (; *at < end && ascii_is_digit(**at); ++*at)
        if (is_long)
            context_pace((size_t)*at);
    return (StringView){start, (size_t)(*at - start)};
}

/* Compiled twice: a look at whether to go on, at each digit, would take as long as the rest. */
static inline __attribute__((always_inline)) bool number_text_read(StringView text, bool is_long,
                                                                   NumberText *ret_number)
{
    if (text.size == 0)
        return false;
    const char *at = text.data, *end = text.data + text.size;
    NumberText number = {.is_negative = *at == '-'};
    if (*at == '-' || *at == '+')
        at++;
    number.whole = digits_scan(&at, end, is_long);
    number.fraction = (StringView){at, 0};
    if (at < end && *at == '.') {
        at++;
        number.fraction = digits_scan(&at, end, is_long);
    }
    if (number.whole.size + number.fraction.size == 0)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        bool is_negative = at < end && *at == '-';
        if (at < end && (*at == '-' || *at == '+'))
            at++;
        StringView digits = digits_scan(&at, end, is_long);
        if (digits.size == 0)
            return false;
        for (size_t i = 0; i < digits.size && number.exponent < (int64_t)1 << 40; i++) {
            if (is_long)
                context_pace(i);
            number.exponent = number.exponent * 10 + (digits.data[i] - '0');
        }
        if (is_negative)
            number.exponent = -number.exponent;
    }
    *ret_number = number;
    return at == end;
}

static __attribute__((noinline)) bool number_text_read_long(StringView text, NumberText *ret_number)
{
    return number_text_read(text, true, ret_number);
}

bool number_text_scan(StringView text, NumberText *ret_number)
{
    enum { LONG = 1 << 16 };
    return text.size < LONG ? number_text_read(text, false, ret_number) : number_text_read_long(text, ret_number);
}

enum { MAX_DIGITS = 19 }; /* of them fit into 64 bits, whatever they are */

/* The first significant digits of a number, and the power of ten that the last of them stands at. */
typedef struct LeadingDigits {
    uint64_t digits;
    int count;
    int64_t exponent;
    bool is_cut; /* digits other than zero follow */
} LeadingDigits;

/* Adds digits to those that are there, as long as they fit. Returns how many had no place. */
static size_t leading_digits_add(LeadingDigits *leading, StringView digits)
{
    size_t i = 0;
    if (leading->digits == 0) /* leading zeros do not count */
        for (; i < digits.size && digits.data[i] == '0'; i++)
            context_pace(i);
    for (; digits.size - i >= 8 && leading->count <= MAX_DIGITS - 8; i += 8, leading->count += 8)
        leading->digits = leading->digits * 100000000 + word_number(word_load(digits.data + i));
    for (; i < digits.size && leading->count < MAX_DIGITS; i++, leading->count++)
        leading->digits = leading->digits * 10 + (uint64_t)(digits.data[i] - '0');
    size_t left = digits.size - i;
    for (; i < digits.size && !leading->is_cut; i++) {
        context_pace(i);
        leading->is_cut = digits.data[i] != '0';
    }
    return left;
}

static LeadingDigits leading_digits_of(const NumberText *number)
{
    LeadingDigits leading = {.exponent = number->exponent};
    leading.exponent += (int64_t)leading_digits_add(&leading, number->whole);
    leading.exponent -= (int64_t)number->fraction.size;
    leading.exponent += (int64_t)leading_digits_add(&leading, number->fraction);
    return leading;
}

static double double_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

/* digits * 10^exponent, rounded to the nearest double, ties to even. False when 128 bits of the power do not decide.
 * digits is not 0. Lemire (2021), section 5. */
static bool double_round(uint64_t digits, int64_t exponent, double *ret_value)
{
    if (exponent < POWER_MIN) {
        *ret_value = 0;
        return true;
    }
    if (exponent > 308) {
        *ret_value = HUGE_VAL;
        return true;
    }
    int q = (int)exponent;
    UInt128 power = power_of_five(power_table(), q);
    if (q < 0 && q >= -27)
        power++; /* the paper takes these rounded up, so that exact quotients are seen as such */
    int leading = __builtin_clzll(digits);
    uint64_t w = digits << leading;
    UInt128 product = (UInt128)w * (uint64_t)(power >> 64);
    if (((uint64_t)(product >> 64) & 0x1FF) == 0x1FF) /* the lower half may carry into the bits that we keep */
        product += (uint64_t)(((UInt128)w * (uint64_t)power) >> 64);
    uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    if (low == UINT64_MAX && (q < -27 || q > POWER_EXACT_MAX))
        return false;
    int top = (int)(high >> 63);
    uint64_t mantissa = high >> (top + 64 - DOUBLE_FRACTION_BITS - 3); /* 53 bits, and one to round by */
    int biased = power_floor_log2(q) + 63 + top - leading + DOUBLE_BIAS;
    if (biased <= 0) { /* below the normal numbers */
        if (-biased + 1 >= 64) {
            *ret_value = 0;
            return true;
        }
        mantissa >>= -biased + 1;
        mantissa += mantissa & 1;
        mantissa >>= 1; /* when it rounds up to 2^52 that bit is the exponent 1 */
        *ret_value = double_from_bits(mantissa);
        return true;
    }
    /* Halfway exactly, and the bits kept are even: do not round up. */
    if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 &&
        mantissa << (top + 64 - DOUBLE_FRACTION_BITS - 3) == high)
        mantissa &= ~(uint64_t)1;
    mantissa += mantissa & 1;
    mantissa >>= 1;
    if (mantissa >= (uint64_t)2 << DOUBLE_FRACTION_BITS) {
        mantissa = (uint64_t)1 << DOUBLE_FRACTION_BITS;
        biased++;
    }
    mantissa &= ~((uint64_t)1 << DOUBLE_FRACTION_BITS);
    *ret_value = biased >= DOUBLE_EXPONENT_MASK ? HUGE_VAL
                                                : double_from_bits((uint64_t)biased << DOUBLE_FRACTION_BITS | mantissa);
    return true;
}

static locale_t c_locale;

static void c_locale_make(void)
{
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* No double, and no point halfway between two, has more digits than this: what follows can only tip a tie. */
enum { DECISIVE_DIGITS = 780 };

/* By the C library, from all digits that can matter. */
static double double_round_exactly(const NumberText *number)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, c_locale_make);
    char text[DECISIVE_DIGITS + 32];
    size_t size = 0, unwritten = 0; /* unwritten: digits from the first dropped one on */
    bool is_cut = false;
    const StringView parts[] = {number->whole, number->fraction};
    for (size_t part = 0; part < 2; part++)
        for (size_t i = 0; i < parts[part].size; i++) {
            context_pace(i);
            char digit = parts[part].data[i];
            if (size == DECISIVE_DIGITS) {
                unwritten++;
                is_cut |= digit != '0';
            } else if (size || digit != '0') {
                text[size++] = digit;
            }
        }
    int64_t exponent = number->exponent - (int64_t)number->fraction.size + (int64_t)unwritten;
    if (is_cut) {
        text[size++] = '1';
        exponent--;
    }
    snprintf(text + size, sizeof text - size, "e%lld", (long long)exponent);
    return c_locale ? strtod_l(text, NULL, c_locale) : strtod(text, NULL);
}

static double number_magnitude(const NumberText *number)
{
    static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                          1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    LeadingDigits leading = leading_digits_of(number);
    if (leading.digits == 0)
        return 0;
    if (!leading.is_cut) {
        /* Both operands are exact, so the one rounding is the right one (Clinger, 1990). */
        if (leading.digits <= (uint64_t)1 << 53 && leading.exponent >= -22 && leading.exponent <= 22)
            return leading.exponent < 0 ? (double)leading.digits / exact_powers[-leading.exponent]
                                        : (double)leading.digits * exact_powers[leading.exponent];
        double value;
        if (double_round(leading.digits, leading.exponent, &value))
            return value;
    } else {
        double below, above; /* it lies between these two */
        if (double_round(leading.digits, leading.exponent, &below) &&
            double_round(leading.digits + 1, leading.exponent, &above) && below == above)
            return below;
    }
    return double_round_exactly(number);
}

/* NaN, inf, infinity in any case, maybe with a sign. */
static bool double_parse_word(StringView text, double *ret_value)
{
    bool is_negative = text.size && text.data[0] == '-';
    if (text.size && (text.data[0] == '-' || text.data[0] == '+'))
        text = (StringView){text.data + 1, text.size - 1};
    if (view_equal_ignoring_case(text, view_of("nan"))) {
        *ret_value = NAN;
        return true;
    }
    if (!view_equal_ignoring_case(text, view_of("inf")) && !view_equal_ignoring_case(text, view_of("infinity")))
        return false;
    *ret_value = is_negative ? -HUGE_VAL : HUGE_VAL;
    return true;
}

bool double_parse(StringView text, double *ret_value, bool *ret_overflow)
{
    *ret_overflow = false;
    text = view_trim(text);
    NumberText number;
    if (!number_text_scan(text, &number))
        return double_parse_word(text, ret_value);
    double magnitude = number_magnitude(&number);
    if (isinf(magnitude)) {
        *ret_overflow = true;
        return false;
    }
    *ret_value = number.is_negative ? -magnitude : magnitude;
    return true;
}
