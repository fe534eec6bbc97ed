/* exec/join_table.c: the right side of a join in memory. Rows first, one batch after the other; the hash table when
 * they are all there and their number is known: so it never grows. */
#include "exec/join_table.h"

static const size_t NOT_KEPT = SIZE_MAX;

/* What a key's values are gathered for. */
typedef struct JoinDynamic {
    size_t key;
    DynamicFilter *filter;
    DynamicKeys **values; /* of each copy's rows */
    DynamicSnapshot *snapshot;
    KeyBits *bits;
} JoinDynamic;

/* ---- layout ---- */

/* A key that is a bare column serves as that column too. */
static void join_table_place_keys(JoinTable *table, const ColumnMap *map, const JoinConditions *conditions,
                                  size_t *placement)
{
    for (size_t k = 0; k < table->key_count; k++) {
        const Expr *key = conditions->keys[k].right;
        if (key->kind == EXPR_COLUMN && type_equal(key->type, conditions->keys[k].type))
            placement[column_map_position(map, key->column)] = k;
    }
}

static void join_table_place_columns(JoinTable *table, const Build *build, const Plan *right, const bool *used,
                                     size_t *placement, Type *types)
{
    size_t *columns = arena_array(build->arena, size_t, right->output_count);
    for (size_t c = 0; c < right->output_count; c++) {
        if (!used[c] || placement[c] != NOT_KEPT)
            continue;
        placement[c] = table->key_count + table->column_count;
        types[placement[c]] = plan_column(build->columns, right->outputs[c])->type;
        columns[table->column_count++] = c;
    }
    table->columns = columns;
}

static void join_table_place_dynamics(JoinTable *table, const Build *build, const PlanJoin *join,
                                      const JoinConditions *conditions)
{
    table->dynamics = arena_array(build->arena, JoinDynamic, join->dynamics.count);
    for (size_t i = 0; i < join->dynamics.count; i++) {
        const PlanDynamic *dynamic = &join->dynamics.items[i];
        for (size_t k = 0; k < table->key_count; k++) {
            const JoinKey *key = &conditions->keys[k];
            if (key->left->kind != EXPR_COLUMN || key->left->column != dynamic->column || key->nulls_equal)
                continue;
            table->dynamics[table->dynamic_count++] = (JoinDynamic){
                .key = k,
                .filter = &build->dynamics[dynamic->number],
                .values = arena_array(build->arena, DynamicKeys *, build->copy_count),
                .bits = key_bits_new(build->arena, build->context, k, key->type),
            };
            break;
        }
    }
}

/* The right side's outputs that anybody asks for, by position: the node's own outputs, and what its conditions refer
 * to. */
static bool *join_used_columns(const Build *build, const Plan *plan, const JoinConditions *conditions)
{
    const Plan *right = plan->inputs[1];
    bool *used = arena_array(build->arena, bool, right->output_count);
    ColumnSet set = column_set_in(build->arena);
    column_set_add_outputs(&set, plan);
    for (size_t i = 0; i < conditions->residual_count; i++)
        column_set_add_expr(&set, conditions->residuals[i]);
    if (conditions->mark_condition)
        column_set_add_expr(&set, conditions->mark_condition);
    for (size_t c = 0; c < right->output_count; c++)
        used[c] = column_set_has(&set, right->outputs[c]);
    return used;
}

static void join_table_make_hash(JoinTable *table, const Build *build, const Type *types)
{
    Arena *arena = build->arena;
    size_t extra_size = sizeof(JoinRow), key_count = table->key_count;
    if (key_count > 0) {
        bool *nulls_equal = arena_array(arena, bool, key_count);
        for (size_t k = 0; k < key_count; k++)
            nulls_equal[k] = table->conditions->keys[k].nulls_equal;
        table->hash = join_hash_new(arena, build->context, types, key_count, nulls_equal);
        table->ranges = arena_array(arena, KeyRange, build->copy_count);
        extra_size = join_hash_extra_size(table->hash);
    } else {
        table->list = block_new(arena, build->context, "a join's list of rows");
    }
    table->layout = row_layout_new(arena, types, key_count + table->column_count, extra_size);
    if (table->hash)
        join_hash_set_layout(table->hash, table->layout);
}

