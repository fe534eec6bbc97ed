/* expr/function/text_result.h: how kernels give text: into the result's memory, or from a text that is built anew for
 * each row. */
#ifndef QUERN_EXPR_FUNCTION_TEXT_RESULT_H
#define QUERN_EXPR_FUNCTION_TEXT_RESULT_H

#include "base/text.h"
#include "expr/function/family.h"

/* The same in memory that the result does not have yet. */
char *result_more_memory(KernelCall *call, size_t row, size_t size);

/* Room for a result of `size` bytes; NULL when that is too long, or the texts of all rows are: then the row is empty,
 * and has failed or will be computed again. A batch of large results is counted, and can be interrupted. */
static inline char *result_memory(KernelCall *call, size_t row, size_t size)
{
    if (size <= vector_string_room(call->result))
        return vector_string_memory(call->result, size);
    return result_more_memory(call, row, size);
}

/* Text that stands in the result's memory, in an argument's that is kept, or is short. */
static inline void result_set(KernelCall *call, size_t row, const char *text, size_t size)
{
    VECTOR_DATA(call->result, String)[row] = string_make(text, size);
}

/* A copy. */
void result_copy(KernelCall *call, size_t row, StringView text);

static inline void result_empty(KernelCall *call, size_t row)
{
    result_set(call, row, "", 0);
}

/* For `prepare`: the state is two Texts, to build a row's result and a part of it in. */
void *text_prepare(Arena *arena, const Expr *call);

/* The first of them, emptied; and the second. */
static inline Text *scratch_text(const KernelCall *call)
{
    Text *text = call->state;
    text_clear(text);
    return text;
}

static inline Text *second_scratch_text(const KernelCall *call)
{
    Text *text = (Text *)call->state + 1;
    text_clear(text);
    return text;
}

#endif
