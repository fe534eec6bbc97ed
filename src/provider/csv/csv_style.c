/* provider/csv/csv_style.c: rewrites numbers and dates to and from a file's own way. */
#include "provider/csv/csv_style.h"

#include <string.h>

#include "base/text.h"
#include "column/convert.h"
#include "column/datetime.h"
#include "provider/csv/csv_field.h"

static bool is_moment(Type type)
{
    return type.id == TYPE_TIMESTAMP || type.id == TYPE_TIMESTAMPTZ;
}

/* ---- numbers ---- */

/* The digits before the decimal byte, without what stands between their groups; false when those are not of three. */
static bool integer_part_copy(const CsvStyle *style, StringView text, size_t *position, char *target, size_t *size)
{
    size_t group_size = 0, group_count = 0;
    for (; *position < text.size; (*position)++) {
        char byte = text.data[*position];
        if (ascii_is_digit(byte)) {
            target[(*size)++] = byte;
            group_size++;
            continue;
        }
        if (style->thousands == '\0' || byte != style->thousands)
            break;
        if (group_size == 0 || group_size > 3 || (group_count > 0 && group_size != 3))
            return false;
        group_count++;
        group_size = 0;
    }
    return group_count == 0 || group_size == 3;
}

/* False when it is no number in this style. `target` has room for as much as there is. */
static bool number_rewrite(const CsvStyle *style, StringView text, char *target, size_t *ret_size)
{
    size_t position = 0, size = 0;
    CsvNumberShape shape;
    if (text.size && text.data[0] == '-')
        target[size++] = text.data[position++];
    if (!integer_part_copy(style, text, &position, target, &size))
        return false;
    for (bool has_point = false; position < text.size; position++) {
        char byte = text.data[position];
        bool is_point = byte == style->decimal && !has_point;
        if (!is_point && (byte == '.' || byte == ','))
            return false;
        has_point |= is_point;
        target[size++] = is_point ? '.' : byte;
    }
    *ret_size = size;
    memset(target + size, 0, CSV_FIELD_PADDING);
    return csv_number_shape(target, size, &shape);
}

/* ---- dates ---- */

static bool date_read_styled(const CsvStyle *style, StringView text, int32_t *ret_days)
{
    int64_t timestamp;
    if (style->date_format == NULL || !date_pattern_read(style->date_format, text, &timestamp))
        return false;
    *ret_days = timestamp_date(timestamp);
    return true;
}

static bool timestamp_read_styled(const CsvStyle *style, StringView text, int64_t *ret_timestamp)
{
    return style->timestamp_format && date_pattern_read(style->timestamp_format, text, ret_timestamp);
}

/* ---- any field ---- */

StringView csv_style_plain(const CsvStyle *style, Arena *arena, StringView text)
{
    char buffer[DATETIME_TEXT_SIZE];
    int32_t days;
    int64_t timestamp;
    size_t size;
    CsvNumberShape shape;
    if (style->is_plain)
        return text;
    if (date_read_styled(style, text, &days))
        size = date_format(days, buffer);
    else if (timestamp_read_styled(style, text, &timestamp))
        size = timestamp_format(timestamp, buffer);
    else
        size = 0;
    char *plain = arena_allocate_zero(arena, (size > text.size ? size : text.size) + CSV_FIELD_PADDING);
    if (size > 0)
        memcpy(plain, buffer, size);
    else if (!number_rewrite(style, text, plain, &size)) {
        size = text.size;
        memcpy(plain, text.data, size);
        if (csv_number_shape(plain, size, &shape))
            plain[0] = '!'; /* a number elsewhere: no number is to be made of it */
    }
    return (StringView){plain, size};
}

void csv_style_add(const CsvStyle *style, Arena *scratch, CsvEvidence *evidence, StringView text)
{
    StringView plain = csv_style_plain(style, scratch, text);
    csv_evidence_add(evidence, plain.data, plain.size);
}

/* ---- values ---- */

bool csv_style_has(const CsvStyle *style, Type type)
{
    switch ((TypeId)type.id) {
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_UBIGINT:
    case TYPE_DECIMAL:
    case TYPE_DOUBLE:
        return !style->is_plain && (style->decimal != '.' || style->thousands != '\0');
    case TYPE_DATE:
        return !style->is_plain && style->date_format;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        return !style->is_plain && style->timestamp_format;
    default:
        return false;
    }
}

static bool number_is_strict(StringView plain, Type type)
{
    CsvNumberShape shape;
    int64_t integer;
    if (!csv_number_shape(plain.data, plain.size, &shape))
        return false;
    if (type.id == TYPE_BIGINT)
        return csv_integer_read(plain.data, plain.size, &integer);
    return type.id == TYPE_DOUBLE || (shape.is_plain && shape.scale <= type.scale);
}

static bool is_strict_date(StringView text, Type type)
{
    int32_t days;
    int64_t timestamp;
    return type.id == TYPE_DATE ? csv_date_read(text.data, text.size, &days)
                                : csv_timestamp_read(text.data, text.size, &timestamp);
}

bool csv_style_read(const CsvStyle *style, Arena *arena, StringView text, Type type, bool is_strict, Value *ret_value,
                    Error *ret_error)
{
    int32_t days;
    int64_t timestamp;
    StringView plain = text;
    if (type.id == TYPE_DATE && date_read_styled(style, text, &days)) {
        *ret_value = value_integer(type, days);
        return true;
    }
    if (is_moment(type) && timestamp_read_styled(style, text, &timestamp)) {
        *ret_value = value_integer(type, timestamp);
        return true;
    }
    if (type.id != TYPE_DATE && !is_moment(type)) {
        plain = csv_style_plain(style, arena, text);
        if (is_strict && !number_is_strict(plain, type))
            return false;
    } else if (is_strict && !is_strict_date(text, type)) {
        return false;
    }
    return value_parse(arena, plain, type, ret_value, ret_error);
}

StringView csv_style_write(const CsvStyle *style, Arena *arena, const Value *value)
{
    char buffer[VALUE_TEXT_SIZE];
    if (value->type.id == TYPE_DATE || is_moment(value->type)) {
        bool is_date = value->type.id == TYPE_DATE;
        Text text = text_in(arena);
        date_pattern_write(is_date ? style->date_format : style->timestamp_format, &text,
                           is_date ? value->i64 * MICROSECONDS_PER_DAY : value->i64);
        return text_view(&text);
    }
    StringView plain = value_text_view(value, buffer, arena);
    char *text = arena_string_n(arena, plain.data, plain.size);
    char *point = strchr(text, '.');
    if (point)
        *point = style->decimal;
    return (StringView){text, plain.size};
}
