/* column/sort_key.c: values to bytes that sort as the values do. One kernel for each way of storing a value. */
#include "column/sort_key.h"

#include <string.h>

#include "base/context.h"
#include "column/vector_rows.h"

/* What the NULL byte is: NULLs go below or above it. */
enum { NULL_BELOW = 0, NOT_NULL = 1, NULL_ABOVE = 2 };

/* ---- sizes ---- */

size_t sort_key_fixed_size(Type type)
{
    switch (type_physical(type)) {
    case PHYSICAL_STRING:
    case PHYSICAL_COUNT:
        return 0;
    default:
        return 1 + physical_size(type_physical(type));
    }
}

/* Whether one of the 8 bytes is zero (Mycroft 1987). */
static inline bool word_has_zero(uint64_t word)
{
    return ((word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080)) != 0;
}

static size_t string_key_size(const String *string)
{
    const char *bytes = string_data(string), *end = bytes + string->size;
    size_t size = string->size + 2;
    while (bytes < end) {
        context_pace((size_t)bytes);
        uint64_t word;
        if (end - bytes >= 8 && (memcpy(&word, bytes, 8), !word_has_zero(word)))
            bytes += 8;
        else
            size += *bytes++ == 0;
    }
    return size;
}

void sort_key_sizes(const Vector *vector, const uint16_t *selection, size_t count, size_t *sizes)
{
    size_t fixed_size = sort_key_fixed_size(vector->type);
    if (fixed_size) {
        for (size_t i = 0; i < count; i++)
            sizes[i] += fixed_size;
        return;
    }
    VectorRows rows;
    vector_rows_init(&rows, vector, selection, count);
    const String *values = rows.values;
    for (size_t i = 0; i < count; i++)
        sizes[i] += 1 + (validity_get(rows.validity, rows.index[i]) ? string_key_size(&values[rows.index[i]]) : 0);
}

/* ---- values as unsigned numbers of the same order ---- */

static inline uint8_t key_bool(bool value)
{
    return value;
}

static inline uint32_t key_i32(int32_t value)
{
    return (uint32_t)value ^ UINT32_C(1) << 31;
}

static inline uint64_t key_i64(int64_t value)
{
    return (uint64_t)value ^ UINT64_C(1) << 63;
}

static inline uint64_t key_u64(uint64_t value)
{
    return value;
}

static inline UInt128 key_i128(Int128 value)
{
    return (UInt128)value ^ (UInt128)1 << 127;
}

static inline uint64_t key_i128_as_i64(Int128 value)
{
    return key_i64((int64_t)value); /* it fits: the type has at most 18 digits */
}

static inline UInt128 key_i64_as_i128(int64_t value)
{
    return key_i128(value);
}

