/* exec/join_hash.c: slots, and the lists that begin there. */
#include "exec/join_hash.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "exec/block.h"
#include "exec/key_word.h"

enum {
    FEWEST_SLOTS = 64,
    NEAR_SIZE = 256 * 1024, /* slots of so many bytes are near: no need to ask for them in time */
    DIRECT_SLOTS = JOIN_HASH_SLOTS_SIZE / sizeof(uint64_t), /* as many for each row, as open ones are at most */
    AHEAD = 16,                                             /* rows between asking for a slot and using it */
    LONG_LIST = 2,                                          /* rows, on average: it is worth laying them out */
    LISTS_AHEAD = 32,                                       /* lists that are followed side by side */
    SLOTS_AT_ONCE = 1 << 14,
    SALT_SHIFT = 48, /* addresses have no more bits, in any program that does not ask for more */
};

static const uint64_t ADDRESS = ((uint64_t)1 << SALT_SHIFT) - 1;

struct JoinHash {
    const Context *context;
    size_t key_count;
    bool is_exact;     /* the key is one value that fits into a word: then words are keys, else hashes */
    bool nulls_equal;  /* exact: rows whose key is NULL are a list, too: */
    uint8_t *null_row; /* the first of them, or NULL */
    Physical physical;
    size_t word_offset; /* of the word in a row */
    const RowLayout *layout;
    Block *slots;
    uint64_t slot_count;       /* open: a power of two */
    Block *lists;              /* laid out: the addresses; else empty */
    _Atomic size_t list_place; /* behind those that are there */
    bool is_direct;
    int64_t least; /* direct: the key of the first slot */
};

struct JoinHashProbe {
    uint64_t words[BATCH_SIZE];
    uint64_t positions[BATCH_SIZE]; /* the slot that each row looks at */
    uint16_t pending[BATCH_SIZE];   /* rows that look on; ascending */
    uint16_t found[BATCH_SIZE];     /* those that stand at a slot with their salt */
    uint16_t matches[BATCH_SIZE];
};

void key_range_add(KeyRange *range, const KeyRange *other)
{
    if (!other->has_any)
        return;
    if (!range->has_any || other->least < range->least)
        range->least = other->least;
    if (!range->has_any || other->greatest > range->greatest)
        range->greatest = other->greatest;
    range->has_any = true;
}

JoinHash *join_hash_new(Arena *arena, const Context *context, const Type *types, size_t key_count,
                        const bool *nulls_equal)
{
    JoinHash *hash = arena_new(arena, JoinHash);
    *hash = (JoinHash){
        .context = context,
        .key_count = key_count,
        .is_exact = key_count == 1 && type_fits_word(types[0]),
        .nulls_equal = nulls_equal[0],
        .physical = type_physical(types[0]),
        .slots = block_new(arena, context, "a join's hash table"),
        .lists = block_new(arena, context, "a join's hash table"),
    };
    return hash;
}

JoinHash *join_hash_new_like(Arena *arena, const JoinHash *hash)
{
    JoinHash *like = arena_new(arena, JoinHash);
    *like = *hash;
    like->slots = block_new(arena, hash->context, hash->slots->what);
    like->lists = block_new(arena, hash->context, hash->lists->what);
    return like;
}

void join_hash_overflow_to(JoinHash *hash, TempFile *file, size_t memory_size)
{
    block_overflow_to(hash->slots, file, memory_size);
}

size_t join_hash_extra_size(const JoinHash *hash)
{
    return sizeof(JoinRow) + (hash->is_exact ? 0 : sizeof(uint64_t));
}

void join_hash_set_layout(JoinHash *hash, const RowLayout *layout)
{
    hash->layout = layout;
    hash->word_offset = hash->is_exact ? layout->offsets[0] : layout->extra_offset + sizeof(JoinRow);
}

JoinHashProbe *join_hash_probe_new(Arena *arena)
{
    return arena_allocate(arena, sizeof(JoinHashProbe));
}

