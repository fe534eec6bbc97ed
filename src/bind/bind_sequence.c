/* bind/bind_sequence.c: nextval('s') and its kin: the sequence is looked up by its name, as a table is. */
#include "bind/target.h"
#include "provider/sequence.h"
#include "sql/parser.h"
#include "sql/printer.h"

/* 's', 'schema.s' or '"S"' */
static bool text_is_name(Arena *arena, StringView text, Position position, AstObjectName *ret_name)
{
    const AstExpr *name = parser_parse_expression(arena, text);
    if (name->kind != AST_COLUMN || name->column.part_count > 3)
        return false;
    const AstName *parts = name->column.parts;
    size_t count = name->column.part_count;
    *ret_name = (AstObjectName){.name = parts[count - 1].text,
                                .schema = count > 1 ? parts[count - 2].text : (StringView){NULL, 0},
                                .catalog = count > 2 ? parts[0].text : (StringView){NULL, 0},
                                .position = position};
    return true;
}

static AstObjectName require_name(Binder *binder, StringView text, Position position)
{
    AstObjectName name;
    if (!text_is_name(binder->arena, text, position, &name))
        bind_error(binder, ERROR_INVALID_NAME, position, NULL, "\"%.*s\" is no name", VIEW_ARGUMENTS(text));
    return name;
}

static const AstExpr *without_regclass(const AstExpr *ast)
{
    bool is_cast = ast->kind == AST_CAST && view_equal_ignoring_case(ast->cast.type.name, view_of("regclass"));
    return is_cast ? ast->cast.operand : ast;
}

bool bind_nextval_name(Arena *arena, const AstExpr *ast, AstObjectName *ret_name)
{
    if (ast->kind != AST_FUNCTION || !view_equal_ignoring_case(ast->function->name.name, view_of("nextval")) ||
        ast->function->arguments.count != 1)
        return false;
    const AstExpr *argument = without_regclass(ast->function->arguments.items[0]);
    return argument->kind == AST_STRING && text_is_name(arena, argument->text, ast->position, ret_name);
}

/* ---- pg_get_serial_sequence(table, column) ---- */

static Value constant_text(const Place *place, const AstExpr *ast)
{
    Type type = type_of(TYPE_VARCHAR);
    Value value = bind_evaluate(place->binder, bind_convert(place->binder, bind_expr(place, ast), true, type));
    return value;
}

Expr *bind_serial_sequence_call(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    const AstExprs *arguments = &ast->function->arguments;
    Value result = value_null(type_of(TYPE_VARCHAR));
    if (arguments->count != 2)
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, ast->position, NULL,
                   "pg_get_serial_sequence takes a table's name and a column's");
    Value table_text = constant_text(place, arguments->items[0]), column = constant_text(place, arguments->items[1]);
    if (!table_text.is_null && !column.is_null) {
        AstObjectName name = require_name(binder, table_text.text, arguments->items[0]->position);
        Target target =
            target_new(binder, bind_catalog_table(binder, &name), binder_string(binder, name.name), name.position);
        const char *sql = provider_column_default(
            target.table, target_find_column(&target, column.text, arguments->items[1]->position));
        AstObjectName sequence;
        if (sql && bind_nextval_name(binder->arena, parser_parse_expression(binder->arena, view_of(sql)), &sequence)) {
            Text text = text_in(binder->arena);
            printer_print_object_name(&text, &sequence);
            result = value_text(text_view(&text));
        }
    }
    return expr_constant(binder->arena, result, binder_at(binder, ast->position));
}

/* ---- nextval and its kin ---- */

/* The sequence's name as a string literal. */
static const AstExpr *sequence_argument(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    ast = without_regclass(ast);
    if (ast->kind == AST_FUNCTION &&
        view_equal_ignoring_case(ast->function->name.name, view_of("pg_get_serial_sequence"))) {
        Value name = bind_evaluate(binder, bind_serial_sequence_call(place, ast));
        AstExpr *literal = arena_new(binder->arena, AstExpr);
        *literal = (AstExpr){.kind = AST_STRING, .height = 1, .position = ast->position};
        literal->text = name.is_null ? view_of("null") : name.text;
        return literal;
    }
    if (ast->kind != AST_STRING)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->position, "such as nextval('s')",
                   "the sequence's name must be a constant");
    return ast;
}

static Sequence *named_sequence(Binder *binder, const AstExpr *ast)
{
    AstObjectName name = require_name(binder, ast->text, ast->position);
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
    Sequence *sequence = NULL;
    Expr **arguments = arena_array(binder->arena, Expr *, count);
    bool *is_untyped = arena_array(binder->arena, bool, count);
    for (size_t i = 0; i < count; i++) {
        const AstExpr *argument = function->arguments.items[i];
        if (i == 0 && !is_last) {
            argument = sequence_argument(place, argument);
            sequence = named_sequence(binder, argument);
        }
        arguments[i] = bind_expr(place, argument);
        is_untyped[i] = ast_is_untyped(argument);
    }
    const char *name = binder_string(binder, function->name.name);
    Expr *call = bind_call(binder, name, arguments, is_untyped, count, ast->position, NULL);
    return sequence_call(binder->arena, call, sequence, catalog_last_value(binder->environment->catalog));
}
