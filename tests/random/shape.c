/* tests/random/shape.c: queries for which SQLite has no words, and what they mean in its words. */
#include <string.h>

#include "grammar.h"

/* ---- GROUPING SETS ---- */

/* The select list with the keys that `kept` has no bit for as NULL. */
static Node *grouping_list(Generator *g, Node *const *items, const int *key_of, size_t count, unsigned kept)
{
    Node *list = node_list(g->arena, ", ");
    for (size_t i = 0; i < count; i++) {
        bool is_null = key_of[i] >= 0 && !(kept >> key_of[i] & 1);
        const char *pattern = arena_format(g->arena, is_null ? "NULL AS c%zu" : "@ AS c%zu", i);
        node_list_add(g->arena, list, node_new(g->arena, KIND_PART, pattern, items[i]));
    }
    return list;
}

/* Children: four select lists, with both keys, the first, the second, none; relation, WHERE, both keys. */
#define ARM_BOTH   "SELECT * FROM (SELECT @0 FROM @4@5 GROUP BY @6, @7)"
#define ARM_FIRST  "SELECT * FROM (SELECT @1 FROM @4@5 GROUP BY @6)"
#define ARM_SECOND "SELECT * FROM (SELECT @2 FROM @4@5 GROUP BY @7)"
#define ARM_NONE   "SELECT * FROM (SELECT @3 FROM @4@5 HAVING count(*) >= 0)"
static const char *const grouping_patterns[] = {
    "SELECT @0 FROM @4@5 GROUP BY ROLLUP (@6, @7)|||" ARM_BOTH " UNION ALL " ARM_FIRST " UNION ALL " ARM_NONE,
    "SELECT @0 FROM @4@5 GROUP BY CUBE (@6, @7)|||" ARM_BOTH " UNION ALL " ARM_FIRST " UNION ALL " ARM_SECOND
    " UNION ALL " ARM_NONE,
    "SELECT @0 FROM @4@5 GROUP BY GROUPING SETS ((@6), (@7))|||" ARM_FIRST " UNION ALL " ARM_SECOND,
    "SELECT @0 FROM @4@5 GROUP BY GROUPING SETS ((@6, @7), (@7), (@7))|||" ARM_BOTH " UNION ALL " ARM_SECOND
    " UNION ALL " ARM_SECOND,
    "SELECT @0 FROM @4@5 GROUP BY @6, ROLLUP (@7)|||" ARM_BOTH " UNION ALL " ARM_FIRST,
};

static Node *grouping_query(Generator *g, const Kind *kinds, size_t kind_count, Node *relation, Node *where)
{
    Scope flat = *g->scope, *here = g->scope;
    Node *keys[2], *items[8];
    int key_of[8];
    for (size_t k = 0; k < 2; k++)
        keys[k] = flat.atoms[random_below(g->random, flat.count)];
    if (strcmp(keys[0]->templates[QUERN], keys[1]->templates[QUERN]) == 0)
        return NULL;
    flat.outer = NULL;
    flat.is_flat = true;
    g->scope = &flat;
    for (size_t i = 0; i < kind_count; i++) {
        int key = (int)random_below(g->random, 2);
        bool is_key = keys[key]->kind == kinds[i];
        key_of[i] = is_key ? key : -1;
        items[i] = is_key ? keys[key] : aggregate_new(g, kinds[i]);
    }
    g->scope = here;
    Node *lists[4];
    static const unsigned kept[] = {3, 1, 2, 0};
    for (size_t i = 0; i < 4; i++)
        lists[i] = grouping_list(g, items, key_of, kind_count, kept[i]);
    size_t count = sizeof grouping_patterns / sizeof *grouping_patterns;
    return node_new(g->arena, KIND_QUERY, grouping_patterns[random_below(g->random, count)], lists[0], lists[1],
                    lists[2], lists[3], relation, where, keys[0], keys[1]);
}

/* ---- DISTINCT ON, QUALIFY ---- */

/* Ordered by every column: the first row of each is told. */
static Node *distinct_on_query(Generator *g, const Kind *kinds, size_t kind_count, Node *relation, Node *where)
{
    Text order = text_in(g->arena), sqlite_order = text_in(g->arena);
    for (size_t i = 0; i < kind_count; i++) {
        text_add_format(&order, "%s%zu NULLS LAST", i > 0 ? ", " : "", i + 1);
        text_add_format(&sqlite_order, "%sc%zu NULLS LAST", i > 0 ? ", " : "", i);
    }
    const char *names = column_names(g, kind_count);
    const char *pattern = arena_format(
        g->arena,
        "SELECT DISTINCT ON (1) @ FROM @@ ORDER BY %s|||SELECT %s FROM (SELECT %s, row_number() OVER (PARTITION BY c0 "
        "ORDER BY %s) AS place FROM (SELECT @ FROM @@)) WHERE place = 1",
        text_string(&order), names, names, text_string(&sqlite_order));
    return node_new(g->arena, KIND_QUERY, pattern, select_list(g, kinds, kind_count, 2), relation, where);
}

