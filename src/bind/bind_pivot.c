/* bind/bind_pivot.c: PIVOT and UNPIVOT in FROM.
 *
 *     t PIVOT (sum(x) FOR c IN ('a', 'b'))     SELECT * EXCLUDE (x, c), sum(x) FILTER (WHERE c = 'a') AS a, … FROM t
 *                                              GROUP BY ALL
 *     t UNPIVOT (v FOR n IN (a, b))            each row of t once for a and once for b */
#include "bind/binder.h"
#include "bind/select.h"
#include "sql/ast_map.h"
#include "sql/printer.h"

/* ---- nodes of the AST ---- */

static AstExpr *ast_new(Binder *binder, AstExprKind kind, Position position)
{
    AstExpr *ast = arena_new(binder->arena, AstExpr);
    *ast = (AstExpr){.kind = kind, .height = 1, .position = position};
    return ast;
}

static AstExpr *ast_bound(Binder *binder, Expr *expr, StringView name, Position position)
{
    AstExpr *ast = ast_new(binder, AST_BOUND, position);
    ast->bound.expr = expr;
    ast->bound.name = name;
    return ast;
}

static AstExpr *ast_equal(Binder *binder, AstExpr *left, AstExpr *right, AstOperator operator)
{
    AstExpr *ast = ast_new(binder, AST_BINARY, left->position);
    ast->binary.operator= operator;
    ast->binary.left = left;
    ast->binary.right = right;
    return ast;
}

/* ---- PIVOT: the columns that it makes ---- */

/* A value that becomes a column, or several beside each other: its name, and when a row is of it. */
typedef struct PivotCell {
    StringView name;
    AstExprs conditions;
} PivotCell;
typedef ARRAY(PivotCell) PivotCells;

enum { PIVOT_MAX_COLUMNS = 10000 };

typedef struct PivotBinding {
    const From *from;
    Binder *binder;
    const AstPivot *pivot;
    Position position;
    Relation source;
    Scope scope;
} PivotBinding;

static PivotCell cell_and(const PivotBinding *self, const PivotCell *cell, StringView name, AstExpr *condition)
{
    Arena *arena = self->binder->arena;
    PivotCell more = {.name = name};
    if (cell->name.data) {
        Text both = text_in(arena);
        text_add_view(&both, cell->name);
        text_add_char(&both, '_');
        text_add_view(&both, name);
        more.name = text_view(&both);
    }
    for (size_t i = 0; i < cell->conditions.count; i++)
        array_add(arena, &more.conditions, cell->conditions.items[i]);
    array_add(arena, &more.conditions, condition);
    return more;
}

/* IN (value [AS name], …) */
static void cells_add_written(const PivotBinding *self, const AstPivotColumn *column, const PivotCell *cell,
                              PivotCells *cells)
{
    Binder *binder = self->binder;
    Place place = {.binder = binder, .clause = "IN of PIVOT"};
    for (size_t i = 0; i < column->values.count; i++) {
        const AstItem *item = &column->values.items[i];
        Value value = bind_evaluate(binder, bind_expr(&place, item->expr));
        StringView name = ast_name_is_given(&item->alias) ? item->alias.text
                          : value.is_null                 ? view_of("NULL")
                                                          : view_of(value_display(binder->arena, &value));
        AstExpr *condition = ast_equal(binder, column->column, item->expr, AST_OPERATOR_IS_NOT_DISTINCT_FROM);
        array_add(binder->arena, cells, cell_and(self, cell, name, condition));
    }
}

