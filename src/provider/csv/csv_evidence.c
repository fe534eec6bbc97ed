/* provider/csv/csv_evidence.c: rules out types, value by value. No result depends on the order of values. */
#include "provider/csv/csv_evidence.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "column/decimal.h"
#include "provider/csv/csv_field.h"

#define KIND_BIT(kind) ((uint8_t)(1u << (kind)))

enum {
    ALL_KINDS = (1u << CSV_KIND_COUNT) - 1,
    NUMBER_KINDS = 1u << CSV_KIND_INTEGER | 1u << CSV_KIND_PLAIN | 1u << CSV_KIND_DOUBLE,
    DOUBLE_DIGITS = 15, /* so many are always kept by a double */
};

void csv_evidence_init(CsvEvidence *evidence)
{
    *evidence = (CsvEvidence){.possible = ALL_KINDS, .lowest_number = INFINITY, .highest_number = -INFINITY};
}

static void evidence_sketch(CsvEvidence *evidence, uint64_t hash)
{
    sketch_add(&evidence->sketch, hash);
    evidence->sketched_count++;
}

static void bounds_add(CsvEvidence *evidence, int64_t value)
{
    if (!evidence->has_bounds || value < evidence->lowest)
        evidence->lowest = value;
    if (!evidence->has_bounds || value > evidence->highest)
        evidence->highest = value;
    evidence->has_bounds = true;
}

static void number_bounds_add(CsvEvidence *evidence, double value)
{
    evidence->lowest_number = value < evidence->lowest_number ? value : evidence->lowest_number;
    evidence->highest_number = value > evidence->highest_number ? value : evidence->highest_number;
}

/* What may be a number, but no short plain one. */
static void number_add(CsvEvidence *evidence, const char *text, size_t size)
{
    CsvNumberShape shape;
    if (!csv_number_shape(text, size, &shape)) {
        evidence->possible &= (uint8_t)~NUMBER_KINDS;
        return;
    }
    int64_t integer;
    double number = 0;
    bool is_integer = shape.is_plain && shape.scale == 0 && csv_integer_read(text, size, &integer);
    if (is_integer)
        bounds_add(evidence, integer);
    else
        evidence->possible &= (uint8_t)~KIND_BIT(CSV_KIND_INTEGER);
    if (!shape.is_plain) {
        evidence->possible &= (uint8_t)~KIND_BIT(CSV_KIND_PLAIN);
    } else {
        bool is_zero = shape.integer_digits == 1 && text[text[0] == '-'] == '0';
        int digits = is_zero ? 0 : shape.integer_digits;
        evidence->integer_digits = digits > evidence->integer_digits ? digits : evidence->integer_digits;
        evidence->scale = shape.scale > evidence->scale ? shape.scale : evidence->scale;
    }
    if (evidence->possible & KIND_BIT(CSV_KIND_DOUBLE)) {
        if (csv_double_read(text, size, &number))
            number_bounds_add(evidence, number);
        else
            evidence->possible &= (uint8_t)~KIND_BIT(CSV_KIND_DOUBLE);
    }
}

static void any_number_add(CsvEvidence *evidence, const char *text, size_t size)
{
    CsvNumberShape shape;
    int64_t digits;
    if (!csv_plain_read(text, size, &shape, &digits) || shape.integer_digits + shape.scale > DOUBLE_DIGITS) {
        number_add(evidence, text, size);
        return;
    }
    int whole_digits = shape.integer_digits - (shape.integer_digits == 1 && text[text[0] == '-'] == '0');
    evidence->integer_digits = whole_digits > evidence->integer_digits ? whole_digits : evidence->integer_digits;
    evidence->scale = shape.scale > evidence->scale ? shape.scale : evidence->scale;
    if (shape.scale == 0)
        bounds_add(evidence, digits);
    else
        evidence->possible &= (uint8_t)~KIND_BIT(CSV_KIND_INTEGER);
    number_bounds_add(evidence, (double)digits / (double)decimal_power_i64[shape.scale]);
}

