/* exec/join_build.c: rows into a join's table. */
#include "exec/join_build.h"

#include <string.h>

#include "exec/join_range.h"
#include "exec/join_texts.h"

/* One copy's scratch memory. */
struct JoinBuilder {
    Arena *arena;
    JoinTable *table;
    Operator *op;
    size_t copy_index;
    RowStore *store;
    Evaluator *keys;  /* NULL: rows come with them */
    Vector **columns; /* of the rows that come: as in the layout */
    Vector **moved;   /* the same for rows that go to disk */
    bool is_keyless[BATCH_SIZE];
    uint16_t selection[BATCH_SIZE];
    uint64_t hashes[BATCH_SIZE];
    uint8_t *rows[BATCH_SIZE];
    uint8_t *reversed[BATCH_SIZE];
    JoinHashProbe *probe;
};

static JoinBuilder *builder_new(Arena *arena, JoinTable *table, Operator *op)
{
    JoinBuilder *builder = arena_new(arena, JoinBuilder);
    size_t column_count = table->layout->column_count;
    builder->arena = arena;
    builder->table = table;
    builder->op = op;
    builder->copy_index = table->is_partition ? 0 : worker_index(op->worker);
    builder->store = table->stores[builder->copy_index];
    builder->columns = arena_array(arena, Vector *, column_count);
    builder->moved = arena_array(arena, Vector *, column_count);
    builder->probe = join_hash_probe_new(arena);
    return builder;
}

/* The right side's rows come without keys. */
static void builder_prepare_input(JoinBuilder *builder, Arena *arena)
{
    const JoinTable *table = builder->table;
    const Build build = {.arena = arena};
    ColumnMap map = column_map_new(&build, builder->op->plan->inputs[1], NULL);
    Expr **keys = arena_array(arena, Expr *, table->key_count);
    for (size_t k = 0; k < table->key_count; k++)
        keys[k] = column_map_expr(&map, table->conditions->keys[k].right);
    builder->keys = evaluator_new(arena, builder->op->context, keys, table->key_count);
    for (size_t d = 0; d < table->dynamic_count; d++)
        table->dynamics[d].values[builder->copy_index] =
            dynamic_keys_new(arena, table->layout->types[table->dynamics[d].key]);
}

/* ---- rows ---- */

/* Which rows have a NULL in a key for which NULL equals nothing; false: none. */
static bool builder_find_keyless(JoinBuilder *builder, const Batch *batch)
{
    const JoinTable *table = builder->table;
    bool has_keyless = false;
    for (size_t k = 0; k < table->key_count; k++) {
        const Vector *key = builder->columns[k];
        if (table->conditions->keys[k].nulls_equal || !vector_may_have_nulls(key))
            continue;
        if (!has_keyless)
            memset(builder->is_keyless, 0, batch->row_count);
        has_keyless = true;
        for (size_t i = 0; i < batch->row_count; i++)
            builder->is_keyless[i] |= vector_is_null(key, batch_row(batch, i));
    }
    return has_keyless;
}

/* The rows of the batch to keep: `selection` lists where they stand in the vectors. Returns how many. */
static size_t builder_select(JoinBuilder *builder, const Batch *batch, bool has_keyless)
{
    JoinTable *table = builder->table;
    size_t count = 0;
    bool has_null_key = false;
    for (size_t i = 0; i < batch->row_count; i++) {
        bool is_keyless = has_keyless && builder->is_keyless[i];
        has_null_key |= is_keyless;
        builder->selection[count] = (uint16_t)batch_row(batch, i);
        count += !is_keyless || table->keeps_keyless;
    }
    if (has_null_key)
        table->has_null_key = true;
    return count;
}

