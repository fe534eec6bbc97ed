/* expr/function/date_pattern.c: dates and times by patterns: PostgreSQL's (to_char, to_date, to_timestamp:
 * 'YYYY-MM-DD') and C's (strftime, strptime: '%Y-%m-%d'). Both are read into a list of pieces; pieces are written and
 * read alike. */
#include "expr/function/date.h"

#include <string.h>

#include "column/datetime.h"
#include "expr/date_pattern.h"
#include "expr/function/number_pattern.h"
#include "expr/function/text_result.h"

typedef enum LetterCase { CASE_TITLE, CASE_UPPER, CASE_LOWER } LetterCase;

typedef enum PieceKind {
    PIECE_TEXT,
    PIECE_YEAR,
    PIECE_YEAR_COMMA, /* 2,024 */
    PIECE_YEAR_PART,  /* the last `width` digits */
    PIECE_ISO_YEAR,
    PIECE_ISO_YEAR_PART,
    PIECE_CENTURY,
    PIECE_QUARTER,
    PIECE_MONTH,
    PIECE_MONTH_NAME,
    PIECE_MONTH_SHORT,
    PIECE_MONTH_ROMAN,
    PIECE_ISO_WEEK,
    PIECE_WEEK,          /* of the year: 1 is its first seven days */
    PIECE_WEEK_OF_MONTH, /* the same */
    PIECE_SUNDAY_WEEK,   /* 1 begins with the first Sunday */
    PIECE_MONDAY_WEEK,
    PIECE_DAY,
    PIECE_DAY_OF_YEAR,
    PIECE_ISO_DAY_OF_YEAR,
    PIECE_WEEKDAY,     /* Sunday 1 */
    PIECE_WEEKDAY_C,   /* Sunday 0 */
    PIECE_WEEKDAY_ISO, /* Monday 1, Sunday 7 */
    PIECE_DAY_NAME,
    PIECE_DAY_SHORT,
    PIECE_JULIAN,
    PIECE_HOUR,
    PIECE_HOUR_12,
    PIECE_MINUTE,
    PIECE_SECOND,
    PIECE_FRACTION, /* `width` digits */
    PIECE_DAY_SECOND,
    PIECE_HALF,      /* AM */
    PIECE_HALF_DOTS, /* A.M. */
    PIECE_ERA,
    PIECE_ERA_DOTS,
    PIECE_ZONE,
    PIECE_ZONE_HOURS,
    PIECE_ZONE_MINUTES,
    PIECE_ZONE_OFFSET, /* +00 */
    PIECE_EPOCH,
} PieceKind;

typedef struct Piece {
    PieceKind kind;
    int width;
    LetterCase letter_case;
    bool is_plain;       /* FM: neither zeros nor blanks in front and behind */
    const char *ordinal; /* "th" or "TH" behind a number */
    StringView text;     /* PIECE_TEXT */
} Piece;

/* ---- PostgreSQL's patterns ---- */

/* The first that matches counts: longer ones stand before their beginnings. Case matters where names are written. */
static const struct Word {
    const char *name;
    PieceKind kind;
    int width;
    LetterCase letter_case;
} words[] = {
    {"SSSSS", PIECE_DAY_SECOND, 0, 0},
    {"SSSS", PIECE_DAY_SECOND, 0, 0},
    {"Y,YYY", PIECE_YEAR_COMMA, 0, 0},
    {"IYYY", PIECE_ISO_YEAR, 4, 0},
    {"IDDD", PIECE_ISO_DAY_OF_YEAR, 3, 0},
    {"YYYY", PIECE_YEAR, 4, 0},
    {"IYY", PIECE_ISO_YEAR_PART, 3, 0},
    {"IY", PIECE_ISO_YEAR_PART, 2, 0},
    {"IW", PIECE_ISO_WEEK, 2, 0},
    {"ID", PIECE_WEEKDAY_ISO, 1, 0},
    {"I", PIECE_ISO_YEAR_PART, 1, 0},
    {"YYY", PIECE_YEAR_PART, 3, 0},
    {"YY", PIECE_YEAR_PART, 2, 0},
    {"Y", PIECE_YEAR_PART, 1, 0},
    {"HH24", PIECE_HOUR, 2, 0},
    {"HH12", PIECE_HOUR_12, 2, 0},
    {"HH", PIECE_HOUR_12, 2, 0},
    {"MI", PIECE_MINUTE, 2, 0},
    {"SS", PIECE_SECOND, 2, 0},
    {"MS", PIECE_FRACTION, 3, 0},
    {"US", PIECE_FRACTION, 6, 0},
    {"FF1", PIECE_FRACTION, 1, 0},
    {"FF2", PIECE_FRACTION, 2, 0},
    {"FF3", PIECE_FRACTION, 3, 0},
    {"FF4", PIECE_FRACTION, 4, 0},
    {"FF5", PIECE_FRACTION, 5, 0},
    {"FF6", PIECE_FRACTION, 6, 0},
    {"MM", PIECE_MONTH, 2, 0},
    {"DDD", PIECE_DAY_OF_YEAR, 3, 0},
    {"DD", PIECE_DAY, 2, 0},
    {"WW", PIECE_WEEK, 2, 0},
    {"CC", PIECE_CENTURY, 2, 0},
    {"TZH", PIECE_ZONE_HOURS, 2, 0},
    {"TZM", PIECE_ZONE_MINUTES, 2, 0},
    {"TZ", PIECE_ZONE, 0, CASE_UPPER},
    {"tz", PIECE_ZONE, 0, CASE_LOWER},
    {"OF", PIECE_ZONE_OFFSET, 0, 0},
    {"Q", PIECE_QUARTER, 1, 0},
    {"J", PIECE_JULIAN, 0, 0},
    {"W", PIECE_WEEK_OF_MONTH, 1, 0},
};

