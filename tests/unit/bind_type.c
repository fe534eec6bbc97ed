/* Names and types of results, and conversions. Names are what PostgreSQL 15 calls the same columns (but a cast's, which
 * is the type as written); types follow the rules of bind/README.md and column/types.h. */
#include "bind_support.h"

typedef struct ColumnsCase {
    const char *sql, *columns;
} ColumnsCase;

static void check_columns(const ColumnsCase *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *columns = support_columns_text(cases[i].sql);
        ck_assert_msg(strcmp(columns, cases[i].columns) == 0, "%s\nis  %s\nnot %s", cases[i].sql, columns,
                      cases[i].columns);
    }
}
#define CHECK_COLUMNS(cases) check_columns(cases, sizeof cases / sizeof *cases)

static const ColumnsCase names[] = {
    {"SELECT a, t.b, a AS k, a \"K\" FROM t", "a INTEGER, b INTEGER, k INTEGER, K INTEGER"},
    {"SELECT a + 1, -a, NOT g, a IS NULL, a IN (1, 2), c || c FROM t",
     "?column? INTEGER, ?column? INTEGER, ?column? BOOLEAN, ?column? BOOLEAN, ?column? BOOLEAN, ?column? VARCHAR"},
    {"SELECT CAST(a AS BIGINT), '1'::integer, DATE '2020-01-01', INTERVAL '1 day' FROM t",
     "a BIGINT, integer INTEGER, date DATE, interval INTERVAL"},
    {"SELECT CASE WHEN g THEN a END, CASE WHEN g THEN 1 ELSE a END FROM t", "case INTEGER, a INTEGER"},
    {"SELECT count(*), coalesce(a, b), nullif(a, b) FROM t GROUP BY a, b",
     "count BIGINT, coalesce INTEGER, nullif INTEGER"},
    {"SELECT (SELECT x FROM u), (SELECT max(x) AS m FROM u), EXISTS (SELECT 1), (SELECT 1)",
     "x INTEGER, m INTEGER, exists BOOLEAN, ?column? INTEGER"},
    {"VALUES (1, 'x')", "column1 INTEGER, column2 VARCHAR"},
    {"SELECT * FROM v", "k INTEGER, n INTEGER"},
    {"SELECT q.* FROM (SELECT 1 AS a, 2 AS b) AS q(x)", "x INTEGER, b INTEGER"},
    {"SELECT * FROM (SELECT 1 AS a) p JOIN (SELECT 1 AS a, 2 AS b) q USING (a)", "a INTEGER, b INTEGER"},
    {"SELECT upper, LOWER FROM mixed", "upper INTEGER, lower INTEGER"},
    {"WITH q(z) AS (SELECT 1) SELECT * FROM q", "z INTEGER"},
    {"SELECT a, a FROM (SELECT a FROM u) q", "a BIGINT, a BIGINT"},
    {"SELECT * FROM generate_series(1, 3) AS g", "g BIGINT"},
    {"SELECT * FROM range(TIMESTAMP '2020-01-01', TIMESTAMP '2020-01-02', INTERVAL '1 hour') AS g(h)", "h TIMESTAMP"},
};

START_TEST(columns_are_named_as_postgresql_names_them)
{
    CHECK_COLUMNS(names);
}
END_TEST

/* The smallest of INTEGER, BIGINT, DECIMAL that holds it; decimals have the digits that were written. */
static const ColumnsCase literals[] = {
    {"SELECT 2147483647 AS n", "n INTEGER"},
    {"SELECT 2147483648 AS n", "n BIGINT"},
    {"SELECT -2147483648 AS n", "n INTEGER"},
    {"SELECT -9223372036854775808 AS n", "n BIGINT"},
    {"SELECT 9223372036854775808 AS n", "n DECIMAL(19,0)"},
    {"SELECT 12345678901234567890123456789012345678 AS n", "n DECIMAL(38,0)"},
    {"SELECT 1.50 AS n", "n DECIMAL(3,2)"},
    {"SELECT 1e3 AS n", "n DOUBLE"},
    {"SELECT 'x' AS s, NULL AS n, TRUE AS b", "s VARCHAR, n NULL, b BOOLEAN"},
};

START_TEST(literals_have_the_smallest_exact_type)
{
    CHECK_COLUMNS(literals);
}
END_TEST

static const ColumnsCase meetings[] = {
    {"SELECT 1 UNION SELECT 2.5", "?column? DECIMAL(11,1)"},
    {"SELECT a FROM t UNION SELECT a FROM u", "a BIGINT"},
    {"SELECT '1' AS n UNION SELECT 2", "n INTEGER"}, /* the string takes the other's type */
    {"SELECT NULL AS n UNION ALL SELECT 'x'", "n VARCHAR"},
    {"SELECT CASE WHEN g THEN 1 ELSE 2.5 END AS n FROM t", "n DECIMAL(11,1)"},
    {"SELECT CASE WHEN g THEN e ELSE '2020-01-01' END AS n FROM t", "n DATE"},
    {"SELECT coalesce(NULL, a, f) AS n FROM t", "n DOUBLE"},
    {"VALUES (1), (1.25), (NULL)", "column1 DECIMAL(12,2)"},
};

