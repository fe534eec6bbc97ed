/* tests/random/grammar.c: random queries: a production a function, and expressions from a list of templates.
 *
 * Both dialects must mean the same. So expressions are strictly typed, divisors are never zero, doubles and decimals
 * are multiples of a quarter, ORDER BY says where NULLs go and orders by every column before LIMIT, and whatever could
 * be left to the reader (precedence, names) is written out. */
#include <stdio.h>
#include <string.h>

#include "grammar.h"

Kind kind_random(Generator *g)
{
    static const Kind kinds[] = {KIND_INT,  KIND_INT,  KIND_INT,  KIND_INT,    KIND_TEXT,
                                 KIND_TEXT, KIND_BOOL, KIND_DATE, KIND_DOUBLE, KIND_DECIMAL};
    return kinds[random_below(g->random, sizeof kinds / sizeof *kinds)];
}

/* ---- expressions ---- */

/* In a pattern {i} is the place of an INT expression, {n} DECIMAL, {d} DOUBLE, {s} TEXT, {b} BOOL, {t} DATE; {*} is of
 * a random kind, the same for all in a pattern. Behind "|||" SQLite's words stand, with the same places again. */
static const struct {
    Kind kind;
    const char *pattern;
} patterns[] = {
    {KIND_INT, "({i} + {i})"},
    {KIND_INT, "({i} - {i})"},
    {KIND_INT, "({i} * {i})"},
    {KIND_INT, "({i} / nullif({i}, 0))"},
    {KIND_INT, "({i} % nullif({i}, 0))"},
    {KIND_INT, "(-({i}))"},
    {KIND_INT, "abs({i})"},
    {KIND_INT, "length({s})"},
    {KIND_INT, "coalesce({i}, {i})"},
    {KIND_INT, "nullif({i}, {i})"},
    {KIND_INT, "CASE WHEN {b} THEN {i} ELSE {i} END"},
    {KIND_INT, "CASE WHEN {b} THEN {i} WHEN {b} THEN {i} END"},
    {KIND_INT, "CASE {*} WHEN {*} THEN {i} ELSE {i} END"},
    {KIND_INT, "CAST({b} AS INTEGER)"},
    {KIND_INT, "CAST({i} AS BIGINT)"},
    {KIND_INT, "CAST(extract(year FROM {t}) AS BIGINT)|||CAST(strftime('%Y', {t}) AS BIGINT)"},
    {KIND_INT, "coalesce(NULL, {i})"},
    {KIND_INT, "CASE WHEN {b} THEN {i} ELSE NULL END"},
    {KIND_DECIMAL, "({n} + {n})"},
    {KIND_DECIMAL, "({n} - {n})"},
    {KIND_DECIMAL, "({n} * {n})"},
    {KIND_DECIMAL, "(-({n}))"},
    {KIND_DECIMAL, "abs({n})"},
    {KIND_DECIMAL, "coalesce({n}, {n})"},
    {KIND_DECIMAL, "CASE WHEN {b} THEN {n} ELSE {n} END"},
    {KIND_DECIMAL, "CAST({i} AS DECIMAL(18,2))|||CAST({i} AS REAL)"},
    {KIND_DOUBLE, "({d} + {d})"},
    {KIND_DOUBLE, "({d} - {d})"},
    {KIND_DOUBLE, "({d} * {d})"},
    {KIND_DOUBLE, "(-({d}))"},
    {KIND_DOUBLE, "abs({d})"},
    {KIND_DOUBLE, "coalesce({d}, {d})"},
    {KIND_DOUBLE, "nullif({d}, {d})"},
    {KIND_DOUBLE, "CASE WHEN {b} THEN {d} END"},
    {KIND_DOUBLE, "CAST({i} AS DOUBLE)"},
    {KIND_TEXT, "({s} || {s})"},
    {KIND_TEXT, "upper({s})"},
    {KIND_TEXT, "lower({s})"},
    {KIND_TEXT, "trim({s})"},
    {KIND_TEXT, "substr({s}, 2, 3)"},
    {KIND_TEXT, "substr({s}, 2)"},
    {KIND_TEXT, "replace({s}, 'a', {s})"},
    {KIND_TEXT, "coalesce({s}, {s})"},
    {KIND_TEXT, "nullif({s}, {s})"},
    {KIND_TEXT, "CASE WHEN {b} THEN {s} ELSE {s} END"},
    {KIND_TEXT, "CASE {*} WHEN {*} THEN {s} WHEN {*} THEN {s} END"},
    {KIND_TEXT, "CAST({i} AS VARCHAR)"},
    {KIND_DATE, "coalesce({t}, {t})"},
    {KIND_DATE, "nullif({t}, {t})"},
    {KIND_DATE, "CASE WHEN {b} THEN {t} ELSE {t} END"},
    {KIND_BOOL, "({*} = {*})"},
    {KIND_BOOL, "({*} <> {*})"},
    {KIND_BOOL, "({*} < {*})"},
    {KIND_BOOL, "({*} <= {*})"},
    {KIND_BOOL, "({*} > {*})"},
    {KIND_BOOL, "({*} >= {*})"},
    {KIND_BOOL, "({*} IS DISTINCT FROM {*})"},
    {KIND_BOOL, "({*} IS NOT DISTINCT FROM {*})"},
    {KIND_BOOL, "({*} IS NULL)"},
    {KIND_BOOL, "({*} IS NOT NULL)"},
    {KIND_BOOL, "({*} BETWEEN {*} AND {*})"},
    {KIND_BOOL, "({*} NOT BETWEEN {*} AND {*})"},
    {KIND_BOOL, "({*} IN ({*}, {*}, {*}))"},
    {KIND_BOOL, "({*} NOT IN ({*}, {*}))"},
    {KIND_BOOL, "({i} IN (1, 2, NULL))"},
    {KIND_BOOL, "({i} NOT IN (0, 3, 5))"},
    {KIND_BOOL, "({s} LIKE '%a%')"},
    {KIND_BOOL, "({s} LIKE 'a%')"},
    {KIND_BOOL, "({s} NOT LIKE '_b%')"},
    {KIND_BOOL, "({s} LIKE '%twelve_by%z')"},
    {KIND_BOOL, "({s} LIKE 'a!%b' ESCAPE '!')"},
    {KIND_BOOL, "({s} LIKE {s})"},
    {KIND_BOOL, "({b} AND {b})"},
    {KIND_BOOL, "({b} AND {b})"},
    {KIND_BOOL, "({b} OR {b})"},
    {KIND_BOOL, "({b} OR {b} OR {b})"},
    {KIND_BOOL, "(NOT {b})"},
    {KIND_BOOL, "(NULL AND {b})"},
    {KIND_BOOL, "({*} = NULL)"},
    {KIND_BOOL, "({b} IS TRUE)"},
    {KIND_BOOL, "({b} IS NOT FALSE)"},
    {KIND_BOOL, "coalesce({b}, {b})"},
    {KIND_BOOL, "CASE WHEN {b} THEN {b} ELSE {b} END"},
};
enum { PATTERN_COUNT = sizeof patterns / sizeof *patterns };

