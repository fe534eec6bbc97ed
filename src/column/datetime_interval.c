/* column/datetime_interval.c: arithmetic on intervals, and intervals from text as PostgreSQL reads them.
 *
 *   1 year 2 months -3 days 04:05:06.7 ago     numbers with units, a time, a trailing "ago"
 *   1-2                                        years-months
 *   P1Y2M3DT4H5M6.7S, P0001-02-03T04:05:06     ISO 8601
 *
 * Text is read from its end, because a number's unit stands behind it. Fractions go down: half a month is 15 days. */
#include "column/datetime.h"

#include <math.h>
#include <string.h>

#include "base/context.h"

enum { DAYS_PER_MONTH = 30, MONTHS_PER_YEAR = 12, SECONDS_PER_DAY = 86400 };

/* ---- arithmetic ---- */

bool interval_add(Interval a, Interval b, Interval *ret_interval)
{
    return !__builtin_add_overflow(a.months, b.months, &ret_interval->months) &&
           !__builtin_add_overflow(a.days, b.days, &ret_interval->days) &&
           !__builtin_add_overflow(a.microseconds, b.microseconds, &ret_interval->microseconds);
}

bool interval_negate(Interval a, Interval *ret_interval)
{
    if (a.months == INT32_MIN || a.days == INT32_MIN || a.microseconds == INT64_MIN)
        return false;
    *ret_interval = (Interval){-a.months, -a.days, -a.microseconds};
    return true;
}

/* Cuts toward zero. False for NaN and what does not fit. */
static bool double_to_int32(double value, int32_t *ret_value)
{
    if (!(value > (double)INT32_MIN - 1 && value < (double)INT32_MAX + 1))
        return false;
    *ret_value = (int32_t)value;
    return true;
}

static bool double_to_int64(double value, int64_t *ret_value)
{
    const double limit = 9223372036854775808.0; /* 2^63 */
    if (!(value >= -limit && value < limit))
        return false;
    *ret_value = (int64_t)value;
    return true;
}

/* To whole microseconds, of seconds or days: takes off what multiplication left behind the sixth digit. */
static double microseconds_round(double value)
{
    return rint(value * 1e6) / 1e6;
}

/* What is left of months becomes days, of days time, as PostgreSQL's interval_mul does. */
bool interval_multiply(Interval a, double factor, Interval *ret_interval)
{
    Interval result;
    if (!double_to_int32(a.months * factor, &result.months) || !double_to_int32(a.days * factor, &result.days))
        return false;
    double days_left = microseconds_round((a.months * factor - result.months) * DAYS_PER_MONTH);
    double whole_days = trunc(days_left);
    double seconds_left =
        microseconds_round((a.days * factor - result.days + days_left - whole_days) * SECONDS_PER_DAY);
    if (fabs(seconds_left) >= SECONDS_PER_DAY) {
        double more_days = trunc(seconds_left / SECONDS_PER_DAY);
        whole_days += more_days;
        seconds_left -= more_days * SECONDS_PER_DAY;
    }
    if (__builtin_add_overflow(result.days, (int32_t)whole_days, &result.days) ||
        !double_to_int64(rint((double)a.microseconds * factor + seconds_left * 1e6), &result.microseconds))
        return false;
    *ret_interval = result;
    return true;
}

/* ---- numbers with units ---- */

/* A whole number and a fraction of the same sign, as written. */
typedef struct Quantity {
    int64_t whole;
    double fraction; /* -1 < fraction < 1 */
} Quantity;

static bool interval_add_months(Interval *interval, int64_t count, int64_t months_each)
{
    int64_t months;
    return !__builtin_mul_overflow(count, months_each, &months) &&
           !__builtin_add_overflow((int64_t)interval->months, months, &months) && months >= INT32_MIN &&
           months <= INT32_MAX && (interval->months = (int32_t)months, true);
}

static bool interval_add_days(Interval *interval, int64_t count, int64_t days_each)
{
    int64_t days;
    return !__builtin_mul_overflow(count, days_each, &days) &&
           !__builtin_add_overflow((int64_t)interval->days, days, &days) && days >= INT32_MIN && days <= INT32_MAX &&
           (interval->days = (int32_t)days, true);
}

