/* bind/bind_star.c: the SELECT list with every * spread into columns, less, renamed or replaced as it says. */
#include "bind/binder.h"
#include "bind/select.h"
#include "sql/ast_map.h"

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

/* ---- COLUMNS ---- */

static bool condition_holds(Binder *binder, Expr *condition)
{
    Value value = bind_evaluate(binder, condition);
    return !value.is_null && value.boolean;
}

static bool name_matches(const Place *place, StringView name, const AstExpr *pattern)
{
    Binder *binder = place->binder;
    Expr *sides[] = {expr_constant(binder->arena, value_text(name), NO_POSITION), bind_expr(place, pattern)};
    Expr *match = bind_call(binder, "~", sides, (bool[]){false, ast_is_untyped(pattern)}, 2, pattern->position, "~");
    return condition_holds(binder, match);
}

/* The column's name in place of the lambda's. */
typedef struct LambdaArgument {
    Arena *arena;
    StringView parameter, name;
} LambdaArgument;

static AstExpr *lambda_replace(void *user, const AstExpr *expr)
{
    const LambdaArgument *argument = user;
    if (expr->kind != AST_COLUMN || expr->column.part_count != 1 ||
        !view_equal_ignoring_case(expr->column.parts[0].text, argument->parameter))
        return NULL;
    AstExpr *text = arena_new(argument->arena, AstExpr);
    *text = (AstExpr){.kind = AST_STRING, .height = 1, .position = expr->position, .text = argument->name};
    return text;
}

static bool lambda_holds(const Place *place, StringView name, const AstExpr *lambda)
{
    LambdaArgument argument = {place->binder->arena, lambda->binary.left->column.parts[0].text, name};
    const AstExpr *body = ast_expr_map(argument.arena, lambda->binary.right, lambda_replace, &argument);
    return condition_holds(place->binder, bind_condition(place, body, "COLUMNS"));
}

/* COLUMNS(['a', 'b']) */
static bool list_has(const AstExpr *list, StringView name)
{
    for (size_t i = 0; i < list->list.count; i++)
        if (list->list.items[i]->kind == AST_STRING && view_equal_ignoring_case(list->list.items[i]->text, name))
            return true;
    return false;
}

static bool columns_have(const Place *place, StringView name, const AstExpr *choice)
{
    if (choice->kind == AST_ARRAY)
        return list_has(choice, name);
    if (choice->kind == AST_BINARY && choice->binary.operator== AST_OPERATOR_JSON_GET)
        return lambda_holds(place, name, choice);
    return name_matches(place, name, choice);
}

/* COLUMNS(*) is *; the others choose among the columns by their names. */
static void select_expand_columns(Select *select, const AstExpr *ast)
{
    if (ast->operand->kind == AST_STAR) {
        select_expand_star(select, ast->operand);
        return;
    }
    Place place = {.binder = select->binder, .clause = "COLUMNS"};
    const ScopeColumns *columns = &select->scope.relation.columns;
    size_t count = select->items.count;
    for (size_t i = 0; i < columns->count; i++)
        if (columns_have(&place, view_of(columns->items[i].name), ast->operand))
            select_add_item(select,
                            (SelectItem){.name = columns->items[i].name,
                                         .expr = plan_column_expr(select->binder->columns, columns->items[i].column,
                                                                  binder_at(select->binder, ast->position))});
    if (select->items.count == count)
        bind_error(select->binder, ERROR_UNDEFINED_COLUMN, ast->position, NULL, "COLUMNS matches no column");
}

/* ---- COLUMNS within an expression: the expression once for each column ---- */

/* What the COLUMNS of an expression stand for, and which of them is meant in the copy that is being made. */
typedef struct Spread {
    Select *select;
    size_t index;
    size_t count; /* of columns; SIZE_MAX: not known yet */
} Spread;

/* An item of a star as an expression of its own. */
static AstExpr *item_as_ast(Select *select, const SelectItem *item, Position position)
{
    if (item->ast)
        return (AstExpr *)item->ast;
    Arena *arena = select->binder->arena;
    AstExpr *ast = arena_new(arena, AstExpr);
    *ast = (AstExpr){.kind = AST_BOUND, .height = 1, .position = position};
    ast->bound.expr = item->expr;
    ast->bound.name = view_of(item->name);
    return ast;
}

static AstExpr *spread_replace(void *user, const AstExpr *expr)
{
    Spread *spread = user;
    if (expr->kind != AST_COLUMNS)
        return NULL;
    Select *select = spread->select;
    size_t first = select->items.count;
    select_expand_columns(select, expr);
    size_t count = select->items.count - first;
    if (spread->count != SIZE_MAX && spread->count != count)
        bind_error(select->binder, ERROR_SYNTAX, expr->position, NULL,
                   "one COLUMNS is %zu columns here and another %zu", spread->count, count);
    spread->count = count;
    SelectItem item = select->items.items[first + spread->index];
    select->items.count = first;
    return item_as_ast(select, &item, expr->position);
}

AstExprs select_spread(Select *select, const AstExpr *ast)
{
    AstExprs copies = {0};
    Spread spread = {.select = select, .count = SIZE_MAX};
    do {
        AstExpr *copy = ast_expr_map(select->binder->arena, ast, spread_replace, &spread);
        array_add(select->binder->arena, &copies, copy);
    } while (++spread.index < spread.count);
    return copies;
}

Expr *select_bind_condition(Select *select, const Place *place, const AstExpr *ast)
{
    if (ast_expr_find(ast, AST_COLUMNS) == NULL)
        return bind_condition(place, ast, place->clause);
    AstExprs copies = select_spread(select, ast);
    Expr **conditions = arena_array(select->binder->arena, Expr *, copies.count);
    for (size_t i = 0; i < copies.count; i++)
        conditions[i] = bind_condition(place, copies.items[i], place->clause);
    return expr_junction(select->binder->arena, EXPR_AND, conditions, copies.count,
                         binder_at(select->binder, ast->position));
}

static void select_add_written_item(Select *select, const AstExpr *ast, const AstName *alias)
{
    bool is_named = ast_name_is_given(alias);
    select_add_item(select, (SelectItem){.ast = ast,
                                         .name = is_named ? binder_string(select->binder, alias->text)
                                                          : bind_output_name(select->binder->arena, ast),
                                         .alias = alias->text,
                                         .is_untyped = ast_is_untyped(ast)});
}

void select_expand_items(Select *select)
{
    for (size_t i = 0; i < select->ast->items.count; i++) {
        const AstItem *item = &select->ast->items.items[i];
        if (item->expr->kind == AST_STAR) {
            select_expand_star(select, item->expr);
        } else if (item->expr->kind == AST_COLUMNS) {
            select_expand_columns(select, item->expr);
        } else if (ast_expr_find(item->expr, AST_COLUMNS)) {
            AstExprs copies = select_spread(select, item->expr);
            for (size_t c = 0; c < copies.count; c++) {
                const AstExpr *column = ast_expr_find(copies.items[c], AST_BOUND);
                AstName name = {.text = column ? column->bound.name : (StringView){NULL, 0}};
                select_add_written_item(select, copies.items[c],
                                        ast_name_is_given(&item->alias) ? &item->alias : &name);
            }
        } else {
            select_add_written_item(select, item->expr, &item->alias);
        }
    }
    select->shown_count = select->items.count;
}
