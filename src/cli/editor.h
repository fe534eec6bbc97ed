/* cli/editor.h: the line editor: GNU readline, or libedit where QUERN_LIBEDIT is defined. */
#ifndef QUERN_CLI_EDITOR_H
#define QUERN_CLI_EDITOR_H

#include <stdio.h> /* readline.h uses FILE and does not include it */

#ifdef QUERN_LIBEDIT
#include <editline/readline.h>
#else
#include <readline/history.h>
#include <readline/readline.h>
#endif

#endif
