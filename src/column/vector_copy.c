/* column/vector_copy.c: values from one vector to another, and to and from scalars.
 *
 * Loops are made once for each size of a value, not for each type: moving a value does not look into it. */
#include "column/vector.h"

#include <assert.h>
#include <string.h>

/* ---- moving values by index ---- */

typedef void (*GatherKernel)(void *target, const void *source, const void *indexes, size_t count);

#define GATHER(name, index_type, size)                                                                                 \
    static void name(void *target, const void *source, const void *indexes, size_t count)                              \
    {                                                                                                                  \
        const index_type *index = indexes;                                                                             \
        char *to = target;                                                                                             \
        const char *from = source;                                                                                     \
        for (size_t i = 0; i < count; i++)                                                                             \
            memcpy(to + i * (size), from + (size_t)index[i] * (size), size);                                           \
    }
GATHER(gather_1_u16, uint16_t, 1)
GATHER(gather_4_u16, uint16_t, 4)
GATHER(gather_8_u16, uint16_t, 8)
GATHER(gather_16_u16, uint16_t, 16)
GATHER(gather_1_u32, uint32_t, 1)
GATHER(gather_4_u32, uint32_t, 4)
GATHER(gather_8_u32, uint32_t, 8)
GATHER(gather_16_u32, uint32_t, 16)

static GatherKernel gather_kernel(size_t value_size, bool is_u16)
{
    switch (value_size) {
    case 1:
        return is_u16 ? gather_1_u16 : gather_1_u32;
    case 4:
        return is_u16 ? gather_4_u16 : gather_4_u32;
    case 8:
        return is_u16 ? gather_8_u16 : gather_8_u32;
    default:
        assert(value_size == 16);
        return is_u16 ? gather_16_u16 : gather_16_u32;
    }
}

/* The validity of target becomes that of source at the rows; none where no NULL is among them. */
static void vector_gather_validity(Vector *target, const uint64_t *source, const uint16_t *rows, size_t count)
{
    uint64_t *validity = vector_validity(target, count);
    uint64_t nulls = 0;
    for (size_t first = 0; first < count; first += 64) {
        size_t end = count - first < 64 ? count - first : 64;
        uint64_t word = 0;
        for (size_t i = 0; i < end; i++)
            word |= (~source[rows[first + i] / 64] >> (rows[first + i] % 64) & 1) << i;
        validity[first / 64] = ~word;
        nulls |= word;
    }
    if (nulls == 0)
        target->validity = NULL;
}

void vector_gather(Vector *target, const Vector *source, const uint16_t *rows, size_t count)
{
    assert(target != source && target->dictionary != source);
    switch ((VectorForm)source->form) {
    case VECTOR_CONSTANT:
        vector_reference(target, source);
        return;
    case VECTOR_DICTIONARY:
        vector_prepare_dictionary(target, source->dictionary, source->dictionary_size, count);
        gather_4_u16(target->data, source->data, rows, count);
        return;
    case VECTOR_FLAT:
        vector_prepare_as(target, source->type, source->physical, count);
        gather_kernel(physical_size(source->physical), true)(target->data, source->data, rows, count);
        if (source->validity)
            vector_gather_validity(target, source->validity, rows, count);
        if (source->physical == PHYSICAL_STRING)
            vector_keep_strings_of(target, source);
        return;
    }
}

/* ---- the same value again and again ---- */

static void values_fill(void *target, const void *value, size_t value_size, size_t count)
{
    if (count == 0)
        return;
    memcpy(target, value, value_size);
    /* what is there doubles until it fills all */
    for (size_t done = 1; done < count;) {
        size_t more = done < count - done ? done : count - done;
        memcpy((char *)target + done * value_size, target, more * value_size);
        done += more;
    }
}

void vector_flatten(Vector *target, const Vector *source, size_t size)
{
    assert(target != source || source->form == VECTOR_FLAT);
    if (source->form == VECTOR_FLAT) {
        vector_reference(target, source);
        return;
    }
    vector_prepare_as(target, source->type, source->physical, size);
    vector_copy(target, 0, source, 0, size);
}

/* ---- ranges ---- */

static void validity_fill(uint64_t *validity, size_t row, size_t count, bool is_valid)
{
    for (size_t i = row; i < row + count;) {
        if (i % 64 == 0 && row + count - i >= 64) {
            validity[i / 64] = is_valid ? UINT64_MAX : 0;
            i += 64;
        } else {
            (is_valid ? validity_set : validity_clear)(validity, i);
            i++;
        }
    }
}

