/* expr/function/date_piece_write.c: a moment or an interval, written piece by piece. */
#include "expr/function/date_piece.h"

#include <string.h>

#include "column/number.h"

static const char *const roman_months[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

Clock clock_of_timestamp(int64_t timestamp, bool has_zone)
{
    int32_t date = timestamp_date(timestamp);
    CalendarDate calendar = date_to_calendar(date);
    int64_t time = timestamp - date * MICROSECONDS_PER_DAY;
    return (Clock){calendar.year,
                   calendar.month,
                   calendar.day,
                   time / MICROSECONDS_PER_HOUR,
                   time / MICROSECONDS_PER_MINUTE % 60,
                   time / MICROSECONDS_PER_SECOND % 60,
                   time % MICROSECONDS_PER_SECOND,
                   timestamp,
                   false,
                   has_zone};
}

Clock clock_of_interval(Interval interval)
{
    int64_t time = interval.microseconds;
    return (Clock){.year = interval.months / 12,
                   .month = interval.months % 12,
                   .day = interval.days,
                   .hour = time / MICROSECONDS_PER_HOUR,
                   .minute = time / MICROSECONDS_PER_MINUTE % 60,
                   .second = time / MICROSECONDS_PER_SECOND % 60,
                   .microsecond = time % MICROSECONDS_PER_SECOND,
                   .is_interval = true};
}

static int64_t clock_part(const Clock *clock, DatePart part)
{
    int64_t millionths = 0;
    timestamp_part(part, clock->timestamp, &millionths);
    return millionths / 1000000;
}

/* `width` digits at least, of up to six. */
static void add_digits(Text *text, int64_t value, int width)
{
    char digits[INTEGER_TEXT_SIZE], *end = digits + sizeof digits, *start = end;
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        *--start = (char)('0' + left % 10);
    while ((left /= 10) > 0 || end - start < width);
    if (value < 0)
        *--start = '-';
    text_add_view(text, (StringView){start, (size_t)(end - start)});
}

static void add_number(Text *text, const Piece *piece, int64_t value)
{
    add_digits(text, value, piece->is_plain ? 0 : piece->width);
    if (piece->ordinal == NULL)
        return;
    int64_t size = value < 0 ? -value : value;
    bool is_teen = size % 100 >= 11 && size % 100 <= 13;
    static const char *const lower[] = {"th", "st", "nd", "rd"}, *const upper[] = {"TH", "ST", "ND", "RD"};
    int64_t index = !is_teen && size % 10 <= 3 ? size % 10 : 0;
    text_add(text, (piece->ordinal[0] == 'T' ? upper : lower)[index]);
}

/* In the piece's case; `width` characters, unless it is plain. */
static void add_word(Text *text, const Piece *piece, const char *word, size_t size, size_t width)
{
    for (size_t i = 0; i < size; i++) {
        bool is_upper = piece->letter_case == CASE_UPPER || (piece->letter_case == CASE_TITLE && i == 0);
        char lower = ascii_lower(word[i]);
        text_add_char(text, is_upper && lower >= 'a' && lower <= 'z' ? (char)(lower - 'a' + 'A') : lower);
    }
    if (!piece->is_plain && width > size)
        text_add_repeated(text, ' ', width - size);
}

static int64_t shown_year(const Clock *clock)
{
    return clock->is_interval || clock->year > 0 ? clock->year : 1 - clock->year;
}

/* Of years before Christ without a sign too: -2 is 2 BC. */
static int64_t shown_iso_year(const Clock *clock)
{
    int64_t year = clock_part(clock, DATE_PART_ISOYEAR);
    return year < 0 ? -year : year;
}

static const char *day_name(const Clock *clock)
{
    return calendar_day_names[clock_part(clock, DATE_PART_DOW)];
}

/* What only moments have; false when it is something else. */
static bool add_moment_piece(Text *text, const Piece *piece, const Clock *clock, size_t name_width)
{
    static const int64_t powers[] = {1, 10, 100, 1000};
    switch (piece->kind) {
    case PIECE_ISO_YEAR:
        add_number(text, piece, shown_iso_year(clock));
        return true;
    case PIECE_ISO_YEAR_PART:
        add_number(text, piece, shown_iso_year(clock) % powers[piece->width]);
        return true;
    case PIECE_QUARTER:
        add_number(text, piece, (clock->month - 1) / 3 + 1);
        return true;
    case PIECE_MONTH_NAME:
        add_word(text, piece, calendar_month_names[clock->month - 1], strlen(calendar_month_names[clock->month - 1]),
                 name_width);
        return true;
    case PIECE_MONTH_SHORT:
        add_word(text, piece, calendar_month_names[clock->month - 1], 3, 3);
        return true;
    case PIECE_MONTH_ROMAN:
        add_word(text,
                 &(Piece){.letter_case = piece->letter_case == CASE_LOWER ? CASE_LOWER : CASE_UPPER,
                          .is_plain = piece->is_plain},
                 roman_months[clock->month - 1], strlen(roman_months[clock->month - 1]), 4);
        return true;
    case PIECE_ISO_WEEK:
        add_number(text, piece, clock_part(clock, DATE_PART_WEEK));
        return true;
    case PIECE_WEEK:
        add_number(text, piece, (clock_part(clock, DATE_PART_DOY) - 1) / 7 + 1);
        return true;
    case PIECE_WEEK_OF_MONTH:
        add_number(text, piece, (clock->day - 1) / 7 + 1);
        return true;
    case PIECE_SUNDAY_WEEK:
        add_number(text, piece, (clock_part(clock, DATE_PART_DOY) + 6 - clock_part(clock, DATE_PART_DOW)) / 7);
        return true;
    case PIECE_MONDAY_WEEK:
        add_number(text, piece,
                   (clock_part(clock, DATE_PART_DOY) + 6 - (clock_part(clock, DATE_PART_DOW) + 6) % 7) / 7);
        return true;
    case PIECE_ISO_DAY_OF_YEAR:
        add_number(text, piece, (clock_part(clock, DATE_PART_WEEK) - 1) * 7 + clock_part(clock, DATE_PART_ISODOW));
        return true;
    case PIECE_WEEKDAY:
        add_number(text, piece, clock_part(clock, DATE_PART_DOW) + 1);
        return true;
    case PIECE_WEEKDAY_C:
        add_number(text, piece, clock_part(clock, DATE_PART_DOW));
        return true;
    case PIECE_WEEKDAY_ISO:
        add_number(text, piece, clock_part(clock, DATE_PART_ISODOW));
        return true;
    case PIECE_DAY_NAME:
        add_word(text, piece, day_name(clock), strlen(day_name(clock)), name_width);
        return true;
    case PIECE_DAY_SHORT:
        add_word(text, piece, day_name(clock), 3, 3);
        return true;
    case PIECE_JULIAN:
        add_number(text, piece, (int64_t)timestamp_date(clock->timestamp) - DATE_MIN);
        return true;
    case PIECE_ERA:
    case PIECE_ERA_DOTS:
        add_word(text, &(Piece){.letter_case = piece->letter_case == CASE_LOWER ? CASE_LOWER : CASE_UPPER},
                 piece->kind == PIECE_ERA ? (clock->year > 0 ? "ad" : "bc") : (clock->year > 0 ? "a.d." : "b.c."),
                 piece->kind == PIECE_ERA ? 2 : 4, 0);
        return true;
    case PIECE_ZONE:
        if (clock->has_zone)
            text_add(text, piece->letter_case == CASE_LOWER ? "utc" : "UTC");
        return true;
    case PIECE_ZONE_HOURS:
    case PIECE_ZONE_OFFSET:
        text_add(text, "+00");
        return true;
    case PIECE_EPOCH:
        add_number(text, piece,
                   clock->timestamp / MICROSECONDS_PER_SECOND - (clock->timestamp % MICROSECONDS_PER_SECOND < 0));
        return true;
    default:
        return false;
    }
}

void piece_write(Text *text, const Piece *piece, const Clock *clock, size_t name_width)
{
    static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    int64_t year = shown_year(clock), twelve = clock->hour % 12 == 0 ? 12 : clock->hour % 12;
    switch (piece->kind) {
    case PIECE_TEXT:
        text_add_view(text, piece->text);
        return;
    case PIECE_YEAR:
        add_number(text, piece, year);
        return;
    case PIECE_YEAR_COMMA:
        text_add_format(text, "%lld,%03lld", (long long)(year / 1000), (long long)(year % 1000));
        return;
    case PIECE_YEAR_PART:
    case PIECE_YEAR_PART_C:
        add_number(text, piece, year % powers[piece->width]);
        return;
    case PIECE_CENTURY_C:
        add_number(text, piece, year / 100);
        return;
    case PIECE_CENTURY:
        add_number(text, piece,
                   clock->is_interval ? year / 100
                   : clock->year > 0  ? (year + 99) / 100
                                      : -(year + 99) / 100);
        return;
    case PIECE_MONTH:
        add_number(text, piece, clock->month);
        return;
    case PIECE_DAY:
        add_number(text, piece, clock->day);
        return;
    case PIECE_DAY_OF_YEAR:
        add_number(text, piece,
                   clock->is_interval ? clock->year * 360 + clock->month * 30 + clock->day
                                      : clock_part(clock, DATE_PART_DOY));
        return;
    case PIECE_HOUR:
        add_number(text, piece, clock->hour);
        return;
    case PIECE_HOUR_12:
        add_number(text, piece,
                   clock->is_interval && clock->hour < 0 ? -(-clock->hour % 12 ? -clock->hour % 12 : 12) : twelve);
        return;
    case PIECE_MINUTE:
        add_number(text, piece, clock->minute);
        return;
    case PIECE_SECOND:
        add_number(text, piece, clock->second);
        return;
    case PIECE_FRACTION:
        add_digits(text, clock->microsecond / powers[6 - piece->width], piece->width - (clock->microsecond < 0));
        return;
    case PIECE_DAY_SECOND:
        add_number(text, piece, clock->hour * 3600 + clock->minute * 60 + clock->second);
        return;
    case PIECE_HALF:
    case PIECE_HALF_DOTS: {
        Piece half = {.letter_case = piece->letter_case == CASE_LOWER ? CASE_LOWER : CASE_UPPER};
        bool is_after = clock->hour % 24 >= 12;
        if (piece->kind == PIECE_HALF)
            add_word(text, &half, is_after ? "pm" : "am", 2, 0);
        else
            add_word(text, &half, is_after ? "p.m." : "a.m.", 4, 0);
        return;
    }
    case PIECE_ZONE_MINUTES:
        text_add(text, "00");
        return;
    default:
        if (!clock->is_interval)
            add_moment_piece(text, piece, clock, name_width);
    }
}
