/* bind/bind_name.c: what an expression's column is called when nobody named it: PostgreSQL's rules. */
#include "bind/bind.h"

typedef enum NameStrength {
    NAME_NONE,
    NAME_WEAK, /* of a type, or "case": a name from within would be better */
    NAME_STRONG,
} NameStrength;

static NameStrength expr_name(const AstExpr *ast, StringView *ret_name);

static NameStrength named(NameStrength strength, StringView name, StringView *ret_name)
{
    *ret_name = name;
    return strength;
}

static NameStrength query_name(const AstQuery *query, StringView *ret_name)
{
    while (query->kind == AST_QUERY_NESTED || query->kind == AST_QUERY_SET)
        query = query->kind == AST_QUERY_SET ? query->set.operands.items[0] : query->nested;
    if (query->kind == AST_QUERY_VALUES)
        return named(NAME_STRONG, view_of("column1"), ret_name);
    if (query->kind != AST_QUERY_SELECT || query->select->items.count == 0)
        return NAME_NONE;
    const AstItem *first = &query->select->items.items[0];
    if (ast_name_is_given(&first->alias))
        return named(NAME_STRONG, first->alias.text, ret_name);
    return expr_name(first->expr, ret_name);
}

static NameStrength case_name(const AstExpr *ast, StringView *ret_name)
{
    if (ast->cases.otherwise && expr_name(ast->cases.otherwise, ret_name) == NAME_STRONG)
        return NAME_STRONG;
    return named(NAME_WEAK, view_of("case"), ret_name);
}

static NameStrength cast_name(const AstExpr *operand, const AstType *type, StringView *ret_name)
{
    if (operand && expr_name(operand, ret_name) == NAME_STRONG)
        return NAME_STRONG;
    return named(NAME_WEAK, type->name, ret_name);
}

static NameStrength expr_name(const AstExpr *ast, StringView *ret_name)
{
    switch (ast->kind) {
    case AST_COLUMN:
        return named(NAME_STRONG, ast->column.parts[ast->column.part_count - 1].text, ret_name);
    case AST_FIELD:
        return named(NAME_STRONG, ast->field.name.text, ret_name);
    case AST_FUNCTION:
        return named(NAME_STRONG, ast->function->name.name, ret_name);
    case AST_EXISTS:
        return named(NAME_STRONG, view_of("exists"), ret_name);
    case AST_SUBQUERY:
        return query_name(ast->query, ret_name);
    case AST_CASE:
        return case_name(ast, ret_name);
    case AST_CAST:
        return cast_name(ast->cast.is_try ? NULL : ast->cast.operand, &ast->cast.type, ret_name);
    case AST_TYPED_LITERAL:
        return cast_name(NULL, &ast->typed.type, ret_name);
    case AST_INTERVAL:
        return named(NAME_WEAK, view_of("interval"), ret_name);
    case AST_COLLATE:
        return expr_name(ast->collate.operand, ret_name);
    case AST_ARRAY:
        return named(NAME_STRONG, view_of("array"), ret_name);
    case AST_ROW:
        return named(NAME_STRONG, view_of("row"), ret_name);
    default:
        return NAME_NONE;
    }
}

const char *bind_output_name(Arena *arena, const AstExpr *expr)
{
    StringView name;
    if (expr_name(expr, &name) == NAME_NONE)
        return "?column?";
    return arena_string_n(arena, name.data, name.size);
}
