/* bind/bind_sequence.c: nextval('s') and its kin: the sequence is looked up by its name, as a table is. */
#include "bind/binder.h"
#include "provider/sequence.h"
#include "sql/parser.h"

/* 's', 'schema.s' or '"S"', maybe with ::regclass behind it. */
static AstObjectName sequence_name(Binder *binder, const AstExpr *ast)
{
    if (ast->kind == AST_CAST && view_equal_ignoring_case(ast->cast.type.name, view_of("regclass")))
        ast = ast->cast.operand;
    if (ast->kind != AST_STRING)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->position, "such as nextval('s')",
                   "the sequence's name must be a constant");
    const AstExpr *name = parser_parse_expression(binder->arena, ast->text);
    if (name->kind != AST_COLUMN || name->column.part_count > 3)
        bind_error(binder, ERROR_INVALID_NAME, ast->position, NULL, "\"%.*s\" is no name of a sequence",
                   VIEW_ARGUMENTS(ast->text));
    const AstName *parts = name->column.parts;
    size_t count = name->column.part_count;
    return (AstObjectName){.name = parts[count - 1].text,
                           .schema = count > 1 ? parts[count - 2].text : (StringView){NULL, 0},
                           .catalog = count > 2 ? parts[0].text : (StringView){NULL, 0},
                           .position = ast->position};
}

static Sequence *named_sequence(Binder *binder, const AstExpr *ast)
{
    AstObjectName name = sequence_name(binder, ast);
    Sequence *sequence = table_sequence(bind_catalog_table(binder, &name));
    if (sequence == NULL)
        bind_error(binder, ERROR_WRONG_OBJECT_TYPE, ast->position, NULL, "\"%.*s\" is not a sequence",
                   VIEW_ARGUMENTS(name.name));
    return sequence;
}

Expr *bind_sequence_call(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    const AstFunction *function = ast->function;
    size_t count = function->arguments.count;
    bool is_last = view_equal_ignoring_case(function->name.name, view_of("lastval"));
    Sequence *sequence = is_last || count == 0 ? NULL : named_sequence(binder, function->arguments.items[0]);
    Expr **arguments = arena_array(binder->arena, Expr *, count);
    bool *is_untyped = arena_array(binder->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        const AstExpr *argument = function->arguments.items[i];
        if (i == 0 && argument->kind == AST_CAST)
            argument = argument->cast.operand;
        arguments[i] = bind_expr(place, argument);
        is_untyped[i] = ast_is_untyped(argument);
    }
    const char *name = binder_string(binder, function->name.name);
    Expr *call = bind_call(binder, name, arguments, is_untyped, count, ast->position, NULL);
    return sequence_call(binder->arena, call, sequence, catalog_last_value(binder->environment->catalog));
}
