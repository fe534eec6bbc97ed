/* column/value.h: one scalar: a constant in a plan, a parameter, a bound of a column. */
#ifndef QUERN_COLUMN_VALUE_H
#define QUERN_COLUMN_VALUE_H

#include "column/types.h"

/* Which member holds it: BOOLEAN boolean; SMALLINT to BIGINT, DATE, TIME, TIMESTAMP, TIMESTAMPTZ i64; UBIGINT u64;
 * DECIMAL i128 (scaled by 10^type.scale); DOUBLE f64; VARCHAR and BLOB text; INTERVAL interval. */
typedef struct Value {
    Type type;
    bool is_null;
    union {
        bool boolean;
        int64_t i64;
        uint64_t u64;
        Int128 i128;
        double f64;
        StringView text; /* owned by whoever made the value's arena */
        Interval interval;
    };
} Value;

static inline Value value_null(Type type)
{
    return (Value){.type = type, .is_null = true};
}

static inline Value value_boolean(bool boolean)
{
    return (Value){.type = {.id = TYPE_BOOLEAN}, .boolean = boolean};
}

static inline Value value_integer(Type type, int64_t i64)
{
    return (Value){.type = type, .i64 = i64};
}

static inline Value value_ubigint(uint64_t u64)
{
    return (Value){.type = {.id = TYPE_UBIGINT}, .u64 = u64};
}

static inline Value value_double(double f64)
{
    return (Value){.type = {.id = TYPE_DOUBLE}, .f64 = f64};
}

static inline Value value_decimal(Type type, Int128 i128)
{
    return (Value){.type = type, .i128 = i128};
}

static inline Value value_text(StringView text)
{
    return (Value){.type = {.id = TYPE_VARCHAR}, .text = text};
}

static inline Value value_interval(Interval interval)
{
    return (Value){.type = {.id = TYPE_INTERVAL}, .interval = interval};
}

/* Order of two values of one type (decimals may differ in scale) that are not NULL: negative, 0, positive. NaN is above
 * all numbers and equal to itself; -0 equals 0; intervals compare as if a month had 30 days and a day 24 hours. */
int value_compare(const Value *a, const Value *b);
/* The same in type and in all that can be told of the value, or both NULL of one type: 0 is not -0 here, nor a month 30
 * days. */
bool value_identical(const Value *a, const Value *b);
/* Values that compare equal hash equally. */
uint64_t value_hash(const Value *value);
/* A copy whose text is the arena's. */
Value value_copy(Arena *arena, const Value *value);
/* Converts as SQL's CAST does. On failure false and *ret_error is filled (its position is NO_POSITION). Text results
 * are the arena's. */
struct Error;
bool value_cast(Arena *arena, const Value *value, Type type, Value *ret_value, struct Error *ret_error);
/* As it stands in SQL: 'it''s', 1.50, DATE '2024-01-31', NULL, TRUE, INTERVAL '1 day'. */
const char *value_sql(Arena *arena, const Value *value);
/* As results show it: it's, 1.50, 2024-01-31; NULL gives NULL. */
const char *value_display(Arena *arena, const Value *value);

/* Order of doubles with NaN above all and equal to itself, as PostgreSQL has it. */
static inline int double_compare(double a, double b)
{
    if (a < b)
        return -1;
    if (a > b)
        return 1;
    if (a == b)
        return 0;
    return (a != a) - (b != b);
}

/* Intervals as microseconds with months of 30 days: their order and equality. */
static inline Int128 interval_order(Interval interval)
{
    return ((Int128)interval.months * 30 + interval.days) * 86400000000 + interval.microseconds;
}

#endif
