/* What is wrong with a statement, where, and what helps. Codes, places and most messages are PostgreSQL 15's for the
 * same statements. */
#include "bind_support.h"

/* `sql` has a ^ right before the place that the error names. */
typedef struct ErrorCase {
    const char *sql;
    ErrorCode code;
    const char *message, *hint; /* hint NULL: none */
} ErrorCase;

static void check_error(const ErrorCase *test)
{
    const char *caret = strchr(test->sql, '^');
    ck_assert_ptr_nonnull(caret);
    char *sql = arena_format(test_arena, "%.*s%s", (int)(caret - test->sql), test->sql, caret + 1);
    Error error = support_error(sql);
    ck_assert_msg(error.code == test->code, "%s\nis %s: %s", sql, error_sqlstate(error.code), error.message);
    ck_assert_msg(strcmp(error.message, test->message) == 0, "%s\nis \"%s\"\nnot \"%s\"", sql, error.message,
                  test->message);
    ck_assert_msg(error.position == (Position)(caret - test->sql), "%s: at %u", sql, error.position);
    ck_assert_msg(strcmp(error.hint, test->hint ? test->hint : "") == 0, "%s: hint \"%s\"", sql, error.hint);
}

static void check_errors(const ErrorCase *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_error(&cases[i]);
}
#define CHECK_ERRORS(cases) check_errors(cases, sizeof cases / sizeof *cases)

static const ErrorCase names[] = {
    {"SELECT a FROM mixed WHERE ^uper = 1", ERROR_UNDEFINED_COLUMN, "column \"uper\" does not exist",
     "did you mean \"Upper\"?"},
    {"SELECT mixed.^loer FROM mixed", ERROR_UNDEFINED_COLUMN, "column \"mixed.loer\" does not exist",
     "did you mean \"lower\"?"},
    {"SELECT ^zz FROM t", ERROR_UNDEFINED_COLUMN, "column \"zz\" does not exist", NULL},
    {"SELECT a FROM t WHERE a = ^\"Zed\"", ERROR_UNDEFINED_COLUMN, "column \"Zed\" does not exist",
     "text stands in single quotes"},
    {"SELECT ^hello", ERROR_UNDEFINED_COLUMN, "column \"hello\" does not exist",
     "the query has no FROM; text stands in single quotes"},
    {"SELECT ^a FROM t, u", ERROR_AMBIGUOUS_COLUMN, "column reference \"a\" is ambiguous",
     "it could be \"t.a\" or \"u.a\""},
    {"SELECT ^z.a FROM t", ERROR_UNDEFINED_TABLE, "missing FROM-clause entry for table \"z\"", NULL},
    {"SELECT ^t.a FROM t AS q", ERROR_UNDEFINED_TABLE, "missing FROM-clause entry for table \"t\"",
     "the table is called \"q\" here"},
    {"SELECT * FROM ^mixd", ERROR_UNDEFINED_TABLE, "table \"mixd\" does not exist", "did you mean \"Mixed\"?"},
    {"SELECT * FROM t, ^t", ERROR_DUPLICATE_ALIAS, "table name \"t\" is specified more than once",
     "give one of them an alias"},
    {"SELECT * FROM t JOIN u USING (^zz)", ERROR_UNDEFINED_COLUMN,
     "column \"zz\" in USING does not exist in the left table", NULL},
    {"SELECT * FROM (SELECT 1, 2) q(a, b, ^c)", ERROR_INVALID_COLUMN_REFERENCE,
     "table \"q\" has 2 columns, but 3 names were given", NULL},
    {"SELECT ^*", ERROR_SYNTAX, "SELECT * without FROM has no columns to show", NULL},
    {"SELECT * EXCLUDE (^zz) FROM t", ERROR_UNDEFINED_COLUMN, "column \"zz\" of EXCLUDE is not among those of the *",
     NULL},
    {"WITH q AS (SELECT 1), ^q AS (SELECT 2) SELECT * FROM q", ERROR_DUPLICATE_ALIAS,
     "WITH query name \"q\" is specified more than once", NULL},
    {"SELECT ^$1", ERROR_UNDEFINED_PARAMETER, "parameter $1 has no value", NULL},
    {"SELECT a b, b b FROM t ORDER BY ^b", ERROR_AMBIGUOUS_COLUMN, "ORDER BY \"b\" is ambiguous", NULL},
    {"SELECT a FROM t ORDER BY ^2", ERROR_INVALID_COLUMN_REFERENCE, "ORDER BY position 2 is not in the select list",
     NULL},
    {"SELECT a FROM t GROUP BY ^0", ERROR_INVALID_COLUMN_REFERENCE, "GROUP BY position 0 is not in the select list",
     NULL},
    {"WITH q AS (SELECT ^zz FROM t) SELECT 1", ERROR_UNDEFINED_COLUMN, "column \"zz\" does not exist", NULL},
};

