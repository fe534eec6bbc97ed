/* provider/dynamic_filter.c: what a snapshot says of bounds, and of the rows of a column. */
#include "provider/dynamic_filter.h"

static bool range_overlaps(const DynamicSnapshot *snapshot, const Value *minimum, const Value *maximum)
{
    return (snapshot->minimum.is_null || value_compare(&snapshot->minimum, maximum) <= 0) &&
           (snapshot->maximum.is_null || value_compare(&snapshot->maximum, minimum) >= 0);
}

/* Whether a key stands between the bounds. */
static bool keys_overlap(const DynamicSnapshot *snapshot, const Value *minimum, const Value *maximum)
{
    size_t low = 0, high = snapshot->key_count;
    while (low < high) { /* the first key that is not below the minimum */
        size_t middle = low + (high - low) / 2;
        if (value_compare(&snapshot->keys[middle], minimum) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < snapshot->key_count && value_compare(&snapshot->keys[low], maximum) <= 0;
}

bool dynamic_snapshot_may_match(const DynamicSnapshot *snapshot, const Value *minimum, const Value *maximum,
                                bool has_nulls)
{
    if (has_nulls && snapshot->keeps_nulls)
        return true;
    if (minimum->is_null || maximum->is_null)
        return false;
    if (minimum->type.id != snapshot->type.id || minimum->type.scale != snapshot->type.scale)
        return true;
    return snapshot->has_keys ? keys_overlap(snapshot, minimum, maximum) : range_overlaps(snapshot, minimum, maximum);
}

/* ---- rows ---- */

/* Bounds as they compare in a column's own layout; a bound that is open is the layout's own end. */
#define SELECT(name, ctype)                                                                                            \
    static size_t select_##name(const Vector *column, ctype minimum, ctype maximum, bool keeps_nulls,                  \
                                const uint16_t *selection, size_t count, uint16_t *ret_selection)                      \
    {                                                                                                                  \
        const ctype *data = column->data;                                                                              \
        size_t kept = 0;                                                                                               \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selection ? selection[i] : i;                                                                 \
            bool is_wanted = !(data[row] < minimum) && !(data[row] > maximum);                                         \
            if (column->validity && !validity_get(column->validity, row))                                              \
                is_wanted = keeps_nulls;                                                                               \
            ret_selection[kept] = (uint16_t)row;                                                                       \
            kept += is_wanted;                                                                                         \
        }                                                                                                              \
        return kept;                                                                                                   \
    }
SELECT(i32, int32_t)
SELECT(i64, int64_t)
SELECT(f64, double)

#define SELECT_BITS(name, ctype)                                                                                       \
    static size_t select_bits_##name(const Vector *column, const DynamicSnapshot *snapshot, const uint16_t *selection, \
                                     size_t count, uint16_t *ret_selection)                                            \
    {                                                                                                                  \
        const ctype *data = column->data;                                                                              \
        uint64_t minimum = (uint64_t)snapshot->minimum.i64, span = (uint64_t)snapshot->maximum.i64 - minimum;          \
        size_t kept = 0;                                                                                               \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selection ? selection[i] : i;                                                                 \
            uint64_t bit = (uint64_t)(int64_t)data[row] - minimum;                                                     \
            bool is_wanted = bit <= span && (snapshot->bits[bit / 64] >> (bit % 64) & 1);                              \
            if (column->validity && !validity_get(column->validity, row))                                              \
                is_wanted = snapshot->keeps_nulls;                                                                     \
            ret_selection[kept] = (uint16_t)row;                                                                       \
            kept += is_wanted;                                                                                         \
        }                                                                                                              \
        return kept;                                                                                                   \
    }
SELECT_BITS(i32, int32_t)
SELECT_BITS(i64, int64_t)

static bool text_is_within(const String *text, const String *minimum, const String *maximum)
{
    return (minimum == NULL || string_compare(text, minimum) >= 0) &&
           (maximum == NULL || string_compare(text, maximum) <= 0);
}

static size_t select_text(const Vector *column, const DynamicSnapshot *snapshot, const uint16_t *selection,
                          size_t count, uint16_t *ret_selection)
{
    const Value *least = &snapshot->minimum, *most = &snapshot->maximum;
    String minimum = {0}, maximum = {0};
    if (!least->is_null)
        minimum = string_make(least->text.data, least->text.size);
    if (!most->is_null)
        maximum = string_make(most->text.data, most->text.size);
    const String *texts = column->form == VECTOR_DICTIONARY ? column->dictionary->data : column->data;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t row = selection ? selection[i] : i;
        ret_selection[kept] = (uint16_t)row;
        kept += vector_is_null(column, row)
                    ? snapshot->keeps_nulls
                    : text_is_within(&texts[vector_index(column, row)], least->is_null ? NULL : &minimum,
                                     most->is_null ? NULL : &maximum);
    }
    return kept;
}

static int64_t bound_i64(const Value *bound, int64_t open)
{
    if (bound->is_null)
        return open;
    if (bound->type.id != TYPE_DECIMAL)
        return bound->i64;
    return bound->i128 < INT64_MIN ? INT64_MIN : bound->i128 > INT64_MAX ? INT64_MAX : (int64_t)bound->i128;
}

static int32_t bound_i32(const Value *bound, int32_t open)
{
    return bound->is_null ? open : (int32_t)bound->i64;
}

static size_t select_all(const uint16_t *selection, size_t count, uint16_t *ret_selection)
{
    for (size_t i = 0; i < count; i++)
        ret_selection[i] = selection ? selection[i] : (uint16_t)i;
    return count;
}

size_t dynamic_snapshot_select(const DynamicSnapshot *snapshot, const Vector *column, const uint16_t *selection,
                               size_t count, uint16_t *ret_selection)
{
    if (snapshot->has_keys && snapshot->key_count == 0 && !snapshot->keeps_nulls)
        return 0;
    bool is_open = snapshot->minimum.is_null && snapshot->maximum.is_null;
    bool is_same = column->type.id == snapshot->type.id && column->type.scale == snapshot->type.scale;
    if (is_open || !is_same || column->form == VECTOR_CONSTANT)
        return select_all(selection, count, ret_selection);
    if (column->physical == PHYSICAL_STRING)
        return select_text(column, snapshot, selection, count, ret_selection);
    if (column->form != VECTOR_FLAT)
        return select_all(selection, count, ret_selection);
    if (snapshot->bits && column->physical == PHYSICAL_I32)
        return select_bits_i32(column, snapshot, selection, count, ret_selection);
    if (snapshot->bits && column->physical == PHYSICAL_I64)
        return select_bits_i64(column, snapshot, selection, count, ret_selection);
    const Value *minimum = &snapshot->minimum, *maximum = &snapshot->maximum;
    switch ((Physical)column->physical) {
    case PHYSICAL_I32:
        return select_i32(column, bound_i32(minimum, INT32_MIN), bound_i32(maximum, INT32_MAX), snapshot->keeps_nulls,
                          selection, count, ret_selection);
    case PHYSICAL_I64:
        return select_i64(column, bound_i64(minimum, INT64_MIN), bound_i64(maximum, INT64_MAX), snapshot->keeps_nulls,
                          selection, count, ret_selection);
    case PHYSICAL_F64:
        return select_f64(column, minimum->is_null ? -__builtin_inf() : minimum->f64,
                          maximum->is_null ? __builtin_inf() : maximum->f64, snapshot->keeps_nulls, selection, count,
                          ret_selection);
    default:
        return select_all(selection, count, ret_selection);
    }
}
