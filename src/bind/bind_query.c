/* bind/bind_query.c: queries made of queries: UNION and its kin, VALUES, and what stands around them. */
#include "bind/binder.h"

/* ---- rows that are put together ---- */

Plan *rows_exact(Binder *binder, const Rows *rows)
{
    if (rows->plan->output_count == rows->column_count)
        return rows->plan;
    Expr **exprs = arena_array(binder->arena, Expr *, rows->column_count);
    for (size_t i = 0; i < rows->column_count; i++)
        exprs[i] = plan_column_expr(binder->columns, rows->plan->outputs[i], NO_POSITION);
    return bind_project(binder, rows->plan, exprs, rows->names, rows->column_count);
}

/* The column's type beside that of the other inputs, where it is one text without a type, which then is a DECIMAL with
 * all its digits. */
static Type rows_literal_type(Binder *binder, const Rows *rows, size_t column, Type others)
{
    const PlanProject *project = (const PlanProject *)rows->plan;
    bool is_text = rows->is_untyped[column] && others.id == TYPE_DECIMAL && rows->plan->kind == PLAN_PROJECT &&
                   project->exprs[column]->kind == EXPR_CONSTANT;
    return is_text ? bind_literal_as(binder, project->exprs[column], others)->type : others;
}

static Type rows_common_type(Binder *binder, const Rows *inputs, size_t count, size_t column, const char *what,
                             Position position)
{
    Type common = type_of(TYPE_NULL);
    bool has_text = false;
    for (size_t i = 0; i < count; i++) {
        Type type = plan_column(binder->columns, inputs[i].plan->outputs[column])->type;
        has_text |= inputs[i].is_untyped[column];
        if (!inputs[i].is_untyped[column] && !type_common(common, type, &common))
            bind_error(binder, ERROR_DATATYPE_MISMATCH, position, "CAST one of them",
                       "%s types %s and %s of column %zu cannot be matched", what, bind_type_text(binder, common),
                       bind_type_text(binder, type), column + 1);
    }
    for (size_t i = 0; i < count; i++)
        type_common(common, rows_literal_type(binder, &inputs[i], column, common), &common);
    return common.id == TYPE_NULL && has_text ? type_of(TYPE_VARCHAR) : common;
}

/* The input with its columns converted; itself when nothing is to be done. */
static Plan *rows_convert(Binder *binder, const Rows *rows, const Type *types)
{
    bool is_same = true;
    Expr **exprs = arena_array(binder->arena, Expr *, rows->column_count);
    for (size_t i = 0; i < rows->column_count; i++) {
        Expr *column = plan_column_expr(binder->columns, rows->plan->outputs[i], NO_POSITION);
        exprs[i] = expr_cast(binder->arena, column, types[i], NO_POSITION);
        is_same &= exprs[i] == column;
    }
    if (is_same)
        return rows_exact(binder, rows);
    return bind_project(binder, rows->plan, exprs, rows->names, rows->column_count);
}

void rows_unify(Binder *binder, Rows *inputs, size_t count, const char *what, Position position)
{
    size_t column_count = inputs[0].column_count;
    Type *types = arena_array(binder->arena, Type, column_count);
    for (size_t column = 0; column < column_count; column++)
        types[column] = rows_common_type(binder, inputs, count, column, what, position);
    for (size_t i = 0; i < count; i++)
        inputs[i].plan = rows_convert(binder, &inputs[i], types);
}

/* ---- set operations ---- */

static const char *const set_names[] = {
    [AST_SET_UNION] = "UNION", [AST_SET_INTERSECT] = "INTERSECT", [AST_SET_EXCEPT] = "EXCEPT"};

void bind_require_equal_count(Binder *binder, const AstQuery *query, size_t index, const Rows *first, const Rows *rows)
{
    if (rows->column_count != first->column_count)
        bind_error(binder, ERROR_SYNTAX, query->set.operands.items[index]->position, NULL,
                   "each %s query must have the same number of columns: the first has %zu, this one %zu",
                   set_names[query->set.operator], first->column_count, rows->column_count);
}

static ptrdiff_t names_find(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (text_equal_ignoring_case(names[i], name))
            return (ptrdiff_t)i;
    return -1;
}

/* BY NAME: the rows with exactly these columns; NULL where it has none of the name. */
static Rows rows_by_name(Binder *binder, const Rows *rows, const char **names, size_t count)
{
    Expr **exprs = arena_array(binder->arena, Expr *, count);
    bool *is_untyped = arena_array(binder->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t index = names_find(rows->names, rows->column_count, names[i]);
        is_untyped[i] = index >= 0 && rows->is_untyped[index];
        exprs[i] = index >= 0 ? plan_column_expr(binder->columns, rows->plan->outputs[index], NO_POSITION)
                              : expr_constant(binder->arena, value_null(type_of(TYPE_NULL)), NO_POSITION);
    }
    Plan *plan = bind_project(binder, rows->plan, exprs, names, count);
    return (Rows){.plan = plan, .column_count = count, .names = names, .is_untyped = is_untyped};
}

