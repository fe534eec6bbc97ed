/* Queries to plans: which nodes, over which columns, with which conversions. The plans are written by hand from the
 * rules of bind/README.md and plan/README.md. */
#include "bind_support.h"

typedef struct PlanCase {
    const char *sql, *plan;
} PlanCase;

#define SCAN_T "Scan t (fake): a, b, c, d, e, f, g\n"
#define SCAN_U "Scan u (fake): a, x, y\n"

static void check_plans(const PlanCase *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *plan = support_plan(cases[i].sql);
        ck_assert_msg(strcmp(plan, cases[i].plan) == 0, "%s\nis\n%snot\n%s", cases[i].sql, plan, cases[i].plan);
    }
}
#define CHECK_PLANS(cases) check_plans(cases, sizeof cases / sizeof *cases)

static const PlanCase clauses[] = {
    {"SELECT 1", "Project 1 AS ?column?\n"
                 "  Values 1 row\n"},
    {"SELECT a, b + 1 AS n FROM t WHERE b > 5 AND a < b ORDER BY n DESC, a LIMIT 10 OFFSET 2",
     "Limit 10 offset 2\n"
     "  Sort n DESC, a\n"
     "    Project a, b + 1 AS n\n"
     "      Filter b > 5 AND a < b\n"
     "        " SCAN_T},
    {"SELECT a FROM t ORDER BY b NULLS FIRST, c DESC NULLS LAST", /* keys that are not shown are projected too */
     "Sort b NULLS FIRST, c DESC NULLS LAST\n"
     "  Project a, b, c\n"
     "    " SCAN_T},
    {"SELECT a, b FROM t ORDER BY ALL DESC", "Sort a DESC, b DESC\n"
                                             "  Project a, b\n"
                                             "    " SCAN_T},
    {"SELECT a FROM t ORDER BY 1 LIMIT NULL", "Sort a\n"
                                              "  Project a\n"
                                              "    " SCAN_T},
    {"SELECT a FROM t LIMIT 2 * 3 OFFSET 1.0", "Limit 6 offset 1\n"
                                               "  Project a\n"
                                               "    " SCAN_T},
    {"SELECT b AS a, a AS b FROM t ORDER BY a", /* a bare name is the output's */
     "Sort b\n"
     "  Project b, a\n"
     "    " SCAN_T},
    {"SELECT DISTINCT a, c FROM t ORDER BY c", "Sort c\n"
                                               "  Distinct a, c\n"
                                               "    Project a, c\n"
                                               "      " SCAN_T},
    {"SELECT DISTINCT ON (c) c, a FROM t ORDER BY c, b", "Distinct on c\n"
                                                         "  Sort c, b\n"
                                                         "    Project c, a, b\n"
                                                         "      " SCAN_T},
    {"SELECT * EXCLUDE (b, c, d) REPLACE (e + 1 AS e) RENAME (f AS ff) FROM t",
     "Project a, t.e + CAST(1 AS BIGINT) AS e, f, g\n"
     "  Scan t (fake): a, b, c, d, t.e, f, g\n"},
    {"FROM t SELECT a", "Project a\n"
                        "  " SCAN_T},
};

START_TEST(clauses_become_nodes_in_their_order)
{
    CHECK_PLANS(clauses);
}
END_TEST

