/* column/arrow/arrow_array.c: one Arrow column to vectors; each layout has a function. */
#include "column/arrow/arrow_array.h"

#include "base/error.h"
#include "base/utf8.h"
#include "column/datetime.h"
#include "column/decimal.h"

/* More rows than any memory holds; keeps sums of offsets and lengths from wrapping. */
#define MAX_LENGTH ((int64_t)1 << 40)

static _Noreturn void column_raise(const ArrowColumn *column, ErrorCode code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static _Noreturn void column_raise(const ArrowColumn *column, ErrorCode code, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    error_raise(code, NO_POSITION, "%s: column \"%s\" %s", column->source, column->type->column, what);
}

/* ---- what an array must be ---- */

static size_t buffer_count_of(const ArrowType *type)
{
    switch (type->layout) {
    case ARROW_NULLS:
    case ARROW_RUNS:
        return 0;
    case ARROW_TEXT:
    case ARROW_VIEWS:
        return 3;
    default:
        return 2;
    }
}

/* first + count rows must be there. */
static void array_check(const ArrowColumn *column, const struct ArrowArray *array, const ArrowType *type, size_t end)
{
    if (array == NULL || array->release == NULL)
        column_raise(column, ERROR_BAD_DATA, "has an array that is missing or was released");
    if (array->length < 0 || array->length > MAX_LENGTH || array->offset < 0 || array->offset > MAX_LENGTH)
        column_raise(column, ERROR_BAD_DATA, "has an array of length %lld at offset %lld", (long long)array->length,
                     (long long)array->offset);
    if ((size_t)array->length < end)
        column_raise(column, ERROR_BAD_DATA, "has %lld values where %zu are needed", (long long)array->length, end);
    if (array->null_count < -1 || array->null_count > array->length)
        column_raise(column, ERROR_BAD_DATA, "says that %lld of its %lld values are NULL", (long long)array->null_count,
                     (long long)array->length);
    size_t needed = buffer_count_of(type);
    if (array->n_buffers < (int64_t)needed || (type->layout != ARROW_VIEWS && array->n_buffers != (int64_t)needed))
        column_raise(column, ERROR_BAD_DATA, "has %lld buffers where its type has %zu", (long long)array->n_buffers,
                     needed);
    if (needed == 0 || end == 0)
        return;
    if (array->buffers == NULL || (array->buffers[1] == NULL && !(type->layout == ARROW_FIXED && type->width == 0)))
        column_raise(column, ERROR_BAD_DATA, "has no values in its buffer");
    if (array->null_count > 0 && array->buffers[0] == NULL)
        column_raise(column, ERROR_BAD_DATA, "says that %lld values are NULL, but not which",
                     (long long)array->null_count);
}

static const uint8_t *column_validity(const ArrowColumn *column)
{
    const struct ArrowArray *array = column->array;
    return array->null_count == 0 || buffer_count_of(column->type) == 0 ? NULL : array->buffers[0];
}

static inline bool bit_is_set(const uint8_t *bits, size_t index)
{
    return bits[index / 8] >> (index % 8) & 1;
}

static int64_t integer_at(const void *values, size_t width, bool is_signed, size_t index)
{
    const char *at = (const char *)values + index * width;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    switch (width) {
    case 1:
        memcpy(&i8, at, 1);
        return is_signed ? i8 : (uint8_t)i8;
    case 2:
        memcpy(&i16, at, 2);
        return is_signed ? i16 : (uint16_t)i16;
    case 4:
        memcpy(&i32, at, 4);
        return is_signed ? i32 : (int64_t)(uint32_t)i32;
    default:
        memcpy(&i64, at, 8);
        return i64;
    }
}

/* ---- dictionaries and runs ---- */

static void column_init_values(ArrowColumn *column, Arena *arena, const struct ArrowArray *values)
{
    const ArrowType *type = column->type->values;
    array_check(column, values, type, 0);
    size_t count = (size_t)values->length;
    array_check(column, values, type, count);
    if (count >= UINT32_MAX)
        column_raise(column, ERROR_LIMIT_EXCEEDED, "has a dictionary of %zu values", count);
    ArrowColumn inner = {.type = type,
                         .array = values,
                         .first = (size_t)values->offset,
                         .owner = column->owner,
                         .source = column->source};
    Vector *source = vector_new(arena, type->type);
    arrow_column_read(&inner, 0, count, source);
    column->values = vector_new(arena, type->type);
    vector_prepare(column->values, count + 1);
    vector_copy(column->values, 0, source, 0, count);
    vector_set_null(column->values, count);
    column->value_count = count;
}

static void column_init_runs(ArrowColumn *column, Arena *arena)
{
    const struct ArrowArray *array = column->array;
    if (array->n_children != 2 || array->children == NULL)
        column_raise(column, ERROR_BAD_DATA, "has no run ends");
    const struct ArrowArray *ends = array->children[0];
    array_check(column, ends, column->type->codes, 0);
    array_check(column, ends, column->type->codes, (size_t)ends->length);
    array_check(column, array->children[1], column->type->values, 0);
    if (ends->length != array->children[1]->length) /* before room is made for so many */
        column_raise(column, ERROR_BAD_DATA, "has %lld run ends for %lld values", (long long)ends->length,
                     (long long)array->children[1]->length);
    column_init_values(column, arena, array->children[1]);
}

void arrow_column_init(ArrowColumn *column, Arena *arena, const ArrowType *type, const struct ArrowArray *array,
                       size_t first, size_t count, Buffer *owner, const char *source)
{
    *column = (ArrowColumn){.type = type, .array = array, .owner = owner, .source = source};
    array_check(column, array, type, first + count);
    column->first = (size_t)array->offset + first;
    if (type->layout == ARROW_CODES)
        column_init_values(column, arena, array->dictionary);
    else if (type->layout == ARROW_RUNS)
        column_init_runs(column, arena);
}

static void read_codes(ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const ArrowType *codes = column->type->codes;
    const uint8_t *validity = column_validity(column);
    vector_prepare_dictionary(target, column->values, column->value_count + 1, count);
    uint32_t *out = target->data;
    for (size_t i = 0; i < count; i++) {
        if (validity && !bit_is_set(validity, first + i)) {
            out[i] = (uint32_t)column->value_count;
            continue;
        }
        int64_t code = integer_at(column->array->buffers[1], codes->width, codes->layout == ARROW_SIGNED, first + i);
        if (code < 0 || (uint64_t)code >= column->value_count)
            column_raise(column, ERROR_BAD_DATA, "has the code %lld in a dictionary of %zu values", (long long)code,
                         column->value_count);
        out[i] = (uint32_t)code;
    }
}

static void read_runs(ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const struct ArrowArray *ends = column->array->children[0];
    size_t width = column->type->codes->width;
    vector_prepare_dictionary(target, column->values, column->value_count + 1, count);
    uint32_t *out = target->data;
    size_t run = column->run;
    for (size_t i = 0; i < count; i++) {
        while (run < column->value_count &&
               integer_at(ends->buffers[1], width, true, (size_t)ends->offset + run) <= (int64_t)(first + i))
            run++;
        if (run == column->value_count)
            column_raise(column, ERROR_BAD_DATA, "has runs that end before its %zu values do", first + count);
        out[i] = (uint32_t)run;
    }
    column->run = run;
}

/* ---- NULLs ---- */

/* Into a vector whose values stand elsewhere: only the bits. */
static void read_validity(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const uint8_t *validity = column_validity(column);
    if (validity == NULL)
        return;
    uint64_t *words = NULL;
    for (size_t i = 0; i < count; i++)
        if (!bit_is_set(validity, first + i)) {
            if (words == NULL)
                words = vector_validity(target, count);
            validity_clear(words, i);
        }
}

#define FOR_VALID(column, first, count, target, i)                                                                     \
    const uint8_t *valid_ = column_validity(column);                                                                   \
    for (size_t i = 0; i < (count); i++)                                                                               \
        if (valid_ && !bit_is_set(valid_, (first) + i))                                                                \
            vector_set_null((target), i);                                                                              \
        else

/* ---- integers, dates, times ---- */

typedef struct Range {
    int64_t least, most;
} Range;

static Range range_of(Type type)
{
    switch (type.id) {
    case TYPE_DATE:
        return (Range){DATE_MIN, DATE_MAX};
    case TYPE_TIME:
        return (Range){0, MICROSECONDS_PER_DAY};
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return (Range){TIMESTAMP_MIN, INT64_MAX};
    case TYPE_DECIMAL: /* of up to 18 digits */
        return (Range){1 - decimal_power_i64[type.precision], decimal_power_i64[type.precision] - 1};
    default:
        return (Range){INT64_MIN, INT64_MAX};
    }
}

/* Whether all values stand between the bounds: less one bound, an unsigned comparison. Runs of a fixed length are what
 * compilers vectorize. */
enum { RANGE_RUN = 16 };
#define RANGE_CHECK(NAME, ctype, utype)                                                                                \
    static bool NAME(const ctype *values, size_t count, Range range)                                                   \
    {                                                                                                                  \
        utype least = (utype)range.least, width = (utype)((utype)range.most - least), outside = 0;                     \
        size_t i = 0;                                                                                                  \
        for (; i + RANGE_RUN <= count; i += RANGE_RUN)                                                                 \
            for (size_t j = 0; j < RANGE_RUN; j++)                                                                     \
                outside |= (utype)((utype)values[i + j] - least) > width;                                              \
        for (; i < count; i++)                                                                                         \
            outside |= (utype)((utype)values[i] - least) > width;                                                      \
        return !outside;                                                                                               \
    }
RANGE_CHECK(i32_is_in_range, int32_t, uint32_t)
RANGE_CHECK(i64_is_in_range, int64_t, uint64_t)

static bool is_in_range(const void *values, size_t width, size_t count, Range range)
{
    if (range.least == INT64_MIN)
        return true;
    return width == sizeof(int32_t) ? i32_is_in_range(values, count, range) : i64_is_in_range(values, count, range);
}

static bool decimals_fit(const Int128 *values, size_t count, int precision)
{
    bool fits = true;
    for (size_t i = 0; i < count; i++)
        fits &= decimal_fits(values[i], precision);
    return fits;
}

/* Uses the values where they are. False when their layout is another, they are not aligned, or one is out of range. */
static bool read_in_place(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const ArrowType *type = column->type;
    size_t width = physical_size(type_physical(type->type));
    const char *values = (const char *)column->array->buffers[1] + first * width;
    if (type->width != width || type->multiplier != 1 || type->divisor != 1 || (uintptr_t)values % width != 0)
        return false;
    if (width == sizeof(Int128) ? !decimals_fit((const void *)values, count, type->type.precision)
                                : !is_in_range(values, width, count, range_of(type->type)))
        return false;
    vector_unref(target);
    target->type = type->type;
    target->physical = (uint8_t)type_physical(type->type);
    target->data = (void *)values;
    target->data_buffer = buffer_ref(column->owner);
    read_validity(column, first, count, target);
    return true;
}

static void read_signed(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const ArrowType *type = column->type;
    if (read_in_place(column, first, count, target))
        return;
    Range range = range_of(type->type);
    vector_prepare(target, count);
    FOR_VALID(column, first, count, target, i)
    {
        int64_t given = integer_at(column->array->buffers[1], type->width, true, first + i), value;
        bool is_over = __builtin_mul_overflow(given, type->multiplier, &value);
        if (!is_over && type->divisor != 1)
            value = value / type->divisor - (value % type->divisor < 0);
        if (is_over || value < range.least || value > range.most)
            column_raise(column, ERROR_BAD_DATA, "has the value %lld, which is out of range", (long long)given);
        if (target->physical == PHYSICAL_I32)
            VECTOR_DATA(target, int32_t)[i] = (int32_t)value;
        else
            VECTOR_DATA(target, int64_t)[i] = value;
    }
}

static void read_unsigned(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const ArrowType *type = column->type;
    if (read_in_place(column, first, count, target))
        return;
    vector_prepare(target, count);
    FOR_VALID(column, first, count, target, i)
    {
        int64_t value = integer_at(column->array->buffers[1], type->width, false, first + i);
        if (target->physical == PHYSICAL_I32)
            VECTOR_DATA(target, int32_t)[i] = (int32_t)value;
        else
            VECTOR_DATA(target, int64_t)[i] = value;
    }
}

static void read_double(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    if (column->type->layout == ARROW_DOUBLE && read_in_place(column, first, count, target))
        return;
    vector_prepare(target, count);
    const char *values = column->array->buffers[1];
    FOR_VALID(column, first, count, target, i)
    {
        float narrow;
        double wide;
        if (column->type->layout == ARROW_FLOAT) {
            memcpy(&narrow, values + (first + i) * sizeof narrow, sizeof narrow);
            wide = narrow;
        } else {
            memcpy(&wide, values + (first + i) * sizeof wide, sizeof wide);
        }
        VECTOR_DATA(target, double)[i] = wide;
    }
}

static void read_bits(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const uint8_t *values = column->array->buffers[1];
    vector_prepare(target, count);
    FOR_VALID(column, first, count, target, i)
    VECTOR_DATA(target, bool)[i] = bit_is_set(values, first + i);
}

static void read_decimal(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const char *values = column->array->buffers[1];
    size_t width = column->type->width;
    if (read_in_place(column, first, count, target))
        return;
    vector_prepare_as(target, column->type->type, type_physical(column->type->type), count);
    int precision = column->type->type.precision;
    bool is_narrow = target->physical == PHYSICAL_I64;
    FOR_VALID(column, first, count, target, i)
    {
        Int128 value;
        if (width == sizeof value)
            memcpy(&value, values + (first + i) * sizeof value, sizeof value);
        else
            value = integer_at(values, width, true, first + i);
        if (!decimal_fits(value, precision))
            column_raise(column, ERROR_BAD_DATA, "has a value of more than %d digits", precision);
        if (is_narrow)
            VECTOR_DATA(target, int64_t)[i] = (int64_t)value;
        else
            VECTOR_DATA(target, Int128)[i] = value;
    }
}

/* ---- text ---- */

static void text_check(const ArrowColumn *column, StringView text)
{
    if (text.size > STRING_MAX_SIZE)
        column_raise(column, ERROR_STRING_TOO_LONG, "has a text of %zu bytes", text.size);
    size_t valid = column->type->type.id == TYPE_VARCHAR ? utf8_valid_size(text) : text.size;
    if (valid < text.size)
        column_raise(column, ERROR_INVALID_ENCODING, "has a text that is not UTF-8: byte 0x%02x at offset %zu",
                     (unsigned char)text.data[valid], valid);
}

static void read_text(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    size_t width = column->type->width;
    const void *offsets = column->array->buffers[1];
    const char *bytes = column->array->buffers[2];
    vector_prepare(target, count);
    int64_t start = count ? integer_at(offsets, width, true, first) : 0;
    if (start < 0)
        column_raise(column, ERROR_BAD_DATA, "has the offset %lld", (long long)start);
    vector_keep_buffer(target, column->owner);
    String *out = target->data;
    const uint8_t *validity = column_validity(column);
    for (size_t i = 0; i < count; i++) {
        int64_t end = integer_at(offsets, width, true, first + i + 1);
        if (end < start || (end > start && bytes == NULL))
            column_raise(column, ERROR_BAD_DATA, "has the offset %lld behind %lld", (long long)end, (long long)start);
        if (validity && !bit_is_set(validity, first + i)) {
            vector_set_null(target, i);
        } else {
            StringView text = {bytes ? bytes + start : "", (size_t)(end - start)};
            text_check(column, text);
            out[i] = string_make(text.data, text.size);
        }
        start = end;
    }
}

typedef struct ArrowView {
    int32_t size;
    char inlined[4];
    int32_t buffer, offset;
} ArrowView;

static StringView view_text(const ArrowColumn *column, const char *at)
{
    ArrowView view;
    memcpy(&view, at, sizeof view);
    if (view.size >= 0 && view.size <= STRING_INLINE_SIZE)
        return (StringView){at + 4, (size_t)view.size};
    const struct ArrowArray *array = column->array;
    const char *sizes = array->buffers[array->n_buffers - 1];
    if (view.size < 0 || view.offset < 0 || view.buffer < 0 || view.buffer >= array->n_buffers - 3 || sizes == NULL ||
        array->buffers[2 + view.buffer] == NULL ||
        (int64_t)view.offset + view.size > integer_at(sizes, 8, true, (size_t)view.buffer))
        column_raise(column, ERROR_BAD_DATA, "has a text of %d bytes at %d of buffer %d, which has not so many",
                     (int)view.size, (int)view.offset, (int)view.buffer);
    return (StringView){(const char *)array->buffers[2 + view.buffer] + view.offset, (size_t)view.size};
}

static void read_views(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    const char *views = column->array->buffers[1];
    vector_prepare(target, count);
    vector_keep_buffer(target, column->owner);
    FOR_VALID(column, first, count, target, i)
    {
        StringView text = view_text(column, views + (first + i) * sizeof(ArrowView));
        text_check(column, text);
        VECTOR_DATA(target, String)[i] = string_make(text.data, text.size);
    }
}

static void read_fixed(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    size_t width = column->type->width;
    const char *bytes = column->array->buffers[1];
    vector_prepare(target, count);
    vector_keep_buffer(target, column->owner);
    FOR_VALID(column, first, count, target, i)
    VECTOR_DATA(target, String)[i] = string_make(width ? bytes + (first + i) * width : "", width);
}

/* ---- intervals ---- */

static Interval interval_at(const ArrowColumn *column, size_t index)
{
    const char *values = column->array->buffers[1];
    const ArrowType *type = column->type;
    int64_t count, microseconds;
    switch (type->layout) {
    case ARROW_MONTHS:
        return (Interval){.months = (int32_t)integer_at(values, 4, true, index)};
    case ARROW_DAY_MILLIS:
        return (Interval){.days = (int32_t)integer_at(values, 4, true, index * 2),
                          .microseconds = integer_at(values, 4, true, index * 2 + 1) * 1000};
    case ARROW_MONTH_DAY_NS:
        count = integer_at(values, 8, true, index * 2 + 1);
        return (Interval){.months = (int32_t)integer_at(values, 4, true, index * 4),
                          .days = (int32_t)integer_at(values, 4, true, index * 4 + 1),
                          .microseconds = count / 1000 - (count % 1000 < 0)};
    default:
        count = integer_at(values, 8, true, index);
        if (__builtin_mul_overflow(count, type->multiplier, &microseconds))
            column_raise(column, ERROR_BAD_DATA, "has the value %lld, which is out of range", (long long)count);
        return (Interval){.microseconds = microseconds / type->divisor - (microseconds % type->divisor < 0)};
    }
}

static void read_intervals(const ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    vector_prepare(target, count);
    FOR_VALID(column, first, count, target, i)
    VECTOR_DATA(target, Interval)[i] = interval_at(column, first + i);
}

/* ---- any ---- */

static void read_by_layout(ArrowColumn *column, size_t first, size_t count, Vector *target)
{
    switch (column->type->layout) {
    case ARROW_NULLS:
        vector_prepare(target, count);
        vector_set_all_null(target, count);
        return;
    case ARROW_BITS:
        read_bits(column, first, count, target);
        return;
    case ARROW_SIGNED:
        read_signed(column, first, count, target);
        return;
    case ARROW_UNSIGNED:
        read_unsigned(column, first, count, target);
        return;
    case ARROW_FLOAT:
    case ARROW_DOUBLE:
        read_double(column, first, count, target);
        return;
    case ARROW_DECIMAL:
        read_decimal(column, first, count, target);
        return;
    case ARROW_TEXT:
        read_text(column, first, count, target);
        return;
    case ARROW_VIEWS:
        read_views(column, first, count, target);
        return;
    case ARROW_FIXED:
        read_fixed(column, first, count, target);
        return;
    case ARROW_MONTHS:
    case ARROW_DAY_MILLIS:
    case ARROW_MONTH_DAY_NS:
    case ARROW_DURATION:
        read_intervals(column, first, count, target);
        return;
    case ARROW_CODES:
        read_codes(column, first, count, target);
        return;
    case ARROW_RUNS:
        read_runs(column, first, count, target);
        return;
    }
}

void arrow_column_read(ArrowColumn *column, size_t start, size_t count, Vector *target)
{
    if (count == 0) {
        vector_prepare(target, 0);
        return;
    }
    read_by_layout(column, column->first + start, count, target);
    if (column->type->is_nullable || !vector_may_have_nulls(target))
        return;
    for (size_t i = 0; i < count; i++)
        if (vector_is_null(target, i))
            column_raise(column, ERROR_BAD_DATA, "has a NULL, but its schema says that it has none");
}
