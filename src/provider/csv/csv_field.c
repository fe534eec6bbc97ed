/* provider/csv/csv_field.c: strict readers of numbers, dates and times. */
#include "provider/csv/csv_field.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/string_view.h"
#include "column/datetime.h"
#include "column/decimal.h"
#include "column/digits.h"
#include "column/number.h"

/* ---- digits ---- */

/* The number of the first `size` <= 8 bytes of a word; false when they are not all digits. Zero digits are 0. */
static inline bool word_digits(uint64_t word, size_t size, uint32_t *ret_number)
{
    /* zeros before, so that eight stand there */
    word = size == 0 ? 0 : word << (8 * (8 - size));
    word |= size == 8 ? 0 : WORD_OF_ZEROS >> (8 * size);
    *ret_number = word_number(word);
    return word_is_digits(word);
}

static inline bool short_digits(const char *text, size_t size, uint32_t *ret_number)
{
    return word_digits(word_load(text), size, ret_number);
}

/* Up to 19 digits, which may exceed INT64_MAX but not 64 bits. */
static inline bool digits_read(const char *text, size_t size, uint64_t *ret_number)
{
    uint32_t part;
    uint64_t number = 0;
    if (size > 19)
        return false;
    size_t head = size & 7;
    if (size > 8 && head == 0)
        head = 8;
    if (size <= 8)
        head = size;
    if (!short_digits(text, head, &part))
        return false;
    number = part;
    for (size_t i = head; i < size; i += 8) {
        uint64_t word = word_load(text + i);
        if (!word_is_digits(word))
            return false;
        number = number * 100000000 + word_number(word);
    }
    *ret_number = number;
    return true;
}

/* The digits before the point: one, or more without a leading zero. */
static inline bool integer_part_is_plain(const char *text, size_t size)
{
    return size == 1 || (size > 1 && text[0] != '0');
}

bool csv_integer_read(const char *text, size_t size, int64_t *ret_value)
{
    bool is_negative = size > 0 && text[0] == '-';
    text += is_negative, size -= is_negative;
    uint64_t number;
    if (!integer_part_is_plain(text, size) || !digits_read(text, size, &number))
        return false;
    if (number > (uint64_t)INT64_MAX + is_negative || (number == 0 && is_negative))
        return false;
    *ret_value = is_negative ? (int64_t)(0 - number) : (int64_t)number;
    return true;
}

/* The index of the point among `size` bytes; `size` when there is none. */
static inline size_t point_find(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && text[i] != '.')
        i++;
    return i;
}

/* Without sign, in up to 8 bytes: the point is taken out of the word, and what is left is one number. */
static inline bool short_plain_read(const char *text, size_t size, CsvNumberShape *ret_shape, uint32_t *ret_digits)
{
    uint64_t word = word_load(text);
    uint64_t points = word ^ 0x2E2E2E2E2E2E2E2Eu;                            /* zero where a point stands */
    points = (points - 0x0101010101010101u) & ~points & 0x8080808080808080u; /* the lowest bit is right */
    size_t point = points ? (size_t)__builtin_ctzll(points) / 8 : size, scale = 0;
    if (point < size) {
        uint64_t before = ((uint64_t)1 << (8 * point)) - 1;
        word = (word & before) | ((word >> 8) & ~before);
        size--;
        scale = size - point;
        if (scale == 0)
            return false;
    } else {
        point = size;
    }
    *ret_shape = (CsvNumberShape){.is_plain = true, .integer_digits = (int)point, .scale = (int)scale};
    return integer_part_is_plain(text, point) && word_digits(word, size, ret_digits);
}

bool csv_plain_read(const char *text, size_t size, CsvNumberShape *ret_shape, int64_t *ret_digits)
{
    bool is_negative = size > 0 && text[0] == '-';
    text += is_negative, size -= is_negative;
    if (size <= 8) {
        uint32_t number;
        if (!short_plain_read(text, size, ret_shape, &number) || (number == 0 && is_negative))
            return false;
        *ret_digits = is_negative ? -(int64_t)number : (int64_t)number;
        return true;
    }
    size_t point = point_find(text, size);
    bool has_point = point < size;
    size_t scale = has_point ? size - point - 1 : 0;
    size_t leading_zero = point == 1 && text[0] == '0'; /* is no digit that counts */
    uint64_t whole, fraction = 0;
    if (point - leading_zero + scale > DECIMAL_I64_PRECISION || (has_point && scale == 0) ||
        !integer_part_is_plain(text, point))
        return false;
    if (!digits_read(text, point, &whole) || (has_point && !digits_read(text + point + 1, scale, &fraction)))
        return false;
    int64_t digits = (int64_t)(whole * (uint64_t)decimal_power_i64[scale] + fraction);
    if (digits == 0 && is_negative)
        return false;
    *ret_shape = (CsvNumberShape){.is_plain = true, .integer_digits = (int)point, .scale = (int)scale};
    *ret_digits = is_negative ? -digits : digits;
    return true;
}

