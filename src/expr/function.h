/* expr/function.h: scalar functions and operators: one registry of lists, found by name and argument types.
 *
 * Operators are functions under their own sign: "+", "=", "||", "~~" (LIKE), "~~*" (ILIKE), "is null". Families of
 * functions stand in function/<family>.c, each with one table; function.c lists the families. */
#ifndef QUERN_EXPR_FUNCTION_H
#define QUERN_EXPR_FUNCTION_H

#include "base/context.h"
#include "column/vector.h"
#include "expr/expr.h"

typedef struct Function Function;

/* What texts may be computed of some rows. */
typedef struct TextRoom {
    size_t left;      /* bytes */
    bool is_exceeded; /* there was not room for all; what was computed is worth nothing, and nobody needs the rest */
} TextRoom;

/* One call of a kernel: `count` rows of arguments in, `count` rows of result out. */
typedef struct KernelCall {
    const Expr *expr;
    const Context *context;
    size_t count;
    size_t argument_count;
    Vector *const *arguments; /* flat or constant; VARCHAR slots of NULLs hold a valid (empty) String */
    Vector *result;           /* flat, prepared. Strict functions: its NULLs (any argument NULL) are set already */
    void *state;              /* what `prepare` made */
    bool is_careful;          /* every row counts: a failure raises */
    bool is_try;              /* TRY_CAST: a failure makes the row NULL */
    bool may_have_failed;     /* set by kernel_fail when not careful */
    Error *failure;           /* careful: the first failure is noted here instead of raised; NULL: raised */
    TextRoom *room;           /* for the texts of the result; NULL: there is no end of it */
} KernelCall;

/* Computes all rows. Rows may be NULL or not selected; then their result is ignored, but their computing must be safe.
 */
typedef void (*Kernel)(KernelCall *call);

/* Call it behind the loop (a vectorized kernel: row SIZE_MAX) or in it. Careful: raises at the call's position, or
 * notes what to raise. Else it notes that the batch must be run again over the rows that count, alone. Where it
 * returns, the loop goes on. */
void kernel_fail(KernelCall *call, size_t row, ErrorCode code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

enum { FUNCTION_MAX_ARGUMENTS = 8 };

typedef enum FunctionFlag {
    FUNCTION_CAN_FAIL = 1,   /* raises on some values: is never run over a whole dictionary, moved or pushed */
    FUNCTION_VOLATILE = 2,   /* two calls may differ */
    FUNCTION_STABLE = 4,     /* the same within a statement: now(); folded when bound */
    FUNCTION_NOT_STRICT = 8, /* looks at NULLs itself */
    FUNCTION_VARIADIC = 16,  /* the last argument type may come again any number of times */
} FunctionFlag;

struct Function {
    const char *name;
    const char *signature;   /* for people: "(text VARCHAR, count BIGINT) VARCHAR" */
    const char *description; /* one line, for people */
    uint8_t flags;
    uint8_t argument_count;
    uint8_t optional_count;                    /* how many of the last arguments may be left out */
    uint8_t arguments[FUNCTION_MAX_ARGUMENTS]; /* TypeId; arguments are cast to these. TYPE_COUNT: any type */
    uint8_t result;                            /* TypeId */
    Kernel kernel;
    /* For what the table cannot say (DECIMAL scales, "the common type of all"): may change the types that the arguments
     * are cast to, gives the result's; false: this entry does not take them. NULL: as the table says. It is handed what
     * the table asks for, with the argument's own type where that is "any" or DECIMAL (integers as DECIMAL), and type
     * NULL there for unknown literals and NULLs; those it leaves at NULL become VARCHAR. */
    bool (*resolve)(const Function *function, Type *argument_types, size_t argument_count, Type *ret_result);
    /* Narrows the type of a call whose constant arguments tell more (round(x, 2)): may change call->type. NULL: it
     * stays. */
    void (*refine)(Expr *call);
    /* Whether the arguments of this call keep it from raising, whatever CAN_FAIL says. NULL: they never do. */
    bool (*is_safe)(const Expr *call);
    /* Made once an execution, from constant arguments (a compiled pattern); the arena is the execution's. May raise. */
    void *(*prepare)(Arena *arena, const Expr *call);
    /* Chosen once by type and CPU level when the entry serves many types; NULL: `kernel`. */
    Kernel (*choose)(const Function *function, const Type *argument_types, Type result);
    const void *user; /* what an entry that was added at run time stands for */
};

/* Adds a table of functions, ended by a zeroed entry, entries of a name together, which lives as long as the process.
 * False, and nothing is added, when one of the names is taken or there is no room. Any thread. */
bool function_register(const Function *entries);

/* All entries of a name, or NULL; *ret_count entries follow each other. */
const Function *function_find(StringView name, size_t *ret_count);
/* The entry that takes these arguments with the fewest implicit casts, PostgreSQL's way (exact matches first, then
 * preferred types; an unknown literal, type NULL or is_unknown[i], fits anything). NULL when none or several fit
 * equally well: *ret_ambiguous tells. argument_types becomes what the arguments must be cast to. */
const Function *function_resolve(StringView name, Type *argument_types, const bool *is_unknown, size_t argument_count,
                                 Type *ret_result, bool *ret_ambiguous);
/* The registry in order of names, for SHOW FUNCTIONS and manual pages: index 0, 1, ...; NULL behind the last. */
const Function *function_at(size_t index);
/* Whether this call (EXPR_CALL) can raise: what its entry says, but for arguments that make it safe, such as a constant
 * divisor that is not zero. */
bool function_call_can_fail(const Expr *call);
/* A call of a function that is known to exist ("=", "+", "is null", ...), arguments cast as it needs. */
Expr *function_call(Arena *arena, const char *name, Expr *const *arguments, size_t argument_count, Position position);

/* Whether a value of one type becomes the other without being asked (INTEGER to BIGINT, never back). */
bool type_casts_implicitly(Type from, Type to);

/* A family: its table, ended by a zeroed entry. Listed in function.c. */
typedef const Function FunctionFamily[];

#endif
