/* bind/binder.h: what the files of this folder share: the state of one statement's binding, scopes of names, and where
 * an expression stands. */
#ifndef QUERN_BIND_BINDER_H
#define QUERN_BIND_BINDER_H

#include "bind/bind.h"

/* A name of a WITH clause. Its query is bound when it is first referred to (bind_cte.c). */
typedef struct Cte {
    const AstCte *ast;
    const char *name;
    struct Cte *outer;    /* visible to its query, and looked at after it */
    struct Scope *parent; /* of its query */
    struct CteGroup *group;
    size_t number, step_number; /* of the plan's scans that read it: from elsewhere, from within its recursive term */
    bool is_recursive;          /* WITH RECURSIVE: it may refer to itself, and to those that follow */
    bool is_being_bound;
    bool is_used;
    bool is_correlated;          /* it refers to columns of queries around the WITH clause */
    bool reads_itself;           /* it did refer to itself */
    bool has_reader;             /* a scan that has its own columns */
    struct Cte *within;          /* while it is being bound: whose query that goes on in */
    const struct Rows *base;     /* while its recursive term is being bound: what that reads */
    struct Rows *rows;           /* NULL: not bound yet */
    struct Cte *finished_before; /* of its clause */
} Cte;

/* A view whose query is being bound. */
typedef struct ViewFrame {
    const TableProvider *view;
    const char *name;
    const struct ViewFrame *outer;
} ViewFrame;

/* One statement. */
typedef struct Binder {
    BindEnvironment *environment;
    Arena *arena;
    PlanColumns *columns;
    const Context *context;
    /* Text that the user did not write here (a view's query, a DEFAULT) is, for messages, at this place. */
    Position outer_position; /* NO_POSITION: the statement itself is being bound */
    const ViewFrame *views;
    const SearchPath *path; /* of the view whose query is being bound; NULL: the session's */
    Cte *cte;               /* whose query is being bound; the innermost one */
    Cte *written;           /* of the WITH of which some change tables, the last; NULL: there is none */
    size_t depth;           /* of queries and expressions within each other */
    size_t table_count;     /* tables and queries bound so far: WITH and views may double them at each level */
    size_t shared_count;    /* expression nodes that stand in several places: what is shared twice doubles too */
} Binder;

/* ---- names ---- */

/* A column under the name that it has in FROM. */
typedef struct ScopeColumn {
    const char *name;
    const char *table; /* alias; NULL: of several tables (USING) or none */
    ColumnId column;
    uint64_t name_hash; /* without regard to case: wide tables are looked through quickly */
} ScopeColumn;
typedef ARRAY(ScopeColumn) ScopeColumns;

/* A table of FROM under its alias. */
typedef struct ScopeTable {
    StringView name;      /* size 0: it has none; ends with a NUL */
    StringView schema;    /* size 0: it has an alias or none */
    StringView real_name; /* of a table of the catalog, when it has an alias */
    ScopeColumns columns;
    ScopeColumns hidden; /* that may be named, but that * does not mean */
} ScopeTable;

/* Rows and what their columns are called: one item of FROM, or all of it. */
typedef struct Relation {
    Plan *plan;
    ARRAY(ScopeTable *) tables; /* for t.x and t.* */
    ScopeColumns columns;       /* for x and *: columns merged by USING stand here once */
} Relation;

/* The names that an expression can use. A subquery's scope has the one around it as parent. */
typedef struct Scope {
    struct Scope *parent;
    Cte *ctes; /* innermost first */
    Relation relation;
    bool
        comes_last; /* tables beside a query in FROM that is not LATERAL: what no other scope has is looked for there */
    size_t outer_use_count; /* how often a query within used a column of this scope: it is correlated */
    const struct Place
        *query_place; /* where the query within that is being bound stands; NULL: in FROM, or there is none */
} Scope;

