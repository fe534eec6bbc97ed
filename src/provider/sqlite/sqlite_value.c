/* provider/sqlite/sqlite_value.c: reading and storing values, one function a type. */
#include "provider/sqlite/sqlite_value.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "column/convert.h"
#include "column/datetime.h"
#include "column/decimal.h"
#include "column/number.h"

/* ---- reading ---- */

static StringView column_view(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t size = (size_t)sqlite3_column_bytes(statement, column);
    return (StringView){text ? text : "", text ? size : 0};
}

/* INTEGER, or REAL without a fraction. */
static bool column_integer(sqlite3_stmt *statement, int column, int64_t *ret_value)
{
    int kind = sqlite3_column_type(statement, column);
    if (kind == SQLITE_INTEGER) {
        *ret_value = sqlite3_column_int64(statement, column);
        return true;
    }
    double value = kind == SQLITE_FLOAT ? sqlite3_column_double(statement, column) : NAN;
    if (!(value >= -0x1p63 && value < 0x1p63) || value != floor(value))
        return false;
    *ret_value = (int64_t)value;
    return true;
}

static SqliteReadResult read_bigint(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    return column_integer(statement, column, &VECTOR_DATA(target, int64_t)[row]) ? SQLITE_READ_OK
                                                                                 : SQLITE_READ_MISMATCH;
}

static SqliteReadResult read_ubigint(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    int64_t value;
    if (!column_integer(statement, column, &value) || value < 0)
        return SQLITE_READ_MISMATCH;
    VECTOR_DATA(target, uint64_t)[row] = (uint64_t)value;
    return SQLITE_READ_OK;
}

static SqliteReadResult read_small(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    int64_t value, bound = target->type.id == TYPE_SMALLINT ? INT16_MAX : INT32_MAX;
    if (!column_integer(statement, column, &value) || value > bound || value < -bound - 1)
        return SQLITE_READ_MISMATCH;
    VECTOR_DATA(target, int32_t)[row] = (int32_t)value;
    return SQLITE_READ_OK;
}

static SqliteReadResult read_boolean(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    int64_t value;
    if (!column_integer(statement, column, &value) || (value != 0 && value != 1))
        return SQLITE_READ_MISMATCH;
    VECTOR_DATA(target, bool)[row] = value == 1;
    return SQLITE_READ_OK;
}

static SqliteReadResult read_double(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    int kind = sqlite3_column_type(statement, column);
    double value = sqlite3_column_double(statement, column);
    if (kind == SQLITE_INTEGER) {
        int64_t integer = sqlite3_column_int64(statement, column);
        if (value >= 0x1p63 || (int64_t)value != integer)
            return SQLITE_READ_MISMATCH;
    } else if (kind != SQLITE_FLOAT) {
        return SQLITE_READ_MISMATCH;
    }
    VECTOR_DATA(target, double)[row] = value;
    return SQLITE_READ_OK;
}

/* The decimal that the double is written as with the fewest digits, as a number of `type`. */
static bool double_to_decimal(double value, Type type, Int128 *ret_value)
{
    if (!isfinite(value))
        return false;
    int exponent;
    uint64_t digits = double_digits(value, &exponent);
    int shift = exponent + type.scale;
    *ret_value = value < 0 ? -(Int128)digits : (Int128)digits;
    if (digits == 0)
        return true;
    return shift >= 0 && shift <= 38 && decimal_multiply(*ret_value, decimal_power(shift), ret_value);
}

static bool text_to_decimal(StringView text, Type type, Int128 *ret_value)
{
    Type exact;
    return decimal_parse_exact(view_trim(text), &exact, ret_value) && exact.scale <= type.scale &&
           decimal_rescale(*ret_value, exact.scale, type.scale, ret_value);
}

static SqliteReadResult read_decimal(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    Int128 value;
    bool fits;
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        fits = decimal_rescale(sqlite3_column_int64(statement, column), 0, target->type.scale, &value);
        break;
    case SQLITE_FLOAT:
        fits = double_to_decimal(sqlite3_column_double(statement, column), target->type, &value);
        break;
    case SQLITE_TEXT:
        fits = text_to_decimal(column_view(statement, column), target->type, &value);
        break;
    default:
        fits = false;
    }
    if (!fits || !decimal_fits(value, target->type.precision))
        return SQLITE_READ_MISMATCH;
    if (target->physical == PHYSICAL_I64)
        VECTOR_DATA(target, int64_t)[row] = (int64_t)value;
    else
        VECTOR_DATA(target, Int128)[row] = value;
    return SQLITE_READ_OK;
}

