/* expr/function/date.c: parts of dates and times, cutting them, making them, and what time it is. */
#include "expr/function/family.h"

#include <string.h>

#include "column/datetime.h"
#include "column/number.h"
#include "expr/function/date.h"
#include "expr/function/zone.h"

/* ---- which part ---- */

typedef bool (*PartOfDay)(DatePart part, int32_t days, int64_t *ret_value);

/* A part's name is mostly constant: then it is looked up once. */
typedef struct PartState {
    bool is_constant;
    DatePart part;
    PartOfDay of_day; /* NULL: it needs the time */
    int32_t days[KEPT_DAYS], values[KEPT_DAYS];
} PartState;

static PartState *part_state_new(Arena *arena, DatePart part, PartOfDay of_day)
{
    PartState *state = arena_new(arena, PartState);
    int64_t value;
    state->is_constant = true;
    state->part = part;
    state->of_day = of_day(part, 0, &value) ? of_day : NULL;
    state->days[0] = 1; /* nothing is there yet, day 0 neither */
    return state;
}

static PartState *part_state_of(Arena *arena, const Expr *call, PartOfDay of_day)
{
    const Expr *name = call->arguments[0];
    DatePart part;
    if (!expr_is_constant(name) || name->constant.is_null)
        return arena_new(arena, PartState);
    if (!date_part_parse(name->constant.text, &part))
        error_raise(ERROR_INVALID_PARAMETER, name->position, "unit '%.*s' is not known",
                    VIEW_ARGUMENTS(name->constant.text));
    return part_state_new(arena, part, of_day);
}

static void *part_prepare(Arena *arena, const Expr *call)
{
    return part_state_of(arena, call, date_part);
}

static void *truncate_prepare(Arena *arena, const Expr *call)
{
    return part_state_of(arena, call, date_truncate);
}

static inline int32_t part_of_day(PartState *state, int32_t day)
{
    size_t at = (uint32_t)day % KEPT_DAYS;
    if (state->days[at] != day) {
        int64_t value = 0;
        if (day >= DATE_MIN && day <= DATE_MAX) /* else the row does not count */
            state->of_day(state->part, day, &value);
        state->days[at] = day;
        state->values[at] = (int32_t)value;
    }
    return state->values[at];
}

static bool part_at(KernelCall *call, size_t row, DatePart *ret_part)
{
    const PartState *state = call->state;
    if (state->is_constant) {
        *ret_part = state->part;
        return true;
    }
    StringView name = argument_text(call, 0, row);
    if (date_part_parse(name, ret_part))
        return true;
    kernel_fail(call, row, ERROR_INVALID_PARAMETER, "unit '%.*s' is not known", VIEW_ARGUMENTS(name));
    return false;
}

/* ---- date_part ---- */

/* Whole units past the last multiple of `period`. */
static inline int64_t clock_units(int64_t timestamp, int64_t period, int64_t unit)
{
    return timestamp_modulo(timestamp, period) / unit;
}

#define PART_LOOP(ctype, rtype, expression)                                                                            \
    for (size_t i = 0; i < call->count; i++) {                                                                         \
        ctype x = xs[i];                                                                                               \
        results[i] = (rtype)(expression);                                                                              \
    }
/* What takes a constant part of flat values; false: it is to be taken row by row. */
#define PART_OF_TIMESTAMPS(name, rtype)                                                                                \
    static bool name(KernelCall *call, const Vector *source)                                                           \
    {                                                                                                                  \
        PartState *state = call->state;                                                                                \
        const int64_t *xs = source->data;                                                                              \
        rtype *results = call->result->data;                                                                           \
        if (!state->is_constant || source->form == VECTOR_CONSTANT)                                                    \
            return false;                                                                                              \
        if (state->of_day)                                                                                             \
            PART_LOOP(int64_t, rtype, part_of_day(state, timestamp_date(x)))                                           \
        else if (state->part == DATE_PART_HOUR)                                                                        \
            PART_LOOP(int64_t, rtype, clock_units(x, MICROSECONDS_PER_DAY, MICROSECONDS_PER_HOUR))                     \
        else if (state->part == DATE_PART_MINUTE)                                                                      \
            PART_LOOP(int64_t, rtype, clock_units(x, MICROSECONDS_PER_HOUR, MICROSECONDS_PER_MINUTE))                  \
        else if (state->part == DATE_PART_SECOND)                                                                      \
            PART_LOOP(int64_t, rtype, (rtype)timestamp_modulo(x, MICROSECONDS_PER_MINUTE) / (rtype)1000000)            \
        else                                                                                                           \
            return false;                                                                                              \
        return true;                                                                                                   \
    }
