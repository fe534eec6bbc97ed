/* Joins of every type, against nested loops over arrays in this file. */
#include "plans.h"

static const size_t sizes[] = {1, 3, 2048};

/* ---- the reference: sides of two small integers, INT_MIN for NULL ---- */

enum { NO_VALUE = -1000, MOST_ROWS = 60 };

typedef struct Side {
    size_t count;
    int cells[MOST_ROWS][2]; /* x, y */
} Side;

typedef enum Shape {
    ON_EQUAL,          /* l.x = r.x */
    ON_EQUAL_REVERSED, /* r.x = l.x */
    ON_BOTH,           /* l.x = r.x and l.y = r.y */
    ON_NOT_DISTINCT,   /* l.x is not distinct from r.x */
    ON_MIXED,          /* l.x = r.x and l.y is not distinct from r.y */
    ON_EQUAL_AND_LESS, /* l.x = r.x and l.y < r.y */
    ON_LESS,           /* l.x < r.x */
    ON_NOTHING,
    SHAPE_COUNT
} Shape;

/* TRUE, not FALSE or NULL */
static bool pair_passes(Shape shape, const int *l, const int *r)
{
    bool x_equal = l[0] != NO_VALUE && l[0] == r[0], y_equal = l[1] != NO_VALUE && l[1] == r[1];
    bool y_valid = l[1] != NO_VALUE && r[1] != NO_VALUE, x_valid = l[0] != NO_VALUE && r[0] != NO_VALUE;
    switch (shape) {
    case ON_EQUAL:
    case ON_EQUAL_REVERSED:
        return x_equal;
    case ON_BOTH:
        return x_equal && y_equal;
    case ON_NOT_DISTINCT:
        return l[0] == r[0];
    case ON_MIXED:
        return x_equal && l[1] == r[1];
    case ON_EQUAL_AND_LESS:
        return x_equal && y_valid && l[1] < r[1];
    case ON_LESS:
        return x_valid && l[0] < r[0];
    default:
        return true;
    }
}

static size_t shape_conditions(Shape shape, const Plan *l, const Plan *r, Expr **conditions)
{
    switch (shape) {
    case ON_EQUAL:
        conditions[0] = call("=", column(l, 0), column(r, 0));
        return 1;
    case ON_EQUAL_REVERSED:
        conditions[0] = call("=", column(r, 0), column(l, 0));
        return 1;
    case ON_BOTH:
        conditions[0] = call("=", column(l, 0), column(r, 0));
        conditions[1] = call("=", column(l, 1), column(r, 1));
        return 2;
    case ON_NOT_DISTINCT:
        conditions[0] = call("is not distinct from", column(l, 0), column(r, 0));
        return 1;
    case ON_MIXED:
        conditions[0] = call("=", column(l, 0), column(r, 0));
        conditions[1] = call("is not distinct from", column(l, 1), column(r, 1));
        return 2;
    case ON_EQUAL_AND_LESS:
        conditions[0] = call("=", column(l, 0), column(r, 0));
        conditions[1] = call("<", column(l, 1), column(r, 1));
        return 2;
    case ON_LESS:
        conditions[0] = call("<", column(l, 0), column(r, 0));
        return 1;
    default:
        return 0;
    }
}

static void add_cells(Text *text, const int *cells, bool is_first)
{
    for (int i = 0; i < 2; i++) {
        text_add(text, i > 0 || !is_first ? "," : text->size ? " " : "");
        if (cells == NULL || cells[i] == NO_VALUE)
            text_add(text, "NULL");
        else
            text_add_format(text, "%d", cells[i]);
    }
}

static void add_pair(Text *text, const int *l, const int *r)
{
    add_cells(text, l, true);
    add_cells(text, r, false);
}

