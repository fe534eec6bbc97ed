/* bind/bind_insert.c: INSERT: the rows that a table gets, in its column order and types, defaults filled in. */
#include "bind/binder.h"
#include "sql/parser.h"

/* A table that rows are put into. */
typedef struct Target {
    Binder *binder;
    TableProvider *table;
    const char *name;
    const Schema *schema;
    size_t column_count;   /* of those that are given */
    const size_t *columns; /* indexes into the schema */
    bool is_listed;        /* the statement names the columns */
} Target;

/* ---- defaults and checks: SQL text that the provider keeps ---- */

static Expr *target_default(const Target *target, size_t column, Position position)
{
    Binder *binder = target->binder;
    const Column *definition = &target->schema->columns[column];
    const char *sql = provider_column_default(target->table, column);
    if (sql == NULL)
        return expr_constant(binder->arena, value_null(definition->type), binder_at(binder, position));
    const AstExpr *ast = parser_parse_expression(binder->arena, view_of(sql));
    Position outer_position = binder->outer_position;
    binder->outer_position = binder_at(binder, position);
    Place place = {.binder = binder, .clause = "DEFAULT"};
    Expr *expr = bind_expr(&place, ast);
    expr = bind_assign(binder, expr, ast_is_untyped(ast), definition->type, definition->name);
    binder->outer_position = outer_position;
    return expr;
}

static Expr *target_default_value(void *user, size_t index, Position position)
{
    const Target *target = user;
    if (index >= target->column_count) /* too many values: said later, with their number */
        return expr_constant(target->binder->arena, value_null(type_of(TYPE_NULL)), position);
    return target_default(target, target->columns[index], position);
}

/* Columns under the names that CHECK conditions use. */
static Relation target_relation(const Target *target, const Plan *input)
{
    ScopeTable *table = arena_new(target->binder->arena, ScopeTable);
    table->name = target->name;
    for (size_t i = 0; i < target->schema->column_count; i++) {
        ScopeColumn column = scope_column_new(target->schema->columns[i].name, target->name, input->outputs[i]);
        array_add(target->binder->arena, &table->columns, column);
    }
    Relation relation = {0};
    relation_add_table(target->binder, &relation, table);
    return relation;
}

static void insert_add_check(const Target *target, PlanInsert *insert, const Constraint *constraint, Scope *scope,
                             Position position)
{
    Binder *binder = target->binder;
    const AstExpr *ast = parser_parse_expression(binder->arena, view_of(constraint->check));
    Position outer_position = binder->outer_position;
    binder->outer_position = binder_at(binder, position);
    Place place = {.binder = binder, .scope = scope, .clause = "CHECK"};
    insert->checks[insert->check_count] = bind_condition(&place, ast, "CHECK");
    insert->check_names[insert->check_count++] = constraint->name ? constraint->name : constraint->check;
    binder->outer_position = outer_position;
}

static void insert_add_checks(const Target *target, PlanInsert *insert, Position position)
{
    Arena *arena = target->binder->arena;
    const Constraints *constraints = provider_constraints(target->table);
    if (constraints == NULL)
        return;
    insert->checks = arena_array(arena, Expr *, constraints->count);
    insert->check_names = arena_array(arena, const char *, constraints->count);
    Scope scope = {.relation = target_relation(target, insert->base.inputs[0])};
    for (size_t i = 0; i < constraints->count; i++)
        if (constraints->items[i].kind == CONSTRAINT_CHECK)
            insert_add_check(target, insert, &constraints->items[i], &scope, position);
}

/* ---- the rows ---- */

static void require_column_count(const Target *target, size_t given, Position position)
{
    if (given > target->column_count)
        bind_error(target->binder, ERROR_SYNTAX, position, NULL, "INSERT has %zu values for %zu column%s", given,
                   target->column_count, target->column_count == 1 ? "" : "s");
    if (given < target->column_count && target->is_listed)
        bind_error(target->binder, ERROR_SYNTAX, position, NULL, "INSERT has %zu value%s for %zu columns", given,
                   given == 1 ? "" : "s", target->column_count);
}

