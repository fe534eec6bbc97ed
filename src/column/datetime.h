/* column/datetime.h: the proleptic Gregorian calendar, dates, times, timestamps and intervals.
 *
 * A date is days since 1970-01-01, from 4714-11-24 BC (day 0 of the Julian count) to 5874897-12-31 as PostgreSQL has it
 * (its infinities are not taken); a timestamp is microseconds since 1970-01-01 00:00:00, from 4714-11-24 BC to where 64
 * bits end, in January 294247. */
#ifndef QUERN_COLUMN_DATETIME_H
#define QUERN_COLUMN_DATETIME_H

#include "column/types.h"

#define MICROSECONDS_PER_SECOND ((int64_t)1000000)
#define MICROSECONDS_PER_MINUTE ((int64_t)60000000)
#define MICROSECONDS_PER_HOUR   ((int64_t)3600000000)
#define MICROSECONDS_PER_DAY    ((int64_t)86400000000)

enum { DATE_MIN = -2440588, DATE_MAX = 2145042905 };
#define TIMESTAMP_MIN (DATE_MIN * MICROSECONDS_PER_DAY)

typedef struct CalendarDate {
    int32_t year; /* 0 is 1 BC */
    int32_t month, day;
} CalendarDate;

CalendarDate date_to_calendar(int32_t days);
/* False when there is no such day or it is out of range. */
bool date_from_calendar(CalendarDate calendar, int32_t *ret_days);
int calendar_days_in_month(int32_t year, int32_t month);

/* "2024-01-31", "10:20:30[.ffffff]", "2024-01-31 10:20:30[.ffffff]", with "+00" behind a TIMESTAMPTZ, years before 1
 * with " BC"; intervals as PostgreSQL writes them: "1 year 2 mons -3 days 04:05:06.7". Not NUL-terminated. */
enum { DATETIME_TEXT_SIZE = 80 };
size_t date_format(int32_t days, char *ret_text);
size_t time_format(int64_t microseconds, char *ret_text);
size_t timestamp_format(int64_t microseconds, char *ret_text);
size_t timestamptz_format(int64_t microseconds, char *ret_text);
size_t interval_format(Interval interval, char *ret_text);

/* From text as casts take it: ISO 8601 forms, blanks around allowed. `2024-1-5` is a date; so is `2024-01-05 00:00:00`
 * for a date cast; a timestamp may have T or a blank, a fraction, and (TIMESTAMPTZ) Z or +hh[:mm]; also `Jan 5, 2024`
 * and other forms that people write (datetime_words.c). False when it is none, or no such day or time. */
bool date_parse(StringView text, int32_t *ret_days);
bool time_parse(StringView text, int64_t *ret_microseconds);
bool timestamp_parse(StringView text, int64_t *ret_microseconds);
bool timestamptz_parse(StringView text, int64_t *ret_microseconds);
/* PostgreSQL's forms: "1 year 2 months 3 days 04:05:06.7", "1-2", "P1Y2M3DT4H5M6S", "90 minutes", "1.5 days", "ago";
 * `unit` (may be empty) is that of INTERVAL '5' DAY. */
bool interval_parse(StringView text, StringView unit, Interval *ret_interval);
/* The same, telling why not: the text has no such form, or a field (month 13, February 30) is out of its range. */
typedef enum DatetimeResult { DATETIME_OK, DATETIME_INVALID, DATETIME_OUT_OF_RANGE } DatetimeResult;
DatetimeResult date_read(StringView text, int32_t *ret_days);
DatetimeResult time_read(StringView text, int64_t *ret_microseconds);
DatetimeResult timestamp_read(StringView text, int64_t *ret_microseconds);
DatetimeResult timestamptz_read(StringView text, int64_t *ret_microseconds);
DatetimeResult interval_read(StringView text, StringView unit, Interval *ret_interval);
/* "PST", "Z"; not those that are names of zones with summer time. */
bool zone_abbreviation(StringView name, int32_t *ret_seconds);
extern const char *const calendar_month_names[12], *const calendar_day_names[7];
/* Strictly YYYY-MM-DD, HH:MM:SS[.f{1,6}], and both with a blank or T: what CSV detection takes and what prints back the
 * same. */
