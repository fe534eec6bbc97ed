/* expr/window.c: the registry of window functions, and calls as data. */
#include "expr/window.h"

#include "expr/overload.h"

#define ANY TYPE_COUNT

static const WindowFunction functions[] = {
    {.name = "row_number",
     .signature = "() BIGINT",
     .description = "Number of the row in its partition, from 1.",
     .id = WINDOW_ROW_NUMBER,
     .flags = WINDOW_NEVER_NULL | WINDOW_LOOKS_BACK,
     .result = TYPE_BIGINT},
    {.name = "rank",
     .signature = "() BIGINT",
     .description = "Number of the first row that is equal in order: with gaps.",
     .id = WINDOW_RANK,
     .flags = WINDOW_NEVER_NULL | WINDOW_LOOKS_BACK,
     .result = TYPE_BIGINT},
    {.name = "dense_rank",
     .signature = "() BIGINT",
     .description = "Number of the row's group of rows equal in order: without gaps.",
     .id = WINDOW_DENSE_RANK,
     .flags = WINDOW_NEVER_NULL | WINDOW_LOOKS_BACK,
     .result = TYPE_BIGINT},
    {.name = "percent_rank",
     .signature = "() DOUBLE",
     .description = "(rank - 1) / (rows - 1), from 0 to 1.",
     .id = WINDOW_PERCENT_RANK,
     .flags = WINDOW_NEVER_NULL,
     .result = TYPE_DOUBLE},
    {.name = "cume_dist",
     .signature = "() DOUBLE",
     .description = "Part of the partition's rows that do not come behind this one, from 1/rows to 1.",
     .id = WINDOW_CUME_DIST,
     .flags = WINDOW_NEVER_NULL,
     .result = TYPE_DOUBLE},
    {.name = "ntile",
     .signature = "(parts BIGINT) BIGINT",
     .description = "Number of the row's part when the partition is cut into parts as equal as can be, from 1.",
     .id = WINDOW_NTILE,
     .argument_count = 1,
     .arguments = {TYPE_BIGINT},
     .result = TYPE_BIGINT},
    {.name = "lag",
     .signature = "(any [, offset BIGINT [, default any]]) any",
     .description = "The value so many rows (1) before this one; the default (NULL) where there is none.",
     .id = WINDOW_LAG,
     .flags = WINDOW_TAKES_NULL_TREATMENT,
     .argument_count = 3,
     .optional_count = 2,
     .arguments = {ANY, TYPE_BIGINT, ANY},
     .result = ANY},
    {.name = "lead",
     .signature = "(any [, offset BIGINT [, default any]]) any",
     .description = "The value so many rows (1) behind this one; the default (NULL) where there is none.",
     .id = WINDOW_LEAD,
     .flags = WINDOW_TAKES_NULL_TREATMENT,
     .argument_count = 3,
     .optional_count = 2,
     .arguments = {ANY, TYPE_BIGINT, ANY},
     .result = ANY},
    {.name = "first_value",
     .signature = "(any) any",
     .description = "The value of the frame's first row.",
     .id = WINDOW_FIRST_VALUE,
     .flags = WINDOW_TAKES_NULL_TREATMENT | WINDOW_TAKES_FRAME,
     .argument_count = 1,
     .arguments = {ANY},
     .result = ANY},
    {.name = "last_value",
     .signature = "(any) any",
     .description = "The value of the frame's last row.",
     .id = WINDOW_LAST_VALUE,
     .flags = WINDOW_TAKES_NULL_TREATMENT | WINDOW_TAKES_FRAME,
     .argument_count = 1,
     .arguments = {ANY},
     .result = ANY},
    {.name = "nth_value",
     .signature = "(any, number BIGINT) any",
     .description = "The value of the frame's row of that number, from 1; NULL where it has fewer.",
     .id = WINDOW_NTH_VALUE,
     .flags = WINDOW_TAKES_NULL_TREATMENT | WINDOW_TAKES_FRAME,
     .argument_count = 2,
     .arguments = {ANY, TYPE_BIGINT},
     .result = ANY},
};

enum { FUNCTION_COUNT = sizeof functions / sizeof *functions };