/* A query within an expression: a join that is put on top of the rows that the expression is computed over. */
typedef struct Subquery {
    const AstExpr *ast; /* bound again (by an alias), it is the same column */
    PlanJoinType type;  /* MARK or SINGLE */
    Plan *plan;
    bool is_dependent;
    ColumnId mark;
    Expr *mark_condition;
    Expr *value; /* what the expression is: the mark or the query's column */
    Position position;
} Subquery;
typedef ARRAY(Subquery) Subqueries;

struct Select;

/* Where an expression stands: what it may use, and where what it brings along goes. */
typedef struct Place {
    Binder *binder;
    Scope *scope;
    const char *clause;     /* "WHERE", for messages */
    Subqueries *subqueries; /* NULL: queries are not allowed */
    struct Select *select;  /* whose aliases may be used and whose aggregates are collected; or NULL */
    bool takes_aggregates;
    bool is_in_aggregate;
    bool takes_windows;
    bool is_in_window;
} Place;

/* ---- bind.c: positions, errors, limits ---- */

Binder *binder_new(BindEnvironment *environment);
/* Where in the user's statement something is. */
static inline Position binder_at(const Binder *binder, Position position)
{
    return binder->outer_position == NO_POSITION ? position : binder->outer_position;
}
/* Raises; `hint` may be NULL. */
_Noreturn void bind_error(const Binder *binder, ErrorCode code, Position position, const char *hint, const char *format,
                          ...) __attribute__((format(printf, 5, 6)));
/* One more level, table, and `expr` in one more place: raise TOO_COMPLEX beyond what is sensible. */
void binder_enter(Binder *binder, Position position);
static inline void binder_leave(Binder *binder)
{
    binder->depth--;
}
void binder_count_table(Binder *binder, Position position);
void binder_count_shared(Binder *binder, const Expr *expr);
/* "did you mean "x"?", or NULL when nearest.data is. */
const char *binder_did_you_mean(Binder *binder, StringView nearest);
const char *binder_string(Binder *binder, StringView view);

/* The value of an expression without columns; raises when it has any. */
Value bind_evaluate(Binder *binder, const Expr *expr);

/* The closest of several names to a misspelt one. */
typedef struct Nearest {
    StringView name;
    StringView found; /* data NULL: none is close */
    size_t limit;
} Nearest;
Nearest nearest_to(StringView name);
void nearest_look(Nearest *nearest, StringView candidate);

/* ---- bind_scope.c ---- */

/* An AST_COLUMN. */
Expr *scope_column(const Place *place, const AstExpr *ast);
/* The table of that name (parts as of `t.*`) in the innermost scope that has it; raises. */
const ScopeTable *scope_table(const Place *place, const AstName *parts, size_t part_count);
/* `table` may be NULL. */
ScopeColumn scope_column_new(const char *name, const char *table, ColumnId column);
/* Index among columns: exact spelling first, then any case; -1: none, -2: several. */
enum { COLUMN_NONE = -1, COLUMN_AMBIGUOUS = -2 };
ptrdiff_t scope_find_column(const ScopeColumns *columns, StringView name);
/* A relation of a plan whose first `column_count` outputs have these names. */
void relation_add_table(Binder *binder, Relation *relation, ScopeTable *table);
/* All of the other's tables and columns become this one's too. Raises DUPLICATE_ALIAS. */
void relation_add_relation(Binder *binder, Relation *relation, const Relation *other, Position position);

/* ---- bind_type.c: conversions ---- */

/* "integer", "decimal(10,2)", for messages; "unknown" for untyped ones. */
const char *bind_type_text(Binder *binder, Type type);
/* A literal without a type of its own: a string or a parameter. What stands around it decides. */
bool ast_is_untyped(const AstExpr *ast);
/* A parameter without a value so far is of this type. */
void literal_note_type(const Binder *binder, const Expr *literal, Type type);
/* A string constant read as `type`. */
Expr *bind_literal_as(Binder *binder, Expr *literal, Type type);
/* Converted without being asked; is_untyped: it is a string literal. */
Expr *bind_convert(Binder *binder, Expr *expr, bool is_untyped, Type type);
/* Converted to the type of a column that it is put into; constants at once, so that an error has its place. */
Expr *bind_assign(Binder *binder, Expr *expr, bool is_untyped, Type type, const char *column);
/* The common type of several expressions and all of them converted to it. `what` for the message: "CASE". Untyped ones
 * follow the others; all untyped: VARCHAR. */
