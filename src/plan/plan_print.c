/* plan/plan_print.c: plans as text, for EXPLAIN: a line a node, what is below a node two blanks further in.
 *
 *     Limit 10
 *       Sort total DESC NULLS FIRST
 *         Aggregate by l_flag: sum(l_tax)
 *           Filter l_price > 1.00
 *             Scan lineitem (csv): l_flag, l_tax, l_price
 *               filter: l_price > 1.00 [INEXACT] */
#include "plan/plan.h"

typedef struct Printer {
    const PlanColumns *columns;
    const PlanPrintOptions *options;
    Text *text;
    const PlanNames *names;
    size_t depth;
} Printer;

static const char name_is_shared;

static bool column_tables_differ(const PlanColumn *a, const PlanColumn *b)
{
    return (a->table == NULL) != (b->table == NULL) || (a->table && strcmp(a->table, b->table) != 0);
}

/* Those of the columns that have come since. */
static void names_gather(PlanNames *names, const PlanColumns *columns)
{
    for (; names->column_count < columns->list.count; names->column_count++) {
        const PlanColumn *column = &columns->list.items[names->column_count];
        const void *seen = map_get(&names->map, view_of(column->name));
        if (seen == NULL)
            map_set(&names->map, view_of(column->name), (void *)column);
        else if (seen != &name_is_shared && column_tables_differ(seen, column))
            map_set(&names->map, view_of(column->name), (void *)&name_is_shared);
    }
}

/* A name as SQL wants it: quoted unless it is lower-case letters, digits and _. */
static void printer_name(Text *text, StringView name)
{
    bool is_bare = name.size > 0 && !ascii_is_digit(name.data[0]);
    for (size_t i = 0; i < name.size; i++)
        is_bare &= (name.data[i] >= 'a' && name.data[i] <= 'z') || ascii_is_digit(name.data[i]) || name.data[i] == '_';
    if (is_bare) {
        text_add_view(text, name);
        return;
    }
    text_add_char(text, '"');
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '"')
            text_add_char(text, '"');
        text_add_char(text, name.data[i]);
    }
    text_add_char(text, '"');
}

static bool name_has_blank_outside_parentheses(const char *name)
{
    size_t depth = 0;
    for (const char *c = name; *c; c++) {
        depth += *c == '(';
        depth -= *c == ')' && depth > 0;
        if (*c == ' ' && depth == 0)
            return true;
    }
    return false;
}

/* A column of a table is a name, and quoted where it must be; another one is called by what it computes: sum(x), and
 * (a + b) in parentheses, since it may stand within an expression. */
static const char *printer_column_name(void *user, ColumnId id)
{
    Printer *printer = user;
    const PlanColumn *column = plan_column(printer->columns, id);
    if (column->table == NULL && !name_has_blank_outside_parentheses(column->name))
        return column->name;
    Text name = text_in(printer->text->arena);
    if (column->table == NULL) {
        text_add_format(&name, "(%s)", column->name);
        return text_string(&name);
    }
    if (map_get(&printer->names->map, view_of(column->name)) == &name_is_shared) {
        printer_name(&name, view_of(column->table));
        text_add_char(&name, '.');
    }
    printer_name(&name, view_of(column->name));
    return text_string(&name);
}

static void printer_expr(Printer *printer, const Expr *expr)
{
    expr_print(expr, printer->text, printer_column_name, printer);
}

static void printer_exprs(Printer *printer, Expr *const *exprs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add(printer->text, ", ");
        printer_expr(printer, exprs[i]);
    }
}

/* Conjuncts: an OR among them stands in parentheses. */
static void printer_conditions(Printer *printer, Expr *const *conditions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool is_or = conditions[i]->kind == EXPR_OR && count > 1;
        text_add(printer->text, i > 0 ? " AND " : "");
        text_add(printer->text, is_or ? "(" : "");
        printer_expr(printer, conditions[i]);
        text_add(printer->text, is_or ? ")" : "");
    }
}

