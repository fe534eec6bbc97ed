/* exec/aggregate_calls.c: the rows that go to each aggregate function. */
#include "exec/aggregate_calls.h"

#include <string.h>

#include "base/hash_index.h"
#include "exec/hash_table.h"
#include "exec/sorter.h"
#include "exec/spill.h"
#include "expr/evaluator.h"

enum { STATE_ALIGNMENT = 8, CACHE_LINE = 64 };

/* How rows are found among those that came already: of all calls with DISTINCT, which may be hundreds. */
typedef struct DistinctLookup {
    HashProbe *probe;
    uint64_t hashes[BATCH_SIZE];
    uint8_t *found[BATCH_SIZE];
    bool is_new[BATCH_SIZE];
} DistinctLookup;

/* DISTINCT: the rows that came already. When memory is full others that have not wait on disk until the end. */
typedef struct CallDistinct {
    MemoryShare share;
    RowStore *rows; /* group, arguments */
    HashTable *table;
    size_t key_count;
    Vector **keys; /* and behind them the order keys: the columns of a row that waits */
    Type *types;   /* of those columns */
    size_t column_count;
    bool is_full; /* no new rows are taken */
    Spill *spill; /* or NULL: none has waited yet */
} CallDistinct;

/* ORDER BY: the rows until all are there. */
typedef struct CallOrder {
    SortKeys *keys; /* group, order keys */
    Sorter *sorter; /* rows: group, arguments */
    Vector **key_vectors;
    Vector **columns;
    uint8_t *rows[BATCH_SIZE];
} CallOrder;

typedef struct Call {
    const AggregateCall *call;
    AggregateState state;
    size_t offset; /* of its state among a group's states */
    size_t argument_count;
    Evaluator *filter;      /* or NULL */
    Evaluator *evaluator;   /* of arguments and order keys; that of all calls without a FILTER is one */
    size_t first_expr;      /* of its arguments there; order keys follow */
    Vector **arguments;     /* of the batch at work: flat or constant; order keys follow */
    Vector **flattened;     /* where dictionaries are written out; each made when first needed */
    CallDistinct *distinct; /* or NULL */
    CallOrder *order;       /* or NULL */
    bool is_shared;         /* its state is another call's, which keeps it */
} Call;

struct AggregateCalls {
    Arena *arena;
    const Context *context;
    size_t count;
    Call *calls;
    size_t state_size;
    TempFile *file; /* of all calls: what is beyond the share, and rows that wait */
    Arena *kept;    /* what states point to; in the file it is mapped */
    bool has_groups;
    DistinctLookup *lookup;
    /* of the call at work */
    const GroupRuns *runs;        /* or NULL */
    uint8_t *const *batch_groups; /* of the rows of the batch, where there are no runs */
    Batch rows;                   /* the input's columns; the rows that go to the call */
    uint8_t *const *groups;       /* of those rows, in their order; NULL: */
    uint8_t *one;                 /* the group of them all */
    Vector *group_vector;         /* the same as numbers, by slot of the batch */
    uint16_t selection[BATCH_SIZE];
    uint16_t new_selection[BATCH_SIZE];
    uint8_t *slot_groups[BATCH_SIZE];
    uint8_t *kept_groups[BATCH_SIZE];
    uint8_t *run_groups[BATCH_SIZE];
    uint8_t *states[BATCH_SIZE];
};

/* ---- making ---- */

static Type group_type(void)
{
    return type_of(TYPE_UBIGINT); /* an address */
}

/* Group, then the arguments, then the order keys. */
static Type *call_row_types(const Build *build, const Call *call)
{
    Type *types = arena_array(build->arena, Type, call->argument_count + call->call->order_count + 1);
    types[0] = group_type();
    if (call->argument_count)
        memcpy(types + 1, call->state.argument_types, call->argument_count * sizeof *types);
    for (size_t k = 0; k < call->call->order_count; k++)
        types[1 + call->argument_count + k] = call->call->order_keys[k]->type;
    return types;
}

static size_t call_expr_count(const Call *call)
{
    return call->argument_count + (call->order ? call->call->order_count : 0);
}

