/* sql/keyword.h: the words of the grammar, each with what else it may be used for. Alphabetic: keyword_find halves it.
 */
#ifndef QUERN_SQL_KEYWORD_H
#define QUERN_SQL_KEYWORD_H

#include <stdbool.h>

#include "base/string_view.h"

/* PostgreSQL's four classes (its appendix C). Any keyword may follow AS, or stand behind a point. */
typedef enum KeywordClass {
    KEYWORD_UNRESERVED,    /* names whatever an identifier names */
    KEYWORD_COLUMN_NAME,   /* columns and tables, but no function or type: its call has a grammar of its own */
    KEYWORD_TYPE_FUNCTION, /* functions and types, but no column or table */
    KEYWORD_RESERVED,      /* nothing */
} KeywordClass;

/* X(name, spelling, class) */
// clang-format off
#define KEYWORDS(X) \
    X(ADD, "add", UNRESERVED) \
    X(ALL, "all", RESERVED) \
    X(ALTER, "alter", UNRESERVED) \
    X(ALWAYS, "always", UNRESERVED) \
    X(ANALYZE, "analyze", UNRESERVED) \
    X(AND, "and", RESERVED) \
    X(ANTI, "anti", TYPE_FUNCTION) \
    X(ANY, "any", RESERVED) \
    X(ARRAY, "array", RESERVED) \
    X(AS, "as", RESERVED) \
    X(ASC, "asc", RESERVED) \
    X(ASOF, "asof", UNRESERVED) \
    X(ASYMMETRIC, "asymmetric", UNRESERVED) \
    X(AT, "at", UNRESERVED) \
    X(ATTACH, "attach", UNRESERVED) \
    X(AUTOINCREMENT, "autoincrement", UNRESERVED) \
    X(BEGIN, "begin", UNRESERVED) \
    X(BETWEEN, "between", COLUMN_NAME) \
    X(BOTH, "both", RESERVED) \
    X(BY, "by", UNRESERVED) \
    X(CALL, "call", UNRESERVED) \
    X(CASCADE, "cascade", UNRESERVED) \
    X(CASE, "case", RESERVED) \
    X(CAST, "cast", RESERVED) \
    X(CHECK, "check", RESERVED) \
    X(CHECKPOINT, "checkpoint", UNRESERVED) \
    X(COLLATE, "collate", RESERVED) \
    X(COLUMN, "column", UNRESERVED) \
    X(COLUMNS, "columns", COLUMN_NAME) \
    X(COMMENT, "comment", UNRESERVED) \
    X(COMMIT, "commit", UNRESERVED) \
    X(CONFLICT, "conflict", UNRESERVED) \
    X(CONSTRAINT, "constraint", RESERVED) \
    X(COPY, "copy", UNRESERVED) \
    X(CREATE, "create", RESERVED) \
    X(CROSS, "cross", TYPE_FUNCTION) \
    X(CUBE, "cube", UNRESERVED) \
    X(CURRENT, "current", UNRESERVED) \
    X(CURRENT_CATALOG, "current_catalog", RESERVED) \
    X(CURRENT_DATE, "current_date", RESERVED) \
    X(CURRENT_ROLE, "current_role", RESERVED) \
    X(CURRENT_SCHEMA, "current_schema", TYPE_FUNCTION) \
    X(CURRENT_TIME, "current_time", RESERVED) \
    X(CURRENT_TIMESTAMP, "current_timestamp", RESERVED) \
    X(CURRENT_USER, "current_user", RESERVED) \
    X(DATA, "data", UNRESERVED) \
    X(DATABASE, "database", UNRESERVED) \
    X(DATABASES, "databases", UNRESERVED) \
    X(DEALLOCATE, "deallocate", UNRESERVED) \
    X(DEFAULT, "default", RESERVED) \
    X(DELETE, "delete", UNRESERVED) \
    X(DESC, "desc", RESERVED) \
    X(DESCRIBE, "describe", UNRESERVED) \
    X(DETACH, "detach", UNRESERVED) \
    X(DISTINCT, "distinct", RESERVED) \
    X(DO, "do", UNRESERVED) \
    X(DOUBLE, "double", UNRESERVED) \
    X(DROP, "drop", UNRESERVED) \
    X(ELSE, "else", RESERVED) \
    X(END, "end", RESERVED) \
    X(ESCAPE, "escape", UNRESERVED) \
    X(EXCEPT, "except", RESERVED) \
    X(EXCLUDE, "exclude", UNRESERVED) \
    X(EXECUTE, "execute", UNRESERVED) \
    X(EXISTS, "exists", COLUMN_NAME) \
    X(EXPLAIN, "explain", UNRESERVED) \
    X(EXTERNAL, "external", UNRESERVED) \
    X(EXTRACT, "extract", COLUMN_NAME) \
    X(FALSE, "false", RESERVED) \
    X(FETCH, "fetch", RESERVED) \
    X(FILTER, "filter", UNRESERVED) \
    X(FIRST, "first", UNRESERVED) \
    X(FOLLOWING, "following", UNRESERVED) \
    X(FOR, "for", RESERVED) \
    X(FOREIGN, "foreign", RESERVED) \
    X(FROM, "from", RESERVED) \
    X(FULL, "full", TYPE_FUNCTION) \
    X(FUNCTIONS, "functions", UNRESERVED) \
    X(GENERATED, "generated", UNRESERVED) \
    X(GLOB, "glob", TYPE_FUNCTION) \
    X(GROUP, "group", RESERVED) \
    X(GROUPS, "groups", UNRESERVED) \
    X(HAVING, "having", RESERVED) \
    X(IF, "if", UNRESERVED) \
    X(IGNORE, "ignore", UNRESERVED) \
    X(ILIKE, "ilike", TYPE_FUNCTION) \
    X(IN, "in", RESERVED) \
    X(INCLUDE, "include", UNRESERVED) \
    X(INDEX, "index", UNRESERVED) \
    X(INNER, "inner", TYPE_FUNCTION) \
    X(INSERT, "insert", UNRESERVED) \
    X(INTERSECT, "intersect", RESERVED) \
    X(INTERVAL, "interval", COLUMN_NAME) \
    X(INTO, "into", RESERVED) \
    X(IS, "is", TYPE_FUNCTION) \
    X(ISNULL, "isnull", TYPE_FUNCTION) \
    X(JOIN, "join", TYPE_FUNCTION) \
    X(KEY, "key", UNRESERVED) \
    X(LAST, "last", UNRESERVED) \
    X(LATERAL, "lateral", RESERVED) \
    X(LEADING, "leading", RESERVED) \
    X(LEFT, "left", TYPE_FUNCTION) \
    X(LIKE, "like", TYPE_FUNCTION) \
    X(LIMIT, "limit", RESERVED) \
    X(LOAD, "load", UNRESERVED) \
    X(LOCAL, "local", UNRESERVED) \
    X(LOCALTIME, "localtime", RESERVED) \
    X(LOCALTIMESTAMP, "localtimestamp", RESERVED) \
    X(LOCATION, "location", UNRESERVED) \
    X(MATERIALIZED, "materialized", UNRESERVED) \
    X(MERGE, "merge", UNRESERVED) \
    X(NAME, "name", UNRESERVED) \
    X(NATURAL, "natural", TYPE_FUNCTION) \
    X(NO, "no", UNRESERVED) \
    X(NORMALIZE, "normalize", COLUMN_NAME) \
    X(NOT, "not", RESERVED) \
    X(NOTHING, "nothing", UNRESERVED) \
    X(NOTNULL, "notnull", TYPE_FUNCTION) \
    X(NULL, "null", RESERVED) \
    X(NULLS, "nulls", UNRESERVED) \
    X(OFFSET, "offset", RESERVED) \
    X(ON, "on", RESERVED) \
    X(ONLY, "only", UNRESERVED) \
    X(OPTIONS, "options", UNRESERVED) \
    X(OR, "or", RESERVED) \
    X(ORDER, "order", RESERVED) \
    X(ORDINALITY, "ordinality", UNRESERVED) \
    X(OTHERS, "others", UNRESERVED) \
    X(OUTER, "outer", TYPE_FUNCTION) \
    X(OVER, "over", UNRESERVED) \
    X(OVERLAPS, "overlaps", TYPE_FUNCTION) \
    X(OVERLAY, "overlay", COLUMN_NAME) \
    X(OVERWRITE, "overwrite", UNRESERVED) \
    X(PARTITION, "partition", UNRESERVED) \
    X(PARTITIONED, "partitioned", UNRESERVED) \
    X(PERCENT, "percent", UNRESERVED) \
    X(PIVOT, "pivot", TYPE_FUNCTION) \
    X(PLACING, "placing", RESERVED) \
    X(POSITION, "position", COLUMN_NAME) \
    X(PRAGMA, "pragma", UNRESERVED) \
    X(PRECEDING, "preceding", UNRESERVED) \
    X(PRECISION, "precision", UNRESERVED) \
    X(PREPARE, "prepare", UNRESERVED) \
    X(PRIMARY, "primary", RESERVED) \
    X(QUALIFY, "qualify", RESERVED) \
    X(RANGE, "range", UNRESERVED) \
    X(READ, "read", UNRESERVED) \
    X(RECURSIVE, "recursive", UNRESERVED) \
    X(REFERENCES, "references", RESERVED) \
    X(REINDEX, "reindex", UNRESERVED) \
    X(RELEASE, "release", UNRESERVED) \
    X(RENAME, "rename", UNRESERVED) \
    X(REPEATABLE, "repeatable", UNRESERVED) \
    X(REPLACE, "replace", UNRESERVED) \
    X(RESET, "reset", UNRESERVED) \
    X(RESPECT, "respect", UNRESERVED) \
    X(RESTRICT, "restrict", UNRESERVED) \
    X(RETURNING, "returning", RESERVED) \
    X(RIGHT, "right", TYPE_FUNCTION) \
    X(ROLLBACK, "rollback", UNRESERVED) \
    X(ROLLUP, "rollup", UNRESERVED) \
    X(ROW, "row", COLUMN_NAME) \
    X(ROWS, "rows", UNRESERVED) \
    X(SAMPLE, "sample", UNRESERVED) \
    X(SAVEPOINT, "savepoint", UNRESERVED) \
    X(SCHEMA, "schema", UNRESERVED) \
    X(SCHEMAS, "schemas", UNRESERVED) \
    X(SELECT, "select", RESERVED) \
    X(SEMI, "semi", TYPE_FUNCTION) \
    X(SESSION, "session", UNRESERVED) \
    X(SESSION_USER, "session_user", RESERVED) \
    X(SET, "set", UNRESERVED) \
    X(SETS, "sets", UNRESERVED) \
    X(SHOW, "show", UNRESERVED) \
    X(SIMILAR, "similar", TYPE_FUNCTION) \
    X(SOME, "some", RESERVED) \
    X(START, "start", UNRESERVED) \
    X(STORED, "stored", UNRESERVED) \
    X(SUBSTRING, "substring", COLUMN_NAME) \
    X(SUMMARIZE, "summarize", UNRESERVED) \
    X(SYMMETRIC, "symmetric", RESERVED) \
    X(TABLE, "table", RESERVED) \
    X(TABLES, "tables", UNRESERVED) \
    X(TABLESAMPLE, "tablesample", TYPE_FUNCTION) \
    X(TEMP, "temp", UNRESERVED) \
    X(TEMPORARY, "temporary", UNRESERVED) \
    X(THEN, "then", RESERVED) \
    X(TIES, "ties", UNRESERVED) \
    X(TIME, "time", COLUMN_NAME) \
    X(TIMESTAMP, "timestamp", COLUMN_NAME) \
    X(TO, "to", RESERVED) \
    X(TRAILING, "trailing", RESERVED) \
    X(TRANSACTION, "transaction", UNRESERVED) \
    X(TRIM, "trim", COLUMN_NAME) \
    X(TRUE, "true", RESERVED) \
    X(TRUNCATE, "truncate", UNRESERVED) \
    X(TRY_CAST, "try_cast", COLUMN_NAME) \
    X(TYPE, "type", UNRESERVED) \
    X(UNBOUNDED, "unbounded", UNRESERVED) \
    X(UNION, "union", RESERVED) \
    X(UNIQUE, "unique", RESERVED) \
    X(UNKNOWN, "unknown", UNRESERVED) \
    X(UNPIVOT, "unpivot", TYPE_FUNCTION) \
    X(UNSIGNED, "unsigned", UNRESERVED) \
    X(UPDATE, "update", UNRESERVED) \
    X(USE, "use", UNRESERVED) \
    X(USING, "using", RESERVED) \
    X(VACUUM, "vacuum", UNRESERVED) \
    X(VALUES, "values", COLUMN_NAME) \
    X(VERBOSE, "verbose", UNRESERVED) \
    X(VIEW, "view", UNRESERVED) \
    X(VIEWS, "views", UNRESERVED) \
    X(WHEN, "when", RESERVED) \
    X(WHERE, "where", RESERVED) \
    X(WINDOW, "window", RESERVED) \
    X(WITH, "with", RESERVED) \
    X(WITHIN, "within", UNRESERVED) \
    X(WITHOUT, "without", UNRESERVED) \
    X(WORK, "work", UNRESERVED) \
    X(WRITE, "write", UNRESERVED) \
    X(ZONE, "zone", UNRESERVED)
// clang-format on

typedef enum Keyword {
    KEYWORD_NONE,
#define KEYWORD_ENUM(name, spelling, class) KEYWORD_##name,
    KEYWORDS(KEYWORD_ENUM)
#undef KEYWORD_ENUM
        KEYWORD_COUNT,
} Keyword;

/* Without regard to case; KEYWORD_NONE when it is none. */
Keyword keyword_find(StringView word);
/* In lower case; NULL for KEYWORD_NONE. */
const char *keyword_spelling(Keyword keyword);
KeywordClass keyword_class(Keyword keyword);

#endif
