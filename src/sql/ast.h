/* sql/ast.h: the abstract syntax tree: what was written, names not yet resolved, types not yet known.
 *
 * All nodes and texts live in the arena that was given to the parser; nothing points into the caller's text. Every node
 * carries the byte offset, in the text that was parsed, of its most telling token: an operator's own place for binary
 * operators, the first token for all else. Absent parts are NULL, an absent name has data == NULL, an absent list has
 * count == 0. Unquoted names are folded to lower case, quoted ones are as written.
 *
 * `height` is how many nodes lie on the longest way down, this one included. The parser lets no tree grow above
 * AST_HEIGHT_LIMIT, so code that recurses over a tree needs no check of its own. Chains of AND, OR and of one set
 * operation are single nodes with many operands, however long. */
#ifndef QUERN_SQL_AST_H
#define QUERN_SQL_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "base/string_view.h"

#define AST_HEIGHT_LIMIT 1000

typedef struct AstExpr AstExpr;
typedef struct AstQuery AstQuery;
typedef struct AstTableRef AstTableRef;
typedef struct AstStatement AstStatement;

/* ---- names and types ---- */

typedef struct AstName {
    StringView text; /* data NULL: absent */
    Position position;
} AstName;

static inline bool ast_name_is_given(const AstName *name)
{
    return name->text.data != NULL;
}

/* [[catalog.]schema.]name */
typedef struct AstObjectName {
    StringView catalog;
    StringView schema;
    StringView name;
    Position position; /* of its first part */
} AstObjectName;

/* Its parts, schema first, as the catalog takes them; returns how many. */
size_t ast_object_name_parts(const AstObjectName *name, StringView *ret_parts);

typedef ARRAY(AstExpr *) AstExprs;
typedef ARRAY(AstName) AstNames;
typedef ARRAY(AstObjectName) AstObjectNames;
typedef ARRAY(AstTableRef *) AstTableRefs;
typedef ARRAY(AstQuery *) AstQueries;

/* A type as written, in lower case, words joined by one blank: "double precision", "timestamp with time zone",
 * "integer unsigned", "character varying", "integer[]". What it means is the binder's to say. `timestamp(3) with time
 * zone` has the name "timestamp with time zone" and one modifier. */
typedef struct AstType {
    StringView name;
    Position position;
    int64_t modifiers[2]; /* numeric(15, 2): 15 and 2 */
    size_t modifier_count;
    StringView fields; /* interval's "day" or "day to second"; data NULL: none */
} AstType;

/* name value, as in OPTIONS (…), COPY … (…), EXPLAIN (…), ATTACH … (…). A bare word as value is an AST_STRING in lower
 * case; a list is an AST_ROW; NULL: only the name was given. */
typedef struct AstOption {
    AstName name;
    AstExpr *value;
} AstOption;

typedef ARRAY(AstOption) AstOptions;

/* ---- expressions ---- */

typedef enum AstExprKind {
    AST_NULL,
    AST_BOOLEAN,       /* .boolean */
    AST_INTEGER,       /* .text: decimal digits, of any length; hexadecimal and the like are converted */
    AST_DECIMAL,       /* .text: digits with a point: "1.50", ".5", "5." */
    AST_FLOAT,         /* .text: with an exponent: "1e5" */
    AST_STRING,        /* .text: quotes and escapes undone */
    AST_BLOB,          /* .text: the bytes */
    AST_TYPED_LITERAL, /* .typed: DATE '…', INTERVAL '3' DAY */
    AST_INTERVAL,      /* .interval: INTERVAL (x + 1) DAY: so many units */
    AST_COLUMN,        /* .column */
    AST_STAR,          /* .star: *, t.*; also the argument of count(*) */
    AST_COLUMNS,       /* .operand: COLUMNS('regex'), COLUMNS(*), COLUMNS(name -> condition): ->'s AST_BINARY */
    AST_PARAMETER,     /* .text: "1" for $1 and the first ?, "name" for $name and :name */
    AST_VALUE,         /* .value: what EXECUTE has put in a parameter's place; the parser makes none */
    AST_BOUND,         /* .bound: what the binder has put in the place of COLUMNS; the parser makes none */
    AST_DEFAULT,       /* DEFAULT as a value in INSERT and UPDATE */
    AST_UNARY,         /* .unary */
    AST_BINARY,        /* .binary */
    AST_AND,           /* .list: two or more operands */
    AST_OR,            /* .list: two or more operands */
    AST_IS,            /* .is: x IS [NOT] NULL, TRUE, FALSE, UNKNOWN */
    AST_BETWEEN,       /* .between */
    AST_IN_LIST,       /* .in: the list may be empty */
    AST_IN_QUERY,      /* .in */
    AST_LIKE,          /* .like: LIKE, ILIKE, SIMILAR TO, GLOB */
    AST_CASE,          /* .cases */
    AST_CAST,          /* .cast: CAST, ::, TRY_CAST */
    AST_COLLATE,       /* .collate */
    AST_FUNCTION,      /* .function: also aggregates and window functions */
    AST_SUBQUERY,      /* .query: a query as one value */
    AST_EXISTS,        /* .query */
    AST_QUANTIFIED,    /* .quantified: x = ANY (query or list) */
    AST_ROW,           /* .list: (a, b), ROW(a), also with no element at all */
    AST_ARRAY,         /* .list: ARRAY[a, b], [a, b] */
    AST_SUBSCRIPT,     /* .subscript: x[i], x[low:high] */
    AST_FIELD,         /* .field: (x).name */
    AST_STRUCT,        /* .pairs: {'name': value, …} */
} AstExprKind;

