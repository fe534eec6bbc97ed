/* runner/value.c: how one value is written before it is compared, and when two spellings mean the same value. */
#include "value.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *prefix;
    ValueClass class;
} classes[] = {
    {"BOOL", VALUE_BOOLEAN},    {"SMALLINT", VALUE_INTEGER}, {"INT", VALUE_INTEGER},     {"BIGINT", VALUE_INTEGER},
    {"UBIGINT", VALUE_INTEGER}, {"TINYINT", VALUE_INTEGER},  {"DECIMAL", VALUE_DECIMAL}, {"NUMERIC", VALUE_DECIMAL},
    {"DOUBLE", VALUE_FLOAT},    {"REAL", VALUE_FLOAT},       {"FLOAT", VALUE_FLOAT},     {"TIMESTAMP", VALUE_TIMESTAMP},
    {"BLOB", VALUE_BLOB},       {"BYTEA", VALUE_BLOB},
};

ValueClass value_class(const char *type)
{
    if (strncmp(type, "INTERVAL", 8) == 0)
        return VALUE_TEXT;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strncmp(type, classes[i].prefix, strlen(classes[i].prefix)) == 0)
            return classes[i].class;
    return VALUE_TEXT;
}

static bool text_is_true(const char *text)
{
    return text[0] == 't' || text[0] == 'T' || text[0] == '1';
}

/* ---- sqlite: the letter decides ---- */

/* Toward zero: "-12.7" is -12, text counts by its numeric prefix. Whole numbers keep all their digits. */
static void sqlite_format_integer(Text *text, ValueClass class, const char *value)
{
    if (class == VALUE_BOOLEAN) {
        text_add(text, text_is_true(value) ? "1" : "0");
    } else if (class == VALUE_INTEGER) {
        text_add(text, value);
    } else {
        long double number = truncl(strtold(value, NULL));
        if (isnan(number) || (class == VALUE_TEXT && isinf(number)))
            number = 0;
        text_add_format(text, "%.0Lf", number == 0 ? 0.0L : number); /* no "-0" */
    }
}

static void sqlite_format_real(Text *text, ValueClass class, const char *value)
{
    if (class == VALUE_BOOLEAN)
        text_add(text, text_is_true(value) ? "1.000" : "0.000");
    else
        text_add_format(text, "%.3f", strtod(value, NULL));
}

static void sqlite_format_text(Text *text, ValueClass class, const char *value, size_t size)
{
    if (class == VALUE_BOOLEAN) {
        text_add(text, text_is_true(value) ? "1" : "0");
        return;
    }
    for (size_t i = 0; i < size; i++)
        text_add_char(text, value[i] >= 0x20 && value[i] <= 0x7e ? value[i] : '@');
}

/* ---- rs and duckdb: the column's type decides ---- */