static void printer_columns(Printer *printer, const ColumnId *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add(printer->text, ", ");
        text_add(printer->text, printer_column_name(printer, columns[i]));
    }
}

static void printer_order(Printer *printer, const Expr *key, SortOrder order)
{
    printer_expr(printer, key);
    if (order.is_descending)
        text_add(printer->text, " DESC");
    if (order.nulls_first != order.is_descending) /* descending: NULLs come first unless said otherwise */
        text_add(printer->text, order.nulls_first ? " NULLS FIRST" : " NULLS LAST");
}

static void printer_orders(Printer *printer, Expr *const *keys, const SortOrder *orders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_add(printer->text, ", ");
        printer_order(printer, keys[i], orders[i]);
    }
}

/* A line of details below a node's own. */
static void printer_detail(Printer *printer, const char *name)
{
    text_add_char(printer->text, '\n');
    text_add_repeated(printer->text, ' ', 2 * printer->depth + 4);
    text_add(printer->text, name);
    text_add(printer->text, ": ");
}

static void printer_node(Printer *printer, const Plan *plan);

/* ---- one function for each kind: what stands behind the kind's name, and the details ---- */

static const char *filter_answer_text(const PlanScanFilter *filter)
{
    if (filter->answer == FILTER_EXACT)
        return "EXACT";
    if (filter->answer == FILTER_INEXACT)
        return "INEXACT";
    if (expr_is_volatile(filter->filter))
        return "stayed: volatile";
    if (expr_can_fail(filter->filter))
        return "stayed: can fail";
    return "stayed: not supported";
}

static void printer_scan_orders(Printer *printer, const PlanScan *scan)
{
    const Schema *schema = scan->table->ops->schema(scan->table, printer->columns->context);
    for (size_t i = 0; i < scan->order_count; i++) {
        const ScanOrder *order = &scan->orders[i];
        text_add(printer->text, i > 0 ? ", " : "");
        printer_name(printer->text, view_of(schema->columns[order->column].name));
        if (order->order.is_descending)
            text_add(printer->text, " DESC");
        if (order->order.nulls_first != order->order.is_descending)
            text_add(printer->text, order->order.nulls_first ? " NULLS FIRST" : " NULLS LAST");
    }
}

/* The scan's own lines, each moved in below its node. */
static void printer_scan_explain(Printer *printer, const PlanScan *scan)
{
    Text lines = text_in(printer->text->arena);
    if (scan->scan->explain)
        scan->scan->explain(scan->scan, &lines);
    if (scan->scan->explain_analyze && printer->options->has_run)
        scan->scan->explain_analyze(scan->scan, &lines);
    StringView rest = view_trim(text_view(&lines));
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t size = end ? (size_t)(end - rest.data) : rest.size;
        text_add_char(printer->text, '\n');
        text_add_repeated(printer->text, ' ', 2 * printer->depth + 4);
        text_add_view(printer->text, (StringView){rest.data, size});
        size += end != NULL;
        rest = (StringView){rest.data + size, rest.size - size};
    }
}

static void printer_scan(Printer *printer, const PlanScan *scan)
{
    text_add_char(printer->text, ' ');
    printer_name(printer->text, view_of(scan->name));
    text_add(printer->text, " (");
    text_add(printer->text, scan->table->ops->format);
    text_add(printer->text, scan->base.output_count > 0 ? "): " : ")");
    printer_columns(printer, scan->base.outputs, scan->base.output_count);
}

static void printer_scan_filters(Printer *printer, const PlanScan *scan)
{
    for (size_t i = 0; i < scan->filters.count; i++) {
        printer_detail(printer, "filter");
        printer_expr(printer, scan->filters.items[i].filter);
        text_add_format(printer->text, " [%s]", filter_answer_text(&scan->filters.items[i]));
    }
}