static const PlanCase groups[] = {
    {"SELECT c, count(*), sum(b) FROM t GROUP BY c HAVING count(*) > b + 1 OR sum(b) > 0",
     NULL}, /* b is not grouped: an error, see below */
    {"SELECT c, count(*), sum(b) + 1 FROM t GROUP BY c HAVING count(*) > sum(b) ORDER BY sum(b)",
     "Sort sum(b)\n"
     "  Project c, count(*), sum(b) + CAST(1 AS BIGINT) AS ?column?, sum(b)\n"
     "    Filter count(*) > sum(b)\n"
     "      Aggregate by c: count(*), sum(b)\n"
     "        " SCAN_T},
    {"SELECT b + 1, (b + 1) * 2 FROM t GROUP BY b + 1", /* an item is made of groups */
     "Project (b + 1), (b + 1) * 2 AS ?column?\n"
     "  Aggregate by b + 1\n"
     "    " SCAN_T},
    {"SELECT b + 1 AS k, count(*) FROM t GROUP BY k", "Project (b + 1), count(*)\n"
                                                      "  Aggregate by b + 1: count(*)\n"
                                                      "    " SCAN_T},
    {"SELECT b + 1, count(*) FROM t GROUP BY 1", "Project (b + 1), count(*)\n"
                                                 "  Aggregate by b + 1: count(*)\n"
                                                 "    " SCAN_T},
    {"SELECT b, c, max(a) FROM t GROUP BY ALL", "Project b, c, max(a)\n"
                                                "  Aggregate by b, c: max(a)\n"
                                                "    " SCAN_T},
    {"SELECT a IN (SELECT x FROM u) AS m, max(b) FROM t GROUP BY m", /* one query, though it is named twice */
     "Project mark, max(b)\n"
     "  Aggregate by mark: max(b)\n"
     "    Join Mark mark t.a = x\n"
     "      Scan t (fake): t.a, b, c, d, e, f, g\n"
     "      Project x\n"
     "        Scan u (fake): u.a, x, y\n"},
    {"SELECT (SELECT max(x) FROM u) AS m, max(b) FROM t GROUP BY ALL", /* a group's query stands below the Aggregate */
     "Project max(x), max(b)\n"
     "  Aggregate by max(x): max(b)\n"
     "    Join Single\n"
     "      Scan t (fake): t.a, b, c, d, e, f, g\n"
     "      Project max(x)\n"
     "        Aggregate: max(x)\n"
     "          Scan u (fake): u.a, x, y\n"},
    {"SELECT 1 FROM t HAVING max(a) > 3", "Project 1 AS ?column?\n"
                                          "  Filter max(a) > 3\n"
                                          "    Aggregate: max(a)\n"
                                          "      " SCAN_T},
    {"SELECT count(DISTINCT b) FILTER (WHERE g), min(DISTINCT b) FROM t", /* DISTINCT changes no minimum */
     "Project (count(DISTINCT b) FILTER (WHERE g)), min(DISTINCT b)\n"
     "  Aggregate: count(DISTINCT b) FILTER (WHERE g), min(b)\n"
     "    " SCAN_T},
    {"SELECT count(*) FROM t GROUP BY ROLLUP (a, b)", "Project count(*)\n"
                                                      "  Aggregate by a, b sets ((a, b), (a), ()): count(*)\n"
                                                      "    " SCAN_T},
    {"SELECT count(*) FROM t GROUP BY CUBE (a, b)", "Project count(*)\n"
                                                    "  Aggregate by a, b sets ((a, b), (b), (a), ()): count(*)\n"
                                                    "    " SCAN_T},
    {"SELECT count(*) FROM t GROUP BY c, GROUPING SETS ((a, b), (), b)",
     "Project count(*)\n"
     "  Aggregate by c, a, b sets ((c, a, b), (c), (c, b)): count(*)\n"
     "    " SCAN_T},
};

START_TEST(grouped_rows_are_groups_and_aggregates)
{
    check_plans(groups + 1, sizeof groups / sizeof *groups - 1);
    ck_assert_int_eq(support_error(groups[0].sql).code, ERROR_GROUPING);
}
END_TEST