PART_OF_TIMESTAMPS(parts_of_timestamps, double)
PART_OF_TIMESTAMPS(fields_of_timestamps, int64_t)

static bool parts_of_days(KernelCall *call, const Vector *source)
{
    PartState *state = call->state;
    const int32_t *xs = source->data;
    double *results = call->result->data;
    if (state->of_day == NULL || source->form == VECTOR_CONSTANT)
        return false;
    PART_LOOP(int32_t, double, part_of_day(state, x))
    return true;
}

static bool parts_one_by_one(KernelCall *call, const Vector *source)
{
    (void)call;
    (void)source;
    return false;
}

static bool date_day_part(DatePart part, int32_t date, int64_t *ret_millionths)
{
    int64_t midnight;
    if (part == DATE_PART_EPOCH || __builtin_mul_overflow((int64_t)date, MICROSECONDS_PER_DAY, &midnight))
        return part == DATE_PART_EPOCH && !__builtin_mul_overflow((int64_t)date, MICROSECONDS_PER_DAY, ret_millionths);
    return timestamp_part(part, midnight, ret_millionths);
}

#define KERNEL_PART(name, ctype, take, take_all)                                                                       \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        if (take_all(call, call->arguments[1]))                                                                        \
            return;                                                                                                    \
        double *results = call->result->data;                                                                          \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            ctype x = ARGUMENT(call, 1, ctype, i);                                                                     \
            DatePart part;                                                                                             \
            int64_t millionths = 0;                                                                                    \
            char type[TYPE_NAME_SIZE];                                                                                 \
            if (part_at(call, i, &part) && !take(part, x, &millionths)) {                                              \
                type_name(call->arguments[1]->type, type);                                                             \
                if (take(part, (ctype){0}, &millionths))                                                               \
                    kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "%s out of range", type);                            \
                else                                                                                                   \
                    kernel_fail(call, i, ERROR_INVALID_PARAMETER, "%s has no unit '%.*s'", type,                       \
                                VIEW_ARGUMENTS(argument_text(call, 0, i)));                                            \
            }                                                                                                          \
            results[i] = (double)millionths / 1e6;                                                                     \
        }                                                                                                              \
    }
KERNEL_PART(part_date, int32_t, date_day_part, parts_of_days)
KERNEL_PART(part_timestamp, int64_t, timestamp_part, parts_of_timestamps)
KERNEL_PART(part_time, int64_t, time_part, parts_one_by_one)
KERNEL_PART(part_interval, Interval, interval_part, parts_one_by_one)

/* year(x), month(x) and so on: whole numbers. */
static void field_run(KernelCall *call)
{
    const PartState *state = call->state;
    if (fields_of_timestamps(call, call->arguments[0]))
        return;
    for (size_t i = 0; i < call->count; i++) {
        int64_t millionths = 0;
        timestamp_part(state->part, ARGUMENT(call, 0, int64_t, i), &millionths);
        VECTOR_DATA(call->result, int64_t)[i] = millionths / 1000000;
    }
}

#define FIELD_PREPARE(name, part)                                                                                      \
    static void *prepare_##name(Arena *arena, const Expr *call)                                                        \
    {                                                                                                                  \
        (void)call;                                                                                                    \
        return part_state_new(arena, part, date_part);                                                                 \
    }
