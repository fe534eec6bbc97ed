/* column/datetime_scan.h: what the readers of dates and times share: a cursor over text, times of day, zones. */
#ifndef QUERN_COLUMN_DATETIME_SCAN_H
#define QUERN_COLUMN_DATETIME_SCAN_H

#include "column/datetime.h"

typedef struct Cursor {
    const char *at, *end;
} Cursor;

/* A date and time as they are written. */
typedef struct Moment {
    int32_t days;
    int64_t time; /* up to 24:00:00 */
    int32_t zone; /* seconds east of UTC */
    bool has_time;
} Moment;

/* A run of digits: how many, and their value (of the first nine). */
size_t cursor_take_digits(Cursor *cursor, int32_t *ret_value);
/* H:M[:S[.f]], HHMM[SS[.f]]; AM and PM behind it. */
DatetimeResult time_scan(Cursor *cursor, int64_t *ret_microseconds);
/* Seconds east of UTC: an abbreviation, +h, +hh:mm[:ss], +hhmm. */
DatetimeResult zone_scan(Cursor *cursor, int32_t *ret_seconds);
/* datetime_words.c: forms that are not ISO 8601's. */
DatetimeResult moment_scan_words(StringView text, Moment *ret_moment);

#endif