static const struct CasedWord {
    const char *name; /* any case of it matches; the case that it has is the case of what is written */
    PieceKind kind;
} cased_words[] = {
    {"MONTH", PIECE_MONTH_NAME}, {"MON", PIECE_MONTH_SHORT}, {"DAY", PIECE_DAY_NAME},   {"DY", PIECE_DAY_SHORT},
    {"RM", PIECE_MONTH_ROMAN},   {"A.M.", PIECE_HALF_DOTS},  {"P.M.", PIECE_HALF_DOTS}, {"AM", PIECE_HALF},
    {"PM", PIECE_HALF},          {"B.C.", PIECE_ERA_DOTS},   {"A.D.", PIECE_ERA_DOTS},  {"BC", PIECE_ERA},
    {"AD", PIECE_ERA},
};

static bool view_begins(StringView view, const char *word)
{
    size_t size = strlen(word);
    return view.size >= size && view_equal_ignoring_case((StringView){view.data, size}, view_of(word));
}

static LetterCase case_of(StringView word)
{
    bool first_is_upper = word.data[0] >= 'A' && word.data[0] <= 'Z';
    char second = word.data[1] == '.' && word.size > 2 ? word.data[2] : word.data[1];
    return !first_is_upper ? CASE_LOWER : second >= 'A' && second <= 'Z' ? CASE_UPPER : CASE_TITLE;
}

static size_t word_take(StringView rest, Piece *piece)
{
    for (size_t i = 0; i < sizeof cased_words / sizeof *cased_words; i++)
        if (view_begins(rest, cased_words[i].name)) {
            size_t size = strlen(cased_words[i].name);
            piece->kind = cased_words[i].kind;
            piece->letter_case = case_of((StringView){rest.data, size});
            return size;
        }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (view_begins(rest, words[i].name) && (words[i].kind != PIECE_ZONE || rest.data[0] == words[i].name[0])) {
            piece->kind = words[i].kind;
            piece->width = words[i].width;
            piece->letter_case = words[i].letter_case;
            return strlen(words[i].name);
        }
    if (rest.data[0] == 'D' || rest.data[0] == 'd') {
        piece->kind = PIECE_WEEKDAY;
        piece->width = 1;
        return 1;
    }
    return 0;
}

static void skip(StringView *view, size_t size)
{
    view->data += size;
    view->size -= size;
}

/* Takes the next piece off the pattern; false at its end. */
static bool pattern_next(StringView *pattern, Piece *ret_piece)
{
    *ret_piece = (Piece){.kind = PIECE_TEXT};
    if (view_begins(*pattern, "FM")) {
        ret_piece->is_plain = true;
        skip(pattern, 2);
    }
    if (pattern->size == 0)
        return false;
    size_t size = word_take(*pattern, ret_piece);
    if (size) {
        skip(pattern, size);
        if (view_begins(*pattern, "TH") && ret_piece->width) {
            ret_piece->ordinal = pattern->data[0] == 'T' ? "TH" : "th";
            skip(pattern, 2);
        }
        return true;
    }
    if (pattern->data[0] == '"') {
        skip(pattern, 1);
        while (size < pattern->size && pattern->data[size] != '"')
            size++;
        ret_piece->text = (StringView){pattern->data, size};
        skip(pattern, size < pattern->size ? size + 1 : size);
        return true;
    }
    bool is_escaped = pattern->data[0] == '\\' && pattern->size > 1 && pattern->data[1] == '"';
    ret_piece->text = (StringView){pattern->data + is_escaped, 1};
    skip(pattern, 1u + is_escaped);
    return true;
}

