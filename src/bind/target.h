/* bind/target.h: a table that a statement writes to: its columns by name, their defaults, its CHECK conditions. */
#ifndef QUERN_BIND_TARGET_H
#define QUERN_BIND_TARGET_H

#include "bind/binder.h"

typedef struct Target {
    Binder *binder;
    TableProvider *table;
    const char *name;
    const Schema *schema;
    /* INSERT: */
    size_t column_count;   /* of those that are given */
    const size_t *columns; /* indexes into the schema */
    bool is_listed;        /* the statement names the columns */
    AstOverriding overriding;
} Target;

/* Raises when it is a view. */
Target target_new(Binder *binder, TableProvider *table, const char *name, Position position);
/* Index of a column in the schema; raises with "did you mean". */
size_t target_find_column(const Target *target, StringView name, Position position);
/* The columns that INSERT gives values for. */
void target_take_all_columns(Target *target);
void target_take_listed_columns(Target *target, const AstNames *list);
/* Raises when so many values are too many for them, or too few. */
void target_require_count(const Target *target, size_t given, Position position);
/* What DEFAULT is in a column; NULL where there is none. */
Expr *target_default(const Target *target, size_t column, Position position);
/* Raises unless `value` may be written to the column: into a generated one only DEFAULT, and without OVERRIDING into
 * one that is GENERATED ALWAYS AS IDENTITY. NULL: some value. */
void target_require_writable(const Target *target, size_t column, const AstExpr *value, Position position);
/* A plan whose outputs from `first` on are new rows of the table: the same with its generated columns computed. */
Plan *target_generate(const Target *target, Plan *plan, size_t first, Position position);
/* CHECK conditions over columns[i], a new row's i-th, and what to call them; returns how many. */
size_t target_checks(const Target *target, const ColumnId *columns, Position position, Expr ***ret_checks,
                     const char ***ret_names);
/* A plan whose outputs are new rows of the table: the same, raising for a row that NOT NULL or a CHECK does not let
 * pass, wherever the row goes. */
Plan *target_require(const Target *target, Plan *plan, Position position);
/* Columns of a new row under the names that CHECK conditions and RETURNING use; its plan is still to be set. */
Relation target_relation(const Target *target, const char *alias, const ColumnId *columns);
/* A plan that writes: it gives its count row. */
void target_add_count(Binder *binder, Plan *plan);
BoundQuery *target_bound_count(Binder *binder, Plan *plan);
/* The same with RETURNING: it gives its input's rows. */
void target_add_rows(Binder *binder, Plan *plan);
BoundQuery *target_bound_returning(Binder *binder, const AstItems *items, const Relation *relation);

#endif
