/* bind/bind_target.c: what INSERT, UPDATE and DELETE know of the table that they write to. */
#include "bind/target.h"

#include "bind/select.h"
#include "expr/requirement.h"
#include "sql/parser.h"

Target target_new(Binder *binder, TableProvider *table, const char *name, Position position)
{
    if (provider_logical_plan(table))
        bind_error(binder, ERROR_WRONG_OBJECT_TYPE, position, "change the table below it",
                   "\"%s\" is a view: its rows cannot be changed", name);
    return (Target){
        .binder = binder, .table = table, .name = name, .schema = table->ops->schema(table, binder->context)};
}

size_t target_find_column(const Target *target, StringView name, Position position)
{
    ptrdiff_t index = schema_find(target->schema, name);
    if (index >= 0)
        return (size_t)index;
    Nearest nearest = nearest_to(name);
    for (size_t i = 0; i < target->schema->column_count; i++)
        nearest_look(&nearest, view_of(target->schema->columns[i].name));
    bind_error(target->binder, ERROR_UNDEFINED_COLUMN, position, binder_did_you_mean(target->binder, nearest.found),
               "column \"%.*s\" of table \"%s\" does not exist", VIEW_ARGUMENTS(name), target->name);
}

/* ---- defaults, checks, what is generated: SQL text that the provider keeps ---- */

/* The text as a value for the column. */
static Expr *target_value(const Target *target, size_t column, const char *sql, Scope *scope, const char *clause,
                          Position position)
{
    Binder *binder = target->binder;
    const Column *definition = &target->schema->columns[column];
    const AstExpr *ast = parser_parse_expression(binder->arena, view_of(sql));
    Position outer_position = binder->outer_position;
    binder->outer_position = binder_at(binder, position);
    Place place = {.binder = binder, .scope = scope, .clause = clause};
    Expr *expr = bind_expr(&place, ast);
    expr = bind_assign(binder, expr, ast_is_untyped(ast), definition->type, definition->name);
    binder->outer_position = outer_position;
    return expr;
}

static Expr *target_default_of(const Target *target, size_t column, const char *sql, Position position)
{
    Binder *binder = target->binder;
    if (sql == NULL)
        return expr_constant(binder->arena, value_null(target->schema->columns[column].type),
                             binder_at(binder, position));
    return target_value(target, column, sql, NULL, "DEFAULT", position);
}

Expr *target_default(const Target *target, size_t column, Position position)
{
    return target_default_of(target, column, provider_column_default(target->table, column), position);
}

bool bind_default_value(BindEnvironment *environment, const Schema *schema, size_t column, const char *sql,
                        Position position, Value *ret_value)
{
    Target target = {.binder = binder_new(environment), .schema = schema};
    const Expr *expr = target_default_of(&target, column, sql, position);
    if (expr_is_volatile(expr))
        return false;
    *ret_value = bind_evaluate(target.binder, expr);
    return true;
}

Relation target_relation(const Target *target, const char *alias, const ColumnId *columns)
{
    ScopeTable *table = arena_new(target->binder->arena, ScopeTable);
    table->name = view_of(alias);
    for (size_t i = 0; i < target->schema->column_count; i++) {
        ScopeColumn column = scope_column_new(target->schema->columns[i].name, alias, columns[i]);
        array_add(target->binder->arena, &table->columns, column);
    }
    Relation relation = {0};
    relation_add_table(target->binder, &relation, table);
    return relation;
}

void target_require_writable(const Target *target, size_t column, const AstExpr *value, Position position)
{
    bool is_default = value && value->kind == AST_DEFAULT;
    if (!is_default && provider_column_generated(target->table, column))
        bind_error(target->binder, ERROR_GENERATED_ALWAYS, position, "it is a generated column: leave it out",
                   "column \"%s\" can only be set to DEFAULT", target->schema->columns[column].name);
    const Constraint *identity = provider_column_identity(target->table, column);
    if (!is_default && identity && identity->is_always && target->overriding == AST_OVERRIDING_NONE)
        bind_error(target->binder, ERROR_GENERATED_ALWAYS, position,
                   "it is an identity column; INSERT can say OVERRIDING SYSTEM VALUE",
                   "column \"%s\" can only be set to DEFAULT", target->schema->columns[column].name);
}

