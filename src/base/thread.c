/* base/thread.c: starting threads, and waiting for their end. */
#include "base/thread.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "base/error.h"

enum { STACK_SIZE = 8 << 20 }; /* what a program's first thread mostly has; only what is used of it takes memory */
enum { WAIT_NS = 20 * 1000 * 1000 };

int thread_try(void *(*run)(void *argument), void *argument, pthread_t *ret_thread)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* which the new thread inherits */
    int failure = pthread_create(ret_thread, &attributes, run, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failure;
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
