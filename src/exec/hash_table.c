/* exec/hash_table.c: rows of a RowStore found by their first columns. */
#include "exec/hash_table.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "exec/block.h"
#include "exec/key_word.h"

enum { FEWEST_SLOTS = 256, PREFETCH_SLOTS = 1 << 14 }; /* from so many slots on they are not all near */

typedef struct HashSlot {
    uint64_t word;
    uint8_t *row; /* NULL: empty */
} HashSlot;

struct HashTable {
    const Context *context;
    RowStore *store;
    size_t key_count;
    bool is_exact; /* words are keys */
    Block *slots, *spare;
    TempFile *file;    /* where they may be mapped; or NULL */
    size_t slot_count; /* a power of two, or 0 */
    size_t count;      /* keys in the slots */
    uint8_t *null_row; /* exact: the row of the NULL key; NULL: none */
};

struct HashProbe {
    uint64_t words[BATCH_SIZE];
    uint64_t positions[BATCH_SIZE]; /* the slot that each row looks at */
    uint16_t pending[BATCH_SIZE];   /* rows that look on; ascending */
    uint16_t filled[BATCH_SIZE];    /* those that stand at a slot with their word */
    uint16_t empty[BATCH_SIZE];     /* those that stand at an empty slot */
    uint16_t matches[BATCH_SIZE];
    uint16_t nulls[BATCH_SIZE]; /* exact: rows whose key is NULL */
    uint16_t new_selection[BATCH_SIZE];
    uint8_t *new_rows[BATCH_SIZE];
};

/* What stands in a slot between its claim and the making of its row. */
static uint8_t claimed;

HashTable *hash_table_new(Arena *arena, const Context *context, RowStore *store, size_t key_count, const char *what)
{
    HashTable *table = arena_new(arena, HashTable);
    *table = (HashTable){
        .context = context,
        .store = store,
        .key_count = key_count,
        .is_exact = key_count == 1 && type_fits_word(row_store_layout(store)->types[0]),
        .slots = block_new(arena, context, what),
        .spare = block_new(arena, context, what),
    };
    return table;
}

void hash_table_overflow_to(HashTable *table, TempFile *file, size_t memory_size)
{
    table->file = file;
    block_overflow_to(table->slots, file, memory_size);
    block_overflow_to(table->spare, file, memory_size);
}

HashProbe *hash_probe_new(Arena *arena)
{
    return arena_allocate(arena, sizeof(HashProbe));
}

size_t hash_table_size(const HashTable *table)
{
    return table->slots->size;
}

size_t hash_table_size_to_add(const HashTable *table, size_t count)
{
    bool grows = (table->count + count) / 2 * 3 >= table->slot_count;
    return grows ? 3 * table->slots->size : table->slots->size;
}

void hash_table_clear(HashTable *table)
{
    block_clear(table->slots);
    table->slot_count = table->count = 0;
    table->null_row = NULL;
}

void hash_table_restart(HashTable *table)
{
    memory_zero(table->slots->data, table->slots->size);
    table->count = 0;
    table->null_row = NULL;
}

/* ---- room ---- */

static inline uint64_t word_position(const HashTable *table, uint64_t word)
{
    return (table->is_exact ? hash_u64(word) : word) & (table->slot_count - 1);
}

static void hash_table_look(const HashTable *table)
{
    context_check(table->context);
    if (table->file)
        temp_file_look(table->file);
}

/* Words are enough to place the keys anew: their rows are not looked at. */
static void hash_table_grow(HashTable *table, size_t slot_count)
{
    block_renew_zero(table->spare, memory_size_multiply(slot_count, sizeof(HashSlot)));
    const HashSlot *old = table->slots->data;
    size_t old_count = table->slot_count;
    HashSlot *slots = table->spare->data;
    table->slot_count = slot_count;
    for (size_t i = 0; i < old_count; i++) {
        if (i % (1 << 16) == 0)
            hash_table_look(table);
        if (old[i].row == NULL)
            continue;
        uint64_t position = word_position(table, old[i].word);
        while (slots[position].row)
            position = (position + 1) & (slot_count - 1);
        slots[position] = old[i];
    }
    Block *emptied = table->slots;
    table->slots = table->spare;
    table->spare = emptied;
    block_clear(emptied);
}

void hash_table_reserve(HashTable *table, size_t count)
{
    size_t needed = count + count / 2 + 1;
    if (needed <= table->slot_count)
        return;
    size_t slot_count = table->slot_count ? table->slot_count : FEWEST_SLOTS;
    while (slot_count < needed)
        slot_count *= 2;
    hash_table_grow(table, slot_count);
}

/* ---- words ---- */

