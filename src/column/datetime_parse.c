/* column/datetime_parse.c: dates, times and timestamps from text; other forms than these are datetime_words.c's.
 *
 *   [date] [T or blanks] [time [AM|PM]] [zone] [BC|AD]
 *   date: year-month-day, year/month/day, YYYYMMDD; at least three digits of year
 *   time: H:M[:S[.f]], HHMM[SS[.f]]
 *   zone: Z, UTC, GMT, +h, +hh:mm[:ss], +hhmm */
#include <string.h>

#include "base/context.h"
#include "column/datetime_scan.h"

static bool cursor_take(Cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c)
        return false;
    cursor->at++;
    return true;
}

static bool cursor_skip_blanks(Cursor *cursor)
{
    const char *start = cursor->at;
    for (; cursor->at < cursor->end && ascii_is_space(*cursor->at); cursor->at++)
        context_pace((size_t)cursor->at);
    return cursor->at > start;
}

size_t cursor_take_digits(Cursor *cursor, int32_t *ret_value)
{
    const char *start = cursor->at;
    int32_t value = 0;
    for (; cursor->at < cursor->end && ascii_is_digit(*cursor->at); cursor->at++) {
        context_pace((size_t)cursor->at);
        if (cursor->at - start < 9)
            value = value * 10 + (*cursor->at - '0');
    }
    *ret_value = value;
    return (size_t)(cursor->at - start);
}

/* A word in any case, not followed by a letter. */
static bool cursor_take_word(Cursor *cursor, const char *word)
{
    size_t size = strlen(word), left = (size_t)(cursor->end - cursor->at);
    if (left < size || !view_equal_ignoring_case((StringView){cursor->at, size}, (StringView){word, size}) ||
        (left > size && ascii_is_alpha(cursor->at[size])))
        return false;
    cursor->at += size;
    return true;
}

static DatetimeResult date_scan(Cursor *cursor, CalendarDate *ret_calendar)
{
    CalendarDate calendar;
    int32_t number;
    size_t digits = cursor_take_digits(cursor, &number);
    if (digits == 8 && (cursor->at == cursor->end || (*cursor->at != '-' && *cursor->at != '/'))) {
        *ret_calendar = (CalendarDate){number / 10000, number / 100 % 100, number % 100};
        return DATETIME_OK;
    }
    char separator = cursor->at < cursor->end ? *cursor->at : 0;
    if (digits == 0 || digits > 9 || (separator != '-' && separator != '/'))
        return DATETIME_INVALID;
    bool has_whole_year = digits >= 3;
    calendar.year = number;
    cursor->at++;
    digits = cursor_take_digits(cursor, &calendar.month);
    if (digits == 0 || digits > 2 || !cursor_take(cursor, separator))
        return DATETIME_INVALID;
    digits = cursor_take_digits(cursor, &calendar.day);
    if (digits == 0 || digits > 2)
        return DATETIME_INVALID;
    *ret_calendar = calendar;
    return has_whole_year ? DATETIME_OK : DATETIME_OUT_OF_RANGE; /* is 1-2-3 a year, a month or a day first? */
}

/* ".123456789" to microseconds, rounded, half to even. May give a million. */
static int64_t fraction_scan(Cursor *cursor)
{
    if (!cursor_take(cursor, '.'))
        return 0;
    int64_t value = 0;
    int digits = 0, next = 0;
    bool more = false;
    for (; cursor->at < cursor->end && ascii_is_digit(*cursor->at); cursor->at++, digits++) {
        context_pace((size_t)cursor->at);
        int digit = *cursor->at - '0';
        if (digits < 6)
            value = value * 10 + digit;
        else if (digits == 6)
            next = digit;
        else
            more |= digit != 0;
    }
    for (; digits < 6; digits++)
        value *= 10;
    return value + (next > 5 || (next == 5 && (more || value % 2)));
}

typedef struct Clock {
    int32_t hour, minute, second;
    int64_t fraction;
} Clock;

