/* expr/function/date_step.c: moving along the calendar: counting boundaries, bins, adding, justifying, epochs, names.
 */
#include <time.h>

#include "expr/function/family.h"

#include "column/datetime.h"
#include "expr/function/date.h"
#include "expr/function/text_result.h"
#include "expr/function/zone.h"

static void fail_timestamp(KernelCall *call, size_t row)
{
    kernel_fail(call, row, ERROR_DATETIME_OVERFLOW, "timestamp out of range");
}

/* The unit named by argument 0, mostly a constant. */
static bool unit_at(KernelCall *call, size_t row, DatePart *ret_part)
{
    StringView name = argument_text(call, 0, row);
    if (date_part_parse(name, ret_part))
        return true;
    kernel_fail(call, row, ERROR_INVALID_PARAMETER, "unit '%.*s' is not known", VIEW_ARGUMENTS(name));
    return false;
}

/* ---- date_diff(unit, from, to): how many boundaries of the unit lie between ---- */

static int64_t floor_divide(int64_t value, int64_t unit)
{
    return value / unit - (value % unit < 0);
}

/* Months in the unit; 0: it is no number of months. */
static int64_t months_in(DatePart part)
{
    switch (part) {
    case DATE_PART_MONTH:
        return 1;
    case DATE_PART_QUARTER:
        return 3;
    case DATE_PART_YEAR:
        return 12;
    case DATE_PART_DECADE:
        return 120;
    case DATE_PART_CENTURY:
        return 1200;
    case DATE_PART_MILLENNIUM:
        return 12000;
    default:
        return 0;
    }
}

/* Which unit, counted from a fixed one, the moment is in; false where it makes no sense. Weeks are counted in days. */
static bool unit_number(DatePart part, int64_t timestamp, int64_t *ret_number)
{
    if (part == DATE_PART_EPOCH)
        part = DATE_PART_SECOND;
    else if (part == DATE_PART_WEEK || part == DATE_PART_DOW || part == DATE_PART_ISODOW || part == DATE_PART_DOY ||
             part == DATE_PART_JULIAN)
        part = DATE_PART_DAY;
    int64_t months = months_in(part), microseconds = date_part_microseconds(part);
    if (months > 0) {
        CalendarDate calendar = date_to_calendar(timestamp_date(timestamp));
        *ret_number = floor_divide((int64_t)calendar.year * 12 + calendar.month - 1, months);
    } else if (microseconds > 0) {
        *ret_number = floor_divide(timestamp, microseconds);
    }
    return months > 0 || microseconds > 0;
}

static void date_diff(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        DatePart part;
        int64_t from, to;
        results[i] = 0;
        if (!unit_at(call, i, &part))
            continue;
        if (!unit_number(part, ARGUMENT(call, 1, int64_t, i), &from) ||
            !unit_number(part, ARGUMENT(call, 2, int64_t, i), &to))
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "cannot count '%.*s'",
                        VIEW_ARGUMENTS(argument_text(call, 0, i)));
        else if (__builtin_sub_overflow(to, from, &results[i]))
            fail_timestamp(call, i);
        else if (part == DATE_PART_WEEK) /* of any seven days, as in DuckDB */
            results[i] /= 7;
    }
}

/* ---- date_sub(unit, from, to): how many whole units lie between ---- */

/* Microseconds in the unit, 0: it has no fixed length. */
static int64_t microseconds_in(DatePart part)
{
    return part == DATE_PART_WEEK ? 7 * MICROSECONDS_PER_DAY : date_part_microseconds(part);
}

/* from <= to. Whole months: as many as may be added without passing `to`. */
static int64_t whole_months(int64_t from, int64_t to)
{
    int64_t from_month = 0, to_month = 0, reached = 0;
    (void)unit_number(DATE_PART_MONTH, from, &from_month);
    (void)unit_number(DATE_PART_MONTH, to, &to_month);
    int64_t months = to_month - from_month;
    bool is_past = !timestamp_add_interval(from, (Interval){.months = (int32_t)months}, &reached) || reached > to;
    return months - (is_past && months > 0);
}

