/* bind/bind_set_function.c: functions that give rows: in FROM, where they may use the tables to their left, and in the
 * list of SELECT, where all of them go through their values side by side. */
#include "bind/select.h"
#include "expr/set_function.h"

typedef struct BoundArguments {
    Expr **exprs;
    bool *is_untyped;
    Type *types;
    size_t count;
} BoundArguments;

static BoundArguments bind_set_arguments(const Place *place, const AstFunction *ast)
{
    Arena *arena = place->binder->arena;
    size_t count = ast->arguments.count;
    BoundArguments arguments = {arena_array(arena, Expr *, count), arena_array(arena, bool, count),
                                arena_array(arena, Type, count), count};
    for (size_t i = 0; i < count; i++) {
        arguments.exprs[i] = bind_expr(place, ast->arguments.items[i]);
        arguments.is_untyped[i] = ast_is_untyped(ast->arguments.items[i]);
        arguments.types[i] = arguments.exprs[i]->type;
    }
    return arguments;
}

static SetCall set_call(Binder *binder, const AstFunction *ast, const BoundArguments *arguments, Position position)
{
    const SetFunction *function =
        set_function_resolve(ast->name.name, arguments->types, arguments->is_untyped, arguments->count);
    if (function == NULL)
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, position, "SHOW FUNCTIONS lists what they take",
                   "function %.*s does not exist for such arguments", VIEW_ARGUMENTS(ast->name.name));
    for (size_t i = 0; i < arguments->count; i++)
        arguments->exprs[i] = bind_convert(binder, arguments->exprs[i], arguments->is_untyped[i],
                                           type_of((TypeId)function->arguments[i]));
    return (SetCall){function, arguments->exprs, arguments->count, binder_at(binder, position)};
}

static bool column_visit(void *user, const Expr *expr)
{
    *(bool *)user |= expr->kind == EXPR_COLUMN;
    return true;
}

static bool arguments_are_constant(const BoundArguments *arguments)
{
    bool has_column = false;
    for (size_t i = 0; i < arguments->count; i++) {
        expr_walk(arguments->exprs[i], column_visit, &has_column);
        has_column |= expr_is_volatile(arguments->exprs[i]);
    }
    return !has_column;
}

/* ---- in FROM ---- */

static Plan *unfold_one(Binder *binder, const SetCall *call, const char *name, bool has_ordinality,
                        Subqueries *subqueries)
{
    Plan *row = &plan_values_new(binder->columns, /* row_count= */ 1, /* column_count= */ 0, NULL)->base;
    PlanUnfold *unfold = plan_unfold_new(binder->columns, subqueries_attach(binder, row, subqueries), 1);
    unfold->calls[0] = *call;
    unfold->columns[0] =
        plan_column_new(binder->columns, name, NULL, set_function_type(call->function), /* is_nullable= */ true);
    unfold->has_ordinality = has_ordinality;
    if (has_ordinality)
        unfold->ordinality = plan_column_new(binder->columns, "ordinality", NULL, type_of(TYPE_BIGINT), false);
    plan_refresh_outputs(binder->columns, &unfold->base);
    return &unfold->base;
}

/* Without what its subqueries have added. */
static Plan *unfold_own_columns(Binder *binder, Plan *plan)
{
    size_t added = plan->inputs[0]->output_count, count = plan->output_count - added;
    if (added == 0)
        return plan;
    PlanProject *project = plan_project_new(binder->columns, plan, count);
    plan_project_columns(binder->columns, project, 0, plan->outputs + added, count);
    return &project->base;
}

static bool is_series(StringView name)
{
    return view_equal_ignoring_case(name, view_of("generate_series")) ||
           view_equal_ignoring_case(name, view_of("range"));
}

