/* expr/function.c: the registry: families listed once, names found by hash, overloads resolved PostgreSQL's way. */
#include "expr/function.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "expr/cast.h"
#include "expr/function/family.h"
#include "expr/overload.h"

/* X(family): function/<family>.c defines function_family_<family>. A name stands in one family only. */
#define FUNCTION_FAMILIES(X)                                                                                           \
    X(operator)                                                                                                        \
    X(math)                                                                                                            \
    X(number)                                                                                                          \
    X(string)                                                                                                          \
    X(text_build)                                                                                                      \
    X(text_edit)                                                                                                       \
    X(grapheme)                                                                                                        \
    X(regex)                                                                                                           \
    X(digest)                                                                                                          \
    X(date)                                                                                                            \
    X(date_step)                                                                                                       \
    X(date_pattern)                                                                                                    \
    X(format)                                                                                                          \
    X(sequence)                                                                                                        \
    X(distance)                                                                                                        \
    X(json)                                                                                                            \
    X(zone)                                                                                                            \
    X(system)

#define FAMILY_DECLARE(name) extern FunctionFamily function_family_##name;
FUNCTION_FAMILIES(FAMILY_DECLARE)
#undef FAMILY_DECLARE

static const Function *const families[] = {
#define FAMILY_ENTRY(name) function_family_##name,
    FUNCTION_FAMILIES(FAMILY_ENTRY)
#undef FAMILY_ENTRY
};
enum { FAMILY_COUNT = sizeof families / sizeof *families };

/* ---- finding by name ---- */

enum { REGISTRY_SLOTS = 4096, REGISTRY_LIMIT = REGISTRY_SLOTS / 2 };

/* Filled at the first look-up, and by function_register: names to their first entry (open addressing), and all entries.
 * What is there stays where it is, so that looking up needs no lock. */
static struct Registry {
    pthread_mutex_t mutex; /* of who adds */
    _Atomic(const Function *) slots[REGISTRY_SLOTS];
    const Function *sorted[REGISTRY_SLOTS]; /* every entry, by name; entries of a name in the table's order */
    size_t count, sorted_count;
} registry = {.mutex = PTHREAD_MUTEX_INITIALIZER};
static pthread_once_t registry_once = PTHREAD_ONCE_INIT;

static _Atomic(const Function *) *registry_slot(StringView name)
{
    size_t slot = hash_view_ignoring_case(name) % REGISTRY_SLOTS;
    const Function *there;
    while ((there = atomic_load_explicit(&registry.slots[slot], memory_order_acquire)) != NULL &&
           !view_equal_ignoring_case(view_of(there->name), name))
        slot = (slot + 1) % REGISTRY_SLOTS;
    return &registry.slots[slot];
}

static void registry_add(const Function *entries)
{
    for (const Function *entry = entries; entry->name; entry++) {
        assert(registry.count < REGISTRY_LIMIT);
        registry.sorted[registry.count++] = entry;
        _Atomic(const Function *) *slot = registry_slot(view_of(entry->name));
        if (atomic_load_explicit(slot, memory_order_relaxed) == NULL)
            atomic_store_explicit(slot, entry, memory_order_release);
    }
}

static void registry_fill(void)
{
    for (size_t f = 0; f < FAMILY_COUNT; f++)
        registry_add(families[f]);
}

bool function_register(const Function *entries)
{
    size_t count = 0;
    bool is_free = true;
    pthread_once(&registry_once, registry_fill);
    pthread_mutex_lock(&registry.mutex);
    for (const Function *entry = entries; entry->name; entry++, count++)
        is_free &= atomic_load_explicit(registry_slot(view_of(entry->name)), memory_order_relaxed) == NULL;
    is_free &= registry.count + count < REGISTRY_LIMIT;
    if (is_free)
        registry_add(entries);
    pthread_mutex_unlock(&registry.mutex);
    return is_free;
}

