/* runner/watchdog.c: a thread that interrupts a statement which takes too long. It looks ten times a second, so that a
 * statement costs no more than a store. */
#include "watchdog.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#define LOOK_EVERY_NS 100000000

static struct {
    pthread_t thread;
    QuernConnection *connection;
    int64_t limit_ns;           /* 0: not running */
    _Atomic int64_t started_ns; /* when the running statement began; 0: none runs */
    sem_t ending;               /* posted when the thread is to end */
} watchdog;

static int64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void *watchdog_main(void *unused)
{
    for (;;) {
        struct timespec next;
        clock_gettime(CLOCK_REALTIME, &next);
        next.tv_nsec += LOOK_EVERY_NS;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        if (sem_timedwait(&watchdog.ending, &next) == 0)
            return unused;
        int64_t started_ns = watchdog.started_ns;
        if (started_ns == 0)
            continue;
        int64_t over_ns = clock_now_ns() - started_ns - watchdog.limit_ns;
        if (over_ns > 10000000000 + watchdog.limit_ns)
            _exit(WATCHDOG_EXIT_STATUS);
        if (over_ns > 0)
            quern_interrupt(watchdog.connection);
    }
}

void watchdog_start(QuernConnection *connection, unsigned seconds)
{
    watchdog.connection = connection;
    sem_init(&watchdog.ending, 0, 0);
    if (seconds > 0 && pthread_create(&watchdog.thread, NULL, watchdog_main, NULL) == 0)
        watchdog.limit_ns = (int64_t)seconds * 1000000000;
}

void watchdog_arm(void)
{
    watchdog.started_ns = clock_now_ns();
}

void watchdog_disarm(void)
{
    watchdog.started_ns = 0;
}

void watchdog_stop(void)
{
    watchdog_disarm();
    sem_post(&watchdog.ending);
    if (watchdog.limit_ns > 0)
        pthread_join(watchdog.thread, NULL);
    watchdog.limit_ns = 0;
}
