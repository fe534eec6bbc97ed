/* The evaluator's two manners, its forms of vectors, and filters. */
#include "expr_test.h"

#define BATCH(...)                                                                                                     \
    batch_of((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void select_rows(TestBatch *test, const uint16_t *rows, size_t count)
{
    test->batch->selection = arena_copy(test_arena, rows, count * sizeof *rows);
    test->batch->row_count = count;
}

START_TEST(case_guards_what_would_raise)
{
    TestBatch test = BATCH("integer: 10, 7, 5, NULL, 9", "integer: 2, 0, NULL, 3, 4");
    ck_assert_str_eq(evaluate_rows("(case (<> $1 0) (/ $0 $1) -1)", &test), "5 -1 -1 NULL 2");
    ck_assert_str_eq(evaluate_rows("(case (= $1 0) 0 (> (/ 100 $1) 30) 1 2)", &test), "1 0 2 1 2");
    ck_assert_str_eq(evaluate_rows("(/ $0 $1)", &test), "!22012");
    /* the guard may itself be wrapped in what is evaluated densely */
    ck_assert_str_eq(evaluate_rows("(+ 1 (coalesce (case (<> $1 0) (/ $0 $1) null) 100))", &test), "6 101 101 101 3");
}
END_TEST

START_TEST(and_or_coalesce_and_in_evaluate_no_more_than_they_need)
{
    TestBatch test = BATCH("integer: 10, 7, 5, NULL", "integer: 2, 0, 1, 0");
    ck_assert_str_eq(evaluate_rows("(and (<> $1 0) (> (/ $0 $1) 4))", &test), "true false true false");
    ck_assert_str_eq(evaluate_rows("(or (= $1 0) (> (/ $0 $1) 4))", &test), "true true true true");
    ck_assert_str_eq(evaluate_rows("(coalesce (+ $1 1) (/ $0 0))", &test), "3 1 2 1");
    ck_assert_str_eq(evaluate_rows("(coalesce $0 (/ 1 $1))", &test), "!22012");
    ck_assert_str_eq(evaluate_rows("(in $1 0 (/ 4 $1) 1)", &test), "true true true true");
    ck_assert_str_eq(evaluate_rows("(and (> (/ $0 $1) 4) (<> $1 0))", &test), "!22012");
}
END_TEST

START_TEST(slots_that_do_not_count_raise_nothing)
{
    TestBatch test = BATCH("integer: 2147483647, 1, 3, 2147483647, NULL", "integer: 1, 0, 2, NULL, 0");
    ck_assert_str_eq(evaluate_rows("(+ $0 1)", &test), "!22003");
    select_rows(&test, (const uint16_t[]){1, 2, 4}, 3);
    ck_assert_str_eq(evaluate_rows("(+ $0 1)", &test), "2 4 NULL");
    select_rows(&test, (const uint16_t[]){0, 2, 3, 4}, 4); /* a zero divisor only beside a NULL */
    ck_assert_str_eq(evaluate_rows("(/ $0 $1)", &test), "2147483647 1 NULL NULL");
    select_rows(&test, (const uint16_t[]){1}, 1);
    ck_assert_str_eq(evaluate_rows("(% $0 $1)", &test), "!22012");
    test.batch->row_count = 0;
    ck_assert_str_eq(evaluate_rows("(% $0 $1)", &test), "");
    ck_assert_str_eq(evaluate_rows("(/ 1 0)", &test), "");
}
END_TEST

START_TEST(three_valued_logic_is_sqls)
{
    TestBatch test =
        BATCH("boolean: t, t, t, f, f, f, NULL, NULL, NULL", "boolean: t, f, NULL, t, f, NULL, t, f, NULL");
    const char *and = "true false NULL false false false NULL false NULL";
    const char * or = "true true true true false NULL true NULL NULL";
    ck_assert_str_eq(evaluate_rows("(and $0 $1)", &test), and);
    ck_assert_str_eq(evaluate_rows("(or $0 $1)", &test), or);
    /* the same with care: an argument that fails in the fast manner, for rows that do not come to it */
    ck_assert_str_eq(evaluate_rows("(and $0 $1 (or true (= 1 (/ 1 0))))", &test), and);
    ck_assert_str_eq(evaluate_rows("(or $0 $1 (and false (= 1 (/ 1 0))))", &test), or);
    ck_assert_str_eq(evaluate_rows("(not $0)", &test), "false false false true true true NULL NULL NULL");
    ck_assert_str_eq(evaluate_rows("(\"is not true\" $0)", &test), "false false false true true true true true true");
    ck_assert_str_eq(evaluate_rows("(\"is false\" $0)", &test), "false false false true true true false false false");
    ck_assert_str_eq(evaluate_rows("(\"is distinct from\" $0 $1)", &test),
                     "false true true true false true true true false");
    ck_assert_str_eq(evaluate_rows("(and $0 null)", &test), "NULL NULL NULL false false false NULL NULL NULL");
}
END_TEST

START_TEST(in_lists_know_null)
{
    TestBatch test =
        BATCH("integer: 1, 2, NULL, 4", "varchar: a, a text longer than twelve, NULL, zz", "double: 0, -0, NaN, 4.5",
              "decimal(20,2): 1, 2.5, 12345678901234567.89, NULL", "interval: 30 days, 1 mon, 1 day, NULL");
    ck_assert_str_eq(evaluate_rows("(in $0 1 4)", &test), "true false NULL true");
    ck_assert_str_eq(evaluate_rows("(in $0 1 null)", &test), "true NULL NULL NULL");
    ck_assert_str_eq(evaluate_rows("(notin $0 1 null)", &test), "false NULL NULL NULL");
    ck_assert_str_eq(evaluate_rows("(notin $0 1 3)", &test), "false true NULL true");
    ck_assert_str_eq(evaluate_rows("(in $0 null)", &test), "NULL NULL NULL NULL");
    ck_assert_str_eq(evaluate_rows("(in $0 (+ $0 0) null)", &test), "true true NULL true");
    ck_assert_str_eq(evaluate_rows("(notin $0 (+ $0 1) null)", &test), "NULL NULL NULL NULL");
    ck_assert_str_eq(evaluate_rows("(in $0 11 12 13 14 15 16 17 18 19 2 null)", &test), "NULL true NULL NULL");
    ck_assert_str_eq(evaluate_rows("(in $1 'a text longer than twelve' 'z')", &test), "false true NULL false");
    ck_assert_str_eq(
        evaluate_rows("(in $1 'b' 'c' 'd' 'e' 'f' 'g' 'h' 'i' 'j' 'zz' 'a text longer than twelve')", &test),
        "false true NULL true");
    ck_assert_str_eq(evaluate_rows("(in $2 -0e0 (:: 'NaN' double))", &test), "true true true false");
    ck_assert_str_eq(
        evaluate_rows("(in $3 (:: 2.5 \"decimal(20,2)\") (:: 12345678901234567.89 \"decimal(20,2)\"))", &test),
        "false true true NULL");
    ck_assert_str_eq(evaluate_rows("(in $4 (:: '1 month' interval))", &test), "true true false NULL");
}
END_TEST

START_TEST(case_takes_all_types_and_mixed_decimals)
{
    TestBatch test = BATCH("boolean: t, f, NULL", "varchar: a, a text longer than twelve, NULL",
                           "decimal(5,2): 1.25, -3, NULL", "decimal(38,2): 123456789012345678901234567890.25, 1, 2",
                           "interval: 1 day, 2 mons, NULL", "double: 1.5, 2, NULL", "smallint: 1, 2, 3");
    ck_assert_str_eq(evaluate_rows("(case $0 $1 'other text that is long')", &test),
                     "a other text that is long other text that is long");
    ck_assert_str_eq(evaluate_rows("(case $0 $3 $2)", &test), "123456789012345678901234567890.25 -3.00 NULL");
    ck_assert_str_eq(evaluate_rows("(case $0 $2 $3)", &test), "1.25 1.00 2.00");
    ck_assert_str_eq(evaluate_rows("(case $0 $4 null)", &test), "1 day NULL NULL");
    ck_assert_str_eq(evaluate_rows("(case $0 $5 $6)", &test), "1.5 2 3");
    ck_assert_str_eq(evaluate_rows("(coalesce $1 'none')", &test), "a a text longer than twelve none");
    ck_assert_str_eq(evaluate_rows("(coalesce $2 $3)", &test), "1.25 -3.00 2.00");
    /* the careful manner gives the same */
    ck_assert_str_eq(evaluate_rows("(case (and $0 (= 1 (/ $6 (- 2 $6)))) $3 $2)", &test),
                     "123456789012345678901234567890.25 -3.00 NULL");
    ck_assert_str_eq(evaluate_rows("(case (and $0 (= 1 (/ $6 (- 2 $6)))) $1 null)", &test), "a NULL NULL");
}
END_TEST

/* A batch whose column 0 is a dictionary vector over `values`. */
static void make_dictionary(TestBatch *test, const char *values, const uint32_t *codes, size_t count)
{
    Vector *dictionary = vector_new(test_arena, test->schema->columns[0].type);
    size_t size = test_fill(dictionary, dictionary->type, values);
    vector_prepare_dictionary(test->batch->columns[0], dictionary, size, count);
    memcpy(test->batch->columns[0]->data, codes, count * sizeof *codes);
    test->batch->row_count = test->batch->vector_size = count;
}

static size_t kernel_rows; /* rows that `counting` has seen */

static void counting_kernel(KernelCall *call)
{
    kernel_rows += call->count;
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, int64_t)[i] = VECTOR_DATA(call->arguments[0], String)[i].size;
}

START_TEST(a_dictionary_is_computed_once_per_value)
{
    static const Function counting = {.name = "counting",
                                      .argument_count = 1,
                                      .arguments = {TYPE_VARCHAR},
                                      .result = TYPE_BIGINT,
                                      .kernel = counting_kernel};
    TestBatch test = BATCH("varchar: x", "integer: 1");
    const uint32_t codes[] = {0, 1, 2, 0, 1, 2, 0, 0};
    make_dictionary(&test, "one, three, NULL", codes, 8);
    Expr *column = expr_of("$0", test.schema);
    Expr *call = expr_call(test_arena, &counting, type_of(TYPE_BIGINT), &column, 1, NO_POSITION);
    Evaluator *evaluator = evaluator_new(test_arena, test_context(), &call, 1);
    Vector *value = evaluator_value(evaluator, 0, test.batch);
    ck_assert_str_eq(rows_text(value, test.batch), "3 5 NULL 3 5 NULL 3 3");
    ck_assert_int_eq(value->form, VECTOR_DICTIONARY);
    ck_assert_uint_eq(kernel_rows, 3);
    evaluator_value(evaluator, 0, test.batch); /* the same dictionary: not at all */
    ck_assert_uint_eq(kernel_rows, 3);
    const uint32_t other_codes[] = {1, 0};
    make_dictionary(&test, "seventy, b", other_codes, 2);
    ck_assert_str_eq(rows_text(evaluator_value(evaluator, 0, test.batch), test.batch), "1 7");
}
END_TEST

START_TEST(a_list_of_constants_is_looked_for_once_for_each_distinct_value)
{
    TestBatch test = BATCH("varchar: x");
    const uint32_t codes[] = {0, 1, 2, 0, 1, 2, 2};
    make_dictionary(&test, "a, NULL, b", codes, 7);
    Expr *exprs[] = {expr_of("(in $0 'b' 'x')", test.schema), expr_of("(in $0 'b' null)", test.schema)};
    Evaluator *evaluator = evaluator_new(test_arena, test_context(), exprs, 2);
    Vector *value = evaluator_value(evaluator, 0, test.batch);
    ck_assert_str_eq(rows_text(value, test.batch), "false NULL true false NULL true true");
    ck_assert_int_eq(value->form, VECTOR_DICTIONARY);
    ck_assert_str_eq(rows_text(evaluator_value(evaluator, 1, test.batch), test.batch),
                     "NULL NULL true NULL NULL true true");
    Batch batch = *test.batch;
    uint16_t selection[BATCH_SIZE];
    ck_assert_uint_eq(evaluator_filter(evaluator, &batch, selection), 3);
    const uint32_t other_codes[] = {1, 0};
    make_dictionary(&test, "b, a", other_codes, 2);
    ck_assert_str_eq(rows_text(evaluator_value(evaluator, 0, test.batch), test.batch), "false true");
}
END_TEST

START_TEST(functions_that_can_fail_see_no_unused_dictionary_value)
{
    TestBatch test = BATCH("varchar: x");
    const uint32_t codes[] = {0, 2, 0};
    make_dictionary(&test, "17, no number, 4", codes, 3);
    ck_assert_str_eq(evaluate_rows("(:: $0 integer)", &test), "17 4 17");
    ck_assert_str_eq(evaluate_rows("(+ (:: $0 integer) 1)", &test), "18 5 18");
    ck_assert_str_eq(evaluate_rows("(|| $0 '!')", &test), "17! 4! 17!");
    ck_assert_str_eq(evaluate_rows("(case (= $0 '4') null $0)", &test), "17 NULL 17");
    ck_assert_str_eq(evaluate_rows("(in $0 '4' 'x')", &test), "false true false");
    ck_assert_str_eq(evaluate_rows("(and (= $0 '17') true)", &test), "true false true");
}
END_TEST

START_TEST(constants_stay_constant)
{
    TestBatch test = BATCH("integer: 1, 2, 3");
    Expr *expr = expr_of("(+ 1 2)", test.schema);
    Evaluator *evaluator = evaluator_new(test_arena, test_context(), &expr, 1);
    ck_assert_int_eq(evaluator_value(evaluator, 0, test.batch)->form, VECTOR_CONSTANT);
    ck_assert_str_eq(evaluate_rows("(+ 1 2)", &test), "3 3 3");
    ck_assert_str_eq(evaluate_rows("(+ $0 null)", &test), "NULL NULL NULL");
    ck_assert_str_eq(evaluate_rows("(and true (= 1 1))", &test), "true true true");
}
END_TEST

/* ---- filters ---- */

static const char *filtered(TestBatch *test, const char *const *conditions, size_t count)
{
    Expr **exprs = arena_array(test_arena, Expr *, count);
    for (size_t i = 0; i < count; i++)
        exprs[i] = expr_of(conditions[i], test->schema);
    Evaluator *evaluator = evaluator_new(test_arena, test_context(), exprs, count);
    Batch batch = *test->batch;
    uint16_t selection[BATCH_SIZE];
    ck_assert_uint_eq(evaluator_filter(evaluator, &batch, selection), batch.row_count);
    return rows_text(batch.columns[0], &batch);
}
#define FILTERED(test, ...)                                                                                            \
    filtered(test, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

START_TEST(a_filter_keeps_rows_that_are_true)
{
    TestBatch test = BATCH("integer: 1, 2, 3, 4, NULL, 6", "integer: 0, 1, 0, 1, 1, NULL");
    ck_assert_str_eq(FILTERED(&test, "(> $0 2)"), "3 4 6");
    ck_assert_str_eq(FILTERED(&test, "true"), "1 2 3 4 NULL 6");
    ck_assert_str_eq(FILTERED(&test, "(= 1 2)"), "");
    ck_assert_str_eq(FILTERED(&test, "(> (+ null 1) 2)"), "");
    ck_assert_str_eq(FILTERED(&test, "(> $0 1)", "(= $1 1)"), "2 4");
    ck_assert_str_eq(FILTERED(&test, "(= (/ 4 $1) 4)", "(<> $1 0)"), "2 4 NULL"); /* what cannot fail runs first */
    select_rows(&test, (const uint16_t[]){1, 3, 4}, 3);
    ck_assert_str_eq(FILTERED(&test, "(= (/ 4 $1) 4)", "(> $0 2)"), "4");
}
END_TEST

START_TEST(sparse_batches_give_the_same)
{
    TestBatch test = BATCH("integer: 0", "varchar: x");
    vector_prepare(test.batch->columns[0], BATCH_SIZE);
    vector_prepare(test.batch->columns[1], BATCH_SIZE);
    for (int i = 0; i < 2000; i++) {
        VECTOR_DATA(test.batch->columns[0], int32_t)[i] = i;
        char *text = arena_format(test_arena, "row number %d", i);
        VECTOR_DATA(test.batch->columns[1], String)[i] = string_make(text, strlen(text));
    }
    test.batch->row_count = test.batch->vector_size = 2000;
    select_rows(&test, (const uint16_t[]){0, 7, 8, 1999}, 4);
    ck_assert_str_eq(evaluate_rows("(* $0 $0)", &test), "0 49 64 3996001");
    ck_assert_str_eq(evaluate_rows("(|| $1 '!')", &test), "row number 0! row number 7! row number 8! row number 1999!");
    ck_assert_str_eq(FILTERED(&test, "(<> $0 7)", "(~~ $1 '%9%')"), "1999");
    ck_assert_str_eq(FILTERED(&test, "(= (/ 16 $0) 2)", "(> $0 0)"), "7 8");
    test.batch->selection = NULL;
    test.batch->row_count = 2000;
    ck_assert_str_eq(FILTERED(&test, "(< $0 10)", "(~~ $1 '%7')", "(= (/ 7 $0) 1)"), "7");
    /* a half, of which patterns are matched */
    ck_assert_str_eq(FILTERED(&test, "(< $0 1000)", "(or (~~ $1 '%99%') (~~ $1 'row number 88_'))", "(> $0 799)"),
                     "880 881 882 883 884 885 886 887 888 889 899 990 991 992 993 994 995 996 997 998 999");
}
END_TEST

/* "(name ", an item for each number from 1 to `count`, which it has as #, and what follows. */
static const char *long_list(const char *name, size_t count, const char *item, const char *rest)
{
    Text text = text_in(test_arena);
    text_add_format(&text, "(%s", name);
    for (size_t i = 1; i <= count; i++)
        for (const char *c = item; *c; c++)
            *c == '#' ? text_add_format(&text, "%zu", i) : text_add_char(&text, *c);
    text_add_format(&text, " %s)", rest);
    return text_string(&text);
}

START_TEST(lists_of_any_length_give_the_same_as_short_ones)
{
    TestBatch test = BATCH("integer: 0, 3, 71000, NULL", "integer: 1, 0, 5, 2");
    size_t many = 1500, more = 70000; /* than 16 bits count */
    ck_assert_str_eq(evaluate_rows(long_list("or", many, " (= (+ $0 1) #)", "false"), &test), "true true false NULL");
    ck_assert_str_eq(evaluate_rows(long_list("and", many, " (<> $0 #)", "true"), &test), "true false true NULL");
    ck_assert_str_eq(evaluate_rows(long_list("or", many, " (= (/ # $1) $0)", "false"), &test), "!22012");
    ck_assert_str_eq(evaluate_rows(long_list("or (= $1 0)", many, " (= (/ # $1) $0)", "false"), &test),
                     "false true false NULL");
    ck_assert_str_eq(evaluate_rows(long_list("in $0", many, " (+ $1 #)", "$0"), &test), "true true true NULL");
    ck_assert_str_eq(evaluate_rows(long_list("in $0", many, " (+ $1 #)", "(- 1)"), &test), "false true false NULL");
    ck_assert_str_eq(evaluate_rows(long_list("case", more, " (= $0 #) (- #)", "-1"), &test), "-1 -3 -1 -1");
    ck_assert_str_eq(evaluate_rows(long_list("coalesce", more, " (case (= $0 #) (- #) null)", "-1"), &test),
                     "-1 -3 -1 -1");
}
END_TEST

START_TEST(many_conditions_keep_the_rows_of_which_all_are_true)
{
    TestBatch test = BATCH("integer: 0, 3, 71000, NULL, 8");
    const char *conditions[3000];
    for (size_t i = 0; i < 3000; i++)
        conditions[i] = arena_format(test_arena, "(<> (+ $0 1) %zu)", i + 2);
    for (int again = 0; again < 2; again++)
        ck_assert_str_eq(filtered(&test, conditions, 3000), "0 71000");
}
END_TEST

static void nest(void *argument)
{
    Expr *expr = expr_of("(+ 1 1)", NULL);
    for (int i = 0; i < *(int *)argument; i++)
        expr = function_call(test_arena, "-", &expr, 1, NO_POSITION);
    Value value = expr_evaluate_constant(test_arena, test_context(), expr);
    ck_assert_int_eq(value.i64, 2);
    Text text = text_in(test_arena);
    expr_print(expr, &text, NULL, NULL);
}

START_TEST(deep_expressions_are_errors_not_overflows)
{
    int deep = EXPR_MAX_DEPTH - 4, deeper = 100000;
    nest(&deep);
    expect_error(ERROR_TOO_COMPLEX, nest, &deeper);
}
END_TEST

TEST_PROGRAM(case_guards_what_would_raise, and_or_coalesce_and_in_evaluate_no_more_than_they_need,
             slots_that_do_not_count_raise_nothing, three_valued_logic_is_sqls, in_lists_know_null,
             case_takes_all_types_and_mixed_decimals, a_dictionary_is_computed_once_per_value,
             a_list_of_constants_is_looked_for_once_for_each_distinct_value,
             functions_that_can_fail_see_no_unused_dictionary_value, constants_stay_constant,
             a_filter_keeps_rows_that_are_true, lists_of_any_length_give_the_same_as_short_ones,
             many_conditions_keep_the_rows_of_which_all_are_true, sparse_batches_give_the_same,
             deep_expressions_are_errors_not_overflows)