/* IEEE 754: of positive numbers the bits sort as the numbers do, of negative ones the other way round. */
static inline uint64_t key_f64(double value)
{
    value = value != value ? __builtin_nan("") : value + 0.0; /* one NaN, above infinity; one zero */
    uint64_t bits, sign = UINT64_C(1) << 63;
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

uint64_t sort_key_of_double(double value)
{
    return key_f64(value);
}

static inline UInt128 key_interval(Interval value)
{
    return key_i128(interval_order(value));
}

/* ---- writing ---- */

typedef struct KeyOrder {
    uint8_t null_byte;
    uint8_t inversion; /* XORed to each byte of a value */
} KeyOrder;

typedef void (*EncodeKernel)(const VectorRows *rows, KeyOrder order, size_t count, uint8_t **keys);

static inline void write_u8(uint8_t *key, uint8_t number)
{
    *key = number;
}

static inline void write_u32(uint8_t *key, uint32_t number)
{
    number = __builtin_bswap32(number);
    memcpy(key, &number, sizeof number);
}

static inline void write_u64(uint8_t *key, uint64_t number)
{
    number = __builtin_bswap64(number);
    memcpy(key, &number, sizeof number);
}

static inline void write_u128(uint8_t *key, UInt128 number)
{
    write_u64(key, (uint64_t)(number >> 64));
    write_u64(key + 8, (uint64_t)number);
}

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "keys are written for little-endian machines"
#endif

#define ENCODE(name, source_type, number_type, to_number, write)                                                       \
    static void encode_##name(const VectorRows *rows, KeyOrder order, size_t count, uint8_t **keys)                    \
    {                                                                                                                  \
        const source_type *values = rows->values;                                                                      \
        number_type inversion = order.inversion ? (number_type) ~(number_type)0 : 0;                                   \
        for (size_t i = 0; i < count; i++) {                                                                           \
            uint8_t *key = keys[i];                                                                                    \
            bool is_valid = validity_get(rows->validity, rows->index[i]);                                              \
            number_type number = is_valid ? (number_type)(to_number(values[rows->index[i]]) ^ inversion) : 0;          \
            *key = is_valid ? NOT_NULL : order.null_byte;                                                              \
            write(key + 1, number);                                                                                    \
            keys[i] = key + 1 + sizeof number;                                                                         \
        }                                                                                                              \
    }
ENCODE(bool, bool, uint8_t, key_bool, write_u8)
ENCODE(i32, int32_t, uint32_t, key_i32, write_u32)
ENCODE(i64, int64_t, uint64_t, key_i64, write_u64)
ENCODE(u64, uint64_t, uint64_t, key_u64, write_u64)
ENCODE(i128, Int128, UInt128, key_i128, write_u128)
ENCODE(i64_as_i128, int64_t, UInt128, key_i64_as_i128, write_u128)
ENCODE(i128_as_i64, Int128, uint64_t, key_i128_as_i64, write_u64)
ENCODE(f64, double, uint64_t, key_f64, write_u64)
ENCODE(interval, Interval, UInt128, key_interval, write_u128)

static uint8_t *string_encode(const String *string, uint8_t inversion, uint8_t *key)
{
    const char *bytes = string_data(string), *end = bytes + string->size;
    const uint64_t word_inversion = inversion ? UINT64_MAX : 0;
    while (bytes < end) {
        context_pace((size_t)bytes);
        uint64_t word;
        if (end - bytes >= 8 && (memcpy(&word, bytes, 8), !word_has_zero(word))) {
            word ^= word_inversion;
            memcpy(key, &word, 8);
            bytes += 8, key += 8;
        } else {
            uint8_t byte = (uint8_t)*bytes++;
            *key++ = byte ^ inversion;
            if (byte == 0)
                *key++ = 1 ^ inversion;
        }
    }
    *key++ = inversion;
    *key++ = inversion;
    return key;
}

static void encode_string(const VectorRows *rows, KeyOrder order, size_t count, uint8_t **keys)
{
    const String *values = rows->values;
    for (size_t i = 0; i < count; i++) {
        bool is_valid = validity_get(rows->validity, rows->index[i]);
        *keys[i]++ = is_valid ? NOT_NULL : order.null_byte;
        if (is_valid)
            keys[i] = string_encode(&values[rows->index[i]], order.inversion, keys[i]);
    }
}

static EncodeKernel encode_kernel(Physical stored, Physical encoded)
{
    switch (stored) {
    case PHYSICAL_BOOL:
        return encode_bool;
    case PHYSICAL_I32:
        return encode_i32;
    case PHYSICAL_I64:
        return encoded == PHYSICAL_I128 ? encode_i64_as_i128 : encode_i64;
    case PHYSICAL_U64:
        return encode_u64;
    case PHYSICAL_I128:
        return encoded == PHYSICAL_I64 ? encode_i128_as_i64 : encode_i128;
    case PHYSICAL_F64:
        return encode_f64;
    case PHYSICAL_STRING:
        return encode_string;
    case PHYSICAL_INTERVAL:
        return encode_interval;
    case PHYSICAL_COUNT:
        break;
    }
    return NULL;
}

void sort_key_encode(const Vector *vector, SortOrder order, const uint16_t *selection, size_t count, uint8_t **keys)
{
    VectorRows rows;
    vector_rows_init(&rows, vector, selection, count);
    KeyOrder key_order = {
        .null_byte = order.nulls_first ? NULL_BELOW : NULL_ABOVE,
        .inversion = order.is_descending ? 0xFF : 0,
    };
    encode_kernel((Physical)vector->physical, type_physical(vector->type))(&rows, key_order, count, keys);
}

size_t sort_key_encode_value(const Value *value, SortOrder order, Arena *arena, uint8_t **ret_key)
{
    Vector *vector = vector_new(arena, value->type);
    vector_set_constant(vector, value);
    size_t size = 0;
    sort_key_sizes(vector, NULL, 1, &size);
    uint8_t *key = arena_allocate(arena, size);
    *ret_key = key;
    sort_key_encode(vector, order, NULL, 1, &key);
    vector_unref(vector);
    return size;
}

/* ---- reading ---- */

static uint64_t read_number(const uint8_t *key, size_t size, uint8_t inversion)
{
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number = number << 8 | (key[i] ^ inversion);
    return number;
}

double sort_key_to_double(uint64_t number)
{
    uint64_t sign = UINT64_C(1) << 63, bits = number & sign ? number ^ sign : ~number;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static StringView string_decode(const uint8_t *key, uint8_t inversion, Arena *arena)
{
    size_t size = 0;
    for (const uint8_t *byte = key; (*byte ^ inversion) || (byte[1] ^ inversion); byte += (*byte ^ inversion) ? 1 : 2)
        size++;
    char *text = arena_allocate(arena, size + 1);
    for (size_t i = 0; i < size; i++) {
        text[i] = (char)(*key ^ inversion);
        key += text[i] ? 1 : 2;
    }
    text[size] = '\0';
    return (StringView){text, size};
}

bool sort_key_decode_value(const uint8_t *key, Type type, SortOrder order, Arena *arena, Value *ret_value)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint8_t inversion = order.is_descending ? 0xFF : 0;
    *ret_value = (Value){.type = type, .is_null = *key != NOT_NULL};
    key++;
    if (ret_value->is_null)
        return true;
    Physical physical = type_physical(type);
    switch (physical) {
    case PHYSICAL_BOOL:
        ret_value->boolean = (*key ^ inversion) != 0;
        return true;
    case PHYSICAL_I32:
        ret_value->i64 = (int32_t)((uint32_t)read_number(key, 4, inversion) ^ UINT32_C(1) << 31);
        return true;
    case PHYSICAL_I64:
        if (type.id == TYPE_DECIMAL)
            ret_value->i128 = (int64_t)(read_number(key, 8, inversion) ^ sign);
        else
            ret_value->i64 = (int64_t)(read_number(key, 8, inversion) ^ sign);
        return true;
    case PHYSICAL_U64:
        ret_value->u64 = read_number(key, 8, inversion);
        return true;
    case PHYSICAL_I128:
        ret_value->i128 =
            (Int128)((UInt128)(read_number(key, 8, inversion) ^ sign) << 64 | read_number(key + 8, 8, inversion));
        return true;
    case PHYSICAL_F64:
        ret_value->f64 = sort_key_to_double(read_number(key, 8, inversion));
        return true;
    case PHYSICAL_STRING:
        ret_value->text = string_decode(key, inversion, arena);
        return true;
    default: /* INTERVAL */
        return false;
    }
}
