/* exec/hash_join.c: joins with keys: the right side goes to a hash table, in which each left row finds its candidates.
 */
#include <string.h>

#include "exec/join_build.h"
#include "exec/join_exchange.h"
#include "exec/join_parts.h"
#include "exec/join_probe.h"
#include "expr/evaluator.h"

typedef struct HashJoinOperator HashJoinOperator;

struct HashJoinOperator {
    Operator base;
    Build build;                 /* that `exchanged` is made by */
    HashJoinOperator *exchanged; /* the same join from the other side, which does all the rest; else NULL */
    JoinReplay *replay;          /* left rows that were read before it was known which side is which; else NULL */
    JoinSource source;           /* candidates: the rows of equal key */
    JoinTable *table;            /* that is looked in: the one that copies share, or that of a partition */
    JoinProbe *probe;
    const Type *types; /* of its outputs */
    JoinParts *parts;  /* where rows wait on disk; else NULL */
    JoinOrder *order;  /* and where what comes of them is put in order */
    bool is_ordered;
    JoinHashProbe *hash_probe;
    bool is_built;
    size_t key_count;
    Evaluator *left_keys;
    Vector **keys;              /* of the left rows at hand */
    Batch left;                 /* those rows */
    JoinList candidates;        /* the next ones of row source.next_left */
    uint8_t *heads[BATCH_SIZE]; /* by left row: the first candidate */
};

static HashJoinOperator *hash_join_of(JoinSource *source)
{
    return (HashJoinOperator *)((char *)source - offsetof(HashJoinOperator, source));
}

static Batch *hash_join_next_left(HashJoinOperator *self)
{
    Batch *left = self->replay ? join_replay_next(self->replay) : NULL;
    return left ? left : operator_next(self->base.inputs[0]);
}

/* The next left rows, those that are to wait among them, and their keys. */
static Batch *hash_join_next_slice(HashJoinOperator *self)
{
    for (;;) {
        const Batch *slice = evaluator_next_slice(self->left_keys);
        if (slice == NULL) {
            const Batch *left =
                self->table->is_partition ? join_parts_next_left(self->parts) : hash_join_next_left(self);
            if (left == NULL)
                return NULL;
            evaluator_begin(self->left_keys, left);
            continue;
        }
        for (size_t k = 0; k < self->key_count; k++)
            self->keys[k] = evaluator_value(self->left_keys, k, slice);
        if (evaluator_lacks_room(self->left_keys))
            continue;
        self->left = *slice;
        return &self->left;
    }
}

static const Batch *hash_join_pull(JoinSource *source)
{
    HashJoinOperator *self = hash_join_of(source);
    for (;;) {
        Batch *left = hash_join_next_slice(self);
        if (left == NULL || self->parts == NULL || self->table->is_partition)
            return left;
        if (self->order)
            join_order_number(self->order, left);
        join_parts_put_off(self->parts, left, self->keys);
        if (left->row_count > 0)
            return left;
    }
}

static void hash_join_find(HashJoinOperator *self, const Batch *left)
{
    if (!join_table_is_mapped(self->table)) {
        join_hash_find(self->table->hash, self->hash_probe, self->keys, left->selection, left->row_count, self->heads);
        return;
    }
    const uint16_t *selection = left->selection ? left->selection : selection_all;
    for (size_t first = 0; first < left->row_count; first += TEMP_LOOKS) {
        size_t rest = left->row_count - first;
        temp_memory_look();
        join_hash_find(self->table->hash, self->hash_probe, self->keys, selection + first,
                       rest < TEMP_LOOKS ? rest : TEMP_LOOKS, self->heads + first);
    }
}

static void hash_join_begin(JoinSource *source, const Batch *left)
{
    HashJoinOperator *self = hash_join_of(source);
    hash_join_find(self, left);
    for (size_t i = 0; i < left->row_count; i++)
        __builtin_prefetch(self->heads[i]);
    self->candidates = join_list_begin(self->table, self->heads[0], self->table->is_laid_out);
}

