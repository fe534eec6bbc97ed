/* expr/in_set.h: the constants of x IN (...), made into a set once. */
#ifndef QUERN_EXPR_IN_SET_H
#define QUERN_EXPR_IN_SET_H

#include "column/vector.h"

typedef struct InSet InSet;

/* `values` are of one type and not NULL. */
InSet *in_set_new(Arena *arena, const Value *values, size_t count);
/* results[i] is whether row i of a flat vector of that type is in the set. */
void in_set_contains(const InSet *set, const Vector *vector, size_t count, bool *results);

#endif
