/* column/row_hash.c: hashes of rows over columns: equal values hash equally in every form and layout. */
#include <string.h>

#include "base/hash.h"
#include "column/row.h"
#include "column/string_hash.h"
#include "column/vector_rows.h"

static const uint64_t null_hash = 0x2545F4914F6CDD1Du;

/* Adds the hashes of a column's values to those of the columns before it. */
typedef void (*HashKernel)(const VectorRows *source, size_t count, bool is_first, uint64_t *hashes);

static inline uint64_t hash_i64(int64_t value)
{
    return hash_u64((uint64_t)value);
}

/* Of a value that fits into 64 bits the high half repeats the sign: then this is hash_i64. */
static inline uint64_t hash_i128(Int128 value)
{
    uint64_t low = (uint64_t)value, high = (uint64_t)((UInt128)value >> 64);
    uint64_t beyond = high ^ ((int64_t)low < 0 ? UINT64_MAX : 0);
    return hash_u64(low ^ beyond * 0x9E3779B97F4A7C15u);
}

static inline uint64_t hash_f64(double value)
{
    value = value != value ? __builtin_nan("") : value + 0.0; /* one NaN, one zero */
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return hash_u64(bits);
}

static inline uint64_t hash_interval(Interval value)
{
    return hash_i128(interval_order(value));
}

static inline uint64_t hash_add(uint64_t hash, uint64_t value_hash, bool is_first)
{
    return is_first ? value_hash : hash_combine(hash, value_hash);
}

/* A NULL's slot holds some value, which is hashed in vain; only a string must not be followed. */
#define HASH_LOOP(name, type, hash, IS_FIRST, HAS_NULLS)                                                               \
    static void name(const VectorRows *source, size_t count, uint64_t *hashes)                                         \
    {                                                                                                                  \
        const type *values = source->values;                                                                           \
        for (size_t i = 0; i < count; i++) {                                                                           \
            bool is_null = (HAS_NULLS) && !validity_get(source->validity, source->index[i]);                           \
            uint64_t value_hash = is_null ? null_hash : hash(values[source->index[i]]);                                \
            hashes[i] = hash_add(hashes[i], value_hash, IS_FIRST);                                                     \
        }                                                                                                              \
    }
#define HASH(name, type, hash)                                                                                         \
    HASH_LOOP(name##_first, type, hash, true, false)                                                                   \
    HASH_LOOP(name##_first_nullable, type, hash, true, true)                                                           \
    HASH_LOOP(name##_next, type, hash, false, false)                                                                   \
    HASH_LOOP(name##_next_nullable, type, hash, false, true)                                                           \
    static void name(const VectorRows *source, size_t count, bool is_first, uint64_t *hashes)                          \
    {                                                                                                                  \
        if (source->validity)                                                                                          \
            (is_first ? name##_first_nullable : name##_next_nullable)(source, count, hashes);                          \
        else                                                                                                           \
            (is_first ? name##_first : name##_next)(source, count, hashes);                                            \
    }
HASH(hash_bool_rows, uint8_t, hash_i64)
HASH(hash_i32_rows, int32_t, hash_i64)
HASH(hash_i64_rows, int64_t, hash_i64)
HASH(hash_i128_rows, Int128, hash_i128)
HASH(hash_f64_rows, double, hash_f64)
HASH(hash_string_rows, String, string_hash)
HASH(hash_interval_rows, Interval, hash_interval)

static const HashKernel hash_kernels[PHYSICAL_COUNT] = {
    [PHYSICAL_BOOL] = hash_bool_rows,     [PHYSICAL_I32] = hash_i32_rows,           [PHYSICAL_I64] = hash_i64_rows,
    [PHYSICAL_U64] = hash_i64_rows,       [PHYSICAL_I128] = hash_i128_rows,         [PHYSICAL_F64] = hash_f64_rows,
    [PHYSICAL_STRING] = hash_string_rows, [PHYSICAL_INTERVAL] = hash_interval_rows,
};

/* Each distinct value of a constant or a small dictionary is hashed once. */
static void hash_distinct(const Vector *vector, const VectorRows *rows, size_t count, bool is_first, uint64_t *hashes)
{
    bool is_constant = vector->form == VECTOR_CONSTANT;
    const Vector *values = is_constant ? vector : vector->dictionary;
    uint64_t distinct[BATCH_SIZE];
    VectorRows all;
    size_t distinct_count = is_constant ? 1 : vector->dictionary_size;
    vector_rows_init(&all, values, NULL, distinct_count);
    hash_kernels[vector->physical](&all, distinct_count, true, distinct);
    for (size_t i = 0; i < count; i++)
        hashes[i] = hash_add(hashes[i], distinct[rows->index[i]], is_first);
}

void vectors_hash(Vector *const *vectors, size_t column_count, const uint16_t *selection, size_t count,
                  uint64_t *ret_hashes)
{
    if (column_count == 0)
        memset(ret_hashes, 0, count * sizeof *ret_hashes);
    for (size_t c = 0; c < column_count; c++) {
        const Vector *vector = vectors[c];
        VectorRows rows;
        vector_rows_init(&rows, vector, selection, count);
        bool is_distinct =
            vector->form == VECTOR_CONSTANT || (vector->form == VECTOR_DICTIONARY && vector->dictionary_size <= count);
        if (is_distinct)
            hash_distinct(vector, &rows, count, c == 0, ret_hashes);
        else
            hash_kernels[vector->physical](&rows, count, c == 0, ret_hashes);
    }
}
