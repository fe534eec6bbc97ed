/* exec/group_index.c: combinations of few values to groups.
 *
 *   number of a combination = (code of key 0 * codes of key 1 + code of key 1) * codes of key 2 + ...
 *
 *   codes of an integer key   0: NULL   1: first   2: first + 1   ...   `size`: first + size - 1
 *
 * A DOUBLE key counts as an integer where all values of the batch are whole numbers, as years are.
 *
 * How many combinations there may be depends on how many rows have come: a table for them must be worth it. Where they
 * are too many for a table a hash of the number finds the group, which is still less than to hash and compare the keys.
 * A span of integers that grows is doubled, so that it seldom does.
 *
 * What a code means must not change while groups are known by it: a dictionary is kept shared, so that nobody writes
 * another into its memory, and a batch with another dictionary begins anew. */
#include "exec/group_index.h"

#include <string.h>

#include "base/hash.h"
#include "exec/block.h"
#include "expr/kernels.h"

enum {
    MOST_KEYS = 4,
    SURE_COMBINATIONS = 1 << 10, /* of a few rows */
    MOST_COMBINATIONS = 1 << 20, /* of a table */
    ROW_COMBINATIONS = 4,        /* for each row that has come */
    MOST_MISSES = 8,
    FIRST_SLOTS = 1 << 12,
    TRIAL_ROWS = 1 << 16, /* that go by a hash: where half of such are of new combinations it is not worth it */
};

/* Of the hash; open addressing, at most half full. */
typedef struct NumberSlot {
    uint64_t number;
    uint8_t *row; /* NULL: the slot is free */
} NumberSlot;

typedef struct IndexKey {
    Physical physical;   /* of a DOUBLE: that of its whole numbers */
    int32_t *wholes;     /* by row, these; NULL: it is no DOUBLE */
    Vector numbered;     /* and a view of the batch's vector with them in place of its values */
    Vector *held;        /* the vector whose dictionary codes are of; flat: none are */
    int64_t first, last; /* of integers */
    size_t size;         /* how many values there are; 0: none is known */
    size_t leader;       /* of a dictionary: the key whose codes it has, its own number: none has */
    bool is_new;         /* the dictionary: its leader is not known */
} IndexKey;

struct GroupIndex {
    size_t key_count;
    IndexKey keys[MOST_KEYS];
    size_t most_combinations;
    size_t row_count;                   /* that have come, with the dictionaries that are held */
    size_t miss_count;                  /* batches in a row that it did not serve for: then it is not tried any more */
    bool is_stale;                      /* codes mean something else than `rows` was made for */
    bool is_hashed;                     /* by a hash of the number, not by the number */
    bool is_hopeless;                   /* most combinations are new */
    Block *rows;                        /* by number; NULL: not known; or NumberSlots */
    size_t combination_count;           /* of `rows`, or how many slots are taken */
    size_t hashed_count, learned_count; /* rows of the trial, and those of new combinations */
    uint32_t numbers[BATCH_SIZE];
    uint64_t wide_numbers[BATCH_SIZE];
    uint32_t slots[BATCH_SIZE]; /* by row of the batch */
    uint32_t codes[BATCH_SIZE];
    uint16_t valid[BATCH_SIZE];  /* rows whose key is not NULL */
    uint16_t absent[BATCH_SIZE]; /* rows whose combination is not known, the first of each */
    uint32_t absent_numbers[BATCH_SIZE];
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
};

/* In the table between an absent row's being noted and its group's being found. */
static uint8_t noted;

GroupIndex *group_index_new(Arena *arena, const Context *context, const Type *types, size_t key_count,
                            size_t memory_size)
{
    if (key_count == 0 || key_count > MOST_KEYS)
        return NULL;
    GroupIndex *index = arena_new(arena, GroupIndex);
    size_t most = memory_size / sizeof(uint8_t *);
    index->key_count = key_count;
    index->most_combinations = most < MOST_COMBINATIONS ? most : MOST_COMBINATIONS;
    index->rows = block_new(arena, context, "the groups of GROUP BY");
    index->is_stale = true;
    for (size_t k = 0; k < key_count; k++) {
        index->keys[k].physical = type_physical(types[k]);
        if (index->keys[k].physical == PHYSICAL_F64) {
            index->keys[k].physical = PHYSICAL_I32;
            index->keys[k].wholes = arena_array(arena, int32_t, BATCH_SIZE);
        }
        index->keys[k].held = vector_new(arena, types[k]);
    }
    return index;
}