/* X(name, how it is written). AND, OR, IS NULL, BETWEEN, IN and LIKE are no operators here but kinds of their own. */
#define AST_OPERATORS(X)                                                                                               \
    X(PLUS, "+")                                                                                                       \
    X(MINUS, "-")                                                                                                      \
    X(MULTIPLY, "*")                                                                                                   \
    X(DIVIDE, "/")                                                                                                     \
    X(INTEGER_DIVIDE, "//")                                                                                            \
    X(MODULO, "%")                                                                                                     \
    X(POWER, "^")                                                                                                      \
    X(CONCAT, "||")                                                                                                    \
    X(BIT_AND, "&")                                                                                                    \
    X(BIT_OR, "|")                                                                                                     \
    X(BIT_XOR, "#")                                                                                                    \
    X(BIT_NOT, "~")                                                                                                    \
    X(SHIFT_LEFT, "<<")                                                                                                \
    X(SHIFT_RIGHT, ">>")                                                                                               \
    X(EQUAL, "=")                                                                                                      \
    X(NOT_EQUAL, "<>")                                                                                                 \
    X(LESS, "<")                                                                                                       \
    X(LESS_EQUAL, "<=")                                                                                                \
    X(GREATER, ">")                                                                                                    \
    X(GREATER_EQUAL, ">=")                                                                                             \
    X(IS_DISTINCT_FROM, "IS DISTINCT FROM")                                                                            \
    X(IS_NOT_DISTINCT_FROM, "IS NOT DISTINCT FROM")                                                                    \
    X(REGEX_MATCH, "~")                                                                                                \
    X(REGEX_MATCH_NO_CASE, "~*")                                                                                       \
    X(REGEX_NOT_MATCH, "!~")                                                                                           \
    X(REGEX_NOT_MATCH_NO_CASE, "!~*")                                                                                  \
    X(STARTS_WITH, "^@")                                                                                               \
    X(JSON_GET, "->")                                                                                                  \
    X(JSON_GET_TEXT, "->>")                                                                                            \
    X(CONTAINS, "@>")                                                                                                  \
    X(CONTAINED, "<@")                                                                                                 \
    X(OVERLAPS, "&&")                                                                                                  \
    X(AT_TIME_ZONE, "AT TIME ZONE")                                                                                    \
    X(NOT, "NOT")

/* AST_OPERATOR_PLUS, _MINUS, _BIT_NOT and _NOT can be unary. */
typedef enum AstOperator {
#define AST_OPERATOR_ENUM(name, symbol) AST_OPERATOR_##name,
    AST_OPERATORS(AST_OPERATOR_ENUM)
#undef AST_OPERATOR_ENUM
        AST_OPERATOR_COUNT,
} AstOperator;

/* "+", "IS DISTINCT FROM" */
const char *ast_operator_symbol(AstOperator operator);

typedef enum AstTruth { AST_TRUTH_NULL, AST_TRUTH_TRUE, AST_TRUTH_FALSE, AST_TRUTH_UNKNOWN } AstTruth;
typedef enum AstPattern { AST_PATTERN_LIKE, AST_PATTERN_ILIKE, AST_PATTERN_SIMILAR, AST_PATTERN_GLOB } AstPattern;

typedef enum AstNulls { AST_NULLS_DEFAULT, AST_NULLS_FIRST, AST_NULLS_LAST } AstNulls;

typedef struct AstOrder {
    AstExpr *expr; /* NULL only in ORDER BY ALL */
    bool is_descending;
    AstNulls nulls;
} AstOrder;

typedef ARRAY(AstOrder) AstOrders;

typedef enum AstFrameMode { AST_FRAME_NONE, AST_FRAME_ROWS, AST_FRAME_RANGE, AST_FRAME_GROUPS } AstFrameMode;

/* In the order in which they follow each other. */
typedef enum AstBoundKind {
    AST_BOUND_UNBOUNDED_PRECEDING,
    AST_BOUND_PRECEDING, /* .offset */
    AST_BOUND_CURRENT_ROW,
    AST_BOUND_FOLLOWING, /* .offset */
    AST_BOUND_UNBOUNDED_FOLLOWING,
} AstBoundKind;

typedef enum AstExclude {
    AST_EXCLUDE_NO_OTHERS,
    AST_EXCLUDE_CURRENT_ROW,
    AST_EXCLUDE_GROUP,
    AST_EXCLUDE_TIES,
} AstExclude;

typedef struct AstBound {
    AstBoundKind kind;
    AstExpr *offset;
} AstBound;