FIELD_PREPARE(year, DATE_PART_YEAR)
FIELD_PREPARE(quarter, DATE_PART_QUARTER)
FIELD_PREPARE(month, DATE_PART_MONTH)
FIELD_PREPARE(week, DATE_PART_WEEK)
FIELD_PREPARE(day, DATE_PART_DAY)
FIELD_PREPARE(dayofweek, DATE_PART_DOW)
FIELD_PREPARE(dayofyear, DATE_PART_DOY)
FIELD_PREPARE(hour, DATE_PART_HOUR)
FIELD_PREPARE(minute, DATE_PART_MINUTE)
FIELD_PREPARE(second, DATE_PART_SECOND)

/* ---- date_trunc ---- */

static void truncate_days(KernelCall *call)
{
    const int64_t *xs = call->arguments[1]->data;
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int32_t start = part_of_day(call->state, timestamp_date(xs[i]));
        if (start < DATE_MIN)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "cannot truncate to '%.*s'",
                        VIEW_ARGUMENTS(argument_text(call, 0, i)));
        results[i] = start < DATE_MIN ? 0 : start * MICROSECONDS_PER_DAY;
    }
}

static bool truncate_all(KernelCall *call, const Vector *source)
{
    const PartState *state = call->state;
    const int64_t *xs = source->data;
    int64_t *results = call->result->data;
    if (!state->is_constant || source->form == VECTOR_CONSTANT)
        return false;
    if (state->of_day)
        truncate_days(call);
    else if (state->part == DATE_PART_DAY)
        PART_LOOP(int64_t, uint64_t, (uint64_t)x - (uint64_t)timestamp_modulo(x, MICROSECONDS_PER_DAY))
    else if (state->part == DATE_PART_HOUR)
        PART_LOOP(int64_t, uint64_t, (uint64_t)x - (uint64_t)timestamp_modulo(x, MICROSECONDS_PER_HOUR))
    else if (state->part == DATE_PART_MINUTE)
        PART_LOOP(int64_t, uint64_t, (uint64_t)x - (uint64_t)timestamp_modulo(x, MICROSECONDS_PER_MINUTE))
    else
        return false;
    return true;
}

#define KERNEL_TRUNCATE(name, ctype, truncate, all)                                                                    \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        if (all(call, call->arguments[1]))                                                                             \
            return;                                                                                                    \
        ctype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            DatePart part;                                                                                             \
            results[i] = ARGUMENT(call, 1, ctype, i);                                                                  \
            if (part_at(call, i, &part) && !truncate(part, results[i], &results[i]))                                   \
                kernel_fail(call, i, ERROR_INVALID_PARAMETER, "cannot truncate to '%.*s'",                             \
                            VIEW_ARGUMENTS(argument_text(call, 0, i)));                                                \
        }                                                                                                              \
    }
KERNEL_TRUNCATE(truncate_timestamp, int64_t, timestamp_truncate, truncate_all)
KERNEL_TRUNCATE(truncate_interval, Interval, interval_truncate, parts_one_by_one)

/* ---- making ---- */

static void fail_field(KernelCall *call, size_t row, const char *what)
{
    kernel_fail(call, row, ERROR_DATETIME_OVERFLOW, "%s field value out of range", what);
}

/* Year 0 does not exist: 1 BC is year -1 here, and 0 in the calendar. */
static bool date_make(int64_t year, int64_t month, int64_t day, int32_t *ret_date)
{
    if (year == 0 || year < INT16_MIN || year > 5874897 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    CalendarDate calendar = {(int32_t)(year < 0 ? year + 1 : year), (int32_t)month, (int32_t)day};
    return date_from_calendar(calendar, ret_date);
}

static bool time_make(int64_t hour, int64_t minute, double second, int64_t *ret_time)
{
    if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || !(second >= 0 && second <= 60))
        return false;
    int64_t time = (hour * 60 + minute) * 60 * MICROSECONDS_PER_SECOND + (int64_t)rint(second * 1e6);
    *ret_time = time;
    return time <= MICROSECONDS_PER_DAY;
}