static inline __attribute__((always_inline)) void pairs_fill(HashJoinOperator *self, JoinPairs *pairs, bool pads,
                                                             const bool *is_decided, bool is_laid_out)
{
    JoinSource *source = &self->source;
    size_t i = source->next_left, row_count = source->left->row_count, count = 0;
    JoinList list = self->candidates;
    while (i < row_count && count < pairs->capacity) {
        if (is_decided && is_decided[i])
            list.row = NULL;
        pairs->left[count] = (uint16_t)i;
        pairs->right[count] = list.row;
        count += list.row != NULL || pads;
        if (list.row)
            join_list_step(self->table, &list, is_laid_out);
        if (list.row == NULL && ++i < row_count)
            list = join_list_begin(self->table, self->heads[i], is_laid_out);
    }
    source->next_left = i;
    self->candidates = list;
    pairs->count = count;
}

/* Each head is all that its left row meets: no right row is looked at for the next. */
static void pairs_fill_unique(HashJoinOperator *self, JoinPairs *pairs, bool pads, const bool *is_decided)
{
    JoinSource *source = &self->source;
    size_t i = source->next_left, row_count = source->left->row_count, count = 0;
    for (; i < row_count && count < pairs->capacity; i++) {
        uint8_t *row = is_decided && is_decided[i] ? NULL : self->heads[i];
        pairs->left[count] = (uint16_t)i;
        pairs->right[count] = row;
        count += row != NULL || pads;
    }
    source->next_left = i;
    pairs->count = count;
}

static void hash_join_fill(JoinSource *source, JoinPairs *pairs, bool pads, const bool *is_decided)
{
    HashJoinOperator *self = hash_join_of(source);
    if (self->table->is_unique)
        pairs_fill_unique(self, pairs, pads, is_decided);
    else if (self->table->is_laid_out)
        pairs_fill(self, pairs, pads, is_decided, true);
    else
        pairs_fill(self, pairs, pads, is_decided, false);
}

/* A list is marked whole, so its first row tells of all. */
static void hash_join_mark_candidates(JoinSource *source)
{
    HashJoinOperator *self = hash_join_of(source);
    size_t count = 0;
    bool is_laid_out = self->table->is_laid_out;
    for (size_t i = 0; i < source->left->row_count; i++) {
        JoinList list = join_list_begin(self->table, self->heads[i], is_laid_out);
        if (list.row && join_row_is_matched(self->table, list.row))
            continue;
        for (; list.row; join_list_step(self->table, &list, is_laid_out)) {
            if (count++ % TEMP_LOOKS == 0)
                temp_memory_look();
            join_row_set_matched(self->table, list.row);
        }
    }
}

static void hash_join_find_matched(JoinSource *source, bool *ret_is_matched)
{
    HashJoinOperator *self = hash_join_of(source);
    for (size_t i = 0; i < source->left->row_count; i++)
        ret_is_matched[i] = self->heads[i] != NULL;
}

static void hash_join_find_null_keys(JoinSource *source, bool *ret_is_null)
{
    HashJoinOperator *self = hash_join_of(source);
    for (size_t k = 0; k < self->key_count; k++)
        for (size_t i = 0; i < source->left->row_count; i++)
            ret_is_null[i] |= !self->table->conditions->keys[k].nulls_equal &&
                              vector_is_null(self->keys[k], batch_row(source->left, i));
}

static HashJoinOperator *hash_join_exchanged_new(const HashJoinOperator *self, JoinExchange *exchange)
{
    Build build = self->build;
    build.shared = exchange->table;
    Operator **inputs = arena_array(build.arena, Operator *, 2);
    inputs[0] = self->base.inputs[1];
    inputs[1] = self->base.inputs[0];
    return (HashJoinOperator *)hash_join_new(&build, &exchange->plan.base, inputs);
}

/* Reads some of the right side, and if that is far more than was expected, as much of the left one. True: that one is
 * the smaller, and has become the right side of `exchanged`. */
static bool hash_join_exchange(HashJoinOperator *self, JoinBuilder *builder)
{
    const Operator *op = &self->base;
    JoinExchange *exchange = self->table->exchange;
    bool is_at_end = join_builder_read_some(builder, op->inputs[1], exchange->row_limit, &exchange->read_count);
    if (!join_exchange_is_worth_trying(exchange, op->worker, is_at_end))
        return false;
    HashJoinOperator *exchanged = hash_join_exchanged_new(self, exchange);
    JoinBuilder *other = join_builder_new(exchange->table, &exchanged->base);
    is_at_end = join_builder_read_some(other, op->inputs[0], exchange->right->row_count, &exchange->read_count);
    if (!join_exchange_is_better(exchange, op->worker, is_at_end)) {
        join_builder_free(other);
        self->replay = join_replay_new(&self->build, op, exchange->table, op->plan->inputs[0]);
        return false;
    }
    join_builder_finish(other);
    exchanged->is_built = true;
    exchanged->replay = join_replay_new(&self->build, op, self->table, op->plan->inputs[1]);
    self->exchanged = exchanged;
    op->metrics->is_exchanged = true;
    return true;
}