static bool clock_scan(Cursor *cursor, Clock *ret_clock)
{
    Clock clock = {0};
    int32_t number;
    size_t digits = cursor_take_digits(cursor, &number);
    if (digits == 4 && (cursor->at == cursor->end || *cursor->at != ':')) {
        clock.hour = number / 100, clock.minute = number % 100;
    } else if (digits == 6 && (cursor->at == cursor->end || *cursor->at != ':')) {
        clock.hour = number / 10000, clock.minute = number / 100 % 100, clock.second = number % 100;
        clock.fraction = fraction_scan(cursor);
    } else {
        clock.hour = number;
        if (digits == 0 || digits > 2 || !cursor_take(cursor, ':'))
            return false;
        digits = cursor_take_digits(cursor, &clock.minute);
        if (digits == 0 || digits > 2)
            return false;
        if (cursor_take(cursor, ':')) {
            digits = cursor_take_digits(cursor, &clock.second);
            if (digits == 0 || digits > 2)
                return false;
            clock.fraction = fraction_scan(cursor);
        }
    }
    *ret_clock = clock;
    return true;
}

DatetimeResult time_scan(Cursor *cursor, int64_t *ret_microseconds)
{
    Clock clock;
    if (!clock_scan(cursor, &clock))
        return DATETIME_INVALID;
    Cursor behind = *cursor;
    cursor_skip_blanks(&behind);
    bool is_am = cursor_take_word(&behind, "am"), is_pm = !is_am && cursor_take_word(&behind, "pm");
    if (is_am || is_pm) {
        if (clock.hour > 12)
            return DATETIME_OUT_OF_RANGE;
        clock.hour = clock.hour % 12 + (is_pm ? 12 : 0);
        *cursor = behind;
    }
    int64_t time = clock.hour * MICROSECONDS_PER_HOUR + clock.minute * MICROSECONDS_PER_MINUTE +
                   clock.second * MICROSECONDS_PER_SECOND + clock.fraction;
    if (clock.minute > 59 || clock.second > 60 || time > MICROSECONDS_PER_DAY)
        return DATETIME_OUT_OF_RANGE;
    *ret_microseconds = time;
    return DATETIME_OK;
}

/* Abbreviations that PostgreSQL takes, and minutes east. */
static const struct Abbreviation {
    const char *name;
    int32_t minutes;
} abbreviations[] = {
    {"Z", 0},      {"UTC", 0},    {"GMT", 0},    {"EST", -300}, {"MST", -420}, {"AKDT", -480}, {"AKST", -540},
    {"PDT", -420}, {"PST", -480}, {"MDT", -360}, {"CDT", -300}, {"CST", -360}, {"EDT", -240},  {"ADT", -180},
    {"AST", -240}, {"BST", 60},   {"WEST", 60},  {"CEST", 120}, {"EEST", 180}, {"MSK", 180},   {"JST", 540},
    {"KST", 540},  {"AEST", 600}, {"AEDT", 660}, {"NZST", 720}, {"NZDT", 780},
};

bool zone_abbreviation(StringView name, int32_t *ret_seconds)
{
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++)
        if (view_equal_ignoring_case(name, view_of(abbreviations[i].name))) {
            *ret_seconds = abbreviations[i].minutes * 60;
            return true;
        }
    return false;
}

DatetimeResult zone_scan(Cursor *cursor, int32_t *ret_seconds)
{
    *ret_seconds = 0;
    StringView word = {cursor->at, 0};
    for (; word.data + word.size < cursor->end && ascii_is_alpha(word.data[word.size]); word.size++)
        context_pace(word.size);
    if (word.size > 0) {
        cursor->at += word.size;
        return zone_abbreviation(word, ret_seconds) ? DATETIME_OK : DATETIME_INVALID;
    }
    bool is_west = cursor_take(cursor, '-');
    if (!is_west && !cursor_take(cursor, '+'))
        return DATETIME_INVALID;
    int32_t hours, minutes = 0, seconds = 0;
    size_t digits = cursor_take_digits(cursor, &hours);
    if (digits == 4) {
        minutes = hours % 100;
        hours /= 100;
    } else if (digits == 0 || digits > 2) {
        return DATETIME_INVALID;
    } else if (cursor_take(cursor, ':')) {
        if (cursor_take_digits(cursor, &minutes) != 2)
            return DATETIME_INVALID;
        if (cursor_take(cursor, ':') && cursor_take_digits(cursor, &seconds) != 2)
            return DATETIME_INVALID;
    }
    if (hours > 15 || minutes > 59 || seconds > 59)
        return DATETIME_OUT_OF_RANGE;
    int32_t offset = hours * 3600 + minutes * 60 + seconds;
    *ret_seconds = is_west ? -offset : offset;
    return DATETIME_OK;
}

