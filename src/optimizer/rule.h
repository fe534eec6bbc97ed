/* optimizer/rule.h: what the rules are and what they share. A rule takes the whole plan and gives it back changed; it
 * may reuse and change nodes, never expressions. The root's outputs stay, in order; so do the outputs of inputs that
 * are taken by position (of Set and Insert). */
#ifndef QUERN_OPTIMIZER_RULE_H
#define QUERN_OPTIMIZER_RULE_H

#include "plan/plan.h"

typedef Plan *(*Rule)(PlanColumns *columns, Plan *plan);

Plan *rule_simplify(PlanColumns *columns, Plan *plan);
Plan *rule_decorrelate(PlanColumns *columns, Plan *plan);
Plan *rule_push_filters(PlanColumns *columns, Plan *plan);
Plan *rule_push_freed_filters(PlanColumns *columns, Plan *plan);
Plan *rule_drop_groups(PlanColumns *columns, Plan *plan);
Plan *rule_infer_filters(PlanColumns *columns, Plan *plan);
Plan *rule_filter_kept_queries(PlanColumns *columns, Plan *plan);
Plan *rule_sample_filters(PlanColumns *columns, Plan *plan);
Plan *rule_order_joins(PlanColumns *columns, Plan *plan);
Plan *rule_offer_filters(PlanColumns *columns, Plan *plan);
Plan *rule_hand_over_changes(PlanColumns *columns, Plan *plan);
Plan *rule_split_sets(PlanColumns *columns, Plan *plan);
Plan *rule_compute_early(PlanColumns *columns, Plan *plan);
Plan *rule_prune_columns(PlanColumns *columns, Plan *plan);
Plan *rule_choose_build_side(PlanColumns *columns, Plan *plan);
Plan *rule_push_limits(PlanColumns *columns, Plan *plan);
Plan *rule_join_partitions(PlanColumns *columns, Plan *plan);
Plan *rule_limit_partitions(PlanColumns *columns, Plan *plan);
Plan *rule_answer_from_statistics(PlanColumns *columns, Plan *plan);
Plan *rule_factor_sums(PlanColumns *columns, Plan *plan);
Plan *rule_wish_orders(PlanColumns *columns, Plan *plan);
Plan *rule_keep_invariants(PlanColumns *columns, Plan *plan);
Plan *rule_carry_places(PlanColumns *columns, Plan *plan);
Plan *rule_place_dynamic_filters(PlanColumns *columns, Plan *plan);
Plan *rule_describe_scans(PlanColumns *columns, Plan *plan);
Plan *rule_sort_firsts(PlanColumns *columns, Plan *plan);
Plan *rule_place_gathers(PlanColumns *columns, Plan *plan);
Plan *rule_narrow_joins(PlanColumns *columns, Plan *plan);

/* An expression with constants folded, comparisons turned so that the column stands left, casts taken off columns. What
 * would raise when folded stays as it is: it raises only if a row meets it. */
Expr *expr_simplify(PlanColumns *columns, Expr *expr);
/* The same, for a condition that only counts when TRUE: NULL may become FALSE. */
Expr *expr_simplify_condition(PlanColumns *columns, Expr *expr);

/* a = b; or, with `nulls_equal`, a IS NOT DISTINCT FROM b. */
Expr *columns_equal(PlanColumns *columns, ColumnId a, ColumnId b, bool nulls_equal);

/* What follows of an OR for some columns alone: of each arm the parts that are about those, as `is_part` tells. NULL
 * when some arm has none, or it is no OR. */
Expr *expr_arms_part(PlanColumns *columns, const Expr *condition, bool (*is_part)(const void *user, const Expr *part),
                     const void *user);

/* Columns replaced by expressions: `from[i]` becomes `to[i]`. */
Expr *expr_substitute(Arena *arena, Expr *expr, const ColumnId *from, Expr *const *to, size_t count);

/* Fills row_estimate of the node and all below it, from the sources' statistics. */
void plan_estimate(PlanColumns *columns, Plan *plan);
/* The provider's statistics of the scan's table, asked once; may be NULL. */
const Statistics *scan_statistics(PlanColumns *columns, PlanScan *scan);
/* How large a part of its input's rows a condition lets through: 0 to 1. */
double condition_selectivity(PlanColumns *columns, const Plan *input, const Expr *condition);
/* How many different values a column of the plan has, as far as its source knows; 0: unknown. */
double column_distinct_estimate(PlanColumns *columns, const Plan *plan, ColumnId column);

/* Whether no two rows of the plan have the same values in these columns, NULL being a value too. */
bool plan_is_unique(PlanColumns *columns, const Plan *plan, const ColumnId *key, size_t key_count);
/* Whether a row of the other side meets at most one of this input, by the join's equalities. */
bool join_side_is_unique(PlanColumns *columns, const PlanJoin *join, size_t side);

/* `plan` with exactly these outputs in this order: itself, or a Project over it. */
Plan *plan_restore_outputs(PlanColumns *columns, Plan *plan, const ColumnId *outputs, size_t count);
/* rewrite(plan), which is an input of `parent` (NULL: the root); where the parent takes its inputs by position, with
 * the outputs that it had. */
Plan *plan_rewrite(PlanColumns *columns, const Plan *parent, Plan *plan,
                   Plan *(*rewrite)(PlanColumns *columns, Plan *plan));

/* The equalities between two sides of a join, for guessing its rows: one pair in so many matches as there are different
 * keys. Several columns together have no more different values than their side has rows. Where nothing is known of
 * either side, the smaller one is taken for a table by its key. */
typedef struct JoinKeys {
    size_t count;
    double distinct[2]; /* of the left and the right side's key columns together */
    bool is_known[2];
} JoinKeys;

void join_keys_init(JoinKeys *keys);
/* False when the condition is no equality of a left and a right expression. */
bool join_keys_add(PlanColumns *columns, JoinKeys *keys, const Plan *left, const Plan *right, const Expr *condition);
double join_keys_rows(const JoinKeys *keys, double left_rows, double right_rows);

/* SELECT DISTINCT as a GROUP BY of all columns; NULL: it is DISTINCT ON. */
PlanAggregate *aggregate_of_distinct(PlanColumns *columns, const PlanDistinct *distinct);
/* An Aggregate whose calls have DISTINCT as two levels without, whose work copies can share; NULL: there is no such
 * form. */
Plan *aggregate_split_distinct(PlanColumns *columns, PlanAggregate *aggregate);

/* INTERSECT and EXCEPT as a join and a GROUP BY; NULL: it is a UNION, or ALL. */
Plan *join_of_set(PlanColumns *columns, PlanSet *set);
/* INTERSECT ALL and EXCEPT ALL as a GROUP BY that counts the rows of either side; NULL: it is another. */
Plan *groups_of_set(PlanColumns *columns, PlanSet *set);

/* A plan without rows and with these outputs. */
Plan *plan_empty(PlanColumns *columns, const ColumnId *outputs, size_t output_count);

#endif
