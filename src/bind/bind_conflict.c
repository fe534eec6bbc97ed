/* bind/bind_conflict.c: INSERT … ON CONFLICT: the rows that collide are left out, or change those that are there.
 *
 *     Change t: insert, or update a              count
 *       Project [row number, CASE WHEN row number IS NULL THEN excluded.a ELSE … END, …, excluded.a, …]
 *         Filter row number IS NULL OR …         with DO UPDATE … WHERE
 *           Left join on the key
 *             excluded: the rows of the INSERT
 *             Scan t: …, row number */
#include "bind/change.h"
#include "expr/evaluator.h"
#include "expr/function.h"
#include "sql/parser.h"

/* ---- which keys ---- */

static bool key_has_columns(const Target *target, const Constraint *key, const AstNames *names)
{
    if (names->count != key->column_count)
        return false;
    for (size_t i = 0; i < names->count; i++) {
        size_t column = target_find_column(target, names->items[i].text, names->items[i].position);
        bool is_part = false;
        for (size_t c = 0; c < key->column_count; c++)
            is_part |= key->columns[c] == column;
        if (!is_part)
            return false;
    }
    return true;
}

static Expr *constant_folded(void *user, Expr *expr)
{
    const Binder *binder = user;
    Value value;
    bool is_foldable = expr->argument_count > 0 && !expr_is_volatile(expr);
    for (size_t i = 0; i < expr->argument_count; i++)
        is_foldable &= expr_is_constant(expr->arguments[i]);
    return is_foldable && expr_try_constant(binder->arena, binder->context, expr, &value)
               ? expr_constant(binder->arena, value, expr->position)
               : expr;
}

/* The WHERE behind the columns of ON CONFLICT, and the predicates of indexes, which it must imply. */
typedef struct Inference {
    const Target *target;
    Scope scope;
    size_t given_count;
    Expr **given; /* conjuncts */
} Inference;

static Expr *inference_condition(const Inference *self, const AstExpr *where)
{
    Binder *binder = self->target->binder;
    Place place = {.binder = binder, .scope = (Scope *)&self->scope, .clause = "ON CONFLICT"};
    return expr_rewrite(binder->arena, bind_condition(&place, where, "WHERE"), constant_folded, binder);
}

static Inference inference_new(const Target *target, const AstExpr *where)
{
    Binder *binder = target->binder;
    ColumnId *columns = arena_array(binder->arena, ColumnId, target->schema->column_count);
    for (size_t i = 0; i < target->schema->column_count; i++) {
        const Column *column = &target->schema->columns[i];
        columns[i] = plan_column_new(binder->columns, column->name, NULL, column->type, column->is_nullable);
    }
    Inference self = {.target = target, .scope.relation = target_relation(target, target->name, columns)};
    if (where == NULL)
        return self;
    Expr *condition = inference_condition(&self, where);
    bool is_and = condition->kind == EXPR_AND;
    self.given_count = is_and ? condition->argument_count : 1;
    self.given = is_and ? condition->arguments : arena_copy(binder->arena, &condition, sizeof condition);
    return self;
}

static bool inference_implies(const Inference *self, const Constraint *key)
{
    if (key->kind != CONSTRAINT_PARTIAL_UNIQUE)
        return true;
    const AstExpr *predicate = parser_parse_expression(self->target->binder->arena, view_of(key->check));
    return expr_is_implied(inference_condition(self, predicate), self->given, self->given_count);
}

static bool key_is_meant(const Inference *inference, const Constraint *key, const AstInsert *ast)
{
    const Target *target = inference->target;
    bool is_partial = key->kind == CONSTRAINT_PARTIAL_UNIQUE;
    if (key->kind != CONSTRAINT_PRIMARY_KEY && key->kind != CONSTRAINT_UNIQUE && !is_partial)
        return false;
    if (ast_name_is_given(&ast->conflict_constraint)) {
        if (is_partial)
            return false;
        const char *name = constraint_name(target->binder->arena, target->name, target->schema, key);
        return view_equal_ignoring_case(view_of(name), ast->conflict_constraint.text);
    }
    return ast->conflict_columns.count == 0 ||
           (key_has_columns(target, key, &ast->conflict_columns) && inference_implies(inference, key));
}

