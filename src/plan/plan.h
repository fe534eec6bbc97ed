/* plan/plan.h: the logical plan: a tree of nodes, each of which gives rows of columns.
 *
 * Every column that any node makes has a ColumnId of its own, unique in the statement, with name and type in the
 * statement's PlanColumns. A node lists its output columns; expressions refer to columns by id, never by position. So a
 * filter or a projection may move through the tree unchanged, and two scans of one table do not mix.
 *
 *   Project [#5 = l_price * (1 - l_discount)]     outputs: #5
 *     Filter [l_shipdate <= DATE '1998-09-02']    outputs: those of its input
 *       Scan lineitem                             outputs: #1 l_price, #2 l_discount, #3 l_shipdate
 *
 * Plans live in the statement's arena. Binder and rules build and change nodes; after the optimizer a plan is
 * read-only: what changes while it runs lives in operators. */
#ifndef QUERN_PLAN_PLAN_H
#define QUERN_PLAN_PLAN_H

#include "base/array.h"
#include "base/map.h"
#include "expr/aggregate.h"
#include "expr/expr.h"
#include "expr/set_function.h"
#include "expr/window.h"
#include "provider/provider.h"

/* X(KIND, name shown, struct) */
#define PLAN_KINDS(X)                                                                                                  \
    X(SCAN, "Scan", PlanScan)                                                                                          \
    X(VALUES, "Values", PlanValues)                                                                                    \
    X(FILTER, "Filter", PlanFilter)                                                                                    \
    X(PROJECT, "Project", PlanProject)                                                                                 \
    X(JOIN, "Join", PlanJoin)                                                                                          \
    X(AGGREGATE, "Aggregate", PlanAggregate)                                                                           \
    X(DISTINCT, "Distinct", PlanDistinct)                                                                              \
    X(UNFOLD, "Unfold", PlanUnfold)                                                                                    \
    X(UNPIVOT, "Unpivot", PlanUnpivot)                                                                                 \
    X(WINDOW, "Window", PlanWindow)                                                                                    \
    X(SORT, "Sort", PlanSort)                                                                                          \
    X(LIMIT, "Limit", PlanLimit)                                                                                       \
    X(SET, "Set", PlanSet)                                                                                             \
    X(CTE, "With", PlanCte)                                                                                            \
    X(RECURSIVE, "Recursive", PlanRecursive)                                                                           \
    X(CTE_SCAN, "With Scan", PlanCteScan)                                                                              \
    X(GATHER, "Gather", PlanGather)                                                                                    \
    X(SPREAD, "Spread", PlanSpread)                                                                                    \
    X(CHANGE, "Change", PlanChange)                                                                                    \
    X(INSERT, "Insert", PlanInsert)

typedef enum PlanKind {
#define PLAN_ENUM(kind, name, type) PLAN_##kind,
    PLAN_KINDS(PLAN_ENUM)
#undef PLAN_ENUM
        PLAN_KIND_COUNT
} PlanKind;

/* What a ColumnId stands for. */
typedef struct PlanColumn {
    const char *name;  /* as the user knows it */
    const char *table; /* alias of the table it comes from, or NULL: for messages and EXPLAIN */
    Type type;
    bool is_nullable;
    struct PlanScan *scan; /* whose table's column it is, or NULL */
    ColumnId copy;         /* what stands for it in the copy of that number */
    size_t copy_number;    /* 0: it has not been copied */
} PlanColumn;

/* All columns of one statement, indexed by ColumnId; and the statement's surroundings. Handed to binder, rules,
 * printer. */
typedef struct PlanColumns {
    Arena *arena;
    const Context *context;
    ARRAY(PlanColumn) list;
    bool wants_places;             /* rows are to come with where they stand in their files */
    size_t cte_count;              /* numbers given to queries that are kept */
    size_t copy_count;             /* and to copies of plans */
    size_t dynamic_count;          /* numbers given to dynamic filters: an execution has so many */
    struct TableProvider *written; /* by the statement; or NULL */
    bool is_kept;                  /* the plan is to run many times: parameters and now() stay as they are */
    bool was_dependent;            /* a join has become a plain one: its conditions may go further down */
    bool is_momentary;             /* something in it is so just now: it must not be kept after all */
} PlanColumns;

