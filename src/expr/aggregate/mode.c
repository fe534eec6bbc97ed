/* expr/aggregate/mode.c: what is told from how often each value comes: mode, entropy.
 *
 * The values and how often each came stand in the order in which they were met, found by a hash table of their places.
 * When memory is full it takes no new values: the others are kept one by one, and sorted at the end. So a value is in
 * the table or among the others, never in both. */
#include <math.h>

#include "column/decimal.h"
#include "column/string_hash.h"
#include "expr/aggregate/family.h"
#include "expr/aggregate/item.h"
#include "expr/aggregate/kept.h"

typedef struct Tally {
    Item item;
    size_t count;
} Tally;

typedef struct Slot {
    uint32_t hash;  /* a part of it */
    uint32_t place; /* of the tally, and 1; 0: free */
} Slot;

/* Few tallies are gone through. */
enum { FIRST_CAPACITY = 4, MOST_WITHOUT_SLOTS = 32 };
static const size_t MOST_TALLIES = UINT32_MAX / 4;

typedef struct ModeState {
    Tally *tallies;
    size_t tally_count;
    size_t capacity; /* a power of two */
    Slot *slots;     /* twice the capacity; NULL: few */
    KeptText others; /* Item[] */
    bool is_full;    /* for good */
} ModeState;

AGGREGATE_STATE_SIZE(mode, ModeState)

/* ---- the table ---- */

static inline uint64_t item_hash(Physical physical, const Item *item)
{
    Int128 number = item->i128;
    switch (physical) {
    case PHYSICAL_STRING:
        return string_hash(item->text);
    case PHYSICAL_F64:
        return hash_u64(sort_key_of_double(item->f64));
    case PHYSICAL_INTERVAL:
        number = interval_order(item->interval);
        break;
    default:
        break;
    }
    return hash_combine((uint64_t)number, (uint64_t)(number >> 64));
}

static inline bool item_equal(Physical physical, const Item *a, const Item *b)
{
    switch (physical) {
    case PHYSICAL_STRING:
        return string_equal(&a->text, &b->text);
    case PHYSICAL_F64:
        return double_compare(a->f64, b->f64) == 0;
    case PHYSICAL_INTERVAL:
        return interval_order(a->interval) == interval_order(b->interval);
    default:
        return a->i128 == b->i128;
    }
}

/* The slot of an item with that hash, or a free one. */
static inline Slot *state_find(const ModeState *state, Physical physical, const Item *item, uint64_t hash)
{
    size_t mask = 2 * state->capacity - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        Slot *slot = &state->slots[i];
        if (slot->place == 0 ||
            (slot->hash == hash >> 32 && item_equal(physical, &state->tallies[slot->place - 1].item, item)))
            return slot;
    }
}

static Tally *slot_tally(const ModeState *state, const Slot *slot)
{
    return slot->place ? &state->tallies[slot->place - 1] : NULL;
}

static Tally *state_find_among_few(const ModeState *state, Physical physical, const Item *item)
{
    for (size_t i = 0; i < state->tally_count; i++)
        if (item_equal(physical, &state->tallies[i].item, item))
            return &state->tallies[i];
    return NULL;
}

static void state_grow(const AggregateState *self, ModeState *state, Physical physical)
{
    size_t capacity = state->capacity ? state->capacity * 2 : FIRST_CAPACITY;
    bool has_slots = capacity > MOST_WITHOUT_SLOTS;
    size_t tallies_size = capacity * sizeof(Tally), slots_size = has_slots ? 2 * capacity * sizeof(Slot) : 0;
    state->is_full = capacity > MOST_TALLIES || !arena_has_memory(self->arena, tallies_size + slots_size);
    if (state->is_full)
        return;
    Tally *tallies = arena_allocate(self->arena, tallies_size);
    if (state->tally_count)
        memory_copy(tallies, state->tallies, state->tally_count * sizeof *tallies);
    state->tallies = tallies;
    state->capacity = capacity;
    state->slots = has_slots ? arena_allocate_zero(self->arena, slots_size) : NULL;
    for (size_t i = 0; has_slots && i < state->tally_count; i++) {
        context_pace_item(i);
        uint64_t hash = item_hash(physical, &tallies[i].item);
        *state_find(state, physical, &tallies[i].item, hash) = (Slot){(uint32_t)(hash >> 32), (uint32_t)i + 1};
    }
}

static Tally *state_new_tally(const AggregateState *self, ModeState *state, Physical physical, Item item)
{
    if (physical == PHYSICAL_STRING)
        item_own(self, &item);
    Tally *tally = &state->tallies[state->tally_count++];
    *tally = (Tally){item, 0};
    return tally;
}

/* The item's tally, a new one if need be; NULL: there is no room. */
static Tally *state_tally(const AggregateState *self, ModeState *state, Physical physical, const Item *item,
                          uint64_t hash)
{
    for (;;) {
        Slot *slot = state->slots ? state_find(state, physical, item, hash) : NULL;
        Tally *tally = slot ? slot_tally(state, slot) : state_find_among_few(state, physical, item);
        if (tally)
            return tally;
        if (state->is_full)
            return NULL;
        if (state->tally_count == state->capacity) {
            state_grow(self, state, physical);
        } else if (physical == PHYSICAL_STRING && !arena_has_memory(self->arena, item->text.size)) {
            state->is_full = true;
        } else {
            if (slot)
                *slot = (Slot){(uint32_t)(hash >> 32), (uint32_t)state->tally_count + 1};
            return state_new_tally(self, state, physical, *item);
        }
    }
}

