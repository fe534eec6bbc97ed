/* The parser groups as PostgreSQL does, says where and why a text is wrong, and stops at its limits. */
#include "test.h"

#include "base/text.h"
#include "sql/parser.h"
#include "sql/printer.h"

static const char *grouped(const char *sql)
{
    Text text = text_in(test_arena);
    printer_print_expr(&text, parser_parse_expression(test_arena, view_of(sql)), PRINTER_PARENTHESES);
    return text_string(&text);
}

/* The groupings follow the table of PostgreSQL's manual, 4.1.6. */
START_TEST(operators_group_by_precedence)
{
    static const struct {
        const char *sql, *grouped;
    } cases[] = {
        {"1 + 2 * 3", "1 + (2 * 3)"},
        {"1 - 2 - 3", "(1 - 2) - 3"},
        {"2 ^ 3 ^ 4", "(2 ^ 3) ^ 4"},
        {"-2 ^ 2", "(-2) ^ 2"},
        {"- a::int", "-CAST(a AS int)"},
        {"a + b::int", "a + CAST(b AS int)"},
        {"NOT a = b", "NOT (a = b)"},
        {"NOT a AND b", "(NOT a) AND b"},
        {"a OR b AND c", "a OR (b AND c)"},
        {"a AND b AND c OR d", "(a AND b AND c) OR d"},
        {"a < b IS NULL", "(a < b) IS NULL"},
        {"a = b IS NOT TRUE", "(a = b) IS NOT TRUE"},
        {"a IS NULL = b", "(a IS NULL) = b"},
        {"a || b || c", "(a || b) || c"},
        {"a || b + 1", "a || (b + 1)"},
        {"a || b = c", "(a || b) = c"},
        {"a + 1 BETWEEN b AND c + 2", "(a + 1) BETWEEN b AND (c + 2)"},
        {"a BETWEEN 1 AND 2 AND b", "(a BETWEEN 1 AND 2) AND b"},
        {"a NOT BETWEEN 1 AND 2 OR b", "(a NOT BETWEEN 1 AND 2) OR b"},
        {"a LIKE b || '%'", "a LIKE (b || '%')"},
        {"a LIKE 'x' = b", "(a LIKE 'x') = b"},
        {"a IN (1, 2) = b", "(a IN (1, 2)) = b"},
        {"NOT a IN (1)", "NOT (a IN (1))"},
        {"a IS DISTINCT FROM b AND c", "(a IS DISTINCT FROM b) AND c"},
        {"a ~ b || c", "(a ~ b) || c"},
        {"~ a & b", "(~a) & b"},
        {"~ a + b", "~(a + b)"},
        {"a & b + c", "a & (b + c)"},
        {"a << 1 + 2", "a << (1 + 2)"},
        {"a % b * c", "(a % b) * c"},
        {"a // b", "a // b"},
        {"- - a", "- (-a)"},
        {"+a", "+a"},
        {"a COLLATE x || b", "(a COLLATE x) || b"},
        {"a AT TIME ZONE 'UTC' + b", "(a AT TIME ZONE 'UTC') + b"},
        {"a + b AT TIME ZONE 'UTC'", "a + (b AT TIME ZONE 'UTC')"},
        {"-a AT TIME ZONE 'UTC'", "(-a) AT TIME ZONE 'UTC'"},
        {"a -> 'b' ->> 'c' = 'd'", "((a -> 'b') ->> 'c') = 'd'"},
        {"a = ANY (SELECT 1) AND b", "(a = ANY (SELECT 1)) AND b"},
        {"a == b", "a = b"},
        {"a != b", "a <> b"},
        {"a !~~* b", "a NOT ILIKE b"},
        {"a ISNULL", "a IS NULL"},
        {"a NOTNULL", "a IS NOT NULL"},
        {"a <= b + 1", "a <= (b + 1)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(grouped(cases[i].sql), cases[i].grouped);
}
END_TEST

static const char *plain(const char *sql)
{
    Text text = text_in(test_arena);
    printer_print_expr(&text, parser_parse_expression(test_arena, view_of(sql)), PRINTER_PLAIN);
    return text_string(&text);
}

START_TEST(forms_with_words_are_calls)
{
    static const struct {
        const char *sql, *call;
    } cases[] = {
        {"EXTRACT(YEAR FROM d)", "extract('year', d)"},
        {"POSITION('b' IN x)", "position('b', x)"},
        {"POSITION(a OR b, c)", "position(a OR b, c)"},
        {"SUBSTRING(x FROM 2 FOR 3)", "substring(x, 2, 3)"},
        {"SUBSTRING(x FOR 3)", "substring(x, 1, 3)"},
        {"SUBSTRING(x, 2)", "substring(x, 2)"},
        {"TRIM(x)", "trim(x)"},
        {"TRIM(BOTH 'a' FROM x)", "trim(x, 'a')"},
        {"TRIM(LEADING FROM x)", "ltrim(x)"},
        {"TRIM(TRAILING 'a' FROM x)", "rtrim(x, 'a')"},
        {"OVERLAY(x PLACING y FROM 2 FOR 3)", "overlay(x, y, 2, 3)"},
        {"CURRENT_DATE", "current_date"},
        {"current_timestamp(3)", "current_timestamp(3)"},
        {"count(*)", "count(*)"},
        {"COUNT()", "count()"},
        {"left(a, 1)", "left(a, 1)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_str_eq(plain(cases[i].sql), cases[i].call);
}
END_TEST

START_TEST(chains_of_and_are_one_node)
{
    const AstExpr *expr = parser_parse_expression(test_arena, view_of("a AND (b AND c) AND d"));
    ck_assert_int_eq(expr->kind, AST_AND);
    ck_assert_uint_eq(expr->list.count, 3);
    ck_assert_int_eq(expr->list.items[1]->kind, AST_AND);
    ck_assert_uint_eq(expr->height, 3);
    ck_assert_uint_eq(expr->position, 2); /* of the first AND */
}
END_TEST

static AstStatement *parse(const char *sql)
{
    return parser_parse(test_arena, view_of(sql), NULL);
}

START_TEST(set_operations_group_and_chain)
{
    const AstQuery *query = parse("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 UNION SELECT 4")->query;
    ck_assert_int_eq(query->set.operator, AST_SET_UNION);
    ck_assert_uint_eq(query->set.operands.count, 3);
    ck_assert_int_eq(query->set.operands.items[1]->set.operator, AST_SET_INTERSECT);
    query = parse("SELECT 1 UNION SELECT 2 UNION ALL SELECT 3")->query;
    ck_assert(query->set.is_all);
    ck_assert_uint_eq(query->set.operands.count, 2);
    query = parse("(SELECT 1 ORDER BY 1 LIMIT 1) ORDER BY 1")->query;
    ck_assert_int_eq(query->kind, AST_QUERY_NESTED);
    query = parse("((SELECT 1)) LIMIT 1")->query;
    ck_assert_int_eq(query->kind, AST_QUERY_SELECT);
}
END_TEST

START_TEST(parentheses_tell_queries_from_expressions)
{
    ck_assert_str_eq(plain("((SELECT 1) + 1)"), "(SELECT 1) + 1");
    ck_assert_str_eq(plain("((SELECT 1) UNION (SELECT 2))"), "(SELECT 1 UNION SELECT 2)");
    ck_assert_str_eq(plain("(((SELECT 1)))"), "(SELECT 1)");
    ck_assert_str_eq(plain("((1, 2), 3)"), "((1, 2), 3)");
    ck_assert_str_eq(plain("a IN ((SELECT 1))"), "a IN (SELECT 1)");
    ck_assert_str_eq(plain("a IN ((SELECT 1), 2)"), "a IN ((SELECT 1), 2)");
    ck_assert_str_eq(plain("a IN ()"), "a IN ()");
    ck_assert_int_eq(parse("SELECT * FROM ((SELECT 1) UNION (SELECT 2)) x")->query->select->from.items[0]->kind,
                     AST_FROM_QUERY);
    ck_assert_int_eq(parse("SELECT * FROM ((SELECT 1) x JOIN t ON true)")->query->select->from.items[0]->kind,
                     AST_FROM_JOIN);
}
END_TEST

START_TEST(conditions_close_joins_from_the_inside)
{
    const AstTableRef *join = parse("SELECT * FROM a JOIN b JOIN c ON 1 ON 2")->query->select->from.items[0];
    ck_assert_str_eq(arena_string_n(test_arena, join->join.left->table.name.data, 1), "a");
    ck_assert_int_eq(join->join.right->kind, AST_FROM_JOIN);
    join = parse("SELECT * FROM a JOIN b ON 1 JOIN c ON 2")->query->select->from.items[0];
    ck_assert_int_eq(join->join.left->kind, AST_FROM_JOIN);
}
END_TEST

START_TEST(the_first_statement_is_taken_and_garbage_behind_it_ignored)
{
    size_t taken;
    const char *text = " ; -- x\n; SELECT 1; \xff 'open";
    AstStatement *statement = parser_parse(test_arena, view_of(text), &taken);
    ck_assert_ptr_nonnull(statement);
    ck_assert_uint_eq(taken, strlen(" ; -- x\n; SELECT 1;"));
    ck_assert_uint_eq(statement->position, 10);
    ck_assert_ptr_null(parser_parse(test_arena, view_of(" ;; /* x */ ; -- y"), &taken));
    ck_assert_uint_eq(taken, 18);
    ck_assert_ptr_null(parser_parse(test_arena, view_of(""), &taken));
    ck_assert_uint_eq(taken, 0);
    ck_assert_uint_eq(parse("SELECT ?, ?, $7")->parameter_count, 7);
}
END_TEST

START_TEST(the_tree_outlives_the_text)
{
    char text[] = "SELECT Abc FROM t WHERE x = 'y'";
    AstStatement *statement = parser_parse(test_arena, view_of(text), NULL);
    memset(text, '#', sizeof text - 1);
    Text out = text_in(test_arena);
    printer_print_statement(&out, statement, PRINTER_PLAIN);
    ck_assert_str_eq(text_string(&out), "SELECT abc FROM t WHERE x = 'y'");
}
END_TEST

static size_t failed_taken;

static void parse_body(void *text)
{
    failed_taken = 0;
    parser_parse(test_arena, view_of(text), &failed_taken);
}

START_TEST(errors_say_where_and_hint_what)
{
    static const struct {
        const char *sql;
        Position position;
        const char *message, *hint;
    } cases[] = {
        {"selct 1", 0, "syntax error at or near \"selct\", expected a statement", "did you mean SELECT?"},
        {"SELECT a frm t", 13, "syntax error at or near \"t\"", "did you mean FROM?"},
        {"SELECT * FROM t WHER a", 21, "syntax error at or near \"a\"", "did you mean WHERE?"},
        {"SELECT a FROM t ORDR BY a", 21, "syntax error at or near \"BY\"", "did you mean ORDER?"},
        {"CREATE TABEL t(a int)", 7,
         "syntax error at or near \"TABEL\", expected TABLE, VIEW, EXTERNAL TABLE, INDEX, SEQUENCE or SCHEMA",
         "did you mean TABLE?"},
        {"SELECT * FROM order", 14, "syntax error at or near \"order\", expected a table name",
         "order is a word of SQL; as a name it is written \"order\""},
        {"SELECT (1 + 2", 13, "syntax error at end of text, expected \")\" or \",\"", ""},
        {"SELECT 1 +", 10, "syntax error at end of text, expected an expression", ""},
        {"SELECT count(* FROM t", 15, "syntax error at or near \"FROM\", expected \")\"", ""},
        {"SELECT * FROM a JOIN b WHERE 1", 23, "syntax error at or near \"WHERE\", expected ON or USING", ""},
        {"SELECT 1 2", 9, "syntax error at or near \"2\"", ""},
        {"SELECT 'abc", 7, "unterminated quoted string", "a quote within the quotes is written twice"},
        {"SELECT * FROM data/x.csv", 18, "syntax error at or near \"/\"", "a file's name stands in single quotes"},
        {"SELECT * FROM ./x.csv", 14, "syntax error at or near \".\", expected a table name",
         "a file's name stands in single quotes"},
        {"SELECT / 2", 7, "syntax error at or near \"/\", expected an expression", ""},
        {"INSERT INTO 'x.csv' VALUES (1)", 12, "syntax error at or near \"'x.csv'\", expected a table name",
         "a name stands without quotes, or in double quotes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Error error = expect_error(ERROR_SYNTAX, parse_body, (void *)cases[i].sql);
        ck_assert_uint_eq(error.position, cases[i].position);
        ck_assert_str_eq(error.message, cases[i].message);
        ck_assert_str_eq(error.hint, cases[i].hint);
    }
    expect_error(ERROR_SYNTAX, parse_body, "SELECT 1 2; SELECT 3");
    ck_assert_uint_eq(failed_taken, 11);
    expect_error(ERROR_INVALID_ENCODING, parse_body, "SELECT '\xff'");
}
END_TEST

/* SELECT `head`, `before` count times, `middle`, `after` count times */
static char *nested(const char *head, const char *before, const char *middle, const char *after, size_t count)
{
    Text text = text_in(test_arena);
    text_add_format(&text, "SELECT %s", head);
    for (size_t i = 0; i < count; i++)
        text_add(&text, before);
    text_add(&text, middle);
    for (size_t i = 0; i < count; i++)
        text_add(&text, after);
    return arena_string(test_arena, text_string(&text));
}

START_TEST(deep_nesting_is_an_error_and_no_overflow)
{
    static const struct {
        const char *head, *before, *middle, *after;
    } cases[] = {
        {"", "(", "1", ")"},
        {"", "- ", "1", ""},
        {"", "NOT ", "a", ""},
        {"", "f(", "1", ")"},
        {"", "(SELECT ", "1", ")"},
        {"", "CASE WHEN a THEN ", "1", " END"},
        {"", "CAST(", "1", " AS int)"},
        {"", "[", "1", "]"},
        {"", "1 IN (", "1", ")"},
        {"", "x[", "1", "]"},
        {"", "EXISTS (SELECT ", "1", ")"},
        {"", "sum(1) OVER (ORDER BY ", "1", ")"},
        {"", "1 IN (SELECT 1 UNION ALL SELECT ", "1", ")"},
        {"1", "", "", " + 1"},
        {"a", "", "", "::int"},
        {"a", "", "", ".b[1]"},
        {"1", "", "", " UNION SELECT 1 UNION ALL SELECT 1"},
        {"1 FROM ", "(SELECT 1 FROM ", "t", ")"},
        {"1 FROM ", "(", "t", ")"},
        {"1 FROM ", "(", "SELECT 1", ")"},
        {"1 FROM a", "", "", " JOIN b"},
        {"1 FROM a", "", "", " CROSS JOIN b"},
        {"1 FROM a", "", "", " PIVOT (sum(x) FOR y IN (1))"},
        {"1 FROM a GROUP BY ", "ROLLUP (", "a", ")"},
        {"1; EXPLAIN ", "EXPLAIN ", "SELECT 1", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = nested(cases[i].head, cases[i].before, cases[i].middle, cases[i].after, 100000);
        char *second = strstr(text, "; ");
        expect_error(ERROR_TOO_COMPLEX, parse_body, second ? second + 1 : text);
    }
}
END_TEST

START_TEST(long_flat_texts_are_fine)
{
    ck_assert_uint_eq(parse(nested("", "a AND ", "a", "", 50000))->query->select->items.items[0].expr->list.count,
                      50001);
    ck_assert_uint_eq(parse(nested("", "a OR ", "a", "", 50000))->query->select->items.items[0].expr->list.count,
                      50001);
    Text text = text_in(test_arena);
    text_add(&text, "SELECT x IN (0");
    for (int i = 1; i < 100000; i++)
        text_add_format(&text, ", %d", i);
    text_add(&text, ")");
    ck_assert_uint_eq(parse(text_string(&text))->query->select->items.items[0].expr->in.list.count, 100000);
    ck_assert_uint_eq(parse(nested("", "1 UNION ALL SELECT ", "1", "", 2000))->query->set.operands.count, 2001);
    ck_assert_uint_eq(parse(nested("", "1, ", "1", "", 20000))->query->select->items.count, 20001);
    ck_assert_ptr_nonnull(parse(nested("", "(", "1", ")", AST_HEIGHT_LIMIT / 2)));
    ck_assert_ptr_nonnull(parse(nested("", "1 + ", "1", "", AST_HEIGHT_LIMIT - 10)));
}
END_TEST

START_TEST(types_keep_their_words_and_numbers)
{
    static const struct {
        const char *sql, *name;
        size_t modifier_count;
    } cases[] = {
        {"NUMERIC(15, 2)", "numeric", 2},
        {"Double Precision", "double precision", 0},
        {"timestamp(3) with time zone", "timestamp with time zone", 1},
        {"TIME WITHOUT TIME ZONE", "time without time zone", 0},
        {"character varying(10)", "character varying", 1},
        {"BIGINT UNSIGNED", "bigint unsigned", 0},
        {"int[]", "int[]", 0},
        {"varchar", "varchar", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AstType type = parser_parse_type(test_arena, view_of(cases[i].sql));
        ck_assert(view_equal(type.name, view_of(cases[i].name)));
        ck_assert_uint_eq(type.modifier_count, cases[i].modifier_count);
    }
    AstType type = parser_parse_type(test_arena, view_of("interval day to second"));
    ck_assert(view_equal(type.fields, view_of("day to second")));
}
END_TEST

TEST_PROGRAM(operators_group_by_precedence, forms_with_words_are_calls, chains_of_and_are_one_node,
             set_operations_group_and_chain, parentheses_tell_queries_from_expressions,
             conditions_close_joins_from_the_inside, the_first_statement_is_taken_and_garbage_behind_it_ignored,
             the_tree_outlives_the_text, errors_say_where_and_hint_what, deep_nesting_is_an_error_and_no_overflow,
             long_flat_texts_are_fine, types_keep_their_words_and_numbers)