/* SELECT DISTINCT column FROM source WHERE column IS NOT NULL ORDER BY column */
static AstQuery *values_query(const PivotBinding *self, const AstPivotColumn *column)
{
    Binder *binder = self->binder;
    Arena *arena = binder->arena;
    Position position = self->position;
    AstQuery *query = arena_new(arena, AstQuery);
    *query = (AstQuery){.kind = AST_QUERY_SELECT, .height = 1, .position = position};
    query->select = arena_new(arena, AstSelect);
    *query->select = (AstSelect){.is_distinct = true};
    AstItem item = {.expr = column->column, .alias = {view_of("value"), position}};
    array_add(arena, &query->select->items, item);
    array_add(arena, &query->select->from, self->pivot->source);
    AstExpr *is_there = query->select->where = ast_new(binder, AST_IS, position);
    is_there->is.operand = column->column;
    is_there->is.truth = AST_TRUTH_NULL;
    is_there->is.is_negated = true;
    AstOrder order = {.expr = column->column};
    array_add(arena, &query->order_by, order);
    for (const Cte *cte = self->from->ctes; cte; cte = cte->outer)
        query->with.count++;
    query->with.items = arena_array(arena, AstCte, query->with.count);
    size_t at = query->with.count;
    for (const Cte *cte = self->from->ctes; cte; cte = cte->outer) {
        if (cte->ast->statement)
            bind_error(binder, ERROR_NOT_SUPPORTED, position, "list the values with IN",
                       "PIVOT without IN does not go with a WITH that changes tables");
        query->with.items[--at] = *cte->ast;
        query->is_recursive |= cte->is_recursive;
    }
    return query;
}

/* Without IN: the values that occur, for which the query's source is read now. */
static void cells_add_found(const PivotBinding *self, const AstPivotColumn *column, const PivotCell *cell,
                            PivotCells *cells)
{
    Binder *binder = self->binder;
    BindEnvironment *environment = binder->environment;
    const Scope *around = self->from->parent;
    while (around && around->comes_last)
        around = around->parent;
    if (environment->read_column == NULL || around)
        bind_error(binder, ERROR_NOT_SUPPORTED, column->column->position, "write IN and the values behind the column",
                   "PIVOT without IN is not supported here");
    BoundQuery *query = bind_query(environment, values_query(self, column));
    size_t count;
    const Value *values = environment->read_column(environment->user, query, PIVOT_MAX_COLUMNS, &count);
    for (size_t i = 0; i < count; i++) {
        StringView name = view_of(value_display(binder->arena, &values[i]));
        Expr *constant = expr_constant(binder->arena, values[i], self->position);
        AstExpr *condition =
            ast_equal(binder, column->column, ast_bound(binder, constant, name, self->position), AST_OPERATOR_EQUAL);
        array_add(binder->arena, cells, cell_and(self, cell, name, condition));
    }
}

/* Every value of the one column with every one of the others. */
static PivotCells pivot_cells(const PivotBinding *self)
{
    PivotCells cells = {0};
    array_add(self->binder->arena, &cells, (PivotCell){0});
    for (size_t i = 0; i < self->pivot->columns.count; i++) {
        const AstPivotColumn *column = &self->pivot->columns.items[i];
        PivotCells next = {0};
        for (size_t c = 0; c < cells.count; c++) {
            if (column->values.count > 0)
                cells_add_written(self, column, &cells.items[c], &next);
            else
                cells_add_found(self, column, &cells.items[c], &next);
            if (next.count > PIVOT_MAX_COLUMNS)
                bind_error(self->binder, ERROR_TOO_COMPLEX, self->position, NULL, "PIVOT makes more than %d columns",
                           PIVOT_MAX_COLUMNS);
        }
        cells = next;
    }
    return cells;
}

/* ---- PIVOT: the query that it is ---- */

/* Collects the names of the source's columns that are pivoted or aggregated: they are no groups. */
typedef struct UsedNames {
    const PivotBinding *self;
    AstNames names;
} UsedNames;

static void used_names_add(void *user, AstExpr **slot)
{
    UsedNames *used = user;
    const AstExpr *expr = *slot;
    if (expr->kind != AST_COLUMN) {
        ast_expr_each(*slot, used_names_add, user);
        return;
    }
    const AstName *name = &expr->column.parts[expr->column.part_count - 1];
    if (scope_find_column(&used->self->source.columns, name->text) != COLUMN_NONE)
        array_add(used->self->binder->arena, &used->names, *name);
}

