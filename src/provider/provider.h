/* provider/provider.h: the table provider contract. A table is a TableProvider: functions and a state. The built-in
 * providers and plugins stand on this same contract; its names are Apache DataFusion's.
 *
 *   planning    supports_filters_pushdown(filters)    what could you take?            pure, cheap, no I/O
 *               scan(args)                            describe the read you would do  no I/O
 *   execution   scan->begin                           once, before all else
 *               scan->start                           a reading: what the cursors of one pass over the scan share
 *               scan->open                            a cursor, once a worker; batches are pulled from it
 *
 *   filter     handed to scan   stays in the plan   its columns are projected   a limit may be handed on
 *   EXACT      yes              no                  only if used elsewhere      yes
 *   INEXACT    yes              yes                 yes                         no
 *   UNSUPPORTED no              yes                 yes                         no
 *
 * Filters are conjuncts in one normal form: column on the left, constants folded (see KEPT PLANS for parameters), types
 * aligned to the column's; EXPR_COLUMN is an index into schema(). A row passes only when the filter is TRUE. None is
 * volatile, can fail, or holds a subquery.
 *
 * HIDDEN COLUMNS: those that schema() has behind column_count are asked for, and filtered by, only where a query names
 * them: a file's _line, a table's rowid.
 *
 * ROW NUMBERS: UPDATE and DELETE of any form are a scan that also asks for column schema_width(schema()), the row's own
 * number (BIGINT, not NULL), and then delete_rows or update_rows with the numbers of the rows that are meant. They are
 * good within the one statement. Who has neither function is never asked for them. */
#ifndef QUERN_PROVIDER_PROVIDER_H
#define QUERN_PROVIDER_PROVIDER_H

#include <stdatomic.h>

#include "base/context.h"
#include "base/text.h"
#include "column/schema.h"
#include "column/sort_key.h"
#include "column/stream.h"
#include "expr/aggregate.h"
#include "expr/expr.h"
#include "provider/dynamic_filter.h"
#include "provider/statistics.h"

typedef struct TableProvider TableProvider;
typedef struct Scan Scan;

typedef enum TableType { TABLE_BASE, TABLE_VIEW, TABLE_TEMPORARY, TABLE_SEQUENCE } TableType;

typedef enum FilterPushdown { FILTER_UNSUPPORTED, FILTER_INEXACT, FILTER_EXACT } FilterPushdown;

typedef enum InsertOp {
    INSERT_APPEND,
    INSERT_OVERWRITE, /* what was there goes */
    INSERT_REPLACE,   /* rows with a colliding key go */
    INSERT_IGNORE,    /* new rows with a colliding key stay out, and do not count */
} InsertOp;

typedef struct ScanOrder {
    size_t column; /* index into schema() */
    SortOrder order;
} ScanOrder;

#define NO_LIMIT SIZE_MAX

/* GROUP BY and aggregates over the rows that pass the filters. Columns are indexes into schema(). */
typedef struct ScanAggregation {
    size_t group_count; /* 0: one row, also over no rows */
    const size_t *groups;
    size_t aggregate_count;
    const AggregateCall *aggregates; /* arguments are bare columns; none has FILTER or ORDER BY */
} ScanAggregation;

/* What is wanted of a scan. Everything is a wish but the projection and the filters that were answered EXACT. */
typedef struct ScanArgs {
    const Context *context;
    Arena *arena;             /* of the query: the scan is made in it */
    size_t projection_count;  /* 0 is legal: rows without columns, for count(*) */
    const size_t *projection; /* indexes into schema(), in the wanted order; schema_width(): see ROW NUMBERS */
    size_t filter_count;
    Expr *const *filters; /* ANDed; those that were answered EXACT or INEXACT, in order */
    size_t limit;         /* OFFSET + LIMIT for the scan as a whole, or NO_LIMIT: after so many rows it may stop */
    size_t order_count;   /* with an order, the limit binds only if the scan says is_ordered */
    const ScanOrder *orders;
    /* NULL, or what stands directly above the scan. A scan that says is_aggregated has taken it over whole: its batches
     * have the groups' columns, then the aggregates'. One that refuses gives the projection as ever. */
    const ScanAggregation *aggregation;
    size_t dynamic_count;          /* conditions that become known while the query runs; no promise comes with them */
    const size_t *dynamic_columns; /* what they are about: indexes into schema(); `start` is given the filters */
    size_t parallelism;            /* how many cursors are going to be opened at the most */
    bool is_kept;                  /* see KEPT PLANS: what it promises must hold for the rows of later, too */
} ScanArgs;