/* Of the selected rows, which are all of the batch's where rows without a key are kept. */
static void builder_keep(JoinBuilder *builder, size_t count, bool has_keyless)
{
    const JoinTable *table = builder->table;
    row_store_append(builder->store, count, builder->rows);
    for (size_t c = 0; c < table->layout->column_count; c++)
        rows_write(builder->store, c, builder->columns[c], builder->selection, count, builder->rows);
    if (table->hash)
        join_hash_note(table->hash, builder->probe, builder->columns, builder->selection, count, builder->rows,
                       &table->ranges[builder->copy_index]);
    if (has_keyless && table->keeps_keyless)
        for (size_t i = 0; i < count; i++)
            join_row(table, builder->rows[i])->is_keyless = builder->is_keyless[i];
}

/* ---- rows that wait ---- */

static void builder_put_down(JoinBuilder *builder, Vector *const *columns, const uint16_t *selection, size_t count)
{
    const JoinTable *table = builder->table;
    vectors_hash(columns, table->key_count, selection, count, builder->hashes);
    join_waiting_add(table->waiting, builder->op->worker, JOIN_RIGHT, columns, selection, count, builder->hashes);
}

/* All rows that the copy has. */
static void builder_put_down_all(JoinBuilder *builder)
{
    const JoinTable *table = builder->table;
    const RowLayout *layout = table->layout;
    for (size_t c = 0; c < layout->column_count && builder->moved[c] == NULL; c++)
        builder->moved[c] = vector_new(builder->arena, layout->types[c]);
    for (size_t first = 0, count; (count = row_store_rows(builder->store, first, BATCH_SIZE, builder->rows)) > 0;
         first += count) {
        context_check(builder->op->context);
        for (size_t c = 0; c < layout->column_count; c++)
            rows_read(layout, c, builder->rows, count, builder->moved[c]);
        builder_put_down(builder, builder->moved, NULL, count);
    }
    row_store_release(builder->store);
    table->ranges[builder->copy_index] = (KeyRange){0};
}

/* Bytes of its rows, with their places in the hash table. */
static size_t builder_size(const JoinBuilder *builder)
{
    return row_store_size(builder->store) + row_store_count(builder->store) * JOIN_HASH_ROW_SIZE;
}

static bool builder_is_full(const JoinBuilder *builder)
{
    return memory_share_is_full(builder->table->share, row_store_count(builder->store), builder_size(builder));
}

/* Rows of a partition. */
static void builder_add_again(JoinBuilder *builder, Spill *spill)
{
    for (const Batch *batch; (batch = spill_next(spill, JOIN_RIGHT, BATCH_SIZE)) != NULL;) {
        context_check(builder->op->context);
        memcpy(builder->columns, batch->columns, batch->column_count * sizeof *batch->columns);
        bool has_keyless = builder_find_keyless(builder, batch);
        builder_keep(builder, builder_select(builder, batch, has_keyless), has_keyless);
    }
}

/* Copies fetch the partitions that fit. */
static void builder_fetch(JoinBuilder *builder)
{
    const JoinTable *table = builder->table;
    Spill *spill = join_waiting_spill_new(table->waiting, builder->arena, builder->op->context);
    while (join_waiting_take_here(table->waiting, builder->op->worker, spill))
        while (spill_begin_partition(spill))
            builder_add_again(builder, spill);
    spill_clear(spill);
}

/* Rows of the right side whose keys are there. */
static void builder_add_rows(JoinBuilder *builder, const Batch *batch)
{
    const JoinTable *table = builder->table;
    for (size_t c = 0; c < table->column_count; c++)
        builder->columns[table->key_count + c] = batch->columns[table->columns[c]];
    bool has_keyless = builder_find_keyless(builder, batch);
    size_t count = builder_select(builder, batch, has_keyless);
    for (size_t d = 0; d < table->dynamic_count; d++)
        dynamic_keys_add(table->dynamics[d].values[builder->copy_index], builder->columns[table->dynamics[d].key],
                         builder->selection, count);
    if (table->waiting && join_waiting_has_rows(table->waiting)) {
        builder_put_down(builder, builder->columns, builder->selection, count);
        return;
    }
    builder_keep(builder, count, has_keyless);
    if (table->waiting && builder_is_full(builder))
        builder_put_down_all(builder);
    operator_note_memory(builder->op, row_store_size(builder->store));
}

