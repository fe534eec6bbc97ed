/* exec/build.h: making the operators of a plan: what constructors are handed, and the list of them. */
#ifndef QUERN_EXEC_BUILD_H
#define QUERN_EXEC_BUILD_H

#include "base/context.h"
#include "exec/block.h"
#include "exec/exec.h"
#include "exec/team.h"
#include "plan/plan.h"

typedef struct Build {
    Arena *arena;
    const Context *context;
    const PlanColumns *columns;
    OperatorMetrics *metrics; /* by Plan.id, node_count of them */
    ProgressPart *progress;   /* the same */
    size_t node_count;
    DynamicFilter *dynamics; /* by number: what operators of this execution learn and its scans may look at */
    bool is_timed;
    MemoryShare memory_for_keepers; /* of all that keep rows at the same time */
    const size_t *keeper_counts;    /* by Plan.id: keepers.h */
    MemoryShare memory_share;       /* of the operator being made */
    /* Whoever pulls from the operator being made reads it to its end before anybody sees a row: so holding rows back
     * for fuller batches costs nobody a wait. */
    bool is_drained;
    bool order_matters;          /* somebody sees in which order its rows come */
    struct CteRows *ctes;        /* that the operator being made may read, innermost first */
    size_t depth;                /* of nodes within each other */
    const ColumnSet *group_keys; /* columns that group_index.h may be handed as keys, somewhere above */
    /* below a Gather: */
    size_t copy_count; /* of the tree being made */
    Worker *worker;    /* whose copy it is; NULL: it is the only one */
    void **shares;     /* what copies share, by Plan.id */
    void *shared;      /* that of the operator being made */
} Build;

/* ---- constructors, each in the file of its name; `inputs` are the operators of the plan's inputs ---- */

typedef Operator *OperatorConstructor(const Build *build, const Plan *plan, Operator **inputs);
/* What the copies of an operator share, build->copy_count of them, made once before they are: a hash table, a place to
 * meet. It lives in build->arena, longer than the copies, on whose threads it is used: so what grows while they run has
 * an arena of its own (arena_new_child), a Block or a RowStore; and build->context is theirs. */
typedef void *SharedConstructor(const Build *build, const Plan *plan);
OperatorConstructor change_new, scan_new, values_new, filter_new, project_new, join_new, hash_aggregate_new,
    distinct_new, sort_new, top_n_new, limit_new, set_operation_new, insert_new, window_new, unfold_new, unpivot_new,
    cte_new, cte_scan_new, recursive_new, gather_new, spread_new;
SharedConstructor scan_shared_new, join_shared_new, hash_aggregate_shared_new, sort_shared_new, spread_shared_new,
    window_shared_new;

/* A tree of operators. */
Operator *build_operator(const Build *build, const Plan *plan);
/* The greatest Plan.id of the node and those below it, which have all the numbers from its own on. */
size_t plan_last_id(const Plan *plan);
/* execution_write, of a Gather. */
void gather_write(Operator *gather, const Writer *writer);
/* Ends what runs below a Spread; no copy runs any more. */
void spread_close_shared(void *shared);
/* What the copies of a tree share, by Plan.id: for Build.shares. */
void **build_shares(const Build *build, const Plan *plan);

/* ---- ColumnIds to positions ---- */

/* Where the outputs of one or two plans (the second behind the first) stand in batches. */
typedef struct ColumnMap {
    Arena *arena;
    struct ColumnPlace *places; /* in order of ColumnIds */
    size_t count;
} ColumnMap;

ColumnMap column_map_new(const Build *build, const Plan *first, const Plan *second);
/* Raises INTERNAL when the column is not there. */
size_t column_map_position(const ColumnMap *map, ColumnId column);
/* The expression over those positions. */
Expr *column_map_expr(const ColumnMap *map, Expr *expr);
/* All of them, in an array of the arena. */
Expr **column_map_exprs(const ColumnMap *map, Expr *const *exprs, size_t count);

#endif