static void hash_join_build(HashJoinOperator *self)
{
    Operator *op = &self->base;
    JoinBuilder *builder = join_builder_new(self->table, op);
    self->is_built = true;
    if (self->table->exchange && hash_join_exchange(self, builder)) {
        join_builder_free(builder);
        return;
    }
    join_builder_read(builder, op->inputs[1]);
    join_builder_finish(builder);
    if (!self->table->has_waiting)
        return;
    if (join_waiting_keeps_order(self->table->waiting))
        self->order = join_order_new(op, self->table->waiting, self->types);
    self->parts = join_parts_new(op, self->table, self->left_keys, self->order);
}

/* What comes of the rows in memory, then of one partition after the other. */
static Batch *hash_join_next_part(HashJoinOperator *self)
{
    Batch *output;
    while ((output = join_probe_next(self->probe, &self->base)) == NULL) {
        JoinTable *table = self->parts ? join_parts_next(self->parts) : NULL;
        if (table == NULL)
            return NULL;
        self->table = table;
        join_probe_begin_again(self->probe, table);
    }
    if (self->table->is_partition)
        output->morsel = join_parts_morsel(self->parts);
    return output;
}

static void hash_join_put_in_order(HashJoinOperator *self)
{
    for (const Batch *output; (output = hash_join_next_part(self)) != NULL;) {
        context_check(self->base.context);
        join_order_add(self->order, output, join_probe_left_slots(self->probe));
    }
    join_order_finish(self->order);
    self->is_ordered = true;
}

static Batch *hash_join_next(Operator *op)
{
    HashJoinOperator *self = (HashJoinOperator *)op;
    if (!self->is_built)
        hash_join_build(self);
    if (self->exchanged)
        return hash_join_next_part(self->exchanged);
    if (self->order == NULL)
        return hash_join_next_part(self);
    if (!self->is_ordered)
        hash_join_put_in_order(self);
    return join_order_next(self->order);
}

static void hash_join_close(Operator *op)
{
    HashJoinOperator *self = (HashJoinOperator *)op;
    if (self->parts)
        join_parts_close(self->parts);
    if (self->order)
        join_order_close(self->order);
    JoinTable *table = op->shared;
    join_table_close(table);
    if (table->exchange)
        join_table_close(table->exchange->table);
}

static const OperatorOps hash_join_ops = {"HashJoin", NULL, hash_join_next, hash_join_close};

Operator *hash_join_new(const Build *build, const Plan *plan, Operator **inputs)
{
    HashJoinOperator *self = operator_new(build, HashJoinOperator, &hash_join_ops, plan, inputs);
    self->build = *build;
    self->source = (JoinSource){
        .pull = hash_join_pull,
        .begin = hash_join_begin,
        .fill = hash_join_fill,
        .mark_candidates = hash_join_mark_candidates,
        .find_matched = hash_join_find_matched,
        .find_null_keys = hash_join_find_null_keys,
    };
    self->table = build->shared;
    self->key_count = self->table->key_count;
    self->keys = arena_array(build->arena, Vector *, self->key_count);
    Type *types = arena_array(build->arena, Type, plan->output_count);
    for (size_t c = 0; c < plan->output_count; c++)
        types[c] = plan_column(build->columns, plan->outputs[c])->type;
    self->types = types;
    self->hash_probe = join_hash_probe_new(build->arena);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **keys = arena_array(build->arena, Expr *, self->key_count);
    for (size_t k = 0; k < self->key_count; k++)
        keys[k] = column_map_expr(&map, self->table->conditions->keys[k].left);
    self->left_keys = evaluator_new(build->arena, build->context, keys, self->key_count);
    self->probe = join_probe_new(build, plan, self->table, &self->source);
    return &self->base;
}