JoinTable *join_table_new(const Build *build, const Plan *plan, const JoinConditions *conditions)
{
    Arena *arena = build->arena;
    const Plan *right = plan->inputs[1];
    PlanJoinType type = ((const PlanJoin *)plan)->type;
    JoinTable *table = arena_new(arena, JoinTable);
    table->context = build->context;
    table->conditions = conditions;
    table->key_count = conditions->key_count;
    table->keeps_keyless = type == PLAN_JOIN_RIGHT || type == PLAN_JOIN_FULL || type == PLAN_JOIN_RIGHT_ANTI;

    ColumnMap map = column_map_new(build, right, NULL);
    Type *types = arena_array(arena, Type, table->key_count + right->output_count);
    for (size_t k = 0; k < table->key_count; k++)
        types[k] = conditions->keys[k].type;
    size_t *placement = arena_array(arena, size_t, right->output_count);
    for (size_t c = 0; c < right->output_count; c++)
        placement[c] = NOT_KEPT;
    join_table_place_keys(table, &map, conditions, placement);
    join_table_place_columns(table, build, right, join_used_columns(build, plan, conditions), placement, types);

    join_table_place_dynamics(table, build, (const PlanJoin *)plan, conditions);
    table->placement = placement;
    join_table_make_hash(table, build, types);
    table->arena = arena_new_child(arena);
    table->copy_count = build->copy_count;
    table->stores = arena_array(arena, RowStore *, table->copy_count);
    table->firsts = arena_array(arena, size_t, table->copy_count);
    for (size_t i = 0; i < table->copy_count; i++)
        table->stores[i] = row_store_new(arena_new_child(arena), build->context, table->layout);
    return table;
}

/* ---- rows ---- */

size_t join_table_rows(const JoinTable *table, size_t first, size_t count, uint8_t **ret_rows)
{
    size_t read_count = 0;
    for (size_t i = 0; i < table->copy_count && read_count < count; i++)
        if (first + read_count < table->firsts[i] + row_store_count(table->stores[i]))
            read_count += row_store_rows(table->stores[i], first + read_count - table->firsts[i], count - read_count,
                                         ret_rows + read_count);
    return read_count;
}

/* All rows are there. */
static void join_table_count(JoinTable *table)
{
    for (size_t i = 0; i < table->copy_count; i++) {
        table->firsts[i] = table->row_count;
        table->row_count += row_store_count(table->stores[i]);
    }
}

/* ---- building ---- */

/* One copy's scratch memory. */
typedef struct JoinBuilder {
    JoinTable *table;
    Arena *scratch;
    size_t copy_index;
    RowStore *store;
    Evaluator *evaluator;
    Vector **keys;
    bool is_keyless[BATCH_SIZE]; /* by number of the row in the batch */
    uint16_t selection[BATCH_SIZE];
    uint8_t *rows[BATCH_SIZE];
    uint8_t *reversed[BATCH_SIZE];
    JoinHashProbe *probe;
} JoinBuilder;

static JoinBuilder *builder_new(Arena *arena, JoinTable *table, const Operator *op)
{
    JoinBuilder *builder = arena_new(arena, JoinBuilder);
    const Build build = {.arena = arena};
    ColumnMap map = column_map_new(&build, op->plan->inputs[1], NULL);
    Expr **keys = arena_array(arena, Expr *, table->key_count);
    builder->keys = arena_array(arena, Vector *, table->key_count);
    for (size_t k = 0; k < table->key_count; k++)
        keys[k] = column_map_expr(&map, table->conditions->keys[k].right);
    builder->table = table;
    builder->scratch = arena;
    builder->copy_index = worker_index(op->worker);
    builder->store = table->stores[builder->copy_index];
    builder->evaluator = evaluator_new(arena, op->context, keys, table->key_count);
    builder->probe = join_hash_probe_new(arena);
    for (size_t d = 0; d < table->dynamic_count; d++)
        table->dynamics[d].values[builder->copy_index] =
            dynamic_keys_new(arena, table->layout->types[table->dynamics[d].key]);
    return builder;
}

