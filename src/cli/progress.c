/* cli/progress.c: a bar on standard error for statements that take longer than a second. A thread draws it. */
#include "cli/progress.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_AFTER_NS 1000000000
#define NEXT_AFTER_NS  200000000
#define BAR_WIDTH      30
#define MOST_SHARE     0.99 /* what is not over is not done */

static struct {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    const QuernConnection *connection;
    struct timespec started;
    double share;    /* done; does not fall when more turns out to be left */
    bool is_running; /* the thread exists; only the main thread looks */
    bool is_ending, is_hidden, is_drawn;
} progress = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* Both with the mutex held. */
static void progress_erase(void)
{
    if (progress.is_drawn)
        fputs("\r\033[K", stderr);
    progress.is_drawn = false;
}

static void progress_draw(void)
{
    uint64_t done, total;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds =
        (double)(now.tv_sec - progress.started.tv_sec) + (double)(now.tv_nsec - progress.started.tv_nsec) / 1e9;
    quern_progress(progress.connection, &done, &total);
    if (total == 0) {
        fprintf(stderr, "\r%.1f s\033[K", seconds);
    } else {
        double share = fmin((double)done / (double)total, MOST_SHARE);
        progress.share = share = fmax(share, progress.share);
        char bar[BAR_WIDTH + 1];
        for (int i = 0; i < BAR_WIDTH; i++)
            bar[i] = i < (int)(share * BAR_WIDTH) ? '#' : '.';
        bar[BAR_WIDTH] = '\0';
        fprintf(stderr, "\r[%s] %3d %%  %.1f s", bar, (int)(share * 100), seconds);
        if (share > 0)
            fprintf(stderr, "  %.1f s left", seconds * (1 - share) / share);
        fputs("\033[K", stderr);
    }
    progress.is_drawn = true;
}

static void *progress_main(void *unused)
{
    struct timespec next = progress.started;
    long wait_ns = FIRST_AFTER_NS;
    pthread_mutex_lock(&progress.mutex);
    while (!progress.is_ending) {
        next.tv_nsec += wait_ns;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        wait_ns = NEXT_AFTER_NS;
        while (!progress.is_ending && pthread_cond_timedwait(&progress.changed, &progress.mutex, &next) == 0)
            ;
        if (!progress.is_ending && !progress.is_hidden)
            progress_draw();
    }
    pthread_mutex_unlock(&progress.mutex);
    return unused;
}

static void progress_prepare(void)
{
    static bool is_prepared;
    if (is_prepared)
        return;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&progress.changed, &attributes);
    pthread_condattr_destroy(&attributes);
    is_prepared = true;
}

void progress_start(const QuernConnection *connection)
{
    static int is_terminal = -1;
    if (is_terminal < 0)
        is_terminal = isatty(STDERR_FILENO);
    if (!is_terminal)
        return;
    progress_prepare();
    progress.connection = connection;
    progress.is_ending = progress.is_hidden = progress.is_drawn = false;
    progress.share = 0;
    clock_gettime(CLOCK_MONOTONIC, &progress.started);
    /* Signals are for the main thread, which waits in system calls that they must end. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    progress.is_running = pthread_create(&progress.thread, NULL, progress_main, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void progress_hide(void)
{
    if (!progress.is_running)
        return;
    pthread_mutex_lock(&progress.mutex);
    progress_erase();
    progress.is_hidden = true;
    pthread_mutex_unlock(&progress.mutex);
}

void progress_stop(void)
{
    if (!progress.is_running)
        return;
    pthread_mutex_lock(&progress.mutex);
    progress_erase();
    progress.is_ending = true;
    pthread_cond_signal(&progress.changed);
    pthread_mutex_unlock(&progress.mutex);
    pthread_join(progress.thread, NULL);
    progress.is_running = false;
}
