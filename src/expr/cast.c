/* expr/cast.c: CAST over vectors: loops between numbers and for what texts mostly are, sharing where only the type's
 * name changes, and value_cast row by row for all else, which also words the errors. */
#include "expr/cast.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "column/convert.h"
#include "column/datetime.h"
#include "column/decimal.h"
#include "column/limit.h"
#include "column/number.h"
#include "expr/function/family.h"

/* ---- what there is ---- */

static bool is_moment(Type type)
{
    return type.id == TYPE_DATE || type.id == TYPE_TIMESTAMP || type.id == TYPE_TIMESTAMPTZ;
}

bool cast_exists(Type from, Type to)
{
    if (from.id == TYPE_NULL || from.id == to.id || from.id == TYPE_VARCHAR || to.id == TYPE_VARCHAR)
        return true;
    bool from_number = type_is_numeric(from) || from.id == TYPE_BOOLEAN;
    bool to_number = type_is_numeric(to) || to.id == TYPE_BOOLEAN;
    if (from_number || to_number)
        return from_number && to_number;
    if (is_moment(from))
        return is_moment(to) || (to.id == TYPE_TIME && from.id != TYPE_DATE);
    return (from.id == TYPE_TIME && to.id == TYPE_INTERVAL) || (from.id == TYPE_INTERVAL && to.id == TYPE_TIME);
}

static int whole_digits(Type type)
{
    Type decimal = type.id == TYPE_DECIMAL ? type : type_integer_as_decimal(type);
    return decimal.precision - decimal.scale;
}

/* A DATE beyond the last TIMESTAMP raises too; but that must not keep comparisons of the two from being moved. */
bool cast_can_fail(Type from, Type to)
{
    if (type_limits_values(to) && to.limit != LIMIT_LENGTH && to.limit != LIMIT_FRACTION &&
        !(from.id == to.id && type_limits_equal(from, to)))
        return from.id != TYPE_NULL;
    if (from.id == TYPE_NULL || to.id == TYPE_VARCHAR)
        return false;
    if (to.id == TYPE_BOOLEAN)
        return from.id == TYPE_VARCHAR || from.id == TYPE_BLOB;
    if (from.id == TYPE_BOOLEAN)
        return to.id == TYPE_DECIMAL && to.precision == to.scale;
    if (from.id == TYPE_DECIMAL && to.id == TYPE_DECIMAL)
        return whole_digits(to) < whole_digits(from) + (to.scale < from.scale);
    if (from.id == to.id)
        return false;
    if (type_is_integer(from) && to.id == TYPE_DECIMAL)
        return whole_digits(to) < whole_digits(from);
    if (type_is_integer(from) && type_is_integer(to))
        return to.id < from.id || to.id == TYPE_UBIGINT;
    if (to.id == TYPE_DOUBLE)
        return from.id == TYPE_VARCHAR;
    if (is_moment(from))
        return false;
    return !(from.id == TYPE_TIME && to.id == TYPE_INTERVAL) && !(from.id == TYPE_INTERVAL && to.id == TYPE_TIME);
}

/* ---- row by row ---- */

/* Casts every row that is not NULL. Text it makes is the result's. */
static void cast_rows(KernelCall *call)
{
    const Vector *source = call->arguments[0];
    Vector *result = call->result;
    Arena *arena = arena_new_child(call->state);
    for (size_t i = 0; i < call->count; i++) {
        Value value = vector_value(source, i), cast = value_null(result->type);
        Error error;
        if (value.is_null || value_cast(arena, &value, result->type, &cast, &error)) {
            vector_set_value(result, i, &cast);
            continue;
        }
        vector_set_value(result, i, &(Value){.type = result->type}); /* whatever zero is */
        kernel_fail(call, i, error.code, "%s", error.message);
    }
    arena_free(arena);
}

/* A loop has met what does not fit: where it matters, row by row finds and words it. */
static void cast_again(KernelCall *call)
{
    if (!call->is_careful && !call->is_try) {
        call->may_have_failed = true;
        return;
    }
    vector_prepare(call->result, call->count);
    cast_rows(call);
}

static void cast_to_text(KernelCall *call)
{
    vector_to_text(call->result, call->arguments[0], NULL, call->count, call->count);
}

/* The values are the same. */
static void cast_share(KernelCall *call)
{
    Type type = call->result->type;
    vector_reference(call->result, call->arguments[0]);
    call->result->type = type;
}

static void cast_null(KernelCall *call)
{
    vector_set_all_null(call->result, call->count);
}

