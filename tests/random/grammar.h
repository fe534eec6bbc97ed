/* tests/random/grammar.h: the productions of the grammar, each of which makes a node; more of them stand in window.c,
 * shape.c and change.c. */
#ifndef QUERN_RANDOM_GRAMMAR_H
#define QUERN_RANDOM_GRAMMAR_H

#include "generator.h"

enum { ATOM_LIMIT = 48 };

/* What expressions may name. */
typedef struct Scope {
    const struct Scope *outer; /* NULL: there is none, or it must not be seen */
    Node *atoms[ATOM_LIMIT];
    size_t count;
    bool is_flat;               /* no subqueries here */
    const struct Scope *within; /* what subqueries see; NULL: this */
} Scope;

/* A table expression of WITH. */
typedef struct Common {
    char name[24];
    size_t column_count;
    Kind kinds[COLUMN_LIMIT];
} Common;

typedef struct Generator {
    const Tables *tables;
    Arena *arena;
    Random *random;
    Scope *scope;
    unsigned alias_count;
    Common common[2];
    size_t common_count;
    int depth; /* of queries within queries */
} Generator;

enum { DEPTH_LIMIT = 3 };

/* ---- grammar.c ---- */

Kind kind_random(Generator *g);
size_t kinds_random(Generator *g, Kind *kinds, size_t limit);
Node *expression_new(Generator *g, Kind kind, int depth);
/* A column in reach, or NULL when there is none of the kind. */
Node *atom_random(Generator *g, Kind kind);
/* The argument names columns of this query alone. */
Node *aggregate_new(Generator *g, Kind kind);
Node *empty_new(Generator *g);
Node *where_new(Generator *g, const char *word, int depth);
void scope_add_column(Generator *g, Scope *scope, Kind kind, const char *alias, const char *column);
/* What a query within one with this scope sees around itself. */
const Scope *scope_within(const Scope *scope);
Node *table_reference(Generator *g, Scope *scope, const char *alias);
Node *relation_new(Generator *g, Scope *scope, int depth);
Node *select_list(Generator *g, const Kind *kinds, size_t kind_count, int depth);
Node *query_new(Generator *g, const Kind *kinds, size_t kind_count);
/* One row at most, of one column. */
Node *query_of_one_row(Generator *g, Kind kind);
/* A new name of WITH, the next of w0, w1, with columns c0, c1. */
const Common *common_add(Generator *g, const Kind *kinds, size_t count);
/* "c0, c1": the columns of a derived table. */
const char *column_names(Generator *g, size_t count);

/* ---- window.c ---- */

/* A call with OVER, for the select list. */
Node *window_call(Generator *g, Kind kind);

/* ---- shape.c: what SQLite says in other words ---- */

/* GROUPING SETS and its like, DISTINCT ON, QUALIFY. */
Node *shape_query(Generator *g, const Kind *kinds, size_t kind_count);
/* LATERAL, generate_series. */
Node *shape_relation(Generator *g, Scope *scope);
/* A name of WITH RECURSIVE. */
Node *recursive_name(Generator *g);

/* ---- change.c ---- */

/* INSERT, UPDATE, DELETE; NULL: no table can be written. */
Node *change_statement(Generator *g);

#endif