static DistinctLookup *distinct_lookup_new(Arena *arena)
{
    DistinctLookup *lookup = arena_allocate(arena, sizeof *lookup);
    lookup->probe = hash_probe_new(arena);
    return lookup;
}

/* Without groups the arguments alone are the key. */
static CallDistinct *call_distinct_new(const Build *build, const Call *call, bool has_groups, MemoryShare share)
{
    Arena *arena = build->arena;
    CallDistinct *distinct = arena_new(arena, CallDistinct);
    distinct->share = share;
    distinct->types = call_row_types(build, call) + !has_groups;
    distinct->key_count = call->argument_count + has_groups;
    distinct->column_count = call_expr_count(call) + has_groups;
    RowLayout *layout = row_layout_new(arena, distinct->types, distinct->key_count, 0);
    distinct->rows = row_store_new(arena, build->context, layout);
    distinct->table =
        hash_table_new(arena, build->context, distinct->rows, distinct->key_count, "a DISTINCT aggregate");
    distinct->keys = arena_array(arena, Vector *, distinct->column_count);
    return distinct;
}

static CallOrder *call_order_new(const Build *build, const Call *call, MemoryShare share)
{
    Arena *arena = build->arena;
    CallOrder *order = arena_new(arena, CallOrder);
    size_t key_count = call->call->order_count + 1;
    Type *key_types = arena_array(arena, Type, key_count);
    SortOrder *orders = arena_array(arena, SortOrder, key_count);
    key_types[0] = group_type();
    for (size_t k = 1; k < key_count; k++) {
        key_types[k] = call->call->order_keys[k - 1]->type;
        orders[k] = call->call->orders[k - 1];
    }
    order->keys = sort_keys_new(arena, build->context, key_types, orders, key_count);
    order->sorter =
        sorter_new(arena, build->context, share, order->keys, call_row_types(build, call), call->argument_count + 1);
    order->key_vectors = arena_array(arena, Vector *, key_count);
    order->columns = arena_array(arena, Vector *, call->argument_count + 1);
    return order;
}

static bool call_is_distinct(const AggregateCall *call)
{
    return call->is_distinct && !(call->aggregate->flags & AGGREGATE_DISTINCT_IDLE);
}

static bool call_is_ordered(const AggregateCall *call)
{
    return call->order_count > 0 && !(call->aggregate->flags & AGGREGATE_SORTS_ITSELF);
}

/* How many keep rows. */
static size_t plan_keeper_count(const PlanAggregate *plan)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->aggregate_count; i++)
        count += (size_t)call_is_distinct(&plan->aggregates[i]) + call_is_ordered(&plan->aggregates[i]);
    return count;
}

bool aggregate_calls_keep_rows(const PlanAggregate *plan)
{
    return plan_keeper_count(plan) > 0;
}

static void call_init(Call *call, const Build *build, const AggregateCall *plan_call, bool has_groups,
                      MemoryShare share)
{
    call->call = plan_call;
    call->argument_count = plan_call->argument_count;
    call->state = (AggregateState){.call = plan_call, .context = build->context, .arena = build->arena};
    call->arguments = arena_array(build->arena, Vector *, call->argument_count + plan_call->order_count);
    call->flattened = arena_array(build->arena, Vector *, call->argument_count);
    for (size_t a = 0; a < call->argument_count; a++)
        call->state.argument_types[a] = plan_call->arguments[a]->type;
    if (call_is_ordered(plan_call))
        call->order = call_order_new(build, call, share);
    if (call_is_distinct(plan_call))
        call->distinct = call_distinct_new(build, call, has_groups, share);
}

static void call_exprs(const Call *call, const ColumnMap *map, Expr **ret_exprs)
{
    size_t count = call_expr_count(call);
    for (size_t e = 0; e < count; e++) {
        bool is_argument = e < call->argument_count;
        ret_exprs[e] = column_map_expr(map, is_argument ? call->call->arguments[e]
                                                        : call->call->order_keys[e - call->argument_count]);
    }
}

