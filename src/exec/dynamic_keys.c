/* exec/dynamic_keys.c: the smallest and the largest value, and a small hash set of all. */
#include "exec/dynamic_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum {
    MOST_ROWS = 64 * 1024, /* looked up in the set: beyond, many rows of few values cost too much */
    MOST_TEXT = 1 << 20,   /* bytes of the set's texts */
};

struct DynamicKeys {
    Arena *arena;
    Arena *own; /* of the set */
    Type type;
    Value minimum, maximum;      /* NULL: no value yet */
    char *bound_texts[2];        /* where theirs stand; DYNAMIC_LONGEST_TEXT bytes each */
    bool has_long;               /* a longer text came: there are no bounds, and no set */
    size_t row_count, text_size; /* that were looked up in the set; bytes of its texts */
    size_t key_count;
    Value *keys; /* NULL: they were too many */
    size_t key_capacity;
    uint16_t *slots; /* number of the key + 1; 0: free */
    size_t slot_count;
};

static bool value_is_text(const Value *value)
{
    return type_physical(value->type) == PHYSICAL_STRING;
}

DynamicKeys *dynamic_keys_new(Arena *arena, Type type)
{
    DynamicKeys *keys = arena_new(arena, DynamicKeys);
    *keys = (DynamicKeys){.arena = arena, .type = type, .key_capacity = 16, .slot_count = 32};
    keys->own = arena_new_child(arena);
    keys->minimum = keys->maximum = value_null(type);
    keys->keys = arena_array(keys->own, Value, keys->key_capacity);
    keys->slots = arena_array(keys->own, uint16_t, keys->slot_count);
    return keys;
}

/* ---- the set ---- */

static void set_drop(DynamicKeys *keys)
{
    arena_reset(keys->own);
    keys->keys = NULL;
}

static uint16_t *set_slot(const DynamicKeys *keys, const Value *value)
{
    size_t slot = value_hash(value) & (keys->slot_count - 1);
    while (keys->slots[slot] && value_compare(&keys->keys[keys->slots[slot] - 1], value) != 0)
        slot = (slot + 1) & (keys->slot_count - 1);
    return &keys->slots[slot];
}

static void set_grow(DynamicKeys *keys)
{
    keys->keys = array_grow(keys->own, keys->keys, sizeof *keys->keys, keys->key_count, &keys->key_capacity);
    if (keys->slot_count >= 2 * keys->key_capacity)
        return;
    keys->slot_count = 2 * keys->key_capacity;
    keys->slots = arena_array(keys->own, uint16_t, keys->slot_count);
    for (size_t i = 0; i < keys->key_count; i++)
        *set_slot(keys, &keys->keys[i]) = (uint16_t)(i + 1);
}

static void set_add(DynamicKeys *keys, const Value *value)
{
    uint16_t *slot = set_slot(keys, value);
    if (*slot)
        return;
    if (value_is_text(value))
        keys->text_size += value->text.size;
    if (keys->key_count == DYNAMIC_KEY_LIMIT || keys->text_size > MOST_TEXT) {
        set_drop(keys);
        return;
    }
    if (keys->key_count == keys->key_capacity) {
        set_grow(keys);
        slot = set_slot(keys, value);
    }
    keys->keys[keys->key_count] = value_copy(keys->own, value);
    *slot = (uint16_t)++keys->key_count;
}

/* ---- the range ---- */

static void keys_give_up(DynamicKeys *keys)
{
    keys->has_long = true;
    keys->minimum = keys->maximum = value_null(keys->type);
    set_drop(keys);
}

/* A copy whose text takes the place of that of the bound before. */
static Value bound_copy(DynamicKeys *keys, const Value *value, char **text)
{
    Value bound = *value;
    if (!value_is_text(value))
        return bound;
    if (*text == NULL)
        *text = arena_allocate(keys->arena, DYNAMIC_LONGEST_TEXT);
    if (value->text.size > 0)
        memcpy(*text, value->text.data, value->text.size);
    bound.text.data = *text;
    return bound;
}