/* X(NAME, name shown). Outputs: INNER, LEFT, RIGHT, FULL: the left's, then the right's; SEMI, ANTI: the left's; MARK:
 * the left's, then `mark`; SINGLE: as LEFT, and more than one match for a left row raises CARDINALITY. RIGHT_SEMI,
 * RIGHT_ANTI: SEMI and ANTI with the sides exchanged, outputs: the right's; only the choice of build sides makes them.
 */
#define PLAN_JOIN_TYPES(X)                                                                                             \
    X(INNER, "Inner")                                                                                                  \
    X(LEFT, "Left")                                                                                                    \
    X(RIGHT, "Right")                                                                                                  \
    X(FULL, "Full")                                                                                                    \
    X(SEMI, "Semi")                                                                                                    \
    X(ANTI, "Anti")                                                                                                    \
    X(RIGHT_SEMI, "Right Semi")                                                                                        \
    X(RIGHT_ANTI, "Right Anti")                                                                                        \
    X(MARK, "Mark")                                                                                                    \
    X(SINGLE, "Single")

typedef enum PlanJoinType {
#define PLAN_JOIN_ENUM(type, name) PLAN_JOIN_##type,
    PLAN_JOIN_TYPES(PLAN_JOIN_ENUM)
#undef PLAN_JOIN_ENUM
} PlanJoinType;

/* Whether left rows only decide which right rows are given. */
static inline bool plan_join_marks_right(PlanJoinType type)
{
    return type == PLAN_JOIN_RIGHT_SEMI || type == PLAN_JOIN_RIGHT_ANTI;
}

typedef struct Plan Plan;

/* Every node begins with this. */
struct Plan {
    PlanKind kind;
    size_t input_count;
    Plan **inputs; /* first input of a join is its left side */
    size_t output_count;
    ColumnId *outputs;
    size_t place_count; /* outputs that tell where a row stands in its files: in pairs, _file and _line */
    ColumnId *places;
    double row_estimate; /* rows it is expected to give; negative: not estimated */
    size_t id;           /* its number in the finished plan, in printing order: where operators keep their counts */
};

/* How a filter was dealt with by a scan, for EXPLAIN. */
typedef struct PlanScanFilter {
    Expr *filter; /* in ColumnIds */
    FilterPushdown answer;
} PlanScanFilter;

#define NO_DYNAMIC SIZE_MAX

/* A dynamic filter (provider/dynamic_filter.h) by its number, and the column that it is about. NO_DYNAMIC: who would
 * have known of it has gone. */
typedef struct PlanDynamic {
    size_t number;
    ColumnId column;
} PlanDynamic;

typedef struct PlanScan {
    Plan base;
    TableProvider *table;   /* the plan's arena holds a share */
    const char *name;       /* as the user wrote it, or its alias */
    size_t *column_indexes; /* of each output, into the table's schema */
    ColumnId first_column; /* that of the table's column 0, the others follow: also when they are no outputs any more */
    bool has_row_number;   /* behind the table's columns, hidden ones too, there is one more: the row's own number */
    size_t column_count;   /* of the table's, hidden ones too, without that */
    const Statistics *statistics; /* of the table, once somebody has asked: while the plan is made they stay the same */
    bool is_asked;
    double sampled; /* the part of the table's rows that all filters directly above it, or taken over, let through, as
                       a sample showed; negative: nobody has looked */
    /* set by the provider pushdown, the last rule: */
    ARRAY(PlanScanFilter) filters; /* all that stood directly above it, and what became of them */
    size_t limit;                  /* handed on, or NO_LIMIT */
    size_t order_count;            /* handed on, with the limit that binds only in this order: */
    ScanOrder *orders;
    const struct PlanSort *sort; /* that wants the order; it goes if the scan is in this order */
    const Plan *aggregated;      /* the Aggregate or Distinct that the scan has taken over: outputs are its; or NULL */
    ARRAY(PlanDynamic) dynamics; /* handed on */
    Scan *scan;                  /* its batches have the outputs' columns, in order */
    /* SET verify_pushdown: conditions that were answered EXACT; no row may come for which one is not TRUE */
    size_t promise_count;
    Expr **promises;
    struct PlanScan *full; /* verify_pushdown = full: the same without filters, with their columns behind the outputs */
} PlanScan;

/* Rows of expressions without columns; no row and no column are legal. FROM-less SELECT: one row without columns. */
typedef struct PlanValues {
    Plan base;
    size_t row_count;
    Expr **cells; /* row_count times output_count, row by row */
} PlanValues;