/* ---- C's patterns ---- */

static const struct Letter {
    char letter;
    PieceKind kind;
    int width;
} letters[] = {
    {'Y', PIECE_YEAR, 4},        {'y', PIECE_YEAR_PART, 2},   {'G', PIECE_ISO_YEAR, 4},    {'m', PIECE_MONTH, 2},
    {'B', PIECE_MONTH_NAME, 0},  {'b', PIECE_MONTH_SHORT, 0}, {'h', PIECE_MONTH_SHORT, 0}, {'d', PIECE_DAY, 2},
    {'j', PIECE_DAY_OF_YEAR, 3}, {'A', PIECE_DAY_NAME, 0},    {'a', PIECE_DAY_SHORT, 0},   {'w', PIECE_WEEKDAY_C, 1},
    {'u', PIECE_WEEKDAY_ISO, 1}, {'V', PIECE_ISO_WEEK, 2},    {'U', PIECE_SUNDAY_WEEK, 2}, {'W', PIECE_MONDAY_WEEK, 2},
    {'H', PIECE_HOUR, 2},        {'I', PIECE_HOUR_12, 2},     {'M', PIECE_MINUTE, 2},      {'S', PIECE_SECOND, 2},
    {'f', PIECE_FRACTION, 6},    {'g', PIECE_FRACTION, 3},    {'p', PIECE_HALF, 0},        {'z', PIECE_ZONE_OFFSET, 0},
    {'Z', PIECE_ZONE, 0},        {'s', PIECE_EPOCH, 0},       {'C', PIECE_CENTURY, 2},
};

/* What stands for several others. */
static const struct LetterList {
    char letter;
    const char *pattern;
} letter_lists[] = {
    {'F', "%Y-%m-%d"}, {'T', "%H:%M:%S"},          {'R', "%H:%M"},    {'D', "%m/%d/%y"},
    {'x', "%Y-%m-%d"}, {'c', "%Y-%m-%d %H:%M:%S"}, {'X', "%H:%M:%S"},
};

/* The same for C's patterns, into which `expanded` lists are put. False at the end, *ret_bad at a letter without
 * meaning. */
static bool format_next(StringView *pattern, StringView *after, Piece *ret_piece, bool *ret_bad)
{
    *ret_piece = (Piece){.kind = PIECE_TEXT, .letter_case = CASE_TITLE};
    *ret_bad = false;
    if (pattern->size == 0) {
        *pattern = *after;
        *after = (StringView){NULL, 0};
    }
    if (pattern->size == 0)
        return false;
    if (pattern->data[0] != '%' || pattern->size == 1) {
        ret_piece->text = (StringView){pattern->data, 1};
        skip(pattern, 1);
        return true;
    }
    skip(pattern, 1);
    if (pattern->data[0] == '-' && pattern->size > 1) {
        ret_piece->is_plain = true;
        skip(pattern, 1);
    }
    char letter = pattern->data[0];
    StringView text = {pattern->data, 1};
    skip(pattern, 1);
    for (size_t i = 0; i < sizeof letter_lists / sizeof *letter_lists; i++)
        if (letter_lists[i].letter == letter && after->size == 0) {
            *after = *pattern;
            *pattern = view_of(letter_lists[i].pattern);
            return format_next(pattern, after, ret_piece, ret_bad);
        }
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].letter == letter) {
            ret_piece->kind = letters[i].kind;
            ret_piece->width = letters[i].width;
            ret_piece->letter_case = letter == 'p' ? CASE_UPPER : CASE_TITLE;
            return true;
        }
    ret_piece->text = letter == 'n' ? view_of("\n") : letter == 't' ? view_of("\t") : text;
    *ret_bad = letter != '%' && letter != 'n' && letter != 't';
    return true;
}

/* ---- writing ---- */