const Function *function_find(StringView name, size_t *ret_count)
{
    pthread_once(&registry_once, registry_fill);
    const Function *first = atomic_load_explicit(registry_slot(name), memory_order_acquire);
    size_t count = 0;
    if (first)
        while (first[count].name && strcmp(first[count].name, first->name) == 0)
            count++;
    *ret_count = count;
    return first;
}

static int function_order(const void *a, const void *b)
{
    const Function *left = *(const Function *const *)a, *right = *(const Function *const *)b;
    int order = strcmp(left->name, right->name);
    return order ? order : (left > right) - (left < right);
}

const Function *function_at(size_t index)
{
    pthread_once(&registry_once, registry_fill);
    pthread_mutex_lock(&registry.mutex);
    if (registry.sorted_count < registry.count)
        qsort(registry.sorted, registry.count, sizeof *registry.sorted, function_order);
    registry.sorted_count = registry.count;
    const Function *function = index < registry.count ? registry.sorted[index] : NULL;
    pthread_mutex_unlock(&registry.mutex);
    return function;
}

/* ---- resolving overloads ---- */

bool type_casts_implicitly(Type from, Type to)
{
    if (from.id == to.id || from.id == TYPE_NULL)
        return true;
    switch (from.id) {
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return (to.id > from.id && to.id <= TYPE_BIGINT) || to.id == TYPE_DECIMAL || to.id == TYPE_DOUBLE;
    case TYPE_UBIGINT:
        return to.id == TYPE_DECIMAL || to.id == TYPE_DOUBLE;
    case TYPE_DECIMAL:
        return to.id == TYPE_DOUBLE;
    case TYPE_DATE:
        return to.id == TYPE_TIMESTAMP || to.id == TYPE_TIMESTAMPTZ;
    case TYPE_TIMESTAMP:
        return to.id == TYPE_TIMESTAMPTZ;
    case TYPE_TIME:
        return to.id == TYPE_INTERVAL;
    default:
        return false;
    }
}

enum { MAX_OVERLOADS = 40 };

const Function *function_resolve(StringView name, Type *argument_types, const bool *is_unknown, size_t argument_count,
                                 Type *ret_result, bool *ret_ambiguous)
{
    Overload overloads[MAX_OVERLOADS];
    size_t count;
    const Function *entries = function_find(name, &count);
    assert(count <= MAX_OVERLOADS);
    for (size_t i = 0; i < count; i++)
        overloads[i] = (Overload){.function = &entries[i],
                                  .arguments = entries[i].arguments,
                                  .argument_count = entries[i].argument_count,
                                  .optional_count = entries[i].optional_count,
                                  .result = entries[i].result,
                                  .is_variadic = entries[i].flags & FUNCTION_VARIADIC};
    ptrdiff_t best =
        overload_resolve(overloads, count, argument_types, is_unknown, argument_count, ret_result, ret_ambiguous);
    return best < 0 ? NULL : &entries[best];
}

Expr *function_call(Arena *arena, const char *name, Expr *const *arguments, size_t argument_count, Position position)
{
    assert(argument_count <= FUNCTION_MAX_ARGUMENTS);
    Type types[FUNCTION_MAX_ARGUMENTS], result;
    Expr *cast[FUNCTION_MAX_ARGUMENTS];
    for (size_t i = 0; i < argument_count; i++)
        types[i] = arguments[i]->type;
    bool is_ambiguous;
    const Function *function = function_resolve(view_of(name), types, NULL, argument_count, &result, &is_ambiguous);
    if (function == NULL)
        error_raise(ERROR_UNDEFINED_FUNCTION, position, "function %s does not take arguments of these types", name);
    for (size_t i = 0; i < argument_count; i++)
        cast[i] = expr_cast(arena, arguments[i], types[i], position);
    return expr_call(arena, function, result, cast, argument_count, position);
}

