/* Plans as trees: outputs, questions, numbers, depth, and how they print. */
#include "test.h"

#include "expr/function.h"
#include "plan/plan.h"

static Context context;
static PlanColumns columns;

static void begin(void)
{
    context.arena = test_arena;
    columns = (PlanColumns){.arena = test_arena, .context = &context};
}

static Plan *numbers(const char *name, const char *table)
{
    ColumnId column = plan_column_new(&columns, name, table, type_of(TYPE_INTEGER), /* is_nullable= */ false);
    PlanValues *values = plan_values_new(&columns, 1, 1, &column);
    values->cells[0] = expr_constant(test_arena, value_integer(type_of(TYPE_INTEGER), 7), NO_POSITION);
    return &values->base;
}

static Expr *condition_on(const Plan *plan)
{
    Expr *sides[] = {plan_column_expr(&columns, plan->outputs[0], NO_POSITION),
                     expr_constant(test_arena, value_integer(type_of(TYPE_INTEGER), 1), NO_POSITION)};
    return function_call(test_arena, ">", sides, 2, NO_POSITION);
}

START_TEST(two_filters_in_a_row_are_one_and_ands_are_split)
{
    begin();
    Plan *input = numbers("a", "t");
    Expr *one = condition_on(input), *two = condition_on(input), *three = condition_on(input);
    ck_assert_ptr_eq(plan_filter_new(&columns, input, NULL, 0), input);
    Expr *both = expr_junction(test_arena, EXPR_AND, (Expr *[]){two, three}, 2, NO_POSITION);
    Plan *filter = plan_filter_new(&columns, plan_filter_new(&columns, input, &one, 1), &both, 1);
    ck_assert_int_eq(filter->kind, PLAN_FILTER);
    ck_assert_ptr_eq(filter->inputs[0], input);
    PlanFilter *node = (PlanFilter *)filter;
    ck_assert_uint_eq(node->condition_count, 3);
    ck_assert(node->conditions[0] == one && node->conditions[1] == two && node->conditions[2] == three);
}
END_TEST

START_TEST(a_join_gives_what_its_type_says)
{
    begin();
    static const size_t output_counts[] = {
        [PLAN_JOIN_INNER] = 2, [PLAN_JOIN_LEFT] = 2,  [PLAN_JOIN_RIGHT] = 2,      [PLAN_JOIN_FULL] = 2,
        [PLAN_JOIN_SEMI] = 1,  [PLAN_JOIN_ANTI] = 1,  [PLAN_JOIN_RIGHT_SEMI] = 1, [PLAN_JOIN_RIGHT_ANTI] = 1,
        [PLAN_JOIN_MARK] = 2,  [PLAN_JOIN_SINGLE] = 2};
    static const bool left_nullable[] = {[PLAN_JOIN_RIGHT] = true, [PLAN_JOIN_FULL] = true, [PLAN_JOIN_SINGLE] = false};
    static const bool right_nullable[] = {[PLAN_JOIN_LEFT] = true, [PLAN_JOIN_FULL] = true, [PLAN_JOIN_SINGLE] = true};
    for (PlanJoinType type = PLAN_JOIN_INNER; type <= PLAN_JOIN_SINGLE; type++) {
        Plan *left = numbers("a", "l"), *right = numbers("b", "r");
        PlanJoin *join = plan_join_new(&columns, type, left, right, NULL, 0);
        ck_assert_uint_eq(join->base.output_count, output_counts[type]);
        ck_assert_uint_eq(join->base.outputs[0], (plan_join_marks_right(type) ? right : left)->outputs[0]);
        if (type == PLAN_JOIN_MARK)
            ck_assert_uint_eq(join->base.outputs[1], join->mark);
        ck_assert_int_eq(plan_column(&columns, left->outputs[0])->is_nullable, left_nullable[type]);
        ck_assert_int_eq(plan_column(&columns, right->outputs[0])->is_nullable, right_nullable[type]);
    }
}
END_TEST

START_TEST(a_plan_knows_its_columns)
{
    begin();
    Plan *left = numbers("a", "l"), *right = numbers("b", "r");
    Plan *join = &plan_join_new(&columns, PLAN_JOIN_INNER, left, right, NULL, 0)->base;
    Expr *of_left = condition_on(left);
    Expr *of_both = expr_junction(test_arena, EXPR_OR, (Expr *[]){of_left, condition_on(right)}, 2, NO_POSITION);
    ck_assert(expr_is_within(of_left, left) && !expr_is_within(of_both, left) && expr_is_within(of_both, join));
    ck_assert(expr_touches(of_both, left) && !expr_touches(of_left, right));
    ck_assert_uint_eq(plan_output_index(join, right->outputs[0]), 1);
    ColumnSet set = column_set_in(test_arena);
    ck_assert(!column_set_has(&set, 12345));
    column_set_add_expr(&set, of_both);
    column_set_add(&set, 1000);
    ck_assert(column_set_has(&set, left->outputs[0]) && column_set_has(&set, right->outputs[0]));
    ck_assert(column_set_has(&set, 1000) && !column_set_has(&set, 999) && !column_set_has(&set, 1064));
}
END_TEST