Plan *target_generate(const Target *target, Plan *plan, size_t first, Position position)
{
    Binder *binder = target->binder;
    Scope scope = {.relation = target_relation(target, target->name, plan->outputs + first)};
    Expr **exprs = arena_array(binder->arena, Expr *, plan->output_count);
    const char **names = arena_array(binder->arena, const char *, plan->output_count);
    bool is_any = false;
    for (size_t i = 0; i < plan->output_count; i++) {
        bool is_row_s = i >= first && i - first < target->schema->column_count;
        const char *sql = is_row_s ? provider_column_generated(target->table, i - first) : NULL;
        names[i] = plan_column(binder->columns, plan->outputs[i])->name;
        exprs[i] = sql ? target_value(target, i - first, sql, &scope, "GENERATED", position)
                       : plan_column_expr(binder->columns, plan->outputs[i], NO_POSITION);
        is_any |= sql != NULL;
    }
    return is_any ? bind_project(binder, plan, exprs, names, plan->output_count) : plan;
}

static Expr *target_check(const Target *target, const Constraint *constraint, Scope *scope, Position position)
{
    Binder *binder = target->binder;
    const AstExpr *ast = parser_parse_expression(binder->arena, view_of(constraint->check));
    Position outer_position = binder->outer_position;
    binder->outer_position = binder_at(binder, position);
    Place place = {.binder = binder, .scope = scope, .clause = "CHECK"};
    Expr *condition = bind_check(&place, ast);
    binder->outer_position = outer_position;
    return condition;
}

size_t target_checks(const Target *target, const ColumnId *columns, Position position, Expr ***ret_checks,
                     const char ***ret_names)
{
    Arena *arena = target->binder->arena;
    const Constraints *constraints = provider_constraints(target->table);
    size_t count = 0, most = constraints ? constraints->count : 0;
    *ret_checks = arena_array(arena, Expr *, most);
    *ret_names = arena_array(arena, const char *, most);
    Scope scope = {.relation = target_relation(target, target->name, columns)};
    for (size_t i = 0; i < most; i++) {
        const Constraint *constraint = &constraints->items[i];
        if (constraint->kind != CONSTRAINT_CHECK)
            continue;
        (*ret_checks)[count] = target_check(target, constraint, &scope, position);
        (*ret_names)[count++] = constraint->name ? constraint->name : constraint->check;
    }
    return count;
}

Plan *target_require(const Target *target, Plan *plan, Position position)
{
    Binder *binder = target->binder;
    Arena *arena = binder->arena;
    const Schema *schema = target->schema;
    Expr **checks;
    const char **names;
    size_t check_count = target_checks(target, plan->outputs, position, &checks, &names), count = 0;
    Expr **required = arena_array(arena, Expr *, schema->column_count + check_count);
    for (size_t i = 0; i < schema->column_count; i++) {
        if (schema->columns[i].is_nullable || !plan_column(binder->columns, plan->outputs[i])->is_nullable)
            continue;
        Expr *value = plan_column_expr(binder->columns, plan->outputs[i], NO_POSITION);
        Expr *is_there = bind_call(binder, "is not null", &value, (bool[]){false}, 1, position, "IS");
        required[count++] = expr_requirement(
            arena, is_there, ERROR_NOT_NULL_VIOLATION,
            arena_format(arena, NOT_NULL_VIOLATION_TEXT, schema->columns[i].name, target->name), NO_POSITION);
    }
    for (size_t i = 0; i < check_count; i++)
        required[count++] =
            expr_requirement(arena, checks[i], ERROR_CHECK_VIOLATION,
                             arena_format(arena, CHECK_VIOLATION_TEXT, target->name, names[i]), NO_POSITION);
    return count ? plan_filter_new(binder->columns, plan, required, count) : plan;
}

/* ---- the count row ---- */

void target_add_count(Binder *binder, Plan *plan)
{
    plan->outputs = arena_new(binder->arena, ColumnId);
    plan->outputs[0] = plan_column_new(binder->columns, "count", NULL, type_of(TYPE_UBIGINT), false);
    plan->output_count = 1;
}

BoundQuery *target_bound_count(Binder *binder, Plan *plan)
{
    BoundQuery *bound = arena_new(binder->arena, BoundQuery);
    bound->plan = plan;
    bound->column_count = 1;
    bound->names = arena_new(binder->arena, const char *);
    bound->names[0] = "count";
    bound->is_untyped = arena_new(binder->arena, bool);
    plan_check_depth(binder->arena, plan);
    return bound;
}

/* ---- RETURNING ---- */

void target_add_rows(Binder *binder, Plan *plan)
{
    const Plan *input = plan->inputs[0];
    plan->outputs = arena_copy(binder->arena, input->outputs, input->output_count * sizeof *plan->outputs);
    plan->output_count = input->output_count;
}

BoundQuery *target_bound_returning(Binder *binder, const AstItems *items, const Relation *relation)
{
    Rows rows = bind_returning(binder, items, relation);
    BoundQuery *bound = arena_new(binder->arena, BoundQuery);
    *bound = (BoundQuery){rows.plan, rows.column_count, rows.names, rows.is_untyped};
    plan_check_depth(binder->arena, rows.plan);
    return bound;
}
