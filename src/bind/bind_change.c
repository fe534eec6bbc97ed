/* bind/bind_change.c: DELETE and UPDATE: the rows that are meant, by their row numbers, and what they become.
 *
 *     Change t: update a                         count
 *       Project [row number, a = …, b]           every column of t
 *         Distinct on row number                 with FROM: of several matches the first counts
 *           Filter, joins of WHERE's queries
 *             Join                               with FROM or USING
 *               Scan t: …, row number            */
#include "bind/change.h"

Relation change_scan(Change *change, const AstObjectName *name, const char *alias)
{
    Binder *binder = change->target.binder;
    const Schema *schema = change->target.schema;
    PlanScan *scan = plan_scan_new(binder->columns, change->target.table, schema, alias);
    Rows rows = {.plan = &scan->base,
                 .column_count = schema->column_count,
                 .names = arena_array(binder->arena, const char *, schema->column_count)};
    change->columns = arena_copy(binder->arena, scan->base.outputs, schema->column_count * sizeof(ColumnId));
    change->row_number = plan_scan_add_row_number(binder->columns, scan);
    for (size_t i = 0; i < schema->column_count; i++)
        rows.names[i] = plan_column(binder->columns, change->columns[i])->name;
    Relation relation = relation_of_rows(binder, &rows, alias, NULL);
    relation_add_hidden(binder, &relation, scan);
    relation.tables.items[0]->real_name = name->name;
    return relation;
}

Expr *change_condition(Change *change, const AstExpr *where)
{
    Binder *binder = change->target.binder;
    Subqueries subqueries = {0};
    Place place = {.binder = binder, .scope = &change->scope, .clause = "WHERE", .subqueries = &subqueries};
    Expr *condition = bind_condition(&place, where, "WHERE");
    change->plan = subqueries_attach(binder, change->plan, &subqueries);
    return condition;
}

Relation change_open(Change *change, Binder *binder, const AstObjectName *name, const AstName *alias)
{
    change->target =
        target_new(binder, bind_catalog_table(binder, name), binder_string(binder, name->name), name->position);
    const char *alias_name = ast_name_is_given(alias) ? binder_string(binder, alias->text) : change->target.name;
    Relation relation = change_scan(change, name, alias_name);
    if (!ast_name_is_given(alias))
        relation.tables.items[0]->schema =
            name->schema.data ? name->schema : view_of(catalog_current_schema(binder->environment->catalog));
    return relation;
}

void change_require(const Change *change, bool is_possible, const char *statement, Position position)
{
    if (!is_possible)
        bind_error(change->target.binder, ERROR_NOT_SUPPORTED, position, NULL,
                   "%s is not supported for table \"%s\" (%s)", statement, change->target.name,
                   change->target.table->ops->format);
}

/* The rows of the table, beside those of FROM or USING, that WHERE leaves. */
static void change_begin(Change *change, const Relation *target, const AstTableRefs *from, const AstExpr *where)
{
    Binder *binder = change->target.binder;
    Relation relation = *target;
    if (from->count > 0) {
        Relation others = bind_from(binder, from, NULL, change->ctes);
        relation = relation_cross(binder, &relation, &others, /* is_dependent= */ false, from->items[0]->position);
    }
    change->scope = (Scope){.ctes = change->ctes, .relation = relation};
    change->plan = relation.plan;
    if (where) {
        Expr *condition = change_condition(change, where);
        change->plan = plan_filter_new(binder->columns, change->plan, &condition, 1);
    }
    if (from->count > 0)
        change->plan = &plan_distinct_new(binder->columns, change->plan, &change->row_number, 1)->base;
}

ChangeRow change_row_new(const Change *change)
{
    Arena *arena = change->target.binder->arena;
    size_t most = 2 * change->target.schema->column_count + 1 + change->plan->output_count;
    ChangeRow row = {.exprs = arena_array(arena, Expr *, most), .names = arena_array(arena, const char *, most)};
    row.exprs[0] = plan_column_expr(change->target.binder->columns, change->row_number, NO_POSITION);
    row.names[0] = "row number";
    row.count = 1;
    return row;
}

void change_row_add(ChangeRow *row, Expr *expr, const char *name)
{
    row->exprs[row->count] = expr;
    row->names[row->count++] = name;
}

static void change_row_add_others(ChangeRow *row, const Change *change)
{
    const PlanColumns *columns = change->target.binder->columns;
    ColumnSet there = column_set_in(change->target.binder->arena);
    for (size_t i = 0; i < row->count; i++)
        if (row->exprs[i]->kind == EXPR_COLUMN)
            column_set_add(&there, row->exprs[i]->column);
    for (size_t i = 0; i < change->plan->output_count; i++) {
        ColumnId column = change->plan->outputs[i];
        if (!column_set_has(&there, column))
            change_row_add(row, plan_column_expr(columns, column, NO_POSITION), plan_column(columns, column)->name);
    }
}

