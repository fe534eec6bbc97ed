/* bind/bind_function.c: calls by name: which function takes these arguments, and what to say when none does. */
#include "bind/binder.h"
#include "column/arrow_name.h"
#include "expr/aggregate.h"
#include "expr/cast.h"
#include "expr/function.h"
#include "expr/set_function.h"
#include "expr/window.h"

/* ---- the right entry of the registry ---- */

/* "integer, unknown" */
static const char *types_text(Binder *binder, Expr *const *arguments, const bool *is_untyped, size_t count)
{
    Text text = text_in(binder->arena);
    for (size_t i = 0; i < count; i++) {
        Type type = is_untyped[i] ? type_of(TYPE_NULL) : arguments[i]->type;
        text_add_format(&text, "%s%s", i > 0 ? ", " : "", bind_type_text(binder, type));
    }
    return text_string(&text);
}

/* "abs(x DOUBLE) DOUBLE" of each entry, as many as fit on a line or two. */
static const char *signatures_hint(Binder *binder, StringView name)
{
    size_t count;
    const Function *entries = function_find(name, &count);
    Text text = text_in(binder->arena);
    text_add(&text, "there is ");
    for (size_t i = 0; i < count && text.size < 200; i++)
        text_add_format(&text, "%s%s%s", i > 0 ? ", " : "", entries[i].name, entries[i].signature);
    return text_string(&text);
}

