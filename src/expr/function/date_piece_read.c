/* expr/function/date_piece_read.c: a text, read piece by piece. */
#include "expr/function/date_piece.h"

#include <string.h>

#include "base/context.h"

typedef struct Reading {
    StringView rest;
    int64_t year, month, day, year_day, iso_year, iso_week, weekday, julian, hour, minute, second, microsecond, epoch;
    bool has_year, has_iso_year, has_julian, has_epoch, is_twelve, is_after_noon, has_half, is_before_christ;
    int64_t zone; /* seconds east */
    int64_t century;
} Reading;

static bool read_number(Reading *reading, size_t maximum_digits, int64_t *ret_number)
{
    size_t size = 0;
    int64_t number = 0;
    while (reading->rest.size && reading->rest.data[0] == ' ')
        skip(&reading->rest, 1);
    while (size < reading->rest.size && size < maximum_digits && ascii_is_digit(reading->rest.data[size]))
        number = number * 10 + (reading->rest.data[size++] - '0');
    skip(&reading->rest, size);
    *ret_number = number;
    return size > 0;
}

/* The index of the name that the rest begins with, from its full or three-letter form; -1: none. */
static int64_t read_name(Reading *reading, const char *const *names, int64_t count, bool is_short)
{
    for (int64_t i = 0; i < count; i++) {
        char name[12] = {0};
        memcpy(name, names[i], is_short ? 3 : strlen(names[i]));
        if (view_begins(reading->rest, name)) {
            skip(&reading->rest, strlen(name));
            return i;
        }
    }
    return -1;
}

static bool read_fraction(Reading *reading, int width)
{
    size_t size = reading->rest.size;
    int64_t value;
    if (!read_number(reading, (size_t)width, &value))
        return false;
    for (size_t digits = size - reading->rest.size; digits < 6; digits++)
        value *= 10;
    reading->microsecond = value;
    return true;
}

/* A year of two digits is the one nearest to 2020, `pivot` the first of the nineteen hundreds; three or one: the same.
 */
static bool read_year_part(Reading *reading, int width, int64_t pivot)
{
    size_t size = reading->rest.size;
    if (!read_number(reading, 4, &reading->year))
        return false;
    reading->has_year = true;
    if (size - reading->rest.size <= 2 && width <= 3)
        reading->year += reading->year < pivot ? 2000 : 1900;
    else if (size - reading->rest.size == 3)
        reading->year += reading->year < 520 ? 2000 : 1000;
    return true;
}

static bool read_half(Reading *reading, bool has_dots)
{
    static const char *const plain[] = {"am", "pm"}, *const dotted[] = {"a.m.", "p.m."};
    for (int i = 0; i < 2; i++) {
        const char *word = (has_dots ? dotted : plain)[i];
        if (view_begins(reading->rest, word)) {
            reading->has_half = true;
            reading->is_after_noon = i;
            skip(&reading->rest, strlen(word));
            return true;
        }
    }
    return false;
}

static bool read_offset(Reading *reading)
{
    int64_t hours, minutes = 0;
    if (reading->rest.size && (reading->rest.data[0] == 'Z' || reading->rest.data[0] == 'z')) {
        skip(&reading->rest, 1);
        return true;
    }
    bool is_negative = reading->rest.size && reading->rest.data[0] == '-';
    if (reading->rest.size == 0 || (!is_negative && reading->rest.data[0] != '+'))
        return false;
    skip(&reading->rest, 1);
    if (!read_number(reading, 2, &hours))
        return false;
    if (reading->rest.size && reading->rest.data[0] == ':')
        skip(&reading->rest, 1);
    if (reading->rest.size && ascii_is_digit(reading->rest.data[0]))
        read_number(reading, 2, &minutes);
    reading->zone = (hours * 3600 + minutes * 60) * (is_negative ? -1 : 1);
    return hours <= 15 && minutes < 60;
}