static void make_date(KernelCall *call)
{
    int32_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        results[i] = 0;
        if (!date_make(ARGUMENT(call, 0, int64_t, i), ARGUMENT(call, 1, int64_t, i), ARGUMENT(call, 2, int64_t, i),
                       &results[i]))
            fail_field(call, i, "date");
    }
}

static void make_time(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        results[i] = 0;
        if (!time_make(ARGUMENT(call, 0, int64_t, i), ARGUMENT(call, 1, int64_t, i), ARGUMENT(call, 2, double, i),
                       &results[i]) ||
            results[i] == MICROSECONDS_PER_DAY)
            fail_field(call, i, "time");
    }
}

static void make_timestamp(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int32_t date;
        int64_t time, midnight;
        results[i] = 0;
        if (!date_make(ARGUMENT(call, 0, int64_t, i), ARGUMENT(call, 1, int64_t, i), ARGUMENT(call, 2, int64_t, i),
                       &date) ||
            !time_make(ARGUMENT(call, 3, int64_t, i), ARGUMENT(call, 4, int64_t, i), ARGUMENT(call, 5, double, i),
                       &time) ||
            __builtin_mul_overflow((int64_t)date, MICROSECONDS_PER_DAY, &midnight) ||
            __builtin_add_overflow(midnight, time, &results[i]))
            fail_field(call, i, "timestamp");
    }
}

static void make_timestamptz(KernelCall *call)
{
    int64_t *results = call->result->data;
    make_timestamp(call);
    for (size_t i = 0; i < call->count && call->argument_count > 6; i++) {
        StringView name = argument_text(call, 6, i);
        const Zone *zone = zone_find(call->state, name);
        if (zone == NULL)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "time zone \"%.*s\" not recognized", VIEW_ARGUMENTS(name));
        else if (!zone_to_utc(zone, results[i], &results[i]))
            fail_field(call, i, "timestamp");
    }
}

/* Seconds since 1970. */
static void to_timestamp(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        double microseconds = rint(ARGUMENT(call, 0, double, i) * 1e6);
        bool fits = microseconds >= -9223372036854775808.0 && microseconds < 9223372036854775808.0;
        if (!fits || (int64_t)microseconds < TIMESTAMP_MIN)
            kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "timestamp out of range");
        results[i] = fits ? (int64_t)microseconds : 0;
    }
}

/* A text: seconds since 1970, or a moment as it is written. */
static void to_timestamp_of_text(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        StringView text = argument_text(call, 0, i);
        double seconds = 0;
        bool overflow;
        results[i] = 0;
        if (double_parse(text, &seconds, &overflow) && fabs(seconds) < 9e12)
            results[i] = (int64_t)rint(seconds * 1e6);
        else if (timestamptz_read(text, &results[i]) != DATETIME_OK)
            kernel_fail(call, i, ERROR_INVALID_DATETIME, "invalid input syntax for type timestamptz: \"%.*s\"",
                        VIEW_ARGUMENTS(text));
    }
}

/* Never behind the last of all dates, which ends a month. */
static bool day_month_end(DatePart part, int32_t day, int64_t *ret_value)
{
    (void)part;
    CalendarDate calendar = date_to_calendar(day);
    *ret_value = (int64_t)day + calendar_days_in_month(calendar.year, calendar.month) - calendar.day;
    return true;
}

static void *last_day_prepare(Arena *arena, const Expr *call)
{
    (void)call;
    return part_state_new(arena, DATE_PART_MONTH, day_month_end);
}

static void last_day(KernelCall *call)
{
    int32_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++)
        results[i] = part_of_day(call->state, ARGUMENT(call, 0, int32_t, i));
}

/* ---- age: years, months, days and time, each borrowed from the next, as PostgreSQL counts ---- */

typedef struct Fields {
    CalendarDate date;
    int64_t time;
} Fields;