static void date_units(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        DatePart part;
        int64_t from = ARGUMENT(call, 1, int64_t, i), to = ARGUMENT(call, 2, int64_t, i), distance = 0;
        results[i] = 0;
        if (!unit_at(call, i, &part))
            continue;
        int64_t months = months_in(part), length = microseconds_in(part);
        if (months == 0 && length == 0)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "cannot count '%.*s'",
                        VIEW_ARGUMENTS(argument_text(call, 0, i)));
        else if (months > 0)
            results[i] = (from <= to ? whole_months(from, to) : -whole_months(to, from)) / months;
        else if (__builtin_sub_overflow(to, from, &distance))
            fail_timestamp(call, i);
        else
            results[i] = distance / length;
    }
}

/* ---- date_bin(stride, x, origin) ---- */

/* The largest origin + n * stride that is not later than x. Months have no fixed length. */
static void date_bin_row(KernelCall *call, size_t row, int64_t origin)
{
    Interval stride = ARGUMENT(call, 0, Interval, row);
    int64_t x = ARGUMENT(call, 1, int64_t, row), width = 0, distance;
    int64_t *result = &VECTOR_DATA(call->result, int64_t)[row];
    *result = 0;
    if (stride.months) {
        kernel_fail(call, row, ERROR_NOT_SUPPORTED, "timestamps cannot be binned into intervals of months or years");
        return;
    }
    bool fits = !__builtin_mul_overflow((int64_t)stride.days, MICROSECONDS_PER_DAY, &width) &&
                !__builtin_add_overflow(width, stride.microseconds, &width);
    if (!fits || width <= 0) {
        kernel_fail(call, row, ERROR_DATETIME_OVERFLOW, "%s",
                    fits ? "stride must be greater than zero" : "interval out of range");
        return;
    }
    int64_t rest;
    if (__builtin_sub_overflow(x, origin, &distance) ||
        (rest = distance - floor_divide(distance, width) * width, __builtin_sub_overflow(x, rest, result)))
        fail_timestamp(call, row);
}

static void date_bin(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        date_bin_row(call, i, call->argument_count > 2 ? ARGUMENT(call, 2, int64_t, i) : 0);
}

/* ---- adding ---- */

static void add_interval(KernelCall *call, int64_t timestamp, Interval interval, size_t row)
{
    int64_t *result = &VECTOR_DATA(call->result, int64_t)[row];
    *result = 0;
    if (!timestamp_add_interval(timestamp, interval, result))
        fail_timestamp(call, row);
}

static void date_add(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        add_interval(call, ARGUMENT(call, 0, int64_t, i), ARGUMENT(call, 1, Interval, i), i);
}

static void date_subtract(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        Interval negative = {0};
        if (!interval_negate(ARGUMENT(call, 1, Interval, i), &negative))
            fail_timestamp(call, i);
        add_interval(call, ARGUMENT(call, 0, int64_t, i), negative, i);
    }
}

static void add_months(KernelCall *call)
{
    int32_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int64_t moved = 0, midnight = 0;
        int64_t months = ARGUMENT(call, 1, int64_t, i);
        bool fits = months >= INT32_MIN && months <= INT32_MAX &&
                    !__builtin_mul_overflow((int64_t)ARGUMENT(call, 0, int32_t, i), MICROSECONDS_PER_DAY, &midnight) &&
                    timestamp_add_interval(midnight, (Interval){(int32_t)months, 0, 0}, &moved);
        if (!fits)
            kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "date out of range");
        results[i] = fits ? timestamp_date(moved) : 0;
    }
}

/* ---- intervals ---- */