PlanChange *change_node(Change *change, PlanChangeKind kind, ChangeRow *row, const AstItems *returning)
{
    Binder *binder = change->target.binder;
    PlanChange *node = (PlanChange *)plan_new(binder->columns, PLAN_CHANGE, 1);
    node->table = change->target.table;
    node->name = change->target.name;
    node->kind = kind;
    node->returns_rows = returning->count > 0;
    if (node->returns_rows)
        change_row_add_others(row, change);
    node->base.inputs[0] = bind_project(binder, change->plan, row->exprs, row->names, row->count);
    if (kind != PLAN_CHANGE_DELETE)
        node->base.inputs[0] = target_generate(&change->target, node->base.inputs[0], 1, NO_POSITION);
    if (node->returns_rows)
        target_add_rows(binder, &node->base);
    else
        target_add_count(binder, &node->base);
    return node;
}

BoundQuery *change_bound(Change *change, PlanChange *node, const AstItems *returning)
{
    Binder *binder = change->target.binder;
    if (!node->returns_rows)
        return target_bound_count(binder, &node->base);
    change->scope.relation.plan = &node->base;
    return target_bound_returning(binder, returning, &change->scope.relation);
}

void change_take_ctes(Change *change)
{
    change->plan = bind_used_ctes(change->target.binder, change->plan, change->ctes, NULL);
    change->scope.ctes = NULL;
}

BoundQuery *bind_delete(Binder *binder, const AstDelete *ast, Cte *outer)
{
    Change change = {.ctes = bind_with(binder, &ast->with, ast->is_recursive, NULL, outer)};
    Relation target = change_open(&change, binder, &ast->table, &ast->alias);
    const TableProviderOps *ops = change.target.table->ops;
    change_require(&change, ops->delete_rows || ops->delete_from, "DELETE", ast->table.position);
    change_begin(&change, &target, &ast->using, ast->where);
    change_take_ctes(&change);
    ChangeRow row = change_row_new(&change);
    PlanChange *node = change_node(&change, PLAN_CHANGE_DELETE, &row, &ast->returning);
    return change_bound(&change, node, &ast->returning);
}

/* ---- UPDATE ---- */

static size_t assignments_take_column(Assignments *self, const AstName *name)
{
    const Target *target = &self->change->target;
    size_t column = target_find_column(target, name->text, name->position);
    for (size_t i = 0; i < self->column_count; i++)
        if (self->columns[i] == column)
            bind_error(target->binder, ERROR_SYNTAX, name->position, NULL, "column \"%s\" is assigned more than once",
                       target->schema->columns[column].name);
    self->columns[self->column_count++] = column;
    return column;
}

static void assign(Assignments *self, const AstName *name, const AstExpr *value)
{
    const Target *target = &self->change->target;
    size_t column = assignments_take_column(self, name);
    const Column *definition = &target->schema->columns[column];
    target_require_writable(target, column, value, value->position);
    if (value->kind == AST_DEFAULT) {
        self->values[column] = target_default(target, column, value->position);
        return;
    }
    Expr *expr = bind_expr(&self->place, value);
    self->values[column] = bind_assign(target->binder, expr, ast_is_untyped(value), definition->type, definition->name);
}

static void assign_query(Assignments *self, const AstNames *names, const AstExpr *query)
{
    const Target *target = &self->change->target;
    Expr **row = bind_row_subquery(&self->place, query, names->count);
    for (size_t i = 0; i < names->count; i++) {
        size_t column = assignments_take_column(self, &names->items[i]);
        target_require_writable(target, column, NULL, names->items[i].position);
        const Column *definition = &target->schema->columns[column];
        self->values[column] =
            bind_assign(target->binder, row[i], /* is_untyped= */ false, definition->type, definition->name);
    }
}

static void assign_row(Assignments *self, const AstAssignment *assignment)
{
    const AstExpr *value = assignment->value;
    const AstNames *names = &assignment->columns;
    if (names->count == 1 && value->kind != AST_ROW)
        assign(self, &names->items[0], value);
    else if (value->kind == AST_SUBQUERY)
        assign_query(self, names, value);
    else if (value->kind != AST_ROW)
        bind_error(self->place.binder, ERROR_SYNTAX, value->position, NULL,
                   "several columns are assigned a row of values or a query");
    else if (value->list.count != names->count)
        bind_error(self->place.binder, ERROR_SYNTAX, value->position, NULL, "%zu columns are assigned %zu value%s",
                   names->count, value->list.count, value->list.count == 1 ? "" : "s");
    else
        for (size_t i = 0; i < names->count; i++)
            assign(self, &names->items[i], value->list.items[i]);
}

