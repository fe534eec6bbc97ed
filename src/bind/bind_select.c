/* bind/bind_select.c: one SELECT, clause by clause, and the plan it becomes. bind/select.h says in which order. */
#include "bind/select.h"

#include "bind/binder.h"
#include "bind/order.h"

Place select_place(Select *select, const char *clause)
{
    return (Place){.binder = select->binder,
                   .scope = &select->scope,
                   .clause = clause,
                   .subqueries = &select->after,
                   .select = select,
                   .takes_aggregates = true,
                   .takes_windows = true};
}

/* ---- aliases ---- */

/* Above the Aggregate an item is what it is; within an aggregate or below it, it is bound for that place. */
Expr *select_item_expr(const Place *place, SelectItem *item)
{
    bool is_above = place->takes_aggregates && place->subqueries == &place->select->after;
    if (item->ast == NULL || (is_above && item->expr))
        return item->expr;
    if (item->is_being_bound)
        bind_error(place->binder, ERROR_UNDEFINED_COLUMN, item->ast->position, NULL, "alias \"%s\" refers to itself",
                   item->name);
    item->is_being_bound = true;
    Expr *expr = bind_expr(place, item->ast);
    item->is_being_bound = false;
    if (is_above)
        item->expr = expr;
    return expr;
}

Expr *select_alias(const Place *place, const AstName *name)
{
    Select *select = place->select;
    SelectItem *found = NULL;
    for (size_t i = 0; i < select->shown_count; i++) {
        SelectItem *item = &select->items.items[i];
        if (item->alias.data == NULL || item->is_being_bound || !view_equal_ignoring_case(item->alias, name->text))
            continue;
        if (found)
            bind_error(place->binder, ERROR_AMBIGUOUS_COLUMN, name->position, NULL, "alias \"%.*s\" is ambiguous",
                       VIEW_ARGUMENTS(name->text));
        found = item;
    }
    if (found == NULL)
        return NULL;
    Expr *expr = select_item_expr(place, found);
    binder_count_shared(place->binder, expr);
    return expr;
}

/* ---- clauses ---- */

static Plan *select_where(Select *select)
{
    Plan *plan = select->scope.relation.plan;
    if (select->ast->where == NULL)
        return plan;
    Place place = select_place(select, "WHERE");
    place.takes_aggregates = place.takes_windows = false;
    place.subqueries = &select->before;
    Expr *condition = select_bind_condition(select, &place, select->ast->where);
    plan = subqueries_attach(select->binder, plan, &select->before);
    return plan_filter_new(select->binder->columns, plan, &condition, 1);
}

static void select_bind_items(Select *select)
{
    Place place = select_place(select, "SELECT");
    for (size_t i = 0; i < select->shown_count; i++) {
        SelectItem *item = &select->items.items[i];
        item->expr = select_item_expr(&place, item);
    }
}

static void select_bind_having(Select *select)
{
    if (select->ast->having == NULL)
        return;
    Place place = select_place(select, "HAVING");
    place.takes_windows = false;
    select->having = select_bind_condition(select, &place, select->ast->having);
    if (select_uses_windows(select, select->having)) /* by an alias */
        bind_error(select->binder, ERROR_WINDOWING, select->ast->having->position,
                   "conditions on window functions stand in QUALIFY", "window functions are not allowed in HAVING");
}

static void select_bind_qualify(Select *select)
{
    Place place = select_place(select, "QUALIFY");
    if (select->ast->qualify)
        select->qualify = select_bind_condition(select, &place, select->ast->qualify);
}

/* ---- the plan ---- */

static Plan *select_project(Select *select, Plan *plan)
{
    Binder *binder = select->binder;
    size_t count = select->items.count;
    Expr **exprs = arena_array(binder->arena, Expr *, count);
    const char **names = arena_array(binder->arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        exprs[i] = select->items.items[i].expr;
        names[i] = select->items.items[i].name;
    }
    return bind_project(binder, plan, exprs, names, count);
}

static Plan *select_sort(Select *select, Plan *plan, const ItemKeys *keys)
{
    PlanColumns *columns = select->binder->columns;
    if (keys->count == 0)
        return plan;
    const Plan *project = plan;
    PlanSort *sort = plan_sort_new(columns, plan, keys->count);
    for (size_t i = 0; i < keys->count; i++) {
        Position position = select->items.items[keys->items[i].item].expr->position;
        sort->keys[i] = plan_column_expr(columns, project->outputs[keys->items[i].item], position);
        sort->orders[i] = keys->items[i].order;
    }
    return &sort->base;
}