static void visit_count(void *user, Expr **slot)
{
    (void)slot;
    ++*(size_t *)user;
}

START_TEST(every_expression_of_a_node_is_visited)
{
    begin();
    Plan *input = numbers("a", "t");
    PlanAggregate *aggregate = plan_aggregate_new(&columns, input, 2, 1);
    aggregate->groups[0] = aggregate->groups[1] = condition_on(input);
    Expr *arguments[] = {condition_on(input), condition_on(input)}, *keys[] = {condition_on(input)};
    SortOrder orders[] = {{false, false}};
    aggregate->aggregates[0] = (AggregateCall){.argument_count = 2,
                                               .arguments = arguments,
                                               .filter = condition_on(input),
                                               .order_count = 1,
                                               .order_keys = keys,
                                               .orders = orders};
    size_t count = 0;
    plan_each_expr(&aggregate->base, visit_count, &count);
    ck_assert_uint_eq(count, 6);
}
END_TEST

START_TEST(nodes_are_numbered_from_the_top)
{
    begin();
    Plan *left = numbers("a", "l"), *right = numbers("b", "r");
    Plan *join = &plan_join_new(&columns, PLAN_JOIN_INNER, left, right, NULL, 0)->base;
    Plan *limit = &plan_limit_new(&columns, join, 0, 1)->base;
    ck_assert_uint_eq(plan_number(limit), 4);
    ck_assert(limit->id == 0 && join->id == 1 && left->id == 2 && right->id == 3);
}
END_TEST

static void check_depth(void *plan)
{
    plan_check_depth(test_arena, plan);
}

START_TEST(a_plan_that_is_too_deep_is_found_without_recursion)
{
    begin();
    Plan *plan = numbers("a", "t");
    for (size_t depth = 1; depth < PLAN_DEPTH_LIMIT; depth++)
        plan = &plan_limit_new(&columns, plan, 0, 1)->base;
    check_depth(plan);
    ck_assert_uint_eq(plan_number(plan), PLAN_DEPTH_LIMIT);
    expect_error(ERROR_TOO_COMPLEX, check_depth, plan_limit_new(&columns, plan, 0, 1));
    for (size_t depth = 0; depth < 100000; depth++)
        plan = &plan_limit_new(&columns, plan, 0, 1)->base;
    expect_error(ERROR_TOO_COMPLEX, check_depth, plan);
}
END_TEST

/* ---- printing ---- */

static void annotate(void *user, const Plan *plan, Text *text)
{
    (void)user;
    text_add_format(text, " <%zu>", plan->output_count);
}

START_TEST(a_plan_prints_a_line_a_node)
{
    begin();
    Plan *left = numbers("a", "l"), *right = numbers("a", "r");
    Expr *either =
        expr_junction(test_arena, EXPR_OR, (Expr *[]){condition_on(left), condition_on(right)}, 2, NO_POSITION);
    Expr *conditions[] = {condition_on(left), either};
    Plan *join = &plan_join_new(&columns, PLAN_JOIN_LEFT, left, right, conditions, 2)->base;
    PlanSort *sort = plan_sort_new(&columns, join, 2);
    sort->keys[0] = plan_column_expr(&columns, left->outputs[0], NO_POSITION);
    sort->keys[1] = plan_column_expr(&columns, right->outputs[0], NO_POSITION);
    sort->orders[0] = (SortOrder){.is_descending = true, .nulls_first = true};
    sort->orders[1] = (SortOrder){.is_descending = true, .nulls_first = false};
    Plan *plan = &plan_limit_new(&columns, &sort->base, 5, NO_LIMIT)->base;
    Text text = text_in(test_arena);
    PlanPrintOptions options = {.annotate = annotate};
    plan_print(&columns, plan, &options, &text);
    ck_assert_str_eq(text_string(&text), "Limit offset 5 <2>\n"
                                         "  Sort l.a DESC, r.a DESC NULLS LAST <2>\n"
                                         "    Join Left on l.a > 1 AND (l.a > 1 OR r.a > 1) <2>\n"
                                         "      Values 1 row: (7) <1>\n"
                                         "      Values 1 row: (7) <1>\n");
}
END_TEST

