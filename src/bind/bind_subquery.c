/* bind/bind_subquery.c: queries within expressions. Each becomes a join, put on top of the rows that the expression is
 * computed over, and the expression refers to a column that the join adds:
 *
 *     (SELECT max(x) FROM u)      SINGLE join     the query's column
 *     EXISTS (query)              MARK join       the mark
 *     x IN (query), x = ANY       MARK join       the mark, under the condition x = column
 *     x < ALL (query)             MARK join       NOT the mark, under the condition x >= column
 *
 * A query that uses columns of the scope around it makes its join a dependent one. */
#include "bind/binder.h"
#include "bind/select.h"

typedef struct BoundSubquery {
    Rows rows;
    bool is_dependent;
} BoundSubquery;

static BoundSubquery bind_subquery_rows(const Place *place, const AstQuery *query)
{
    if (place->subqueries == NULL)
        bind_error(place->binder, ERROR_NOT_SUPPORTED, query->position, NULL, "a query is not allowed in %s",
                   place->clause);
    Scope *scope = place->scope;
    size_t use_count = scope->outer_use_count;
    const Place *outer_place = scope->query_place;
    scope->query_place = place;
    Rows rows = bind_rows(place->binder, query, scope, scope->ctes);
    scope->query_place = outer_place;
    return (BoundSubquery){rows, scope->outer_use_count > use_count};
}

static const Subquery *subqueries_find(const Subqueries *subqueries, const AstExpr *ast)
{
    for (size_t i = 0; i < subqueries->count; i++)
        if (subqueries->items[i].ast == ast)
            return &subqueries->items[i];
    return NULL;
}

/* The same query, bound before: within an expression that an alias stands for twice, or that GROUP BY has named by its
 * alias or position. */
static const Subquery *subquery_known(const Place *place, const AstExpr *ast)
{
    if (place->subqueries == NULL)
        return NULL;
    const Subquery *known = subqueries_find(place->subqueries, ast);
    Select *select = place->select;
    if (known || select == NULL || place->subqueries != &select->after)
        return known;
    known = subqueries_find(&select->before, ast);
    return known && select_groups_use(select, known->value->column) ? known : NULL;
}

static Expr *subquery_collect(const Place *place, const AstExpr *ast, Subquery subquery)
{
    subquery.ast = ast;
    subquery.position = binder_at(place->binder, ast->position);
    array_add(place->binder->arena, place->subqueries, subquery);
    return subquery.value;
}

static Expr *subquery_collect_mark(const Place *place, const AstExpr *ast, const BoundSubquery *bound, Expr *condition)
{
    Binder *binder = place->binder;
    ColumnId mark = plan_column_new(binder->columns, "mark", NULL, type_of(TYPE_BOOLEAN), condition != NULL);
    Subquery subquery = {.type = PLAN_JOIN_MARK,
                         .plan = bound->rows.plan,
                         .is_dependent = bound->is_dependent,
                         .mark = mark,
                         .mark_condition = condition,
                         .value = plan_column_expr(binder->columns, mark, binder_at(binder, ast->position))};
    return subquery_collect(place, ast, subquery);
}

static void require_columns(const Place *place, const AstExpr *ast, const Rows *rows, size_t count)
{
    if (rows->column_count == count)
        return;
    bind_error(place->binder, ERROR_SYNTAX, ast->position, NULL, "subquery must return %s, not %zu",
               count == 1 ? "only one column" : arena_format(place->binder->arena, "%zu columns", count),
               rows->column_count);
}

Expr **bind_row_subquery(const Place *place, const AstExpr *ast, size_t count)
{
    BoundSubquery bound = bind_subquery_rows(place, ast->query);
    require_columns(place, ast, &bound.rows, count);
    Binder *binder = place->binder;
    Plan *plan = rows_exact(binder, &bound.rows);
    Expr **values = arena_array(binder->arena, Expr *, count);
    for (size_t i = 0; i < count; i++) {
        ColumnId column = plan->outputs[i];
        binder->columns->list.items[column].is_nullable = true; /* no row gives NULL */
        values[i] = plan_column_expr(binder->columns, column, binder_at(binder, ast->position));
    }
    Subquery subquery = {
        .type = PLAN_JOIN_SINGLE, .plan = plan, .is_dependent = bound.is_dependent, .value = values[0]};
    subquery_collect(place, ast, subquery);
    return values;
}

Expr *bind_scalar_subquery(const Place *place, const AstExpr *ast)
{
    const Subquery *known = subquery_known(place, ast);
    return known ? known->value : bind_row_subquery(place, ast, 1)[0];
}

Expr *bind_exists(const Place *place, const AstExpr *ast)
{
    const Subquery *known = subquery_known(place, ast);
    if (known)
        return known->value;
    BoundSubquery bound = bind_subquery_rows(place, ast->query);
    return subquery_collect_mark(place, ast, &bound, /* condition= */ NULL);
}