static const PlanCase joins[] = {
    {"SELECT x FROM t, u WHERE t.b = u.x", "Project x\n"
                                           "  Filter b = x\n"
                                           "    Join Inner\n"
                                           "      Scan t (fake): t.a, b, c, d, e, f, g\n"
                                           "      Scan u (fake): u.a, x, y\n"},
    {"SELECT x FROM t LEFT JOIN u ON b = x AND c = y", "Project x\n"
                                                       "  Join Left on b = x AND c = y\n"
                                                       "    Scan t (fake): t.a, b, c, d, e, f, g\n"
                                                       "    Scan u (fake): u.a, x, y\n"},
    {"SELECT b FROM t SEMI JOIN u ON b = x", "Project b\n"
                                             "  Join Semi on b = x\n"
                                             "    Scan t (fake): t.a, b, c, d, e, f, g\n"
                                             "    Scan u (fake): u.a, x, y\n"},
    {"SELECT p.b, q.b FROM t p JOIN t q USING (b)", /* of one type: the left column serves */
     "Project p.b, q.b\n"
     "  Join Inner on p.b = q.b\n"
     "    Scan p (fake): p.a, p.b, p.c, p.d, p.e, p.f, p.g\n"
     "    Scan q (fake): q.a, q.b, q.c, q.d, q.e, q.f, q.g\n"},
    {"SELECT a FROM t FULL JOIN u USING (a)", /* INTEGER and BIGINT: the merged column is computed */
     "Project a\n"
     "  Project t.a, b, c, d, e, f, g, u.a, x, y, coalesce(CAST(t.a AS BIGINT), u.a) AS a\n"
     "    Join Full on CAST(t.a AS BIGINT) = u.a\n"
     "      Scan t (fake): t.a, b, c, d, e, f, g\n"
     "      Scan u (fake): u.a, x, y\n"},
    {"SELECT m FROM u, LATERAL (SELECT x + 1 AS m) q", "Project m\n"
                                                       "  Join Inner dependent\n"
                                                       "    " SCAN_U "    Project x + 1 AS m\n"
                                                       "      Values 1 row\n"},
    {"SELECT b FROM t JOIN u ON b = x AND EXISTS (SELECT 1)", /* the query stands above an inner join */
     "Project b\n"
     "  Filter b = x AND mark\n"
     "    Join Mark\n"
     "      Join Inner\n"
     "        Scan t (fake): t.a, b, c, d, e, f, g\n"
     "        Scan u (fake): u.a, x, y\n"
     "      Project 1 AS ?column?\n"
     "        Values 1 row\n"},
    {"SELECT b FROM t LEFT JOIN u ON b = x AND EXISTS (SELECT 1)", /* and on a side of an outer one */
     "Project b\n"
     "  Join Left on b = x AND mark\n"
     "    Scan t (fake): t.a, b, c, d, e, f, g\n"
     "    Join Mark\n"
     "      Scan u (fake): u.a, x, y\n"
     "      Project 1 AS ?column?\n"
     "        Values 1 row\n"},
};

START_TEST(from_is_a_tree_of_joins)
{
    CHECK_PLANS(joins);
}
END_TEST