static bool interval_add_time(Interval *interval, int64_t count, int64_t microseconds_each)
{
    int64_t time;
    return !__builtin_mul_overflow(count, microseconds_each, &time) &&
           !__builtin_add_overflow(interval->microseconds, time, &interval->microseconds);
}

/* A fraction of something that is `microseconds_each` long, rounded to the nearest, ties towards zero. */
static bool interval_add_time_fraction(Interval *interval, double fraction, int64_t microseconds_each)
{
    double time = fraction * (double)microseconds_each, whole = trunc(time), rest = time - whole;
    return interval_add_time(interval, (int64_t)whole + (rest > 0.5) - (rest < -0.5), 1);
}

static bool interval_add_day_fraction(Interval *interval, double fraction, int days_each)
{
    double days = fraction * days_each, whole = trunc(days);
    return interval_add_days(interval, (int64_t)whole, 1) &&
           interval_add_time_fraction(interval, days - whole, MICROSECONDS_PER_DAY);
}

/* Adds so much of a part; false on overflow. Parts that are no lengths (dow) were refused before. */
static bool interval_add_quantity(Interval *interval, Quantity quantity, DatePart part)
{
    static const int16_t months[DATE_PART_COUNT] = {
        [DATE_PART_QUARTER] = 3,    [DATE_PART_YEAR] = 12,          [DATE_PART_DECADE] = 120,
        [DATE_PART_CENTURY] = 1200, [DATE_PART_MILLENNIUM] = 12000,
    };
    static const int64_t microseconds[DATE_PART_COUNT] = {
        [DATE_PART_MICROSECONDS] = 1,  [DATE_PART_MILLISECONDS] = 1000, [DATE_PART_SECOND] = 1000000,
        [DATE_PART_MINUTE] = 60000000, [DATE_PART_HOUR] = 3600000000,
    };
    if (months[part])
        return interval_add_months(interval, quantity.whole, months[part]) &&
               interval_add_months(interval, (int64_t)rint(quantity.fraction * months[part]), 1);
    if (microseconds[part])
        return interval_add_time(interval, quantity.whole, microseconds[part]) &&
               interval_add_time_fraction(interval, quantity.fraction, microseconds[part]);
    if (part == DATE_PART_MONTH)
        return interval_add_months(interval, quantity.whole, 1) &&
               interval_add_day_fraction(interval, quantity.fraction, DAYS_PER_MONTH);
    int days = part == DATE_PART_WEEK ? 7 : 1;
    return interval_add_days(interval, quantity.whole, days) &&
           interval_add_day_fraction(interval, quantity.fraction, days);
}

static bool part_is_length(DatePart part)
{
    return part <= DATE_PART_MILLENNIUM;
}

/* ---- words ---- */

enum { MAX_WORDS = 32 };

/* The text cut at blanks, and between numbers and letters: "1y2mon" is 1, y, 2, mon. */
typedef struct Words {
    StringView items[MAX_WORDS];
    size_t count;
} Words;

static bool is_number_character(char c)
{
    return ascii_is_digit(c) || c == '.' || c == ':' || c == '-';
}

static bool words_split(StringView text, Words *ret_words)
{
    ret_words->count = 0;
    for (size_t i = 0; i < text.size;) {
        context_pace(i);
        char c = text.data[i];
        if (ascii_is_space(c) || c == ',' || c == '@') {
            i++;
            continue;
        }
        if (ret_words->count == MAX_WORDS)
            return false;
        size_t start = i;
        if (ascii_is_alpha(c)) {
            for (; i < text.size && ascii_is_alpha(text.data[i]); i++)
                context_pace(i);
        } else if (c == '+' || c == '-' || is_number_character(c)) {
            i++;
            if (c == '+' || c == '-') /* "- 1 day" */
                for (; i < text.size && ascii_is_space(text.data[i]); i++)
                    context_pace(i);
            for (; i < text.size && is_number_character(text.data[i]); i++)
                context_pace(i);
        } else {
            return false;
        }
        ret_words->items[ret_words->count++] = (StringView){text.data + start, i - start};
    }
    return ret_words->count > 0;
}

/* Takes a sign, and blanks behind it, off a word. */
static StringView sign_take(StringView word, bool *ret_negative)
{
    *ret_negative = word.data[0] == '-';
    if (word.data[0] == '-' || word.data[0] == '+')
        word.data++, word.size--;
    return view_trim(word);
}