/* Turns a pattern into a template and its children. */
static Node *pattern_expand(Generator *g, Kind kind, const char *pattern, int depth)
{
    static const char letters[] = "indsbt";
    char template[256];
    size_t size = 0, child_count = 0;
    Node *children[NODE_CHILD_LIMIT] = {0};
    Kind same = kind_random(g);
    bool is_again = false; /* behind the bar the same children stand */
    for (const char *p = pattern; *p != '\0'; p++) {
        is_again = is_again || strncmp(p, "|||", 3) == 0;
        if (*p != '{') {
            template[size++] = *p;
            continue;
        }
        const char *letter = strchr(letters, p[1]);
        if (!is_again)
            children[child_count++] = expression_new(g, letter ? (Kind)(letter - letters) : same, depth - 1);
        template[size++] = '@';
        p += 2;
    }
    template[size] = '\0';
    return node_new(g->arena, kind, arena_string(g->arena, template), children[0], children[1], children[2],
                    children[3], children[4], children[5]);
}

static Node *pattern_random(Generator *g, Kind kind, int depth)
{
    size_t count = 0;
    for (size_t i = 0; i < PATTERN_COUNT; i++)
        count += patterns[i].kind == kind;
    size_t chosen = random_below(g->random, count);
    for (size_t i = 0;; i++)
        if (patterns[i].kind == kind && chosen-- == 0)
            return pattern_expand(g, kind, patterns[i].pattern, depth);
}

