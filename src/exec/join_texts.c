/* exec/join_texts.c: the texts of a join's right side, for its output. */
#include "exec/join_texts.h"

#include "base/hash_index.h"
#include "column/string_hash.h"
#include "exec/group_index.h"
#include "exec/row_output.h"

/* ---- what leaves the operator ---- */

static void texts_own(const JoinTable *table, Vector *texts, size_t count)
{
    if (table->strings == NULL)
        vector_own_strings(texts, count);
    else if (texts->physical == PHYSICAL_STRING)
        vector_keep_buffer(texts, table->strings);
}

static void texts_read(const JoinTable *table, size_t column_index, uint8_t *const *rows, size_t count, Vector *target)
{
    rows_read(table->layout, column_index, rows, count, target);
    texts_own(table, target, count);
}

void join_table_output(const JoinTable *table, size_t column_index, uint8_t *const *rows, size_t count, Vector *target)
{
    const JoinTexts *texts = table->texts && table->texts[column_index].values ? &table->texts[column_index] : NULL;
    if (texts == NULL) {
        texts_read(table, column_index, rows, count, target);
        return;
    }
    vector_prepare_dictionary(target, texts->values, texts->size, count);
    uint32_t *codes = VECTOR_DATA(target, uint32_t);
    for (size_t i = 0; i < count; i++)
        codes[i] = rows[i] ? join_row(table, rows[i])->number : (uint32_t)table->row_count;
    for (size_t i = 0; i < count && texts->codes; i++)
        codes[i] = texts->codes[codes[i]];
}

/* ---- few different ones ---- */

/* The row that first has the text of each row, by its number among those; false: they are too many. */
static bool texts_find_first(Arena *arena, const Vector *texts, size_t count, uint32_t *ret_codes, uint8_t *const *rows,
                             uint8_t **ret_firsts, size_t *ret_first_count)
{
    enum { FEWEST_ROWS = 16 }; /* of each, on average */
    const String *strings = texts->data;
    HashIndex index = {0};
    uint32_t *places = arena_array(arena, uint32_t, count / FEWEST_ROWS);
    for (size_t i = 0; i < count; i++) {
        bool is_null = !validity_get(texts->validity, i);
        uint64_t hash = is_null ? 0 : string_hash(strings[i]);
        size_t at = hash_index_first(&index, hash);
        while (at < index.count && (is_null != !validity_get(texts->validity, places[at]) ||
                                    (!is_null && !string_equal(&strings[places[at]], &strings[i]))))
            at = hash_index_next(&index, at);
        if (at == index.count) {
            if (at == count / FEWEST_ROWS)
                return false;
            places[at] = (uint32_t)i;
            ret_firsts[at] = rows[i];
            hash_index_add(arena, &index, hash);
        }
        ret_codes[i] = (uint32_t)at;
    }
    *ret_first_count = index.count;
    return true;
}

/* ---- dictionaries ---- */

/* Of `rows`, which are all, and NULL behind them where left rows are padded. */
static void texts_make(JoinTable *table, Arena *scratch, size_t column_index, uint8_t *const *rows, size_t count)
{
    JoinTexts *texts = &table->texts[column_index];
    texts->values = vector_new(table->texts_arena, table->layout->types[column_index]);
    texts->size = count;
    rows_read(table->layout, column_index, rows, count, texts->values);
    if (table->is_grouped[column_index] && join_table_largest_string(table) == 0) {
        uint32_t *codes = arena_array(scratch, uint32_t, count);
        uint8_t **firsts = arena_array(scratch, uint8_t *, count);
        if (texts_find_first(scratch, texts->values, count, codes, rows, firsts, &texts->size)) {
            rows_read(table->layout, column_index, firsts, texts->size, texts->values);
            texts->codes = arena_copy(table->texts_arena, codes, count * sizeof *codes);
        }
    }
    texts_own(table, texts->values, texts->size);
}

static bool column_has_codes(const JoinTable *table, size_t column_index, bool of_all)
{
    return type_physical(table->layout->types[column_index]) == PHYSICAL_STRING &&
           (of_all || table->is_grouped[column_index]);
}

/* Of all columns of texts, or of those that rows are grouped by. */
static void join_texts_make(JoinTable *table, bool of_all)
{
    size_t column_count = table->layout->column_count, first = 0, count = table->row_count + table->pads_left;
    while (first < column_count && !column_has_codes(table, first, of_all))
        first++;
    if (first == column_count)
        return;
    Arena *scratch = arena_new_child(table->arena);
    uint8_t **rows = arena_array(scratch, uint8_t *, count);
    join_table_rows(table, 0, table->row_count, rows);
    for (size_t i = 0; i < table->row_count; i++)
        join_row(table, rows[i])->number = (uint32_t)i;
    table->texts_arena = arena_new_child(table->arena);
    table->texts = arena_array(table->texts_arena, JoinTexts, column_count);
    for (size_t c = first; c < column_count; c++)
        if (column_has_codes(table, c, of_all))
            texts_make(table, scratch, c, rows, count);
    arena_free(scratch);
}

void join_texts_share(JoinTable *table)
{
    enum { MOST_SIZE = 1 << 20, SHARED_PART = 8, LEAST_OUTPUT_PER_ROW = 4 };
    size_t size = 0;
    if (!table->layout->has_strings || table->row_count == 0 || table->is_partition || join_table_is_mapped(table))
        return;
    for (size_t i = 0; i < table->copy_count; i++)
        size += row_store_size(table->stores[i]);
    if (table->row_count < BATCH_SIZE && size <= MOST_SIZE) {
        join_texts_make(table, /* of_all= */ true);
    } else if (size <= memory_budget_left(table->context->memory) / SHARED_PART) {
        /* the last vectors that operators above keep hold on to it when the join has come to its end */
        table->strings = row_stores_share_strings(table->stores, table->copy_count);
        if (table->row_count < GROUP_INDEX_MOST_CODES &&
            table->output_estimate >= (double)table->row_count * LEAST_OUTPUT_PER_ROW)
            join_texts_make(table, /* of_all= */ false);
    }
}

void join_texts_forget(JoinTable *table)
{
    arena_free(table->texts_arena);
    table->texts_arena = NULL;
    table->texts = NULL;
}