/* Splits rows into those with a key and those whose key is NULL. Returns how many have one. */
static size_t pending_split(HashProbe *probe, const VectorRows *rows, size_t count, size_t *ret_null_count)
{
    size_t pending_count = 0, null_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_valid = validity_get(rows->validity, rows->index[i]);
        probe->pending[pending_count] = (uint16_t)i;
        pending_count += is_valid;
        probe->nulls[null_count] = (uint16_t)i;
        null_count += !is_valid;
    }
    *ret_null_count = null_count;
    return pending_count;
}

/* Words and first positions. Returns how many rows are pending. */
static size_t probe_begin(const HashTable *table, HashProbe *probe, Vector *const *keys, const uint16_t *selection,
                          size_t count, size_t *ret_null_count)
{
    size_t pending_count = count;
    *ret_null_count = 0;
    if (table->is_exact) {
        VectorRows rows;
        vector_rows_init(&rows, keys[0], selection, count);
        key_words_read(&rows, (Physical)keys[0]->physical, count, probe->words);
        if (rows.validity)
            pending_count = pending_split(probe, &rows, count, ret_null_count);
    } else {
        vectors_hash(keys, table->key_count, selection, count, probe->words);
    }
    if (*ret_null_count == 0)
        memcpy(probe->pending, selection_all, count * sizeof *probe->pending);
    for (size_t i = 0; i < count; i++)
        probe->positions[i] = word_position(table, probe->words[i]);
    if (table->slot_count >= PREFETCH_SLOTS) {
        const HashSlot *slots = table->slots->data;
        for (size_t i = 0; i < count; i++)
            __builtin_prefetch(&slots[probe->positions[i]]);
    }
    return pending_count;
}

/* ---- looking ---- */

/* How far the pending rows got in one step. */
typedef struct ProbeStep {
    size_t filled_count, empty_count;
} ProbeStep;

/* Moves each pending row on to the next slot that has its word, or is empty. `claims`: an empty slot becomes that of
 * the first row that gets there, and those behind it see it. */
static inline ProbeStep probe_step(const HashTable *table, HashProbe *probe, size_t pending_count, bool claims)
{
    HashSlot *slots = table->slots->data;
    uint64_t mask = table->slot_count - 1;
    ProbeStep step = {0, 0};
    for (size_t k = 0; k < pending_count; k++) {
        uint16_t i = probe->pending[k];
        uint64_t word = probe->words[i], position = probe->positions[i];
        while (slots[position].row != NULL && slots[position].word != word)
            position = (position + 1) & mask;
        probe->positions[i] = position;
        bool is_empty = slots[position].row == NULL;
        if (claims && is_empty)
            slots[position] = (HashSlot){word, &claimed};
        probe->filled[step.filled_count] = i;
        step.filled_count += !is_empty;
        probe->empty[step.empty_count] = i;
        step.empty_count += is_empty;
    }
    return step;
}

/* Those of `filled` whose rows have another key are pending again, one slot further. Returns how many; the first
 * *ret_match_count of `matches` are those that have the same. */
static size_t probe_match(const HashTable *table, HashProbe *probe, Vector *const *keys, const uint16_t *selection,
                          size_t filled_count, uint8_t **rows, size_t *ret_match_count)
{
    size_t match_count = rows_match(row_store_layout(table->store), keys, table->key_count, selection, rows,
                                    /* nulls_equal= */ true, probe->filled, filled_count, probe->matches, NULL, NULL);
    *ret_match_count = match_count;
    size_t pending_count = 0;
    if (match_count == filled_count)
        return 0;
    /* both lists have one order: what is not next among the matches is another key's */
    for (size_t k = 0, m = 0; k < filled_count; k++) {
        uint16_t i = probe->filled[k];
        if (m < match_count && probe->matches[m] == i) {
            m++;
            continue;
        }
        probe->positions[i] = (probe->positions[i] + 1) & (table->slot_count - 1);
        probe->pending[pending_count++] = i;
    }
    return pending_count;
}

static void probe_read_rows(const HashTable *table, const HashProbe *probe, const uint16_t *list, size_t count,
                            uint8_t **rows)
{
    const HashSlot *slots = table->slots->data;
    for (size_t k = 0; k < count; k++) {
        uint8_t *row = slots[probe->positions[list[k]]].row;
        __builtin_prefetch(row);
        rows[list[k]] = row;
    }
}

static void rows_set(const uint16_t *list, size_t count, uint8_t *row, uint8_t **rows)
{
    for (size_t k = 0; k < count; k++)
        rows[list[k]] = row;
}

