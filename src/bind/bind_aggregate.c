/* bind/bind_aggregate.c: calls of aggregates: each becomes a column of the SELECT's one Aggregate; equal calls, the
 * same. */
#include "base/hash.h"
#include "bind/binder.h"
#include "bind/select.h"
#include "expr/aggregate.h"
#include "expr/function.h"
#include "sql/printer.h"

static void require_aggregate_place(const Place *place, const AstExpr *ast)
{
    if (place->is_in_aggregate)
        bind_error(place->binder, ERROR_GROUPING, ast->position, NULL, "aggregate function calls cannot be nested");
    if (!place->takes_aggregates)
        bind_error(place->binder, ERROR_GROUPING, ast->position,
                   strcmp(place->clause, "WHERE") == 0 ? "conditions on groups stand in HAVING" : NULL,
                   "aggregate functions are not allowed in %s", place->clause);
}

typedef struct CallArguments {
    Expr *exprs[AGGREGATE_MAX_ARGUMENTS];
    bool is_untyped[AGGREGATE_MAX_ARGUMENTS];
    size_t count;
    bool is_row; /* count((a, b)): a row is never NULL */
} CallArguments;

static void call_add_argument(const Place *place, const AstExpr *ast, const AstExpr *argument, CallArguments *arguments)
{
    if (arguments->count == AGGREGATE_MAX_ARGUMENTS)
        bind_error(place->binder, ERROR_UNDEFINED_FUNCTION, ast->position, NULL,
                   "aggregate %.*s takes at most %d arguments", VIEW_ARGUMENTS(ast->function->name.name),
                   AGGREGATE_MAX_ARGUMENTS);
    arguments->exprs[arguments->count] = bind_expr(place, argument);
    arguments->is_untyped[arguments->count++] = ast_is_untyped(argument);
}

/* listagg(x, ',') WITHIN GROUP (ORDER BY y): the order is that of its values, and no argument. */
static bool within_group_is_order(const AstFunction *call)
{
    const Aggregate *aggregate = aggregate_find(call->name.name);
    return aggregate && (aggregate->flags & AGGREGATE_LISTS);
}

/* quantile(0.5) WITHIN GROUP (ORDER BY x) is called as quantile(x, 0.5). */
static CallArguments call_arguments(const Place *place, const AstExpr *ast)
{
    const AstFunction *call = ast->function;
    CallArguments arguments = {.count = 0};
    bool is_star = call->arguments.count == 1 && call->arguments.items[0]->kind == AST_STAR;
    if (is_star && !view_equal_ignoring_case(call->name.name, view_of("count")))
        bind_error(place->binder, ERROR_UNDEFINED_FUNCTION, ast->position, NULL,
                   "%.*s(*) does not exist: it takes a value", VIEW_ARGUMENTS(call->name.name));
    for (size_t i = 0; i < call->within_group.count && !within_group_is_order(call); i++)
        call_add_argument(place, ast, call->within_group.items[i].expr, &arguments);
    const AstExpr *first = call->arguments.count == 1 ? call->arguments.items[0] : NULL;
    arguments.is_row = first && first->kind == AST_ROW && first->list.count > 1 &&
                       view_equal_ignoring_case(call->name.name, view_of("count"));
    const AstExprs *list = arguments.is_row ? &first->list : &call->arguments;
    for (size_t i = 0; i < list->count && !is_star; i++)
        call_add_argument(place, ast, list->items[i], &arguments);
    return arguments;
}

static _Noreturn void raise_no_aggregate(Binder *binder, const AstExpr *ast, const CallArguments *arguments)
{
    Text types = text_in(binder->arena);
    for (size_t i = 0; i < arguments->count; i++)
        text_add_format(&types, "%s%s", i > 0 ? ", " : "",
                        arguments->is_untyped[i] ? "unknown" : bind_type_text(binder, arguments->exprs[i]->type));
    bind_error(binder, ERROR_UNDEFINED_FUNCTION, ast->position, NULL, "aggregate %.*s(%s) does not exist",
               VIEW_ARGUMENTS(ast->function->name.name), text_string(&types));
}