const WindowFunction *window_function_at(size_t index)
{
    return index < FUNCTION_COUNT ? &functions[index] : NULL;
}

const WindowFunction *window_function_find(StringView name)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (view_equal_ignoring_case(view_of(functions[i].name), name))
            return &functions[i];
    return NULL;
}

/* The value and the default, the arguments of any type, meet in one. */
static bool unify_values(const WindowFunction *function, Type *argument_types, size_t argument_count, Type *ret_type)
{
    *ret_type = type_of(TYPE_NULL);
    for (size_t i = 0; i < argument_count; i++)
        if (function->arguments[i] == ANY && !type_common(*ret_type, argument_types[i], ret_type))
            return false;
    if (ret_type->id == TYPE_NULL)
        *ret_type = type_of(TYPE_VARCHAR);
    for (size_t i = 0; i < argument_count; i++)
        if (function->arguments[i] == ANY)
            argument_types[i] = *ret_type;
    return true;
}

const WindowFunction *window_function_resolve(StringView name, Type *argument_types, const bool *is_unknown,
                                              size_t argument_count, Type *ret_result)
{
    const WindowFunction *function = window_function_find(name);
    bool is_ambiguous;
    if (function == NULL)
        return NULL;
    Overload overload = {.arguments = function->arguments,
                         .argument_count = function->argument_count,
                         .optional_count = function->optional_count,
                         .result = function->result};
    bool is_value[OVERLOAD_MAX_ARGUMENTS] = {false};
    for (size_t i = 0; i < argument_count && i < function->argument_count; i++)
        is_value[i] = is_unknown[i] && function->arguments[i] == ANY;
    if (overload_resolve(&overload, 1, argument_types, is_unknown, argument_count, ret_result, &is_ambiguous) < 0)
        return NULL;
    for (size_t i = 0; i < argument_count; i++)
        if (is_value[i])
            argument_types[i] = type_of(TYPE_NULL); /* a literal follows the other value */
    Type value;
    if (function->result == ANY && !unify_values(function, argument_types, argument_count, &value))
        return NULL;
    *ret_result = function->result == ANY ? value : type_of((TypeId)function->result);
    return function;
}

/* ---- calls ---- */

static void bound_each_expr(WindowBound *bound, void (*visit)(void *user, Expr **slot), void *user)
{
    if (bound->offset)
        visit(user, &bound->offset);
    if (bound->limit)
        visit(user, &bound->limit);
}

void window_call_each_expr(WindowCall *call, void (*visit)(void *user, Expr **slot), void *user)
{
    for (size_t i = 0; i < call->call.argument_count; i++)
        visit(user, &call->call.arguments[i]);
    if (call->call.filter)
        visit(user, &call->call.filter);
    bound_each_expr(&call->frame.start, visit, user);
    bound_each_expr(&call->frame.end, visit, user);
    if (call->frame.range_key)
        visit(user, &call->frame.range_key);
}

/* Both absent, or equal and the same each time. */
static bool exprs_agree(const Expr *a, const Expr *b)
{
    return a == NULL || b == NULL ? a == b : expr_equal(a, b) && !expr_is_volatile(a);
}

static bool bounds_equal(const WindowBound *a, const WindowBound *b)
{
    return a->kind == b->kind && exprs_agree(a->offset, b->offset) && exprs_agree(a->limit, b->limit);
}

bool window_calls_equal(const WindowCall *a, const WindowCall *b)
{
    if (a->function != b->function || a->call.aggregate != b->call.aggregate ||
        a->call.argument_count != b->call.argument_count || a->ignores_nulls != b->ignores_nulls ||
        a->frame.mode != b->frame.mode || a->frame.exclude != b->frame.exclude)
        return false;
    for (size_t i = 0; i < a->call.argument_count; i++)
        if (!exprs_agree(a->call.arguments[i], b->call.arguments[i]))
            return false;
    return exprs_agree(a->call.filter, b->call.filter) && bounds_equal(&a->frame.start, &b->frame.start) &&
           bounds_equal(&a->frame.end, &b->frame.end) && exprs_agree(a->frame.range_key, b->frame.range_key);
}