/* What is made of columns that are assigned may change with them. */
static void assignments_add_generated(Assignments *self)
{
    const Target *target = &self->change->target;
    for (size_t column = 0; column < target->schema->column_count; column++) {
        bool is_there = provider_column_generated(target->table, column) == NULL;
        for (size_t i = 0; i < self->column_count; i++)
            is_there |= self->columns[i] == column;
        if (!is_there)
            self->columns[self->column_count++] = column;
    }
}

Assignments assignments_bind(Change *change, const AstAssignments *list)
{
    Binder *binder = change->target.binder;
    size_t count = change->target.schema->column_count;
    Assignments self = {.change = change,
                        .values = arena_allocate_zero(binder->arena, count * sizeof(Expr *)),
                        .columns = arena_array(binder->arena, size_t, count)};
    self.place = (Place){.binder = binder, .scope = &change->scope, .clause = "SET", .subqueries = &self.subqueries};
    for (size_t i = 0; i < list->count; i++)
        assign_row(&self, &list->items[i]);
    change->plan = subqueries_attach(binder, change->plan, &self.subqueries);
    assignments_add_generated(&self);
    return self;
}

/* The row number and the row as it is going to be. */
static PlanChange *update_node(Change *change, const Assignments *assignments, const AstUpdate *ast)
{
    const Target *target = &change->target;
    ChangeRow row = change_row_new(change);
    for (size_t i = 0; i < target->schema->column_count; i++) {
        Expr *value = assignments->values[i];
        if (value == NULL)
            value = plan_column_expr(target->binder->columns, change->columns[i], NO_POSITION);
        change_row_add(&row, value, target->schema->columns[i].name);
    }
    PlanChange *node = change_node(change, PLAN_CHANGE_UPDATE, &row, &ast->returning);
    node->column_count = assignments->column_count;
    node->columns = assignments->columns;
    node->check_count = target_checks(target, node->base.inputs[0]->outputs + 1, ast->table.position, &node->checks,
                                      &node->check_names);
    return node;
}

static void columns_become_new(const Change *change, ScopeColumns *columns, const ColumnId *news)
{
    for (size_t i = 0; i < columns->count; i++)
        for (size_t c = 0; c < change->target.schema->column_count; c++)
            if (columns->items[i].column == change->columns[c]) {
                columns->items[i].column = news[c];
                break;
            }
}

void change_relation_becomes_new(Change *change, const ColumnId *news)
{
    columns_become_new(change, &change->scope.relation.columns, news);
    for (size_t i = 0; i < change->scope.relation.tables.count; i++)
        columns_become_new(change, &change->scope.relation.tables.items[i]->columns, news);
}

BoundQuery *bind_update(Binder *binder, const AstUpdate *ast, Cte *outer)
{
    Change change = {.ctes = bind_with(binder, &ast->with, ast->is_recursive, NULL, outer)};
    Relation target = change_open(&change, binder, &ast->table, &ast->alias);
    const TableProviderOps *ops = change.target.table->ops;
    change_require(&change, ops->update_rows || ops->update, "UPDATE", ast->table.position);
    change_begin(&change, &target, &ast->from, ast->where);
    Assignments assignments = assignments_bind(&change, &ast->assignments);
    change_take_ctes(&change);
    PlanChange *node = update_node(&change, &assignments, ast);
    change_relation_becomes_new(&change, node->base.inputs[0]->outputs + 1);
    return change_bound(&change, node, &ast->returning);
}

/* ---- any of them ---- */

BoundQuery *bind_change(Binder *binder, const AstStatement *ast, Cte *outer)
{
    switch (ast->kind) {
    case AST_STATEMENT_UPDATE:
        return bind_update(binder, ast->update, outer);
    case AST_STATEMENT_DELETE:
        return bind_delete(binder, ast->delete, outer);
    case AST_STATEMENT_MERGE:
        return bind_merge(binder, ast->merge, outer);
    default:
        return bind_insert(binder, ast->insert, outer);
    }
}

BoundQuery *bind_write(BindEnvironment *environment, const AstStatement *ast)
{
    Binder *binder = binder_new(environment);
    BoundQuery *bound = bind_change(binder, ast, NULL);
    bound->plan = bind_written_ctes(binder, bound->plan);
    return bound;
}