void hash_table_find(const HashTable *table, HashProbe *probe, Vector *const *keys, const uint16_t *selection,
                     size_t count, uint8_t **ret_rows)
{
    if (table->slot_count == 0) {
        memset(ret_rows, 0, count * sizeof *ret_rows);
        return;
    }
    size_t null_count;
    size_t pending_count = probe_begin(table, probe, keys, selection, count, &null_count);
    rows_set(probe->nulls, null_count, table->null_row, ret_rows);
    while (pending_count > 0) {
        ProbeStep step = probe_step(table, probe, pending_count, false);
        rows_set(probe->empty, step.empty_count, NULL, ret_rows);
        probe_read_rows(table, probe, probe->filled, step.filled_count, ret_rows);
        size_t match_count;
        pending_count =
            table->is_exact ? 0 : probe_match(table, probe, keys, selection, step.filled_count, ret_rows, &match_count);
    }
}

/* ---- adding ---- */

/* What is added: keys alone, or with rows that they have already. */
typedef struct AddedKeys {
    Vector *const *keys;
    const uint16_t *selection;
    uint8_t *const *rows; /* NULL: they get new ones */
} AddedKeys;

/* Rows for `list`, with their keys. */
static void rows_make(HashTable *table, HashProbe *probe, const AddedKeys *added, const uint16_t *list, size_t count)
{
    if (added->rows) {
        for (size_t k = 0; k < count; k++)
            probe->new_rows[k] = added->rows[list[k]];
        return;
    }
    const uint16_t *selection = added->selection;
    row_store_append(table->store, count, probe->new_rows);
    for (size_t k = 0; k < count; k++)
        probe->new_selection[k] = selection ? selection[list[k]] : list[k];
    for (size_t c = 0; c < table->key_count; c++)
        rows_write_key(table->store, c, added->keys[c], probe->new_selection, count, probe->new_rows);
}

static void probe_fill_claimed(HashTable *table, HashProbe *probe, const AddedKeys *added, size_t empty_count,
                               uint8_t **rows, bool *is_new)
{
    rows_make(table, probe, added, probe->empty, empty_count);
    HashSlot *slots = table->slots->data;
    for (size_t k = 0; k < empty_count; k++) {
        uint16_t i = probe->empty[k];
        slots[probe->positions[i]].row = rows[i] = probe->new_rows[k];
        is_new[i] = true;
    }
    table->count += empty_count;
}

static size_t hash_table_add_nulls(HashTable *table, HashProbe *probe, const AddedKeys *added, size_t null_count,
                                   uint8_t **rows, bool *is_new)
{
    bool is_first = null_count > 0 && table->null_row == NULL;
    if (is_first) {
        rows_make(table, probe, added, probe->nulls, 1);
        table->null_row = probe->new_rows[0];
        is_new[probe->nulls[0]] = true;
    }
    rows_set(probe->nulls, null_count, table->null_row, rows);
    return is_first;
}

static size_t hash_table_add_keys(HashTable *table, HashProbe *probe, const AddedKeys *added, size_t count,
                                  uint8_t **rows, bool *is_new)
{
    Vector *const *keys = added->keys;
    const uint16_t *selection = added->selection;
    hash_table_reserve(table, table->count + count);
    memset(is_new, 0, count * sizeof *is_new);
    size_t null_count, new_count = 0;
    size_t pending_count = probe_begin(table, probe, keys, selection, count, &null_count);
    while (pending_count > 0) {
        ProbeStep step = probe_step(table, probe, pending_count, true);
        if (step.empty_count > 0)
            probe_fill_claimed(table, probe, added, step.empty_count, rows, is_new);
        new_count += step.empty_count;
        probe_read_rows(table, probe, probe->filled, step.filled_count, rows);
        size_t match_count;
        pending_count =
            table->is_exact ? 0 : probe_match(table, probe, keys, selection, step.filled_count, rows, &match_count);
    }
    return new_count + hash_table_add_nulls(table, probe, added, null_count, rows, is_new);
}

size_t hash_table_add(HashTable *table, HashProbe *probe, Vector *const *keys, const uint16_t *selection, size_t count,
                      uint8_t **ret_rows, bool *ret_is_new)
{
    AddedKeys added = {.keys = keys, .selection = selection};
    return hash_table_add_keys(table, probe, &added, count, ret_rows, ret_is_new);
}

void hash_table_adopt(HashTable *table, HashProbe *probe, Vector *const *keys, size_t count, uint8_t *const *rows,
                      uint8_t **ret_rows, bool *ret_is_new)
{
    AddedKeys added = {.keys = keys, .rows = rows};
    hash_table_add_keys(table, probe, &added, count, ret_rows, ret_is_new);
}
