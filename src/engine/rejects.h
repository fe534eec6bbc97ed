/* engine/rejects.h: the rows of files that a session has left out, and the table function rejects() that shows them. */
#ifndef QUERN_ENGINE_REJECTS_H
#define QUERN_ENGINE_REJECTS_H

#include "base/context.h"
#include "provider/catalog.h"

typedef struct Rejects Rejects;

/* Empty; lives in `arena`, which frees it. */
Rejects *rejects_new(Arena *arena);
/* Context.reject: copies the row, unless it is there already (the same row may be read by many statements). */
void rejects_add(void *rejects, const RejectedRow *row);
/* rejects(): a table of them: file, line, offset, column, reason, raw; in the order in which they were met. It shows
 * what is there when it is scanned. */
const TableFunction *rejects_function(const Rejects *rejects);

#endif