/* A batch of the right side. */
static void builder_add(JoinBuilder *builder, const Batch *batch)
{
    evaluator_begin(builder->keys, batch);
    for (const Batch *slice; (slice = evaluator_next_slice(builder->keys)) != NULL;) {
        for (size_t k = 0; k < builder->table->key_count; k++)
            builder->columns[k] = evaluator_value(builder->keys, k, slice);
        if (!evaluator_lacks_room(builder->keys))
            builder_add_rows(builder, slice);
    }
}

/* ---- keys to rows ---- */

enum { FEW_ROWS = 2 * BATCH_SIZE }; /* are linked by one copy: the others would wait longer than it takes */

/* From the last row to the first, so that each list is in the order in which its rows came. */
static void builder_link(JoinBuilder *builder, const RowStore *store, bool is_shared)
{
    JoinTable *table = builder->table;
    size_t list_count = 0;
    size_t most = row_store_is_mapped(store) ? TEMP_LOOKS : BATCH_SIZE;
    for (size_t left = row_store_count(store); left > 0;) {
        context_check(table->context);
        row_store_look(store);
        size_t chunk = left < most ? left : most, count = 0;
        left -= chunk;
        row_store_rows(store, left, chunk, builder->rows);
        for (size_t i = chunk; i-- > 0;)
            if (!join_row(table, builder->rows[i])->is_keyless)
                builder->reversed[count++] = builder->rows[i];
        list_count += join_hash_add(table->hash, builder->reversed, count, is_shared);
        for (size_t d = 0; d < table->dynamic_count; d++)
            key_bits_add(table->dynamics[d].bits, table->layout, builder->reversed, count);
    }
    table->list_count += list_count;
}

static void builder_list(JoinBuilder *builder)
{
    JoinTable *table = builder->table;
    if (table->row_count == 0)
        return;
    block_renew(table->list, memory_size_multiply(table->row_count, sizeof(uint8_t *)));
    join_table_rows(table, 0, table->row_count, table->list->data);
    if (table->range)
        join_range_build(table->range, table);
}

/* What the scans of the left side will be told. */
static void builder_begin_dynamics(JoinBuilder *builder)
{
    JoinTable *table = builder->table;
    for (size_t d = 0; d < table->dynamic_count; d++) {
        JoinDynamic *dynamic = &table->dynamics[d];
        for (size_t i = 1; i < table->copy_count; i++)
            dynamic_keys_merge(dynamic->values[0], dynamic->values[i]);
        dynamic->snapshot = dynamic_keys_snapshot(dynamic->values[0], table->arena);
        if (!table->has_waiting)
            key_bits_begin(dynamic->bits, &dynamic->snapshot->minimum, &dynamic->snapshot->maximum, table->row_count);
    }
}

/* All rows are linked. */
static void builder_publish(void *argument)
{
    JoinTable *table = ((JoinBuilder *)argument)->table;
    table->is_unique = table->list_count == table->row_count;
    table->is_laid_out = table->walks_lists && !join_table_is_mapped(table) &&
                         join_hash_reserve_lists(table->hash, table->row_count, table->list_count);
    for (size_t d = 0; d < table->dynamic_count; d++) {
        table->dynamics[d].snapshot->bits = key_bits_words(table->dynamics[d].bits);
        dynamic_filter_publish(table->dynamics[d].filter, table->dynamics[d].snapshot);
    }
}

/* The rows of all copies are there: room for their keys. */
static void builder_reserve(void *argument)
{
    JoinBuilder *builder = argument;
    JoinTable *table = builder->table;
    KeyRange range = {0};
    join_table_count(table);
    join_texts_share(table);
    builder_begin_dynamics(builder);
    if (table->hash == NULL) {
        builder_list(builder);
        return;
    }
    for (size_t i = 0; i < table->copy_count; i++)
        key_range_add(&range, &table->ranges[i]);
    join_hash_reserve(table->hash, table->row_count, &range);
    table->list_count = 0;
    table->is_linked = table->row_count <= FEW_ROWS;
    if (!table->is_linked)
        return;
    join_hash_clear_part(table->hash, 0, 1);
    for (size_t i = table->copy_count; i-- > 0;)
        builder_link(builder, table->stores[i], /* is_shared= */ false);
    builder_publish(builder);
    if (table->is_laid_out)
        join_hash_lay_out_part(table->hash, 0, 1);
}

