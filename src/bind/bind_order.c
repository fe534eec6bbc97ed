/* bind/bind_order.c: ORDER BY, DISTINCT ON. */
#include "bind/order.h"

#include "bind/binder.h"
#include "column/number.h"

SortOrder bind_sort_order(const AstOrder *order, NullOrder by_default)
{
    bool nulls_first = order->nulls == AST_NULLS_FIRST;
    if (order->nulls == AST_NULLS_DEFAULT)
        nulls_first = by_default == NULL_ORDER_FIRST ||
                      (order->is_descending ? by_default == NULL_ORDER_LARGEST : by_default == NULL_ORDER_SMALLEST);
    return (SortOrder){.is_descending = order->is_descending, .nulls_first = nulls_first};
}

SortOrder binder_sort_order(const Binder *binder, const AstOrder *order)
{
    const Settings *settings = binder->context->settings;
    return bind_sort_order(order, settings ? settings->default_null_order : NULL_ORDER_LARGEST);
}

bool bind_position(Binder *binder, const AstExpr *ast, size_t item_count, const char *clause, size_t *ret_index)
{
    int64_t number;
    bool is_overflow;
    if (ast->kind != AST_INTEGER)
        return false;
    if (!int64_parse(ast->text, &number, &is_overflow) || number < 1 || (uint64_t)number > item_count)
        bind_error(binder, ERROR_INVALID_COLUMN_REFERENCE, ast->position, NULL,
                   "%s position %.*s is not in the select list", clause, VIEW_ARGUMENTS(ast->text));
    *ret_index = (size_t)number - 1;
    return true;
}

/* ---- of a SELECT ---- */

/* The shown item of that name: exact spelling first. Several of one meaning are as good as one. */
static bool select_find_output(const Select *select, const AstName *name, const char *clause, size_t *ret_index)
{
    bool found = false, is_exact = false;
    for (size_t i = 0; i < select->shown_count; i++) {
        StringView candidate = view_of(select->items.items[i].name);
        if (!view_equal_ignoring_case(candidate, name->text))
            continue;
        bool is_same = view_equal(candidate, name->text);
        if (found && is_exact && !is_same)
            continue;
        if (found && is_exact == is_same &&
            !expr_equal(select->items.items[i].expr, select->items.items[*ret_index].expr))
            bind_error(select->binder, ERROR_AMBIGUOUS_COLUMN, name->position, NULL, "%s \"%.*s\" is ambiguous", clause,
                       VIEW_ARGUMENTS(name->text));
        if (!found || is_same != is_exact)
            *ret_index = i;
        found = true;
        is_exact |= is_same;
    }
    return found;
}

/* The first item that is equal, or a new one. All items are bound. */
static size_t select_item_of_expr(Select *select, Expr *expr)
{
    HashIndex *index = &select->item_index;
    uint64_t hash = expr_hash(expr);
    while (index->count < select->items.count)
        hash_index_add(select->binder->arena, index, expr_hash(select->items.items[index->count].expr));
    if (!expr_is_volatile(expr))
        for (size_t i = hash_index_first(index, hash); i < index->count; i = hash_index_next(index, i))
            if (expr_equal(select->items.items[i].expr, expr))
                return i;
    SelectItem item = {.expr = expr, .name = "order_key"};
    array_add(select->binder->arena, &select->items, item);
    return select->items.count - 1;
}

/* False: a constant, which orders nothing. */
static bool select_find_item(Select *select, const AstExpr *ast, const char *clause, size_t *ret_index)
{
    if (bind_position(select->binder, ast, select->shown_count, clause, ret_index))
        return true;
    if (ast->kind == AST_COLUMN && ast->column.part_count == 1 &&
        select_find_output(select, &ast->column.parts[0], clause, ret_index))
        return true;
    Place place = select_place(select, clause);
    Expr *expr = bind_expr(&place, ast);
    if (expr->kind == EXPR_CONSTANT)
        return false;
    *ret_index = select_item_of_expr(select, expr);
    return true;
}