START_TEST(a_name_that_means_nothing_is_pointed_at)
{
    CHECK_ERRORS(names);
}
END_TEST

static const ErrorCase groupings[] = {
    {"SELECT ^a, count(*) FROM t", ERROR_GROUPING,
     "column \"t.a\" must appear in the GROUP BY clause or be used in an aggregate function", NULL},
    {"SELECT b FROM t GROUP BY b ORDER BY ^a", ERROR_GROUPING,
     "column \"t.a\" must appear in the GROUP BY clause or be used in an aggregate function", NULL},
    {"SELECT b FROM t GROUP BY b HAVING EXISTS (SELECT 1 FROM u WHERE x = ^t.a)", ERROR_GROUPING,
     "column \"t.a\" must appear in the GROUP BY clause or be used in an aggregate function", NULL},
    {"SELECT a FROM t WHERE ^sum(b) > 1", ERROR_GROUPING, "aggregate functions are not allowed in WHERE",
     "conditions on groups stand in HAVING"},
    {"SELECT 1 FROM t JOIN u ON ^max(b) = x", ERROR_GROUPING, "aggregate functions are not allowed in JOIN conditions",
     NULL},
    {"SELECT 1 FROM t GROUP BY ^sum(a)", ERROR_GROUPING, "aggregate functions are not allowed in GROUP BY", NULL},
    {"SELECT sum(^max(a)) FROM t", ERROR_GROUPING, "aggregate function calls cannot be nested", NULL},
    {"SELECT DISTINCT a FROM t ORDER BY ^b", ERROR_INVALID_COLUMN_REFERENCE,
     "for SELECT DISTINCT, ORDER BY expressions must appear in the select list", NULL},
    {"SELECT grouping(^a) FROM t GROUP BY b", ERROR_GROUPING, "arguments to GROUPING must be expressions of GROUP BY",
     NULL},
};

START_TEST(what_a_group_does_not_have_cannot_be_asked_of_it)
{
    CHECK_ERRORS(groupings);
}
END_TEST

