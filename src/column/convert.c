/* column/convert.c: text to values and values to text, one at a time and a vector at a time. */
#include "column/convert.h"

#include <assert.h>

#include "base/memory.h"
#include "column/datetime.h"
#include "column/decimal.h"
#include "column/number.h"

/* ---- text to values ---- */

static bool parse_fail_syntax(Error *ret_error, ErrorCode code, StringView text, Type type)
{
    char name[TYPE_NAME_SIZE];
    error_set(ret_error, code, NO_POSITION, "invalid input syntax for type %s: \"%.*s\"", type_name_lower(type, name),
              VIEW_ARGUMENTS(text));
    return false;
}

/* No number at all, or one that does not fit. */
static bool parse_fail_number(Error *ret_error, bool overflow, StringView text, Type type)
{
    char name[TYPE_NAME_SIZE];
    if (!overflow)
        return parse_fail_syntax(ret_error, ERROR_INVALID_TEXT, text, type);
    error_set(ret_error, ERROR_OUT_OF_RANGE, NO_POSITION, "value \"%.*s\" is out of range for type %s",
              VIEW_ARGUMENTS(text), type_name_lower(type, name));
    return false;
}

static bool parse_integer(StringView text, Type type, Value *ret_value, Error *ret_error)
{
    bool overflow;
    int64_t value;
    if (!int64_parse(text, &value, &overflow))
        return parse_fail_number(ret_error, overflow, text, type);
    if ((type.id == TYPE_SMALLINT && value != (int16_t)value) || (type.id == TYPE_INTEGER && value != (int32_t)value))
        return parse_fail_number(ret_error, /* overflow= */ true, text, type);
    *ret_value = value_integer(type, value);
    return true;
}

/* A date or time of any kind; its days or microseconds. */
static DatetimeResult parse_moment(StringView text, Type type, int64_t *ret_value)
{
    int32_t days = 0;
    DatetimeResult result;
    switch (type.id) {
    case TYPE_DATE:
        result = date_read(text, &days);
        *ret_value = days;
        return result;
    case TYPE_TIME:
        return time_read(text, ret_value);
    case TYPE_TIMESTAMP:
        return timestamp_read(text, ret_value);
    default:
        return timestamptz_read(text, ret_value);
    }
}

static bool parse_datetime(StringView text, Type type, Value *ret_value, Error *ret_error)
{
    Value value = {.type = type};
    bool is_interval = type.id == TYPE_INTERVAL;
    DatetimeResult result = is_interval ? interval_read(text, (StringView){NULL, 0}, &value.interval)
                                        : parse_moment(text, type, &value.i64);
    if (result == DATETIME_INVALID)
        return parse_fail_syntax(ret_error, ERROR_INVALID_DATETIME, text, type);
    if (result == DATETIME_OUT_OF_RANGE) {
        error_set(ret_error, ERROR_DATETIME_OVERFLOW, NO_POSITION, "%s field value out of range: \"%.*s\"",
                  is_interval ? "interval" : "date/time", VIEW_ARGUMENTS(text));
        return false;
    }
    *ret_value = value;
    return true;
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Behind the \x: pairs of digits, blanks between pairs. */
static bool blob_parse_hex(StringView text, char *bytes, size_t *ret_size)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        context_pace(i);
        if (ascii_is_space(text.data[i])) {
            i++;
            continue;
        }
        int high = hex_digit(text.data[i]), low = i + 1 < text.size ? hex_digit(text.data[i + 1]) : -1;
        if (high < 0 || low < 0)
            return false;
        bytes[size++] = (char)(high << 4 | low);
        i += 2;
    }
    *ret_size = size;
    return true;
}

static bool is_octal(char c, char largest)
{
    return c >= '0' && c <= largest;
}

/* \\ is a backslash, \ooo the byte with that octal number, the rest stands for itself. */
static bool blob_parse_escaped(StringView text, char *bytes, size_t *ret_size)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size;) {
        context_pace(i);
        const char *at = text.data + i;
        size_t left = text.size - i;
        if (*at != '\\') {
            bytes[size++] = *at;
            i++;
        } else if (left >= 2 && at[1] == '\\') {
            bytes[size++] = '\\';
            i += 2;
        } else if (left >= 4 && is_octal(at[1], '3') && is_octal(at[2], '7') && is_octal(at[3], '7')) {
            bytes[size++] = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 | (at[3] - '0'));
            i += 4;
        } else {
            return false;
        }
    }
    *ret_size = size;
    return true;
}