static const PlanCase subqueries[] = {
    {"SELECT b FROM t WHERE b IN (SELECT x FROM u)", "Project b\n"
                                                     "  Filter mark\n"
                                                     "    Join Mark mark b = x\n"
                                                     "      Scan t (fake): t.a, b, c, d, e, f, g\n"
                                                     "      Project x\n"
                                                     "        Scan u (fake): u.a, x, y\n"},
    {"SELECT b FROM t WHERE (b, c) NOT IN (SELECT x, y FROM u)", "Project b\n"
                                                                 "  Filter NOT mark\n"
                                                                 "    Join Mark mark b = x AND c = y\n"
                                                                 "      Scan t (fake): t.a, b, c, d, e, f, g\n"
                                                                 "      Project x, y\n"
                                                                 "        Scan u (fake): u.a, x, y\n"},
    {"SELECT b FROM t WHERE b >= ALL (SELECT x FROM u)", /* no x for which it is not so */
     "Project b\n"
     "  Filter NOT mark\n"
     "    Join Mark mark b < x\n"
     "      Scan t (fake): t.a, b, c, d, e, f, g\n"
     "      Project x\n"
     "        Scan u (fake): u.a, x, y\n"},
    {"SELECT b FROM t WHERE EXISTS (SELECT x FROM u WHERE y = c)", "Project b\n"
                                                                   "  Filter mark\n"
                                                                   "    Join Mark dependent\n"
                                                                   "      Scan t (fake): t.a, b, c, d, e, f, g\n"
                                                                   "      Project x\n"
                                                                   "        Filter y = c\n"
                                                                   "          Scan u (fake): u.a, x, y\n"},
    {"SELECT b, (SELECT max(x) FROM u) FROM t", "Project b, max(x)\n"
                                                "  Join Single\n"
                                                "    Scan t (fake): t.a, b, c, d, e, f, g\n"
                                                "    Project max(x)\n"
                                                "      Aggregate: max(x)\n"
                                                "        Scan u (fake): u.a, x, y\n"},
    {"SELECT c, sum(b), (SELECT max(x) FROM u WHERE y = c) FROM t GROUP BY c", /* above the Aggregate, over its groups
                                                                                */
     "Project c, sum(b), max(x)\n"
     "  Join Single dependent\n"
     "    Aggregate by c: sum(b)\n"
     "      Scan t (fake): t.a, b, c, d, e, f, g\n"
     "    Project max(x)\n"
     "      Aggregate: max(x)\n"
     "        Filter y = c\n"
     "          Scan u (fake): u.a, x, y\n"},
    {"SELECT sum((SELECT max(x) FROM u)) FROM t", /* below it, when it is an aggregate's argument */
     "Project sum((SELECT max(x) FROM u))\n"
     "  Aggregate: sum(max(x))\n"
     "    Join Single\n"
     "      Scan t (fake): t.a, b, c, d, e, f, g\n"
     "      Project max(x)\n"
     "        Aggregate: max(x)\n"
     "          Scan u (fake): u.a, x, y\n"},
};

START_TEST(queries_in_expressions_become_joins)
{
    CHECK_PLANS(subqueries);
}
END_TEST

/* PostgreSQL's and SQL's rule: an aggregate belongs to the innermost query whose columns it uses. */
static const PlanCase owners[] = {
    {"SELECT (SELECT sum(t.b) FROM u) FROM t", "Project sum\n"
                                               "  Join Single dependent\n"
                                               "    Aggregate: sum(b)\n"
                                               "      Scan t (fake): t.a, b, c, d, e, f, g\n"
                                               "    Project sum(t.b) AS sum\n"
                                               "      Scan u (fake): u.a, x, y\n"},
    {"SELECT (SELECT sum(t.b + x) FROM u) FROM t", "Project sum(t.b + x)\n"
                                                   "  Join Single dependent\n"
                                                   "    Scan t (fake): t.a, b, c, d, e, f, g\n"
                                                   "    Project sum(t.b + x)\n"
                                                   "      Aggregate: sum(b + x)\n"
                                                   "        Scan u (fake): u.a, x, y\n"},
    {"SELECT c FROM t GROUP BY c HAVING EXISTS (SELECT 1 FROM u WHERE x = max(b))",
     "Project c\n"
     "  Filter mark\n"
     "    Join Mark dependent\n"
     "      Aggregate by c: max(b)\n"
     "        Scan t (fake): t.a, b, c, d, e, f, g\n"
     "      Project 1 AS ?column?\n"
     "        Filter x = max(b)\n"
     "          Scan u (fake): u.a, x, y\n"},
};

START_TEST(an_aggregate_belongs_to_the_query_whose_columns_it_uses)
{
    CHECK_PLANS(owners);
    ck_assert_int_eq(support_error("SELECT c FROM t WHERE EXISTS (SELECT 1 FROM u WHERE x = max(b))").code,
                     ERROR_GROUPING);
}
END_TEST

