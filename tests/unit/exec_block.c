/* Unit tests of exec/block.h. */
#include "exec/block.h"

#include <string.h>

#include "base/memory_pool.h"
#include "test.h"

enum { SIZE = 16 << 20 };

static void grow(void *block)
{
    block_grow(block, SIZE, SIZE + 1);
}

START_TEST(what_is_copied_for_long_can_be_interrupted_and_then_nothing_changed)
{
    _Atomic bool cancel = true;
    MemoryBudget budget = {.limit = SIZE_MAX};
    Context context = {.cancel = &cancel, .memory = &budget};
    Block *block = block_new(test_arena, &context, "a test");
    block_renew(block, SIZE);
    memset(block->data, 'x', SIZE);
    const void *data = block->data;
    size_t used = budget.used;

    context_enter(&context);
    expect_error(ERROR_INTERRUPTED, grow, block);
    ck_assert_ptr_eq(block->data, data);
    ck_assert_uint_eq(block->size, SIZE);
    ck_assert_uint_eq(budget.used, used);

    cancel = false;
    context_enter(&context);
    block_grow(block, SIZE, SIZE + 1);
    ck_assert_uint_eq(block->size, 2 * SIZE);
    ck_assert_int_eq(((const char *)block->data)[SIZE - 1], 'x');
    block_clear(block);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(a_block_of_a_session_grows_where_two_of_it_would_not_fit)
{
    MemoryBudget budget = {.limit = 2 * SIZE + SIZE / 2};
    Context context = {.memory = &budget};
    budget.pool = memory_pool_new(test_arena, &budget, SIZE_MAX);
    Arena *arena = arena_new_child(test_arena);
    Block *block = block_new(arena, &context, "a test");
    block_renew(block, SIZE);
    memset(block->data, 'x', SIZE);
    block_grow(block, SIZE, SIZE + 1);
    ck_assert_uint_eq(block->size, 2 * SIZE);
    ck_assert_int_eq(((const char *)block->data)[SIZE - 1], 'x');
    memset(block->data, 'y', 2 * SIZE);
    arena_free(arena);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

TEST_PROGRAM(a_block_of_a_session_grows_where_two_of_it_would_not_fit,
             what_is_copied_for_long_can_be_interrupted_and_then_nothing_changed)
