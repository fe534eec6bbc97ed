/* exec/key_bits.c: a set of integers that lie close together. */
#include "exec/key_bits.h"

#include <string.h>

/* Two megabytes are always worth it, up to sixteen for more keys: a look at them may miss the cache, but only once,
 * where the join would do so for each row that it is given. Nobody knows here how many rows those are. */
static const uint64_t FREE_BITS = (uint64_t)1 << 24, MOST_BITS = (uint64_t)1 << 27, BITS_PER_KEY = (uint64_t)1 << 17;

KeyBits *key_bits_new(Arena *arena, const Context *context, size_t column, Type type)
{
    KeyBits *bits = arena_new(arena, KeyBits);
    *bits = (KeyBits){
        .words = block_new(arena, context, "a join's set of keys"),
        .column = column,
        .physical = type_physical(type),
    };
    return bits;
}

static bool type_is_counted(TypeId id)
{
    return id == TYPE_SMALLINT || id == TYPE_INTEGER || id == TYPE_BIGINT || id == TYPE_DATE;
}

void key_bits_begin(KeyBits *bits, const Value *minimum, const Value *maximum, size_t count)
{
    if (minimum->is_null || maximum->is_null || !type_is_counted(minimum->type.id))
        return;
    bits->least = (uint64_t)minimum->i64;
    bits->span = (uint64_t)maximum->i64 - bits->least;
    uint64_t most = count < MOST_BITS / BITS_PER_KEY ? BITS_PER_KEY * count : MOST_BITS;
    if (most < FREE_BITS || memory_budget_is_short(bits->words->budget))
        most = FREE_BITS;
    if (bits->span < count || bits->span >= most)
        return; /* the range says nearly as much; or there are too few keys for it */
    block_renew(bits->words, (bits->span / 64 + 1) * sizeof(uint64_t));
    memset(bits->words->data, 0, bits->words->size);
}

#define ADD(name, ctype)                                                                                               \
    static void add_##name(KeyBits *bits, size_t offset, uint8_t *const *rows, size_t count)                           \
    {                                                                                                                  \
        uint64_t *words = bits->words->data;                                                                           \
        for (size_t i = 0; i < count; i++) {                                                                           \
            ctype value;                                                                                               \
            memcpy(&value, rows[i] + offset, sizeof value);                                                            \
            uint64_t bit = (uint64_t)(int64_t)value - bits->least, mask = (uint64_t)1 << (bit % 64);                   \
            if (bit <= bits->span && !(__atomic_load_n(&words[bit / 64], __ATOMIC_RELAXED) & mask))                    \
                __atomic_fetch_or(&words[bit / 64], mask, __ATOMIC_RELAXED);                                           \
        }                                                                                                              \
    }
ADD(i32, int32_t)
ADD(i64, int64_t)

void key_bits_add(KeyBits *bits, const RowLayout *layout, uint8_t *const *rows, size_t count)
{
    if (bits->words->data)
        (bits->physical == PHYSICAL_I32 ? add_i32 : add_i64)(bits, layout->offsets[bits->column], rows, count);
}

const uint64_t *key_bits_words(const KeyBits *bits)
{
    return bits->words->data;
}

void key_bits_clear(KeyBits *bits)
{
    block_clear(bits->words);
}