static void printer_scan_details(Printer *printer, const PlanScan *scan)
{
    printer_scan_filters(printer, scan);
    if (scan->order_count > 0) {
        printer_detail(printer, "order");
        printer_scan_orders(printer, scan);
        if (scan->scan)
            text_add(printer->text, scan->scan->is_ordered ? " [met]" : " [not met]");
    }
    if (scan->aggregated) {
        printer_detail(printer, "does");
        text_add(printer->text, plan_kind_name(scan->aggregated->kind));
        printer_node(printer, scan->aggregated);
    }
    for (size_t i = 0; i < scan->dynamics.count; i++) {
        if (scan->dynamics.items[i].number == NO_DYNAMIC)
            continue;
        printer_detail(printer, "dynamic filter");
        text_add(printer->text, printer_column_name(printer, scan->dynamics.items[i].column));
    }
    if (scan->limit != NO_LIMIT) {
        printer_detail(printer, "limit");
        text_add_format(printer->text, "%zu", scan->limit);
    }
    if (scan->scan)
        printer_scan_explain(printer, scan);
}

/* Why a condition stands above the node and not below it. */
static const char *filter_place_text(const Plan *input, const Expr *condition)
{
    if (expr_is_volatile(condition))
        return "volatile";
    switch (input->kind) {
    case PLAN_JOIN: {
        const Plan *left = input->inputs[0], *right = input->inputs[1];
        if (expr_can_fail(condition))
            return "can fail";
        if (expr_touches(condition, left) && expr_touches(condition, right))
            return "about both sides";
        return expr_is_within(condition, left) || expr_is_within(condition, right) ? "its side may be padded"
                                                                                   : "about the subquery's answer";
    }
    case PLAN_AGGREGATE:
        return "not about groups alone";
    case PLAN_DISTINCT:
        return "not about what is distinct";
    case PLAN_WINDOW:
        return "not about whole partitions";
    case PLAN_LIMIT:
    case PLAN_SORT:
        return "rows are counted below";
    case PLAN_RECURSIVE:
    case PLAN_CTE_SCAN:
        return "the rows are read by others too";
    default:
        return "nothing below takes it";
    }
}

/* Those directly above a scan stand among its details. */
static void printer_filter_details(Printer *printer, const PlanFilter *filter)
{
    const Plan *input = filter->base.inputs[0];
    for (size_t i = 0; i < filter->condition_count && input->kind != PLAN_SCAN; i++) {
        printer_detail(printer, "filter");
        printer_expr(printer, filter->conditions[i]);
        text_add_format(printer->text, " [stayed: %s]", filter_place_text(input, filter->conditions[i]));
    }
}

enum { SHOWN_ROWS = 3 }; /* of VALUES: enough to know it by */

static void printer_values(Printer *printer, const PlanValues *values)
{
    size_t column_count = values->base.output_count;
    size_t shown = values->row_count < SHOWN_ROWS ? values->row_count : SHOWN_ROWS;
    text_add_format(printer->text, " %zu %s", values->row_count, values->row_count == 1 ? "row" : "rows");
    for (size_t i = 0; i < shown && column_count > 0; i++) {
        text_add(printer->text, i > 0 ? ", (" : ": (");
        printer_exprs(printer, values->cells + i * column_count, column_count);
        text_add_char(printer->text, ')');
    }
    if (shown < values->row_count && column_count > 0)
        text_add(printer->text, ", ...");
}

static void printer_project(Printer *printer, const PlanProject *project)
{
    for (size_t i = 0; i < project->base.output_count; i++) {
        const Expr *expr = project->exprs[i];
        ColumnId output = project->base.outputs[i];
        text_add(printer->text, i > 0 ? ", " : " ");
        printer_expr(printer, expr);
        if (expr->kind != EXPR_COLUMN || expr->column != output)
            text_add_format(printer->text, " AS %s", printer_column_name(printer, output));
    }
}

