/* bind/bind_type.c: types as written, and conversions that nobody asked for: literals to what stands beside them,
 * values to their common type. */
#include "bind/binder.h"

#include <math.h>
#include <stdio.h>

#include "base/context.h"
#include "column/convert.h"
#include "column/decimal.h"
#include "column/number.h"
#include "expr/cast.h"
#include "expr/function.h"

/* ---- types as written ---- */

static bool type_of_ast(const AstType *ast, Type *ret_type)
{
    int modifiers[2];
    for (size_t i = 0; i < ast->modifier_count; i++) {
        if (ast->modifiers[i] < 0 || ast->modifiers[i] > INT32_MAX)
            return false;
        modifiers[i] = (int)ast->modifiers[i];
    }
    return type_parse(ast->name, modifiers, ast->modifier_count, ret_type);
}

static const char *const common_types[] = {"boolean", "smallint", "integer",   "bigint",      "ubigint",
                                           "double",  "decimal",  "numeric",   "varchar",     "text",
                                           "blob",    "date",     "timestamp", "timestamptz", "interval"};

/* PostgreSQL's types that there are none like, and what holds such values. */
static const struct ForeignType {
    const char *name, *hint;
} foreign_types[] = {
    {"timetz", "TIME has no zone, TIMESTAMPTZ a moment"},
    {"time with time zone", "TIME has no zone, TIMESTAMPTZ a moment"},
    {"uuid", "VARCHAR holds it; gen_random_uuid() makes one"},
    {"jsonb", "JSON is VARCHAR, which the functions of JSON take"},
    {"xml", "VARCHAR holds it"},
    {"name", "VARCHAR holds it"},
    {"inet", "VARCHAR holds it"},
    {"cidr", "VARCHAR holds it"},
    {"macaddr", "VARCHAR holds it"},
    {"oid", "BIGINT holds it"},
    {"money", "DECIMAL(19, 2) holds it"},
    {"bit", "BIGINT and BLOB have bits"},
    {"bit varying", "BIGINT and BLOB have bits"},
    {"varbit", "BIGINT and BLOB have bits"},
    {"point", "two columns of DOUBLE hold it"},
    {"int4range", "two columns hold its bounds"},
    {"int8range", "two columns hold its bounds"},
    {"numrange", "two columns hold its bounds"},
    {"daterange", "two columns hold its bounds"},
    {"tsrange", "two columns hold its bounds"},
    {"tstzrange", "two columns hold its bounds"},
    {"tsvector", "LIKE, ~ and the regexp functions search text"},
    {"tsquery", "LIKE, ~ and the regexp functions search text"},
};

static void refuse_foreign_type(const AstType *ast)
{
    StringView name = ast->name;
    if (name.size > 0 && name.data[name.size - 1] == ']')
        error_raise_hint(ERROR_NOT_SUPPORTED, ast->position,
                         "a row for each element holds them, or text that string_to_table takes apart",
                         "arrays are not supported");
    for (size_t i = 0; i < sizeof foreign_types / sizeof *foreign_types; i++)
        if (view_equal_ignoring_case(name, view_of(foreign_types[i].name)))
            error_raise_hint(ERROR_NOT_SUPPORTED, ast->position, foreign_types[i].hint, "type %s is not supported",
                             foreign_types[i].name);
}

Type bind_type(const AstType *ast)
{
    Type type;
    if (type_of_ast(ast, &type))
        return type;
    if (ast->modifier_count > 0 && type_parse(ast->name, NULL, 0, &type))
        error_raise_hint(ERROR_INVALID_PARAMETER, ast->position,
                         type.id == TYPE_DECIMAL ? "precision is 1 to 38, scale 0 to the precision" : "",
                         "type %.*s cannot have these modifiers", VIEW_ARGUMENTS(ast->name));
    refuse_foreign_type(ast);
    Nearest nearest = nearest_to(ast->name);
    for (size_t i = 0; i < sizeof common_types / sizeof *common_types; i++)
        nearest_look(&nearest, view_of(common_types[i]));
    char hint[64] = "";
    if (nearest.found.data)
        snprintf(hint, sizeof hint, "did you mean \"%.*s\"?", VIEW_ARGUMENTS(nearest.found));
    error_raise_hint(ERROR_UNDEFINED_OBJECT, ast->position, hint, "type \"%.*s\" does not exist",
                     VIEW_ARGUMENTS(ast->name));
}