static bool parse_blob(Arena *arena, StringView text, Type type, Value *ret_value, Error *ret_error)
{
    const char *escape = text.size ? memchr(text.data, '\\', text.size) : NULL;
    *ret_value = (Value){.type = type, .text = text};
    if (escape == NULL)
        return true;
    bool is_hex = escape == text.data && text.size >= 2 && text.data[1] == 'x';
    char *bytes = arena_allocate(arena, text.size);
    ret_value->text.data = bytes;
    if (is_hex ? blob_parse_hex((StringView){text.data + 2, text.size - 2}, bytes, &ret_value->text.size)
               : blob_parse_escaped(text, bytes, &ret_value->text.size))
        return true;
    return parse_fail_syntax(ret_error, ERROR_INVALID_TEXT, text, type);
}

bool value_parse(Arena *arena, StringView text, Type type, Value *ret_value, Error *ret_error)
{
    bool overflow;
    Value value = {.type = type};
    switch ((TypeId)type.id) {
    case TYPE_BOOLEAN:
        if (!boolean_parse(text, &value.boolean))
            return parse_fail_syntax(ret_error, ERROR_INVALID_TEXT, text, type);
        break;
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return parse_integer(text, type, ret_value, ret_error);
    case TYPE_UBIGINT:
        if (!uint64_parse(text, &value.u64, &overflow))
            return parse_fail_number(ret_error, overflow, text, type);
        break;
    case TYPE_DECIMAL:
        if (!decimal_parse(text, type, &value.i128, &overflow))
            return parse_fail_number(ret_error, overflow, text, type);
        break;
    case TYPE_DOUBLE:
        if (!double_parse(text, &value.f64, &overflow))
            return parse_fail_number(ret_error, overflow, text, type);
        break;
    case TYPE_VARCHAR:
        value.text = text;
        break;
    case TYPE_BLOB:
        return parse_blob(arena, text, type, ret_value, ret_error);
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
    case TYPE_INTERVAL:
        return parse_datetime(text, type, ret_value, ret_error);
    case TYPE_NULL:
    case TYPE_COUNT:
        return parse_fail_syntax(ret_error, ERROR_INVALID_TEXT, text, type);
    }
    *ret_value = value;
    return true;
}

/* ---- values to text ---- */

static size_t boolean_format(bool value, char *ret_text)
{
    size_t size = value ? 4 : 5;
    memcpy(ret_text, value ? "true" : "false", size);
    return size;
}

/* 2 + 2 * size bytes. */
static size_t blob_format(StringView bytes, char *ret_text)
{
    static const char digits[] = "0123456789abcdef";
    char *at = ret_text;
    *at++ = '\\';
    *at++ = 'x';
    for (size_t i = 0; i < bytes.size; i++) {
        context_pace(i);
        *at++ = digits[(unsigned char)bytes.data[i] >> 4];
        *at++ = digits[bytes.data[i] & 15];
    }
    return (size_t)(at - ret_text);
}

StringView value_text_view(const Value *value, char *buffer, Arena *arena)
{
    assert(!value->is_null);
    StringView view = {buffer, 0};
    switch ((TypeId)value->type.id) {
    case TYPE_BOOLEAN:
        view.size = boolean_format(value->boolean, buffer);
        break;
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        view.size = int64_format(value->i64, buffer);
        break;
    case TYPE_UBIGINT:
        view.size = uint64_format(value->u64, buffer);
        break;
    case TYPE_DECIMAL:
        view.size = decimal_format(value->i128, value->type.scale, buffer);
        break;
    case TYPE_DOUBLE:
        view.size =
            value->type.limit == LIMIT_REAL ? real_format(value->f64, buffer) : double_format(value->f64, buffer);
        break;
    case TYPE_VARCHAR:
        return value->text;
    case TYPE_BLOB: {
        char *text = arena_allocate(arena, memory_size_add(memory_size_multiply(value->text.size, 2), 2));
        return (StringView){text, blob_format(value->text, text)};
    }
    case TYPE_DATE:
        view.size = date_format((int32_t)value->i64, buffer);
        break;
    case TYPE_TIME:
        view.size = time_format(value->i64, buffer);
        break;
    case TYPE_TIMESTAMP:
        view.size = timestamp_format(value->i64, buffer);
        break;
    case TYPE_TIMESTAMPTZ:
        view.size = timestamptz_format(value->i64, buffer);
        break;
    case TYPE_INTERVAL:
        view.size = interval_format(value->interval, buffer);
        break;
    case TYPE_NULL:
    case TYPE_COUNT:
        break;
    }
    return view;
}

/* ---- vectors to text ---- */