/* * EXCLUDE (what is used) */
static AstExpr *groups_star(const PivotBinding *self, const AstItems *aggregates)
{
    UsedNames used = {.self = self};
    for (size_t i = 0; i < self->pivot->columns.count; i++)
        used_names_add(&used, &self->pivot->columns.items[i].column);
    for (size_t i = 0; i < aggregates->count; i++)
        used_names_add(&used, &aggregates->items[i].expr);
    AstExpr *star = ast_new(self->binder, AST_STAR, self->position);
    star->star.exclude = used.names;
    return star;
}

/* aggregate FILTER (WHERE the row is of the cell) */
static AstExpr *cell_aggregate(const PivotBinding *self, const AstExpr *call, const PivotCell *cell)
{
    Binder *binder = self->binder;
    if (call->kind != AST_FUNCTION)
        bind_error(binder, ERROR_NOT_SUPPORTED, call->position, NULL, "PIVOT takes calls of aggregates");
    AstExpr *all = ast_new(binder, AST_AND, self->position);
    for (size_t i = 0; i < cell->conditions.count; i++)
        array_add(binder->arena, &all->list, cell->conditions.items[i]);
    if (call->function->filter)
        array_add(binder->arena, &all->list, call->function->filter);
    AstExpr *filtered = ast_new(binder, AST_FUNCTION, call->position);
    filtered->function = arena_new(binder->arena, AstFunction);
    *filtered->function = *call->function;
    filtered->function->filter = all->list.count > 1 ? all : all->list.items[0];
    return filtered;
}

/* "a", "a_total", "a_sum(x)": an aggregate's name where it has one, or there are several. */
static StringView cell_name(const PivotBinding *self, const AstItem *aggregate, size_t aggregate_count,
                            const PivotCell *cell)
{
    Text name = text_in(self->binder->arena);
    if (aggregate_count == 1 && !ast_name_is_given(&aggregate->alias))
        return cell->name;
    text_add_view(&name, cell->name);
    text_add_char(&name, '_');
    if (ast_name_is_given(&aggregate->alias))
        text_add_view(&name, aggregate->alias.text);
    else
        printer_print_expr(&name, aggregate->expr, PRINTER_PLAIN);
    return view_of(text_string(&name));
}

/* count(*), when no aggregate is written */
static AstItems pivot_aggregates(const PivotBinding *self)
{
    Binder *binder = self->binder;
    if (self->pivot->aggregates.count > 0)
        return self->pivot->aggregates;
    AstExpr *count = ast_new(binder, AST_FUNCTION, self->position);
    count->function = arena_new(binder->arena, AstFunction);
    *count->function = (AstFunction){.name = {.name = view_of("count"), .position = self->position}};
    array_add(binder->arena, &count->function->arguments, ast_new(binder, AST_STAR, self->position));
    AstItems items = {0};
    array_add(binder->arena, &items, (AstItem){.expr = count});
    return items;
}

static AstQuery *pivot_query(const PivotBinding *self)
{
    Binder *binder = self->binder;
    Arena *arena = binder->arena;
    AstItems aggregates = pivot_aggregates(self);
    PivotCells cells = pivot_cells(self);
    AstQuery *query = arena_new(arena, AstQuery);
    *query = (AstQuery){.kind = AST_QUERY_SELECT, .height = 1, .position = self->position};
    AstSelect *select = query->select = arena_new(arena, AstSelect);
    *select = (AstSelect){.is_group_by_all = true};
    array_add(arena, &select->from, self->pivot->source); /* so that a * has something to stand for */
    if (self->pivot->group_by.count == 0)
        array_add(arena, &select->items, (AstItem){.expr = groups_star(self, &aggregates)});
    for (size_t i = 0; i < self->pivot->group_by.count; i++)
        array_add(arena, &select->items, (AstItem){.expr = self->pivot->group_by.items[i]});
    for (size_t c = 0; c < cells.count; c++)
        for (size_t i = 0; i < aggregates.count; i++) {
            const AstItem *aggregate = &aggregates.items[i];
            AstItem item = {.expr = cell_aggregate(self, aggregate->expr, &cells.items[c]),
                            .alias = {cell_name(self, aggregate, aggregates.count, &cells.items[c]), self->position}};
            array_add(arena, &select->items, item);
        }
    return query;
}