static Fields timestamp_fields(int64_t timestamp)
{
    int32_t date = timestamp_date(timestamp);
    return (Fields){date_to_calendar(date), timestamp - date * MICROSECONDS_PER_DAY};
}

/* later >= earlier. A day is borrowed from the month that `earlier` is in. */
static Interval fields_between(Fields later, Fields earlier)
{
    int32_t months = (later.date.year - earlier.date.year) * 12 + later.date.month - earlier.date.month;
    int32_t days = later.date.day - earlier.date.day;
    int64_t time = later.time - earlier.time;
    if (time < 0) {
        time += MICROSECONDS_PER_DAY;
        days--;
    }
    if (days < 0) {
        days += calendar_days_in_month(earlier.date.year, earlier.date.month);
        months--;
    }
    return (Interval){months, days, time};
}

static Interval timestamp_age(int64_t a, int64_t b)
{
    Fields left = timestamp_fields(a), right = timestamp_fields(b);
    if (a >= b)
        return fields_between(left, right);
    Interval negative = fields_between(right, left);
    return (Interval){-negative.months, -negative.days, -negative.microseconds};
}

KERNEL_BINARY(age_timestamps, int64_t, int64_t, Interval, timestamp_age(x, y))

static void age_today(KernelCall *call)
{
    int64_t today = timestamp_date(call->context->now) * MICROSECONDS_PER_DAY;
    Interval *results = call->result->data;
    for (size_t i = 0; i < call->count; i++)
        results[i] = timestamp_age(today, ARGUMENT(call, 0, int64_t, i));
}

/* ---- now: when the statement began, in UTC ---- */

#define KERNEL_NOW(name, rtype, expression)                                                                            \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        int64_t now = call->context->now;                                                                              \
        rtype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++)                                                                       \
            results[i] = (expression);                                                                                 \
    }
KERNEL_NOW(now_timestamp, int64_t, now)
KERNEL_NOW(now_date, int32_t, timestamp_date(now))
KERNEL_NOW(now_time, int64_t, now - timestamp_date(now) * MICROSECONDS_PER_DAY)

/* ---- periods ---- */

/* From its earlier end up to below the other. Either may be unknown: then `start` is the one that is known. */
typedef struct Period {
    int64_t start, end;
    bool has_start, has_end;
} Period;

static Period period_read(const KernelCall *call, size_t first, size_t row)
{
    Period period = {.has_start = !argument_is_null(call, first, row),
                     .has_end = !argument_is_null(call, first + 1, row),
                     .start = ARGUMENT(call, first, int64_t, row),
                     .end = ARGUMENT(call, first + 1, int64_t, row)};
    bool is_turned = period.has_end && (!period.has_start || period.end < period.start);
    return is_turned ? (Period){.start = period.end,
                                .end = period.start,
                                .has_start = period.has_end,
                                .has_end = period.has_start}
                     : period;
}

static void overlaps(KernelCall *call)
{
    bool *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        Period a = period_read(call, 0, i), b = period_read(call, 2, i);
        Period first = a.start <= b.start ? a : b, second = a.start <= b.start ? b : a;
        bool is_known = a.has_start && b.has_start && first.has_end;
        results[i] = is_known && (second.start < first.end || first.start == second.start);
        if (!is_known || (!second.has_end && !(results[i] && first.start < second.start)))
            vector_set_null(call->result, i);
    }
}

/* ---- the table ---- */

#define PART(title, x, k)                                                                                              \
    {                                                                                                                  \
        .name = title, .signature = "(unit VARCHAR, " #x ") DOUBLE",                                                   \
        .description = "That part of a date or time: year, month, day, hour, epoch, ...", .argument_count = 2,         \
        .arguments = {T(VARCHAR), T(x)}, .result = T(DOUBLE), .kernel = k, .prepare = part_prepare                     \
    }
