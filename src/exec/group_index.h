/* exec/group_index.h: the groups of keys that have few values, by arithmetic on them instead of a hash: codes of a
 * dictionary, booleans, integers that lie close together. A combination of values is a number; a table says its group.
 */
#ifndef QUERN_EXEC_GROUP_INDEX_H
#define QUERN_EXEC_GROUP_INDEX_H

#include "exec/hash_table.h"

typedef struct GroupIndex GroupIndex;

/* In front of a hash table with these keys; NULL when it cannot serve for such. */
GroupIndex *group_index_new(Arena *arena, const Type *types, size_t key_count);
/* As hash_table_add, for rows whose keys are few. False: nothing was done, they are not. */
bool group_index_add(GroupIndex *index, HashTable *table, HashProbe *probe, Vector *const *keys,
                     const uint16_t *selection, size_t count, uint8_t **ret_rows);
/* The table has forgotten its rows. */
void group_index_forget(GroupIndex *index);

#endif