void group_index_forget(GroupIndex *index)
{
    for (size_t k = 0; k < index->key_count; k++) {
        vector_unref(index->keys[k].held);
        index->keys[k].size = 0;
    }
    block_clear(index->rows);
    index->is_stale = true;
    index->miss_count = index->row_count = 0;
}

size_t group_index_size(const GroupIndex *index)
{
    return index ? index->rows->size : 0;
}

/* ---- spans of integers ---- */

#define FIND_BOUNDS(name, ctype)                                                                                       \
    static void bounds_##name(const ctype *values, const uint16_t *selection, size_t count, int64_t *ret_least,        \
                              int64_t *ret_greatest)                                                                   \
    {                                                                                                                  \
        ctype least = values[selection ? selection[0] : 0], greatest = least;                                          \
        if (selection == NULL)                                                                                         \
            kernels_get()->fold->bounds_##name(values, count, &least, &greatest);                                      \
        for (size_t i = 1; i < count && selection; i++) {                                                              \
            ctype value = values[selection[i]];                                                                        \
            least = value < least ? value : least;                                                                     \
            greatest = value > greatest ? value : greatest;                                                            \
        }                                                                                                              \
        *ret_least = (int64_t)least;                                                                                   \
        *ret_greatest = (int64_t)greatest;                                                                             \
    }
FIND_BOUNDS(i32, int32_t)
FIND_BOUNDS(i64, int64_t)

/* Of the rows that are not NULL. False: there are none. */
static bool vector_bounds(GroupIndex *index, const Vector *vector, const uint16_t *selection, size_t count,
                          int64_t *ret_least, int64_t *ret_greatest)
{
    *ret_least = 0;
    *ret_greatest = 1; /* of booleans */
    if (vector->validity) {
        size_t valid_count = 0;
        for (size_t i = 0; i < count; i++) {
            uint16_t row = selection ? selection[i] : (uint16_t)i;
            index->valid[valid_count] = row;
            valid_count += validity_get(vector->validity, row);
        }
        selection = index->valid;
        count = valid_count;
    }
    if (count == 0)
        return false;
    if (vector->physical == PHYSICAL_I32)
        bounds_i32(vector->data, selection, count, ret_least, ret_greatest);
    else if (vector->physical == PHYSICAL_I64)
        bounds_i64(vector->data, selection, count, ret_least, ret_greatest);
    return true;
}

static bool key_has_span(const IndexKey *key)
{
    return key->size > 0 && key->held->form == VECTOR_FLAT;
}

/* Doubles a span that has to grow, at the end where it does; but takes no more than half of what is left up to `most`
 * values, as it may have to grow at the other end. */
static void key_double(IndexKey *key, int64_t least, int64_t greatest, size_t most)
{
    size_t left = key->size + 1 < most ? most - key->size - 1 : 0; /* NULL has a code, too */
    int64_t added = (int64_t)(key->size < left / 2 ? key->size : left / 2);
    if (greatest > key->last && greatest <= INT64_MAX - added)
        key->last += added;
    else if (least < key->first && least >= INT64_MIN + added)
        key->first -= added;
}

/* Widens the span of an integer key so that the batch's are within; false: it is too wide. */
static bool key_widen(IndexKey *key, int64_t least, int64_t greatest, size_t most)
{
    if (!key_has_span(key)) {
        key->first = least;
        key->last = greatest;
    } else {
        key_double(key, least, greatest, most);
    }
    key->first = least < key->first ? least : key->first;
    key->last = greatest > key->last ? greatest : key->last;
    vector_unref(key->held);
    uint64_t width = (uint64_t)key->last - (uint64_t)key->first;
    key->size = width < most ? (size_t)width + 1 : 0;
    return key->size > 0;
}

/* ---- whole numbers ---- */

/* False: some value is none, or beyond 32 bits. */
static bool wholes_read(int32_t *wholes, const Vector *vector, const uint16_t *selection, size_t count)
{
    const double *values = vector->data;
    if (selection == NULL && vector->validity == NULL)
        return kernels_get()->fold->wholes_f64(values, count, wholes);
    bool are_whole = true;
    for (size_t i = 0; i < count; i++) {
        size_t row = selection ? selection[i] : i;
        double value = values[row];
        int32_t whole = value >= INT32_MIN && value <= INT32_MAX ? (int32_t)value : 0;
        wholes[row] = whole;
        are_whole &= (double)whole == value || !validity_get(vector->validity, row);
    }
    return are_whole;
}

