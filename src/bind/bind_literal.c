/* bind/bind_literal.c: constants as written: numbers, typed literals, intervals, parameters. */
#include "bind/binder.h"
#include "column/convert.h"
#include "column/datetime.h"
#include "column/decimal.h"
#include "column/number.h"

static Expr *constant_at(const Place *place, Value value, Position position)
{
    return expr_constant(place->binder->arena, value, binder_at(place->binder, position));
}

/* INTEGER if it fits, else BIGINT, else a DECIMAL without scale. */
static Value integer_value(const Place *place, StringView text, Position position)
{
    int64_t number;
    bool is_overflow;
    if (int64_parse(text, &number, &is_overflow))
        return value_integer(type_of(number == (int32_t)number ? TYPE_INTEGER : TYPE_BIGINT), number);
    Type type;
    Int128 wide;
    if (!decimal_parse_exact(text, &type, &wide))
        bind_error(place->binder, ERROR_OUT_OF_RANGE, position, "numbers have at most 38 digits",
                   "number %.*s is out of range", VIEW_ARGUMENTS(text));
    return value_decimal(type, wide);
}

static Value double_of_text(const Place *place, StringView text, Position position)
{
    double number;
    bool is_overflow;
    if (!double_parse(text, &number, &is_overflow))
        bind_error(place->binder, ERROR_OUT_OF_RANGE, position, NULL, "number %.*s is out of range",
                   VIEW_ARGUMENTS(text));
    return value_double(number);
}

/* Exact, with the scale that it is written with; a DOUBLE where 38 digits do not suffice. */
static Value decimal_value(const Place *place, StringView text, Position position)
{
    Type type;
    Int128 number;
    if (decimal_parse_exact(text, &type, &number))
        return value_decimal(type, number);
    return double_of_text(place, text, position);
}

static Value number_value(const Place *place, AstExprKind kind, StringView text, Position position)
{
    if (kind == AST_INTEGER)
        return integer_value(place, text, position);
    if (kind == AST_DECIMAL)
        return decimal_value(place, text, position);
    return double_of_text(place, text, position);
}

Expr *bind_negative_literal(const Place *place, const AstExpr *ast, Position position)
{
    Text text = text_in(place->binder->arena);
    text_add_char(&text, '-');
    text_add_view(&text, ast->text);
    return constant_at(place, number_value(place, ast->kind, text_view(&text), position), position);
}

static Value interval_value(const Place *place, StringView text, StringView fields, Position position)
{
    Interval interval;
    if (!interval_parse(text, fields, &interval))
        bind_error(place->binder, ERROR_INVALID_DATETIME, position, "intervals are written as '1 year 2 days 03:04:05'",
                   "invalid input for type interval: \"%.*s\"", VIEW_ARGUMENTS(text));
    return value_interval(interval);
}

static Expr *bind_typed_literal(const Place *place, const AstExpr *ast)
{
    Type type = bind_type(&ast->typed.type);
    if (type.id == TYPE_INTERVAL)
        return constant_at(place, interval_value(place, ast->typed.text, ast->typed.type.fields, ast->position),
                           ast->position);
    Expr *text = constant_at(place, value_text(ast->typed.text), ast->position);
    return bind_convert(place->binder, text, /* is_untyped= */ true, type);
}

Expr *bind_interval(const Place *place, const AstExpr *ast)
{
    Value one = interval_value(place, view_of("1"), ast->interval.unit, ast->position);
    Expr *factors[] = {bind_expr(place, ast->interval.amount), constant_at(place, one, ast->position)};
    bool is_untyped[] = {ast_is_untyped(ast->interval.amount), false};
    if (is_untyped[0])
        factors[0] = bind_convert(place->binder, factors[0], true, type_of(TYPE_DOUBLE));
    return bind_call(place->binder, "*", factors, (bool[]){false, false}, 2, ast->position, "*");
}

/* NULL, whose type literal_note_type is going to tell. */
static Expr *prepared_parameter(const Place *place, const AstExpr *ast)
{
    const BindParameters *parameters = place->binder->environment->prepared;
    Expr *expr = constant_at(place, value_null(type_of(TYPE_VARCHAR)), ast->position);
    for (size_t i = 0; i < parameters->count; i++) {
        BindParameter *parameter = &parameters->items[i];
        if (view_equal(parameter->name, ast->text) && parameter->use_count < parameter->use_limit)
            parameter->uses[parameter->use_count++] = expr;
    }
    return expr;
}

void literal_note_type(const Binder *binder, const Expr *literal, Type type)
{
    const BindParameters *parameters = binder->environment->prepared;
    for (size_t i = 0; parameters && i < parameters->count; i++) {
        BindParameter *parameter = &parameters->items[i];
        for (size_t u = 0; parameter->type.id == TYPE_NULL && u < parameter->use_count; u++)
            if (parameter->uses[u] == literal)
                parameter->type = type;
    }
}

Expr *bind_parameter(const Place *place, const AstExpr *ast)
{
    if (place->binder->environment->prepared)
        return prepared_parameter(place, ast);
    const Map *parameters = place->binder->environment->parameters;
    const char *text = parameters ? map_get(parameters, ast->text) : NULL;
    if (text == NULL)
        bind_error(place->binder, ERROR_UNDEFINED_PARAMETER, ast->position, NULL, "parameter $%.*s has no value",
                   VIEW_ARGUMENTS(ast->text));
    if (text == bind_null_parameter)
        return constant_at(place, value_null(type_of(TYPE_NULL)), ast->position);
    return constant_at(place, value_text(view_of(text)), ast->position);
}

/* NULL without a type is one whatever is bound later: a parameter of another type is bound anew. */
static Expr *prepared_value(const Place *place, const AstExpr *ast)
{
    const Parameter *parameter = ast->value.parameter;
    if (place->binder->columns->is_kept && parameter->value.type.id != TYPE_NULL)
        return expr_parameter(place->binder->arena, parameter, binder_at(place->binder, ast->position));
    return constant_at(place, parameter->value, ast->position);
}

Expr *bind_literal(const Place *place, const AstExpr *ast)
{
    switch (ast->kind) {
    case AST_NULL:
        return constant_at(place, value_null(type_of(TYPE_NULL)), ast->position);
    case AST_BOOLEAN:
        return constant_at(place, value_boolean(ast->boolean), ast->position);
    case AST_STRING:
        return constant_at(place, value_text(ast->text), ast->position);
    case AST_BLOB: {
        Value value = value_text(ast->text);
        value.type = type_of(TYPE_BLOB);
        return constant_at(place, value, ast->position);
    }
    case AST_TYPED_LITERAL:
        return bind_typed_literal(place, ast);
    case AST_VALUE:
        return prepared_value(place, ast);
    default:
        return constant_at(place, number_value(place, ast->kind, ast->text, ast->position), ast->position);
    }
}
