/* bind/bind_index.c: the keys and the predicate of CREATE INDEX. */
#include "bind/binder.h"
#include "sql/printer.h"

typedef struct IndexColumns {
    const ColumnId *columns;
    size_t count;
} IndexColumns;

static ColumnId column_to_index(void *user, ColumnId column)
{
    const IndexColumns *self = user;
    for (size_t i = 0; i < self->count; i++)
        if (self->columns[i] == column)
            return (ColumnId)i;
    return column;
}

static const char *ast_sql(Binder *binder, const AstExpr *expr)
{
    Text text = text_in(binder->arena);
    printer_print_expr(&text, expr, PRINTER_PLAIN);
    return text_string(&text);
}

static IndexKey index_key(Binder *binder, Scope *scope, const AstOrder *ast, const IndexColumns *columns)
{
    Place place = {.binder = binder, .scope = scope, .clause = "CREATE INDEX"};
    Expr *expr = bind_expr(&place, ast->expr);
    if (expr_is_volatile(expr))
        bind_error(binder, ERROR_INVALID_TABLE_DEFINITION, ast->expr->position, NULL,
                   "an index cannot stand on what differs from call to call");
    return (IndexKey){.sql = ast_sql(binder, ast->expr),
                      .expr = expr_map_columns(binder->arena, expr, column_to_index, (void *)columns),
                      .order = bind_sort_order(ast, NULL_ORDER_LARGEST)};
}

static Expr *index_predicate(Binder *binder, Scope *scope, const AstExpr *where, const IndexColumns *columns)
{
    Place place = {.binder = binder, .scope = scope, .clause = "an index's WHERE"};
    binder->columns->is_kept = true; /* now() stays what it is, and is seen */
    Expr *expr = bind_condition(&place, where, "WHERE");
    if (expr_is_volatile(expr) || expr_is_momentary(expr))
        bind_error(binder, ERROR_INVALID_OBJECT_DEFINITION, where->position, NULL,
                   "an index cannot have the rows of a condition that differs from call to call");
    return expr_map_columns(binder->arena, expr, column_to_index, (void *)columns);
}

Index *bind_index(BindEnvironment *environment, const Schema *schema, const char *name, bool is_unique,
                  const AstOrders *keys, const AstExpr *where)
{
    Binder *binder = binder_new(environment);
    ColumnId *ids = arena_array(binder->arena, ColumnId, schema->column_count);
    ScopeTable *table = arena_new(binder->arena, ScopeTable);
    for (size_t i = 0; i < schema->column_count; i++) {
        const Column *column = &schema->columns[i];
        ids[i] = plan_column_new(binder->columns, column->name, NULL, column->type, column->is_nullable);
        ScopeColumn scope_column = scope_column_new(column->name, NULL, ids[i]);
        array_add(binder->arena, &table->columns, scope_column);
    }
    Scope scope = {0};
    relation_add_table(binder, &scope.relation, table);
    IndexColumns columns = {ids, schema->column_count};
    IndexKey *items = arena_array(binder->arena, IndexKey, keys->count);
    for (size_t i = 0; i < keys->count; i++)
        items[i] = index_key(binder, &scope, &keys->items[i], &columns);
    Index *index = arena_new(binder->arena, Index);
    *index = (Index){.name = name, .is_unique = is_unique, .key_count = keys->count, .keys = items};
    if (where) {
        index->predicate = index_predicate(binder, &scope, where, &columns);
        index->predicate_sql = ast_sql(binder, where);
    }
    return index;
}
