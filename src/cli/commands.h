/* cli/commands.h: lines that talk to the program and not to the engine: .help, \d and the like. */
#ifndef QUERN_CLI_COMMANDS_H
#define QUERN_CLI_COMMANDS_H

#include "cli/session.h"

/* True when a statement cannot begin so: a command line does. */
bool command_is_at(const char *text);
/* Runs one. False: it failed, which has been reported. */
bool command_run(Session *session, const char *line, Place place);
/* The names of the commands, ".help" …; NULL behind the last. */
const char *command_name(size_t index);

#endif