static void printer_join(Printer *printer, const PlanJoin *join)
{
    text_add_char(printer->text, ' ');
    text_add(printer->text, plan_join_type_name(join->type));
    if (join->is_dependent)
        text_add(printer->text, " dependent");
    if (join->condition_count > 0) {
        text_add(printer->text, " on ");
        printer_conditions(printer, join->conditions, join->condition_count);
    }
    if (join->mark_condition) {
        text_add(printer->text, " mark ");
        printer_expr(printer, join->mark_condition);
    }
}

static void printer_aggregate_call(Printer *printer, const AggregateCall *call)
{
    Text *text = printer->text;
    text_add_format(text, "%s(%s", call->aggregate->name, call->is_distinct ? "DISTINCT " : "");
    printer_exprs(printer, call->arguments, call->argument_count);
    if (call->argument_count == 0)
        text_add_char(text, '*');
    if (call->order_count > 0) {
        text_add(text, " ORDER BY ");
        printer_orders(printer, call->order_keys, call->orders, call->order_count);
    }
    text_add_char(text, ')');
    if (call->filter) {
        text_add(text, " FILTER (WHERE ");
        printer_expr(printer, call->filter);
        text_add_char(text, ')');
    }
}

static void printer_grouping_sets(Printer *printer, const PlanAggregate *aggregate)
{
    text_add(printer->text, " sets (");
    for (size_t i = 0; i < aggregate->set_count; i++) {
        text_add(printer->text, i > 0 ? ", (" : "(");
        bool is_first = true;
        for (size_t j = 0; j < aggregate->group_count; j++) {
            if (!(aggregate->sets[i] >> j & 1))
                continue;
            text_add(printer->text, is_first ? "" : ", ");
            printer_expr(printer, aggregate->groups[j]);
            is_first = false;
        }
        text_add_char(printer->text, ')');
    }
    text_add_char(printer->text, ')');
}

static void printer_aggregate(Printer *printer, const PlanAggregate *aggregate)
{
    if (aggregate->group_count > 0) {
        text_add(printer->text, " by ");
        printer_exprs(printer, aggregate->groups, aggregate->group_count);
    }
    if (aggregate->set_count > 0)
        printer_grouping_sets(printer, aggregate);
    for (size_t i = 0; i < aggregate->aggregate_count; i++) {
        text_add(printer->text, i > 0 ? ", " : aggregate->calls_first_set ? ": of the first set " : ": ");
        printer_aggregate_call(printer, &aggregate->aggregates[i]);
    }
}

static void printer_window_bound(Printer *printer, const WindowBound *bound)
{
    static const char *const words[] = {
        [WINDOW_UNBOUNDED_PRECEDING] = "UNBOUNDED PRECEDING",
        [WINDOW_PRECEDING] = " PRECEDING",
        [WINDOW_CURRENT_ROW] = "CURRENT ROW",
        [WINDOW_FOLLOWING] = " FOLLOWING",
        [WINDOW_UNBOUNDED_FOLLOWING] = "UNBOUNDED FOLLOWING",
    };
    if (bound->offset)
        printer_expr(printer, bound->offset);
    text_add(printer->text, words[bound->kind]);
}

static void printer_window_frame(Printer *printer, const WindowFrame *frame)
{
#define WINDOW_TEXT(name, text) text,
    static const char *const modes[] = {WINDOW_FRAME_MODES(WINDOW_TEXT)};
    static const char *const excludes[] = {WINDOW_EXCLUDES(WINDOW_TEXT)};
#undef WINDOW_TEXT
    text_add_format(printer->text, " %s BETWEEN ", modes[frame->mode]);
    printer_window_bound(printer, &frame->start);
    text_add(printer->text, " AND ");
    printer_window_bound(printer, &frame->end);
    if (frame->exclude != WINDOW_EXCLUDE_NO_OTHERS)
        text_add_format(printer->text, " EXCLUDE %s", excludes[frame->exclude]);
}

