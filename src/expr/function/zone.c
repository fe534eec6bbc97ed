/* expr/function/zone.c: functions that take a time zone: AT TIME ZONE and its kin. */
#include "expr/function/zone.h"

#include "column/datetime.h"
#include "expr/function/family.h"

static const Zone *require_zone(KernelCall *call, size_t row, size_t index)
{
    StringView name = argument_text(call, index, row);
    const Zone *zone = zone_find(call->state, name);
    if (zone == NULL)
        kernel_fail(call, row, ERROR_INVALID_PARAMETER, "time zone \"%.*s\" not recognized", VIEW_ARGUMENTS(name));
    return zone;
}

typedef bool ZoneMove(const Zone *zone, int64_t from, int64_t *ret_to);

static void move_all(KernelCall *call, ZoneMove *move)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        const Zone *zone = require_zone(call, i, 0);
        results[i] = 0;
        if (zone && !move(zone, ARGUMENT(call, 1, int64_t, i), &results[i]))
            kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "timestamp out of range");
    }
}

static void local_to_utc(KernelCall *call)
{
    move_all(call, zone_to_utc);
}

static void utc_to_local(KernelCall *call)
{
    move_all(call, zone_to_local);
}

/* A zone may also be given as its distance from Greenwich. */
static void shift_all(KernelCall *call, int sign)
{
    int64_t *results = call->result->data;
    for (size_t i = 0; i < call->count; i++) {
        Interval zone = ARGUMENT(call, 0, Interval, i);
        results[i] = 0;
        if (zone.months || zone.days)
            kernel_fail(call, i, ERROR_INVALID_PARAMETER, "interval time zone must not include months or days");
        else if (__builtin_add_overflow(ARGUMENT(call, 1, int64_t, i),
                                        zone.microseconds / MICROSECONDS_PER_SECOND * MICROSECONDS_PER_SECOND * sign,
                                        &results[i]))
            kernel_fail(call, i, ERROR_DATETIME_OVERFLOW, "timestamp out of range");
    }
}

static void shift_to_utc(KernelCall *call)
{
    shift_all(call, -1);
}

static void shift_to_local(KernelCall *call)
{
    shift_all(call, 1);
}

/* ---- the table ---- */

#define ZONE(x, r, k)                                                                                                  \
    {                                                                                                                  \
        .name = "timezone", .signature = "(zone VARCHAR, " #x ") " #r, .description = "AT TIME ZONE.", .flags = FAIL,  \
        ARGUMENTS(T(VARCHAR), T(x)), .result = T(r), .kernel = k, .prepare = zone_cache_prepare                        \
    }
#define SHIFT(x, r, k)                                                                                                 \
    {                                                                                                                  \
        .name = "timezone", .signature = "(offset INTERVAL, " #x ") " #r, .description = "AT TIME ZONE.",              \
        .flags = FAIL, ARGUMENTS(T(INTERVAL), T(x)), .result = T(r), .kernel = k                                       \
    }

/* clang-format off */
FunctionFamily function_family_zone = {
    ZONE(TIMESTAMP, TIMESTAMPTZ, local_to_utc),
    ZONE(TIMESTAMPTZ, TIMESTAMP, utc_to_local),
    SHIFT(TIMESTAMP, TIMESTAMPTZ, shift_to_utc),
    SHIFT(TIMESTAMPTZ, TIMESTAMP, shift_to_local),
    {0},
};
/* clang-format on */
