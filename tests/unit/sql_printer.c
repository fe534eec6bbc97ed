/* What the printer writes parses to the same tree. The statements here are in the printer's own spelling: each must
 * come back letter by letter, so that nothing of it was lost on the way; others say what they become. */
#include "test.h"

#include "base/text.h"
#include "sql/parser.h"
#include "sql/printer.h"

static const char *printed(const char *sql, PrinterMode mode)
{
    AstStatement *statement = parser_parse(test_arena, view_of(sql), NULL);
    Text text = text_in(test_arena);
    printer_print_statement(&text, statement, mode);
    return text_string(&text);
}

static const char *const same[] = {
    /* literals */
    "SELECT 1, 123456789012345678901234567890, 1.50, .5, 5., 1e10, 'it''s', '', X'00FF', TRUE, FALSE, NULL",
    "SELECT date '2020-01-01', timestamp with time zone '2020-01-01', time(3) '10:00', interval '1 day'",
    "SELECT interval '3' day, interval '1-2' year to month, INTERVAL (x + 1) hours, double precision '1'",
    "SELECT $1, $2, $name, \"a b\".\"C\".d.e, \"select\", \"rows\" FROM t",
    /* operators */
    "SELECT a + b * c, (a + b) * c, a - (b - c), a - b - c, -a, - -a, +a, ~a, NOT a, -(a + b), a ^ b, a // b",
    "SELECT a || b, a & b | c # d, a << 1 >> 2, a -> 'x' ->> 'y', a ^@ b, a @> b, a <@ b, a && b",
    "SELECT a = b, a <> b, a < b, a <= b, a > b, a >= b, (a = b) = c, a = (b = c), NOT (a AND b), (a OR b) AND c",
    "SELECT (a IS NULL) IS NULL, a IS NOT NULL, a IS TRUE, a IS NOT FALSE, a IS UNKNOWN, a IS DISTINCT FROM b",
    "SELECT a IS NOT DISTINCT FROM b, a ~ b, a ~* b, a !~ b, a !~* b, a AT TIME ZONE 'UTC', a COLLATE nocase",
    "SELECT a BETWEEN 1 AND 2, a NOT BETWEEN SYMMETRIC b AND (c AND d), a BETWEEN (b IN (1)) AND c",
    "SELECT a IN (1, 2), a NOT IN (SELECT 1), a IN (), (a, b) IN ((1, 2)), a LIKE b ESCAPE '!', a NOT ILIKE b",
    "SELECT a SIMILAR TO b, a NOT GLOB b, (a LIKE b) LIKE c, a LIKE (b LIKE c)",
    "SELECT CASE WHEN a THEN 1 ELSE 2 END, CASE a WHEN 1 THEN 2 WHEN 3 THEN 4 END",
    "SELECT CAST(a AS numeric(15, 2)), TRY_CAST(a AS int unsigned), CAST(a AS timestamp(3) with time zone)",
    "SELECT CAST(a AS interval day to second), CAST(a AS varchar(10)[]), CAST(a AS \"My Type\")",
    "SELECT a = ANY (SELECT 1), a <> ALL (SELECT 1), a < ANY (ARRAY[1, 2]), EXISTS (SELECT 1), (SELECT 1)",
    "SELECT (a, b), ROW(a), ROW(), (a, b) = (1, 2), ARRAY[1, ARRAY[2]], a[1], a[1 : 2], a[ : 2], a[1 : ], (a).b",
    "SELECT {'a': 1, 'b': {'c': 2}}, (a + b)[1], (-a)[1]",
    /* calls */
    "SELECT f(), f(1, 2), s.f(x), c.s.f(x), f(a => 1, 2), count(*), count(DISTINCT a), count(t.*)",
    "SELECT extract('year', d), position('a', b), substring(x, 1, 2), trim(x), current_date, localtime(3)",
    "SELECT string_agg(a, ',' ORDER BY b DESC NULLS LAST), sum(a) FILTER (WHERE b > 1), left(a, 1)",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), lag(a, 1) IGNORE NULLS OVER w",
    "SELECT sum(a) OVER (), sum(a) OVER (PARTITION BY b, c ORDER BY d), sum(a) OVER (w ORDER BY d)",
    "SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE TIES)",
    "SELECT sum(a) OVER (ORDER BY b RANGE BETWEEN interval '1' day PRECEDING AND 1 + 1 FOLLOWING EXCLUDE GROUP)",
    "SELECT sum(a) OVER (GROUPS BETWEEN 2 PRECEDING AND 1 PRECEDING EXCLUDE CURRENT ROW) FROM t WINDOW w AS (), v AS "
    "(w)",
    /* stars */
    "SELECT *, t.*, s.t.* FROM t",
    "SELECT * EXCLUDE (a, b) REPLACE (c + 1 AS c) RENAME (d AS e), COLUMNS('x.*'), COLUMNS(* EXCLUDE (a)) FROM t",
    "SELECT min(COLUMNS(*)), COLUMNS(c -> (c LIKE 'a%')) + 1 FROM t WHERE COLUMNS(c -> (d -> 'x')) > 1",
    /* select */
    "SELECT DISTINCT a AS b, c AS \"D\" FROM t AS u (x, y) WHERE a GROUP BY a, b HAVING c QUALIFY d",
    "SELECT DISTINCT ON (a, b) c FROM t ORDER BY a, b DESC NULLS FIRST, c NULLS LAST LIMIT 10 OFFSET 5",
    "SELECT a FROM t GROUP BY ALL ORDER BY ALL DESC NULLS LAST LIMIT 10 PERCENT",
    "SELECT a FROM t GROUP BY a, ROLLUP (a, (b, c)), CUBE (a), GROUPING SETS (a, (a, b), (), ROLLUP (c)), ()",
    "SELECT a FROM t GROUP BY DISTINCT a ORDER BY a FETCH FIRST 3 ROWS WITH TIES",
    "SELECT a FROM t OFFSET 1 FETCH FIRST 10 PERCENT ROWS WITH TIES",
    "SELECT a FROM t LIMIT 1 + 1 OFFSET $1",
    "(SELECT 1 UNION SELECT 2 UNION SELECT 3) EXCEPT SELECT 4 EXCEPT SELECT 5",
    "SELECT 1 UNION ALL BY NAME SELECT 2",
    "(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3",
    "SELECT 1 UNION (SELECT 2 INTERSECT ALL SELECT 3) ORDER BY 1 LIMIT 1",
    "(SELECT 1 ORDER BY 1) UNION (WITH a AS (SELECT 1) SELECT * FROM a)",
    "(SELECT 1 LIMIT 2) LIMIT 1",
    "VALUES (1, 'a'), (2, 'b') ORDER BY 1",
    "WITH RECURSIVE a (x, y) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a), b AS NOT MATERIALIZED (VALUES (1)) SELECT 1",
    "WITH a AS MATERIALIZED (SELECT 1), \"recursive\" AS (SELECT 2) (SELECT 1 LIMIT 1) ORDER BY 1",
    /* from */
    "SELECT * FROM a, b.c AS d, e.f.g, 'file.csv' AS x, (SELECT 1) AS y (z), (VALUES (1)), range(1, 10) AS r (i)",
    "SELECT * FROM a JOIN b ON x LEFT JOIN c USING (d, e) RIGHT JOIN f ON y FULL JOIN g ON z CROSS JOIN h",
    "SELECT * FROM a NATURAL JOIN b NATURAL LEFT JOIN c SEMI JOIN d ON x ANTI JOIN e ON y RIGHT SEMI JOIN f ON z",
    "SELECT * FROM a JOIN (b JOIN c ON x) ON y, (a CROSS JOIN b) AS ab (i, j), LATERAL (SELECT 1) AS l",
    "SELECT * FROM f(1) WITH ORDINALITY AS g (a, n), t TABLESAMPLE bernoulli(10 PERCENT) REPEATABLE (1)",
    "SELECT * FROM t AS a TABLESAMPLE (5 ROWS) USING SAMPLE reservoir(10 ROWS)",
    "SELECT * FROM t PIVOT (sum(a) AS s FOR b IN (1 AS x, 2), c IN ('p') GROUP BY d) AS p",
    "SELECT * FROM t UNPIVOT INCLUDE NULLS (v FOR n IN (a, b AS c)) AS u, (a JOIN b ON x) UNPIVOT ( (v, w) FOR n IN "
    "((a, b)))",
    "SELECT * FROM (DESCRIBE t), (SHOW TABLES) AS s",
    "SELECT * FROM (DESCRIBE 'x.csv'), (SUMMARIZE 'x.csv') AS s",
    /* create, drop, alter */
    "CREATE OR REPLACE TEMPORARY TABLE IF NOT EXISTS s.t (a int NOT NULL DEFAULT 1 + 1, b text COLLATE x UNIQUE, c)",
    "CREATE TABLE t (a int PRIMARY KEY DESC AUTOINCREMENT, b int CONSTRAINT k CHECK (b > 0) REFERENCES u (x))",
    "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1), c int NULL, PRIMARY KEY (a, b), UNIQUE (c), "
    "CONSTRAINT f FOREIGN KEY (a) REFERENCES u (x, y) MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE, CHECK (a > b))",
    "CREATE TABLE t (a int) WITH ('k' 'v', 'l' 5, 'm') AS VALUES (1)",
    "CREATE TABLE t AS SELECT 1 WITH NO DATA",
    "CREATE TABLE t ()",
    "CREATE OR REPLACE TEMPORARY VIEW IF NOT EXISTS v (a, b) AS SELECT 1, 2",
    "CREATE OR REPLACE EXTERNAL TABLE IF NOT EXISTS t (a int NOT NULL) STORED AS csv PARTITIONED BY (b) "
    "WITH ORDER (a DESC) WITH ORDER (b) WITH HEADER ROW LOCATION 'x.csv' OPTIONS ('format.has_header' 'true')",
    "CREATE EXTERNAL TABLE t STORED AS tpch OPTIONS ('scale' 1)",
    "CREATE UNIQUE INDEX IF NOT EXISTS i ON s.t USING btree (a DESC, b + 1) WHERE a > 1",
    "CREATE INDEX ON t (a)",
    "CREATE SCHEMA IF NOT EXISTS c.s",
    "CREATE SEQUENCE s",
    "CREATE OR REPLACE TEMPORARY SEQUENCE IF NOT EXISTS a.s AS integer INCREMENT BY -2 MINVALUE 1 NO MAXVALUE START "
    "WITH 5 NO CYCLE",
    "ALTER SEQUENCE IF EXISTS s RESTART NO MINVALUE MAXVALUE 7 CYCLE",
    "ALTER SEQUENCE s RESTART WITH 3",
    "DROP SEQUENCE IF EXISTS s, t CASCADE",
    "DROP TABLE IF EXISTS a, b.c CASCADE",
    "DROP VIEW v",
    "SELECT decimal(5, 2) '1.25', varchar(3) 'abcd'",
    "SELECT x.a FROM t JOIN u USING (a) AS x",
    "SELECT current_user, session_user, current_role, current_schema, current_catalog",
    "COMMENT ON TABLE a.t IS 'text'",
    "COMMENT ON COLUMN t.c IS NULL",
    "ALTER TABLE t OWNER TO r",
    "ALTER SCHEMA s OWNER TO r",
    "DROP INDEX i",
    "DROP SCHEMA s",
    "REINDEX",
    "REINDEX t",
    "ALTER TABLE IF EXISTS t ADD COLUMN IF NOT EXISTS c int DEFAULT 0",
    "ALTER TABLE t DROP COLUMN IF EXISTS c CASCADE",
    "ALTER TABLE t RENAME COLUMN a TO b",
    "ALTER VIEW v RENAME TO w",
    "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0)",
    "ALTER TABLE t ALTER COLUMN a TYPE bigint USING a + 1",
    "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1",
    "ALTER TABLE t ALTER COLUMN a DROP DEFAULT",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN a DROP NOT NULL",
    "ALTER TABLE t ALTER COLUMN a ADD GENERATED BY DEFAULT AS IDENTITY",
    "ALTER TABLE t ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME x.s START WITH 3 NO CYCLE)",
    "ALTER TABLE t ALTER COLUMN a SET GENERATED ALWAYS",
    "ALTER TABLE t ALTER COLUMN a DROP IDENTITY IF EXISTS",
    "ALTER SEQUENCE IF EXISTS s RENAME TO r",
    "CREATE SEQUENCE s START WITH 2 OWNED BY t.a",
    "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, b bigint GENERATED BY DEFAULT AS IDENTITY (INCREMENT BY 2))",
    "CREATE TABLE t (LIKE u INCLUDING IDENTITY)",
    "TRUNCATE t RESTART IDENTITY CASCADE",
    "MERGE INTO t AS x USING (SELECT 1 AS b) AS s ON x.a = s.b WHEN MATCHED AND s.b > 1 THEN DELETE "
    "WHEN MATCHED THEN UPDATE SET a = 1, c = DEFAULT WHEN NOT MATCHED AND TRUE THEN DO NOTHING "
    "WHEN NOT MATCHED THEN INSERT (a, b) OVERRIDING SYSTEM VALUE VALUES (1, DEFAULT) "
    "WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 2 RETURNING *",
    "WITH w AS (INSERT INTO t VALUES (1) RETURNING a), d (b) AS (DELETE FROM t) SELECT * FROM w",
    "WITH w AS MATERIALIZED (MERGE INTO t USING s ON TRUE WHEN MATCHED THEN DELETE) UPDATE t SET a = 1",
    "WITH s AS (SELECT 1 AS a) MERGE INTO t USING s ON t.a = s.a WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
    "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)",
    "INSERT INTO t OVERRIDING USER VALUE SELECT 1",
    /* changes */
    "INSERT INTO s.t AS u (a, b) VALUES (1, DEFAULT), (2, 3) RETURNING *, a AS x",
    "INSERT INTO t BY NAME SELECT 1 AS a",
    "ALTER TABLE t DROP CONSTRAINT IF EXISTS k CASCADE",
    "ALTER TABLE t ADD COLUMN a integer, ALTER COLUMN b SET DEFAULT 1, DROP COLUMN c",
    "INSERT INTO t DEFAULT VALUES ON CONFLICT DO NOTHING",
    "INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT k DO NOTHING RETURNING a",
    "INSERT INTO t VALUES (1) ON CONFLICT (a) WHERE b DO UPDATE SET a = excluded.a,  (b, c) = (1, 2) WHERE c",
    "INSERT OVERWRITE t SELECT 1",
    "INSERT OR REPLACE INTO t VALUES (1)",
    "INSERT OR IGNORE INTO t (VALUES (1) LIMIT 1) LIMIT 2",
    "WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a",
    "WITH RECURSIVE a AS (SELECT 1) UPDATE t AS u SET a = 1, b = DEFAULT FROM a JOIN b ON x WHERE c RETURNING d",
    "WITH a AS (SELECT 1) DELETE FROM t AS u USING a, b WHERE c RETURNING d AS e",
    "TRUNCATE s.t, u CASCADE",
    "CREATE TABLE t (LIKE s.u, a int, LIKE v INCLUDING DEFAULTS INCLUDING INDEXES, CHECK (a > 0))",
    "COPY (SELECT 1) TO 'x.csv' ('format' 'csv', 'header' TRUE, 'delimiter' ';', 'force_quote' ('a', 'b'), 'x' *)",
    "COPY s.t (a, b) FROM 'x.csv'",
    "COPY t TO STDOUT",
    "COPY t FROM STDIN",
    /* the rest */
    "ATTACH IF NOT EXISTS 'x.db' AS s ('type' 'sqlite', 'read_only')",
    "DETACH DATABASE IF EXISTS s",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE VERBOSE INSERT INTO t VALUES (1)",
    "EXPLAIN (analyze, 'format' 'json') SELECT 1",
    "DESCRIBE",
    "DESCRIBE s.t",
    "DESCRIBE 'x.csv'",
    "DESCRIBE SELECT 1",
    "SUMMARIZE t",
    "SUMMARIZE SELECT 1 LIMIT 3",
    "SHOW TABLES",
    "SHOW TABLES FROM s LIKE 'a%'",
    "SHOW ALL",
    "SHOW ALL TABLES",
    "SHOW COLUMNS FROM s.t",
    "SHOW CREATE TABLE t",
    "SHOW CREATE VIEW v",
    "SHOW FUNCTIONS",
    "SHOW SCHEMAS",
    "SHOW DATABASES",
    "SHOW VIEWS",
    "SHOW \"tables\"",
    "SET \"a.b\" = 'x', -5",
    "SET LOCAL \"a\" = TRUE",
    "SET \"a\" = DEFAULT",
    "RESET \"a.b\"",
    "RESET ALL",
    "BEGIN READ ONLY",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "RELEASE SAVEPOINT s",
    "ROLLBACK TO SAVEPOINT s",
    "PREPARE p (int, numeric(5, 2)) AS SELECT $1 + $2",
    "EXECUTE p(1, a => 'x')",
    "EXECUTE p",
    "DEALLOCATE p",
    "DEALLOCATE ALL",
    "LOAD 'lib.so'",
    "USE c.s",
    "PRAGMA x",
    "PRAGMA table_info('t', 5)",
    "CALL f(1)",
    "ANALYZE",
    "ANALYZE t",
};