/* X(NAME, C type of the values, size_t format(value, buffer)): one loop each; the type is chosen once a vector. */
#define TEXT_LOOPS(X)                                                                                                  \
    X(BOOLEAN, bool, boolean_format(value, buffer))                                                                    \
    X(I32, int32_t, int64_format(value, buffer))                                                                       \
    X(I64, int64_t, int64_format(value, buffer))                                                                       \
    X(U64, uint64_t, uint64_format(value, buffer))                                                                     \
    X(DECIMAL_I64, int64_t, decimal_format(value, scale, buffer))                                                      \
    X(DECIMAL_I128, Int128, decimal_format(value, scale, buffer))                                                      \
    X(DOUBLE, double, double_format(value, buffer))                                                                    \
    X(REAL, double, real_format(value, buffer))                                                                        \
    X(DATE, int32_t, date_format(value, buffer))                                                                       \
    X(TIME, int64_t, time_format(value, buffer))                                                                       \
    X(TIMESTAMP, int64_t, timestamp_format(value, buffer))                                                             \
    X(TIMESTAMPTZ, int64_t, timestamptz_format(value, buffer))                                                         \
    X(INTERVAL, Interval, interval_format(value, buffer))

/* Row selection[i] (NULL: i) of `target`, i < count, from `source`. */
typedef void (*TextLoop)(Vector *target, const Vector *source, const uint16_t *selection, size_t count);

#define TEXT_LOOP(NAME, ctype, format)                                                                                 \
    static void text_loop_##NAME(Vector *target, const Vector *source, const uint16_t *selection, size_t count)        \
    {                                                                                                                  \
        const Vector *values = source->form == VECTOR_DICTIONARY ? source->dictionary : source;                        \
        int scale = source->type.scale;                                                                                \
        (void)scale;                                                                                                   \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selection ? selection[i] : i, index = vector_index(source, row);                              \
            char buffer[VALUE_TEXT_SIZE];                                                                              \
            if (!validity_get(values->validity, index))                                                                \
                continue;                                                                                              \
            ctype value = VECTOR_DATA(values, ctype)[index];                                                           \
            size_t size = (format);                                                                                    \
            VECTOR_DATA(target, String)[row] = vector_add_string(target, (StringView){buffer, size});                  \
        }                                                                                                              \
    }
TEXT_LOOPS(TEXT_LOOP)
#undef TEXT_LOOP

static void text_loop_BLOB(Vector *target, const Vector *source, const uint16_t *selection, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t row = selection ? selection[i] : i;
        if (vector_is_null(source, row))
            continue;
        StringView bytes = vector_value(source, row).text;
        size_t size = 2 + 2 * bytes.size;
        if (size > STRING_MAX_SIZE)
            error_raise(ERROR_STRING_TOO_LONG, NO_POSITION, "a blob of %zu bytes is too long to be shown as text",
                        bytes.size);
        char *text = vector_string_memory(target, size);
        VECTOR_DATA(target, String)[row] = string_make(text, blob_format(bytes, text));
    }
}

static TextLoop text_loop_of(const Vector *source)
{
    switch ((TypeId)source->type.id) {
    case TYPE_BOOLEAN:
        return text_loop_BOOLEAN;
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
        return text_loop_I32;
    case TYPE_BIGINT:
        return text_loop_I64;
    case TYPE_UBIGINT:
        return text_loop_U64;
    case TYPE_DECIMAL:
        return source->physical == PHYSICAL_I64 ? text_loop_DECIMAL_I64 : text_loop_DECIMAL_I128;
    case TYPE_DOUBLE:
        return source->type.limit == LIMIT_REAL ? text_loop_REAL : text_loop_DOUBLE;
    case TYPE_BLOB:
        return text_loop_BLOB;
    case TYPE_DATE:
        return text_loop_DATE;
    case TYPE_TIME:
        return text_loop_TIME;
    case TYPE_TIMESTAMP:
        return text_loop_TIMESTAMP;
    case TYPE_TIMESTAMPTZ:
        return text_loop_TIMESTAMPTZ;
    case TYPE_INTERVAL:
        return text_loop_INTERVAL;
    case TYPE_NULL:
    case TYPE_VARCHAR:
    case TYPE_COUNT:
        break;
    }
    return NULL;
}

void vector_to_text(Vector *target, const Vector *source, const uint16_t *selection, size_t count, size_t vector_size)
{
    if (source->type.id == TYPE_VARCHAR) {
        vector_flatten(target, source, vector_size);
        return;
    }
    vector_prepare_as(target, type_of(TYPE_VARCHAR), PHYSICAL_STRING, vector_size);
    if (source->type.id == TYPE_NULL) {
        vector_set_all_null(target, vector_size);
        return;
    }
    if (vector_size) /* rows that no loop writes are empty strings, not wild pointers */
        memset(target->data, 0, vector_size * sizeof(String));
    text_loop_of(source)(target, source, selection, count);
    if (vector_may_have_nulls(source))
        for (size_t i = 0; i < count; i++) {
            size_t row = selection ? selection[i] : i;
            if (vector_is_null(source, row))
                validity_clear(vector_validity(target, vector_size), row);
        }
}