/* Every column of the table: what was given for it, or its default. */
static Plan *target_fill(const Target *target, const Rows *rows, Position position)
{
    Binder *binder = target->binder;
    size_t count = target->schema->column_count;
    Expr **exprs = arena_allocate_zero(binder->arena, memory_size_multiply(count, sizeof(Expr *)));
    const char **names = arena_array(binder->arena, const char *, count);
    require_column_count(target, rows->column_count, position);
    for (size_t i = 0; i < rows->column_count; i++) {
        const Column *column = &target->schema->columns[target->columns[i]];
        Expr *value = plan_column_expr(binder->columns, rows->plan->outputs[i], binder_at(binder, position));
        exprs[target->columns[i]] = bind_assign(binder, value, /* is_untyped= */ false, column->type, column->name);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = target->schema->columns[i].name;
        if (exprs[i] == NULL)
            exprs[i] = target_default(target, i, position);
    }
    return bind_project(binder, rows->plan, exprs, names, count);
}

static Plan *target_insert(const Target *target, InsertOp op, const Rows *rows, Position position)
{
    Binder *binder = target->binder;
    PlanInsert *insert = (PlanInsert *)plan_new(binder->columns, PLAN_INSERT, 1);
    insert->base.inputs[0] = target_fill(target, rows, position);
    insert->base.outputs = arena_new(binder->arena, ColumnId);
    insert->base.outputs[0] = plan_column_new(binder->columns, "count", NULL, type_of(TYPE_UBIGINT), false);
    insert->base.output_count = 1;
    insert->table = target->table;
    insert->name = target->name;
    insert->op = op;
    insert_add_checks(target, insert, position);
    return &insert->base;
}

/* ---- what is written to ---- */

static void insert_table_unref(void *table)
{
    provider_unref(table);
}

static Target target_new(Binder *binder, TableProvider *table, const char *name, Position position)
{
    if (provider_logical_plan(table))
        bind_error(binder, ERROR_WRONG_OBJECT_TYPE, position, "insert into the table below it",
                   "\"%s\" is a view: rows cannot be put into it", name);
    if (table->ops->insert_into == NULL)
        bind_error(binder, ERROR_READ_ONLY, position, NULL, "table \"%s\" (%s) cannot be written to", name,
                   table->ops->format);
    Target target = {.binder = binder, .table = table, .name = name};
    target.schema = table->ops->schema(table, binder->context);
    return target;
}

static void target_take_all_columns(Target *target)
{
    size_t *columns = arena_array(target->binder->arena, size_t, target->schema->column_count);
    for (size_t i = 0; i < target->schema->column_count; i++)
        columns[i] = i;
    target->columns = columns;
    target->column_count = target->schema->column_count;
}

static size_t target_find_column(const Target *target, StringView name, Position position)
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

static void target_take_columns(Target *target, const StringView *names, const Position *positions, size_t count)
{
    Binder *binder = target->binder;
    size_t *columns = arena_array(binder->arena, size_t, count);
    bool *is_taken = arena_allocate_zero(binder->arena, target->schema->column_count * sizeof(bool));
    for (size_t i = 0; i < count; i++) {
        columns[i] = target_find_column(target, names[i], positions[i]);
        if (is_taken[columns[i]])
            bind_error(binder, ERROR_DUPLICATE_COLUMN, positions[i], NULL, "column \"%.*s\" is named more than once",
                       VIEW_ARGUMENTS(names[i]));
        is_taken[columns[i]] = true;
    }
    target->columns = columns;
    target->column_count = count;
    target->is_listed = true;
}

static void target_take_listed_columns(Target *target, const AstNames *list)
{
    StringView *names = arena_array(target->binder->arena, StringView, list->count);
    Position *positions = arena_array(target->binder->arena, Position, list->count);
    for (size_t i = 0; i < list->count; i++) {
        names[i] = list->items[i].text;
        positions[i] = list->items[i].position;
    }
    target_take_columns(target, names, positions, list->count);
}

/* BY NAME: the query's column names say where its columns go. */
static void target_take_query_columns(Target *target, const Rows *rows, Position position)
{
    StringView *names = arena_array(target->binder->arena, StringView, rows->column_count);
    Position *positions = arena_array(target->binder->arena, Position, rows->column_count);
    for (size_t i = 0; i < rows->column_count; i++) {
        names[i] = view_of(rows->names[i]);
        positions[i] = position;
    }
    target_take_columns(target, names, positions, rows->column_count);
}

