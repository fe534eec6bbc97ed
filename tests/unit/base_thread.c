/* Where threads begin, and that they may go on from there. */
#include "test.h"

#include <sched.h>
#include <stdatomic.h>

#include "base/thread.h"

enum { THREAD_LIMIT = 64 };

static _Atomic bool all_are_started;
static cpu_set_t usable[THREAD_LIMIT];

static void *mask_find(void *mask)
{
    while (!all_are_started)
        sched_yield();
    ck_assert_int_eq(sched_getaffinity(0, sizeof(cpu_set_t), mask), 0);
    return NULL;
}

/* Each of `count` threads may use what this one may. */
static void check_threads(size_t count)
{
    cpu_set_t own;
    pthread_t threads[THREAD_LIMIT];
    ck_assert_int_eq(sched_getaffinity(0, sizeof own, &own), 0);
    count = count < THREAD_LIMIT ? count : THREAD_LIMIT;
    all_are_started = false;
    for (size_t i = 0; i < count; i++)
        threads[i] = thread_start_of(i, count, mask_find, &usable[i]);
    all_are_started = true;
    for (size_t i = 0; i < count; i++) {
        thread_join(threads[i]);
        ck_assert(CPU_EQUAL(&usable[i], &own));
    }
}

static size_t processor_count(void)
{
    cpu_set_t own;
    ck_assert_int_eq(sched_getaffinity(0, sizeof own, &own), 0);
    return (size_t)CPU_COUNT(&own);
}

START_TEST(where_each_has_a_processor_none_is_bound_to_it)
{
    check_threads(processor_count());
}
END_TEST

START_TEST(there_may_be_more_threads_than_processors)
{
    check_threads(processor_count() + 1);
}
END_TEST

START_TEST(threads_of_one_that_is_bound_are_bound_as_it_is)
{
    cpu_set_t before, one;
    ck_assert_int_eq(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    check_threads(1);
    check_threads(2);
    ck_assert_int_eq(sched_setaffinity(0, sizeof before, &before), 0);
}
END_TEST

TEST_PROGRAM(where_each_has_a_processor_none_is_bound_to_it, there_may_be_more_threads_than_processors,
             threads_of_one_that_is_bound_are_bound_as_it_is)