typedef struct PlanFilter {
    Plan base; /* outputs: the input's */
    size_t condition_count;
    Expr **conditions; /* ANDed */
} PlanFilter;

typedef struct PlanProject {
    Plan base;
    Expr **exprs; /* one for each output; a plain EXPR_COLUMN of the same id passes a column through */
} PlanProject;

typedef struct PlanJoin {
    Plan base;
    PlanJoinType type;
    bool is_dependent; /* the right side refers to columns of the left one; none is left after decorrelation */
    bool keeps_order;  /* SEMI and ANTI: of the rows that are given; also where they have gone to the right */
    size_t condition_count;
    Expr **conditions; /* ANDed: pairs for which all are TRUE match; none: every pair does */
    /* MARK: the BOOLEAN column it adds: over all matching right rows, TRUE if mark_condition is TRUE for one, else NULL
     * if it is NULL for one, else FALSE. NULL mark_condition counts as TRUE (EXISTS). IN (query) sets `x = y` here. */
    ColumnId mark;
    Expr *mark_condition;
    ARRAY(PlanDynamic) dynamics; /* told the values on the right that this column of the left must be equal to */
    double ordered_rows; /* INNER: what the search for the best order took them to be; negative: none was made */
} PlanJoin;

typedef struct PlanAggregate {
    Plan base; /* outputs: the groups', then the aggregates', then `grouping` if there are sets */
    size_t group_count;
    Expr **groups;
    size_t aggregate_count;
    AggregateCall *aggregates;
    /* GROUPING SETS: bit i of a set: group i is in it, else its column is NULL. set_count 0: one set, of all groups. */
    size_t set_count;
    uint64_t *sets;
    bool has_known_groups; /* row_estimate is of what is known of the keys, and no guess */
    bool calls_first_set;  /* rows go to the aggregates of the first set alone: those of the others are of no rows */
} PlanAggregate;

/* One row for each combination of values of `keys`: the first that comes. All outputs are keys: SELECT DISTINCT; fewer:
 * DISTINCT ON. */
typedef struct PlanDistinct {
    Plan base; /* outputs: the input's */
    size_t key_count;
    ColumnId *keys;
} PlanDistinct;

/* Calls over one partition and its order. Rows come in any order; without partition and keys, in the input's. */
typedef struct PlanWindow {
    Plan base; /* outputs: the input's, then the calls' columns */
    size_t partition_count;
    Expr **partition;
    size_t key_count;
    Expr **keys; /* ORDER BY */
    SortOrder *orders;
    size_t call_count;
    WindowCall *calls;
    ColumnId *columns; /* one for each call */
    /* Rows of a partition that so many others of it come before may be left out: nobody asks for them. `keeps_ties`:
     * so many that are not its peers. NO_LIMIT: all are wanted. */
    size_t first_count;
    bool keeps_ties;
} PlanWindow;

/* Each row of the input as often as the longest of the calls' lists of values for it, with these; NULL where another
 * list is longer. A row whose lists are all empty goes. */
typedef struct PlanUnfold {
    Plan base; /* outputs: the input's, then the calls' columns, then `ordinality` if it has that */
    size_t call_count;
    SetCall *calls;
    ColumnId *columns; /* one for each call */
    bool has_ordinality;
    ColumnId ordinality; /* BIGINT: the value's place in its list, from 1 */
} PlanUnfold;

/* Each row of the input as often as there are names, with one of these and its values. */
typedef struct PlanUnpivot {
    Plan base; /* outputs: the input's but for those left out, then the name, then the values' columns */
    size_t left_out_count;
    ColumnId *left_out; /* of the input's: only the values need them */
    size_t name_count, value_count;
    const char **names;
    Expr **values;     /* those that go with the first name, then those of the second … */
    ColumnId name;     /* VARCHAR */
    ColumnId *columns; /* one for each of a name's values */
} PlanUnpivot;

typedef struct PlanSort PlanSort;
struct PlanSort {
    Plan base; /* outputs: the input's */
    size_t key_count;
    Expr **keys;
    SortOrder *orders;
    size_t limit;                /* only the first so many rows are wanted (top-N), or NO_LIMIT */
    ARRAY(PlanDynamic) dynamics; /* told how far the first key, this column, may go (top-N) */
};

typedef struct PlanLimit {
    Plan base; /* outputs: the input's */
    size_t offset;
    size_t limit; /* or NO_LIMIT */
} PlanLimit;

typedef enum PlanSetOperator { PLAN_UNION, PLAN_INTERSECT, PLAN_EXCEPT } PlanSetOperator;