bool csv_decimal_read(const char *text, size_t size, int scale, int64_t *ret_value)
{
    CsvNumberShape shape;
    int64_t digits, value;
    if (!csv_plain_read(text, size, &shape, &digits) || shape.scale > scale)
        return false;
    if (__builtin_mul_overflow(digits, decimal_power_i64[scale - shape.scale], &value))
        return false;
    *ret_value = value;
    return value < decimal_power_i64[DECIMAL_I64_PRECISION] && value > -decimal_power_i64[DECIMAL_I64_PRECISION];
}

bool csv_decimal_read_wide(const char *text, size_t size, int scale, Int128 *ret_value)
{
    CsvNumberShape shape;
    if (!csv_number_shape(text, size, &shape) || !shape.is_plain || shape.scale > scale)
        return false;
    int whole_digits = shape.integer_digits;
    if (whole_digits == 1 && text[text[0] == '-'] == '0')
        whole_digits = 0;
    if (whole_digits + scale > DECIMAL_MAX_PRECISION)
        return false;
    Int128 value = 0;
    for (size_t i = 0; i < size; i++)
        if (ascii_is_digit(text[i]))
            value = value * 10 + (text[i] - '0');
    value *= decimal_power(scale - shape.scale);
    *ret_value = text[0] == '-' ? -value : value;
    return true;
}

/* ---- numbers of any kind ---- */

static size_t digits_span(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && ascii_is_digit(text[i]))
        i++;
    return i;
}

static bool has_nonzero_digit(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (text[i] >= '1' && text[i] <= '9')
            return true;
    return false;
}

bool csv_number_shape(const char *text, size_t size, CsvNumberShape *ret_shape)
{
    bool is_negative = size > 0 && text[0] == '-';
    const char *body = text + is_negative;
    size_t left = size - is_negative;
    size_t whole = digits_span(body, left);
    size_t position = whole;
    bool has_point = position < left && body[position] == '.';
    size_t fraction = has_point ? digits_span(body + position + 1, left - position - 1) : 0;
    position += has_point + fraction;
    if (whole + fraction == 0 || (whole > 1 && body[0] == '0'))
        return false;
    bool has_exponent = position < left && (body[position] == 'e' || body[position] == 'E');
    if (has_exponent) {
        position++;
        if (position < left && (body[position] == '-' || body[position] == '+'))
            position++;
        size_t digits = digits_span(body + position, left - position);
        if (digits == 0)
            return false;
        position += digits;
    }
    if (position != left || whole > 400 || fraction > 400)
        return false;
    bool is_negative_zero = is_negative && !has_nonzero_digit(body, left);
    *ret_shape = (CsvNumberShape){
        .is_plain = !has_exponent && whole > 0 && (!has_point || fraction > 0) && !is_negative_zero,
        .integer_digits = (int)whole,
        .scale = (int)fraction,
    };
    return true;
}

/* A number as digits times a power of ten, without zeros at either end. */
typedef struct NumberParts {
    char digits[832];
    size_t count;
    int64_t exponent; /* of the last digit */
    bool is_negative;
} NumberParts;

static bool number_split(const char *text, size_t size, NumberParts *parts)
{
    *parts = (NumberParts){.is_negative = size > 0 && text[0] == '-'};
    int64_t exponent = 0;
    bool behind_point = false;
    size_t i = parts->is_negative;
    for (; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            behind_point = true;
            continue;
        }
        exponent -= behind_point;
        if (parts->count == 0 && text[i] == '0')
            continue;
        if (parts->count == sizeof parts->digits)
            return false;
        parts->digits[parts->count++] = text[i];
    }
    if (i < size) {
        bool is_negative = i + 1 < size && text[i + 1] == '-';
        int64_t given = 0;
        for (i++; i < size; i++) {
            if (!ascii_is_digit(text[i]))
                continue;
            if (given > 100000)
                return false; /* beyond any double */
            given = given * 10 + (text[i] - '0');
        }
        exponent += is_negative ? -given : given;
    }
    while (parts->count > 0 && parts->digits[parts->count - 1] == '0')
        parts->count--, exponent++;
    parts->exponent = parts->count ? exponent : 0;
    return true;
}

