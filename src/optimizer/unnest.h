/* optimizer/unnest.h: a plan with parameters, as one for all their values at once: decorrelate.c says how.
 *
 *   unnest_parts.c      what refers to parameters; D, and columns for d
 *   unnest.c            the nodes, one by one
 *   unnest_aggregate.c  the one that is more work
 *   unnest_nearest.c    ORDER BY with LIMIT 1 where each d would have many rows
 *   pull_conditions.c   the simple case: no D, no d */
#ifndef QUERN_OPTIMIZER_UNNEST_H
#define QUERN_OPTIMIZER_UNNEST_H

#include "base/array.h"
#include "optimizer/rule.h"

typedef ARRAY(ColumnId) ColumnList;

/* A query whose kept rows have d behind their own columns: each of its scans has so too. */
typedef struct Carrier {
    size_t cte;
    size_t width; /* of the rows without d */
} Carrier;

typedef struct Unnesting {
    PlanColumns *columns;
    Plan *left;      /* L: copied where D is needed */
    Plan *kept;      /* what L was, if `left` reads its rows from a With; or NULL */
    size_t kept_cte; /* the number of that With */
    ColumnList parameters;
    ARRAY(Carrier) carriers;              /* what the plan that is being unnested may read */
    const PlanAggregate *null_when_empty; /* an aggregate that need not give a row for an empty input, or NULL */
} Unnesting;

/* A plan without parameters, and its own column for each of them. */
typedef struct Unnested {
    Plan *plan;
    ColumnId *domain; /* one for each parameter */
    bool is_strict;   /* a NULL parameter has no rows here: d = f does */
} Unnested;
typedef ARRAY(Expr *) ConditionList;

/* ---- what refers to parameters ---- */

/* The columns of L that R refers to. */
ColumnList plan_parameters(PlanColumns *columns, Plan *right, const Plan *left);
/* Its rows depend on the parameters: it has to have a d. */
bool plan_has_parameters(Unnesting *self, Plan *plan);
bool expr_has_parameters(Unnesting *self, const Expr *expr);
/* The innermost carrier of that number, or NULL. */
const Carrier *unnesting_carrier(const Unnesting *self, const Plan *plan);

/* ---- pieces ---- */

Expr *unnesting_column(Unnesting *self, ColumnId column);
/* The parameters replaced by their columns in `unnested`: in an expression, in all of a node's. */
Expr *unnesting_bind(Unnesting *self, Expr *expr, const Unnested *unnested);
void unnesting_bind_node(Unnesting *self, Plan *node, const Unnested *unnested);
ColumnId unnesting_new_column(Unnesting *self, size_t parameter, bool is_nullable);
/* D: the different values of the parameters in a copy of L. */
Unnested unnesting_domain(Unnesting *self);
/* Another run gives the same rows: nothing in the plan depends on chance, on order, or on how doubles were added. */
bool plan_is_repeatable(Plan *plan);
/* The rows numbered by row_number() in the order of the Sort's keys; NULL: in any. */
PlanWindow *unnesting_number_rows(Unnesting *self, Plan *rows, const ColumnId *partition, size_t partition_count,
                                  const PlanSort *sort);
/* a IS NOT DISTINCT FROM b, or a = b where NULLs cannot match. */
Expr *unnesting_equality(Unnesting *self, ColumnId a, ColumnId b, bool is_strict);

/* ---- plans ---- */

/* The plan for all d; it is used up. */
Unnested unnest(Unnesting *self, Plan *plan);
Unnested unnest_aggregate(Unnesting *self, PlanAggregate *aggregate);
/* Its plan is NULL, and nothing was done, where that is not the way for the Limit. */
Unnested unnest_nearest(Unnesting *self, const PlanLimit *limit);
/* The plan without its conditions on parameters, which go to `pulled`; NULL when it has parameters elsewhere, or when
 * the rows that a condition sees are counted before they come out. Changes nothing of the plan itself. */
Plan *pull_conditions(Unnesting *self, Plan *plan, bool only_existence, ConditionList *pulled);

#endif
