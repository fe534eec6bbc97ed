/* Expressions: making, printing, comparing, what they tell of themselves; and how calls find their functions. */
#include "expr_test.h"

static Schema *columns_of(const char *const *types, size_t count)
{
    Schema *schema = schema_new(test_arena, count);
    for (size_t i = 0; i < count; i++)
        ck_assert(type_parse_text(view_of(types[i]), &schema->columns[i].type));
    return schema;
}

static Schema *test_columns(void)
{
    static const char *const types[] = {"integer", "integer", "varchar", "boolean", "decimal(15,2)", "date"};
    return columns_of(types, sizeof types / sizeof *types);
}

static const char *column_name(void *user, ColumnId column)
{
    (void)user;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    return names[column];
}

static const char *printed(const char *text)
{
    Text sql = text_in(test_arena);
    expr_print(expr_of(text, test_columns()), &sql, column_name, NULL);
    return text_string(&sql);
}

START_TEST(printing_uses_few_parentheses)
{
    static const ExprCase cases[] = {
        {"(+ $0 (* $1 2))", "a + b * 2"},
        {"(* (+ $0 $1) 2)", "(a + b) * 2"},
        {"(- (- $0 $1) 2)", "a - b - 2"},
        {"(- $0 (- $1 2))", "a - (b - 2)"},
        {"(and (or $3 (= $0 1)) (not $3))", "(d OR a = 1) AND NOT d"},
        {"(or (and $3 (= $0 1)) (not $3))", "d AND a = 1 OR NOT d"},
        {"(not (and $3 $3))", "NOT (d AND d)"},
        {"(= (< $0 1) $3)", "(a < 1) = d"},
        {"(- (- $0))", "-(-a)"},
        {"(- $0 -1)", "a - -1"},
        {"(* -1 $0)", "-1 * a"},
        {"(- -1)", "-(-1)"},
        {"(\"is null\" (= $0 1))", "a = 1 IS NULL"},
        {"(\"is null\" (and $3 $3))", "(d AND d) IS NULL"},
        {"(\"is distinct from\" $0 $1)", "a IS DISTINCT FROM b"},
        {"(~~ $2 'a%')", "c LIKE 'a%'"},
        {"(!~~ (|| $2 'x') 'its')", "c || 'x' NOT LIKE 'its'"},
        {"(~~* $2 'a!%' '!')", "c ILIKE 'a!%' ESCAPE '!'"},
        {"(in $0 1 2 null)", "a IN (1, 2, NULL)"},
        {"(notin (+ $0 1) $1)", "a + 1 NOT IN (b)"},
        {"(case (= $0 1) 'x' (= $0 2) 'y' null)", "CASE WHEN a = 1 THEN 'x' WHEN a = 2 THEN 'y' END"},
        {"(coalesce $2 'none')", "coalesce(c, 'none')"},
        {"(:: $0 \"decimal(10,2)\")", "CAST(a AS DECIMAL(10,2))"},
        {"(try $2 date)", "TRY_CAST(c AS DATE)"},
        {"(abs (- $0))", "abs(-a)"},
        {"(^ (^ 2e0 3e0) 2e0)", "2e0 ^ 3e0 ^ 2e0"},
    };
    Text wrong = text_in(test_arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(printed(cases[i].text), cases[i].result) != 0)
            text_add_format(&wrong, "\n%s is printed %s and not %s", cases[i].text, printed(cases[i].text),
                            cases[i].result);
    ck_assert_msg(wrong.size == 0, "%s", text_string(&wrong));
}
END_TEST