bool date_parse_iso(StringView text, int32_t *ret_days);
bool time_parse_iso(StringView text, int64_t *ret_microseconds);
bool timestamp_parse_iso(StringView text, int64_t *ret_microseconds);

/* Date arithmetic; false on overflow. Months are added first (the day clipped to the month's end), then days, then
 * microseconds. */
bool timestamp_add_interval(int64_t microseconds, Interval interval, int64_t *ret_microseconds);
bool interval_add(Interval a, Interval b, Interval *ret_interval);
bool interval_negate(Interval a, Interval *ret_interval);
bool interval_multiply(Interval a, double factor, Interval *ret_interval);
/* Floor division to days: negative timestamps too. */
static inline int32_t timestamp_date(int64_t microseconds)
{
    int64_t days = microseconds / MICROSECONDS_PER_DAY;
    return (int32_t)(days - (microseconds % MICROSECONDS_PER_DAY < 0));
}
/* What a timestamp is past the last multiple of `period`. */
static inline int64_t timestamp_modulo(int64_t microseconds, int64_t period)
{
    int64_t remainder = microseconds % period;
    return remainder < 0 ? remainder + period : remainder;
}

/* X(NAME, "name"): what EXTRACT, date_part and date_trunc know. */
#define DATE_PARTS(X)                                                                                                  \
    X(MICROSECONDS, "microseconds")                                                                                    \
    X(MILLISECONDS, "milliseconds")                                                                                    \
    X(SECOND, "second")                                                                                                \
    X(MINUTE, "minute")                                                                                                \
    X(HOUR, "hour")                                                                                                    \
    X(DAY, "day")                                                                                                      \
    X(WEEK, "week")                                                                                                    \
    X(MONTH, "month")                                                                                                  \
    X(QUARTER, "quarter")                                                                                              \
    X(YEAR, "year")                                                                                                    \
    X(DECADE, "decade")                                                                                                \
    X(CENTURY, "century")                                                                                              \
    X(MILLENNIUM, "millennium")                                                                                        \
    X(DOW, "dow")                                                                                                      \
    X(ISODOW, "isodow")                                                                                                \
    X(DOY, "doy")                                                                                                      \
    X(ISOYEAR, "isoyear")                                                                                              \
    X(JULIAN, "julian")                                                                                                \
    X(EPOCH, "epoch")

typedef enum DatePart {
#define DATE_PART_ENUM(name, text) DATE_PART_##name,
    DATE_PARTS(DATE_PART_ENUM)
#undef DATE_PART_ENUM
        DATE_PART_COUNT
} DatePart;

/* Also plurals and short forms: "years", "sec", "hours". */
bool date_part_parse(StringView name, DatePart *ret_part);
const char *date_part_name(DatePart part);
/* How long a part is that a clock shows, or a day; 0: another. */
int64_t date_part_microseconds(DatePart part);
/* What a part that is whole days or more says of a day, and the first day of it; false for other parts. */
bool date_part(DatePart part, int32_t days, int64_t *ret_value);
bool date_truncate(DatePart part, int32_t days, int64_t *ret_days);
/* The part's value times 10^6 (seconds, epoch, milliseconds have fractions). False where the type has no such part. */
bool timestamp_part(DatePart part, int64_t microseconds, int64_t *ret_millionths);
bool interval_part(DatePart part, Interval interval, int64_t *ret_millionths);
bool time_part(DatePart part, int64_t microseconds, int64_t *ret_millionths);
/* Cut to the start of the part; false where it makes no sense. */
bool timestamp_truncate(DatePart part, int64_t microseconds, int64_t *ret_microseconds);
bool interval_truncate(DatePart part, Interval interval, Interval *ret_interval);

#endif
