/* exec/group_index.c: combinations of few values to groups.
 *
 *   number of a combination = (code of key 0 * values of key 1 + code of key 1) * values of key 2 + ...
 *
 * What a code means must not change while groups are known by it: a dictionary is kept shared, so that nobody writes
 * another into its memory, and a batch with another dictionary begins anew. */
#include "exec/group_index.h"

#include <string.h>

enum { MOST_KEYS = 4, MOST_COMBINATIONS = 1024, MOST_VALUES = 256, MOST_MISSES = 8 };

typedef struct IndexKey {
    Physical physical;
    Vector *held;  /* the vector whose dictionary codes are of; flat: none are */
    int64_t least; /* of integers: the one with code 0 */
    size_t size;   /* how many values there are */
} IndexKey;

struct GroupIndex {
    size_t key_count;
    IndexKey keys[MOST_KEYS];
    size_t miss_count;                /* batches in a row that it did not serve for: then it is not tried any more */
    uint8_t *rows[MOST_COMBINATIONS]; /* NULL: not known */
    uint16_t numbers[BATCH_SIZE];
    uint16_t absent[BATCH_SIZE]; /* rows whose combination is not known, the first of each */
    uint16_t absent_numbers[BATCH_SIZE];
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
};

/* In the table between an absent row's being noted and its group's being found. */
static uint8_t noted;

GroupIndex *group_index_new(Arena *arena, const Type *types, size_t key_count)
{
    if (key_count == 0 || key_count > MOST_KEYS)
        return NULL;
    GroupIndex *index = arena_new(arena, GroupIndex);
    index->key_count = key_count;
    for (size_t k = 0; k < key_count; k++) {
        index->keys[k].physical = type_physical(types[k]);
        index->keys[k].held = vector_new(arena, types[k]);
    }
    return index;
}

static void group_index_clear_rows(GroupIndex *index)
{
    memset(index->rows, 0, sizeof index->rows);
}

void group_index_forget(GroupIndex *index)
{
    group_index_clear_rows(index);
    for (size_t k = 0; k < index->key_count; k++) {
        vector_unref(index->keys[k].held);
        index->keys[k].size = 0;
    }
    index->miss_count = 0;
}

/* ---- codes ---- */

#define FIND_BOUNDS(name, ctype)                                                                                       \
    static void bounds_##name(const ctype *values, const uint16_t *selection, size_t count, int64_t *ret_least,        \
                              int64_t *ret_greatest)                                                                   \
    {                                                                                                                  \
        ctype least = values[selection[0]], greatest = least;                                                          \
        for (size_t i = 1; i < count; i++) {                                                                           \
            ctype value = values[selection[i]];                                                                        \
            least = value < least ? value : least;                                                                     \
            greatest = value > greatest ? value : greatest;                                                            \
        }                                                                                                              \
        *ret_least = (int64_t)least;                                                                                   \
        *ret_greatest = (int64_t)greatest;                                                                             \
    }
FIND_BOUNDS(i32, int32_t)
FIND_BOUNDS(i64, int64_t)

#define ADD_CODES(name, ctype)                                                                                         \
    static void numbers_add_##name(const ctype *values, ctype least, size_t size, const uint16_t *selection,           \
                                   size_t count, uint16_t *numbers)                                                    \
    {                                                                                                                  \
        for (size_t i = 0; i < count; i++)                                                                             \
            numbers[i] = (uint16_t)(numbers[i] * size + (size_t)(values[selection[i]] - least));                       \
    }
ADD_CODES(bool, uint8_t)
ADD_CODES(i32, int32_t)
ADD_CODES(i64, int64_t)
ADD_CODES(code, uint32_t)

static bool key_has_dictionary(const IndexKey *key, const Vector *vector)
{
    const Vector *held = key->held;
    return held->form == VECTOR_DICTIONARY && held->dictionary->data == vector->dictionary->data &&
           held->dictionary->validity == vector->dictionary->validity && key->size == vector->dictionary_size;
}

/* Widens the span of an integer key so that the batch's are within; false: it is too wide. Sets *changes when codes
 * mean something else from now on. */
