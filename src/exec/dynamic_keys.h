/* exec/dynamic_keys.h: gathering what a dynamic filter says: the values of a column, as a range, and as a set while
 * they are few. */
#ifndef QUERN_EXEC_DYNAMIC_KEYS_H
#define QUERN_EXEC_DYNAMIC_KEYS_H

#include "provider/dynamic_filter.h"

/* One writer at a time. */
typedef struct DynamicKeys DynamicKeys;

DynamicKeys *dynamic_keys_new(Arena *arena, Type type);
/* Rows selection[i] (NULL: i) of the column, for i < count; NULLs do not count. */
void dynamic_keys_add(DynamicKeys *keys, const Vector *column, const uint16_t *selection, size_t count);
/* The values that `other` has gathered too. */
void dynamic_keys_merge(DynamicKeys *keys, const DynamicKeys *other);
/* What has been gathered, in the arena. */
DynamicSnapshot *dynamic_keys_snapshot(const DynamicKeys *keys, Arena *arena);

#endif