/* `is_wide`: a number may have more digits than the pattern's, because no digit of another follows. */
static bool read_piece(Reading *reading, const Piece *piece, bool is_wide)
{
    size_t digits = is_wide ? 9 : (size_t)(piece->width ? piece->width : 9);
    int64_t ignored;
    switch (piece->kind) {
    case PIECE_YEAR:
    case PIECE_YEAR_COMMA:
        reading->has_year = true;
        return read_number(reading, digits, &reading->year);
    case PIECE_YEAR_PART:
        return read_year_part(reading, piece->width, 70);
    case PIECE_YEAR_PART_C:
        return read_year_part(reading, piece->width, 69); /* as POSIX has it */
    case PIECE_ISO_YEAR:
    case PIECE_ISO_YEAR_PART:
        reading->has_iso_year = true;
        return read_number(reading, digits, &reading->iso_year);
    case PIECE_ISO_WEEK:
        return read_number(reading, 2, &reading->iso_week);
    case PIECE_MONTH:
        return read_number(reading, 2, &reading->month);
    case PIECE_MONTH_NAME:
    case PIECE_MONTH_SHORT:
        reading->month = read_name(reading, calendar_month_names, 12, false) + 1;
        if (reading->month == 0)
            reading->month = read_name(reading, calendar_month_names, 12, true) + 1;
        return reading->month > 0;
    case PIECE_DAY:
        return read_number(reading, 2, &reading->day);
    case PIECE_DAY_OF_YEAR:
        return read_number(reading, 3, &reading->year_day);
    case PIECE_WEEKDAY_ISO:
        return read_number(reading, 1, &reading->weekday);
    case PIECE_DAY_NAME:
    case PIECE_DAY_SHORT:
        return read_name(reading, calendar_day_names, 7, false) >= 0 ||
               read_name(reading, calendar_day_names, 7, true) >= 0;
    case PIECE_JULIAN:
        reading->has_julian = true;
        return read_number(reading, 9, &reading->julian);
    case PIECE_HOUR:
        return read_number(reading, 2, &reading->hour);
    case PIECE_HOUR_12:
        reading->is_twelve = true;
        return read_number(reading, 2, &reading->hour);
    case PIECE_MINUTE:
        return read_number(reading, 2, &reading->minute);
    case PIECE_SECOND:
        return read_number(reading, 2, &reading->second);
    case PIECE_FRACTION:
        return read_fraction(reading, piece->width);
    case PIECE_DAY_SECOND:
        return read_number(reading, 5, &reading->second);
    case PIECE_HALF:
        return read_half(reading, false);
    case PIECE_HALF_DOTS:
        return read_half(reading, true);
    case PIECE_ERA:
    case PIECE_ERA_DOTS:
        reading->is_before_christ = view_begins(reading->rest, "b");
        skip(&reading->rest, reading->rest.size < (piece->kind == PIECE_ERA ? 2u : 4u)
                                 ? reading->rest.size
                                 : (piece->kind == PIECE_ERA ? 2u : 4u));
        return true;
    case PIECE_ZONE_OFFSET:
    case PIECE_ZONE_HOURS:
        return read_offset(reading);
    case PIECE_ZONE:
        return view_begins(reading->rest, "UTC") && (skip(&reading->rest, 3), true);
    case PIECE_EPOCH:
        reading->has_epoch = true;
        return read_number(reading, 12, &reading->epoch);
    default:
        return read_number(reading, digits, &ignored);
    }
}

static bool is_separator(char c)
{
    return c > ' ' && c < 0x7F && !ascii_is_alpha(c) && !ascii_is_digit(c);
}

/* PostgreSQL is lenient: a blank or sign in the pattern takes any blanks and one sign, or nothing. C is not. */
static bool read_text(Reading *reading, StringView text, bool is_c)
{
    for (size_t i = 0; i < text.size; i++) {
        context_pace(i);
        bool is_blank = ascii_is_space(text.data[i]);
        if (is_c && !is_blank) {
            if (reading->rest.size == 0 || reading->rest.data[0] != text.data[i])
                return false;
            skip(&reading->rest, 1);
            continue;
        }
        bool had_blank = false;
        while (reading->rest.size && ascii_is_space(reading->rest.data[0])) {
            context_pace(reading->rest.size);
            had_blank = true;
            skip(&reading->rest, 1);
        }
        bool is_sign = is_blank || is_separator(text.data[i]);
        if (!is_c && reading->rest.size &&
            (is_sign ? is_separator(reading->rest.data[0]) && !(is_blank && had_blank) : true))
            skip(&reading->rest, 1);
    }
    return true;
}