/* What may follow date and time: a zone, an era, each once. */
static DatetimeResult moment_scan_end(Cursor *cursor, Moment *moment, bool *ret_is_bc)
{
    bool has_zone = false, has_era = false;
    *ret_is_bc = false;
    for (;;) {
        cursor_skip_blanks(cursor);
        if (cursor->at == cursor->end)
            return DATETIME_OK;
        bool is_bc = cursor_take_word(cursor, "bc");
        if (!has_era && (is_bc || cursor_take_word(cursor, "ad"))) {
            has_era = true;
            *ret_is_bc = is_bc;
            continue;
        }
        DatetimeResult result = has_zone ? DATETIME_INVALID : zone_scan(cursor, &moment->zone);
        if (result != DATETIME_OK)
            return result;
        has_zone = true;
    }
}

static DatetimeResult moment_scan_iso(StringView text, Moment *ret_moment)
{
    text = view_trim(text);
    if (text.size == 0)
        return DATETIME_INVALID;
    Cursor cursor = {text.data, text.data + text.size};
    Moment moment = {0};
    CalendarDate calendar;
    DatetimeResult result = date_scan(&cursor, &calendar);
    if (result != DATETIME_OK)
        return result;
    bool has_blanks = cursor_skip_blanks(&cursor);
    bool has_t = cursor_take(&cursor, 'T') || cursor_take(&cursor, 't');
    if (has_t)
        cursor_skip_blanks(&cursor);
    if (has_t || (has_blanks && cursor.at < cursor.end && ascii_is_digit(*cursor.at))) {
        result = time_scan(&cursor, &moment.time);
        if (result != DATETIME_OK)
            return result;
        moment.has_time = true;
    }
    bool is_bc;
    result = moment_scan_end(&cursor, &moment, &is_bc);
    if (result != DATETIME_OK)
        return result;
    if (calendar.year == 0) /* it is written as 1 BC */
        return DATETIME_OUT_OF_RANGE;
    if (is_bc)
        calendar.year = 1 - calendar.year;
    if (!date_from_calendar(calendar, &moment.days))
        return DATETIME_OUT_OF_RANGE;
    *ret_moment = moment;
    return DATETIME_OK;
}

static DatetimeResult moment_scan(StringView text, Moment *ret_moment)
{
    DatetimeResult result = moment_scan_iso(text, ret_moment);
    if (result == DATETIME_OK)
        return result;
    DatetimeResult other = moment_scan_words(text, ret_moment);
    return other == DATETIME_INVALID ? result : other;
}

DatetimeResult date_read(StringView text, int32_t *ret_days)
{
    if (date_parse_iso(text, ret_days))
        return DATETIME_OK;
    Moment moment;
    DatetimeResult result = moment_scan(text, &moment);
    if (result == DATETIME_OK)
        *ret_days = moment.days;
    return result;
}

DatetimeResult time_read(StringView text, int64_t *ret_microseconds)
{
    if (time_parse_iso(text, ret_microseconds))
        return DATETIME_OK;
    Moment moment = {0};
    DatetimeResult result = moment_scan(text, &moment);
    if (result == DATETIME_OK && !moment.has_time)
        return DATETIME_INVALID;
    if (result == DATETIME_INVALID) { /* no date before it */
        text = view_trim(text);
        if (text.size == 0)
            return DATETIME_INVALID;
        Cursor cursor = {text.data, text.data + text.size};
        if (!cursor_take(&cursor, 'T'))
            cursor_take(&cursor, 't');
        result = time_scan(&cursor, &moment.time);
        bool is_bc = false;
        if (result == DATETIME_OK)
            result = moment_scan_end(&cursor, &moment, &is_bc);
        if (is_bc)
            return DATETIME_INVALID;
    }
    if (result == DATETIME_OK)
        *ret_microseconds = moment.time;
    return result;
}

