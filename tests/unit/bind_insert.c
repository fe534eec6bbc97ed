/* INSERT and CREATE TABLE: what a table is given, and what it is. */
#include "bind_support.h"

static const struct {
    const char *sql, *plan;
} inserts[] = {
    {"INSERT INTO u VALUES (1, 2, 'x'), ('3', NULL, 4)", /* each cell takes its column's type at once */
     "Insert u (fake): append\n"
     "  Project a, x, y\n"
     "    Values 2 rows: (1, 2, 'x'), (3, NULL, '4')\n"},
    {"INSERT INTO w (b, a) VALUES ('x', 1), (DEFAULT, 2)", "Insert w (fake): append\n"
                                                           "    check: a > 0\n"
                                                           "  Project a, b, CAST(1 + 1 AS DECIMAL(5,1)) AS c\n"
                                                           "    Values 2 rows: ('x', 1), ('none', 2)\n"},
    {"INSERT INTO u (y, a) SELECT c, b FROM t", "Insert u (fake): append\n"
                                                "  Project CAST(b AS BIGINT) AS a, NULL AS x, c\n"
                                                "    Project c, b\n"
                                                "      Scan t (fake): t.a, b, c, d, e, f, g\n"},
    {"INSERT INTO u BY NAME SELECT 1 AS y, 2 AS a",
     "Insert u (fake): append\n"
     "  Project CAST(a AS BIGINT) AS a, NULL AS x, CAST(y AS VARCHAR) AS y\n"
     "    Project 1 AS y, 2 AS a\n"
     "      Values 1 row\n"},
    {"INSERT OR REPLACE INTO u VALUES (1)", /* columns at the end that were not given have their default */
     "Insert u (fake): replace\n"
     "  Project a, NULL AS x, NULL AS y\n"
     "    Values 1 row: (1)\n"},
    {"INSERT INTO w DEFAULT VALUES", "Insert w (fake): append\n"
                                     "    check: a > 0\n"
                                     "  Project NULL AS a, 'none' AS b, CAST(1 + 1 AS DECIMAL(5,1)) AS c\n"
                                     "    Values 1 row\n"},
    {"INSERT OVERWRITE u WITH q AS (SELECT 7 AS n) SELECT n, n, 'z' FROM q",
     "Insert u (fake): overwrite\n"
     "  Project CAST(n AS BIGINT) AS a, n, ?column?\n"
     "    Project n, n AS n, 'z' AS ?column?\n"
     "      Project 7 AS n\n"
     "        Values 1 row\n"},
};

START_TEST(a_table_gets_all_its_columns_in_its_types)
{
    for (size_t i = 0; i < sizeof inserts / sizeof *inserts; i++) {
        const char *plan = support_plan(inserts[i].sql);
        ck_assert_msg(strcmp(plan, inserts[i].plan) == 0, "%s\nis\n%snot\n%s", inserts[i].sql, plan, inserts[i].plan);
        ck_assert_str_eq(support_columns_text(inserts[i].sql), "count UBIGINT");
    }
}
END_TEST

static const struct {
    const char *sql; /* ^ before the place */
    ErrorCode code;
    const char *message;
} errors[] = {
    {"INSERT INTO ^v VALUES (1)", ERROR_WRONG_OBJECT_TYPE, "\"v\" is a view: its rows cannot be changed"},
    {"INSERT INTO u (a, ^b) VALUES (1, 2)", ERROR_UNDEFINED_COLUMN, "column \"b\" of table \"u\" does not exist"},
    {"INSERT INTO u (a, ^A) VALUES (1, 2)", ERROR_DUPLICATE_COLUMN, "column \"a\" is named more than once"},
    {"INSERT INTO u (a, x) ^VALUES (1)", ERROR_SYNTAX, "INSERT has 1 value for 2 columns"},
    {"INSERT INTO u ^VALUES (1, 2, 3, 4)", ERROR_SYNTAX, "INSERT has 4 values for 3 columns"},
    {"INSERT INTO u ^SELECT 1, 2, 3, 4", ERROR_SYNTAX, "INSERT has 4 values for 3 columns"},
    {"INSERT INTO u VALUES (1), (^'x')", ERROR_INVALID_TEXT, "invalid input syntax for type bigint: \"x\""},
    {"INSERT INTO u (x) VALUES (^3000000000)", ERROR_OUT_OF_RANGE, "integer out of range"},
    {"INSERT INTO t (e) VALUES (^1)", ERROR_DATATYPE_MISMATCH,
     "column \"e\" is of type date but the value is of type integer"},
};

