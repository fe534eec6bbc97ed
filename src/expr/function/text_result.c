/* expr/function/text_result.c: a result's text that is copied, and texts to build one in. */
#include "expr/function/text_result.h"

#include "base/memory.h"

void result_copy(KernelCall *call, size_t row, StringView text)
{
    if (text.size <= STRING_INLINE_SIZE) {
        result_set(call, row, text.data, text.size);
        return;
    }
    char *memory = result_memory(call, row, text.size);
    if (memory == NULL)
        return;
    memory_copy(memory, text.data, text.size);
    result_set(call, row, memory, text.size);
}

void *text_prepare(Arena *arena, const Expr *call)
{
    (void)call;
    Text *texts = arena_array(arena, Text, 2);
    texts[0] = texts[1] = text_in(arena);
    return texts;
}
