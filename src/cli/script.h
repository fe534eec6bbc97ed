/* cli/script.h: runs the statements and commands of a text, a file or standard input, as they arrive. */
#ifndef QUERN_CLI_SCRIPT_H
#define QUERN_CLI_SCRIPT_H

#include "cli/session.h"

/* Runs all complete statements and command lines at the front of a text; the last may be incomplete only if not
 * `is_end`. Returns how many bytes are done with. `place` moves on with them. */
size_t script_run_front(Session *session, const char *text, size_t size, bool is_end, Place *place);
/* A text of the command line. */
void script_run_text(Session *session, const char *text);
/* A file, or standard input for "-". A statement runs as soon as its semicolon has been read. */
void script_run_file(Session *session, const char *path);

/* Bytes of blanks and comments at the front; an unclosed comment is not counted. */
size_t script_blank_size(const char *text, size_t size);

#endif