/* A call with a FILTER sees other rows, and so has an evaluator of its own; all others share one. */
static void calls_make_evaluators(AggregateCalls *calls, const Build *build, const ColumnMap *map)
{
    Arena *arena = build->arena;
    size_t most = 0, shared_count = 0;
    for (size_t i = 0; i < calls->count; i++)
        most += call_expr_count(&calls->calls[i]);
    Expr **shared = arena_array(arena, Expr *, most);
    for (size_t i = 0; i < calls->count; i++) {
        Call *call = &calls->calls[i];
        if (call->call->filter == NULL) {
            call->first_expr = shared_count;
            call_exprs(call, map, shared + shared_count);
            shared_count += call_expr_count(call);
            continue;
        }
        Expr **exprs = arena_array(arena, Expr *, call_expr_count(call));
        call_exprs(call, map, exprs);
        call->evaluator = evaluator_new(arena, build->context, exprs, call_expr_count(call));
        Expr *filter = column_map_expr(map, call->call->filter);
        call->filter = evaluator_new(arena, build->context, &filter, 1);
    }
    Evaluator *evaluator = evaluator_new(arena, build->context, shared, shared_count);
    for (size_t i = 0; i < calls->count; i++)
        if (calls->calls[i].filter == NULL)
            calls->calls[i].evaluator = evaluator;
}

/* Whether both see the same rows and keep the same of them: sum(x) and avg(x). */
static bool calls_agree(const Call *a, const Call *b)
{
    const AggregateCall *call = a->call, *other = b->call;
    const Aggregate *aggregate = call->aggregate, *other_aggregate = other->aggregate;
    if (aggregate->update != other_aggregate->update || aggregate->combine != other_aggregate->combine ||
        aggregate->state_size != other_aggregate->state_size || aggregate->flags != other_aggregate->flags ||
        a->argument_count != b->argument_count || call->filter || other->filter || a->distinct || b->distinct ||
        a->order || b->order)
        return false;
    for (size_t i = 0; i < a->argument_count; i++)
        if (!expr_equal(call->arguments[i], other->arguments[i]) || expr_is_volatile(call->arguments[i]))
            return false;
    return true;
}

/* Where an earlier call keeps what this one would. `index` has the hashes of those before it. */
static bool call_share_state(AggregateCalls *calls, Call *call, HashIndex *index)
{
    uint64_t hash = aggregate_call_hash(call->call);
    for (size_t i = hash_index_first(index, hash); i < index->count && !call->is_shared;
         i = hash_index_next(index, i)) {
        const Call *other = &calls->calls[i];
        call->is_shared = !other->is_shared && calls_agree(call, other);
        call->offset = other->offset;
    }
    hash_index_add(calls->arena, index, hash);
    return call->is_shared;
}

AggregateCalls *aggregate_calls_new(const Build *build, const PlanAggregate *plan, const ColumnMap *map,
                                    MemoryShare share)
{
    AggregateCalls *calls = arena_new(build->arena, AggregateCalls);
    size_t keeper_count = plan_keeper_count(plan);
    MemoryShare part = memory_share_part(share, keeper_count ? keeper_count : 1);
    calls->arena = build->arena;
    calls->has_groups = plan->group_count + plan->set_count > 0;
    calls->kept = arena_new_child(build->arena);
    if (build->context->memory)
        arena_count(calls->kept, build->context->memory, "what aggregates keep");
    calls->file = temp_file_new(build->arena, build->context);
    arena_overflow_to(calls->kept, calls->file, share.size / 2);
    calls->context = build->context;
    calls->count = plan->aggregate_count;
    calls->calls = arena_array(build->arena, Call, calls->count);
    calls->group_vector = vector_new(build->arena, group_type());
    HashIndex index = {0};
    for (size_t i = 0; i < calls->count; i++) {
        Call *call = &calls->calls[i];
        call_init(call, build, &plan->aggregates[i], calls->has_groups, part);
        call->state.arena = calls->kept;
        if (call->distinct && calls->lookup == NULL)
            calls->lookup = distinct_lookup_new(build->arena);
        if (call_share_state(calls, call, &index))
            continue;
        call->offset = calls->state_size;
        size_t size = call->call->aggregate->state_size(&call->state);
        calls->state_size += (size + STATE_ALIGNMENT - 1) / STATE_ALIGNMENT * STATE_ALIGNMENT;
    }
    calls_make_evaluators(calls, build, map);
    return calls;
}

