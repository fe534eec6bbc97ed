/* cli/complete.h: what TAB offers at the prompt. */
#ifndef QUERN_CLI_COMPLETE_H
#define QUERN_CLI_COMPLETE_H

#include "cli/session.h"

/* Tells the line editor where completions come from. */
void complete_install(Session *session);
/* The lines of the statement that stand above the one being edited: their tables' columns are offered as well. */
void complete_set_context(const char *text);

#endif