/* DISTINCT ON keeps the first row of each kind: it stands above the sort. */
static Plan *select_distinct_on(Select *select, Plan *plan, const ItemKeys *keys)
{
    Binder *binder = select->binder;
    if (keys->count == 0)
        return plan;
    ColumnId *columns = arena_array(binder->arena, ColumnId, keys->count);
    for (size_t i = 0; i < keys->count; i++)
        columns[i] = plan->outputs[keys->items[i].item];
    return &plan_distinct_new(binder->columns, plan, columns, keys->count)->base;
}

static Plan *select_filter_groups(Select *select, Plan *plan)
{
    plan = select_is_grouped(select) ? select_group(select, plan)
                                     : subqueries_attach(select->binder, plan, &select->before);
    Subqueries above_windows = select_take_window_subqueries(select);
    plan = subqueries_attach(select->binder, plan, &select->after);
    if (select->having)
        plan = plan_filter_new(select->binder->columns, plan, &select->having, 1);
    plan = select_attach_windows(select, plan);
    plan = select_attach_set_calls(select, plan);
    plan = subqueries_attach(select->binder, plan, &above_windows);
    return select->qualify ? plan_filter_new(select->binder->columns, plan, &select->qualify, 1) : plan;
}

static Rows select_rows(Select *select, Plan *plan)
{
    Binder *binder = select->binder;
    Rows rows = {.plan = plan,
                 .column_count = select->shown_count,
                 .names = arena_array(binder->arena, const char *, select->shown_count),
                 .is_untyped = arena_array(binder->arena, bool, select->shown_count)};
    for (size_t i = 0; i < select->shown_count; i++) {
        rows.names[i] = select->items.items[i].name;
        rows.is_untyped[i] = select->items.items[i].is_untyped;
    }
    return rows;
}

Rows bind_select(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes)
{
    Relation from = bind_from(binder, &query->select->from, parent, ctes);
    return bind_select_over(binder, query, &from, parent, ctes);
}

Rows bind_select_over(Binder *binder, const AstQuery *query, const Relation *from, Scope *parent, Cte *ctes)
{
    Select *select = arena_new(binder->arena, Select);
    select->binder = binder;
    select->query = query;
    select->ast = query->select;
    select->scope = (Scope){.parent = parent, .ctes = ctes};
    select->window_columns = column_set_in(binder->arena);
    select->names = plan_names_in(binder->arena);
    select->scope.relation = *from;
    if (select->ast->sample) /* of what FROM gives, before WHERE */
        select->scope.relation.plan = bind_sample(binder, select->scope.relation.plan, select->ast->sample);
    select_expand_items(select);
    Plan *plan = select_where(select);
    select_bind_groups(select);
    select_bind_items(select);
    select_bind_having(select);
    select_bind_qualify(select);
    select_bind_unused_windows(select);
    ItemKeys distinct_on = select_bind_distinct_on(select), order = select_bind_order(select);
    select_require_distinct_order(select, &distinct_on, &order);
    plan = select_filter_groups(select, plan);
    plan = select_project(select, plan);
    if (select->ast->is_distinct && select->ast->distinct_on.count == 0)
        plan = &plan_distinct_new(binder->columns, plan, plan->outputs, select->shown_count)->base;
    plan = select_sort(select, plan, &order);
    plan = select_distinct_on(select, plan, &distinct_on);
    plan = bind_limit(binder, plan, query, ctes);
    return select_rows(select, plan);
}

Rows bind_returning(Binder *binder, const AstItems *items, const Relation *relation)
{
    AstSelect *ast = arena_new(binder->arena, AstSelect);
    ast->items = *items;
    ast->from.count = 1; /* so a * has something to stand for */
    Select *select = arena_new(binder->arena, Select);
    select->binder = binder;
    select->ast = ast;
    select->scope = (Scope){.relation = *relation};
    select_expand_items(select);
    Subqueries subqueries = {0};
    Place place = {.binder = binder, .scope = &select->scope, .clause = "RETURNING", .subqueries = &subqueries};
    for (size_t i = 0; i < select->shown_count; i++) {
        SelectItem *item = &select->items.items[i];
        if (item->ast)
            item->expr = bind_expr(&place, item->ast);
    }
    if (subqueries.count == 0)
        return select_rows(select, select_project(select, relation->plan));
    /* joins may read their input more than once, but what writes runs once: it is kept, and its rows are read */
    Plan *written = relation->plan;
    size_t cte = ++binder->columns->cte_count;
    Plan *plan = &plan_cte_scan_new(binder->columns, cte, "written", written->outputs, written->output_count,
                                    /* keeps_columns= */ true)
                      ->base;
    plan = select_project(select, subqueries_attach(binder, plan, &subqueries));
    return select_rows(select, &plan_cte_new(binder->columns, cte, "written", written, plan)->base);
}