/* OVER (…), or an entry of WINDOW. */
typedef struct AstWindow {
    Position position;
    uint16_t height;
    AstName base;      /* the named window that it is, or starts from */
    bool is_name_only; /* OVER name: the named window itself; all below is empty */
    AstExprs partition_by;
    AstOrders order_by;
    AstFrameMode frame;  /* NONE: none was written; then the bounds mean nothing */
    AstBound start, end; /* a frame without BETWEEN ends at CURRENT ROW */
    AstExclude exclude;
} AstWindow;

typedef struct AstWhen {
    AstExpr *condition; /* with CASE x: the value that x is compared to */
    AstExpr *result;
} AstWhen;

typedef ARRAY(AstWhen) AstWhens;

/* SELECT item, entry of RETURNING, of * REPLACE (…) and {…}. */
typedef struct AstItem {
    AstExpr *expr;
    AstName alias;
} AstItem;

typedef ARRAY(AstItem) AstItems;

typedef struct AstRename {
    AstName from, to;
} AstRename;

typedef ARRAY(AstRename) AstRenames;

typedef enum AstNullTreatment { AST_NULLS_UNSAID, AST_NULLS_RESPECT, AST_NULLS_IGNORE } AstNullTreatment;

/* The forms with words inside are calls like any other, in the order written, unless said:
 *   EXTRACT(f FROM x)                extract('f', x)
 *   POSITION(a IN b)                 position(a, b)
 *   SUBSTRING(x FROM a FOR b)        substring(x, a, b), without FROM: substring(x, 1, b)
 *   SUBSTRING(x SIMILAR p ESCAPE e)  substring(x, p, e)
 *   TRIM([BOTH] [c FROM] x)          trim(x [, c]); LEADING: ltrim, TRAILING: rtrim
 *   OVERLAY(x PLACING y FROM a FOR b) overlay(x, y, a [, b])
 *   CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP, LOCALTIME, LOCALTIMESTAMP [(p)]   current_date(), …
 *   CURRENT_USER, SESSION_USER, CURRENT_ROLE, CURRENT_SCHEMA, CURRENT_CATALOG   current_user(), … */
typedef struct AstFunction {
    AstObjectName name;
    AstExprs arguments;      /* count(*) has one AST_STAR */
    AstName *argument_names; /* one for each argument, absent where it has none; NULL: no argument has one */
    bool is_distinct;
    AstOrders order_by; /* within the parentheses */
    AstOrders within_group;
    AstExpr *filter;
    AstNullTreatment nulls;
    AstWindow *over; /* NULL: not a window function's call */
} AstFunction;

struct AstExpr {
    AstExprKind kind;
    uint16_t height;
    Position position;
    union {
        bool boolean;
        StringView text;
        struct {
            struct Expr *expr; /* expr/expr.h */
            StringView name;   /* of the column */
        } bound;
        struct {
            StringView name;                   /* the parameter's */
            const struct Parameter *parameter; /* expr/expr.h */
            bool is_untyped;                   /* it is a string literal */
        } value;
        AstExpr *operand;
        AstExprs list;
        AstQuery *query;
        AstItems pairs;
        struct {
            AstType type;
            StringView text;
        } typed;
        struct {
            AstExpr *amount;
            StringView unit; /* as AstType.fields */
        } interval;
        struct {
            AstName *parts; /* [[catalog.]schema.]table.]column: the column is the last one */
            size_t part_count;
        } column;
        struct {
            AstName *parts; /* the table's name; none: all tables */
            size_t part_count;
            AstNames exclude;
            AstItems replace; /* alias: the column that the expression replaces */
            AstRenames rename;
        } star;
        struct {
            AstOperator operator;
            AstExpr *operand;
        } unary;
        struct {
            AstOperator operator;
            AstExpr *left, *right;
        } binary;
        struct {
            AstExpr *operand;
            AstTruth truth;
            bool is_negated;
        } is;
        struct {
            AstExpr *operand, *low, *high;
            bool is_negated, is_symmetric;
        } between;
        struct {
            AstExpr *operand;
            AstExprs list;   /* IN_LIST */
            AstQuery *query; /* IN_QUERY */
            bool is_negated;
        } in;
        struct {
            AstExpr *operand, *text, *escape; /* text: the pattern; escape may be NULL */
            AstPattern pattern;
            bool is_negated;
        } like;
        struct {
            AstExpr *operand; /* NULL: CASE WHEN condition … */
            AstWhens whens;   /* at least one */
            AstExpr *otherwise;
        } cases;
        struct {
            AstExpr *operand;
            AstType type;
            bool is_try;
        } cast;
        struct {
            AstExpr *operand;
            AstObjectName collation;
        } collate;
        AstFunction *function;
        struct {
            AstExpr *operand;
            AstOperator operator;
            bool is_all;     /* otherwise ANY, that is SOME */
            AstQuery *query; /* or NULL: */
            AstExpr *list;   /* ANY (list value) */
        } quantified;
        struct {
            AstExpr *operand, *low, *high; /* x[low], x[low:high]; either may be NULL in a slice */
            bool is_slice;
        } subscript;
        struct {
            AstExpr *operand;
            AstName name;
        } field;
    };
};