static void range_add(DynamicKeys *keys, const Value *value)
{
    if (keys->has_long)
        return;
    if (value_is_text(value) && value->text.size > DYNAMIC_LONGEST_TEXT) {
        keys_give_up(keys);
        return;
    }
    if (keys->minimum.is_null || value_compare(value, &keys->minimum) < 0)
        keys->minimum = bound_copy(keys, value, &keys->bound_texts[0]);
    if (keys->maximum.is_null || value_compare(value, &keys->maximum) > 0)
        keys->maximum = bound_copy(keys, value, &keys->bound_texts[1]);
}

/* Rows of a flat vector with the smallest and the largest value; false when all are NULL. */
#define BOUNDS(name, ctype)                                                                                            \
    static bool bounds_##name(const Vector *column, const uint16_t *selection, size_t count, size_t *ret_low,          \
                              size_t *ret_high)                                                                        \
    {                                                                                                                  \
        const ctype *data = column->data;                                                                              \
        bool has_any = false;                                                                                          \
        for (size_t i = 0; i < count; i++) {                                                                           \
            size_t row = selection ? selection[i] : i;                                                                 \
            if (column->validity && !validity_get(column->validity, row))                                              \
                continue;                                                                                              \
            *ret_low = !has_any || data[row] < data[*ret_low] ? row : *ret_low;                                        \
            *ret_high = !has_any || data[row] > data[*ret_high] ? row : *ret_high;                                     \
            has_any = true;                                                                                            \
        }                                                                                                              \
        return has_any;                                                                                                \
    }
BOUNDS(i32, int32_t)
BOUNDS(i64, int64_t)

static void range_add_rows(DynamicKeys *keys, const Vector *column, const uint16_t *selection, size_t count)
{
    size_t low = 0, high = 0;
    bool is_flat = column->form == VECTOR_FLAT;
    if (is_flat && (column->physical == PHYSICAL_I32 || column->physical == PHYSICAL_I64)) {
        if (!(column->physical == PHYSICAL_I32 ? bounds_i32 : bounds_i64)(column, selection, count, &low, &high))
            return;
        Value minimum = vector_value(column, low), maximum = vector_value(column, high);
        range_add(keys, &minimum);
        range_add(keys, &maximum);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        Value value = vector_value(column, selection ? selection[i] : i);
        if (!value.is_null)
            range_add(keys, &value);
    }
}

/* ---- gathering ---- */

void dynamic_keys_add(DynamicKeys *keys, const Vector *column, const uint16_t *selection, size_t count)
{
    range_add_rows(keys, column, selection, count);
    if (keys->keys && (keys->row_count += count) > MOST_ROWS)
        set_drop(keys);
    for (size_t i = 0; i < count && keys->keys; i++) {
        Value value = vector_value(column, selection ? selection[i] : i);
        if (!value.is_null)
            set_add(keys, &value);
    }
}

void dynamic_keys_merge(DynamicKeys *keys, const DynamicKeys *other)
{
    if (!other->minimum.is_null) {
        range_add(keys, &other->minimum);
        range_add(keys, &other->maximum);
    }
    if (other->has_long)
        keys_give_up(keys);
    if (other->keys == NULL)
        set_drop(keys);
    for (size_t i = 0; i < other->key_count && keys->keys; i++)
        set_add(keys, &other->keys[i]);
}

static int value_order(const void *a, const void *b)
{
    return value_compare(a, b);
}

DynamicSnapshot *dynamic_keys_snapshot(const DynamicKeys *keys, Arena *arena)
{
    DynamicSnapshot *snapshot = arena_new(arena, DynamicSnapshot);
    *snapshot = (DynamicSnapshot){
        .type = keys->type,
        .minimum = value_copy(arena, &keys->minimum),
        .maximum = value_copy(arena, &keys->maximum),
        .has_keys = keys->keys != NULL,
    };
    if (keys->keys == NULL)
        return snapshot;
    Value *sorted = arena_array(arena, Value, keys->key_count);
    for (size_t i = 0; i < keys->key_count; i++)
        sorted[i] = value_copy(arena, &keys->keys[i]);
    if (keys->key_count)
        qsort(sorted, keys->key_count, sizeof *sorted, value_order);
    snapshot->key_count = keys->key_count;
    snapshot->keys = sorted;
    return snapshot;
}
