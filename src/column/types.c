/* column/types.c: what types are called, how they are stored, and where two of them meet. */
#include "column/types.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint8_t type_physicals[TYPE_COUNT] = {
#define TYPE_PHYSICAL(name, physical) [TYPE_##name] = PHYSICAL_##physical,
    TYPES(TYPE_PHYSICAL)
#undef TYPE_PHYSICAL
};

static const uint8_t physical_sizes[PHYSICAL_COUNT] = {
#define PHYSICAL_SIZE(name, type) [PHYSICAL_##name] = sizeof(type),
    PHYSICALS(PHYSICAL_SIZE)
#undef PHYSICAL_SIZE
};

static const char *const type_names[TYPE_COUNT] = {
#define TYPE_NAME(name, physical) [TYPE_##name] = #name,
    TYPES(TYPE_NAME)
#undef TYPE_NAME
};

/* Limits with names of their own; the others show their length behind the type's name. */
static const char *const limit_names[] = {
    [LIMIT_TINYINT] = "TINYINT",   [LIMIT_UTINYINT] = "UTINYINT", [LIMIT_USMALLINT] = "USMALLINT",
    [LIMIT_UINTEGER] = "UINTEGER", [LIMIT_HUGEINT] = "HUGEINT",   [LIMIT_REAL] = "REAL",
    [LIMIT_JSON] = "JSON",         [LIMIT_FRACTION] = NULL,
};

Physical type_physical(Type type)
{
    if (type.id == TYPE_DECIMAL && type.precision <= DECIMAL_I64_PRECISION)
        return PHYSICAL_I64;
    return (Physical)type_physicals[type.id];
}

size_t physical_size(Physical physical)
{
    return physical_sizes[physical];
}

const char *type_id_name(TypeId id)
{
    return type_names[id];
}

const char *type_name(Type type, char *buffer)
{
    if (limit_names[type.limit])
        snprintf(buffer, TYPE_NAME_SIZE, "%s", limit_names[type.limit]);
    else if (type.id == TYPE_DECIMAL)
        snprintf(buffer, TYPE_NAME_SIZE, "DECIMAL(%d,%d)", type.precision, type.scale);
    else if (type.limit != LIMIT_NONE)
        snprintf(buffer, TYPE_NAME_SIZE, "%s(%" PRIu32 ")", type_names[type.id], type.length);
    else
        snprintf(buffer, TYPE_NAME_SIZE, "%s", type_names[type.id]);
    return buffer;
}

const char *type_name_lower(Type type, char *buffer)
{
    type_name(type, buffer);
    for (char *c = buffer; *c; c++)
        *c = ascii_lower(*c);
    return buffer;
}

const char *type_standard_name(Type type, char *buffer)
{
    static const char *const names[TYPE_COUNT] = {
        [TYPE_VARCHAR] = "character varying",
        [TYPE_DOUBLE] = "double precision",
        [TYPE_DECIMAL] = "numeric",
        [TYPE_BLOB] = "bytea",
        [TYPE_TIME] = "time without time zone",
        [TYPE_TIMESTAMP] = "timestamp without time zone",
        [TYPE_TIMESTAMPTZ] = "timestamp with time zone",
    };
    if (type.limit == LIMIT_REAL)
        return "real";
    if (type.limit == LIMIT_JSON)
        return "json";
    return names[type.id] ? names[type.id] : type_name_lower(type, buffer);
}

/* ---- names ---- */

/* How many modifiers a name takes and what each may be. */
typedef enum ModifierRule {
    MODIFIERS_NONE,
    MODIFIERS_LENGTH,     /* VARCHAR(10) */
    MODIFIERS_DECIMAL,    /* DECIMAL(10), DECIMAL(10,2) */
    MODIFIERS_FRACTION,   /* TIMESTAMP(3): 0 to 6 */
    MODIFIERS_FLOAT_BITS, /* FLOAT(24): 1 to 53; up to 24 it is a REAL */
    MODIFIERS_WHOLE       /* none: a DECIMAL of all digits and no fraction */
} ModifierRule;