#define TRUNCATE(title, x, k)                                                                                          \
    {                                                                                                                  \
        .name = title, .signature = "(unit VARCHAR, " #x ") " #x, .description = "Cut to the start of that unit.",     \
        .argument_count = 2, .arguments = {T(VARCHAR), T(x)}, .result = T(x), .kernel = k, .prepare = truncate_prepare \
    }
#define FIELD(part, text)                                                                                              \
    {                                                                                                                  \
        .name = #part, .signature = "(TIMESTAMP) BIGINT", .description = text, .argument_count = 1,                    \
        .arguments = {T(TIMESTAMP)}, .result = T(BIGINT), .kernel = field_run, .prepare = prepare_##part               \
    }
#define NOW(title, r, k, text)                                                                                         \
    {                                                                                                                  \
        .name = title, .signature = "() " #r, .description = text, .flags = FUNCTION_STABLE, .result = T(r),           \
        .kernel = k                                                                                                    \
    }

#define OVERLAPS(x)                                                                                                    \
    {                                                                                                                  \
        .name = "overlaps", .signature = "(" #x ", " #x ", " #x ", " #x ") BOOLEAN",                                   \
        .description = "Whether two periods share time: (a, b) OVERLAPS (c, d).", .flags = FUNCTION_NOT_STRICT,        \
        ARGUMENTS(T(x), T(x), T(x), T(x)), .result = T(BOOLEAN), .kernel = overlaps                                    \
    }

