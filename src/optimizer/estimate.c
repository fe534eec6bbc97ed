/* optimizer/estimate.c: how many rows a node gives, from the sources' statistics and the usual guesses (Selinger 1979).
 */
#include <math.h>

#include "base/context.h"
#include "column/decimal.h"
#include "expr/function.h"
#include "optimizer/rule.h"

static const double UNKNOWN_TABLE_ROWS = 10000;
static const double UNKNOWN_EQUAL = 0.05;
static const double UNKNOWN_RANGE = 1.0 / 3;
static const double UNKNOWN_MATCH = 0.1; /* LIKE and the like */
static const double UNKNOWN_CONDITION = 0.25;
static const double RECURSION_ROUNDS = 10;
static const double UNFOLDED_VALUES = 10; /* of a function that gives rows */

/* ---- what sources know ---- */

const Statistics *scan_statistics(PlanColumns *columns, PlanScan *scan)
{
    if (!scan->is_asked)
        scan->statistics = provider_statistics(scan->table, columns->context);
    scan->is_asked = true;
    return scan->statistics;
}

static double table_rows(PlanColumns *columns, PlanScan *scan)
{
    const Statistics *statistics = scan_statistics(columns, scan);
    return statistics && statistics->row_count.precision != PRECISION_ABSENT ? (double)statistics->row_count.count
                                                                             : UNKNOWN_TABLE_ROWS;
}

static const ColumnStatistics *statistics_of_column(PlanColumns *columns, ColumnId column)
{
    PlanScan *scan = plan_column(columns, column)->scan;
    const Statistics *statistics = scan ? scan_statistics(columns, scan) : NULL;
    size_t index = scan ? column - scan->first_column : 0;
    return statistics && index < statistics->column_count ? &statistics->columns[index] : NULL;
}

/* Of a column that is a key by itself: as many values as its table has rows; 0: it is none. */
static double unique_count_of_column(PlanColumns *columns, ColumnId column)
{
    PlanScan *scan = plan_column(columns, column)->scan;
    const Constraints *constraints = scan ? provider_constraints(scan->table) : NULL;
    for (size_t i = 0; constraints && i < constraints->count; i++) {
        const Constraint *key = &constraints->items[i];
        bool is_key = key->kind == CONSTRAINT_PRIMARY_KEY || key->kind == CONSTRAINT_UNIQUE;
        if (is_key && key->column_count == 1 && key->columns[0] == column - scan->first_column)
            return table_rows(columns, scan);
    }
    return 0;
}

double column_distinct_estimate(PlanColumns *columns, const Plan *plan, ColumnId column)
{
    const ColumnStatistics *statistics = statistics_of_column(columns, column);
    double distinct = statistics && statistics->distinct_count.precision != PRECISION_ABSENT
                          ? (double)statistics->distinct_count.count
                          : unique_count_of_column(columns, column);
    if (distinct == 0)
        return 0;
    return plan->row_estimate >= 0 && plan->row_estimate < distinct ? fmax(plan->row_estimate, 1) : fmax(distinct, 1);
}

/* A value as a point on a line; false for text and what has none. */
static bool value_as_number(const Value *value, double *ret_number)
{
    if (value->is_null)
        return false;
    switch (value->type.id) {
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMPTZ:
        *ret_number = (double)value->i64;
        return true;
    case TYPE_UBIGINT:
        *ret_number = (double)value->u64;
        return true;
    case TYPE_DOUBLE:
        *ret_number = value->f64;
        return isfinite(value->f64);
    case TYPE_DECIMAL:
        *ret_number = decimal_to_double(value->i128, value->type.scale);
        return true;
    default:
        return false;
    }
}

static double clamp(double selectivity)
{
    return selectivity < 0 ? 0 : selectivity > 1 ? 1 : selectivity;
}

/* The part of the column's values below (or above) a bound, taking them as evenly spread. */
static double range_selectivity(PlanColumns *columns, const Expr *column, const Value *bound, bool is_below)
{
    const ColumnStatistics *statistics =
        column->kind == EXPR_COLUMN ? statistics_of_column(columns, column->column) : NULL;
    double low, high, at;
    if (statistics == NULL || statistics->minimum.precision == PRECISION_ABSENT ||
        statistics->maximum.precision == PRECISION_ABSENT || !value_as_number(&statistics->minimum.value, &low) ||
        !value_as_number(&statistics->maximum.value, &high) || !value_as_number(bound, &at) || high <= low)
        return UNKNOWN_RANGE;
    double below = clamp((at - low) / (high - low));
    return is_below ? below : 1 - below;
}

