/* exec/join_exchange.c: whether a join's sides change places while it runs, and the rows that were read till then. */
#include "exec/join_exchange.h"

#include "exec/row_output.h"

/* An estimate is wrong when there are so many times the rows; fewer than the least are never worth the look. */
static const double FAR_MORE = 4, LEAST_ROWS = 100000, MOST_ROWS = 1e12;

/* ---- which joins ---- */

/* Rows of a table tell their columns and keys: so keys that are no columns could not be had again. */
static bool keys_are_columns(const JoinConditions *conditions)
{
    for (size_t k = 0; k < conditions->key_count; k++) {
        const JoinKey *key = &conditions->keys[k];
        if (key->left->kind != EXPR_COLUMN || key->right->kind != EXPR_COLUMN ||
            !type_equal(key->left->type, key->type) || !type_equal(key->right->type, key->type))
            return false;
    }
    return conditions->key_count > 0;
}

/* Whether copies of it never wait for each other once they give rows: then each may stop reading where it likes. */
static bool plan_flows(const Plan *plan)
{
    while (plan->kind == PLAN_FILTER || plan->kind == PLAN_PROJECT)
        plan = plan->inputs[0];
    return plan->kind == PLAN_SCAN || plan->kind == PLAN_SPREAD;
}

static bool can_exchange(const Build *build, const Plan *plan, const JoinConditions *conditions, PlanJoinType *ret_type)
{
    const Plan *left = plan->inputs[0], *right = plan->inputs[1];
    return !build->order_matters && left->row_estimate >= 0 && right->row_estimate >= 0 &&
           (build->copy_count == 1 || (plan_flows(left) && plan_flows(right))) && keys_are_columns(conditions) &&
           plan_join_exchanged(((const PlanJoin *)plan)->type, ret_type) && !plan_join_marks_right(*ret_type);
}

JoinExchange *join_exchange_new(const Build *build, const Plan *plan, JoinTable *right)
{
    PlanJoinType type;
    if (!can_exchange(build, plan, right->conditions, &type))
        return NULL;
    double limit = plan->inputs[1]->row_estimate * FAR_MORE;
    limit = limit > LEAST_ROWS ? limit : LEAST_ROWS;
    limit = limit > plan->inputs[0]->row_estimate ? limit : plan->inputs[0]->row_estimate;
    if (limit > MOST_ROWS)
        return NULL;
    JoinExchange *exchange = arena_new(build->arena, JoinExchange);
    exchange->plan = *(const PlanJoin *)plan;
    exchange->plan.type = type;
    exchange->plan.dynamics.count = 0; /* the scans of what is the left side now have begun */
    exchange->plan.base.inputs = arena_array(build->arena, Plan *, 2);
    exchange->plan.base.inputs[0] = plan->inputs[1];
    exchange->plan.base.inputs[1] = plan->inputs[0];
    exchange->right = right;
    exchange->row_limit = (size_t)limit;
    const Plan *exchanged = &exchange->plan.base;
    exchange->table = join_table_new(build, exchanged, join_conditions_new(build->arena, exchanged));
    exchange->table->waiting = NULL; /* what does not fit is not read */
    return exchange;
}

/* ---- what copies agree on ---- */

static void exchange_count_right(void *argument)
{
    JoinExchange *exchange = argument;
    join_table_count(exchange->right);
    exchange->is_worth_trying = exchange->goes_on && exchange->read_count >= exchange->row_limit &&
                                !join_waiting_has_rows(exchange->right->waiting);
    exchange->read_count = 0;
    exchange->goes_on = false;
}

bool join_exchange_is_worth_trying(JoinExchange *exchange, Worker *worker, bool is_at_end)
{
    if (!is_at_end)
        exchange->goes_on = true;
    worker_meet(worker, &exchange->right_read, exchange_count_right, exchange);
    return exchange->is_worth_trying;
}

static void exchange_count_left(void *argument)
{
    JoinExchange *exchange = argument;
    join_table_count(exchange->table);
    exchange->is_better = !exchange->goes_on && exchange->table->row_count < exchange->right->row_count;
}

bool join_exchange_is_better(JoinExchange *exchange, Worker *worker, bool is_at_end)
{
    if (!is_at_end)
        exchange->goes_on = true;
    worker_meet(worker, &exchange->left_read, exchange_count_left, exchange);
    return exchange->is_better;
}

/* ---- rows that were read ---- */

struct JoinReplay {
    const RowLayout *layout;
    const size_t *placement; /* by position in the side's batches: column of the layout, or SIZE_MAX */
    RowStore *store;
    size_t batch_size;
    size_t next;
    Batch *batch;
    uint8_t *rows[BATCH_SIZE];
};

JoinReplay *join_replay_new(const Build *build, const Operator *join, const JoinTable *table, const Plan *side)
{
    JoinReplay *replay = arena_new(build->arena, JoinReplay);
    replay->layout = table->layout;
    replay->placement = table->placement;
    replay->store = table->stores[worker_index(build->worker)];
    replay->batch_size = join->batch_size;
    replay->batch = batch_new_empty(build->arena, side->output_count);
    for (size_t c = 0; c < side->output_count; c++) {
        Type type = plan_column(build->columns, side->outputs[c])->type;
        replay->batch->columns[c] = vector_new(build->arena, type);
        if (replay->placement[c] == SIZE_MAX) { /* nobody asks for it, so it was not kept */
            Value null = value_null(type);
            vector_set_constant(replay->batch->columns[c], &null);
        }
    }
    return replay;
}

Batch *join_replay_next(JoinReplay *replay)
{
    Batch *batch = replay->batch;
    size_t count = row_store_rows(replay->store, replay->next, replay->batch_size, replay->rows);
    if (count == 0) {
        row_store_release(replay->store);
        return NULL;
    }
    count = rows_output_count(replay->layout, row_store_largest_string(replay->store), replay->rows, count);
    for (size_t c = 0; c < batch->column_count; c++)
        if (replay->placement[c] != SIZE_MAX)
            row_output(replay->layout, replay->placement[c], replay->rows, count, batch->columns[c]);
    batch->row_count = batch->vector_size = count;
    batch->selection = NULL;
    replay->next += count;
    return batch;
}