/* The vector of integers that a key is numbered by; NULL: there is none. */
static const Vector *key_numbered(IndexKey *key, const Vector *vector, const uint16_t *selection, size_t count)
{
    if (key->wholes == NULL || vector->form != VECTOR_FLAT)
        return vector;
    if (!wholes_read(key->wholes, vector, selection, count))
        return NULL;
    key->numbered = *vector;
    key->numbered.physical = PHYSICAL_I32;
    key->numbered.data = key->wholes;
    return &key->numbered;
}

/* ---- codes ---- */

#define WRITE_CODES(name, ctype)                                                                                       \
    static void codes_##name(const ctype *values, int64_t first, const uint16_t *selection, size_t count,              \
                             uint32_t *codes)                                                                          \
    {                                                                                                                  \
        uint32_t base = (uint32_t)first - 1;                                                                           \
        if (selection == NULL)                                                                                         \
            for (size_t i = 0; i < count; i++)                                                                         \
                codes[i] = (uint32_t)values[i] - base;                                                                 \
        else                                                                                                           \
            for (size_t i = 0; i < count; i++)                                                                         \
                codes[i] = (uint32_t)values[selection[i]] - base;                                                      \
    }
WRITE_CODES(bool, uint8_t)
WRITE_CODES(i32, int32_t)
WRITE_CODES(i64, int64_t)
WRITE_CODES(code, uint32_t)

static void key_codes(const IndexKey *key, const Vector *vector, const uint16_t *selection, size_t count,
                      uint32_t *codes)
{
    if (vector->form == VECTOR_DICTIONARY)
        codes_code(vector->data, /* first= */ 1, selection, count, codes);
    else if (key->physical == PHYSICAL_BOOL)
        codes_bool(vector->data, key->first, selection, count, codes);
    else if (key->physical == PHYSICAL_I32)
        codes_i32(vector->data, key->first, selection, count, codes);
    else
        codes_i64(vector->data, key->first, selection, count, codes);
    if (vector->form == VECTOR_FLAT && vector->validity)
        for (size_t i = 0; i < count; i++)
            codes[i] = validity_get(vector->validity, selection ? selection[i] : i) ? codes[i] : 0;
}

static size_t key_code_count(const IndexKey *key)
{
    return key->held->form == VECTOR_DICTIONARY ? key->size : key->size + 1;
}

static bool key_has_dictionary(const IndexKey *key, const Vector *vector)
{
    const Vector *held = key->held;
    return held->form == VECTOR_DICTIONARY && held->dictionary->data == vector->dictionary->data &&
           held->dictionary->validity == vector->dictionary->validity && key->size == vector->dictionary_size;
}

/* Sees to it that all values of the batch have codes; false: they are too many. */
static bool key_begin(GroupIndex *index, IndexKey *key, const Vector *vector, const uint16_t *selection, size_t count)
{
    if (vector->form == VECTOR_DICTIONARY) {
        if (vector->dictionary_size > GROUP_INDEX_MOST_CODES)
            return false;
        if (key_has_dictionary(key, vector))
            return true;
        vector_reference(key->held, vector);
        key->size = vector->dictionary_size;
        key->is_new = true;
        index->row_count = count;
        return index->is_stale = true;
    }
    bool is_integer = key->physical == PHYSICAL_BOOL || key->physical == PHYSICAL_I32 ||
                      (key->physical == PHYSICAL_I64 && vector->physical == PHYSICAL_I64);
    int64_t least, greatest;
    if (!is_integer || vector->form != VECTOR_FLAT)
        return false;
    if (!vector_bounds(index, vector, selection, count, &least, &greatest))
        least = greatest = key_has_span(key) ? key->first : 0;
    if (key_has_span(key) && least >= key->first && greatest <= key->last)
        return true;
    bool was_known = key_has_span(key);
    index->is_stale = true;
    if (key_widen(key, least, greatest, index->most_combinations))
        return true;
    if (was_known) /* it grows and grows */
        index->miss_count = MOST_MISSES;
    return false;
}

/* Codes of two dictionaries, which are the same row by row where both keys are of one row of a join's right side. */
static bool codes_are_same(const Vector *a, const Vector *b, const uint16_t *selection, size_t count)
{
    const uint32_t *codes = a->data, *others = b->data;
    if (b->form != VECTOR_DICTIONARY || a->dictionary_size != b->dictionary_size)
        return false;
    size_t i = 0;
    while (i < count && codes[selection[i]] == others[selection[i]])
        i++;
    return i == count;
}

/* Whether the key's codes say nothing more than those of its leader. It is chosen among the keys before it when the
 * dictionary is new, and given up for good with the first batch in which codes differ: numbers are made of one of them
 * alone. */
