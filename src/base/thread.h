/* base/thread.h: threads of our own. Signals stay with the threads of the program: ours block them all. */
#ifndef QUERN_BASE_THREAD_H
#define QUERN_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread with a stack as deep as the recursion over a plan asks for. Raises OUT_OF_MEMORY when the system
 * refuses. `run` lets no error out. */
pthread_t thread_start(void *(*run)(void *argument), void *argument);
/* Waits for its end. */
void thread_join(pthread_t thread);

#endif