/* A field's whole multiples of `unit` go to the larger one; both get one sign. */
static bool carry(int64_t *small, int32_t *large, int64_t unit)
{
    int32_t whole = (int32_t)(*small / unit);
    *small -= whole * unit;
    if (__builtin_add_overflow(*large, whole, large))
        return false;
    if (*large > 0 && *small < 0) {
        *small += unit;
        (*large)--;
    } else if (*large < 0 && *small > 0) {
        *small -= unit;
        (*large)++;
    }
    return true;
}

static bool carry_hours(Interval *interval)
{
    return carry(&interval->microseconds, &interval->days, MICROSECONDS_PER_DAY);
}

static bool carry_days(Interval *interval)
{
    int64_t days = interval->days;
    bool fits = carry(&days, &interval->months, 30);
    interval->days = (int32_t)days;
    return fits;
}

/* All three fields get one sign where they can, from the largest down. */
static bool carry_all(Interval *interval)
{
    if (!carry_hours(interval) || !carry_days(interval))
        return false;
    bool is_behind = interval->days < 0 || (interval->days == 0 && interval->microseconds < 0);
    bool is_ahead = interval->days > 0 || (interval->days == 0 && interval->microseconds > 0);
    if (interval->months > 0 && is_behind) {
        interval->days += 30;
        interval->months--;
    } else if (interval->months < 0 && is_ahead) {
        interval->days -= 30;
        interval->months++;
    }
    if (interval->days > 0 && interval->microseconds < 0) {
        interval->microseconds += MICROSECONDS_PER_DAY;
        interval->days--;
    } else if (interval->days < 0 && interval->microseconds > 0) {
        interval->microseconds -= MICROSECONDS_PER_DAY;
        interval->days++;
    }
    return true;
}

#define KERNEL_JUSTIFY(name, step)                                                                                     \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        Interval *results = call->result->data;                                                                        \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            results[i] = ARGUMENT(call, 0, Interval, i);                                                               \
            if (!step(&results[i]))                                                                                    \
                kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "interval out of range");                                \
        }                                                                                                              \
    }
KERNEL_JUSTIFY(justify_hours, carry_hours)
KERNEL_JUSTIFY(justify_days, carry_days)
KERNEL_JUSTIFY(justify_interval, carry_all)

/* (years, months, weeks, days, hours, minutes, seconds), each 0 unless given */
static void make_interval(KernelCall *call)
{
    Interval *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        int64_t fields[6] = {0};
        double seconds = call->argument_count > 6 ? ARGUMENT(call, 6, double, i) : 0;
        for (size_t a = 0; a < 6 && a < call->argument_count; a++)
            fields[a] = ARGUMENT(call, a, int32_t, i);
        int64_t months = fields[0] * 12 + fields[1], days = fields[2] * 7 + fields[3], time = 0;
        double microseconds = rint(seconds * 1e6);
        bool fits = months == (int32_t)months && days == (int32_t)days && fabs(microseconds) < 9e18 &&
                    !__builtin_add_overflow((fields[4] * 60 + fields[5]) * MICROSECONDS_PER_MINUTE,
                                            (int64_t)microseconds, &time);
        if (!fits)
            kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "interval out of range");
        results[i] = fits ? (Interval){(int32_t)months, (int32_t)days, time} : (Interval){0};
    }
}

#define KERNEL_INTERVAL(name, months, days, unit)                                                                      \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        Interval *results = call->result->data;                                                                        \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            int64_t x = ARGUMENT(call, 0, int64_t, i), time = 0;                                                       \
            int32_t month_count = 0, day_count = 0;                                                                    \
            if (__builtin_mul_overflow(x, (int64_t)(months), &month_count) ||                                          \
                __builtin_mul_overflow(x, (int64_t)(days), &day_count) ||                                              \
                __builtin_mul_overflow(x, (int64_t)(unit), &time))                                                     \
                kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "interval out of range");                                \
            results[i] = (Interval){month_count, day_count, time};                                                     \
        }                                                                                                              \
    }
