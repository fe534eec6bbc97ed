/* provider/memory/memory_key.c: the slots of a hash index. */
#include "provider/memory/memory_key.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"

typedef struct Slot {
    uint64_t hash;
    uint64_t row; /* + 1; 0: free */
} Slot;

struct MemoryKey {
    _Atomic size_t share_count;
    Buffer *slots;
    size_t slot_count; /* a power of two */
    size_t entry_count;
};

enum { FIRST_SLOTS = 64 };

static void key_release(void *object)
{
    memory_key_unref(object);
}

/* The key first: nothing can fail between taking the slots and holding them. These are not set. */
static MemoryKey *key_allocate(Arena *owner, MemoryBudget *budget, size_t slot_count)
{
    MemoryKey *key = memory_allocate_zero(sizeof *key);
    key->share_count = 1;
    arena_own(owner, key, key_release);
    key->slot_count = slot_count;
    key->slots = buffer_new(memory_size_multiply(slot_count, sizeof(Slot)), budget);
    return key;
}

MemoryKey *memory_key_new(Arena *owner, MemoryBudget *budget)
{
    MemoryKey *key = key_allocate(owner, budget, FIRST_SLOTS);
    memset(key->slots->data, 0, key->slots->size);
    return key;
}

static size_t slots_for(size_t row_count)
{
    size_t slot_count = FIRST_SLOTS;
    while (slot_count / 2 < row_count)
        slot_count = memory_size_multiply(slot_count, 2);
    return slot_count;
}

MemoryKey *memory_key_new_for(Arena *owner, MemoryBudget *budget, size_t row_count, size_t wished_count)
{
    size_t slot_count = slots_for(wished_count);
    if (slot_count > memory_budget_left(budget) / 2 / sizeof(Slot)) /* the rows need some too */
        slot_count = slots_for(row_count);
    MemoryKey *key = key_allocate(owner, budget, slot_count);
    memory_zero(key->slots->data, key->slots->size);
    return key;
}

MemoryKey *memory_key_ref(MemoryKey *key)
{
    atomic_fetch_add_explicit(&key->share_count, 1, memory_order_relaxed);
    return key;
}

void memory_key_unref(MemoryKey *key)
{
    if (key == NULL || atomic_fetch_sub_explicit(&key->share_count, 1, memory_order_acq_rel) > 1)
        return;
    buffer_unref(key->slots);
    memory_free(key);
}

bool memory_key_has_room(const MemoryKey *key, size_t count)
{
    return count <= key->slot_count / 2 - key->entry_count;
}

void memory_key_add(MemoryKey *key, uint64_t hash, MemoryRow row)
{
    assert(memory_key_has_room(key, 1));
    Slot *slots = key->slots->data;
    size_t slot = hash & (key->slot_count - 1);
    for (; slots[slot].row; slot = (slot + 1) & (key->slot_count - 1))
        if (slots[slot].hash == hash && slots[slot].row == row + 1)
            return;
    slots[slot] = (Slot){hash, row + 1};
    key->entry_count++;
}

void memory_key_prefetch(const MemoryKey *key, const uint64_t *hashes, size_t count)
{
    const Slot *slots = key->slots->data;
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&slots[hashes[i] & (key->slot_count - 1)], 1);
}

MemoryKeyProbe memory_key_probe(const MemoryKey *key, uint64_t hash)
{
    return (MemoryKeyProbe){hash, hash & (key->slot_count - 1)};
}

bool memory_key_next(const MemoryKey *key, MemoryKeyProbe *probe, MemoryRow *ret_row)
{
    const Slot *slots = key->slots->data;
    while (slots[probe->slot].row) {
        const Slot *slot = &slots[probe->slot];
        probe->slot = (probe->slot + 1) & (key->slot_count - 1);
        if (slot->hash != probe->hash)
            continue;
        *ret_row = slot->row - 1;
        return true;
    }
    return false;
}