static double equal_selectivity(PlanColumns *columns, const Plan *input, const Expr *left, const Expr *right)
{
    double distinct = left->kind == EXPR_COLUMN ? column_distinct_estimate(columns, input, left->column) : 0;
    if (right->kind == EXPR_COLUMN)
        distinct = fmax(distinct, column_distinct_estimate(columns, input, right->column));
    return distinct > 0 ? 1 / distinct : UNKNOWN_EQUAL;
}

static double call_selectivity(PlanColumns *columns, const Plan *input, const Expr *expr)
{
    const char *name = expr->function->name;
    if (strcmp(name, "not") == 0)
        return 1 - condition_selectivity(columns, input, expr->arguments[0]);
    if (expr->argument_count == 1) {
        const ColumnStatistics *statistics =
            expr->arguments[0]->kind == EXPR_COLUMN ? statistics_of_column(columns, expr->arguments[0]->column) : NULL;
        double nulls = statistics && statistics->null_count.precision != PRECISION_ABSENT && input->row_estimate > 0
                           ? clamp((double)statistics->null_count.count / input->row_estimate)
                           : UNKNOWN_EQUAL;
        return strcmp(name, "is null") == 0 ? nulls : strcmp(name, "is not null") == 0 ? 1 - nulls : UNKNOWN_CONDITION;
    }
    if (expr->argument_count != 2)
        return UNKNOWN_CONDITION;
    const Expr *left = expr->arguments[0], *right = expr->arguments[1];
    if (strcmp(name, "=") == 0)
        return equal_selectivity(columns, input, left, right);
    if (strcmp(name, "<>") == 0)
        return 1 - equal_selectivity(columns, input, left, right);
    if (name[0] == '<' || name[0] == '>')
        return expr_is_constant(right) ? range_selectivity(columns, left, &right->constant, name[0] == '<')
                                       : UNKNOWN_RANGE;
    return strncmp(name, "!~", 2) == 0 ? 1 - UNKNOWN_MATCH : name[0] == '~' ? UNKNOWN_MATCH : UNKNOWN_CONDITION;
}

double condition_selectivity(PlanColumns *columns, const Plan *input, const Expr *condition)
{
    double product = 1;
    switch (condition->kind) {
    case EXPR_CONSTANT:
        return expr_is_true(condition) ? 1 : 0;
    case EXPR_AND:
        for (size_t i = 0; i < condition->argument_count; i++) {
            context_pace_item(i);
            product *= condition_selectivity(columns, input, condition->arguments[i]);
        }
        return product;
    case EXPR_OR:
        for (size_t i = 0; i < condition->argument_count; i++) {
            context_pace_item(i);
            product *= 1 - condition_selectivity(columns, input, condition->arguments[i]);
        }
        return 1 - product;
    case EXPR_IN: {
        double each = equal_selectivity(columns, input, condition->arguments[0], condition->arguments[1]);
        double any = clamp(each * (double)(condition->argument_count - 1));
        return condition->is_negated ? 1 - any : any;
    }
    case EXPR_CALL:
        return call_selectivity(columns, input, condition);
    default:
        return UNKNOWN_CONDITION;
    }
}

/* ---- rows of nodes; the inputs are estimated already ---- */

static double scan_rows(PlanColumns *columns, PlanScan *scan)
{
    double rows = table_rows(columns, scan);
    scan->base.row_estimate = rows;
    double selectivity = 1;
    bool has_all = scan->filters.count > 0;
    for (size_t i = 0; i < scan->filters.count; i++)
        if (scan->filters.items[i].answer == FILTER_EXACT)
            selectivity *= condition_selectivity(columns, &scan->base, scan->filters.items[i].filter);
        else /* still stands above */
            has_all = false;
    return rows * (has_all && scan->sampled >= 0 ? scan->sampled : selectivity);
}

