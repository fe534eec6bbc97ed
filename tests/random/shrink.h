/* tests/random/shrink.h: makes a failing query and its tables smaller, as long as they fail in the same way. */
#ifndef QUERN_RANDOM_SHRINK_H
#define QUERN_RANDOM_SHRINK_H

#include "contest.h"

/* Changes `query` and `tables` in place; new nodes are made in `arena`. contest->difference is of the smallest. */
void shrink(Contest *contest, Tables *tables, Node *query, Arena *arena, Verdict verdict);

#endif