/* Whether the double's own text is the same number: nothing was rounded away. */
static bool double_survives(const char *text, size_t size, double value)
{
    char printed[DOUBLE_TEXT_SIZE];
    size_t printed_size = double_format(value, printed);
    NumberParts a, b;
    if (!number_split(text, size, &a) || !number_split(printed, printed_size, &b))
        return false;
    return a.is_negative == b.is_negative && a.count == b.count && a.exponent == b.exponent &&
           memcmp(a.digits, b.digits, a.count) == 0;
}

enum { DOUBLE_DIGITS = 15 };
static const double powers_of_ten[DOUBLE_DIGITS + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                        1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

bool csv_double_read(const char *text, size_t size, double *ret_value)
{
    CsvNumberShape shape;
    int64_t digits;
    /* Up to 15 digits are exact in a double, and so is one division by a power up to 10^22 (Clinger 1990). */
    if (csv_plain_read(text, size, &shape, &digits) && shape.integer_digits + shape.scale <= DOUBLE_DIGITS) {
        *ret_value = (double)digits / powers_of_ten[shape.scale];
        return true;
    }
    if (!csv_number_shape(text, size, &shape))
        return false;
    double value;
    bool is_overflow;
    if (!double_parse((StringView){text, size}, &value, &is_overflow) || is_overflow)
        return false;
    /* A normal double keeps any 15 digits (DBL_DIG). */
    bool is_short = shape.integer_digits + shape.scale <= DOUBLE_DIGITS && fabs(value) >= DBL_MIN;
    if (!is_short && !double_survives(text, size, value))
        return false;
    *ret_value = value;
    return true;
}

bool csv_boolean_read(const char *text, size_t size, bool *ret_value)
{
    if (size == 4 && memcmp(text, "true", 4) == 0)
        return *ret_value = true, true;
    if (size == 5 && memcmp(text, "false", 5) == 0)
        return *ret_value = false, true;
    return false;
}

/* ---- dates and times ---- */

static inline bool two_digits(const char *text, uint32_t *ret_number)
{
    uint32_t tens = (uint32_t)(unsigned char)text[0] - '0', ones = (uint32_t)(unsigned char)text[1] - '0';
    *ret_number = tens * 10 + ones;
    return tens <= 9 && ones <= 9;
}

bool csv_date_read(const char *text, size_t size, int32_t *ret_days)
{
    static const uint8_t month_days[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t century, year, month, day;
    if (size != 10 || text[4] != '-' || text[7] != '-')
        return false;
    if (!two_digits(text, &century) || !two_digits(text + 2, &year) || !two_digits(text + 5, &month) ||
        !two_digits(text + 8, &day))
        return false;
    year += century * 100;
    if (year == 0 || month - 1 > 11 || day - 1 >= month_days[month])
        return false;
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2 && day == 29 && !is_leap)
        return false;
    /* Days since 0000-03-01 with years that begin in March (Hinnant, chrono-compatible date algorithms). */
    uint32_t shifted_year = year - (month <= 2);
    uint32_t era = shifted_year / 400, year_of_era = shifted_year % 400;
    uint32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    uint32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    *ret_days = (int32_t)(era * 146097 + day_of_era) - 719468;
    return true;
}

bool csv_time_read(const char *text, size_t size, int64_t *ret_microseconds)
{
    uint32_t hour, minute, second, fraction = 0;
    if (size < 8 || text[2] != ':' || text[5] != ':')
        return false;
    if (!two_digits(text, &hour) || !two_digits(text + 3, &minute) || !two_digits(text + 6, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    if (size > 8) {
        size_t digits = size - 9;
        if (text[8] != '.' || digits == 0 || digits > 6 || !short_digits(text + 9, digits, &fraction))
            return false;
        for (; digits < 6; digits++)
            fraction *= 10;
    }
    *ret_microseconds = ((int64_t)hour * 3600 + minute * 60 + second) * MICROSECONDS_PER_SECOND + fraction;
    return true;
}

bool csv_timestamp_read(const char *text, size_t size, int64_t *ret_microseconds)
{
    int32_t days;
    int64_t time;
    if (size < 19 || (text[10] != ' ' && text[10] != 'T'))
        return false;
    if (!csv_date_read(text, 10, &days) || !csv_time_read(text + 11, size - 11, &time))
        return false;
    *ret_microseconds = days * MICROSECONDS_PER_DAY + time;
    return true;
}
