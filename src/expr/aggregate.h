/* expr/aggregate.h: aggregate functions: states that take rows, merge, and give a value.
 *
 * A state is `state_size` zeroed bytes, aligned to 8, in a row of the hash table (or alone, without GROUP BY); zero is
 * the empty state, and the size a multiple of 8. What does not fit there (strings, sets) stands in the call's arena.
 * Families stand in aggregate/<family>.c. */
#ifndef QUERN_EXPR_AGGREGATE_H
#define QUERN_EXPR_AGGREGATE_H

#include "base/context.h"
#include "column/sort_key.h"
#include "expr/expr.h"

typedef struct Aggregate Aggregate;

/* One aggregate in a plan: sum(x) FILTER (WHERE y). */
typedef struct AggregateCall {
    const Aggregate *aggregate;
    Type type;
    Position position;
    size_t argument_count;
    Expr **arguments;
    bool is_distinct;
    Expr *filter;       /* or NULL */
    size_t order_count; /* ORDER BY within the call; 0: none, or it does not matter */
    Expr **order_keys;
    SortOrder *orders;
} AggregateCall;

/* Of its arguments and its filter, whatever the function. */
uint64_t aggregate_call_hash(const AggregateCall *call);

/* What an aggregate's functions are handed at run time. */
typedef struct AggregateState {
    const AggregateCall *call;
    const Context *context;
    Arena *arena; /* the operator's: for what states point to */
    Type argument_types[4];
} AggregateState;

enum { AGGREGATE_MAX_ARGUMENTS = 4 };

typedef enum AggregateFlag {
    AGGREGATE_KEEPS_NULLS = 1,   /* sees rows whose argument is NULL (count(*) has no argument) */
    AGGREGATE_ORDER_MATTERS = 2, /* string_agg, first: ORDER BY within the call changes the result */
    AGGREGATE_DISTINCT_IDLE = 4, /* min, max: DISTINCT changes nothing */
    AGGREGATE_LISTS = 8, /* string_agg: WITHIN GROUP is the order of the values; else it is the first argument */
    AGGREGATE_SORTS_ITSELF = 16, /* quantile: ORDER BY within the call tells it a direction; rows need not come so */
} AggregateFlag;

struct Aggregate {
    const char *name;
    const char *signature;
    const char *description;
    uint8_t flags;
    uint8_t argument_count;
    uint8_t optional_count;
    uint8_t arguments[AGGREGATE_MAX_ARGUMENTS]; /* TypeId; TYPE_COUNT: any */
    uint8_t result;                             /* TypeId */
    bool (*resolve)(const Aggregate *aggregate, Type *argument_types, size_t argument_count, Type *ret_result);
    size_t (*state_size)(const AggregateState *state);
    /* Row selection[i] (NULL: i) of the arguments goes to states[i], for i < count. Arguments are flat or constant and
     * may hold NULLs, which are passed over unless KEEPS_NULLS. */
    void (*update)(AggregateState *state, Vector *const *arguments, const uint16_t *selection, size_t count,
                   uint8_t *const *states);
    /* The same with all rows going to one state: the loop that vectorizes. NULL: update serves. */
    void (*update_all)(AggregateState *state, Vector *const *arguments, const uint16_t *selection, size_t count,
                       uint8_t *one);
    /* from[i] is merged into into[i], which has the earlier rows; from[i] stays as it was, and into[i] shares nothing
     * with it. A state may be there several times. */
    void (*combine)(AggregateState *state, uint8_t *const *from, uint8_t *const *into, size_t count);
    /* Takes from[i] out of into[i], which has its rows and others: exactly, as long as no more than 2^62 values of up
     * to 64 bits were ever added. NULL: that cannot be done. */
    void (*subtract)(AggregateState *state, uint8_t *const *from, uint8_t *const *into, size_t count);
    /* result (prepared flat) row i is the value of states[i]. Overflow raises. */
    void (*finalize)(AggregateState *state, uint8_t *const *states, size_t count, Vector *result);
    /* For functions of a DOUBLE's values in order (median): the two of `count` values, 1 or more, from which it comes,
     * by their places; and what comes of them. So a window need not gather the values of each frame. NULL: there is no
     * such way. */
    void (*places)(size_t count, size_t *ret_low, size_t *ret_high);
    double (*between)(double low, double high);
    const void *user; /* what an entry that was added at run time stands for */
};

/* Adds a table of aggregates, ended by a zeroed entry, which lives as long as the process. False, and nothing is added,
 * when one of the names is taken or there is no room. Any thread. */
bool aggregate_register(const Aggregate *entries);

const Aggregate *aggregate_resolve(StringView name, Type *argument_types, const bool *is_unknown, size_t argument_count,
                                   Type *ret_result, bool *ret_ambiguous);
/* Whether there is any aggregate of that name. */
bool aggregate_exists(StringView name);
/* The first entry of that name, or NULL. */
const Aggregate *aggregate_find(StringView name);
/* All entries in order of families; NULL behind the last. */
const Aggregate *aggregate_at(size_t index);

/* What a call gives for no rows: NULL, but for counts and their like. */
Value aggregate_of_nothing(Arena *arena, const Context *context, const AggregateCall *call);

/* A family: its table, ended by a zeroed entry. Listed in aggregate.c. */
typedef const Aggregate AggregateFamily[];

#endif