/* ---- queries ---- */

typedef enum AstQueryKind {
    AST_QUERY_SELECT,    /* .select; TABLE t and FROM t are SELECT * FROM t */
    AST_QUERY_SET,       /* .set */
    AST_QUERY_VALUES,    /* .rows */
    AST_QUERY_NESTED,    /* .nested: (query with WITH, ORDER BY or LIMIT of its own) followed by more such clauses */
    AST_QUERY_STATEMENT, /* .statement: DESCRIBE, SHOW or SUMMARIZE as a source of rows: FROM (DESCRIBE t) */
} AstQueryKind;

typedef enum AstSetOperator { AST_SET_UNION, AST_SET_INTERSECT, AST_SET_EXCEPT } AstSetOperator;

typedef struct AstCte {
    AstName name;
    AstNames columns;
    AstQuery *query;
    AstStatement *statement; /* instead of the query: INSERT, UPDATE, DELETE or MERGE; else NULL */
    enum { AST_MATERIALIZED_UNSAID, AST_MATERIALIZED, AST_NOT_MATERIALIZED } materialized;
} AstCte;

typedef ARRAY(AstCte) AstCtes;

typedef enum AstGroupKind {
    AST_GROUP_EXPR,
    AST_GROUP_ROLLUP,
    AST_GROUP_CUBE,
    AST_GROUP_SETS,
} AstGroupKind;

typedef struct AstGroup AstGroup;
typedef ARRAY(AstGroup) AstGroups;

struct AstGroup {
    AstGroupKind kind;
    Position position;
    uint16_t height;
    AstExpr *expr;   /* EXPR: inside of ROLLUP, CUBE and SETS an AST_ROW is a set of columns, () an AST_ROW of none */
    AstGroups items; /* the others */
};

typedef struct AstNamedWindow {
    AstName name;
    AstWindow *window;
} AstNamedWindow;

typedef ARRAY(AstNamedWindow) AstNamedWindows;

typedef struct AstSample {
    Position position;
    AstName method;  /* "bernoulli", "system", "reservoir"; absent: any */
    AstExpr *amount; /* percent, or rows */
    bool is_rows;
    AstExpr *seed;
} AstSample;

typedef struct AstSelect {
    bool is_distinct;
    AstExprs distinct_on;
    AstItems items;
    AstTableRefs from; /* joined by commas */
    AstExpr *where;
    AstGroups group_by;
    bool is_group_by_all;
    bool is_group_by_distinct; /* GROUP BY DISTINCT …: equal grouping sets once */
    AstExpr *having;
    AstNamedWindows windows;
    AstExpr *qualify;
    AstSample *sample; /* USING SAMPLE */
} AstSelect;

struct AstQuery {
    AstQueryKind kind;
    uint16_t height;
    Position position;
    bool is_recursive; /* WITH RECURSIVE */
    AstCtes with;
    AstOrders order_by;   /* of the whole query */
    bool is_order_by_all; /* then order_by holds one entry, without expression */
    AstExpr *limit;       /* NULL: none or ALL */
    AstExpr *offset;
    bool is_limit_percent;
    bool is_limit_with_ties; /* FETCH FIRST n ROWS WITH TIES */
    union {
        AstSelect *select;
        struct {
            AstSetOperator operator;
            bool is_all;
            bool is_by_name;
            AstQueries operands; /* two or more: the first one, then each of the others applied to what there is */
        } set;
        ARRAY(AstExprs) rows; /* at least one; all of the same length only if the user wrote them so */
        AstQuery *nested;
        AstStatement *statement;
    };
};

/* ---- FROM ---- */

typedef enum AstTableRefKind {
    AST_FROM_TABLE,    /* .table */
    AST_FROM_FILE,     /* .file: FROM 'file.csv' */
    AST_FROM_FUNCTION, /* .function: an AST_FUNCTION */
    AST_FROM_QUERY,    /* .query: also (VALUES …) */
    AST_FROM_JOIN,     /* .join */
    AST_FROM_PIVOT,    /* .pivot */
    AST_FROM_UNPIVOT,  /* .unpivot */
} AstTableRefKind;

typedef enum AstJoinKind {
    AST_JOIN_INNER,
    AST_JOIN_LEFT,
    AST_JOIN_RIGHT,
    AST_JOIN_FULL,
    AST_JOIN_CROSS,
    AST_JOIN_SEMI, /* rows of the left side that have a match */
    AST_JOIN_ANTI,
    AST_JOIN_RIGHT_SEMI,
    AST_JOIN_RIGHT_ANTI,
} AstJoinKind;

typedef struct AstPivotColumn {
    AstExpr *column; /* what is spread over columns */
    AstItems values; /* with the names of the columns; none: all that occur */
} AstPivotColumn;

/* source PIVOT (aggregates FOR column IN (values) … [GROUP BY …]) */
typedef struct AstPivot {
    AstTableRef *source;
    AstItems aggregates;
    ARRAY(AstPivotColumn) columns;
    AstExprs group_by;
} AstPivot;

