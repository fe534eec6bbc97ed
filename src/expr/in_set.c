/* expr/in_set.c: sets of constants. All types but text become integers: doubles by their bits (one NaN, one zero),
 * intervals by their order, decimals as stored. Those that fit 64 bits stand in one table, the few others in a list;
 * where they lie close together there are bits for them, too: whether one is set is found without a branch. */
#include "expr/in_set.h"

#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/memory.h"
#include "column/string_hash.h"
#include "expr/kernels.h"

enum {
    FEW = 8,             /* up to so many are compared one after the other */
    SURE_BITS = 1 << 18, /* of any set */
    KEY_BITS = 64,       /* for each key of a larger one */
};

struct InSet {
    bool is_text;
    size_t mask; /* slots of the table - 1 */
    bool *is_used;
    int64_t *keys;
    String *texts;
    uint64_t *bits; /* by key - first; NULL: the keys do not lie close together */
    uint64_t bit_count;
    int64_t first;
    size_t few_count; /* > 0: instead of the table */
    int64_t few[FEW];
    String few_texts[FEW];
    size_t wide_count;
    Int128 *wide;
};

static int64_t double_key(double value)
{
    int64_t key = 0x7FF8000000000000;
    if (value == 0)
        key = 0;
    else if (value == value)
        memcpy(&key, &value, sizeof key);
    return key;
}

static Int128 value_key(const Value *value)
{
    switch (value->type.id) {
    case TYPE_BOOLEAN:
        return value->boolean;
    case TYPE_UBIGINT:
        return (int64_t)value->u64; /* all of UBIGINT wraps alike, rows too */
    case TYPE_DECIMAL:
        return value->i128;
    case TYPE_DOUBLE:
        return double_key(value->f64);
    case TYPE_INTERVAL:
        return interval_order(value->interval);
    default:
        return value->i64;
    }
}

static bool key_is_wide(Int128 key)
{
    return key < INT64_MIN || key > INT64_MAX;
}

static size_t text_slot(const InSet *set, const String *text)
{
    size_t slot = string_hash(*text) & set->mask;
    while (set->is_used[slot] && !string_equal(&set->texts[slot], text))
        slot = (slot + 1) & set->mask;
    return slot;
}

static size_t key_slot(const InSet *set, int64_t key)
{
    size_t slot = hash_u64((uint64_t)key) & set->mask;
    while (set->is_used[slot] && set->keys[slot] != key)
        slot = (slot + 1) & set->mask;
    return slot;
}

static void set_make_table(InSet *set, Arena *arena, size_t count)
{
    size_t slots = 16;
    while (slots < count * 2)
        slots *= 2;
    set->mask = slots - 1;
    set->is_used = arena_array(arena, bool, slots);
    if (set->is_text)
        set->texts = arena_array(arena, String, slots);
    else
        set->keys = arena_array(arena, int64_t, slots);
}

static void set_add_text(InSet *set, Arena *arena, StringView view, bool is_few)
{
    StringView copy = arena_view(arena, view);
    String text = string_make(copy.data, copy.size);
    if (is_few) {
        set->few_texts[set->few_count++] = text;
        return;
    }
    size_t slot = text_slot(set, &text);
    set->is_used[slot] = true;
    set->texts[slot] = text;
}

static void set_add_key(InSet *set, Int128 key, bool is_few)
{
    if (key_is_wide(key)) {
        set->wide[set->wide_count++] = key;
    } else if (is_few) {
        set->few[set->few_count++] = (int64_t)key;
    } else {
        size_t slot = key_slot(set, (int64_t)key);
        set->is_used[slot] = true;
        set->keys[slot] = (int64_t)key;
    }
}

/* Of the keys in the table. */
static void set_make_bits(InSet *set, Arena *arena, size_t count)
{
    int64_t least = INT64_MAX, greatest = INT64_MIN;
    for (size_t slot = 0; slot <= set->mask; slot++) {
        if (!set->is_used[slot])
            continue;
        least = set->keys[slot] < least ? set->keys[slot] : least;
        greatest = set->keys[slot] > greatest ? set->keys[slot] : greatest;
    }
    uint64_t span = (uint64_t)greatest - (uint64_t)least;
    if (least > greatest || (span >= SURE_BITS && span / KEY_BITS >= count))
        return;
    set->first = least;
    set->bit_count = span + 1;
    set->bits = arena_array(arena, uint64_t, span / 64 + 1);
    for (size_t slot = 0; slot <= set->mask; slot++)
        if (set->is_used[slot]) {
            uint64_t bit = (uint64_t)set->keys[slot] - (uint64_t)least;
            set->bits[bit / 64] |= (uint64_t)1 << bit % 64;
        }
}