size_t aggregate_calls_state_size(const AggregateCalls *calls)
{
    return calls->state_size;
}

static size_t call_distinct_size(const CallDistinct *distinct)
{
    return row_store_size(distinct->rows) + hash_table_size(distinct->table) +
           (distinct->spill ? spill_size(distinct->spill) : 0);
}

size_t aggregate_calls_states_size(const AggregateCalls *calls)
{
    return arena_size(calls->kept);
}

size_t aggregate_calls_size(const AggregateCalls *calls)
{
    size_t size = arena_size(calls->kept);
    for (size_t i = 0; i < calls->count; i++) {
        const Call *call = &calls->calls[i];
        if (call->distinct)
            size += call_distinct_size(call->distinct);
        if (call->order)
            size += sorter_size(call->order->sorter);
    }
    return size;
}

static void call_distinct_forget(CallDistinct *distinct)
{
    hash_table_clear(distinct->table);
    row_store_release(distinct->rows);
    distinct->is_full = false;
}

void aggregate_calls_clear(AggregateCalls *calls)
{
    arena_reset(calls->kept);
    for (size_t i = 0; i < calls->count; i++) {
        const Call *call = &calls->calls[i];
        if (call->distinct) {
            call_distinct_forget(call->distinct);
            spill_clear(call->distinct->spill);
        }
        if (call->order)
            sorter_clear(call->order->sorter);
    }
    temp_file_clear(calls->file);
}

/* ---- the rows of a call ---- */

/* FILTER: only rows for which it is TRUE; and only over those are arguments computed. */
static void rows_filter(AggregateCalls *calls, const Call *call)
{
    Batch *rows = &calls->rows;
    if (calls->groups)
        for (size_t i = 0; i < rows->row_count; i++)
            calls->slot_groups[batch_row(rows, i)] = calls->groups[i];
    evaluator_filter(call->filter, rows, calls->selection);
    if (calls->groups == NULL)
        return;
    for (size_t i = 0; i < rows->row_count; i++)
        calls->kept_groups[i] = calls->slot_groups[batch_row(rows, i)];
    calls->groups = calls->kept_groups;
}

static Vector *call_flattened(const AggregateCalls *calls, const Call *call, size_t argument)
{
    Vector **flattened = &call->flattened[argument];
    if (*flattened == NULL)
        *flattened = vector_new(calls->arena, call->state.argument_types[argument]);
    return *flattened;
}

static void call_compute_arguments(const AggregateCalls *calls, Call *call, const Batch *rows)
{
    for (size_t a = 0; a < call->argument_count; a++) {
        Vector *value = evaluator_value(call->evaluator, call->first_expr + a, rows);
        call->arguments[a] = value;
        if (value->form == VECTOR_DICTIONARY)
            vector_flatten(call->arguments[a] = call_flattened(calls, call, a), value, rows->vector_size);
    }
    for (size_t e = call->argument_count; e < call_expr_count(call); e++)
        call->arguments[e] = evaluator_value(call->evaluator, call->first_expr + e, rows);
}

/* The rows' groups as a column. */
static Vector *rows_group_vector(AggregateCalls *calls)
{
    const Batch *rows = &calls->rows;
    if (calls->groups == NULL) {
        Value group = value_ubigint((uintptr_t)calls->one);
        vector_set_constant(calls->group_vector, &group);
        return calls->group_vector;
    }
    vector_prepare(calls->group_vector, rows->vector_size);
    uint64_t *groups = VECTOR_DATA(calls->group_vector, uint64_t);
    for (size_t i = 0; i < rows->row_count; i++)
        groups[batch_row(rows, i)] = (uintptr_t)calls->groups[i];
    return calls->group_vector;
}

/* ---- DISTINCT ---- */