static double filter_rows(PlanColumns *columns, const PlanFilter *filter)
{
    Plan *input = filter->base.inputs[0];
    double rows = input->row_estimate;
    if (input->kind == PLAN_SCAN && ((PlanScan *)input)->sampled >= 0)
        return table_rows(columns, (PlanScan *)input) * ((PlanScan *)input)->sampled;
    for (size_t i = 0; i < filter->condition_count; i++)
        rows *= condition_selectivity(columns, input, filter->conditions[i]);
    return rows;
}

/* A column, or one that is cast: casts keep values apart. */
static double expr_distinct_estimate(PlanColumns *columns, const Plan *plan, const Expr *expr)
{
    while (expr->kind == EXPR_CAST)
        expr = expr->arguments[0];
    return expr->kind == EXPR_COLUMN ? column_distinct_estimate(columns, plan, expr->column) : 0;
}

void join_keys_init(JoinKeys *keys)
{
    *keys = (JoinKeys){.distinct = {1, 1}, .is_known = {true, true}};
}

bool join_keys_add(PlanColumns *columns, JoinKeys *keys, const Plan *left, const Plan *right, const Expr *condition)
{
    const Plan *sides[] = {left, right};
    if (condition->kind != EXPR_CALL || condition->argument_count != 2 ||
        (strcmp(condition->function->name, "=") != 0 && strcmp(condition->function->name, "is not distinct from") != 0))
        return false;
    unsigned first = expr_sides(condition->arguments[0], left, right);
    unsigned second = expr_sides(condition->arguments[1], left, right);
    bool is_exchanged = first == REFERS_RIGHT;
    if ((first != REFERS_LEFT && !is_exchanged) || second != (is_exchanged ? REFERS_LEFT : REFERS_RIGHT))
        return false;
    for (int side = 0; side < 2; side++) {
        double distinct =
            expr_distinct_estimate(columns, sides[side], condition->arguments[is_exchanged ? 1 - side : side]);
        keys->is_known[side] &= distinct > 0;
        keys->distinct[side] *= fmax(distinct, 1);
    }
    keys->count++;
    return true;
}

double join_keys_rows(const JoinKeys *keys, double left_rows, double right_rows)
{
    double rows[] = {left_rows, right_rows}, distinct = 0;
    if (keys->count == 0)
        return left_rows * right_rows;
    for (int side = 0; side < 2; side++) {
        double known = keys->is_known[side] ? fmin(keys->distinct[side], rows[side]) : 0;
        if (distinct == 0 || known == 0)
            distinct = fmax(distinct, known);
        else /* of several columns the smaller side tells how many combinations there really are */
            distinct = keys->count > 1 ? fmin(distinct, known) : fmax(distinct, known);
    }
    if (distinct == 0)
        distinct = fmin(left_rows, right_rows);
    return left_rows * right_rows / fmax(distinct, 1);
}

static double join_rows(PlanColumns *columns, const PlanJoin *join)
{
    double left = join->base.inputs[0]->row_estimate, right = join->base.inputs[1]->row_estimate;
    if (join->type == PLAN_JOIN_MARK || join->type == PLAN_JOIN_SINGLE)
        return left;
    if (join->ordered_rows >= 0)
        return join->ordered_rows;
    double others = 1;
    JoinKeys keys;
    join_keys_init(&keys);
    for (size_t i = 0; i < join->condition_count; i++)
        if (!join_keys_add(columns, &keys, join->base.inputs[0], join->base.inputs[1], join->conditions[i]))
            others *= condition_selectivity(columns, &join->base, join->conditions[i]);
    double rows = join_keys_rows(&keys, left, right) * others;
    switch (join->type) {
    case PLAN_JOIN_LEFT:
        return fmax(rows, left);
    case PLAN_JOIN_RIGHT:
        return fmax(rows, right);
    case PLAN_JOIN_FULL:
        return fmax(rows, left + right);
    case PLAN_JOIN_SEMI:
        return fmin(rows, left);
    case PLAN_JOIN_ANTI:
        return fmax(left - rows, left * 0.1);
    case PLAN_JOIN_RIGHT_SEMI:
        return fmin(rows, right);
    case PLAN_JOIN_RIGHT_ANTI:
        return fmax(right - rows, right * 0.1);
    default:
        return rows;
    }
}