InSet *in_set_new(Arena *arena, const Value *values, size_t count)
{
    InSet *set = arena_new(arena, InSet);
    set->is_text = values[0].type.id == TYPE_VARCHAR || values[0].type.id == TYPE_BLOB;
    bool is_few = count <= FEW;
    if (!is_few)
        set_make_table(set, arena, count);
    if (!set->is_text)
        set->wide = arena_array(arena, Int128, count);
    for (size_t i = 0; i < count; i++) {
        context_pace_item(i);
        if (set->is_text)
            set_add_text(set, arena, values[i].text, is_few);
        else
            set_add_key(set, value_key(&values[i]), is_few);
    }
    if (set->keys)
        set_make_bits(set, arena, count);
    return set;
}

/* ---- asking ---- */

static void contains_texts(const InSet *set, const String *texts, size_t count, bool *results)
{
    if (set->is_used) {
        for (size_t i = 0; i < count; i++)
            results[i] = set->is_used[text_slot(set, &texts[i])];
        return;
    }
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < set->few_count && !found; k++)
            found = string_equal(&texts[i], &set->few_texts[k]);
        results[i] = found;
    }
}

static bool contains_wide(const InSet *set, Int128 key)
{
    for (size_t i = 0; i < set->wide_count; i++)
        if (set->wide[i] == key)
            return true;
    return false;
}

static bool contains_key(const InSet *set, Int128 key)
{
    if (key_is_wide(key))
        return contains_wide(set, key);
    if (set->is_used)
        return set->is_used[key_slot(set, (int64_t)key)];
    for (size_t k = 0; k < set->few_count; k++)
        if (set->few[k] == (int64_t)key)
            return true;
    return false;
}

static inline bool bits_contain(const InSet *set, int64_t key)
{
    uint64_t bit = (uint64_t)key - (uint64_t)set->first;
    bool is_within = bit < set->bit_count;
    bit = is_within ? bit : 0;
    return (set->bits[bit / 64] >> bit % 64 & 1) & is_within;
}

static void contains_i32s(const InSet *set, const int32_t *values, size_t count, bool *results)
{
    if (!set->is_used)
        kernels_get()->choose->contains_i32(values, count, set->few, set->few_count, results);
    else if (set->bits)
        for (size_t i = 0; i < count; i++)
            results[i] = bits_contain(set, values[i]);
    else
        for (size_t i = 0; i < count; i++)
            results[i] = set->is_used[key_slot(set, values[i])];
}

static void contains_i64s(const InSet *set, const int64_t *values, size_t count, bool *results)
{
    if (!set->is_used)
        kernels_get()->choose->contains_i64(values, count, set->few, set->few_count, results);
    else if (set->bits)
        for (size_t i = 0; i < count; i++)
            results[i] = bits_contain(set, values[i]);
    else
        for (size_t i = 0; i < count; i++)
            results[i] = set->is_used[key_slot(set, values[i])];
}

void in_set_contains(const InSet *set, const Vector *vector, size_t count, bool *results)
{
    switch (vector->physical) {
    case PHYSICAL_BOOL:
        for (size_t i = 0; i < count; i++)
            results[i] = contains_key(set, VECTOR_DATA(vector, bool)[i]);
        break;
    case PHYSICAL_I32:
        contains_i32s(set, vector->data, count, results);
        break;
    case PHYSICAL_I64:
    case PHYSICAL_U64:
        contains_i64s(set, vector->data, count, results);
        break;
    case PHYSICAL_F64:
        for (size_t i = 0; i < count; i++)
            results[i] = contains_key(set, double_key(VECTOR_DATA(vector, double)[i]));
        break;
    case PHYSICAL_STRING:
        contains_texts(set, vector->data, count, results);
        break;
    case PHYSICAL_I128:
        for (size_t i = 0; i < count; i++)
            results[i] = contains_key(set, VECTOR_DATA(vector, Int128)[i]);
        break;
    case PHYSICAL_INTERVAL:
        for (size_t i = 0; i < count; i++)
            results[i] = contains_key(set, interval_order(VECTOR_DATA(vector, Interval)[i]));
        break;
    default:
        break;
    }
}