bool resolve_values(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)ret_result;
    for (size_t i = 0; i < argument_count; i++)
        if (argument_types[i].id == TYPE_NULL)
            argument_types[i] = type_of(TYPE_VARCHAR);
    return true;
}

bool resolve_json(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    ret_result->limit = LIMIT_JSON;
    return resolve_values(function, argument_types, argument_count, ret_result);
}

bool resolve_common(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    Type common = type_of(TYPE_NULL);
    for (size_t i = 0; i < argument_count; i++)
        if (!type_common(common, argument_types[i], &common))
            return false;
    if (common.id == TYPE_NULL)
        common = type_of(TYPE_VARCHAR);
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = common;
    if (function->result == ANY)
        *ret_result = common;
    return true;
}

/* Decimals get the larger scale where 38 digits allow; else they stay as they are, and the kernel meets two scales. */
static void types_align_decimals(Type *types, size_t count, int scale)
{
    for (size_t i = 0; i < count; i++) {
        Type type = type_is_integer(types[i]) ? type_integer_as_decimal(types[i]) : types[i];
        if (type.id == TYPE_NULL)
            type = type_decimal(DECIMAL_MAX_PRECISION, scale);
        int precision = type.precision - type.scale + scale;
        types[i] = precision <= DECIMAL_MAX_PRECISION ? type_decimal(precision, scale) : type;
    }
}

bool resolve_comparison(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    (void)function, (void)ret_result;
    Type common = type_of(TYPE_NULL);
    for (size_t i = 0; i < argument_count; i++)
        if (!type_common(common, argument_types[i], &common))
            return false;
    if (common.id == TYPE_DECIMAL) {
        types_align_decimals(argument_types, argument_count, common.scale);
        return true;
    }
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = common;
    return true;
}

/* ---- calling ---- */

void kernel_fail(KernelCall *call, size_t row, ErrorCode code, const char *format, ...)
{
    if (call->is_try && row != SIZE_MAX) {
        vector_set_null(call->result, row);
        return;
    }
    if (!call->is_careful) {
        call->may_have_failed = true;
        return;
    }
    if (call->failure && call->failure->code != ERROR_NONE)
        return;
    Error error = {.code = code, .position = call->expr->position};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error.message, sizeof error.message, format, arguments);
    va_end(arguments);
    if (call->failure == NULL)
        error_raise_again(&error);
    *call->failure = error;
}

static bool expr_is_nonzero_constant(const Expr *expr)
{
    if (expr->kind == EXPR_CAST && !cast_can_fail(expr->arguments[0]->type, expr->type))
        expr = expr->arguments[0];
    if (expr->kind != EXPR_CONSTANT || expr->constant.is_null)
        return false;
    switch (expr->type.id) {
    case TYPE_SMALLINT:
    case TYPE_INTEGER:
    case TYPE_BIGINT:
        return expr->constant.i64 != 0 && expr->constant.i64 != -1; /* the smallest integer by -1 overflows */
    case TYPE_UBIGINT:
        return expr->constant.u64 != 0;
    case TYPE_DECIMAL:
        return expr->constant.i128 != 0;
    default:
        return false;
    }
}

bool function_call_can_fail(const Expr *call)
{
    const Function *function = call->function;
    if (!(function->flags & FUNCTION_CAN_FAIL))
        return false;
    if (function->is_safe && function->is_safe(call))
        return false;
    bool is_divided = function->name[0] == '/' || function->name[0] == '%';
    bool is_arithmetic = function->name[1] == '\0' && strchr("+-*/%", function->name[0]);
    if (!is_arithmetic)
        return true;
    if (is_divided && call->argument_count == 2 && !expr_is_nonzero_constant(call->arguments[1]))
        return true;
    /* The result's type holds every result unless its digits were capped. */
    if (call->type.id == TYPE_DECIMAL)
        return call->type.precision == DECIMAL_MAX_PRECISION;
    return !(is_divided && type_is_integer(call->type));
}
