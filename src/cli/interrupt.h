/* cli/interrupt.h: Ctrl-C stops the statement, not the program. */
#ifndef QUERN_CLI_INTERRUPT_H
#define QUERN_CLI_INTERRUPT_H

#include <quern/quern.h>

/* From now on SIGINT interrupts the connection's statement. SIGPIPE and SIGXFSZ are ignored: a write's
 * error tells the same. */
void interrupt_install(QuernConnection *connection);
/* Whether a second SIGINT, before the first was looked at, ends the program. True at first; not at the prompt. */
void interrupt_set_impatient(bool is_impatient);
/* True once after each SIGINT. */
bool interrupt_take(void);
/* True if there was one that was not taken. */
bool interrupt_is_pending(void);

#endif
