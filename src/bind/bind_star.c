/* bind/bind_star.c: the SELECT list with every * spread into columns, less, renamed or replaced as it says. */
#include "bind/binder.h"
#include "bind/select.h"

static void select_add_item(Select *select, SelectItem item)
{
    array_add(select->binder->arena, &select->items, item);
}

static bool names_have(const AstNames *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (view_equal_ignoring_case(names->items[i].text, view_of(name)))
            return true;
    return false;
}

/* Every name behind EXCLUDE, REPLACE and RENAME must be that of a column. */
static void require_star_name(const Select *select, const ScopeColumns *columns, const AstName *name,
                              const char *clause)
{
    if (scope_find_column(columns, name->text) != COLUMN_NONE)
        return;
    Nearest nearest = nearest_to(name->text);
    for (size_t i = 0; i < columns->count; i++)
        nearest_look(&nearest, view_of(columns->items[i].name));
    bind_error(select->binder, ERROR_UNDEFINED_COLUMN, name->position,
               binder_did_you_mean(select->binder, nearest.found), "column \"%.*s\" of %s is not among those of the *",
               VIEW_ARGUMENTS(name->text), clause);
}

static void require_star_names(const Select *select, const ScopeColumns *columns, const AstExpr *star)
{
    for (size_t i = 0; i < star->star.exclude.count; i++)
        require_star_name(select, columns, &star->star.exclude.items[i], "EXCLUDE");
    for (size_t i = 0; i < star->star.replace.count; i++)
        require_star_name(select, columns, &star->star.replace.items[i].alias, "REPLACE");
    for (size_t i = 0; i < star->star.rename.count; i++)
        require_star_name(select, columns, &star->star.rename.items[i].from, "RENAME");
}

static SelectItem star_item(const Select *select, const AstExpr *star, const ScopeColumn *column)
{
    Binder *binder = select->binder;
    SelectItem item = {.name = column->name};
    for (size_t i = 0; i < star->star.replace.count; i++) {
        const AstItem *replace = &star->star.replace.items[i];
        if (view_equal_ignoring_case(replace->alias.text, view_of(column->name)))
            item.ast = replace->expr;
    }
    for (size_t i = 0; i < star->star.rename.count; i++)
        if (view_equal_ignoring_case(star->star.rename.items[i].from.text, view_of(column->name)))
            item.name = binder_string(binder, star->star.rename.items[i].to.text);
    if (item.ast == NULL)
        item.expr = plan_column_expr(binder->columns, column->column, binder_at(binder, star->position));
    return item;
}

static void select_expand_star(Select *select, const AstExpr *star)
{
    const ScopeColumns *columns = &select->scope.relation.columns;
    if (star->star.part_count > 0) {
        Place place = select_place(select, "SELECT");
        columns = &scope_table(&place, star->star.parts, star->star.part_count)->columns;
    } else if (select->ast->from.count == 0) {
        bind_error(select->binder, ERROR_SYNTAX, star->position, NULL, "SELECT * without FROM has no columns to show");
    }
    require_star_names(select, columns, star);
    for (size_t i = 0; i < columns->count; i++)
        if (!names_have(&star->star.exclude, columns->items[i].name))
            select_add_item(select, star_item(select, star, &columns->items[i]));
}

static bool name_matches(const Place *place, const char *name, Expr *pattern)
{
    Binder *binder = place->binder;
    Expr *text = expr_constant(binder->arena, value_text(view_of(name)), pattern->position);
    Expr *match = bind_call(binder, "~", (Expr *[]){text, pattern}, (bool[]){false, true}, 2, pattern->position, "~");
    Value value = bind_evaluate(binder, match);
    return !value.is_null && value.boolean;
}

/* COLUMNS(*) is *; COLUMNS('pattern'): the columns whose names the regular expression is found in. */
static void select_expand_columns(Select *select, const AstExpr *ast)
{
    if (ast->operand->kind == AST_STAR) {
        select_expand_star(select, ast->operand);
        return;
    }
    Place place = {.binder = select->binder, .clause = "COLUMNS"};
    Expr *pattern = bind_convert(select->binder, bind_expr(&place, ast->operand), ast_is_untyped(ast->operand),
                                 type_of(TYPE_VARCHAR));
    const ScopeColumns *columns = &select->scope.relation.columns;
    size_t count = select->items.count;
    for (size_t i = 0; i < columns->count; i++)
        if (name_matches(&place, columns->items[i].name, pattern))
            select_add_item(select,
                            (SelectItem){.name = columns->items[i].name,
                                         .expr = plan_column_expr(select->binder->columns, columns->items[i].column,
                                                                  binder_at(select->binder, ast->position))});
    if (select->items.count == count)
        bind_error(select->binder, ERROR_UNDEFINED_COLUMN, ast->position, NULL, "COLUMNS matches no column");
}

void select_expand_items(Select *select)
{
    for (size_t i = 0; i < select->ast->items.count; i++) {
        const AstItem *item = &select->ast->items.items[i];
        if (item->expr->kind == AST_STAR) {
            select_expand_star(select, item->expr);
            continue;
        }
        if (item->expr->kind == AST_COLUMNS) {
            select_expand_columns(select, item->expr);
            continue;
        }
        bool is_named = ast_name_is_given(&item->alias);
        select_add_item(select, (SelectItem){.ast = item->expr,
                                             .name = is_named ? binder_string(select->binder, item->alias.text)
                                                              : bind_output_name(select->binder->arena, item->expr),
                                             .alias = item->alias.text,
                                             .is_untyped = ast_is_untyped(item->expr)});
    }
    select->shown_count = select->items.count;
}
