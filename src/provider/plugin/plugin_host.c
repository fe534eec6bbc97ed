/* provider/plugin/plugin_host.c: what plugins may call. Each function is an entry: nothing unwinds out of it. */
#include "provider/plugin/plugin.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/temp_file.h"
#include "expr/function.h"

/* ---- the context ---- */

struct QuernContext {
    const Context *context;
    Arena *arena; /* of context_allocate */
    size_t dynamic_count;
    const DynamicFilter *const *dynamics; /* NULL: nothing will be known */
    _Atomic size_t reserved;
};

static void plugin_context_release(void *object)
{
    QuernContext *context = object;
    memory_budget_give(context->context->memory, atomic_exchange(&context->reserved, 0));
}

QuernContext *plugin_context_new(Arena *arena, const Context *context)
{
    QuernContext *plugin = arena_new(arena, QuernContext);
    plugin->context = context;
    plugin->arena = arena;
    if (context->memory)
        arena_own(arena, plugin, plugin_context_release);
    return plugin;
}

QuernContext *plugin_context_of_states(Arena *arena, const Context *context, Arena *states)
{
    QuernContext *plugin = plugin_context_new(arena, context);
    plugin->arena = states;
    return plugin;
}

void plugin_context_set_dynamics(QuernContext *context, const DynamicFilter *const *dynamics, size_t count)
{
    context->dynamics = dynamics;
    context->dynamic_count = dynamics ? count : 0;
}

typedef struct Allocation {
    Arena *arena;
    size_t size;
    void *memory;
} Allocation;

static void allocate(void *argument)
{
    Allocation *allocation = argument;
    allocation->memory = arena_allocate_zero(allocation->arena, allocation->size);
}

static void *context_allocate(QuernContext *context, size_t size)
{
    Allocation allocation = {context->arena, size, NULL};
    Error error;
    return error_protect(allocate, &allocation, &error) ? allocation.memory : NULL;
}

static bool context_is_cancelled(const QuernContext *context)
{
    const _Atomic bool *cancel = context->context->cancel;
    return cancel && atomic_load_explicit(cancel, memory_order_relaxed);
}

static bool context_reserve_memory(QuernContext *context, size_t size)
{
    if (context->context->memory == NULL)
        return true;
    if (!memory_budget_take(context->context->memory, size))
        return false;
    atomic_fetch_add(&context->reserved, size);
    return true;
}

static void context_release_memory(QuernContext *context, size_t size)
{
    size_t reserved = atomic_load(&context->reserved), given;
    do {
        given = size < reserved ? size : reserved;
    } while (!atomic_compare_exchange_weak(&context->reserved, &reserved, reserved - given));
    if (context->context->memory)
        memory_budget_give(context->context->memory, given);
}

static void context_warn_host(QuernContext *context, const char *message)
{
    if (context->context->warn && message)
        context->context->warn(context->context->warn_user, message);
}

static const char *context_temp_folder(const QuernContext *context)
{
    return temp_folder(context->context);
}

static bool context_is_read_only(const QuernContext *context)
{
    return context->context->settings && context->context->settings->safe;
}

/* ---- values ---- */

_Static_assert((int)TYPE_NULL == (int)QUERN_TYPE_NULL && (int)TYPE_SMALLINT == (int)QUERN_TYPE_SMALLINT &&
                   (int)TYPE_UBIGINT == (int)QUERN_TYPE_UBIGINT && (int)TYPE_DECIMAL == (int)QUERN_TYPE_DECIMAL &&
                   (int)TYPE_DOUBLE == (int)QUERN_TYPE_DOUBLE && (int)TYPE_DATE == (int)QUERN_TYPE_DATE &&
                   (int)TYPE_INTERVAL == (int)QUERN_TYPE_INTERVAL && (int)TYPE_COUNT == (int)QUERN_TYPE_INTERVAL + 1,
               "QuernType follows TypeId");