/* At most 12 decimals, no zeros at their end. */
static void rs_format_number(Text *text, const char *value)
{
    char rounded[512];
    const char *point = strchr(value, '.');
    if (strpbrk(value, "eE") || (point && strlen(point + 1) > 12)) {
        snprintf(rounded, sizeof rounded, "%.12Lf", strtold(value, NULL));
        value = rounded;
    }
    size_t size = strlen(value);
    if (strchr(value, '.')) {
        while (value[size - 1] == '0')
            size--;
        if (value[size - 1] == '.')
            size--;
    }
    text_add_view(text, (StringView){value, size});
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* From \x414200 to AB\x00. */
static void duckdb_format_blob(Text *text, const char *value, size_t size)
{
    if (size < 2 || value[0] != '\\' || value[1] != 'x') {
        text_add_view(text, (StringView){value, size});
        return;
    }
    for (size_t i = 2; i + 1 < size; i += 2) {
        int byte = hex_digit(value[i]) * 16 + hex_digit(value[i + 1]);
        if (byte >= 0x20 && byte <= 0x7e && byte != '\\' && byte != '"' && byte != '\'')
            text_add_char(text, (char)byte);
        else
            text_add_format(text, "\\x%02X", (unsigned)byte);
    }
}

/* The one way in which rs's timestamps differ: a T between date and time. */
static void rs_format_timestamp(Text *text, const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        text_add_char(text, i == 10 && value[i] == ' ' ? 'T' : value[i]);
}

/* A result stands on lines, so what breaks lines is escaped. */
static void quern_format_text(Text *text, const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        switch (value[i]) {
        case '\n':
            text_add(text, "\\n");
            break;
        case '\r':
            text_add(text, "\\r");
            break;
        case '\t':
            text_add(text, "\\t");
            break;
        case '\0':
            text_add(text, "\\0");
            break;
        default:
            text_add_char(text, value[i]);
        }
}

static void rs_format(Text *text, ValueClass class, const char *value, size_t size)
{
    if (class == VALUE_FLOAT || class == VALUE_DECIMAL) {
        rs_format_number(text, value);
    } else if (class == VALUE_TIMESTAMP) {
        rs_format_timestamp(text, value, size);
    } else if (class == VALUE_BLOB && size >= 2 && value[0] == '\\') {
        text_add_view(text, (StringView){value + 2, size - 2});
    } else {
        while (size && value[size - 1] == '\n')
            size--;
        text_add_view(text, (StringView){value, size});
    }
}

static void duckdb_format(Text *text, ValueClass class, const char *value, size_t size, bool is_hashed)
{
    if (class == VALUE_BOOLEAN && is_hashed)
        text_add(text, text_is_true(value) ? "1" : "0");
    else if (class == VALUE_BLOB)
        duckdb_format_blob(text, value, size);
    else
        for (size_t i = 0; i < size; i++) {
            if (value[i] == '\0')
                text_add(text, "\\0");
            else
                text_add_char(text, value[i]);
        }
}

void value_format(Text *text, Dialect dialect, char letter, ValueClass class, const char *value, size_t size,
                  bool is_hashed)
{
    if (value == NULL)
        text_add(text, "NULL");
    else if (dialect == DIALECT_SQLITE && letter == 'I')
        sqlite_format_integer(text, class, value);
    else if (dialect == DIALECT_SQLITE && letter == 'R')
        sqlite_format_real(text, class, value);
    else if (size == 0)
        text_add(text, "(empty)");
    else if (dialect == DIALECT_SQLITE)
        sqlite_format_text(text, class, value, size);
    else if (dialect == DIALECT_RS)
        rs_format(text, class, value, size);
    else if (dialect == DIALECT_DUCKDB)
        duckdb_format(text, class, value, size, is_hashed);
    else
        quern_format_text(text, value, size);
}

/* ---- equivalence ---- */

static bool number_parse(const char *text, long double *ret_number)
{
    char *end;
    if (*text == '\0' || isspace((unsigned char)*text))
        return false;
    *ret_number = strtold(text, &end);
    return *end == '\0';
}

bool value_numbers_close(const char *a, const char *b)
{
    long double x, y;
    if (!number_parse(a, &x) || !number_parse(b, &y))
        return false;
    if (isnan(x) || isnan(y))
        return isnan(x) && isnan(y);
    if (isinf(x) || isinf(y))
        return x == y;
    return fabsl(x - y) <= 1e-9L * fmaxl(fabsl(x), fabsl(y)) + 1e-12L;
}

/* 1, 0, or -1: not a boolean */
static int boolean_parse(const char *text)
{
    static const char *const words[2][3] = {{"f", "false", "0"}, {"t", "true", "1"}};
    for (int value = 0; value < 2; value++)
        for (size_t i = 0; i < 3; i++)
            if (text_equal_ignoring_case(text, words[value][i]))
                return value;
    return -1;
}

/* Writes the timestamp without T, zeros at the fraction's end, and the zone UTC. False: not one. */
static bool timestamp_normalize(const char *text, char ret_text[64])
{
    size_t size = strlen(text);
    if (size < 19 || size > 40 || text[4] != '-' || text[7] != '-' || (text[10] != ' ' && text[10] != 'T'))
        return false;
    memcpy(ret_text, text, size + 1);
    ret_text[10] = ' ';
    static const char *const zones[] = {"Z", "+00:00", "+00"};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        size_t zone_size = strlen(zones[i]);
        if (strcmp(ret_text + size - zone_size, zones[i]) == 0) {
            size -= zone_size;
            break;
        }
    }
    ret_text[size] = '\0';
    if (size > 19 && ret_text[19] == '.') {
        while (ret_text[size - 1] == '0')
            size--;
        if (ret_text[size - 1] == '.')
            size--;
        ret_text[size] = '\0';
    }
    return true;
}

typedef struct Interval {
    int64_t months, days, nanoseconds;
} Interval;

static const struct {
    const char *prefix;
    int64_t months, days, nanoseconds;
} units[] = {
    {"year", 12, 0, 0},
    {"mon", 1, 0, 0},
    {"week", 0, 7, 0},
    {"day", 0, 1, 0},
    {"hour", 0, 0, 3600000000000},
    {"min", 0, 0, 60000000000},
    {"sec", 0, 0, 1000000000},
};

static bool interval_add_clock(Interval *interval, const char **text)
{
    unsigned hours, minutes;
    double seconds = 0;
    int used = 0;
    bool is_negative = **text == '-';
    if (sscanf(*text + is_negative, "%u:%u:%lf%n", &hours, &minutes, &seconds, &used) < 3)
        return false;
    int64_t value = ((int64_t)hours * 60 + minutes) * 60000000000 + llround(seconds * 1e9);
    interval->nanoseconds += is_negative ? -value : value;
    *text += used + is_negative;
    return true;
}

/* "7 days", "1 year 2 mons 01:02:03", "0 years 0 mons 7 days 0 hours 0 mins 0.000000000 secs" */
static bool interval_parse(const char *text, Interval *ret_interval)
{
    *ret_interval = (Interval){0};
    bool is_interval = false;
    while (*text) {
        if (interval_add_clock(ret_interval, &text)) {
            is_interval = true;
        } else {
            char *end;
            double number = strtod(text, &end);
            if (end == text || *end != ' ' || fabs(number) > 1e6)
                return false;
            text = end + 1;
            size_t unit = 0, count = sizeof units / sizeof *units;
            while (unit < count && strncmp(text, units[unit].prefix, strlen(units[unit].prefix)) != 0)
                unit++;
            if (unit == count)
                return false;
            ret_interval->months += units[unit].months * (int64_t)number;
            ret_interval->days += units[unit].days * (int64_t)number;
            ret_interval->nanoseconds += llround((double)units[unit].nanoseconds * number);
            text += strcspn(text, " ");
            is_interval = true;
        }
        text += strspn(text, " ");
    }
    return is_interval;
}

bool value_equivalent(const char *a, const char *b)
{
    if (strcmp(a, b) == 0 || value_numbers_close(a, b))
        return true;
    int truth = boolean_parse(a);
    if (truth >= 0 && truth == boolean_parse(b))
        return true;
    char x[64], y[64];
    if (timestamp_normalize(a, x) && timestamp_normalize(b, y))
        return strcmp(x, y) == 0;
    Interval s, t;
    return interval_parse(a, &s) && interval_parse(b, &t) && s.months == t.months && s.days == t.days &&
           s.nanoseconds == t.nanoseconds;
}