/* Inputs' outputs correspond by position and have the output's types. UNION takes any number of inputs, in order; the
 * others two. Not is_all: each row once (a UNION without ALL is a Distinct over a UNION ALL, so `is_all` is always set
 * there). */
typedef struct PlanSet {
    Plan base;
    PlanSetOperator operator;
    bool is_all;
} PlanSet;

/* A query of WITH that is run once: the rows of the first input, which is taken by position, are kept while the second
 * input runs, and every PlanCteScan of the same cte below the second input reads them. Outputs: the second input's. */
typedef struct PlanCte {
    Plan base;
    size_t cte; /* its number in the statement; copies of the node keep it: a scan means the nearest node above it */
    const char *name;
    bool writes; /* it changes a table: it is run to its end before the second input begins, read or not */
} PlanCte;

/* WITH RECURSIVE. The rows of the first input, then round by round those that the second input makes of the rows of the
 * round before, which each PlanCteScan of the same cte below it reads, until a round gives none. Inputs are taken by
 * position. Not is_all: a row that was there before, in any round, is dropped. */
typedef struct PlanRecursive {
    Plan base;
    size_t cte;
    const char *name;
    bool is_all;
} PlanRecursive;

/* The rows that the PlanCte or PlanRecursive above keeps. */
typedef struct PlanCteScan {
    Plan base;
    size_t cte;
    const char *name;
    size_t *column_indexes; /* of each output, into the outputs of the query that is kept */
} PlanCteScan;

/* Hands its input (one column for each of the table's, in table order and types) to the provider; gives one row with
 * one UBIGINT column, count. Of rows with one key in `keys` the first alone goes in. */
typedef struct PlanInsert {
    Plan base;
    TableProvider *table; /* the plan's arena holds a share */
    const char *name;
    InsertOp op;
    bool returns_rows; /* outputs: the input's */
    size_t check_count;
    Expr **checks;            /* CHECK conditions over the input's outputs: FALSE raises CHECK_VIOLATION */
    const char **check_names; /* what to call them */
    size_t key_count;
    const Constraint *const *keys; /* of the table, which holds them */
} PlanInsert;

/* Runs copies of what is below it side by side, down to the nearest Spread or leaf, and gives the rows of all. */
typedef struct PlanGather {
    Plan base;        /* outputs: the input's */
    bool keeps_order; /* rows come as a single copy would give them */
} PlanGather;

/* Below a Gather: its input runs once, and the copies above take its batches in turn. */
typedef struct PlanSpread {
    Plan base; /* outputs: the input's */
} PlanSpread;

typedef enum PlanChangeKind {
    PLAN_CHANGE_DELETE,
    PLAN_CHANGE_UPDATE,
    PLAN_CHANGE_UPSERT,
    PLAN_CHANGE_MERGE
} PlanChangeKind;

/* Changes rows of a table. Either its input gives their row numbers and, UPDATE, the new values of all columns in table
 * order and types; a row at most once. UPSERT is an UPDATE some of whose rows are new, with NULL for a number, and
 * behind the values has those of the row that was to be inserted: two of them with one key raise CARDINALITY. MERGE is
 * an UPDATE some of whose rows are new too, and (deletes_too) a BOOLEAN behind the values says of others that they go:
 * a row that comes twice raises CARDINALITY. Gives one row with one UBIGINT column, count. */
typedef struct PlanChange {
    Plan base;
    TableProvider *table; /* the plan's arena holds a share */
    const char *name;
    PlanChangeKind kind;
    bool returns_rows;   /* outputs: the input's, which may have more columns behind those */
    bool deletes_too;    /* MERGE */
    size_t column_count; /* UPDATE: those that are assigned */
    const size_t *columns;
    size_t check_count; /* UPDATE: as those of an Insert */
    Expr **checks;
    const char **check_names;
    const Constraint *key; /* UPSERT: of the table, which holds it */
    /* or it has none, and the provider changes by itself the rows that this scan's filters, all EXACT, tell */
    PlanScan *scan;
    Expr **values; /* UPDATE: one for each of `columns`, over the columns of the scan */
} PlanChange;

/* ---- making nodes ---- */