/* All copies have read what they were given of the right side. */
static void builder_settle(void *argument)
{
    const JoinBuilder *builder = argument;
    JoinTable *table = builder->table;
    table->has_waiting = table->waiting && join_waiting_has_rows(table->waiting);
    if (!table->has_waiting)
        builder_reserve(argument);
}

/* All of them wait. */
static void builder_choose(void *argument)
{
    join_waiting_choose(((const JoinBuilder *)argument)->table->waiting);
}

static void builder_finish(JoinBuilder *builder, Worker *worker)
{
    JoinTable *table = builder->table;
    worker_meet(worker, &table->read, builder_settle, builder);
    if (table->has_waiting) {
        builder_put_down_all(builder);
        worker_meet(worker, &table->put_down, builder_choose, builder);
        builder_fetch(builder);
        worker_meet(worker, &table->fetched, builder_reserve, builder);
    }
    if (table->hash == NULL || table->is_linked)
        return;
    join_hash_clear_part(table->hash, builder->copy_index, table->copy_count);
    worker_meet(worker, &table->cleared, NULL, NULL);
    builder_link(builder, builder->store, table->copy_count > 1);
    worker_meet(worker, &table->linked, builder_publish, builder);
    if (!table->is_laid_out)
        return;
    join_hash_lay_out_part(table->hash, builder->copy_index, table->copy_count);
    worker_meet(worker, &table->laid_out, NULL, NULL);
}

static void builder_note_memory(const JoinBuilder *builder)
{
    const JoinTable *table = builder->table;
    size_t found_size = table->hash ? join_hash_size(table->hash) : table->list->size;
    found_size += table->range ? join_range_size(table->range) : 0;
    operator_note_memory(builder->op, row_store_size(builder->store) + (builder->copy_index == 0 ? found_size : 0));
}

JoinBuilder *join_builder_new(JoinTable *table, Operator *op)
{
    Arena *scratch = arena_new_child(op->arena);
    JoinBuilder *builder = builder_new(scratch, table, op);
    builder_prepare_input(builder, scratch);
    return builder;
}

void join_builder_free(JoinBuilder *builder)
{
    arena_free(builder->arena);
}

static bool builder_is_half_full(const JoinBuilder *builder)
{
    return memory_share_is_full(memory_share_part(builder->table->share, 2), row_store_count(builder->store),
                                builder_size(builder));
}

bool join_builder_read_some(JoinBuilder *builder, Operator *right, size_t row_limit, _Atomic size_t *read_count)
{
    while (*read_count < row_limit && !builder_is_half_full(builder)) {
        const Batch *batch = operator_next(right);
        if (batch == NULL)
            return true;
        *read_count += batch->row_count;
        builder_add(builder, batch);
    }
    return false;
}

void join_builder_read(JoinBuilder *builder, Operator *right)
{
    for (const Batch *batch; (batch = operator_next(right)) != NULL;)
        builder_add(builder, batch);
}

void join_builder_finish(JoinBuilder *builder)
{
    builder_finish(builder, builder->op->worker);
    builder_note_memory(builder);
    join_builder_free(builder);
}

void join_table_build(JoinTable *table, Operator *op, Operator *right)
{
    JoinBuilder *builder = join_builder_new(table, op);
    join_builder_read(builder, right);
    join_builder_finish(builder);
}

void join_table_build_partition(JoinTable *table, Operator *op, Spill *spill)
{
    Arena *scratch = arena_new_child(op->arena);
    JoinBuilder *builder = builder_new(scratch, table, op);
    *table->ranges = (KeyRange){0};
    builder_add_again(builder, spill);
    builder_finish(builder, /* worker= */ NULL);
    builder_note_memory(builder);
    arena_free(scratch);
}