/* Left rows in order; right rows that nobody met at the end. */
static const char *join_expected(PlanJoinType type, Shape shape, const Side *left, const Side *right)
{
    Text text = {.arena = test_arena};
    bool met[MOST_ROWS] = {false};
    bool pads_left = type == PLAN_JOIN_LEFT || type == PLAN_JOIN_FULL, gives_pairs = type <= PLAN_JOIN_FULL;
    for (size_t l = 0; l < left->count; l++) {
        size_t matches = 0;
        for (size_t r = 0; r < right->count; r++) {
            if (!pair_passes(shape, left->cells[l], right->cells[r]))
                continue;
            matches++;
            met[r] = true;
            if (gives_pairs)
                add_pair(&text, left->cells[l], right->cells[r]);
        }
        if (pads_left && matches == 0)
            add_pair(&text, left->cells[l], NULL);
        if ((type == PLAN_JOIN_SEMI && matches) || (type == PLAN_JOIN_ANTI && !matches))
            add_cells(&text, left->cells[l], true);
        if (type == PLAN_JOIN_MARK) {
            add_cells(&text, left->cells[l], true);
            text_add(&text, matches ? ",true" : ",false");
        }
    }
    for (size_t r = 0; r < right->count; r++) {
        if (!met[r] && (type == PLAN_JOIN_RIGHT || type == PLAN_JOIN_FULL))
            add_pair(&text, NULL, right->cells[r]);
        if ((type == PLAN_JOIN_RIGHT_SEMI && met[r]) || (type == PLAN_JOIN_RIGHT_ANTI && !met[r]))
            add_cells(&text, right->cells[r], true);
    }
    return text_string(&text);
}

/* ---- random sides ---- */

static uint64_t random_state;

static unsigned random_below(unsigned bound)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % bound;
}

static Side side_random(size_t most)
{
    Side side = {.count = random_below((unsigned)most + 1)};
    unsigned range = 1 + random_below(12);
    for (size_t i = 0; i < side.count; i++)
        for (int c = 0; c < 2; c++)
            side.cells[i][c] = random_below(6) == 0 ? NO_VALUE : (int)random_below(range);
    return side;
}

static Plan *side_table(const Side *side, Type type)
{
    Type types[] = {type, type};
    Value *cells = arena_array(test_arena, Value, 2 * side->count);
    for (size_t i = 0; i < 2 * side->count; i++) {
        int cell = side->cells[i / 2][i % 2];
        Value number = value_integer(type_of(TYPE_INTEGER), cell);
        Error error;
        cells[i] = value_null(type);
        if (cell != NO_VALUE)
            ck_assert(value_cast(test_arena, &number, type, &cells[i], &error));
    }
    return table_of(types, 2, cells, side->count);
}

static const Type key_types[] = {
    {.id = TYPE_INTEGER},
    {.id = TYPE_BIGINT},
    {.id = TYPE_VARCHAR},
    {.id = TYPE_DOUBLE},
    {.id = TYPE_DECIMAL, .precision = 30, .scale = 0},
    {.id = TYPE_DECIMAL, .precision = 9, .scale = 0},
};

static size_t check_count;

static bool type_gives_right_rows(PlanJoinType type)
{
    return type == PLAN_JOIN_RIGHT || type == PLAN_JOIN_FULL || plan_join_marks_right(type);
}

/* In memory, and where rows wait on disk. As add_cells writes it: the types above all show small integers alike. */
static void check_join(PlanJoinType type, Shape shape, const Side *left, const Side *right, Type key_type)
{
    Plan *l = side_table(left, key_type), *r = side_table(right, key_type);
    Expr *conditions[2];
    size_t count = shape_conditions(shape, l, r, conditions);
    Plan *join = &plan_join_new(&test_columns, type, l, r, conditions, count)->base;
    const char *expected = join_expected(type, shape, left, right);
    ck_assert_str_eq(rows_text(join), expected);
    Plan *gather = plan_gather_new(&test_columns, join, /* keeps_order= */ false);
    bool has_threads = ++check_count % 5 == 0; /* which take their time */
    if (has_threads)
        ck_assert_str_eq(text_sorted(rows_text(gather)), text_sorted(expected));
    if (check_count % 3)
        return;
    test_settings.spill_after = 1 + random_below((unsigned)right->count + 1);
    const char *rows = rows_text(join);
    if (type_gives_right_rows(type)) /* whose order is free */
        ck_assert_str_eq(text_sorted(rows), text_sorted(expected));
    else
        ck_assert_str_eq(rows, expected);
    if (has_threads)
        ck_assert_str_eq(text_sorted(rows_text(gather)), text_sorted(expected));
    test_settings.spill_after = 0;
}