static Node *literal_new(Generator *g, Kind kind)
{
    static const char *const nulls[] = {
#define TYPED_NULL(name, quern_type, sqlite_type, small, other) "CAST(NULL AS " quern_type ")|||NULL",
        VALUE_KINDS(TYPED_NULL)
#undef TYPED_NULL
    };
    if (random_is(g->random, 6))
        return node_new(g->arena, kind, nulls[kind]);
    const char *cell = literal_generate(g->arena, g->random, kind);
    if (kind == KIND_DATE)
        cell = arena_format(g->arena, "%s|||%s", cell, cell + strlen("DATE "));
    if (kind == KIND_DOUBLE)
        cell = arena_format(g->arena, "CAST(%s AS DOUBLE)", cell);
    return node_new(g->arena, kind, cell);
}

/* A column that is in reach; NULL when there is none of the kind. Outer scopes are asked now and then. */
Node *atom_random(Generator *g, Kind kind)
{
    const Scope *scope = g->scope;
    while (scope != NULL && scope->outer != NULL && random_is(g->random, 25))
        scope = scope->outer;
    if (scope == NULL || scope->count == 0)
        return NULL;
    for (size_t i = 0, start = random_below(g->random, scope->count); i < scope->count; i++) {
        Node *atom = scope->atoms[(start + i) % scope->count];
        if (atom->kind == kind)
            return atom;
    }
    return NULL;
}

/* IN, EXISTS, and comparisons with ANY and ALL, which SQLite writes as IN. */
static Node *subquery_test(Generator *g, int depth)
{
    Kind kind = kind_random(g);
    Node *query = query_new(g, &kind, 1);
    if (random_is(g->random, 40))
        return node_new(g->arena, KIND_BOOL, random_is(g->random, 70) ? "EXISTS (@)" : "(NOT EXISTS (@))", query);
    static const char *const tests[] = {"(@ IN (@))", "(@ IN (@))", "(@ NOT IN (@))", "(@ = ANY (@))|||(@ IN (@))",
                                        "(@ <> ALL (@))|||(@ NOT IN (@))"};
    Node *value = expression_new(g, kind, depth - 1);
    return node_new(g->arena, KIND_BOOL, tests[random_below(g->random, 5)], value, query);
}

Node *expression_new(Generator *g, Kind kind, int depth)
{
    bool has_subqueries = g->depth < DEPTH_LIMIT && depth > 0 && (g->scope == NULL || !g->scope->is_flat);
    if (depth <= 0 || random_is(g->random, 15)) {
        Node *atom = random_is(g->random, 85) ? atom_random(g, kind) : NULL;
        return atom != NULL ? atom : literal_new(g, kind);
    }
    if (has_subqueries && kind == KIND_BOOL && random_is(g->random, 12))
        return subquery_test(g, depth);
    if (has_subqueries && random_is(g->random, 6))
        return node_new(g->arena, kind, "(@)", query_of_one_row(g, kind));
    return pattern_random(g, kind, depth);
}

/* ---- what stands behind FROM ---- */

const Scope *scope_within(const Scope *scope)
{
    return scope != NULL && scope->within != NULL ? scope->within : scope;
}

static void scope_add(Scope *scope, Node *atom)
{
    if (scope->count < ATOM_LIMIT)
        scope->atoms[scope->count++] = atom;
}

void scope_add_column(Generator *g, Scope *scope, Kind kind, const char *alias, const char *column)
{
    scope_add(scope, node_new(g->arena, kind, arena_format(g->arena, "%s.%s", alias, column)));
}

Node *table_reference(Generator *g, Scope *scope, const char *alias)
{
    const Table *table = &g->tables->tables[random_below(g->random, g->tables->count)];
    for (size_t c = 0; c < table->column_count; c++)
        scope_add_column(g, scope, table->kinds[c], alias, table->names[c]);
    return node_new(g->arena, KIND_RELATION, arena_format(g->arena, "%s AS %s", table->name, alias));
}

static Node *common_reference(Generator *g, Scope *scope, const char *alias)
{
    const Common *common = &g->common[random_below(g->random, g->common_count)];
    for (size_t c = 0; c < common->column_count; c++)
        scope_add_column(g, scope, common->kinds[c], alias, arena_format(g->arena, "c%zu", c));
    return node_new(g->arena, KIND_RELATION, arena_format(g->arena, "%s AS %s", common->name, alias));
}

