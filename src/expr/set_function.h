/* expr/set_function.h: functions that give rows: generate_series, string_to_table and their kin. The operator Unfold
 * (exec/unfold.c) calls them for each row of its input. */
#ifndef QUERN_EXPR_SET_FUNCTION_H
#define QUERN_EXPR_SET_FUNCTION_H

#include "base/context.h"
#include "column/vector.h"
#include "expr/expr.h"

enum { SET_FUNCTION_MAX_ARGUMENTS = 3 };

typedef struct SetCursor SetCursor;

typedef struct SetFunction {
    const char *name;
    const char *signature;   /* for people: "(text VARCHAR, delimiter VARCHAR) VARCHAR" */
    const char *description; /* one line, for people */
    uint8_t argument_count;
    uint8_t optional_count;                        /* how many of the last arguments may be left out */
    uint8_t arguments[SET_FUNCTION_MAX_ARGUMENTS]; /* TypeId */
    uint8_t result;                                /* TypeId */
    uint8_t result_limit;                          /* TypeLimit */
    const char *column_name; /* of its column in FROM; NULL: it is called as the function, or its alias */
    bool is_null_taken;      /* it looks at NULLs itself; else an argument that is NULL gives no row */
    /* Sets the cursor to the first of the values for these arguments, which stay until the last fill. Raises. */
    void (*begin)(SetCursor *cursor, const Value *arguments, size_t count);
    /* At most `room` more values to result[at …]; fewer: that was all. */
    size_t (*fill)(SetCursor *cursor, Vector *result, size_t at, size_t room);
} SetFunction;

/* One call in a plan. */
typedef struct SetCall {
    const SetFunction *function;
    Expr **arguments; /* of the function's types */
    size_t argument_count;
    Position position;
} SetCall;

SetCursor *set_cursor_new(Arena *arena, const Context *context, const SetCall *call);
void set_cursor_begin(SetCursor *cursor, const Value *arguments);
size_t set_cursor_fill(SetCursor *cursor, Vector *result, size_t at, size_t room);

/* The entry of that name that takes these arguments, with implicit casts; NULL: none. is_untyped[i]: any type. */
const SetFunction *set_function_resolve(StringView name, const Type *types, const bool *is_untyped, size_t count);
Type set_function_type(const SetFunction *function); /* its result's */
bool set_function_exists(StringView name);
/* In the order of the list; NULL behind the last. */
const SetFunction *set_function_at(size_t index);

#endif