START_TEST(what_is_printed_is_what_was_written)
{
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        ck_assert_str_eq(printed(same[i], PRINTER_PLAIN), same[i]);
}
END_TEST

START_TEST(with_all_its_parentheses_a_text_means_the_same)
{
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const char *full = printed(same[i], PRINTER_PARENTHESES);
        ck_assert_str_eq(printed(full, PRINTER_PARENTHESES), full);
    }
}
END_TEST

static const struct {
    const char *sql, *printed;
} others[] = {
    {"select A.b, \"A\".b from A where x::INT = 1", "SELECT a.b, \"A\".b FROM a WHERE CAST(x AS int) = 1"},
    {"from t", "SELECT * FROM t"},
    {"from t select a, where b", "SELECT a FROM t WHERE b"},
    {"table s.t limit 1", "SELECT * FROM s.t LIMIT 1"},
    {"select 1 fetch first row only", "SELECT 1 LIMIT 1"},
    {"select 1 limit all", "SELECT 1"},
    {"select 1 limit 2, 3", "SELECT 1 LIMIT 3 OFFSET 2"},
    {"select 1 limit 5%", "SELECT 1 LIMIT 5 PERCENT"},
    {"select 1 limit 5 % 2", "SELECT 1 LIMIT 5 % 2"},
    {"select 1 offset 2 rows fetch next 3 rows only", "SELECT 1 LIMIT 3 OFFSET 2"},
    {"select * except (a) from t except select 1", "SELECT * EXCLUDE (a) FROM t EXCEPT SELECT 1"},
    {"select ?, :a, ?", "SELECT $1, $a, $2"},
    {"select a into b from t", "CREATE TABLE b AS SELECT a FROM t"},
    {"select 1 from (((select 1))) x", "SELECT 1 FROM (SELECT 1) AS x"},
    {"select 1 from a left outer join b on c left semi join d on e",
     "SELECT 1 FROM a LEFT JOIN b ON c SEMI JOIN d ON e"},
    {"select 1 from a join b join c on x on y", "SELECT 1 FROM a JOIN (b JOIN c ON x) ON y"},
    {"select sum(a) over (rows 1 preceding)", "SELECT sum(a) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"},
    {"insert into t select 1 on conflict do nothing", "INSERT INTO t SELECT 1 ON CONFLICT DO NOTHING"},
    {"replace into t values (1)", "INSERT OR REPLACE INTO t VALUES (1)"},
    {"copy t to 'f' with csv header delimiter ';'", "COPY t TO 'f' ('format' 'csv', 'header', 'delimiter' ';')"},
    {"copy t to 'f' stored as CSV options (a.b 1)", "COPY t TO 'f' ('format' 'csv', 'a.b' 1)"},
    {"set search_path to Main, x", "SET \"search_path\" = 'main', 'x'"},
    {"set time zone 'UTC'", "SET \"timezone\" = 'UTC'"},
    {"pragma a = 1", "PRAGMA a(1)"},
    {"begin transaction isolation level serializable, read only", "BEGIN READ ONLY"},
    {"start transaction", "BEGIN"},
    {"end", "COMMIT"},
    {"pivot t on a using sum(b) group by c", "SELECT * FROM t PIVOT (sum(b) FOR a GROUP BY c)"},
    {"unpivot t on a, b into name n value v", "SELECT * FROM t UNPIVOT (v FOR n IN (a, b))"},
    {"create table t (a double precision default - 1 not null)",
     "CREATE TABLE t (a double precision DEFAULT -1 NOT NULL)"},
    {"explain (verbose, analyze false) select 1", "EXPLAIN VERBOSE SELECT 1"},
    {"desc t", "DESCRIBE t"},
};