size_t kinds_random(Generator *g, Kind *kinds, size_t limit)
{
    size_t count = 1 + random_below(g->random, limit);
    for (size_t i = 0; i < count; i++)
        kinds[i] = kind_random(g);
    return count;
}

static Node *derived_table(Generator *g, Scope *scope, const char *alias)
{
    Kind kinds[3];
    size_t count = kinds_random(g, kinds, 3);
    Scope *here = g->scope;
    g->scope = NULL; /* it sees nothing around it */
    Node *query = query_new(g, kinds, count);
    g->scope = here;
    for (size_t c = 0; c < count; c++)
        scope_add_column(g, scope, kinds[c], alias, arena_format(g->arena, "c%zu", c));
    return node_new(g->arena, KIND_RELATION, arena_format(g->arena, "(@) AS %s", alias), query);
}

/* Two tables: i0 and s0 are columns of all. */
static Node *using_join(Generator *g, Scope *scope)
{
    static const char *const joins[] = {"@ JOIN @ USING (i0)", "@ LEFT JOIN @ USING (s0, i0)",
                                        "@ FULL JOIN @ USING (i0)", "@ RIGHT JOIN @ USING (s0)"};
    Node *left = table_reference(g, scope, arena_format(g->arena, "a%u", ++g->alias_count));
    Node *right = table_reference(g, scope, arena_format(g->arena, "a%u", ++g->alias_count));
    return node_new(g->arena, KIND_RELATION, joins[random_below(g->random, 4)], left, right);
}

static Node *relation_leaf(Generator *g, Scope *scope)
{
    const char *alias = arena_format(g->arena, "a%u", ++g->alias_count);
    if (g->common_count > 0 && random_is(g->random, 35))
        return common_reference(g, scope, alias);
    if (g->depth < DEPTH_LIMIT && random_is(g->random, 15))
        return derived_table(g, scope, alias);
    if (random_is(g->random, 4))
        return shape_relation(g, scope);
    return table_reference(g, scope, alias);
}

/* The columns that both sides see are what a join's condition may name. */
static Node *join_condition(Generator *g, Scope *scope, size_t left_count, bool has_subqueries)
{
    Scope *here = g->scope;
    Node *condition = NULL;
    scope->is_flat = !has_subqueries;
    scope->outer = NULL;
    g->scope = scope;
    for (int tries = 0; tries < 8 && condition == NULL && random_is(g->random, 90); tries++) {
        Node *left = scope->atoms[random_below(g->random, left_count)];
        Node *right = scope->atoms[left_count + random_below(g->random, scope->count - left_count)];
        if (left->kind == right->kind)
            condition = node_new(g->arena, KIND_BOOL, random_is(g->random, 92) ? "(@ = @)" : "(@ < @)", left, right);
    }
    if (condition == NULL)
        condition = expression_new(g, KIND_BOOL, 2);
    else if (random_is(g->random, 30))
        condition = node_new(g->arena, KIND_BOOL, "(@ AND @)", condition, expression_new(g, KIND_BOOL, 2));
    g->scope = here;
    return condition;
}

/* SQLite 3.40 loses rows of RIGHT and FULL joins whose left side is a join; quern alone is asked about those. */
Node *relation_new(Generator *g, Scope *scope, int depth)
{
    static const char *const joins[] = {"@ JOIN @ ON @",        "@ LEFT JOIN @ ON @",  "@ JOIN (@) ON @",
                                        "@ LEFT JOIN (@) ON @", "@ RIGHT JOIN @ ON @", "@ FULL JOIN @ ON @"};
    if (depth <= 0 || random_is(g->random, 45))
        return relation_leaf(g, scope);
    if (random_is(g->random, 8))
        return using_join(g, scope);
    Scope both = {0};
    bool is_outer = random_is(g->random, 25), is_nested = !is_outer && random_is(g->random, 15);
    Node *left = relation_new(g, &both, is_outer && random_is(g->random, 80) ? 0 : depth - 1);
    size_t left_count = both.count;
    Node *right = is_nested ? relation_new(g, &both, depth - 1) : relation_leaf(g, &both), *join;
    is_nested = is_nested && right->child_count > 1;
    if (both.count == left_count || random_is(g->random, 8))
        join = node_new(g->arena, KIND_RELATION, is_nested ? "@ CROSS JOIN (@)" : "@ CROSS JOIN @", left, right);
    else {
        const char *pattern =
            joins[is_outer ? 4 + random_below(g->random, 2) : 2 * is_nested + random_below(g->random, 2)];
        Node *condition = join_condition(g, &both, left_count, /* has_subqueries= */ !is_outer);
        if (is_outer && left->child_count > 1)
            pattern = arena_format(g->arena, "%s|||", pattern);
        join = node_new(g->arena, KIND_RELATION, pattern, left, right, condition);
    }
    for (size_t i = 0; i < both.count; i++)
        scope_add(scope, both.atoms[i]);
    return join;
}