START_TEST(names_print_as_sql_would_have_them)
{
    begin();
    Plan *plan = numbers("Order \"No\"", "t");
    ColumnId computed = plan_column_new(&columns, "a + 1", NULL, type_of(TYPE_INTEGER), true);
    ColumnId call = plan_column_new(&columns, "sum(a + 1)", NULL, type_of(TYPE_INTEGER), true);
    Text text = text_in(test_arena);
    PlanNames names = plan_names_in(test_arena);
    plan_print_expr(&columns, &names, condition_on(plan), &text);
    text_add(&text, "; ");
    plan_print_expr(&columns, &names, plan_column_expr(&columns, computed, NO_POSITION), &text);
    text_add(&text, "; ");
    plan_print_expr(&columns, &names, plan_column_expr(&columns, call, NO_POSITION), &text);
    ck_assert_str_eq(text_string(&text), "\"Order \"\"No\"\"\" > 1; (a + 1); sum(a + 1)");
    text_clear(&text);
    numbers("Order \"No\"", "u"); /* has come since */
    plan_print_expr(&columns, &names, condition_on(plan), &text);
    ck_assert_str_eq(text_string(&text), "t.\"Order \"\"No\"\"\" > 1");
}
END_TEST

START_TEST(verbose_shows_outputs_and_estimates)
{
    begin();
    Plan *plan = numbers("a", "t");
    plan->row_estimate = 1;
    Text text = text_in(test_arena);
    plan_print(&columns, plan, &(PlanPrintOptions){.is_verbose = true}, &text);
    ck_assert_str_eq(text_string(&text), "Values 1 row: (7)\n"
                                         "    outputs: #0 a INTEGER NOT NULL\n"
                                         "    estimate: 1 row\n");
}
END_TEST

/* ---- a scan says what became of its filters ---- */

static Schema scan_schema = {.column_count = 1, .columns = (Column[]){{"a", {.id = TYPE_INTEGER}, true}}};

static const Schema *scan_table_schema(TableProvider *table, const Context *unused)
{
    (void)table, (void)unused;
    return &scan_schema;
}

static int release_count;

static void scan_table_release(TableProvider *table)
{
    (void)table;
    release_count++;
}

static const TableProviderOps scan_ops = {.format = "fake", .schema = scan_table_schema, .release = scan_table_release};

static void scan_explain(Scan *scan, Text *text)
{
    (void)scan;
    text_add(text, "sql: SELECT 1\nblocks: 3\n");
}

START_TEST(a_scan_tells_how_its_filters_were_taken)
{
    begin();
    TableProvider table = {.ops = &scan_ops, .arena = test_arena};
    atomic_init(&table.share_count, 1);
    Arena *query = arena_new_child(test_arena);
    columns.arena = query;
    PlanScan *scan = plan_scan_new(&columns, &table, &scan_schema, "t");
    static const FilterPushdown answers[] = {FILTER_EXACT, FILTER_INEXACT, FILTER_UNSUPPORTED};
    for (size_t i = 0; i < 3; i++)
        array_add(query, &scan->filters, ((PlanScanFilter){condition_on(&scan->base), answers[i]}));
    scan->limit = 10;
    scan->order_count = 1;
    scan->orders = &(ScanOrder){.column = 0, .order = {.is_descending = false, .nulls_first = false}};
    scan->scan = &(Scan){.is_ordered = true, .explain = scan_explain};
    Text text = text_in(test_arena);
    plan_print(&columns, &scan->base, NULL, &text);
    ck_assert_str_eq(text_string(&text), "Scan t (fake): a\n"
                                         "    filter: a > 1 [EXACT]\n"
                                         "    filter: a > 1 [INEXACT]\n"
                                         "    filter: a > 1 [stayed: not supported]\n"
                                         "    order: a [met]\n"
                                         "    limit: 10\n"
                                         "    sql: SELECT 1\n"
                                         "    blocks: 3\n");
    ck_assert_uint_eq(atomic_load(&table.share_count), 2);
    arena_free(query);
    ck_assert_uint_eq(atomic_load(&table.share_count), 1); /* the plan's share went with it */
}
END_TEST

TEST_PROGRAM(two_filters_in_a_row_are_one_and_ands_are_split, a_join_gives_what_its_type_says, a_plan_knows_its_columns,
             every_expression_of_a_node_is_visited, nodes_are_numbered_from_the_top,
             a_plan_that_is_too_deep_is_found_without_recursion, a_plan_prints_a_line_a_node,
             names_print_as_sql_would_have_them, verbose_shows_outputs_and_estimates,
             a_scan_tells_how_its_filters_were_taken)