static const char *pivot_name(Binder *binder, const AstTableRef *ref)
{
    return ast_name_is_given(&ref->alias) ? binder_string(binder, ref->alias.text) : "";
}

Relation bind_pivot(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    PivotBinding self = {.from = from,
                         .binder = binder,
                         .pivot = ref->pivot,
                         .position = ref->position,
                         .source = bind_table_ref(from, ref->pivot->source, before)};
    Rows rows = bind_select_over(binder, pivot_query(&self), &self.source, from->parent, from->ctes);
    return relation_of_rows(binder, &rows, pivot_name(binder, ref), &ref->column_aliases);
}

/* ---- UNPIVOT ---- */

/* One row that each row of the source becomes: what it is called, and its values. */
typedef struct UnpivotRow {
    const char *name;
    RowValue values;
} UnpivotRow;
typedef ARRAY(UnpivotRow) UnpivotRows;

static const char *unpivot_row_name(Binder *binder, const AstItem *item)
{
    if (ast_name_is_given(&item->alias))
        return binder_string(binder, item->alias.text);
    Text name = text_in(binder->arena);
    for (size_t i = 0; item->expr->kind == AST_ROW && i < item->expr->list.count; i++)
        text_add_format(&name, "%s%s", i > 0 ? "_" : "", bind_output_name(binder->arena, item->expr->list.items[i]));
    return item->expr->kind == AST_ROW ? text_string(&name) : bind_output_name(binder->arena, item->expr);
}

static void unpivot_add_row(UnpivotRows *rows, const Place *place, const AstUnpivot *unpivot, const AstItem *item)
{
    Binder *binder = place->binder;
    UnpivotRow row = {unpivot_row_name(binder, item), bind_row(place, item->expr)};
    if (row.values.count != unpivot->values.count)
        bind_error(binder, ERROR_SYNTAX, item->expr->position, NULL, "UNPIVOT wants %zu columns here, not %zu",
                   unpivot->values.count, row.values.count);
    array_add(binder->arena, rows, row);
}

/* Stars and COLUMNS are spread as in a SELECT list. */
static UnpivotRows unpivot_rows(Binder *binder, const AstUnpivot *unpivot, const Relation *source)
{
    UnpivotRows rows = {0};
    AstSelect ast = {.from.count = 1};
    Select select = {.binder = binder, .ast = &ast, .scope = {.relation = *source}};
    Place place = {.binder = binder, .scope = &select.scope, .clause = "UNPIVOT"};
    for (size_t i = 0; i < unpivot->columns.count; i++) {
        const AstItem *item = &unpivot->columns.items[i];
        if (item->expr->kind != AST_STAR && item->expr->kind != AST_COLUMNS) {
            unpivot_add_row(&rows, &place, unpivot, item);
            continue;
        }
        ast.items = (AstItems){.items = (AstItem *)item, .count = 1};
        select.items.count = 0;
        select_expand_items(&select);
        for (size_t c = 0; c < select.items.count; c++) {
            const SelectItem *column = &select.items.items[c];
            AstExpr *written = column->ast
                                   ? (AstExpr *)column->ast
                                   : ast_bound(binder, column->expr, view_of(column->name), item->expr->position);
            AstItem spread = {.expr = written, .alias = {view_of(column->name), item->expr->position}};
            unpivot_add_row(&rows, &place, unpivot, &spread);
        }
    }
    return rows;
}

/* The values that go with the names, of one type for each of their columns. */
static void unpivot_set_values(Binder *binder, PlanUnpivot *plan, const AstUnpivot *unpivot, const UnpivotRows *rows)
{
    Expr **choices = arena_array(binder->arena, Expr *, rows->count);
    bool *is_untyped = arena_array(binder->arena, bool, rows->count);
    for (size_t v = 0; v < plan->value_count; v++) {
        for (size_t i = 0; i < rows->count; i++) {
            choices[i] = rows->items[i].values.exprs[v];
            is_untyped[i] = rows->items[i].values.is_untyped[v];
        }
        Type type = bind_convert_all(binder, choices, is_untyped, rows->count, "UNPIVOT");
        for (size_t i = 0; i < rows->count; i++)
            plan->values[i * plan->value_count + v] = choices[i];
        const char *name = binder_string(binder, unpivot->values.items[v].text);
        plan->columns[v] = plan_column_new(binder->columns, name, NULL, type, /* is_nullable= */ true);
    }
}

