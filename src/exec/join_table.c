/* exec/join_table.c: the right side of a join: what stands in its rows, and where they are. */
#include "exec/join_table.h"

#include "exec/join_range.h"
#include "exec/join_texts.h"

static const size_t NOT_KEPT = SIZE_MAX;

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

static void join_table_place_groups(JoinTable *table, const Build *build, const Plan *right, const size_t *placement)
{
    table->is_grouped = arena_array(build->arena, bool, table->key_count + table->column_count);
    for (size_t c = 0; c < right->output_count; c++)
        if (placement[c] != NOT_KEPT)
            table->is_grouped[placement[c]] = column_set_has(build->group_keys, right->outputs[c]);
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
    }
    table->layout = row_layout_new(arena, types, key_count + table->column_count, extra_size);
    if (table->hash)
        join_hash_set_layout(table->hash, table->layout);
}

static void join_table_drop_strings(void *self)
{
    JoinTable *table = self;
    buffer_unref(table->strings);
    table->strings = NULL;
}

static void join_table_make_stores(JoinTable *table, Arena *arena, size_t copy_count, MemoryShare share)
{
    table->arena = arena_new_child(arena);
    arena_own(table->arena, table, join_table_drop_strings);
    table->copy_count = copy_count;
    table->share = share;
    table->stores = arena_array(arena, RowStore *, copy_count);
    table->firsts = arena_array(arena, size_t, copy_count);
    table->files = arena_array(arena, TempFile *, copy_count);
    for (size_t i = 0; i < copy_count; i++) {
        Arena *own = arena_new_child(arena);
        table->stores[i] = row_store_new(own, table->context, table->layout);
        table->files[i] = temp_file_new(arena, table->context); /* the blocks of `arena` map parts of the first, too */
    }
    join_table_keep(table, share.size);
}

void join_table_keep(JoinTable *table, size_t size)
{
    for (size_t i = 0; i < table->copy_count; i++)
        row_store_overflow_to(table->stores[i], table->files[i], size);
    size *= table->copy_count;
    if (table->hash)
        join_hash_overflow_to(table->hash, table->files[0], size);
    else
        block_overflow_to(table->list, table->files[0], size);
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
    table->output_estimate = plan->row_estimate;
    table->pads_left = join_type_pads_left_rows(type);
    table->walks_lists = join_type_gives_pairs(type) || conditions->residual_count > 0 || conditions->mark_condition;
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
    join_table_place_groups(table, build, right, placement);

    join_table_place_dynamics(table, build, (const PlanJoin *)plan, conditions);
    table->placement = placement;
    join_table_make_hash(table, build, types);
    if (table->hash == NULL) {
        table->list = block_new(arena, build->context, "a join's list of rows");
        table->range = join_range_new(build, plan, table);
    }
    join_table_make_stores(table, arena, build->copy_count, build->memory_share);
    bool keeps_order = ((const PlanJoin *)plan)->keeps_order && plan_join_marks_right(type);
    if (table->hash && !keeps_order)
        table->waiting = join_waiting_new(build, plan, table->layout);
    else
        join_table_keep(table, memory_share_kept(memory_share_part(build->memory_share, 2)));
    return table;
}

JoinTable *join_table_new_partition(Arena *arena, const Context *context, const JoinTable *table)
{
    JoinTable *partition = arena_new(arena, JoinTable);
    *partition = (JoinTable){
        .context = context,
        .conditions = table->conditions,
        .is_partition = true,
        .layout = table->layout,
        .hash = join_hash_new_like(arena, table->hash),
        .ranges = arena_new(arena, KeyRange),
        .key_count = table->key_count,
        .column_count = table->column_count,
        .columns = table->columns,
        .walks_lists = table->walks_lists,
        .placement = table->placement,
        .keeps_keyless = table->keeps_keyless,
        .has_null_key = table->has_null_key,
    };
    join_table_make_stores(partition, arena, 1, join_waiting_share(table->waiting));
    return partition;
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

void join_table_count(JoinTable *table)
{
    table->row_count = 0;
    for (size_t i = 0; i < table->copy_count; i++) {
        table->firsts[i] = table->row_count;
        table->row_count += row_store_count(table->stores[i]);
    }
}

bool join_table_is_mapped(const JoinTable *table)
{
    for (size_t i = 0; i < table->copy_count; i++)
        if (row_store_is_mapped(table->stores[i]))
            return true;
    return false;
}

size_t join_table_largest_string(const JoinTable *table)
{
    size_t largest = 0;
    for (size_t i = 0; i < table->copy_count; i++)
        if (row_store_largest_string(table->stores[i]) > largest)
            largest = row_store_largest_string(table->stores[i]);
    return largest;
}

/* ---- the end ---- */

void join_table_forget(JoinTable *table)
{
    join_table_drop_strings(table);
    join_texts_forget(table);
    for (size_t i = 0; i < table->copy_count; i++)
        row_store_release(table->stores[i]);
    if (table->hash)
        join_hash_release(table->hash);
    else
        block_clear(table->list);
    if (table->range)
        join_range_clear(table->range);
    table->row_count = 0;
    table->next_unmatched = 0;
}

void join_table_close(JoinTable *table)
{
    if (atomic_fetch_add(&table->closed_count, 1) + 1 < table->copy_count)
        return;
    join_table_forget(table);
    for (size_t d = 0; d < table->dynamic_count; d++) {
        dynamic_filter_publish(table->dynamics[d].filter, NULL);
        key_bits_clear(table->dynamics[d].bits);
    }
    if (table->waiting)
        join_waiting_close(table->waiting);
}
