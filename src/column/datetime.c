/* column/datetime.c: the calendar, arithmetic on timestamps, and the parts of dates and times. */
#include "column/datetime.h"

#include <assert.h>

/* ---- calendar: Hinnant, "chrono-compatible low-level date algorithms" (2013) ----
 *
 * A year is taken to begin in March, so that the leap day is its last, and 400 years (an era) have the same days. */

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

CalendarDate date_to_calendar(int32_t days)
{
    int64_t shifted = (int64_t)days + DAYS_TO_1970;
    int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    uint32_t day_of_era = (uint32_t)(shifted - era * DAYS_PER_ERA);
    uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month_from_march = (5 * day_of_year + 2) / 153;
    CalendarDate calendar;
    calendar.day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    calendar.month = (int32_t)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    calendar.year = (int32_t)(year_of_era + era * 400) + (calendar.month <= 2);
    return calendar;
}

/* Of a day that exists. */
static int64_t calendar_days(CalendarDate calendar)
{
    int64_t year = (int64_t)calendar.year - (calendar.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t month_from_march = calendar.month > 2 ? calendar.month - 3 : calendar.month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + calendar.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

int calendar_days_in_month(int32_t year, int32_t month)
{
    static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap);
}

bool date_from_calendar(CalendarDate calendar, int32_t *ret_days)
{
    if (calendar.month < 1 || calendar.month > 12 || calendar.day < 1 ||
        calendar.day > calendar_days_in_month(calendar.year, calendar.month))
        return false;
    int64_t days = calendar_days(calendar);
    if (days < DATE_MIN || days > DATE_MAX)
        return false;
    *ret_days = (int32_t)days;
    return true;
}

/* ---- arithmetic ---- */

/* Splits a timestamp at midnight: microseconds within the day, never negative. */
static int32_t timestamp_split(int64_t microseconds, int64_t *ret_time)
{
    int32_t days = timestamp_date(microseconds);
    /* the product may pass the end of 64 bits by less than a day, and the difference comes back */
    *ret_time = (int64_t)((uint64_t)microseconds - (uint64_t)days * (uint64_t)MICROSECONDS_PER_DAY);
    return days;
}

static bool timestamp_join(int64_t days, int64_t time, int64_t *ret_microseconds)
{
    int64_t result;
    if (__builtin_mul_overflow(days, MICROSECONDS_PER_DAY, &result) || __builtin_add_overflow(result, time, &result) ||
        result < TIMESTAMP_MIN)
        return false;
    *ret_microseconds = result;
    return true;
}

static bool date_add_months(int32_t days, int32_t months, int32_t *ret_days)
{
    CalendarDate calendar = date_to_calendar(days);
    int64_t month = (int64_t)calendar.year * 12 + calendar.month - 1 + months;
    int64_t year = (month >= 0 ? month : month - 11) / 12;
    if (year < -5000 || year > 6000000)
        return false;
    calendar.year = (int32_t)year;
    calendar.month = (int32_t)(month - year * 12) + 1;
    int last_day = calendar_days_in_month(calendar.year, calendar.month);
    if (calendar.day > last_day)
        calendar.day = last_day;
    return date_from_calendar(calendar, ret_days);
}

bool timestamp_add_interval(int64_t microseconds, Interval interval, int64_t *ret_microseconds)
{
    int64_t time;
    int32_t days = timestamp_split(microseconds, &time);
    if (interval.months && !date_add_months(days, interval.months, &days))
        return false;
    int64_t result;
    if (!timestamp_join((int64_t)days + interval.days, time, &result) ||
        __builtin_add_overflow(result, interval.microseconds, &result) || result < TIMESTAMP_MIN)
        return false;
    *ret_microseconds = result;
    return true;
}

/* ---- names of parts ---- */

static const char *const part_names[DATE_PART_COUNT] = {
#define DATE_PART_NAME(name, text) [DATE_PART_##name] = text,
    DATE_PARTS(DATE_PART_NAME)
#undef DATE_PART_NAME
};

const char *date_part_name(DatePart part)
{
    return part_names[part];
}

/* Besides the names themselves: PostgreSQL's plurals and short forms. */
static const struct {
    const char *name;
    DatePart part;
} part_synonyms[] = {
    {"microsecond", DATE_PART_MICROSECONDS},
    {"us", DATE_PART_MICROSECONDS},
    {"usec", DATE_PART_MICROSECONDS},
    {"usecs", DATE_PART_MICROSECONDS},
    {"usecond", DATE_PART_MICROSECONDS},
    {"useconds", DATE_PART_MICROSECONDS},
    {"millisecond", DATE_PART_MILLISECONDS},
    {"ms", DATE_PART_MILLISECONDS},
    {"msec", DATE_PART_MILLISECONDS},
    {"msecs", DATE_PART_MILLISECONDS},
    {"msecond", DATE_PART_MILLISECONDS},
    {"mseconds", DATE_PART_MILLISECONDS},
    {"s", DATE_PART_SECOND},
    {"sec", DATE_PART_SECOND},
    {"secs", DATE_PART_SECOND},
    {"seconds", DATE_PART_SECOND},
    {"m", DATE_PART_MINUTE},
    {"min", DATE_PART_MINUTE},
    {"mins", DATE_PART_MINUTE},
    {"minutes", DATE_PART_MINUTE},
    {"h", DATE_PART_HOUR},
    {"hr", DATE_PART_HOUR},
    {"hrs", DATE_PART_HOUR},
    {"hours", DATE_PART_HOUR},
    {"d", DATE_PART_DAY},
    {"days", DATE_PART_DAY},
    {"w", DATE_PART_WEEK},
    {"weeks", DATE_PART_WEEK},
    {"mon", DATE_PART_MONTH},
    {"mons", DATE_PART_MONTH},
    {"months", DATE_PART_MONTH},
    {"qtr", DATE_PART_QUARTER},
    {"quarters", DATE_PART_QUARTER},
    {"y", DATE_PART_YEAR},
    {"yr", DATE_PART_YEAR},
    {"yrs", DATE_PART_YEAR},
    {"years", DATE_PART_YEAR},
    {"dec", DATE_PART_DECADE},
    {"decs", DATE_PART_DECADE},
    {"decades", DATE_PART_DECADE},
    {"c", DATE_PART_CENTURY},
    {"cent", DATE_PART_CENTURY},
    {"centuries", DATE_PART_CENTURY},
    {"mil", DATE_PART_MILLENNIUM},
    {"mils", DATE_PART_MILLENNIUM},
    {"millennia", DATE_PART_MILLENNIUM},
    {"dayofweek", DATE_PART_DOW},
    {"weekday", DATE_PART_DOW},
    {"dayofyear", DATE_PART_DOY},
    {"j", DATE_PART_JULIAN},
    {"jd", DATE_PART_JULIAN},
};

bool date_part_parse(StringView name, DatePart *ret_part)
{
    for (size_t i = 0; i < DATE_PART_COUNT; i++)
        if (view_equal_ignoring_case(name, view_of(part_names[i]))) {
            *ret_part = (DatePart)i;
            return true;
        }
    for (size_t i = 0; i < sizeof part_synonyms / sizeof *part_synonyms; i++)
        if (view_equal_ignoring_case(name, view_of(part_synonyms[i].name))) {
            *ret_part = part_synonyms[i].part;
            return true;
        }
    return false;
}

/* ---- taking parts ---- */

#define MILLION ((int64_t)1000000)

/* 0 is Sunday; 1970-01-01 was a Thursday. */
static int date_day_of_week(int32_t days)
{
    return (int)((((int64_t)days + 4) % 7 + 7) % 7);
}

static int32_t date_of_year_start(int32_t year)
{
    return (int32_t)calendar_days((CalendarDate){year, 1, 1});
}

/* Week and year of ISO 8601: a week belongs to the year that its Thursday is in. */
static int32_t date_iso_week(int32_t days, int32_t *ret_year)
{
    int32_t monday_based = (date_day_of_week(days) + 6) % 7;
    int64_t thursday = (int64_t)days - monday_based + 3;
    *ret_year = date_to_calendar((int32_t)thursday).year;
    return (int32_t)(thursday - date_of_year_start(*ret_year)) / 7 + 1;
}

/* There is no year 0 in what people write: 1 BC is -1. */
static int64_t year_shown(int64_t year)
{
    return year > 0 ? year : year - 1;
}

/* Centuries and millennia count from 1: the years 1 to `span` are the first, 1 BC and before the one at -1. */
static int64_t year_period(int64_t year, int64_t span)
{
    return year > 0 ? (year + span - 1) / span : -((span - 1 - (year - 1)) / span);
}

static int64_t year_decade(int64_t year)
{
    return year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
}

bool date_part(DatePart part, int32_t days, int64_t *ret_value)
{
    CalendarDate calendar = date_to_calendar(days);
    int32_t iso_year;
    switch (part) {
    case DATE_PART_DAY:
        *ret_value = calendar.day;
        return true;
    case DATE_PART_WEEK:
        *ret_value = date_iso_week(days, &iso_year);
        return true;
    case DATE_PART_MONTH:
        *ret_value = calendar.month;
        return true;
    case DATE_PART_QUARTER:
        *ret_value = (calendar.month - 1) / 3 + 1;
        return true;
    case DATE_PART_YEAR:
        *ret_value = year_shown(calendar.year);
        return true;
    case DATE_PART_DECADE:
        *ret_value = year_decade(calendar.year);
        return true;
    case DATE_PART_CENTURY:
        *ret_value = year_period(calendar.year, 100);
        return true;
    case DATE_PART_MILLENNIUM:
        *ret_value = year_period(calendar.year, 1000);
        return true;
    case DATE_PART_DOW:
        *ret_value = date_day_of_week(days);
        return true;
    case DATE_PART_ISODOW:
        *ret_value = (date_day_of_week(days) + 6) % 7 + 1;
        return true;
    case DATE_PART_DOY:
        *ret_value = days - date_of_year_start(calendar.year) + 1;
        return true;
    case DATE_PART_ISOYEAR:
        date_iso_week(days, &iso_year);
        *ret_value = year_shown(iso_year);
        return true;
    default:
        return false;
    }
}

/* Parts of a time of day, or of an interval's time, whose fields all have its sign. */
static bool clock_part(DatePart part, int64_t time, int64_t *ret_millionths)
{
    switch (part) {
    case DATE_PART_MICROSECONDS:
        *ret_millionths = time % MICROSECONDS_PER_MINUTE * MILLION;
        return true;
    case DATE_PART_MILLISECONDS:
        *ret_millionths = time % MICROSECONDS_PER_MINUTE * 1000;
        return true;
    case DATE_PART_SECOND:
        *ret_millionths = time % MICROSECONDS_PER_MINUTE;
        return true;
    case DATE_PART_MINUTE:
        *ret_millionths = time % MICROSECONDS_PER_HOUR / MICROSECONDS_PER_MINUTE * MILLION;
        return true;
    case DATE_PART_HOUR:
        *ret_millionths = time / MICROSECONDS_PER_HOUR * MILLION;
        return true;
    default:
        return false;
    }
}

bool time_part(DatePart part, int64_t microseconds, int64_t *ret_millionths)
{
    if (part == DATE_PART_EPOCH) {
        *ret_millionths = microseconds;
        return true;
    }
    return clock_part(part, microseconds, ret_millionths);
}

bool timestamp_part(DatePart part, int64_t microseconds, int64_t *ret_millionths)
{
    int64_t time;
    int32_t days = timestamp_split(microseconds, &time);
    if (part == DATE_PART_EPOCH) {
        *ret_millionths = microseconds;
        return true;
    }
    if (part == DATE_PART_JULIAN) {
        /* the fraction of the day, to the nearest millionth */
        *ret_millionths = ((int64_t)days - DATE_MIN) * MILLION + (time + 43200) / 86400;
        return true;
    }
    if (clock_part(part, time, ret_millionths))
        return true;
    int64_t value;
    if (!date_part(part, days, &value))
        return false;
    *ret_millionths = value * MILLION;
    return true;
}

bool interval_part(DatePart part, Interval interval, int64_t *ret_millionths)
{
    int32_t years = interval.months / 12, months = interval.months % 12;
    switch (part) {
    case DATE_PART_DAY:
        *ret_millionths = interval.days * MILLION;
        return true;
    case DATE_PART_MONTH:
        *ret_millionths = months * MILLION;
        return true;
    case DATE_PART_QUARTER:
        *ret_millionths = (months / 3 + 1) * MILLION;
        return true;
    case DATE_PART_YEAR:
        *ret_millionths = years * MILLION;
        return true;
    case DATE_PART_DECADE:
        *ret_millionths = years / 10 * MILLION;
        return true;
    case DATE_PART_CENTURY:
        *ret_millionths = years / 100 * MILLION;
        return true;
    case DATE_PART_MILLENNIUM:
        *ret_millionths = years / 1000 * MILLION;
        return true;
    case DATE_PART_EPOCH: { /* a year has 365.25 days here */
        Int128 hours = (Int128)years * 8766 + ((Int128)months * 30 + interval.days) * 24;
        Int128 epoch = hours * MICROSECONDS_PER_HOUR + interval.microseconds;
        *ret_millionths = (int64_t)epoch;
        return epoch == (Int128)*ret_millionths;
    }
    default:
        return clock_part(part, interval.microseconds, ret_millionths);
    }
}

/* ---- cutting to parts ---- */

int64_t date_part_microseconds(DatePart part)
{
    switch (part) {
    case DATE_PART_MICROSECONDS:
        return 1;
    case DATE_PART_MILLISECONDS:
        return 1000;
    case DATE_PART_SECOND:
        return MICROSECONDS_PER_SECOND;
    case DATE_PART_MINUTE:
        return MICROSECONDS_PER_MINUTE;
    case DATE_PART_HOUR:
        return MICROSECONDS_PER_HOUR;
    case DATE_PART_DAY:
        return MICROSECONDS_PER_DAY;
    default:
        return 0;
    }
}

bool date_truncate(DatePart part, int32_t days, int64_t *ret_days)
{
    CalendarDate start = date_to_calendar(days);
    int64_t period;
    start.day = 1;
    switch (part) {
    case DATE_PART_WEEK:
        *ret_days = (int64_t)days - (date_day_of_week(days) + 6) % 7;
        return true;
    case DATE_PART_MONTH:
        break;
    case DATE_PART_QUARTER:
        start.month = (start.month - 1) / 3 * 3 + 1;
        break;
    case DATE_PART_YEAR:
        start.month = 1;
        break;
    case DATE_PART_DECADE:
        start = (CalendarDate){(int32_t)year_decade(start.year) * 10, 1, 1};
        break;
    case DATE_PART_CENTURY:
    case DATE_PART_MILLENNIUM:
        period = part == DATE_PART_CENTURY ? 100 : 1000;
        start.year = (int32_t)(year_period(start.year, period) * period + (start.year > 0 ? 1 - period : 1));
        start.month = 1;
        break;
    default:
        return false;
    }
    *ret_days = calendar_days(start);
    return true;
}

bool timestamp_truncate(DatePart part, int64_t microseconds, int64_t *ret_microseconds)
{
    int64_t time, start, unit = date_part_microseconds(part);
    int32_t days = timestamp_split(microseconds, &time);
    if (unit)
        return timestamp_join(days, time - time % unit, ret_microseconds);
    return date_truncate(part, days, &start) && timestamp_join(start, 0, ret_microseconds);
}

bool interval_truncate(DatePart part, Interval interval, Interval *ret_interval)
{
    int64_t unit = date_part_microseconds(part);
    if (unit) {
        /* hours are not days here: DAY cuts the whole time */
        interval.microseconds -= part == DATE_PART_DAY ? interval.microseconds : interval.microseconds % unit;
        *ret_interval = interval;
        return true;
    }
    static const int32_t months[DATE_PART_COUNT] = {
        [DATE_PART_MONTH] = 1,    [DATE_PART_QUARTER] = 3,    [DATE_PART_YEAR] = 12,
        [DATE_PART_DECADE] = 120, [DATE_PART_CENTURY] = 1200, [DATE_PART_MILLENNIUM] = 12000,
    };
    if (months[part] == 0)
        return false;
    *ret_interval = (Interval){interval.months - interval.months % months[part], 0, 0};
    return true;
}
