/* base/thread.c: starting threads, and waiting for their end. */
#include "base/thread.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/error.h"

enum { STACK_SIZE = 8 << 20 }; /* what a program's first thread mostly has; only what is used of it takes memory */
enum { WAIT_NS = 20 * 1000 * 1000 };

/* `first`: where it begins; NULL: wherever the system says. */
static int thread_create(void *(*run)(void *argument), void *argument, const cpu_set_t *first, pthread_t *ret_thread)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    if (first)
        pthread_attr_setaffinity_np(&attributes, sizeof *first, first);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* which the new thread inherits */
    int failure = pthread_create(ret_thread, &attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failure;
}

int thread_try(void *(*run)(void *argument), void *argument, pthread_t *ret_thread)
{
    return thread_create(run, argument, NULL, ret_thread);
}

pthread_t thread_start(void *(*run)(void *argument), void *argument)
{
    pthread_t thread;
    int failure = thread_try(run, argument, &thread);
    if (failure)
        error_raise_hint(ERROR_OUT_OF_MEMORY, NO_POSITION, "SET threads = 1 does without", "no thread is to be had: %s",
                         strerror(failure));
    return thread;
}

/* The processor that stands `distance` behind that of this thread, in the ring of those that it may use. */
static cpu_set_t processor_behind(const cpu_set_t *usable, size_t distance)
{
    cpu_set_t one;
    size_t cpu = (size_t)sched_getcpu();
    for (size_t passed = 0; passed < distance; passed += CPU_ISSET(cpu, usable))
        cpu = (cpu + 1) % CPU_SETSIZE;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return one;
}

pthread_t thread_start_of(size_t index, size_t count, void *(*run)(void *argument), void *argument)
{
    cpu_set_t usable;
    if (sched_getaffinity(0, sizeof usable, &usable) || (size_t)CPU_COUNT(&usable) != count)
        return thread_start(run, argument);
    cpu_set_t first = processor_behind(&usable, index + 1);
    pthread_t thread;
    if (thread_create(run, argument, &first, &thread))
        return thread_start(run, argument);
    pthread_setaffinity_np(thread, sizeof usable, &usable);
    return thread;
}

void thread_join(pthread_t thread)
{
    pthread_join(thread, NULL);
}

void condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void condition_wait_briefly(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += WAIT_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(condition, mutex, &until);
}
