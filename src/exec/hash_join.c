/* exec/hash_join.c: joins with keys: the right side goes to a hash table, in which each left row finds its candidates.
 */
#include <string.h>

#include "exec/join_probe.h"
#include "expr/evaluator.h"

typedef struct HashJoinOperator {
    Operator base;
    JoinSource source; /* candidates: the rows of equal key */
    JoinTable *table;
    JoinProbe *probe;
    JoinHashProbe *hash_probe;
    bool is_built;
    size_t key_count;
    Evaluator *left_keys;
    Vector **keys;
    uint8_t *candidate;         /* the next one of row source.next_left */
    uint8_t *heads[BATCH_SIZE]; /* by left row: the first candidate */
} HashJoinOperator;

static HashJoinOperator *hash_join_of(JoinSource *source)
{
    return (HashJoinOperator *)((char *)source - offsetof(HashJoinOperator, source));
}

static void hash_join_begin(JoinSource *source, const Batch *left)
{
    HashJoinOperator *self = hash_join_of(source);
    for (size_t k = 0; k < self->key_count; k++)
        self->keys[k] = evaluator_value(self->left_keys, k, left);
    join_hash_find(self->table->hash, self->hash_probe, self->keys, left->selection, left->row_count, self->heads);
    for (size_t i = 0; i < left->row_count; i++)
        __builtin_prefetch(self->heads[i]);
    self->candidate = self->heads[0];
}

static void hash_join_fill(JoinSource *source, JoinPairs *pairs, bool pads, const bool *is_decided)
{
    HashJoinOperator *self = hash_join_of(source);
    size_t i = source->next_left, row_count = source->left->row_count, count = 0;
    uint8_t *row = self->candidate;
    while (i < row_count && count < pairs->capacity) {
        if (is_decided && is_decided[i])
            row = NULL;
        pairs->left[count] = (uint16_t)i;
        pairs->right[count] = row;
        count += row != NULL || pads;
        row = row ? join_row(self->table, row)->next : NULL;
        if (row == NULL && ++i < row_count)
            row = self->heads[i];
    }
    source->next_left = i;
    self->candidate = row;
    pairs->count = count;
}

/* A list is marked whole, so its first row tells of all. */
static void hash_join_mark_candidates(JoinSource *source)
{
    HashJoinOperator *self = hash_join_of(source);
    for (size_t i = 0; i < source->left->row_count; i++) {
        uint8_t *row = self->heads[i];
        if (row && join_row_is_matched(self->table, row))
            continue;
        for (; row; row = join_row(self->table, row)->next)
            join_row_set_matched(self->table, row);
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

static Batch *hash_join_next(Operator *op)
{
    HashJoinOperator *self = (HashJoinOperator *)op;
    if (!self->is_built)
        join_table_build(self->table, op, op->inputs[1]);
    self->is_built = true;
    return join_probe_next(self->probe, op);
}

static void hash_join_close(Operator *op)
{
    join_table_close(((HashJoinOperator *)op)->table);
}

static const OperatorOps hash_join_ops = {"HashJoin", NULL, hash_join_next, hash_join_close};

Operator *hash_join_new(const Build *build, const Plan *plan, Operator **inputs)
{
    HashJoinOperator *self = operator_new(build, HashJoinOperator, &hash_join_ops, plan, inputs);
    self->source = (JoinSource){
        .begin = hash_join_begin,
        .fill = hash_join_fill,
        .mark_candidates = hash_join_mark_candidates,
        .find_matched = hash_join_find_matched,
        .find_null_keys = hash_join_find_null_keys,
    };
    self->table = build->shared;
    self->key_count = self->table->key_count;
    self->keys = arena_array(build->arena, Vector *, self->key_count);
    self->hash_probe = join_hash_probe_new(build->arena);
    ColumnMap map = column_map_new(build, plan->inputs[0], NULL);
    Expr **keys = arena_array(build->arena, Expr *, self->key_count);
    for (size_t k = 0; k < self->key_count; k++)
        keys[k] = column_map_expr(&map, self->table->conditions->keys[k].left);
    self->left_keys = evaluator_new(build->arena, build->context, keys, self->key_count);
    self->probe = join_probe_new(build, plan, self->table, &self->source);
    return &self->base;
}