/* ---- between integers and doubles ---- */

#define CAST_LOOP(name, xtype, rtype, expression)                                                                      \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        const xtype *restrict xs = call->arguments[0]->data;                                                           \
        rtype *restrict results = call->result->data;                                                                  \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            xtype x = xs[i];                                                                                           \
            results[i] = (rtype)(expression);                                                                          \
        }                                                                                                              \
    }

/* Where `fits` is false the result is 0, until the failure is looked at. */
#define CAST_LOOP_CHECKED(name, xtype, rtype, fits, expression)                                                        \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        const xtype *restrict xs = call->arguments[0]->data;                                                           \
        rtype *restrict results = call->result->data;                                                                  \
        bool all_fit = true;                                                                                           \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            xtype x = xs[i];                                                                                           \
            bool this_fits = (fits);                                                                                   \
            all_fit &= this_fits;                                                                                      \
            results[i] = this_fits ? (rtype)(expression) : 0;                                                          \
        }                                                                                                              \
        if (!all_fit)                                                                                                  \
            cast_again(call);                                                                                          \
    }

CAST_LOOP(i32_to_i64, int32_t, int64_t, x)
CAST_LOOP(i32_to_f64, int32_t, double, x)
CAST_LOOP(i64_to_f64, int64_t, double, x)
CAST_LOOP(u64_to_f64, uint64_t, double, x)
CAST_LOOP_CHECKED(i32_to_i16, int32_t, int32_t, x >= INT16_MIN && x <= INT16_MAX, x)
CAST_LOOP_CHECKED(i64_to_i16, int64_t, int32_t, x >= INT16_MIN && x <= INT16_MAX, x)
CAST_LOOP_CHECKED(i64_to_i32, int64_t, int32_t, x >= INT32_MIN && x <= INT32_MAX, x)
CAST_LOOP_CHECKED(i32_to_u64, int32_t, uint64_t, x >= 0, x)
CAST_LOOP_CHECKED(i64_to_u64, int64_t, uint64_t, x >= 0, x)
CAST_LOOP_CHECKED(u64_to_i16, uint64_t, int32_t, x <= INT16_MAX, x)
CAST_LOOP_CHECKED(u64_to_i32, uint64_t, int32_t, x <= INT32_MAX, x)
CAST_LOOP_CHECKED(u64_to_i64, uint64_t, int64_t, x <= INT64_MAX, x)
/* Doubles round to the nearest, ties to even, before the range is looked at. */
CAST_LOOP_CHECKED(f64_to_i16, double, int32_t, rint(x) >= -32768.0 && rint(x) < 32768.0, rint(x))
CAST_LOOP_CHECKED(f64_to_i32, double, int32_t, rint(x) >= -2147483648.0 && rint(x) < 2147483648.0, rint(x))
CAST_LOOP_CHECKED(f64_to_i64, double, int64_t, rint(x) >= -9223372036854775808.0 && rint(x) < 9223372036854775808.0,
                  rint(x))
CAST_LOOP_CHECKED(f64_to_u64, double, uint64_t, rint(x) >= 0 && rint(x) < 18446744073709551616.0, rint(x))
CAST_LOOP(bool_to_i32, bool, int32_t, x)
CAST_LOOP(i32_to_bool, int32_t, bool, x != 0)
CAST_LOOP(i64_to_bool, int64_t, bool, x != 0)
CAST_LOOP_CHECKED(date_to_timestamp, int32_t, int64_t,
                  x >= INT64_MIN / MICROSECONDS_PER_DAY && x <= INT64_MAX / MICROSECONDS_PER_DAY,
                  x *MICROSECONDS_PER_DAY)
CAST_LOOP(timestamp_to_date, int64_t, int32_t, timestamp_date(x))

/* ---- from text ---- */

/* What is not NULL and does not parse is 0, until the failure is looked at; or NULL. */
#define CAST_LOOP_TEXT(name, xtype, rtype, parses)                                                                     \
    static void name(KernelCall *call)                                                                                 \
    {                                                                                                                  \
        rtype *results = call->result->data;                                                                           \
        bool all_parse = true;                                                                                         \
        for (size_t i = 0; i < call->count; i++) {                                                                     \
            StringView text = argument_text(call, 0, i);                                                               \
            xtype x;                                                                                                   \
            bool this_parses = (parses);                                                                               \
            results[i] = this_parses ? (rtype)x : 0;                                                                   \
            if (!this_parses && call->is_try)                                                                          \
                vector_set_null(call->result, i);                                                                      \
            else if (!this_parses)                                                                                     \
                all_parse &= argument_is_null(call, 0, i);                                                             \
        }                                                                                                              \
        if (!all_parse)                                                                                                \
            cast_again(call);                                                                                          \
    }

