/* bind/select.h: one SELECT while it is being bound.
 *
 *   FROM, WHERE            rows of the scope's columns
 *   `before`               queries within GROUP BY and within aggregates' arguments, joined to those rows
 *   groups, aggregates     an Aggregate, if there is any of them; what is above it may use its outputs only
 *   `after`                queries within items, HAVING and ORDER BY, joined to what is then there
 *   HAVING                 a Filter
 *   windows, QUALIFY       a Window for each partition and order; a Filter
 *   generate_series, …     an Unfold for all functions that give rows; it stands below QUALIFY
 *   items                  a Project; then DISTINCT, ORDER BY, LIMIT
 *
 * Items and the rest are first bound over the scope's columns, aggregates being columns at once; when all groups and
 * aggregates are known, group_replace turns them into expressions over the Aggregate's outputs. */
#ifndef QUERN_BIND_SELECT_H
#define QUERN_BIND_SELECT_H

#include "base/hash_index.h"
#include "bind/binder.h"
#include "expr/window.h"

typedef struct SelectItem {
    const AstExpr *ast; /* NULL: a column that a star stood for */
    Expr *expr;         /* once it is bound */
    const char *name;
    StringView alias; /* as written behind AS; data NULL: none */
    bool is_untyped;
    bool is_being_bound;
} SelectItem;

/* Calls with one partition and order: a Window of the plan. */
typedef struct SelectWindow {
    size_t partition_count;
    Expr **partition;
    size_t key_count;
    Expr **keys;
    SortOrder *orders;
    ARRAY(WindowCall) calls;
    HashIndex call_index;
    ARRAY(ColumnId) columns;
} SelectWindow;

typedef struct Select {
    Binder *binder;
    const AstQuery *query;
    const AstSelect *ast;
    Scope scope;
    ARRAY(SelectItem) items; /* those that are shown, then those that only ORDER BY and DISTINCT ON need */
    HashIndex item_index;    /* of those that ORDER BY and DISTINCT ON have looked among */
    size_t shown_count;
    ARRAY(Expr *) groups;
    HashIndex group_index; /* of them */
    ARRAY(uint64_t) sets;  /* GROUPING SETS, as in PlanAggregate; empty: all groups together */
    ARRAY(AggregateCall) aggregates;
    HashIndex aggregate_index;
    ARRAY(ColumnId) aggregate_columns;
    ARRAY(ColumnId) group_columns; /* the Aggregate's outputs for the groups */
    PlanNames names;               /* for theirs */
    bool has_grouping_column;
    ColumnId grouping_column; /* bit i: group i is not in the row's set */
    Subqueries before, after;
    Expr *having;
    const Plan *input; /* of the Aggregate */
    ColumnSet inputs;  /* its columns */
    ARRAY(SelectWindow) windows;
    HashIndex window_index;
    ColumnSet window_columns;          /* of all calls */
    ARRAY(SetCall) set_calls;          /* functions that give rows */
    ARRAY(ColumnId) set_columns;       /* of their values */
    struct WindowParts *named_windows; /* those of the WINDOW clause; NULL: not looked at yet */
    Expr *qualify;
} Select;

/* The place of an expression in a clause of this SELECT. */
Place select_place(Select *select, const char *clause);
/* The item of that alias, bound for this place; NULL when there is none. */
Expr *select_alias(const Place *place, const AstName *name);
/* An item as the place wants it: bound, or a star's column. */
Expr *select_item_expr(const Place *place, SelectItem *item);

/* RETURNING: a list of items over rows that are there; its queries, if it had any, would run again what writes. */
Rows bind_returning(Binder *binder, const AstItems *items, const Relation *relation);

/* bind_star.c: the items of the list, with * spread; not yet bound. */
void select_expand_items(Select *select);
/* An expression with COLUMNS in it, once for each of the columns. */
AstExprs select_spread(Select *select, const AstExpr *ast);
/* A condition with COLUMNS in it holds for all of them. */
Expr *select_bind_condition(Select *select, const Place *place, const AstExpr *ast);

/* bind_group.c */
void select_bind_groups(Select *select);
bool select_is_grouped(const Select *select);
bool select_groups_use(const Select *select, ColumnId column);
/* The Aggregate on top of a plan; everything that was bound is made to use its outputs. */
Plan *select_group(Select *select, Plan *input);

/* bind_aggregate.c: the call of an aggregate over a window, without what only groups have. */
AggregateCall bind_aggregate_call(const Place *inner, const AstExpr *ast);

/* bind_window.c */
/* Windows that no call uses may be wrong too. */
void select_bind_unused_windows(Select *select);
bool select_uses_windows(const Select *select, const Expr *expr);
/* Calls visit for each expression slot of all windows. */
void select_each_window_expr(Select *select, void (*visit)(void *user, Expr **slot), void *user);
/* Takes out of `after` the queries that are compared with a window's column: they are joined above the windows. */
Subqueries select_take_window_subqueries(Select *select);
/* The windows on top of a plan. */
Plan *select_attach_windows(Select *select, Plan *plan);

/* bind_set_function.c */
void select_each_set_call_expr(Select *select, void (*visit)(void *user, Expr **slot), void *user);
/* The functions that give rows on top of a plan. */
Plan *select_attach_set_calls(Select *select, Plan *plan);

#endif