START_TEST(every_join_gives_what_nested_loops_give)
{
    random_state = 42;
    for (int round = 0; round < 60; round++) {
        for (int type = PLAN_JOIN_INNER; type <= PLAN_JOIN_MARK; type++) {
            for (int shape = 0; shape < SHAPE_COUNT; shape++) {
                arena_reset(test_arena);
                plans_begin(sizes[random_below(3)], sizes[random_below(3)]);
                Side left = side_random(20), right = side_random(20);
                Type key_type = key_types[random_below(sizeof key_types / sizeof *key_types)];
                if (key_type.id == TYPE_VARCHAR)
                    shape = shape == ON_EQUAL_AND_LESS || shape == ON_LESS ? ON_NOTHING : shape; /* '10' < '9' */
                check_join((PlanJoinType)type, (Shape)shape, &left, &right, key_type);
            }
        }
    }
}
END_TEST

/* Lists longer than a batch of pairs, and pairs of one left row over several batches. */
START_TEST(joins_with_many_duplicates_keep_the_left_order)
{
    random_state = 7;
    for (int type = PLAN_JOIN_INNER; type <= PLAN_JOIN_MARK; type++) {
        for (int shape = 0; shape < SHAPE_COUNT; shape++) {
            for (size_t size = 0; size < 3; size++) {
                arena_reset(test_arena);
                plans_begin(sizes[size] == 2048 ? 7 : sizes[size], 5);
                Side left = side_random(MOST_ROWS), right = side_random(MOST_ROWS);
                for (size_t i = 0; i < MOST_ROWS; i++)
                    left.cells[i][0] = (int)(i % 2), right.cells[i][0] = (int)(i % 3);
                check_join((PlanJoinType)type, (Shape)shape, &left, &right, type_of(TYPE_INTEGER));
            }
        }
    }
}
END_TEST

/* ---- SINGLE ---- */

static Plan *single_join(const char *right_rows)
{
    Plan *l = table("INTEGER", "1 2 NULL"), *r = table("INTEGER;VARCHAR", right_rows);
    Expr *condition = call("=", column(l, 0), column(r, 0));
    return &plan_join_new(&test_columns, PLAN_JOIN_SINGLE, l, r, &condition, 1)->base;
}

static void run_single(void *argument)
{
    rows_text(single_join(argument));
}

static void run_single_uncorrelated(void *argument)
{
    Plan *l = table("INTEGER", "1"), *r = table("INTEGER", argument);
    rows_text(&plan_join_new(&test_columns, PLAN_JOIN_SINGLE, l, r, NULL, 0)->base);
}

START_TEST(a_single_join_refuses_a_second_match)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        ck_assert_str_eq(rows_text(single_join("1,a 3,b 3,b")), "1,1,a 2,NULL,NULL NULL,NULL,NULL");
        ck_assert_str_eq(rows_text(single_join("")), "1,NULL,NULL 2,NULL,NULL NULL,NULL,NULL");
        Error error = expect_error(ERROR_CARDINALITY, run_single, "2,a 1,b 2,c");
        ck_assert_str_eq(error.message, "more than one row returned by a subquery used as an expression");
        expect_error(ERROR_CARDINALITY, run_single_uncorrelated, "1 2");
    }
}
END_TEST

/* ---- MARK: x IN (query), three-valued ---- */

static const struct {
    const char *left, *right, *expected;
} marks[] = {
    {"1 2 NULL", "1 3", "1,true 2,false NULL,NULL"},
    {"1 2 NULL", "1 NULL", "1,true 2,NULL NULL,NULL"},
    {"1 2 NULL", "NULL", "1,NULL 2,NULL NULL,NULL"},
    {"1 2 NULL", "", "1,false 2,false NULL,false"}, /* in nothing is nothing, not even NULL */
    {"", "1", ""},
};

static Plan *mark_join(Plan *l, Plan *r, Expr *const *conditions, size_t count, Expr *mark)
{
    PlanJoin *join = plan_join_new(&test_columns, PLAN_JOIN_MARK, l, r, conditions, count);
    join->mark_condition = mark;
    return &join->base;
}