CAST_LOOP_TEXT(text_to_i16, int64_t, int32_t, int64_parse(text, &x, &(bool){false}) && x == (int16_t)x)
CAST_LOOP_TEXT(text_to_i32, int64_t, int32_t, int64_parse(text, &x, &(bool){false}) && x == (int32_t)x)
CAST_LOOP_TEXT(text_to_i64, int64_t, int64_t, int64_parse(text, &x, &(bool){false}))
CAST_LOOP_TEXT(text_to_f64, double, double, double_parse(text, &x, &(bool){false}))
CAST_LOOP_TEXT(text_to_date, int32_t, int32_t, date_parse(text, &x))
CAST_LOOP_TEXT(text_to_timestamp, int64_t, int64_t, timestamp_parse(text, &x))

/* ---- decimals ---- */

static Int128 decimal_at(const Vector *vector, size_t i)
{
    switch (vector->physical) {
    case PHYSICAL_I32:
        return VECTOR_DATA(vector, int32_t)[i];
    case PHYSICAL_I64:
        return VECTOR_DATA(vector, int64_t)[i];
    case PHYSICAL_U64:
        return VECTOR_DATA(vector, uint64_t)[i];
    default:
        return VECTOR_DATA(vector, Int128)[i];
    }
}

/* Whether values*factor were all written as I64; factor > 0. */
static bool scale_up_i64(const Vector *source, int64_t factor, int64_t *results, size_t count)
{
    bool overflows = false;
    if (source->physical == PHYSICAL_I32)
        for (size_t i = 0; i < count; i++)
            overflows |= __builtin_mul_overflow((int64_t)VECTOR_DATA(source, int32_t)[i], factor, &results[i]);
    else
        for (size_t i = 0; i < count; i++)
            overflows |= __builtin_mul_overflow(VECTOR_DATA(source, int64_t)[i], factor, &results[i]);
    return !overflows;
}

static bool values_fit(const int64_t *values, size_t count, Type type)
{
    if (type.precision > DECIMAL_I64_PRECISION)
        return true;
    int64_t bound = decimal_power_i64[type.precision], most = 0;
    for (size_t i = 0; i < count; i++)
        most |= values[i] >= bound || values[i] <= -bound;
    return most == 0;
}

/* Integers and decimals to a decimal of at least their scale: multiplied, in 64 bits where that does. */
static bool decimal_widen_i64(KernelCall *call, int shift)
{
    const Vector *source = call->arguments[0];
    if ((source->physical != PHYSICAL_I32 && source->physical != PHYSICAL_I64) || shift < 0 ||
        shift > DECIMAL_I64_PRECISION)
        return false;
    Vector *result = call->result;
    if (!scale_up_i64(source, decimal_power_i64[shift], result->data, call->count) ||
        !values_fit(result->data, call->count, result->type))
        return false;
    result->physical = PHYSICAL_I64; /* it was prepared for at least as much */
    return true;
}

static void to_decimal(KernelCall *call)
{
    const Vector *source = call->arguments[0];
    Type from = source->type, to = call->result->type;
    int from_scale = from.id == TYPE_DECIMAL ? from.scale : 0;
    if (from.id == TYPE_DECIMAL && !cast_can_fail(from, to) && from_scale == to.scale) {
        cast_share(call);
        return;
    }
    if (decimal_widen_i64(call, to.scale - from_scale))
        return;
    bool is_small = call->result->physical == PHYSICAL_I64, all_fit = true;
    for (size_t i = 0; i < call->count; i++) {
        Int128 value = 0;
        if (!decimal_rescale(decimal_at(source, i), from_scale, to.scale, &value) ||
            !decimal_fits(value, to.precision)) {
            all_fit = false;
            value = 0;
        }
        if (is_small)
            VECTOR_DATA(call->result, int64_t)[i] = (int64_t)value;
        else
            VECTOR_DATA(call->result, Int128)[i] = value;
    }
    if (!all_fit)
        cast_again(call);
}

