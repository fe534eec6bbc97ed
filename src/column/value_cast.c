/* column/value_cast.c: CAST of one scalar, between all types that PostgreSQL lets become one another.
 *
 *   text            to and from everything, as it is written and shown
 *   numbers         to each other; DECIMAL rounds half away from zero, DOUBLE half to even
 *   BOOLEAN         to and from integers
 *   DATE, TIMESTAMP, TIMESTAMPTZ (UTC) to each other; the latter two to TIME; TIME to and from INTERVAL */
#include <math.h>

#include "column/convert.h"
#include "column/datetime.h"
#include "column/decimal.h"
#include "column/limit.h"

static bool cast_fail_kind(Type from, Type to, Error *ret_error)
{
    char from_name[TYPE_NAME_SIZE], to_name[TYPE_NAME_SIZE];
    error_set(ret_error, ERROR_CANNOT_COERCE, NO_POSITION, "cannot cast type %s to %s",
              type_name_lower(from, from_name), type_name_lower(to, to_name));
    return false;
}

static bool cast_fail_range(const Value *value, Type to, Error *ret_error)
{
    char name[TYPE_NAME_SIZE], shown[VALUE_TEXT_SIZE];
    type_name_lower(to, name);
    if (to.id == TYPE_DECIMAL) {
        StringView text = value_text_view(value, shown, NULL); /* a number: takes no arena */
        error_set(ret_error, ERROR_OUT_OF_RANGE, NO_POSITION, "numeric field overflow: %.*s does not fit into %s",
                  VIEW_ARGUMENTS(text), name);
    } else if (type_is_temporal(to)) {
        error_set(ret_error, ERROR_DATETIME_OVERFLOW, NO_POSITION, "date out of range for %s", name);
    } else {
        error_set(ret_error, ERROR_OUT_OF_RANGE, NO_POSITION, "%s out of range", name);
    }
    return false;
}

/* ---- numbers ---- */

/* The nearest whole number; false when it is none that 128 bits hold. */
static bool number_to_whole(const Value *value, Int128 *ret_whole)
{
    switch (value->type.id) {
    case TYPE_BOOLEAN:
        *ret_whole = value->boolean;
        return true;
    case TYPE_UBIGINT:
        *ret_whole = (Int128)value->u64;
        return true;
    case TYPE_DECIMAL:
        return decimal_rescale(value->i128, value->type.scale, 0, ret_whole);
    case TYPE_DOUBLE: {
        double whole = rint(value->f64);
        if (!(fabs(whole) < 0x1p100))
            return false;
        *ret_whole = (Int128)whole;
        return true;
    }
    default:
        *ret_whole = value->i64;
        return true;
    }
}

static bool cast_to_integer(const Value *value, Type type, Value *ret_value, Error *ret_error)
{
    Int128 whole = 0;
    bool fits = number_to_whole(value, &whole);
    switch (type.id) {
    case TYPE_SMALLINT:
        fits &= whole == (int16_t)whole;
        break;
    case TYPE_INTEGER:
        fits &= whole == (int32_t)whole;
        break;
    case TYPE_UBIGINT:
        fits &= whole == (Int128)(uint64_t)whole;
        break;
    default:
        fits &= whole == (int64_t)whole;
    }
    if (!fits)
        return cast_fail_range(value, type, ret_error);
    *ret_value = type.id == TYPE_UBIGINT ? value_ubigint((uint64_t)whole) : value_integer(type, (int64_t)whole);
    return true;
}

static bool cast_to_decimal(const Value *value, Type type, Value *ret_value, Error *ret_error)
{
    Int128 result;
    bool fits;
    if (value->type.id == TYPE_DOUBLE) {
        fits = decimal_from_double(value->f64, type, &result);
    } else {
        bool is_decimal = value->type.id == TYPE_DECIMAL;
        int scale = is_decimal ? value->type.scale : 0;
        Int128 number = is_decimal ? value->i128 : value->type.id == TYPE_UBIGINT ? (Int128)value->u64 : value->i64;
        fits = decimal_rescale(number, scale, type.scale, &result) && decimal_fits(result, type.precision);
    }
    if (!fits)
        return cast_fail_range(value, type, ret_error);
    *ret_value = value_decimal(type, result);
    return true;
}

