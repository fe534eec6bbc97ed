/* expr/function/text_result.c: a result's text that is copied, and texts to build one in. */
#include "expr/function/text_result.h"

#include "base/memory.h"

/* Whether there is room for so much more text. */
static bool room_take(TextRoom *room, size_t size)
{
    if (room == NULL)
        return true;
    room->is_exceeded |= size > room->left;
    room->left -= room->is_exceeded ? room->left : size;
    return !room->is_exceeded;
}

/* Texts that are not large share buffers, which are counted when they are there. */
static char *small_result_memory(KernelCall *call, size_t size)
{
    if (!room_take(call->room, 0))
        return NULL;
    char *memory = vector_string_memory(call->result, size);
    (void)room_take(call->room, vector_string_room(call->result) + size);
    return memory;
}

static char *large_result_memory(KernelCall *call, size_t size)
{
    context_check(call->context);
    return room_take(call->room, size) ? vector_large_string_memory(call->result, size, call->context->memory) : NULL;
}

char *result_more_memory(KernelCall *call, size_t row, size_t size)
{
    char *memory = NULL;
    if (size > STRING_MAX_SIZE)
        kernel_fail(call, row, ERROR_STRING_TOO_LONG, "result of %s is longer than %zu bytes",
                    call->expr->function->name, STRING_MAX_SIZE);
    else
        memory = size < VECTOR_LARGE_STRING ? small_result_memory(call, size) : large_result_memory(call, size);
    if (memory == NULL)
        result_empty(call, row);
    return memory;
}

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