static void call_resolve(Binder *binder, const AstExpr *ast, CallArguments *arguments, AggregateCall *call)
{
    Type types[AGGREGATE_MAX_ARGUMENTS];
    bool is_ambiguous;
    for (size_t i = 0; i < arguments->count; i++)
        types[i] = arguments->exprs[i]->type;
    StringView name = arguments->is_row ? view_of("count row") : ast->function->name.name;
    call->aggregate =
        aggregate_resolve(name, types, arguments->is_untyped, arguments->count, &call->type, &is_ambiguous);
    if (call->aggregate == NULL)
        raise_no_aggregate(binder, ast, arguments);
    call->argument_count = arguments->count;
    call->arguments = arena_array(binder->arena, Expr *, arguments->count);
    for (size_t i = 0; i < arguments->count; i++)
        call->arguments[i] = bind_convert(binder, arguments->exprs[i], arguments->is_untyped[i], types[i]);
}

static void call_bind_order(const Place *place, const AstOrders *orders, AggregateCall *call)
{
    Binder *binder = place->binder;
    if (!(call->aggregate->flags & AGGREGATE_ORDER_MATTERS))
        return;
    call->order_count = orders->count;
    call->order_keys = arena_array(binder->arena, Expr *, orders->count);
    call->orders = arena_array(binder->arena, SortOrder, orders->count);
    for (size_t i = 0; i < orders->count; i++) {
        call->order_keys[i] = bind_expr(place, orders->items[i].expr);
        call->orders[i] = binder_sort_order(binder, &orders->items[i]);
    }
}

static bool exprs_equal(Expr *const *a, Expr *const *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!expr_equal(a[i], b[i]))
            return false;
    return true;
}

static bool calls_equal(const AggregateCall *a, const AggregateCall *b)
{
    if (a->aggregate != b->aggregate || a->is_distinct != b->is_distinct || a->argument_count != b->argument_count ||
        a->order_count != b->order_count || (a->filter == NULL) != (b->filter == NULL))
        return false;
    for (size_t i = 0; i < a->order_count; i++)
        if (a->orders[i].is_descending != b->orders[i].is_descending ||
            a->orders[i].nulls_first != b->orders[i].nulls_first)
            return false;
    return exprs_equal(a->arguments, b->arguments, a->argument_count) &&
           exprs_equal(a->order_keys, b->order_keys, a->order_count) &&
           (a->filter == NULL || expr_equal(a->filter, b->filter));
}

static bool call_is_volatile(const AggregateCall *call)
{
    for (size_t i = 0; i < call->argument_count; i++)
        if (expr_is_volatile(call->arguments[i]))
            return true;
    return false;
}

/* The column of an equal call that is there already, or a new one. */
static ColumnId select_aggregate_column(Select *select, const AstExpr *ast, const AggregateCall *call)
{
    Binder *binder = select->binder;
    HashIndex *index = &select->aggregate_index;
    uint64_t hash = hash_combine(aggregate_call_hash(call), (uintptr_t)call->aggregate);
    if (!call_is_volatile(call))
        for (size_t i = hash_index_first(index, hash); i < index->count; i = hash_index_next(index, i))
            if (calls_equal(&select->aggregates.items[i], call))
                return select->aggregate_columns.items[i];
    Text name = text_in(binder->arena);
    printer_print_expr(&name, ast, PRINTER_PLAIN);
    bool is_count = strcmp(call->aggregate->name, "count") == 0;
    ColumnId column = plan_column_new(binder->columns, text_string(&name), NULL, call->type, !is_count);
    hash_index_add(binder->arena, index, hash);
    array_add(binder->arena, &select->aggregates, *call);
    array_add(binder->arena, &select->aggregate_columns, column);
    return column;
}

/* ---- whose aggregate it is ---- */

static void arguments_add_columns(const CallArguments *arguments, ColumnSet *columns)
{
    for (size_t i = 0; i < arguments->count; i++)
        column_set_add_expr(columns, arguments->exprs[i]);
}

static bool scope_owns_any(const Scope *scope, const ColumnSet *columns)
{
    const Plan *plan = scope->relation.plan;
    for (size_t i = 0; plan && i < plan->output_count; i++)
        if (column_set_has(columns, plan->outputs[i]))
            return true;
    return false;
}