Conflict conflict_bind(const Target *target, const AstInsert *ast)
{
    const Binder *binder = target->binder;
    const Constraints *constraints = provider_constraints(target->table);
    const AstNames *names = &ast->conflict_columns;
    const AstName *name = &ast->conflict_constraint;
    size_t most = constraints ? constraints->count : 0;
    Conflict conflict = {.keys = arena_array(binder->arena, const Constraint *, most),
                         .is_all = names->count == 0 && !ast_name_is_given(name)};
    Inference inference = inference_new(target, ast->conflict_where);
    for (size_t i = 0; i < most; i++)
        if (key_is_meant(&inference, &constraints->items[i], ast))
            conflict.keys[conflict.key_count++] = &constraints->items[i];
    /* What collides on another key of the columns does on one of all rows. */
    for (size_t i = 0; i < conflict.key_count && names->count > 0; i++)
        if (conflict.keys[i]->kind != CONSTRAINT_PARTIAL_UNIQUE) {
            conflict.keys[0] = conflict.keys[i];
            conflict.key_count = 1;
        }
    if (conflict.key_count == 0 && names->count > 0)
        bind_error(binder, ERROR_INVALID_COLUMN_REFERENCE, names->items[0].position, NULL,
                   "ON CONFLICT names no key of table \"%s\"", target->name);
    if (conflict.key_count == 0 && !conflict.is_all)
        bind_error(binder, ERROR_UNDEFINED_OBJECT, name->position, NULL, "table \"%s\" has no key named \"%.*s\"",
                   target->name, VIEW_ARGUMENTS(name->text));
    return conflict;
}

/* ---- the table's rows beside those of the INSERT ---- */

/* What a column is in the one row of VALUES, where that is a constant or a parameter; else NULL. */
static Expr *only_row_constant(const Plan *plan, ColumnId column)
{
    Expr *expr = NULL;
    if (plan->kind == PLAN_FILTER) /* what is required of the row */
        plan = plan->inputs[0];
    while (plan->kind == PLAN_PROJECT || plan->kind == PLAN_VALUES) {
        const PlanValues *values = plan->kind == PLAN_VALUES ? (const PlanValues *)plan : NULL;
        if (!plan_has_output(plan, column) || (values && values->row_count != 1))
            return NULL;
        size_t index = plan_output_index(plan, column);
        expr = values ? values->cells[index] : ((const PlanProject *)plan)->exprs[index];
        if (expr->kind != EXPR_COLUMN || values)
            break;
        column = expr->column;
        plan = plan->inputs[0];
    }
    return expr && expr_is_fixed(expr) ? expr : NULL;
}

static ColumnId column_of_row(void *user, ColumnId column)
{
    return ((const ColumnId *)user)[column];
}

/* Both rows have the key, column by column, and are of its predicate; a NULL equals nothing. Of a single row the key's
 * value itself is compared: the table finds it in its index. */
static Plan *key_join(const Change *change, PlanJoinType type, const Constraint *key, Plan *input, Plan *scan)
{
    Binder *binder = change->target.binder;
    size_t count = 0;
    Expr **conditions = arena_array(binder->arena, Expr *, key->column_count + 2);
    for (; count < key->column_count; count++) {
        size_t column = key->columns[count];
        Expr *mine = plan_column_expr(binder->columns, change->columns[column], NO_POSITION);
        Expr *theirs = only_row_constant(input, input->outputs[column]);
        if (theirs == NULL)
            theirs = plan_column_expr(binder->columns, input->outputs[column], NO_POSITION);
        conditions[count] = bind_binary_call(binder, AST_OPERATOR_EQUAL, theirs, false, mine, false, NO_POSITION);
    }
    ColumnId *rows[] = {input->outputs, change->columns};
    for (size_t i = 0; i < 2 && key->predicate; i++)
        conditions[count++] = expr_map_columns(binder->arena, key->predicate, column_of_row, rows[i]);
    return &plan_join_new(binder->columns, type, input, scan, conditions, count)->base;
}

Plan *conflict_leave_out(const Target *target, const AstInsert *ast, const Conflict *conflict, Plan *input)
{
    for (size_t k = 0; k < conflict->key_count; k++) {
        Change change = {.target = *target};
        Relation relation = change_scan(&change, &ast->table, target->name);
        input = key_join(&change, PLAN_JOIN_ANTI, conflict->keys[k], input, relation.plan);
        ((PlanJoin *)input)->keeps_order = true; /* of new rows with one key the first goes in */
    }
    return input;
}

/* ---- DO UPDATE ---- */

