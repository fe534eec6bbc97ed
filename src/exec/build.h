/* exec/build.h: making the operators of a plan: what constructors are handed, and the list of them. */
#ifndef QUERN_EXEC_BUILD_H
#define QUERN_EXEC_BUILD_H

#include "base/context.h"
#include "exec/exec.h"
#include "plan/plan.h"

typedef struct Build {
    Arena *arena;
    const Context *context;
    const PlanColumns *columns;
    OperatorMetrics *metrics; /* by Plan.id */
    DynamicFilter *dynamics;  /* by number: what operators of this execution learn and its scans may look at */
    bool is_timed;
    /* Whoever pulls from the operator being made reads it to its end before anybody sees a row: so holding rows back
     * for fuller batches costs nobody a wait. */
    bool is_drained;
    struct CteRows *ctes; /* that the operator being made may read, innermost first */
    size_t depth;         /* of nodes within each other */
} Build;

/* ---- constructors, each in the file of its name; `inputs` are the operators of the plan's inputs ---- */

typedef Operator *OperatorConstructor(const Build *build, const Plan *plan, Operator **inputs);
OperatorConstructor change_new, scan_new, values_new, filter_new, project_new, join_new, hash_aggregate_new,
    distinct_new, sort_new, top_n_new, limit_new, set_operation_new, insert_new, window_new, cte_new, cte_scan_new,
    recursive_new;

/* A tree of operators. */
Operator *build_operator(const Build *build, const Plan *plan);

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
