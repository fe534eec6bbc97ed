/* column/types.h: what a value means (Type) and how it is stored (Physical).
 *
 * A DECIMAL vector of any precision is stored as I64 when its values are known to fit and as I128 otherwise, so a
 * vector says its own physical layout; for all other types the type decides. */
#ifndef QUERN_COLUMN_TYPES_H
#define QUERN_COLUMN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

typedef __int128 Int128;
typedef unsigned __int128 UInt128;

/* Months, days and microseconds are kept apart: a month has no fixed days, a day no fixed hours. */
typedef struct Interval {
    int32_t months;
    int32_t days;
    int64_t microseconds;
} Interval;

/* 16 bytes: up to 12 bytes inline; longer text by pointer, with its first 4 bytes kept here, so that most comparisons
 * end without following it. Unused inline bytes are zero: short strings are equal when all 16 bytes are. */
typedef struct String {
    uint32_t size; /* bytes */
    char prefix[4];
    union {
        char rest[8];        /* size <= 12: bytes 4 to 11 */
        const char *pointer; /* size > 12: all of the text; owned by the vector's string buffers or longer */
    };
} String;
enum { STRING_INLINE_SIZE = 12 };
#define STRING_MAX_SIZE ((size_t)1 << 30) /* bytes of one value: longer is an error */

/* X(NAME, C type) */
#define PHYSICALS(X)                                                                                                   \
    X(BOOL, bool)                                                                                                      \
    X(I32, int32_t)                                                                                                    \
    X(I64, int64_t)                                                                                                    \
    X(U64, uint64_t)                                                                                                   \
    X(I128, Int128)                                                                                                    \
    X(F64, double)                                                                                                     \
    X(STRING, String)                                                                                                  \
    X(INTERVAL, Interval)

typedef enum Physical {
#define PHYSICAL_ENUM(name, type) PHYSICAL_##name,
    PHYSICALS(PHYSICAL_ENUM)
#undef PHYSICAL_ENUM
        PHYSICAL_COUNT
} Physical;

/* X(NAME, physical). NULL is the type of a bare NULL: it becomes any other. Dates are days since 1970-01-01; times are
 * microseconds since midnight; timestamps microseconds since 1970-01-01 00:00 (TIMESTAMPTZ: UTC). */
#define TYPES(X)                                                                                                       \
    X(NULL, BOOL)                                                                                                      \
    X(BOOLEAN, BOOL)                                                                                                   \
    X(SMALLINT, I32)                                                                                                   \
    X(INTEGER, I32)                                                                                                    \
    X(BIGINT, I64)                                                                                                     \
    X(UBIGINT, U64)                                                                                                    \
    X(DECIMAL, I128)                                                                                                   \
    X(DOUBLE, F64)                                                                                                     \
    X(VARCHAR, STRING)                                                                                                 \
    X(BLOB, STRING)                                                                                                    \
    X(DATE, I32)                                                                                                       \
    X(TIME, I64)                                                                                                       \
    X(TIMESTAMP, I64)                                                                                                  \
    X(TIMESTAMPTZ, I64)                                                                                                \
    X(INTERVAL, INTERVAL)

typedef enum TypeId {
#define TYPE_ENUM(name, physical) TYPE_##name,
    TYPES(TYPE_ENUM)
#undef TYPE_ENUM
        TYPE_COUNT
} TypeId;

/* A type may be limited to a part of its values. Casts keep to a limit (column/limit.h), and names show it; all else
 * takes a limited type for what it is limited from: type_equal does not look at limits. */
typedef enum TypeLimit {
    LIMIT_NONE,
    LIMIT_TINYINT,   /* SMALLINT of one byte */
    LIMIT_UTINYINT,  /* SMALLINT of one byte without a sign */
    LIMIT_USMALLINT, /* INTEGER of two bytes without a sign */
    LIMIT_UINTEGER,  /* BIGINT of four bytes without a sign */
    LIMIT_HUGEINT,   /* DECIMAL(38,0): another name only */
    LIMIT_REAL,      /* DOUBLE of 32 bits */
    LIMIT_JSON,      /* VARCHAR: another name only, by which JSON is told from a text */
    /* what stands below has a length; names of types are without it (typeof) */
    LIMIT_LENGTH,   /* VARCHAR of `length` characters: what is longer is cut */
    LIMIT_STORED,   /* the same for a column that is written to: what is longer is refused, but for blanks */
    LIMIT_FRACTION, /* TIME, TIMESTAMP and TIMESTAMPTZ: `length` digits of seconds */
} TypeLimit;

typedef struct Type {
    uint8_t id;        /* TypeId */
    uint8_t precision; /* DECIMAL: all digits, 1 to 38 */
    uint8_t scale;     /* DECIMAL: digits behind the point, 0 to precision */
    uint8_t limit;     /* TypeLimit */
    uint32_t length;   /* of limits that have one */
} Type;

enum { DECIMAL_MAX_PRECISION = 38, DECIMAL_I64_PRECISION = 18 };

static inline Type type_of(TypeId id)
{
    return (Type){.id = (uint8_t)id};
}