const char *bind_type_text(Binder *binder, Type type)
{
    char name[TYPE_NAME_SIZE];
    if (type.id == TYPE_NULL)
        return "unknown";
    char *text = arena_string(binder->arena, type_name(type, name));
    for (char *c = text; *c; c++)
        *c = ascii_lower(*c);
    return text;
}

/* ---- literals without a type ---- */

bool ast_is_untyped(const AstExpr *ast)
{
    return ast &&
           (ast->kind == AST_STRING || ast->kind == AST_PARAMETER || (ast->kind == AST_VALUE && ast->value.is_untyped));
}

/* A text that DECIMAL can hold is taken with all its digits, not rounded to the other side's scale, nor refused where
 * the other side has room for fewer before the point. */
static bool literal_as_decimal(StringView text, Type type, Value *ret_value)
{
    Type exact;
    Int128 number;
    if (type.id != TYPE_DECIMAL || !decimal_parse_exact(view_trim(text), &exact, &number) ||
        (exact.scale <= type.scale && exact.precision - exact.scale <= type.precision - type.scale))
        return false;
    *ret_value = value_decimal(exact, number);
    return true;
}

/* No cast is needed: the type is the same, and so is its limit, if it has one. */
static bool is_of_type(const Expr *expr, Type type)
{
    return type_equal(expr->type, type) && (type.limit == LIMIT_NONE || type_limits_equal(expr->type, type));
}

/* 'now', 'today', 'tomorrow' and 'yesterday' as a date or timestamp; NULL: it is none of these. */
static Expr *literal_as_moment(const Binder *binder, const Expr *literal, Type type)
{
    static const struct {
        const char *word;
        int days;
    } words[] = {{"yesterday", -1}, {"today", 0}, {"tomorrow", 1}};
    bool is_text = literal->kind == EXPR_CONSTANT && literal->type.id == TYPE_VARCHAR && !literal->constant.is_null;
    if (!is_text)
        return NULL;
    StringView text = view_trim(literal->constant.text);
    bool is_date = type.id == TYPE_DATE || type.id == TYPE_TIMESTAMP || type.id == TYPE_TIMESTAMPTZ;
    if ((is_date || type.id == TYPE_TIME) && view_equal_ignoring_case(text, view_of("now")))
        return expr_cast(binder->arena, function_call(binder->arena, "now", NULL, 0, literal->position), type,
                         literal->position);
    for (size_t i = 0; is_date && i < sizeof words / sizeof *words; i++)
        if (view_equal_ignoring_case(text, view_of(words[i].word))) {
            Value days = value_integer(type_of(TYPE_INTEGER), words[i].days);
            Expr *operands[] = {function_call(binder->arena, "current_date", NULL, 0, literal->position),
                                expr_constant(binder->arena, days, literal->position)};
            return expr_cast(binder->arena, function_call(binder->arena, "+", operands, 2, literal->position), type,
                             literal->position);
        }
    return NULL;
}

/* NaN and the infinities of PostgreSQL's numeric, date and timestamps. */
static void refuse_boundless(const Expr *literal, Type type)
{
    bool is_text = literal->kind == EXPR_CONSTANT && literal->type.id == TYPE_VARCHAR && !literal->constant.is_null;
    StringView text = is_text ? view_trim(literal->constant.text) : (StringView){NULL, 0};
    double number;
    bool overflow, is_decimal = type.id == TYPE_DECIMAL;
    bool is_moment = type.id == TYPE_DATE || type.id == TYPE_TIMESTAMP || type.id == TYPE_TIMESTAMPTZ;
    if (!(is_decimal || is_moment) || !double_parse(text, &number, &overflow) || isfinite(number) ||
        (is_moment && isnan(number)))
        return;
    char name[TYPE_NAME_SIZE];
    error_raise_hint(ERROR_NOT_SUPPORTED, literal->position,
                     is_decimal ? "DOUBLE has NaN and Infinity" : "NULL can stand for an unbounded end",
                     "type %s has no value \"%.*s\"", type_name_lower(type, name), VIEW_ARGUMENTS(text));
}