/* digits[.digits] without sign, one digit at least; advances over them. False on anything else; *ret_overflow when they
 * are too many. */
static bool quantity_scan(StringView *text, Quantity *ret_quantity, bool *ret_overflow)
{
    Quantity quantity = {0, 0};
    size_t i = 0, digits = 0;
    *ret_overflow = false;
    for (; i < text->size && ascii_is_digit(text->data[i]); i++, digits++) {
        context_pace(i);
        if (quantity.whole > INT64_MAX / 10 - 1)
            *ret_overflow = true;
        else
            quantity.whole = quantity.whole * 10 + (text->data[i] - '0');
    }
    if (i < text->size && text->data[i] == '.') {
        double unit = 1, value = 0;
        for (i++; i < text->size && ascii_is_digit(text->data[i]); i++, digits++) {
            context_pace(i);
            if (unit < 1e15) {
                unit *= 10;
                value = value * 10 + (text->data[i] - '0');
            }
        }
        quantity.fraction = value / unit;
    }
    if (digits == 0)
        return false;
    text->data += i;
    text->size -= i;
    *ret_quantity = quantity;
    return !*ret_overflow;
}

static Quantity quantity_negate(Quantity quantity)
{
    return (Quantity){-quantity.whole, -quantity.fraction};
}

/* ---- reading ---- */

/* What the reader, coming from the end, has seen. */
typedef struct IntervalReader {
    Interval interval;
    uint32_t seen;      /* bit p: part p was there; twice is an error */
    DatePart unit;      /* of the next number */
    bool unit_is_given; /* by a word */
    bool minutes_first; /* 1:30 is minutes and seconds */
} IntervalReader;

static bool reader_see(IntervalReader *reader, DatePart part)
{
    uint32_t bit = 1u << part;
    bool is_new = !(reader->seen & bit);
    reader->seen |= bit;
    return is_new;
}

/* h:m[:s[.f]]; m:s.f too. */
static DatetimeResult reader_take_clock(IntervalReader *reader, StringView text, bool is_negative)
{
    Quantity fields[3] = {{0, 0}};
    size_t count = 0;
    for (;;) {
        bool overflow;
        if (count == 3 || (count && fields[count - 1].fraction != 0) ||
            !quantity_scan(&text, &fields[count], &overflow))
            return DATETIME_INVALID;
        count++;
        if (text.size == 0)
            break;
        if (text.data[0] != ':')
            return DATETIME_INVALID;
        text.data++, text.size--;
    }
    if (count == 2 && (fields[1].fraction != 0 || reader->minutes_first)) {
        fields[2] = fields[1];
        fields[1] = fields[0];
        fields[0] = (Quantity){0, 0};
    }
    if (!reader_see(reader, DATE_PART_HOUR) || !reader_see(reader, DATE_PART_MINUTE) ||
        !reader_see(reader, DATE_PART_SECOND))
        return DATETIME_INVALID;
    if (fields[1].whole > 59 || fields[2].whole > 60)
        return DATETIME_OUT_OF_RANGE;
    static const DatePart parts[3] = {DATE_PART_HOUR, DATE_PART_MINUTE, DATE_PART_SECOND};
    for (size_t i = 0; i < 3; i++) {
        /* clocks round half to even, numbers with a unit half towards zero: a fraction of a microsecond alone tells */
        Quantity field = {fields[i].whole, rint(fields[i].fraction * 1e6) / 1e6};
        if (!interval_add_quantity(&reader->interval, is_negative ? quantity_negate(field) : field, parts[i]))
            return DATETIME_OUT_OF_RANGE;
    }
    reader->unit = DATE_PART_DAY;
    reader->unit_is_given = false;
    return DATETIME_OK;
}