START_TEST(other_spellings_become_one)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_str_eq(printed(others[i].sql, PRINTER_PLAIN), others[i].printed);
}
END_TEST

START_TEST(names_are_quoted_where_they_must_be)
{
    static const struct {
        const char *name, *sql;
    } cases[] = {
        {"abc", "abc"},       {"Abc", "\"Abc\""}, {"a b", "\"a b\""},           {"a\"b", "\"a\"\"b\""},
        {"1a", "\"1a\""},     {"", "\"\""},       {"select", "\"select\""},     {"name", "name"},
        {"rows", "\"rows\""}, {"a$1", "a$1"},     {"\xC3\xA9", "\"\xC3\xA9\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Text text = text_in(test_arena);
        printer_print_name(&text, view_of(cases[i].name));
        ck_assert_str_eq(text_string(&text), cases[i].sql);
    }
}
END_TEST

START_TEST(a_view_keeps_its_query_as_written)
{
    AstStatement *statement =
        parser_parse(test_arena, view_of("create view v as  SELECT a -- x\n , b  FROM t  ;"), NULL);
    ck_assert_str_eq(
        arena_string_n(test_arena, statement->create_view->query_text.data, statement->create_view->query_text.size),
        "SELECT a -- x\n , b  FROM t");
    ck_assert_uint_eq(statement->create_view->query_text_position, 18);
}
END_TEST

TEST_PROGRAM(what_is_printed_is_what_was_written, with_all_its_parentheses_a_text_means_the_same,
             other_spellings_become_one, names_are_quoted_where_they_must_be, a_view_keeps_its_query_as_written)