Expr *bind_literal_as(Binder *binder, Expr *literal, Type type)
{
    literal_note_type(binder, literal, type);
    type = type_without_limit(type); /* a cast's to keep */
    if (type.id == TYPE_VARCHAR || type.id == TYPE_NULL || literal->kind != EXPR_CONSTANT)
        return expr_cast(binder->arena, literal, type.id == TYPE_NULL ? literal->type : type, literal->position);
    if (literal->constant.is_null)
        return expr_constant(binder->arena, value_null(type), literal->position);
    Value value;
    Error error = {0};
    if (!literal_as_decimal(literal->constant.text, type, &value) &&
        !value_parse(binder->arena, literal->constant.text, type, &value, &error)) {
        refuse_boundless(literal, type);
        error.position = literal->position;
        error_raise_again(&error);
    }
    return expr_constant(binder->arena, value, literal->position);
}

Expr *bind_convert(Binder *binder, Expr *expr, bool is_untyped, Type type)
{
    if (is_untyped)
        literal_note_type(binder, expr, type);
    if (is_of_type(expr, type))
        return expr;
    Expr *moment = literal_as_moment(binder, expr, type_without_limit(type));
    if (moment)
        return expr_cast(binder->arena, moment, type, expr->position);
    if (is_untyped)
        return expr_cast(binder->arena, bind_literal_as(binder, expr, type), type, expr->position);
    refuse_boundless(expr, type);
    if (!cast_exists(expr->type, type))
        bind_error(binder, ERROR_CANNOT_COERCE, expr->position, NULL, "cannot convert type %s to %s",
                   bind_type_text(binder, expr->type), bind_type_text(binder, type));
    return expr_cast(binder->arena, expr, type, expr->position);
}

Expr *bind_assign(Binder *binder, Expr *expr, bool is_untyped, Type type, const char *column)
{
    if (!is_untyped && !type_equal(expr->type, type) && !cast_exists(expr->type, type))
        bind_error(binder, ERROR_DATATYPE_MISMATCH, expr->position, NULL,
                   "column \"%s\" is of type %s but the value is of type %s", column, bind_type_text(binder, type),
                   bind_type_text(binder, expr->type));
    if (type.limit == LIMIT_LENGTH) {
        if (expr->type.id == TYPE_VARCHAR && expr->type.length > 0 && expr->type.length <= type.length)
            return expr;
        type.limit = LIMIT_STORED;
    }
    Expr *converted = bind_convert(binder, expr, is_untyped, type);
    if (converted->kind != EXPR_CAST || converted->arguments[0]->kind != EXPR_CONSTANT)
        return converted;
    return expr_constant(binder->arena, bind_evaluate(binder, converted), converted->position);
}

/* ---- where several meet ---- */