size_t join_hash_size(const JoinHash *hash)
{
    return hash->slots->size + hash->lists->size;
}

void join_hash_release(JoinHash *hash)
{
    block_clear(hash->slots);
    block_clear(hash->lists);
    hash->slot_count = 0;
}

/* ---- words ---- */

/* Rows that have a key: for an exact one those where it is not NULL. Writes their numbers to `pending`. */
static size_t probe_read_words(const JoinHash *hash, JoinHashProbe *probe, Vector *const *keys,
                               const uint16_t *selection, size_t count)
{
    VectorRows rows;
    const uint64_t *validity = NULL;
    if (hash->is_exact) {
        vector_rows_init(&rows, keys[0], selection, count);
        key_words_read(&rows, (Physical)keys[0]->physical, count, probe->words);
        validity = rows.validity;
    } else {
        vectors_hash(keys, hash->key_count, selection, count, probe->words);
    }
    if (validity == NULL) {
        memcpy(probe->pending, selection_all, count * sizeof *probe->pending);
        return count;
    }
    size_t pending_count = 0;
    for (size_t i = 0; i < count; i++) {
        probe->pending[pending_count] = (uint16_t)i;
        pending_count += validity_get(validity, rows.index[i]);
    }
    return pending_count;
}

static inline uint64_t row_word(const JoinHash *hash, const uint8_t *row)
{
    const uint8_t *place = row + hash->word_offset;
    uint64_t word;
    int32_t half;
    if (!hash->is_exact || hash->physical == PHYSICAL_I64 || hash->physical == PHYSICAL_U64) {
        memcpy(&word, place, sizeof word);
        return word;
    }
    if (hash->physical == PHYSICAL_BOOL)
        return *place;
    memcpy(&half, place, sizeof half);
    return (uint64_t)half;
}

void join_hash_note(const JoinHash *hash, JoinHashProbe *probe, Vector *const *keys, const uint16_t *selection,
                    size_t count, uint8_t *const *rows, KeyRange *range)
{
    size_t key_count = probe_read_words(hash, probe, keys, selection, count);
    if (!hash->is_exact) {
        for (size_t i = 0; i < count; i++)
            memcpy(rows[i] + hash->word_offset, &probe->words[i], sizeof *probe->words);
        return;
    }
    KeyRange own = {.has_any = key_count > 0, .least = INT64_MAX, .greatest = INT64_MIN};
    for (size_t k = 0; k < key_count; k++) {
        int64_t word = (int64_t)probe->words[probe->pending[k]];
        own.least = word < own.least ? word : own.least;
        own.greatest = word > own.greatest ? word : own.greatest;
    }
    key_range_add(range, &own);
}

/* ---- slots ---- */

void join_hash_reserve(JoinHash *hash, size_t count, const KeyRange *range)
{
    hash->null_row = NULL;
    block_clear(hash->lists);
    uint64_t span = (uint64_t)range->greatest - (uint64_t)range->least;
    hash->is_direct = range->has_any && span / DIRECT_SLOTS < count;
    hash->least = range->least;
    hash->slot_count = span + 1;
    if (!hash->is_direct) {
        hash->slot_count = FEWEST_SLOTS;
        while (hash->slot_count < memory_size_multiply(count, 2))
            hash->slot_count *= 2;
    }
    block_renew(hash->slots, memory_size_multiply(hash->slot_count, sizeof(uint64_t)));
}

void join_hash_clear_part(JoinHash *hash, size_t part, size_t part_count)
{
    uint64_t size = hash->slot_count / part_count, first = size * part;
    if (part + 1 == part_count)
        size = hash->slot_count - first;
    memory_zero((uint64_t *)hash->slots->data + first, size * sizeof(uint64_t));
}

static inline uint64_t word_hash(const JoinHash *hash, uint64_t word)
{
    return hash->is_exact ? hash_u64(word) : word;
}

