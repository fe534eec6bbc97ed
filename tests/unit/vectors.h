/* tests/unit/vectors.h: random values of every type and layout, and vectors of them in every form. */
#ifndef QUERN_TESTS_UNIT_VECTORS_H
#define QUERN_TESTS_UNIT_VECTORS_H

#include <math.h>

#include "column/vector.h"
#include "test.h"

typedef struct Kind {
    Type type;
    Physical physical;
} Kind;

/* Every type, and both layouts of a short and of a long DECIMAL. */
static const Kind kinds[] = {
    {{.id = TYPE_BOOLEAN}, PHYSICAL_BOOL},
    {{.id = TYPE_SMALLINT}, PHYSICAL_I32},
    {{.id = TYPE_INTEGER}, PHYSICAL_I32},
    {{.id = TYPE_BIGINT}, PHYSICAL_I64},
    {{.id = TYPE_UBIGINT}, PHYSICAL_U64},
    {{.id = TYPE_DECIMAL, .precision = 10, .scale = 2}, PHYSICAL_I64},
    {{.id = TYPE_DECIMAL, .precision = 10, .scale = 2}, PHYSICAL_I128},
    {{.id = TYPE_DECIMAL, .precision = 30, .scale = 4}, PHYSICAL_I64},
    {{.id = TYPE_DECIMAL, .precision = 30, .scale = 4}, PHYSICAL_I128},
    {{.id = TYPE_DOUBLE}, PHYSICAL_F64},
    {{.id = TYPE_VARCHAR}, PHYSICAL_STRING},
    {{.id = TYPE_BLOB}, PHYSICAL_STRING},
    {{.id = TYPE_DATE}, PHYSICAL_I32},
    {{.id = TYPE_TIME}, PHYSICAL_I64},
    {{.id = TYPE_TIMESTAMP}, PHYSICAL_I64},
    {{.id = TYPE_TIMESTAMPTZ}, PHYSICAL_I64},
    {{.id = TYPE_INTERVAL}, PHYSICAL_INTERVAL},
    {{.id = TYPE_NULL}, PHYSICAL_BOOL},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds, FORM_COUNT = 3 };

static uint64_t random_state = 88172645463325252u;

static inline uint64_t random_u64(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static inline size_t random_below(size_t bound)
{
    return random_u64() % bound;
}

static inline int64_t random_i64(void)
{
    static const int64_t edges[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN, 255, 256, -256};
    switch (random_below(3)) {
    case 0:
        return edges[random_below(sizeof edges / sizeof *edges)];
    case 1:
        return (int64_t)random_below(7) - 3;
    default:
        return (int64_t)random_u64() >> random_below(64);
    }
}

static inline double random_double(void)
{
    static const double edges[] = {0.0,     -0.0, 1.0,      -1.0,      0.5,      1e300,     -1e300, 5e-324,
                                   -5e-324, NAN,  INFINITY, -INFINITY, 2.5e-308, 1.0000001, 3.0};
    if (random_below(2))
        return edges[random_below(sizeof edges / sizeof *edges)];
    double value;
    uint64_t bits = random_u64();
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Short and long, with common prefixes and zero bytes: bytes are a, b, 00, 01 and FF. */
static inline StringView random_text(Arena *arena)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 11, 12, 13, 14, 40};
    static const char bytes[] = {'a', 'b', 0, 1, (char)0xFF};
    size_t size = sizes[random_below(sizeof sizes / sizeof *sizes)];
    char *text = arena_allocate(arena, size);
    size_t different = random_below(3); /* the last bytes only */
    for (size_t i = 0; i < size; i++)
        text[i] = i + different >= size ? bytes[random_below(5)] : 'a';
    return (StringView){text, size};
}

/* Small sets, so that equal values are common. */
static inline Value random_value(Arena *arena, Kind kind, bool is_nullable)
{
    Value value = {.type = kind.type};
    if (kind.type.id == TYPE_NULL || (is_nullable && random_below(4) == 0))
        return value_null(kind.type);
    switch (type_physical(kind.type)) {
    case PHYSICAL_BOOL:
        value.boolean = random_below(2);
        break;
    case PHYSICAL_I32:
        value.i64 = (int32_t)random_i64();
        break;
    case PHYSICAL_U64:
        value.u64 = (uint64_t)random_i64();
        break;
    case PHYSICAL_F64:
        value.f64 = random_double();
        break;
    case PHYSICAL_STRING:
        value.text = random_text(arena);
        break;
    case PHYSICAL_INTERVAL:
        value.interval = (Interval){(int32_t)random_below(3) - 1, (int32_t)random_below(3) * 30 - 30, 0};
        if (random_below(3) == 0)
            value.interval = (Interval){(int32_t)random_i64(), (int32_t)random_i64(), random_i64()};
        break;
    default:
        value.i64 = random_i64();
    }
    if (kind.type.id == TYPE_DECIMAL) {
        Int128 bound = kind.type.precision <= DECIMAL_I64_PRECISION ? 10000000000 : INT64_MAX;
        value.i128 = random_i64() % bound;
        if (kind.physical == PHYSICAL_I128 && kind.type.precision > DECIMAL_I64_PRECISION && random_below(2))
            value.i128 = (Int128)random_i64() * 1000000007;
    }
    return value;
}

/* Row i is values[i]; constant: every row is values[0], and the others are made so. */
static inline Vector *vector_of(Arena *arena, Kind kind, VectorForm form, Value *values, size_t count)
{
    Vector *vector = vector_new(arena, kind.type);
    vector_prepare_as(vector, kind.type, kind.physical, form == VECTOR_CONSTANT ? 1 : count);
    for (size_t i = 0; i < count; i++) {
        if (form == VECTOR_CONSTANT)
            values[i] = values[0];
        if (form != VECTOR_CONSTANT || i == 0)
            vector_set_value(vector, i, &values[i]);
    }
    vector->form = form == VECTOR_CONSTANT ? VECTOR_CONSTANT : VECTOR_FLAT;
    if (form != VECTOR_DICTIONARY)
        return vector;
    /* The values backwards, with one that no row has in front. */
    Vector *dictionary = vector_new(arena, kind.type);
    vector_prepare_as(dictionary, kind.type, kind.physical, count + 1);
    for (size_t i = 0; i <= count; i++)
        vector_set_value(dictionary, i, &values[i == 0 ? 0 : count - i]);
    vector_prepare_dictionary(vector, dictionary, count + 1, count);
    for (size_t i = 0; i < count; i++)
        VECTOR_DATA(vector, uint32_t)[i] = (uint32_t)(count - i);
    return vector;
}

/* An ascending selection of about half of `size` rows; returns how many. */
static inline size_t random_selection(size_t size, uint16_t *ret_selection)
{
    size_t count = 0;
    for (size_t row = 0; row < size; row++)
        if (random_below(2))
            ret_selection[count++] = (uint16_t)row;
    return count;
}

/* The same value, as value_identical says. */
#define ck_assert_value(actual, expected)                                                                              \
    do {                                                                                                               \
        Value actual_value = (actual), expected_value = (expected);                                                    \
        ck_assert_msg(value_identical(&actual_value, &expected_value), "%s:%d: type %d, row values differ", __FILE__,  \
                      __LINE__, expected_value.type.id);                                                               \
    } while (0)

#endif