Type bind_convert_all(Binder *binder, Expr **exprs, const bool *is_untyped, size_t count, const char *what);
/* Raises DATATYPE_MISMATCH unless it is a BOOLEAN: "argument of WHERE must be type boolean, not type integer". */
Expr *bind_condition(const Place *place, const AstExpr *ast, const char *what);
/* The same of a CHECK, which may be an integer too, as SQLite and DuckDB have it: 0 is false. */
Expr *bind_check(const Place *place, const AstExpr *ast);
/* Whether it may be NULL, as far as its form tells. */
bool expr_may_be_null(const PlanColumns *columns, const Expr *expr);
/* A new column for each expression, named so; columns of the input stay what they are, the first time. */
Plan *bind_project(Binder *binder, Plan *input, Expr *const *exprs, const char *const *names, size_t count);
/* The input's columns, and a new one for each expression behind them. */
Plan *bind_project_more(Binder *binder, Plan *input, Expr *const *exprs, const char *const *names, size_t count);

/* ---- bind_expression.c, bind_literal.c, bind_function.c, bind_aggregate.c ---- */

Expr *bind_expr(const Place *place, const AstExpr *ast);
Expr *bind_literal(const Place *place, const AstExpr *ast);
/* -literal as one constant. */
Expr *bind_negative_literal(const Place *place, const AstExpr *ast, Position position);
Expr *bind_interval(const Place *place, const AstExpr *ast);
Expr *bind_parameter(const Place *place, const AstExpr *ast);

/* A call of the function or operator `name`, arguments converted as it wants; `symbol` for messages about operators,
 * NULL: a function. */
Expr *bind_call(Binder *binder, const char *name, Expr *const *arguments, const bool *is_untyped, size_t count,
                Position position, const char *symbol);
/* left `operator` right, which may be rows. */
Expr *bind_comparison(const Place *place, AstOperator operator, const AstExpr * left, const AstExpr *right,
                      Position position);
Expr *bind_binary_call(Binder *binder, AstOperator operator, Expr * left, bool left_is_untyped, Expr *right,
                       bool right_is_untyped, Position position);
Expr *bind_not(Binder *binder, Expr *expr, Position position);
Expr *bind_function(const Place *place, const AstExpr *ast);
/* An aggregate's call: the column that will hold its result. */
Expr *bind_aggregate(const Place *place, const AstExpr *ast);
Expr *bind_grouping(const Place *place, const AstExpr *ast);
/* A call with OVER: the column that will hold its result. */
Expr *bind_window(const Place *place, const AstExpr *ast);

/* bind_sequence.c: nextval, currval, setval, lastval; pg_get_serial_sequence. */
Expr *bind_sequence_call(const Place *place, const AstExpr *ast);
Expr *bind_serial_sequence_call(const Place *place, const AstExpr *ast);

/* ---- bind_row.c ---- */

/* (a, b): its values, and those of rows within. What is no row is a row of one. */
typedef struct RowValue {
    Expr **exprs;
    bool *is_untyped;
    size_t count;
} RowValue;

RowValue bind_row(const Place *place, const AstExpr *ast);
/* left `operator` right, element by element; raises unless they are of one length. */
Expr *bind_row_call(Binder *binder, AstOperator operator, const RowValue * left, const RowValue *right,
                    Position position);
/* At least one of both is an AST_ROW, the other one may be a query. */
Expr *bind_row_comparison(const Place *place, AstOperator operator, const AstExpr * left, const AstExpr *right,
                          Position position);
