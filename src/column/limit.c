/* column/limit.c: what limited types (TypeLimit) let through: ranges, lengths, and how they round. */
#include "column/limit.h"

#include <math.h>

#include "base/utf8.h"

bool limit_range(Type type, int64_t *ret_least, int64_t *ret_most)
{
    *ret_least = type.limit == LIMIT_TINYINT ? INT8_MIN : 0;
    switch ((TypeLimit)type.limit) {
    case LIMIT_TINYINT:
        *ret_most = INT8_MAX;
        return true;
    case LIMIT_UTINYINT:
        *ret_most = UINT8_MAX;
        return true;
    case LIMIT_USMALLINT:
        *ret_most = UINT16_MAX;
        return true;
    case LIMIT_UINTEGER:
        *ret_most = UINT32_MAX;
        return true;
    default:
        return false;
    }
}

bool limit_text(Type type, StringView text, StringView *ret_kept)
{
    *ret_kept = text;
    if (text.size <= type.length)
        return true;
    size_t size = utf8_offset(text, type.length);
    ret_kept->size = size;
    for (; type.limit == LIMIT_STORED && size < text.size; size++)
        if (text.data[size] != ' ')
            return false;
    return true;
}

int64_t limit_fraction(Type type, int64_t microseconds)
{
    int64_t unit = 1;
    for (uint32_t digits = type.length; digits < 6; digits++)
        unit *= 10;
    if (microseconds > INT64_MAX - unit || microseconds < INT64_MIN + unit)
        return microseconds;
    int64_t half = microseconds < 0 ? -unit / 2 : unit / 2;
    return (microseconds + half) / unit * unit;
}

bool limit_real(double value, double *ret_real)
{
    *ret_real = (double)(float)value;
    return isfinite(*ret_real) || !isfinite(value);
}

bool limit_value(Value *value, Type type, Error *ret_error)
{
    char name[TYPE_NAME_SIZE];
    int64_t least, most;
    type_name_lower(type, name);
    value->type = type;
    if (limit_range(type, &least, &most)) {
        if (value->i64 >= least && value->i64 <= most)
            return true;
        error_set(ret_error, ERROR_OUT_OF_RANGE, NO_POSITION, "%s out of range", name);
        return false;
    }
    switch ((TypeLimit)type.limit) {
    case LIMIT_REAL:
        if (limit_real(value->f64, &value->f64))
            return true;
        error_set(ret_error, ERROR_OUT_OF_RANGE, NO_POSITION, "%s out of range", name);
        return false;
    case LIMIT_LENGTH:
    case LIMIT_STORED:
        if (limit_text(type, value->text, &value->text))
            return true;
        error_set(ret_error, ERROR_STRING_TOO_LONG, NO_POSITION, "value too long for type %s", name);
        return false;
    case LIMIT_FRACTION:
        value->i64 = limit_fraction(type, value->i64);
        return true;
    default:
        return true;
    }
}
