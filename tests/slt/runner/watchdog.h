/* runner/watchdog.h: a thread that interrupts a statement which takes too long. */
#ifndef QUERN_TESTS_SLT_RUNNER_WATCHDOG_H
#define QUERN_TESTS_SLT_RUNNER_WATCHDOG_H

#include <quern/quern.h>

/* What a process exits with when a statement does not even stop when it is interrupted. */
#define WATCHDOG_EXIT_STATUS 99

/* Starts the thread; there is one. `seconds` 0: no limit, no thread. */
void watchdog_start(QuernConnection *connection, unsigned seconds);
/* A statement begins: its clock starts. */
void watchdog_arm(void);
void watchdog_disarm(void);
void watchdog_stop(void);

#endif