static void inputs_match_names(Binder *binder, Rows *inputs, size_t count)
{
    ARRAY(const char *) names = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < inputs[i].column_count; j++)
            if (names_find(names.items, names.count, inputs[i].names[j]) < 0)
                array_add(binder->arena, &names, inputs[i].names[j]);
    for (size_t i = 0; i < count; i++)
        inputs[i] = rows_by_name(binder, &inputs[i], names.items, names.count);
}

static Plan *inputs_combine(Binder *binder, const AstQuery *query, const Rows *inputs, size_t count)
{
    static const PlanSetOperator operators[] = {
        [AST_SET_UNION] = PLAN_UNION, [AST_SET_INTERSECT] = PLAN_INTERSECT, [AST_SET_EXCEPT] = PLAN_EXCEPT};
    Plan **plans = arena_array(binder->arena, Plan *, count);
    for (size_t i = 0; i < count; i++)
        plans[i] = inputs[i].plan;
    bool is_all = query->set.is_all;
    if (query->set.operator== AST_SET_UNION) {
        Plan *all = &plan_set_new(binder->columns, PLAN_UNION, /* is_all= */ true, plans, count)->base;
        return is_all ? all : &plan_distinct_new(binder->columns, all, all->outputs, all->output_count)->base;
    }
    Plan *plan = plans[0];
    for (size_t i = 1; i < count; i++)
        plan = &plan_set_new(binder->columns, operators[query->set.operator], is_all, (Plan *[]){plan, plans[i]}, 2)->base;
    return plan;
}

/* Whether it is the query of WITH RECURSIVE that is being bound, and may refer to itself. */
static bool is_recursive_union(const Binder *binder, const AstQuery *query)
{
    return binder->cte && binder->cte->is_recursive && binder->cte->ast->query == query &&
           query->set.operator== AST_SET_UNION && !query->set.is_by_name;
}

static Rows bind_set(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes)
{
    size_t count = query->set.operands.count;
    Rows *inputs = arena_array(binder->arena, Rows, count);
    if (is_recursive_union(binder, query)) {
        Rows recursive;
        if (bind_recursive_union(binder, query, inputs, parent, ctes, &recursive))
            return recursive;
    } else {
        for (size_t i = 0; i < count; i++)
            inputs[i] = bind_rows(binder, query->set.operands.items[i], parent, ctes);
    }
    if (query->set.is_by_name)
        inputs_match_names(binder, inputs, count);
    for (size_t i = 1; i < count; i++)
        bind_require_equal_count(binder, query, i, &inputs[0], &inputs[i]);
    rows_unify(binder, inputs, count, set_names[query->set.operator], query->position);
    Rows rows = {.plan = inputs_combine(binder, query, inputs, count),
                 .column_count = inputs[0].column_count,
                 .names = inputs[0].names,
                 .is_untyped = arena_allocate_zero(binder->arena, inputs[0].column_count * sizeof(bool))};
    return rows;
}

/* ---- any query ---- */

static Rows bind_rows_by_kind(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes)
{
    switch (query->kind) {
    case AST_QUERY_SELECT:
        return bind_select(binder, query, parent, ctes);
    case AST_QUERY_SET:
        return bind_set(binder, query, parent, ctes);
    case AST_QUERY_VALUES:
        return bind_values(binder, query, parent, ctes);
    case AST_QUERY_NESTED:
        return bind_rows(binder, query->nested, parent, ctes);
    case AST_QUERY_STATEMENT:
        if (binder->environment->statement_rows)
            return bind_statement_rows(binder, query->statement);
        break;
    }
    bind_error(binder, ERROR_NOT_SUPPORTED, query->position, NULL, "%s as a table is not supported",
               ast_statement_name(query->statement->kind));
}

Rows bind_rows(Binder *binder, const AstQuery *query, Scope *parent, Cte *ctes)
{
    binder_enter(binder, query->position);
    binder_count_table(binder, query->position);
    Cte *inner = bind_with(binder, &query->with, query->is_recursive, parent, ctes);
    Rows rows = bind_rows_by_kind(binder, query, parent, inner);
    if (query->kind != AST_QUERY_SELECT) {
        rows.plan = bind_rows_order(binder, &rows, query, parent, inner);
        rows.plan = bind_limit(binder, rows.plan, query, inner);
    }
    rows.plan = bind_used_ctes(binder, rows.plan, inner, ctes);
    binder_leave(binder);
    return rows;
}