QuernValue plugin_value_export(const Value *value)
{
    QuernValue result;
    QUERN_INIT(&result);
    result.type = value->type.id;
    result.precision = value->type.precision;
    result.scale = value->type.scale;
    result.is_null = value->is_null;
    if (value->is_null)
        return result;
    switch ((TypeId)value->type.id) {
    case TYPE_BOOLEAN:
        result.as.boolean = value->boolean;
        break;
    case TYPE_UBIGINT:
        result.as.uint64 = value->u64;
        break;
    case TYPE_DECIMAL:
        result.as.decimal.low = (uint64_t)value->i128;
        result.as.decimal.high = (int64_t)(value->i128 >> 64);
        break;
    case TYPE_DOUBLE:
        result.as.float64 = value->f64;
        break;
    case TYPE_VARCHAR:
    case TYPE_BLOB:
        result.as.text.data = value->text.data;
        result.as.text.size = value->text.size;
        break;
    case TYPE_INTERVAL:
        result.as.interval.months = value->interval.months;
        result.as.interval.days = value->interval.days;
        result.as.interval.microseconds = value->interval.microseconds;
        break;
    default:
        result.as.int64 = value->i64;
        break;
    }
    return result;
}

bool plugin_value_import(const QuernValue *value, Type type, Value *ret_value)
{
    if (value->struct_size < sizeof *value || (value->type != type.id && !value->is_null))
        return false;
    Value result = {.type = type, .is_null = value->is_null};
    if (!value->is_null)
        switch ((TypeId)type.id) {
        case TYPE_BOOLEAN:
            result.boolean = value->as.boolean;
            break;
        case TYPE_UBIGINT:
            result.u64 = value->as.uint64;
            break;
        case TYPE_DECIMAL:
            if (value->scale != type.scale)
                return false;
            result.i128 = (Int128)((UInt128)(uint64_t)value->as.decimal.high << 64 | value->as.decimal.low);
            break;
        case TYPE_DOUBLE:
            result.f64 = value->as.float64;
            break;
        case TYPE_VARCHAR:
        case TYPE_BLOB:
            if (value->as.text.data == NULL && value->as.text.size)
                return false;
            result.text = (StringView){value->as.text.data ? value->as.text.data : "", value->as.text.size};
            break;
        case TYPE_INTERVAL:
            result.interval =
                (Interval){value->as.interval.months, value->as.interval.days, value->as.interval.microseconds};
            break;
        default:
            result.i64 = value->as.int64;
            break;
        }
    *ret_value = result;
    return true;
}

const QuernOrder *const *plugin_orders(Arena *arena, const ScanOrder *orders, size_t count)
{
    const QuernOrder **exported = arena_array(arena, const QuernOrder *, count);
    for (size_t i = 0; i < count; i++) {
        QuernOrder *order = arena_new(arena, QuernOrder);
        QUERN_INIT(order);
        order->column = orders[i].column;
        order->is_descending = orders[i].order.is_descending;
        order->is_nulls_first = orders[i].order.nulls_first;
        exported[i] = order;
    }
    return exported;
}

/* ---- expressions: a QuernExpr is an Expr ---- */

_Static_assert((int)EXPR_COLUMN == (int)QUERN_EXPR_COLUMN && (int)EXPR_CALL == (int)QUERN_EXPR_CALL &&
                   (int)EXPR_TRY_CAST == (int)QUERN_EXPR_TRY_CAST && (int)EXPR_AND == (int)QUERN_EXPR_AND &&
                   (int)EXPR_CASE == (int)QUERN_EXPR_CASE && (int)EXPR_IN == (int)QUERN_EXPR_IN,
               "QuernExprKind follows ExprKind");

static const Expr *expr_of(const QuernExpr *expr)
{
    return (const Expr *)expr;
}

static QuernExprKind host_expr_kind(const QuernExpr *expr)
{
    return (QuernExprKind)expr_of(expr)->kind;
}

static QuernType host_expr_type(const QuernExpr *expr)
{
    return (QuernType)expr_of(expr)->type.id;
}

static size_t host_expr_column(const QuernExpr *expr)
{
    return expr_of(expr)->kind == EXPR_COLUMN ? expr_of(expr)->column : SIZE_MAX;
}

static const char *host_expr_name(const QuernExpr *expr)
{
    return expr_of(expr)->kind == EXPR_CALL ? expr_of(expr)->function->name : "";
}

static bool host_expr_is_negated(const QuernExpr *expr)
{
    return expr_of(expr)->is_negated;
}

static size_t host_expr_argument_count(const QuernExpr *expr)
{
    return expr_of(expr)->argument_count;
}