static bool key_span(IndexKey *key, const Vector *vector, const uint16_t *selection, size_t count, bool *changes)
{
    int64_t least = 0, greatest = 1;
    if (key->physical == PHYSICAL_I32)
        bounds_i32(vector->data, selection, count, &least, &greatest);
    else if (key->physical == PHYSICAL_I64)
        bounds_i64(vector->data, selection, count, &least, &greatest);
    bool is_known = key->size > 0 && key->held->form == VECTOR_FLAT;
    int64_t last = is_known ? key->least + (int64_t)key->size - 1 : greatest;
    int64_t first = is_known && key->least < least ? key->least : least;
    last = last > greatest ? last : greatest;
    if ((uint64_t)last - (uint64_t)first >= MOST_VALUES)
        return false;
    size_t size = (size_t)(last - first) + 1;
    *changes |= !is_known || key->least != first || key->size != size;
    vector_unref(key->held);
    key->least = first;
    key->size = size;
    return true;
}

static bool key_begin(IndexKey *key, const Vector *vector, const uint16_t *selection, size_t count, bool *changes)
{
    if (vector->form == VECTOR_DICTIONARY) {
        if (vector->dictionary_size > MOST_VALUES)
            return false;
        if (key_has_dictionary(key, vector))
            return true;
        vector_reference(key->held, vector);
        key->size = vector->dictionary_size;
        *changes = true;
        return true;
    }
    bool is_integer = key->physical == PHYSICAL_BOOL || key->physical == PHYSICAL_I32 ||
                      (key->physical == PHYSICAL_I64 && vector->physical == PHYSICAL_I64);
    return is_integer && vector->form == VECTOR_FLAT && vector->validity == NULL &&
           key_span(key, vector, selection, count, changes);
}

/* Whether all combinations have numbers; those of the table are forgotten where they mean something else now. */
static bool group_index_begin(GroupIndex *index, Vector *const *keys, const uint16_t *selection, size_t count)
{
    bool changes = false, serves = true;
    size_t combination_count = 1;
    for (size_t k = 0; k < index->key_count && serves; k++) {
        serves = key_begin(&index->keys[k], keys[k], selection, count, &changes);
        combination_count *= index->keys[k].size ? index->keys[k].size : 1;
        serves &= combination_count <= MOST_COMBINATIONS;
    }
    if (changes)
        group_index_clear_rows(index);
    return serves;
}

static void key_add_numbers(const IndexKey *key, const Vector *vector, const uint16_t *selection, size_t count,
                            uint16_t *numbers)
{
    if (vector->form == VECTOR_DICTIONARY)
        numbers_add_code(vector->data, 0, key->size, selection, count, numbers);
    else if (key->physical == PHYSICAL_BOOL)
        numbers_add_bool(vector->data, 0, key->size, selection, count, numbers);
    else if (key->physical == PHYSICAL_I32)
        numbers_add_i32(vector->data, (int32_t)key->least, key->size, selection, count, numbers);
    else
        numbers_add_i64(vector->data, key->least, key->size, selection, count, numbers);
}

/* ---- groups ---- */

/* Combinations that are not known are looked up in the table, one row for each. */
static void group_index_learn(GroupIndex *index, HashTable *table, HashProbe *probe, Vector *const *keys,
                              const uint16_t *selection, size_t count)
{
    size_t absent_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint16_t number = index->numbers[i];
        if (index->rows[number] != NULL)
            continue;
        index->rows[number] = &noted;
        index->absent[absent_count] = selection[i];
        index->absent_numbers[absent_count++] = number;
    }
    hash_table_add(table, probe, keys, index->absent, absent_count, index->found, index->is_new);
    for (size_t i = 0; i < absent_count; i++)
        index->rows[index->absent_numbers[i]] = index->found[i];
}

bool group_index_add(GroupIndex *index, HashTable *table, HashProbe *probe, Vector *const *keys,
                     const uint16_t *selection, size_t count, uint8_t **ret_rows)
{
    if (index == NULL || index->miss_count == MOST_MISSES || count == 0)
        return false;
    if (selection == NULL)
        selection = selection_all;
    if (!group_index_begin(index, keys, selection, count)) {
        index->miss_count++;
        return false;
    }
    index->miss_count = 0;
    memset(index->numbers, 0, count * sizeof *index->numbers);
    for (size_t k = 0; k < index->key_count; k++)
        key_add_numbers(&index->keys[k], keys[k], selection, count, index->numbers);
    size_t absent_count = 0;
    for (size_t i = 0; i < count; i++) {
        ret_rows[i] = index->rows[index->numbers[i]];
        absent_count += ret_rows[i] == NULL;
    }
    if (absent_count == 0)
        return true;
    group_index_learn(index, table, probe, keys, selection, count);
    for (size_t i = 0; i < count; i++)
        ret_rows[i] = index->rows[index->numbers[i]];
    return true;
}