static void state_add(const AggregateState *self, ModeState *state, Physical physical, const Item *item, uint64_t hash,
                      size_t count)
{
    Tally *tally = state_tally(self, state, physical, item, hash);
    if (tally)
        tally->count += count;
    for (size_t i = 0; tally == NULL && i < count; i++)
        items_add(self, &state->others, *item);
}

/* Some rows at a time, so that what is looked at is fetched for all of them at once. */
static void mode_update(AggregateState *self, Vector *const *arguments, const uint16_t *selection, size_t count,
                        uint8_t *const *states)
{
    enum { ROWS = 64 };
    const Vector *argument = arguments[0];
    Physical physical = type_physical(self->argument_types[0]);
    Item items[ROWS];
    uint64_t hashes[ROWS];
    ModeState *into[ROWS];
    for (size_t i = 0; i < count;) {
        size_t item_count = 0;
        for (; i < count && item_count < ROWS; i++) {
            size_t row = selected_row(selection, i);
            if (!argument_is_valid(argument, row))
                continue;
            const ModeState *state = into[item_count] = (ModeState *)states[i];
            items[item_count] = item_of(argument, row);
            hashes[item_count] = item_hash(physical, &items[item_count]);
            if (state->slots)
                __builtin_prefetch(&state->slots[hashes[item_count] & (2 * state->capacity - 1)]);
            item_count++;
        }
        for (size_t j = 0; j < item_count; j++)
            state_add(self, into[j], physical, &items[j], hashes[j], 1);
    }
}

static void mode_combine(AggregateState *self, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    Physical physical = type_physical(self->argument_types[0]);
    for (size_t i = 0; i < count; i++) {
        const ModeState *other = (const ModeState *)from[i];
        ModeState *state = (ModeState *)into[i];
        size_t item_count;
        const Item *items = items_of(&other->others, &item_count);
        for (size_t j = 0; j < other->tally_count; j++) {
            context_pace_item(j);
            const Tally *tally = &other->tallies[j];
            state_add(self, state, physical, &tally->item, item_hash(physical, &tally->item), tally->count);
        }
        for (size_t j = 0; j < item_count; j++) {
            items_look(self, j);
            state_add(self, state, physical, &items[j], item_hash(physical, &items[j]), 1);
        }
    }
}

/* ---- what the tallies tell ---- */

/* All values, each once: those of the table, then the others in order. */
typedef struct TallyWalk {
    const Tally *next, *end;
    ItemWalk others;
    Item first; /* of the next run of others */
} TallyWalk;

static void tally_walk_begin(TallyWalk *walk, const AggregateState *self, const ModeState *state)
{
    walk->next = state->tallies;
    walk->end = state->tallies + state->tally_count;
    item_walk_begin(&walk->others, self, &state->others);
    if (walk->others.item_count)
        walk->first = item_walk_next(&walk->others);
}

static bool tally_walk_next(TallyWalk *walk, Tally *ret_tally)
{
    if (walk->next < walk->end) {
        context_pace_item((size_t)(walk->end - walk->next));
        *ret_tally = *walk->next++;
        return true;
    }
    ItemWalk *others = &walk->others;
    *ret_tally = (Tally){walk->first, others->item_count > 0};
    for (; others->index < others->item_count; ret_tally->count++) {
        walk->first = item_walk_next(others);
        if (others->compare(&walk->first, &ret_tally->item) != 0)
            return true;
    }
    others->item_count = 0;
    return ret_tally->count > 0;
}

/* The least of the values that come most often. */
static void mode_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        TallyWalk walk;
        tally_walk_begin(&walk, self, (const ModeState *)states[i]);
        Tally best = {.count = 0};
        for (Tally tally; tally_walk_next(&walk, &tally);)
            if (tally.count > best.count ||
                (tally.count == best.count && walk.others.compare(&tally.item, &best.item) < 0))
                best = tally;
        if (best.count)
            item_set_result(result, i, best.item);
        else
            vector_set_null(result, i);
    }
}

/* Shannon's, in bits. */
static void entropy_finalize(AggregateState *self, uint8_t *const *states, size_t count, Vector *result)
{
    for (size_t i = 0; i < count; i++) {
        const ModeState *state = (const ModeState *)states[i];
        size_t value_count = state->others.size / sizeof(Item);
        for (size_t t = 0; t < state->tally_count; t++)
            value_count += state->tallies[t].count;
        TallyWalk walk;
        tally_walk_begin(&walk, self, state);
        double entropy = 0;
        for (Tally tally; tally_walk_next(&walk, &tally);) {
            double part = (double)tally.count / (double)value_count;
            entropy -= part * log2(part);
        }
        VECTOR_DATA(result, double)[i] = entropy + 0.0;
    }
}

/* ---- the table of functions ---- */

#define MODE(title, type, finalizer, text)                                                                             \
    {                                                                                                                  \
        .name = title, .signature = "(any) " #type, .description = text, .argument_count = 1, .arguments = {ANY},      \
        .result = type##_TYPE, .state_size = mode_state_size, .update = mode_update, .combine = mode_combine,          \
        .finalize = finalizer, .resolve = item_resolve                                                                 \
    }
#define any_TYPE    ANY
#define DOUBLE_TYPE TYPE_DOUBLE

AggregateFamily aggregate_family_mode = {
    MODE("mode", any, mode_finalize, "The value that comes most often; the least of several."),
    MODE("entropy", DOUBLE, entropy_finalize, "Shannon's entropy of the values, in bits."),
    {0},
};