/* AST_IS and AST_BETWEEN of an AST_ROW. */
Expr *bind_row_is_null(const Place *place, const AstExpr *ast);
Expr *bind_row_between(const Place *place, const AstExpr *ast);

/* ---- bind_subquery.c ---- */

Expr *bind_scalar_subquery(const Place *place, const AstExpr *ast);
/* A query as a row: so many values. */
Expr **bind_row_subquery(const Place *place, const AstExpr *ast, size_t count);
Expr *bind_exists(const Place *place, const AstExpr *ast);
Expr *bind_in_query(const Place *place, const AstExpr *ast);
Expr *bind_quantified(const Place *place, const AstExpr *ast);
/* Puts the collected queries on top of a plan, and empties the list. */
Plan *subqueries_attach(Binder *binder, Plan *plan, Subqueries *subqueries);
Plan *subquery_attach(Binder *binder, Plan *plan, const Subquery *subquery);

/* ---- bind_query.c, bind_from.c, bind_select.c ---- */

/* A query's result within a statement; column i is plan->outputs[i], i < column_count. */
typedef struct Rows {
    Plan *plan;
    size_t column_count;
    const char **names;
    bool *is_untyped; /* the column is a string literal: its type is still open */
} Rows;

/* `parent`: the scope around it, whose columns it may use; NULL: none. `ctes`: what WITH has named so far. */
Rows bind_rows(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes);
/* The same for a SELECT with its ORDER BY and LIMIT; without its WITH. */
Rows bind_select(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes);
/* The same over rows that are bound already, in place of its FROM. */
Rows bind_select_over(Binder *binder, const AstQuery *query, const Relation *from, Scope *parent, Cte *ctes);
/* A plan that gives these columns and no other. */
Plan *rows_exact(Binder *binder, const Rows *rows);
/* Raises unless operand `index` of the set operation has as many columns as the first. */
void bind_require_equal_count(Binder *binder, const AstQuery *query, size_t index, const Rows *first, const Rows *rows);
/* Type of columns that correspond by position, and conversion of each input to them. */
void rows_unify(Binder *binder, Rows *inputs, size_t count, const char *what, Position position);

/* ---- bind_cte.c ---- */

/* Names of a WITH clause added to those that are there. */
Cte *bind_with(Binder *binder, const AstCtes *ctes, bool is_recursive, Scope *parent, Cte *outer);
/* A reference to one: rows that read its query's. Every plan with references goes through bind_used_ctes. */
Rows bind_cte(Binder *binder, Cte *cte, Position position);
/* The plan of what the clause belongs to, with the queries of `ctes` up to `outer` where it reads them. Those that
 * nothing refers to are bound all the same: they may be wrong. */
Plan *bind_used_ctes(Binder *binder, Plan *plan, Cte *ctes, const Cte *outer);
/* The plan of the whole statement, with those of a WITH in which some change tables: all of these are run first. */
Plan *bind_written_ctes(Binder *binder, Plan *plan);
/* Binds the operands of the UNION that is the whole query of binder->cte. False: it does not refer to itself, and
 * `terms` are its operands. */
bool bind_recursive_union(Binder *binder, const AstQuery *query, Rows *terms, Scope *parent, Cte *ctes, Rows *ret_rows);

/* What the tables of one FROM clause have around them. */
typedef struct From {
    Binder *binder;
    Scope *parent; /* of the query */
    Cte *ctes;
} From;

/* All of FROM as one relation; no table: one row without columns. */
Relation bind_from(Binder *binder, const AstTableRefs *refs, Scope *parent, Cte *ctes);
/* `before`: the tables to the left, which LATERAL may use; its outer_use_count tells whether it did. */
Relation bind_table_ref(const From *from, const AstTableRef *ref, Scope *before);
Relation bind_join(const From *from, const AstTableRef *ref, Scope *before);
/* The same of two relations that are bound already. */
Relation relation_join(const From *from, const AstTableRef *ref, const Relation *left, const Relation *right);
Relation bind_pivot(const From *from, const AstTableRef *ref, Scope *before);
Relation bind_unpivot(const From *from, const AstTableRef *ref, Scope *before);
/* FROM a, b: every row of the one with every row of the other. */
Relation relation_cross(Binder *binder, const Relation *left, const Relation *right, bool is_dependent,
                        Position position);
