/* cli/report.h: what goes to standard error: errors with their place in the text, warnings. */
#ifndef QUERN_CLI_REPORT_H
#define QUERN_CLI_REPORT_H

#include <quern/quern.h>

/* Where a statement stands. */
typedef struct Place {
    const char *source; /* the script's name; NULL: the command line or the prompt */
    size_t line;        /* of the statement's first byte, from 1 */
    size_t column;      /* characters before it in that line */
} Place;

/* Behind the text that stands there. */
void place_move(Place *place, const char *text, size_t size);

/* The connection's last error, which a statement of `size` bytes met:
 *
 *     quern: script.sql: line 12, column 8: error 42703: no column "x"
 *         select x from t
 *                ^
 *     hint: did you mean "y"? */
void report_error(const QuernConnection *connection, Place place, const char *sql, size_t size);
/* "quern: script.sql: line 12: …" */
void report_trouble(Place place, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For quern_set_warning_handler. */
void report_warning(void *unused, const char *message);

#endif