static void others_add(CsvEvidence *evidence, const char *text, size_t size)
{
    uint8_t possible = evidence->possible;
    bool boolean;
    int32_t days;
    int64_t time;
    if (possible & KIND_BIT(CSV_KIND_BOOLEAN)) {
        if (csv_boolean_read(text, size, &boolean))
            bounds_add(evidence, boolean);
        else
            possible &= (uint8_t)~KIND_BIT(CSV_KIND_BOOLEAN);
    }
    if (possible & KIND_BIT(CSV_KIND_DATE)) {
        if (csv_date_read(text, size, &days))
            bounds_add(evidence, days);
        else
            possible &= (uint8_t)~KIND_BIT(CSV_KIND_DATE);
    }
    if (possible & KIND_BIT(CSV_KIND_TIME)) {
        if (csv_time_read(text, size, &time))
            bounds_add(evidence, time);
        else
            possible &= (uint8_t)~KIND_BIT(CSV_KIND_TIME);
    }
    if (possible & KIND_BIT(CSV_KIND_TIMESTAMP)) {
        if (csv_timestamp_read(text, size, &time))
            bounds_add(evidence, time);
        else
            possible &= (uint8_t)~KIND_BIT(CSV_KIND_TIMESTAMP);
    }
    evidence->possible = possible;
}

void csv_evidence_add(CsvEvidence *evidence, const char *text, size_t size)
{
    evidence->value_count++;
    if (evidence->sketched_count < CSV_SKETCH_VALUES)
        evidence_sketch(evidence, hash_padded_bytes(text, size));
    if (evidence->possible & NUMBER_KINDS)
        any_number_add(evidence, text, size);
    if (evidence->possible & ~NUMBER_KINDS)
        others_add(evidence, text, size);
}

/* ---- many values at once ---- */

/* Where they can be nothing but text: what is left to do is counting. */
static void texts_count(CsvEvidence *evidence, const StringView *texts, size_t count)
{
    Sketch *sketch = &evidence->sketch;
    size_t null_count = 0, sketched_count = 0, room = CSV_SKETCH_VALUES;
    room = evidence->sketched_count < room ? room - evidence->sketched_count : 0;
    for (size_t i = 0; i < count; i++) {
        if (texts[i].data == NULL) {
            null_count++;
        } else if (sketched_count < room) {
            sketch_add(sketch, hash_padded_bytes(texts[i].data, texts[i].size));
            sketched_count++;
        }
    }
    evidence->null_count += null_count;
    evidence->value_count += count - null_count;
    evidence->sketched_count += sketched_count;
}

void csv_evidence_add_texts(CsvEvidence *evidence, const StringView *texts, size_t count)
{
    for (; count > 0 && evidence->possible != 0; texts++, count--) {
        if (texts->data)
            csv_evidence_add(evidence, texts->data, texts->size);
        else
            csv_evidence_add_null(evidence);
    }
    texts_count(evidence, texts, count);
}

Type csv_evidence_guess(const CsvEvidence *evidence)
{
    uint8_t possible = evidence->possible;
    if (possible & KIND_BIT(CSV_KIND_INTEGER))
        return type_of(TYPE_BIGINT);
    if (possible & KIND_BIT(CSV_KIND_PLAIN) && evidence->scale > 0)
        return type_decimal(DECIMAL_I64_PRECISION, evidence->scale);
    if (possible == KIND_BIT(CSV_KIND_DATE))
        return type_of(TYPE_DATE);
    return type_of(TYPE_VARCHAR);
}

static int digits_count(uint64_t value)
{
    int digits = 0;
    for (; value > 0; value /= 10)
        digits++;
    return digits;
}

typedef struct ValueBounds {
    size_t count;
    int64_t lowest, highest;
} ValueBounds;

static inline int64_t value_at(Type type, const void *values, size_t i)
{
    return type.id == TYPE_DATE ? ((const int32_t *)values)[i] : ((const int64_t *)values)[i];
}

static inline __attribute__((always_inline)) void bounds_widen(ValueBounds *bounds, Type type, const void *values,
                                                               size_t start, size_t end, uint64_t left)
{
    for (size_t i = start; i < end; i++) {
        if (left >> (i - start) & 1)
            continue;
        int64_t value = value_at(type, values, i);
        bounds->lowest = value < bounds->lowest ? value : bounds->lowest;
        bounds->highest = value > bounds->highest ? value : bounds->highest;
    }
    bounds->count += end - start - (size_t)__builtin_popcountll(left);
}