/* The day that was read; 0001-01-01 BC where nothing says otherwise. */
static bool reading_date(const Reading *reading, int32_t *ret_date)
{
    if (reading->has_julian) {
        *ret_date = (int32_t)(reading->julian + DATE_MIN);
        return reading->julian <= (int64_t)DATE_MAX - DATE_MIN;
    }
    int64_t year = reading->is_before_christ ? 1 - reading->year : reading->year;
    if (reading->has_iso_year) {
        int32_t january_fourth = 0;
        if (!date_from_calendar((CalendarDate){(int32_t)reading->iso_year, 1, 4}, &january_fourth))
            return false;
        int64_t monday = january_fourth - ((int64_t)january_fourth + 3 - DATE_MIN / 7 * 7) % 7;
        *ret_date = (int32_t)(monday + (reading->iso_week ? reading->iso_week - 1 : 0) * 7 +
                              (reading->weekday ? reading->weekday - 1 : 0));
        return reading->iso_week <= 53 && reading->weekday <= 7;
    }
    if (year < -4713 || year > 5874897)
        return false;
    CalendarDate calendar = {(int32_t)year, (int32_t)reading->month, (int32_t)reading->day};
    if (reading->year_day) {
        calendar.month = calendar.day = 1;
        int32_t new_year = 0, days = 365 + (calendar_days_in_month(calendar.year, 2) == 29);
        bool exists = date_from_calendar(calendar, &new_year) && reading->year_day <= days;
        *ret_date = (int32_t)(new_year + reading->year_day - 1);
        return exists;
    }
    return date_from_calendar(calendar, ret_date);
}

static bool reading_time(const Reading *reading, int64_t *ret_time)
{
    int64_t hour = reading->hour;
    if (reading->is_twelve && (hour < 1 || hour > 12))
        return false;
    if (reading->is_twelve && reading->has_half)
        hour = hour % 12 + (reading->is_after_noon ? 12 : 0);
    if (hour > 24 || reading->minute > 59 || reading->second > 86399 ||
        (reading->second > 59 && (hour || reading->minute)))
        return false;
    *ret_time = (hour * 3600 + reading->minute * 60 + reading->second - reading->zone) * MICROSECONDS_PER_SECOND +
                reading->microsecond;
    return true;
}

/* Whether the digits of another number may follow this one in the text. */
static bool next_is_number(PiecePattern pattern)
{
    Piece room;
    const Piece *piece = piece_next(&pattern, &room);
    return piece && piece->kind != PIECE_TEXT && (piece->width > 0 || piece->kind == PIECE_DAY_SECOND);
}

PieceResult pieces_read(StringView text, PiecePattern pattern, int64_t *ret_timestamp)
{
    Reading reading = {.rest = text, .month = 1, .day = 1};
    Piece room;
    bool is_c = pattern.is_c;
    if (!is_c)
        reading.rest = view_trim(text);
    for (const Piece *piece; (piece = piece_next(&pattern, &room)) != NULL;) {
        if (!is_c && reading.rest.size == 0)
            break;
        bool matches = piece->kind == PIECE_TEXT ? read_text(&reading, piece->text, is_c)
                                                 : read_piece(&reading, piece, !is_c && !next_is_number(pattern));
        if (!matches || pattern.is_bad)
            return PIECES_NO_MATCH;
        if (piece->ordinal)
            skip(&reading.rest, reading.rest.size < 2 ? reading.rest.size : 2);
    }
    if (is_c && reading.rest.size)
        return PIECES_NO_MATCH;
    if (!reading.has_year)
        reading.year = is_c ? 1900 : 0;
    int32_t date;
    int64_t time, midnight;
    if (reading.has_epoch)
        return __builtin_mul_overflow(reading.epoch, MICROSECONDS_PER_SECOND, ret_timestamp) ? PIECES_OUT_OF_RANGE
                                                                                             : PIECES_READ;
    bool fits = reading_date(&reading, &date) && reading_time(&reading, &time) &&
                !__builtin_mul_overflow((int64_t)date, MICROSECONDS_PER_DAY, &midnight) &&
                !__builtin_add_overflow(midnight, time, ret_timestamp) && *ret_timestamp >= TIMESTAMP_MIN;
    return fits ? PIECES_READ : PIECES_OUT_OF_RANGE;
}