/* Keeps of the rows those i for which `keeps[i]` says so. */
static void rows_keep(AggregateCalls *calls, const bool *keeps)
{
    Batch *rows = &calls->rows;
    size_t count = 0;
    for (size_t i = 0; i < rows->row_count; i++) {
        calls->new_selection[count] = (uint16_t)batch_row(rows, i);
        if (calls->groups)
            calls->kept_groups[count] = calls->groups[i];
        count += keeps[i];
    }
    rows->row_count = count;
    rows->selection = calls->new_selection;
    if (calls->groups)
        calls->groups = calls->kept_groups;
}

/* The rows that the table does not have wait; none is left. */
static void rows_wait(AggregateCalls *calls, CallDistinct *distinct)
{
    Batch *rows = &calls->rows;
    DistinctLookup *lookup = calls->lookup;
    hash_table_find(distinct->table, lookup->probe, distinct->keys, rows->selection, rows->row_count, lookup->found);
    for (size_t i = 0; i < rows->row_count; i++)
        lookup->is_new[i] = lookup->found[i] == NULL;
    rows_keep(calls, lookup->is_new);
    vectors_hash(distinct->keys, distinct->key_count, rows->selection, rows->row_count, lookup->hashes);
    spill_add(distinct->spill, 0, distinct->keys, rows->selection, rows->row_count, lookup->hashes);
    rows->row_count = 0;
}

static void call_distinct_look_at_memory(AggregateCalls *calls, CallDistinct *distinct)
{
    size_t size = row_store_size(distinct->rows) + hash_table_size_to_add(distinct->table, BATCH_SIZE);
    if (!memory_share_is_full(distinct->share, row_store_count(distinct->rows), size))
        return;
    if (distinct->spill == NULL) {
        distinct->spill = spill_new_in(calls->arena, calls->context, distinct->share, calls->file);
        spill_add_side(distinct->spill, distinct->types, distinct->column_count);
    }
    distinct->is_full = spill_can_add(distinct->spill);
}

/* Only rows that their group has not seen. */
static void rows_make_distinct(AggregateCalls *calls, const Call *call)
{
    CallDistinct *distinct = call->distinct;
    DistinctLookup *lookup = calls->lookup;
    const Batch *rows = &calls->rows;
    size_t first = calls->has_groups;
    if (calls->has_groups)
        distinct->keys[0] = rows_group_vector(calls);
    for (size_t e = 0; e < call_expr_count(call); e++)
        distinct->keys[first + e] = call->arguments[e];
    if (distinct->is_full) {
        rows_wait(calls, distinct);
        return;
    }
    hash_table_add(distinct->table, lookup->probe, distinct->keys, rows->selection, rows->row_count, lookup->found,
                   lookup->is_new);
    rows_keep(calls, lookup->is_new);
    call_distinct_look_at_memory(calls, distinct);
}

/* ORDER BY: they wait for the end. */
static void rows_gather(AggregateCalls *calls, const Call *call)
{
    CallOrder *order = call->order;
    const Batch *rows = &calls->rows;
    order->key_vectors[0] = order->columns[0] = rows_group_vector(calls);
    for (size_t a = 0; a < call->argument_count; a++)
        order->columns[a + 1] = call->arguments[a];
    for (size_t k = 0; k < call->call->order_count; k++)
        order->key_vectors[k + 1] = call->arguments[call->argument_count + k];
    sort_keys_encode(order->keys, order->key_vectors, rows->selection, rows->row_count);
    sorter_add(order->sorter, order->columns, rows->selection, rows->row_count, order->keys->keys, order->keys->sizes);
}

/* ---- updating ---- */

static bool call_takes_runs(const Call *call)
{
    return call->call->aggregate->update_all && !call->filter && !call->distinct && !call->order;
}

/* Each run goes through all of a column: it is brought near in one go. */
static void vector_prefetch(const Vector *vector, size_t row_count)
{
    size_t size = vector->form == VECTOR_FLAT ? row_count * physical_size((Physical)vector->physical) : 0;
    for (size_t at = 0; at < size; at += CACHE_LINE)
        __builtin_prefetch((const char *)vector->data + at);
}

