/* expr/overload.h: choosing among entries of one name by argument types, for functions and aggregates alike. */
#ifndef QUERN_EXPR_OVERLOAD_H
#define QUERN_EXPR_OVERLOAD_H

#include "expr/aggregate.h"
#include "expr/function.h"

enum { OVERLOAD_MAX_ARGUMENTS = 100 }; /* PostgreSQL's limit */

/* One of `function` and `aggregate` is not NULL. */
typedef struct Overload {
    const Function *function;
    const Aggregate *aggregate;
    const uint8_t *arguments;
    uint8_t argument_count, optional_count, result;
    bool is_variadic;
} Overload;

/* The index of the best of `count` overloads, or -1; see function_resolve. */
ptrdiff_t overload_resolve(const Overload *overloads, size_t count, Type *argument_types, const bool *is_unknown,
                           size_t argument_count, Type *ret_result, bool *ret_ambiguous);

#endif