/* source UNPIVOT [INCLUDE NULLS] (value FOR name IN (columns)) */
typedef struct AstUnpivot {
    AstTableRef *source;
    bool is_including_nulls;
    AstNames values;
    AstName name;
    AstItems columns; /* a column, or an AST_ROW of as many as there are values */
} AstUnpivot;

struct AstTableRef {
    AstTableRefKind kind;
    uint16_t height;
    Position position; /* of a join: the JOIN itself */
    AstName alias;
    AstNames column_aliases;
    bool is_lateral;         /* written; functions may always refer to the tables before them */
    bool is_with_ordinality; /* functions */
    AstSample *sample;
    union {
        AstObjectName table;
        StringView file;
        AstExpr *function;
        AstQuery *query;
        struct {
            AstJoinKind kind;
            bool is_natural;
            AstTableRef *left, *right;
            AstExpr *on;
            AstNames using;
            AstName using_alias; /* USING (…) AS x: of the merged columns */
        } join;
        AstPivot *pivot;
        AstUnpivot *unpivot;
    };
};

/* ---- statements ---- */

typedef enum AstConstraintKind {
    AST_CONSTRAINT_NOT_NULL,
    AST_CONSTRAINT_NULL,
    AST_CONSTRAINT_PRIMARY_KEY,
    AST_CONSTRAINT_UNIQUE,
    AST_CONSTRAINT_CHECK,
    AST_CONSTRAINT_FOREIGN_KEY, /* REFERENCES */
    AST_CONSTRAINT_DEFAULT,     /* of a column */
    AST_CONSTRAINT_COLLATE,     /* of a column */
    AST_CONSTRAINT_GENERATED,   /* of a column: GENERATED ALWAYS AS (expr) */
    AST_CONSTRAINT_IDENTITY,    /* of a column: GENERATED … AS IDENTITY */
} AstConstraintKind;

/* What becomes of the rows that refer to one that is gone or has another key. */
typedef enum AstReferenceAction {
    AST_REFERENCE_NO_ACTION,
    AST_REFERENCE_RESTRICT,
    AST_REFERENCE_CASCADE,
    AST_REFERENCE_SET_NULL,
    AST_REFERENCE_SET_DEFAULT,
} AstReferenceAction;

typedef struct AstConstraint {
    AstConstraintKind kind;
    Position position;
    AstName name;                 /* CONSTRAINT name */
    AstNames columns;             /* of table constraints; empty at a column */
    AstExpr *expr;                /* CHECK, DEFAULT, GENERATED; IDENTITY: its next number, once it has a sequence */
    struct AstSequence *sequence; /* IDENTITY: options, and maybe a name */
    bool is_always;               /* IDENTITY: not BY DEFAULT */
    AstObjectName reference;      /* FOREIGN KEY: the other table; COLLATE: the collation */
    AstNames reference_columns;
    AstReferenceAction on_delete, on_update;
    bool is_match_full;    /* FOREIGN KEY: MATCH FULL */
    bool is_descending;    /* PRIMARY KEY DESC */
    bool is_autoincrement; /* PRIMARY KEY AUTOINCREMENT */
} AstConstraint;

typedef ARRAY(AstConstraint) AstConstraints;

typedef struct AstColumnDefinition {
    AstName name;
    AstType type; /* name.data NULL: none was written */
    AstConstraints constraints;
} AstColumnDefinition;

typedef ARRAY(AstColumnDefinition) AstColumnDefinitions;

/* LIKE t INCLUDING …: bits of what is taken over beside names, types and NOT NULL. */
typedef enum AstLikePart {
    AST_LIKE_DEFAULTS = 1,
    AST_LIKE_CONSTRAINTS = 2, /* CHECK */
    AST_LIKE_INDEXES = 4,     /* PRIMARY KEY and UNIQUE too */
    AST_LIKE_GENERATED = 8,
    AST_LIKE_IDENTITY = 16,
    AST_LIKE_ALL = 31,
} AstLikePart;

typedef struct AstLike {
    AstObjectName table;
    size_t column_index; /* its columns stand before that one */
    unsigned parts;
} AstLike;

typedef ARRAY(AstLike) AstLikes;

typedef struct AstCreateTable {
    AstObjectName name;
    bool is_or_replace, is_temporary, is_if_not_exists;
    AstColumnDefinitions columns; /* with a query: types are absent when only names were listed */
    AstConstraints constraints;
    AstLikes likes;
    AstQuery *query; /* AS query */
    bool is_with_no_data;
    AstOptions options; /* WITH (…) */
} AstCreateTable;

typedef struct AstCreateView {
    AstObjectName name;
    bool is_or_replace, is_temporary, is_if_not_exists;
    AstNames columns;
    AstQuery *query;
    StringView query_text; /* as it was written, without the semicolon */
    Position query_text_position;
} AstCreateView;

typedef struct AstCreateExternalTable {
    AstObjectName name;
    bool is_or_replace, is_if_not_exists;
    AstColumnDefinitions columns;
    AstConstraints constraints;
    AstName format; /* STORED AS; folded to lower case; absent: by the location */
    StringView location;
    Position location_position;
    AstNames partitioned_by;
    ARRAY(AstOrders) orders; /* WITH ORDER (…), one for each time it is written */
    bool is_with_header_row;
    AstOptions options;
} AstCreateExternalTable;