static const ErrorCase types[] = {
    {"SELECT a FROM t WHERE ^a", ERROR_DATATYPE_MISMATCH, "argument of WHERE must be type boolean, not type integer",
     NULL},
    {"SELECT CASE WHEN ^1 THEN 2 END", ERROR_DATATYPE_MISMATCH,
     "argument of CASE/WHEN must be type boolean, not type integer", NULL},
    {"SELECT a ^+ c FROM t", ERROR_UNDEFINED_FUNCTION, "operator does not exist: integer + varchar",
     "CAST one side to the type of the other"},
    {"SELECT a FROM t WHERE c ^= 1", ERROR_UNDEFINED_FUNCTION, "operator does not exist: varchar = integer",
     "CAST one side to the type of the other"},
    {"SELECT ^no_such_function(a, 'x') FROM t", ERROR_UNDEFINED_FUNCTION,
     "function no_such_function(integer, unknown) does not exist", NULL},
    {"SELECT CASE WHEN g THEN a ELSE ^c END FROM t", ERROR_DATATYPE_MISMATCH,
     "CASE types integer and varchar cannot be matched", "CAST one of them"},
    {"SELECT a FROM t WHERE e = ^'x'", ERROR_INVALID_DATETIME, "invalid input syntax for type date: \"x\"", NULL},
    {"SELECT CASE WHEN g THEN 1 ELSE ^'x' END FROM t", ERROR_INVALID_TEXT,
     "invalid input syntax for type integer: \"x\"", NULL},
    {"SELECT CAST(a AS ^timetz) FROM t", ERROR_NOT_SUPPORTED, "type timetz is not supported",
     "TIME has no zone, TIMESTAMPTZ a moment"},
    {"SELECT CAST(a AS ^int[]) FROM t", ERROR_NOT_SUPPORTED, "arrays are not supported",
     "a row for each element holds them, or text that string_to_table takes apart"},
    {"SELECT ^array_agg(a) FROM t", ERROR_UNDEFINED_FUNCTION, "function array_agg(integer) does not exist",
     "there are no arrays; string_agg(x, ',') makes one text of a group"},
    {"SELECT ^json_group_array(a) FROM t", ERROR_UNDEFINED_FUNCTION,
     "function json_group_array(integer) does not exist",
     "'[' || string_agg(to_json(x), ',') || ']' makes an array of a group"},
    {"SELECT ^string_split('a,b', ',')", ERROR_UNDEFINED_FUNCTION,
     "function string_split(unknown, unknown) does not exist",
     "there are no arrays; split_part(text, ',', 1) is one part, string_to_table(text, ',') all as rows"},
    {"SELECT ^DATE 'infinity'", ERROR_NOT_SUPPORTED, "type date has no value \"infinity\"",
     "NULL can stand for an unbounded end"},
    {"SELECT CAST(a AS ^intger) FROM t", ERROR_UNDEFINED_OBJECT, "type \"intger\" does not exist",
     "did you mean \"integer\"?"},
    {"SELECT CAST(a AS ^decimal(50, 2)) FROM t", ERROR_INVALID_PARAMETER, "type decimal cannot have these modifiers",
     "precision is 1 to 38, scale 0 to the precision"},
    {"SELECT a FROM t LIMIT ^-1", ERROR_INVALID_LIMIT, "LIMIT must not be negative", NULL},
    {"SELECT a FROM t LIMIT ^a", ERROR_UNDEFINED_COLUMN, "column \"a\" cannot stand in LIMIT",
     "text stands in single quotes"},
    {"SELECT ^1234567890123456789012345678901234567890", ERROR_OUT_OF_RANGE,
     "number 1234567890123456789012345678901234567890 is out of range", "numbers have at most 38 digits"},
    {"SELECT 1 UNION ^SELECT 1, 2", ERROR_SYNTAX,
     "each UNION query must have the same number of columns: the first has 1, this one 2", NULL},
    {"SELECT a FROM t ^UNION SELECT c FROM t", ERROR_DATATYPE_MISMATCH,
     "UNION types integer and varchar of column 1 cannot be matched", "CAST one of them"},
    {"VALUES (1), (^1, 2)", ERROR_SYNTAX,
     "VALUES lists must all be the same length: the first has 1 values, this one 2", NULL},
    {"SELECT ^(SELECT a, b FROM t)", ERROR_SYNTAX, "subquery must return only one column, not 2", NULL},
    {"SELECT (a, b) ^= (1, 2, 3) FROM t", ERROR_SYNTAX, "rows of 2 and of 3 values cannot be compared", NULL},
    {"SELECT c FROM t ORDER BY c ^COLLATE nocase", ERROR_UNDEFINED_OBJECT, "collation \"nocase\" does not exist",
     "text is compared byte by byte: COLLATE \"C\""},
};

START_TEST(values_that_do_not_go_together_are_refused)
{
    CHECK_ERRORS(types);
}
END_TEST

/* A view's text is not the user's: the error points at the view. */
START_TEST(an_error_within_a_view_is_where_the_view_is_named)
{
    support_begin();
    support_register("broken", view_new(&support_context, "SELECT no_such_column FROM t",
                                        schema_of_text(test_arena, "k integer"), &(SearchPath){0}));
    support_register("fewer", view_new(&support_context, "SELECT a FROM t",
                                       schema_of_text(test_arena, "k integer, l integer"), &(SearchPath){0}));
    support_register("itself", view_new(&support_context, "SELECT * FROM itself",
                                        schema_of_text(test_arena, "k integer"), &(SearchPath){0}));
    static const ErrorCase views[] = {
        {"SELECT 1 FROM t, ^broken", ERROR_UNDEFINED_COLUMN,
         "view \"broken\": column \"no_such_column\" does not exist", NULL},
        {"SELECT 1 FROM t, ^fewer", ERROR_UNDEFINED_COLUMN, "view \"fewer\" has 2 columns, but its query now gives 1",
         "make the view anew"},
        {"SELECT 1 FROM t, ^itself", ERROR_TOO_COMPLEX, "view \"itself\": view \"itself\" refers to itself", NULL},
    };
    CHECK_ERRORS(views);
}
END_TEST