static DatetimeResult moment_to_timestamp(const Moment *moment, int64_t zone, int64_t *ret_microseconds)
{
    int64_t result;
    if (__builtin_mul_overflow((int64_t)moment->days, MICROSECONDS_PER_DAY, &result) ||
        __builtin_add_overflow(result, moment->time - zone * MICROSECONDS_PER_SECOND, &result) ||
        result < TIMESTAMP_MIN)
        return DATETIME_OUT_OF_RANGE;
    *ret_microseconds = result;
    return DATETIME_OK;
}

DatetimeResult timestamp_read(StringView text, int64_t *ret_microseconds)
{
    if (timestamp_parse_iso(text, ret_microseconds))
        return DATETIME_OK;
    Moment moment;
    DatetimeResult result = moment_scan(text, &moment);
    return result == DATETIME_OK ? moment_to_timestamp(&moment, /* zone= */ 0, ret_microseconds) : result;
}

DatetimeResult timestamptz_read(StringView text, int64_t *ret_microseconds)
{
    if (timestamp_parse_iso(text, ret_microseconds))
        return DATETIME_OK;
    Moment moment;
    DatetimeResult result = moment_scan(text, &moment);
    return result == DATETIME_OK ? moment_to_timestamp(&moment, moment.zone, ret_microseconds) : result;
}

bool date_parse(StringView text, int32_t *ret_days)
{
    return date_read(text, ret_days) == DATETIME_OK;
}

bool time_parse(StringView text, int64_t *ret_microseconds)
{
    return time_read(text, ret_microseconds) == DATETIME_OK;
}

bool timestamp_parse(StringView text, int64_t *ret_microseconds)
{
    return timestamp_read(text, ret_microseconds) == DATETIME_OK;
}

bool timestamptz_parse(StringView text, int64_t *ret_microseconds)
{
    return timestamptz_read(text, ret_microseconds) == DATETIME_OK;
}

/* ---- strict forms ---- */

/* Two digits at text, or a number above 99. */
static unsigned two_digits(const char *text)
{
    unsigned tens = (unsigned char)text[0] - (unsigned)'0', ones = (unsigned char)text[1] - (unsigned)'0';
    return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

bool date_parse_iso(StringView text, int32_t *ret_days)
{
    if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-')
        return false;
    unsigned century = two_digits(text.data), year = two_digits(text.data + 2);
    unsigned month = two_digits(text.data + 5), day = two_digits(text.data + 8);
    if (century > 99 || year > 99 || century + year == 0)
        return false;
    return date_from_calendar((CalendarDate){(int32_t)(century * 100 + year), (int32_t)month, (int32_t)day}, ret_days);
}

bool time_parse_iso(StringView text, int64_t *ret_microseconds)
{
    if (text.size < 8 || text.size > 15 || text.size == 9 || text.data[2] != ':' || text.data[5] != ':')
        return false;
    unsigned hour = two_digits(text.data), minute = two_digits(text.data + 3), second = two_digits(text.data + 6);
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    int64_t fraction = 0;
    if (text.size > 8) {
        if (text.data[8] != '.')
            return false;
        for (size_t i = 9; i < 15; i++) {
            unsigned digit = i < text.size ? (unsigned char)text.data[i] - (unsigned)'0' : 0;
            if (digit > 9)
                return false;
            fraction = fraction * 10 + digit;
        }
    }
    *ret_microseconds = ((hour * 60 + minute) * 60 + second) * MICROSECONDS_PER_SECOND + fraction;
    return true;
}

bool timestamp_parse_iso(StringView text, int64_t *ret_microseconds)
{
    if (text.size < 19 || (text.data[10] != ' ' && text.data[10] != 'T'))
        return false;
    int32_t days;
    int64_t time;
    if (!date_parse_iso((StringView){text.data, 10}, &days) ||
        !time_parse_iso((StringView){text.data + 11, text.size - 11}, &time))
        return false;
    *ret_microseconds = days * MICROSECONDS_PER_DAY + time;
    return true;
}