/* A number, or years-months. */
static DatetimeResult reader_take_number(IntervalReader *reader, StringView text, bool is_negative)
{
    Quantity quantity;
    bool overflow;
    if (!quantity_scan(&text, &quantity, &overflow))
        return overflow ? DATETIME_OUT_OF_RANGE : DATETIME_INVALID;
    DatePart part = reader->unit;
    if (text.size && text.data[0] == '-' && quantity.fraction == 0) {
        Quantity months;
        text.data++, text.size--;
        if (!quantity_scan(&text, &months, &overflow) || text.size || months.fraction != 0)
            return DATETIME_INVALID;
        if (months.whole >= MONTHS_PER_YEAR)
            return DATETIME_OUT_OF_RANGE;
        if (!reader_see(reader, DATE_PART_YEAR) ||
            __builtin_mul_overflow(quantity.whole, MONTHS_PER_YEAR, &quantity.whole) ||
            __builtin_add_overflow(quantity.whole, months.whole, &quantity.whole))
            return DATETIME_INVALID;
        part = DATE_PART_MONTH;
    }
    if (text.size || !reader_see(reader, part))
        return DATETIME_INVALID;
    if (!interval_add_quantity(&reader->interval, is_negative ? quantity_negate(quantity) : quantity, part))
        return DATETIME_OUT_OF_RANGE;
    if (part == DATE_PART_HOUR && !reader->unit_is_given)
        reader->unit = DATE_PART_DAY; /* '1 2' HOUR */
    reader->unit_is_given = false;
    return DATETIME_OK;
}

static DatetimeResult reader_take_word(IntervalReader *reader, StringView word)
{
    if (ascii_is_alpha(word.data[0])) {
        if (!date_part_parse(word, &reader->unit) || !part_is_length(reader->unit))
            return DATETIME_INVALID;
        reader->unit_is_given = true;
        return DATETIME_OK;
    }
    bool is_negative;
    StringView text = sign_take(word, &is_negative);
    if (text.size == 0)
        return DATETIME_INVALID;
    return memchr(text.data, ':', text.size) ? reader_take_clock(reader, text, is_negative)
                                             : reader_take_number(reader, text, is_negative);
}

static DatetimeResult words_read(const Words *words, IntervalReader *reader)
{
    size_t count = words->count;
    bool is_ago = view_equal_ignoring_case(words->items[count - 1], view_of("ago"));
    for (size_t i = count - is_ago; i-- > 0;) {
        DatetimeResult result = reader_take_word(reader, words->items[i]);
        if (result != DATETIME_OK)
            return result;
    }
    if (reader->seen == 0)
        return DATETIME_INVALID;
    if (is_ago && !interval_negate(reader->interval, &reader->interval))
        return DATETIME_OUT_OF_RANGE;
    return DATETIME_OK;
}

/* ---- ISO 8601 ---- */

/* The part that a designator means before and behind the T. */
static bool iso_designator_part(char designator, bool in_time, DatePart *ret_part)
{
    static const struct {
        char designator;
        bool in_time;
        DatePart part;
    } designators[] = {
        {'Y', false, DATE_PART_YEAR},  {'M', false, DATE_PART_MONTH}, {'W', false, DATE_PART_WEEK},
        {'D', false, DATE_PART_DAY},   {'H', true, DATE_PART_HOUR},   {'M', true, DATE_PART_MINUTE},
        {'S', true, DATE_PART_SECOND},
    };
    for (size_t i = 0; i < sizeof designators / sizeof *designators; i++)
        if (designators[i].designator == designator && designators[i].in_time == in_time) {
            *ret_part = designators[i].part;
            return true;
        }
    return false;
}

/* P0001-02-03T04:05:06 */
static DatetimeResult iso_alternative_read(StringView text, Interval *ret_interval)
{
    static const DatePart parts[6] = {DATE_PART_YEAR, DATE_PART_MONTH,  DATE_PART_DAY,
                                      DATE_PART_HOUR, DATE_PART_MINUTE, DATE_PART_SECOND};
    static const char separators[6] = {'-', '-', 'T', ':', ':', '\0'};
    for (size_t i = 0; i < 6; i++) {
        Quantity quantity;
        bool overflow;
        if (!quantity_scan(&text, &quantity, &overflow) || (quantity.fraction != 0 && i != 5))
            return DATETIME_INVALID;
        if (!interval_add_quantity(ret_interval, quantity, parts[i]))
            return DATETIME_OUT_OF_RANGE;
        if (text.size == 0)
            return i == 2 || i == 5 ? DATETIME_OK : DATETIME_INVALID;
        if (text.data[0] != separators[i])
            return DATETIME_INVALID;
        text.data++, text.size--;
    }
    return DATETIME_INVALID;
}