KERNEL_INTERVAL(to_millennia, 12000, 0, 0)
KERNEL_INTERVAL(to_centuries, 1200, 0, 0)
KERNEL_INTERVAL(to_decades, 120, 0, 0)
KERNEL_INTERVAL(to_years, 12, 0, 0)
KERNEL_INTERVAL(to_quarters, 3, 0, 0)
KERNEL_INTERVAL(to_months, 1, 0, 0)
KERNEL_INTERVAL(to_weeks, 0, 7, 0)
KERNEL_INTERVAL(to_days, 0, 1, 0)
KERNEL_INTERVAL(to_hours, 0, 0, MICROSECONDS_PER_HOUR)
KERNEL_INTERVAL(to_minutes, 0, 0, MICROSECONDS_PER_MINUTE)
KERNEL_INTERVAL(to_seconds, 0, 0, MICROSECONDS_PER_SECOND)
KERNEL_INTERVAL(to_milliseconds, 0, 0, 1000)
KERNEL_INTERVAL(to_microseconds, 0, 0, 1)

/* ---- epochs ---- */

KERNEL_UNARY(epoch_seconds, int64_t, double, (double)x / 1e6)
KERNEL_UNARY(epoch_milliseconds, int64_t, int64_t, floor_divide(x, 1000))
KERNEL_UNARY(epoch_microseconds, int64_t, int64_t, x)
KERNEL_UNARY(epoch_whole_seconds, int64_t, int64_t, floor_divide(x, MICROSECONDS_PER_SECOND))

/* A moment so many units after 1970 began. */
static void from_epoch(KernelCall *call, int64_t unit)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        results[i] = 0;
        if (__builtin_mul_overflow(ARGUMENT(call, 0, int64_t, i), unit, &results[i]) || results[i] < TIMESTAMP_MIN)
            fail_timestamp(call, i);
    }
}

static void from_milliseconds(KernelCall *call)
{
    from_epoch(call, 1000);
}

static void from_microseconds(KernelCall *call)
{
    from_epoch(call, 1);
}

static void from_seconds(KernelCall *call)
{
    from_epoch(call, MICROSECONDS_PER_SECOND);
}

KERNEL_UNARY(date_of, int64_t, int32_t, timestamp_date(x))

/* ---- more fields and names ---- */

#define KERNEL_FIELD(name, part, unit)                                                                                 \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        const int64_t *xs = call->arguments[0]->data;                                                                  \
        int64_t *results = call->result->data;                                                                         \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            int64_t millionths = 0;                                                                                    \
            timestamp_part(part, xs[i], &millionths);                                                                  \
            results[i] = millionths / (unit);                                                                          \
        }                                                                                                              \
    }
KERNEL_FIELD(field_isodow, DATE_PART_ISODOW, 1000000)
KERNEL_FIELD(field_isoyear, DATE_PART_ISOYEAR, 1000000)
KERNEL_FIELD(field_decade, DATE_PART_DECADE, 1000000)
KERNEL_FIELD(field_century, DATE_PART_CENTURY, 1000000)
KERNEL_FIELD(field_millennium, DATE_PART_MILLENNIUM, 1000000)
KERNEL_FIELD(field_millisecond, DATE_PART_MILLISECONDS, 1000000)
KERNEL_FIELD(field_microsecond, DATE_PART_MICROSECONDS, 1000000)
KERNEL_FIELD(field_week, DATE_PART_WEEK, 1000000)
KERNEL_FIELD(field_dow, DATE_PART_DOW, 1000000)
KERNEL_FIELD(field_doy, DATE_PART_DOY, 1000000)
KERNEL_FIELD(field_day, DATE_PART_DAY, 1000000)

