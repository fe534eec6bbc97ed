/* bind/bind_merge.c: MERGE: what becomes of each row of a table beside a source, by the first WHEN that fits it.
 *
 *     Change t: merge a                          count
 *       Project [row number, CASE action WHEN 1 THEN … ELSE a END, …, action = 2]
 *         Filter action > 0                      DO NOTHING, and rows that no WHEN fits, go
 *           Project […, CASE WHEN matched AND … THEN 1 … ELSE 0 END]
 *             Left join on ON                    inner without NOT MATCHED, full with BY SOURCE: then the source
 *               the source                       has one more column, TRUE
 *               Scan t: …, row number */
#include "bind/change.h"

/* One WHEN. */
typedef struct MergeBranch {
    const AstMergeWhen *ast;
    Expr *condition;
    Expr **values; /* one a column of the table; NULL: as it was */
} MergeBranch;

typedef struct Merge {
    Change change;
    const AstMerge *ast;
    Relation joined, source, target;
    bool is_full;       /* some WHEN is about rows that the source has not */
    ColumnId is_source; /* then it is TRUE where the row has one of the source */
    MergeBranch *branches;
    bool *is_assigned; /* one a column */
    ColumnId action;   /* the number of the branch, from 1; 0: nothing is done */
} Merge;

static bool merge_has(const AstMerge *ast, AstMergeMatch match)
{
    for (size_t i = 0; i < ast->whens.count; i++)
        if (ast->whens.items[i].match == match)
            return true;
    return false;
}

static bool merge_deletes(const AstMerge *ast)
{
    for (size_t i = 0; i < ast->whens.count; i++)
        if (ast->whens.items[i].action == AST_MERGE_DELETE)
            return true;
    return false;
}

/* ---- the rows ---- */

static void merge_join(Merge *merge)
{
    Change *change = &merge->change;
    Binder *binder = change->target.binder;
    From from = {.binder = binder, .ctes = change->ctes};
    Scope before = {.ctes = change->ctes};
    merge->source = bind_table_ref(&from, merge->ast->source, &before);
    if (merge->is_full) {
        Expr *yes = expr_constant(binder->arena, value_boolean(true), NO_POSITION);
        size_t count = merge->source.plan->output_count;
        merge->source.plan = bind_project_more(binder, merge->source.plan, &yes, &(const char *){"is source"}, 1);
        merge->is_source = merge->source.plan->outputs[count];
    }
    AstTableRef join = {.kind = AST_FROM_JOIN, .height = 1, .position = merge->ast->source->position};
    join.join.kind = merge->is_full                                 ? AST_JOIN_FULL
                     : merge_has(merge->ast, AST_MERGE_NOT_MATCHED) ? AST_JOIN_LEFT
                                                                    : AST_JOIN_INNER;
    join.join.on = merge->ast->on;
    merge->joined = relation_join(&from, &join, &merge->source, &merge->target);
    change->plan = merge->joined.plan;
}

/* ---- one WHEN ---- */

static Expr *is_there(const Merge *merge, ColumnId column, bool is_negated)
{
    Binder *binder = merge->change.target.binder;
    Expr *value = plan_column_expr(binder->columns, column, NO_POSITION);
    return bind_call(binder, is_negated ? "is null" : "is not null", &value, (bool[]){false}, 1, NO_POSITION, "IS");
}

static Expr *branch_condition(Merge *merge, const AstMergeWhen *when)
{
    Change *change = &merge->change;
    Expr *parts[3];
    size_t count = 0;
    parts[count++] = is_there(merge, change->row_number, when->match == AST_MERGE_NOT_MATCHED);
    if (merge->is_full && when->match != AST_MERGE_NOT_MATCHED)
        parts[count++] = is_there(merge, merge->is_source, when->match == AST_MERGE_NOT_MATCHED_BY_SOURCE);
    if (when->condition)
        parts[count++] = change_condition(change, when->condition);
    return expr_junction(change->target.binder->arena, EXPR_AND, parts, count, NO_POSITION);
}

static void branch_update(Merge *merge, MergeBranch *branch)
{
    Assignments assignments = assignments_bind(&merge->change, &branch->ast->assignments);
    branch->values = assignments.values;
    for (size_t i = 0; i < assignments.column_count; i++)
        merge->is_assigned[assignments.columns[i]] = true;
}