/* A described read: made by `scan`, executed by readings and their cursors. Read-only while they run but for counts
 * that explain_analyze tells. */
struct Scan {
    const Schema *schema;   /* of the batches: the projection, or what the aggregation gives */
    bool is_ordered;        /* rows come in the wanted order */
    bool is_aggregated;     /* it does the wanted aggregation; then it has no order */
    bool is_confined;       /* its cursors are for the statement's own thread: they use what others of it use too */
    Statistics *statistics; /* of what will come, after filters; may be NULL */
    size_t cursor_limit;    /* so many cursors can share a reading; 0 is 1 */
    /* Bytes that a reading goes through, or what takes as long; its cursors tell `progress` as they go. 0: whoever
     * reads counts the rows that come. May be set by `begin`. */
    uint64_t work;
    ProgressPart *progress; /* of the execution; NULL: nobody wants to know */
    /* An execution begins, the only one until `arena` is freed: its readings, whenever they start, are all of the rows
     * that there are now, and of the values that parameters have now. NULL: planning has seen to that. */
    void (*begin)(Scan *scan, Arena *arena);
    /* A reading: what the cursors of one pass share, such as which morsel comes next. Lives in `arena`, longer than its
     * cursors; only allocates. NULL: a reading has one cursor, and nothing to share. `dynamics`: one for each of the
     * args' dynamic_columns, of this execution; or NULL, when nothing will ever be known of them. */
    void *(*start)(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics);
    /* A cursor on what no other cursor of the reading has taken, with Batch.morsel set where there may be several;
     * reads at its first next, may do I/O. Lives in `arena`, which closes it. Any thread; each cursor is one's own. */
    BatchStream *(*open)(Scan *scan, void *reading, Arena *arena, const Context *context);
    /* Adds "name: text" lines for EXPLAIN: how it reads, SQL that is sent. May be NULL. */
    void (*explain)(Scan *scan, Text *text);
    /* The same for EXPLAIN ANALYZE, after it ran: bytes read, rows dropped by pushed filters. May be NULL. */
    void (*explain_analyze)(Scan *scan, Text *text);
};

typedef enum ConstraintKind {
    CONSTRAINT_PRIMARY_KEY,
    CONSTRAINT_UNIQUE,
    CONSTRAINT_NOT_NULL,
    CONSTRAINT_CHECK,
    CONSTRAINT_FOREIGN_KEY,
    CONSTRAINT_GENERATED,     /* a column is what an expression over the others gives */
    CONSTRAINT_IDENTITY,      /* a column's default, a sequence's next number, is meant to be all that it gets */
    CONSTRAINT_PARTIAL_UNIQUE /* of a unique index: among the rows of its predicate alone, so it is no key */
} ConstraintKind;

/* What becomes of the rows that refer to one that is gone or has another key. */
typedef enum ReferenceAction {
    REFERENCE_NO_ACTION,
    REFERENCE_RESTRICT,
    REFERENCE_CASCADE,
    REFERENCE_SET_NULL,
    REFERENCE_SET_DEFAULT
} ReferenceAction;

/* What the columns of a foreign key refer to: as many columns of another table, or of the same. */
typedef struct Reference {
    const char *schema, *table; /* schema NULL: as it was written, and not looked up yet */
    size_t column_count;        /* 0: the primary key, until it is looked up */
    const char *const *columns;
    ReferenceAction on_delete, on_update;
    bool is_match_full; /* all columns are NULL, or none is */
} Reference;

typedef struct Constraint {
    ConstraintKind kind;
    bool is_index;    /* UNIQUE, PARTIAL_UNIQUE: that of an index, which CREATE INDEX has made */
    bool is_always;   /* IDENTITY: other values are refused */
    const char *name; /* or NULL */
    size_t column_count;
    const size_t *columns;      /* indexes into schema(); CHECK: those that it looks at */
    const char *check;          /* CHECK, GENERATED, PARTIAL_UNIQUE: SQL text */
    Expr *predicate;            /* PARTIAL_UNIQUE: the same, over indexes into schema() */
    const Reference *reference; /* FOREIGN KEY */
} Constraint;