/* Only the innermost join is dependent when the inner query uses the outer one's columns across two levels. */
START_TEST(a_query_depends_on_the_level_whose_columns_it_uses)
{
    const char *plan =
        support_plan("SELECT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE EXISTS (SELECT 1 WHERE y = 'x'))");
    ck_assert_ptr_nonnull(strstr(plan, "    Join Mark\n"));
    ck_assert_ptr_nonnull(strstr(plan, "          Join Mark dependent\n"));
    plan = support_plan("SELECT b FROM t WHERE EXISTS (SELECT 1 FROM u WHERE EXISTS (SELECT 1 WHERE c = 'x'))");
    ck_assert_ptr_nonnull(strstr(plan, "    Join Mark dependent\n"));
    ck_assert_ptr_nonnull(strstr(plan, "          Join Mark\n"));
}
END_TEST

static const PlanCase sets[] = {
    {"SELECT b FROM t UNION ALL SELECT x FROM u", "Set union all\n"
                                                  "  Project t.b\n"
                                                  "    Scan t (fake): t.a, t.b, c, d, e, f, g\n"
                                                  "  Project x\n"
                                                  "    Scan u (fake): u.a, x, y\n"},
    {"SELECT b FROM t UNION SELECT a FROM u ORDER BY b LIMIT 1", "Limit 1\n"
                                                                 "  Sort b\n"
                                                                 "    Distinct b\n"
                                                                 "      Set union all\n"
                                                                 "        Project CAST(t.b AS BIGINT) AS b\n"
                                                                 "          Project t.b\n"
                                                                 "            Scan t (fake): t.a, t.b, c, d, e, f, g\n"
                                                                 "        Project u.a\n"
                                                                 "          Scan u (fake): u.a, x, y\n"},
    {"VALUES (1, NULL), (2, 'x') EXCEPT VALUES (1, 'y') EXCEPT SELECT 3, 'z'",
     "Set except\n"
     "  Set except\n"
     "    Values 2 rows: (1, NULL), (2, 'x')\n"
     "    Values 1 row: (1, 'y')\n"
     "  Project 3 AS ?column?, 'z' AS ?column?\n"
     "    Values 1 row\n"},
    {"SELECT 1 AS p, 2 AS q UNION ALL BY NAME SELECT 3 AS q", "Set union all\n"
                                                              "  Project p, q\n"
                                                              "    Project 1 AS p, 2 AS q\n"
                                                              "      Values 1 row\n"
                                                              "  Project CAST(p AS INTEGER) AS p, q\n"
                                                              "    Project NULL AS p, q\n"
                                                              "      Project 3 AS q\n"
                                                              "        Values 1 row\n"},
    {"WITH q(k) AS (SELECT x FROM u) SELECT k FROM q WHERE k > 1", "Project x\n"
                                                                   "  Filter x > 1\n"
                                                                   "    Project x\n"
                                                                   "      " SCAN_U},
    {"SELECT n FROM v WHERE k = 3", /* a view's query stands in its place, under the view's names */
     "Project n\n"
     "  Filter a = 3\n"
     "    Project a, b + 1 AS n\n"
     "      Filter b > 0\n"
     "        " SCAN_T},
    {"SELECT * FROM generate_series(1, 10, 3) AS s(n) WHERE n > 2", "Project s\n"
                                                                    "  Filter s > CAST(2 AS BIGINT)\n"
                                                                    "    Scan s (series): s\n"},
    {"VALUES ((SELECT max(x) FROM u)), (1)", /* a row with a query in it is a query of its own */
     "Set union all\n"
     "  Project max(x)\n"
     "    Join Single\n"
     "      Values 1 row\n"
     "      Project max(x)\n"
     "        Aggregate: max(x)\n"
     "          " SCAN_U "  Project 1 AS column1\n"
     "    Values 1 row\n"},
};

START_TEST(queries_are_put_together)
{
    CHECK_PLANS(sets);
}
END_TEST

TEST_PROGRAM(clauses_become_nodes_in_their_order, grouped_rows_are_groups_and_aggregates, from_is_a_tree_of_joins,
             queries_in_expressions_become_joins, a_query_depends_on_the_level_whose_columns_it_uses,
             an_aggregate_belongs_to_the_query_whose_columns_it_uses, queries_are_put_together)