static Expr *insert_value(const Place *place, const Target *target, size_t column, const AstExpr *ast)
{
    const Column *definition = &target->schema->columns[column];
    target_require_writable(target, column, ast, ast->position);
    bool is_default = ast->kind == AST_DEFAULT ||
                      (target->overriding == AST_OVERRIDING_USER && provider_column_identity(target->table, column));
    if (is_default)
        return target_default(target, column, ast->position);
    return bind_assign(target->binder, bind_expr(place, ast), ast_is_untyped(ast), definition->type, definition->name);
}

static void branch_insert(Merge *merge, MergeBranch *branch)
{
    Change *change = &merge->change;
    const AstMergeWhen *when = branch->ast;
    Target target = change->target;
    size_t count = target.schema->column_count;
    target.overriding = when->overriding;
    if (when->columns.count > 0)
        target_take_listed_columns(&target, &when->columns);
    else
        target_take_all_columns(&target);
    branch->values = arena_allocate_zero(target.binder->arena, memory_size_multiply(count, sizeof(Expr *)));
    Subqueries subqueries = {0};
    Place place = {.binder = target.binder, .scope = &change->scope, .clause = "VALUES", .subqueries = &subqueries};
    if (when->values) {
        const AstQuery *query = when->values;
        if (query->rows.count > 1)
            bind_error(target.binder, ERROR_SYNTAX, query->position, NULL, "INSERT in MERGE has one row of values");
        const AstExprs *values = &query->rows.items[0];
        target_require_count(&target, values->count, query->position);
        for (size_t i = 0; i < values->count; i++)
            branch->values[target.columns[i]] = insert_value(&place, &target, target.columns[i], values->items[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (branch->values[i] == NULL)
            branch->values[i] = target_default(&target, i, when->position);
    change->plan = subqueries_attach(target.binder, change->plan, &subqueries);
}

/* WHEN NOT MATCHED sees the source alone, BY SOURCE the table alone. */
static void merge_add_branch(Merge *merge, size_t index)
{
    Change *change = &merge->change;
    MergeBranch *branch = &merge->branches[index];
    const AstMergeWhen *when = branch->ast = &merge->ast->whens.items[index];
    const Relation *seen[] = {[AST_MERGE_MATCHED] = &merge->joined,
                              [AST_MERGE_NOT_MATCHED] = &merge->source,
                              [AST_MERGE_NOT_MATCHED_BY_SOURCE] = &merge->target};
    change->scope = (Scope){.ctes = change->ctes, .relation = *seen[when->match]};
    for (size_t i = 0; i < index; i++)
        if (merge->branches[i].ast->match == when->match && merge->branches[i].ast->condition == NULL)
            bind_error(change->target.binder, ERROR_SYNTAX, when->position, NULL,
                       "this WHEN is never reached: an earlier one has no condition");
    branch->condition = branch_condition(merge, when);
    if (when->action == AST_MERGE_UPDATE)
        branch_update(merge, branch);
    else if (when->action == AST_MERGE_INSERT)
        branch_insert(merge, branch);
}

/* ---- what becomes of the rows ---- */

static Expr *action_constant(const Merge *merge, size_t number)
{
    return expr_constant(merge->change.target.binder->arena, value_integer(type_of(TYPE_INTEGER), (int64_t)number),
                         NO_POSITION);
}

static Expr *action_is(const Merge *merge, const char *operator, size_t number)
{
    Binder *binder = merge->change.target.binder;
    Expr *sides[] = {plan_column_expr(binder->columns, merge->action, NO_POSITION), action_constant(merge, number)};
    return bind_call(binder, operator, sides, (bool[]){false, false}, 2, NO_POSITION, operator);
}

static void merge_choose(Merge *merge)
{
    Change *change = &merge->change;
    Binder *binder = change->target.binder;
    size_t count = merge->ast->whens.count;
    Expr **parts = arena_array(binder->arena, Expr *, 2 * count + 1);
    for (size_t i = 0; i < count; i++) {
        bool is_nothing = merge->branches[i].ast->action == AST_MERGE_NOTHING;
        parts[2 * i] = merge->branches[i].condition;
        parts[2 * i + 1] = action_constant(merge, is_nothing ? 0 : i + 1);
    }
    parts[2 * count] = action_constant(merge, 0);
    Expr *action =
        expr_new(binder->arena, EXPR_CASE, type_of(TYPE_INTEGER), parts, (uint32_t)(2 * count + 1), NO_POSITION);
    size_t column_count = change->plan->output_count;
    change->plan = bind_project_more(binder, change->plan, &action, &(const char *){"action"}, 1);
    merge->action = change->plan->outputs[column_count];
    Expr *is_some = action_is(merge, ">", 0);
    change->plan = plan_filter_new(binder->columns, change->plan, &is_some, 1);
}

/* The column as the branches want it, and else as it was. */
static Expr *merged_value(const Merge *merge, size_t column)
{
    const Change *change = &merge->change;
    Binder *binder = change->target.binder;
    size_t most = merge->ast->whens.count, count = 0;
    Expr *old = plan_column_expr(binder->columns, change->columns[column], NO_POSITION);
    Expr **parts = arena_array(binder->arena, Expr *, 2 * most + 1);
    for (size_t i = 0; i < most; i++) {
        Expr **values = merge->branches[i].values;
        if (values == NULL || values[column] == NULL)
            continue;
        parts[count++] = action_is(merge, "=", i + 1);
        parts[count++] = values[column];
    }
    parts[count++] = old;
    if (count == 1)
        return old;
    return expr_new(binder->arena, EXPR_CASE, old->type, parts, (uint32_t)count, NO_POSITION);
}

static Expr *merged_is_gone(const Merge *merge)
{
    Arena *arena = merge->change.target.binder->arena;
    size_t count = 0;
    Expr **parts = arena_array(arena, Expr *, merge->ast->whens.count);
    for (size_t i = 0; i < merge->ast->whens.count; i++)
        if (merge->branches[i].ast->action == AST_MERGE_DELETE)
            parts[count++] = action_is(merge, "=", i + 1);
    return expr_junction(arena, EXPR_OR, parts, count, NO_POSITION);
}

static PlanChange *merge_node(Merge *merge)
{
    Change *change = &merge->change;
    const Target *target = &change->target;
    size_t *columns = arena_array(target->binder->arena, size_t, target->schema->column_count);
    ChangeRow row = change_row_new(change);
    for (size_t i = 0; i < target->schema->column_count; i++)
        change_row_add(&row, merged_value(merge, i), target->schema->columns[i].name);
    bool deletes_too = merge_deletes(merge->ast);
    if (deletes_too)
        change_row_add(&row, merged_is_gone(merge), "is gone");
    PlanChange *node = change_node(change, PLAN_CHANGE_MERGE, &row, &merge->ast->returning);
    node->deletes_too = deletes_too;
    node->columns = columns;
    for (size_t i = 0; i < target->schema->column_count; i++)
        if (merge->is_assigned[i])
            columns[node->column_count++] = i;
    node->check_count = target_checks(target, node->base.inputs[0]->outputs + 1, merge->ast->table.position,
                                      &node->checks, &node->check_names);
    return node;
}

BoundQuery *bind_merge(Binder *binder, const AstMerge *ast, Cte *outer)
{
    Merge merge = {.ast = ast, .is_full = merge_has(ast, AST_MERGE_NOT_MATCHED_BY_SOURCE)};
    merge.branches = arena_allocate_zero(binder->arena, ast->whens.count * sizeof *merge.branches);
    Change *change = &merge.change;
    change->ctes = bind_with(binder, &ast->with, ast->is_recursive, NULL, outer);
    merge.target = change_open(change, binder, &ast->table, &ast->alias);
    const TableProviderOps *ops = change->target.table->ops;
    change_require(change, merge_deletes(ast) ? ops->merge_rows != NULL : ops->update_rows != NULL, "MERGE",
                   ast->table.position);
    merge.is_assigned = arena_allocate_zero(binder->arena, change->target.schema->column_count * sizeof(bool));
    merge_join(&merge);
    for (size_t i = 0; i < ast->whens.count; i++)
        merge_add_branch(&merge, i);
    merge_choose(&merge);
    change_take_ctes(change);
    PlanChange *node = merge_node(&merge);
    change->scope.relation = merge.joined;
    change_relation_becomes_new(change, node->base.inputs[0]->outputs + 1);
    return change_bound(change, node, &ast->returning);
}