static const struct TypeSynonym {
    const char *name; /* lower case, words apart by one blank */
    TypeId id;
    ModifierRule modifiers;
    TypeLimit limit;
} type_synonyms[] = {
    {"boolean", TYPE_BOOLEAN, MODIFIERS_NONE, LIMIT_NONE},
    {"bool", TYPE_BOOLEAN, MODIFIERS_NONE, LIMIT_NONE},
    {"logical", TYPE_BOOLEAN, MODIFIERS_NONE, LIMIT_NONE},
    {"smallint", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_NONE},
    {"int2", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_NONE},
    {"int16", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_NONE},
    {"short", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_NONE},
    {"tinyint", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_TINYINT},
    {"utinyint", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_UTINYINT},
    {"integer", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_NONE},
    {"int", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_NONE},
    {"int4", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_NONE},
    {"int32", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_NONE},
    {"signed", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_NONE},
    {"usmallint", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_USMALLINT},
    {"bigint", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_NONE},
    {"int8", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_NONE},
    {"int64", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_NONE},
    {"long", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_NONE},
    {"uinteger", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_UINTEGER},
    {"ubigint", TYPE_UBIGINT, MODIFIERS_NONE, LIMIT_NONE},
    {"uint64", TYPE_UBIGINT, MODIFIERS_NONE, LIMIT_NONE},
    {"bigint unsigned", TYPE_UBIGINT, MODIFIERS_NONE, LIMIT_NONE},
    {"tinyint unsigned", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_UTINYINT},
    {"smallint unsigned", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_USMALLINT},
    {"integer unsigned", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_UINTEGER},
    {"int unsigned", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_UINTEGER},
    {"uint8", TYPE_SMALLINT, MODIFIERS_NONE, LIMIT_UTINYINT},
    {"uint16", TYPE_INTEGER, MODIFIERS_NONE, LIMIT_USMALLINT},
    {"uint32", TYPE_BIGINT, MODIFIERS_NONE, LIMIT_UINTEGER},
    {"hugeint", TYPE_DECIMAL, MODIFIERS_NONE, LIMIT_HUGEINT},
    {"uhugeint", TYPE_DECIMAL, MODIFIERS_WHOLE, LIMIT_NONE},
    {"int128", TYPE_DECIMAL, MODIFIERS_NONE, LIMIT_HUGEINT},
    {"decimal", TYPE_DECIMAL, MODIFIERS_DECIMAL, LIMIT_NONE},
    {"dec", TYPE_DECIMAL, MODIFIERS_DECIMAL, LIMIT_NONE},
    {"numeric", TYPE_DECIMAL, MODIFIERS_DECIMAL, LIMIT_NONE},
    {"double", TYPE_DOUBLE, MODIFIERS_NONE, LIMIT_NONE},
    {"double precision", TYPE_DOUBLE, MODIFIERS_NONE, LIMIT_NONE},
    {"float", TYPE_DOUBLE, MODIFIERS_FLOAT_BITS, LIMIT_NONE},
    {"float8", TYPE_DOUBLE, MODIFIERS_NONE, LIMIT_NONE},
    {"float4", TYPE_DOUBLE, MODIFIERS_NONE, LIMIT_REAL},
    {"float64", TYPE_DOUBLE, MODIFIERS_NONE, LIMIT_NONE},
    {"real", TYPE_DOUBLE, MODIFIERS_NONE, LIMIT_REAL},
    {"varchar", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"character varying", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"char varying", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"char", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"character", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"nchar", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"nvarchar", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"bpchar", TYPE_VARCHAR, MODIFIERS_LENGTH, LIMIT_NONE},
    {"text", TYPE_VARCHAR, MODIFIERS_NONE, LIMIT_NONE},
    {"json", TYPE_VARCHAR, MODIFIERS_NONE, LIMIT_JSON},
    {"string", TYPE_VARCHAR, MODIFIERS_NONE, LIMIT_NONE},
    {"blob", TYPE_BLOB, MODIFIERS_LENGTH, LIMIT_NONE},
    {"bytea", TYPE_BLOB, MODIFIERS_NONE, LIMIT_NONE},
    {"binary", TYPE_BLOB, MODIFIERS_LENGTH, LIMIT_NONE},
    {"varbinary", TYPE_BLOB, MODIFIERS_LENGTH, LIMIT_NONE},
    {"date", TYPE_DATE, MODIFIERS_NONE, LIMIT_NONE},
    {"time", TYPE_TIME, MODIFIERS_FRACTION, LIMIT_NONE},
    {"time without time zone", TYPE_TIME, MODIFIERS_FRACTION, LIMIT_NONE},
    {"timestamp", TYPE_TIMESTAMP, MODIFIERS_FRACTION, LIMIT_NONE},
    {"timestamp without time zone", TYPE_TIMESTAMP, MODIFIERS_FRACTION, LIMIT_NONE},
    {"datetime", TYPE_TIMESTAMP, MODIFIERS_FRACTION, LIMIT_NONE},
    {"timestamptz", TYPE_TIMESTAMPTZ, MODIFIERS_FRACTION, LIMIT_NONE},
    {"timestamp with time zone", TYPE_TIMESTAMPTZ, MODIFIERS_FRACTION, LIMIT_NONE},
    {"interval", TYPE_INTERVAL, MODIFIERS_FRACTION, LIMIT_NONE},
};