Relation bind_set_function_table(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    const AstFunction *ast = ref->function->function;
    if (!set_function_exists(ast->name.name))
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, ref->position,
                   "there are read_csv, rejects, the set functions of SHOW FUNCTIONS, and what libraries bring (LOAD)",
                   "table function %.*s does not exist", VIEW_ARGUMENTS(ast->name.name));
    Subqueries subqueries = {0};
    Scope inner = {.parent = before, .ctes = from->ctes};
    Place place = {
        .binder = binder, .scope = &inner, .clause = "the arguments of a function in FROM", .subqueries = &subqueries};
    BoundArguments arguments = bind_set_arguments(&place, ast);
    SetCall call = set_call(binder, ast, &arguments, ref->position);
    const char *name = binder_string(binder, ast_name_is_given(&ref->alias) ? ref->alias.text : ast->name.name);
    const char *column_name = call.function->column_name ? call.function->column_name : name;
    if (is_series(ast->name.name) && !ref->is_with_ordinality && arguments_are_constant(&arguments)) {
        bool is_untyped = false;
        Plan *scan = bind_series(binder, ref, name, arguments.exprs, arguments.count);
        Rows rows = {.plan = scan, .column_count = 1, .names = &name, .is_untyped = &is_untyped};
        return relation_of_rows(binder, &rows, name, &ref->column_aliases);
    }
    const char *names[] = {column_name, "ordinality"};
    bool is_untyped[] = {false, false};
    Plan *plan = unfold_one(binder, &call, column_name, ref->is_with_ordinality, &subqueries);
    Rows rows = {.plan = unfold_own_columns(binder, plan),
                 .column_count = 1 + ref->is_with_ordinality,
                 .names = names,
                 .is_untyped = is_untyped};
    Relation relation = relation_of_rows(binder, &rows, name, &ref->column_aliases);
    if (column_name != name && ref->column_aliases.count == 0) { /* the alias alone means its one column too */
        ScopeTable *table = relation.tables.items[0];
        array_add(binder->arena, &table->hidden, scope_column_new(name, name, table->columns.items[0].column));
    }
    return relation;
}

/* ---- in the list of SELECT ---- */

static void require_set_place(const Place *place, const AstExpr *ast)
{
    bool is_in_list = place->select && place->takes_windows && strcmp(place->clause, "SELECT") == 0;
    if (!is_in_list || place->is_in_aggregate || place->is_in_window)
        bind_error(place->binder, ERROR_NOT_SUPPORTED, ast->position, "it may stand in FROM",
                   "set-returning functions are not allowed in %s",
                   place->is_in_aggregate ? "an aggregate"
                   : place->is_in_window  ? "a window"
                                          : place->clause);
}

static void require_no_set_column(const Select *select, const SetCall *call)
{
    ColumnSet used = column_set_in(select->binder->arena);
    for (size_t i = 0; i < call->argument_count; i++)
        column_set_add_expr(&used, call->arguments[i]);
    for (size_t i = 0; i < select->set_columns.count; i++)
        if (column_set_has(&used, select->set_columns.items[i]))
            error_raise_hint(ERROR_NOT_SUPPORTED, call->position, "put one of them into FROM",
                             "set-returning functions cannot be nested");
}

Expr *bind_set_function(const Place *place, const AstExpr *ast)
{
    require_set_place(place, ast);
    Select *select = place->select;
    Binder *binder = place->binder;
    BoundArguments arguments = bind_set_arguments(place, ast->function);
    SetCall call = set_call(binder, ast->function, &arguments, ast->position);
    require_no_set_column(select, &call);
    ColumnId column = plan_column_new(binder->columns, call.function->name, NULL, set_function_type(call.function),
                                      /* is_nullable= */ true);
    array_add(binder->arena, &select->set_calls, call);
    array_add(binder->arena, &select->set_columns, column);
    column_set_add(&select->window_columns, column); /* computed where windows are */
    return plan_column_expr(binder->columns, column, call.position);
}

void select_each_set_call_expr(Select *select, void (*visit)(void *user, Expr **slot), void *user)
{
    for (size_t i = 0; i < select->set_calls.count; i++)
        for (size_t j = 0; j < select->set_calls.items[i].argument_count; j++)
            visit(user, &select->set_calls.items[i].arguments[j]);
}

Plan *select_attach_set_calls(Select *select, Plan *plan)
{
    size_t count = select->set_calls.count;
    if (count == 0)
        return plan;
    PlanUnfold *unfold = plan_unfold_new(select->binder->columns, plan, count);
    memcpy(unfold->calls, select->set_calls.items, count * sizeof *unfold->calls);
    memcpy(unfold->columns, select->set_columns.items, count * sizeof *unfold->columns);
    plan_refresh_outputs(select->binder->columns, &unfold->base);
    return &unfold->base;
}
