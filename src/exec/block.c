/* exec/block.c: one large piece of an operator's memory, counted against the budget. */
#include "exec/block.h"

#include <string.h>

#include "base/memory.h"

enum { COPY_PIECE = 4 << 20 };

void block_clear(Block *block)
{
    if (block->data == NULL)
        return;
    if (block->mapped)
        buffer_unref(block->mapped);
    else
        counted_memory_give(block->memory);
    block->mapped = NULL;
    block->data = NULL;
    block->size = 0;
}

static void block_release(void *block)
{
    block_clear(block);
}

Block *block_new(Arena *arena, const Context *context, const char *what)
{
    Block *block = arena_new(arena, Block);
    block->budget = context->memory;
    block->what = what;
    arena_own(arena, block, block_release);
    return block;
}

Block *block_new_overflowing(Arena *arena, const Context *context, const char *what, TempFile *file, size_t memory_size)
{
    Block *block = block_new(arena, context, what);
    block_overflow_to(block, file, memory_size);
    return block;
}

void block_overflow_to(Block *block, TempFile *file, size_t memory_size)
{
    block->file = file;
    block->memory_size = memory_size;
}

/* Lets go of memory in the file until it is looked at again. */
static void block_rest(const Block *block)
{
    if (block->mapped)
        temp_buffer_rest(block->mapped);
}

static void block_take(Block *block, size_t size)
{
    if (block->file && size > block->memory_size) {
        block->mapped = temp_file_map(block->file, size);
        block->data = block->mapped->data;
        block->size = block->mapped->size;
        return;
    }
    block->memory = counted_memory_take(size, block->budget, block->what);
    block->data = block->memory.data;
    block->size = size;
}

void block_renew(Block *block, size_t size)
{
    block_clear(block);
    block_take(block, size);
}

void block_renew_zero(Block *block, size_t size)
{
    block_renew(block, size);
    if (block->mapped == NULL)
        memory_zero(block->data, block->size);
}

/* In pieces, so that of what stands in a file little is in memory. False: it was interrupted. */
static bool block_copy(const Block *target, const Block *source, size_t size)
{
    for (size_t done = 0; done < size; done += COPY_PIECE) {
        size_t left = size - done;
        if (done > 0) {
            if (context_is_over(context_entered()))
                return false;
            block_rest(source);
            block_rest(target);
        }
        memcpy((char *)target->data + done, (const char *)source->data + done, left < COPY_PIECE ? left : COPY_PIECE);
    }
    return true;
}

void block_grow(Block *block, size_t used_size, size_t size)
{
    if (size <= block->size)
        return;
    if (size < memory_size_multiply(block->size, 2))
        size = block->size * 2;
    bool stays = block->data && block->mapped == NULL && (block->file == NULL || size <= block->memory_size);
    if (stays && counted_memory_grow(&block->memory, size)) {
        block->data = block->memory.data;
        block->size = size;
        return;
    }
    Block grown = {
        .budget = block->budget, .file = block->file, .memory_size = block->memory_size, .what = block->what};
    block_take(&grown, size);
    bool is_copied = block_copy(&grown, block, used_size);
    block_clear(is_copied ? block : &grown);
    if (is_copied)
        *block = grown;
    else
        context_check(context_entered());
}