/* ---- hostile statements: an error or a plan, soon, and no crash ---- */

static const char *repeated(const char *head, const char *unit, size_t count, const char *tail)
{
    Text text = text_in(test_arena);
    text_add(&text, head);
    for (size_t i = 0; i < count; i++)
        text_add(&text, unit);
    text_add(&text, tail);
    return text_string(&text);
}

static const char *nested(const char *head, const char *core, const char *tail, size_t count)
{
    Text text = text_in(test_arena);
    for (size_t i = 0; i < count; i++)
        text_add(&text, head);
    text_add(&text, core);
    for (size_t i = 0; i < count; i++)
        text_add(&text, tail);
    return text_string(&text);
}

START_TEST(what_doubles_at_each_level_is_stopped)
{
    Text ctes = text_in(test_arena), aliases = text_in(test_arena);
    text_add(&ctes, "WITH q0 AS NOT MATERIALIZED (SELECT 1 AS x)");
    text_add(&aliases, "SELECT 1 AS x0");
    for (int i = 1; i <= 60; i++) {
        text_add_format(&ctes, ", q%d AS NOT MATERIALIZED (SELECT p.x FROM q%d p, q%d q)", i, i - 1, i - 1);
        text_add_format(&aliases, ", x%d + x%d AS x%d", i - 1, i - 1, i);
    }
    text_add(&ctes, " SELECT * FROM q60");
    ck_assert_int_eq(support_error(text_string(&ctes)).code, ERROR_TOO_COMPLEX);
    ck_assert_int_eq(support_error(text_string(&aliases)).code, ERROR_TOO_COMPLEX);
    const char *betweens = nested("SELECT ", nested("(", "1", " BETWEEN 1 AND 2)::INTEGER", 60), "", 1);
    ck_assert_int_eq(support_error(betweens).code, ERROR_TOO_COMPLEX);
    const char *cases = nested("SELECT ", nested("CASE ", "1", " WHEN 1 THEN 2 WHEN 3 THEN 4 END", 60), "", 1);
    ck_assert_int_eq(support_error(cases).code, ERROR_TOO_COMPLEX);
}
END_TEST

START_TEST(large_statements_are_bound_and_deep_ones_are_refused)
{
    support_bind(repeated("SELECT 1", " UNION SELECT 1", 2000, ""));
    support_bind(repeated("SELECT 1", " + 1", 900, ""));
    support_bind(repeated("SELECT a FROM t WHERE a = 0", " OR a = 1", 10000, ""));
    support_bind(repeated("SELECT a FROM t WHERE a IN (0", ", 1", 10000, ")"));
    support_bind(repeated("VALUES (0)", ", (1)", 10000, ""));
    support_bind(nested("SELECT * FROM (", "SELECT a FROM t", ") q", 200));
    ck_assert_int_eq(support_error(repeated("SELECT 1", " EXCEPT SELECT 1", 2500, "")).code, ERROR_TOO_COMPLEX);
    ck_assert_int_eq(
        support_error(repeated("SELECT 1", ", (SELECT max(x) FROM u WHERE u.a = t.a)", 2500, " FROM t")).code,
        ERROR_TOO_COMPLEX);
}
END_TEST

TEST_PROGRAM(a_name_that_means_nothing_is_pointed_at, what_a_group_does_not_have_cannot_be_asked_of_it,
             values_that_do_not_go_together_are_refused, an_error_within_a_view_is_where_the_view_is_named,
             what_doubles_at_each_level_is_stopped, large_statements_are_bound_and_deep_ones_are_refused)