static Node *qualify_query(Generator *g, const Kind *kinds, size_t kind_count, Node *relation, Node *where)
{
    const char *pattern = arena_format(
        g->arena, "SELECT @0 FROM @2@3 QUALIFY @1|||SELECT %s FROM (SELECT @0, @1 AS kept FROM @2@3) WHERE kept",
        column_names(g, kind_count));
    Node *list = select_list(g, kinds, kind_count, 2);
    Node *condition =
        node_new(g->arena, KIND_BOOL, random_is(g->random, 50) ? "(@ <= 2)" : "(@ > 1)", window_call(g, KIND_INT));
    return node_new(g->arena, KIND_QUERY, pattern, list, condition, relation, where);
}

Node *shape_query(Generator *g, const Kind *kinds, size_t kind_count)
{
    Scope from = {.outer = scope_within(g->scope)}, *here = g->scope;
    Node *relation = relation_new(g, &from, 1), *query = NULL;
    g->scope = &from;
    Node *where = random_is(g->random, 50) ? where_new(g, "WHERE", 2) : empty_new(g);
    if (from.count > 0 && random_is(g->random, 40))
        query = grouping_query(g, kinds, kind_count, relation, where);
    else if (random_is(g->random, 50))
        query = qualify_query(g, kinds, kind_count, relation, where);
    if (query == NULL)
        query = distinct_on_query(g, kinds, kind_count, relation, where);
    g->scope = here;
    return query;
}

/* ---- behind FROM ---- */

/* A query of one row for each row of a table: for SQLite an expression of its select list. */
static Node *lateral_new(Generator *g, Scope *scope, const char *alias)
{
    const char *inner = arena_format(g->arena, "a%u", ++g->alias_count);
    Scope table = {0}, *here = g->scope;
    Node *reference = table_reference(g, &table, inner);
    Kind kind = kind_random(g);
    g->scope = &table;
    Node *query = query_of_one_row(g, kind);
    g->scope = here;
    Text columns = text_in(g->arena);
    for (size_t i = 0; i < table.count; i++) {
        const char *name = table.atoms[i]->templates[QUERN], *column = strchr(name, '.') + 1;
        text_add_format(&columns, "%s AS %s, ", name, column);
        scope_add_column(g, scope, table.atoms[i]->kind, alias, column);
    }
    scope_add_column(g, scope, kind, alias, "c0");
    const char *pattern = arena_format(g->arena,
                                       "(SELECT %sl.c0 AS c0 FROM @0 LEFT JOIN LATERAL (@1) AS l(c0) ON TRUE) AS %s|||"
                                       "(SELECT %s(@1) AS c0 FROM @0) AS %s",
                                       text_string(&columns), alias, text_string(&columns), alias);
    return node_new(g->arena, KIND_RELATION, pattern, reference, query);
}

static Node *series_new(Generator *g, Scope *scope, const char *alias)
{
    size_t end = random_below(g->random, 7);
    scope_add_column(g, scope, KIND_INT, alias, "c0");
    return node_new(g->arena, KIND_RELATION,
                    arena_format(g->arena,
                                 "generate_series(0, %zu) AS %s(c0)|||(WITH RECURSIVE n(c0) AS (SELECT 0 UNION ALL "
                                 "SELECT c0 + 1 FROM n WHERE c0 < %zu) SELECT c0 FROM n) AS %s",
                                 end, alias, end, alias));
}

Node *shape_relation(Generator *g, Scope *scope)
{
    const char *alias = arena_format(g->arena, "a%u", ++g->alias_count);
    return g->depth < DEPTH_LIMIT && random_is(g->random, 70) ? lateral_new(g, scope, alias)
                                                              : series_new(g, scope, alias);
}

/* ---- WITH RECURSIVE ---- */

/* Two rounds over a table; c1 counts them. */
Node *recursive_name(Generator *g)
{
    static const Kind kinds[] = {KIND_INT, KIND_INT};
    Scope step = {.is_flat = true}, *here = g->scope;
    Node *base = query_new(g, kinds, 1);
    const char *name = common_add(g, kinds, 2)->name;
    Node *table = table_reference(g, &step, arena_format(g->arena, "a%u", ++g->alias_count));
    scope_add_column(g, &step, KIND_INT, "r", "c0");
    g->scope = &step;
    Node *key = expression_new(g, KIND_INT, 1), *value = expression_new(g, KIND_INT, 2);
    g->scope = here;
    const char *pattern = arena_format(
        g->arena,
        "%s(c0, c1) AS (SELECT b.c0, 0 FROM (@0) AS b UNION%s SELECT @1, (r.c1 + 1) FROM %s AS r JOIN @2 ON "
        "(r.c0 = @3) WHERE (r.c1 < 2))",
        name, random_is(g->random, 30) ? " ALL" : "", name);
    return node_new(g->arena, KIND_PART, pattern, base, value, table, key);
}