/* Both numbers are exact as doubles up to 2^53 and 10^18, so that one division rounds once, and correctly. */
static void decimal_to_f64(KernelCall *call)
{
    const Vector *source = call->arguments[0];
    double *results = call->result->data;
    int scale = source->type.scale;
    bool is_small = source->physical == PHYSICAL_I64 && scale <= DECIMAL_I64_PRECISION;
    double power = is_small ? (double)decimal_power_i64[scale] : 1;
    for (size_t i = 0; i < call->count; i++) {
        Int128 value = decimal_at(source, i);
        if (is_small && value >= -((int64_t)1 << 53) && value <= (int64_t)1 << 53)
            results[i] = (double)(int64_t)value / power;
        else
            results[i] = decimal_to_double(value, scale);
    }
}

static void f64_to_decimal(KernelCall *call)
{
    const double *xs = call->arguments[0]->data;
    Vector *result = call->result;
    bool is_small = result->physical == PHYSICAL_I64, all_fit = true;
    for (size_t i = 0; i < call->count; i++) {
        Int128 value = 0;
        if (!decimal_from_double(xs[i], result->type, &value)) {
            all_fit = false;
            value = 0;
        }
        if (is_small)
            VECTOR_DATA(result, int64_t)[i] = (int64_t)value;
        else
            VECTOR_DATA(result, Int128)[i] = value;
    }
    if (!all_fit)
        cast_again(call);
}

static void decimal_to_integer(KernelCall *call)
{
    const Vector *source = call->arguments[0];
    TypeId id = (TypeId)call->result->type.id;
    Int128 least = id == TYPE_SMALLINT ? INT16_MIN : id == TYPE_INTEGER ? INT32_MIN : id == TYPE_BIGINT ? INT64_MIN : 0;
    Int128 most = id == TYPE_SMALLINT  ? INT16_MAX
                  : id == TYPE_INTEGER ? INT32_MAX
                  : id == TYPE_BIGINT  ? (Int128)INT64_MAX
                                       : (Int128)UINT64_MAX;
    bool all_fit = true;
    for (size_t i = 0; i < call->count; i++) {
        Int128 value = 0;
        bool fits =
            decimal_rescale(decimal_at(source, i), source->type.scale, 0, &value) && value >= least && value <= most;
        all_fit &= fits;
        if (call->result->physical == PHYSICAL_I32)
            VECTOR_DATA(call->result, int32_t)[i] = fits ? (int32_t)value : 0;
        else
            VECTOR_DATA(call->result, int64_t)[i] = fits ? (int64_t)value : 0;
    }
    if (!all_fit)
        cast_again(call);
}

/* ---- limited types ---- */

/* The range of a limited integer, where the values are. */
static bool limit_integers(const Vector *vector, size_t count)
{
    int64_t least, most;
    bool all_fit = true;
    if (!limit_range(vector->type, &least, &most))
        return true;
    for (size_t i = 0; i < count; i++) {
        int64_t value =
            vector->physical == PHYSICAL_I32 ? VECTOR_DATA(vector, int32_t)[i] : VECTOR_DATA(vector, int64_t)[i];
        all_fit &= value >= least && value <= most;
    }
    return all_fit;
}

static bool limit_reals(Vector *result, const Vector *source, size_t count)
{
    bool all_fit = true;
    for (size_t i = 0; i < count; i++)
        all_fit &= limit_real(VECTOR_DATA(source, double)[i], &VECTOR_DATA(result, double)[i]);
    return all_fit;
}

static bool limit_texts(Vector *result, const Vector *source, size_t count)
{
    bool all_fit = true;
    for (size_t i = 0; i < count; i++) {
        StringView kept;
        if (!validity_get(source->validity, source->form == VECTOR_CONSTANT ? 0 : i)) {
            VECTOR_DATA(result, String)[i] = (String){0};
            continue;
        }
        all_fit &= limit_text(result->type, string_view(&VECTOR_DATA(source, String)[i]), &kept);
        VECTOR_DATA(result, String)[i] = string_make(kept.data, kept.size);
    }
    vector_keep_strings_of(result, source);
    return all_fit;
}

static bool limit_fractions(Vector *result, const Vector *source, size_t count)
{
    for (size_t i = 0; i < count; i++)
        VECTOR_DATA(result, int64_t)[i] = limit_fraction(result->type, VECTOR_DATA(source, int64_t)[i]);
    return true;
}

