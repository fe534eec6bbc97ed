/* expr/overload.c: which entry of a name takes the given arguments with the fewest implicit casts. */
#include "expr/overload.h"

/* How well an entry takes the arguments. More exact ones win, then the smaller distance. */
typedef struct Fit {
    size_t index;
    size_t exact_count;
    size_t distance; /* over the arguments that are cast: how far up the list of types; and what unknowns prefer */
    Type argument_types[OVERLOAD_MAX_ARGUMENTS];
    Type result;
} Fit;

/* The arguments; `types` has TYPE_NULL where unknown. */
typedef struct Arguments {
    size_t count;
    const Type *types;
    const bool *is_literal;
} Arguments;

/* What an argument without a type would rather be: a literal text, then a double, a timestamp, an interval; a bare NULL
 * text, then an INTEGER. */
static size_t unknown_distance(TypeId wanted, bool is_literal)
{
    static const TypeId literals[] = {TYPE_VARCHAR, TYPE_DOUBLE, TYPE_TIMESTAMP, TYPE_INTERVAL};
    static const TypeId nulls[] = {TYPE_VARCHAR, TYPE_INTEGER, TYPE_BIGINT, TYPE_DOUBLE};
    const TypeId *order = is_literal ? literals : nulls;
    size_t distance = 0;
    while (distance < 4 && order[distance] != wanted)
        distance++;
    return distance;
}

static TypeId overload_wants(const Overload *overload, size_t index)
{
    size_t last = overload->argument_count ? overload->argument_count - 1u : 0;
    return (TypeId)overload->arguments[index < last ? index : last];
}

static bool overload_takes_count(const Overload *overload, size_t count)
{
    if (count + overload->optional_count < overload->argument_count)
        return false;
    return count <= overload->argument_count || overload->is_variadic;
}

/* What one argument adds to the fit; false when it does not become the wanted type. */
static bool fit_argument(Fit *fit, size_t index, TypeId wanted, Type type, bool is_literal)
{
    Type *cast = &fit->argument_types[index];
    *cast = type;
    if (wanted == TYPE_COUNT) {
        fit->distance++;
    } else if (type.id == TYPE_NULL) {
        fit->distance += unknown_distance(wanted, is_literal);
        if (wanted != TYPE_DECIMAL)
            *cast = type_of(wanted);
    } else if (type.id == wanted) {
        fit->exact_count++;
    } else if (type_casts_implicitly(type, type_of(wanted))) {
        fit->distance += (size_t)wanted - type.id;
        *cast = wanted == TYPE_DECIMAL ? type_integer_as_decimal(type) : type_of(wanted);
    } else {
        return false;
    }
    return true;
}

static bool fit_resolve(const Overload *overload, Fit *fit, size_t count)
{
    if (overload->function && overload->function->resolve)
        return overload->function->resolve(overload->function, fit->argument_types, count, &fit->result);
    if (overload->aggregate && overload->aggregate->resolve)
        return overload->aggregate->resolve(overload->aggregate, fit->argument_types, count, &fit->result);
    return true;
}

static bool overload_fit(const Overload *overload, const Arguments *arguments, Fit *ret_fit)
{
    if (!overload_takes_count(overload, arguments->count))
        return false;
    *ret_fit = (Fit){.result = type_of((TypeId)overload->result)};
    for (size_t i = 0; i < arguments->count; i++)
        if (!fit_argument(ret_fit, i, overload_wants(overload, i), arguments->types[i], arguments->is_literal[i]))
            return false;
    return fit_resolve(overload, ret_fit, arguments->count);
}

static int fit_compare(const Fit *a, const Fit *b)
{
    if (a->exact_count != b->exact_count)
        return a->exact_count > b->exact_count ? 1 : -1;
    return (a->distance < b->distance) - (a->distance > b->distance);
}

static bool overloads_fit(const Overload *overloads, size_t count, const Arguments *arguments, Fit *ret_best,
                          bool *ret_ambiguous)
{
    bool found = false;
    *ret_ambiguous = false;
    for (size_t i = 0; i < count; i++) {
        Fit fit;
        if (!overload_fit(&overloads[i], arguments, &fit))
            continue;
        fit.index = i;
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
static bool overloads_fit_pair(const Overload *overloads, size_t count, const Arguments *arguments, Fit *ret_best)
{
    static const bool no_literals[2] = {false, false};
    const Type *types = arguments->types;
    bool is_ambiguous;
    if (arguments->count != 2 || (types[0].id == TYPE_NULL) == (types[1].id == TYPE_NULL))
        return false;
    Type known = types[0].id == TYPE_NULL ? types[1] : types[0];
    Type both[2] = {known, known};
    Arguments pair = {2, both, no_literals};
    return overloads_fit(overloads, count, &pair, ret_best, &is_ambiguous) && ret_best->exact_count == 2;
}

ptrdiff_t overload_resolve(const Overload *overloads, size_t count, Type *argument_types, const bool *is_unknown,
                           size_t argument_count, Type *ret_result, bool *ret_ambiguous)
{
    Type types[OVERLOAD_MAX_ARGUMENTS] = {{0}};
    bool is_literal[OVERLOAD_MAX_ARGUMENTS] = {false};
    *ret_ambiguous = false;
    if (argument_count > OVERLOAD_MAX_ARGUMENTS)
        return -1;
    for (size_t i = 0; i < argument_count; i++) {
        is_literal[i] = is_unknown && is_unknown[i] && argument_types[i].id != TYPE_NULL;
        types[i] = is_literal[i] ? type_of(TYPE_NULL) : argument_types[i];
    }
    Arguments arguments = {argument_count, types, is_literal};
    Fit best;
    if (!overloads_fit_pair(overloads, count, &arguments, &best) &&
        !overloads_fit(overloads, count, &arguments, &best, ret_ambiguous))
        return -1;
    for (size_t i = 0; i < argument_count; i++) {
        Type type = best.argument_types[i];
        argument_types[i] = type.id == TYPE_NULL && is_literal[i] ? type_of(TYPE_VARCHAR) : type;
    }
    /* What is computed need not keep to the limits of what it is computed from; aggregates of such types pick one. */
    bool is_computed = overloads[best.index].function && type_limits_values(best.result);
    *ret_result = is_computed ? type_without_limit(best.result) : best.result;
    return (ptrdiff_t)best.index;
}