/* Writes the validity of target's rows from `target_row` on; `target` needs none when nothing was or is NULL. */
static void vector_copy_validity(Vector *target, size_t target_row, const Vector *source, size_t source_row,
                                 size_t count)
{
    if (!vector_may_have_nulls(source)) {
        if (target->validity)
            validity_fill(vector_validity(target, target_row + count), target_row, count, true);
        return;
    }
    uint64_t *validity = vector_validity(target, target_row + count);
    if (source->form == VECTOR_CONSTANT) {
        validity_fill(validity, target_row, count, !vector_is_null(source, 0));
    } else if (source->form == VECTOR_FLAT && target_row % 64 == 0 && source_row % 64 == 0) {
        memcpy(validity + target_row / 64, source->validity + source_row / 64, count / 64 * sizeof *validity);
        for (size_t i = count / 64 * 64; i < count; i++)
            validity_fill(validity, target_row + i, 1, validity_get(source->validity, source_row + i));
    } else {
        for (size_t i = 0; i < count; i++)
            validity_fill(validity, target_row + i, 1, !vector_is_null(source, source_row + i));
    }
}

static void values_widen(Int128 *target, const int64_t *source, size_t count)
{
    for (size_t i = 0; i < count; i++)
        target[i] = source[i];
}

static void vector_copy_widened(Vector *target, size_t target_row, const Vector *source, size_t source_row,
                                size_t count)
{
    assert(target->physical == PHYSICAL_I128 && source->physical == PHYSICAL_I64);
    Int128 *to = VECTOR_DATA(target, Int128) + target_row;
    if (source->form == VECTOR_FLAT) {
        values_widen(to, VECTOR_DATA(source, int64_t) + source_row, count);
        return;
    }
    const int64_t *from = source->form == VECTOR_DICTIONARY ? source->dictionary->data : source->data;
    for (size_t i = 0; i < count; i++)
        to[i] = from[vector_index(source, source_row + i)];
}

void vector_copy(Vector *target, size_t target_row, const Vector *source, size_t source_row, size_t count)
{
    assert(target != source && target->form == VECTOR_FLAT);
    if (count == 0)
        return;
    if (target->physical != source->physical) {
        vector_copy_widened(target, target_row, source, source_row, count);
    } else {
        size_t value_size = physical_size(source->physical);
        char *to = (char *)target->data + target_row * value_size;
        if (source->form == VECTOR_FLAT)
            memcpy(to, (const char *)source->data + source_row * value_size, count * value_size);
        else if (source->form == VECTOR_CONSTANT)
            values_fill(to, source->data, value_size, count);
        else
            gather_kernel(value_size, false)(to, source->dictionary->data, VECTOR_DATA(source, uint32_t) + source_row,
                                             count);
    }
    vector_copy_validity(target, target_row, source, source_row, count);
    if (source->physical == PHYSICAL_STRING)
        vector_keep_strings_of(target, source);
}

void vector_widen_decimal(Vector *target, const Vector *source, size_t size)
{
    assert(target != source && source->type.id == TYPE_DECIMAL);
    if (source->physical == PHYSICAL_I128) {
        vector_reference(target, source);
    } else {
        size_t count = source->form == VECTOR_CONSTANT ? 1 : size;
        vector_prepare_as(target, source->type, PHYSICAL_I128, count);
        vector_copy(target, 0, source, 0, count);
        if (source->form == VECTOR_CONSTANT)
            target->form = VECTOR_CONSTANT;
    }
}

/* ---- rows ---- */

size_t vectors_text_size(Vector *const *vectors, size_t count, size_t row)
{
    size_t size = 0;
    for (size_t v = 0; v < count; v++) {
        const Vector *vector = vectors[v];
        const Vector *values = vector->form == VECTOR_DICTIONARY ? vector->dictionary : vector;
        if (vector->physical == PHYSICAL_STRING && !vector_is_null(vector, row))
            size += VECTOR_DATA(values, String)[vector_index(vector, row)].size;
    }
    return size;
}

/* ---- scalars ---- */

Value vector_value(const Vector *vector, size_t row)
{
    if (vector_is_null(vector, row))
        return value_null(vector->type);
    size_t index = vector_index(vector, row);
    const Vector *values = vector->form == VECTOR_DICTIONARY ? vector->dictionary : vector;
    Value value = {.type = vector->type};
    bool is_decimal = vector->type.id == TYPE_DECIMAL;
    switch ((Physical)vector->physical) {
    case PHYSICAL_BOOL:
        value.boolean = VECTOR_DATA(values, bool)[index];
        break;
    case PHYSICAL_I32:
        value.i64 = VECTOR_DATA(values, int32_t)[index];
        break;
    case PHYSICAL_I64:
        if (is_decimal)
            value.i128 = VECTOR_DATA(values, int64_t)[index];
        else
            value.i64 = VECTOR_DATA(values, int64_t)[index];
        break;
    case PHYSICAL_U64:
        value.u64 = VECTOR_DATA(values, uint64_t)[index];
        break;
    case PHYSICAL_I128:
        value.i128 = VECTOR_DATA(values, Int128)[index];
        break;
    case PHYSICAL_F64:
        value.f64 = VECTOR_DATA(values, double)[index];
        break;
    case PHYSICAL_STRING:
        value.text = string_view(&VECTOR_DATA(values, String)[index]);
        break;
    case PHYSICAL_INTERVAL:
        value.interval = VECTOR_DATA(values, Interval)[index];
        break;
    case PHYSICAL_COUNT:
        assert(false);
    }
    return value;
}