START_TEST(an_insert_that_does_not_fit_is_refused)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        const char *caret = strchr(errors[i].sql, '^');
        char *sql = arena_format(test_arena, "%.*s%s", (int)(caret - errors[i].sql), errors[i].sql, caret + 1);
        Error error = support_error(sql);
        ck_assert_msg(error.code == errors[i].code, "%s: %s %s", sql, error_sqlstate(error.code), error.message);
        ck_assert_msg(error.position == (Position)(caret - errors[i].sql), "%s: at %u", sql, error.position);
        ck_assert_str_eq(error.message, errors[i].message);
    }
}
END_TEST

/* ---- definitions of tables ---- */

static BoundTable *define(const char *sql)
{
    BindEnvironment *environment = support_begin();
    AstStatement *statement = parser_parse(test_arena, view_of(sql), NULL);
    ck_assert_int_eq(statement->kind, AST_STATEMENT_CREATE_TABLE);
    return bind_table_definition(environment, &statement->create_table->columns, &statement->create_table->constraints);
}

START_TEST(a_definition_is_columns_defaults_and_constraints)
{
    BoundTable *table = define("CREATE TABLE n (a INTEGER PRIMARY KEY, b VARCHAR(10) NOT NULL DEFAULT 'x' || 'y', "
                               "c DECIMAL(10, 2) CHECK (c > 0), CONSTRAINT pair UNIQUE (b, c), CHECK (a < c))");
    const Schema *schema = table->schema;
    ck_assert_uint_eq(schema->column_count, 3);
    ck_assert(!schema->columns[0].is_nullable && !schema->columns[1].is_nullable && schema->columns[2].is_nullable);
    ck_assert(type_equal(schema->columns[2].type, type_decimal(10, 2)));
    ck_assert_ptr_null(table->defaults[0]);
    ck_assert_str_eq(table->defaults[1], "'x' || 'y'");
    static const ConstraintKind kinds[] = {CONSTRAINT_PRIMARY_KEY, CONSTRAINT_NOT_NULL, CONSTRAINT_CHECK,
                                           CONSTRAINT_UNIQUE, CONSTRAINT_CHECK};
    ck_assert_uint_eq(table->constraints.count, 5);
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(table->constraints.items[i].kind, kinds[i]);
    ck_assert_str_eq(table->constraints.items[2].check, "c > 0");
    ck_assert_str_eq(table->constraints.items[3].name, "pair");
    ck_assert_uint_eq(table->constraints.items[3].column_count, 2);
    ck_assert_uint_eq(table->constraints.items[3].columns[1], 2);
}
END_TEST

static void define_argument(void *sql)
{
    define(sql);
}

START_TEST(a_definition_that_contradicts_itself_is_refused)
{
    static const struct {
        const char *sql;
        ErrorCode code;
    } wrong[] = {
        {"CREATE TABLE n (a INTEGER, A VARCHAR)", ERROR_DUPLICATE_COLUMN},
        {"CREATE TABLE n (a no_type)", ERROR_UNDEFINED_OBJECT},
        {"CREATE TABLE n (a INTEGER DEFAULT 'x')", ERROR_INVALID_TEXT},
        {"CREATE TABLE n (a INTEGER DEFAULT a)", ERROR_UNDEFINED_COLUMN},
        {"CREATE TABLE n (a INTEGER DEFAULT (SELECT 1))", ERROR_NOT_SUPPORTED},
        {"CREATE TABLE n (a INTEGER CHECK (b > 1))", ERROR_UNDEFINED_COLUMN},
        {"CREATE TABLE n (a VARCHAR CHECK (a))", ERROR_DATATYPE_MISMATCH},
        {"CREATE TABLE n (a INTEGER CHECK (sum(a) > 1))", ERROR_GROUPING},
        {"CREATE TABLE n (a INTEGER PRIMARY KEY, b INTEGER, PRIMARY KEY (b))", ERROR_DUPLICATE_OBJECT},
        {"CREATE TABLE n (a INTEGER, UNIQUE (b))", ERROR_UNDEFINED_COLUMN},
        {"CREATE TABLE n (a INTEGER, UNIQUE (a, a))", ERROR_DUPLICATE_COLUMN},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        expect_error(wrong[i].code, define_argument, (void *)wrong[i].sql);
}
END_TEST

TEST_PROGRAM(a_table_gets_all_its_columns_in_its_types, an_insert_that_does_not_fit_is_refused,
             a_definition_is_columns_defaults_and_constraints, a_definition_that_contradicts_itself_is_refused)