static void printer_window_call(Printer *printer, const WindowCall *window)
{
    if (window->function) {
        text_add_format(printer->text, "%s(", window->function->name);
        printer_exprs(printer, window->call.arguments, window->call.argument_count);
        text_add(printer->text, window->ignores_nulls ? ") IGNORE NULLS" : ")");
    } else {
        printer_aggregate_call(printer, &window->call);
    }
    if (window->function == NULL || (window->function->flags & WINDOW_TAKES_FRAME))
        printer_window_frame(printer, &window->frame);
}

static void printer_window(Printer *printer, const PlanWindow *window)
{
    if (window->partition_count > 0) {
        text_add(printer->text, " partition by ");
        printer_exprs(printer, window->partition, window->partition_count);
    }
    if (window->key_count > 0) {
        text_add(printer->text, " order by ");
        printer_orders(printer, window->keys, window->orders, window->key_count);
    }
    if (window->first_count != NO_LIMIT)
        text_add_format(printer->text, " first %zu%s", window->first_count, window->keeps_ties ? " and ties" : "");
    for (size_t i = 0; i < window->call_count; i++) {
        text_add(printer->text, i > 0 ? ", " : ": ");
        printer_window_call(printer, &window->calls[i]);
    }
}

static void printer_unfold(Printer *printer, const PlanUnfold *unfold)
{
    for (size_t i = 0; i < unfold->call_count; i++) {
        const SetCall *call = &unfold->calls[i];
        text_add_format(printer->text, "%s%s(", i > 0 ? ", " : ": ", call->function->name);
        printer_exprs(printer, call->arguments, call->argument_count);
        text_add_char(printer->text, ')');
    }
    if (unfold->has_ordinality)
        text_add(printer->text, " with ordinality");
}

/* name, values: a (expressions), b (expressions) */
static void printer_unpivot(Printer *printer, const PlanUnpivot *unpivot)
{
    text_add_char(printer->text, ' ');
    printer_columns(printer, &unpivot->name, 1);
    text_add(printer->text, ", ");
    printer_columns(printer, unpivot->columns, unpivot->value_count);
    for (size_t i = 0; i < unpivot->name_count; i++) {
        text_add_format(printer->text, "%s%s (", i > 0 ? ", " : ": ", unpivot->names[i]);
        printer_exprs(printer, unpivot->values + i * unpivot->value_count, unpivot->value_count);
        text_add_char(printer->text, ')');
    }
}

static void printer_limit(Printer *printer, const PlanLimit *limit)
{
    if (limit->limit != NO_LIMIT)
        text_add_format(printer->text, " %zu", limit->limit);
    if (limit->offset > 0)
        text_add_format(printer->text, " offset %zu", limit->offset);
}

static void printer_set(Printer *printer, const PlanSet *set)
{
    static const char *const names[] = {
        [PLAN_UNION] = " union", [PLAN_INTERSECT] = " intersect", [PLAN_EXCEPT] = " except"};
    text_add(printer->text, names[set->operator]);
    if (set->is_all)
        text_add(printer->text, " all");
}

static void printer_key(Printer *printer, const char *before, const Schema *schema, const Constraint *key)
{
    text_add_format(printer->text, "%s(", before);
    for (size_t i = 0; i < key->column_count; i++) {
        text_add(printer->text, i > 0 ? ", " : "");
        printer_name(printer->text, view_of(schema->columns[key->columns[i]].name));
    }
    text_add_char(printer->text, ')');
}

static void printer_insert(Printer *printer, const PlanInsert *insert)
{
    static const char *const ops[] = {[INSERT_APPEND] = "append",
                                      [INSERT_OVERWRITE] = "overwrite",
                                      [INSERT_REPLACE] = "replace",
                                      [INSERT_IGNORE] = "ignore"};
    text_add_char(printer->text, ' ');
    printer_name(printer->text, view_of(insert->name));
    text_add_format(printer->text, " (%s): %s", insert->table->ops->format, ops[insert->op]);
    const Schema *schema = insert->table->ops->schema(insert->table, printer->columns->context);
    for (size_t i = 0; i < insert->key_count; i++)
        printer_key(printer, i > 0 ? ", " : ", once for each ", schema, insert->keys[i]);
}

