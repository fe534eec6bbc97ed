/* cli/progress.h: a bar on standard error for statements that take longer than a second. */
#ifndef QUERN_CLI_PROGRESS_H
#define QUERN_CLI_PROGRESS_H

#include <quern/quern.h>

/* A statement begins. Does nothing when standard error is not a terminal. */
void progress_start(const QuernConnection *connection);
/* Something else is about to be shown on the terminal: removes the bar, for the rest of the statement. */
void progress_hide(void);
/* The statement is done; the bar is gone. */
void progress_stop(void);

#endif