static void field_yearweek(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t year = 0, week = 0, x = ARGUMENT(call, 0, int64_t, i);
        timestamp_part(DATE_PART_ISOYEAR, x, &year);
        timestamp_part(DATE_PART_WEEK, x, &week);
        VECTOR_DATA(call->result, int64_t)[i] = (year * 100 + (year < 0 ? -week : week)) / 1000000;
    }
}

static void name_run(KernelCall *call, const char *const *names, DatePart part)
{
    for (size_t i = 0; i < call->count; i++) {
        int64_t millionths = 0;
        timestamp_part(part, ARGUMENT(call, 0, int64_t, i), &millionths);
        result_set(call, i, names[millionths / 1000000], strlen(names[millionths / 1000000]));
    }
}

static void day_name(KernelCall *call)
{
    static const char *const names[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    name_run(call, names, DATE_PART_DOW);
}

static void month_name(KernelCall *call)
{
    static const char *const names[] = {"",     "January", "February",  "March",   "April",    "May",     "June",
                                        "July", "August",  "September", "October", "November", "December"};
    name_run(call, names, DATE_PART_MONTH);
}

static void days_in_month(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        CalendarDate calendar = date_to_calendar(ARGUMENT(call, 0, int32_t, i));
        VECTOR_DATA(call->result, int64_t)[i] = calendar_days_in_month(calendar.year, calendar.month);
    }
}

static void julian_day(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, double)
    [i] = (double)ARGUMENT(call, 0, int64_t, i) / (double)MICROSECONDS_PER_DAY - DATE_MIN;
}

/* The wall clock, read anew for each row. */
static void clock_timestamp(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        VECTOR_DATA(call->result, int64_t)[i] = (int64_t)now.tv_sec * MICROSECONDS_PER_SECOND + now.tv_nsec / 1000;
    }
}

/* ---- date_trunc in a time zone ---- */

void kernel_truncate_in_zone(KernelCall *call)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        DatePart part;
        const Zone *zone = zone_find(call->state, argument_text(call, 2, i));
        int64_t local = 0;
        results[i] = 0;
        if (zone == NULL)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "time zone \"%.*s\" not recognized",
                        VIEW_ARGUMENTS(argument_text(call, 2, i)));
        else if (unit_at(call, i, &part) &&
                 (!zone_to_local(zone, ARGUMENT(call, 1, int64_t, i), &local) ||
                  !timestamp_truncate(part, local, &local) || !zone_to_utc(zone, local, &results[i])))
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "cannot truncate to '%.*s'",
                        VIEW_ARGUMENTS(argument_text(call, 0, i)));
    }
}

void kernel_is_finite_time(KernelCall *call)
{
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, bool)[i] = true;
}

/* ---- the table ---- */

#define ONE(title, x, r, flag, k, text)                                                                                \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ") " #r, .description = text, .flags = flag, ARGUMENTS(T(x)),               \
        .result = T(r), .kernel = k                                                                                    \
    }
#define FIELD(title, k, text) ONE(title, TIMESTAMP, BIGINT, 0, k, text)
#define LENGTH(title, text)   ONE(#title, BIGINT, INTERVAL, FAIL, title, text)
#define BETWEEN(title, x, k, text)                                                                                     \
    {                                                                                                                  \
        .name = title, .signature = "(unit VARCHAR, from " #x ", to " #x ") BIGINT", .description = text,              \
        .flags = FAIL, ARGUMENTS(T(VARCHAR), T(x), T(x)), .result = T(BIGINT), .kernel = k                             \
    }
#define DIFFERENCE(title, x)                                                                                           \
    BETWEEN(title, x, date_diff, "How many boundaries of that unit lie between; weeks are of any seven days.")
#define UNITS(title, x) BETWEEN(title, x, date_units, "How many whole units lie between.")
#define BIN(title, x, optional)                                                                                        \
    {                                                                                                                  \
        .name = title, .signature = "(stride INTERVAL, " #x ", origin " #x ") " #x,                                    \
        .description = "Cut to a whole number of strides from the origin.", .flags = FAIL, .optional_count = optional, \
        ARGUMENTS(T(INTERVAL), T(x), T(x)), .result = T(x), .kernel = date_bin                                         \
    }