static void printer_change(Printer *printer, const PlanChange *change)
{
    static const char *const kinds[] = {[PLAN_CHANGE_DELETE] = "delete",
                                        [PLAN_CHANGE_UPDATE] = "update",
                                        [PLAN_CHANGE_UPSERT] = "insert, or update",
                                        [PLAN_CHANGE_MERGE] = "merge"};
    const Schema *schema = change->table->ops->schema(change->table, printer->columns->context);
    text_add_char(printer->text, ' ');
    printer_name(printer->text, view_of(change->name));
    text_add_format(printer->text, " (%s): %s", change->table->ops->format, kinds[change->kind]);
    for (size_t i = 0; i < change->column_count; i++) {
        text_add(printer->text, i > 0 ? ", " : " ");
        printer_name(printer->text, view_of(schema->columns[change->columns[i]].name));
    }
    if (change->key)
        printer_key(printer, ", one for each ", schema, change->key);
}

/* What the provider does by itself. */
static void printer_handed_over(Printer *printer, const PlanChange *change)
{
    for (size_t i = 0; change->values && i < change->column_count; i++) {
        printer_detail(printer, "value");
        printer_expr(printer, change->values[i]);
    }
    printer_scan_filters(printer, change->scan);
}

static void printer_checks(Printer *printer, Expr *const *checks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printer_detail(printer, "check");
        printer_expr(printer, checks[i]);
    }
}

static void printer_cte_name(Printer *printer, const char *name)
{
    text_add_char(printer->text, ' ');
    printer_name(printer->text, view_of(name));
}

static void printer_node(Printer *printer, const Plan *plan)
{
    switch (plan->kind) {
    case PLAN_SCAN:
        printer_scan(printer, (const PlanScan *)plan);
        break;
    case PLAN_VALUES:
        printer_values(printer, (const PlanValues *)plan);
        break;
    case PLAN_FILTER:
        text_add_char(printer->text, ' ');
        printer_conditions(printer, ((const PlanFilter *)plan)->conditions,
                           ((const PlanFilter *)plan)->condition_count);
        break;
    case PLAN_PROJECT:
        printer_project(printer, (const PlanProject *)plan);
        break;
    case PLAN_JOIN:
        printer_join(printer, (const PlanJoin *)plan);
        break;
    case PLAN_AGGREGATE:
        printer_aggregate(printer, (const PlanAggregate *)plan);
        break;
    case PLAN_DISTINCT:
        if (((const PlanDistinct *)plan)->key_count < plan->output_count)
            text_add(printer->text, " on ");
        else
            text_add_char(printer->text, ' ');
        printer_columns(printer, ((const PlanDistinct *)plan)->keys, ((const PlanDistinct *)plan)->key_count);
        break;
    case PLAN_WINDOW:
        printer_window(printer, (const PlanWindow *)plan);
        break;
    case PLAN_UNFOLD:
        printer_unfold(printer, (const PlanUnfold *)plan);
        break;
    case PLAN_UNPIVOT:
        printer_unpivot(printer, (const PlanUnpivot *)plan);
        break;
    case PLAN_SORT:
        text_add_char(printer->text, ' ');
        printer_orders(printer, ((const PlanSort *)plan)->keys, ((const PlanSort *)plan)->orders,
                       ((const PlanSort *)plan)->key_count);
        if (((const PlanSort *)plan)->limit != NO_LIMIT)
            text_add_format(printer->text, " first %zu", ((const PlanSort *)plan)->limit);
        break;
    case PLAN_LIMIT:
        printer_limit(printer, (const PlanLimit *)plan);
        break;
    case PLAN_SET:
        printer_set(printer, (const PlanSet *)plan);
        break;
    case PLAN_CTE:
        printer_cte_name(printer, ((const PlanCte *)plan)->name);
        break;
    case PLAN_RECURSIVE:
        printer_cte_name(printer, ((const PlanRecursive *)plan)->name);
        text_add(printer->text, ((const PlanRecursive *)plan)->is_all ? " union all" : " union");
        break;
    case PLAN_CTE_SCAN:
        printer_cte_name(printer, ((const PlanCteScan *)plan)->name);
        break;
    case PLAN_INSERT:
        printer_insert(printer, (const PlanInsert *)plan);
        break;
    case PLAN_CHANGE:
        printer_change(printer, (const PlanChange *)plan);
        break;
    case PLAN_GATHER:
        text_add(printer->text, ((const PlanGather *)plan)->keeps_order ? " in order" : "");
        break;
    case PLAN_SPREAD:
    case PLAN_KIND_COUNT:
        break;
    }
}

