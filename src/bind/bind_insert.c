/* bind/bind_insert.c: INSERT: the rows that a table gets, in its column order and types, defaults filled in. */
#include "base/context.h"
#include "bind/change.h"

static Expr *target_default_value(void *user, size_t index, Position position)
{
    const Target *target = user;
    if (index >= target->column_count) /* too many values: said later, with their number */
        return expr_constant(target->binder->arena, value_null(type_of(TYPE_NULL)), position);
    return target_default(target, target->columns[index], position);
}

/* ---- the rows ---- */

void target_require_count(const Target *target, size_t given, Position position)
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
    target_require_count(target, rows->column_count, position);
    for (size_t i = 0; i < rows->column_count; i++) {
        const Column *column = &target->schema->columns[target->columns[i]];
        if (target->overriding == AST_OVERRIDING_USER && provider_column_identity(target->table, target->columns[i]))
            continue;
        Expr *value = plan_column_expr(binder->columns, rows->plan->outputs[i], binder_at(binder, position));
        exprs[target->columns[i]] = bind_assign(binder, value, /* is_untyped= */ false, column->type, column->name);
    }
    for (size_t i = 0; i < count; i++) {
        names[i] = target->schema->columns[i].name;
        if (exprs[i] == NULL)
            exprs[i] = target_default(target, i, position);
    }
    return target_generate(target, bind_project(binder, rows->plan, exprs, names, count), 0, position);
}

static Plan *target_insert(const Target *target, InsertOp op, const Rows *rows, Position position)
{
    Binder *binder = target->binder;
    PlanInsert *insert = (PlanInsert *)plan_new(binder->columns, PLAN_INSERT, 1);
    insert->base.inputs[0] = target_fill(target, rows, position);
    target_add_count(binder, &insert->base);
    insert->table = target->table;
    insert->name = target->name;
    insert->op = op;
    insert->check_count =
        target_checks(target, insert->base.inputs[0]->outputs, position, &insert->checks, &insert->check_names);
    return &insert->base;
}

/* ---- what is written to ---- */

static Target insert_target(Binder *binder, TableProvider *table, const char *name, Position position)
{
    Target target = target_new(binder, table, name, position);
    if (table->ops->insert_into == NULL)
        bind_error(binder, ERROR_READ_ONLY, position, NULL, "table \"%s\" (%s) cannot be written to", name,
                   table->ops->format);
    return target;
}