/* Each group's rows at once. */
static void call_update_runs(const AggregateCalls *calls, Call *call)
{
    const GroupRuns *runs = calls->runs;
    for (size_t a = 0; a < call->argument_count; a++)
        vector_prefetch(call->arguments[a], calls->rows.vector_size);
    for (size_t r = 0; r < runs->count; r++)
        call->call->aggregate->update_all(&call->state, call->arguments, runs->rows + runs->starts[r],
                                          runs->starts[r + 1] - runs->starts[r], runs->groups[r] + call->offset);
}

static void call_update_one(AggregateCalls *calls, Call *call)
{
    const Batch *rows = &calls->rows;
    const Aggregate *aggregate = call->call->aggregate;
    uint8_t *state = calls->one + call->offset;
    if (aggregate->update_all) {
        aggregate->update_all(&call->state, call->arguments, rows->selection, rows->row_count, state);
        return;
    }
    for (size_t i = 0; i < rows->row_count; i++)
        calls->states[i] = state;
    aggregate->update(&call->state, call->arguments, rows->selection, rows->row_count, calls->states);
}

static void call_update_groups(AggregateCalls *calls, Call *call)
{
    const Batch *rows = &calls->rows;
    uint8_t *const *groups = calls->groups;
    size_t offset = call->offset;
    for (size_t i = 0; i < rows->row_count; i++)
        calls->states[i] = groups[i] + offset;
    call->call->aggregate->update(&call->state, call->arguments, rows->selection, rows->row_count, calls->states);
}

/* The arguments are there. */
static void call_take(AggregateCalls *calls, Call *call)
{
    if (call->distinct)
        rows_make_distinct(calls, call);
    if (calls->rows.row_count == 0)
        return;
    if (call->order)
        rows_gather(calls, call);
    else if (calls->runs && call_takes_runs(call))
        call_update_runs(calls, call);
    else
        (calls->groups ? call_update_groups : call_update_one)(calls, call);
}

/* Before the states of this call are looked at: lets go of what states keep in a file. */
static void call_look(const AggregateCalls *calls, const Call *call)
{
    enum { CALLS = 8 }; /* between two looks */
    if ((call - calls->calls) % CALLS == 0 && arena_is_mapped(calls->kept))
        temp_memory_look();
}

/* The batch is to be taken in slices: from here on its groups are known row by row. */
static uint8_t *const *calls_leave_runs(AggregateCalls *calls, const Batch *batch)
{
    const GroupRuns *runs = calls->runs;
    for (size_t r = 0; r < runs->count; r++)
        for (size_t i = runs->starts[r]; i < runs->starts[r + 1]; i++)
            calls->slot_groups[runs->rows[i]] = runs->groups[r];
    for (size_t i = 0; i < batch->row_count; i++)
        calls->run_groups[i] = calls->slot_groups[batch_row(batch, i)];
    calls->runs = NULL;
    return calls->batch_groups = calls->run_groups;
}

static void call_update(AggregateCalls *calls, Call *call)
{
    call_look(calls, call);
    if (call->is_shared)
        return;
    if (call->filter)
        rows_filter(calls, call);
    const Batch rows = calls->rows;
    uint8_t *const *groups = calls->groups;
    evaluator_begin(call->evaluator, &rows);
    for (const Batch *slice; (slice = evaluator_next_slice(call->evaluator)) != NULL;) {
        call_compute_arguments(calls, call, slice);
        if (evaluator_lacks_room(call->evaluator))
            continue;
        if (slice != &rows && calls->runs)
            groups = calls_leave_runs(calls, &rows);
        calls->rows = *slice;
        calls->groups = groups ? groups + evaluator_slice_start(call->evaluator) : NULL;
        call_take(calls, call);
    }
}

bool aggregate_calls_take_runs(const AggregateCalls *calls)
{
    for (size_t i = 0; i < calls->count; i++)
        if (!call_takes_runs(&calls->calls[i]))
            return false;
    return true;
}