START_TEST(values_that_meet_take_a_common_type)
{
    CHECK_COLUMNS(meetings);
}
END_TEST

/* The condition that a Filter shows. */
static const struct {
    const char *condition, *bound;
} conversions[] = {
    {"e < '1998-09-02'", "e < DATE '1998-09-02'"},
    {"d > '1.234'", "CAST(d AS DECIMAL(11,3)) > 1.234"}, /* all digits count: it is not rounded to d's scale */
    {"d = 5", "d = CAST(5 AS DECIMAL(12,2))"},           /* 10 digits before the point, as INTEGER has, and d's scale */
    {"a = 1.0", "CAST(a AS DECIMAL(11,1)) = 1.0"},
    {"a BETWEEN '1' AND 2", "a >= 1 AND a <= 2"},
    {"a IN (1, '2')", "a IN (1, 2)"},
    {"a IN ()", "FALSE"},
    {"a NOT IN ()", "TRUE"},
    {"(a, c) = (1, 'x')", "a = 1 AND c = 'x'"},
    {"(a, c) <> (1, 'x')", "a <> 1 OR c <> 'x'"},
    {"c LIKE 'a%' AND c NOT ILIKE '%b'", "c LIKE 'a%' AND c NOT ILIKE '%b'"},
    {"g IS NOT TRUE OR b IS NULL", "g IS NOT TRUE OR b IS NULL"},
    {"a IS DISTINCT FROM b", "a IS DISTINCT FROM b"},
    {"a = ANY (ARRAY[1, 2])", "a = 1 OR a = 2"},
    {"nullif(a, 1) = 2", "CASE WHEN a = 1 THEN NULL ELSE a END = 2"},
    {"CASE a WHEN 1 THEN g ELSE FALSE END", "CASE WHEN a = 1 THEN g ELSE FALSE END"},
    {"+c = 'x'", "+c = 'x'"},
    {"a == 1", "a = 1"},
    {"e > current_date", "e > DATE '1970-01-01'"}, /* the statement's moment, which is 0 here */
};

START_TEST(literals_are_converted_to_what_stands_beside_them)
{
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++) {
        const char *plan = support_plan(arena_format(test_arena, "SELECT 1 FROM t WHERE %s", conversions[i].condition));
        const char *filter = strstr(plan, "Filter ");
        ck_assert_ptr_nonnull(filter);
        filter += strlen("Filter ");
        const char *condition = arena_string_n(test_arena, filter, strcspn(filter, "\n"));
        ck_assert_msg(strcmp(condition, conversions[i].bound) == 0, "%s\nis  %s\nnot %s", conversions[i].condition,
                      condition, conversions[i].bound);
    }
}
END_TEST

START_TEST(parameters_are_literals_of_the_wanted_type)
{
    BindEnvironment *environment = support_begin();
    Map parameters = map_in(test_arena);
    map_set(&parameters, view_of("day"), "2020-02-29");
    map_set(&parameters, view_of("1"), "7");
    map_set(&parameters, view_of("2"), (void *)bind_null_parameter);
    environment->parameters = &parameters;
    AstStatement *statement =
        parser_parse(test_arena, view_of("SELECT $2 FROM t WHERE e = $day AND a > $1 AND c = $1 AND b = $2"), NULL);
    Text text = text_in(test_arena);
    plan_print(&support_columns, bind_query(environment, statement->query)->plan, NULL, &text);
    ck_assert_ptr_nonnull(
        strstr(text_string(&text), "Filter e = DATE '2020-02-29' AND a > 7 AND c = '7' AND b = NULL\n"));
    environment->parameters = NULL;
}
END_TEST

/* ---- constants and types by themselves ---- */

static Value constant_of(const char *sql, const Type *type)
{
    return bind_constant(support_begin(), parser_parse_expression(test_arena, view_of(sql)), type);
}

START_TEST(constants_are_evaluated_and_converted)
{
    Type bigint = type_of(TYPE_BIGINT), date = type_of(TYPE_DATE);
    ck_assert_int_eq(constant_of("2 * 3 + 1", &bigint).i64, 7);
    ck_assert_int_eq(constant_of("'2020-01-01'", &date).i64, 18262); /* days since 1970: 50 years, 12 leap days */
    ck_assert(constant_of("NULL", &bigint).is_null);
    Value text = constant_of("'x' || 'y'", NULL);
    ck_assert(view_equal(text.text, view_of("xy")));
}
END_TEST

static void bind_constant_column(void *unused)
{
    (void)unused;
    constant_of("a + 1", NULL);
}

START_TEST(a_constant_has_no_columns)
{
    Error error = expect_error(ERROR_UNDEFINED_COLUMN, bind_constant_column, NULL);
    ck_assert_uint_eq(error.position, 0);
}
END_TEST

TEST_PROGRAM(columns_are_named_as_postgresql_names_them, literals_have_the_smallest_exact_type,
             values_that_meet_take_a_common_type, literals_are_converted_to_what_stands_beside_them,
             parameters_are_literals_of_the_wanted_type, constants_are_evaluated_and_converted,
             a_constant_has_no_columns)