static double number_to_double(const Value *value)
{
    switch (value->type.id) {
    case TYPE_UBIGINT:
        return (double)value->u64;
    case TYPE_DECIMAL:
        return decimal_to_double(value->i128, value->type.scale);
    case TYPE_DOUBLE:
        return value->f64;
    default:
        return (double)value->i64;
    }
}

/* ---- dates and times ---- */

/* To DATE, TIME, TIMESTAMP or TIMESTAMPTZ. */
static bool cast_to_temporal(const Value *value, Type type, Value *ret_value, Error *ret_error)
{
    bool is_moment = value->type.id == TYPE_TIMESTAMP || value->type.id == TYPE_TIMESTAMPTZ;
    int64_t time_of = is_moment ? value->i64 : value->interval.microseconds;
    switch (type.id) {
    case TYPE_DATE:
        if (!is_moment)
            break;
        *ret_value = value_integer(type, timestamp_date(value->i64));
        return true;
    case TYPE_TIME:
        if (!is_moment && value->type.id != TYPE_INTERVAL)
            break;
        time_of %= MICROSECONDS_PER_DAY;
        *ret_value = value_integer(type, time_of < 0 ? time_of + MICROSECONDS_PER_DAY : time_of);
        return true;
    default:
        if (is_moment) {
            *ret_value = value_integer(type, value->i64);
            return true;
        }
        if (value->type.id != TYPE_DATE)
            break;
        *ret_value = value_integer(type, 0);
        if (__builtin_mul_overflow(value->i64, MICROSECONDS_PER_DAY, &ret_value->i64))
            return cast_fail_range(value, type, ret_error);
        return true;
    }
    return cast_fail_kind(value->type, type, ret_error);
}

/* ---- any ---- */

static Value cast_to_text(Arena *arena, const Value *value)
{
    char buffer[VALUE_TEXT_SIZE];
    StringView text = value_text_view(value, buffer, arena);
    /* what is not in the buffer is the value's own, or the arena's already */
    return value_text(value->type.id == TYPE_BLOB ? text : arena_view(arena, text));
}

static bool cast_from_text(Arena *arena, const Value *value, Type type, Value *ret_value, Error *ret_error)
{
    Value parsed;
    if (!value_parse(arena, value->text, type, &parsed, ret_error))
        return false;
    *ret_value = value_copy(arena, &parsed);
    return true;
}

static bool cast_unlimited(Arena *arena, const Value *value, Type type, Value *ret_value, Error *ret_error)
{
    Type from = value->type;
    if (value->is_null || from.id == TYPE_NULL) {
        *ret_value = value_null(type);
        return true;
    }
    if (type_equal(from, type)) {
        *ret_value = value_copy(arena, value);
        return true;
    }
    if (from.id == TYPE_VARCHAR)
        return cast_from_text(arena, value, type, ret_value, ret_error);
    switch ((TypeId)type.id) {
    case TYPE_VARCHAR:
        *ret_value = cast_to_text(arena, value);
        return true;
    case TYPE_BOOLEAN:
        if (!type_is_integer(from))
            break;
        *ret_value = value_boolean(from.id == TYPE_UBIGINT ? value->u64 != 0 : value->i64 != 0);
        return true;
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_UBIGINT:
        if (!type_is_numeric(from) && from.id != TYPE_BOOLEAN)
            break;
        return cast_to_integer(value, type, ret_value, ret_error);
    case TYPE_DECIMAL:
        if (!type_is_numeric(from))
            break;
        return cast_to_decimal(value, type, ret_value, ret_error);
    case TYPE_DOUBLE:
        if (!type_is_numeric(from))
            break;
        *ret_value = value_double(number_to_double(value));
        return true;
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return cast_to_temporal(value, type, ret_value, ret_error);
    case TYPE_INTERVAL:
        if (from.id != TYPE_TIME)
            break;
        *ret_value = value_interval((Interval){0, 0, value->i64});
        return true;
    case TYPE_BLOB:
    case TYPE_NULL:
    case TYPE_COUNT:
        break;
    }
    return cast_fail_kind(from, type, ret_error);
}

bool value_cast(Arena *arena, const Value *value, Type type, Value *ret_value, Error *ret_error)
{
    if (type.limit == LIMIT_NONE || value->is_null || value->type.id == TYPE_NULL)
        return cast_unlimited(arena, value, type, ret_value, ret_error);
    return cast_unlimited(arena, value, type_without_limit(type), ret_value, ret_error) &&
           limit_value(ret_value, type, ret_error);
}
