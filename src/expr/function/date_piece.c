/* expr/function/date_piece.c: what the letters of a pattern mean. */
#include "expr/function/date_piece.h"

#include <string.h>

#include "base/context.h"

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

static bool piece_is_name(PieceKind kind)
{
    return kind == PIECE_MONTH_NAME || kind == PIECE_MONTH_SHORT || kind == PIECE_DAY_NAME || kind == PIECE_DAY_SHORT;
}

static bool pattern_next(StringView *pattern, Piece *ret_piece)
{
    *ret_piece = (Piece){.kind = PIECE_TEXT};
    bool is_local = view_begins(*pattern, "TM"); /* names in the locale's language, which is English, without blanks */
    if (is_local || view_begins(*pattern, "FM")) {
        ret_piece->is_plain = !is_local;
        skip(pattern, 2);
    }
    if (pattern->size == 0)
        return false;
    size_t size = word_take(*pattern, ret_piece);
    if (size) {
        skip(pattern, size);
        ret_piece->is_plain |= is_local && piece_is_name(ret_piece->kind);
        if (view_begins(*pattern, "TH") && ret_piece->width) {
            ret_piece->ordinal = pattern->data[0] == 'T' ? "TH" : "th";
            skip(pattern, 2);
        }
        return true;
    }
    if (pattern->data[0] == '"') {
        skip(pattern, 1);
        const char *end = pattern->size ? memchr(pattern->data, '"', pattern->size) : NULL;
        size = end ? (size_t)(end - pattern->data) : pattern->size;
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
    {'Y', PIECE_YEAR, 4},        {'y', PIECE_YEAR_PART_C, 2}, {'G', PIECE_ISO_YEAR, 4},    {'m', PIECE_MONTH, 2},
    {'B', PIECE_MONTH_NAME, 0},  {'b', PIECE_MONTH_SHORT, 0}, {'h', PIECE_MONTH_SHORT, 0}, {'d', PIECE_DAY, 2},
    {'j', PIECE_DAY_OF_YEAR, 3}, {'A', PIECE_DAY_NAME, 0},    {'a', PIECE_DAY_SHORT, 0},   {'w', PIECE_WEEKDAY_C, 1},
    {'u', PIECE_WEEKDAY_ISO, 1}, {'V', PIECE_ISO_WEEK, 2},    {'U', PIECE_SUNDAY_WEEK, 2}, {'W', PIECE_MONDAY_WEEK, 2},
    {'H', PIECE_HOUR, 2},        {'I', PIECE_HOUR_12, 2},     {'M', PIECE_MINUTE, 2},      {'S', PIECE_SECOND, 2},
    {'f', PIECE_FRACTION, 6},    {'g', PIECE_FRACTION, 3},    {'p', PIECE_HALF, 0},        {'z', PIECE_ZONE_OFFSET, 0},
    {'Z', PIECE_ZONE, 0},        {'s', PIECE_EPOCH, 0},       {'C', PIECE_CENTURY_C, 2},
};

/* What stands for several others. */
static const struct LetterList {
    char letter;
    const char *pattern;
} letter_lists[] = {
    {'F', "%Y-%m-%d"}, {'T', "%H:%M:%S"},          {'R', "%H:%M"},    {'D', "%m/%d/%y"},
    {'x', "%Y-%m-%d"}, {'c', "%Y-%m-%d %H:%M:%S"}, {'X', "%H:%M:%S"},
};

/* `after` is what comes behind a list that stands for a letter. *ret_bad at a letter without meaning. */
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

const Piece *piece_next(PiecePattern *pattern, Piece *room)
{
    if (pattern->known)
        return pattern->taken < pattern->known->count ? &pattern->known->items[pattern->taken++] : NULL;
    context_pace_item(pattern->taken++);
    bool has_piece = pattern->is_c ? format_next(&pattern->rest, &pattern->after, room, &pattern->is_bad)
                                   : pattern_next(&pattern->rest, room);
    return has_piece ? room : NULL;
}

static bool piece_follows(const Piece *piece, const Piece *last)
{
    return piece->kind == PIECE_TEXT && last->kind == PIECE_TEXT &&
           last->text.data + last->text.size == piece->text.data;
}

bool pieces_add(Arena *arena, PieceList *pieces, PiecePattern pattern)
{
    for (Piece piece; piece_next(&pattern, &piece) != NULL;) {
        Piece *last = pieces->count > 0 ? &pieces->items[pieces->count - 1] : NULL;
        if (pattern.is_bad)
            return false;
        if (last && piece_follows(&piece, last))
            last->text.size += piece.text.size;
        else
            array_add(arena, pieces, piece);
    }
    return true;
}