typedef struct AstCreateIndex {
    AstObjectName name; /* name.name.data NULL: none was given */
    bool is_unique, is_if_not_exists;
    AstObjectName table;
    StringView method; /* USING btree; data NULL: none */
    AstOrders keys;
    AstExpr *where;
} AstCreateIndex;

typedef struct AstCreateSchema {
    AstObjectName name;
    bool is_if_not_exists, is_or_replace;
} AstCreateSchema;

typedef enum AstSequenceOptionKind {
    AST_SEQUENCE_AS,
    AST_SEQUENCE_INCREMENT,
    AST_SEQUENCE_MINVALUE,
    AST_SEQUENCE_MAXVALUE,
    AST_SEQUENCE_START,
    AST_SEQUENCE_RESTART,
    AST_SEQUENCE_CYCLE,
} AstSequenceOptionKind;

typedef struct AstSequenceOption {
    AstSequenceOptionKind kind;
    bool is_no;        /* NO MINVALUE, NO CYCLE */
    StringView number; /* with its sign; empty: none */
    AstType type;      /* AS */
    Position position;
} AstSequenceOption;

/* CREATE SEQUENCE and ALTER SEQUENCE, and the options of an identity column. CACHE is read and dropped. */
typedef struct AstSequence {
    AstObjectName name;
    bool is_or_replace, is_temporary, is_if_not_exists;
    bool is_if_exists;   /* ALTER */
    AstName new_name;    /* ALTER … RENAME TO */
    AstObjectName owner; /* OWNED BY a column, as [schema.]table.column, or NONE, without a table */
    bool is_identity;    /* of an identity column; the parser does not set it */
    ARRAY(AstSequenceOption) options;
} AstSequence;

typedef enum AstObjectKind {
    AST_OBJECT_TABLE,
    AST_OBJECT_VIEW,
    AST_OBJECT_INDEX,
    AST_OBJECT_SCHEMA,
    AST_OBJECT_SEQUENCE
} AstObjectKind;

/* COMMENT ON … IS 'text' or NULL */
typedef struct AstComment {
    AstObjectKind kind;
    bool is_column; /* then `name` is a column's: [schema.]table.column */
    AstObjectName name;
    AstExpr *text;
} AstComment;

typedef struct AstDrop {
    AstObjectKind kind;
    bool is_if_exists;
    bool is_cascade;
    AstObjectNames names;
} AstDrop;

typedef struct AstTruncate {
    AstObjectNames names;
    bool restarts_identity; /* RESTART IDENTITY */
    bool is_cascade;
} AstTruncate;

typedef enum AstAlterKind {
    AST_ALTER_ADD_COLUMN,
    AST_ALTER_DROP_COLUMN,
    AST_ALTER_RENAME_COLUMN,
    AST_ALTER_RENAME_TABLE,
    AST_ALTER_OWNER, /* TO new_name: there are no owners */
    AST_ALTER_SET_TYPE,
    AST_ALTER_SET_DEFAULT,
    AST_ALTER_DROP_DEFAULT,
    AST_ALTER_SET_NOT_NULL,
    AST_ALTER_DROP_NOT_NULL,
    AST_ALTER_ADD_CONSTRAINT,
    AST_ALTER_DROP_CONSTRAINT,
    AST_ALTER_ADD_IDENTITY, /* .constraint */
    AST_ALTER_SET_IDENTITY, /* .constraint: is_always alone */
    AST_ALTER_DROP_IDENTITY,
} AstAlterKind;

typedef struct AstAlter {
    AstAlterKind kind;
    AstObjectKind object; /* TABLE, VIEW or SCHEMA */
    AstObjectName name;
    bool is_if_exists;        /* ALTER TABLE IF EXISTS */
    bool is_column_condition; /* ADD … IF NOT EXISTS, DROP … IF EXISTS */
    bool is_cascade;
    AstName column;                 /* all that name an existing column; DROP CONSTRAINT: its name */
    AstName new_name;               /* RENAME */
    AstColumnDefinition definition; /* ADD COLUMN; SET TYPE uses its type */
    AstExpr *expr;                  /* SET DEFAULT; USING of SET TYPE */
    AstConstraint constraint;       /* ADD CONSTRAINT */
    struct AstAlter *next;          /* the action behind a comma; what is about the table stands in the first only */
} AstAlter;

/* SET a = x, (b, c) = (SELECT …) */
typedef struct AstAssignment {
    AstNames columns; /* one, or several for a row */
    AstExpr *value;   /* AST_DEFAULT possible */
} AstAssignment;

typedef ARRAY(AstAssignment) AstAssignments;

typedef enum AstInsertMode {
    AST_INSERT_APPEND,
    AST_INSERT_OVERWRITE, /* INSERT OVERWRITE */
    AST_INSERT_REPLACE,   /* INSERT OR REPLACE, REPLACE INTO */
    AST_INSERT_IGNORE,    /* INSERT OR IGNORE */
} AstInsertMode;

