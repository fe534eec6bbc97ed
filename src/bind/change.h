/* bind/change.h: rows of a table that are changed by their numbers: what UPDATE, DELETE and ON CONFLICT share. */
#ifndef QUERN_BIND_CHANGE_H
#define QUERN_BIND_CHANGE_H

#include "bind/target.h"

/* The statements themselves; `outer`: names of WITH around them. */
BoundQuery *bind_insert(Binder *binder, const AstInsert *ast, Cte *outer);
BoundQuery *bind_delete(Binder *binder, const AstDelete *ast, Cte *outer);
BoundQuery *bind_update(Binder *binder, const AstUpdate *ast, Cte *outer);
BoundQuery *bind_merge(Binder *binder, const AstMerge *ast, Cte *outer);
/* Any of them. */
BoundQuery *bind_change(Binder *binder, const AstStatement *ast, Cte *outer);

typedef struct Change {
    Target target;
    Plan *plan;        /* so far */
    ColumnId *columns; /* the table's, in its order */
    ColumnId row_number;
    Scope scope;
    Cte *ctes;
} Change;

/* The target's rows with their numbers, under an alias; sets `columns` and `row_number`. */
Relation change_scan(Change *change, const AstObjectName *name, const char *alias);
/* The table that a statement names: the same, with the target. */
Relation change_open(Change *change, Binder *binder, const AstObjectName *name, const AstName *alias);
/* Raises NOT_SUPPORTED unless the table's provider can do it. */
void change_require(const Change *change, bool is_possible, const char *statement, Position position);
/* All that may refer to names of WITH is bound: RETURNING sees none. */
void change_take_ctes(Change *change);
/* A condition over the scope, its queries joined to the plan. */
Expr *change_condition(Change *change, const AstExpr *where);

/* SET */
typedef struct Assignments {
    Change *change;
    Place place;
    Subqueries subqueries;
    Expr **values; /* one a column of the table; NULL: stays as it is */
    size_t *columns;
    size_t column_count;
} Assignments;

/* The queries in it are joined to the plan. */
Assignments assignments_bind(Change *change, const AstAssignments *list);

/* What is handed to the provider, and, for RETURNING, behind it every other column that is there. */
typedef struct ChangeRow {
    Expr **exprs;
    const char **names;
    size_t count;
} ChangeRow;

/* The row's number. */
ChangeRow change_row_new(const Change *change);
void change_row_add(ChangeRow *row, Expr *expr, const char *name);
PlanChange *change_node(Change *change, PlanChangeKind kind, ChangeRow *row, const AstItems *returning);
BoundQuery *change_bound(Change *change, PlanChange *node, const AstItems *returning);
/* RETURNING sees the new row, columns news[i], where the table's were. */
void change_relation_becomes_new(Change *change, const ColumnId *news);

/* ---- bind_conflict.c: ON CONFLICT ---- */

/* The keys that ON CONFLICT is about: those that its columns or its constraint name; with neither, all. */
typedef struct Conflict {
    size_t key_count;
    const Constraint **keys;
    bool is_all;
} Conflict;

Conflict conflict_bind(const Target *target, const AstInsert *ast);
/* The rows of `input`, in the table's columns, that collide with none of the table's on any of the keys. */
Plan *conflict_leave_out(const Target *target, const AstInsert *ast, const Conflict *conflict, Plan *input);
/* DO UPDATE: the whole statement. `input` as above; names of WITH are still to be put into its place. */
BoundQuery *conflict_update(const Target *target, const AstInsert *ast, const Conflict *conflict, Plan *input,
                            Cte *ctes);

#endif