/* ---- the statement ---- */

static void require_supported(const Binder *binder, const AstInsert *ast)
{
    const char *what = ast->has_on_conflict             ? "ON CONFLICT"
                       : ast->returning.count > 0       ? "RETURNING"
                       : ast->mode == AST_INSERT_IGNORE ? "INSERT OR IGNORE"
                                                        : NULL;
    if (what)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->table.position, NULL, "%s is not supported", what);
}

/* VALUES of an INSERT: each cell takes its column's type at once, and may be DEFAULT. */
static Rows target_values(Target *target, const AstQuery *query, Cte *ctes)
{
    Binder *binder = target->binder;
    ValueRows values = value_rows_bind(binder, query, NULL, ctes, target_default_value, target);
    require_column_count(target, values.column_count, query->position);
    const char **names = arena_array(binder->arena, const char *, values.column_count);
    for (size_t column = 0; column < values.column_count; column++) {
        const Column *definition = &target->schema->columns[target->columns[column]];
        names[column] = definition->name;
        for (size_t row = 0; row < values.row_count; row++) {
            size_t cell = row * values.column_count + column;
            values.cells[cell] =
                bind_assign(binder, values.cells[cell], values.is_untyped[cell], definition->type, definition->name);
        }
    }
    return (Rows){.plan = value_rows_plan(binder, &values, names), .column_count = values.column_count, .names = names};
}

static bool query_is_plain_values(const AstQuery *query)
{
    return query->kind == AST_QUERY_VALUES && query->with.count == 0 && query->order_by.count == 0 && !query->limit &&
           !query->offset;
}

/* DEFAULT VALUES: one row of no column. */
static Rows no_values(Binder *binder)
{
    return (Rows){.plan = &plan_values_new(binder->columns, /* row_count= */ 1, /* column_count= */ 0, NULL)->base};
}

static Rows insert_rows(Target *target, const AstInsert *ast, Cte *ctes)
{
    if (ast->query == NULL)
        return no_values(target->binder);
    if (query_is_plain_values(ast->query) && !ast->is_by_name)
        return target_values(target, ast->query, ctes);
    Rows rows = bind_rows(target->binder, ast->query, NULL, ctes);
    if (ast->is_by_name)
        target_take_query_columns(target, &rows, ast->query->position);
    return rows;
}

static BoundQuery *bound_count(Binder *binder, Plan *plan)
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

BoundQuery *bind_insert(BindEnvironment *environment, const AstInsert *ast)
{
    static const InsertOp ops[] = {[AST_INSERT_APPEND] = INSERT_APPEND,
                                   [AST_INSERT_OVERWRITE] = INSERT_OVERWRITE,
                                   [AST_INSERT_REPLACE] = INSERT_REPLACE,
                                   [AST_INSERT_IGNORE] = INSERT_APPEND};
    Binder *binder = binder_new(environment);
    require_supported(binder, ast);
    TableProvider *table = bind_catalog_table(binder, &ast->table);
    Target target = target_new(binder, table, binder_string(binder, ast->table.name), ast->table.position);
    if (ast->columns.count > 0)
        target_take_listed_columns(&target, &ast->columns);
    else
        target_take_all_columns(&target);
    Cte *ctes = bind_with(binder, &ast->with, ast->is_recursive, NULL, NULL);
    Rows rows = insert_rows(&target, ast, ctes);
    bind_unused_ctes(binder, ctes, NULL);
    if (ast->query == NULL)
        target.is_listed = false;
    Position position = ast->query ? ast->query->position : ast->table.position;
    return bound_count(binder, target_insert(&target, ops[ast->mode], &rows, position));
}

Plan *bind_insert_query(BindEnvironment *environment, TableProvider *table, const char *table_name, InsertOp op,
                        const BoundQuery *query, const size_t *columns, size_t column_count, Position position)
{
    Binder *binder = binder_new(environment);
    arena_own(binder->arena, provider_ref(table), insert_table_unref);
    Target target = target_new(binder, table, table_name, position);
    if (columns) {
        target.columns = columns;
        target.column_count = column_count;
        target.is_listed = true;
    } else {
        target_take_all_columns(&target);
    }
    Rows rows = {.plan = query->plan, .column_count = query->column_count, .names = query->names};
    return target_insert(&target, op, &rows, position);
}