/* Where the row of this word begins to look. */
static inline uint64_t word_position(const JoinHash *hash, uint64_t word)
{
    return hash->is_direct ? word - (uint64_t)hash->least : word_hash(hash, word) & (hash->slot_count - 1);
}

static inline uint64_t word_salt(const JoinHash *hash, uint64_t word)
{
    return word_hash(hash, word) & ~ADDRESS;
}

static inline uint8_t *slot_row(uint64_t slot)
{
    return (uint8_t *)(uintptr_t)(slot & ADDRESS);
}

static inline JoinRow *row_extra(const JoinHash *hash, uint8_t *row)
{
    return (JoinRow *)(row + hash->layout->extra_offset);
}

static inline void row_link(const JoinHash *hash, uint8_t *row, uint8_t *next)
{
    row_extra(hash, row)->next = next;
}

static inline uint8_t *row_next(const JoinHash *hash, uint8_t *row)
{
    return row_extra(hash, row)->next;
}

/* ---- adding; each says whether the row begins a list ---- */

static inline bool row_is_of_nulls(const JoinHash *hash, const uint8_t *row)
{
    return hash->nulls_equal && hash->is_exact && row_is_null(row, /* column_index= */ 0);
}

static inline bool null_add(JoinHash *hash, uint8_t *row)
{
    uint8_t *before = __atomic_exchange_n(&hash->null_row, row, __ATOMIC_ACQ_REL);
    row_link(hash, row, before);
    return before == NULL;
}

static inline bool direct_add(const JoinHash *hash, uint8_t *row, bool is_shared)
{
    uint64_t *slot = (uint64_t *)hash->slots->data + word_position(hash, row_word(hash, row));
    uint64_t before = *slot, now = (uint64_t)(uintptr_t)row;
    if (is_shared)
        before = __atomic_exchange_n(slot, now, __ATOMIC_ACQ_REL); /* nobody follows the list yet */
    else
        *slot = now;
    row_link(hash, row, slot_row(before));
    return before == 0;
}

static inline bool slot_is_of_key(const JoinHash *hash, uint64_t slot, uint64_t salt, uint64_t word, const uint8_t *row)
{
    if ((slot & ~ADDRESS) != salt || row_word(hash, slot_row(slot)) != word)
        return false;
    return hash->is_exact || row_equals(hash->layout, hash->key_count, slot_row(slot), row);
}

