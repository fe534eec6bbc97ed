/* column/arrow_name.c: types under the names that Apache Arrow's implementations print: a table both ways, and the few
 * that have parameters. */
#include "column/arrow_name.h"

#include <stdio.h>
#include <string.h>

/* The first of a type is its own name; the others are read only. */
static const struct ArrowName {
    const char *name;
    TypeId id;
    TypeLimit limit;
} names[] = {
    {"Null", TYPE_NULL, LIMIT_NONE},           {"Boolean", TYPE_BOOLEAN, LIMIT_NONE},
    {"Int8", TYPE_SMALLINT, LIMIT_TINYINT},    {"UInt8", TYPE_SMALLINT, LIMIT_UTINYINT},
    {"Int16", TYPE_SMALLINT, LIMIT_NONE},      {"UInt16", TYPE_INTEGER, LIMIT_USMALLINT},
    {"Int32", TYPE_INTEGER, LIMIT_NONE},       {"UInt32", TYPE_BIGINT, LIMIT_UINTEGER},
    {"Int64", TYPE_BIGINT, LIMIT_NONE},        {"UInt64", TYPE_UBIGINT, LIMIT_NONE},
    {"Float32", TYPE_DOUBLE, LIMIT_REAL},      {"Float16", TYPE_DOUBLE, LIMIT_REAL},
    {"Float64", TYPE_DOUBLE, LIMIT_NONE},      {"Utf8", TYPE_VARCHAR, LIMIT_NONE},
    {"LargeUtf8", TYPE_VARCHAR, LIMIT_NONE},   {"Utf8View", TYPE_VARCHAR, LIMIT_NONE},
    {"Binary", TYPE_BLOB, LIMIT_NONE},         {"LargeBinary", TYPE_BLOB, LIMIT_NONE},
    {"BinaryView", TYPE_BLOB, LIMIT_NONE},     {"FixedSizeBinary", TYPE_BLOB, LIMIT_NONE},
    {"Date32", TYPE_DATE, LIMIT_NONE},         {"Date64", TYPE_TIMESTAMP, LIMIT_NONE},
    {"Time64", TYPE_TIME, LIMIT_NONE},         {"Time32", TYPE_TIME, LIMIT_FRACTION},
    {"Timestamp", TYPE_TIMESTAMP, LIMIT_NONE}, {"Interval", TYPE_INTERVAL, LIMIT_NONE},
    {"Decimal128", TYPE_DECIMAL, LIMIT_NONE},  {"Decimal32", TYPE_DECIMAL, LIMIT_NONE},
    {"Decimal64", TYPE_DECIMAL, LIMIT_NONE},   {"Decimal256", TYPE_DECIMAL, LIMIT_NONE},
};

/* The digits of a second that a unit tells apart. */
static bool unit_digits(StringView unit, uint32_t *ret_digits)
{
    static const char *const units[][2] = {
        {"Second", "s"}, {"Millisecond", "ms"}, {"Microsecond", "us"}, {"Nanosecond", "ns"}};
    for (uint32_t i = 0; i < sizeof units / sizeof *units; i++)
        for (size_t spelling = 0; spelling < 2; spelling++)
            if (view_equal_ignoring_case(unit, view_of(units[i][spelling]))) {
                *ret_digits = 3 * i;
                return true;
            }
    *ret_digits = 6;
    return view_equal(unit, view_of("µs"));
}

/* The part before the first comma, and what follows it: data NULL when there is none. */
static StringView view_split(StringView list, StringView *ret_rest)
{
    const char *comma = list.size ? memchr(list.data, ',', list.size) : NULL;
    *ret_rest = (StringView){NULL, 0};
    if (comma == NULL)
        return view_trim(list);
    size_t size = (size_t)(comma - list.data);
    *ret_rest = view_trim((StringView){comma + 1, list.size - size - 1});
    return view_trim((StringView){list.data, size});
}

static bool time_parse(StringView parameters, Type *type)
{
    StringView zone;
    uint32_t digits;
    if (!unit_digits(view_split(parameters, &zone), &digits))
        return false;
    *type = type_of(type->id == TYPE_TIMESTAMP && zone.data && !view_equal(zone, view_of("None")) ? TYPE_TIMESTAMPTZ
                                                                                                  : (TypeId)type->id);
    if (digits < 6) {
        type->limit = LIMIT_FRACTION;
        type->length = digits;
    }
    return true;
}

static bool decimal_parse_parameters(StringView parameters, Type *type)
{
    char text[TYPE_NAME_SIZE];
    if (snprintf(text, sizeof text, "decimal(%.*s)", VIEW_ARGUMENTS(parameters)) >= (int)sizeof text)
        return false;
    return type_parse_text(view_of(text), type);
}

static bool parameters_parse(StringView parameters, Type *type)
{
    switch (type->id) {
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
        return time_parse(parameters, type);
    case TYPE_DECIMAL:
        return decimal_parse_parameters(parameters, type);
    default: /* the unit of an interval, the size of bytes: all are kept alike */
        return type->id == TYPE_INTERVAL || type->id == TYPE_BLOB;
    }
}

bool arrow_name_parse(StringView text, Type *ret_type)
{
    text = view_trim(text);
    const char *open = text.size ? memchr(text.data, '(', text.size) : NULL;
    StringView name = {text.data, open ? (size_t)(open - text.data) : text.size}, parameters = {NULL, 0};
    if (open) {
        if (text.data[text.size - 1] != ')')
            return false;
        parameters = (StringView){open + 1, text.size - name.size - 2};
    }
    if (open && view_equal(name, view_of("Dictionary"))) {
        StringView values;
        view_split(parameters, &values);
        return memchr(parameters.data, '(', parameters.size - values.size) == NULL && values.size < text.size &&
               arrow_name_parse(values, ret_type);
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (view_equal(name, view_of(names[i].name))) {
            *ret_type = (Type){.id = (uint8_t)names[i].id, .limit = (uint8_t)names[i].limit};
            bool wants =
                names[i].id == TYPE_TIME || names[i].id == TYPE_DECIMAL || view_equal(name, view_of("Timestamp"));
            return open ? parameters_parse(parameters, ret_type) : !wants;
        }
    return false;
}

static const char *unit_name(Type type)
{
    static const char *const names_of[] = {"s", "ms", "µs"};
    return names_of[type.limit == LIMIT_FRACTION ? (type.length + 2) / 3 : 2];
}

const char *arrow_name(Type type, char *buffer)
{
    switch (type.id) {
    case TYPE_DECIMAL:
        snprintf(buffer, TYPE_NAME_SIZE, "Decimal128(%d, %d)", type.precision, type.scale);
        return buffer;
    case TYPE_TIME:
        snprintf(buffer, TYPE_NAME_SIZE, type.limit == LIMIT_FRACTION && type.length <= 3 ? "Time32(%s)" : "Time64(%s)",
                 unit_name(type));
        return buffer;
    case TYPE_TIMESTAMP:
        snprintf(buffer, TYPE_NAME_SIZE, "Timestamp(%s)", unit_name(type));
        return buffer;
    case TYPE_TIMESTAMPTZ:
        snprintf(buffer, TYPE_NAME_SIZE, "Timestamp(%s, \"UTC\")", unit_name(type));
        return buffer;
    case TYPE_INTERVAL:
        return strcpy(buffer, "Interval(MonthDayNano)");
    }
    bool is_plain = type.limit == LIMIT_JSON || type.limit >= LIMIT_LENGTH;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].id == type.id && (names[i].limit == type.limit || is_plain))
            return strcpy(buffer, names[i].name);
    return strcpy(buffer, "Null");
}
