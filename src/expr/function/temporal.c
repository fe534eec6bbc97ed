/* expr/function/temporal.c: arithmetic of dates, times, timestamps and intervals, as PostgreSQL has it. */
#include "expr/function/operator.h"

#include "column/datetime.h"

static void fail_overflow(KernelCall *call, size_t row)
{
    static const char *const titles[TYPE_COUNT] = {[TYPE_DATE] = "date",
                                                   [TYPE_TIMESTAMP] = "timestamp",
                                                   [TYPE_TIMESTAMPTZ] = "timestamp",
                                                   [TYPE_INTERVAL] = "interval"};
    kernel_fail(call, row, ERROR_DATETIME_OVERFLOW, "%s out of range", titles[call->result->type.id]);
}

/* `step` computes *r from x and y and says whether it could. */
#define TEMPORAL_KERNEL(name, xtype, ytype, rtype, step)                                                               \
    void kernel_##name(KernelCall *call)                                                                               \
    {                                                                                                                  \
        rtype *results = call->result->data;                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            xtype x = ARGUMENT(call, 0, xtype, i);                                                                     \
            ytype y = ARGUMENT(call, 1, ytype, i);                                                                     \
            rtype *r = &results[i];                                                                                    \
            if (!(step)) {                                                                                             \
                fail_overflow(call, i);                                                                                \
                results[i] = (rtype){0};                                                                               \
            }                                                                                                          \
        }                                                                                                              \
    }

static bool date_add_days(int32_t date, int64_t days, int32_t *ret_date)
{
    int64_t sum;
    if (__builtin_add_overflow((int64_t)date, days, &sum) || sum < DATE_MIN || sum > DATE_MAX)
        return false;
    *ret_date = (int32_t)sum;
    return true;
}

static bool date_subtract_days(int32_t date, int64_t days, int32_t *ret_date)
{
    return days != INT64_MIN && date_add_days(date, -days, ret_date);
}

/* The timestamp of a date's midnight, and more. */
static bool date_at(int32_t date, int64_t time, int64_t *ret_timestamp)
{
    int64_t midnight;
    return !__builtin_mul_overflow((int64_t)date, MICROSECONDS_PER_DAY, &midnight) &&
           !__builtin_add_overflow(midnight, time, ret_timestamp);
}

static bool timestamp_subtract_interval(int64_t timestamp, Interval interval, int64_t *ret_timestamp)
{
    Interval negative;
    return interval_negate(interval, &negative) && timestamp_add_interval(timestamp, negative, ret_timestamp);
}

static bool date_add_interval(int32_t date, Interval interval, int64_t *ret_timestamp)
{
    int64_t midnight;
    return date_at(date, 0, &midnight) && timestamp_add_interval(midnight, interval, ret_timestamp);
}

static bool date_subtract_interval(int32_t date, Interval interval, int64_t *ret_timestamp)
{
    int64_t midnight;
    return date_at(date, 0, &midnight) && timestamp_subtract_interval(midnight, interval, ret_timestamp);
}

/* Days of 24 hours and the rest; never months. */
static bool timestamp_difference(int64_t a, int64_t b, Interval *ret_interval)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return false;
    *ret_interval = (Interval){.days = (int32_t)(difference / MICROSECONDS_PER_DAY),
                               .microseconds = difference % MICROSECONDS_PER_DAY};
    return true;
}

/* The clock goes round: only what the interval has below days counts. */
static bool time_move(int64_t time, int64_t distance, int64_t *ret_time)
{
    int64_t moved = (time + distance % MICROSECONDS_PER_DAY) % MICROSECONDS_PER_DAY;
    *ret_time = moved < 0 ? moved + MICROSECONDS_PER_DAY : moved;
    return true;
}

static bool interval_subtract(Interval a, Interval b, Interval *ret_interval)
{
    return !__builtin_sub_overflow(a.months, b.months, &ret_interval->months) &&
           !__builtin_sub_overflow(a.days, b.days, &ret_interval->days) &&
           !__builtin_sub_overflow(a.microseconds, b.microseconds, &ret_interval->microseconds);
}

TEMPORAL_KERNEL(date_plus_days, int32_t, int64_t, int32_t, date_add_days(x, y, r))
TEMPORAL_KERNEL(days_plus_date, int64_t, int32_t, int32_t, date_add_days(y, x, r))
TEMPORAL_KERNEL(date_minus_days, int32_t, int64_t, int32_t, date_subtract_days(x, y, r))
TEMPORAL_KERNEL(date_minus_date, int32_t, int32_t, int64_t, (*r = (int64_t)x - y, true))
TEMPORAL_KERNEL(date_plus_time, int32_t, int64_t, int64_t, date_at(x, y, r))
TEMPORAL_KERNEL(time_plus_date, int64_t, int32_t, int64_t, date_at(y, x, r))
TEMPORAL_KERNEL(date_plus_interval, int32_t, Interval, int64_t, date_add_interval(x, y, r))
TEMPORAL_KERNEL(interval_plus_date, Interval, int32_t, int64_t, date_add_interval(y, x, r))
TEMPORAL_KERNEL(date_minus_interval, int32_t, Interval, int64_t, date_subtract_interval(x, y, r))
TEMPORAL_KERNEL(timestamp_plus_interval, int64_t, Interval, int64_t, timestamp_add_interval(x, y, r))
TEMPORAL_KERNEL(interval_plus_timestamp, Interval, int64_t, int64_t, timestamp_add_interval(y, x, r))
TEMPORAL_KERNEL(timestamp_minus_interval, int64_t, Interval, int64_t, timestamp_subtract_interval(x, y, r))
TEMPORAL_KERNEL(timestamp_minus_timestamp, int64_t, int64_t, Interval, timestamp_difference(x, y, r))
TEMPORAL_KERNEL(time_plus_interval, int64_t, Interval, int64_t, time_move(x, y.microseconds, r))
TEMPORAL_KERNEL(interval_plus_time, Interval, int64_t, int64_t, time_move(y, x.microseconds, r))
TEMPORAL_KERNEL(time_minus_interval, int64_t, Interval, int64_t,
                time_move(x, -(y.microseconds % MICROSECONDS_PER_DAY), r))
TEMPORAL_KERNEL(time_minus_time, int64_t, int64_t, Interval, (*r = (Interval){.microseconds = x - y}, true))
TEMPORAL_KERNEL(interval_plus_interval, Interval, Interval, Interval, interval_add(x, y, r))
TEMPORAL_KERNEL(interval_minus_interval, Interval, Interval, Interval, interval_subtract(x, y, r))
TEMPORAL_KERNEL(interval_multiply, Interval, double, Interval, interval_multiply(x, y, r))
TEMPORAL_KERNEL(number_multiply_interval, double, Interval, Interval, interval_multiply(y, x, r))

void kernel_interval_negate(KernelCall *call)
{
    Interval *results = call->result->data;
    for (size_t i = 0; i < call->count; i++)
        if (!interval_negate(ARGUMENT(call, 0, Interval, i), &results[i])) {
            fail_overflow(call, i);
            results[i] = (Interval){0};
        }
}

void kernel_interval_divide(KernelCall *call)
{
    Interval *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        double divisor = ARGUMENT(call, 1, double, i);
        results[i] = (Interval){0};
        if (divisor == 0)
            kernel_fail(call, i, ERROR_DIVISION_BY_ZERO, "division by zero");
        else if (!interval_multiply(ARGUMENT(call, 0, Interval, i), 1 / divisor, &results[i]))
            fail_overflow(call, i);
    }
}