/* The name it was given, or PostgreSQL's for it: t_pkey, t_a_b_key, t_a_check. */
const char *constraint_name(Arena *arena, const char *table_name, const struct Schema *schema,
                            const Constraint *constraint);

/* What is said of a row that breaks a rule: a column of it or the constraint, and the table. */
#define NOT_NULL_VIOLATION_TEXT "null value in column \"%s\" of table \"%s\" violates not-null constraint"
#define CHECK_VIOLATION_TEXT    "new row for table \"%s\" violates check constraint \"%s\""

typedef struct Constraints {
    size_t count;
    const Constraint *items;
} Constraints;

/* Whether a definition has it among the table's, not at a column or as an index. */
static inline bool constraint_is_table_s(const Constraint *constraint)
{
    return constraint->kind != CONSTRAINT_NOT_NULL && constraint->kind != CONSTRAINT_GENERATED &&
           constraint->kind != CONSTRAINT_IDENTITY && !constraint->is_index;
}

typedef struct IndexKey {
    const char *sql; /* a column's name, quoted where it must be, or an expression */
    Expr *expr;      /* over indexes into schema() */
    SortOrder order;
} IndexKey;

typedef struct Index {
    const char *name;
    bool is_unique;
    size_t key_count;
    const IndexKey *keys;
    const char *predicate_sql; /* WHERE: it has the rows for which that is TRUE; NULL: all */
    Expr *predicate;           /* the same, over indexes into schema(), in the form of filters */
} Index;

typedef struct Indexes {
    size_t count;
    const Index *items;
} Indexes;

/* KEPT PLANS: a prepared statement's plan runs many times. Its parameters are EXPR_PARAMETER, of which only the type is
 * known: rows and values are those of when scan->begin is called. A table whose scans can do that has `plan_epoch`;
 * over all others a statement is planned anew for each execution, with the values as constants.
 *
 * Functions that may be NULL say so; a NULL one is "not supported". All may raise, but release. */