/* A zeroed node of the kind's struct, with room for inputs. */
Plan *plan_new(PlanColumns *columns, PlanKind kind, size_t input_count);
ColumnId plan_column_new(PlanColumns *columns, const char *name, const char *table, Type type, bool is_nullable);
static inline const PlanColumn *plan_column(const PlanColumns *columns, ColumnId id)
{
    return &columns->list.items[id];
}
/* An EXPR_COLUMN. */
Expr *plan_column_expr(const PlanColumns *columns, ColumnId id, Position position);

/* All columns of the table; the scan takes its own share of it. */
PlanScan *plan_scan_new(PlanColumns *columns, TableProvider *table, const Schema *schema, const char *name);
/* One more output: the row's own number. Directly after plan_scan_new: columns of a scan follow each other. */
ColumnId plan_scan_add_row_number(PlanColumns *columns, PlanScan *scan);
/* An expression over columns of the scan as its provider wants it: over indexes into the table's schema. */
Expr *plan_scan_expr(Arena *arena, const PlanScan *scan, Expr *expr);
PlanValues *plan_values_new(PlanColumns *columns, size_t row_count, size_t column_count, const ColumnId *outputs);
Plan *plan_gather_new(PlanColumns *columns, Plan *input, bool keeps_order);
Plan *plan_spread_new(PlanColumns *columns, Plan *input);
/* `input` itself when there is no condition. Nested ANDs are split. Two filters in a row become one. */
Plan *plan_filter_new(PlanColumns *columns, Plan *input, Expr *const *conditions, size_t condition_count);
PlanProject *plan_project_new(PlanColumns *columns, Plan *input, size_t column_count);
/* Outputs of its input become its own as they are, from the `first` one on. */
void plan_project_columns(PlanColumns *columns, PlanProject *project, size_t first, const ColumnId *outputs,
                          size_t count);
PlanJoin *plan_join_new(PlanColumns *columns, PlanJoinType type, Plan *left, Plan *right, Expr *const *conditions,
                        size_t condition_count);
PlanAggregate *plan_aggregate_new(PlanColumns *columns, Plan *input, size_t group_count, size_t aggregate_count);
PlanDistinct *plan_distinct_new(PlanColumns *columns, Plan *input, const ColumnId *keys, size_t key_count);
/* Arrays have room; its outputs are set by plan_refresh_outputs, once the columns are. */
PlanWindow *plan_window_new(PlanColumns *columns, Plan *input, size_t partition_count, size_t key_count,
                            size_t call_count);
/* Calls and columns have room; its outputs are set by plan_refresh_outputs, once the columns are. */
PlanUnfold *plan_unfold_new(PlanColumns *columns, Plan *input, size_t call_count);
/* The same; an input's column that is used by a value alone is left out. */
PlanUnpivot *plan_unpivot_new(PlanColumns *columns, Plan *input, size_t name_count, size_t value_count);
PlanSort *plan_sort_new(PlanColumns *columns, Plan *input, size_t key_count);
PlanLimit *plan_limit_new(PlanColumns *columns, Plan *input, size_t offset, size_t limit);
/* Outputs are new columns named as the first input's. */
PlanSet *plan_set_new(PlanColumns *columns, PlanSetOperator operator, bool is_all, Plan *const *inputs, size_t count);

PlanCte *plan_cte_new(PlanColumns *columns, size_t cte, const char *name, Plan *query, Plan *input);
/* Outputs are new columns named as the first input's, all nullable. */
PlanRecursive *plan_recursive_new(PlanColumns *columns, size_t cte, const char *name, bool is_all, Plan *base,
                                  Plan *step);
/* A reader of rows with these columns: these themselves, or new ones; what occurs twice is one column. */
PlanCteScan *plan_cte_scan_new(PlanColumns *columns, size_t cte, const char *name, const ColumnId *like, size_t count,
                               bool keeps_columns);

/* Sets the outputs of a node whose outputs follow from its inputs (filter, join, distinct, window, unfold, sort, limit,
 * cte) anew, after its inputs have changed. */
void plan_refresh_outputs(PlanColumns *columns, Plan *plan);

/* Bytes of the kind's struct. */
size_t plan_node_size(PlanKind kind);

/* A second instance of a subtree with columns of its own; columns of elsewhere that it refers to stay. */
Plan *plan_copy(PlanColumns *columns, const Plan *plan);
/* The column's partner in the latest copy; itself when it has none. */
ColumnId plan_column_copy(const PlanColumns *columns, ColumnId column);

/* ---- looking ---- */

