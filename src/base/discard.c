/* base/discard.c: the thread that closes large files. */
#include "base/discard.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/thread.h"

enum {
    LARGE = 16 << 20, /* bytes, whose closing takes a millisecond */
    MOST_WAITING = 64,
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static int waiting[MOST_WAITING];
static size_t waiting_count;
static pthread_t closer;
static bool has_closer; /* it was started, and nobody has waited for its end */
static bool is_running; /* it looks at the list once more */

static void *close_waiting(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    while (waiting_count > 0) {
        int descriptor = waiting[--waiting_count];
        pthread_mutex_unlock(&lock);
        close(descriptor);
        pthread_mutex_lock(&lock);
    }
    is_running = false;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static bool closer_start(void)
{
    if (has_closer)
        thread_join(closer); /* it is about to end, and takes no lock any more */
    return is_running = has_closer = thread_try(close_waiting, NULL, &closer) == 0;
}

/* False: the thread cannot. */
static bool hand_over(int descriptor)
{
    pthread_mutex_lock(&lock);
    bool is_taken = waiting_count < MOST_WAITING && (is_running || closer_start());
    if (is_taken)
        waiting[waiting_count++] = descriptor;
    pthread_mutex_unlock(&lock);
    return is_taken;
}

void file_discard(int descriptor)
{
    struct stat status;
    bool is_large = fstat(descriptor, &status) == 0 && status.st_nlink == 0 && status.st_size >= LARGE;
    if (!is_large || !hand_over(descriptor))
        close(descriptor);
}

void file_discard_wait(void)
{
    pthread_mutex_lock(&lock);
    bool is_waited_for = has_closer;
    pthread_t thread = closer;
    has_closer = false;
    pthread_mutex_unlock(&lock);
    if (is_waited_for)
        thread_join(thread);
}
