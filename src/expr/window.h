/* expr/window.h: window functions: what is said of a row among the rows of its partition. Here they are named and
 * described, with the frames that they look at; exec/window.c computes them. */
#ifndef QUERN_EXPR_WINDOW_H
#define QUERN_EXPR_WINDOW_H

#include "expr/aggregate.h"

typedef enum WindowFunctionId {
    WINDOW_ROW_NUMBER,
    WINDOW_RANK,
    WINDOW_DENSE_RANK,
    WINDOW_PERCENT_RANK,
    WINDOW_CUME_DIST,
    WINDOW_NTILE,
    WINDOW_LAG,
    WINDOW_LEAD,
    WINDOW_FIRST_VALUE,
    WINDOW_LAST_VALUE,
    WINDOW_NTH_VALUE,
} WindowFunctionId;

enum { WINDOW_MAX_ARGUMENTS = 3 };

typedef enum WindowFunctionFlag {
    WINDOW_TAKES_NULL_TREATMENT = 1, /* IGNORE NULLS may be said */
    WINDOW_TAKES_FRAME = 2,          /* the frame matters; the others look at the whole partition */
    WINDOW_NEVER_NULL = 4,
    WINDOW_LOOKS_BACK = 8, /* at rows that come before and at peers, no others */
} WindowFunctionFlag;

typedef struct WindowFunction {
    const char *name;
    const char *signature;
    const char *description;
    WindowFunctionId id;
    uint8_t flags;
    uint8_t argument_count;
    uint8_t optional_count;
    uint8_t arguments[WINDOW_MAX_ARGUMENTS]; /* TypeId; TYPE_COUNT: any */
    uint8_t result;                          /* TypeId; TYPE_COUNT: that of the first argument */
} WindowFunction;

/* As aggregate_resolve; but the entry is known by its name. NULL: it does not take these arguments. */
const WindowFunction *window_function_resolve(StringView name, Type *argument_types, const bool *is_unknown,
                                              size_t argument_count, Type *ret_result);
/* NULL when there is none of that name. */
const WindowFunction *window_function_find(StringView name);
/* NULL behind the last. */
const WindowFunction *window_function_at(size_t index);

/* ---- frames: the rows around each row that a call looks at ---- */

/* X(NAME, as SQL has it) */
#define WINDOW_FRAME_MODES(X)                                                                                          \
    X(ROWS, "ROWS")                                                                                                    \
    X(RANGE, "RANGE")                                                                                                  \
    X(GROUPS, "GROUPS")

typedef enum WindowFrameMode {
#define WINDOW_MODE_ENUM(name, text) WINDOW_##name,
    WINDOW_FRAME_MODES(WINDOW_MODE_ENUM)
#undef WINDOW_MODE_ENUM
} WindowFrameMode;

typedef enum WindowBoundKind {
    WINDOW_UNBOUNDED_PRECEDING,
    WINDOW_PRECEDING,
    WINDOW_CURRENT_ROW,
    WINDOW_FOLLOWING,
    WINDOW_UNBOUNDED_FOLLOWING,
} WindowBoundKind;

/* X(NAME, as SQL has it) */
#define WINDOW_EXCLUDES(X)                                                                                             \
    X(NO_OTHERS, "NO OTHERS")                                                                                          \
    X(CURRENT_ROW, "CURRENT ROW")                                                                                      \
    X(GROUP, "GROUP")                                                                                                  \
    X(TIES, "TIES")

typedef enum WindowExclude {
#define WINDOW_EXCLUDE_ENUM(name, text) WINDOW_EXCLUDE_##name,
    WINDOW_EXCLUDES(WINDOW_EXCLUDE_ENUM)
#undef WINDOW_EXCLUDE_ENUM
} WindowExclude;

typedef struct WindowBound {
    WindowBoundKind kind;
    Expr *offset; /* of PRECEDING and FOLLOWING; a BIGINT but for RANGE. Neither NULL nor negative, or it raises */
    Expr *limit;  /* RANGE: the value up to which keys belong to the frame: the row's key less or plus the offset */
} WindowBound;

typedef struct WindowFrame {
    WindowFrameMode mode;
    WindowBound start, end;
    WindowExclude exclude;
    Expr *range_key; /* RANGE with an offset: the order key, in the type of the limits; else NULL */
} WindowFrame;

/* One call in a plan: sum(x) FILTER (WHERE y) OVER (... ROWS 2 PRECEDING), without what it shares with others: the
 * partition and its order. */
typedef struct WindowCall {
    const WindowFunction *function; /* NULL: call.aggregate over the frame */
    AggregateCall call;             /* of a function: arguments, type, position */
    bool ignores_nulls;
    WindowFrame frame;
} WindowCall;

/* Calls visit for each expression slot of a call, which may replace it. */
void window_call_each_expr(WindowCall *call, void (*visit)(void *user, Expr **slot), void *user);
bool window_calls_equal(const WindowCall *a, const WindowCall *b);

#endif