#define ADD(title, x, k, text)                                                                                         \
    {                                                                                                                  \
        .name = title, .signature = "(" #x ", INTERVAL) " #x, .description = text, .flags = FAIL,                      \
        ARGUMENTS(T(x), T(INTERVAL)), .result = T(x), .kernel = k                                                      \
    }

/* clang-format off */
FunctionFamily function_family_date_step = {
    DIFFERENCE("date_diff", TIMESTAMP),
    DIFFERENCE("date_diff", TIMESTAMPTZ),
    DIFFERENCE("datediff", TIMESTAMP),
    DIFFERENCE("datediff", TIMESTAMPTZ),
    UNITS("datesub", TIMESTAMP),
    UNITS("datesub", TIMESTAMPTZ),
    BIN("date_bin", TIMESTAMP, 1),
    BIN("date_bin", TIMESTAMPTZ, 1),
    BIN("time_bucket", TIMESTAMP, 1),
    BIN("time_bucket", TIMESTAMPTZ, 1),
    ADD("date_add", TIMESTAMP, date_add, "Later by an interval."),
    ADD("date_add", TIMESTAMPTZ, date_add, "Later by an interval."),
    UNITS("date_sub", TIMESTAMP),
    UNITS("date_sub", TIMESTAMPTZ),
    ADD("date_sub", TIMESTAMP, date_subtract, "Earlier by an interval."),
    ADD("date_sub", TIMESTAMPTZ, date_subtract, "Earlier by an interval."),
    ADD("date_subtract", TIMESTAMP, date_subtract, "Earlier by an interval."),
    ADD("date_subtract", TIMESTAMPTZ, date_subtract, "Earlier by an interval."),
    {.name = "add_months", .signature = "(DATE, months BIGINT) DATE",
     .description = "So many months later, at most the month's last day.", .flags = FAIL,
     ARGUMENTS(T(DATE), T(BIGINT)), .result = T(DATE), .kernel = add_months},
    ONE("justify_hours", INTERVAL, INTERVAL, FAIL, justify_hours, "24 hours become a day."),
    ONE("justify_days", INTERVAL, INTERVAL, FAIL, justify_days, "30 days become a month."),
    ONE("justify_interval", INTERVAL, INTERVAL, FAIL, justify_interval, "24 hours become a day, 30 days a month."),
    {.name = "make_interval",
     .signature = "([years INTEGER, months INTEGER, weeks INTEGER, days INTEGER, hours INTEGER, minutes INTEGER, "
                  "seconds DOUBLE]) INTERVAL",
     .description = "An interval of these, those left out 0.", .flags = FAIL, .optional_count = 7,
     ARGUMENTS(T(INTEGER), T(INTEGER), T(INTEGER), T(INTEGER), T(INTEGER), T(INTEGER), T(DOUBLE)),
     .result = T(INTERVAL), .kernel = make_interval},
    LENGTH(to_millennia, "An interval of so many thousand years."),
    LENGTH(to_centuries, "An interval of so many hundred years."),
    LENGTH(to_decades, "An interval of so many times ten years."),
    LENGTH(to_years, "An interval of so many years."),
    LENGTH(to_quarters, "An interval of so many times three months."),
    LENGTH(to_months, "An interval of so many months."),
    LENGTH(to_weeks, "An interval of so many weeks."),
    LENGTH(to_days, "An interval of so many days."),
    LENGTH(to_hours, "An interval of so many hours."),
    LENGTH(to_minutes, "An interval of so many minutes."),
    LENGTH(to_seconds, "An interval of so many seconds."),
    LENGTH(to_milliseconds, "An interval of so many milliseconds."),
    LENGTH(to_microseconds, "An interval of so many microseconds."),
    ONE("epoch", TIMESTAMP, DOUBLE, 0, epoch_seconds, "Seconds since 1970 began."),
    ONE("epoch", TIMESTAMPTZ, DOUBLE, 0, epoch_seconds, "Seconds since 1970 began."),
    ONE("epoch_ms", TIMESTAMP, BIGINT, 0, epoch_milliseconds, "Milliseconds since 1970 began."),
    ONE("epoch_ms", TIMESTAMPTZ, BIGINT, 0, epoch_milliseconds, "Milliseconds since 1970 began."),
    ONE("epoch_ms", BIGINT, TIMESTAMP, FAIL, from_milliseconds, "So many milliseconds after 1970 began."),
    ONE("to_unixtime", TIMESTAMP, BIGINT, 0, epoch_whole_seconds, "Whole seconds since 1970 began."),
    ONE("to_unixtime", TIMESTAMPTZ, BIGINT, 0, epoch_whole_seconds, "Whole seconds since 1970 began."),
    ONE("epoch_us", TIMESTAMP, BIGINT, 0, epoch_microseconds, "Microseconds since 1970 began."),
    ONE("epoch_us", TIMESTAMPTZ, BIGINT, 0, epoch_microseconds, "Microseconds since 1970 began."),
    ONE("make_timestamp_ms", BIGINT, TIMESTAMP, FAIL, from_milliseconds, "So many milliseconds after 1970 began."),
    ONE("to_timestamp_millis", BIGINT, TIMESTAMP, FAIL, from_milliseconds, "So many milliseconds after 1970 began."),
    ONE("to_timestamp_micros", BIGINT, TIMESTAMP, FAIL, from_microseconds, "So many microseconds after 1970 began."),
    ONE("to_timestamp_seconds", BIGINT, TIMESTAMP, FAIL, from_seconds, "So many seconds after 1970 began."),
    ONE("from_unixtime", BIGINT, TIMESTAMP, FAIL, from_seconds, "So many seconds after 1970 began."),
    ONE("date", TIMESTAMP, DATE, 0, date_of, "The day alone."),
    FIELD("isodow", field_isodow, "The day of the week: Monday is 1, Sunday 7."),
    FIELD("isoyear", field_isoyear, "The year that the ISO week belongs to."),
    FIELD("decade", field_decade, "The year divided by 10."),
    FIELD("century", field_century, "The century."),
    FIELD("millennium", field_millennium, "The millennium."),
    FIELD("millisecond", field_millisecond, "The seconds in milliseconds, 0 to 59999."),
    FIELD("microsecond", field_microsecond, "The seconds in microseconds, 0 to 59999999."),
    FIELD("weekofyear", field_week, "The ISO week, 1 to 53."),
    FIELD("weekday", field_dow, "The day of the week: Sunday is 0."),
    FIELD("dow", field_dow, "The day of the week: Sunday is 0."),
    FIELD("doy", field_doy, "The day of the year, 1 to 366."),
    FIELD("dayofmonth", field_day, "The day of the month, 1 to 31."),
    FIELD("yearweek", field_yearweek, "ISO year and week as one number: 202453."),
    ONE("dayname", TIMESTAMP, VARCHAR, 0, day_name, "The weekday's English name."),
    ONE("monthname", TIMESTAMP, VARCHAR, 0, month_name, "The month's English name."),
    ONE("days_in_month", DATE, BIGINT, 0, days_in_month, "How many days its month has."),
    ONE("julian", TIMESTAMP, DOUBLE, 0, julian_day, "The Julian day with its fraction."),
    {.name = "clock_timestamp", .signature = "() TIMESTAMPTZ", .description = "What time it is, not the statement's.",
     .flags = FUNCTION_VOLATILE, .result = T(TIMESTAMPTZ), .kernel = clock_timestamp},
    {0},
};
/* clang-format on */