static SqliteReadResult read_text(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    if (sqlite3_column_type(statement, column) != SQLITE_TEXT)
        return SQLITE_READ_MISMATCH;
    StringView text = column_view(statement, column);
    if (!view_is_ascii(text) && utf8_valid_size(text) < text.size)
        return SQLITE_READ_ENCODING;
    VECTOR_DATA(target, String)[row] = vector_add_string(target, text);
    return SQLITE_READ_OK;
}

/* Any value as text: numbers as casts write them, bytes as \x0a1b. */
static SqliteReadResult read_rendered(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    char buffer[DOUBLE_TEXT_SIZE > INTEGER_TEXT_SIZE ? DOUBLE_TEXT_SIZE : INTEGER_TEXT_SIZE];
    StringView text = {buffer, 0};
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        text.size = int64_format(sqlite3_column_int64(statement, column), buffer);
        break;
    case SQLITE_FLOAT:
        text.size = double_format(sqlite3_column_double(statement, column), buffer);
        break;
    case SQLITE_BLOB: {
        static const char hex[] = "0123456789abcdef";
        const unsigned char *bytes = sqlite3_column_blob(statement, column);
        size_t size = (size_t)sqlite3_column_bytes(statement, column);
        char *written = vector_string_memory(target, size * 2 + 2);
        memcpy(written, "\\x", 2);
        for (size_t i = 0; i < size; i++) {
            written[2 + 2 * i] = hex[bytes[i] >> 4];
            written[3 + 2 * i] = hex[bytes[i] & 15];
        }
        VECTOR_DATA(target, String)[row] = string_make(written, size * 2 + 2);
        return SQLITE_READ_OK;
    }
    default:
        return read_text(statement, column, target, row);
    }
    VECTOR_DATA(target, String)[row] = vector_add_string(target, text);
    return SQLITE_READ_OK;
}

static SqliteReadResult read_blob(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    if (sqlite3_column_type(statement, column) != SQLITE_BLOB)
        return SQLITE_READ_MISMATCH;
    const char *bytes = sqlite3_column_blob(statement, column);
    size_t size = (size_t)sqlite3_column_bytes(statement, column);
    VECTOR_DATA(target, String)[row] = vector_add_string(target, (StringView){bytes ? bytes : "", size});
    return SQLITE_READ_OK;
}

static SqliteReadResult read_date(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    bool fits = sqlite3_column_type(statement, column) == SQLITE_TEXT &&
                date_parse_iso(column_view(statement, column), &VECTOR_DATA(target, int32_t)[row]);
    return fits ? SQLITE_READ_OK : SQLITE_READ_MISMATCH;
}

static SqliteReadResult read_time(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    bool fits = sqlite3_column_type(statement, column) == SQLITE_TEXT &&
                time_parse_iso(column_view(statement, column), &VECTOR_DATA(target, int64_t)[row]);
    return fits ? SQLITE_READ_OK : SQLITE_READ_MISMATCH;
}

/* The forms that begin with an ISO date and stay in its day: filters narrow by those ten bytes. */
static bool timestamp_text_parse(StringView text, Type type, int64_t *ret_value)
{
    enum { DATE_SIZE = 10, MINUTES_SIZE = 16 };
    int32_t days;
    if (text.size < DATE_SIZE || !date_parse_iso((StringView){text.data, DATE_SIZE}, &days))
        return false;
    if (timestamp_parse_iso(text, ret_value))
        return true;
    if (text.size == DATE_SIZE) {
        *ret_value = days * MICROSECONDS_PER_DAY;
        return true;
    }
    if (text.size == MINUTES_SIZE) {
        char whole[MINUTES_SIZE + 3];
        memcpy(whole, text.data, MINUTES_SIZE);
        memcpy(whole + MINUTES_SIZE, ":00", 3);
        return timestamp_parse_iso((StringView){whole, sizeof whole}, ret_value);
    }
    bool has_plain_hour = text.size > DATE_SIZE + 2 && (text.data[DATE_SIZE] == ' ' || text.data[DATE_SIZE] == 'T') &&
                          memcmp(text.data + DATE_SIZE + 1, "24", 2) < 0;
    return type.id == TYPE_TIMESTAMPTZ && has_plain_hour && timestamptz_parse(text, ret_value);
}

static SqliteReadResult read_timestamp(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    bool fits = sqlite3_column_type(statement, column) == SQLITE_TEXT &&
                timestamp_text_parse(column_view(statement, column), target->type, &VECTOR_DATA(target, int64_t)[row]);
    return fits ? SQLITE_READ_OK : SQLITE_READ_MISMATCH;
}

static SqliteReadResult read_interval(sqlite3_stmt *statement, int column, Vector *target, size_t row)
{
    bool fits =
        sqlite3_column_type(statement, column) == SQLITE_TEXT &&
        interval_parse(column_view(statement, column), (StringView){"", 0}, &VECTOR_DATA(target, Interval)[row]);
    return fits ? SQLITE_READ_OK : SQLITE_READ_MISMATCH;
}

