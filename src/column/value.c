/* column/value.c: order, equality, hashing and copying of scalars. */
#include "column/value.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "column/decimal.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

int value_compare(const Value *a, const Value *b)
{
    switch ((TypeId)a->type.id) {
    case TYPE_BOOLEAN:
        return a->boolean - b->boolean;
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return COMPARE(a->i64, b->i64);
    case TYPE_UBIGINT:
        return COMPARE(a->u64, b->u64);
    case TYPE_DECIMAL:
        return decimal_compare(a->i128, a->type.scale, b->i128, b->type.scale);
    case TYPE_DOUBLE:
        return double_compare(a->f64, b->f64);
    case TYPE_VARCHAR:
    case TYPE_BLOB:
        return view_compare(a->text, b->text);
    case TYPE_INTERVAL:
        return COMPARE(interval_order(a->interval), interval_order(b->interval));
    case TYPE_NULL:
    case TYPE_COUNT:
        break;
    }
    return 0;
}

bool value_identical(const Value *a, const Value *b)
{
    if (!type_equal(a->type, b->type) || a->is_null != b->is_null)
        return false;
    if (a->is_null)
        return true;
    switch (a->type.id) {
    case TYPE_DOUBLE: /* 0 and -0 divide differently; all NaNs are one */
        return double_compare(a->f64, b->f64) == 0 && (a->f64 != 0 || signbit(a->f64) == signbit(b->f64));
    case TYPE_INTERVAL: /* a month and 30 days are equal, but add differently */
        return a->interval.months == b->interval.months && a->interval.days == b->interval.days &&
               a->interval.microseconds == b->interval.microseconds;
    default:
        return value_compare(a, b) == 0;
    }
}

static uint64_t hash_i128(Int128 value)
{
    return hash_combine(hash_u64((uint64_t)value), (uint64_t)((UInt128)value >> 64));
}

/* Of the number, whatever scale it is written at. */
static uint64_t decimal_hash(Int128 value, int scale)
{
    for (; scale > 0 && value % 10 == 0; scale--)
        value /= 10;
    return hash_combine(hash_i128(value), (uint64_t)scale);
}

static uint64_t double_hash(double value)
{
    uint64_t bits = 0x7FF8000000000000u; /* any NaN */
    if (value == 0)
        bits = 0; /* -0 too */
    else if (value == value)
        memcpy(&bits, &value, sizeof bits);
    return hash_u64(bits);
}

uint64_t value_hash(const Value *value)
{
    if (value->is_null)
        return hash_u64(value->type.id);
    switch ((TypeId)value->type.id) {
    case TYPE_BOOLEAN:
        return hash_u64(value->boolean);
    case TYPE_UBIGINT:
        return hash_u64(value->u64);
    case TYPE_DECIMAL:
        return decimal_hash(value->i128, value->type.scale);
    case TYPE_DOUBLE:
        return double_hash(value->f64);
    case TYPE_VARCHAR:
    case TYPE_BLOB:
        return hash_bytes(value->text.data, value->text.size);
    case TYPE_INTERVAL:
        return hash_i128(interval_order(value->interval));
    default:
        return hash_u64((uint64_t)value->i64);
    }
}

Value value_copy(Arena *arena, const Value *value)
{
    Value copy = *value;
    if (!value->is_null && (value->type.id == TYPE_VARCHAR || value->type.id == TYPE_BLOB))
        copy.text = arena_view(arena, value->text);
    return copy;
}