/* Behind the P. */
static DatetimeResult iso_read(StringView text, Interval *ret_interval)
{
    bool in_time = false, is_empty = true;
    uint32_t seen = 0;
    if (text.size > 1 && memchr(text.data + 1, '-', text.size - 1) && ascii_is_digit(text.data[0])) {
        size_t digits = 0;
        for (; digits < text.size && ascii_is_digit(text.data[digits]); digits++)
            context_pace(digits);
        if (digits < text.size && text.data[digits] == '-')
            return iso_alternative_read(text, ret_interval);
    }
    while (text.size) {
        if (text.data[0] == 'T' && !in_time) {
            in_time = true;
            text.data++, text.size--;
            continue;
        }
        bool is_negative, overflow;
        DatePart part;
        Quantity quantity;
        text = sign_take(text, &is_negative);
        if (!quantity_scan(&text, &quantity, &overflow))
            return overflow ? DATETIME_OUT_OF_RANGE : DATETIME_INVALID;
        if (text.size == 0 || !iso_designator_part(text.data[0], in_time, &part) || seen >> part & 1)
            return DATETIME_INVALID;
        seen |= 1u << part;
        if (!interval_add_quantity(ret_interval, is_negative ? quantity_negate(quantity) : quantity, part))
            return DATETIME_OUT_OF_RANGE;
        text.data++, text.size--;
        is_empty = false;
    }
    return is_empty ? DATETIME_INVALID : DATETIME_OK;
}

/* ---- INTERVAL '…' unit ---- */

/* "day", "hour to second": the last one is the unit of a bare number, and nothing finer is kept. */
static bool unit_parse(StringView unit, DatePart *ret_first, DatePart *ret_last)
{
    Words words;
    if (!words_split(unit, &words) || (words.count != 1 && words.count != 3))
        return false;
    if (words.count == 3 && !view_equal_ignoring_case(words.items[1], view_of("to")))
        return false;
    return date_part_parse(words.items[0], ret_first) && date_part_parse(words.items[words.count - 1], ret_last) &&
           part_is_length(*ret_first) && part_is_length(*ret_last);
}

/* Drops what is finer than the unit. */
static void interval_cut(Interval *interval, DatePart unit)
{
    switch (unit) {
    case DATE_PART_MILLENNIUM:
    case DATE_PART_CENTURY:
    case DATE_PART_DECADE:
    case DATE_PART_YEAR:
        *interval = (Interval){interval->months - interval->months % MONTHS_PER_YEAR, 0, 0};
        break;
    case DATE_PART_QUARTER:
    case DATE_PART_MONTH:
        *interval = (Interval){interval->months, 0, 0};
        break;
    case DATE_PART_WEEK:
    case DATE_PART_DAY:
        interval->microseconds = 0;
        break;
    case DATE_PART_HOUR:
        interval->microseconds -= interval->microseconds % MICROSECONDS_PER_HOUR;
        break;
    case DATE_PART_MINUTE:
        interval->microseconds -= interval->microseconds % MICROSECONDS_PER_MINUTE;
        break;
    default:
        break;
    }
}

DatetimeResult interval_read(StringView text, StringView unit, Interval *ret_interval)
{
    text = view_trim(text);
    IntervalReader reader = {.unit = DATE_PART_SECOND};
    DatePart first = DATE_PART_YEAR;
    bool has_unit = view_trim(unit).size != 0;
    if (has_unit && !unit_parse(unit, &first, &reader.unit))
        return DATETIME_INVALID;
    DatePart last = reader.unit;
    reader.minutes_first = has_unit && first == DATE_PART_MINUTE && last == DATE_PART_SECOND;
    DatetimeResult result;
    if (text.size && text.data[0] == 'P') {
        result = iso_read((StringView){text.data + 1, text.size - 1}, &reader.interval);
    } else {
        Words words;
        result = words_split(text, &words) ? words_read(&words, &reader) : DATETIME_INVALID;
    }
    if (result != DATETIME_OK)
        return result;
    if (has_unit)
        interval_cut(&reader.interval, last);
    *ret_interval = reader.interval;
    return DATETIME_OK;
}

bool interval_parse(StringView text, StringView unit, Interval *ret_interval)
{
    return interval_read(text, unit, ret_interval) == DATETIME_OK;
}