START_TEST(equal_expressions_hash_equally)
{
    static const char *const texts[] = {
        "(+ $0 1)",       "(+ $0 2)",        "(+ $1 1)",       "(- $0 1)", "(in $0 1 2)", "(notin $0 1 2)",
        "(:: $0 bigint)", "(try $0 bigint)", "(:: $0 double)", "$0",       "1",           "(+ $0 null)"};
    enum { TEXT_COUNT = sizeof texts / sizeof *texts };
    for (size_t i = 0; i < TEXT_COUNT; i++)
        for (size_t j = 0; j < TEXT_COUNT; j++) {
            Expr *a = expr_of(texts[i], test_columns()), *b = expr_of(texts[j], test_columns());
            ck_assert_msg(expr_equal(a, b) == (i == j), "%s and %s", texts[i], texts[j]);
            ck_assert_msg((expr_hash(a) == expr_hash(b)) == (i == j), "hashes of %s and %s", texts[i], texts[j]);
        }
}
END_TEST

START_TEST(hashing_each_part_of_a_deep_expression_takes_no_longer_than_there_are)
{
    Expr *expr = expr_of("$0", test_columns()), *other = expr_of("$1", test_columns());
    uint64_t hash = expr_hash(expr);
    ck_assert_uint_ne(expr_hash(expr_of("(- (- $0))", test_columns())),
                      expr_hash(expr_of("(- (- $1))", test_columns())));
    for (size_t depth = 0; depth < 100000; depth++) { /* deeper than a walk may go */
        expr = expr_cast(test_arena, expr, type_of(depth % 2 ? TYPE_BIGINT : TYPE_DOUBLE), NO_POSITION);
        other = expr_cast(test_arena, other, type_of(depth % 2 ? TYPE_BIGINT : TYPE_DOUBLE), NO_POSITION);
        ck_assert_uint_ne(expr_hash(expr), hash);
        hash = expr_hash(expr);
        if (depth == 10)
            ck_assert_uint_ne(hash, expr_hash(other));
    }
    ck_assert_uint_eq(exprs_hash(&expr, 1), exprs_hash(&other, 1)); /* what differs is too far down */
    ck_assert_uint_ne(exprs_hash((Expr *[]){expr, expr}, 2), exprs_hash(&expr, 1));
}
END_TEST

START_TEST(junctions_are_flat)
{
    Expr *a = expr_of("$3", test_columns());
    Expr *two[] = {a, a};
    Expr *and_two = expr_junction(test_arena, EXPR_AND, two, 2, NO_POSITION);
    Expr *nested[] = {and_two, a, expr_junction(test_arena, EXPR_OR, two, 2, NO_POSITION)};
    ck_assert_uint_eq(expr_junction(test_arena, EXPR_AND, nested, 3, NO_POSITION)->argument_count, 4);
    ck_assert_ptr_eq(expr_junction(test_arena, EXPR_OR, &a, 1, NO_POSITION), a);
    ck_assert(expr_is_true(expr_junction(test_arena, EXPR_AND, NULL, 0, NO_POSITION)));
    ck_assert(expr_is_false_or_null(expr_junction(test_arena, EXPR_OR, NULL, 0, NO_POSITION)));
}
END_TEST

static bool column_a_is_null(void *user, ColumnId column)
{
    (void)user;
    return column == 0;
}