/* Columns that are a value by themselves are left out. */
static void unpivot_leave_out(Binder *binder, PlanUnpivot *plan, const UnpivotRows *rows)
{
    ColumnSet used = column_set_in(binder->arena);
    const Plan *input = plan->base.inputs[0];
    for (size_t i = 0; i < rows->count; i++)
        for (size_t v = 0; v < rows->items[i].values.count; v++)
            if (rows->items[i].values.exprs[v]->kind == EXPR_COLUMN)
                column_set_add(&used, rows->items[i].values.exprs[v]->column);
    for (size_t i = 0; i < input->output_count; i++)
        if (column_set_has(&used, input->outputs[i]))
            plan->left_out[plan->left_out_count++] = input->outputs[i];
}

static PlanUnpivot *unpivot_plan(Binder *binder, const AstUnpivot *unpivot, Plan *input, const UnpivotRows *rows)
{
    PlanUnpivot *plan = plan_unpivot_new(binder->columns, input, rows->count, unpivot->values.count);
    for (size_t i = 0; i < rows->count; i++)
        plan->names[i] = rows->items[i].name;
    plan->name = plan_column_new(binder->columns, binder_string(binder, unpivot->name.text), NULL,
                                 type_of(TYPE_VARCHAR), /* is_nullable= */ false);
    unpivot_leave_out(binder, plan, rows);
    unpivot_set_values(binder, plan, unpivot, rows);
    plan_refresh_outputs(binder->columns, &plan->base);
    return plan;
}

/* The columns that are left as they are, the name, and the values. */
static Rows unpivot_project(Binder *binder, const Relation *source, PlanUnpivot *plan, Position position)
{
    Arena *arena = binder->arena;
    size_t limit = source->columns.count + 1 + plan->value_count, count = 0;
    Expr **exprs = arena_array(arena, Expr *, limit);
    const char **names = arena_array(arena, const char *, limit);
    ColumnSet given = column_set_in(arena);
    column_set_add_outputs(&given, &plan->base);
    for (size_t i = 0; i < source->columns.count; i++) {
        const ScopeColumn *column = &source->columns.items[i];
        if (!column_set_has(&given, column->column))
            continue;
        names[count] = column->name;
        exprs[count++] = plan_column_expr(binder->columns, column->column, position);
    }
    for (size_t v = 0; v <= plan->value_count; v++) {
        ColumnId column = v == 0 ? plan->name : plan->columns[v - 1];
        names[count] = plan_column(binder->columns, column)->name;
        exprs[count++] = plan_column_expr(binder->columns, column, position);
    }
    bool *is_untyped = arena_allocate_zero(arena, count * sizeof(bool));
    return (Rows){bind_project(binder, &plan->base, exprs, names, count), count, names, is_untyped};
}

Relation bind_unpivot(const From *from, const AstTableRef *ref, Scope *before)
{
    Binder *binder = from->binder;
    const AstUnpivot *unpivot = ref->unpivot;
    Position position = binder_at(binder, ref->position);
    Relation source = bind_table_ref(from, unpivot->source, before);
    UnpivotRows unpivoted = unpivot_rows(binder, unpivot, &source);
    PlanUnpivot *plan = unpivot_plan(binder, unpivot, source.plan, &unpivoted);
    Rows rows = unpivot_project(binder, &source, plan, position);
    for (size_t v = 0; !unpivot->is_including_nulls && v < unpivot->values.count; v++) {
        size_t column = rows.column_count - unpivot->values.count + v;
        Expr *value = plan_column_expr(binder->columns, rows.plan->outputs[column], position);
        Expr *is_there = bind_call(binder, "is not null", &value, (bool[]){false}, 1, ref->position, "IS");
        rows.plan = plan_filter_new(binder->columns, rows.plan, &is_there, 1);
    }
    return relation_of_rows(binder, &rows, pivot_name(binder, ref), &ref->column_aliases);
}