const char *plan_kind_name(PlanKind kind);
const char *plan_join_type_name(PlanJoinType type);
bool plan_has_output(const Plan *plan, ColumnId column);
/* Position among the outputs; raises INTERNAL when it is not there. */
size_t plan_output_index(const Plan *plan, ColumnId column);
/* The join type that gives the same rows with the sides exchanged; false when there is none. */
bool plan_join_exchanged(PlanJoinType type, PlanJoinType *ret_type);
/* Whether it matters in which order the input's rows come, when that of the node's own does. */
bool plan_input_order_matters(const Plan *plan, size_t input_index, bool order_matters);
/* Whether one of its functions goes by the order of its rows. */
bool plan_aggregate_heeds_order(const PlanAggregate *aggregate);

/* A set of ColumnIds. */
typedef struct ColumnSet {
    Arena *arena;
    uint64_t *words;
    size_t word_count;
} ColumnSet;

ColumnSet column_set_in(Arena *arena);
void column_set_add(ColumnSet *set, ColumnId column);
bool column_set_has(const ColumnSet *set, ColumnId column);
void column_set_add_expr(ColumnSet *set, const Expr *expr); /* every column it refers to */
void column_set_add_outputs(ColumnSet *set, const Plan *plan);
void column_set_add_used(ColumnSet *set, Plan *plan); /* every column that an expression of it or below it refers to */
/* Whether all columns that the expression refers to are outputs of the plan; whether any is. */
bool expr_is_within(const Expr *expr, const Plan *plan);
bool expr_touches(const Expr *expr, const Plan *plan);
/* Of which of two plans, and of what else, it refers to outputs: bits. */
enum { REFERS_LEFT = 1, REFERS_RIGHT = 2, REFERS_ELSEWHERE = 4 };
unsigned expr_sides(const Expr *expr, const Plan *left, const Plan *right);

/* Calls visit for each expression slot of a node (not of its inputs), which may replace it. */
void plan_each_expr(Plan *plan, void (*visit)(void *user, Expr **slot), void *user);

/* Whether another run may compute something else in the node itself, or anywhere in the plan: random(), nextval(). */
bool plan_node_is_volatile(Plan *plan);
bool plan_is_volatile(Plan *plan);

/* Numbers the nodes in printing order; returns how many there are. */
size_t plan_number(Plan *plan);

/* A plan may be this deep, and a statement have so many columns. The binder checks every plan that it hands out, so
 * code that recurses over a plan needs no check of its own; a rule may add a few nodes for each that it meets. */
enum { PLAN_DEPTH_LIMIT = 2000, PLAN_COLUMN_LIMIT = 4000000 };
/* Raises TOO_COMPLEX; does not recurse. */
void plan_check_depth(Arena *arena, const Plan *plan);

/* ---- printing: a line a node, indented two blanks a level, details behind it or on lines below it ---- */

typedef struct PlanPrintOptions {
    bool is_verbose; /* outputs with types, estimates */
    bool has_run;    /* the plan was executed: scans say what they did */
    bool is_final;   /* rules have done with it: a Filter says of each condition why it is no further down */
    /* Text to put behind a node's line (EXPLAIN ANALYZE's counts), or NULL. */
    void (*annotate)(void *user, const Plan *plan, Text *text);
    void *user;
} PlanPrintOptions;

void plan_print(const PlanColumns *columns, const Plan *plan, const PlanPrintOptions *options, Text *text);
/* The node alone, without its inputs. */
void plan_print_node(const PlanColumns *columns, const Plan *plan, const PlanPrintOptions *options, Text *text);
/* {"Rule": …, "Plan": {"Node Type": …, "Description": …, "Details": […], "Plan Rows": …, "Plans": […]}}. `rule`: after
 * which it was so, or NULL; `members` adds more to each node, comma first, or is NULL. */
void plan_print_json(const PlanColumns *columns, const Plan *plan, const PlanPrintOptions *options, const char *rule,
                     void (*members)(void *user, const Plan *plan, Text *text), void *user, Text *text);
/* Names that columns of several tables have are printed with their table's. Who prints many expressions keeps it. */
typedef struct PlanNames {
    Map map;             /* of a name: the first PlanColumn, or that several tables have it */
    size_t column_count; /* whose names are there */
} PlanNames;

static inline PlanNames plan_names_in(Arena *arena)
{
    return (PlanNames){.map = map_in(arena)};
}

/* An expression of a plan as SQL: columns by name. */
void plan_print_expr(const PlanColumns *columns, PlanNames *names, const Expr *expr, Text *text);

#endif