enum { TYPE_WORDS_SIZE = 40, DECIMAL_DEFAULT_SCALE = 10, REAL_BITS = 24, MICROSECOND_DIGITS = 6 };

/* Lower case, blanks at the ends dropped and runs of them made one. False when it is too long to be any name. */
static bool type_words(StringView name, char *ret_words)
{
    size_t size = 0;
    name = view_trim(name);
    for (size_t i = 0; i < name.size; i++) {
        bool is_space = ascii_is_space(name.data[i]);
        if (is_space && ascii_is_space(name.data[i - 1]))
            continue;
        if (size + 1 >= TYPE_WORDS_SIZE)
            return false;
        ret_words[size++] = is_space ? ' ' : ascii_lower(name.data[i]);
    }
    ret_words[size] = '\0';
    return true;
}

static bool modifiers_are_valid(ModifierRule rule, const int *modifiers, size_t count)
{
    if (count == 0)
        return true;
    switch (rule) {
    case MODIFIERS_NONE:
    case MODIFIERS_WHOLE:
        return false;
    case MODIFIERS_LENGTH:
        return count == 1 && modifiers[0] >= 1;
    case MODIFIERS_FRACTION:
        return count == 1 && modifiers[0] >= 0 && modifiers[0] <= 6;
    case MODIFIERS_FLOAT_BITS:
        return count == 1 && modifiers[0] >= 1 && modifiers[0] <= 53;
    case MODIFIERS_DECIMAL:
        return count <= 2 && modifiers[0] >= 1 && modifiers[0] <= DECIMAL_MAX_PRECISION &&
               (count == 1 || (modifiers[1] >= 0 && modifiers[1] <= modifiers[0]));
    }
    return false;
}

static Type synonym_type(const struct TypeSynonym *synonym, const int *modifiers, size_t count)
{
    Type type = {.id = (uint8_t)synonym->id, .limit = (uint8_t)synonym->limit};
    if (type.limit == LIMIT_HUGEINT || synonym->modifiers == MODIFIERS_WHOLE)
        type.precision = DECIMAL_MAX_PRECISION;
    else if (type.id == TYPE_DECIMAL)
        return count == 0 ? type_decimal(DECIMAL_MAX_PRECISION, DECIMAL_DEFAULT_SCALE)
                          : type_decimal(modifiers[0], count == 2 ? modifiers[1] : 0);
    if (count == 0)
        return type;
    if (synonym->modifiers == MODIFIERS_FLOAT_BITS) {
        type.limit = modifiers[0] <= REAL_BITS ? LIMIT_REAL : LIMIT_NONE;
    } else if (type.id == TYPE_VARCHAR || (type_is_temporal(type) && modifiers[0] < MICROSECOND_DIGITS)) {
        type.limit = type.id == TYPE_VARCHAR ? LIMIT_LENGTH : LIMIT_FRACTION;
        type.length = (uint32_t)modifiers[0];
    }
    return type;
}

bool type_parse(StringView name, const int *modifiers, size_t modifier_count, Type *ret_type)
{
    char words[TYPE_WORDS_SIZE];
    if (!type_words(name, words))
        return false;
    for (size_t i = 0; i < sizeof type_synonyms / sizeof *type_synonyms; i++) {
        const struct TypeSynonym *synonym = &type_synonyms[i];
        if (strcmp(words, synonym->name) != 0)
            continue;
        if (!modifiers_are_valid(synonym->modifiers, modifiers, modifier_count))
            return false;
        *ret_type = synonym_type(synonym, modifiers, modifier_count);
        return true;
    }
    return false;
}

/* "10, 2" to {10, 2}; false when it is anything else than one or two small numbers. */
static bool modifiers_parse(StringView list, int *ret_modifiers, size_t *ret_count)
{
    size_t count = 0;
    for (;;) {
        const char *comma = memchr(list.data, ',', list.size);
        StringView item = view_trim((StringView){list.data, comma ? (size_t)(comma - list.data) : list.size});
        if (item.size == 0 || item.size > 8 || count == 2)
            return false;
        int number = 0;
        for (size_t i = 0; i < item.size; i++) {
            if (!ascii_is_digit(item.data[i]))
                return false;
            number = number * 10 + (item.data[i] - '0');
        }
        ret_modifiers[count++] = number;
        if (comma == NULL)
            break;
        list.size -= (size_t)(comma + 1 - list.data);
        list.data = comma + 1;
    }
    *ret_count = count;
    return true;
}