START_TEST(it_is_known_what_rejects_nulls)
{
    static const struct {
        const char *text;
        bool rejects;
    } cases[] = {{"(= $0 1)", true},
                 {"(= $1 1)", false},
                 {"(= (+ $0 $1) 1)", true},
                 {"(and (= $1 1) (< $0 $1))", true},
                 {"(or (= $1 1) (= $0 1))", false},
                 {"(or (= $0 2) (= $0 1))", true},
                 {"(\"is null\" $0)", false},
                 {"(\"is not null\" $0)", true},
                 {"(not (= $0 1))", true},
                 {"(not (\"is null\" $0))", false},
                 {"(= (coalesce $0 $1) 1)", false},
                 {"(in $0 1 2)", true},
                 {"(notin $0 1 2)", true},
                 {"(in $1 $0 2)", false},
                 {"(\"is distinct from\" $0 1)", false},
                 {"(\"is true\" (= $0 1))", true},
                 {"(\"is not true\" (= $0 1))", false},
                 {"(= (case (= $0 1) 1 2) 2)", false},
                 {"(= (:: $0 bigint) 1)", true},
                 {"false", true},
                 {"true", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(expr_rejects_null(expr_of(cases[i].text, test_columns()), column_a_is_null, NULL) ==
                          cases[i].rejects,
                      "%s", cases[i].text);
}
END_TEST

START_TEST(it_is_known_what_can_fail)
{
    static const struct {
        const char *text;
        bool can_fail;
    } cases[] = {{"(+ $0 1)", true},
                 {"(= $0 1)", false},
                 {"(/ $0 2)", false},
                 {"(/ $0 $1)", true},
                 {"(/ $0 0)", true},
                 {"(/ $0 -1)", true},
                 {"(* $4 $4)", false},
                 {"(- 1 $4)", false},
                 {"(* (* $4 $4) $4)", true},
                 {"(/ $4 $4)", true},
                 {"(/ $4 2)", false},
                 {"(:: $2 integer)", true},
                 {"(try $2 integer)", false},
                 {"(:: $0 bigint)", false},
                 {"(:: $0 smallint)", true},
                 {"(:: $0 varchar)", false},
                 {"(~~ $2 'a%')", false},
                 {"(+ 1e0 $0)", false},
                 {"(try (/ 1 $0) integer)", true},
                 {"(> $5 '2024-01-01')", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_msg(expr_can_fail(expr_of(cases[i].text, test_columns())) == cases[i].can_fail, "%s", cases[i].text);
    ck_assert(expr_is_volatile(expr_of("(+ 1 (random))", test_columns())));
    ck_assert(!expr_is_volatile(expr_of("(now)", test_columns())));
}
END_TEST

/* The type of an expression, or why there is none. */
static const char *type_text(const char *text)
{
    Evaluation evaluation = {.text = text};
    Error error;
    if (!error_protect(evaluate_body, &evaluation, &error) && evaluation.type.id == TYPE_NULL)
        return arena_format(test_arena, "!%s", error_sqlstate(error.code));
    return type_name(evaluation.type, arena_allocate(test_arena, TYPE_NAME_SIZE));
}

START_TEST(overloads_resolve_as_in_postgresql)
{
    static const ExprCase cases[] = {
        {"(+ (:: 1 smallint) (:: 1 smallint))", "SMALLINT"},
        {"(+ (:: 1 smallint) 1)", "INTEGER"},
        {"(+ 1 9999999999)", "BIGINT"},
        {"(+ 1 1.5)", "DECIMAL(12,1)"},
        {"(+ 1 1e0)", "DOUBLE"},
        {"(+ 1.5 1e0)", "DOUBLE"},
        {"(+ 1 '2')", "INTEGER"},
        {"(+ 1 null)", "INTEGER"},
        {"(- null)", "INTEGER"},
        {"(+ null null)", "INTEGER"},
        {"(- '5')", "DOUBLE"},
        {"(+ (:: 1 ubigint) 1)", "DECIMAL(21,0)"},
        {"(- 1 0.06)", "DECIMAL(13,2)"},
        {"(* (:: 1 \"decimal(15,2)\") (:: 1 \"decimal(16,2)\"))", "DECIMAL(31,4)"},
        {"(/ 1.00 3)", "DECIMAL(9,8)"},
        {"(+ true 1)", "!42883"},
        {"(= (:: 'a' varchar) 1)", "!42883"},
        {"(= 1 '1')", "BOOLEAN"},
        {"(< (:: '2024-01-01' date) (:: '2024-01-01' timestamp))", "BOOLEAN"},
        {"(= (:: '2024-01-01' date) 5)", "!42883"},
        {"(|| 1 2)", "VARCHAR"},
        {"(sqrt 4)", "DOUBLE"},
        {"(round 1.2345 2)", "DECIMAL(4,2)"},
        {"(round 1.5)", "DECIMAL(2,0)"},
        {"(round 7)", "INTEGER"},
        {"(length null)", "BIGINT"},
        {"(length 5)", "!42883"},
        {"(greatest 1 2.5 null)", "DECIMAL(11,1)"},
        {"(nosuch 1)", "!42883"},
        {"(+ (:: '10:00' time) (:: '10:00' time))", "!42725"},
        {"(date_part 'year' '2024-01-01')", "DOUBLE"},
        {"(+ (:: '2024-01-01' date) 1)", "DATE"},
        {"(- (:: '2024-01-01' date) (:: '1 day' interval))", "TIMESTAMP"},
    };
    Text wrong = text_in(test_arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strcmp(type_text(cases[i].text), cases[i].result) != 0)
            text_add_format(&wrong, "\n%s is %s and not %s", cases[i].text, type_text(cases[i].text), cases[i].result);
    ck_assert_msg(wrong.size == 0, "%s", text_string(&wrong));
}
END_TEST

START_TEST(the_registry_lists_every_function_under_its_name)
{
    size_t count, entries = 0;
    for (const Function *function; (function = function_at(entries)) != NULL; entries++) {
        ck_assert_msg(function->kernel || function->choose, "%s", function->name);
        ck_assert_msg(function->signature && function->description, "%s", function->name);
        const Function *found = function_find(view_of(function->name), &count);
        ck_assert_msg(found && function >= found && function < found + count, "%s stands in two places",
                      function->name);
        if (entries)
            ck_assert_int_ge(strcmp(function->name, function_at(entries - 1)->name), 0);
    }
    ck_assert_uint_gt(entries, 150);
    ck_assert_ptr_nonnull(function_find(view_of("LOWER"), &count));
    ck_assert_ptr_null(function_find(view_of("nosuch"), &count));
    ck_assert_uint_eq(count, 0);
}
END_TEST

static Expr *add_one(void *user, Expr *expr)
{
    Expr *arguments[] = {expr, expr_constant(test_arena, value_integer(type_of(TYPE_INTEGER), 1), NO_POSITION)};
    (void)user;
    return expr->kind == EXPR_COLUMN ? function_call(test_arena, "+", arguments, 2, NO_POSITION) : expr;
}

static ColumnId shifted(void *user, ColumnId column)
{
    (void)user;
    return column + 1;
}

START_TEST(rewriting_leaves_the_original)
{
    Expr *expr = expr_of("(and (= $0 $1) (in $1 1 2))", test_columns());
    Expr *rewritten = expr_rewrite(test_arena, expr, add_one, NULL);
    Text text = text_in(test_arena);
    expr_print(rewritten, &text, column_name, NULL);
    ck_assert_str_eq(text_string(&text), "a + 1 = b + 1 AND b + 1 IN (1, 2)");
    text_clear(&text);
    expr_print(expr, &text, column_name, NULL);
    ck_assert_str_eq(text_string(&text), "a = b AND b IN (1, 2)");
    text_clear(&text);
    expr_print(expr_map_columns(test_arena, expr, shifted, NULL), &text, column_name, NULL);
    ck_assert_str_eq(text_string(&text), "b = c AND c IN (1, 2)");
    Expr *constant = expr_of("(+ 1 2)", NULL);
    ck_assert_ptr_eq(expr_rewrite(test_arena, constant, add_one, NULL), constant);
}
END_TEST

TEST_PROGRAM(printing_uses_few_parentheses, equal_expressions_hash_equally,
             hashing_each_part_of_a_deep_expression_takes_no_longer_than_there_are, junctions_are_flat,
             it_is_known_what_rejects_nulls, it_is_known_what_can_fail, overloads_resolve_as_in_postgresql,
             the_registry_lists_every_function_under_its_name, rewriting_leaves_the_original)
