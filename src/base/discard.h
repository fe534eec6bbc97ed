/* base/discard.h: files that nobody needs any more are closed by a thread of its own where that takes long.
 *
 * The system frees what memory has of a file without a name when it is closed: 50 ms of work a gigabyte, and longer
 * while it is being written to the disk. Nobody who has cancelled a statement should wait for that. */
#ifndef QUERN_BASE_DISCARD_H
#define QUERN_BASE_DISCARD_H

#include <stdbool.h>

/* Closes it, now or soon. Any thread; raises nothing. */
void file_discard(int descriptor);
/* Until all are closed, and the thread has ended. */
void file_discard_wait(void);

#endif