/* ---- queries ---- */

Node *where_new(Generator *g, const char *word, int depth)
{
    return node_new(g->arena, KIND_CLAUSE, arena_format(g->arena, " %s @", word), expression_new(g, KIND_BOOL, depth));
}

Node *empty_new(Generator *g)
{
    return node_new(g->arena, KIND_CLAUSE, "");
}

static const struct {
    Kind result, argument;
    const char *pattern;
} aggregates[] = {
    /* DISTINCT, argument, FILTER */
    {KIND_INT, KIND_INT, "count(@@)@"},
    {KIND_INT, KIND_TEXT, "count(@@)@"},
    {KIND_INT, KIND_INT, "sum(@@)@"},
    {KIND_INT, KIND_INT, "min(@@)@"},
    {KIND_INT, KIND_INT, "max(@@)@"},
    {KIND_TEXT, KIND_TEXT, "min(@@)@"},
    {KIND_TEXT, KIND_TEXT, "max(@@)@"},
    {KIND_DATE, KIND_DATE, "min(@@)@"},
    {KIND_DATE, KIND_DATE, "max(@@)@"},
    {KIND_DOUBLE, KIND_DOUBLE, "sum(@@)@"},
    {KIND_DOUBLE, KIND_DOUBLE, "min(@@)@"},
    {KIND_DOUBLE, KIND_INT, "avg(@@)@"},
    {KIND_DECIMAL, KIND_DECIMAL, "sum(@@)@"},
    {KIND_DECIMAL, KIND_DECIMAL, "max(@@)@"},
    {KIND_BOOL, KIND_INT, "(count(@@)@ > 1)"},
    {KIND_BOOL, KIND_BOOL, "bool_and(@@)@|||min(@@)@"},
    {KIND_BOOL, KIND_BOOL, "bool_or(@@)@|||max(@@)@"},
};

/* The argument must name columns of this query alone: otherwise the aggregate would be the outer query's. */
Node *aggregate_new(Generator *g, Kind kind)
{
    size_t chosen;
    do
        chosen = random_below(g->random, sizeof aggregates / sizeof *aggregates);
    while (aggregates[chosen].result != kind);
    Scope sealed = *g->scope, *here = g->scope;
    sealed.outer = NULL;
    sealed.is_flat = true;
    g->scope = &sealed;
    Node *distinct = node_new(g->arena, KIND_CLAUSE, random_is(g->random, 25) ? "DISTINCT " : "");
    Node *argument = expression_new(g, aggregates[chosen].argument, 2);
    Node *filter = random_is(g->random, 20)
                       ? node_new(g->arena, KIND_CLAUSE, " FILTER (WHERE @)", expression_new(g, KIND_BOOL, 2))
                       : empty_new(g);
    g->scope = here;
    if (kind == KIND_INT && random_is(g->random, 20))
        return node_new(g->arena, kind, "count(*)@", filter);
    return node_new(g->arena, kind, aggregates[chosen].pattern, distinct, argument, filter);
}

