/* expr/function.c: the registry: families listed once, names found by hash, overloads resolved PostgreSQL's way. */
#include "expr/function.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "expr/cast.h"
#include "expr/function/family.h"

/* X(family): function/<family>.c defines function_family_<family>. A name stands in one family only. */
#define FUNCTION_FAMILIES(X) X(operator)

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

enum { REGISTRY_SLOTS = 2048, REGISTRY_LIMIT = REGISTRY_SLOTS / 2 };

/* Filled once, at the first look-up: names to their first entry (open addressing), and all names in order. */
static struct Registry {
    const Function *slots[REGISTRY_SLOTS];
    const Function *sorted[REGISTRY_SLOTS]; /* every entry, by name; entries of a name in the table's order */
    size_t count;
} registry;
static pthread_once_t registry_once = PTHREAD_ONCE_INIT;

static const Function **registry_slot(StringView name)
{
    size_t slot = hash_view_ignoring_case(name) % REGISTRY_SLOTS;
    while (registry.slots[slot] && !view_equal_ignoring_case(view_of(registry.slots[slot]->name), name))
        slot = (slot + 1) % REGISTRY_SLOTS;
    return &registry.slots[slot];
}

static void registry_fill(void)
{
    for (size_t f = 0; f < FAMILY_COUNT; f++)
        for (const Function *entry = families[f]; entry->name; entry++) {
            assert(registry.count < REGISTRY_LIMIT);
            registry.sorted[registry.count++] = entry;
            const Function **slot = registry_slot(view_of(entry->name));
            if (*slot == NULL)
                *slot = entry;
        }
}

const Function *function_find(StringView name, size_t *ret_count)
{
    pthread_once(&registry_once, registry_fill);
    const Function *first = *registry_slot(name);
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

static void registry_sort(void)
{
    pthread_once(&registry_once, registry_fill);
    qsort(registry.sorted, registry.count, sizeof *registry.sorted, function_order);
}

const Function *function_at(size_t index)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, registry_sort);
    return index < registry.count ? registry.sorted[index] : NULL;
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

enum { RESOLVE_MAX_ARGUMENTS = 100 }; /* PostgreSQL's limit */

/* How well an entry takes the arguments. More exact ones win, then the smaller distance. */
typedef struct Fit {
    const Function *function;
    size_t exact_count;
    size_t distance; /* over the arguments that are cast: how far up the list of types; and what unknowns prefer */
    Type argument_types[RESOLVE_MAX_ARGUMENTS];
    Type result;
} Fit;

/* What an argument without a type would rather be: a literal text, then a double; a bare NULL an INTEGER. */
static size_t unknown_distance(TypeId wanted, bool is_literal)
{
    if (wanted == TYPE_VARCHAR)
        return 0;
    if (is_literal)
        return wanted == TYPE_DOUBLE ? 1 : wanted == TYPE_INTERVAL ? 2 : 3;
    return wanted == TYPE_INTEGER ? 1 : wanted == TYPE_BIGINT ? 2 : wanted == TYPE_DOUBLE ? 3 : 4;
}

static TypeId function_wants(const Function *function, size_t index)
{
    size_t last = function->argument_count ? function->argument_count - 1u : 0;
    return (TypeId)function->arguments[index < last ? index : last];
}

static bool function_takes_count(const Function *function, size_t count)
{
    if (count + function->optional_count < function->argument_count)
        return false;
    return count <= function->argument_count || (function->flags & FUNCTION_VARIADIC);
}