static inline __attribute__((always_inline)) ValueBounds values_bound(Type type, const void *values, size_t count,
                                                                      const uint64_t *left)
{
    ValueBounds bounds = {.lowest = INT64_MAX, .highest = INT64_MIN};
    for (size_t start = 0; start < count; start += 64) {
        size_t end = count - start < 64 ? count : start + 64;
        if (left[start / 64] == 0) /* nearly always */
            bounds_widen(&bounds, type, values, start, end, 0);
        else
            bounds_widen(&bounds, type, values, start, end, left[start / 64]);
    }
    return bounds;
}

static inline __attribute__((always_inline)) void values_sketch(CsvEvidence *evidence, Type type, const void *values,
                                                                size_t count, const uint64_t *left)
{
    Sketch *sketch = &evidence->sketch;
    uint64_t sketched_count = evidence->sketched_count;
    for (size_t i = 0; i < count && sketched_count < CSV_SKETCH_VALUES; i++) {
        if (left[i / 64] >> (i % 64) & 1)
            continue;
        sketch_add(sketch, hash_u64((uint64_t)value_at(type, values, i)));
        sketched_count++;
    }
    evidence->sketched_count = sketched_count;
}

static void numbers_note(CsvEvidence *evidence, int scale, const ValueBounds *bounds)
{
    uint64_t most = (uint64_t)bounds->highest, least = 0 - (uint64_t)bounds->lowest;
    uint64_t largest = bounds->highest < 0 || (bounds->lowest < 0 && least > most) ? least : most;
    int digits = digits_count(largest / (uint64_t)decimal_power_i64[scale]);
    evidence->integer_digits = digits > evidence->integer_digits ? digits : evidence->integer_digits;
    evidence->possible &= NUMBER_KINDS;
    if (scale > 0)
        evidence->possible &= (uint8_t)~KIND_BIT(CSV_KIND_INTEGER);
    number_bounds_add(evidence, (double)bounds->lowest / (double)decimal_power_i64[scale]);
    number_bounds_add(evidence, (double)bounds->highest / (double)decimal_power_i64[scale]);
}

void csv_evidence_add_values(CsvEvidence *evidence, Type type, const void *values, size_t count, uint64_t *left)
{
    static const int64_t limit = 1000000000000000; /* DOUBLE_DIGITS digits: any of them may be a double too */
    ValueBounds bounds = type.id == TYPE_DATE ? values_bound(type_of(TYPE_DATE), values, count, left)
                                              : values_bound(type_of(TYPE_BIGINT), values, count, left);
    if (bounds.count == 0)
        return;
    if (type.id != TYPE_DATE && (bounds.highest >= limit || bounds.lowest <= -limit)) {
        for (size_t i = 0; i < count; i++)
            left[i / 64] |= (uint64_t)1 << (i % 64);
        return;
    }
    evidence->value_count += bounds.count;
    if (type.id == TYPE_DATE)
        values_sketch(evidence, type_of(TYPE_DATE), values, count, left);
    else
        values_sketch(evidence, type_of(TYPE_BIGINT), values, count, left);
    if (type.id != TYPE_DECIMAL) {
        bounds_add(evidence, bounds.lowest);
        bounds_add(evidence, bounds.highest);
    }
    if (type.id == TYPE_DATE)
        evidence->possible &= KIND_BIT(CSV_KIND_DATE);
    else
        numbers_note(evidence, type.id == TYPE_DECIMAL ? type.scale : 0, &bounds);
}

void csv_evidence_merge(CsvEvidence *evidence, const CsvEvidence *other)
{
    evidence->possible &= other->possible;
    if (other->integer_digits > evidence->integer_digits)
        evidence->integer_digits = other->integer_digits;
    if (other->scale > evidence->scale)
        evidence->scale = other->scale;
    evidence->null_count += other->null_count;
    evidence->value_count += other->value_count;
    if (other->has_bounds) {
        bounds_add(evidence, other->lowest);
        bounds_add(evidence, other->highest);
    }
    number_bounds_add(evidence, other->lowest_number);
    number_bounds_add(evidence, other->highest_number);
    evidence->sketched_count += other->sketched_count;
    sketch_merge(&evidence->sketch, &other->sketch);
}

