/* tests/random/node.h: a query as the tree it was derived by: each node is a template with places for its children. So
 * it can be written in two dialects, and made smaller piece by piece (shrink.h). */
#ifndef QUERN_RANDOM_NODE_H
#define QUERN_RANDOM_NODE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/text.h"

/* What a node stands for; one may take the place of another of its kind. The first are expressions of a type. */
#define VALUE_KINDS(X)                                                                                                 \
    X(INT, "BIGINT", "BIGINT", "0", "1")                                                                               \
    X(DECIMAL, "DECIMAL(18,2)", "REAL", "0.0", "1.0")                                                                  \
    X(DOUBLE, "DOUBLE", "REAL", "CAST(0 AS DOUBLE)", "CAST(1 AS DOUBLE)")                                              \
    X(TEXT, "VARCHAR", "TEXT", "''", "'a'")                                                                            \
    X(BOOL, "BOOLEAN", "INTEGER", "FALSE", "TRUE")                                                                     \
    X(DATE, "DATE", "TEXT", "DATE '2000-01-01'", "DATE '2000-01-02'")

typedef enum Kind {
#define KIND_VALUE(name, quern_type, sqlite_type, small, other) KIND_##name,
    VALUE_KINDS(KIND_VALUE)
#undef KIND_VALUE
        VALUE_KIND_COUNT,
    KIND_QUERY = VALUE_KIND_COUNT,
    KIND_RELATION, /* what stands behind FROM */
    KIND_CLAUSE,   /* may be left out */
    KIND_PART,     /* must stay */
    KIND_LIST,     /* children with separators, at least one */
    KIND_ORDER     /* ORDER BY each position of children[0], a LIST */
} Kind;

typedef enum Dialect { QUERN, SQLITE, DIALECT_COUNT } Dialect;

typedef struct Node {
    Kind kind;
    /* '@' stands for the next child, '@2' for the third, in templates that number all; the list's separator in a
     * LIST. NULL: the dialect has no such thing. */
    const char *templates[DIALECT_COUNT];
    struct Node **children;
    size_t child_count, child_capacity;
    unsigned order_bits; /* ORDER: two bits an item, descending and NULLS FIRST */
    const char *changed; /* the table that the statement changes; NULL: it is a query */
} Node;

enum { NODE_CHILD_LIMIT = 8 }; /* of templates; lists may be longer */

/* `templates` "x" means the same in both dialects; "x|||y" is quern's and SQLite's; "x|||" is quern's alone. The
 * children follow, as many as there are '@'. */
Node *node_new(Arena *arena, Kind kind, const char *templates, ...);
Node *node_list(Arena *arena, const char *separator);
void node_list_add(Arena *arena, Node *list, Node *child);
/* False when the dialect has no such query; the text is then of no use. */
bool node_write(const Node *node, Dialect dialect, Text *text);
size_t node_count(const Node *node);

#endif
