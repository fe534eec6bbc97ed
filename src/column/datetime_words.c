/* column/datetime_words.c: dates with months by name, and in the orders in which people write them.
 *
 *   January 31, 1999   31 Jan 1999   1999-Jan-31   31-Jan-99   1/31/1999   Sun Jan 31 10:20:30 1999   epoch
 *
 * Fields stand in any order, as in PostgreSQL with its DateStyle MDY: of numbers that are not the year the first is the
 * month where no name gives it. Two digits of a year without AD or BC are 1970 to 2069. Names of days are passed over.
 */
#include <string.h>

#include "base/context.h"
#include "column/datetime_scan.h"

const char *const calendar_month_names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                              "July",    "August",   "September", "October", "November", "December"};
const char *const calendar_day_names[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                           "Thursday", "Friday", "Saturday"};

/* The fields of a date that have been read so far. */
typedef struct Fields {
    Moment moment;
    CalendarDate calendar;
    bool has_year, has_month, has_day, has_zone, has_era, is_bc;
    bool has_named_month, has_short_year;
} Fields;

static StringView cursor_take_letters(Cursor *cursor)
{
    const char *start = cursor->at;
    for (; cursor->at < cursor->end && ascii_is_alpha(*cursor->at); cursor->at++)
        context_pace((size_t)cursor->at);
    return (StringView){start, (size_t)(cursor->at - start)};
}

/* Index of the name that the word is, whole or its first three letters; -1: none. */
static int name_index(StringView word, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (view_equal_ignoring_case(word, view_of(names[i])) ||
            view_equal_ignoring_case(word, (StringView){names[i], 3}))
            return i;
    return -1;
}

static bool is_day_name(StringView word)
{
    static const char *const others[] = {"tues", "wednes", "weds", "thur", "thurs"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (view_equal_ignoring_case(word, view_of(others[i])))
            return true;
    return name_index(word, calendar_day_names, 7) >= 0;
}

static bool fields_take_month(Fields *fields, int month)
{
    if (fields->has_named_month)
        return false;
    if (fields->has_month) { /* what was taken for it is the day: 31 Jan */
        if (fields->has_day)
            return false;
        fields->calendar.day = fields->calendar.month;
        fields->has_day = true;
    }
    fields->calendar.month = month;
    fields->has_month = fields->has_named_month = true;
    return true;
}

static bool fields_take_word(Fields *fields, Cursor *cursor)
{
    Cursor before = *cursor;
    StringView word = cursor_take_letters(cursor);
    int month = view_equal_ignoring_case(word, view_of("sept")) ? 8 : name_index(word, calendar_month_names, 12);
    if (month >= 0)
        return fields_take_month(fields, month + 1);
    if (is_day_name(word))
        return true;
    bool is_bc = view_equal_ignoring_case(word, view_of("bc"));
    if (is_bc || view_equal_ignoring_case(word, view_of("ad"))) {
        bool is_first = !fields->has_era;
        fields->has_era = true;
        fields->is_bc = is_bc;
        return is_first;
    }
    *cursor = before;
    if (fields->has_zone || zone_scan(cursor, &fields->moment.zone) != DATETIME_OK)
        return false;
    return fields->has_zone = true;
}

static bool fields_take_year(Fields *fields, size_t digits, int32_t number)
{
    if (fields->has_year || digits > 7)
        return false;
    fields->calendar.year = number;
    fields->has_short_year = digits <= 2;
    return fields->has_year = true;
}

/* A number that is no time: a year where it has three digits or more, or where month and day are known. */
static bool fields_take_number(Fields *fields, Cursor *cursor)
{
    int32_t number;
    size_t digits = cursor_take_digits(cursor, &number);
    if (digits == 8 && !fields->has_year && !fields->has_month && !fields->has_day) {
        fields->calendar = (CalendarDate){number / 10000, number / 100 % 100, number % 100};
        return fields->has_year = fields->has_month = fields->has_day = true;
    }
    if (digits > 2)
        return fields_take_year(fields, digits, number);
    if (!fields->has_month) {
        fields->calendar.month = number;
        return fields->has_month = true;
    }
    if (!fields->has_day) {
        fields->calendar.day = number;
        return fields->has_day = true;
    }
    return fields_take_year(fields, digits, number);
}

/* H:M…, and 5PM */
static bool at_time(const Cursor *cursor)
{
    Cursor ahead = *cursor;
    int32_t number;
    size_t digits = cursor_take_digits(&ahead, &number);
    return digits > 0 && digits <= 2 && ahead.at < ahead.end && *ahead.at == ':';
}

static DatetimeResult fields_take_time(Fields *fields, Cursor *cursor)
{
    if (fields->moment.has_time)
        return DATETIME_INVALID;
    fields->moment.has_time = true;
    return time_scan(cursor, &fields->moment.time);
}

static DatetimeResult fields_take(Fields *fields, Cursor *cursor)
{
    char c = *cursor->at;
    if (ascii_is_alpha(c))
        return fields_take_word(fields, cursor) ? DATETIME_OK : DATETIME_INVALID;
    if (ascii_is_digit(c) && at_time(cursor))
        return fields_take_time(fields, cursor);
    if (ascii_is_digit(c))
        return fields_take_number(fields, cursor) ? DATETIME_OK : DATETIME_INVALID;
    if (fields->moment.has_time && (c == '+' || c == '-') && !fields->has_zone) {
        fields->has_zone = true;
        return zone_scan(cursor, &fields->moment.zone);
    }
    return DATETIME_INVALID;
}

/* What may stand between fields: blanks, commas; -, / and . within a date. */
static void cursor_skip_separators(Cursor *cursor, bool is_in_date)
{
    for (;
         cursor->at < cursor->end && (ascii_is_space(*cursor->at) || *cursor->at == ',' ||
                                      (is_in_date && (*cursor->at == '-' || *cursor->at == '/' || *cursor->at == '.')));
         cursor->at++)
        context_pace((size_t)cursor->at);
}

DatetimeResult moment_scan_words(StringView text, Moment *ret_moment)
{
    text = view_trim(text);
    if (view_equal_ignoring_case(text, view_of("epoch"))) {
        *ret_moment = (Moment){.has_time = true};
        return DATETIME_OK;
    }
    Fields fields = {0};
    Cursor cursor = {text.data, text.data + text.size};
    while (cursor.at < cursor.end) {
        DatetimeResult result = fields_take(&fields, &cursor);
        if (result != DATETIME_OK)
            return result;
        cursor_skip_separators(&cursor, /* is_in_date= */ !fields.moment.has_time);
    }
    if (!fields.has_year || !fields.has_month || !fields.has_day)
        return DATETIME_INVALID;
    if (fields.has_short_year && !fields.has_era)
        fields.calendar.year += fields.calendar.year < 70 ? 2000 : 1900;
    if (fields.calendar.year == 0)
        return DATETIME_OUT_OF_RANGE;
    if (fields.is_bc)
        fields.calendar.year = 1 - fields.calendar.year;
    if (!date_from_calendar(fields.calendar, &fields.moment.days))
        return DATETIME_OUT_OF_RANGE;
    *ret_moment = fields.moment;
    return DATETIME_OK;
}