START_TEST(a_mark_is_null_where_in_is)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        for (size_t size = 0; size < 3; size++) {
            plans_begin(sizes[size], sizes[size]);
            Plan *l = table("INTEGER", marks[i].left), *r = table("INTEGER", marks[i].right);
            Plan *in = mark_join(l, r, NULL, 0, call("=", column(l, 0), column(r, 0)));
            ck_assert_str_eq(rows_text(in), marks[i].expected);
        }
    }
}
END_TEST

/* x = ANY over the right rows of the same group: SQL's definition, row by row. */
START_TEST(a_correlated_mark_looks_at_its_matches_alone)
{
    random_state = 11;
    for (int round = 0; round < 200; round++) {
        arena_reset(test_arena);
        plans_begin(sizes[random_below(3)], sizes[random_below(3)]);
        Side left = side_random(15), right = side_random(15);
        bool is_less = round % 2;
        Plan *l = side_table(&left, type_of(TYPE_INTEGER)), *r = side_table(&right, type_of(TYPE_INTEGER));
        Expr *condition = call("=", column(l, 0), column(r, 0));
        Expr *mark = call(is_less ? "<" : "=", column(l, 1), column(r, 1));
        size_t count = round % 4 < 2;
        Text text = {.arena = test_arena};
        for (size_t i = 0; i < left.count; i++) {
            bool is_true = false, is_null = false;
            for (size_t j = 0; j < right.count; j++) {
                int a = left.cells[i][1], b = right.cells[j][1];
                if (count && !pair_passes(ON_EQUAL, left.cells[i], right.cells[j]))
                    continue;
                is_null |= a == NO_VALUE || b == NO_VALUE;
                is_true |= a != NO_VALUE && b != NO_VALUE && (is_less ? a < b : a == b);
            }
            add_cells(&text, left.cells[i], true);
            text_add(&text, is_true ? ",true" : is_null ? ",NULL" : ",false");
        }
        ck_assert_str_eq(rows_text(mark_join(l, r, &condition, count, mark)), text_string(&text));
    }
}
END_TEST

/* ---- integer keys: close together, far apart, at the ends of their range ---- */

static const struct {
    const char *type, *left, *right, *expected;
} key_cases[] = {
    {"BIGINT", "1 2 3 9", "3,a 1,b 3,c 2,d", "1,1,b 2,2,d 3,3,a 3,3,c"},
    {"BIGINT", "-900000000000 7 900000000000 NULL", "900000000000,a 1,b 900000000000,c -900000000000,d NULL,e",
     "-900000000000,-900000000000,d 900000000000,900000000000,a 900000000000,900000000000,c"},
    {"BIGINT", "-9223372036854775808 0 9223372036854775807", "9223372036854775807,a -9223372036854775808,b",
     "-9223372036854775808,-9223372036854775808,b 9223372036854775807,9223372036854775807,a"},
    {"BIGINT", "9223372036854775807 -9223372036854775808 5", "5,a 6,b", "5,5,a"}, /* far outside of 5 .. 6 */
    {"UBIGINT", "18446744073709551615 0 9223372036854775808", "0,a 18446744073709551615,b 9223372036854775808,c",
     "18446744073709551615,18446744073709551615,b 0,0,a 9223372036854775808,9223372036854775808,c"},
    {"DATE", "2024-01-31 1900-01-01", "2024-01-31,a 2024-02-01,b", "2024-01-31,2024-01-31,a"},
    {"BOOLEAN", "true false NULL", "false,a false,b", "false,false,a false,false,b"},
};

START_TEST(integer_keys_meet_wherever_they_lie)
{
    for (size_t i = 0; i < sizeof key_cases / sizeof *key_cases; i++) {
        for (size_t size = 0; size < 3; size++) {
            plans_begin(sizes[size], sizes[size]);
            Plan *l = table(key_cases[i].type, key_cases[i].left);
            Plan *r = table(arena_format(test_arena, "%s;VARCHAR", key_cases[i].type), key_cases[i].right);
            Expr *condition = call("=", column(l, 0), column(r, 0));
            Plan *join = &plan_join_new(&test_columns, PLAN_JOIN_INNER, l, r, &condition, 1)->base;
            ck_assert_str_eq(rows_text(join), key_cases[i].expected);
        }
    }
}
END_TEST

/* ---- the rest ---- */

