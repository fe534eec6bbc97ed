/* exec/block.c: one large piece of an operator's memory, counted against the budget. */
#include "exec/block.h"

#include <string.h>

#include "base/memory.h"

void block_clear(Block *block)
{
    if (block->data == NULL)
        return;
    memory_free(block->data);
    memory_budget_give(block->budget, block->size);
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

/* Memory first, then the budget: when either is refused nothing of the other is left behind. */
static void block_take(Block *block, size_t size)
{
    block->data = memory_allocate_aligned(size);
    if (!memory_budget_take(block->budget, size)) {
        memory_free(block->data);
        block->data = NULL;
        memory_budget_refuse(block->budget, size, block->what);
    }
    block->size = size;
}

void block_renew(Block *block, size_t size)
{
    block_clear(block);
    block_take(block, size);
}

void block_grow(Block *block, size_t used_size, size_t size)
{
    if (size <= block->size)
        return;
    if (size < memory_size_multiply(block->size, 2))
        size = block->size * 2;
    Block grown = {.budget = block->budget, .what = block->what};
    block_take(&grown, size);
    if (used_size)
        memcpy(grown.data, block->data, used_size);
    block_clear(block);
    *block = grown;
}
