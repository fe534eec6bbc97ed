/* exec/join.h: what a join's condition comes to: keys that a hash table can find, and the rest. */
#ifndef QUERN_EXEC_JOIN_H
#define QUERN_EXEC_JOIN_H

#include "exec/build.h"

/* left = right, or left IS NOT DISTINCT FROM right; each side refers to its own input alone. In ColumnIds. */
typedef struct JoinKey {
    Expr *left, *right;
    Type type;        /* that holds both */
    bool nulls_equal; /* IS NOT DISTINCT FROM */
} JoinKey;

typedef struct JoinConditions {
    size_t key_count;
    JoinKey *keys;
    size_t residual_count;
    Expr **residuals; /* looked at for each pair with equal keys */
    /* MARK, `x IN (query)`: the one key is the mark's condition and there is no other; then mark_condition is NULL */
    bool is_in;
    Expr *mark_condition; /* or NULL */
} JoinConditions;

/* Whether the output is made of pairs: for the others a row is kept, marked or dropped. */
static inline bool join_type_gives_pairs(PlanJoinType type)
{
    return type != PLAN_JOIN_SEMI && type != PLAN_JOIN_ANTI && type != PLAN_JOIN_MARK && !plan_join_marks_right(type);
}

static inline bool join_type_pads_left_rows(PlanJoinType type)
{
    return type == PLAN_JOIN_LEFT || type == PLAN_JOIN_FULL || type == PLAN_JOIN_SINGLE;
}

/* Those of the join. */
JoinConditions *join_conditions_new(Arena *arena, const Plan *plan);

OperatorConstructor hash_join_new, nested_loop_join_new;

#endif