void aggregate_calls_update(AggregateCalls *calls, const Batch *batch, uint8_t *const *groups, const GroupRuns *runs)
{
    calls->runs = runs->count > 0 ? runs : NULL;
    calls->batch_groups = groups;
    for (size_t i = 0; i < calls->count; i++) {
        calls->rows = *batch;
        calls->groups = calls->batch_groups;
        call_update(calls, &calls->calls[i]);
    }
}

void aggregate_calls_update_one(AggregateCalls *calls, const Batch *batch, uint8_t *group)
{
    calls->one = group;
    calls->runs = NULL;
    for (size_t i = 0; i < calls->count; i++) {
        calls->rows = *batch;
        calls->groups = NULL;
        call_update(calls, &calls->calls[i]);
    }
}

/* ---- the end ---- */

/* DISTINCT: the rows that waited, one partition after the other. */
static void call_feed_waiting(AggregateCalls *calls, Call *call)
{
    CallDistinct *distinct = call->distinct;
    size_t first = calls->has_groups;
    calls->runs = NULL;
    while (spill_begin_partition(distinct->spill)) {
        call_distinct_forget(distinct);
        for (const Batch *batch; (batch = spill_next(distinct->spill, 0, BATCH_SIZE)) != NULL;) {
            calls->rows = *batch;
            calls->groups = calls->has_groups ? calls->slot_groups : NULL;
            for (size_t i = 0; calls->has_groups && i < batch->row_count; i++)
                calls->slot_groups[i] = (uint8_t *)(uintptr_t)VECTOR_DATA(batch->columns[0], uint64_t)[i];
            for (size_t e = 0; e < call_expr_count(call); e++)
                call->arguments[e] = batch->columns[first + e];
            call_take(calls, call);
        }
    }
    call_distinct_forget(distinct);
}

/* Hands the rows that were gathered to the function, group after group, each in its order. */
static void call_feed_sorted(AggregateCalls *calls, Call *call)
{
    CallOrder *order = call->order;
    const RowLayout *layout = sorter_layout(order->sorter);
    sorter_finish(order->sorter);
    for (size_t count; (count = sorter_next(order->sorter, BATCH_SIZE, order->rows)) > 0;) {
        context_check(calls->context);
        rows_read(layout, 0, order->rows, count, calls->group_vector);
        for (size_t i = 0; i < count; i++)
            calls->states[i] = (uint8_t *)(uintptr_t)VECTOR_DATA(calls->group_vector, uint64_t)[i] + call->offset;
        for (size_t a = 0; a < call->argument_count; a++) {
            call->arguments[a] = call_flattened(calls, call, a);
            rows_read(layout, a + 1, order->rows, count, call->arguments[a]);
        }
        call->call->aggregate->update(&call->state, call->arguments, NULL, count, calls->states);
    }
    sorter_clear(order->sorter);
}

void aggregate_calls_finish(AggregateCalls *calls)
{
    for (size_t i = 0; i < calls->count; i++) {
        Call *call = &calls->calls[i];
        if (call->distinct && call->distinct->spill)
            call_feed_waiting(calls, call);
        if (call->order)
            call_feed_sorted(calls, call);
    }
}

void aggregate_calls_combine(AggregateCalls *calls, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    for (size_t c = 0; c < calls->count; c++) {
        Call *call = &calls->calls[c];
        call_look(calls, call);
        if (call->is_shared)
            continue;
        for (size_t i = 0; i < count; i++) {
            calls->kept_groups[i] = from[i] + call->offset;
            calls->states[i] = into[i] + call->offset;
        }
        call->call->aggregate->combine(&call->state, calls->kept_groups, calls->states, count);
    }
}

void aggregate_calls_finalize(AggregateCalls *calls, size_t call_index, uint8_t *const *groups, size_t count,
                              Vector *result)
{
    Call *call = &calls->calls[call_index];
    call_look(calls, call);
    for (size_t i = 0; i < count; i++)
        calls->states[i] = groups[i] + call->offset;
    vector_prepare(result, count);
    call->call->aggregate->finalize(&call->state, calls->states, count, result);
}