void target_take_all_columns(Target *target)
{
    size_t *columns = arena_array(target->binder->arena, size_t, target->schema->column_count);
    for (size_t i = 0; i < target->schema->column_count; i++)
        columns[i] = i;
    target->columns = columns;
    target->column_count = target->schema->column_count;
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

void target_take_listed_columns(Target *target, const AstNames *list)
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

static InsertOp insert_op(const Target *target, const AstInsert *ast)
{
    static const InsertOp ops[] = {[AST_INSERT_APPEND] = INSERT_APPEND,
                                   [AST_INSERT_OVERWRITE] = INSERT_OVERWRITE,
                                   [AST_INSERT_REPLACE] = INSERT_REPLACE,
                                   [AST_INSERT_IGNORE] = INSERT_APPEND};
    if (ast->has_on_conflict && ast->mode != AST_INSERT_APPEND)
        bind_error(target->binder, ERROR_SYNTAX, ast->table.position, NULL,
                   "ON CONFLICT and INSERT OR both say what becomes of rows that collide");
    return ops[ast->mode];
}

/* VALUES of an INSERT: each cell takes its column's type at once, and may be DEFAULT. */
static Rows target_values(Target *target, const AstQuery *query, Cte *ctes)
{
    Binder *binder = target->binder;
    ValueRows values = value_rows_bind(binder, query, NULL, ctes, target_default_value, target);
    target_require_count(target, values.column_count, query->position);
    const char **names = arena_array(binder->arena, const char *, values.column_count);
    for (size_t column = 0; column < values.column_count; column++) {
        const Column *definition = &target->schema->columns[target->columns[column]];
        names[column] = definition->name;
        for (size_t row = 0; row < values.row_count; row++) {
            context_pace_item(row);
            size_t cell = row * values.column_count + column;
            const AstExpr *value = query->rows.items[row].items[column];
            target_require_writable(target, target->columns[column], value, value->position);
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
    for (size_t i = 0; i < rows.column_count && i < target->column_count; i++)
        target_require_writable(target, target->columns[i], NULL, ast->query->position);
    return rows;
}

static BoundQuery *insert_returning(const Target *target, const AstInsert *ast, Plan *insert)
{
    Binder *binder = target->binder;
    ((PlanInsert *)insert)->returns_rows = true;
    target_add_rows(binder, insert);
    bool has_alias = ast_name_is_given(&ast->alias);
    const char *alias = has_alias ? binder_string(binder, ast->alias.text) : target->name;
    Relation relation = target_relation(target, alias, insert->outputs);
    relation.plan = insert;
    return target_bound_returning(binder, &ast->returning, &relation);
}

static Position insert_position(const AstInsert *ast)
{
    return ast->query ? ast->query->position : ast->table.position;
}

static BoundQuery *insert_bound(const Target *target, const AstInsert *ast, Plan *insert)
{
    return ast->returning.count > 0 ? insert_returning(target, ast, insert)
                                    : target_bound_count(target->binder, insert);
}

/* DO NOTHING. The provider sees to it by itself where all keys are meant and nobody asks which rows went in. */
static BoundQuery *insert_without_conflicts(const Target *target, const AstInsert *ast, const Conflict *conflict,
                                            const Rows *rows)
{
    bool is_provider_s = conflict->is_all && ast->returning.count == 0;
    InsertOp op = is_provider_s && conflict->key_count > 0 ? INSERT_IGNORE : INSERT_APPEND;
    Plan *plan = target_insert(target, op, rows, insert_position(ast));
    if (!is_provider_s) {
        PlanInsert *insert = (PlanInsert *)plan;
        if (conflict->key_count > 0) { /* what is left out was to be right, too */
            plan->inputs[0] = target_require(target, plan->inputs[0], insert_position(ast));
            insert->check_count = 0;
        }
        plan->inputs[0] = conflict_leave_out(target, ast, conflict, plan->inputs[0]);
        insert->keys = conflict->keys;
        insert->key_count = conflict->key_count;
    }
    return insert_bound(target, ast, plan);
}

BoundQuery *bind_insert(Binder *binder, const AstInsert *ast, Cte *outer)
{
    TableProvider *table = bind_catalog_table(binder, &ast->table);
    Target target = insert_target(binder, table, binder_string(binder, ast->table.name), ast->table.position);
    target.overriding = ast->overriding;
    if (ast->columns.count > 0)
        target_take_listed_columns(&target, &ast->columns);
    else
        target_take_all_columns(&target);
    Cte *ctes = bind_with(binder, &ast->with, ast->is_recursive, NULL, outer);
    Rows rows = insert_rows(&target, ast, ctes);
    if (ast->query == NULL)
        target.is_listed = false;
    InsertOp op = insert_op(&target, ast);
    bool has_conflict = ast->has_on_conflict || ast->mode == AST_INSERT_IGNORE;
    Conflict conflict = {0};
    if (has_conflict)
        conflict = conflict_bind(&target, ast);
    if (ast->is_do_update)
        return conflict_update(&target, ast, &conflict, target_fill(&target, &rows, insert_position(ast)), ctes);
    rows.plan = bind_used_ctes(binder, rows.plan, ctes, NULL);
    if (has_conflict)
        return insert_without_conflicts(&target, ast, &conflict, &rows);
    return insert_bound(&target, ast, target_insert(&target, op, &rows, insert_position(ast)));
}

Plan *bind_insert_query(BindEnvironment *environment, TableProvider *table, const char *table_name, InsertOp op,
                        const BoundQuery *query, const size_t *columns, size_t column_count, Position position)
{
    Binder *binder = binder_new(environment);
    provider_own(binder->arena, provider_ref(table));
    Target target = insert_target(binder, table, table_name, position);
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
