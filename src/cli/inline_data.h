/* cli/inline_data.h: rows that a script has behind COPY … FROM STDIN; up to a line that is \. alone, or the script's
 * end.
 *
 * They are kept in a file without a name until all are there: then the statement runs, and reads them. */
#ifndef QUERN_CLI_INLINE_DATA_H
#define QUERN_CLI_INLINE_DATA_H

#include "cli/report.h"
#include "cli/text.h"

typedef struct InlineData {
    Text statement; /* empty: none waits for its rows */
    Place place;    /* of it */
    size_t line;    /* of the first row */
    int descriptor;
    int error;             /* errno of the first write that failed */
    bool is_at_line_start; /* in the rows */
    bool is_on_first_line; /* still on the statement's own */
    bool is_misplaced;     /* something stands behind the statement on its line */
} InlineData;

bool inline_data_is_open(const InlineData *data);
/* The statement has been read; `line`: the one that it ends on. */
void inline_data_begin(InlineData *data, const char *statement, size_t size, Place place, size_t line);
/* Takes rows at the front of a text; returns how many bytes. *ret_is_whole: none follow. */
size_t inline_data_take(InlineData *data, const char *text, size_t size, bool is_end, bool *ret_is_whole);
/* Forgets the statement and its rows. */
void inline_data_done(InlineData *data);

#endif
