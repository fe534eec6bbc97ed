/* expr/function/sequence.c: nextval, currval, setval, lastval. The binder has put the sequence into the call's
 * function.
 *
 * They are computed for the rows that count alone, each once: so never in the fast manner. */
#include "expr/sequence.h"

#include "expr/function/family.h"

/* Whether the rows are those that count; the batch comes again otherwise. */
static bool begins(KernelCall *call)
{
    if (call->expr->function->user == NULL)
        error_raise(ERROR_NOT_SUPPORTED, call->expr->position, "the sequence's name must be a constant");
    if (!call->is_careful)
        kernel_fail(call, SIZE_MAX, ERROR_INTERNAL, "%s is computed row by row", call->expr->function->name);
    return call->is_careful;
}

static Sequence *call_sequence(const KernelCall *call)
{
    return (Sequence *)call->expr->function->user;
}

static void next_value(KernelCall *call)
{
    if (!begins(call))
        return;
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, int64_t)[i] = sequence_next(call_sequence(call), call->expr->position);
}

static void current_value(KernelCall *call)
{
    if (!begins(call))
        return;
    const Sequence *sequence = call_sequence(call);
    if (!sequence->is_current && call->count > 0)
        error_raise(ERROR_NOT_READY, call->expr->position,
                    "currval of sequence \"%s\" is not yet defined in this session", sequence->name);
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, int64_t)[i] = sequence->current;
}

static void set_value(KernelCall *call)
{
    if (!begins(call))
        return;
    for (size_t i = 0; i < call->count; i++) {
        int64_t value = ARGUMENT(call, 1, int64_t, i);
        bool is_taken = call->argument_count < 3 || ARGUMENT(call, 2, bool, i);
        sequence_set(call_sequence(call), value, is_taken, call->expr->position);
        VECTOR_DATA(call->result, int64_t)[i] = value;
    }
}

static void last_value(KernelCall *call)
{
    if (!begins(call))
        return;
    const LastValue *last = call->expr->function->user;
    if (!last->is_known && call->count > 0)
        error_raise(ERROR_NOT_READY, call->expr->position, "lastval is not yet defined in this session");
    for (size_t i = 0; i < call->count; i++)
        VECTOR_DATA(call->result, int64_t)[i] = last->value;
}

#define OF_SEQUENCE .flags = FUNCTION_VOLATILE | FUNCTION_CAN_FAIL, .result = TYPE_BIGINT

/* clang-format off */
FunctionFamily function_family_sequence = {
    {.name = "nextval", .signature = "(sequence VARCHAR) BIGINT", .description = "The sequence's next number.",
     OF_SEQUENCE, ARGUMENTS(TYPE_VARCHAR), .kernel = next_value},
    {.name = "currval", .signature = "(sequence VARCHAR) BIGINT",
     .description = "The number that nextval of this sequence gave last.", OF_SEQUENCE, ARGUMENTS(TYPE_VARCHAR),
     .kernel = current_value},
    {.name = "lastval", .signature = "() BIGINT", .description = "The number that nextval of any sequence gave last.",
     OF_SEQUENCE, .kernel = last_value},
    {.name = "setval", .signature = "(sequence VARCHAR, value BIGINT [, is_taken BOOLEAN]) BIGINT",
     .description = "Sets the sequence; is_taken false: the next number is this one, not the one behind it.",
     OF_SEQUENCE, .argument_count = 3, .optional_count = 1, .arguments = {TYPE_VARCHAR, TYPE_BIGINT, TYPE_BOOLEAN},
     .kernel = set_value},
    {0},
};
/* clang-format on */
