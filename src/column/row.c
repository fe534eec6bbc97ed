/* column/row.c: columns to rows and back. One kernel for each way of storing a value, chosen once per column. */
#include "column/row.h"

#include <string.h>

#include "base/memory.h"
#include "column/vector_rows.h"

/* Where a column stands in rows. */
typedef struct RowColumn {
    size_t offset;
    size_t null_byte;
    unsigned null_bit; /* within the byte */
} RowColumn;

static RowColumn row_column(const RowLayout *layout, size_t column_index)
{
    return (RowColumn){layout->offsets[column_index], column_index / 8, (unsigned)(column_index % 8)};
}

size_t row_long_strings_size(const RowLayout *layout, uint8_t *row)
{
    size_t size = 0;
    for (size_t c = 0; c < layout->column_count && layout->has_strings; c++) {
        const String *string = row_long_string(layout, row, c);
        size += string ? string->size : 0;
    }
    return size;
}

/* ---- writing ---- */

typedef void (*WriteKernel)(const VectorRows *source, RowColumn column, size_t count, uint8_t *const *rows);

/* A value as it is stored; NULLs become zero. */
#define WRITE(name, source_type, stored_type, stored)                                                                  \
    static void write_##name(const VectorRows *source, RowColumn column, size_t count, uint8_t *const *rows)           \
    {                                                                                                                  \
        const source_type *values = source->values;                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            source_type value = values[source->index[i]];                                                              \
            stored_type slot = stored;                                                                                 \
            memcpy(rows[i] + column.offset, &slot, sizeof slot);                                                       \
        }                                                                                                              \
    }                                                                                                                  \
    static void write_nullable_##name(const VectorRows *source, RowColumn column, size_t count, uint8_t *const *rows)  \
    {                                                                                                                  \
        const source_type *values = source->values;                                                                    \
        for (size_t i = 0; i < count; i++) {                                                                           \
            unsigned is_null = !validity_get(source->validity, source->index[i]);                                      \
            source_type value = values[source->index[i]];                                                              \
            stored_type slot = stored;                                                                                 \
            if (is_null)                                                                                               \
                memset(&slot, 0, sizeof slot);                                                                         \
            memcpy(rows[i] + column.offset, &slot, sizeof slot);                                                       \
            rows[i][column.null_byte] |= (uint8_t)(is_null << column.null_bit);                                        \
        }                                                                                                              \
    }

/* One bit pattern for each double that is a value of its own: adding 0 turns -0 into 0. */
static inline double double_normalized(double value)
{
    return value != value ? __builtin_nan("") : value + 0.0;
}

WRITE(bool, uint8_t, uint8_t, value)
WRITE(i32, int32_t, int32_t, value)
WRITE(i64, int64_t, int64_t, value)
WRITE(i128, Int128, Int128, value)
WRITE(i64_as_i128, int64_t, Int128, value)
WRITE(i128_as_i64, Int128, int64_t, (int64_t)value) /* it fits: the type has at most 18 digits */
WRITE(f64, double, double, value)
WRITE(f64_key, double, double, double_normalized(value))
WRITE(interval, Interval, Interval, value)

static void rows_write_strings(RowStore *store, const VectorRows *source, RowColumn column, size_t count,
                               uint8_t *const *rows)
{
    const String *values = source->values;
    for (size_t i = 0; i < count; i++) {
        if (!validity_get(source->validity, source->index[i])) {
            rows[i][column.null_byte] |= (uint8_t)(1u << column.null_bit);
            continue;
        }
        String value = values[source->index[i]];
        if (value.size > STRING_INLINE_SIZE) {
            char *copy = row_store_string_memory(store, value.size);
            memory_copy(copy, value.pointer, value.size);
            value.pointer = copy;
        }
        memcpy(rows[i] + column.offset, &value, sizeof value);
    }
}