/* clang-format off */
FunctionFamily function_family_date = {
#define PARTS(title)                                                                                                   \
    PART(title, DATE, part_date), PART(title, TIMESTAMP, part_timestamp), PART(title, TIMESTAMPTZ, part_timestamp),    \
        PART(title, TIME, part_time), PART(title, INTERVAL, part_interval)
    PARTS("date_part"),
    PARTS("datepart"),
#define TRUNCATES(title)                                                                                               \
    TRUNCATE(title, TIMESTAMP, truncate_timestamp), TRUNCATE(title, TIMESTAMPTZ, truncate_timestamp),                  \
        TRUNCATE(title, INTERVAL, truncate_interval)
    TRUNCATES("date_trunc"),
    {.name = "date_trunc", .signature = "(unit VARCHAR, TIMESTAMPTZ, zone VARCHAR) TIMESTAMPTZ",
     .description = "Cut to the start of that unit in that time zone.", .flags = FAIL,
     ARGUMENTS(T(VARCHAR), T(TIMESTAMPTZ), T(VARCHAR)), .result = T(TIMESTAMPTZ), .kernel = kernel_truncate_in_zone,
     .prepare = zone_cache_prepare},
    TRUNCATES("datetrunc"),
    FIELD(year, "The year."),
    FIELD(quarter, "The quarter, 1 to 4."),
    FIELD(month, "The month, 1 to 12."),
    FIELD(week, "The ISO week, 1 to 53."),
    FIELD(day, "The day of the month, 1 to 31."),
    FIELD(dayofweek, "The day of the week: Sunday is 0."),
    FIELD(dayofyear, "The day of the year, 1 to 366."),
    FIELD(hour, "The hour, 0 to 23."),
    FIELD(minute, "The minute, 0 to 59."),
    FIELD(second, "The whole second, 0 to 59."),
    {.name = "make_date", .signature = "(year BIGINT, month BIGINT, day BIGINT) DATE", .description = "That day.",
     .flags = FAIL, .argument_count = 3, .arguments = {T(BIGINT), T(BIGINT), T(BIGINT)}, .result = T(DATE),
     .kernel = make_date},
    {.name = "make_time", .signature = "(hour BIGINT, minute BIGINT, second DOUBLE) TIME", .description = "That time.",
     .flags = FAIL, .argument_count = 3, .arguments = {T(BIGINT), T(BIGINT), T(DOUBLE)}, .result = T(TIME),
     .kernel = make_time},
    {.name = "make_timestamp",
     .signature = "(year BIGINT, month BIGINT, day BIGINT, hour BIGINT, minute BIGINT, second DOUBLE) TIMESTAMP",
     .description = "That day and time.", .flags = FAIL, .argument_count = 6,
     .arguments = {T(BIGINT), T(BIGINT), T(BIGINT), T(BIGINT), T(BIGINT), T(DOUBLE)}, .result = T(TIMESTAMP),
     .kernel = make_timestamp},
    {.name = "make_timestamptz",
     .signature = "(year BIGINT, month BIGINT, day BIGINT, hour BIGINT, minute BIGINT, second DOUBLE [, zone VARCHAR]) "
                  "TIMESTAMPTZ",
     .description = "That day and time in UTC, or in a time zone.", .flags = FAIL, .optional_count = 1,
     ARGUMENTS(T(BIGINT), T(BIGINT), T(BIGINT), T(BIGINT), T(BIGINT), T(DOUBLE), T(VARCHAR)),
     .result = T(TIMESTAMPTZ), .kernel = make_timestamptz, .prepare = zone_cache_prepare},
    {.name = "to_timestamp", .signature = "(DOUBLE) TIMESTAMPTZ", .description = "So many seconds after 1970 began.",
     .flags = FAIL, .argument_count = 1, .arguments = {T(DOUBLE)}, .result = T(TIMESTAMPTZ), .kernel = to_timestamp},
    {.name = "to_timestamp", .signature = "(VARCHAR) TIMESTAMPTZ",
     .description = "A moment as it is written, or so many seconds after 1970 began.", .flags = FAIL,
     ARGUMENTS(T(VARCHAR)), .result = T(TIMESTAMPTZ), .kernel = to_timestamp_of_text},
    {.name = "to_timestamp", .signature = "(VARCHAR, pattern VARCHAR) TIMESTAMPTZ",
     .description = "Read by a pattern: 'DD Mon YYYY HH24:MI'.", .flags = FAIL, ARGUMENTS(T(VARCHAR), T(VARCHAR)),
     .result = T(TIMESTAMPTZ), .kernel = kernel_timestamp_by_pattern, .prepare = kernel_pattern_prepare},
    {.name = "last_day", .signature = "(DATE) DATE", .description = "The last day of its month.", .argument_count = 1,
     .arguments = {T(DATE)}, .result = T(DATE), .kernel = last_day,
     .prepare = last_day_prepare},
    {.name = "age", .signature = "(TIMESTAMP, TIMESTAMP) INTERVAL",
     .description = "Years, months, days and time from the second to the first.", .argument_count = 2,
     .arguments = {T(TIMESTAMP), T(TIMESTAMP)}, .result = T(INTERVAL), .kernel = age_timestamps},
    {.name = "age", .signature = "(TIMESTAMP) INTERVAL", .description = "The same up to this day's midnight.",
     .flags = FUNCTION_STABLE, .argument_count = 1, .arguments = {T(TIMESTAMP)}, .result = T(INTERVAL),
     .kernel = age_today},
    OVERLAPS(TIMESTAMP), OVERLAPS(TIMESTAMPTZ), OVERLAPS(TIME),
    NOW("now", TIMESTAMPTZ, now_timestamp, "When the statement began."),
    NOW("current_timestamp", TIMESTAMPTZ, now_timestamp, "When the statement began."),
    NOW("statement_timestamp", TIMESTAMPTZ, now_timestamp, "When the statement began."),
    NOW("get_current_timestamp", TIMESTAMPTZ, now_timestamp, "When the statement began."),
    NOW("transaction_timestamp", TIMESTAMPTZ, now_timestamp, "When the statement began."),
    NOW("localtimestamp", TIMESTAMP, now_timestamp, "When the statement began."),
    NOW("current_date", DATE, now_date, "The day when the statement began."),
    NOW("today", DATE, now_date, "The day when the statement began."),
    NOW("current_time", TIME, now_time, "The time when the statement began."),
    NOW("localtime", TIME, now_time, "The time when the statement began."),
    {0},
};
/* clang-format on */
