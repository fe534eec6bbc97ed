/* cli/prompt.h: the interactive prompt. */
#ifndef QUERN_CLI_PROMPT_H
#define QUERN_CLI_PROMPT_H

#include "cli/session.h"

/* Reads and runs what the user types, until .quit or the end of the input. */
void prompt_run(Session *session);

#endif
