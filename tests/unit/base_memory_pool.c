/* Large blocks do not overlap, come back for who asks next, and make way when the budget runs short. */
#include "test.h"

#include <pthread.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/memory_pool.h"

enum { KIB = 1 << 10, MIB = 1 << 20 };

static MemoryBudget budget;

static MemoryPool *pool_new(size_t limit, size_t kept_limit)
{
    budget = (MemoryBudget){.limit = limit};
    budget.pool = memory_pool_new(test_arena, &budget, kept_limit);
    return budget.pool;
}

START_TEST(what_is_given_back_is_had_again)
{
    static const size_t sizes[] = {64 * KIB, 100 * KIB, MIB, 2 * MIB, 3 * MIB, 9 * MIB, 33 * MIB};
    MemoryPool *pool = pool_new(SIZE_MAX, 256 * MIB);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        CountedMemory memory = counted_memory_take(sizes[i], &budget, "a test");
        void *data = memory.data;
        ck_assert_uint_eq((uintptr_t)data % 64, 0);
        ck_assert_uint_ge(budget.used, sizes[i]);
        memset(data, 1, sizes[i]);
        counted_memory_give(memory);
        ck_assert_uint_eq(budget.used, 0);
        ck_assert_uint_ge(memory_pool_kept_size(pool), sizes[i]);
        memory = counted_memory_take(sizes[i], &budget, "a test");
        ck_assert_ptr_eq(memory.data, data);
        counted_memory_give(memory);
    }
}
END_TEST

START_TEST(what_is_mapped_grows_without_another_of_it)
{
    pool_new(50 * MIB, 0);
    CountedMemory memory = counted_memory_take(9 * MIB, &budget, "a test");
    memset(memory.data, 7, 9 * MIB);
    for (size_t size = 9 * MIB + 1; size < 48 * MIB; size += 5 * MIB) { /* 9 MiB and 48 would be more than there is */
        size_t before = memory.size;
        ck_assert(counted_memory_grow(&memory, size));
        ck_assert_uint_eq(memory.size, size);
        ck_assert_uint_eq((uintptr_t)memory.data % MEMORY_HUGE_PAGE, 0);
        ck_assert_uint_ge(budget.used, size);
        for (size_t i = 0; i < size; i += 4096)
            ck_assert_uint_eq(((unsigned char *)memory.data)[i], i < before ? 7 : 0);
        memset(memory.data, 7, size);
    }
    CountedMemory whole = memory;
    ck_assert(!counted_memory_grow(&memory, 51 * MIB));
    ck_assert_ptr_eq(memory.data, whole.data);
    ck_assert_uint_eq(memory.size, whole.size);
    ck_assert_uint_le(budget.peak, 50 * MIB);
    counted_memory_give(memory);
    ck_assert_uint_eq(budget.used, 0);

    memory = counted_memory_take(100 * KIB, &budget, "a test");
    ck_assert(!counted_memory_grow(&memory, MIB)); /* a part of a chunk has others behind it */
    counted_memory_give(memory);
}
END_TEST

typedef struct Held {
    CountedMemory memory;
    unsigned char mark;
} Held;

static void held_give(Held *held)
{
    const unsigned char *bytes = held->memory.data;
    for (size_t i = 0; i < held->memory.size; i += 1021)
        ck_assert_uint_eq(bytes[i], held->mark);
    counted_memory_give(held->memory);
    held->memory.data = NULL;
}

/* Takes and gives blocks of all sizes, each filled with a mark of its own. */
static void *churn(void *seed_argument)
{
    enum { HELD = 40, STEPS = 400 };
    Held held[HELD] = {0};
    unsigned seed = *(unsigned *)seed_argument;
    for (size_t step = 0; step < STEPS; step++) {
        Held *one = &held[(unsigned)rand_r(&seed) % HELD];
        if (one->memory.data) {
            held_give(one);
            continue;
        }
        size_t size = (size_t)1 << (rand_r(&seed) % 10 + 12);
        one->memory = counted_memory_take(size + (unsigned)rand_r(&seed) % size, &budget, "a test");
        one->mark = (unsigned char)rand_r(&seed);
        memset(one->memory.data, one->mark, one->memory.size);
    }
    for (size_t i = 0; i < HELD; i++)
        if (held[i].memory.data)
            held_give(&held[i]);
    return NULL;
}