static bool key_follows(GroupIndex *index, const Vector *const *keys, size_t k, const uint16_t *selection, size_t count)
{
    IndexKey *key = &index->keys[k];
    if (selection == NULL)
        selection = selection_all;
    if (key->is_new) {
        key->leader = 0;
        while (key->leader < k && !codes_are_same(keys[k], keys[key->leader], selection, count))
            key->leader++;
    } else if (key->leader < k && !codes_are_same(keys[k], keys[key->leader], selection, count)) {
        key->leader = k;
        index->is_stale = true;
    }
    key->is_new = false;
    return key->leader < k;
}

/* Slots for the combinations of `count` more rows. Where they are more than half taken there are twice as many from
 * then on, and those that were known are learned again. False: they would be too many, or it has not been worth it. */
static bool group_index_make_slots(GroupIndex *index, size_t count)
{
    size_t slot_count = index->is_stale ? 0 : index->rows->size / sizeof(NumberSlot);
    size_t taken = index->is_stale ? 0 : index->combination_count;
    if (index->hashed_count >= TRIAL_ROWS) {
        index->is_hopeless = index->learned_count > index->hashed_count / 2;
        index->hashed_count = index->learned_count = 0;
    }
    if (index->is_hopeless)
        return false;
    if ((taken + count) * 2 > slot_count) {
        slot_count = slot_count ? slot_count * 2 : FIRST_SLOTS;
        if (slot_count * sizeof(NumberSlot) > index->most_combinations * sizeof(uint8_t *))
            return !(index->is_hopeless = true);
        block_renew_zero(index->rows, slot_count * sizeof(NumberSlot));
        index->combination_count = 0;
    }
    index->is_stale = false;
    return true;
}

/* Whether all combinations of the batch have numbers. Those of the table are forgotten where they mean something else
 * now. */
static bool group_index_begin(GroupIndex *index, Vector *const *keys, const uint16_t *selection, size_t count,
                              const Vector **ret_numbered)
{
    uint64_t combination_count = 1;
    index->row_count += count;
    for (size_t k = 0; k < index->key_count; k++) {
        const Vector *numbered = ret_numbered[k] = key_numbered(&index->keys[k], keys[k], selection, count);
        bool has_codes = numbered && key_begin(index, &index->keys[k], numbered, selection, count);
        if (has_codes && numbered->form == VECTOR_DICTIONARY && key_follows(index, ret_numbered, k, selection, count))
            continue;
        if (!has_codes ||
            __builtin_mul_overflow(combination_count, key_code_count(&index->keys[k]), &combination_count)) {
            index->miss_count += index->miss_count < MOST_MISSES;
            return false;
        }
    }
    index->miss_count = 0;
    bool is_hashed = combination_count > index->most_combinations;
    index->is_stale |= is_hashed != index->is_hashed;
    index->is_hashed = is_hashed;
    if (is_hashed)
        return group_index_make_slots(index, count);
    if (combination_count > SURE_COMBINATIONS && combination_count > index->row_count * ROW_COMBINATIONS)
        return false;
    if (index->is_stale)
        block_renew_zero(index->rows, combination_count * sizeof(uint8_t *));
    index->is_stale = false;
    index->combination_count = combination_count;
    return true;
}

static void group_index_number(GroupIndex *index, const Vector *const *keys, const uint16_t *selection, size_t count)
{
    key_codes(&index->keys[0], keys[0], selection, count, index->numbers);
    for (size_t k = 1; k < index->key_count; k++) {
        uint32_t code_count = (uint32_t)key_code_count(&index->keys[k]);
        if (keys[k]->form == VECTOR_DICTIONARY && index->keys[k].leader < k)
            continue;
        key_codes(&index->keys[k], keys[k], selection, count, index->codes);
        for (size_t i = 0; i < count; i++)
            index->numbers[i] = index->numbers[i] * code_count + index->codes[i];
    }
}

static void group_index_number_wide(GroupIndex *index, const Vector *const *keys, const uint16_t *selection,
                                    size_t count)
{
    memset(index->wide_numbers, 0, count * sizeof *index->wide_numbers);
    for (size_t k = 0; k < index->key_count; k++) {
        uint64_t code_count = key_code_count(&index->keys[k]);
        if (keys[k]->form == VECTOR_DICTIONARY && index->keys[k].leader < k)
            continue;
        key_codes(&index->keys[k], keys[k], selection, count, index->codes);
        for (size_t i = 0; i < count; i++)
            index->wide_numbers[i] = index->wide_numbers[i] * code_count + index->codes[i];
    }
}