typedef struct TableProviderOps {
    const char *format; /* "csv", "sqlite", "memory", "view" */
    /* With SET dry_run what writes tells context->difference what would change, and writes nothing. */
    bool has_dry_run;
    /* Fixed while a plan refers to the provider. Called first; may do I/O (a CSV file is looked at here). */
    const Schema *(*schema)(TableProvider *table, const Context *context);
    TableType (*table_type)(TableProvider *table); /* NULL: TABLE_BASE */
    /* Answers for each filter, in order, ret_answers[filter_count]. NULL: none is supported. */
    void (*supports_filters_pushdown)(TableProvider *table, Expr *const *filters, size_t filter_count,
                                      FilterPushdown *ret_answers);
    Scan *(*scan)(TableProvider *table, const ScanArgs *args); /* NULL only for views */
    uint64_t (*plan_epoch)(TableProvider *table); /* a kept plan is good as long as this is the same: it changes as the
                                                     table grows. May be NULL: see KEPT PLANS */
    const Statistics *(*statistics)(TableProvider *table, const Context *context); /* may be NULL, and return NULL */
    /* Calls visit with about so many rows from all over the table, in batches of these columns, while planning: what it
     * costs is as little as they are. SIZE_MAX: with all rows. None, where they are not at hand. Returns whether these
     * were all. May be NULL. */
    bool (*sample)(TableProvider *table, const Context *context, Arena *arena, const size_t *columns,
                   size_t column_count, size_t row_count, void (*visit)(void *user, Batch *batch), void *user);
    const Constraints *(*constraints)(TableProvider *table); /* may be NULL, and return NULL */
    const Indexes *(*indexes)(TableProvider *table);         /* those of CREATE INDEX; may be NULL, and return NULL */
    const char *(*column_default)(TableProvider *table, size_t column); /* SQL text or NULL; may be NULL */
    /* The CREATE statement, for a table of that name, which is quoted where it must be; schema was called before. NULL,
     * or returns NULL: it is made from the schema. */
    const char *(*table_definition)(TableProvider *table, const char *name, Arena *arena);
    const char *(*logical_plan)(TableProvider *table); /* a view's query as SQL; NULL, or returns NULL: no view */
    /* Takes rows in table column order and types, defaults filled, until the stream ends; returns how many. All or
     * nothing: committed, or rolled back before it raises. */
    uint64_t (*insert_into)(TableProvider *table, const Context *context, InsertOp op, BatchStream *input);
    /* Rows for which all filters are TRUE, which it has answered EXACT; columns[i] becomes values[i], an expression
     * over the row as it was. What these two do not take goes through delete_rows and update_rows. */
    uint64_t (*delete_from)(TableProvider *table, const Context *context, Expr *const *filters, size_t filter_count);
    uint64_t (*update)(TableProvider *table, const Context *context, const size_t *columns, Expr *const *values,
                       size_t column_count, Expr *const *filters, size_t filter_count);
    /* Whether `update` can do this; pure and cheap. NULL: always. It is asked only where no value could be NULL in a
     * column that may not, and no CHECK is to be made. */
    bool (*supports_update)(TableProvider *table, const size_t *columns, Expr *const *values, size_t column_count);
    /* Row numbers: of the table as it was when the statement's scan began. Rows named twice count once. All or
     * nothing, as insert_into. `rows` may read this very table until its end. */
    uint64_t (*delete_rows)(TableProvider *table, const Context *context, BatchStream *rows); /* the number alone */
    /* The number, then the new values of all columns in table order; columns[0 .. column_count-1] are those that the
     * statement assigns, the others are as they were. A NULL number is a new row. */
    uint64_t (*update_rows)(TableProvider *table, const Context *context, const size_t *columns, size_t column_count,
                            BatchStream *rows);
    /* MERGE: as update_rows, and behind the values stands a BOOLEAN that says whether the row goes. NULL: it can
     * delete no rows along with other changes. */
    uint64_t (*merge_rows)(TableProvider *table, const Context *context, const size_t *columns, size_t column_count,
                           BatchStream *rows);
    uint64_t (*truncate)(TableProvider *table, const Context *context);
    /* May be nested: commit and rollback are of the newest begin that is open; what an inner one commits, an outer one
     * may still undo. rollback never raises; a commit that does leaves it open. All three NULL, or none. */
    void (*begin)(TableProvider *table);
    void (*commit)(TableProvider *table);
    void (*rollback)(TableProvider *table);
    /* Tables that give the same take part as one: begin and the others are called for one of them. NULL: each for
     * itself. */
    const void *(*transaction_group)(TableProvider *table);
    void (*release)(TableProvider *table); /* with the last share: frees the table's arena */
} TableProviderOps;

/* A provider's own struct begins with this. */
struct TableProvider {
    const TableProviderOps *ops;
    _Atomic size_t share_count; /* 1 when made */
    Arena *arena;               /* the table's: its own state lives here */
};

TableProvider *provider_ref(TableProvider *table);
/* NULL is fine. */
void provider_unref(TableProvider *table);
/* The arena takes the caller's share; returns the table. */
TableProvider *provider_own(Arena *arena, TableProvider *table);

/* The contract's defaults, so that callers need not look for NULL functions. */
TableType provider_table_type(TableProvider *table);
void provider_supports_filters_pushdown(TableProvider *table, Expr *const *filters, size_t filter_count,
                                        FilterPushdown *ret_answers);
const Statistics *provider_statistics(TableProvider *table, const Context *context);
const Constraints *provider_constraints(TableProvider *table);
const Indexes *provider_indexes(TableProvider *table);
const char *provider_column_default(TableProvider *table, size_t column);
/* The expression that a generated column is; NULL: it is none. */
const char *provider_column_generated(TableProvider *table, size_t column);
/* NULL: it is no identity column. */
const Constraint *provider_column_identity(TableProvider *table, size_t column);
const char *provider_logical_plan(TableProvider *table);

/* ---- Scan ---- */

/* NULL is fine. */
void scan_begin(Scan *scan, Arena *arena);
/* A reading of its own. */
void *scan_start(Scan *scan, Arena *arena, const Context *context, const DynamicFilter *const *dynamics);
/* All of the scan through one cursor, as an execution of its own. */
BatchStream *scan_read(Scan *scan, Arena *arena, const Context *context);
/* How many of `wanted` cursors the memory that is left is enough for, where each holds `size` bytes of its source; at
 * least one. */
size_t scan_cursors_that_fit(const Context *context, size_t wanted, size_t size);

#endif