/* Functions of arrays that people look for, and what does their work here. */
static const char *array_function_hint(StringView name)
{
    static const struct {
        const char *name, *hint;
    } functions[] = {
        {"array_agg", "there are no arrays; string_agg(x, ',') makes one text of a group"},
        {"list", "there are no arrays; string_agg(x, ',') makes one text of a group"},
        {"json_agg", "'[' || string_agg(to_json(x), ',') || ']' makes an array of a group"},
        {"jsonb_agg", "'[' || string_agg(to_json(x), ',') || ']' makes an array of a group"},
        {"unnest", "there are no arrays; string_to_table(text, ',') gives a row for each part"},
        {"string_to_array", "there are no arrays; string_to_table(text, ',') gives a row for each part"},
        {"string_split",
         "there are no arrays; split_part(text, ',', 1) is one part, string_to_table(text, ',') all as rows"},
        {"json_group_array", "'[' || string_agg(to_json(x), ',') || ']' makes an array of a group"},
        {"array_to_string", "there are no arrays; string_agg(x, ',') makes one text of a group"},
        {"array_length", "there are no arrays; count(*) counts the rows of a group"},
        {"cardinality", "there are no arrays; count(*) counts the rows of a group"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (view_equal_ignoring_case(name, view_of(functions[i].name)))
            return functions[i].hint;
    return NULL;
}

static const char *nearest_function_hint(Binder *binder, StringView name)
{
    const char *hint = array_function_hint(name);
    if (hint)
        return hint;
    Nearest nearest = nearest_to(name);
    const Function *function;
    const Aggregate *aggregate;
    const WindowFunction *window;
    for (size_t i = 0; (function = function_at(i)) != NULL; i++)
        if (ascii_is_alpha(function->name[0]))
            nearest_look(&nearest, view_of(function->name));
    for (size_t i = 0; (aggregate = aggregate_at(i)) != NULL; i++)
        nearest_look(&nearest, view_of(aggregate->name));
    for (size_t i = 0; (window = window_function_at(i)) != NULL; i++)
        nearest_look(&nearest, view_of(window->name));
    return binder_did_you_mean(binder, nearest.found);
}

static _Noreturn void raise_no_operator(Binder *binder, const char *symbol, Expr *const *arguments,
                                        const bool *is_untyped, size_t count, Position position)
{
    const char *left = bind_type_text(binder, is_untyped[0] ? type_of(TYPE_NULL) : arguments[0]->type);
    const char *hint = "CAST one side to the type of the other";
    if (count == 1)
        bind_error(binder, ERROR_UNDEFINED_FUNCTION, position, NULL, "operator does not exist: %s %s", symbol, left);
    bind_error(binder, ERROR_UNDEFINED_FUNCTION, position, hint, "operator does not exist: %s %s %s", left, symbol,
               bind_type_text(binder, is_untyped[1] ? type_of(TYPE_NULL) : arguments[1]->type));
}

static _Noreturn void raise_no_function(Binder *binder, const char *name, bool is_ambiguous, Expr *const *arguments,
                                        const bool *is_untyped, size_t count, Position position)
{
    size_t entry_count;
    bool exists = function_find(view_of(name), &entry_count) != NULL;
    const char *types = types_text(binder, arguments, is_untyped, count);
    if (is_ambiguous)
        bind_error(binder, ERROR_AMBIGUOUS_FUNCTION, position, "CAST its arguments", "function %s(%s) is ambiguous",
                   name, types);
    bind_error(binder, ERROR_UNDEFINED_FUNCTION, position,
               exists ? signatures_hint(binder, view_of(name)) : nearest_function_hint(binder, view_of(name)),
               "function %s(%s) does not exist", name, types);
}

/* A text where a DECIMAL is wanted is a number with all its digits, not one rounded to the other arguments' scale.
 * False: no type has changed; else `types` are those of the arguments now. */
static bool widen_literals(Binder *binder, Expr **arguments, bool *is_untyped, Type *types, size_t count)
{
    bool is_wider = false;
    for (size_t i = 0; i < count; i++) {
        if (!is_untyped[i] || types[i].id != TYPE_DECIMAL)
            continue;
        bool has_other = count == 2 && !is_untyped[1 - i] && arguments[1 - i]->type.id == TYPE_DECIMAL;
        arguments[i] = bind_literal_as(binder, arguments[i], has_other ? arguments[1 - i]->type : types[i]);
        is_untyped[i] = false;
        is_wider |= !type_equal(arguments[i]->type, types[i]);
    }
    for (size_t i = 0; is_wider && i < count; i++)
        types[i] = arguments[i]->type;
    return is_wider;
}

/* now() is one moment for the whole statement: a constant, so that it can be handed to providers. In a plan that is
 * kept it is another for each execution. */
static Expr *fold_stable_call(Binder *binder, Expr *call)
{
    if (binder->columns->is_kept)
        return call;
    for (size_t i = 0; i < call->argument_count; i++)
        if (!expr_is_constant(call->arguments[i]))
            return call;
    return expr_constant(binder->arena, bind_evaluate(binder, call), call->position);
}

/* The operators of DOUBLE, rounded again, are those of REAL. */
static bool all_are_real(Expr *const *arguments, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (arguments[i]->type.limit != LIMIT_REAL)
            return false;
    return true;
}

Expr *bind_call(Binder *binder, const char *name, Expr *const *given, const bool *given_is_untyped, size_t count,
                Position position, const char *symbol)
{
    Expr **arguments = arena_array(binder->arena, Expr *, count);
    bool *is_untyped = arena_array(binder->arena, bool, count);
    Type *types = arena_array(binder->arena, Type, count);
    for (size_t i = 0; i < count; i++) {
        arguments[i] = given[i];
        is_untyped[i] = given_is_untyped[i];
    }
    for (size_t i = 0; i < count; i++)
        types[i] = arguments[i]->type;
    Type result;
    bool is_ambiguous;
    const Function *function = function_resolve(view_of(name), types, is_untyped, count, &result, &is_ambiguous);
    if (function && widen_literals(binder, arguments, is_untyped, types, count))
        function = function_resolve(view_of(name), types, is_untyped, count, &result, &is_ambiguous);
    if (function == NULL && symbol && count > 0)
        raise_no_operator(binder, symbol, arguments, is_untyped, count, position);
    if (function == NULL)
        raise_no_function(binder, name, is_ambiguous, arguments, is_untyped, count, position);
    for (size_t i = 0; i < count; i++)
        arguments[i] = bind_convert(binder, arguments[i], is_untyped[i], types[i]);
    Expr *call = expr_call(binder->arena, function, result, arguments, count, binder_at(binder, position));
    if (symbol && result.id == TYPE_DOUBLE && all_are_real(arguments, count))
        return expr_cast(binder->arena, call, arguments[0]->type, call->position);
    return function->flags & FUNCTION_STABLE ? fold_stable_call(binder, call) : call;
}

/* ---- arguments ---- */

typedef struct Arguments {
    Expr **exprs;
    bool *is_untyped;
    size_t count;
} Arguments;

static Arguments bind_arguments(const Place *place, const AstFunction *call)
{
    Arena *arena = place->binder->arena;
    size_t count = call->arguments.count;
    Arguments arguments = {arena_array(arena, Expr *, count), arena_array(arena, bool, count), count};
    for (size_t i = 0; i < count; i++) {
        arguments.exprs[i] = bind_expr(place, call->arguments.items[i]);
        arguments.is_untyped[i] = ast_is_untyped(call->arguments.items[i]);
    }
    return arguments;
}

static void require_arguments(const Place *place, const AstExpr *ast, size_t minimum, size_t maximum)
{
    const AstFunction *call = ast->function;
    size_t count = call->arguments.count;
    if (count >= minimum && count <= maximum)
        return;
    bind_error(place->binder, ERROR_UNDEFINED_FUNCTION, ast->position, NULL, "%.*s takes %s%zu argument%s, not %zu",
               VIEW_ARGUMENTS(call->name.name), maximum > minimum ? "at least " : "", minimum, minimum == 1 ? "" : "s",
               count);
}

/* ---- what looks like a function and is an expression of its own ---- */

static Expr *bind_coalesce(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    require_arguments(place, ast, 1, SIZE_MAX);
    Arguments arguments = bind_arguments(place, ast->function);
    Type type = bind_convert_all(binder, arguments.exprs, arguments.is_untyped, arguments.count, "COALESCE");
    if (arguments.count == 1)
        return arguments.exprs[0];
    return expr_new(binder->arena, EXPR_COALESCE, type, arguments.exprs, arguments.count,
                    binder_at(binder, ast->position));
}

static Expr *bind_two_coalesce(const Place *place, const AstExpr *ast)
{
    require_arguments(place, ast, 2, 2);
    return bind_coalesce(place, ast);
}

/* CASE WHEN a = b THEN NULL ELSE a END */
static Expr *bind_nullif(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    require_arguments(place, ast, 2, 2);
    Arguments arguments = bind_arguments(place, ast->function);
    Expr *value = arguments.exprs[0];
    binder_count_shared(binder, value);
    Expr *is_equal = bind_binary_call(binder, AST_OPERATOR_EQUAL, value, arguments.is_untyped[0], arguments.exprs[1],
                                      arguments.is_untyped[1], ast->position);
    Position position = binder_at(binder, ast->position);
    Expr *parts[] = {is_equal, expr_constant(binder->arena, value_null(value->type), position), value};
    return expr_new(binder->arena, EXPR_CASE, value->type, parts, 3, position);
}

/* CASE WHEN condition THEN x ELSE y END: the second and third argument. */
static Expr *bind_choice(const Place *place, const AstExpr *ast, Expr *condition, const char *what)
{
    Binder *binder = place->binder;
    const AstExprs *list = &ast->function->arguments;
    Expr *results[] = {bind_expr(place, list->items[1]), bind_expr(place, list->items[2])};
    bool is_untyped[] = {ast_is_untyped(list->items[1]), ast_is_untyped(list->items[2])};
    Type type = bind_convert_all(binder, results, is_untyped, 2, what);
    Expr *parts[] = {condition, results[0], results[1]};
    return expr_new(binder->arena, EXPR_CASE, type, parts, 3, binder_at(binder, ast->position));
}

/* if(condition, x, y) */
static Expr *bind_if(const Place *place, const AstExpr *ast)
{
    require_arguments(place, ast, 3, 3);
    return bind_choice(place, ast, bind_condition(place, ast->function->arguments.items[0], "IF"), "IF");
}

/* nvl2(value, x, y): x where there is a value */
static Expr *bind_nvl2(const Place *place, const AstExpr *ast)
{
    require_arguments(place, ast, 3, 3);
    Expr *value = bind_expr(place, ast->function->arguments.items[0]);
    Position position = binder_at(place->binder, ast->position);
    return bind_choice(place, ast, function_call(place->binder->arena, "is not null", &value, 1, position), "NVL2");
}

static Expr *bind_extract(const Place *place, const AstExpr *ast)
{
    require_arguments(place, ast, 2, 2);
    Arguments arguments = bind_arguments(place, ast->function);
    return bind_call(place->binder, "date_part", arguments.exprs, arguments.is_untyped, 2, ast->position, NULL);
}

/* arrow_cast(x, 'Int32'): CAST to a type under Arrow's name. */
static Expr *bind_arrow_cast(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    const AstExprs *list = &ast->function->arguments;
    require_arguments(place, ast, 2, 2);
    const AstExpr *name = list->items[1];
    Type type;
    if (name->kind != AST_STRING)
        bind_error(binder, ERROR_INVALID_PARAMETER, name->position, NULL, "the type is a string constant");
    if (!arrow_name_parse(name->text, &type))
        bind_error(binder, ERROR_UNDEFINED_OBJECT, name->position, "such as 'Int32' or 'Timestamp(Microsecond, None)'",
                   "there is no type '%.*s' of Arrow", VIEW_ARGUMENTS(name->text));
    Expr *operand = bind_expr(place, list->items[0]);
    if (!cast_exists(operand->type, type))
        bind_error(binder, ERROR_CANNOT_COERCE, ast->position, NULL, "cannot convert type %s to %s",
                   bind_type_text(binder, operand->type), bind_type_text(binder, type));
    return expr_new(binder->arena, EXPR_CAST, type, &operand, 1, binder_at(binder, ast->position));
}

/* current_timestamp(3): rounded to so many digits, as a cast does it. */
static Expr *bind_current_time(const Place *place, const AstExpr *ast)
{
    static const struct {
        const char *name, *type;
    } types[] = {{"current_timestamp", "timestamptz"},
                 {"localtimestamp", "timestamp"},
                 {"current_time", "time"},
                 {"localtime", "time"}};
    const AstFunction *call = ast->function;
    require_arguments(place, ast, 0, 1);
    const char *name = binder_string(place->binder, call->name.name);
    Expr *now = bind_call(place->binder, name, NULL, NULL, 0, ast->position, NULL);
    if (call->arguments.count == 0)
        return now;
    Value digits = bind_evaluate(place->binder, bind_expr(place, call->arguments.items[0]));
    if (digits.is_null || !type_is_integer(digits.type))
        bind_error(place->binder, ERROR_INVALID_PARAMETER, ast->position, NULL, "%s takes a number of digits", name);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (view_equal_ignoring_case(call->name.name, view_of(types[i].name))) {
            AstType type = {.name = view_of(types[i].type), .position = ast->position, .modifier_count = 1};
            type.modifiers[0] = digits.i64 > 6 ? 6 : digits.i64; /* PostgreSQL does so too */
            return expr_cast(place->binder->arena, now, bind_type(&type), now->position);
        }
    return now;
}

/* overlaps(start, end, start, end), where an interval for an end is counted from its start. */
static Expr *bind_overlaps(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    require_arguments(place, ast, 4, 4);
    Arguments arguments = bind_arguments(place, ast->function);
    for (size_t i = 0; i < 4; i += 2)
        if (arguments.exprs[i + 1]->type.id == TYPE_INTERVAL) {
            Expr *operands[] = {expr_copy(binder->arena, arguments.exprs[i]), arguments.exprs[i + 1]};
            arguments.exprs[i + 1] =
                bind_call(binder, "+", operands, (bool[]){arguments.is_untyped[i], false}, 2, ast->position, "+");
        }
    return bind_call(binder, "overlaps", arguments.exprs, arguments.is_untyped, 4, ast->position, NULL);
}

/* ---- what the session knows ---- */

static Expr *bind_current_schema(const Place *place, const AstExpr *ast)
{
    require_arguments(place, ast, 0, 0);
    const char *name = catalog_current_schema(place->binder->environment->catalog);
    return expr_constant(place->binder->arena, value_text(view_of(binder_string(place->binder, view_of(name)))),
                         binder_at(place->binder, ast->position));
}

/* current_setting(name [, missing_ok]) */
static Expr *bind_current_setting(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    const BindEnvironment *environment = binder->environment;
    require_arguments(place, ast, 1, 2);
    Value name = bind_evaluate(binder, bind_expr(place, ast->function->arguments.items[0]));
    Position position = binder_at(binder, ast->position);
    if (name.is_null || name.type.id != TYPE_VARCHAR || environment->setting == NULL)
        bind_error(binder, ERROR_UNDEFINED_OBJECT, ast->position, NULL, "current_setting wants the name of a setting");
    return expr_constant(binder->arena,
                         value_text(view_of(environment->setting(environment->user, name.text, position))), position);
}

/* set_config(name, value, is_local): the value; the setting has changed when the statement is bound. */
static Expr *bind_set_config(const Place *place, const AstExpr *ast)
{
    Binder *binder = place->binder;
    const BindEnvironment *environment = binder->environment;
    const Type types[] = {type_of(TYPE_VARCHAR), type_of(TYPE_VARCHAR), type_of(TYPE_BOOLEAN)};
    Value values[3];
    require_arguments(place, ast, 3, 3);
    for (size_t i = 0; i < 3; i++) {
        const AstExpr *argument = ast->function->arguments.items[i];
        values[i] =
            bind_evaluate(binder, bind_convert(binder, bind_expr(place, argument), ast_is_untyped(argument), types[i]));
    }
    if (values[0].is_null)
        bind_error(binder, ERROR_UNDEFINED_OBJECT, ast->position, NULL, "set_config wants the name of a setting");
    if (!values[2].is_null && values[2].boolean)
        bind_error(binder, ERROR_NOT_SUPPORTED, ast->position, "settings are the session's",
                   "set_config for one transaction alone is not supported");
    binder->columns->is_momentary = true;
    const char *text = values[1].is_null ? NULL : binder_string(binder, values[1].text);
    Position position = binder_at(binder, ast->position);
    if (environment->set_setting)
        environment->set_setting(environment->user, values[0].text, text, position);
    return expr_constant(binder->arena, values[1], position);
}

static const struct SpecialFunction {
    const char *name;
    Expr *(*bind)(const Place *place, const AstExpr *ast);
} special_functions[] = {
    {"coalesce", bind_coalesce},
    {"ifnull", bind_two_coalesce},
    {"nvl", bind_two_coalesce},
    {"nvl2", bind_nvl2},
    {"nullif", bind_nullif},
    {"if", bind_if},
    {"iif", bind_if},
    {"extract", bind_extract},
    {"grouping", bind_grouping},
    {"grouping_id", bind_grouping},
    {"arrow_cast", bind_arrow_cast},
    {"current_timestamp", bind_current_time},
    {"localtimestamp", bind_current_time},
    {"current_time", bind_current_time},
    {"localtime", bind_current_time},
    {"overlaps", bind_overlaps},
    {"current_schema", bind_current_schema},
    {"nextval", bind_sequence_call},
    {"currval", bind_sequence_call},
    {"setval", bind_sequence_call},
    {"lastval", bind_sequence_call},
    {"pg_get_serial_sequence", bind_serial_sequence_call},
    {"current_setting", bind_current_setting},
    {"set_config", bind_set_config},
};

static const struct SpecialFunction *special_function(StringView name)
{
    for (size_t i = 0; i < sizeof special_functions / sizeof *special_functions; i++)
        if (view_equal_ignoring_case(view_of(special_functions[i].name), name))
            return &special_functions[i];
    return NULL;
}

/* What only aggregates may have. */
static void require_plain_call(const Place *place, const AstExpr *ast)
{
    const AstFunction *call = ast->function;
    const char *extra = call->is_distinct                 ? "DISTINCT"
                        : call->order_by.count > 0        ? "ORDER BY"
                        : call->within_group.count > 0    ? "WITHIN GROUP"
                        : call->filter                    ? "FILTER"
                        : call->nulls == AST_NULLS_IGNORE ? "IGNORE NULLS"
                                                          : NULL;
    if (extra)
        bind_error(place->binder, ERROR_WRONG_OBJECT_TYPE, ast->position, array_function_hint(call->name.name),
                   "%s is specified, but %.*s is not an aggregate function", extra, VIEW_ARGUMENTS(call->name.name));
    for (size_t i = 0; call->argument_names && i < call->arguments.count; i++)
        if (ast_name_is_given(&call->argument_names[i]))
            bind_error(place->binder, ERROR_NOT_SUPPORTED, call->argument_names[i].position, NULL,
                       "named arguments are not supported by %.*s", VIEW_ARGUMENTS(call->name.name));
}

/* A name that both have (min, max) is an aggregate unless only the other takes so many arguments. */
static bool call_is_aggregate(const AstFunction *call)
{
    size_t scalar_count;
    if (!aggregate_exists(call->name.name))
        return false;
    if (function_find(call->name.name, &scalar_count) == NULL || call->arguments.count == 0)
        return true;
    const Aggregate *aggregate;
    for (size_t i = 0; (aggregate = aggregate_at(i)) != NULL; i++)
        if (view_equal_ignoring_case(view_of(aggregate->name), call->name.name) &&
            call->arguments.count <= aggregate->argument_count)
            return true;
    return false;
}

Expr *bind_function(const Place *place, const AstExpr *ast)
{
    const AstFunction *call = ast->function;
    Binder *binder = place->binder;
    if (call->over)
        return bind_window(place, ast);
    if (call_is_aggregate(call))
        return bind_aggregate(place, ast);
    if (set_function_exists(call->name.name)) {
        require_plain_call(place, ast);
        return bind_set_function(place, ast);
    }
    if (window_function_find(call->name.name))
        bind_error(binder, ERROR_WRONG_OBJECT_TYPE, ast->position, NULL, "window function %.*s requires an OVER clause",
                   VIEW_ARGUMENTS(call->name.name));
    require_plain_call(place, ast);
    const struct SpecialFunction *special = special_function(call->name.name);
    if (special)
        return special->bind(place, ast);
    Arguments arguments = bind_arguments(place, call);
    return bind_call(binder, binder_string(binder, call->name.name), arguments.exprs, arguments.is_untyped,
                     arguments.count, ast->position, NULL);
}
