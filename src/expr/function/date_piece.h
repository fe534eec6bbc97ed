/* expr/function/date_piece.h: patterns of dates and times, piece by piece: PostgreSQL's ('YYYY-MM-DD') and C's
 * ('%Y-%m-%d') are made of the same pieces, which are written and read alike. */
#ifndef QUERN_EXPR_FUNCTION_DATE_PIECE_H
#define QUERN_EXPR_FUNCTION_DATE_PIECE_H

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "column/datetime.h"

typedef enum LetterCase { CASE_TITLE, CASE_UPPER, CASE_LOWER } LetterCase;

typedef enum PieceKind {
    PIECE_TEXT,
    PIECE_YEAR,
    PIECE_YEAR_COMMA,  /* 2,024 */
    PIECE_YEAR_PART,   /* the last `width` digits */
    PIECE_YEAR_PART_C, /* two; read, they are 1969 to 2068 */
    PIECE_ISO_YEAR,
    PIECE_ISO_YEAR_PART,
    PIECE_CENTURY,
    PIECE_CENTURY_C, /* the year's first digits: 20 of 2024 */
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
    PIECE_HOUR, /* those before it are of the day, those behind it of the time, but for the eras */
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

/* Whether what it says of a moment is the same all day. */
static inline bool piece_is_of_day(const Piece *piece)
{
    return piece->kind < PIECE_HOUR || piece->kind == PIECE_ERA || piece->kind == PIECE_ERA_DOTS;
}

/* ---- taking a pattern apart ---- */

typedef ARRAY(Piece) PieceList;

typedef struct PiecePattern {
    bool is_c;
    const PieceList *known; /* all its pieces, where they have been taken apart before; else NULL, and these count: */
    StringView rest;
    StringView after; /* behind `rest`, which stands for one letter of it */
    bool is_bad;      /* C's: the last piece was a letter without meaning */
    size_t taken;     /* pieces so far */
} PiecePattern;

/* Takes the next piece off the pattern, which is in `room`, or where it is known; NULL at its end. */
const Piece *piece_next(PiecePattern *pattern, Piece *room);

/* Adds all of them, text that stands together as one piece. False: a letter of it has no meaning. */
bool pieces_add(Arena *arena, PieceList *pieces, PiecePattern pattern);

/* Whether it begins with the word, in any case. */
static inline bool view_begins(StringView view, const char *word)
{
    size_t size = strlen(word);
    return view.size >= size && view_equal_ignoring_case((StringView){view.data, size}, view_of(word));
}

static inline void skip(StringView *view, size_t size)
{
    view->data += size;
    view->size -= size;
}

/* ---- writing ---- */

/* A moment or an interval taken apart. */
typedef struct Clock {
    int64_t year, month, day, hour, minute, second, microsecond;
    int64_t timestamp; /* of a moment */
    bool is_interval, has_zone;
} Clock;

/* Of a TIMESTAMP or TIMESTAMPTZ. */
Clock clock_of_timestamp(int64_t timestamp, bool has_zone);
Clock clock_of_interval(Interval interval);

/* Names of months and days are filled with blanks up to `name_width`. */
void piece_write(Text *text, const Piece *piece, const Clock *clock, size_t name_width);

/* ---- reading ---- */

typedef enum PieceResult { PIECES_READ, PIECES_NO_MATCH, PIECES_OUT_OF_RANGE } PieceResult;

/* The moment that a text says by a pattern. */
PieceResult pieces_read(StringView text, PiecePattern pattern, int64_t *ret_timestamp);

#endif
