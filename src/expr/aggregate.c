/* expr/aggregate.c: the registry of aggregate functions. */
#include "expr/aggregate.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/hash.h"
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
    X(mode)                                                                                                            \
    X(moment)

#define FAMILY_DECLARE(name) extern AggregateFamily aggregate_family_##name;
AGGREGATE_FAMILIES(FAMILY_DECLARE)
#undef FAMILY_DECLARE

/* Built-in ones first; aggregate_register appends. */
enum { FAMILY_LIMIT = 256 };
static const Aggregate *families[FAMILY_LIMIT] = {
#define FAMILY_ENTRY(name) aggregate_family_##name,
    AGGREGATE_FAMILIES(FAMILY_ENTRY)
#undef FAMILY_ENTRY
};

#define FAMILY_COUNT_ONE(name) +1
enum { BUILT_IN_COUNT = 0 AGGREGATE_FAMILIES(FAMILY_COUNT_ONE), MAX_OVERLOADS = 20 };
#undef FAMILY_COUNT_ONE

static _Atomic size_t family_count = BUILT_IN_COUNT;

const Aggregate *aggregate_find(StringView name)
{
    for (size_t f = 0; f < family_count; f++)
        for (const Aggregate *entry = families[f]; entry->name; entry++)
            if (view_equal_ignoring_case(view_of(entry->name), name))
                return entry;
    return NULL;
}

bool aggregate_register(const Aggregate *entries)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    bool is_free = family_count < FAMILY_LIMIT;
    for (const Aggregate *entry = entries; is_free && entry->name; entry++)
        is_free = aggregate_find(view_of(entry->name)) == NULL;
    if (is_free) {
        families[family_count] = entries;
        family_count++; /* who sees it sees the family */
    }
    pthread_mutex_unlock(&mutex);
    return is_free;
}

const Aggregate *aggregate_at(size_t index)
{
    for (size_t f = 0; f < family_count; f++)
        for (const Aggregate *entry = families[f]; entry->name; entry++)
            if (index-- == 0)
                return entry;
    return NULL;
}

static size_t overloads_find(StringView name, Overload *ret_overloads)
{
    size_t count = 0;
    for (size_t f = 0; f < family_count; f++)
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
    return aggregate_find(name) != NULL;
}

uint64_t aggregate_call_hash(const AggregateCall *call)
{
    uint64_t hash = exprs_hash(call->arguments, call->argument_count);
    return call->filter ? hash_combine(hash, expr_hash(call->filter)) : hash;
}

Value aggregate_of_nothing(Arena *arena, const Context *context, const AggregateCall *call)
{
    AggregateState self = {.call = call, .context = context, .arena = arena};
    for (size_t i = 0; i < call->argument_count; i++)
        self.argument_types[i] = call->arguments[i]->type;
    uint8_t *state = arena_allocate_zero(arena, call->aggregate->state_size(&self));
    Vector *result = vector_new(arena, call->type);
    vector_prepare(result, 1);
    call->aggregate->finalize(&self, &state, 1, result);
    Value value = vector_value(result, 0);
    return value_copy(arena, &value);
}