/* ---- groups by a hash of their number ---- */

/* The slot of each row's number; a free one becomes it, and the row is one of `absent`. Returns how many are. */
static size_t group_index_find_slots(GroupIndex *index, const uint16_t *selection, size_t count)
{
    NumberSlot *slots = index->rows->data;
    uint64_t mask = index->rows->size / sizeof(NumberSlot) - 1;
    size_t absent_count = 0;
    for (size_t i = 0; i < count; i++)
        index->slots[i] = (uint32_t)(hash_u64(index->wide_numbers[i]) & mask);
    for (size_t i = 0; i < count; i++) {
        uint64_t number = index->wide_numbers[i];
        uint32_t s = index->slots[i];
        while (slots[s].row && slots[s].number != number)
            s = (uint32_t)((s + 1) & mask);
        index->slots[i] = s;
        if (slots[s].row)
            continue;
        slots[s] = (NumberSlot){number, &noted};
        index->absent[absent_count] = selection ? selection[i] : (uint16_t)i;
        index->absent_numbers[absent_count++] = s;
    }
    return absent_count;
}

static void group_index_add_hashed(GroupIndex *index, HashTable *table, HashProbe *probe, Vector *const *keys,
                                   const uint16_t *selection, size_t count, uint8_t **ret_rows)
{
    NumberSlot *slots = index->rows->data;
    size_t absent_count = group_index_find_slots(index, selection, count);
    index->hashed_count += count;
    index->learned_count += absent_count;
    index->combination_count += absent_count;
    if (absent_count > 0)
        hash_table_add(table, probe, keys, index->absent, absent_count, index->found, index->is_new);
    for (size_t i = 0; i < absent_count; i++)
        slots[index->absent_numbers[i]].row = index->found[i];
    for (size_t i = 0; i < count; i++)
        ret_rows[i] = slots[index->slots[i]].row;
}

/* ---- groups ---- */

/* Combinations that are not known are looked up in the table, one row for each. */
static void group_index_learn(GroupIndex *index, HashTable *table, HashProbe *probe, Vector *const *keys,
                              const uint16_t *selection, size_t count)
{
    uint8_t **rows = index->rows->data;
    size_t absent_count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = index->numbers[i];
        if (rows[number] != NULL)
            continue;
        rows[number] = &noted;
        index->absent[absent_count] = selection ? selection[i] : (uint16_t)i;
        index->absent_numbers[absent_count++] = number;
    }
    hash_table_add(table, probe, keys, index->absent, absent_count, index->found, index->is_new);
    for (size_t i = 0; i < absent_count; i++)
        rows[index->absent_numbers[i]] = index->found[i];
}

static bool runs_are_known(const GroupRuns *runs)
{
    for (size_t r = 0; r < runs->count; r++)
        if (runs->groups[r] == NULL)
            return false;
    return true;
}

/* Rows by their groups, where these are few. */
static bool group_index_split(GroupIndex *index, const uint16_t *selection, size_t count, GroupRuns *runs)
{
    if (runs == NULL || index->combination_count > MOST_RUN_NUMBERS)
        return false;
    group_runs_of_numbers(runs, index->numbers, index->rows->data, index->combination_count, selection, count);
    return runs->count > 0 && runs_are_known(runs);
}

bool group_index_add(GroupIndex *index, HashTable *table, HashProbe *probe, Vector *const *keys,
                     const uint16_t *selection, size_t count, uint8_t **ret_rows, GroupRuns *runs)
{
    if (runs)
        runs->count = 0;
    const Vector *numbered[MOST_KEYS];
    if (index == NULL || index->miss_count == MOST_MISSES || index->is_hopeless || count == 0 ||
        !group_index_begin(index, keys, selection, count, numbered))
        return false;
    if (index->is_hashed) {
        group_index_number_wide(index, numbered, selection, count);
        group_index_add_hashed(index, table, probe, keys, selection, count, ret_rows);
        return true;
    }
    group_index_number(index, numbered, selection, count);
    if (group_index_split(index, selection, count, runs))
        return true;
    if (runs)
        runs->count = 0;
    uint8_t *const *rows = index->rows->data;
    size_t absent_count = 0;
    for (size_t i = 0; i < count; i++) {
        ret_rows[i] = rows[index->numbers[i]];
        absent_count += ret_rows[i] == NULL;
    }
    if (absent_count == 0)
        return true;
    group_index_learn(index, table, probe, keys, selection, count);
    for (size_t i = 0; i < count; i++)
        ret_rows[i] = rows[index->numbers[i]];
    return true;
}