/* `types` with TYPE_NULL where unknown. */
static bool function_fit(const Function *function, const Type *types, const bool *is_literal, size_t count,
                         Fit *ret_fit)
{
    if (!function_takes_count(function, count))
        return false;
    *ret_fit = (Fit){.function = function, .result = type_of((TypeId)function->result)};
    for (size_t i = 0; i < count; i++) {
        TypeId wanted = function_wants(function, i);
        Type *type = &ret_fit->argument_types[i];
        *type = types[i];
        if (wanted == ANY) {
            ret_fit->distance++;
        } else if (types[i].id == TYPE_NULL) {
            ret_fit->distance += unknown_distance(wanted, is_literal[i]);
            if (wanted != TYPE_DECIMAL)
                *type = type_of(wanted);
        } else if (types[i].id == wanted) {
            ret_fit->exact_count++;
        } else if (type_casts_implicitly(types[i], type_of(wanted))) {
            ret_fit->distance += (size_t)wanted - types[i].id;
            *type = wanted == TYPE_DECIMAL ? type_integer_as_decimal(types[i]) : type_of(wanted);
        } else {
            return false;
        }
    }
    return function->resolve == NULL || function->resolve(function, ret_fit->argument_types, count, &ret_fit->result);
}

static int fit_compare(const Fit *a, const Fit *b)
{
    if (a->exact_count != b->exact_count)
        return a->exact_count > b->exact_count ? 1 : -1;
    return (a->distance < b->distance) - (a->distance > b->distance);
}

static bool functions_fit(const Function *entries, size_t entry_count, const Type *types, const bool *is_literal,
                          size_t count, Fit *ret_best, bool *ret_ambiguous)
{
    bool found = false;
    *ret_ambiguous = false;
    for (size_t i = 0; i < entry_count; i++) {
        Fit fit;
        if (!function_fit(&entries[i], types, is_literal, count, &fit))
            continue;
        int order = found ? fit_compare(&fit, ret_best) : 1;
        if (order > 0) {
            *ret_best = fit;
            *ret_ambiguous = false;
        } else if (order == 0) {
            *ret_ambiguous = true;
        }
        found = true;
    }
    return found && !*ret_ambiguous;
}

/* PostgreSQL's rule for two arguments, one of them unknown: it is taken to be of the other's type if an entry takes
 * exactly that. */
static bool functions_fit_pair(const Function *entries, size_t entry_count, const Type *types, Fit *ret_best)
{
    bool none[2] = {false, false}, is_ambiguous;
    Type known = types[0].id == TYPE_NULL ? types[1] : types[0];
    if (known.id == TYPE_NULL || (types[0].id != TYPE_NULL && types[1].id != TYPE_NULL))
        return false;
    Type both[2] = {known, known};
    return functions_fit(entries, entry_count, both, none, 2, ret_best, &is_ambiguous) && ret_best->exact_count == 2;
}

const Function *function_resolve(StringView name, Type *argument_types, const bool *is_unknown, size_t argument_count,
                                 Type *ret_result, bool *ret_ambiguous)
{
    size_t entry_count;
    const Function *entries = function_find(name, &entry_count);
    *ret_ambiguous = false;
    if (entries == NULL || argument_count > RESOLVE_MAX_ARGUMENTS)
        return NULL;
    Type types[RESOLVE_MAX_ARGUMENTS] = {{0}};
    bool is_literal[RESOLVE_MAX_ARGUMENTS] = {false};
    for (size_t i = 0; i < argument_count; i++) {
        is_literal[i] = is_unknown && is_unknown[i] && argument_types[i].id != TYPE_NULL;
        types[i] = is_literal[i] ? type_of(TYPE_NULL) : argument_types[i];
    }
    Fit best;
    bool is_pair = argument_count == 2 && functions_fit_pair(entries, entry_count, types, &best);
    if (!is_pair && !functions_fit(entries, entry_count, types, is_literal, argument_count, &best, ret_ambiguous))
        return NULL;
    for (size_t i = 0; i < argument_count; i++) {
        Type type = best.argument_types[i];
        argument_types[i] = type.id == TYPE_NULL && is_literal[i] ? type_of(TYPE_VARCHAR) : type;
    }
    *ret_result = best.result;
    return best.function;
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

bool resolve_common(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result)
{
    Type common = type_of(TYPE_NULL);
    for (size_t i = 0; i < argument_count; i++)
        if (!type_common(common, argument_types[i], &common))
            return false;
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
    Error error = {.code = code, .position = call->expr->position};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error.message, sizeof error.message, format, arguments);
    va_end(arguments);
    error_raise_again(&error);
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