static inline Type type_decimal(int precision, int scale)
{
    return (Type){.id = TYPE_DECIMAL, .precision = (uint8_t)precision, .scale = (uint8_t)scale};
}

static inline bool type_equal(Type a, Type b)
{
    return a.id == b.id && a.precision == b.precision && a.scale == b.scale;
}

static inline bool type_limits_equal(Type a, Type b)
{
    return a.limit == b.limit && a.length == b.length;
}

/* Whether a cast to the type looks at values because of its limit. */
static inline bool type_limits_values(Type type)
{
    return type.limit != LIMIT_NONE && type.limit != LIMIT_HUGEINT && type.limit != LIMIT_JSON;
}

static inline Type type_without_limit(Type type)
{
    type.limit = LIMIT_NONE;
    type.length = 0;
    return type;
}

/* The layout that a vector of this type takes unless it says otherwise. */
Physical type_physical(Type type);
/* Bytes of one value. */
size_t physical_size(Physical physical);

static inline bool type_is_integer(Type type)
{
    return type.id >= TYPE_SMALLINT && type.id <= TYPE_UBIGINT;
}

static inline bool type_is_numeric(Type type)
{
    return type.id >= TYPE_SMALLINT && type.id <= TYPE_DOUBLE;
}

static inline bool type_is_text(Type type)
{
    return type.id == TYPE_VARCHAR;
}

static inline bool type_is_temporal(Type type)
{
    return type.id >= TYPE_DATE && type.id <= TYPE_TIMESTAMPTZ;
}

/* "DECIMAL" */
const char *type_id_name(TypeId id);
enum { TYPE_NAME_SIZE = 32 };
/* "DECIMAL(15,2)" into a buffer of TYPE_NAME_SIZE; returns it. */
const char *type_name(Type type, char *buffer);
/* As messages have it: "decimal(15,2)". */
const char *type_name_lower(Type type, char *buffer);
/* The SQL standard's long names, as PostgreSQL has them, without modifiers: "character varying"; a type that it does
 * not know as messages have it. */
const char *type_standard_name(Type type, char *buffer);
/* The type that a name of SQL means, with its modifiers; PostgreSQL's names, and DuckDB's and DataFusion's common ones
 * ("int8", "double precision", "string", "numeric"). False when there is none of that name, or when the modifiers are
 * wrong for it. NUMERIC and DECIMAL without modifiers are DECIMAL(38,10); CHAR(n) is VARCHAR(n). */
bool type_parse(StringView name, const int *modifiers, size_t modifier_count, Type *ret_type);
/* The same from one text: "decimal(10, 2)". */
bool type_parse_text(StringView text, Type *ret_type);

/* The type that both become where they meet (CASE, UNION, IN, comparison), PostgreSQL's way; false when there is none.
 * NULL meets anything. Integers widen, signed ones with UBIGINT meet in DECIMAL(20,0), DECIMALs keep the larger integer
 * part and scale (where both take more than 38 digits, the scale: then a large value is an error, and none is rounded),
 * anything numeric with DOUBLE is DOUBLE, DATE with TIMESTAMP is TIMESTAMP. */
bool type_common(Type a, Type b, Type *ret_type);
/* Decimal type that holds every value of an integer type: BIGINT is DECIMAL(19,0). */
Type type_integer_as_decimal(Type type);

/* ---- strings ---- */

static inline const char *string_data(const String *string)
{
    return string->size <= STRING_INLINE_SIZE ? string->prefix : string->pointer;
}

static inline StringView string_view(const String *string)
{
    return (StringView){string_data(string), string->size};
}

/* Points into `data` when it is longer than 12 bytes: `data` must outlive the string. */
static inline String string_make(const char *data, size_t size)
{
    String string = {.size = (uint32_t)size, .pointer = NULL};
    if (size <= STRING_INLINE_SIZE) {
        memset(string.prefix, 0, sizeof string.prefix);
        if (size)
            __builtin_memcpy((char *)&string + 4, data, size);
    } else {
        memcpy(string.prefix, data, sizeof string.prefix);
        string.pointer = data;
    }
    return string;
}

static inline bool string_equal(const String *a, const String *b)
{
    uint64_t a_head, b_head;
    memcpy(&a_head, a, 8);
    memcpy(&b_head, b, 8);
    if (a_head != b_head)
        return false;
    if (a->size <= STRING_INLINE_SIZE)
        return memcmp(a->rest, b->rest, sizeof a->rest) == 0;
    return memory_compare(a->pointer, b->pointer, a->size) == 0;
}

/* Its first four bytes, zeros behind a shorter one, as a number: where two differ, their order is that of the strings.
 */
static inline uint32_t string_prefix(const String *string)
{
    uint32_t prefix;
    memcpy(&prefix, string->prefix, sizeof prefix);
    return __builtin_bswap32(prefix);
}

/* Byte order: negative, 0, positive. */
static inline int string_compare(const String *a, const String *b)
{
    uint32_t a_prefix = string_prefix(a), b_prefix = string_prefix(b);
    if (a_prefix != b_prefix)
        return a_prefix < b_prefix ? -1 : 1;
    return view_compare(string_view(a), string_view(b));
}

#endif