/* Verbose: what it gives, and how many. */
static void printer_outputs(Printer *printer, const Plan *plan)
{
    printer_detail(printer, "outputs");
    for (size_t i = 0; i < plan->output_count; i++) {
        char type[TYPE_NAME_SIZE];
        const PlanColumn *column = plan_column(printer->columns, plan->outputs[i]);
        text_add_format(printer->text, "%s#%u %s %s%s", i > 0 ? ", " : "", plan->outputs[i],
                        printer_column_name(printer, plan->outputs[i]), type_name(column->type, type),
                        column->is_nullable ? "" : " NOT NULL");
    }
    if (plan->row_estimate >= 0) {
        printer_detail(printer, "estimate");
        text_add_format(printer->text, "%.0f %s", plan->row_estimate, plan->row_estimate == 1 ? "row" : "rows");
    }
}

static void printer_node_lines(Printer *printer, const Plan *plan)
{
    const PlanPrintOptions *options = printer->options;
    text_add_repeated(printer->text, ' ', 2 * printer->depth);
    text_add(printer->text, plan_kind_name(plan->kind));
    printer_node(printer, plan);
    if (options && options->annotate)
        options->annotate(options->user, plan, printer->text);
    if (plan->kind == PLAN_SCAN)
        printer_scan_details(printer, (const PlanScan *)plan);
    else if (plan->kind == PLAN_FILTER && options && options->is_final)
        printer_filter_details(printer, (const PlanFilter *)plan);
    else if (plan->kind == PLAN_INSERT)
        printer_checks(printer, ((const PlanInsert *)plan)->checks, ((const PlanInsert *)plan)->check_count);
    else if (plan->kind == PLAN_CHANGE)
        printer_checks(printer, ((const PlanChange *)plan)->checks, ((const PlanChange *)plan)->check_count);
    if (plan->kind == PLAN_CHANGE && ((const PlanChange *)plan)->scan)
        printer_handed_over(printer, (const PlanChange *)plan);
    if (options && options->is_verbose)
        printer_outputs(printer, plan);
    text_add_char(printer->text, '\n');
}

static void printer_tree(Printer *printer, const Plan *plan)
{
    printer_node_lines(printer, plan);
    printer->depth++;
    for (size_t i = 0; i < plan->input_count; i++)
        printer_tree(printer, plan->inputs[i]);
    printer->depth--;
}

void plan_print(const PlanColumns *columns, const Plan *plan, const PlanPrintOptions *options, Text *text)
{
    PlanNames names = plan_names_in(text->arena);
    names_gather(&names, columns);
    Printer printer = {.columns = columns, .options = options, .text = text, .names = &names};
    printer_tree(&printer, plan);
}

void plan_print_node(const PlanColumns *columns, const Plan *plan, const PlanPrintOptions *options, Text *text)
{
    PlanNames names = plan_names_in(text->arena);
    names_gather(&names, columns);
    Printer printer = {.columns = columns, .options = options, .text = text, .names = &names};
    printer_node_lines(&printer, plan);
}

void plan_print_expr(const PlanColumns *columns, PlanNames *names, const Expr *expr, Text *text)
{
    names_gather(names, columns);
    Printer printer = {.columns = columns, .text = text, .names = names};
    printer_expr(&printer, expr);
}