SqliteRead sqlite_value_reader(const SqliteColumn *column)
{
    static const SqliteRead readers[TYPE_COUNT] = {
        [TYPE_BOOLEAN] = read_boolean,   [TYPE_SMALLINT] = read_small,
        [TYPE_INTEGER] = read_small,     [TYPE_BIGINT] = read_bigint,
        [TYPE_UBIGINT] = read_ubigint,   [TYPE_DECIMAL] = read_decimal,
        [TYPE_DOUBLE] = read_double,     [TYPE_VARCHAR] = read_text,
        [TYPE_BLOB] = read_blob,         [TYPE_DATE] = read_date,
        [TYPE_TIME] = read_time,         [TYPE_TIMESTAMP] = read_timestamp,
        [TYPE_INTERVAL] = read_interval, [TYPE_TIMESTAMPTZ] = read_timestamp,
    };
    if (column->type.id == TYPE_VARCHAR && column->is_rendered)
        return read_rendered;
    assert(readers[column->type.id] != NULL);
    return readers[column->type.id];
}

/* ---- storing ---- */

static size_t decimal_digit_count(Int128 value)
{
    size_t count = 0;
    for (UInt128 left = value < 0 ? -(UInt128)value : (UInt128)value; left; left /= 10)
        count++;
    return count;
}

static bool decimal_store(const Value *value, Value *ret_stored)
{
    Int128 number = value->i128;
    int scale = value->type.scale;
    while (scale > 0 && number % 10 == 0) {
        number /= 10;
        scale--;
    }
    if (scale == 0) {
        *ret_stored = value_integer(type_of(TYPE_BIGINT), (int64_t)number);
        return number == (int64_t)number;
    }
    *ret_stored = value_double(decimal_to_double(number, scale));
    return decimal_digit_count(number) <= SQLITE_EXACT_DIGITS;
}

/* Years of four digits: others would not be read back, nor sort as text. */
static bool day_is_storable(int32_t days)
{
    int32_t year = date_to_calendar(days).year;
    return year >= 1 && year <= 9999;
}

static bool text_store(Arena *arena, const Value *value, Value *ret_stored)
{
    char buffer[VALUE_TEXT_SIZE];
    StringView text = value_text_view(value, buffer, arena);
    *ret_stored = value_text(arena_view(arena, text));
    return true;
}

bool sqlite_value_store(Arena *arena, const Value *value, Value *ret_stored)
{
    *ret_stored = *value;
    if (value->is_null)
        return true;
    switch ((TypeId)value->type.id) {
    case TYPE_BOOLEAN:
        *ret_stored = value_integer(type_of(TYPE_BIGINT), value->boolean);
        return true;
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        *ret_stored = value_integer(type_of(TYPE_BIGINT), value->i64);
        return true;
    case TYPE_UBIGINT:
        *ret_stored = value_integer(type_of(TYPE_BIGINT), (int64_t)value->u64);
        return value->u64 <= INT64_MAX;
    case TYPE_DOUBLE: /* SQLite makes NULL of NaN */
        return value->f64 == value->f64;
    case TYPE_DECIMAL:
        return decimal_store(value, ret_stored);
    case TYPE_DATE:
        return text_store(arena, value, ret_stored) && day_is_storable((int32_t)value->i64);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return text_store(arena, value, ret_stored) && day_is_storable(timestamp_date(value->i64));
    case TYPE_TIME:
    case TYPE_INTERVAL:
        return text_store(arena, value, ret_stored);
    default: /* VARCHAR, BLOB */
        return true;
    }
}

void sqlite_value_bind(SqliteDatabase *database, sqlite3_stmt *statement, int parameter, const Value *stored)
{
    int code;
    if (stored->is_null)
        code = sqlite3_bind_null(statement, parameter);
    else if (stored->type.id == TYPE_BIGINT)
        code = sqlite3_bind_int64(statement, parameter, stored->i64);
    else if (stored->type.id == TYPE_DOUBLE)
        code = sqlite3_bind_double(statement, parameter, stored->f64);
    else if (stored->type.id == TYPE_BLOB)
        code = sqlite3_bind_blob64(statement, parameter, stored->text.size ? stored->text.data : "", stored->text.size,
                                   SQLITE_STATIC);
    else
        code = sqlite3_bind_text64(statement, parameter, stored->text.size ? stored->text.data : "", stored->text.size,
                                   SQLITE_STATIC, SQLITE_UTF8);
    if (code != SQLITE_OK)
        sqlite_raise(database, code);
}