bool type_parse_text(StringView text, Type *ret_type)
{
    const char *open = text.size ? memchr(text.data, '(', text.size) : NULL;
    if (open == NULL)
        return type_parse(text, NULL, 0, ret_type);
    StringView head = {text.data, (size_t)(open - text.data)};
    StringView rest = {open + 1, text.size - head.size - 1};
    const char *close = rest.size ? memchr(rest.data, ')', rest.size) : NULL;
    if (close == NULL)
        return false;
    int modifiers[2];
    size_t modifier_count;
    if (!modifiers_parse((StringView){rest.data, (size_t)(close - rest.data)}, modifiers, &modifier_count))
        return false;
    StringView tail = {close + 1, rest.size - (size_t)(close + 1 - rest.data)}; /* timestamp(3) with time zone */
    char name[2 * TYPE_WORDS_SIZE];
    if (head.size + tail.size + 1 > sizeof name)
        return false;
    memcpy(name, head.data, head.size);
    name[head.size] = ' ';
    memcpy(name + head.size + 1, tail.data, tail.size);
    return type_parse((StringView){name, head.size + 1 + tail.size}, modifiers, modifier_count, ret_type);
}

/* ---- where two types meet ---- */

Type type_integer_as_decimal(Type type)
{
    switch (type.id) {
    case TYPE_SMALLINT:
        return type_decimal(5, 0);
    case TYPE_INTEGER:
        return type_decimal(10, 0);
    case TYPE_BIGINT:
        return type_decimal(19, 0);
    default:
        return type_decimal(20, 0);
    }
}

/* When both integer part and scale do not fit into 38 digits the scale is kept: a value that is then too large is an
 * error, while a smaller scale would round without a word. */
static Type decimal_common(Type a, Type b)
{
    int a_whole = a.precision - a.scale, b_whole = b.precision - b.scale;
    int whole = a_whole > b_whole ? a_whole : b_whole;
    int scale = a.scale > b.scale ? a.scale : b.scale;
    return type_decimal(whole + scale > DECIMAL_MAX_PRECISION ? DECIMAL_MAX_PRECISION : whole + scale, scale);
}

/* Both are numeric. */
static Type numeric_common(Type a, Type b)
{
    if (a.id == TYPE_DOUBLE || b.id == TYPE_DOUBLE)
        return type_of(TYPE_DOUBLE);
    if (a.id == TYPE_DECIMAL || b.id == TYPE_DECIMAL)
        return decimal_common(a.id == TYPE_DECIMAL ? a : type_integer_as_decimal(a),
                              b.id == TYPE_DECIMAL ? b : type_integer_as_decimal(b));
    if (a.id == TYPE_UBIGINT || b.id == TYPE_UBIGINT)
        return type_decimal(20, 0);
    return type_of(a.id > b.id ? (TypeId)a.id : (TypeId)b.id);
}

static bool type_is_date_or_timestamp(Type type)
{
    return type.id == TYPE_DATE || type.id == TYPE_TIMESTAMP || type.id == TYPE_TIMESTAMPTZ;
}

bool type_common(Type a, Type b, Type *ret_type)
{
    if (a.id == TYPE_NULL)
        *ret_type = b;
    else if (type_equal(a, b))
        *ret_type = type_limits_equal(a, b) ? a : type_without_limit(a);
    else if (b.id == TYPE_NULL)
        *ret_type = a;
    else if (type_is_numeric(a) && type_is_numeric(b))
        *ret_type = numeric_common(a, b);
    else if (type_is_date_or_timestamp(a) && type_is_date_or_timestamp(b))
        *ret_type = type_of(
            a.id > b.id ? (TypeId)a.id
                        : (TypeId)b.id); /* DATE, TIMESTAMP, TIMESTAMPTZ: the later of the list holds the others */
    else if ((a.id == TYPE_TIME && b.id == TYPE_INTERVAL) || (a.id == TYPE_INTERVAL && b.id == TYPE_TIME))
        *ret_type = type_of(TYPE_INTERVAL);
    else
        return false;
    return true;
}