START_TEST(keys_may_be_expressions_of_their_sides)
{
    for (size_t size = 0; size < 3; size++) {
        plans_begin(sizes[size], sizes[size]);
        Plan *l = table("INTEGER;VARCHAR", "1,a 2,b 3,c"), *r = table("INTEGER;VARCHAR", "3,x 2,y 9,z");
        Expr *condition = call("=", call("+", column(l, 0), integer(1)), column(r, 0));
        Plan *join = &plan_join_new(&test_columns, PLAN_JOIN_INNER, l, r, &condition, 1)->base;
        ck_assert_str_eq(rows_text(join), "1,a,2,y 2,b,3,x");
    }
}
END_TEST

START_TEST(a_join_gives_only_the_outputs_asked_for)
{
    plans_begin(BATCH_SIZE, 2);
    Plan *l = table("INTEGER;VARCHAR", "1,a 2,b"), *r = table("INTEGER;VARCHAR", "2,x 2,y");
    Expr *condition = call("=", column(l, 0), column(r, 0));
    Plan *join = &plan_join_new(&test_columns, PLAN_JOIN_LEFT, l, r, &condition, 1)->base;
    ColumnId outputs[] = {r->outputs[1], l->outputs[1]};
    join->outputs = outputs;
    join->output_count = 2;
    ck_assert_str_eq(rows_text(join), "NULL,a x,b y,b");
    join->output_count = 0;
    ck_assert_str_eq(rows_text(join), "- - -");
}
END_TEST

START_TEST(an_empty_right_side_ends_an_inner_join_before_the_left_is_read)
{
    plans_begin(BATCH_SIZE, 1);
    Plan *l = table("INTEGER", "1 2 3"), *r = table("INTEGER", "");
    Expr *condition = call("=", column(l, 0), column(r, 0));
    ck_assert_str_eq(rows_text(&plan_join_new(&test_columns, PLAN_JOIN_INNER, l, r, &condition, 1)->base), "");
    ck_assert_uint_eq(test_pulls, 0);
}
END_TEST

static Plan *join_that_divides(const char *right_rows)
{
    Plan *l = table("INTEGER;INTEGER", "1,1 2,0"), *r = table("INTEGER;INTEGER", right_rows);
    Expr *conditions[] = {call("=", call("/", integer(4), column(l, 1)), column(r, 1)),
                          call("=", column(l, 0), column(r, 0))};
    return &plan_join_new(&test_columns, PLAN_JOIN_INNER, l, r, conditions, 2)->base;
}

static void run_join_that_divides(void *argument)
{
    rows_text(join_that_divides(argument));
}

START_TEST(a_condition_that_can_fail_is_computed_for_pairs_alone)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    ck_assert_str_eq(rows_text(join_that_divides("1,4 3,4")), "1,1,1,4");
    expect_error(ERROR_DIVISION_BY_ZERO, run_join_that_divides, "1,4 2,4");
}
END_TEST

START_TEST(long_strings_outlive_the_join)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    Plan *l = table("INTEGER", "1"), *r = table("INTEGER;VARCHAR", "1,a_text_of_more_than_twelve_bytes");
    Expr *condition = call("=", column(l, 0), column(r, 0));
    Plan *join = &plan_join_new(&test_columns, PLAN_JOIN_INNER, l, r, &condition, 1)->base;
    plan_number(join);
    Arena *query = arena_new_child(test_arena);
    Execution *execution = execution_new(query, &test_context, &test_columns, join, false);
    Batch *kept = batch_ref(test_arena, execution_next(execution));
    arena_free(query);
    Text text = {.arena = test_arena};
    batch_print(kept, &text);
    ck_assert_str_eq(text_string(&text), "1,1,a_text_of_more_than_twelve_bytes");
    ck_assert_uint_eq(test_budget.used, 0);
}
END_TEST

TEST_PROGRAM(every_join_gives_what_nested_loops_give, joins_with_many_duplicates_keep_the_left_order,
             a_single_join_refuses_a_second_match, a_mark_is_null_where_in_is,
             a_correlated_mark_looks_at_its_matches_alone, integer_keys_meet_wherever_they_lie,
             keys_may_be_expressions_of_their_sides, a_join_gives_only_the_outputs_asked_for,
             an_empty_right_side_ends_an_inner_join_before_the_left_is_read,
             a_condition_that_can_fail_is_computed_for_pairs_alone, long_strings_outlive_the_join)
