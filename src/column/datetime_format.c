/* column/datetime_format.c: dates, times, timestamps and intervals to text, as PostgreSQL's ISO style has them. */
#include "column/datetime.h"

#include <string.h>

#include "column/number.h"

static char *two_digits_write(uint32_t value, char *at)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
    return at + 2;
}

/* At least four digits; 0 and below are shown as BC years, which the caller marks. */
static char *calendar_write(CalendarDate calendar, char *at)
{
    uint32_t year = (uint32_t)(calendar.year > 0 ? calendar.year : 1 - calendar.year);
    if (year < 10000) {
        at = two_digits_write(year / 100, at);
        at = two_digits_write(year % 100, at);
    } else {
        at += uint64_format(year, at);
    }
    *at++ = '-';
    at = two_digits_write((uint32_t)calendar.month, at);
    *at++ = '-';
    return two_digits_write((uint32_t)calendar.day, at);
}

static char *era_write(CalendarDate calendar, char *at)
{
    if (calendar.year > 0)
        return at;
    memcpy(at, " BC", 3);
    return at + 3;
}

/* :MM:SS[.ffffff] of less than an hour, without trailing zeros. */
static char *minutes_write(uint32_t microseconds, char *at)
{
    uint32_t seconds = microseconds / 1000000, fraction = microseconds % 1000000;
    *at++ = ':';
    at = two_digits_write(seconds / 60, at);
    *at++ = ':';
    at = two_digits_write(seconds % 60, at);
    if (fraction == 0)
        return at;
    *at++ = '.';
    at = two_digits_write(fraction / 10000, at);
    at = two_digits_write(fraction / 100 % 100, at);
    at = two_digits_write(fraction % 100, at);
    while (at[-1] == '0')
        at--;
    return at;
}

static char *clock_write(uint64_t microseconds, char *at)
{
    uint64_t hours = microseconds / (uint64_t)MICROSECONDS_PER_HOUR;
    if (hours < 100)
        at = two_digits_write((uint32_t)hours, at);
    else
        at += uint64_format(hours, at);
    return minutes_write((uint32_t)(microseconds % (uint64_t)MICROSECONDS_PER_HOUR), at);
}

size_t date_format(int32_t days, char *ret_text)
{
    CalendarDate calendar = date_to_calendar(days);
    return (size_t)(era_write(calendar, calendar_write(calendar, ret_text)) - ret_text);
}

size_t time_format(int64_t microseconds, char *ret_text)
{
    return (size_t)(clock_write((uint64_t)microseconds, ret_text) - ret_text);
}

static size_t timestamp_write(int64_t microseconds, const char *zone, char *ret_text)
{
    int32_t days = timestamp_date(microseconds);
    CalendarDate calendar = date_to_calendar(days);
    char *at = calendar_write(calendar, ret_text);
    *at++ = ' ';
    at = clock_write((uint64_t)microseconds - (uint64_t)days * (uint64_t)MICROSECONDS_PER_DAY, at);
    size_t zone_size = strlen(zone);
    memcpy(at, zone, zone_size);
    return (size_t)(era_write(calendar, at + zone_size) - ret_text);
}

size_t timestamp_format(int64_t microseconds, char *ret_text)
{
    return timestamp_write(microseconds, "", ret_text);
}

size_t timestamptz_format(int64_t microseconds, char *ret_text)
{
    return timestamp_write(microseconds, "+00", ret_text);
}

/* "-3 days", "1 year", "+2 mons": a plus where the field before was negative. Nothing for 0. */
static char *interval_field_write(int32_t value, const char *unit, bool *is_first, bool *after_negative, char *at)
{
    if (value == 0)
        return at;
    if (!*is_first)
        *at++ = ' ';
    if (*after_negative && value > 0)
        *at++ = '+';
    at += int64_format(value, at);
    *at++ = ' ';
    size_t unit_size = strlen(unit);
    memcpy(at, unit, unit_size);
    at += unit_size;
    if (value != 1)
        *at++ = 's';
    *is_first = false;
    *after_negative = value < 0;
    return at;
}

size_t interval_format(Interval interval, char *ret_text)
{
    char *at = ret_text;
    bool is_first = true, after_negative = false;
    at = interval_field_write(interval.months / 12, "year", &is_first, &after_negative, at);
    at = interval_field_write(interval.months % 12, "mon", &is_first, &after_negative, at);
    at = interval_field_write(interval.days, "day", &is_first, &after_negative, at);
    if (interval.microseconds == 0 && !is_first)
        return (size_t)(at - ret_text);
    if (!is_first)
        *at++ = ' ';
    if (interval.microseconds < 0)
        *at++ = '-';
    else if (after_negative)
        *at++ = '+';
    uint64_t magnitude = interval.microseconds < 0 ? -(uint64_t)interval.microseconds : (uint64_t)interval.microseconds;
    return (size_t)(clock_write(magnitude, at) - ret_text);
}
