/* expr/requirement.c: a function of no name in SQL that raises what its caller says. */
#include "expr/requirement.h"

#include "expr/function/family.h"

typedef struct Requirement {
    ErrorCode code;
    const char *message;
} Requirement;

static void require(KernelCall *call)
{
    const Requirement *requirement = call->expr->function->user;
    for (size_t i = 0; i < call->count; i++) {
        VECTOR_DATA(call->result, bool)[i] = true;
        if (!argument_is_null(call, 0, i) && !ARGUMENT(call, 0, bool, i))
            kernel_fail(call, i, requirement->code, "%s", requirement->message);
    }
}

Expr *expr_requirement(Arena *arena, Expr *condition, ErrorCode code, const char *message, Position position)
{
    Requirement *requirement = arena_new(arena, Requirement);
    *requirement = (Requirement){code, message};
    Function *function = arena_new(arena, Function);
    *function = (Function){.name = "require",
                           .flags = FUNCTION_CAN_FAIL | FUNCTION_NOT_STRICT,
                           ARGUMENTS(TYPE_BOOLEAN),
                           .result = TYPE_BOOLEAN,
                           .kernel = require,
                           .user = requirement};
    return expr_call(arena, function, type_of(TYPE_BOOLEAN), &condition, 1, position);
}