START_TEST(blocks_of_several_threads_do_not_overlap)
{
    MemoryPool *pool = pool_new(SIZE_MAX, 8 * MIB);
    pthread_t threads[2];
    unsigned seeds[2] = {1, 2};
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, churn, &seeds[i]), 0);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(budget.used, 0);
    ck_assert_uint_gt(memory_pool_kept_size(pool), 0);
    ck_assert_uint_le(memory_pool_kept_size(pool), 8 * MIB);
}
END_TEST

START_TEST(what_is_kept_makes_way_for_what_is_wanted)
{
    MemoryPool *pool = pool_new(32 * MIB, 256 * MIB);
    CountedMemory first = counted_memory_take(8 * MIB, &budget, "a test");
    counted_memory_give(first);
    ck_assert_uint_eq(memory_pool_kept_size(pool), 8 * MIB); /* a quarter of the limit is the most */
    CountedMemory second = counted_memory_take(24 * MIB, &budget, "a test");
    ck_assert_uint_eq(memory_pool_kept_size(pool), 8 * MIB);
    ck_assert(memory_budget_take(&budget, MIB));
    ck_assert_uint_eq(memory_pool_kept_size(pool), 0);
    counted_memory_give(second);
    ck_assert_uint_eq(memory_pool_kept_size(pool), 0); /* more than a quarter */
}
END_TEST

/* The linker has what is unmapped come by here. */
static _Thread_local size_t unmapped_size;
void __real_memory_unmap(void *pointer, size_t size);
void __wrap_memory_unmap(void *pointer, size_t size);

void __wrap_memory_unmap(void *pointer, size_t size)
{
    unmapped_size += size;
    __real_memory_unmap(pointer, size);
}

START_TEST(what_is_more_than_is_kept_is_given_back_by_another_thread)
{
    enum { COUNT = 40, SIZE = 8 * MIB, KEPT = 64 * MIB };
    MemoryPool *pool = pool_new(SIZE_MAX, KEPT);
    CountedMemory memory[COUNT];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT; i++)
            memory[i] = counted_memory_take(SIZE, &budget, "a test");
        for (size_t i = 0; i < COUNT; i++)
            counted_memory_give(memory[i]);
        ck_assert_uint_eq(budget.used, 0);
        while (memory_pool_kept_size(pool) > KEPT)
            usleep(100);
        ck_assert_uint_eq(memory_pool_kept_size(pool), KEPT);
        ck_assert_uint_eq(unmapped_size, 0);
    }
    memory_pool_trim(pool);
    ck_assert_uint_eq(unmapped_size, KEPT);
}
END_TEST

static void take_too_much(void *ignored)
{
    (void)ignored;
    (void)counted_memory_take(3 * MIB, &budget, "a test");
}

START_TEST(a_budget_smaller_than_a_chunk_is_counted_block_by_block)
{
    (void)pool_new(MIB, 256 * MIB);
    CountedMemory memory = counted_memory_take(100 * KIB, &budget, "a test");
    ck_assert_uint_eq(budget.used, 100 * KIB);
    counted_memory_give(memory);
    expect_error(ERROR_MEMORY_LIMIT, take_too_much, NULL);
    ck_assert_uint_eq(budget.used, 0);
}
END_TEST

START_TEST(a_failed_try_is_followed_by_another)
{
    (void)pool_new(SIZE_MAX, 0);
    memory_fail_at(1);
    CountedMemory memory = counted_memory_take(3 * MIB, &budget, "a test");
    ck_assert(memory_has_failed());
    counted_memory_give(memory);
    ck_assert_uint_eq(budget.used, 0);
    memory_fail_at(0);
}
END_TEST

TEST_PROGRAM(what_is_given_back_is_had_again, what_is_mapped_grows_without_another_of_it,
             blocks_of_several_threads_do_not_overlap, what_is_kept_makes_way_for_what_is_wanted,
             what_is_more_than_is_kept_is_given_back_by_another_thread,
             a_budget_smaller_than_a_chunk_is_counted_block_by_block, a_failed_try_is_followed_by_another)