/* What is given for an identity column: an error where it is GENERATED ALWAYS; taken; not looked at. */
typedef enum AstOverriding { AST_OVERRIDING_NONE, AST_OVERRIDING_SYSTEM, AST_OVERRIDING_USER } AstOverriding;

typedef struct AstInsert {
    AstInsertMode mode;
    AstCtes with; /* WITH … INSERT; the query may have its own */
    bool is_recursive;
    AstObjectName table;
    AstName alias;
    AstNames columns;
    bool is_by_name; /* INSERT INTO t BY NAME query */
    AstOverriding overriding;
    AstQuery *query; /* NULL: DEFAULT VALUES; in VALUES an AST_DEFAULT may stand */
    bool has_on_conflict;
    AstNames conflict_columns;
    AstName conflict_constraint; /* ON CONSTRAINT name */
    AstExpr *conflict_where;
    bool is_do_update; /* otherwise DO NOTHING */
    AstAssignments assignments;
    AstExpr *update_where;
    AstItems returning;
} AstInsert;

typedef struct AstUpdate {
    AstCtes with;
    bool is_recursive;
    AstObjectName table;
    AstName alias;
    AstAssignments assignments;
    AstTableRefs from;
    AstExpr *where;
    AstItems returning;
} AstUpdate;

typedef struct AstDelete {
    AstCtes with;
    bool is_recursive;
    AstObjectName table;
    AstName alias;
    AstTableRefs using;
    AstExpr *where;
    AstItems returning;
} AstDelete;

typedef enum AstMergeMatch {
    AST_MERGE_MATCHED,
    AST_MERGE_NOT_MATCHED,           /* rows of the source without one of the table */
    AST_MERGE_NOT_MATCHED_BY_SOURCE, /* the other way round */
} AstMergeMatch;

typedef enum AstMergeAction { AST_MERGE_NOTHING, AST_MERGE_UPDATE, AST_MERGE_DELETE, AST_MERGE_INSERT } AstMergeAction;

/* WHEN … [AND condition] THEN … */
typedef struct AstMergeWhen {
    Position position;
    AstMergeMatch match;
    AstExpr *condition; /* or NULL */
    AstMergeAction action;
    AstAssignments assignments; /* UPDATE */
    AstNames columns;           /* INSERT */
    AstOverriding overriding;
    AstQuery *values; /* one row; NULL: DEFAULT VALUES */
} AstMergeWhen;

typedef struct AstMerge {
    AstCtes with;
    bool is_recursive;
    AstObjectName table;
    AstName alias;
    AstTableRef *source;
    AstExpr *on;
    ARRAY(AstMergeWhen) whens;
    AstItems returning;
} AstMerge;

typedef struct AstCopy {
    bool is_from;
    AstQuery *query; /* COPY (query) TO; otherwise: */
    AstObjectName table;
    AstNames columns;
    StringView file; /* data NULL: STDIN or STDOUT */
    Position file_position;
    AstOptions options; /* names in lower case: format, header, delimiter, quote, escape, null, … */
} AstCopy;

typedef struct AstAttach {
    StringView path;
    Position path_position;
    AstName name; /* absent: from the path */
    bool is_if_not_exists;
    AstOptions options;
} AstAttach;

typedef struct AstDetach {
    AstName name;
    bool is_if_exists;
} AstDetach;

typedef struct AstExplain {
    bool is_analyze;
    bool is_verbose;
    AstOptions options; /* EXPLAIN (FORMAT json, …), analyze and verbose taken out */
    AstStatement *statement;
} AstExplain;

/* DESCRIBE and SUMMARIZE: a table or a query. */
typedef struct AstDescribe {
    AstTableRef *table; /* AST_FROM_TABLE or AST_FROM_FILE, or NULL: */
    AstQuery *query;    /* both NULL: DESCRIBE alone */
} AstDescribe;

typedef enum AstShowKind {
    AST_SHOW_SETTING, /* .name */
    AST_SHOW_ALL,     /* all settings */
    AST_SHOW_TABLES,  /* .name.schema: FROM schema; .name.name: none */
    AST_SHOW_ALL_TABLES,
    AST_SHOW_COLUMNS,      /* FROM .name */
    AST_SHOW_CREATE_TABLE, /* .name */
    AST_SHOW_CREATE_VIEW,  /* .name */
    AST_SHOW_FUNCTIONS,
    AST_SHOW_SCHEMAS,
    AST_SHOW_DATABASES,
    AST_SHOW_VIEWS,
} AstShowKind;

typedef struct AstShow {
    AstShowKind kind;
    AstObjectName name; /* of a setting: its name, dots included, is in name.name */
    AstExpr *like;      /* SHOW TABLES LIKE 'a%' */
} AstShow;

typedef struct AstSet {
    AstName name;   /* dots included: "quern.execution.batch_size"; "timezone" for TIME ZONE */
    bool is_local;  /* SET LOCAL */
    AstExprs value; /* none: DEFAULT; bare words are AST_STRING */
} AstSet;