static void require_shown(const Select *select, size_t item, const AstOrder *order)
{
    if (item < select->shown_count || !select->ast->is_distinct || select->ast->distinct_on.count > 0)
        return;
    bind_error(select->binder, ERROR_INVALID_COLUMN_REFERENCE, order->expr->position, NULL,
               "for SELECT DISTINCT, ORDER BY expressions must appear in the select list");
}

ItemKeys select_bind_order(Select *select)
{
    const AstQuery *query = select->query;
    ItemKeys keys = {0};
    for (size_t i = 0; query->is_order_by_all && i < select->shown_count; i++) {
        ItemKey key = {i, binder_sort_order(select->binder, &query->order_by.items[0])};
        array_add(select->binder->arena, &keys, key);
    }
    for (size_t i = 0; !query->is_order_by_all && i < query->order_by.count; i++) {
        const AstOrder *order = &query->order_by.items[i];
        ItemKey key = {.order = binder_sort_order(select->binder, order)};
        if (!select_find_item(select, order->expr, "ORDER BY", &key.item))
            continue;
        require_shown(select, key.item, order);
        array_add(select->binder->arena, &keys, key);
    }
    return keys;
}

ItemKeys select_bind_distinct_on(Select *select)
{
    const AstExprs *exprs = &select->ast->distinct_on;
    ItemKeys keys = {0};
    for (size_t i = 0; i < exprs->count; i++) {
        ItemKey key = {.item = 0};
        if (select_find_item(select, exprs->items[i], "DISTINCT ON", &key.item))
            array_add(select->binder->arena, &keys, key);
    }
    return keys;
}

static bool keys_have(const Select *select, const ItemKey *keys, size_t count, size_t item)
{
    for (size_t i = 0; i < count; i++)
        if (keys[i].item == item || expr_equal(select->items.items[keys[i].item].expr, select->items.items[item].expr))
            return true;
    return false;
}

void select_require_distinct_order(Select *select, const ItemKeys *distinct_on, const ItemKeys *order)
{
    size_t begins = 0;
    while (begins < order->count &&
           keys_have(select, distinct_on->items, distinct_on->count, order->items[begins].item))
        begins++;
    for (size_t i = 0; i < distinct_on->count && begins < order->count; i++)
        if (!keys_have(select, order->items, begins, distinct_on->items[i].item))
            bind_error(select->binder, ERROR_INVALID_COLUMN_REFERENCE, select->ast->distinct_on.items[0]->position,
                       NULL, "SELECT DISTINCT ON expressions must match initial ORDER BY expressions");
}

/* ---- of other queries: their names are the result's alone ---- */

Plan *bind_rows_order(Binder *binder, Rows *rows, const AstQuery *query, Scope *parent, Cte *ctes)
{
    Relation relation = relation_of_rows(binder, rows, "", NULL);
    Scope scope = {.parent = parent, .ctes = ctes, .relation = relation};
    Place place = {.binder = binder, .scope = &scope, .clause = "ORDER BY of a set operation"};
    size_t count = query->is_order_by_all ? rows->column_count : query->order_by.count;
    if (count == 0)
        return rows->plan;
    PlanSort *sort = plan_sort_new(binder->columns, rows->plan, count);
    for (size_t i = 0; i < count; i++) {
        const AstOrder *order = &query->order_by.items[query->is_order_by_all ? 0 : i];
        size_t index = i;
        bool is_column =
            query->is_order_by_all || bind_position(binder, order->expr, rows->column_count, "ORDER BY", &index);
        sort->keys[i] = is_column ? plan_column_expr(binder->columns, rows->plan->outputs[index], NO_POSITION)
                                  : bind_expr(&place, order->expr);
        sort->orders[i] = binder_sort_order(binder, order);
    }
    return &sort->base;
}
