/* expr/aggregate.c: the registry of aggregate functions. */
#include "expr/aggregate.h"

#include <assert.h>
#include <string.h>

#include "expr/overload.h"

/* X(family): aggregate/<family>.c defines aggregate_family_<family>. */
#define AGGREGATE_FAMILIES(X)                                                                                          \
    X(count)                                                                                                           \
    X(sum)                                                                                                             \
    X(bound)                                                                                                           \
    X(pick)                                                                                                            \
    X(logic)                                                                                                           \
    X(text)                                                                                                            \
    X(statistic)                                                                                                       \
    X(quantile)                                                                                                        \
    X(ordered)                                                                                                         \
    X(moment)

#define FAMILY_DECLARE(name) extern AggregateFamily aggregate_family_##name;
AGGREGATE_FAMILIES(FAMILY_DECLARE)
#undef FAMILY_DECLARE

static const Aggregate *const families[] = {
#define FAMILY_ENTRY(name) aggregate_family_##name,
    AGGREGATE_FAMILIES(FAMILY_ENTRY)
#undef FAMILY_ENTRY
};

enum { FAMILY_COUNT = sizeof families / sizeof *families, MAX_OVERLOADS = 20 };

const Aggregate *aggregate_at(size_t index)
{
    for (size_t f = 0; f < FAMILY_COUNT; f++)
        for (const Aggregate *entry = families[f]; entry->name; entry++)
            if (index-- == 0)
                return entry;
    return NULL;
}

static size_t overloads_find(StringView name, Overload *ret_overloads)
{
    size_t count = 0;
    for (size_t f = 0; f < FAMILY_COUNT; f++)
        for (const Aggregate *entry = families[f]; entry->name; entry++) {
            if (!view_equal_ignoring_case(view_of(entry->name), name))
                continue;
            assert(count < MAX_OVERLOADS);
            ret_overloads[count++] = (Overload){.aggregate = entry,
                                                .arguments = entry->arguments,
                                                .argument_count = entry->argument_count,
                                                .optional_count = entry->optional_count,
                                                .result = entry->result};
        }
    return count;
}

const Aggregate *aggregate_resolve(StringView name, Type *argument_types, const bool *is_unknown, size_t argument_count,
                                   Type *ret_result, bool *ret_ambiguous)
{
    Overload overloads[MAX_OVERLOADS];
    size_t count = overloads_find(name, overloads);
    ptrdiff_t best =
        overload_resolve(overloads, count, argument_types, is_unknown, argument_count, ret_result, ret_ambiguous);
    return best < 0 ? NULL : overloads[best].aggregate;
}

bool aggregate_exists(StringView name)
{
    Overload overloads[MAX_OVERLOADS];
    return overloads_find(name, overloads) > 0;
}