Type csv_evidence_type(const CsvEvidence *evidence)
{
    uint8_t possible = evidence->value_count ? evidence->possible : 0;
    int digits = evidence->integer_digits + evidence->scale;
    if (possible & KIND_BIT(CSV_KIND_INTEGER))
        return type_of(TYPE_BIGINT);
    if (possible & KIND_BIT(CSV_KIND_PLAIN)) {
        if (digits <= DECIMAL_I64_PRECISION)
            return type_decimal(DECIMAL_I64_PRECISION, evidence->scale);
        if (evidence->scale > 0 && possible & KIND_BIT(CSV_KIND_DOUBLE))
            return type_of(TYPE_DOUBLE);
        if (digits <= DECIMAL_MAX_PRECISION)
            return type_decimal(DECIMAL_MAX_PRECISION, evidence->scale);
    } else if (possible & KIND_BIT(CSV_KIND_DOUBLE)) {
        return type_of(TYPE_DOUBLE);
    }
    if (possible & KIND_BIT(CSV_KIND_BOOLEAN))
        return type_of(TYPE_BOOLEAN);
    if (possible & KIND_BIT(CSV_KIND_DATE))
        return type_of(TYPE_DATE);
    if (possible & KIND_BIT(CSV_KIND_TIME))
        return type_of(TYPE_TIME);
    if (possible & KIND_BIT(CSV_KIND_TIMESTAMP))
        return type_of(TYPE_TIMESTAMP);
    return type_of(TYPE_VARCHAR);
}

/* ---- statistics ---- */

/* Few distinct values among many seen: those are all there are. Nearly as many as seen: there are as many more as rows.
 */
static uint64_t distinct_estimate(const CsvEvidence *evidence, double value_count)
{
    double seen = (double)evidence->sketched_count;
    if (seen == 0)
        return 0;
    double distinct = sketch_estimate(&evidence->sketch);
    distinct = distinct > seen ? seen : distinct;
    double share = distinct / seen;
    double total = share < 0.1 ? distinct : distinct * pow(value_count / seen, (share - 0.1) / 0.9);
    return (uint64_t)(total < 1 ? 1 : total > value_count ? value_count : total + 0.5);
}

static StatisticsBound bound_make(const CsvEvidence *evidence, Type type, bool is_total, bool is_lowest)
{
    StatisticsBound bound = {.precision = is_total ? PRECISION_EXACT : PRECISION_ESTIMATE};
    int64_t whole = is_lowest ? evidence->lowest : evidence->highest;
    double number = is_lowest ? evidence->lowest_number : evidence->highest_number;
    Int128 decimal;
    switch ((TypeId)type.id) {
    case TYPE_BOOLEAN:
        bound.value = value_boolean(whole != 0);
        return bound;
    case TYPE_BIGINT:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
        bound.value = value_integer(type, whole);
        return bound;
    case TYPE_DOUBLE:
        bound.value = value_double(number);
        return bound;
    case TYPE_DECIMAL:
        if (evidence->possible & KIND_BIT(CSV_KIND_DOUBLE) && decimal_from_double(number, type, &decimal)) {
            bound.value = value_decimal(type, decimal);
            if (evidence->integer_digits + evidence->scale > DOUBLE_DIGITS)
                bound.precision = PRECISION_ESTIMATE; /* a double may have rounded it */
            return bound;
        }
        return (StatisticsBound){0};
    default:
        return (StatisticsBound){0};
    }
}

ColumnStatistics csv_evidence_statistics(const CsvEvidence *evidence, Type type, uint64_t row_count, bool is_total)
{
    ColumnStatistics statistics = {0};
    uint64_t looked_at = evidence->null_count + evidence->value_count;
    if (looked_at == 0)
        return statistics;
    /* of a type that was declared nobody knows yet what its values are */
    bool is_known = is_total && type_equal(type, csv_evidence_type(evidence));
    double null_share = (double)evidence->null_count / (double)looked_at;
    statistics.null_count = (StatisticsCount){
        .precision = is_known ? PRECISION_EXACT : PRECISION_ESTIMATE,
        .count = is_total ? evidence->null_count : (uint64_t)(null_share * (double)row_count),
    };
    statistics.distinct_count = (StatisticsCount){
        .precision = PRECISION_ESTIMATE,
        .count = distinct_estimate(evidence, (1 - null_share) * (double)row_count),
    };
    if (evidence->value_count == 0 || !type_equal(type, csv_evidence_type(evidence)))
        return statistics;
    statistics.minimum = bound_make(evidence, type, is_total, true);
    statistics.maximum = bound_make(evidence, type, is_total, false);
    return statistics;
}