typedef struct KeyColumns {
    PlanColumns *columns;
    const Plan *plan;
    double combinations; /* of the values of its columns; 0: unknown */
} KeyColumns;

static bool key_columns_visit(void *user, const Expr *expr)
{
    KeyColumns *self = user;
    if (expr->kind == EXPR_COLUMN)
        self->combinations *= column_distinct_estimate(self->columns, self->plan, expr->column);
    return true;
}

/* At most so many different values; 0: unknown. What is computed has no more than what it is computed of. */
static double key_distinct_most(PlanColumns *columns, const Plan *plan, const Expr *key)
{
    KeyColumns self = {columns, plan, 1};
    expr_walk(key, key_columns_visit, &self);
    return expr_is_volatile(key) ? 0 : self.combinations;
}

static double group_rows(PlanColumns *columns, PlanAggregate *aggregate)
{
    const Plan *input = aggregate->base.inputs[0];
    double rows = input->row_estimate, guess = fmax(rows / 10, 1), groups = 1;
    aggregate->has_known_groups = true;
    for (size_t i = 0; i < aggregate->group_count; i++) {
        const Expr *key = aggregate->groups[i];
        double distinct = key_distinct_most(columns, input, key);
        aggregate->has_known_groups &= distinct > 0;
        if (distinct == 0 || (key->kind != EXPR_COLUMN && distinct > guess))
            distinct = guess;
        groups *= distinct;
    }
    return fmin(groups, fmax(rows, 1));
}

static double plan_rows(PlanColumns *columns, Plan *plan)
{
    double input = plan->input_count ? plan->inputs[0]->row_estimate : 0;
    switch (plan->kind) {
    case PLAN_SCAN:
        return scan_rows(columns, (PlanScan *)plan);
    case PLAN_VALUES:
        return (double)((PlanValues *)plan)->row_count;
    case PLAN_FILTER:
        return filter_rows(columns, (PlanFilter *)plan);
    case PLAN_JOIN:
        return join_rows(columns, (PlanJoin *)plan);
    case PLAN_AGGREGATE:
        return group_rows(columns, (PlanAggregate *)plan);
    case PLAN_DISTINCT:
        return fmax(input / 2, 1);
    case PLAN_SORT:
        return fmin(input, (double)((PlanSort *)plan)->limit);
    case PLAN_LIMIT:
        return fmin(input, (double)((PlanLimit *)plan)->limit);
    case PLAN_SET: {
        double sum = 0;
        for (size_t i = 0; i < plan->input_count; i++)
            sum += plan->inputs[i]->row_estimate;
        return ((PlanSet *)plan)->operator== PLAN_UNION ? sum : input;
    }
    case PLAN_UNFOLD:
        return input * UNFOLDED_VALUES;
    case PLAN_UNPIVOT:
        return input * (double)((PlanUnpivot *)plan)->name_count;
    case PLAN_CTE:
        return plan->inputs[1]->row_estimate;
    case PLAN_RECURSIVE:
        return input * RECURSION_ROUNDS;
    case PLAN_CTE_SCAN: /* set where the rows come from */
        return plan->row_estimate;
    case PLAN_INSERT:
    case PLAN_CHANGE:
        return 1;
    default:
        return input;
    }
}

static void estimate_cte_scans(Plan *plan, size_t cte, double rows)
{
    if (plan->kind == PLAN_CTE_SCAN && ((PlanCteScan *)plan)->cte == cte)
        plan->row_estimate = rows;
    for (size_t i = 0; i < plan->input_count; i++)
        estimate_cte_scans(plan->inputs[i], cte, rows);
}

void plan_estimate(PlanColumns *columns, Plan *plan)
{
    for (size_t i = 0; i < plan->input_count; i++) {
        plan_estimate(columns, plan->inputs[i]);
        if (i == 0 && plan->kind == PLAN_CTE)
            estimate_cte_scans(plan->inputs[1], ((PlanCte *)plan)->cte, plan->inputs[0]->row_estimate);
        else if (i == 0 && plan->kind == PLAN_RECURSIVE)
            estimate_cte_scans(plan->inputs[1], ((PlanRecursive *)plan)->cte, plan->inputs[0]->row_estimate);
    }
    plan->row_estimate = plan_rows(columns, plan);
}