void vector_set_value(Vector *vector, size_t row, const Value *value)
{
    if (value->is_null) {
        vector_set_null(vector, row);
        return;
    }
    assert(value->type.id == vector->type.id && value->type.scale == vector->type.scale);
    switch ((Physical)vector->physical) {
    case PHYSICAL_BOOL:
        VECTOR_DATA(vector, bool)[row] = value->boolean;
        break;
    case PHYSICAL_I32:
        VECTOR_DATA(vector, int32_t)[row] = (int32_t)value->i64;
        break;
    case PHYSICAL_I64:
        if (vector->type.id == TYPE_DECIMAL) {
            assert(value->i128 == (int64_t)value->i128);
            VECTOR_DATA(vector, int64_t)[row] = (int64_t)value->i128;
        } else {
            VECTOR_DATA(vector, int64_t)[row] = value->i64;
        }
        break;
    case PHYSICAL_U64:
        VECTOR_DATA(vector, uint64_t)[row] = value->u64;
        break;
    case PHYSICAL_I128:
        VECTOR_DATA(vector, Int128)[row] = value->i128;
        break;
    case PHYSICAL_F64:
        VECTOR_DATA(vector, double)[row] = value->f64;
        break;
    case PHYSICAL_STRING:
        VECTOR_DATA(vector, String)[row] = vector_add_string(vector, value->text);
        break;
    case PHYSICAL_INTERVAL:
        VECTOR_DATA(vector, Interval)[row] = value->interval;
        break;
    case PHYSICAL_COUNT:
        assert(false);
    }
    if (vector->validity)
        validity_set(vector_validity(vector, row + 1), row);
}

/* ---- checking ---- */

static void string_check(const String *string)
{
    assert(string->size <= STRING_MAX_SIZE);
    if (string->size > STRING_INLINE_SIZE) {
        assert(memcmp(string->prefix, string->pointer, sizeof string->prefix) == 0);
        return;
    }
    for (size_t i = string->size; i < STRING_INLINE_SIZE; i++)
        assert(((const char *)string)[offsetof(String, prefix) + i] == 0);
}

static void vector_check_values(const Vector *vector, size_t size)
{
    assert(size == 0 || vector->data != NULL);
    assert(vector->data_buffer == NULL || vector->data_buffer->data != vector->data ||
           vector->data_buffer->size / physical_size(vector->physical) >= size);
    assert(vector->validity == NULL || vector->validity_buffer == NULL ||
           vector->validity_buffer->data != vector->validity || vector->validity_buffer->size * 8 >= size);
    if (vector->physical == PHYSICAL_STRING)
        for (size_t i = 0; i < size; i++)
            if (validity_get(vector->validity, i))
                string_check(&VECTOR_DATA(vector, String)[i]);
    if (vector->physical == PHYSICAL_BOOL)
        for (size_t i = 0; i < size; i++)
            if (validity_get(vector->validity, i))
                assert(VECTOR_DATA(vector, uint8_t)[i] <= 1);
}

void vector_check(const Vector *vector, size_t size)
{
    assert(
        vector->physical == type_physical(vector->type) ||
        (vector->type.id == TYPE_DECIMAL && (vector->physical == PHYSICAL_I64 || vector->physical == PHYSICAL_I128)));
    assert(!vector->string_is_own || vector->string_buffer_count > 0);
    switch ((VectorForm)vector->form) {
    case VECTOR_FLAT:
        vector_check_values(vector, size);
        break;
    case VECTOR_CONSTANT:
        vector_check_values(vector, 1);
        break;
    case VECTOR_DICTIONARY:
        assert(vector->validity == NULL && vector->dictionary->form == VECTOR_FLAT);
        assert(vector->dictionary->physical == vector->physical && type_equal(vector->dictionary->type, vector->type));
        vector_check_values(vector->dictionary, vector->dictionary_size);
        for (size_t i = 0; i < size; i++)
            assert(VECTOR_DATA(vector, uint32_t)[i] < vector->dictionary_size);
        break;
    default:
        assert(!"a form");
    }
}
