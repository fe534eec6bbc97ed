/* provider/memory/memory_sketch.c: a loop for each layout; equal values have equal hashes in whichever layout. */
#include "provider/memory/memory_sketch.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "column/string_hash.h"
#include "column/value.h"

/* Of a text of megabytes its size and its ends stand for it: rows are sketched while they are committed, which nothing
 * interrupts. */
static inline uint64_t hash_text(String value)
{
    enum { LONG = 1 << 16, END = LONG / 2 };
    if (value.size <= LONG)
        return string_hash(value);
    uint64_t hash = hash_combine(value.size, string_hash_long(value.pointer, END));
    return hash_combine(hash, string_hash_long(value.pointer + value.size - END, END));
}

static inline uint64_t hash_i128(Int128 value)
{
    if (value == (int64_t)value)
        return hash_u64((uint64_t)value);
    return hash_combine((uint64_t)value, (uint64_t)(value >> 64));
}

static inline uint64_t hash_f64(double value)
{
    uint64_t bits = 0; /* of both zeros */
    if (isnan(value))
        bits = 1; /* of every NaN */
    else if (value != 0)
        memcpy(&bits, &value, sizeof bits);
    return hash_u64(bits);
}

#define HASH_INTEGER(value)  hash_u64((uint64_t)(value))
#define HASH_INTERVAL(value) hash_i128(interval_order(value))

#define SKETCH(name, ctype, hash)                                                                                      \
    static void name(Sketch *sketch, const Vector *vector, size_t first, size_t end)                                   \
    {                                                                                                                  \
        const ctype *values = vector->data;                                                                            \
        for (size_t i = first; i < end; i++)                                                                           \
            if (validity_get(vector->validity, i))                                                                     \
                sketch_add(sketch, hash(values[i]));                                                                   \
    }
SKETCH(sketch_i32, int32_t, HASH_INTEGER)
SKETCH(sketch_i64, int64_t, HASH_INTEGER)
SKETCH(sketch_u64, uint64_t, HASH_INTEGER)
SKETCH(sketch_i128, Int128, hash_i128)
SKETCH(sketch_f64, double, hash_f64)
SKETCH(sketch_string, String, hash_text)
SKETCH(sketch_interval, Interval, HASH_INTERVAL)

static void (*const sketch_loops[PHYSICAL_COUNT])(Sketch *sketch, const Vector *vector, size_t first, size_t end) = {
    [PHYSICAL_I32] = sketch_i32,           [PHYSICAL_I64] = sketch_i64, [PHYSICAL_U64] = sketch_u64,
    [PHYSICAL_I128] = sketch_i128,         [PHYSICAL_F64] = sketch_f64, [PHYSICAL_STRING] = sketch_string,
    [PHYSICAL_INTERVAL] = sketch_interval,
};

void memory_column_sketch(MemoryColumn *column, size_t first, size_t end)
{
    const Vector *values = column->values;
    if (column->sketch == NULL)
        return;
    if (values->form == VECTOR_DICTIONARY)
        sketch_loops[values->physical](column->sketch, values->dictionary, 0, values->dictionary_size);
    else
        sketch_loops[values->physical](column->sketch, values, first, end);
}

double memory_version_distinct(const MemoryVersion *version, size_t column)
{
    Sketch all = {0};
    for (size_t s = 0; s < version->slice_count; s++) {
        const Sketch *sketch = version->slices[s].group->columns[column].sketch;
        if (sketch == NULL)
            return 0;
        sketch_merge(&all, sketch);
    }
    return sketch_estimate(&all);
}
