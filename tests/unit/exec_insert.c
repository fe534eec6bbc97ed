/* INSERT: what the provider is handed, and what is refused before it gets there. */
#include "plans.h"

/* A table that keeps what it was given as text. */
typedef struct KeepingTable {
    TableProvider base;
    const Schema *schema;
    Text text;
    InsertOp op;
    size_t batch_count;
    uint64_t pulled;
} KeepingTable;

static const Schema *keeping_schema(TableProvider *table, const Context *context)
{
    (void)context;
    return ((KeepingTable *)table)->schema;
}

static uint64_t keeping_insert(TableProvider *table, const Context *context, InsertOp op, BatchStream *input)
{
    (void)context;
    KeepingTable *self = (KeepingTable *)table;
    self->op = op;
    ck_assert_ptr_eq(input->schema, self->schema);
    uint64_t count = 0;
    for (const Batch *batch; (batch = stream_next(input)) != NULL; count += batch->row_count, self->batch_count++)
        batch_print(batch, &self->text);
    ck_assert_ptr_null(stream_next(input));
    return count;
}

static const TableProviderOps keeping_ops = {
    .format = "keeping", .schema = keeping_schema, .insert_into = keeping_insert};
static const TableProviderOps read_only_ops = {.format = "stone", .schema = keeping_schema};

static KeepingTable *keeping_table(const TableProviderOps *ops)
{
    static Column columns[] = {{"a", {.id = TYPE_INTEGER}, false}, {"b", {.id = TYPE_VARCHAR}, true}};
    static const Schema schema = {.column_count = 2, .columns = columns};
    KeepingTable *table = arena_new(test_arena, KeepingTable);
    *table = (KeepingTable){
        .base = {.ops = ops, .share_count = 1, .arena = test_arena}, .schema = &schema, .text = {.arena = test_arena}};
    return table;
}

static PlanInsert *insert(KeepingTable *table, Plan *input)
{
    PlanInsert *plan = (PlanInsert *)plan_new(&test_columns, PLAN_INSERT, 1);
    plan->base.inputs[0] = input;
    plan->base.output_count = 1;
    plan->base.outputs = arena_array(test_arena, ColumnId, 1);
    plan->base.outputs[0] = plan_column_new(&test_columns, "count", NULL, type_of(TYPE_UBIGINT), false);
    plan->table = &table->base;
    plan->name = "t";
    plan->op = INSERT_REPLACE;
    return plan;
}

static void run(void *plan)
{
    rows_text(plan);
}

START_TEST(insert_hands_rows_on_and_gives_their_count)
{
    for (size_t rows = 1; rows <= 3; rows += 2) {
        plans_begin(BATCH_SIZE, rows);
        KeepingTable *t = keeping_table(&keeping_ops);
        ck_assert_str_eq(rows_text(&insert(t, table("INTEGER;VARCHAR", "1,x 2,NULL 3,z"))->base), "3");
        ck_assert_str_eq(text_string(&t->text), "1,x 2,NULL 3,z");
        ck_assert_int_eq(t->op, INSERT_REPLACE);
        ck_assert_str_eq(rows_text(&insert(t, table("INTEGER;VARCHAR", ""))->base), "0");
    }
}
END_TEST

START_TEST(a_null_is_refused_where_the_column_takes_none)
{
    plans_begin(BATCH_SIZE, 1);
    KeepingTable *t = keeping_table(&keeping_ops);
    Error error =
        expect_error(ERROR_NOT_NULL_VIOLATION, run, insert(t, table("INTEGER;VARCHAR", "1,x 2,NULL NULL,z 4,w")));
    ck_assert_str_eq(error.message, "null value in column \"a\" of table \"t\" violates not-null constraint");
    ck_assert_str_eq(text_string(&t->text), "1,x 2,NULL"); /* earlier batches were handed on: the provider rolls back */
}
END_TEST

/* A NULL that is not selected is no row's. */
START_TEST(only_rows_that_count_are_checked)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    KeepingTable *t = keeping_table(&keeping_ops);
    Plan *input = table("INTEGER;VARCHAR", "1,x NULL,y 3,z");
    Plan *valid = filter(input, call("is not null", column(input, 0), NULL));
    ck_assert_str_eq(rows_text(&insert(t, valid)->base), "2");
}
END_TEST

START_TEST(a_check_refuses_what_is_false_and_lets_null_pass)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    KeepingTable *t = keeping_table(&keeping_ops);
    Plan *input = table("INTEGER;VARCHAR", "1,x 2,NULL");
    PlanInsert *plan = insert(t, input);
    Expr *checks[] = {call(">", column(input, 0), integer(0)), call("<>", column(input, 1), constant("VARCHAR", "y"))};
    const char *names[] = {"t_a_check", "t_b_check"};
    plan->checks = checks;
    plan->check_names = names;
    plan->check_count = 2;
    ck_assert_str_eq(rows_text(&plan->base), "2");
    plan->base.inputs[0] = input = table("INTEGER;VARCHAR", "5,a 6,y");
    checks[0] = call(">", column(input, 0), integer(0));
    checks[1] = call("<>", column(input, 1), constant("VARCHAR", "y"));
    Error error = expect_error(ERROR_CHECK_VIOLATION, run, plan);
    ck_assert_str_eq(error.message, "new row for table \"t\" violates check constraint \"t_b_check\"");
}
END_TEST

START_TEST(a_table_without_insert_is_refused)
{
    plans_begin(BATCH_SIZE, BATCH_SIZE);
    PlanInsert *plan = insert(keeping_table(&read_only_ops), table("INTEGER;VARCHAR", "1,x"));
    expect_error(ERROR_NOT_SUPPORTED, run, plan);
    ck_assert_uint_eq(test_pulls, 0);
}
END_TEST

TEST_PROGRAM(insert_hands_rows_on_and_gives_their_count, a_null_is_refused_where_the_column_takes_none,
             only_rows_that_count_are_checked, a_check_refuses_what_is_false_and_lets_null_pass,
             a_table_without_insert_is_refused)