/* GROUP BY: the keys and some aggregates become all that the select list and HAVING may name. */
static Node *group_new(Generator *g, Scope *grouped)
{
    Node *keys = node_list(g->arena, ", ");
    Scope *columns = arena_new(g->arena, Scope); /* the keys that subqueries find again */
    Scope flat = *g->scope, *here = g->scope;
    flat.is_flat = true;
    flat.outer = NULL;
    grouped->within = columns;
    g->scope = &flat;
    for (size_t i = 0, count = random_below(g->random, 4); i < count; i++) {
        Kind kind = kind_random(g);
        Node *key = random_is(g->random, 70) ? atom_random(g, kind) : pattern_random(g, kind, 2);
        if (key == NULL || strstr(key->templates[QUERN], " AND ") || strstr(key->templates[QUERN], " OR "))
            continue; /* (a AND b) AND c is a list of three, in which the key a AND b is not found again */
        node_list_add(g->arena, keys, key);
        scope_add(grouped, key);
        if (strspn(key->templates[QUERN], "abcdinstw.0123456789") == strlen(key->templates[QUERN]) &&
            strchr(key->templates[QUERN], '.'))
            scope_add(columns, key);
    }
    g->scope = here;
    for (size_t i = 0, count = 1 + random_below(g->random, 3); i < count || grouped->count == 0; i++)
        scope_add(grouped, aggregate_new(g, kind_random(g)));
    return keys->child_count > 0 ? node_new(g->arena, KIND_PART, " GROUP BY @", keys) : empty_new(g);
}

Node *select_list(Generator *g, const Kind *kinds, size_t kind_count, int depth)
{
    Node *list = node_list(g->arena, ", ");
    for (size_t i = 0; i < kind_count; i++)
        node_list_add(
            g->arena, list,
            node_new(g->arena, KIND_PART, arena_format(g->arena, "@ AS c%zu", i),
                     random_is(g->random, 6) ? window_call(g, kinds[i]) : expression_new(g, kinds[i], depth)));
    return list;
}

/* Ordered by every column, so that LIMIT leaves no choice. SQLite's EXISTS forgets DISTINCT, and an OFFSET shows it. */
static Node *order_new(Generator *g, Node *list, bool is_distinct)
{
    char limit[64] = "";
    if (random_is(g->random, 70))
        snprintf(limit, sizeof limit, " LIMIT %zu", random_below(g->random, 6));
    if (limit[0] != '\0' && !is_distinct && random_is(g->random, 30))
        snprintf(limit + strlen(limit), sizeof limit - strlen(limit), " OFFSET %zu", random_below(g->random, 3));
    Node *order = node_new(g->arena, KIND_ORDER, "", NULL);
    order->children[0] = list;
    order->order_bits = (unsigned)random_next(g->random);
    return node_new(g->arena, KIND_CLAUSE, "@@", order, node_new(g->arena, KIND_CLAUSE, arena_string(g->arena, limit)));
}

static Node *select_new(Generator *g, const Kind *kinds, size_t kind_count, Node **ret_list)
{
    Scope from = {.outer = scope_within(g->scope)}, grouped = {0}, *here = g->scope;
    Node *relation = relation_new(g, &from, g->depth > 1 ? 1 : 2);
    g->scope = &from;
    Node *where = random_is(g->random, 65) ? where_new(g, "WHERE", 1 + (int)random_below(g->random, 3)) : empty_new(g);
    Node *group = empty_new(g), *having = empty_new(g);
    if (random_is(g->random, 30)) {
        group = group_new(g, &grouped);
        g->scope = &grouped;
        if (random_is(g->random, 30))
            having = where_new(g, "HAVING", 2);
    }
    Node *list = select_list(g, kinds, kind_count, 2);
    g->scope = here;
    *ret_list = list;
    return node_new(g->arena, KIND_PART, "SELECT @@ FROM @@@@",
                    node_new(g->arena, KIND_CLAUSE, random_is(g->random, 15) ? "DISTINCT " : ""), list, relation, where,
                    group, having);
}