/* ---- comparison with a query's rows ---- */

/* A query's columns as a row. */
static RowValue rows_as_row(Binder *binder, const Rows *rows, Position position)
{
    size_t count = rows->column_count;
    RowValue row = {arena_array(binder->arena, Expr *, count), arena_allocate_zero(binder->arena, count * sizeof(bool)),
                    count};
    for (size_t i = 0; i < count; i++)
        row.exprs[i] = plan_column_expr(binder->columns, rows->plan->outputs[i], binder_at(binder, position));
    return row;
}

/* The mark of `operand operator ANY (query)`. */
static Expr *bind_any_query(const Place *place, const AstExpr *ast, AstOperator operator, const AstExpr * operand,
                            const AstQuery *query)
{
    const Subquery *known = subquery_known(place, ast);
    if (known)
        return known->value;
    RowValue values = bind_row(place, operand);
    BoundSubquery bound = bind_subquery_rows(place, query);
    require_columns(place, ast, &bound.rows, values.count);
    RowValue columns = rows_as_row(place->binder, &bound.rows, ast->position);
    Expr *condition = bind_row_call(place->binder, operator, & values, &columns, ast->position);
    return subquery_collect_mark(place, ast, &bound, condition);
}

Expr *bind_in_query(const Place *place, const AstExpr *ast)
{
    Expr *mark = bind_any_query(place, ast, AST_OPERATOR_EQUAL, ast->in.operand, ast->in.query);
    return ast->in.is_negated ? bind_not(place->binder, mark, ast->position) : mark;
}

static bool operator_negated(AstOperator operator, AstOperator * ret_negated)
{
    static const AstOperator pairs[][2] = {{AST_OPERATOR_EQUAL, AST_OPERATOR_NOT_EQUAL},
                                           {AST_OPERATOR_LESS, AST_OPERATOR_GREATER_EQUAL},
                                           {AST_OPERATOR_GREATER, AST_OPERATOR_LESS_EQUAL}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (int side = 0; side < 2; side++)
            if (pairs[i][side] == operator) {
                *ret_negated = pairs[i][1 - side];
                return true;
            }
    return false;
}

/* x = ANY (ARRAY[a, b]) is x = a OR x = b; ALL is AND. */
static Expr *bind_quantified_list(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    const AstExpr *list = ast->quantified.list;
    if (list->kind != AST_ARRAY && list->kind != AST_ROW)
        bind_error(binder, ERROR_NOT_SUPPORTED, list->position, "IN takes a list of values",
                   "arrays are not supported");
    Expr **conditions = arena_array(binder->arena, Expr *, list->list.count);
    for (size_t i = 0; i < list->list.count; i++)
        conditions[i] = bind_comparison(place, ast->quantified.operator, ast->quantified.operand, list->list.items[i],
                                        ast->position);
    return expr_junction(binder->arena, ast->quantified.is_all ? EXPR_AND : EXPR_OR, conditions, list->list.count,
                         binder_at(binder, ast->position));
}

Expr *bind_quantified(const Place *place, const AstExpr *ast)
{
    AstOperator operator= ast->quantified.operator, negated;
    if (!operator_negated(operator, & negated))
        bind_error(place->binder, ERROR_NOT_SUPPORTED, ast->position,
                   "=, <>, <, <=, > and >= can stand before ANY and ALL", "%s with ANY or ALL is not supported",
                   ast_operator_symbol(operator));
    if (ast->quantified.query == NULL)
        return bind_quantified_list(place, ast);
    if (!ast->quantified.is_all)
        return bind_any_query(place, ast, operator, ast->quantified.operand, ast->quantified.query);
    Expr *mark = bind_any_query(place, ast, negated, ast->quantified.operand, ast->quantified.query);
    return bind_not(place->binder, mark, ast->position);
}

/* ---- the joins ---- */

Plan *subquery_attach(Binder *binder, Plan *plan, const Subquery *subquery)
{
    PlanJoin *join = (PlanJoin *)plan_new(binder->columns, PLAN_JOIN, 2);
    join->type = subquery->type;
    join->is_dependent = subquery->is_dependent;
    join->mark = subquery->mark;
    join->mark_condition = subquery->mark_condition;
    join->base.inputs[0] = plan;
    join->base.inputs[1] = subquery->plan;
    plan_refresh_outputs(binder->columns, &join->base);
    return &join->base;
}

Plan *subqueries_attach(Binder *binder, Plan *plan, Subqueries *subqueries)
{
    for (size_t i = 0; i < subqueries->count; i++)
        plan = subquery_attach(binder, plan, &subqueries->items[i]);
    subqueries->count = 0;
    return plan;
}