static WriteKernel write_kernel(Physical from, Physical to, bool is_nullable, bool is_key)
{
    switch (from) {
    case PHYSICAL_BOOL:
        return is_nullable ? write_nullable_bool : write_bool;
    case PHYSICAL_I32:
        return is_nullable ? write_nullable_i32 : write_i32;
    case PHYSICAL_U64:
        return is_nullable ? write_nullable_i64 : write_i64;
    case PHYSICAL_I64:
        if (to == PHYSICAL_I128)
            return is_nullable ? write_nullable_i64_as_i128 : write_i64_as_i128;
        return is_nullable ? write_nullable_i64 : write_i64;
    case PHYSICAL_I128:
        if (to == PHYSICAL_I64)
            return is_nullable ? write_nullable_i128_as_i64 : write_i128_as_i64;
        return is_nullable ? write_nullable_i128 : write_i128;
    case PHYSICAL_F64:
        if (is_key)
            return is_nullable ? write_nullable_f64_key : write_f64_key;
        return is_nullable ? write_nullable_f64 : write_f64;
    case PHYSICAL_INTERVAL:
        return is_nullable ? write_nullable_interval : write_interval;
    case PHYSICAL_STRING:
    case PHYSICAL_COUNT:
        break;
    }
    return NULL;
}

static void column_write(RowStore *store, size_t column_index, const Vector *vector, const uint16_t *selection,
                         size_t count, uint8_t *const *rows, bool is_key)
{
    const RowLayout *layout = row_store_layout(store);
    VectorRows source;
    vector_rows_init(&source, vector, selection, count);
    RowColumn column = row_column(layout, column_index);
    Physical stored = type_physical(layout->types[column_index]);
    if (stored == PHYSICAL_STRING)
        rows_write_strings(store, &source, column, count, rows);
    else
        write_kernel((Physical)vector->physical, stored, source.validity != NULL, is_key)(&source, column, count, rows);
}

void rows_write(RowStore *store, size_t column_index, const Vector *vector, const uint16_t *selection, size_t count,
                uint8_t *const *rows)
{
    column_write(store, column_index, vector, selection, count, rows, /* is_key= */ false);
}

void rows_write_key(RowStore *store, size_t column_index, const Vector *vector, const uint16_t *selection, size_t count,
                    uint8_t *const *rows)
{
    column_write(store, column_index, vector, selection, count, rows, /* is_key= */ true);
}

/* ---- reading ---- */

/* Reads up to 64 rows; bit i of the result is set when row i is NULL, and its value is then zero. */
typedef uint64_t (*ReadKernel)(uint8_t *const *rows, RowColumn column, size_t count, void *target);

#define READ(size)                                                                                                     \
    static uint64_t read_##size(uint8_t *const *rows, RowColumn column, size_t count, void *target)                    \
    {                                                                                                                  \
        uint8_t *values = target;                                                                                      \
        uint64_t nulls = 0;                                                                                            \
        for (size_t i = 0; i < count; i++) {                                                                           \
            if (rows[i] == NULL) {                                                                                     \
                memset(values + i * (size), 0, size);                                                                  \
                nulls |= (uint64_t)1 << i;                                                                             \
            } else {                                                                                                   \
                memcpy(values + i * (size), rows[i] + column.offset, size);                                            \
                nulls |= (uint64_t)(rows[i][column.null_byte] >> column.null_bit & 1) << i;                            \
            }                                                                                                          \
        }                                                                                                              \
        return nulls;                                                                                                  \
    }
READ(1)
READ(4)
READ(8)
READ(16)

void rows_read(const RowLayout *layout, size_t column_index, uint8_t *const *rows, size_t count, Vector *target)
{
    Type type = layout->types[column_index];
    Physical physical = type_physical(type);
    vector_prepare_as(target, type, physical, count);
    RowColumn column = row_column(layout, column_index);
    size_t size = physical_size(physical);
    ReadKernel read = size == 1 ? read_1 : size == 4 ? read_4 : size == 8 ? read_8 : read_16;
    for (size_t first = 0; first < count; first += 64) {
        size_t block = count - first < 64 ? count - first : 64;
        uint64_t nulls = read(rows + first, column, block, (uint8_t *)target->data + first * size);
        if (nulls)
            vector_validity(target, count)[first / 64] = ~nulls;
    }
}