static const QuernExpr *host_expr_argument(const QuernExpr *expr, size_t index)
{
    return index < expr_of(expr)->argument_count ? plugin_expr(expr_of(expr)->arguments[index]) : NULL;
}

static bool host_expr_constant(const QuernExpr *expr, QuernValue *ret_value)
{
    if (expr_of(expr)->kind != EXPR_CONSTANT)
        return false;
    QuernValue value = plugin_value_export(&expr_of(expr)->constant);
    size_t size = ret_value->struct_size;
    memcpy(ret_value, &value, size && size < sizeof value ? size : sizeof value);
    ret_value->struct_size = (uint32_t)(size && size < sizeof value ? size : sizeof value);
    return true;
}

static bool host_expr_comparison(const QuernExpr *expr, size_t *ret_column, const char **ret_operator,
                                 QuernValue *ret_value)
{
    static const char *const operators[][2] = {{"=", "="}, {"<>", "<>"}, {"<", ">"},
                                               {">", "<"}, {"<=", ">="}, {">=", "<="}};
    const Expr *call = expr_of(expr);
    if (call->kind != EXPR_CALL || call->argument_count != 2)
        return false;
    bool is_turned = call->arguments[0]->kind == EXPR_CONSTANT;
    const Expr *column = call->arguments[is_turned], *constant = call->arguments[!is_turned];
    if (column->kind != EXPR_COLUMN)
        return false;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(call->function->name, operators[i][0]) == 0) {
            if (!host_expr_constant(plugin_expr(constant), ret_value))
                return false;
            *ret_column = column->column;
            *ret_operator = operators[i][is_turned];
            return true;
        }
    return false;
}

/* ---- dynamic filters ---- */

static bool context_dynamic_filter(const QuernContext *context, size_t index, QuernDynamicFilter *ret_filter)
{
    const DynamicSnapshot *snapshot =
        index < context->dynamic_count ? dynamic_filter_newest(context->dynamics[index]) : NULL;
    if (snapshot == NULL || ret_filter->struct_size < sizeof *ret_filter)
        return false;
    ret_filter->keeps_nulls = snapshot->keeps_nulls;
    ret_filter->has_minimum = !snapshot->minimum.is_null;
    ret_filter->has_maximum = !snapshot->maximum.is_null;
    ret_filter->has_keys = snapshot->has_keys;
    ret_filter->key_count = snapshot->key_count;
    ret_filter->snapshot = snapshot;
    ret_filter->minimum = plugin_value_export(&snapshot->minimum);
    ret_filter->maximum = plugin_value_export(&snapshot->maximum);
    return true;
}

static void dynamic_filter_key(const QuernDynamicFilter *filter, size_t index, QuernValue *ret_value)
{
    const DynamicSnapshot *snapshot = filter->snapshot;
    *ret_value = plugin_value_export(&snapshot->keys[index]);
}

/* ---- copies ---- */

typedef struct ExprCopy {
    Expr root; /* first: a QuernExpr */
    Arena *arena;
    _Atomic size_t share_count;
} ExprCopy;

typedef struct CopyRequest {
    const Expr *source;
    Arena *arena;
    ExprCopy *copy;
} CopyRequest;

static Expr *expr_copy_node(void *user, Expr *expr)
{
    Arena *arena = user;
    Expr *copy = arena_copy(arena, expr, sizeof *expr);
    copy->arguments = arena_copy(arena, expr->arguments, expr->argument_count * sizeof *expr->arguments);
    if (expr->kind == EXPR_CONSTANT)
        copy->constant = value_copy(arena, &expr->constant);
    return copy;
}

static void expr_copy_all(void *argument)
{
    CopyRequest *request = argument;
    request->arena = arena_new_child(NULL);
    request->copy = arena_new(request->arena, ExprCopy);
    request->copy->root = *expr_rewrite(request->arena, (Expr *)request->source, expr_copy_node, request->arena);
    request->copy->arena = request->arena;
    atomic_init(&request->copy->share_count, 1);
}

static QuernExpr *host_expr_copy(const QuernExpr *expr)
{
    CopyRequest request = {.source = expr_of(expr)};
    Error error;
    if (error_protect(expr_copy_all, &request, &error))
        return (QuernExpr *)request.copy;
    arena_free(request.arena);
    return NULL;
}

