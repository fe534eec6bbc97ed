/* exec/key_filter.h: rows on their way into a table, without those that collide on a key with one that went before. */
#ifndef QUERN_EXEC_KEY_FILTER_H
#define QUERN_EXEC_KEY_FILTER_H

#include "exec/operator.h"

typedef struct KeyFilter KeyFilter;

/* The table's columns stand in the batches from `first_column` on. */
KeyFilter *key_filter_new(const Build *build, const Schema *schema, const Constraint *const *keys, size_t key_count,
                          size_t first_column);
/* The batch without the rows that have a key of an earlier row that passed; what has a NULL in a key, or is not of its
 * predicate, collides with nothing. Lent until the next call. */
Batch *key_filter_run(KeyFilter *filter, const Batch *batch);
/* NULL is fine. */
void key_filter_close(KeyFilter *filter);

#endif