typedef enum AstTransactionKind {
    AST_TRANSACTION_BEGIN,
    AST_TRANSACTION_COMMIT,
    AST_TRANSACTION_ROLLBACK,
    AST_TRANSACTION_SAVEPOINT,   /* .savepoint */
    AST_TRANSACTION_RELEASE,     /* .savepoint */
    AST_TRANSACTION_ROLLBACK_TO, /* .savepoint */
} AstTransactionKind;

typedef struct AstTransaction {
    AstTransactionKind kind;
    AstName savepoint;
    bool is_read_only; /* BEGIN … READ ONLY */
} AstTransaction;

typedef ARRAY(AstType) AstTypes;

typedef struct AstPrepare {
    AstName name;
    AstTypes types; /* PREPARE p(int, text) */
    AstStatement *statement;
} AstPrepare;

typedef struct AstExecute {
    AstName name;
    AstExprs arguments;
    AstName *argument_names; /* as in AstFunction */
} AstExecute;

typedef struct AstPragma {
    AstObjectName name;
    AstExprs arguments; /* PRAGMA name = value, PRAGMA name(value, …) */
} AstPragma;

/* X(enum, type, field). Each statement kind has one struct, by pointer. */
#define AST_STATEMENTS(X)                                                                                              \
    X(QUERY, AstQuery, query)                                                                                          \
    X(CREATE_TABLE, AstCreateTable, create_table)                                                                      \
    X(CREATE_VIEW, AstCreateView, create_view)                                                                         \
    X(CREATE_EXTERNAL_TABLE, AstCreateExternalTable, create_external_table)                                            \
    X(CREATE_INDEX, AstCreateIndex, create_index)                                                                      \
    X(CREATE_SEQUENCE, AstSequence, create_sequence)                                                                   \
    X(ALTER_SEQUENCE, AstSequence, alter_sequence)                                                                     \
    X(CREATE_SCHEMA, AstCreateSchema, create_schema)                                                                   \
    X(COMMENT, AstComment, comment)                                                                                    \
    X(DROP, AstDrop, drop)                                                                                             \
    X(REINDEX, AstObjectName, reindex)                                                                                 \
    X(ALTER, AstAlter, alter)                                                                                          \
    X(INSERT, AstInsert, insert)                                                                                       \
    X(UPDATE, AstUpdate, update)                                                                                       \
    X(DELETE, AstDelete, delete)                                                                                       \
    X(MERGE, AstMerge, merge)                                                                                          \
    X(TRUNCATE, AstTruncate, truncate)                                                                                 \
    X(COPY, AstCopy, copy)                                                                                             \
    X(ATTACH, AstAttach, attach)                                                                                       \
    X(DETACH, AstDetach, detach)                                                                                       \
    X(EXPLAIN, AstExplain, explain)                                                                                    \
    X(DESCRIBE, AstDescribe, describe)                                                                                 \
    X(SUMMARIZE, AstDescribe, summarize)                                                                               \
    X(SHOW, AstShow, show)                                                                                             \
    X(SET, AstSet, set)                                                                                                \
    X(RESET, AstName, reset) /* absent: RESET ALL */                                                                   \
    X(TRANSACTION, AstTransaction, transaction)                                                                        \
    X(PREPARE, AstPrepare, prepare)                                                                                    \
    X(EXECUTE, AstExecute, execute)                                                                                    \
    X(DEALLOCATE, AstName, deallocate) /* absent: ALL */                                                               \
    X(LOAD, AstName, load)             /* the file */                                                                  \
    X(USE, AstObjectName, use)                                                                                         \
    X(PRAGMA, AstPragma, pragma)                                                                                       \
    X(CALL, AstExpr, call)             /* an AST_FUNCTION */                                                           \
    X(ANALYZE, AstObjectName, analyze) /* name.name.data NULL: all; also VACUUM and CHECKPOINT: housekeeping */

typedef enum AstStatementKind {
#define AST_STATEMENT_ENUM(name, type, field) AST_STATEMENT_##name,
    AST_STATEMENTS(AST_STATEMENT_ENUM)
#undef AST_STATEMENT_ENUM
        AST_STATEMENT_KIND_COUNT,
} AstStatementKind;

struct AstStatement {
    AstStatementKind kind;
    uint16_t height;
    Position position;
    size_t parameter_count; /* distinct ? and $1: the highest number */
    AstExprs parameters;    /* every AST_PARAMETER, as they come; empty in a statement within another */
    union {
#define AST_STATEMENT_FIELD(name, type, field) type *field;
        AST_STATEMENTS(AST_STATEMENT_FIELD)
#undef AST_STATEMENT_FIELD
    };
};

/* The column's first constraint of that kind; NULL: it has none. */
AstConstraint *ast_column_constraint(const AstColumnDefinition *column, AstConstraintKind kind);

/* Calls visit for the expression and all within it, parents first; not for those of queries in it. */
void ast_expr_walk(AstExpr *expr, void (*visit)(void *user, AstExpr *expr), void *user);

/* "CREATE TABLE", for messages */
const char *ast_statement_name(AstStatementKind kind);

#endif
