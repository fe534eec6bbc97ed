/* exec/join_table.c: the right side of a join in memory. Rows first, one batch after the other; the hash table when
 * they are all there and their number is known: so it never grows. */
#include "exec/join_table.h"

static const size_t NOT_KEPT = SIZE_MAX;

/* What a key's values are gathered for. */
typedef struct JoinDynamic {
    size_t key;
    DynamicFilter *filter;
    DynamicKeys *values;
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
            table->dynamics[table->dynamic_count++] =
                (JoinDynamic){.key = k, .filter = &build->dynamics[dynamic->number]};
            break;
        }
    }
}

JoinTable *join_table_new(const Build *build, const Plan *plan, const JoinConditions *conditions, const bool *used)
{
    Arena *arena = build->arena;
    const Plan *right = plan->inputs[1];
    PlanJoinType type = ((const PlanJoin *)plan)->type;
    JoinTable *table = arena_new(arena, JoinTable);
    table->key_count = conditions->key_count;
    table->keeps_keyless = type == PLAN_JOIN_RIGHT || type == PLAN_JOIN_FULL;

    ColumnMap map = column_map_new(build, right, NULL);
    size_t most_columns = table->key_count + right->output_count;
    Type *types = arena_array(arena, Type, most_columns);
    Expr **keys = arena_array(arena, Expr *, table->key_count);
    bool *nulls_equal = arena_array(arena, bool, table->key_count);
    for (size_t k = 0; k < table->key_count; k++) {
        keys[k] = column_map_expr(&map, conditions->keys[k].right);
        types[k] = conditions->keys[k].type;
        nulls_equal[k] = conditions->keys[k].nulls_equal;
    }
    size_t *placement = arena_array(arena, size_t, right->output_count);
    for (size_t c = 0; c < right->output_count; c++)
        placement[c] = NOT_KEPT;
    join_table_place_keys(table, &map, conditions, placement);
    join_table_place_columns(table, build, right, used, placement, types);

    join_table_place_dynamics(table, build, (const PlanJoin *)plan, conditions);
    table->key_nulls_equal = nulls_equal;
    table->placement = placement;
    table->keys = evaluator_new(arena, build->context, keys, table->key_count);
    table->layout = row_layout_new(arena, types, table->key_count + table->column_count, sizeof(JoinRow));
    table->rows = row_store_new(arena, build->context, table->layout);
    if (table->key_count)
        table->hash = hash_table_new(arena, build->context, table->rows, table->key_count, "a join's hash table");
    return table;
}

/* ---- building ---- */

/* Scratch memory of building. */
typedef struct JoinBuilder {
    JoinTable *table;
    Operator *op; /* the join */
    Arena *scratch;
    Vector **keys;
    bool is_keyless[BATCH_SIZE]; /* by number of the row in the batch */
    uint16_t selection[BATCH_SIZE];
    uint8_t *rows[BATCH_SIZE];
    uint8_t *reversed[BATCH_SIZE];
    HashProbe *probe;
} JoinBuilder;

/* Which rows of the batch have a NULL in a key for which NULL equals nothing. */
static bool builder_find_keyless(JoinBuilder *builder, const Batch *batch)
{
    const JoinTable *table = builder->table;
    bool has_keyless = false;
    for (size_t k = 0; k < table->key_count; k++) {
        const Vector *key = builder->keys[k];
        if (table->key_nulls_equal[k] || !vector_may_have_nulls(key))
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
    for (size_t i = 0; i < batch->row_count; i++) {
        bool is_keyless = has_keyless && builder->is_keyless[i];
        table->has_null_key |= is_keyless;
        builder->selection[count] = (uint16_t)batch_row(batch, i);
        count += !is_keyless || table->keeps_keyless;
    }
    return count;
}

static void builder_add(JoinBuilder *builder, const Batch *batch)
{
    JoinTable *table = builder->table;
    for (size_t k = 0; k < table->key_count; k++)
        builder->keys[k] = evaluator_value(table->keys, k, batch);
    bool has_keyless = builder_find_keyless(builder, batch);
    size_t count = builder_select(builder, batch, has_keyless);
    row_store_append(table->rows, count, builder->rows);
    for (size_t k = 0; k < table->key_count; k++)
        rows_write(table->rows, k, builder->keys[k], builder->selection, count, builder->rows);
    for (size_t c = 0; c < table->column_count; c++)
        rows_write(table->rows, table->key_count + c, batch->columns[table->columns[c]], builder->selection, count,
                   builder->rows);
    for (size_t d = 0; d < table->dynamic_count; d++)
        dynamic_keys_add(table->dynamics[d].values, builder->keys[table->dynamics[d].key], builder->selection, count);
    if (table->hash)
        hash_table_announce(table->hash, builder->probe, builder->keys, builder->selection, count);
    if (has_keyless && table->keeps_keyless)
        for (size_t i = 0; i < count; i++)
            join_row(table, builder->rows[i])->is_keyless = builder->is_keyless[i];
}

/* From the last row to the first, so that each list is in the order in which its rows came. */
static void builder_chain(JoinBuilder *builder)
{
    JoinTable *table = builder->table;
    size_t left = row_store_count(table->rows);
    size_t next_offset = table->layout->extra_offset + offsetof(JoinRow, next);
    hash_table_reserve_announced(table->hash, left);
    Vector **keys = arena_array(builder->scratch, Vector *, table->key_count);
    for (size_t k = 0; k < table->key_count; k++)
        keys[k] = vector_new(builder->scratch, table->layout->types[k]);
    while (left > 0) {
        context_check(builder->op->context);
        size_t chunk = left < BATCH_SIZE ? left : BATCH_SIZE, count = 0;
        left -= chunk;
        row_store_rows(table->rows, left, chunk, builder->rows);
        for (size_t i = chunk; i-- > 0;)
            if (!join_row(table, builder->rows[i])->is_keyless)
                builder->reversed[count++] = builder->rows[i];
        for (size_t k = 0; k < table->key_count; k++)
            rows_read(table->layout, k, builder->reversed, count, keys[k]);
        hash_table_chain(table->hash, builder->probe, keys, count, builder->reversed, next_offset);
    }
}

static size_t join_table_size(const JoinTable *table)
{
    return row_store_size(table->rows) + (table->hash ? hash_table_size(table->hash) : 0);
}

void join_table_build(JoinTable *table, Operator *op, Operator *right)
{
    Arena *scratch = arena_new_child(op->arena);
    JoinBuilder *builder = arena_new(scratch, JoinBuilder);
    *builder = (JoinBuilder){
        .table = table,
        .op = op,
        .scratch = scratch,
        .keys = arena_array(scratch, Vector *, table->key_count),
        .probe = hash_probe_new(scratch),
    };
    for (size_t d = 0; d < table->dynamic_count; d++)
        table->dynamics[d].values = dynamic_keys_new(scratch, table->layout->types[table->dynamics[d].key]);
    for (const Batch *batch; (batch = operator_next(right)) != NULL;) {
        builder_add(builder, batch);
        operator_note_memory(op, join_table_size(table));
    }
    if (table->hash)
        builder_chain(builder);
    for (size_t d = 0; d < table->dynamic_count; d++)
        dynamic_filter_publish(table->dynamics[d].filter, dynamic_keys_snapshot(table->dynamics[d].values, op->arena));
    operator_note_memory(op, join_table_size(table));
    arena_free(scratch);
}

void join_table_clear(JoinTable *table)
{
    row_store_release(table->rows);
    if (table->hash)
        hash_table_clear(table->hash);
}
