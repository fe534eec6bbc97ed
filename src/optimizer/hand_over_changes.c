/* optimizer/hand_over_changes.c: a DELETE or UPDATE that is about the rows of EXACT filters alone is handed to the
 * provider as such, where it can do that (delete_from, update): no row comes out, none goes back in.
 *
 *     Change t: delete                             Change t: delete
 *       Project [row number]             ->          filter: a = 1 (exact)
 *         Scan t [a = 1 exact]
 *
 * What cannot be handed over takes rows by their numbers. A provider that has no function for that refuses. */
#include "base/array.h"
#include "optimizer/rule.h"

/* The scan whose rows are meant, when all its filters are EXACT and nothing else chooses among them. */
static PlanScan *changed_scan(const PlanChange *change)
{
    Plan *plan = change->base.inputs[0];
    if (plan->kind == PLAN_PROJECT)
        plan = plan->inputs[0];
    if (plan->kind != PLAN_SCAN || ((PlanScan *)plan)->table != change->table || !((PlanScan *)plan)->has_row_number)
        return NULL;
    PlanScan *scan = (PlanScan *)plan;
    for (size_t i = 0; i < scan->filters.count; i++)
        if (scan->filters.items[i].answer != FILTER_EXACT)
            return NULL;
    return scan;
}

/* The new values of the columns that are assigned, or NULL when somebody else must see to them: one is volatile, or
 * might be NULL in a column that may not. */
static Expr **assigned_values(PlanColumns *columns, const PlanChange *change)
{
    const Plan *input = change->base.inputs[0];
    const Schema *schema = change->table->ops->schema(change->table, columns->context);
    Expr **values = arena_array(columns->arena, Expr *, change->column_count);
    for (size_t i = 0; i < change->column_count; i++) {
        size_t position = change->columns[i] + 1; /* behind the row number */
        values[i] = input->kind == PLAN_PROJECT ? ((const PlanProject *)input)->exprs[position]
                                                : plan_column_expr(columns, input->outputs[position], NO_POSITION);
        bool is_never_null = expr_is_constant(values[i]) && !values[i]->constant.is_null;
        if (expr_is_volatile(values[i]) || (!schema->columns[change->columns[i]].is_nullable && !is_never_null))
            return NULL;
    }
    return values;
}

static bool provider_takes_update(PlanColumns *columns, const PlanChange *change, const PlanScan *scan,
                                  Expr *const *values)
{
    TableProvider *table = change->table;
    if (table->ops->supports_update == NULL)
        return true;
    Expr **mapped = arena_array(columns->arena, Expr *, change->column_count);
    for (size_t i = 0; i < change->column_count; i++)
        mapped[i] = plan_scan_expr(columns->arena, scan, values[i]);
    return table->ops->supports_update(table, change->columns, mapped, change->column_count);
}

static bool is_handed_over(PlanColumns *columns, PlanChange *change)
{
    const TableProviderOps *ops = change->table->ops;
    bool is_update = change->kind == PLAN_CHANGE_UPDATE;
    if ((is_update ? ops->update == NULL : ops->delete_from == NULL) || change->returns_rows || change->check_count)
        return false;
    PlanScan *scan = changed_scan(change);
    if (scan == NULL)
        return false;
    if (is_update) {
        change->values = assigned_values(columns, change);
        if (change->values == NULL || !provider_takes_update(columns, change, scan, change->values))
            return false;
    }
    change->scan = scan;
    return true;
}

static bool asks_for_row_numbers(const Plan *plan, const TableProvider *table)
{
    if (plan->kind == PLAN_SCAN && ((const PlanScan *)plan)->table == table)
        return ((const PlanScan *)plan)->has_row_number;
    for (size_t i = 0; i < plan->input_count; i++)
        if (asks_for_row_numbers(plan->inputs[i], table))
            return true;
    return false;
}

static void hand_over(PlanColumns *columns, PlanChange *change)
{
    const TableProviderOps *ops = change->table->ops;
    bool is_update = change->kind == PLAN_CHANGE_UPDATE;
    bool takes_rows = is_update ? ops->update_rows != NULL : ops->delete_rows != NULL;
    if (!takes_rows && !columns->context->settings->optimizer)
        change->base.inputs[0] = rule_offer_filters(columns, change->base.inputs[0]);
    if (is_handed_over(columns, change)) {
        change->base.input_count = 0;
        return;
    }
    if (!takes_rows && asks_for_row_numbers(change->base.inputs[0], change->table))
        error_raise_hint(ERROR_NOT_SUPPORTED, NO_POSITION,
                         "its provider wants conditions that it takes as a whole, and constants as new values",
                         "this %s is more than table \"%s\" (%s) can do by itself, and it takes no row numbers",
                         is_update ? "UPDATE" : "DELETE", change->name, ops->format);
}

Plan *rule_hand_over_changes(PlanColumns *columns, Plan *plan)
{
    if (plan->kind == PLAN_CHANGE && ((PlanChange *)plan)->kind <= PLAN_CHANGE_UPDATE)
        hand_over(columns, (PlanChange *)plan);
    for (size_t i = 0; i < plan->input_count; i++)
        plan->inputs[i] = rule_hand_over_changes(columns, plan->inputs[i]);
    return plan;
}