Relation bind_table_function(const From *from, const AstTableRef *ref, Scope *before);
/* The table of read_csv('file', option => value) and the like, a share lives as long as the statement; NULL: the
 * function is another one. */
TableProvider *bind_read_table(const From *from, const AstTableRef *ref, Scope *before);
/* Raises in safe mode: SQL may name no files. */
void bind_require_files(const BindEnvironment *environment, Position position);
/* bind_series.c: generate_series and range of constants, arguments of the function's types. */
Plan *bind_series(Binder *binder, const AstTableRef *ref, const char *name, Expr *const *exprs, size_t count);
/* bind_set_function.c: functions that give rows, in FROM and in the list of SELECT: the column of its values. */
Relation bind_set_function_table(const From *from, const AstTableRef *ref, Scope *before);
Expr *bind_set_function(const Place *place, const AstExpr *ast);
/* All columns of a table. */
Rows scan_rows(Binder *binder, TableProvider *table, const char *name);
/* Rows under a table's name; `aliases` for its columns. */
Relation relation_of_rows(Binder *binder, const Rows *rows, const char *name, const AstNames *aliases);
/* The scan's hidden columns may be named too; `relation` is that of its rows. */
void relation_add_hidden(Binder *binder, Relation *relation, const PlanScan *scan);
/* What a statement like DESCRIBE gives. */
Rows bind_statement_rows(Binder *binder, const AstStatement *ast);
/* A table of the catalog, with a share that lives as long as the statement. */
TableProvider *bind_catalog_table(Binder *binder, const AstObjectName *name);

/* ---- bind_values.c: the rows of VALUES ---- */

typedef struct ValueRows {
    size_t row_count, column_count;
    Expr **cells; /* row by row */
    bool *is_untyped;
    Subqueries *subqueries; /* one for each row */
} ValueRows;

/* `default_value` gives what DEFAULT is in a column; NULL: DEFAULT is not allowed. */
ValueRows value_rows_bind(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes,
                          Expr *(*default_value)(void *user, size_t column, Position position), void *user);
/* The cells of a column all have one type by then. */
Plan *value_rows_plan(Binder *binder, const ValueRows *values, const char *const *names);
Rows bind_values(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes);

/* ---- bind_sample.c ---- */

/* TABLESAMPLE and USING SAMPLE put on top. */
Plan *bind_sample(Binder *binder, Plan *plan, const AstSample *sample);

/* ---- bind_limit.c ---- */

/* LIMIT and OFFSET put on top. */
Plan *bind_limit(Binder *binder, Plan *plan, const AstQuery *query, Cte *ctes);
/* The rows with a column of a window function's numbers: by the sort's keys; NULL: as the rows come. */
Plan *bind_numbered(Binder *binder, Plan *plan, const char *function, const PlanSort *sort, ColumnId *ret_number);

/* ---- bind_order.c ---- */

/* Of a query: SET default_null_order counts. */
SortOrder binder_sort_order(const Binder *binder, const AstOrder *order);

/* ORDER BY over a result whose only names are its columns' (set operations, VALUES). */
Plan *bind_rows_order(Binder *binder, Rows *rows, const AstQuery *query, Scope *parent, Cte *ctes);
/* A whole number as ORDER BY 2 and GROUP BY 2 have it: index of the item it means; raises when there is none. False: it
 * is something else. */
bool bind_position(Binder *binder, const AstExpr *ast, size_t item_count, const char *clause, size_t *ret_index);

#endif