static inline bool open_add(const JoinHash *hash, uint8_t *row, bool is_shared)
{
    uint64_t *slots = hash->slots->data, mask = hash->slot_count - 1;
    uint64_t word = row_word(hash, row), salt = word_salt(hash, word), position = word_position(hash, word);
    uint64_t now = salt | (uint64_t)(uintptr_t)row;
    uint64_t slot = is_shared ? __atomic_load_n(&slots[position], __ATOMIC_ACQUIRE) : slots[position];
    for (;;) {
        if (slot != 0 && !slot_is_of_key(hash, slot, salt, word, row)) {
            position = (position + 1) & mask;
            slot = is_shared ? __atomic_load_n(&slots[position], __ATOMIC_ACQUIRE) : slots[position];
            continue;
        }
        row_link(hash, row, slot_row(slot));
        if (!is_shared) {
            slots[position] = now;
            return slot == 0;
        }
        if (__atomic_compare_exchange_n(&slots[position], &slot, now, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return slot == 0;
    }
}

#define ADD_ROWS(form, is_shared)                                                                                      \
    for (size_t i = 0; i < count; i++) {                                                                               \
        if (is_far && i + AHEAD < count)                                                                               \
            __builtin_prefetch(&slots[word_position(hash, row_word(hash, rows[i + AHEAD]))], 1);                       \
        if (row_is_of_nulls(hash, rows[i]))                                                                            \
            list_count += null_add(hash, rows[i]);                                                                     \
        else                                                                                                           \
            list_count += form##_add(hash, rows[i], is_shared);                                                        \
    }

size_t join_hash_add(JoinHash *hash, uint8_t *const *rows, size_t count, bool is_shared)
{
    size_t list_count = 0;
    const uint64_t *slots = hash->slots->data;
    bool is_far = hash->slots->size > NEAR_SIZE;
    if (hash->is_direct && is_shared)
        ADD_ROWS(direct, true)
    else if (hash->is_direct)
        ADD_ROWS(direct, false)
    else if (is_shared)
        ADD_ROWS(open, true)
    else
        ADD_ROWS(open, false)
    return list_count;
}

/* ---- laying lists out ---- */

bool join_hash_reserve_lists(JoinHash *hash, size_t row_count, size_t list_count)
{
    size_t size = memory_size_multiply(row_count, sizeof(uint8_t *));
    bool has_room = hash->slots->file == NULL || size <= hash->slots->memory_size;
    hash->list_place = 0;
    bool is_worth = list_count > 0 && row_count / list_count >= LONG_LIST && has_room;
    if (is_worth)
        block_renew(hash->lists, size);
    return is_worth;
}

/* Each row tells where the next one is, so that one list is as slow as memory answers: several are followed side by
 * side. Returns how many rows they have behind the first ones. */
static size_t lists_follow(const JoinHash *hash, uint8_t *const *heads, size_t list_count)
{
    uint8_t *rows[LISTS_AHEAD];
    size_t row_count = 0;
    memcpy(rows, heads, list_count * sizeof *rows);
    for (size_t step = 0; list_count > 0; step++) {
        size_t left = 0;
        if (step % BATCH_SIZE == BATCH_SIZE - 1)
            context_check(hash->context);
        for (size_t i = 0; i < list_count; i++) {
            rows[left] = row_next(hash, rows[i]);
            left += rows[left] != NULL;
        }
        row_count += list_count = left;
    }
    return row_count;
}

static void lists_lay_out(JoinHash *hash, uint8_t *const *heads, size_t list_count)
{
    /* each of them that has others is ended by a NULL in place of its first row */
    size_t most = lists_follow(hash, heads, list_count) + list_count;
    uint8_t **lists = hash->lists->data;
    size_t place = atomic_fetch_add(&hash->list_place, most);
    for (size_t i = 0; i < list_count; i++) {
        uint8_t *row = row_next(hash, heads[i]);
        if (row == NULL)
            continue;
        row_extra(hash, heads[i])->rest = &lists[place];
        for (; row; row = row_next(hash, row)) {
            lists[place++] = row;
            if (place % BATCH_SIZE == 0)
                context_check(hash->context);
        }
        lists[place++] = NULL;
    }
}

void join_hash_lay_out_part(JoinHash *hash, size_t part, size_t part_count)
{
    const uint64_t *slots = hash->slots->data;
    uint8_t *heads[LISTS_AHEAD];
    uint64_t size = hash->slot_count / part_count, first = size * part;
    uint64_t end = part + 1 == part_count ? hash->slot_count : first + size;
    size_t count = 0;
    if (part == 0 && hash->null_row)
        heads[count++] = hash->null_row;
    for (uint64_t slot = first; slot < end; slot++) {
        if (slot % SLOTS_AT_ONCE == 0)
            context_check(hash->context);
        heads[count] = slot_row(slots[slot]);
        count += heads[count] != NULL;
        if (count == LISTS_AHEAD) {
            lists_lay_out(hash, heads, count);
            count = 0;
        }
    }
    lists_lay_out(hash, heads, count);
}

/* ---- looking ---- */

static void probe_prefetch_slots(const JoinHash *hash, const JoinHashProbe *probe, size_t pending_count)
{
    const uint64_t *slots = hash->slots->data;
    if (hash->slots->size > NEAR_SIZE)
        for (size_t k = 0; k < pending_count; k++)
            __builtin_prefetch(&slots[probe->positions[probe->pending[k]]]);
}

/* The loads wait for none before them: the processor has many under way by itself. */
static void direct_find(const JoinHash *hash, const JoinHashProbe *probe, size_t pending_count, uint8_t **ret_rows)
{
    const uint64_t *slots = hash->slots->data;
    uint64_t least = (uint64_t)hash->least, slot_count = hash->slot_count;
    for (size_t k = 0; k < pending_count; k++) {
        uint16_t i = probe->pending[k];
        uint64_t position = probe->words[i] - least;
        bool is_inside = position < slot_count;
        uint64_t slot = slots[is_inside ? position : 0];
        ret_rows[i] = slot_row(is_inside ? slot : 0);
    }
}

/* Moves each pending row on to the next slot that has its salt; those that come to an empty one are out. Returns how
 * many stand at a slot: `found`. */
static size_t probe_step(const JoinHash *hash, JoinHashProbe *probe, size_t pending_count, uint8_t **ret_rows)
{
    const uint64_t *slots = hash->slots->data;
    uint64_t mask = hash->slot_count - 1;
    size_t found_count = 0;
    for (size_t k = 0; k < pending_count; k++) {
        uint16_t i = probe->pending[k];
        uint64_t position = probe->positions[i], salt = word_salt(hash, probe->words[i]), slot;
        while ((slot = slots[position]) != 0 && (slot & ~ADDRESS) != salt)
            position = (position + 1) & mask;
        uint8_t *row = slot_row(slot);
        __builtin_prefetch((const void *)((uintptr_t)row + hash->word_offset)); /* row may be NULL */
        probe->positions[i] = position;
        ret_rows[i] = row;
        probe->found[found_count] = i;
        found_count += row != NULL;
    }
    return found_count;
}

/* Of those that are found, `pending` gets those whose row has another key; their next slot is looked at next. */
static size_t probe_verify(const JoinHash *hash, JoinHashProbe *probe, Vector *const *keys, const uint16_t *selection,
                           size_t found_count, uint8_t **rows)
{
    size_t pending_count = 0, match_count = 0;
    for (size_t k = 0; k < found_count; k++) {
        uint16_t i = probe->found[k];
        bool is_match = row_word(hash, rows[i]) == probe->words[i];
        probe->matches[match_count] = i;
        match_count += is_match;
        probe->pending[pending_count] = i;
        pending_count += !is_match;
    }
    if (!hash->is_exact) {
        size_t other_count = 0;
        rows_match(hash->layout, keys, hash->key_count, selection, rows, /* nulls_equal= */ true, probe->matches,
                   match_count, probe->matches, probe->pending + pending_count, &other_count);
        pending_count += other_count;
    }
    for (size_t k = 0; k < pending_count; k++)
        probe->positions[probe->pending[k]] = (probe->positions[probe->pending[k]] + 1) & (hash->slot_count - 1);
    return pending_count;
}

void join_hash_find(const JoinHash *hash, JoinHashProbe *probe, Vector *const *keys, const uint16_t *selection,
                    size_t count, uint8_t **ret_rows)
{
    size_t pending_count = probe_read_words(hash, probe, keys, selection, count);
    for (size_t i = 0; i < count && pending_count < count; i++)
        ret_rows[i] = hash->null_row; /* those that are pending get their own */
    if (hash->is_direct) {
        direct_find(hash, probe, pending_count, ret_rows);
        return;
    }
    for (size_t k = 0; k < pending_count; k++)
        probe->positions[probe->pending[k]] = word_position(hash, probe->words[probe->pending[k]]);
    probe_prefetch_slots(hash, probe, pending_count);
    while (pending_count > 0) {
        size_t found_count = probe_step(hash, probe, pending_count, ret_rows);
        pending_count = probe_verify(hash, probe, keys, selection, found_count, ret_rows);
    }
}