static const char *const roman_months[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

/* A moment or an interval taken apart. */
typedef struct Clock {
    int64_t year, month, day, hour, minute, second, microsecond;
    int64_t timestamp; /* of a moment */
    bool is_interval, has_zone;
} Clock;

static Clock timestamp_clock(int64_t timestamp, bool has_zone)
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

static Clock interval_clock(Interval interval)
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

static void add_number(Text *text, const Piece *piece, int64_t value)
{
    text_add_format(text, "%0*lld", piece->is_plain ? 0 : piece->width + (value < 0), (long long)value);
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

/* What only moments have; false when it is something else. */
static bool add_moment_piece(Text *text, const Piece *piece, const Clock *clock, size_t name_width)
{
    int64_t weekday = clock_part(clock, DATE_PART_DOW), year_day = clock_part(clock, DATE_PART_DOY);
    int64_t iso_year = clock_part(clock, DATE_PART_ISOYEAR);
    static const int64_t powers[] = {1, 10, 100, 1000};
    switch (piece->kind) {
    case PIECE_ISO_YEAR:
        add_number(text, piece, iso_year);
        return true;
    case PIECE_ISO_YEAR_PART:
        add_number(text, piece, iso_year % powers[piece->width]);
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
        add_number(text, piece, (year_day - 1) / 7 + 1);
        return true;
    case PIECE_WEEK_OF_MONTH:
        add_number(text, piece, (clock->day - 1) / 7 + 1);
        return true;
    case PIECE_SUNDAY_WEEK:
        add_number(text, piece, (year_day + 6 - weekday) / 7);
        return true;
    case PIECE_MONDAY_WEEK:
        add_number(text, piece, (year_day + 6 - (weekday + 6) % 7) / 7);
        return true;
    case PIECE_ISO_DAY_OF_YEAR:
        add_number(text, piece, (clock_part(clock, DATE_PART_WEEK) - 1) * 7 + clock_part(clock, DATE_PART_ISODOW));
        return true;
    case PIECE_WEEKDAY:
        add_number(text, piece, weekday + 1);
        return true;
    case PIECE_WEEKDAY_C:
        add_number(text, piece, weekday);
        return true;
    case PIECE_WEEKDAY_ISO:
        add_number(text, piece, clock_part(clock, DATE_PART_ISODOW));
        return true;
    case PIECE_DAY_NAME:
        add_word(text, piece, calendar_day_names[weekday], strlen(calendar_day_names[weekday]), name_width);
        return true;
    case PIECE_DAY_SHORT:
        add_word(text, piece, calendar_day_names[weekday], 3, 3);
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

static void add_piece(Text *text, const Piece *piece, const Clock *clock, size_t name_width)
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
        add_number(text, piece, year % powers[piece->width]);
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
        text_add_format(text, "%0*lld", piece->width, (long long)(clock->microsecond / powers[6 - piece->width]));
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

static void write_row(KernelCall *call, size_t row, const Clock *clock, StringView pattern, bool is_c)
{
    Text *text = scratch_text(call);
    StringView after = {NULL, 0};
    Piece piece;
    bool is_bad = false;
    while (is_c ? format_next(&pattern, &after, &piece, &is_bad) : pattern_next(&pattern, &piece)) {
        if (is_bad)
            kernel_fail(call, row, ERROR_INVALID_PARAMETER, "%%%.*s means nothing in a format",
                        VIEW_ARGUMENTS(piece.text));
        add_piece(text, &piece, clock, is_c ? 0 : 9);
        if (text->size > STRING_MAX_SIZE)
            break;
    }
    result_copy(call, row, text_view(text));
}

static void timestamp_to_char(KernelCall *call)
{
    bool has_zone = call->arguments[0]->type.id == TYPE_TIMESTAMPTZ;
    for (size_t i = 0; i < call->count; i++) {
        Clock clock = timestamp_clock(ARGUMENT(call, 0, int64_t, i), has_zone);
        write_row(call, i, &clock, argument_text(call, 1, i), false);
    }
}

static void interval_to_char(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Clock clock = interval_clock(ARGUMENT(call, 0, Interval, i));
        write_row(call, i, &clock, argument_text(call, 1, i), false);
    }
}

static void format_timestamp(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Clock clock = timestamp_clock(ARGUMENT(call, 0, int64_t, i), true);
        write_row(call, i, &clock, argument_text(call, 1, i), true);
    }
}

/* ---- reading ---- */

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

/* A year of two digits is the one nearest to 2020; three or one: the same. */
static bool read_year_part(Reading *reading, int width)
{
    size_t size = reading->rest.size;
    if (!read_number(reading, 4, &reading->year))
        return false;
    reading->has_year = true;
    if (size - reading->rest.size <= 2 && width <= 3)
        reading->year += reading->year < 70 ? 2000 : 1900;
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
        return read_year_part(reading, piece->width);
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
        bool is_blank = ascii_is_space(text.data[i]);
        if (is_c && !is_blank) {
            if (reading->rest.size == 0 || reading->rest.data[0] != text.data[i])
                return false;
            skip(&reading->rest, 1);
            continue;
        }
        bool had_blank = false;
        while (reading->rest.size && ascii_is_space(reading->rest.data[0])) {
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
static bool next_is_number(StringView pattern, StringView after, bool is_c)
{
    Piece piece;
    bool is_bad;
    if (is_c ? !format_next(&pattern, &after, &piece, &is_bad) : !pattern_next(&pattern, &piece))
        return false;
    return piece.kind != PIECE_TEXT && (piece.width > 0 || piece.kind == PIECE_DAY_SECOND);
}

typedef enum ReadResult { READ_OK, READ_NO_MATCH, READ_OUT_OF_RANGE } ReadResult;

static ReadResult read_by_pattern(StringView text, StringView pattern, bool is_c, int64_t *ret_timestamp)
{
    Reading reading = {.rest = text, .month = 1, .day = 1};
    StringView after = {NULL, 0};
    Piece piece;
    bool is_bad = false;
    if (!is_c)
        reading.rest = view_trim(text);
    while (is_c ? format_next(&pattern, &after, &piece, &is_bad) : pattern_next(&pattern, &piece)) {
        if (!is_c && reading.rest.size == 0)
            break;
        bool matches = piece.kind == PIECE_TEXT
                           ? read_text(&reading, piece.text, is_c)
                           : read_piece(&reading, &piece, !is_c && !next_is_number(pattern, after, is_c));
        if (!matches || is_bad)
            return READ_NO_MATCH;
        if (piece.ordinal)
            skip(&reading.rest, reading.rest.size < 2 ? reading.rest.size : 2);
    }
    if (is_c && reading.rest.size)
        return READ_NO_MATCH;
    if (!reading.has_year)
        reading.year = is_c ? 1900 : 0;
    int32_t date;
    int64_t time, midnight;
    if (reading.has_epoch)
        return __builtin_mul_overflow(reading.epoch, MICROSECONDS_PER_SECOND, ret_timestamp) ? READ_OUT_OF_RANGE
                                                                                             : READ_OK;
    bool fits = reading_date(&reading, &date) && reading_time(&reading, &time) &&
                !__builtin_mul_overflow((int64_t)date, MICROSECONDS_PER_DAY, &midnight) &&
                !__builtin_add_overflow(midnight, time, ret_timestamp) && *ret_timestamp >= TIMESTAMP_MIN;
    return fits ? READ_OK : READ_OUT_OF_RANGE;
}

static bool read_row(KernelCall *call, size_t row, bool is_c, bool may_miss, int64_t *ret_timestamp)
{
    StringView text = argument_text(call, 0, row), pattern = argument_text(call, 1, row);
    *ret_timestamp = 0;
    ReadResult result = read_by_pattern(text, pattern, is_c, ret_timestamp);
    if (result == READ_OK)
        return true;
    if (may_miss)
        vector_set_null(call->result, row);
    else
        kernel_fail(call, row, result == READ_NO_MATCH ? ERROR_INVALID_DATETIME : ERROR_DATETIME_OVERFLOW,
                    result == READ_NO_MATCH ? "'%.*s' is not as '%.*s' says" : "'%.*s' by '%.*s' is out of range",
                    VIEW_ARGUMENTS(text), VIEW_ARGUMENTS(pattern));
    return false;
}

static void read_run(KernelCall *call, bool is_c, bool may_miss)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t timestamp;
        read_row(call, i, is_c, may_miss, &timestamp);
        VECTOR_DATA(call->result, int64_t)[i] = timestamp;
    }
}

void kernel_timestamp_by_pattern(KernelCall *call)
{
    read_run(call, false, false);
}

static void strptime_text(KernelCall *call)
{
    read_run(call, true, false);
}

static void try_strptime_text(KernelCall *call)
{
    read_run(call, true, true);
}

/* PostgreSQL's patterns have no %. */
static bool pattern_is_c(const KernelCall *call, size_t row)
{
    StringView pattern = argument_text(call, 1, row);
    return pattern.size && memchr(pattern.data, '%', pattern.size) != NULL;
}

static void date_by_pattern(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t timestamp;
        read_row(call, i, pattern_is_c(call, i), false, &timestamp);
        VECTOR_DATA(call->result, int32_t)[i] = timestamp_date(timestamp);
    }
}

static void date_of_text(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        StringView text = argument_text(call, 0, i);
        int64_t timestamp = 0;
        if (timestamp_read(text, &timestamp) != DATETIME_OK)
            kernel_fail(call, i, ERROR_INVALID_DATETIME, "invalid input syntax for type date: \"%.*s\"",
                        VIEW_ARGUMENTS(text));
        VECTOR_DATA(call->result, int32_t)[i] = timestamp_date(timestamp);
    }
}

