/* exec/window_first.h: rows of a Window that cannot be among the first of their partition, where nobody asks for others
 * (PlanWindow.first_count), are kept out before anything is sorted.
 *
 * Of each partition it keeps as many of the least keys that have come; a row whose key is not below the last of them
 * may go. What it lets through are the first rows, and some more. When its memory is full, rows of partitions that it
 * does not know pass; when hardly any row goes, it ends. */
#ifndef QUERN_EXEC_WINDOW_FIRST_H
#define QUERN_EXEC_WINDOW_FIRST_H

#include "exec/build.h"

typedef struct WindowFirst WindowFirst;

/* `types` are those of what tells partitions apart, then (in the plan's order) those of the keys. */
WindowFirst *window_first_new(const Build *build, const PlanWindow *plan, const Type *types, size_t partition_count,
                              MemoryShare share);
/* The rows of the batch that may be among the first, in a batch that is lent until the next call; or the batch itself.
 * `partition` and `keys` are its columns. */
const Batch *window_first_run(WindowFirst *self, Vector *const *partition, Vector *const *keys, const Batch *batch);
/* Bytes that it holds. */
size_t window_first_size(const WindowFirst *self);
/* Gives them back: no rows come any more. */
void window_first_clear(WindowFirst *self);

#endif