static void host_expr_retain(QuernExpr *copy)
{
    atomic_fetch_add_explicit(&((ExprCopy *)copy)->share_count, 1, memory_order_relaxed);
}

static void host_expr_release(QuernExpr *copy)
{
    ExprCopy *self = (ExprCopy *)copy;
    if (self && atomic_fetch_sub_explicit(&self->share_count, 1, memory_order_acq_rel) == 1)
        arena_free(self->arena);
}

const QuernHost *plugin_host(void)
{
    static const QuernHost host = {
        .struct_size = sizeof host,
        .version = QUERN_PROVIDER_VERSION,
        .context_is_cancelled = context_is_cancelled,
        .context_reserve_memory = context_reserve_memory,
        .context_release_memory = context_release_memory,
        .context_warn = context_warn_host,
        .context_temp_folder = context_temp_folder,
        .context_is_read_only = context_is_read_only,
        .expr_kind = host_expr_kind,
        .expr_type = host_expr_type,
        .expr_column = host_expr_column,
        .expr_name = host_expr_name,
        .expr_is_negated = host_expr_is_negated,
        .expr_argument_count = host_expr_argument_count,
        .expr_argument = host_expr_argument,
        .expr_constant = host_expr_constant,
        .expr_comparison = host_expr_comparison,
        .expr_copy = host_expr_copy,
        .expr_retain = host_expr_retain,
        .expr_release = host_expr_release,
        .expr_sql = plugin_expr_sql,
        .sql_release = plugin_sql_release,
        .context_allocate = context_allocate,
        .context_dynamic_filter = context_dynamic_filter,
        .dynamic_filter_key = dynamic_filter_key,
    };
    return &host;
}

/* ---- errors ---- */

QuernProviderError plugin_error(void)
{
    QuernProviderError error;
    QUERN_INIT(&error);
    return error;
}

static const ErrorCode codes[] = {
    [QUERN_PROVIDER_SQL] = ERROR_INVALID_PARAMETER,
    [QUERN_PROVIDER_DATA] = ERROR_BAD_DATA,
    [QUERN_PROVIDER_IO] = ERROR_IO,
    [QUERN_PROVIDER_LOCKED] = ERROR_LOCKED,
    [QUERN_PROVIDER_MEMORY] = ERROR_OUT_OF_MEMORY,
    [QUERN_PROVIDER_CANCELLED] = ERROR_INTERRUPTED,
    [QUERN_PROVIDER_UNSUPPORTED] = ERROR_NOT_SUPPORTED,
    [QUERN_PROVIDER_READ_ONLY] = ERROR_READ_ONLY,
    [QUERN_PROVIDER_DUPLICATE_KEY] = ERROR_UNIQUE_VIOLATION,
    [QUERN_PROVIDER_INTERNAL] = ERROR_EXTERNAL,
};

void plugin_raise(int32_t code, const QuernProviderError *error, const char *source)
{
    ErrorCode raised = code > 0 && code < (int32_t)(sizeof codes / sizeof *codes) ? codes[code] : ERROR_EXTERNAL;
    char place[sizeof error->file + 64] = "";
    size_t size = strnlen(error->file, sizeof error->file);
    if (size && error->line)
        (void)snprintf(place, sizeof place, "%.*s:%llu:%llu: ", (int)size, error->file, (unsigned long long)error->line,
                       (unsigned long long)error->column);
    else if (size)
        (void)snprintf(place, sizeof place, "%.*s: ", (int)size, error->file);
    int message_size = (int)strnlen(error->message, sizeof error->message);
    if (message_size == 0)
        error_raise(raised, NO_POSITION, "%s%s: it failed without a message (code %d)", place, source, (int)code);
    int hint_size = (int)strnlen(error->hint, sizeof error->hint);
    if (hint_size == 0)
        error_raise(raised, NO_POSITION, "%s%s: %.*s", place, source, message_size, error->message);
    char hint[sizeof error->hint + 1];
    (void)snprintf(hint, sizeof hint, "%.*s", hint_size, error->hint);
    error_raise_hint(raised, NO_POSITION, hint, "%s%s: %.*s", place, source, message_size, error->message);
}