/* ---- for who is no function ---- */

bool date_pattern_is_valid(StringView pattern)
{
    StringView after = {NULL, 0};
    Piece piece;
    bool is_bad = false;
    while (!is_bad && format_next(&pattern, &after, &piece, &is_bad))
        ;
    return !is_bad;
}

bool date_pattern_read(StringView text, StringView pattern, int64_t *ret_timestamp)
{
    return read_by_pattern(text, pattern, true, ret_timestamp) == READ_OK;
}

void date_pattern_write(Text *text, StringView pattern, int64_t timestamp)
{
    Clock clock = timestamp_clock(timestamp, true);
    StringView after = {NULL, 0};
    Piece piece;
    bool is_bad = false;
    while (format_next(&pattern, &after, &piece, &is_bad))
        add_piece(text, &piece, &clock, 0);
}

/* ---- the table ---- */

#define FAIL  FUNCTION_CAN_FAIL
#define T(id) TYPE_##id
#define WRITE(title, x, k, text)                                                                                       \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ", pattern VARCHAR) VARCHAR", .description = text, .flags = FAIL,           \
        ARGUMENTS(T(x), T(VARCHAR)), .result = T(VARCHAR), .kernel = k, .prepare = text_prepare                        \
    }
#define READ(title, r, k, text)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(VARCHAR, pattern VARCHAR) " #r, .description = text, .flags = FAIL,              \
        ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(r), .kernel = k                                                 \
    }