/* Which rows of the batch have a NULL in a key for which NULL equals nothing. */
static bool builder_find_keyless(JoinBuilder *builder, const Batch *batch)
{
    const JoinTable *table = builder->table;
    bool has_keyless = false;
    for (size_t k = 0; k < table->key_count; k++) {
        const Vector *key = builder->keys[k];
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

static void builder_add(JoinBuilder *builder, const Batch *batch)
{
    JoinTable *table = builder->table;
    RowStore *store = builder->store;
    for (size_t k = 0; k < table->key_count; k++)
        builder->keys[k] = evaluator_value(builder->evaluator, k, batch);
    bool has_keyless = builder_find_keyless(builder, batch);
    size_t count = builder_select(builder, batch, has_keyless);
    row_store_append(store, count, builder->rows);
    for (size_t k = 0; k < table->key_count; k++)
        rows_write(store, k, builder->keys[k], builder->selection, count, builder->rows);
    for (size_t c = 0; c < table->column_count; c++)
        rows_write(store, table->key_count + c, batch->columns[table->columns[c]], builder->selection, count,
                   builder->rows);
    if (table->hash)
        join_hash_note(table->hash, builder->probe, builder->keys, builder->selection, count, builder->rows,
                       &table->ranges[builder->copy_index]);
    for (size_t d = 0; d < table->dynamic_count; d++)
        dynamic_keys_add(table->dynamics[d].values[builder->copy_index], builder->keys[table->dynamics[d].key],
                         builder->selection, count);
    if (has_keyless && table->keeps_keyless)
        for (size_t i = 0; i < count; i++)
            join_row(table, builder->rows[i])->is_keyless = builder->is_keyless[i];
}

enum { FEW_ROWS = 2 * BATCH_SIZE }; /* are linked by one copy: the others would wait longer than it takes */

/* From the last row to the first, so that each list is in the order in which its rows came. */
static void builder_link(JoinBuilder *builder, const RowStore *store, bool is_shared)
{
    const JoinTable *table = builder->table;
    for (size_t left = row_store_count(store); left > 0;) {
        context_check(table->context);
        size_t chunk = left < BATCH_SIZE ? left : BATCH_SIZE, count = 0;
        left -= chunk;
        row_store_rows(store, left, chunk, builder->rows);
        for (size_t i = chunk; i-- > 0;)
            if (!join_row(table, builder->rows[i])->is_keyless)
                builder->reversed[count++] = builder->rows[i];
        join_hash_add(table->hash, builder->reversed, count, is_shared);
        for (size_t d = 0; d < table->dynamic_count; d++)
            key_bits_add(table->dynamics[d].bits, table->layout, builder->reversed, count);
    }
}

static void builder_list(JoinBuilder *builder)
{
    JoinTable *table = builder->table;
    if (table->row_count == 0)
        return;
    block_renew(table->list, memory_size_multiply(table->row_count, sizeof(uint8_t *)));
    join_table_rows(table, 0, table->row_count, table->list->data);
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
        key_bits_begin(dynamic->bits, &dynamic->snapshot->minimum, &dynamic->snapshot->maximum, table->row_count);
    }
}

static void builder_publish(void *argument)
{
    JoinTable *table = ((JoinBuilder *)argument)->table;
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
    builder_begin_dynamics(builder);
    if (table->hash == NULL) {
        builder_list(builder);
        return;
    }
    for (size_t i = 0; i < table->copy_count; i++)
        key_range_add(&range, &table->ranges[i]);
    join_hash_reserve(table->hash, table->row_count, &range);
    table->is_linked = table->row_count <= FEW_ROWS;
    if (!table->is_linked)
        return;
    join_hash_clear_part(table->hash, 0, 1);
    for (size_t i = table->copy_count; i-- > 0;)
        builder_link(builder, table->stores[i], /* is_shared= */ false);
    builder_publish(builder);
}

static void builder_finish(JoinBuilder *builder, Worker *worker)
{
    JoinTable *table = builder->table;
    worker_meet(worker, &table->read, builder_reserve, builder);
    if (table->hash == NULL || table->is_linked)
        return;
    join_hash_clear_part(table->hash, builder->copy_index, table->copy_count);
    worker_meet(worker, &table->cleared, NULL, NULL);
    builder_link(builder, builder->store, table->copy_count > 1);
    worker_meet(worker, &table->linked, builder_publish, builder);
}

void join_table_build(JoinTable *table, Operator *op, Operator *right)
{
    Arena *scratch = arena_new_child(op->arena);
    JoinBuilder *builder = builder_new(scratch, table, op);
    for (const Batch *batch; (batch = operator_next(right)) != NULL;) {
        builder_add(builder, batch);
        operator_note_memory(op, row_store_size(builder->store));
    }
    builder_finish(builder, op->worker);
    size_t found_size = table->hash ? join_hash_size(table->hash) : table->list->size;
    operator_note_memory(op, row_store_size(builder->store) + (worker_index(op->worker) == 0 ? found_size : 0));
    arena_free(scratch);
}

void join_table_close(JoinTable *table)
{
    if (atomic_fetch_add(&table->closed_count, 1) + 1 < table->copy_count)
        return;
    for (size_t i = 0; i < table->copy_count; i++)
        row_store_release(table->stores[i]);
    for (size_t d = 0; d < table->dynamic_count; d++) {
        dynamic_filter_publish(table->dynamics[d].filter, NULL);
        key_bits_clear(table->dynamics[d].bits);
    }
    if (table->hash)
        join_hash_release(table->hash);
    else
        block_clear(table->list);
}