/* SQL's rule: a call belongs to the innermost query whose columns its arguments use; to its own when they use none.
 * `subqueries`, from `first` on, stand in the arguments, and use columns too. */
static Scope *arguments_owner(const Place *place, const CallArguments *arguments, const Subqueries *subqueries,
                              size_t first)
{
    if (place->scope->parent == NULL)
        return place->scope;
    ColumnSet columns = column_set_in(place->binder->arena);
    arguments_add_columns(arguments, &columns);
    for (size_t i = first; subqueries && i < subqueries->count; i++)
        column_set_add_used(&columns, subqueries->items[i].plan);
    for (Scope *scope = place->scope; scope; scope = scope->parent)
        if (scope_owns_any(scope, &columns))
            return scope;
    return place->scope;
}

/* FILTER's condition. IGNORE NULLS is one, too, where rows are seen whose argument is NULL. */
static void call_bind_filter(const Place *inner, const AstExpr *ast, AggregateCall *call)
{
    const AstFunction *ast_call = ast->function;
    Arena *arena = inner->binder->arena;
    if (ast_call->filter)
        call->filter = bind_condition(inner, ast_call->filter, "FILTER");
    if (ast_call->nulls != AST_NULLS_IGNORE || !(call->aggregate->flags & AGGREGATE_KEEPS_NULLS) ||
        call->argument_count == 0)
        return;
    Expr *is_there = function_call(arena, "is not null", call->arguments, 1, call->position);
    call->filter =
        call->filter ? expr_junction(arena, EXPR_AND, (Expr *[]){call->filter, is_there}, 2, call->position) : is_there;
}

static Expr *bind_own_aggregate(const Place *place, const Place *inner, const AstExpr *ast, CallArguments *arguments)
{
    const AstFunction *ast_call = ast->function;
    Binder *binder = place->binder;
    AggregateCall call = {.position = binder_at(binder, ast->position)};
    call_resolve(binder, ast, arguments, &call);
    call.is_distinct = ast_call->is_distinct && !(call.aggregate->flags & AGGREGATE_DISTINCT_IDLE);
    if (ast_call->is_distinct && call.argument_count == 0)
        bind_error(binder, ERROR_SYNTAX, ast->position, NULL, "DISTINCT needs an argument");
    call_bind_filter(inner, ast, &call);
    call_bind_order(inner, ast_call->within_group.count > 0 ? &ast_call->within_group : &ast_call->order_by, &call);
    ColumnId column = select_aggregate_column(place->select, ast, &call);
    return plan_column_expr(binder->columns, column, call.position);
}

AggregateCall bind_aggregate_call(const Place *inner, const AstExpr *ast)
{
    CallArguments arguments = call_arguments(inner, ast);
    AggregateCall call = {.position = binder_at(inner->binder, ast->position)};
    call_resolve(inner->binder, ast, &arguments, &call);
    call_bind_filter(inner, ast, &call);
    return call;
}

Expr *bind_aggregate(const Place *place, const AstExpr *ast)
{
    if (place->is_in_aggregate || place->scope == NULL)
        require_aggregate_place(place, ast);
    Place inner = *place;
    inner.takes_aggregates = inner.takes_windows = false;
    inner.is_in_aggregate = true;
    inner.subqueries = place->select ? &place->select->before : NULL;
    size_t subquery_count = inner.subqueries ? inner.subqueries->count : 0;
    CallArguments arguments = call_arguments(&inner, ast);
    Scope *owner = arguments_owner(place, &arguments, inner.subqueries, subquery_count);
    if (owner == place->scope) {
        require_aggregate_place(place, ast);
        return bind_own_aggregate(place, &inner, ast, &arguments);
    }
    if (owner->query_place == NULL)
        bind_error(place->binder, ERROR_GROUPING, ast->position, NULL,
                   "aggregate functions are not allowed in the FROM clause of their own query");
    owner->outer_use_count++;
    if (inner.subqueries)
        inner.subqueries->count = subquery_count; /* they are bound again there */
    return bind_aggregate(owner->query_place, ast);
}