Type bind_convert_all(Binder *binder, Expr **exprs, const bool *is_untyped, size_t count, const char *what)
{
    Type common = type_of(TYPE_NULL);
    for (size_t i = 0; i < count; i++) {
        context_pace_item(i);
        if (is_untyped[i] || type_common(common, exprs[i]->type, &common))
            continue;
        bind_error(binder, ERROR_DATATYPE_MISMATCH, exprs[i]->position, "CAST one of them",
                   "%s types %s and %s cannot be matched", what, bind_type_text(binder, common),
                   bind_type_text(binder, exprs[i]->type));
    }
    for (size_t i = 0; i < count; i++) {
        context_pace_item(i);
        if (!is_untyped[i])
            continue;
        if (common.id == TYPE_NULL)
            common = type_of(TYPE_VARCHAR);
        exprs[i] = bind_literal_as(binder, exprs[i], common);
        /* '[]' beside JSON is JSON */
        bool shares_name = !type_limits_values(common) && type_equal(common, exprs[i]->type);
        if (!shares_name && !type_common(common, exprs[i]->type, &common)) /* decimals may have grown */
            bind_error(binder, ERROR_DATATYPE_MISMATCH, exprs[i]->position, NULL, "%s types cannot be matched", what);
    }
    for (size_t i = 0; i < count; i++) {
        context_pace_item(i);
        exprs[i] = expr_cast(binder->arena, exprs[i], common, exprs[i]->position);
    }
    return common;
}

static Expr *convert_condition(const Place *place, const AstExpr *ast, Expr *expr, const char *what)
{
    Type boolean = type_of(TYPE_BOOLEAN);
    if (expr->type.id == TYPE_BOOLEAN)
        return expr;
    if (expr->type.id == TYPE_NULL || ast_is_untyped(ast))
        return bind_convert(place->binder, expr, ast_is_untyped(ast), boolean);
    bind_error(place->binder, ERROR_DATATYPE_MISMATCH, ast->position, NULL,
               "argument of %s must be type boolean, not type %s", what, bind_type_text(place->binder, expr->type));
}

Expr *bind_condition(const Place *place, const AstExpr *ast, const char *what)
{
    return convert_condition(place, ast, bind_expr(place, ast), what);
}

Expr *bind_check(const Place *place, const AstExpr *ast)
{
    Expr *expr = bind_expr(place, ast);
    if (type_is_integer(expr->type))
        return expr_cast(place->binder->arena, expr, type_of(TYPE_BOOLEAN), expr->position);
    return convert_condition(place, ast, expr, "CHECK");
}

/* ---- projections ---- */

bool expr_may_be_null(const PlanColumns *columns, const Expr *expr)
{
    if (expr->kind == EXPR_CAST)
        return expr_may_be_null(columns, expr->arguments[0]);
    if (expr->kind == EXPR_COLUMN)
        return plan_column(columns, expr->column)->is_nullable;
    return expr->kind != EXPR_CONSTANT || expr->constant.is_null;
}

Plan *bind_project(Binder *binder, Plan *input, Expr *const *exprs, const char *const *names, size_t count)
{
    PlanColumns *columns = binder->columns;
    PlanProject *project = plan_project_new(columns, input, count);
    ColumnSet passable = column_set_in(binder->arena), passed = column_set_in(binder->arena);
    column_set_add_outputs(&passable, input);
    for (size_t i = 0; i < count; i++) {
        Expr *expr = project->exprs[i] = exprs[i];
        if (expr->kind == EXPR_COLUMN && column_set_has(&passable, expr->column) &&
            !column_set_has(&passed, expr->column)) {
            project->base.outputs[i] = expr->column;
            column_set_add(&passed, expr->column);
            continue;
        }
        project->base.outputs[i] =
            plan_column_new(columns, names[i], NULL, expr->type, expr_may_be_null(columns, expr));
    }
    return &project->base;
}

Plan *bind_project_more(Binder *binder, Plan *input, Expr *const *exprs, const char *const *names, size_t count)
{
    size_t had = input->output_count;
    Expr **all = arena_array(binder->arena, Expr *, had + count);
    const char **all_names = arena_array(binder->arena, const char *, had + count);
    for (size_t i = 0; i < had; i++) {
        all[i] = plan_column_expr(binder->columns, input->outputs[i], NO_POSITION);
        all_names[i] = plan_column(binder->columns, input->outputs[i])->name;
    }
    for (size_t i = 0; i < count; i++) {
        all[had + i] = exprs[i];
        all_names[had + i] = names[i];
    }
    return bind_project(binder, input, all, all_names, had + count);
}