/* UNION and its like; the sides are derived tables, so that nothing depends on precedence. */
static Node *set_operation(Generator *g, const Kind *kinds, size_t kind_count)
{
    static const char *const words[] = {"UNION", "UNION ALL", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL"};
    size_t word = random_below(g->random, random_is(g->random, 10) ? 6 : 4);
    Node *sides[2];
    for (size_t i = 0; i < 2; i++)
        sides[i] = node_new(g->arena, KIND_PART, arena_format(g->arena, "SELECT * FROM (@) AS a%u", ++g->alias_count),
                            query_new(g, kinds, kind_count));
    return node_new(g->arena, KIND_QUERY, arena_format(g->arena, "@ %s @%s", words[word], word < 4 ? "" : "|||"),
                    sides[0], sides[1]);
}

Node *query_new(Generator *g, const Kind *kinds, size_t kind_count)
{
    Node *query, *list;
    g->depth++;
    if (g->depth < DEPTH_LIMIT && random_is(g->random, 12))
        query = set_operation(g, kinds, kind_count);
    else if (random_is(g->random, 6))
        query = shape_query(g, kinds, kind_count);
    else {
        Node *select = select_new(g, kinds, kind_count, &list);
        bool is_distinct = select->children[0]->templates[QUERN][0] != '\0';
        Node *order = random_is(g->random, 12) ? order_new(g, list, is_distinct) : empty_new(g);
        query = node_new(g->arena, KIND_QUERY, "@@", select, order);
    }
    g->depth--;
    return query;
}

/* An aggregate without groups, or LIMIT 1. */
Node *query_of_one_row(Generator *g, Kind kind)
{
    Node *query;
    g->depth++;
    Scope from = {.outer = scope_within(g->scope)}, *here = g->scope;
    Node *relation = relation_new(g, &from, 1);
    g->scope = &from;
    Node *where = random_is(g->random, 70) ? where_new(g, "WHERE", 2) : empty_new(g);
    if (random_is(g->random, 75))
        query = node_new(g->arena, KIND_QUERY, "SELECT @ FROM @@", aggregate_new(g, kind), relation, where);
    else {
        Node *list = select_list(g, &kind, 1, 2);
        Node *order = order_new(g, list, false);
        order->children[1] = node_new(g->arena, KIND_PART, " LIMIT 1");
        order->kind = KIND_PART;
        query = node_new(g->arena, KIND_QUERY, "SELECT @ FROM @@@", list, relation, where, order);
    }
    g->scope = here;
    g->depth--;
    return query;
}

const Common *common_add(Generator *g, const Kind *kinds, size_t count)
{
    Common *common = &g->common[g->common_count];
    snprintf(common->name, sizeof common->name, "w%zu", g->common_count++);
    common->column_count = count;
    memcpy(common->kinds, kinds, count * sizeof *kinds);
    return common;
}

const char *column_names(Generator *g, size_t count)
{
    Text names = text_in(g->arena);
    for (size_t c = 0; c < count; c++)
        text_add_format(&names, "%sc%zu", c > 0 ? ", " : "", c);
    return text_string(&names);
}

/* WITH: each name stands for a query, or for VALUES. */
static Node *common_new(Generator *g)
{
    Kind kinds[3];
    if (random_is(g->random, 25))
        return recursive_name(g);
    size_t count = kinds_random(g, kinds, 3);
    Node *query;
    if (random_is(g->random, 40)) {
        Node *rows = node_list(g->arena, ", ");
        for (size_t r = 0, row_count = 1 + random_below(g->random, 4); r < row_count; r++) {
            Node *row = node_list(g->arena, ", ");
            for (size_t c = 0; c < count; c++)
                node_list_add(g->arena, row, r == 0 ? expression_new(g, kinds[c], 1) : literal_new(g, kinds[c]));
            node_list_add(g->arena, rows, node_new(g->arena, KIND_PART, "(@)", row));
        }
        query = node_new(g->arena, KIND_QUERY, "VALUES @", rows);
    } else
        query = query_new(g, kinds, count);
    const Common *common = common_add(g, kinds, count);
    return node_new(g->arena, KIND_PART, arena_format(g->arena, "%s(%s) AS (@)", common->name, column_names(g, count)),
                    query);
}

Node *query_generate(const Tables *tables, Arena *arena, Random *random)
{
    Generator g = {.tables = tables, .arena = arena, .random = random};
    Kind kinds[4];
    Node *with = empty_new(&g), *change = random_is(random, 5) ? change_statement(&g) : NULL;
    if (change != NULL)
        return change;
    if (random_is(random, 12)) {
        Node *list = node_list(arena, ", ");
        for (size_t i = 0, count = 1 + random_below(random, 2); i < count; i++)
            node_list_add(arena, list, common_new(&g));
        with = node_new(arena, KIND_CLAUSE, "WITH RECURSIVE @ ", list);
    }
    size_t count = kinds_random(&g, kinds, 4);
    return node_new(arena, KIND_QUERY, "@@", with, query_new(&g, kinds, count));
}