/* clang-format off */
FunctionFamily function_family_date_pattern = {
    WRITE("to_char", TIMESTAMP, timestamp_to_char, "Written by a pattern: 'DD Mon YYYY HH24:MI:SS'."),
    WRITE("to_char", TIMESTAMPTZ, timestamp_to_char, "Written by a pattern: 'DD Mon YYYY HH24:MI:SS'."),
    WRITE("to_char", INTERVAL, interval_to_char, "Written by a pattern: 'HH24:MI:SS'."),
    WRITE("to_char", BIGINT, kernel_bigint_to_char, "Written by a pattern: '999,990'."),
    {.name = "to_char", .signature = "(DECIMAL, pattern VARCHAR) VARCHAR",
     .description = "Written by a pattern: '999,990.00'.", .flags = FAIL, ARGUMENTS(T(DECIMAL), T(VARCHAR)),
     .result = T(VARCHAR), .kernel = kernel_decimal_to_char, .prepare = text_prepare},
    WRITE("to_char", DOUBLE, kernel_double_to_char, "Written by a pattern: '999,990.00'."),
    {.name = "to_number", .signature = "(VARCHAR, pattern VARCHAR) DECIMAL",
     .description = "The number in a text, with the digits behind the point that the pattern has.", .flags = FAIL,
     ARGUMENTS(T(VARCHAR), T(VARCHAR)), .result = T(DECIMAL), .kernel = kernel_to_number, .prepare = text_prepare,
     .resolve = to_number_resolve, .refine = to_number_refine},
    READ("to_date", DATE, date_by_pattern, "Read by a pattern: 'DD Mon YYYY', or C's: '%d.%m.%Y'."),
    {.name = "to_date", .signature = "(VARCHAR) DATE", .description = "The day of a timestamp's text.", .flags = FAIL,
     ARGUMENTS(T(VARCHAR)), .result = T(DATE), .kernel = date_of_text},
    WRITE("strftime", TIMESTAMP, format_timestamp, "Written by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    WRITE("strftime", TIMESTAMPTZ, format_timestamp, "Written by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    WRITE("date_format", TIMESTAMP, format_timestamp, "Written by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    READ("strptime", TIMESTAMP, strptime_text, "Read by C's pattern: '%d.%m.%Y %H:%M:%S'."),
    READ("try_strptime", TIMESTAMP, try_strptime_text, "The same; NULL where the text is not so."),
    {0},
};
/* clang-format on */
