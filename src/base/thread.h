/* base/thread.h: threads of our own. Signals stay with the threads of the program: ours block them all. */
#ifndef QUERN_BASE_THREAD_H
#define QUERN_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread with a stack as deep as the recursion over a plan asks for. Raises OUT_OF_MEMORY when the system
 * refuses. `run` lets no error out. */
pthread_t thread_start(void *(*run)(void *argument), void *argument);
/* The same for the one at `index` of `count` threads that work side by side. Where they are as many as the processors
 * that this thread may use, each begins on another one and may go from there: a system that knows nothing yet of new
 * threads often puts two on one processor, where they stay for milliseconds while another has nothing to do. */
pthread_t thread_start_of(size_t index, size_t count, void *(*run)(void *argument), void *argument);
/* The same as thread_start() for who may raise nothing: 0, or an errno. */
int thread_try(void *(*run)(void *argument), void *argument, pthread_t *ret_thread);
/* Waits for its end. */
void thread_join(pthread_t thread);

/* A condition whose waits go by a clock that nobody sets. */
void condition_init(pthread_cond_t *condition);
/* Waits until it is signalled, at most some milliseconds: whoever goes on waiting looks at the cancel flag first. */
void condition_wait_briefly(pthread_cond_t *condition, pthread_mutex_t *mutex);

#endif