/* From the type that is limited, or from any other by way of that. */
static void cast_limited(KernelCall *call)
{
    Vector *source = call->arguments[0], *result = call->result;
    Type type = result->type;
    if (source->type.id != type.id || limit_range(type, &(int64_t){0}, &(int64_t){0})) {
        result->type = type_without_limit(type);
        cast_kernel(source->type, result->type)(call);
        result->type = type;
        source = result;
    }
    bool all_fit = type.limit == LIMIT_REAL                                   ? limit_reals(result, source, call->count)
                   : type.limit == LIMIT_LENGTH || type.limit == LIMIT_STORED ? limit_texts(result, source, call->count)
                   : type.limit == LIMIT_FRACTION ? limit_fractions(result, source, call->count)
                                                  : limit_integers(result, call->count);
    if (!all_fit)
        cast_again(call);
}

/* ---- choosing ---- */

static const Kernel cast_loops[TYPE_COUNT][TYPE_COUNT] = {
    [TYPE_BOOLEAN] = {[TYPE_SMALLINT] = bool_to_i32, [TYPE_INTEGER] = bool_to_i32},
    [TYPE_SMALLINT] = {[TYPE_BOOLEAN] = i32_to_bool,
                       [TYPE_INTEGER] = cast_share,
                       [TYPE_BIGINT] = i32_to_i64,
                       [TYPE_UBIGINT] = i32_to_u64,
                       [TYPE_DECIMAL] = to_decimal,
                       [TYPE_DOUBLE] = i32_to_f64},
    [TYPE_INTEGER] = {[TYPE_BOOLEAN] = i32_to_bool,
                      [TYPE_SMALLINT] = i32_to_i16,
                      [TYPE_BIGINT] = i32_to_i64,
                      [TYPE_UBIGINT] = i32_to_u64,
                      [TYPE_DECIMAL] = to_decimal,
                      [TYPE_DOUBLE] = i32_to_f64},
    [TYPE_BIGINT] = {[TYPE_BOOLEAN] = i64_to_bool,
                     [TYPE_SMALLINT] = i64_to_i16,
                     [TYPE_INTEGER] = i64_to_i32,
                     [TYPE_UBIGINT] = i64_to_u64,
                     [TYPE_DECIMAL] = to_decimal,
                     [TYPE_DOUBLE] = i64_to_f64},
    [TYPE_UBIGINT] = {[TYPE_BOOLEAN] = i64_to_bool,
                      [TYPE_SMALLINT] = u64_to_i16,
                      [TYPE_INTEGER] = u64_to_i32,
                      [TYPE_BIGINT] = u64_to_i64,
                      [TYPE_DECIMAL] = to_decimal,
                      [TYPE_DOUBLE] = u64_to_f64},
    [TYPE_DECIMAL] = {[TYPE_SMALLINT] = decimal_to_integer,
                      [TYPE_INTEGER] = decimal_to_integer,
                      [TYPE_BIGINT] = decimal_to_integer,
                      [TYPE_UBIGINT] = decimal_to_integer,
                      [TYPE_DECIMAL] = to_decimal,
                      [TYPE_DOUBLE] = decimal_to_f64},
    [TYPE_DOUBLE] = {[TYPE_SMALLINT] = f64_to_i16,
                     [TYPE_INTEGER] = f64_to_i32,
                     [TYPE_BIGINT] = f64_to_i64,
                     [TYPE_UBIGINT] = f64_to_u64,
                     [TYPE_DECIMAL] = f64_to_decimal},
    [TYPE_DATE] = {[TYPE_TIMESTAMP] = date_to_timestamp, [TYPE_TIMESTAMPTZ] = date_to_timestamp},
    [TYPE_TIMESTAMP] = {[TYPE_DATE] = timestamp_to_date, [TYPE_TIMESTAMPTZ] = cast_share},
    [TYPE_TIMESTAMPTZ] = {[TYPE_DATE] = timestamp_to_date, [TYPE_TIMESTAMP] = cast_share},
    [TYPE_VARCHAR] = {[TYPE_SMALLINT] = text_to_i16,
                      [TYPE_INTEGER] = text_to_i32,
                      [TYPE_BIGINT] = text_to_i64,
                      [TYPE_DOUBLE] = text_to_f64,
                      [TYPE_DATE] = text_to_date,
                      [TYPE_TIMESTAMP] = text_to_timestamp},
};

Kernel cast_kernel(Type from, Type to)
{
    if (from.id == TYPE_NULL)
        return cast_null;
    if (type_limits_values(to))
        return cast_limited;
    if (cast_loops[from.id][to.id])
        return cast_loops[from.id][to.id];
    if (from.id == to.id)
        return cast_share;
    return to.id == TYPE_VARCHAR && from.id != TYPE_BLOB ? cast_to_text : cast_rows;
}