static const Constraint *conflict_key(const Target *target, const AstInsert *ast, const Conflict *conflict)
{
    if (conflict->key_count == 1)
        return conflict->keys[0];
    bind_error(target->binder, ERROR_SYNTAX, ast->table.position,
               "write ON CONFLICT (columns) or ON CONFLICT ON CONSTRAINT name",
               "ON CONFLICT DO UPDATE must name one key of table \"%s\"", target->name);
}

static Expr *row_is_new(const Change *change)
{
    Binder *binder = change->target.binder;
    Expr *number = plan_column_expr(binder->columns, change->row_number, NO_POSITION);
    return bind_call(binder, "is null", &number, &(bool){false}, 1, NO_POSITION, "IS");
}

/* The target under its alias, whose columns need no qualification, and `excluded`. */
static void conflict_scope(Change *change, const AstInsert *ast, const Plan *input)
{
    const Target *target = &change->target;
    const char *alias = ast_name_is_given(&ast->alias) ? binder_string(target->binder, ast->alias.text) : target->name;
    Relation mine = target_relation(target, alias, change->columns);
    Relation theirs = target_relation(target, "excluded", input->outputs);
    mine.tables.items[0]->real_name = ast->table.name;
    array_add(target->binder->arena, &mine.tables, theirs.tables.items[0]);
    change->scope = (Scope){.ctes = change->ctes, .relation = mine};
}

static void conflict_filter(Change *change, const AstExpr *where)
{
    Binder *binder = change->target.binder;
    Expr *either[] = {row_is_new(change), change_condition(change, where)};
    Expr *condition = expr_junction(binder->arena, EXPR_OR, either, 2, NO_POSITION);
    change->plan = plan_filter_new(binder->columns, change->plan, &condition, 1);
}

/* Number, the row as it is going to be, the row that was to be inserted. */
static ChangeRow conflict_row(const Change *change, const Assignments *assignments, const Plan *input)
{
    const Target *target = &change->target;
    Binder *binder = target->binder;
    ChangeRow row = change_row_new(change);
    size_t count = target->schema->column_count;
    for (size_t i = 0; i < count; i++) {
        Expr *theirs = plan_column_expr(binder->columns, input->outputs[i], NO_POSITION);
        Expr *mine = assignments->values[i];
        if (mine == NULL)
            mine = plan_column_expr(binder->columns, change->columns[i], NO_POSITION);
        Expr *parts[] = {row_is_new(change), theirs, mine};
        change_row_add(&row, expr_new(binder->arena, EXPR_CASE, theirs->type, parts, 3, NO_POSITION),
                       target->schema->columns[i].name);
    }
    for (size_t i = 0; i < count; i++)
        change_row_add(&row, plan_column_expr(binder->columns, input->outputs[i], NO_POSITION),
                       target->schema->columns[i].name);
    return row;
}

BoundQuery *conflict_update(const Target *target, const AstInsert *ast, const Conflict *conflict, Plan *input,
                            Cte *ctes)
{
    Binder *binder = target->binder;
    const Constraint *key = conflict_key(target, ast, conflict);
    if (target->table->ops->update_rows == NULL)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->table.position, NULL,
                   "ON CONFLICT DO UPDATE is not supported for table \"%s\" (%s)", target->name,
                   target->table->ops->format);
    input = target_require(target, input, ast->table.position); /* also of rows that WHERE leaves alone */
    Change change = {.target = *target, .ctes = ctes};
    Relation relation = change_scan(&change, &ast->table, target->name);
    change.plan = key_join(&change, PLAN_JOIN_LEFT, key, input, relation.plan);
    conflict_scope(&change, ast, input);
    if (ast->update_where)
        conflict_filter(&change, ast->update_where);
    Assignments assignments = assignments_bind(&change, &ast->assignments);
    change.plan = bind_used_ctes(binder, change.plan, ctes, NULL);
    change.scope.ctes = NULL;
    ChangeRow row = conflict_row(&change, &assignments, input);
    PlanChange *node = change_node(&change, PLAN_CHANGE_UPSERT, &row, &ast->returning);
    node->key = key;
    node->columns = assignments.columns;
    node->column_count = assignments.column_count;
    node->check_count = target_checks(target, node->base.inputs[0]->outputs + 1, ast->table.position, &node->checks,
                                      &node->check_names);
    change.scope.relation.tables.count = 1; /* RETURNING does not know `excluded` */
    change_relation_becomes_new(&change, node->base.inputs[0]->outputs + 1);
    return change_bound(&change, node, &ast->returning);
}
